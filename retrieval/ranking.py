"""Turn joined candidates into the passages shown: break ties, fold duplicates, add ranks.

Pure: knows scores and stored chunks; nothing of the database, nor of searching.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from seedqa.index.lexical import folded_words
from seedqa.index.reading_view import readable_text
from seedqa.index.sections import name_context
from seedqa.index.sketch import Shingles, SketchTable, shingles
from seedqa.index.store.protocol import Hits
from seedqa.index.store.rows import Place, StoredChunk
from seedqa.index.types import Chunk
from seedqa.retrieval.fusion import Fused
from seedqa.retrieval.types import Passage, Ranks, ScoreParts
from seedqa.retrieval.wording.naming import figures_of, names_of

#: Two passages are the same when this share of their three-word sequences is (Jaccard).
NEAR_DUPLICATE = 0.85
#: Candidates checked for duplicates after the last passage shown: a duplicate scores nearly the
#: same, so it is close by.
TWIN_CANDIDATES = 20

Fetch = Callable[[Sequence[int]], Mapping[int, StoredChunk]]


@dataclass(frozen=True, slots=True)
class Hit:
    """A candidate and its place, before duplicates are folded together."""

    fused: Fused
    place: Place
    also_in: tuple[str, ...] = ()


def sort_hits(fused: Iterable[Fused], places: Mapping[int, Place]) -> Iterator[Hit]:
    """Yield hits, best first; ties go to the newer date, then source, then start."""
    pairs = [(candidate, places[candidate.id]) for candidate in fused]
    pairs.sort(key=lambda pair: (pair[1].source, pair[1].start))
    pairs.sort(key=lambda pair: pair[1].date or "", reverse=True)
    pairs.sort(key=lambda pair: pair[0].score, reverse=True)
    for candidate, place in pairs:
        yield Hit(candidate, place)


def fold_duplicates(hits: Iterable[Hit], count: int, fetch: Fetch) -> list[Hit]:
    """Return the first `count` hits that differ; each names the other sources that repeat it.

    Two hits are one only if their figures and names agree: a clause of two contracts that differs
    in one number is two. `fetch` returns chunks by id; it is asked only for those whose sketches
    are alike.
    """
    kept: list[Hit] = []
    sketches = SketchTable()
    prints = _Prints(fetch)
    beyond = 0
    for hit in hits:
        beyond += len(kept) == count
        if beyond > TWIN_CANDIDATES:
            break
        alike = sketches.may_share(hit.place.sketch, NEAR_DUPLICATE)
        twin = next((at for at in alike if prints.are_near(hit, kept[at])), None)
        if twin is not None:
            kept[twin] = _with_source(kept[twin], hit.place.source)
        elif len(kept) < count:
            kept.append(hit)
            sketches.add(hit.place.sketch)
    return kept


@dataclass(frozen=True, slots=True)
class _Print:
    """The words, figures and names by which two hits are compared."""

    shingles: Shingles
    words: frozenset[str]
    figures: frozenset[str]
    names: frozenset[str]


class _Prints:
    """The prints of chunks, made when they are first compared."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._prints: dict[int, _Print] = {}

    def are_near(self, one: Hit, other: Hit) -> bool:
        """Return whether two hits say the same."""
        ids = [one.place.id, other.place.id]
        missing = [chunk for chunk in ids if chunk not in self._prints]
        for chunk, stored in (self._fetch(missing) if missing else {}).items():
            self._prints[chunk] = _print_of(stored.chunk)
        return _is_near(self._prints[ids[0]], self._prints[ids[1]])


def _print_of(chunk: Chunk) -> _Print:
    text = readable_text(chunk)
    words = folded_words(text)
    return _Print(shingles(words), frozenset(words), figures_of(text), names_of(text))


def _with_source(hit: Hit, source: str) -> Hit:
    if source == hit.place.source or source in hit.also_in:
        return hit
    return replace(hit, also_in=(*hit.also_in, source))


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
    stored: StoredChunk,
    dense: Hits,
    lexical: Hits,
    cosines: Mapping[int, float],
) -> Passage:
    """Return a hit and its chunk as a passage, with its ranks and the parts of its score."""
    chunk = stored.chunk
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
    return None if own is None else 1 + bisect_left(hits, -own, key=lambda hit: -hit[1])
