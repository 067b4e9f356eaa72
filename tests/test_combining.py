"""The work of several threads is done together, and each gets its own."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from seedqa.retrieval.combining import Combined

SECONDS = 20.0


class Slow:
    """Makes 10 times a number; the first call waits until it is let go."""

    def __init__(self, fails_from: int = 99) -> None:
        self.calls: list[list[int]] = []
        self.began, self.go = threading.Event(), threading.Event()
        self._fails_from = fails_from

    def __call__(self, items: Sequence[int]) -> list[int]:
        self.calls.append(list(items))
        self.began.set()
        assert self.go.wait(SECONDS)
        if len(self.calls) > self._fails_from:
            raise ValueError("no")
        return [10 * item for item in items]


def run(slow: Slow, *jobs: Sequence[int]) -> list[list[int] | BaseException]:
    """What threads get that call while the first is at work."""
    combined = Combined(slow)
    got: list[list[int] | BaseException] = [[] for _ in jobs]

    def call(number: int) -> None:
        try:
            got[number] = combined(jobs[number])
        except ValueError as error:
            got[number] = error

    threads = [threading.Thread(target=call, args=(number,)) for number in range(len(jobs))]
    threads[0].start()
    assert slow.began.wait(SECONDS)
    for thread in threads[1:]:
        thread.start()
    while len(combined._waiting) < len(jobs) - 1:
        pass
    slow.go.set()
    for thread in threads:
        thread.join(SECONDS)
    return got


def test_those_who_wait_are_served_by_one_call() -> None:
    slow = Slow()
    assert run(slow, [1], [2, 3], [], [4]) == [[10], [20, 30], [], [40]]
    assert slow.calls[0] == [1]
    assert len(slow.calls) == 2
    assert sorted(slow.calls[1]) == [2, 3, 4]


def test_an_error_reaches_all_whose_work_it_was() -> None:
    got = run(Slow(fails_from=1), [1], [2], [3])
    assert got[0] == [10]
    assert [str(one) for one in got[1:]] == ["no", "no"]


def test_the_next_call_works_after_an_error() -> None:
    wrong = [True]

    def make(items: Sequence[int]) -> list[int]:
        if wrong.pop() if wrong else False:
            raise ValueError("no")
        return list(items)

    combined = Combined(make)
    with pytest.raises(ValueError, match="no"):
        combined([1])
    assert combined([2]) == [2]
