"""Tell the headings of a plain text from its short lines.

A heading is numbered, named ("Article 5"), in capitals, underlined, or a short line alone above a
paragraph. A list of short lines, an address or a signature has none. Knows only lines.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from seedqa.index.documents.lines import Line, Stanza

#: A longer line is a sentence.
MAX_HEADING_CHARS = 80
#: Hard-wrapped prose has longer lines, an address or a poem shorter ones.
MIN_PROSE_LINE_CHARS = 60
MIN_PROSE_WORDS = 4
#: Without a blank line below it, a line of more words is the first of a paragraph.
MAX_WORDS_ABOVE = 8
#: As many lines in a row that look like headings are a list: 3 in capitals may be the title,
#: the chapter and its name.
MAX_RUN = {"capitals": 3, "short": 3}
#: The figures of a date and a number; a line with more has a telephone number or hours.
MAX_DIGITS = 8
#: Levels that a plain text does not state: the title has 1.
SECTION_LEVEL = 2
MAX_LEVEL = 6


class Style(StrEnum):
    """How a line looks like a heading."""

    NUMBERED = "numbered"
    NAMED = "named"
    CAPITALS = "capitals"
    SHORT = "short"


class Candidate(NamedTuple):
    """A line that may be a heading, and the level that it would have."""

    style: Style
    level: int


_NUMBER = r"[1-9]\d{0,2}"
_NUMBERED = re.compile(
    rf"(?P<number>{_NUMBER}(?:\.{_NUMBER}){{1,5}}[.)]?|{_NUMBER}[.)]|[IVX]{{1,6}}\.)[ \t]+"
    r"(?P<title>\S.*)"
)
_CHAPTERS = (
    "annex annexe anhang anexo allegato anlage appendix appendice apéndice anexo bijlage book "
    "chapter chapitre capítulo capitolo deel hoofdstuk kapitel livre part parte partie teil titre "
    "title título titolo"
)
_ARTICLES = (
    "abschnitt art. article artikel articulo artículo articolo artigo clause klausel sección "
    "section secção seção sectie sezione paragraaf paragraph"
)
_NAMED = re.compile(
    rf"(?:(?P<chapter>{'|'.join(_CHAPTERS.split())})|{'|'.join(map(re.escape, _ARTICLES.split()))})"
    r"[ \t]+(?:\d{1,4}(?:\.\d{1,3})*[a-z]?|[IVXLC]{1,7}|[A-Z])\b|§{1,2}[ \t]?\d{1,4}[a-z]?\b",
    re.IGNORECASE,
)
_YEARS = re.compile(r"\s*(?:1[5-9]|20)\d\d(?:\s*[-–/]\s*(?:(?:1[5-9]|20)?\d\d))?\s*")
#: What a heading does not end with.
_STOPS = tuple(".!?…:;,。！？")
_CLOSING = "\"'»“”’)]"
_BYLINE = re.compile(
    r"(?:by|par|von|por|di|da|door|source|quelle|fonte|fuente|bron)[\s:]|copyright\b|\(c\)|©", re.I
)
_PUBLISHED = re.compile(r"\w+ (?:on|le|am|el|il|em|op)\b.*\d{4}|.*:.*\d{4}")


def names_something(text: str) -> bool:
    """Return whether a text has a letter, or is a year: what a heading has at least."""
    return any(map(str.isalpha, text)) or is_year(text)


def is_year(text: str) -> bool:
    """Return whether a text is a year or some years, which may be a heading without a letter.

    >>> is_year("2015"), is_year("2015–16"), is_year("1 200")
    (True, True, False)
    """
    return _YEARS.fullmatch(text) is not None


def find_candidate(line: Line) -> Candidate | None:
    """Return how a line looks like a heading, None where it does not."""
    text = line.text
    if len(text) >= MAX_HEADING_CHARS or text.rstrip(_CLOSING).endswith(_STOPS):
        return None
    if named := _NAMED.match(text):
        return Candidate(Style.NAMED, SECTION_LEVEL + (named["chapter"] is None))
    numbered = _NUMBERED.fullmatch(text)
    if not _begins_title(numbered["title"] if numbered else text):
        return None
    if numbered:
        depth = numbered["number"].strip(".)").count(".") + 1
        return Candidate(Style.NUMBERED, min(depth + 1, MAX_LEVEL))
    if _is_in_capitals(text):
        return Candidate(Style.CAPITALS, SECTION_LEVEL)
    return None if is_no_title(text) else Candidate(Style.SHORT, SECTION_LEVEL)


def find_heading_above(stanza: Stanza) -> Candidate | None:
    """Return the heading that the first line of a stanza is, without a blank line below it."""
    candidate = find_candidate(stanza[0])
    if candidate is None or candidate.style is Style.SHORT or len(stanza) < 2:
        return None
    below = stanza[1].text
    if below[0].islower() or not is_prose(stanza[1:]):
        return None
    if candidate.style is Style.CAPITALS and _is_in_capitals(below):
        return None
    if len(stanza[0].text) >= len(below) or _NUMBERED.match(below):
        return None
    if len(stanza[0].text.split()) > MAX_WORDS_ABOVE:
        return None
    return candidate


def is_prose(stanza: Stanza) -> bool:
    """Tell whether a stanza reads as a paragraph, and not as a poem or an address."""
    if any(len(line.text) >= MIN_PROSE_LINE_CHARS for line in stanza):
        return True
    last = stanza[-1].text.rstrip(_CLOSING)
    words = sum(len(line.text.split()) for line in stanza)
    return len(stanza) <= 2 and last.endswith(_STOPS[:4]) and words >= MIN_PROSE_WORDS


def choose_headings(units: list[Candidate | bool]) -> list[int | None]:
    """Return the level of each unit of a text that is a heading, None for the others.

    A unit is a candidate, or says whether it is something that a heading introduces.
    """
    runs = _run_lengths(units)
    levels: list[int | None] = [None] * len(units)
    strong = any(isinstance(unit, Candidate) and unit.style is not Style.SHORT for unit in units)
    for at in range(len(units) - 2, -1, -1):
        unit, below = units[at], units[at + 1]
        if not isinstance(unit, Candidate):
            continue
        introduces = below is True or levels[at + 1] is not None
        if unit.style is Style.SHORT:
            if below is True and runs[at] <= MAX_RUN["short"]:
                levels[at] = unit.level + (strong and at > 0)
        elif runs[at] <= _longest_run(unit) and (introduces or _is_below(units, levels, at)):
            levels[at] = unit.level
    return _find_title(units, levels)


def _longest_run(unit: Candidate) -> int:
    """Return how many such lines may follow one another: "1. Ada", "2. Nuno" are a list."""
    return MAX_RUN["capitals"] if unit.style is Style.CAPITALS else 1


def _is_below(units: list[Candidate | bool], levels: list[int | None], at: int) -> bool:
    """Tell whether what is below a line is a short line that is no heading itself."""
    below = units[at + 1]
    return isinstance(below, Candidate) and below.style is Style.SHORT and levels[at + 1] is None


def _run_lengths(units: list[Candidate | bool]) -> list[int]:
    """Return for each unit how many like it stand in a row around it."""
    lengths = [0] * len(units)
    start = 0
    for at in range(1, len(units) + 1):
        if at == len(units) or units[at] != units[start]:
            lengths[start:at] = [at - start] * (at - start)
            start = at
    return lengths


def _find_title(units: list[Candidate | bool], levels: list[int | None]) -> list[int | None]:
    """Make the first line the title, if a section or a paragraph follows soon."""
    if not units or not isinstance(units[0], Candidate):
        return levels
    if units[0].style in (Style.CAPITALS, Style.SHORT) and (
        levels[0] is not None or any(level is not None for level in levels[1:3])
    ):
        levels[0] = 1
    return levels


def _begins_title(text: str) -> bool:
    first = text.lstrip("«“„\"'(¿¡")[:1]
    return first.isalpha() and not first.islower()


def _is_in_capitals(text: str) -> bool:
    return text.isupper() and any(len(word) > 2 and word.isalpha() for word in text.split())


def is_no_title(text: str) -> bool:
    """Tell whether a short line is a byline, the date of publication, or an address of the net."""
    if "@" in text or "://" in text or "\t" in text:
        return True
    if sum(map(str.isdigit, text)) > MAX_DIGITS:
        return True
    return _BYLINE.match(text) is not None or _PUBLISHED.match(text) is not None
