"""The article that ships, asked as people ask it: each question finds the passage that answers it.

The questions and the words that must stand in the first passage are in quality/seed.jsonl; every
one of them is asked through the command line.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cli import main
from index.metadata import find_language

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = [
    json.loads(line)
    for line in (ROOT / "tests" / "quality" / "seed.jsonl").read_text("utf-8").splitlines()
]

Ask = Callable[..., dict[str, object]]


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


@pytest.mark.parametrize("row", QUESTIONS, ids=[row["question"] for row in QUESTIONS])
def test_first_passage_answers(
    row: dict[str, list[str]], index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["search", str(row["question"]), "--index", str(index), "--json"]) == 0
    passages = json.loads(capsys.readouterr().out)["passages"]
    assert passages[0]["source"] in row["sources"]
    assert any(quote in passages[0]["text"] for quote in row["quotes"])


def test_eval_counts_them_all(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    questions = str(ROOT / "tests" / "quality" / "seed.jsonl")
    capsys.readouterr()
    assert main(["eval", questions, "--index", str(index), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["questions"], figures["quote_recall@1"]) == (len(QUESTIONS), 1.0)
