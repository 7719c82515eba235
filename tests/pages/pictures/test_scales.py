"""Do ticks and bins follow the 1-2-5 rule, hold all the data and count as numpy does?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinglun.pages.scales import nice_bins, nice_step, nice_ticks


@pytest.mark.parametrize(
    ("low", "high", "count", "ticks"),
    [
        (0, 100, 5, [0, 20, 40, 60, 80, 100]),  # 100 / 5 = 20
        (3, 47, 5, [0, 10, 20, 30, 40, 50]),  # 44 / 5 = 8.8 -> 10
        (0.12, 0.31, 5, [0.1, 0.15, 0.2, 0.25, 0.3, 0.35]),  # 0.038 -> 0.05
        (-7, 12, 4, [-10, -5, 0, 5, 10, 15]),  # 4.75 -> 5
        (1_200_000, 1_900_000, 3, [1_000_000, 1_500_000, 2_000_000]),  # 233,333 -> 500,000
        (5, 5, 5, [4.4, 4.6, 4.8, 5.0, 5.2, 5.4, 5.6]),  # 4.5 to 5.5: 1 / 5 = 0.2
        (0, 0, 2, [-1, 0, 1]),  # -1 to 1: 1
    ],
)
def test_ticks_follow_the_1_2_5_rule(low: float, high: float, count: int, ticks: list) -> None:
    assert nice_ticks(low, high, count) == ticks


@given(st.floats(1e-12, 1e12), st.integers(1, 40))
def test_a_step_is_1_2_or_5_and_the_least_that_will_do(span: float, count: int) -> None:
    step = nice_step(span, count)
    digit = float(f"{step:e}".split("e")[0])
    assert digit in (1, 2, 5)
    assert step * count >= span * (1 - 1e-8)
    assert step / 2.5 * count < span * (1 + 1e-8)


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9), st.integers(1, 10))
def test_ticks_embrace_the_data_and_are_evenly_apart(a: float, b: float, count: int) -> None:
    low, high = sorted((a, b))
    ticks = nice_ticks(low, high, count)
    steps = np.diff(ticks)
    assert ticks[0] <= low + 1e-6 * abs(steps[0]) and high <= ticks[-1] + 1e-6 * abs(steps[0])
    assert steps == pytest.approx(steps[0]) and len(ticks) <= count + 2 + 4 * (low == high)


VALUES = st.lists(
    st.one_of(st.floats(-1e9, 1e9), st.integers(0, 100), st.decimals(0, 1, places=1)).map(float),
    min_size=1,
    max_size=300,
)


@given(VALUES)
def test_bins_count_as_numpy_does_and_are_forty_at_most(values: list[float]) -> None:
    edges, counts = nice_bins(values)
    assert counts == np.histogram(values, bins=edges)[0].tolist()
    assert sum(counts) == len(values) and 1 <= len(counts) <= 40


def test_two_thousand_values_are_binned_as_by_hand() -> None:
    # 2000 whole numbers 0 to 99, twenty of each: 99 / 37 = 2.7 -> 5, so 20 bins of 5 x 20.
    edges, counts = nice_bins([float(i % 100) for i in range(2000)])
    assert edges == [5.0 * i for i in range(21)] and counts == [100] * 20
