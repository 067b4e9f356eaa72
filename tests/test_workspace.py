"""Which folder and which index: option over environment over default."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from seedqa.index.build import build_index
from seedqa.index.encoder import Vectors
from seedqa.index.errors import IndexMismatch, IndexMissing
from seedqa.index.store.database import DATABASE
from seedqa.index.store.rows import READING
from seedqa.index.workspace import (
    SHIPPED_SEEDS,
    Location,
    Workspace,
    check_model,
    locate,
    require_index,
    resolve,
)
from support.toy import ToyEncoder

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
    return tmp_path / "cache" / "seedqa" / f"shipped-{digest}-{READING}"


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
    assert locate(None, None, None) == Location(index, SHIPPED_SEEDS, None, uses_sample=True)
    assert locate(None, None, "a/model") == Location(
        index, SHIPPED_SEEDS, "a/model", uses_sample=True
    )
    make_index(SHIPPED_SEEDS, index)
    assert locate(None, None, None) == Location(index, None, None, uses_sample=True)


def test_an_index_that_is_named_is_where_the_sample_goes() -> None:
    assert locate(None, "mine", None) == Location(
        Path("mine"), SHIPPED_SEEDS, None, uses_sample=True
    )


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


# -- what an index records ------------------------------------------------------------------------


class Interrupted(ToyEncoder):
    """An encoder whose user presses Ctrl-C."""

    def encode_passages(self, passages: Sequence[str]) -> Vectors:
        raise KeyboardInterrupt


def test_nothing_is_recorded_where_there_is_no_index(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        resolve(Location(tmp_path / "index", None, None))


def test_a_blank_database_records_nothing(seeds: Path, tmp_path: Path) -> None:
    (tmp_path / DATABASE).touch()
    assert resolve(Location(tmp_path, seeds, None)) == Workspace(tmp_path, seeds, None)


def test_a_first_build_that_was_stopped_is_taken_up_again(seeds: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    with pytest.raises(KeyboardInterrupt):
        build_index(seeds, index, Interrupted(), model_path="a/model")
    workspace = resolve(Location(index, None, None))
    assert workspace == Workspace(index, seeds.resolve(), "a/model")
    with pytest.raises(IndexMissing):
        require_index(workspace)


def test_a_generation_knows_its_folder_and_model(
    seeds: Path, tmp_path: Path, encoder: ToyEncoder
) -> None:
    index = tmp_path / "index"
    generation = build_index(seeds, index, encoder, model_path="a/model").generation
    workspace = resolve(Location(index, None, None))
    assert workspace == Workspace(index, seeds.resolve(), "a/model", None, generation)
    assert require_index(workspace) == generation
    check_model(workspace)
    assert resolve(Location(index, None, "b")).model == "b"


def test_another_folder_is_refused(seeds: Path, tmp_path: Path, encoder: ToyEncoder) -> None:
    build_index(seeds, tmp_path / "index", encoder)
    with pytest.raises(IndexMismatch) as raised:
        resolve(Location(tmp_path / "index", Path("elsewhere"), None))
    assert "was built from" in raised.value.found
    assert raised.value.remedy == "Name another index with --index, or leave out --seeds"


def test_another_model_is_refused(seeds: Path, tmp_path: Path, encoder: ToyEncoder) -> None:
    build_index(seeds, tmp_path / "index", encoder)
    with pytest.raises(IndexMismatch) as raised:
        check_model(resolve(Location(tmp_path / "index", None, "b")))
    assert "was built with the model toy" in raised.value.found
    assert raised.value.remedy == "Rebuild it with: seedqa index --model b, or leave out --model"
