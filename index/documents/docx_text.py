"""Write paragraphs and tables one after the other into a text, with the block of each.

Knows blocks and offsets; knows nothing of XML.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from seedqa.index.documents.docx_parts import Paragraph, Part
from seedqa.index.documents.docx_styles import Styles
from seedqa.index.documents.docx_tables import Grid, Texts, make_grid, paragraphs_of
from seedqa.index.types import Block, BlockKind, Row

#: Blocks that follow one another as lines: a list and a table of contents read as such.
_LINES = frozenset({BlockKind.ITEM, BlockKind.NAVIGATION})


class TextWriter:
    """A text that grows, and the blocks that cover it."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._pieces: list[str] = []
        self._blocks: list[Block] = []
        self.length = 0
        self.anchors: dict[tuple[str, str], int] = {}
        """Where the notes are referred to, by kind and identifier."""

    def finish(self) -> tuple[str, tuple[Block, ...]]:
        """Return the text and its blocks."""
        return "".join(self._pieces), tuple(self._blocks)

    def add_parts(self, parts: Sequence[Part]) -> None:
        """Add paragraphs and tables; lines of code that follow one another are one block."""
        for kind, group in groupby(parts, _kind):
            if kind is BlockKind.CODE:
                code = [part for part in group if isinstance(part, Paragraph)]
                self.add_block(kind, "\n".join(part.text for part in code))
                self._anchor_to_last(code)
                continue
            for part in group:
                if isinstance(part, Paragraph):
                    self._add_paragraph(part)
                elif grid := make_grid(part, self._styles):
                    self._add_table(grid)
                    self._anchor_to_last(paragraphs_of(part))

    def add_block(
        self, kind: BlockKind, text: str, level: int = 0, anchor: int | None = None
    ) -> None:
        """Add a block of trimmed text."""
        self._separate(kind)
        start = self.length
        self._write(text)
        self._blocks.append(Block(kind, start, self.length, level, anchor=anchor))

    def _add_paragraph(self, paragraph: Paragraph) -> None:
        kind, style = paragraph.kind, paragraph.style
        level = {BlockKind.HEADING: style.level, BlockKind.ITEM: style.depth}.get(kind, 0)
        self.add_block(kind, paragraph.text, level)
        start = self._blocks[-1].start
        for mark in paragraph.marks:
            self.anchors.setdefault(mark.note, start + mark.at)

    def _anchor_to_last(self, paragraphs: Iterable[Paragraph]) -> None:
        for paragraph in paragraphs:
            for mark in paragraph.marks:
                self.anchors.setdefault(mark.note, self._blocks[-1].start)

    def _add_table(self, grid: Grid) -> None:
        if grid.title:
            self.add_block(BlockKind.CAPTION, grid.title)
        self._separate(BlockKind.TABLE)
        rows = []
        for number, texts in enumerate(grid.rows):
            if number:
                self._write("\n")
            rows.append(self._add_row(texts))
        header = rows[grid.header] if grid.header is not None else None
        below = rows[grid.header + 1 :] if grid.header is not None else rows
        self._blocks.append(
            Block(
                BlockKind.TABLE,
                rows[0].start,
                rows[-1].end,
                columns=grid.columns,
                header=header,
                rows=tuple(below),
            )
        )

    def _add_row(self, texts: Texts) -> Row:
        """Write the cells of a row; an empty one has an empty span next to the one before it."""
        spans: list[tuple[int, int]] = []
        at, tab = self.length, ""
        for text in texts:
            if text is not None:
                self._write(tab)
                tab = "\t"
                start = self.length
                self._write(text)
                spans.append((start, self.length) if text else (-1, -1))
            else:
                spans.append((-1, -1))
        start = next((left for left, right in spans if left >= 0), at)
        end = next((right for left, right in reversed(spans) if left >= 0), at)
        cells, before = [], (start, start)
        for span in spans:
            if span[0] >= 0:
                cells.append(span)
                before = (span[1], span[1])
            else:
                cells.append(before)
        return Row(start, end, tuple(cells))

    def _separate(self, kind: BlockKind) -> None:
        if self._pieces:
            last = self._blocks[-1].kind
            self._write("\n" if kind in _LINES and kind is last else "\n\n")

    def _write(self, text: str) -> None:
        self._pieces.append(text)
        self.length += len(text)


def _kind(part: Part) -> BlockKind:
    return part.kind if isinstance(part, Paragraph) else BlockKind.TABLE
