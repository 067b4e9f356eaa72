"""Bring the index up to date in another process, and report its progress.

A process, because reading and embedding would delay the questions that the old generation answers
meanwhile, and because the page survives if it dies. Knows builds; nothing of questions or HTTP.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any

from seedqa.index.build import Report
from seedqa.index.errors import SeedqaError
from seedqa.index.messages import Message
from seedqa.index.plan import RACY_NS
from seedqa.index.workspace import Workspace

#: Questions have priority: on two cores an embedding process of equal priority doubles their time.
NICENESS = 10
#: Progress is sent this often at most; 10,000 files read in a second would be as many messages.
PROGRESS_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class RebuildProgress:
    """The progress of a rebuild, or the outcome of the last one."""

    number: int = 0
    """The number of rebuilds begun since the page was started."""
    running: bool = False
    phase: str = ""
    """"loading", "reading", "embedding" or "checking"."""
    done: int = 0
    total: int = 0
    seconds: float = 0.0
    report: Report | None = None
    """The report of the last one."""
    error: SeedqaError | None = None
    """Why the last one failed."""


class Rebuild:
    """At most one rebuild at a time."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._progress = RebuildProgress()
        self._started = 0.0
        self._follower: threading.Thread | None = None

    def start(self) -> RebuildProgress:
        """Begin a rebuild, unless one is running, and return its progress."""
        with self._lock:
            if self._progress.running:
                return self._progress
            number = self._progress.number + 1
            self._progress = RebuildProgress(number=number, running=True, phase="loading")
            self._started = time.monotonic()
            # spawn: a fork would copy our threads' locks, some of them held
            context = multiprocessing.get_context("spawn")
            receiving, sending = context.Pipe(duplex=False)
            process = context.Process(
                target=_build, args=(self._workspace, sending), name="rebuild", daemon=True
            )
            process.start()
            sending.close()
            self._follower = threading.Thread(
                target=self._follow, args=(process, receiving), name="rebuild", daemon=True
            )
            self._follower.start()
            return self._progress

    def progress(self) -> RebuildProgress:
        """Return the progress of the rebuild, or the outcome of the last one."""
        with self._lock:
            progress = self._progress
        if progress.running:
            return replace(progress, seconds=round(time.monotonic() - self._started, 1))
        return progress

    def wait(self) -> RebuildProgress:
        """Wait until no rebuild is running, and return the outcome."""
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
                "error": SeedqaError(
                    Message("the rebuild ended by itself with {code}", code=process.exitcode),
                    "",
                    Message("Start it again: what was embedded so far is kept"),
                )
            }
        with self._lock:
            seconds = round(time.monotonic() - self._started, 1)
            self._progress = replace(self._progress, running=False, seconds=seconds, **ended)


def _build(workspace: Workspace, sending: Connection) -> None:
    """Build in this process, and send progress, report or error."""
    from seedqa.index.build import build_index
    from seedqa.index.encoder import load_encoder
    from seedqa.index.status import read_status

    if hasattr(os, "nice"):
        os.nice(NICENESS)
    try:
        encoder, progress = load_encoder(workspace.model), _sender(sending)

        def build() -> Report:
            return build_index(
                workspace.seeds,
                workspace.index,
                encoder,
                model_path=workspace.model,
                progress=progress,
            )

        report = build()
        if not read_status(workspace).fresh:
            # The times of a file that was written seconds before it was read prove nothing. Check
            # it again later, so that it is not shown as changed for ever.
            sending.send({"phase": "checking", "done": 0, "total": 0})
            time.sleep(RACY_NS / 1e9)
            report = _join(report, build())
    except SeedqaError as error:
        sending.send({"error": error})
    except (BrokenPipeError, KeyboardInterrupt):
        pass  # the page has gone; what was embedded so far is kept
    else:
        sending.send({"report": report})


def _sender(sending: Connection) -> Callable[[str, int, int], None]:
    last = ("", 0.0)

    def send(phase: str, done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if done == total or phase != last[0] or now - last[1] >= PROGRESS_SECONDS:
            last = (phase, now)
            sending.send({"phase": phase, "done": done, "total": total})

    return send


def _join(first: Report, second: Report) -> Report:
    """Return one report of both builds: files unchanged in the second may be new in the first."""
    return replace(
        second,
        indexed=tuple(sorted({*first.indexed, *second.indexed})),
        unchanged=first.unchanged,
        removed=tuple(sorted({*first.removed, *second.removed})),
        embedded=first.embedded + second.embedded,
        seconds=first.seconds + second.seconds,
        notes=first.notes + second.notes,
    )
