"""Tell whether a text says that there is none of what it would answer, or keeps within a limit.

"Where are the seats?" is not answered by "there are no seats", nor the price of a hotel outside
the country by that of a hotel elsewhere in it. Knows words of the seven languages, folded; nothing
of models or of the index.
"""

from __future__ import annotations

from collections.abc import Mapping

from seedqa.index.lexical import folded_words
from seedqa.retrieval.question import Question
from seedqa.retrieval.wording.asking import has_negation

#: By language: what right before a thing says that there is none of it.
_NONE: Mapping[str, frozenset[str]] = {
    "en": frozenset({"no", "without"}),
    "fr": frozenset({"aucun", "aucune", "sans"}),
    "de": frozenset({"kein", "keine", "keinen", "keinem", "keiner", "keines", "ohne"}),
    "es": frozenset({"ningun", "ninguna", "sin"}),
    "it": frozenset({"nessun", "nessuno", "nessuna", "senza"}),
    "pt": frozenset({"nenhum", "nenhuma", "sem"}),
    "nl": frozenset({"geen", "zonder"}),
}
#: "pas de places": two words that say it.
_NONE_OF = frozenset({"de", "d"})
#: What begins a question that a text leaves open, where it means nothing else.
_WHETHER = frozenset({"whether", "ob"})
_OUTSIDE_WORDS = """
    outside abroad beyond overseas
    dehors hors exterieur etranger
    ausserhalb ausland auswarts jenseits
    fuera exterior extranjero afuera
    fuori esterno estero
    fora estrangeiro
    buiten buitenland
"""
_OUTSIDE = frozenset(_OUTSIDE_WORDS.split())


def is_denied(question: Question, before: str, language: str) -> bool:
    """Return whether a text says that there is none of the words that it would answer with.

    `before` is what the sentence says before them. A question for what there is not may be
    answered so.

    >>> from seedqa.retrieval.question import parse_question
    >>> is_denied(parse_question("Where are the seats?"), "There are no ", "en")
    True
    """
    last = folded_words(before)[-2:]
    if not last or has_negation(question):
        return False
    return last[-1] in _NONE.get(language, ()) or (
        language == "fr" and last[0] == "pas" and last[-1] in _NONE_OF
    )


def is_left_open(words: str) -> bool:
    """Return whether the words of an answer are a question themselves.

    >>> is_left_open("Whether to hire a bus")
    True
    """
    return bool(_WHETHER.intersection(folded_words(words)[:1]))


def says_inside(question: Question, sentence: str) -> bool:
    """Return whether a question asks for what is outside, and a sentence has no word for it."""
    asked = _OUTSIDE.intersection(folded_words(question.text))
    return bool(asked) and _OUTSIDE.isdisjoint(folded_words(sentence))
