"""What an answer was read in may be about something else: another thing, field or direction."""

from __future__ import annotations

import pytest

from seedqa.retrieval.layout.fields import names_no_field, says_another_field
from seedqa.retrieval.question import parse_question
from seedqa.retrieval.wording.direction import asked_route, goes_the_other_way
from seedqa.retrieval.wording.subject import (
    is_number_of_other,
    lacks_what_there_is,
    names_somebody_else,
    shares_no_word,
    words_elsewhere,
)
from support.tables import passage_of

ROOMS = (
    "The clock was made by Josef Lindt in 1788. It was restored by Ines Weber in 2016.\n\n"
    "The portrait shows Anna Brandt. It hung in the town hall until 1960."
)
NEWS = (
    "Our total for January came to 1,214 kilometres. Second was Dev Anand with 171, and young "
    "Ottilie Price was the best junior with 88."
)
BOOKING = (
    "hotel: La Parra\nentrada: viernes 17 de octubre\nrégimen: desayuno incluido, cena no\n"
    "total: 480 €\n\nadultos\n  84 €\n  estudiantes y parados: 60 €\nniños\n  30 €"
)


@pytest.mark.parametrize(
    ("asked", "sentence", "elsewhere"),
    [
        ("Who restored the portrait?", "It was restored by Ines Weber in 2016.", {"portrait"}),
        ("Who restored the clock?", "It was restored by Ines Weber in 2016.", set()),
        ("When was the portrait in the town hall?", "It hung in the town hall until 1960.", set()),
        ("Who restored the sofa?", "It was restored by Ines Weber in 2016.", set()),
        (
            "Qui est-ce qui a restauré le portrait de la dame ?",
            "It was restored by Ines Weber in 2016.",
            set(),
        ),
    ],
)
def test_what_is_said_of_something_else(asked: str, sentence: str, elsewhere: set[str]) -> None:
    passage = passage_of(ROOMS)
    start = ROOMS.index(sentence)
    found = words_elsewhere(
        parse_question(asked), passage, (start, start + len(sentence)), [passage]
    )
    assert found == elsewhere


OFFICES = (
    "Offices\n\nLisbon\n\nOpen from 8:00 to 16:30. The rent is 3,100 euros.\n\n"
    "The porter is Ana Reis.\n\nTurin\n\nOpen from 9:00 to 18:00. The rent is 2,250 euros.\n\n"
    "The porter is Ugo Sala."
)


@pytest.mark.parametrize(
    ("sentence", "other"),
    [
        ("The rent is 3,100 euros.", "turin"),
        ("The porter is Ana Reis.", "turin"),
        ("The rent is 2,250 euros.", "lisbon"),
        ("The porter is Ugo Sala.", "lisbon"),
    ],
)
def test_the_headings_above_an_answer_are_near_it(sentence: str, other: str) -> None:
    question = parse_question("Who pays the porter and the rent in Lisbon and in Turin?")
    passage, start = passage_of(OFFICES), OFFICES.index(sentence)
    found = words_elsewhere(question, passage, (start, start + len(sentence)), [passage])
    assert found & {"lisbon", "turin"} == {other}


def test_a_name_that_comes_later() -> None:
    question = parse_question("How many kilometres did Dev Anand row in January?")
    passage = passage_of(NEWS)
    found = words_elsewhere(question, passage, (0, NEWS.index(" Second")), [passage])
    assert {"dev", "anand"} <= found
    assert not names_somebody_else(question, {"row"})
    assert names_somebody_else(parse_question("How far did Dev Anand row?"), {"dev", "anand"})


def test_a_word_of_another_passage_of_the_document_counts() -> None:
    question = parse_question("What does the raku course cost?")
    passage = passage_of("Firing: 4 euros a kilo.")
    course = passage_of("There is no raku course this year.")
    assert words_elsewhere(question, passage, (0, 23), [passage, course]) == {"raku", "course"}


@pytest.mark.parametrize(
    ("asked", "words", "expected"),
    [
        ("¿Cuánto cuesta la cena en el Hostal La Parra?", "480 €", True),
        ("¿Cuál es el total?", "480 €", False),
        ("¿Cuándo es la entrada?", "viernes 17 de octubre", False),
        ("¿Cuánto pago en el Hostal La Parra?", "480 €", False),
        ("¿Cuánto pagan los estudiantes?", "84 €", True),
        ("¿Cuánto pagan los estudiantes?", "60 €", False),
        ("¿Cuánto pagan los adultos?", "84 €", False),
    ],
)
def test_the_value_of_another_field(asked: str, words: str, expected: bool) -> None:
    start = BOOKING.index(words)
    assert says_another_field(parse_question(asked), passage_of(BOOKING, "es"), start) is expected


@pytest.mark.parametrize(
    ("asked", "words", "expected"),
    [
        ("When is Nils Aubry on holiday?", "Wednesday to Saturday", True),
        ("Which days does Nils Aubry work?", "Wednesday to Saturday", False),
        ("What is the role of Nils Aubry?", "stock", False),
        ("What does Nils Aubry speak?", "French", True),
        ("Which languages does Nils speak?", "French", False),
        ("Is Nils Aubry replaced by Theo?", "on leave", False),
    ],
)
def test_a_field_that_the_question_does_not_name(asked: str, words: str, expected: bool) -> None:
    text = (
        "Name: Nils Aubry\nRole: stock\nDays of work: Wednesday to Saturday\nLanguages: French\n"
        "Note: on leave in April, replaced by Theo"
    )
    start = text.index(words)
    assert names_no_field(parse_question(asked), passage_of(text), start) is expected


@pytest.mark.parametrize(
    ("asked", "text", "words", "expected"),
    [
        ("When is the bus from Leeds to York?", "Buses from Leeds to York: 9:15", "9:15", False),
        ("When is the bus from York to Leeds?", "Buses from Leeds to York: 9:15", "9:15", True),
        ("When do buses from York to Leeds leave?", "To Leeds from York at 9:15", "9:15", False),
        ("Was kostet es von Bad Ems nach Mainz?", "Mainz – Bad Ems; 26 €.", "26 €", True),
        ("Was kostet es von Bad Ems nach Mainz?", "Bad Ems – Mainz; 24 €.", "24 €", False),
        (
            "When do buses from Leeds to York leave?",
            "From Leeds to York at 9:15 and from York to Leeds at 11:30.", "11:30", True,
        ),
        (
            "When do buses from Leeds to York leave?",
            "From Leeds to York at 9:15 and from York to Leeds at 11:30.", "9:15", False,
        ),
    ],
)  # fmt: skip
def test_the_journey_back(asked: str, text: str, words: str, expected: bool) -> None:
    route = asked_route(asked)
    assert route is not None
    assert goes_the_other_way(text, route, text.index(words)) is expected


@pytest.mark.parametrize(
    "asked", ["What goes from here to there?", "Who is from York?", "To York?"]
)
def test_no_route(asked: str) -> None:
    assert asked_route(asked) is None


def test_long_texts_take_linear_time() -> None:
    route = asked_route("When do buses from Leeds to York leave?")
    assert route is not None
    assert not goes_the_other_way("Leeds York " * 50_000, route, 11 * 40_000)
    assert asked_route("from Aa to " * 900) is None


@pytest.mark.parametrize(
    ("asked", "sentence", "expected"),
    [
        ("Is there a toilet on the upper site?", "Nobody on the upper site has water.", True),
        ("Is there a toilet on the upper site?", "The upper site has no toilets.", False),
        ("Do you have a lift?", "The house is heated by gas.", True),
        ("Is the pool heated?", "It is heated.", False),
        ("Where is there a toilet?", "Behind the house.", False),
        ("Is there a discount for students?", "Students pay half.", False),
        ("Do we have to pay a deposit?", "A deposit of 100 euros is due.", False),
    ],
)
def test_what_there_is_must_be_named(asked: str, sentence: str, expected: bool) -> None:
    assert lacks_what_there_is(parse_question(asked), sentence, "en") is expected


@pytest.mark.parametrize(
    ("asked", "sentence", "expected"),
    [
        ("What is Ana Vidal's phone number?", "Faults: service hotline +353 1 555 0190.", True),
        ("What is Ana Vidal's phone number?", "At night call Elena at 333 555 0102.", True),
        ("What is Ana Vidal's phone number?", "Tel. 333 555 0102", False),
        ("What is Ana Vidal's phone number?", "Ana can be called at 333 555 0102.", False),
        ("What is the phone number of the porter?", "Night watch: 333 555 0102", False),
        ("What is Ana Vidal's phone number?", "You can reach her at 0123 456789.", False),
        ("When does Ana Vidal come?", "The porter comes at 9.", False),
    ],
)
def test_the_number_of_somebody_else(asked: str, sentence: str, expected: bool) -> None:
    assert is_number_of_other(parse_question(asked), sentence, "en") is expected


@pytest.mark.parametrize(
    ("asked", "sentence", "expected"),
    [
        ("How much does a trainee earn?", "Each further session costs € 320.", True),
        ("How much does a session cost?", "Each further session costs € 320.", False),
        ("How much is the training?", "Each further session costs € 320.", False),
        ("Wie viel verdient ein Lehrling?", "Each further session costs € 320.", False),
    ],
)
def test_no_word_of_the_question(asked: str, sentence: str, expected: bool) -> None:
    text = f"Training\n\nTwo sessions at the practice are included. {sentence}"
    start = text.index(sentence)
    span = (start, len(text))
    assert shares_no_word(parse_question(asked), passage_of(text), span) is expected
