"""What an index covers, and whether it agrees with its folder; reads both and changes neither."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from seedqa.index.errors import SeedsError
from seedqa.index.location import Location
from seedqa.index.plan import plan_changes, settle_doubts
from seedqa.index.record import check_seeds
from seedqa.index.store.store import (
    DocumentRow,
    Generation,
    missing,
    open_for_reading,
)
from seedqa.index.types import SkippedFile


@dataclass(frozen=True, slots=True)
class Status:
    """The coverage of an index."""

    index: Path
    size: int
    """Bytes on disk."""
    generation: Generation
    skipped: tuple[SkippedFile, ...]
    duplicates: tuple[tuple[str, ...], ...]
    """Groups of sources with the same content."""
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    problem: str | None
    """Why freshness is not known, or None."""

    @property
    def fresh(self) -> bool:
        """Whether index and folder agree."""
        return not (self.changed or self.removed or self.problem)


def read_status(location: Location) -> Status:
    """Return the status of the index at `location`; raises IndexMissing."""
    with open_for_reading(location.index) as store, store.snapshot():
        generation = store.generation()
        if generation is None:
            raise missing(location.index)
        check_seeds(generation, location)
        rows = store.documents()
        changed: tuple[str, ...] = ()
        removed: tuple[str, ...] = ()
        problem = None
        try:
            plan = settle_doubts(plan_changes(store, Path(generation.seeds), location.index))
        except SeedsError as error:
            problem = str(error)
        else:
            changed = plan.changed_sources
            removed = tuple(sorted(row.source for row in plan.removed))
    return Status(
        index=location.index,
        size=sum(path.stat().st_size for path in location.index.iterdir() if path.is_file()),
        generation=generation,
        skipped=tuple(SkippedFile(row.source, row.reason) for row in rows if row.reason),
        duplicates=_find_duplicates(rows),
        changed=changed,
        removed=removed,
        problem=problem,
    )


def _find_duplicates(rows: list[DocumentRow]) -> tuple[tuple[str, ...], ...]:
    by_hash: dict[str, list[str]] = {}
    for row in rows:
        if row.status == "indexed" and row.hash:
            by_hash.setdefault(row.hash, []).append(row.source)
    return tuple(tuple(group) for group in by_hash.values() if len(group) > 1)
