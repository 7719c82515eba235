"""Aggregation: by hand, COINr's own test cases, and which mean may never exceed which."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jinglun.methods.aggregation import (
    AGGREGATIONS,
    aggregate,
    arithmetic,
    copeland,
    geometric,
    harmonic,
    median,
    outranking,
)
from jinglun.methods.faults import Refused
from jinglun.methods.scoring import weighted_score

NAN = float("nan")
# The table of COINr's tests of `outrankMatrix` and `a_copeland`.
FOUR = np.array([[1.0, 3, 2], [2, 2, 3], [3, 1, 1], [4, 5, 4]])
ONES = np.ones(3)


def one(rule: str, scores: list[float], weights: list[float]) -> float:
    return float(aggregate(rule, np.array([scores]), np.array(weights))[0])


def test_the_three_means_by_hand() -> None:
    # (4 + 3 * 16) / 4; (4 * 16^3)^(1/4); 4 / (1/4 + 3/16)
    assert one("arithmetic", [4, 16], [1, 3]) == 13
    assert one("geometric", [4, 16], [1, 3]) == pytest.approx(2**3.5)
    assert one("harmonic", [4, 16], [1, 3]) == pytest.approx(4 / (7 / 16))


def test_the_means_of_coinrs_own_tests() -> None:
    """From its test file: a_gmean and a_hmean of 1, 2, 3."""
    assert one("geometric", [1, 2, 3], [1, 1, 2]) == pytest.approx((1 * 2 * 3**2) ** 0.25)
    assert one("harmonic", [1, 2, 3], [2, 1, 1]) == pytest.approx(4 / (2 / 1 + 1 / 2 + 1 / 3))


def test_the_outranking_matrix_of_coinrs_own_tests() -> None:
    table = outranking(FOUR, ONES)
    assert (table[1, 0], table[2, 0], table[3, 0]) == pytest.approx((2 / 3, 1 / 3, 1))
    # Second beats first (2 of 3), fourth beats all, third beats none.
    assert copeland(FOUR, ONES).tolist() == [-1, 1, -3, 3]


def test_ties_count_half_for_each_and_make_an_even_pair() -> None:
    scores = np.array([[1.0, 5], [1, 5], [2, 4]])
    assert outranking(scores, np.ones(2)).tolist() == [[0.5] * 3] * 3
    assert copeland(scores, np.ones(2)).tolist() == [0, 0, 0]
    assert copeland(scores, np.array([2.0, 1])).tolist() == [-1, -1, 2]


def test_weights_that_add_up_to_a_half_only_on_paper_make_an_even_pair() -> None:
    """0.1 + 0.2 is not 0.3 in a computer, and must not decide."""
    assert copeland(np.array([[1.0, 1, 0], [0, 0, 1]]), np.array([0.1, 0.2, 0.3])).tolist() == [
        0,
        0,
    ]


def test_pairs_are_compared_on_what_both_have() -> None:
    scores = np.array([[5.0, NAN], [4, 9], [NAN, 1], [NAN, NAN]])
    found = copeland(scores, np.ones(2))
    # The first beats the second, the second beats the third, the first and third never meet.
    assert np.array_equal(found, [1, 0, -1, NAN], equal_nan=True)


def test_the_weighted_median_by_hand() -> None:
    assert one("median", [10, 20, 90], [1, 1, 1]) == 20
    assert one("median", [10, 20, 90], [1, 1, 5]) == 90
    # Half lies at or below 20 and half at or above 90: half way.
    assert one("median", [10, 20, 90], [1, 1, 2]) == 55
    assert one("median", [10, NAN, 90], [1, 9, 1]) == 50


def test_a_zero_counts_as_one_point_in_geometric_and_harmonic_means() -> None:
    assert one("geometric", [0, 100], [1, 1]) == pytest.approx(10)
    assert one("harmonic", [0.5, 100], [1, 1]) == pytest.approx(2 / (1 + 0.01))
    assert float(geometric(np.array([[0.0, 1]]), np.ones(2), floor=0.01)[0]) == pytest.approx(0.1)


@pytest.mark.parametrize("rule", ["geometric", "harmonic"])
def test_negative_scores_are_refused_where_they_have_no_meaning(rule: str) -> None:
    with pytest.raises(Refused, match=f"negative_score: {rule}: -3"):
        one(rule, [-3, 50], [1, 1])


@pytest.mark.parametrize("rule", AGGREGATIONS)
def test_negative_weights_are_refused(rule: str) -> None:
    with pytest.raises(Refused, match="negative_weight: -1"):
        one(rule, [3, 50], [2, -1])


@pytest.mark.parametrize("rule", AGGREGATIONS)
def test_without_any_weight_or_value_there_is_no_score(rule: str) -> None:
    assert np.isnan(one(rule, [3, 50], [0, 0]))
    assert np.isnan(one(rule, [NAN, NAN], [1, 1]))
    assert np.isnan(one(rule, [NAN, 50], [1, 0]))


@pytest.mark.parametrize("rule", AGGREGATIONS)
def test_too_little_measured_is_no_score(rule: str) -> None:
    scores = np.array([[1.0, 3, 1], [2, NAN, NAN], [3, NAN, 1]])
    found = aggregate(rule, scores, ONES, least=2 / 3)
    assert np.isnan(found).tolist() == [False, True, False]


SCORE = st.floats(1, 100)
WEIGHT = st.floats(0.01, 10)
PAIRS = st.lists(st.tuples(SCORE, WEIGHT), min_size=1, max_size=7)
TABLE = st.lists(
    st.lists(st.one_of(st.just(NAN), st.integers(0, 100).map(float)), min_size=3, max_size=3),
    min_size=4,
    max_size=4,
)


@settings(deadline=None)
@given(PAIRS)
def test_harmonic_is_never_over_geometric_nor_that_over_arithmetic(
    pairs: list[tuple[float, float]],
) -> None:
    scores, weights = (np.array(p) for p in zip(*pairs, strict=True))
    low, middle, high = (
        float(m(scores[None], weights)[0]) for m in (harmonic, geometric, arithmetic)
    )
    assert low <= middle + 1e-9 and middle <= high + 1e-9
    assert scores.min() - 1e-9 <= low and high <= scores.max() + 1e-9


@settings(deadline=None)
@given(PAIRS)
def test_the_median_with_equal_weights_is_numpys(pairs: list[tuple[float, float]]) -> None:
    scores = np.array([p[0] for p in pairs])
    assert float(median(scores[None], np.ones(len(scores)))[0]) == pytest.approx(np.median(scores))


@settings(deadline=None)
@given(TABLE, st.lists(WEIGHT, min_size=3, max_size=3))
def test_the_arithmetic_mean_is_the_weighted_score(
    rows: list[list[float]], weights: list[float]
) -> None:
    expected, _ = weighted_score(np.array(rows), np.array(weights))
    np.testing.assert_allclose(arithmetic(np.array(rows), np.array(weights)), expected, atol=1e-9)


@pytest.mark.parametrize("rule", AGGREGATIONS)
@settings(deadline=None)
@given(rows=TABLE, weights=st.lists(st.integers(0, 9).map(float), min_size=3, max_size=3))
def test_the_order_of_indicators_does_not_matter(
    rule: str, rows: list[list[float]], weights: list[float]
) -> None:
    scores, given_ = np.array(rows), np.array(weights)
    expected = aggregate(rule, scores, given_)
    for order in map(list, itertools.permutations(range(3))):
        found = aggregate(rule, scores[:, order], given_[order])
        np.testing.assert_allclose(found, expected, atol=1e-9)


@pytest.mark.parametrize("rule", [r for r in AGGREGATIONS if r != "copeland"])
@settings(deadline=None)
@given(pairs=PAIRS, at=st.integers(0, 6), more=st.floats(0, 50))
def test_a_higher_score_never_lowers_the_whole(
    rule: str, pairs: list[tuple[float, float]], at: int, more: float
) -> None:
    scores, weights = (list(p) for p in zip(*pairs, strict=True))
    before = one(rule, scores, weights)
    scores[at % len(scores)] += more
    assert one(rule, scores, weights) >= before - 1e-9


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.integers(0, 5).map(float), min_size=3, max_size=3), min_size=2, max_size=6
    ),
    st.lists(WEIGHT, min_size=3, max_size=3),
)
def test_who_is_beaten_on_everything_is_never_placed_above(
    rows: list[list[float]], weights: list[float]
) -> None:
    scores = np.array(rows)
    points = copeland(scores, np.array(weights))
    for i, j in itertools.permutations(range(len(rows)), 2):
        if (scores[i] <= scores[j]).all():
            assert points[i] <= points[j]


@pytest.mark.parametrize("rule", AGGREGATIONS)
@pytest.mark.parametrize("drawn", ["scores", "weights", "both"])
def test_draws_are_aggregated_each_by_itself(rule: str, drawn: str) -> None:
    rng = np.random.default_rng(7)
    scores = rng.integers(0, 100, (5, 6, 4)).astype(float)
    scores[rng.random(scores.shape) < 0.2] = NAN
    weights = rng.integers(1, 5, (5, 4)).astype(float)
    scores, weights = (
        scores[0 if drawn == "weights" else ...],
        weights[0 if drawn == "scores" else ...],
    )
    together = aggregate(rule, scores, weights)
    for draw in range(5):
        s = scores if drawn == "weights" else scores[draw]
        w = weights if drawn == "scores" else weights[draw]
        np.testing.assert_allclose(together[draw], aggregate(rule, s, w), atol=1e-9)
