"""Divide a document into runs: parts that belong to one section and are cut by themselves.

Knows blocks; knows nothing of sizes, of how a run is cut, or of the database.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from seedqa.index.lexical import folded_words
from seedqa.index.patterns import lazy_pattern
from seedqa.index.reading_view import clip_edits, make_view
from seedqa.index.types import UNREAD_KINDS, Block, BlockKind, Document, Edit

#: Headings without text of their own that may begin the chunk of the next section, in characters.
MAX_HEADINGS = 200
#: A paragraph of fewer characters may be a label; a longer one that has a sentence is prose.
MIN_PROSE = 80
#: What ends a sentence, with the quotes and brackets that may follow.
_SENTENCE_END = lazy_pattern(r"[.!?…:;。！？][\"'»”’)\]]*\s*\Z")
_WHOLE_SENTENCE = lazy_pattern(r"\w{2}[.!?][\"'»”’)\]]*\s")
#: Blocks that are cut by themselves, and belong to the document rather than to a section.
_APART = frozenset({BlockKind.NOTE, BlockKind.FRONT_MATTER})
#: A part of a name that a person wrote: letters, but no long hexadecimal number; or a year.
_TOLD = lazy_pattern(r"(?<!\d)(?:19|20)\d\d(?!\d)|[^\W\d_]{2,}")
_HEXADECIMAL = lazy_pattern(r"\b(?=\w*\d)[0-9a-f]{8,}\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading above a run."""

    start: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """A part of a document that belongs to one section: prose, or one table."""

    start: int
    body: int
    """Where the headings at its start end and its text begins."""
    end: int
    blocks: tuple[Block, ...]
    """The blocks of the text, without headings and what is not read."""
    path: tuple[Heading, ...] = ()
    """The headings above, outermost first, those at its start among them."""
    joins: tuple[Edit, ...] = ()
    """How a sentence is read that runs over the end of a page."""

    @property
    def table(self) -> Block | None:
        """The table that it is, or None."""
        block = self.blocks[0] if self.blocks else None
        return block if block and block.kind is BlockKind.TABLE and block.rows else None


@dataclass(slots=True)
class _OpenRun:
    """A run that the next block may go on with; as `Run`."""

    start: int
    path: tuple[Heading, ...]
    blocks: list[Block]
    joins: list[Edit] = field(default_factory=list)

    def closed(self) -> Run:
        first, last = self.blocks[0], self.blocks[-1]
        return Run(
            self.start, first.start, last.end, tuple(self.blocks), self.path, tuple(self.joins)
        )


@dataclass(slots=True)
class _Divider:
    """What is known while the blocks of a document pass by."""

    document: Document
    runs: list[Run] = field(default_factory=list)
    path: list[Heading] = field(default_factory=list)
    pending: list[Block] = field(default_factory=list)
    current: _OpenRun | None = None
    starts: list[int] = field(default_factory=list)
    """Where runs of sections begin, in order."""
    paths: list[tuple[Heading, ...]] = field(default_factory=list)
    """The path of each of them."""
    unread: bool = False
    """Whether a block that is not read lies between the current run and the next block."""

    def take_heading(self, block: Block) -> None:
        self.close()
        if self.pending and block.end - self.pending[0].start > MAX_HEADINGS:
            self._flush_headings()
        self._leave(block.level)
        text = " ".join(self._read(block).split())
        self.path.append(Heading(block.start, block.level, text))
        self.pending.append(block)

    def take(self, block: Block) -> None:
        if block.closes:
            self.close()
            self._leave(block.closes)
        if block.kind in _APART:
            path = self._path_of(block)
            self.runs.append(Run(block.start, block.start, block.end, (block,), path))
            self.unread = True  # a footnote between two pages does not end a sentence
            return
        if block.kind is BlockKind.TABLE or not self._joins(block):
            self.close()
        if self.current:
            self._extend(self.current, block)
        else:
            start = self.pending[0].start if self.pending else block.start
            self.current = _OpenRun(start, tuple(self.path), [block])
            self.starts.append(start)
            self.paths.append(self.current.path)
            self.pending = []
        if block.kind is BlockKind.TABLE:
            self.close()
        self.unread = False

    def _leave(self, level: int) -> None:
        """Leave the sections whose headings have a level or a deeper one."""
        while self.path and self.path[-1].level >= level:
            self.path.pop()

    def _path_of(self, block: Block) -> tuple[Heading, ...]:
        """Return the headings above what a note is to; of what has no anchor there are none."""
        if block.anchor is None:
            return ()
        if block.anchor >= block.start:
            return tuple(self.path)
        at = bisect_right(self.starts, block.anchor) - 1
        return self.paths[at] if at >= 0 else ()

    def close(self) -> None:
        if self.current:
            self.runs.append(self.current.closed())
            self.current = None

    def finish(self) -> list[Run]:
        self.close()
        if self.pending:  # headings with nothing below them: found by their own words
            self._flush_headings()
        return sorted(self.runs, key=lambda run: run.start)

    def _flush_headings(self) -> None:
        first, last = self.pending[0], self.pending[-1]
        path = tuple(heading for heading in self.path if heading.start < first.start)
        self.runs.append(Run(first.start, first.start, last.end, tuple(self.pending), path))
        self.pending = []

    def _joins(self, block: Block) -> bool:
        """Return whether a block goes on with the current run."""
        if self.current is None:
            return False
        last = self.current.blocks[-1]
        if not self.unread and self._page(last.end - 1) == self._page(block.start):
            return True
        return block.kind is BlockKind.PARAGRAPH and is_cut_off(
            self._read(last), self.document.text[block.start : block.end]
        )

    def _extend(self, run: _OpenRun, block: Block) -> None:
        text, last = self.document.text, run.blocks[-1]
        if self.unread or self._page(last.end - 1) != self._page(block.start):
            broken = text[last.end - 1] in "-\u2010\u00ad" and text[block.start].islower()
            start = last.end - 1 if broken else last.end
            run.joins.append(Edit(start, block.start, "" if broken else " "))
        run.blocks.append(block)

    def _page(self, at: int) -> int:
        return bisect_right(self.document.page_starts, at)

    def _read(self, block: Block) -> str:
        text = self.document.text[block.start : block.end]
        edits = clip_edits(self.document.edits, block.start, block.end)
        return make_view(text, edits).text if edits else text


def find_runs(document: Document) -> list[Run]:
    """Return the runs of a document with blocks, in order."""
    divider = _Divider(document)
    for block in document.blocks:
        if block.kind in UNREAD_KINDS:
            divider.unread = True
        elif block.kind is BlockKind.HEADING:
            divider.take_heading(block)
        else:
            divider.take(block)
    return divider.finish()


def is_cut_off(before: str, after: str) -> bool:
    """Return whether a paragraph goes on in the next one: its last sentence has no end.

    What goes on begins in lower case, unless the first is prose, or breaks off within a clause.
    """
    before = before.rstrip()
    if not before or not after or _SENTENCE_END.search(before):
        return False
    is_prose = len(before) > MAX_HEADINGS or (
        len(before) >= MIN_PROSE and bool(_WHOLE_SENTENCE.search(before))
    )
    return after[0].islower() or is_prose or before[-1] in ",-\u2010\u00ad"


def context_of(title: str, path: Sequence[Heading], start: int) -> tuple[str, ...]:
    """Return where a chunk at `start` belongs: the title, and the headings that it lacks.

    A part that says the same as the one before it is left out.
    """
    context: list[str] = []
    for part in (title, *(heading.text for heading in path if heading.start < start)):
        if part and (not context or folded_words(part) != folded_words(context[-1])):
            context.append(part)
    return tuple(context)


@lru_cache(maxsize=256)  # the chunks of a document follow each other
def name_context(source: str, title: str) -> tuple[str, ...]:
    """Return the names of the folders and the file that say something beyond `title`.

    They are matched and read, but not encoded: a renamed file keeps its vectors.

    >>> name_context("Suppliers/Oakfield/terms.txt", "Terms of payment")
    ('Suppliers', 'Oakfield')
    >>> name_context("000_76e88c25fcffd226.txt", "A headline")
    ()
    """
    *folders, name = source.split("/")
    stem = name.rpartition(".")[0] or name
    known = set(folded_words(title))
    told = []
    for part in (*folders, stem):
        words = " ".join(re.sub(r"[_\s]+", " ", part).split())
        plain = _HEXADECIMAL.sub("", words)
        if _TOLD.search(plain) and not set(folded_words(plain)) <= known:
            told.append(words)
    return tuple(told)
