"""Tell whether a text says when the opposite happens of what a question asks the time of.

"When does the café close?" is not answered by "it opens at 16:30", nor a landing by a departure.
Knows words of the seven languages, folded; nothing of models or of the index.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from seedqa.index.lexical import fold, folded_words
from seedqa.index.patterns import lazy_pattern
from seedqa.retrieval.question import Question
from seedqa.retrieval.wording.asking import asks_when

#: By language: what a text says of one side and of the other, and what else a question says. Words
#: that mean other things as well ("fin mars", "the end of the hose") are of questions alone.
_PAIRS: Mapping[str, tuple[tuple[str, str, str, str], ...]] = {
    "en": (
        ("opens", "closes closing shuts", "", "close shut"),
        ("arrives arrived arriving arrival lands landed landing",
         "departs departed departing departure leaves leaving takeoff",
         "arrive land", "depart leave"),
        ("starts started begins began", "ends ended finishes finished",
         "start begin", "end finish"),
    ),
    "fr": (
        ("ouvre ouvrent", "ferme ferment fermeture", "", ""),
        ("arrivent arrivee atterrit atterrissage", "depart decolle decollage", "arrive", ""),
        ("commence commencent debute debutent", "finit finissent termine terminent", "", ""),
    ),
    "de": (
        ("offnet offnen", "schliesst schliessen", "", ""),
        ("ankunft ankommt ankommen landet landung", "abfahrt abflug abfahren abfliegt",
         "landen", ""),
        ("beginnt beginnen begann", "endet enden endete", "", ""),
    ),
    "es": (
        ("abre abren", "cierra cierran", "", ""),
        ("llega llegan llegada aterriza aterrizaje", "salida despega despegue", "", "sale salen"),
        ("empieza empiezan comienza comienzan", "termina terminan acaba acaban", "", ""),
    ),
    "it": (
        ("apre aprono", "chiude chiudono chiusura", "", ""),
        ("arriva arrivano arrivo atterra atterraggio", "partenza partono decolla decollo", "", ""),
        ("inizia iniziano comincia cominciano", "finisce finiscono termina terminano", "", ""),
    ),
    "pt": (
        ("abre abrem", "fecha fecham", "", ""),
        ("chega chegam chegada aterra aterrissa", "partida partem descola decola", "", "sai saem"),
        ("comeca comecam", "termina terminam acaba acabam", "", ""),
    ),
    "nl": (
        ("opent", "sluit sluiten sluiting", "", ""),
        ("aankomst aankomt landt landing", "vertrek vertrekt", "landen", "vertrekken"),
        ("begint beginnen begon", "eindigt eindigen eindigde", "", ""),
    ),
}  # fmt: skip
_SIDES: Mapping[str, tuple[tuple[frozenset[str], ...], ...]] = {
    language: tuple(tuple(frozenset(words.split()) for words in pair) for pair in pairs)
    for language, pairs in _PAIRS.items()
}
#: "What are the opening hours?" asks for both ends.
_HOURS = lazy_pattern(r"\b(?:hours|times|\w*zeiten|horaires?|horarios?|orari[oa]?|\w*tijden)\b")
#: Where one thing that is said of a time ends and the next begins.
_CLAUSE = lazy_pattern(r"[.;!?,()\n]|\b(?:and|und|et|y|e|en|but|aber|mais|pero|ma|mas|maar)\b")
#: What stands right before the end of a range.
_UNTIL = lazy_pattern(
    r"(?:\b(?:until|till|to|through|bis|jusqu['’ ]au?|hasta|fino(?: alle?)?|ate|tot(?: en met)?)"
    r"|[-–—]|\d[\w:.]*\s+(?:a|as|au|al|alle))\s*(?:(?:the|le|las?|ore|as|um|zum)\s+)*\Z"
)


def says_the_opposite(question: Question, before: str, language: str) -> bool:
    """Return whether a question asks for the time of one thing, and a text tells the other's.

    `before` is what the sentence says before the time; its last clause counts. The end of a range
    is when it closes, though only its opening is named.

    >>> from seedqa.retrieval.question import parse_question
    >>> asked = parse_question("When does the café close?")
    >>> says_the_opposite(asked, "The café opens at ", "en")
    True
    >>> says_the_opposite(asked, "It opens at 9 and stays open until ", "en")
    False
    """
    telling = _SIDES.get(language)
    asked = asked_sides(question)
    if telling is None or not asked or _UNTIL.search(fold(before)):
        return False
    told = {*folded_words(_last_clause(before))}
    return any(
        told & telling[pair][1 - side] and not told & telling[pair][side] for pair, side in asked
    )


@lru_cache(maxsize=64)  # each candidate asks
def asked_sides(question: Question) -> tuple[tuple[int, int], ...]:
    """Return what a question asks the time of: numbers of pairs, and of one side of each."""
    asking = _SIDES.get(question.language)
    if asking is None or not asks_when(question):
        return ()
    spoken = {*folded_words(question.text)}
    if _HOURS.search(" ".join(spoken)):
        return ()
    named = [
        [bool(spoken & (of_question[side] | of_question[side + 2])) for side in (0, 1)]
        for of_question in asking
    ]
    return tuple((pair, sides.index(True)) for pair, sides in enumerate(named) if sum(sides) == 1)


def _last_clause(text: str) -> str:
    """Return the end of a text from the last clause on that has letters."""
    for found in reversed(list(_CLAUSE.finditer(text))):
        if any(map(str.isalpha, text[found.end() :])):
            return text[found.end() :]
    return text
