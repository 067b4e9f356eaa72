"""The records of a plain text: what is a title, what is below it, and where a record ends."""

from __future__ import annotations

import pytest

from seedqa.index.chunking import split_document
from seedqa.index.documents.metadata import names_one_section
from seedqa.index.documents.text import extract_text
from seedqa.index.language import UNKNOWN_LANGUAGE
from seedqa.index.types import BlockKind, Document


def headings_of(text: str) -> list[str]:
    extracted = extract_text(text.encode())
    return [
        extracted.text[block.start : block.end]
        for block in extracted.blocks
        if block.kind is BlockKind.HEADING
    ]


def sections_of(text: str) -> list[tuple[str, ...]]:
    """Return the headings that hold for each chunk, those at its start among them."""
    extracted = extract_text(text.encode())
    document = Document(
        "a.txt", extracted.text, "", None, UNKNOWN_LANGUAGE, (), tuple(extracted.blocks)
    )
    return [(*chunk.context, chunk.text.split("\n")[0]) for chunk in split_document(document)]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        pytest.param(
            "Home Emergency Plus\n  Price: £12 a month\n  Callouts: 4 a year\n\n"
            "Pet Injury\n  Price: £7 a month\n  Callouts: none\n",
            ["Home Emergency Plus", "Pet Injury"],
            id="indented fields",
        ),
        pytest.param(
            "Garden Suite\n\nPrice: 100\nBeds: 2\n\nAttic Room\n\nPrice: 80\nBeds: 1\n",
            ["Garden Suite", "Attic Room"],
            id="fields below a blank line",
        ),
        pytest.param(
            "BRONZE\nPrice: 10 EUR\nSupport: by mail\n\nSILVER\nPrice: 20 EUR\nSupport: by phone\n",
            ["BRONZE", "SILVER"],
            id="capitals",
        ),
        pytest.param(
            "Mallorca walking week\n- 4 to 11 May\n- 890 EUR per person\n\n"
            "Tuscany cycling\n- 12 to 19 June\n- 1,150 EUR per person\n",
            ["Mallorca walking week", "Tuscany cycling"],
            id="lists",
        ),
        pytest.param(
            "Flat 2B\nTenant: Marta Lopes\nRent: 640\nFlat 3A\nTenant: Ugo Neri\nRent: 710\n",
            ["Flat 2B", "Flat 3A"],
            id="no blank line between them",
        ),
        pytest.param(
            "Monday\n    9:00 yoga\n    10:00 pilates\nTuesday\n    9:00 swimming\n",
            ["Monday", "Tuesday"],
            id="indented lines, no blank line",
        ),
        pytest.param(
            "Sunrise yoga\nMondays 7:00, hall B, teacher Ines\nBring a mat.\n\n"
            "Evening pilates\nThursdays 19:30, hall A, teacher Bo\n",
            ["Sunrise yoga", "Evening pilates"],
            id="nothing marks them",
        ),
        pytest.param(
            "Plan Básico:\n  cuota: 20 euros\nPlan Familiar:\n  cuota: 35 euros\n",
            ["Plan Básico:", "Plan Familiar:"],
            id="titles with a colon",
        ),
        pytest.param(
            "--- Garden Suite ---\nPrice: 100\n\n--- Attic Room ---\nPrice: 80\n",
            ["--- Garden Suite ---", "--- Attic Room ---"],
            id="titles between marks",
        ),
        pytest.param(
            "Name: Ann Bell\nPhone: 0123\n\nName: Tom Reed\nPhone: 0124\n",
            ["Name: Ann Bell", "Name: Tom Reed"],
            id="the first field names it",
        ),
        pytest.param(
            "1. Garden Suite\n   Price: 100\n   Beds: 2\n\n2. Attic Room\n   Price: 80\n",
            ["1. Garden Suite", "2. Attic Room"],
            id="numbered",
        ),
    ],
)
def test_titles(text: str, titles: list[str]) -> None:
    assert headings_of(text) == titles


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "Müller & Söhne GmbH\nTel: 0123 44\nFax: 0124 55\n\nSehr geehrte Frau Braun,\n",
            id="a letterhead alone",
        ),
        pytest.param(
            "We cover:\n- fire\n- water\n\nWe do not cover:\n- storm\n- theft\n", id="leads"
        ),
        pytest.param(
            "Two roads diverged in a yellow wood,\nAnd sorry I could not travel both\n\n"
            "Then took the other, as just as fair,\nAnd having perhaps the better claim,\n",
            id="verses",
        ),
        pytest.param(
            "Smith, J. (1999). A long title of a book which\n    continues here in 3 parts.\n\n"
            "Brown, K. (2001). Another long title of a book\n    continues here in 4 parts.\n",
            id="hanging indents",
        ),
        pytest.param(
            "The house was built by the\nfamily Bell, who lived in it from\n1900 until the war.\n\n"
            "The garden was laid out by the\nsame family after the year 1910.\n",
            id="wrapped prose",
        ),
    ],
)
def test_no_titles(text: str) -> None:
    assert headings_of(text) == []


ROOMS = (
    "Room 12\nTenant: Ms Kaya\nRent: 540\n\n{first}Room 14\nTenant: Mr Blum\nRent: 610\n\n{second}"
    "The stairs are cleaned on Mondays.\n\nThe office has moved.\n"
)


def test_what_follows_the_last_record_is_not_of_it() -> None:
    sections = sections_of(ROOMS.format(first="", second=""))
    assert sections == [("Room 12",), ("Room 14",), ("The stairs are cleaned on Mondays.",)]


def test_a_remark_after_each_record_is_of_it() -> None:
    text = ROOMS.format(first="Kitchen of 2021.\n\n", second="The bath leaks.\n\n")
    chunks = extract_text(text.encode())
    closing = [chunks.text[block.start : block.end] for block in chunks.blocks if block.closes]
    assert closing == ["The stairs are cleaned on Mondays."]
    assert sections_of(text)[1:] == [("Room 14",), ("The stairs are cleaned on Mondays.",)]


def test_many_paragraphs_between_records_are_not_of_the_first() -> None:
    prose = "".join(f"Paragraph {number} says something else.\n\n" for number in range(4))
    sections = sections_of(ROOMS.format(first=prose, second=""))
    assert sections[1] == ("Paragraph 0 says something else.",)


def test_a_record_is_not_the_title_of_its_document() -> None:
    extracted = extract_text(ROOMS.format(first="", second="").encode())
    assert names_one_section("Room 12", extracted.text, extracted.blocks)


def test_many_records_take_linear_time() -> None:
    text = "".join(f"Room {number}\nRent: {number}\n\n" for number in range(20_000))
    assert len(headings_of(text)) == 20_000
