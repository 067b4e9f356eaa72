"""Which passages are read for an answer: all that could change it, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from seedqa.retrieval.calibration import Calibration
from seedqa.retrieval.question import parse_question
from seedqa.retrieval.reader import Span
from seedqa.retrieval.reading import FIRST_COUNT, READ_COUNT, SECOND_COUNT, read_for_answer
from seedqa.retrieval.types import Passage, Ranks, ScoreParts

ASKED = parse_question("When was the bridge opened?")
#: The probability is that of the best span's score: 0.5 at 0.
CALIBRATION = Calibration({"margin": 1.0}, 0.0, 2.0, 0.2, 0.4)
SURE = 9.0


def passage(number: int, text: str) -> Passage:
    return Passage(
        source=f"{number}.txt", title="", date=None, language="en", start=0, end=len(text),
        line_start=1, line_end=1, page=None, text=text, score=0.9 - number / 10,
        ranks=Ranks(1, 1), stale=False, also_in=(), parts=ScoreParts(0.5, 1.0, 0.2, 0.3),
    )  # fmt: skip


def different(texts: list[str]) -> NDArray[np.float32]:
    return np.eye(len(texts), dtype=np.float32)


def read(texts: Sequence[str], scores: dict[str, float]) -> tuple[list[tuple[int, int]], list[str]]:
    """Return which passages were read, from and to, and the answers; `scores` of the answers."""
    calls: list[tuple[int, int]] = []

    def reader(first: int, last: int) -> list[tuple[Span, ...]]:
        calls.append((first, last))
        return [
            tuple(
                Span(text.index(words), text.index(words) + len(words), score)
                for words, score in scores.items()
                if words in text
            )
            for text in texts[first:last]
        ]

    passages = [passage(number, text) for number, text in enumerate(texts)]
    _, verdict = read_for_answer(ASKED, passages, reader, CALIBRATION, different, ("en",))
    return calls, [answer.text for answer in verdict.answers]


OTHERS = [
    "Near the mill lives a miller.", "Every summer children swim below the old mill.",
    "Flour from that mill is sold on market days.", "A storm broke two sails of it, says the mill.",
    "Bread tastes better where a mill still grinds.", "Nobody paints mill doors green any more.",
    "Geese sleep behind this mill in winter.", "His uncle bought another mill abroad.",
]  # fmt: skip
OPENED = "The bridge over the river was opened by the king in 1894 after a long war."


def test_a_sure_answer_in_the_first_passages_spares_the_others() -> None:
    calls, answers = read([OPENED, *OTHERS], {"1894": SURE})
    assert (calls, answers) == ([(0, FIRST_COUNT)], ["1894"])


@pytest.mark.parametrize(
    ("score", "steps"),
    [
        pytest.param(0.5, [FIRST_COUNT, SECOND_COUNT, READ_COUNT], id="unsure"),
        pytest.param(1.0, [FIRST_COUNT, SECOND_COUNT], id="likely after five"),
        pytest.param(-3.0, [FIRST_COUNT, SECOND_COUNT], id="hopeless after five"),
        pytest.param(-9.0, [FIRST_COUNT], id="hopeless"),
    ],
)
def test_what_three_passages_say_decides_how_many_are_read(score: float, steps: list[int]) -> None:
    calls, _ = read([OPENED, *OTHERS], {"1894": score})
    assert calls == list(pairwise([0, *steps]))


def test_nothing_is_hopeless_while_an_unread_passage_has_a_word_of_the_question() -> None:
    """The row about Lodira was in the fourth passage; it had fewer of the other words."""
    calls, answers = read([*OTHERS[:6], OPENED], {"mill": -9.0, "1894": SURE})
    assert (calls[-1], answers) == ((SECOND_COUNT, 7), ["1894"])


def test_copies_of_one_passage_do_not_make_the_others_hopeless() -> None:
    """Six notes alike but for a number came before the minutes that name the contractor."""
    copies = [f"Note {number}. The board spoke of a bridge that was opened." for number in range(6)]
    calls, answers = read([*copies, OPENED], {"board": -9.0, "1894": SURE})
    assert (calls[-1], answers) == ((SECOND_COUNT, 7), ["1894"])


def test_an_answer_of_a_late_passage_is_found() -> None:
    texts = [*OTHERS[:4], OPENED, *OTHERS[4:]]
    assert read(texts, {"1894": SURE})[1] == ["1894"]


def test_a_twin_among_the_others_is_read_and_may_disagree() -> None:
    """Contracts alike but for a number: the third one was not asked for its number."""
    twin = OPENED.replace("1894", "1903")
    calls, answers = read([OPENED, *OTHERS[:3], twin], {"1894": SURE, "1903": SURE})
    assert calls == [(0, FIRST_COUNT), (FIRST_COUNT, 5)]
    assert sorted(answers) == ["1894", "1903"]


def test_few_passages_are_read_once() -> None:
    assert read([OPENED, OTHERS[0]], {"1894": -SURE})[0] == [(0, 2)]


def test_no_passage_has_no_answer() -> None:
    assert read([], {})[1] == []
