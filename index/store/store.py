"""The index on disk: one SQLite database, and the vector file of the current generation.

The database is the truth, the vector file is derived from it. `commit` is the only way from one
generation to the next: it writes the new vector file, then flips everything else in a single
transaction. Knows rows and files; nothing of reading documents, encoding or ranking.
"""

from __future__ import annotations

import json
import logging
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seedqa.index.errors import IndexCorrupt
from seedqa.index.lexical import folded_words, stemmed_words
from seedqa.index.store.database import (
    BUSY_SECONDS,
    DATABASE,
    GENERATION,
    INTENTION,
    UNCOMMITTED,
    connect_for_reading,
    connect_for_writing,
    find_chunk_ids,
    id_list,
    read_meta,
    translated_errors,
)
from seedqa.index.store.database import missing_index_error as missing
from seedqa.index.store.reading import MAX_EQUAL, EmbeddedReader
from seedqa.index.store.rows import (
    Change,
    DocumentRow,
    Generation,
    Intention,
    NewDocument,
    Recipe,
    StoredChunk,
    Touched,
)
from seedqa.index.store.vectors import (
    VectorFile,
    VectorIndex,
    empty_index,
    pack_vector,
    read_vectors,
    unpack_vector,
    write_vectors,
)
from seedqa.index.types import Chunk

logger = logging.getLogger(__name__)

__all__ = ["DATABASE", "DocumentRow", "Store", "missing", "open_for_reading", "open_for_writing"]

#: Vectors read, quantised and added at a time.
VECTOR_BATCH = 8192

#: What `remove_leftovers` may remove: a person may keep other files in the folder.
_VECTOR_FILE = re.compile(r"vectors-\d+\.(faiss|part)")


class Store(EmbeddedReader):
    """An open index. Use as a context manager."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        super().__init__(folder, connection)
        self._connection = connection
        self._unused_vectors = read_meta(connection, UNCOMMITTED) is not None

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

    def chunk_ids(self, documents: Iterable[int]) -> NDArray[np.int64]:
        """Return the ids of all chunks of these documents, ascending."""
        with translated_errors(self.folder):
            return np.array(find_chunk_ids(self._connection, documents), dtype=np.int64)

    def chunks(self, ids: Iterable[int]) -> dict[int, StoredChunk]:
        """Return chunks by id."""
        with translated_errors(self.folder):
            rows = self._connection.execute(
                "SELECT chunks.id, start, end, line_start, line_end, page, text, document, source,"
                " title, date, language FROM json_each(?) AS wanted"
                " CROSS JOIN chunks ON chunks.id = wanted.value"
                " CROSS JOIN documents ON documents.id = document",
                (id_list(ids),),
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
                (id_list(ids), fingerprint),
            )
            return {row[0]: unpack_vector(row[1]) for row in rows}

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

        Those that equal the last of `count` are among them, up to `MAX_EQUAL`: which of equals
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
                (expression, f"bm25({weights[0]}, {weights[1]})", *values, count + MAX_EQUAL),
            )
            found: list[tuple[int, float]] = []
            for chunk, score in rows:
                if len(found) >= count and score < found[-1][1]:
                    break
                found.append((int(chunk), float(score)))
            return found

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
            self._set_meta(UNCOMMITTED, "1")
            self._connection.executemany(
                "INSERT OR REPLACE INTO vectors (model, hash, vector) VALUES (?, ?, ?)",
                (
                    (fingerprint, key, pack_vector(vector))
                    for key, vector in zip(hashes, vectors, strict=True)
                ),
            )
            logger.debug("step: cache written")
        logger.debug("step: cache committed")

    def begin(self, intention: Intention) -> None:
        """Record what a first build is to do, so that it can be taken up again if it is killed."""
        with translated_errors(self.folder), self._transaction(durable=False):
            self._set_meta(INTENTION, json.dumps(asdict(intention)))

    def touch(self, touched: Iterable[Touched]) -> None:
        """Record new times for files whose content is unchanged; the generation stays."""
        with translated_errors(self.folder), self._transaction(durable=False):
            self._touch(touched)

    def commit(self, change: Change, recipe: Recipe, keep_vectors: bool = True) -> Generation:
        """Flip to the next generation and return it as it was recorded.

        With `keep_vectors` the new vector file is made from the current one,
        otherwise (another model, a damaged file) from the database alone. All vectors of added
        chunks must be in the embedding cache. Until the flip's transaction has committed, a
        reader, and whoever comes after a crash, sees the old generation whole.
        """
        with translated_errors(self.folder):
            first_id = self._next_chunk_id()
            removed_chunks = self.chunk_ids(change.removed)
            vectors = self._vectors_for_commit(
                change, recipe, first_id, removed_chunks, keep_vectors
            )
            number = (self._last_number() or 0) + 1
            try:
                written = write_vectors(vectors, self.folder / f"vectors-{number}.faiss")
                with self._transaction(durable=True):
                    generation = self._flip(
                        change, recipe, number, written, first_id, removed_chunks
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
        return self.commit(nothing, generation.recipe, keep_vectors=False)

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
        recipe: Recipe,
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
        generation = Generation(
            number,
            recipe,
            vectors,
            **self._count_documents(),
            built=datetime.now().astimezone().isoformat(timespec="seconds"),
        )
        self._drop_unused_vectors(generation, removed_hashes)
        self._set_meta(GENERATION, json.dumps(asdict(generation)))
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
        recipe: Recipe,
        first_id: int,
        removed_chunks: NDArray[np.int64],
        keep_vectors: bool,
    ) -> VectorIndex:
        index = self._current_vectors() if keep_vectors else None
        if index is None:
            index = empty_index(recipe.dimension)
            kept = set(map(int, removed_chunks))
            rows = self._connection.execute("SELECT id, hash FROM chunks ORDER BY id")
            self._fill(index, (row for row in rows if row[0] not in kept), recipe.fingerprint)
        else:
            index.update(removed_chunks, np.empty(0, dtype=np.int64), np.empty((0, 0), np.float32))
        hashes = (key for document in change.added for key in document.hashes)
        self._fill(index, enumerate(hashes, first_id), recipe.fingerprint)
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
            vectors.append(unpack_vector(row[0]))
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

    def _touch(self, touched: Iterable[Touched]) -> None:
        self._connection.executemany(
            "UPDATE documents SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, read_ns = ?"
            " WHERE id = ?",
            (
                (
                    one.file.size,
                    one.file.mtime_ns,
                    one.file.ctime_ns,
                    one.file.inode,
                    one.read_ns,
                    one.document,
                )
                for one in touched
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
        changed_model = (
            before is not None and before.recipe.fingerprint != generation.recipe.fingerprint
        )
        if self._unused_vectors or changed_model:
            self._connection.execute(
                "DELETE FROM vectors WHERE model <> ?"
                " OR NOT EXISTS (SELECT 1 FROM chunks WHERE chunks.hash = vectors.hash)",
                (generation.recipe.fingerprint,),
            )
        else:
            self._connection.executemany(
                "DELETE FROM vectors WHERE model = ? AND hash = ?"
                " AND NOT EXISTS (SELECT 1 FROM chunks WHERE chunks.hash = vectors.hash)",
                ((generation.recipe.fingerprint, key) for key in removed_hashes),
            )
        self._connection.execute("DELETE FROM meta WHERE key = ?", (UNCOMMITTED,))
        self._unused_vectors = False

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


def open_for_reading(folder: Path) -> Store:
    """Open an index to read it; raises IndexMissing, IndexFormatError or IndexCorrupt."""
    return Store(folder, connect_for_reading(folder))


def open_for_writing(folder: Path) -> Store:
    """Open an index to write it, and make it where there is none."""
    return Store(folder, connect_for_writing(folder))


def _words_columns(text: str, language: str) -> tuple[str, str]:
    return " ".join(folded_words(text)), " ".join(stemmed_words(text, language))
