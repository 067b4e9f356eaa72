"""Show the progress of long work on standard error. Knows numbers; nothing of the work."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seedqa.index.progress import Progress

#: Work that ends sooner shows no bar.
DELAY_SECONDS = 0.5


def progress_bar(delay: float = DELAY_SECONDS) -> Progress:
    """Return a callback that draws a bar.

    It draws nothing if standard error is no terminal, or if a phase ends within `delay` seconds.
    """
    state: dict[str, Any] = {}

    def show(phase: str, done: int, total: int) -> None:
        if not sys.stderr.isatty():
            return
        if state.get("phase") != phase:
            from tqdm import tqdm  # 50 ms, and only for work that takes longer

            bar = tqdm(total=total, desc=phase, delay=delay, leave=False)
            state.update(phase=phase, bar=bar)
        state["bar"].update(done - state["bar"].n)
        if done >= total:
            state.pop("phase", None)
            state["bar"].close()

    return show
