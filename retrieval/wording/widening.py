"""Widen an answer by the words beside it without which it says too little.

The day before a month, the day of the week before an hour, the amount or the place after a noun
that announces it. Knows text only.
"""

from __future__ import annotations

import re

from seedqa.index.documents.dates import MONTHS, WEEKDAYS
from seedqa.index.lexical import fold, folded_words
from seedqa.index.patterns import lazy_pattern

_WORD = lazy_pattern(r"[^\W\d_]{3,}")
#: A day before the name of its month: "1. März", "3 de mayo", "the 2nd of June", "1er mai".
_DAY = lazy_pattern(r"(?<![\w.,-])(\d{1,2})(?:\.|er|º|ª|°|st|nd|rd|th)?\s+(?:de\s+|of\s+)?\Z")
_DAY_CHARS = 12
#: An hour, and the day of the week before it: "Fridays at 16", "dienstags um 17 Uhr".
_HOUR = lazy_pattern(
    r"\d{1,2}(?:[:.h]\d\d)?(?:\s*(?:uhr|h|uur|o['’]clock|heures?|horas?|ore|[ap]\.?m\.?))?\Z",
    re.IGNORECASE,
)
_WEEKDAY_AT = lazy_pattern(
    r"\b([^\W\d_]{5,})(?:-feiras?)?,?\s+(?:at|um|à|a\s+las?|alle|às|om)\s+\Z", re.IGNORECASE
)
_WEEKDAY_CHARS = 30
_HOUR_AFTER = lazy_pattern(
    r",?\s+(?:at|um|à|a\s+las?|alle|às|om)\s+\d{1,2}(?:[:.h]\d\d)?"
    r"(?:\s*(?:uhr|h|uur|o['’]clock|heures?|horas?|ore|[ap]\.?m\.?))?(?!\w)",
    re.IGNORECASE,
)
#: "19 h", then "30".
_HOUR_OPEN = lazy_pattern(r"(?<![\d.,])\d{1,2}\s?h\Z", re.IGNORECASE)
_MINUTES_AFTER = lazy_pattern(r"\s?[0-5]\d(?![\w.,]\d|\d)")
_UNITS = r"""
    euros? | eur | dollars? | pounds? | pfund | francs? | franken | chf | per\s?cent | prozent
    | procent | por\sciento | per\scento | por\scento | pour\scent | kg | grams? | gramm | kilos?
    | tons? | tonnes? | tonnen | km | kilomet(?:er|re)s? | kilomètres? | met(?:er|re)s? | mètres?
    | metros? | metri | cm | mm | m | m² | lit(?:er|re)s? | litros? | litri | degrees | degrés
    | grad
    | hours? | heures? | stunden? | horas? | or[ae] | uur | minut(?:e|es|en|o|os|i) | days? | jours?
    | tage?n? | d[ií]as? | giorn[oi] | dag(?:en)? | weeks? | wochen? | semaines? | semanas?
    | settiman[ae] | weken | months? | mois | monate?n? | mes(?:es)? | mes[ei] | mês | maand(?:en)?
    | years? | ans? | années? | jahre?n? | años? | ann[oi] | anos? | jaar | jaren
    | people | persons? | personnes? | personen | personas? | person[ae] | pessoas? | members?
    | membres? | mitglieder\w* | miembros? | membri | membros? | leden
"""
#: "a fine", then "of 300 euros".
_AMOUNT_AFTER = lazy_pattern(
    rf"""(?ix)\s+(?:of|von|de|di|da|do|van|à|zu)\s+
    \d[\d.,'\u00a0\u202f]*(?<![.,'])(?:[\s\u00a0\u202f]\d{{3}}\b)*
    (?:[\s\u00a0\u202f](?:{_UNITS})(?!\w) | \s?[%€$£])?"""
)
#: Nouns that only announce a place, folded, and what tells the place after them.
_ANNOUNCED_PLACES = """
    place places spot position platz stelle ort endroit lieu lugar sitio puesto posto luogo plaats
    plek
"""
_PLACES = frozenset(_ANNOUNCED_PLACES.split())
_PLACE_AFTER = lazy_pattern(
    r"\s+(?:behind|under|below|above|beside|between|near|next\sto|in|on|at|hinter|unter|über|neben"
    r"|zwischen|bei|im|am|auf|vor|derrière|sous|sur|dans|près|devant|à\scôté|entre|detrás|debajo"
    r"|sobre|junto|en|delante|dietro|sotto|sopra|accanto|tra|fra|nel|nella|davanti|atrás|debaixo"
    r"|sob|ao\slado|no|na|achter|onder|boven|naast|tussen|bij|op)\b[^,.;:!?()\n]{1,40}?"
    r"(?=[,.;:!?()\n]|\Z|\s(?:and|und|et|y|e|en)\s)",
    re.IGNORECASE,
)
_WEEKDAYS = frozenset(WEEKDAYS.split())


def widen(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the bounds of text[start:end] with what belongs to it."""
    start = _weekday_before(text, _day_before(text, start, end), end)
    return start, _rest_after(text, start, end)


def _day_before(text: str, start: int, end: int) -> int:
    """Return where the day begins that stands before a month with which text[start:end] begins.

    `start` if there is none. A full stop after the day looks like the end of a sentence.

    >>> _day_before("Eröffnet am 1. März 2014.", 15, 24)
    12
    """
    word = _WORD.match(text, start, end)
    if not word or not any(name in MONTHS for name in folded_words(word.group())):
        return start
    day = _DAY.search(text, max(0, start - _DAY_CHARS), start)
    return day.start() if day and 1 <= int(day[1]) <= 31 else start


def _weekday_before(text: str, start: int, end: int) -> int:
    """Return where the day of the week begins that stands before text[start:end], an hour.

    `start` if there is none, or if it is no hour.

    >>> _weekday_before("The children meet on Fridays at 16.", 32, 34)
    21
    """
    if not _HOUR.match(text[start:end]):
        return start
    day = _WEEKDAY_AT.search(text, max(0, start - _WEEKDAY_CHARS), start)
    names = {fold(day[1]), fold(day[1]).removesuffix("s")} if day else set()
    return day.start() if day and names & _WEEKDAYS else start


def _rest_after(text: str, start: int, end: int) -> int:
    """Return where text[start:end] ends with what it only announces.

    That is an amount, a place, the hour after a day of the week, or the minutes after an hour.

    `end` if nothing of the kind follows.

    >>> text = "The supplier pays a fine of 300 euros. It stands in its place behind the stage."
    >>> _rest_after(text, 18, 24), _rest_after(text, 49, 61)
    (37, 78)
    """
    words = text[start:end]
    if not any(map(str.isdigit, words)) and (amount := _AMOUNT_AFTER.match(text, end)):
        return amount.end()
    if _HOUR_OPEN.search(words) and (minutes := _MINUTES_AFTER.match(text, end)):
        return minutes.end()
    last = folded_words(words)[-1:]
    if last and _WEEKDAYS & {last[0], last[0].removesuffix("s")}:
        hour = _HOUR_AFTER.match(text, end)
        return hour.end() if hour else end
    if last and last[0] in _PLACES and (place := _PLACE_AFTER.match(text, end)):
        return place.end()
    return end
