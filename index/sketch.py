"""Sketch the three-word sequences of a text, so that most pairs of texts need no comparison.

Knows words only; nothing of chunks, nor of what counts as a duplicate.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

SHINGLE_WORDS = 3
#: Two different chunks of 150 sequences share about half of the counts of so many, which is far
#: from the share of a duplicate.
BUCKETS = 64
_MAX_COUNT = 255

Shingles = frozenset[tuple[str, ...]]


def shingles(words: Sequence[str]) -> Shingles:
    """Return the distinct three-word sequences of a text; of a shorter one all its words."""
    if len(words) <= SHINGLE_WORDS:
        return frozenset([tuple(words)])
    return frozenset(zip(*(words[skip:] for skip in range(SHINGLE_WORDS)), strict=False))


def sketch_words(words: Sequence[str]) -> bytes:
    """Return how many three-word sequences fall into each of `BUCKETS` buckets, a byte each.

    Empty if a count does not fit into a byte: such a text is compared in full.
    """
    counts = [0] * BUCKETS
    for sequence in shingles(words):
        counts[zlib.crc32(" ".join(sequence).encode("utf-8", "surrogatepass")) % BUCKETS] += 1
    return bytes(counts) if max(counts) <= _MAX_COUNT else b""


class SketchTable:
    """Sketches of texts that are compared with one more text at a time."""

    def __init__(self) -> None:
        self._table = np.empty((8, BUCKETS), dtype=np.uint8)
        self._totals = np.empty(8, dtype=np.int64)
        self._count = 0
        self._is_whole = True

    def add(self, sketch: bytes) -> None:
        """Add a sketch at the next position."""
        if self._count == len(self._table):
            self._table = np.concatenate([self._table, np.empty_like(self._table)])
            self._totals = np.concatenate([self._totals, np.empty_like(self._totals)])
        if sketch:
            self._table[self._count] = np.frombuffer(sketch, dtype=np.uint8)
            self._totals[self._count] = sum(sketch)
        self._is_whole = self._is_whole and bool(sketch)
        self._count += 1

    def may_share(self, sketch: bytes, share: float) -> list[int]:
        """Return the positions whose texts may have a Jaccard index of `share` with this one.

        Two texts share at most the lesser count of each bucket, so none that reaches `share` is
        left out.
        """
        if not (sketch and self._is_whole):
            return list(range(self._count))
        own = np.frombuffer(sketch, dtype=np.uint8)
        shared = np.minimum(self._table[: self._count], own).sum(axis=1, dtype=np.int64)
        together = self._totals[: self._count] + sum(sketch) - shared
        return np.flatnonzero(shared >= share * together).tolist()
