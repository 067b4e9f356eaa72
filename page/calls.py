"""Forget finished calls of the API, which Gradio 6.31 does not.

Gradio makes a queue of messages and a set of calls for each caller, 4 KB together, and a REST
client is a new caller with every call. It keeps the queues of the last 2,000 callers, and the sets
of all callers ever. Knows Gradio's queue; nothing of our endpoints.
"""

from __future__ import annotations

from typing import Any

#: Callers kept: more than may wait at the same time. Beyond that, unfetched results are dropped
#: too, the oldest first; one can have 100 KB.
MAX_CALLERS = 250


class _Calls(dict[str, set[str]]):
    """Gradio's calls by caller; adding one removes finished ones."""

    def __init__(self, queue: Any) -> None:
        super().__init__()
        self._queue = queue

    def __setitem__(self, caller: str, calls: set[str]) -> None:
        if len(self) >= MAX_CALLERS:
            self._forget()
        super().__setitem__(caller, calls)

    def _forget(self) -> None:
        waiting = self._queue.event_ids_to_events
        answered = [caller for caller, calls in self.items() if not calls]
        unfetched = [
            caller for caller, calls in self.items() if calls and waiting.keys().isdisjoint(calls)
        ]
        left = len(self) - len(answered)
        for caller in [*answered, *unfetched[: max(0, left + 1 - MAX_CALLERS)]]:
            del self[caller]
            self._queue.pending_messages_per_session.pop(caller, None)


def forget_calls(queue: Any) -> None:
    """Make the queue of a Gradio application forget finished calls."""
    queue.pending_event_ids_session = _Calls(queue)
