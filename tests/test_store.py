"""The database: formats, snapshots, the embedding cache, and words that look like operators."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from conftest import ToyEncoder
from index.build import build_index
from index.errors import IndexCorrupt, IndexFormatError, IndexMissing
from index.store import DATABASE, Store, open_for_reading, open_for_writing


@pytest.fixture
def built(seeds: Path, tmp_path: Path, encoder: ToyEncoder) -> Path:
    build_index(seeds, tmp_path / "index", encoder)
    return tmp_path / "index"


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(folder / DATABASE)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_no_index(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing) as raised:
        open_for_reading(tmp_path)
    assert raised.value.remedy == "Make one with: seedqa index FOLDER"


def test_a_new_index_is_ours_and_in_wal_mode(tmp_path: Path) -> None:
    open_for_writing(tmp_path / "deep" / "index").close()
    folder = tmp_path / "deep" / "index"
    assert rows(folder, "PRAGMA application_id") == [(0x73647161,)]
    assert rows(folder, "PRAGMA user_version") == [(1,)]
    assert rows(folder, "PRAGMA journal_mode") == [("wal",)]
    with open_for_reading(folder) as store:
        assert store.generation() is None


@pytest.mark.parametrize(
    "content", [b"not a database" * 500, b"\0" * 4096, b"SQLite format 3\0" + b"\xff" * 4080]
)
def test_what_is_no_database(built: Path, content: bytes) -> None:
    (built / DATABASE).write_bytes(content)
    with pytest.raises(IndexCorrupt) as raised:
        open_for_reading(built)
    assert raised.value.found == f"{built / DATABASE} is damaged: file is not a database"


def test_an_empty_database_is_a_build_that_hardly_began(built: Path) -> None:
    (built / DATABASE).write_bytes(b"")
    with pytest.raises(IndexMissing):
        open_for_reading(built)


def test_a_database_cut_short(built: Path) -> None:
    path = built / DATABASE
    path.write_bytes(path.read_bytes()[:8192])
    with pytest.raises(IndexCorrupt, match="is damaged: database disk image is malformed"):
        open_for_reading(built)


def test_a_database_of_another_program(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / DATABASE)
    connection.execute("CREATE TABLE theirs (precious)")
    connection.commit()
    connection.close()
    before = (tmp_path / DATABASE).read_bytes()
    with pytest.raises(IndexCorrupt, match="is not a database of seedqa"):
        open_for_reading(tmp_path)
    with pytest.raises(IndexCorrupt, match="is not a database of seedqa"):
        open_for_writing(tmp_path)
    connection = sqlite3.connect(tmp_path / DATABASE)
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]
    connection.close()
    assert len(before) == (tmp_path / DATABASE).stat().st_size


@pytest.mark.parametrize("version", [2, 99])
def test_a_newer_format(built: Path, version: int) -> None:
    rows(built, f"PRAGMA user_version = {version}")
    for opened in (open_for_reading, open_for_writing):
        with pytest.raises(IndexFormatError) as raised:
            opened(built)
        assert raised.value.found.endswith(f"has index format {version}")


def test_a_snapshot_sees_one_generation(built: Path, seeds: Path, encoder: ToyEncoder) -> None:
    with open_for_reading(built) as reader:
        with reader.snapshot():
            before = reader.generation()
            (seeds / "bridge.txt").unlink()
            build_index(seeds, built, encoder)
            assert reader.generation() == before
            assert [row.source for row in reader.documents()] == [
                "bridge.txt", "pont.md", "sub/bruecke.txt",
            ]  # fmt: skip
        after = reader.generation()
        assert before is not None
        assert after is not None
        assert (before.number, after.number) == (1, 2)
        assert [row.source for row in reader.documents()] == ["pont.md", "sub/bruecke.txt"]


def test_chunk_ids_are_never_used_again(built: Path, seeds: Path, encoder: ToyEncoder) -> None:
    assert rows(built, "SELECT id FROM chunks ORDER BY id") == [(1,), (2,), (3,)]
    (seeds / "sub" / "bruecke.txt").unlink()
    build_index(seeds, built, encoder)
    (seeds / "new.txt").write_text("Another document.\n", encoding="utf-8")
    build_index(seeds, built, encoder)
    assert rows(built, "SELECT id FROM chunks ORDER BY id") == [(1,), (2,), (4,)]


def test_vectors_of_removed_chunks_are_dropped(
    built: Path, seeds: Path, encoder: ToyEncoder
) -> None:
    (seeds / "pont.md").unlink()
    build_index(seeds, built, encoder)
    assert rows(built, "SELECT count(*) FROM vectors") == [(2,)]


def test_vectors_that_a_copy_still_uses_stay(built: Path, seeds: Path, encoder: ToyEncoder) -> None:
    shutil.copy(seeds / "bridge.txt", seeds / "copy.txt")
    build_index(seeds, built, encoder)
    (seeds / "bridge.txt").unlink()
    encoder.encoded.clear()
    build_index(seeds, built, encoder)
    assert encoder.encoded == []
    assert rows(built, "SELECT count(*) FROM vectors") == [(3,)]


def test_leftovers_of_a_stopped_build_are_swept(
    built: Path, seeds: Path, encoder: ToyEncoder
) -> None:
    with open_for_writing(built) as store:
        store.cache_vectors(encoder.fingerprint, [b"o" * 16], np.ones((1, 64), dtype=np.float32))
        store.cache_vectors("another model", [b"o" * 16], np.ones((1, 64), dtype=np.float32))
    assert rows(built, "SELECT count(*) FROM vectors") == [(5,)]
    (seeds / "new.txt").write_text("Another document.\n", encoding="utf-8")
    build_index(seeds, built, encoder)
    assert rows(built, "SELECT count(*) FROM vectors") == [(4,)]


def test_vectors_and_chunks_are_found_by_id(built: Path, encoder: ToyEncoder) -> None:
    """Left to itself SQLite read every vector of the model: a question over 10,000 chunks took
    1.1 s. The plan must search each table by its key."""
    with open_for_reading(built) as store:
        statements: list[str] = []
        store._connection.set_trace_callback(statements.append)
        vectors = store.vectors([3, 1, 999], encoder.fingerprint)
        chunks = store.chunks([3, 1, 999])
        store._connection.set_trace_callback(None)
        plans = [
            [row[3] for row in store._connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
            for statement in statements
        ]
    assert sorted(vectors) == sorted(chunks) == [1, 3]
    for plan in plans:
        assert [step.split()[0] for step in plan] == ["SCAN", "SEARCH", "SEARCH"]
        assert plan[0].startswith("SCAN wanted ")


@pytest.mark.parametrize(
    "word", ['"', "NEAR", "AND", "*", "^bridge", "folded:bridge", "-", "a\x00b", "(", "🚢", "'"]
)
def test_words_that_look_like_operators(built: Path, word: str) -> None:
    from retrieval.candidates import lexical_candidates, plan_lexical_query

    with open_for_reading(built) as store:
        generation = store.generation()
        assert generation is not None
        query = plan_lexical_query(store, generation, f"{word} Ebro {word}")
        found = lexical_candidates(store, query, None)
    assert [store_id for store_id, _ in found] == [1]


def test_a_read_only_file_system(built: Path) -> None:
    """In a mount namespace of its own, so that nothing is left behind. Root may write wherever a
    file system can be written, so permissions alone would prove nothing."""
    script = f"""
import sys; sys.path[:0] = {[str(Path(__file__).parent), str(Path(__file__).parent.parent)]!r}
from pathlib import Path
from conftest import ToyEncoder
from index.location import Location
from retrieval.pipeline import Pipeline
with Pipeline.open(Location(Path({str(built)!r}), None, None), encoder=ToyEncoder()) as pipeline:
    seeds = Path({str(built.parent / "seeds")!r})
    result = pipeline.search("bridge over the Ebro")
    print(result.passages[0].source, result.index.fresh)
    (seeds / "new.txt").write_text("More.", encoding="utf-8")
    result = pipeline.search("bridge over the Ebro")
    print(result.passages[0].source, result.index.fresh, result.notes)
"""
    for suffix in ("-wal", "-shm"):
        (built / f"{DATABASE}{suffix}").unlink(missing_ok=True)
    os.utime(built.parent / "seeds" / "bridge.txt", ns=(1, 1))
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c",
         'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && exec "$2" -c "$3"',
         "sh", str(built), sys.executable, script],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    first, second = done.stdout.splitlines()
    assert first.startswith("bridge.txt ")
    assert second.startswith("bridge.txt False (")
    assert f"{built} cannot be written" in second


def test_opening_for_reading_leaves_no_store_open(built: Path) -> None:
    with open_for_reading(built) as store:
        assert isinstance(store, Store)
    with pytest.raises(IndexCorrupt, match="closed database"):
        store.documents()
