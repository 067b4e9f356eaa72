"""Do the work of several threads at once: who comes first does that of all who wait.

For a model that is faster with many texts in a batch, and can run only one batch at a time. Knows
threads; nothing of what is done.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")


@dataclass(slots=True, eq=False)
class _Job(Generic[Item, Made]):
    """What one thread wants done."""

    items: Sequence[Item]
    made: list[Made] = field(default_factory=list)
    error: BaseException | None = None
    is_done: bool = False


class Combined(Generic[Item, Made]):
    """Calls a function that makes one thing of each item, with the items of all waiting threads.

    One call runs at a time. The threads that call meanwhile wait, and the first of them then does
    the work of all. An error of the function is raised in every thread whose items were in the
    call.
    """

    def __init__(self, make: Callable[[Sequence[Item]], list[Made]]) -> None:
        self._make = make
        self._running = threading.Lock()
        self._guard = threading.Lock()
        self._waiting: list[_Job[Item, Made]] = []

    def __call__(self, items: Sequence[Item]) -> list[Made]:
        """Return what the function makes of `items`, in their order."""
        job = _Job[Item, Made](items)
        with self._guard:
            self._waiting.append(job)
        with self._running:
            if not job.is_done:
                with self._guard:
                    jobs, self._waiting = self._waiting, []
                self._do(jobs)
        if job.error:
            raise job.error
        return job.made

    def _do(self, jobs: Sequence[_Job[Item, Made]]) -> None:
        try:
            made = self._make([item for job in jobs for item in job.items])
        except BaseException as error:
            for job in jobs:
                job.error, job.is_done = error, True
            raise
        start = 0
        for job in jobs:
            job.made, job.is_done = made[start : start + len(job.items)], True
            start += len(job.items)
