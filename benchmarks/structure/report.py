"""Count judgements by kind, format and language, and print them as tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TextIO

from benchmarks.structure.judge import Judgement
from benchmarks.structure.model import Question

GROUPS = ("kind", "format", "language", "answerable", "crossing")


@dataclass(frozen=True, slots=True)
class Count:
    """How many questions of a group went how."""

    questions: int
    right: int
    wrong: int
    sure_and_wrong: int
    """Of the wrong ones."""
    refused: int
    """With an answer in the documents, and null."""


def count_judgements(judgements: Iterable[Judgement]) -> Count:
    """Return the counts of judgements."""
    judged = list(judgements)
    verdicts = [one.verdict for one in judged]
    return Count(
        questions=len(judged),
        right=verdicts.count("right"),
        wrong=verdicts.count("wrong"),
        sure_and_wrong=sum(one.verdict == "wrong" and one.sure for one in judged),
        refused=verdicts.count("refused"),
    )


def group_of(question: Question, group: str) -> str:
    """Return the name of a question's group."""
    if group == "answerable":
        return "answerable" if question.gold else "unanswerable"
    if group == "crossing":
        return "same language" if question.asked_in == question.language else "across languages"
    return str(getattr(question, group))


def summarise(
    questions: Sequence[Question], judgements: Sequence[Judgement]
) -> dict[str, dict[str, Count]]:
    """Return the counts in all and of each group."""
    pairs = list(zip(questions, judgements, strict=True))
    summary = {"all": {"all": count_judgements(judgements)}}
    for group in GROUPS:
        names = sorted({group_of(question, group) for question in questions})
        summary[group] = {
            name: count_judgements(
                judged for question, judged in pairs if group_of(question, group) == name
            )
            for name in names
        }
    return summary


def summary_json(summary: dict[str, dict[str, Count]]) -> dict[str, Any]:
    """Return a summary as JSON has it."""
    return {
        group: {name: asdict(count) for name, count in counts.items()}
        for group, counts in summary.items()
    }


def write_summary(summary: dict[str, dict[str, Count]], stream: TextIO) -> None:
    """Write one table for each group, in Markdown."""
    for group, counts in summary.items():
        print(f"\n| {group} | questions | right | right % | wrong | sure and wrong | refused |"
              "\n|---|---|---|---|---|---|---|", file=stream)  # fmt: skip
        for name, count in counts.items():
            share = 100 * count.right / count.questions
            cells = [name, count.questions, count.right, f"{share:.1f}", count.wrong,
                     count.sure_and_wrong, count.refused]  # fmt: skip
            print(f"| {' | '.join(str(cell) for cell in cells)} |", file=stream)
