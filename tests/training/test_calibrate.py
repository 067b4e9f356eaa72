"""Fit the weights of the evidence."""

import numpy as np
import pytest

from benchmarks.asked import Asked
from training.calibrate import fit_weights, with_typed


def test_typed_questions_are_among_those_of_their_source() -> None:
    asked = [Asked("answerable", "here", text, (), "", "", (), [], 1.0) for text in ("Who?", "who")]
    assert with_typed({"piaf": asked[:1], "piaf typed": asked[1:]}) == {"piaf": asked}


def test_what_speaks_against_an_answer_is_never_in_its_favour() -> None:
    random = np.random.default_rng(7)
    rows = [
        {"margin": float(margin), "rank": float(margin > 0), "unknown name": float(name)}
        for margin, name in zip(random.normal(size=400), random.integers(0, 2, 400), strict=True)
    ]
    labels = [row["margin"] > 0.5 and row["unknown name"] < 0.5 for row in rows]
    weights, bias = fit_weights(rows, labels, [1.0] * len(rows))
    assert list(weights) == ["margin", "rank", "unknown name"]
    assert weights["rank"] == 0.0
    assert weights["margin"] > 1
    assert weights["unknown name"] < -1
    chances = [bias + sum(weights[name] * row[name] for name in row) for row in rows]
    assert np.mean([(chance > 0) == label for chance, label in zip(chances, labels, strict=True)]) \
        == pytest.approx(1.0, abs=0.1)  # fmt: skip
