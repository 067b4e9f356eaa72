"""Open the database file of the embedded store, create its schema, and translate its errors.

Knows SQLite and the file system; nothing of what a build writes or a question reads.
"""

from __future__ import annotations

import errno
import json
import os
import shlex
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from seedqa.index.documents.ignore import matches_glob
from seedqa.index.errors import (
    IndexBusy,
    IndexCorrupt,
    IndexFormatError,
    IndexMissing,
    OldIndexFormat,
    SeedqaError,
    StorageError,
)
from seedqa.index.messages import Message, describe_os_error
from seedqa.index.store.modes import create_file, make_folder
from seedqa.index.store.seals import BrokenSeal, require_seal, seal

FORMAT = 4
#: The oldest format that is read as it is: its generations have one vector file each. A commit
#: sets the number of the newest.
OLDEST_FORMAT = 3
#: "sdqa", so that `file` and seedqa recognise the database.
APPLICATION_ID = 0x73647161
DATABASE = "seedqa.db"
#: How long a reader or the writer waits for the other's short critical sections.
BUSY_SECONDS = 10.0

#: Keys of the table `meta`.
GENERATION = "generation"
INTENTION = "intention"
#: Present while the embedding cache holds vectors that no commit has used yet.
UNCOMMITTED = "uncommitted"
#: The digest of the survey of the folder that the rows agree with; absent where none does.
FOLDER_DIGEST = "folder digest"
#: The seal of the schema, since a bit of it can change how words are found.
SCHEMA = "schema"

#: A file that was never opened has no size, times and inode. `context`, `edits` and `columns` are
#: JSON arrays, NULL where they are empty. A chunk names its vector by number, since a question
#: fetches hundreds: by model and hash that takes twice as long. Seals (seals.py) are over what a
#: question reads: those of documents leave out what a build compares with the folder.
_SCHEMA = """
CREATE TABLE meta (
    key TEXT PRIMARY KEY, value TEXT NOT NULL, seal BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL UNIQUE,
    size INTEGER,
    mtime_ns INTEGER,
    ctime_ns INTEGER,
    inode INTEGER,
    read_ns INTEGER,
    retry INTEGER NOT NULL DEFAULT 0,
    hash TEXT,
    title TEXT,
    date TEXT,
    language TEXT,
    status TEXT NOT NULL CHECK (status IN ('indexed', 'skipped')),
    skip_kind TEXT,
    reason TEXT,
    seal INTEGER NOT NULL,
    CHECK ((status = 'skipped') = (skip_kind IS NOT NULL AND reason IS NOT NULL))
);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document INTEGER NOT NULL REFERENCES documents (id),
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    line_start INTEGER NOT NULL,
    line_end INTEGER NOT NULL,
    page INTEGER,
    page_to INTEGER,
    vector_number INTEGER NOT NULL REFERENCES vectors (number),
    hash BLOB NOT NULL,
    sketch BLOB NOT NULL,
    text TEXT NOT NULL,
    context TEXT,
    edits TEXT,
    columns TEXT,
    items TEXT,
    seal BLOB NOT NULL,
    words_seal INTEGER NOT NULL
);
CREATE INDEX chunks_document ON chunks (document);
CREATE INDEX chunks_hash ON chunks (hash);
CREATE TABLE vectors (
    number INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    model TEXT NOT NULL,
    vector BLOB NOT NULL,
    seal INTEGER NOT NULL,
    UNIQUE (hash, model)
);
"""
_WORDS_SCHEMA = """
CREATE VIRTUAL TABLE words USING fts5 (
    folded, stems, context_folded, context_stems, tokenize = 'unicode61 remove_diacritics 0'
);
CREATE VIRTUAL TABLE word_counts USING fts5vocab (words, 'col');
"""


# -- opening -----------------------------------------------------------------------------------


def connect_for_reading(folder: Path) -> sqlite3.Connection:
    """Connect to the database of an index; raise IndexMissing, IndexFormatError, IndexCorrupt."""
    path = folder / DATABASE
    with translated_errors(folder, "read"):
        if not path.is_file():
            raise missing_index_error(folder)
        mode = "mode=ro"
        if not os.access(folder, os.W_OK) and not _has_log(path):
            # SQLite cannot make its shared-memory file next to a WAL database that it may not write
            mode += "&immutable=1"
        connection = connect(path, mode)
        try:
            if _is_blank(connection):  # a first build was killed, or had no space, this early
                raise missing_index_error(folder)
            check_format(path, connection)
        except BaseException:
            connection.close()
            raise
        return connection


def _has_log(path: Path) -> bool:
    """Return whether the log of a database has content; a reader may leave an empty one."""
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def connect_for_writing(folder: Path) -> sqlite3.Connection:
    """Connect to the database of an index; create it if there is none."""
    with translated_errors(folder):
        make_folder(folder)
        path = folder / DATABASE
        create_file(path)  # SQLite gives its log the mode of the database
        connection = connect(path, "mode=rwc")
        try:
            if _is_blank(connection):
                connection.execute("BEGIN IMMEDIATE")
                create_schema(connection)
                connection.execute("COMMIT")
            check_format(path, connection)
            connection.execute("PRAGMA journal_mode = WAL")
        except BaseException:
            connection.close()
            raise
        return connection


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """Connect to a database file; the mode is that of an SQLite URI."""
    connection = sqlite3.connect(
        f"file:{quote(os.fsencode(path.resolve()))}?{mode}",
        uri=True,
        isolation_level=None,
        timeout=BUSY_SECONDS,
        check_same_thread=False,
    )
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.create_function("matches_glob", 2, _matches_glob, deterministic=True)
    return connection


@lru_cache(maxsize=8)
def _compile_glob(pattern: str) -> Callable[[str], bool]:
    return matches_glob(unicodedata.normalize("NFC", pattern))


def _matches_glob(pattern: str, source: str) -> bool:
    """Return whether a source passes a glob: the SQL function `matches_glob(pattern, source)`."""
    return _compile_glob(pattern)(unicodedata.normalize("NFC", source))


def _is_blank(connection: sqlite3.Connection) -> bool:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    return bool(version == 0 and tables == 0)


def create_schema(connection: sqlite3.Connection) -> None:
    """Create the tables and set the format, within a transaction that the caller began."""
    for statement in (_SCHEMA + _WORDS_SCHEMA).split(";"):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    set_format(connection)
    write_meta(connection, SCHEMA, _read_schema(connection))


def set_format(connection: sqlite3.Connection) -> None:
    """Record that the database has the newest format, within a transaction."""
    connection.execute(f"PRAGMA user_version = {FORMAT}")


def recreate_words(connection: sqlite3.Connection) -> None:
    """Drop the words, whatever state they are in, and create their tables again, empty."""
    connection.execute("DROP TABLE word_counts")
    connection.execute("DROP TABLE words")
    for statement in _WORDS_SCHEMA.split(";"):
        connection.execute(statement)


def _read_schema(connection: sqlite3.Connection) -> str:
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name")
    return seal([value for row in rows for value in row]).hex()


def check_format(path: Path, connection: sqlite3.Connection) -> None:
    """Raise IndexFormatError unless a database is of this format, BrokenSeal if it is damaged."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    if owner != APPLICATION_ID:
        raise IndexFormatError(
            Message("{path} is not a database of seedqa", path=path),
            Message("application id {number:#x}", number=APPLICATION_ID),
            Message("Name another folder with --index, or delete this one and run seedqa index"),
        )
    if version < OLDEST_FORMAT:
        raise OldIndexFormat(
            Message("{path} has index format {number}", path=path, number=version),
            Message("format {number}", number=FORMAT),
            Message(
                "Rebuild it with: {command}",
                command=f"seedqa index --index {shlex.quote(str(path.parent))}",
            ),
        )
    if version > FORMAT:
        raise IndexFormatError(
            Message("{path} has index format {number}", path=path, number=version),
            Message("format {number}", number=FORMAT),
            Message("Update seedqa, or delete the folder and run seedqa index"),
        )
    is_sound = _read_schema(connection) == read_meta(connection, SCHEMA)
    require_seal(is_sound, Message("its schema is not as it was written"))


def missing_index_error(folder: Path) -> IndexMissing:
    """Return the error for a folder without an index."""
    return IndexMissing(
        Message("no index in {folder}", folder=folder),
        Message("a folder with {file}", file=DATABASE),
        Message("Make one with: {command}", command="seedqa index FOLDER"),
    )


def read_meta(connection: sqlite3.Connection, key: str) -> str | None:
    """Return a value of the table `meta`, or None; raise BrokenSeal if it is damaged."""
    row = connection.execute("SELECT value, seal FROM meta WHERE key = ?", (key,)).fetchone()
    if row is None:
        return None
    is_sound = seal([key, row[0]]) == row[1]
    require_seal(is_sound, Message("the row of its {key} is not as it was written", key=key))
    return str(row[0])


def write_meta(connection: sqlite3.Connection, key: str, value: str | None) -> None:
    """Set a value of the table `meta` with its seal; None removes it."""
    if value is None:
        connection.execute("DELETE FROM meta WHERE key = ?", (key,))
        return
    connection.execute(
        "INSERT OR REPLACE INTO meta (key, value, seal) VALUES (?, ?, ?)",
        (key, value, seal([key, value])),
    )


def find_chunk_ids(connection: sqlite3.Connection, documents: Iterable[int]) -> list[int]:
    """Return the ids of all chunks of these documents, ascending."""
    rows = connection.execute(
        "SELECT id FROM chunks WHERE document IN (SELECT value FROM json_each(?)) ORDER BY id",
        (id_list(documents),),
    )
    return [row[0] for row in rows]


def id_list(ids: Iterable[int]) -> str:
    """Return ids as JSON, for `json_each`: a statement has a limited number of parameters."""
    return json.dumps([int(one) for one in ids])


# -- errors ------------------------------------------------------------------------------------


@contextmanager
def translated_errors(folder: Path, wanted: str = "written") -> Iterator[None]:
    """Turn errors of SQLite and of the file system into the family of `index.errors`.

    `wanted` says what the folder was opened for: to be "written" or "read".
    """
    try:
        yield
    except (SeedqaError, FileNotFoundError):
        raise
    except sqlite3.Error as error:
        raise _translate_sqlite(folder, error, wanted) from error
    except UnicodeDecodeError as error:  # the driver cannot even say what is wrong
        raise damaged_error(folder, Message("text that is not UTF-8")) from error
    except OSError as error:
        raise _translate_os(folder, error, wanted) from error


def _translate_sqlite(folder: Path, error: sqlite3.Error, wanted: str) -> SeedqaError:
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    path = folder / DATABASE
    if isinstance(error, BrokenSeal):
        return damaged_error(folder, error.args[0])
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return _no_space_error(folder)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return _no_permission_error(folder, wanted)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return IndexBusy(
            Message("{path} is in use", path=path), "", Message("Try again in a moment")
        )
    # SQLite quotes a whole text that is not UTF-8, and a statement of the schema with its lines
    return damaged_error(folder, " ".join(str(error).partition(" with text ")[0].split()))


def damaged_error(folder: Path, why: str) -> IndexCorrupt:
    """Return the error for a database that cannot be trusted."""
    return IndexCorrupt(
        Message("{path} is damaged: {reason}", path=folder / DATABASE, reason=why),
        "",
        Message(
            "Run seedqa doctor --repair --seeds FOLDER, or delete the folder and run seedqa index"
        ),
    )


def _translate_os(folder: Path, error: OSError, wanted: str) -> SeedqaError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
        return _no_space_error(folder)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return _no_permission_error(folder, wanted)
    return StorageError(
        Message(
            "{folder} cannot be used: {reason}", folder=folder, reason=describe_os_error(error)
        ),
        "",
        Message("Name another one with --index"),
    )


def _no_space_error(folder: Path) -> StorageError:
    return StorageError(
        Message("no space left for the index in {folder}", folder=folder),
        Message("room for the new generation next to the old one"),
        Message("Free some space, or name another folder with --index; the old index is unchanged"),
    )


def _no_permission_error(folder: Path, wanted: str) -> StorageError:
    found = Message("{folder} cannot be read", folder=folder)
    if wanted == "written":
        found = Message("{folder} cannot be written", folder=folder)
    return StorageError(
        found, "", Message("Change its permissions, or name another folder with --index")
    )
