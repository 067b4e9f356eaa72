"""How long work tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with the name of a phase, what is done of it, and how much there is to do."""


def no_progress(phase: str, done: int, total: int) -> None:
    """Tell nobody."""
