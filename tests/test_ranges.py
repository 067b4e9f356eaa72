"""What a scale says for the number of a question."""

from __future__ import annotations

import pytest

from seedqa.retrieval.layout.ranges import find_in_range, ranges_in
from seedqa.retrieval.question import parse_question
from seedqa.retrieval.types import Passage
from support.tables import passage_of, table_of

CANCEL = (
    "If you cancel\n"
    "   more than 56 days before:  you lose the deposit only\n"
    "   29 to 56 days:             50% of the full price\n"
    "   15 to 28 days:             75%\n"
    "   14 days or less:           100%"
)
DOSES = (
    "Adults: paracetamol 1 g up to 4 times a day.\n"
    "Adults under 50 kg: 500 mg up to 4 times a day.\n"
    "Children: see the bottle."
)
MEALS = table_of(
    ("Quotient familial", "Maternelle", "Élémentaire"),
    [
        ("jusqu'à 500", "1,00 €", "1,00 €"),
        ("501 à 900", "2,45 €", "2,80 €"),
        ("901 à 1 400", "3,30 €", "3,75 €"),
        ("plus de 1 400", "4,10 €", "4,65 €"),
    ],
    "fr",
)
POOL = table_of(
    ("Ticket", "Adults", "Under-16", "65 and over"),
    [("Day", "£8", "£4", "£6"), ("Month", "£48", "£24", "£36")],
)


def answer(question: str, passage: Passage) -> str | None:
    found = find_in_range(parse_question(question), passage)
    return passage.view.text[slice(*found)] if found else None


@pytest.mark.parametrize(
    ("question", "text", "words"),
    [
        ("We cancel 20 days before arrival, what do we have to pay?", CANCEL, "75%"),
        ("What do we pay if we cancel 14 days before?", CANCEL, "100%"),
        ("And 60 days before?", CANCEL, "you lose the deposit only"),
        ("We cancel 3 weeks before, what do we pay?", CANCEL, "75%"),
        ("We cancel sixteen days before, what do we pay?", CANCEL, "75%"),
        ("What do we pay for one year?", "Under 16: 3 €\n16 or over: 5 €", None),
        ("We cancel one of two trips, what do we pay?", CANCEL, None),
        ("What do we pay if we cancel?", CANCEL, None),
        ("We are 20 people, what do we pay?", CANCEL, None),
        ("How much may an adult of 45 kg take?", DOSES, "500 mg up to 4 times a day."),
        ("How much may an adult of 60 kg take?", DOSES, None),
        ("What was paid in 2014?", CANCEL, None),
        ("Was zahlt ein Kind von 7 Jahren?", "bis 5 Jahre: frei\n6 bis 12 Jahre: 4 Euro", "4 Euro"),
    ],
)
def test_lines(question: str, text: str, words: str | None) -> None:
    assert answer(question, passage_of(text)) == words


@pytest.mark.parametrize(
    ("question", "table", "cell"),
    [
        ("Combien coûte un repas en maternelle avec un quotient de 1100 ?", MEALS, "3,30 €"),
        ("Combien en élémentaire avec un quotient de 501 ?", MEALS, "2,80 €"),
        ("Combien coûte un repas avec un quotient de 1100 ?", MEALS, None),
        ("What is a day ticket for a 14 year old?", POOL, "£4"),
        ("What is a month ticket for a 70 year old?", POOL, "£36"),
        ("What is a ticket for a 14 year old?", POOL, None),
        ("What is a day ticket for a 16 year old?", POOL, None),
    ],
)
def test_tables(question: str, table: Passage, cell: str | None) -> None:
    assert answer(question, table) == cell


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15 to 28 days", [(15, 28)]),
        ("von 6 bis 14 Jahren", [(6, 14)]),
        ("under 16", [(float("-inf"), 16)]),
        ("plus de 1 400", [(1400, float("inf"))]),
        ("ab 65", [(65, float("inf"))]),
        ("14 days or less", [(float("-inf"), 14)]),
        ("a table of 7 rows", []),
    ],
)
def test_ranges(text: str, expected: list[tuple[float, float]]) -> None:
    assert list(ranges_in(text)) == expected


@pytest.mark.parametrize("text", ["1 to " * 20_000, "9" * 50_000, "under " * 20_000, "1 " * 30_000])
def test_hostile_text_takes_linear_time(text: str) -> None:
    list(ranges_in(text))
