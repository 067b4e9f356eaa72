"""Join dense and lexical search into one ranking: pure, ids and numbers only.

A convex combination of normalised scores, as Bruch, Gai & Ingber, "An Analysis of Fusion Functions
for Hybrid Retrieval" (2023), recommend over reciprocal rank fusion, since ranks drop how sure a
search is. The cosine is used as it is; BM25 is divided by the score of a chunk with every topical
word of the question. If no document has the words of a question, because it is in another
language, dense search alone decides the ranking.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from seedqa.index.language import UNKNOWN_LANGUAGE

#: The share of dense search if all documents are in the question's language. If some are in
#: another, the share for passages in the question's language, and that for the others: words cannot
#: match there, and a passage must not lose for that. Chosen on PIAF, squad2 and a mixed English and
#: French folder in all four directions: recall and MRR@10 are above both searches within a
#: language, and near dense search across languages (docs/log/retrieval.md;
#: benchmarks/retrieval.py).
ONE_LANGUAGE_SHARE = 0.5
SAME_LANGUAGE_SHARE = 0.65
CROSS_LANGUAGE_SHARE = 0.75
#: A smaller share of the documents in another language than the question's is a mistake of the
#: language identifier, or too little to weigh.
MIXED_FROM = 0.05
#: What a passage loses that has none of the words by which the question says where to look
#: (`candidates.lacking_places`). docs/log/retrieval.md.
PLACE_LOSS = 0.1


class Fused(NamedTuple):
    """One candidate with its score and the parts of the score."""

    id: int
    score: float
    dense: float
    lexical: float
    places: float = 0.0


def fuse(
    cosines: Mapping[int, float],
    bm25: Mapping[int, float],
    ceiling: float,
    crosses_language: Mapping[int, bool],
    is_mixed: bool,
    lacking: Mapping[int, float] = MappingProxyType({}),
) -> list[Fused]:
    """Return every candidate, best first; equal scores are in the order of ids.

    `cosines` has every candidate, `bm25` those that lexical search found. `ceiling` is the BM25
    score of a chunk with all topical words. `crosses_language` says whether a candidate is in
    another language than the question, `is_mixed` whether documents in another language are enough
    to count (`mixes_languages`); if not, a passage in another language is weighed like the others.
    `lacking` has the share of the words that say where to look, of candidates that lack any.
    """
    fused = []
    same = SAME_LANGUAGE_SHARE if is_mixed else ONE_LANGUAGE_SHARE
    crossing = CROSS_LANGUAGE_SHARE if is_mixed else ONE_LANGUAGE_SHARE
    for candidate, cosine in cosines.items():
        share = crossing if crosses_language[candidate] else same
        covered = min(1.0, bm25.get(candidate, 0.0) / ceiling) if ceiling > 0 else 0.0
        dense, lexical = share * cosine, (1 - share) * covered
        places = -PLACE_LOSS * lacking.get(candidate, 0.0)
        score = round(dense + lexical + places, 6)
        fused.append(Fused(candidate, score, dense, lexical, places))
    return sorted(fused, key=lambda hit: (-hit.score, hit.id))


def mixes_languages(documents: Mapping[str, int], question: str) -> bool:
    """Return whether enough documents are in another language than `question`.

    `documents` counts them by ISO 639-1 code; those in an unknown language count for neither. A
    question in an unknown language is taken for one in the language of most documents.
    """
    known = {code: count for code, count in documents.items() if code != UNKNOWN_LANGUAGE}
    own = known.get(question, 0)
    if question == UNKNOWN_LANGUAGE:
        own = max(known.values(), default=0)
    others = sum(known.values()) - own
    return 0 < others >= MIXED_FROM * sum(known.values())
