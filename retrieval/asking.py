"""What a question asks for: a person, a time, an amount, or nothing but a search for its words.

Knows the question words of the seven languages, folded; nothing of the index or of models.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from itertools import pairwise

from seedqa.index.documents.dates import MONTHS, WEEKDAYS
from seedqa.index.lexical import fold, folded_words
from seedqa.retrieval.question import Question

#: What asks for somebody, at the beginning of a question.
_WHO: Mapping[str, str] = {
    "en": "who whom whose", "fr": "qui", "de": "wer wem wen wessen", "es": "quien quienes",
    "it": "chi", "pt": "quem", "nl": "wie",
}  # fmt: skip
_WHEN = "when quand wann cuando quando wanneer"
#: After a word that asks "which", the nouns that make it ask for a time.
_TIMES = """
    year day date month century annee jour mois siecle jahr tag datum monat jahrhundert ano dia
    fecha mes siglo anno giorno data mese secolo seculo jaar dag maand eeuw
"""
_HOW_MANY = re.compile(
    r"\b(?:how (?:many|much|old|tall|high|far|big|large|wide|deep|heavy)"
    r"|combien(?! de temps)|wie ?viele?|wie (?:alt|hoch|gross|weit|tief|breit|schwer)"
    r"|cuant[oa]s?(?! tiempo)|quant[oaie]s?(?! tempo)"
    r"|hoeveel|hoe (?:oud|hoog|ver|groot|diep|breed|zwaar))\b"
)
#: A figure, or a Roman number: "XIX secolo".
_FIGURE = re.compile(r"\d|\b[IVXLCDM]{1,7}\b")
#: What else asks, anywhere in a question.
_ASKS = """
    what which where why how que quoi quel quelle quels quelles lequel laquelle ou pourquoi comment
    was welche welcher welches welchem welchen wo wohin woher warum wieso weshalb womit wie
    cual cuales donde adonde por como cosa quale quali qual dov dove perche come
    quais onde aonde wat welk welke waar waarom hoe
"""
#: What makes a statement or an order of words, of each language: what has one is no bare keyword.
_VERBS = """
    is are was were be been has have had do does did can could will would should may might must
    name list give tell show describe explain find
    est sont etait etaient ont avait avaient peut doit sera fut
    donne donnez cite citez liste nomme nommez indique indiquez
    ist sind war waren hat haben hatte hatten wird werden wurde wurden kann darf muss soll
    nenne nennen gib zeige
    es son era eran fue fueron ha han hay tiene puede debe nombra di dime enumera indica
    e sono erano fu hanno puo deve elenca dimmi nomina
    sao eram foi foram tem pode diga indique nomeie
    zijn heeft hebben had kan mag moet wordt werden noem geef toon
"""
_NUMBERS = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
    hundred thousand million billion dozen half once twice none
    un une deux trois quatre cinq sept huit neuf dix onze douze treize quatorze quinze seize vingt
    trente quarante cinquante soixante cent cents mille million millions milliard milliards
    dizaine douzaine quinzaine vingtaine trentaine centaine moitie aucun aucune
    ein eine einen einem eins zwei drei vier funf sechs sieben acht neun zehn elf zwolf zwanzig
    dreissig vierzig funfzig sechzig siebzig achtzig neunzig hundert tausend millionen dutzend halb
    halfte keine
    uno una dos tres cuatro cinco seis siete ocho nueve diez once doce quince veinte treinta
    cuarenta cincuenta sesenta setenta ochenta noventa cien ciento mil millon millones docena mitad
    due tre quattro cinque sei sette otto nove dieci undici dodici quindici venti trenta quaranta
    cinquanta sessanta settanta ottanta novanta cento mila milione milioni dozzina meta
    um uma dois duas quatro sete oito dez doze vinte trinta quarenta cinquenta sessenta cem
    milhao milhoes duzia metade
    een twee drie vijf zes zeven acht negen tien elf twaalf twintig dertig veertig vijftig zestig
    zeventig tachtig negentig honderd duizend miljoen dozijn helft geen
"""
#: Seasons, feasts, times of day and ages: a time without a figure, as the days of the week are.
_TIMES_IN_WORDS = """
    century millennium age era siecle millenaire jahrhundert jahrtausend siglo milenio secolo
    millennio seculo milenio eeuw
    spring summer autumn fall winter today yesterday tomorrow morning noon afternoon evening night
    midnight easter christmas printemps ete automne hiver hier demain matin midi soir nuit minuit
    paques noel fruhling fruhjahr sommer herbst heute gestern morgen mittag abend nacht mitternacht
    ostern weihnachten primavera verano otono invierno hoy ayer manana mediodia tarde noche
    medianoche pascua navidad estate autunno inverno oggi ieri domani mattina mezzogiorno pomeriggio
    sera notte mezzanotte pasqua natale verao outono hoje ontem amanha manha noite natal lente zomer
    vandaag gisteren ochtend middag avond pasen kerst kerstmis
"""
#: The endings of adjectives that few nouns have, and of what German does not write like a noun.
_ADJECTIVE: Mapping[str, str] = {
    "en": "ese|ish|ous|ful|ive|able|ible|less", "fr": "[oa]ise?s?|eux|euses?|iques?|ifs?|ives?",
    "de": "", "es": "os[oa]s?|iv[oa]s?|[ai]bles?", "it": "es[ei]|os[oaie]|iv[oaie]|[ai]bil[ei]",
    "pt": "os[oa]s?|iv[oa]s?|[ai]ve(?:l|is)", "nl": "ige?|ische?|lijke?",
}  # fmt: skip
#: An answer of more words is too free to be judged.
_FEW_WORDS = 3
#: Words at the beginning that are looked at for one that asks for somebody.
_OPENING = 3


@cache
def _words(listed: str) -> frozenset[str]:
    return frozenset(fold(listed).split())


def is_search(question: Question) -> bool:
    """Return whether it is bare keywords: without a question mark, a question word or a verb."""
    if "?" in question.text:
        return False
    words = frozenset(question.words)
    asking = _words(_ASKS) | _words(_WHEN) | _words(_VERBS) | _words(" ".join(_WHO.values()))
    return not words & asking and not _HOW_MANY.search(" ".join(question.words))


def is_of_wrong_kind(answer: str, language: str, question: Question) -> bool:
    """Return whether an answer of few words, in `language`, can hardly be what is asked for.

    "Who" wants neither figures nor an adjective ("chinois"); "when" and "in which year" want a
    figure, or the name of a month, a day or a season; "how many" wants a figure or a number in
    words.
    """
    words = folded_words(answer)
    if len(words) > _FEW_WORDS:
        return False
    has_figure = bool(_FIGURE.search(answer))
    if _asks_when(question):
        in_words = _words(_TIMES_IN_WORDS) | _words(WEEKDAYS) | MONTHS.keys()
        return not has_figure and in_words.isdisjoint(words)
    if _HOW_MANY.search(" ".join(folded_words(question.text))):
        return not (has_figure or any(map(_is_number, words)))
    if _asks_who(question):
        has_name = any(char.isupper() for char in answer)
        return not has_name and (has_figure or (len(words) < 2 and _is_adjective(answer, language)))
    return False


def _is_adjective(word: str, language: str) -> bool:
    ending = _ADJECTIVE.get(language)
    return ending is not None and bool(re.search(rf"(?:{ending})$", word))


def _is_number(word: str) -> bool:
    """Return whether a folded word is a number, or is composed of some ("fünfundzwanzig")."""
    if word in _words(_NUMBERS):
        return True
    return any(len(part) > 3 and word.endswith(part) for part in _words(_NUMBERS))


def _asks_when(question: Question) -> bool:
    words = folded_words(question.text)
    if _words(_WHEN) & {*words[:_OPENING]}:
        return True
    which = _words(_ASKS)
    return any(
        word in which and after in _words(_TIMES) for word, after in pairwise(words[: _OPENING + 1])
    )


def _asks_who(question: Question) -> bool:
    """Return whether it begins by asking for somebody; "wie" does so in Dutch alone."""
    opening = {*folded_words(question.text)[:_OPENING]}
    return any(
        opening & _words(words)
        for language, words in _WHO.items()
        if language != "nl" or question.language == "nl"
    )
