"""Made-up facts: answers are where the examples say, and twins are told apart."""

from __future__ import annotations

import random
import re
from collections import Counter

import pytest

from training.reader_data import Example
from training.reader_facts import fact_examples
from training.reader_phrases import LANGUAGES, VALUES, read_relations, read_subjects
from training.reader_values import grouped, make_value, nearest_name


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return list(fact_examples(1_500, {code: ["It rained."] for code in LANGUAGES}, 0))


def test_every_relation_is_told_and_asked_in_every_language() -> None:
    relations, subjects = read_relations(), read_subjects()
    assert set(relations) == {(name, code) for name in VALUES for code in LANGUAGES}
    kinds = {kind for kind, _ in subjects}
    assert len(kinds) == 9
    assert set(subjects) == {(kind, code) for kind in kinds for code in LANGUAGES}
    for (name, _), words in relations.items():
        assert all("{v}" in told and ("{s}" in told or "{of}" in told) for told in words.told)
        assert all("{v}" in bare and "{s}" not in bare for bare in words.bare)
        assert all("{v}" not in asked and "?" in asked for asked in words.asked)
        assert ("{y}" in words.label) == (name == "visitors")


def test_no_mark_is_left_and_answers_are_words(examples: list[Example]) -> None:
    for one in examples:
        assert "\0" not in one.context + one.question + one.above
        assert "{" not in one.context + one.question
        answer = one.context[one.start : one.end]
        assert answer == answer.strip()
        assert bool(answer) == one.answerable


def test_all_kinds_languages_and_crossings_are_there(examples: list[Example]) -> None:
    kinds = Counter((one.kind, one.answerable) for one in examples)
    assert (
        min(kinds[kind, answered] for kind in ("fact", "table") for answered in (True, False)) > 90
    )
    told = Counter((one.language, one.asked) for one in examples)
    assert {language for language, _ in told} == set(LANGUAGES)
    assert 0.3 < sum(n for (a, b), n in told.items() if a != b) / len(examples) < 0.5


def test_a_subject_asked_about_is_named_in_passage_or_context(examples: list[Example]) -> None:
    for one in examples:
        if one.answerable and one.kind == "fact":
            assert one.title in one.question
            assert one.title in one.context + one.above


def test_a_twin_differs_in_one_sign() -> None:
    chance = random.Random(0)
    for name in ("Moen 12", "E-1047", "Harlow B"):
        for _ in range(20):
            twin = nearest_name(name, chance)
            assert twin != name
            assert len(twin) == len(name)
            assert sum(a != b for a, b in zip(twin, name, strict=True)) == 1


def test_numbers_are_written_as_each_language_writes_them() -> None:
    written = {code: grouped(12_345, code) for code in ("en", "fr", "de")}
    assert written == {"en": "12,345", "fr": "12 345", "de": "12.345"}
    dates = make_value("date", random.Random(1))
    assert re.fullmatch(r"\d+ [A-Z][a-z]+ \d{4}", dates["en"])
    assert re.fullmatch(r"\d+\. [A-ZÄ][a-zä]+ \d{4}", dates["de"])
    assert re.fullmatch(r"\d+ de [a-z]+ de \d{4}", dates["es"])


def test_the_same_seed_makes_the_same(examples: list[Example]) -> None:
    again = list(fact_examples(20, {code: ["It rained."] for code in LANGUAGES}, 0))
    assert again == examples[:20]
