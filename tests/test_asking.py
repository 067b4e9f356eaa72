"""What a question asks for, in the seven languages, and which answers it can hardly have."""

import pytest

from seedqa.retrieval.question import parse_question
from seedqa.retrieval.wording.asking import (
    has_negation,
    is_of_wrong_kind,
    is_search,
    lacks_negation,
    lacks_role,
    only_repeats,
)


@pytest.mark.parametrize(
    "text",
    [
        "alibaba cloud", "price of the hall", "prix de la salle", "Miete Lager Hafen",
        "precio del almacén", "prezzo della sala", "preço da sala", "prijs van de zaal",
        "irene stolz e-mail address",
    ],
)  # fmt: skip
def test_bare_keywords_are_a_search(text: str) -> None:
    assert is_search(parse_question(text))


@pytest.mark.parametrize(
    "text",
    [
        "alibaba cloud?", "who wrote blue harbour", "actor who plays the miller",
        "where is the shutter located on a camera", "how many rooms", "list the members",
        "the hall is open", "qui dirige le club", "combien de salles", "wie viele Räume",
        "wo steht das Haus", "wer leitet den Verein", "cuántas salas", "dónde está la sala",
        "quante sale", "chi dirige il club", "quando abre a sala", "quem dirige o clube",
        "hoeveel zalen", "waar staat het huis", "nenne die Mitglieder", "citez les membres",
    ],
)  # fmt: skip
def test_a_question_is_none(text: str) -> None:
    assert not is_search(parse_question(text))


@pytest.mark.parametrize(
    ("question", "answer", "language"),
    [
        ("Who is the CEO of Alibaba?", "chinois", "fr"),
        ("Who is the CEO of Alibaba?", "55 000", "fr"),
        ("qui dirige le club ?", "nombreux", "fr"),
        ("Wer leitet den Verein?", "klein", "de"),
        ("Wie is de voorzitter van de club?", "vriendelijk", "nl"),
        ("Who is the librarian of the park?", "retired in May", "en"),
        ("When did it open?", "the sea", "en"),
        ("When was the iron gate handed over?", "The new iron gate", "en"),
        ("Quand est-elle morte ?", "fabriquant des boutons pour l’armée", "fr"),
        ("In which year did it open?", "Lyon", "fr"),
        ("Quando apre la sala?", "una sala", "it"),
        ("How many rooms are there?", "rooms", "en"),
        ("How much does the hall cost?", "euros", "en"),
        ("Wie viel kostet das?", "Euro", "de"),
        ("Combien coûte la salle ?", "la salle", "fr"),
        ("What was the rent for a full plot in 2019?", "Yes", "en"),
        ("Quel est le loyer de Bastien Morel ?", "locataire", "fr"),
        ("In which version was the leak fixed?", "importer", "en"),
        ("How long does the dryer run?", "€1.60", "en"),
        ("How many years does the guarantee last?", "9 weken", "nl"),
        ("Combien d'années dure la garantie ?", "9 Wochen", "de"),
        ("How many rooms are let?", "€ 480", "en"),
        ("Hoeveel weken duurt het?", "12 euro", "nl"),
        ("Was kostet die Betreuung?", "Lunchpaket", "de"),
        ("Hoeveel kost de cursus?", "het lesboek", "nl"),
        ("Qual è il numero di telefono della signora Bossi?", "8", "it"),
        ("What is the phone number of the porter?", "flat 2", "en"),
        ("How long is the warranty on the CW-400?", "70 kWh", "en"),
        ("¿Cuánto cuesta el kilo de harina?", "4,5 kg", "es"),
        ("What does the course cost?", "3 days", "en"),
        ("Wie hoch ist die Grundmiete der Wohnung 8?", "53 m²", "de"),
        ("Wie hoch ist die Kaution?", "74 m²", "de"),
        ("cuánto cuesta el flan", "8 personas", "es"),
        ("À quelle heure ferme le musée ?", "la grande salle", "fr"),
        ("Quel est le loyer de M. Ferrand ?", "2e étage", "fr"),
        ("Qual é a renda?", "mensal", "pt"),
        ("Wat is de huur?", "de huurder", "nl"),
        ("¿Cuál es el alquiler?", "el inquilino", "es"),
        ("Qual è l'affitto?", "l'inquilino", "it"),
    ],
)
def test_what_can_hardly_be_the_answer(question: str, answer: str, language: str) -> None:
    assert is_of_wrong_kind(answer, language, parse_question(question))


@pytest.mark.parametrize(
    ("question", "answer", "language"),
    [
        ("Who is the CEO of Alibaba?", "Daniel Zhang", "en"),
        ("Who mows the lawn?", "gardeners", "en"),
        ("Who won the race?", "June", "en"),
        ("Chi cura i malati?", "infermieri", "it"),
        ("Wer mäht den Rasen?", "der Gärtner", "de"),
        ("Wie heißt der Verein?", "klein", "de"),
        ("When did it open?", "1894", "en"),
        ("When did it open?", "after the Civil War of the north", "en"),
        ("Quand a-t-il ouvert ?", "en mai", "fr"),
        ("When does it open?", "as soon as the snow is gone", "en"),
        ("Wann wird bezahlt?", "wenn die Ware geliefert ist", "de"),
        ("What happens when the door is open?", "the alarm sounds", "en"),
        ("When the door is open, what sounds?", "the alarm", "en"),
        ("Wann beginnt es?", "im Frühling", "de"),
        ("Wann beginnt es?", "am Montag", "de"),
        ("Wann ist die Waschküche geschlossen?", "Sonntags", "de"),
        ("When is the sauna closed?", "Mondays", "en"),
        ("Quando é gratuita a entrada?", "domingos", "pt"),
        ("How much does the parish pay?", "a third", "en"),
        ("How much does printing cost?", "free", "en"),
        ("Combien coûte l'entrée ?", "gratuite", "fr"),
        ("Wie viel bezahlen Schüler?", "die Hälfte", "de"),
        ("Quando è iniziata l'esplorazione?", "XIX secolo", "it"),
        ("How many rooms are there?", "twelve", "en"),
        ("Wie viele Räume gibt es?", "fünfundzwanzig Räume", "de"),
        ("Combien d'hectares ?", "une quinzaine", "fr"),
        ("Da quanto tempo è abitata?", "Paleolitico inferiore", "it"),
        ("What is it made of?", "iron", "en"),
        ("What is the rent?", "£2,150", "en"),
        ("What deposit do tenants before 1998 pay?", "750 guilders", "en"),
        ("What does the ring cost?", "900 kroner", "en"),
        ("How long is the list?", "12 answers", "en"),
        ("Wie viele Monate zahlt die Kasse?", "6 Monate", "de"),
        ("Innerhalb welcher Frist zahlen Mieter?", "14 Tage", "de"),
        ("In how many days must the customer pay?", "30 days", "en"),
        ("How long do members pay dues?", "12 months", "en"),
        ("¿Cuántos kilómetros de costa tiene la isla?", "120 km", "es"),
        ("Quanto è lunga la costa?", "120 km", "it"),
        ("Which version of the song was a hit?", "the live version", "en"),
        ("Which version removed the option?", "Buster", "en"),
        ("Was war der Preis für das beste Buch?", "Goldene Feder", "de"),
        ("How long is the trail?", "12 km", "en"),
        ("How long is the warranty?", "two years", "en"),
        ("How long does it take?", "90 minutes", "en"),
        ("¿Cuánto cuesta la harina?", "0,78 € el kg", "es"),
        ("What does it cost?", "8", "en"),
        ("What does it cost?", "12 dollars", "en"),
        ("Which version fixed the leak?", "4.2.0", "en"),
        ("Wie hoch ist die Grundmiete?", "498,00 Euro", "de"),
        ("Wie hoch ist der Turm?", "53 m", "de"),
        ("À quelle heure ferme le musée ?", "20 h", "fr"),
        ("Quel est le tarif ?", "gratuit", "fr"),
        ("What is the fee for?", "cleaning", "en"),
        ("What does the price include?", "breakfast", "en"),
        ("When do I need a certificate?", "eighth calendar day", "en"),
        ("When is it served?", "after lunch", "en"),
        ("How many days of notice are needed?", "two months", "en"),
        ("How many days of notice are needed?", "3 weeks", "en"),
        ("Hoeveel kost een kaartje?", "€ 12", "nl"),
        ("Wie viel kostet die Karte?", "12 Euro", "de"),
        ("How many euros does it cost?", "€12", "en"),
        ("How many rooms are let?", "seven of the 12", "en"),
        ("Combien coûte le cours ?", "35 euros", "fr"),
        ("What does the course cost?", "nothing", "en"),
        ("What is the phone number for emergencies?", "112", "en"),
        ("What is the number of the house?", "8", "en"),
        ("Was kostet der Eintritt für Kinder?", "Eintritt frei", "de"),
        ("What does the course cost?", "included", "en"),
        ("What does the course cost?", "a donation", "en"),
        ("Combien coûte l'entrée ?", "entrée libre", "fr"),
        ("Quel est le numéro de téléphone des urgences ?", "15", "fr"),
        ("How many kilos of flour are needed?", "500 g", "en"),
        ("How many weeks of leave are there?", "1 year", "en"),
        ("How many million euros did the bridge cost?", "€12 million", "en"),
        ("Quanti soldi servono?", "12 euro", "it"),
        ("What will the repair cost include?", "parts and labour", "en"),
    ],
)
def test_what_can_be_the_answer(question: str, answer: str, language: str) -> None:
    assert not is_of_wrong_kind(answer, language, parse_question(question))


INCLUDES = "El precio incluye la vacuna y el chip, pero no la esterilización."


@pytest.mark.parametrize(
    ("question", "sentence", "words", "above", "is_contrary"),
    [
        ("¿Qué no incluye el precio?", INCLUDES, "la vacuna y el chip", "", True),
        ("¿Qué no incluye el precio?", INCLUDES, "la esterilización", "", False),
        ("¿Qué incluye el precio?", INCLUDES, "la vacuna y el chip", "", False),
        ("What can antibodies not bind to?", "They bind to cells.", "cells", "", True),
        ("What doesn't it bind to?", "It binds to cells.", "cells", "", True),
        ("What doesn't it bind to?", "It won't bind to cells.", "cells", "", False),
        ("Which novel won the prize?", "It won with this.", "this", "", False),
        ("What is not allowed?", "knives", "knives", "What is not allowed", False),
        ("What is not allowed?", "Knives are forbidden.", "Knives", "", False),
        ("Was ist nicht erlaubt?", "Messer sind verboten.", "Messer", "", False),
        ("Was ist nicht erlaubt?", "Messer liegen in der Küche.", "Messer", "", True),
        ("Qu'est-ce qui n'est pas permis ?", "Les feux sont interdits.", "Les feux", "", False),
        ("Quand ouvre-t-on en mai ?", "On ouvre le 3 mai.", "le 3 mai", "", False),
    ],
)
def test_a_negation_is_answered_by_what_says_no(
    question: str, sentence: str, words: str, above: str, is_contrary: bool
) -> None:
    """What the price includes was the answer to what it does not include."""
    asked = has_negation(parse_question(question))
    assert (asked and lacks_negation(sentence, words, above)) is is_contrary


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("Is flood damage covered?", "Flood", True),
        ("Are mobile phones covered outside the home?", "Mobile phones outside the home", True),
        ("Are dogs allowed?", "Dogs are not allowed", False),
        ("Is flood damage covered?", "Flood from rivers", False),
        ("Is the flood covered or excluded?", "excluded", False),
        ("Who wrote the letter?", "Ann Reed", False),
        ("When is it open?", "it", False),
        ("Is the pool heated?", "The pool is heated", False),
        ("Are dogs allowed on the beach?", "Dogs are allowed on the beach", False),
        ("Where is the Leeds office?", "Leeds", False),
        ("Who founded the Ford company?", "Ford", False),
        ("What time does it close on Thursday?", "Thursday", True),
    ],
)
def test_what_only_repeats_the_question(question: str, answer: str, expected: bool) -> None:
    """ "Flood" was the answer to whether flood damage is covered, under what is not."""
    assert only_repeats(answer, "en", parse_question(question)) is expected


@pytest.mark.parametrize(
    ("question", "said", "expected"),
    [
        (
            "Wie is de trainer van SV Hattem?",
            "Bij de dames was dat Fleur Mulder (SV Hattem).",
            True,
        ),
        ("Wie is de trainer van SV Hattem?", "De trainer van SV Hattem is Ron Veld.", False),
        ("Wie is Fleur Mulder?", "Bij de dames was dat Fleur Mulder.", False),
        ("Waar speelt SV Hattem?", "SV Hattem speelt in de hal.", False),
    ],
)
def test_a_role_that_is_not_named(question: str, said: str, expected: bool) -> None:
    assert lacks_role(parse_question(question), said, "nl") is expected


@pytest.mark.parametrize(
    ("question", "answer", "is_wrong"),
    [
        ("How many mound visits are allowed?", "as many as the umpire lets them have", True),
        ("How many mound visits are allowed?", "not more than two in an inning", False),
        ("What is the minimum number of positions?", "as governed by the format", True),
        ("What is the minimum number of positions?", "nine", False),
        ("What is the fine for burning candles?", "No", True),
        ("Is it allowed to burn candles?", "No", False),
        ("Who assigns living space?", "@sec-art-C89656BJ", True),
        ("Who assigns living space?", "the Vice President", False),
        ("Who pays the tax?", "and the community", True),
        ("Who pays the tax?", "the landlord", False),
        ("What is Mrs Visser's phone number?", "Gazelle", True),
        ("What is Mrs Visser's phone number?", "555 0122", False),
        ("Which is the number one song?", "Gazelle", False),
        ("What was the time of the mixed eight?", "3rd of 14", True),
        ("What was the time of the mixed eight?", "14:22", False),
        ("What was the time of the mixed eight?", "14 minutes", False),
        ("What is Irene Stolz's e-mail address?", "044 555 12 80", True),
        ("Wie lautet die E-Mail-Adresse von Irene Stolz?", "044 555 12 80", True),
        ("Quelle est son adresse e-mail ?", "Keller Haustechnik", True),
        ("¿Cuál es su correo electrónico?", "079 555", True),
        ("irene stolz e-mail address", "044 555 12 80", True),
        ("nerea solano correo electrónico club ajedrez", "655 010 703", True),
        ("What is her e-mail address?", "irene@stolz.example", False),
        ("What is her e-mail address?", "irene (at) stolz.example", False),
        ("Who has the e-mail address i@s.example?", "Irene Stolz", False),
        ("What is her e-mail address?", "irene AT stolz DOT example", False),
        ("Which address is on the letter?", "12 Mill Street", False),
        ("How long are e-mail addresses stored?", "30 days", False),
        ("Why do you need my email address?", "to confirm the booking", False),
        ("What is the use of my e-mail address?", "to confirm the booking", False),
        ("Where do I enter my e-mail address?", "on page 2", False),
        ("Comment changer mon adresse e-mail ?", "par téléphone", False),
        ("¿Cuánto cuesta el correo electrónico?", "5 euros al mes", False),
    ],
)
def test_counts_and_times_and_names(question: str, answer: str, is_wrong: bool) -> None:
    assert is_of_wrong_kind(answer, "en", parse_question(question)) is is_wrong
