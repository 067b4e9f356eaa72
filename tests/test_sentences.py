"""The sentence around an answer: abbreviations, lists, dates told in two sentences."""

from __future__ import annotations

import pytest

from seedqa.retrieval.wording.sentences import (
    completes_date,
    sentence_around,
    sentence_bounds,
)


def sentence_of(text: str, words: str, language: str = "en") -> str:
    start = text.index(words)
    return text[slice(*sentence_around(text, start, start + len(words), language))]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "It rained. We left.", ["It rained.", "We left."]),
        ("en", "Dr. Ames met Mrs. Low. They ate.", ["Dr. Ames met Mrs. Low.", "They ate."]),
        ("fr", "M. Roy est venu. Il a ri.", ["M. Roy est venu.", "Il a ri."]),
        ("de", "Obst, z. B. Äpfel, fehlt. Brot auch.", ["Obst, z. B. Äpfel, fehlt.", "Brot auch."]),
        ("es", "¿Vienes? ¡Claro!", ["¿Vienes?", "¡Claro!"]),
        ("it", "Il sig. Rossi dorme. Piove.", ["Il sig. Rossi dorme.", "Piove."]),
        ("und", "One.\n\nTwo.", ["One.", "Two."]),
        ("xx", "One. Two.", ["One.", "Two."]),
        ("en", "A heading\n\nThe text below it", ["A heading", "The text below it"]),
        ("en", "🎉 Party! 👩‍👩‍👧 They came.", ["🎉 Party!", "👩‍👩‍👧 They came."]),
    ],
    ids=["plain", "titles", "french", "german", "spanish", "italian", "paragraphs", "unknown",
         "heading", "emoji"],
)  # fmt: skip
def test_bounds(language: str, text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_bounds(text, language)] == expected


def test_no_text_has_no_sentence() -> None:
    assert sentence_bounds("", "en") == []
    assert sentence_around("", 0, 0, "en") == (0, 0)


def test_words_over_two_sentences_show_both() -> None:
    text = "Before. It was red. Then blue. After."
    assert sentence_of(text, "red. Then") == "It was red. Then blue."


@pytest.mark.parametrize(
    ("text", "words", "shown"),
    [
        (
            "Elle remonte à 2017. Le contrat fut signé au mois de janvier. Il dure.",
            "2017",
            "Elle remonte à 2017. Le contrat fut signé au mois de janvier.",
        ),
        (
            "Start. It opened in March. That was the year 1894.",
            "March",
            "It opened in March. That was the year 1894.",
        ),
        (
            "They met in January. It goes back to 2017. It rained.",
            "2017",
            "They met in January. It goes back to 2017.",
        ),
    ],
    ids=["the month follows", "the year follows", "the month comes before"],
)
def test_a_date_in_two_sentences_shows_both(text: str, words: str, shown: str) -> None:
    assert sentence_of(text, words, "fr") == shown


@pytest.mark.parametrize(
    ("text", "words", "shown"),
    [
        ("It opened in May 1894. It closed in June.", "1894", "It opened in May 1894."),
        ("It opened in 1894. It closed in June 1901.", "1894", "It opened in 1894."),
        ("It has 24 doors. They shut in January.", "24", "It has 24 doors."),
        ("It opened in 1894. You may go in.", "1894", "It opened in 1894."),
        ("It opened in 1894. It rained. In January it shut.", "1894", "It opened in 1894."),
    ],
    ids=["complete", "another date", "no year", "may is a verb", "not a neighbour"],
)
def test_no_other_sentence_is_taken_in(text: str, words: str, shown: str) -> None:
    assert sentence_of(text, words) == shown


@pytest.mark.parametrize(
    ("text", "words", "others", "completes"),
    [
        ("It goes back to 2017. It was signed in January.", "2017", "January", True),
        ("It goes back to 2017. It was signed in January.", "January", "2017", True),
        ("It opened in January 1894.", "1894", "January", True),
        ("It opened in 1894. It rained. In January it shut.", "1894", "January", False),
        ("It opened in 1894. It closed in 1901.", "1894", "1901", False),
        ("It goes back to 2017. It was signed in January.", "2017", "signed", False),
    ],
    ids=["month", "year", "one sentence", "not a neighbour", "two years", "no month"],
)
def test_what_completes_a_date(text: str, words: str, others: str, completes: bool) -> None:
    spans = [(text.index(part), text.index(part) + len(part)) for part in (words, others)]
    assert completes_date(text, spans[0], spans[1], "en") == completes


def test_the_words_are_always_inside() -> None:
    text = "  .  \n\n?!  word  \n"
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            low, high = sentence_around(text, start, end, "en")
            assert low <= start < end <= high
