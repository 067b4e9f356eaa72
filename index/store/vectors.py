"""A FAISS file of a generation: write it, check it, search it.

Knows chunk ids and vectors; nothing of text, nor of the database.

One index type serves every size: 8-bit codes without training, scanned whole. Measured on one
core of an AVX-512 machine, 1,000,000 vectors of 384 numbers: 21 ms a question; FAISS's trained
8-bit quantiser 48 ms, float16 44 ms, float32 80 ms; two threads are no faster, and for float32
twice as slow (`benchmarks/vectors.py`). Graphs and inverted lists need training, approximate, and
depend on the history of builds, so they would gain nothing. Codes need no training, so an
incremental build and a full one give the same vectors in the same order.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seedqa.index.errors import IndexCorrupt
from seedqa.index.messages import Message
from seedqa.index.store.modes import create_file
from seedqa.index.store.steps import log_step

#: Components of a unit vector are within a few times 1 / sqrt(dimension); codes are cut off at this
#: many times. At 384 dimensions codes reach 0.306; the bundled encoder stays below 0.26 on 600
#: sentences of FLORES in three languages.
CODE_RANGE = 6.0
LARGEST_CODE = 127
#: FAISS reads counts from the file and allocates that much. Except for the vectors themselves, the
#: largest count in our files is the number of dimensions.
MAX_LOOPS = 65_536
#: FAISS's limits of a file that is read hold for the whole process: one file at a time.
_READING = threading.Lock()
#: Bytes passed between FAISS and a file at a time: as fast as FAISS's own reading and writing.
IO_BYTES = 2**20
#: The first bytes of a file of FAISS's `IndexIDMap2` and of its `IndexIDMap`.
WITH_MAP, WITHOUT_MAP = b"IxM2", b"IxMp"


@dataclass(frozen=True, slots=True)
class VectorFile:
    """What the database records of a vector file, so that it can be checked before it is read."""

    name: str
    sha256: str
    size: int
    count: int


class VectorIndex:
    """Vectors in memory, found by chunk id."""

    def __init__(self, faiss_index: Any) -> None:
        self._index = faiss_index

    @property
    def count(self) -> int:
        """Number of vectors."""
        return int(self._index.ntotal)

    def search(
        self, query: NDArray[np.float32], count: int, allowed: NDArray[np.int64] | None = None
    ) -> NDArray[np.int64]:
        """Return the ids of about the `count` nearest vectors, best first.

        `query` has shape (dimension,). With `allowed`, only those ids are considered. The order
        is that of the codes: score the ids again with the exact vectors.
        """
        return self.score(query, count, allowed)[0]

    def score(
        self, query: NDArray[np.float32], count: int, allowed: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return what `search` does, and the scores by the codes, each of shape (found,)."""
        faiss = _faiss()
        count = min(count, self.count if allowed is None else len(allowed))
        if count == 0:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        parameters = None
        if allowed is not None:
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(allowed))
        # Any positive scale keeps the order; FAISS cuts off the digits after the decimal point.
        scaled = np.rint(query * (LARGEST_CODE / max(float(np.abs(query).max()), 1e-9)))
        scores, ids = self._index.search(scaled[None].astype(np.float32), count, params=parameters)
        is_found = ids[0] >= 0
        return ids[0][is_found], scores[0][is_found]

    def remove(self, ids: NDArray[np.int64]) -> None:
        """Remove the vectors of these ids."""
        if len(ids):
            self._index.remove_ids(ids)

    def take(self, other: VectorIndex) -> None:
        """Add the vectors of another index behind these, and leave it empty."""
        self._index.merge_from(other._index, 0)

    def add(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Add `vectors`, shape (len(ids), dimension), under `ids`."""
        if len(ids):
            self._index.add_with_ids(encode_codes(vectors), ids)

    def write(self, write: Callable[[bytes], int]) -> None:
        """Pass the whole index, as FAISS serialises it, to `write`."""
        faiss = _faiss()
        faiss.write_index(self._index, faiss.PyCallbackIOWriter(write, IO_BYTES))


def empty_index(dimension: int) -> VectorIndex:
    """Return an index without vectors."""
    faiss = _faiss()
    codes = faiss.IndexScalarQuantizer(
        dimension, faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT
    )
    return VectorIndex(faiss.IndexIDMap(codes))


def encode_codes(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return unit vectors, shape (n, dimension), as whole numbers from -127 to 127."""
    limit = min(1.0, CODE_RANGE / vectors.shape[1] ** 0.5)
    codes = np.clip(np.rint(vectors * (LARGEST_CODE / limit)), -LARGEST_CODE, LARGEST_CODE)
    return np.asarray(codes, dtype=np.float32)


def pack_vector(vector: NDArray[np.float32]) -> bytes:
    """Return a vector as the embedding cache keeps it: 16-bit floats, little-endian."""
    return vector.astype("<f2").tobytes()


def unpack_vector(packed: bytes) -> NDArray[np.float32]:
    """Return a vector of the embedding cache, shape (dimension,)."""
    return np.frombuffer(packed, dtype="<f2").astype(np.float32)


def unpack_vectors(packed: Sequence[bytes], dimension: int) -> NDArray[np.float32]:
    """Return vectors of the embedding cache, shape (len(packed), dimension).

    Raises ValueError if one has another dimension.
    """
    if any(len(one) != 2 * dimension for one in packed):
        raise ValueError(f"a vector does not have {dimension} numbers")
    flat = np.frombuffer(b"".join(packed), dtype="<f2").astype(np.float32)
    return flat.reshape(len(packed), dimension)


def write_vectors(index: VectorIndex, path: Path) -> VectorFile:
    """Write `index` to `path`, whole and durable, and return the facts to record."""
    part = path.with_suffix(".part")
    log_step("vectors write")
    create_file(part)
    with part.open("wb+") as file:
        # through a Python file: errors keep their number, and any file name works
        index.write(file.write)
        log_step("vectors written")
        file.flush()
        os.fsync(file.fileno())
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    log_step("vectors synced")
    part.replace(path)
    sync_folder(path.parent)
    log_step("vectors in place")
    return VectorFile(path.name, digest, path.stat().st_size, index.count)


def open_vectors(folder: Path, recorded: VectorFile) -> BufferedReader:
    """Open a vector file without reading it; raise FileNotFoundError if it has gone.

    An open file stays readable when its name is removed, or given to another file.
    """
    return (folder / recorded.name).open("rb")


def load_vectors(file: BufferedReader, recorded: VectorFile) -> VectorIndex:
    """Read an open vector file; raise IndexCorrupt if it is not as recorded."""
    path = Path(file.name)
    size = os.fstat(file.fileno()).st_size
    if size != recorded.size:
        raise _damaged_error(
            Message("{path} has {count} bytes", path=path, count=size),
            Message("{count} bytes", count=recorded.size),
        )
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != recorded.sha256:
        raise _damaged_error(
            Message("{path} has SHA-256 {digest}…", path=path, digest=digest[:12]),
            Message("{digest}…", digest=recorded.sha256[:12]),
        )
    file.seek(0)
    faiss = _faiss()
    with _READING:
        index = _read_index(faiss, file, path, recorded)
    if index.count != recorded.count:
        raise _damaged_error(
            Message("{path} holds {count} vectors", path=path, count=index.count),
            Message("{count} vectors", count=recorded.count),
        )
    return index


def _read_index(faiss: Any, file: BufferedReader, path: Path, recorded: VectorFile) -> VectorIndex:
    faiss.set_deserialization_vector_byte_limit(recorded.size)
    faiss.set_deserialization_loop_limit(MAX_LOOPS)
    try:
        return VectorIndex(faiss.read_index(faiss.PyCallbackIOReader(_without_map(file), IO_BYTES)))
    except RuntimeError as error:
        raise _damaged_error(
            Message("{path} cannot be read by FAISS", path=path), Message("a file of this version")
        ) from error


def _without_map(file: BufferedReader) -> Callable[[int], bytes]:
    """Return what reads a file, one with a map from ids to positions (`IxM2`) as one without it.

    Formats before 4 wrote the first kind; the files are the same otherwise. FAISS makes the map,
    which nothing here needs, when it reads the file: 42 bytes a vector, a fifth of the time.
    """
    kind = file.read(len(WITH_MAP))
    head = BytesIO(WITHOUT_MAP if kind == WITH_MAP else kind)

    def read(size: int) -> bytes:
        return head.read(size) or file.read(size)

    return read


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable, where the operating system can."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@cache
def _faiss() -> Any:
    import faiss  # needed by a question or a build only

    # Two OpenMP threads were 2.7 to 4.4 times slower than one on a two-core machine. FAISS has one
    # setting for the process, so it is set once, when it is loaded: a program that uses FAISS
    # itself can set it back.
    faiss.omp_set_num_threads(1)
    return faiss


def _damaged_error(found: Message, expected: Message) -> IndexCorrupt:
    return IndexCorrupt(
        found, expected, Message("Run seedqa doctor --repair: it is rebuilt from the database")
    )
