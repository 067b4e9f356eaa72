"""Make up names, and values of every kind as each of the seven languages writes them.

Knows nothing of what is told with them.
"""

from __future__ import annotations

import random

from training.reader_phrases import ALL, LANGUAGES, read_words

WORDS = read_words()
#: The last part of a name, where it has one, and how often it is a number, a letter, or all code.
NUMBERS = (1, 2, 3, 4, 5, 7, 12, 300, 450, 2019, 2021, 2023)
NUMBERED, LETTERED, CODED = 0.3, 0.1, 0.1
CODE_LETTERS = "ABCDEFGHKLMNPRSTVX"


def make_name(chance: random.Random) -> str:
    """Return a made-up name, as of a town."""
    stem = chance.choice(WORDS["stem", ALL])
    return stem if chance.random() < 0.1 else stem + chance.choice(WORDS["ending", ALL])


def make_code(chance: random.Random) -> str:
    """Return a code such as E-1047."""
    letter, number = chance.choice(CODE_LETTERS), chance.randint(2, 9999)
    return f"{letter}{chance.choice(('', '-', ' '))}{number}"


def make_subject_name(chance: random.Random) -> str:
    """Return a name, one in two with a number or a letter after it."""
    draw = chance.random()
    if draw < NUMBERED:
        return f"{make_name(chance)} {chance.choice(NUMBERS)}"
    if draw < NUMBERED + LETTERED:
        return f"{make_name(chance)} {chance.choice('ABCD')}"
    return make_code(chance) if draw < NUMBERED + LETTERED + CODED else make_name(chance)


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


def grouped(number: int, language: str) -> str:
    """Return a number as the language writes it."""
    return f"{number:,}".replace(",", WORDS["unit", language][3])


def make_value(kind: str, chance: random.Random) -> dict[str, str]:
    """Return a value of a kind in every language."""
    person = f"{chance.choice(WORDS['first name', ALL])} {chance.choice(WORDS['last name', ALL])}"
    pick, number = chance.random(), chance.randint(1, 12) * chance.choice((10, 100, 1000, 10_000))
    number += chance.choice((0, chance.randint(1, 99)))
    names = [make_name(chance) for _ in range(chance.randint(2, 4))]
    day, year = chance.randint(1, 28), chance.randint(1780, 2024)
    company = WORDS["company", ALL]
    same = {
        "year": str(year),
        "person": person,
        "town": names[0],
        "company": f"{names[0]} {company[day % len(company)]}",
        "code": f"{CODE_LETTERS[day % 12]}-{number % 9000 + 1000}",
    }
    if kind in same:
        return dict.fromkeys(LANGUAGES, same[kind])
    return {one: _written(kind, one, pick, number, day, year, names) for one in LANGUAGES}


def _written(
    kind: str, language: str, pick: float, number: int, day: int, year: int, names: list[str]
) -> str:
    """Return a value that each language writes in its own way."""

    def words(name: str) -> tuple[str, ...]:
        return WORDS[name, language]

    et, metres, tonnes, _, money, hour = words("unit")
    point = "." if language == "en" else ","
    dot, of = "." if language == "de" else "", " de" if language in ("es", "pt") else ""
    chosen = {name: words(name)[int(pick * len(words(name)))] for name in ("reason", "material")}
    month = words("month")[int(pick * 12)]
    return {
        **chosen,
        "metres": f"{grouped(day * 7 + number % 40, language)}{point}{day % 10} {metres}",
        "tonnes": f"{grouped(number % 3000 + 2, language)} {tonnes}",
        "money": money.format(n=grouped(number * 10, language)),
        "count": grouped(number, language),
        "clock": hour.format(h=6 + day % 5),
        "list": f"{', '.join(names[:-1])} {et} {names[-1]}",
        "date": f"{day}{dot}{of} {month}{of} {year}",
        "duration": f"{words('number')[day % 6]} {words('span')[day % 4]}",
        "weekday": words("weekday")[day % 5],
    }[kind]
