"""Text out of bytes: encodings, HTML, PDF, and every damaged or hostile form of them."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from pypdf import PdfReader, PdfWriter

from seedqa.index.documents.decoding import decode, normalise_text
from seedqa.index.documents.html import extract_html
from seedqa.index.documents.pdf import extract_pdf
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


# --- PDF -----------------------------------------------------------------------------------------


def make_pdf(*pages: str, title: str = "") -> bytes:
    """Write a PDF by hand; each page's lines are set in Helvetica, below one another."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 "]
    objects[2] += "/BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    kids = []
    for page in pages:
        shown = "".join(f"({line}) Tj 0 -20 Td " for line in page.split("\n") if line)
        stream = f"BT /F1 12 Tf 72 700 Td {shown}ET"
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {len(objects) + 2} 0 R >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    objects.append(f"<< /Title ({title}) >>")
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    return out + (
        f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R "
        f"/Info {len(objects)} 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    ).encode("cp1252")


def test_pdf_pages_start_where_it_says() -> None:
    extracted = extract_pdf(make_pdf("One été\nmore", "", "Three", title="A title"))
    assert extracted.text == "One été\nmore\n\f\n\n\f\nThree"
    assert extracted.page_starts == (0, 15, 18)
    assert extracted.text[18:] == "Three"
    assert extracted.stated == Stated(title="A title")


def test_pdf_of_one_page() -> None:
    assert extract_pdf(make_pdf("Words")) == Extracted("Words", Stated(title=""), (0,))


def test_pdf_without_text_layer() -> None:
    assert reason(extract_pdf, make_pdf("", "")) == "no text layer (scanned?)"


@pytest.mark.parametrize("algorithm", ["RC4-128"])
def test_encrypted_pdf(algorithm: str) -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(make_pdf("Secret"))))
    writer.encrypt("password", algorithm=algorithm)
    buffer = io.BytesIO()
    writer.write(buffer)
    assert reason(extract_pdf, buffer.getvalue()) == "encrypted PDF (password needed)"


@pytest.mark.parametrize("raw", [b"%PDF-1.4\nnot one", b"garbage"], ids=["header", "garbage"])
def test_damaged_pdf(raw: bytes) -> None:
    assert reason(extract_pdf, raw) == (
        "damaged PDF: Failed to load document (PDFium: Data format error)."
    )


def test_a_pdf_that_repeats_a_page_beyond_measure_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A page may be named again in six bytes: 64 KB would be a gigabyte of text."""
    raw = make_pdf("so long", "so long", "so long")
    monkeypatch.setattr("seedqa.index.documents.pdf.MAX_PDF_CHARACTERS", 20)
    with pytest.raises(UnreadableFile) as caught:
        extract_pdf(raw)
    assert caught.value.reason == "PDF with more than 20 characters"
    monkeypatch.setattr("seedqa.index.documents.pdf.MAX_PDF_CHARACTERS", 21)
    assert extract_pdf(raw).text.count("so long") == 3


def test_a_pdf_title_that_is_no_text_is_none() -> None:
    raw = make_pdf("A bridge", title="TITLE").replace(b"(TITLE)", b"<FEFF0041D8000042>")
    assert extract_pdf(raw).stated.title is None
    assert "A bridge" in extract_pdf(raw).text
