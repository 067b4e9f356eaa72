"""Builds in processes of their own, to be killed at a step, paused at one, or starved of space.

Run as a script it is what a ForkServer runs.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import signal
import sqlite3
import sys
import time
import traceback
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seedqa.index.build import build_index
from seedqa.index.errors import SeedqaError
from seedqa.index.language import find_language
from seedqa.index.parsing.process import borrow_parser
from seedqa.index.store.checking import check_database, check_words
from seedqa.index.store.database import DATABASE, GENERATION, read_meta, write_meta
from seedqa.index.store.reading import open_for_reading
from seedqa.index.store.segments import read_segments
from seedqa.index.store.vectors import unpack_vector
from seedqa.index.workspace import Location, resolve
from seedqa.retrieval.pipeline import Pipeline
from support.forks import ForkServer
from support.toy import ToyEncoder

#: Chunks between two commits of the embedding cache, so that a small folder needs several.
EMBED_BATCH = 2
#: Nobody, for a process that may not write where root may.
NOBODY = 65_534


class Builder(ForkServer):
    """A process that forks builds."""

    def __init__(self, *prefix: str) -> None:
        paths = {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[1])}
        super().__init__(__file__, os.environ | paths, prefix)

    def start(self, **request: Any) -> None:
        """Begin what is asked for, without waiting for it."""
        self.send(request)

    def wait(self) -> dict[str, Any]:
        """Return the answer to the request that was started."""
        answer = self.receive()
        assert "unexpected" not in answer, answer["unexpected"]
        return answer

    def run(self, **request: Any) -> dict[str, Any]:
        """Do what is asked for and return the answer."""
        self.start(**request)
        return self.wait()


class StepHandler(logging.Handler):
    """Keeps the steps of a build, and stops the process at one of them."""

    def __init__(self, kill_at: int | None, pause_at: str | None, marker: str | None) -> None:
        super().__init__(logging.DEBUG)
        self.steps: list[str] = []
        self._kill_at, self._pause_at, self._marker = kill_at, pause_at, marker

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if not message.startswith("step: "):
            return
        self.steps.append(message.removeprefix("step: "))
        if len(self.steps) == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if self._marker and self.steps[-1] == self._pause_at:
            marker = Path(self._marker)
            marker.with_suffix(".part").write_text(str(os.getpid()))
            marker.with_suffix(".part").replace(marker)
            while marker.exists():
                time.sleep(0.01)


def read_state(folder: Path) -> str | None:
    """Return all that one generation holds, as text; None before the first.

    Asserts that its parts agree: rows, words, cached vectors and the vector file.
    """
    with open_for_reading(folder) as reader, reader.read() as reading:
        if reading is None:
            return None
        generation, documents = reading.generation, reading.documents()
        ids = reading.chunk_ids(row.id for row in documents)
        chunks = reading.chunks(ids)
        exact = read_exact_vectors(reader.connection, generation.recipe.fingerprint)
        vectors = read_segments(folder, generation.vectors)
        words = reader.connection.execute("SELECT rowid, * FROM words ORDER BY rowid").fetchall()
        assert check_database(folder, reader.connection, generation) == []
        assert check_words(folder, reader.connection) == []
        assert generation.documents == sum(row.status == "indexed" for row in documents)
        assert generation.chunks == vectors.count == len(ids)
        assert sorted(chunks) == sorted(exact) == ids
        for chunk, vector in exact.items():
            assert vectors.search(vector, 1, np.array([chunk])).tolist() == [chunk]
    return repr(
        (
            (generation.number, generation.recipe.fingerprint, generation.languages),
            [
                (row.id, row.source, row.hash, row.title, row.status, row.reason)
                for row in documents
            ],
            [(chunk, chunks[chunk].source, chunks[chunk].chunk) for chunk in ids],
            words,
        )
    )


def read_exact_vectors(
    connection: sqlite3.Connection, fingerprint: str
) -> dict[int, NDArray[np.float32]]:
    """Return the cached vector of every chunk that has one, by chunk id."""
    rows = connection.execute(
        "SELECT id, vector FROM chunks JOIN vectors USING (hash) WHERE model = ?", (fingerprint,)
    )
    return {row[0]: unpack_vector(row[1]) for row in rows}


def search(folder: Path, question: str, refresh: bool = False) -> dict[str, Any]:
    """Return the generation that answers and the sources of its passages, best first."""
    workspace = resolve(Location(folder, None, None))
    with Pipeline.open(workspace, refresh=False, encoder=ToyEncoder()) as pipeline:
        result = pipeline.search(question, refresh=refresh)
    return {
        "generation": result.index.generation,
        "fresh": result.index.fresh,
        "notes": list(result.notes),
        "sources": [passage.source for passage in result.passages],
    }


def build(request: dict[str, Any]) -> dict[str, Any]:
    """Build as the request says; return the steps that were taken and the chunks embedded."""
    handler = StepHandler(request.get("kill_at"), request.get("pause_at"), request.get("marker"))
    logger = logging.getLogger("seedqa.index")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(handler)
    encoder = ToyEncoder(salt=request.get("salt", ""))
    try:
        report = build_index(
            Path(request["seeds"]), Path(request["index"]), encoder, embed_batch=EMBED_BATCH
        )
    except SeedqaError as error:
        return describe(error) | {"last_step": handler.steps[-1] if handler.steps else None}
    return {
        "steps": handler.steps,
        "embedded": report.embedded,
        "generation": report.generation.number,
    }


def describe(error: SeedqaError) -> dict[str, Any]:
    """Return an error's kind and words."""
    return {"error": type(error).__name__, "found": error.found, "remedy": error.remedy}


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Do what a request asks for, in this process."""
    if "largest_file" in request:
        with borrow_parser() as parser:
            parser.start()  # it unpacks a model into the temporary folder, which is not full here
        resource.setrlimit(resource.RLIMIT_FSIZE, (request["largest_file"],) * 2)
    if request.get("nobody") and os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    folder = Path(request["index"])
    try:
        match request.get("do", "build"):
            case "state":
                return {"state": read_state(folder), "files": sorted(os.listdir(folder))}
            case "remove":
                folder.unlink()
                return {}
            case "search":
                return search(folder, request["question"], request.get("refresh", False))
            case _:
                return build(request)
    except SeedqaError as error:
        return describe(error)


def answer_in_child(request: dict[str, Any]) -> dict[str, Any]:
    """Fork a process for one request; `signal` is what killed it, or 0."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            os.write(writing, json.dumps(answer(request)).encode())
        except BaseException:
            os.write(writing, json.dumps({"unexpected": traceback.format_exc()}).encode())
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        said = pipe.read()
    status = os.waitpid(child, 0)[1]
    return {"signal": os.WTERMSIG(status), **json.loads(said or "{}")}


def main() -> None:
    """Serve requests until the input ends."""
    import faiss  # noqa: F401 - loaded once, here, for every process forked
    import filelock  # noqa: F401
    import langchain_text_splitters  # noqa: F401

    find_language("The model of languages is loaded here too.", 0, None)
    for line in sys.stdin:
        print(json.dumps(answer_in_child(json.loads(line))), flush=True)


def as_read_by_another_version(folder: Path) -> None:
    """Take out of an index by which version its documents were read, as before it was recorded."""
    with closing(sqlite3.connect(folder / DATABASE)) as connection, connection:
        facts = json.loads(read_meta(connection, GENERATION) or "")
        del facts["recipe"]["reading"]
        write_meta(connection, GENERATION, json.dumps(facts))


if __name__ == "__main__":
    main()
