"""Find the tables of a plain text: lines whose cells are parted by tabs, bars or aligned spaces.

Knows only lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import groupby

from seedqa.index.documents.lines import Line, Stanza
from seedqa.index.types import Block, BlockKind, Row

#: Fewer lines that happen to have the same number of cells are no table; two of more columns are.
MIN_ROWS = 3
MIN_LINES = 2
MIN_COLUMNS = 2
#: Pairs of words may be a list of names; more words in a row are a table, which has a header.
MIN_NAMED_COLUMNS = 3
#: By how many characters a cell may stand beside its column: figures are often put under figures.
SLACK = 2
#: A longer cell is a sentence, and its line no row.
MAX_CELL_CHARS = 200

_RULE = re.compile(r"[-=+|: \t─━┼│╪═]+")
_TAB = re.compile(r"[ \t]*\t[ \t]*")
_BAR = re.compile(r"[ \t]*[|│][ \t]*")
_GAP = re.compile(r"[ \t]{2,}")
_COLUMN_GAP = re.compile(r"\S(?:[ \t]{2,}|\t|[ \t]*[|│])[ \t]*\S|^[-=+|: \t─━┼│╪═]{3,}$")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_FIGURES = re.compile(r"[-+(]?[^\w\s]?\s?\d[\d.,:/ %-]*\s?\w{0,3}\)?[^\w\s]?")

Cells = list[tuple[int, int]]


def find_table(stanza: Stanza) -> Block | None:
    """Return the table that a stanza is, or None."""
    if len(stanza) < MIN_LINES:
        return None
    for mark, split in (
        ("\t", _split_tabs),
        ("|", _split_bars),
        ("│", _split_bars),
        ("  ", _split_gaps),
    ):
        if all(mark in line.text or _RULE.fullmatch(line.text) for line in stanza):
            table = _read_table(stanza, split)
            if table:
                return table
    return None


def part_tables(lines: Stanza) -> list[tuple[Stanza, Block | None]]:
    """Return the parts of some lines: rows that make a table, with it, and what is between.

    One part without a table where there is none.
    """
    parts: list[tuple[Stanza, Block | None]] = []
    for has_gap, group in groupby(lines, lambda line: _COLUMN_GAP.search(line.text) is not None):
        run = list(group)
        table = find_table(run) if has_gap else None
        if table is None and parts and parts[-1][1] is None:
            parts[-1] = ([*parts[-1][0], *run], None)
        else:
            parts.append((run, table))
    return parts


def _read_table(stanza: Stanza, split: Callable[[Line], Cells]) -> Block | None:
    lines = [line for line in stanza if not _RULE.fullmatch(line.text)]
    cells = [split(line) for line in lines]
    if not lines or any(end - start > MAX_CELL_CHARS for row in cells for start, end in row):
        return None
    if split is _split_gaps:
        placed = _place_cells(lines, cells)
        if placed is None:
            return None
        cells = placed
    count = len(cells[0])
    least = MIN_ROWS if count < MIN_NAMED_COLUMNS else MIN_LINES
    if count < MIN_COLUMNS or len(lines) < least or any(len(row) != count for row in cells):
        return None
    return _make_table(stanza, lines, cells)


def _make_table(stanza: Stanza, lines: Stanza, cells: list[Cells]) -> Block:
    made = [Row(line.start, line.end, tuple(row)) for line, row in zip(lines, cells, strict=True)]
    names = [_text(lines[0], cell) for cell in cells[0]]
    below = [
        [_text(line, cell) for cell in row] for line, row in zip(lines[1:], cells[1:], strict=True)
    ]
    ruled = len(stanza) > 1 and _RULE.fullmatch(stanza[1].text) is not None
    # a first cell without a name is above the names of the rows
    named = all(names[1:]) and (bool(names[0]) or len(names) >= MIN_NAMED_COLUMNS)
    has_header = named and (ruled or not names[0] or names_columns(names, below))
    return Block(
        BlockKind.TABLE,
        stanza[0].start,
        stanza[-1].end,
        columns=tuple(names) if has_header else (),
        header=made[0] if has_header else None,
        rows=tuple(made[1:] if has_header else made),
    )


def names_columns(names: list[str], below: list[list[str]]) -> bool:
    """Tell whether the first row of a table has the names of the columns.

    It has words where a column below has figures; or there are `MIN_NAMED_COLUMNS` columns, none of
    the words is below, and none has figures but a year.
    """
    if any(_FIGURES.fullmatch(name) for name in names):
        return False
    columns = [[row[at] for row in below if row[at]] for at in range(len(names))]
    if any(column and all(map(_FIGURES.fullmatch, column)) for column in columns):
        return True
    if any(map(str.isdigit, _YEAR.sub("", " ".join(names)))):
        return False  # "Tue 9-12" is a value above "Wed 9-11"
    return len(names) >= MIN_NAMED_COLUMNS and not any(
        name in column for name, column in zip(names, columns, strict=True)
    )


def _text(line: Line, cell: tuple[int, int]) -> str:
    return line.text[cell[0] - line.start : cell[1] - line.start]


def _split_tabs(line: Line) -> Cells:
    return _split(line, _TAB)


def _split_bars(line: Line) -> Cells:
    """Return the cells between bars; those at the ends of a line enclose it."""
    cells = _split(line, _BAR)
    first = 1 if line.text[0] in "|│" else 0
    return cells[first : len(cells) - (line.text[-1] in "|│")]


def _split_gaps(line: Line) -> Cells:
    return _split(line, _GAP)


def _split(line: Line, separator: re.Pattern[str]) -> Cells:
    cells, start = [], 0
    for match in separator.finditer(line.text):
        cells.append((line.start + start, line.start + match.start()))
        start = match.end()
    return [*cells, (line.start + start, line.end)]


def _place_cells(lines: Stanza, cells: list[Cells]) -> list[Cells] | None:
    """Return the cells of each line by the columns that they stand in, or None if in none.

    Most lines have a cell in every column. In the others it may be missing: it is empty then. What
    is right of the last column belongs to its cell.
    """
    counts = Counter(map(len, cells))
    count = max(counts, key=lambda number: (counts[number], number))
    full = [at for at, row in enumerate(cells) if len(row) == count]
    others = len(cells) - len(full)
    if count < MIN_COLUMNS or others > max(1, (len(full) + 1) // 2):
        return None
    begins, ends = _edges(lines, cells, full, count)
    placed = []
    for line, row in zip(lines, cells, strict=True):
        own = _place_row(line, row, begins, ends)
        if own is None:
            return None
        placed.append(own)
    return placed


def _edges(
    lines: Stanza, cells: list[Cells], full: Sequence[int], count: int
) -> tuple[list[int], list[int]]:
    """Return where the cells of each column begin and where they end, as most lines have it."""
    begins, ends = [], []
    for column in range(count):
        of_column = [(lines[at], cells[at][column]) for at in full]
        offsets = [(cell[0] - _margin(line), cell[1] - _margin(line)) for line, cell in of_column]
        begins.append(Counter(begin for begin, _ in offsets).most_common(1)[0][0])
        ends.append(Counter(end for _, end in offsets).most_common(1)[0][0])
    return begins, ends


def _place_row(line: Line, row: Cells, begins: Sequence[int], ends: Sequence[int]) -> Cells | None:
    """Return the cells of a line by columns, an empty one where it has none."""
    placed: list[tuple[int, int] | None] = [None] * len(begins)
    last, pushed = -1, 0
    for start, end in row:
        begin, finish = start - _margin(line), end - _margin(line)
        column = next(
            (
                at
                for at in range(last + 1, len(begins))
                if abs(begin - begins[at]) <= (SLACK if at else 0) or finish == ends[at]
            ),
            None,
        )
        if column is None and last >= 0 and begins[-1] <= begin and last == len(begins) - 1:
            first = placed[last]
            placed[last] = (first[0] if first else start, end)  # more in the last cell
            continue
        if column is None and last + 1 < len(begins) and pushed > begins[last + 1]:
            column = last + 1  # the cell before is longer than its column
        if column is None:
            return None
        placed[column] = (start, end)
        last, pushed = column, finish
    filled: Cells = []
    at = line.start
    for cell in placed:
        filled.append(cell or (at, at))
        at = filled[-1][1]
    return filled


def _margin(line: Line) -> int:
    """Return the offset of the first column of the text in a line."""
    return line.start - line.indent
