"""Find what a timetable says of the day of the week that a question names.

    Mon–Fri   9:00–17:00        | Tage       | Geöffnet |
    Saturday  10:00–14:00       | Mo, Mi, Fr | 9–12 Uhr |

"When is it open on Wednesday?" is answered by the entry that includes Wednesday. Knows questions
and passages; nothing of the index or of models.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from seedqa.index.documents.dates import WEEKDAY_OF, WEEKDAYS
from seedqa.index.language import UNKNOWN_LANGUAGE
from seedqa.index.lexical import find_words, fold, folded_words, word_forms
from seedqa.index.patterns import lazy_pattern
from seedqa.retrieval.question import Question
from seedqa.retrieval.types import Passage
from seedqa.retrieval.wording.values import asked_end

Span = tuple[int, int]

_DAYS = frozenset(range(1, 8))
_NAMES_OF_DAYS = frozenset(WEEKDAYS.split())
#: Names of several days, folded.
_GROUPS = {
    **dict.fromkeys(("daily", "taglich", "dagelijks", "quotidiennement", "diariamente"), _DAYS),
    "weekdays": frozenset(range(1, 6)),
    **dict.fromkeys(("weekend", "weekends", "week-end", "wochenende"), frozenset((6, 7))),
}
_NAMES = "|".join(
    re.escape(name) for name in sorted({*WEEKDAY_OF, *_GROUPS}, key=lambda name: (-len(name), name))
)
_DAY = rf"(?:{_NAMES})(?:-feiras?|s)?\b\.?"
_TO = r"(?:-|–|—|to|through|thru|until|till|bis|au|a|al|alla|hasta|ate|t/m|tot(?: en met)?)"
_AND = r"(?:,|/|&|\+|,? ?(?:and|or|und|oder|et|ou|y|o|e|en|of|u\.))"
_BEFORE = (
    r"(?:(?:on|from|every|each|vom?|von|am|du|de|del|da|dal|dalla|le|les|los?|el|il|van|op) )?"
)
_LABEL = rf"{_BEFORE}{_DAY}(?: ?(?:{_TO}|{_AND}) ?{_BEFORE}{_DAY}){{0,6}}"
_WHOLE = lazy_pattern(rf"\W*(?P<label>{_LABEL})\W*")
_PART = lazy_pattern(rf"(?P<to>{_TO} ?)?{_BEFORE}(?P<day>{_DAY})")
_HOUR = r"\d{1,2}(?:[.:]\d\d| ?h ?\d\d(?!\d))?(?: ?(?:uhr|uur|h|[ap]\.?m\b\.?))?"
_TO_HOUR = r" ?(?:-|–|—|to|until|till|bis|a|as|alle|tot|a las) ?"
_RANGE = lazy_pattern(rf"(?P<opening>{_HOUR}){_TO_HOUR}(?P<closing>{_HOUR})")
_HOURS = rf"{_HOUR}{_TO_HOUR}{_HOUR}"
_CLOSED = (
    r"(?:closed|geschlossen|zu|ferme|cerrado|chiuso|fechado|encerrado|gesloten|dicht|ruhetag)\b"
)
_VALUE = (
    rf"(?:(?:{_HOURS})(?:(?: ?(?:,|;|/|&|\+)| (?:and|und|u\.|et|y|e|en)) ?{_HOURS})*|{_CLOSED})"
)
_ENTRY = lazy_pattern(
    rf"(?:^|(?<=[,;:.|(\n\t])) *(?:[-*•] )?(?P<label>{_LABEL})"
    rf"[ \t:;,.–|-]{{0,40}}(?:(?:from|von|de|da|dalle|van) )?(?P<value>{_VALUE})"
    # neither a date ("4-5 July") nor a count follows
    rf"(?=\s*(?:[,;.|()/&+\n-]|\Z|(?:and|und|et|y|e|en|only|nur|{_NAMES})\b))",
    re.MULTILINE,
)
#: Days that other words are too: "do", "so", "mar", "segunda".
MIN_LETTERS = 5
#: "Donnerstagabend", "zaterdagochtend".
_PART_OF_DAY = lazy_pattern(
    r"(?:morgen|vormittag|mittag|nachmittag|abend|nacht|ochtend|middag|avond)s?\Z"
)
#: What a question says, folded, that asks for the hours of a day.
_ASKS_HOURS = lazy_pattern(
    r"\b(?:when|hours|what time|open(?:s|ing)?|clos(?:es?|ed|ing)|wann|stunden|uhrzeit|offen|auf"
    r"|geoffnet|offnet|offnungszeit(?:en)?|schliesst|geschlossen|zu|quand|heures?|horaires?|ouverte?s?"
    r"|ouvre|ferme|cuando|hora|horario|abiert[oa]|abre|cierra|cerrad[oa]|quando|ora|orari[oa]?|apert[oa]"
    r"|apre|chiude|chius[oa]|horas|abert[oa]|fecha|fechad[oa]|wanneer|laat|uur|geopend"
    r"|openingstijden|sluit|gesloten)\b"
)


@lru_cache(maxsize=4096)  # the cells of a table are compared again and again
def days_in(label: str) -> frozenset[int]:
    """Return the days of the week, Monday is 1, that a text names if it names nothing else.

    >>> sorted(days_in("Mon – Fri")), sorted(days_in("Sa und So")), sorted(days_in("Mon Repos"))
    ([1, 2, 3, 4, 5], [6, 7], [])
    """
    found = _WHOLE.fullmatch(_folded(label))
    if not found:
        return frozenset()
    days = set[int]()
    last = 0
    for part in _PART.finditer(found["label"]):
        named = _days_of(part["day"])
        day = min(named)
        if part["to"] and last:
            step = last
            while step != day:
                step = step % len(_DAYS) + 1
                days.add(step)
        days |= named
        last = day if len(named) == 1 else 0
    return frozenset(days)


def find_on_day(question: Question, passage: Passage) -> Span | None:
    """Return the hours that a timetable in prose or lines gives for the day of a question, or None.

    One entry alone includes the day, and the passage, its headings or its title have all words of
    the question, but for those that ask for hours. "Until when" takes the end of the hours. None
    for a part of the day, and only within one language. Of a table with names of columns
    `table_cells` finds the cell.
    """
    language = passage.language
    spoken = folded_words(question.text)
    days = [word for word in spoken if weekday_of(word)]
    asked = {day for day in map(weekday_of, days) if day}
    if (
        passage.columns
        or question.language not in (language, UNKNOWN_LANGUAGE)
        or len(asked) != 1
        or any(_singular(word) not in WEEKDAY_OF for word in days)  # only a part of the day
        or not _ASKS_HOURS.search(" ".join(spoken))
    ):
        return None
    text = passage.view.text
    known = word_forms(text, passage.title, *passage.context, language=language)
    others = [word for word in question.topical if not weekday_of(word) and not asks_hours(word)]
    if any(known.isdisjoint(word_forms(word, language=language)) for word in others):
        return None
    entries = list(_ENTRY.finditer(_folded(text)))
    holding = [found for found in entries if asked <= days_in(found["label"])]
    if len(holding) > 1 and _is_one_timetable(text, holding, entries):
        holding = [min(holding, key=lambda found: len(days_in(found["label"])))]
    if len(holding) != 1 or _names_elsewhere(text, asked, entries):
        return None
    return _asked_hours(question, text, holding[0].span("value"))


def _asked_hours(question: Question, text: str, hours: Span) -> Span:
    """Return the hour of the first range at which it opens, or of the last at which it closes."""
    start, end = hours
    ranges = list(_RANGE.finditer(_folded(text[start:end])))
    asked = asked_end(question)
    if not ranges or not asked:
        return hours
    one = ranges[0].span("opening") if asked == "start" else ranges[-1].span("closing")
    return start + one[0], start + one[1]


def _is_one_timetable(
    text: str, holding: Sequence[re.Match[str]], entries: Sequence[re.Match[str]]
) -> bool:
    """Return whether only entries are between the first of some and the last.

    "Daily 9-17, Sundays 10-16": then the one that names the day itself counts.
    """
    start = holding[0].end()
    between = [found for found in entries if start <= found.start() < holding[-1].start()]
    for found in (*between, holding[-1]):
        if folded_words(text[start : found.start()]):
            return False
        start = found.end()
    return True


def _names_elsewhere(text: str, asked: set[int], entries: Sequence[re.Match[str]]) -> bool:
    """Return whether a text says more of a day than its entries: "9 to 17, Wednesdays until 20"."""
    labels = [found.span("label") for found in entries]
    return any(
        {WEEKDAY_OF[word]} == asked
        for start, end, raw in find_words(text)
        if (word := _singular(fold(raw))) in WEEKDAY_OF
        and (len(word) >= MIN_LETTERS or raw[:1].isupper())
        and not any(left <= start and end <= right for left, right in labels)
    )


def _folded(text: str) -> str:
    """Return a text without case and accents, each character where it was."""
    if text.isascii():
        return text.lower()
    return "".join(plain if len(plain := fold(char)) == 1 else char for char in text)


def _singular(word: str) -> str:
    return word if word in WEEKDAY_OF else word.removesuffix("s")


def weekday_of(word: str) -> int | None:
    """Return which day of the week, from 1, a folded word of a question is, or a part of one.

    >>> weekday_of("mittwochs"), weekday_of("donnerstagabend"), weekday_of("so")
    (3, 4, None)
    >>> weekday_of("sonnabend")
    6
    """
    for name in (
        _singular(word),
        _singular(_PART_OF_DAY.sub("", word)),
    ):
        if len(name) >= MIN_LETTERS and name in _NAMES_OF_DAYS:
            return WEEKDAY_OF[name]
    return None


def asks_hours(word: str) -> bool:
    """Return whether a folded word of a question about a day asks for the hours: "open"."""
    return bool(_ASKS_HOURS.fullmatch(word))


def _days_of(name: str) -> frozenset[int]:
    plain = re.sub(r"-feiras?$", "", name.rstrip("."))
    if plain in _GROUPS:
        return _GROUPS[plain]
    return frozenset((WEEKDAY_OF[plain if plain in WEEKDAY_OF else plain.removesuffix("s")],))
