"""Text out of PDF and DOCX, and every damaged or hostile form of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from docx import Document as new_docx

from seedqa.index.documents import docx_package as docx
from seedqa.index.documents.docx import extract_docx
from seedqa.index.documents.types import Extracted, Stated
from seedqa.index.errors import UnreadableFile


def reason(extractor: Callable[[bytes], Extracted], raw: bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        extractor(raw)
    return caught.value.reason


# --- DOCX ----------------------------------------------------------------------------------------


def make_docx(title: str = "") -> bytes:
    docx = new_docx()
    docx.core_properties.title = title
    docx.add_heading("Heading", level=1)
    docx.add_paragraph("First\tparagraph.\nIts second line.")
    table = docx.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ["a", "b\nb", "c", "d"], strict=True):
        cell.text = text
    docx.add_paragraph("")
    docx.add_paragraph("Last “one”.")
    buffer = io.BytesIO()
    docx.save(buffer)
    return buffer.getvalue()


def change_document_xml(raw: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Return the DOCX with another `word/document.xml`."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(raw)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == "word/document.xml" else content)
    return buffer.getvalue()


def test_docx_gives_paragraphs_and_tables_in_order() -> None:
    assert extract_docx(make_docx("The title")) == Extracted(
        "Heading\n\nFirst\tparagraph.\nIts second line.\n\na\tb b\nc\td\n\nLast “one”.",
        Stated(title="The title"),
    )


def test_docx_content_controls_and_insertions_are_read_and_deletions_are_not() -> None:
    inserted = (
        b"<w:sdt><w:sdtContent><w:p><w:ins><w:r><w:t>Kept</w:t></w:r></w:ins>"
        b"<w:del><w:r><w:delText> not</w:delText></w:r></w:del></w:p></w:sdtContent></w:sdt>"
    )
    raw = change_document_xml(
        make_docx(), lambda xml: xml.replace(b"<w:body>", b"<w:body>" + inserted)
    )
    assert extract_docx(raw).text.startswith("Kept\n\nHeading\n\n")


def test_docx_text_box_is_read_once_and_a_nested_table_in_its_cell() -> None:
    office = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    run = "<w:r><w:t>{}</w:t><w:tab/></w:r>"
    inner = f"<w:tbl><w:tr><w:tc><w:p>{run.format('in')}</w:p></w:tc></w:tr></w:tbl>"
    added = (
        f'<w:p><mc:AlternateContent xmlns:mc="{office}"><mc:Choice>{run.format("box")}</mc:Choice>'
        f"<mc:Fallback>{run.format('box')}</mc:Fallback></mc:AlternateContent>"
        f"{run.format('after')}</w:p><w:tbl><w:tr><w:tc><w:p>{run.format('out')}</w:p>{inner}"
        "</w:tc></w:tr></w:tbl>"
    )
    raw = change_document_xml(
        make_docx(), lambda xml: xml.replace(b"<w:body>", b"<w:body>" + added.encode())
    )
    assert extract_docx(raw).text.startswith("box\tafter\t\n\nout in\n\nHeading\n\n")


def test_truncated_docx() -> None:
    raw = make_docx()
    assert reason(extract_docx, raw[: len(raw) // 2]) == "damaged DOCX: File is not a zip file"


def test_docx_with_broken_xml() -> None:
    raw = change_document_xml(make_docx(), lambda xml: xml[: len(xml) // 2])
    assert reason(extract_docx, raw).startswith("damaged DOCX: ")
    assert "\n" not in reason(extract_docx, raw)


def test_zip_that_is_no_docx() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "x")
    assert reason(extract_docx, buffer.getvalue()).startswith("damaged DOCX: ")


def test_old_word_file_or_password() -> None:
    raw = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
    assert reason(extract_docx, raw) == "encrypted DOCX or an old Word file"


@pytest.mark.parametrize(
    ("name", "size", "expected"),
    [
        ("word/document.xml", docx.MAX_DOCX_XML_BYTES, "64 MiB of text"),
        ("word/media/image.png", docx.MAX_DOCX_BYTES, "256 MiB"),
    ],
)
def test_zip_bomb_is_refused_unopened(name: str, size: int, expected: str) -> None:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(name, "w") as member,
    ):
        for _ in range(size // 2**20 + 1):
            member.write(b" " * 2**20)
    assert len(buffer.getvalue()) < 2 * 2**20
    assert reason(extract_docx, buffer.getvalue()) == f"DOCX expands to more than {expected}"


def test_docx_without_a_body_is_damaged() -> None:
    raw, out = make_docx(), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "word/document.xml":
                space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
                content = f'<w:document xmlns:w="{space}"/>'.encode()
            new.writestr(name, content)
    with pytest.raises(UnreadableFile, match="damaged DOCX"):
        extract_docx(out.getvalue())
