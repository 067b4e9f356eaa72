"""Measure the look at the folder: nothing changed, and one file edited, among 10,000 files.

    python -m benchmarks.refresh [--data ../shared/data] [--files COUNT] [--runs COUNT]

Each file holds two English sentences of the parallel corpus. Measured are `build_index` in a
process that has the encoder loaded, and `seedqa search` as a whole process, which looks at the
folder first and embeds the edited file before it answers.
"""

from __future__ import annotations

import argparse
import json
import lzma
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from statistics import median

from benchmarks.measuring import (
    child_environment,
    describe_machine,
    format_table,
    run_process,
)

SENTENCES_PER_FILE = 2
SHORTEST_SENTENCE = 30
FILES_PER_FOLDER = 500
QUERY = "which measures were agreed by the council?"
#: A file read within two seconds of its last change is read again the next time.
SETTLING_SECONDS = 2.5


def write_files(data: Path, folder: Path, count: int) -> list[Path]:
    """Write `count` files of two sentences, 500 to a folder; return their paths."""
    with lzma.open(data / "parallel" / "en-fr.tsv.xz", "rt", encoding="utf8") as file:
        english = (line.split("\t", 1)[0] for line in file)
        long = (text for text in english if len(text) >= SHORTEST_SENTENCE)
        sentences = list(islice(long, count * SENTENCES_PER_FILE))
    paths = []
    for number in range(count):
        path = folder / f"{number // FILES_PER_FOLDER:03}" / f"{number:05}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        first = number * SENTENCES_PER_FILE
        path.write_text("\n".join(sentences[first : first + SENTENCES_PER_FILE]), encoding="utf-8")
        paths.append(path)
    time.sleep(SETTLING_SECONDS)
    return paths


def edit(path: Path, run: int) -> None:
    """Put a sentence before what a file says."""
    text = path.read_text(encoding="utf-8")
    path.write_text(f"This line number {run} is new in here.\n{text}", encoding="utf-8")


def build(folder: Path, index: Path, files: list[Path], runs: int) -> dict[str, list[float]]:
    """Build the index, then time builds after no change and after an edit."""
    from seedqa.index.build import build_index
    from seedqa.index.encoder import load_encoder

    encoder = load_encoder()
    timed: dict[str, list[float]] = {"first build": [], "nothing": [], "one edited": []}
    timed["first build"].append(build_index(folder, index, encoder).seconds)
    time.sleep(SETTLING_SECONDS)
    for run in range(runs):
        timed["nothing"].append(build_index(folder, index, encoder).seconds)
        edit(files[run * 7], run)
        report = build_index(folder, index, encoder)
        assert len(report.indexed) == 1
        timed["one edited"].append(report.seconds)
    time.sleep(SETTLING_SECONDS)
    build_index(folder, index, encoder)
    return timed


def search(index: Path, files: list[Path], runs: int, scratch: Path) -> dict[str, list[float]]:
    """Time `seedqa search` as a process after no change and after an edit."""
    command = [sys.executable, "-m", "seedqa.cli", "search", QUERY, "--index", str(index)]
    environment = child_environment(scratch / "bytecode")
    timed: dict[str, list[float]] = {"nothing": [], "one edited": []}
    run_process([*command, "--json"], environment, scratch)
    for run in range(runs):
        for name, seconds in timed.items():
            if name == "one edited":
                edit(files[run * 11 + 5], run)
            done = run_process([*command, "--json"], environment, scratch)
            seconds.append(done.seconds)
            if not json.loads(done.output)["index"]["fresh"]:
                print(f"{name}, run {run}: the refresh was given up after two seconds")
        time.sleep(SETTLING_SECONDS)
        run_process([*command, "--json"], environment, scratch)
    return timed


def main() -> None:
    """Read the command line, measure, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="seedqa-refresh-") as name:
        scratch = Path(name)
        files = write_files(options.data, scratch / "seeds", options.files)
        inside = build(scratch / "seeds", scratch / "index", files, options.runs)
        whole = search(scratch / "index", files, options.runs, scratch)
    print(describe_machine())
    timed = {f"`build_index`: {key}": values for key, values in inside.items()}
    timed |= {f"`seedqa search`, process: {key}": values for key, values in whole.items()}
    rows = [
        [key, f"{median(values):.2f}", f"{min(values):.2f} to {max(values):.2f}"]
        for key, values in timed.items()
    ]
    print(format_table([f"{options.files:,} files", "median, s", "range, s"], rows))


if __name__ == "__main__":
    main()
