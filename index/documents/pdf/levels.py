"""Give the headings of a PDF their levels, and the items of its lists their depths.

Knows blocks and their type; knows nothing of positions on a page but how far an item is indented.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from seedqa.index.documents.pdf.drafts import MIN_HEADING_SIZE, Draft, Style, outline_key
from seedqa.index.types import BlockKind

#: Bullets within so many points are of one depth.
SAME_INDENT = 2.0


def set_levels(bodies: list[list[Draft]], style: Style) -> list[list[Draft]]:
    """Give each heading a level: the outline's, or the rank of its type among the headings."""
    headings = [draft for body in bodies for draft in body if draft.kind is BlockKind.HEADING]
    ranks = _rank_styles(headings, style)
    title = _find_title(bodies, style)
    shift = _outline_shift(bodies, style)
    leveled = []
    for number, body in enumerate(bodies):
        leveled.append(
            [
                replace(draft, level=_level_of(draft, number, ranks, style, shift, title))
                if draft.kind is BlockKind.HEADING
                else draft
                for draft in body
            ]
        )
    return [_set_item_levels(body) for body in leveled]


def _find_title(bodies: Sequence[Sequence[Draft]], style: Style) -> Draft | None:
    """Return the first block if it is a heading and another of its type follows right below."""
    first = [draft for body in bodies for draft in body][:2]
    if len(first) < 2 or any(draft.kind is not BlockKind.HEADING for draft in first):
        return None
    return first[0] if _type_of(first[0], style) == _type_of(first[1], style) else None


def _level_of(
    draft: Draft,
    page: int,
    ranks: Mapping[tuple[float, bool], int],
    style: Style,
    shift: int,
    title: Draft | None,
) -> int:
    level = style.outline.get((page, outline_key(draft.text)))
    if level is not None:
        return min(6, level + 1 + shift)
    return min(6, ranks[_type_of(draft, style)] + (title is not None and draft is not title))


def _type_of(draft: Draft, style: Style) -> tuple[float, bool]:
    """Return the type of a heading: its size, and whether it is in bold where that is not large."""
    size = round(draft.lines[0].size * 2) / 2
    if size >= MIN_HEADING_SIZE * style.size:
        return size, False
    return style.size, draft.lines[0].bold


def _rank_styles(headings: Sequence[Draft], style: Style) -> dict[tuple[float, bool], int]:
    types = sorted({_type_of(draft, style) for draft in headings}, reverse=True)
    return {kind: rank for rank, kind in enumerate(types, 1)}


def _outline_shift(bodies: Sequence[Sequence[Draft]], style: Style) -> int:
    """Return 1 where a title larger than every bookmark's heading comes first, else 0."""
    first = next(
        (draft for body in bodies for draft in body if draft.kind is BlockKind.HEADING), None
    )
    if first is None or (0, outline_key(first.text)) in style.outline:
        return 0
    marked = [
        draft.lines[0].size
        for number, body in enumerate(bodies)
        for draft in body
        if draft.kind is BlockKind.HEADING and (number, outline_key(draft.text)) in style.outline
    ]
    return int(bool(marked) and first.lines[0].size > max(marked))


def _set_item_levels(body: list[Draft]) -> list[Draft]:
    """Give each item of a list its depth, by the indentation of its bullet."""
    depths: list[float] = []
    leveled = []
    for draft in body:
        if draft.kind is not BlockKind.ITEM:
            depths = []
            leveled.append(draft)
            continue
        left = draft.lines[0].left
        while depths and left < depths[-1] - SAME_INDENT:
            depths.pop()
        if not depths or left > depths[-1] + SAME_INDENT:
            depths.append(left)
        leveled.append(replace(draft, level=len(depths)))
    return leveled
