"""What a build notices, what it embeds, what it keeps, and what it says of it."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from seedqa.index.build import (
    OutOfTime,
    Report,
    build_index,
    encoder_input,
    hash_input,
)
from seedqa.index.documents.read import read_document
from seedqa.index.documents.walk import walk_folder
from seedqa.index.encoder import Vectors
from seedqa.index.errors import IndexMismatch, SeedsError
from seedqa.index.plan import RACY_NS, compare_folder, plan_changes
from seedqa.index.store.database import DATABASE
from seedqa.index.store.reading import open_for_reading
from seedqa.index.store.rows import READING, DocumentRow
from seedqa.index.types import Chunk, ChunkSettings, SkipKind, SkippedFile
from seedqa.index.workspace import Location, resolve
from seedqa.retrieval.pipeline import Pipeline
from support.builder import as_read_by_another_version
from support.failing import fail_once
from support.toy import ToyEncoder

SOURCES = ("bridge.txt", "pont.md", "sub/bruecke.txt")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the index goes."""
    return tmp_path / "index"


@pytest.fixture
def built(seeds: Path, folder: Path, encoder: ToyEncoder) -> Report:
    """The first build of the three documents; `encoder.encoded` is empty again after it."""
    report = build_index(seeds, folder, encoder)
    encoder.encoded.clear()
    return report


def summary(report: Report) -> dict[str, object]:
    """Return what a report says, without times and without what is empty."""
    said = {
        "generation": report.generation.number,
        "indexed": report.indexed,
        "unchanged": report.unchanged,
        "removed": report.removed,
        "skipped": tuple((file.source, file.reason) for file in report.skipped),
        "embedded": report.embedded,
        "reused": report.reused,
        "notes": report.notes,
    }
    return {key: value for key, value in said.items() if value}


def rows(folder: Path) -> dict[str, DocumentRow]:
    with open_for_reading(folder) as reader:
        return {row.source: row for row in reader.documents()}


def texts(folder: Path) -> dict[str, list[str]]:
    """Return the texts of the chunks of every source, in order."""
    with open_for_reading(folder) as reader, reader.read() as reading:
        assert reading is not None
        ids = reading.chunk_ids(row.id for row in reading.documents())
        found: dict[str, list[str]] = {}
        for stored in reading.chunks(ids).values():
            found.setdefault(stored.source, []).append(stored.chunk.text)
        return found


def forget_recent_changes(folder: Path) -> None:
    """Make every file one that was read long after it was last modified."""
    with sqlite3.connect(folder / DATABASE) as connection:
        connection.execute("UPDATE documents SET read_ns = read_ns + ?", (2 * RACY_NS,))
    connection.close()


# --- the first build ------------------------------------------------------------------------------


def test_first_build_indexes_every_document(seeds: Path, folder: Path, encoder: ToyEncoder) -> None:
    report = build_index(seeds, folder, encoder)
    assert summary(report) == {"generation": 1, "indexed": SOURCES, "embedded": 3}
    generation = report.generation
    assert generation.recipe.seeds == str(seeds.resolve())
    assert (generation.recipe.model, generation.recipe.model_path) == ("toy", None)
    assert (generation.documents, generation.chunks) == (3, 3)
    assert generation.languages == {"de": 1, "en": 1, "fr": 1}
    assert (generation.vectors.names, generation.vectors.count) == ({"vectors-1.faiss"}, 3)
    assert texts(folder) == {
        "bridge.txt": [
            "The iron bridge\n\nThe bridge over the Ebro was opened in 1894. It is 217 metres long."
        ],
        "pont.md": [
            "# Le vieux pont\n\nPublié le 3 mars 2021\n\n"
            "Le pont de bois a brûlé en 1911. Il franchissait la Loire."
        ],
        "sub/bruecke.txt": [
            "Die neue Brücke\n\nDie Brücke über den Main wurde 1969 gebaut. Sie ist aus Beton."
        ],
    }


def test_encoder_reads_the_title_before_each_chunk() -> None:
    chunk = Chunk(7, 14, 1, 1, None, "Second.", context=("A title",))
    assert encoder_input(chunk) == "A title\nSecond."
    # printf 'A title\nSecond.' | sha256sum
    assert hash_input("A title\nSecond.").hex() == "cd5cfae64fd0804bf2f281e7b1c45576"


def test_progress_counts_files_and_chunks(seeds: Path, folder: Path, encoder: ToyEncoder) -> None:
    said: list[tuple[str, int, int]] = []
    build_index(seeds, folder, encoder, progress=lambda *step: said.append(step), embed_batch=2)
    assert said == [
        ("reading", 0, 3), ("reading", 1, 3), ("reading", 2, 3), ("reading", 3, 3),
        ("embedding", 0, 3), ("embedding", 2, 3), ("embedding", 3, 3),
    ]  # fmt: skip


def test_folder_without_documents_gives_an_index_without_documents(
    tmp_path: Path, folder: Path, encoder: ToyEncoder
) -> None:
    (tmp_path / "empty").mkdir()
    report = build_index(tmp_path / "empty", folder, encoder)
    assert summary(report) == {"generation": 1}
    assert (report.generation.documents, report.generation.chunks) == (0, 0)
    assert summary(build_index(tmp_path / "empty", folder, encoder)) == {"generation": 1}
    with Pipeline.open(resolve(Location(folder, None, None)), encoder=encoder) as pipeline:
        assert pipeline.search("a bridge").passages == ()


def test_missing_folder_is_an_error_and_nothing_is_made(
    tmp_path: Path, folder: Path, encoder: ToyEncoder
) -> None:
    """The index folder, its lock and an empty database were made first."""
    with pytest.raises(SeedsError) as caught:
        build_index(tmp_path / "none", folder, encoder)
    assert caught.value.found == f"no folder {tmp_path / 'none'}"
    assert list(tmp_path.iterdir()) == []


def test_folder_that_went_away_is_an_error_and_the_index_stays(
    built: Report, seeds: Path, folder: Path, encoder: ToyEncoder
) -> None:
    shutil.rmtree(seeds)
    with pytest.raises(SeedsError):
        build_index(seeds, folder, encoder)
    assert tuple(texts(folder)) == SOURCES


def test_index_of_another_folder_is_refused(
    built: Report, seeds: Path, folder: Path, tmp_path: Path, encoder: ToyEncoder
) -> None:
    (tmp_path / "other").mkdir()
    with pytest.raises(IndexMismatch) as caught:
        build_index(tmp_path / "other", folder, encoder)
    assert caught.value.found == f"the index in {folder} was built from {seeds}"
    assert caught.value.expected == f"seeds {tmp_path / 'other'}"
    assert tuple(texts(folder)) == SOURCES


def test_index_inside_its_seeds_is_no_document(seeds: Path, encoder: ToyEncoder) -> None:
    folder = seeds / "sub" / "index"
    build_index(seeds, folder, encoder)
    report = build_index(seeds, folder, encoder)
    assert summary(report) == {"generation": 1, "unchanged": 3}


def test_index_in_place_of_its_seeds_is_refused(seeds: Path, encoder: ToyEncoder) -> None:
    before = sorted(path.name for path in seeds.iterdir())
    with pytest.raises(SeedsError, match="is the folder of the documents"):
        build_index(seeds, seeds, encoder)
    assert sorted(path.name for path in seeds.iterdir()) == before


@pytest.mark.parametrize(
    "name", [b"quo'te\"s & 100%.txt", b"line\nbreak.txt", "🚢.txt".encode(), b"not-utf-8-\xff.txt"]
)
def test_any_name_is_a_source(name: bytes, seeds: Path, folder: Path, encoder: ToyEncoder) -> None:
    path = Path(os.fsdecode(name))
    (seeds / path).write_text("A boat\n\nIt has an odd name.\n")
    build_index(seeds, folder, encoder)
    source = name.decode("utf-8", "backslashreplace")
    assert texts(folder)[source] == ["A boat\n\nIt has an odd name."]
    assert build_index(seeds, folder, encoder).generation.number == 1


def test_folders_may_have_names_that_are_not_utf_8(tmp_path: Path, encoder: ToyEncoder) -> None:
    """SQLite's URI, the row of facts and FAISS each refused such a name, with a traceback."""
    home = tmp_path / os.fsdecode(b"caf\xe9 100%25?")
    seeds, folder = home / "seeds", home / "index"
    seeds.mkdir(parents=True)
    (seeds / "a.txt").write_text("The ferry crosses every hour.\n")
    assert build_index(seeds, folder, encoder).generation.recipe.seeds == str(seeds)
    with Pipeline.open(resolve(Location(folder, seeds, None)), encoder=encoder) as pipeline:
        assert [passage.source for passage in pipeline.search("ferry").passages] == ["a.txt"]


@pytest.mark.parametrize("names", [(b"a\xff.txt", b"a\\xff.txt"), (b"a\xff.bin", b"a\\xff.bin")])
def test_names_that_are_written_alike_are_one_source(
    names: tuple[bytes, bytes], seeds: Path, folder: Path, encoder: ToyEncoder
) -> None:
    """Two rows with one source broke a constraint, and the database was said to be damaged."""
    for name in names:
        (seeds / os.fsdecode(name)).write_text(f"Of {name!r}.\n")
    build_index(seeds, folder, encoder)
    source = names[1].decode()
    assert list(rows(folder)) == sorted([source, *SOURCES])
    assert build_index(seeds, folder, encoder).generation.number == 1


# --- changes --------------------------------------------------------------------------------------


def test_nothing_changed_makes_no_generation(
    built: Report, seeds: Path, folder: Path, encoder: ToyEncoder
) -> None:
    before = (folder / "vectors-1.faiss").stat()
    assert summary(build_index(seeds, folder, encoder)) == {"generation": 1, "unchanged": 3}
    assert encoder.encoded == []
    assert (folder / "vectors-1.faiss").stat() == before


def test_added_document(built: Report, seeds: Path, folder: Path, encoder: ToyEncoder) -> None:
    (seeds / "a.txt").write_text("The ferry\n\nIt crosses every hour.\n")
    assert summary(build_index(seeds, folder, encoder)) == {
        "generation": 2, "indexed": ("a.txt",), "unchanged": 3, "embedded": 1
    }  # fmt: skip
    assert encoder.encoded == ["The ferry\nThe ferry\n\nIt crosses every hour."]
    assert tuple(texts(folder)) == (*SOURCES, "a.txt")


def test_edited_document(built: Report, seeds: Path, folder: Path, encoder: ToyEncoder) -> None:
    (seeds / "bridge.txt").write_text("The iron bridge\n\nIt was painted green.\n")
    assert summary(build_index(seeds, folder, encoder)) == {
        "generation": 2, "indexed": ("bridge.txt",), "unchanged": 2, "embedded": 1
    }  # fmt: skip
    assert texts(folder)["bridge.txt"] == ["The iron bridge\n\nIt was painted green."]


def test_edit_embeds_only_the_chunks_that_changed(
    seeds: Path, folder: Path, encoder: ToyEncoder
) -> None:
    settings = ChunkSettings(size=60, overlap=0)
    lines = [f"Paragraph {number} tells of {number} boats on the river." for number in range(9)]
    (seeds / "boats.txt").write_text("Boats\n\n" + "\n\n".join(lines))
    build_index(seeds, folder, encoder, settings=settings)
    encoder.encoded.clear()
    lines[4] = "This one paragraph is another now."
    (seeds / "boats.txt").write_text("Boats\n\n" + "\n\n".join(lines))
    report = build_index(seeds, folder, encoder, settings=settings)
    assert encoder.encoded == ["Boats\nThis one paragraph is another now."]
    assert (report.embedded, report.reused) == (1, len(texts(folder)["boats.txt"]) - 1)


def test_renamed_document_keeps_its_vectors(
    built: Report, seeds: Path, folder: Path, encoder: ToyEncoder
) -> None:
    (seeds / "bridge.txt").rename(seeds / "sub" / "renamed.txt")
    assert summary(build_index(seeds, folder, encoder)) == {
        "generation": 2,
        "indexed": ("sub/renamed.txt",),
        "unchanged": 2,
        "removed": ("bridge.txt",),
        "reused": 1,
    }
    assert encoder.encoded == []
    with Pipeline.open(resolve(Location(folder, None, None)), encoder=encoder) as pipeline:
        passage = pipeline.search("bridge over the Ebro", count=1).passages[0]
    assert (passage.source, passage.ranks.dense) == ("sub/renamed.txt", 1)


def test_deleted_document(built: Report, seeds: Path, folder: Path, encoder: ToyEncoder) -> None:
    (seeds / "pont.md").unlink()
    assert summary(build_index(seeds, folder, encoder)) == {
        "generation": 2, "unchanged": 2, "removed": ("pont.md",)
    }  # fmt: skip
    assert tuple(texts(folder)) == ("bridge.txt", "sub/bruecke.txt")


def test_every_document_deleted(
    built: Report, seeds: Path, folder: Path, encoder: ToyEncoder
) -> None:
    for source in SOURCES:
        (seeds / source).unlink()
    report = build_index(seeds, folder, encoder)
    assert summary(report) == {"generation": 2, "removed": SOURCES}
    assert (report.generation.chunks, report.generation.vectors.count) == (0, 0)
    (seeds / "a.txt").write_text("The ferry\n\nIt crosses every hour.\n")
    assert build_index(seeds, folder, encoder).generation.chunks == 1


def test_file_in_place_of_a_folder(
    built: Report, seeds: Path, folder: Path, encoder: ToyEncoder
) -> None:
    shutil.rmtree(seeds / "sub")
    (seeds / "sub").write_text("No folder.\n")
    assert summary(build_index(seeds, folder, encoder)) == {
        "generation": 2,
        "unchanged": 2,
        "removed": ("sub/bruecke.txt",),
        "skipped": (("sub", "no file type"),),
    }


def touch(path: Path) -> None:
    os.utime(path, ns=(1, 1))


def rewrite(path: Path) -> None:
    path.write_bytes(path.read_bytes())


def replace_by_copy(path: Path) -> None:
    shutil.copy(path, path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


@pytest.mark.parametrize("change", [touch, rewrite, replace_by_copy])
def test_same_content_makes_no_generation_and_is_read_once(
    change: Callable[[Path], None],
    built: Report,
    seeds: Path,
    folder: Path,
    encoder: ToyEncoder,
) -> None:
    forget_recent_changes(folder)
    change(seeds / "bridge.txt")
    with open_for_reading(folder) as reader:
        assert plan_changes(reader, seeds, folder).changed_sources == ("bridge.txt",)
    assert summary(build_index(seeds, folder, encoder)) == {"generation": 1, "unchanged": 3}
    forget_recent_changes(folder)
    with open_for_reading(folder) as reader:
        assert plan_changes(reader, seeds, folder).is_empty
    assert encoder.encoded == []


def times_of(path: Path, row: DocumentRow) -> tuple[int, ...]:
    status = path.stat()
    return (status.st_size - row.size, status.st_mtime_ns - row.mtime_ns,
            status.st_ctime_ns - row.ctime_ns, status.st_ino - row.inode)  # fmt: skip


def edit_within_a_tick(path: Path, folder: Path) -> None:
    """Edit a file as if size, times and inode had stayed: a file system's clock may be that slow.

    Change times cannot be set, so it is the index's row that follows the file.
    """
    text = path.read_text(encoding="utf-8").replace("1894", "1895")
    path.write_text(text, encoding="utf-8")
    status = path.stat()
    with sqlite3.connect(folder / DATABASE) as connection:
        connection.execute(
            "UPDATE documents SET mtime_ns = ?, ctime_ns = ? WHERE source = ?",
            (status.st_mtime_ns, status.st_ctime_ns, path.name),
        )
    connection.close()
    assert times_of(path, rows(folder)[path.name]) == (0, 0, 0, 0)


def test_edit_of_the_same_size_within_a_tick_of_the_clock_is_noticed(
    built: Report, seeds: Path, folder: Path, encoder: ToyEncoder
) -> None:
    edit_within_a_tick(seeds / "bridge.txt", folder)
    assert build_index(seeds, folder, encoder).indexed == ("bridge.txt",)
    assert "opened in 1895" in texts(folder)["bridge.txt"][0]


def test_edit_within_a_tick_is_noticed_under_an_old_modification_time(
    seeds: Path, folder: Path, encoder: ToyEncoder
) -> None:
    """Only the modification time was compared with the time of reading; `cp -p` sets it back."""
    os.utime(seeds / "bridge.txt", ns=(10**18, 10**18))
    build_index(seeds, folder, encoder)
    text = (seeds / "bridge.txt").read_text().replace("1894", "1895")
    (seeds / "bridge.txt").write_text(text)
    os.utime(seeds / "bridge.txt", ns=(10**18, 10**18))
    with sqlite3.connect(folder / DATABASE) as connection:
        connection.execute(
            "UPDATE documents SET ctime_ns = ? WHERE source = 'bridge.txt'",
            ((seeds / "bridge.txt").stat().st_ctime_ns,),
        )
    connection.close()
    assert times_of(seeds / "bridge.txt", rows(folder)["bridge.txt"]) == (0, 0, 0, 0)
    assert build_index(seeds, folder, encoder).indexed == ("bridge.txt",)


def test_edit_of_the_same_size_with_its_time_set_back_is_noticed(
    built: Report, seeds: Path, folder: Path, encoder: ToyEncoder
) -> None:
    forget_recent_changes(folder)
    path = seeds / "bridge.txt"
    before = path.stat()
    path.write_text(path.read_text().replace("1894", "1895"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    size, mtime_ns, _, inode = times_of(path, rows(folder)["bridge.txt"])
    assert (size, mtime_ns, inode) == (0, 0, 0)
    assert build_index(seeds, folder, encoder).indexed == ("bridge.txt",)


def test_modification_time_in_the_future_is_believed(
    seeds: Path, folder: Path, encoder: ToyEncoder
) -> None:
    """Such a file, from an archive of another time zone, was read again at every question."""
    future = time.time_ns() + 10 * 3600 * 10**9
    os.utime(seeds / "bridge.txt", ns=(future, future))
    build_index(seeds, folder, encoder)
    forget_recent_changes(folder)
    with open_for_reading(folder) as reader:
        assert plan_changes(reader, seeds, folder).is_empty


# --- files that cannot be read --------------------------------------------------------------------


def spoil(seeds: Path) -> tuple[tuple[str, str], ...]:
    """Write files that cannot be indexed; return what a report says of them."""
    (seeds / "blank.txt").write_text(" \n\t\n")
    (seeds / "data.bin").write_bytes(b"\0\1\2")
    (seeds / "empty.txt").touch()
    (seeds / "torn.docx").write_bytes(b"PK\3\4 and no more")
    return (
        ("blank.txt", "no text"),
        ("data.bin", "unsupported type .bin"),
        ("empty.txt", "empty file"),
        ("torn.docx", reason_of(seeds / "torn.docx")),
    )


def reason_of(path: Path) -> str:
    """Return why a file cannot be read, in the words of `index.documents`."""
    (found,) = (file for file in walk_folder(path.parent)[0] if file.source == path.name)
    with pytest.raises(Exception, match=r"\w+") as caught:
        read_document(found)
    return str(caught.value)


def test_files_that_cannot_be_read_are_rows_with_a_reason(
    seeds: Path, folder: Path, encoder: ToyEncoder
) -> None:
    skipped = spoil(seeds)
    assert summary(build_index(seeds, folder, encoder)) == {
        "generation": 1, "indexed": SOURCES, "skipped": skipped, "embedded": 3
    }  # fmt: skip
    assert {
        source: row.reason for source, row in rows(folder).items() if row.status == "skipped"
    } == dict(skipped)


def test_files_that_cannot_be_read_are_not_read_again(
    seeds: Path, folder: Path, encoder: ToyEncoder
) -> None:
    skipped = spoil(seeds)
    build_index(seeds, folder, encoder)
    forget_recent_changes(folder)
    with open_for_reading(folder) as reader:
        assert plan_changes(reader, seeds, folder).is_empty
    assert summary(build_index(seeds, folder, encoder)) == {
        "generation": 1, "unchanged": 3, "skipped": skipped
    }  # fmt: skip


def test_only_files_that_cannot_be_read(tmp_path: Path, folder: Path, encoder: ToyEncoder) -> None:
    seeds = tmp_path / "spoilt"
    seeds.mkdir()
    skipped = spoil(seeds)
    report = build_index(seeds, folder, encoder)
    assert summary(report) == {"generation": 1, "skipped": skipped}
    assert (report.generation.documents, report.generation.chunks) == (0, 0)


def test_document_that_can_no_longer_be_read_goes_and_comes_back(
    built: Report, seeds: Path, folder: Path, encoder: ToyEncoder
) -> None:
    text = (seeds / "bridge.txt").read_text()
    (seeds / "bridge.txt").write_text("\n")
    assert summary(build_index(seeds, folder, encoder)) == {
        "generation": 2, "unchanged": 2, "skipped": (("bridge.txt", "no text"),)
    }  # fmt: skip
    assert tuple(texts(folder)) == SOURCES[1:]
    (seeds / "bridge.txt").write_text("")
    assert build_index(seeds, folder, encoder).skipped == (
        SkippedFile("bridge.txt", "empty file", SkipKind.EMPTY),
    )
    (seeds / "bridge.txt").write_text(text)
    assert summary(build_index(seeds, folder, encoder)) == {
        "generation": 4, "indexed": ("bridge.txt",), "unchanged": 2, "embedded": 1
    }  # fmt: skip


def settle(path: Path, folder: Path) -> None:
    """Record a file's times as they are now, and that it was read long after them."""
    status = path.stat()
    with sqlite3.connect(folder / DATABASE) as connection:
        connection.execute(
            "UPDATE documents SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, read_ns = ?"
            " WHERE source = ?",
            (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino,
             status.st_ctime_ns + 2 * RACY_NS, path.name),
        )  # fmt: skip
    connection.close()


def test_what_failed_and_may_pass_is_read_again_though_it_seems_unchanged(
    tmp_path: Path, folder: Path, encoder: ToyEncoder
) -> None:
    """A second failure for the same reason made it look settled, and it was never read again."""
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    ferry = seeds / "ferry.txt"
    ferry.write_text("The ferry\n\nIt crosses every hour.\n")
    reason = "cannot be read: Is a directory"
    for _ in range(2):
        report = build_index(seeds, folder, encoder, progress=fail_once(ferry))
        assert summary(report) == {"generation": 1, "skipped": (("ferry.txt", reason),)}
        settle(ferry, folder)
        assert rows(folder)["ferry.txt"].retry
        with open_for_reading(folder) as reader:
            assert plan_changes(reader, seeds, folder).changed_sources == ("ferry.txt",)
    assert build_index(seeds, folder, encoder).indexed == ("ferry.txt",)
    settle(ferry, folder)
    with open_for_reading(folder) as reader:
        assert plan_changes(reader, seeds, folder).is_empty


def test_skipped_files_have_a_kind(seeds: Path, folder: Path, encoder: ToyEncoder) -> None:
    spoil(seeds)
    (seeds / "away.txt").symlink_to(seeds.parent / "elsewhere")
    os.mkfifo(seeds / "pipe.txt")
    (seeds / "noise.txt").write_bytes(b"\0\1\2")
    build_index(seeds, folder, encoder)
    kinds = {source: row.kind for source, row in rows(folder).items() if row.kind}
    assert kinds == {
        "away.txt": SkipKind.LINK,
        "blank.txt": SkipKind.NO_TEXT,
        "data.bin": SkipKind.UNSUPPORTED,
        "empty.txt": SkipKind.EMPTY,
        "noise.txt": SkipKind.BINARY,
        "pipe.txt": SkipKind.NOT_REGULAR,
        "torn.docx": SkipKind.DAMAGED,
    }


def test_documents_of_a_folder_that_cannot_be_listed_stay(
    built: Report, seeds: Path, folder: Path, encoder: ToyEncoder
) -> None:
    """What decides is the kind of what was skipped, not the words of its reason."""
    found = [file for file in walk_folder(seeds)[0] if file.source != "sub/bruecke.txt"]
    kinds = {SkipKind.UNLISTED: [], SkipKind.UNREADABLE: ["sub/bruecke.txt"]}
    for kind, removed in kinds.items():
        skipped = [SkippedFile("sub", "any words", kind)]
        plan = compare_folder(found, skipped, rows(folder), RACY_NS)
        assert [row.source for row in plan.removed] == removed


# --- another model, other chunks ------------------------------------------------------------------


def test_another_model_embeds_everything_again_and_says_so(
    built: Report, seeds: Path, folder: Path
) -> None:
    spoil(seeds)
    other = ToyEncoder("other")
    report = build_index(seeds, folder, other, model_path="some/folder")
    assert report.notes == (
        f"the index was built with the model toy ({ToyEncoder().fingerprint[:8]});"
        f" building it again with other ({other.fingerprint[:8]})",
    )
    assert (report.indexed, report.embedded, len(report.skipped)) == (SOURCES, 3, 4)
    assert (report.generation.recipe.model, report.generation.recipe.model_path) == (
        "other",
        "some/folder",
    )
    with sqlite3.connect(folder / DATABASE) as connection:
        cached = connection.execute(
            "SELECT id, model FROM chunks JOIN vectors USING (hash) ORDER BY id"
        ).fetchall()
    connection.close()
    assert cached == [(chunk, other.fingerprint) for chunk in (4, 5, 6)]


def test_other_chunks_are_cut_anew_and_what_is_the_same_is_not_embedded(
    built: Report, seeds: Path, folder: Path, encoder: ToyEncoder
) -> None:
    (seeds / "bridge.txt").write_text("Short.\n")
    build_index(seeds, folder, encoder)
    encoder.encoded.clear()
    report = build_index(seeds, folder, encoder, settings=ChunkSettings(70, 0))
    assert report.notes == ("chunks were 600 characters with an overlap of 120, now 70 with 0",)
    assert report.indexed == SOURCES
    assert report.reused == 2  # "Short.", and a heading with a text of less than MIN_TEXT
    assert sorted(encoder.encoded) == [
        "Le vieux pont\nLe pont de bois a brûlé en 1911. Il franchissait la Loire.",
        "Le vieux pont\nLe vieux pont\n\nPublié le 3 mars 2021",
    ]
    assert [len(found) for found in texts(folder).values()] == [1, 2, 1]
    assert report.generation.recipe.settings == ChunkSettings(70, 0)


def test_what_another_version_read_is_read_again_and_not_embedded(
    built: Report, seeds: Path, folder: Path, encoder: ToyEncoder
) -> None:
    """A better title or section would reach only the files that change."""
    as_read_by_another_version(folder)
    encoder.encoded.clear()
    report = build_index(seeds, folder, encoder)
    assert report.notes == ("another version of seedqa read the documents; reading them again",)
    assert (report.indexed, encoder.encoded) == (SOURCES, [])
    assert report.generation.recipe.reading == READING
    assert build_index(seeds, folder, encoder).notes == ()


# --- builds that do not end -----------------------------------------------------------------------


class FailingEncoder(ToyEncoder):
    """Fails when it has encoded so many batches."""

    def __init__(self, batches: int, failure: BaseException) -> None:
        super().__init__()
        self._batches, self._failure = batches, failure

    def encode_passages(self, passages: Sequence[str]) -> Vectors:
        if self._batches == 0:
            raise self._failure
        self._batches -= 1
        return super().encode_passages(passages)


@pytest.mark.parametrize("failure", [KeyboardInterrupt, RuntimeError])
def test_interrupted_build_keeps_what_it_embedded(
    failure: type[BaseException],
    seeds: Path,
    folder: Path,
    encoder: ToyEncoder,
) -> None:
    failing = FailingEncoder(2, failure())
    with pytest.raises(failure):
        build_index(seeds, folder, failing, embed_batch=1)
    with open_for_reading(folder) as reader:
        assert reader.generation() is None
        assert reader.documents() == []
    report = build_index(seeds, folder, encoder)
    assert (report.embedded, report.reused) == (1, 2)
    assert sorted([*failing.encoded, *encoder.encoded]) == sorted(
        f"{title}\n{texts(folder)[source][0].removeprefix('# ')}"
        for source, title in zip(
            SOURCES, ["The iron bridge", "Le vieux pont", "Die neue Brücke"], strict=True
        )
    )


class SlowEncoder(ToyEncoder):
    """Works for longer than it may on the first batch."""

    def encode_passages(self, passages: Sequence[str]) -> Vectors:
        started = time.process_time()
        while time.process_time() - started <= ALLOWED_SECONDS:
            pass
        return super().encode_passages(passages)


class WaitingEncoder(ToyEncoder):
    """Waits for a processor that others have."""

    def encode_passages(self, passages: Sequence[str]) -> Vectors:
        time.sleep(2 * ALLOWED_SECONDS)
        return super().encode_passages(passages)


#: Enough for reading some short files.
ALLOWED_SECONDS = 0.3


def test_build_that_is_out_of_time_keeps_what_it_embedded(
    built: Report,
    seeds: Path,
    folder: Path,
    encoder: ToyEncoder,
) -> None:
    for name in "abc":
        (seeds / f"{name}.txt").write_text(f"Title {name}\n\nThe text of {name}.\n")
    with pytest.raises(OutOfTime):
        build_index(seeds, folder, SlowEncoder(), seconds=ALLOWED_SECONDS, embed_batch=1)
    assert tuple(texts(folder)) == SOURCES
    report = build_index(seeds, folder, encoder)
    assert (report.indexed, report.embedded, report.reused) == (("a.txt", "b.txt", "c.txt"), 2, 1)


def test_a_build_without_time_reads_nothing(seeds: Path, folder: Path, encoder: ToyEncoder) -> None:
    said: list[tuple[str, int, int]] = []
    with pytest.raises(OutOfTime):
        build_index(seeds, folder, encoder, seconds=-1.0, progress=lambda *step: said.append(step))
    assert said == []


def test_waiting_for_a_processor_is_no_work(seeds: Path, folder: Path) -> None:
    """On a busy machine one edited file was never caught up with."""
    report = build_index(seeds, folder, WaitingEncoder(), seconds=ALLOWED_SECONDS, embed_batch=1)
    assert report.indexed == SOURCES


# --- an incremental build is a full one -----------------------------------------------------------

WORDS = [
    "bridge", "river", "ferry", "tunnel", "iron", "stone", "wood", "arch", "toll", "lamp", "fog",
    "carts", "boats", "mill", "flood", "bank", "le", "pont", "la", "rivière", "bois", "pierre",
    "brûlé", "die", "Brücke", "aus", "Beton", "gebaut", "über", "den", "Main",
]  # fmt: skip
QUESTIONS = [
    "when was the bridge over the river built?",
    "où est le pont de pierre?",
    "wann wurde die Brücke gebaut?",
    "toll",
    "lamp in the fog near the mill",
    "brule",
]


def random_text(chance: random.Random) -> str:
    paragraphs = [
        " ".join(chance.choices(WORDS, k=chance.randint(5, 60))).capitalize() + "."
        for _ in range(chance.randint(1, 4))
    ]
    return "\n\n".join(paragraphs) + "\n"


def change_something(seeds: Path, chance: random.Random) -> None:
    """Add, edit, copy, rename or delete a document."""
    there = sorted(seeds.rglob("*.txt"))
    name = seeds / chance.choice(["", "one", "two"]) / f"{chance.randrange(10**6)}.txt"
    name.parent.mkdir(exist_ok=True)
    match chance.choice(["add", "add", "edit", "copy", "rename", "delete"]) if there else "add":
        case "add":
            name.write_text(random_text(chance))
        case "edit":
            chance.choice(there).write_text(random_text(chance))
        case "copy":
            shutil.copy(chance.choice(there), name)
        case "rename":
            chance.choice(there).rename(name)
        case "delete":
            chance.choice(there).unlink()


def answers(folder: Path, encoder: ToyEncoder) -> list[tuple[str, int, float, tuple[str, ...]]]:
    with Pipeline.open(resolve(Location(folder, None, None)), encoder=encoder) as pipeline:
        results = [pipeline.search(question, count=100) for question in QUESTIONS]
    return [
        (passage.source, passage.start, passage.score, passage.also_in)
        for result in results
        for passage in result.passages
    ]


@pytest.mark.parametrize("seed", range(4))
def test_incremental_builds_answer_as_a_full_one_does(
    seed: int, tmp_path: Path, encoder: ToyEncoder
) -> None:
    chance = random.Random(seed)
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    settings = ChunkSettings(size=200, overlap=50)
    for _ in range(8):
        for _ in range(chance.randint(1, 6)):
            change_something(seeds, chance)
        build_index(seeds, tmp_path / "history", encoder, settings=settings)
    build_index(seeds, tmp_path / "full", encoder, settings=settings)
    history, full = answers(tmp_path / "history", encoder), answers(tmp_path / "full", encoder)
    assert history == full
    shown = {source for source, _, _, also_in in full for source in (source, *also_in)}
    assert shown == {str(path.relative_to(seeds)) for path in seeds.rglob("*.txt")}


def test_more_equals_than_candidates_stand_in_the_order_of_a_full_build(
    tmp_path: Path, encoder: ToyEncoder
) -> None:
    """Which of many chunks with one score were candidates hung on the order of their ids."""
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    chance = random.Random(0)
    for number in range(400):
        text = " ".join(chance.sample(WORDS, 3))
        (seeds / f"{number:03}.txt").write_text(f"Pump {number:03} {text}.\n")
    build_index(seeds, tmp_path / "history", encoder)
    for number in range(0, 400, 2):
        (seeds / f"{number:03}.txt").rename(seeds / "moving")
        (seeds / "moving").rename(seeds / f"{number:03}.text")
    build_index(seeds, tmp_path / "history", encoder)
    for number in range(0, 400, 2):
        (seeds / f"{number:03}.text").rename(seeds / f"{number:03}.txt")
    build_index(seeds, tmp_path / "history", encoder)
    build_index(seeds, tmp_path / "full", encoder)
    found = []
    for folder in ("history", "full"):
        location = Location(tmp_path / folder, None, None)
        with Pipeline.open(resolve(location), encoder=encoder) as pipeline:
            passages = pipeline.search("pump", count=20).passages
            found.append([(passage.source, passage.score) for passage in passages])
    assert found[0] == found[1]


def test_a_folder_that_goes_while_it_is_read_empties_no_index(
    seeds: Path, folder: Path, encoder: ToyEncoder
) -> None:
    """Each file that could not be read any more took the place of what was known of it."""
    build_index(seeds, folder, encoder)
    for path in seeds.rglob("*.*"):
        path.write_text(f"{path.read_text()} It is old.")

    def go(phase: str, done: int, total: int) -> None:
        if (phase, done) == ("reading", 1):
            seeds.rename(seeds.with_name("away"))

    with pytest.raises(SeedsError, match=f"no folder {seeds}"):
        build_index(seeds, folder, encoder, progress=go)
    assert {row.status for row in rows(folder).values()} == {"indexed"}


def test_what_cannot_be_read_for_the_moment_stays_in_the_index(
    seeds: Path, folder: Path, encoder: ToyEncoder
) -> None:
    build_index(seeds, folder, encoder)
    (seeds / "bridge.txt").write_text("The bridge was closed in 2001.\n")
    before = rows(folder)["bridge.txt"]
    report = build_index(seeds, folder, encoder, progress=fail_once(seeds / "bridge.txt"))
    assert [file.source for file in report.skipped] == ["bridge.txt"]
    after = rows(folder)["bridge.txt"]
    assert (after.status, after.hash) == ("indexed", before.hash)
    with open_for_reading(folder) as reader:
        assert "bridge.txt" in plan_changes(reader, seeds, folder).changed_sources
    assert "bridge.txt" in build_index(seeds, folder, encoder).indexed


def test_half_a_character_in_front_matter_stops_no_build(
    seeds: Path, folder: Path, encoder: ToyEncoder
) -> None:
    """YAML makes a character of an escape; nothing can store this one."""
    (seeds / "half.md").write_text('---\ntitle: "Ferry \\uD800 times"\n---\n\nIt sails at noon.\n')
    report = build_index(seeds, folder, encoder)
    assert sorted(report.indexed) == ["bridge.txt", "half.md", "pont.md", "sub/bruecke.txt"]
    assert rows(folder)["half.md"].title == "Ferry ? times"
