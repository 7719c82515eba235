"""What the reductions count agrees with what a hand counts on a few rows."""

from __future__ import annotations

import inspect
from datetime import date, datetime, timedelta
from typing import Any

import ibis
import pytest

from jinglun.domains.operations import variables

CASE_TYPES = {
    "case_id": "string",
    "place": "string",
    "reported_by": "string",
    "departments": "int64",
    "due_at": "timestamp",
    "closed_at": "timestamp",
    "reopened": "boolean",
}
DUE = datetime(2024, 5, 10, 18, 0)
EARLY, LATE = DUE - timedelta(hours=2), DUE + timedelta(minutes=1)

# North: closed early, on the minute, late, still open. South: one case, still open.
CASES = [
    ("1", "north", "resident", 1, DUE, EARLY, False),
    ("2", "north", "inspector", 2, DUE, DUE, True),
    ("3", "north", "resident", 3, DUE, LATE, None),
    ("4", "north", None, 1, DUE, None, None),
    ("5", "south", None, None, DUE, None, None),
]
COUNTED = {
    "cases_due": (4, 1),
    "cases_on_time": (2, 0),
    "cases_inspected": (2, 0),
    "cases_reopened": (1, 0),
    "joint_cases_due": (2, 0),
    "joint_cases_on_time": (1, 0),
    "cases_source_known": (3, 0),
    "cases_from_residents": (2, 0),
}
REDUCTIONS = {
    name: function
    for name, function in inspect.getmembers(variables, inspect.isfunction)
    if not name.startswith("_")
}


def by_place(table: Any, names: list[str]) -> dict[str, dict[str, Any]]:
    """One grouped query for all reductions, as the loop asks it."""
    grouped = table.group_by("place").agg(**{name: REDUCTIONS[name](table) for name in names})
    rows = ibis.duckdb.connect().to_pyarrow(grouped).to_pylist()
    return {row["place"]: row for row in rows}


def air(days: int, first: date = date(2024, 1, 1)) -> list[tuple[str, date, int | None, float]]:
    """So many days in a row, PM2.5 of 20 and 40 in turn, a good day each time it is 20."""
    good, bad = (60, 20.0), (110, 40.0)
    return [
        ("north", first + timedelta(days=d), *(good if d % 2 == 0 else bad)) for d in range(days)
    ]


def air_table(rows: list[Any]) -> Any:
    """The rows as a table of daily air readings."""
    types = {"place": "string", "date": "date", "aqi": "int64", "pm25": "float64"}
    return ibis.memtable(
        [dict(zip(types, row, strict=True)) for row in rows], schema=ibis.schema(types)
    )


AIR = ["pm25_annual_mean", "good_days", "valid_days"]

# North: two LED, one sodium, one whose lamp nobody knows. South: one light, lamp unknown.
LIGHTS = [
    ("1", "north", "led"),
    ("2", "north", "led"),
    ("3", "north", "sodium"),
    ("4", "north", None),
    ("5", "south", None),
]
LIGHTS_COUNTED = {
    "street_lights_total": (4, 1),
    "street_lights_lamp_known": (3, 0),
    "street_lights_led": (2, 0),
}


@pytest.fixture(scope="module")
def counted() -> dict[str, dict[str, Any]]:
    rows = [dict(zip(CASE_TYPES, row, strict=True)) for row in CASES]
    return by_place(ibis.memtable(rows, schema=ibis.schema(CASE_TYPES)), list(COUNTED))


@pytest.mark.parametrize("name", COUNTED)
def test_cases_are_counted_as_by_hand(counted: dict[str, dict[str, Any]], name: str) -> None:
    assert (counted["north"][name], counted["south"][name]) == COUNTED[name]


def test_a_place_that_closed_nothing_has_zero_on_time_and_not_a_blank(
    counted: dict[str, dict[str, Any]],
) -> None:
    assert counted["south"]["cases_on_time"] == 0


def test_a_year_of_days_has_a_mean_and_its_good_days() -> None:
    # 366 days: 183 at 20 and 183 at 40
    north = by_place(air_table(air(366)), AIR)["north"]
    assert [north[name] for name in AIR] == [30.0, 183, 366]


def test_324_days_make_a_year_and_323_do_not() -> None:
    assert by_place(air_table(air(324)), AIR)["north"]["pm25_annual_mean"] == 30.0
    assert by_place(air_table(air(323)), AIR)["north"]["pm25_annual_mean"] is None


def test_a_day_told_twice_does_not_stretch_the_year() -> None:
    twice = air(200) + air(200)
    assert by_place(air_table(twice), AIR)["north"]["pm25_annual_mean"] is None


def test_a_day_without_an_index_is_neither_good_nor_valid() -> None:
    rows = [("north", date(2024, 1, 1), None, None), ("north", date(2024, 1, 2), 100, 20.0)]
    north = by_place(air_table(rows), AIR)["north"]
    assert (north["good_days"], north["valid_days"]) == (1, 1)


def test_lights_are_counted_as_by_hand_and_an_unknown_lamp_is_not_another_kind() -> None:
    types = dict.fromkeys(("light_id", "place", "lamp"), "string")
    rows = [dict(zip(types, row, strict=True)) for row in LIGHTS]
    found = by_place(ibis.memtable(rows, schema=ibis.schema(types)), list(LIGHTS_COUNTED))
    for name, (north, south) in LIGHTS_COUNTED.items():
        assert (found["north"][name], found["south"][name]) == (north, south)


def test_every_reduction_is_counted_here() -> None:
    assert set(REDUCTIONS) == set(COUNTED) | set(AIR) | set(LIGHTS_COUNTED)
