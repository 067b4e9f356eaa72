"""Text out of bytes: encodings, HTML, DOCX, and every damaged or hostile form of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from docx import Document as new_docx

from seedqa.index.documents import docx
from seedqa.index.documents.decoding import decode, normalise_text
from seedqa.index.documents.docx import extract_docx
from seedqa.index.documents.html import extract_html
from seedqa.index.documents.text import extract_markdown, extract_text
from seedqa.index.documents.types import Extracted, Stated
from seedqa.index.errors import UnreadableFile

FRENCH = "L’été, à Noël, le garçon « naïf » paya 3 € chez l’hôte… Où ça ? Sœur Zoé, là-bas."


def reason(extractor: Callable[[bytes], Extracted], raw: bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        extractor(raw)
    return caught.value.reason


# --- decoding ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        pytest.param("\ufeffa", "a", id="byte order mark"),
        pytest.param("a\r\nb\rc\n\r\nd", "a\nb\nc\n\nd", id="line ends"),
        pytest.param("a\u2028b\x0bc\x85d \t\u00a0e\u0301", None, id="nothing else"),
        pytest.param("a\ufeffb", None, id="mark inside stays"),
    ],
)
def test_normalise_text(text: str, normal: str | None) -> None:
    assert normalise_text(text) == (text if normal is None else normal)


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"],
)
def test_french_is_decoded_from(encoding: str) -> None:
    text = FRENCH + "\nAu temps de l’été."
    assert extract_text(text.replace("\n", "\r\n").encode(encoding)) == Extracted(text)


def test_utf16_big_endian_with_mark() -> None:
    assert decode(b"\xfe\xff" + FRENCH.encode("utf-16-be")) == FRENCH


@pytest.mark.parametrize(
    "text",
    [
        "Le café est fermé.",
        "à",
        "Ça va ?",
        "l’œuvre",
        "DÉJÀ VU",
        "Straße, Größe, Übung",
        "¿Qué pasó, señor?",
        "ação e coração",
        "perché città è così",
        "één coördinatie",
        "100 € – 50 %",
    ],
)
def test_short_western_text_in_windows_1252(text: str) -> None:
    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Съешь же ещё этих мягких французских булок, да выпей чаю. " * 5, "cp1251"),
        ("Ξεσκεπάζω την ψυχοφθόρα βδελυγμία και πηγαίνω στο σπίτι μου. " * 5, "cp1253"),
        ("日本語の文章はここにあります。とても長い文章です。" * 10, "shift_jis"),
    ],
)
def test_other_alphabets_are_recognised(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_broken_bytes_in_utf8_are_replaced_and_the_rest_is_kept() -> None:
    raw = FRENCH.encode() + b" \xff " + FRENCH.encode()[:-1] + "é".encode()[:1]
    assert decode(raw) == f"{FRENCH} \ufffd {FRENCH[:-1]}\ufffd"


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"text\0text", id="NUL"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", id="PNG"),
        pytest.param(bytes(range(1, 32)) * 10, id="controls"),
    ],
)
def test_binary_content_is_refused(raw: bytes) -> None:
    assert reason(extract_text, raw) == "binary content, not text"


def test_markdown_keeps_its_front_matter_in_the_text() -> None:
    raw = b"\xef\xbb\xbf---\r\ntitle: One\r\n---\r\nBody"
    text = "---\ntitle: One\n---\nBody"
    assert extract_markdown(raw) == Extracted(text, Stated(title="One", body_start=19))
    assert text[19:] == "Body"


# --- HTML ----------------------------------------------------------------------------------------


def test_html_gives_visible_text_a_line_for_each_block() -> None:
    page = """<!doctype html><html lang="fr-CA"><head><title>Le &eacute;t&eacute;
      &mdash; Site</title><style>p {}</style><script>var x = "<p>no</p>";</script></head><body>
      <h1>Titre</h1><p>Un <b>deux</b>,
      trois&nbsp;&amp; <i> quatre</i> .</p><!-- no --><template>no</template>
      <ul><li>a</li><li>b</li></ul><p hidden>no</p><div style="display: none">no<p>no</p></div>
      <table><tr><th>x</th><td>1</td></tr><tr><th>y</th><td>2</td></tr></table>
      fin<br>vraiment<pre>  a
    b</pre></body></html>"""
    assert extract_html(page.encode()) == Extracted(
        "Titre\n\nUn deux, trois\u00a0& quatre .\n\na\nb\n\nx\t1\ny\t2\n\nfin\nvraiment\n\n"
        "  a\n    b",
        Stated(title="Le été\n      — Site", language="fr-CA"),
    )


@pytest.mark.parametrize(
    ("head", "date"),
    [
        ('<meta property="article:published_time" content="2020-01-17T08:00+01:00">', None),
        ('<meta name="DC.date.issued" content="2020-01-17T08:00+01:00">', None),
        ('<body><p>x<time datetime="2020-01-17T08:00+01:00">Friday</time>', None),
        (
            '<script type="application/ld+json">{"datePublished": "2020-01-17"}</script>',
            "2020-01-17",
        ),
        ('<script>{"datePublished": "2020-01-17"}</script>', ""),
    ],
)
def test_html_states_its_date(head: str, date: str | None) -> None:
    stated = extract_html(f"<html>{head}<p>Text</p></html>".encode()).stated
    assert stated.date == ("2020-01-17T08:00+01:00" if date is None else date or None)


def test_html_without_title_states_its_first_heading() -> None:
    page = b"<body><p>Menu</p><h1>The <i>first</i></h1><h1>Second</h1>"
    assert extract_html(page).stated.title == "The first"


@pytest.mark.parametrize(
    "declaration",
    ['<meta charset="iso-8859-1">', "<meta http-equiv=x content='text/html; charset=Latin1'>"],
)
def test_html_is_decoded_as_it_declares_and_browsers_read_it(declaration: str) -> None:
    page = f"<html><head>{declaration}</head><p>{FRENCH}</p></html>"
    assert extract_html(page.encode("cp1252")).text == FRENCH


def test_html_declared_in_another_alphabet() -> None:
    page = '<html><head><meta charset="koi8-r"></head><p>Привет</p></html>'
    assert extract_html(page.encode("koi8-r")).text == "Привет"


def test_html_that_declares_the_wrong_encoding_is_still_utf8() -> None:
    page = '<html><head><meta charset="latin-1"></head><p>été</p></html>'
    assert extract_html(page.encode()).text == "été"


@pytest.mark.parametrize(
    "opening",
    ["<div>", "<b>", "<p><b>", "<table><tr><td>", "<a><font><div>", "<ul><li>", "<span hidden=''>"],
)
def test_html_bomb_of_nested_tags_is_read(opening: str) -> None:
    page = "<p>before</p>" + opening * 100_000 + "deep"
    assert extract_html(page.encode()).text.split() in (["before", "deep"], ["before"])


def test_html_bomb_keeps_its_text() -> None:
    page = "<p>before</p>" + "<div>" * 100_000 + "deep" + "</div>" * 100_000 + "<p>after</p>"
    assert extract_html(page.encode()).text == "before\n\ndeep\n\nafter"


def test_html_bomb_of_attributes_keeps_its_text() -> None:
    """libxml2 takes 15 seconds over these attributes; they are dropped."""
    attributes = " ".join(f"a{number}=1" for number in range(100_000))
    assert extract_html(f"<p {attributes}>words</p>".encode()).text == "words"


@pytest.mark.parametrize("page", ["", "<", "<!", "<!--" * 1000, "<html></html>", "<script>x"])
def test_html_without_text_is_empty(page: str) -> None:
    assert extract_html(page.encode()).text.strip("<!-") == ""


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
