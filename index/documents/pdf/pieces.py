"""Read the text of a PDF page as pieces: runs of characters on one line, each with its box.

Knows characters and their boxes; knows nothing of columns, paragraphs or documents.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from seedqa.index.documents.pdf.glyphs import (
    Glyphs,
    base_line,
    font_of,
    font_size,
    page_turn,
    read_glyphs,
    turn_boxes,
    turn_of,
    turn_point,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: A gap between two characters wider than this, in heights of their boxes, ends a piece. Justified
#: lines have gaps of up to 0.9; columns of LaTeX are 1.1 apart.
MIN_PIECE_GAP = 1.0
#: A gap wider than this, in heights of boxes, may part columns where other lines say so.
MIN_WIDE_GAP = 0.45
#: A character whose middle moves up or down by more than this, in font sizes, is on a new line.
#: A raised note number moves by up to 0.5.
MIN_LINE_SHIFT = 0.7
#: Type larger or smaller by this factor is another piece: PDFium joins a watermark with a line.
MIN_OTHER_SIZE = 2.2
#: A character further left than the one before, by this many heights, was drawn out of order.
MIN_STEP_BACK = 0.3
#: A digit is a note number or an index if it is smaller than its line by this factor ...
MAX_SMALL_SIZE = 0.82
#: ... and its base line is off by more than this, in font sizes of the line.
MIN_RAISE = 0.12
#: Boxes whose heights differ by less, in points, are of one font size.
SAME_SIZE = 0.2
#: The part of a loose box below the base line, as most fonts have it.
DESCENT = 0.22
#: What PDFium gives for a hyphen at the end of a line, which it joins with the next.
LINE_END_HYPHEN = "\x02"


class Direction(Enum):
    """How a piece runs, compared with most of its page."""

    UPRIGHT = "upright"
    TURNED = "turned"
    """By quarter turns."""
    SLANTED = "slanted"
    """At another angle, as watermarks are."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap between two words of a piece, wider than a usual space."""

    offset: int
    """Where the text goes on after the gap."""
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters next to each other on one line; lengths in points, y upwards."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float
    """Font size of the line's ordinary characters."""
    base: float
    """Height of the base line."""
    order: int
    """Rank in the order in which the page draws its pieces."""
    bold: bool = False
    mono: bool = False
    notes: tuple[tuple[int, int], ...] = ()
    """Spans of `text` that are note numbers."""
    gaps: tuple[Gap, ...] = ()
    """The gaps between words that might part columns, from the left."""
    spaced: str = ""
    """The words that single characters with spaces between spell; empty for other text."""
    direction: Direction = Direction.UPRIGHT

    @property
    def middle(self) -> float:
        """Return the height of the middle of the line."""
        return (self.bottom + self.top) / 2


@dataclass(frozen=True, slots=True)
class Page:
    """The pieces of a page in the order they are drawn, and the page's edges."""

    pieces: tuple[Piece, ...]
    bottom: float
    top: float


EMPTY_PAGE = Page((), 0.0, 0.0)


def read_page(page: Any) -> Page:
    """Return the pieces of a page of pypdfium2, which is closed."""
    text_page = page.get_textpage()
    try:
        left, bottom, right, top = page.get_bbox()
        glyphs = read_glyphs(text_page)
        pieces, turn = _cut_pieces(glyphs, (left, bottom, right, top))
    finally:
        text_page.close()
        page.close()
    edges = ((left, bottom), (left, top), (right, bottom), (right, top))
    heights = [turn_point(x, y, turn)[1] for x, y in edges]
    return Page(pieces, min(heights), max(heights))


def _cut_pieces(
    glyphs: Glyphs, page_box: tuple[float, float, float, float]
) -> tuple[tuple[Piece, ...], int]:
    """Return the pieces, turned upright, and the page's direction in quarter turns."""
    codes = glyphs.codes
    # PDFium pads odd fonts with zeros and other control characters.
    ink = ((codes > 32) & ~((codes >= 127) & (codes <= 160))) | (codes == ord(LINE_END_HYPHEN))
    ink &= _inside(glyphs.boxes, page_box)
    shown = np.flatnonzero(ink)
    if not len(shown):
        return (), 0
    is_space = ((codes >= 9) & (codes <= 13)) | (codes == 32) | (codes == 160)
    kept = np.where(ink, codes, np.where(is_space, 32, 0)).astype("<u4")
    text = kept.tobytes().decode("utf-32-le")
    newlines = np.cumsum((codes == 10) | (codes == 13))
    turn = page_turn(glyphs, shown)
    boxes = turn_boxes(glyphs.boxes[shown], turn)
    lines: NDArray[np.intp] = newlines[shown]
    starts = _piece_starts(boxes, lines, _is_right_to_left(codes[shown]))
    directions = [_direction_of(glyphs, int(shown[start]), turn) for start in starts.tolist()]
    joined = _join_turned(starts, directions, lines)
    starts = starts[joined]
    directions = [directions[index] for index in joined]
    ends = np.append(starts[1:], len(shown))
    pieces = [
        _make_piece(glyphs, text, shown[start:end], boxes[start:end], _Drawn(order, way, turn))
        for order, (start, end, way) in enumerate(
            zip(starts.tolist(), ends.tolist(), directions, strict=True)
        )
    ]
    return tuple(pieces), turn


def _join_turned(
    starts: NDArray[np.intp], directions: Sequence[Direction], lines: NDArray[np.intp]
) -> list[int]:
    """Return which starts stay: text that is not upright was cut at each of its characters."""
    kept = [0]
    for index in range(1, len(starts)):
        is_alike = directions[index] is directions[index - 1] is not Direction.UPRIGHT
        if not is_alike or lines[starts[index]] != lines[starts[index] - 1]:
            kept.append(index)
    return kept


def _inside(
    boxes: NDArray[np.float32], page_box: tuple[float, float, float, float]
) -> NDArray[np.bool_]:
    left, bottom, right, top = page_box
    across, up = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    inside = (across >= left) & (across <= right) & (up >= bottom) & (up <= top)
    return inside.astype(np.bool_)


def _direction_of(glyphs: Glyphs, index: int, page_turn: int) -> Direction:
    turn = turn_of(glyphs, index)
    if turn is None:
        return Direction.SLANTED
    return Direction.UPRIGHT if turn == page_turn else Direction.TURNED


def _is_right_to_left(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Tell which characters are Hebrew, Arabic or of a script near to these."""
    basic = (codes >= 0x590) & (codes < 0x900)
    forms = (codes >= 0xFB1D) & (codes < 0xFEFF) & ~((codes >= 0xFE00) & (codes < 0xFE70))
    return (basic | forms).astype(np.bool_)


def _piece_starts(
    boxes: NDArray[np.float32], lines: NDArray[np.intp], backward: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """Return where a piece begins: after a line break, a wide gap, or a move up, down or back.

    `backward` are the characters that are written from the right.
    """
    left, top, right, bottom = boxes.T
    heights = top - bottom
    size = np.maximum(heights[1:], heights[:-1])
    gap = np.maximum(left[1:] - right[:-1], left[:-1] - right[1:])
    middle = (top + bottom) / 2
    shift = np.abs(middle[1:] - middle[:-1])
    is_other_type = size > MIN_OTHER_SIZE * np.minimum(heights[1:], heights[:-1])
    is_away = (gap > MIN_PIECE_GAP * size) | (shift > MIN_LINE_SHIFT * size)
    is_back = (left[1:] < left[:-1] - MIN_STEP_BACK * size) & ~backward[1:] & ~backward[:-1]
    is_start = (lines[1:] != lines[:-1]) | is_other_type | is_away | is_back
    starts = np.concatenate([[0], np.flatnonzero(is_start) + 1])
    return _rejoin(starts, boxes, lines, backward)


def _rejoin(
    starts: NDArray[np.intp],
    boxes: NDArray[np.float32],
    lines: NDArray[np.intp],
    backward: NDArray[np.bool_],
) -> NDArray[np.intp]:
    """Drop starts of what is close to the piece before: a number jumps in a right-to-left line."""
    left, top = np.minimum.reduceat(boxes[:, 0], starts), np.maximum.reduceat(boxes[:, 1], starts)
    right = np.maximum.reduceat(boxes[:, 2], starts)
    bottom = np.minimum.reduceat(boxes[:, 3], starts)
    size = np.maximum((top - bottom)[1:], (top - bottom)[:-1])
    gap = np.maximum(left[1:] - right[:-1], left[:-1] - right[1:])
    shift = np.abs((top + bottom)[1:] - (top + bottom)[:-1]) / 2
    same_line = lines[starts[1:]] == lines[starts[1:] - 1]
    same_line &= backward[starts[1:]] | backward[starts[1:] - 1]
    is_alike = size <= MIN_OTHER_SIZE * np.minimum((top - bottom)[1:], (top - bottom)[:-1])
    is_close = same_line & is_alike & (gap <= MIN_PIECE_GAP * size) & (shift <= 0.2 * size)
    kept: NDArray[np.intp] = starts[np.concatenate([[True], ~is_close])]
    return kept


@dataclass(frozen=True, slots=True)
class _Drawn:
    """How a piece is drawn: when, in which direction, and the direction of its page."""

    order: int
    direction: Direction
    page_turn: int


def _make_piece(
    glyphs: Glyphs,
    page_text: str,
    shown: NDArray[np.intp],
    boxes: NDArray[np.float32],
    drawn: _Drawn,
) -> Piece:
    first, last = int(shown[0]), int(shown[-1])
    heights = boxes[:, 1] - boxes[:, 3]
    size, bottom = float(heights[0]), float(boxes[0, 3])
    ordinary = boxes
    if heights.max() - heights.min() > SAME_SIZE:
        size = _middle_of(heights)
        ordinary = boxes[heights > MAX_SMALL_SIZE * size]
        bottom = _middle_of(ordinary[:, 3])
    text, offsets = page_text[first : last + 1], shown - first
    notes: tuple[tuple[int, int], ...] = ()
    gaps: tuple[Gap, ...] = ()
    spaced = ""
    if "\0" in text:  # the offsets of what follows would be wrong
        text = text.replace("\0", "")
    else:
        if len(ordinary) < len(boxes):
            notes = _find_notes(text, offsets, boxes, size, bottom)
        gaps = _find_gaps(offsets, boxes)
        if _SPACED.fullmatch(text):
            spaced = _spell(text, offsets, boxes)
    bold, mono = font_of(glyphs, first, last)
    usual = int(shown[int(np.argmin(np.abs(heights - size)))])
    return Piece(
        text=text.replace(LINE_END_HYPHEN, "-"),
        left=float(boxes[:, 0].min()),
        bottom=bottom,
        right=float(boxes[:, 2].max()),
        top=bottom + size,
        size=font_size(glyphs, usual, size),
        base=base_line(glyphs, usual, drawn.page_turn),
        order=drawn.order,
        bold=bold,
        mono=mono,
        notes=notes,
        gaps=gaps,
        spaced=spaced,
        direction=drawn.direction,
    )


def _find_gaps(offsets: NDArray[np.intp], boxes: NDArray[np.float32]) -> tuple[Gap, ...]:
    """Return the gaps of a piece that are wider than `MIN_WIDE_GAP`."""
    left, top, right, bottom = boxes.T
    wide = np.flatnonzero(left[1:] - right[:-1] > MIN_WIDE_GAP * (top - bottom)[1:])
    return tuple(
        Gap(int(offsets[index + 1]), float(right[index]), float(left[index + 1]))
        for index in wide.tolist()
    )


_SPACED = re.compile(r"\S(?:\s+\S)+")
#: Between letter-spaced words the gap is wider than between their letters by this factor.
MIN_WORD_GAP = 1.5


def _spell(text: str, offsets: NDArray[np.intp], boxes: NDArray[np.float32]) -> str:
    """Return the words of letter-spaced text, told by the gaps between the letters."""
    gaps = boxes[1:, 0] - boxes[:-1, 2]
    usual = _middle_of(gaps)
    letters = [text[offset] for offset in offsets.tolist()]
    spelt = letters[0]
    for letter, gap in zip(letters[1:], gaps.tolist(), strict=True):
        is_new_word = gap > MIN_WORD_GAP * usual and gap - usual > 1.0
        spelt += f" {letter}" if is_new_word else letter
    return spelt


def _find_notes(
    text: str,
    offsets: NDArray[np.intp],
    boxes: NDArray[np.float32],
    size: float,
    bottom: float,
) -> tuple[tuple[int, int], ...]:
    """Return the spans of small raised or lowered digits that are note numbers."""
    heights = boxes[:, 1] - boxes[:, 3]
    rises = (boxes[:, 3] + DESCENT * heights - bottom - DESCENT * size) / size
    small = heights <= MAX_SMALL_SIZE * size
    found = []
    for start, end in _digit_runs(text, offsets[small & (rises > MIN_RAISE)].tolist()):
        if is_note_mark(text[max(0, start - 24) : start]):
            found.append((start, end))
    for start, end in _digit_runs(text, offsets[small & (rises < -MIN_RAISE / 2)].tolist()):
        if start and not _is_formula(text[max(0, start - 24) : start]):
            found.append((start, end))
    return tuple(sorted(found))


def _middle_of(values: NDArray[np.float32]) -> float:
    """Return the upper median; for a few dozen values ten times as quick as numpy's."""
    return float(np.sort(values)[len(values) // 2])


def _digit_runs(text: str, offsets: list[int]) -> list[tuple[int, int]]:
    """Return the spans of digits and note signs at these offsets, lists such as "3, 4" whole."""
    runs: list[tuple[int, int]] = []
    for offset in offsets:
        if runs and text[runs[-1][1] : offset].strip() == "":
            runs[-1] = (runs[-1][0], offset + 1)
        else:
            runs.append((offset, offset + 1))
    return [
        (start - (text[start - 1 : start] == " "), end)
        for start, end in runs
        if _NOTE_NUMBER.fullmatch(text[start:end])
    ]


_NOTE_NUMBER = re.compile(r"\d+(?:\s?[,;–-]\s?\d+)*|[*†‡§]+")
_WORD_END = re.compile(r"[\w.,;:!?…)\]\"'»“”’%€$]$")
_UNIT = re.compile(r"(?:^|[^\w])(?:[kcmdµ]?m|ft|in|yd|mi|[A-Za-z]|10|sec?)$")
_FORMULA = re.compile(r"(?:^|[^\w])(?:[A-Z][a-z]?\d*|[a-z]|[()\[\]])+$")


def is_note_mark(before: str) -> bool:
    """Tell whether raised digits after this text are a note's: not "m2", "x2", "10" and 6."""
    return bool(_WORD_END.search(before)) and not _UNIT.search(before)


def _is_formula(before: str) -> bool:
    """Tell whether lowered digits after this text belong to a formula: "H" of "H2O"."""
    return bool(_FORMULA.search(before))
