"""Write the blocks of a PDF as one text with spans, and say how it is read.

Knows blocks and offsets; knows nothing of positions on a page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

from seedqa.index.documents.hyphens import MAX_PART_CHARS, join_hyphens
from seedqa.index.documents.pdf.drafts import Draft
from seedqa.index.documents.pdf.lines import BULLET
from seedqa.index.documents.pdf.pieces import Piece
from seedqa.index.documents.pdf.tables import header_names
from seedqa.index.types import UNREAD_KINDS, Block, BlockKind, Edit, Row

#: Stands between two pages of a PDF.
PAGE_BREAK = "\n\f\n"

_HALF_WORD = re.compile(r"([^\W_]+)([-\u2010\u00ad])$")
#: The raised number of a note that no space parts from its first word.
_GLUED_NUMBER = re.compile(r"(?:\d{1,3}|[*†‡§]+)(?=[^\W\d_]|[\"«„“‘(])")
#: The number that a note begins with, and those of a reference such as "3, 4".
_NOTE_NUMBER = re.compile(r"[\[(]?(\d{1,3}|[*†‡§]+)")
_NUMBERS = re.compile(r"\d+|[*†‡§]+")
_BULLET = re.compile(rf"{BULLET.pattern}\s+(?=\S)")
_WORD_START = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class TornWord:
    """A word that a page break parts, as the halves are written and where each starts."""

    first: str
    """With its hyphen."""
    last: str
    first_start: int
    last_start: int


@dataclass(slots=True)
class Written:
    """The text of a document as it grows."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    blocks: list[Block] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    prose: list[tuple[int, int]] = field(default_factory=list)
    """The spans in which words may be hyphenated: blocks that are read, cells of tables."""
    torn_words: list[TornWord] = field(default_factory=list)
    page_starts: list[int] = field(default_factory=list)
    references: dict[str, int] = field(default_factory=dict)
    """Where a page first refers to each of its notes."""
    numbers: dict[int, str] = field(default_factory=dict)
    """The number of each note of a page, by where the note starts."""

    def add(self, text: str) -> int:
        """Append a text; return where it starts."""
        start = self.length
        self.parts.append(text)
        self.length += len(text)
        return start


def write_pages(pages: Sequence[Sequence[Draft]]) -> Written:
    """Return the text of the pages, joined by `PAGE_BREAK`, with its blocks and note numbers."""
    written = Written()
    torn: tuple[str, int] | None = None
    for number, page in enumerate(pages):
        if number:
            written.add(PAGE_BREAK)
        written.page_starts.append(written.length)
        written.references, written.numbers = {}, {}
        first = len(written.blocks)
        before: Draft | None = None
        for draft in page:
            if before is not None:
                written.add(_separator(before, draft))
            if draft.kind not in UNREAD_KINDS:
                rest = _second_half(draft)
                if torn is not None and rest:
                    written.torn_words.append(TornWord(torn[0], rest, torn[1], written.length))
                torn = None
            _write_draft(written, draft)
            if draft.kind in (BlockKind.PARAGRAPH, BlockKind.ITEM):
                half = _HALF_WORD.search(draft.lines[-1].text[-MAX_PART_CHARS - 1 :])
                torn = (half[0], written.length - len(half[0])) if half else None
            before = draft
        if written.numbers:
            written.blocks[first:] = [_anchor(written, block) for block in written.blocks[first:]]
    return written


def _anchor(written: Written, block: Block) -> Block:
    """Return the block; a note with where its page refers to it, if that is known."""
    number = written.numbers.get(block.start)
    return replace(block, anchor=written.references.get(number)) if number else block


def _separator(before: Draft, draft: Draft) -> str:
    is_list = before.kind is draft.kind is BlockKind.ITEM
    is_margin = before.kind is draft.kind is BlockKind.FURNITURE
    return "\n" if is_list or is_margin else "\n\n"


def _second_half(draft: Draft) -> str:
    """Return the word in lower case that a paragraph begins with, or nothing."""
    match = _WORD_START.match(draft.lines[0].text) if draft.kind is BlockKind.PARAGRAPH else None
    return match[0] if match and match[0][0].islower() else ""


def _write_draft(written: Written, draft: Draft) -> None:
    if draft.grid:
        _write_table(written, draft)
        return
    start = written.length
    for index, line in enumerate(draft.lines):
        if index:
            written.add("\n")
        _write_line(written, line)
    if draft.kind is BlockKind.NOTE and (mark := _NOTE_NUMBER.match(draft.lines[0].text)):
        written.numbers[start] = mark[1]
    if draft.kind is BlockKind.NOTE and (number := _GLUED_NUMBER.match(draft.lines[0].text)):
        written.edits.append(Edit(start + number.end(), start + number.end(), " "))
    if draft.kind is BlockKind.ITEM and (bullet := _BULLET.match(draft.lines[0].text)):
        written.edits.append(Edit(start, start + bullet.end()))
    written.blocks.append(Block(draft.kind, start, written.length, draft.level))
    if draft.kind not in (*UNREAD_KINDS, BlockKind.CODE):
        written.prose.append((start, written.length))


def _write_line(written: Written, line: Piece) -> tuple[int, int]:
    """Append the text of a line; return its span."""
    start = written.add(line.text)
    for first, last in line.notes:
        written.edits.append(Edit(start + first, start + last))
        for number in _NUMBERS.finditer(line.text, first, last):
            written.references.setdefault(number[0], start + number.start())
    return start, written.length


def join_torn_words(torn_words: Sequence[TornWord], text: str) -> list[Edit]:
    """Return the edits that move the first half of a word to the second, on the next page.

    An edit stays within its block. The halves are put on two lines before the text, so that
    `join_hyphens` decides by the words of the document whether a hyphen stays.
    """
    lines = [f"{torn.first}\n{torn.last}\n" for torn in torn_words]
    ends = list(accumulate(map(len, lines)))
    spans = [(end - len(line), end) for end, line in zip(ends, lines, strict=True)]
    decided = {edit.start: edit for edit in join_hyphens("".join(lines) + text, spans)}
    edits = []
    for (start, _), torn in zip(spans, torn_words, strict=True):
        drops = start + len(torn.first) - 1 in decided
        if drops or start + len(torn.first) in decided:
            half = torn.first[:-1] if drops else torn.first
            edits.append(Edit(torn.first_start, torn.first_start + len(torn.first)))
            edits.append(Edit(torn.last_start, torn.last_start, half))
    return edits


def _write_table(written: Written, draft: Draft) -> None:
    """Append the rows of a table, cells parted by tabs; a table of contents has no cells."""
    rows = []
    for index, cells in enumerate(draft.grid):
        if index:
            written.add("\n")
        spans = []
        for number, cell in enumerate(cells):
            if number:
                written.add("\t")
            spans.append(_write_line(written, cell) if cell else (written.length, written.length))
        rows.append(_make_row(spans))
    start, end = rows[0].start, rows[-1].end
    if draft.kind is not BlockKind.TABLE:
        written.blocks.append(Block(draft.kind, start, end))
        return
    header = rows[0] if draft.has_header else None
    names = header_names(draft.grid[0]) if draft.has_header else draft.columns
    body = tuple(rows[1:] if draft.has_header else rows)
    written.blocks.append(Block(BlockKind.TABLE, start, end, 0, names, header, body))
    written.prose += [span for row in rows for span in row.cells if span[0] < span[1]]


def _make_row(spans: Sequence[tuple[int, int]]) -> Row:
    """Return a row from its first to its last cell that is not empty."""
    filled = [span for span in spans if span[0] < span[1]]
    start, end = filled[0][0], filled[-1][1]
    return Row(
        start, end, tuple((min(max(a, start), end), min(max(b, start), end)) for a, b in spans)
    )
