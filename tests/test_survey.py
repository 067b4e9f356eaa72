"""The digest of a folder: it tells two states apart exactly where a plan may differ."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from seedqa.index.build import build_index
from seedqa.index.documents.walk import survey_folder, walk_folder
from seedqa.index.plan import is_racy, plan_changes
from seedqa.index.store.database import DATABASE
from seedqa.index.store.reading import open_for_reading
from seedqa.index.store.writing import open_for_writing
from support.failing import fail_once
from support.toy import ToyEncoder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


def digest(seeds: Path) -> str:
    return survey_folder(seeds).digest()


def recorded(folder: Path) -> str | None:
    with open_for_reading(folder) as reader:
        return reader.folder_digest()


def is_planned_empty(seeds: Path, folder: Path) -> bool:
    with open_for_reading(folder) as reader:
        return plan_changes(reader, seeds, folder).is_empty


@pytest.fixture
def _settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the times of files that were just written."""
    monkeypatch.setattr("seedqa.index.build.is_racy", partial(is_racy, racy_ns=-1))


# -- what a digest tells ------------------------------------------------------------------------


def add_document(seeds: Path) -> None:
    (seeds / "sub" / "new.txt").write_text("A new document.")


def add_other_type(seeds: Path) -> None:
    (seeds / "photo.jpg").write_bytes(b"\xff\xd8")


def add_empty(seeds: Path) -> None:
    (seeds / "empty.txt").touch()


def add_odd_name(seeds: Path) -> None:
    Path(os.fsdecode(os.fsencode(seeds) + b"/caf\xe9.txt")).write_text("A name in Latin-1.")


def add_pipe(seeds: Path) -> None:
    os.mkfifo(seeds / "pipe.txt")


def add_link(seeds: Path) -> None:
    (seeds / "link.txt").symlink_to("bridge.txt")


def remove(seeds: Path) -> None:
    (seeds / "bridge.txt").unlink()


def rename(seeds: Path) -> None:
    (seeds / "bridge.txt").rename(seeds / "other.txt")


def move(seeds: Path) -> None:
    (seeds / "bridge.txt").rename(seeds / "sub" / "bridge.txt")


def touch(seeds: Path) -> None:
    os.utime(seeds / "bridge.txt", ns=(1, 1))


def replace_by_copy(seeds: Path) -> None:
    """The copy has the size and the times of the modification, but another inode."""
    path, copy = seeds / "bridge.txt", seeds / "copy"
    copy.write_bytes(path.read_bytes())
    times = path.stat()
    os.utime(copy, ns=(times.st_atime_ns, times.st_mtime_ns))
    copy.replace(path)


def ignore(seeds: Path) -> None:
    (seeds / ".gitignore").write_text("pont.md\n")


CHANGES = (
    add_document, add_other_type, add_empty, add_odd_name, add_pipe, add_link, remove, rename,
    move, touch, replace_by_copy, ignore,
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_gives_another_digest(change: Callable[[Path], None], seeds: Path) -> None:
    before = digest(seeds)
    assert digest(seeds) == before
    change(seeds)
    assert digest(seeds) != before


def add_hidden(seeds: Path) -> None:
    (seeds / ".cache").mkdir()
    (seeds / ".cache" / "a.txt").write_text("hidden")


def add_empty_folder(seeds: Path) -> None:
    (seeds / "nothing").mkdir()


def add_ignored(seeds: Path) -> None:
    (seeds / "build.log.txt").write_text("ignored")


@pytest.mark.parametrize("change", [add_hidden, add_empty_folder, add_ignored])
def test_what_is_left_out_does_not_change_the_digest(
    change: Callable[[Path], None], seeds: Path
) -> None:
    (seeds / ".gitignore").write_text("*.log.txt\n")
    before, listed = digest(seeds), walk_folder(seeds)
    change(seeds)
    assert (digest(seeds), walk_folder(seeds)) == (before, listed)


def test_a_link_that_leads_elsewhere_changes_the_digest(seeds: Path) -> None:
    """Both targets are ignored, so that the link is the only way to them."""
    (seeds / ".gitignore").write_text("one.txt\ntwo.txt\n")
    (seeds / "one.txt").write_text("One text.")
    (seeds / "two.txt").hardlink_to(seeds / "one.txt")
    link = seeds / "link.txt"
    link.symlink_to("one.txt")
    before = digest(seeds)
    link.unlink()
    link.symlink_to("two.txt")
    assert digest(seeds) != before


# -- what an index records -----------------------------------------------------------------------


@pytest.mark.usefixtures("_settled")
@pytest.mark.parametrize("change", CHANGES)
def test_a_build_records_the_digest_and_the_next_change_differs(
    change: Callable[[Path], None], seeds: Path, folder: Path, encoder: ToyEncoder
) -> None:
    build_index(seeds, folder, encoder)
    before = recorded(folder)
    assert before == digest(seeds)
    change(seeds)
    assert not is_planned_empty(seeds, folder)
    build_index(seeds, folder, encoder)
    assert recorded(folder) == digest(seeds) != before


def test_no_digest_is_recorded_while_a_file_is_too_new(
    seeds: Path, folder: Path, encoder: ToyEncoder
) -> None:
    """A file may change again within the tick of its clock: its content must be compared."""
    build_index(seeds, folder, encoder)
    assert recorded(folder) is None
    assert not is_planned_empty(seeds, folder)


@pytest.mark.usefixtures("_settled")
def test_no_digest_is_recorded_while_a_file_is_to_be_read_again(
    seeds: Path, folder: Path, encoder: ToyEncoder
) -> None:
    """A failure that may pass, such as a disk error, is tried again at the next question."""
    for _ in range(2):
        report = build_index(seeds, folder, encoder, progress=fail_once(seeds / "pont.md"))
        assert [file.source for file in report.skipped] == ["pont.md"]
        assert recorded(folder) is None
    assert build_index(seeds, folder, encoder).indexed == ("pont.md",)
    assert recorded(folder) == digest(seeds)


@pytest.mark.usefixtures("_settled")
def test_a_build_with_nothing_to_do_records_a_missing_digest(
    seeds: Path, folder: Path, encoder: ToyEncoder
) -> None:
    build_index(seeds, folder, encoder)
    with open_for_writing(folder) as writer:
        writer.touch((), None)
    assert recorded(folder) is None
    rows_settled(folder)
    report = build_index(seeds, folder, encoder)
    assert report.generation.number == 1
    assert recorded(folder) == digest(seeds)


def rows_settled(folder: Path) -> None:
    """Let the index think that it read its files long after they were written."""
    with closing(sqlite3.connect(folder / DATABASE)) as connection, connection:
        connection.execute("UPDATE documents SET read_ns = read_ns + 10000000000")
