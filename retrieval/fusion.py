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

from seedqa.index.language import UNKNOWN_LANGUAGE

#: The dense arm's share where all documents are in the question's language; and, where some are in
#: another, that of passages in the question's language and that of the others: words cannot match
#: there, and a passage must not lose for that. Chosen on PIAF, squad2 and a mixed English and
#: French folder in all four directions: recall and MRR@10 are above both arms within a language,
#: and across languages near the dense arm (docs/log/retrieval.md; benchmarks/retrieval.py).
ONE_LANGUAGE_SHARE = 0.5
SAME_LANGUAGE_SHARE = 0.65
CROSS_LANGUAGE_SHARE = 0.75
#: A smaller share of the documents in another language than the question's is a mistake of the
#: language identifier, or too little to weigh.
MIXED_FROM = 0.05


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
    is_mixed: bool,
) -> list[Fused]:
    """Return every candidate, best first; equal scores stand in the order of ids.

    `cosines` has every candidate; `bm25` those that the lexical arm found; `ceiling` is the BM25
    score of a chunk with all topical words; `crosses_language` tells of each candidate whether it
    is in another language than the question; `is_mixed` whether documents in another are enough to
    count (`mixes_languages`).
    """
    fused = []
    same = SAME_LANGUAGE_SHARE if is_mixed else ONE_LANGUAGE_SHARE
    for candidate, cosine in cosines.items():
        share = CROSS_LANGUAGE_SHARE if crosses_language[candidate] else same
        covered = min(1.0, bm25.get(candidate, 0.0) / ceiling) if ceiling > 0 else 0.0
        dense, lexical = share * cosine, (1 - share) * covered
        fused.append(Fused(candidate, round(dense + lexical, 6), dense, lexical))
    return sorted(fused, key=lambda hit: (-hit.score, hit.id))


def mixes_languages(documents: Mapping[str, int], question: str) -> bool:
    """Return whether enough documents are in another language than `question`.

    `documents` counts them by ISO 639-1 code; what is in an unknown language counts for neither. A
    question in an unknown language is taken for one in the language of most documents.
    """
    known = {code: count for code, count in documents.items() if code != UNKNOWN_LANGUAGE}
    own = known.get(question, 0)
    if question == UNKNOWN_LANGUAGE:
        own = max(known.values(), default=0)
    others = sum(known.values()) - own
    return 0 < others >= MIXED_FROM * sum(known.values())
