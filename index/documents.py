"""Find the files below a folder, and read one of them into a `Document`.

Knows about files, links and ignore rules; knows nothing of chunks, vectors or what was indexed
before. How bytes become text is in `extract`, what a text says of itself in `metadata`.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import re
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from index.errors import SeedsError, UnreadableFile
from index.extract import (
    Extracted,
    extract_docx,
    extract_html,
    extract_markdown,
    extract_pdf,
    extract_text,
    normalise_text,
)
from index.metadata import (
    clean_title,
    date_in_name,
    find_date,
    find_language,
    find_title,
    parse_date,
)
from index.types import Document, FoundFile, SkippedFile

__all__ = [
    "EXTENSIONS",
    "MAX_FILE_BYTES",
    "hash_file",
    "matches_glob",
    "normalise_text",
    "read_document",
    "resolve_folder",
    "walk_folder",
]

logger = logging.getLogger(__name__)

#: Larger files are skipped: a text of 64 MiB is some 12 million words, more than anyone wrote by
#: hand; what is larger is a log or a dump, and would hold several times its size in memory.
MAX_FILE_BYTES = 64 * 2**20

#: An ignore file is read up to here; git's own are a few kilobytes.
MAX_IGNORE_BYTES = 2**20

#: Read in this order: the later one has the last word, so `.seedqaignore` can bring back what
#: `.gitignore` leaves out.
IGNORE_FILES = (".gitignore", ".seedqaignore")

#: What the reason of a folder begins with that cannot be listed; what is in it is not known.
UNLISTED = "folder cannot be listed"

_EXTRACTORS: dict[str, Callable[[bytes], Extracted]] = {
    ".txt": extract_text,
    ".text": extract_text,
    ".md": extract_markdown,
    ".markdown": extract_markdown,
    ".html": extract_html,
    ".htm": extract_html,
    ".pdf": extract_pdf,
    ".docx": extract_docx,
}
#: The kinds of files that are read, by the ends of their names in lower case.
EXTENSIONS = frozenset(_EXTRACTORS)


@dataclass(frozen=True, slots=True)
class _IgnoreRules:
    """The rules of one folder: a group of `pattern` for each, and whether it keeps a path.

    `prefix_length` is the number of characters of a path that name the folder.
    """

    prefix_length: int
    pattern: re.Pattern[str]
    keeps: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder still to be listed; `prefix` is empty for the root and ends in `/` otherwise."""

    path: str
    prefix: str
    rules: tuple[_IgnoreRules, ...]


@dataclass(frozen=True, slots=True)
class _Findings:
    """What a walk has gathered so far; links wait until every real file is known."""

    found: list[FoundFile] = field(default_factory=list)
    skipped: list[SkippedFile] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    def skip(self, relative: str, reason: str) -> None:
        self.skipped.append(SkippedFile(_as_source(relative), reason))


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


def read_document(found: FoundFile) -> tuple[str, Document]:
    """Read one file: the SHA-256 of its bytes in hexadecimal, and the document.

    Raises `UnreadableFile` with a reason when it has no readable text.
    """
    raw = _read_bytes(found.path)
    try:
        document = _make_document(found.source, raw)
    except UnreadableFile:
        raise
    except Exception as error:  # what a library did not foresee is one file's trouble
        logger.debug("%s", found.source, exc_info=True)
        raise UnreadableFile(f"cannot be understood: {type(error).__name__}") from error
    return hashlib.sha256(raw).hexdigest(), document


def _make_document(source: str, raw: bytes) -> Document:
    stem, extension = os.path.splitext(source.rpartition("/")[2])
    extracted = _EXTRACTORS[extension.lower()](raw)
    text, stated = extracted.text, extracted.stated
    if not text or text.isspace():
        raise UnreadableFile("no text")
    language = find_language(text, stated.body_start, stated.language)
    return Document(
        source=source,
        text=text,
        title=clean_title(stated.title) or find_title(text, stated.body_start) or stem,
        date=parse_date(stated.date, language)
        or find_date(text, stated.body_start, language)
        or date_in_name(stem),
        language=language,
        page_starts=extracted.page_starts,
    )


def hash_file(found: FoundFile) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal; raises `UnreadableFile`."""
    return hashlib.sha256(_read_bytes(found.path)).hexdigest()


def matches_glob(pattern: str) -> Callable[[str], bool]:
    """Return a test for sources: does the glob, with git's rules, name it or a folder it is in?

    >>> matches_glob("reports/*.pdf")("reports/2020.pdf")
    True
    """
    rules = _compile_rules(0, [pattern])

    def matches(source: str) -> bool:
        folders = (source[:at] for at, character in enumerate(source) if character == "/")
        return rules is not None and (
            _is_ignored(source, False, [rules])
            or any(_is_ignored(folder, True, [rules]) for folder in folders)
        )

    return matches


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
        found = f"{folder} cannot be listed: {_plain(error)}"
    else:
        return root
    raise SeedsError(found, "a folder of documents", "Name one with --seeds DIR")


def _scan_folder(folder: _Folder, excluded: str | None, findings: _Findings) -> list[_Folder]:
    """Judge every entry of one folder; return the folders in it that are still to be listed."""
    try:
        with os.scandir(folder.path) as scan:
            entries = list(scan)
    except OSError as error:
        findings.skip(folder.prefix.rstrip("/"), f"folder cannot be listed: {_plain(error)}")
        return []
    rules = folder.rules + _own_rules(folder, entries, findings)
    inner = []
    for entry in entries:
        relative = folder.prefix + entry.name
        if entry.name.startswith("."):
            continue
        try:
            is_folder = entry.is_dir(follow_symlinks=False)
            if _is_ignored(relative, is_folder, rules) or entry.path == excluded:
                continue
            if is_folder:
                inner.append(_Folder(entry.path, relative + "/", rules))
            elif entry.is_symlink():
                findings.links.append(relative)
            else:
                status = entry.stat(follow_symlinks=False)
                _sort_file(relative, entry.path, status, findings)
        except OSError as error:
            findings.skip(relative, f"cannot be read: {_plain(error)}")
    return inner


def _sort_file(relative: str, path: str, status: os.stat_result, findings: _Findings) -> None:
    """Put a file among those found or those skipped."""
    reason = _reason_to_skip(relative, status)
    if reason is not None:
        findings.skip(relative, reason)
        return
    findings.found.append(
        FoundFile(
            source=_as_source(relative),
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


def _reason_to_skip(relative: str, status: os.stat_result) -> str | None:
    if not stat.S_ISREG(status.st_mode):
        return "not a regular file"
    extension = os.path.splitext(relative)[1].lower()
    if extension not in _EXTRACTORS:
        return f"unsupported type {_as_source(extension)}" if extension else "no file type"
    if status.st_size == 0:
        return "empty file"
    if status.st_size > MAX_FILE_BYTES:
        return _TOO_LARGE
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
            findings.skip(relative, "broken link")
            continue
        except OSError as error:
            loop = error.errno == errno.ELOOP
            reason = "link loop" if loop else f"link cannot be followed: {_plain(error)}"
            findings.skip(relative, reason)
            continue
        if excluded is not None and _is_within(target, excluded):
            continue
        if not _is_within(target, root):
            findings.skip(relative, "link out of the seeds folder")
        elif stat.S_ISDIR(status.st_mode):
            findings.skip(relative, "link to a folder")
        elif target in sources:
            findings.skip(relative, f"link to {sources[target]}")
        else:
            _sort_file(relative, target, status, findings)
            sources[target] = _as_source(relative)


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _with_unique_sources(findings: _Findings) -> list[FoundFile]:
    """Sort by source; of two names that are written alike, keep the first by its bytes."""
    ordered = sorted(findings.found, key=lambda file: (file.source, os.fsencode(file.path)))
    unique: list[FoundFile] = []
    for file in ordered:
        if unique and unique[-1].source == file.source:
            findings.skipped.append(SkippedFile(file.source, "another file has the same name"))
        else:
            unique.append(file)
    return unique


def _as_source(relative: str) -> str:
    r"""Write a path as valid Unicode: bytes that are not UTF-8 as `\xNN`."""
    return os.fsencode(relative).decode("utf-8", "backslashreplace")


def _own_rules(
    folder: _Folder, entries: Sequence[os.DirEntry[str]], findings: _Findings
) -> tuple[_IgnoreRules, ...]:
    """Compile the ignore files of one folder, if it has any."""
    present = {entry.name for entry in entries if entry.name in IGNORE_FILES}
    lines: list[str] = []
    for name in IGNORE_FILES:
        if name in present:
            try:
                raw = _read_bytes(os.path.join(folder.path, name), MAX_IGNORE_BYTES)
            except UnreadableFile as error:
                findings.skip(folder.prefix + name, f"ignore file: {error.reason}")
                continue
            lines += os.fsdecode(raw.removeprefix(b"\xef\xbb\xbf")).split("\n")
    rules = _compile_rules(len(folder.prefix), lines)
    return (rules,) if rules else ()


def _compile_rules(prefix_length: int, lines: Sequence[str]) -> _IgnoreRules | None:
    """Join rules into one pattern, the last rule first: the first that matches decides.

    Written here because pathspec judges files by their whole path, where a walk that prunes asks
    about each folder by itself, as git does: with pathspec `*`, `!*/`, `!keep.txt` leaves all
    out. It also takes 40 ms to load, on the path of every question.
    """
    rules = [rule for rule in map(_translate_rule, reversed(lines)) if rule]
    if not rules:
        return None
    pattern = re.compile("|".join(f"({pattern})" for pattern, _ in rules), re.DOTALL)
    return _IgnoreRules(prefix_length, pattern, tuple(keeps for _, keeps in rules))


def _translate_rule(line: str) -> tuple[str, bool] | None:
    """Translate one line: a regular expression, and whether it keeps what it matches.

    None for a comment, and for what is no pattern. See `git help gitignore`.
    """
    glob = re.sub(r"(?<!\\) +$", "", line.removesuffix("\r"))
    keeps = glob.startswith("!")
    glob = glob.removeprefix("!")
    end = "/" if glob.endswith("/") else "/?"
    glob = glob.removesuffix("/")
    start = "" if "/" in glob else "(?:|.*?/)"
    body = _translate_glob(glob.removeprefix("/"))
    if not body or line.startswith("#"):
        return None
    return start + body + end, keeps


_GLOB_PART = re.compile(
    r"""(?P<folders>(?:(?:^|(?<=/))\*{2,}/)+) | (?P<inside>(?<=/)\*{2,}$)
    | (?P<first>(?:^|(?<=/))\*+) | (?P<name>\*+) | (?P<one>\?)
    | \[(?P<no>[!^]?)(?P<set>\]?(?:\[:[a-z]*:\]|\\.|[^\]\\])*)\]
    | \\(?P<escaped>.) | (?P<plain>[^\[\\]) | (?P<bad>.)""",
    re.DOTALL | re.VERBOSE,
)
#: What a star stands for; a whole name is never empty.
_STARS = {"first": "(?=[^/])[^/]*", "name": "[^/]*"}
_SET_PART = re.compile(r"\[:(?P<kind>[a-z]*):\]|\\(?P<escaped>.)|(?P<plain>.)", re.DOTALL)
_SET_KINDS = {
    "alnum": "a-zA-Z0-9", "alpha": "a-zA-Z", "blank": r" \t", "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9", "graph": "!-~", "lower": "a-z", "print": " -~", "punct": "!-/:-@\\[-`{-~",
    "space": r" \t-\r", "upper": "A-Z", "xdigit": "0-9A-Fa-f",
}  # fmt: skip


def _translate_glob(glob: str) -> str | None:
    """Translate a glob, None where it is none.

    What follows a star up to the next is taken where it first stands, and never looked for again
    (as in `fnmatch`): the later star takes whatever is left, so that nothing is lost, and a name
    cannot be tried in exponentially many ways. The same goes for what stands between two `**/`.
    """
    units: list[list[tuple[str, str]]] = [[]]
    for part in _GLOB_PART.finditer(glob):
        kind = part.lastgroup or ""
        if kind == "folders":
            units.append([])
        elif kind in _STARS:
            units[-1].append((kind, _STARS[kind]))
        elif kind in ("inside", "one"):
            units[-1].append(("", ".+" if kind == "inside" else "[^/]"))
        else:
            literal = kind != "bad" and (
                _translate_set(part["set"], bool(part["no"]))
                if kind == "set"
                else re.escape(part[kind])
            )
            if not literal:
                return None
            units[-1].append(("", literal))
    first, *others = map(_join_unit, units)
    deeper = [f"(?>(?:|.*?/){unit})" for unit in others[:-1]]
    return "".join([first, *deeper, *(f"(?:|.*?/){unit}" for unit in others[-1:])])


def _join_unit(parts: Sequence[tuple[str, str]]) -> str:
    """Join the parts between two `**/`: each a kind, empty for what is no star, and a pattern."""
    stars = [at for at, (kind, _) in enumerate(parts) if kind]
    joined = "".join(pattern for _, pattern in parts[: stars[0] if stars else None])
    for star, following in pairwise([*stars, None]):
        assert star is not None
        fixed = "".join(pattern for _, pattern in parts[star + 1 : following])
        pattern = parts[star][1]
        joined += f"(?>{pattern}?{fixed})" if following else pattern + fixed
    return joined


def _translate_set(members: str, negated: bool) -> str | None:
    """Translate what stands in brackets; None where it names a kind of characters that is none."""
    found = [
        (part["kind"], part["escaped"] or part["plain"]) for part in _SET_PART.finditer(members)
    ]
    ranges = []
    while found:
        kind, char = found.pop(0)
        if kind is not None:
            if kind not in _SET_KINDS:
                return None
            ranges.append(_SET_KINDS[kind])
        elif len(found) > 1 and found[0] == (None, "-") and found[1][0] is None:
            last = found[1][1]
            del found[:2]
            if char <= last:
                ranges.append(f"{re.escape(char)}-{re.escape(last)}")
        else:
            ranges.append(re.escape(char))
    if not ranges:  # z-a: no character at all
        return "[^/]" if negated else "(?!)"
    return f"(?!/)[{'^' if negated else ''}{''.join(ranges)}]"


def _is_ignored(relative: str, is_folder: bool, rules: Sequence[_IgnoreRules]) -> bool:
    """Tell whether the last rule of the innermost folder that names a path leaves it out."""
    path = relative + "/" if is_folder else relative
    for rule in reversed(rules):
        match = rule.pattern.fullmatch(path, rule.prefix_length)
        if match and match.lastindex:
            return not rule.keeps[match.lastindex - 1]
    return False


def _read_bytes(path: str, limit: int = MAX_FILE_BYTES) -> bytes:
    """Read a regular file of at most `limit` bytes; raise `UnreadableFile` for anything else."""
    # The walk saw a regular file, but it may have been swapped since: a FIFO must not block the
    # build, nor a link lead out of the folder. (Windows has neither flag.)
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableFile("not a regular file")
            raw = file.read(limit + 1) if status.st_size <= limit else b""
    except OSError as error:
        lasting = error.errno in (errno.EACCES, errno.EPERM, errno.ELOOP, errno.ENOENT)
        raise UnreadableFile(f"cannot be read: {_plain(error)}", may_pass=not lasting) from error
    if status.st_size > limit or len(raw) > limit:
        raise UnreadableFile(f"larger than {limit // 2**20} MiB")
    return raw


def _plain(error: OSError) -> str:
    """Name the failure as the operating system does, without its number and path."""
    return error.strerror or type(error).__name__
