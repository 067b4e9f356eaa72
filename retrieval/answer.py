"""From read passages to one answer, to several that disagree, or to "not in your documents".

Knows passages, the spans that were read in them, and a calibration; nothing of models, nor of the
index. It quotes and never makes up a word.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from seedqa.index.language import UNKNOWN_LANGUAGE
from seedqa.index.types import Edit
from seedqa.retrieval.calibration import Calibration, sigmoid
from seedqa.retrieval.evidence import (
    RIVALS,
    Candidate,
    Group,
    first_other,
    group_candidates,
    rank_candidates,
    weigh_evidence,
)
from seedqa.retrieval.reader import Span
from seedqa.retrieval.sentences import (
    sentence_around,
)
from seedqa.retrieval.tables import line_around, row_around
from seedqa.retrieval.types import LIKELY, Answer, Passage

#: The most that an answer in a language is worth that the reader was not made for: unsure.
UNKNOWN_LANGUAGE_LIMIT = LIKELY - 0.01


#: Answers disagree where their sentences, without the answers, are at least this alike (cosine),
#: and they come from different documents.
SAME_STATEMENT = 0.8


Encode = Callable[[list[str]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Verdict:
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
) -> Verdict:
    """Return the answers, best first, or that there are none.

    `spans` are those of each passage; `encode` gives vectors of shape (n, dimension) for n texts;
    `language` is the question's.
    """
    groups = group_candidates(rank_candidates(passages, spans, calibration.passage_weight))
    if not groups:
        return Verdict()
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
        return Verdict((), confidence, shares)
    kept = [answer for answer in answers if answer.confidence >= calibration.threshold]
    kept.sort(key=lambda answer: answer.date or "", reverse=True)
    return Verdict(tuple(kept), confidence, shares)


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
    text, span = candidate.passage.view.text, candidate.span
    start, end = sentence_around(text, span.start, span.end, candidate.passage.language)
    return f"{text[start : span.start]}…{text[span.end : end]}"


def _quote(candidate: Candidate, confidence: float, language: str) -> Answer:
    """Return a candidate as an answer, its spans those of the characters in the document."""
    passage, span = candidate.passage, candidate.span
    view = passage.view
    known = passage.language if passage.language != UNKNOWN_LANGUAGE else language
    if passage.columns:
        around = line_around(view.text, span.start)
    else:
        around = sentence_around(view.text, span.start, span.end, known)
    start, end = view.locate(span.start, span.end) or (0, 0)
    first, last = view.locate(*around) or (start, end)
    return Answer(
        text=candidate.text,
        source=passage.source,
        start=passage.start + start,
        end=passage.start + end,
        line=passage.line_start + passage.text.count("\n", 0, start),
        confidence=confidence,
        sentence=passage.text[first:last] if passage.columns else view.text[slice(*around)],
        sentence_start=passage.start + first,
        sentence_end=passage.start + last,
        date=passage.date,
        normalised=tuple(
            Edit(edit.start + passage.start, edit.end + passage.start, edit.replacement)
            for edit in passage.edits
            if edit.start < edit.end and start <= edit.start and edit.end <= end
        ),
        table=row_around(passage, span.start) if passage.columns else None,
    )
