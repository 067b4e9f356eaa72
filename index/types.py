"""The values that flow through a build: found files, documents, chunks.

Offsets count code points of `Document.text`, lines and pages count from 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file below the seeds folder, as the walk saw it; nothing of it was read."""

    source: str
    """Path below the seeds folder with `/`, always valid Unicode: bytes of a name that are not
    UTF-8 appear as `\\xNN`."""
    path: str
    """Where to open it, as the operating system names it."""
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


class SkipKind(StrEnum):
    """Why a file is not indexed, for decisions; `SkippedFile.reason` says it to a person."""

    UNSUPPORTED = "unsupported"
    """A file type that no extractor reads."""
    EMPTY = "empty"
    TOO_LARGE = "too large"
    NOT_REGULAR = "not regular"
    """A pipe, a socket or a device."""
    LINK = "link"
    """A link that leads nowhere, out of the folder, to a folder, or to a file found without it."""
    UNLISTED = "unlisted"
    """A folder that cannot be listed: its files are not known, and may still be there."""
    UNREADABLE = "unreadable"
    """The operating system does not let it be read, or a library cannot."""
    DUPLICATE_NAME = "duplicate name"
    """Another file's name is written the same way."""
    IGNORE_FILE = "ignore file"
    """A file of ignore rules that cannot be read."""
    BINARY = "binary"
    NO_TEXT = "no text"
    DAMAGED = "damaged"
    ENCRYPTED = "encrypted"
    TOO_COSTLY = "too costly"
    """Reading it takes more time or memory than one file may, or gives more text."""
    CRASHED = "crashed"
    """The process that read it crashed."""


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that is not indexed, and why."""

    source: str
    reason: str
    """A clause for a person; no decision reads its words."""
    kind: SkipKind


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
    anchor: int | None = None
    """Of a note, the offset in the text of what it is a note to, where that is known."""
    closes: int = 0
    """The headings above of this level and of deeper ones do not hold here; 0 where all do."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Read `text[start:end]` as `replacement`: a hyphen joined, a note number left out.

    Edits are in order and do not overlap. Where `start == end` the replacement is inserted.
    """

    start: int
    end: int
    replacement: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """The text of one file with its title, date, language and structure."""

    source: str
    text: str
    title: str
    date: str | None
    """ISO 8601 date as the document itself states it, or None."""
    language: str
    """ISO 639-1 code, or `UNKNOWN_LANGUAGE`."""
    page_starts: tuple[int, ...] = ()
    """Offset of the first character of each page; empty where there are no pages."""
    blocks: tuple[Block, ...] = ()
    """The structure; empty where the format's extractor knows none."""
    edits: tuple[Edit, ...] = ()
    """How the text is read where that differs from its characters."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A contiguous part of a document: `document.text[start:end] == text`."""

    start: int
    end: int
    line_start: int
    line_end: int
    page: int | None
    text: str
    page_to: int | None = None
    """The page of the last character; None where there are no pages."""
    context: tuple[str, ...] = ()
    """Where the text belongs: the document's title, then the headings above, outermost first."""
    edits: tuple[Edit, ...] = ()
    """How the text is read; offsets count from the start of the chunk."""
    columns: tuple[str, ...] = ()
    """The names of the columns of the table that these rows are of."""
    items: tuple[tuple[int, int], ...] = ()
    """The spans of the entries of its lists, from the start of the chunk."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents a question is asked of; None means all."""

    pattern: str | None = None
    """A glob over sources; `*` does not cross `/`, `**` does, a folder's name takes all in it."""
    language: str | None = None
    since: str | None = None
    """ISO date; documents without a date are left out."""
    until: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether every document passes."""
        return not (self.pattern or self.language or self.since or self.until)


NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class ChunkSettings:
    """How documents are cut; a part of what an index was built with."""

    size: int = 600
    """Characters of a chunk at most. docs/log/retrieval.md has recall for other sizes."""
    overlap: int = 120
    """Characters at most that a chunk repeats from the end of the one before, whole sentences."""


DEFAULT_SETTINGS = ChunkSettings()
