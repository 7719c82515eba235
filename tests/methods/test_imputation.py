"""Gaps: filled by hand, left where nothing vouches for them, and never a measured value changed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jinglun.methods import imputation

NAN = float("nan")
VALUES = np.array([[1.0, 10], [3, NAN], [NAN, 30], [8, 50]])


def test_a_gap_takes_the_mean_of_the_indicator() -> None:
    # (1 + 3 + 8) / 3 = 4 and (10 + 30 + 50) / 3 = 30
    assert imputation.mean(VALUES).tolist() == [[1, 10], [3, 30], [4, 30], [8, 50]]


def test_a_gap_takes_the_median_of_the_indicator() -> None:
    assert imputation.median(VALUES).tolist() == [[1, 10], [3, 30], [3, 30], [8, 50]]


def test_a_gap_takes_the_mean_or_the_median_of_its_group() -> None:
    groups = ["a", "a", "b", "b"]
    # Group a: 10 alone; group b: 8 alone.
    filled = [[1, 10], [3, 10], [8, 30], [8, 50]]
    assert imputation.group_mean(VALUES, groups).tolist() == filled
    assert imputation.group_median(VALUES, groups).tolist() == filled


def test_a_group_with_nobody_measured_keeps_its_gap() -> None:
    found = imputation.group_mean(VALUES, ["a", "b", "c", "c"])
    assert np.isnan(found[1, 1]) and found[2, 0] == 8


def test_a_unit_of_no_group_keeps_its_gap() -> None:
    assert np.isnan(imputation.group_mean(VALUES, ["a", None, "a", "a"])[1, 1])


@pytest.mark.parametrize("fill", [imputation.mean, imputation.median])
def test_an_indicator_without_any_value_stays_empty(fill: object) -> None:
    found = fill(np.array([[NAN, 1.0], [NAN, 3.0]]))  # type: ignore[operator]
    assert np.isnan(found[:, 0]).all() and found[:, 1].tolist() == [1, 3]


def test_a_gap_takes_the_value_that_scores_as_the_unit_does_elsewhere() -> None:
    """Second unit: 50 of 100 on the first, so half way down from 40, the worst, to 20."""
    values = np.array([[0.0, 40], [5, NAN], [10, 20]])
    found = imputation.unit_score(values, np.array([1, -1]), [[0, 1]])
    assert found[1, 1] == 30


def test_families_do_not_speak_for_one_another() -> None:
    values = np.array([[0.0, 40], [5, NAN], [10, 20]])
    assert np.isnan(imputation.unit_score(values, np.array([1, -1]), [[0], [1]])[1, 1])


def test_availability_is_a_share_and_the_limit_is_enough() -> None:
    assert imputation.availability(VALUES).tolist() == [1, 0.5, 0.5, 1]
    assert imputation.enough(VALUES, 0.5).all()
    assert imputation.enough(VALUES, 0.51).tolist() == [True, False, False, True]
    # 45 of 50 are 90 %, whatever the last bit says.
    values = np.array([[1.0] * 45 + [NAN] * 5])
    assert imputation.enough(values, 0.9).all()


CELLS = st.one_of(st.just(NAN), st.floats(-1e6, 1e6))


@settings(deadline=None)
@given(st.lists(st.lists(CELLS, min_size=5, max_size=5), min_size=3, max_size=3))
def test_draws_are_filled_each_by_itself_and_nothing_measured_changes(
    rows: list[list[float]],
) -> None:
    draws = np.array(rows)[:, :, None]
    there = ~np.isnan(draws)
    for fill in (imputation.mean, imputation.median):
        found = fill(draws)
        assert np.array_equal(found[there], draws[there])
        for draw in range(3):
            assert np.array_equal(found[draw], fill(draws[draw]), equal_nan=True)


@settings(deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=9))
def test_the_median_is_numpys(column: list[float]) -> None:
    values = np.array(column)[:, None]
    there = values[~np.isnan(values)]
    if there.size and there.size < len(column):
        gap = np.isnan(values)
        expected = np.median(there)
        assert imputation.median(values)[gap] == pytest.approx(expected, rel=1e-12, abs=1e-9)
