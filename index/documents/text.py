"""Extract plain text: the file as it is, and the structure that its lines show.

Knows text; knows nothing of files, chunks or languages.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from seedqa.index.documents.decoding import decode, normalise_text
from seedqa.index.documents.headings import (
    Candidate,
    choose_headings,
    find_candidate,
    find_heading_above,
    is_prose,
    names_something,
)
from seedqa.index.documents.hyphens import join_hyphens
from seedqa.index.documents.lines import (
    Line,
    Stanza,
    page_starts,
    part_furniture,
    split_stanzas,
)
from seedqa.index.documents.mail import find_head, says_who_wrote
from seedqa.index.documents.records import RECORD_LEVEL, find_records, name_tables
from seedqa.index.documents.structure import close_gaps, merge_edits
from seedqa.index.documents.tables import find_table, part_tables
from seedqa.index.documents.types import NOTHING_STATED, Extracted, Stated
from seedqa.index.documents.wrapping import find_wrapped, join_lines
from seedqa.index.types import Block, BlockKind, Edit

#: A longer line is a paragraph above a rule.
MAX_UNDERLINED_CHARS = 100
#: By how many characters a heading and the line below it may differ within a paragraph.
MAX_LENGTHS_APART = 2
#: A list of the contents has as many lines with a page number at least.
MIN_CONTENTS_LINES = 2
MAX_CONTENTS_CHARS = 200

_UNDERLINE = re.compile(r"(?P<mark>[=\-~^*#_])(?P=mark){2,}")
_RULE = re.compile(r"[-=~*_#+.–—─═•\s]{3,}")
_ITEM = re.compile(
    r"(?P<bullet>[-*+•–‣◦▪●○·])[ \t]+\S|(?:\d{1,3}|[a-zA-Z])[.)][ \t]+\S|\([a-z0-9]{1,3}\)[ \t]+\S"
)
_LEADER = re.compile(r"(?:\.[ \t]?){4,}[ \t]*(?:\d{1,4}|[ivxlc]{1,6})\Z")
_NOTE = re.compile(r"\[(?P<number>\d{1,3})\][ \t]+\S")
_NOTE_MARK = re.compile(r"(?<=\S)[ \t]?\[(\d{1,3})\]")
_UNDERLINE_LEVELS = {"=": 1, "-": 2}


class _Unit(NamedTuple):
    """A part of a text: a block that is known, or a line that may be a heading."""

    block: Block
    candidate: Candidate | None = None
    introduced: bool = False
    """Whether a heading may introduce it."""
    is_underlined: bool = False


def extract_text(raw: bytes) -> Extracted:
    """Decode plain text, which stays as it is; form feeds part its pages."""
    text = normalise_text(decode(raw))
    pages = page_starts(text)
    stanzas, furniture = part_furniture(list(split_stanzas(text)), pages)
    parts = [part for stanza in stanzas for part in _part_underlined(stanza)]
    units = list(_read_units(parts))
    blocks = _set_depths(text, _choose(units))
    blocks += [Block(BlockKind.FURNITURE, line.start, line.end) for line in furniture]
    blocks.sort(key=lambda block: block.start)
    words = [
        (block.start, block.end)
        for block in blocks
        if block.kind not in (BlockKind.TABLE, BlockKind.FURNITURE, BlockKind.MARKUP)
    ]
    marks = merge_edits(_mark_edits(text, blocks), _quotation_edits(text, parts, blocks))
    edits = merge_edits(marks, join_hyphens(text, words))
    edits = merge_edits(edits, join_lines(text, find_wrapped(text, blocks)))
    blocks = _anchor_notes(text, blocks)
    closed, edits_closed = close_gaps(text, blocks, edits)
    return Extracted(text, _stated(parts), page_starts=pages, blocks=closed, edits=edits_closed)


def _stated(stanzas: list[Stanza]) -> Stated:
    """Return what the head of a mail states."""
    head = find_head(stanzas[0]) if stanzas else None
    return Stated(title=head.subject, date=head.date) if head else NOTHING_STATED


def _quotation_edits(text: str, stanzas: list[Stanza], blocks: Sequence[Block]) -> list[Edit]:
    """Leave out the marks of a quotation within a block; those before it belong to no block."""
    begins = {block.start for block in blocks}
    return [
        Edit(text.rfind("\n", 0, line.start) + 1, line.start)
        for stanza in stanzas
        for line in stanza
        if line.depth and line.start not in begins
    ]


def _choose(units: list[_Unit]) -> Iterator[Block]:
    """Yield the blocks, with the headings among the lines that may be some."""
    levels = choose_headings([unit.candidate or unit.introduced for unit in units])
    below_title = bool(levels) and levels[0] == 1
    for unit, level in zip(units, levels, strict=True):
        if level is not None:
            yield replace(unit.block, kind=BlockKind.HEADING, level=level)
        elif unit.is_underlined and below_title:
            yield replace(unit.block, level=unit.block.level + 1)
        else:
            yield unit.block


def _read_units(stanzas: list[Stanza]) -> Iterator[_Unit]:
    """Yield the parts of a text; the titles of its records and its mails are headings."""
    heads = {at for at, stanza in enumerate(stanzas) if find_head(stanza)}
    known = heads | {at for at, stanza in enumerate(stanzas) if find_table(stanza)}
    records, closing = find_records(stanzas, known)
    mails = {stanzas[at][0].start for at in heads if at > 0}
    mails |= {line.start for stanza in stanzas for line in stanza if says_who_wrote(line.text)}
    closing |= {
        stanza[0].start for above, stanza in pairwise(stanzas) if _ends_with_named_table(above)
    }
    closing |= {
        stanza[0].start for above, stanza in pairwise(stanzas) if stanza[0].depth < above[0].depth
    }
    for at, stanza in enumerate(stanzas):
        if at == 0 and at in heads:
            yield _Unit(_block(BlockKind.FRONT_MATTER, stanza), None, True)
        else:
            yield from _read_titled(stanza, records, mails, closing)


def _read_titled(
    stanza: Stanza, records: Collection[int], mails: Collection[int], closing: Collection[int]
) -> Iterator[_Unit]:
    """Yield the parts of a stanza, in which some lines are the titles of records or mails.

    A heading may introduce a record; the line above a mail is a signature.
    """
    bounds = [at for at, line in enumerate(stanza) if line.start in records or line.start in mails]
    for first, last in pairwise(sorted({0, *bounds, len(stanza)})):
        lines = stanza[first:last]
        if first in bounds:
            title = _block(BlockKind.HEADING, lines[:1], RECORD_LEVEL)
            yield _Unit(title, None, lines[0].start in records)
            yield from (_Unit(unit.block, None, True) for unit in _read_stanza(lines[1:]))
        else:
            yield from (_closed(unit, closing) for unit in _read_stanza(lines))


def _closed(unit: _Unit, closing: Collection[int]) -> _Unit:
    """Return a unit, which no record's title holds for if it begins where records end."""
    if unit.block.start not in closing or unit.block.kind is BlockKind.HEADING:
        return unit
    return unit._replace(block=replace(unit.block, closes=RECORD_LEVEL))


def _read_stanza(stanza: Stanza) -> Iterator[_Unit]:
    """Yield the parts of the lines between two blank lines."""
    if not stanza:
        return
    if len(stanza) == 1:
        yield _read_line(stanza[0])
    elif level := _underlined_level(*stanza[:2]):
        yield _Unit(_block(BlockKind.HEADING, stanza, level), None, True, is_underlined=True)
    elif table := find_table(stanza):
        yield _Unit(table, introduced=True)
    elif sum(_is_contents(line) for line in stanza) >= MIN_CONTENTS_LINES:
        yield _Unit(_block(BlockKind.NAVIGATION, stanza))
    elif len(parts := part_tables(stanza)) > 1:
        yield from _read_parts(parts)
    elif heading := find_heading_above(stanza):
        yield _Unit(_block(BlockKind.HEADING, stanza[:1], heading.level), None, True)
        yield from _read_lines(stanza[1:])
    else:
        yield from _read_lines(stanza)


def _ends_with_named_table(stanza: Stanza) -> bool:
    """Tell whether a stanza is a title with a table below it and nothing else."""
    parts = list(name_tables(part_tables(stanza))) if len(stanza) > 1 else []
    return len(parts) == 2 and parts[0].is_title


def _read_parts(parts: list[tuple[Stanza, Block | None]]) -> Iterator[_Unit]:
    """Yield the parts of a stanza that has a table; a line above that names it is its heading."""
    for lines, table, is_title, closes in name_tables(parts):
        if table:
            yield _Unit(table, introduced=True)
        elif is_title:
            yield _Unit(_block(BlockKind.HEADING, lines, RECORD_LEVEL), None, True)
        else:
            first, *rest = _read_lines(lines)
            yield _closed(first, [first.block.start] if closes else ())
            yield from rest


def _read_line(line: Line) -> _Unit:
    """Return a line that is alone between blank lines."""
    if _RULE.fullmatch(line.text):
        return _Unit(_block(BlockKind.MARKUP, [line]))
    if _is_contents(line):
        return _Unit(_block(BlockKind.NAVIGATION, [line]))
    candidate = find_candidate(line)
    if _NOTE.match(line.text):
        return _Unit(_block(BlockKind.NOTE, [line]))
    if _ITEM.match(line.text):
        return _Unit(_block(BlockKind.ITEM, [line], line.indent), candidate, candidate is None)
    return _Unit(_block(BlockKind.PARAGRAPH, [line]), candidate, is_prose([line]))


def _read_lines(stanza: Stanza) -> Iterator[_Unit]:
    """Yield the paragraph that a stanza is, or the paragraph above its list and the entries."""
    starts = _item_starts(stanza)
    bounds = [*starts, len(stanza)]
    if bounds[0] > 0:
        above = stanza[: bounds[0]]
        yield _Unit(_block(BlockKind.PARAGRAPH, above), None, is_prose(above) or bool(starts))
    for first, last in pairwise(bounds):
        lines = stanza[first:last]
        kind = BlockKind.NOTE if _NOTE.match(lines[0].text) else BlockKind.ITEM
        yield _Unit(_block(kind, lines, lines[0].indent), None, True)


def _item_starts(stanza: Stanza) -> list[int]:
    """Return which lines begin an entry of a list.

    One mark in the middle of a paragraph is a dash, or the day of a date, at a line's start.
    """
    starts = [
        at for at, line in enumerate(stanza) if _ITEM.match(line.text) or _NOTE.match(line.text)
    ]
    if not starts or starts[0] == 0 or len(starts) > 1:
        return starts
    return starts if stanza[starts[0] - 1].text.endswith(":") else []


def _part_underlined(stanza: Stanza) -> Iterator[Stanza]:
    """Yield the parts of a stanza, a heading with the line below it as one of its own."""
    start = 0
    for at in range(1, len(stanza)):
        title, below = stanza[at - 1], stanza[at]
        if at <= start or not _underlined_level(title, below):
            continue
        # Within a paragraph only a line as long as the heading is no rule.
        if at - 1 > start and abs(len(title.text) - len(below.text)) > MAX_LENGTHS_APART:
            continue
        if at - 1 > start:
            yield stanza[start : at - 1]
        yield stanza[at - 1 : at + 1]
        start = at + 1
    if start < len(stanza):
        yield stanza[start:]


def _underlined_level(title: Line, below: Line) -> int:
    """Return the level of the heading that a line above a row of marks is, 0 where it is none."""
    match = _UNDERLINE.fullmatch(below.text)
    text = title.text
    if match is None or len(text) > MAX_UNDERLINED_CHARS or not names_something(text):
        return 0
    if text.endswith((".", ";", ",")) or any(mark in text for mark in ("|", "\t", "   ")):
        return 0
    return _UNDERLINE_LEVELS.get(match["mark"], 3)


def _is_contents(line: Line) -> bool:
    """Tell whether a line ends in a row of dots and the number of a page."""
    return len(line.text) <= MAX_CONTENTS_CHARS and _LEADER.search(line.text) is not None


def _block(kind: BlockKind, lines: Stanza, level: int = 0) -> Block:
    return Block(kind, lines[0].start, lines[-1].end, level)


def _set_depths(text: str, blocks: Iterator[Block]) -> list[Block]:
    """Return the blocks, the level of an entry of a list being its depth and not its indent."""
    indents: list[int] = []
    kept = []
    for block in blocks:
        if block.kind is BlockKind.ITEM:
            while indents and indents[-1] > block.level:
                indents.pop()
            if not indents or indents[-1] < block.level:
                indents.append(block.level)
            kept.append(Block(block.kind, block.start, block.end, len(indents)))
        else:
            indents = []
            kept.append(replace(block, level=0) if block.kind is BlockKind.NOTE else block)
    return kept


def _anchor_notes(text: str, blocks: list[Block]) -> list[Block]:
    """Return the blocks, each note with where the text first refers to it."""
    numbers = {
        block.start: match["number"]
        for block in blocks
        if block.kind is BlockKind.NOTE and (match := _NOTE.match(text, block.start))
    }
    first: dict[str, int] = {}
    for block in blocks if numbers else ():
        for match in _NOTE_MARK.finditer(text, block.start, block.end):
            first.setdefault(match[1], match.start(1) - 1)
    return [
        replace(block, anchor=first.get(numbers[block.start])) if block.start in numbers else block
        for block in blocks
    ]


def _mark_edits(text: str, blocks: list[Block]) -> list[Edit]:
    """Leave out bullets, the lines below headings, and the numbers of notes."""
    notes = {
        match["number"]
        for block in blocks
        if block.kind is BlockKind.NOTE and (match := _NOTE.match(text, block.start))
    }
    edits = []
    for block in blocks:
        begin = block.start
        if block.kind is BlockKind.HEADING and "\n" in text[block.start : block.end]:
            edits.append(Edit(text.index("\n", block.start), block.end))
        elif block.kind is BlockKind.ITEM:
            match = _ITEM.match(text, block.start)
            if match and match["bullet"]:
                edits.append(Edit(block.start, match.end() - 1))
        elif block.kind is BlockKind.NOTE and (match := _NOTE.match(text, block.start)):
            begin = match.end() - 1
            edits.append(Edit(block.start, begin))
        if notes:
            edits += [
                Edit(*match.span())
                for match in _NOTE_MARK.finditer(text, begin, block.end)
                if match[1] in notes
            ]
    return edits
