"""Tell which rows of tables have most of a question, and close the others to the reader.

Knows questions and tables; nothing of the index or of models.
"""

from __future__ import annotations

from collections.abc import Sequence

from seedqa.index.lexical import fold, folded_words, word_forms
from seedqa.retrieval.layout.tables import (
    Cell,
    asked_forms,
    cell_forms,
    cells_of,
    days_named,
    fullest,
    inserted_spans,
    row_spans,
)
from seedqa.retrieval.layout.weekdays import weekday_of
from seedqa.retrieval.question import Question
from seedqa.retrieval.types import Passage
from seedqa.retrieval.wording.asking import is_of_wrong_kind
from seedqa.retrieval.wording.naming import question_names

Span = tuple[int, int]

#: Languages that write compounds as one word, and the shortest part of one that is looked for.
_COMPOUNDING = frozenset(("de", "nl"))
MIN_PART = 4


def closed_rows(passages: Sequence[Passage], question: Question) -> list[tuple[Span, ...]]:
    """Return for each passage the spans of its reading view that no answer may touch.

    Those are what is inserted, and the rows of a table that have fewer words of the question than
    another row of a table with the same columns: "Moen" leaves only the rows about Moen open. So is
    the name of a row that only repeats words of another cell (`_closed_names`), and cells in other
    columns than the question names (`_closed_columns`).
    """
    rows = [row_spans(passage) for passage in passages]
    shared = [
        count_shared(passage, of_passage, question)
        for passage, of_passage in zip(passages, rows, strict=True)
    ]
    most: dict[tuple[str, ...], int] = {}
    for passage, counts in zip(passages, shared, strict=True):
        most[_table_of(passage)] = max([most.get(_table_of(passage), 0), *counts])
    return [
        (
            *inserted_spans(passage),
            *dict.fromkeys(
                span
                for row in of_passage
                if (cells := cells_of(passage, row))
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


def count_shared(passage: Passage, rows: Sequence[Span], question: Question) -> list[int]:
    """Return how many topical words of the question each row has in its cells, or its table's name.

    A name counts more than all other words: the row of another firm says nothing of this one. A
    table is named by the headings above and by the lines beside its rows: of two tables with the
    same columns, that of the women has no answer for the men.
    """
    if not rows:
        return []
    view, language = passage.view, passage.language
    asked = [asked_forms(word, language) for word in question.topical]
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
        known = known.union(*map(days_named, cells))
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
    for row in row_spans(passage):
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
    repeated = [cell.span for cell in cells if asked & days_named(cell.text)]
    return repeated if len(repeated) < len(cells) else []


def _closed_columns(passage: Passage, cells: Sequence[Cell], question: Question) -> list[Span]:
    """Return the cells of a row that are in other columns than the question asks for.

    It asks for the columns whose names have a word of it (`fullest`), right of the first cell that
    has one, and whose cell may be the answer: "When is the workshop open on Saturday?" names the
    column "Workshop", while "plot" in "How large is the plot of Ann Reed?" only says what the rows
    are.
    """
    language = passage.language
    wanted = set[str]().union(*(asked_forms(word, language) for word in question.topical))
    is_known = [bool(cell_forms(cell.text, language) & wanted) for cell in cells]
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
    asked = fullest(asked, question)
    return [cell.span for cell in cells if cell not in asked] if asked else []
