"""Check every row of a database against its seal and the rows that it refers to.

A question checks what it shows. `doctor` checks all by this: also what a question cannot see, such
as the index of words. Knows tables; repairs nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from seedqa.index.progress import Progress, no_progress
from seedqa.index.store.database import DATABASE, connect, translated_errors
from seedqa.index.store.reading import (
    CHUNK_COLUMNS,
    CHUNK_KEYS,
    SEALED_DOCUMENT,
    WORD_COLUMNS,
    check_chunk,
    check_document,
    check_vector,
)
from seedqa.index.store.rows import Generation
from seedqa.index.store.seals import BrokenSeal, short_seal

#: Problems that are named; of a database that is damaged throughout a few say enough.
MAX_NAMED = 3
#: Rows between two steps of the progress bar.
SHOWN_ROWS = 1_000


class _Counter:
    """Steps of a progress bar over the rows of several tables."""

    def __init__(self, total: int, progress: Progress) -> None:
        self._total, self._progress, self._done = total, progress, 0

    def each(self, rows: sqlite3.Cursor) -> Iterator[Any]:
        for row in rows:
            if self._done % SHOWN_ROWS == 0:
                self._progress("checking", self._done, self._total)
            self._done += 1
            yield row

    def finish(self) -> None:
        self._progress("checking", self._total, self._total)


def check_database(
    folder: Path,
    connection: sqlite3.Connection,
    generation: Generation | None,
    progress: Progress = no_progress,
) -> list[str]:
    """Return the problems of documents, chunks, vectors and facts; empty if there are none.

    SQLite's own check comes first, because its indexes decide which rows are read.
    """
    with translated_errors(folder, "read"):
        total = sum(_count(connection, table) for table in ("documents", "chunks", "vectors"))
        counter = _Counter(total, progress)
        progress("checking", 0, total)
        found = [row[0] for row in connection.execute(f"PRAGMA integrity_check({MAX_NAMED})")]
        problems = [] if found == ["ok"] else found
        for check in (_check_documents, _check_chunks, _check_vectors):
            problems += _named(check(connection, counter))
        if generation:
            problems += _named(_check_facts(connection, generation))
        counter.finish()
        return problems


def check_words(
    folder: Path, connection: sqlite3.Connection, progress: Progress = no_progress
) -> list[str]:
    """Return the problems of the words: rows, seals, and FTS5's index; empty if there are none."""
    with translated_errors(folder, "read"):
        chunks, words, shared = (
            _count(connection, tables)
            for tables in ("chunks", "words_docsize", "chunks JOIN words_docsize USING (id)")
        )
        problems = []
        if not chunks == words == shared:
            problems = [f"{chunks} chunks, {words} rows of words, {shared} in both"]
        counter = _Counter(words, progress)
        problems += _named(_check_words(connection, counter))
        counter.finish()
    return problems or _check_word_index(folder, connection)


def _count(connection: sqlite3.Connection, tables: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {tables}").fetchone()[0])


def _named(problems: Iterator[str]) -> list[str]:
    named = list(islice(problems, MAX_NAMED))
    more = sum(1 for _ in problems)
    return [*named, f"{more} more of this kind"] if more else named


def _broken(check: Callable[..., None], *values: Any) -> str | None:
    """Return what a check says that a row is, or None; values of a wrong type are damage too."""
    try:
        check(*values)
    except BrokenSeal as error:
        return str(error)
    except (TypeError, ValueError, AttributeError) as error:
        return f"a row cannot be read: {error}"
    return None


def _check_documents(connection: sqlite3.Connection, counter: _Counter) -> Iterator[str]:
    query = f"SELECT {SEALED_DOCUMENT}, seal FROM documents"
    for *values, stored in counter.each(connection.execute(query)):
        if problem := _broken(check_document, values, stored):
            yield problem


def _check_chunks(connection: sqlite3.Connection, counter: _Counter) -> Iterator[str]:
    rows = connection.execute(
        f"SELECT source, chunks.seal, {CHUNK_KEYS}, {CHUNK_COLUMNS} FROM chunks"
        " LEFT JOIN documents ON documents.id = document"
    )
    for source, stored, *values in counter.each(rows):
        if source is None:
            yield f"the document of passage {values[0]} is missing"
        elif problem := _broken(check_chunk, source, values, stored):
            yield problem


def _check_vectors(connection: sqlite3.Connection, counter: _Counter) -> Iterator[str]:
    rows = connection.execute("SELECT hash, vector, seal FROM vectors")
    for values in counter.each(rows):
        if problem := _broken(check_vector, *values):
            yield problem


def _check_facts(connection: sqlite3.Connection, generation: Generation) -> Iterator[str]:
    languages = dict(
        connection.execute(
            "SELECT language, count(*) FROM documents WHERE status = 'indexed' GROUP BY language"
        )
    )
    if languages != generation.languages or sum(languages.values()) != generation.documents:
        yield f"{sum(languages.values())} documents, not the {generation.documents} recorded"
    chunks = _count(connection, "chunks")
    if chunks != generation.chunks:
        yield f"{chunks} chunks, not the {generation.chunks} recorded"
    without = connection.execute(
        "SELECT chunks.id FROM chunks LEFT JOIN vectors ON number = vector_number"
        " AND model = ? AND vectors.hash = chunks.hash WHERE number IS NULL",
        (generation.recipe.fingerprint,),
    )
    for (chunk,) in without:
        yield f"the vector of passage {chunk} is missing"


def _check_words(connection: sqlite3.Connection, counter: _Counter) -> Iterator[str]:
    rows = connection.execute(
        f"SELECT words.rowid, words_seal, {', '.join(WORD_COLUMNS)} FROM words"
        " LEFT JOIN chunks ON chunks.id = words.rowid"
    )
    for chunk, stored, *columns in counter.each(rows):
        if stored is not None and short_seal(columns) != stored:  # one without a chunk is counted
            yield f"the words of passage {chunk} are not as they were written"


def _check_word_index(folder: Path, connection: sqlite3.Connection) -> list[str]:
    """Let FTS5 compare its index with the rows of words.

    FTS5 checks by a statement that writes nothing, but needs the right to write. Where there is
    none, it checks a copy in memory.
    """
    path = folder / DATABASE
    with translated_errors(folder, "read"):
        try:
            with closing(connect(path, "mode=rw")) as writer:
                return _run_fts5_check(writer)
        except sqlite3.OperationalError as error:
            denied = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)
            if error.sqlite_errorcode & 0xFF not in denied:
                raise
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
            connection.backup(copy)
            return _run_fts5_check(copy)


def _run_fts5_check(connection: sqlite3.Connection) -> list[str]:
    connection.execute("BEGIN")
    try:
        connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        return [f"the index of words: {error}"]
    finally:
        connection.execute("ROLLBACK")
    return []
