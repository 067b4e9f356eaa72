"""Tell the tables of a DOCX file that hold data from those that only lay out a page.

Finds which row names the columns. Knows paragraphs and cells; knows nothing of offsets.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seedqa.index.documents.docx_parts import Cell, Paragraph, Part, Table, is_bold
from seedqa.index.documents.docx_styles import NO_STYLE, Styles
from seedqa.index.types import BlockKind

#: Word makes no table with more columns; what claims more gets one column for each cell.
MAX_COLUMNS = 63
#: A longer cell does not name a column.
MAX_NAME_CHARS = 60
#: With fewer rows below it, nothing shows that a row without any mark names the columns.
MIN_ROWS_BELOW = 2

#: A column of amounts has at least so many; pairs of labels and values may have some.
MIN_AMOUNTS = 4
#: An amount with its unit: "22 € a night", "£4".
_AMOUNT = re.compile(r"(?P<before>[€$£])?\s?\d[\d.,]*\s?(?(before)|(?P<after>[^\W\d_]+|[€$£%]))")
_FIGURES = re.compile(r"[-+(~]?[^\w\s]?\s?\d[\d.,:/ '%–-]*\s?\w{0,3}\)?[^\w\s]?")
_SOFT_HYPHEN = "\u00ad"
_YEAR = re.compile(r"(?:1[6-9]|20)\d\d")

Texts = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of a table as texts, one cell for each column."""

    rows: tuple[Texts, ...]
    """A cell is None where one before it reaches over its column, or the row leaves it out."""
    header: int | None
    """Which row names the columns; those above it name groups of columns."""
    columns: tuple[str, ...]
    title: str = ""
    """The text of a first row of one cell above the names of the columns."""


def lay_out(parts: Sequence[Part]) -> Iterator[Part]:
    """Yield the paragraphs and the tables that hold data, with no table for layout alone."""
    stack = list(reversed(parts))
    while stack:
        part = stack.pop()
        if isinstance(part, Table) and _is_layout(part):
            stack.extend(reversed([inner for row in part.rows for c in row for inner in c.parts]))
        else:
            yield part


def paragraphs_of(part: Part) -> Iterator[Paragraph]:
    """Yield the paragraphs of a part in order, those of the cells of a table too."""
    stack = [part]
    while stack:
        current = stack.pop()
        if isinstance(current, Paragraph):
            yield current
        else:
            inner = [part for row in current.rows for cell in row for part in cell.parts]
            stack.extend(reversed(inner))


def lines_of(part: Part) -> Iterator[Paragraph]:
    """Yield a paragraph, or one for each row of a table with its cells joined by tabs."""
    if isinstance(part, Paragraph):
        yield part
        return
    for row in part.rows:
        text = "\t".join(filter(None, map(_text, row)))
        inner = [each for cell in row for part in cell.parts for each in paragraphs_of(part)]
        masks = [each.masked or each.text for each in inner if each.masked]
        if text:
            yield Paragraph(
                text, NO_STYLE, masked="\t".join(masks) if len(masks) == len(inner) else ""
            )


def make_grid(table: Table, styles: Styles) -> Grid | None:
    """Return the rows of a table that say something; None if there is none."""
    kept = [row for row in table.rows if any(cell.parts for cell in row)]
    if not kept:
        return None
    rows = [_spread(row) for row in kept]
    marked = min(table.marked, len(rows) - 1)
    width, title = max(map(len, rows)), ""
    if len(kept[0]) == 1 and len(rows) > MIN_ROWS_BELOW and len(kept[1]) > 1:
        title = _text(kept[0][0])
        rows, kept, marked = rows[1:], kept[1:], max(0, marked - 1)
    if not marked and _has_names(table, kept, rows, styles):
        marked = 1
    if marked:
        return Grid(tuple(rows), marked - 1, _join_names(rows[:marked], width), title)
    return Grid(tuple(rows), None, (), title)


def _is_layout(table: Table) -> bool:
    """Return whether a table only lays out a page: a frame, columns of prose, a letterhead."""
    if max(map(len, table.rows), default=0) <= 1:
        return True
    if len(table.rows) == 1 and any(len(cell.parts) > 1 for cell in table.rows[0]):
        return True
    return any(_has_section(cell) for row in table.rows for cell in row)


def _has_section(cell: Cell) -> bool:
    """Return whether a cell has a heading and text below it."""
    return any(
        isinstance(part, Paragraph) and part.kind is BlockKind.HEADING for part in cell.parts[:-1]
    )


def _text(cell: Cell) -> str:
    texts = (paragraph.text for part in cell.parts for paragraph in paragraphs_of(part))
    return " ".join(" ".join(texts).split())


def _spread(row: Sequence[Cell]) -> Texts:
    """Return one entry for each column that a row reaches."""
    entries: list[str | None] = []
    for cell in row:
        entries += [None] * max(0, min(cell.width_before, MAX_COLUMNS - len(entries)))
        entries.append(_text(cell))
        entries += [None] * max(0, min(cell.span - 1, MAX_COLUMNS - len(entries)))
    return tuple(entries)


def _join_names(rows: Sequence[Texts], width: int) -> tuple[str, ...]:
    """Return the name of each column; one that a wider cell reaches over has its name too."""
    names: list[list[str]] = [[] for _ in range(width)]
    for row in rows:
        name = ""
        for column, text in enumerate(row):
            name = name if text is None else text.replace(_SOFT_HYPHEN, "")
            if name and name not in names[column]:
                names[column].append(name)
    return tuple(map(" ".join, names))


def _has_names(
    table: Table, kept: Sequence[Sequence[Cell]], rows: Sequence[Texts], styles: Styles
) -> bool:
    """Return whether the first row of a table without a marked header names its columns."""
    first, below = rows[0], rows[1:]
    names = [text for text in first if text is not None]
    if len(names) < 2 or not below or not all(names[1:]) or len(set(names)) < len(names):
        return False
    if any(len(name) > MAX_NAME_CHARS for name in names):
        return False
    if _is_row_bold(kept[0], styles) and not _is_row_bold(kept[1], styles):
        return True
    if table.has_first_row and table.style.has_first_row:
        return True
    return _reads_as_names(names, below, table.has_first_row)


def _is_row_bold(row: Sequence[Cell], styles: Styles) -> bool:
    paragraphs = [each for cell in row for part in cell.parts for each in paragraphs_of(part)]
    return bool(paragraphs) and all(is_bold(paragraph, styles) for paragraph in paragraphs)


def _is_of_one_unit(column: Sequence[str | None]) -> bool:
    """Return whether most cells of a column are amounts of one unit, as below "Price"."""
    cells = [text for text in column if text]
    amounts = [_AMOUNT.match(text) for text in cells]
    units = Counter(found["before"] or found["after"] for found in amounts if found)
    return len(cells) >= MIN_AMOUNTS and max(units.values(), default=0) > len(cells) * 0.75


def _reads_as_names(names: Sequence[str], below: Sequence[Texts], has_first_row: bool) -> bool:
    """Return whether the texts of a first row differ from those below it as names do.

    Word says of every table that it makes that it has a first row, so that this says little by
    itself: pairs of a label and a value ("Tenant", "Rent") have none.
    """
    if len(names) > 2 and all(map(_YEAR.fullmatch, names[1:])):
        return has_first_row
    if any(map(_FIGURES.fullmatch, names)):
        return False
    columns = [[row[at] for row in below if at < len(row)] for at in range(len(names))]
    figures = [[bool(_FIGURES.fullmatch(text or "")) for text in column] for column in columns]
    if any(column and all(column) for column in figures):
        return True
    if not has_first_row:
        return False
    if len(names) > 2 or _is_of_one_unit(columns[1]):
        return True
    labels = any((row[0] or "").endswith(":") for row in below) or names[0].endswith(":")
    return len(below) >= MIN_ROWS_BELOW and not labels and not any(figures[1])
