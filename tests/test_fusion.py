"""Joining the arms, with numbers computed by hand."""

from __future__ import annotations

import pytest

from seedqa.retrieval.fusion import (
    CROSS_LANGUAGE_SHARE,
    MIXED_FROM,
    ONE_LANGUAGE_SHARE,
    SAME_LANGUAGE_SHARE,
    Fused,
    fuse,
    mixes_languages,
)


def scores(fused: list[Fused]) -> list[tuple[int, float]]:
    return [(hit.id, hit.score) for hit in fused]


def test_the_shares_are_those_of_the_numbers_below() -> None:
    assert (ONE_LANGUAGE_SHARE, SAME_LANGUAGE_SHARE, CROSS_LANGUAGE_SHARE) == (0.5, 0.65, 0.75)
    assert MIXED_FROM == 0.05


def test_a_score_is_a_share_of_the_cosine_and_a_share_of_what_is_covered() -> None:
    fused = fuse(
        cosines={1: 0.8, 2: 0.5, 3: 0.9},
        bm25={1: 2.0, 2: 6.0},
        ceiling=8.0,
        crosses_language={1: False, 2: False, 3: False},
        is_mixed=False,
    )
    # 2: 0.5 * 0.5 + 0.5 * 6 / 8; 1: 0.5 * 0.8 + 0.5 * 2 / 8; 3: 0.5 * 0.9
    assert scores(fused) == [(2, 0.625), (1, 0.525), (3, 0.45)]
    assert fused[0].dense == pytest.approx(0.25)
    assert fused[0].lexical == pytest.approx(0.375)
    assert fused[2].lexical == 0


def test_a_passage_loses_where_the_question_says_to_look_elsewhere() -> None:
    fused = fuse(
        {1: 0.7, 2: 0.6, 3: 0.56}, {}, 1.0, dict.fromkeys((1, 2, 3), False), is_mixed=False,
        lacking={1: 1.0, 2: 0.5},
    )  # fmt: skip
    # 3: 0.5 * 0.56; 1: 0.5 * 0.7 - 0.1; 2: 0.5 * 0.6 - 0.1 / 2
    assert scores(fused) == [(3, 0.28), (1, 0.25), (2, 0.25)]
    assert [hit.places for hit in fused] == pytest.approx([0, -0.1, -0.05])


def test_a_passage_in_another_language_leans_on_its_cosine() -> None:
    fused = fuse({1: 0.5, 2: 0.5}, {1: 1.0, 2: 1.0}, 4.0, {1: False, 2: True}, is_mixed=True)
    # 1: 0.65 * 0.5 + 0.35 / 4 = 0.4125; 2: 0.75 * 0.5 + 0.25 / 4 = 0.4375
    assert scores(fused) == [(2, 0.4375), (1, 0.4125)]


def test_a_lone_passage_in_another_language_is_not_lifted_over_a_better_one() -> None:
    """A Dutch lease was first for a German question: 0.75 of 0.41 against 0.5 of 0.58."""
    fused = fuse({1: 0.58, 2: 0.41}, {}, 4.0, {1: False, 2: True}, is_mixed=False)
    assert scores(fused) == [(1, 0.29), (2, 0.205)]


def test_among_one_language_words_count_more() -> None:
    one, mixed = (fuse({1: 0.5}, {}, 1.0, {1: False}, is_mixed=mixed) for mixed in (False, True))
    assert (scores(one), scores(mixed)) == ([(1, 0.25)], [(1, 0.325)])


@pytest.mark.parametrize(
    ("documents", "question", "mixed"),
    [
        ({"fr": 1}, "en", True),
        ({"fr": 1}, "fr", False),
        ({"fr": 1}, "und", False),
        ({"fr": 19, "en": 1}, "und", True),
        ({"und": 3}, "en", False),
        ({"en": 95, "fr": 5}, "en", True),
        ({"en": 96, "fr": 4}, "en", False),
        ({"en": 95, "fr": 4, "und": 900}, "en", False),
        ({}, "en", False),
    ],
)
def test_a_few_documents_in_another_language_do_not_count(
    documents: dict[str, int], question: str, mixed: bool
) -> None:
    assert mixes_languages(documents, question) == mixed


def test_nothing_is_covered_more_than_whole() -> None:
    assert scores(fuse({1: 1.0}, {1: 50.0}, 8.0, {1: False}, is_mixed=False)) == [(1, 1.0)]


@pytest.mark.parametrize("ceiling", [0.0, -1.0])
def test_without_a_ceiling_the_dense_arm_ranks_by_itself(ceiling: float) -> None:
    fused = fuse({1: 0.2, 2: 0.9}, {1: 3.0}, ceiling, {1: False, 2: False}, is_mixed=False)
    assert scores(fused) == [(2, 0.45), (1, 0.1)]


def test_equal_scores_stand_in_the_order_of_ids() -> None:
    cosines = {9: 0.5, 2: 0.5, 5: 0.5, 7: 0.6}
    fused = fuse(cosines, {}, 1.0, dict.fromkeys(cosines, False), is_mixed=False)
    assert [hit.id for hit in fused] == [7, 2, 5, 9]


def test_scores_that_differ_after_the_sixth_digit_are_equal() -> None:
    cosines = {2: 0.5, 1: 0.5 + 1e-9}
    fused = fuse(cosines, {}, 1.0, dict.fromkeys(cosines, False), is_mixed=False)
    assert scores(fused) == [(1, 0.25), (2, 0.25)]


def test_a_negative_cosine_counts_as_it_is() -> None:
    assert scores(fuse({1: -0.5}, {1: 4.0}, 4.0, {1: False}, is_mixed=False)) == [(1, 0.25)]


def test_no_candidate_gives_nothing() -> None:
    assert fuse({}, {}, 1.0, {}, is_mixed=False) == []
