"""Tell whether rows of pieces are a table, and make its grid of cells.

Knows the columns that `layout` found, words and figures; knows nothing of other blocks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from seedqa.index.documents.pdf.lines import join_pieces
from seedqa.index.documents.pdf.pieces import Piece

#: A table has at least this many rows.
MIN_ROWS = 3
#: Fewer filled cells than this share are the labels of a drawing.
MIN_FILLED = 0.5
#: Cells are aligned if this share of them has an edge within so many font sizes of the usual one.
MIN_ALIGNED = 0.6
MAX_EDGE_DIFFERENCE = 0.35
#: A line goes on with the row above if it is nearer than rows usually are, by this factor, or
#: than this many font sizes.
MAX_WRAPPED_PITCH = 0.95
MAX_LINE_PITCH = 1.35

Span = tuple[float, float]
Cells = tuple[Piece | None, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its rows from the top, each with one piece or None for each column."""

    rows: tuple[Cells, ...]


def column_of(piece: Piece, spans: Sequence[Span]) -> int:
    """Return the first column that a piece fills for a font size, or the one it overlaps most."""
    overlaps = [min(piece.right, right) - max(piece.left, left) for left, right in spans]
    filled = [number for number, overlap in enumerate(overlaps) if overlap > piece.size]
    return filled[0] if filled else overlaps.index(max(overlaps))


def is_table(rows: Sequence[Sequence[Piece]], spans: Sequence[Span]) -> bool:
    """Tell whether enough rows fill enough columns, aligned at one of their edges."""
    full = [row for row in rows if len(row) >= 2]
    filled = sum(len(row) for row in full)
    if len(full) < MIN_ROWS or filled < MIN_FILLED * len(full) * len(spans):
        return False
    cells: list[list[Piece]] = [[] for _ in spans]
    for row in full:
        for piece in row:
            cells[column_of(piece, spans)].append(piece)
    return sum(map(_is_aligned, cells)) >= max(2, len(spans) // 2)


def _is_aligned(cells: Sequence[Piece]) -> bool:
    """Tell whether most cells share the left edge, the right edge or the middle."""
    if not cells:
        return False
    for edges in (
        [cell.left for cell in cells],
        [cell.right for cell in cells],
        [(cell.left + cell.right) / 2 for cell in cells],
    ):
        usual = median(edges)
        near = sum(abs(edge - usual) <= MAX_EDGE_DIFFERENCE * cells[0].size for edge in edges)
        if near >= MIN_ALIGNED * len(edges):
            return True
    return False


def make_grid(rows: Sequence[Sequence[Piece]], spans: Sequence[Span]) -> tuple[int, Grid, int]:
    """Return the first row of the table, its grid, and the first row after it.

    The table goes from the first to the last row of two cells.
    """
    full = [number for number, row in enumerate(rows) if len(row) >= 2]
    first, last = full[0], _include_wrapped(rows, full[-1] + 1)
    grid = [_fill_row(row, spans) for row in rows[first:last]]
    return first, Grid(_join_wrapped(_close_columns(grid))), last


def _fill_row(row: Sequence[Piece], spans: Sequence[Span]) -> Cells:
    cells: list[list[Piece]] = [[] for _ in spans]
    for piece in row:
        cells[column_of(piece, spans)].append(piece)
    return tuple(join_pieces(cell) if cell else None for cell in cells)


def _close_columns(grid: list[Cells]) -> list[Cells]:
    """Join a name that is not above its cells with their column: centred, or to the right.

    Such a name fills a column of its own in the first row, next to one that is empty there.
    """
    number = 0
    while grid and number + 1 < len(grid[0]):
        left = [row[number] for row in grid]
        right = [row[number + 1] for row in grid]
        is_split = not any(one and other for one, other in zip(left, right, strict=True))
        is_name = not any(left[1:]) or not any(right[1:])
        if is_split and is_name:
            grid = [
                (*row[:number], row[number] or row[number + 1], *row[number + 2 :]) for row in grid
            ]
        else:
            number += 1
    return grid


def _include_wrapped(rows: Sequence[Sequence[Piece]], last: int) -> int:
    """Return the end of the table with the lines that its last row goes on with."""
    while last < len(rows):
        pitch = rows[last - 1][0].base - rows[last][0].base
        first_left = min(row[0].left for row in rows[:last])
        is_wrapped = rows[last][0].left > first_left + rows[last][0].size
        if not is_wrapped or pitch > MAX_LINE_PITCH * rows[last][0].size:
            break
        last += 1
    return last


def _join_wrapped(grid: Sequence[tuple[Piece | None, ...]]) -> tuple[tuple[Piece | None, ...], ...]:
    """Join a row without a first cell to the row above if it is nearer than rows usually are."""
    bases = [max(cell.base for cell in row if cell) for row in grid]
    pitches = [above - below for above, below in pairwise(bases)]
    full = [pitch for pitch, row in zip(pitches, grid[1:], strict=True) if row[0]]
    usual = median(full or pitches)
    joined: list[tuple[Piece | None, ...]] = [grid[0]]
    for row, pitch in zip(grid[1:], pitches, strict=True):
        if (
            row[0] is None
            and joined[-1][0]
            and (pitch < MAX_WRAPPED_PITCH * usual or _goes_on(joined[-1], row))
        ):
            joined[-1] = tuple(
                _stack(above, below) for above, below in zip(joined[-1], row, strict=True)
            )
        else:
            joined.append(row)
    return tuple(joined)


def _goes_on(above: Sequence[Piece | None], row: Sequence[Piece | None]) -> bool:
    """Tell whether every cell of a row goes on with a sentence of the row above."""
    pairs = [(one, other) for one, other in zip(above, row, strict=True) if other]
    return all(one and other and other.text[:1].islower() for one, other in pairs)


def _stack(above: Piece | None, below: Piece | None) -> Piece | None:
    """Return the two lines of one cell as one piece, a line break between them."""
    if above is None or below is None:
        return above or below
    offset = len(above.text) + 1
    notes = tuple((start + offset, end + offset) for start, end in below.notes)
    return replace(
        above,
        text=f"{above.text}\n{below.text}",
        left=min(above.left, below.left),
        right=max(above.right, below.right),
        bottom=below.bottom,
        base=above.base,
        notes=above.notes + notes,
    )


# --- names of columns -----------------------------------------------------------------------------

#: Figures, with a unit: "450 euros", "92 m".
_FIGURES = re.compile(r"[\W_]*\d[\d\W_]*(?:[^\W\d_]{1,10}\W*)?")
MAX_FIGURE_CHARS = 40


def has_header(rows: Sequence[Cells]) -> bool:
    """Tell whether the first row names the columns: in bold, or words over figures.

    Where no column has figures, the first row of three columns or more is taken as names.
    """
    first, rest = rows[0], rows[1:]
    cells = [cell for cell in first if cell]
    if len(cells) < 2 or not rest:
        return False
    others = [cell for row in rest for cell in row if cell]
    if all(cell.bold for cell in cells):
        return sum(cell.bold for cell in others) < 0.5 * len(others)
    if any(_is_figure(cell) for cell in cells) or cells[0].text.endswith(":"):
        return False
    for number, name in enumerate(first):
        column = [row[number] for row in rest]
        figures = sum(_is_figure(cell) for cell in column if cell)
        if name and figures * 2 > len([cell for cell in column if cell]):
            return len(first) > 2 or _names_first(rows)
    return len(first) > 2 and all(first)


def _names_first(rows: Sequence[Cells]) -> bool:
    """Tell whether a table of two columns has names: no figure in its first row, else in all."""
    return all(any(_is_figure(cell) for cell in row if cell) for row in rows[1:])


def _is_figure(cell: Piece) -> bool:
    return len(cell.text) <= MAX_FIGURE_CHARS and bool(_FIGURES.fullmatch(cell.text))


def header_names(row: Cells) -> tuple[str, ...]:
    """Return the names of the columns as one line each."""
    return tuple(" ".join(cell.text.split()) if cell else "" for cell in row)
