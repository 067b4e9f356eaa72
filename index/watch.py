"""Tell when a folder has changed, without looking at it all the time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

#: Changes that come within this many milliseconds of each other are one: an editor saves a file
#: in several steps, a copy brings many files.
QUIET_MS = 400
#: A change this close to a build's own look may have been missed by it: look again after that.
RECHECK_MS = 5_000


def watch_changes(seeds: Path, index_folder: Path) -> Iterator[None]:
    """Yield whenever something below `seeds` has changed that may concern the index, and at least
    every `RECHECK_MS`; ends with KeyboardInterrupt."""
    from watchfiles import watch  # needed by this command only

    root, own = seeds.resolve(), index_folder.resolve()

    def concerns_us(change: object, path: str) -> bool:
        changed = Path(path)
        if changed.is_relative_to(own) or not changed.is_relative_to(root):
            return False
        # A hidden file is never a document, but ignore rules decide what is.
        parts = changed.relative_to(root).parts
        return parts[-1:] in ((".gitignore",), (".seedqaignore",)) or not any(
            part.startswith(".") for part in parts
        )

    for _ in watch(
        root,
        watch_filter=concerns_us,
        debounce=QUIET_MS * 4,
        step=QUIET_MS,
        rust_timeout=RECHECK_MS,
        yield_on_timeout=True,
        raise_interrupt=True,
    ):
        yield
