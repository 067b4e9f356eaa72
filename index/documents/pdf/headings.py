"""Tell which lines of a PDF are headings.

Knows a line's type, words and neighbours in its column; knows nothing of levels.
"""

from __future__ import annotations

import re

from seedqa.index.documents.headings import is_year
from seedqa.index.documents.pdf.drafts import MIN_HEADING_SIZE, Draft, Style, outline_key
from seedqa.index.documents.pdf.furniture import SMALL_SIZE
from seedqa.index.documents.pdf.layout import Flow
from seedqa.index.documents.pdf.lines import BULLET
from seedqa.index.documents.pdf.pieces import Piece

#: Longer blocks in large or bold type are text.
MAX_HEADING_CHARS = 200
MAX_HEADING_LINES = 4
MAX_BOLD_LINES = 2
#: A longer block that ends with a full stop is text too.
MAX_SENTENCE_HEADING = 60
#: A line so much further from the one before than usual is apart.
MIN_APART_PITCH = 1.15
#: Longer lines in the type of the text are no titles.
MAX_CAPITALS_CHARS = 100
MAX_NUMBERED_CHARS = 80

CAPTION = re.compile(
    r"(?:fig(?:\.|ure|ura|uur)?|table(?:au)?|tab(?:\.|elle|ella|ela|la|el)?|abb(?:\.|ildung)"
    r"|afb(?:\.|eelding)|photo|foto|chart|map|karte|graphique|gr[áa]fico|grafiek|ilustraci[óo]n"
    r"|illustration|schema|quadro|cuadro|plate|diagramm?|tafel)"
    r"(?:\s*\d+(?:[.-]\d+)*|\s+(?-i:[IVX]+|[A-Z]))\s*(?:[.:–—|-]|$)",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]")
_SENTENCE_END = re.compile(r"[.!?…:。！？][\"'»“”’)\]]*$")
#: A line in the type of the text that ends so is no heading.
_NO_HEADING = re.compile(r"[.,;]$")
_SECTION_NUMBER = re.compile(r"(?:\d{1,3}\.)*\d{1,3}\.?\s+[^\W\d_]")


def ends_sentence(text: str) -> bool:
    """Tell whether a line ends with the end of a sentence."""
    return bool(_SENTENCE_END.search(text))


def same_size(one: Piece, other: Piece) -> bool:
    """Tell whether two lines are of one font size, or nearly: small capitals, figures."""
    return abs(one.size - other.size) <= 0.08 * max(one.size, other.size)


def is_small(line: Piece, style: Style) -> bool:
    """Tell whether a line is in smaller type than the text."""
    return line.size <= SMALL_SIZE * style.size


def is_heading(lines: Flow, index: int, style: Style, page: int, follows_heading: bool) -> bool:
    """Tell whether a line is a heading's: by its type, the outline, capitals or a number."""
    line = lines[index]
    has_words = len(_LETTERS.findall(line.text)) >= 2 or is_year(line.text)
    if len(line.text) > MAX_HEADING_CHARS or not has_words:
        return False
    is_large = line.size >= MIN_HEADING_SIZE * style.size
    if is_large or (page, outline_key(line.text)) in style.outline:
        return True
    if is_small(line, style) or _NO_HEADING.search(line.text):
        return False
    if BULLET.match(line.text) or CAPTION.match(line.text):
        return False
    is_apart = _is_apart(lines, index, style)
    if line.bold and not style.is_bold:
        # A sentence in bold may fill a line of a paragraph.
        return follows_heading or is_apart or ends_sentence(lines[index - 1].text)
    is_title = _is_in_capitals(line.text) or _is_numbered_alone(lines, index, style)
    return is_title and is_apart and not line.mono


def _is_in_capitals(text: str) -> bool:
    return text.isupper() and len(_LETTERS.findall(text)) >= 4 and len(text) <= MAX_CAPITALS_CHARS


def _is_numbered_alone(lines: Flow, index: int, style: Style) -> bool:
    """Tell whether a line is a short numbered title, its neighbours not being numbered."""
    text = lines[index].text
    if not _SECTION_NUMBER.match(text) or len(text) > MAX_NUMBERED_CHARS:
        return False
    if index + 1 < len(lines) and not _is_apart(lines, index + 1, style):
        return False
    around = [line.text for line in lines[max(0, index - 1) : index + 2] if line.text != text]
    return not any(_SECTION_NUMBER.match(other) for other in around)


def _is_apart(lines: Flow, index: int, style: Style) -> bool:
    """Tell whether a gap parts a line from the one before."""
    if index == 0:
        return True
    pitch = lines[index - 1].base - lines[index].base
    return pitch > MIN_APART_PITCH * style.pitch * lines[index].size


def begins_heading(before: Piece, line: Piece) -> bool:
    """Tell whether a line of a heading begins another heading."""
    pitch = before.base - line.base
    is_near = 0 < pitch <= 1.7 * line.size
    is_alike = same_size(before, line) and before.bold == line.bold
    return not (is_near and is_alike) or bool(_SECTION_NUMBER.match(line.text))


def is_short(draft: Draft, style: Style) -> bool:
    """Tell whether lines in large or bold type are a heading, rather than a paragraph."""
    is_large = draft.lines[0].size >= MIN_HEADING_SIZE * style.size
    most = MAX_HEADING_LINES if is_large else MAX_BOLD_LINES
    is_sentence = draft.text.endswith(".") and len(draft.text) > MAX_SENTENCE_HEADING
    return len(draft.lines) <= most and len(draft.text) <= MAX_HEADING_CHARS and not is_sentence
