"""The values that flow through a build: what was found, what was read, what was cut.

Offsets count code points of `Document.text`, lines and pages count from 1.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file below the seeds folder, as the walk saw it; nothing of it was read."""

    source: str
    """Path below the seeds folder with `/`, always valid Unicode: bytes of a name that are not
    UTF-8 stand as `\\xNN`."""
    path: str
    """Where to open it, as the operating system names it."""
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that is not indexed, and why, in words for a person."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Document:
    """The text of one file and what is known of it."""

    source: str
    text: str
    title: str
    date: str | None
    """ISO 8601 date as the document itself states it, or None."""
    language: str
    """ISO 639-1 code, or `UNKNOWN_LANGUAGE`."""
    page_starts: tuple[int, ...] = ()
    """Offset of the first character of each page; empty where there are no pages."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A contiguous part of a document: `document.text[start:end] == text`."""

    start: int
    end: int
    line_start: int
    line_end: int
    page: int | None
    text: str
