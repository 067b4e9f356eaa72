"""Tell whether the value of a field was taken where the question names another one, or none.

    half board: breakfast only, no dinner
    total: 480 euros

"What does the dinner cost?" is hardly answered by the total. Knows passages and questions.
"""

from __future__ import annotations

import re

from seedqa.index.language import UNKNOWN_LANGUAGE
from seedqa.index.lexical import word_forms
from seedqa.index.patterns import lazy_pattern
from seedqa.retrieval.layout.tables import line_around
from seedqa.retrieval.question import Question
from seedqa.retrieval.types import Passage
from seedqa.retrieval.wording.naming import question_names

#: A longer name of a field is the beginning of a sentence.
MAX_KEY_CHARS = 40
#: A value below the name of what it belongs to, on a line of its own: "84 EUR".
_BARE_VALUE = lazy_pattern(r"\s*[€$£]?[ \u00a0]?\d[^:\n]{0,24}$", re.MULTILINE)
_FIELD = lazy_pattern(rf"\s*(?:[-*•+–]\s+)?[^\W\d_][^:\n]{{0,{MAX_KEY_CHARS}}}:[ \u00a0]+\S")


def says_another_field(question: Question, passage: Passage, at: int) -> bool:
    """Return whether no word of the question is in the field at an offset, but some are beside it.

    The fields beside it are the lines around it that are fields too; its own line may be a value
    alone. Names do not count: they may tell whose fields these are. Only within one language.
    """
    if passage.columns or question.language not in (passage.language, UNKNOWN_LANGUAGE):
        return False
    text = passage.view.text
    own = line_around(text, at)
    if not (_FIELD.match(text, *own) or _BARE_VALUE.match(text, *own)):
        return False
    names = question_names(question)
    words = [word for word in question.topical if word not in names]
    asked = word_forms(*words, language=passage.language) if words else set()
    return not _shares(text, own, asked, passage.language) and any(
        _shares(text, line, asked, passage.language) for line in _beside(text, own)
    )


def names_no_field(question: Question, passage: Passage, at: int) -> bool:
    """Return whether an offset is in the value of a field that the question does not name.

    And some word of the question, which is no name, is neither in the passage nor above it: "When
    is Nils on holiday?" hardly asks for "days: Monday to Friday". Only within one language.
    """
    language = passage.language
    if passage.columns or question.language != language:
        return False
    text = passage.view.text
    own = line_around(text, at)
    if not _FIELD.match(text, *own):
        return False
    names = question_names(question)
    asked = [word_forms(word, language=language) for word in question.topical if word not in names]
    key = word_forms(text[slice(*own)].partition(":")[0], language=language)
    if any(not forms.isdisjoint(key) for forms in asked):
        return False
    known = word_forms(text, passage.title, *passage.context, language=language)
    return any(forms.isdisjoint(known) for forms in asked)


def _beside(text: str, own: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the lines above and below a line, as far as they are fields."""
    found = []
    line = own
    while line[0] > 0 and _FIELD.match(text, *(line := line_around(text, line[0] - 1))):
        found.append(line)
    line = own
    while line[1] < len(text) and _FIELD.match(text, *(line := line_around(text, line[1] + 1))):
        found.append(line)
    return found


def _shares(text: str, line: tuple[int, int], asked: set[str], language: str) -> bool:
    return not asked.isdisjoint(word_forms(text[slice(*line)], language=language))
