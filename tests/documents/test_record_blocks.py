"""Records in Markdown, HTML and DOCX: a name with the lines about it, without a heading's mark."""

from __future__ import annotations

import io

import docx
import pytest

from seedqa.index.chunking import split_document
from seedqa.index.documents.docx import extract_docx
from seedqa.index.documents.html import extract_html
from seedqa.index.documents.markdown import extract_markdown
from seedqa.index.documents.record_blocks import mark_records
from seedqa.index.documents.types import Extracted
from seedqa.index.language import UNKNOWN_LANGUAGE
from seedqa.index.reading_view import make_view
from seedqa.index.types import Document
from support.structure import assert_sound

MARKDOWN = """# Rooms

**Garden Suite**
Price: 100
Beds: 2

**Attic Room**
Price: 80
Beds: 1

Breakfast is served from 7 in the hall by the garden, every day of the week.

Tours
- 4 to 11 May
- 890 EUR

Walks
- 12 to 19 June
- 50 EUR
"""
HTML = """<h1>Rooms</h1><p><b>Garden Suite</b><br>Price: 100<br>Beds: 2</p>
<p><b>Attic Room</b><br>Price: 80<br>Beds: 1</p>
<p>Breakfast is served from 7 in the hall by the garden, every day of the week.</p>
<p>Tours</p><ul><li>4 to 11 May</li><li>890 EUR</li></ul>
<p>Walks</p><ul><li>12 to 19 June</li><li>50 EUR</li></ul>"""


def make_docx() -> bytes:
    document = docx.Document()
    document.add_heading("Rooms", 1)
    for title, lines in (("Garden Suite", ("100", "2")), ("Attic Room", ("80", "1"))):
        document.add_paragraph(title)
        for name, value in zip(("Price", "Beds"), lines, strict=True):
            document.add_paragraph(f"{name}: {value}")
    document.add_paragraph(
        "Breakfast is served from 7 in the hall by the garden, every day of the week."
    )
    for title, items in (("Tours", ("4 to 11 May", "890 EUR")), ("Walks", ("June", "50 EUR"))):
        document.add_paragraph(title)
        for item in items:
            document.add_paragraph(item, style="List Bullet")
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    "extracted",
    [
        pytest.param(extract_markdown(MARKDOWN.encode()), id="Markdown"),
        pytest.param(extract_html(HTML.encode()), id="HTML"),
        pytest.param(extract_docx(make_docx()), id="DOCX"),
    ],
)
def test_each_record_is_a_section(extracted: Extracted) -> None:
    marked = mark_records(extracted)
    assert_sound(marked)
    document = Document(
        "a", marked.text, "", None, UNKNOWN_LANGUAGE, (), marked.blocks, marked.edits
    )
    read = [
        make_view(chunk.text, chunk.edits).text.split("\n") for chunk in split_document(document)
    ]
    lines = [[line for line in chunk if line] for chunk in read]
    assert lines[0] == ["Rooms", "Garden Suite", "Price: 100", "Beds: 2"]
    assert lines[1] == ["Attic Room", "Price: 80", "Beds: 1"]
    assert lines[2] == [
        "Breakfast is served from 7 in the hall by the garden, every day of the week."
    ]
    assert [chunk[0] for chunk in lines[3:]] == ["Tours", "Walks"]


def test_lines_of_prose_stay_joined() -> None:
    text = "# A\n\nIt was a long day and they talked\nof many things.\n\nThe lamps\nwere lit.\n"
    extracted = extract_markdown(text.encode())
    assert mark_records(extracted) == extracted


def test_many_paragraphs_take_linear_time() -> None:
    text = "".join(f"**Room {number}**\nRent: {number}\n\n" for number in range(5_000))
    marked = mark_records(extract_markdown(text.encode()))
    assert sum(block.level == 6 for block in marked.blocks) == 5_000
