"""What is damaged is found, and what is derived is made anew without encoding."""

from __future__ import annotations

import re
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


DAMAGE = [
    ("UPDATE chunks SET text = replace(text, '1894', '1984')", "database",
     "a passage of bridge.txt is not as it was written"),
    ("UPDATE documents SET date = '2020-01-01' WHERE id = 2", "database",
     "the facts of pont.md are not as they were written"),
    ("UPDATE vectors SET vector = zeroblob(128) WHERE number = 1", "database",
     "a vector is not as it was written"),
    ("UPDATE chunks SET vector_number = 99 WHERE id = 1", "database",
     "the vector of passage 1 is missing"),
    ("DELETE FROM chunks WHERE id = 3", "database", "2 chunks, not the 3 recorded"),
    ("DELETE FROM documents WHERE id = 1", "database", "2 documents, not the 3 recorded"),
    ("UPDATE words_content SET c0 = 'other' WHERE id = 2", "words",
     "the words of passage 2 are not as they were written"),
    ("DELETE FROM words_data WHERE id > 10", "words", ""),
    ("UPDATE words_docsize SET sz = x'01010101' WHERE id = 1", "words",
     "the index of words: database disk image is malformed"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "part", "detail"), DAMAGE)
def test_damage_of_any_table_is_found_and_repaired(
    built: Path, change: str, part: str, detail: str, encoder: ToyEncoder
) -> None:
    """A changed bit of a text was quoted, and called sound."""
    connection = sqlite3.connect(built / "seedqa.db")
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute(change)
    connection.commit()
    connection.close()
    found = {finding.part: finding.detail for finding in check_index(built) if not finding.ok}
    assert detail in found[part]
    if part == "words":
        assert repair(built, None) == ["rebuilt vectors and words of 3 chunks from the database"]
        assert bad_parts(built) == []


def test_a_lost_page_table_of_the_words_is_found(
    seeds: Path, tmp_path: Path, encoder: ToyEncoder
) -> None:
    """FTS5's own check took an empty one as complete, and a question missed words."""
    for number in range(60):
        words = " ".join(f"word{number}x{word}" for word in range(80))
        (seeds / f"{number}.txt").write_text(words, encoding="utf-8")
    build_index(seeds, tmp_path / "index", encoder)
    connection = sqlite3.connect(tmp_path / "index" / "seedqa.db")
    with connection:
        connection.execute("DELETE FROM words_idx")
    connection.close()
    (found,) = [finding for finding in check_index(tmp_path / "index") if not finding.ok]
    assert found.part == "words"
    assert re.search(r"the word '\w+' is not found as it was written", found.detail)
    repair(tmp_path / "index", None)
    assert bad_parts(tmp_path / "index") == []


def test_the_words_are_checked_while_another_process_writes(built: Path) -> None:
    """FTS5's check needs the right to write: a copy is checked instead."""
    writer = sqlite3.connect(built / "seedqa.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert bad_parts(built) == []
    writer.execute("UPDATE words_docsize SET sz = x'01010101' WHERE id = 1")
    writer.execute("COMMIT")
    writer.execute("BEGIN IMMEDIATE")
    assert bad_parts(built) == ["words"]
    writer.close()


def test_a_check_reports_its_progress(built: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    check_index(built, lambda *step: seen.append(step))
    assert seen == [
        ("checking", 0, 9), ("checking", 0, 9), ("checking", 9, 9),
        ("checking", 0, 3), ("checking", 3, 3),
    ]  # fmt: skip


def test_a_damaged_database_needs_the_folder(built: Path) -> None:
    (built / "seedqa.db").write_bytes(b"x" * 5000)
    assert bad_parts(built) == ["database"]
    with pytest.raises(IndexCorrupt) as raised:
        repair(built, None)
    assert raised.value.remedy == "Run seedqa doctor --repair --seeds FOLDER"
