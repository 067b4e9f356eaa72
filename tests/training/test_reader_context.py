"""What `index` puts before a passage, in the examples."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from support.tiny import write_data
from training.reader_context import (
    SHAPES,
    clean_title,
    join_path,
    leave_subject_out,
    name_forms,
    place_below_headings,
    read_headings,
    subject_examples,
)
from training.reader_data import Example

PASSAGE = "Moen was built in 1936. Moen is 12 metres high."
EXAMPLE = Example("How high is Moen?", PASSAGE, 32, 41, "test", title="Moen", language="en",
                  asked="en")  # fmt: skip


def test_the_example_is_what_its_name_says() -> None:
    assert EXAMPLE.context[EXAMPLE.start : EXAMPLE.end] == "12 metres"


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        (["A", "B", "C"], "A › B › C"),
        (["A", "A", "B", "A"], "A › B › A"),
        (["", "B"], "B"),
        ([], ""),
    ],
)
def test_a_path_says_nothing_twice_in_a_row(parts: list[str], path: str) -> None:
    assert join_path(parts) == path


def test_titles_and_the_names_of_their_subjects() -> None:
    assert clean_title("Steam_engine ") == "Steam engine"
    assert name_forms("Frédéric_Chopin (pianist)") == ["Frédéric Chopin", "Chopin"]
    assert name_forms("Rin") == []


def test_examples_get_every_shape_of_path() -> None:
    headings = {"en": ["Storage", "Repairs"]}
    made = list(place_below_headings([EXAMPLE] * 2_000, headings, random.Random(0)))
    counts = Counter(one.above.count(" › ") if one.above else -1 for one in made)
    assert 0.2 < counts[-1] / 2_000 < 0.3
    assert min(counts[0], counts[1], counts[2], counts[3]) > 0
    assert sum(SHAPES.values()) == 100
    titled = [one for one in made if one.above.startswith("Moen")]
    assert 0.6 < len(titled) / 2_000 < 0.75
    assert {one.context for one in made} == {PASSAGE}


def test_a_path_that_is_there_stays() -> None:
    example = Example("Who?", "A b.", 0, 1, "fact", above="Report › Staff")
    assert list(place_below_headings([example], {}, random.Random(0))) == [example]


def test_headings_are_read_in_both_languages(tmp_path: Path) -> None:
    headings = read_headings(write_data(tmp_path))
    assert set(headings) == {"en", "fr", "de", "es", "it", "pt", "nl"}
    assert "bridges (1)" in headings["en"]
    assert "Brücken (1)" in headings["de"]


def test_the_subject_is_left_to_the_context() -> None:
    left = leave_subject_out(EXAMPLE, random.Random(0))
    assert left is not None
    assert left.context == "it was built in 1936. it is 12 metres high."
    assert left.context[left.start : left.end] == "12 metres"
    assert left.above == "Moen"


@pytest.mark.parametrize(
    ("question", "title"), [("How high is it?", "Moen"), ("How high is Moen?", "Harlow")]
)
def test_a_question_that_does_not_name_the_subject_is_left(question: str, title: str) -> None:
    example = Example(question, PASSAGE, 32, 41, "test", title=title, language="en")
    assert leave_subject_out(example, random.Random(0)) is None


def test_under_another_title_there_is_no_answer() -> None:
    other = Example("Who?", "A b.", 0, 1, "test", title="Harlow", language="en")
    made = list(subject_examples([EXAMPLE, other] * 50, random.Random(0)))
    kinds = Counter(one.kind for one in made)
    assert kinds["subject above"] == 50
    assert 10 < kinds["other subject"] < 40
    for one in made:
        assert one.answerable == (one.kind == "subject above")
        assert one.above == ("Moen" if one.answerable else "Harlow")
        assert "Moen" not in one.context
