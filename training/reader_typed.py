"""Turn questions into what people type into a search box.

Lower case, no question mark, no accents, function words left out, a noun phrase in place of a
question, a first letter in either case; and bare keywords, which ask nothing. Knows the function
words of the seven languages; nothing of examples' files, nor of models.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace

from seedqa.index.lexical import fold, stop_words
from training.reader_data import Example

#: Words that say what is asked for. They are function words too, and are typed nevertheless.
INTERROGATIVES = {
    "en": "who whom whose what which when where why how many much",
    "fr": "qui que quoi quel quelle quels quelles quand ou pourquoi comment combien",
    "de": "wer wem wen wessen was welche welcher welches welchem welchen wann wo wohin woher "
    "warum wie viel viele",
    "es": "quien quienes que cual cuales cuando donde por como cuanto cuanta cuantos cuantas",
    "it": "chi che cosa quale quali qual quando dove perche come quanto quanta quanti quante",
    "pt": "quem que qual quais quando onde por como quanto quanta quantos quantas",
    "nl": "wie wat welke welk wanneer waar waarom hoe veel hoeveel",
}
#: The share of the examples that are asked as they are typed, and of these each way's.
TYPED_SHARE = 0.3
WAYS = {"lower": 0.25, "letter": 0.15, "mark": 0.1, "short": 0.35, "phrase": 0.15}
#: Words of a noun phrase at least: of fewer nobody knows what is asked.
PHRASE_WORDS = 3
#: Of the typed ones, the share without accents.
PLAIN_SHARE = 0.5
_ELISIONS = ("l'", "d'", "qu'", "n'", "s'", "c'", "j'", "un'", "all'", "dell'", "nell'", "dall'")


def retype(question: str, language: str, way: str, chance: random.Random) -> str:
    """Return a question as it is typed in one of `WAYS`; as it is where nothing would be left."""
    text = question.strip()
    if way == "letter":
        at = 1 if text[:1] == "¿" else 0
        return text[:at] + text[at : at + 1].lower() + text[at + 1 :]
    text = text.lstrip("¿¡ ").rstrip("?!. \u00a0")
    if way == "mark":
        return text
    text = text.lower().replace("’", "'")
    if way in ("short", "phrase"):
        kept = list(_kept_words(text.split(), language, asking=way == "short"))
        if len(kept) >= (PHRASE_WORDS if way == "phrase" else 2):
            text = " ".join(kept)
    return strip_accents(text) if chance.random() < PLAIN_SHARE else text


def _kept_words(words: Iterable[str], language: str, *, asking: bool) -> Iterator[str]:
    """Yield the words but the function words; those that ask are kept where `asking`."""
    ignored = stop_words(language)
    asked = frozenset(INTERROGATIVES.get(language, "").split())
    for whole in words:
        word = whole
        if language in ("fr", "it"):
            elided = next((each for each in _ELISIONS if whole.startswith(each)), "")
            word = whole.removeprefix(elided)
        bare = fold(word.strip(".,;:!?()\"«»'"))
        if not bare or (bare in asked and not asking):
            continue
        if bare in ignored and bare not in asked:
            continue
        yield word.strip(',;:"«»')


def strip_accents(text: str) -> str:
    """Return text without its accents."""
    apart = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c)))


def retype_some(examples: Iterable[Example], chance: random.Random) -> Iterator[Example]:
    """Yield the examples, some of them asked as people type."""
    for example in examples:
        language = example.asked or example.language
        if not language or chance.random() >= TYPED_SHARE:
            yield example
            continue
        way = chance.choices(list(WAYS), list(WAYS.values()))[0]
        yield replace(example, question=retype(example.question, language, way, chance))


def keyword_examples(examples: Iterable[Example], chance: random.Random) -> Iterator[Example]:
    """Yield bare keywords, a name of the question or the title of the passage: no answer."""
    for example in examples:
        language = example.asked or example.language
        asked = frozenset(INTERROGATIVES.get(language, "").split())
        words = [word.strip("¿?,.;:!\"'«»()") for word in example.question.split()]
        names = [
            word
            for number, word in enumerate(words)
            if number and word[:1].isupper() and fold(word) not in asked
        ]
        title = example.title.replace("_", " ").split("(")[0].strip()
        keywords = title if title and chance.random() < 0.5 else " ".join(names[:2])
        if not keywords:
            continue
        if chance.random() < 0.7:
            keywords = keywords.lower()
        yield replace(example, question=keywords, start=0, end=0, kind="keywords", somewhere=False)
