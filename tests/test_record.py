"""What an index says of itself, and refusing what it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import ToyEncoder
from seedqa.index.build import build_index
from seedqa.index.errors import IndexMismatch, IndexMissing
from seedqa.index.location import Location
from seedqa.index.record import (
    Record,
    check_same,
    model_of,
    read_record,
    seeds_of,
)
from seedqa.index.store.store import DATABASE


class Interrupted(ToyEncoder):
    """An encoder whose user presses Ctrl-C."""

    def encode_passages(self, passages):
        raise KeyboardInterrupt


def test_nothing_is_recorded_where_there_is_no_index(tmp_path: Path) -> None:
    location = Location(tmp_path / "index", None, None)
    assert read_record(location) == Record()
    with pytest.raises(IndexMissing):
        seeds_of(location, Record())


def test_nothing_is_recorded_in_a_blank_database(seeds: Path, tmp_path: Path) -> None:
    (tmp_path / DATABASE).touch()
    assert read_record(Location(tmp_path, seeds, None)) == Record()


def test_a_first_build_that_was_stopped_is_taken_up_again(seeds: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        build_index(seeds, tmp_path / "index", Interrupted(), model_path="a/model")
    location = Location(tmp_path / "index", None, None)
    recorded = read_record(location)
    assert recorded.generation is None
    assert seeds_of(location, recorded) == seeds.resolve()
    assert model_of(location, recorded) == "a/model"


def test_a_generation_knows_its_folder_and_model(
    seeds: Path, tmp_path: Path, encoder: ToyEncoder
) -> None:
    build_index(seeds, tmp_path / "index", encoder, model_path="a/model")
    location = Location(tmp_path / "index", None, None)
    recorded = read_record(location)
    assert seeds_of(location, recorded) == seeds.resolve()
    assert model_of(location, recorded) == "a/model"
    assert model_of(Location(tmp_path / "index", None, "b"), recorded) == "b"


@pytest.mark.parametrize(
    ("named", "model", "found", "remedy"),
    [
        ("elsewhere", None, "was built from",
         "Name another index with --index, or leave out --seeds"),
        (None, "b", "was built with the model toy",
         "Build it anew with: seedqa index --model b, or leave out --model"),
    ],
    ids=["seeds", "model"],
)  # fmt: skip
def test_another_folder_or_model_is_refused(
    named: str | None, model: str | None, found: str, remedy: str,
    seeds: Path, tmp_path: Path, encoder: ToyEncoder,
) -> None:  # fmt: skip
    build_index(seeds, tmp_path / "index", encoder)
    location = Location(tmp_path / "index", None, None)
    generation = read_record(location).generation
    assert generation is not None
    check_same(generation, location)
    other = Location(tmp_path / "index", Path(named) if named else None, model)
    with pytest.raises(IndexMismatch) as raised:
        check_same(generation, other)
    assert found in raised.value.found
    assert raised.value.remedy == remedy
