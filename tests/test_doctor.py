"""What is damaged is found, and what is derived is made anew without encoding."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from conftest import ToyEncoder
from index.build import build_index
from index.doctor import Finding, check_all, check_index, repair
from index.errors import IndexCorrupt
from index.location import Location
from retrieval.pipeline import Pipeline


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
    assert check_all(built)[0].part == "model"
    assert repair(built, None) == []


def test_missing_vectors_come_back(built: Path, encoder: ToyEncoder) -> None:
    (built / "vectors-1.faiss").unlink()
    assert bad_parts(built) == ["vectors"]
    encoder.encoded.clear()
    assert repair(built, None) == ["made vectors and words of 3 chunks anew from the database"]
    assert encoder.encoded == []
    assert bad_parts(built) == []
    with Pipeline.open(Location(built, None, None), encoder=encoder) as pipeline:
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
