"""Join the two arms into one ranking: pure, ids and numbers only.

A convex combination of normalised scores, as Bruch, Gai & Ingber, "An Analysis of Fusion Functions
for Hybrid Retrieval" (2023), recommend over reciprocal rank fusion: ranks throw away how sure an
arm is. Normalised here is the cosine as it is, and BM25 as the share of the score that a chunk with
every topical word of the question would have. So a question whose words stand nowhere, because
they are another language's, leaves the ranking to the dense arm by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: The dense arm's share where question and passage are in one language, or a language is unknown,
#: and where they are in two: words cannot match then, and a passage must not lose for that.
#: Chosen on PIAF, squad2 and a mixed English and French folder in all four directions: recall@1, @5
#: and MRR@10 are nowhere below the better arm, but for French questions over French articles in the
#: mixed folder (recall@1 53.1 against 55.4 of the lexical arm, four questions of 177; MRR@10 above
#: both). No share mended that (docs/measurements.md; benchmarks/retrieval.py).
SAME_LANGUAGE_SHARE = 0.3
CROSS_LANGUAGE_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class Fused:
    """One candidate with its score and what that is made of."""

    id: int
    score: float
    dense: float
    lexical: float


def fuse(
    cosines: Mapping[int, float],
    bm25: Mapping[int, float],
    ceiling: float,
    crosses_language: Mapping[int, bool],
) -> list[Fused]:
    """Return every candidate, best first; equal scores stand in the order of ids.

    `cosines` has every candidate; `bm25` those that the lexical arm found; `ceiling` is the BM25
    score of a chunk with all topical words; `crosses_language` tells of each candidate whether it
    is in another language than the question.
    """
    fused = []
    for candidate, cosine in cosines.items():
        share = CROSS_LANGUAGE_SHARE if crosses_language[candidate] else SAME_LANGUAGE_SHARE
        covered = min(1.0, bm25.get(candidate, 0.0) / ceiling) if ceiling > 0 else 0.0
        dense, lexical = share * cosine, (1 - share) * covered
        fused.append(Fused(candidate, round(dense + lexical, 6), dense, lexical))
    return sorted(fused, key=lambda hit: (-hit.score, hit.id))
