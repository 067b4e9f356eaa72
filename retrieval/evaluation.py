"""Ask a user's own questions and compute the figures of `seedqa eval`.

Knows results; nothing of the index or the models.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seedqa.index.errors import QuestionsFileError
from seedqa.retrieval.metrics import (
    auroc,
    exact_match,
    f1,
    ndcg_at,
    percentile,
    recall_at,
    reciprocal_rank_at,
)
from seedqa.retrieval.types import Passage, Result

#: Passages asked for, so that ten different sources are among them.
PASSAGES = 50
#: Read at most: a device never ends.
MAX_FILE_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class EvalQuestion:
    """A line of a questions file."""

    question: str
    sources: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    unanswerable: bool = False


@dataclass(frozen=True, slots=True)
class EvalOutcome:
    """The outcome of one question."""

    asked: EvalQuestion
    sources: tuple[str, ...]
    """Sources found, each once, at its best rank."""
    passages: tuple[Passage, ...]
    answer: str | None
    confidence: float
    seconds: float


def read_questions(path: Path) -> list[EvalQuestion]:
    """Read a questions file, one JSON object a line; raises QuestionsFileError."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_FILE_BYTES + 1)
        if len(raw) > MAX_FILE_BYTES:
            raise ValueError(f"larger than {MAX_FILE_BYTES // 2**20} MiB")
        lines = raw.decode("utf-8-sig").split("\n")
    except (OSError, ValueError) as error:
        raise QuestionsFileError(
            f"{path} cannot be read: {error}", "a JSON Lines file in UTF-8", "Check the path"
        ) from error
    questions = [
        _parse_question(path, number, line) for number, line in enumerate(lines, 1) if line.strip()
    ]
    if not questions:
        raise QuestionsFileError(f"{path} has no questions", "one JSON object a line", "Add some")
    return questions


def _parse_question(path: Path, number: int, line: str) -> EvalQuestion:
    try:
        row = json.loads(line)
        if not isinstance(row, dict) or not isinstance(row.get("question"), str):
            raise ValueError('no "question"')
        lists = {name: _strings(row, name) for name in ("sources", "answers", "quotes")}
        unanswerable = row.get("unanswerable", False)
        if not isinstance(unanswerable, bool):
            raise ValueError('"unanswerable" is not true or false')
    except (ValueError, RecursionError) as error:
        raise QuestionsFileError(
            f"{path}, line {number}: {error}",
            'an object like {"question": "…", "sources": ["…"]}',
            "Fix the line",
        ) from error
    return EvalQuestion(row["question"], **lists, unanswerable=unanswerable)


def _strings(row: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = row.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError(f'"{name}" is not a list of strings')
    return tuple(values)


def run_questions(
    questions: Sequence[EvalQuestion], ask: Callable[[str], Result]
) -> Iterator[EvalOutcome]:
    """Ask every question; yield the outcomes in order.

    Asks the first question once before the clock starts, since that opens the models.
    """
    for first in questions[:1]:
        ask(first.question)
    for asked in questions:
        started = time.perf_counter()
        result = ask(asked.question)
        seconds = time.perf_counter() - started
        found = (
            source for passage in result.passages for source in (passage.source, *passage.also_in)
        )
        yield EvalOutcome(
            asked=asked,
            sources=tuple(dict.fromkeys(found)),
            passages=result.passages,
            answer=result.answer.text if result.answer else None,
            confidence=result.confidence,
            seconds=seconds,
        )


def summarise(outcomes: Sequence[EvalOutcome]) -> dict[str, Any]:
    """Return the figures that the questions allow, by the names of the JSON contract."""
    figures: dict[str, Any] = {"questions": len(outcomes)}
    by_question = [measure(outcome) for outcome in outcomes]
    names = dict.fromkeys(name for row in by_question for name in row)
    for name in names:
        values = [row[name] for row in by_question if name in row]
        figures[name] = round(statistics.fmean(values), 4)
    abstention = _measure_abstention(outcomes)
    if abstention:
        figures["abstention"] = abstention
    milliseconds = [outcome.seconds * 1000 for outcome in outcomes]
    figures["latency_ms"] = {
        "p50": round(percentile(milliseconds, 0.5), 2),
        "p95": round(percentile(milliseconds, 0.95), 2),
    }
    return figures


def measure(outcome: EvalOutcome) -> dict[str, float]:
    """Return the figures of one question that its line allows."""
    asked, figures = outcome.asked, dict[str, float]()
    if asked.sources:
        for k in (1, 5, 10):
            figures[f"recall@{k}"] = recall_at(outcome.sources, asked.sources, k)
        figures["mrr@10"] = reciprocal_rank_at(outcome.sources, asked.sources, 10)
        figures["ndcg@10"] = ndcg_at(outcome.sources, asked.sources, 10)
    if asked.quotes:
        for k in (1, 5):
            figures[f"quote_recall@{k}"] = float(_holds_quote(outcome.passages[:k], asked.quotes))
    if asked.answers:
        figures["exact_match"] = exact_match(outcome.answer or "", asked.answers)
        figures["f1"] = f1(outcome.answer or "", asked.answers)
    return figures


def _holds_quote(passages: Sequence[Passage], quotes: Sequence[str]) -> bool:
    wanted = [" ".join(quote.split()) for quote in quotes]
    return any(quote in " ".join(passage.text.split()) for passage in passages for quote in wanted)


def _measure_abstention(outcomes: Sequence[EvalOutcome]) -> dict[str, float | None]:
    """Return precision, recall and AUROC of refusals (positive = refused)."""
    unanswerable = [outcome for outcome in outcomes if outcome.asked.unanswerable]
    answerable = [outcome for outcome in outcomes if not outcome.asked.unanswerable]
    if not unanswerable:
        return {}
    refused = [outcome for outcome in outcomes if outcome.answer is None]
    rightly = sum(outcome.asked.unanswerable for outcome in refused)
    return {
        "precision": round(rightly / len(refused), 4) if refused else None,
        "recall": round(rightly / len(unanswerable), 4),
        "auroc": round(
            auroc([one.confidence for one in answerable], [one.confidence for one in unanswerable]),
            4,
        )
        if answerable
        else None,
    }


def describe_outcome(outcome: EvalOutcome) -> dict[str, Any]:
    """Return one question's line for `--per-question`."""
    return {
        "question": outcome.asked.question,
        "answer": outcome.answer,
        "confidence": outcome.confidence,
        "found": list(outcome.sources[:10]),
        **measure(outcome),
        "latency_ms": round(outcome.seconds * 1000, 2),
    }
