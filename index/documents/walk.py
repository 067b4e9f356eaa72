"""List the files below a folder: those to read, and those left out with a reason.

Knows files, links and ignore rules; reads nothing but ignore files.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from seedqa.index.documents.formats import EXTRACTORS
from seedqa.index.documents.ignore import IgnoreRules, compile_rules, is_ignored
from seedqa.index.errors import SeedsError, UnreadableFile
from seedqa.index.types import FoundFile, SkipKind, SkippedFile

#: Larger files are skipped: a text of 64 MiB is some 12 million words, more than anyone wrote by
#: hand; what is larger is a log or a dump, and would hold several times its size in memory.
MAX_FILE_BYTES = 64 * 2**20


#: An ignore file is read up to here; git's own are a few kilobytes.
MAX_IGNORE_BYTES = 2**20


#: Read in this order: the later one has the last word, so `.seedqaignore` can bring back what
#: `.gitignore` leaves out.
IGNORE_FILES = (".gitignore", ".seedqaignore")


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder still to be listed; `prefix` is empty for the root and ends in `/` otherwise."""

    path: str
    prefix: str
    rules: tuple[IgnoreRules, ...]


@dataclass(frozen=True, slots=True)
class _Findings:
    """What a walk has gathered so far; links wait until every real file is known."""

    found: list[FoundFile] = field(default_factory=list)
    skipped: list[SkippedFile] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    def skip(self, relative: str, reason: str, kind: SkipKind) -> None:
        self.skipped.append(SkippedFile(as_source(relative), reason, kind))


def walk_folder(
    folder: Path, exclude: Path | None = None
) -> tuple[list[FoundFile], list[SkippedFile]]:
    """List every regular file below `folder`: those to read, and those left out with a reason.

    Both lists are sorted by source. Hidden names, what ignore files name, and the folder
    `exclude` are left out silently. Nothing is read but ignore files. Raises `SeedsError` when
    `folder` is missing, no folder, or cannot be listed.
    """
    root = resolve_folder(folder)
    excluded = None if exclude is None else os.path.realpath(exclude)
    findings = _Findings()
    waiting = [_Folder(root, "", ())]
    while waiting:
        waiting.extend(_scan_folder(waiting.pop(), excluded, findings))
    _follow_links(root, excluded, findings)
    found = _with_unique_sources(findings)
    return found, sorted(findings.skipped, key=lambda file: (file.source, file.reason))


def resolve_folder(folder: Path) -> str:
    """Return the real path of the seeds folder; raises `SeedsError` if it cannot be listed."""
    root = os.path.realpath(folder)
    try:
        os.scandir(root).close()
    except FileNotFoundError:
        found = f"no folder {folder}"
    except NotADirectoryError:
        found = f"{folder} is not a folder"
    except OSError as error:
        found = f"{folder} cannot be listed: {describe_os_error(error)}"
    else:
        return root
    raise SeedsError(found, "a folder of documents", "Name one with --seeds DIR")


def _scan_folder(folder: _Folder, excluded: str | None, findings: _Findings) -> list[_Folder]:
    """Judge every entry of one folder; return the folders in it that are still to be listed."""
    try:
        with os.scandir(folder.path) as scan:
            entries = list(scan)
    except OSError as error:
        findings.skip(
            folder.prefix.rstrip("/"),
            f"folder cannot be listed: {describe_os_error(error)}",
            SkipKind.UNLISTED,
        )
        return []
    rules = folder.rules + _own_rules(folder, entries, findings)
    inner = []
    for entry in entries:
        relative = folder.prefix + entry.name
        if entry.name.startswith("."):
            continue
        try:
            is_folder = entry.is_dir(follow_symlinks=False)
            if is_ignored(relative, is_folder, rules) or entry.path == excluded:
                continue
            if is_folder:
                inner.append(_Folder(entry.path, relative + "/", rules))
            elif entry.is_symlink():
                findings.links.append(relative)
            else:
                status = entry.stat(follow_symlinks=False)
                _sort_file(relative, entry.path, status, findings)
        except OSError as error:
            findings.skip(
                relative, f"cannot be read: {describe_os_error(error)}", SkipKind.UNREADABLE
            )
    return inner


def _sort_file(relative: str, path: str, status: os.stat_result, findings: _Findings) -> None:
    """Put a file among those found or those skipped."""
    judged = _reason_to_skip(relative, status)
    if judged is not None:
        findings.skip(relative, *judged)
        return
    findings.found.append(
        FoundFile(
            source=as_source(relative),
            path=path,
            size=status.st_size,
            mtime_ns=_signed(status.st_mtime_ns),
            ctime_ns=_signed(status.st_ctime_ns),
            inode=_signed(status.st_ino),
        )
    )


def _signed(number: int) -> int:
    """Return a number within 64 bits and a sign, as the database has them: some file systems give
    inodes beyond, and times after the year 2262. They are only compared."""
    return (number + 2**63) % 2**64 - 2**63


def _reason_to_skip(relative: str, status: os.stat_result) -> tuple[str, SkipKind] | None:
    if not stat.S_ISREG(status.st_mode):
        return "not a regular file", SkipKind.NOT_REGULAR
    extension = os.path.splitext(relative)[1].lower()
    if extension not in EXTRACTORS:
        if not extension:
            return "no file type", SkipKind.UNSUPPORTED
        return f"unsupported type {as_source(extension)}", SkipKind.UNSUPPORTED
    if status.st_size == 0:
        return "empty file", SkipKind.EMPTY
    if status.st_size > MAX_FILE_BYTES:
        return _TOO_LARGE, SkipKind.TOO_LARGE
    return None


_TOO_LARGE = f"larger than {MAX_FILE_BYTES // 2**20} MiB"


def _follow_links(root: str, excluded: str | None, findings: _Findings) -> None:
    """Sort the links that were met, once it is known which files are reached without them."""
    sources = {file.path: file.source for file in findings.found}
    for relative in sorted(findings.links):
        try:
            target = os.path.realpath(os.path.join(root, relative), strict=True)
            status = os.stat(target)  # noqa: PTH116
        except FileNotFoundError:
            findings.skip(relative, "broken link", SkipKind.LINK)
            continue
        except OSError as error:
            loop = error.errno == errno.ELOOP
            reason = "link loop" if loop else f"link cannot be followed: {describe_os_error(error)}"
            findings.skip(relative, reason, SkipKind.LINK)
            continue
        if excluded is not None and _is_within(target, excluded):
            continue
        if not _is_within(target, root):
            findings.skip(relative, "link out of the seeds folder", SkipKind.LINK)
        elif stat.S_ISDIR(status.st_mode):
            findings.skip(relative, "link to a folder", SkipKind.LINK)
        elif target in sources:
            findings.skip(relative, f"link to {sources[target]}", SkipKind.LINK)
        else:
            _sort_file(relative, target, status, findings)
            sources[target] = as_source(relative)


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _with_unique_sources(findings: _Findings) -> list[FoundFile]:
    """Sort by source; of two names that are written alike, keep the first by its bytes."""
    ordered = sorted(findings.found, key=lambda file: (file.source, os.fsencode(file.path)))
    unique: list[FoundFile] = []
    for file in ordered:
        if unique and unique[-1].source == file.source:
            reason = "another file has the same name"
            findings.skipped.append(SkippedFile(file.source, reason, SkipKind.DUPLICATE_NAME))
        else:
            unique.append(file)
    return unique


def as_source(relative: str) -> str:
    r"""Write a path as valid Unicode: bytes that are not UTF-8 as `\xNN`."""
    return os.fsencode(relative).decode("utf-8", "backslashreplace")


def _own_rules(
    folder: _Folder, entries: Sequence[os.DirEntry[str]], findings: _Findings
) -> tuple[IgnoreRules, ...]:
    """Compile the ignore files of one folder, if it has any."""
    present = {entry.name for entry in entries if entry.name in IGNORE_FILES}
    lines: list[str] = []
    for name in IGNORE_FILES:
        if name in present:
            try:
                raw = read_bytes(os.path.join(folder.path, name), MAX_IGNORE_BYTES)
            except UnreadableFile as error:
                reason = f"ignore file: {error.reason}"
                findings.skip(folder.prefix + name, reason, SkipKind.IGNORE_FILE)
                continue
            lines += os.fsdecode(raw.removeprefix(b"\xef\xbb\xbf")).split("\n")
    rules = compile_rules(len(folder.prefix), lines)
    return (rules,) if rules else ()


def read_bytes(path: str, limit: int = MAX_FILE_BYTES) -> bytes:
    """Read a regular file of at most `limit` bytes; raise `UnreadableFile` for anything else."""
    # The walk saw a regular file, but it may have been swapped since: a FIFO must not block the
    # build, nor a link lead out of the folder. (Windows has neither flag.)
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableFile("not a regular file", kind=SkipKind.NOT_REGULAR)
            raw = file.read(limit + 1) if status.st_size <= limit else b""
    except OSError as error:
        lasting = error.errno in (errno.EACCES, errno.EPERM, errno.ELOOP, errno.ENOENT)
        raise UnreadableFile(
            f"cannot be read: {describe_os_error(error)}", may_pass=not lasting
        ) from error
    if status.st_size > limit or len(raw) > limit:
        raise UnreadableFile(f"larger than {limit // 2**20} MiB", kind=SkipKind.TOO_LARGE)
    return raw


def describe_os_error(error: OSError) -> str:
    """Name the failure as the operating system does, without its number and path."""
    return error.strerror or type(error).__name__
