"""The cell that a question names by its row and its column."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seedqa.retrieval.answer import find_answers
from seedqa.retrieval.calibration import Calibration
from seedqa.retrieval.layout.table_cells import (
    find_cell,
    is_in_one_of_alike_rows,
    is_name_of_row,
    is_one_of_alike,
    names_empty_cell,
)
from seedqa.retrieval.layout.table_rows import closed_rows
from seedqa.retrieval.layout.tables import rows_of
from seedqa.retrieval.question import parse_question
from seedqa.retrieval.reader import Span
from seedqa.retrieval.types import Passage
from tests.support.tables import table_of

MACHINES = ("Machine", "Espresso", "Overall", "Price")
MACHINE_ROWS = [("Krona K7", "1.4", "2.0", "1,099 €"), ("Corvo Lux", "1.9", "2.2", "699 €")]
FEES = ("Categorie", "Leeftijd", "Contributie", "Vorig seizoen")
FEE_ROWS = [("Junioren", "10-17", "€ 245", "€ 230"), ("Senioren", "18+", "€ 310", "€ 295")]
ACTS = ("Ato", "Com seguro", "Sem seguro")
ACT_ROWS = [("Radiografia", "9 €", "28 €"), ("Consulta geral", "18 €", "45 €")]
STAFF = ("Name", "Role", "Extension")
STAFF_ROWS = [("Priya Nair", "Surveyor", "133"), ("Gareth Pugh", "IT support", "120")]

WORKS = ("Poste", "Montant HT (CHF)")
WORK_ROWS = [("Échafaudage", "1'280.00"), ("Tuiles en terre cuite", "4'860.00"), ("Total", "-")]

machines = table_of(MACHINES, MACHINE_ROWS)
fees = table_of(FEES, FEE_ROWS, "nl")
acts = table_of(ACTS, ACT_ROWS, "pt")
staff = table_of(STAFF, STAFF_ROWS, context=("Staff directory",))


works = table_of(WORKS, WORK_ROWS, "fr", context=("Bonnard Toitures",))


@pytest.mark.parametrize(
    ("asked", "table", "cell"),
    [
        ("what is the price of the krona k7", machines, "1,099 €"),
        ("How much does the Krona K7 cost?", machines, "1,099 €"),
        ("What does the Corvo Lux cost?", machines, "699 €"),
        ("Hoeveel contributie betaalden junioren vorig seizoen?", fees, "€ 230"),
        ("Hoeveel contributie betalen junioren?", fees, "€ 245"),
        ("Quanto custa uma radiografia sem seguro?", acts, "28 €"),
        ("Quanto custa uma radiografia com seguro?", acts, "9 €"),
        ("What is the extension of Gareth Pugh in the staff directory?", staff, "120"),
        ("Which machine costs 699 €?", machines, "Corvo Lux"),
        ("What is the role of Priya Nair?", staff, "Surveyor"),
        ("Combien Bonnard compte-t-il pour l'échafaudage ?", works, "1'280.00"),
        ("Combien Bonnard demande-t-il pour des tuiles en terre cuite ?", works, "4'860.00"),
        (
            "How much does Hull charge for the key?",
            table_of(("Item", "Fee"), [("Key", "18"), ("Fob", "9")], context=("Hull",)),
            "18",
        ),
    ],
)
def test_the_cell_is_found(asked: str, table: Passage, cell: str) -> None:
    found = find_cell(parse_question(asked), table)
    assert found is not None
    assert table.view.text[slice(*found)] == cell


@pytest.mark.parametrize(
    ("asked", "table"),
    [
        ("What is the price of the Bristo?", machines),
        ("What is the price?", machines),
        ("Which team lost against Ajax?", table_of(
            ("Team", "Won", "Lost"), [("Ajax", "5", "2"), ("PSV", "4", "3")]
        )),
        ("How heavy is the Krona K7?", machines),
        ("How much does the deposit for the Krona K7 cost?", machines),
        ("Quanto custa uma radiografia?", acts),
        ("What is the extension of Gareth Pugh in Leeds?", staff),
        ("When did Gareth Pugh get the extension?", staff),
        ("Quelle est l'extension de Gareth Pugh ?", staff),
        ("What is the extension of the surveyor?", table_of(
            STAFF, [("Ann Reed", "Surveyor", "101"), ("Ben Ash", "Surveyor", "102")]
        )),
        ("What is the price of the Krona K7?",
         table_of(MACHINES, [("Krona K7", "1.4", "2.0", "")])),
        ("Combien Ferrand compte-t-il pour l'échafaudage ?", works),
        ("Combien de tuiles en terre cuite Bonnard pose-t-il ?", works),
        ("Combien Bonnard compte-t-il au total ?", works),
        ("Quand Bonnard monte-t-il l'échafaudage ?", works),
        ("How much does a chair cost?", table_of(("Item", "Quantity"), [("Chair", "40")])),
        ("How much does the sauna cost?", table_of(("Area", "Hours"), [("Sauna", "10:00")])),
        ("How much does the boat weigh?", table_of(("Item", "Price"), [("Boat", "€ 900")])),
        ("How much does the caretaker cost?",
         table_of(("Contact", "Phone"), [("Caretaker", "079 555 12 80")])),
        ("How much is the day pass for children?",
         table_of(("Ticket", "Price"), [("Day pass", "€ 19"), ("Children", "free")])),
        ("Hoeveel leden heeft de club?",
         table_of(("Post", "Bedrag"), [("Club", "€ 50"), ("Zaal", "€ 9")], "nl")),
        ("How much did the rent rise?", table_of(("Post", "Price"), [("Rent", "€ 950")])),
        ("How much of the deposit is kept?", table_of(("Post", "Price"), [("Deposit", "€ 950")])),
    ],
)  # fmt: skip
def test_no_cell_is_named(asked: str, table: Passage) -> None:
    """Neither the row, nor the column, nor one cell alone."""
    assert find_cell(parse_question(asked), table) is None


def test_of_two_tables_with_the_same_columns_the_one_that_is_named() -> None:
    """The points of the women were those of the men, surely."""
    columns = ("Plaats", "Ploeg", "Punten")
    men, women = (
        table_of(columns, [(place, "Zwolle", points)], "nl", (f"Eindstand {who}",))
        for place, points, who in (("2", "22", "heren"), ("1", "20", "dames"))
    )
    asked = parse_question("Hoeveel punten haalde Zwolle bij de heren?")
    closed = closed_rows([women, men], asked)
    rows = [(0, len(one.view.text)) for one in (women, men)]
    assert rows[0] in closed[0]
    assert rows[1] not in closed[1]


def test_a_named_cell_leads_what_is_read_in_prose() -> None:
    """What a cup costs in electricity was the price of the machine, surely."""
    prose = "A cup from the Corvo costs 9 cents; from the Krona K7 11 cents."
    other = replace(machines, text=prose, end=len(prose), columns=(), edits=())
    start = prose.index("11 cents")
    verdict = find_answers(
        parse_question("How much does the Krona K7 cost?"),
        [other, machines],
        [[Span(start, start + 8, 12.0)], [Span(0, 4, -3.0)]],
        Calibration({"margin": 1.0}, 0.0, 2.0, 0.2, 0.4),
        lambda texts: pytest.fail("nothing to compare"),
        ("en",),
    )
    assert verdict.answers[0].text == "1,099 €"
    assert verdict.answers[0].table is not None
    assert verdict.answers[0].table.cells == MACHINE_ROWS[0]


VACCINES = table_of(
    ("Vaccine", "Doses", "Price"),
    [("Rabies", "3", "£72"), ("Yellow fever", "1", "-"), ("Flu", "1", "n/a")],
    context=("Vaccines at Holloway Lane",),
)
ROTA = table_of(
    ("", "Mon", "Thu"),
    [("Room 1", "Pell", "off"), ("Room 2", "Sharma", "Quigley")],
    context=("Rota, version 2",),
)
FERRIES = table_of(
    ("", "", ""),
    [("ANDATA", "Livorno - Olbia", "08:00"), ("RITORNO", "Olbia - Livorno", "22:15")],
    "it",
)


@pytest.mark.parametrize(
    ("asked", "is_empty"),
    [
        ("How much is the yellow fever vaccine at Holloway Lane?", True),
        ("What is the price of the flu vaccine?", True),
        ("How much is the rabies vaccine?", False),
        ("How many doses of the yellow fever vaccine?", False),
    ],
)
def test_a_named_cell_that_says_nothing(asked: str, is_empty: bool) -> None:
    assert names_empty_cell(parse_question(asked), VACCINES) is is_empty


def test_a_day_of_the_week_names_its_short_column() -> None:
    """The title has a 2 too; the row with more of the question's words counts."""
    found = find_cell(parse_question("who is in room 2 on thursday"), ROTA)
    assert found
    assert ROTA.view.text[slice(*found)] == "Quigley"


def test_rows_of_a_table_without_a_header() -> None:
    passage = replace(FERRIES, columns=())
    assert [[cell.text for cell in row] for row in rows_of(passage)] == [
        ["ANDATA", "Livorno - Olbia", "08:00"],
        ["RITORNO", "Olbia - Livorno", "22:15"],
    ]
    closed = closed_rows([passage], parse_question("A che ora parte il traghetto di ritorno?"))
    text = passage.view.text
    assert text.split("\n")[0] in [text[slice(*span)] for span in closed[0]]
    assert text.split("\n")[1] not in [text[slice(*span)] for span in closed[0]]


def test_rows_are_compared_by_stems() -> None:
    """ "Microscopes" names the row of the microscope, and no other is read."""
    stock = table_of(
        ("item", "qty", "where"),
        [("Bunsen burner", "48", "Labs 1-4, 12 each"), ("Microscope SP20", "16", "cupboard C")],
    )
    text = stock.view.text
    closed = closed_rows([stock], parse_question("How many microscopes do we have?"))[0]
    assert text.split("\n")[0] in [text[slice(*span)] for span in closed]
    assert text.split("\n")[1] not in [text[slice(*span)] for span in closed]


HIRE = table_of(
    ("Bike", "Half day", "Day", "Deposit", "Frames"),
    [("City bike", "€11", "€17", "€100", "12"), ("Tessier", "€15", "€22", "€200", "3")],
)


@pytest.mark.parametrize(
    ("asked", "cell", "expected"),
    [
        ("How much is a city bike for a week?", "€11", True),
        ("How much is a city bike for half a day?", "€11", False),
        ("What deposit is there for a city bike?", "€100", False),
        ("How many frames of the city bike are there?", "12", False),
        ("Wie viel kostet das Rad in der Woche?", "€17", True),
    ],
)
def test_one_of_several_cells_that_are_alike(asked: str, cell: str, expected: bool) -> None:
    at = HIRE.view.text.index(cell)
    assert is_one_of_alike(parse_question(asked), HIRE, at) is expected


def test_a_name_counts_more_than_the_other_words_of_a_row() -> None:
    table = table_of(
        ("Maker", "Frame", "Battery"),
        [("Nordwind", "5 years", "2 years or 500 charges"), ("Tessier", "2 years", "-")],
    )
    question = parse_question("For how many charges is the Tessier battery guaranteed?")
    (closed,) = closed_rows([table], question)
    text = table.view.text
    assert any(start <= text.index("500") < end for start, end in closed)
    assert not any(start <= text.index("2 years;") < end for start, end in closed)


def test_a_compound_names_a_row() -> None:
    rows = [("Auto", "€ 300"), ("Reis", "€ 50"), ("Inboedel", "€ 0")]
    table = table_of(("Soort", "Eigen risico"), rows, "nl")
    (closed,) = closed_rows([table], parse_question("Wat is het risico bij de autoverzekering?"))
    open_cells = [
        cell.text.strip(" .")
        for row in rows_of(table)
        for cell in row
        if not any(start <= cell.span[0] < end for start, end in closed)
    ]
    assert open_cells == ["Auto", "€ 300"]


@pytest.mark.parametrize(
    ("asked", "cell", "expected"),
    [
        ("How much is the canoe?", "18 €", True),
        ("How much is the canoe for a whole day?", "30 €", False),
        ("How much is the sauna?", "35 €", False),
        ("What is the canoe called?", "canoe, whole day", False),
    ],
)
def test_one_of_several_rows_that_are_alike(asked: str, cell: str, expected: bool) -> None:
    rows = [("canoe, half a day", "18 €"), ("canoe, whole day", "30 €"), ("sauna", "35 €")]
    table = table_of(("Service", "Price"), rows)
    at = table.view.text.index(cell)
    assert is_in_one_of_alike_rows(parse_question(asked), table, at) is expected


def test_a_part_of_a_day_is_that_day() -> None:
    rows = [("Mo–Mi", "9–12 Uhr"), ("Do", "9–20 Uhr")]
    table = table_of(("Tag", "Sprechzeiten"), rows, "de", ("Praxis",))
    found = find_cell(parse_question("Wie sind die Sprechzeiten am Donnerstagabend?"), table)
    assert found is not None
    assert table.view.text[slice(*found)] == "9–20 Uhr"


@pytest.mark.parametrize(
    ("asked", "words", "expected"),
    [
        ("What must I have with me on the first visit?", "intake", True),
        ("What is done on the first visit?", "intake", True),
        ("Which treatment costs € 64?", "intake", False),
        ("Which treatment is there at home?", "at home", False),
        ("How much is the first visit?", "€ 64", False),
    ],
)
def test_the_name_of_a_row_is_no_answer(asked: str, words: str, expected: bool) -> None:
    rows = [("first visit (intake)", "€ 64"), ("at home", "€ 19")]
    table = table_of(("Treatment", "Price"), rows)
    at = table.view.text.index(words)
    assert is_name_of_row(parse_question(asked), table, at) is expected
