"""Parse a question once: clean it, guess its language, choose its topical words.

Knows words and languages; knows nothing of the index or of ranking.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from seedqa.index.errors import QuestionError
from seedqa.index.language import UNKNOWN_LANGUAGE
from seedqa.index.lexical import all_stop_words, folded_words, stop_words
from seedqa.index.messages import Message
from seedqa.index.stopwords import STOP_WORDS

#: A question is a sentence or a paragraph; the encoder reads 256 tokens of it.
MAX_QUESTION_CHARACTERS = 10_000
#: Function words of two languages that only one of them asks with: "quelle" is Italian for "those".
#: At the beginning of a question, they break a tie.
_ASKING = {"quelle": "fr", "quelles": "fr"}
_OPENING = 3


@dataclass(frozen=True, slots=True)
class Question:
    """A question with everything that later stages derive from its words."""

    text: str
    language: str
    """ISO 639-1 code, or `UNKNOWN_LANGUAGE`."""
    words: tuple[str, ...]
    """The distinct folded words, in order."""
    topical: tuple[str, ...]
    """The words that are no function words, or all words where there are no others."""
    unknown: frozenset[str] = frozenset()
    """The topical words that are nowhere in the index; known once it was searched."""

    @property
    def asks_nothing(self) -> bool:
        """Whether it is one word, which only passages can be found for, or function words alone.

        Those of one language: "When was the war?" asks something, though "war" is German for "was".
        """
        return len(self.words) == 1 or any(
            all(word in stop_words(language) for word in self.words) for language in STOP_WORDS
        )


def parse_question(text: str) -> Question:
    """Return the question without control characters and surplus white space.

    Raises QuestionError if nothing is left, or if the text has over `MAX_QUESTION_CHARACTERS`.
    """
    cleaned = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", " ", text).split())
    if not cleaned:
        raise QuestionError(Message("an empty question"), "", Message("Ask a question"))
    if len(cleaned) > MAX_QUESTION_CHARACTERS:
        raise QuestionError(
            Message("a question of {count:,} characters", count=len(cleaned)),
            Message("at most {count:,}", count=MAX_QUESTION_CHARACTERS),
            Message("Shorten it"),
        )
    spoken = folded_words(cleaned)
    language = guess_language(spoken)
    words = tuple(dict.fromkeys(spoken))
    dropped = all_stop_words() if language == UNKNOWN_LANGUAGE else stop_words(language)
    topical = tuple(word for word in words if word not in dropped) or words
    return Question(cleaned, language, words, topical)


def guess_language(words: Sequence[str]) -> str:
    """Return the language whose function words are the most among folded `words`, or unknown.

    A question is too short for a statistical identifier, but it is made of function words. A tie,
    or no function word at all, is `UNKNOWN_LANGUAGE`.

    >>> guess_language(["a", "quelle", "heure", "arrive", "le", "train"])
    'fr'
    """
    asks_in = next((_ASKING[word] for word in words[:_OPENING] if word in _ASKING), "")
    counts = sorted(
        (
            (sum(word in stop_words(code) for word in words) + (code == asks_in) / 2, code)
            for code in STOP_WORDS
        ),
        reverse=True,
    )
    (most, language), (second, _) = counts[0], counts[1]
    return language if most > second else UNKNOWN_LANGUAGE
