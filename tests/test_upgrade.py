"""An index of an older format: a question says what to do, a build replaces it, nothing is lost."""

from __future__ import annotations

import json
import shlex
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from seedqa.index.build import build_index
from seedqa.index.doctor import check_index
from seedqa.index.errors import IndexMismatch, OldIndexFormat, SeedsError
from seedqa.index.store.database import DATABASE, FORMAT
from seedqa.index.workspace import Location, resolve
from seedqa.retrieval.pipeline import Pipeline
from support.builder import Builder
from support.toy import ToyEncoder

#: The tables of format 2, as it was released, with the facts of a generation.
FORMAT_2 = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL UNIQUE, size INTEGER,
    mtime_ns INTEGER, ctime_ns INTEGER, inode INTEGER, read_ns INTEGER,
    retry INTEGER NOT NULL DEFAULT 0, hash TEXT, title TEXT, date TEXT, language TEXT,
    status TEXT NOT NULL CHECK (status IN ('indexed', 'skipped')), skip_kind TEXT, reason TEXT
);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL REFERENCES documents (id),
    start INTEGER NOT NULL, end INTEGER NOT NULL, line_start INTEGER NOT NULL,
    line_end INTEGER NOT NULL, page INTEGER, page_to INTEGER, text TEXT NOT NULL, context TEXT,
    edits TEXT, columns TEXT, items TEXT, hash BLOB NOT NULL
);
CREATE INDEX chunks_document ON chunks (document);
CREATE INDEX chunks_hash ON chunks (hash);
CREATE TABLE vectors (
    model TEXT NOT NULL, hash BLOB NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (model, hash)
) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5 (
    folded, stems, context_folded, context_stems, tokenize = 'unicode61 remove_diacritics 0'
);
CREATE VIRTUAL TABLE word_counts USING fts5vocab (words, 'col');
INSERT INTO documents (source, status) VALUES ('bridge.txt', 'indexed');
INSERT INTO chunks VALUES (1, 1, 0, 3, 1, 1, NULL, NULL, 'old', NULL, NULL, NULL, NULL, x'00');
INSERT INTO words (rowid, folded) VALUES (1, 'old');
PRAGMA application_id = 0x73647161;
PRAGMA user_version = 2;
PRAGMA journal_mode = WAL;
"""


def change_number(index: Path, seeds: Path) -> None:
    """An index as it is now, with the number of the format before."""
    build_index(seeds, index, ToyEncoder())
    connection = sqlite3.connect(index / DATABASE)
    connection.execute("PRAGMA user_version = 2")
    connection.close()


def write_format_2(index: Path, seeds: Path) -> None:
    """A database with the tables of format 2."""
    index.mkdir()
    connection = sqlite3.connect(index / DATABASE)
    connection.executescript(FORMAT_2)
    recipe = {"seeds": str(seeds.resolve()), "model": "toy", "model_path": None}
    with connection:
        connection.execute(
            "INSERT INTO meta VALUES ('generation', ?)", (json.dumps({"recipe": recipe}),)
        )
    connection.close()
    (index / "vectors-7.faiss").write_bytes(b"codes")


Write = Callable[[Path, Path], None]


@pytest.fixture(params=[change_number, write_format_2])
def old(request: pytest.FixtureRequest, seeds: Path, tmp_path: Path) -> Path:
    write: Write = request.param
    write(tmp_path / "an index", seeds)
    return tmp_path / "an index"


def read_format(index: Path) -> int:
    connection = sqlite3.connect(index / DATABASE)
    try:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    finally:
        connection.close()


def test_a_question_says_how_to_rebuild(old: Path) -> None:
    with pytest.raises(OldIndexFormat) as raised:
        resolve(Location(old, None, None))
    assert str(raised.value) == (
        f"{old / DATABASE} has index format 2; expected format {FORMAT}."
        f" Rebuild it with: seedqa index --index {shlex.quote(str(old))}"
    )
    assert [finding.detail for finding in check_index(old)] == [str(raised.value)]
    assert read_format(old) == 2


@pytest.mark.parametrize("named", [False, True], ids=["recorded", "named"])
def test_a_build_replaces_it(old: Path, seeds: Path, encoder: ToyEncoder, named: bool) -> None:
    location = Location(old, seeds if named else None, None)
    workspace = resolve(location, replaces_old=True)
    assert workspace.seeds.resolve() == seeds.resolve()
    report = build_index(workspace.seeds, old, encoder)
    assert report.notes == ("the index had format 2; it was built again",)
    assert (len(report.indexed), report.embedded, report.generation.number) == (3, 3, 1)
    assert read_format(old) == FORMAT
    assert [finding.ok for finding in check_index(old)] == [True, True, True]
    assert sorted(path.name for path in old.glob("vectors-*")) == ["vectors-1.faiss"]
    with Pipeline.open(resolve(Location(old, None, None)), encoder=encoder) as pipeline:
        assert pipeline.search("bridge over the Ebro").passages[0].source == "bridge.txt"
    assert build_index(seeds, old, encoder).notes == ()


def test_an_index_of_another_folder_is_left(old: Path, tmp_path: Path) -> None:
    before = (old / DATABASE).read_bytes()
    (tmp_path / "other").mkdir()
    with pytest.raises(IndexMismatch, match="was built from"):
        resolve(Location(old, tmp_path / "other", None), replaces_old=True)
    assert (old / DATABASE).read_bytes() == before


def test_an_index_whose_folder_is_away_is_left(old: Path, seeds: Path, encoder: ToyEncoder) -> None:
    seeds.rename(seeds.with_name("away"))
    before = (old / DATABASE).read_bytes()
    workspace = resolve(Location(old, None, None), replaces_old=True)
    with pytest.raises(SeedsError):
        build_index(workspace.seeds, old, encoder)
    assert (old / DATABASE).read_bytes() == before


def test_a_record_that_cannot_be_read_needs_the_folder(old: Path, seeds: Path) -> None:
    connection = sqlite3.connect(old / DATABASE)
    with connection:
        connection.execute("UPDATE meta SET value = '{'")
    connection.close()
    with pytest.raises(OldIndexFormat):
        resolve(Location(old, None, None), replaces_old=True)
    assert resolve(Location(old, seeds, None), replaces_old=True).seeds == seeds


def test_a_build_that_was_killed_is_resumed(old: Path, seeds: Path) -> None:
    """The folder must not be forgotten between the old database and the new one."""
    with Builder() as builder:
        answer = builder.run(seeds=seeds, index=old, kill_at=1)
    assert answer["signal"] == 9
    assert read_format(old) == FORMAT
    workspace = resolve(Location(old, None, None))
    assert workspace.seeds == seeds.resolve()
    with Pipeline.open(workspace, encoder=ToyEncoder()) as pipeline:
        assert pipeline.search("bridge over the Ebro").passages[0].source == "bridge.txt"


def test_no_more_than_an_older_format_is_replaced(seeds: Path, tmp_path: Path) -> None:
    """A build of an index of this format keeps it; one of a newer format is refused."""
    build_index(seeds, tmp_path / "index", ToyEncoder())
    report = build_index(seeds, tmp_path / "index", ToyEncoder())
    assert (report.generation.number, report.notes) == (1, ())
