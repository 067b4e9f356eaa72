"""The one ranking: from a question over one generation to passages, best first.

The pipeline and every benchmark call it. Ids are ranked first; text is fetched last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from seedqa.index.language import crosses_languages
from seedqa.index.store.protocol import Hits, Reading, Vector
from seedqa.index.store.rows import Place
from seedqa.index.types import NO_FILTERS, Filters
from seedqa.retrieval.candidates import (
    DECIMALS,
    dense_candidates,
    lacking_places,
    lexical_candidates,
    plan_lexical_query,
)
from seedqa.retrieval.fusion import Fused, fuse, mixes_languages
from seedqa.retrieval.question import Question
from seedqa.retrieval.ranking import fold_duplicates, sort_hits, to_passage
from seedqa.retrieval.types import Passage


@dataclass(frozen=True, slots=True)
class Candidates:
    """Everything that dense and lexical search found for one question."""

    question: Question
    dense: Hits
    lexical: Hits
    cosines: Mapping[int, float]
    """The exact cosine of every candidate."""
    places: Mapping[int, Place]
    ceiling: float
    """The BM25 score of a chunk that would hold every topical word of the question."""
    crosses: Mapping[int, bool]
    """Whether a candidate is in another language than the question."""
    unknown: frozenset[str]
    """The topical words of the question that are nowhere in the index."""
    lacking: Mapping[int, float]
    """The share of the words that say where to look which a candidate lacks, where it lacks any."""
    is_mixed: bool
    """Whether enough documents are in another language than the question to count."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """The best passages, and what the whole index lacks of the question."""

    passages: tuple[Passage, ...]
    unknown: frozenset[str]
    """The topical words of the question that are nowhere in the index."""


def rank(
    reading: Reading, question: Question, vector: Vector, where: Filters, count: int
) -> Ranked:
    """Return the best `count` passages; `vector` is the question's, of shape (dimension,)."""
    found = find_candidates(reading, question, vector, where)
    sorted_hits = sort_hits(fuse_candidates(found), found.places)
    hits = fold_duplicates(sorted_hits, count, reading.chunks)
    stored = reading.chunks([hit.place.id for hit in hits])
    passages = (
        to_passage(hit, stored[hit.place.id], found.dense, found.lexical, found.cosines)
        for hit in hits
    )
    return Ranked(tuple(passages), found.unknown)


def find_candidates(
    reading: Reading, question: Question, vector: Vector, where: Filters = NO_FILTERS
) -> Candidates:
    """Return what both searches find, with the exact cosine of every candidate."""
    query = plan_lexical_query(reading, question)
    dense = dense_candidates(reading, vector, where)
    lexical = lexical_candidates(reading, query, where)
    cosines = dict(dense)
    rest = [chunk for chunk, _ in lexical if chunk not in cosines]
    for chunk, cosine in reading.cosines(vector, rest).items():
        cosines[chunk] = round(cosine, DECIMALS)
    places = reading.places(cosines)
    return Candidates(
        question=question,
        dense=dense,
        lexical=lexical,
        cosines=cosines,
        places=places,
        ceiling=query.ceiling,
        unknown=query.unknown,
        crosses={
            chunk: crosses_languages(question.language, item.language)
            for chunk, item in places.items()
        },
        lacking=lacking_places(reading, query, cosines),
        is_mixed=mixes_languages(reading.generation.languages, question.language),
    )


def fuse_candidates(found: Candidates) -> list[Fused]:
    """Return every candidate with its joined score, best first."""
    return fuse(
        found.cosines,
        dict(found.lexical),
        found.ceiling,
        found.crosses,
        found.is_mixed,
        found.lacking,
    )
