"""A later statement takes the place of what it changes, or makes it doubtful."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from seedqa.retrieval.answer import Verdict, find_answers
from seedqa.retrieval.calibration import Calibration
from seedqa.retrieval.changes import CHANGED_LIMIT, OUTDATED_LIMIT
from seedqa.retrieval.question import parse_question
from seedqa.retrieval.reader import Span
from seedqa.retrieval.types import Passage, Ranks, ScoreParts, band_of

CALIBRATION = Calibration({"margin": 1.0}, 0.0, 2.0, 0.2, 0.4)


def passage(
    text: str, source: str = "minutes.md", start: int = 0, language: str = "en",
    date: str | None = None,
) -> Passage:  # fmt: skip
    return Passage(
        source=source, title="Minutes", date=date, language=language,
        start=start, end=start + len(text), line_start=1, line_end=1 + text.count("\n"),
        page=None, text=text, score=0.5, ranks=Ranks(1, 1), stale=False, also_in=(),
        parts=ScoreParts(0.5, 1.0, 0.2, 0.3),
    )  # fmt: skip


def different(texts: list[str]) -> NDArray[np.float32]:
    return np.eye(len(texts), dtype=np.float32)


def answered(question: str, *read: tuple[Passage, list[tuple[str, float]]]) -> Verdict:
    """What passages give in which the reader found some words, with their scores."""
    passages = [one for one, _ in read]
    spans = [
        [Span(one.text.index(words), one.text.index(words) + len(words), score)
         for words, score in found]
        for one, found in read
    ]  # fmt: skip
    languages = ("en", "de", "fr", "es", "it", "pt", "nl")
    return find_answers(
        parse_question(question), passages, spans, CALIBRATION, different, languages
    )


@pytest.mark.parametrize(
    ("asked", "language", "first", "old", "second", "new"),
    [
        ("When is the open day?", "en", "The open day will be on Saturday 15 June.", "15 June",
         "The open day is moved from 15 June to Saturday 29 June.", "Saturday 29 June"),
        ("when does the plumber come", "en",
         "The plumber, Derek Moss, comes on Thursday 6 June.", "Thursday 6 June",
         "Derek could not make it. He will come on Monday 10 June instead.", "Monday 10 June"),
        ("How much was the grant to the theatre?", "en",
         "A grant was made to the Youth Theatre (£450).", "£450",
         "Approved with one correction: the grant to the Youth Theatre was £400, not £450.",
         "£400"),
        ("Wann ist das Sommerfest?", "de", "Das Sommerfest findet am 12. Juli statt.", "12. Juli",
         "Das Sommerfest wird auf den 19. Juli verschoben.", "19. Juli"),
        ("Quand commencent les travaux ?", "fr", "Début des travaux : avril 2024.", "avril 2024",
         "Les travaux commenceront en septembre 2024 au lieu d'avril.", "septembre 2024"),
        ("Qui est trésorier ?", "fr", "Présents : Hugo Petit (trésorier), Nadia Roux.",
         "Hugo Petit", "Nadia Roux remplace Hugo Petit comme trésorière à partir du 1er mai.",
         "Nadia Roux"),
        ("¿Cuándo es la cena del club?", "es", "La cena del club es el 4 de mayo.", "4 de mayo",
         "La cena del club se ha aplazado al 11 de mayo.", "11 de mayo"),
        ("Chi porta i tavoli della festa?", "it", "I tavoli della festa li porta Luca.", "Luca",
         "Luca è malato: i tavoli della festa li porta invece Marta Neri.", "Marta Neri"),
        ("Quanto paga a clínica pela limpeza por mês?", "pt",
         "A proposta da Brilhar para a limpeza, de 1.150 euros por mês, foi aprovada.",
         "1.150 euros",
         "A Brilhar retirou a proposta. Fica a Sol Nascente, por 1.240 euros por mês.",
         "1.240 euros"),
        ("Wie regelt de scheidsrechters?", "nl", "Sander Kok regelt de scheidsrechters.",
         "Sander Kok", "Lotte Smeets neemt de scheidsrechters over van Sander.", "Lotte Smeets"),
    ],
)  # fmt: skip
def test_the_later_statement_is_the_answer(
    asked: str, language: str, first: str, old: str, second: str, new: str
) -> None:
    """What had been decided first was the answer, surely."""
    verdict = answered(
        asked,
        (passage(first, language=language), [(old, 9.0)]),
        (passage(second, start=500, language=language), [(new, 4.0)]),
    )
    assert [answer.text for answer in verdict.answers] == [new]
    assert verdict.confidence <= CHANGED_LIMIT
    assert band_of(verdict.confidence) == "likely"


OLD = passage("The open day will be on Saturday 15 June.")
CHANGE = "The open day is moved from 15 June to Saturday 29 June."


def test_without_an_answer_of_its_own_it_makes_the_first_doubtful() -> None:
    later = passage("Harrow Fencing has withdrawn its offer.", start=500)
    first = passage("The offer of Harrow Fencing is accepted.")
    verdict = answered("Which offer is accepted?", (first, [("Harrow Fencing", 9.0)]), (later, []))
    assert [answer.text for answer in verdict.answers] == ["Harrow Fencing"]
    assert verdict.confidence == OUTDATED_LIMIT
    assert band_of(verdict.confidence) == "unsure"


@pytest.mark.parametrize(
    ("asked", "later"),
    [
        ("When was the open day before?", passage(CHANGE, start=500)),
        ("When is the open day?", passage("Tea is served instead of coffee.", start=500)),
        ("When is the open day?", passage(
            "The beds were moved, so that no sun falls on them. The open day is on 3 May.",
            start=500,
        )),
        ("When is the open day?", passage(CHANGE, source="b.md", date="2023-05-01")),
    ],
    ids=["asked-before", "about-something-else", "beside-the-same", "older-document"],
)  # fmt: skip
def test_other_statements_change_nothing(asked: str, later: Passage) -> None:
    first = passage(OLD.text, date="2024-03-01")
    alone = answered(asked, (first, [("Saturday 15 June", 9.0)]), (later, []))
    assert alone.answers[0].text == "Saturday 15 June"
    assert alone.confidence > CHANGED_LIMIT


@pytest.mark.parametrize(
    ("asked", "language", "text", "words"),
    [
        ("¿A quién compramos el azúcar?", "es",
         "Ya no compramos azúcar a Dulces Ibéricos; la compramos a Azucarera Leal.",
         "Dulces Ibéricos"),
        ("Where do we meet?", "en", "We no longer meet in the hall, but in the library.",
         "in the hall"),
        ("Hoe duur is parkeren bij de hal?", "nl",
         "Parkeren is gratis, behalve bij de hal, waar het 2,50 euro kost.", "gratis"),
    ],
)  # fmt: skip
def test_what_a_sentence_denies_or_excepts_is_no_sure_answer(
    asked: str, language: str, text: str, words: str
) -> None:
    verdict = answered(asked, (passage(text, language=language), [(words, 9.0)]))
    assert verdict.confidence == OUTDATED_LIMIT


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("Where do we meet?", "in the library"),
        ("Where do we no longer meet?", "in the hall"),
    ],
)
def test_what_a_sentence_says_beside_stays(asked: str, words: str) -> None:
    text = "We no longer meet in the hall, but in the library."
    assert answered(asked, (passage(text), [(words, 9.0)])).confidence > CHANGED_LIMIT


@pytest.mark.parametrize(
    ("asked", "language", "text", "words"),
    [
        ("How heavy may a suitcase be?", "en",
         "A suitcase must not weigh any more than 23 kg.", "23 kg"),
        ("How long may a speech be?", "en",
         "A speech may be no longer than 5 minutes.", "5 minutes"),
        ("Wie schwer darf das Gepäck sein?", "de",
         "Das Gepäck darf nicht mehr als 23 kg wiegen.", "23 kg"),
        ("Combien peut peser le colis ?", "fr",
         "Le colis ne doit pas peser plus de 10 kg.", "10 kg"),
        ("Quanto può pesare il pacco?", "it", "Il pacco non deve pesare più di 10 kg.", "10 kg"),
        ("Hoe zwaar mag de koffer zijn?", "nl",
         "De koffer mag niet meer dan 23 kg wegen.", "23 kg"),
        ("Who closed the mine?", "en",
         "The mine, which is no longer in use, was closed by Ann Reed.", "Ann Reed"),
    ],
)  # fmt: skip
def test_no_more_than_is_not_no_longer(asked: str, language: str, text: str, words: str) -> None:
    verdict = answered(asked, (passage(text, language=language), [(words, 9.0)]))
    assert verdict.confidence > CHANGED_LIMIT


@pytest.mark.parametrize(
    ("asked", "language", "first", "words", "later"),
    [
        ("How much is a filter?", "en", "A filter is 12 euros.", "12 euros",
         "The filter is replaced every six months."),
        ("Wie teuer ist die Karte?", "de", "Die Karte kostet 5 Euro.", "5 Euro",
         "Die Karte kann nicht umgetauscht werden."),
        ("How many eggs has the cake?", "en", "The cake has 3 eggs.", "3 eggs",
         "In a vegan cake the eggs are replaced by apple."),
        ("Hoeveel is de contributie per club in 2024?", "nl",
         "De contributie in 2024 is 420 euro per club.", "420 euro",
         "De finale wordt verplaatst naar 25 mei 2024. De vergoeding is 32 euro per wedstrijd."),
        ("Wer leitet den Chor?", "de", "Hans Meier leitet den Chor.", "Hans Meier",
         "Hans Meier übernimmt im Chor auch das Klavier."),
    ],
)  # fmt: skip
def test_what_is_said_beside_the_same_thing_changes_nothing(
    asked: str, language: str, first: str, words: str, later: str
) -> None:
    verdict = answered(
        asked,
        (passage(first, language=language), [(words, 9.0)]),
        (passage(later, start=500, language=language), []),
    )
    assert verdict.confidence > CHANGED_LIMIT


def test_an_exception_for_something_else_changes_nothing() -> None:
    text = "Parkeren is gratis, behalve bij de hal, waar het 2,50 euro kost."
    found = passage(text, language="nl")
    verdict = answered("Hoe duur is parkeren bij het station?", (found, [("gratis", 9.0)]))
    assert verdict.confidence > CHANGED_LIMIT


def test_who_has_withdrawn_is_no_sure_answer() -> None:
    """The heading beside it says what it is about."""
    first = passage("Las obras de la carretera las hará Hermanos Ruiz.", language="es")
    later = passage("Carretera. Hermanos Ruiz ha retirado su oferta.", start=500, language="es")
    verdict = answered(
        "¿Quién hará las obras de la carretera?", (first, [("Hermanos Ruiz", 9.0)]), (later, [])
    )
    assert verdict.confidence == OUTDATED_LIMIT


def test_a_history_changes_nothing() -> None:
    """What was replaced later was the answer all the same."""
    first = passage("The first bridge of the town was built by William Hart.")
    later = passage("William Hart was replaced by Ann Cole in 1850.", start=500)
    verdict = answered(
        "Who built the first bridge?",
        (first, [("William Hart", 9.0)]),
        (later, [("Ann Cole", 4.0)]),
    )
    assert verdict.answers[0].text == "William Hart"
    assert verdict.confidence > CHANGED_LIMIT


def test_a_statement_before_the_answers_changes_nothing() -> None:
    verdict = answered(
        "When is the open day?",
        (passage(CHANGE), []),
        (passage(OLD.text, start=500), [("Saturday 15 June", 9.0)]),
    )
    assert verdict.confidence > CHANGED_LIMIT


def test_the_answer_may_say_itself_that_something_changed() -> None:
    verdict = answered("When is the open day?", (passage(CHANGE), [("Saturday 29 June", 9.0)]))
    assert verdict.answers[0].text == "Saturday 29 June"
    assert verdict.confidence > CHANGED_LIMIT


def test_across_languages() -> None:
    verdict = answered(
        "Wann ist der Tag der offenen Tür?",
        (OLD, [("Saturday 15 June", 9.0)]),
        (passage(CHANGE, start=500), [("Saturday 29 June", 4.0)]),
    )
    assert [answer.text for answer in verdict.answers] == ["Saturday 29 June"]
