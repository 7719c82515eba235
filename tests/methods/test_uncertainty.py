"""Whether errors, weights and intervals have the distributions that they are said to have."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jinglun.methods.uncertainty import (
    LOG,
    LOGIT,
    NORMAL,
    Z95,
    choices,
    clipped_normal,
    common_factor,
    correlated_uniforms,
    disturbed,
    holding,
    interval,
    log_deviation,
    normal_score,
    quick_normals,
    shaken_weights,
    stream,
    together,
)


def _one(way: int) -> np.ndarray:
    return np.array([way], np.int8)


def test_five_in_a_hundred_truths_lie_beyond_the_band() -> None:
    """Class C: 10 % above with 5 % beyond, and as far below as a factor: 1 / 1.1."""
    z = np.random.default_rng(0).standard_normal((200_000, 1))
    drawn = disturbed(np.array([500.0]), _one(LOG), log_deviation(np.array([0.1])), z)[:, 0]
    assert np.median(drawn) == pytest.approx(500, rel=1e-3)
    assert (drawn > 550).mean() == pytest.approx(0.05, abs=0.002)
    assert (drawn < 500 / 1.1).mean() == pytest.approx(0.05, abs=0.002)


def test_a_share_errs_by_its_odds_and_never_leaves_its_range() -> None:
    """Odds of 80 % are 4; twice that is 8, which is 800 / 9 %."""
    deviation = np.array([np.log(2.0)])
    doubled = disturbed(np.array([80.0]), _one(LOGIT), deviation, np.array([1.0]))
    assert doubled[0] == pytest.approx(800 / 9)
    for edge in (0.0, 100.0):
        moved = disturbed(np.array([edge]), _one(LOGIT), deviation, np.array([3.0]))
        assert moved[0] == edge
    far = disturbed(np.array([80.0]), _one(LOGIT), deviation, np.array([50.0]))
    assert 80 < far[0] <= 100


def test_what_is_below_zero_errs_by_a_sum_of_its_own_size() -> None:
    moved = disturbed(np.array([-10.0]), _one(NORMAL), np.array([0.2]), np.array([1.0]))
    assert moved[0] == pytest.approx(-8.0)


def test_without_error_everything_stays_as_it_is() -> None:
    value = np.array([3.0, 61.5, -2.0, 0.0])
    way = np.array([LOG, LOGIT, NORMAL, LOG], np.int8)
    assert disturbed(value, way, np.ones(4), np.zeros(4)).tolist() == value.tolist()


def test_errors_of_one_source_correlate_by_rho_and_have_variance_one() -> None:
    rng = np.random.default_rng(0)
    shared = rng.standard_normal((100_000, 1))
    z = together(rng.standard_normal((100_000, 2)), shared, 0.5)
    assert np.corrcoef(z.T)[0, 1] == pytest.approx(0.5, abs=0.01)
    assert z.var() == pytest.approx(1, abs=0.01)


def test_weights_have_the_stated_means_and_the_variance_of_dirichlet() -> None:
    """Shapes a = k w / mean(w) = 8, 16, 24 of 48: share w, variance p (1 - p) / (48 + 1)."""
    weights = np.array([1.0, 2.0, 3.0])
    groups = np.zeros(3, np.int64)
    drawn = shaken_weights(np.random.default_rng(0), weights, groups, 16.0, 100_000)
    share = drawn / drawn.sum(axis=1, keepdims=True)
    p = weights / 6
    assert share.mean(axis=0) == pytest.approx(p, abs=1e-3)
    assert share.var(axis=0) == pytest.approx(p * (1 - p) / 49, rel=0.02)
    assert drawn.mean(axis=0) == pytest.approx(weights, rel=0.01)


def test_weights_keep_their_proportions_however_small_they_are() -> None:
    """1 and 9 of 10 parts: the mean of a Dirichlet is the stated shares, whatever the unit."""
    for unit in (1e-13, 1.0, 1e6):
        weights, groups = unit * np.array([1.0, 9.0]), np.zeros(2, np.int64)
        drawn = shaken_weights(np.random.default_rng(0), weights, groups, 16.0, 20_000)
        share = drawn / drawn.sum(axis=1, keepdims=True)
        assert share.mean(axis=0) == pytest.approx([0.1, 0.9], abs=0.002)


def test_a_weight_of_nothing_stays_nothing() -> None:
    weights, groups = np.array([0.0, 1.0, 0.0]), np.array([0, 0, 1])
    drawn = shaken_weights(np.random.default_rng(0), weights, groups, 16.0, 50)
    assert (drawn[:, [0, 2]] == 0).all() and (drawn[:, 1] > 0).all()


def test_equal_weights_vary_by_a_quarter() -> None:
    """A gamma of shape 16 has a coefficient of variation of 1 / sqrt(16)."""
    drawn = shaken_weights(np.random.default_rng(0), np.ones(4), np.zeros(4, int), 16.0, 50_000)
    assert drawn.std() / drawn.mean() == pytest.approx(0.25, abs=0.003)


def test_quick_normals_are_normal() -> None:
    """The normal's shares beyond 1, 1.645 and 3: 15.87 %, 5 % and 0.135 %."""
    out = np.empty((1000, 1001), np.float32)
    quick_normals(stream(0, 1), out)
    assert out.mean() == pytest.approx(0, abs=0.005)
    assert out.std() == pytest.approx(1, abs=0.005)
    for z, share, near in ((1.0, 0.1587, 0.01), (Z95, 0.05, 0.02), (3.0, 0.00135, 0.1)):
        assert (out > z).mean() == pytest.approx(share, rel=near)
    # Neighbours share 64 random bits, and must not show it.
    for step in (1, 2, 3):
        flat = out.reshape(-1)
        assert abs(np.corrcoef(flat[:-step], flat[step:])[0, 1]) < 0.005


def test_a_stream_depends_on_its_names_alone() -> None:
    first = stream(7, 0, 3, 1).random(4)
    stream(7, 0, 3, 2).random(4)
    assert stream(7, 0, 3, 1).random(4).tolist() == first.tolist()
    others = [stream(7, 0, 3, 2), stream(7, 0, 2, 1), stream(7, 1, 3, 1), stream(8, 0, 3, 1)]
    assert all(rng.random(4).tolist() != first.tolist() for rng in others)


def test_an_interval_is_of_type_seven() -> None:
    """Of 1..21 the 5 % point by type 7 is 1 + 0.05 * 20 = 2, the 95 % point 20."""
    low, high = interval(np.arange(1.0, 22.0))
    assert (float(low), float(high)) == (2.0, 20.0)


@settings(deadline=None)
@given(st.lists(st.floats(0, 100), min_size=2, max_size=40), st.floats(0, 100))
def test_an_interval_is_widened_to_hold_the_point(draws: list[float], point: float) -> None:
    low, high = holding(*interval(np.array(draws)), np.array(point))
    assert low <= point <= high


def test_a_normal_score_at_the_edge_is_held_there() -> None:
    low, high = clipped_normal(np.array([98.0, -30.0]), np.array([2.0, 1.0]))
    assert (low[0], high[0]) == (pytest.approx(98 - 2 * Z95), 100.0)
    assert (low[1], high[1]) == (0.0, 0.0)


def test_guesses_correlate_by_r() -> None:
    """Uniforms of a normal copula: Spearman's rho is 6 / pi * asin(r / 2)."""
    drawn = correlated_uniforms(np.random.default_rng(0), 100_000, 2, 0.3)
    assert drawn.mean() == pytest.approx(0.5, abs=0.005)
    said = 6 / np.pi * np.arcsin(0.15)
    assert np.corrcoef(drawn.T)[0, 1] == pytest.approx(said, abs=0.01)


def test_what_was_seen_tells_of_the_rest() -> None:
    """One score of 1 at r = 0.5: factor of mean sqrt(0.5) and variance 0.5, by the normal law."""
    assert common_factor(np.array([]), 0.5) == (0.0, 1.0)
    mean, deviation = common_factor(np.array([1.0]), 0.5)
    assert (mean, deviation) == (pytest.approx(0.5**0.5), pytest.approx(0.5**0.5))
    # Against brute force: of many worlds, those in which the seen score is near to 1.
    rng = np.random.default_rng(0)
    factor = rng.standard_normal(2_000_000)
    seen = together(rng.standard_normal(2_000_000), factor, 0.5)
    near = factor[np.abs(seen - 1) < 0.02]
    assert near.mean() == pytest.approx(mean, abs=0.01)
    assert near.std() == pytest.approx(deviation, abs=0.01)
    assert normal_score(0.95) == pytest.approx(Z95)


def test_alternatives_are_chosen_as_often_as_is_said() -> None:
    picked = choices(np.random.default_rng(0).random(100_000), [0.8, 0.15, 0.05])
    assert np.bincount(picked) / 100_000 == pytest.approx([0.8, 0.15, 0.05], abs=0.005)
