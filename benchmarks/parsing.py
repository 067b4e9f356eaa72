"""Measure what it costs to read documents in a process of their own.

    python -m benchmarks.parsing --seeds FOLDER [--runs COUNT]

Reads and cuts every document of a folder here, and in the other process, one after the other, and
prints the medians, their ratio, and the share of the difference in the time of a whole build with
the encoder that ships. Starting the process, and loading its libraries, is told apart.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from benchmarks.measuring import describe_machine
from seedqa.index.build import build_index
from seedqa.index.chunking import load_splitter, split_document
from seedqa.index.documents.read import read_document
from seedqa.index.documents.walk import walk_folder
from seedqa.index.encoder import load_encoder
from seedqa.index.errors import UnreadableFile
from seedqa.index.language import load_identifier
from seedqa.index.parsing.process import Parser
from seedqa.index.types import DEFAULT_SETTINGS, FoundFile


def read_here(files: Sequence[FoundFile]) -> None:
    """Read and cut all files in this process."""
    for file in files:
        with suppress(UnreadableFile):
            split_document(read_document(file)[1], DEFAULT_SETTINGS)


def read_there(files: Sequence[FoundFile], parser: Parser) -> None:
    """Read and cut all files in the other process."""
    for file in files:
        with suppress(UnreadableFile):
            parser.parse(file, DEFAULT_SETTINGS)


def seconds_of(work: Callable[[], object]) -> float:
    """Return the seconds that `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    """Read the command line, measure, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    files, _ = walk_folder(options.seeds)
    load_identifier()
    load_splitter(DEFAULT_SETTINGS)
    other = Parser()
    start = seconds_of(lambda: read_there(files[:1], other))
    here, there = [], []
    for _ in range(options.runs):
        here.append(seconds_of(lambda: read_here(files)))
        there.append(seconds_of(lambda: read_there(files, other)))
    other.close()
    encoder = load_encoder()
    with tempfile.TemporaryDirectory() as folder:
        build = seconds_of(lambda: build_index(options.seeds, Path(folder), encoder))
    alone, apart = statistics.median(here), statistics.median(there)
    print(describe_machine())
    print(f"{len(files)} files, {sum(file.size for file in files) / 2**20:.1f} MiB")
    print(f"start and first file {start:.2f} s")
    print(f"read here {alone:.2f} s, in the other process {apart:.2f} s: {apart / alone:.3f}")
    print(f"whole build {build:.1f} s, of which the difference is {(apart - alone) / build:.1%}")


if __name__ == "__main__":
    main()
