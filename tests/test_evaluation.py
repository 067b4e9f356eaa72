"""The metrics against numbers computed by hand, and the questions file against bad lines."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from seedqa.index.errors import QuestionsFileError
from seedqa.retrieval.evaluation import (
    EvalOutcome,
    EvalQuestion,
    read_questions,
    summarise,
)
from seedqa.retrieval.metrics import (
    auroc,
    exact_match,
    f1,
    ndcg_at,
    percentile,
    recall_at,
    reciprocal_rank_at,
)
from seedqa.retrieval.wording.normalise import normalise_answer

RANKED = ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("relevant", "k", "expected"),
    [(["a"], 1, 1.0), (["b"], 1, 0.0), (["b", "d"], 2, 0.5), (["b", "d"], 4, 1.0), (["x"], 4, 0.0)],
)
def test_recall(relevant: list[str], k: int, expected: float) -> None:
    assert recall_at(RANKED, relevant, k) == expected


@pytest.mark.parametrize(
    ("relevant", "k", "expected"),
    [(["a"], 10, 1.0), (["c", "d"], 10, 1 / 3), (["d"], 3, 0.0), (["x"], 10, 0.0)],
)
def test_reciprocal_rank(relevant: list[str], k: int, expected: float) -> None:
    assert reciprocal_rank_at(RANKED, relevant, k) == expected


def test_ndcg_by_hand() -> None:
    """Relevant at ranks 2 and 4 of two: (1/log2 3 + 1/log2 5) / (1/log2 2 + 1/log2 3)."""
    by_hand = (0.6309297535714575 + 0.43067655807339306) / (1.0 + 0.6309297535714575)
    assert math.isclose(ndcg_at(RANKED, ["b", "d"], 10), by_hand)
    assert ndcg_at(RANKED, ["a", "b"], 10) == 1.0
    assert ndcg_at(RANKED, ["x"], 10) == 0.0
    assert math.isclose(ndcg_at(RANKED, ["b", "d"], 2), 0.6309297535714575 / 1.6309297535714575)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Eiffel Tower!", ["eiffel", "tower"]),
        ("L’élève, à Paris", ["eleve", "paris"]),
        ("Die Brücke", ["brucke"]),
        ("2017.", ["2017"]),
    ],
)
def test_normalised_words(text: str, words: list[str]) -> None:
    assert normalise_answer(text) == words


def test_exact_match_and_f1() -> None:
    assert exact_match("the Tower", ["Bridge", "tower."]) == 1.0
    assert exact_match("tall tower", ["tower"]) == 0.0
    # precision 1/2, recall 1/1 against the second: 2 * 0.5 * 1 / 1.5
    assert math.isclose(f1("tall tower", ["bridge", "tower"]), 2 / 3)
    assert f1("", ["tower"]) == 0.0


@pytest.mark.parametrize(
    ("positives", "negatives", "expected"),
    [
        ([0.9, 0.8], [0.1, 0.2], 1.0),
        ([0.1, 0.2], [0.9, 0.8], 0.0),
        ([0.5, 0.5], [0.5], 0.5),
        ([0.9, 0.4], [0.5, 0.1], 0.75),
    ],
)
def test_auroc(positives: list[float], negatives: list[float], expected: float) -> None:
    assert auroc(positives, negatives) == expected


def test_percentile() -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], 0.5) == 2.0
    assert percentile([4.0, 1.0, 3.0, 2.0], 0.95) == 4.0
    assert percentile([7.0], 0.5) == 7.0


def test_figures_only_of_what_the_file_allows() -> None:
    plain = EvalOutcome(EvalQuestion("q"), ("a",), (), "x", 0.9, 0.001)
    figures = summarise([plain])
    assert figures == {"questions": 1, "latency_ms": {"p50": 1.0, "p95": 1.0}}


def test_figures_of_a_mixed_file() -> None:
    outcomes = [
        EvalOutcome(
            EvalQuestion("one", sources=("a",), answers=("1911",)),
            ("a", "b"),
            (),
            "1911",
            0.9,
            0.01,
        ),
        EvalOutcome(EvalQuestion("two", sources=("b",)), ("a", "b"), (), None, 0.2, 0.02),
        EvalOutcome(EvalQuestion("three", unanswerable=True), ("a",), (), None, 0.1, 0.03),
        EvalOutcome(EvalQuestion("four", unanswerable=True), ("a",), (), "wrong", 0.5, 0.04),
    ]
    assert summarise(outcomes) == {
        "questions": 4,
        "recall@1": 0.5,
        "recall@5": 1.0,
        "recall@10": 1.0,
        "mrr@10": 0.75,
        "ndcg@10": round((1 + 1 / math.log2(3)) / 2, 4),
        "exact_match": 1.0,
        "f1": 1.0,
        "abstention": {"precision": 0.5, "recall": 0.5, "auroc": 0.75},
        "latency_ms": {"p50": 20.0, "p95": 40.0},
    }


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "line 2: Expecting property name enclosed in double quotes"),
        ("[]", 'line 2: no "question"'),
        ('{"question": 3}', 'line 2: no "question"'),
        ('{"question": "q", "sources": "a"}', 'line 2: "sources" is not a list of strings'),
        ('{"question": "q", "unanswerable": 1}', 'line 2: "unanswerable" is not true or false'),
    ],
    ids=["no-json", "no-object", "no-text", "no-list", "no-boolean"],
)
def test_bad_lines_are_named(tmp_path: Path, line: str, problem: str) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text('{"question": "fine"}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(QuestionsFileError) as raised:
        read_questions(file)
    assert problem in raised.value.found


def test_an_empty_or_missing_file(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("\n\n", encoding="utf-8")
    with pytest.raises(QuestionsFileError, match="has no questions"):
        read_questions(tmp_path / "empty.jsonl")
    with pytest.raises(QuestionsFileError, match="cannot be read"):
        read_questions(tmp_path / "missing.jsonl")
