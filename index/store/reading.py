"""Read the embedded store: one generation for a question, or the facts of the index.

`EmbeddedReading` implements the protocol's `Reading` over SQLite and FAISS. Knows rows and vectors;
nothing of writing them, nor of how scores are joined.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from seedqa.index.errors import IndexCorrupt
from seedqa.index.messages import Message
from seedqa.index.sketch import BUCKETS
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
from seedqa.index.store.facts import generation_from_json, intention_from_json
from seedqa.index.store.kept import KeptValues, KeptVectors, Matrix
from seedqa.index.store.protocol import Hits, Term, Vector
from seedqa.index.store.rows import (
    DocumentRow,
    Generation,
    Intention,
    Place,
    StoredChunk,
)
from seedqa.index.store.seals import require_seal, seal, short_seal, vector_seal
from seedqa.index.store.segments import LoadedSegments, load_segments, open_segments
from seedqa.index.store.vectors import unpack_vectors
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

#: Restricts a search of words to some chunks. The plus keeps SQLite from asking FTS5 for each of
#: these rows by itself: 33 s where this takes 41 ms, for 16,670 of 50,000 chunks.
_AMONG = " AND +rowid IN (SELECT value FROM json_each(?))"

_DOCUMENT_COLUMNS = (
    "id, source, size, mtime_ns, ctime_ns, inode, read_ns, retry, hash, title, date, language,"
    " status, skip_kind, reason"
)
#: The columns of `chunks` that make a `Chunk`, in the order of `chunk_values`.
CHUNK_COLUMNS = (
    "start, end, line_start, line_end, page, page_to, text, context, edits, columns, items"
)
#: The columns that the seal of a chunk is over, before those of `CHUNK_COLUMNS`.
CHUNK_KEYS = "chunks.id, document, chunks.hash, sketch"
#: The columns that the seal of a document is over.
SEALED_DOCUMENT = (
    "documents.id, source, title, date, language, documents.hash, status, skip_kind, reason"
)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What questions have fetched of a generation."""

    generation: int
    vectors: KeptVectors
    places: KeptValues[Place]


class EmbeddedReading:
    """One generation of an embedded index, within one read transaction."""

    def __init__(
        self, reader: EmbeddedReader, generation: Generation, files: Sequence[BufferedReader]
    ) -> None:
        self._reader = reader
        self._connection = reader.connection
        self._folder = reader.folder
        self._generation = generation
        self._files = files
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
            vectors = self._reader.load_vectors(self._generation, self._files)
        ids = vectors.search(query, count * RESCORED, self._allowed_chunks(where))
        cosines = self.cosines(query, ids.tolist())
        self._require_all(ids.tolist(), cosines)
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
            restriction = _AMONG
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
        hits = [hit for hit in hits if hit[1] >= hits[:count][-1][1]]
        ids = [chunk for chunk, _ in hits]
        self._require_all(ids, self.places(ids))
        return hits

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

    def having(self, terms: Collection[Term], ids: Iterable[int]) -> set[int]:
        """Return the ids of those of some chunks that have one of `terms`."""
        expression = _match_expression(terms)
        if not expression:
            return set()
        find = f"SELECT rowid FROM words WHERE words MATCH ?{_AMONG}"
        with translated_errors(self._folder, "read"):
            return {row[0] for row in self._connection.execute(find, (expression, id_list(ids)))}

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
        """Return chunks by id; raise IndexCorrupt where one is not as it was written."""
        with translated_errors(self._folder, "read"):
            rows = self._connection.execute(
                f"SELECT {SEALED_DOCUMENT}, documents.seal, chunks.seal,"
                f" {CHUNK_KEYS}, {CHUNK_COLUMNS} FROM json_each(?) AS wanted"
                " CROSS JOIN chunks ON chunks.id = wanted.value"
                " LEFT JOIN documents ON documents.id = document",
                (id_list(ids),),
            ).fetchall()
            with _sound_values(self._folder):
                return {row[11]: _stored_chunk(row) for row in rows}

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
                "SELECT chunks.id, chunks.hash, vector, vectors.seal FROM json_each(?) AS wanted"
                " CROSS JOIN chunks ON chunks.id = wanted.value"
                " LEFT JOIN vectors ON vectors.number = vector_number",
                (id_list(ids),),
            ).fetchall()
            rows.sort()
            with _sound_values(self._folder):
                for _, *values in rows:
                    check_vector(*values)
                packed_vectors = [row[2] for row in rows]
                vectors = unpack_vectors(packed_vectors, self._generation.recipe.dimension)
        return [row[0] for row in rows], vectors

    def _fetch_places(self, ids: Sequence[int]) -> dict[int, Place]:
        with translated_errors(self._folder, "read"):
            rows = self._connection.execute(
                f"SELECT {SEALED_DOCUMENT}, documents.seal, chunks.id, start, sketch"
                " FROM json_each(?) AS wanted"
                " CROSS JOIN chunks ON chunks.id = wanted.value"
                " LEFT JOIN documents ON documents.id = document",
                (id_list(ids),),
            )
            with _sound_values(self._folder):
                return {row[10]: _place(row) for row in rows}

    def _require_all(self, ids: Sequence[int], found: Container[int]) -> None:
        """Raise IndexCorrupt if a search found what is no chunk."""
        if not all(one in found for one in ids):
            raise damaged_error(self._folder, Message("a passage is missing"))

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
            self._reader.check_documents(self._generation)
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
        self._vectors: LoadedSegments | None = None
        self._kept: _Kept | None = None
        self._checked_documents: int | None = None

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

        Its vector files are opened at once, and read when they are first needed. Where a writer has
        removed one between our reading its name and opening it, the newer generation is there by
        then: start again once.
        """
        for is_last_try in (False, True):
            with self._snapshot():
                generation = self.generation()
                if generation is None:
                    yield None
                    return
                with ExitStack() as opened:
                    try:
                        files = opened.enter_context(self._open_vectors(generation))
                    except FileNotFoundError as error:
                        if is_last_try:
                            raise missing_vectors_error(Path(error.filename)) from None
                        continue
                    yield EmbeddedReading(self, generation, files)
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
        with _sound_values(self.folder):
            return None if found is None else intention_from_json(found)

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
    def loaded_vectors(self) -> LoadedSegments | None:
        """The vectors that were read last, kept for the next question."""
        return self._vectors

    def load_vectors(
        self, generation: Generation, files: Sequence[BufferedReader]
    ) -> LoadedSegments:
        """Return the vectors of a generation; read only the files that were not read before."""
        before, self._vectors = self._vectors, None  # changed in place, so not kept on an error
        if before is None or before.segments != generation.vectors:
            before = load_segments(files, generation.vectors, before)
        self._vectors = before
        return before

    def keep(self, generation: Generation) -> _Kept:
        """Return where to keep what is fetched of a generation; that of another one is dropped."""
        if self._kept is None or self._kept.generation != generation.number:
            vectors = KeptVectors(generation.recipe.dimension)
            self._kept = _Kept(generation.number, vectors, KeptValues())
        return self._kept

    def check_documents(self, generation: Generation) -> None:
        """Raise IndexCorrupt if a filter would judge a damaged row; once for each generation."""
        if self._checked_documents == generation.number:
            return
        with translated_errors(self.folder, "read"), _sound_values(self.folder):
            indexed = 0
            for *values, stored in self.connection.execute(
                f"SELECT {SEALED_DOCUMENT}, seal FROM documents"
            ):
                check_document(values, stored)
                indexed += values[6] == "indexed"
            joined = "SELECT count(*) FROM documents CROSS JOIN chunks ON document = documents.id"
            chunks = self.connection.execute(joined).fetchone()[0]
            is_sound = (indexed, chunks) == (generation.documents, generation.chunks)
            require_seal(is_sound, Message("rows are missing"))
        self._checked_documents = generation.number

    @contextmanager
    def _open_vectors(self, generation: Generation) -> Iterator[list[BufferedReader]]:
        with ExitStack() as opened:
            with translated_errors(self.folder, "read"):
                files = opened.enter_context(open_segments(self.folder, generation.vectors))
            yield files

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


def missing_vectors_error(path: Path) -> IndexCorrupt:
    """Return the error for a generation without one of its vector files."""
    return IndexCorrupt(
        Message("{path} is missing", path=path),
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


def check_document(values: Sequence[Any], stored: int | None) -> None:
    """Raise BrokenSeal if the values of `SEALED_DOCUMENT` do not have their seal."""
    require_seal(values[0] is not None, Message("the document of a passage is missing"))
    require_seal(
        short_seal(values) == stored,
        Message("the facts of {source} are not as they were written", source=values[1]),
    )


def check_vector(key: bytes, packed: bytes | None, stored: int | None) -> None:
    """Raise BrokenSeal if a vector is missing, or does not have its seal."""
    is_sound = packed is not None and vector_seal(key, packed) == stored
    require_seal(is_sound, Message("a vector is not as it was written"))


def check_chunk(source: str, values: Sequence[Any], stored: bytes) -> None:
    """Raise BrokenSeal if the values of a chunk do not have their seal.

    They are its id, document, hash and sketch, then those of `CHUNK_COLUMNS`.
    """
    require_seal(
        seal(values) == stored,
        Message("a passage of {source} is not as it was written", source=source),
    )


def _stored_chunk(row: Sequence[Any]) -> StoredChunk:
    """Return a chunk from the values of a document and its seal, then the chunk's seal and values.

    Raises BrokenSeal where either is not as it was written.
    """
    document, (document_seal, chunk_seal), chunk = row[:9], row[9:11], row[11:]
    check_document(document, document_seal)
    number, source, title, date, language = document[:5]
    check_chunk(source, chunk, chunk_seal)
    return StoredChunk(
        chunk[0], chunk_from_values(chunk[4:]), number, source, title, date, language
    )


def _place(row: Sequence[Any]) -> Place:
    document, document_seal, (chunk, start, sketch) = row[:9], row[9], row[10:]
    check_document(document, document_seal)
    # The seal of the chunk is over them too, and is checked where it is shown.
    is_sound = isinstance(sketch, bytes) and len(sketch) in (0, BUCKETS) and type(start) is int
    require_seal(
        is_sound, Message("a passage of {source} is not as it was written", source=document[1])
    )
    _, source, _, date, language = document[:5]
    return Place(chunk, start, sketch, source, date, language)


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
        return generation_from_json(text)
    except (ValueError, TypeError, KeyError) as error:
        raise damaged_error(folder, Message("its generation cannot be read")) from error
