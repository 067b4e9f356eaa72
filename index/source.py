"""Read a source, or the lines of it that a hit names, as text.

Only files that a walk of the seeds folder finds can be read, so no name leads out of it. Knows
nothing of questions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from seedqa.index.documents.read import read_document
from seedqa.index.documents.walk import walk_folder
from seedqa.index.errors import SourceError, UnreadableFile
from seedqa.index.messages import Message
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
        if name in by_source:
            text = _read(by_source[name]).text
            return _cut(name, text, line, count)
    match = _LOCATION.fullmatch(location)
    raise _missing_source_error(match["name"] if match else location, seeds)


def open_source(workspace: Workspace, source: str) -> Document:
    """Return the whole document that `source` names, as it is now.

    Raises SourceError where there is no such file, or it cannot be read.
    """
    seeds, by_source = _find_sources(workspace)
    if source not in by_source:
        raise _missing_source_error(source, seeds)
    return _read(by_source[source])


def _find_sources(workspace: Workspace) -> tuple[Path, dict[str, FoundFile]]:
    found, _ = walk_folder(workspace.seeds, exclude=workspace.index)
    return workspace.seeds, {file.source: file for file in found}


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
        return read_document(file)[1]
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
