"""Read a source, or the lines of it that a hit names, as text.

Only files that a walk of the seeds folder finds can be read, so no name leads out of it. Knows
nothing of questions.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from seedqa.index.documents.walk import walk_folder
from seedqa.index.errors import SourceError, UnreadableFile
from seedqa.index.messages import Message
from seedqa.index.parsing.process import read_whole
from seedqa.index.types import Document, FoundFile
from seedqa.index.workspace import Workspace

_LOCATION = re.compile(r"(?P<name>.+?):(?P<line>\d{1,9})(?::(?P<count>\d{1,9}))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines of a source; `start` is the offset of the first character in the whole text."""

    source: str
    line: int
    start: int
    text: str


def read_source(workspace: Workspace, location: str) -> Excerpt:
    """Return the text at `location`, FILE[:LINE[:COUNT]]: the whole file, or COUNT lines (one).

    Raises SourceError where there is no such file, or no such line, or it cannot be read.
    """
    seeds, by_source = _find_sources(workspace)
    for name, line, count in _readings(location):
        file = by_source.get(source_key(name, seeds))
        if file:
            return _cut(file.source, _read(file).text, line, count)
    match = _LOCATION.fullmatch(location)
    raise _missing_source_error(match["name"] if match else location, seeds)


def open_source(workspace: Workspace, source: str) -> Document:
    """Return the whole document that `source` names, as it is now.

    Raises SourceError where there is no such file, or it cannot be read.
    """
    seeds, by_source = _find_sources(workspace)
    file = by_source.get(source_key(source, seeds))
    if file is None:
        raise _missing_source_error(source, seeds)
    return _read(file)


def _find_sources(workspace: Workspace) -> tuple[Path, dict[str, FoundFile]]:
    found, _ = walk_folder(workspace.seeds, exclude=workspace.index)
    return workspace.seeds, {nfc(file.source): file for file in found}


def source_key(name: str, seeds: Path) -> str:
    """Return a source, or a glob over sources, as a person may write it, in one form.

    `./a.txt`, an absolute path below the seeds folder, and either Unicode normal form are the same
    as `a.txt`. What leads out of the folder stays as it is, and names nothing.
    """
    for folder in (str(seeds), str(seeds.resolve())):
        name = name.removeprefix(folder.rstrip("/") + "/")
    while name.startswith("./"):
        name = name.removeprefix("./")
    return nfc(name)


def nfc(text: str) -> str:
    """Return `text` in Unicode's composed form: a file system may store the other one."""
    return unicodedata.normalize("NFC", text)


def _missing_source_error(source: str, seeds: Path) -> SourceError:
    return SourceError(
        Message("no source {source!r} in {folder}", source=source, folder=seeds),
        "",
        Message("See the names with: {command}", command="seedqa search QUERY"),
    )


def _readings(location: str) -> Iterator[tuple[str, int | None, int]]:
    """Yield the possible meanings of `location`: a name may itself end in a colon and a number."""
    yield location, None, 1
    match = _LOCATION.fullmatch(location)
    if match:
        yield match["name"], int(match["line"]), int(match["count"] or 1)
        if match["count"]:
            yield f"{match['name']}:{match['line']}", int(match["count"]), 1


def _read(file: FoundFile) -> Document:
    try:
        return read_whole(file)
    except UnreadableFile as error:
        raise SourceError(
            Message("{source} cannot be read: {reason}", source=file.source, reason=error.reason),
            "",
            Message("Fix the file"),
        ) from error


def _cut(source: str, text: str, line: int | None, count: int) -> Excerpt:
    if line is None:
        return Excerpt(source, 1, 0, text)
    lines = text.split("\n")
    if not 1 <= line <= len(lines):
        raise SourceError(f"line {line} of {source}", f"1 to {len(lines)}", "Give a line within it")
    start = sum(len(before) + 1 for before in lines[: line - 1])
    return Excerpt(source, line, start, "\n".join(lines[line - 1 : line - 1 + count]))
