"""Group spans with the same answer, and collect the evidence for each group.

Knows passages and spans; knows nothing of models, nor of the index.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from seedqa.index.language import crosses_languages
from seedqa.index.lexical import folded_words, stemmed_words
from seedqa.index.patterns import lazy_pattern
from seedqa.index.sentences import split_sentences
from seedqa.retrieval.layout.definitions import find_definition
from seedqa.retrieval.layout.headed import find_heading
from seedqa.retrieval.layout.lists import find_listed
from seedqa.retrieval.layout.ranges import find_in_range
from seedqa.retrieval.layout.releases import find_version
from seedqa.retrieval.layout.table_cells import find_cell
from seedqa.retrieval.layout.tables import line_around
from seedqa.retrieval.layout.weekdays import find_on_day
from seedqa.retrieval.question import Question
from seedqa.retrieval.reader import Span
from seedqa.retrieval.types import Passage
from seedqa.retrieval.wording.asking import asks_name, asks_topic, asks_who, is_of_wrong_kind
from seedqa.retrieval.wording.direction import asked_route, goes_the_other_way
from seedqa.retrieval.wording.naming import missing_names, question_names
from seedqa.retrieval.wording.normalise import PRONOUNS, normalise_answer
from seedqa.retrieval.wording.opposites import asked_sides, says_the_opposite
from seedqa.retrieval.wording.sentences import (
    completes_date,
    names_year,
    share_sentence,
)
from seedqa.retrieval.wording.succession import is_predecessor
from seedqa.retrieval.wording.values import choose_value

#: Cap on the lead of an answer over the next, in the reader's logits.
MAX_AHEAD = 10.0
#: Answers, counted from the best, that are searched for a rival or for the other half of a date.
RIVALS = 4
#: What a candidate gains, in logits, if its sentence has all topical words of the question, within
#: one language (docs/log/reader.md).
SENTENCE_WEIGHT = 2.0
#: What it costs a candidate, in logits, if its passage has none of the question's names.
NAME_PENALTY = 4.0
#: What it costs, in logits, to be no time where the question asks when, and the like.
KIND_PENALTY = 4.0
#: What it costs, in logits, to be said of the journey back, of the opposite, or of who was before.
REVERSED_PENALTY = 8.0
_NUMBERING = lazy_pattern(r"\A\s*(?:§ ?)?\d+(?:\.\d+)*[.)]?\s")
#: What it costs, in logits, to be the document's title or a heading: it names a subject.
TITLE_PENALTY = 4.0
#: The score of what the layout tells, in logits: that of an answer which the reader finds in plain
#: prose. It was not trained on such layouts, and scores most of these below 0 (log/structure.md).
LAYOUT_SCORE = 6.0
#: How much it leads what was read in the same passage, in logits.
LAYOUT_LEAD = 1.0
#: A year is shown before its month if the month scored at most this many logits higher.
YEAR_LEEWAY = 3.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span of a passage as it is read; `score` orders the candidates."""

    passage: Passage
    span: Span
    score: float

    @property
    def text(self) -> str:
        """The words."""
        return self.passage.view.text[self.span.start : self.span.end]


@dataclass(frozen=True, slots=True)
class Group:
    """Candidates with the same answer; the first is shown."""

    candidates: tuple[Candidate, ...]

    @property
    def best(self) -> Candidate:
        """The one that is shown."""
        return self.candidates[0]

    @property
    def score(self) -> float:
        """The greatest score of a candidate."""
        return max(candidate.score for candidate in self.candidates)


def rank_candidates(
    question: Question,
    passages: Sequence[Passage],
    spans: Sequence[Sequence[Span]],
    passage_weight: float,
) -> list[Candidate]:
    """Return every span, best first; of equals the better passage's, then the first.

    Spans that the layout of a passage tells are among them (`_laid_out`).
    """
    found = []
    for passage, of_passage in zip(passages, spans, strict=True):
        if not of_passage:
            continue
        bonus = passage_weight * passage.score - NAME_PENALTY * missing_names(question, passage)
        read = [_choose_value(question, passage, span) for span in of_passage]
        for span in (*read, *_laid_out(question, passage, of_passage)):
            is_named = _is_in_title(passage, span) or is_heading(question, passage, span)
            penalty = TITLE_PENALTY if is_named else 0.0
            words = passage.view.text[span.start : span.end]
            if is_of_wrong_kind(words, passage.language, question):
                penalty += KIND_PENALTY
            if is_reversed(passage, span, question):
                penalty += REVERSED_PENALTY
            gain = SENTENCE_WEIGHT * _share_in_sentence(question, passage, span)
            found.append(Candidate(passage, span, round(span.score + bonus + gain - penalty, 4)))
    found += _named_cells(question, passages, found)
    return sorted(found, key=lambda candidate: -candidate.score)


def _named_cells(
    question: Question, passages: Sequence[Passage], read: Sequence[Candidate]
) -> list[Candidate]:
    """Return the cells that the question names by row and column; they lead what was read."""
    margin = max((each.span.score for each in read), default=0.0) + LAYOUT_LEAD
    score = max((each.score for each in read), default=0.0) + LAYOUT_LEAD
    cells = [(passage, find_cell(question, passage)) for passage in passages]
    return [
        Candidate(passage, Span(*cell, max(LAYOUT_SCORE, margin)), score)
        for passage, cell in cells
        if cell
    ]


def _share_in_sentence(question: Question, passage: Passage, span: Span) -> float:
    """Return the share of the topical words that the sentence, or row, of a span has, 0 to 1.

    Across languages it is 0: words rarely match.
    """
    if passage.language != question.language or not question.topical:
        return 0.0
    start, end = _sentence_of(passage, span)
    return _share(question.topical, passage.view.text[start:end], passage.language)


def _sentence_of(passage: Passage, span: Span) -> tuple[int, int]:
    """Return the span of the sentence, or row, in which a span begins, as our splitter cuts it."""
    text = passage.view.text
    if passage.columns:
        return line_around(text, span.start)
    bounds = split_sentences(text)
    at = bisect_right(bounds, (span.start, len(text))) - 1
    return bounds[at] if at >= 0 else (span.start, span.end)


def is_reversed(passage: Passage, span: Span, question: Question) -> bool:
    """Return whether a span tells of the journey back, of the opposite, or of who did it before."""
    text = passage.view.text
    if is_predecessor(question, text, span.start, span.end):
        return True
    route = asked_route(question.text)
    if route is not None:
        start, end = _sentence_of(passage, span)
        if goes_the_other_way(text[start:end], route, span.start - start):
            return True
    if not asked_sides(question):
        return False
    start, _ = _line_of(passage, span)
    return says_the_opposite(question, text[start : span.start], passage.language)


def _line_of(passage: Passage, span: Span) -> tuple[int, int]:
    """Return the span of the sentence of a span, or of its line where that has several."""
    start, end = _sentence_of(passage, span)
    if "\n" not in passage.view.text[start:end]:
        return start, end
    left, right = line_around(passage.view.text, span.start)
    return max(start, left), max(span.end, min(end, right))


def _choose_value(question: Question, passage: Passage, span: Span) -> Span:
    """Return a span with the value of its sentence, or of its cell, that is asked for."""
    words = (span.start, span.end)
    around = words if passage.columns else _line_of(passage, span)
    start, end = choose_value(question, passage.view.text, around, words, passage.language)
    return Span(start, end, span.score)


def _laid_out(question: Question, passage: Passage, read: Sequence[Span]) -> list[Span]:
    """Return the sentence on a code, the version, the heading, the hours and the list asked for.

    They lead what was read in the passage: their words are those of the question.
    """
    score = max(LAYOUT_SCORE, read[0].score + LAYOUT_LEAD)
    found = [
        find_definition(question, passage),
        find_version(question, passage),
        find_heading(question, passage),
        find_in_range(question, passage),
        find_on_day(question, passage),
        find_listed(question, passage),
    ]
    return [Span(*span, score) for span in found if span]


def _is_in_title(passage: Passage, span: Span) -> bool:
    """Return whether a span is in a line that is the title of its document and no more."""
    text = passage.view.text
    start, end = line_around(text, span.start)
    return text[start:end].strip() == passage.title.strip()


def is_heading(question: Question, passage: Passage, span: Span) -> bool:
    """Return whether a span is all words of a line above a text, as "Wet weather" is.

    It says what the text is about. A question that asks who, for a name, or which of several that
    the headings name, may ask for it.
    """
    text = passage.view.text
    start, end = line_around(text, span.start)
    is_alone = text[:start].rstrip(" ").endswith("\n\n") or not text[:start].strip()
    line = text[start:end]
    if not is_alone or text[end : end + 2] != "\n\n" or line.rstrip()[-1:] in (*".!:", ""):
        return False
    words = {word for word in folded_words(line) if word.isalpha()}
    has_figure = any(map(str.isdigit, _NUMBERING.sub("", line)))  # a date, an address, an amount
    if has_figure or not words or not words <= {*folded_words(text[span.start : span.end])}:
        return False
    if asks_who(question) or asks_name(question) or asks_topic(question):
        return False
    return find_heading(question, passage) != (span.start, span.end)


def group_candidates(candidates: Sequence[Candidate]) -> list[Group]:
    """Group candidates if the words of one are among those of the other.

    Leaves out candidates of articles and pronouns alone, which say nothing. Groups are in the
    order of their scores.
    """
    groups: list[list[Candidate]] = []
    words: list[frozenset[str]] = []
    for candidate in candidates:
        own = frozenset(normalise_answer(candidate.text))
        is_abbreviation = len(candidate.text) > 1 and candidate.text.isupper()
        if not own or (own <= PRONOUNS and not is_abbreviation):
            continue
        at = next((at for at, lead in enumerate(words) if own <= lead or lead <= own), None)
        if at is None:
            groups.append([candidate])
            words.append(own)
        else:
            groups[at].append(candidate)
    return _join_date([Group(tuple(group)) for group in groups])


def _join_date(groups: list[Group]) -> list[Group]:
    """Merge the best group with the other half of its date.

    If the month is in the neighbouring sentence and scored at most `YEAR_LEEWAY` higher, the year
    is shown first: alone, "January" says less than "2017".
    """
    for at, group in enumerate(groups[1:RIVALS], 1):
        first, other = groups[0].best, group.best
        if _is_rest_of_date(first, other):
            leads = (
                names_year(other.text)
                and first.score - other.score <= YEAR_LEEWAY
                and not share_sentence(*_spans_of(first, other))
            )
            joined = (*group.candidates, first) if leads else (*groups[0].candidates, other)
            return [Group(joined), *groups[1:at], *groups[at + 1 :]]
    return groups


def first_other(groups: Sequence[Group], rivals: Sequence[Group] = ()) -> Group | None:
    """Return the best group that is neither the first nor one of its `rivals`, if any."""
    return next((group for group in groups[1:] if group not in rivals), None)


def _is_rest_of_date(candidate: Candidate, other: Candidate) -> bool:
    """Return whether one is the year and the other its month."""
    return other.passage is candidate.passage and completes_date(*_spans_of(candidate, other))


def _spans_of(
    candidate: Candidate, other: Candidate
) -> tuple[str, tuple[int, int], tuple[int, int], str]:
    """Return the text of a passage, the spans of two candidates in it, and its language."""
    passage, one, two = candidate.passage, candidate.span, other.span
    return passage.view.text, (one.start, one.end), (two.start, two.end), passage.language


def weigh_evidence(
    group: Group, other: Group | None, question: Question, read: Sequence[Passage]
) -> dict[str, float]:
    """Return the evidence that a group is right, by the names that a calibration weighs.

    `other` is the best group with another answer, `read` all passages that were read. Across
    languages words rarely match, and each pair of languages shifts all cosines: hence `across` and
    `cosine across`.
    """
    best = group.best
    passage = best.passage
    across = float(crosses_languages(question.language, passage.language))
    cosine = passage.parts.cosine or 0.0
    ahead = group.score - other.score if other else MAX_AHEAD
    # If the passage states the answer several times, the reader splits its probability: add it up.
    here = [each.span.score for each in group.candidates if each.passage is passage]
    return {
        "margin": float(np.logaddexp.reduce(here)),
        "ahead": max(-MAX_AHEAD, min(MAX_AHEAD, ahead)),
        "score": passage.score,
        "rank": float(sum(_searched(each) > _searched(passage) for each in read)),
        "cosine": cosine,
        "lexical": passage.parts.lexical,
        "words": share_of_words(question, passage),
        "across": across,
        "cosine across": cosine * across,
        "unknown name": float(bool(question.unknown & question_names(question))),
    }


def _searched(passage: Passage) -> float:
    """Return the score that a passage had before the reader added its share."""
    return round(passage.score - passage.parts.reader, 6)


def share_of_words(question: Question, passage: Passage) -> float:
    """Return the share of the question's topical words in a passage or its context, 0 to 1.

    A word is there as it is, folded, or by its stem in the passage's language.
    """
    text = " ".join((passage.view.text, *passage.context))
    return _share(question.topical, text, passage.language)


@lru_cache(maxsize=512)  # a passage is weighed after each step of reading
def _share(topical: tuple[str, ...], text: str, language: str) -> float:
    """Return the share of the topical words of a question in a text of a language, 0 to 1."""
    folded = frozenset(folded_words(text))
    stems = frozenset(stemmed_words(text, language))
    found = sum(
        word in folded or not stems.isdisjoint(stemmed_words(word, language)) for word in topical
    )
    return found / max(1, len(topical))
