"""Compare a folder with its index: what must be read, what was removed, what stays.

Reads no document except to settle a doubt by its hash; writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from seedqa.index.documents.read import hash_file
from seedqa.index.documents.walk import UNLISTED, walk_folder
from seedqa.index.errors import (
    UnreadableFile,
)
from seedqa.index.store.rows import DocumentRow
from seedqa.index.store.store import Store
from seedqa.index.types import (
    FoundFile,
    SkippedFile,
)

#: A file modified this shortly before it was read may have been modified again within the same
#: tick of the file system's clock; its times prove nothing, so its content is compared.
RACY_NS = 2_000_000_000


#: How a file compares with its row in the index.
_SAME, _DOUBTFUL, _OTHER = "same", "doubtful", "other"


@dataclass(frozen=True, slots=True)
class Plan:
    """What differs between a folder and its index, seen without reading a file's content."""

    to_read: tuple[FoundFile, ...]
    """New files, and files that may have changed."""
    newly_skipped: tuple[SkippedFile, ...]
    removed: tuple[DocumentRow, ...]
    unchanged: tuple[DocumentRow, ...]
    known: dict[str, DocumentRow]
    """All rows, by source."""
    doubtful: frozenset[str] = frozenset()
    """Of those to read, the sources whose size, times and inode are those that the index has, but
    were too new then to prove anything."""

    @property
    def is_empty(self) -> bool:
        """Whether the index agrees with the folder."""
        return not (self.to_read or self.newly_skipped or self.removed)

    @property
    def changed_sources(self) -> tuple[str, ...]:
        """Sources that are new, or may have changed."""
        skipped = {file.source for file in self.newly_skipped}
        return tuple(sorted(skipped | {file.source for file in self.to_read}))

    @property
    def stale_sources(self) -> frozenset[str]:
        """Sources that may have changed since they were indexed, or are gone."""
        return frozenset(self.changed_sources) | {row.source for row in self.removed}


def plan_changes(store: Store | None, seeds: Path, index_folder: Path) -> Plan:
    """Compare a folder with its index by size, times and inode; no content is read.

    Raises SeedsError where the folder is missing.
    """
    found, all_skipped = walk_folder(seeds, exclude=index_folder)
    skipped = _one_for_each_source(all_skipped, {file.source for file in found})
    known = {row.source: row for row in store.documents()} if store else {}
    present = {file.source for file in found} | {file.source for file in skipped}
    states = {file.source: _compare(file, known.get(file.source)) for file in found}
    to_read = tuple(file for file in found if states[file.source] != _SAME)
    newly_skipped = tuple(
        file
        for file in skipped
        if file.source not in known or known[file.source].reason != file.reason
    )
    again = {file.source for file in to_read} | {file.source for file in newly_skipped}
    # What is below a folder that cannot be listed has not gone: a disk may be back soon.
    unlisted = tuple(f"{file.source}/" for file in skipped if file.reason.startswith(UNLISTED))
    present |= {source for source in known if source.startswith(unlisted)}
    return Plan(
        to_read=to_read,
        newly_skipped=newly_skipped,
        removed=tuple(row for source, row in known.items() if source not in present),
        unchanged=tuple(
            row for source, row in known.items() if source in present and source not in again
        ),
        known=known,
        doubtful=frozenset(source for source, state in states.items() if state == _DOUBTFUL),
    )


def settle_doubts(plan: Plan) -> Plan:
    """Return the plan without the files that only seemed to have changed: for who looks, and does
    not build. Reads the doubtful ones, which were written just before they were indexed."""
    same = {
        file.source: plan.known[file.source]
        for file in plan.to_read
        if file.source in plan.doubtful and _seems_same(file, plan.known[file.source])
    }
    return replace(
        plan,
        to_read=tuple(file for file in plan.to_read if file.source not in same),
        unchanged=(*plan.unchanged, *same.values()),
        doubtful=frozenset(),
    )


def _compare(file: FoundFile, row: DocumentRow | None) -> str:
    """Return whether a file is the one in a row, by size, times and inode."""
    if row is None or (file.size, file.mtime_ns, file.ctime_ns, file.inode) != (
        row.size, row.mtime_ns, row.ctime_ns, row.inode
    ):  # fmt: skip
        return _OTHER
    # An mtime in the future was set by somebody and proves as much as one long ago; nobody sets
    # the change time.
    racy = abs(row.read_ns - row.mtime_ns) <= RACY_NS or row.read_ns - row.ctime_ns <= RACY_NS
    return _DOUBTFUL if racy else _SAME


def _one_for_each_source(skipped: Sequence[SkippedFile], taken: Set[str]) -> list[SkippedFile]:
    """Leave out skipped files whose source is taken, or that of one before them.

    Names that are not UTF-8 may be written like another file's; a source has one row.
    """
    first = {file.source: file for file in reversed(skipped) if file.source not in taken}
    return [first[source] for source in sorted(first)]


def read_everything(plan: Plan, seeds: Path, index_folder: Path) -> Plan:
    found, _ = walk_folder(seeds, exclude=index_folder)
    skipped = tuple(row for row in plan.unchanged if row.status == "skipped")
    found_sources = {file.source for file in found}
    return replace(
        plan,
        to_read=tuple(found),
        unchanged=tuple(row for row in skipped if row.source not in found_sources),
    )


def _seems_same(file: FoundFile, row: DocumentRow) -> bool:
    """Return whether a doubtful file has its row's content; of a skipped one nothing is kept."""
    return row.status == "skipped" or has_same_content(file, row)


def has_same_content(file: FoundFile, row: DocumentRow) -> bool:
    """Compare by hash alone: after many files were copied, most that look changed are not."""
    if row.status != "indexed":
        return False
    try:
        return hash_file(file) == row.hash
    except UnreadableFile:
        return False
