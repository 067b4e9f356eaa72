"""What the extractors share: trimmed spans, blocks without gaps, edits without overlaps.

Knows blocks and edits; knows nothing of formats.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace

from seedqa.index.types import UNREAD_KINDS, Block, BlockKind, Edit


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without white space at either end; an empty one lies at `start`."""
    piece = text[start:end]
    stripped = piece.lstrip()
    if not stripped:
        return start, start
    return end - len(stripped), start + len(piece.rstrip())


def merge_edits(first: Iterable[Edit], second: Iterable[Edit]) -> list[Edit]:
    """Return the edits of both in order; of two that overlap the first one is kept."""
    kept = list(first)
    ends = [edit.end for edit in kept]
    added = []
    for edit in second:
        at = bisect_left(ends, edit.start + 1)
        if at == len(kept) or kept[at].start >= max(edit.end, edit.start + 1):
            added.append(edit)
    return sorted([*kept, *added], key=_edit_key) if added else kept


def cut_spans(edits: list[Edit], spans: list[tuple[int, int]]) -> list[Edit]:
    """Return the edits with every one of the sorted `spans` removed from what is read."""
    pending = [Edit(start, end) for start, end in spans]
    merged: list[Edit] = []
    for edit in sorted([*edits, *pending], key=_edit_key):
        if merged and edit.start < merged[-1].end:
            last = merged[-1]
            merged[-1] = Edit(last.start, max(last.end, edit.end))
        else:
            merged.append(edit)
    return merged


def read_span(text: str, start: int, end: int, edits: Iterable[Edit]) -> str:
    """Return `text[start:end]` as it is read; the edits lie inside."""
    parts = []
    for edit in edits:
        parts += [text[start : edit.start], edit.replacement]
        start = edit.end
    return "".join([*parts, text[start:end]])


def hide_empty(text: str, blocks: Iterable[Block], edits: list[Edit]) -> list[Block]:
    """Return the blocks, those as MARKUP of which nothing is left to read; edits are sorted."""
    starts = [edit.start for edit in edits]
    shown = []
    for block in blocks:
        first, last = bisect_left(starts, block.start), bisect_left(starts, block.end)
        if first < last and block.kind not in UNREAD_KINDS and not block.rows:
            read = read_span(text, block.start, block.end, edits[first:last])
            shown.append(block if _says_something(read) else _as_markup(block))
        else:
            shown.append(block)
    return shown


def close_gaps(
    text: str, blocks: Iterable[Block], edits: list[Edit]
) -> tuple[tuple[Block, ...], tuple[Edit, ...]]:
    """Cover every character that is not white space: what no block has is markup.

    What precedes a block on its line, and the `>` of a quotation on the lines above, become a part
    of that block that is not read; the rest becomes a block of MARKUP.
    """
    closed: list[Block] = []
    added = []
    position = 0
    for block in [*blocks, None]:
        start = block.start if block else len(text)
        left, right = trim(text, position, start)
        if block and left < right and "\n" not in text[right:start]:
            line = max(left, text.rfind("\n", left, right) + 1)
            if not text[left:right].strip("> \t\n"):
                line = left
            line, right = trim(text, line, right)
            added.append(Edit(line, start))
            closed += _markup(text, left, line)
            closed.append(replace(block, start=line))
        else:
            closed += _markup(text, left, right)
            closed += [block] if block else []
        position = block.end if block else len(text)
    return tuple(closed), tuple(sorted([*edits, *added], key=_edit_key) if added else edits)


def _markup(text: str, start: int, end: int) -> list[Block]:
    start, end = trim(text, start, end)
    return [Block(BlockKind.MARKUP, start, end)] if start < end else []


def _as_markup(block: Block) -> Block:
    return Block(BlockKind.MARKUP, block.start, block.end)


def _says_something(read: str) -> bool:
    return not read.isspace() and read != ""


def _edit_key(edit: Edit) -> tuple[int, int]:
    return edit.start, edit.end
