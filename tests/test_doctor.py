"""What is damaged is found, and what is derived is made anew without encoding."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from seedqa.index.build import build_index
from seedqa.index.doctor import (
    Finding,
    check_index,
    check_model,
    repair,
)
from seedqa.index.encoder import SHIPPED_MODEL, ShippedEncoder
from seedqa.index.errors import IndexCorrupt
from seedqa.index.workspace import Location, resolve
from seedqa.retrieval.pipeline import Pipeline
from seedqa.retrieval.reader import SHIPPED_READER, Reader
from support.toy import ToyEncoder


@pytest.fixture
def built(seeds: Path, tmp_path: Path, encoder: ToyEncoder) -> Path:
    build_index(seeds, tmp_path / "index", encoder)
    return tmp_path / "index"


def bad_parts(folder: Path) -> list[str]:
    return [finding.part for finding in check_index(folder) if not finding.ok]


def test_a_sound_index(built: Path) -> None:
    assert check_index(built) == [
        Finding("database", True, "generation 1"),
        Finding("words", True, "3 chunks"),
        Finding("vectors", True, "3 of 3 chunks"),
    ]
    assert repair(built, None) == []


@pytest.mark.parametrize(
    ("part", "open_model"),
    [("encoder", ShippedEncoder), ("reader", Reader)],
    ids=["encoder", "reader"],
)
def test_the_models_that_ship_are_sound(part: str, open_model: type[Reader]) -> None:
    finding = check_model(part, open_model)
    assert (finding.part, finding.ok) == (part, True)
    assert finding.detail == f"seedqa-{part} ({open_model().fingerprint[:8]})"


@pytest.mark.parametrize(
    ("shipped", "open_model"),
    [(SHIPPED_MODEL, ShippedEncoder), (SHIPPED_READER, Reader)],
    ids=["encoder", "reader"],
)
@pytest.mark.parametrize(
    ("name", "old", "new"),
    [("tokenizer.json", '"<unk>"', '"[unk]"'), ("config.json", '"en"', '"xx"')],
    ids=["tokenizer", "config"],
)
def test_a_model_with_a_changed_file_is_found(
    shipped: Path, open_model: type[Reader], name: str, old: str, new: str, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(shipped, folder)
    content = (folder / name).read_text(encoding="utf-8")
    assert old in content
    (folder / name).write_text(content.replace(old, new), encoding="utf-8")
    finding = check_model("model", lambda: open_model(folder))
    assert not finding.ok
    assert "fingerprint" in finding.detail or "cannot be used" in finding.detail


def test_missing_vectors_come_back(built: Path, encoder: ToyEncoder) -> None:
    (built / "vectors-1.faiss").unlink()
    assert bad_parts(built) == ["vectors"]
    encoder.encoded.clear()
    assert repair(built, None) == ["rebuilt vectors and words of 3 chunks from the database"]
    assert encoder.encoded == []
    assert bad_parts(built) == []
    with Pipeline.open(resolve(Location(built, None, None)), encoder=encoder) as pipeline:
        assert pipeline.search("bridge over the Ebro").passages[0].source == "bridge.txt"


def test_lost_words_come_back(built: Path, encoder: ToyEncoder) -> None:
    connection = sqlite3.connect(built / "seedqa.db")
    connection.execute("DELETE FROM words WHERE rowid = 2")
    connection.commit()
    connection.close()
    assert check_index(built)[1] == Finding("words", False, "3 chunks, 2 rows of words, 2 in both")
    repair(built, None)
    assert bad_parts(built) == []


def test_a_damaged_database_needs_the_folder(built: Path) -> None:
    (built / "seedqa.db").write_bytes(b"x" * 5000)
    assert bad_parts(built) == ["database"]
    with pytest.raises(IndexCorrupt) as raised:
        repair(built, None)
    assert raised.value.remedy == "Run seedqa doctor --repair --seeds FOLDER"
