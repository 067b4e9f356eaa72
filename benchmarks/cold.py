"""Compare a cold question, as a whole process from start to exit, with the plain alternative.

    python -m benchmarks.cold [--folder FOLDER] [--query WORDS] [--runs COUNT]

`seedqa search` and `seedqa ask` with an index that is fresh, `seedqa --help`, and `plain.py
search` (sentence-transformers, torch, `IndexFlatIP`; same chunks, same weights), which gives
passages only. Both indexes are built beforehand; each command runs once to warm the disk cache,
the compiled modules and OpenVINO's compile cache, then all take turns, so that a busy moment of
the machine hits them alike. "Times faster" compares medians with the plain script.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median

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

QUERY = "when did Alibaba join TOP?"


def prepare(folder: Path, scratch: Path, environment: dict[str, str]) -> None:
    """Build the index of seedqa and that of the plain script."""
    python = sys.executable
    restore_weights(scratch / "weights")
    seedqa = [python, "-m", "seedqa.cli", "index", str(folder), "--index", str(scratch / "ours")]
    plain = [python, "-m", "benchmarks.plain", str(scratch / "weights"), "index"]
    run_process(seedqa, environment, scratch)
    run_process([*plain, str(folder), str(scratch / "plain")], environment, scratch)


def measure(commands: dict[str, list[str]], runs: int, scratch: Path) -> dict[str, list[Run]]:
    """Run every command once for warmth, then `runs` times in turn."""
    environment = child_environment(scratch / "bytecode")
    for command in commands.values():
        run_process(command, environment, scratch)
    measured: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            measured[name].append(run_process(command, environment, scratch))
    return measured


def report(measured: dict[str, list[Run]], baseline: str) -> str:
    """Return the table: median, fastest and slowest time, CPU, ratio of medians, memory."""
    medians = {name: median(run.seconds for run in runs) for name, runs in measured.items()}
    rows = [
        [
            name,
            f"{medians[name]:.2f}",
            f"{min(run.seconds for run in runs):.2f} to {max(run.seconds for run in runs):.2f}",
            f"{median(run.cpu_seconds for run in runs):.2f}",
            f"{medians[baseline] / medians[name]:.1f}",
            f"{max(run.peak_bytes for run in runs) / MIB:.0f}",
        ]
        for name, runs in measured.items()
    ]
    heads = ["command", "median, s", "range, s", "CPU, s", "times faster", "peak memory, MiB"]
    return format_table(heads, rows)


def main() -> None:
    """Read the command line, measure, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=ROOT / "seeds", help="default: seeds/")
    parser.add_argument("--query", default=QUERY)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="seedqa-cold-") as name:
        scratch = Path(name)
        prepare(options.folder.resolve(), scratch, child_environment(scratch / "bytecode"))
        seedqa = [sys.executable, "-m", "seedqa.cli"]
        index = ["--index", str(scratch / "ours"), "--json"]
        plain = [sys.executable, "-m", "benchmarks.plain", str(scratch / "weights"), "search"]
        commands = {
            "plain search": [*plain, str(scratch / "plain"), options.query],
            "seedqa search": [*seedqa, "search", options.query, *index],
            "seedqa ask": [*seedqa, "ask", options.query, *index],
            "seedqa --help": [*seedqa, "--help"],
        }
        print(describe_machine())
        print(report(measure(commands, options.runs, scratch), "plain search"))


if __name__ == "__main__":
    main()
