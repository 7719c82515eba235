"""Whether the nearest in profile are the nearest: by hand, and whatever the features are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from jinglun.methods.neighbours import profile_distances, standardised

FINITE = st.floats(-1e6, 1e6, allow_subnormal=False)
TABLES = hnp.arrays(float, st.tuples(st.integers(1, 4), st.integers(2, 6)), elements=FINITE)


def test_a_z_score_is_less_the_mean_over_the_deviation() -> None:
    # 2, 4, 6: mean 4, deviation (n - 1) 2.
    assert standardised(np.array([[2.0, 4.0, 6.0]])) == pytest.approx(np.array([[-1.0, 0, 1]]))


def test_a_feature_that_does_not_vary_tells_nobody_apart() -> None:
    assert np.isnan(standardised(np.array([[5.0, 5.0, 5.0], [np.nan, 1.0, np.nan]]))).all()


def test_a_distance_is_the_root_mean_square_of_the_differences() -> None:
    # In z the units stand at (-1, -1), (0, 1) and (1, 0): from the first sqrt((1 + 4) / 2) to both.
    table = np.array([[2.0, 4.0, 6.0], [1.0, 3.0, 2.0]])
    assert profile_distances(table, 0) == pytest.approx([0.0, 2.5**0.5, 2.5**0.5])


def test_a_gap_is_no_distance_but_half_of_the_features_must_be_shared() -> None:
    nan = np.nan
    table = np.array([[0.0, 2, nan, nan], [0, nan, 5, nan], [0, 1, 1, 2], [0, 3, nan, nan]])
    shared = profile_distances(table, 0)
    # Of the four features of the first the second shares three, the third two, the last one.
    assert np.isfinite(shared).tolist() == [True, True, True, False]


def test_where_nothing_is_known_there_is_no_distance() -> None:
    assert np.isnan(profile_distances(np.full((2, 3), np.nan), 0)).all()
    assert profile_distances(np.zeros((0, 3)), 0).shape == (3,)


@given(TABLES)
def test_a_unit_equal_to_the_subject_is_nearest(table: np.ndarray) -> None:
    twin = np.column_stack([table, table[:, 0]])
    distance = profile_distances(twin, 0)
    if not np.isnan(distance).all():
        assert distance[-1] == 0.0 == np.nanmin(distance)


@given(TABLES, st.sampled_from([0.001, 3.0, 1e6]), st.randoms())
def test_neither_the_unit_nor_the_order_matters(
    table: np.ndarray, factor: float, chance: st.DataObject
) -> None:
    order = list(range(table.shape[1]))
    chance.shuffle(order)  # type: ignore[attr-defined]
    plain = profile_distances(table, 0)
    moved = profile_distances(factor * table[:, order], order.index(0))
    np.testing.assert_allclose(moved, plain[order], rtol=1e-4, atol=1e-4)
