"""Who does something is not who did it before, and an opening is no closing."""

from __future__ import annotations

import pytest

from seedqa.retrieval.question import parse_question
from seedqa.retrieval.wording.opposites import says_the_opposite
from seedqa.retrieval.wording.succession import is_predecessor


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("Ms Sommer took over class 3a from Mr Thoma.", "Mr Thoma", "Ms Sommer"),
        ("Ines Weber replaced Jan Lindt as porter.", "Jan Lindt", "Ines Weber"),
        ("Jan Lindt was replaced by Ines Weber.", "Jan Lindt", "Ines Weber"),
        ("Ines Weber is the successor of Jan Lindt.", "Jan Lindt", "Ines Weber"),
        (
            "Before Ines, the children were coached by Jan Lindt. Now it is Ines Weber.",
            "Jan Lindt",
            "Ines Weber",
        ),
        ("Tutor: Ines Weber (before September 2025: Jan Lindt)", "Jan Lindt", "Ines Weber"),
        ("Tuteur : Inès Weber (avant septembre 2025 : Jan Lindt)", "Jan Lindt", "Inès Weber"),
        ("Frau Weber hat die Klasse von Herrn Lindt übernommen.", "Lindt", "Weber"),
        ("Frau Weber hat die Klasse von Herrn Lindt übernommen.", "Herrn Lindt", "Frau Weber"),
        ("Frau Weber löste Jan Lindt ab.", "Jan Lindt", "Frau Weber"),
        ("Mme Weber succède à Jean Lindt.", "Jean Lindt", "Mme Weber"),
        ("Inés Weber sustituye a Juan Lindt.", "Juan Lindt", "Inés Weber"),
        ("Ines Weber è subentrata a Gianni Lindt.", "Gianni Lindt", "Ines Weber"),
        ("Prima se ne occupava suo fratello; ora se ne occupa Ines.", "suo fratello", "Ines"),
        ("Inês Weber substituiu João Lindt.", "João Lindt", "Inês Weber"),
        ("Ines Weber volgde Jan Lindt op.", "Jan Lindt", "Ines Weber"),
        ("Ines Weber is de opvolger van Jan Lindt.", "Jan Lindt", "Ines Weber"),
    ],
)
def test_who_came_before(text: str, before: str, after: str) -> None:
    now, then = (parse_question(f"Who {verb} the teacher?") for verb in ("is", "was"))
    for name, is_before in ((before, True), (after, False)):
        start = text.index(name)
        assert is_predecessor(now, text, start, start + len(name)) is is_before
        assert not is_predecessor(then, text, start, start + len(name))


@pytest.mark.parametrize(
    ("question", "is_asked"),
    [
        ("Who coaches the children?", True),
        ("Who replaced Jan Lindt?", False),
        ("Who coached the children before Ines?", False),
        ("Who did Ines replace?", False),
        ("Wer leitet die Gruppe?", True),
        ("Wer leitete die Gruppe?", False),
        ("Qui dirige le groupe ?", True),
        ("Qui a dirigé le groupe ?", False),
        ("What is the class called?", False),
    ],
)
def test_only_who_does_it_now(question: str, is_asked: bool) -> None:
    text = "Ines Weber took over from Jan Lindt."
    assert is_predecessor(parse_question(question), text, 26, 35) is is_asked


@pytest.mark.parametrize(
    ("question", "text", "name"),
    [
        ("Who owns the house?", "The house was built before 1900. Ann Reed owns it.", "Ann Reed"),
        (
            "Wer leitet die Sitzung?",
            "Die Sitzung findet am Montag statt. Karl Meier leitet sie.",
            "Karl Meier",
        ),
        (
            "Wie is de voorzitter?",
            "De vergadering begint een uur eerder. Kees Bol is voorzitter.",
            "Kees Bol",
        ),
        (
            "Who inspects the aircraft?",
            "Before each flight, the aircraft is inspected by the pilot.",
            "the pilot",
        ),
        ("Wer ist Trainer?", "Auf Thoma folgte Karl Meier.", "Karl Meier"),
        ("Who is president?", "The president is, as previously, Ann Reed.", "Ann Reed"),
        ("Wer ist Präsident?", "Präsident bleibt wie bisher Karl Meier.", "Karl Meier"),
        ("Who supplies the milk?", "She takes over 200 litres a day from Mr Poe.", "Mr Poe"),
    ],
)
def test_who_does_it_still(question: str, text: str, name: str) -> None:
    start = text.index(name)
    assert not is_predecessor(parse_question(question), text, start, start + len(name))


@pytest.mark.parametrize(
    ("question", "before", "language", "expected"),
    [
        ("When does the café close?", "The café opens at ", "en", True),
        ("When does the café close?", "Open from 9 to ", "en", False),
        ("When does the café close?", "It opens at 9 and closes at ", "en", False),
        ("When does the café close?", "It opens at 9 and stays open until ", "en", False),
        ("Wann schließt das Café?", "The café opens at ", "en", True),
        ("What time do they land?", "Departure: Saturday, ", "en", True),
        ("What time do they land?", "Arrival: Saturday, ", "en", False),
        ("À quelle heure arrive le train ?", "Salida: ", "es", True),
        ("À quelle heure arrive le train ?", "Salida a las ", "es", True),
        ("When does school end?", "School starts at ", "en", True),
        ("When does the train from X to Y arrive and leave?", "Departure: ", "en", False),
        ("Who opens the hall?", "The hall is closed by ", "en", False),
        ("When does the lease end?", "It begins on 1 May 2024 and expires on ", "en", False),
        ("Wann endet der Vertrag?", "Er beginnt am 1. Mai 2024 und läuft bis zum ", "de", False),
        ("When does the lease start?", "The lease commences on ", "en", False),
        ("When did the ship arrive?", "It arrived on ", "en", False),
        ("What are the opening hours?", "On Saturdays we close at ", "en", False),
        ("Quand commence le chantier ?", "Les travaux sont prévus fin ", "fr", False),
        ("Wann beginnt der Kurs?", "Der Kurs startet Ende ", "de", False),
        ("When does my leave end?", "It starts on 1 May and lasts ", "en", False),
        ("Who owns the land?", "When tenants leave, the owner ", "en", False),
        ("How do I start the pump?", "At the end of the hose press ", "en", False),
        ("When does the boat reach Oban?", "It leaves Glasgow at 9:00 and reaches Oban at ", "en",
         False),
    ],
)  # fmt: skip
def test_the_opposite(question: str, before: str, language: str, expected: bool) -> None:
    assert says_the_opposite(parse_question(question), before, language) is expected


def test_long_texts_take_linear_time() -> None:
    question = parse_question("Who is the teacher?")
    text = "took over " * 50_000
    assert not is_predecessor(question, text, 400_000, 400_010)
    assert not says_the_opposite(question, text, "en")
