"""The paired test of two searches over the same questions. Knows numbers only."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the two-sided p of the exact McNemar test.

    `only_first` questions were answered by the first search only, `only_second` by the second only;
    those that both or none answered say nothing. If both searches are equally good, each such
    question is a throw of a fair coin, so that p is twice the smaller tail of the binomial
    distribution, at most 1. Source: McNemar 1947, Psychometrika 12 (2); in the exact form of
    Fagerland, Lydersen and Laake 2013, BMC Medical Research Methodology 13:91.

    >>> mcnemar(1, 9)
    0.021484375
    """
    count = only_first + only_second
    tail: int = sum(comb(count, hits) for hits in range(min(only_first, only_second) + 1))
    return min(1.0, tail / 2 ** (count - 1)) if count else 1.0


def compare(first: Sequence[bool], second: Sequence[bool]) -> float:
    """Return the p of `mcnemar` for the outcomes of two searches, question by question."""
    pairs = list(zip(first, second, strict=True))
    return mcnemar(pairs.count((True, False)), pairs.count((False, True)))
