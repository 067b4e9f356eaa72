"""Run one case in a process of its own, so that a hang or a crash costs that case only.

Knows processes and limits; nothing of what a case does.
"""

from __future__ import annotations

import os
import pickle
import resource
import select
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from seedqa.index.errors import SeedqaError, UnreadableFile


class End(StrEnum):
    """How a case ended."""

    DONE = "done"
    REFUSED = "refused"
    """With an error of our own, which is one line."""
    TRACEBACK = "traceback"
    HUNG = "hung"
    CRASHED = "crashed"
    """Killed by a signal."""


@dataclass(frozen=True)
class Outcome:
    """How a case ended, what it returned or said, and what it took."""

    end: End
    value: Any
    seconds: float
    memory: int
    """Peak resident memory of the process above that of its parent, in MiB."""


@dataclass(frozen=True)
class Case:
    """One case: what it was, the verdict on it, and how it ended."""

    name: str
    verdict: str
    outcome: Outcome

    @property
    def is_bad(self) -> bool:
        """Whether it must not happen: a wrong answer, a traceback, a hang, a crash."""
        bad = (End.TRACEBACK, End.HUNG, End.CRASHED)
        return self.verdict.startswith("WRONG") or self.verdict in bad


def run_case(case: Callable[[], Any], seconds: float) -> Outcome:
    """Run `case` in a forked process and return its outcome; kill it after `seconds`."""
    reading, writing = os.pipe()
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _report(case, writing)
        os._exit(0)
    os.close(writing)
    said, is_hung = _read(reading, started + seconds)
    if is_hung:
        os.kill(child, signal.SIGKILL)
    _, status, used = os.wait4(child, 0)
    end, value = End.CRASHED, f"signal {os.WTERMSIG(status)}"
    if is_hung:
        end, value = End.HUNG, f"after {seconds:.0f} s"
    elif said:
        end, value = pickle.loads(said)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Outcome(end, value, time.monotonic() - started, max(0, used.ru_maxrss - own) // 1024)


def _report(case: Callable[[], Any], writing: int) -> None:
    """Write how the case ended, and what it returned or said, to a pipe."""
    try:
        ended = (End.DONE, case())
    except (SeedqaError, UnreadableFile) as error:
        ended = (End.REFUSED, str(error))
    except BaseException:
        ended = (End.TRACEBACK, traceback.format_exc())
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(pickle.dumps(ended))


def _read(reading: int, deadline: float) -> tuple[bytes, bool]:
    """Return what a pipe holds until its end, and whether the deadline came first."""
    parts = []
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                return b"".join(parts), True
            part = pipe.read(65_536)
            if not part:
                return b"".join(parts), False
            parts.append(part)
