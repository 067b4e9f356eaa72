"""Find a later statement that changes what an answer says: "is moved to", "has withdrawn".

Minutes, mails and notices are kept, so a folder has the old statement and the new one. Knows
passages, the groups of candidates and the question; nothing of models or of the index.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from seedqa.index.documents.dates import MONTHS
from seedqa.index.lexical import folded_words, stemmed_words, stop_words
from seedqa.index.patterns import lazy_pattern
from seedqa.index.sentences import split_sentences
from seedqa.retrieval.evidence import Candidate, Group
from seedqa.retrieval.question import Question
from seedqa.retrieval.types import LIKELY, SURE, Passage
from seedqa.retrieval.wording.asking import has_negation
from seedqa.retrieval.wording.naming import question_names
from seedqa.retrieval.wording.sentences import sentence_around
from seedqa.retrieval.wording.values import asks_old, values_in

Bounds = tuple[int, int]

#: What says that something will not be, or be done, as it was said before. What tells a history
#: ("was replaced in 1950") is left out: in it the earlier statement stays true.
_CHANGE = lazy_pattern(
    r"""(?ix)\b(?:
    corrections? | berichtigung | correctif | rectificati(?:f|on) | corrección | correzione
    | correção | correctie
    | postponed | rescheduled | (?:is|are|be|been)\s(?:now\s)?(?:moved|shifted|cancell?ed)
    | brought\sforward | will\s.{1,60}\sinstead | (?:has|have)\s(?:been\s)?withdrawn
    | (?:will\s)?takes?\sover | steps?\sdown
    | (?:did|does|will)\snot\sstand\sagain | (?:replaces|succeeds)\s.{1,80}\sfrom
    | verschoben | vorverlegt | verlegt | stattdessen | abgesagt | zurückgezogen | übernimmt
    | (?:ersetzt|löst)\s.{1,80}\sab | folgt\s.{1,60}\snach
    | tritt\s.{0,40}nicht\smehr\san | kandidiert\snicht | ne\sse\sreprésente\spas
    | kann\snicht | doch\snicht | (?:wird|werden)\s.{1,60}\sersetzt
    | (?:est|sont)\s(?:reporté|déplacé|remplacé|annulé)e?s? | au\slieu\sd | en\sliquidation
    | retire\ssa | a\sretiré
    | remplace\s.{1,80}\s(?:à\spartir|dès)
    | (?:ha|han)\ssido\s(?:aplazad|trasladad|cancelad)[oa]s? | se\s(?:ha\s)?(?:aplaza|traslada)\w*
    | ha\sretirado | retira\ssu | (?:sustituye|reemplaza)\sa\s.{1,80}\s(?:desde|a\spartir)
    | (?:è|sono|viene|vengono)\s(?:rinviat|spostat|annullat|sostituit)[oaie] | ha\sritirato
    | porta\sinvece | invece\s(?:di|del|dell[ao]?) | sostituisce\s.{1,80}\s(?:dal|a\spartire)
    | (?:foi|fica|é)\s(?:adiad|transferid|cancelad|substituíd)[oa]s? | retirou | em\svez\sd[eoa]
    | substitui\s.{1,80}\sa\spartir
    | (?:is|zijn|wordt|worden)\s.{0,40}(?:verplaatst|uitgesteld|afgelast|vervangen|verzet)
    | gaat\s.{1,60}\snaar\s\d+ | ingetrokken | alsnog | neemt\s.{1,60}\sover
    | vervangt\s.{1,80}\svanaf | volgt\s.{1,60}\sop
    )\b"""
)
#: Of these, what somebody else takes over: the one before is named after it.
_TAKEN_OVER = lazy_pattern(
    r"(?i)take|replaces|succeeds|übernimmt|ersetzt|löst|folgt|remplace|sustituye|reemplaza"
    r"|sostituisce|substitui|neemt|vervangt|volgt"
)
#: And what ends something without another in its place.
_ENDED = lazy_pattern(
    r"(?i)cancel|withdrawn|abgesagt|zurückgezogen|annul|retir|cancelad|liquidation|adiad|afgelast"
    r"|ingetrokken"
)
#: What says that something holds no longer, in the part of a sentence with the answer.
_NO_LONGER = lazy_pattern(
    r"(?i)\b(?:no\slonger|not\b.{1,30}\bany\s?more|nicht\smehr|ne\s.{1,20}\splus|ya\sno"
    r"|non\s.{1,20}\spiù|já\snão|niet\s(?:langer|meer))\b"
    r"(?!\s(?:than|als|de|des|d['’]|du|di|del|que|do\sque|dan)\b|\sd['’])"  # "no more than"
)
#: What parts a sentence that says what is not and what is.
_PART_END = lazy_pattern(
    r"(?i);|,\s(?:but|sondern|mais|sino|ma|mas|maar|which|who|that|der|die|das|welche[rs]?|qui|dont"
    r"|que|che|cui|quem|waar|dat)\b|,(?=[^,]*\Z)"
)
#: What begins an exception.
_EXCEPT = lazy_pattern(
    r"(?i)\b(?:except|apart\sfrom|but\snot|außer|ausgenommen|mit\sausnahme|sauf|excepté|hormis"
    r"|salvo|excepto|tranne|eccetto|exceto|behalve|uitgezonderd)\b"
)
#: The most that what a later statement says is worth: likely. And what it seems to change: unsure.
CHANGED_LIMIT, OUTDATED_LIMIT = SURE - 0.01, LIKELY - 0.01
MIN_LETTERS = 3
_RATE_WORDS = frozenset(("per", "pro", "par", "por"))
#: Words that an answer's sentence and the other one must share, at least.
SHARED_WORDS = 2


def find_change(
    groups: Sequence[Group], question: Question, passages: Sequence[Passage]
) -> tuple[list[Group], float]:
    """Return groups, and the most confidence in the first where a later statement changes it.

    If that statement has an answer too, its group takes the place of the first. The sentence of the
    first may say itself that it no longer holds, or not for what is asked. A question that asks for
    what was before is answered by what was before.
    """
    first, *others = groups
    if first.best.passage.columns or asks_old(question):
        return list(groups), 1.0
    if _is_unsaid(first.best, question):
        return list(groups), OUTDATED_LIMIT
    for passage, around in _changes_after(first.best, question, passages):
        if found := _answer_in(passage, around, others, first.best):
            known = {*found.candidates}
            rest = [group for group in others if not known & {*group.candidates}]
            return [found, *rest], CHANGED_LIMIT
        return list(groups), OUTDATED_LIMIT
    return list(groups), 1.0


def _is_unsaid(best: Candidate, question: Question) -> bool:
    """Return whether a sentence says that a candidate holds no longer, or not for what is asked.

    "We no longer buy sugar from A; we buy it from B", "parking is free, except at the hall".
    """
    language = best.passage.language
    text, span = best.passage.view.text, best.span
    start, end = sentence_around(text, span.start, span.end, language)
    before = [found.end() for found in _PART_END.finditer(text, start, span.start)]
    after = _PART_END.search(text, span.end, end)
    part = text[before[-1] if before else start : after.start() if after else end]
    if _NO_LONGER.search(part) and not has_negation(question):
        return True
    exception = _EXCEPT.search(text, span.end, end)
    if not exception or question.language != language:
        return False
    excepted = _content(text[exception.end() : end], language)
    excepted -= _content(text[start : exception.start()], language)
    asked = {stem for word in question.topical for stem in stemmed_words(word, language)}
    return bool(excepted & asked)


def _changes_after(
    best: Candidate, question: Question, passages: Sequence[Passage]
) -> Iterator[tuple[Passage, Bounds]]:
    """Yield passages with the span of what says that a candidate's statement changed."""
    own = best.passage
    text = own.view.text
    sentence = sentence_around(text, best.span.start, best.span.end, own.language)
    wanted = _Wanted(best, question, text[slice(*sentence)])
    for passage in passages:
        if passage.columns or passage.language != own.language:
            continue
        for said, around in _changed_sentences(passage):
            is_same = passage is own and around[0] < sentence[1]
            if (
                not is_same
                and _is_later(passage, around, own, sentence)
                and wanted.fits(passage, said, around)
            ):
                yield passage, around


class _Wanted:
    """What a statement must have to be about the same thing as a candidate."""

    def __init__(self, best: Candidate, question: Question, sentence: str) -> None:
        self._language = language = best.passage.language
        said = _content(sentence, language)
        self._answer = {word for word in _content(best.text, language) if word not in MONTHS}
        self._said = said - self._answer
        self._kinds = {value.kind for value in values_in(best.text, 0, len(best.text))}
        asked = set()
        if question.language == language:
            asked = {stem for word in question.topical for stem in stemmed_words(word, language)}
        self._asked = asked & said
        self._names = question_names(question) & {*folded_words(sentence)}

    def fits(self, passage: Passage, said: Bounds, around: Bounds) -> bool:
        """Return whether text[said], which says a change, with what is around it is about it.

        Of a name it has words, behind its verb if somebody takes over, and with what is around it
        a word of the name's sentence. Of an amount or a time it has a word of its sentence; and all
        of the question's words that this has, or with what is around it `SHARED_WORDS` of that
        sentence; and with what is around it another of its kind, unless it ends something.
        """
        text = passage.view.text
        here = _content(text[slice(*said)], self._language)
        known = _content(text[slice(*around)], self._language)
        has_names = self._names <= {
            *folded_words(text[slice(*around)]), *folded_words(" ".join(passage.context))
        }  # fmt: skip
        if not has_names:
            return False
        cue = _CHANGE.search(text, *said)
        assert cue
        if not self._kinds:
            named = here
            if _TAKEN_OVER.match(cue.group()):
                named = _content(text[cue.start() : said[1]], self._language)
            return bool(named & self._answer and known & self._said)
        kinds = {value.kind for value in values_in(text, *around)}
        if not (kinds & self._kinds or _ENDED.search(cue.group())):
            return False
        has_asked = bool(self._asked) and self._asked <= here
        is_alike = has_asked or len(known & self._said) >= SHARED_WORDS
        return is_alike and bool(here & self._said)


def _content(text: str, language: str) -> set[str]:
    """Return the stems of the words of a text that are no function words, figures or short."""
    words = [
        word
        for word in folded_words(text)
        if word not in stop_words(language)
        and word.isalpha()
        and len(word) >= MIN_LETTERS
        and word not in _RATE_WORDS
    ]
    return {stem for word in words for stem in stemmed_words(word, language)}


def _changed_sentences(passage: Passage) -> Iterator[tuple[Bounds, Bounds]]:
    """Yield the spans of sentences that say that something changed, alone and with neighbours."""
    text = passage.view.text
    bounds = split_sentences(text) if _CHANGE.search(text) else []
    for at, (start, end) in enumerate(bounds):
        if _CHANGE.search(text, start, end):
            first, last = start, end
            if at and "\n\n" not in text[bounds[at - 1][1] : start]:
                first = bounds[at - 1][0]
            if at + 1 < len(bounds) and "\n\n" not in text[end : bounds[at + 1][0]]:
                last = bounds[at + 1][1]
            yield (start, end), (first, last)


def _is_later(passage: Passage, bounds: Bounds, own: Passage, sentence: Bounds) -> bool:
    """Return whether a statement stands after another in its document, or in a later one.

    A later one has a later date, or a name that is alike but for its greater numbers.
    """
    if passage.source == own.source:
        return (passage.start, bounds[1]) > (own.start, sentence[1])
    if passage.date and own.date:
        return passage.date > own.date
    names = [re.sub(r"\d+", "", each.source) for each in (passage, own)]
    numbers = [list(map(int, re.findall(r"\d{1,9}", each.source))) for each in (passage, own)]
    return names[0] == names[1] and any(map(str.isalpha, names[0])) and numbers[0] > numbers[1]


def _answer_in(
    passage: Passage, region: Bounds, groups: Sequence[Group], best: Candidate
) -> Group | None:
    """Return the group of the best candidate in a region of a passage that says something else."""
    for group in groups:
        inside = [
            each
            for each in group.candidates
            if each.passage is passage and region[0] <= each.span.start < region[1]
        ]
        if inside and _is_alike(inside[0].text, best.text):
            return Group((*inside, *(each for each in group.candidates if each not in inside)))
    return None


def _is_alike(text: str, other: str) -> bool:
    """Return whether both have values of one kind, or neither has any."""
    left, right = values_in(text, 0, len(text)), values_in(other, 0, len(other))
    return {value.kind for value in left} == {value.kind for value in right}
