"""The coverage of an index, and whether it agrees with its folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from seedqa.index.build import build_index
from seedqa.index.errors import IndexMismatch, IndexMissing, SeedsError
from seedqa.index.status import read_status
from seedqa.index.types import SkipKind, SkippedFile
from seedqa.index.workspace import Location, resolve
from seedqa.output.contract import status_json
from support.toy import ToyEncoder


def test_coverage(seeds: Path, tmp_path: Path, encoder: ToyEncoder) -> None:
    shutil.copy(seeds / "bridge.txt", seeds / "copy.txt")
    (seeds / "data.bin").write_bytes(b"\0\1")
    (seeds / "noise.txt").write_bytes(b"\0\1\2")
    build_index(seeds, tmp_path / "index", encoder)
    status = read_status(resolve(Location(tmp_path / "index", None, None)))
    assert status.skipped == (
        SkippedFile("data.bin", "unsupported type .bin", SkipKind.UNSUPPORTED),
        SkippedFile("noise.txt", "binary content, not text", SkipKind.BINARY),
    )
    assert status.duplicates == (("bridge.txt", "copy.txt"),)
    assert status.generation.documents == 4
    assert status.generation.languages == {"de": 1, "en": 2, "fr": 1}


def test_changes_are_named(seeds: Path, tmp_path: Path, encoder: ToyEncoder) -> None:
    build_index(seeds, tmp_path / "index", encoder)
    (seeds / "bridge.txt").write_text("Another bridge stands here now.\n", encoding="utf-8")
    (seeds / "new.txt").write_text("A new file.\n", encoding="utf-8")
    (seeds / "pont.md").unlink()
    status = status_json(read_status(resolve(Location(tmp_path / "index", None, None))))
    assert {"bridge.txt", "new.txt"} <= set(status["changed"])
    assert status["removed"] == ["pont.md"]
    assert status["fresh"] is False


def test_what_was_written_just_before_is_fresh(
    seeds: Path, tmp_path: Path, encoder: ToyEncoder
) -> None:
    """Its times prove nothing, its content does; it was called changed for ever, once."""
    (seeds / "noise.txt").write_bytes(b"\0\1\2")
    build_index(seeds, tmp_path / "index", encoder)
    location = Location(tmp_path / "index", None, None)
    assert read_status(resolve(location)).fresh
    before = (seeds / "bridge.txt").stat()
    text = (seeds / "bridge.txt").read_text(encoding="utf-8")
    (seeds / "bridge.txt").write_text(text[:-2] + "?\n", encoding="utf-8")
    os.utime(seeds / "bridge.txt", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert read_status(resolve(location)).changed == ("bridge.txt",)


def test_another_folder_than_the_index_has_is_refused(
    seeds: Path, tmp_path: Path, encoder: ToyEncoder
) -> None:
    build_index(seeds, tmp_path / "index", encoder)
    with pytest.raises(IndexMismatch, match="was built from"):
        read_status(resolve(Location(tmp_path / "index", tmp_path, None)))


def test_a_folder_that_has_gone(seeds: Path, tmp_path: Path, encoder: ToyEncoder) -> None:
    build_index(seeds, tmp_path / "index", encoder)
    seeds.rename(tmp_path / "elsewhere")
    status = read_status(resolve(Location(tmp_path / "index", None, None)))
    assert isinstance(status.problem, SeedsError)
    assert str(status.problem) == (
        f"no folder {seeds}. Name a folder of documents with --seeds DIR"
    )
    assert not status.fresh
    assert status.generation.documents == 3


def test_no_index(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="no index in"):
        read_status(resolve(Location(tmp_path / "nothing", None, None)))
