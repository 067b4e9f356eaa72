"""From read passages to one answer, to several that disagree, or to "not in your documents".

Knows passages, the spans that were read in them, and a calibration; nothing of models, nor of the
index. It quotes and never makes up a word.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from seedqa.index.language import UNKNOWN_LANGUAGE, crosses_languages
from seedqa.index.lexical import folded_words
from seedqa.retrieval.calibration import Calibration, sigmoid
from seedqa.retrieval.reader import Span
from seedqa.retrieval.sentences import (
    completes_date,
    names_year,
    sentence_around,
    share_sentence,
)
from seedqa.retrieval.types import LIKELY, Answer, Passage

#: The most that an answer can be ahead of the next, in the reader's logits.
MOST_AHEAD = 10.0
#: The most that an answer in a language is worth that the reader was not made for: unsure.
UNKNOWN_LANGUAGE_LIMIT = LIKELY - 0.01
#: Answers disagree where their sentences, without the answers, are at least this alike (cosine),
#: and they come from different documents.
SAME_STATEMENT = 0.8
#: Answers looked at for one that disagrees, or that has the year of a month, the best among them.
RIVALS = 4
#: How many logits better than its year a month can be read, and the year still lead.
YEAR_LEEWAY = 2.0
#: Articles that SQuAD's normalisation removes, for the seven languages.
_ARTICLES = """
    a an the le la les l un une des du der die das den dem ein eine el los las lo una il gli i uno
    o os as um uma de het een
"""
ARTICLES = frozenset(_ARTICLES.split())
#: Words that alone name nobody and nothing, without accents; none that is a name too: "it", "us",
#: "who", "eu", "io", "ella", "elle", "este".
_PRONOUNS = """
    i he she we you they him her them this that these those
    je nous vous ils elles lui eux leur cela ceci celui celle ceux celles
    ich du sie wir ihr ihn ihm ihnen dies dieser diese dieses
    yo nosotros ellos ellas ello esto eso esta estos estas
    egli noi voi essi esse esso loro questo questa questi queste quello quella
    ele eles elas isso isto
    ik jij hij zij wij hem hen dit dat deze
"""
PRONOUNS = frozenset(_PRONOUNS.split())

Encode = Callable[[list[str]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span with its passage; `score` is what candidates are chosen by."""

    passage: Passage
    span: Span
    score: float

    @property
    def text(self) -> str:
        """The words."""
        return self.passage.text[self.span.start : self.span.end]


@dataclass(frozen=True, slots=True)
class Group:
    """Candidates that say the same, the one that is shown first."""

    candidates: tuple[Candidate, ...]

    @property
    def best(self) -> Candidate:
        """The one that is shown."""
        return self.candidates[0]

    @property
    def score(self) -> float:
        """The greatest."""
        return max(candidate.score for candidate in self.candidates)

    @property
    def sources(self) -> int:
        """In how many documents it stands."""
        return len(
            {
                source
                for candidate in self.candidates
                for source in (candidate.passage.source, *candidate.passage.also_in)
            }
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the passages give for a question."""

    answers: tuple[Answer, ...] = ()
    """Best first; none where the confidence is below the threshold. More than one means that
    documents disagree: then the newest document's stands first."""
    confidence: float = 0.0
    """That of the best answer, shown or not."""
    evidence: Mapping[str, float] = field(default_factory=dict)
    """What speaks for the best answer, shown or not: what each term adds to the logarithm of the
    odds, by its name."""


def find_answers(
    passages: Sequence[Passage],
    spans: Sequence[Sequence[Span]],
    calibration: Calibration,
    encode: Encode,
    language: str,
    reader_languages: Collection[str],
) -> Outcome:
    """Return the answers, best first, or that there are none.

    `spans` are those of each passage; `encode` gives vectors of shape (n, dimension) for n texts;
    `language` is the question's.
    """
    groups = group_candidates(rank_candidates(passages, spans, calibration.passage_weight))
    if not groups:
        return Outcome()
    rivals = _find_rivals(groups, encode)
    other = first_other(groups, rivals)
    read = [passage for passage, found in zip(passages, spans, strict=True) if found]
    answers = []
    shown = (groups[0], *rivals)
    evidence = [weigh_evidence(group, other, language, read) for group in shown]
    shares = calibration.shares(evidence[0])
    for group, own in zip(shown, evidence, strict=True):
        confidence = calibration.probability(own)
        if group.best.passage.language not in (*reader_languages, UNKNOWN_LANGUAGE):
            confidence = min(confidence, UNKNOWN_LANGUAGE_LIMIT)
        answers.append(_quote(group.best, confidence, language))
    confidence = answers[0].confidence
    if confidence < calibration.threshold:
        return Outcome((), confidence, shares)
    kept = [answer for answer in answers if answer.confidence >= calibration.threshold]
    kept.sort(key=lambda answer: answer.date or "", reverse=True)
    return Outcome(tuple(kept), confidence, shares)


def rank_candidates(
    passages: Sequence[Passage], spans: Sequence[Sequence[Span]], passage_weight: float
) -> list[Candidate]:
    """Return every span, best first; of equals the better passage's, then the first."""
    found = [
        Candidate(passage, span, round(span.score + passage_weight * passage.score, 4))
        for passage, of_passage in zip(passages, spans, strict=True)
        for span in of_passage
    ]
    return sorted(found, key=lambda candidate: -candidate.score)


def group_candidates(candidates: Sequence[Candidate]) -> list[Group]:
    """Put together what says the same: the words of the one are among those of the other.

    What has no word but articles and pronouns says nothing, and is left out. Groups stand in the
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
    """Make one group of the best one and the other half of its date, and drop what else says that.

    The year leads a month of the sentence beside where the reader hardly prefers the month: alone,
    "January" tells less than "2017".
    """
    for at, group in enumerate(groups[1:RIVALS], 1):
        first, other = groups[0].best, group.best
        if _is_rest_of_date(first, other):
            leads = (
                names_year(other.text)
                and first.score - other.score <= YEAR_LEEWAY
                and not share_sentence(*_places(first, other))
            )
            joined = (*group.candidates, first) if leads else (*groups[0].candidates, other)
            return [Group(joined), *groups[1:at], *groups[at + 1 :]]
    return groups


def normalise_answer(text: str) -> list[str]:
    """Return the words of an answer as SQuAD compares them (Rajpurkar et al. 2016): lower case,
    without punctuation and articles; accents are folded too."""
    return [word for word in folded_words(text) if word not in ARTICLES]


def first_other(groups: Sequence[Group], rivals: Sequence[Group] = ()) -> Group | None:
    """Return the best group that says something else than the first and its `rivals`, if any."""
    return next((group for group in groups[1:] if group not in rivals), None)


def _is_rest_of_date(candidate: Candidate, other: Candidate) -> bool:
    """Return whether one is the year and the other its month."""
    return other.passage is candidate.passage and completes_date(*_places(candidate, other))


def _places(
    candidate: Candidate, other: Candidate
) -> tuple[str, tuple[int, int], tuple[int, int], str]:
    """Return the text of a passage, where in it two candidates stand, and its language."""
    passage, span, beside = candidate.passage, candidate.span, other.span
    return passage.text, (span.start, span.end), (beside.start, beside.end), passage.language


def weigh_evidence(
    group: Group, other: Group | None, language: str, read: Sequence[Passage]
) -> dict[str, float]:
    """Return what speaks for a group being right, by the names that a calibration weighs.

    `other` is the best that says something else, `language` the question's, `read` all passages
    that were read. Across languages hardly a word is shared, so that `lexical` says nothing there,
    and the reader takes more for an answer: these terms are weighed anew, and beside them how far
    the passage's cosine is above the mean of the others, as the languages of the pair shift all.
    """
    best = group.best
    passage = best.passage
    across = float(crosses_languages(language, passage.language))
    cosine = passage.parts.cosine or 0.0
    place = (passage.source, passage.start)
    others = [each.parts.cosine or 0.0 for each in read if (each.source, each.start) != place]
    lead = cosine - sum(others) / len(others) if others else 0.0
    ahead = group.score - other.score if other else MOST_AHEAD
    # The reader's probability is shared out among the places of a passage that say the same.
    here = [each.span.score for each in group.candidates if each.passage is passage]
    margin = float(np.logaddexp.reduce(here))
    return {
        "margin": margin,
        "ahead": max(-MOST_AHEAD, min(MOST_AHEAD, ahead)),
        "cosine": cosine,
        "lexical": passage.parts.lexical,
        "repeated": math.log(group.sources),
        "across": across,
        "margin across": margin * across,
        "cosine across": cosine * across,
        "lead across": lead * across,
    }


def reorder_passages(
    passages: Sequence[Passage], spans: Sequence[Sequence[Span]], share: float
) -> list[tuple[Passage, Sequence[Span]]]:
    """Return passages with their spans, in the order of their scores and what the reader adds.

    Passages that were not read stand at the end of `passages`, without spans of theirs in `spans`.
    """
    scored = []
    for number, passage in enumerate(passages):
        own = spans[number] if number < len(spans) else ()
        added = share * sigmoid(own[0].score) if own else 0.0
        parts = replace(passage.parts, reader=round(added, 6))
        score = round(passage.score + added, 6)
        scored.append((replace(passage, score=score, parts=parts), own))
    return sorted(scored, key=lambda item: -item[0].score)


def _find_rivals(groups: Sequence[Group], encode: Encode) -> list[Group]:
    """Return groups that answer otherwise, in a document of its own that says the same else."""
    best = groups[0]
    shape = _shape(best.best.text)
    own_sources = {candidate.passage.source for candidate in best.candidates}
    rivals = [
        group
        for group in groups[1:RIVALS]
        if group.best.span.score > 0
        and _shape(group.best.text) == shape
        and not own_sources & {candidate.passage.source for candidate in group.candidates}
    ]
    if not rivals or best.best.span.score <= 0:
        return []
    vectors = encode([_statement(group.best) for group in (best, *rivals)])
    cosines = vectors[1:] @ vectors[0]
    return [
        group
        for group, cosine in zip(rivals, cosines, strict=True)
        if float(cosine) >= SAME_STATEMENT
    ]


def _shape(text: str) -> bool:
    """Return whether an answer is told in figures: a year does not disagree with a name."""
    return any(char.isdigit() for char in text)


def _statement(candidate: Candidate) -> str:
    """Return the sentence of a candidate without the candidate's words."""
    text, span = candidate.passage.text, candidate.span
    start, end = sentence_around(text, span.start, span.end, candidate.passage.language)
    return f"{text[start : span.start]}…{text[span.end : end]}"


def _quote(candidate: Candidate, confidence: float, language: str) -> Answer:
    passage, span = candidate.passage, candidate.span
    known = passage.language if passage.language != UNKNOWN_LANGUAGE else language
    start, end = sentence_around(passage.text, span.start, span.end, known)
    return Answer(
        text=candidate.text,
        source=passage.source,
        start=passage.start + span.start,
        end=passage.start + span.end,
        line=passage.line_start + passage.text.count("\n", 0, span.start),
        confidence=confidence,
        sentence=passage.text[start:end],
        sentence_start=passage.start + start,
        sentence_end=passage.start + end,
        date=passage.date,
    )
