"""The examples without an answer: near to one that has it, and without it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from support.tiny import write_data
from training import reader_impossible
from training.reader_data import Example, Row, read_rows
from training.reader_impossible import (
    crossed_examples,
    negative_examples,
    removed_examples,
    swapped_examples,
    swapped_question,
    times,
)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    return read_rows(write_data(tmp_path_factory.mktemp("data")), "train")


def test_a_share_is_the_mean_of_many_draws() -> None:
    chance = random.Random(0)
    drawn = [times(1.3, chance) for _ in range(2000)]
    assert set(drawn) == {1, 2}
    assert sum(drawn) / len(drawn) == pytest.approx(1.3, abs=0.05)
    assert {times(2.0, chance) for _ in range(50)} == {2}


# -- passages that do not answer -----------------------------------------------------------------


def test_a_passage_that_does_not_answer_is_near_and_lacks_every_answer(
    rows: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_impossible, "NEGATIVES", dict.fromkeys(("en", "fr", "it"), 1.0))
    answers: dict[str, list[str]] = {}
    for row in rows:
        answers.setdefault(row.question, []).extend(words for _, words in row.answers)
    examples = list(negative_examples(rows, random.Random(0)))
    answerable = sum(bool(row.answers) for row in rows)
    assert 0.8 * answerable <= len(examples) <= answerable
    contexts = {row.context for row in rows}
    for example in examples:
        assert (example.start, example.end, example.kind) == (0, 0, "negative")
        assert any(example.context in context for context in contexts)
    alone = [example for example in examples if len(answers[example.question]) == 1]
    assert alone
    for example in alone:
        assert answers[example.question][0].lower() not in example.context.lower()


def test_a_share_of_the_questions_is_asked_again(
    rows: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_impossible, "NEGATIVES", {"en": 0.4, "it": 0.4, "fr": 2.0})
    first, again = (list(negative_examples(rows, random.Random(1))) for _ in range(2))
    assert first == again
    french = {row.question for row in rows if row.language == "fr"}
    answerable = sum(bool(row.answers) and row.language != "fr" for row in rows)
    others = [example for example in first if example.question not in french]
    assert 0.2 * answerable < len(others) < 0.6 * answerable
    asked = [example for example in first if example.question in french]
    assert len({(example.question, example.context) for example in asked}) == len(asked)
    assert len(asked) >= 1.5 * sum(bool(row.answers) and row.language == "fr" for row in rows)


# -- passages in another language ----------------------------------------------------------------


def by_length(texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit vectors by which texts of like length are near."""
    angles = np.array([len(text) for text in texts]) / 500
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def row_of(question: str, language: str, source: str = "squadshifts-new_wiki") -> Row:
    return Row(
        question, "The tower was built in 1912.", "Towers", ((23, "1912"),), language, source
    )


def test_a_passage_in_another_language_is_near_and_lacks_the_answer() -> None:
    rows = [row_of("When was the tower built?", "en")]
    passages = {
        "en": ["Une tour, en anglais."],
        "fr": [
            "Vendue en 1912, oui, la tour.",
            *(f"La tour {word}." for word in ("a", "b", "c")),
            "x" * 400,
        ],
        "de": ["Der Turm steht am Wasser.", "Der Turm."],
    }
    for seed in range(30):
        examples = list(crossed_examples(rows, passages, by_length, random.Random(seed)))
        assert {(one.start, one.end, one.kind) for one in examples} == {(0, 0, "crossed")}
        assert {one.context for one in examples} <= {*passages["fr"][1:4], *passages["de"]}


def test_only_sources_that_do_not_answer_each_other_are_asked_across() -> None:
    rows = [row_of("Who?", "en", "squad2"), row_of("Qui ?", "fr", "piaf")]
    passages = {"it": ["La torre."], "fr": ["La tour."]}
    examples = list(crossed_examples(rows, passages, by_length, random.Random(0)))
    assert [(one.question, one.context) for one in examples] == [("Qui ?", "La torre.")]


# -- passages without their answer ---------------------------------------------------------------


def test_the_sentence_that_answers_is_removed() -> None:
    context = "The tower is old. It was built in 1912. It stands by the sea."
    start = context.index("1912")
    asked = Example("When?", context, start, start + 4, "piaf")
    both = Example("Where?", context, start, len(context) - 1, "piaf")  # over two sentences
    nothing = Example("Why?", context, 0, 0, "squad2")
    again = Example("When?", context + " That of 1912 is the oldest.", start, start + 4, "piaf")
    alone = Example("What?", "Only this.", 0, 4, "piaf")
    examples = list(removed_examples([asked, both, nothing, again, alone] * 30, random.Random(0)))
    removed = [example for example in examples if example.question == "When?"]
    assert 3 <= len(removed) <= 17
    assert set(examples) == {
        Example("When?", "The tower is old. It stands by the sea.", 0, 0, "removed"),
        Example("Where?", "The tower is old.", 0, 0, "removed"),
    }


# -- questions with another name -----------------------------------------------------------------

CONTEXT = "In 1912 the tower of Brimport was sold to Anna Lund. In 1950 Cestrel bought the lamps."
OTHERS = {"Brimport", "Cestrel", "Eskavik", "1912", "1950", "1999", "37", "Anna Lund"}


def asked_otherwise(question: str, answer: str) -> Iterator[str | None]:
    row = Row(question, CONTEXT, "Towns", ((CONTEXT.index(answer), answer),), "en", "test")
    for seed in range(60):
        yield swapped_question(row, OTHERS, random.Random(seed))


def test_a_name_is_exchanged_for_another_of_the_article() -> None:
    """One that stands in the passage, or one that does not; never the answer."""
    found = set(asked_otherwise("Who bought the tower of Brimport?", "Anna Lund"))
    assert found == {"Who bought the tower of Cestrel?", "Who bought the tower of Eskavik?"}


def test_a_year_is_exchanged_for_a_year() -> None:
    found = set(asked_otherwise("What was sold in 1912?", "the tower of Brimport"))
    assert found == {"What was sold in 1950?", "What was sold in 1999?"}


def test_a_question_without_a_name_of_its_passage_is_left_alone() -> None:
    assert set(asked_otherwise("Who bought the tower in Gildern?", "Anna Lund")) == {None}


def test_exchanged_questions_keep_their_passage_and_have_no_answer(rows: list[Row]) -> None:
    examples = list(swapped_examples(rows, random.Random(0)))
    assert examples == list(swapped_examples(rows, random.Random(0)))
    assert len(examples) > 10
    asked = {row.question for row in rows}
    contexts = {row.context for row in rows}
    for example in examples:
        assert (example.start, example.end, example.kind) == (0, 0, "swapped")
        assert example.question not in asked or "near" in example.question
        assert any(example.context in context for context in contexts)
