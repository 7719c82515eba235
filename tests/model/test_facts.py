"""Facts are a long table and a cube of the same figures."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jinglun.model.facts import QUALITY, Cube, Facts, cube

VARIABLES, PERIODS, PLACES = ("a", "b"), ("2023", "2024"), 3
KEYS = st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 1))
TABLES = st.dictionaries(KEYS, st.tuples(st.floats(-1e9, 1e9), st.integers(0, 5)))


def facts_of(table: dict[tuple[int, int, int], tuple[float, int]]) -> Facts:
    place, period, variable = (np.array([k[n] for k in table], np.int32) for n in range(3))
    value = np.array([v for v, _ in table.values()], float)
    quality = np.array([q for _, q in table.values()], np.int8)
    locator = np.array([f"f:{n}:c" for n in range(len(table))], object)
    return Facts(place, period, variable, value, quality, np.zeros(len(table), np.int32), locator)


def spread(table: dict[tuple[int, int, int], tuple[float, int]]) -> Cube:
    return cube(facts_of(table), VARIABLES, PLACES, PERIODS)


@given(TABLES)
def test_the_cube_holds_every_fact_at_its_place_and_nothing_else(
    table: dict[tuple[int, int, int], tuple[float, int]],
) -> None:
    whole = spread(table)
    for (place, period, variable), (value, quality) in table.items():
        assert whole.value[variable, place, period] == value
        assert whole.quality[variable, place, period] == quality
    assert np.isfinite(whole.value).sum() == (whole.quality >= 0).sum() == len(table)


def test_a_plane_is_asked_for_by_name_and_an_unknown_one_is_all_missing() -> None:
    whole = spread({(1, 1, 1): (7.0, 0)})
    assert whole.of("b")[1, 1] == 7
    assert whole.of("nobody").shape == (PLACES, 2)
    assert np.isnan(whole.of("nobody")).all()


def test_joined_facts_keep_their_order_and_taken_ones_their_rows() -> None:
    one, two = facts_of({(0, 0, 0): (1.0, 0)}), facts_of({(1, 0, 0): (2.0, 5), (2, 0, 1): (3.0, 1)})
    joined = Facts.join([Facts.empty(), one, two])
    assert len(joined) == 3 and joined.value.tolist() == [1, 2, 3]
    taken = joined.take(np.array([False, True, True]))
    assert (taken.value.tolist(), taken.quality.tolist()) == ([2, 3], [5, 1])
    assert len(Facts.empty()) == 0


def test_the_worse_class_comes_later() -> None:
    assert QUALITY == "ABCDEF"
