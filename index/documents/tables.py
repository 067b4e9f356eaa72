"""Find the tables of a plain text: lines whose cells are parted by tabs, bars or aligned spaces.

Knows only lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from seedqa.index.documents.lines import Line, Stanza
from seedqa.index.types import Block, BlockKind, Row

#: Fewer lines that happen to have the same number of cells are no table.
MIN_ROWS = 3
MIN_COLUMNS = 2
#: Pairs of words may be a list of names; more words in a row are a table, which has a header.
MIN_NAMED_COLUMNS = 3
#: A longer cell is a sentence, and its line no row.
MAX_CELL_CHARS = 200

_RULE = re.compile(r"[-=+|: \t─━┼│╪═]+")
_TAB = re.compile(r"[ \t]*\t[ \t]*")
_BAR = re.compile(r"[ \t]*[|│][ \t]*")
_GAP = re.compile(r"[ \t]{2,}")
_FIGURES = re.compile(r"[-+(]?[^\w\s]?\s?\d[\d.,:/ %-]*\s?\w{0,3}\)?[^\w\s]?")

Cells = list[tuple[int, int]]


def find_table(stanza: Stanza) -> Block | None:
    """Return the table that a stanza is, or None."""
    if len(stanza) < MIN_ROWS:
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


def _read_table(stanza: Stanza, split: Callable[[Line], Cells]) -> Block | None:
    rows = [line for line in stanza if not _RULE.fullmatch(line.text)]
    if len(rows) < MIN_ROWS:
        return None
    cells = [split(line) for line in rows]
    count = len(cells[0])
    if count < MIN_COLUMNS or any(len(row) != count for row in cells):
        return None
    if any(end - start > MAX_CELL_CHARS for row in cells for start, end in row):
        return None
    if split is _split_gaps and not _is_aligned(rows, cells):
        return None
    made = [Row(line.start, line.end, tuple(row)) for line, row in zip(rows, cells, strict=True)]
    names = [_text(rows[0], cell) for cell in cells[0]]
    below = [
        [_text(line, cell) for cell in row] for line, row in zip(rows[1:], cells[1:], strict=True)
    ]
    ruled = len(stanza) > 1 and _RULE.fullmatch(stanza[1].text) is not None
    has_header = all(names) and (ruled or names_columns(names, below))
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

    It has words where a column below has figures; or there are `MIN_NAMED_COLUMNS` columns, and
    none of the words is below.
    """
    if any(_FIGURES.fullmatch(name) for name in names):
        return False
    columns = [[row[at] for row in below if row[at]] for at in range(len(names))]
    if any(column and all(map(_FIGURES.fullmatch, column)) for column in columns):
        return True
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


def _is_aligned(rows: Stanza, cells: list[Cells]) -> bool:
    """Tell whether the cells of each column begin or end at the same column of the text."""
    for column in range(len(cells[0])):
        begins, ends = set(), set()
        for line, row in zip(rows, cells, strict=True):
            offset = line.start - line.indent
            begins.add(row[column][0] - offset)
            ends.add(row[column][1] - offset)
        if len(begins) > 1 and len(ends) > 1:
            return False
    return all(left[1] < right[0] for row in cells for left, right in pairwise(row))
