"""Whether the unit figures were written in is found, and heaped digits told from chance."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinglun.methods.digits import has_digits, last_digits, last_unit


@pytest.mark.parametrize(
    ("values", "unit"),
    [
        ([832.2, 710.0, 45.0], -1),
        ([8_322_000, 7_100_000, 1_151_000], 3),
        ([12, 35, 7], 0),
        ([1 / 3, 2 / 7, 0.123456789012345], None),
        ([0.0, np.nan], None),
        ([], None),
    ],
)
def test_the_unit_is_the_last_decimal_that_was_written(
    values: list[float], unit: int | None
) -> None:
    assert last_unit(np.array(values, float)) == unit


def test_a_few_finer_figures_do_not_change_the_unit() -> None:
    assert last_unit(np.array([*np.arange(100.0, 190.0), *(0.5 + np.arange(9.0))])) == 0
    assert last_unit(np.array([*np.arange(100.0, 190.0), *(0.5 + np.arange(11.0))])) == -1


# Witness for the tail: scipy's chi-square of nine and of eight degrees.
@pytest.mark.parametrize("counted", [True, False])
def test_the_chance_is_that_of_a_chi_square(counted: bool) -> None:
    from scipy.stats import chi2

    rng = np.random.default_rng(1)
    for heaped in (0, 30, 300):
        values = np.concatenate([rng.integers(100, 9999, 900), 105 + 10 * np.arange(heaped)])
        told = last_digits(values.astype(float), 100, counted=counted)
        assert told is not None
        assert told.p == pytest.approx(chi2.sf(told.chi_square, 9 if counted else 8), rel=1e-9)


# By hand: 100 figures, each digit ten times: chi-square 0, a fifth ends in 0 and 5.
def test_even_digits_are_no_sign_of_anything() -> None:
    told = last_digits(np.arange(100.0, 200.0), 100, counted=True)
    assert told is not None
    assert (told.chi_square, told.p, told.share, told.unit) == (0.0, 1.0, 0.2, 1.0)
    assert told.counts == (10,) * 10


# By hand: all 60 end in 5: six are expected of each digit, (60-6)^2/6 + 9*6^2/6 = 540.
def test_digits_that_are_all_five_are_heaped() -> None:
    told = last_digits(105.0 + 10 * np.arange(60.0), 100, counted=True)
    assert told is not None
    assert told.chi_square == pytest.approx(540)
    assert told.share == 1.0
    assert told.p < 1e-100


def test_figures_printed_with_one_decimal_less_are_not_heaped() -> None:
    """Half in hundredths, half in tenths, as cities print their GDP: zeros prove nothing."""
    rng = np.random.default_rng(2)
    fine = rng.integers(10_000, 99_999, 400) / 100
    coarse = rng.integers(1_000, 9_999, 400) / 10
    told = last_digits(np.concatenate([fine, coarse]), 100, counted=False)
    assert told is not None
    assert told.p > 1e-4
    assert told.counts[0] > 400


def test_fewer_than_fifty_figures_say_nothing() -> None:
    assert last_digits(105.0 + 10 * np.arange(49.0), 100, counted=True) is None
    assert last_digits(np.arange(1.0, 90.0), 100, counted=True) is None


@given(power=st.integers(-3, 5), seed=st.integers(0, 99))
def test_the_unit_does_not_change_the_digits(power: int, seed: int) -> None:
    values = np.random.default_rng(seed).integers(1000, 9999, 200)
    one = last_digits(values.astype(float), 100, counted=False)
    other = last_digits(values * 10.0**power, 100, counted=False)
    assert one is not None and other is not None
    assert other.counts == one.counts
    assert math.isclose(other.unit, one.unit * 10.0**power, rel_tol=1e-12)


@pytest.mark.parametrize(
    ("value", "digits"),
    [(1234.0, 4), (12_340_000.0, 4), (0.01234, 4), (1200.0, 2), (5.0, 1), (832.2, 4)],
)
def test_significant_digits_are_counted_wherever_the_point_is(value: float, digits: int) -> None:
    values = np.array([value])
    assert has_digits(values, digits).all()
    assert not has_digits(values, digits + 1).any()


def test_nothing_has_no_digits() -> None:
    assert not has_digits(np.array([0.0, np.nan, np.inf]), 1).any()
