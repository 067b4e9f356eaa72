"""Order, ties and duplicates, on hand-made candidates."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from seedqa.index.lexical import folded_words
from seedqa.index.sketch import sketch_words
from seedqa.index.store.rows import Place, StoredChunk
from seedqa.index.types import Chunk
from seedqa.retrieval.fusion import Fused
from seedqa.retrieval.ranking import (
    Hit,
    fold_duplicates,
    sort_hits,
    to_passage,
)
from seedqa.retrieval.types import Ranks, ScoreParts

TEXT = "the iron bridge over the river was opened in the year of the great flood"


def stored(number: int, source: str, text: str = TEXT, *, start: int = 0, date: str | None = None):
    chunk = Chunk(start, start + len(text), 1, 1, None, text)
    return StoredChunk(number, chunk, number, source, "A title", date, "en")


def place(item: StoredChunk) -> Place:
    sketch = sketch_words(folded_words(item.chunk.text))
    return Place(item.id, item.chunk.start, sketch, item.source, item.date, item.language)


def fold(
    items: list[StoredChunk], count: int, fetched: list[int] | None = None
) -> list[tuple[str, tuple[str, ...]]]:
    """Fold chunks, best first; return the sources kept, with those that repeat them."""
    chunks = {item.id: item for item in items}

    def fetch(ids: Sequence[int]) -> dict[int, StoredChunk]:
        if fetched is not None:
            fetched.extend(ids)
        return {chunk: chunks[chunk] for chunk in ids}

    hits = [Hit(fused(item.id, 1 / item.id), place(item)) for item in items]
    return [(hit.place.source, hit.also_in) for hit in fold_duplicates(hits, count, fetch)]


def fused(number: int, score: float) -> Fused:
    return Fused(number, score, score, 0.0)


def test_ties_go_to_the_newer_date_then_source_then_start() -> None:
    chunks = {
        1: stored(1, "b.txt", start=50),
        2: stored(2, "b.txt", start=0),
        3: stored(3, "a.txt", start=90),
        4: stored(4, "z.txt", date="2019-05-01"),
        5: stored(5, "y.txt", date="2021-05-01"),
        6: stored(6, "best.txt"),
    }
    places = {number: place(item) for number, item in chunks.items()}
    hits = sort_hits([fused(n, 0.9 if n == 6 else 0.5) for n in chunks], places)
    assert [hit.place.id for hit in hits] == [6, 5, 4, 3, 2, 1]


def test_what_says_the_same_is_one_hit() -> None:
    items = [
        stored(1, "a.txt"),
        stored(2, "copy.txt", TEXT.upper()),
        stored(3, "a.txt", TEXT, start=500),
        stored(4, "other.txt", "ferries sail at night when the river is low"),
        stored(5, "third.txt", TEXT + "."),
    ]
    assert fold(items, 5) == [("a.txt", ("copy.txt", "third.txt")), ("other.txt", ())]


def test_only_texts_with_like_sketches_are_fetched() -> None:
    items = [
        stored(1, "a.txt"),
        stored(2, "other.txt", "ferries sail at night when the river is low"),
        stored(3, "copy.txt"),
        stored(4, "third.txt", "nobody has seen the ship since the winter of that year"),
    ]
    fetched: list[int] = []
    assert fold(items, 5, fetched) == [
        ("a.txt", ("copy.txt",)),
        ("other.txt", ()),
        ("third.txt", ()),
    ]
    assert sorted(fetched) == [1, 3]


def test_duplicates_of_what_is_shown_are_named_beyond_the_count() -> None:
    items = [
        stored(1, "a.txt"),
        stored(2, "b.txt", "something else that is said here at some length"),
        stored(3, "copy.txt"),
    ]
    assert fold(items, 1) == [("a.txt", ("copy.txt",))]


@pytest.mark.parametrize(
    ("other", "hits"),
    [
        (TEXT.replace("iron", "stone"), 2),
        (TEXT + " and closed", 1),
        ("the iron bridge", 2),
        ("", 2),
    ],
    ids=["one-word-changed", "two-words-more", "part", "empty"],
)
def test_how_near_is_the_same(other: str, hits: int) -> None:
    """15 words make 13 sequences of three: one changed word changes two or three of them, and
    10 of 16 in both is not the same, 13 of 15 is."""
    assert len(fold([stored(1, "a"), stored(2, "b", other)], 5)) == hits


def test_a_passage_has_its_ranks_and_parts() -> None:
    item = stored(7, "a.txt")
    hit = Hit(Fused(7, 0.5, 0.2, 0.3), place(item), ("z.txt", "b.txt"))
    passage = to_passage(hit, item, [(3, 0.9), (7, 0.7)], [(7, 12.5)], {3: 0.9, 7: 0.7})
    assert passage.ranks == Ranks(dense=2, lexical=1)
    assert passage.parts == ScoreParts(cosine=0.7, bm25=12.5, dense=0.2, lexical=0.3)
    assert (passage.stale, passage.also_in) == (False, ("b.txt", "z.txt"))


def test_an_arm_that_did_not_find_it_has_no_rank() -> None:
    item = stored(7, "a.txt")
    hit = Hit(Fused(7, 0.2, 0.2, 0.0), place(item))
    passage = to_passage(hit, item, [], [], {7: 0.7})
    assert passage.ranks == Ranks(None, None)
    assert passage.parts.bm25 is None
