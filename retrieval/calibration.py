"""Turn the evidence for an answer into a probability.

`benchmarks/answers.py --fit` fitted the numbers on articles that the reader never saw; they are
bundled with it. Knows numbers only.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seedqa.index.messages import Message
from seedqa.index.runtime import damaged_error

CALIBRATION_FILE = "calibration.json"


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic regression (Platt 1999) over evidence, and the weights of the reader's scores."""

    weights: Mapping[str, float]
    """Of each piece of evidence, by name."""
    bias: float
    passage_weight: float
    """The weight of a passage's score, added to a span's score to choose the answer."""
    reader_share: float
    """The weight of the reader's score of a passage, 0 to 1, in the order of passages."""
    threshold: float
    """Below this probability a question counts as not answered by the documents."""

    def probability(self, evidence: Mapping[str, float]) -> float:
        """Return the probability that the answer shown is right: that its F1 is 0.5 or more."""
        return round(sigmoid(sum(self.shares(evidence).values())), 4)

    def shares(self, evidence: Mapping[str, float]) -> dict[str, float]:
        """Return the share of each piece of evidence, and of the bias, in the log-odds."""
        weighed = {name: weight * evidence[name] for name, weight in self.weights.items()}
        return weighed | {"bias": self.bias}


def sigmoid(value: float) -> float:
    """Return 1 / (1 + e^-value), for any value."""
    if value < 0:
        return math.exp(max(value, -700.0)) / (1 + math.exp(max(value, -700.0)))
    return 1 / (1 + math.exp(-value))


def load_calibration(path: Path, fingerprint: str) -> Calibration:
    """Return the calibration in a file, of the reader with this fingerprint.

    Raises ModelError if it is missing, damaged, or of another reader.
    """
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        calibration = Calibration(
            weights={str(name): float(weight) for name, weight in content["weights"].items()},
            bias=float(content["bias"]),
            passage_weight=float(content["passage_weight"]),
            reader_share=float(content["reader_share"]),
            threshold=float(content["threshold"]),
        )
        fitted_for = content["reader"]
    except KeyError as error:
        raise damaged_error(path, Message("no number {name}", name=str(error))) from error
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise damaged_error(path, str(error)) from error
    if fitted_for != fingerprint:
        raise damaged_error(path, Message("fitted for another reader"))
    return calibration
