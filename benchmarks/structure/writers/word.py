"""Write a document as DOCX: heading styles, tables, lists, footnotes or endnotes, page headers.

python-docx writes all but the notes, whose part is added here. Times in the archive and in the
properties are fixed, so that the same document gives the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from benchmarks.structure.model import (
    NOTE_MARK,
    Document,
    Heading,
    Listing,
    Markup,
    Paragraph,
    Table,
)

_EPOCH = (2020, 1, 1, 0, 0, 0)
_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def render_word(document: Document) -> bytes:
    """Return the bytes of a DOCX file."""
    import docx

    word = docx.Document()
    _set_properties(word, document)
    layout = document.layout
    note = "endnote" if layout.endnotes else "footnote"
    for block in document.blocks:
        match block:
            case Heading():
                word.add_heading(block.text, block.level)
            case Paragraph():
                _add_paragraph(word.add_paragraph(), block.text, note)
            case Listing():
                for item in block.items:
                    word.add_paragraph(item, style="List Bullet")
            case Table():
                _add_table(word, block)
            case Markup():
                raise ValueError("a DOCX file has no Markdown")
    if layout.head:
        word.sections[0].header.paragraphs[0].text = layout.head
    if layout.foot:
        word.sections[0].footer.paragraphs[0].text = layout.foot
    if document.notes:
        _add_notes(word, document.notes, note)
    buffer = io.BytesIO()
    word.save(buffer)
    return _fix_times(buffer.getvalue())


def _set_properties(word: Any, document: Document) -> None:
    properties = word.core_properties
    properties.title, properties.author, properties.comments = document.title, "", ""
    date = datetime.fromisoformat(document.date) if document.date else datetime(*_EPOCH)
    properties.created = properties.modified = date


def _add_paragraph(paragraph: Any, text: str, note: str) -> None:
    """Add the runs of a paragraph; a note mark becomes a reference to the note."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for index, piece in enumerate(NOTE_MARK.split(text)):
        if index % 2 == 0:
            paragraph.add_run(piece)
            continue
        run = paragraph.add_run()
        run.font.superscript = True
        reference = OxmlElement(f"w:{note}Reference")
        reference.set(qn("w:id"), piece)
        run._r.append(reference)


def _add_table(word: Any, block: Table) -> None:
    table = word.add_table(rows=0, cols=len(block.columns), style="Table Grid")
    for row in (block.columns, *block.rows):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


def _add_notes(word: Any, notes: tuple[str, ...], note: str) -> None:
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    marks = "".join(
        f'<w:{note} w:id="{number}"><w:p><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
        f'<w:{note}Ref/></w:r><w:r><w:t xml:space="preserve"> {escape(text)}</w:t></w:r></w:p>'
        f"</w:{note}>"
        for number, text in enumerate(notes, 1)
    )
    separators = "".join(
        f'<w:{note} w:type="{kind}" w:id="{number}"><w:p><w:r><w:{kind}/></w:r></w:p></w:{note}>'
        for number, kind in ((-1, "separator"), (0, "continuationSeparator"))
    )
    xml = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<w:{note}s xmlns:w="{_NAMESPACE}">{separators}{marks}</w:{note}s>'
    )
    package = word.part.package
    part = Part(PackURI(f"/word/{note}s.xml"), f"{_TYPES}.{note}s+xml", xml.encode(), package)
    word.part.relate_to(part, f"{_RELATIONS}/{note}s")


def _fix_times(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, _EPOCH), source.read(name))
    return buffer.getvalue()
