"""A heading says what a text is about; it is hardly ever the answer."""

from __future__ import annotations

import pytest

from seedqa.retrieval.evidence import is_heading
from seedqa.retrieval.question import parse_question
from seedqa.retrieval.reader import Span
from support.tables import passage_of

RULES = (
    "2. Trees and hedges\n\nWillow and bamboo are banned.\n\nFlat 14\n\nIt has a balcony.\n\n"
    "Bamboo spreads"
)


@pytest.mark.parametrize(
    ("asked", "words", "expected"),
    [
        ("Which plants are banned?", "2. Trees and hedges", True),
        ("Which plants are banned?", "Trees and hedges", True),
        ("Which plants are banned?", "Willow and bamboo", False),
        ("Which plants are banned?", "hedges", False),
        ("Which plants are banned?", "Bamboo spreads", False),
        ("What is the section called?", "Trees and hedges", False),
        ("Who cuts the hedges?", "Flat 14", False),
        ("How much is it?", "Flat 14", False),
        ("What is the section about?", "Trees and hedges", False),
    ],
)
def test_a_heading_is_no_answer(asked: str, words: str, expected: bool) -> None:
    start = RULES.index(words)
    span = Span(start, start + len(words), 5.0)
    assert is_heading(parse_question(asked), passage_of(RULES), span) is expected


def test_the_heading_that_is_asked_for() -> None:
    text = "Flat 14\n\nIt has a balcony."
    question = parse_question("Which flat has a balcony?")
    assert not is_heading(question, passage_of(text), Span(0, 7, 5.0))
