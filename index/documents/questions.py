"""Find the questions of a list of frequently asked ones, and make each the heading of its answer.

Such a list has short questions, each followed by its answer: in the same paragraph, or in the next
ones. Without this an answer is cut off from its question, and several share a passage. Knows blocks
and edits; nothing of formats.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from seedqa.index.documents.headings import MAX_LEVEL, SECTION_LEVEL
from seedqa.index.documents.records import RECORD_LEVEL
from seedqa.index.documents.structure import trim
from seedqa.index.documents.types import Extracted
from seedqa.index.sentences import split_sentences
from seedqa.index.types import UNREAD_KINDS, Block, BlockKind, Edit

#: Fewer questions are no list of them.
MIN_QUESTIONS = 3
#: Of the paragraphs from the first question on, at least this share begins with one.
MIN_SHARE = 0.25
#: A question is at most this long, and takes at most so many lines.
MAX_CHARS = 160
MAX_LINES = 2
#: Shorter ones do not make a list, but in a list "Smoking?" is a question as well.
MIN_WORDS = 2

_TEXT = (BlockKind.PARAGRAPH, BlockKind.ITEM)
_ANSWERS = (*_TEXT, BlockKind.TABLE, BlockKind.CODE)
#: What ends the line of a question, and what people put around it.
_CLOSING = re.compile(r"(?:<br\s*/?>|[\\*_\"'»”’)\]\s\u00a0])*\Z", re.IGNORECASE)
#: What a question is numbered or marked with: "**1. ", "Q10.", "F:", "- ".
_MARK = re.compile(r"[\s*_#]*(?:[-+•]\s+)?[\s*_]*(?:\w?\d{1,3}[.):]+\s+|[QFDPVRÜ][.:)]\s*)?[\s*_]*")
#: What speech begins with, in which anything may be asked.
_SPEECH = re.compile(r"[\"'“„«»‹‘’—–-]")


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
    if text.count("?") + text.count("？") < MIN_QUESTIONS:
        return extracted
    known = frozenset(
        number
        for number, block in enumerate(blocks)
        if block.kind is BlockKind.HEADING and _question_end(text, block, MIN_WORDS) == block.end
    )
    if not _is_list(blocks, known | {one.block for one in _answered(text, blocks, MIN_WORDS)}):
        return extracted
    found = {one.block: one for one in _answered(text, blocks, 1)}
    made, gaps = _headed(blocks, found, known)
    return replace(extracted, blocks=tuple(made), edits=_outside(extracted.edits, gaps))


def _is_list(blocks: Sequence[Block], asked: frozenset[int]) -> bool:
    """Return whether the blocks with these numbers are a list of questions with answers."""
    if len(asked) < MIN_QUESTIONS:
        return False
    listed = [block for block in blocks[min(asked) :] if block.kind in _TEXT]
    return len(asked) >= MIN_SHARE * len(listed)


def _headed(
    blocks: Sequence[Block], found: Mapping[int, _Question], known: frozenset[int]
) -> tuple[list[Block], list[tuple[int, int]]]:
    """Return blocks with questions as headings, and the gaps between those and their answers.

    Below a record, or the deepest heading, there is no level for them.
    """
    made: list[Block] = []
    gaps: list[tuple[int, int]] = []
    level, end = 0, _end_of_list(blocks, found, known)
    for number, block in enumerate(blocks):
        below = min(level + 1, MAX_LEVEL) if level else SECTION_LEVEL
        question = found.get(number) if level < MAX_LEVEL else None
        is_record = number in known and block.level == RECORD_LEVEL  # "Q: ..." looks like one
        if block.kind is BlockKind.HEADING and not is_record:
            level = block.level
        if question:
            made.append(replace(block, kind=BlockKind.HEADING, end=question.end, level=below))
        elif is_record:
            made.append(replace(block, level=below))
        else:
            closes = below if number == end and block.kind is not BlockKind.HEADING else 0
            made.append(replace(block, closes=block.closes or closes))
        if question and question.answer is not None:
            made.append(replace(block, kind=BlockKind.PARAGRAPH, start=question.answer, closes=0))
            gaps.append((question.end, question.answer))
    return made, gaps


def _end_of_list(
    blocks: Sequence[Block], found: Mapping[int, _Question], known: frozenset[int]
) -> int | None:
    """Return the block after the answer to the last question, None where that is not known.

    It is known where all other answers are one block: what comes then is about none of them.
    """
    asked = sorted((*found, *known))
    read = [number for number, block in enumerate(blocks) if block.kind not in UNREAD_KINDS]
    place = {number: at for at, number in enumerate(read)}

    def answered_by(number: int) -> int:
        """Return where in `read` the answer of one block ends."""
        is_inside = number in found and found[number].answer is not None
        return place[number] + (1 if is_inside else 2)

    if any(answered_by(one) != place[other] for one, other in pairwise(asked)):
        return None
    after = answered_by(asked[-1])
    return read[after] if after < len(read) else None


def _answered(text: str, blocks: Sequence[Block], min_words: int) -> Iterator[_Question]:
    """Yield the questions, of `min_words` or more, that something follows as an answer."""
    read = [number for number, block in enumerate(blocks) if block.kind not in UNREAD_KINDS]
    for at, number in enumerate(read):
        block = blocks[number]
        if block.kind not in _TEXT or not (end := _question_end(text, block, min_words)):
            continue
        if end < block.end:
            yield _Question(number, end, trim(text, end, block.end)[0])
            continue
        below = blocks[read[at + 1]] if at + 1 < len(read) else None
        if below and below.kind in _ANSWERS and _question_end(text, below, min_words) != below.end:
            yield _Question(number, end, None)


def _question_end(text: str, block: Block, min_words: int) -> int:
    """Return where the first lines of a block end that are one question; 0 where they are none."""
    start = end = block.start
    for _ in range(MAX_LINES):
        line_end = text.find("\n", end, block.end)
        end = block.end if line_end < 0 else line_end
        if end - start > MAX_CHARS:
            return 0
        asked = _bare(text[start:end])
        if _SPEECH.match(asked):
            return 0
        if asked.endswith(("?", "？")):
            is_one = asked.count("?") <= 1 and len(split_sentences(asked)) == 1
            return trim(text, start, end)[1] if is_one and len(asked.split()) >= min_words else 0
        if end == block.end:
            return 0
        end += 1
    return 0


def _bare(line: str) -> str:
    """Return a line without the number or mark before it, and what closes it.

    >>> _bare("**10. How do I pay?**<br>"), _bare("- F: Wer haftet?"), _bare("“Who?”")
    ('How do I pay?', 'Wer haftet?', '“Who?')
    """
    mark = _MARK.match(line)
    begin = mark.end() if mark else 0
    closing = _CLOSING.search(line, begin)
    return " ".join(line[begin : closing.start() if closing else len(line)].split())


def _outside(edits: Sequence[Edit], gaps: Sequence[tuple[int, int]]) -> tuple[Edit, ...]:
    """Return the edits but those that join what is on both sides of a gap; gaps are in order."""
    ends = [end for _, end in gaps]

    def is_inside(edit: Edit) -> bool:
        at = bisect_left(ends, edit.start)
        return at < len(gaps) and edit.end > gaps[at][0] and edit.start < gaps[at][1]

    return tuple(edit for edit in edits if not is_inside(edit))
