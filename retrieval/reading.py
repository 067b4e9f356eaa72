"""Read passages for an answer: the best ones, and the others unless those decide it.

Knows passages, the reader's spans and the verdict on them; nothing of models or of the index.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from seedqa.retrieval.answer import Verdict, find_answers, reorder_passages
from seedqa.retrieval.calibration import Calibration
from seedqa.retrieval.question import Question
from seedqa.retrieval.reader import Span
from seedqa.retrieval.rivals import Encode, shared_words
from seedqa.retrieval.types import Passage
from seedqa.retrieval.wording.naming import are_twins

#: Passages that are read first, in all after a second step, and at most.
FIRST_COUNT, SECOND_COUNT, READ_COUNT = 3, 5, 8
#: After each step but the last, the confidence below which the rest is not read.
HOPELESS = {FIRST_COUNT: 0.02, SECOND_COUNT: 0.1}
#: And the confidence of an answer from which the rest is not read (docs/log/reader.md).
SETTLED = {FIRST_COUNT: 0.9, SECOND_COUNT: 0.7}

Read = Callable[[int, int], Sequence[Sequence[Span]]]
"""Reads the passages of a question from one number to another, and gives the spans of each."""


def read_for_answer(
    question: Question,
    passages: Sequence[Passage],
    read: Read,
    calibration: Calibration,
    encode: Encode,
    reader_languages: Collection[str],
) -> tuple[list[Passage], Verdict]:
    """Return the passages, those first that hold an answer by the reader, and the verdict.

    Passages are read best first, until the verdict on them is clear (`_is_settled`,
    `_is_hopeless`) or the best `READ_COUNT` are read.
    """
    spans: list[Sequence[Span]] = []
    for count in (FIRST_COUNT, SECOND_COUNT, READ_COUNT):
        spans += read(len(spans), min(count, len(passages)))
        ordered = reorder_passages(passages, spans, calibration.reader_share)
        verdict = find_answers(
            question,
            [passage for passage, _ in ordered],
            [of_passage for _, of_passage in ordered],
            calibration,
            encode,
            reader_languages,
        )
        known, unread = passages[:count], passages[count:READ_COUNT]
        if not unread or _is_settled(verdict, known, unread):
            break
        if verdict.confidence < HOPELESS[count] and _is_hopeless(question, known, unread):
            break
    return [passage for passage, _ in ordered], verdict


def _is_settled(verdict: Verdict, read: Sequence[Passage], unread: Sequence[Passage]) -> bool:
    """Return whether there is one answer that the unread passages would hardly contradict.

    A passage that is alike but for a number or a name may say something else.
    """
    if len(verdict.answers) != 1 or verdict.confidence < SETTLED[len(read)]:
        return False
    answer = verdict.answers[0]
    return not any(
        are_twins(passage, other)
        for passage in read
        if passage.source == answer.source and passage.start <= answer.start < passage.end
        for other in unread
    )


def _is_hopeless(question: Question, read: Sequence[Passage], unread: Sequence[Passage]) -> bool:
    """Return whether those read differ, and have all words of the question that the unread have.

    Copies that are alike but for a number or a name count as one passage.
    """
    different = [
        passage
        for number, passage in enumerate(read)
        if not any(are_twins(passage, other) for other in read[:number])
    ]
    if len(different) < FIRST_COUNT:
        return False
    known = frozenset[str]().union(*(shared_words(passage, question) for passage in read))
    return all(shared_words(passage, question) <= known for passage in unread)
