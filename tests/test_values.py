"""Of several values in a sentence, the one that is asked for, in the seven languages."""

from __future__ import annotations

import pytest

from seedqa.retrieval.question import parse_question
from seedqa.retrieval.wording.values import asks_old, choose_value, has_other_value, values_in


def chosen(question: str, sentence: str, words: str, language: str = "en") -> str:
    """The words that are shown, where the reader found `words`."""
    start = sentence.index(words)
    left, right = choose_value(
        parse_question(question),
        sentence,
        (0, len(sentence)),
        (start, start + len(words)),
        language,
    )
    return sentence[left:right]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("It is £16.80 now.", ["£16.80"]),
        ("Es kostet 4,10 Euro, bis 12.30 Uhr.", ["4,10 Euro", "12.30 Uhr"]),
        ("El 3 de mayo a las 9:30.", ["3 de mayo", "9:30"]),
        ("Saturday 15 June", ["Saturday 15 June"]),
        ("On Saturday, 15 June 2024, at noon", ["Saturday, 15 June 2024"]),
        ("92 °C (was 94 °C)", ["92 °C", "94 °C"]),
        ("due anni; per il motore tre anni", ["due anni", "tre anni"]),
        ("du 15 mai au 20 septembre, de 9 h à 20 h", ["15 mai", "20 septembre", "9 h", "20 h"]),
        ("15 percent (so far 12 percent)", ["15 percent", "12 percent"]),
        ("Hens may be kept in May.", ["May"]),
        ("48 300 visiteurs en 2023, contre 41 900 en 2022", ["48 300", "2023", "41 900", "2022"]),
        ("27,90 € y Completa 39,50 € al mes", ["27,90 €", "39,50 €"]),
        ("two friends and one dog", []),
        ("", []),
    ],
)
def test_values(text: str, values: list[str]) -> None:
    found = values_in(text, 0, len(text))
    assert [text[value.start : value.end] for value in found] == values


@pytest.mark.parametrize(
    ("asked", "sentence", "words", "answer", "language"),
    [
        ("What is the new rate?", "The rate, until now £16.80, will be £18.40.", "£16.80", "£18.40",
         "en"),
        ("What was the rate before?", "The rate, until now £16.80, will be £18.40.", "£18.40",
         "£16.80", "en"),
        ("How high is the surcharge?", "We add 15 percent (so far 12 percent).",
         "15 percent (so far 12 percent", "15 percent", "en"),
        ("What was the surcharge until now?", "We add 15 percent (so far 12 percent).",
         "15 percent", "12 percent", "en"),
        ("What is the temperature?", "It is now 92 °C (was 94 °C).", "92 °C (was 94 °C)", "92 °C",
         "en"),
        ("What does lunch cost?", "The price of lunch rises from 4.10 to 4.60 euros.", "4.10",
         "4.60 euros", "en"),
        ("Was kostet das Essen?", "Der Preis steigt von 4,10 Euro auf 4,60 Euro.",
         "4,10 Euro auf 4,60 Euro", "4,60 Euro", "de"),
        ("Was kostete das Essen vor April?", "Der Preis steigt von 4,10 Euro auf 4,60 Euro.",
         "4,60 Euro", "4,10 Euro", "de"),
        ("Quelle est la prime ?", "La prime est portée de 400 à 550 euros.", "400 à 550 euros",
         "550 euros", "fr"),
        ("¿Qué día es la clase?", "La clase pasa del martes al jueves.", "martes al jueves",
         "jueves", "es"),
        ("Quanto costa il corso?", "Il prezzo sale da 30 euro a 35 euro.", "30 euro", "35 euro",
         "it"),
        ("Quanto custa a quota?", "A quota sobe de 20 euros para 25 euros.", "20 euros",
         "25 euros", "pt"),
        ("Wat is het tarief?", "Het tarief verandert van 0,31 euro naar 0,27 euro per kWh.",
         "0,31 euro naar 0,27 euro per kWh", "0,27 euro", "nl"),
        ("Wat was het oude tarief?", "Het tarief stijgt van 1,18 euro naar 1,26 euro.",
         "1,26 euro", "1,18 euro", "nl"),
    ],
)  # fmt: skip
def test_of_an_old_and_a_new_value_the_one_that_is_asked_for(
    asked: str, sentence: str, words: str, answer: str, language: str
) -> None:
    """The first was the answer, surely, or both were."""
    assert chosen(asked, sentence, words, language) == answer


@pytest.mark.parametrize(
    ("asked", "words", "answer"),
    [
        ("When does the office close?", "8:00 to 17:00", "17:00"),
        ("When does the office open?", "8:00 to 17:00", "8:00"),
        ("When does the office close?", "8:00", "17:00"),
        ("When is the office open?", "8:00 to 17:00", "8:00 to 17:00"),
        ("When is the office closed?", "8:00 to 17:00", "8:00 to 17:00"),
        ("Wann schließt das Büro?", "8:00 to 17:00", "17:00"),
        ("Wann ist das Büro geöffnet?", "8:00 to 17:00", "8:00 to 17:00"),
        ("À quelle heure ouvre le bureau ?", "8:00 to 17:00", "8:00"),
        ("Quand le bureau est-il fermé ?", "8:00 to 17:00", "8:00 to 17:00"),
        ("¿A qué hora cierra la oficina?", "8:00 to 17:00", "17:00"),
        ("A che ora chiude l'ufficio?", "8:00 to 17:00", "17:00"),
        ("A que horas fecha o escritório?", "8:00 to 17:00", "17:00"),
        ("Hoe laat sluit het kantoor?", "8:00 to 17:00", "17:00"),
    ],
)
def test_of_a_range_of_hours_the_end_that_is_asked_for(asked: str, words: str, answer: str) -> None:
    assert chosen(asked, "The office: 8:00 to 17:00.", words) == answer


@pytest.mark.parametrize(
    ("asked", "sentence", "words", "answer", "language"),
    [
        ("How much do children pay?", "Adults pay 7.50 euros, children 3 euros.",
         "7.50 euros, children 3 euros", "3 euros", "en"),
        ("How much do adults pay?", "Adults pay 7.50 euros, children 3 euros.", "7.50 euros",
         "7.50 euros", "en"),
        ("How much do children pay?", "It is 5 euros for adults and 3 euros for children.",
         "3 euros", "3 euros", "en"),
        ("What does the Pico cost for a full day?",
         "The Pico costs £35 for half a day and £55 for a full day.", "£35", "£55", "en"),
        ("How heavy may luggage be with Transavia?",
         "Luggage may weigh up to 12 kg with KLM and up to 10 kg with Transavia.",
         "12 kg with KLM and up to 10 kg", "10 kg", "en"),
        ("How much do adults pay?", "It is 5 euros for adults and 3 euros for children.",
         "5 euros", "5 euros", "en"),
        ("Quanto dura la garanzia del motore?",
         "La garanzia dura due anni; per il motore tre anni.", "due anni", "tre anni", "it"),
        ("Quanto dura la garanzia?", "La garanzia dura due anni; per il motore tre anni.",
         "due anni", "due anni", "it"),
        ("¿Cuánto costaba la cuota completa en 2023?",
         "Las tarifas de 2023 eran: Básica 27,90 € y Completa 39,50 € al mes.",
         "27,90 € y Completa 39,50 €", "39,50 €", "es"),
        ("How long is the trail?", "The trail has 12 km and was marked in 1998.", "12 km", "12 km",
         "en"),
    ],
)  # fmt: skip
def test_of_an_enumeration_the_item_that_is_asked_for(
    asked: str, sentence: str, words: str, answer: str, language: str
) -> None:
    assert chosen(asked, sentence, words, language) == answer


@pytest.mark.parametrize(
    ("asked", "sentence", "words"),
    [
        ("How did the price change?", "The price rises from 4.10 to 4.60 euros.",
         "4.10 to 4.60 euros"),
        ("When is the bath open?", "The bath is open from 9:00 to 17:00.", "9:00 to 17:00"),
        ("When was he here?", "He was here from May to July 2019.", "May to July 2019"),
        ("When is it open?", "The golf course is open from 9 to 17.", "9 to 17"),
        ("What are the hours?", "The garden is open from 9 am to 5 pm.", "9 am to 5 pm"),
        ("How long does delivery take?", "It takes 3 to 5 days, so the goods arrive soon.",
         "3 to 5 days"),
        ("How old are the children?", "Children from 6 to 12 years go to the forest.",
         "6 to 12 years"),
        ("When is the market in the hall?",
         "The market moves into the hall from 1 November to 31 March.", "1 November to 31 March"),
        ("When was Anna mayor?", "Anna was mayor from 1990 to 1998, then she moved away.",
         "1990 to 1998"),
        ("What was the result?", "Ajax goes on after a win of 3-1 over PSV.", "3-1"),
        ("How long does it take to open the account?", "It takes 3 to 5 days to open.",
         "3 to 5 days"),
        ("How many days does the museum open a week?", "It is open 5 to 6 days a week.",
         "5 to 6 days"),
        ("When does the museum open again?", "The museum is closed from 3 May to 7 June.",
         "7 June"),
        ("How many votes did the original proposal get?",
         "The original proposal got 12 votes instead of 15 votes.", "12"),
        ("What is the hire charge for residents from October 2024?",
         "It is £16 per hour for residents and £25 per hour for others from 1 October 2024.",
         "£16"),
        ("Who raised it?", "Ann Reed raised it from 4 to 5 euros.", "Ann Reed"),
        ("What does it cost?", "It costs 4 euros.", "4 euros"),
        ("combien de visiteurs en 2022",
         "Le musée a reçu 48 300 visiteurs en 2023, contre 41 900 en 2022.", "41 900"),
        ("Where is the bath?", "It is at 4 Mill Lane, not 12 Mill Lane.", "4 Mill Lane"),
    ],
)  # fmt: skip
def test_other_words_stay(asked: str, sentence: str, words: str) -> None:
    assert chosen(asked, sentence, words) == words


@pytest.mark.parametrize(
    ("asked", "sentence", "words", "language"),
    [
        ("¿Cuál es el horario?", "La sala abre de 9 a 17 horas.", "9 a 17 horas", "es"),
        ("Quels sont les horaires ?",
         "Le magasin n'est pas ouvert le lundi, mais les autres jours de 9h à 17h.", "9h à 17h",
         "fr"),
        ("Quels sont les horaires ?", "La porte sud est ouverte de 9h à 17h.", "9h à 17h", "fr"),
        ("¿Cuántas personas caben?", "En la sala caben de 20 a 30 personas.", "20 a 30 personas",
         "es"),
        ("Wanneer is het open?", "De garage is open van 9 tot 17 uur.", "9 tot 17 uur", "nl"),
        ("Quante persone porta il bus?", "Il bus porta da 20 a 30 persone.", "20 a 30 persone",
         "it"),
        ("Wann ist die Ausstellung?",
         "Die Ausstellung ist vom 3. Mai bis 7. Juni geöffnet, ändert sich aber wöchentlich.",
         "3. Mai bis 7. Juni", "de"),
        ("Combien de jours ouvre la mairie ?", "La mairie ouvre 3 à 4 jours par semaine.",
         "3 à 4 jours", "fr"),
    ],
)  # fmt: skip
def test_ranges_stay_in_other_languages(
    asked: str, sentence: str, words: str, language: str
) -> None:
    """Words like golf, sala, pas and porte were taken for verbs of change."""
    assert chosen(asked, sentence, words, language) == words


@pytest.mark.parametrize(
    ("asked", "sentence", "words", "answer", "language"),
    [
        ("Wie viel kostet die Miete vor Ort?", "Die Miete vor Ort steigt von 300 auf 500 Euro.",
         "300", "500 Euro", "de"),
        ("Quanto costa la prima ora?", "Il prezzo della prima ora sale da 4 a 5 euro.", "4",
         "5 euro", "it"),
        ("Quel est le prix avant taxes ?", "Le prix passe de 4 à 5 euros.", "4", "5 euros", "fr"),
        ("How many people live in the old town?", "The population went from 300 to 500 people.",
         "300", "500 people", "en"),
    ],
)  # fmt: skip
def test_what_is_new_though_the_question_has_a_word_for_old(
    asked: str, sentence: str, words: str, answer: str, language: str
) -> None:
    assert chosen(asked, sentence, words, language) == answer


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("What was the rent before March?", True),
        ("Wie hoch war die alte Miete?", True),
        ("Was kostete es vor April?", True),
        ("Quel était l'ancien loyer ?", True),
        ("¿Cuál era la cuota anterior?", True),
        ("Qual era il prezzo prima?", True),
        ("Qual era o preço até agora?", True),
        ("Wat was de vorige prijs?", True),
        ("What is the rent?", False),
        ("Wat is de prijs voor leden?", False),
        ("Was kostet es?", False),
    ],
)
def test_what_asks_for_what_held_before(asked: str, expected: bool) -> None:
    assert asks_old(parse_question(asked)) is expected


@pytest.mark.parametrize(
    "text", ["€" * 2_400, "1 " * 1_200, "1 111 " * 400, "1.1." * 600, "lunes " * 400, "1" * 2_400]
)
def test_hostile_text_takes_linear_time(text: str) -> None:
    """Such a passage took 0.14 s for each of its spans; the timeout of the tests is the limit."""
    for _ in range(200):
        values_in(text, 0, 200)
    assert len(values_in(text, 0, len(text))) <= 1_200


def test_a_long_question_of_small_words_takes_linear_time() -> None:
    question = parse_question("do " * 3_300)
    for _ in range(20):
        choose_value(question, "From 9:00 to 17:00.", (0, 19), (5, 9), "en")


@pytest.mark.parametrize(
    ("asked", "sentence", "words", "language", "answer"),
    [
        pytest.param(
            "How many directors can there be at most?",
            "The board has at least four (4) but no more than eleven (11) directors.",
            "four", "en", "11", id="the most",
        ),
        pytest.param(
            "What is the minimum number of directors?",
            "The board has at least four (4) but no more than eleven (11) directors.",
            "eleven", "en", "4", id="the least",
        ),
        pytest.param(
            "Wie viele Kinder hat die Gruppe höchstens?",
            "Die Gruppe hat mindestens 6 und höchstens 12 Kinder.", "6", "de", "12", id="German",
        ),
        pytest.param(
            "How many players can a roster have?",
            "A roster has a minimum of 16 players and shall not exceed 26 players.",
            "16", "en", "16", id="neither is asked for",
        ),
        pytest.param(
            "Quel était le bénéfice net en 2021 ?",
            "Chiffre 486 200 € (2021 : 451 900 €), bénéfice net 31 740 € (2021 : 22 615 €).",
            "31 740 €", "fr", "22 615 €", id="the year in brackets",
        ),
        pytest.param(
            "Quel était le bénéfice net en 2022 ?",
            "Chiffre 486 200 € (2021 : 451 900 €), bénéfice net 31 740 € (2021 : 22 615 €).",
            "31 740 €", "fr", "31 740 €", id="another year",
        ),
        pytest.param(
            "What is the rear pressure when it is loaded?",
            "Pressure 2.5 front, 2.7 rear (3.0 when loaded).", "2.7", "en", "3.0",
            id="the case in brackets",
        ),
        pytest.param(
            "Wie viel zahlte Nowak bisher?", "Nowak; 198 €; (190).", "198 €", "de", "190",
            id="the old one in brackets",
        ),
        pytest.param(
            "Wie viel zahlt Nowak?", "Nowak; 198 €; (190).", "198 €", "de", "198 €",
            id="the new one before brackets",
        ),
        pytest.param(
            "How full is the disk?", "disk: 24 TB, 83% full", "24 TB", "en", "83%", id="a share",
        ),
        pytest.param(
            "How large is the disk?", "disk: 24 TB, 83% full", "24 TB", "en", "24 TB",
            id="no share",
        ),
        pytest.param(
            "Welke prijs kost het ontbijt?",
            "De prijs is 11 euro per nacht per persoon, ontbijt 6 euro extra.",
            "11 euro", "nl", "6 euro", id="named after a comma",
        ),
        pytest.param(
            "A que horas se toma a segunda saqueta quando o exame é à tarde?",
            "exames de manhã: segunda saqueta às 5 h;  exames da tarde: às 9 h",
            "5 h", "pt", "9 h", id="segunda is no Monday",
        ),
    ],
)  # fmt: skip
def test_the_value_that_is_asked_for(
    asked: str, sentence: str, words: str, language: str, answer: str
) -> None:
    assert chosen(asked, sentence, words, language) == answer


@pytest.mark.parametrize(
    ("question", "sentence", "words", "expected"),
    [
        ("After how many km is it due?", "It is due after 300 to 500 km.", "300", "300 to 500 km"),
        ("How far is it?", "It is 300–500 km away.", "500 km", "300–500 km"),
        ("Wie schwer ist es?", "Es wiegt 3 bis 5 kg.", "3", "3 bis 5 kg"),
        ("What is the rent?", "It was raised by 100 euros to 600 euros.", "600 euros", "600 euros"),
        ("What is the fee?", "The fee of 5 euros - 3 euros for members.", "5 euros", "5 euros"),
        ("In which years?", "It ran from 1913 to 1923.", "1913", "1913"),
        ("What is the fee?", "It rises from 4.10 to 4.60 euros.", "4.10", "4.60 euros"),
    ],
)
def test_a_range_of_amounts_is_whole(
    question: str, sentence: str, words: str, expected: str
) -> None:
    assert chosen(question, sentence, words) == expected


@pytest.mark.parametrize(
    ("sentence", "words", "expected"),
    [
        ("A garage costs €65 a month, an outdoor place €28.", "€65", True),
        ("The spring grading starts at 17:30, the summer one at 18:00.", "18:00", True),
        ("It is due after 300 to 500 km.", "300", False),
        ("A garage costs €65 and has 22 places.", "€65", False),
        ("A garage costs €65.", "€65", False),
        ("A garage costs €65, an outdoor place €28.", "an outdoor place", False),
        ("Vol hors du domicile | Somme: CHF 3'000 | Franchise: CHF 300", "CHF 3'000", True),
        ("Ein Tag kostet 20 Franken, eine Woche 90 CHF.", "20 Franken", True),
        ("A day is EUR 20 and a week 90 euros.", "EUR 20", True),
        ("A day is CHF 20 and a week 90 minutes.", "CHF 20", False),
    ],
)
def test_another_value_of_the_same_kind(sentence: str, words: str, expected: bool) -> None:
    at = sentence.index(words)
    span = (at, at + len(words))
    assert has_other_value(sentence, (0, len(sentence)), span) is expected
