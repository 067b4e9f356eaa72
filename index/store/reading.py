"""Read the embedded store: one generation for a question, or the facts of the index.

`EmbeddedReading` implements the protocol's `Reading` over SQLite and FAISS. Knows rows and vectors;
nothing of writing them, nor of how scores are joined.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from seedqa.index.chunking import ChunkSettings
from seedqa.index.errors import IndexCorrupt
from seedqa.index.messages import Message
from seedqa.index.store.database import (
    FOLDER_DIGEST,
    GENERATION,
    INTENTION,
    connect_for_reading,
    damaged_error,
    find_chunk_ids,
    id_list,
    read_meta,
    translated_errors,
)
from seedqa.index.store.kept import KeptValues, KeptVectors, Matrix
from seedqa.index.store.protocol import Hits, Term, Vector
from seedqa.index.store.rows import (
    DocumentRow,
    Generation,
    Intention,
    Place,
    Recipe,
    StoredChunk,
)
from seedqa.index.store.vectors import (
    VectorFile,
    VectorIndex,
    load_vectors,
    open_vectors,
    unpack_vectors,
)
from seedqa.index.types import Chunk, Edit, Filters, SkipKind

#: `dense` scans 8-bit codes and scores this many times the requested hits with the exact vectors.
RESCORED = 3
#: Chunks that one word, once in each of them, may add to the candidates of a question.
MAX_EQUAL = 1_000
#: Cosines are rounded: the last digits of a float32 product depend on the rest of its batch,
#: and chunks with the same vector must have the same score.
COSINE_DIGITS = 6
#: The columns of the table `words`, in its order.
WORD_COLUMNS = ("folded", "stems", "context_folded", "context_stems")

_DOCUMENT_COLUMNS = (
    "id, source, size, mtime_ns, ctime_ns, inode, read_ns, retry, hash, title, date, language,"
    " status, skip_kind, reason"
)
#: The columns of `chunks` that make a `Chunk`, in the order of `chunk_values`.
CHUNK_COLUMNS = (
    "start, end, line_start, line_end, page, page_to, text, context, edits, columns, items"
)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """The vectors of a generation in memory."""

    generation: int
    index: VectorIndex


@dataclass(frozen=True, slots=True)
class _Kept:
    """What questions have fetched of a generation."""

    generation: int
    vectors: KeptVectors
    places: KeptValues[Place]


class EmbeddedReading:
    """One generation of an embedded index, within one read transaction."""

    def __init__(
        self, reader: EmbeddedReader, generation: Generation, file: BufferedReader
    ) -> None:
        self._reader = reader
        self._connection = reader.connection
        self._folder = reader.folder
        self._generation = generation
        self._file = file
        self._kept = reader.keep(generation)
        self._allowed: dict[Filters, NDArray[np.int64]] = {}
        self._listed: dict[Filters, str] = {}

    @property
    def generation(self) -> Generation:
        """The facts of the generation."""
        return self._generation

    def dense(self, query: Vector, count: int, where: Filters) -> Hits:
        """Return the chunks with the greatest exact cosine to `query`, shape (dimension,).

        Includes ties with the last of `count`, so that ids never decide.
        """
        with translated_errors(self._folder, "read"):
            vectors = self._reader.load_vectors(self._generation, self._file)
        ids = vectors.search(query, count * RESCORED, self._allowed_chunks(where))
        cosines = self.cosines(query, ids.tolist())
        hits = sorted(cosines.items(), key=lambda hit: (-hit[1], hit[0]))
        return [hit for hit in hits if hit[1] >= hits[:count][-1][1]]

    def lexical(
        self, terms: Collection[Term], weights: Mapping[str, float], count: int, where: Filters
    ) -> Hits:
        """Return the chunks with the greatest BM25 score for `terms`, k1 = 1.2 and b = 0.75.

        `weights` are those of the columns. Includes ties with the last of `count`, up to
        `MAX_EQUAL`, so that chunk ids, and so the history of builds, never decide.
        """
        expression = _match_expression(terms)
        if not expression:
            return []
        restriction, values = "", []
        if not where.is_empty:
            # The plus keeps SQLite from asking FTS5 for each of these rows by itself: 33 s where
            # this takes 41 ms, for 16,670 of 50,000 chunks.
            restriction = " AND +rowid IN (SELECT value FROM json_each(?))"
            values = [self._allowed_list(where)]
        weighed = ", ".join(str(weights.get(column, 0.0)) for column in WORD_COLUMNS)
        # "ORDER BY rank" gives the same rows and takes a third longer.
        find = (
            f"SELECT rowid, -bm25(words, {weighed}) AS score FROM words WHERE words MATCH ?"
            f"{restriction} ORDER BY score DESC, rowid LIMIT ?"
        )
        with translated_errors(self._folder, "read"):
            hits: Hits = self._connection.execute(
                find, (expression, *values, count + MAX_EQUAL)
            ).fetchall()
        return [hit for hit in hits if hit[1] >= hits[:count][-1][1]]

    def counts(self, terms: Iterable[Term]) -> dict[Term, int]:
        """Return in how many chunks each term occurs."""
        counts = dict.fromkeys(terms, 0)
        # One statement counts a word in every column, in the time of one column.
        find = "SELECT col, doc FROM word_counts WHERE term = ?"
        with translated_errors(self._folder, "read"):
            for word in {term.word for term in counts}:
                for column, chunks in self._connection.execute(find, (word,)):
                    if (term := Term(column, word)) in counts:
                        counts[term] = chunks
        return counts

    def cosines(self, query: Vector, ids: Iterable[int]) -> dict[int, float]:
        """Return the exact cosine of each chunk to `query`, shape (dimension,)."""
        known, vectors = self._kept.vectors.get(sorted(set(ids)), self._fetch_vectors)
        if not known:
            return {}
        scores = (vectors @ query).tolist()
        return {
            chunk: round(score, COSINE_DIGITS) for chunk, score in zip(known, scores, strict=True)
        }

    def places(self, ids: Iterable[int]) -> dict[int, Place]:
        """Return what ranking needs of chunks, by id."""
        return self._kept.places.get(ids, self._fetch_places)

    def chunks(self, ids: Iterable[int]) -> dict[int, StoredChunk]:
        """Return chunks by id."""
        with translated_errors(self._folder, "read"):
            rows = self._connection.execute(
                f"SELECT chunks.id, document, source, title, date, language, {CHUNK_COLUMNS}"
                " FROM json_each(?) AS wanted"
                " CROSS JOIN chunks ON chunks.id = wanted.value"
                " CROSS JOIN documents ON documents.id = document",
                (id_list(ids),),
            ).fetchall()
        with _sound_values(self._folder):
            return {
                row[0]: StoredChunk(row[0], chunk_from_values(row[6:]), *row[1:6]) for row in rows
            }

    def documents(self, after: str = "", limit: int | None = None) -> list[DocumentRow]:
        """Return documents and skipped files with a source beyond `after`, by source."""
        return self._reader.documents(after, limit)

    def chunk_ids(self, documents: Iterable[int]) -> list[int]:
        """Return the ids of all chunks of these documents, ascending."""
        with translated_errors(self._folder, "read"):
            return find_chunk_ids(self._connection, documents)

    def _fetch_vectors(self, ids: Sequence[int]) -> tuple[list[int], Matrix]:
        """Return the ids of chunks, ascending, and their exact vectors."""
        with translated_errors(self._folder, "read"):
            # CROSS JOIN fixes the order of the tables: 3 ms. Otherwise SQLite reads every vector of
            # the model, 0.7 s.
            rows = self._connection.execute(
                "SELECT chunks.id, vector FROM json_each(?) AS wanted"
                " CROSS JOIN chunks ON chunks.id = wanted.value"
                " CROSS JOIN vectors ON vectors.number = vector_number",
                (id_list(ids),),
            ).fetchall()
        rows.sort()
        with _sound_values(self._folder):
            vectors = unpack_vectors([row[1] for row in rows], self._generation.recipe.dimension)
        return [row[0] for row in rows], vectors

    def _fetch_places(self, ids: Sequence[int]) -> dict[int, Place]:
        with translated_errors(self._folder, "read"):
            rows = self._connection.execute(
                "SELECT chunks.id, start, sketch, source, date, language"
                " FROM json_each(?) AS wanted"
                " CROSS JOIN chunks ON chunks.id = wanted.value"
                " CROSS JOIN documents ON documents.id = document",
                (id_list(ids),),
            )
            return {row[0]: Place(*row) for row in rows}

    def _allowed_list(self, where: Filters) -> str:
        """Return the ids of `_allowed_chunks` as SQLite reads them."""
        if where not in self._listed:
            allowed = self._allowed_chunks(where)
            self._listed[where] = id_list([] if allowed is None else allowed.tolist())
        return self._listed[where]

    def _allowed_chunks(self, where: Filters) -> NDArray[np.int64] | None:
        """Return the ids of the chunks that pass the filters, ascending, or None if all do."""
        if where.is_empty:
            return None
        if where not in self._allowed:
            condition, values = _filter_condition(where)
            with translated_errors(self._folder, "read"):
                # CROSS JOIN keeps this order: each document is judged once, not for each chunk.
                rows = self._connection.execute(
                    "SELECT chunks.id FROM documents CROSS JOIN chunks ON document = documents.id"
                    f" WHERE {condition} ORDER BY chunks.id",
                    values,
                )
                self._allowed[where] = np.fromiter((row[0] for row in rows), dtype=np.int64)
        return self._allowed[where]


class EmbeddedReader:
    """An embedded index that is open for reading; a context manager.

    Not for several threads at once, and only one `read` at a time: it has one connection.
    """

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self.connection = connection
        self._vectors: _Loaded | None = None
        self._kept: _Kept | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the index."""
        self.connection.close()

    @contextmanager
    def read(self) -> Iterator[EmbeddedReading | None]:
        """Open the current generation, or None before the first commit.

        Its vector file is opened at once, and read when it is first needed. Where a writer has
        removed the file between our reading its name and opening it, the newer generation is
        there by then: start again once.
        """
        for is_last_try in (False, True):
            with self._snapshot():
                generation = self.generation()
                if generation is None:
                    yield None
                    return
                try:
                    file = self._open_vectors(generation)
                except FileNotFoundError:
                    if is_last_try:
                        raise missing_vectors_error(self.folder, generation) from None
                    continue
                with file:
                    yield EmbeddedReading(self, generation, file)
                return

    def generation(self) -> Generation | None:
        """Return the facts of the current generation, or None before the first commit."""
        with translated_errors(self.folder, "read"):
            found = read_meta(self.connection, GENERATION)
        return None if found is None else _generation_from_json(self.folder, found)

    def intention(self) -> Intention | None:
        """Return the intention of the first build, or None before it has begun."""
        with translated_errors(self.folder, "read"):
            found = read_meta(self.connection, INTENTION)
        return Intention(**json.loads(found)) if found else None

    def folder_digest(self) -> str | None:
        """Return the digest of a folder that the index agrees with, or None if none is known."""
        with translated_errors(self.folder, "read"):
            return read_meta(self.connection, FOLDER_DIGEST)

    def documents(self, after: str = "", limit: int | None = None) -> list[DocumentRow]:
        """Return documents and skipped files with a source beyond `after`, by source."""
        with translated_errors(self.folder, "read"):
            rows = self.connection.execute(
                f"SELECT {_DOCUMENT_COLUMNS} FROM documents WHERE source > ? OR ? = ''"
                " ORDER BY source LIMIT ?",
                (after, after, -1 if limit is None else limit),
            ).fetchall()
        with _sound_values(self.folder):
            return [_document_from_values(row) for row in rows]

    @property
    def loaded_vectors(self) -> VectorIndex | None:
        """The vectors that were read last, kept for the next question."""
        return self._vectors.index if self._vectors else None

    def load_vectors(self, generation: Generation, file: BufferedReader) -> VectorIndex:
        """Return the vectors of a generation; read them unless they were read last."""
        if self._vectors is None or self._vectors.generation != generation.number:
            self._vectors = _Loaded(generation.number, load_vectors(file, generation.vectors))
        return self._vectors.index

    def keep(self, generation: Generation) -> _Kept:
        """Return where to keep what is fetched of a generation; that of another one is dropped."""
        if self._kept is None or self._kept.generation != generation.number:
            vectors = KeptVectors(generation.recipe.dimension)
            self._kept = _Kept(generation.number, vectors, KeptValues())
        return self._kept

    def check(self) -> list[str]:
        """Return the problems that SQLite finds in the database; empty if it is intact."""
        with translated_errors(self.folder, "read"):
            found = [row[0] for row in self.connection.execute("PRAGMA integrity_check")]
            return [] if found == ["ok"] else found

    def check_words(self) -> str | None:
        """Return the problem of the words table, or None if it has a row for every chunk."""
        with translated_errors(self.folder, "read"):
            chunks, words, shared = (
                self.connection.execute(f"SELECT count(*) FROM {tables}").fetchone()[0]
                for tables in ("chunks", "words_docsize", "chunks JOIN words_docsize USING (id)")
            )
            if chunks == words == shared:
                return None
            return f"{chunks} chunks, {words} rows of words, {shared} in both"

    def _open_vectors(self, generation: Generation) -> BufferedReader:
        with translated_errors(self.folder, "read"):
            return open_vectors(self.folder, generation.vectors)

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        """See one state of the database, whatever is committed meanwhile."""
        with translated_errors(self.folder, "read"):
            self.connection.execute("BEGIN")
        try:
            yield
        finally:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")


def open_for_reading(folder: Path) -> EmbeddedReader:
    """Open an index to read it; raises IndexMissing, IndexFormatError or IndexCorrupt."""
    return EmbeddedReader(folder, connect_for_reading(folder))


@contextmanager
def _sound_values(folder: Path) -> Iterator[None]:
    """Raise IndexCorrupt if a stored value makes no sense."""
    try:
        yield
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        reason = Message("a row cannot be read: {detail}", detail=str(error))
        raise damaged_error(folder, reason) from error


def missing_vectors_error(folder: Path, generation: Generation) -> IndexCorrupt:
    """Return the error for a generation without its vector file."""
    return IndexCorrupt(
        Message("{path} is missing", path=folder / generation.vectors.name),
        Message("the vector file of the current generation"),
        Message("Run seedqa doctor --repair: it is rebuilt from the database"),
    )


def _match_expression(terms: Iterable[Term]) -> str:
    """Return an FTS5 expression with each word quoted, so that none is an operator; or "".

    Leaves out words with a null character, which would end the expression: no chunk has one.
    """
    quoted = ((term.column, term.word.replace('"', '""')) for term in terms)
    return " OR ".join(f'{{{column}}} : "{word}"' for column, word in quoted if "\0" not in word)


def _filter_condition(where: Filters) -> tuple[str, list[str]]:
    """Return the SQL condition on `documents` for these filters, and its parameters."""
    tests = {
        "matches_glob(?, source)": where.pattern,
        "language = ?": (where.language or "").lower(),
        "date >= ?": where.since,
        "date <= ?": where.until,
    }
    wanted = {test: value for test, value in tests.items() if value}
    return " AND ".join(["status = 'indexed'", *wanted]), list(wanted.values())


def _document_from_values(values: Iterable[Any]) -> DocumentRow:
    *seen, retry, digest, title, date, language, status, kind, reason = values
    kind = None if kind is None else SkipKind(kind)
    reason = None if reason is None else Message.from_json(reason)
    return DocumentRow(*[*seen, bool(retry), digest, title, date, language, status, kind, reason])


def chunk_from_values(values: Sequence[Any]) -> Chunk:
    """Return a chunk from the values of `CHUNK_COLUMNS`."""
    start, end, line_start, line_end, page, page_to, text, context, edits, columns, items = values
    return Chunk(
        start=start,
        end=end,
        line_start=line_start,
        line_end=line_end,
        page=page,
        text=text,
        page_to=page_to,
        context=tuple(json.loads(context)) if context else (),
        edits=tuple(Edit(*edit) for edit in json.loads(edits)) if edits else (),
        columns=tuple(json.loads(columns)) if columns else (),
        items=tuple((start, end) for start, end in json.loads(items)) if items else (),
    )


def _generation_from_json(folder: Path, text: str) -> Generation:
    try:
        values: dict[str, Any] = json.loads(text)
        recipe: dict[str, Any] = values["recipe"]
        recipe["settings"] = ChunkSettings(**recipe["settings"])
        values["recipe"] = Recipe(**recipe)
        values["vectors"] = VectorFile(**values["vectors"])
        return Generation(**values)
    except (ValueError, TypeError, KeyError) as error:
        raise damaged_error(folder, Message("its generation cannot be read")) from error
