"""Find the title that a text gives itself.

Knows only text and what a format stated; knows nothing of files or of how the text was extracted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from seedqa.index.documents.dates import HEAD_CHARS, HEAD_LINES, _date_of_line
from seedqa.index.documents.decoding import whole_characters
from seedqa.index.language import UNKNOWN_LANGUAGE

#: Titles are cut here: they travel with every chunk, and 200 characters hold any headline.
MAX_TITLE_CHARS = 200


#: A longer line is a paragraph, not a heading; the longest headlines of newspapers have some 110.
MAX_HEADING_CHARS = 120


#: A first line of fewer words may be a rubric ("Paris 2024") with the headline below it.
MIN_HEADLINE_WORDS = 4


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
    r"^(untitled|sans titre|unbenannt|sin título|senza titolo|sem título|naamloos|title|document)"
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
    if heading:
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
