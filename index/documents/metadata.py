"""Find the title that a text gives itself.

Knows only text and what a format stated; knows nothing of files or of how the text was extracted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from seedqa.index.documents.dates import HEAD_CHARS, HEAD_LINES, MONTHS, WEEKDAYS, _date_of_line
from seedqa.index.documents.decoding import whole_characters
from seedqa.index.documents.records import RECORD_LEVEL
from seedqa.index.language import UNKNOWN_LANGUAGE
from seedqa.index.lexical import folded_words
from seedqa.index.types import Block, BlockKind

#: Titles are cut here: they travel with every chunk, and 200 characters hold any headline.
MAX_TITLE_CHARS = 200


#: A longer line is a paragraph, not a heading; the longest headlines of newspapers have some 110.
MAX_HEADING_CHARS = 120


#: A first line of fewer words may be a rubric ("Paris 2024") with the headline below it.
MIN_HEADLINE_WORDS = 4


_WEEKDAYS = frozenset(WEEKDAYS.split())
#: Sections are alike that share this much of their words, of `COMPARED_CHARS` of each.
ALIKE = 0.5
COMPARED_CHARS = 2000
#: Sections that the one below the title is compared with.
MAX_COMPARED = 20


def names_one_section(title: str, text: str, blocks: Sequence[Block]) -> bool:
    """Return whether a title is the heading of one section among its equals.

    "Ghent" does not name a document in which "Turku" follows with a section like that of Ghent,
    nor "January" one with "February": every passage would be said to belong to the first.
    """
    headings = [block for block in blocks if block.kind is BlockKind.HEADING]
    words = folded_words(title)
    own = next(
        (at for at, one in enumerate(headings) if folded_words(text[one.start : one.end]) == words),
        None,
    )
    if own is None:
        return False
    equals = [
        at
        for at, one in enumerate(headings[own + 1 :], own + 1)
        if one.level <= headings[own].level
    ][:MAX_COMPARED]
    if not equals:
        return False
    if headings[own].level == RECORD_LEVEL:
        return True
    if all(word.isdigit() or word in MONTHS or word in _WEEKDAYS for word in words):
        return True
    below = _words_below(headings, own, text)
    return any(_are_alike(below, _words_below(headings, at, text)) for at in equals)


def _words_below(headings: Sequence[Block], at: int, text: str) -> set[str]:
    """Return the words of a section, those of its subsections among them."""
    level = headings[at].level
    end = next((one.start for one in headings[at + 1 :] if one.level <= level), len(text))
    start = headings[at].end
    return set(folded_words(text[start : min(end, start + COMPARED_CHARS)]))


def _are_alike(words: set[str], others: set[str]) -> bool:
    return bool(words) and len(words & others) >= ALIKE * len(words | others)


def clean_title(title: str | None) -> str | None:
    """Collapse white space, cut at `MAX_TITLE_CHARS`; None for what is no title."""
    if title is None:
        return None
    collapsed = " ".join(whole_characters(title).split())[:MAX_TITLE_CHARS].rstrip()
    if not any(map(str.isalnum, collapsed)) or _MADE_BY_A_PROGRAM.search(collapsed):
        return None
    return collapsed


# What word processors and printer drivers put where a title should be.
_MADE_BY_A_PROGRAM = re.compile(
    r"^\W*(untitled|sans titre|unbenannt|sin título|senza titolo|sem título|naamloos|title|document"
    r"|anonymous|unspecified)\W*"
    r"[\s\d]*$|^(microsoft word|microsoft powerpoint|word document|powerpoint presentation)\b"
    r"|\.(docx?|odt|rtf|pdf|indd|qxd|tex|dvi|pptx?|xlsx?)$",
    re.IGNORECASE,
)


def find_title(text: str, body_start: int) -> str | None:
    """Return the first Markdown heading near the top, or else the headline among the first lines.

    The headline is the first line, if it is short enough for one; when it has fewer than
    `MIN_HEADLINE_WORDS` it may be a rubric, and the first longer line that stands alone above the
    first paragraph, is no sentence, no date and no byline is taken instead.
    """
    head = text[body_start : body_start + HEAD_CHARS]
    heading = _MARKDOWN_HEADING.search(head)
    if heading and any(map(str.isalpha, heading[1] or heading[2])):
        plain = _MARKDOWN_LINK.sub(r"\1", heading[1] or heading[2])
        title = clean_title(re.sub(r"[*`]|#+[ \t]*$", "", plain))
        if title:
            return title
    lines = list(_heading_lines(head))
    for line in lines:
        if len(line.split()) >= MIN_HEADLINE_WORDS and (line is lines[0] or line[-1] not in ".:;,"):
            return clean_title(line)
    return clean_title(lines[0]) if lines else None


_MARKDOWN_HEADING = re.compile(
    r"^#{1,6}[ \t]+(\S[^\n]*)$|^(\S[^\n]{0,200})\n(?:={3,})[ \t]*$", re.MULTILINE
)


_MARKDOWN_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")


_BYLINE = re.compile(r"(by|par|von|por|di|de|da|door|source|quelle|fonte|fuente|bron)[\s:]", re.I)


def _heading_lines(head: str) -> Iterator[str]:
    """Yield the lines above the first paragraph that may be a heading."""
    lines = [line.strip(" \t\f\v\u00a0*_=~-–—#>|") for line in head.split("\n")]
    first = True
    for number, line in enumerate(lines[:HEAD_LINES]):
        if not line:
            continue
        if len(line) > MAX_HEADING_CHARS:
            return
        followed = number + 1 < len(lines) and lines[number + 1] != ""
        if not first and followed:
            return  # a paragraph of hard-wrapped lines
        if not _is_no_heading(line):
            yield line
            first = False


def _is_no_heading(line: str) -> bool:
    if not any(map(str.isalpha, line)) or "@" in line or "://" in line:
        return True
    return _BYLINE.match(line) is not None or _date_of_line(line, UNKNOWN_LANGUAGE) is not None
