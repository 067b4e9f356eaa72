"""Cut a document into chunks at sections, paragraphs and sentences, each with its exact span.

A chunk knows where it belongs and how it is read. Pure: knows nothing of files, encoders or the
database.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from seedqa.index.reading_view import clip_edits, make_view, merge_edits
from seedqa.index.sections import Run, context_of, find_runs
from seedqa.index.sentences import SENTENCE_END, sentence_starts, trim
from seedqa.index.tables import group_rows, row_edits
from seedqa.index.types import (
    DEFAULT_SETTINGS,
    UNREAD_KINDS,
    Block,
    BlockKind,
    Chunk,
    ChunkSettings,
    Document,
    Edit,
)

if TYPE_CHECKING:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

#: Where a text may be cut, best first: paragraph, line, sentence, clause, word, anywhere.
_SEPARATORS = [
    r"\n[ \t]*\n\s*",
    r"\n",
    SENTENCE_END,
    r"(?<=[;:])\s+",
    r"\s+",
    "",
]
#: A text is handed to the splitter in blocks of about this many characters: it holds lists of
#: every piece, which for one line of 20 MB would be gigabytes.
BLOCK_CHARACTERS = 100_000
#: A chunk keeps at least this many characters for text, however long the headings before it.
MIN_TEXT = 100
#: The sentence that introduces a list has at most this many characters.
MAX_LEAD = 250

#: An entry of a list above others that is longer says something, and does not only name it.
MAX_NAMING = 60
#: Lists within lists; deeper ones do not occur.
MAX_DEPTH = 100
_NUMBERED = re.compile(r"(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)]\s+|\([a-z0-9]{1,3}\)\s+")

Span = tuple[int, int]


def split_document(document: Document, settings: ChunkSettings = DEFAULT_SETTINGS) -> list[Chunk]:
    """Return the chunks of `document` in order.

    For each of them `document.text[chunk.start:chunk.end] == chunk.text`, without white space at
    either end. Every character but white space is in a chunk, or in a block that is not read. A
    chunk lies within one section and is at most `settings.size` characters long. It lies on one
    page unless a sentence runs over the end of the page.
    """
    cutter = _Cutter(document, settings)
    if not document.blocks:
        return [chunk for page in _pages(document) for chunk in cutter.cut_plain(page)]
    chunks = [chunk for run in find_runs(document) for chunk in cutter.cut(run)]
    return sorted(chunks, key=lambda chunk: chunk.start)  # a note may come before its section ends


class _Cutter:
    """The facts of one document while it is cut."""

    def __init__(self, document: Document, settings: ChunkSettings) -> None:
        self._document = document
        self._text = document.text
        self._settings = settings
        self._size = settings.size - settings.overlap
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", document.text))]
        unread = (block for block in document.blocks if block.kind in UNREAD_KINDS)
        self._unread = [Edit(block.start, block.end) for block in unread]

    def cut_plain(self, page: Span) -> Iterator[Chunk]:
        """Yield the chunks of a page without structure."""
        run = Run(page[0], page[0], page[1], ())
        yield from self._overlapping(run, self._split(*page, self._size), ())

    def cut(self, run: Run) -> Iterator[Chunk]:
        """Yield the chunks of one run."""
        if run.table:
            yield from self._cut_table(run, run.table)
            return
        edits = self._edits_within(run.start, run.end, run.joins)
        yield from self._overlapping(run, self._cut_prose(run), edits)

    def _overlapping(
        self, run: Run, spans: Iterator[Span], edits: Sequence[Edit]
    ) -> Iterator[Chunk]:
        """Yield a chunk for each span, begun by the last sentences of the one before."""
        previous: Span | None = None
        for own_start, end in spans:
            start = own_start
            if previous:
                start = self._reach_back(previous, start)
            previous = (start, end)
            yield self._chunk(run, start, end, edits)

    def _cut_prose(self, run: Run) -> Iterator[Span]:
        """Yield the trimmed spans of the pieces of a run that do not overlap."""
        first = True
        for start, end in self._fill(run):
            head = run.start if first else start
            room = max(MIN_TEXT, self._size - (start - head))
            if end - head > self._settings.size and end - start > room:
                for at, piece in enumerate(self._split_unit(run, start, end, room)):
                    yield (head, piece[1]) if at == 0 else piece
            else:
                yield trim(self._text, head, end)
            first = False

    def _fill(self, run: Run) -> Iterator[Span]:
        """Yield spans of whole blocks, as many as fit; larger blocks are split."""
        open_span: Span | None = None
        for start, end in _units(run, self._size, self._text):
            if open_span and end - open_span[0] <= self._size:
                open_span = (open_span[0], end)
                continue
            if open_span:
                yield open_span
            open_span = (start, end)
            if end - start > self._size:
                yield from self._split_unit(run, start, end, self._size)
                open_span = None
        if open_span:
            yield open_span

    def _split_unit(self, run: Run, start: int, end: int, size: int) -> Iterator[Span]:
        """Yield the pieces of a unit; a sentence that runs over a line or a page is not cut there.

        Longer units keep their lines: they would be viewed as a whole.
        """
        joins = [edit for edit in run.joins if start <= edit.start and edit.end <= end]
        if end - start <= BLOCK_CHARACTERS:
            lines = self._joined_lines(start, end)
            joins = list(merge_edits([*joins, *lines])) if lines else joins
        if not joins:
            yield from self._split(start, end, size)
            return
        view = make_view(self._text[start:end], clip_edits(joins, start, end))
        position = 0
        for piece in _splitter(size).split_text(view.text):
            left, right = trim(view.text, position, position + len(piece))
            position += len(piece)
            located = view.locate(left, right)
            if located:
                yield start + located[0], start + located[1]

    def _reach_back(self, previous: Span, start: int) -> int:
        """Return an earlier start that takes in whole sentences from the end of the chunk before.

        It is not within what is not read.
        """
        earliest = max(previous[0] + 1, start - self._settings.overlap)
        lines = self._joined_lines(previous[0], start)
        view = make_view(self._text[previous[0] : start], clip_edits(lines, previous[0], start))
        for found in sentence_starts(view.text, 0, len(view.text)):
            located = view.locate(found, found + 1)
            at = previous[0] + located[0] if located else 0
            if at >= earliest and not self._is_unread(at):
                return at
        return start

    def _joined_lines(self, start: int, end: int) -> list[Edit]:
        """Return the edits that read a line and the next one as one."""
        return [
            edit
            for edit in _between(self._document.edits, start, end)
            if "\n" in self._text[edit.start : edit.end] and "\n" not in edit.replacement
        ]

    def _is_unread(self, at: int) -> bool:
        before = bisect_right(self._unread, at, key=lambda edit: edit.start) - 1
        return before >= 0 and at < self._unread[before].end

    def _split(self, start: int, end: int, size: int) -> Iterator[Span]:
        """Yield the trimmed spans of pieces of at most `size` characters."""
        splitter = _splitter(size)
        for block_start, block_end in _blocks(self._text, start, end):
            position = block_start
            for piece in splitter.split_text(self._text[block_start:block_end]):
                left, right = trim(self._text, position, position + len(piece))
                position += len(piece)
                if left < right:
                    yield left, right
            assert position == block_end, "the splitter must keep every character"

    def _cut_table(self, run: Run, table: Block) -> Iterator[Chunk]:
        """Yield chunks of whole rows, each row read with the names of its columns."""
        start = run.start
        for rows in group_rows(table, self._size):
            begin = min(start, rows[0].start)
            edits: list[Edit] = []
            if begin < rows[0].start and table.start < rows[0].start:
                edits.append(Edit(max(begin, table.start), rows[0].start))
            inner = self._edits_within(table.start, table.end, ())
            for row in rows:
                edits += row_edits(self._text, row, table.columns, inner)
            heads = self._edits_within(begin, table.start, ()) if begin < table.start else ()
            merged = merge_edits([*heads, *edits])
            yield self._chunk(run, begin, rows[-1].end, merged, table.columns)
            start = rows[-1].end + 1

    def _chunk(
        self,
        run: Run,
        start: int,
        end: int,
        edits: Sequence[Edit],
        columns: tuple[str, ...] = (),
    ) -> Chunk:
        pages = self._document.page_starts
        return Chunk(
            start=start,
            end=end,
            line_start=bisect_right(self._line_starts, start),
            line_end=bisect_right(self._line_starts, end - 1),
            page=bisect_right(pages, start) or None,
            text=self._text[start:end],
            page_to=bisect_right(pages, end - 1) or None,
            context=(
                *context_of(self._document.title, run.path, start),
                *self._entries_above(run.blocks, start),
            ),
            edits=clip_edits(edits, start, end) if edits else (),
            columns=columns,
            items=_items_within(run.blocks, start, end),
        )

    def _entries_above(self, blocks: Sequence[Block], start: int) -> list[str]:
        """Return the entries of a list that text at `start` is below, outermost first.

        Those that name something: "Treasurer", above what a treasurer does. Of an entry that goes
        on at `start` it is the first line.
        """
        at = bisect_right(blocks, start, key=lambda block: block.start) - 1
        above: list[str] = []
        level = MAX_DEPTH
        while at >= 0 and blocks[at].kind is BlockKind.ITEM and level > 1:
            entry = blocks[at]
            if entry.level < level:
                level = entry.level
                if entry.start < start:
                    first = self._read(entry.start, self._line_end(entry))
                    above += [first] if _names_something(first) else []
            at -= 1
        return above[::-1]

    def _line_end(self, block: Block) -> int:
        end = self._text.find("\n", block.start, block.end)
        return block.end if end < 0 else end

    def _read(self, start: int, end: int) -> str:
        """Return a part of the text as it is read, in one line."""
        edits = clip_edits(self._edits_within(start, end, ()), start, end)
        return " ".join(make_view(self._text[start:end], edits).text.split())

    def _edits_within(self, start: int, end: int, more: Sequence[Edit]) -> tuple[Edit, ...]:
        found = [
            *more,
            *_between(self._unread, start, end),
            *_between(self._document.edits, start, end),
        ]
        return merge_edits(found) if found else ()


def _units(run: Run, size: int, text: str) -> Iterator[Span]:
    """Yield the spans that are kept whole: blocks, and a short list with what introduces it.

    Blocks that one sentence runs over are one.
    """
    blocks = _join_blocks(run)
    at = 0
    while at < len(blocks):
        start, end = blocks[at].start, blocks[at].end
        until = _list_end(blocks, at, size, text)
        if until > at + 1:
            last = blocks[until - 1].end
            lead = start if last - start <= size else _lead_start(blocks[at], text)
            if last - lead <= size:
                if start < lead:
                    yield trim(text, start, lead)
                yield lead, last
                at = until
                continue
        yield start, end
        at += 1


def _lead_start(block: Block, text: str) -> int:
    """Return where the last sentence of a paragraph begins, that of an entry where it does."""
    if block.kind is BlockKind.ITEM:
        return block.start
    *_, last = (block.start, *sentence_starts(text, block.start, block.end))
    return last if block.end - last <= MAX_LEAD else block.start


def _join_blocks(run: Run) -> Sequence[Block]:
    """Return the blocks of a run, those that are joined over a page break as one."""
    if not run.joins:
        return run.blocks
    ends = {edit.end for edit in run.joins}
    joined: list[Block] = []
    for block in run.blocks:
        if block.start in ends and joined:
            joined[-1] = replace(joined[-1], end=block.end)
        else:
            joined.append(block)
    return joined


def _list_end(blocks: Sequence[Block], at: int, size: int, text: str) -> int:
    """Return the index after the list that begins at `at`, or is introduced there.

    A list that cannot fit into `size` characters counts as none, and is not read to its end.
    """
    until = at
    if blocks[at].kind is not BlockKind.ITEM:
        if not text[blocks[at].start : blocks[at].end].endswith(":"):
            return at + 1
        until = at + 1
    while until < len(blocks) and blocks[until].kind is BlockKind.ITEM:
        if blocks[until].end - blocks[at].end > size:
            return at + 1
        until += 1
    return max(until, at + 1)


def _items_within(blocks: Sequence[Block], start: int, end: int) -> tuple[Span, ...]:
    """Return the spans of the entries of the lists in text[start:end], in order, from `start`.

    Entries below another belong to it. A single entry is no list.
    """
    first = bisect_left(blocks, start, key=lambda block: block.start)
    last = bisect_right(blocks, end, key=lambda block: block.end)
    spans: list[Span] = []
    for is_list, group in groupby(blocks[first:last], lambda block: block.kind is BlockKind.ITEM):
        entries = _top_entries(list(group), start) if is_list else []
        spans += entries if len(entries) > 1 else []
    return tuple(spans)


def _top_entries(items: Sequence[Block], start: int) -> list[Span]:
    """Return the spans, from `start`, of the outermost entries of a list, each with those below."""
    top = min(item.level for item in items)
    spans: list[Span] = []
    for item in items:
        if item.level == top or not spans:
            spans.append((item.start - start, item.end - start))
        else:
            spans[-1] = (spans[-1][0], item.end - start)
    return spans


def _names_something(entry: str) -> bool:
    """Tell whether an entry of a list is a name of what is below it, and no sentence."""
    words = _NUMBERED.sub("", entry, count=1)
    return 0 < len(words) <= MAX_NAMING and not words.endswith((".", "!", "?", ";", ","))


def _between(edits: Sequence[Edit], start: int, end: int) -> Sequence[Edit]:
    """Return the edits that lie within text[start:end]."""
    first = bisect_left(edits, start, key=lambda edit: edit.start)
    last = bisect_right(edits, end, key=lambda edit: edit.start)
    return [edit for edit in edits[first:last] if edit.end <= end]


def _pages(document: Document) -> Iterator[Span]:
    """Yield the spans of the pages of a document, or of all of it where it has none."""
    start = 0
    for bound in (*document.page_starts[1:], len(document.text)):
        if start < bound:
            yield start, bound
            start = bound


def _blocks(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield spans that cover text[start:end], cut at a good offset where it is long."""
    while end - start > BLOCK_CHARACTERS:
        cut = _good_cut(text, start, start + BLOCK_CHARACTERS)
        yield start, cut
        start = cut
    if start < end:
        yield start, end


def _good_cut(text: str, start: int, limit: int) -> int:
    """Return where to end a block before `limit`: after a paragraph, line or word if there is."""
    for separator in ("\n\n", "\n", " "):
        found = text.rfind(separator, start + 1, limit)
        if found > start:
            return found + len(separator)
    return limit


def load_splitter(settings: ChunkSettings) -> None:
    """Load the library that cuts texts, so that the first text does not wait for it."""
    _splitter(settings.size - settings.overlap)


@cache
def _splitter(size: int) -> RecursiveCharacterTextSplitter:
    # 0.4 s to import: needed only by a build that has something to cut
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    return RecursiveCharacterTextSplitter(
        separators=_SEPARATORS,
        is_separator_regex=True,
        keep_separator="end",
        chunk_size=size,
        chunk_overlap=0,
        strip_whitespace=False,
    )
