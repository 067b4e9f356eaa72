"""Find the records of a plain text: the line that names something, and the lines below about it.

    Garden Suite                 Pet Injury
      Price: 100                 - 7 euros a month
      Beds: 2                    - no excess

Without a mark or a blank line below it such a line is no heading to `headings`. It takes two or
more alike to make records. Knows only lines.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from seedqa.index.documents.headings import MAX_HEADING_CHARS, MAX_LEVEL, is_no_title
from seedqa.index.documents.lines import Line, Stanza
from seedqa.index.documents.mail import is_head_line
from seedqa.index.documents.wrapping import is_wrapped
from seedqa.index.types import Block

#: The level of a record's title: within any section.
RECORD_LEVEL = MAX_LEVEL
#: One title with its lines may be anything: a letterhead, a signature.
MIN_RECORDS = 2
MAX_TITLE_WORDS = 8
#: Where nothing but its place tells a title, it has fewer words.
MAX_BARE_WORDS = 5
#: As many paragraphs may follow the lines of a record and still be about it.
MAX_REMARKS = 2

_FIELD = re.compile(
    r"(?P<key>[^\W\d_][^:\n]{0,38}?)[ \t]*:[ \t]+\S"
    r"|(?P<led>[^\W\d_][^:\n]{0,38}?)[ \t]*(?:\.[ \t]?){3,}[ \t]*\S"
    r"|(?P<parted>[^\W\d_][^:\n]{0,38}?)(?:[ \t]{2,}|\t)\S"
)
#: "--- Garden Suite ---"
_DECORATED = re.compile(r"\A(?P<mark>[-=*~#_+])(?P=mark)*[ \t]*(?P<title>.*?)[ \t]*(?P=mark)+\Z")
_BULLET = re.compile(r"[-*+•–‣◦▪●○·][ \t]+\S")
_NUMBER = re.compile(r"(?:\d{1,3}|[a-z])[.)][ \t]+\S|\([a-z0-9]{1,3}\)[ \t]+\S")


class Kind(StrEnum):
    """What is below the title of a record."""

    FIELDS = "fields"
    """Lines such as "Price: 100"."""
    ITEMS = "items"
    """A list."""
    INDENTED = "indented"
    BARE = "bare"
    """Lines that nothing marks."""
    FIRST_FIELD = "first field"
    """Fields, the first of which is the title: "Flat: 2B"."""


_MARKED = frozenset({Kind.FIELDS, Kind.ITEMS, Kind.INDENTED})


class _Record(NamedTuple):
    """A record as it was found: in which stanza, from which of its lines."""

    stanza: int
    line: int
    kind: Kind
    key: str = ""
    """What the title of a FIRST_FIELD record is the value of."""


class Records(NamedTuple):
    """Where the records of a text begin and end."""

    titles: frozenset[int]
    """The offsets of the lines that are titles."""
    closing: frozenset[int]
    """The offsets of the lines before which the record above has ended, though no title follows."""


def find_records(stanzas: Sequence[Stanza], known: Collection[int] = ()) -> Records:
    """Return where the records of a text begin and end; none where there is only one.

    `known` has the numbers of the stanzas that are something else, such as a table.
    """
    found = [record for at in range(len(stanzas)) for record in _read(stanzas, at, known)]
    found = _leave_singles(found)
    titles = {stanzas[record.stanza][record.line].start for record in found}
    return Records(frozenset(titles), frozenset(_closing(stanzas, found, known)))


def is_field(text: str) -> bool:
    """Tell whether a line names something and says it.

    >>> is_field("Price: 100"), is_field("Price ..... 100"), is_field("At 10:00 we leave")
    (True, True, False)
    """
    return _FIELD.match(text) is not None


def _read(stanzas: Sequence[Stanza], at: int, known: Collection[int]) -> Iterator[_Record]:
    """Yield the records that begin in a stanza."""
    stanza = stanzas[at]
    if at in known:
        return
    if len(stanza) == 1:
        below = stanzas[at + 1] if at + 1 < len(stanzas) and at + 1 not in known else []
        if len(below) > 1 and _are_all_fields(below) and may_be_title(stanza[0]):
            yield _Record(at, 0, Kind.FIELDS)
        return
    several = _several_with_fields(stanza) or _several_indented(stanza)
    if several:
        yield from (_Record(at, line, Kind.FIELDS) for line in several)
    elif kind := _kind_below(stanza[0], stanza[1:]):
        yield _Record(at, 0, kind)
    elif _are_all_fields(stanza):
        above = stanzas[at - 1] if at else []
        if len(above) != 1 or not may_be_title(above[0]):
            yield _Record(at, 0, Kind.FIRST_FIELD, _key(stanza[0].text))


def _are_all_fields(stanza: Stanza) -> bool:
    return all(is_field(line.text) for line in stanza) and not _is_mail(stanza)


def _several_with_fields(stanza: Stanza) -> list[int]:
    """Return the titles of the records that follow one another without a blank line.

    Each has fields, one of which all of them have.
    """
    titles = [
        at
        for at, (line, below) in enumerate(pairwise(stanza))
        if not is_field(line.text) and is_field(below.text) and may_be_title(line)
    ]
    if len(titles) < MIN_RECORDS:
        return []
    keys = [
        {_key(line.text) for line in stanza[first + 1 : last] if is_field(line.text)}
        for first, last in pairwise([*titles, len(stanza)])
    ]
    return titles if set.intersection(*keys) else []


def _several_indented(stanza: Stanza) -> list[int]:
    """Return the titles of the records that follow one another, each with indented lines."""
    outer = stanza[0].indent
    titles = [at for at, line in enumerate(stanza) if line.indent == outer]
    bodies = [stanza[first + 1 : last] for first, last in pairwise([*titles, len(stanza)])]
    if len(titles) < MIN_RECORDS or not all(bodies):
        return []
    known = all(may_be_title(stanza[at]) for at in titles) and not any(
        body[0].text[0].islower() and not is_field(body[0].text) for body in bodies
    )
    return titles if known and not any(line.indent < outer for line in stanza) else []


def _kind_below(title: Line, below: Stanza) -> Kind | None:
    """Return what the lines below a title are, None where it is none."""
    if _are_fields(title, below) and may_be_title(title, is_marked=_are_inner(title, below)):
        return None if _is_mail(below) else Kind.FIELDS
    if not may_be_title(title) or below[0].text[0].islower():
        return None
    if title.text.endswith(":"):
        return None  # what introduces a list is no title
    deeper = _are_inner(title, below)
    items = sum(_is_item(line.text) for line in below)
    if items > 1 and _is_item(below[0].text) and (deeper or items == len(below)):
        return Kind.ITEMS
    return _kind_unmarked(title, below, deeper)


def _kind_unmarked(title: Line, below: Stanza, deeper: bool) -> Kind | None:
    """Return what lines without a mark are below a title: they have figures."""
    if _is_item(title.text) or is_wrapped([title.text, *(line.text for line in below)]):
        return None
    figures = sum(any(map(str.isdigit, line.text)) for line in below)
    if deeper and 2 * figures >= len(below):
        return Kind.INDENTED
    is_short = len(title.text.split()) <= MAX_BARE_WORDS and "," not in title.text
    is_shorter = len(title.text) < max(len(line.text) for line in below)
    return Kind.BARE if figures and is_short and is_shorter else None


def _are_inner(title: Line, below: Stanza) -> bool:
    """Tell whether all lines are indented more than the title."""
    return all(line.indent > title.indent for line in below)


def _are_fields(title: Line, below: Stanza) -> bool:
    """Tell whether the lines below a title are fields, with lists or longer values among them."""
    return (
        any(is_field(line.text) for line in below)
        and not _is_item(below[0].text)
        and all(
            is_field(line.text) or _is_item(line.text) or line.indent > title.indent
            for line in below
        )
    )


def _leave_singles(found: list[_Record]) -> list[_Record]:
    """Return the records that others are like.

    Those that only their place tells stand beside others.
    """
    marked = sum(record.kind in _MARKED for record in found)
    of_stanza = {record.stanza: record for record in found}
    kept = []
    for record in found:
        around = (of_stanza.get(record.stanza + step) for step in (-1, 1))
        beside = [other for other in around if other]
        if record.kind in _MARKED:
            is_one = marked >= MIN_RECORDS
        elif record.kind is Kind.BARE:
            is_one = len(beside) > 1 or any(other.kind is Kind.BARE for other in beside)
        else:
            is_one = any((other.kind, other.key) == (record.kind, record.key) for other in beside)
        if is_one:
            kept.append(record)
    return kept


def _closing(
    stanzas: Sequence[Stanza], found: Sequence[_Record], known: Collection[int]
) -> Iterator[int]:
    """Yield where a record ends and something else begins.

    What stands between two records of a kind is about the first of them, if it is short. After the
    last one as many paragraphs are, and those that are indented.
    """
    kinds = {record.stanza: record.kind for record in found}
    begin = sorted(kinds)
    ends = [at + 1 + (len(stanzas[at]) == 1) for at in begin]
    following = [
        next((other for other in range(end, after) if other in known), after)
        for end, after in zip(ends, [*begin[1:], len(stanzas)][: len(begin)], strict=True)
    ]
    gaps = [
        after - end if kinds[at] == kinds.get(after) else 0
        for at, end, after in zip(begin, ends, following, strict=True)
    ]
    own = max((gap for gap in gaps if gap <= MAX_REMARKS), default=0)
    for at, end, after in zip(begin, ends, following, strict=True):
        indent = stanzas[at][0].indent
        rest = range(min(end + own, after), after)
        closing = next((later for later in rest if stanzas[later][0].indent <= indent), None)
        if closing is not None:
            yield stanzas[closing][0].start


class Part(NamedTuple):
    """Some lines of a stanza, or of a paragraph, that has a table."""

    lines: Stanza
    table: Block | None
    is_title: bool
    """Whether it is the line above a table that names it."""
    closes: bool
    """Whether a table that has a name has ended above it."""


def name_tables(parts: Sequence[tuple[Stanza, Block | None]]) -> Iterator[Part]:
    """Yield the parts of some lines, with the lines that name a table as its title."""
    is_named = False
    for at, (lines, table) in enumerate(parts):
        is_above = table is None and len(lines) == 1 and at + 1 < len(parts)
        is_title = is_above and may_be_title(lines[0])
        yield Part(lines, table, is_title, is_named and table is None and not is_title)
        is_named = is_title or (is_named and table is not None)


def may_be_title(line: Line, *, is_marked: bool = False) -> bool:
    """Tell whether a line may name something; in lower case only where more marks it."""
    text = _DECORATED.sub(r"\g<title>", line.text).removesuffix(":")
    if len(text) >= MAX_HEADING_CHARS or len(text.split()) > MAX_TITLE_WORDS:
        return False
    if not text or text[-1] in ".!?…;,:" or is_field(text) or _BULLET.match(text):
        return False
    first = text.lstrip("«“„\"'(¿¡[")[:1]
    if not (first.isdigit() or first.isalpha()) or (first.islower() and not is_marked):
        return False
    return any(map(str.isalpha, text)) and not is_no_title(text)


def _is_item(text: str) -> bool:
    return bool(_BULLET.match(text) or _NUMBER.match(text))


def _is_mail(stanza: Stanza) -> bool:
    """Tell whether lines are the head of a mail, which is about it and no record."""
    return sum(is_head_line(line.text) for line in stanza) > 1


def _key(text: str) -> str:
    match = _FIELD.match(text)
    return (match["key"] or match["led"] or match["parted"]).casefold() if match else ""
