"""Read the rows and the cells of a table as a passage has it.

Knows passages whose rows are read as "column: cell; column: cell"; nothing of the index.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from seedqa.index.lexical import folded_words, word_forms
from seedqa.index.tables import CELL_END, ROW_END
from seedqa.retrieval.layout.weekdays import days_in, weekday_of
from seedqa.retrieval.question import Question
from seedqa.retrieval.types import Passage, TableRow

Span = tuple[int, int]


class Cell(NamedTuple):
    """A cell of a row, as it is read."""

    column: str
    text: str
    span: Span


def line_around(text: str, at: int) -> Span:
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


def inserted_spans(passage: Passage) -> tuple[Span, ...]:
    """Return the spans of the reading view that are in no file: names of columns and marks.

    Of a table without a header there are only marks.
    """
    segments, text = passage.view.segments, passage.view.text
    following = [*(segment.at for segment in segments[1:]), len(text)]
    inserted = [
        (segment.at, end)
        for segment, end in zip(segments, following, strict=True)
        if not segment.is_literal
    ]
    if passage.columns:
        return tuple(inserted)
    marks = [span for span in inserted if text[slice(*span)] in (CELL_END, ROW_END)]
    return tuple(marks) if any(text.startswith(CELL_END, start) for start, _ in marks) else ()


def row_spans(passage: Passage) -> list[Span]:
    """Return the spans of the rows of a table as it is read; none where it is no table."""
    text = passage.view.text
    starts = {line_around(text, start)[0] for start, _ in inserted_spans(passage)}
    return [line_around(text, start) for start in sorted(starts)]


def rows_of(passage: Passage) -> list[list[Cell]]:
    """Return the rows of a table as it is read; an empty cell is left out."""
    return [cells for row in row_spans(passage) if (cells := cells_of(passage, row))]


def cells_of(passage: Passage, row: Span) -> list[Cell]:
    """Return the cells of a row as it is read; the name of a column may be empty."""
    text = passage.view.text
    marks = [span for span in inserted_spans(passage) if row[0] <= span[0] < row[1]]
    bounds = [(row[0], row[0]), *marks, (row[1], row[1])]
    return [
        Cell(
            text[slice(*left)].removeprefix(CELL_END).removesuffix(": "),
            text[left[1] : right[0]],
            (left[1], right[0]),
        )
        for left, right in pairwise(bounds)
        if left[1] < right[0]
    ]


def content_of(cell: Cell) -> Span:
    """Return the span of a cell without white space at either end."""
    text, (start, _) = cell.text, cell.span
    return start + len(text) - len(text.lstrip()), start + len(text.rstrip())


def says_something(cell: str) -> bool:
    """Return whether a cell has more than a dash.

    >>> says_something("12"), says_something("-"), says_something("n/a")
    (True, False, False)
    """
    words = folded_words(cell)
    return bool(words) and words != ["n", "a"]


def row_at(passage: Passage, at: int) -> list[Cell]:
    """Return the cells of the row that is read at an offset, or none."""
    return next((row for row in rows_of(passage) if row[0].span[0] <= at < row[-1].span[1]), [])


def place_in(row: Sequence[Cell], at: int) -> int | None:
    """Return which cell of a row is read at an offset, from 0, or None."""
    return next((n for n, cell in enumerate(row) if cell.span[0] <= at < cell.span[1]), None)


def cell_forms(text: str, language: str) -> set[str]:
    """Return the forms of the words of a cell or a column's name, with the days that it is."""
    return word_forms(text, language=language) | days_named(text)


def asked_forms(word: str, language: str) -> set[str]:
    """Return the forms of a word of a question, with the day of the week that it is."""
    day = weekday_of(word)
    return word_forms(word, language=language) | ({f"weekday {day}"} if day else days_named(word))


def days_named(name: str) -> set[str]:
    """Return the days of the week that a name is, in any of the languages: "Mon-Wed" is three."""
    return {f"weekday {day}" for day in days_in(name)}


def fullest(cells: Sequence[Cell], question: Question) -> list[Cell]:
    """Return the cells whose columns have the most words that are all in the question, or all.

    Small words count: "without insurance" is not "with insurance".
    """
    names = [folded_words(cell.column) for cell in cells]
    counts = [len(name) if {*name} <= {*question.words} else 0 for name in names]
    return [
        cell for cell, count in zip(cells, counts, strict=True) if count == max(counts, default=0)
    ]
