"""Units of measure and numbers in words, in the seven languages. Knows words only."""

from __future__ import annotations

from seedqa.index.lexical import fold
from seedqa.index.patterns import lazy_pattern

#: Units in any of the languages, folded, by what they measure.
_UNITS = {
    word: unit
    for unit, words in {
        "years": "year years old aged age an ans annee annees ages jahr jahre jahren jahrig jahrige"
        " jahriger ano anos edad anni anno idade jaar jaren jarige",
        "months": "month months mois monat monate monaten mes meses mese mesi maand maanden",
        "weeks": "week weeks semaine semaines woche wochen semana semanas settimana settimane"
        " weken",
        "days": "day days jour jours tag tage tagen dia dias giorno giorni dag dagen",
        "hours": "hour hours heure heures h stunde stunden hora horas ora ore uur uren",
        "minutes": "min minute minutes minuten minuto minutos minuti minuut",
        "people": "people persons person guests personnes personen personas pessoas persone",
        "kg": "kg kilo kilos", "g": "g gram grams gramm grammes", "km": "km", "m": "m",
        "cm": "cm", "%": "% percent prozent", "€": "€ eur euro euros",
        "$": "$ usd dollar dollars", "£": "£ gbp pound pounds",
        "CHF": "chf sfr franc francs franken franchi", "l": "l",
    }.items()
    for word in words.split()
}  # fmt: skip
_UNIT_AFTER = lazy_pattern(r"[\s\u00a0\u202f-]*(?P<unit>[^\W\d_]+|[%€£$])")
#: Currencies by their codes, before or after a number.
CURRENCY_CODES = ("CHF", "EUR", "USD", "GBP")
_QUANTITY = lazy_pattern(
    rf"(?P<sign>[€$£]|\b(?:{'|'.join(CURRENCY_CODES)})(?=[ \u00a0]?\d))?[ \u00a0]?"
    r"(?P<words>\d[\d.,'’\u00a0\u202f ]*(?<![.,'’ ])|[^\W\d_]+)"
)
_TIMES = ("minutes", "hours", "days", "weeks", "months", "years")
MONEY = frozenset(("€", "$", "£", "CHF"))
_WEIGHTS, _LENGTHS = frozenset(("g", "kg")), frozenset(("cm", "m", "km"))
#: A text has at most so many words before the quantity that it is.
_QUANTITY_WORDS = 4
#: Hours in a span of time; a month has 30 days.
HOURS = {"hours": 1.0, "days": 24.0, "weeks": 168.0, "months": 720.0}
_NUMBER_WORDS = {
    fold(word): number
    for number, words in enumerate(
        """
        one un une ein eine einen einem einer eins uno una um uma een
        two deux zwei dos due dois duas twee
        three trois drei tres tre três drie
        four quatre vier cuatro quattro quatro
        five cinq fünf cinco cinque vijf
        six sechs seis sei zes
        seven sept sieben siete sette sete zeven
        eight huit acht ocho otto oito
        nine neuf neun nueve nove negen
        ten dix zehn diez dieci dez tien
        eleven onze elf once undici
        twelve douze zwölf doce dodici doze twaalf
        thirteen treize dreizehn trece tredici treze dertien
        fourteen quatorze vierzehn catorce quattordici catorze veertien
        fifteen quinze fünfzehn quince quindici vijftien
        sixteen seize sechzehn dieciséis sedici dezasseis dezesseis zestien
        seventeen dix-sept siebzehn diecisiete diciassette dezassete dezessete zeventien
        eighteen dix-huit achtzehn dieciocho diciotto dezoito achttien
        nineteen dix-neuf neunzehn diecinueve diciannove dezanove dezenove negentien
        twenty vingt zwanzig veinte venti vinte twintig
        """.strip().splitlines(),
        1,
    )
    for word in words.split()
}


def unit_of(word: str) -> str:
    """Return what a word measures, such as "years" or "€", or ""."""
    return _UNITS.get(fold(word), "")


def unit_after(text: str, at: int) -> str:
    """Return the unit that follows the offset `at`, or ""."""
    found = _UNIT_AFTER.match(text, at)
    return unit_of(found["unit"]) if found else ""


def number_of_word(word: str) -> int | None:
    """Return the number from 1 to 20 that a word is in any of the languages, or None.

    >>> number_of_word("zwölf"), number_of_word("twice")
    (12, None)
    """
    return _NUMBER_WORDS.get(fold(word))


def unit_in(text: str) -> str:
    """Return the unit of the first quantity in a text, or "".

    >>> unit_in("about 9 weeks"), unit_in("€ 1.60"), unit_in("two days"), unit_in("12")
    ('weeks', '€', 'days', '')
    >>> unit_in("CHF 3'000.00"), unit_in("1’250 EUR")
    ('CHF', '€')
    """
    for number, found in enumerate(_QUANTITY.finditer(text)):
        if number == _QUANTITY_WORDS:
            break
        words = found["words"]
        if words[0].isdigit() or number_of_word(words):
            return unit_of(found["sign"] or "") or unit_after(text, found.end())
    return ""


def may_be_said_in(asked: str, told: str) -> bool:
    """Return whether what is asked for in one unit may be told in another.

    Days in months, weeks in a year, but no years in weeks; money in any currency, a weight or a
    length in another unit; else only in the same unit.
    """
    if asked in _TIMES and told in _TIMES:
        at, of_told = _TIMES.index(asked), _TIMES.index(told)
        return of_told - at > -2  # "how many weeks": "a year", "3 days", but not "6 hours"
    return asked == told or any({asked, told} <= alike for alike in (MONEY, _WEIGHTS, _LENGTHS))
