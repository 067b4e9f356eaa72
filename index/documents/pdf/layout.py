"""Put the lines of a page in reading order: columns of prose, tables, and what is between.

Knows positions and a little of words; knows nothing of headings, pages or documents.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from seedqa.index.documents.pdf.lines import (
    BULLET,
    MIN_FITTED_GUTTER,
    MIN_GUTTER,
    WORD,
    group_rows,
    is_right_to_left,
    join_pieces,
    merge_pieces,
)
from seedqa.index.documents.pdf.pieces import Gap, Piece
from seedqa.index.documents.pdf.tables import Grid, Span, column_of, is_table, make_grid

#: A row further from the row before, in font sizes, goes on with the columns only if it is alike.
MAX_ROW_DISTANCE = 2.6
#: A line above columns in type larger by this factor is their heading.
MIN_LARGER_SIZE = 1.15
#: Columns of prose have at least this many lines.
MIN_LINES = 3
#: A line of prose in a narrow column has at least this many words, by the median.
MIN_PROSE_WORDS = 3.5
#: A column is prose with this many words as well, if this share of its lines begins in lower case.
MIN_SHORT_PROSE_WORDS = 2.5
MIN_LOWER_SHARE = 0.4
#: More columns are the noise of a drawing, or made to take time.
MAX_COLUMNS = 60
#: Columns that so many rows have left alone are settled: a row that would join two of them is
#: after their end, or has a cell that reaches over both.
MIN_SETTLED_ROWS = 2
#: Columns within columns are parted to this depth; real pages have two.
MAX_DEPTH = 4

_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")

Flow = list[Piece]
"""Lines of one column, from the top."""


@dataclass(frozen=True, slots=True)
class _Band:
    """Rows that leave the same gutters white, and the columns between these."""

    first: int
    last: int
    columns: list[Span]


def read_in_order(pieces: Sequence[Piece], depth: int = 0) -> list[Flow | Grid]:
    """Return the lines and tables of a page in reading order."""
    rows = [merge_pieces(row) for row in group_rows(pieces)]
    parts: list[Flow | Grid] = []
    start = 0
    for band in _find_bands(rows):
        _append_lines(parts, rows[start : band.first])
        _append_band(parts, rows[band.first : band.last], band.columns, depth)
        start = band.last
    _append_lines(parts, rows[start:])
    return parts


def _append_lines(parts: list[Flow | Grid], rows: Sequence[Sequence[Piece]]) -> None:
    lines = [join_pieces(row) for row in rows]
    if not lines:
        return
    if parts and isinstance(parts[-1], list) and parts[-1][-1].base > lines[0].base:
        parts[-1].extend(lines)
    else:
        parts.append(lines)


# --- bands: rows that share a gutter ---------------------------------------------------------


def _find_bands(rows: list[list[Piece]]) -> list[_Band]:
    """Return the runs of rows that have one white gap in common with text on both sides.

    Pieces that reach over the gap, but leave it white, are cut in `rows`.
    """
    bands: list[_Band] = []
    done = index = 0
    while index < len(rows):
        columns = _seed_columns(rows, index)
        if not 2 <= len(columns) <= MAX_COLUMNS:
            index += 1
            continue
        last, columns, settled = _extend(rows, range(index + 1, len(rows)), columns, 0)
        first, columns, _ = _extend(rows, range(index - 1, done - 1, -1), columns, settled)
        bands.append(_Band(first + 1, last, columns))
        done = index = last
    return bands


def _seed_columns(rows: Sequence[Sequence[Piece]], index: int) -> list[Span]:
    """Return the columns of a row, or of it and the next where they are side by side."""
    columns = _merge_spans([], rows[index])
    if len(columns) < 2 and index + 1 < len(rows):
        here, below = rows[index], rows[index + 1]
        if len(here) == len(below) == 1 and below[0].top > here[0].middle:
            columns = _merge_spans(columns, below)
    return columns


def _extend(
    rows: list[list[Piece]], numbers: range, columns: list[Span], settled: int
) -> tuple[int, list[Span], int]:
    """Return the first of the rows that leaves no gutter, the columns, and how settled they are."""
    for number in numbers:
        fitted = _fit_row(rows[number], columns)
        merged = _merge_spans(columns, fitted, MIN_FITTED_GUTTER)
        if not 2 <= len(merged) <= MAX_COLUMNS or _is_apart(rows, number, numbers.step):
            return number, columns, settled
        if _is_far(rows, number, numbers.step) and not _is_alike(fitted, columns, merged):
            return number, columns, settled
        if settled >= MIN_SETTLED_ROWS and _joins_columns(fitted, columns):
            if not _is_within(fitted, columns):
                return number, columns, settled
            merged = columns
        settled = settled + 1 if len(merged) == len(columns) else 0
        rows[number] = fitted
        columns = merged
    return numbers.stop, columns, settled


def _is_apart(rows: Sequence[Sequence[Piece]], number: int, step: int) -> bool:
    """Tell whether a piece alone on its line is far from the row before, or a heading above it."""
    if len(rows[number]) > 1:
        return False
    size = max(piece.size for piece in rows[number - step])
    return _is_far(rows, number, step) or rows[number][0].size > MIN_LARGER_SIZE * size


def _is_far(rows: Sequence[Sequence[Piece]], number: int, step: int) -> bool:
    before = rows[number - step]
    size = max(piece.size for piece in before)
    return abs(rows[number][0].base - before[0].base) > MAX_ROW_DISTANCE * size


def _is_alike(row: Sequence[Piece], columns: Sequence[Span], merged: Sequence[Span]) -> bool:
    """Tell whether a row beyond a gap goes on with the columns: most pieces begin where they do."""
    begun = sum(any(abs(piece.left - left) < piece.size for left, _ in columns) for piece in row)
    return len(merged) == len(columns) and 2 * begun > len(row) and not _joins_columns(row, columns)


def _joins_columns(row: Sequence[Piece], columns: Sequence[Span]) -> bool:
    """Tell whether a piece reaches over a gutter into the next column."""
    return any(
        piece.left < one[1] and piece.right > other[0]
        for one, other in pairwise(columns)
        for piece in row
    )


def _is_within(row: Sequence[Piece], columns: Sequence[Span]) -> bool:
    """Tell whether a row has several cells, all of which touch a column."""
    return len(row) > 1 and all(
        any(piece.left < right and piece.right > left for left, right in columns) for piece in row
    )


def _fit_row(row: list[Piece], columns: Sequence[Span]) -> list[Piece]:
    """Return a row, its pieces cut where they have a wide gap between two columns."""
    gutters = [(one[1], other[0]) for one, other in pairwise(columns)]
    fitted: list[Piece] = []
    for piece in row:
        rest = piece
        for gap in piece.gaps:
            overlaps = (min(gap.right, right) - max(gap.left, left) for left, right in gutters)
            if max(overlaps, default=0.0) > MIN_FITTED_GUTTER * piece.size:
                first, rest = _cut_piece(rest, gap)
                fitted.append(first)
        fitted.append(rest)
    return fitted


def _cut_piece(piece: Piece, gap: Gap) -> tuple[Piece, Piece]:
    """Return the two parts of a piece before and after a gap of the page."""
    at = next(one.offset for one in piece.gaps if one.left == gap.left)
    first = replace(
        piece,
        text=piece.text[:at].rstrip(),
        spaced="",
        right=gap.left,
        notes=tuple(note for note in piece.notes if note[1] <= at),
        gaps=tuple(one for one in piece.gaps if one.offset < at),
    )
    rest = replace(
        piece,
        text=piece.text[at:],
        spaced="",
        left=gap.right,
        notes=tuple((start - at, end - at) for start, end in piece.notes if start >= at),
        gaps=tuple(replace(one, offset=one.offset - at) for one in piece.gaps if one.offset > at),
    )
    return first, rest


def _merge_spans(spans: list[Span], row: Sequence[Piece], least: float = MIN_GUTTER) -> list[Span]:
    """Return the union of spans and the pieces of a row, gaps under `least` font sizes closed."""
    size = max(piece.size for piece in row)
    merged: list[Span] = []
    for left, right in sorted([*spans, *((piece.left, piece.right) for piece in row)]):
        if merged and left - merged[-1][1] < least * size:
            merged[-1] = (merged[-1][0], max(merged[-1][1], right))
        else:
            merged.append((left, right))
    return merged


def _append_band(
    parts: list[Flow | Grid], rows: Sequence[Sequence[Piece]], spans: list[Span], depth: int
) -> None:
    if is_right_to_left([piece for row in rows for piece in row]):
        spans = spans[::-1]
    columns: list[list[Piece]] = [[] for _ in spans]
    for row in rows:
        for piece in row:
            columns[column_of(piece, spans)].append(piece)
    if depth == MAX_DEPTH or not all(columns):
        _append_lines(parts, rows)
    elif all(map(_is_prose, columns)) or _is_drawn_by_column(columns):
        for column in columns:
            parts.extend(read_in_order(column, depth + 1))
    elif is_table(rows, spans):
        first, grid, last = make_grid(rows, spans)
        _append_lines(parts, rows[:first])
        parts.append(grid)
        _append_lines(parts, rows[last:])
    else:
        _append_lines(parts, rows)


def _is_prose(column: Sequence[Piece]) -> bool:
    """Tell whether a column is of running text or items, rather than of a table's cells."""
    lines = [join_pieces(row) for row in group_rows(column)]
    if len(lines) < MIN_LINES:
        return False
    counts = [_count_words(line.text) for line in lines]
    lower = sum(line.text[:1].islower() for line in lines) / len(lines)
    items = sum(bool(BULLET.match(line.text)) for line in lines) / len(lines)
    words = median(counts)
    is_short = words >= MIN_SHORT_PROSE_WORDS and lower >= MIN_LOWER_SHARE
    return words >= MIN_PROSE_WORDS or is_short or items > MIN_LOWER_SHARE


def _count_words(text: str) -> float:
    """Return the number of words; two characters of a script without spaces make one."""
    return len(WORD.findall(text)) + len(_UNSPACED.findall(text)) / 2


def _is_drawn_by_column(columns: Sequence[Sequence[Piece]]) -> bool:
    """Tell whether each column is drawn before the next, and one of them is prose."""
    in_turn = all(
        max(piece.order for piece in one) < min(piece.order for piece in other)
        for one, other in pairwise(columns)
    )
    is_tall = all(len(group_rows(column)) >= MIN_LINES - 1 for column in columns)
    return in_turn and is_tall and any(_is_prose(column) for column in columns)
