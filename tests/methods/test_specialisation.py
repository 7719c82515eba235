"""Whether Nelson's degrees and location quotients are what the papers' definitions give by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from jinglun.methods.specialisation import location_quotients, nelson_degrees, shares

counted = arrays(
    float, st.tuples(st.integers(2, 12), st.integers(2, 6)), elements=st.integers(1, 10_000)
)


def test_shares_are_parts_of_their_row_and_unknown_where_nobody_works() -> None:
    found = shares(np.array([[30.0, 70.0], [0.0, 0.0]]))
    assert found[0].tolist() == [0.3, 0.7]
    assert np.isnan(found[1]).all()


def test_a_share_on_the_line_of_the_mean_and_one_deviation_reaches_the_first_degree() -> None:
    # By hand: shares 0.1, 0.1, 0.4, 0.4 have mean 0.25 and deviation 0.15, so the line is 0.40.
    one = np.array([0.1, 0.1, 0.4, 0.4])
    assert nelson_degrees(np.stack([one, 1 - one], axis=1))[:, 0].tolist() == [0, 0, 1, 1]


def test_degrees_count_whole_deviations_and_end_at_three() -> None:
    # By hand: 24 places at 0 and one at 1: mean 0.04, deviation sqrt(0.04 * 0.96) = 0.19596,
    # so 1 lies 4.9 deviations above. Of 5 places it lies exactly 2 above: mean 0.2, deviation 0.4.
    for others, degree in ((24, 3), (4, 2)):
        one = np.array([0.0] * others + [1.0])
        found = nelson_degrees(np.stack([one, 1 - one], axis=1))
        assert found[-1, 0] == degree
        assert found[:-1, 0].tolist() == [0] * others


def test_where_all_are_alike_nobody_is_specialised() -> None:
    assert not nelson_degrees(np.full((7, 3), 1 / 3)).any()


def test_a_quotient_is_the_share_here_over_the_share_in_the_whole() -> None:
    # By hand: 30 of 100 here, 300 of 1500 there: 0.3 / 0.2 = 1.5; the rest 0.7 / 0.8 = 0.875.
    found = location_quotients(np.array([[30.0, 70.0]]), np.array([300.0, 1200.0]))
    assert found[0].tolist() == pytest.approx([1.5, 0.875], rel=1e-12)


def test_an_activity_that_the_whole_has_not_gives_no_quotient() -> None:
    found = location_quotients(np.array([[0.0, 10.0]]), np.array([0.0, 100.0]))
    assert np.isnan(found[0, 0]) and found[0, 1] == 1.0


@given(counted)
def test_no_place_is_above_the_whole_in_everything(counts: np.ndarray) -> None:
    """Weighted by the whole's shares the quotients of a place average to one."""
    whole = counts.sum(axis=0)
    found = location_quotients(counts, whole)
    assert (found * shares(whole[None, :])).sum(axis=1) == pytest.approx(1.0, abs=1e-9)


@given(counted, st.floats(0.01, 1000))
def test_units_of_counting_change_nothing(counts: np.ndarray, factor: float) -> None:
    assert shares(counts * factor) == pytest.approx(shares(counts), rel=1e-9)
    whole = counts.sum(axis=0)
    there = location_quotients(counts * factor, whole * factor)
    assert there == pytest.approx(location_quotients(counts, whole), rel=1e-9)
