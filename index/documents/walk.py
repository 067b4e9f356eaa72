"""List the files below a folder: those to read, and those left out with a reason.

Knows files, links and ignore rules; reads nothing but ignore files.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from seedqa.index.documents.formats import EXTENSIONS
from seedqa.index.documents.ignore import (
    MAX_GLOB_CHARACTERS,
    IgnoreRules,
    RuleTable,
    compile_rules,
    is_ignored,
)
from seedqa.index.errors import SeedsError, UnreadableFile
from seedqa.index.messages import Message, describe_os_error
from seedqa.index.types import FoundFile, SkipKind, SkippedFile

#: Larger files are skipped: a text of 64 MiB is some 12 million words, more than anyone wrote by
#: hand; what is larger is a log or a dump, and would hold several times its size in memory.
MAX_FILE_BYTES = 64 * 2**20


#: An ignore file is read up to here: more than 100,000 rules. git's own are a few kilobytes.
MAX_IGNORE_BYTES = 2**22


#: Compiled ignore files that are kept from walk to walk. The largest takes some 50 MB.
KEPT_TABLES = 32


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

    def skip(self, relative: str, reason: Message, kind: SkipKind) -> None:
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
        found = Message("no folder {folder}", folder=folder)
    except NotADirectoryError:
        found = Message("{folder} is not a folder", folder=folder)
    except OSError as error:
        reason = describe_os_error(error)
        found = Message("{folder} cannot be listed: {reason}", folder=folder, reason=reason)
    else:
        return root
    raise SeedsError(found, "", Message("Name a folder of documents with --seeds DIR"))


def _scan_folder(folder: _Folder, excluded: str | None, findings: _Findings) -> list[_Folder]:
    """Judge every entry of one folder; return the folders in it that are still to be listed."""
    try:
        with os.scandir(folder.path) as scan:
            entries = list(scan)
    except OSError as error:
        findings.skip(
            folder.prefix.rstrip("/"),
            Message("folder cannot be listed: {reason}", reason=describe_os_error(error)),
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
            findings.skip(relative, _unreadable(error), SkipKind.UNREADABLE)
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
    """Return a number as the database has it, within 64 bits and a sign.

    Some file systems have greater inodes, and times after the year 2262. They are only compared.
    """
    return (number + 2**63) % 2**64 - 2**63


def _reason_to_skip(relative: str, status: os.stat_result) -> tuple[Message, SkipKind] | None:
    if not stat.S_ISREG(status.st_mode):
        return Message("not a regular file"), SkipKind.NOT_REGULAR
    extension = os.path.splitext(relative)[1].lower()
    if extension not in EXTENSIONS:
        if not extension:
            return Message("no file type"), SkipKind.UNSUPPORTED
        named = as_source(extension)
        return Message("unsupported type {extension}", extension=named), SkipKind.UNSUPPORTED
    if status.st_size == 0:
        return Message("empty file"), SkipKind.EMPTY
    if status.st_size > MAX_FILE_BYTES:
        return _too_large(MAX_FILE_BYTES), SkipKind.TOO_LARGE
    return None


def _too_large(limit: int) -> Message:
    return Message("larger than {count} MiB", count=limit // 2**20)


def _unreadable(error: OSError) -> Message:
    return Message("cannot be read: {reason}", reason=describe_os_error(error))


def _follow_links(root: str, excluded: str | None, findings: _Findings) -> None:
    """Sort the links that were met, once it is known which files are reached without them."""
    sources = {file.path: file.source for file in findings.found}
    for relative in sorted(findings.links):
        try:
            target = os.path.realpath(os.path.join(root, relative), strict=True)
            status = os.stat(target)  # noqa: PTH116
        except FileNotFoundError:
            findings.skip(relative, Message("broken link"), SkipKind.LINK)
            continue
        except OSError as error:
            reason = Message("link cannot be followed: {reason}", reason=describe_os_error(error))
            if error.errno == errno.ELOOP:
                reason = Message("link loop")
            findings.skip(relative, reason, SkipKind.LINK)
            continue
        if excluded is not None and _is_within(target, excluded):
            continue
        if not _is_within(target, root):
            findings.skip(relative, Message("link out of the seeds folder"), SkipKind.LINK)
        elif stat.S_ISDIR(status.st_mode):
            findings.skip(relative, Message("link to a folder"), SkipKind.LINK)
        elif target in sources:
            reason = Message("link to {source}", source=sources[target])
            findings.skip(relative, reason, SkipKind.LINK)
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
            reason = Message("another file has the same name")
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
    own: list[IgnoreRules] = []
    for name in IGNORE_FILES:
        if name in present:
            try:
                raw = read_bytes(os.path.join(folder.path, name), MAX_IGNORE_BYTES)
            except UnreadableFile as error:
                reason = Message("ignore file: {reason}", reason=error.reason)
                findings.skip(folder.prefix + name, reason, SkipKind.IGNORE_FILE)
                continue
            table = _compile_file(raw)
            for number in table.too_long:
                findings.skip(folder.prefix + name, _long_rule(number), SkipKind.IGNORE_FILE)
            if table:
                own.append(IgnoreRules(len(folder.prefix), table))
    return tuple(own)


@lru_cache(maxsize=KEPT_TABLES)
def _compile_file(raw: bytes) -> RuleTable:
    """Compile an ignore file; a walk meets the same content again at every question."""
    return compile_rules(os.fsdecode(raw.removeprefix(b"\xef\xbb\xbf")).split("\n"))


def _long_rule(number: int) -> Message:
    return Message(
        "ignore file: line {number} is longer than {count:,} characters",
        number=number,
        count=MAX_GLOB_CHARACTERS,
    )


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
                raise UnreadableFile(Message("not a regular file"), kind=SkipKind.NOT_REGULAR)
            raw = file.read(limit + 1) if status.st_size <= limit else b""
    except OSError as error:
        lasting = error.errno in (errno.EACCES, errno.EPERM, errno.ELOOP, errno.ENOENT)
        raise UnreadableFile(_unreadable(error), may_pass=not lasting) from error
    if status.st_size > limit or len(raw) > limit:
        raise UnreadableFile(_too_large(limit), kind=SkipKind.TOO_LARGE)
    return raw
