"""Replace the database of an index that an older version of seedqa wrote.

An index is derived from its documents, so another format is built again from them; only which
folder and model it was built with is taken over. Knows nothing of documents or models.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from seedqa.index.store.database import (
    APPLICATION_ID,
    DATABASE,
    GENERATION,
    INTENTION,
    OLDEST_FORMAT,
    connect,
    create_schema,
    translated_errors,
    write_meta,
)
from seedqa.index.store.rows import Intention


def read_old_intention(folder: Path) -> Intention | None:
    """Return the folder and the model of an index of an older format, or None if it is damaged."""
    with suppress(sqlite3.Error), closing(connect(folder / DATABASE, "mode=ro")) as connection:
        facts = dict(connection.execute("SELECT key, value FROM meta"))
        with suppress(ValueError, TypeError, KeyError):
            found: dict[str, Any] = (
                json.loads(facts[GENERATION])["recipe"]
                if GENERATION in facts
                else json.loads(facts[INTENTION])
            )
            seeds, model_path = found["seeds"], found["model_path"]
            if isinstance(seeds, str) and (model_path is None or isinstance(model_path, str)):
                return Intention(seeds, model_path)
    return None


def replace_old_format(folder: Path, intention: Intention) -> int | None:
    """Empty the database of an older format; return that format, or None if it is no older one.

    One transaction replaces tables and format and records the intention of the build that follows,
    so a build that is killed can be resumed. The caller holds the write lock.
    """
    path = folder / DATABASE
    if not path.is_file():
        return None
    with translated_errors(folder), closing(connect(path, "mode=rw")) as connection:
        old, owner = (
            int(connection.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("user_version", "application_id")
        )
        if owner != APPLICATION_ID or old >= OLDEST_FORMAT:
            return None  # a blank database has no owner
        connection.execute("BEGIN IMMEDIATE")
        _drop_tables(connection)
        create_schema(connection)
        write_meta(connection, INTENTION, json.dumps(asdict(intention)))
        connection.execute("COMMIT")
        return old


def _drop_tables(connection: sqlite3.Connection) -> None:
    """Drop all tables, virtual ones first: they drop their shadow tables."""
    for condition in ("sql LIKE 'CREATE VIRTUAL %'", "name NOT LIKE 'sqlite_%'"):
        tables = connection.execute(
            f"SELECT name FROM sqlite_master WHERE type = 'table' AND {condition}"
            " ORDER BY rootpage, name"
        ).fetchall()
        for (name,) in tables:
            connection.execute(f'DROP TABLE "{name.replace(chr(34), chr(34) * 2)}"')
