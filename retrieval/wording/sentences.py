"""Find the sentence around some words, and its neighbour if that has the rest of a date.

Knows text only.
"""

from __future__ import annotations

from seedqa.index.documents.dates import MIN_CLEAR_MONTH, MONTHS
from seedqa.index.language import UNKNOWN_LANGUAGE
from seedqa.index.lexical import folded_words
from seedqa.index.patterns import lazy_pattern
from seedqa.index.sentences import split_sentences

#: The pattern of a year, 1000 to 2099.
YEAR = r"(?:1\d|20)\d\d"
_YEAR = lazy_pattern(rf"\b{YEAR}\b")
#: Words around a year or a month that are no part of a name.
_AROUND = """
    in of the month year a au de d en le la mois annee l an im am dem der monat jahr el del mes ano
    di il nel mese anno do em no het van maand jaar may mai mei
"""
_AROUND_DATE = frozenset(_AROUND.split())


def sentence_bounds(text: str, language: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences of `text`, without white space at either end.

    A sentence ends where both splitters end one: ours knows headings, lists and the abbreviations
    of titles ("M. Dupont"), sentencex knows those of the language ("z. B. Birnen").
    """
    from sentencex import get_sentence_boundaries  # of an answer only

    code = language if language != UNKNOWN_LANGUAGE else "en"
    theirs = {found["end_index"] for found in get_sentence_boundaries(code, text)}
    ours = split_sentences(text)
    joined: list[tuple[int, int]] = []
    for start, end in ours:
        gap = text[joined[-1][1] : start] if joined else ""
        if joined and "\n" not in gap and not theirs & set(range(joined[-1][1], start + 1)):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def sentence_around(text: str, start: int, end: int, language: str) -> tuple[int, int]:
    """Return the span of the sentence, or sentences, that hold text[start:end].

    If that is a year without a month, or a month without a year, and a neighbouring sentence has
    only the missing half of a date, the neighbour is included: "… goes back to 2017. The contract
    was signed in January."
    """
    bounds = sentence_bounds(text, language)
    held = [at for at, (low, high) in enumerate(bounds) if low < end and start < high]
    if not held:
        return start, end
    first, last = held[0], held[-1]
    lacking = _lacks(text[start:end])
    if lacking:
        here = text[bounds[first][0] : bounds[last][1]]
        if _lacks(here) == lacking:
            for at in (last + 1, first - 1):
                if 0 <= at < len(bounds) and _completes(text[slice(*bounds[at])], lacking):
                    first, last = min(first, at), max(last, at)
                    break
    return min(start, bounds[first][0]), max(end, bounds[last][1])


def completes_date(
    text: str, words: tuple[int, int], others: tuple[int, int], language: str
) -> bool:
    """Return whether text[others] is the month of the year text[words], or the reverse.

    Both must be that and nothing else ("the Mayo brothers" are no month), in one sentence or in two
    neighbours that `sentence_around` joins.
    """
    halves = [text[slice(*words)], text[slice(*others)]]
    if {_lacks(half) for half in halves} != {"month", "year"} or not all(map(_is_bare, halves)):
        return False
    start, end = sentence_around(text, *words, language)
    return start <= others[0] and others[1] <= end


def share_sentence(
    text: str, words: tuple[int, int], others: tuple[int, int], language: str
) -> bool:
    """Return whether text[words] and text[others] begin in one sentence."""
    return any(
        start <= words[0] < end and start <= others[0] < end
        for start, end in sentence_bounds(text, language)
    )


def _is_bare(date: str) -> bool:
    return all(
        word.isdigit() or word in _AROUND_DATE or _is_clear_month(word)
        for word in folded_words(date)
    )


def names_year(text: str) -> bool:
    """Return whether there is a year in `text`."""
    return bool(_YEAR.search(text))


def _lacks(text: str) -> str:
    """Return the missing half of a date in `text`: "month", "year", or ""."""
    has_year, has_month = names_year(text), _may_name_month(text)
    if has_year == has_month:
        return ""
    return "month" if has_year else "year"


def _completes(text: str, lacking: str) -> bool:
    if lacking == "month":
        return _names_month(text) and not names_year(text)
    return names_year(text) and not _may_name_month(text)


def _may_name_month(text: str) -> bool:
    return any(word in MONTHS for word in folded_words(text))


def _names_month(text: str) -> bool:
    return any(map(_is_clear_month, folded_words(text)))


def _is_clear_month(word: str) -> bool:
    return word in MONTHS and len(word) >= MIN_CLEAR_MONTH
