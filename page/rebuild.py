"""Bring the index up to date in a process of its own, and say how far it is.

A process, because reading and embedding would hold up the questions that are answered meanwhile
from the old generation, and because a process that dies takes nothing with it.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from index.errors import SeedqaError
from index.location import Location

#: Questions go before: on two cores an embedding process of the same rank doubles their time.
NICENESS = 10
#: Progress is sent this often at most; 10,000 files read in a second would be as many messages.
PROGRESS_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a rebuild stands."""

    number: int = 0
    """How many were begun since the page was started."""
    running: bool = False
    phase: str = ""
    """"loading", "reading" or "embedding"."""
    done: int = 0
    total: int = 0
    seconds: float = 0.0
    report: dict[str, Any] | None = None
    """What the last one did."""
    error: dict[str, str] | None = None
    """Why the last one failed: found, expected, remedy."""


class Rebuild:
    """At most one rebuild at a time."""

    def __init__(self, location: Location) -> None:
        self._location = location
        self._lock = threading.Lock()
        self._progress = Progress()
        self._started = 0.0
        self._follower: threading.Thread | None = None

    def start(self) -> Progress:
        """Begin a rebuild, unless one is running, and return where it stands."""
        with self._lock:
            if self._progress.running:
                return self._progress
            number = self._progress.number + 1
            self._progress = Progress(number=number, running=True, phase="loading")
            self._started = time.monotonic()
            # spawn: a fork would copy the locks of our threads in whatever state they are
            context = multiprocessing.get_context("spawn")
            receiving, sending = context.Pipe(duplex=False)
            process = context.Process(
                target=_build, args=(self._location, sending), name="rebuild", daemon=True
            )
            process.start()
            sending.close()
            self._follower = threading.Thread(
                target=self._follow, args=(process, receiving), name="rebuild", daemon=True
            )
            self._follower.start()
            return self._progress

    def progress(self) -> Progress:
        """Return where the rebuild stands, or what the last one did."""
        with self._lock:
            progress = self._progress
        if progress.running:
            return replace(progress, seconds=round(time.monotonic() - self._started, 1))
        return progress

    def wait(self) -> Progress:
        """Return when no rebuild is running."""
        follower = self._follower
        if follower:
            follower.join()
        return self.progress()

    def _follow(self, process: Any, receiving: Connection) -> None:
        ended: dict[str, Any] | None = None
        while ended is None:
            try:
                message = receiving.recv()
            except (EOFError, OSError):
                break
            if "phase" in message:
                with self._lock:
                    self._progress = replace(self._progress, **message)
            else:
                ended = message
        process.join()
        receiving.close()
        if ended is None:
            ended = {
                "error": {
                    "found": f"the rebuild ended by itself with {process.exitcode}",
                    "expected": "a report",
                    "remedy": "Start it again: what was embedded so far is kept",
                }
            }
        with self._lock:
            seconds = round(time.monotonic() - self._started, 1)
            self._progress = replace(self._progress, running=False, seconds=seconds, **ended)


def _build(location: Location, sending: Connection) -> None:
    """Build in this process, and send what happens."""
    from index.build import build_index
    from index.encoder import load_encoder
    from retrieval.record import model_of, read_record, seeds_of

    os.nice(NICENESS) if hasattr(os, "nice") else None
    last = [("", 0.0)]

    def send(phase: str, done: int, total: int) -> None:
        now = time.monotonic()
        if done == total or phase != last[0][0] or now - last[0][1] >= PROGRESS_SECONDS:
            last[0] = (phase, now)
            sending.send({"phase": phase, "done": done, "total": total})

    try:
        recorded = read_record(location)
        seeds, model = seeds_of(location, recorded), model_of(location, recorded)
        report = build_index(
            Path(seeds), location.index, load_encoder(model), model_path=model, progress=send
        )
    except SeedqaError as error:
        sending.send({"error": describe_error(error)})
    except (BrokenPipeError, KeyboardInterrupt):
        pass  # the page has gone; what was embedded so far is kept
    else:
        sending.send(
            {
                "report": {
                    "generation": report.generation.number,
                    "documents": report.generation.documents,
                    "chunks": report.generation.chunks,
                    "indexed": len(report.indexed),
                    "unchanged": report.unchanged,
                    "removed": len(report.removed),
                    "skipped": len(report.skipped),
                    "embedded": report.embedded,
                    "seconds": round(report.seconds, 3),
                    "notes": list(report.notes),
                }
            }
        )


def describe_error(error: SeedqaError) -> dict[str, str]:
    """Return an error as the JSON contract has it."""
    return {"found": error.found, "expected": error.expected, "remedy": error.remedy}
