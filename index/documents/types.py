"""What a format gives: a text, its blocks and pages, how it is read, what the file states.

Offsets count code points of `Extracted.text`. Knows nothing of files, chunks or languages.
"""

from __future__ import annotations

from dataclasses import dataclass

from seedqa.index.types import Block, Edit


@dataclass(frozen=True, slots=True)
class Stated:
    """What a document states next to its text, as it is written there."""

    title: str | None = None
    date: str | None = None
    language: str | None = None
    body_start: int = 0
    """Offset in the text where front matter ends."""


NOTHING_STATED = Stated()


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of a file, its structure, and what its format states."""

    text: str
    stated: Stated = NOTHING_STATED
    page_starts: tuple[int, ...] = ()
    """Offset of the first character of each page; empty where there are no pages."""
    blocks: tuple[Block, ...] = ()
    """The structure; empty where the format's extractor knows none."""
    edits: tuple[Edit, ...] = ()
    """How the text is read where that differs from its characters."""


def one_line(error: Exception) -> str:
    """Return what an exception says, on one line."""
    return " ".join(str(error).split()) or type(error).__name__
