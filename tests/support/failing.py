"""A file that cannot be read for a moment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path


def fail_once(path: Path) -> Callable[[str, int, int], None]:
    """Return a progress that swaps a file for a folder before all are read, and back after it.

    Reading it fails then, for a reason that may pass.
    """
    away = path.with_name(".away")

    def progress(phase: str, done: int, total: int) -> None:
        if phase == "reading" and done == 0:
            path.rename(away)
            path.mkdir()
        elif done == total and away.exists():
            path.rmdir()
            away.rename(path)

    return progress
