"""From evidence to a probability, and the file that the numbers come from."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from seedqa.index.errors import ModelError
from seedqa.retrieval.calibration import (
    CALIBRATION_FILE,
    Calibration,
    load_calibration,
    sigmoid,
)

GOOD: dict[str, Any] = {
    "reader": "abc", "weights": {"margin": 0.5}, "bias": -1.0, "passage_weight": 3.0,
    "reader_share": 0.1, "threshold": 0.4,
}  # fmt: skip


def write(folder: Path, content: str) -> None:
    (folder / CALIBRATION_FILE).write_text(content, encoding="utf-8")


def test_the_probability_is_logistic() -> None:
    calibration = Calibration({"margin": 0.5, "cosine": 2.0}, -1.0, 0.0, 0.0, 0.5)
    probability = calibration.probability({"margin": 3.0, "cosine": 0.25, "not weighed": 9.0})
    assert probability == pytest.approx(1 / (1 + math.exp(-(1.5 + 0.5 - 1.0))), abs=1e-4)


@pytest.mark.parametrize(("value", "expected"), [(0, 0.5), (-1e9, 0.0), (1e9, 1.0)])
def test_no_value_is_too_great(value: float, expected: float) -> None:
    assert sigmoid(value) == pytest.approx(expected)


def test_a_file_is_read(tmp_path: Path) -> None:
    write(tmp_path, json.dumps(GOOD))
    loaded = load_calibration(tmp_path / CALIBRATION_FILE, "abc")
    assert loaded == Calibration({"margin": 0.5}, -1.0, 3.0, 0.1, 0.4)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file"),
        ("{", "Expecting"),
        ("[]", "list indices"),
        (json.dumps({**GOOD, "weights": {"margin": "much"}}), "could not convert"),
        (
            json.dumps({name: value for name, value in GOOD.items() if name != "bias"}),
            "no number 'bias'",
        ),
        (json.dumps({**GOOD, "reader": "other"}), "fitted for another reader"),
    ],
    ids=["missing", "no JSON", "no object", "no number", "incomplete", "of another reader"],
)
def test_an_unusable_file_is_one_clear_line(tmp_path: Path, content: str | None, said: str) -> None:
    if content is not None:
        write(tmp_path, content)
    with pytest.raises(ModelError, match=CALIBRATION_FILE) as raised:
        load_calibration(tmp_path / CALIBRATION_FILE, "abc")
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
