"""Who is in the role that a question asks for, and who is in another one."""

from __future__ import annotations

import pytest

from seedqa.retrieval.answer import find_answers
from seedqa.retrieval.calibration import Calibration
from seedqa.retrieval.question import parse_question
from seedqa.retrieval.reader import Span
from seedqa.retrieval.wording.roles import Around, is_of_other_role, roles_asked
from tests.support.tables import passage_of

CALIBRATION = Calibration({"margin": 1.0}, 0.0, 2.0, 0.0, 0.4)
LEASE = "Bailleur : Mme Odile Ferrandin, de Vienne\nLocataire : Mme Rosalie Tamburin"


@pytest.mark.parametrize(
    ("question", "sentence", "name", "expected"),
    [
        ("Chi è il tesoriere?", "La presidente, Fiorenza Zambelloni", "Fiorenza Zambelloni", True),
        (
            "Chi è la presidente?",
            "La presidente, Fiorenza Zambelloni",
            "Fiorenza Zambelloni",
            False,
        ),
        ("Who is the landlord?", "Locataire : Mme Rosalie Tamburin", "Rosalie Tamburin", True),
        ("Who is the tenant?", "Locataire : Mme Rosalie Tamburin", "Rosalie Tamburin", False),
        ("Wer ist der Kassenwart?", "Uwe Ott (Vorsitzender) eröffnet.", "Uwe Ott", True),
        ("Wer ist der Kassenwart?", "Uwe Ott, Vorsitzender und Kassenwart", "Uwe Ott", False),
        ("Who is the mayor?", "Ann Lee spoke to the coach of the team.", "Ann Lee", False),
        ("Who is the singer?", "Our treasurer, Ann Lee", "Ann Lee", False),
        ("Who is the mayor's husband?", "She married the architect Paul Roe.", "Paul Roe", False),
        ("Who is suing the landlord?", "The tenant, Rosa Kent, filed it.", "Rosa Kent", False),
        ("Who is the contact person for tenants?", "Ask the caretaker, Mr Lopez.", "Lopez", False),
        ("Wer ist der Schatzmeister?", "Uwe Ott (Vorsitzender und Finanzwart)", "Uwe Ott", False),
        ("Qui est le locataire ?", "Entre M. Durand, bailleur, et Mme Petit, preneur", "Mme Petit",
         False),
        ("Quem é o inquilino?", "Entre João Silva, locador, e Maria Costa, locatária",
         "Maria Costa", False),
        ("Who is the treasurer?", "Anna Rossi (former president) signs.", "Anna Rossi", False),
        ("Who is the president of the league?", "Luc Roux, le directeur du marketing, l'a dit.",
         "Luc Roux", True),
        ("Who is the president?", "Luc Roux, président-directeur, signe.", "Luc Roux", False),
        ("Who is the director of the museum?", "The director, Ann Lee, signs.", "Ann Lee", False),
        ("Who is the current treasurer?", "The president, Anna Rossi, signs.", "Anna Rossi", True),
    ],
)  # fmt: skip
def test_a_role_beside_a_name(question: str, sentence: str, name: str, expected: bool) -> None:
    start = sentence.index(name)
    asked = roles_asked(parse_question(question))
    assert is_of_other_role(asked, Around(sentence, start, start + len(name))) is expected


def spans_of(text: str, *names: str) -> list[Span]:
    """Return a span for each name, each read a little worse than the one before."""
    starts = [text.index(name) for name in names]
    return [
        Span(start, start + len(name), 4.0 - number)
        for number, (start, name) in enumerate(zip(starts, names, strict=True))
    ]


def answer_to(question: str, text: str, language: str, *names: str) -> str | None:
    outcome = find_answers(
        parse_question(question), [passage_of(text, language)], [spans_of(text, *names)],
        CALIBRATION, lambda texts: None, ("en", "fr", "it"),  # type: ignore[arg-type,return-value]
    )  # fmt: skip
    return outcome.answers[0].text if outcome.answers else None


def test_who_is_in_the_role_leads_whoever_reads_better() -> None:
    """ "Who is the landlord?" had the tenant as its likeliest words."""
    names = ("Mme Rosalie Tamburin", "Mme Odile Ferrandin")
    assert answer_to("Who is the landlord?", LEASE, "fr", *names) == names[1]
    assert answer_to("Who is the tenant?", LEASE, "fr", *names) == names[0]


def test_someone_in_another_role_is_no_answer() -> None:
    """ "Who is the treasurer?" was answered with the president, likely."""
    text = "Grazie a tutti.\nLa presidente, Fiorenza Zambelloni"
    name = "Fiorenza Zambelloni"
    assert answer_to("Chi è il tesoriere?", text, "it", name) is None
    assert answer_to("Chi è la presidente?", text, "it", name) == name


def test_what_the_role_does_is_not_asked_for() -> None:
    text = "In May she met the tenant, Ann Lee, in court."
    assert answer_to("Who did the landlord meet in court?", text, "en", "Ann Lee") == "Ann Lee"


@pytest.mark.parametrize(
    "text",
    [
        "The president, Anna Rossi, opened it. She is also our treasurer.",
        "Treasurer\nAnna Rossi, president until May",
    ],
)
def test_the_role_is_told_beside_the_sentence(text: str) -> None:
    assert answer_to("Who is the treasurer?", text, "en", "Anna Rossi") == "Anna Rossi"


def test_a_role_that_qualifies_is_not_the_one_asked_for() -> None:
    """ "Who is the mayor's husband?" was answered with the mayor."""
    text = "The mayor, Anna Rossi, lives in Hull.\nShe is married to the architect Paul Roe."
    names = ("Paul Roe", "Anna Rossi")
    assert answer_to("Who is the mayor's husband?", text, "en", *names) == "Paul Roe"
