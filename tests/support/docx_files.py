"""DOCX files of tests, written part by part."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from seedqa.index.documents.types import Extracted
from seedqa.index.types import UNREAD_KINDS, Row

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT_WORD = "http://purl.oclc.org/ooxml/wordprocessingml/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"

_SPACES = (
    f'xmlns:w="{WORD}" xmlns:r="{RELATIONS}" xmlns:mc="{COMPATIBILITY}"'
    ' xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)


def root(name: str, content: str) -> str:
    """Return a part whose root is `w:name`."""
    return f'<?xml version="1.0" encoding="UTF-8"?><w:{name} {_SPACES}>{content}</w:{name}>'


def document(body: str) -> str:
    return root("document", f"<w:body>{body}</w:body>")


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(content: str, style: str = "", properties: str = "") -> str:
    """Return a paragraph of runs, or of plain text."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    content = content if content.startswith("<") or not content else run(content)
    return f"<w:p><w:pPr>{named}{properties}</w:pPr>{content}</w:p>"


def style(identifier: str, name: str = "", base: str = "", more: str = "") -> str:
    name = f'<w:name w:val="{name}"/>' if name else ""
    base = f'<w:basedOn w:val="{base}"/>' if base else ""
    return f'<w:style w:type="paragraph" w:styleId="{identifier}">{name}{base}{more}</w:style>'


def cell(content: str, properties: str = "") -> str:
    content = content if content.startswith("<") else paragraph(content)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    cells = tuple(each if each.startswith("<w:tc>") else cell(each) for each in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def table(*rows: str, properties: str = "") -> str:
    return f"<w:tbl><w:tblPr>{properties}</w:tblPr>{''.join(rows)}</w:tbl>"


def relations(entries: Mapping[str, tuple[str, str]]) -> str:
    """Return a part of relations: identifier to (kind, target)."""
    listed = "".join(
        f'<Relationship Id="{identifier}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for identifier, (kind, target) in entries.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def package(parts: Mapping[str, str | bytes]) -> bytes:
    """Return the archive of the parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def make_parts(body: str = "", **more: str) -> dict[str, str | bytes]:
    """Return the parts of a document; `more` are styles, footnotes, header1 and so on."""
    parts: dict[str, str | bytes] = {
        "_rels/.rels": relations({"rId1": ("officeDocument", "word/document.xml")}),
        "word/document.xml": document(body),
        "word/_rels/document.xml.rels": relations(
            {name: (name.rstrip("0123456789"), f"{name}.xml") for name in more}
        ),
    }
    for name, content in more.items():
        parts[f"word/{name}.xml"] = content
    return parts


def make(body: str, **more: str) -> bytes:
    return package(make_parts(body, **more))


def shown(extracted: Extracted) -> list[tuple[str, int, str]]:
    """Return the kind, level and characters of each block."""
    assert_sound(extracted)
    return [
        (block.kind.value, block.level, extracted.text[block.start : block.end])
        for block in extracted.blocks
    ]


def cells(extracted: Extracted, of: Row | None) -> list[str]:
    assert of is not None
    return [extracted.text[start:end] for start, end in of.cells]


def assert_sound(extracted: Extracted) -> None:
    """Check what `Block`, `Row` and `Edit` promise."""
    text, position = extracted.text, 0
    for block in extracted.blocks:
        assert position <= block.start < block.end <= len(text)
        assert not text[position : block.start].strip()
        assert text[block.start : block.end] == text[block.start : block.end].strip()
        assert not block.rows or block.kind not in UNREAD_KINDS
        at = block.start
        for each in filter(None, (block.header, *block.rows)):
            assert at <= each.start <= each.end <= block.end
            at = each.start
            for start, end in each.cells:
                assert at <= start <= end <= each.end
                assert text[start:end] == text[start:end].strip()
                at = end
            at = each.end
        position = block.end
    assert not text[position:].strip()
    at = 0
    for edit in extracted.edits:
        assert at <= edit.start <= edit.end <= len(text)
        at = edit.end
