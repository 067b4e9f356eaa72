"""From ranked passages to one answer: the sentence of the best passage that answers best.

Knows passages and scores; nothing of the index. It quotes and never makes up a word.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from index.chunking import split_sentences
from index.lexical import folded_words
from index.types import UNKNOWN_LANGUAGE
from retrieval.types import Answer, Passage

#: Logistic regression of "the best passage is from a right source" on its score, over questions of
#: PIAF, squad2 and a mixed folder, and 1,000 of which none is (docs/measurements.md;
#: benchmarks/retrieval.py). It stands in for a reader's no-answer score.
CONFIDENCE_SLOPE = 11.93
CONFIDENCE_OFFSET = -4.94
#: The cosine's share beside matching words in choosing a sentence, where question and passage are
#: in one language, and where they are in two, so that only names can match: the right sentence of a
#: passage is chosen for 67.6 % of PIAF's questions, 76.3 of squad2's and, of English questions over
#: Italian, 77.5 with 0.9 against 75.8 with 0.3 (300, 300 and 227 questions).
SAME_LANGUAGE_SHARE = 0.3
CROSS_LANGUAGE_SHARE = 0.9
#: Below this the documents are said not to answer: more than half of the questions that they cannot
#: answer fall below it, and about a tenth of those that were answered rightly.
THRESHOLD = 0.3


def confidence_of(score: float) -> float:
    """Return the probability that a passage with this score is from a source that answers."""
    exponent = -(CONFIDENCE_SLOPE * score + CONFIDENCE_OFFSET)
    return round(1 / (1 + math.exp(exponent)), 4)


def find_answers(
    passages: Sequence[Passage],
    question: NDArray[np.float32],
    weights: Mapping[str, float],
    encode: Callable[[list[str]], NDArray[np.float32]],
    language: str,
) -> tuple[tuple[Answer, ...], float]:
    """Return the answers, best first, and the confidence; no answer below `THRESHOLD`.

    `question` is the encoded question, shape (dimension,); `weights` those of its topical words;
    `encode` gives vectors of shape (n, dimension) for n sentences; `language` is the question's.
    """
    if not passages:
        return (), 0.0
    best = passages[0]
    confidence = confidence_of(best.score)
    spans = split_sentences(best.text)
    if confidence < THRESHOLD or not spans:
        return (), confidence
    sentences = [best.text[start:end] for start, end in spans]
    cosines = encode(sentences) @ question
    crosses = UNKNOWN_LANGUAGE not in (language, best.language) and language != best.language
    share = CROSS_LANGUAGE_SHARE if crosses else SAME_LANGUAGE_SHARE
    scores = [
        share * float(cosine) + (1 - share) * _covered(sentence, weights)
        for cosine, sentence in zip(cosines, sentences, strict=True)
    ]
    start, end = spans[max(range(len(spans)), key=lambda position: scores[position])]
    return (_quote(best, start, end, confidence),), confidence


def _covered(sentence: str, weights: Mapping[str, float]) -> float:
    """Return the share of the question's topical weight whose words stand in `sentence`."""
    total = sum(weights.values())
    present = set(folded_words(sentence))
    found = sum(weight for word, weight in weights.items() if word in present)
    return found / total if total else 0.0


def _quote(passage: Passage, start: int, end: int, confidence: float) -> Answer:
    return Answer(
        text=passage.text[start:end],
        source=passage.source,
        start=passage.start + start,
        end=passage.start + end,
        line=passage.line_start + passage.text.count("\n", 0, start),
        confidence=confidence,
        sentence=passage.text[start:end],
        sentence_start=passage.start + start,
        sentence_end=passage.start + end,
    )
