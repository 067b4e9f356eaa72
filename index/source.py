"""Read a source where a hit points: a file of the seeds folder, as text, or some lines of it.

Only what a walk of the folder finds can be read, so no name leads out of it.
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

_PLACE = re.compile(r"(?P<name>.+?):(?P<line>\d{1,9})(?::(?P<count>\d{1,9}))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines of a source; `start` is the offset of the first character in the whole text."""

    source: str
    line: int
    start: int
    text: str


def read_source(workspace: Workspace, place: str) -> Excerpt:
    """Return what `place`, FILE[:LINE[:COUNT]], names: all of it, or COUNT lines (one).

    Raises SourceError where there is no such file, or no such line, or it cannot be read.
    """
    seeds, by_source = _find_sources(workspace)
    for name, line, count in _readings(place):
        if name in by_source:
            text = _read(by_source[name]).text
            return _cut(name, text, line, count)
    match = _PLACE.fullmatch(place)
    raise _no_source(match["name"] if match else place, seeds)


def open_source(workspace: Workspace, source: str) -> Document:
    """Return the whole document that `source` names, as it is now.

    Raises SourceError where there is no such file, or it cannot be read.
    """
    seeds, by_source = _find_sources(workspace)
    if source not in by_source:
        raise _no_source(source, seeds)
    return _read(by_source[source])


def _find_sources(workspace: Workspace) -> tuple[Path, dict[str, FoundFile]]:
    found, _ = walk_folder(workspace.seeds, exclude=workspace.index)
    return workspace.seeds, {file.source: file for file in found}


def _no_source(place: str, seeds: Path) -> SourceError:
    return SourceError(
        Message("no source {source!r} in {folder}", source=place, folder=seeds),
        "",
        Message("See the names with: {command}", command="seedqa search QUERY"),
    )


def _readings(place: str) -> Iterator[tuple[str, int | None, int]]:
    """Yield what `place` may mean: a name may itself end in a colon and a number."""
    yield place, None, 1
    match = _PLACE.fullmatch(place)
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
        raise SourceError(
            f"line {line} of {source}", f"1 to {len(lines)}", "Give a line that it has"
        )
    start = sum(len(before) + 1 for before in lines[: line - 1])
    return Excerpt(source, line, start, "\n".join(lines[line - 1 : line - 1 + count]))
