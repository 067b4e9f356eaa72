"""Plain text: headings, lists, tables, notes and the furniture of pages, by what lines show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedqa.index.documents.text import extract_text
from seedqa.index.documents.types import Extracted
from seedqa.index.types import BlockKind
from support.structure import anchors, assert_sound, cells, read, shown

PROSE = "It was a long day and they talked of many things, until the lamps were lit."
WRAPPED = "It was a long day and they talked of many things, until the lamps\nwere lit."


def extract(text: str) -> Extracted:
    extracted = extract_text(text.encode())
    assert extracted.text == text
    assert_sound(extracted)
    return extracted


def headings(text: str) -> list[tuple[int, str]]:
    """Return the level and the reading of each heading."""
    return [(level, words) for kind, level, _, words in shown(extract(text)) if kind == "heading"]


# --- headings ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "level"),
    [
        pytest.param("3. Fees", 2, id="number"),
        pytest.param("3) Fees", 2, id="number in brackets"),
        pytest.param("3.2 Fees", 3, id="two numbers"),
        pytest.param("3.2.1. Fees", 4, id="three numbers"),
        pytest.param("IV. Fees", 2, id="Roman"),
        pytest.param("§ 4 Kündigung", 3, id="paragraph sign"),
        pytest.param("§4a", 3, id="paragraph sign alone"),
        pytest.param("Article 5", 3, id="article"),
        pytest.param("Artikel 5 - Entgelt", 3, id="Artikel"),
        pytest.param("Kapitel 2: Die Reise", 2, id="Kapitel"),
        pytest.param("CHAPITRE II", 2, id="chapitre"),
        pytest.param("OPENING HOURS", 2, id="capitals"),
        pytest.param("ÖFFNUNGSZEITEN", 2, id="accented capitals"),
        pytest.param("Opening hours", 2, id="short line"),
        pytest.param("«Nuit» à Genève", 2, id="quoted"),
    ],
)
def test_line_alone_above_a_paragraph_is_a_heading(line: str, level: int) -> None:
    assert headings(f"{WRAPPED}\n\n{line}\n\n{PROSE}\n") == [(level, line)]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("We went home.", id="sentence"),
        pytest.param("the lamps were lit", id="lower case"),
        pytest.param("Dear Mrs Quint,", id="greeting"),
        pytest.param("These were there:", id="colon"),
        pytest.param("By Jane Roe", id="byline"),
        pytest.param("Published on 3 May 2019", id="date of publication"),
        pytest.param("See http://example.org", id="address"),
        pytest.param("Copyright 2014 Jane Roe", id="copyright"),
        pytest.param("12 eggs", id="number without a point"),
        pytest.param("x" * 80, id="long"),
        pytest.param("- Ada", id="entry"),
        pytest.param("***", id="rule"),
        pytest.param("- 12 -", id="page number"),
    ],
)
def test_line_that_is_no_heading(line: str) -> None:
    assert headings(f"{WRAPPED}\n\n{line}\n\n{PROSE}\n") == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Ada\n\nNuno\n\nElif\n\nOtto\n\n" + PROSE, id="list of short lines"),
        pytest.param("1. Ada\n\n2. Nuno\n\n3. Elif\n\n" + PROSE, id="numbered list"),
        pytest.param("UNO\n\nWHO\n\nITU\n\nUPU\n\n" + PROSE, id="list of capitals"),
        pytest.param(f"{PROSE}\n\nKind regards\n\nJane Roe\n\nMill Lane 4", id="signature"),
        pytest.param("Jane Roe\nMill Lane 4\nUlm\n\n" + PROSE, id="address"),
        pytest.param("ACME LTD\nMILL LANE 4\nULM", id="address in capitals"),
        pytest.param("The rose is red\nThe leaf is green\n\nThe sky\nabove them", id="poem"),
        pytest.param("Article 5 of the treaty says that all\nmust pay. " + PROSE, id="cited"),
        pytest.param("1. Boil the rice in water for as long as\nit takes. " + PROSE, id="entry"),
        pytest.param("NASA and the\nESA met. " + PROSE, id="capitals in a sentence"),
        pytest.param("Name | Age\n----------\nBob | 12\nEve | 13", id="rule of a table"),
        pytest.param("The last sentence ends.\n------\nMore", id="rule below a sentence"),
        pytest.param("Title", id="one line"),
    ],
)
def test_texts_without_headings(text: str) -> None:
    assert headings(text) == []


def test_report_with_numbered_sections() -> None:
    text = f"TOUR REPORT\n\n1. RIGA\n\n{PROSE}\n\n1.1 Hall\n\n{PROSE}\n\n2. TURKU\n\n{PROSE}\n"
    assert headings(text) == [(1, "TOUR REPORT"), (2, "1. RIGA"), (3, "1.1 Hall"), (2, "2. TURKU")]


def test_title_above_a_byline_has_the_first_level() -> None:
    text = f"The long day\n\nBy Jane Roe\n\nMorning\n\n{PROSE}\n\nEvening\n\n{PROSE}\n"
    assert headings(text) == [(1, "The long day"), (2, "Morning"), (2, "Evening")]


def test_underlined_headings_are_read_without_the_line() -> None:
    text = f"Title\n=====\n\nOne\n---\n{PROSE}\n\nTwo\n~~~\n\nText\n"
    assert headings(text) == [(1, "Title"), (2, "One"), (3, "Two")]


def test_an_underlined_year_is_a_heading_and_another_number_is_none() -> None:
    """Sections of 2017 were read as those of 2015."""
    text = f"Diary\n=====\n\n2015\n----\n{PROSE}\n\n2016/17\n-------\n{PROSE}\n\n120\n---\n"
    assert headings(text) == [(1, "Diary"), (2, "2015"), (2, "2016/17")]


def test_underlined_headings_are_below_a_title_in_capitals() -> None:
    text = f"REPORT\n\nOne\n===\n\n{PROSE}\n\nTwo\n---\n\n{PROSE}\n"
    assert headings(text) == [(1, "REPORT"), (2, "One"), (3, "Two")]


@pytest.mark.parametrize("line", ["3.2 Fees", "§ 4 Fees", "FEES", "Article 5"])
def test_heading_without_a_blank_line_below(line: str) -> None:
    text = f"{PROSE}\n\n{line}\n{WRAPPED}\n"
    assert read(extract(text)) == [
        ("paragraph", PROSE),
        ("heading", line),
        ("paragraph", PROSE),
    ]


def test_short_lines_below_other_headings_are_deeper() -> None:
    text = f"FEES\n\n{PROSE}\n\nChildren\n\n{PROSE}\n"
    assert headings(text) == [(1, "FEES"), (3, "Children")]


def test_heading_above_a_list() -> None:
    text = "House rules apply.\n\nMembers of the board\n\n- Ada\n- Nuno\n"
    assert headings(text) == [(2, "Members of the board")]


# --- lists, tables, notes ------------------------------------------------------------------------


def test_entries_and_their_depth() -> None:
    text = (
        "The board:\n- Ada\n- Nuno\n  of Ulm\n    * deep\n- Elif\n\n1. one\n2) two\n"
        "   a) sub\n\n• bullet\n\nText"
    )
    assert [entry for entry in shown(extract(text)) if entry[0] == "item"] == [
        ("item", 1, "- Ada", "Ada"),
        ("item", 1, "- Nuno\n  of Ulm", "Nuno\n  of Ulm"),
        ("item", 2, "* deep", "deep"),
        ("item", 1, "- Elif", "Elif"),
        ("item", 1, "1. one", "1. one"),
        ("item", 1, "2) two", "2) two"),
        ("item", 2, "a) sub", "a) sub"),
        ("item", 1, "• bullet", "bullet"),
    ]


@pytest.mark.parametrize("line", ["- that is true -", "3. Oktober 2020"])
def test_one_mark_within_a_paragraph_is_no_entry(line: str) -> None:
    text = f"They said it was on the\n{line} and went."
    assert read(extract(text)) == [("paragraph", text)]


@pytest.mark.parametrize(
    ("text", "columns", "rows"),
    [
        pytest.param(
            "Name\tAge\tTown\nBob\t12\tUlm\nEve\t13\tRiga",
            ("Name", "Age", "Town"),
            [["Bob", "12", "Ulm"], ["Eve", "13", "Riga"]],
            id="tabs",
        ),
        pytest.param(
            "| Name | Town |\n|------|------|\n| Bob | Ulm |\n| Eve | |",
            ("Name", "Town"),
            [["Bob", "Ulm"], ["Eve", ""]],
            id="bars",
        ),
        pytest.param(
            "Name        Age  Paid\n---------------------\nBob          12  7.50 €\n"
            "Eve Smith     3  12 €",
            ("Name", "Age", "Paid"),
            [["Bob", "12", "7.50 €"], ["Eve Smith", "3", "12 €"]],
            id="aligned",
        ),
        pytest.param(
            "Name\tTown\tLeader\nBob\tUlm\tEve\nEve\tRiga\tAda",
            ("Name", "Town", "Leader"),
            [["Bob", "Ulm", "Eve"], ["Eve", "Riga", "Ada"]],
            id="three columns of words",
        ),
        pytest.param(
            "Bob\tUlm\nEve\tRiga\nAda\tKiel",
            (),
            [["Bob", "Ulm"], ["Eve", "Riga"], ["Ada", "Kiel"]],
            id="no header",
        ),
    ],
)
def test_tables(text: str, columns: tuple[str, ...], rows: list[list[str]]) -> None:
    extracted = extract(text)
    (table,) = extracted.blocks
    assert (table.kind, table.columns) == ("table", columns)
    assert [cells(extracted, row) for row in table.rows] == rows
    assert (table.header is not None) == bool(columns)


@pytest.mark.parametrize(
    "text",
    [
        "Bob\tUlm\nEve\tRiga",
        "Bob\tUlm\nEve\tRiga\tKiel\nAda\tRome",
        "It was  late and\nthey  went home\nto  sleep.",
    ],
)
def test_no_tables(text: str) -> None:
    assert [block.kind for block in extract(text).blocks] == ["paragraph"]


def test_numbers_of_notes_are_left_out_where_the_note_is() -> None:
    text = "Built [1] in 1847[1] and sold[2].\n\n[1] See the archive.\n"
    assert read(extract(text)) == [
        ("paragraph", "Built in 1847 and sold[2]."),
        ("note", "See the archive."),
    ]


def test_contents_are_navigation() -> None:
    text = "Fees ........ 12\nHours . . . . . 14\n\nUse ....... ix\n\nText"
    assert [kind for kind, _ in read(extract(text))] == ["navigation", "navigation", "paragraph"]


def test_words_broken_at_line_ends_are_read_whole() -> None:
    text = "The warden of the light-\nhouse, Mr. Bar-\ntholomew Finch.\n\n- 12 -\n\nHe was paid."
    assert read(extract(text)) == [
        ("paragraph", "The warden of the lighthouse, Mr. Bartholomew Finch."),
        ("furniture", "- 12 -"),
        ("paragraph", "He was paid."),
    ]


def test_a_note_is_anchored_where_the_text_first_refers_to_it() -> None:
    text = "Built [1] in 1847[1] and sold [3].\n\n[1] See the archive [3].\n[2] No.\n[3] Twice."
    assert anchors(extract(text)) == [
        ("See the archive.", "Built "),
        ("No.", None),
        ("Twice.", " and sold "),
    ]


# --- wrapped lines -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(
            "The light was kept for forty years by Greta\nBrandquister of Skagen.",
            "The light was kept for forty years by Greta Brandquister of Skagen.",
            id="paragraph",
        ),
        pytest.param(
            "- The light was kept for forty years by Mrs   \n  Greta Brandquister.",
            "The light was kept for forty years by Mrs Greta Brandquister.",
            id="item",
        ),
        pytest.param(
            "[1] The light was kept for forty years by\n\t Greta Brandquister, Skagen, Jut-\nland.",
            "The light was kept for forty years by Greta Brandquister, Skagen, Jutland.",
            id="note",
        ),
        pytest.param(
            "x" * 40 + "\n" + "y" * 24 + "\nz",
            "x" * 40 + " " + "y" * 24 + " z",
            id="just filled",
        ),
        pytest.param("x" * 40 + "\n" + "y" * 23 + "\nz", None, id="a line that is not filled"),
        pytest.param("x" * 39 + "\nz", None, id="short lines"),
        pytest.param("The rose is red,\nThe leaf is green,\nThe days are fair", None, id="poem"),
        pytest.param("Jane Roe,\nMill Lane 4,\nUlm", None, id="address"),
    ],
)
def test_wrapped_lines_are_read_as_one(text: str, words: str | None) -> None:
    assert [reading for _, reading in read(extract(text))] == [text if words is None else words]


# --- pages ---------------------------------------------------------------------------------------


def test_form_feeds_part_pages() -> None:
    extracted = extract("One\n\fTwo\n\f\nThree\n")
    assert extracted.page_starts == (0, 5, 10)
    assert read(extracted) == [("paragraph", "One"), ("paragraph", "Two"), ("paragraph", "Three")]


def test_text_without_form_feeds_has_no_pages() -> None:
    assert extract("One").page_starts == ()


def test_lines_that_repeat_on_pages_are_furniture() -> None:
    page = "Annual report 2020\n\nThe text of page {0}\nis here.\n\nCoastal Trust   Page {0}\n"
    extracted = extract("\f".join(page.format(number) for number in (1, 2, 3)))
    assert read(extracted)[:3] == [
        ("furniture", "Annual report 2020"),
        ("paragraph", "The text of page 1\nis here."),
        ("furniture", "Coastal Trust   Page 1"),
    ]


def test_lines_that_repeat_on_two_pages_are_text() -> None:
    text = "Annual report\n\nOne\n\fAnnual report\n\nTwo\n"
    assert {kind for kind, _ in read(extract(text))} == {"paragraph"}


# --- hostile texts -------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(text, id=name)
        for name, text in {
            "one line": "word " * 2_000_000,
            "one word": "a" * 10_000_000,
            "short lines": "a\n" * 200_000,
            "stanzas": "A\n\n" * 100_000,
            "capitals": "AAA\n\n" * 50_000,
            "entries": "- a\n" * 100_000,
            "deep entries": "".join(" " * depth + "- a\n" for depth in range(1000)),
            "tabs": "a\tb\n" * 100_000,
            "wide table": ("\t".join("a" * 20_000) + "\n") * 5,
            "gaps": "a  b\n" * 50_000,
            "white space": " " * 2_000_000 + "a",
            "dots": "." * 1_000_000,
            "parted dots": ". " * 500_000,
            "rule": "Title\n" + "=" * 1_000_000,
            "notes": "[1] a[1]\n" * 50_000,
            "form feeds": "a\n\f" * 50_000,
            "underlines": "a\n===\n" * 50_000,
            "numbers": "1." * 500_000,
        }.items()
    ],
)
def test_hostile_texts_take_linear_time(text: str) -> None:
    extract(text)


PIECES = (
    "a é Fees FEES 1. 1.2 - * • a) § Article ... === --- | [1] 12 . : \u00ad \u2028 \x85 "
    "It\u00a0was\u00a0a\u00a0long\u00a0day\u00a0and\u00a0they\u00a0talked\u00a0of\u00a0many."
)
SPACES = (" ", "  ", "\t", "\f", "\n", "\n", "\n\n")
CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t\f\r")
TEXTS = st.lists(st.sampled_from([*PIECES.split(" "), *SPACES])).map("".join)


@given(TEXTS | st.text(CHARACTERS))
def test_structure_of_any_text_is_sound(text: str) -> None:
    assert_sound(extract_text(text.encode()))


# --- tables that people align by hand ------------------------------------------------------------


def rows_in(text: str) -> list[list[list[str]]]:
    """Return the cells of the rows of each table, its header first where it has one."""
    found = extract(text)
    return [
        [
            [found.text[slice(*cell)] for cell in row.cells]
            for row in (*([block.header] if block.header else []), *block.rows)
        ]
        for block in found.blocks
        if block.kind is BlockKind.TABLE
    ]


def test_a_header_without_a_name_above_the_names_of_the_rows() -> None:
    text = "         CM1        CM2\nDépart   8 h 15     6 h 45\nLieu     gymnase    mairie\n"
    assert rows_in(text) == [
        [["", "CM1", "CM2"], ["Départ", "8 h 15", "6 h 45"], ["Lieu", "gymnase", "mairie"]]
    ]


def test_a_row_may_lack_a_cell_or_have_a_longer_last_one() -> None:
    text = (
        "diabetes   Tue 9-12    Sister Okafor\n"
        "asthma     Wed 9-11    Nurse Dunne\n"
        "travel     Fri 14-17   Sister Okafor   (from £45)\n"
        "smoking    stopped in March\n"
        "baby       Thu 14-16   Nurse Dunne\n"
    )
    assert rows_in(text)[0][2:4] == [
        ["travel", "Fri 14-17", "Sister Okafor   (from £45)"],
        ["smoking", "stopped in March", ""],
    ]


def test_a_table_between_other_lines_is_a_section_of_its_own() -> None:
    text = (
        "Prices without insurance\n"
        "   simple          165 €\n"
        "   with sedation   240 €\n"
        "   biopsy          + 28 €\n"
        "Cancel two days before, or we charge 40 €.\n\n"
        "Results come after ten days, on the portal; we give none by telephone.\n"
    )
    assert rows_in(text) == [
        [["simple", "165 €"], ["with sedation", "240 €"], ["biopsy", "+ 28 €"]]
    ]
    extracted = extract(text)
    assert headings(text) == [(6, "Prices without insurance")]
    closing = [
        extracted.text[block.start : block.end] for block in extracted.blocks if block.closes
    ]
    assert closing == ["Cancel two days before, or we charge 40 €."]


def test_values_above_values_are_no_header() -> None:
    text = "Mo   9-12 Uhr   Frau Berg\nDi   9-11 Uhr   Herr Tal\nMi   8-10 Uhr   Frau Au\n"
    assert rows_in(text)[0][0] == ["Mo", "9-12 Uhr", "Frau Berg"]
    assert [block.columns for block in extract(text).blocks] == [()]


def test_a_line_that_was_not_full_ends_there() -> None:
    long = "Metformina: não tomar no próprio dia. Insulina: metade da dose da noite, como o médico "
    short = "No dia\n   exames de manhã às 5 h; exames da tarde às 9 h\n   última água"
    text = f"{short}\n\n{long}\ndisse.\n"
    joined = [edit for edit in extract(text).edits if edit.replacement == " "]
    assert [text[edit.start : edit.end] for edit in joined] == [" \n"]
