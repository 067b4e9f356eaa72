"""Sketch the three-word sequences of a text, so that most pairs of texts need no comparison.

Knows words only; nothing of chunks, nor of what counts as a duplicate.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

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


def may_share(one: bytes, others: Sequence[bytes], share: float) -> list[int]:
    """Return the positions of those sketches whose texts may have a Jaccard index of `share`.

    Two texts share at most the lesser count of each bucket, so none that reaches `share` is left
    out.
    """
    if not others:
        return []
    if not one or not all(others):
        return list(range(len(others)))
    counts = _counts([one])[0]
    table = _counts(others)
    shared = np.minimum(table, counts).sum(axis=1)
    together = table.sum(axis=1) + counts.sum()
    return np.flatnonzero(shared >= share * (together - shared)).tolist()


def _counts(sketches: Sequence[bytes]) -> NDArray[np.int64]:
    table = np.frombuffer(b"".join(sketches), dtype=np.uint8).reshape(len(sketches), BUCKETS)
    return table.astype(np.int64)
