"""The vector file: exact scan, filters, checks before FAISS reads a byte."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import replace
from pathlib import Path

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from seedqa.index.errors import IndexCorrupt
from seedqa.index.store.segments import Segments, read_segments
from seedqa.index.store.vectors import (
    VectorFile,
    VectorIndex,
    empty_index,
    encode_codes,
    write_vectors,
)

DIMENSION = 32


def unit_vectors(count: int, seed: int = 0) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSION), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def filled(count: int = 500):
    index = empty_index(DIMENSION)
    index.add(np.arange(10, 10 + count, dtype=np.int64), unit_vectors(count))
    return index


def written(tmp_path: Path) -> tuple[Path, VectorFile]:
    path = tmp_path / "vectors-1.faiss"
    return path, write_vectors(filled(), path)


def test_codes_are_whole_numbers_within_a_byte() -> None:
    codes = encode_codes(np.array([[1.0, -1.0, 0.5, 0.004]], dtype=np.float32))
    assert codes.tolist() == [[127.0, -127.0, 64.0, 1.0]]


def test_the_scan_is_exact_but_for_the_codes() -> None:
    """The nearest ten by codes hold the nearest five by exact numbers, for every query."""
    index, vectors = filled(), unit_vectors(500)
    for query in unit_vectors(50, seed=1):
        exact = (-(vectors @ query)).argsort()[:5] + 10
        assert set(exact) <= set(index.search(query, 10).tolist())


def test_only_allowed_ids_are_considered() -> None:
    query = unit_vectors(1, seed=2)[0]
    allowed = np.array([11, 400, 77], dtype=np.int64)
    exact = sorted(allowed.tolist(), key=lambda one: -float(unit_vectors(500)[one - 10] @ query))
    assert filled().search(query, 10, allowed).tolist() == exact


@pytest.mark.parametrize(
    ("count", "allowed", "found"),
    [(0, None, 0), (3, None, 3), (9999, None, 500), (5, [], 0), (5, [999_999], 0)],
    ids=["none", "three", "more-than-there-are", "nothing-allowed", "unknown-allowed"],
)
def test_how_many_are_found(count: int, allowed: list[int] | None, found: int) -> None:
    ids = None if allowed is None else np.array(allowed, dtype=np.int64)
    assert len(filled().search(unit_vectors(1)[0], count, ids)) == found


def test_an_empty_index_finds_nothing() -> None:
    assert empty_index(DIMENSION).search(unit_vectors(1)[0], 5).tolist() == []


def test_a_history_leaves_the_file_that_a_full_build_makes(tmp_path: Path) -> None:
    vectors = unit_vectors(100)
    ids = np.arange(100, dtype=np.int64)
    whole, history = empty_index(DIMENSION), empty_index(DIMENSION)
    kept = np.concatenate([ids[:20], ids[40:]])
    whole.add(kept, vectors[kept])
    history.add(ids[:60], vectors[:60])
    history.remove(np.arange(20, 40))
    history.add(ids[60:], vectors[60:])
    first = write_vectors(whole, tmp_path / "vectors-1.faiss")
    second = write_vectors(history, tmp_path / "vectors-2.faiss")
    assert (first.sha256, first.size, first.count) == (second.sha256, second.size, second.count)


def test_a_file_comes_back_as_it_was(tmp_path: Path) -> None:
    path, recorded = written(tmp_path)
    query = unit_vectors(1, seed=3)[0]
    assert recorded == VectorFile(
        "vectors-1.faiss",
        hashlib.sha256(path.read_bytes()).hexdigest(),
        path.stat().st_size,
        500,
    )
    again = read_segments(tmp_path, Segments((recorded,)))
    assert again.search(query, 20).tolist() == filled().search(query, 20).tolist()
    assert [file.name for file in tmp_path.iterdir()] == ["vectors-1.faiss"]


@pytest.mark.parametrize("place", [0, 4, 37, 1000, -1])
def test_every_flipped_bit_is_noticed(tmp_path: Path, place: int) -> None:
    path, recorded = written(tmp_path)
    raw = bytearray(path.read_bytes())
    raw[place] ^= 4
    path.write_bytes(raw)
    with pytest.raises(IndexCorrupt, match=r"has SHA-256 .*Run seedqa doctor --repair"):
        read_segments(tmp_path, Segments((recorded,)))


def test_a_file_cut_short_is_noticed(tmp_path: Path) -> None:
    path, recorded = written(tmp_path)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(IndexCorrupt) as raised:
        read_segments(tmp_path, Segments((recorded,)))
    assert raised.value.found == f"{path} has {recorded.size - 1} bytes"
    assert raised.value.expected == f"{recorded.size} bytes"


def test_a_file_with_another_count_is_noticed(tmp_path: Path) -> None:
    path, recorded = written(tmp_path)
    with pytest.raises(IndexCorrupt) as raised:
        read_segments(tmp_path, Segments((replace(recorded, count=7),)))
    assert raised.value.found == f"{path} holds 500 vectors"


@pytest.mark.parametrize("place", range(0, 96, 8))
def test_counts_that_lie_allocate_nothing(tmp_path: Path, place: int) -> None:
    """FAISS allocates what a file's counts say; with the recorded hash forged too, its own limits,
    which we set, are what is left. Whatever eight bytes of the header say, nothing crashes."""
    path, recorded = written(tmp_path)
    raw = bytearray(path.read_bytes())
    raw[place : place + 8] = (2**40).to_bytes(8, "little")
    path.write_bytes(raw)
    forged = replace(recorded, sha256=hashlib.sha256(raw).hexdigest())
    found = 0
    with contextlib.suppress(IndexCorrupt):
        found = read_segments(tmp_path, Segments((forged,))).count
    assert found in (0, 500)


def test_a_missing_file(tmp_path: Path) -> None:
    path, recorded = written(tmp_path)
    path.unlink()
    with pytest.raises(FileNotFoundError):
        read_segments(tmp_path, Segments((recorded,)))


def test_a_file_with_a_map_of_ids_is_read_without_it(tmp_path: Path) -> None:
    """Formats before 4 wrote `IndexIDMap2`; both kinds hold the same otherwise."""
    codes = faiss.IndexScalarQuantizer(
        DIMENSION, faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT
    )
    old = faiss.IndexIDMap2(codes)
    old.add_with_ids(encode_codes(unit_vectors(500)), np.arange(10, 510))
    recorded = write_vectors(VectorIndex(old), tmp_path / "vectors-1.faiss")
    assert (tmp_path / recorded.name).read_bytes()[:4] == b"IxM2"
    index = read_segments(tmp_path, Segments((recorded,)))
    assert not isinstance(index._index, faiss.IndexIDMap2)
    query = unit_vectors(1, seed=3)[0]
    assert index.search(query, 20).tolist() == filled().search(query, 20).tolist()
    again = write_vectors(index, tmp_path / "vectors-2.faiss")
    assert (tmp_path / again.name).read_bytes()[:4] == b"IxMp"
