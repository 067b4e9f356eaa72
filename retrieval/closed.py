"""Say which parts of a passage no answer may touch, before it is read.

Knows passages and questions; nothing of the index or of models.
"""

from __future__ import annotations

from collections.abc import Sequence

from seedqa.index.lexical import folded_words
from seedqa.retrieval.lists import closed_entries
from seedqa.retrieval.question import Question
from seedqa.retrieval.tables import closed_rows
from seedqa.retrieval.types import Passage

Span = tuple[int, int]


def closed_spans(passages: Sequence[Passage], question: Question) -> list[tuple[Span, ...]]:
    """Return for each passage the spans of its reading view that no answer may touch."""
    return [
        (*rows, *closed_entries(passage, question), *closed_headings(passage, question))
        for passage, rows in zip(passages, closed_rows(passages, question), strict=True)
    ]


def closed_headings(passage: Passage, question: Question) -> list[Span]:
    """Return the lines that begin a passage and only name what the question is about.

    Those are the title of the document if it has a topical word of the question, and lines that
    have no other words than the question.
    """
    closed: list[Span] = []
    text = passage.view.text
    start = 0
    while (end := text.find("\n\n", start)) > 0:
        line = text[start:end]
        words = set(folded_words(line))
        is_title = line.strip() == passage.title.strip() and bool(words & set(question.topical))
        if "\n" in line or not (is_title or words <= set(question.words)):
            break
        closed.append((start, end))
        start = end + 2
    return closed
