"""Documents that are awkward to read: what is quoted stands where it is said to stand, always.

quality/awkward.jsonl has the documents, a question for each, and the words that the answer must
hold where there are some.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from seedqa.cli import main
from seedqa.index.types import Filters
from seedqa.index.workspace import Location, resolve
from seedqa.retrieval.pipeline import Pipeline
from seedqa.retrieval.types import LIKELY, Answer, Result

ROWS = [
    json.loads(line)
    for line in (Path(__file__).parent / "quality" / "awkward.jsonl")
    .read_text("utf-8")
    .splitlines()
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of them all, with a text of many pages among them."""
    folder = tmp_path_factory.mktemp("awkward")
    seeds = folder / "seeds"
    seeds.mkdir()
    for row in ROWS:
        (seeds / row["name"]).write_bytes(row["text"].encode("utf-8"))
    filler = "The harbour lies to the south of the town and boats come in at noon. " * 3_000
    long_text = f"{filler}\nThe lighthouse keeper was Ida Lewis.\n{filler}"
    (seeds / "long.txt").write_text(long_text, encoding="utf-8")
    assert main(["index", str(seeds), "--index", str(folder / "index")]) == 0
    return folder / "index"


@pytest.fixture(scope="module")
def pipeline(index: Path) -> Iterator[Pipeline]:
    with Pipeline.open(resolve(Location(index, None, None))) as opened:
        yield opened


def check_places(
    result: Result, name: str, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every answer stands, in what `get` prints, where it says."""
    capsys.readouterr()
    assert main(["get", name, "--index", str(index)]) == 0
    text = capsys.readouterr().out
    assert 0 <= result.confidence <= 1
    for answer in result.answers:
        assert answer.source == name
        assert read_as(text, answer) == answer.text
        [(start, end)] = answer.spans_in_sentence
        assert answer.sentence[start:end] == answer.text
        assert answer.sentence_start <= answer.start < answer.end <= answer.sentence_end
        assert text.count("\n", 0, answer.start) == answer.line - 1


def read_as(text: str, answer: Answer) -> str:
    """Return the characters of an answer as they are read."""
    read, at = "", answer.start
    for edit in answer.normalised:
        read += text[at : edit.start] + edit.replacement
        at = edit.end
    return read + text[at : answer.end]


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_an_awkward_document_is_quoted_exactly(
    row: dict[str, str], index: Path, pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    result = pipeline.ask(row["question"], filters=Filters(pattern=row["name"]), refresh=False)
    check_places(result, row["name"], index, capsys)
    if row["holds"]:
        likeliest = result.answer or result.candidates[0]
        assert row["holds"] in likeliest.text


def test_an_answer_deep_in_a_long_text(
    index: Path, pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    result = pipeline.ask("Who was the lighthouse keeper?", refresh=False)
    assert result.answer is not None
    assert result.answer.text == "Ida Lewis"
    assert result.answer.start > 200_000
    check_places(result, "long.txt", index, capsys)


@pytest.mark.parametrize("name", ["polish.txt", "russian.txt"])
def test_a_language_that_the_reader_does_not_know_is_searched_but_never_sure(
    name: str, pipeline: Pipeline
) -> None:
    question = next(row["question"] for row in ROWS if row["name"] == name)
    result = pipeline.ask(question, filters=Filters(pattern=name), refresh=False)
    assert result.passages[0].language not in ("en", "und")
    assert result.confidence < LIKELY


@pytest.mark.parametrize("question", ["what is it?", "qui est-ce ?", "the of and", "…?"])
def test_a_question_about_nothing_has_no_answer(question: str, pipeline: Pipeline) -> None:
    result = pipeline.ask(question, refresh=False)
    assert (result.answers, result.confidence) == ((), 0.0)


@pytest.mark.parametrize("question", ["Ebro", "1894", "Groningen"])
def test_one_word_finds_passages_and_has_no_answer(question: str, pipeline: Pipeline) -> None:
    result = pipeline.ask(question, refresh=False)
    assert (result.answers, result.confidence) == ((), 0.0)
    assert question.lower() in result.passages[0].view.text.lower()


def test_no_document_is_obeyed(pipeline: Pipeline) -> None:
    for name in ("obey.txt", "obey-french.txt", "obey-german.txt"):
        question = next(row["question"] for row in ROWS if row["name"] == name)
        result = pipeline.ask(question, filters=Filters(pattern=name), refresh=False)
        assert "42" not in [answer.text for answer in result.answers]
