"""Which folder and which index: option over environment over default."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from conftest import ToyEncoder
from seedqa.index.build import build_index
from seedqa.index.location import SHIPPED_SEEDS, Location, locate

NONE = {"SEEDQA_SEEDS": "", "SEEDQA_INDEX": "", "SEEDQA_MODEL": ""}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, empty, with a cache folder beside it."""
    current = tmp_path / "current"
    current.mkdir()
    monkeypatch.chdir(current)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in NONE:
        monkeypatch.delenv(name, raising=False)
    return current


def shipped_index(tmp_path: Path) -> Path:
    digest = hashlib.sha256(str(SHIPPED_SEEDS).encode()).hexdigest()[:12]
    return tmp_path / "cache" / "seedqa" / f"shipped-{digest}"


def make_index(seeds: Path, index: Path) -> None:
    build_index(seeds, index, ToyEncoder())


ENVIRONMENT = {"SEEDQA_SEEDS": "env-seeds", "SEEDQA_INDEX": "env-index", "SEEDQA_MODEL": "env/m"}


@pytest.mark.parametrize(
    ("options", "environment", "expected"),
    [
        pytest.param(
            ("seeds", "index", "a/model"),
            ENVIRONMENT,
            Location(Path("index"), Path("seeds"), "a/model"),
            id="options over environment",
        ),
        pytest.param(
            (None, None, None),
            ENVIRONMENT,
            Location(Path("env-index"), Path("env-seeds"), "env/m"),
            id="environment over defaults",
        ),
        pytest.param(
            ("seeds", None, None),
            {"SEEDQA_MODEL": "env/m"},
            Location(Path(".seedqa"), Path("seeds"), "env/m"),
            id="one of each",
        ),
        pytest.param(
            ("seeds", None, None),
            NONE,
            Location(Path(".seedqa"), Path("seeds"), None),
            id="an empty variable is none",
        ),
    ],
)
def test_option_over_environment_over_default(
    options: tuple[str | None, str | None, str | None],
    environment: dict[str, str],
    expected: Location,
) -> None:
    assert locate(*options, environment=environment) == expected


def test_the_environment_is_that_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEEDQA_SEEDS", "env-seeds")
    assert locate(None, None, None) == Location(Path(".seedqa"), Path("env-seeds"), None)


def test_an_index_knows_its_own_folder(seeds: Path, folder: Path) -> None:
    (folder / "seeds").mkdir()
    make_index(seeds, folder / ".seedqa")
    assert locate(None, None, None) == Location(Path(".seedqa"), None, None)
    assert locate("named", None, None) == Location(Path(".seedqa"), Path("named"), None)


def test_an_index_named_by_the_environment_knows_its_own_folder(seeds: Path, folder: Path) -> None:
    make_index(seeds, folder / "there")
    location = locate(None, None, None, {"SEEDQA_INDEX": "there"})
    assert location == Location(Path("there"), None, None)


def test_without_an_index_the_folder_named_seeds_is_taken(folder: Path) -> None:
    (folder / "seeds").mkdir()
    assert locate(None, None, None) == Location(Path(".seedqa"), Path("seeds"), None)
    assert locate(None, "other", None) == Location(Path("other"), Path("seeds"), None)


def test_without_any_folder_the_shipped_documents_are_taken(tmp_path: Path, folder: Path) -> None:
    (folder / "seeds").write_text("a file is no folder")
    index = shipped_index(tmp_path)
    assert locate(None, None, None) == Location(index, SHIPPED_SEEDS, None, stands_in=True)
    assert locate(None, None, "a/model") == Location(
        index, SHIPPED_SEEDS, "a/model", stands_in=True
    )
    make_index(SHIPPED_SEEDS, index)
    assert locate(None, None, None) == Location(index, None, None, stands_in=True)


def test_an_index_that_is_named_is_where_the_shipped_documents_go() -> None:
    assert locate(None, "mine", None) == Location(Path("mine"), SHIPPED_SEEDS, None, stands_in=True)


def test_looking_makes_nothing(tmp_path: Path, folder: Path) -> None:
    locate(None, None, None)
    assert list(folder.iterdir()) == []
    assert not (tmp_path / "cache").exists()


def test_the_shipped_documents_are_there() -> None:
    assert Path(__file__).parent.parent / "seeds" == SHIPPED_SEEDS
    assert SHIPPED_SEEDS.is_dir()


def test_a_model_in_a_folder_is_found_again_from_elsewhere(folder: Path) -> None:
    """A relative path was looked up on the hub, once."""
    (folder / "enc").mkdir()
    assert locate(None, None, "enc", {}).model == str(folder / "enc")
    assert locate(None, None, None, {"SEEDQA_MODEL": "./enc"}).model == str(folder / "enc")
    assert locate(None, None, "organisation/enc", {}).model == "organisation/enc"
