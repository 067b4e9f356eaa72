"""The paragraphs and tables of a DOCX file, with what their styles and properties say.

Knows nothing of how they are found or written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from seedqa.index.documents.docx_names import attribute, child, children, is_on, word
from seedqa.index.documents.docx_styles import NO_STYLE, Style, Styles
from seedqa.index.types import BlockKind

#: A longer paragraph is no heading, whatever its style.
MAX_HEADING_CHARS = 300


@dataclass(frozen=True, slots=True)
class Mark:
    """A reference to a footnote, an endnote or a comment."""

    note: tuple[str, str]
    """The kind of the note, and its identifier."""
    at: int
    """The offset in the paragraph of the character before it."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with its text, and what its style and properties say."""

    text: str
    style: Style
    is_navigation: bool = False
    masked: str = ""
    """The text with a 0 for each page number that a field gives; empty if there is none."""
    element: Any = None
    marks: tuple[Mark, ...] = ()
    """The references to notes."""

    @property
    def kind(self) -> BlockKind:
        """What block it is by itself."""
        if self.is_navigation:
            return BlockKind.NAVIGATION
        if self.style.kind is BlockKind.PARAGRAPH and self.style.depth:
            return BlockKind.ITEM
        if self.style.kind is BlockKind.HEADING and len(self.text) > MAX_HEADING_CHARS:
            return BlockKind.PARAGRAPH
        return self.style.kind


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell; `span` columns wide."""

    parts: tuple[Part, ...]
    span: int = 1
    width_before: int = 0
    """Columns that the row leaves out before it."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is in the file."""

    rows: tuple[tuple[Cell, ...], ...]
    marked: int = 0
    """How many rows at its top are marked as headers."""
    has_first_row: bool = False
    """Whether its look has a first row; Word says so of every table that it makes."""
    style: Style = NO_STYLE


Part = Paragraph | Table


def is_bold(paragraph: Paragraph, styles: Styles) -> bool:
    """Return whether all that can be seen of a paragraph is bold."""
    found = False
    for run in () if paragraph.element is None else paragraph.element.iter(*word("r")):
        if not any(text.text and text.text.strip() for text in children(run, word("t"))):
            continue
        properties = child(run, word("rPr"))
        bold, style = child(properties, word("b")), child(properties, word("rStyle"))
        by_style = style is not None and styles.get(attribute(style)).is_bold
        if not (is_on(bold) if bold is not None else by_style or paragraph.style.is_bold):
            return False
        found = True
    return found
