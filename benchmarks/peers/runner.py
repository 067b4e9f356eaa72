"""Run one step of one system, in its own environment, and print what it found as JSON.

    python -m benchmarks.peers.runner SYSTEM index --chunks FILE --model FOLDER --out FOLDER
    python -m benchmarks.peers.runner SYSTEM ask --model FOLDER --out FOLDER --question WORDS
    python -m benchmarks.peers.runner SYSTEM warm --model FOLDER --out FOLDER --questions FILE
                                             [--vectors FILE] [--count COUNT]

`warm` opens the index once and asks every question, or `--count` of them, evenly spread; it asks
`WARM_UP` of them before, which do not count. It prints the milliseconds of each (CPU:
`time.process_time`, which counts all threads), and the files of the passages found. With
`--vectors` the encoder is one that looks up the vectors of the questions, made beforehand: what is
left is the work of the library. Each adapter hands such an encoder over where its library takes
one. Imports nothing of seedqa, except for the adapter of seedqa itself.
"""

from __future__ import annotations

import argparse
import importlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

from benchmarks.peers.files import Chunk, read_chunks, read_questions, spread

#: Passages asked for: with two to four chunks a file, five files are among them.
COUNT = 20
WARM_UP = 10

Vectors = Mapping[str, Any]
"""The vectors of the questions, numpy arrays of shape (dimension,)."""
Search = Callable[[str, int], Sequence[str]]
"""Returns the files of the passages found for a question, best first; a file may come again."""


class Adapter(Protocol):
    """What a module of `adapters` has."""

    def build(self, chunks: Sequence[Chunk], model: str, out: Path) -> None:
        """Index chunks into the folder `out`; `model` is a folder of sentence-transformers."""

    def open_index(self, out: Path, model: str, vectors: Vectors | None) -> Search:
        """Return the search of an index; with `vectors`, these take the place of the model."""


def load_adapter(system: str) -> Adapter:
    """Return the module of a system."""
    return cast("Adapter", importlib.import_module(f"benchmarks.peers.adapters.{system}"))


def load_vectors(path: Path, questions: Sequence[str]) -> Vectors:
    """Return the vectors of a file in the order of `questions`."""
    import numpy as np

    return dict(zip(questions, np.load(path), strict=True))


def ask_all(search: Search, questions: Sequence[str]) -> dict[str, Any]:
    """Ask every question and return the milliseconds of each, and the files found."""
    for question in questions[:WARM_UP]:
        search(question, COUNT)
    cpu, wall, found = [], [], []
    for question in questions:
        started, worked = time.perf_counter(), time.process_time()
        sources = search(question, COUNT)
        cpu.append(round((time.process_time() - worked) * 1000, 3))
        wall.append(round((time.perf_counter() - started) * 1000, 3))
        found.append(list(sources))
    return {"cpu_ms": cpu, "wall_ms": wall, "found": found}


def main() -> None:
    """Read the command line and do the one step."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("system")
    parser.add_argument("step", choices=("index", "ask", "warm"))
    parser.add_argument("--model", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--chunks", type=Path)
    parser.add_argument("--question")
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--count", type=int)
    options = parser.parse_args()
    adapter = load_adapter(options.system)
    if options.step == "index":
        adapter.build(read_chunks(options.chunks), options.model, options.out)
        return
    if options.step == "ask":
        print(json.dumps(list(adapter.open_index(options.out, options.model, None)(
            options.question, COUNT))))  # fmt: skip
        return
    asked = spread(read_questions(options.questions), options.count)
    questions = [one.question for one in asked]
    vectors = load_vectors(options.vectors, questions) if options.vectors else None
    print(json.dumps(ask_all(adapter.open_index(options.out, options.model, vectors), questions)))


if __name__ == "__main__":
    main()
