"""A short part of what `scripts/fuzz` runs: the same mutators, with another seed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent


def fuzz(kind: str, count: int) -> dict[str, Any]:
    """Run cases and return their figures; none may be wrong, hang, crash or end in a traceback."""
    run = subprocess.run(
        [ROOT / "scripts" / "fuzz", kind, "--count", str(count), "--seed", "17"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    figures: dict[str, Any] = json.loads(run.stdout)
    assert figures["tried"] == count
    return figures


@pytest.mark.parametrize(
    ("kind", "verdicts"),
    [
        ("globs", {"matched", "matched nothing", "refused"}),
        ("questions", {"answered", "nothing found", "refused"}),
        ("requests", {"passed on", "refused"}),
    ],
)
def test_words_and_requests_are_answered_or_refused(kind: str, verdicts: set[str]) -> None:
    assert fuzz(kind, 200)["verdicts"].keys() == verdicts


def test_mutated_documents_are_indexed_or_skipped_with_a_reason() -> None:
    verdicts = fuzz("documents", 100)["verdicts"]
    assert verdicts["indexed"] > 30
    assert sum(count for name, count in verdicts.items() if name.startswith("skipped: ")) > 20


def test_a_damaged_index_never_answers_wrongly() -> None:
    """A changed bit of a passage was quoted, and `doctor` found the index sound."""
    verdicts = fuzz("damage", 200)["verdicts"]
    assert verdicts.keys() <= {
        "right", "right, found by doctor", "refused", "found by doctor", "the generation before",
    }  # fmt: skip
    assert verdicts["refused"] > 60
    assert verdicts["right"] > 10
