"""The examples that the reader learns from: their answers stand where they say."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from support.tiny import text_of, write_data, write_json_lines, write_lines
from training import reader_data
from training.encoder_data import LANGUAGES, read_parallel
from training.reader_data import (
    CHUNK_SIZES,
    CLOZE_SOURCES,
    Example,
    Row,
    choose_rows,
    cloze_examples,
    cut_example,
    is_set_aside,
    question_examples,
    read_rows,
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def rows(data: Path) -> list[Row]:
    return read_rows(data, "train")


def row_of(context: str, answer: str | None, source: str = "piaf") -> Row:
    answers = () if answer is None else ((context.index(answer), answer),)
    return Row("Combien ?", context, "Title", answers, "fr", source)


# -- rows ----------------------------------------------------------------------------------------


def test_rows_have_all_their_answers(tmp_path: Path) -> None:
    row = {"question": " Où ? ", "context": " Au bord du lac.", "title": "Lac", "lang": "fr"}
    row |= {"source": "piaf"}
    answers = [{"text": "bord", "start": 4}, {"text": "lac", "start": 12}]
    write_json_lines(
        tmp_path / "qa" / "extractive-dev.jsonl.xz",
        [row | {"answers": answers}, row | {"answers": []}],
    )
    context = " Au bord du lac."  # not stripped: places would move
    assert read_rows(tmp_path, "dev") == [
        Row("Où ?", context, "Lac", ((4, "bord"), (12, "lac")), "fr", "piaf"),
        Row("Où ?", context, "Lac", (), "fr", "piaf"),
    ]


@pytest.mark.parametrize(("title", "aside"), [("l", True), ("m", False), ("ll", True), ("", True)])
def test_articles_are_set_aside_by_their_title(title: str, aside: bool) -> None:
    """The sum of the title's bytes, a twelfth of which may be divided by twelve."""
    assert is_set_aside(Row("", "", title, (), "en", "")) is aside


# -- contexts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 5, 17, 29])
def test_a_context_is_a_chunk_with_the_answer_where_it_says(number: int) -> None:
    context = text_of("fr", range(30))
    answer = " ".join(text_of("fr", [number]).split()[6:8])
    for seed in range(10):
        example = cut_example(row_of(context, answer), "piaf", random.Random(seed))
        assert example.context[example.start : example.end] == answer
        assert example.context in context
        assert len(example.context) <= max(CHUNK_SIZES)
        assert (example.answerable, example.kind) == (True, "piaf")


def test_an_answer_across_chunks_has_the_text_around_it() -> None:
    context = text_of("fr", range(30))
    answer = context[300:1400]  # longer than any chunk
    example = cut_example(row_of(context, answer), "piaf", random.Random(0))
    assert example.context == context[100:1600]
    assert example.context[example.start : example.end] == answer


def test_a_question_without_an_answer_has_a_chunk_and_no_place() -> None:
    context = text_of("fr", range(30))
    for seed in range(20):
        example = cut_example(row_of(context, None), "squad2", random.Random(seed))
        assert not example.answerable
        assert example.context
        assert example.context in context


def test_sources_are_repeated_and_held_down(
    rows: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_data, "MAX_ROWS", {"squadshifts-reddit": 3})
    chosen = choose_rows(rows, random.Random(0))
    assert chosen == choose_rows(rows, random.Random(0))
    assert set(chosen) <= set(rows)
    count = Counter(row.source for row in rows)
    taken = Counter(example.kind for example in question_examples(chosen, random.Random(0)))
    assert taken == count | {"piaf": 24, "squad2": 16} | {"squadshifts-reddit": 3}


# -- sentences with a gap ------------------------------------------------------------------------


@pytest.fixture
def clozes(data: Path, monkeypatch: pytest.MonkeyPatch) -> list[Example]:
    monkeypatch.setattr(reader_data, "CLOZE_QUOTAS", dict.fromkeys(LANGUAGES, 60))
    return list(cloze_examples(data, seed=0))


def test_a_gap_is_filled_by_what_both_sides_share(data: Path, clozes: list[Example]) -> None:
    assert len(clozes) == 60 * len(LANGUAGES)
    assert {example.kind for example in clozes} == {"cloze"}
    answered = [example for example in clozes if example.answerable]
    assert 0.65 < len(answered) / len(clozes) < 0.9
    for example in answered:
        words = example.context[example.start : example.end]
        assert words.isdigit() or words[0].isupper()
        assert example.context.count(words) == 1
        assert words not in example.question
    sides = {
        side
        for language in LANGUAGES
        for pair in read_parallel(data, language)
        if pair.source in CLOZE_SOURCES
        for side in (pair.english, pair.foreign)
    }
    assert all(any(side in example.context for side in sides) for example in clozes)


def test_gaps_follow_from_the_seed(data: Path, clozes: list[Example]) -> None:
    assert list(cloze_examples(data, seed=0)) == clozes != list(cloze_examples(data, seed=1))


def test_pairs_that_share_nothing_give_no_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search for one went on for ever."""
    monkeypatch.setattr(reader_data, "CLOZE_QUOTAS", dict.fromkeys(LANGUAGES, 3))
    for language in LANGUAGES:
        lines = [
            f"{'nothing here is shared ' * 4}{number * 'a'}\t{'rien du tout en commun ' * 4}\tlaws"
            for number in range(5)
        ]
        write_lines(tmp_path / "parallel" / f"en-{language}.tsv.xz", lines)
    assert list(cloze_examples(tmp_path, seed=0)) == []
