"""Gather the blocks of an HTML page from its elements, while its text is read.

Knows elements and the spans of their text; html.py makes the text, elements.py knows the names.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from seedqa.index.documents.cells import Table, make_table
from seedqa.index.documents.elements import (
    Attributes,
    heading_level,
    is_content,
    is_frame,
    is_navigation,
    is_note,
    is_note_mark,
    may_be_consent,
)
from seedqa.index.documents.structure import read_span, trim
from seedqa.index.types import Block, BlockKind, Edit

#: A longer heading is a paragraph in large letters.
MAX_HEADING_CHARS = 200
#: A line in bold that is at most this long stands for a heading.
MAX_BOLD_HEADING_CHARS = 80
#: A longer text is no request for consent, whatever its element is called.
MAX_CONSENT_CHARS = 1500
#: Fewer links below one another are no menu.
MIN_MENU_LINKS = 3

_LISTS = frozenset(("ul", "ol", "dl", "menu"))
_ENTRIES = frozenset(("li", "dt"))
_BUTTONS = frozenset(("button", "input"))
_EFFECTS = {
    "b": "strong",
    "strong": "strong",
    "caption": "caption",
    "figcaption": "caption",
    "sup": "sup",
    "summary": "heading",
    "nav": "navigation",
    "dialog": "navigation",
}
#: What is before a raised figure that is a power; elsewhere it is the number of a note.
_BEFORE_POWER = re.compile(r"(?:(?<![^\W\d_])[^\W\d_]{1,2}|(?<!\d)10)\Z")
#: What a link from a heading to itself shows.
_PERMALINKS = frozenset(("#", "¶", "§", "🔗"))
#: What a link to a note is named by, where no raised type or name says that it is one.
_NOTE_MARK = re.compile(r"[\[(]?(?:\d{1,3}|[a-z]|[*†‡§]+)[\])]?", re.IGNORECASE)
_POWERS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(slots=True)
class _Draft:
    """A block while it is read."""

    kind: BlockKind
    level: int
    start: int
    end: int
    is_hidden: bool
    entry: int = 0
    """Which entry of a list, or which note, it is of; 0 for none."""
    is_strong: bool = False
    """Whether all of it is in bold, and outside of tables."""
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class _Mark:
    """How much was read when an element began."""

    drafts: int
    chars: int
    link_chars: int
    items: int
    buttons: int
    entries: int


class PageStructure:
    """Gathers the blocks of a page; spans count characters of its text."""

    def __init__(self) -> None:
        self._drafts: list[_Draft] = []
        self._draft: _Draft | None = None
        self._edits: list[Edit] = []
        self._effects: list[tuple[str, ...]] = []  # of each open element
        self._open: Counter[str] = Counter()  # how many open elements have an effect
        self._headings: list[int] = []
        self._notes: list[int] = []
        self._entries: list[int] = []
        self._lists: list[_Mark] = []
        self._consent = _Mark(0, 0, 0, 0, 0, 0)
        self._tables: list[Table] = []
        self._target = ""  # what the link that was begun last leads to, until its first words
        self._references: dict[str, int] = {}  # where a note is first referred to, by its id
        self._ids: list[tuple[int, str]] = []  # of the elements of each note
        self._last_entry = 0
        self._last_level = 1
        self._chars = self._link_chars = self._items = self._buttons = 0

    # --- elements ---

    def start(self, tag: str, attributes: Attributes) -> None:
        """Take the beginning of an element."""
        effects = tuple(self._find_effects(tag, attributes))
        self._effects.append(effects)
        if effects:
            self._start_effects(effects, tag, attributes)
        self._buttons += tag in _BUTTONS
        if tag in _LISTS:
            self._lists.append(self._mark())
        elif tag in _ENTRIES:
            self._start_entry(tag)
        else:
            self._start_table_part(tag, attributes)
        if attributes:
            self._take_names(tag, attributes)

    def _take_names(self, tag: str, attributes: Attributes) -> None:
        """Take down what a link leads to, and the name of a note or of what is in it."""
        if tag == "a" and attributes.get("href", "").startswith("#"):
            self._target = unquote(attributes["href"][1:])
        if self._notes and "id" in attributes:
            self._ids.append((self._note_entry(), attributes["id"]))

    def _start_effects(self, effects: tuple[str, ...], tag: str, attributes: Attributes) -> None:
        self._open.update(effects)
        if "heading" in effects:
            level = heading_level(tag, attributes) or min(self._last_level + 1, 6)
            self._headings.append(level)
        if "note" in effects:
            self._notes.append(self._new_entry())
        if "consent" in effects and self._open["consent"] == 1:
            self._consent = self._mark()

    def end(self, tag: str) -> None:
        """Take the end of the element that began last."""
        effects = self._effects.pop() if self._effects else ()
        if effects:
            self._end_effects(effects)
        if tag in _LISTS and self._lists:
            self._end_list()
        elif tag == "li":
            del self._entries[max(self._outer_entries(), len(self._entries) - 1) :]
        elif tag == "table" and self._tables:
            self._end_table()
        elif tag == "thead" and self._tables:
            self._tables[-1].in_head = False
        elif tag in ("td", "th") and self._tables:
            self._tables[-1].cell = None

    def _end_effects(self, effects: tuple[str, ...]) -> None:
        self._open.subtract(effects)
        if "heading" in effects:
            self._headings.pop()
        if "note" in effects:
            self._notes.pop()
        if "anchor" in effects:
            self._target = ""
        if "consent" in effects and not self._open["consent"]:
            self._hide_consent()

    def end_block(self) -> None:
        """Take the end of a line: what follows is another block."""
        self._draft = None

    def add(self, text: str, at: int, before: str, is_code: bool) -> None:
        """Take text that is at an offset of the page's text, behind the text `before`."""
        words = text.strip()
        if not words:
            return
        if self._draft is None:
            self._draft = self._open_draft(at, is_code)
        start = at + len(text) - len(text.lstrip())
        end = start + len(words)
        self._draft.end = end
        self._draft.is_strong &= self._open["strong"] > 0
        self._chars += len(words)
        self._link_chars += len(words) if self._open["link"] else 0
        if self._tables:
            self._tables[-1].add(start, end)
        if self._target:
            self._take_reference(words, start)
        self._leave_out_marks(words, start, end, before)

    def _take_reference(self, words: str, start: int) -> None:
        """Take down the first link to a note: raised, named as one, or a number."""
        if self._open["mark"] or self._open["sup"] or _NOTE_MARK.fullmatch(words):
            self._references.setdefault(self._target, start)
        self._target = ""

    def _find_effects(self, tag: str, attributes: Attributes) -> Iterator[str]:
        """Yield what an element does to the text inside of it."""
        if tag in _EFFECTS:
            yield _EFFECTS[tag]
        elif heading_level(tag, attributes):
            yield "heading"
        elif is_frame(tag) and not self._open["content"] and not is_note(tag, attributes):
            yield "frame"
        if is_content(tag, attributes):
            yield "content"
        if attributes:
            yield from _attribute_effects(tag, attributes)

    def _leave_out_marks(self, words: str, start: int, end: int, before: str) -> None:
        """Leave out the numbers of notes, and write powers as they are shown."""
        is_number = self._open["sup"] and self._open["anchor"]
        is_permalink = self._headings and self._open["anchor"] and words in _PERMALINKS
        if self._open["mark"] or is_number or is_permalink:
            self._edits.append(Edit(start, end))
        elif self._open["sup"] and words.isascii() and words.isdigit() and before[-1:].strip():
            power = _BEFORE_POWER.search(before[-12:])
            self._edits.append(Edit(start, end, words.translate(_POWERS) if power else ""))

    # --- blocks ---

    def _open_draft(self, at: int, is_code: bool) -> _Draft:
        """Begin a block, or go on with the entry of a list or the note that it is of."""
        kind, level, entry = BlockKind.PARAGRAPH, 0, 0
        if self._headings:
            kind, level = BlockKind.HEADING, self._headings[-1]
            self._last_level = level
        elif self._open["caption"]:
            kind = BlockKind.CAPTION
        elif is_code:
            kind = BlockKind.CODE
        elif self._notes:
            kind, entry = BlockKind.NOTE, self._note_entry()
        elif self._entries:
            kind, level, entry = BlockKind.ITEM, max(1, len(self._lists)), self._entries[-1]
        last = self._drafts[-1] if self._drafts else None
        if entry and last and last.entry == entry and last.kind is kind:
            return last
        if kind is BlockKind.ITEM and last and last.entry > entry:  # behind a list within it
            kind, level, entry = BlockKind.PARAGRAPH, 0, 0
        is_strong = kind is BlockKind.PARAGRAPH and not self._tables
        level = level or (min(self._last_level + 1, 6) if is_strong else 0)
        self._drafts.append(_Draft(kind, level, at, at, self._is_hidden(), entry, is_strong))
        return self._drafts[-1]

    def _is_hidden(self) -> bool:
        """Tell whether what is read now is navigation; the title may be in the page's header."""
        is_title = self._headings[-1:] == [1]
        return self._open["navigation"] > 0 or (self._open["frame"] > 0 and not is_title)

    def _note_entry(self) -> int:
        """Return which note is read: a list of notes has one in each entry."""
        return max((self._notes[-1], *self._entries[-1:]))

    def _new_entry(self) -> int:
        self._last_entry += 1
        return self._last_entry

    def _mark(self) -> _Mark:
        return _Mark(
            drafts=len(self._drafts),
            chars=self._chars,
            link_chars=self._link_chars,
            items=self._items,
            buttons=self._buttons,
            entries=len(self._entries),
        )

    def _outer_entries(self) -> int:
        """Return how many entries are open around the innermost list."""
        return self._lists[-1].entries if self._lists else 0

    def _start_entry(self, tag: str) -> None:
        self._items += 1
        if tag == "dt":  # it has no end of its own: the `dd` below is of the same entry
            del self._entries[self._outer_entries() :]
        self._entries.append(self._new_entry())

    def _end_list(self) -> None:
        """Hide a list outside of the page's content that has only links: it is a menu."""
        begun = self._lists.pop()
        del self._entries[begun.entries :]
        chars = self._chars - begun.chars
        if (
            not self._lists
            and not self._open["content"]
            and self._items - begun.items >= MIN_MENU_LINKS
            and chars == self._link_chars - begun.link_chars
        ):
            self._hide(begun.drafts)

    def _hide_consent(self) -> None:
        """Hide a short text about cookies that has a button."""
        begun = self._consent
        is_short = self._chars - begun.chars <= MAX_CONSENT_CHARS
        if is_short and self._buttons > begun.buttons:
            self._hide(begun.drafts)

    def _hide(self, first: int) -> None:
        for draft in self._drafts[first:]:
            draft.is_hidden = True

    # --- tables ---

    def _start_table_part(self, tag: str, attributes: Attributes) -> None:
        if tag == "table":
            is_layout = attributes.get("role") in ("none", "presentation")
            self._tables.append(Table(len(self._drafts), is_layout))
        elif not self._tables:
            return
        elif tag == "thead":
            self._tables[-1].in_head = True
        elif tag == "tr":
            self._tables[-1].start_row()
        elif tag in ("td", "th"):
            self._tables[-1].start_cell(
                tag == "th", attributes.get("colspan"), attributes.get("rowspan")
            )

    def _end_table(self) -> None:
        """Put one block in place of the blocks of a table's cells, if they are data."""
        table = self._tables.pop()
        span = table.span()
        outer = self._tables[-1] if self._tables else None
        self._draft = None
        if span is None:
            return
        if outer:
            outer.add(*span)
        if self._is_hidden() or not table.is_data():
            return
        first = table.first_block
        while first < len(self._drafts) and self._drafts[first].end <= span[0]:
            first += 1  # a caption
        inside = self._drafts[first:]
        if any(draft.kind is BlockKind.HEADING or draft.table for draft in inside):
            return
        below = [draft for draft in inside if draft.start >= span[1]]
        block = _Draft(BlockKind.TABLE, 0, *span, is_hidden=False, table=table)
        self._drafts[first:] = [block, *below]
        if outer:
            outer.is_layout = True

    # --- the end ---

    def finish(self, text: str) -> tuple[list[Block], list[Edit]]:
        """Return the blocks and edits of the whole page; if all is navigation, nothing is."""
        shows_all = all(draft.is_hidden for draft in self._drafts)
        starts = [edit.start for edit in self._edits]

        def read(start: int, end: int) -> str:
            edits = self._edits[bisect_left(starts, start) : bisect_left(starts, end)]
            return " ".join(read_span(text, start, end, edits).split())

        blocks: list[Block] = []
        anchors = {
            entry: self._references[name]
            for entry, name in reversed(self._ids)
            if name in self._references
        }
        for draft in self._drafts:
            start, end = trim(text, draft.start, draft.end)
            if draft.table:
                blocks += make_table(draft.table, read)
            elif start < end and draft.is_hidden and not shows_all:
                blocks.append(Block(BlockKind.NAVIGATION, start, end))
            elif start < end:
                anchor = anchors.get(draft.entry) if draft.kind is BlockKind.NOTE else None
                judged = _judge(draft, text[start:end], start, end)
                blocks.append(Block(*judged, anchor=anchor))
        return blocks, self._edits


def _attribute_effects(tag: str, attributes: Attributes) -> Iterator[str]:
    if is_navigation(tag, attributes):
        yield "navigation"
    if tag == "a" and "href" in attributes:
        yield "link"
        if attributes["href"].startswith("#"):
            yield "anchor"
    if is_note_mark(tag, attributes):
        yield "mark"
    elif is_note(tag, attributes):
        yield "note"
    if may_be_consent(tag, attributes):
        yield "consent"


def _judge(draft: _Draft, text: str, start: int, end: int) -> tuple[BlockKind, int, int, int]:
    """Return the kind, span and level of a block: a line in bold is a heading."""
    kind, level = draft.kind, draft.level
    if kind is BlockKind.HEADING and len(text) > MAX_HEADING_CHARS:
        kind = BlockKind.PARAGRAPH
    elif draft.is_strong and kind is BlockKind.PARAGRAPH:
        is_line = len(text) <= MAX_BOLD_HEADING_CHARS and "\n" not in text
        if is_line and text[-1] not in ".;,!":
            kind = BlockKind.HEADING
    keeps_level = kind in (BlockKind.HEADING, BlockKind.ITEM)
    return kind, start, end, level if keeps_level else 0
