"""What the benchmarks share: run a child process and weigh it, summarise times, print a table.

Imports nothing but the standard library: on Linux a child starts with the peak memory of the
process that forked it, so a benchmark that weighs children must itself stay small.
"""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: ru_maxrss counts kilobytes on Linux and bytes on macOS.
MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024
MIB = 2**20


@dataclass(frozen=True, slots=True)
class Run:
    """One child process: how long it took from start to exit, what it needed, what it printed."""

    seconds: float
    peak_bytes: int
    output: str
    cpu_seconds: float


def run_process(
    command: Sequence[str], environment: Mapping[str, str], folder: Path | None = None
) -> Run:
    """Run `command` to its end and return its time, peak resident memory and standard output.

    Raises RuntimeError where it fails, with what it wrote to standard error.
    """
    paths = [environment.get("PYTHONPATH", ""), str(ROOT)]  # for `-m benchmarks.NAME`
    started = time.perf_counter()
    with tempfile.TemporaryFile() as errors:  # a pipe that is not read would stop a child
        with subprocess.Popen(
            command,
            env=dict(environment) | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=errors,
            stdin=subprocess.DEVNULL,
        ) as process:
            assert process.stdout
            output = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - started
            process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        detail = errors.read().decode(errors="replace").strip()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {detail}")
    cpu_seconds = usage.ru_utime + usage.ru_stime
    return Run(seconds, usage.ru_maxrss * MAXRSS_UNIT, output.decode(), cpu_seconds)


def child_environment(bytecode: Path) -> dict[str, str]:
    """Return an environment in which Python keeps compiled modules, in the folder `bytecode`.

    A second start is what a person meets every day; and nothing is left in the checkout.
    """
    environment = dict(os.environ) | {"PYTHONPYCACHEPREFIX": str(bytecode)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


def restore_weights(out: Path) -> None:
    """Write the encoder that ships as a folder that sentence-transformers loads."""
    command = [
        sys.executable,
        "-m",
        "training.encoder",
        "restore",
        str(ROOT / "models" / "encoder"),
    ]
    run_process([*command, "--out", str(out)], os.environ)


def peak_bytes() -> int:
    """Return the peak resident memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MAXRSS_UNIT


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def format_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table, first column left, the others right."""
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def describe_machine() -> str:
    """Return what figures depend on: processor, cores, Python, and how busy the machine was."""
    load = " / ".join(f"{value:.1f}" for value in os.getloadavg())
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"{_processor()}, {cores} cores, Python {platform.python_version()},"
        f" load average {load} (1, 5, 15 minutes)"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    facts = dict(line.split("\t:", 1)[0:2] for line in lines if "\t:" in line)
    flags = facts.get("flags", facts.get("flags\t", "")).split()
    known = [name for name in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if name in flags]
    model = next((facts[key] for key in facts if key.strip() == "model name"), "processor")
    hidden = os.environ.get("SEEDQA_HIDE")  # benchmarks/processor.py
    without = f" without {hidden}" if hidden else ""
    return f"{model.strip()} ({', '.join(known)}){without}"
