"""Words broken at a line end, soft hyphens and ligatures are read whole."""

from __future__ import annotations

from itertools import pairwise

import pytest

from seedqa.index.documents.hyphens import join_hyphens
from seedqa.index.documents.structure import read_span
from seedqa.index.types import Edit


def read(text: str) -> str:
    return read_span(text, 0, len(text), join_hyphens(text, [(0, len(text))]))


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        pytest.param("the refur-\nbishment of", "the refurbishment of", id="lower case"),
        pytest.param("the refur- \n   bishment", "the refurbishment", id="spaces"),
        pytest.param("Brand-\nstetter", "Brandstetter", id="name"),
        pytest.param(
            "ma\u00f1a-\nna, \u00e9t\u00e9-\n\u00e9",
            "ma\u00f1ana, \u00e9t\u00e9\u00e9",
            id="accents",
        ),
        pytest.param("one\u2010\nself", "oneself", id="typographic hyphen"),
        pytest.param("a climate-\ncontrolled room", "a climate-controlled room", id="compound"),
        pytest.param("a well-\nknown firm", "a well-known firm", id="well"),
        pytest.param("the un-\nknown, de-\nbased", "the unknown, debased", id="prefix"),
        pytest.param(
            "wind-\nblown, or wind-blown", "wind-blown, or wind-blown", id="kept elsewhere"
        ),
        pytest.param("Wind-\nblown. windblown", "Windblown. windblown", id="joined elsewhere"),
        pytest.param(
            "wind-\nblown wind-blown windblown", "windblown wind-blown windblown", id="both"
        ),
        pytest.param("error E-\n1047 and 1990-\n1995", "error E-1047 and 1990-1995", id="figures"),
        pytest.param("3-\nphase", "3-phase", id="figure first"),
        pytest.param("Jean-\nPierre", "Jean-Pierre", id="capital"),
        pytest.param(
            "REFUR-\nBISHED, refurbished", "REFURBISHED, refurbished", id="capitals joined"
        ),
        pytest.param("state-of-the-\nart", "state-of-the-art", id="chain"),
        pytest.param("Haupt-\nund Nebeneingang", "Haupt-\nund Nebeneingang", id="suspended"),
        pytest.param("pho\u00adto\u00ad\n graphs", "photographs", id="soft hyphens"),
        pytest.param("o\ufb03ce \ufb01-\nnally", "office finally", id="ligatures"),
        pytest.param("an aside -\nlike this", "an aside -\nlike this", id="dash"),
        pytest.param("a list:-\n- item", "a list:-\n- item", id="no word"),
        pytest.param("a-\n\nb", "a-\n\nb", id="paragraph"),
        pytest.param("a_-\nb", "a_-\nb", id="underscore"),
    ],
)
def test_words_are_read_whole(text: str, whole: str) -> None:
    assert read(text) == whole


def test_edits_cover_the_hyphen_the_line_end_and_the_indentation() -> None:
    assert join_hyphens("light-\n  house", [(0, 14)]) == [Edit(5, 9)]
    assert join_hyphens("Jean-\n  Paul", [(0, 12)]) == [Edit(5, 8)]


def test_only_the_spans_are_edited() -> None:
    text = "ab-\ncd ef-\ngh ij-\nkl"
    assert join_hyphens(text, [(7, 13)]) == [Edit(9, 11)]


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", ["a", "-", "-\n", "a-\n", "a-\nb", "\u00ad", "-" + " " * 9, "\ufb01"]
)
def test_hostile_texts_take_linear_time(piece: str) -> None:
    text = piece * 200_000
    edits = join_hyphens(text, [(0, len(text))])
    assert all(one.end <= other.start for one, other in pairwise(edits))
