"""Compare indexing throughput, whole processes, with the plain alternative.

    python -m benchmarks.throughput [--data ../shared/data] [--corpora piaf squad2] [--runs COUNT]

`seedqa index` from nothing to a committed index (reading, languages, titles, splitting, encoding,
both arms, fsync) and `plain.py index` (read, split, sentence-transformers on torch, `IndexFlatIP`)
over the same text files, one passage a file, with the same splitter, inputs and weights. They take
turns, after one run of each over the seeds that ship, for warmth.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.corpora import write_squad_form
from benchmarks.measuring import (
    MIB,
    ROOT,
    Run,
    child_environment,
    describe_machine,
    format_table,
    restore_weights,
    run_process,
)


def measure(folder: Path, runs: int, scratch: Path) -> dict[str, list[Run]]:
    """Index `folder` in turn with both, into new folders each time."""
    environment = child_environment(scratch / "bytecode")
    ours, plain, weights = scratch / "ours", scratch / "plain", scratch / "weights"
    restore_weights(weights)
    measured: dict[str, list[Run]] = {"plain": [], "seedqa": []}
    for run in range(-1, runs):
        texts = str(ROOT / "seeds" if run < 0 else folder)
        commands = {
            "plain": ["-m", "benchmarks.plain", str(weights), "index", texts, str(plain)],
            "seedqa": ["-m", "seedqa.cli", "index", texts, "--index", str(ours), "--json"],
        }
        for name, command in commands.items():
            done = run_process([sys.executable, *command], environment, scratch)
            if run >= 0:
                measured[name].append(done)
        count = len(json.loads((plain / "chunks.json").read_text(encoding="utf-8")))
        shutil.rmtree(ours)
        shutil.rmtree(plain)
    print(f"{count:,} chunks; {describe_machine()}")
    return measured


def report(measured: dict[str, list[Run]]) -> str:
    """Return the table: median and range of seconds, ratio of medians, peak memory."""
    medians = {name: median(run.seconds for run in runs) for name, runs in measured.items()}
    rows = [
        [
            name,
            f"{medians[name]:.1f}",
            f"{min(run.seconds for run in runs):.1f} to {max(run.seconds for run in runs):.1f}",
            f"{medians['plain'] / medians[name]:.2f}",
            f"{max(run.peak_bytes for run in runs) / MIB:.0f}",
        ]
        for name, runs in measured.items()
    ]
    heads = ["whole run", "median, s", "range, s", "times faster", "peak memory, MiB"]
    return format_table(heads, rows)


def main() -> None:
    """Read the command line, measure, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--corpora", nargs="+", default=["piaf", "squad2"])
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="seedqa-throughput-") as name:
        scratch = Path(name)
        for corpus in options.corpora:
            write_squad_form(options.data, scratch / "texts" / corpus, corpus)
        print(report(measure(scratch / "texts", options.runs, scratch)))


if __name__ == "__main__":
    main()
