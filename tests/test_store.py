"""The database: formats, snapshots, the embedding cache, and words that look like operators."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from io import BufferedReader
from pathlib import Path

import numpy as np
import pytest

from seedqa.index.build import build_index
from seedqa.index.errors import IndexCorrupt, IndexFormatError, IndexMissing
from seedqa.index.store.database import DATABASE, GENERATION, INTENTION, read_meta, write_meta
from seedqa.index.store.protocol import Term
from seedqa.index.store.reading import EmbeddedReader, EmbeddedReading, open_for_reading
from seedqa.index.store.segments import Segments, open_segments
from seedqa.index.store.writing import EmbeddedWriter, open_for_writing
from seedqa.index.types import NO_FILTERS, Filters
from support.toy import ToyEncoder


@pytest.fixture
def built(seeds: Path, tmp_path: Path, encoder: ToyEncoder) -> Path:
    build_index(seeds, tmp_path / "index", encoder)
    return tmp_path / "index"


@contextmanager
def opened(folder: Path) -> Iterator[EmbeddedReading]:
    with open_for_reading(folder) as reader, reader.read() as reading:
        assert reading is not None
        yield reading


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(folder / DATABASE)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def damage(folder: Path, change: str) -> None:
    connection = sqlite3.connect(folder / DATABASE)
    with connection:
        connection.execute(change)
    connection.close()


def test_no_index(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing) as raised:
        open_for_reading(tmp_path)
    assert raised.value.remedy == "Make one with: seedqa index FOLDER"


def test_a_new_index_is_ours_and_in_wal_mode(tmp_path: Path) -> None:
    open_for_writing(tmp_path / "deep" / "index").close()
    folder = tmp_path / "deep" / "index"
    assert rows(folder, "PRAGMA application_id") == [(0x73647161,)]
    assert rows(folder, "PRAGMA user_version") == [(4,)]
    assert rows(folder, "PRAGMA journal_mode") == [("wal",)]
    with open_for_reading(folder) as reader:
        assert reader.generation() is None


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
    """It was made a WAL database before anybody looked whose it was."""
    connection = sqlite3.connect(tmp_path / DATABASE)
    connection.execute("CREATE TABLE theirs (precious)")
    connection.commit()
    connection.close()
    before = (tmp_path / DATABASE).read_bytes()
    with pytest.raises(IndexFormatError, match="is not a database of seedqa"):
        open_for_reading(tmp_path)
    with pytest.raises(IndexFormatError, match="is not a database of seedqa"):
        open_for_writing(tmp_path)
    assert (tmp_path / DATABASE).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [DATABASE]


@pytest.mark.parametrize("version", [1, 2, 99])
def test_another_format(built: Path, version: int) -> None:
    rows(built, f"PRAGMA user_version = {version}")
    for opened in (open_for_reading, open_for_writing):
        with pytest.raises(IndexFormatError) as raised:
            opened(built)
        assert raised.value.found.endswith(f"has index format {version}")


def test_a_snapshot_sees_one_generation(built: Path, seeds: Path, encoder: ToyEncoder) -> None:
    with open_for_reading(built) as reader:
        with reader.read() as reading:
            assert reading is not None
            before = reading.generation
            (seeds / "bridge.txt").unlink()
            build_index(seeds, built, encoder)
            assert reader.generation() == before
            assert [row.source for row in reading.documents()] == [
                "bridge.txt", "pont.md", "sub/bruecke.txt",
            ]  # fmt: skip
            assert [row.source for row in reader.documents()] == [
                "bridge.txt", "pont.md", "sub/bruecke.txt",
            ]  # fmt: skip
        after = reader.generation()
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
    with open_for_writing(built) as writer:
        writer.cache_vectors(encoder.fingerprint, [b"o" * 16], np.ones((1, 64), dtype=np.float32))
        writer.cache_vectors("another model", [b"o" * 16], np.ones((1, 64), dtype=np.float32))
    assert rows(built, "SELECT count(*) FROM vectors") == [(5,)]
    (seeds / "new.txt").write_text("Another document.\n", encoding="utf-8")
    build_index(seeds, built, encoder)
    assert rows(built, "SELECT count(*) FROM vectors") == [(4,)]


def test_vectors_and_chunks_are_found_by_id(built: Path, encoder: ToyEncoder) -> None:
    """Left to itself SQLite read every vector of the model: a question over 10,000 chunks took
    1.1 s. The plan must search each table by its key."""
    query = encoder.encode_question("bridge")
    with open_for_reading(built) as reader, reader.read() as reading:
        assert reading is not None
        statements: list[str] = []
        reader.connection.set_trace_callback(statements.append)
        cosines = reading.cosines(query, [3, 1, 999])
        chunks = reading.chunks([3, 1, 999])
        reader.connection.set_trace_callback(None)
        plans = [
            [row[3] for row in reader.connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
            for statement in statements
        ]
    assert sorted(cosines) == sorted(chunks) == [1, 3]
    for plan in plans:
        assert [step.split()[0] for step in plan] == ["SCAN", "SEARCH", "SEARCH"]
        assert plan[0].startswith("SCAN wanted ")


def test_filters_do_not_make_fts5_search_once_for_each_chunk(built: Path) -> None:
    """A question with a filter took 33 s over 50,000 chunks, of which 16,670 passed."""
    with open_for_reading(built) as reader, reader.read() as reading:
        assert reading is not None
        plans = []
        for where in (NO_FILTERS, Filters(language="en")):
            statements: list[str] = []
            reader.connection.set_trace_callback(statements.append)
            reading.lexical([Term("folded", "ebro")], {"folded": 1.0}, 5, where)
            reader.connection.set_trace_callback(None)
            (ours,) = (one for one in statements if one.startswith("SELECT rowid, -bm25"))
            explained = reader.connection.execute(f"EXPLAIN QUERY PLAN {ours}")
            plans.append([row[3] for row in explained])
    (plain, ordered), filtered = plans
    assert plain.startswith("SCAN words VIRTUAL TABLE INDEX ")
    assert ordered == "USE TEMP B-TREE FOR ORDER BY"
    assert filtered == [
        plain, "LIST SUBQUERY 1", "SCAN json_each VIRTUAL TABLE INDEX 1:", ordered
    ]  # fmt: skip


@pytest.mark.parametrize(
    "word", ['"', "NEAR", "AND", "*", "^bridge", "folded:bridge", "-", "a\x00b", "(", "🚢", "'"]
)
def test_words_that_look_like_operators(built: Path, word: str) -> None:
    terms = [Term("folded", word), Term("folded", "ebro"), Term("stems", word)]
    with opened(built) as reading:
        found = reading.lexical(terms, {"folded": 1.0, "stems": 1.0}, 10, NO_FILTERS)
        assert reading.counts([Term("folded", word)]) == {Term("folded", word): 0}
    assert [chunk for chunk, _ in found] == [1]


def test_leftovers_are_only_files_of_ours(built: Path, seeds: Path, encoder: ToyEncoder) -> None:
    """Whatever was called `vectors-...` in the folder that --index named was removed."""
    for name in ("vectors-7.faiss", "vectors-7.part", "vectors-of-disease.pdf", "vectors-7.txt"):
        (built / name).touch()
    build_index(seeds, built, encoder)
    assert sorted(path.name for path in built.glob("vectors*")) == [
        "vectors-1.faiss", "vectors-7.txt", "vectors-of-disease.pdf",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "said", ["", "{", "[]", "null", '{"number": 1}'], ids=["none", "torn", "list", "null", "part"]
)
def test_a_generation_that_makes_no_sense(built: Path, said: str) -> None:
    """It was a traceback."""
    connection = sqlite3.connect(built / DATABASE)
    with connection:
        write_meta(connection, GENERATION, said)
    connection.close()
    with open_for_reading(built) as reader, pytest.raises(IndexCorrupt) as raised:
        reader.generation()
    assert raised.value.found == f"{built / DATABASE} is damaged: its generation cannot be read"


#: The vectors of a generation in a format before 4.
FIRST_FORMAT: dict[str, object] = {
    "name": "vectors-1.faiss", "sha256": "0" * 64, "size": 9, "count": 3,
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "is_sound"),
    [
        ({}, True),
        ({"number": True}, False),
        ({"number": -1}, False),
        ({"chunks": "3"}, False),
        ({"documents": 3.0}, False),
        ({"documents": 2**63}, False),
        ({"built": None}, False),
        ({"languages": ["en"]}, False),
        ({"languages": {"en": "1"}}, False),
        ({"more": 1}, False),
        ({"recipe": None}, False),
        ({"recipe.seeds": 1}, False),
        ({"recipe.model_path": 7}, False),
        ({"recipe.dimension": 0}, False),
        ({"recipe.reading": "2"}, False),
        ({"recipe.dimension": 10**9}, False),
        ({"recipe.settings": {"size": 1.5, "overlap": 0}}, False),
        ({"vectors.files.0.size": -5}, False),
        ({"vectors.files.0.count": None}, False),
        ({"vectors.files.0.sha256": "0"}, False),
        ({"vectors.files.0.name": "../vectors-1.faiss"}, False),
        ({"vectors.files.0.name": "/etc/passwd"}, False),
        ({"vectors.files.0.name": "vectors-1.faiss\n"}, False),
        ({"vectors.files.0.name": "vectors-1.faiss/.."}, False),
        ({"vectors.files.0.name": ""}, False),
        ({"vectors.files.0": None}, False),
        ({"vectors.files": []}, False),
        ({"vectors.files": {}}, False),
        ({"vectors.removed": None}, False),
        ({"vectors.removed": [[1, 2]]}, True),
        ({"vectors.removed": [[2, 1]]}, False),
        ({"vectors.removed": [[1, 1], [2, 2]]}, False),
        ({"vectors.removed": [[2, 2], [1, 1]]}, False),
        ({"vectors.removed": [[1, True]]}, False),
        ({"vectors.removed": [[1]]}, False),
        ({"vectors.removed": [[1, 9]]}, False),
        ({"vectors": FIRST_FORMAT}, True),
        ({"vectors": FIRST_FORMAT | {"name": "../vectors-1.faiss"}}, False),
    ],
    ids=str,
)
def test_the_facts_of_a_generation_are_checked(
    built: Path, change: dict[str, object], is_sound: bool
) -> None:
    """The name of the vector file was opened wherever it led, and any value believed."""
    connection = sqlite3.connect(built / DATABASE)
    with connection:
        facts = json.loads(read_meta(connection, GENERATION) or "")
        for path, value in change.items():
            *holders, name = path.split(".")
            holder = facts
            for one in holders:
                holder = holder[int(one) if one.isdigit() else one]
            holder[int(name) if name.isdigit() else name] = value
        write_meta(connection, GENERATION, json.dumps(facts))
    connection.close()
    with open_for_reading(built) as reader:
        if is_sound:
            assert reader.generation() is not None
            return
        with pytest.raises(IndexCorrupt) as raised:
            reader.generation()
    assert raised.value.found == f"{built / DATABASE} is damaged: its generation cannot be read"


@pytest.mark.parametrize(
    "said",
    ["", "[]", "{}", '{"seeds": 1, "model_path": null}', '{"seeds": "a", "model_path": 2}'],
    ids=["none", "list", "empty", "seeds", "model"],
)
def test_an_intention_that_makes_no_sense(built: Path, said: str) -> None:
    connection = sqlite3.connect(built / DATABASE)
    with connection:
        write_meta(connection, INTENTION, said)
    connection.close()
    with open_for_reading(built) as reader, pytest.raises(IndexCorrupt) as raised:
        reader.intention()
    assert raised.value.found.startswith(f"{built / DATABASE} is damaged: a row cannot be read: ")


# -- seals -----------------------------------------------------------------------------------------

PASSAGE = "a passage of bridge.txt is not as it was written"
FACTS = "the facts of bridge.txt are not as they were written"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("UPDATE chunks SET text = replace(text, '1894', '1984') WHERE id = 1", PASSAGE),
        ("UPDATE chunks SET start = start + 1 WHERE id = 1", PASSAGE),
        ("UPDATE chunks SET line_end = 9 WHERE id = 1", PASSAGE),
        ("UPDATE chunks SET page = 2 WHERE id = 1", PASSAGE),
        ("UPDATE chunks SET context = '[\"Another heading\"]' WHERE id = 1", PASSAGE),
        ("UPDATE chunks SET edits = '[[0, 3, \"A\"]]' WHERE id = 1", PASSAGE),
        ("UPDATE chunks SET edits = '[[1]]' WHERE id = 1", PASSAGE),
        ("UPDATE chunks SET columns = '[' WHERE id = 1", PASSAGE),
        ("UPDATE chunks SET items = '[[0, 3]]' WHERE id = 1", PASSAGE),
        ("UPDATE chunks SET sketch = x'00' WHERE id = 1", PASSAGE),
        ("UPDATE chunks SET seal = x'0011223344556677' WHERE id = 1", PASSAGE),
        ("UPDATE documents SET title = 'Other' WHERE id = 1", FACTS),
        ("UPDATE documents SET date = '2020-01-01' WHERE id = 1", FACTS),
        ("UPDATE documents SET language = 'fr' WHERE id = 1", FACTS),
        ("UPDATE documents SET hash = 'x' WHERE id = 1", FACTS),
        ("UPDATE documents SET seal = seal + 1 WHERE id = 1", FACTS),
        (
            "UPDATE documents SET source = 'other.txt' WHERE id = 1",
            "the facts of other.txt are not as they were written",
        ),
        (
            "UPDATE chunks SET document = 2 WHERE id = 1",
            "a passage of pont.md is not as it was written",
        ),
        (
            "UPDATE chunks SET document = 99 WHERE id = 1",
            "the document of a passage is missing",
        ),
    ],
)
def test_a_damaged_passage_is_not_shown(built: Path, change: str, why: str) -> None:
    """A bit of the text of a shown passage was changed: it was quoted without notice."""
    damage(built, change)
    with opened(built) as reading, pytest.raises(IndexCorrupt) as raised:
        reading.chunks([1])
    assert raised.value.found == f"{built / DATABASE} is damaged: {why}"
    assert raised.value.remedy.startswith("Run seedqa doctor --repair")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE vectors SET vector = zeroblob(128) WHERE hash = (SELECT hash FROM chunks LIMIT 1)",
        "UPDATE vectors SET seal = 0",
        "DELETE FROM vectors",
        "UPDATE chunks SET hash = (SELECT hash FROM chunks WHERE id = 2) WHERE id = 1",
    ],
    ids=["changed", "seal", "lost", "other"],
)
def test_a_damaged_vector_ranks_nothing(built: Path, encoder: ToyEncoder, change: str) -> None:
    damage(built, change)
    query = encoder.encode_question("bridge")
    with opened(built) as reading, pytest.raises(IndexCorrupt) as raised:
        _ = reading.dense(query, 3, NO_FILTERS), reading.chunks([1])
    assert raised.value.found in (
        f"{built / DATABASE} is damaged: a vector is not as it was written",
        f"{built / DATABASE} is damaged: {PASSAGE}",
    )


@pytest.mark.parametrize(
    "find",
    [
        lambda reading: reading.dense(ToyEncoder().encode_question("bridge"), 3, NO_FILTERS),
        lambda reading: reading.lexical([Term("folded", "ebro")], {"folded": 1.0}, 3, NO_FILTERS),
    ],
    ids=["dense", "lexical"],
)
def test_a_passage_that_is_gone_is_missed(
    built: Path, find: Callable[[EmbeddedReading], object]
) -> None:
    damage(built, "DELETE FROM chunks WHERE id = 1")
    with opened(built) as reading, pytest.raises(IndexCorrupt) as raised:
        find(reading)
    assert raised.value.found == f"{built / DATABASE} is damaged: a passage is missing"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("UPDATE documents SET language = 'en' WHERE id = 2", "the facts of pont.md"),
        ("UPDATE documents SET source = 'a.txt' WHERE id = 3", "the facts of a.txt"),
        ("DELETE FROM documents WHERE id = 2", "rows are missing"),
        ("DELETE FROM chunks WHERE id = 2", "rows are missing"),
    ],
)
def test_a_filter_judges_no_damaged_row(built: Path, change: str, why: str) -> None:
    damage(built, change)
    with opened(built) as reading, pytest.raises(IndexCorrupt, match=why):
        reading.lexical([Term("folded", "ebro")], {"folded": 1.0}, 3, Filters(language="en"))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("UPDATE meta SET value = replace(value, '\"chunks\": 3', '\"chunks\": 4')", "generation"),
        ("UPDATE meta SET value = 'ab' WHERE key = 'schema'", "schema"),
    ],
)
def test_a_damaged_row_of_the_facts_is_found(built: Path, change: str, why: str) -> None:
    damage(built, change)
    with pytest.raises(IndexCorrupt) as raised, open_for_reading(built) as reader:
        reader.generation()
    assert raised.value.found == (
        f"{built / DATABASE} is damaged: the row of its {why} is not as it was written"
    )


def test_a_changed_schema_is_found(built: Path) -> None:
    """The tokenizer of the words decides what a question finds."""
    connection = sqlite3.connect(built / DATABASE)
    with connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET sql = replace(sql, 'diacritics 0', 'diacritics 1')"
        )
    connection.close()
    with pytest.raises(IndexCorrupt) as raised:
        open_for_reading(built)
    assert raised.value.found == (
        f"{built / DATABASE} is damaged: its schema is not as it was written"
    )


@pytest.mark.parametrize("state", ["empty", "without_tables"])
def test_a_database_that_a_killed_build_hardly_began_is_taken_up(
    state: str, seeds: Path, tmp_path: Path, encoder: ToyEncoder
) -> None:
    """It was said to be no database of seedqa."""
    folder = tmp_path / "index"
    folder.mkdir()
    (folder / DATABASE).touch()
    if state == "without_tables":
        rows(folder, "PRAGMA journal_mode = WAL")
    with pytest.raises(IndexMissing):
        open_for_reading(folder)
    assert build_index(seeds, folder, encoder).generation.documents == 3


def test_equals_of_the_last_candidate_are_candidates(tmp_path: Path, encoder: ToyEncoder) -> None:
    """Which of them came first hung on their ids, and so on the history of builds."""
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    for number in range(9):
        text = "pump pump" if number == 8 else "pump" if number > 1 else "pump and more"
        (seeds / f"{number}.txt").write_text(f"{text} {'x' * (number + 1)}.\n")
    build_index(seeds, tmp_path / "index", encoder)
    weights = {"folded": 1.0, "stems": 1.0}
    with opened(tmp_path / "index") as reading:
        hits = [
            reading.lexical([Term("folded", "pump")], weights, count, NO_FILTERS)
            for count in (1, 2, 7, 8, 9)
        ]
    found = [[chunk for chunk, _ in of_count] for of_count in hits]
    assert found[0] == [9]
    assert [sorted(ids) for ids in found[1:]] == [
        [3, 4, 5, 6, 7, 8, 9], [3, 4, 5, 6, 7, 8, 9], list(range(1, 10)), list(range(1, 10))
    ]  # fmt: skip


def test_opening_for_reading_leaves_no_store_open(built: Path) -> None:
    with open_for_reading(built) as reader:
        assert reader.generation() is not None
    with pytest.raises(IndexCorrupt, match="closed database"):
        reader.documents()


def test_a_reader_has_no_method_that_writes() -> None:
    """That a reader cannot write is said by its type."""
    writing = {"begin", "cache_vectors", "commit", "rewrite_vectors", "touch", "remove_leftovers"}
    assert writing <= set(dir(EmbeddedWriter))
    assert writing.isdisjoint(dir(EmbeddedReader))
    assert writing.isdisjoint(dir(EmbeddedReading))


# -- the vector file -------------------------------------------------------------------------------


def test_a_generation_without_its_vector_file(built: Path) -> None:
    (built / "vectors-1.faiss").unlink()
    with (
        open_for_reading(built) as reader,
        pytest.raises(IndexCorrupt) as raised,
        reader.read(),
    ):
        pass
    assert raised.value.found == f"{built / 'vectors-1.faiss'} is missing"
    assert raised.value.remedy == ("Run seedqa doctor --repair: it is rebuilt from the database")


def test_a_commit_between_reading_the_name_of_the_vectors_and_opening_them(
    built: Path, seeds: Path, encoder: ToyEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The vector file is gone by then, and the newer generation is there."""
    calls: list[str] = []

    def commit_then_open(
        folder: Path, recorded: Segments
    ) -> AbstractContextManager[list[BufferedReader]]:
        calls.extend(recorded.names)
        if len(calls) == 1:
            (seeds / "pont.md").unlink()
            build_index(seeds, built, encoder)
        return open_segments(folder, recorded)

    monkeypatch.setattr("seedqa.index.store.reading.open_segments", commit_then_open)
    with opened(built) as reading:
        assert reading.generation.number == 2
        hits = reading.dense(encoder.encode_question("Ebro bridge"), 5, NO_FILTERS)
        assert sorted(chunk for chunk, _ in hits) == [1, 3]
    assert calls == ["vectors-1.faiss", "vectors-2.faiss"]


def test_vectors_are_read_once_for_a_generation_and_only_where_they_are_needed(
    built: Path, seeds: Path, encoder: ToyEncoder
) -> None:
    query = encoder.encode_question("Ebro bridge")
    with open_for_reading(built) as reader:
        loaded = []
        for number in range(4):
            if number == 2:
                (seeds / "pont.md").unlink()
                build_index(seeds, built, encoder)
            with reader.read() as reading:
                assert reading is not None
                assert reading.chunks([1])[1].source == "bridge.txt"
                before = reader.loaded_vectors
                assert reading.dense(query, 1, NO_FILTERS)[0][0] == 1
                loaded.append((before, reader.loaded_vectors))
    (first, second, third, fourth) = loaded
    assert first[0] is None
    assert first[1] is second[0] is second[1] is third[0]
    assert third[1] is not third[0]
    assert third[1] is fourth[0] is fourth[1]


def test_a_damaged_vector_file_is_said_to_be_damaged(built: Path, encoder: ToyEncoder) -> None:
    path = built / "vectors-1.faiss"
    path.write_bytes(path.read_bytes()[:-1])
    with opened(built) as reading:
        assert sorted(reading.chunks([1, 2])) == [1, 2]
        with pytest.raises(IndexCorrupt) as raised:
            reading.dense(encoder.encode_question("Ebro"), 1, NO_FILTERS)
    assert raised.value.found.startswith(f"{path} has ")


# -- rows ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            "UPDATE documents SET status = 'skipped', skip_kind = 'odd', reason = 'x'",
            "'odd' is not a valid SkipKind",
        ),
        (
            "UPDATE documents SET status = 'skipped', skip_kind = 'empty', reason = 'x'",
            "Expecting value",
        ),
        (
            "UPDATE documents SET status = 'skipped', skip_kind = 'empty', reason = '{}'",
            "'template'",
        ),
    ],
)
def test_a_row_that_makes_no_sense(built: Path, change: str, why: str) -> None:
    damage(built, change)
    with opened(built) as reading, pytest.raises(IndexCorrupt) as raised:
        reading.documents()
    assert raised.value.found.startswith(
        f"{built / DATABASE} is damaged: a row cannot be read: {why}"
    )


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE documents SET status = 'skipped'",
        "UPDATE documents SET status = 'skipped', skip_kind = 'empty'",
        "UPDATE documents SET skip_kind = 'empty', reason = 'x'",
        "UPDATE documents SET status = 'other'",
    ],
)
def test_a_row_is_indexed_or_skipped_for_a_reason(built: Path, change: str) -> None:
    connection = sqlite3.connect(built / DATABASE)
    with pytest.raises(sqlite3.IntegrityError, match="CHECK constraint failed"), connection:
        connection.execute(change)
    connection.close()


def test_words_of_the_context_have_columns_of_their_own(
    seeds: Path, tmp_path: Path, encoder: ToyEncoder
) -> None:
    build_index(seeds, tmp_path / "index", encoder)
    terms = [Term("context_folded", "bridge"), Term("context_folded", "ebro")]
    with opened(tmp_path / "index") as reading:
        context = reading.chunks([1])[1].chunk.context
        assert context == ("The iron bridge",)
        assert list(reading.counts(terms).values()) == [1, 0]
        hits = reading.lexical(terms, {"context_folded": 1.0}, 5, NO_FILTERS)
        assert [chunk for chunk, _ in hits] == [1]
    with open_for_writing(tmp_path / "index") as writer:
        writer.rewrite_vectors()
    with opened(tmp_path / "index") as reading:
        assert list(reading.counts(terms).values()) == [1, 0]


def test_faiss_is_given_one_thread_once(built: Path, encoder: ToyEncoder) -> None:
    """It was set at every call, and so taken from a program that had set it otherwise."""
    import faiss

    query = encoder.encode_question("Ebro bridge")
    with opened(built) as reading:
        reading.dense(query, 1, NO_FILTERS)
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(2)
    try:
        with opened(built) as reading:
            reading.dense(query, 1, NO_FILTERS)
        assert (threads, faiss.omp_get_max_threads()) == (1, 2)
    finally:
        faiss.omp_set_num_threads(threads)


@pytest.mark.parametrize(
    ("folder_mode", "mode"),
    [(None, 0o600), (0o755, 0o600), (0o700, 0o600), (0o750, 0o640), (0o2770, 0o660)],
    ids=["none", "open to all", "private", "read by a group", "shared"],
)
def test_an_index_is_private_or_shared_with_a_group(
    seeds: Path, tmp_path: Path, encoder: ToyEncoder, folder_mode: int | None, mode: int
) -> None:
    index = tmp_path / "index"
    if folder_mode is not None:
        index.mkdir()
        index.chmod(folder_mode)
    build_index(seeds, index, encoder)
    with open_for_reading(index) as reader, reader.read():
        modes = {path.name: path.stat().st_mode & 0o777 for path in index.iterdir()}
    assert index.stat().st_mode & 0o7777 == (0o700 if folder_mode is None else folder_mode)
    assert modes == dict.fromkeys(modes, mode)
    assert {DATABASE, f"{DATABASE}-wal", "write.lock", "write.owner"} < set(modes)


def test_an_index_that_all_could_read_becomes_private(
    built: Path, seeds: Path, encoder: ToyEncoder
) -> None:
    (built / DATABASE).chmod(0o644)
    build_index(seeds, built, encoder)
    assert (built / DATABASE).stat().st_mode & 0o777 == 0o600
