"""Italian examples in French and Spanish, by Apertium."""

from __future__ import annotations

import random
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from support.tiny import write_data
from training import reader_translated
from training.reader_data import Example, Row, read_rows
from training.reader_translated import machine_translated_examples, translate

CONTEXT = "Il vecchio ponte <<grande>> & bello fu costruito nel 1912 vicino alla città."
QUESTION = "Quando fu costruito il ponte?"


def row_of(answer: str, question: str = QUESTION, language: str = "it") -> Row:
    return Row(question, CONTEXT, "", ((CONTEXT.index(answer), answer),), language, "squad-it")


def examples_of(*rows: Row) -> dict[str, Example]:
    return {each.kind: each for each in machine_translated_examples(rows, random.Random(0))}


def test_the_answer_stands_in_the_translation_where_the_example_says() -> None:
    examples = examples_of(row_of("1912"))
    assert set(examples) == {"it-to-fr", "asked-it-to-fr", "it-to-es", "asked-it-to-es"}
    for kind, example in examples.items():
        assert "1912" in example.context[example.start : example.end]
        assert "<<" in example.context
        assert "&" in example.context
        assert "<i>" not in example.context
        assert (example.question == QUESTION) == kind.startswith("asked-")
    french, spanish = examples["it-to-fr"], examples["it-to-es"]
    assert "pont" in french.context
    assert french.question.startswith("Quand ")
    assert "puente" in spanish.context


def test_words_are_translated_and_keep_their_place() -> None:
    example = examples_of(row_of("vecchio ponte", "Che cosa fu costruito?"))["it-to-fr"]
    answer = example.context[example.start : example.end]
    assert "vieux" in answer.lower()
    assert "pont" in answer
    assert answer == answer.strip()


def test_the_preposition_before_an_answer_is_no_part_of_it() -> None:
    for answer, french in (("città", "ville"), ("1912", "1912")):
        example = examples_of(row_of(answer))["it-to-fr"]
        words = example.context[example.start : example.end].lower().split()
        assert words[-1] == french
        assert not {"à", "de", "en", "dans", "près"} & set(words)


def test_the_preposition_of_a_name_is_a_part_of_it() -> None:
    context = "Il presidente De Gaulle visitò la fabbrica nel 1962."
    row = Row("Chi visitò la fabbrica?", context, "", ((14, "De Gaulle"),), "it", "squad-it")
    example = examples_of(row)["it-to-fr"]
    assert example.context[example.start : example.end] == "De Gaulle"


def test_only_italian_rows_with_an_answer_are_translated(tmp_path: Path) -> None:
    rows = read_rows(write_data(tmp_path), "train")
    italian = [row for row in rows if row.language == "it" and row.answers]
    counts = Counter(each.kind for each in machine_translated_examples(rows, random.Random(0)))
    assert len(italian) > 5
    assert counts == dict.fromkeys(
        ("it-to-fr", "asked-it-to-fr", "it-to-es", "asked-it-to-es"), len(italian)
    )
    assert not examples_of(row_of("1912", language="en"))


def test_no_more_rows_are_translated_than_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_translated, "TRANSLATED_ROWS", {("it", "es"): 3})
    monkeypatch.setattr(reader_translated, "BATCH_ROWS", 2)
    rows = [row_of("1912", f"{QUESTION} {number}") for number in range(5)]
    examples = list(machine_translated_examples(rows, random.Random(0)))
    assert Counter(each.kind for each in examples) == {"it-to-es": 3, "asked-it-to-es": 3}


def test_where_apertium_is_missing_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(FileNotFoundError, match="apertium is not installed"):
        translate(["Ciao."], "it", "fr")


def test_a_pair_that_is_not_installed_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(reader_translated.ROUTES, ("it", "fr"), ("ita-xyz",))
    with pytest.raises(subprocess.CalledProcessError):
        translate(["Ciao."], "it", "fr")
