"""The lists of function words: their form, and words that must not be among them."""

from __future__ import annotations

import pytest

from seedqa.index.lexical import folded_words, stemmed_words
from seedqa.index.stopwords import STOP_WORDS


def test_the_seven_languages_have_a_list_and_a_stemmer() -> None:
    assert list(STOP_WORDS) == ["en", "fr", "de", "es", "it", "pt", "nl"]
    plurals = {"en": "bridges", "fr": "étudiants", "de": "Brücken", "es": "canciones",
               "it": "ponti", "pt": "pontes", "nl": "bruggen"}  # fmt: skip
    assert list(plurals) == list(STOP_WORDS)
    for language, word in plurals.items():
        assert stemmed_words(word, language) != folded_words(word), language


@pytest.mark.parametrize("language", STOP_WORDS)
def test_words_are_in_lower_case(language: str) -> None:
    words = STOP_WORDS[language].split()
    assert words == [word.lower() for word in words]
    assert all(word.isalpha() for word in words)


@pytest.mark.parametrize(
    ("language", "question_words"),
    [
        ("en", "who what when where why which how whose"),
        ("fr", "qui que quoi quand où pourquoi comment combien quel quelle"),
        ("de", "wer was wann wo warum wie welche wem woher"),
        ("es", "quién qué cuándo dónde cómo cuál cuánto"),
        ("it", "chi che quando dove perché come quale quanto"),
        ("pt", "quem que quando onde porquê como qual quanto"),
        ("nl", "wie wat wanneer waar waarom hoe welke hoeveel"),
    ],
)
def test_question_words_are_function_words(language: str, question_words: str) -> None:
    assert set(question_words.split()) <= set(STOP_WORDS[language].split())


@pytest.mark.parametrize(
    "topic", ["system", "million", "home", "année", "jahr", "país", "ville", "stadt", "first"]
)
def test_words_with_a_topic_are_in_no_list(topic: str) -> None:
    assert [language for language in STOP_WORDS if topic in STOP_WORDS[language].split()] == []
