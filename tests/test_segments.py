"""The vector files of a generation: what a commit writes, when they are merged, what is read."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from seedqa.index.build import build_index
from seedqa.index.doctor import check_index, repair
from seedqa.index.errors import IndexCorrupt
from seedqa.index.store import segments as segments_module
from seedqa.index.store.database import DATABASE, GENERATION, read_meta, write_meta
from seedqa.index.store.reading import EmbeddedReader, open_for_reading
from seedqa.index.store.segments import (
    MAX_FILES,
    MAX_RANGES,
    Segments,
    join_ranges,
    read_segments,
)
from seedqa.index.store.vectors import VectorFile
from seedqa.index.types import Filters
from seedqa.index.workspace import Location, resolve
from seedqa.retrieval.pipeline import Pipeline
from tests.support.builder import Builder, read_state
from tests.support.toy import ToyEncoder

COUNT = 40


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    folder.mkdir()
    for number in range(COUNT):
        write(folder, number)
    return folder


@pytest.fixture
def index(seeds: Path, tmp_path: Path) -> Path:
    build_index(seeds, tmp_path / "index", ToyEncoder())
    return tmp_path / "index"


def write(seeds: Path, number: int, text: str = "mill") -> None:
    (seeds / f"{number:02}.txt").write_text(f"The {text} {number} grinds rye.\n", encoding="utf-8")


def vector_names(index: Path) -> list[str]:
    return sorted(path.name for path in index.glob("vectors-*"))


def digests(index: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in index.glob("vectors-*")
    }


def read_hits(index: Path, text: str = "mill 7", count: int = 60) -> list[tuple[str, float]]:
    with open_for_reading(index) as reader:
        return hits_of(reader, text, count)


def hits_of(reader: EmbeddedReader, text: str, count: int = 60) -> list[tuple[str, float]]:
    with reader.read() as reading:
        assert reading is not None
        hits = reading.dense(ToyEncoder().encode_question(text), count, Filters())
        chunks = reading.chunks(chunk for chunk, _ in hits)
        return sorted((chunks[chunk].source, score) for chunk, score in hits)


def segments_of(index: Path) -> Segments:
    with open_for_reading(index) as reader:
        generation = reader.generation()
        assert generation is not None
        return generation.vectors


def assert_as_built_anew(seeds: Path, index: Path, tmp_path: Path) -> None:
    """The index answers as one that is built from nothing."""
    build_index(seeds, tmp_path / "anew", ToyEncoder())
    assert read_hits(index) == read_hits(tmp_path / "anew")
    state = read_state(index)  # asserts that rows, words and vectors agree
    assert state is not None
    assert [finding.ok for finding in check_index(index)] == [True, True, True]


# -- what a commit writes --------------------------------------------------------------------------


def test_a_commit_writes_what_it_adds(seeds: Path, index: Path, tmp_path: Path) -> None:
    before = digests(index)
    write(seeds, 7, "new mill")
    report = build_index(seeds, index, ToyEncoder())
    assert report.generation.vectors.removed == ((8, 8),)
    assert [file.count for file in report.generation.vectors.files] == [COUNT, 1]
    assert vector_names(index) == ["vectors-1.faiss", "vectors-2.faiss"]
    assert digests(index)["vectors-1.faiss"] == before["vectors-1.faiss"]
    assert_as_built_anew(seeds, index, tmp_path)


def test_what_only_goes_needs_no_file(seeds: Path, index: Path, tmp_path: Path) -> None:
    before = digests(index)
    (seeds / "07.txt").unlink()
    report = build_index(seeds, index, ToyEncoder())
    assert (report.generation.number, report.generation.chunks) == (2, COUNT - 1)
    assert digests(index) == before
    assert "07.txt" not in dict(read_hits(index))
    assert_as_built_anew(seeds, index, tmp_path)


def test_a_chunk_of_a_later_file_goes_too(seeds: Path, index: Path, tmp_path: Path) -> None:
    for text in ("new mill", "newer mill"):
        write(seeds, 7, text)
        build_index(seeds, index, ToyEncoder())
    segments = segments_of(index)
    assert segments.removed == ((8, 8), (COUNT + 1, COUNT + 1))
    assert segments.count == COUNT
    assert_as_built_anew(seeds, index, tmp_path)


def test_files_are_merged_where_an_eighth_has_changed(
    seeds: Path, index: Path, tmp_path: Path
) -> None:
    names = []
    for number in range(3):  # each removes one vector and adds one: 2, 4 and 6 of 40
        write(seeds, number, "new mill")
        build_index(seeds, index, ToyEncoder())
        names.append(vector_names(index))
    assert names == [
        ["vectors-1.faiss", "vectors-2.faiss"],
        ["vectors-1.faiss", "vectors-2.faiss", "vectors-3.faiss"],
        ["vectors-4.faiss"],
    ]
    assert segments_of(index).removed == ()
    assert_as_built_anew(seeds, index, tmp_path)


def test_a_merged_file_is_that_of_a_full_build(seeds: Path, index: Path) -> None:
    for number in range(3):
        write(seeds, number, "new mill")
        build_index(seeds, index, ToyEncoder())
    merged = digests(index)
    assert list(merged) == ["vectors-4.faiss"]
    repair_from_rows(index)
    assert list(digests(index).values()) == list(merged.values())


def repair_from_rows(index: Path) -> None:
    """Let `doctor --repair` write the vectors again from the database."""
    (index / vector_names(index)[0]).unlink()
    assert repair(index, None) == [f"rebuilt vectors and words of {COUNT} chunks from the database"]


@pytest.mark.parametrize(
    ("files", "removed", "added", "expected"),
    [
        ((800,), (), 100, False),
        ((800,), (), 101, True),
        ((800, 60), (), 40, False),
        ((800, 60), ((1, 20),), 21, True),
        ((800,), ((1, 101),), 0, True),
        ((0,), (), 1, True),
        ((0,), (), 0, False),
        ((10**6,) + (1,) * (MAX_FILES - 2), (), 1, False),
        ((10**6,) + (1,) * (MAX_FILES - 1), (), 1, True),
        ((10**6,), tuple((2 * one, 2 * one) for one in range(MAX_RANGES)), 1, False),
        ((10**6,), tuple((2 * one, 2 * one) for one in range(MAX_RANGES + 1)), 1, True),
    ],
)
def test_when_files_are_merged(
    files: tuple[int, ...], removed: tuple[tuple[int, int], ...], added: int, expected: bool
) -> None:
    recorded = tuple(
        VectorFile(f"vectors-{number}.faiss", "0" * 64, 1, count)
        for number, count in enumerate(files)
    )
    assert Segments(recorded, removed).is_worth_merging(added) is expected


@pytest.mark.parametrize(
    ("ranges", "joined"),
    [
        ([], ()),
        ([(5, 5), (3, 3)], ((3, 3), (5, 5))),
        ([(5, 5), (4, 4), (3, 3)], ((3, 5),)),
        ([(1, 9), (3, 4)], ((1, 9),)),
        ([(1, 3), (2, 6), (8, 8)], ((1, 6), (8, 8))),
    ],
)
def test_ranges_are_joined(
    ranges: list[tuple[int, int]], joined: tuple[tuple[int, int], ...]
) -> None:
    assert join_ranges(ranges) == joined


# -- what is read ----------------------------------------------------------------------------------


@pytest.fixture
def read_names(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the vector files, as they are read."""
    names: list[str] = []
    load = segments_module.load_vectors

    def load_and_note(file, recorded):
        names.append(recorded.name)
        return load(file, recorded)

    monkeypatch.setattr(segments_module, "load_vectors", load_and_note)
    return names


def test_a_reader_reads_only_the_new_file(seeds: Path, index: Path, read_names: list[str]) -> None:
    with open_for_reading(index) as reader:
        hits_of(reader, "mill 7")
        write(seeds, 7, "new mill")
        build_index(seeds, index, ToyEncoder())
        later = hits_of(reader, "mill 7")
        (seeds / "08.txt").unlink()
        build_index(seeds, index, ToyEncoder())
        last = hits_of(reader, "mill 7")
    assert read_names == ["vectors-1.faiss", "vectors-2.faiss"]
    assert len(dict(later)) == COUNT
    assert last == read_hits(index)
    assert set(dict(later)) - set(dict(last)) == {"08.txt"}


def test_a_reader_reads_all_after_a_merge(seeds: Path, index: Path, read_names: list[str]) -> None:
    with open_for_reading(index) as reader:
        hits_of(reader, "mill 7")
        for number in range(6):
            write(seeds, number, "new mill")
        build_index(seeds, index, ToyEncoder())
        read_names.clear()
        assert hits_of(reader, "mill 7") == read_hits(index)
    assert read_names == ["vectors-2.faiss"] * 2


def test_an_earlier_state_put_back_is_read_anew(
    seeds: Path, index: Path, tmp_path: Path, read_names: list[str]
) -> None:
    """The same files, but chunks that had been removed are there again."""
    with open_for_reading(index) as reader:
        first = hits_of(reader, "mill 7")
        facts = read_facts(index)
        (seeds / "08.txt").unlink()
        build_index(seeds, index, ToyEncoder())
        assert len(hits_of(reader, "mill 7")) == COUNT - 1
        change_facts(index, lambda now: now["vectors"].update(facts["vectors"]))
        with reader.read() as reading:
            assert reading is not None
            vectors = reader.load_vectors(reading.generation, reading._files)
            assert vectors.count == COUNT == len(first)
    assert read_names == ["vectors-1.faiss"] * 2


def read_facts(index: Path) -> dict:
    connection = sqlite3.connect(index / DATABASE)
    facts = json.loads(read_meta(connection, GENERATION) or "")
    connection.close()
    return facts


def change_facts(index: Path, change: Callable[[dict], None]) -> None:
    facts = read_facts(index)
    change(facts)
    connection = sqlite3.connect(index / DATABASE)
    with connection:
        write_meta(connection, GENERATION, json.dumps(facts))
    connection.close()


def test_a_search_over_two_files_is_one_over_all(seeds: Path, index: Path, tmp_path: Path) -> None:
    """Also where fewer are asked for than there are, and among some ids alone."""
    for number in (3, 7):
        write(seeds, number, "new mill")
        build_index(seeds, index, ToyEncoder())
    with open_for_reading(index) as reader, reader.read() as reading:
        assert reading is not None
        loaded = reader.load_vectors(reading.generation, reading._files)
        assert (loaded.count, loaded.others is not None) == (COUNT, True)
        merged = read_segments(index, reading.generation.vectors)
        assert merged.count == COUNT
        query = ToyEncoder().encode_question("The new mill 7 grinds rye.")
        allowed = np.array([1, 9, COUNT + 1, COUNT + 2, 999], dtype=np.int64)
        for count in (1, 2, 7, COUNT, 99):
            _, scores = merged.score(query, count)
            found = loaded.search(query, count)
            assert len(found) == len(scores) == len(set(found.tolist()))
            by_id = dict(zip(*(part.tolist() for part in merged.score(query, 99)), strict=True))
            assert [by_id[one] for one in found.tolist()] == scores.tolist()
        assert set(loaded.search(query, 9, allowed)) == {1, 9, COUNT + 1, COUNT + 2}
        assert loaded.search(query, 0).tolist() == []


# -- damage ----------------------------------------------------------------------------------------


@pytest.fixture
def two_files(seeds: Path, index: Path) -> Path:
    write(seeds, 7, "new mill")
    build_index(seeds, index, ToyEncoder())
    return index


@pytest.mark.parametrize("name", ["vectors-1.faiss", "vectors-2.faiss"])
def test_a_damaged_file_is_named(two_files: Path, name: str) -> None:
    raw = bytearray((two_files / name).read_bytes())
    raw[-1] ^= 1
    (two_files / name).write_bytes(raw)
    with pytest.raises(IndexCorrupt, match=rf"{name} has SHA-256 .*Run seedqa doctor --repair"):
        read_hits(two_files)
    assert [finding.ok for finding in check_index(two_files)] == [True, True, False]
    assert len(repair(two_files, None)) == 1
    assert vector_names(two_files) == ["vectors-3.faiss"]
    assert len(read_hits(two_files)) == COUNT


@pytest.mark.parametrize("name", ["vectors-1.faiss", "vectors-2.faiss"])
def test_a_missing_file_is_named_and_the_next_build_writes_it_again(
    two_files: Path, seeds: Path, tmp_path: Path, name: str
) -> None:
    (two_files / name).unlink()
    with pytest.raises(IndexCorrupt, match=f"{name} is missing"):
        read_hits(two_files)
    assert check_index(two_files)[-1].detail == f"{name} is missing"
    write(seeds, 9, "new mill")
    build_index(seeds, two_files, ToyEncoder())
    assert vector_names(two_files) == ["vectors-3.faiss"]
    assert_as_built_anew(seeds, two_files, tmp_path)


def test_a_reader_recovers_when_a_damaged_file_is_written_again(two_files: Path) -> None:
    """The vectors kept from the question before must not be half brought up to date."""
    whole = (two_files / "vectors-2.faiss").read_bytes()
    with open_for_reading(two_files) as reader:
        (two_files / "vectors-2.faiss").write_bytes(whole[:-1])
        with pytest.raises(IndexCorrupt):
            hits_of(reader, "mill 7")
        (two_files / "vectors-2.faiss").write_bytes(whole)
        assert len(hits_of(reader, "mill 7")) == COUNT


@pytest.mark.parametrize("step", range(1, 12))
def test_a_build_that_is_killed_leaves_all_files_of_the_old_generation(
    two_files: Path, seeds: Path, tmp_path: Path, step: int
) -> None:
    before, old = vector_names(two_files), read_state(two_files)
    write(seeds, 9, "new mill")
    with Builder() as builder:
        answer = builder.run(seeds=seeds, index=two_files, kill_at=step)
    assert answer["signal"] == 9
    assert set(before) <= set(vector_names(two_files))
    assert read_state(two_files) == old
    build_index(seeds, two_files, ToyEncoder())
    assert [name for name in before if name not in vector_names(two_files)] == []
    assert len(vector_names(two_files)) == 3
    assert_as_built_anew(seeds, two_files, tmp_path)


def test_a_lost_log_gives_the_generation_before_and_the_next_look_catches_up(
    seeds: Path, index: Path, tmp_path: Path
) -> None:
    """A power cut may cost the log that holds the last commit: its vector files are then one too
    many, those of the commit before are all there."""
    lost = tmp_path / "lost"
    with open_for_reading(index) as reader, reader.read():  # keeps the log from being moved
        write(seeds, 7, "new mill")
        build_index(seeds, index, ToyEncoder())
        lost.mkdir()
        for path in index.iterdir():
            if not path.name.endswith(("-shm", "-wal")):
                shutil.copyfile(path, lost / path.name)
    assert vector_names(lost) == ["vectors-1.faiss", "vectors-2.faiss"]
    workspace = resolve(Location(lost, None, None))
    with Pipeline.open(workspace, encoder=ToyEncoder(), refresh=False) as pipeline:
        before = pipeline.search("new mill 7", refresh=False)
        assert (before.index.generation, before.index.fresh) == (1, False)
        found = pipeline.search("new mill 7")
        assert (found.index.generation, found.index.fresh) == (2, True)
        assert "new mill" in found.passages[0].text
    assert_as_built_anew(seeds, lost, tmp_path)


# -- the format before -----------------------------------------------------------------------------


def to_format_3(index: Path) -> None:
    """An index as format 3 recorded it: one vector file, beside no list of removed ids."""
    change_facts(index, lambda facts: facts.update(vectors=facts["vectors"]["files"][0]))
    connection = sqlite3.connect(index / DATABASE)
    connection.execute("PRAGMA user_version = 3")
    connection.close()


def test_an_index_of_format_3_is_used_and_taken_over(
    seeds: Path, index: Path, tmp_path: Path
) -> None:
    first = read_hits(index)
    to_format_3(index)
    assert read_hits(index) == first
    write(seeds, 7, "new mill")
    report = build_index(seeds, index, ToyEncoder())
    assert (report.embedded, report.notes) == (1, ())
    assert vector_names(index) == ["vectors-1.faiss", "vectors-2.faiss"]
    connection = sqlite3.connect(index / DATABASE)
    assert connection.execute("PRAGMA user_version").fetchone() == (4,)
    connection.close()
    assert_as_built_anew(seeds, index, tmp_path)


def test_vectors_that_are_removed_twice_are_removed_once() -> None:
    recorded = VectorFile("vectors-1.faiss", "0" * 64, 1, 10)
    segments = Segments((recorded,)).without([3, 4]).without(np.array([4, 5]).tolist())
    assert (segments.removed, segments.count) == (((3, 5),), 7)
