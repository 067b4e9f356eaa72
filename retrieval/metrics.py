"""Metrics of retrieval, answers and abstention, each with its source.

Pure: knows numbers and texts; nothing of questions files or the index.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from seedqa.retrieval.wording.normalise import normalise_answer


def recall_at(ranked: Sequence[str], relevant: Sequence[str], k: int) -> float:
    """Return the share of `relevant` that is among the first k of `ranked`."""
    return len(set(ranked[:k]) & set(relevant)) / len(set(relevant))


def reciprocal_rank_at(ranked: Sequence[str], relevant: Sequence[str], k: int) -> float:
    """Return 1 / rank of the first relevant item among the first k, else 0 (Voorhees 1999)."""
    wanted = set(relevant)
    return next((1 / rank for rank, item in enumerate(ranked[:k], 1) if item in wanted), 0.0)


def ndcg_at(ranked: Sequence[str], relevant: Sequence[str], k: int) -> float:
    """Return the normalised discounted cumulative gain with gains of 0 and 1.

    The sum of 1 / log2(rank + 1) over relevant items among the first k, divided by the sum that
    the best order would have (Järvelin & Kekäläinen 2002).
    """
    wanted = set(relevant)
    gain = sum(1 / math.log2(rank + 1) for rank, item in enumerate(ranked[:k], 1) if item in wanted)
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(wanted), k) + 1))
    return gain / best


def exact_match(answer: str, right: Sequence[str]) -> float:
    """Return 1 if the answer equals a right one after normalisation, else 0."""
    return float(any(normalise_answer(answer) == normalise_answer(one) for one in right))


def f1(answer: str, right: Sequence[str]) -> float:
    """Return the best harmonic mean of word precision and recall against the right answers."""
    return max(_f1(normalise_answer(answer), normalise_answer(one)) for one in right)


def _f1(given: list[str], right: list[str]) -> float:
    shared = sum((Counter(given) & Counter(right)).values())
    if not given or not right:
        return float(given == right)
    return 2 * shared / (len(given) + len(right))


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """Return the probability that a positive scores above a negative, ties counting half.

    This is the Mann-Whitney statistic (Hanley & McNeil 1982).
    """
    ordered = sorted([(score, 1) for score in positives] + [(score, 0) for score in negatives])
    rank_sum, at = 0.0, 0
    while at < len(ordered):
        end = at
        while end < len(ordered) and ordered[end][0] == ordered[at][0]:
            end += 1
        rank_sum += sum(label for _, label in ordered[at:end]) * (at + 1 + end) / 2
        at = end
    smallest = len(positives) * (len(positives) + 1) / 2
    return (rank_sum - smallest) / (len(positives) * len(negatives))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` of the values do not exceed."""
    return float(np.quantile(values, share, method="inverted_cdf"))
