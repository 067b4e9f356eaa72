"""What lowers the confidence of an answer, whatever the calibration makes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seedqa.retrieval.doubts import AT_MOST_LIKELY, AT_MOST_UNSURE, limit_of
from seedqa.retrieval.evidence import Candidate
from seedqa.retrieval.question import parse_question
from seedqa.retrieval.reader import Span
from support.tables import passage_of, table_of

FIELDS = table_of(
    ("Airfield", "Flights 2018", "Opened"),
    [("Selby", "1000", "1892"), ("Muir", "7900", "1845")],
    context=("Airfields",),
)
PLACES = "A place in the garage costs €65 a month, an outdoor place €28."


def limit_at(asked: str, text: str, language: str, words: str) -> float:
    """Return the greatest confidence of the first `words` of a passage as an answer."""
    start = text.index(words)
    passage = passage_of(text, language)
    candidate = Candidate(passage, Span(start, start + len(words), 5.0), 5.0)
    return limit_of(candidate, parse_question(asked), [passage], ["de", "en", "fr", "nl", "pt"])


@pytest.mark.parametrize(
    ("asked", "text", "language", "words", "limit"),
    [
        ("Was kostet ein Stellplatz im Freien?", PLACES, "en", "€65", AT_MOST_LIKELY),
        ("What does a place in the garage cost?", PLACES, "en", "€65", 1.0),
        # a text of names and figures has no language of its own
        ("What does a place in the garage cost?", PLACES, "und", "€65", 1.0),
        ("What does a place in the garage cost?", PLACES, "fi", "€65", AT_MOST_UNSURE),
    ],
)
def test_one_of_several_values_across_languages(
    asked: str, text: str, language: str, words: str, limit: float
) -> None:
    assert limit_at(asked, text, language, words) == limit


@pytest.mark.parametrize("language", ["en", "und"])
def test_a_cell_that_the_question_names_is_not_doubted(language: str) -> None:
    passage = replace(FIELDS, language=language)
    start = passage.view.text.index("1000")
    candidate = Candidate(passage, Span(start, start + 4, 5.0), 5.0)
    question = parse_question("How many flights did Selby have in 2018?")
    assert limit_of(candidate, question, [passage], ["en"]) == 1.0


SEATS = "Er zijn acht zitplaatsen. Er zijn geen staanplaatsen."
RATES = "A hotel in London costs £165. A hotel elsewhere in the UK costs £110, abroad £140."


@pytest.mark.parametrize(
    ("asked", "text", "language", "words", "limit"),
    [
        ("lost property where", SEATS, "nl", "staanplaatsen", AT_MOST_UNSURE),
        ("Where are the eight seats?", SEATS, "nl", "acht zitplaatsen", 1.0),
        ("What is there not?", SEATS, "nl", "staanplaatsen", 1.0),
        ("Où sont les places ?", "Il n'y a pas de places.", "fr", "places", AT_MOST_UNSURE),
        ("How do we get there?", "Whether to take a bus was left open.", "en",
         "Whether to take a bus", AT_MOST_UNSURE),
        ("Onde nasceu a Dulce?", "Dulce nasceu no Mindelo.", "pt", "Mindelo", 1.0),
        ("What does a hotel outside the UK cost?", RATES, "en", "£110", 1.0),
        ("What does a hotel outside London cost?", "A hotel in London costs £165.", "en", "£165",
         AT_MOST_LIKELY),
        ("What does a hotel in London cost?", RATES, "en", "£165", 1.0),
    ],
)  # fmt: skip
def test_what_a_text_denies_or_says_of_the_inside(
    asked: str, text: str, language: str, words: str, limit: float
) -> None:
    assert limit_at(asked, text, language, words) == limit
