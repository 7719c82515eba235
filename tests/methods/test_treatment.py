"""Outliers: moments by exact fractions, winsorising by a plain loop, the example of COINr."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jinglun.methods.treatment import Rule, log_shifted, moments, outlying, treat

NAN = float("nan")
# COINr's example in `Treat.numeric`: ten even values and two outliers.
EXAMPLE = np.array([*range(1, 11), 30, 100], float)[:, None]


def exact(values: list[int]) -> tuple[float, float]:
    """G1 and G2 of Joanes and Gill from moments in whole fractions."""
    n = len(values)
    mean = Fraction(sum(values), n)
    m2, m3, m4 = (sum((v - mean) ** p for v in values) / n for p in (2, 3, 4))
    g1, g2 = float(m3) / float(m2) ** 1.5, float(m4 / m2**2) - 3
    return (
        g1 * (n * (n - 1)) ** 0.5 / (n - 2),
        (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * g2 + 6),
    )


def by_hand(column: np.ndarray, rule: Rule) -> tuple[np.ndarray, int, int, bool]:
    """The rule as one says it: one value at a time, everything counted anew."""
    x, low, high = column.copy(), 0, 0

    def fails(y: np.ndarray) -> bool:
        return bool(outlying(*moments(y[:, None]), rule)[0])

    if not fails(x):
        return x, 0, 0, False
    while fails(x) and low + high < rule.points:
        if moments(x[:, None])[0][0] >= 0:
            top = x == np.nanmax(x)
            x[top], high = np.nanmax(x[~top]), int(top.sum())
        else:
            bottom = x == np.nanmin(x)
            x[bottom], low = np.nanmin(x[~bottom]), int(bottom.sum())
        if np.nanmax(x) == np.nanmin(x):
            return column, 0, 0, False
    if fails(x) and rule.log:
        shift = 0.01 * (np.nanmax(column) - np.nanmin(column))
        return np.log(column - np.nanmin(column) + shift), 0, 0, True
    return x, low, high, False


def test_the_example_of_coinr_has_the_printed_moments() -> None:
    skewness, kurtosis = moments(EXAMPLE)
    assert skewness[0] == pytest.approx(3.063241, abs=5e-7)
    assert kurtosis[0] == pytest.approx(9.741391, abs=5e-7)


def test_one_point_moved_brings_the_example_within_the_limits() -> None:
    """COINr's `winsorise` of the same: 100 becomes 30, and that is enough."""
    done = treat(EXAMPLE, Rule(points=2))
    assert done.values[:, 0].tolist() == [*range(1, 11), 30, 30]
    assert done.done().tolist() == ["winsorised"]
    assert (done.low[0], done.high[0], done.passed[0]) == (0, 1, True)


def test_no_points_to_move_leaves_logarithms() -> None:
    done = treat(EXAMPLE, Rule(points=0))
    assert done.done().tolist() == ["log"] and done.logged[0]
    # log(x - 1 + 0.01 * 99)
    assert done.values[:, 0] == pytest.approx(np.log(EXAMPLE[:, 0] - 1 + 0.99))


def test_without_logarithms_what_was_moved_is_kept_and_said_not_to_pass() -> None:
    values = np.array([0.0] * 20 + [1, 2, 3, 1000, 100000])[:, None]
    done = treat(values, Rule(points=1, log=False))
    assert (done.done()[0], done.passed[0]) == ("winsorised", False)
    assert done.values.max() == 1000


def test_points_that_tie_move_together_and_may_pass_the_limit() -> None:
    values = np.array([*range(1, 21), 500, 500], float)[:, None]
    done = treat(values, Rule(points=1))
    assert done.high[0] == 2 and done.values.max() == 20


def test_a_low_outlier_is_raised() -> None:
    done = treat(-EXAMPLE, Rule())
    assert (done.low[0], done.high[0]) == (1, 0) and done.values.min() == -30


def test_an_indicator_that_is_within_the_limits_is_untouched() -> None:
    values = np.arange(12.0)[:, None]
    assert treat(values).done().tolist() == ["none"]
    assert treat(values).values is values


def test_yes_or_no_is_left_as_it_is_and_said_not_to_pass() -> None:
    """Moving the one `yes` would leave nothing to tell; COINr returns such a vector unchanged."""
    values = np.array([0.0] * 30 + [1])[:, None]
    done = treat(values)
    assert (done.done()[0], done.passed[0]) == ("none", False)
    assert np.array_equal(done.values, values) and done.high[0] == 0


@pytest.mark.parametrize(
    "column", [[NAN] * 6, [5.0] * 6, [0.1] * 6, [1.0, 2, NAN, NAN, NAN, NAN], [7.0]]
)
def test_too_little_to_tell_is_not_outlying(column: list[float]) -> None:
    values = np.array(column)[:, None]
    done = treat(values)
    assert np.isnan(done.kurtosis[0]) and done.passed[0]
    assert np.array_equal(done.values, values, equal_nan=True)


def test_a_flat_column_has_no_logarithm() -> None:
    assert np.isnan(log_shifted(np.full((4, 1), 3.0))).all()


def test_the_limit_may_differ_from_draw_to_draw() -> None:
    draws = np.stack([EXAMPLE, EXAMPLE, EXAMPLE])
    done = treat(draws, Rule(points=np.array([0, 1, 5])))
    assert done.done()[:, 0].tolist() == ["log", "winsorised", "winsorised"]


def test_no_limit_moves_points_until_it_passes() -> None:
    values = np.array([*range(40), *10.0 ** np.arange(2, 8)])[:, None]
    assert treat(values, Rule(points=3)).logged[0]
    free = treat(values, Rule(points=None))
    assert free.high[0] > 3 and free.passed[0] and not free.logged[0]


@settings(deadline=None)
@given(st.lists(st.integers(-(10**6), 10**6), min_size=4, max_size=30))
def test_moments_are_those_of_whole_fractions(values: list[int]) -> None:
    skewness, kurtosis = moments(np.array(values, float)[:, None])
    if len(set(values)) == 1:
        assert np.isnan(skewness[0]) and np.isnan(kurtosis[0])
    else:
        found = (skewness[0], kurtosis[0])
        assert found == pytest.approx(exact(values), rel=1e-6, abs=1e-6)


# Few values, so that ties happen; powers, so that outliers do.
CELL = st.one_of(
    st.integers(-5, 5).map(float),
    st.integers(1, 9).map(lambda p: 4.0**p),
    st.integers(1, 9).map(lambda p: -(4.0**p)),
    st.just(NAN),
)
DRAWS = st.lists(st.lists(CELL, min_size=14, max_size=14), min_size=2, max_size=6)


@settings(max_examples=300, deadline=None)
@given(DRAWS, st.integers(0, 6), st.booleans())
def test_all_draws_at_once_are_the_plain_loop_over_each(
    rows: list[list[float]], points: int, log: bool
) -> None:
    rule = Rule(points=points, log=log, skewness=1.0, kurtosis=1.5)
    draws = np.array(rows)[:, :, None]
    together = treat(draws, rule)
    for draw, row in enumerate(rows):
        values, low, high, logged = by_hand(np.array(row), rule)
        np.testing.assert_allclose(together.values[draw, :, 0], values, rtol=1e-12)
        found = (together.low[draw, 0], together.high[draw, 0], together.logged[draw, 0])
        assert found == (low, high, logged)


@settings(deadline=None)
@given(DRAWS)
def test_treatment_never_turns_two_units_round(rows: list[list[float]]) -> None:
    before = np.array(rows)[:, :, None]
    after = treat(before).values
    up = before[:, :, None] > before[:, None, :]
    assert (after[:, :, None] >= after[:, None, :])[up].all()
