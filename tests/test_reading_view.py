"""The reading view: edits applied, and spans mapped back to the exact characters."""

from __future__ import annotations

import pytest

from seedqa.index.reading_view import (
    clip_edits,
    encoder_input,
    make_view,
    merge_edits,
    readable_text,
)
from seedqa.index.types import Chunk, Edit

HYPHEN = "Bar-\ntholomew Finch"


def test_without_edits_a_text_reads_as_it_is() -> None:
    view = make_view("The mill.", ())
    assert view.text == "The mill."
    assert view.locate(4, 8) == (4, 8)


@pytest.mark.parametrize(
    ("text", "edits", "read"),
    [
        (HYPHEN, [Edit(3, 5)], "Bartholomew Finch"),
        ("in 184712 by", [Edit(7, 9)], "in 1847 by"),
        ("[the mill](a.html).", [Edit(0, 1), Edit(9, 18)], "the mill."),
        ("a\fFoot\nb", [Edit(1, 7, " ")], "a b"),
        ("1936", [Edit(0, 0, "Opened: ")], "Opened: 1936"),
        ("ﬁsh", [Edit(0, 1, "fi")], "fish"),
        ("gone", [Edit(0, 4)], ""),
    ],
    ids=["hyphen", "note number", "link", "page break", "column", "ligature", "all left out"],
)
def test_edits_are_applied(text: str, edits: list[Edit], read: str) -> None:
    assert make_view(text, edits).text == read


@pytest.mark.parametrize(
    ("text", "edits", "words", "characters"),
    [
        (HYPHEN, [Edit(3, 5)], "Bartholomew", "Bar-\ntholomew"),
        (HYPHEN, [Edit(3, 5)], "Finch", "Finch"),
        ("in 184712 by", [Edit(7, 9)], "1847", "1847"),
        ("in 184712 by", [Edit(7, 9)], "1847 by", "184712 by"),
        ("1936", [Edit(0, 0, "Opened: ")], "Opened: 1936", "1936"),
        ("1936", [Edit(0, 0, "Opened: ")], "1936", "1936"),
        ("a ﬁsh", [Edit(2, 3, "fi")], "ish", "ﬁsh"),
    ],
    ids=[
        "joined",
        "after",
        "before",
        "across",
        "from an insertion",
        "beside it",
        "half a ligature",
    ],
)
def test_words_are_located(text: str, edits: list[Edit], words: str, characters: str) -> None:
    view = make_view(text, edits)
    start = view.text.index(words)
    located = view.locate(start, start + len(words))
    assert located is not None
    assert text[slice(*located)] == characters


def test_an_insertion_alone_is_nowhere() -> None:
    view = make_view("1936", [Edit(0, 0, "Opened: ")])
    assert view.locate(0, 6) is None
    assert view.locate(3, 3) is None


def test_edits_are_cut_to_a_part() -> None:
    edits = [Edit(0, 2), Edit(4, 8, "-"), Edit(10, 10, "x"), Edit(12, 14)]
    assert clip_edits(edits, 5, 12) == (Edit(0, 3, ""), Edit(5, 5, "x"))
    assert clip_edits(edits, 3, 13) == (Edit(1, 5, "-"), Edit(7, 7, "x"), Edit(9, 10, ""))


def test_of_two_edits_that_overlap_the_first_stays() -> None:
    edits = [Edit(4, 9), Edit(2, 6, "a"), Edit(2, 2, "b"), Edit(6, 7)]
    assert merge_edits(edits) == (Edit(2, 2, "b"), Edit(2, 6, "a"), Edit(6, 7))


def test_the_encoder_reads_context_and_view() -> None:
    chunk = Chunk(0, 19, 1, 2, None, HYPHEN, context=("Crew", "2021"), edits=(Edit(3, 5),))
    assert readable_text(chunk) == "Bartholomew Finch"
    assert encoder_input(chunk) == "Crew › 2021\nBartholomew Finch"
