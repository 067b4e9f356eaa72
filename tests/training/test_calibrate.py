"""Fit the weights of the evidence and choose the threshold."""

import numpy as np
import pytest

from benchmarks.answers import Judged
from benchmarks.asked import Asked
from training.calibrate import choose_threshold, fit_weights


def judged(confidence: float, right: bool) -> Judged:
    asked = Asked("answerable", "here", "Who?", ("Ann",), "a.txt", "", (), [], 1.0)
    return Judged(asked, confidence, False, right, float(right), right)


def test_the_threshold_is_the_lowest_from_which_enough_answers_are_right() -> None:
    good = [judged(0.5, True)] * 8 + [judged(0.3, False)] * 2 + [judged(0.1, False)] * 5
    bad = [judged(0.5, True)] * 7 + [judged(0.3, False)] * 3 + [judged(0.2, False)] * 5
    # From 0.21 on 8 of 10 and 7 of 10 are right: 0.75. From 0.31 on all are.
    assert choose_threshold([good, bad]) == 0.31
    # From 0.11 on 8 of 10 and 10 of 10 are right: 0.9.
    assert choose_threshold([good, [judged(0.5, True)] * 10]) == 0.11


def test_without_enough_right_answers_the_threshold_is_the_highest_tried() -> None:
    assert choose_threshold([[judged(0.9, False)] * 3]) == 0.79


def test_what_speaks_against_an_answer_is_never_in_its_favour() -> None:
    random = np.random.default_rng(7)
    rows = [
        {"margin": float(margin), "unknown": float(margin > 0), "unknown name": float(name)}
        for margin, name in zip(random.normal(size=400), random.integers(0, 2, 400), strict=True)
    ]
    labels = [row["margin"] > 0.5 and row["unknown name"] < 0.5 for row in rows]
    weights, bias = fit_weights(rows, labels, [1.0] * len(rows))
    assert list(weights) == ["margin", "unknown", "unknown name"]
    assert weights["unknown"] == 0.0
    assert weights["margin"] > 1
    assert weights["unknown name"] < -1
    chances = [bias + sum(weights[name] * row[name] for name in row) for row in rows]
    assert np.mean([(chance > 0) == label for chance, label in zip(chances, labels, strict=True)]) \
        == pytest.approx(1.0, abs=0.1)  # fmt: skip
