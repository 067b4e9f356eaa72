"""The sentence that answers: which one, where it stands, and when there is none."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from conftest import ToyEncoder
from retrieval.answer import THRESHOLD, confidence_of, find_answers
from retrieval.types import Answer, Parts, Passage, Ranks

TEXT = "The iron bridge\n\nIt spans the Ebro. It was opened in 1894 by the king. It is long."


def passage(text: str = TEXT, score: float = 0.5, start: int = 100, line: int = 7) -> Passage:
    return Passage(
        source="bridge.txt", title="The iron bridge", date=None, language="en",
        start=start, end=start + len(text), line_start=line, line_end=line + text.count("\n"),
        page=None, text=text, score=score, ranks=Ranks(1, 1), stale=False, also_in=(),
        parts=Parts(0.5, 1.0, 0.2, 0.3),
    )  # fmt: skip


def no_meaning(texts: list[str]) -> NDArray[np.float32]:
    """Vectors at a right angle to every question, so that words alone decide."""
    return np.zeros((len(texts), 2), dtype=np.float32)


QUESTION = np.array([1.0, 0.0], dtype=np.float32)


@pytest.mark.parametrize(
    ("score", "confidence"), [(0.0, 0.0071), (0.41408, 0.5), (0.5, 0.7359), (1.0, 0.9991)]
)
def test_confidence_is_the_logistic_curve(score: float, confidence: float) -> None:
    assert confidence_of(score) == pytest.approx(confidence, abs=1e-3)
    assert confidence_of(score) == round(1 / (1 + math.exp(4.94 - 11.93 * score)), 4)


def test_the_sentence_with_most_of_the_weight_answers_at_its_exact_place() -> None:
    answers, confidence = find_answers(
        [passage()], QUESTION, {"opened": 2.0, "ebro": 1.0, "long": 0.5}, no_meaning, "en"
    )
    sentence = "It was opened in 1894 by the king."
    start = 100 + TEXT.index(sentence)
    end = start + len(sentence)
    assert answers == (
        Answer(sentence, "bridge.txt", start, end, 9, confidence, sentence, start, end),
    )
    assert confidence == confidence_of(0.5)


def test_meaning_decides_where_words_do_not() -> None:
    def encode(texts: list[str]) -> NDArray[np.float32]:
        return np.array([[0.9 if "Ebro" in text else 0.1, 0] for text in texts], dtype=np.float32)

    answers, _ = find_answers([passage()], QUESTION, {}, encode, "en")
    assert [answer.text for answer in answers] == ["It spans the Ebro."]


def test_across_languages_meaning_decides_before_words() -> None:
    def encode(texts: list[str]) -> NDArray[np.float32]:
        return np.array([[0.6 if "Ebro" in text else 0.3, 0] for text in texts], dtype=np.float32)

    chosen = {
        language: find_answers([passage()], QUESTION, {"king": 1.0}, encode, language)[0][0].text
        for language in ("en", "fr", "und")
    }
    assert chosen == {
        "en": "It was opened in 1894 by the king.",
        "fr": "It spans the Ebro.",
        "und": "It was opened in 1894 by the king.",
    }


def test_of_equal_sentences_the_first_answers() -> None:
    answers, _ = find_answers([passage()], QUESTION, {"nowhere": 1.0}, no_meaning, "en")
    assert [(answer.text, answer.start, answer.line) for answer in answers] == [
        ("The iron bridge", 100, 7)
    ]


def test_words_are_compared_folded() -> None:
    text = "Rien ici. L’ÉLÈVE est là."
    answers, _ = find_answers([passage(text)], QUESTION, {"eleve": 1.0}, no_meaning, "en")
    assert [answer.text for answer in answers] == ["L’ÉLÈVE est là."]


def test_only_the_best_passage_is_read() -> None:
    second = passage("It was opened in 1894.", score=0.4)
    answers, _ = find_answers(
        [passage("Nothing."), second], QUESTION, {"1894": 1.0}, no_meaning, "en"
    )
    assert [answer.text for answer in answers] == ["Nothing."]


def test_below_the_threshold_there_is_no_answer_but_a_confidence() -> None:
    # the score at which the curve reaches the threshold
    limit = (math.log(THRESHOLD / (1 - THRESHOLD)) + 4.94) / 11.93
    below, above = (
        find_answers([passage(score=score)], QUESTION, {"1894": 1.0}, no_meaning, "en")
        for score in (limit - 0.001, limit + 0.001)
    )
    assert below == ((), confidence_of(limit - 0.001))
    assert [answer.text for answer in above[0]] == ["It was opened in 1894 by the king."]


def test_no_passage_gives_no_answer() -> None:
    assert find_answers([], QUESTION, {}, no_meaning, "en") == ((), 0.0)


def test_with_a_real_encoder_the_shapes_agree() -> None:
    encoder = ToyEncoder()
    question = encoder.encode_question("When was it opened by the king?")
    answers, _ = find_answers([passage()], question, {"opened": 1.0}, encoder.encode_passages, "en")
    assert [answer.text for answer in answers] == ["It was opened in 1894 by the king."]
