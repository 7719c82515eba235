"""Whether chance is one's own and cut wholes add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinglun.teaching.dice import apportion, normal_quantile, stream

WEIGHTS = st.lists(st.floats(0, 1e6), min_size=1, max_size=30).filter(lambda w: sum(w) > 1e-3)


@given(st.integers(0, 10**9), WEIGHTS)
def test_the_parts_add_up_and_none_is_off_by_more_than_one(
    total: int, weights: list[float]
) -> None:
    parts = apportion(total, weights)
    assert parts.sum() == total
    exact = total * (np.array(weights) / np.sum(weights))
    assert (np.abs(parts - exact) <= 1 + 1e-6 * total).all()


def test_five_seats_go_by_the_largest_remainders() -> None:
    """By hand: of 10 seats by 47 : 16 : 15.8 : 12 : 6.1 : 3.1, as in Hamilton's method."""
    assert apportion(10, [47, 16, 15.8, 12, 6.1, 3.1]).tolist() == [5, 2, 1, 1, 1, 0]


def test_without_any_weight_there_is_nothing_to_cut_by() -> None:
    with pytest.raises(ValueError, match="no weight"):
        apportion(3, [0, 0])


def test_a_stream_does_not_hang_on_what_else_is_drawn() -> None:
    alone = stream(7, "firms", 3).random(4).tolist()
    stream(7, "cases").random(100)
    assert stream(7, "firms", 3).random(4).tolist() == alone
    assert stream(8, "firms", 3).random(4).tolist() != alone
    assert stream(7, "firms", 4).random(4).tolist() != alone


def test_quantiles_are_those_of_the_normal_table() -> None:
    """Printed in every table: the 0.975 quantile is 1.959964, the median 0."""
    assert normal_quantile(np.array([0.5, 0.975])) == pytest.approx([0, 1.959964], abs=1e-6)
