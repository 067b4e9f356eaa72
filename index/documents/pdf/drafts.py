"""Hold the blocks of a PDF before their text is written, and what is usual in a document.

Values only: knows nothing of how they are found.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from seedqa.index.documents.pdf.pieces import Piece
from seedqa.index.types import BlockKind

#: Type larger than the text by this factor is a heading's.
MIN_HEADING_SIZE = 1.12


@dataclass(frozen=True, slots=True)
class Draft:
    """A block before its text is written: lines, or the cells of a table."""

    kind: BlockKind
    lines: tuple[Piece, ...] = ()
    grid: tuple[tuple[Piece | None, ...], ...] = ()
    level: int = 0
    has_header: bool = False
    columns: tuple[str, ...] = ()
    """The names of a table's columns that are on an earlier page."""

    @property
    def text(self) -> str:
        """Return the lines, joined by spaces."""
        return " ".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class Style:
    """What is usual in a document."""

    size: float
    """Font size of the text, in points."""
    pitch: float
    """Distance of lines, in font sizes."""
    is_bold: bool
    is_mono: bool
    outline: Mapping[tuple[int, str], int]
    """The level of a bookmark, from 0, by its page and its title as `outline_key` gives it."""


def outline_key(title: str) -> str:
    """Return a heading without its number, case and spaces, as bookmarks are compared."""
    return re.sub(r"[\W_]+", "", re.sub(r"^[\d.]+\s", "", title.strip().casefold()))
