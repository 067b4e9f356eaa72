"""Extract Markdown: the file as it is, its blocks, and the edits that leave out its marks.

Knows Markdown by the events of its parser; knows nothing of files, chunks or languages.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from seedqa.index.documents.decoding import decode, normalise_text
from seedqa.index.documents.front_matter import read_front_matter
from seedqa.index.documents.hyphens import join_hyphens
from seedqa.index.documents.markup import between, read_html_block
from seedqa.index.documents.shortcodes import spans_around_values
from seedqa.index.documents.structure import (
    close_gaps,
    cut_spans,
    hide_empty,
    merge_edits,
    read_span,
    trim,
)
from seedqa.index.documents.types import Extracted
from seedqa.index.documents.wrapping import join_line, join_lines
from seedqa.index.types import Block, BlockKind, Edit, Row

if TYPE_CHECKING:
    import pyromark

#: A longer heading is a paragraph above a rule of `---` without a blank line between them.
MAX_HEADING_CHARS = 200
#: A line in bold that is at most this long stands for a heading.
MAX_BOLD_HEADING_CHARS = 80
#: A shortcode that is not closed within as many characters is text.
MAX_SHORTCODE_CHARS = 1000

#: The kinds in which shortcodes and other extensions are marks, and words are joined.
_PROSE = frozenset(
    {BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.NOTE, BlockKind.TABLE}
)
_TAG = re.compile(r"</?([a-z][a-z0-9]*)", re.IGNORECASE)
_SPACE = re.compile(r"\s*")
_CODE_MARKS = re.compile(r"`+")
#: What the marks below begin with: most texts have none, and are not searched for them.
_MARK_HINTS = ("{{", "{%", "{:", "[^", "[!", "==", ":::", "!!!", "???", "toc]", "TOC]")
_MARK = re.compile(
    r"(?P<shortcode>\{\{[<%]|\{%)"
    r"|(?P<hidden>\[\^[^\]\s\[]{1,60}\]:?"  # the number of a note that is not defined
    r"|(?<![^\s>])\[!\w[\w-]{0,40}\][+-]?[ \t]*"  # the kind of a callout
    r"|^[ \t]*(?::::+[ \t]*\w*|(?:!!!|\?\?\?\+?)[ \t]+\w+)"  # an admonition
    r"|\{:[^{}\n]{0,200}\}"  # attributes
    r"|^\[\[?_?toc_?\]?\]$)"
    r"|(?<![\w=])==(?P<marked>[^\s=](?:[^=\n]{0,200}[^\s=])?)==(?![\w=])",
    re.MULTILINE | re.IGNORECASE,
)
#: A line that opens or closes a callout is a line of its own.
_MARKED_LINE = re.compile(r"[ \t>]*(?:\[!\w|:::|!!!|\?\?\?)")
_Found = TypeVar("_Found")
_CLOSERS = {"{{<": ">}}", "{{%": "%}}", "{%": "%}"}


def extract_markdown(raw: bytes) -> Extracted:
    """Decode Markdown; the text is the file, front matter and marks included."""
    text = normalise_text(decode(raw))
    front = read_front_matter(text)
    base = front.stated.body_start
    reader = _Reader(text, base)
    for event, span in _parser().events_with_range(text[base:]):
        reader.read(event, span["start"], span["end"])
    blocks = reader.finish()
    edits = _cut_marks(text, blocks, reader.edits, reader.code)
    words = [(block.start, block.end) for block in blocks if block.kind in _PROSE]
    whole = _outside(reader.code, join_hyphens(text, words), lambda edit: (edit.start, edit.end))
    edits = merge_edits(merge_edits([*front.edits, *edits], whole), reader.breaks)
    if base:
        blocks.insert(0, Block(BlockKind.FRONT_MATTER, *trim(text, 0, base)))
    return Extracted(
        text, front.stated, (), *close_gaps(text, hide_empty(text, blocks, edits), edits)
    )


@cache
def _parser() -> pyromark.Markdown:
    # Imported here: only a folder with Markdown needs it.
    from pyromark import Markdown, Options

    return Markdown(
        options=Options.ENABLE_TABLES
        | Options.ENABLE_FOOTNOTES
        | Options.ENABLE_STRIKETHROUGH
        | Options.ENABLE_TASKLISTS
        | Options.ENABLE_HEADING_ATTRIBUTES
        | Options.ENABLE_WIKILINKS
    )


def _code_points(text: str) -> Sequence[int]:
    """Return for each offset in the UTF-8 form of `text` the offset in code points."""
    if text.isascii():
        return range(len(text) + 1)
    import numpy as np

    raw = np.frombuffer(text.encode(), np.uint8)
    offsets = np.zeros(len(raw) + 1, np.int32)
    # A byte that continues a character has the bits 10 at its top.
    np.cumsum((raw & 0xC0) != 0x80, out=offsets[1:])
    return memoryview(offsets.data)


@dataclass(slots=True)
class _Leaf:
    """A block whose words are being read; what its words leave out becomes an edit."""

    kind: BlockKind
    start: int
    first_edit: int
    position: int = 0  # to where the text was read or left out
    end: int = 0
    level: int = 0
    has_words: bool = False
    #: What its words lie in: "", an "anchor" of this page, an "image", a linked image ("badge").
    within: set[str] = field(default_factory=set)
    strong: tuple[int, int] | None = None


class _Reader:
    """Gathers blocks and edits from the parser's events, whose offsets count bytes."""

    def __init__(self, text: str, base: int) -> None:
        self.edits: list[Edit] = []
        self.code: list[tuple[int, int]] = []
        self.breaks: list[Edit] = []
        """How the line breaks of wrapped prose are read."""
        self._text = text
        self._base = base
        self._offsets = _code_points(text[base:])
        self._blocks: list[Block] = []
        self._leaf: _Leaf | None = None
        self._depth = 0  # of lists
        self._within: list[str] = [""]
        self._muted = 0  # how many open images show the content of another file
        self._level = 1  # of the last heading
        self._table_start: int | None = None
        self._header: Row | None = None
        self._columns: tuple[str, ...] = ()
        self._rows: list[Row] = []
        self._cells: list[tuple[int, int]] = []
        self._references: dict[str, int] = {}  # where a note is first referred to, by its label
        self._labels: dict[int, str] = {}  # of a note, by its start

    def finish(self) -> list[Block]:
        """Return the blocks, which leave gaps where there is no content."""
        self._flush()
        for at, block in enumerate(self._blocks):
            if block.kind is BlockKind.NOTE:
                anchor = self._references.get(self._labels.get(block.start, ""))
                self._blocks[at] = replace(block, anchor=anchor)
        return self._blocks

    def read(self, event: Any, start: int, end: int) -> None:
        """Take one event: a name, or a name with its content."""
        start, end = self._base + self._offsets[start], self._base + self._offsets[end]
        if isinstance(event, str):
            if event == "Rule":
                self._flush()
            elif event == "SoftBreak":
                self._keep_break(start, end)
            elif self._leaf:
                start += self._text[start] == "\\"
                self._keep(start, end, self._text[start:end])
            return
        ((name, content),) = event.items()
        if name == "Text":
            self._keep(start, end, content)
        elif name == "Start":
            if isinstance(content, str):
                self._start(content, None, start, end)
            else:
                ((tag, value),) = content.items()
                self._start(tag, value, start, end)
        elif name == "End":
            self._end(content if isinstance(content, str) else next(iter(content)), start, end)
        elif name == "Code":
            self._keep_code(start, end, content)
        elif name == "InlineHtml":
            self._keep_tag(start, end, content)
        elif name == "FootnoteReference":
            self._references.setdefault(content.casefold(), start)

    # --- blocks ---

    def _start(self, tag: str, value: Any, start: int, end: int) -> None:
        if tag in ("Link", "Image"):
            self._enter(tag, value)
        elif tag == "Strong":
            if self._leaf and not self._leaf.has_words:
                self._leaf.strong = (start, end)
        elif tag == "Paragraph":
            self._end_table(start)  # the parser ends a table with too many cells in a paragraph
            if self._leaf is None:
                self._open(BlockKind.PARAGRAPH, start)
        elif tag == "TableCell":
            self._open(BlockKind.TABLE, start)
        elif tag in ("TableHead", "TableRow"):
            self._cells = []
        elif tag not in ("Emphasis", "Strikethrough"):
            self._flush()
            self._start_block(tag, value, start)

    def _start_block(self, tag: str, value: Any, start: int) -> None:
        if tag == "Heading":
            self._open(BlockKind.HEADING, start, int(value["level"][1]))
        elif tag == "List":
            self._depth += 1
        elif tag == "Item":
            self._open(BlockKind.ITEM, start, self._depth)
        elif tag == "FootnoteDefinition":
            self._open(BlockKind.NOTE, start)
            self._labels[self._leaf.start if self._leaf else start] = value.casefold()
        elif tag == "CodeBlock":
            self._open(BlockKind.CODE, start)
        elif tag == "Table":
            self._table_start = start
            self._header, self._columns, self._rows = None, (), []

    def _end(self, tag: str, start: int, end: int) -> None:
        leaf = self._leaf
        if tag in ("Link", "Image"):
            self._leave()
            self._reach(end)
        elif tag == "Paragraph":
            self._reach(end)
            if leaf and leaf.kind is BlockKind.PARAGRAPH:
                self._flush()
        elif tag in ("Heading", "CodeBlock"):
            self._reach(end)
            if tag == "CodeBlock":
                self.code.append((start, end))
            self._flush()
        elif tag == "TableCell":
            self._end_cell(start, end)
        elif tag in ("TableHead", "TableRow"):
            self._end_row(tag == "TableHead", start, end)
        elif tag == "Table":
            self._end_table(end)
        elif tag == "HtmlBlock":
            blocks, edits = read_html_block(self._text, start, end)
            self._blocks += blocks
            self.edits += edits
        elif tag in ("Emphasis", "Strong", "Strikethrough"):
            self._reach(end)
        else:
            self._flush()
            self._depth -= tag == "List"

    def _open(self, kind: BlockKind, start: int, level: int = 0) -> None:
        # A mark may be indented.
        start = _SPACE.match(self._text, start).end()  # type: ignore[union-attr]
        self._leaf = _Leaf(kind, start, len(self.edits), start, start, level)

    def _reach(self, end: int) -> None:
        """Extend the open block over a closing mark."""
        if self._leaf and end > self._leaf.end:
            self._leaf.end = end

    def _flush(self) -> None:
        """Close the open block; one without words is left to the gaps."""
        leaf, self._leaf = self._leaf, None
        if leaf is None:
            return
        if not leaf.has_words:
            del self.edits[leaf.first_edit :]
            self._drop_breaks(leaf.start)
            return
        start, end = trim(self._text, leaf.start, leaf.end)
        self._drop_breaks(end)  # nothing is read behind them
        self._leave_out(leaf, end, is_last=True)
        kind, level = self._judge(leaf, start, end)
        if kind is BlockKind.HEADING:
            self._level = level if leaf.kind is BlockKind.HEADING else self._level
        self._blocks.append(Block(kind, start, end, level))

    def _judge(self, leaf: _Leaf, start: int, end: int) -> tuple[BlockKind, int]:
        """Return what a block is, and its level."""
        if leaf.kind is BlockKind.HEADING and end - start > MAX_HEADING_CHARS:
            return BlockKind.PARAGRAPH, 0
        if leaf.kind is BlockKind.ITEM and leaf.within == {"anchor"}:
            return BlockKind.NAVIGATION, 0
        if leaf.kind is BlockKind.PARAGRAPH:
            if leaf.within <= {"badge"}:
                return BlockKind.MARKUP, 0
            if leaf.within == {"image"}:
                return BlockKind.CAPTION, 0
            if leaf.strong == (start, end) and self._is_bold_heading(start, end):
                return BlockKind.HEADING, min(self._level + 1, 6)
        return leaf.kind, leaf.level

    def _is_bold_heading(self, start: int, end: int) -> bool:
        line = self._text[start:end].strip("*_ ")
        return len(line) <= MAX_BOLD_HEADING_CHARS and "\n" not in line and line[-1:] not in ".;,!"

    # --- tables ---

    def _end_cell(self, start: int, end: int) -> None:
        leaf, self._leaf = self._leaf, None
        span = trim(self._text, start, end)
        if leaf and leaf.has_words:
            self._leave_out(leaf, span[1], is_last=True)
        elif leaf:
            del self.edits[leaf.first_edit :]
        self._cells.append(span)

    def _end_row(self, is_header: bool, start: int, end: int) -> None:
        start, end = trim(self._text, start, end)
        cells = tuple((min(left, end), min(right, end)) for left, right in self._cells)
        row = Row(start, end, cells)
        if not is_header:
            self._rows.append(row)
        elif any(left < right for left, right in cells):
            self._header = row
            at = bisect_right(self.edits, start, key=lambda edit: edit.start - 1)
            self._columns = tuple(self._read(left, right, at) for left, right in cells)

    def _end_table(self, end: int) -> None:
        if self._table_start is not None:
            span = trim(self._text, self._table_start, end)
            rows = tuple(row for row in self._rows if row.start < row.end)
            table = Block(BlockKind.TABLE, *span, 0, self._columns, self._header, rows)
            self._blocks.append(table)
        self._table_start = None

    def _read(self, start: int, end: int, first_edit: int) -> str:
        edits = [edit for edit in self.edits[first_edit:] if start <= edit.start < end]
        return " ".join(read_span(self._text, start, end, edits).split())

    # --- words and marks ---

    def _enter(self, tag: str, value: dict[str, Any]) -> None:
        is_wiki = isinstance(value["link_type"], dict)
        if tag == "Image":
            self._within.append("badge" if len(self._within) > 1 else "image")
            self._muted += is_wiki
        else:
            self._within.append("anchor" if value["dest_url"].startswith("#") else "link")
        if self._muted:
            self._within[-1] = "embedded"

    def _leave(self) -> None:
        if len(self._within) > 1 and self._within.pop() == "embedded":
            self._muted = sum(within == "embedded" for within in self._within)

    def _keep(self, start: int, end: int, content: str) -> None:
        """Read `content` at a span; what lies between it and the words before is left out."""
        leaf = self._leaf
        if leaf is None or self._muted or end <= leaf.start:
            return
        if start < leaf.start:  # code that begins with white space
            start, content = leaf.start, self._text[leaf.start : end]
        self._leave_out(leaf, start)
        if self._text[start:end] != content:
            self.edits.append(Edit(start, end, content))
        leaf.position = end
        leaf.end = max(leaf.end, end)
        if not content.isspace():
            leaf.has_words = True
            leaf.within.add(self._within[-1])

    def _keep_break(self, start: int, end: int) -> None:
        """Read the end of a wrapped line as a space, but not that of a line that is a mark."""
        self._keep(start, end, self._text[start:end])
        leaf = self._leaf
        if leaf is None or leaf.position != end:
            return
        last = self.edits[-1] if self.edits else Edit(0, 0)
        line = self._text.rfind("\n", 0, start) + 1
        is_break = last.end == start and last.replacement == "\n"
        if is_break or _MARKED_LINE.match(self._text, line) or _MARKED_LINE.match(self._text, end):
            return
        if edit := join_line(self._text, start, max(leaf.start, last.end)):
            self.breaks.append(edit)
            leaf.position = edit.end

    def _drop_breaks(self, end: int) -> None:
        while self.breaks and self.breaks[-1].end > end:
            self.breaks.pop()

    def _keep_code(self, start: int, end: int, content: str) -> None:
        """Read inline code without its backticks and the space that keeps it from them."""
        self.code.append((start, end))
        marks = _CODE_MARKS.match(self._text, start, end)
        left = marks.end() if marks else start
        at = self._text.find(content, left, end)
        if at < 0:
            written = self._text[left:end].replace("\n", " ")
            at = left + written.find(content) if content in written else -1
        if at < 0:
            self._keep(start, end, content)
        else:
            self._keep(at, at + len(content), self._text[at : at + len(content)])
            self.breaks += join_lines(self._text, [(at, at + len(content))])
        self._reach(end)

    def _keep_tag(self, start: int, end: int, content: str) -> None:
        """Read a tag that parts words, such as a line break, as what parts them."""
        match = _TAG.match(content)
        apart = between(match[1].lower()) if match else ""
        if apart:
            self._keep(start, end, apart)

    def _leave_out(self, leaf: _Leaf, upto: int, is_last: bool = False) -> None:
        """Leave out the marks up to an offset; lines that they part stay apart."""
        gap = self._text[leaf.position : upto]
        if gap and not gap.isspace():
            apart = "" if is_last or not leaf.has_words else "\n" * min(gap.count("\n"), 2)
            self.edits.append(Edit(leaf.position, upto, apart))
        leaf.position = upto


def _cut_marks(
    text: str, blocks: list[Block], edits: list[Edit], code: list[tuple[int, int]]
) -> list[Edit]:
    """Leave out shortcodes, callouts and the marks of other extensions, but not in code."""
    if not _has_marks(text):
        return edits
    spans: list[tuple[int, int]] = []
    for block in blocks:
        if block.kind in _PROSE and _has_marks(text[block.start : block.end]):
            spans += _mark_spans(text, block.start, block.end)
    return cut_spans(edits, _outside(code, spans, lambda span: span))


def _has_marks(text: str) -> bool:
    return any(hint in text for hint in _MARK_HINTS)


def _outside(
    code: list[tuple[int, int]], found: list[_Found], span: Callable[[_Found], tuple[int, int]]
) -> list[_Found]:
    """Return what of `found` does not touch code; the spans of code are in order."""
    starts = [start for start, _ in code]
    outside = []
    for each in found:
        start, end = span(each)
        at = bisect_right(starts, end - 1) - 1
        if at < 0 or code[at][1] <= start:
            outside.append(each)
    return outside


def _mark_spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of the marks between two offsets, in order."""
    position = start
    while match := _MARK.search(text, position, end):
        position = match.end()
        if match["shortcode"]:
            closer = _CLOSERS[match["shortcode"]]
            at = text.find(closer, position, min(end, position + MAX_SHORTCODE_CHARS))
            if at >= 0:
                yield from spans_around_values(text, match.start(), at + len(closer), start, end)
                position = at + len(closer)
        elif match["hidden"]:
            yield match.span("hidden")
        else:
            yield match.start(), match.start("marked")
            yield match.end("marked"), match.end()
