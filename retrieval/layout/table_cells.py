"""Find the cell that a question names by its row and its column, and tell where it names several.

Knows questions and tables; nothing of the index or of models.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from seedqa.index.lexical import folded_words, stop_words, word_forms
from seedqa.index.patterns import lazy_pattern
from seedqa.retrieval.layout.table_rows import count_shared
from seedqa.retrieval.layout.tables import (
    Cell,
    asked_forms,
    cell_forms,
    cells_of,
    content_of,
    days_named,
    fullest,
    place_in,
    row_at,
    row_spans,
    rows_of,
    says_something,
)
from seedqa.retrieval.layout.weekdays import asks_hours, weekday_of
from seedqa.retrieval.question import Question
from seedqa.retrieval.types import Passage
from seedqa.retrieval.wording.asking import (
    asks_cost,
    asks_how_much,
    asks_which,
    is_of_wrong_kind,
    names_price,
)
from seedqa.retrieval.wording.naming import missing_names
from seedqa.retrieval.wording.units import CURRENCY_CODES, MONEY, unit_in

Span = tuple[int, int]

#: "Which team": a column that the first words of a question name is the one it asks for.
WHICH_WORDS = 2
_LABEL_AND_VALUE = ("label", "value")
#: What asks for an amount of money: "how many", "combien de" ask for a count, "how much time" for
#: another thing, and "how much of the deposit" for a part.
_HOW_MUCH = lazy_pattern(
    r"\b(?:how much (?:is|are|was|were|do|does|did|will|would)|combien(?! de\b| d['’])|wie ?viel"
    r"(?= (?:kost|verlang|berechn|zahl|bezahl|mu[sß]))|cu[aá]nto|quanto"
    r"|hoeveel (?:kost|betaal|vraagt)\w*|costs?|cost[ao]|kostet|coûte|cuesta|custa|kost)\b",
    re.IGNORECASE,
)
#: What asks how heavy something is, or how it changed.
_OTHER_AMOUNT = lazy_pattern(
    r"\b(?:weigh|hold|contain|rise|rose|increase|pèse|contient|augment|wieg|steig|enthält|pesa"
    r"|contien|sub(?:e|ió|iu)|cambi|weeg|stijg|tempo|tiempo|temps|zeit|tijd|dura|lang)",
    re.IGNORECASE,
)
_NUMBER = lazy_pattern(r"\d[\d.,'’\u00a0\u202f ]*(?:[-–—]|\.-)?")
#: Codes and signs of currencies in the name of a column: "Amount (CHF)".
_CURRENCY = lazy_pattern(rf"[€$£]|\b(?:{'|'.join(CURRENCY_CODES)})\b")
_CLOCK = lazy_pattern(r"\d[:.h]\d\d(?!\d)")


def find_cell(question: Question, passage: Passage) -> Span | None:
    """Return the one cell that the question names by its row and its column, or None."""
    cell = _named_cell(question, passage) or _labelled_cell(question, passage)
    if not cell or not says_something(cell.text):
        return None
    if is_of_wrong_kind(cell.text, passage.language, question):
        return None
    return content_of(cell)


def names_empty_cell(question: Question, passage: Passage) -> bool:
    """Return whether a question names one cell by its row and its column, and that says nothing.

    Then no other cell answers: where the price is "-", the number of doses is none.
    """
    cell = _named_cell(question, passage)
    return cell is not None and not says_something(cell.text)


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
    columns = set().union(*(cell_forms(name, language) for name in passage.columns))
    above = columns | word_forms(*passage.context, language=language)
    asks_day = any(map(weekday_of, question.topical))
    asked = [
        asked_forms(word, language)
        for word in question.topical
        if not (asks_day and asks_hours(word))
    ]
    asks_price = any(map(asks_cost, asked)) or asks_how_much(question)
    asked = [word for word in asked if not asks_cost(word)]
    opening = question.words[:WHICH_WORDS] if asks_which(question) else ()
    which = word_forms(*opening, language=language)
    asked_for = [name for name in passage.columns if which & {*folded_words(name)}]
    found: dict[int, list[Cell]] = {}
    for row in row_spans(passage):
        cells = _with_empty(cells_of(passage, row), passage)
        known = [cell_forms(cell.text, language) for cell in cells]
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
        found.setdefault(shared, []).extend(fullest(named, question))
    best = found[max(found)] if found else []
    return best[0] if len(best) == 1 else None


def _labelled_cell(question: Question, passage: Passage) -> Cell | None:
    """Return the value of the one row whose label is in the question, in a table of two columns.

    The question asks how much something is, and its names are in the passage, its source or its
    headings. It may have words that no table has: "How much does Bonnard charge for the
    scaffolding?". Of several rows one counts that has all the words of the others' labels and more.
    """
    language = passage.language
    if len(passage.columns) != len(_LABEL_AND_VALUE) or question.language != language:
        return None
    text = question.text
    if not _HOW_MUCH.search(text) or _OTHER_AMOUNT.search(text) or missing_names(question, passage):
        return None
    asked = word_forms(*question.topical, language=language)
    found: list[tuple[set[str], Cell]] = []
    for row in rows_of(passage):
        label = {word for word in folded_words(row[0].text) if word not in stop_words(language)}
        if label and all(word_forms(word, language=language) & asked for word in label):
            found.append((label, row[-1]))
    if not found:
        return None
    words, cell = max(found, key=lambda one: len(one[0]))
    is_only = all(label < words for label, other in found if other is not cell)
    return cell if is_only and _is_price(cell) else None


def _is_price(cell: Cell) -> bool:
    """Return whether a cell is a sum of money, or a number below the name of a price."""
    unit = unit_in(cell.text)
    if unit:
        return unit in MONEY
    names = names_price({*folded_words(cell.column)}) or _CURRENCY.search(cell.column)
    return bool(names) and _NUMBER.fullmatch(cell.text.strip(" *_")) is not None


def is_one_of_alike(question: Question, passage: Passage, at: int) -> bool:
    """Return whether another cell of a row is named by the question as well as the one at `at`.

    Both are times, or amounts of the same unit: "How much is the bike for a week?" has no answer in
    columns for a day and for a month. Across languages no column is named.
    """
    language = passage.language
    if not passage.columns:
        return False
    cells = row_at(passage, at)
    place = place_in(cells, at)
    if place is None:
        return False
    own = cells[place]
    asked = [asked_forms(word, language) for word in question.topical]
    asks_price = any(map(asks_cost, asked)) or asks_how_much(question)

    def named(cell: Cell) -> int:
        column = cell_forms(cell.column, language)
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
    spans = row_spans(passage)
    rows = [cells_of(passage, span) for span in spans]
    own = next((n for n, (start, end) in enumerate(spans) if start <= at < end), None)
    if own is None:
        return False
    counts = count_shared(passage, spans, question)
    column = place_in(rows[own], at)
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


def is_name_of_row(question: Question, passage: Passage, at: int) -> bool:
    """Return whether a cell only says which row is meant: the others have nothing of the question.

    "First visit (intake)", with prices beside it, is not what to bring to a first visit.
    """
    language = passage.language
    row = row_at(passage, at)
    place = place_in(row, at)
    if place is None or question.language != language:
        return False
    own = row[place]
    asked = set[str]().union(*(asked_forms(word, language) for word in question.topical))
    others = [cell for cell in row if cell is not own]
    beside = word_forms(*(f"{cell.column} {cell.text}" for cell in others), language=language)
    return (
        any(unit_in(cell.text) for cell in others)
        and not unit_in(own.text)
        and not asked.isdisjoint(word_forms(own.text, language=language))
        and asked.isdisjoint(beside | word_forms(own.column, language=language))
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


def _names_column(cell: Cell, asked: Sequence[set[str]], asks_price: bool) -> bool:
    """Return whether words of a question name the column of a cell."""
    column = {*folded_words(cell.column)} | days_named(cell.column)
    return (asks_price and names_price(column)) or any(word & column for word in asked)
