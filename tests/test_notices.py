"""A survey holds until the kernel tells of a change, and only where it tells of all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from test_survey import CHANGES

from seedqa.index.documents import notices
from seedqa.index.documents.notices import FolderNotices
from seedqa.index.documents.walk import survey_folder


@pytest.fixture
def _local(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the file system of the tests count as local, whatever it is."""
    monkeypatch.setattr(notices, "_is_local", lambda folders: True)


@pytest.fixture
def watched(seeds: Path, tmp_path: Path, _local: None) -> Iterator[FolderNotices]:
    """A folder that was surveyed three times: the second time begins to watch."""
    found = FolderNotices(seeds, tmp_path / "index")
    for _ in range(3):
        assert found.digest() is None
        found.survey()
    yield found
    found.close()


def test_the_third_survey_holds(watched: FolderNotices, seeds: Path) -> None:
    assert watched.digest() == watched.digest() == survey_folder(seeds).digest()


def write_in_place(seeds: Path) -> None:
    with (seeds / "sub" / "bruecke.txt").open("r+") as file:
        file.write("X")


def write_into_new_folder(seeds: Path) -> None:
    (seeds / "new" / "deep").mkdir(parents=True)
    (seeds / "new" / "deep" / "a.txt").write_text("A text.")


def move_folder_away(seeds: Path) -> None:
    (seeds / "sub").rename(seeds.parent / "elsewhere")


def replace_seeds(seeds: Path) -> None:
    seeds.rename(seeds.parent / "old")
    seeds.mkdir()
    (seeds / "bridge.txt").write_text("Another bridge.")


@pytest.mark.parametrize(
    "change",
    [*CHANGES, write_in_place, write_into_new_folder, move_folder_away, replace_seeds],
)
def test_after_a_change_the_folder_is_surveyed_again(
    change: Callable[[Path], None], watched: FolderNotices, seeds: Path
) -> None:
    before = watched.digest()
    change(seeds)
    assert watched.digest() is None
    after = watched.survey().digest()
    assert before != after == survey_folder(seeds).digest()
    assert watched.digest() is None


def test_a_folder_that_is_moved_with_the_one_above_does_not_hold(
    watched: FolderNotices, seeds: Path
) -> None:
    """Nobody tells a folder that the one above it was moved."""
    seeds.parent.rename(seeds.parent.with_name("moved"))
    assert watched.digest() is None


def test_a_change_during_a_survey_is_noticed(
    watched: FolderNotices, seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    surveyed = survey_folder

    def survey_and_change(folder: Path, exclude: Path | None) -> object:
        found = surveyed(folder, exclude)
        (seeds / "late.txt").write_text("It came when its folder had been listed.")
        return found

    with monkeypatch.context() as patched:
        patched.setattr(notices, "survey_folder", survey_and_change)
        watched.survey()
    assert watched.digest() is None


def test_a_folder_that_comes_back_is_watched_again(watched: FolderNotices, seeds: Path) -> None:
    (seeds / "new.txt").write_text("A new text.")
    assert watched.digest() is None
    watched.survey()
    assert watched.digest() is None
    watched.survey()
    assert watched.digest() == survey_folder(seeds).digest()


def test_reading_and_changes_that_are_left_out_elsewhere_leave_it(
    watched: FolderNotices, seeds: Path, tmp_path: Path
) -> None:
    before = watched.digest()
    (seeds / "bridge.txt").read_text()
    os.listdir(seeds / "sub")
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "file").write_text("not below the folder")
    assert watched.digest() == before is not None


@pytest.mark.usefixtures("_local")
def test_a_survey_holds_for_a_limited_time(seeds: Path, tmp_path: Path) -> None:
    """A program that writes through a memory map gives no notice."""
    found = FolderNotices(seeds, tmp_path / "index", max_seconds=0.0)
    for _ in range(3):
        found.survey()
    assert found.digest() is None
    found.close()


def link(seeds: Path) -> None:
    (seeds / "link.txt").symlink_to("bridge.txt")


def hard_link(seeds: Path) -> None:
    (seeds.parent / "outside.txt").hardlink_to(seeds / "bridge.txt")


def unlisted(seeds: Path) -> None:
    (seeds / "sub" / "other").symlink_to(seeds)


@pytest.mark.usefixtures("_local")
@pytest.mark.parametrize("spoil", [link, hard_link, unlisted])
def test_a_folder_that_others_may_change_is_not_watched(
    spoil: Callable[[Path], None], seeds: Path, tmp_path: Path
) -> None:
    spoil(seeds)
    found = FolderNotices(seeds, tmp_path / "index")
    for _ in range(4):
        found.survey()
        assert found.digest() is None


@pytest.mark.usefixtures("_local")
def test_too_many_folders_are_not_watched(
    seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "MAX_FOLDERS", 1)
    found = FolderNotices(seeds, tmp_path / "index")
    for _ in range(4):
        found.survey()
        assert found.digest() is None


def test_a_file_system_that_is_not_known_is_not_watched(
    seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "LOCAL_FILE_SYSTEMS", frozenset())
    found = FolderNotices(seeds, tmp_path / "index")
    for _ in range(4):
        found.survey()
        assert found.digest() is None


def test_proc_is_no_local_file_system() -> None:
    assert not notices._is_local({"/proc"})


def test_too_many_changes_to_keep_are_one_change(watched: FolderNotices, seeds: Path) -> None:
    """The kernel keeps some 16,000 notices, then says that it lost some."""
    for number in range(9_000):
        for name in ("bridge.txt", "pont.md"):  # equal notices in a row are one
            os.utime(seeds / name, ns=(number, number))
    assert watched.digest() is None
    watched.survey()
    watched.survey()
    assert watched.digest() == survey_folder(seeds).digest()


def test_closing_gives_the_watches_back(watched: FolderNotices) -> None:
    before = len(os.listdir("/proc/self/fd"))
    watched.close()
    watched.close()
    assert len(os.listdir("/proc/self/fd")) == before - 1
    assert watched.digest() is None
