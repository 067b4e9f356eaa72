"""The article that ships, asked as people ask it: each question is answered from the right passage.

The questions, the words that must stand in the first passage and the right answers are in
quality/seed.jsonl; quality/unanswered.jsonl asks of the same subjects what the article does not
say.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seedqa.cli import main
from seedqa.index.language import find_language
from seedqa.index.workspace import Location, resolve
from seedqa.retrieval.metrics import f1
from seedqa.retrieval.pipeline import Pipeline

ROOT = Path(__file__).resolve().parent.parent
QUALITY = ROOT / "tests" / "quality"
QUESTIONS, UNANSWERED = (
    [json.loads(line) for line in (QUALITY / name).read_text("utf-8").splitlines()]
    for name in ("seed.jsonl", "unanswered.jsonl")
)

#: Of 28 questions, of the 23 of them whose answer is a few words, and of 12 that the article does
#: not answer. docs/log/confidence.md has one more of each: processors round bfloat16 in their own
#: ways.
RIGHT_SENTENCES, RIGHT_WORDS, REFUSED = 20, 16, 11


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the documents that ship."""
    folder = tmp_path_factory.mktemp("quality")
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    assert main(["index", str(folder / "seeds"), "--index", str(folder / "index")]) == 0
    return folder / "index"


def test_there_are_enough_questions_in_both_languages() -> None:
    languages = [find_language(row["question"], 0, None) for row in QUESTIONS]
    assert languages.count("en") >= 12
    assert languages.count("fr") >= 6


@pytest.fixture(scope="module")
def pipeline(index: Path) -> Iterator[Pipeline]:
    with Pipeline.open(resolve(Location(index, None, None))) as opened:
        yield opened


@pytest.mark.parametrize("row", QUESTIONS, ids=[row["question"] for row in QUESTIONS])
def test_first_passage_answers(row: dict[str, Any], pipeline: Pipeline) -> None:
    first = pipeline.search(row["question"]).passages[0]
    assert first.source in row["sources"]
    assert any(quote in first.text for quote in row["quotes"])


def test_as_many_sentences_and_words_are_right_as_the_documentation_says(
    pipeline: Pipeline,
) -> None:
    sentences, words = [], []
    for row in QUESTIONS:
        answer = pipeline.ask(row["question"]).answer
        if answer and any(quote in answer.sentence for quote in row["quotes"]):
            sentences.append(row["question"])
        if answer and row["answers"] and f1(answer.text, row["answers"]) >= 0.5:
            words.append(row["question"])
    assert QUESTIONS[0]["question"] in sentences
    assert QUESTIONS[0]["question"] in words
    assert len(sentences) >= RIGHT_SENTENCES, sentences
    assert len(words) >= RIGHT_WORDS, words


def test_as_many_questions_are_refused_as_the_documentation_says(
    pipeline: Pipeline,
) -> None:
    answers = [pipeline.ask(row["question"]).answer for row in UNANSWERED]
    assert sum(answer is None for answer in answers) >= REFUSED, answers


def test_eval_counts_them_all(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    questions = str(QUALITY / "seed.jsonl")
    capsys.readouterr()
    assert main(["eval", questions, "--index", str(index), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["questions"], figures["quote_recall@1"]) == (len(QUESTIONS), 1.0)
