"""A whole from its parts: sums that do not hide a gap, means by the right base."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinglun.methods.aggregate import total, weighted_mean

NAN = float("nan")


def mean(parts: list[float], base: list[float]) -> float:
    return float(weighted_mean(np.array(parts), np.array(base)))


def test_a_total_adds_up_along_the_first_axis() -> None:
    assert total(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist() == [4, 6]


def test_a_gap_is_not_a_zero() -> None:
    assert np.array_equal(total(np.array([[1.0, 2.0], [NAN, 4.0]])), [NAN, 6], equal_nan=True)


# 10 % of 300 and 50 % of 100 are 80 of 400, which is 20 %; the plain mean would say 30 %.
def test_a_mean_is_weighted_by_its_base() -> None:
    assert mean([10, 50], [300, 100]) == 20


def test_a_missing_part_makes_the_mean_missing() -> None:
    assert np.isnan(mean([10, NAN], [300, 100]))


def test_a_missing_base_makes_the_mean_missing() -> None:
    assert np.isnan(mean([10, 50], [300, NAN]))


def test_a_part_without_a_base_does_not_count_measured_or_not() -> None:
    assert mean([10, 99], [300, 0]) == 10
    assert mean([10, NAN], [300, 0]) == 10


def test_bases_that_add_up_to_nothing_give_no_mean() -> None:
    assert np.isnan(mean([10, 50], [0, 0]))
    assert np.isnan(mean([NAN, NAN], [0, 0]))


def test_each_column_has_its_own_mean() -> None:
    parts = np.array([[10.0, 10.0], [50.0, NAN]])
    base = np.array([[300.0, 300.0], [100.0, 100.0]])
    assert np.array_equal(weighted_mean(parts, base), [20, NAN], equal_nan=True)


# No base of people or rooms is as small as 5e-324, where floats lose their digits in NumPy too.
BASES = st.just(0.0) | st.floats(1e-6, 1e6)
COLUMNS = st.lists(st.tuples(st.floats(-1e6, 1e6), BASES), min_size=1, max_size=9)


@given(COLUMNS)
def test_a_weighted_mean_is_the_average_of_numpy(columns: list[tuple[float, float]]) -> None:
    parts, base = (np.array(c) for c in zip(*columns, strict=True))
    found = float(weighted_mean(parts, base))
    if base.sum() == 0:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(np.average(parts, weights=base), rel=1e-9, abs=1e-6)
        assert parts.min() - 1e-6 <= found <= parts.max() + 1e-6


@given(COLUMNS, st.integers(0, 8))
def test_cutting_a_part_in_two_halves_changes_nothing(
    columns: list[tuple[float, float]], which: int
) -> None:
    part, base = columns[which % len(columns)]
    halves = [c for n, c in enumerate(columns) if n != which % len(columns)]
    halves += [(part, base / 2), (part, base / 2)]
    whole, cut = (
        float(weighted_mean(*(np.array(c) for c in zip(*rows, strict=True))))
        for rows in (columns, halves)
    )
    assert whole == pytest.approx(cut, rel=1e-9, abs=1e-6, nan_ok=True)
