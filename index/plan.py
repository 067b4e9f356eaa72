"""Compare a folder with its index: what must be read, what was removed, what stays.

Reads no document except to settle a doubt by its hash; writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path

from seedqa.index.documents.walk import Survey, hash_file, survey_folder
from seedqa.index.errors import UnreadableFile
from seedqa.index.store.protocol import IndexReader
from seedqa.index.store.rows import DocumentRow
from seedqa.index.types import FoundFile, SkipKind, SkippedFile

#: A file modified this shortly before it was read may have been modified again within the same
#: tick of the file system's clock; its times prove nothing, so its content is compared.
RACY_NS = 2_000_000_000


class _Match(Enum):
    """How a file compares with its row in the index."""

    SAME = auto()
    DOUBTFUL = auto()
    """As in the index, but its times were too new then to prove anything."""
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Plan:
    """What differs between a folder and its index, seen without reading a file's content."""

    found: tuple[FoundFile, ...]
    """All files that can be read."""
    to_read: tuple[FoundFile, ...]
    """New files, and files that may have changed."""
    newly_skipped: tuple[SkippedFile, ...]
    removed: tuple[DocumentRow, ...]
    unchanged: tuple[DocumentRow, ...]
    known: Mapping[str, DocumentRow]
    """All rows, by source."""
    doubtful: frozenset[str] = frozenset()
    """Sources to read whose size, times and inode are as in the index, but were too new when they
    were indexed to prove anything."""
    digest: str = ""
    """That of the survey of the folder."""

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


def plan_changes(
    reader: IndexReader | None, seeds: Path, index_folder: Path, racy_ns: int = RACY_NS
) -> Plan:
    """Compare a folder with its index by size, times and inode; no content is read.

    Raises SeedsError where the folder is missing.
    """
    return plan_survey(reader, survey_folder(seeds, exclude=index_folder), racy_ns)


def plan_survey(reader: IndexReader | None, survey: Survey, racy_ns: int = RACY_NS) -> Plan:
    """Compare what a walk saw with the index, as `plan_changes` does."""
    found, skipped = survey.list_files()
    known = {row.source: row for row in reader.documents()} if reader else {}
    return replace(compare_folder(found, skipped, known, racy_ns), digest=survey.digest())


def compare_folder(
    found: Sequence[FoundFile],
    all_skipped: Sequence[SkippedFile],
    known: Mapping[str, DocumentRow],
    racy_ns: int,
) -> Plan:
    """Compare the files that a walk found and skipped with the known row of each source."""
    matches = {file.source: _match(file, known.get(file.source), racy_ns) for file in found}
    skipped = _one_for_each_source(all_skipped, matches.keys())
    to_read = tuple(file for file in found if matches[file.source] is not _Match.SAME)
    newly_skipped = tuple(file for file in skipped if not _is_recorded(file, known))
    again = {file.source for file in to_read} | {file.source for file in newly_skipped}
    present = matches.keys() | {file.source for file in skipped} | _out_of_sight(skipped, known)
    kept = present - again
    return Plan(
        found=tuple(found),
        to_read=to_read,
        newly_skipped=newly_skipped,
        removed=tuple(row for source, row in known.items() if source not in present),
        unchanged=tuple(row for source, row in known.items() if source in kept),
        known=known,
        doubtful=frozenset(source for source, match in matches.items() if match is _Match.DOUBTFUL),
    )


def settle_doubts(plan: Plan) -> Plan:
    """Return the plan without files that only seem changed, for callers that only check freshness.

    Reads the doubtful files, which were written just before they were indexed.
    """
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


def read_everything(plan: Plan) -> Plan:
    """Return the plan of a build that reads every file again: another model, other chunks."""
    sources = {file.source for file in plan.found}
    return replace(
        plan,
        to_read=plan.found,
        unchanged=tuple(row for row in plan.unchanged if row.skipped and row.source not in sources),
    )


def has_same_content(file: FoundFile, row: DocumentRow) -> bool:
    """Compare by hash alone: after many files were copied, most that look changed are not."""
    if row.skipped:
        return False
    try:
        return hash_file(file) == row.hash
    except UnreadableFile:
        return False


def _match(file: FoundFile, row: DocumentRow | None, racy_ns: int) -> _Match:
    """Compare a file with its row by size, times and inode."""
    if row is None or row.retry or row.read_ns is None:
        return _Match.OTHER
    if (file.size, file.mtime_ns, file.ctime_ns, file.inode) != (
        row.size, row.mtime_ns, row.ctime_ns, row.inode
    ):  # fmt: skip
        return _Match.OTHER
    return _Match.DOUBTFUL if is_racy(file, row.read_ns, racy_ns) else _Match.SAME


def is_racy(file: FoundFile, read_ns: int, racy_ns: int = RACY_NS) -> bool:
    """Return whether the times of a file were too new when it was read to prove anything.

    An mtime in the future was set by somebody and proves as much as one long ago; nobody sets the
    change time.
    """
    return abs(read_ns - file.mtime_ns) <= racy_ns or read_ns - file.ctime_ns <= racy_ns


def _one_for_each_source(skipped: Sequence[SkippedFile], taken: Set[str]) -> list[SkippedFile]:
    """Leave out skipped files whose source is taken, or that of one before them.

    Names that are not UTF-8 may be written like another file's; a source has one row.
    """
    first = {file.source: file for file in reversed(skipped) if file.source not in taken}
    return [first[source] for source in sorted(first)]


def _is_recorded(file: SkippedFile, known: Mapping[str, DocumentRow]) -> bool:
    """Return whether the index has a file as skipped for the same reason."""
    return file.source in known and known[file.source].skipped == file


def _out_of_sight(skipped: Iterable[SkippedFile], known: Iterable[str]) -> set[str]:
    """Return the sources below a folder that cannot be listed.

    They have not gone: a disk may be back soon.
    """
    folders = tuple(f"{file.source}/" for file in skipped if file.kind is SkipKind.UNLISTED)
    return {source for source in known if source.startswith(folders)}


def _seems_same(file: FoundFile, row: DocumentRow) -> bool:
    """Return whether a doubtful file has its row's content; of a skipped one nothing is kept."""
    return row.skipped is not None or has_same_content(file, row)
