"""Find the row of a table that a word was read in, with the names of its columns.

Knows passages whose rows are read as "column: cell; column: cell"; nothing of the index.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from seedqa.index.lexical import fold, folded_words, word_forms
from seedqa.index.tables import CELL_END, ROW_END
from seedqa.retrieval.layout.weekdays import asks_hours, days_in, weekday_of
from seedqa.retrieval.question import Question
from seedqa.retrieval.types import Passage, TableRow
from seedqa.retrieval.wording.asking import (
    asks_cost,
    asks_how_much,
    asks_which,
    is_of_wrong_kind,
    names_price,
)
from seedqa.retrieval.wording.naming import question_names
from seedqa.retrieval.wording.units import unit_in

Span = tuple[int, int]

#: "Which team": a column that the first words of a question name is the one it asks for.
WHICH_WORDS = 2
#: Languages that write compounds as one word, and the shortest part of one that is looked for.
_COMPOUNDING = frozenset(("de", "nl"))
MIN_PART = 4
_CLOCK = re.compile(r"\d[:.h]\d\d(?!\d)")


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


def closed_rows(passages: Sequence[Passage], question: Question) -> list[tuple[Span, ...]]:
    """Return for each passage the spans of its reading view that no answer may touch.

    Those are what is inserted, and the rows of a table that have fewer words of the question than
    another row of a table with the same columns: "Moen" leaves only the rows about Moen open. So is
    the name of a row that only repeats words of another cell (`_closed_names`), and cells in other
    columns than the question names (`_closed_columns`).
    """
    rows = [_rows(passage) for passage in passages]
    shared = [
        _count_shared(passage, of_passage, question)
        for passage, of_passage in zip(passages, rows, strict=True)
    ]
    most: dict[tuple[str, ...], int] = {}
    for passage, counts in zip(passages, shared, strict=True):
        most[_table_of(passage)] = max([most.get(_table_of(passage), 0), *counts])
    return [
        (
            *inserted_spans(passage),
            *(
                span
                for row in of_passage
                if (cells := _cells(passage, row))
                for close in (_closed_names, _closed_days, _closed_columns)
                for span in close(passage, cells, question)
            ),
            *(
                row
                for row, count in zip(of_passage, counts, strict=True)
                if count < most[_table_of(passage)]
            ),
        )
        for passage, of_passage, counts in zip(passages, rows, shared, strict=True)
    ]


def _table_of(passage: Passage) -> tuple[str, ...]:
    """Return what rows that are compared share: their columns, or else their document."""
    return passage.columns or (passage.source,)


def _rows(passage: Passage) -> list[Span]:
    """Return the spans of the rows of a table as it is read; none where it is no table."""
    text = passage.view.text
    starts = {line_around(text, start)[0] for start, _ in inserted_spans(passage)}
    return [line_around(text, start) for start in sorted(starts)]


def rows_of(passage: Passage) -> list[list[Cell]]:
    """Return the rows of a table as it is read; an empty cell is left out."""
    return [cells for row in _rows(passage) if (cells := _cells(passage, row))]


def _count_shared(passage: Passage, rows: Sequence[Span], question: Question) -> list[int]:
    """Return how many topical words of the question each row has in its cells, or its table's name.

    A name counts more than all other words: the row of another firm says nothing of this one. A
    table is named by the headings above and by the lines beside its rows: of two tables with the
    same columns, that of the women has no answer for the men.
    """
    if not rows:
        return []
    view, language = passage.view, passage.language
    asked = [_asked_forms(word, language) for word in question.topical]
    names = question_names(question)
    weights = [len(asked) + 1 if word in names else 1 for word in question.topical]
    around = word_forms(*passage.context, _beside_rows(passage), language=language)
    counts = []
    for start, end in rows:
        cells = [
            view.text[max(start, segment.at) : min(end, segment.at + segment.end - segment.start)]
            for segment in view.segments
            if segment.is_literal and segment.at < end
        ]
        known = around | word_forms(*cells, language=language)
        known = known.union(*map(_days, cells))
        counts.append(
            sum(
                weight
                for forms, weight in zip(asked, weights, strict=True)
                if not forms.isdisjoint(known) or _begin_compound(forms, cells, language)
            )
        )
    return counts


def _begin_compound(forms: set[str], cells: Sequence[str], language: str) -> bool:
    """Return whether a word of a question is a compound whose first part is a cell.

    "Autoverzekering" is of the row "Auto".
    """
    if language not in _COMPOUNDING:
        return False
    parts = {word for cell in cells if len(word := fold(cell.strip())) >= MIN_PART}
    return any(len(form) > len(part) and form.startswith(part) for form in forms for part in parts)


def _beside_rows(passage: Passage) -> str:
    """Return the text of a table's passage without its rows."""
    text, start = passage.view.text, 0
    parts = []
    for row in _rows(passage):
        parts.append(text[start : row[0]])
        start = row[1]
    return "\n".join((*parts, text[start:]))


def _closed_names(passage: Passage, cells: Sequence[Cell], question: Question) -> list[Span]:
    """Return the first cell of a row, where the question asks for another one.

    Its words of the question are in another cell too: of "FROB_PORT; port of the server; 8123" the
    name is no answer to "Which port does the server use?", but it is to "Which variable ...?".
    """
    if not passage.columns or set(folded_words(passage.columns[0])) & set(question.topical):
        return []
    first, *others = [{*folded_words(cell.text)} & {*question.topical} for cell in cells]
    return [cells[0].span] if first and any(first < other for other in others) else []


def _closed_days(passage: Passage, cells: Sequence[Cell], question: Question) -> list[Span]:
    """Return the cells of a row that only repeat the day of the week of a question."""
    asked = {f"weekday {day}" for day in map(weekday_of, question.topical) if day}
    repeated = [cell.span for cell in cells if asked & _days(cell.text)]
    return repeated if len(repeated) < len(cells) else []


def _closed_columns(passage: Passage, cells: Sequence[Cell], question: Question) -> list[Span]:
    """Return the cells of a row that are in other columns than the question asks for.

    It asks for the columns whose names have a word of it (`_fullest`), right of the first cell that
    has one, and whose cell may be the answer: "When is the workshop open on Saturday?" names the
    column "Workshop", while "plot" in "How large is the plot of Ann Reed?" only says what the rows
    are.
    """
    language = passage.language
    wanted = set[str]().union(*(_asked_forms(word, language) for word in question.topical))
    is_known = [
        bool((word_forms(cell.text, language=language) | _days(cell.text)) & wanted)
        for cell in cells
    ]
    if not any(is_known):
        return []
    asked = [
        cell
        for at, cell in enumerate(cells)
        if any(is_known[:at])
        and not is_known[at]
        and word_forms(cell.column, language=language) & wanted
        and not is_of_wrong_kind(cell.text, language, question)
    ]
    asked = _fullest(asked, question)
    return [cell.span for cell in cells if cell not in asked] if asked else []


def find_cell(question: Question, passage: Passage) -> Span | None:
    """Return the one cell that the question names by its row and its column, or None."""
    cell = _named_cell(question, passage)
    if not cell or not says_something(cell.text):
        return None
    if is_of_wrong_kind(cell.text, passage.language, question):
        return None
    return content_of(cell)


def content_of(cell: Cell) -> Span:
    """Return the span of a cell without white space at either end."""
    text, (start, _) = cell.text, cell.span
    return start + len(text) - len(text.lstrip()), start + len(text.rstrip())


def names_empty_cell(question: Question, passage: Passage) -> bool:
    """Return whether a question names one cell by its row and its column, and that says nothing.

    Then no other cell answers: where the price is "-", the number of doses is none.
    """
    cell = _named_cell(question, passage)
    return cell is not None and not says_something(cell.text)


def says_something(cell: str) -> bool:
    """Return whether a cell has more than a dash.

    >>> says_something("12"), says_something("-"), says_something("n/a")
    (True, False, False)
    """
    words = folded_words(cell)
    return bool(words) and words != ["n", "a"]


def _named_cell(question: Question, passage: Passage) -> Cell | None:
    """Return the one cell that the question names by its row and its column, or None.

    Every topical word of the question is in the row, in the names of the columns or in the headings
    above; some are in another cell, and some in the name of the cell's column. Of several rows the
    one with the most of them counts. "What does the K7 cost?" names a column "Price", "Which team
    lost against Ajax?" only the teams.
    """
    language = passage.language
    if not passage.columns or question.language != language:
        return None
    columns = set().union(*(_column_forms(name, language) for name in passage.columns))
    above = columns | word_forms(*passage.context, language=language)
    asks_day = any(map(weekday_of, question.topical))
    asked = [
        _asked_forms(word, language)
        for word in question.topical
        if not (asks_day and asks_hours(word))
    ]
    asks_price = any(map(asks_cost, asked)) or asks_how_much(question)
    asked = [word for word in asked if not asks_cost(word)]
    opening = question.words[:WHICH_WORDS] if asks_which(question) else ()
    which = word_forms(*opening, language=language)
    asked_for = [name for name in passage.columns if which & {*folded_words(name)}]
    found: dict[int, list[Cell]] = {}
    for row in _rows(passage):
        cells = _with_empty(_cells(passage, row), passage)
        known = [word_forms(cell.text, language=language) | _days(cell.text) for cell in cells]
        row_words = set().union(*known)
        if not all(word & (above | row_words) for word in asked):
            continue
        named = [
            cell
            for at, cell in enumerate(cells)
            if (not asked_for or cell.column in asked_for)
            and _names_column(cell, asked, asks_price)
            and any(word & each for word in asked for each in (*known[:at], *known[at + 1 :]))
        ]
        shared = sum(bool(word & row_words) for word in asked)
        found.setdefault(shared, []).extend(_fullest(named, question))
    best = found[max(found)] if found else []
    return best[0] if len(best) == 1 else None


def is_one_of_alike(question: Question, passage: Passage, at: int) -> bool:
    """Return whether another cell of a row is named by the question as well as the one at `at`.

    Both are times, or amounts of the same unit: "How much is the bike for a week?" has no answer in
    columns for a day and for a month. Across languages no column is named.
    """
    language = passage.language
    if not passage.columns:
        return False
    cells = next((row for row in rows_of(passage) if row[0].span[0] <= at < row[-1].span[1]), [])
    own = next((cell for cell in cells if cell.span[0] <= at < cell.span[1]), None)
    if own is None:
        return False
    asked = [_asked_forms(word, language) for word in question.topical]
    asks_price = any(map(asks_cost, asked)) or asks_how_much(question)

    def named(cell: Cell) -> int:
        column = word_forms(cell.column, language=language) | _days(cell.column)
        return (asks_price and names_price(column)) + sum(
            not column.isdisjoint(word) for word in asked
        )

    return any(
        cell.text.strip() != own.text.strip()
        and _are_alike(cell.text, own.text)
        and named(cell) >= named(own)
        for cell in cells
    )


def is_in_one_of_alike_rows(question: Question, passage: Passage, at: int) -> bool:
    """Return whether another row of a table has as much of the question as that at `at`.

    And its cell in the same column is another time or amount: "How much is the canoe?" has no
    answer in rows for half a day and for a whole one.
    """
    spans = _rows(passage)
    rows = [_cells(passage, span) for span in spans]
    own = next((n for n, (start, end) in enumerate(spans) if start <= at < end), None)
    if own is None:
        return False
    counts = _count_shared(passage, spans, question)
    column = next(
        (n for n, cell in enumerate(rows[own]) if cell.span[0] <= at < cell.span[1]), None
    )
    if column is None:
        return False
    text = rows[own][column].text
    return any(
        count >= counts[own]
        and len(row) == len(rows[own])
        and row[column].text.strip(" .") != text.strip(" .")
        and _are_alike(row[column].text, text)
        for number, (row, count) in enumerate(zip(rows, counts, strict=True))
        if number != own
    )


def _are_alike(one: str, other: str) -> bool:
    """Return whether two cells are times, or amounts of one unit."""
    if _CLOCK.search(one) and _CLOCK.search(other):
        return True
    unit = unit_in(one)
    return bool(unit) and unit == unit_in(other)


def _with_empty(cells: Sequence[Cell], passage: Passage) -> list[Cell]:
    """Return the cells of a row in the order of its columns, with those that are empty."""
    known = {cell.column for cell in cells}
    empty = [Cell(name, "", (0, 0)) for name in passage.columns if name and name not in known]
    return [*cells, *empty]


def _column_forms(name: str, language: str) -> set[str]:
    """Return the words of a column's name, with those of the days that it abbreviates."""
    return word_forms(name, language=language) | _days(name)


def _asked_forms(word: str, language: str) -> set[str]:
    """Return the forms of a word of a question, with the day of the week that it is."""
    day = weekday_of(word)
    return word_forms(word, language=language) | ({f"weekday {day}"} if day else _days(word))


def _days(name: str) -> set[str]:
    """Return the days of the week that a name is, in any of the languages: "Mon-Wed" is three."""
    return {f"weekday {day}" for day in days_in(name)}


def _names_column(cell: Cell, asked: Sequence[set[str]], asks_price: bool) -> bool:
    """Return whether words of a question name the column of a cell."""
    column = {*folded_words(cell.column)} | _days(cell.column)
    return (asks_price and names_price(column)) or any(word & column for word in asked)


def _fullest(cells: Sequence[Cell], question: Question) -> list[Cell]:
    """Return the cells whose columns have the most words that are all in the question, or all.

    Small words count: "without insurance" is not "with insurance".
    """
    names = [folded_words(cell.column) for cell in cells]
    counts = [len(name) if {*name} <= {*question.words} else 0 for name in names]
    return [
        cell for cell, count in zip(cells, counts, strict=True) if count == max(counts, default=0)
    ]


def _cells(passage: Passage, row: Span) -> list[Cell]:
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
