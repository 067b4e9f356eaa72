"""Cut a table into groups of rows, each read with the names of its columns.

"Station: Moen; Opened: 1936" is what is encoded, matched and read of a row; the text stays as it
is in the file. Knows tables; knows nothing of sections or of the database.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from seedqa.index.types import Block, Edit, Row

#: Between two cells, and after the last, as they are read; rows are on lines of their own.
CELL_END, ROW_END = "; ", "."


def row_edits(text: str, row: Row, columns: Sequence[str], edits: Sequence[Edit]) -> list[Edit]:
    """Return the edits that read a row as "column: cell; column: cell".

    `edits` are those of the document; the ones within a cell are kept. Empty cells are left out.
    """
    made: list[Edit] = []
    position = row.start
    mark = ""
    for number, (start, end) in enumerate(row.cells):
        if start == end:
            continue
        name = columns[number].strip() if number < len(columns) else ""
        made.append(Edit(position, start, mark + (f"{name}: " if name else "")))
        made += [edit for edit in edits if start <= edit.start and edit.end <= end]
        position, mark = end, CELL_END
    made.append(Edit(position, row.end, ROW_END))
    return made


def row_length(row: Row, columns: Sequence[str]) -> int:
    """Return how many characters of a row are read, about."""
    names = sum(len(name) + 4 for name in columns)
    return names + sum(end - start for start, end in row.cells)


def group_rows(table: Block, size: int) -> Iterator[tuple[Row, ...]]:
    """Yield the rows of a table in groups that are read as at most `size` characters, about."""
    group: list[Row] = []
    length = 0
    for row in table.rows:
        own = row_length(row, table.columns)
        if group and length + own > size:
            yield tuple(group)
            group, length = [], 0
        group.append(row)
        length += own
    if group:
        yield tuple(group)
