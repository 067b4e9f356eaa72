"""A question: cleaned, its language guessed, its topical words chosen."""

from __future__ import annotations

import pytest

from seedqa.index.errors import QuestionError
from seedqa.retrieval.question import MAX_QUESTION_CHARACTERS, Question, parse_question


def test_a_question_is_parsed_once() -> None:
    assert parse_question("  When was the  iron bridge opened? ") == Question(
        text="When was the iron bridge opened?",
        language="en",
        words=("when", "was", "the", "iron", "bridge", "opened"),
        topical=("iron", "bridge", "opened"),
    )


@pytest.mark.parametrize(
    ("question", "cleaned"),
    [
        pytest.param("  When \n was\tit?  ", "When was it?", id="white space"),
        pytest.param("a\x00b\x1b[31mc\x7fd\x85e", "a b [31mc d e", id="control characters"),
        pytest.param("lone \ud800 half", "lone half", id="surrogate"),
        pytest.param("Où\xa0? 🎉", "Où ? 🎉", id="Unicode"),
        pytest.param("bridge", "bridge", id="one word"),
        pytest.param("x" * MAX_QUESTION_CHARACTERS, "x" * MAX_QUESTION_CHARACTERS, id="longest"),
    ],
)
def test_a_question_is_cleaned(question: str, cleaned: str) -> None:
    assert parse_question(question).text == cleaned


@pytest.mark.parametrize("question", ["", "  \n\t", "\x00\x01\x7f", "\u3000\xa0"], ids=repr)
def test_an_empty_question_is_refused(question: str) -> None:
    with pytest.raises(QuestionError, match="an empty question"):
        parse_question(question)


def test_a_document_is_no_question() -> None:
    with pytest.raises(QuestionError) as caught:
        parse_question("x" * (MAX_QUESTION_CHARACTERS + 1))
    assert caught.value.found == "a question of 10,001 characters"


@pytest.mark.parametrize(
    ("question", "words"),
    [
        pytest.param("When was the iron bridge opened?", ["iron", "bridge", "opened"], id="en"),
        pytest.param("Quand le pont a-t-il brûlé ?", ["pont", "brule"], id="fr"),
        pytest.param("Wann wurde die Brücke gebaut?", ["brucke", "gebaut"], id="de"),
        pytest.param("Bridge, bridge and BRIDGE", ["bridge"], id="each once"),
        pytest.param("Alibaba TOP 2017", ["alibaba", "top", "2017"], id="unknown language"),
        pytest.param("de Maria", ["maria"], id="a tie drops those of all languages"),
        pytest.param("What is it?", ["what", "is", "it"], id="nothing else remains"),
        pytest.param("?!", [], id="no word"),
    ],
)
def test_topical_words(question: str, words: list[str]) -> None:
    assert list(parse_question(question).topical) == words


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("When was the bridge opened?", "en"),
        ("Quand le pont a-t-il été ouvert ?", "fr"),
        ("Wann wurde die Brücke gebaut?", "de"),
        ("¿Cuándo se abrió el puente?", "es"),
        ("Quando è stato aperto il ponte?", "it"),
        ("Quando é que a ponte foi aberta?", "pt"),
        ("Wanneer werd de brug geopend?", "nl"),
        pytest.param("Alibaba TOP 2017", "und", id="no function word"),
        pytest.param("de Maria", "und", id="a tie"),
        pytest.param("いつ開通しましたか", "und", id="no list"),
    ],
)
def test_the_language_is_guessed_from_function_words(question: str, language: str) -> None:
    assert parse_question(question).language == language


@pytest.mark.parametrize(
    ("question", "nothing"),
    [
        ("what is it?", True),
        ("qui est-ce que c’est ?", True),
        ("…?", True),
        ("Ebro", True),
        ("Ebro Ebro?", True),
        ("Ebro length", False),
        ("who is Ann?", False),
        ("when was it opened?", False),
        # a function word of another language: German war, French car and son, Spanish como
        ("When was the war?", False),
        ("What is a car?", False),
        ("Who is the son?", False),
        ("Where is Como?", False),
    ],
)
def test_a_question_of_one_word_or_of_function_words_asks_nothing(
    question: str, nothing: bool
) -> None:
    assert parse_question(question).asks_nothing == nothing
