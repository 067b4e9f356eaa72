"""The values that a store takes and returns: rows of documents, chunks and builds.

Knows nothing of tables, files or questions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from seedqa.index.store.segments import Segments
from seedqa.index.types import Chunk, ChunkSettings, FoundFile, SkipKind, SkippedFile

#: Raised when a file gives another text, title or chunks than before; 1 where it is not stored.
READING = 6


@dataclass(frozen=True, slots=True)
class Recipe:
    """The folder, model and settings of an index: two builds with one recipe give equal chunks."""

    seeds: str
    """The folder of the documents, resolved."""
    model: str
    model_path: str | None
    """The value of `--model`, or None for the bundled model."""
    fingerprint: str
    dimension: int
    settings: ChunkSettings
    reading: int
    """The `READING` by which files were read."""


@dataclass(frozen=True, slots=True)
class Generation:
    """The facts of one generation of an index; a commit replaces them all."""

    number: int
    recipe: Recipe
    vectors: Segments
    documents: int
    chunks: int
    languages: Mapping[str, int]
    """Documents by language code."""
    built: str
    """Local time of the commit, ISO 8601."""


@dataclass(frozen=True, slots=True)
class Intention:
    """The input of a first build, recorded before there is a generation."""

    seeds: str
    model_path: str | None


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """The stored row of one file: an indexed document, or a skipped file with its reason."""

    id: int
    source: str
    size: int | None
    """This and the next three are None where the file was never opened: a link, a type that no
    extractor reads."""
    mtime_ns: int | None
    ctime_ns: int | None
    inode: int | None
    read_ns: int | None
    """When it was read; None if it was not."""
    retry: bool
    """Whether to read it again though it seems unchanged, because the failure may be temporary."""
    hash: str | None
    title: str | None
    date: str | None
    language: str | None
    status: str
    kind: SkipKind | None
    reason: str | None

    @property
    def skipped(self) -> SkippedFile | None:
        """The reason why the file is not indexed, or None if it is."""
        if self.kind is None or self.reason is None:
            return None
        return SkippedFile(self.source, self.reason, self.kind)


@dataclass(frozen=True, slots=True)
class NewDocument:
    """One file as a build has read it; `skipped` is set, and chunks are empty, if that failed."""

    source: str
    file: FoundFile | None
    """None if the file was not to be read."""
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
    """When the build read it to compare its content."""


@dataclass(frozen=True, slots=True)
class Change:
    """Everything that one commit changes."""

    removed: frozenset[int]
    """Documents, by id, whose rows and chunks are removed: deleted files, or rewritten ones."""
    added: tuple[NewDocument, ...]
    touched: tuple[Touched, ...]


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk with the facts of its document."""

    id: int
    chunk: Chunk
    document: int
    source: str
    title: str
    date: str | None
    language: str


class Place(NamedTuple):
    """What ranking needs of a chunk, without its text."""

    id: int
    start: int
    sketch: bytes
    """That of its words (`index.sketch`)."""
    source: str
    date: str | None
    language: str
