"""Make blocks of the lines of a PDF: headings, paragraphs, items, tables, notes, captions.

Knows lines, their type and their gaps; knows nothing of text offsets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from seedqa.index.documents.pdf_furniture import SMALL_SIZE, ParsedPage
from seedqa.index.documents.pdf_layout import BULLET, Flow, Grid, join_pieces, read_in_order
from seedqa.index.documents.pdf_pieces import Piece
from seedqa.index.types import BlockKind

#: Type larger than the text by this factor is a heading's.
MIN_HEADING_SIZE = 1.12
#: Longer blocks in large or bold type are text.
MAX_HEADING_CHARS = 200
MAX_HEADING_LINES = 4
MAX_BOLD_LINES = 2
#: A longer block that ends with a full stop is text too.
MAX_SENTENCE_HEADING = 60
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

_LETTERS = re.compile(r"[^\W\d_]")
_SENTENCE_END = re.compile(r"[.!?…:。！？][\"'»“”’)\]]*$")
_LEADER = re.compile(r"(?:\.\s?){4,}\s*(?:\d+|[ivxlc]+)?\s*$|(?:[…·]\s?){2,}\s*\d+\s*$")
MAX_LEADER_CHARS = 60
_ENDS_IN_NUMBER = re.compile(r"\D\s(?:\d{1,4}|[ivxlc]{1,6})$")
_NUMBER_MARK = re.compile(r"\(?(\d{1,3}|[a-z])[.)]\s+\S")
_NOTE_MARK = re.compile(
    r"(?:\[\d{1,3}\]|\(\d{1,3}\)|\d{1,3}[.):]?|[*†‡§]+)"
    r"(?:\s+(?=\S)|(?=[^\W\d]|[\"'«„“‘(])).*?[^\W\d_]{3}"
)
#: A line in the type of the text that ends so is no heading.
_NO_HEADING = re.compile(r"[.,;]$")
_SECTION_NUMBER = re.compile(r"(?:\d{1,3}\.)*\d{1,3}\.?\s+[^\W\d_]")
_CAPTION = re.compile(
    r"(?:fig(?:\.|ure|ura|uur)?|table(?:au)?|tab(?:\.|elle|ella|ela|la|el)?|abb(?:\.|ildung)"
    r"|afb(?:\.|eelding)|photo|foto|chart|map|karte|graphique|gr[áa]fico|grafiek|ilustraci[óo]n"
    r"|illustration|schema|quadro|cuadro|plate|diagramm?|tafel)"
    r"\s*(?:\d+(?:[.-]\d+)*|[IVX]+|[A-Z])\s*(?:[.:–—|-]|$)",
    re.IGNORECASE,
)
_CONTENTS = re.compile(
    r"(?:table of )?contents|inhalt|inhalts(?:verzeichnis|übersicht)|sommaire"
    r"|table des matières|[íi]ndice|sommario|contenido|conteúdo|sumário|inhoud(?:sopgave)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A block before its text is written: lines, or the cells of a table."""

    kind: BlockKind
    lines: tuple[Piece, ...] = ()
    grid: tuple[tuple[Piece | None, ...], ...] = ()
    level: int = 0
    has_header: bool = False
    columns: tuple[str, ...] = ()
    """The names of a table's columns that are on an earlier page."""

    @property
    def text(self) -> str:
        """Return the lines, joined by spaces."""
        return " ".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class Style:
    """What is usual in a document."""

    size: float
    """Font size of the text, in points."""
    pitch: float
    """Distance of lines, in font sizes."""
    is_bold: bool
    is_mono: bool
    outline: Mapping[tuple[int, str], int]
    """The level of a bookmark, from 0, by its page and its title as `outline_key` gives it."""


def outline_key(title: str) -> str:
    """Return a heading without its number, case and spaces, as bookmarks are compared."""
    return re.sub(r"[\W_]+", "", re.sub(r"^[\d.]+\s", "", title.strip().casefold()))


def draft_pages(
    pages: Sequence[ParsedPage], size: float, outline: Mapping[tuple[int, str], int]
) -> list[list[Draft]]:
    """Return the blocks of each page in reading order, its furniture first and last."""
    layouts = [read_in_order(page.body) for page in pages]
    style = _find_style(layouts, size, outline)
    bodies = [_draft_body(parts, style, number) for number, parts in enumerate(layouts)]
    bodies = _set_levels(bodies, style)
    drafts = []
    for page, body in zip(pages, bodies, strict=True):
        header = [Draft(BlockKind.FURNITURE, (line,)) for line in page.header]
        footer = [Draft(BlockKind.FURNITURE, (line,)) for line in (*page.slanted, *page.footer)]
        drafts.append([*header, *_insert_turned(body, page.turned), *footer])
    return _name_columns(drafts)


def ends_sentence(text: str) -> bool:
    """Tell whether a line ends with the end of a sentence."""
    return bool(_SENTENCE_END.search(text))


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
        if _same_size(above, below) and MIN_PITCH - 0.1 < (above.base - below.base) / above.size < 3
    ]
    pitch = min(MAX_PITCH, max(MIN_PITCH, _low_median(ratios))) if ratios else USUAL_PITCH
    count = sum(len(line.text) for line in lines)
    bold = sum(len(line.text) for line in lines if line.bold)
    mono = sum(len(line.text) for line in lines if line.mono)
    return Style(size, pitch, bold > 0.5 * count, mono > 0.5 * count, outline)


def _low_median(values: Sequence[float]) -> float:
    """Return the median, or less where most paragraphs have one line: the lower third."""
    return sorted(values)[len(values) // 3]


def _same_size(one: Piece, other: Piece) -> bool:
    return abs(one.size - other.size) <= 0.08 * max(one.size, other.size)


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
    if not _same_size(first, last) or ends_sentence(last.text):
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
    items = _item_starts(lines, kinds)
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    groups: list[list[int]] = []
    for index, line in enumerate(lines):
        begins = index == 0 or kinds[index] is not kinds[index - 1] or index in items
        if not begins:
            before = lines[index - 1]
            if kinds[index] is BlockKind.HEADING:
                begins = _begins_heading(before, line)
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
        is_tail = is_tail and draft.lines[0].size <= SMALL_SIZE * style.size
        is_label = draft.kind is BlockKind.NOTE and not is_tail
        kept.append(replace(draft, kind=BlockKind.PARAGRAPH) if is_label else draft)
    return kept[::-1]


def _kinds_of(lines: Flow, style: Style, page: int) -> list[BlockKind]:
    """Return of each line whether it is a heading's, a contents line, code or text."""
    kinds: list[BlockKind] = []
    for index, line in enumerate(lines):
        if _has_leader(line.text):
            kinds.append(BlockKind.NAVIGATION)
        elif _is_heading(lines, index, style, page, kinds[-1:] == [BlockKind.HEADING]):
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


def _is_heading(lines: Flow, index: int, style: Style, page: int, follows_heading: bool) -> bool:
    line = lines[index]
    if len(line.text) > MAX_HEADING_CHARS or len(_LETTERS.findall(line.text)) < 2:
        return False
    is_large = line.size >= MIN_HEADING_SIZE * style.size
    if is_large or (page, outline_key(line.text)) in style.outline:
        return True
    if line.size < SMALL_SIZE * style.size or _NO_HEADING.search(line.text):
        return False
    if BULLET.match(line.text) or _CAPTION.match(line.text):
        return False
    is_apart = _is_apart(lines, index, style)
    if line.bold and not style.is_bold:
        # A sentence in bold may fill a line of a paragraph.
        return follows_heading or is_apart or ends_sentence(lines[index - 1].text)
    is_title = _is_in_capitals(line.text) or _is_numbered_alone(lines, index, style)
    return is_title and is_apart and not line.mono


def _is_in_capitals(text: str) -> bool:
    return text.isupper() and len(_LETTERS.findall(text)) >= 4 and len(text) <= 100


def _is_numbered_alone(lines: Flow, index: int, style: Style) -> bool:
    """Tell whether a line is a short numbered title, its neighbours not being numbered."""
    text = lines[index].text
    if not _SECTION_NUMBER.match(text) or len(text) > 80:
        return False
    if index + 1 < len(lines) and not _is_apart(lines, index + 1, style):
        return False
    around = [line.text for line in lines[max(0, index - 1) : index + 2] if line.text != text]
    return not any(_SECTION_NUMBER.match(other) for other in around)


def _is_apart(lines: Flow, index: int, style: Style) -> bool:
    """Tell whether a gap parts a line from the one before."""
    if index == 0:
        return True
    pitch = lines[index - 1].base - lines[index].base
    return pitch > 1.15 * style.pitch * lines[index].size


def _begins_heading(before: Piece, line: Piece) -> bool:
    """Tell whether a line of a heading begins another heading."""
    pitch = before.base - line.base
    is_near = 0 < pitch <= 1.7 * line.size
    is_alike = _same_size(before, line) and before.bold == line.bold
    return not (is_near and is_alike) or bool(_SECTION_NUMBER.match(line.text))


def _begins_paragraph(
    before: Piece, line: Piece, edges: tuple[float, float], style: Style, in_item: bool
) -> bool:
    """Tell by size, gap, indentation or a short last line whether a paragraph begins."""
    left, right = edges
    pitch = before.base - line.base
    if not _same_size(before, line) or pitch > MIN_PARAGRAPH_PITCH * style.pitch * line.size:
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
    if line.size <= SMALL_SIZE * style.size and _NOTE_MARK.match(line.text):
        return line.left <= lines[index - 1].left + line.size
    return bool(_CAPTION.match(line.text)) and ends_sentence(lines[index - 1].text)


def _item_starts(lines: Flow, kinds: Sequence[BlockKind]) -> set[int]:
    """Return the lines that begin an item: a bullet, or a number that follows another."""
    starts = set()
    numbered: dict[int, list[int]] = {}
    for index, line in enumerate(lines):
        if kinds[index] is not BlockKind.PARAGRAPH:
            continue
        if _begins_with_bullet(lines, index):
            starts.add(index)
        elif match := _NUMBER_MARK.match(line.text):
            value = int(match[1]) if match[1].isdigit() else ord(match[1]) - ord("a") + 1
            numbered.setdefault(value, []).append(index)
    return starts | _in_sequence(numbered)


def _in_sequence(numbered: Mapping[int, Sequence[int]]) -> set[int]:
    """Return the lines whose number comes right before or after that of a neighbour."""
    order = sorted((index, value) for value, found in numbered.items() for index in found)
    starts = set()
    for (index, value), (following, other) in pairwise(order):
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
        return draft if _is_short(draft, style) else replace(draft, kind=BlockKind.PARAGRAPH)
    if kind is BlockKind.PARAGRAPH:
        is_small = lines[0].size <= SMALL_SIZE * style.size
        if _CAPTION.match(draft.text) and len(draft.text) <= MAX_CAPTION_CHARS:
            return replace(draft, kind=BlockKind.CAPTION)
        if is_small and _NOTE_MARK.match(draft.text):
            return replace(draft, kind=BlockKind.NOTE)
    return draft


def _is_short(draft: Draft, style: Style) -> bool:
    """Tell whether lines in large or bold type are a heading, rather than a paragraph."""
    is_large = draft.lines[0].size >= MIN_HEADING_SIZE * style.size
    most = MAX_HEADING_LINES if is_large else MAX_BOLD_LINES
    is_sentence = draft.text.endswith(".") and len(draft.text) > MAX_SENTENCE_HEADING
    return len(draft.lines) <= most and len(draft.text) <= MAX_HEADING_CHARS and not is_sentence


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


# --- levels ---------------------------------------------------------------------------------------


def _set_levels(bodies: list[list[Draft]], style: Style) -> list[list[Draft]]:
    """Give each heading a level: the outline's, or the rank of its type among the headings."""
    headings = [draft for body in bodies for draft in body if draft.kind is BlockKind.HEADING]
    ranks = _rank_styles(headings, style)
    shift = _outline_shift(bodies, style)
    leveled = []
    for number, body in enumerate(bodies):
        leveled.append(
            [
                replace(draft, level=_level_of(draft, number, ranks, style, shift))
                if draft.kind is BlockKind.HEADING
                else draft
                for draft in body
            ]
        )
    return [_set_item_levels(body) for body in leveled]


def _level_of(
    draft: Draft, page: int, ranks: Mapping[tuple[float, bool], int], style: Style, shift: int
) -> int:
    level = style.outline.get((page, outline_key(draft.text)))
    rank = ranks[_type_of(draft, style)] if level is None else level + 1 + shift
    return min(6, rank)


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
        while depths and left < depths[-1] - 2:
            depths.pop()
        if not depths or left > depths[-1] + 2:
            depths.append(left)
        leveled.append(replace(draft, level=len(depths)))
    return leveled


# --- tables ---------------------------------------------------------------------------------------

#: Figures, with a unit: "450 euros", "92 m".
_FIGURES = re.compile(r"[\W_]*\d[\d\W_]*(?:[^\W\d_]{1,10}\W*)?")
MAX_FIGURE_CHARS = 40


def _draft_table(grid: Grid) -> Draft:
    return Draft(BlockKind.TABLE, grid=grid.rows, has_header=_has_header(grid.rows))


def _has_header(rows: Sequence[Sequence[Piece | None]]) -> bool:
    """Tell whether the first row names the columns: in bold, or words over figures.

    Where no column has figures, the first row of three columns or more is taken as names.
    """
    first, rest = rows[0], rows[1:]
    cells = [cell for cell in first if cell]
    if len(cells) < 2 or not rest:
        return False
    others = [cell for row in rest for cell in row if cell]
    if all(cell.bold for cell in cells):
        return sum(cell.bold for cell in others) < 0.5 * len(others)
    if any(_is_figure(cell) for cell in cells) or cells[0].text.endswith(":"):
        return False
    for number, name in enumerate(first):
        column = [row[number] for row in rest]
        figures = sum(_is_figure(cell) for cell in column if cell)
        if name and figures * 2 > len([cell for cell in column if cell]):
            return len(first) > 2 or _names_first(rows)
    return len(first) > 2 and all(first)


def _names_first(rows: Sequence[Sequence[Piece | None]]) -> bool:
    """Tell whether a table of two columns has names: no figure in its first row, else in all."""
    return all(any(_is_figure(cell) for cell in row if cell) for row in rows[1:])


def _is_figure(cell: Piece) -> bool:
    return len(cell.text) <= MAX_FIGURE_CHARS and bool(_FIGURES.fullmatch(cell.text))


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


def header_names(row: Sequence[Piece | None]) -> tuple[str, ...]:
    """Return the names of the columns as one line each."""
    return tuple(" ".join(cell.text.split()) if cell else "" for cell in row)
