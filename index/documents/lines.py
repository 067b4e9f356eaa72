"""The lines of a plain text, in stanzas that blank lines part, and those that repeat on pages.

Knows lines; what they mean is found in headings.py, tables.py and text.py.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

#: Lines at the top and at the bottom of a page that may be its header or footer.
EDGE_LINES = 2
#: A header or footer is on as many pages at least, and on half of them.
MIN_REPEATED_PAGES = 3

_QUOTED = re.compile(r"[ \t]*(?:>[ \t]?)+")
_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"[-–—]\s?\d{1,4}\s?[-–—]"
    r"|\[?(?:page|seite|página|pagina|pag\.|p\.|s\.)\s?\d{1,4}"
    r"(?:\s?(?:of|de|von|di|van|sur|/)\s?\d{1,4})?\]?",
    re.IGNORECASE,
)


class Line(NamedTuple):
    """A line that is not blank: its trimmed span and text, and how far it is indented.

    The marks of a quotation (">") are not part of it.
    """

    start: int
    end: int
    indent: int
    text: str
    depth: int = 0
    """In how many quotations it stands."""


Stanza = list[Line]


def page_starts(text: str) -> tuple[int, ...]:
    """Return the offsets of pages parted by form feeds; none where there is only one."""
    starts = [0, *(match.end() for match in re.finditer("\f", text))] if "\f" in text else []
    return tuple(start for start in starts if start < len(text) or start == 0)


def split_stanzas(text: str) -> Iterator[Stanza]:
    """Yield the lines between blank lines and form feeds, those of a quotation by themselves."""
    stanza: Stanza = []
    position = 0
    for raw in text.split("\n"):
        marks = _QUOTED.match(raw)
        lead = marks.end() if marks else 0
        depth = raw.count(">", 0, lead)
        line = raw[lead:].strip()
        if not line or raw[0] == "\f" or (stanza and depth != stanza[-1].depth):
            if stanza:
                yield stanza
            stanza = []
        if line:
            indent = len(raw) - len(raw[lead:].lstrip())
            start = position + indent
            stanza.append(Line(start, start + len(line), indent, line, depth))
        position += len(raw) + 1
    if stanza:
        yield stanza


def part_furniture(
    stanzas: list[Stanza], starts: tuple[int, ...]
) -> tuple[list[Stanza], list[Line]]:
    """Return the stanzas without the headers, footers and numbers of pages, and these."""
    repeated = _repeated_lines(stanzas, starts)
    kept: list[Stanza] = []
    furniture: list[Line] = []
    for stanza in stanzas:
        if len(stanza) == 1 and _PAGE_NUMBER.fullmatch(stanza[0].text):
            furniture.append(stanza[0])
        elif repeated and any(line.start in repeated for line in stanza):
            furniture += [line for line in stanza if line.start in repeated]
            kept += _without(stanza, repeated)
        else:
            kept.append(stanza)
    return kept, furniture


def _repeated_lines(stanzas: list[Stanza], starts: tuple[int, ...]) -> set[int]:
    """Return the starts of the lines that repeat, but for figures, at the edges of pages."""
    if len(starts) < MIN_REPEATED_PAGES:
        return set()
    edges = [_edges(page) for page in _pages(stanzas, starts)]
    counts = Counter(key for edge in edges for key in set(edge.values()))
    least = max(MIN_REPEATED_PAGES, len(edges) / 2)
    return {start for edge in edges for start, key in edge.items() if counts[key] >= least}


def _pages(stanzas: list[Stanza], starts: tuple[int, ...]) -> list[list[Stanza]]:
    pages: list[list[Stanza]] = [[]]
    following = iter((*starts[1:], None))
    limit = next(following)
    for stanza in stanzas:
        while limit is not None and stanza[0].start >= limit:
            pages.append([])
            limit = next(following)
        pages[-1].append(stanza)
    return [page for page in pages if page]


def _edges(page: list[Stanza]) -> dict[int, str]:
    """Return the lines at the top and bottom of a page, without their figures."""
    top = page[0] if len(page[0]) <= EDGE_LINES else page[0][:1]
    bottom = page[-1] if len(page[-1]) <= EDGE_LINES else page[-1][-1:]
    return {line.start: " ".join(_DIGITS.sub("#", line.text).split()) for line in top + bottom}


def _without(stanza: Stanza, starts: set[int]) -> Iterator[Stanza]:
    part: Stanza = []
    for line in stanza:
        if line.start not in starts:
            part.append(line)
        elif part:
            yield part
            part = []
    if part:
        yield part
