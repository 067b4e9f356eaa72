"""What a format gives: a text, its blocks and pages, how it is read, what the file states.

Offsets count code points of `Extracted.text`. Knows nothing of files, chunks or languages.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BlockKind(StrEnum):
    """What a block of a document is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    """One entry of a list; `level` is its depth, from 1."""
    TABLE = "table"
    NOTE = "note"
    """A footnote, an endnote or a comment."""
    CAPTION = "caption"
    CODE = "code"
    FRONT_MATTER = "front matter"
    """Values that a file states at its top: findable, but no prose."""
    FURNITURE = "furniture"
    """A page header, page footer or page number: in the text, but never read or quoted."""
    NAVIGATION = "navigation"
    """A menu, banner, cookie notice or table of contents: in the text, but never read."""
    MARKUP = "markup"
    """What a renderer does not show, such as an HTML comment: in the text, but never read."""


#: Blocks that are not encoded, matched, read or quoted.
UNREAD_KINDS = frozenset({BlockKind.FURNITURE, BlockKind.NAVIGATION, BlockKind.MARKUP})


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table; each cell is the trimmed span of its content, which may be empty."""

    start: int
    end: int
    cells: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a document; blocks are in order, trimmed, and do not overlap.

    Together they cover every character of the text that is not white space.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    """Of a heading from 1 (the document's title) to 6; of a list item its depth from 1."""
    columns: tuple[str, ...] = ()
    """The names of a table's columns; empty where it has no header row."""
    header: Row | None = None
    """The row of a table that names the columns, if it is in the text."""
    rows: tuple[Row, ...] = ()
    """The rows of a table below its header."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Read `text[start:end]` as `replacement`: a hyphen joined, a note number left out.

    Edits are in order and do not overlap. Where `start == end` the replacement is inserted.
    """

    start: int
    end: int
    replacement: str = ""


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
