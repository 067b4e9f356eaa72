"""Which answers belong to the document that a question names, and which documents differ.

Knows groups of candidates and the question; nothing of models but how texts are encoded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from seedqa.retrieval.evidence import RIVALS, Candidate, Group
from seedqa.retrieval.question import Question
from seedqa.retrieval.quoting import sentence_in_view
from seedqa.retrieval.types import Passage
from seedqa.retrieval.wording.months import (
    fits_months,
    is_dated,
    is_dated_otherwise,
    is_in_other_entry,
    months_named,
)
from seedqa.retrieval.wording.naming import (
    are_twins,
    figures_of,
    fits,
    fits_where,
    named_by,
    names_of,
    words_in,
)
from seedqa.retrieval.wording.roles import Around, is_of_other_role, roles_asked, roles_of
from seedqa.retrieval.wording.sentences import sentence_around

#: Answers differ where their sentences, without the answers, are at least this alike (cosine),
#: and they come from different documents.
SAME_STATEMENT = 0.8

Encode = Callable[[list[str]], NDArray[np.float32]]


def choose_named(groups: Sequence[Group], question: Question) -> tuple[list[Group], bool]:
    """Return groups with those first that fit what the question names, and whether any does.

    Years, codes and versions must be in the passage or where it belongs, and a month if others are
    there; of entries that begin with dates, those of the month. Of passages that are alike but for
    what tells them apart, the one that has more of the question's words leads.
    """
    named, months = named_by(question.text), months_named(question)
    groups = _prefer_role(_prefer_figures(groups, question), question)
    fitting = [
        None if is_elsewhere else _fitting(group, named, months)
        for group, is_elsewhere in zip(groups, _dated_elsewhere(groups, months), strict=True)
    ]
    kept = [group for group in fitting if group]
    if not kept:
        return list(groups), not named and not months
    rest = [group for group, own in zip(groups, fitting, strict=True) if own is None]
    return _lead_by_words(kept, question) + rest, True


def _dated_elsewhere(groups: Sequence[Group], months: frozenset[int]) -> list[bool]:
    """Return for each group whether its document is dated otherwise, and another one's so.

    The minutes of June mention those of March, and are not them.
    """
    if not months:
        return [False] * len(groups)
    best = [group.best for group in groups]
    if not any(is_dated(one.passage, months) for one in best):
        return [False] * len(groups)
    return [is_dated_otherwise(one.passage, months, one.span.end) for one in best]


def _prefer_figures(groups: Sequence[Group], question: Question) -> list[Group]:
    """Return groups with the twins of the first in front that have all figures of the question."""
    figures = figures_of(question.text)
    if not figures or not groups:
        return list(groups)
    best = groups[0].best.passage
    for test in (fits_where, fits):  # what a document is called says more than what it mentions
        if test(best, figures):
            return list(groups)
        front = [
            group
            for group in groups
            if test(group.best.passage, figures) and are_twins(best, group.best.passage)
        ]
        if front:
            return [*front, *(group for group in groups if group not in front)]
    return list(groups)


def _prefer_role(groups: Sequence[Group], question: Question) -> list[Group]:
    """Return groups with the first that is in the role asked for in front, if the best is not.

    Those in other roles are left out then.
    """
    if not groups or not is_in_other_role(groups[0].best, question):
        return list(groups)
    asked = {*roles_asked(question)}
    front = [group for group in groups if asked & {*roles_of(_around(group.best, question))}]
    if not front:
        return list(groups)
    rest = [
        group
        for group in groups
        if group not in front and not is_in_other_role(group.best, question)
    ]
    return [*front, *rest]


def is_in_other_role(candidate: Candidate, question: Question) -> bool:
    """Return whether a question asks who is in a role, and a candidate is given another one."""
    asked = roles_asked(question)
    return bool(asked) and is_of_other_role(asked, _around(candidate, question))


def _around(candidate: Candidate, question: Question) -> Around:
    """Return a candidate in its sentence, with what is before and after it."""
    passage, span = candidate.passage, candidate.span
    text = passage.view.text
    first, last = sentence_in_view(candidate, question)
    start, end = span.start - first, span.end - first
    return Around(text[first:last], start, end, text[:first], text[last:], passage.context)


def _fitting(group: Group, named: frozenset[str], months: frozenset[int]) -> Group | None:
    """Return a group with the candidates first whose passage fits, or None where none does."""
    if not named and not months:
        return group
    inside = [
        each
        for each in group.candidates
        if fits(each.passage, named)
        and fits_months(each.passage, months)
        and not is_in_other_entry(each.passage, each.span.start, months)
    ]
    outside = [each for each in group.candidates if each not in inside]
    return Group((*inside, *outside)) if inside else None


def _lead_by_words(groups: list[Group], question: Question) -> list[Group]:
    """Return groups, the best twin of the first in front."""
    best = groups[0].best.passage
    twins = [
        group
        for group in groups[:RIVALS]
        if group is groups[0] or are_twins(best, group.best.passage)
    ]
    lead = max(twins, key=lambda group: len(shared_words(group.best.passage, question)))
    if len(shared_words(lead.best.passage, question)) == len(shared_words(best, question)):
        return groups
    return [lead, *(group for group in groups if group is not lead)]


def find_rivals(groups: Sequence[Group], question: Question, encode: Encode) -> list[Group]:
    """Return groups with a different answer from a different document about the same thing.

    Either their passages are alike but for what tells them apart, or their sentences are, without
    the answers. What the question names must not tell them apart.
    """
    best = groups[0]
    if best.best.span.score <= 0:
        return []
    has_digits = _has_digits(best.best.text)
    shared = shared_words(best.best.passage, question)
    figures = figures_of(question.text)
    own_sources = {candidate.passage.source for candidate in best.candidates}
    rivals = [
        group
        for group in groups[1:RIVALS]
        if group.best.span.score > 0
        and _has_digits(group.best.text) == has_digits
        and fits(group.best.passage, figures) == fits(best.best.passage, figures)
        and fits_where(group.best.passage, figures) == fits_where(best.best.passage, figures)
        and not own_sources & {candidate.passage.source for candidate in group.candidates}
    ]
    twins = [
        group
        for group in rivals
        if are_twins(best.best.passage, group.best.passage)
        and shared_words(group.best.passage, question) == shared
    ]
    others = [group for group in rivals if group not in twins]
    named = names_of(question.text) & shared
    others = [each for each in others if named <= shared_words(each.best.passage, question)]
    same = [*twins, *_same_statements(best, others, encode)]
    return [group for group in rivals if group in same]


def shared_words(passage: Passage, question: Question) -> frozenset[str]:
    """Return the topical words of the question that a passage has, or where it belongs."""
    where = " ".join((*passage.context, passage.source, passage.date or ""))
    known = words_in(passage.view.text) | words_in(where)
    return frozenset(word for word in question.topical if word in known)


def _same_statements(best: Group, others: Sequence[Group], encode: Encode) -> list[Group]:
    """Return the groups whose sentence says the same about the same thing."""
    statement = statement_of(best.best)
    alike = [
        (group, own)
        for group in others
        if _is_about_the_same(statement, own := statement_of(group.best))
    ]
    if not alike:
        return []
    vectors = encode([statement, *(own for _, own in alike)])
    cosines = vectors[1:] @ vectors[0]
    return [
        group
        for (group, _), cosine in zip(alike, cosines, strict=True)
        if float(cosine) >= SAME_STATEMENT
    ]


def _is_about_the_same(statement: str, other: str) -> bool:
    """Return whether two statements have the same figures, and no names of their own each."""
    left, right = names_of(statement), names_of(other)
    return figures_of(statement) == figures_of(other) and (left <= right or right <= left)


def statement_of(candidate: Candidate) -> str:
    """Return the sentence of a candidate without the candidate's words."""
    text, span = candidate.passage.view.text, candidate.span
    start, end = sentence_around(text, span.start, span.end, candidate.passage.language)
    return f"{text[start : span.start]}…{text[span.end : end]}"


def _has_digits(text: str) -> bool:
    """Return whether an answer has figures: a year does not disagree with a name."""
    return any(char.isdigit() for char in text)
