"""Walk one story of a DOCX file (its body, a header, a note) into paragraphs and tables.

One pass without recursion, so that neither length nor depth costs more than its characters. Knows
WordprocessingML and styles; knows nothing of blocks or offsets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any

from seedqa.index.documents.docx_fields import Fields
from seedqa.index.documents.docx_names import (
    ALTERNATIVES,
    CHOICE,
    FALLBACK,
    MATHS_TEXT,
    attribute,
    child,
    is_on,
    number,
    word,
)
from seedqa.index.documents.docx_parts import Cell, Mark, Paragraph, Part, Table
from seedqa.index.documents.docx_styles import NO_STYLE, Style, Styles, list_depth, with_outline
from seedqa.index.documents.docx_symbols import symbol
from seedqa.index.types import BlockKind

_PAGE_AT_END = re.compile(r"\d\s*\Z")

_VANISH = word("vanish")
_RUN_STYLE = word("rStyle")
_REMOVED = word("del", "moveFrom")
_REFERENCES = {
    tag: kind for kind in ("footnote", "endnote", "comment") for tag in word(f"{kind}Reference")
}
_TEXT = frozenset((*word("t"), *MATHS_TEXT))
_RUNS = frozenset(word("r"))
_RUN_PROPERTIES = frozenset(word("rPr"))
_CHARACTERS = {
    **dict.fromkeys(word("tab", "ptab"), "\t"),
    **dict.fromkeys(word("br", "cr"), "\n"),
    **dict.fromkeys(word("noBreakHyphen"), "-"),
    **dict.fromkeys(word("softHyphen"), "\u00ad"),
    **dict.fromkeys(word("lastRenderedPageBreak", "annotationRef"), ""),
}
_SKIPPED = (
    *word("pPr", "rPr", "sdtPr", "sdtEndPr", "tblGrid", "tblPrEx", "tblPr", "trPr", "tcPr"),
    *word("rt", "rubyPr", "delText", "delInstrText", "bookmarkStart", "bookmarkEnd", "proofErr"),
)


@dataclass(slots=True)
class _OpenParagraph:
    element: Any
    style: Style
    in_contents: bool
    joins_next: bool = False
    pieces: list[str] = field(default_factory=list)
    masked: list[str] = field(default_factory=list)
    """The pieces with a 0 for each page number; empty until there is one."""
    is_linked: bool = False
    notes: list[tuple[tuple[str, str], int]] = field(default_factory=list)
    """The notes that are referred to, each with the number of pieces before it."""
    boxes: list[Part] = field(default_factory=list)


@dataclass(slots=True)
class _OpenTable:
    element: Any
    rows: list[tuple[Cell, ...]] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    marked: int = 0
    before: int = 0


@dataclass(slots=True)
class _References:
    """The notes that a text refers to, in order, as (kind, identifier)."""

    shown: dict[tuple[str, str], None] = field(default_factory=dict)
    removed: set[tuple[str, str]] = field(default_factory=set)


class StoryReader:
    """Reads the stories of one document, and gathers what they refer to."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self.references = _References()
        self.sections: list[Any] = []
        """The properties of the sections, which name their headers and footers."""
        self._stack: list[tuple[Iterator[Any], Callable[[], None] | None]] = []
        self._into: list[list[Part]] = []
        self._paragraphs: list[_OpenParagraph] = []
        self._tables: list[_OpenTable] = []
        self._fields = Fields()
        self._carried: list[str] = []
        self._may_hide = True
        self._handlers = self._make_handlers()

    def read(self, root: Any) -> list[Part]:
        """Return the paragraphs and tables of a story in order, with no empty ones."""
        parts: list[Part] = []
        self._into, self._paragraphs, self._tables = [parts], [], []
        self._fields, self._carried = Fields(), []
        self._may_hide = self._styles.hides or next(root.iter(*_VANISH), None) is not None
        self._push(root)
        stack, visit = self._stack, self._visit
        while stack:
            depth = len(stack)
            elements, close = stack[-1]
            for element in elements:
                visit(element)
                if len(stack) > depth:
                    break
            else:
                stack.pop()
                if close:
                    close()
        self._flush()
        return parts

    def _visit(self, element: Any) -> None:
        handler = self._handlers.get(element.tag)
        if handler:
            handler(element)
        elif len(element):  # whatever is not known may have text in it
            self._push(element)

    def _flush(self) -> None:
        """End a paragraph whose end was deleted but which no other follows."""
        if self._carried:
            if text := "".join(self._carried).strip():
                self._into[-1].append(Paragraph(text, NO_STYLE))
            self._carried = []

    def _make_handlers(self) -> dict[str, Callable[[Any], None]]:
        handlers: dict[str, Callable[[Any], None]] = dict.fromkeys(_SKIPPED, _skip)
        named = {
            "p": self._open_paragraph,
            "r": self._read_run,
            "sym": self._read_symbol,
            "fldChar": self._read_field_mark,
            "instrText": self._read_instruction,
            "fldSimple": self._open_simple_field,
            "pgNum": self._read_page_number,
            "hyperlink": self._open_link,
            "sdt": self._open_control,
            "txbxContent": self._open_box,
            "tbl": self._open_table,
            "tr": self._open_row,
            "tc": self._open_cell,
            "sectPr": self.sections.append,
        }
        for name, handler in named.items():
            handlers |= dict.fromkeys(word(name), handler)
        handlers |= dict.fromkeys(_REMOVED, self._leave_out)
        handlers |= dict.fromkeys(_REFERENCES, self._read_reference)
        handlers |= dict.fromkeys(_TEXT, self._read_text)
        handlers |= dict.fromkeys(_CHARACTERS, self._read_character)
        handlers[ALTERNATIVES] = self._open_alternatives
        return handlers

    def _push(self, element: Any, close: Callable[[], None] | None = None) -> None:
        self._stack.append((iter(element), close))

    # --- text ---------------------------------------------------------------------------------

    def _add(self, text: str) -> None:
        if not self._paragraphs or (self._fields and self._fields.is_instruction):
            return
        paragraph = self._paragraphs[-1]
        paragraph.pieces.append(text)
        if paragraph.masked and not self._fields.is_page_number:
            paragraph.masked.append(text)

    def _read_run(self, run: Any) -> None:
        text = self._read_plain(run)
        if text is None:
            self._push(run)
        elif text:
            self._add(text)

    def _read_plain(self, run: Any) -> str | None:
        """Return the characters of a run; None if more is in it, such as a text box."""
        pieces = []
        for part in run:
            tag = part.tag
            if tag in _TEXT:
                pieces.append(_one_line(part.text or ""))
            elif tag in _RUN_PROPERTIES:
                if self._may_hide and self._is_hidden(part):
                    self._leave_out(run)
                    return ""
            elif tag in _CHARACTERS:
                pieces.append(_CHARACTERS[tag])
            else:
                return None
        return "".join(pieces)

    def _is_hidden(self, properties: Any) -> bool:
        vanish = child(properties, _VANISH)
        if vanish is not None:
            return is_on(vanish)
        if self._styles.hides:
            style = child(properties, _RUN_STYLE)
            return style is not None and self._styles.get(attribute(style)).is_hidden
        return False

    def _read_text(self, element: Any) -> None:
        self._add(_one_line(element.text or ""))

    def _read_character(self, element: Any) -> None:
        self._add(_CHARACTERS[element.tag])

    def _read_symbol(self, element: Any) -> None:
        self._add(symbol(attribute(element, "font") or "", attribute(element, "char") or ""))

    def _read_reference(self, element: Any) -> None:
        note = _REFERENCES[element.tag], attribute(element, "id") or ""
        self.references.shown[note] = None
        if self._paragraphs:
            paragraph = self._paragraphs[-1]
            paragraph.notes.append((note, len(paragraph.pieces)))

    def _leave_out(self, element: Any) -> None:
        for reference in element.iter(*_REFERENCES):
            kind = _REFERENCES[reference.tag]
            self.references.removed.add((kind, attribute(reference, "id") or ""))

    # --- fields -------------------------------------------------------------------------------

    def _read_field_mark(self, element: Any) -> None:
        mark = attribute(element, "fldCharType")
        if mark == "begin":
            self._fields.begin()
        elif mark == "separate":
            self._start_result()
        elif mark == "end":
            self._start_result()
            self._fields.end()

    def _read_instruction(self, element: Any) -> None:
        self._fields.instruct(element.text or "")

    def _open_simple_field(self, element: Any) -> None:
        self._fields.begin()
        self._fields.instruct(attribute(element, "instr") or "")
        self._start_result()
        self._push(element, self._fields.end)

    def _start_result(self) -> None:
        was_page_number = self._fields.is_page_number
        self._fields.separate()
        if self._fields.is_page_number and not was_page_number:
            self._mask_page_number()
        if self._paragraphs and self._fields.in_contents:
            self._paragraphs[-1].in_contents = True

    def _read_page_number(self, element: Any) -> None:
        self._mask_page_number()

    def _mask_page_number(self) -> None:
        if self._paragraphs:
            paragraph = self._paragraphs[-1]
            if not paragraph.masked:
                paragraph.masked = list(paragraph.pieces)
            paragraph.masked.append("0")

    # --- containers ---------------------------------------------------------------------------

    def _open_link(self, element: Any) -> None:
        if self._paragraphs and attribute(element, "anchor") is not None:
            self._paragraphs[-1].is_linked = True
        self._push(element)

    def _open_control(self, element: Any) -> None:
        gallery = child(
            child(child(element, word("sdtPr")), word("docPartObj")), word("docPartGallery")
        )
        is_contents = gallery is not None and attribute(gallery) == "Table of Contents"
        into = self._into[-1]
        before = len(into)

        def close() -> None:
            into[before:] = [_as_navigation(part) for part in into[before:]]

        self._push(element, close if is_contents else None)

    def _open_alternatives(self, element: Any) -> None:
        """Read the first of the alternatives; a fallback repeats it for old programs."""
        choice = child(element, (CHOICE,))
        choice = child(element, (FALLBACK,)) if choice is None else choice
        if choice is not None:
            self._push(choice)

    def _open_box(self, element: Any) -> None:
        self._into.append([])
        self._push(element, self._close_box)

    def _close_box(self) -> None:
        self._flush()
        parts = self._into.pop()
        (self._paragraphs[-1].boxes if self._paragraphs else self._into[-1]).extend(parts)

    # --- paragraphs ---------------------------------------------------------------------------

    def _open_paragraph(self, element: Any) -> None:
        if not len(element):
            self._flush()
            return
        opened = _OpenParagraph(element, NO_STYLE, self._fields.in_contents)
        if len(element) and element[0].tag in _PARAGRAPH_PROPERTIES:
            self._read_properties(element[0], opened)
        if opened.style.is_hidden:
            self._leave_out(element)
            return
        self._paragraphs.append(opened)
        rest = iter(element)
        for part in rest:  # most paragraphs are done here, without the stack
            tag = part.tag
            text = self._read_plain(part) if tag in _RUNS else None
            if text:
                self._add(text)
            elif text is None and tag not in _PARAGRAPH_PROPERTIES:
                self._stack.append((rest, self._close_paragraph))
                self._visit(part)
                return
        self._close_paragraph()

    def _read_properties(self, properties: Any, opened: _OpenParagraph) -> None:
        for entry in properties:
            tag = entry.tag
            if tag in _PARAGRAPH_STYLE:
                opened.style = self._styles.get(attribute(entry))
            elif tag in _OUTLINE:
                if opened.style.kind in (BlockKind.PARAGRAPH, BlockKind.HEADING):
                    opened.style = with_outline(opened.style, number(entry))
            elif tag in _NUMBERING:
                opened.style = replace(opened.style, depth=list_depth(entry, opened.style.depth))
            elif tag in _RUN_PROPERTIES:
                opened.joins_next = child(entry, _REMOVED) is not None
            elif tag in _SECTION:
                self.sections.append(entry)

    def _close_paragraph(self) -> None:
        closed = self._paragraphs.pop()
        self._fields.end_paragraph()
        closed.pieces[:0] = self._carried
        shift, self._carried = len(self._carried), []
        text = "".join(closed.pieces)
        if closed.joins_next and text:
            self._carried = [text]
        elif stripped := text.strip():
            before = len(text) - len(text.lstrip()) + 1
            marks = _marks(closed, shift, before) if closed.notes else ()
            self._into[-1].append(self._finish(closed, stripped, marks))
        self._into[-1].extend(closed.boxes)

    def _finish(self, closed: _OpenParagraph, text: str, marks: tuple[Mark, ...]) -> Paragraph:
        in_contents = closed.in_contents and (
            closed.is_linked or _PAGE_AT_END.search(text) is not None
        )
        masked = "".join(closed.masked).strip()
        return Paragraph(text, closed.style, in_contents, masked, closed.element, marks)

    # --- tables -------------------------------------------------------------------------------

    def _open_table(self, element: Any) -> None:
        self._tables.append(_OpenTable(element))
        self._push(element, self._close_table)

    def _open_row(self, element: Any) -> None:
        if not self._tables:
            self._push(element)
            return
        table, properties = self._tables[-1], child(element, word("trPr"))
        if child(properties, _REMOVED) is not None:
            self._leave_out(element)
            return
        header = child(properties, word("tblHeader"))
        if header is not None and is_on(header) and table.marked == len(table.rows):
            table.marked += 1
        before = child(properties, word("gridBefore"))
        table.before = number(before) if before is not None else 0
        self._push(element, self._close_row)

    def _close_row(self) -> None:
        table = self._tables[-1]
        table.rows.append(tuple(table.cells))
        table.cells = []

    def _open_cell(self, element: Any) -> None:
        if not self._tables:
            self._push(element)
            return
        properties = child(element, word("tcPr"))
        if child(properties, word("cellDel")) is not None:
            self._leave_out(element)
            return
        span = child(properties, word("gridSpan"))
        width = max(1, number(span, default=1)) if span is not None else 1
        table = self._tables[-1]
        before, table.before = table.before, 0
        parts: list[Part] = []

        def close() -> None:
            self._flush()
            self._into.pop()
            table.cells.append(Cell(tuple(parts), width, before))

        self._into.append(parts)
        self._push(element, close)

    def _close_table(self) -> None:
        table = self._tables.pop()
        properties = child(table.element, word("tblPr"))
        style, look = child(properties, word("tblStyle")), child(properties, word("tblLook"))
        self._into[-1].append(
            Table(
                tuple(table.rows),
                table.marked,
                look is not None and _has_first_row(look),
                self._styles.get(attribute(style)) if style is not None else NO_STYLE,
            )
        )


_PARAGRAPH_PROPERTIES = frozenset(word("pPr"))
_PARAGRAPH_STYLE = frozenset(word("pStyle"))
_OUTLINE = frozenset(word("outlineLvl"))
_NUMBERING = frozenset(word("numPr"))
_SECTION = frozenset(word("sectPr"))
#: The bit of `w:tblLook` that stands for a first row.
_FIRST_ROW = 0x20


def _marks(closed: _OpenParagraph, shift: int, before: int) -> tuple[Mark, ...]:
    """Return the references of a paragraph, `before` characters less the one before each."""
    ends = [0, *accumulate(map(len, closed.pieces))]
    return tuple(Mark(note, max(0, ends[count + shift] - before)) for note, count in closed.notes)


def _has_first_row(look: Any) -> bool:
    named = attribute(look, "firstRow")
    if named is not None:
        return named not in ("0", "false", "off")
    try:
        return bool(int(attribute(look) or "0", 16) & _FIRST_ROW)
    except ValueError:
        return False


def _skip(element: Any) -> None:
    """Read nothing of an element."""


def _one_line(text: str) -> str:
    """Return the characters of an element, where a line end is a space as in all XML of Word."""
    return " ".join(text.splitlines()) if "\n" in text or "\r" in text else text


def _as_navigation(part: Part) -> Part:
    if isinstance(part, Table):
        return part
    return replace(part, is_navigation=True)
