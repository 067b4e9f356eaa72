"""Fit the calibration of a reader: which evidence speaks for an answer, and how much.

    python -m training.calibrate --data DATA --scratch FOLDER --part train
        --sources squadshifts-new_wiki piaf squad-it crossing structure
        --questions 200 --typed --out models/reader/calibration.json

Fits on the articles of the train part that the reader's training sets aside, and writes the file
that ships with the reader. What is asked, and how an answer is judged, is in `benchmarks.answers`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.answers import (
    RIGHT_F1,
    TYPED,
    add_options,
    ask_all,
    first_after,
    mean,
    report,
)
from benchmarks.asked import Asked
from seedqa.retrieval.answer import reorder_passages
from seedqa.retrieval.calibration import load_calibration
from seedqa.retrieval.evidence import first_other, group_candidates, rank_candidates, weigh_evidence
from seedqa.retrieval.metrics import f1
from seedqa.retrieval.reader import Reader
from seedqa.retrieval.rivals import choose_named

PASSAGE_WEIGHTS = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 11.0, 15.0, 20.0)
#: More gains up to a point of recall on these sets, and takes a passage of the article that ships
#: from its place (docs/log/confidence.md).
READER_SHARES = (0.0, 0.03, 0.05)
#: From this confidence on an answer is shown (docs/log/confidence.md).
THRESHOLD = 0.45
#: Evidence that speaks against an answer or not at all: what a question names that is nowhere.
AGAINST = ("unknown name", "rank")


def fit(by_source: Mapping[str, Sequence[Asked]], reader: Reader) -> dict[str, Any]:
    """Return a calibration for what was asked, in the form of the file that ships.

    Each source has the same weight. Impossible questions are left out: those of crossing are too
    many for what they look like, a fifth of its questions.
    """
    by_source = {
        source: [one for one in of_source if one.kind != "impossible"]
        for source, of_source in by_source.items()
    }
    asked = [one for of_source in by_source.values() for one in of_source]
    answerable = [one for one in asked if one.kind == "answerable"]
    passage_weight = best_of(
        PASSAGE_WEIGHTS, lambda weight: mean(rightness(one, weight) for one in answerable)
    )
    share = best_of(
        READER_SHARES,
        lambda share: mean(reciprocal(one, share) for one in answerable),
    )
    rows, labels, weights = evidence_table(by_source, passage_weight, share)
    fitted, bias = fit_weights(rows, labels, weights)
    return {
        "reader": reader.fingerprint,
        "weights": {name: round(value, 5) for name, value in fitted.items()},
        "bias": round(bias, 5),
        "passage_weight": passage_weight,
        "reader_share": share,
        "threshold": THRESHOLD,
    }


def with_typed(asked: Mapping[str, Sequence[Asked]]) -> dict[str, list[Asked]]:
    """Return the questions of each source, those as people type them among the others."""
    joined: dict[str, list[Asked]] = defaultdict(list)
    for name, of_source in asked.items():
        joined[name.removesuffix(TYPED)] += of_source
    return dict(joined)


def evidence_table(
    by_source: Mapping[str, Sequence[Asked]], passage_weight: float, share: float
) -> tuple[list[dict[str, float]], list[bool], list[float]]:
    """Return the evidence for the best candidate of each question, whether it is right, its weight.

    Each source has the same weight in all.
    """
    total = sum(map(len, by_source.values()))
    rows, labels, weights = [], [], []
    for of_source in by_source.values():
        for one in of_source:
            ordered = reorder_passages(one.passages, one.spans, share)
            ranked = rank_candidates(
                one.parse(),
                [passage for passage, _ in ordered],
                [spans for _, spans in ordered],
                passage_weight,
            )
            groups, _ = choose_named(group_candidates(ranked), one.parse())
            if not groups:
                continue
            read = [passage for passage, spans in ordered if spans]
            rows.append(weigh_evidence(groups[0], first_other(groups), one.parse(), read))
            is_answerable = one.kind == "answerable"  # those left out may have no right answer
            labels.append(is_answerable and f1(groups[0].best.text, one.right) >= RIGHT_F1)
            weights.append(total / len(by_source) / len(of_source))
    return rows, labels, weights


def fit_weights(
    rows: Sequence[Mapping[str, float]], labels: Sequence[bool], weights: Sequence[float]
) -> tuple[dict[str, float], float]:
    """Return the weight of each kind of evidence and the bias.

    What can only speak against an answer has a weight of 0 where it comes out in favour of one.
    """
    names = list(rows[0])
    while True:
        table = np.array([[row[name] for name in names] for row in rows])
        coefficients, bias = logistic_regression(table, np.array(labels), np.array(weights))
        fitted = dict(zip(names, coefficients, strict=True))
        wrong = [name for name in AGAINST if fitted.get(name, 0.0) > 0]
        if not wrong:
            return {name: fitted.get(name, 0.0) for name in rows[0]}, bias
        names = [name for name in names if name not in wrong]


def logistic_regression(
    table: NDArray[np.float64], labels: NDArray[np.bool_], weights: NDArray[np.float64]
) -> tuple[list[float], float]:
    """Return coefficients and bias, by scikit-learn, columns brought to one scale first."""
    from sklearn.linear_model import LogisticRegression

    middle, scale = table.mean(0), np.maximum(table.std(0), 1e-9)
    model = LogisticRegression(C=1.0, max_iter=1000)
    model.fit((table - middle) / scale, labels, sample_weight=weights)
    coefficients = model.coef_[0] / scale
    return coefficients.tolist(), float(model.intercept_[0] - coefficients @ middle)


def best_of(values: Sequence[float], score: Callable[[float], float]) -> float:
    """Return the value with the greatest score, the first of equals."""
    scored = [(round(score(value), 6), value) for value in values]
    for number, value in scored:
        print(f"  {value:g}: {number:.4f}", file=sys.stderr)
    return max(scored, key=lambda item: item[0])[1]


def rightness(asked: Asked, passage_weight: float) -> float:
    """Return whether the best candidate is right."""
    ranked = rank_candidates(asked.parse(), asked.passages, asked.spans, passage_weight)
    return float(bool(ranked) and f1(ranked[0].text, asked.right) >= RIGHT_F1)


def reciprocal(asked: Asked, share: float) -> float:
    """Return the reciprocal rank of the right file."""
    place = first_after(asked, share)
    return 1 / (place + 1) if place >= 0 else 0.0


def main() -> None:
    """Read the command line, ask, fit, write, and print what the calibration gives."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_options(parser)
    parser.add_argument("--out", type=Path, required=True, help="write the calibration here")
    options = parser.parse_args()
    reader = Reader(options.reader)
    asked = ask_all(options, reader)
    fitted = fit(with_typed(asked), reader)
    options.out.write_text(json.dumps(fitted, indent=2) + "\n", encoding="utf8")
    report(asked, load_calibration(options.out, reader.fingerprint), reader, options.json)


if __name__ == "__main__":
    main()
