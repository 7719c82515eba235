"""Paths of a panel: each rule by hand, against SciPy, and by what must hold of any figures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from jinglun.methods.paths import (
    RULES,
    Scale,
    ahead,
    area_under_curve,
    errors,
    fitted,
    relative_error,
    scale_of,
    stretched,
    unstretched,
)

INF, NAN = float("inf"), float("nan")
SHARE = Scale(np.array([0.0]), np.array([100.0]), np.array([1.0]))
PERSISTENCE, TREND, CONVERGENCE, MIX = range(len(RULES))


def panel(seed: int, units: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    before = rng.normal(0, 2, (1, units))
    return before, before + 0.5 - 0.3 * before + rng.normal(0, 0.4, (1, units))


# --- the rules ---


def test_the_common_trend_is_the_median_change_by_hand() -> None:
    rule = fitted(np.array([[0.0, 1, 2, 3]]), np.array([[1.0, 3, 11, 7]]))
    # Changes 1, 2, 9, 4: the middle two are 2 and 4.
    assert rule.constant[TREND, 0] == 3 and rule.slope[TREND, 0] == 0
    assert rule.constant[PERSISTENCE, 0] == rule.slope[PERSISTENCE, 0] == 0


def test_convergence_is_the_regression_of_change_on_level_as_scipy_has_it() -> None:
    before, after = panel(1, 40)
    rule, rival = fitted(before, after), stats.linregress(before[0], (after - before)[0])
    assert rule.slope[CONVERGENCE, 0] == pytest.approx(rival.slope, rel=1e-12)
    assert rule.constant[CONVERGENCE, 0] == pytest.approx(rival.intercept, rel=1e-12)
    middle = (rule.constant[TREND, 0] + rival.intercept) / 2
    assert rule.constant[MIX, 0] == pytest.approx(middle, rel=1e-12)
    assert rule.slope[MIX, 0] == pytest.approx(rival.slope / 2, rel=1e-12)


def test_the_bounds_of_convergence_are_those_of_each_unit_left_out_of_its_own_fit() -> None:
    before, after = panel(2, 39)
    change, misses = (after - before)[0], []
    for unit in range(39):
        kept = np.arange(39) != unit
        rival = stats.linregress(before[0, kept], change[kept])
        misses.append(change[unit] - rival.intercept - rival.slope * before[0, unit])
    # With 39 the ranks 0.05 * 40 and 0.95 * 40 are the 2nd and the 38th.
    rule = fitted(before, after)
    assert rule.low[CONVERGENCE, 0] == pytest.approx(sorted(misses)[1], rel=1e-9)
    assert rule.high[CONVERGENCE, 0] == pytest.approx(sorted(misses)[37], rel=1e-9)


def test_units_that_all_converge_are_forecast_to_the_digit() -> None:
    before = np.array([[1.0, 2, 5, 9]])
    rule = fitted(before, 3 + 0.6 * before)
    made = ahead(rule, np.array([[20.0]]))[0]
    assert made[CONVERGENCE, 0, 0] == pytest.approx(15, rel=1e-12)


@pytest.mark.parametrize("known", [0, 1, 2])
def test_fewer_than_three_units_teach_nothing(known: int) -> None:
    after = np.full((1, 5), NAN)
    after[0, :known] = 1.0
    rule = fitted(np.zeros((1, 5)), after)
    assert np.isnan(ahead(rule, np.zeros((1, 1)))[0]).all()


def test_a_flat_level_has_no_slope_and_a_missing_figure_counts_for_nothing() -> None:
    rule = fitted(np.array([[2.0, 2, 2, NAN, 2]]), np.array([[3.0, 4, 5, 99, NAN]]))
    assert rule.slope[CONVERGENCE, 0] == 0
    assert rule.constant[CONVERGENCE, 0] == 2


def test_nine_in_ten_of_unseen_units_fall_within_the_bounds() -> None:
    before, after = panel(3, 4000)
    rule = fitted(before[:, :400], after[:, :400])
    _, low, high = ahead(rule, before[:, 400:])
    share = ((low <= after[:, 400:]) & (after[:, 400:] <= high)).mean(axis=2)[:, 0]
    # 3,600 fair draws at 0.9 stay within 0.9 +- 0.02 (four standard errors) and the bounds are
    # estimated from 400; persistence holds more, for its range must reach its own forecast.
    assert share[[TREND, CONVERGENCE, MIX]] == pytest.approx(0.9, abs=0.045)
    assert share[PERSISTENCE] > 0.85


@given(st.integers(0, 50), st.integers(3, 30))
def test_a_forecast_lies_within_its_own_interval(seed: int, units: int) -> None:
    before, after = panel(seed, units)
    forecast, low, high = ahead(fitted(before, after + 3), before, 2.0)
    assert (low <= forecast).all() and (forecast <= high).all()


@given(st.integers(0, 50), st.integers(4, 30))
def test_two_half_steps_are_one_step(seed: int, units: int) -> None:
    before, after = panel(seed, units)
    rule = fitted(before, after)
    halves = ahead(rule, before, 0.5)[0]
    again = np.stack([ahead(rule, halves[r], 0.5)[0][r] for r in range(len(RULES))])
    assert again == pytest.approx(ahead(rule, before, 1.0)[0], rel=1e-9, abs=1e-9)


# --- the scales ---


def test_bounds_say_the_scale_and_the_shift_is_a_hundredth_of_the_median() -> None:
    origin = np.array([[1.0, 2], [100, 300], [5, 6]])
    made = scale_of(np.array([0.0, 0, -INF]), np.array([100.0, INF, INF]), origin)
    assert made.names == ("logit", "log", "linear")
    assert made.shift[1] == 2.0


def test_a_share_is_squeezed_as_smithson_and_verkuilen_do_with_a_sample_of_100() -> None:
    # (y (n - 1) + 0.5) / n: 0 becomes 0.005, whose logit is log(0.005 / 0.995).
    level = stretched(np.array([[0.0, 50.0, 100.0]]), SHARE)[0]
    edge = np.log(0.005 / 0.995)
    assert level == pytest.approx([edge, 0, -edge], abs=1e-12)


BOUNDS = st.sampled_from([(0.0, 100.0), (0.0, INF), (-INF, INF), (1.0, INF), (-100.0, 100.0)])


@given(BOUNDS, st.lists(st.floats(0, 1), min_size=2, max_size=6))
def test_a_value_comes_back_from_its_scale_and_order_is_kept(
    bounds: tuple[float, float], shares: list[float]
) -> None:
    low, high = bounds
    floor = low if np.isfinite(low) else -50.0
    value = floor + np.array([sorted(shares)]) * ((high if np.isfinite(high) else 200.0) - floor)
    scale = scale_of(np.array([low]), np.array([high]), value)
    level = stretched(value, scale)
    assert (np.diff(level[0]) >= 0).all()
    assert unstretched(level, scale) == pytest.approx(value, rel=1e-7, abs=1e-6)


@given(BOUNDS, st.floats(-1e3, 1e3))
def test_no_level_lies_beyond_the_bounds(bounds: tuple[float, float], level: float) -> None:
    scale = Scale(np.array([bounds[0]]), np.array([bounds[1]]), np.array([1.0]))
    assert bounds[0] <= unstretched(np.array([[level]]), scale)[0, 0] <= bounds[1]


# --- the errors ---


def test_errors_by_hand() -> None:
    forecast = np.array([[[1.0, 2, NAN, 7]], [[3.0, 3, 3, 7]]])
    actual = np.array([[2.0, 4, 6, NAN]])
    inside = np.array([[[True, False, True, True]], [[True, True, False, True]]])
    ranged = np.array([[[True, True, True, True]], [[True, True, False, True]]])
    found = errors(forecast, actual, inside, ranged)
    assert found.count.tolist() == [[2], [3]]
    assert found.mae[:, 0] == pytest.approx([1.5, 5 / 3])
    assert found.rmse[:, 0] == pytest.approx([np.sqrt(2.5), np.sqrt(11 / 3)])
    assert found.bias[:, 0] == pytest.approx([-1.5, -1.0])
    assert found.coverage[:, 0] == pytest.approx([0.5, 1.0])
    # Of the three known forecasts of the second rule one has no interval: it is no hit, nor a miss.
    assert found.ranged.tolist() == [[2], [2]]
    assert found.skill[1, 0] == pytest.approx(1 - (5 / 3) / 1.5)


def test_half_the_error_and_twice_the_error_make_no_difference() -> None:
    ratio = relative_error(np.array([[2.0, 3.0, NAN, 0.0], [1.0, 6.0, 1.0, 0.0]]))
    assert ratio == pytest.approx([1, 1])


def test_the_area_under_the_curve_is_scipys_mann_whitney_over_all_pairs() -> None:
    rng = np.random.default_rng(4)
    signal, event = rng.integers(0, 6, (20, 15)).astype(float), rng.random((20, 15)) < 0.4
    found = area_under_curve(signal, event)
    for row in range(20):
        yes, no = signal[row, event[row]], signal[row, ~event[row]]
        rival = stats.mannwhitneyu(yes, no).statistic / (len(yes) * len(no))
        assert found[row] == pytest.approx(rival, rel=1e-12)
    assert np.isnan(area_under_curve(signal[:1], np.ones((1, 15), bool))[0])
