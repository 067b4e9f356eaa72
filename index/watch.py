"""Report when a folder has changed, without checking it all the time. Knows no index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

#: Changes within this many milliseconds of each other count as one: an editor saves a file in
#: several steps, a copy brings many files.
QUIET_MS = 400
#: A build may have missed a change that came while it checked the folder: check again after this.
RECHECK_MS = 5_000


def watch_changes(seeds: Path, index_folder: Path) -> Iterator[None]:
    """Yield whenever a change below `seeds` may concern the index, at least every `RECHECK_MS`.

    Ends with KeyboardInterrupt.
    """
    from watchfiles import watch  # needed by this command only

    root, own = seeds.resolve(), index_folder.resolve()

    def concerns_us(change: object, path: str) -> bool:
        changed = Path(path)
        if changed.is_relative_to(own) or not changed.is_relative_to(root):
            return False
        # A hidden file is no document, except that ignore files decide which files are.
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
