"""Tell whether the words around an answer are about something else than the question.

"Who restored the portrait?" is not answered by who restored the clock, though both are in one
passage, in a paragraph each. Knows passages and questions; nothing of models or of the index.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from seedqa.index.language import UNKNOWN_LANGUAGE
from seedqa.index.lexical import word_forms
from seedqa.retrieval.layout.lists import MAX_HEADING_CHARS
from seedqa.retrieval.question import Question
from seedqa.retrieval.types import Passage
from seedqa.retrieval.wording.naming import question_names

Span = tuple[int, int]


def words_elsewhere(
    question: Question, passage: Passage, sentence: Span, passages: Sequence[Passage]
) -> frozenset[str]:
    """Return the topical words of a question that a document has, but not near the answer.

    Near are its paragraph up to the end of its sentence, the headings above and the title, and the
    first line of the passage if that may be a heading. Of the document is known what was found of
    it, among `passages`. Only within one language, and not in tables.
    """
    if passage.columns or question.language not in (passage.language, UNKNOWN_LANGUAGE):
        return frozenset()
    text, language = passage.view.text, passage.language
    start = max(0, text.rfind("\n\n", 0, sentence[0]))
    head = text.partition("\n")[0]
    head = head if len(head) <= MAX_HEADING_CHARS else ""
    headings = (head, *_headings_above(text[:start]), passage.title, *passage.context)
    here = word_forms(text[start : sentence[1]], *headings, language=language)
    lacking = [(word, word_forms(word, language=language)) for word in question.topical]
    lacking = [(word, forms) for word, forms in lacking if here.isdisjoint(forms)]
    if not lacking:
        return frozenset()
    there = word_forms(text[:start], text[sentence[1] :], language=language)
    others = [_forms(each.view.text, language) for each in passages if _is_beside(each, passage)]
    return frozenset(
        word
        for word, forms in lacking
        if not all(forms.isdisjoint(known) for known in (there, *others))
    )


def _headings_above(text: str) -> list[str]:
    """Return the last lines that are alone between blank lines and may be headings."""
    found: list[str] = []
    for block in reversed(text.split("\n\n")):
        line = block.strip()
        if line and "\n" not in line and len(line) <= MAX_HEADING_CHARS and line[-1] not in ".!?":
            found.append(line)
        elif found and line:
            break
    return found


@lru_cache(maxsize=256)  # each answer is compared with the same passages
def _forms(text: str, language: str) -> frozenset[str]:
    return frozenset(word_forms(text, language=language))


def _is_beside(other: Passage, passage: Passage) -> bool:
    """Return whether another passage is of the same document, and of prose."""
    return other is not passage and other.source == passage.source and not other.columns


def names_somebody_else(question: Question, elsewhere: Iterable[str]) -> bool:
    """Return whether names of the question are among words, and all of its names."""
    names = question_names(question)
    return bool(names) and names <= set(elsewhere)
