"""From read passages to one answer, to several that disagree, or to "not in your documents".

Knows passages, the spans that were read in them, and a calibration; nothing of models, nor of the
index. It quotes and never makes up a word.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from seedqa.retrieval.calibration import Calibration, sigmoid
from seedqa.retrieval.changes import find_change
from seedqa.retrieval.doubts import limit_of
from seedqa.retrieval.evidence import (
    Candidate,
    Group,
    first_other,
    group_candidates,
    is_reversed,
    rank_candidates,
    weigh_evidence,
)
from seedqa.retrieval.layout.table_cells import names_empty_cell
from seedqa.retrieval.question import Question
from seedqa.retrieval.quoting import quote, sentence_in_view
from seedqa.retrieval.reader import Span
from seedqa.retrieval.rivals import Encode, choose_named, find_rivals, is_in_other_role
from seedqa.retrieval.types import SURE, Answer, Passage
from seedqa.retrieval.wording.asking import (
    has_negation,
    is_of_wrong_kind,
    is_search,
    lacks_negation,
    only_repeats,
)
from seedqa.retrieval.wording.naming import is_of_another_twin, tell_apart
from seedqa.retrieval.wording.sentences import YEAR

#: Spans with less confidence are not worth a mark in their passage (docs/log/confidence.md).
MIN_CANDIDATE = 0.05
MAX_CANDIDATES = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the passages give for a question."""

    answers: tuple[Answer, ...] = ()
    """Best first; none where the confidence is below the threshold. More than one means that
    documents disagree: then the newest document's is first."""
    confidence: float = 0.0
    """That of the best answer, shown or not."""
    threshold: float = 0.0
    """The confidence from which there is an answer: bare keywords have one only if it is sure."""
    candidates: tuple[Answer, ...] = ()
    """Where there is no answer: the likeliest words, best first."""
    evidence: Mapping[str, float] = field(default_factory=dict)
    """What speaks for the best answer, shown or not: what each term adds to the logarithm of the
    odds, by its name."""


def find_answers(
    question: Question,
    passages: Sequence[Passage],
    spans: Sequence[Sequence[Span]],
    calibration: Calibration,
    encode: Encode,
    reader_languages: Collection[str],
) -> Verdict:
    """Return the answers, best first, or that there are none.

    `spans` are those of each passage, as it is read; `encode` gives vectors of shape
    (n, dimension) for n texts. A question that names a year, a code or a version is answered from
    a passage that has it, or not at all.
    """
    ranked = rank_candidates(question, passages, spans, calibration.passage_weight)
    groups, is_named = choose_named(group_candidates(ranked), question)
    threshold = max(calibration.threshold, SURE if is_search(question) else 0.0)
    if not groups:
        return Verdict(threshold=threshold)
    groups, limit = find_change(groups, question, passages)
    rivals = find_rivals(groups, question, encode)
    other = first_other(groups, rivals)
    read = [passage for passage, found in zip(passages, spans, strict=True) if found]

    def confidence_in(group: Group, against: Group | None) -> float:
        confidence = calibration.probability(weigh_evidence(group, against, question, read))
        confidence = min(confidence, limit)
        passage = group.best.passage
        confidence = min(confidence, limit_of(group.best, question, passages, reader_languages))
        is_other = is_of_another_twin(question, passage, passages)
        is_empty = bool(passage.columns) and names_empty_cell(question, passage)
        if not is_named or is_other or is_empty or _can_hardly_answer(group.best, question):
            confidence = min(confidence, max(0.0, threshold - 0.01))
        return confidence

    shares = calibration.shares(weigh_evidence(groups[0], other, question, read))
    weighed = [(group, confidence_in(group, other)) for group in (groups[0], *rivals)]
    confidence = weighed[0][1]
    if confidence >= threshold:
        kept = [
            (quote(group.best, own, question), group.best.passage)
            for group, own in weighed
            if own >= threshold
        ]
        return Verdict(_newest_first(kept), confidence, threshold, evidence=shares)
    others = groups[1:MAX_CANDIDATES]
    likeliest = [weighed[0], *((group, confidence_in(group, groups[0])) for group in others)]
    candidates = [
        quote(group.best, own, question)
        for group, own in likeliest
        if own >= MIN_CANDIDATE and is_named
    ]
    return Verdict((), confidence, threshold, tuple(candidates), shares)


def _can_hardly_answer(candidate: Candidate, question: Question) -> bool:
    """Return whether words are of the wrong kind, repeat the question, or say what is not asked."""
    passage = candidate.passage
    if is_of_wrong_kind(candidate.text, passage.language, question):
        return True
    if only_repeats(candidate.text, passage.language, question):
        return True
    if is_reversed(passage, candidate.span, question):
        return True
    if is_in_other_role(candidate, question):
        return True
    if not has_negation(question):
        return False
    text = passage.view.text
    start, end = sentence_in_view(candidate, question)
    leads = (line for line in text[:start].splitlines() if not line.rstrip().endswith("."))
    above = "\n".join((*passage.context, *leads))
    return lacks_negation(text[start:end], candidate.text, above)


def _newest_first(kept: Sequence[tuple[Answer, Passage]]) -> tuple[Answer, ...]:
    """Return answers, the newest document's first, each with what tells its document apart."""
    if len(kept) < 2:
        return tuple(answer for answer, _ in kept)
    told = tell_apart([passage for _, passage in kept])
    answers = [replace(answer, differs_by=by) for (answer, _), by in zip(kept, told, strict=True)]
    answers.sort(key=_newness, reverse=True)
    return tuple(answers)


def _newness(answer: Answer) -> tuple[str, list[int]]:
    """Return what orders documents: a date or a year, then the numbers of a version."""
    told = answer.differs_by or ""
    year = re.search(YEAR, told)
    date = answer.date or (year.group() if year else "")
    return date, [int(number) for number in re.findall(r"\d{1,9}", told)]


def reorder_passages(
    passages: Sequence[Passage], spans: Sequence[Sequence[Span]], share: float
) -> list[tuple[Passage, Sequence[Span]]]:
    """Return passages with their spans, in the order of their scores and what the reader adds.

    Passages that were not read are at the end of `passages`, without spans in `spans`.
    """
    scored = []
    for number, passage in enumerate(passages):
        own = spans[number] if number < len(spans) else ()
        added = share * sigmoid(own[0].score) if own else 0.0
        parts = replace(passage.parts, reader=round(added, 6))
        score = round(passage.score + added, 6)
        scored.append((replace(passage, score=score, parts=parts), own))
    return sorted(scored, key=lambda item: -item[0].score)
