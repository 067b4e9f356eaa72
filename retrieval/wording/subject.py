"""Tell whether the words around an answer are about something else than the question.

"Who restored the portrait?" is not answered by who restored the clock, though both are in one
passage, in a paragraph each. Knows passages and questions; nothing of models or of the index.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from seedqa.index.documents.dates import WEEKDAY_OF
from seedqa.index.language import UNKNOWN_LANGUAGE
from seedqa.index.lexical import folded_words, stop_words, word_forms
from seedqa.index.patterns import lazy_pattern
from seedqa.retrieval.layout.lists import MAX_HEADING_CHARS
from seedqa.retrieval.question import Question
from seedqa.retrieval.types import Passage
from seedqa.retrieval.wording.asking import asks_phone_number
from seedqa.retrieval.wording.naming import question_names

Span = tuple[int, int]

#: What asks whether there is something, folded, at the beginning of a question.
_IS_THERE = lazy_pattern(
    r"(?:(?:is|are|was|were) there|do (?:you|they|we) have|gibt es|y a t il|est ce qu il y a|il y a"
    r"|hay|c e|ci sono|ha|is er|zijn er)\b"
)
#: Things that are told without their name: "students pay half" is a discount.
_TOLD_OTHERWISE_WORDS = """
    discount fee charge limit restriction restrictions rule rules exception exceptions age
    ermassigung rabatt gebuhr grenze regel regeln ausnahme ausnahmen reduction remise frais limite
    regle regles descuento tarifa regla reglas excepcion sconto regola eccezione desconto taxa regra
    korting regels uitzondering grens
"""
_TOLD_OTHERWISE = frozenset(_TOLD_OTHERWISE_WORDS.split())
#: Who was named in the sentence before: "You can reach her at".
_PRONOUN_WORDS = """
    her him she he them sie er ihn ihr ihm elle lui il ella lei ela ele zij haar hem hij
"""
_PRONOUNS = frozenset(_PRONOUN_WORDS.split())
#: Words that announce a telephone number, folded.
_PHONE = """
    phone telephone tel telefon telefono telefone telefoon mobile handy mobil fax number nummer
    numero call ring anrufen appeler llamar chiamare ligar bellen movil fixe portable cellulare
    telemovel reach contact kontakt contatto contacto
"""
_PHONE_WORDS = frozenset(_PHONE.split())


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
    here = word_forms(text[start : sentence[1]], *_headings(passage, start), language=language)
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


def _headings(passage: Passage, end: int) -> tuple[str, ...]:
    """Return the title and the headings of what is at an offset of a passage."""
    text = passage.view.text
    head = text.partition("\n")[0]
    head = head if len(head) <= MAX_HEADING_CHARS else ""
    return (head, *_headings_above(text[:end]), passage.title, *passage.context)


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


def lacks_what_there_is(question: Question, sentence: str, language: str) -> bool:
    """Return whether a question asks if there is something, and a sentence does not name it.

    "Is there a toilet?" is not answered by what is said of water. Only within one language.
    """
    if question.language != language:
        return False
    found = _IS_THERE.match(" ".join(folded_words(question.text)))
    if not found:
        return False
    rest = found.string[found.end() :].split()
    if rest[:1] == ["to"] or (found.group() == "ha" and language != "pt"):
        return False  # "do we have to pay", "ha bisogno"
    thing = next((word for word in rest if word in question.topical), "")
    if not thing or thing in _TOLD_OTHERWISE:
        return False
    named = word_forms(sentence, language=language)
    return named.isdisjoint(word_forms(thing, language=language))


def is_number_of_other(question: Question, sentence: str, language: str) -> bool:
    """Return whether a question asks for somebody's telephone number, and a sentence has another's.

    It has none of the names of the question, but other words than those that announce a number.
    """
    names = {name for name in question_names(question) if name not in WEEKDAY_OF}
    if not names or not asks_phone_number(question):
        return False
    words = folded_words(sentence)
    if not (names | _PRONOUNS).isdisjoint(words):
        return False
    asked = word_forms(*question.topical, language=language)
    return any(
        word.isalpha()
        and len(word) > 1
        and word not in _PHONE_WORDS
        and word not in stop_words(language)
        and asked.isdisjoint(word_forms(word, language=language))
        for word in words
    )


def shares_no_word(question: Question, passage: Passage, sentence: Span) -> bool:
    """Return whether neither the sentence of an answer nor the headings have a word of a question.

    The first line of the passage counts as a heading, however long it is. Only topical words count,
    and only within one language.
    """
    if passage.language != question.language:
        return False
    text, language = passage.view.text, passage.language
    parts = (text[slice(*sentence)], text.partition("\n")[0], *_headings(passage, sentence[0]))
    said = word_forms(*parts, language=language)
    return all(said.isdisjoint(word_forms(word, language=language)) for word in question.topical)


def names_somebody_else(question: Question, elsewhere: Iterable[str]) -> bool:
    """Return whether names of the question are among words, and all of its names."""
    names = question_names(question)
    return bool(names) and names <= set(elsewhere)
