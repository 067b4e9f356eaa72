"""The heading that names the one of several that a question asks for."""

from __future__ import annotations

import pytest

from seedqa.retrieval.layout.headed import find_heading
from seedqa.retrieval.question import parse_question
from seedqa.retrieval.wording.asking import asked_thing, is_of_wrong_kind
from support.tables import passage_of

FLAT = "Wohnung 14\nMieter: Herr Blum\nKaution: 1.830 EUR\n\nDas Bad wird im Herbst saniert."
ROOM = "Attic Room\nPrice: 80\nBeds: 1\nIt has a balcony to the garden."


@pytest.mark.parametrize(
    ("asked", "text", "language", "heading"),
    [
        ("In welcher Wohnung wird das Bad saniert?", FLAT, "de", "Wohnung 14"),
        ("In welcher Wohnung wohnt Herr Blum?", FLAT, "de", "Wohnung 14"),
        ("Welche Wohnung hat Herr Blum?", FLAT, "de", "Wohnung 14"),
        ("Welche Wohnung hat einen Balkon?", FLAT, "de", None),
        ("In which room is the balcony to the garden?", ROOM, "en", "Attic Room"),
        ("Which room costs 80?", ROOM, "en", None),
        ("Which room has a bath?", ROOM, "en", None),
        ("Which room has a balcony?", "Rooms\nOne has a balcony.", "en", None),
        ("Which room has a balcony?", "The room is nice.\nIt has a balcony.", "en", None),
        ("What is the price?", ROOM, "en", None),
        ("Quelle chambre a un balcon ?", ROOM, "en", None),
    ],
)
def test_the_heading_that_is_asked_for(
    asked: str, text: str, language: str, heading: str | None
) -> None:
    found = find_heading(parse_question(asked), passage_of(text, language))
    assert (text[slice(*found)] if found else None) == heading


@pytest.mark.parametrize(
    ("asked", "thing"),
    [
        ("In which room is the balcony?", "room"),
        ("Welche Wohnung hat einen Balkon?", "wohnung"),
        ("Quelle chambre a un balcon ?", "chambre"),
        ("In which year was it built?", ""),
        ("What is the rent?", ""),
        ("Qué cuesta la habitación?", ""),
        ("Who lives in the room?", ""),
    ],
)
def test_what_is_asked_for(asked: str, thing: str) -> None:
    assert asked_thing(parse_question(asked)) == thing


@pytest.mark.parametrize(
    ("answer", "asked", "is_wrong"),
    [
        ("im Herbst", "In welcher Wohnung wird das Bad saniert?", True),
        ("Monday", "Which hall is closed?", True),
        ("Wohnung 14", "In welcher Wohnung wird das Bad saniert?", False),
        ("in autumn", "In which season is the bath renewed?", False),
        ("Monday", "On which weekday is it closed?", False),
        ("Easter", "What feast is celebrated?", False),
        ("May", "Which month has 31 days?", False),
    ],
)
def test_a_time_for_a_thing(answer: str, asked: str, is_wrong: bool) -> None:
    assert is_of_wrong_kind(answer, "en", parse_question(asked)) is is_wrong
