"""The text and the blocks of a DOCX file, from XML written here and from python-docx."""

from __future__ import annotations

import io
from typing import Any

import pytest
from docx import Document as new_docx

from seedqa.index.documents.docx import MAX_BOLD_HEADING, extract_docx
from seedqa.index.documents.docx_parts import MAX_HEADING_CHARS
from seedqa.index.documents.docx_tables import MAX_COLUMNS
from seedqa.index.documents.types import Stated
from seedqa.index.types import Edit
from support.docx_files import (
    cells,
    make,
    make_parts,
    package,
    paragraph,
    root,
    row,
    run,
    shown,
    style,
    table,
)

BOLD = "<w:b/>"
IN_LIST = '<w:pPr><w:numPr><w:numId w:val="4"/></w:numPr></w:pPr>'
STYLES = root(
    "styles",
    style("Normal", "Normal")
    + style("berschrift1", "heading 1", "Normal", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>')
    + style("Clause", "Clause of a lease", "berschrift1")
    + style("Third", "Own", "Normal", '<w:pPr><w:outlineLvl w:val="2"/></w:pPr>')
    + style("Loop", "Loop", "Pool")
    + style("Pool", "Pool", "Loop")
    + style("Titel", "Title", "Normal")
    + style("Untertitel", "Subtitle", "Titel")
    + style("Verzeichnis1", "toc 1", "Normal")
    + style("Inhalt", "TOC Heading", "berschrift1", '<w:pPr><w:outlineLvl w:val="9"/></w:pPr>')
    + style("Beschriftung", "caption", "Normal")
    + style("Listen2", "List Bullet 2", "Normal", IN_LIST)
    + style("Absatz", "List Paragraph", "Normal")
    + style("Quelltext", "HTML Preformatted", "Normal")
    + style("Fett", "Strong", "", "<w:rPr><w:b/></w:rPr>")
    + style("Weg", "Gone", "", "<w:rPr><w:vanish/></w:rPr>"),
)  # fmt: skip


def text_of(body: str, **more: str) -> str:
    extracted = extract_docx(make(body, **more))
    shown(extracted)
    return extracted.text


def blocks_of(body: str, **more: str) -> list[tuple[str, int, str]]:
    return shown(extract_docx(make(body, **more)))


def saved(docx: Any) -> bytes:
    buffer = io.BytesIO()
    docx.save(buffer)
    return buffer.getvalue()


def listed(level: int, number: int = 1) -> str:
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'


def mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def field(instruction: str, result: str) -> str:
    return (
        f"{mark('begin')}<w:r><w:instrText>{instruction}</w:instrText></w:r>"
        f"{mark('separate')}{result}{mark('end')}"
    )


# --- text ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "text"),
    [
        pytest.param(run("a ") + run("b"), "a b", id="runs"),
        pytest.param("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r>", "a\tb", id="tab"),
        pytest.param("<w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:cr/></w:r>", "a\nb", id="break"),
        pytest.param("<w:r><w:t>a\n b</w:t></w:r>", "a  b", id="line end in XML"),
        pytest.param("<w:r><w:t>E</w:t><w:noBreakHyphen/><w:t>7</w:t></w:r>", "E-7", id="hyphen"),
        pytest.param(f"<w:ins>{run('in')}</w:ins>", "in", id="inserted"),
        pytest.param(f"<w:moveTo>{run('in')}</w:moveTo>", "in", id="moved here"),
        pytest.param(
            run("a") + "<w:del><w:r><w:delText>out</w:delText></w:r></w:del>", "a", id="deleted"
        ),
        pytest.param(run("a") + f"<w:moveFrom>{run('out')}</w:moveFrom>", "a", id="moved away"),
        pytest.param(run("a") + run("out", "<w:vanish/>"), "a", id="hidden"),
        pytest.param(run("a", '<w:vanish w:val="0"/>'), "a", id="not hidden"),
        pytest.param(run("a") + run("out", '<w:rStyle w:val="Weg"/>'), "a", id="hidden by style"),
        pytest.param(f"<w:hyperlink>{run('link')}</w:hyperlink>", "link", id="link"),
        pytest.param(f"<w:smartTag>{run('tag')}</w:smartTag>", "tag", id="smart tag"),
        pytest.param(
            f"<w:sdt><w:sdtPr><w:alias/></w:sdtPr><w:sdtContent>{run('c')}</w:sdtContent></w:sdt>",
            "c",
            id="control",
        ),
        pytest.param(
            f'<w:fldSimple w:instr=" AUTHOR ">{run("Ada")}</w:fldSimple>', "Ada", id="simple field"
        ),
        pytest.param(field("REF x", run("Ada")), "Ada", id="field"),
        pytest.param(
            mark("begin")
            + "<w:r><w:instrText>IF </w:instrText></w:r>"
            + field("MERGEFIELD y", run("out"))
            + mark("separate")
            + run("Ada")
            + mark("end"),
            "Ada",
            id="field in an instruction",
        ),
        pytest.param(mark("begin") + run("kept"), "kept", id="field without an end"),
        pytest.param(
            "<w:r><w:ruby><w:rt><w:r><w:t>kan</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>漢</w:t></w:r>"
            "</w:rubyBase></w:ruby></w:r>",
            "漢",
            id="ruby",
        ),
        pytest.param(
            '<w:r><w:sym w:font="Symbol" w:char="F0B3"/></w:r>' + run(" 5"), "≥ 5", id="≥"
        ),
        pytest.param('<w:r><w:sym w:font="Symbol" w:char="F061"/></w:r>', "α", id="alpha"),
        pytest.param('<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>', "✓", id="tick"),
        pytest.param('<w:r><w:sym w:font="Arial" w:char="20AC"/></w:r>', "€", id="euro"),
        pytest.param(run("a") + '<w:r><w:sym w:font="Arial" w:char="x"/></w:r>', "a", id="no sign"),
        pytest.param("<m:oMath><m:r><m:t>E=m</m:t></m:r></m:oMath>", "E=m", id="maths"),
        pytest.param(
            "<w:r><mc:AlternateContent><mc:Fallback><w:t>old</w:t></mc:Fallback>"
            "</mc:AlternateContent></w:r>",
            "old",
            id="fallback alone",
        ),
        pytest.param("<w:unheard><w:of>" + run("a") + "</w:of></w:unheard>", "a", id="unknown"),
    ],
)
def test_what_a_paragraph_shows_is_its_text(content: str, text: str) -> None:
    assert text_of(paragraph(content), styles=STYLES) == text


def test_a_soft_hyphen_is_in_the_text_and_not_read() -> None:
    body = paragraph("<w:r><w:t>Bar</w:t><w:softHyphen/><w:t>tholo\u00admew</w:t></w:r>")
    extracted = extract_docx(make(body))
    assert extracted.text == "Bar\u00adtholo\u00admew"
    assert extracted.edits == (Edit(3, 4), Edit(9, 10))


def test_a_deleted_paragraph_end_joins_two_paragraphs() -> None:
    deleted = "<w:rPr><w:del/></w:rPr>"
    body = paragraph("The rent ", properties=deleted) + paragraph("is due.") + paragraph("End.")
    assert text_of(body) == "The rent is due.\n\nEnd."
    assert text_of(paragraph("The rent ", properties=deleted)) == "The rent"


def test_a_field_without_an_end_hides_nothing_of_the_next_paragraph() -> None:
    body = paragraph(mark("begin") + "<w:r><w:instrText>IF </w:instrText></w:r>")
    assert text_of(body + paragraph(field("MERGEFIELD y", run("kept")))) == "kept"


def test_empty_paragraphs_leave_nothing() -> None:
    assert text_of(paragraph("") + paragraph(" \t") + paragraph(" a ") + paragraph("")) == "a"
    assert extract_docx(make("")).blocks == ()


BOX = (
    "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><w:txbxContent>{0}"
    "</w:txbxContent></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>{0}"
    "</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)


def test_a_text_box_is_read_once_after_its_paragraph() -> None:
    body = paragraph(run("a ") + BOX.format(paragraph("box") + paragraph("two")) + run("b"))
    assert text_of(body + paragraph("c")) == "a b\n\nbox\n\ntwo\n\nc"
    old = "<w:r><w:pict><w:txbxContent>" + paragraph("box") + "</w:txbxContent></w:pict></w:r>"
    assert text_of(paragraph(old)) == "box"


# --- headings, lists, contents -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("named", "properties", "kind", "level"),
    [
        ("berschrift1", "", "heading", 1),
        ("Clause", "", "heading", 1),
        ("Third", "", "heading", 3),
        ("Titel", "", "heading", 1),
        ("Untertitel", "", "paragraph", 0),
        ("Heading7", "", "heading", 6),
        ("Normal", '<w:outlineLvl w:val="1"/>', "heading", 2),
        ("berschrift1", '<w:outlineLvl w:val="9"/>', "paragraph", 0),
        ("Verzeichnis1", "", "navigation", 0),
        ("Inhalt", "", "navigation", 0),
        ("Beschriftung", "", "caption", 0),
        ("Quelltext", "", "code", 0),
        ("Listen2", "", "item", 2),
        ("Listen2", listed(0, 0), "paragraph", 0),
        ("Absatz", "", "paragraph", 0),
        ("Absatz", listed(2), "item", 3),
        ("berschrift1", listed(0), "heading", 1),
        ("Loop", "", "paragraph", 0),
        ("Unknown", "", "paragraph", 0),
    ],
)
def test_a_style_says_what_a_paragraph_is(
    named: str, properties: str, kind: str, level: int
) -> None:
    body = paragraph("Words", named, properties)
    assert blocks_of(body, styles=STYLES) == [(kind, level, "Words")]


def test_a_document_without_styles_has_the_headings_that_it_names() -> None:
    body = paragraph("One", "Heading2") + paragraph("Two", "ListBullet3")
    assert blocks_of(body) == [("heading", 2, "One"), ("item", 3, "Two")]


def test_a_long_paragraph_is_no_heading() -> None:
    words = "word " * (MAX_HEADING_CHARS // 5)
    assert blocks_of(paragraph(words, "Heading1")) == [("heading", 1, words.strip())]
    assert blocks_of(paragraph(words + "more", "Heading1")) == [("paragraph", 0, words + "more")]


def test_entries_of_a_list_and_lines_of_code_follow_as_lines() -> None:
    body = (
        paragraph("Shared:")
        + paragraph("hall", properties=listed(0))
        + paragraph("lift", properties=listed(1))
        + paragraph("a = 1", "Quelltext")
        + paragraph("b = 2", "Quelltext")
    )
    assert blocks_of(body, styles=STYLES) == [
        ("paragraph", 0, "Shared:"),
        ("item", 1, "hall"),
        ("item", 2, "lift"),
        ("code", 0, "a = 1\nb = 2"),
    ]
    assert text_of(body, styles=STYLES) == "Shared:\n\nhall\nlift\n\na = 1\nb = 2"


def test_the_table_of_contents_of_a_control_is_navigation() -> None:
    contents = (
        "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val='Table of Contents'/>"
        "</w:docPartObj></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"
    )
    body = contents.format(paragraph("Contents") + paragraph("Rent\t3")) + paragraph("Rent is due.")
    assert blocks_of(body) == [
        ("navigation", 0, "Contents"),
        ("navigation", 0, "Rent\t3"),
        ("paragraph", 0, "Rent is due."),
    ]


def test_the_lines_of_a_contents_field_are_navigation_and_its_lost_end_hides_nothing() -> None:
    begin = f"{mark('begin')}<w:r><w:instrText> TOC \\o </w:instrText></w:r>{mark('separate')}"
    linked = f'<w:hyperlink w:anchor="_Toc1">{run("Keys")}</w:hyperlink>'
    body = paragraph(begin + run("Rent\t3")) + paragraph(linked) + paragraph("Rent is due.")
    assert blocks_of(body) == [
        ("navigation", 0, "Rent\t3"),
        ("navigation", 0, "Keys"),
        ("paragraph", 0, "Rent is due."),
    ]


@pytest.mark.parametrize(
    ("line", "following", "is_heading"),
    [
        (run("The rent", BOLD), paragraph("It is due."), True),
        (run("The ", BOLD) + run("rent", BOLD), paragraph("It is due."), True),
        (run("The rent", '<w:rStyle w:val="Fett"/>'), paragraph("It is due."), True),
        (run("The rent:", BOLD), paragraph("due", properties=listed(0)), True),
        (run("The rent", BOLD), table(row("a", "b"), row("c", "d")), True),
        (run("The ", BOLD) + run("rent"), paragraph("It is due."), False),
        (run("The rent is due.", BOLD), paragraph("It is."), False),
        (run("The rent", '<w:b w:val="0"/>'), paragraph("It is due."), False),
        (run("x" * MAX_BOLD_HEADING, BOLD), paragraph("It is due."), False),
        (run("x" * (MAX_BOLD_HEADING - 1), BOLD), paragraph("It is due."), True),
        (run("1998", BOLD), paragraph("It is due."), True),
        (run("12,50", BOLD), paragraph("It is due."), False),
        (run("The rent", BOLD), paragraph(run("It is due", BOLD)), False),
        (run("The rent", BOLD), "", False),
    ],
)
def test_a_bold_line_is_a_heading_where_there_are_none(
    line: str, following: str, is_heading: bool
) -> None:
    expected = ("heading", 2) if is_heading else ("paragraph", 0)
    assert blocks_of(paragraph(line) + following, styles=STYLES)[0][:2] == expected
    titled = paragraph("Lease", "Titel") + paragraph(line) + following
    assert blocks_of(titled, styles=STYLES)[1][:2] == expected
    headed = paragraph(line) + following + paragraph("End", "berschrift1")
    assert blocks_of(headed, styles=STYLES)[0][0] == "paragraph"


# --- tables --------------------------------------------------------------------------------------

HEADER = "<w:tblHeader/>"
LOOK = '<w:tblLook w:val="04A0"/>'


def test_a_marked_header_names_the_columns() -> None:
    body = table(row("Station", "Opened", properties=HEADER), row("Moen", "1936"), row("Os", ""))
    extracted = extract_docx(make(body))
    assert shown(extracted) == [("table", 0, "Station\tOpened\nMoen\t1936\nOs")]
    (block,) = extracted.blocks
    assert block.columns == ("Station", "Opened")
    assert cells(extracted, block.header) == ["Station", "Opened"]
    assert [cells(extracted, each) for each in block.rows] == [["Moen", "1936"], ["Os", ""]]
    assert extracted.text == "Station\tOpened\nMoen\t1936\nOs\t"


def test_wide_cells_count_for_their_columns() -> None:
    wide = '<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>{}</w:tc>'
    above = '<w:tc><w:tcPr><w:vMerge w:val="{}"/></w:tcPr>{}</w:tc>'
    body = table(
        row(above.format("restart", paragraph("Town")), wide.format(paragraph("Flights")),
            properties=HEADER),
        row(above.format("continue", paragraph("")), "2018", "2019", properties=HEADER),
        row("Moen", "1", "2"),
        row("Os", wide.format(paragraph("none"))),
        row("3", "4", properties='<w:gridBefore w:val="1"/>'),
    )  # fmt: skip
    extracted = extract_docx(make(body))
    shown(extracted)
    (block,) = extracted.blocks
    assert extracted.text == "Town\tFlights\n\t2018\t2019\nMoen\t1\t2\nOs\tnone\n3\t4"
    assert block.columns == ("Town", "Flights 2018", "Flights 2019")
    assert cells(extracted, block.header) == ["", "2018", "2019"]
    assert [cells(extracted, each) for each in block.rows] == [
        ["Moen", "1", "2"],
        ["Os", "none", ""],
        ["", "3", "4"],
    ]


@pytest.mark.parametrize(
    ("rows", "look", "columns"),
    [
        pytest.param([("Item", "Price"), ("Tea", "3"), ("Jam", "4")], "", ("Item", "Price"),
                     id="figures below a word"),
        pytest.param([("Office", "Manager"), ("Turin", "Paolo"), ("Ghent", "Lotte")], LOOK,
                     ("Office", "Manager"), id="pairs"),
        pytest.param([("Office", "Manager"), ("Turin", "Paolo"), ("Ghent", "Lotte")], "", (),
                     id="pairs without a look"),
        pytest.param([("Office", "Manager"), ("Turin", "Paolo")], LOOK, (), id="two rows"),
        pytest.param([("Tenant", "Oona"), ("Rent", "750"), ("Town", "Moen")], LOOK, (),
                     id="labels and values"),
        pytest.param([("Tenant:", "Oona"), ("Landlord:", "Ada"), ("Town:", "Moen")], LOOK, (),
                     id="labels with colons"),
        pytest.param([("a", "b", "c"), ("d", "e", "f")], LOOK, ("a", "b", "c"), id="three columns"),
        pytest.param([("a", "b", "a"), ("d", "e", "f")], LOOK, (), id="a name twice"),
        pytest.param([("a", "", "c"), ("d", "e", "f")], LOOK, (), id="a column without a name"),
        pytest.param([("", "b", "c"), ("d", "e", "f")], LOOK, ("", "b", "c"), id="empty corner"),
        pytest.param([("Town", "2018", "2019"), ("Os", "1", "2")], LOOK, ("Town", "2018", "2019"),
                     id="years"),
        pytest.param([("Town", "17", "20 %"), ("Os", "1", "2")], LOOK, (), id="figures"),
        pytest.param([("Servizio", "Prezzo"), ("Culla", "gratis"), ("Letto", "22 € per notte"),
                      ("Canoa", "18 €"), ("Sauna", "35 €"), ("Cane", "8 €")], LOOK,
                     ("Servizio", "Prezzo"),
                     id="amounts of one unit"),
        pytest.param([("Tenant", "Oona"), ("Rent", "480 €"), ("Deposit", "900 €"),
                      ("Heating", "90 €"), ("From", "today")], LOOK, (), id="some amounts"),
        pytest.param([("x" * 61, "b", "c"), ("d", "e", "f")], LOOK, (), id="long text"),
    ],
)  # fmt: skip
def test_a_first_row_that_reads_as_names_is_the_header(
    rows: list[tuple[str, ...]], look: str, columns: tuple[str, ...]
) -> None:
    body = table(*(row(*each) for each in rows), properties=look)
    (block,) = extract_docx(make(body)).blocks
    assert block.columns == columns
    assert len(block.rows) == len(rows) - bool(columns)


def test_a_bold_first_row_is_the_header_and_a_bold_table_has_none() -> None:
    def bold(text: str) -> str:
        return paragraph(run(text, BOLD))

    body = table(row(bold("Office"), bold("Manager")), row("Turin", "Paolo"))
    assert extract_docx(make(body)).blocks[0].columns == ("Office", "Manager")
    body = table(row(bold("Office"), bold("Manager")), row(bold("Turin"), bold("Paolo")))
    assert extract_docx(make(body)).blocks[0].columns == ()


def test_a_table_style_with_a_first_row_of_its_own_has_a_header() -> None:
    styles = root("styles", style("Grid", "Own grid", "", '<w:tblStylePr w:type="firstRow"/>'))
    body = table(
        row("Office", "Manager"),
        row("Turin", "Paolo"),
        properties='<w:tblStyle w:val="Grid"/><w:tblLook w:firstRow="1"/>',
    )
    assert extract_docx(make(body, styles=styles)).blocks[0].columns == ("Office", "Manager")
    body = body.replace('w:firstRow="1"', 'w:firstRow="0"')
    assert extract_docx(make(body, styles=styles)).blocks[0].columns == ()


def test_a_row_of_one_cell_above_a_table_is_its_caption() -> None:
    wide = f'<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>{paragraph("Stations")}</w:tc>'
    body = table(row(wide), row("Name", "Opened"), row("Moen", "1936"), row("Os", "1940"))
    extracted = extract_docx(make(body))
    assert shown(extracted) == [
        ("caption", 0, "Stations"),
        ("table", 0, "Name\tOpened\nMoen\t1936\nOs\t1940"),
    ]
    assert extracted.blocks[1].columns == ("Name", "Opened")


def test_a_cell_is_one_line_and_a_table_in_it_too() -> None:
    inner = table(row("in", "ner"), row("more", "x"))
    body = table(row(paragraph("a") + paragraph("b"), inner), row("c", "d"), row(" ", ""))
    extracted = extract_docx(make(body))
    assert shown(extracted) == [("table", 0, "a b\tin ner more x\nc\td")]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param(table(row(paragraph("a") + paragraph("b"))), "a\n\nb", id="a frame"),
        pytest.param(table(row("a"), row("b")), "a\n\nb", id="one column"),
        pytest.param(table(row(paragraph("a") + paragraph("b"), "c")), "a\n\nb\n\nc", id="columns"),
        pytest.param(
            table(row(paragraph("H", "Heading1") + paragraph("a"), "b"), row("c", "d")),
            "H\n\na\n\nb\n\nc\n\nd",
            id="sections",
        ),
    ],
)
def test_a_table_for_layout_is_paragraphs(body: str, text: str) -> None:
    extracted = extract_docx(make(body))
    assert extracted.text == text
    assert {block.kind.value for block in extracted.blocks} <= {"paragraph", "heading"}


def test_a_table_in_a_frame_stays_a_table() -> None:
    body = table(row(paragraph("a") + table(row("b", "c"), row("d", "e"))))
    assert blocks_of(body) == [("paragraph", 0, "a"), ("table", 0, "b\tc\nd\te")]


def test_deleted_rows_and_cells_are_left_out() -> None:
    body = table(
        row("a", "b", "<w:tc><w:tcPr><w:cellDel/></w:tcPr>" + paragraph("out") + "</w:tc>"),
        row("out", "out", properties="<w:del/>"),
        row("c", "d"),
    )
    assert text_of(body) == "a\tb\nc\td"


def test_a_cell_that_claims_a_million_columns_gets_what_word_has_at_most() -> None:
    wide = f'<w:tc><w:tcPr><w:gridSpan w:val="1000000"/></w:tcPr>{paragraph("a")}</w:tc>'
    (block,) = extract_docx(make(table(row(wide, "b"), row("c", "d")))).blocks
    assert [len(each.cells) for each in block.rows] == [MAX_COLUMNS + 1, 2]


# --- headers, footers, notes ---------------------------------------------------------------------


def section(*references: tuple[str, str, str], more: str = "") -> str:
    listed = "".join(
        f'<w:{kind}Reference w:type="{of}" r:id="{name}"/>' for kind, of, name in references
    )
    return f"<w:sectPr>{listed}{more}</w:sectPr>"


def header(*paragraphs: str) -> str:
    return root("hdr", "".join(paragraphs))


def test_headers_come_first_and_footers_last_once_each() -> None:
    first = section(("header", "default", "header1"), ("footer", "default", "footer1"))
    second = section(("header", "default", "header2"), ("footer", "default", "footer1"))
    body = paragraph("Body one.", properties=first) + paragraph("Body two.") + second
    extracted = extract_docx(
        make(
            body,
            header1=header(paragraph("Reference KV-7731"), paragraph("Oona")),
            header2=header(paragraph("Reference KV-7732"), paragraph("Oona")),
            footer1=header(paragraph("Account 0099 4411 2255")),
        )
    )
    assert shown(extracted) == [
        ("paragraph", 0, "Reference KV-7731\nOona"),
        ("paragraph", 0, "Reference KV-7732"),
        ("paragraph", 0, "Body one."),
        ("paragraph", 0, "Body two."),
        ("note", 0, "Account 0099 4411 2255"),
    ]
    assert extracted.stated == Stated(title="Body one.")


def page(of: str = "PAGE") -> str:
    return field(of, run("3"))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (page(), "furniture"),
        (run("Page ") + page() + run(" of ") + page("NUMPAGES"), "furniture"),
        (run("Seite ") + page() + run(" von ") + page("NUMPAGES"), "furniture"),
        (run("- ") + f'<w:fldSimple w:instr="PAGE">{run("12")}</w:fldSimple>' + run(" -"),
         "furniture"),
        (run("Page 3 / 12"), "furniture"),
        (run("KV-7731, page ") + page(), "paragraph"),
        (run("0099 4411 2255"), "paragraph"),
        (field("STYLEREF x", run("The rent")), "paragraph"),
    ],
)  # fmt: skip
def test_a_page_number_is_furniture(content: str, kind: str) -> None:
    body = paragraph("Body.") + section(("header", "default", "header1"))
    assert blocks_of(body, header1=header(paragraph(content)))[0][0] == kind


def test_a_header_that_word_does_not_show_is_left_out() -> None:
    references = [("header", of, f"header{at}") for at, of in enumerate(("first", "even"), 1)]
    headers = {"header1": header(paragraph("First")), "header2": header(paragraph("Even"))}
    body = paragraph("Body.")
    assert text_of(body + section(*references), **headers) == "Body."
    titled = body + section(*references, more="<w:titlePg/>")
    assert text_of(titled, **headers) == "First\n\nBody."
    settings = root("settings", "<w:evenAndOddHeaders/>")
    assert text_of(titled, **headers, settings=settings) == "First\n\nEven\n\nBody."


def test_a_row_of_a_table_in_a_header_is_a_line() -> None:
    body = paragraph("Body.") + section(("header", "default", "header1"))
    text = text_of(body, header1=header(table(row("Reference", "KV-7731"))))
    assert text == "Reference\tKV-7731\n\nBody."


def reference(kind: str, identifier: int) -> str:
    return f'<w:r><w:{kind}Reference w:id="{identifier}"/></w:r>'


def notes(kind: str, *texts: tuple[int, str]) -> str:
    separator = f'<w:{kind} w:type="separator" w:id="-1">{paragraph("no")}</w:{kind}>'
    return root(
        f"{kind}s",
        separator
        + "".join(
            f'<w:{kind} w:id="{at}">{paragraph(f"<w:r><w:{kind}Ref/></w:r>" + run(" " + text))}'
            f"</w:{kind}>"
            for at, text in texts
        ),
    )


def test_notes_follow_the_text_in_the_order_of_their_marks() -> None:
    body = paragraph(
        run("The rent") + reference("footnote", 7) + run(" is due") + reference("endnote", 2)
        + reference("footnote", 3) + run(".")
    )  # fmt: skip
    extracted = extract_docx(
        make(
            body,
            footnotes=notes("footnote", (3, "Second."), (7, "First."), (9, "Nowhere.")),
            endnotes=notes("endnote", (2, "End.")),
        )
    )
    assert shown(extracted) == [
        ("paragraph", 0, "The rent is due."),
        ("note", 0, "First."),
        ("note", 0, "Second."),
        ("note", 0, "Nowhere."),
        ("note", 0, "End."),
    ]


def test_a_note_knows_what_it_is_a_note_to() -> None:
    body = (
        paragraph("Lease", "Heading1")
        + paragraph(run("  The rent") + reference("footnote", 1) + run(" is due."))
        + table(row("a", paragraph(run("b") + reference("footnote", 2))), row("c", "d"))
        + paragraph(reference("footnote", 3) + run("End."))
    )
    listed = notes("footnote", (1, "One."), (2, "Two."), (3, "Three."), (4, "Nowhere."))
    extracted = extract_docx(make(body, footnotes=listed))
    assert extracted.text.startswith("Lease\n\nThe rent is due.\n\na\tb\nc\td\n\nEnd.")
    assert [block.anchor for block in extracted.blocks[-4:]] == [14, 25, 34, None]
    assert extracted.text[7:15] == "The rent"


def test_a_note_to_deleted_text_is_left_out() -> None:
    body = paragraph(run("Kept.") + f"<w:del>{reference('footnote', 1)}</w:del>")
    assert text_of(body, footnotes=notes("footnote", (1, "Gone."))) == "Kept."


def test_a_comment_has_its_author_and_a_note_its_paragraphs() -> None:
    comment = (
        '<w:comment w:id="0" w:author="R. Lund">{}</w:comment><w:comment w:id="1">{}</w:comment>'
    ).format(paragraph("A ceiling.") + paragraph("Four per cent."), paragraph("No name."))
    body = paragraph(run("Rent.") + reference("comment", 0) + reference("comment", 1))
    assert blocks_of(body, comments=root("comments", comment)) == [
        ("paragraph", 0, "Rent."),
        ("note", 0, "R. Lund: A ceiling.\nFour per cent."),
        ("note", 0, "No name."),
    ]


def test_a_document_with_nothing_but_a_note_has_text() -> None:
    body = paragraph(reference("footnote", 1))
    assert text_of(body, footnotes=notes("footnote", (1, "Example"))) == "Example"


# --- python-docx ---------------------------------------------------------------------------------


def test_docx_gives_paragraphs_and_tables_in_order() -> None:
    docx = new_docx()
    docx.core_properties.title = "The title"
    docx.add_heading("Heading", level=1)
    docx.add_paragraph("First\tparagraph.\nIts second line.")
    added = docx.add_table(rows=2, cols=2)
    for each, text in zip(added._cells, ["a", "b\nb", "c", "d"], strict=True):
        each.text = text
    docx.add_paragraph("")
    docx.add_paragraph("Last “one”.")
    extracted = extract_docx(saved(docx))
    assert shown(extracted) == [
        ("heading", 1, "Heading"),
        ("paragraph", 0, "First\tparagraph.\nIts second line."),
        ("table", 0, "a\tb b\nc\td"),
        ("paragraph", 0, "Last “one”."),
    ]
    assert extracted.text == (
        "Heading\n\nFirst\tparagraph.\nIts second line.\n\na\tb b\nc\td\n\nLast “one”."
    )
    assert extracted.stated == Stated(title="The title")


def test_docx_of_python_docx_with_every_kind() -> None:
    docx = new_docx()
    docx.add_heading("Lease", level=0)
    docx.add_heading("Rent", level=2)
    docx.sections[0].header.paragraphs[0].text = "Reference KV-7731"
    docx.sections[0].footer.paragraphs[0].text = "Account 0099"
    rent = docx.add_paragraph("The rent is due.")
    docx.add_comment(runs=rent.runs, text="A ceiling of four per cent.", author="R. Lund")
    docx.add_paragraph("water", style="List Bullet")
    docx.add_paragraph("heat", style="List Number 2")
    docx.add_paragraph("Figure 1", style="Caption")
    extracted = extract_docx(saved(docx))
    assert shown(extracted) == [
        ("paragraph", 0, "Reference KV-7731"),
        ("heading", 1, "Lease"),
        ("heading", 2, "Rent"),
        ("paragraph", 0, "The rent is due."),
        ("item", 1, "water"),
        ("item", 2, "heat"),
        ("caption", 0, "Figure 1"),
        ("note", 0, "R. Lund: A ceiling of four per cent."),
        ("note", 0, "Account 0099"),
    ]
    assert extracted.stated == Stated(title="Lease")


def test_a_title_that_a_program_made_is_none() -> None:
    parts = make_parts(paragraph("One", "Heading1") + paragraph("Two", "Heading1"))
    parts["docProps/core.xml"] = (
        '<cp:coreProperties xmlns:cp="urn:x" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:title>Document1</dc:title></cp:coreProperties>"
    )
    assert extract_docx(package(parts)).stated == Stated(title="One")
    parts["docProps/core.xml"] = "<damaged"
    assert extract_docx(package(parts)).stated == Stated(title="One")
