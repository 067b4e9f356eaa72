"""Read the lines of wrapped prose as one: a line break in it is a space.

Knows only text; the extractors know which of their lines are wrapped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from seedqa.index.types import Block, BlockKind, Edit

#: What may be wrapped prose; a line of a table, of code or of a menu is one for a reason.
WRAPPED_KINDS = frozenset({BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.NOTE, BlockKind.CAPTION})
#: Shorter lines are those of a poem, an address or a list, where each line is one for a reason.
MIN_WRAPPED_CHARS = 40
#: A line is filled if it is at least this share of the longest; a long word may leave the rest.
MIN_FILLED = 0.6

#: By how much other lines of a document are longer where a line was not filled.
MAX_WIDER = 1.8

_BREAK = re.compile(r"\n\s*+")
#: Chinese and Japanese put no space between words, nor where a line is wrapped.
_UNSPACED = re.compile("[\u2e80-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef]")


def join_lines(text: str, spans: Iterable[tuple[int, int]]) -> list[Edit]:
    """Return the edits that read each line break within the spans as a space.

    The white space around it goes. What parts paragraphs or pages stays. Spans are trimmed and in
    order; so are the edits.
    """
    return [
        edit
        for start, end in spans
        for match in _BREAK.finditer(text, start, end)
        if (edit := join_line(text, match.start(), start))
    ]


def join_line(text: str, at: int, first: int) -> Edit | None:
    """Return the edit that reads the line break at an offset as a space.

    It begins no earlier than `first`. None where it parts paragraphs or pages.
    """
    match = _BREAK.match(text, at)
    assert match is not None
    start, end = at, match.end()
    while start > first and text[start - 1].isspace():
        start -= 1
    space = text[start:end]
    if space.count("\n") > 1 or "\f" in space:
        return None
    is_unspaced = start and _UNSPACED.match(text, start - 1) and _UNSPACED.match(text, end)
    return Edit(start, end, "" if is_unspaced else " ")


def find_wrapped(text: str, blocks: Iterable[Block]) -> list[tuple[int, int]]:
    """Return the spans of the blocks that are wrapped prose, by the length of their lines.

    Where other lines of the document are much longer before they go on, they were not full.
    """
    lines = [
        ((block.start, block.end), text[block.start : block.end].split("\n"))
        for block in blocks
        if block.kind in WRAPPED_KINDS
    ]
    width = max((len(line.strip()) for _, own in lines for line in own[:-1]), default=0)
    return [
        span
        for span, own in lines
        if is_wrapped(own) and max(len(line.strip()) for line in own) * MAX_WIDER >= width
    ]


def is_wrapped(lines: Sequence[str]) -> bool:
    """Tell whether lines were broken where they were full: all but the last are about as long.

    >>> is_wrapped(["The rose is red", "The leaf is green"])
    False
    """
    lengths = [len(line.strip()) for line in lines]
    longest = max(lengths)
    is_long = len(lengths) > 1 and longest >= MIN_WRAPPED_CHARS
    return is_long and min(lengths[:-1]) >= MIN_FILLED * longest
