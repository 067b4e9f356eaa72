"""Find the row of a table that a word was read in, with the names of its columns.

Knows passages whose rows are read as "column: cell; column: cell"; nothing of the index.
"""

from __future__ import annotations

from seedqa.index.tables import CELL_END
from seedqa.retrieval.types import Passage, TableRow


def line_around(text: str, at: int) -> tuple[int, int]:
    """Return the span of the line of `text` that holds the offset `at`."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    return start, len(text) if end < 0 else end


def row_around(passage: Passage, at: int) -> TableRow:
    """Return the row that is read at the offset `at`; an empty cell is an empty text."""
    view = passage.view
    start, end = line_around(view.text, at)
    cells = dict.fromkeys(passage.columns, "")
    marks = [
        segment for segment in view.segments if not segment.is_literal and start <= segment.at < end
    ]
    for number, mark in enumerate(marks):
        until = marks[number + 1].at if number + 1 < len(marks) else end
        text = view.text[mark.at : until]
        name, found, cell = text.removeprefix(CELL_END).partition(": ")
        if found and name in cells:
            cells[name] = cell.strip()
    return TableRow(passage.columns, tuple(cells.values()))


def inserted_spans(passage: Passage) -> tuple[tuple[int, int], ...]:
    """Return the spans of the reading view that are in no file: names of columns and marks."""
    segments = passage.view.segments
    following = [*(segment.at for segment in segments[1:]), len(passage.view.text)]
    return tuple(
        (segment.at, end)
        for segment, end in zip(segments, following, strict=True)
        if not segment.is_literal and passage.columns
    )
