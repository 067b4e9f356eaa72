"""Order, ties and duplicates, on hand-made candidates."""

from __future__ import annotations

import pytest

from seedqa.index.store.rows import StoredChunk
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
    hits = sort_hits([fused(n, 0.9 if n == 6 else 0.5) for n in chunks], chunks)
    assert [hit.stored.id for hit in hits] == [6, 5, 4, 3, 2, 1]


def test_what_says_the_same_is_one_hit() -> None:
    hits = [
        Hit(fused(1, 0.9), stored(1, "a.txt")),
        Hit(fused(2, 0.8), stored(2, "copy.txt", TEXT.upper())),
        Hit(fused(3, 0.7), stored(3, "a.txt", TEXT, start=500)),
        Hit(fused(4, 0.6), stored(4, "other.txt", "ferries sail at night when the river is low")),
        Hit(fused(5, 0.5), stored(5, "third.txt", TEXT + ".")),
    ]
    kept = fold_duplicates(hits, 5)
    assert [(hit.stored.source, hit.also_in) for hit in kept] == [
        ("a.txt", ("copy.txt", "third.txt")),
        ("other.txt", ()),
    ]


def test_duplicates_of_what_is_shown_are_named_beyond_the_count() -> None:
    hits = [
        Hit(fused(1, 0.9), stored(1, "a.txt")),
        Hit(fused(2, 0.8), stored(2, "b.txt", "something else that is said here at some length")),
        Hit(fused(3, 0.7), stored(3, "copy.txt")),
    ]
    assert [(hit.stored.source, hit.also_in) for hit in fold_duplicates(hits, 1)] == [
        ("a.txt", ("copy.txt",))
    ]


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
    found = [Hit(fused(1, 0.9), stored(1, "a")), Hit(fused(2, 0.8), stored(2, "b", other))]
    assert len(fold_duplicates(found, 5)) == hits


def test_a_passage_has_its_ranks_and_parts() -> None:
    hit = Hit(Fused(7, 0.5, 0.2, 0.3), stored(7, "a.txt"), ("z.txt", "b.txt"))
    passage = to_passage(hit, [(3, 0.9), (7, 0.7)], [(7, 12.5)], {3: 0.9, 7: 0.7})
    assert passage.ranks == Ranks(dense=2, lexical=1)
    assert passage.parts == ScoreParts(cosine=0.7, bm25=12.5, dense=0.2, lexical=0.3)
    assert (passage.stale, passage.also_in) == (False, ("b.txt", "z.txt"))


def test_an_arm_that_did_not_find_it_has_no_rank() -> None:
    hit = Hit(Fused(7, 0.2, 0.2, 0.0), stored(7, "a.txt"))
    passage = to_passage(hit, [], [], {7: 0.7})
    assert passage.ranks == Ranks(None, None)
    assert passage.parts.bm25 is None
