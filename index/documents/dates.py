"""Find the date that a document states, in seven languages.

Knows only text; a date is never guessed from the file system.
"""

from __future__ import annotations

import datetime
import functools
import re
import unicodedata

from seedqa.index.language import UNKNOWN_LANGUAGE

#: A title or a date line is looked for in this part of the text, where people write them.
HEAD_CHARS = 2000


HEAD_LINES = 20


#: Before this year a date at the top is the subject of the document, rather than its own date.
MIN_YEAR = 1900


#: Longer lines are running prose: a date in them is mentioned, not stated.
MAX_DATE_LINE_CHARS = 150


def find_date(text: str, body_start: int, language: str) -> str | None:
    """Return the date that a text gives as its own near the top, in ISO 8601, or None.

    That is a line which says when it was published ("Publié le 17 janvier 2020"), or else the
    only line that is nothing but a date, above the first paragraph; or else when it was updated.
    A date that is mentioned in a sentence is never taken.
    """
    lines = text[body_start : body_start + HEAD_CHARS].split("\n")
    stated = [line for line in lines if line.strip()][:HEAD_LINES]
    found = [_date_of_line(line, language) for line in stated]
    for kind in ("published", "bare", "updated"):
        dates = [date for match in found if match for label, date in [match] if label == kind]
        if dates and (kind != "bare" or len(dates) == 1):
            return dates[0]
    return None


def parse_date(written: str | None, language: str = UNKNOWN_LANGUAGE) -> str | None:
    """Read a complete date, in figures or with the name of the month, into ISO 8601.

    None for what has no day, does not exist, is older than `MIN_YEAR` or more than a year ahead.
    In `01/02/2020` the day comes first, except in English, where it is not known: None.
    """
    match = _any_date().match(_fold(written or "")[:MAX_DATE_LINE_CHARS].strip())
    return _to_iso(match, language) if match else None


def date_in_name(name: str) -> str | None:
    """Return the first date in a file name, as in `2020-01-17-notes` or `20200117 notes`."""
    for match in _NAME_DATE.finditer(name):
        date = _iso(match["year"], match["month"], match["day"])
        if date:
            return date
    return None


#: Without marks between its figures a date is of a century in which files had names.
_NAME_DATE = re.compile(
    r"(?<!\d)(?=(?:19|20)\d{6}(?!\d)|\d{4}[-_. ])"
    r"(?P<year>\d{4})(?P<mark>[-_. ]?)(?P<month>\d{2})(?P=mark)(?P<day>\d{2})(?!\d)"
)


def _date_of_line(line: str, language: str) -> tuple[str, str] | None:
    """Read a line that states a date: ("published", "updated" or "bare", ISO date)."""
    if len(line) > MAX_DATE_LINE_CHARS or not _HAS_YEAR.search(line):
        return None
    match = _date_line().fullmatch(_fold(line))
    date = _to_iso(match, language) if match else None
    if match is None or date is None:
        return None
    kind = "published" if match["published"] else "updated" if match["updated"] else "bare"
    return kind, date


def _fold(text: str) -> str:
    """Lower the case, drop accents and Markdown's emphasis, straighten white space."""
    plain = unicodedata.normalize("NFKD", text.lower())
    kept = "".join(char for char in plain if not unicodedata.combining(char) and char not in "*_`")
    return " ".join(kept.split())


def _to_iso(match: re.Match[str], language: str) -> str | None:
    groups = match.groupdict()
    if groups["iso_year"]:
        return _iso(groups["iso_year"], groups["iso_month"], groups["iso_day"])
    if groups["month_first"]:
        return _iso(groups["year_last"], MONTHS[groups["month_first"]], groups["day_second"])
    if groups["month_name"]:
        return _iso(groups["year_third"], MONTHS[groups["month_name"]], groups["day_first"])
    one, two, year = int(groups["one"]), int(groups["two"]), groups["year_figures"]
    if two > 12:
        return _iso(year, one, two)
    if language == "en" and one <= 12 and one != two:
        return None
    return _iso(year, two, one)


def _iso(year: int | str, month: int | str, day: int | str) -> str | None:
    try:
        date = datetime.date(int(year), int(month), int(day))
    except ValueError:
        return None
    latest = datetime.date.today() + datetime.timedelta(days=366)
    return date.isoformat() if date.year >= MIN_YEAR and date <= latest else None


# Month names and their abbreviations, folded, in English, French, German, Spanish, Italian,
# Portuguese and Dutch: no name means two months. (dateparser reads the same and more, but it
# takes 0.1 s to load, 1 ms a date, and does not know "1º de março".)
_MONTH_NAMES = (
    "january jan janvier janv januar janner enero ene gennaio gen janeiro januari",
    "february feb fevrier fevr fev februar febrero febbraio febbr fevereiro februari",
    "march mar mars marz maerz marzo marco maart mrt",
    "april apr avril avr abril abr aprile",
    "may mai mayo maggio mag maio mei",
    "june jun juin juni junio giugno giu junho",
    "july jul juillet juil juli julio luglio lug julho",
    "august aug aout agosto ago augustus",
    "september sept sep septembre septiembre setiembre settembre sett set setembro",
    "october oct octobre oktober okt octubre ottobre ott outubro out",
    "november nov novembre noviembre novembro",
    "december dec decembre dezember dez diciembre dic dicembre dezembro",
)


#: Shorter names of months have other meanings, such as "may", "set" and "out".
MIN_CLEAR_MONTH = 4
MONTHS = {name: month for month, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}


#: Names of months that mean other things more often: "Marco", "mars" the planet.
_UNCLEAR_MONTHS = frozenset(("marco", "mars", "june", "avril", "augustus"))


def month_names(word: str) -> frozenset[str]:
    """Return the names of the month that a folded word clearly names, in the seven languages.

    >>> sorted(month_names("marzo"))[:3], month_names("may")
    (['maart', 'maerz', 'march'], frozenset())
    """
    if len(word) < MIN_CLEAR_MONTH or word in _UNCLEAR_MONTHS or word not in MONTHS:
        return frozenset()
    names = _MONTH_NAMES[MONTHS[word] - 1].split()
    return frozenset(name for name in names if len(name) >= MIN_CLEAR_MONTH)


# The days of the week from Monday and their abbreviations, in the same languages.
_WEEKDAY_NAMES = (
    "monday mon lundi montag mo lunes lunedi segunda maandag",
    "tuesday tue tues mardi dienstag di martes martedi terca dinsdag",
    "wednesday wed mercredi mittwoch mi miercoles mercoledi quarta woensdag",
    "thursday thu thur thurs jeudi donnerstag do jueves giovedi quinta donderdag",
    "friday fri vendredi freitag fr viernes venerdi sexta vrijdag",
    "saturday sat samedi samstag sonnabend sa sabado sabato zaterdag",
    "sunday sun dimanche sonntag so domingo domenica zondag",
)
WEEKDAYS = " ".join(_WEEKDAY_NAMES)


#: Shorter ones, which name a day only where nothing else is meant, as above a column.
_SHORT_WEEKDAYS = (
    "lun seg ma", "mar ter", "mer mie qua wo", "gio jeu jue qui", "ven vie sex vr", "sab sam za",
    "dim dom zo",
)  # fmt: skip
WEEKDAY_OF = {
    name: day
    for names in (_WEEKDAY_NAMES, _SHORT_WEEKDAYS)
    for day, of_day in enumerate(names, 1)
    for name in of_day.split()
}


_PUBLISHED = (
    r"(?:first |originally )?(?:published|posted|written|created|released|issued|dated?)"
    r"|publication date|date published|date of publication"
    r"|publiee?s?|mise? en ligne|parue?|ecrite?|postee?|date de publication"
    r"|veroe?ffentlicht|erschienen|publiziert|verfasst|datum|erstellt|veroe?ffentlichungsdatum"
    r"|publicad[oa]|fecha(?: de publicacion)?|escrito"
    r"|pubblicat[oa]|data(?: di pubblicazione)?|scritto"
    r"|postado|data(?: de publicacao)"
    r"|gepubliceerd|geplaatst|verschenen|geschreven|publicatiedatum"
)


_UPDATED = (
    r"(?:last )?(?:updated|modified|revised|edited)|date modified"
    r"|(?:derniere )?mise? a jour|modifiee?|actualisee?"
    r"|(?:zuletzt )?(?:aktualisiert|geandert)|stand"
    r"|(?:ultima )?(?:actualizacion|modificacion)|actualizad[oa]|(?:ultimo )?aggiornamento"
    r"|aggiornat[oa]|(?:ultima )?atualizacao|atualizad[oa]|(?:laatst )?(?:bijgewerkt|gewijzigd)"
)


def _any_of(words: str) -> str:
    return "|".join(sorted(words.split(), key=len, reverse=True))


_MONTH = _any_of(" ".join(_MONTH_NAMES))


_DATE = (
    r"(?:(?P<iso_year>\d{4})(?P<iso_mark>[-/.])(?P<iso_month>\d{1,2})(?P=iso_mark)"
    r"(?P<iso_day>\d{1,2})(?!\d)"
    rf"|(?P<month_first>{_MONTH})\.? (?P<day_second>\d{{1,2}})(?:st|nd|rd|th)?,? "
    r"(?P<year_last>\d{4})(?!\d)"
    r"|(?P<day_first>\d{1,2})(?:er|st|nd|rd|th|o|a)?\.?[ -]?(?:(?:de|of) )?"
    rf"(?P<month_name>{_MONTH})\.?,?[ -](?:(?:de|del|of) )?(?P<year_third>\d{{4}})(?!\d)"
    r"|(?P<one>\d{1,2})(?P<mark>[-/.])(?P<two>\d{1,2})(?P=mark)(?P<year_figures>\d{4})(?!\d))"
)


_WEEKDAY = rf"(?:(?:{_any_of(WEEKDAYS)})(?:-feira)?[.,]* (?:(?:the|le|den|de|el|il|o) )?)?"


_TIME = r"(?:t|,? ?(?:a|at|um|alle|as|om|-|\||•|·)? ?)\d{1,2}[:h.]\d{0,2}[\w:.+ -]{0,20}"


_BY = r"(?:by|par|von|por|di|da|door)"


_REST = rf"(?: ?[|•·(] ?[^.,;]{{0,60}}| [—–-] [^.,;]{{0,60}}|,? {_BY} [^.,;]{{1,40}})"


_HAS_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


# Compiled at first use: 10 ms that a question, which imports this for the walk, does not owe.
@functools.cache
def _any_date() -> re.Pattern[str]:
    return re.compile(_WEEKDAY + _DATE, re.ASCII)


@functools.cache
def _date_line() -> re.Pattern[str]:
    return re.compile(
        rf"[^\w(]*(?:{_BY} [^.,;]{{1,60}} ?[|•·—–,-] ?)?\(?"
        rf"(?:(?:(?P<published>{_PUBLISHED})|(?P<updated>{_UPDATED}))\b ?:? ?"
        r"(?:(?:on|the|le|am|vom|den|el|il|em|op|dia) )*"
        r"|[a-z][a-z -]{1,30}, (?:(?:on|the|le|den|il|a) )?)?"
        rf"{_WEEKDAY}{_DATE}(?:{_TIME})?(?:{_REST})?[\s.)]*",
    )
