"""Whether powers of ten are found where fellows lie close, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinglun.methods.units_slip import log10, power_of_ten


def one(residual: float, spread: float) -> int:
    return int(power_of_ten(np.array([residual]), np.array([spread]), 0.15)[0])


@pytest.mark.parametrize(
    ("residual", "spread", "power"),
    [
        (4.0, 0.05, 4),
        (-3.02, 0.05, -3),
        (1.149, 0.05, 1),  # within three spreads of 1
        (1.151, 0.05, 0),  # just outside them
        (0.14, 0.05, 0),
        (1.09, 0.0, 1),  # never nearer than 0.1 is asked
        (1.11, 0.0, 0),
        (1.0, 0.16, 0),  # fellows too far apart for any power to be told
        (np.nan, 0.05, 0),
        (1.0, np.nan, 0),
    ],
)
def test_a_slip_is_near_a_whole_power_while_its_fellows_are_close(
    residual: float, spread: float, power: int
) -> None:
    assert one(residual, spread) == power


@given(residual=st.floats(-8, 8), spread=st.floats(0, 1))
def test_what_is_no_more_than_half_a_power_off_is_never_a_slip(
    residual: float, spread: float
) -> None:
    found = one(residual, spread)
    assert found in (0, round(residual))
    assert abs(residual) > 0.5 or found == 0


def test_only_what_is_above_zero_has_a_logarithm() -> None:
    found = log10(np.array([100.0, 0.0, -1.0, np.nan]))
    np.testing.assert_array_equal(found, [2.0, np.nan, np.nan, np.nan])


def test_what_is_farther_off_than_a_trillion_is_no_slip_of_units() -> None:
    off = np.array([12.0, 13.0, -12.0, -300.0])
    assert power_of_ten(off, np.full(4, 0.01), 0.3).tolist() == [12, 0, -12, 0]
