"""Tell whether somebody is named only as the one who did something before.

"Who teaches class 3a?" is not answered by "Ms Sommer took over class 3a from Mr Thoma". Knows texts
of the seven languages and questions; nothing of models or of the index.
"""

from __future__ import annotations

import re
from functools import lru_cache

from seedqa.index.lexical import fold, folded_words
from seedqa.index.patterns import lazy_pattern
from seedqa.retrieval.question import Question
from seedqa.retrieval.wording.asking import asks_who

#: What stands right before the name of a predecessor, folded.
_BEFORE = lazy_pattern(
    r"""(?x)\b(?:
      (?:t(?:ook|akes?|aken|aking)\ over|inherited)\b(?!\ \d)[^.!?;]{0,40}\ from
    | (?:succeed(?:s|ed|ing)?|replac(?:es|ed|ing)|predecessor(?:\ (?:was|is))?)
    | (?:instead|in\ place|successor)\ (?:of|to)
    | before\ [^,.;:]{2,40},[^.;:]{2,60}\b(?:was|were)\b[^.;:]{0,40}\ by
    | (?:before|vor|avant|antes\ de|prima\ del|voor)\ (?:[^\W\d_]+\ )?\d{4}\ ?[:,]
    | (?:lost|loste|ersetzte?|folgte?\ auf)
    | (?:nachfolger(?:in)?|nachfolge)\ (?:von|des|der)
    | (?:anstelle\ von|statt(?=\ (?:herr|frau|von|des|der|dem))|vorganger(?:in)?(?:\ war)?)
    | (?:succede|remplace)\ a | remplacant(?:e)?\ de
    | remplace | (?:a\ la\ place|au\ lieu|successeur)\ de
    | (?:pris|prend)\ la\ (?:suite|releve)\ de | predecesseur
    | (?:sustituye|sustituyo|reemplaza|reemplazo|releva|relevo|sucede|sucedio)\ a
    | (?:en\ lugar|sucesora?)\ de
    | (?:sostituisce|ha\ sostituito) | (?:subentra(?:ta|to)?|succede(?:duta|duto)?)\ a
    | (?:al\ posto|successore)\ di | prima\ (?:se\ ne\ occupav[ao]|era|c\ era)
    | (?:substitui|substituiu) | (?:sucede|sucedeu)\ a | (?:em\ vez|no\ lugar|sucessora?)\ de
    | (?:vervangt|verving|voorganger) | (?:opvolger|plaats)\ van
    | overgenomen\ van | n(?:eemt|am)\b[^.!?;]{0,30}\bover\ van
    | (?<!wie\ )(?<!as\ )(?<!zoals\ )(?<!comme\ )(?<!como\ )(?<!come\ )
      (?:formerly|previously|fruher|bisher|zuvor|auparavant|anciennement|anteriormente
      |in\ precedenza|voorheen|vroeger)\ ?:?
    )[\ :,]*(?:(?:the|den|dem|der|des|herrn?|frau|mr|mrs|ms|dr|m|mme|madame|monsieur|le|la|il|el
    |don|dona|signor[aei]?|sr|sra|senora?|suo|sua|ihren?|ihrem|meneer|mevrouw|de|het|was|war|era|etait)
    \.?\ )*\Z"""
)
#: "hat die Klasse von Herrn Thoma übernommen", "volgde Kees Bol op".
_SPLIT = tuple(
    (lazy_pattern(rf"\b(?:{before})\s+(?:herrn?|frau|meneer|mevrouw|dem|der|den)?\s*\Z"),
     lazy_pattern(rf"[^.;:]{{0,40}}\b(?:{after})\b"))
    for before, after in (
        ("von", "ubernommen|ubernimmt|ubernahm"),
        ("lost|loste", "ab"),
        ("volgt|volgde", "op"),
        ("van", "overgenomen|over"),
        ("de", "a pris la releve|a pris la suite"),
    )
)  # fmt: skip
#: "Mr Thoma was replaced by".
_AFTER = lazy_pattern(
    r"""(?x)\W{1,3}
    (?:was|were|has\ been|is|wurde|wird|a\ ete|est|fue|ha\ sido|e\ stat[oa]|foi|werd)\ (?:
    replaced | succeeded | (?:von|durch)\b.{0,40}\b(?:abgelost|ersetzt) | remplacee? | sustituid[oa]
    | sostituit[oa] | substituid[oa] | (?:door\b.{0,40}\b)?(?:vervangen|opgevolgd))\b"""
)
#: A name is looked for in as many characters beside it.
_CHARS = 130
#: What a question says, folded, that asks for what was.
_PAST_WORDS = """
    was were did had used former formerly previous previously before until earlier ex once
    etait etaient fut avait avaient avant auparavant precedent precedente precedemment ancien
    ancienne jusqu a ont war waren wurde wurden hat hatte hatten fruher fruhere fruherer vorher
    zuvor bisher bisherige vor era eran fue fueron ha habia antes anterior anteriormente hasta
    erano fu hanno aveva prima precedente foi eram ate heeft hebben vroeger eerder voorheen voor
    replaced replaces succeeded remplace ersetzt ersetzte abgelost vervangen vervangt sustituye
    sostituisce substitui
"""
_PAST = frozenset(_PAST_WORDS.split())
#: What makes an English question ask for the present, besides a verb that ends in "s".
_PRESENT = frozenset(("is", "are", "now", "currently", "current", "today", "new"))


@lru_cache(maxsize=64)  # each candidate asks
def _asks_present(question: Question) -> bool:
    spoken = folded_words(question.text)
    if not asks_who(question) or not _PAST.isdisjoint(spoken):
        return False
    if question.language == "en":
        return bool(_PRESENT & {*spoken}) or any(word.endswith("s") for word in spoken[1:2])
    return not any(word.endswith("te") for word in spoken[1:2])  # "wer leitete", "wie maakte"


def is_predecessor(question: Question, text: str, start: int, end: int) -> bool:
    """Return whether a question asks who does something, and text[start:end] did it before.

    >>> from seedqa.retrieval.question import parse_question
    >>> text = "Ms Sommer took over the class from Mr Thoma."
    >>> is_predecessor(parse_question("Who is the teacher of the class?"), text, 35, 43)
    True
    """
    if not _asks_present(question):
        return False
    left = _plain(text[max(0, start - _CHARS) : start])
    right = _plain(text[end : end + _CHARS])
    if _BEFORE.search(left) or _AFTER.match(right):
        return True
    return any(before.search(left) and after.match(right) for before, after in _SPLIT)


def _plain(text: str) -> str:
    return re.sub(r"[ \u00a0]+", " ", fold(text)).replace("'", " ").replace("’", " ")
