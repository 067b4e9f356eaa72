"""Judge what the product answers, by the JSON contract of `ask`.

Words are compared after this: lower case, no accents, no thousands separators, no articles, and
every other character than a letter or a digit (hyphens, line breaks) folded into one space. So
"climate-controlled" equals "climate controlled", but "photo-graphs" does not equal "photographs".

- An answer agrees with a gold answer if its `source` is the gold document and its words contain
  the gold's core words in one piece, with at most MAX_EXTRA_WORDS other words.
- One gold answer: right if the first of `answers` agrees and no other says anything else (a second
  answer may only repeat the core, from whatever source).
- Several (papers that differ, none of them named): right if `answers` has one that agrees with each
  gold answer, newest first, and nothing else.
- A list: right if the first answer is from the gold document and all entries are in its `items`
  and nothing else is, or, without `items`, if its words contain every entry and at most
  MAX_EXTRA_WORDS others for each.
- No gold answer: right if refused (`answer` is null); any answer is wrong.
- A question with a gold answer and a null is refused.

"Sure" is a confidence of SURE or more of the first answer. Knows nothing of documents or indexes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from benchmarks.structure.model import Gold, Question

SURE = 0.85
MAX_EXTRA_WORDS = 4
_ARTICLE_WORDS = (
    "a an the le la les l un une des der die das dem den ein eine einen einem el los las una il lo"
    " gli i uno o os as um uma de het een"
)
_ARTICLES = frozenset(_ARTICLE_WORDS.split())
_THOUSANDS = re.compile(r"(?<=\d)[.,'\u2019\u00a0\u202f ](?=\d{3}(?!\d))")
_NO_WORD = re.compile(r"[^\w]+|_")

Verdict = Literal["right", "wrong", "refused"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a question went."""

    verdict: Verdict
    sure: bool
    """Whether it was answered with a confidence of SURE or more."""


def fold_words(text: str) -> list[str]:
    """Return the words of a text as they are compared."""
    text = unicodedata.normalize("NFKD", _THOUSANDS.sub("", text).casefold())
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return [word for word in _NO_WORD.sub(" ", text).split() if word not in _ARTICLES]


def holds(words: Sequence[str], core: Sequence[str]) -> bool:
    """Return whether `core` is in `words` in one piece."""
    return any(
        list(words[at : at + len(core)]) == list(core) for at in range(len(words) - len(core) + 1)
    )


def judge(question: Question, result: Mapping[str, Any]) -> Judgement:
    """Return how a question went; `result` is the object of the JSON contract."""
    answers = result["answers"]
    if result["answer"] is None or not answers:
        return Judgement("refused" if question.gold else "right", sure=False)
    sure = answers[0]["confidence"] >= SURE
    if not question.gold:
        right = False
    elif question.items:
        right = _has_items(question, answers[0])
    elif len(question.gold) == 1:
        right = _agrees(answers[0], question.gold[0]) and all(
            _says(answer, question.gold[0].core) for answer in answers[1:]
        )
    else:
        right = len(answers) == len(question.gold) and all(
            _agrees(answer, gold) for answer, gold in zip(answers, question.gold, strict=True)
        )
    return Judgement("right" if right else "wrong", sure)


def _agrees(answer: Mapping[str, Any], gold: Gold) -> bool:
    return bool(answer["source"] == gold.source) and _says(answer, gold.core)


def _says(answer: Mapping[str, Any], core: str) -> bool:
    words, wanted = fold_words(answer["text"]), fold_words(core)
    return holds(words, wanted) and len(words) - len(wanted) <= MAX_EXTRA_WORDS


def _has_items(question: Question, answer: Mapping[str, Any]) -> bool:
    if answer["source"] != question.gold[0].source:
        return False
    wanted = [fold_words(item) for item in question.items]
    items = answer.get("items")
    if items:
        given = [fold_words(_item_text(item, answer)) for item in items]
        return len(given) == len(wanted) and all(
            any(holds(words, item) for words in given) for item in wanted
        )
    words = fold_words(answer["text"])
    extra = len(words) - sum(len(item) for item in wanted)
    return all(holds(words, item) for item in wanted) and extra <= MAX_EXTRA_WORDS * len(wanted)


def _item_text(item: Any, answer: Mapping[str, Any]) -> str:
    """Return the words of an entry: a text, an object with one, or a span of the document."""
    if isinstance(item, str):
        return item
    if "text" in item:
        return str(item["text"])
    first = answer["start"]
    return str(answer["text"][item["start"] - first : item["end"] - first])
