"""Print where the processor time of a cold and of a warm question goes, stage by stage.

    python -m benchmarks.profile [--seeds FOLDER] [--questions FILE] [--chunks COUNT]
                                 [--against CHECKOUT] [--runs COUNT] [--cold COUNT]
                                 [--scratch FOLDER]

Without `--seeds` the bundled article is asked. `--questions` has one question a line. `--chunks`
takes the synthetic corpus of `scale.py` instead: the bundled encoder encodes each question, then
the synthetic vector is used. The folder is indexed, and the index is asked in processes of their
own.

A stage counts its own time, without that of the stages that it calls, of all threads of the process
(`time.process_time`). "Engine" is everything but encoding and reading: check of the folder, dense
and lexical search, exact scores, fusion, folding, fetching. Of several `--runs`, each in a process
of its own, the least time of each stage of each question counts. `--against` runs the code of
another checkout in turns, over an index that it builds itself, and compares the passages of every
question to the last place: source, offsets, score, its parts, and what was folded. `--scratch`
keeps the indexes for the next time.
"""

from __future__ import annotations

import argparse
import builtins
import importlib
import importlib.util
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measuring import (
    ROOT,
    child_environment,
    describe_machine,
    format_table,
    run_process,
)

QUESTIONS = (
    "when did Alibaba join TOP?",
    "who founded the company?",
    "Quand Alibaba a-t-il rejoint TOP ?",
    "how many members are there?",
)
#: The stages of a question and the functions that do them, as module and name. A name that another
#: checkout does not have is left out.
STAGES: Mapping[str, Sequence[tuple[str, str]]] = {
    "rest of the search": (("retrieval.pipeline", "Pipeline.find"),),
    "rest of the answer": (("retrieval.pipeline", "Pipeline.answer"),),
    "check the folder": (
        ("retrieval.pipeline", "Pipeline.refresh"),
        ("retrieval.pipeline", "Pipeline._check"),
    ),
    "parse the question": (("retrieval.pipeline", "parse_question"),),
    "encode the question": (("index.encoder", "ShippedEncoder.encode_question"),),
    "open the index": (("retrieval.pipeline", "open_for_reading"),),
    "read the vector file": (("index.store.reading", "load_vectors"),),
    "dense scan": (("index.store.vectors", "VectorIndex.search"),),
    "exact scores": (
        ("index.store.reading", "EmbeddedReading.dense"),
        ("index.store.reading", "EmbeddedReading.cosines"),
    ),
    "lexical search": (
        ("retrieval.search", "plan_lexical_query"),
        ("retrieval.search", "lexical_candidates"),
    ),
    "fetch": (
        ("index.store.reading", "EmbeddedReading.chunks"),
        ("index.store.reading", "EmbeddedReading.places"),
    ),
    "fuse and sort": (
        ("retrieval.search", "fuse_candidates"),
        ("retrieval.search", "sort_hits"),
    ),
    "fold duplicates": (("retrieval.search", "fold_duplicates"),),
    "load tokenizers": (
        ("index.encoder", "load_tokenizer"),
        ("retrieval.reader", "load_tokenizer"),
    ),
    "load models": (
        ("index.encoder", "compile_model"),
        ("retrieval.reader", "compile_model"),
    ),
    "read for the answer": (("retrieval.reader", "Reader.read"),),
    "evidence: encode sentences": (("index.encoder", "ShippedEncoder.encode_passages"),),
    "evidence and answer": (
        ("retrieval.reading", "find_answers"),
        ("retrieval.reading", "reorder_passages"),
    ),
}
#: The stages that are no engine time, with everything outside of `Pipeline.find`.
MODEL_STAGES = frozenset(
    ("encode the question", "read for the answer", "evidence: encode sentences",
     "evidence and answer", "rest of the answer", "rest", "load models", "load tokenizers")
)  # fmt: skip
IMPORTS, REST = "imports", "rest"
WARM_UP = 10
#: A file read within two seconds of its last change is read again at the next question.
SETTLING_SECONDS = 2.5


@dataclass(slots=True)
class Stages:
    """CPU milliseconds by stage; a stage that calls another does not count its time."""

    spent: dict[str, float] = field(default_factory=dict)
    _stack: list[str] = field(default_factory=lambda: [REST])
    _since: float = field(default_factory=time.process_time)

    def count(self) -> None:
        """Give the time since the last call to the running stage."""
        now = time.process_time()
        running = self._stack[-1]
        self.spent[running] = self.spent.get(running, 0.0) + (now - self._since) * 1000
        self._since = now

    @contextmanager
    def running(self, stage: str) -> Iterator[None]:
        """Count the time of the work within for `stage`."""
        self.count()
        self._stack.append(stage)
        try:
            yield
        finally:
            self.count()
            self._stack.pop()

    def take(self) -> dict[str, float]:
        """Return what was counted since the last time, and begin again."""
        self.count()
        taken, self.spent = self.spent, {}
        return taken

    def wrap(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that counts for `stage`."""

        @wraps(function)
        def counted(*values: Any, **named: Any) -> Any:
            with self.running(stage):
                return function(*values, **named)

        return counted


# -- in the processes that are measured --------------------------------------------------------


def watch_stages(stages: Stages) -> None:
    """Replace the functions of `STAGES` by those that count; they are imported for that."""
    for stage, functions in STAGES.items():
        for module, name in functions:
            if importlib.util.find_spec(f"seedqa.{module}") is None:
                continue
            owner: Any = importlib.import_module(f"seedqa.{module}")
            *path, last = name.split(".")
            for part in path:
                owner = getattr(owner, part)
            if hasattr(owner, last):
                setattr(owner, last, stages.wrap(stage, getattr(owner, last)))


def watch_imports(stages: Stages) -> None:
    """Count the time of importing modules that were not loaded."""
    plain = builtins.__import__

    def counted(name: str, *values: Any, **named: Any) -> Any:
        if name in sys.modules:
            return plain(name, *values, **named)
        with stages.running(IMPORTS):
            return plain(name, *values, **named)

    builtins.__import__ = counted


def ask_cold(index: Path, question: str, command: str) -> dict[str, float]:
    """Ask one question as the command line does; return CPU milliseconds by stage."""
    stages = Stages()
    stages.spent["start Python"] = time.process_time() * 1000
    watch_imports(stages)
    watch_stages(stages)
    from seedqa.cli import main

    with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
        main([command, question, "--index", str(index), "--json"])
    return stages.take()


def ask_warm(index: Path, asked: Sequence[str], command: str, chunks: int) -> dict[str, Any]:
    """Ask every question of an open index; return CPU milliseconds by stage, and the passages."""
    from seedqa.index.encoder import load_encoder
    from seedqa.index.workspace import Location, resolve
    from seedqa.retrieval.pipeline import Pipeline

    stages = Stages()
    watch_stages(stages)
    encoder: Any = load_encoder()
    if chunks:
        from benchmarks.scale import Corpus, SyntheticEncoder

        encoder = SyntheticEncoder(encoder, dict(Corpus(chunks).questions(len(asked))))
    workspace = resolve(Location(index=index, seeds=None, model=None))
    spent, found = [], []
    with Pipeline.open(workspace, encoder=encoder) as pipeline:
        run = pipeline.ask if command == "ask" else pipeline.search
        for question in asked[:WARM_UP]:
            run(question)
        stages.take()
        for question in asked:
            result = run(question)
            spent.append(stages.take())
            assert result.index.fresh
            found.append(describe(result))
    return {"spent": spent, "found": found}


def describe(result: Any) -> list[Any]:
    """Return what must not differ between two versions."""
    passages = [
        [one.source, one.start, one.end, one.score, one.also_in,
         one.ranks.dense, one.ranks.lexical, one.parts.cosine, one.parts.bm25]
        for one in result.passages
    ]  # fmt: skip
    answers = [[one.text, one.source, round(one.confidence, 4)] for one in result.answers]
    return [result.question, passages, answers]


# -- the processes ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Checkout:
    """A checkout whose code is measured, with its own index of the same folder."""

    name: str
    root: Path
    scratch: Path

    @property
    def index(self) -> Path:
        """The folder of its index."""
        return self.scratch / "index"

    def run(self, module: str, *arguments: str) -> tuple[str, float]:
        """Run a module with its code and environment; return its output and CPU seconds.

        A checkout without an environment is run in ours, with its code in front of that which is
        installed there.
        """
        python = self.root / ".venv" / "bin" / "python"
        command = [str(python if python.exists() else sys.executable), "-m", module, *arguments]
        package = self.scratch / "path" / "seedqa"
        package.parent.mkdir(parents=True, exist_ok=True)
        if not package.exists():
            package.symlink_to(self.root)
        environment = child_environment(self.scratch / "bytecode")
        environment["PYTHONPATH"] = str(package.parent)
        done = run_process(command, environment, self.scratch)
        return done.output, done.cpu_seconds

    def step(self, step: str, options: argparse.Namespace, questions: Path, command: str) -> Any:
        """Run a step of this script and return what it printed."""
        output, cpu_seconds = self.run(
            "benchmarks.profile", "--step", step, "--index", str(self.index), "--command", command,
            "--questions", str(questions), "--chunks", str(options.chunks),
        )  # fmt: skip
        return json.loads(output) | ({"whole": cpu_seconds * 1000} if step == "cold" else {})


def prepare(checkout: Checkout, options: argparse.Namespace, seeds: Path) -> None:
    """Index the folder, or the synthetic corpus, with the code of a checkout."""
    if checkout.index.is_dir():  # kept from the last time
        return
    checkout.scratch.mkdir(parents=True, exist_ok=True)
    if options.chunks:
        checkout.run(
            "benchmarks.scale", "--step", "build", "--scratch", str(checkout.scratch),
            "--sizes", str(options.chunks),
        )  # fmt: skip
    else:
        index = ["index", str(seeds), "--index", str(checkout.index)]
        checkout.run("seedqa.cli", *index)
        time.sleep(SETTLING_SECONDS)
        checkout.run("seedqa.cli", *index)


def write_questions(options: argparse.Namespace, path: Path) -> None:
    """Write the questions as a JSON list."""
    asked = list(QUESTIONS)
    if options.chunks:
        from benchmarks.scale import Corpus

        asked = [text for text, _ in Corpus(options.chunks).questions(options.count)]
    elif options.questions:
        lines = options.questions.read_text(encoding="utf-8").splitlines()
        asked = [line for line in lines if line.strip()][: options.count]
    path.write_text(json.dumps(asked), encoding="utf-8")


def mean_by_stage(runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the mean of each stage."""
    names = dict.fromkeys(name for run in runs for name in run)
    return {name: sum(run.get(name, 0.0) for run in runs) / len(runs) for name in names}


def least_by_stage(runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the least of each stage: other work on the machine only adds."""
    names = dict.fromkeys(name for run in runs for name in run)
    return {name: min(run.get(name, 0.0) for run in runs) for name in names}


def engine_ms(spent: Mapping[str, float]) -> float:
    """Return the part of a question that is neither encoding nor reading."""
    return sum(value for name, value in spent.items() if name not in MODEL_STAGES)


def table(title: str, columns: Mapping[str, Mapping[str, float]]) -> str:
    """Return a table of stages, the greatest first, with a column for each checkout."""
    first = next(iter(columns.values()))
    names = dict.fromkeys([*sorted(first, key=lambda name: -first[name]), *STAGES])
    rows = [
        [name, *(f"{column.get(name, 0.0):.2f}" for column in columns.values())]
        for name in names
        if any(column.get(name, 0.0) >= 0.005 for column in columns.values())
    ]
    return format_table([title, *columns], rows)


def compare(found: Mapping[str, Sequence[Any]]) -> str:
    """Say of how many questions all checkouts found the same, and name the first that differs."""
    (name, ours), *others = found.items()
    lines = []
    for other, theirs in others:
        differing = [one[0] for one, its in zip(ours, theirs, strict=True) if one != its]
        lines.append(
            f"{name} and {other}: {len(ours) - len(differing)} of {len(ours)} questions have the"
            " same passages, scores and answers"
        )
        lines += [f"  differs: {question}" for question in differing[:5]]
    return "\n".join(lines)


def measure(checkouts: Sequence[Checkout], options: argparse.Namespace, questions: Path) -> None:
    """Ask warm and cold, in turns, and print the tables."""
    for command in options.commands:
        warm: dict[str, list[list[dict[str, float]]]] = {one.name: [] for one in checkouts}
        found = {}
        for _ in range(options.runs):
            for one in checkouts:
                done = one.step("warm", options, questions, command)
                warm[one.name].append(done["spent"])
                found[one.name] = done["found"]
        columns = {}
        for name, runs in warm.items():
            least = [least_by_stage(spent) for spent in zip(*runs, strict=True)]
            mean = mean_by_stage(least)
            total = {"TOTAL": sum(mean.values()), "ENGINE, median": median(map(engine_ms, least))}
            columns[name] = mean | total
        print(table(f"warm {command}, CPU ms a question", columns))
        print(compare(found))
        if options.cold and not options.chunks:
            print(table(f"cold {command}, CPU ms", measure_cold(
                checkouts, options, questions, command)))  # fmt: skip


def measure_cold(
    checkouts: Sequence[Checkout], options: argparse.Namespace, questions: Path, command: str
) -> dict[str, dict[str, float]]:
    """Ask the first question in new processes, in turns; return the mean of each stage."""
    cold: dict[str, list[dict[str, float]]] = {one.name: [] for one in checkouts}
    for run in range(options.cold + 1):
        for one in checkouts:
            stages = one.step("cold", options, questions, command)
            whole = stages.pop("whole")
            stages["end Python"] = whole - sum(stages.values())
            if run:  # the first warms the caches
                cold[one.name].append(stages | {"TOTAL": whole})
    return {name: mean_by_stage(runs) for name, runs in cold.items()}


def main() -> None:
    """Read the command line, measure, print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=Path, default=ROOT / "seeds", help="default: seeds/")
    parser.add_argument("--questions", type=Path, help="a file with a question a line")
    parser.add_argument("--count", type=int, default=200, help="questions at most")
    parser.add_argument("--chunks", type=int, default=0, help="of the synthetic corpus instead")
    parser.add_argument("--against", type=Path, help="another checkout to compare with")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--cold", type=int, default=3, help="cold questions; 0 for none")
    parser.add_argument("--commands", nargs="+", choices=("search", "ask"), default=["ask"])
    parser.add_argument("--scratch", type=Path, help="keep the indexes here; default: nowhere")
    parser.add_argument("--step", choices=("warm", "cold"), help=argparse.SUPPRESS)
    parser.add_argument("--index", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--command", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        asked = json.loads(options.questions.read_text(encoding="utf-8"))
        if options.step == "warm":
            done: Any = ask_warm(options.index, asked, options.command, options.chunks)
        else:
            done = ask_cold(options.index, asked[0], options.command)
        print(json.dumps(done))
        return
    with tempfile.TemporaryDirectory(prefix="seedqa-profile-") as name:
        scratch = (options.scratch or Path(name)).resolve()
        scratch.mkdir(parents=True, exist_ok=True)
        checkouts = [Checkout("this checkout", ROOT, scratch / "0")]
        if options.against:
            checkouts.append(
                Checkout(options.against.name, options.against.resolve(), scratch / "1")
            )
        write_questions(options, scratch / "questions.json")
        for one in checkouts:
            prepare(one, options, options.seeds.resolve())
        print(describe_machine())
        measure(checkouts, options, scratch / "questions.json")


if __name__ == "__main__":
    main()
