"""Questions as people type them."""

from __future__ import annotations

import random

import pytest

from training.reader_data import Example
from training.reader_typed import WAYS, keyword_examples, retype, retype_some, strip_accents

NOVEL = "Who wrote the novel Blue Harbour in 1920?"


@pytest.mark.parametrize(
    ("question", "language", "way", "typed"),
    [
        (NOVEL, "en", "lower", "who wrote the novel blue harbour in 1920"),
        (NOVEL, "en", "letter", "who wrote the novel Blue Harbour in 1920?"),
        (NOVEL, "en", "mark", "Who wrote the novel Blue Harbour in 1920"),
        (NOVEL, "en", "short", "who wrote novel blue harbour 1920"),
        (NOVEL, "en", "phrase", "wrote novel blue harbour 1920"),
        ("¿Cuántas casas hay en Lugo?", "es", "mark", "Cuántas casas hay en Lugo"),
        ("¿Cuántas casas hay en Lugo?", "es", "letter", "¿cuántas casas hay en Lugo?"),
        ("Où est l'usine de Lyon ?", "fr", "mark", "Où est l'usine de Lyon"),
        ("Who?", "en", "short", "who"),
    ],
)
def test_each_way_of_typing(question: str, language: str, way: str, typed: str) -> None:
    class Never(random.Random):
        def random(self) -> float:
            return 1.0

    assert retype(question, language, way, Never()) == typed


def test_a_phrase_keeps_the_question_where_too_little_would_be_left() -> None:
    assert retype("Who is the owner?", "en", "phrase", random.Random(3)) == "who is the owner"


def test_elided_words_are_left_out() -> None:
    typed = retype("Quand l'usine d'Orsay a-t-elle ouvert ?", "fr", "short", random.Random(0))
    assert strip_accents(typed) == "quand usine orsay a-t-elle ouvert"


def test_accents_go_and_letters_stay() -> None:
    assert strip_accents("où l'été à Málaga, größer, Łódź") == "ou l'ete a Malaga, großer, Łodz"


def test_a_share_is_typed_and_answers_stay() -> None:
    example = Example(NOVEL, "Ann Lee wrote it.", 0, 7, "test", language="en", asked="en")
    some = list(retype_some([example] * 1_000, random.Random(0)))
    typed = [one for one in some if one.question != NOVEL]
    assert 220 < len(typed) < 380
    assert len({one.question for one in typed}) >= len(WAYS)
    assert {(one.context, one.start, one.end) for one in some} == {("Ann Lee wrote it.", 0, 7)}


def test_what_is_in_no_known_language_stays() -> None:
    example = Example(NOVEL, "Ann Lee wrote it.", 0, 7, "cloze")
    assert set(retype_some([example] * 100, random.Random(0))) == {example}


def test_bare_keywords_are_no_question() -> None:
    example = Example(NOVEL, "Ann Lee wrote it.", 0, 7, "test", title="Blue Harbour (novel)",
                      language="en", asked="en")  # fmt: skip
    some = list(keyword_examples([example] * 50, random.Random(0)))
    assert len(some) == 50
    assert {one.question.lower() for one in some} == {"blue harbour"}
    assert not any(one.answerable for one in some)
