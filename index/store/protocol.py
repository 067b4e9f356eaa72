"""Declare what retrieval and a build need of a store: the swap point for another store.

A store holds generations. A `Reading` is one of them, for one question; an `IndexWriter` makes the
next. Every call of a `Reading` sees the same generation, whatever is committed meanwhile. The
embedded store (SQLite and FAISS) is the one implementation; the tests of this protocol name no
other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from seedqa.index.store.rows import (
    Change,
    DocumentRow,
    Generation,
    Intention,
    Place,
    Recipe,
    StoredChunk,
    Touched,
)
from seedqa.index.types import Filters

Vector = NDArray[np.float32]
Hits = list[tuple[int, float]]
"""Chunk ids and scores, best first; equal scores in the order of ids."""


class Term(NamedTuple):
    """A word in one column of the lexical index."""

    column: str
    """`folded` or `stems` for the words of a passage, `context_folded` or `context_stems` for
    those of its context."""
    word: str


class Reading(Protocol):
    """One generation, for one question."""

    @property
    def generation(self) -> Generation:
        """The facts of the generation."""
        ...

    def dense(self, query: Vector, count: int, where: Filters) -> Hits:
        """Return the chunks with the greatest exact cosine to `query`, shape (dimension,).

        Cosines are rounded to 6 digits. Includes ties with the last of `count`, so that ids never
        decide.
        """
        ...

    def lexical(
        self, terms: Collection[Term], weights: Mapping[str, float], count: int, where: Filters
    ) -> Hits:
        """Return the chunks with the greatest BM25 score for `terms`, k1 = 1.2 and b = 0.75.

        `weights` are those of the columns. Includes ties with the last of `count`, up to a limit.
        """
        ...

    def counts(self, terms: Iterable[Term]) -> dict[Term, int]:
        """Return the number of chunks that contain each term."""
        ...

    def cosines(self, query: Vector, ids: Iterable[int]) -> dict[int, float]:
        """Return the exact cosine of each chunk to `query`, shape (dimension,), as `dense` does.

        Ids of no chunk are left out, as in `chunks`.
        """
        ...

    def having(self, terms: Collection[Term], ids: Iterable[int]) -> set[int]:
        """Return the ids of those of some chunks that have one of `terms`."""
        ...

    def places(self, ids: Iterable[int]) -> dict[int, Place]:
        """Return what ranking needs of chunks, by id; ids of no chunk are left out."""
        ...

    def chunks(self, ids: Iterable[int]) -> dict[int, StoredChunk]:
        """Return chunks by id; ids of no chunk are left out."""
        ...

    def documents(self, after: str = "", limit: int | None = None) -> list[DocumentRow]:
        """Return documents and skipped files with a source beyond `after`, by source."""
        ...

    def chunk_ids(self, documents: Iterable[int]) -> list[int]:
        """Return the ids of all chunks of these documents, ascending."""
        ...


class IndexReader(Protocol):
    """An index that is open for reading; it has no method that writes."""

    def read(self) -> AbstractContextManager[Reading | None]:
        """Open the current generation, or None before the first commit."""
        ...

    def generation(self) -> Generation | None:
        """Return the facts of the current generation, or None before the first commit."""
        ...

    def intention(self) -> Intention | None:
        """Return the intention of the first build, or None before it has begun."""
        ...

    def documents(self, after: str = "", limit: int | None = None) -> list[DocumentRow]:
        """Return documents and skipped files with a source beyond `after`, by source."""
        ...

    def folder_digest(self) -> str | None:
        """Return the digest of a folder that the index agrees with, or None if none is known."""
        ...

    def close(self) -> None:
        """Close the index."""
        ...


class IndexWriter(IndexReader, Protocol):
    """An index that is open for writing, under its write lock."""

    def remove_leftovers(self) -> None:
        """Remove the leftovers of a killed build, except for the embedding cache."""
        ...

    def begin(self, intention: Intention) -> None:
        """Record the intention of a first build, so that it can be resumed after a kill."""
        ...

    def cached_hashes(self, fingerprint: str, hashes: Iterable[bytes]) -> set[bytes]:
        """Return those of `hashes` whose vectors by one model are in the embedding cache."""
        ...

    def cache_vectors(self, fingerprint: str, hashes: Sequence[bytes], vectors: Vector) -> None:
        """Commit vectors, shape (len(hashes), dimension), to the embedding cache."""
        ...

    def keep_folder_digest(self, digest: str) -> None:
        """Record the digest of the folder; the next `touch` or `commit` replaces it."""
        ...

    def touch(self, touched: Iterable[Touched], digest: str | None = None) -> None:
        """Record new times for files whose content is unchanged; the generation stays.

        `digest` is that of the folder, if the index then agrees with it.
        """
        ...

    def commit(
        self,
        change: Change,
        recipe: Recipe,
        keep_vectors: bool = True,
        digest: str | None = None,
    ) -> Generation:
        """Remove, put and touch documents in one step, and return the new generation.

        The embedding cache must have the vectors of all added chunks; the commit removes vectors
        that no chunk uses any more. Pass `keep_vectors=False` if the model has changed or derived
        data is damaged: the commit then reuses nothing derived from earlier vectors. `digest` is
        that of the folder, if the index then agrees with it.
        """
        ...
