"""Say which parts of a passage no answer may touch, before it is read.

Knows passages and questions; nothing of the index or of models.
"""

from __future__ import annotations

from collections.abc import Sequence

from seedqa.index.lexical import folded_words
from seedqa.retrieval.layout.lists import MAX_HEADING_CHARS, asks_how_to, closed_entries
from seedqa.retrieval.layout.table_rows import closed_rows
from seedqa.retrieval.question import Question
from seedqa.retrieval.types import Passage

Span = tuple[int, int]


def closed_spans(passages: Sequence[Passage], question: Question) -> list[tuple[Span, ...]]:
    """Return for each passage the spans of its reading view that no answer may touch."""
    return [
        (
            *rows,
            *closed_entries(passage, question),
            *closed_headings(passage, question),
            *closed_questions(passage),
        )
        for passage, rows in zip(passages, closed_rows(passages, question), strict=True)
    ]


def closed_questions(passage: Passage) -> list[Span]:
    """Return the lines of a passage that ask themselves: "Who pays?", "How to get there".

    They begin a paragraph, as in a list of questions and answers; what follows answers.
    """
    closed: list[Span] = []
    start, begins = 0, True
    for line in passage.view.text.split("\n"):
        end = start + len(line)
        is_heading = begins and len(line) <= MAX_HEADING_CHARS and line[-1:] != "."
        if is_heading and (line.endswith("?") or asks_how_to(line)):
            closed.append((start, end))
        start, begins = end + 1, not line.strip()
    return closed


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
