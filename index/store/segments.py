"""The vector files of one generation: a first file, and one for what each later commit added.

A commit writes a file of the added vectors alone, and the chunks that it removed are listed beside
the files; so a commit takes as long as its change, not as the index. Where much has been added or
removed, the files are merged into one. Knows files and chunk ids; nothing of the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seedqa.index.store.vectors import (
    VectorFile,
    VectorIndex,
    load_vectors,
    open_vectors,
)

#: Files of one generation; each is opened and hashed by a process that asks.
MAX_FILES = 32
#: Ranges of removed ids; they are read with the facts of the generation, 10 bytes each.
MAX_RANGES = 4_096
#: A merge rewrites everything, so the vectors added and removed since the first file was written
#: may be this share of it: each vector is then written eight times at most.
MAX_CHANGED_SHARE = 1 / 8

Range = tuple[int, int]
"""The first and the last of consecutive chunk ids."""


@dataclass(frozen=True, slots=True)
class Segments:
    """What the database records of the vectors of a generation."""

    files: tuple[VectorFile, ...]
    """In the order in which they were written; so chunk ids ascend through them."""
    removed: tuple[Range, ...] = ()
    """The ids that are in the files and no chunks any more, ascending."""

    @property
    def count(self) -> int:
        """Number of vectors without the removed ones."""
        return sum(file.count for file in self.files) - count_ids(self.removed)

    @property
    def names(self) -> set[str]:
        """The names of the files."""
        return {file.name for file in self.files}

    def without(self, ids: Iterable[int]) -> Segments:
        """Return the segments with these ids removed as well."""
        return Segments(self.files, join_ranges([*self.removed, *((one, one) for one in ids)]))

    def is_worth_merging(self, added: int) -> bool:
        """Return whether to write one file instead of another one with `added` vectors."""
        first, *others = (file.count for file in self.files)
        changed = sum(others) + added + count_ids(self.removed)
        return (
            changed > first * MAX_CHANGED_SHARE
            or len(self.files) >= MAX_FILES
            or len(self.removed) > MAX_RANGES
        )

    def are_there(self, folder: Path) -> bool:
        """Return whether all files are in `folder` with their recorded sizes."""
        try:
            return all((folder / file.name).stat().st_size == file.size for file in self.files)
        except FileNotFoundError:
            return False


@dataclass(frozen=True, slots=True)
class LoadedSegments:
    """The vectors of a generation in memory.

    Those of the first file are apart: adding to them would take their memory twice for a moment.
    """

    segments: Segments
    first: VectorIndex
    others: VectorIndex | None = None

    @property
    def count(self) -> int:
        """Number of vectors."""
        return self.first.count + (self.others.count if self.others else 0)

    def search(
        self, query: NDArray[np.float32], count: int, allowed: NDArray[np.int64] | None = None
    ) -> NDArray[np.int64]:
        """Return the ids of about the `count` nearest vectors, best first, as one index does."""
        found = [part.score(query, count, allowed) for part in (self.first, self.others) if part]
        ids, scores = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return ids[np.argsort(-scores, kind="stable")[:count]]

    def is_before(self, segments: Segments) -> bool:
        """Return whether `segments` are these, or have more files and removed ids."""
        files = self.segments.files
        has_files = segments.files[: len(files)] == files
        return has_files and not len(_new_ids(self.segments.removed, segments.removed))


def count_ids(ranges: Iterable[Range]) -> int:
    """Return the number of ids in these ranges."""
    return sum(last - first + 1 for first, last in ranges)


def join_ranges(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """Return ranges, ascending, with those joined that overlap or follow each other."""
    joined: list[Range] = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return tuple(joined)


@contextmanager
def open_segments(folder: Path, segments: Segments) -> Iterator[list[BufferedReader]]:
    """Open the files without reading them; raise FileNotFoundError if one has gone."""
    with ExitStack() as stack:
        yield [stack.enter_context(open_vectors(folder, file)) for file in segments.files]


def read_segments(folder: Path, segments: Segments) -> VectorIndex:
    """Read the files after checking them against their recorded facts.

    Raises FileNotFoundError if one has gone, IndexCorrupt if one is not as it was written.
    """
    with open_segments(folder, segments) as files:
        loaded = load_segments(files, segments)
    if loaded.others:
        loaded.first.take(loaded.others)
    return loaded.first


def load_segments(
    files: Sequence[BufferedReader], segments: Segments, before: LoadedSegments | None = None
) -> LoadedSegments:
    """Read open files; raise IndexCorrupt if one is not as recorded.

    Reads only the files that `before` has not, if its vectors can be brought up to date: they are
    then changed in place, and `before` must not be used any more.
    """
    if before is None or not before.is_before(segments):
        first = load_vectors(files[0], segments.files[0])
        before = LoadedSegments(Segments(segments.files[:1]), first)
    done = len(before.segments.files)
    added = [
        load_vectors(file, recorded)
        for file, recorded in zip(files[done:], segments.files[done:], strict=True)
    ]
    others = before.others
    for one in added:
        if others:
            others.take(one)
        else:
            others = one
    removed = _new_ids(segments.removed, before.segments.removed)
    for part in (before.first, others):
        if part:
            part.remove(removed)
    return LoadedSegments(segments, before.first, others)


def _new_ids(ranges: Iterable[Range], known: Iterable[Range]) -> NDArray[np.int64]:
    """Return the ids in `ranges` that are not in `known`."""
    return np.setdiff1d(_ids(ranges), _ids(known), assume_unique=True)


def _ids(ranges: Iterable[Range]) -> NDArray[np.int64]:
    parts = [np.arange(first, last + 1, dtype=np.int64) for first, last in ranges]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
