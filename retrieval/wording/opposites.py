"""Tell whether a text says the opposite of what a question asks the time of.

"When does the café close?" is not answered by "it opens at 16:30", nor a landing by a departure.
Knows words of the seven languages, folded; nothing of models or of the index.
"""

from __future__ import annotations

from collections.abc import Mapping

from seedqa.index.lexical import folded_words
from seedqa.retrieval.question import Question

Pair = tuple[frozenset[str], frozenset[str]]

#: By language: words of one side, and those of the other.
_PAIRS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("opens opening", "close closes closing shuts"),
        ("arrive arrives arriving arrival land lands landing",
         "depart departs departing departure leave leaves leaving takeoff"),
        ("start starts begin begins", "end ends finish finishes"),
    ),
    "fr": (
        ("ouvre ouvrent ouverture", "ferme ferment fermeture"),
        ("arrive arrivent arrivee atterrit atterrissage", "depart decolle decollage"),
        ("commence commencent debute debut", "finit finissent termine terminent fin"),
    ),
    "de": (
        ("offnet offnen", "schliesst schliessen"),
        ("ankunft ankommt ankommen landet landen landung", "abfahrt abflug abfahren abfliegt"),
        ("beginnt beginnen beginn anfang", "endet enden ende schluss"),
    ),
    "es": (
        ("abre abren apertura", "cierra cierran cierre"),
        ("llega llegan llegada aterriza aterrizaje", "sale salen salida despega despegue"),
        ("empieza empiezan comienza comienzan inicio", "termina terminan acaba acaban"),
    ),
    "it": (
        ("apre aprono apertura", "chiude chiudono chiusura"),
        ("arriva arrivano arrivo atterra atterraggio", "partenza partono decolla decollo"),
        ("inizia iniziano comincia cominciano inizio", "finisce finiscono termina terminano"),
    ),
    "pt": (
        ("abre abrem abertura", "fecha fecham fecho encerra encerramento"),
        ("chega chegam chegada aterra aterrissa", "partida partem sai saem saida descola decola"),
        ("comeca comecam inicia inicio", "termina terminam acaba acabam"),
    ),
    "nl": (
        ("opent openen opening", "sluit sluiten sluiting"),
        ("aankomst aankomt landt landen landing", "vertrek vertrekt vertrekken opstijgen"),
        ("begint beginnen begin aanvang", "eindigt eindigen einde"),
    ),
}  # fmt: skip
_SIDES: Mapping[str, tuple[Pair, ...]] = {
    language: tuple((frozenset(one.split()), frozenset(other.split())) for one, other in pairs)
    for language, pairs in _PAIRS.items()
}


def says_the_opposite(question: Question, said: str, language: str) -> bool:
    """Return whether a question has words of one side, and what is said only of the other.

    >>> from seedqa.retrieval.question import parse_question
    >>> asked = parse_question("When does the café close?")
    >>> says_the_opposite(asked, "The café opens at 16:30.", "en")
    True
    >>> says_the_opposite(asked, "It opens at 9 and closes at 12.", "en")
    False
    """
    asking, telling = _SIDES.get(question.language), _SIDES.get(language)
    if asking is None or telling is None:
        return False
    spoken, told = {*folded_words(question.text)}, {*folded_words(said)}
    for of_question, of_text in zip(asking, telling, strict=True):
        for own, other in ((0, 1), (1, 0)):
            is_asked = spoken & of_question[own] and not spoken & of_question[other]
            if is_asked and told & of_text[other] and not told & of_text[own]:
                return True
    return False
