"""Make blocks of the lines of a PDF: headings, paragraphs, items, tables, notes, captions.

Knows lines, their type and their gaps; knows nothing of text offsets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from seedqa.index.documents.pdf.drafts import Draft, Style
from seedqa.index.documents.pdf.furniture import ParsedPage
from seedqa.index.documents.pdf.headings import (
    CAPTION,
    begins_heading,
    ends_sentence,
    is_heading,
    is_short,
    is_small,
    same_size,
)
from seedqa.index.documents.pdf.layout import Flow, read_in_order
from seedqa.index.documents.pdf.levels import set_levels
from seedqa.index.documents.pdf.lines import BULLET, join_pieces
from seedqa.index.documents.pdf.pieces import Piece
from seedqa.index.documents.pdf.tables import Grid, has_header, header_names
from seedqa.index.types import BlockKind

#: Lines further apart than usual by this factor are of two paragraphs.
MIN_PARAGRAPH_PITCH = 1.22
#: The usual distance of lines, in font sizes, where a document does not tell, and its bounds.
USUAL_PITCH = 1.35
MIN_PITCH, MAX_PITCH = 1.0, 1.9
#: A line indented by this many font sizes begins a paragraph.
MIN_INDENT = 0.8
#: A line that ends before this share of the column ends a paragraph, if a sentence ends with it.
MAX_LAST_LINE = 0.75
#: A line that reaches this share of its paragraph's width goes on, if no sentence ends with it.
MIN_FULL_LINE = 0.85
MAX_CAPTION_CHARS = 600

_LEADER = re.compile(r"(?:\.\s?){4,}\s*(?:\d+|[ivxlc]+)?\s*$|(?:[…·]\s?){2,}\s*\d+\s*$")
MAX_LEADER_CHARS = 60
_ENDS_IN_NUMBER = re.compile(r"\D\s(?:\d{1,4}|[ivxlc]{1,6})$")
_NUMBER_MARK = re.compile(r"\(?(\d{1,3}|[a-z])[.)]\s+\S|(\d{1,2})\s+[^\W\d_]")
_NOTE_MARK = re.compile(
    r"(?:\[\d{1,3}\]|\(\d{1,3}\)|\d{1,3}[.):]?|[*†‡§]+)"
    r"(?:\s+(?=\S)|(?=[^\W\d]|[\"'«„“‘(])).*?[^\W\d_]{3}"
)
_CONTENTS = re.compile(
    r"(?:table of )?contents|inhalt|inhalts(?:verzeichnis|übersicht)|sommaire"
    r"|table des matières|[íi]ndice|sommario|contenido|conteúdo|sumário|inhoud(?:sopgave)?",
    re.IGNORECASE,
)


def draft_pages(
    pages: Sequence[ParsedPage], size: float, outline: Mapping[tuple[int, str], int]
) -> list[list[Draft]]:
    """Return the blocks of each page in reading order, its furniture first and last."""
    layouts = [read_in_order(page.body) for page in pages]
    style = _find_style(layouts, size, outline)
    bodies = [_draft_body(parts, style, number) for number, parts in enumerate(layouts)]
    bodies = set_levels(bodies, style)
    drafts = []
    for page, body in zip(pages, bodies, strict=True):
        header = [Draft(BlockKind.FURNITURE, (line,)) for line in page.header]
        footer = [Draft(BlockKind.FURNITURE, (line,)) for line in (*page.slanted, *page.footer)]
        drafts.append([*header, *_insert_turned(body, page.turned), *footer])
    return _name_columns(drafts)


def _find_style(
    layouts: Sequence[Sequence[Flow | Grid]],
    size: float,
    outline: Mapping[tuple[int, str], int],
) -> Style:
    lines = [line for parts in layouts for part in parts if isinstance(part, list) for line in part]
    ratios = [
        (above.base - below.base) / above.size
        for parts in layouts
        for part in parts
        if isinstance(part, list)
        for above, below in pairwise(part)
        if same_size(above, below) and MIN_PITCH - 0.1 < (above.base - below.base) / above.size < 3
    ]
    pitch = min(MAX_PITCH, max(MIN_PITCH, _low_median(ratios))) if ratios else USUAL_PITCH
    count = sum(len(line.text) for line in lines)
    bold = sum(len(line.text) for line in lines if line.bold)
    mono = sum(len(line.text) for line in lines if line.mono)
    return Style(size, pitch, bold > 0.5 * count, mono > 0.5 * count, outline)


def _low_median(values: Sequence[float]) -> float:
    """Return the median, or less where most paragraphs have one line: the lower third."""
    return sorted(values)[len(values) // 3]


# --- lines to blocks ------------------------------------------------------------------------------


def _draft_body(parts: Sequence[Flow | Grid], style: Style, page: int) -> list[Draft]:
    drafts: list[Draft] = []
    for part in parts:
        if isinstance(part, Grid):
            drafts.append(_draft_table(part))
            continue
        flow = _draft_flow(part, style, page)
        if drafts and flow and _runs_on(drafts[-1], flow[0]):
            drafts[-1] = replace(drafts[-1], lines=drafts[-1].lines + flow.pop(0).lines)
        drafts += flow
    return _mark_contents(drafts)


def _runs_on(draft: Draft, following: Draft) -> bool:
    """Tell whether a paragraph goes on at the top of the next column."""
    if not draft.kind is following.kind is BlockKind.PARAGRAPH:
        return False
    first, last = following.lines[0], draft.lines[-1]
    if not same_size(first, last) or ends_sentence(last.text):
        return False
    left, right = min(line.left for line in draft.lines), max(line.right for line in draft.lines)
    is_full = len(draft.lines) > 1 and last.right - left > MIN_FULL_LINE * (right - left)
    return is_full or _begins_low(first.text)


def _begins_low(text: str) -> bool:
    """Tell whether a text begins with a letter that is no capital."""
    return text[:1].isalpha() and text[:1].lower() == text[:1]


def _draft_flow(lines: Flow, style: Style, page: int) -> list[Draft]:
    """Return the blocks of a column."""
    kinds = _kinds_of(lines, style, page)
    items = _item_starts(lines, kinds, style)
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    groups: list[list[int]] = []
    for index, line in enumerate(lines):
        begins = index == 0 or kinds[index] is not kinds[index - 1] or index in items
        if not begins:
            before = lines[index - 1]
            if kinds[index] is BlockKind.HEADING:
                begins = begins_heading(before, line)
            else:
                in_item = groups[-1][0] in items
                begins = _begins_paragraph(before, line, (left, right), style, in_item)
                begins = begins or _begins_special(lines, index, style)
        if begins:
            groups.append([index])
        else:
            groups[-1].append(index)
    drafts = [
        _make_draft([lines[index] for index in group], kinds[group[0]], group[0] in items, style)
        for group in groups
    ]
    return _keep_last_notes(drafts, style)


def _keep_last_notes(drafts: list[Draft], style: Style) -> list[Draft]:
    """Keep the notes that only small type follows; small lines above text are paragraphs."""
    is_tail = True
    kept = []
    for draft in reversed(drafts):
        is_tail = is_tail and is_small(draft.lines[0], style)
        is_label = draft.kind is BlockKind.NOTE and not is_tail
        kept.append(replace(draft, kind=BlockKind.PARAGRAPH) if is_label else draft)
    return kept[::-1]


def _kinds_of(lines: Flow, style: Style, page: int) -> list[BlockKind]:
    """Return of each line whether it is a heading's, a contents line, code or text."""
    kinds: list[BlockKind] = []
    for index, line in enumerate(lines):
        if _has_leader(line.text):
            kinds.append(BlockKind.NAVIGATION)
        elif is_heading(lines, index, style, page, kinds[-1:] == [BlockKind.HEADING]):
            kinds.append(BlockKind.HEADING)
        elif line.mono and not style.is_mono:
            kinds.append(BlockKind.CODE)
        else:
            kinds.append(BlockKind.PARAGRAPH)
    for index in range(1, len(kinds) - 1):  # a title of the contents that takes two lines
        if kinds[index - 1] is kinds[index + 1] is BlockKind.NAVIGATION:
            kinds[index] = BlockKind.NAVIGATION
    return kinds


def _has_leader(text: str) -> bool:
    """Tell whether a line ends in dots and a page number; only its end is searched."""
    return bool(_LEADER.search(text[-MAX_LEADER_CHARS:]))


def _begins_paragraph(
    before: Piece, line: Piece, edges: tuple[float, float], style: Style, in_item: bool
) -> bool:
    """Tell by size, gap, indentation or a short last line whether a paragraph begins."""
    left, right = edges
    pitch = before.base - line.base
    if not same_size(before, line) or pitch > MIN_PARAGRAPH_PITCH * style.pitch * line.size:
        return True
    ends = ends_sentence(before.text)
    step = (line.left - before.left) / line.size
    if in_item:
        return ends and step < -MIN_INDENT
    is_short = before.right - left < MAX_LAST_LINE * (right - left)
    steps_in = step > MIN_INDENT and (ends or is_short)
    steps_out = step < -MIN_INDENT and ends and is_short
    return steps_in or steps_out or (ends and is_short and not _begins_low(line.text))


def _begins_special(lines: Flow, index: int, style: Style) -> bool:
    """Tell whether a line begins a caption, or a note in small type."""
    line = lines[index]
    if is_small(line, style) and _NOTE_MARK.match(line.text):
        return line.left <= lines[index - 1].left + line.size
    return bool(CAPTION.match(line.text)) and ends_sentence(lines[index - 1].text)


def _item_starts(lines: Flow, kinds: Sequence[BlockKind], style: Style) -> set[int]:
    """Return the lines that begin an item: a bullet, or a number that follows another."""
    starts = set()
    numbered: list[tuple[int, int]] = []
    for index, line in enumerate(lines):
        if kinds[index] is not BlockKind.PARAGRAPH:
            continue
        if _begins_with_bullet(lines, index):
            starts.add(index)
        elif is_small(line, style) and _NOTE_MARK.match(line.text):
            continue
        elif match := _NUMBER_MARK.match(line.text):
            mark = match[1] or match[2]
            numbered.append((index, int(mark) if mark.isdigit() else ord(mark) - ord("a") + 1))
    return starts | _in_sequence(numbered)


def _in_sequence(numbered: Sequence[tuple[int, int]]) -> set[int]:
    """Return the lines whose number comes right before or after that of a neighbour."""
    starts = set()
    for (index, value), (following, other) in pairwise(numbered):
        if other == value + 1:
            starts |= {index, following}
    return starts


def _begins_with_bullet(lines: Flow, index: int) -> bool:
    """Tell whether a line begins with a bullet; a dash is one only where a line may end before."""
    text = lines[index].text
    match = BULLET.match(text)
    if not match or not text[match.end() : match.end() + 1].isspace():
        return False
    if match[0] not in "*-–—":
        return True
    before = lines[index - 1].text if index else ""
    return (
        index == 0
        or ends_sentence(before)
        or before[:1] == match[0]
        or lines[index].left != lines[index - 1].left
    )


def _make_draft(lines: list[Piece], kind: BlockKind, is_item: bool, style: Style) -> Draft:
    draft = Draft(kind, tuple(lines))
    if is_item:
        return replace(draft, kind=BlockKind.ITEM, level=1)
    if kind is BlockKind.HEADING:
        return draft if is_short(draft, style) else replace(draft, kind=BlockKind.PARAGRAPH)
    if kind is BlockKind.PARAGRAPH:
        if CAPTION.match(draft.text) and len(draft.text) <= MAX_CAPTION_CHARS:
            return replace(draft, kind=BlockKind.CAPTION)
        if is_small(lines[0], style) and _NOTE_MARK.match(draft.text):
            return replace(draft, kind=BlockKind.NOTE)
    return draft


def _mark_contents(drafts: list[Draft]) -> list[Draft]:
    """Make a table of contents navigation, its heading with it."""
    marked = list(drafts)
    for index, draft in enumerate(marked):
        before = marked[index - 1] if index else None
        is_titled = before is not None and _announces_contents(before)
        if draft.kind is BlockKind.HEADING or not _is_contents(draft, is_titled):
            continue
        marked[index] = replace(draft, kind=BlockKind.NAVIGATION)
        if is_titled and before is not None:
            marked[index - 1] = replace(before, kind=BlockKind.NAVIGATION)
    return marked


def _announces_contents(draft: Draft) -> bool:
    is_title = bool(_CONTENTS.fullmatch(draft.text.strip(" :")))
    return is_title or draft.kind is BlockKind.NAVIGATION


def _is_contents(draft: Draft, is_announced: bool) -> bool:
    """Tell whether lines or rows are of a table of contents."""
    if draft.kind is BlockKind.NAVIGATION:
        return True
    texts = [line.text for line in draft.lines]
    texts += [join_pieces([cell for cell in row if cell]).text for row in draft.grid if any(row)]
    leaders = sum(_has_leader(text) for text in texts)
    numbers = sum(bool(_ENDS_IN_NUMBER.search(text)) for text in texts)
    return leaders * 2 > len(texts) or (is_announced and numbers >= 0.7 * len(texts))


def _insert_turned(body: list[Draft], turned: Sequence[Piece]) -> list[Draft]:
    """Put turned lines before the last block, which may go on on the next page."""
    if not turned:
        return body
    return [*body[:-1], Draft(BlockKind.PARAGRAPH, tuple(turned)), *body[-1:]]


# --- tables ---------------------------------------------------------------------------------------


def _draft_table(grid: Grid) -> Draft:
    return Draft(BlockKind.TABLE, grid=grid.rows, has_header=has_header(grid.rows))


def _name_columns(pages: list[list[Draft]]) -> list[list[Draft]]:
    """Give a table that goes on from the page before the names of its columns."""
    named = []
    last: Draft | None = None
    for page in pages:
        drafts = []
        for draft in page:
            if draft.kind is BlockKind.TABLE:
                if last is not None and not draft.has_header:
                    draft = _continue_table(draft, last)  # noqa: PLW2901
                last = draft
            elif draft.kind is not BlockKind.FURNITURE:
                last = None
            drafts.append(draft)
        named.append(drafts)
    return named


def _continue_table(draft: Draft, before: Draft) -> Draft:
    """Return a table with the names of the columns of the one before, if they are as many."""
    names = before.columns or (header_names(before.grid[0]) if before.has_header else ())
    return replace(draft, columns=names) if len(names) == len(draft.grid[0]) else draft
