"""Write the embedded store: fill the embedding cache, and commit the next generation.

Vector files are derived from the database. `commit` writes a new one, then changes everything else
in a single transaction. It logs each step by name, so that tests can kill a build
there (steps.py). Knows rows and files; nothing of reading documents,
encoding or ranking.
"""

from __future__ import annotations

import json
import logging
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from seedqa.index.errors import IndexCorrupt
from seedqa.index.lexical import folded_words, stemmed_words
from seedqa.index.messages import Message
from seedqa.index.reading_view import readable_text
from seedqa.index.sections import name_context
from seedqa.index.sketch import sketch_words
from seedqa.index.store.database import (
    BUSY_SECONDS,
    DATABASE,
    FOLDER_DIGEST,
    GENERATION,
    INTENTION,
    UNCOMMITTED,
    connect_for_writing,
    find_chunk_ids,
    id_list,
    missing_index_error,
    read_meta,
    recreate_words,
    set_format,
    translated_errors,
    write_meta,
)
from seedqa.index.store.protocol import Vector
from seedqa.index.store.reading import (
    CHUNK_COLUMNS,
    SEALED_DOCUMENT,
    WORD_COLUMNS,
    EmbeddedReader,
    chunk_from_values,
)
from seedqa.index.store.rows import (
    Change,
    Generation,
    Intention,
    NewDocument,
    Recipe,
    Touched,
)
from seedqa.index.store.seals import seal, short_seal, vector_seal
from seedqa.index.store.segments import Segments, read_segments
from seedqa.index.store.steps import log_step
from seedqa.index.store.vectors import (
    VectorIndex,
    empty_index,
    pack_vector,
    unpack_vector,
    write_vectors,
)
from seedqa.index.types import Chunk

logger = logging.getLogger(__name__)

#: Vectors read, quantised and added at a time.
VECTOR_BATCH = 8192

#: The files that `remove_leftovers` may remove: a user may keep other files in the folder.
_VECTOR_FILE = re.compile(r"vectors-\d+\.(faiss|part)")

#: The keys of what the seal of a document is over.
_SEALED_NAMES = [name.removeprefix("documents.") for name in SEALED_DOCUMENT.split(", ")]

_INSERT_WORDS = (
    f"INSERT INTO words (rowid, {', '.join(WORD_COLUMNS)}) VALUES (?{', ?' * len(WORD_COLUMNS)})"
)


_FIND_VECTOR = "SELECT number FROM vectors WHERE model = ? AND hash = ?"


@dataclass(frozen=True, slots=True)
class _Flip:
    """The numbers of a commit, set before anything is written."""

    number: int
    """Of the new generation."""
    first_chunk: int
    """The id of the first added chunk; the others follow."""
    removed_chunks: Sequence[int]


class EmbeddedWriter(EmbeddedReader):
    """An embedded index that is open for writing; its caller holds the write lock."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        super().__init__(folder, connection)
        self._has_unused_vectors = read_meta(connection, UNCOMMITTED) is not None

    def begin(self, intention: Intention) -> None:
        """Record the intention of a first build, so that it can be resumed after a kill."""
        with translated_errors(self.folder), self._transaction(durable=False):
            write_meta(self.connection, INTENTION, json.dumps(asdict(intention)))

    def cached_hashes(self, fingerprint: str, hashes: Iterable[bytes]) -> set[bytes]:
        """Return those of `hashes` whose vectors by one model are in the embedding cache."""
        find = "SELECT 1 FROM vectors WHERE model = ? AND hash = ?"
        with translated_errors(self.folder):
            return {
                key
                for key in hashes
                if self.connection.execute(find, (fingerprint, key)).fetchone()
            }

    def cache_vectors(self, fingerprint: str, hashes: Sequence[bytes], vectors: Vector) -> None:
        """Commit vectors, shape (len(hashes), dimension), to the embedding cache."""
        with translated_errors(self.folder), self._transaction(durable=False):
            log_step("cache begin")
            write_meta(self.connection, UNCOMMITTED, "1")
            self.connection.executemany(
                "INSERT INTO vectors (model, hash, vector, seal) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (hash, model)"
                " DO UPDATE SET vector = excluded.vector, seal = excluded.seal",
                (
                    (fingerprint, key, packed, vector_seal(key, packed))
                    for key, packed in zip(hashes, map(pack_vector, vectors), strict=True)
                ),
            )
            log_step("cache written")
        log_step("cache committed")

    def keep_folder_digest(self, digest: str) -> None:
        """Record the digest of the folder; the next `touch` or `commit` replaces it."""
        with translated_errors(self.folder), self._transaction(durable=False):
            write_meta(self.connection, FOLDER_DIGEST, digest)

    def touch(self, touched: Iterable[Touched], digest: str | None = None) -> None:
        """Record new times for files whose content is unchanged; the generation stays.

        `digest` is that of the folder, if the index then agrees with it.
        """
        with translated_errors(self.folder), self._transaction(durable=False):
            self._touch(touched)
            write_meta(self.connection, FOLDER_DIGEST, digest)

    def commit(
        self,
        change: Change,
        recipe: Recipe,
        keep_vectors: bool = True,
        digest: str | None = None,
    ) -> Generation:
        """Flip to the next generation and return it as it was recorded.

        With `keep_vectors` the vector files stay, or are merged; otherwise (another model, a
        damaged file) all vectors are written again from the database. The embedding cache must have
        all vectors of added chunks. `digest` is that of the folder, if the index then agrees with
        it. Until the transaction commits, readers, also after a crash, see the whole old
        generation.
        """
        with translated_errors(self.folder):
            before = self.generation()
            flip = _Flip(
                number=before.number + 1 if before else 1,
                first_chunk=self._next_id("chunks"),
                removed_chunks=find_chunk_ids(self.connection, change.removed),
            )
            current = before.vectors if before and keep_vectors else None
            try:
                vectors = self._write_vectors(change, recipe, flip, current)
                with self._transaction(durable=True):
                    generation = self._flip(change, recipe, flip, vectors)
                    write_meta(self.connection, FOLDER_DIGEST, digest)
            except BaseException:
                # a full disk must not stay full because of the new file
                self.remove_leftovers()
                raise
            log_step("flip committed")
            self.remove_leftovers(generation)
            log_step("leftovers removed")
            self._checkpoint()
            log_step("checkpointed")
            return generation

    def rewrite_vectors(self) -> Generation:
        """Rebuild the vector files and the words from the database, without embedding."""
        generation = self.generation()
        if generation is None:
            raise missing_index_error(self.folder)
        with translated_errors(self.folder), self._transaction(durable=True):
            recreate_words(self.connection)
            rows = self.connection.execute(
                f"SELECT chunks.id, source, title, language, {CHUNK_COLUMNS} FROM chunks"
                " JOIN documents ON documents.id = document"
            ).fetchall()
            for chunk, source, title, language, *values in rows:
                words = _word_columns(chunk_from_values(values), source, title, language)
                self.connection.execute(_INSERT_WORDS, (chunk, *words))
                self.connection.execute(
                    "UPDATE chunks SET words_seal = ? WHERE id = ?", (short_seal(words), chunk)
                )
        return self.commit(Change(frozenset(), (), ()), generation.recipe, keep_vectors=False)

    def remove_leftovers(self, generation: Generation | None = None) -> None:
        """Remove vector files of killed builds and of earlier generations."""
        generation = generation or self.generation()
        current = generation.vectors.names if generation else set()
        for path in self.folder.glob("vectors-*"):
            if path.name not in current and _VECTOR_FILE.fullmatch(path.name):
                path.unlink(missing_ok=True)

    # -- the vector files of a commit ----------------------------------------------------------

    def _write_vectors(
        self, change: Change, recipe: Recipe, flip: _Flip, current: Segments | None
    ) -> Segments:
        """Write what the files of `current` lack; return the segments of the next generation."""
        hashes = [key for document in change.added for key in document.hashes]
        kept = current.without(flip.removed_chunks) if current else None
        if kept and kept.are_there(self.folder) and not kept.is_worth_merging(len(hashes)):
            if not hashes:
                return kept
            before, index = kept, empty_index(recipe.dimension)
        else:
            before, index = Segments(()), self._kept_vectors(recipe, flip, kept)
        self._fill(index, enumerate(hashes, flip.first_chunk), recipe.fingerprint)
        written = write_vectors(index, self.folder / f"vectors-{flip.number}.faiss")
        return Segments((*before.files, written), before.removed)

    def _kept_vectors(self, recipe: Recipe, flip: _Flip, kept: Segments | None) -> VectorIndex:
        """Return the vectors of the chunks that a commit keeps, from the files where it can."""
        if kept:
            try:
                return read_segments(self.folder, kept)
            except (FileNotFoundError, IndexCorrupt) as error:
                logger.warning("%s; rebuilding the vector file from the database", error)
        index = empty_index(recipe.dimension)
        removed = set(flip.removed_chunks)
        rows = self.connection.execute("SELECT id, hash FROM chunks ORDER BY id")
        self._fill(index, (row for row in rows if row[0] not in removed), recipe.fingerprint)
        return index

    def _fill(
        self, index: VectorIndex, rows: Iterable[tuple[int, bytes]], fingerprint: str
    ) -> None:
        """Add the cached vectors of chunks, each given by its id and its cache key."""
        remaining = iter(rows)
        while batch := list(islice(remaining, VECTOR_BATCH)):
            vectors = [self._cached_vector(fingerprint, key) for _, key in batch]
            index.add(np.array([chunk for chunk, _ in batch], dtype=np.int64), np.stack(vectors))

    def _cached_vector(self, fingerprint: str, key: bytes) -> Vector:
        row = self.connection.execute(
            "SELECT vector, seal FROM vectors WHERE model = ? AND hash = ?", (fingerprint, key)
        ).fetchone()
        if row is None or vector_seal(key, row[0]) != row[1]:
            raise IndexCorrupt(
                Message("{path} lacks the vector of a chunk", path=self.folder / DATABASE),
                "",
                Message("Delete the folder and run seedqa index again"),
            )
        return unpack_vector(row[0])

    def _next_id(self, table: str) -> int:
        row = self.connection.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)
        ).fetchone()
        return (int(row[0]) if row else 0) + 1

    # -- the transaction of a commit -----------------------------------------------------------

    def _flip(self, change: Change, recipe: Recipe, flip: _Flip, vectors: Segments) -> Generation:
        log_step("flip begin")
        set_format(self.connection)
        removed_hashes = self._hashes(change.removed)
        self._remove(change.removed, flip.removed_chunks)
        log_step("flip removed")
        self._add(change.added, flip.first_chunk, recipe.fingerprint)
        log_step("flip added")
        self._touch(change.touched)
        self._drop_unused_vectors(recipe.fingerprint, removed_hashes)
        generation = self._describe(recipe, flip.number, vectors)
        write_meta(self.connection, GENERATION, json.dumps(asdict(generation)))
        log_step("flip end")
        return generation

    def _describe(self, recipe: Recipe, number: int, vectors: Segments) -> Generation:
        languages = dict(
            self.connection.execute(
                "SELECT language, count(*) FROM documents WHERE status = 'indexed'"
                " GROUP BY language ORDER BY language"
            )
        )
        chunks = self.connection.execute("SELECT count(*) FROM chunks").fetchone()[0]
        return Generation(
            number=number,
            recipe=recipe,
            vectors=vectors,
            documents=sum(languages.values()),
            chunks=chunks,
            languages=languages,
            built=datetime.now().astimezone().isoformat(timespec="seconds"),
        )

    def _hashes(self, documents: Iterable[int]) -> set[bytes]:
        rows = self.connection.execute(
            "SELECT hash FROM chunks WHERE document IN (SELECT value FROM json_each(?))",
            (id_list(documents),),
        )
        return {row[0] for row in rows}

    def _remove(self, documents: Iterable[int], chunks: Iterable[int]) -> None:
        self.connection.executemany(
            "DELETE FROM words WHERE rowid = ?", ((chunk,) for chunk in chunks)
        )
        for table, column in (("chunks", "document"), ("documents", "id")):
            self.connection.executemany(
                f"DELETE FROM {table} WHERE {column} = ?", ((document,) for document in documents)
            )

    def _add(self, documents: Iterable[NewDocument], first_chunk: int, fingerprint: str) -> None:
        chunk_id = first_chunk
        for document in documents:
            document_id = self._insert_document(document)
            described = (document.source, document.title or "", document.language or "")
            log_step("flip document")
            for chunk, key in zip(document.chunks, document.hashes, strict=True):
                words = _word_columns(chunk, *described)
                sketch = sketch_words(words[0].split())
                values = (chunk_id, document_id, key, sketch, *_chunk_values(chunk))
                self.connection.execute(
                    f"INSERT INTO chunks (id, document, hash, sketch, {CHUNK_COLUMNS}, seal,"
                    f" words_seal, vector_number) VALUES ({', '.join('?' * (len(values) + 2))},"
                    f" ({_FIND_VECTOR}))",
                    (*values, seal(values), short_seal(words), fingerprint, key),
                )
                self.connection.execute(_INSERT_WORDS, (chunk_id, *words))
                chunk_id += 1

    def _insert_document(self, document: NewDocument) -> int:
        file, skipped = document.file, document.skipped
        values: dict[str, Any] = {
            "id": self._next_id("documents"),
            "source": document.source,
            "size": file.size if file else None,
            "mtime_ns": file.mtime_ns if file else None,
            "ctime_ns": file.ctime_ns if file else None,
            "inode": file.inode if file else None,
            "read_ns": document.read_ns,
            "retry": document.retry,
            "hash": document.hash,
            "title": document.title,
            "date": document.date,
            "language": document.language,
            "status": "skipped" if skipped else "indexed",
            "skip_kind": skipped.kind if skipped else None,
            "reason": Message.of(skipped.reason).to_json() if skipped else None,
        }
        values["seal"] = short_seal([values[name] for name in _SEALED_NAMES])
        self.connection.execute(
            f"INSERT INTO documents ({', '.join(values)})"
            f" VALUES ({', '.join(f':{name}' for name in values)})",
            values,
        )
        return int(values["id"])

    def _touch(self, touched: Iterable[Touched]) -> None:
        self.connection.executemany(
            "UPDATE documents SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, read_ns = ?"
            " WHERE id = ?",
            (
                (one.file.size, one.file.mtime_ns, one.file.ctime_ns, one.file.inode,
                 one.read_ns, one.document)
                for one in touched
            ),
        )  # fmt: skip

    def _drop_unused_vectors(self, fingerprint: str, removed_hashes: set[bytes]) -> None:
        """Drop cached vectors that no chunk uses.

        Checks the vectors of removed chunks; after a change of the model, or a build that did not
        end, all vectors.
        """
        before = self.generation()
        is_other_model = before is not None and before.recipe.fingerprint != fingerprint
        if is_other_model:
            self.connection.execute(
                "UPDATE chunks SET vector_number = (SELECT number FROM vectors"
                " WHERE model = ? AND vectors.hash = chunks.hash)",
                (fingerprint,),
            )
        if self._has_unused_vectors or is_other_model:
            self.connection.execute(
                "DELETE FROM vectors WHERE model <> ?"
                " OR NOT EXISTS (SELECT 1 FROM chunks WHERE chunks.hash = vectors.hash)",
                (fingerprint,),
            )
        else:
            self.connection.executemany(
                "DELETE FROM vectors WHERE model = ? AND hash = ?"
                " AND NOT EXISTS (SELECT 1 FROM chunks WHERE chunks.hash = vectors.hash)",
                ((fingerprint, key) for key in removed_hashes),
            )
        self.connection.execute("DELETE FROM meta WHERE key = ?", (UNCOMMITTED,))
        self._has_unused_vectors = False

    def _checkpoint(self) -> None:
        """Move the log into the database, as far as no reader blocks it.

        Nothing depends on it: the log has the commit, and the last process to close the database,
        or the next to commit, moves it.
        """
        self.connection.execute("PRAGMA busy_timeout = 0")  # a slow reader must not hold us up
        try:
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.Error as error:
            logger.warning("%s keeps its log for now: %s", self.folder / DATABASE, error)
        finally:
            self.connection.execute(f"PRAGMA busy_timeout = {round(BUSY_SECONDS * 1000)}")

    @contextmanager
    def _transaction(self, durable: bool) -> Iterator[None]:
        self.connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise


def open_for_writing(folder: Path) -> EmbeddedWriter:
    """Open an index to write it; create it if there is none."""
    return EmbeddedWriter(folder, connect_for_writing(folder))


def _chunk_values(chunk: Chunk) -> tuple[Any, ...]:
    """Return the values of `CHUNK_COLUMNS`."""
    edits = [(edit.start, edit.end, edit.replacement) for edit in chunk.edits]
    return (
        chunk.start,
        chunk.end,
        chunk.line_start,
        chunk.line_end,
        chunk.page,
        chunk.page_to,
        chunk.text,
        _json_array(chunk.context),
        _json_array(edits),
        _json_array(chunk.columns),
        _json_array(chunk.items),
    )


def _json_array(values: Sequence[object]) -> str | None:
    return json.dumps(values, ensure_ascii=False) if values else None


def _word_columns(chunk: Chunk, source: str, title: str, language: str) -> tuple[str, ...]:
    """Return what `WORD_COLUMNS` index: the text as it is read, then where it belongs."""
    context = "\n".join((*name_context(source, title), *chunk.context))
    return tuple(
        " ".join(words)
        for text in (readable_text(chunk), context)
        for words in (folded_words(text), stemmed_words(text, language))
    )
