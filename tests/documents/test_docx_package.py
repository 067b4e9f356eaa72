"""DOCX files that are odd, damaged or hostile: what Word opens is opened, the rest has a reason."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from docx import Document as new_docx

from seedqa.index.documents import docx_package
from seedqa.index.documents.docx import extract_docx
from seedqa.index.errors import UnreadableFile
from support.docx_files import (
    RELATIONS,
    STRICT_RELATIONS,
    STRICT_WORD,
    WORD,
    cell,
    document,
    make,
    make_parts,
    package,
    paragraph,
    relations,
    root,
    row,
    run,
    shown,
    table,
)

KEY = "The spare key is with Mrs Quint at number 9."
Parts = dict[str, str | bytes]


def reason(raw: bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        extract_docx(raw)
    assert " at 0x" not in caught.value.reason
    assert "\n" not in caught.value.reason
    return caught.value.reason


def written(change: Callable[[Any], None] = lambda docx: None) -> Parts:
    """Return the parts of a document that python-docx wrote."""
    docx = new_docx()
    docx.add_paragraph(KEY)
    change(docx)
    buffer = io.BytesIO()
    docx.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def replaced(parts: Parts, name: str, old: str, new: str) -> Parts:
    content = parts[name]
    content = content if isinstance(content, bytes) else content.encode()
    assert old.encode() in content
    return parts | {name: content.replace(old.encode(), new.encode())}


# --- what Word opens -----------------------------------------------------------------------------

RELATED = "word/_rels/document.xml.rels"


def with_relation(kind: str, target: str, mode: str = "") -> Parts:
    entry = f'<Relationship Id="rId77" Type="{RELATIONS}/{kind}" Target="{target}"{mode}/>'
    return replaced(written(), RELATED, "</Relationships>", entry + "</Relationships>")


def strict() -> Parts:
    parts = written()
    for name in parts:
        content = parts[name]
        assert isinstance(content, bytes)
        content = content.replace(RELATIONS.encode(), STRICT_RELATIONS.encode())
        parts[name] = content.replace(WORD.encode(), STRICT_WORD.encode())
    return parts


def typed(kind: str) -> Parts:
    return replaced(
        written(), "[Content_Types].xml", "wordprocessingml.document.main+xml", f"{kind}.main+xml"
    )


def without(*names: str) -> Parts:
    return {name: content for name, content in written().items() if name not in names}


def renamed(rename: Callable[[str], str]) -> Parts:
    return {rename(name): content for name, content in written().items()}


def moved() -> Parts:
    parts = replaced(written(), "_rels/.rels", 'Target="word/', 'Target="/office/text/')
    return {name.replace("word/", "office/text/"): parts[name] for name in parts}


def unnamed_main() -> Parts:
    """Only the list of content types says which part is the document."""
    parts = {name.replace("word/document.xml", "word/body.xml"): text
             for name, text in without("_rels/.rels", RELATED).items()}  # fmt: skip
    return replaced(parts, "[Content_Types].xml", "/word/document.xml", "/word/body.xml")


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param(strict, id="Strict Open XML"),
        pytest.param(lambda: with_relation("header", "header7.xml"), id="relation to nothing"),
        pytest.param(lambda: with_relation("image", "NULL"), id="NULL"),
        pytest.param(lambda: with_relation("image", ""), id="empty target"),
        pytest.param(lambda: with_relation("x", "../../../../etc/x"), id="target outside"),
        pytest.param(
            lambda: with_relation("styles", "file:///C:/x.dotm", ' TargetMode="External"'),
            id="styles elsewhere",
        ),
        pytest.param(lambda: typed("wordprocessingml.template"), id="template"),
        pytest.param(lambda: typed("ms-word.document.macroEnabled"), id="macros"),
        pytest.param(lambda: typed("unheard-of"), id="unknown type"),
        pytest.param(lambda: renamed(lambda name: name.replace("/", "\\")), id="backslashes"),
        pytest.param(lambda: renamed(str.upper), id="capitals"),
        pytest.param(lambda: renamed(lambda name: "/" + name), id="rooted names"),
        pytest.param(moved, id="another folder"),
        pytest.param(unnamed_main, id="content types alone"),
        pytest.param(lambda: without("_rels/.rels"), id="no relations"),
        pytest.param(lambda: without("_rels/.rels", "[Content_Types].xml"), id="no types"),
        pytest.param(lambda: without(RELATED), id="no relations of the document"),
        pytest.param(lambda: without("word/styles.xml"), id="no styles"),
        pytest.param(lambda: without("docProps/core.xml"), id="no properties"),
    ],
)
def test_what_word_opens_is_read(parts: Callable[[], Parts]) -> None:
    extracted = extract_docx(package(parts()))
    assert shown(extracted) == [("paragraph", 0, KEY)]


def test_strict_open_xml_has_its_styles_headers_and_notes() -> None:
    parts = make_parts(
        paragraph("Lease", "One")
        + paragraph(run("Rent.") + '<w:r><w:footnoteReference w:id="2"/></w:r>')
        + '<w:sectPr><w:headerReference w:type="default" r:id="header1"/></w:sectPr>',
        styles=root("styles", '<w:style w:styleId="One"><w:name w:val="heading 1"/></w:style>'),
        footnotes=root("footnotes", f'<w:footnote w:id="2">{paragraph("750.")}</w:footnote>'),
        header1=root("hdr", paragraph("KV-7731")),
    )
    strict_parts: Parts = {
        name: str(text).replace(RELATIONS, STRICT_RELATIONS).replace(WORD, STRICT_WORD)
        for name, text in parts.items()
    }
    expected = [
        ("paragraph", 0, "KV-7731"),
        ("heading", 1, "Lease"),
        ("paragraph", 0, "Rent."),
        ("note", 0, "750."),
    ]
    assert shown(extract_docx(package(parts))) == expected
    assert shown(extract_docx(package(strict_parts))) == expected


def test_notes_and_headers_are_found_without_the_relations_of_the_document() -> None:
    parts = make_parts(
        paragraph("Rent."),
        footnotes=root("footnotes", f'<w:footnote w:id="2">{paragraph("750.")}</w:footnote>'),
        header10=root("hdr", paragraph("Ten")),
        header2=root("hdr", paragraph("Two")),
    )
    del parts["word/_rels/document.xml.rels"]
    assert extract_docx(package(parts)).text == "Two\n\nTen\n\nRent.\n\n750."


@pytest.mark.parametrize("target", ["/word/notes 1.xml", "notes%201.xml", "..\\word\\notes 1.xml"])
def test_targets_are_absolute_relative_or_quoted(target: str) -> None:
    parts = make_parts(paragraph("Rent."))
    parts["word/_rels/document.xml.rels"] = relations({"rId1": ("footnotes", target)})
    parts["word/notes 1.xml"] = root(
        "footnotes", f'<w:footnote w:id="2">{paragraph("750.")}</w:footnote>'
    )
    assert extract_docx(package(parts)).text == "Rent.\n\n750."


def test_a_part_in_utf16_or_with_a_byte_order_mark() -> None:
    parts = make_parts()
    xml = document(paragraph("Żółw")).replace("UTF-8", "UTF-16")
    assert extract_docx(package(parts | {"word/document.xml": xml.encode("utf-16")})).text == "Żółw"
    marked = document(paragraph("Żółw")).encode("utf-8-sig")
    assert extract_docx(package(parts | {"word/document.xml": marked})).text == "Żółw"


# --- damaged and hostile -------------------------------------------------------------------------


def test_truncated_docx() -> None:
    raw = make(paragraph(KEY))
    assert reason(raw[: len(raw) // 2]) == "damaged DOCX: File is not a zip file"


def test_docx_with_broken_xml() -> None:
    parts = make_parts() | {"word/document.xml": document(paragraph(KEY))[:-30]}
    assert reason(package(parts)).startswith("damaged DOCX: word/document.xml: ")


def test_docx_with_a_broken_member() -> None:
    raw = bytearray(make(paragraph(KEY)))
    at = raw.index(b"word/document.xml") + len(b"word/document.xml") + 20
    raw[at] ^= 0xFF
    assert reason(bytes(raw)).startswith("damaged DOCX: word/document.xml: ")


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"readme.txt": "x"}, "damaged DOCX: the archive has no Word document in it"),
        (
            make_parts() | {"word/document.xml": root("document", "")},
            "damaged DOCX: word/document.xml is no Word document",
        ),
        (
            {
                "_rels/.rels": relations({"rId1": ("officeDocument", "xl/workbook.xml")}),
                "xl/workbook.xml": "<workbook/>",
            },
            "damaged DOCX: xl/workbook.xml is no Word document",
        ),
        (
            make_parts() | {"word/document.xml": "<!DOCTYPE d [<!ENTITY e 'x'>]><d>&e;</d>"},
            "damaged DOCX: word/document.xml: a document type, which Word does not read",
        ),
    ],
)
def test_an_archive_that_is_no_document(parts: Parts, expected: str) -> None:
    assert reason(package(parts)) == expected


def test_old_word_file_or_password() -> None:
    raw = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
    assert reason(raw) == "encrypted DOCX or an old Word file"


def test_an_encrypted_member() -> None:
    raw = bytearray(make(paragraph(KEY)))
    with zipfile.ZipFile(io.BytesIO(bytes(raw))) as archive:
        count = len(archive.infolist())
    at = 0
    for _ in range(count):
        at = raw.index(b"PK\x01\x02", at) + 4
        raw[at + 4] |= 1
    assert reason(bytes(raw)) == "encrypted DOCX (password needed)"


def test_entities_that_grow_are_not_expanded() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    xml = f'<!DOCTYPE d [<!ENTITY e0 "lol">{entities}]>'
    for use in ("<d>&e11;</d>", '<d a="&e11;"/>'):
        raw = package(make_parts() | {"word/document.xml": xml + use})
        assert reason(raw).startswith("damaged DOCX: word/document.xml: ")


@pytest.mark.parametrize(
    ("name", "size", "expected"),
    [
        ("word/document.xml", docx_package.MAX_DOCX_XML_BYTES, "64 MiB of text"),
        ("word/media/image.png", docx_package.MAX_DOCX_BYTES, "256 MiB"),
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
    assert reason(buffer.getvalue()) == f"DOCX expands to more than {expected}"


def test_a_member_that_is_longer_than_it_declares_is_damaged() -> None:
    raw = make(paragraph(KEY))
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        size = archive.getinfo("word/document.xml").file_size
    at = raw.rindex(b"word/document.xml") - 46 + 24
    assert raw[at : at + 4] == size.to_bytes(4, "little")
    shorter = raw[:at] + (size - 20).to_bytes(4, "little") + raw[at + 4 :]
    assert reason(shorter).startswith("damaged DOCX: word/document.xml: ")


@pytest.mark.parametrize(
    "wrap",
    ["<w:sdt>{}</w:sdt>", "<w:p>{}</w:p>", "<w:tbl><w:tr><w:tc>{}</w:tc></w:tr></w:tbl>"],
)
def test_deep_nesting_is_read_or_refused(wrap: str) -> None:
    opening, _, closing = wrap.partition("{}")
    depth = 200 // opening.count("<")
    body = opening * depth + paragraph("deep") + closing * depth
    assert extract_docx(make(body)).text == "deep"
    body = opening * 100_000 + paragraph("deep") + closing * 100_000
    assert reason(make(body)).startswith("damaged DOCX: word/document.xml: Excessive depth")


def count_calls(raw: bytes) -> int:
    """Return how many functions are called while a file is read."""
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        extract_docx(raw)
    finally:
        sys.setprofile(None)
    return calls


FIELD = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'


@pytest.mark.parametrize(
    ("before", "unit", "after"),
    [
        pytest.param("", "<w:p/>", "", id="empty paragraphs"),
        pytest.param("", paragraph("a"), "", id="paragraphs"),
        pytest.param("<w:p>", run("a"), "</w:p>", id="runs"),
        pytest.param("<w:p>", FIELD.format("begin"), "</w:p>", id="open fields"),
        pytest.param("<w:p>", f'<w:fldSimple w:instr="PAGE">{run("1")}</w:fldSimple>', "</w:p>",
                     id="page numbers"),
        pytest.param("", paragraph("a", properties="<w:rPr><w:del/></w:rPr>"), "",
                     id="deleted ends"),
        pytest.param("", table(row("a", "b"), row("c", "d")), "", id="tables"),
        pytest.param("<w:tbl><w:tr>", cell("a"), "</w:tr></w:tbl>", id="cells"),
        pytest.param("<w:tbl><w:tr><w:tc>", table(row("a", "b")), "</w:tc></w:tr></w:tbl>",
                     id="tables in a cell"),
    ],
)  # fmt: skip
def test_twice_the_length_takes_twice_the_steps(before: str, unit: str, after: str) -> None:
    """A file of 128 KB with empty paragraphs once took minutes."""
    size = 400
    once, twice = (count_calls(make(before + unit * (size * n) + after)) for n in (1, 2))
    assert twice < 2.1 * once


def test_a_hundred_thousand_empty_paragraphs_are_read() -> None:
    assert extract_docx(make("<w:p/>" * 100_000 + paragraph(KEY))).text == KEY


def test_a_thousand_sections_with_one_header_read_it_once() -> None:
    section = '<w:sectPr><w:headerReference w:type="default" r:id="header1"/></w:sectPr>'
    body = (paragraph("a", properties=section)) * 1000
    extracted = extract_docx(make(body, header1=root("hdr", paragraph("KV-7731"))))
    assert extracted.text.count("KV-7731") == 1


def test_a_table_without_rows_or_cells_is_nothing() -> None:
    assert extract_docx(make(table() + table("<w:tr/>") + paragraph("a"))).text == "a"
