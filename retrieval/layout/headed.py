"""Find the heading that names the one of several that a question asks for.

"Which flat has a balcony?" is answered by "Flat 14", above what is said of its balcony. Knows
questions and passages; nothing of the index or of models.
"""

from __future__ import annotations

from seedqa.index.language import UNKNOWN_LANGUAGE
from seedqa.index.lexical import folded_words, word_forms
from seedqa.retrieval.layout.lists import MAX_HEADING_CHARS
from seedqa.retrieval.question import Question
from seedqa.retrieval.types import Passage
from seedqa.retrieval.wording.asking import asked_thing

Span = tuple[int, int]

#: Of as many topical words one may be missing: often the verb.
MAY_LACK_OF = 3


def find_heading(question: Question, passage: Passage) -> Span | None:
    """Return the first line of a passage if it names what is asked for, or None.

    It has the noun that the question asks for and another word, and what is below it has what the
    question says of it. Only within one language.
    """
    thing = asked_thing(question)
    text = passage.view.text
    heading, _, below = text.partition("\n")
    if (
        not thing
        or not below.strip()
        or passage.columns
        or question.language not in (passage.language, UNKNOWN_LANGUAGE)
    ):
        return None
    language = passage.language
    named = word_forms(heading, language=language)
    forms = word_forms(thing, language=language)
    is_heading = len(heading) <= MAX_HEADING_CHARS and not heading.rstrip().endswith((".", ":"))
    if not is_heading or named.isdisjoint(forms):
        return None
    if all(forms & word_forms(word, language=language) for word in folded_words(heading)):
        return None  # "Rooms" names none of them
    told = [
        wanted
        for word in question.topical
        if not (wanted := word_forms(word, language=language)) & forms
    ]
    known = word_forms(below, language=language)
    missing = sum(known.isdisjoint(wanted) for wanted in told)
    if not told or missing > (len(told) >= MAY_LACK_OF):
        return None
    start = len(heading) - len(heading.lstrip())
    return start, len(heading.rstrip())
