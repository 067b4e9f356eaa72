"""Find the questions of a list of frequently asked ones, and make each the heading of its answer.

Such a list has short questions, each followed by its answer: in the same paragraph, or in the next
ones. Without this an answer is cut off from its question, and several share a passage. Knows blocks
and edits; nothing of formats.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from seedqa.index.documents.records import RECORD_LEVEL
from seedqa.index.documents.structure import trim
from seedqa.index.documents.types import Extracted
from seedqa.index.types import UNREAD_KINDS, Block, BlockKind, Edit

#: Fewer questions are no list of them.
MIN_QUESTIONS = 3
#: Of the paragraphs from the first question on, at least this share begins with one.
MIN_SHARE = 0.25
#: A question is at most this long, and takes at most so many lines.
MAX_CHARS = 160
MAX_LINES = 2
MIN_WORDS = 2
#: What the level of a question is below no heading, and below any.
LEVEL, MAX_LEVEL = 2, 6

_TEXT = (BlockKind.PARAGRAPH, BlockKind.ITEM)
_ANSWERS = (*_TEXT, BlockKind.TABLE, BlockKind.CODE)
#: What people put around a question, and what speech begins with, in which anything may be asked.
_CLOSING = "*_\"'»”’)] \u00a0"
_SPEECH = re.compile(r"[\s*_]*[\"'“„«»‹‘’—–-]")


class _Question(NamedTuple):
    """A question at the beginning of a block, and where its answer begins, in that block or not."""

    block: int
    end: int
    answer: int | None


def mark_questions(extracted: Extracted) -> Extracted:
    """Return a document with the questions of a list of them as headings.

    One without such a list is returned as it is.
    """
    text, blocks = extracted.text, extracted.blocks
    if text.count("?") < MIN_QUESTIONS:
        return extracted
    found = {one.block: one for one in _answered(text, blocks)}
    known = [
        number
        for number, block in enumerate(blocks)
        if block.kind is BlockKind.HEADING and _question_end(text, block) == block.end
    ]
    if not found or len(found) + len(known) < MIN_QUESTIONS:
        return extracted
    listed = [block for block in blocks[min((*found, *known)) :] if block.kind in _TEXT]
    if len(found) + len(known) < MIN_SHARE * len(listed):
        return extracted
    made: list[Block] = []
    gaps: list[tuple[int, int]] = []
    level = 0
    for number, block in enumerate(blocks):
        if block.kind is BlockKind.HEADING and number not in known:
            level = block.level
        below = min(level + 1, MAX_LEVEL) if level else LEVEL
        question = found.get(number)
        if question is None:
            is_record = number in known and block.level == RECORD_LEVEL  # "Q: ..." looks like one
            made.append(replace(block, level=below) if is_record else block)
            continue
        made.append(replace(block, kind=BlockKind.HEADING, end=question.end, level=below))
        if question.answer is not None:
            made.append(replace(block, kind=BlockKind.PARAGRAPH, start=question.answer, closes=0))
            gaps.append((question.end, question.answer))
    return replace(extracted, blocks=tuple(made), edits=_outside(extracted.edits, gaps))


def _answered(text: str, blocks: Sequence[Block]) -> Iterator[_Question]:
    """Yield the questions that something follows which may be their answer."""
    read = [number for number, block in enumerate(blocks) if block.kind not in UNREAD_KINDS]
    for at, number in enumerate(read):
        block = blocks[number]
        if block.kind not in _TEXT or not (end := _question_end(text, block)):
            continue
        if end < block.end:
            yield _Question(number, end, trim(text, end, block.end)[0])
            continue
        below = blocks[read[at + 1]] if at + 1 < len(read) else None
        if below and below.kind in _ANSWERS and _question_end(text, below) != below.end:
            yield _Question(number, end, None)


def _question_end(text: str, block: Block) -> int:
    """Return where the first lines of a block end that are one question; 0 where they are none."""
    start = end = block.start
    for _ in range(MAX_LINES):
        line_end = text.find("\n", end, block.end)
        end = block.end if line_end < 0 else line_end
        asked = text[start:end].rstrip(_CLOSING + "\n")
        if len(asked) > MAX_CHARS or _SPEECH.match(asked):
            return 0
        if asked.endswith(("?", "？")):
            is_one = asked.count("?") == 1 and not re.search(r"[.!]\s", asked[3:])
            return trim(text, start, end)[1] if is_one and len(asked.split()) >= MIN_WORDS else 0
        if end == block.end:
            return 0
        end += 1
    return 0


def _outside(edits: Sequence[Edit], gaps: Sequence[tuple[int, int]]) -> tuple[Edit, ...]:
    """Return the edits but those that join what is on both sides of a gap; gaps are in order."""
    ends = [end for _, end in gaps]

    def is_inside(edit: Edit) -> bool:
        at = bisect_left(ends, edit.start)
        return at < len(gaps) and edit.end > gaps[at][0] and edit.start < gaps[at][1]

    return tuple(edit for edit in edits if not is_inside(edit))
