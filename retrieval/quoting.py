"""Quote a candidate: its words, its sentence or row, and their exact spans in the document.

Knows a passage and how it is read; nothing of models or of the index.
"""

from __future__ import annotations

from seedqa.index.language import UNKNOWN_LANGUAGE
from seedqa.index.types import Edit
from seedqa.retrieval.evidence import Candidate
from seedqa.retrieval.layout.commands import command_around
from seedqa.retrieval.layout.lists import (
    asks_for_several,
    entries_around,
    enumeration_around,
    read_span,
    whole_span,
)
from seedqa.retrieval.layout.tables import line_around, row_around
from seedqa.retrieval.question import Question
from seedqa.retrieval.types import Answer, Item, Passage
from seedqa.retrieval.wording.sentences import sentence_around

Span = tuple[int, int]


def quote(candidate: Candidate, confidence: float, question: Question) -> Answer:
    """Return a candidate as an answer, its spans those of the characters in the document.

    A list is quoted whole where the question asks for several things, a command where it asks how.
    """
    passage, span = candidate.passage, candidate.span
    view = passage.view
    around = sentence_in_view(candidate, question)
    start, end = view.locate(span.start, span.end) or (0, 0)
    first, last = view.locate(*around) or (start, end)
    text = candidate.text
    if command := command_around(passage, start, end, question):
        start, end = command
        first, last = min(first, start), max(last, end)
        text = read_span(passage, start, end)
    items = _entries(passage, (start, end), (first, last), question)
    if items:
        start, end = whole_span(items)
        first, last = min(first, start), max(last, end)
        text = read_span(passage, start, end)
    is_row = bool(passage.columns)
    sentence = passage.text[first:last] if is_row else read_span(passage, first, last)
    return Answer(
        text=text,
        source=passage.source,
        start=passage.start + start,
        end=passage.start + end,
        line=passage.line_start + passage.text.count("\n", 0, start),
        confidence=confidence,
        sentence=sentence,
        sentence_start=passage.start + first,
        sentence_end=passage.start + last,
        offset=_offset_in(sentence, text, len(read_span(passage, first, start))),
        date=passage.date,
        normalised=_normalised(passage, start, end),
        table=row_around(passage, span.start) if is_row else None,
        items=tuple(
            Item(read_span(passage, left, right), passage.start + left, passage.start + right)
            for left, right in items
        ),
    )


def _offset_in(sentence: str, text: str, near: int) -> int | None:
    """Return where `text` begins in its sentence; `near` is the length of what is before it."""
    place = sentence.find(text, near)
    place = sentence.find(text) if place < 0 else place
    return place if place >= 0 else None


def sentence_in_view(candidate: Candidate, question: Question) -> Span:
    """Return the span of the sentence, or of the row of a table, in the reading view."""
    passage, span = candidate.passage, candidate.span
    text = passage.view.text
    if passage.columns:
        return line_around(text, span.start)
    known = passage.language if passage.language != UNKNOWN_LANGUAGE else question.language
    return sentence_around(text, span.start, span.end, known)


def _entries(passage: Passage, words: Span, sentence: Span, question: Question) -> tuple[Span, ...]:
    """Return the spans of the entries where the answer is a list, from the passage's start."""
    if passage.columns:
        return ()
    entries = entries_around(passage, *words, question)
    if entries or not asks_for_several(question.text):
        return entries
    return enumeration_around(passage.text, *words, sentence)


def _normalised(passage: Passage, start: int, end: int) -> tuple[Edit, ...]:
    """Return the edits within the answer, by offsets of the document."""
    return tuple(
        Edit(edit.start + passage.start, edit.end + passage.start, edit.replacement)
        for edit in passage.edits
        if edit.start < edit.end
        and start <= edit.start
        and edit.end <= end
        and (edit.replacement != " " or passage.text[edit.start : edit.end].strip())
    )
