"""Find the values of a sentence, amounts and times, and choose the one that is asked for.

"The price rises from 4.10 to 4.60 euros", "92 °C (was 94 °C)", "adults 7 euros, children 3 euros",
"open from 9 to 17": the reader often takes the first value, or all of it. Knows texts and the
question; nothing of models or of the index.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from seedqa.index.documents.dates import MONTHS, WEEKDAYS
from seedqa.index.lexical import fold, folded_words, word_forms
from seedqa.index.patterns import lazy_pattern
from seedqa.retrieval.question import Question
from seedqa.retrieval.wording.asking import number_words
from seedqa.retrieval.wording.naming import figures_of
from seedqa.retrieval.wording.sentences import YEAR
from seedqa.retrieval.wording.units import CURRENCY_CODES, MONEY, unit_of

Span = tuple[int, int]

_TOKEN = lazy_pattern(
    r"[€$£]|[^\s€$£;:,()\[\]/–—-]*[^\W_](?:[.,:'’]?\d)*[%°²³]?(?:C\b|F\b)?|[%°]C?"
)
_YEAR = lazy_pattern(YEAR)
_MONTH_NAMES = "|".join(sorted(MONTHS, key=len, reverse=True))
#: The end of a number whose thousands are parted by a space: "41 900".
_THOUSANDS = lazy_pattern(r".*\d[ \u00a0\u202f]\d{3}", re.DOTALL)
_ASKS_SHARE = lazy_pattern(
    r"\b(?:how full|wie voll|hoe vol|percent|percentage|prozent\w*|pourcentage|porcentaje"
    r"|percentuale|percentagem|procent)\b"
)
_PERCENT = frozenset(("%", "percent", "prozent", "procent"))
_BRACKETS = lazy_pattern(r"\([^()\n]{1,60}\)")
#: Days of the week in Portuguese that are ordinals without "-feira".
_ORDINAL_DAYS = frozenset(("segunda", "terca", "quarta", "quinta", "sexta"))
_CLOCK = lazy_pattern(r"\d{1,2}[:h]\d\d|\d{1,2}h")
#: Units that make a number a time: "12.30 Uhr".
_CLOCK_UNITS = frozenset(("uhr", "uur", "h", "heures", "am", "pm"))
#: What stands after a number and belongs to it, folded.
_UNITS = """
    euro euros eur dollar dollars usd pound pounds gbp pfund franc francs franken franchi chf
    percent prozent procent cent cents centime centimes centimos centesimi centavos
    hour hours minute minutes day days week weeks month months year years night nights people
    persons heure heures h jour jours semaine semaines mois an ans annee annees nuit nuits personne
    personnes uhr stunde stunden minuten tag tage tagen woche wochen monat monate monaten jahr jahre
    jahren hora horas minuto minutos dia dias semana semanas mes meses ano anos
    ora ore minuti giorno giorni settimana settimane mese mesi anno anni
    uur uren minuut dag dagen weken maand maanden jaar jaren
    kg g km m cm mm kwh kw l liter litre litres litri litros gb mb degrees grad degres gradi c
    am pm
"""
#: Shorter names of months and days are other words too, unless they have a capital: "may", "so".
MIN_LETTERS = 5
#: What joins the parts of one value: "3 de mayo", "15th of June", "9 heures".
_JOINTS = frozenset(("de", "of", "la", "las", "the", "der"))
#: Between two values: from the one to the other.
_TO = lazy_pattern(
    r"\s*(?:[-–—]|to|until|till|auf|bis(?:\s+zum)?|zum|à|a(?:\s+las?)?|au|aux|al(?:le)?|ai|às|até"
    r"|para|naar|tot|hasta(?:\s+las?)?|au)\s*(?:the|den|le|el|il|o|as)?\s*",
    re.IGNORECASE,
)
#: Verbs of each language after which "from one to the other" is a change and no range, and what
#: stands between them and the first value. With a time they stand right before it: "moved from
#: Monday to Friday", but "moves into the hall from May to July".
_CHANGING: Mapping[str, str] = {
    "en": r"(?:rises?|rose|raised?|increase[sd]?|reduce[sd]?|falls?|fell|lower(?:s|ed)?"
    r"|drop(?:s|ped)?|changed?|changes|goes|went|moved)\b([^.;:\d]{0,60}?)\bfrom",
    "fr": r"(?:passe|passent|passera|portée?s?|augmente|augmentent|baisse|baissent|relevée?s?"
    r"|ramenée?s?|reportée?s?|avancée?s?)\b([^.;:\d]{0,60}?)\b(?:de|du|des)",
    "es": r"(?:sube|suben|subirá|baja|bajan|bajará|pasa|pasan|pasará|aumenta|aumentan|cambian?)"
    r"\b([^.;:\d]{0,60}?)\b(?:de|del)",
    "it": r"(?:sale|salgono|scende|scendono|passa|passano|passerà|aumenta|aumentano|cambia)"
    r"\b([^.;:\d]{0,60}?)\b(?:da|dal|dalle)",
    "pt": r"(?:sobe|sobem|desce|descem|passa|passam|passará|aumenta|aumentam|muda)"
    r"\b([^.;:\d]{0,60}?)\b(?:de|da|do)",
}
_CHANGE_CHARS = 90
#: Between two values these always make a change: "von 4 auf 5 Euro", "van maandag naar dinsdag".
_ONTO: Mapping[str, str] = {
    "de": r"\s*auf(?:\s+(?:den|die|das))?\s*",
    "nl": r"\s*naar\s*",
    "pt": r"\s*para\s+(?:[ao]s?\s+)?",
}
#: Directly before a value that holds no more.
_OLD = lazy_pattern(
    r"(?:\b(?:until\s+now|so\s+far|up\s+to\s+now|formerly|previously|instead\s+of|rather\s+than"
    r"|bisher|bislang|vorher|zuvor|früher|statt|anstatt|anstelle\s+von"
    r"|jusqu['’]ici|jusqu['’]à\s+présent|auparavant|au\s+lieu\s+de|au\s+lieu\s+d['’]|contre"
    r"|hasta\s+ahora|en\s+lugar\s+de|en\s+vez\s+de|finora|invece\s+di|invece\s+che|al\s+posto\s+di"
    r"|até\s+agora|em\s+vez\s+de|tot\s+nu\s+toe|voorheen|in\s+plaats\s+van)"
    r"|\(\s*(?:was|were|war|waren|était|étaient|era|eran|erano|eram|before|old|alt|avant|antes"
    r"|prima|eerder|ex)):?\s*(?:the|den|dem|der|des|le|les|la|el|il|o|de|het|los|am|on|um|at)?\s*\Z",
    re.IGNORECASE,
)
_OLD_CHARS = 40
#: "Raised by 100 to 600 euros" is no range.
_BY = lazy_pattern(r"\b(?:by|um|de|di|met|con|em|por)\s*\Z", re.IGNORECASE)
_BY_CHARS = 8
_DASHES = ("-", "–", "—")
#: What a question says, folded, that asks for what held before: not "the first", not "on site", not
#: "before taxes" or "the old town".
_WHAT_IS_OLD = (
    r"price|fee|rent|rate|cost|charge|value|default|date|limit|premium|time|temperature|number"
    r"|prix|loyer|tarif|montant|taux|prime|horaire|preis|miete|tarif|gebuhr|wert|beitrag|termin"
    r"|precio|cuota|alquiler|tarifa|valor|horario|prezzo|affitto|tariffa|canone|orario|preco|renda"
    r"|quota|mensalidade|prijs|huur|tarief|contributie|waarde"
)
_ASKS_OLD = lazy_pattern(
    r"\b(?:until now|so far|up to now|previously|formerly|originally|used to|bisher\w*|bislang"
    r"|vorher|zuvor|fruher|ursprunglich|jusqu ici|jusqu a present|auparavant|initialement"
    r"|hasta ahora|anteriormente|finora|ate agora|tot nu toe|voorheen|vroeger|eerder"
    rf"|(?:previous|former|old|original|alten?|altes|alter|fruhere[nrs]?|vorherige[nrs]?"
    rf"|bisherige[nrs]?|ancien|ancienne|precedente?|vecchi[oa]|oude|vorige|anterior|antigu[oa]"
    rf"|antig[oa]) (?:{_WHAT_IS_OLD})"
    rf"|(?:{_WHAT_IS_OLD}) (?:anterior|antigu[oa]|precedente?|antig[oa]|vecchi[oa])"
    rf"|(?:before|vor|avant|antes|prima)(?: (?:the|de|du|del|di|dem|der|den))?"
    rf"(?: \d+| (?:{_MONTH_NAMES})\b|\Z)"
    r")"
)
#: What asks for the end or the beginning of a range; "is it open?" and "fermé" ask for all of it.
_ASKS_END = lazy_pattern(
    r"\b(?:(?:does|do|did|will)\b.{0,80}\b(?:close|shut|end|finish|stop)|closes|shuts|ends|finishes|stops"
    r"|closing\s+time|schliesst|schliessen|endet|enden|ferme|ferment|finit|finissent"
    r"|termine|terminent|termina|terminan|terminam|cierra|cierran|acaba|acaban|acabam|chiude|chiudono"
    r"|finisce|finiscono|fecha|fecham|encerra|encerram|sluit|sluiten|eindigt|eindigen)\b"
)
_ASKS_START = lazy_pattern(
    r"\b(?:(?:does|do|did|will)\b.{0,80}\b(?:open|start|begin)|opens|starts|begins|öffnet|öffnen|beginnt"
    r"|beginnen|anfängt|fängt|ouvre|ouvrent|commence|commencent|débute|débutent|abre|abren|abrem"
    r"|empieza|empiezan|comienza|comienzan|apre|aprono|inizia|iniziano|comincia|cominciano|começa"
    r"|começam|opent|openen|begint)\b"
)
_HOW_LONG_OR_MANY = lazy_pattern(
    r"^(?:how (?:long|many|much)|wie (?:lange|viele?)|combien|cuant|quant|hoe ?(?:lang|veel))"
)
_CLOSED = lazy_pattern(
    r"\b(?:closed|geschlossen|fermée?s?|cerrad[oa]s?|chius[oaie]|fechad[oa]s?|encerrad[oa]s?|gesloten)\b",
    re.IGNORECASE,
)
#: What a question says, folded, that asks for both values of a change.
_ASKS_CHANGE = lazy_pattern(
    r"\b(?:chang|ander|geandert|wechsel|cambi|mud|wijzig|modif|evolu|differ|unterschied|verschil)"
)
#: What a new item of an enumeration begins with: right after a value, or at a comma later on.
_NEXT_ITEM = lazy_pattern(
    r"\A\s*\b(?:and|und|et|y|e|en|but|aber|mais|pero|ma|mas|maar)\b|\A\s*[,;]|[,;]"
)
#: What is said after a value, not before it: "5 euros for adults and 3 for children".
_SAID_AFTER = lazy_pattern(
    r"\s*(?:for|für|pour|para|per|voor|in|im|on|am|with|mit|avec|con|com|met|if|wenn|si|se|als)\b",
    re.IGNORECASE,
)
#: Words after the last value of an enumeration at most: "a month", "al mes", "per kWh".
_WORDS_AFTER = 2


#: What a question says, folded, that asks for the largest or the least value; and what stands
#: before one in a sentence.
_ASKS_MOST = lazy_pattern(
    r"\b(?:at most|maximum|maximal\w*|max|no more than|hochst\w*|au plus|au maximum|como mucho"
    r"|maxim[oa]|al massimo|massim[oa]|hoogstens|maximaal|maximale|ten hoogste)\b"
)
_ASKS_LEAST = lazy_pattern(
    r"\b(?:at least|minimum|minimal\w*|min|mindest\w*|wenigstens|au moins|al menos|como minimo"
    r"|minim[oa]|almeno|pelo menos|minstens|minimaal|minimale|ten minste)\b"
)
_MOST = lazy_pattern(
    r"\b(?:at most|maximum|max\.?|(?:no|not) more than|not (?:to )?exceed(?:ing)?|up to|höchstens"
    r"|maximal|bis zu|nicht mehr als|au plus|au maximum|jusqu['’]à|pas plus de|como máximo"
    r"|como mucho|máximo|hasta|no más de|al massimo|massimo|fino a|non più di|no máximo|até"
    r"|não mais (?:de|do que)|hoogstens|maximaal|ten hoogste|niet meer dan)\b",
    re.IGNORECASE,
)
_LEAST = lazy_pattern(
    r"\b(?:at least|minimum|min\.?|(?:no|not) (?:fewer|less) than|mindestens|wenigstens|au moins"
    r"|pas moins de|al menos|como mínimo|mínimo|no menos de|almeno|minimo|non meno di|pelo menos"
    r"|no mínimo|minstens|minimaal|ten minste|niet minder dan)\b",
    re.IGNORECASE,
)


class Value(NamedTuple):
    """An amount, a date or a time in a text."""

    start: int
    end: int
    kind: str
    """`time`, `year`, the unit, or "" for a bare number."""


class _Case(NamedTuple):
    """A sentence of a text with its values, of which an answer held some."""

    question: Question
    text: str
    sentence: Span
    values: Sequence[Value]
    held: Sequence[Value]
    language: str


@cache
def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def choose_value(question: Question, text: str, sentence: Span, words: Span, language: str) -> Span:
    """Return the span of the value that is asked for in place of text[words], or `words`.

    Of an old and a new value the new one, unless the question asks for what was before; of a range
    of hours the end or the beginning, of a least and a largest value the one that is asked for; of
    an enumeration the item that has more words of the question. `words` stay where they have none
    of these values, or where the question asks how something changed.

    >>> from seedqa.retrieval.question import parse_question
    >>> text = "The fee rises from 4.10 to 4.60 euros."
    >>> start, end = choose_value(parse_question("What is the fee?"), text, (0, 38), (19, 23), "en")
    >>> text[start:end]
    '4.60 euros'
    """
    if not _may_hold_value(text[slice(*words)]):
        return words
    values = values_in(text, *sentence)
    if len(values) < 2 or _ASKS_CHANGE.search(" ".join(question.words)):
        return words
    held = [value for value in values if _holds(text, words, value)]
    if not held:
        return words
    case = _Case(question, text, sentence, values, held, language)
    for choose in (_by_share, _by_bracket, _by_age, _by_end, _by_limit, _by_label):
        chosen = choose(case)
        if chosen is not None:
            return words if held == [chosen] else (chosen.start, chosen.end)
    return _whole_range(case, words)


def has_other_value(text: str, sentence: Span, words: Span) -> bool:
    """Return whether a sentence, or a row, has another value of the kind of that in text[words].

    The other end of a range is no other value.
    """
    if not _may_hold_value(text[slice(*words)]):
        return False
    values = values_in(text, *sentence)
    held = [value for value in values if _holds(text, words, value)]
    ends = {
        other
        for value, following in pairwise(values)
        if _TO.fullmatch(text[value.end : following.start])
        for one, other in ((value, following), (following, value))
        if one in held
    }
    return any(
        value not in held and value not in ends and value.kind and value.kind == own.kind
        for own in held
        for value in values
    )


def _holds(text: str, words: Span, value: Value) -> bool:
    """Return whether words have a part of a value, or the number that it repeats: "four (4)"."""
    if value.start < words[1] and words[0] < value.end:
        return True
    in_words = not any(map(str.isdigit, text[slice(*words)]))
    return in_words and text[words[1] : value.start].strip(" ") == "("


def _may_hold_value(words: str) -> bool:
    """Return whether words have a figure, a number in words, or a day: others have no value."""
    if any(map(str.isdigit, words)):
        return True
    known = {*folded_words(words)}
    days = known | {word.removesuffix("s") for word in known}
    return not (
        known.isdisjoint(number_words() | MONTHS.keys()) and days.isdisjoint(_set(WEEKDAYS))
    )


def asked_end(question: Question) -> str:
    """Return whether a question asks for the "start" or the "end" of a range, or neither: ""."""
    asked = question.text.casefold().replace("ß", "ss")
    asks_end, asks_start = bool(_ASKS_END.search(asked)), bool(_ASKS_START.search(asked))
    if asks_end == asks_start:
        return ""
    return "end" if asks_end else "start"


def asks_old(question: Question) -> bool:
    """Return whether a question asks for what held before."""
    return bool(_ASKS_OLD.search(" ".join(folded_words(question.text))))


def values_in(text: str, start: int, end: int) -> list[Value]:
    """Return the values in text[start:end], in order.

    >>> text = "On 3 May 2021 the fee rose to 12.50 euros, at 9:30."
    >>> [text[value.start : value.end] for value in values_in(text, 0, len(text))]
    ['3 May 2021', '12.50 euros', '9:30']
    """
    values: list[Value] = []
    parts: list[tuple[Span, str]] = []

    def close() -> None:
        while parts and parts[-1][1] == "joint":
            parts.pop()
        kinds = {kind for _, kind in parts}
        if kinds & {"number", "clock", "month", "weekday"} or {"word number", "unit"} <= kinds:
            first, last = parts[0][0][0], parts[-1][0][1]
            values.append(Value(first, last, _kind(text[first:last], kinds)))
        parts.clear()

    before = start
    for found in _TOKEN.finditer(text, start, end):
        gap = text[before : found.start()]
        follows = not gap.strip(" .\u00a0\u202f") and any(known == "number" for _, known in parts)
        kind = _token_kind(found.group(), follows)
        if kind == "weekday" and fold(found.group()) in _ORDINAL_DAYS:
            kind = kind if text.startswith("-feira", found.end()) else ""
        is_joined = not gap.strip(" .\u00a0\u202f") or (
            gap.strip() == "," and kind in ("month", "number") and parts
            and parts[-1][1] in ("weekday", "month")
        )  # fmt: skip
        is_rest = _THOUSANDS.fullmatch(text, max(start, found.start() - 4), found.end())
        if not (is_joined and is_rest) and (
            not is_joined or kind == "" or _begins_another(parts, kind)
        ):
            close()
        if kind and (parts or kind not in ("unit", "joint")):
            parts.append((found.span(), kind))
        before = found.end()
    close()
    return values


def _token_kind(token: str, is_after_number: bool) -> str:
    word = fold(token.rstrip("."))
    is_clear = len(word) >= MIN_LETTERS or token[:1].isupper()
    kinds = {
        "sign": token in "€$£" or (token in CURRENCY_CODES and not is_after_number),
        "clock": bool(_CLOCK.fullmatch(token)),
        "number": any(map(str.isdigit, token)),
        "month": word in MONTHS and (is_clear or is_after_number),
        "weekday": is_clear and {word, word.removesuffix("s")} & _set(WEEKDAYS),
        "unit": token[:1] in "%°" or word in _set(_UNITS),
        "joint": word in _JOINTS,
        "word number": word in number_words(),
    }
    return next((kind for kind, is_it in kinds.items() if is_it), "")


def _begins_another(parts: Sequence[tuple[Span, str]], kind: str) -> bool:
    """Return whether a token of a kind cannot go on with the value of `parts`."""
    kinds = [known for _, known in parts]
    if kind in ("number", "clock", "word number"):
        return bool({"number", "clock", "word number"} & {*kinds}) and "month" not in kinds
    return kind in ("weekday", "month", "sign") and kind in kinds


def _kind(words: str, kinds: set[str]) -> str:
    found = [word for word in folded_words(words) if word in _set(_UNITS)]
    if kinds & {"clock", "month", "weekday"} or _CLOCK_UNITS & {*found}:
        return "time"
    if _YEAR.fullmatch(words):
        return "year"
    signs = [char for char in words if char in "€$£%°"]
    unit = (found or signs or [""])[0]
    return unit_of(unit) or unit


def _are_alike(one: Value, other: Value) -> bool:
    return one.kind == other.kind or "" in (one.kind, other.kind)


def _by_age(case: _Case) -> Value | None:
    """Return the new one of two values, or the old one if that is asked for."""
    says_when = figures_of(case.question.text) & figures_of(case.text[slice(*case.sentence)])
    old = {
        value
        for value in case.values
        if not says_when
        and _OLD.search(case.text, max(case.sentence[0], value.start - _OLD_CHARS), value.start)
    }
    old |= {
        value
        for value, following in pairwise(case.values)
        if _are_alike(value, following)
        and _is_change(case.text, case.sentence[0], value, following, case.language)
    }
    for at, value in enumerate(case.values):
        if value not in old:
            continue
        alike = [each for each in case.values if each not in old and _are_alike(value, each)]
        near = [*(each for each in alike if each.start > value.start), *reversed(alike)]
        if not near:
            continue
        following = case.values[at + 1] if at + 1 < len(case.values) else None
        before = case.values[at - 1] if at else None
        partner = following if following in alike else before if before in alike else near[0]
        if value in case.held or partner in case.held:
            return value if asks_old(case.question) else partner
    return None


def _is_change(text: str, start: int, value: Value, following: Value, language: str) -> bool:
    """Return whether a sentence says that one value becomes the next."""
    gap = text[value.end : following.start]
    if language in _ONTO and re.fullmatch(_ONTO[language], gap, re.IGNORECASE):
        return True
    if language not in _CHANGING or not _TO.fullmatch(gap) or gap.strip() in _DASHES:
        return False
    lead = text[max(start, value.start - _CHANGE_CHARS) : value.start]
    verb = re.search(rf"\b{_CHANGING[language]}\s*\Z", lead, re.IGNORECASE)
    is_amount = {value.kind, following.kind} & {*_set(_UNITS), *MONEY, *"%°"} - _CLOCK_UNITS
    return verb is not None and (bool(is_amount) or not verb[1].strip())


def _by_end(case: _Case) -> Value | None:
    """Return the time of a range at which what is asked about begins or ends.

    A range that something is closed for is no answer to when it opens, and stays.
    """
    if _HOW_LONG_OR_MANY.search(" ".join(case.question.words)) or _CLOSED.search(
        case.text, *case.sentence
    ):
        return None
    asked = asked_end(case.question)
    if not asked:
        return None
    for value, following in pairwise(case.values):
        is_range = _TO.fullmatch(case.text[value.end : following.start]) and _are_alike(
            value, following
        )
        is_time = {value.kind, following.kind} <= {"time", "year", ""}
        if is_range and is_time and {value, following} & {*case.held}:
            return following if asked == "end" else value
    return None


def _whole_range(case: _Case, words: Span) -> Span:
    """Return the range of amounts of which an answer has one end only: "300 to 500 km"."""
    if len(case.held) != 1:
        return words
    for value, following in pairwise(case.values):
        gap = case.text[value.end : following.start]
        units = {value.kind, following.kind} - {""}
        if (
            case.held[0] in (value, following)
            and len(units) == 1
            and units <= {*_set(_UNITS), *"€$£%°"} - {"time", "year"}
            and _TO.fullmatch(gap)
            and not (gap.strip() in _DASHES and gap != gap.strip() and value.kind)
            and not _BY.search(case.text, max(0, value.start - _BY_CHARS), value.start)
        ):
            return min(words[0], value.start), max(words[1], following.end)
    return words


def _by_share(case: _Case) -> Value | None:
    """Return the only percentage of a sentence where one is asked for: "How full is the disk?"."""
    shares = [value for value in case.values if value.kind in _PERCENT]
    if len(shares) != 1 or not _ASKS_SHARE.search(" ".join(folded_words(case.question.text))):
        return None
    return shares[0]


def _by_bracket(case: _Case) -> Value | None:
    """Return the value in brackets that the question asks for: "31,740 (2021: 22,615)".

    What stands in the brackets with it is in the question, and nowhere else in the sentence; or the
    question asks for what was before, and nothing else stands there.
    """
    brackets = list(_BRACKETS.finditer(case.text, *case.sentence))
    ends = [value.end for value in case.held]
    following = [each for each in brackets if _follows(case.text, ends, each.start())]
    for found in following or brackets:
        inner = [value for value in case.values if found.start() < value.start < found.end()]
        is_held = any(value in inner for value in case.held)
        if not inner or is_held or not any(_are_alike(inner[-1], value) for value in case.held):
            continue
        last = inner[-1]
        label = case.text[found.start() : last.start] + case.text[last.end : found.end()]
        rest = (
            case.text[case.sentence[0] : found.start()] + case.text[found.end() : case.sentence[1]]
        )
        if _says_more(case.question, label, "" if following else rest, case.language):
            return last
        if following and asks_old(case.question) and not folded_words(label):
            return last
    return None


def _follows(text: str, ends: Sequence[int], start: int) -> bool:
    """Return whether nothing but a mark stands between the end of a value and an offset."""
    return any(end <= start and not text[end:start].strip(" ;") for end in ends)


def _says_more(question: Question, label: str, rest: str, language: str) -> bool:
    """Return whether a label has words or figures of the question that the rest has not."""
    figures = (figures_of(label) & figures_of(question.text)) - figures_of(rest)
    wanted = word_forms(*(word for word in question.topical if word.isalpha()), language=language)
    own = word_forms(label, language=language) & wanted
    return bool(figures or own - word_forms(rest, language=language))


def _by_limit(case: _Case) -> Value | None:
    """Return the largest value that a sentence allows where that is asked for, or the least."""
    asked = " ".join(folded_words(case.question.text))
    asks_most, asks_least = bool(_ASKS_MOST.search(asked)), bool(_ASKS_LEAST.search(asked))
    if asks_most == asks_least:
        return None
    wanted, other = (_MOST, _LEAST) if asks_most else (_LEAST, _MOST)
    ends = [case.sentence[0], *(value.end for value in case.values)]
    leads = [case.text[end : value.start] for end, value in zip(ends, case.values, strict=False)]
    limits = [value for value, lead in zip(case.values, leads, strict=True) if wanted.search(lead)]
    is_other = any(
        value in case.held and other.search(lead) and not wanted.search(lead)
        for value, lead in zip(case.values, leads, strict=True)
    )
    return limits[0] if is_other and len(limits) == 1 else None


def _by_label(case: _Case) -> Value | None:
    """Return the value of an enumeration whose item has words of the question that others lack."""
    first = case.held[0]
    alike = [value for value in case.values if _are_alike(value, first)]
    if len(alike) < 2 or first not in alike:
        return None
    gaps = [case.text[left.end : right.start] for left, right in pairwise(alike)]
    rest = case.text[alike[-1].end : case.sentence[1]]
    topical = [word for word in case.question.topical if word not in MONTHS and word.isalpha()]
    wanted = word_forms(*topical, language=case.language)
    if _SAID_AFTER.match(gaps[0]) and _SAID_AFTER.match(rest):
        own = [word_forms(said, language=case.language) & wanted for said in (*gaps, rest)]
        lead = set[str]()
    elif all(_NEXT_ITEM.search(gap) for gap in gaps) and not (
        _SAID_AFTER.match(rest) or len(folded_words(rest)) > _WORDS_AFTER
    ):
        lead = (
            word_forms(case.text[case.sentence[0] : alike[0].start], language=case.language)
            & wanted
        )
        labels = [found.string[found.start() :] for found in map(_NEXT_ITEM.search, gaps) if found]
        own = [
            lead,
            *(lead | (word_forms(said, language=case.language) & wanted) for said in labels),
        ]
    else:
        return None
    best = max(map(len, own))
    leaders = [value for value, words in zip(alike, own, strict=True) if len(words) == best]
    if best == len(lead) or not best:
        return first if len(case.held) == 1 else None
    return leaders[0] if len(leaders) == 1 else None
