"""Ask the page as many users at once, over a large index: errors, times and the server's memory.

    python -m benchmarks.load --scratch FOLDER [--chunks COUNT] [--users COUNT]
                              [--seconds SECONDS | --questions COUNT] [--endpoint ask|search]

The index is the synthetic one of `scale.py`, written under the name of the model that ships, and
`seedqa ui` serves it as a process of its own. Each user asks by REST, one question after the other
without a pause, which is more than twenty people do. Every question was first asked alone: an
answer that differs from that one, or is to another question, counts as wrong. Memory is the
server's resident set, read as questions go by: it should not grow.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.measuring import MIB, ROOT, describe_machine, format_table, quantile
from benchmarks.scale import Corpus, make_document, write_files

DISTINCT_QUESTIONS = 100
SAMPLES = 10
#: Questions before the memory counts: caches fill, threads start.
WARM_UP = 300


@dataclass(slots=True)
class Tally:
    """What all users saw together."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    milliseconds: list[float] = field(default_factory=list)
    wrong: int = 0
    errors: list[str] = field(default_factory=list)


def build(chunks: int, scratch: Path) -> None:
    """Write files, and an index of synthetic chunks that names the shipped model."""
    from seedqa.index.build import make_recipe
    from seedqa.index.encoder import load_encoder
    from seedqa.index.store.rows import Change
    from seedqa.index.store.writing import open_for_writing
    from seedqa.index.types import DEFAULT_SETTINGS

    corpus, shipped = Corpus(chunks), load_encoder()
    files = write_files(scratch / "seeds", corpus.documents)
    with open_for_writing(scratch / "index") as store:
        documents = []
        for number, file in enumerate(files):
            document = make_document(corpus, number, file)
            documents.append(document)
            store.cache_vectors(shipped.fingerprint, document.hashes, corpus.vectors(number))
        recipe = make_recipe(scratch / "seeds", shipped, None, DEFAULT_SETTINGS)
        store.commit(Change(frozenset(), tuple(documents), ()), recipe, keep_vectors=False)


def start(scratch: Path) -> tuple[subprocess.Popen[str], str]:
    """Start the page; return its process and its host and port."""
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "seedqa.cli",
            "ui",
            "--port",
            "0",
            "--index",
            str(scratch / "index"),
        ],
        cwd=scratch,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout
    return server, urlsplit(server.stdout.readline().strip()).netloc


def ask(
    connection: http.client.HTTPConnection, question: str, endpoint: str = "ask"
) -> dict[str, Any]:
    """Ask by REST and return the object; raises RuntimeError for an error event."""
    path = "/gradio_api/call"
    body = json.dumps({"question" if endpoint == "ask" else "query": question})
    connection.request("POST", f"{path}/v2/{endpoint}", body, {"Content-Type": "application/json"})
    event = json.loads(connection.getresponse().read())["event_id"]
    connection.request("GET", f"{path}/{endpoint}/{event}")
    lines = connection.getresponse().read().decode().strip().split("\n")
    if "event: complete" not in lines:
        raise RuntimeError(lines[-1][:200])
    found: dict[str, Any] = json.loads(lines[-1].removeprefix("data: "))[0]
    return found


def digest(result: dict[str, Any]) -> Any:
    """Return what must be the same each time: all but the times."""
    places = [(one["source"], one["start"], one["score"]) for one in result["passages"]]
    return result["question"], result["answer"], places


def use(
    host: str, expected: dict[str, Any], tally: Tally, until: float, options: argparse.Namespace
) -> None:
    """Ask, as one user, until a time or until all users have asked so many questions."""
    count, endpoint = options.questions, options.endpoint
    connection = http.client.HTTPConnection(host, timeout=120)
    chosen = random.Random(threading.get_ident())
    while time.monotonic() < until and (not count or len(tally.milliseconds) < count):
        question = chosen.choice(list(expected))
        began = time.perf_counter()
        try:
            right = digest(ask(connection, question, endpoint)) == expected[question]
        except (OSError, RuntimeError, ValueError, KeyError, http.client.HTTPException) as error:
            with tally.lock:
                tally.errors.append(f"{type(error).__name__}: {error}")
            connection.close()
            continue
        with tally.lock:
            tally.milliseconds.append((time.perf_counter() - began) * 1000)
            tally.wrong += not right
    connection.close()


def memory(process: int) -> int:
    """Return the resident set of a process in bytes (Linux)."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    line = next(line for line in status.split("\n") if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024


def main() -> None:
    """Build, serve, ask, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--questions", type=int, default=0, help="stop after so many instead")
    parser.add_argument("--endpoint", choices=("ask", "search"), default="ask")
    options = parser.parse_args()
    scratch = (options.scratch / "load").resolve()
    scratch.mkdir(parents=True)
    try:
        build(options.chunks, scratch)
        server, host = start(scratch)
        try:
            print(describe_machine())
            print(measure(server.pid, host, options))
        finally:
            server.terminate()
            server.wait()
    finally:
        shutil.rmtree(scratch)


def measure(server: int, host: str, options: argparse.Namespace) -> str:
    """Ask every question alone, then all users at once; return the report."""
    questions = [text for text, _ in Corpus(options.chunks).questions(DISTINCT_QUESTIONS)]
    connection = http.client.HTTPConnection(host, timeout=120)
    alone = []
    expected = {}
    for question in questions:
        began = time.perf_counter()
        expected[question] = digest(ask(connection, question, options.endpoint))
        alone.append((time.perf_counter() - began) * 1000)
    tally = Tally()
    span = 86_400.0 if options.questions else options.seconds
    until = time.monotonic() + span
    users = [
        threading.Thread(target=use, args=(host, expected, tally, until, options))
        for _ in range(options.users)
    ]
    began = time.monotonic()
    for user in users:
        user.start()
    sizes = watch_memory(server, tally, users, options)
    seconds = time.monotonic() - began
    asked = len(tally.milliseconds)
    rows = [
        ["one user", f"{len(alone)}", "0", "0", *_times(alone)],
        [f"{options.users} users", f"{asked}", f"{tally.wrong}", f"{len(tally.errors)}",
         *_times(tally.milliseconds)],
    ]  # fmt: skip
    grown = ", ".join(f"{size / MIB:.0f}" for size in sizes)
    return "\n".join(
        [
            format_table(["", "questions", "wrong", "errors", "p50, ms", "p95, ms"], rows),
            f"{asked / seconds:.1f} questions a second for {seconds:.0f} s over"
            f" {options.chunks:,} chunks; server, MiB: {grown}",
            *sorted(set(tally.errors))[:5],
        ]
    )


def watch_memory(
    server: int, tally: Tally, users: list[threading.Thread], options: argparse.Namespace
) -> list[int]:
    """Return the server's memory at about `SAMPLES` moments, the first after the warm-up."""
    sizes: list[int] = []
    due = WARM_UP
    while any(user.is_alive() for user in users):
        time.sleep(0.2)
        if len(tally.milliseconds) >= due:
            sizes.append(memory(server))
            due += max(1, (options.questions or 10 * WARM_UP) // SAMPLES)
    return [*sizes, memory(server)]


def _times(milliseconds: list[float]) -> list[str]:
    if not milliseconds:
        return ["-", "-"]
    return [f"{quantile(milliseconds, share):.0f}" for share in (0.5, 0.95)]


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
