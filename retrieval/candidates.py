"""The two arms: each takes a question and gives chunk ids with scores, best first.

Knows the store and the vectors; nothing of how the arms are joined, nor of text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seedqa.index.language import UNKNOWN_LANGUAGE
from seedqa.index.lexical import (
    all_stop_words,
    folded_words,
    guess_question_language,
    stemmed_words,
    stop_words,
)
from seedqa.index.stopwords import STOP_WORDS
from seedqa.index.store.rows import Generation
from seedqa.index.store.store import Store
from seedqa.index.store.vectors import VectorIndex

Arm = list[tuple[int, float]]
"""Chunk ids and scores, best first; equal scores in the order of ids."""

#: Candidates that each arm gives. docs/measurements.md: recall@5 of the joined list is the same
#: from 50 on.
DEPTH = 100
#: The dense arm scans 8-bit codes and scores this many times `DEPTH` again with exact vectors.
RESCORED = 3
#: A word in more chunks than this share, and than `FREQUENT_LEAST`, says little and costs much.
FREQUENT_SHARE = 0.1
FREQUENT_LEAST = 1_000
#: Rows of the words table that one question may score, rarest words first: about 1 µs each.
MOST_POSTINGS = 40_000
MOST_TERMS = 32
#: Weights of the columns `folded` and `stems` in BM25; docs/measurements.md.
COLUMN_WEIGHTS = (1.0, 1.0)
#: The greatest factor that BM25 (k1 = 1.2) puts on the weight of a word.
BM25_CEILING = 2.2


@dataclass(frozen=True, slots=True)
class LexicalQuery:
    """A question as the lexical arm asks it."""

    expression: str
    """An FTS5 expression; empty where no word of the question can be looked up."""
    ceiling: float
    """The BM25 score of a chunk that would hold every topical word of the question, those that
    no chunk holds included: it makes scores of different questions comparable."""
    weights: Mapping[str, float]
    """The weight of each topical word, folded: its inverse document frequency."""


def dense_candidates(
    store: Store,
    vectors: VectorIndex,
    generation: Generation,
    query: NDArray[np.float32],
    allowed: NDArray[np.int64] | None,
) -> Arm:
    """Return the chunks whose vectors have the greatest cosine to `query`, shape (dimension,).

    Those that equal the last of `DEPTH` are among them, as in the lexical arm: ids must not decide.
    """
    ids = vectors.search(query, DEPTH * RESCORED, allowed)
    hits = score_chunks(store, generation, query, ids.tolist())
    return [hit for hit in hits if hit[1] >= hits[:DEPTH][-1][1]]


def score_chunks(
    store: Store, generation: Generation, query: NDArray[np.float32], ids: Iterable[int]
) -> Arm:
    """Return chunks with the exact cosine of their stored vectors to `query`."""
    exact = store.vectors(ids, generation.recipe.fingerprint)
    if not exact:
        return []
    order = sorted(exact)
    scores = np.stack([exact[chunk] for chunk in order]) @ query
    return sorted(
        zip(order, (round(float(score), 6) for score in scores), strict=True),
        key=lambda hit: (-hit[1], hit[0]),
    )


def lexical_candidates(store: Store, query: LexicalQuery, allowed: NDArray[np.int64] | None) -> Arm:
    """Return the chunks with the greatest BM25 score for the question's words."""
    if not query.expression:
        return []
    hits = store.match_words(query.expression, COLUMN_WEIGHTS, DEPTH, allowed)
    return sorted(
        ((chunk, round(score, 6)) for chunk, score in hits), key=lambda hit: (-hit[1], hit[0])
    )


def plan_lexical_query(store: Store, generation: Generation, question: str) -> LexicalQuery:
    """Choose the words of a question that are worth looking up, in both columns.

    Folded words are looked up as they stand; for inflections each word is stemmed by the rules of
    every language in the index. Function words go, unless nothing else remains; then frequent
    words, rarest kept first, until the question would score too many rows.
    """
    words = topical_words(question)
    counts = {("folded", word): store.count_word("folded", word) for word in words}
    for language in generation.languages:
        for word in words:
            for stem in stemmed_words(word, language):
                counts.setdefault(("stems", stem), store.count_word("stems", stem))
    rare_first = sorted(
        ((count, column, term) for (column, term), count in counts.items() if count),
    )
    kept = _affordable(rare_first, generation.chunks)
    expression = " OR ".join(f'{{{column}}} : "{term}"' for _, column, term in kept)
    weights = {
        word: inverse_document_frequency(counts["folded", word], generation.chunks)
        for word in words
    }
    ceiling = BM25_CEILING * sum(COLUMN_WEIGHTS) * sum(weights.values())
    return LexicalQuery(expression, ceiling, weights)


def topical_words(question: str) -> list[str]:
    """Return the distinct folded words of a question without function words, unless it has no
    other; the function words are those of its own language, or of all where that is unclear."""
    words = list(dict.fromkeys(folded_words(question)))
    language = guess_question_language(question)
    dropped = all_stop_words() if language == UNKNOWN_LANGUAGE else stop_words(language)
    return [word for word in words if word not in dropped] or words


def is_about_nothing(question: str) -> bool:
    """Return whether a question has nothing but function words of one language.

    Not of several: "When was the war?" asks about something, though "war" is German for "was".
    """
    words = folded_words(question)
    return any(all(word in stop_words(language) for word in words) for language in STOP_WORDS)


def inverse_document_frequency(count: int, chunks: int) -> float:
    """Return the weight of a word that `count` of `chunks` chunks hold, as FTS5's bm25() has it:
    ln((N - n + 0.5) / (n + 0.5)), never below 1e-6 (Robertson & Zaragoza 2009)."""
    return max(1e-6, math.log(max(1e-6, (chunks - count + 0.5) / (count + 0.5))))


def _affordable(rare_first: list[tuple[int, str, str]], chunks: int) -> list[tuple[int, str, str]]:
    most = max(FREQUENT_LEAST, chunks * FREQUENT_SHARE)
    kept = [term for term in rare_first if term[0] <= most] or rare_first[:1]
    postings = 0
    for position, (count, _, _) in enumerate(kept):
        postings += count
        if position and (postings > MOST_POSTINGS or position >= MOST_TERMS):
            return kept[:position]
    return kept
