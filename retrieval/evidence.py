"""Group the spans that say the same, and weigh what speaks for each group.

Knows passages and spans; knows nothing of models, nor of the index.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from seedqa.index.language import crosses_languages
from seedqa.retrieval.naming import names_of
from seedqa.retrieval.normalise import PRONOUNS, normalise_answer
from seedqa.retrieval.question import Question
from seedqa.retrieval.reader import Span
from seedqa.retrieval.sentences import (
    completes_date,
    names_year,
    share_sentence,
)
from seedqa.retrieval.types import Passage

#: The most that an answer can be ahead of the next, in the reader's logits.
MAX_AHEAD = 10.0


#: Answers looked at for one that disagrees, or that has the year of a month, the best among them.
RIVALS = 4


#: How many logits better than its year a month can be read, and the year still lead.
YEAR_LEEWAY = 2.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span of a passage as it is read; `score` is what candidates are chosen by."""

    passage: Passage
    span: Span
    score: float

    @property
    def text(self) -> str:
        """The words."""
        return self.passage.view.text[self.span.start : self.span.end]


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
    return passage.view.text, (span.start, span.end), (beside.start, beside.end), passage.language


def weigh_evidence(
    group: Group, other: Group | None, question: Question, read: Sequence[Passage]
) -> dict[str, float]:
    """Return what speaks for a group being right, by the names that a calibration weighs.

    `other` is the best that says something else, `read` all passages
    that were read. Across languages hardly a word is shared, so that `lexical` says nothing there,
    and the reader takes more for an answer: these terms are weighed anew, and beside them how far
    the passage's cosine is above the mean of the others, as the languages of the pair shift all.
    """
    best = group.best
    passage = best.passage
    across = float(crosses_languages(question.language, passage.language))
    cosine = passage.parts.cosine or 0.0
    place = (passage.source, passage.start)
    others = [each.parts.cosine or 0.0 for each in read if (each.source, each.start) != place]
    lead = cosine - sum(others) / len(others) if others else 0.0
    ahead = group.score - other.score if other else MAX_AHEAD
    # The reader's probability is shared out among the places of a passage that say the same.
    here = [each.span.score for each in group.candidates if each.passage is passage]
    margin = float(np.logaddexp.reduce(here))
    return {
        "margin": margin,
        "ahead": max(-MAX_AHEAD, min(MAX_AHEAD, ahead)),
        "cosine": cosine,
        "lexical": passage.parts.lexical,
        "repeated": math.log(group.sources),
        "across": across,
        "margin across": margin * across,
        "cosine across": cosine * across,
        "lead across": lead * across,
        "unknown": (1 - across) * len(question.unknown) / max(1, len(question.topical)),
        "unknown name": float(bool(question.unknown & names_of(question.text))),
    }
