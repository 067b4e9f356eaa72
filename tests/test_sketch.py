"""Sketches never leave out a pair that is near, and leave out most of the others."""

from __future__ import annotations

from random import Random

import pytest

from seedqa.index.sketch import BUCKETS, SketchTable, shingles, sketch_words

WORDS = [f"w{number}" for number in range(400)]


def may_share(sketch: bytes, others: list[bytes], share: float) -> list[int]:
    table = SketchTable()
    for other in others:
        table.add(other)
    return table.may_share(sketch, share)


def jaccard(one: list[str], other: list[str]) -> float:
    left, right = shingles(one), shingles(other)
    return len(left & right) / len(left | right)


def edited(words: list[str], edits: int, random: Random) -> list[str]:
    changed = list(words)
    for _ in range(edits):
        changed[random.randrange(len(changed))] = random.choice(WORDS)
    return changed


@pytest.mark.parametrize("size", [0, 1, 3, 4, 20, 150, 600])
def test_no_near_pair_is_left_out(size: int) -> None:
    random = Random(size)
    for edits in (0, 1, 2, 5, 12, 40):
        words = [random.choice(WORDS) for _ in range(size)]
        other = edited(words, edits if size else 0, random)
        share = jaccard(words, other)
        assert may_share(sketch_words(words), [sketch_words(other)], share) == [0]


def test_other_texts_are_left_out() -> None:
    random = Random(7)
    texts = [[random.choice(WORDS) for _ in range(150)] for _ in range(50)]
    sketches = [sketch_words(words) for words in texts]
    assert [may_share(own, sketches, 0.85) for own in sketches] == [[at] for at in range(50)]


def test_a_sketch_is_the_same_in_every_process() -> None:
    sketch = sketch_words(["the", "old", "iron", "bridge"])
    assert {at: count for at, count in enumerate(sketch) if count} == {0: 1, 41: 1}


def test_a_text_with_too_many_sequences_is_compared_in_full() -> None:
    words = [str(number) for number in range(300 * BUCKETS)]
    assert sketch_words(words) == b""
    assert may_share(b"", [sketch_words(["a"])], 0.85) == [0]
    assert may_share(sketch_words(["a"]), [sketch_words(["b"] * 9), b""], 0.85) == [0, 1]


def test_nothing_to_compare_with() -> None:
    assert may_share(sketch_words(["a"]), [], 0.85) == []
