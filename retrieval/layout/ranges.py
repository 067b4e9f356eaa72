"""Find the entry of a scale that a number of the question falls into.

    15 to 28 days:   75%          | income        | price |
    14 days or less: 100%         | 501 to 900    | 2.45  |

"We cancel 20 days before, what do we pay?" is answered by "75%". Knows questions and passages;
nothing of the index or of models.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from seedqa.index.lexical import folded_words, word_forms
from seedqa.index.patterns import lazy_pattern
from seedqa.retrieval.layout.tables import Cell, content_of, rows_of
from seedqa.retrieval.question import Question
from seedqa.retrieval.types import Passage
from seedqa.retrieval.wording.units import HOURS, number_of_word, unit_after

Span = tuple[int, int]

#: Figures that are not counted with a unit: years, dates, hours, codes.
_NUMBER = r"(?<!\d)(?:\d{1,3}(?:[ \u00a0\u202f.,]\d{3}){1,4}|\d{1,9}(?:[.,]\d{1,3})?)(?!\d)"
_FREE_NUMBER = lazy_pattern(rf"(?<![\w.,:/-])(?P<number>{_NUMBER})(?![\d:/]|[.,]\d)")
_BETWEEN = lazy_pattern(
    rf"(?<![\w.,])(?P<low>{_NUMBER})\s*(?:to|through|until|à|a|bis|al|ai|até|tot(?: en met)?|e|y"
    rf"|and|und|et|en|[-–—])\s*(?P<high>{_NUMBER})(?![\d:])",
    re.IGNORECASE,
)
_BELOW = lazy_pattern(
    r"\b(?:under|below|less\s+than|fewer\s+than|younger\s+than|unter|weniger\s+als|jünger\s+als"
    r"|moins\s+de|menos\s+de|menores?\s+de|meno\s+di|sotto(?:\s+i|\s+gli)?|inferior(?:e|es)?\s+a"
    r"|abaixo\s+de|onder(?:\s+de)?|minder\s+dan|jonger\s+dan)"
    rf"[\s-]+(?P<high>{_NUMBER})",
    re.IGNORECASE,
)
_UP_TO = lazy_pattern(
    r"(?:\b(?:up\s+to|until|at\s+most|maximum|bis(?:\s+zu)?|höchstens|jusqu['’]à|au\s+plus|hasta"
    rf"|fino\s+a|fino\s+ai|até|tot)\s+(?P<high>{_NUMBER}))"
    rf"|(?P<first>{_NUMBER})\s*(?:\w+\s+)?(?:or\s+(?:less|fewer|under|younger)|oder\s+weniger"
    r"|ou\s+moins|o\s+menos|o\s+meno|ou\s+menos|of\s+minder)\b",
    re.IGNORECASE,
)
_ABOVE = lazy_pattern(
    r"\b(?:over|above|more\s+than|older\s+than|über|mehr\s+als|älter\s+als|plus\s+de|más\s+de"
    r"|mayores?\s+de|più\s+di|oltre(?:\s+i|\s+gli)?|sopra(?:\s+i)?|mais\s+de|acima\s+de"
    r"|boven(?:\s+de)?|meer\s+dan|ouder\s+dan|superior(?:e|es)?\s+a)"
    rf"[\s-]+(?P<low>{_NUMBER})",
    re.IGNORECASE,
)
_FROM = lazy_pattern(
    r"(?:\b(?:from|at\s+least|ab|mindestens|à\s+partir\s+de|au\s+moins|dès|desde|a\s+partir\s+de"
    rf"|al\s+menos|da|dai|almeno|a\s+partire\s+da|pelo\s+menos|vanaf|minstens)\s+(?P<low>{_NUMBER}))"
    rf"|(?P<first>{_NUMBER})\s*(?:\+|(?:\w+\s+)?(?:or\s+(?:more|over|older)|and\s+(?:over|above|older)"
    r"|oder\s+mehr|und\s+(?:mehr|älter)|ou\s+plus|et\s+plus|o\s+más|y\s+más|o\s+più|e\s+più|ou\s+mais"
    r"|e\s+mais|of\s+meer|en\s+ouder)\b)",
    re.IGNORECASE,
)
#: Before an hour of the day: "à dix heures".
_AT = lazy_pattern(r"\b(?:à|a las|às|alle|om|um|at)\s*\Z", re.IGNORECASE)
_WORD = lazy_pattern(r"[^\W\d_]+")
#: "A child of 4": a number without a unit may be an age.
_AGED = lazy_pattern(r"\b(?:aged?|alter|age|edad|eta|idade|leeftijd|child|kid|kind|enfant|nino|nina"
                   r"|bambino|bambina|crianca|adult|erwachsene\w*|adulte|adulto)\b")  # fmt: skip
_FIELD = lazy_pattern(r"\s*(?:[-*•+–]\s+)?(?P<key>[^:\n]{1,60}?)\s*:\s+(?P<value>\S.*?)\s*\Z")


class _Range(NamedTuple):
    low: float
    high: float
    unit: str
    includes_low: bool = True
    includes_high: bool = True

    def holds(self, number: float) -> bool:
        above = number > self.low or (self.includes_low and number == self.low)
        return above and (number < self.high or (self.includes_high and number == self.high))


class _Asked(NamedTuple):
    number: float
    unit: str


def find_in_range(question: Question, passage: Passage) -> Span | None:
    """Return what a scale says for the number of a question, or None.

    The scale is a column of ranges, the names of columns, or lines whose names are ranges. One of
    its entries alone holds the number, and it is counted in the same unit.
    """
    asked = _number_asked(question)
    if asked is None or "\n" not in passage.view.text:
        return None
    if rows := rows_of(passage):
        return _in_table(question, passage, rows, asked)
    return _in_lines(passage, asked)


def ranges_in(text: str) -> Iterator[tuple[float, float]]:
    """Yield the ends of each range in a text; an open end is infinite.

    >>> list(ranges_in("15 to 28 days")), list(ranges_in("under 16"))
    ([(15.0, 28.0)], [(-inf, 16.0)])
    """
    yield from ((found.low, found.high) for found in _ranges(text))


def _number_asked(question: Question) -> _Asked | None:
    """Return the one number of a question that counts something, with its unit."""
    numbers = [
        (_value(found["number"]), found.end()) for found in _FREE_NUMBER.finditer(question.text)
    ] or [
        (float(number), found.end())
        for found in _WORD.finditer(question.text)
        if (number := number_of_word(found.group()))
        and (unit := unit_after(question.text, found.end()))
        and (number, unit) != (1, "years")  # "one year of membership" is no age
        and not (unit == "hours" and _AT.search(question.text, 0, found.start()))
    ]
    if len(numbers) != 1:
        return None
    ((value, end),) = numbers
    unit = unit_after(question.text, end)
    if not unit and _AGED.search(" ".join(folded_words(question.text))):
        unit = "years"
    if not unit and 1900 <= value < 2100:
        return None  # a year
    return _Asked(value, unit)


def _ranges(text: str) -> Iterator[_Range]:
    infinite = float("inf")
    for kind in (_BETWEEN, _BELOW, _UP_TO, _ABOVE, _FROM):
        for found in kind.finditer(text):
            names = found.groupdict()
            single = names.get("first")
            low, high = names.get("low"), names.get("high")
            if kind is _UP_TO:
                high = high or single
            elif kind is _FROM:
                low = low or single
            unit = unit_after(text, found.end())
            if single and not unit:
                unit = unit_after(text, found.end("first"))
            yield _Range(
                _value(low) if low else -infinite,
                _value(high) if high else infinite,
                unit,
                kind is not _ABOVE,
                kind is not _BELOW,
            )
        if kind is _BETWEEN and kind.search(text):
            return  # its ends are no ranges of their own


def _value(figures: str) -> float:
    plain = re.sub(r"[ \u00a0\u202f]", "", figures)
    plain = re.sub(r"[.,](?=\d{3}(?!\d))", "", plain)
    return float(plain.replace(",", "."))


def _fitting(texts: Sequence[str], asked: _Asked) -> int | None:
    """Return which of the texts has the range that alone holds a number.

    Without a unit of its own a scale is of years, or there are two ranges or more.
    """
    scale = [list(_ranges(text)) for text in texts]
    known = [each for ranges in scale for each in ranges]
    units = {each.unit for each in known if each.unit}
    if units <= HOURS.keys() and len(units) == 1 and asked.unit in HOURS:
        (unit,) = units  # two days are 48 hours
        asked = _Asked(asked.number * HOURS[asked.unit] / HOURS[unit], unit)
    if asked.unit and units and asked.unit not in units:
        return None
    is_counted = bool(asked.unit and asked.unit in units)
    if not is_counted and (len(known) < 2 or (asked.unit not in ("", "years"))):
        return None
    holding = [at for at, ranges in enumerate(scale) if any(_holds(r, asked) for r in ranges)]
    return holding[0] if len(holding) == 1 else None


def _holds(found: _Range, asked: _Asked) -> bool:
    same = not asked.unit or not found.unit or asked.unit == found.unit
    return same and found.holds(asked.number)


def _in_lines(passage: Passage, asked: _Asked) -> Span | None:
    """Return the value of the field whose name is the range that holds a number."""
    text = passage.view.text
    fields: list[tuple[re.Match[str], int]] = []
    start = 0
    for line in text.split("\n"):
        match = _FIELD.match(line)
        if match and any(_ranges(match["key"])):
            fields.append((match, start))
        start += len(line) + 1
    at = _fitting([match["key"] for match, _ in fields], asked)
    if at is None:
        return None
    match, start = fields[at]
    return start + match.start("value"), start + match.end("value")


def _in_table(
    question: Question, passage: Passage, rows: Sequence[Sequence[Cell]], asked: _Asked
) -> Span | None:
    """Return the cell in the row, or the column, whose range holds a number."""
    language = passage.language
    wanted = word_forms(*question.topical, language=language)
    for place in range(max(len(passage.columns), 1)):
        cells = [_cell_in(row, passage.columns, place) for row in rows]
        at = _fitting([cell.text if cell else "" for cell in cells], asked)
        if at is not None:
            others = [cell for cell in rows[at] if cell is not cells[at]]
            return _only(_naming(others, wanted, language) or others)
    at = _fitting(passage.columns, asked)
    if at is None:
        return None
    named = [row for row in rows if word_forms(row[0].text, language=language) & wanted]
    column = passage.columns[at]
    cells_of = [cell for row in named for cell in row if cell.column == column]
    return _only(cells_of)


def _cell_in(row: Sequence[Cell], columns: Sequence[str], place: int) -> Cell | None:
    """Return the cell of a row in a column, or its first one where the columns have no names."""
    if not columns:
        return row[0]
    return next((cell for cell in row if cell.column == columns[place]), None)


def _naming(cells: Sequence[Cell], wanted: set[str], language: str) -> list[Cell]:
    """Return the cells whose columns the question names."""
    return [cell for cell in cells if word_forms(cell.column, language=language) & wanted]


def _only(cells: Sequence[Cell]) -> Span | None:
    return content_of(cells[0]) if len(cells) == 1 else None
