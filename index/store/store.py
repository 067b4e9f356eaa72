"""The index on disk: one SQLite database, and the vector file of the current generation.

The database is the truth, the vector file is derived from it. `commit` is the only way from one
generation to the next: it writes the new vector file, then flips everything else in a single
transaction. Knows rows and files; nothing of reading documents, encoding or ranking.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from seedqa.index.chunking import ChunkSettings
from seedqa.index.errors import (
    IndexBusy,
    IndexCorrupt,
    IndexFormatError,
    IndexMissing,
    SeedqaError,
    StorageError,
)
from seedqa.index.lexical import folded_words, stemmed_words
from seedqa.index.store.vectors import (
    VectorFile,
    VectorIndex,
    empty_index,
    read_vectors,
    write_vectors,
)
from seedqa.index.types import Chunk, FoundFile

logger = logging.getLogger(__name__)

FORMAT = 1
#: "sdqa", so that `file` and we can tell whose database it is.
APPLICATION_ID = 0x73647161
DATABASE = "seedqa.db"
#: Vectors read, quantised and added at a time.
VECTOR_BATCH = 8192
#: Chunks that one word, standing once in each of them, may add to the candidates of a question.
MOST_EQUAL = 1_000
#: How long a reader or the writer waits for the other's short critical sections.
BUSY_SECONDS = 10.0

#: What `remove_leftovers` may remove: a person may keep other files in the folder.
_VECTOR_FILE = re.compile(r"vectors-\d+\.(faiss|part)")
_GENERATION = "generation"
_INTENTION = "intention"
#: Present while the embedding cache holds vectors that no commit has used yet.
_UNCOMMITTED = "uncommitted"

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    ctime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    read_ns INTEGER NOT NULL,
    hash TEXT,
    title TEXT,
    date TEXT,
    language TEXT,
    status TEXT NOT NULL CHECK (status IN ('indexed', 'skipped')),
    reason TEXT
);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document INTEGER NOT NULL REFERENCES documents (id),
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    line_start INTEGER NOT NULL,
    line_end INTEGER NOT NULL,
    page INTEGER,
    text TEXT NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX chunks_document ON chunks (document);
CREATE INDEX chunks_hash ON chunks (hash);
CREATE TABLE vectors (
    model TEXT NOT NULL, hash BLOB NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (model, hash)
) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5 (folded, stems, tokenize = 'unicode61 remove_diacritics 0');
CREATE VIRTUAL TABLE word_counts USING fts5vocab (words, 'col');
"""


@dataclass(frozen=True, slots=True)
class Generation:
    """What one generation of an index is: the row of facts that the flip replaces."""

    number: int
    seeds: str
    model: str
    model_path: str | None
    """What `--model` named, or None for the model that ships."""
    fingerprint: str
    dimension: int
    settings: ChunkSettings
    vectors: VectorFile
    documents: int
    chunks: int
    languages: Mapping[str, int]
    """Documents by language code."""
    built: str
    """Local time of the commit, ISO 8601."""


@dataclass(frozen=True, slots=True)
class Intention:
    """What a build was asked to do: known before there is a generation."""

    seeds: str
    model_path: str | None


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """What is stored of one file: an indexed document, or a skipped file with its reason."""

    id: int
    source: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    read_ns: int
    hash: str | None
    title: str | None
    date: str | None
    language: str | None
    status: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class NewDocument:
    """One file as a build has read it; `reason` is set, and chunks are empty, where it failed."""

    file: FoundFile
    read_ns: int
    hash: str | None
    title: str | None
    date: str | None
    language: str | None
    chunks: tuple[Chunk, ...]
    hashes: tuple[bytes, ...]
    """The embedding cache's key of each chunk."""
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """All that one commit does."""

    removed: frozenset[int]
    """Documents, by id, whose rows and chunks go: deleted, or about to be written anew."""
    added: tuple[NewDocument, ...]
    touched: tuple[tuple[int, FoundFile, int], ...]
    """Documents, by id, whose content is as it was though the file's times are not; with the
    time at which they were read."""


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


class Store:
    """An open index. Use as a context manager."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self._connection = connection
        self._unused_vectors = self._read_meta(_UNCOMMITTED) is not None

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    # -- reading -------------------------------------------------------------------------------

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read one generation, and only that one, whatever is committed meanwhile."""
        with translated_errors(self.folder):
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.execute("ROLLBACK")

    def generation(self) -> Generation | None:
        """Return the current generation, or None before the first commit."""
        with translated_errors(self.folder):
            found = self._read_meta(_GENERATION)
            return None if found is None else _generation_from_json(self.folder, found)

    def intention(self) -> Intention | None:
        """Return what the first build was asked to do, or None where none has begun."""
        with translated_errors(self.folder):
            found = self._read_meta(_INTENTION)
            return Intention(**json.loads(found)) if found else None

    def documents(self) -> list[DocumentRow]:
        """Return every document and skipped file, by source."""
        with translated_errors(self.folder):
            rows = self._connection.execute("SELECT * FROM documents ORDER BY source")
            return [DocumentRow(*row) for row in rows]

    def chunk_ids(self, documents: Iterable[int]) -> NDArray[np.int64]:
        """Return the ids of all chunks of these documents, ascending."""
        with translated_errors(self.folder):
            rows = self._connection.execute(
                "SELECT id FROM chunks WHERE document IN (SELECT value FROM json_each(?))"
                " ORDER BY id",
                (json.dumps(sorted(documents)),),
            )
            return np.fromiter((row[0] for row in rows), dtype=np.int64)

    def chunks(self, ids: Iterable[int]) -> dict[int, StoredChunk]:
        """Return chunks by id."""
        with translated_errors(self.folder):
            rows = self._connection.execute(
                "SELECT chunks.id, start, end, line_start, line_end, page, text, document, source,"
                " title, date, language FROM json_each(?) AS wanted"
                " CROSS JOIN chunks ON chunks.id = wanted.value"
                " CROSS JOIN documents ON documents.id = document",
                (_id_list(ids),),
            )
            return {row[0]: StoredChunk(row[0], Chunk(*row[1:7]), *row[7:]) for row in rows}

    def vectors(self, ids: Iterable[int], fingerprint: str) -> dict[int, NDArray[np.float32]]:
        """Return the exact vectors of chunks, each of shape (dimension,), by chunk id."""
        with translated_errors(self.folder):
            # CROSS JOIN keeps this order; left to itself SQLite reads every vector of the model,
            # 0.7 s where this takes 3 ms.
            rows = self._connection.execute(
                "SELECT chunks.id, vector FROM json_each(?) AS wanted"
                " CROSS JOIN chunks ON chunks.id = wanted.value"
                " CROSS JOIN vectors ON model = ? AND vectors.hash = chunks.hash",
                (_id_list(ids), fingerprint),
            )
            return {row[0]: _unpack_vector(row[1]) for row in rows}

    def open_vectors(self, generation: Generation) -> VectorIndex:
        """Read the vector file of a generation; raise FileNotFoundError where it has gone."""
        return read_vectors(self.folder, generation.vectors)

    def count_word(self, column: str, word: str) -> int:
        """Return the number of chunks with `word` in the column `folded` or `stems`."""
        with translated_errors(self.folder):
            row = self._connection.execute(
                "SELECT doc FROM word_counts WHERE term = ? AND col = ?", (word, column)
            ).fetchone()
            return int(row[0]) if row else 0

    def match_words(
        self,
        expression: str,
        weights: tuple[float, float],
        count: int,
        allowed: NDArray[np.int64] | None,
    ) -> list[tuple[int, float]]:
        """Return (chunk id, BM25 score, greater is better) for an FTS5 expression, best first.

        Those that equal the last of `count` are among them, up to `MOST_EQUAL`: which of equals
        come first is a matter of their ids, and so of the history of builds. `weights` are those
        of the columns `folded` and `stems`.
        """
        restriction, values = "", []
        if allowed is not None:
            restriction = " AND rowid IN (SELECT value FROM json_each(?))"
            values = [json.dumps(allowed.tolist())]
        with translated_errors(self.folder):
            rows = self._connection.execute(
                "SELECT rowid, -rank FROM words WHERE words MATCH ? AND rank MATCH ?"
                f"{restriction} ORDER BY rank LIMIT ?",
                (expression, f"bm25({weights[0]}, {weights[1]})", *values, count + MOST_EQUAL),
            )
            found: list[tuple[int, float]] = []
            for chunk, score in rows:
                if len(found) >= count and score < found[-1][1]:
                    break
                found.append((int(chunk), float(score)))
            return found

    def check(self) -> list[str]:
        """Return what SQLite finds wrong with the database; empty if it is sound."""
        with translated_errors(self.folder):
            found = [row[0] for row in self._connection.execute("PRAGMA integrity_check")]
            return [] if found == ["ok"] else found

    def check_words(self) -> str | None:
        """Return what is wrong with the words table, or None if it has a row for every chunk."""
        with translated_errors(self.folder):
            chunks, words, shared = (
                self._connection.execute(f"SELECT count(*) FROM {tables}").fetchone()[0]
                for tables in ("chunks", "words_docsize", "chunks JOIN words_docsize USING (id)")
            )
            if chunks == words == shared:
                return None
            return f"{chunks} chunks, {words} rows of words, {shared} in both"

    # -- writing -------------------------------------------------------------------------------

    def cached_hashes(self, fingerprint: str, hashes: Iterable[bytes]) -> set[bytes]:
        """Return those of `hashes` whose vectors by one model are in the embedding cache."""
        with translated_errors(self.folder):
            find = "SELECT 1 FROM vectors WHERE model = ? AND hash = ?"
            return {
                key
                for key in hashes
                if self._connection.execute(find, (fingerprint, key)).fetchone()
            }

    def cache_vectors(
        self, fingerprint: str, hashes: Sequence[bytes], vectors: NDArray[np.float32]
    ) -> None:
        """Commit vectors, shape (len(hashes), dimension), to the embedding cache."""
        with translated_errors(self.folder), self._transaction(durable=False):
            logger.debug("step: cache begin")
            self._set_meta(_UNCOMMITTED, "1")
            self._connection.executemany(
                "INSERT OR REPLACE INTO vectors (model, hash, vector) VALUES (?, ?, ?)",
                (
                    (fingerprint, key, _pack_vector(vector))
                    for key, vector in zip(hashes, vectors, strict=True)
                ),
            )
            logger.debug("step: cache written")
        logger.debug("step: cache committed")

    def begin(self, intention: Intention) -> None:
        """Record what a first build is to do, so that it can be taken up again if it is killed."""
        with translated_errors(self.folder), self._transaction(durable=False):
            self._set_meta(_INTENTION, json.dumps(asdict(intention)))

    def touch(self, touched: Iterable[tuple[int, FoundFile, int]]) -> None:
        """Record new times for files whose content is unchanged; the generation stays."""
        with translated_errors(self.folder), self._transaction(durable=False):
            self._touch(touched)

    def commit(
        self, change: Change, generation: Generation, keep_vectors: bool = True
    ) -> Generation:
        """Flip to the next generation and return it as it was recorded.

        `generation` gives seeds, model and settings; its number, counts and vector file are
        filled in here. With `keep_vectors` the new vector file is made from the current one,
        otherwise (another model, a damaged file) from the database alone. All vectors of added
        chunks must be in the embedding cache. Until the flip's transaction has committed, a
        reader, and whoever comes after a crash, sees the old generation whole.
        """
        with translated_errors(self.folder):
            first_id = self._next_chunk_id()
            removed_chunks = self.chunk_ids(change.removed)
            vectors = self._vectors_for_commit(
                change, generation, first_id, removed_chunks, keep_vectors
            )
            number = (self._last_number() or 0) + 1
            try:
                written = write_vectors(vectors, self.folder / f"vectors-{number}.faiss")
                with self._transaction(durable=True):
                    generation = self._flip(
                        change, generation, number, written, first_id, removed_chunks
                    )
            except BaseException:
                # where the disk is full, the new file must not keep it so
                self.remove_leftovers()
                raise
            logger.debug("step: flip committed")
            self.remove_leftovers(generation)
            logger.debug("step: leftovers removed")
            self._checkpoint()
            logger.debug("step: checkpointed")
            return generation

    def rewrite_vectors(self) -> Generation:
        """Make the vector file and the words anew from the database, without embedding."""
        generation = self.generation()
        if generation is None:
            raise missing(self.folder)
        with translated_errors(self.folder), self._transaction(durable=True):
            self._connection.execute("DELETE FROM words")
            rows = self._connection.execute(
                "SELECT chunks.id, text, title, language FROM chunks"
                " JOIN documents ON documents.id = document"
            )
            self._connection.executemany(
                "INSERT INTO words (rowid, folded, stems) VALUES (?, ?, ?)",
                ((chunk, *_words_columns(text, language)) for chunk, text, _, language in rows),
            )
        nothing = Change(frozenset(), (), ())
        return self.commit(nothing, generation, keep_vectors=False)

    def remove_leftovers(self, generation: Generation | None = None) -> None:
        """Remove vector files that are not the current generation's: of killed builds, or old."""
        generation = generation or self.generation()
        current = generation.vectors.name if generation else None
        for path in self.folder.glob("vectors-*"):
            if path.name != current and _VECTOR_FILE.fullmatch(path.name):
                path.unlink(missing_ok=True)

    # -- parts of a commit ---------------------------------------------------------------------

    def _flip(
        self,
        change: Change,
        generation: Generation,
        number: int,
        vectors: VectorFile,
        first_id: int,
        removed_chunks: NDArray[np.int64],
    ) -> Generation:
        logger.debug("step: flip begin")
        removed_hashes = self._hashes(change.removed)
        self._remove(change.removed, removed_chunks)
        logger.debug("step: flip removed")
        self._add(change.added, first_id)
        logger.debug("step: flip added")
        self._touch(change.touched)
        generation = replace(generation, number=number, vectors=vectors, **self._count_documents())
        self._drop_unused_vectors(generation, removed_hashes)
        self._set_meta(_GENERATION, _generation_to_json(generation))
        logger.debug("step: flip end")
        return generation

    def _checkpoint(self) -> None:
        """Fold the log into the database, as far as no reader is in the way.

        Nothing depends on it: the commit stands in the log, and whoever closes the database last,
        or commits next, folds it in.
        """
        self._connection.execute("PRAGMA busy_timeout = 0")  # a slow reader must not hold us up
        try:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.Error as error:
            logger.warning("%s keeps its log for now: %s", self.folder / DATABASE, error)
        finally:
            self._connection.execute(f"PRAGMA busy_timeout = {round(BUSY_SECONDS * 1000)}")

    def _vectors_for_commit(
        self,
        change: Change,
        generation: Generation,
        first_id: int,
        removed_chunks: NDArray[np.int64],
        keep_vectors: bool,
    ) -> VectorIndex:
        index = self._current_vectors() if keep_vectors else None
        if index is None:
            index = empty_index(generation.dimension)
            kept = set(map(int, removed_chunks))
            rows = self._connection.execute("SELECT id, hash FROM chunks ORDER BY id")
            self._fill(index, (row for row in rows if row[0] not in kept), generation.fingerprint)
        else:
            index.update(removed_chunks, np.empty(0, dtype=np.int64), np.empty((0, 0), np.float32))
        hashes = (key for document in change.added for key in document.hashes)
        self._fill(index, enumerate(hashes, first_id), generation.fingerprint)
        return index

    def _current_vectors(self) -> VectorIndex | None:
        generation = self.generation()
        if generation is None:
            return None
        try:
            return self.open_vectors(generation)
        except (FileNotFoundError, IndexCorrupt) as error:
            logger.warning("%s; making the vector file anew from the database", error)
            return None

    def _fill(
        self, index: VectorIndex, rows: Iterable[tuple[int, bytes]], fingerprint: str
    ) -> None:
        batch: list[tuple[int, bytes]] = []
        for row in rows:
            batch.append(row)
            if len(batch) == VECTOR_BATCH:
                self._add_batch(index, batch, fingerprint)
                batch = []
        if batch:
            self._add_batch(index, batch, fingerprint)

    def _add_batch(
        self, index: VectorIndex, batch: Sequence[tuple[int, bytes]], fingerprint: str
    ) -> None:
        vectors = []
        for _, key in batch:
            row = self._connection.execute(
                "SELECT vector FROM vectors WHERE model = ? AND hash = ?", (fingerprint, key)
            ).fetchone()
            if row is None:
                raise IndexCorrupt(
                    f"{self.folder / DATABASE} lacks the vector of a chunk",
                    "a vector for every chunk",
                    "Delete the folder and run seedqa index again",
                )
            vectors.append(_unpack_vector(row[0]))
        ids = np.array([chunk for chunk, _ in batch], dtype=np.int64)
        index.update((), ids, np.stack(vectors))

    def _next_chunk_id(self) -> int:
        row = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'chunks'")
        found = row.fetchone()
        return (int(found[0]) if found else 0) + 1

    def _last_number(self) -> int | None:
        generation = self.generation()
        return generation.number if generation else None

    def _remove(self, documents: Iterable[int], chunks: NDArray[np.int64]) -> None:
        self._connection.executemany(
            "DELETE FROM words WHERE rowid = ?", ((int(chunk),) for chunk in chunks)
        )
        for table, column in (("chunks", "document"), ("documents", "id")):
            self._connection.executemany(
                f"DELETE FROM {table} WHERE {column} = ?", ((document,) for document in documents)
            )

    def _add(self, documents: Iterable[NewDocument], first_id: int) -> None:
        chunk_id = first_id
        for document in documents:
            document_id = self._insert_document(document)
            logger.debug("step: flip document")
            for chunk, key in zip(document.chunks, document.hashes, strict=True):
                self._connection.execute(
                    "INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (chunk_id, document_id, chunk.start, chunk.end, chunk.line_start,
                     chunk.line_end, chunk.page, chunk.text, key),
                )  # fmt: skip
                columns = _words_columns(chunk.text, document.language or "")
                self._connection.execute(
                    "INSERT INTO words (rowid, folded, stems) VALUES (?, ?, ?)",
                    (chunk_id, *columns),
                )
                chunk_id += 1

    def _insert_document(self, document: NewDocument) -> int:
        file = document.file
        cursor = self._connection.execute(
            "INSERT INTO documents (source, size, mtime_ns, ctime_ns, inode, read_ns, hash, title,"
            " date, language, status, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (file.source, file.size, file.mtime_ns, file.ctime_ns, file.inode, document.read_ns,
             document.hash, document.title, document.date, document.language,
             "skipped" if document.reason else "indexed", document.reason),
        )  # fmt: skip
        return int(cursor.lastrowid or 0)

    def _touch(self, touched: Iterable[tuple[int, FoundFile, int]]) -> None:
        self._connection.executemany(
            "UPDATE documents SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, read_ns = ?"
            " WHERE id = ?",
            (
                (file.size, file.mtime_ns, file.ctime_ns, file.inode, read_ns, document)
                for document, file, read_ns in touched
            ),
        )

    def _count_documents(self) -> dict[str, Any]:
        languages = dict(
            self._connection.execute(
                "SELECT language, count(*) FROM documents WHERE status = 'indexed'"
                " GROUP BY language ORDER BY language"
            )
        )
        chunks = self._connection.execute("SELECT count(*) FROM chunks").fetchone()[0]
        return {"documents": sum(languages.values()), "chunks": chunks, "languages": languages}

    def _hashes(self, documents: Iterable[int]) -> set[bytes]:
        rows = self._connection.execute(
            "SELECT hash FROM chunks WHERE document IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(documents)),),
        )
        return {row[0] for row in rows}

    def _drop_unused_vectors(self, generation: Generation, removed_hashes: set[bytes]) -> None:
        """Drop cached vectors that no chunk uses: of removed chunks, or, after another model or a
        build that did not end, of whatever there is."""
        before = self.generation()
        changed_model = before is not None and before.fingerprint != generation.fingerprint
        if self._unused_vectors or changed_model:
            self._connection.execute(
                "DELETE FROM vectors WHERE model <> ?"
                " OR NOT EXISTS (SELECT 1 FROM chunks WHERE chunks.hash = vectors.hash)",
                (generation.fingerprint,),
            )
        else:
            self._connection.executemany(
                "DELETE FROM vectors WHERE model = ? AND hash = ?"
                " AND NOT EXISTS (SELECT 1 FROM chunks WHERE chunks.hash = vectors.hash)",
                ((generation.fingerprint, key) for key in removed_hashes),
            )
        self._connection.execute("DELETE FROM meta WHERE key = ?", (_UNCOMMITTED,))
        self._unused_vectors = False

    def _read_meta(self, key: str) -> str | None:
        row = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def _set_meta(self, key: str, value: str) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value)
        )

    @contextmanager
    def _transaction(self, durable: bool) -> Iterator[None]:
        self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise


# -- opening -----------------------------------------------------------------------------------


def open_for_reading(folder: Path) -> Store:
    """Open an index to read it; raises IndexMissing, IndexFormatError or IndexCorrupt."""
    path = folder / DATABASE
    with translated_errors(folder, "read"):
        if not path.is_file():
            raise missing(folder)
        mode = "mode=ro"
        if not os.access(folder, os.W_OK) and not _has_log(path):
            # SQLite cannot make its shared-memory file beside a WAL database that it may not write
            mode += "&immutable=1"
        connection = _connect(path, mode)
        try:
            if _is_blank(connection):  # a first build was killed, or had no space, this early
                raise missing(folder)
            _check_format(path, connection)
        except BaseException:
            connection.close()
            raise
        return Store(folder, connection)


def _has_log(path: Path) -> bool:
    """Tell whether the log of a database holds anything; a reader may leave an empty one."""
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def open_for_writing(folder: Path) -> Store:
    """Open an index to write it, and make it where there is none."""
    with translated_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / DATABASE
        connection = _connect(path, "mode=rwc")
        try:
            if _is_blank(connection):
                _create(connection)
            _check_format(path, connection)
            connection.execute("PRAGMA journal_mode = WAL")
        except BaseException:
            connection.close()
            raise
        return Store(folder, connection)


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(os.fsencode(path.resolve()))}?{mode}",
        uri=True,
        isolation_level=None,
        timeout=BUSY_SECONDS,
        check_same_thread=False,
    )
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _is_blank(connection: sqlite3.Connection) -> bool:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    return bool(version == 0 and tables == 0)


def _create(connection: sqlite3.Connection) -> None:
    connection.executescript(
        f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA application_id = {APPLICATION_ID};"
        f" PRAGMA user_version = {FORMAT}; COMMIT;"
    )


def _check_format(path: Path, connection: sqlite3.Connection) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    if owner != APPLICATION_ID:
        raise IndexFormatError(
            f"{path} is not a database of seedqa",
            f"application id {APPLICATION_ID:#x}",
            "Name another folder with --index, or delete this one and run seedqa index",
        )
    if version != FORMAT:
        raise IndexFormatError(
            f"{path} has index format {version}",
            f"format {FORMAT}",
            "Update seedqa, or delete the folder and run seedqa index",
        )


def missing(folder: Path) -> IndexMissing:
    """Return the error for a folder without an index."""
    return IndexMissing(
        f"no index in {folder}", f"a folder with {DATABASE}", "Make one with: seedqa index FOLDER"
    )


# -- values ------------------------------------------------------------------------------------


def _words_columns(text: str, language: str) -> tuple[str, str]:
    return " ".join(folded_words(text)), " ".join(stemmed_words(text, language))


def _id_list(ids: Iterable[int]) -> str:
    return json.dumps([int(one) for one in ids])


def _pack_vector(vector: NDArray[np.float32]) -> bytes:
    return vector.astype("<f2").tobytes()


def _unpack_vector(blob: bytes) -> NDArray[np.float32]:
    return np.frombuffer(blob, dtype="<f2").astype(np.float32)


def _generation_to_json(generation: Generation) -> str:
    # escaped, since names of folders may hold bytes that are not UTF-8
    return json.dumps(asdict(generation))


def _generation_from_json(folder: Path, text: str) -> Generation:
    try:
        values = json.loads(text)
        values["settings"] = ChunkSettings(**values["settings"])
        values["vectors"] = VectorFile(**values["vectors"])
        return Generation(**values)
    except (ValueError, TypeError, KeyError) as error:
        raise _damaged(folder, "its generation cannot be read") from error


# -- errors ------------------------------------------------------------------------------------


@contextmanager
def translated_errors(folder: Path, wanted: str = "written") -> Iterator[None]:
    """Turn errors of SQLite and of the file system into the family of `index.errors`.

    `wanted` says what was to be done with the folder: to have it "written" or "read".
    """
    try:
        yield
    except (SeedqaError, FileNotFoundError):
        raise
    except sqlite3.Error as error:
        raise _translate_sqlite(folder, error, wanted) from error
    except OSError as error:
        raise _translate_os(folder, error, wanted) from error


def _translate_sqlite(folder: Path, error: sqlite3.Error, wanted: str) -> SeedqaError:
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    path = folder / DATABASE
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return _no_space(folder)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return _no_permission(folder, wanted)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return IndexBusy(f"{path} is in use", "a free database", "Try again in a moment")
    return _damaged(folder, str(error))


def _damaged(folder: Path, why: str) -> IndexCorrupt:
    return IndexCorrupt(
        f"{folder / DATABASE} is damaged: {why}",
        "a sound database",
        "Run seedqa doctor --repair --seeds FOLDER, or delete the folder and run seedqa index",
    )


def _translate_os(folder: Path, error: OSError, wanted: str) -> SeedqaError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
        return _no_space(folder)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return _no_permission(folder, wanted)
    return StorageError(
        f"{folder} cannot be used: {error.strerror or error}",
        "a folder that can be written",
        "Name another one with --index",
    )


def _no_space(folder: Path) -> StorageError:
    return StorageError(
        f"no space left for the index in {folder}",
        "room for the new generation beside the old one",
        "Free some space, or name another folder with --index; the old index is unchanged",
    )


def _no_permission(folder: Path, wanted: str) -> StorageError:
    return StorageError(
        f"{folder} cannot be {wanted}",
        f"an index that can be {wanted}",
        "Change its permissions, or name another folder with --index",
    )
