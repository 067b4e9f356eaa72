"""Find out what a text says of itself: its title, its date, its language.

Knows only text and what a format stated beside it; knows nothing of files or of how the text was
extracted. Nothing is guessed from outside the document, least of all a date from the file system.
"""

from __future__ import annotations

import datetime
import functools
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.errors import StorageError
from index.types import UNKNOWN_LANGUAGE

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

#: Titles are cut here: they travel with every chunk, and 200 characters hold any headline.
MAX_TITLE_CHARS = 200

#: Front matter is looked for in the first 16 KiB: what is longer is no header, and PyYAML needs a
#: second for a few hundred kilobytes.
MAX_FRONT_MATTER_CHARS = 16 * 2**10

#: A title or a date line is looked for in this part of the text, where people write them.
HEAD_CHARS = 2000
HEAD_LINES = 20

#: A longer line is a paragraph, not a heading; the longest headlines of newspapers have some 110.
MAX_HEADING_CHARS = 120

#: A first line of fewer words may be a rubric ("Paris 2024") with the headline below it.
MIN_HEADLINE_WORDS = 4

#: Before this year a date at the top is the subject of the document, rather than its own date.
MIN_YEAR = 1900

#: Longer lines are running prose: a date in them is mentioned, not stated.
MAX_DATE_LINE_CHARS = 150

#: The language is judged from three slices this long (beginning, middle, end). On FLORES-200 in
#: seven languages py3langid is right for 5,640 of 5,667 beginnings of 100 characters and for 5,658
#: whole sentences; 1,000 characters cost 0.6 ms, the greater part of reading a small file.
LANGUAGE_SLICE_CHARS = 200

#: From here on the text speaks louder than a stated language (templates often state a wrong one);
#: below `LIKELY` the language counts as unknown. On the first 40 characters of FLORES-200 most
#: mistakes of py3langid lie below 0.5.
SURE = 0.9
LIKELY = 0.5


@dataclass(frozen=True, slots=True)
class Stated:
    """What a document states beside its text, as it is written there."""

    title: str | None = None
    date: str | None = None
    language: str | None = None
    body_start: int = 0
    """Offset in the text where front matter ends."""


NOTHING_STATED = Stated()


def read_front_matter(text: str) -> Stated:
    """Read the YAML block between two `---` lines at the top of a Markdown text.

    Without one, or when it is malformed, nothing is stated and the block is text like any other.
    """
    match = _FRONT_MATTER.match(text, 0, MAX_FRONT_MATTER_CHARS)
    fields = _parse_yaml(match["yaml"]) if match else None
    if match is None or not isinstance(fields, dict):
        return NOTHING_STATED
    return Stated(
        title=_scalar(fields, "title"),
        date=_scalar(fields, "date", "published"),
        language=_scalar(fields, "lang", "language"),
        body_start=match.end(),
    )


_FRONT_MATTER = re.compile(r"---[ \t]*\n(?P<yaml>.*?\n)??(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)


def _parse_yaml(block: str | None) -> object:
    # Imported here: most folders have no front matter, and PyYAML takes 30 ms.
    import yaml

    try:
        # Not libyaml's loader: it recurses in C, where a thousand brackets end the process.
        return yaml.safe_load(block or "")
    # Beside its own errors the library lets through what its constructors of values raise.
    except Exception:
        return None


def _scalar(fields: dict[object, object], *names: str) -> str | None:
    """Return the first of the named fields that holds a plain value."""
    lowered = {name.lower(): value for name, value in fields.items() if isinstance(name, str)}
    for name in names:
        value = lowered.get(name)
        if isinstance(value, str | int | float | datetime.date) and not isinstance(value, bool):
            with suppress(ValueError):  # a number of more digits than Python writes
                return str(value)
    return None


def clean_title(title: str | None) -> str | None:
    """Collapse white space, cut at `MAX_TITLE_CHARS`; None for what is no title."""
    if title is None:
        return None
    # YAML and JSON can escape half a surrogate pair, which no database takes.
    valid = title.encode("utf-8", "replace").decode("utf-8")
    collapsed = " ".join(valid.split())[:MAX_TITLE_CHARS].rstrip()
    if not any(map(str.isalnum, collapsed)) or _MADE_BY_A_PROGRAM.search(collapsed):
        return None
    return collapsed


# What word processors and printer drivers put where a title should be.
_MADE_BY_A_PROGRAM = re.compile(
    r"^(untitled|sans titre|unbenannt|sin título|senza titolo|sem título|naamloos|title|document)"
    r"[\s\d]*$|^(microsoft word|microsoft powerpoint|word document|powerpoint presentation)\b"
    r"|\.(docx?|odt|rtf|pdf|indd|qxd|tex|dvi|pptx?|xlsx?)$",
    re.IGNORECASE,
)


def find_title(text: str, body_start: int) -> str | None:
    """Return the first Markdown heading near the top, or else the headline among the first lines.

    The headline is the first line, if it is short enough for one; when it has fewer than
    `MIN_HEADLINE_WORDS` it may be a rubric, and the first longer line that stands alone above the
    first paragraph, is no sentence, no date and no byline is taken instead.
    """
    head = text[body_start : body_start + HEAD_CHARS]
    heading = _MARKDOWN_HEADING.search(head)
    if heading:
        plain = _MARKDOWN_LINK.sub(r"\1", heading[1] or heading[2])
        title = clean_title(re.sub(r"[*`]|#+[ \t]*$", "", plain))
        if title:
            return title
    lines = list(_heading_lines(head))
    for line in lines:
        if len(line.split()) >= MIN_HEADLINE_WORDS and (line is lines[0] or line[-1] not in ".:;,"):
            return clean_title(line)
    return clean_title(lines[0]) if lines else None


_MARKDOWN_HEADING = re.compile(
    r"^#{1,6}[ \t]+(\S[^\n]*)$|^(\S[^\n]{0,200})\n(?:={3,})[ \t]*$", re.MULTILINE
)
_MARKDOWN_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
_BYLINE = re.compile(r"(by|par|von|por|di|de|da|door|source|quelle|fonte|fuente|bron)[\s:]", re.I)


def _heading_lines(head: str) -> Iterator[str]:
    """Yield the lines above the first paragraph that may be a heading."""
    lines = [line.strip(" \t\f\v\u00a0*_=~-–—#>|") for line in head.split("\n")]
    first = True
    for number, line in enumerate(lines[:HEAD_LINES]):
        if not line:
            continue
        if len(line) > MAX_HEADING_CHARS:
            return
        followed = number + 1 < len(lines) and lines[number + 1] != ""
        if not first and followed:
            return  # a paragraph of hard-wrapped lines
        if not _is_no_heading(line):
            yield line
            first = False


def _is_no_heading(line: str) -> bool:
    if not any(map(str.isalpha, line)) or "@" in line or "://" in line:
        return True
    return _BYLINE.match(line) is not None or _date_of_line(line, UNKNOWN_LANGUAGE) is not None


def find_language(text: str, body_start: int, hint: str | None) -> str:
    """Return the ISO 639-1 code of a text's language, or `UNKNOWN_LANGUAGE`.

    `hint` is the language that the document states; it decides when the text is too short to
    tell.
    """
    code, confidence = _identifier().classify(_language_sample(text, body_start))
    if confidence >= SURE:
        return str(code)
    stated = re.match(r"\s*([A-Za-z]{2})(?![A-Za-z])", hint or "")
    if stated:
        return stated[1].lower()
    return str(code) if confidence >= LIKELY else UNKNOWN_LANGUAGE


def _language_sample(text: str, body_start: int) -> str:
    size = LANGUAGE_SLICE_CHARS
    length = len(text) - body_start
    if length <= 3 * size:
        return text[body_start:]
    starts = (body_start, body_start + (length - size) // 2, len(text) - size)
    return "\n".join(text[start : start + size] for start in starts)


@functools.cache
def _identifier() -> LanguageIdentifier:
    # Imported here, loaded once: 0.2 s for the import, 0.7 s for the model.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    try:
        identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    except OSError as error:  # it unpacks its model there
        folder = tempfile.gettempdir()
        raise StorageError(
            f"{folder} cannot be used: {error.strerror or error}",
            "room for a temporary file of 20 MB",
            "Free some space there, or name another folder with the variable TMPDIR",
        ) from error
    # Regional languages without an ISO 639-1 code only take short texts away from their
    # neighbours (Extremaduran from Spanish, Venetian from Italian).
    identifier.set_languages([label for label in identifier.labels if len(label) == 2])
    return identifier


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
    """Return the date in a file name such as `2020-01-17-notes`, or None."""
    match = _NAME_DATE.search(name)
    return _iso(match[1], match[3], match[4]) if match else None


_NAME_DATE = re.compile(r"(?<!\d)(\d{4})(?P<mark>[-_.])(\d{2})(?P=mark)(\d{2})(?!\d)")


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
MONTHS = {name: month for month, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}

_WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri "
    "sat sun lundi mardi mercredi jeudi vendredi samedi dimanche montag dienstag mittwoch "
    "donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so lunes martes miercoles "
    "jueves viernes sabado domingo lunedi martedi mercoledi giovedi venerdi sabato domenica "
    "segunda terca quarta quinta sexta maandag dinsdag woensdag donderdag vrijdag zaterdag zondag"
)

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
_WEEKDAY = rf"(?:(?:{_any_of(_WEEKDAYS)})(?:-feira)?[.,]* (?:(?:the|le|den|de|el|il|o) )?)?"
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
