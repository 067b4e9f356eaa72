"""Which months a question names, and which passages and dated entries are of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from seedqa.retrieval.answer import find_answers
from seedqa.retrieval.calibration import Calibration
from seedqa.retrieval.question import parse_question
from seedqa.retrieval.reader import Span
from seedqa.retrieval.wording.months import fits_months, is_in_other_entry, months_named
from tests.support.tables import passage_of

DIARY = """Vaccines: none due.
**05/04/2024** - Weight 21.4 kg, a little too much.
Teeth clean.
**18/07/2024** - Lame after the beach. Weight 20.1 kg."""


@pytest.mark.parametrize(
    ("question", "months"),
    [
        ("What was decided in March?", {3}),
        ("Qu'a-t-on décidé le 14 mars ?", {3}),
        ("Combien en mars 2019 ?", {3}),
        ("Ist Mars ein Planet?", set()),
        ("What may be decided?", set()),
        ("Who spoke on May 12?", {5}),
        ("Who spoke on 2023-07-30?", {7}),
        ("Wer sprach am 03.04.2023?", {4}),
        ("Who spoke on 03/04/2023?", set()),
        ("What was paid on 12.03.2024?", {3}),
        ("Where did the march of 12 men end?", set()),
        ("Which tenants of flat 3 may park?", set()),
        ("How many people may 2 tickets admit?", set()),
        ("Was gab es am 5. Mai?", {5}),
        ("O que houve em 5 dez 2021?", {12}),
        ("O que custam dez 5 euros?", set()),
        ("Who won the second set 6-4?", set()),
    ],
)
def test_a_question_names_months_by_name_or_in_a_date(question: str, months: set[int]) -> None:
    assert months_named(parse_question(question)) == months


@pytest.mark.parametrize(
    ("question", "text", "place", "expected"),
    [
        ("¿Cuántas cajas se vendieron en mayo?", "2. Febrero\nSe vendieron 410.", "", False),
        ("How many boxes were sold in March?", "3. Marzo\nSe vendieron 505.", "", True),
        ("Qu'a-t-on décidé en février ?", "Decided on 7 Feb by all.", "", True),
        ("Qu'a-t-on décidé en février ?", "Decided in March by all.", "", False),
        ("Qu'a-t-on décidé en février ?", "All decided.", "Mars", True),
        ("Qu'a-t-on décidé le 7 mars ?", "All decided.", "10 octobre 2023", False),
        ("What was decided in March?", "On 12/03/2019, not in April.", "", True),
        ("What was decided in March?", "It was decided by all.", "", True),
        ("What was decided in March?", "It was decided by all.", "minutes_2023-10-10.md", True),
        ("How much was paid in March?", "400 pounds. Rule 3 may be waived.", "", True),
        ("Hoeveel kost de cursus in oktober?", "50 euro. Je mag 3 lessen missen.", "", True),
        ("Quanto custa em outubro?", "50 euros. Para dez 5 euros menos.", "", True),
        ("Did she win in March?", "Ann won the second set 6-4, and 8 out of 10.", "", True),
        ("Wann wurde die Miete für März bezahlt?", "Bezahlt am 01.04.2024.", "", True),
        ("Wann öffnet das Bad im Juli?", "Um 8 (01.05.2024 bis 30.09.2024).", "", True),
        ("À quelle heure en juillet ?", "À 9 heures. Tél. 01.42.68.53.00", "", True),
        ("Who spoke on 3 April 2023?", "On 04/03/2023, not in May, Ann spoke.", "", True),
        ("What was decided in March?", "It was decided by all.", "minutes_2023-03-14.md", True),
        ("What was decided in March?", "3.1.12 It was decided by all.", "", True),
        ("What may be decided?", "Decided in April.", "", True),
        ("Where did they march to?", "They went to Rome in October.", "", True),
    ],
)
def test_a_month_is_that_of_the_passage_if_it_names_any(
    question: str, text: str, place: str, expected: bool
) -> None:
    """The boxes of February were the answer to how many were sold in May, and the quote accepted in
    March was taken from the minutes of October."""
    months = months_named(parse_question(question))
    where = (place,) if place else ()
    assert fits_months(passage_of(text, "es", where), months) is expected


@pytest.mark.parametrize(
    ("question", "words", "expected"),
    [
        ("How much did it weigh in July 2024?", "21.4", True),
        ("How much did it weigh in July 2024?", "20.1", False),
        ("How much did it weigh in April?", "21.4", False),
        ("How were the teeth in July?", "clean", True),
        ("How much did it weigh in May?", "21.4", False),
        ("Which vaccines were due in July?", "none", False),
        ("How much did it weigh?", "21.4", False),
    ],
)
def test_an_entry_is_of_the_date_that_it_begins_with(
    question: str, words: str, expected: bool
) -> None:
    """ "How much did it weigh in July?" was answered with the weight of April."""
    months = months_named(parse_question(question))
    assert is_in_other_entry(passage_of(DIARY, "pt"), DIARY.index(words), months) is expected


@pytest.mark.parametrize(
    ("question", "text", "words"),
    [
        ("When is the deadline for the March issue?",
         "10 January: copy for the March issue\n5 March: the March issue appears", "10 January"),
        ("When is the pool closed in April?",
         "20 March - 5 April: closed for repairs\n6 April: it reopens", "20 March"),
        ("How much are tickets in March?",
         "12 March: concert\n3 April: reading\n\nTickets cost 12 euros.", "12 euros"),
        ("What does the March course cost?",
         "1. May I pay by card?\nYes. The course costs 40 euros.\n2. march courses?\n5.", "40"),
    ],
)  # fmt: skip
def test_what_is_in_no_other_entry(question: str, text: str, words: str) -> None:
    months = months_named(parse_question(question))
    assert not is_in_other_entry(passage_of(text), text.index(words), months)


def test_an_entry_may_be_some_paragraphs_below_its_date() -> None:
    text = "5 April 2024\n\nWeight 21 kg.\n\nTeeth clean.\n\n18 July 2024\n\nWeight 20 kg."
    months = months_named(parse_question("How were the teeth in July?"))
    assert is_in_other_entry(passage_of(text), text.index("clean"), months)
    assert not is_in_other_entry(passage_of(text), text.index("20 kg"), months)


def test_a_date_within_a_line_makes_no_entry() -> None:
    text = "14 March 2023\nThe offer of 38,400 euros is taken. Work begins on 5 June.\n6 June: no."
    months = months_named(parse_question("Which offer was taken in March?"))
    assert not is_in_other_entry(passage_of(text), text.index("38"), months)


def test_minutes_that_only_mention_a_month_are_not_those_of_it() -> None:
    """ "Who was excused on 14 March?" was answered from June's minutes, which approve March's."""
    june = "Excused: Luc Perrin\n\nThe minutes of 14 March are approved."
    march = "Excused: Denis Favre"
    passages = [
        replace(passage_of(june, context=("Minutes", "20 June 2024")), source="june.md"),
        replace(passage_of(march, context=("Minutes", "14 March 2024")), source="march.md"),
    ]
    spans = [[Span(9, 19, 6.0)], [Span(9, 20, 4.0)]]
    calibration = Calibration({"margin": 1.0}, 0.0, 2.0, 0.0, 0.4)
    for question, expected in (
        ("Who was excused on 14 March?", "Denis Favre"),
        ("Who was excused on 20 June?", "Luc Perrin"),
    ):
        outcome = find_answers(
            parse_question(question), passages, spans, calibration,
            lambda texts: np.eye(len(texts), dtype=np.float32), ("en",),
        )  # fmt: skip
        assert outcome.answers[0].text == expected
