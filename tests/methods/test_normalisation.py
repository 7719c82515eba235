"""Normalisation: by hand, against plain counting, and what must never happen to a score."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jinglun.methods.normalisation import (
    borda,
    min_max,
    percentile_rank,
    rank,
    target_distance,
    target_share,
    z_score,
)
from jinglun.methods.scoring import goalposts

NAN = float("nan")


def column(*values: float) -> np.ndarray:
    return np.array(values)[:, None]


def flat(scores: np.ndarray) -> list[float]:
    return scores[:, 0].tolist()


def test_min_max_goes_from_worst_to_best() -> None:
    assert flat(min_max(column(2, 4, 6))) == [0, 50, 100]
    assert flat(min_max(column(2, 4, 6), -1)) == [100, 50, 0]
    assert flat(min_max(column(2, 4, 6), 1, 1, 10)) == [1, 5.5, 10]


def test_z_scores_by_hand() -> None:
    # Mean 4, sample deviation 2.
    assert flat(z_score(column(2, 4, 6))) == [-1, 0, 1]
    assert flat(z_score(column(2, 4, 6), -1, 10, 2)) == [12, 10, 8]


def test_units_that_tie_share_the_lower_rank_as_in_sport() -> None:
    # R: rank(c(7, 3, 7, 1), ties.method = "min") is 3 2 3 1.
    assert flat(rank(column(7, 3, 7, 1))) == [3, 2, 3, 1]
    assert flat(rank(column(7, 3, 7, 1), -1)) == [1, 3, 1, 4]


def test_percentile_ranks_and_borda_points_count_the_worse() -> None:
    assert flat(percentile_rank(column(7, 3, 7, 1, 9))) == [50, 25, 50, 0, 100]
    assert flat(borda(column(7, 3, 7, 1, 9))) == [2, 1, 2, 0, 4]


def test_a_share_of_the_target_is_capped_at_all_of_it() -> None:
    assert flat(target_share(column(20, 40, 60, -5), 40)) == [50, 100, 100, 0]
    # Where less is better twice the target is half of the way.
    assert flat(target_share(column(20, 40, 80, 0), 40, -1)) == [100, 100, 50, 100]


def test_a_share_of_nothing_has_no_meaning() -> None:
    assert np.isnan(target_share(column(1, 2), 0)).all()
    assert np.isnan(target_share(column(1, 2), NAN)).all()
    # A target of 0 deaths has one: none are 100, any are 0.
    assert flat(target_share(column(0, 3), 0, -1)) == [100, 0]


def test_the_way_to_the_target_begins_at_the_worst_unit() -> None:
    """COINr's n_dist2targ: (x - min) / (target - min), or (max - x) / (max - target)."""
    assert flat(target_distance(column(2, 4, 6, 12), 10)) == [0, 25, 50, 100]
    assert flat(target_distance(column(2, 4, 6, 12), 10, 1, False)) == [0, 25, 50, 125]
    assert flat(target_distance(column(2, 4, 6, 12), 4, -1)) == [100, 100, 75, 0]


def test_a_target_no_better_than_the_worst_unit_says_nothing() -> None:
    assert np.isnan(target_distance(column(2, 4), 2)).all()
    assert np.isnan(target_distance(column(2, 4), 1)).all()


EVERY: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "min_max": min_max,
    "z_score": z_score,
    "rank": rank,
    "percentile_rank": percentile_rank,
    "borda": borda,
    "target_share": lambda v: target_share(v, 50.0),
    "target_distance": lambda v: target_distance(v, 50.0),
    "goalposts": lambda v: goalposts(v, 0.0, 50.0),
}
ALONE = {"rank": 1, "borda": 0, "target_share": 8, "target_distance": 0, "goalposts": 8}
SAME = {**ALONE, "percentile_rank": 0}


@pytest.mark.parametrize("name", EVERY)
def test_what_is_missing_stays_missing_and_moves_nobody(name: str) -> None:
    with_gap = EVERY[name](column(3, NAN, 1, 9))
    without = EVERY[name](column(3, 1, 9))
    assert np.isnan(with_gap[1, 0])
    assert np.array_equal(np.delete(with_gap, 1, axis=0), without)


@pytest.mark.parametrize("name", EVERY)
def test_an_indicator_without_values_has_no_scores(name: str) -> None:
    assert np.isnan(EVERY[name](column(NAN, NAN))).all()


@pytest.mark.parametrize("name", EVERY)
def test_one_unit_alone(name: str) -> None:
    """Nobody to compare with: NaN, but for ranks (1), points (0) and what needs no other."""
    assert np.array_equal(flat(EVERY[name](column(4))), [ALONE.get(name, NAN)], equal_nan=True)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("value", [4.0, 0.1])
def test_the_same_value_everywhere(name: str, value: float) -> None:
    """Min-max and z-scores tell nobody apart: NaN. 0.1 has a mean that is not quite 0.1."""
    expected = SAME.get(name, NAN) * (value / 4 if "target_s" in name or name == "goalposts" else 1)
    found = flat(EVERY[name](column(*[value] * 3)))
    assert found == pytest.approx([expected] * 3, nan_ok=True)


CELLS = st.one_of(st.just(NAN), st.integers(-50, 200).map(float))
ROWS = st.lists(CELLS, min_size=2, max_size=9)


@pytest.mark.parametrize("name", EVERY)
@settings(deadline=None)
@given(rows=st.lists(st.lists(CELLS, min_size=5, max_size=5), min_size=2, max_size=4))
def test_draws_are_normalised_each_by_itself(name: str, rows: list[list[float]]) -> None:
    draws = np.array(rows)[:, :, None]
    together = EVERY[name](draws)
    for draw in range(len(rows)):
        np.testing.assert_allclose(together[draw], EVERY[name](draws[draw]), rtol=1e-12, atol=1e-9)


@settings(deadline=None)
@given(ROWS)
def test_a_rank_is_one_and_the_number_of_worse(values: list[float]) -> None:
    found = flat(rank(column(*values)))
    worse = [NAN if np.isnan(v) else 1 + sum(w < v for w in values) for v in values]
    assert np.array_equal(found, worse, equal_nan=True)


@pytest.mark.parametrize("name", ["goalposts", "rank", "percentile_rank", "borda", "target_share"])
@settings(deadline=None)
@given(values=ROWS, at=st.integers(0, 8), more=st.integers(0, 300))
def test_more_of_the_better_never_lowers_the_score(
    name: str, values: list[float], at: int, more: int
) -> None:
    at %= len(values)
    raised = list(values)
    raised[at] += more
    before, after = (flat(EVERY[name](column(*v)))[at] for v in (values, raised))
    assert np.isnan(before) or after >= before


@settings(deadline=None)
@given(values=ROWS, at=st.integers(0, 8), more=st.integers(0, 300))
def test_more_of_the_better_never_lowers_a_min_max_score(
    values: list[float], at: int, more: int
) -> None:
    at %= len(values)
    raised = list(values)
    raised[at] += more
    before, after = (flat(min_max(column(*v)))[at] for v in (values, raised))
    assert np.isnan(before) or np.isnan(after) or after >= before - 1e-9


@pytest.mark.parametrize("name", ["min_max", "z_score", "rank", "percentile_rank", "borda"])
@settings(deadline=None)
@given(
    values=st.lists(st.integers(-50, 200).map(float), min_size=3, max_size=9),
    factor=st.sampled_from([0.001, 0.5, 1e4, 1.8]),
    shift=st.sampled_from([0.0, 32.0, -273.15]),
)
def test_a_change_of_units_changes_no_score(
    name: str, values: list[float], factor: float, shift: float
) -> None:
    assume(len(set(values)) > 1)
    before, after = (
        flat(EVERY[name](v)) for v in (column(*values), column(*values) * factor + shift)
    )
    np.testing.assert_allclose(after, before, rtol=1e-8, atol=1e-8)


@settings(deadline=None)
@given(st.lists(st.integers(-50, 200).map(float), min_size=2, max_size=9))
def test_turning_the_direction_turns_min_max_round(values: list[float]) -> None:
    assume(len(set(values)) > 1)
    up, down = min_max(column(*values)), min_max(column(*values), -1)
    np.testing.assert_allclose(up + down, 100, atol=1e-9)
