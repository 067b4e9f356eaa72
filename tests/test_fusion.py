"""Joining the arms, with numbers computed by hand."""

from __future__ import annotations

import pytest

from retrieval.fusion import CROSS_LANGUAGE_SHARE, SAME_LANGUAGE_SHARE, Fused, fuse


def scores(fused: list[Fused]) -> list[tuple[int, float]]:
    return [(hit.id, hit.score) for hit in fused]


def test_the_shares_are_those_of_the_numbers_below() -> None:
    assert (SAME_LANGUAGE_SHARE, CROSS_LANGUAGE_SHARE) == (0.3, 0.4)


def test_a_score_is_a_share_of_the_cosine_and_a_share_of_what_is_covered() -> None:
    fused = fuse(
        cosines={1: 0.8, 2: 0.5, 3: 0.9},
        bm25={1: 2.0, 2: 6.0},
        ceiling=8.0,
        crosses_language={1: False, 2: False, 3: False},
    )
    # 2: 0.3 * 0.5 + 0.7 * 6 / 8; 1: 0.3 * 0.8 + 0.7 * 2 / 8; 3: 0.3 * 0.9
    assert scores(fused) == [(2, 0.675), (1, 0.415), (3, 0.27)]
    assert fused[0].dense == pytest.approx(0.15)
    assert fused[0].lexical == pytest.approx(0.525)
    assert fused[2].lexical == 0


def test_a_passage_in_another_language_leans_on_its_cosine() -> None:
    fused = fuse({1: 0.5, 2: 0.5}, {1: 1.0, 2: 1.0}, 4.0, {1: False, 2: True})
    # 1: 0.3 * 0.5 + 0.7 / 4 = 0.325; 2: 0.4 * 0.5 + 0.6 / 4 = 0.35
    assert scores(fused) == [(2, 0.35), (1, 0.325)]


def test_nothing_is_covered_more_than_whole() -> None:
    assert scores(fuse({1: 1.0}, {1: 50.0}, 8.0, {1: False})) == [(1, 1.0)]


@pytest.mark.parametrize("ceiling", [0.0, -1.0])
def test_without_a_ceiling_the_dense_arm_ranks_by_itself(ceiling: float) -> None:
    fused = fuse({1: 0.2, 2: 0.9}, {1: 3.0}, ceiling, {1: False, 2: False})
    assert scores(fused) == [(2, 0.27), (1, 0.06)]


def test_equal_scores_stand_in_the_order_of_ids() -> None:
    cosines = {9: 0.5, 2: 0.5, 5: 0.5, 7: 0.6}
    fused = fuse(cosines, {}, 1.0, dict.fromkeys(cosines, False))
    assert [hit.id for hit in fused] == [7, 2, 5, 9]


def test_scores_that_differ_after_the_sixth_digit_are_equal() -> None:
    cosines = {2: 0.5, 1: 0.5 + 1e-9}
    fused = fuse(cosines, {}, 1.0, dict.fromkeys(cosines, False))
    assert scores(fused) == [(1, 0.15), (2, 0.15)]


def test_a_negative_cosine_counts_as_it_is() -> None:
    assert scores(fuse({1: -0.5}, {1: 4.0}, 4.0, {1: False})) == [(1, 0.55)]


def test_no_candidate_gives_nothing() -> None:
    assert fuse({}, {}, 1.0, {}) == []
