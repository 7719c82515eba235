"""Whether Gini coefficients are those worked out by hand, and hold what every Gini must."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinglun.methods.inequality import gini, midranks

AMOUNTS = st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=9)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([3, 3, 3], 0.0),
        # One of four has all: 1 - 1/4.
        ([0, 0, 0, 1], 0.75),
        # |i - j| over all 16 pairs sums to 20; 20 / 16 / (2 * 2.5) = 0.25.
        ([1, 2, 3, 4], 0.25),
        # 0 + 2 + 2 + 0 over 4 pairs is 1; 1 / (2 * 2) = 0.25.
        ([1, 3], 0.25),
    ],
)
def test_by_hand(values: list[float], expected: float) -> None:
    assert gini(np.array(values, float)) == pytest.approx(expected)


def test_a_weight_counts_like_as_many_of_the_same() -> None:
    spelt = np.array([1.0, 1, 1, 5, 5, 9])
    assert gini(np.array([1.0, 5, 9]), np.array([3.0, 2, 1])) == pytest.approx(gini(spelt))


@pytest.mark.parametrize("values", [[], [0.0, 0.0], [-1.0, 2.0], [1.0, math.nan]])
def test_where_shares_mean_nothing_there_is_none(values: list[float]) -> None:
    assert math.isnan(gini(np.array(values)))
    assert math.isnan(gini(np.array([1.0, 2.0]), np.array([1.0, math.nan])))
    assert math.isnan(gini(np.array([1.0, 2.0]), np.array([0.0, 0.0])))


@given(AMOUNTS, st.floats(1e-3, 1e3))
def test_it_is_between_0_and_1_and_does_not_know_the_unit(
    values: list[float], factor: float
) -> None:
    here = gini(np.array(values))
    if max(values) <= 0:
        assert math.isnan(here)
        return
    assert -1e-12 <= here < 1.0
    assert gini(factor * np.array(values)) == pytest.approx(here, abs=1e-9)
    assert gini(np.array(values[::-1])) == pytest.approx(here, abs=1e-12)


def test_midranks_share_a_place_among_equals() -> None:
    # Smallest (1 - 1/2) / 4, then two who share ranks 2 and 3, then (4 - 1/2) / 4.
    assert midranks(np.array([5.0, 7, 7, 9])).tolist() == [0.125, 0.5, 0.5, 0.875]
    assert midranks(np.array([[1.0, 1.0], [2.0, 1.0]])).tolist() == [[0.5, 0.5], [0.75, 0.25]]
