"""List the files below a folder: those to read, and those left out with a reason.

A walk gathers plain tuples (`Survey`), since most questions only compare their digest. Objects are
made of them where something differs. Knows files, links and ignore rules; reads nothing but ignore
files.
"""

from __future__ import annotations

import errno
import hashlib
import marshal
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
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


#: A skipped file of one folder: its name, the kind, and the reason or what `_reason` makes it of.
_Skipped = tuple[str, SkipKind, str]
#: A file to read: its name, size, times of the last modification and change, and inode.
_Seen = tuple[str, int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder still to be listed; `prefix` is empty for the root and ends in `/` otherwise."""

    path: str
    prefix: str
    rules: tuple[IgnoreRules, ...]


@dataclass(frozen=True, slots=True)
class _Listing:
    """What a walk saw in one folder, as plain tuples."""

    path: str
    prefix: str
    found: list[_Seen] = field(default_factory=list)
    skipped: list[_Skipped] = field(default_factory=list)
    targets: dict[str, str] = field(default_factory=dict)
    """Where the links among the names lead."""

    def skip(self, name: str, reason: str, kind: SkipKind) -> None:
        """Leave out a file, for a reason that is a message or what `_reason` makes one of."""
        self.skipped.append((name, kind, reason))


@dataclass(frozen=True)
class Survey:
    """What a walk saw below a folder, without an object for each file."""

    root: str
    listings: list[_Listing] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    """Links wait until every real file is known."""

    @property
    def folders(self) -> list[str]:
        """The folders that were listed."""
        return [one.path for one in self.listings]

    def paths(self) -> Iterator[str]:
        """Yield the paths of the files to read."""
        for one in self.listings:
            for seen in one.found:
                yield one.targets.get(seen[0]) or os.path.join(one.path, seen[0])

    def digest(self) -> str:
        """Return a hash of all that a walk tells: names, sizes, times, inodes, and reasons.

        Two walks with one digest give the same lists.
        """
        return self._digest

    @cached_property
    def _digest(self) -> str:
        seen = sorted(
            (one.prefix, sorted(one.found), sorted(map(_told, one.skipped)), one.targets)
            for one in self.listings
            if one.found or one.skipped
        )
        # The second version of the format depends on values alone.
        return hashlib.sha256(marshal.dumps(seen, 2)).hexdigest()

    def list_files(self) -> tuple[list[FoundFile], list[SkippedFile]]:
        """Return the files to read and those left out, both sorted by source."""
        found = [_found_file(one, seen) for one in self.listings for seen in one.found]
        skipped = [_skipped_file(one, left) for one in self.listings for left in one.skipped]
        unique = _with_unique_sources(found, skipped)
        return unique, sorted(skipped, key=lambda file: (file.source, file.reason))


def walk_folder(
    folder: Path, exclude: Path | None = None
) -> tuple[list[FoundFile], list[SkippedFile]]:
    """List every regular file below `folder`: those to read, and those left out with a reason.

    Both lists are sorted by source. Hidden names, what ignore files name, and the folder
    `exclude` are left out silently. Nothing is read but ignore files. Raises `SeedsError` when
    `folder` is missing, no folder, or cannot be listed.
    """
    return survey_folder(folder, exclude).list_files()


def survey_folder(folder: Path, exclude: Path | None = None) -> Survey:
    """Walk a folder as `walk_folder` does, without an object for each file."""
    root = resolve_folder(folder)
    excluded = None if exclude is None else os.path.realpath(exclude)
    survey = Survey(root)
    waiting = [_Folder(root, "", ())]
    while waiting:
        waiting.extend(_scan_folder(waiting.pop(), excluded, survey))
    if survey.links:
        _follow_links(root, excluded, survey)
    return survey


def resolve_folder(folder: Path) -> str:
    """Return the real path of the seeds folder; raises `SeedsError` if it cannot be listed."""
    root = os.path.realpath(folder)
    try:
        os.scandir(root).close()
    except OSError as error:
        raise _unlisted(folder, error) from error
    return root


def _unlisted(folder: str | Path, error: OSError) -> SeedsError:
    if isinstance(error, FileNotFoundError):
        found = Message("no folder {folder}", folder=folder)
    elif isinstance(error, NotADirectoryError):
        found = Message("{folder} is not a folder", folder=folder)
    else:
        reason = describe_os_error(error)
        found = Message("{folder} cannot be listed: {reason}", folder=folder, reason=reason)
    return SeedsError(found, "", Message("Name a folder of documents with --seeds DIR"))


def _scan_folder(folder: _Folder, excluded: str | None, survey: Survey) -> list[_Folder]:
    """Judge every entry of one folder; return the folders in it that are still to be listed."""
    listing = _Listing(folder.path, folder.prefix)
    survey.listings.append(listing)
    try:
        # By its descriptor the files need no look-up of the whole path. A link is not followed: it
        # was a folder when it was listed.
        descriptor = os.open(folder.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            with os.scandir(descriptor) as scan:
                return _judge_entries(folder, list(scan), excluded, survey)
        finally:
            os.close(descriptor)
    except OSError as error:
        if not folder.prefix:  # it went after it was resolved, and its documents with it
            raise _unlisted(folder.path, error) from error
        reason = Message("folder cannot be listed: {reason}", reason=describe_os_error(error))
        listing.skip("", reason, SkipKind.UNLISTED)
        return []


def _judge_entries(
    folder: _Folder, entries: list[os.DirEntry[str]], excluded: str | None, survey: Survey
) -> list[_Folder]:
    listing, prefix = survey.listings[-1], folder.prefix
    rules = folder.rules + _own_rules(folder, entries, listing)
    inner = []
    for entry in entries:
        name = entry.name
        if name[0] == ".":
            continue
        try:
            is_file = entry.is_file(follow_symlinks=False)
            is_folder = not is_file and entry.is_dir(follow_symlinks=False)
            if rules and is_ignored(prefix + name, is_folder, rules):
                continue
            if is_file:
                if (extension := _extension(name)) in EXTENSIONS:
                    _sort_file(name, entry.stat(follow_symlinks=False), listing)
                else:
                    listing.skip(name, extension, SkipKind.UNSUPPORTED)
            elif is_folder:
                path = os.path.join(folder.path, name)
                if path != excluded:
                    inner.append(_Folder(path, f"{prefix}{name}/", rules))
            elif entry.is_symlink():
                survey.links.append(prefix + name)
            else:
                listing.skip(name, "", SkipKind.NOT_REGULAR)
        except OSError as error:
            listing.skip(name, _unreadable(error), SkipKind.UNREADABLE)
    return inner


def _sort_file(name: str, status: os.stat_result, listing: _Listing) -> None:
    """Put a regular file of a known type among those found or those skipped."""
    size = status.st_size
    if not size:
        listing.skip(name, "", SkipKind.EMPTY)
    elif size > MAX_FILE_BYTES:
        listing.skip(name, "", SkipKind.TOO_LARGE)
    else:
        times = status.st_mtime_ns, status.st_ctime_ns
        listing.found.append((name, size, *times, status.st_ino))


def _extension(name: str) -> str:
    """Return the extension of a name that does not begin with a dot, in lower case, or ""."""
    _, dot, extension = name.rpartition(".")
    return dot and dot + extension.lower()


def _found_file(listing: _Listing, seen: _Seen) -> FoundFile:
    name, size, mtime_ns, ctime_ns, inode = seen
    return FoundFile(
        source=as_source(listing.prefix + name),
        path=listing.targets.get(name) or os.path.join(listing.path, name),
        size=size,
        mtime_ns=_signed(mtime_ns),
        ctime_ns=_signed(ctime_ns),
        inode=_signed(inode),
    )


def _skipped_file(listing: _Listing, left: _Skipped) -> SkippedFile:
    name, kind, told = left
    # a folder that cannot be listed has no name in itself
    source = as_source(listing.prefix + name if name else listing.prefix.rstrip("/"))
    return SkippedFile(source, told if isinstance(told, Message) else _reason(kind, told), kind)


def _told(left: _Skipped) -> tuple[str, str, str]:
    """Return a skipped file as plain texts."""
    name, kind, reason = left
    return name, kind.value, str(reason)


@lru_cache(maxsize=1_000)
def _reason(kind: SkipKind, extension: str) -> Message:
    """Return the reason of a file that the walk itself leaves out."""
    if kind is SkipKind.NOT_REGULAR:
        return Message("not a regular file")
    if kind is SkipKind.EMPTY:
        return Message("empty file")
    if kind is SkipKind.TOO_LARGE:
        return _too_large(MAX_FILE_BYTES)
    if not extension:
        return Message("no file type")
    return Message("unsupported type {extension}", extension=as_source(extension))


def _signed(number: int) -> int:
    """Return a number as the database has it, within 64 bits and a sign.

    Some file systems have greater inodes, and times after the year 2262. They are only compared.
    """
    return (number + 2**63) % 2**64 - 2**63


def _too_large(limit: int) -> Message:
    return Message("larger than {count} MiB", count=limit // 2**20)


def _unreadable(error: OSError) -> Message:
    return Message("cannot be read: {reason}", reason=describe_os_error(error))


def _follow_links(root: str, excluded: str | None, survey: Survey) -> None:
    """Sort the links that were met, once it is known which files are reached without them."""
    sources = {
        os.path.join(one.path, seen[0]): as_source(one.prefix + seen[0])
        for one in survey.listings
        for seen in one.found
    }
    listing = _Listing(root, "")
    survey.listings.append(listing)
    for relative in sorted(survey.links):
        try:
            target = os.path.realpath(os.path.join(root, relative), strict=True)
            status = os.stat(target)  # noqa: PTH116
        except FileNotFoundError:
            listing.skip(relative, Message("broken link"), SkipKind.LINK)
            continue
        except OSError as error:
            reason = Message("link cannot be followed: {reason}", reason=describe_os_error(error))
            if error.errno == errno.ELOOP:
                reason = Message("link loop")
            listing.skip(relative, reason, SkipKind.LINK)
            continue
        if excluded is not None and _is_within(target, excluded):
            continue
        if not _is_within(target, root):
            listing.skip(relative, Message("link out of the seeds folder"), SkipKind.LINK)
        elif stat.S_ISDIR(status.st_mode):
            listing.skip(relative, Message("link to a folder"), SkipKind.LINK)
        elif target in sources:
            reason = Message("link to {source}", source=sources[target])
            listing.skip(relative, reason, SkipKind.LINK)
        else:
            _sort_target(relative, status, listing)
            listing.targets[relative] = target
            sources[target] = as_source(relative)


def _sort_target(relative: str, status: os.stat_result, listing: _Listing) -> None:
    """Put what a link leads to among the files found or those skipped, by the link's own name."""
    extension = _extension(relative.rpartition("/")[2])
    if not stat.S_ISREG(status.st_mode):
        listing.skip(relative, "", SkipKind.NOT_REGULAR)
    elif extension in EXTENSIONS:
        _sort_file(relative, status, listing)
    else:
        listing.skip(relative, extension, SkipKind.UNSUPPORTED)


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _with_unique_sources(found: Sequence[FoundFile], skipped: list[SkippedFile]) -> list[FoundFile]:
    """Sort by source; of two names that are written alike, keep the first by its bytes."""
    ordered = sorted(found, key=lambda file: (file.source, os.fsencode(file.path)))
    unique: list[FoundFile] = []
    for file in ordered:
        if unique and unique[-1].source == file.source:
            reason = Message("another file has the same name")
            skipped.append(SkippedFile(file.source, reason, SkipKind.DUPLICATE_NAME))
        else:
            unique.append(file)
    return unique


def as_source(relative: str) -> str:
    r"""Write a path as valid Unicode: bytes that are not UTF-8 as `\xNN`."""
    return os.fsencode(relative).decode("utf-8", "backslashreplace")


def _own_rules(
    folder: _Folder, entries: Sequence[os.DirEntry[str]], listing: _Listing
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
                listing.skip(name, reason, SkipKind.IGNORE_FILE)
                continue
            table = _compile_file(raw)
            for number in table.too_long:
                listing.skip(name, _long_rule(number), SkipKind.IGNORE_FILE)
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
        lasting = error.errno in (errno.EACCES, errno.EPERM, errno.ELOOP)
        raise UnreadableFile(_unreadable(error), may_pass=not lasting) from error
    if status.st_size > limit or len(raw) > limit:
        raise UnreadableFile(_too_large(limit), kind=SkipKind.TOO_LARGE)
    return raw


def hash_file(found: FoundFile) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal; raises `UnreadableFile`."""
    return hashlib.sha256(read_bytes(found.path)).hexdigest()
