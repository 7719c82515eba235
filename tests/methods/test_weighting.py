"""Weights: from components by hand and by brute force, from residents by counting."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jinglun.methods.faults import Refused
from jinglun.methods.weighting import (
    correlation,
    first_loadings,
    principal,
    residents,
    varimax,
)

NAN = float("nan")
RNG = np.random.default_rng(4)
# Two things that have nothing to do with one another, seen three times and twice.
A, B = np.array([-1.0, -1, 1, 1]), np.array([-1.0, 1, -1, 1])
FIVE = np.column_stack([A, 2 * A, A + 7, B, 3 - B])


def test_correlations_are_numpys() -> None:
    values = RNG.normal(size=(30, 4)) @ RNG.normal(size=(4, 4))
    np.testing.assert_allclose(correlation(values), np.corrcoef(values.T), atol=1e-12)


def test_correlations_are_over_units_that_have_everything() -> None:
    values = RNG.normal(size=(30, 3))
    gappy = np.vstack([values, [[NAN, 100, -100], [5, NAN, 5]]])
    np.testing.assert_allclose(correlation(gappy), np.corrcoef(values.T), atol=1e-12)


def test_a_flat_indicator_correlates_with_nothing() -> None:
    values = np.column_stack([A, np.full(4, 0.1), B])
    assert correlation(values).tolist() == np.eye(3).tolist()


def test_first_loadings_have_length_one_and_may_be_negative() -> None:
    # All five are +-A or +-B; the first component is A's, seen three times: 1/sqrt(3) each.
    assert first_loadings(FIVE) == pytest.approx([3**-0.5] * 3 + [0, 0], abs=1e-12)
    turned = first_loadings(np.column_stack([A, 2 * A, -A]))
    assert turned == pytest.approx([3**-0.5, 3**-0.5, -(3**-0.5)])


def test_two_separate_components_by_hand() -> None:
    """Eigenvalues 3 and 2: within the first each is 1/3 of 3/5, in the second 1/2 of 2/5."""
    assert principal(FIVE) == pytest.approx([0.2] * 5)


def test_one_component_kept_counts_only_what_loads_on_it() -> None:
    assert principal(FIVE, components=1) == pytest.approx([1 / 3] * 3 + [0, 0], abs=1e-9)


def test_one_indicator_has_all_the_weight() -> None:
    assert principal(A[:, None]).tolist() == [1]


def test_a_flat_or_empty_indicator_weighs_nothing() -> None:
    values = np.column_stack([A, 2 * A, np.full(4, 3.0)])
    assert principal(values) == pytest.approx([0.5, 0.5, 0])
    assert np.isnan(principal(np.full((4, 2), 3.0))).all()


def test_varimax_is_the_best_of_all_turns_tried() -> None:
    """The criterion: the variance of squared loadings, each indicator scaled to length 1."""

    def criterion(loadings: np.ndarray) -> float:
        scaled = loadings / np.linalg.norm(loadings, axis=1, keepdims=True)
        return float((scaled**2).var(axis=0).sum())

    loadings = RNG.normal(size=(7, 2))
    turns = np.linspace(0, np.pi, 3601)
    tried = [
        criterion(loadings @ np.array([[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]]))
        for t in turns
    ]
    assert criterion(varimax(loadings)) >= max(tried) - 1e-9


def test_varimax_turns_and_does_nothing_else() -> None:
    loadings = RNG.normal(size=(7, 3))
    turned = varimax(loadings)
    np.testing.assert_allclose(turned @ turned.T, loadings @ loadings.T, atol=1e-9)


@pytest.mark.parametrize("weigh", [principal, first_loadings])
def test_draws_are_weighed_each_by_itself(weigh: object) -> None:
    draws = RNG.normal(size=(20, 30, 5)) @ RNG.normal(size=(20, 5, 5))
    each = [weigh(d) for d in draws]  # type: ignore[operator]
    np.testing.assert_allclose(weigh(draws), each, atol=1e-9)  # type: ignore[operator]


# --- residents ---


def test_nobody_speaks_louder_by_giving_more_points() -> None:
    weights, counted = residents(np.array([[1.0, 1, 2], [100, 100, 200]]))
    assert weights.tolist() == [0.25, 0.25, 0.5] and counted.tolist() == [0, 1]


def test_the_median_and_the_trimmed_mean_do_not_hear_the_extremes() -> None:
    ballots = np.array([[6.0, 4], [5, 5], [5, 5], [4, 6], [0, 10]])
    assert residents(ballots)[0] == pytest.approx([0.4, 0.6])
    assert residents(ballots, "median")[0] == pytest.approx([0.5, 0.5])
    # Without the highest and the lowest of five: (4 + 5 + 5) / 30 and (5 + 5 + 6) / 30.
    assert residents(ballots, "trimmed", 0.2)[0] == pytest.approx([14 / 30, 16 / 30])


def test_a_blank_is_no_points_and_an_empty_ballot_does_not_count() -> None:
    weights, counted = residents(np.array([[NAN, 3.0], [NAN, NAN], [0, 0], [1, 1]]))
    assert counted.tolist() == [0, 3]
    assert weights == pytest.approx([0.25, 0.75])


def test_what_is_wrong_with_ballots_comes_all_at_once() -> None:
    with pytest.raises(Refused) as refused:
        residents(np.array([[-1.0, 1]]), "loudest", 0.7)
    codes = [f.code for f in refused.value.faults]
    assert codes == ["negative_points", "no_ballots", "unknown_rule", "trimmed_too_much"]


def test_medians_that_are_all_zero_are_refused() -> None:
    with pytest.raises(Refused, match="all_weights_zero"):
        residents(np.eye(3), "median")


@settings(deadline=None)
@given(st.lists(st.lists(st.floats(0, 100), min_size=3, max_size=3), min_size=1, max_size=9))
def test_the_mean_of_residents_adds_up_to_one_in_any_order(ballots: list[list[float]]) -> None:
    points = np.array(ballots)
    if (points.sum(axis=1) <= 1e-200).all():
        return
    weights, _ = residents(points)
    assert weights.sum() == pytest.approx(1) and (weights >= 0).all()
    np.testing.assert_allclose(residents(points[::-1])[0], weights, atol=1e-12)
