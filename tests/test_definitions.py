"""What a code means where it is a heading."""

from __future__ import annotations

import pytest

from seedqa.retrieval.evidence import LAYOUT_SCORE, rank_candidates
from seedqa.retrieval.layout.definitions import find_definition
from seedqa.retrieval.question import parse_question
from seedqa.retrieval.reader import Span
from seedqa.retrieval.types import Passage, Ranks, ScoreParts

TEXT = "H-1481\n\nThe pressure of the water is too low. Press the round button for five seconds."


def passage(text: str = TEXT) -> Passage:
    return Passage(
        source="a.md", title="Messages", date=None, language="en", start=0, end=len(text),
        line_start=1, line_end=3, page=None, text=text, score=0.5, ranks=Ranks(1, 1), stale=False,
        also_in=(), parts=ScoreParts(0.5, 1.0, 0.2, 0.3),
    )  # fmt: skip


def meaning(question: str, text: str = TEXT) -> str | None:
    span = find_definition(parse_question(question), passage(text))
    return span and text[slice(*span)]


@pytest.mark.parametrize(
    "question",
    [
        "What does H-1481 mean?", "What is H1481?", "What is the meaning of message H-1481?",
        "Was bedeutet H-1481?", "Was meldet die Heizung mit H1481?", "Que signifie H-1481 ?",
        "Que signale le chauffage avec H-1481 ?", "¿Qué significa H-1481?",
        "Che cosa significa H-1481?", "O que significa H-1481?", "Wat betekent H-1481?",
        "Waar staat het signaal H-1481 voor?", "Wofür steht H-1481?", "A quoi correspond H-1481 ?",
        "Porque mostra o forno H-1481?", "What does H1481 stand for?",
    ],
)  # fmt: skip
def test_the_sentence_below_a_code_is_what_it_means(question: str) -> None:
    """The reader scored such sentences below 0: half of these questions were refused."""
    assert meaning(question) == "The pressure of the water is too low"


@pytest.mark.parametrize(
    ("question", "text"),
    [
        pytest.param("What does H-1482 mean?", TEXT, id="another code"),
        pytest.param("Who wrote H-1481?", TEXT, id="another question"),
        pytest.param("Wann meldet die Heizung H-1481?", TEXT, id="when"),
        pytest.param("Was zeigt das Museum 2019?", "2019\n\nOld clocks.", id="a year"),
        pytest.param("What is the price of the part for H-1481?", TEXT, id="of something else"),
        pytest.param("What does low mean?", TEXT, id="no code"),
        pytest.param("What does H-1481 mean?", "See H-1481.\nIt is below.", id="a sentence"),
        pytest.param("What does H-1481 mean?", "H-1481", id="nothing below"),
    ],
)
def test_nothing_else_is_a_definition(question: str, text: str) -> None:
    assert meaning(question, text) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("H-1480: The pump is blocked.\nH-1481: The water is cold. Wait.", "The water is cold"),
        ("Messages\n\nMessage H-1481 – the water is cold", "the water is cold"),
        ("H-1481 = cold water", "cold water"),
        ("See the list of H-1481: it is long, and the rest of the codes", None),
        ("Before you call about message H-1481: wait.", None),
    ],
)
def test_what_follows_a_code_on_its_line_is_what_it_means(text: str, told: str | None) -> None:
    """A question in another language was refused: the reader scored such lines below 0."""
    assert meaning("What does H-1481 mean?", text) == told


@pytest.mark.parametrize(
    "question",
    [
        "What should I do when it signals H-1481?", "What do I do if H-1481 appears?",
        "Was tun, wenn die Heizung H-1481 zeigt?", "Was ist zu tun bei H-1481?",
        "Que faire en cas de H-1481 ?", "¿Qué hago si aparece H-1481?", "Che fare con H-1481?",
        "O que fazer com H-1481?", "Wat moet ik doen bij H-1481?",
    ],
)  # fmt: skip
def test_what_is_to_be_done_is_told_after_what_a_code_means(question: str) -> None:
    """The answer was the fault, surely: "the motor is too hot"."""
    assert meaning(question) == "Press the round button for five seconds"


def test_an_order_at_the_beginning_is_to_be_done_too() -> None:
    text = "Codes\n\nH-7  Close the valve. Press the button.\nH-8  The pump hums. It is old."
    assert meaning("What must be done at H-7?", text) == "Close the valve. Press the button"
    assert meaning("What must be done at H-9?", text) is None
    assert meaning("What does H-8 mean?", text) == "The pump hums"


ARTICLES = (
    "Article 11\n\nDogs stay outside.\n\nArticle 12 Lost things\n\nThey are kept a month. Ask."
)
PARAGRAPHS = "§ 4 Haftung\nEs haftet niemand.\n§ 5 Rückgabe\nDas Gerät wird genommen. Bald."


@pytest.mark.parametrize(
    ("question", "text", "told"),
    [
        ("What does article 12 say?", ARTICLES, "They are kept a month"),
        ("Que dit l'article 11 ?", ARTICLES, "Dogs stay outside"),
        ("What does article 1 say?", ARTICLES, None),
        ("What does article 12 say about dogs and cats in the hall?", ARTICLES, None),
        ("Who wrote article 12?", ARTICLES, None),
        ("Was steht in § 5?", PARAGRAPHS, "Das Gerät wird genommen"),
        ("Was regelt §4?", PARAGRAPHS, "Es haftet niemand"),
        ("Was steht in § 6?", PARAGRAPHS, None),
    ],
)
def test_what_an_article_says_is_below_its_number(
    question: str, text: str, told: str | None
) -> None:
    """The answer was the heading: "Rückgabe"."""
    assert meaning(question, text) == told


def test_a_definition_is_a_candidate_next_to_what_was_read() -> None:
    asked = parse_question("What does H-1481 mean?")
    ranked = rank_candidates(asked, [passage()], [[Span(44, 47, -6.0)]], 0.0)
    told = [(candidate.text, candidate.span.score) for candidate in ranked]
    assert told == [("The pressure of the water is too low", LAYOUT_SCORE), (TEXT[44:47], -6.0)]
