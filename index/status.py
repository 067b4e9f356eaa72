"""Report what an index covers and whether it agrees with its folder; changes neither."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from seedqa.index.errors import SeedsError
from seedqa.index.plan import plan_changes, settle_doubts
from seedqa.index.store.database import missing_index_error
from seedqa.index.store.reading import open_for_reading
from seedqa.index.store.rows import DocumentRow, Generation
from seedqa.index.types import SkippedFile
from seedqa.index.workspace import Workspace


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
    problem: SeedsError | None
    """Why freshness is not known, or None."""

    @property
    def fresh(self) -> bool:
        """Whether index and folder agree."""
        return not (self.changed or self.removed or self.problem)


def read_status(workspace: Workspace) -> Status:
    """Return the status of the index of `workspace`; raises IndexMissing."""
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    problem: SeedsError | None = None
    with closing(open_for_reading(workspace.index)) as reader, reader.read() as reading:
        if reading is None:
            raise missing_index_error(workspace.index)
        generation, rows = reading.generation, reading.documents()
        try:
            seeds = Path(generation.recipe.seeds)
            plan = settle_doubts(plan_changes(reader, seeds, workspace.index))
        except SeedsError as error:
            problem = error
        else:
            changed = plan.changed_sources
            removed = tuple(sorted(row.source for row in plan.removed))
    return Status(
        index=workspace.index,
        size=sum(path.stat().st_size for path in workspace.index.iterdir() if path.is_file()),
        generation=generation,
        skipped=tuple(row.skipped for row in rows if row.skipped),
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
