"""An answer takes along what belongs to it, in the seven languages."""

from __future__ import annotations

import pytest

from seedqa.retrieval.wording.widening import widen


def widened(text: str, words: str) -> str:
    start = text.index(words)
    return text[slice(*widen(text, start, start + len(words)))]


@pytest.mark.parametrize(
    ("text", "words", "whole"),
    [
        ("Eröffnet am 1. März 2014.", "März 2014", "1. März 2014"),
        ("Vergadering op 12 mei 2020.", "mei 2020", "12 mei 2020"),
        ("Fue el 3 de mayo de 1994.", "mayo de 1994", "3 de mayo de 1994"),
        ("On the 2nd of June it rained.", "June", "2nd of June"),
        ("Le 1er juillet, il part.", "juillet", "1er juillet"),
        ("Born in March 2014.", "March 2014", "March 2014"),
        ("It rose by 45 March 2014.", "March 2014", "March 2014"),
        ("Version 3.2 March", "March", "March"),
        ("It has 12 rooms.", "rooms", "rooms"),
    ],
)
def test_a_month_takes_its_day_along(text: str, words: str, whole: str) -> None:
    assert widened(text, words) == whole


@pytest.mark.parametrize(
    ("text", "hour", "whole"),
    [
        ("There is a children's hour on Wednesdays at 15.", "15", "Wednesdays at 15"),
        ("Das Training ist dienstags um 17 Uhr.", "17 Uhr", "dienstags um 17 Uhr"),
        ("Le conseil est le lundi à 19 heures.", "19 heures", "lundi à 19 heures"),
        ("Abre el lunes a las 9:30.", "9:30", "lunes a las 9:30"),
        ("Si riunisce il martedì alle 18.", "18", "martedì alle 18"),
        ("Abre segunda-feira às 20h.", "20h", "segunda-feira às 20h"),
        ("Op zaterdag om 10 uur.", "10 uur", "zaterdag om 10 uur"),
        ("On Fridays at 16 members came.", "16 members", "16 members"),
        ("It costs about 15.", "15", "15"),
        ("It opens at 9.", "9", "9"),
    ],
)
def test_an_hour_takes_its_day_along(text: str, hour: str, whole: str) -> None:
    """ "16" was the answer to when the children's hour is."""
    assert widened(text, hour) == whole


@pytest.mark.parametrize(
    ("text", "words", "whole"),
    [
        ("Der Lieferant schuldet eine Strafe von 3.185 Euro.", "eine Strafe",
         "eine Strafe von 3.185 Euro"),
        ("He pays a fine of 300 euros and leaves.", "a fine", "a fine of 300 euros"),
        ("Il paie une amende de 1 200 euros.", "une amende", "une amende de 1 200 euros"),
        ("It gives a discount of 5% to all.", "a discount", "a discount of 5%"),
        ("Ze betalen een boete van 40 euro.", "een boete", "een boete van 40 euro"),
        ("He pays 20 of 30 euros.", "20", "20"),
        ("It fell on a team of 12 who ran.", "a team", "a team of 12"),
        ("The census of 2010 counted all.", "The census", "The census of 2010"),
        ("It takes a group of 15 people.", "a group", "a group of 15 people"),
        ("The fine of the court is high.", "The fine", "The fine"),
        ("Die Leiter kommt an ihren Platz hinter der Bühne.", "an ihren Platz",
         "an ihren Platz hinter der Bühne"),
        ("It goes to its place under the stairs, as ever.", "its place",
         "its place under the stairs"),
        ("On la remet à sa place derrière la scène et on ferme.", "à sa place",
         "à sa place derrière la scène"),
        ("She took the first place. In May she left.", "the first place", "the first place"),
        ("It lies in the hall behind the stage.", "in the hall", "in the hall"),
    ],
)  # fmt: skip
def test_a_noun_takes_along_what_it_announces(text: str, words: str, whole: str) -> None:
    """ "Strafe" was the answer to what is owed, surely."""
    assert widened(text, words) == whole


@pytest.mark.parametrize(
    ("text", "words", "whole"),
    [
        ("Beginners meet on Tuesdays at 17:00 with Paula.", "Tuesdays", "Tuesdays at 17:00"),
        ("Le conseil est le lundi à 19 heures.", "lundi", "lundi à 19 heures"),
        ("It is closed on Mondays at Easter.", "Mondays", "Mondays"),
        ("Ouverte de 10 h à 19 h 30 en été.", "19 h", "19 h 30"),
        ("Ouverte à 19 h 2024 est passé.", "19 h", "19 h"),
        ("Pendant 19 h, 30 personnes.", "19 h", "19 h"),
    ],
)
def test_a_day_takes_its_hour_and_an_hour_its_minutes(text: str, words: str, whole: str) -> None:
    assert widened(text, words) == whole
