"""The callback by which long work reports its progress."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with the name of a phase, the steps done and the steps in all."""


def no_progress(phase: str, done: int, total: int) -> None:
    """Report nothing."""
