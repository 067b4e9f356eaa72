"""A PDF's text and structure: pages, furniture, headings, columns, tables, notes, damage."""

from __future__ import annotations

import io
import random
from collections import Counter
from dataclasses import replace

import pytest
from pypdf import PdfReader, PdfWriter
from pypdfium2 import PdfDocument

from seedqa.index.documents.pdf.extract import extract_pdf
from seedqa.index.documents.pdf.lines import join_pieces
from seedqa.index.documents.pdf.pieces import read_page
from seedqa.index.documents.types import Extracted, Stated
from seedqa.index.errors import UnreadableFile
from seedqa.index.reading_view import make_view
from seedqa.index.types import Block, BlockKind, Edit
from support.pdf_writer import (
    BOLD,
    LIGATURE_CODE,
    MAPPED,
    MONO,
    PLAIN,
    SYMBOL_CODE,
    Bookmark,
    Drawn,
    hebrew,
    lines,
    make_pdf,
    write_pdf,
)
from support.structure import anchors, assert_sound, read, shown


def reason(raw: bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        extract_pdf(raw)
    return caught.value.reason


def extract(*pages: list[Drawn], outline: tuple[Bookmark, ...] = ()) -> Extracted:
    """Extract a PDF and check what blocks and edits promise."""
    extracted = extract_pdf(write_pdf(*pages, outline=outline))
    assert_sound(extracted)
    return extracted


# --- files ----------------------------------------------------------------------------------------


def test_pdf_pages_start_where_it_says() -> None:
    extracted = extract_pdf(make_pdf("One été\nmore", "", "Three", title="A title"))
    assert extracted.text == "One été\nmore\n\f\n\n\f\nThree"
    assert extracted.page_starts == (0, 15, 18)
    assert extracted.text[18:] == "Three"
    assert extracted.stated == Stated(title="A title")


def test_pdf_of_one_page() -> None:
    assert extract_pdf(make_pdf("Words")) == Extracted(
        "Words", Stated(title=""), (0,), (Block(BlockKind.PARAGRAPH, 0, 5),)
    )


def test_pdf_without_text_layer() -> None:
    assert reason(make_pdf("", "")) == "no text layer (scanned?)"


@pytest.mark.parametrize("algorithm", ["RC4-128"])
def test_encrypted_pdf(algorithm: str) -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(make_pdf("Secret"))))
    writer.encrypt("password", algorithm=algorithm)
    buffer = io.BytesIO()
    writer.write(buffer)
    assert reason(buffer.getvalue()) == "encrypted PDF (password needed)"


@pytest.mark.parametrize("raw", [b"%PDF-1.4\nnot one", b"garbage"], ids=["header", "garbage"])
def test_damaged_pdf(raw: bytes) -> None:
    assert reason(raw) == ("damaged PDF: Failed to load document (PDFium: Data format error).")


def test_a_pdf_that_repeats_a_page_beyond_measure_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A page may be named again in six bytes: 64 KB would be a gigabyte of text."""
    raw = make_pdf("so long", "so long", "so long")
    monkeypatch.setattr("seedqa.index.documents.pdf.extract.MAX_PDF_CHARACTERS", 20)
    with pytest.raises(UnreadableFile) as caught:
        extract_pdf(raw)
    assert caught.value.reason == "PDF with more than 20 characters"
    monkeypatch.setattr("seedqa.index.documents.pdf.extract.MAX_PDF_CHARACTERS", 21)
    assert extract_pdf(raw).text.count("so long") == 3


def test_a_pdf_title_that_is_no_text_is_none() -> None:
    raw = make_pdf("A bridge", title="TITLE").replace(b"(TITLE)", b"<FEFF0041D8000042>")
    assert extract_pdf(raw).stated.title is None
    assert "A bridge" in extract_pdf(raw).text


# --- page headers and footers ---------------------------------------------------------------------


def with_furniture(number: int, body: list[Drawn], count: int = 4) -> list[Drawn]:
    """Draw a page with a header and a numbered footer in smaller type."""
    header = Drawn(72, 760, "Coast Trust - Survey 2019", 9)
    return [header, *body, Drawn(72, 40, f"Confidential   Page {number} of {count}", 9)]


def test_repeated_lines_at_the_edges_are_furniture_in_the_order_of_the_page() -> None:
    extracted = extract(
        with_furniture(1, lines("The work was\npaid for by the", y=720), 2),
        with_furniture(2, lines("Marlow Foundation in May.", y=720), 2),
    )
    assert extracted.text == (
        "Coast Trust - Survey 2019\n\nThe work was\npaid for by the\n\nConfidential Page 1 of 2"
        "\n\f\n"
        "Coast Trust - Survey 2019\n\nMarlow Foundation in May.\n\nConfidential Page 2 of 2"
    )
    assert [kind for kind, _ in read(extracted)] == [
        *("furniture", "paragraph", "furniture"),
        *("furniture", "paragraph", "furniture"),
    ]
    assert extracted.text[extracted.page_starts[1] :].startswith("Coast Trust")


def test_headers_of_odd_and_even_pages_are_furniture() -> None:
    heads = ["Annual report", "Coast Trust"]
    extracted = extract(
        *(
            [Drawn(72, 760, f"{heads[number % 2]} {number}", 9), *lines(f"Text {word}.", y=700)]
            for number, word in enumerate(["one", "two", "three", "four"])
        )
    )
    assert [kind for kind, _ in read(extracted)] == ["furniture", "paragraph"] * 4


def test_a_number_alone_at_the_foot_of_one_page_is_furniture() -> None:
    extracted = extract([*lines("The kiosk opens at ten."), Drawn(300, 40, "- 7 -")])
    assert read(extracted) == [("paragraph", "The kiosk opens at ten."), ("furniture", "- 7 -")]


def test_a_title_that_repeats_on_each_page_is_a_heading() -> None:
    extracted = extract(
        *(
            [Drawn(72, 740, "Lease", 18), *lines(f"The rent is {rent} euros a month.", y=700)]
            for rent in (410, 450)
        )
    )
    assert [kind for kind, _ in read(extracted)] == ["heading", "paragraph"] * 2


def test_text_that_repeats_without_a_gap_is_no_furniture() -> None:
    extracted = extract(
        *(lines(f"It is {n} o'clock.\nThe door is shut.\nNobody is in.", y=740) for n in (1, 2))
    )
    assert [kind for kind, _ in read(extracted)] == ["paragraph", "paragraph"]


def test_a_word_torn_by_a_page_break_is_read_whole_on_the_second_page() -> None:
    extracted = extract(
        with_furniture(1, lines("The nests are near the light-", y=720)),
        with_furniture(2, lines("house. A climate-controlled room\nis planned.", y=720)),
    )
    assert "near the light-\n" in extracted.text
    assert read(extracted)[1] == ("paragraph", "The nests are near the ")
    assert read(extracted)[4] == (
        "paragraph",
        "lighthouse. A climate-controlled room is planned.",
    )


def test_a_torn_word_keeps_the_hyphen_that_the_document_writes() -> None:
    extracted = extract(
        lines("One climate-controlled room is open. The other is not climate-"),
        lines("controlled yet."),
    )
    assert read(extracted)[1] == ("paragraph", "climate-controlled yet.")


def test_the_only_line_of_pages_is_no_furniture_but_a_lone_number_is() -> None:
    only = [Drawn(72, 740, "Ticket for one adult")]
    extracted = extract(only, only, [Drawn(300, 40, "3")])
    assert read(extracted) == [
        ("paragraph", "Ticket for one adult"),
        ("paragraph", "Ticket for one adult"),
        ("furniture", "3"),
    ]


# --- headings -------------------------------------------------------------------------------------

BODY = "The harbour office issues a mooring permit to owners of boats.\nIt costs 140 euros a year."
READ_BODY = BODY.replace("\n", " ")


def levels(extracted: Extracted) -> list[tuple[int, str]]:
    return [(level, text) for kind, level, text, _ in shown(extracted) if kind == "heading"]


def test_larger_and_bold_lines_are_headings_by_rank() -> None:
    extracted = extract(
        [
            Drawn(72, 740, "Rules of the harbour", 20),
            Drawn(72, 700, "Permits", 15),
            *lines(BODY, y=670),
            Drawn(72, 630, "Fees", font=BOLD),
            *lines(BODY, y=610),
        ]
    )
    assert levels(extracted) == [(1, "Rules of the harbour"), (2, "Permits"), (3, "Fees")]
    assert [kind for kind, _ in read(extracted)] == [
        *("heading", "heading", "paragraph", "heading", "paragraph")
    ]


def test_a_heading_of_two_lines_is_one_block() -> None:
    extracted = extract([*lines("Rules of\nthe harbour", y=740, pitch=24, size=20), *lines(BODY)])
    assert levels(extracted) == [(1, "Rules of\nthe harbour")]


def test_a_year_in_large_type_is_a_heading_and_another_number_is_none() -> None:
    extracted = extract(
        [
            Drawn(72, 740, "2015", 16),
            *lines(BODY, y=710),
            Drawn(72, 640, "120", 16),
            *lines(BODY, y=610),
        ]
    )
    assert levels(extracted) == [(1, "2015")]


def test_a_bookmark_with_half_a_character_is_left_out() -> None:
    """The whole file was said to be damaged."""
    half = r"\376\377\330\000\000A"
    extracted = extract(
        [Drawn(72, 740, "Harbour", 15), *lines(BODY, y=710)],
        outline=(Bookmark(half, 0), Bookmark("Harbour", 0)),
    )
    assert levels(extracted) == [(1, "Harbour")]


def test_bookmarks_give_levels() -> None:
    extracted = extract(
        [
            Drawn(72, 740, "1 Harbour", 15),
            *lines(BODY, y=710),
            Drawn(72, 660, "1.1 Permits", 15),
            *lines(BODY, y=630),
            Drawn(72, 580, "Plain but marked"),
            *lines(BODY, y=540),
        ],
        outline=(
            Bookmark("Harbour", 0),
            Bookmark("Permits", 0, 1),
            Bookmark("Plain but marked", 0, 2),
        ),
    )
    assert levels(extracted) == [(1, "1 Harbour"), (2, "1.1 Permits"), (3, "Plain but marked")]


@pytest.mark.parametrize(
    "title", ["OPENING HOURS", "3. Opening hours"], ids=["capitals", "numbered"]
)
def test_a_line_apart_in_the_type_of_the_text_is_a_heading(title: str) -> None:
    extracted = extract([*lines(BODY), Drawn(72, 650, title), *lines(BODY, y=630)])
    assert levels(extracted) == [(1, title)]


def test_bold_words_that_begin_a_line_make_no_heading() -> None:
    extracted = extract(
        [
            Drawn(72, 700, "Fee.", font=BOLD),
            Drawn(100, 700, "A permit costs 140 euros a year and is paid in March."),
            *lines("Lost permits are replaced by the master.", y=686),
        ]
    )
    assert [kind for kind, _ in read(extracted)] == ["paragraph"]


@pytest.mark.parametrize(
    "drawn",
    [
        pytest.param(Drawn(72, 740, "R E P O R T   O F   M A Y", 16), id="spaces"),
        pytest.param(Drawn(72, 740, "REPORT OF MAY", 16, spacing=6), id="spacing"),
    ],
)
def test_letter_spaced_headings_are_words(drawn: Drawn) -> None:
    extracted = extract([drawn, *lines(BODY)])
    assert levels(extracted) == [(1, "REPORT OF MAY")]


def test_a_letter_spaced_year_is_a_word_too() -> None:
    extracted = extract([Drawn(72, 740, "R E P O R T   2 0 1 9", 16), *lines(BODY)])
    assert levels(extracted) == [(1, "REPORT 2019")]


@pytest.mark.parametrize("text", ["Plan A B C is off.", "A B C", "1 2 3 4 5", "a + b = c + d"])
def test_single_letters_and_figures_stay_apart(text: str) -> None:
    assert extract(lines(text)).text == text


# --- note numbers ---------------------------------------------------------------------------------


def width(text: str, size: float = 11) -> float:
    """Return the width of figures and spaces in Helvetica."""
    return sum(0.556 if char.isdigit() else 0.278 for char in text) * size


def test_raised_small_digits_are_left_out_of_what_is_read() -> None:
    extracted = extract(
        [
            Drawn(72, 700, "1847"),
            Drawn(72 + width("1847"), 704, "12", 7),
            Drawn(72 + width("1847") + width("12", 7) + 3, 700, "was a good year."),
        ]
    )
    assert extracted.text == "184712 was a good year."
    assert extracted.edits == (Edit(4, 6),)
    assert read(extracted) == [("paragraph", "1847 was a good year.")]


@pytest.mark.parametrize(
    ("base", "digits", "rise", "edits"),
    [
        pytest.param("H", "2", -2, (), id="subscript of a formula"),
        pytest.param("40 m", "2", 4, (), id="square metres"),
        pytest.param("10", "6", 4, (), id="power of ten"),
        pytest.param("Reuter", "3", 4, (Edit(6, 7),), id="note"),
        pytest.param("Reuter", "3, 4", 4, (Edit(6, 10),), id="two notes"),
    ],
)
def test_which_small_digits_are_notes(
    base: str, digits: str, rise: float, edits: tuple[Edit, ...]
) -> None:
    widths = {"H": 0.722, "40 m": 2.223, "10": 1.112, "Reuter": 3.057}
    at = 72 + widths[base] * 11
    extracted = extract([Drawn(72, 700, base), Drawn(at, 700 + rise, digits, 7)])
    assert extracted.text == base + digits
    assert extracted.edits == edits


def test_small_type_at_the_foot_that_begins_with_a_number_is_a_note() -> None:
    extracted = extract(
        [
            *lines(BODY),
            *lines(
                "12 See the parish book.\n13 Fire report, box 4, which\nis lost.",
                y=120,
                pitch=10,
                size=8,
            ),
        ]
    )
    assert read(extracted)[1:] == [
        ("note", "12 See the parish book."),
        ("note", "13 Fire report, box 4, which is lost."),
    ]


def test_a_note_is_anchored_at_its_number_on_the_same_page() -> None:
    one = lines("12 See the book.\n13 Fire report, box.\n14 Lost.", y=120, pitch=10, size=8)
    two = lines("12 Sold to the town in May.", y=120, size=8)
    extracted = extract(
        [
            *lines(BODY),
            Drawn(72, 300, "1847"),
            Drawn(72 + width("1847"), 304, "12, 14", 7),
            Drawn(72 + width("1847") + width("12, 14", 7) + 3, 300, "was a good year."),
            *one,
        ],
        [*lines("The pier was closed for the winter\nand opened again in the spring."), *two],
    )
    assert anchors(extracted) == [
        ("12 See the book.", "ear.\n\n1847"),
        ("13 Fire report, box.", None),
        ("14 Lost.", "\n\n184712, "),
        ("12 Sold to the town in May.", None),
    ]


# --- wrapped lines --------------------------------------------------------------------------------


def test_the_lines_of_a_paragraph_are_read_as_one() -> None:
    extracted = extract(
        lines("It was said by Greta\nBrandquister, of the Bar-\ntholomew E-\n1047.")
    )
    assert extracted.text == "It was said by Greta\nBrandquister, of the Bar-\ntholomew E-\n1047."
    assert extracted.edits == (Edit(20, 21, " "), Edit(45, 47), Edit(58, 59))
    assert read(extracted) == [
        ("paragraph", "It was said by Greta Brandquister, of the Bartholomew E-1047.")
    ]


# --- words ----------------------------------------------------------------------------------------


def test_words_hyphenated_at_line_ends_are_read_whole() -> None:
    extracted = extract(lines("The refur-\nbishment of a climate-\ncontrolled room."))
    assert extracted.text == "The refur-\nbishment of a climate-\ncontrolled room."
    assert extracted.edits == (Edit(9, 11), Edit(33, 34))


# --- columns --------------------------------------------------------------------------------------

LEFT = """The harbour office issues a
mooring permit to owners of
boats up to twelve metres.
Lost permits are replaced by
the harbour master, whose
name is Jorun Aakvik."""
RIGHT = """Dogs must be kept on a lead
between the two jetties, and
a fine of 35 euros is due for
fouling. The kiosk opens
at ten and is run by
the family Pellerin."""


@pytest.mark.parametrize("shift", [0, 6], ids=["one base line", "base lines differ"])
@pytest.mark.parametrize("by", ["rows", "columns"])
def test_two_columns_are_read_one_after_the_other(by: str, shift: float) -> None:
    left = lines(LEFT, 72, 660)
    right = lines(RIGHT, 320, 660 - shift)
    rows = [drawn for pair in zip(left, right, strict=True) for drawn in pair]
    extracted = extract(
        [Drawn(72, 720, "Rules of the harbour and of its two jetties for all", 16)]
        + (rows if by == "rows" else left + right)
    )
    assert extracted.text == (
        f"Rules of the harbour and of its two jetties for all\n\n{LEFT}\n\n{RIGHT}"
    )


def test_three_columns_drawn_by_rows_are_read_one_after_the_other() -> None:
    columns = [
        "the old mill on the\nriver was sold to the\ntown in the spring",
        "of the same year as\nthe bridge which had\nbeen closed to carts",
        "and to riders by the\nmayor and by all of\nher many friends.",
    ]
    drawn = [lines(text, 72 + 170 * number) for number, text in enumerate(columns)]
    extracted = extract([one for row in zip(*drawn, strict=True) for one in row])
    assert extracted.text == "\n".join(columns)


# --- tables ---------------------------------------------------------------------------------------


def table(rows: list[list[str]], y: float = 700, step: float = 110, **style: object) -> list[Drawn]:
    """Draw cells row by row."""
    return [
        Drawn(72 + step * column, y - 16 * number, cell, **style)  # type: ignore[arg-type]
        for number, row in enumerate(rows)
        for column, cell in enumerate(row)
        if cell
    ]


FIELDS = [
    ["Airfield", "Flights in 2018", "Opened", "Surface"],
    ["Aldern", "3200", "1878", "asphalt"],
    ["Brisk", "6300", "1859", "gravel"],
    ["Selby", "1000", "1892", "asphalt"],
]


def cells_of(extracted: Extracted, block: Block) -> list[list[str]]:
    return [[extracted.text[start:end] for start, end in row.cells] for row in block.rows]


def only_table(extracted: Extracted) -> Block:
    [block] = [block for block in extracted.blocks if block.kind is BlockKind.TABLE]
    return block


def test_aligned_cells_are_a_table_with_the_names_of_its_columns() -> None:
    extracted = extract([Drawn(72, 740, "Airfields", 16), *table(FIELDS)])
    block = only_table(extracted)
    assert extracted.text == "Airfields\n\n" + "\n".join("\t".join(row) for row in FIELDS)
    assert block.columns == tuple(FIELDS[0])
    assert block.header is not None
    assert cells_of(extracted, block) == FIELDS[1:]


def test_a_cell_may_be_empty_and_a_cell_may_have_two_lines() -> None:
    rows = [[*row] for row in FIELDS]
    rows[2][1] = ""
    wrapped = Drawn(72 + 330, 700 - 16 - 9, "and grass", 9)
    extracted = extract(
        table(rows, size=9)[:8]
        + [wrapped]
        + [Drawn(drawn.x, drawn.y - 10, drawn.text, 9) for drawn in table(rows, size=9)[8:]]
    )
    assert cells_of(extracted, only_table(extracted)) == [
        ["Aldern", "3200", "1878", "asphalt\nand grass"],
        ["Brisk", "", "1859", "gravel"],
        ["Selby", "1000", "1892", "asphalt"],
    ]


def test_a_table_of_a_name_and_its_value_has_no_header() -> None:
    rows = [["Rent:", "450 euros"], ["Deposit:", "900 euros"], ["Landlord:", "Anna Berg"]]
    block = only_table(extracted := extract(table(rows)))
    assert block.columns == ()
    assert block.header is None
    assert cells_of(extracted, block) == rows


def test_a_table_goes_on_with_its_names_on_the_next_page() -> None:
    more = [["Tarn", "800", "1901", "grass"], ["Ulver", "90", "1911", "grass"]]
    extracted = extract(table(FIELDS), table([*more, ["Vexley", "50", "1933", "grass"]]))
    first, second = [block for block in extracted.blocks if block.kind is BlockKind.TABLE]
    assert second.columns == first.columns == tuple(FIELDS[0])
    assert second.header is None
    assert cells_of(extracted, second)[:2] == more


def test_text_before_and_after_a_table_is_no_part_of_it() -> None:
    prose = "The airfields of the county were counted again in the spring of 2018 by its clerk."
    extracted = extract(
        [*lines(prose, y=740), *table(FIELDS), *lines(prose.replace("spring", "autumn"), y=610)]
    )
    assert [kind for kind, _ in read(extracted)] == ["paragraph", "table", "paragraph"]


def test_a_table_below_columns_of_prose_is_a_table_of_its_own() -> None:
    columns = [*lines(LEFT, 72, 740), *lines(RIGHT, 320, 740)]
    extracted = extract([*columns, *table(FIELDS, y=600)])
    assert extracted.text.startswith(f"{LEFT}\n\n{RIGHT}\n\n")
    assert only_table(extracted).columns == tuple(FIELDS[0])


def test_two_addresses_above_a_table_are_no_part_of_it() -> None:
    left = lines("Vega Shipyard\nHigh Street 3\nEmmerau", 72, 740)
    right = lines("Date: 12 May 2021\nClient: Nautical Club\nDue: 12 June 2021", 250, 740)
    drawn = [one for row in zip(left, right, strict=True) for one in row]
    extracted = extract([*drawn, *table(FIELDS, y=650)])
    tables = [block for block in extracted.blocks if block.kind is BlockKind.TABLE]
    assert tables[-1].columns == tuple(FIELDS[0])
    assert cells_of(extracted, tables[-1]) == FIELDS[1:]


def test_columns_with_a_gap_at_the_same_height_stay_columns() -> None:
    upper = [*lines(LEFT, 72, 740), *lines(RIGHT, 320, 740)]
    lower = [*lines(LEFT.upper(), 72, 620), *lines(RIGHT.upper(), 320, 620)]
    rows = sorted([*upper, *lower], key=lambda drawn: (-drawn.y, drawn.x))
    text = extract(rows).text
    assert text.index("JORUN AAKVIK") < text.index("Dogs must be kept")


# --- lists, captions, contents, code --------------------------------------------------------------


def test_bullets_and_numbers_make_items_with_their_depth() -> None:
    extracted = extract(
        [
            *lines("The board has these members:", y=720),
            Drawn(72, 700, "\u2022"), Drawn(90, 700, "Anna Berg, who has the key of the hall and"),
            Drawn(90, 686, "of the cellar"),
            Drawn(90, 672, "\u2022"), Drawn(108, 672, "Jo Kim"),
            Drawn(72, 658, "\u2022"), Drawn(90, 658, "Ines Porto"),
            Drawn(72, 630, "1. Open the valve."),
            Drawn(72, 616, "2. Close the lid."),
        ]
    )  # fmt: skip
    assert [(kind, level, text) for kind, level, text, _ in shown(extracted)] == [
        ("paragraph", 0, "The board has these members:"),
        ("item", 1, "\u2022 Anna Berg, who has the key of the hall and\nof the cellar"),
        ("item", 2, "\u2022 Jo Kim"),
        ("item", 1, "\u2022 Ines Porto"),
        ("item", 1, "1. Open the valve."),
        ("item", 1, "2. Close the lid."),
    ]
    assert "\nJo Kim\nInes Porto\n" in make_view(extracted.text, extracted.edits).text


@pytest.mark.parametrize(
    "text", ["Figure 3: The old mill", "Abbildung 2. Die Mühle", "Tabella 1 - Dati"]
)
def test_a_caption(text: str) -> None:
    extracted = extract([*lines(BODY), *lines(text, y=640, size=9)])
    assert read(extracted)[1] == ("caption", text)


@pytest.mark.parametrize("text", ["Tables: two, oak", "Schemas - a list", "Map a route"])
def test_words_like_a_caption_are_none(text: str) -> None:
    assert [kind for kind, _ in read(extract(lines(text)))] == ["paragraph"]


def test_a_sentence_that_begins_with_a_figure_is_no_caption() -> None:
    extracted = extract(lines("Figure 3 shows the old mill as it was."))
    assert [kind for kind, _ in read(extracted)] == ["paragraph"]


def test_a_table_of_contents_is_navigation() -> None:
    extracted = extract(
        [
            Drawn(72, 740, "Contents", 16),
            *lines("Who keeps the keys ........ 3\nWhat it costs ........ 12\nIndex ........ 20"),
            *lines(BODY, y=600),
        ]
    )
    assert [kind for kind, _ in read(extracted)] == ["navigation", "navigation", "paragraph"]


def test_contents_without_dots_are_told_by_their_title() -> None:
    rows = [["Keys", "3"], ["Costs", "12"], ["Index", "20"]]
    extracted = extract([Drawn(72, 740, "Inhalt", 16), *table(rows, step=300), *lines(BODY, y=600)])
    assert [kind for kind, _ in read(extracted)] == ["navigation", "navigation", "paragraph"]


def test_monospaced_lines_are_code() -> None:
    extracted = extract([*lines(BODY), *lines("x = 1\ny = 2", y=640, font=MONO)])
    assert read(extracted)[1] == ("code", "x = 1\ny = 2")


# --- directions -----------------------------------------------------------------------------------


def test_a_slanted_watermark_is_furniture_and_no_part_of_a_line() -> None:
    mark = Drawn(150, 560, "DRAFT", 60, turn=(0.7071, 0.7071))
    extracted = extract([lines(BODY)[0], mark, lines(BODY)[1]])
    assert read(extracted) == [("paragraph", READ_BODY), ("furniture", "DRAFT")]


def test_an_upright_watermark_over_lines_is_furniture() -> None:
    mark = Drawn(100, 668, "DRAFT", 70, font=BOLD)
    text = "Owners of boats which are not longer than twelve metres or\nwider than four and which "
    text += "are kept at the pier pay a fee\nof 140 euros a year."
    extracted = extract([mark, *lines(text)])
    assert read(extracted) == [("paragraph", text.replace("\n", " ")), ("furniture", "DRAFT")]


def test_a_line_up_the_margin_is_a_block_of_its_own() -> None:
    extracted = extract([Drawn(40, 300, "Printed in May", turn=(0, 1)), *lines(BODY)])
    assert read(extracted) == [("paragraph", "Printed in May"), ("paragraph", READ_BODY)]


@pytest.mark.parametrize("turn", [(0, 1), (0, -1), (-1, 0)])
def test_a_page_of_turned_text_is_read_as_if_upright(turn: tuple[float, float]) -> None:
    """A landscape page may be drawn turned; lines follow each other across the page."""
    cosine, sine = turn
    turned = [
        Drawn(306 + 14 * number * sine, 396 - 14 * number * cosine, line, turn=turn)
        for number, line in enumerate(BODY.split("\n"))
    ]
    assert extract(turned).text == BODY


def test_words_of_a_line_that_are_drawn_out_of_order_are_read_from_the_left() -> None:
    extracted = extract([Drawn(102, 700, "world"), Drawn(72, 700, "Hello")])
    assert extracted.text == "Hello world"


def test_a_formula_of_single_letters_keeps_its_other_parts() -> None:
    """Joining pieces once left the spelling of one of them on the whole, and then used it."""
    [drawn] = read_page(PdfDocument(write_pdf([Drawn(72, 700, "z + b")]))[0]).pieces
    first = replace(drawn, text="a(", spaced="", left=60, right=71)
    last = replace(drawn, text="c + d", spaced="c+d", left=110, right=140)
    assert drawn.spaced == "z+b"
    assert join_pieces([join_pieces([first, drawn]), last]).text == "a(z + b c + d"


def test_text_outside_the_page_is_left_out() -> None:
    extracted = extract([*lines("Seen."), Drawn(72, 900, "Not seen.")])
    assert extracted.text == "Seen."


# --- right to left, ligatures ---------------------------------------------------------------------


def test_right_to_left_lines_keep_their_order_with_a_number_at_the_end() -> None:
    """The number of such a line is drawn first, at the left."""
    text = "הגשר הישנ נפתח בשנת 1894"
    drawn = [
        Drawn(200, 700, hebrew(text), font=MAPPED),
        Drawn(260, 680, hebrew("דוד לוי"), font=MAPPED),
    ]
    assert extract(drawn).text == f"{text}\nדוד לוי"


def test_the_right_column_of_right_to_left_prose_is_read_first() -> None:
    right = ["הגשר הישנ נפתח בשנת", "מנהל הספריה הוא דוד", "שעות הפתיחה הנ בינ"]
    left = ["תשע לחמש בכל יומ אחד", "והכניסה היא בלי רשות", "לכל מי שגר בעיר הזאת"]
    drawn = [
        Drawn(x, 700 - 14 * number, hebrew(line), font=MAPPED)
        for number in range(3)
        for x, line in ((72, left[number]), (320, right[number]))
    ]
    assert extract(drawn).text == "\n".join([*right, *left])


def test_ligatures_are_letters() -> None:
    word = Drawn(72, 700, f"{LIGATURE_CODE}", font=MAPPED)
    assert extract([word]).text == "fi"


def test_a_character_beyond_the_basic_plane_is_one() -> None:
    word = Drawn(72, 700, f"{LIGATURE_CODE}{SYMBOL_CODE}", font=MAPPED)
    assert extract([word]).text == "fi\N{MATHEMATICAL BOLD CAPITAL A}"


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_page_that_is_shown_turned_is_read_as_it_is_drawn(rotate: int) -> None:
    extracted = extract_pdf(write_pdf(lines(BODY), rotate=rotate))
    assert extracted.text == BODY


# --- single pages, tight tables, clauses ----------------------------------------------------------


@pytest.mark.parametrize(
    "number", ["Page 1 of 1", "1 / 1", "1"], ids=["in words", "of all", "alone"]
)
def test_the_head_and_the_numbered_foot_of_a_single_page_are_furniture(number: str) -> None:
    extracted = extract(
        [
            Drawn(72, 756, "Notes of the Society", 8),
            *lines(BODY),
            Drawn(72, 30, "For members only", 8),
            Drawn(500, 30, number, 8),
        ]
    )
    assert read(extracted) == [
        ("furniture", "Notes of the Society"),
        ("paragraph", READ_BODY),
        ("furniture", f"For members only {number}"),
    ]


def test_chapter_titles_next_to_a_counting_number_are_furniture() -> None:
    extracted = extract(
        *(
            [*lines(f"Text {word}.", y=700), Drawn(72, 40, f"{number} The {word} chapter")]
            for number, word in enumerate(["first", "second", "third"], 17)
        )
    )
    assert [kind for kind, _ in read(extracted)] == ["paragraph", "furniture"] * 3


def test_a_note_that_ends_with_a_page_is_no_footer() -> None:
    extracted = extract([*lines(BODY), Drawn(72, 60, "1 See the minutes, page 53", 8)])
    assert read(extracted)[1] == ("note", "1 See the minutes, page 53")


def test_a_cell_that_nearly_fills_its_column_stays_a_cell() -> None:
    rows = [
        ["Station", "Master", "Opened"],
        ["Upper Hollingworth Moor", "Anna Berg", "1936"],
        ["Moen", "Jo Kim", "1941"],
        ["Tarn", "Ines Porto", "1950"],
    ]
    extracted = extract(
        [
            Drawn(72 + at, 700 - 16 * number, cell)
            for number, row in enumerate(rows)
            for at, cell in zip((0, 134, 240), row, strict=True)
        ]
    )
    block = only_table(extracted)
    assert block.columns == tuple(rows[0])
    assert cells_of(extracted, block) == rows[1:]


def test_clauses_with_a_hanging_number_are_no_table() -> None:
    clauses = [
        ("1.1", "The tenant pays the rent on the first day of each month"),
        ("1.2", "The landlord repairs the roof and the gutters at once"),
        ("1.3", "Both may end the lease with a notice of three months"),
    ]
    drawn = [
        Drawn(x, 700 - 20 * number, text)
        for number, clause in enumerate(clauses)
        for x, text in zip((72, 108), clause, strict=True)
    ]
    assert extract(drawn).text.replace("\n\n", "\n") == "\n".join(
        f"{number} {text}" for number, text in clauses
    )


def test_a_drawing_with_scattered_labels_is_no_table() -> None:
    drawn = [
        Drawn(x, 700 - 16 * row, "x")
        for row in range(6)
        for x in (72 + 60 * row, 72 + 60 * ((row + 1) % 6))
    ]
    assert [kind for kind, _ in read(extract(drawn)) if kind == "table"] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("." * 30_000 + "x", id="dots"),
        pytest.param("a" * 30_000 + "-", id="one word"),
        pytest.param("\u2022 " * 15_000, id="bullets"),
    ],
)
def test_a_line_of_many_characters_is_read_whole(text: str) -> None:
    """Patterns that look for the end of such a line must not try each of its characters."""
    extracted = extract([Drawn(72, 700, text, 0.01), *lines(BODY, y=600)])
    assert len(extracted.text.replace("\n", "").replace(" ", "")) == len(
        (text + BODY).replace("\n", "").replace(" ", "")
    )


def test_a_title_in_the_type_of_its_first_heading_is_above_it() -> None:
    extracted = extract(
        [
            Drawn(200, 740, "Rules of the harbour", 15),
            Drawn(72, 700, "1 Permits", 15),
            *lines(BODY, y=680),
            Drawn(72, 630, "2 Dogs", 15),
            *lines(BODY, y=610),
        ]
    )
    assert levels(extracted) == [
        (1, "Rules of the harbour"),
        (2, "1 Permits"),
        (2, "2 Dogs"),
    ]


def test_bare_numbers_in_sequence_make_items() -> None:
    drawn = [
        Drawn(x, 700 - 16 * number, text)
        for number, line in enumerate(["Open the valve", "Close the lid", "Wait"])
        for x, text in ((72, str(number + 1)), (90, line))
    ]
    assert [kind for kind, _ in read(extract(drawn))] == ["item"] * 3


def test_a_name_centred_above_cells_to_the_left_is_their_column() -> None:
    rows = [["Anna Berg", "Treasurer", "2012"], ["Jo Kim", "Chair", "2015"], ["Ida", "Clerk", "1"]]
    names = [Drawn(140, 716, "Name"), Drawn(280, 716, "Office"), Drawn(470, 716, "Since")]
    extracted = extract([*names, *table(rows, step=170)])
    block = only_table(extracted)
    assert block.columns == ("Name", "Office", "Since")
    assert cells_of(extracted, block) == rows


def test_a_cell_over_two_columns_keeps_them_apart() -> None:
    rows = [[*row] for row in FIELDS]
    extracted = extract(
        [*table(rows), Drawn(72, 636, "Tarn"), Drawn(230, 636, "closed, not counted here")]
    )
    assert cells_of(extracted, only_table(extracted)) == [
        *rows[1:],
        ["Tarn", "closed, not counted here", "", ""],
    ]


@pytest.mark.parametrize("seed", range(40))
def test_no_character_is_lost_or_doubled(seed: int) -> None:
    """Pieces are thrown on two pages at random: columns, tables and bands arise by chance."""
    chance = random.Random(seed)
    words = [
        "the",
        "Mill",
        "1847",
        "of",
        "-",
        "12",
        "a.",
        "3200",
        "river,",
        "\u2022",
        "Page",
        "z",
        "b",
    ]
    pages = [
        [
            Drawn(
                chance.choice([72, 90, 200, 320, 430]) + chance.choice([0, 0, 0, 7]),
                chance.choice(range(30, 780, 13)),
                " ".join(chance.choices(words, k=chance.randint(1, 6))),
                chance.choice([7, 8, 11, 11, 11, 15]),
                chance.choice([BOLD, PLAIN, PLAIN]),
            )
            for _ in range(chance.randint(5, 60))
        ]
        for _ in range(2)
    ]
    with PdfDocument(write_pdf(*pages)) as pdf:  # it drops what is printed twice at one spot
        given = "".join(page.get_textpage().get_text_bounded() for page in pdf)
    assert Counter("".join(extract(*pages).text.split())) == Counter("".join(given.split()))
