"""Reading a source where a hit points, and nothing outside the folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from seedqa.index.build import build_index
from seedqa.index.errors import SourceError
from seedqa.index.source import Excerpt, read_source, source_key
from seedqa.index.workspace import Location, Workspace, resolve
from support.toy import ToyEncoder


@pytest.fixture
def workspace(seeds: Path, tmp_path: Path, encoder: ToyEncoder) -> Workspace:
    (seeds / "odd:7.txt").write_text("first\nsecond\n", encoding="utf-8")
    build_index(seeds, tmp_path / "index", encoder)
    return resolve(Location(tmp_path / "index", None, None))


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("bridge.txt:3", Excerpt("bridge.txt", 3, 17, "The bridge over the Ebro was opened in 1894."
         " It is 217 metres long.")),
        ("sub/bruecke.txt:1:2", Excerpt("sub/bruecke.txt", 1, 0, "Die neue Brücke\n")),
        ("odd:7.txt", Excerpt("odd:7.txt", 1, 0, "first\nsecond\n")),
        ("odd:7.txt:2", Excerpt("odd:7.txt", 2, 6, "second")),
        ("odd:7.txt:1:99", Excerpt("odd:7.txt", 1, 0, "first\nsecond\n")),
    ],
    ids=["line", "lines", "colon-in-name", "colon-and-line", "more-than-there-is"],
)  # fmt: skip
def test_places(workspace: Workspace, place: str, expected: Excerpt) -> None:
    assert read_source(workspace, place) == expected


@pytest.mark.parametrize(
    "place",
    [
        "../index/seedqa.db",
        "/etc/passwd",
        "sub/../../secret",
        "missing.txt",
        "bridge.txt/",
        "",
        ".",
    ],
)
def test_only_sources_can_be_read(workspace: Workspace, place: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    with pytest.raises(SourceError, match="no source"):
        read_source(workspace, place)


@pytest.mark.parametrize("line", ["0", "99"])
def test_a_line_that_is_not_there(workspace: Workspace, line: str) -> None:
    with pytest.raises(SourceError) as raised:
        read_source(workspace, f"bridge.txt:{line}")
    assert raised.value.expected == "1 to 4"


@pytest.mark.parametrize("form", ["./bridge.txt", "././bridge.txt", "{seeds}/bridge.txt"])
def test_a_source_may_be_written_as_a_path(workspace: Workspace, form: str) -> None:
    location = form.format(seeds=workspace.seeds)
    assert read_source(workspace, f"{location}:3").source == "bridge.txt"


def test_a_name_in_either_unicode_form(seeds: Path, workspace: Workspace) -> None:
    (seeds / "cafe\u0301.txt").write_text("noir\n", encoding="utf-8")
    assert read_source(workspace, "caf\xe9.txt").source == "cafe\u0301.txt"
    assert source_key("./cafe\u0301*", workspace.seeds) == "caf\xe9*"
