"""Turn joined candidates into the passages shown: break ties, fold duplicates, add ranks.

Pure: knows scores and stored chunks; nothing of the database, nor of searching.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from seedqa.index.lexical import folded_words
from seedqa.index.reading_view import readable_text
from seedqa.index.sections import name_context
from seedqa.index.store.protocol import Hits
from seedqa.index.store.rows import StoredChunk
from seedqa.retrieval.fusion import Fused
from seedqa.retrieval.naming import figures_of, names_of
from seedqa.retrieval.types import Passage, Ranks, ScoreParts

#: Two passages are the same when this share of their three-word sequences is (Jaccard).
NEAR_DUPLICATE = 0.85
SHINGLE_WORDS = 3
#: Candidates checked for duplicates after the last passage shown: a duplicate scores nearly the
#: same, so it is close by.
TWIN_CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """A candidate with its text, before duplicates are folded together."""

    fused: Fused
    stored: StoredChunk
    also_in: tuple[str, ...] = ()


def sort_hits(fused: Iterable[Fused], stored: Mapping[int, StoredChunk]) -> list[Hit]:
    """Return hits, best first; ties go to the newer date, then source, then start."""
    hits = [Hit(candidate, stored[candidate.id]) for candidate in fused]
    hits.sort(key=lambda hit: (hit.stored.source, hit.stored.chunk.start))
    hits.sort(key=lambda hit: hit.stored.date or "", reverse=True)
    hits.sort(key=lambda hit: hit.fused.score, reverse=True)
    return hits


def fold_duplicates(hits: Iterable[Hit], count: int) -> list[Hit]:
    """Return the first `count` hits that differ; each names the other sources that repeat it.

    Two hits are one only if their figures and names agree: a clause of two contracts that differs
    in one number is two.
    """
    kept: list[Hit] = []
    prints: list[_Print] = []
    beyond = 0
    for hit in hits:
        beyond += len(kept) == count
        if beyond > TWIN_CANDIDATES:
            break
        own = _print_of(hit)
        twin = next((at for at, other in enumerate(prints) if _is_near(own, other)), None)
        if twin is not None:
            kept[twin] = _with_source(kept[twin], hit.stored.source)
        elif len(kept) < count:
            kept.append(hit)
            prints.append(own)
    return kept


@dataclass(frozen=True, slots=True)
class _Print:
    """The words, figures and names by which two hits are compared."""

    shingles: frozenset[tuple[str, ...]]
    words: frozenset[str]
    figures: frozenset[str]
    names: frozenset[str]


def _print_of(hit: Hit) -> _Print:
    text = readable_text(hit.stored.chunk)
    words = folded_words(text)
    return _Print(_shingles(words), frozenset(words), figures_of(text), names_of(text))


def _with_source(hit: Hit, source: str) -> Hit:
    if source == hit.stored.source or source in hit.also_in:
        return hit
    return replace(hit, also_in=(*hit.also_in, source))


def _shingles(words: list[str]) -> frozenset[tuple[str, ...]]:
    if len(words) <= SHINGLE_WORDS:
        return frozenset([tuple(words)])
    return frozenset(zip(*(words[skip:] for skip in range(SHINGLE_WORDS)), strict=False))


def _is_near(one: _Print, other: _Print) -> bool:
    shared = len(one.shingles & other.shingles)
    return (
        shared >= NEAR_DUPLICATE * len(one.shingles | other.shingles)
        and one.figures == other.figures
        and one.names <= other.words
        and other.names <= one.words
    )


def to_passage(
    hit: Hit,
    dense: Hits,
    lexical: Hits,
    cosines: Mapping[int, float],
) -> Passage:
    """Return a hit as a passage, with its ranks and the parts of its score."""
    stored, chunk = hit.stored, hit.stored.chunk
    bm25 = dict(lexical)
    return Passage(
        source=stored.source,
        title=stored.title,
        date=stored.date,
        language=stored.language,
        start=chunk.start,
        end=chunk.end,
        line_start=chunk.line_start,
        line_end=chunk.line_end,
        page=chunk.page,
        text=chunk.text,
        page_to=chunk.page_to,
        context=(*name_context(stored.source, stored.title), *chunk.context),
        columns=chunk.columns,
        edits=chunk.edits,
        items=chunk.items,
        score=hit.fused.score,
        ranks=Ranks(_rank(dense, stored.id), _rank(lexical, stored.id)),
        stale=False,
        also_in=tuple(sorted(hit.also_in)),
        parts=ScoreParts(
            cosine=cosines.get(stored.id),
            bm25=bm25.get(stored.id),
            dense=round(hit.fused.dense, 6),
            lexical=round(hit.fused.lexical, 6),
            places=round(hit.fused.places, 6),
        ),
    )


def _rank(hits: Hits, chunk: int) -> int | None:
    own = next((score for found, score in hits if found == chunk), None)
    return None if own is None else 1 + sum(score > own for _, score in hits)
