"""Goalposts and weighted scores, by hand and against NumPy's own average."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinglun.methods.scoring import goalposts, weighted_score

NAN = float("nan")
NUMBERS = st.floats(-1e6, 1e6)
SCORES = st.one_of(st.just(NAN), st.floats(0, 100))


def score(value: float, zero: float, full: float) -> float:
    return float(goalposts(np.array([value]), zero, full)[0])


# 100 * (value - zero) / (full - zero), in the head.
@pytest.mark.parametrize(
    ("value", "zero", "full", "expected"),
    [
        (30, 20, 60, 25),
        (20, 20, 60, 0),
        (60, 20, 60, 100),
        (10, 20, 60, 0),
        (99, 20, 60, 100),
        (28, 35, 15, 35),
        (28, 30, 10, 10),
        (35, 35, 15, 0),
        (5, 35, 15, 100),
        (-5, -10, 0, 50),
    ],
)
def test_a_value_is_worth_its_way_from_zero_to_full_point(
    value: float, zero: float, full: float, expected: float
) -> None:
    assert score(value, zero, full) == expected


def test_a_missing_value_has_no_score() -> None:
    assert np.isnan(score(NAN, 0, 1))


@pytest.mark.parametrize("value", [4.0, 5.0, 6.0, NAN])
def test_equal_goalposts_say_nothing_of_any_value(value: float) -> None:
    assert np.isnan(score(value, 5, 5))


def test_goalposts_may_differ_from_period_to_period() -> None:
    values = np.array([[1.0, 1.0], [2.0, NAN]])
    scores = goalposts(values, np.array([0.0, 1.0]), np.array([4.0, 3.0]))
    assert np.array_equal(scores, [[25, 0], [50, NAN]], equal_nan=True)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_a_score_is_between_0_and_100_or_missing(value: float, zero: float, full: float) -> None:
    found = score(value, zero, full)
    assert np.isnan(found) if zero == full else 0 <= found <= 100


@given(NUMBERS, st.floats(0, 1e6), NUMBERS, NUMBERS)
def test_more_never_scores_less_where_more_is_better_nor_more_where_less_is(
    value: float, more: float, zero: float, full: float
) -> None:
    if zero != full:
        low, high = score(value, zero, full), score(value + more, zero, full)
        assert low <= high if full > zero else low >= high


def test_a_weighted_score_by_hand() -> None:
    # (1*20 + 3*60) / 4 = 50, and all 4 of 4 are measured.
    assert weighted_score(np.array([20.0, 60.0]), np.array([1.0, 3.0])) == (50, 1)
    # The gap is left out of the mean and lowers the coverage to 3 of 5.
    mean, coverage = weighted_score(np.array([20.0, NAN, 50.0]), np.array([1.0, 2.0, 2.0]))
    assert (mean, coverage) == (40, 0.6)


def test_nothing_measured_is_no_score_and_no_coverage() -> None:
    mean, coverage = weighted_score(np.array([NAN, NAN]), np.array([1.0, 2.0]))
    assert np.isnan(mean) and coverage == 0


def test_weights_of_zero_leave_neither_score_nor_coverage() -> None:
    mean, coverage = weighted_score(np.array([20.0, 60.0]), np.array([0.0, 0.0]))
    assert np.isnan(mean) and np.isnan(coverage)


def test_what_weighs_nothing_changes_nothing() -> None:
    for other in (NAN, 0.0, 100.0):
        found = weighted_score(np.array([20.0, other]), np.array([1.0, 0.0]))
        assert found == (20, 1)


def test_the_mean_runs_along_the_last_axis() -> None:
    scores = np.array([[10.0, 30.0], [NAN, 40.0]])
    mean, coverage = weighted_score(scores, np.array([1.0, 1.0]))
    assert mean.tolist() == [20, 40] and coverage.tolist() == [1, 0.5]
    each, _ = weighted_score(scores, np.array([[3.0, 1.0], [1.0, 1.0]]))
    assert each.tolist() == [15, 40]


PAIRS = st.lists(st.tuples(SCORES, st.floats(0.01, 10)), min_size=1, max_size=8)


@given(PAIRS)
def test_a_weighted_score_is_the_average_of_what_is_measured(
    pairs: list[tuple[float, float]],
) -> None:
    scores, weights = (np.array(column) for column in zip(*pairs, strict=True))
    mean, coverage = weighted_score(scores, weights)
    there = ~np.isnan(scores)
    assert coverage == pytest.approx(weights[there].sum() / weights.sum())
    if there.any():
        assert mean == pytest.approx(np.average(scores[there], weights=weights[there]), abs=1e-9)
    else:
        assert np.isnan(mean)


@given(PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_the_indicators_does_not_matter(
    pairs: list[tuple[float, float]], random: object
) -> None:
    mixed = list(pairs)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    both = [
        weighted_score(*(np.array(column) for column in zip(*order, strict=True)))
        for order in (pairs, mixed)
    ]
    np.testing.assert_allclose(both[0], both[1], rtol=1e-12, atol=1e-9)
