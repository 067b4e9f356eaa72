"""Write a document as PDF: running heads and feet, raised note numbers, two columns, hyphens,
tables, spaced titles, sentences that run over a page.

reportlab draws; the built-in fonts need no file and hold the letters of all seven languages.
Nothing in the bytes depends on the time.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.structure.model import (
    NOTE_MARK,
    Document,
    Heading,
    Layout,
    Listing,
    Markup,
    Paragraph,
    Table,
)
from benchmarks.structure.writers.wrap import is_broken, wrap_text

_REGULAR, _BOLD = "Helvetica", "Helvetica-Bold"
_SIZE, _LEADING = 10.0, 14.0
_SMALL = 8.0
_MARGIN, _TOP, _BOTTOM = 45.0, 62.0, 62.0
_GUTTER = 22.0
_PAGE_A5, _PAGE_A4 = (420.0, 595.0), (595.0, 842.0)
_HEADING_SIZES = {1: 17.0, 2: 13.0, 3: 11.0}
_RAISED_SIZE, _RISE, _SPACING = 6.0, 4.0, 3.0
#: A line may be narrower by this much, so that a word breaks or a page turns where it is wanted.
_MAX_NARROWING = 170
#: Spaces before the first line of each paragraph, tried where no width is enough.
_INDENTS = (0, 2, 4, 6, 8)


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    size: float = _SIZE
    font: str = _REGULAR
    gap: float = 0.0
    """Space above, dropped at the top of a page."""
    turns: bool = False
    """Whether a new page begins here."""
    cells: tuple[tuple[float, str], ...] = ()
    """Where there are any, the cells of a table row and their distance from the left."""
    spaced: bool = False

    @property
    def height(self) -> float:
        return self.gap + self.size * _LEADING / _SIZE


def render_pdf(document: Document) -> bytes:
    """Return the bytes of a PDF file; ValueError where nothing breaks or turns as wanted."""
    layout = document.layout
    has_table = any(isinstance(block, Table) for block in document.blocks)
    page = _PAGE_A4 if layout.columns == 2 or has_table else _PAGE_A5
    width = page[0] - 2 * _MARGIN
    if layout.columns == 2:
        width = (width - _GUTTER) / 2
    document, width = _fit(document, width)
    lines = [line for block in document.blocks for line in _set_block(block, width, layout)]
    lines += _set_notes(document.notes, width)
    height = page[1] - _TOP - _BOTTOM
    buffer = io.BytesIO()
    canvas = _open_canvas(buffer, page, document.title)
    if layout.columns == 2:
        _draw_columns(canvas, lines, page, layout)
    else:
        pages = _fill_pages(lines, height)
        for number, on_page in enumerate(pages, 1):
            _draw_furniture(canvas, layout, page, number, len(pages))
            _draw_page(canvas, on_page, page, height, stretch=number < len(pages))
            canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _open_canvas(buffer: io.BytesIO, page: tuple[float, float], title: str) -> Any:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(buffer, pagesize=page, invariant=1, pageCompression=1)
    canvas.setTitle(title)
    return canvas


# -- lines -------------------------------------------------------------------------------------


def _measure(text: str, font: str = _REGULAR, size: float = _SIZE) -> float:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    pieces = NOTE_MARK.split(text)
    return float(
        sum(
            stringWidth(piece, font, _RAISED_SIZE if index % 2 else size)
            for index, piece in enumerate(pieces)
        )
    )


def _fit(document: Document, width: float) -> tuple[Document, float]:
    """Return the document, its paragraphs indented if need be, and a width, so that the wanted word
    breaks and the wanted values turn the page."""
    layout = document.layout

    def fits(tried: Document, narrowed: float) -> bool:
        texts = [block.text for block in tried.blocks if isinstance(block, Paragraph)]
        wrapped = [wrap_text(text, narrowed, _measure, bool(layout.broken)) for text in texts]
        if layout.broken and not any(is_broken(layout.broken, lines) for lines in wrapped):
            return False
        turns = [_turning_line(lines, value) for value in layout.turned for lines in wrapped]
        return len([at for at in turns if at]) == len(layout.turned)

    for indent in _INDENTS:
        tried = _indent(document, indent)
        for by in range(_MAX_NARROWING):
            if fits(tried, width - by):
                return tried, width - by
    raise ValueError(f"no width breaks {layout.broken or layout.turned!r}")


def _indent(document: Document, count: int) -> Document:
    """Return the document with the first line of each paragraph indented by so many spaces."""
    blocks = tuple(
        Paragraph("\u00a0" * count + block.text) if isinstance(block, Paragraph) else block
        for block in document.blocks
    )
    return replace(document, blocks=blocks)


def _turning_line(lines: list[str], value: str) -> int:
    """Return the line in which a value begins, where its sentence began in an earlier one; 0 where
    it does not."""
    text = " ".join(lines)
    start = text.find(value)
    if start < 0:
        return 0
    begins = text.rfind(". ", 0, start) + 2
    end = 0
    for index, line in enumerate(lines):
        if begins >= end:
            first = index
        if start < end + len(line) + 1:
            return index if first < index else 0
        end += len(line) + 1
    return 0


def _set_block(block: Any, width: float, layout: Layout) -> list[_Line]:
    match block:
        case Heading():
            size = _HEADING_SIZES[block.level]
            if layout.columns == 2 and block.level > 1:
                size = _SIZE
            if layout.spaced and block.level == 1:
                return [_Line(block.text.upper(), _SIZE, _BOLD, _LEADING, spaced=True)]
            if layout.columns == 2 and block.level == 1:
                return [_Line(block.text, size, _BOLD, _LEADING)]  # above both columns
            texts = wrap_text(block.text, width, lambda text: _measure(text, _BOLD, size))
            return [_Line(text, size, _BOLD, _LEADING * (at == 0)) for at, text in enumerate(texts)]
        case Paragraph():
            return _set_paragraph(block.text, width, layout)
        case Listing():
            return [
                _Line(f"\u2022 {item}", gap=_LEADING * (at == 0))
                for at, item in enumerate(block.items)
            ]
        case Table():
            return _set_table(block)
        case Markup():
            raise ValueError("a PDF file has no Markdown")
    raise TypeError(f"{block!r} is no block")


def _set_paragraph(text: str, width: float, layout: Layout) -> list[_Line]:
    hyphenate = bool(layout.broken) or layout.columns == 2
    texts = wrap_text(text, width, _measure, hyphenate)
    lines = [_Line(text, gap=_LEADING * (at == 0)) for at, text in enumerate(texts)]
    for value in layout.turned:
        at = _turning_line(texts, value)
        if at:
            lines[at] = replace(lines[at], turns=True)
    return lines


def _set_table(table: Table) -> list[_Line]:
    rows = (table.columns, *table.rows)
    lefts, left = [], 0.0
    for at in range(len(table.columns)):
        lefts.append(left)
        left += max(_measure(row[at], _BOLD, _SMALL) for row in rows) + 12
    lines = []
    for number, row in enumerate(rows):
        font = _REGULAR if number else _BOLD
        gap = 4.0 if number else _LEADING
        lines.append(_Line("", _SMALL, font, gap, cells=tuple(zip(lefts, row, strict=True))))
    return lines


def _set_notes(notes: tuple[str, ...], width: float) -> list[_Line]:
    lines = []
    for number, note in enumerate(notes, 1):
        texts = wrap_text(note, width, lambda text: _measure(text, size=_SMALL))
        texts[0] = f"{{^{number}}} {texts[0]}"
        gap = 2 * _LEADING if number == 1 else 0.0
        lines += [_Line(text, _SMALL, gap=gap * (at == 0)) for at, text in enumerate(texts)]
    return lines


# -- pages -------------------------------------------------------------------------------------


def _fill_pages(lines: list[_Line], height: float) -> list[list[_Line]]:
    pages: list[list[_Line]] = [[]]
    used = 0.0
    for each in lines:
        line = each
        if pages[-1] and (line.turns or used + line.height > height):
            pages.append([])
            used = 0.0
        if not pages[-1]:
            line = replace(line, gap=0.0)
        pages[-1].append(line)
        used += line.height
    return pages


def _draw_page(
    canvas: Any, lines: list[_Line], page: tuple[float, float], height: float, stretch: bool
) -> None:
    """Draw the lines; `stretch` spreads what is left of the page over its gaps, as printers do."""
    gaps = sum(line.gap > 0 for line in lines)
    slack = height - sum(line.height for line in lines)
    more = slack / gaps if stretch and gaps else 0.0
    y = page[1] - _TOP
    for line in lines:
        y -= line.height + (more if line.gap else 0.0)
        _draw_line(canvas, line, _MARGIN, y)


def _draw_columns(
    canvas: Any, lines: list[_Line], page: tuple[float, float], layout: Layout
) -> None:
    """Draw two columns of equal length below the title, on one grid of lines."""
    title, body = lines[0], [replace(line, gap=line.gap and _LEADING) for line in lines[1:]]
    _draw_furniture(canvas, layout, page, 1, 1)
    top = page[1] - _TOP - title.height
    _draw_line(canvas, title, _MARGIN, top)
    rows: list[_Line | None] = []
    for line in body:
        rows += [None, line] if line.gap else [line]
    half = (len(rows) + 1) // 2
    if top - half * _LEADING < _BOTTOM:
        raise ValueError("two columns must fit on one page")
    right = _MARGIN + (page[0] - 2 * _MARGIN + _GUTTER) / 2
    places = [
        (line, _MARGIN if at < half else right, top - _LEADING * (at % half + 2))
        for at, line in enumerate(rows)
        if line
    ]
    if layout.row_by_row:
        places.sort(key=lambda place: (-place[2], place[1]))
    for line, x, y in places:
        _draw_line(canvas, line, x, y)
    canvas.showPage()


def _draw_furniture(
    canvas: Any, layout: Layout, page: tuple[float, float], number: int, count: int
) -> None:
    canvas.setFont(_REGULAR, _SMALL)
    if layout.head:
        canvas.drawString(_MARGIN, page[1] - 36, layout.head)
    if layout.foot:
        canvas.drawString(_MARGIN, 30, layout.foot)
    if layout.page:
        text = layout.page.format(n=number, all=count)
        canvas.drawRightString(page[0] - _MARGIN, 30, text)


def _draw_line(canvas: Any, line: _Line, x: float, y: float) -> None:
    if line.cells:
        canvas.setFont(line.font, line.size)
        for left, text in line.cells:
            canvas.drawString(x + left, y, text)
        return
    for index, piece in enumerate(NOTE_MARK.split(line.text)):
        if not piece:
            continue
        raised = index % 2
        size = _RAISED_SIZE if raised else line.size
        canvas.setFont(line.font, size)
        spacing = _SPACING if line.spaced else 0
        canvas.drawString(x, y + (_RISE if raised else 0), piece, charSpace=spacing)
        x += _measure(piece, line.font, size)
