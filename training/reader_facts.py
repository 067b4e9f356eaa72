"""Make examples about made-up things, told as prose, as table rows and as lists.

They teach what the data folder has little of: rows of a table, subjects that only the heading
names, twins that differ in a number or a letter, units, dates, lists, and questions in one
language over another. Knows nothing of models.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reader_data import Example
from reader_phrases import LANGUAGES, VALUES, read_kinds, read_relations

#: The share of the questions that are in the language of what they ask.
SAME_LANGUAGE = 0.6
#: Facts of a subject that a passage tells, and rows of a table.
FACTS = (3, 6)
ROWS = (3, 9)
#: Sentences of other prose around the facts, at most.
FILLERS = 4
FIRST = (
    "Anna Marta Lucas Pieter Claire Jürgen Elena Rui Sofia Hendrik Louise Marco Inês Karl Teresa "
    "Paul Giulia Diego Femke Odile Werner Beatriz Nora Luigi Simon Ingrid Hélène João Bruno Ruth "
    "Tomás Willem Agnès Dieter Carla Miguel Saskia Émile Greta Pedro"
).split()
LAST = (
    "Moreau Schall Vermeer Conti Almeida Navarro Hughes Brandt Lefèvre Ricci Duarte Ortega Jansen "
    "Fischer Dubois Barbieri Teixeira Salas Kramer Whitfield Roux Keller Visser Marchetti Pires "
    "Herrera Mulder Ashford Girard Lange Ferrara Correia Vidal Bakker Thorne Mercier Vogt Greco"
).split()
STEMS = (
    "Moen Harl Veld Tarn Bris Oster Lum Cald Norr Selv Pont Aren Grim Valt Est Mir Rosk Dorn Fal "
    "Quint Berg Lind Sor Tev Hald Rav Cor Ul Zan Alm"
).split()
ENDINGS = ("a", "en", "dal", "by", "ano", "ière", "stad", "ford", "um", "ac", "ella", "mar", "is")
COMPANY_ENDINGS = ("AG", "Ltd", "SA", "BV", "Energy", "Group", "SpA", "Lda")
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
    "dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro "
    "dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}
WEEKDAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "pt": "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
}
REASONS = {
    "en": "a flood|a fire in the cellar|a storm|damp in the walls|lack of staff|a landslide|rats",
    "fr": "une inondation|un incendie|une tempête|un manque de personnel|une fuite de gaz",
    "de": "Hochwasser|einem Brand im Keller|Sturmschäden|Personalmangel|Feuchtigkeit|Schimmel",
    "es": "una inundación|un incendio|una tormenta|falta de personal|un corrimiento de tierra",
    "it": "un'alluvione|un incendio|una frana|mancanza di personale|infiltrazioni d'acqua",
    "pt": "uma inundação|um incêndio|uma tempestade|falta de pessoal|uma fuga de gás",
    "nl": "een overstroming|brand in de kelder|stormschade|gebrek aan personeel|vocht",
}
MATERIALS = {
    "en": "oak|granite|brick|steel|concrete|glass|slate|limestone|larch",
    "fr": "chêne|granit|brique|acier|béton|verre|ardoise|pierre calcaire|mélèze",
    "de": "Eichenholz|Granit|Backstein|Stahl|Beton|Glas|Schiefer|Kalkstein",
    "es": "roble|granito|ladrillo|acero|hormigón|vidrio|pizarra|piedra caliza",
    "it": "rovere|granito|mattoni|acciaio|calcestruzzo|vetro|ardesia|pietra calcarea",
    "pt": "carvalho|granito|tijolo|aço|betão|vidro|ardósia|calcário",
    "nl": "eikenhout|graniet|baksteen|staal|beton|glas|leisteen|kalksteen",
}
SPANS = {
    "en": "two|three|four|five|six|ten|weeks|months|years|days",
    "fr": "deux|trois|quatre|cinq|six|dix|semaines|mois|ans|jours",
    "de": "zwei|drei|vier|fünf|sechs|zehn|Wochen|Monate|Jahre|Tage",
    "es": "dos|tres|cuatro|cinco|seis|diez|semanas|meses|años|días",
    "it": "due|tre|quattro|cinque|sei|dieci|settimane|mesi|anni|giorni",
    "pt": "dois|três|quatro|cinco|seis|dez|semanas|meses|anos|dias",
    "nl": "twee|drie|vier|vijf|zes|tien|weken|maanden|jaar|dagen",
}
#: and; metres; tonnes; thousands are parted by; what money is written like; the hour
UNITS = {
    "en": "and|metres|tonnes|,|£{n}|{h} a.m.",
    "fr": "et|mètres|tonnes| |{n} euros|{h} heures",
    "de": "und|Meter|Tonnen|.|{n} Euro|{h} Uhr",
    "es": "y|metros|toneladas|.|{n} euros|{h}:30",
    "it": "e|metri|tonnellate|.|{n} euro|{h}.30",
    "pt": "e|metros|toneladas|.|{n} euros|{h}h30",
    "nl": "en|meter|ton|.|{n} euro|{h} uur",
}
#: The first column of a table, and headings that say nothing of the subject.
NAMES = dict(en="Name", fr="Nom", de="Name", es="Nombre", it="Nome", pt="Nome", nl="Naam")
HEADINGS = {
    "en": "Overview|Facts and figures|History|Data sheet|Introduction|Details|Background",
    "fr": "Présentation|Chiffres clés|Histoire|Fiche technique|Introduction|Détails",
    "de": "Überblick|Zahlen und Fakten|Geschichte|Datenblatt|Einleitung|Einzelheiten",
    "es": "Resumen|Datos y cifras|Historia|Ficha técnica|Introducción|Detalles",
    "it": "Panoramica|Dati e cifre|Storia|Scheda tecnica|Introduzione|Dettagli",
    "pt": "Visão geral|Dados e números|História|Ficha técnica|Introdução|Detalhes",
    "nl": "Overzicht|Feiten en cijfers|Geschiedenis|Technische gegevens|Inleiding|Details",
}
WORDS, SUBJECTS = read_relations(), read_kinds()


@dataclass(frozen=True, slots=True)
class Fact:
    """A relation of a subject and its value, as it is written in each language."""

    relation: str
    value: Mapping[str, str]
    year: str = ""


@dataclass(frozen=True, slots=True)
class Thing:
    """A subject and what is known of it."""

    kind: str
    name: str
    facts: tuple[Fact, ...]


def make_name(chance: random.Random) -> str:
    """Return a made-up name, as of a town."""
    stem = chance.choice(STEMS)
    return stem if chance.random() < 0.1 else stem + chance.choice(ENDINGS)


def make_code(chance: random.Random) -> str:
    """Return a code such as E-1047."""
    letter, number = chance.choice("ABCDEFGHKLMNPRSTVX"), chance.randint(2, 9999)
    return f"{letter}{chance.choice(('', '-', ' '))}{number}"


def nearest_name(name: str, chance: random.Random) -> str:
    """Return a name that differs in a digit or a letter, or else another one."""
    digits = [at for at, sign in enumerate(name) if sign.isdigit()]
    if digits:
        at = chance.choice(digits)
        other = chance.choice([digit for digit in "123456789" if digit != name[at]])
        return name[:at] + other + name[at + 1 :]
    if name[-2:-1] == " ":
        return name[:-1] + chance.choice([letter for letter in "ABCDE" if letter != name[-1]])
    return make_name(chance)


def make_subject_name(chance: random.Random) -> str:
    """Return a name, one in two with a number or a letter after it."""
    draw = chance.random()
    if draw < 0.3:
        return f"{make_name(chance)} {chance.choice((1, 2, 3, 4, 5, 7, 12, 300, 450, 2019, 2021, 2023))}"
    if draw < 0.4:
        return f"{make_name(chance)} {chance.choice('ABCD')}"
    return make_code(chance) if draw < 0.5 else make_name(chance)


def grouped(number: int, language: str) -> str:
    """Return a number as the language writes it."""
    return f"{number:,}".replace(",", UNITS[language].split("|")[3])


def make_value(kind: str, chance: random.Random) -> dict[str, str]:
    """Return a value of a kind in every language."""
    person = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
    pick, number = chance.random(), chance.randint(1, 12) * chance.choice((10, 100, 1000, 10_000))
    number += chance.choice((0, chance.randint(1, 99)))
    names = [make_name(chance) for _ in range(chance.randint(2, 4))]
    day, year = chance.randint(1, 28), chance.randint(1780, 2024)
    found = {}
    for language in LANGUAGES:
        et, metres, tonnes, _, money, hour = UNITS[language].split("|")
        point = "." if language == "en" else ","
        dots = "." if language == "de" else ""
        months, spans = MONTHS[language].split(), SPANS[language].split("|")
        month = months[int(pick * 12)]
        of = " de" if language in ("es", "pt") else ""
        by_kind = {
            "year": str(year),
            "person": person,
            "metres": f"{grouped(day * 7 + number % 40, language)}{point}{day % 10} {metres}",
            "tonnes": f"{grouped(number % 3000 + 2, language)} {tonnes}",
            "money": money.format(n=grouped(number * 10, language)),
            "count": grouped(number, language),
            "town": names[0],
            "company": f"{names[0]} {COMPANY_ENDINGS[day % len(COMPANY_ENDINGS)]}",
            "clock": hour.format(h=6 + day % 5),
            "code": f"{'ABCDEFGHKLMN'[day % 12]}-{number % 9000 + 1000}",
            "list": f"{', '.join(names[:-1])} {et} {names[-1]}",
            "date": f"{day}{dots}{of} {month}{of} {year}",
            "duration": f"{spans[day % 6]} {spans[6 + day % 4]}",
        }
        for name, choices in (("reason", REASONS), ("material", MATERIALS)):
            these = choices[language].split("|")
            by_kind[name] = these[int(pick * len(these))]
        days = WEEKDAYS[language].split()
        by_kind["weekday"] = days[day % 5]
        found[language] = by_kind[kind]
    return found


def make_thing(chance: random.Random, kind: str, name: str, relations: Sequence[str]) -> Thing:
    """Return a subject with values for `relations`; "visitors" of two years."""
    facts = []
    for relation in relations:
        first = chance.randint(1995, 2022)
        years = [str(first), str(first + 1)] if relation == "visitors" else [""]
        facts += [Fact(relation, make_value(VALUES[relation], chance), year) for year in years]
    return Thing(kind, name, tuple(facts))


def fill(pattern: str, thing: Thing, fact: Fact, language: str, value: str) -> str:
    """Return a pattern with subject and value, its first letter a capital."""
    subject, owner = (form.format(n=thing.name) for form in SUBJECTS[thing.kind, language])
    text = pattern.format(s=subject, of=owner, v=value, y=fact.year)
    at = 1 if text[0] == "¿" else 0
    return text[:at] + text[at].upper() + text[at + 1 :]


def ask(thing: Thing, fact: Fact, language: str, chance: random.Random) -> str:
    """Return a question for the fact."""
    return fill(chance.choice(WORDS[fact.relation, language].asked), thing, fact, language, "")


def tell(thing: Thing, fact: Fact, language: str, chance: random.Random, *, bare: bool) -> str:
    """Return a sentence that says it, its value between two marks of U+0000."""
    words = WORDS[fact.relation, language]
    pattern = chance.choice(words.bare if bare else words.told)
    return fill(pattern, thing, fact, language, f"\0{fact.value[language]}\0") + "."


def with_answer(parts: Sequence[str], right: int, kind: str) -> Example:
    """Return the parts joined, the marked words of part `right` the answer, none if negative."""
    text, start, end = "", 0, 0
    for number, part in enumerate(parts):
        before, *rest = part.split("\0")
        if number == right:
            start = len(text) + len(before)
            end = start + len(rest[0])
        text += before + "".join(rest)
    return Example("", text, start, end, kind)


def spaced(parts: Sequence[str], gap: str) -> list[str]:
    """Return the parts, a gap after each but the last."""
    return [*(part + gap for part in parts[:-1]), parts[-1]]


def choose_languages(chance: random.Random, weights: Sequence[float]) -> tuple[str, str]:
    """Return the language of a passage and of its question."""
    told = chance.choices(LANGUAGES, weights)[0]
    same = chance.random() < SAME_LANGUAGE
    return told, told if same else chance.choice([one for one in LANGUAGES if one != told])


def prose_example(chance: random.Random, told: str, asked: str, fillers: Sequence[str]) -> Example:
    """Return a question over a few sentences about a thing; its twin may be told of too."""
    kind = chance.choice([one for one, language in SUBJECTS if language == told])
    relations = chance.sample(sorted(VALUES), chance.randint(*FACTS) + 1)
    thing = make_thing(chance, kind, make_subject_name(chance), relations[:-1])
    twin = replace(
        make_thing(chance, kind, nearest_name(thing.name, chance), relations[:-1]),
    )
    wanted = chance.choice(thing.facts)
    draw = chance.random()
    above = chance.random() < 0.5
    parts = [(fact, thing, above and chance.random() < 0.8) for fact in thing.facts]
    asked_of, right = thing, True
    if draw < 0.30:  # the twin beside it, in sentences that name it
        other = chance.sample(twin.facts, chance.randint(1, min(3, len(twin.facts))))
        same = (
            next(f for f in twin.facts if f.relation == wanted.relation and f.year == wanted.year)
            if wanted.relation != "visitors"
            else chance.choice(twin.facts)
        )
        parts = [(fact, thing, False) for fact in thing.facts]
        parts += [(fact, twin, False) for fact in {id(one): one for one in [*other, same]}.values()]
        above = chance.random() < 0.3
    elif draw < 0.50:  # asked of the twin, of which nothing is said
        asked_of, right = twin, False
    elif draw < 0.65:  # asked what is not said
        missing = relations[-1]
        if missing == "visitors" and chance.random() < 0.5:
            missing = chance.choice(relations[:-1])
        if missing == relations[-1]:
            wanted = make_thing(chance, kind, thing.name, [missing]).facts[0]
        else:
            parts = [part for part in parts if part[0].relation != wanted.relation]
        right = False
    chance.shuffle(parts)
    if not above and parts and parts[0][2] is False and chance.random() < 0.3:
        # Named once, then left to be understood.
        parts = [
            (fact, of, number > 0 and of is thing and draw >= 0.30)
            for number, (fact, of, _) in enumerate(parts)
        ]
    sentences = [tell(of, fact, told, chance, bare=bare) for fact, of, bare in parts]
    marks = [fact is wanted and of is thing for fact, of, _ in parts]
    for filler in chance.sample(list(fillers), min(len(fillers), chance.randint(0, FILLERS))):
        at = chance.randint(0, len(sentences))
        sentences.insert(at, filler)
        marks.insert(at, False)
    answer_at = marks.index(True) if right and True in marks else -1
    made = with_answer(spaced(sentences or [""], " "), answer_at, "fact")
    subject = SUBJECTS[kind, told][0].format(n=thing.name)
    title = (subject[:1].upper() + subject[1:]) if chance.random() < 0.6 else thing.name
    heading = chance.choice(HEADINGS[told].split("|"))
    path = " › ".join(
        chance.choice(([title], [title, heading], [heading, title], [make_name(chance), title]))
    )
    if not above:
        path = "" if chance.random() < 0.6 else heading
    return replace(
        made,
        question=ask(asked_of, wanted, asked, chance),
        above=path,
        title=thing.name,
        language=told,
        asked=asked,
    )


def table_example(chance: random.Random, told: str, asked: str) -> Example:
    """Return a question over the rows of a table, each written as "Column: cell; Column: cell"."""
    kind = chance.choice([one for one, language in SUBJECTS if language == told])
    relations = chance.sample(
        [one for one in sorted(VALUES) if one != "partners"], chance.randint(2, 5) + 1
    )
    missing, relations = relations[-1], relations[:-1]
    names: list[str] = [make_subject_name(chance)]
    for _ in range(chance.randint(*ROWS)):
        near = nearest_name(chance.choice(names), chance)
        names.append(
            near if chance.random() < 0.5 and near not in names else make_subject_name(chance)
        )
    names = list(dict.fromkeys(names))
    chance.shuffle(names)
    absent, names = names[-1], names[:-1] or names
    base = make_thing(chance, kind, names[0], relations)
    things = [base]
    for name in names[1:]:
        facts = tuple(
            replace(fact, value=make_value(VALUES[fact.relation], chance)) for fact in base.facts
        )
        things.append(Thing(kind, name, facts))
    place = chance.randrange(len(things))
    wanted, asked_of, right = chance.choice(things[place].facts), things[place], True
    draw = chance.random()
    if draw < 0.15:
        asked_of, right = replace(asked_of, name=absent), absent in names
        right = False if absent not in names else right
    elif draw < 0.27:
        wanted = make_thing(chance, kind, asked_of.name, [missing]).facts[0]
        right = False
    label = NAMES[told]
    rows = []
    pieces: list[str] = []
    right_at = -1
    gap, between = chance.choice((("; ", "\n"), ("; ", "\n"), (" | ", "\n"), (", ", "\n")))
    for number, thing in enumerate(things):
        cells = [f"{label}: {thing.name}"]
        for fact in thing.facts:
            column = fill(WORDS[fact.relation, told].label, thing, fact, told, "")
            cells.append(f"{column}: \0{fact.value[told]}\0")
        for at, cell in enumerate(cells):
            if right and number == place and at > 0 and thing.facts[at - 1] is wanted:
                right_at = len(pieces)
            last_cell, last_row = at == len(cells) - 1, number == len(things) - 1
            pieces.append(cell + ("" if last_cell and last_row else between if last_cell else gap))
        rows.append(cells)
    made = with_answer(pieces, right_at, "table")
    # The question may use the label of the column in place of a sentence.
    question = ask(asked_of, wanted, asked, chance)
    if chance.random() < 0.25:
        column = fill(WORDS[wanted.relation, asked].label, asked_of, wanted, asked, "")
        owner = SUBJECTS[kind, asked][1].format(n=asked_of.name)
        question = chance.choice(
            (f"{column} {owner}", f"{asked_of.name} {column.lower()}", f"{column} {owner}?")
        )
    path = chance.choice((make_name(chance), chance.choice(HEADINGS[told].split("|")), ""))
    return replace(made, question=question, above=path, title=path, language=told, asked=asked)


def keep_short(example: Example, most: int = 900) -> bool:
    """Return whether the passage is no longer than one that `index` cuts."""
    return len(example.context) <= most


def fact_examples(
    count: int, fillers: Mapping[str, Sequence[str]], seed: int, table_share: float = 0.4
) -> Iterator[Example]:
    """Yield `count` examples; `fillers` has sentences of each language that stand in between."""
    chance = random.Random(f"{seed} facts")
    weights = [0.8, 1.3, 1.3, 0.9, 0.9, 0.9, 1.2]
    made = 0
    while made < count:
        told, asked = choose_languages(chance, weights)
        if chance.random() < table_share:
            example = table_example(chance, told, asked)
        else:
            around = fillers.get(told, ())
            example = prose_example(
                chance, told, asked, chance.sample(list(around), min(8, len(around)))
            )
        if keep_short(example):
            made += 1
            yield example
