"""Turn text into the words of lexical search, the same way for a passage and for a question.

A word has two forms. Folded: lower case, accents removed, so that a name matches in every
language. Stemmed: by the rules of one language, then folded, so that inflections match. Knows
nothing of the database, nor of ranking.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from seedqa.index.language import UNKNOWN_LANGUAGE
from seedqa.index.patterns import lazy_pattern
from seedqa.index.stopwords import STOP_WORDS

#: Letters that Unicode does not decompose but that people type, or read, as others; and characters
#: inside a word that are not read: soft hyphens, joiners, sound marks without a kana.
_UNDECOMPOSED = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
     "\N{SOFT HYPHEN}": None, "\N{ZERO WIDTH NON-JOINER}": None, "\N{ZERO WIDTH JOINER}": None,
     "\u3099": None, "\u309a": None}
)  # fmt: skip

#: Accents, and the vowel points of Hebrew and Arabic, which most writers leave out.
_MARK = (
    r"\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f"
    r"\u0670\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
_MARKS = lazy_pattern(f"[{_MARK}]+")
#: A character of a script written without spaces is a word by itself: a query then matches the
#: characters that it shares with a text, not only a whole run.
_IDEOGRAPH = (
    r"\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003ffff"
)
#: Any other letter or digit; these make runs.
_LETTER = r"[^\W_\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
#: Characters other than letters that a word may contain, among them decomposed kana sound marks.
_UNREAD = rf"{_MARK}\u3099\u309a\u00ad\u200c\u200d"
_WORD = lazy_pattern(rf"[{_IDEOGRAPH}][{_UNREAD}]*|{_LETTER}+(?:[{_UNREAD}]+{_LETTER}*)*")
#: Nothing useful is longer; a line of base64 must not become one enormous token.
MAX_WORD_LENGTH = 64


def fold(text: str) -> str:
    """Return `text` in lower case without accents, ligatures written out.

    >>> fold("Élève, Straße, cœur")
    'eleve, strasse, coeur'
    """
    if text.isascii():
        return text.lower()
    # Decompose before folding the case, since 𝐀 has no lower case. Compose again at the end, so
    # that Hangul stays in syllables and ガ differs from カ.
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", decomposed))
    return unicodedata.normalize("NFC", bare).translate(_UNDECOMPOSED)


def find_words(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, word) for each word of `text`; offsets count code points.

    Combining accents, zero-width joiners and soft hyphens inside a word do not end it, so a
    decomposed text has the words of a composed one.
    """
    for match in _WORD.finditer(text):
        yield match.start(), match.end(), match.group()


def folded_words(text: str) -> list[str]:
    """Return the words of `text` in order, folded."""
    return [word for _, _, raw in find_words(text) for word in _folded(raw)]


def stemmed_words(text: str, language: str) -> list[str]:
    """Return the words of `text` in order, stemmed by the rules of `language`, then folded.

    A language without a stemmer gives the folded words, an unknown one the stems of the seven
    languages: a text of a few words has no language, and "cost" must find its "costs".
    """
    if language == UNKNOWN_LANGUAGE:
        return [stem for _, _, word in find_words(text) for stem in _stems_everywhere(word)]
    stemmer = _find_stemmer(language)
    if stemmer is None:
        return folded_words(text)
    composed = [
        unicodedata.normalize("NFC", raw).lower().translate(_UNDECOMPOSED)
        for _, _, raw in find_words(text)
    ]
    stems = stemmer.stemWords([word for word in composed if len(word) <= MAX_WORD_LENGTH])
    return [word for stem in stems for word in _folded(stem)]


def word_forms(*texts: str, language: str) -> set[str]:
    """Return the words of some texts, folded and stemmed."""
    text = "\n".join(texts)
    return {*folded_words(text), *stemmed_words(text, language)}


@lru_cache(maxsize=10_000)
def _stems_everywhere(word: str) -> tuple[str, ...]:
    """Return the distinct stems of a word in the languages of `STOP_WORDS`."""
    stems = (stem for code in STOP_WORDS for stem in stemmed_words(word, code))
    return tuple(dict.fromkeys(stems))


def _folded(raw: str) -> list[str]:
    """Return a word folded: in most cases one, but ½ is 1 and 2."""
    folded = fold(raw)
    # most words end here, and a build folds millions
    words = [folded] if folded.isascii() and folded.isalnum() else _WORD.findall(folded)
    return [word for word in words if len(word) <= MAX_WORD_LENGTH]


@cache
def _find_stemmer(language: str) -> Any | None:
    """Return the Snowball stemmer of a language, or None if there is none."""
    import Stemmer  # a C extension; a build or a question needs it, `--help` does not

    try:
        return Stemmer.Stemmer(language)  # it takes ISO 639-1 codes
    except KeyError:
        return None


@cache
def stop_words(language: str) -> frozenset[str]:
    """Return the folded function words of `language`; empty where there is no list."""
    return frozenset(fold(STOP_WORDS.get(language, "")).split())


@cache
def all_stop_words() -> frozenset[str]:
    """Return the folded function words of every language that has a list."""
    return frozenset().union(*(stop_words(language) for language in STOP_WORDS))
