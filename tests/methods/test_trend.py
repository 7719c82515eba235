"""Whether a trend is told from chance: by hand, by a published table, and beside scipy."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau, theilslopes

from jinglun.methods.trend import (
    inversions,
    kendall_score,
    least_p,
    mann_kendall,
    theil_sen,
)

SERIES = st.lists(st.integers(-5, 5).map(float), min_size=2, max_size=12)
DISTINCT = st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=9, unique=True)


def test_five_years_in_order_are_chance_once_in_sixty() -> None:
    # 2 of 5! = 120 orders are monotone.
    assert mann_kendall(np.array([1.0, 2, 3, 4, 5])) == pytest.approx(2 / 120)
    assert least_p(5) == pytest.approx(2 / 120)


def test_four_years_in_order_are_not_yet_a_trend() -> None:
    assert mann_kendall(np.array([1.0, 2, 3, 4])) == pytest.approx(2 / 24) == least_p(4)


def test_the_inversions_of_four_are_those_of_the_table_of_mahonian_numbers() -> None:
    # OEIS A008302, row 4: 1, 3, 5, 6, 5, 3, 1.
    assert inversions([1, 1, 1, 1]) == [1, 3, 5, 6, 5, 3, 1]


def test_with_equal_values_every_ordering_is_counted_once() -> None:
    values = [1.0, 1, 2, 2, 2, 3]
    seen = [abs(kendall_score(np.array(p))) for p in permutations(values)]
    own = abs(kendall_score(np.array(values)))
    assert mann_kendall(np.array(values)) == pytest.approx(sum(s >= own for s in seen) / len(seen))
    assert sum(inversions([2, 3, 1])) == math.factorial(6) // (2 * 6)


@given(DISTINCT)
def test_without_ties_the_p_value_is_that_of_scipy(values: list[float]) -> None:
    rival = kendalltau(range(len(values)), values, method="exact").pvalue
    assert mann_kendall(np.array(values)) == pytest.approx(min(1.0, rival))


def test_beyond_the_exact_the_normal_is_near_it() -> None:
    values = np.random.default_rng(3).normal(size=45) + np.arange(45) * 0.02
    rival = kendalltau(range(45), values, method="exact").pvalue
    assert mann_kendall(values) == pytest.approx(rival, abs=0.005)


@given(SERIES)
def test_a_series_read_backwards_has_the_opposite_score_and_the_same_p(values: list[float]) -> None:
    there = np.array(values)
    assert kendall_score(there[::-1]) == -kendall_score(there)
    assert mann_kendall(there[::-1]) == pytest.approx(mann_kendall(there))
    assert 0 < mann_kendall(there) <= 1


@given(DISTINCT)
def test_the_slope_is_the_median_of_all_slopes(values: list[float]) -> None:
    years = np.arange(2018.0, 2018 + len(values))
    rival = theilslopes(values, years).slope
    assert theil_sen(years, np.array(values)) == pytest.approx(rival, abs=1e-9)


def test_one_wrong_year_does_not_turn_the_slope() -> None:
    # 2 a year, the fourth year mistyped ten times too high.
    values = np.array([10.0, 12, 14, 160, 18, 20, 22])
    assert theil_sen(np.arange(7.0), values) == 2.0


def test_one_point_has_no_slope_and_no_trend() -> None:
    assert math.isnan(theil_sen(np.array([2020.0]), np.array([1.0])))
    assert mann_kendall(np.array([1.0])) == 1.0
    assert mann_kendall(np.array([4.0, 4.0, 4.0])) == 1.0
