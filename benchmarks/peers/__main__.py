"""Compare seedqa with txtai, LanceDB, LangChain with FAISS, LlamaIndex and Chroma.

    python -m benchmarks.peers --data DATA --scratch FOLDER [--only NAME ...]
                               [--questions COUNT] [--runs COUNT] [--json FILE]

All have the same weights (the encoder that ships, restored for sentence-transformers), the same
chunks (those of seedqa, with what the encoder reads of each) and the same questions: PIAF, French,
761 texts, 1,505 questions. Each peer is used in the hybrid form of its documentation, Chroma in its
dense one, in an environment of its own below the scratch folder; `adapters` has how. Each is asked
for `COUNT` passages.

Measured, as whole processes from start to exit: indexing, and a cold question. seedqa reads, splits
and encodes the text files; the others get chunks, so that they do not read, split or find titles
and languages. Then one process asks `ENCODED` questions of an open index, with encoding, and
another one all questions, without: the vectors of the questions are made before, and each library
gets an encoder that looks them up, in the place where it takes one (`open_index` of each adapter
says which). Recall is that of the second one. CPU counts all threads. A file counts once, at its
best rank; p is that of the exact McNemar test against seedqa.

What seedqa does with each question and the peers do not: it checks the folder for changes, and
folds near duplicates. What they offer and seedqa does not: filters over any metadata, other stores,
servers. The settings of seedqa's fusion were chosen with these questions among others
(`benchmarks.retrieval`); those of the peers are their defaults, so recall favours seedqa.

Repeated runs take turns; the medians are printed. The machine must be idle: the threads of torch
spin while they wait for each other, which counts as CPU. With other work on both of two cores a
question of LanceDB took 955 CPU ms with two threads and 81 with one. Imports no seedqa, so that it
stays small: on Linux a child starts with the peak memory of its parent.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import fmean, median
from typing import Any

from benchmarks.measuring import (
    MIB,
    Run,
    child_environment,
    describe_machine,
    format_table,
    restore_weights,
    run_process,
)
from benchmarks.peers.environments import OFFLINE, list_peers, make_environment
from benchmarks.peers.files import (
    CHUNKS,
    QUESTIONS,
    VECTORS,
    Asked,
    read_questions,
    right_within,
)
from benchmarks.peers.runner import COUNT
from benchmarks.peers.significance import compare

OURS = "seedqa"
#: Questions that are asked with encoding, evenly spread: encoding is slow, and its mean steady.
ENCODED = 200
#: Every run as it comes, with what it printed: a comparison that is stopped is not lost.
RUNS = "runs.jsonl"
DEPTHS = (1, 5)
TITLES = {
    OURS: "seedqa",
    "chroma": "Chroma (dense)",
    "lancedb": "LanceDB",
    "langchain": "LangChain + FAISS",
    "llamaindex": "LlamaIndex + FAISS",
    "txtai": "txtai",
}


@dataclass(frozen=True, slots=True)
class System:
    """seedqa or a peer: how its steps are run, and where its index is."""

    name: str
    python: str
    scratch: Path

    @property
    def index(self) -> Path:
        """The folder of its index."""
        return self.scratch / "indexes" / self.name

    def index_command(self) -> list[str]:
        """Return what indexes the corpus."""
        if self.name == OURS:
            texts = str(self.scratch / "texts")
            return [*self._seedqa("index"), texts, "--index", str(self.index), "--json"]
        return self._runner("index", "--chunks", str(self.scratch / CHUNKS))

    def ask_command(self, question: str) -> list[str]:
        """Return what asks one question."""
        if self.name == OURS:
            options = ["--index", str(self.index), "-n", str(COUNT), "--json"]
            return [*self._seedqa("search"), question, *options]
        return self._runner("ask", "--question", question)

    def warm_command(self, *, encodes: bool) -> list[str]:
        """Return what asks an open index: `ENCODED` questions, or all with vectors made before."""
        vectors = ["--vectors", str(self.scratch / VECTORS)]
        extra = ["--count", str(ENCODED)] if encodes else vectors
        return self._runner("warm", "--questions", str(self.scratch / QUESTIONS), *extra)

    def run(self, step: str, command: Sequence[str]) -> Run:
        """Run a command, offline, with compiled modules kept in the scratch folder.

        Appends the run to `RUNS` there, and says on standard error what it took.
        """
        environment = child_environment(self.scratch / "bytecode" / self.name) | OFFLINE
        environment.pop("PYTHONPATH", None)  # what a peer imports is in its own environment
        done = run_process(command, environment, self.scratch)
        with (self.scratch / RUNS).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"system": self.name, "step": step} | asdict(done)) + "\n")
        took = f"{done.seconds:.1f} s, CPU {done.cpu_seconds:.1f} s"
        print(f"{self.name}, {step}: {took}", file=sys.stderr, flush=True)
        return done

    def _seedqa(self, command: str) -> list[str]:
        return [self.python, "-m", "seedqa.cli", command]

    def _runner(self, step: str, *options: str) -> list[str]:
        runner = [self.python, "-m", "benchmarks.peers.runner", self.name, step]
        return [
            *runner,
            "--model",
            str(self.scratch / "weights"),
            "--out",
            str(self.index),
            *options,
        ]


@dataclass(slots=True)
class Measured:
    """What was measured of one system; a list has an entry for each run."""

    indexing: list[Run] = field(default_factory=list)
    cold: list[Run] = field(default_factory=list)
    warm: list[Run] = field(default_factory=list)
    with_encoding: list[dict[str, Any]] = field(default_factory=list)
    without_encoding: list[dict[str, Any]] = field(default_factory=list)
    disk_bytes: int = 0


def measure(systems: Sequence[System], asked: Sequence[Asked], runs: int) -> dict[str, Measured]:
    """Measure all systems in turns, `runs` times."""
    measured = {system.name: Measured() for system in systems}
    for _ in range(runs):
        for system in systems:
            measure_once(system, measured[system.name], asked[0].question)
    return measured


def measure_once(system: System, measured: Measured, question: str) -> None:
    """Index, ask cold and ask all questions, once each, and add what was measured."""
    shutil.rmtree(system.index, ignore_errors=True)
    measured.indexing.append(system.run("index", system.index_command()))
    measured.disk_bytes = folder_bytes(system.index)
    system.run("warm up", system.ask_command(question))  # the caches
    measured.cold.append(system.run("cold", system.ask_command(question)))
    measured.warm.append(system.run("with encoding", system.warm_command(encodes=True)))
    measured.with_encoding.append(json.loads(measured.warm[-1].output))
    looked = system.run("without encoding", system.warm_command(encodes=False))
    measured.without_encoding.append(json.loads(looked.output))


def folder_bytes(folder: Path) -> int:
    """Return the size of the files of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def median_run(runs: Sequence[Run]) -> dict[str, float]:
    """Return the medians of seconds and CPU seconds, and the greatest peak memory in MiB."""
    return {
        "wall_s": round(median(run.seconds for run in runs), 3),
        "cpu_s": round(median(run.cpu_seconds for run in runs), 3),
        "peak_mib": round(max(run.peak_bytes for run in runs) / MIB, 1),
    }


def mean_ms(passes: Sequence[Mapping[str, Any]], clock: str) -> float:
    """Return the mean milliseconds of a question, the median of several passes."""
    return round(median(fmean(one[clock]) for one in passes), 3)


def summarise(measured: Mapping[str, Measured], asked: Sequence[Asked]) -> dict[str, Any]:
    """Return the figures of each system, with p against seedqa where that was measured."""
    right = {
        name: {
            depth: right_within(one.without_encoding[0]["found"], asked, depth) for depth in DEPTHS
        }
        for name, one in measured.items()
    }
    figures: dict[str, Any] = {}
    for name, one in measured.items():
        figures[name] = {
            "indexing": median_run(one.indexing),
            "disk_bytes": one.disk_bytes,
            "cold": median_run(one.cold),
            "warm": {
                "cpu_ms": mean_ms(one.with_encoding, "cpu_ms"),
                "wall_ms": mean_ms(one.with_encoding, "wall_ms"),
                "cpu_ms_without_encoding": mean_ms(one.without_encoding, "cpu_ms"),
                "wall_ms_without_encoding": mean_ms(one.without_encoding, "wall_ms"),
                "peak_mib": median_run(one.warm)["peak_mib"],
            },
        }
        for depth in DEPTHS:
            ours = right[OURS][depth] if OURS in right else None
            figures[name][f"recall@{depth}"] = round(fmean(right[name][depth]), 4)
            figures[name][f"p@{depth}"] = (
                None if ours is None or name == OURS else compare(ours, right[name][depth])
            )
            figures[name][f"right@{depth}"] = [int(value) for value in right[name][depth]]
    return figures


def format_report(figures: Mapping[str, Any]) -> str:
    """Return the table of all systems."""
    heads = [
        "system", "index, s", "CPU, s", "peak, MiB", "disk, MiB", "cold, s", "CPU, s", "peak, MiB",
        "warm, CPU ms", "without encoding", "peak, MiB", "recall@1 (p)", "recall@5 (p)",
    ]  # fmt: skip
    rows = [
        [
            TITLES.get(name, name),
            *format_run(one["indexing"], 1),
            f"{one['disk_bytes'] / MIB:.1f}",
            *format_run(one["cold"], 2),
            f"{one['warm']['cpu_ms']:.1f}",
            f"{one['warm']['cpu_ms_without_encoding']:.2f}",
            f"{one['warm']['peak_mib']:.0f}",
            *(format_recall(one[f"recall@{depth}"], one[f"p@{depth}"]) for depth in DEPTHS),
        ]
        for name, one in figures.items()
    ]
    return format_table(heads, rows)


def format_run(run: Mapping[str, float], digits: int) -> list[str]:
    """Return the cells of whole processes."""
    seconds = (f"{run[name]:.{digits}f}" for name in ("wall_s", "cpu_s"))
    return [*seconds, f"{run['peak_mib']:.0f}"]


def format_recall(recall: float, p: float | None) -> str:
    """Return a recall in per cent, with the p of the comparison with seedqa if there is one."""
    return f"{100 * recall:.1f}" if p is None else f"{100 * recall:.1f} ({p:.2g})"


def prepare(options: argparse.Namespace) -> list[System]:
    """Write weights, corpus and environments below the scratch folder; return the systems."""
    scratch = options.scratch.resolve()
    scratch.mkdir(parents=True, exist_ok=True)
    if not (scratch / "weights").is_dir():
        restore_weights(scratch / "weights")
    corpus = [sys.executable, "-m", "benchmarks.peers.corpus", "--scratch", str(scratch)]
    corpus += ["--data", str(options.data.resolve())]
    corpus += ["--questions", str(options.questions)] if options.questions else []
    run_process(corpus, child_environment(scratch / "bytecode" / OURS))
    systems = [System(OURS, sys.executable, scratch)] if OURS in options.only else []
    for peer in options.only:
        if peer != OURS:
            python = make_environment(peer, scratch / "venvs")
            systems.append(System(peer, str(python), scratch))
    return systems


def main() -> None:
    """Read the command line, measure, print the table."""
    names = [OURS, *list_peers()]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--scratch", type=Path, required=True, help="takes 9 GB, kept")
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    parser.add_argument("--questions", type=int, help="evenly spread; default: all")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write all figures here")
    options = parser.parse_args()
    systems = prepare(options)
    asked = read_questions(systems[0].scratch / QUESTIONS)
    machine = describe_machine()
    measured = measure(systems, asked, options.runs)
    figures = summarise(measured, asked)
    if options.json:
        runs = {
            name: {
                step: [asdict(run) | {"output": None} for run in getattr(one, step)]
                for step in ("indexing", "cold", "warm")
            }
            for name, one in measured.items()
        }
        written = {"machine": machine, "questions": len(asked), "systems": figures, "runs": runs}
        options.json.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    print(f"{len(asked):,} questions, {options.runs} runs; at the start {machine}")
    print(format_report(figures))
    print(f"at the end {describe_machine()}")


if __name__ == "__main__":
    main()
