"""Whether medians and spreads are right with gaps, and are not moved by a few far figures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from jinglun.methods.outliers import counting_noise, largest, median, spread

GAPPY = arrays.arrays(
    float,
    st.tuples(st.integers(1, 5), st.integers(1, 6), st.integers(1, 5)),
    elements=st.one_of(st.just(np.nan), st.floats(-1e6, 1e6)),
)


# Witness: numpy's own median of what is left when the gaps are taken out.
@given(values=GAPPY, axis=st.integers(0, 2))
def test_a_median_is_numpys_of_what_is_known(values: np.ndarray, axis: int) -> None:
    def one(line: np.ndarray) -> float:
        known = line[~np.isnan(line)]
        return float(np.median(known)) if len(known) else np.nan

    expected = np.apply_along_axis(one, axis, values)
    np.testing.assert_allclose(np.squeeze(median(values, axis), axis), expected)


def test_too_few_figures_have_no_median() -> None:
    values = np.array([[1.0, 2.0, np.nan], [1.0, 2.0, 3.0]])
    assert np.isnan(median(values, 1, 3)[0, 0])
    assert median(values, 1, 3)[1, 0] == 2.0
    assert np.isnan(median(values, 1, 4)).all()
    assert np.isnan(median(np.zeros((2, 0)), 1)).all()


# By hand: deviations of 1, 2, 3, 4, 5 from 3 are 2, 1, 0, 1, 2, their median 1.
def test_a_spread_is_1_4826_times_the_median_deviation() -> None:
    assert spread(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), 0)[0] == pytest.approx(1.4826)


def test_one_far_figure_does_not_hide_itself() -> None:
    usual = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    far = np.array([1.0, 2.0, 3.0, 4.0, 5e9])
    assert spread(far, 0)[0] == spread(usual, 0)[0]
    assert np.std(far) > 1e9


def test_the_largest_spread_known_rules() -> None:
    found = largest(np.array([1.0, np.nan, np.nan]), np.array([2.0, 5.0, np.nan]))
    np.testing.assert_array_equal(found, [2.0, 5.0, np.nan])


# By hand: the root of 1/4 + 1/4 and of 1/100 + 1/100.
def test_chance_moves_small_counts_more() -> None:
    noise = counting_noise(np.array([4.0, 100.0, 0.0]), np.array([4.0, 100.0, 5.0]))
    np.testing.assert_allclose(noise, [0.5**0.5, 0.02**0.5, np.inf])
