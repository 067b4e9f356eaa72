"""Read a block of HTML inside Markdown: its words without tags, comments and entities.

Knows tags by their names; knows nothing of pages as a whole, which html.py reads.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace
from itertools import pairwise

from seedqa.index.documents.structure import trim
from seedqa.index.types import Block, BlockKind, Edit

_PIECE = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<hidden>script|style)\b.*?(?:</(?P=hidden)\s*>|\Z)"
    r"|<(?P<closing>/?)(?P<tag>[a-z][a-z0-9]*)\b[^<>]*>"
    r"|<[!?/][^<>]*>"
    r"|&(?:\#\d{1,7}|\#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});",
    re.IGNORECASE | re.DOTALL,
)
#: Tags that part no words.
_INLINE_NAMES = (
    "a abbr b bdi bdo cite code data del dfn em font i ins kbd mark q s samp small span strike "
    "strong sub sup time tt u var wbr"
)
INLINE_TAGS = frozenset(_INLINE_NAMES.split())
#: What is read in place of tags, the weakest first.
_PARTED = ("", " ", "\n")
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


def read_html_block(text: str, start: int, end: int) -> tuple[list[Block], list[Edit]]:
    """Return the headings and paragraphs of a block of HTML; one without words is markup."""
    start, end = trim(text, start, end)
    edits: list[Edit] = []
    bounds = [(start, 0)]  # where a part begins, and the level of the heading that it is
    for match in _PIECE.finditer(text, start, end):
        tag = (match["tag"] or "").lower()
        is_first = bounds[-1][0] == match.start() or (tag in _HEADINGS and not match["closing"])
        if tag in _HEADINGS:
            at = match.end() if match["closing"] else match.start()
            bounds.append((at, 0 if match["closing"] else int(tag[1])))
        if match[0][0] == "&":
            decoded = html.unescape(match[0])
            if decoded != match[0]:
                edits.append(Edit(*match.span(), decoded))
        else:
            _add_tag(edits, *match.span(), between(tag), is_first)
    bounds.append((end, 0))
    blocks = []
    for (left, level), (right, _) in pairwise(bounds):
        kind = BlockKind.HEADING if level else BlockKind.PARAGRAPH
        part = trim(text, left, right)
        if part[0] < part[1]:
            blocks.append(Block(kind, *part, level))
    return blocks, _trim_tags(blocks, edits)


def _add_tag(edits: list[Edit], start: int, end: int, between: str, is_first: bool) -> None:
    """Leave out a tag, as one with the tag directly before it in the same part."""
    if not is_first and edits and edits[-1].end == start and edits[-1].replacement in _PARTED:
        last = edits.pop()
        start, between = last.start, max(last.replacement, between, key=_PARTED.index)
    edits.append(Edit(start, end, between))


def _trim_tags(blocks: list[Block], edits: list[Edit]) -> list[Edit]:
    """Read nothing for a tag at either end of a block."""
    starts, ends = {block.start for block in blocks}, {block.end for block in blocks}
    return [
        replace(edit, replacement="") if edit.start in starts or edit.end in ends else edit
        for edit in edits
    ]


def between(tag: str) -> str:
    """Return what is read in place of a tag."""
    if not tag or tag in INLINE_TAGS:
        return ""
    return "\n" if tag == "br" else " "
