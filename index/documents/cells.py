"""Gather the cells of an HTML table, and tell a table of data from one that arranges a page.

Knows spans of text; knows nothing of tags.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from seedqa.index.documents.tables import names_columns
from seedqa.index.types import Block, BlockKind, Row

#: A cell that spans more columns or rows is read as spanning this many.
MAX_SPAN = 50
#: Cells that a table may have beyond those that it writes.
MAX_SPANNED_CELLS = 10_000
#: A longer cell is a part of a page, not a value.
MAX_CELL_CHARS = 1000
MIN_ROWS = 2
MIN_COLUMNS = 2


@dataclass(slots=True)
class Cell:
    """A cell while it is read; it is empty as long as `start` is None."""

    is_header: bool = False
    start: int | None = None
    end: int = 0


@dataclass(slots=True)
class Table:
    """A table while it is read."""

    first_block: int
    """How many blocks there were before it."""
    is_layout: bool = False
    rows: list[list[Cell]] = field(default_factory=list)
    header_rows: set[int] = field(default_factory=set)
    """The numbers of the rows in a `thead`."""
    cell: Cell | None = None
    in_head: bool = False
    spanned: int = 0
    pending: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    """For a column how many rows are still covered by a cell above."""

    def start_row(self) -> None:
        self.cell = None
        if self.in_head:
            self.header_rows.add(len(self.rows))
        self.rows.append([])

    def start_cell(self, is_header: bool, columns: str | None, rows: str | None) -> None:
        if not self.rows:
            self.start_row()
        row = self.rows[-1]
        self._skip_covered(row)
        self.cell = Cell(is_header)
        height = self._read_span(rows)
        width = self._read_span(columns)
        for number in range(width):
            if height > 1:
                self.pending[len(row)] = height - 1
            row.append(self.cell if number == 0 else Cell(is_header))

    def add(self, start: int, end: int) -> None:
        """Take text as the open cell's."""
        if self.cell:
            if self.cell.start is None:
                self.cell.start = start
            self.cell.end = end

    def span(self) -> tuple[int, int] | None:
        """Return from where to where its cells have text."""
        filled = [cell for row in self.rows for cell in row if cell.start is not None]
        return (filled[0].start or 0, filled[-1].end) if filled else None

    def is_data(self) -> bool:
        """Tell whether the cells are values of rows and columns."""
        if self.is_layout or len(self.rows) < MIN_ROWS:
            return False
        if max(map(len, self.rows)) < MIN_COLUMNS:
            return False
        return all(
            cell.end - (cell.start or 0) <= MAX_CELL_CHARS for row in self.rows for cell in row
        )

    def _read_span(self, written: str | None) -> int:
        span = int(written) if written and written.isascii() and written.isdigit() else 1
        span = max(1, min(span, MAX_SPAN)) if self.spanned < MAX_SPANNED_CELLS else 1
        self.spanned += span - 1
        return span

    def _skip_covered(self, row: list[Cell]) -> None:
        while self.pending.get(len(row)):
            self.pending[len(row)] -= 1
            row.append(Cell())


def make_table(table: Table, read: Callable[[int, int], str]) -> list[Block]:
    """Return a table, below its title if that is a row of its own.

    `read` returns the text of a span as it is read, on one line.
    """
    made = [(cells, row) for cells in table.rows if (row := _make_row(cells))]
    count = _count_header_rows(table, made, read)
    titles = [row for cells, row in made[:count] if count > 1 and _count_filled(cells) == 1]
    heads = [(cells, row) for cells, row in made[:count] if row not in titles]
    if not heads or titles != [row for _, row in made[: len(titles)]]:
        titles, heads = [], made[:count]
    rows = [row for _, row in made]
    blocks = [Block(BlockKind.CAPTION, title.start, title.end) for title in titles]
    table_rows = rows[len(titles) :]
    if table_rows:
        block = Block(
            BlockKind.TABLE,
            table_rows[0].start,
            table_rows[-1].end,
            columns=_join_names([_names(cells, row, read) for cells, row in heads]),
            header=heads[-1][1] if heads else None,
            rows=tuple(rows[count:]),
        )
        blocks.append(block)
    return blocks


def _count_filled(cells: list[Cell]) -> int:
    return sum(cell.start is not None for cell in cells)


def _join_names(rows: list[list[str]]) -> tuple[str, ...]:
    """Return the names of the columns, those of several rows one after the other."""
    width = max(map(len, rows), default=0)
    columns = [[row[at] for row in rows if at < len(row)] for at in range(width)]
    return tuple(" ".join(dict.fromkeys(filter(None, names))) for names in columns)


def _make_row(cells: list[Cell]) -> Row | None:
    """Return a row; an empty cell is where the one before it ends."""
    filled = [cell for cell in cells if cell.start is not None]
    if not filled:
        return None
    position = start = filled[0].start or 0
    spans = []
    for cell in cells:
        if cell.start is None:
            spans.append((position, position))
        else:
            spans.append((cell.start, cell.end))
            position = cell.end
    return Row(start, position, tuple(spans))


def _count_header_rows(
    table: Table, made: list[tuple[list[Cell], Row]], read: Callable[[int, int], str]
) -> int:
    """Return how many rows at the top name the columns."""
    in_head = {id(table.rows[number]) for number in table.header_rows}
    for are_heads in (
        [id(cells) in in_head for cells, _ in made],
        [all(cell.is_header for cell in cells) for cells, _ in made],
    ):
        count = are_heads.index(False) if False in are_heads else 0
        if count:
            return count
    if len(made) < MIN_ROWS or any(cell.is_header for cells, _ in made for cell in cells):
        return 0
    texts = [[read(*cell) for cell in row.cells] for _, row in made]
    width = len(texts[0])
    same = all(texts[0]) and all(len(row) == width for row in texts)
    return int(same and names_columns(texts[0], texts[1:]))


def _names(cells: list[Cell], row: Row, read: Callable[[int, int], str]) -> list[str]:
    """Return the names of the columns; one that spans several names them all."""
    names: list[str] = []
    for cell, (start, end) in zip(cells, row.cells, strict=True):
        spanned = cell.start is None and cell.is_header and names
        names.append(names[-1] if spanned else read(start, end))
    return names
