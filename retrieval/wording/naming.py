"""What a question names, what tells two texts apart, and which documents fit the question.

A telling token is a figure, a code or a name: what differs between last year's contract and this
year's. Knows texts and passages; nothing of the index or of models.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from seedqa.index.documents.dates import MONTHS, WEEKDAY_OF, month_names
from seedqa.index.language import UNKNOWN_LANGUAGE
from seedqa.index.lexical import fold, folded_words
from seedqa.index.patterns import lazy_pattern
from seedqa.index.sentences import split_sentences
from seedqa.index.sketch import Shingles, shingles
from seedqa.retrieval.question import Question
from seedqa.retrieval.types import Passage
from seedqa.retrieval.wording.location import words_where
from seedqa.retrieval.wording.months import CAPITALISED, month_words

#: A token with a digit: 2018, 1,250.50, E-1047, v2.1, 3rd, §4.
_FIGURE = lazy_pattern(
    r"(?<![\w-])(?:[A-Za-z]{1,4}-)?[\w§]*\d[\w]*(?:[-–./,:]\w*\d\w*|-[A-Za-z]\b)*"
)
_YEAR = lazy_pattern(r"(?:1[5-9]|20)\d\d")
#: A code joins letters and digits; a version has a dot.
_CODE = lazy_pattern(r"(?=.*[a-z])(?=.*\d)[a-z0-9][a-z0-9./-]*")
_VERSION = lazy_pattern(
    r"\bv(?:ersion|ersión|ersione|ersão|ersie)?\.? ?(?P<number>\d+(?:\.\d+)*)\b", re.IGNORECASE
)
#: A release after the name of what was released: "since Firefox 3.6", but not "EUR 3.6".
_RELEASE = lazy_pattern(
    r"(?<=\w )(?!(?:EUR|USD|CHF|GBP) )(?P<name>[^\W\d_a-zß-ÿ][\w-]+) "
    r"(?P<number>\d{1,3}(?:\.\d{1,3}){1,3})(?![\w.%€$£])"
    r"(?! ?(?:[%€$£]|(?:km|kg|m|cm|mm|l|h|g|ha|euros?|dollars?|pounds?|percent|million|billion"
    r"|met(?:er|re)s?|miles?|kilos?|lit(?:er|re)s?|tonnes?|points?)\b))"
)
#: Ordinals and units that join digits and letters and are no codes: 3rd, 19th, 2e, 5kg.
_NO_CODE = lazy_pattern(r"\d+(?:st|nd|rd|th|e|er|ere|eme|a|o|s|km|m|cm|mm|kg|g|h|l|ha|eur|gb|mb)")
#: Words that a name follows in German, and no other noun does as a rule.
_BEFORE_NAMES = frozenset(("in", "von", "bei", "mit", "nach", "aus", "gegen", "hat", "ist", "war"))
_SIGNS = ".,;:?!()\"«»„“”’'"
#: Twins are alike in this share of their three-word sequences once what tells them apart is out.
TWIN = 0.7


@lru_cache(maxsize=512)
def figures_of(text: str) -> frozenset[str]:
    """Return the tokens of `text` that hold a digit, folded, separators of thousands left out.

    >>> sorted(figures_of("E-1047 costs 1,250 euros since 2018."))
    ['1250', '2018', 'e-1047']
    """
    return frozenset(_plain(found.group()) for found in _FIGURE.finditer(text))


@lru_cache(maxsize=512)
def names_of(text: str) -> frozenset[str]:
    """Return the capitalised words of `text` but those that begin a sentence, folded."""
    starts = {start for start, _ in split_sentences(text)}
    return frozenset(
        fold(found.group()) for found in CAPITALISED.finditer(text) if found.start() not in starts
    )


@lru_cache(maxsize=512)
def words_in(text: str) -> frozenset[str]:
    """Return the folded words of `text`; kept, since a passage is compared again and again."""
    return frozenset(folded_words(text))


def telling_tokens(text: str) -> frozenset[str]:
    """Return the figures and the names of `text`."""
    return figures_of(text) | names_of(text)


def named_by(question: str) -> frozenset[str]:
    """Return the years, codes and versions that a question names.

    >>> sorted(named_by("What does error E-1047 mean in version 2.1 of 2019?"))
    ['2.1', '2019', 'e-1047']
    >>> sorted(named_by("When was Firefox 3.6 released?")), sorted(named_by("Did it cost EUR 3.6?"))
    (['3.6'], [])
    """
    figures = figures_of(question)
    named = {
        figure
        for figure in figures
        if _YEAR.fullmatch(figure) or (_CODE.fullmatch(figure) and not _NO_CODE.fullmatch(figure))
    }
    for pattern in (_VERSION, _RELEASE):
        named |= {
            _plain(found["number"])
            for found in pattern.finditer(question)
            if not _is_day(found.groupdict().get("name") or "")
        }
    return frozenset(named)


def _is_day(name: str) -> bool:
    """Return whether a name before a number is a day or a month: "Monday 12.30"."""
    word = fold(name)
    return word in MONTHS or word.removesuffix("s") in WEEKDAY_OF or word in WEEKDAY_OF


def question_names(question: Question) -> frozenset[str]:
    """Return the words of a question that are probably names of somebody or something.

    Capitalised words but the first, and months. German writes every noun with a capital; of these
    the words after an article, a pronoun or an adjective are left out.
    So it is in an unknown language: "Was kostet die Fähre?" might be Dutch.
    """
    months = month_words(question)
    if question.language not in ("de", UNKNOWN_LANGUAGE):
        return months | (names_of(question.text) & frozenset(question.topical))
    words = question.text.split()
    names = set()
    for before, word in pairwise(words):
        bare = word.strip(_SIGNS)
        is_name = CAPITALISED.match(bare) and fold(before.strip(_SIGNS)) in _BEFORE_NAMES
        follows = fold(before.strip(_SIGNS)) in names  # a second name
        if is_name or (CAPITALISED.match(bare) and follows):
            names |= set(folded_words(bare))
    return months | (frozenset(names) & frozenset(question.topical))


def missing_names(question: Question, passage: Passage) -> float:
    """Return the share of the question's names that are not in a passage or where it belongs."""
    names = question_names(question)
    if not names:
        return 0.0
    known = words_in(passage.view.text) | words_in("\n".join(words_where(passage)))
    return sum(not {name, *month_names(name)} & known for name in names) / len(names)


def is_of_another_twin(question: Question, passage: Passage, others: Sequence[Passage]) -> bool:
    """Return whether no name of the question is in the document of a passage that has a twin.

    "The rent of the Leeds office" is not in the lease of York, if that of Hull says the same. Of
    the document is known what was found of it, among `others`.
    """
    if not question_names(question):
        return False
    own = [each for each in others if each.source == passage.source]
    if all(missing_names(question, each) == 1 for each in (passage, *own)):
        return any(each.source != passage.source and are_twins(passage, each) for each in others)
    return False


def fits(passage: Passage, named: Iterable[str]) -> bool:
    """Return whether a passage, or its context, has everything that is named."""
    wanted = set(named)
    if not wanted:
        return True
    known = figures_of(passage.view.text) | _figures_where(passage)
    return wanted <= known or wanted <= known | _parts(known)


def fits_where(passage: Passage, named: Iterable[str]) -> bool:
    """Return whether the place of a passage alone, its names, headings and date, has all named."""
    wanted = set(named)
    known = _figures_where(passage)
    return wanted <= known or wanted <= known | _parts(known)


def are_twins(one: Passage, other: Passage) -> bool:
    """Return whether two passages say the same but for what tells them apart."""
    left, right = _skeleton(one.view.text), _skeleton(other.view.text)
    return bool(left | right) and len(left & right) >= TWIN * len(left | right)


def tell_apart(passages: Sequence[Passage]) -> list[str]:
    """Return for each passage what distinguishes its document from those of the others.

    A year or a version that only its own names, title or headings have; else its date; else a
    name that only it has; else its source.
    """
    known = [words_where(passage) for passage in passages]
    told = []
    for at, passage in enumerate(passages):
        others = set().union(*(words for number, words in enumerate(known) if number != at))
        own = [word for word in known[at] if word not in others]
        figures = [word for word in own if any(map(str.isdigit, word))]
        dates = [other.date for number, other in enumerate(passages) if number != at]
        dated = passage.date if passage.date not in dates else None
        told.append([*figures, *([dated] if dated else ()), *own, passage.source][0])
    return told


def _plain(token: str) -> str:
    token = fold(token).rstrip(".,:-–/")
    return re.sub(r"(?<=\d)[,.'](?=\d{3}(?!\d))", "", token)


@lru_cache(maxsize=512)
def _skeleton(text: str) -> Shingles:
    """Return the three-word sequences of a text without its telling tokens."""
    telling = {word for token in telling_tokens(text) for word in folded_words(token)}
    words = [word for word in folded_words(text) if word not in telling]
    return shingles(words)


def _figures_where(passage: Passage) -> frozenset[str]:
    stem = passage.source.rpartition(".")[0] or passage.source
    where = "\n".join((*passage.context, passage.title, stem, passage.date or ""))
    apart = re.sub(r"[_/-]", " ", where)  # lease-2022 is of 2022
    return figures_of(where) | figures_of(apart)


def _parts(figures: frozenset[str]) -> frozenset[str]:
    """Return the parts of joined figures: the 2023 of 2023-04-01, the e1047 of E-1047."""
    found: set[str] = set()
    for figure in figures:
        pieces = re.split(r"[-–./:]", figure)
        found |= {*pieces, "".join(pieces)}
        found |= set(re.findall(r"\d+", figure)) if _YEAR.search(figure) else set()
        if re.fullmatch(r"v\d[\d.]*", figure):
            found.add(figure[1:])
    return frozenset(found)
