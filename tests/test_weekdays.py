"""What a timetable says of the day of the week that a question names."""

from __future__ import annotations

import pytest

from seedqa.retrieval.layout.table_cells import find_cell
from seedqa.retrieval.layout.weekdays import days_in, find_on_day
from seedqa.retrieval.question import parse_question
from seedqa.retrieval.types import Passage
from support.tables import passage_of, table_of

LIBRARY = "Library\nMon-Fri 9:00-17:00, Sat 10-14"
PRACTICE = "Praxis Dr. Kern\nMo, Di, Do  8–12 und 15–18 Uhr\nMi + Fr: 8–13 Uhr\nSa geschlossen"
TOWN_HALL = "Mairie. Horaires : du lundi au jeudi de 8h30 à 12h, le vendredi fermé"


@pytest.mark.parametrize(
    ("label", "days"),
    [
        ("Mon–Fri", [1, 2, 3, 4, 5]),
        ("Mondays to Thursdays", [1, 2, 3, 4]),
        ("Mo, Mi, Fr", [1, 3, 5]),
        ("Mo.–Mi. und Fr.", [1, 2, 3, 5]),
        ("Fr–Mo", [1, 5, 6, 7]),
        ("segunda a sexta-feira", [1, 2, 3, 4, 5]),
        ("du lundi au vendredi", [1, 2, 3, 4, 5]),
        ("ma t/m vr", [1, 2, 3, 4, 5]),
        ("lun-ven", [1, 2, 3, 4, 5]),
        ("weekdays", [1, 2, 3, 4, 5]),
        ("täglich", [1, 2, 3, 4, 5, 6, 7]),
        ("Wochenende", [6, 7]),
        ("Mon Repos", []),
        ("May", []),
        ("", []),
    ],
)
def test_days_of_a_label(label: str, days: list[int]) -> None:
    assert sorted(days_in(label)) == days


def answer(question: str, passage: Passage) -> str | None:
    found = find_on_day(parse_question(question), passage)
    return passage.view.text[slice(*found)] if found else None


@pytest.mark.parametrize(
    ("question", "text", "language", "words"),
    [
        ("When is the library open on Wednesday?", LIBRARY, "en", "9:00-17:00"),
        ("When is the library open on Saturdays?", LIBRARY, "en", "10-14"),
        ("When does the library close on Wednesday?", LIBRARY, "en", "17:00"),
        ("When is the library open on Sunday?", LIBRARY, "en", None),
        ("When is the pool open on Wednesday?", LIBRARY, "en", None),
        ("Who runs the library on Wednesday?", LIBRARY, "en", None),
        ("When is the library open on Monday and on Tuesday?", LIBRARY, "en", None),
        ("Wann ist die Praxis am Mittwoch geöffnet?", PRACTICE, "de", "8–13 Uhr"),
        ("Wann schließt die Praxis am Dienstag?", PRACTICE, "de", "18 Uhr"),
        ("Wann öffnet die Praxis am Dienstag?", PRACTICE, "de", "8"),
        ("Wann ist die Praxis am Dienstagabend offen?", PRACTICE, "de", None),
        ("Wann ist die Praxis am Dienstag offen?", PRACTICE, "de", "8–12 und 15–18 Uhr"),
        ("Ist die Praxis am Samstag offen?", PRACTICE, "de", "geschlossen"),
        ("Ist die Praxis am Sonnabend offen?", PRACTICE, "de", "geschlossen"),
        (
            "À quelle heure ferme la mairie le lundi ?",
            "Mairie : lundi au vendredi de 9 h à 17 h 30",
            "fr",
            "17 h 30",
        ),
        ("When are the gardens open on Sunday?", "Open gardens: Sunday 4-5 July", "en", None),
        ("À quelle heure ouvre la mairie le mardi ?", TOWN_HALL, "fr", "8h30"),
        ("La mairie est-elle ouverte le vendredi ?", TOWN_HALL, "fr", "fermé"),
    ],
)
def test_hours_of_a_day(question: str, text: str, language: str, words: str | None) -> None:
    assert answer(question, passage_of(text, language)) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Library: daily 9-17, Wed 10-14", "10-14"),
        ("Library: Mon-Fri 9-17\nReading room in the library: Mon-Fri 10-14", None),
        ("Library: Mon-Fri 9-17, on Wednesdays until eight", None),
        ("Library: Mon-Fri 9-17 (Wed by appointment)", None),
        ("The library is open. We met on Wednesday 9-17 times.", None),
    ],
)
def test_a_day_that_is_named_twice(text: str, words: str | None) -> None:
    assert answer("When is the library open on Wednesday?", passage_of(text)) == words


def test_rows_of_days() -> None:
    table = table_of(
        ("Tage", "Büro", "Werkstatt"),
        [("Mo–Do", "8–16 Uhr", "7–15 Uhr"), ("Fr", "8–12 Uhr", "7–11 Uhr")],
        "de",
        ("Öffnungszeiten",),
    )
    for question, hours in (
        ("Wann ist die Werkstatt am Mittwoch offen?", "7–15 Uhr"),
        ("Wie sind die Öffnungszeiten vom Büro am Freitag?", "8–12 Uhr"),
    ):
        found = find_cell(parse_question(question), table)
        assert found
        assert table.view.text[slice(*found)] == hours


def test_long_texts_take_linear_time() -> None:
    question = parse_question("When is the library open on Wednesday?")
    for part in ("Mon, ", "Mon-Fri ", "9-17 ", "( ", "   ", "daily to "):
        assert find_on_day(question, passage_of("library " + part * 20_000)) is None
