"""Find records and aligned tables among the paragraphs of a document, whatever its format.

In Markdown, HTML and DOCX the lines of a record are one paragraph with line breaks, or a paragraph
each (see `records`). In Markdown people write tables as in plain text, with spaces. Knows blocks
and edits.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from seedqa.index.documents.lines import Line, Stanza
from seedqa.index.documents.records import (
    RECORD_LEVEL,
    find_records,
    is_field,
    name_tables,
)
from seedqa.index.documents.structure import read_span, trim
from seedqa.index.documents.tables import part_tables
from seedqa.index.documents.types import Extracted
from seedqa.index.types import Block, BlockKind, Edit

#: A paragraph of one line may be one of several that make a record, if it is no sentence.
MAX_LINE_CHARS = 80
MAX_WORDS = 8
#: A block of code with any of these is one; without, it may be a table that was indented.
_CODE_SIGNS = frozenset("`{}[]=<>$\\;#_/")


def mark_records(extracted: Extracted) -> Extracted:
    """Return a document with the titles of its records as headings, and their lines as lines.

    Lines with aligned cells are tables.
    """
    extracted = _mark_tables(extracted)
    reader = _Reader(extracted)
    stanzas, known = reader.stanzas()
    titles, closing = find_records(stanzas, known)
    if not titles:
        return extracted
    blocks = [part for block in extracted.blocks for part in reader.split(block, titles)]
    blocks = [
        replace(block, closes=RECORD_LEVEL)
        if block.start in closing and block.kind is not BlockKind.HEADING
        else block
        for block in blocks
    ]
    return replace(extracted, blocks=tuple(blocks), edits=reader.without_joins(stanzas, titles))


def _mark_tables(extracted: Extracted) -> Extracted:
    """Return a document in which lines with aligned cells are the rows of tables."""
    text = extracted.text
    blocks: list[Block] = []
    tables: list[Block] = []
    for whole in extracted.blocks:
        block = whole
        parts = part_tables(_raw_lines(text, block)) if _may_have_rows(text, block) else []
        above = blocks[-2:-1]
        if above and above[0].level == RECORD_LEVEL and blocks[-1] in tables[-1:]:
            block = replace(block, closes=0 if block.kind is BlockKind.HEADING else RECORD_LEVEL)
        if not any(table for _, table in parts):
            blocks.append(block)
            continue
        blocks += _parts_of(block, parts)
        tables += [table for _, table in parts if table]
    if not tables:
        return extracted
    starts = [table.start for table in tables]

    def is_join(edit: Edit) -> bool:
        at = bisect_right(starts, edit.end) - 1
        inside = at >= 0 and edit.start < tables[at].end
        return inside and "\n" in text[edit.start : edit.end]

    edits = tuple(edit for edit in extracted.edits if not is_join(edit))
    return replace(extracted, blocks=tuple(blocks), edits=edits)


def _parts_of(block: Block, parts: Sequence[tuple[Stanza, Block | None]]) -> Iterator[Block]:
    """Yield the blocks that a paragraph with a table is; a line that names it is a heading."""
    for lines, table, is_title, closes in name_tables(parts):
        if table:
            yield table
        elif is_title:
            yield _title(block, lines[0])
        else:
            level = RECORD_LEVEL if closes else block.closes
            yield replace(block, start=lines[0].start, end=lines[-1].end, closes=level)


def _title(block: Block, line: Line) -> Block:
    """Return a line of a paragraph as the title of what is below it."""
    return replace(
        block, kind=BlockKind.HEADING, start=line.start, end=line.end, level=RECORD_LEVEL
    )


def _may_have_rows(text: str, block: Block) -> bool:
    """Tell whether a block may have aligned cells: a paragraph, or an indented block of words."""
    if block.kind not in (BlockKind.PARAGRAPH, BlockKind.CODE):
        return False
    raw = text[block.start : block.end]
    if block.kind is BlockKind.CODE and not _CODE_SIGNS.isdisjoint(raw):
        return False
    return "\n" in raw and "   " in raw


def _raw_lines(text: str, block: Block) -> Stanza:
    """Return the lines of a block with their inner spaces."""
    lines: Stanza = []
    begin = text.rfind("\n", 0, block.start) + 1
    for raw in text[begin : block.end].split("\n"):
        left, right = trim(text, max(begin, block.start), begin + len(raw))
        if left < right:
            lines.append(Line(left, right, left - begin, text[left:right]))
        begin += len(raw) + 1
    return lines


class _Reader:
    """A document as lines in stanzas."""

    def __init__(self, extracted: Extracted) -> None:
        self._text = extracted.text
        self._blocks = extracted.blocks
        self._edits = extracted.edits
        self._starts = [edit.start for edit in extracted.edits]

    def stanzas(self) -> tuple[list[Stanza], set[int]]:
        """Return the paragraphs as stanzas; the numbers are of those that are something else.

        Short paragraphs of one line that follow each other make one stanza, as do a line and the
        list below it.
        """
        stanzas: list[Stanza] = []
        known: set[int] = set()
        may_go_on = in_list = False
        for block in self._blocks:
            if block.kind is BlockKind.MARKUP:
                continue
            is_item = block.kind is BlockKind.ITEM
            if block.kind is not BlockKind.PARAGRAPH and not (is_item and may_go_on):
                known.add(len(stanzas))
                stanzas.append([Line(block.start, block.end, 0, "")])
                may_go_on = in_list = False
                continue
            lines = list(self._lines(block))
            is_short = len(lines) == 1 and _is_short(lines[0].text)
            if is_item:
                lines = [line._replace(text=f"- {line.text}") for line in lines[:1]]
            if is_item or (may_go_on and is_short and not in_list):
                stanzas[-1] += lines
            elif lines:
                stanzas.append(lines)
            may_go_on, in_list = is_short or is_item, is_item
        return stanzas, known

    def _lines(self, block: Block) -> Iterator[Line]:
        """Yield the lines of a block as they are read."""
        start = block.start
        for raw in self._text[block.start : block.end].split("\n"):
            end = start + len(raw)
            left, right = trim(self._text, start, end)
            if left < right:
                read = " ".join(
                    read_span(self._text, left, right, self._within(left, right)).split()
                )
                if read:
                    yield Line(left, right, left - start, read)
            start = end + 1

    def _within(self, start: int, end: int) -> Sequence[Edit]:
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return [edit for edit in self._edits[first:last] if edit.end <= end]

    def split(self, block: Block, titles: frozenset[int]) -> Iterator[Block]:
        """Yield the parts of a paragraph, the titles of records among them."""
        if block.kind is not BlockKind.PARAGRAPH:
            yield block
            return
        rest: tuple[int, int] | None = None
        for line in self._lines(block):
            if line.start in titles:
                if rest:
                    yield replace(block, start=rest[0], end=rest[1])
                yield _title(block, line)
                rest = None
            else:
                rest = (rest[0] if rest else line.start, line.end)
        if rest:
            yield replace(block, start=rest[0], end=rest[1])

    def without_joins(self, stanzas: Sequence[Stanza], titles: frozenset[int]) -> tuple[Edit, ...]:
        """Return the edits but those that read the lines of a record as one."""
        kept = set()
        for stanza in stanzas:
            if any(line.start in titles for line in stanza):
                kept |= {
                    line.start
                    for at, line in enumerate(stanza)
                    if is_field(line.text) or (at and stanza[at - 1].start in titles)
                    or line.start in titles
                }  # fmt: skip
        return tuple(
            edit
            for edit in self._edits
            if not (edit.end in kept and "\n" in self._text[edit.start : edit.end])
        )


def _is_short(text: str) -> bool:
    """Tell whether a line is a name, a field or the like, and no sentence."""
    is_sentence = text.endswith((".", "!", "?")) and len(text.split()) > MAX_WORDS
    return len(text) <= MAX_LINE_CHARS and (is_field(text) or not is_sentence)
