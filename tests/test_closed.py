"""Cells of a table that no answer may touch."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seedqa.retrieval.layout.closed import closed_spans
from seedqa.retrieval.question import parse_question
from tests.support.tables import table_of

COLUMNS = ("Variable", "Meaning", "Default")
ROW = ("FROB_PORT", "port of the server", "8123")


def closed(
    question: str, row: tuple[str, ...] = ROW, columns: tuple[str, ...] = COLUMNS
) -> list[str]:
    of = table_of(columns, [row])
    (spans,) = closed_spans([of], parse_question(question))
    return sorted(of.view.text[slice(*span)] for span in spans)


MARKS = [".", "; Default: ", "; Meaning: ", "Variable: "]


def test_the_name_of_a_row_that_repeats_another_cell_is_closed() -> None:
    """ "FROB_PORT" was the answer to which port the server uses."""
    assert closed("Which port does the server use?") == sorted([*MARKS, "FROB_PORT"])


@pytest.mark.parametrize(
    ("columns", "row"),
    [
        (("", "Meaning", "Default"), ROW),
        (("Variable", "Meaning"), ROW[:2]),
    ],
)
def test_the_name_of_a_row_is_its_first_cell(
    columns: tuple[str, ...], row: tuple[str, ...]
) -> None:
    """In a column without a name, and in a table of two columns."""
    found = [
        text for text in closed("Which port does the server use?", row, columns) if text in row
    ]
    assert found == ["FROB_PORT"]


def test_the_name_of_a_row_stays_open_where_it_may_be_the_answer() -> None:
    assert closed("Which variable sets the port of the server?") == MARKS
    bridge = ("Iron bridge", "opened in 1894", "Ebro")
    assert closed("Which bridge was opened in 1894?", bridge) == MARKS


INSURED = ("Ato", "Com seguro", "Sem seguro")
SHOP = ("Day", "Shop", "Workshop")


@pytest.mark.parametrize(
    ("question", "columns", "row", "cells"),
    [
        ("When is the workshop open on Saturday?", SHOP, ("Saturday", "10-14", "closed"),
         ["10-14", "Saturday"]),
        ("When is the shop open on Saturday?", SHOP, ("Saturday", "10-14", "closed"),
         ["Saturday", "closed"]),
        ("When is it open on Saturday?", SHOP, ("Saturday", "10-14", "closed"), ["Saturday"]),
        ("How large is the plot of Ann Reed?", ("Plot", "Tenant", "Size"), ("1", "Ann Reed", "120"),
         []),
        ("How much does part 51-020 cost?", ("Number", "Part", "Price"),
         ("51-020", "Burner gasket", "9 euros"), []),
        ("When is the workshop open on Saturday?", ("", "Shop", "Workshop"),
         ("Saturday", "10-14", "closed"), ["10-14", "Saturday"]),
        ("Which boat has 4 seats?", ("Boat", "Seats", "Built"), ("Gull", "4", "1999"), []),
        ("quanto custa uma radiografia sem seguro", INSURED, ("Radiografia", "9 €", "28 €"),
         ["9 €", "Radiografia"]),
        ("Quanto custa uma radiografia com seguro?", INSURED, ("Radiografia", "9 €", "28 €"),
         ["28 €", "Radiografia"]),
        ("Quanto custa uma radiografia?", INSURED, ("Radiografia", "9 €", "28 €"), []),
        ("Hoeveel contributie betaalden junioren vorig seizoen?",
         ("Categorie", "Contributie", "Vorig seizoen"), ("Junioren", "€ 245", "€ 230"),
         ["Junioren", "€ 245"]),
    ],
)  # fmt: skip
def test_cells_in_other_columns_than_asked_for_are_closed(
    question: str, columns: tuple[str, ...], row: tuple[str, ...], cells: list[str]
) -> None:
    """The hours of the shop were the answer to when the workshop is open, surely; and "with
    insurance" to what it costs without."""
    found = [text for text in closed(question, row, columns) if text in row]
    assert found == sorted(cells)


FAQ = "How to get there\nTake the bus.\n\nWho pays for it?\n\nNobody pays. Is it free? Yes."


def test_a_line_that_asks_is_no_answer() -> None:
    """ "How to get there" was the answer to how one gets there."""
    of = replace(table_of(COLUMNS, [ROW]), text=FAQ, end=len(FAQ), columns=(), edits=())
    (spans,) = closed_spans([of], parse_question("How do I get to the camp?"))
    assert [FAQ[slice(*span)] for span in spans] == ["How to get there", "Who pays for it?"]
