"""The months that a question names, and which passages and dated entries are of them.

A month may be named in any of the seven languages, or be part of a date in figures. Knows texts and
passages; nothing of the index or of models.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from seedqa.index.documents.dates import MONTHS, WEEKDAYS, month_names
from seedqa.index.lexical import fold, folded_words
from seedqa.index.patterns import lazy_pattern
from seedqa.retrieval.question import Question
from seedqa.retrieval.types import Passage

_NAME = lazy_pattern(r"(?<![\w])[^\W\d_a-zß-ÿ][\w’'-]*")
#: A date in figures: 3/5/2021, 03.05.21, 2021-05-03; "3.5.21" numbers a section.
_IN_FIGURES = lazy_pattern(
    r"(?<![\d.])(?:\d{4}[./_-](?P<month>\d\d)[./_-]\d\d"
    r"|(?P<one>\d{1,2})(?P<mark>[./-])(?P<two>\d{1,2})(?P=mark)\d{4}"
    r"|(?P<first>\d\d)(?P<sign>[./-])(?P<second>\d\d)(?P=sign)\d\d)(?!\d)"
)
_ANY_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
#: A month by its name with a day or a year, folded: "14 mars", "may 2023", "marzo del 2019".
_WITH_FIGURE = lazy_pattern(
    r"\b(?:[0-3]?\d(?:er|st|nd|rd|th)?[.ºª]? (?:de |of )?"
    rf"(?P<after>{_ANY_MONTH})|(?P<before>{_ANY_MONTH})\.? (?:[0-3]?\d|(?:de |del |of )?\d{{4}}))\b"
)
#: What a dated entry of a diary, of minutes or of a table begins with, before its date.
_BEFORE_DATE = lazy_pattern(
    rf"[^\w]*(?:(?:{'|'.join(WEEKDAYS.split())})(?:-feira)?[.,]* )?(?:(?:the|le|den|de|el|il|o) )?"
)
MONTHS_IN_A_YEAR = 12
#: Languages that write the day of a date before the month; of English it is not known.
DAY_FIRST = frozenset(("fr", "de", "es", "it", "pt", "nl"))
#: The beginning of a line that may be the date of an entry.
_HEAD_CHARS = 40


def months_named(question: Question) -> frozenset[int]:
    """Return the months, 1 to 12, that a question clearly names."""
    words = frozenset(MONTHS[word] for word in month_words(question))
    return words | _dated_months(question.text, day_first=question.language in DAY_FIRST)


def month_words(question: Question) -> frozenset[str]:
    """Return the topical words that clearly name months; English and German give them a capital."""
    words = frozenset(word for word in question.topical if month_names(word))
    if question.language in ("fr", "es", "it", "pt", "nl"):
        return words
    return words & {fold(found.group()) for found in _NAME.finditer(question.text)}


def fits_months(passage: Passage, where: str, months: Collection[int]) -> bool:
    """Return whether a passage, or where it belongs, has all of some months, or names no month.

    `where` are the words of its place: its source and its headings.
    """
    if not months:
        return True
    text = f"{passage.view.text}\n{where}\n{passage.source}"
    words = folded_words(text)
    dated = _dated_months(text, day_first=_is_day_first(passage))
    own = dated | {MONTHS[word] for word in words if word in MONTHS}
    if passage.date:
        own |= {int(passage.date[5:7])}
    return set(months) <= own or not (dated or any(map(month_names, words)))


def is_dated_otherwise(passage: Passage, where: str, months: Collection[int]) -> bool:
    """Return whether the place of a passage names months, and not these: "Minutes of 20 June"."""
    own = _months_where(passage, where)
    return bool(months and own) and not set(months) <= own


def is_dated(passage: Passage, where: str, months: Collection[int]) -> bool:
    """Return whether the place of a passage names all of some months."""
    return bool(months) and set(months) <= _months_where(passage, where)


def _months_where(passage: Passage, where: str) -> frozenset[int]:
    text = f"{where}\n{passage.source}"
    named = {MONTHS[word] for word in folded_words(where) if month_names(word)}
    dated = {int(passage.date[5:7])} if passage.date else set()
    return _dated_months(text, day_first=_is_day_first(passage)) | named | dated


def is_in_other_entry(passage: Passage, offset: int, months: Collection[int]) -> bool:
    """Return whether an offset of a passage's view is in an entry that is dated of other months.

    Entries are what begins with a date, as in a diary, and another one has the months. "What did it
    weigh in July?" is not answered from the paragraph that begins with "5 April".
    """
    if not months:
        return False
    entries = _dated_entries(passage.view.text, day_first=_is_day_first(passage))
    of_offset = [own for start, own in entries if start <= offset]
    return (
        bool(of_offset)
        and not set(months) <= of_offset[-1]
        and any(set(months) <= own for _, own in entries)
    )


def _is_day_first(passage: Passage) -> bool:
    return passage.language in DAY_FIRST


@lru_cache(maxsize=64)
def _dated_entries(text: str, *, day_first: bool) -> tuple[tuple[int, frozenset[int]], ...]:
    """Return where lines begin that begin with a date, and which months it may be of."""
    found, start = [], 0
    for line in text.split("\n"):
        head = fold(line[:_HEAD_CHARS])
        before = _BEFORE_DATE.match(head)
        at = before.end() if before else 0
        dates = (pattern.match(head, at) for pattern in (_IN_FIGURES, _WITH_FIGURE))
        if date := next(filter(None, dates), None):
            found.append((start, _months_of(date, day_first=day_first)))
        start += len(line) + 1
    return tuple(found)


@lru_cache(maxsize=512)
def _dated_months(text: str, *, day_first: bool) -> frozenset[int]:
    """Return the months of the dates in a text.

    >>> dates = "14 mars, May 2019, 2021-07-30, 05/04/2024; the march of men"
    >>> sorted(_dated_months(dates, day_first=True)), sorted(_dated_months(dates, day_first=False))
    ([3, 4, 5, 7], [3, 4, 5, 7])
    """
    folded = fold(text)
    found = (*_IN_FIGURES.finditer(folded), *_WITH_FIGURE.finditer(folded))
    return frozenset().union(*(_months_of(date, day_first=day_first) for date in found))


def _months_of(date: re.Match[str], *, day_first: bool) -> frozenset[int]:
    """Return the month of a date, or both that it may be of where its order is not known."""
    groups = date.groupdict()
    name = groups.get("after") or groups.get("before")
    if name:
        return frozenset((MONTHS[name],))
    if groups["month"]:
        figures = [int(groups["month"])]
    else:
        one, two = int(groups["one"] or groups["first"]), int(groups["two"] or groups["second"])
        figures = [two] if day_first and two <= MONTHS_IN_A_YEAR else [one, two]
    return frozenset(month for month in figures if 1 <= month <= MONTHS_IN_A_YEAR)
