"""Read passages for an answer: the best ones, and the others unless those settle it.

Knows passages, the reader's spans and the verdict on them; nothing of models or of the index.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from seedqa.retrieval.answer import Verdict, find_answers, reorder_passages
from seedqa.retrieval.calibration import Calibration
from seedqa.retrieval.naming import are_twins
from seedqa.retrieval.question import Question
from seedqa.retrieval.reader import Span
from seedqa.retrieval.rivals import Encode
from seedqa.retrieval.types import Passage

#: Passages that are read first (docs/log/reader.md).
FIRST_COUNT = 3
#: Passages that are read at most.
READ_COUNT = 8
#: The confidence of an answer from which the other passages are not read.
SETTLED = 0.9

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

    The best `FIRST_COUNT` are read. The rest of the best `READ_COUNT` are read too unless there is
    one answer with a confidence of `SETTLED`, and no passage left that is alike but for a number
    or a name: that one may say something else.
    """
    spans: list[Sequence[Span]] = []
    for count in (FIRST_COUNT, READ_COUNT):
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
        if _is_settled(verdict, passages[: len(spans)], passages[len(spans) : READ_COUNT]):
            break
    return [passage for passage, _ in ordered], verdict


def _is_settled(verdict: Verdict, read: Sequence[Passage], unread: Sequence[Passage]) -> bool:
    """Return whether the passages that are not read would hardly change the verdict."""
    if not unread:
        return True
    if len(verdict.answers) != 1 or verdict.confidence < SETTLED:
        return False
    answer = verdict.answers[0]
    return not any(
        are_twins(passage, other)
        for passage in read
        if passage.source == answer.source and passage.start <= answer.start < passage.end
        for other in unread
    )
