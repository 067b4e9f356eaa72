"""The values that go into a store and come out of it.

Knows what is kept of documents, chunks and builds; nothing of tables, files or questions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from seedqa.index.chunking import ChunkSettings
from seedqa.index.store.vectors import VectorFile
from seedqa.index.types import Chunk, FoundFile, SkipKind, SkippedFile


@dataclass(frozen=True, slots=True)
class Recipe:
    """What an index is built from and how: two builds with one recipe give the same chunks."""

    seeds: str
    """The folder of the documents, resolved."""
    model: str
    model_path: str | None
    """What `--model` named, or None for the bundled model."""
    fingerprint: str
    dimension: int
    settings: ChunkSettings


@dataclass(frozen=True, slots=True)
class Generation:
    """The facts of one generation of an index, which a commit replaces as a whole."""

    number: int
    recipe: Recipe
    vectors: VectorFile
    documents: int
    chunks: int
    languages: Mapping[str, int]
    """Documents by language code."""
    built: str
    """Local time of the commit, ISO 8601."""


@dataclass(frozen=True, slots=True)
class Intention:
    """What a first build was asked to do, recorded before there is a generation."""

    seeds: str
    model_path: str | None


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """What is stored of one file: an indexed document, or a skipped file with its reason."""

    id: int
    source: str
    size: int | None
    """This and the next three are None where the file was never opened: a link, a type that no
    extractor reads."""
    mtime_ns: int | None
    ctime_ns: int | None
    inode: int | None
    read_ns: int | None
    """When it was read; None where it was not."""
    retry: bool
    """Whether it is read again though it seems unchanged: what failed may have passed."""
    hash: str | None
    title: str | None
    date: str | None
    language: str | None
    status: str
    kind: SkipKind | None
    reason: str | None

    @property
    def skipped(self) -> SkippedFile | None:
        """Why the file is not indexed, or None where it is."""
        if self.kind is None or self.reason is None:
            return None
        return SkippedFile(self.source, self.reason, self.kind)


@dataclass(frozen=True, slots=True)
class NewDocument:
    """One file as a build has read it; `skipped` is set, and chunks are empty, where it failed."""

    source: str
    file: FoundFile | None
    """None where the file was not to be read."""
    read_ns: int | None
    hash: str | None
    title: str | None
    date: str | None
    language: str | None
    chunks: tuple[Chunk, ...]
    hashes: tuple[bytes, ...]
    """The embedding cache's key of each chunk."""
    skipped: SkippedFile | None = None
    retry: bool = False
    """Whether to read it again next time though it seems unchanged."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A document whose content is unchanged though the file's times are not."""

    document: int
    file: FoundFile
    read_ns: int
    """When it was read to find that out."""


@dataclass(frozen=True, slots=True)
class Change:
    """All that one commit does."""

    removed: frozenset[int]
    """Documents, by id, whose rows and chunks go: deleted, or about to be written again."""
    added: tuple[NewDocument, ...]
    touched: tuple[Touched, ...]


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk with what is known of its document."""

    id: int
    chunk: Chunk
    document: int
    source: str
    title: str
    date: str | None
    language: str
