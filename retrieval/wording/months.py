"""The months that a question names, and which passages and dated entries are of them.

A month may be named in any of the seven languages, or be part of a date in figures. Knows texts and
passages; nothing of the index or of models.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

from seedqa.index.documents.dates import MIN_CLEAR_MONTH, MONTHS, WEEKDAYS, month_names
from seedqa.index.lexical import fold, folded_words
from seedqa.index.patterns import lazy_pattern
from seedqa.retrieval.question import Question
from seedqa.retrieval.types import Passage
from seedqa.retrieval.wording.location import words_where

#: A word that begins with a capital.
CAPITALISED = lazy_pattern(r"(?<![\w])[^\W\d_a-zß-ÿ][\w’'-]*")
#: A date in figures: 3/5/2021, 03.05.21, 2021-05-03. Neither "3.5.21", which numbers a section, nor
#: a part of a telephone number or of an address of a computer.
_IN_FIGURES = lazy_pattern(
    r"(?<![\d./-])(?:\d{4}(?P<between>[./_-])(?P<month>\d\d)(?P=between)\d\d"
    r"|(?P<one>\d{1,2})(?P<mark>[./-])(?P<two>\d{1,2})(?P=mark)\d{4}"
    r"|(?P<first>\d\d)(?P<sign>[./])(?P<second>\d\d)(?P=sign)\d\d)(?!\d|[./-]\d)"
)
_ANY_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
#: A month by its name with a day or a year: "14 mars", "May 2023", "marzo del 2019", "June 5".
_WITH_FIGURE = lazy_pattern(
    r"(?<![\w.,/-])(?:(?P<day>[0-3]?\d)(?:(?P<dot>\.)|er|st|nd|rd|th|[ºª°])?[ -]?(?:de |of )?"
    rf"(?P<after>{_ANY_MONTH})\b\.?(?:,?[ -](?:de |del |of )?(?P<year>\d{{4}})\b)?"
    rf"|(?P<before>{_ANY_MONTH})\.? (?:(?:de |del )?\d{{4}}|[0-3]?\d(?:st|nd|rd|th)?)(?![\w./:]))",
    re.IGNORECASE,
)
#: Longer names that are other words too.
_AMBIGUOUS = frozenset(("marco", "sett", "sept", "augustus"))
#: In English no dot follows the day: "1. May I pay by card?" is the first of some questions.
_ENGLISH = frozenset(("may", "march"))
#: What a dated entry of a diary, of minutes or of a table begins with, before its date.
_BEFORE_DATE = lazy_pattern(
    rf"[^\w]*(?:(?:{'|'.join(WEEKDAYS.split())})(?:-feira)?[.,]* )?(?:(?:the|le|den|de|el|il|o) )?",
    re.IGNORECASE,
)
MONTHS_IN_A_YEAR, DAYS_IN_A_MONTH = 12, 31
#: Languages that write the day of a date before the month; of English it is not known.
DAY_FIRST = frozenset(("fr", "de", "es", "it", "pt", "nl"))
#: The beginning of a line that may be the date of an entry.
_HEAD_CHARS = 40

_NO_MONTHS: frozenset[int] = frozenset()


def months_named(question: Question) -> frozenset[int]:
    """Return the months, 1 to 12, that a question clearly names.

    "03/04/2021" in English does not say which.
    """
    words = frozenset(MONTHS[word] for word in month_words(question))
    if not any(map(str.isdigit, question.text)):  # the patterns take 10 ms to compile
        return words
    text = _plain(question.text)
    day_first = question.language in DAY_FIRST
    dates = [_months_of(date, day_first=day_first) for date in _IN_FIGURES.finditer(text)]
    return words.union(_worded_months(text), *(months for months in dates if len(months) == 1))


def month_words(question: Question) -> frozenset[str]:
    """Return the topical words that clearly name months; English and German give them a capital."""
    words = frozenset(word for word in question.topical if month_names(word))
    if question.language in ("fr", "es", "it", "pt", "nl"):
        return words
    return words & {fold(found.group()) for found in CAPITALISED.finditer(question.text)}


def fits_months(passage: Passage, months: Collection[int]) -> bool:
    """Return whether a passage, its source and headings have all of some months, or name no month.

    A date in figures names none, but has one: an invoice of March may be paid on "02/04".
    """
    if not months:
        return True
    text = f"{passage.view.text}\n{' '.join(words_where(passage))}"
    words, plain = folded_words(text), _plain(text)
    worded = _worded_months(plain)
    own = worded | {MONTHS[word] for word in words if word in MONTHS}
    own |= _figure_months(f"{plain}\n{passage.source}", day_first=_is_day_first(passage))
    if passage.date:
        own |= {int(passage.date[5:7])}
    return set(months) <= own or not (worded or any(map(month_names, words)))


def is_dated(passage: Passage, months: Collection[int]) -> bool:
    """Return whether the source or headings of a passage have a date of some months."""
    return bool(months) and set(months) <= _months_where(passage)


def is_dated_otherwise(passage: Passage, months: Collection[int], at: int) -> bool:
    """Return whether the source or headings of a passage are dated, and not of some months.

    The text does not name them before the offset `at`, as "In March we were in Rome" does.
    """
    own = _months_where(passage)
    if not months or not own or set(months) <= own:
        return False
    return not set(months) <= _all_months(passage.view.text[:at], _is_day_first(passage))


def is_in_other_entry(passage: Passage, offset: int, months: Collection[int]) -> bool:
    """Return whether an offset of a passage's view is in an entry of other months than these.

    Entries are what begins with a date, as in a diary, and another one has the months. "What did it
    weigh in July?" is not answered from the paragraph that begins with "5 April".
    """
    if not months:
        return False
    text = passage.view.text
    entries = _dated_entries(text, day_first=_is_day_first(passage))
    held = next((one for one in entries if one[0] <= offset < one[1]), None)
    if held is None or set(months) <= held[2] | _all_months(
        text[held[0] : held[1]], _is_day_first(passage)
    ):
        return False
    return any(set(months) <= own for _, _, own in entries)


def _is_day_first(passage: Passage) -> bool:
    return passage.language in DAY_FIRST


def _months_where(passage: Passage) -> frozenset[int]:
    text = _plain(f"{' '.join(words_where(passage))}\n{passage.source}")
    return _worded_months(text) | _figure_months(text, day_first=_is_day_first(passage))


def _all_months(text: str, day_first: bool) -> frozenset[int]:
    """Return the months that a text clearly names, by words or in dates."""
    plain = _plain(text)
    named = {MONTHS[word] for word in folded_words(text) if month_names(word)}
    return _worded_months(plain) | _figure_months(plain, day_first=day_first) | named


@lru_cache(maxsize=64)
def _dated_entries(text: str, *, day_first: bool) -> tuple[tuple[int, int, frozenset[int]], ...]:
    """Return start, end and months of each entry that begins with a date.

    It ends where the next one begins, or after a blank line, unless its first line is but a date.
    """
    found: list[tuple[int, int, frozenset[int]]] = []
    open_entry: tuple[int, frozenset[int], bool] | None = None
    start, is_blank = 0, False
    for line in [*text.split("\n"), None]:
        date = _date_at_start(line) if line else None
        ends = line is None or date or (is_blank and line.strip() and open_entry and open_entry[2])
        if open_entry and ends:
            found.append((open_entry[0], start, open_entry[1]))
            open_entry = None
        if line is None:
            break
        if date:
            has_more = any(map(str.isalnum, line[date.end() :]))
            open_entry = (start, _months_of(date, day_first=day_first), has_more)
        is_blank = not line.strip()
        start += len(line) + 1
    return tuple(found)


def _date_at_start(line: str) -> re.Match[str] | None:
    """Return the date that a line begins with, or None."""
    head = _plain(line[:_HEAD_CHARS])
    before = _BEFORE_DATE.match(head)
    at = before.end() if before else 0
    dates = (pattern.match(head, at) for pattern in (_IN_FIGURES, _WITH_FIGURE))
    return next((date for date in dates if date and _is_clear(date)), None)


@lru_cache(maxsize=512)
def _worded_months(plain: str) -> frozenset[int]:
    """Return the months of the dates in a text that name them.

    >>> sorted(_worded_months("14 mars, May 2019, June 5; rule 3 may; out 12 times; march"))
    [3, 5, 6]
    """
    dates = filter(_is_clear, _WITH_FIGURE.finditer(plain))
    return _NO_MONTHS.union(*(_months_of(date, day_first=True) for date in dates))


@lru_cache(maxsize=512)
def _figure_months(plain: str, *, day_first: bool) -> frozenset[int]:
    """Return the months that the dates in figures of a text may be of.

    >>> sorted(_figure_months("2021-07-30, 05/04/2024; 01.42.68.53.00; 3.1.12", day_first=True))
    [4, 7]
    """
    dates = _IN_FIGURES.finditer(plain)
    return _NO_MONTHS.union(*(_months_of(date, day_first=day_first) for date in dates))


def _is_clear(date: re.Match[str]) -> bool:
    """Return whether a match is a date: short names of months are other words too.

    "12 mar 2023" and "May 12" are dates; "rule 3 may" and "out 12 times" are none.
    """
    groups = date.groupdict()
    name = groups.get("after") or groups.get("before")
    if not name:
        return True
    if groups["dot"] and name.lower() in _ENGLISH:
        return False
    if len(name) >= MIN_CLEAR_MONTH and name.lower() not in _AMBIGUOUS:
        return True
    return bool(groups["day"] and groups["year"]) or name[0].isupper()


def _months_of(date: re.Match[str], *, day_first: bool) -> frozenset[int]:
    """Return the month of a date, both that it may be of where its order is not known, or none."""
    groups = date.groupdict()
    name = groups.get("after") or groups.get("before")
    if name:
        return frozenset((MONTHS[name.lower()],))
    if groups["month"]:
        return frozenset(filter(_is_month, (int(groups["month"]),)))
    one, two = int(groups["one"] or groups["first"]), int(groups["two"] or groups["second"])
    if not (1 <= one <= DAYS_IN_A_MONTH and 1 <= two <= DAYS_IN_A_MONTH):
        return _NO_MONTHS
    is_known = (day_first or "." in (groups["mark"], groups["sign"])) and _is_month(two)
    return frozenset(filter(_is_month, (two,) if is_known else (one, two)))


def _is_month(number: int) -> bool:
    return 1 <= number <= MONTHS_IN_A_YEAR


@lru_cache(maxsize=512)
def _plain(text: str) -> str:
    """Return a text without accents, character by character."""
    if text.isascii():
        return text
    return "".join(unicodedata.normalize("NFKD", char)[0] for char in text)
