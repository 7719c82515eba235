"""Whether the inventories of systems and sensors are counted as a hand would count them."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import ibis
import pytest

from jinglun.domains.infrastructure import variables

YEAR_END = date(2024, 12, 31)
NOON = datetime(2024, 12, 31, 12, 0)

SYSTEMS = {
    "system_id": "string",
    "as_of": "date",
    "place": "string",
    "on_cloud": "boolean",
    "protection_level": "int64",
    "assessed_on": "date",
    "restore_tested_on": "date",
    "critical_data_tb": "float64",
    "backup_remote": "boolean",
    "impact_due": "boolean",
    "impact_assessed_on": "date",
}
# s1 all done; s2 assessed exactly a leap year ago, drill a day too old; s3 assessed after the
# inventory; s4 level 2; s5 not graded, nothing known.
SYSTEM_ROWS = [
    ("s1", True, 3, date(2024, 6, 1), date(2024, 9, 9), 10.0, True, True, date(2023, 1, 1)),
    ("s2", True, 4, date(2023, 12, 31), date(2023, 12, 30), 4.5, False, True, None),
    ("s3", False, 3, date(2025, 1, 1), None, 2.0, None, False, date(2024, 1, 1)),
    ("s4", True, 2, date(2024, 5, 5), date(2024, 5, 5), None, True, True, date(2025, 2, 2)),
    ("s5", False, None, None, None, 1.5, True, None, None),
]

SENSORS = {
    "sensor_id": "string",
    "as_of": "timestamp",
    "place": "string",
    "interval_minutes": "float64",
    "last_reading_at": "timestamp",
    "on_platform": "boolean",
    "openable": "boolean",
    "open": "boolean",
}
# Every 15 minutes: 30 minutes old is the last moment online, 30 and a second is too old.
SENSOR_ROWS = [
    ("a", 15.0, datetime(2024, 12, 31, 11, 30), True, True, True),
    ("b", 15.0, datetime(2024, 12, 31, 11, 29, 59), True, True, False),
    ("c", 1440.0, datetime(2024, 12, 30, 6, 0), False, True, None),
    ("d", 15.0, None, True, False, True),
    ("e", 60.0, datetime(2024, 12, 31, 12, 5), False, False, False),
]

# c1 and c3 run; the plan's cost is a promise, the retired one's is another matter.
CATALOGUE = {
    "system_id": "string",
    "as_of": "date",
    "place": "string",
    "status": "string",
    "running_cost": "float64",
}
CATALOGUE_ROWS = [
    ("c1", "running", 300.0),
    ("c2", "planned", 1_000.0),
    ("c3", "running", 40.5),
    ("c4", "retired", 7.0),
]

COUNTED = [
    ("systems_total", 5),
    ("systems_on_cloud", 3),  # s1 s2 s4
    ("systems_assessment_due", 3),  # s1 s2 s3
    ("systems_assessed", 2),  # s1 s2
    ("systems_restore_tested", 1),  # s1
    ("data_tb_critical", 18.0),  # 10 + 4.5 + 2 + 1.5
    ("data_tb_remote_backup", 11.5),  # s1 10, s5 1.5
    ("systems_impact_due", 3),  # s1 s2 s4
    ("systems_impact_assessed", 1),  # s1; s4 came after the inventory
    ("sensors_total", 5),
    ("sensors_on_platform", 3),  # a b d
    ("sensors_online", 2),  # a c; d never reported, e reports from the future
    ("sensors_openable", 3),  # a b c
    ("sensors_open", 1),  # a; d may not be opened
]


def _systems(rows: list[tuple[Any, ...]]) -> Any:
    whole = [(row[0], YEAR_END, "city", *row[1:]) for row in rows]
    return ibis.memtable(whole, schema=SYSTEMS)


def _sensors(rows: list[tuple[Any, ...]]) -> Any:
    whole = [(row[0], NOON, "city", *row[1:]) for row in rows]
    return ibis.memtable(whole, schema=SENSORS)


def _catalogue(rows: list[tuple[Any, ...]]) -> Any:
    whole = [(row[0], YEAR_END, "city", *row[1:]) for row in rows]
    return ibis.memtable(whole, schema=CATALOGUE)


def _table_of(name: str) -> Any:
    return _sensors(SENSOR_ROWS) if name.startswith("sensors") else _systems(SYSTEM_ROWS)


def _value(reduction: Callable[[Any], Any], table: Any) -> Any:
    return ibis.duckdb.connect().execute(reduction(table))


@pytest.mark.parametrize(("name", "expected"), COUNTED)
def test_the_reduction_gives_the_count_made_by_hand(name: str, expected: float) -> None:
    assert _value(getattr(variables, name), _table_of(name)) == pytest.approx(expected)


def test_every_reduction_of_a_table_can_run_in_one_grouped_query() -> None:
    for table, names in (
        (_systems(SYSTEM_ROWS), [n for n, _ in COUNTED if not n.startswith("sensors")]),
        (_sensors(SENSOR_ROWS), [n for n, _ in COUNTED if n.startswith("sensors")]),
    ):
        query = table.group_by("place").agg(**{n: getattr(variables, n)(table) for n in names})
        row = ibis.duckdb.connect().to_pyarrow(query).to_pylist()[0]
        counted = {name: row[name] for name in names}
        assert counted == pytest.approx({name: dict(COUNTED)[name] for name in names})


def test_a_city_where_nothing_was_done_reads_zero_and_not_missing() -> None:
    idle = _systems([("s1", False, 3, None, None, 5.0, None, True, None)])
    for name in (
        "systems_assessed",
        "systems_restore_tested",
        "data_tb_remote_backup",
        "systems_impact_assessed",
    ):
        assert _value(getattr(variables, name), idle) == 0, name


def test_a_register_of_silent_sensors_has_none_online_and_none_open() -> None:
    silent = _sensors([("a", 15.0, None, True, True, None)])
    assert _value(variables.sensors_online, silent) == 0
    assert _value(variables.sensors_open, silent) == 0


def test_the_cost_of_running_is_that_of_the_systems_that_run() -> None:
    assert _value(variables.systems_running_cost, _catalogue(CATALOGUE_ROWS)) == 340.5


def test_only_a_running_system_without_a_cost_leaves_the_cost_missing() -> None:
    one = _catalogue([*CATALOGUE_ROWS, ("c5", "running", None)])
    assert math.isnan(_value(variables.systems_running_cost, one))
    resting = _catalogue([*CATALOGUE_ROWS, ("c5", "retired", None), ("c6", "planned", None)])
    assert _value(variables.systems_running_cost, resting) == 340.5


def test_each_place_has_the_cost_of_its_own_systems() -> None:
    table = _catalogue([*CATALOGUE_ROWS, ("c5", "running", None)])
    placed = table.mutate(place=(table.system_id == "c5").ifelse("south", "north"))
    cost = variables.systems_running_cost(placed)
    found = ibis.duckdb.connect().to_pyarrow(placed.group_by("place").agg(cost=cost)).to_pylist()
    assert {row["place"]: row["cost"] for row in found} == {"north": 340.5, "south": None}
