"""The reductions count what one counts by hand in a table of a few rows."""

from __future__ import annotations

import inspect
from typing import Any

import ibis
import pytest

from jinglun.domains.services import variables

DAY = "2024-12-31"
ITEMS = [
    # id, place, online, one_stop, needs_licence, uses_elicence, elder_version, offline_channel
    ("i1", "north", True, True, True, True, True, True),
    ("i2", "north", True, True, True, False, False, True),
    ("i3", "north", True, False, False, True, True, False),
    ("i4", "south", False, False, True, None, None, True),
    ("i5", "south", False, True, False, None, None, False),
    ("i6", "south", True, False, True, True, None, True),
]
FACILITIES = [
    # id, place, type, capacity, nursing_beds, public_building, accessible, in_open_data
    ("f1", "north", "elder_care", 100, 60, True, True, True),
    ("f2", "north", "elder_care", 80, None, True, False, False),
    ("f3", "south", "elder_care", 20, 5, False, True, True),
    ("f4", "south", "nursery", 45, None, True, True, False),
    ("f5", "south", "nursery", None, None, False, False, False),
    ("f6", "south", "sports", 500, None, True, False, True),
]


@pytest.fixture
def service_items() -> Any:
    columns = [
        *("item_id", "place", "online", "one_stop", "needs_licence"),
        *("uses_elicence", "elder_version", "offline_channel"),
    ]
    return on_duckdb("service_items", columns, ITEMS)


@pytest.fixture
def facilities() -> Any:
    columns = [
        *("facility_id", "place", "facility_type", "capacity", "nursing_beds"),
        *("public_building", "accessible", "in_open_data"),
    ]
    return on_duckdb("facilities", columns, FACILITIES)


def on_duckdb(name: str, columns: list[str], rows: list[tuple[Any, ...]]) -> Any:
    """A small table in a DuckDB of its own, with the date every row of a snapshot carries."""
    dicts = [dict(zip(columns, row, strict=True), as_of=DAY) for row in rows]
    return ibis.duckdb.connect().create_table(name, ibis.memtable(dicts))


def answer(name: str, table: Any) -> Any:
    value = table.aggregate(value=getattr(variables, name)(table)).to_pyarrow()
    return value["value"][0].as_py()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("items_total", 6),
        ("items_online", 4),  # i1 i2 i3 i6
        ("items_one_stop", 3),  # i1 i2 i5
        ("items_needing_licence", 4),  # i1 i2 i4 i6
        ("items_using_elicence", 2),  # i1 i6; i3 needs none, i4 does not say
        ("items_elder_usable", 2),  # i1; i4 is offline only; i6 does not say
    ],
)
def test_service_items_are_counted_as_by_hand(service_items: Any, name: str, expected: int) -> None:
    assert answer(name, service_items) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("elder_beds", 200),  # 100 + 80 + 20
        ("nursing_beds", 65),  # 60 + 5
        ("nursery_places", 45),
        ("public_buildings", 4),  # f1 f2 f4 f6
        ("public_buildings_accessible", 2),  # f1 f4; f3 is not a public building
        ("facilities_total", 6),
        ("facilities_in_open_data", 3),  # f1 f3 f6
    ],
)
def test_facilities_are_counted_as_by_hand(facilities: Any, name: str, expected: int) -> None:
    assert answer(name, facilities) == expected


def test_every_reduction_is_tested_on_a_table_of_this_file() -> None:
    tested = {"service_items": 6, "facilities": 7}
    reductions = [
        next(iter(inspect.signature(function).parameters))
        for _, function in inspect.getmembers(variables, inspect.isfunction)
    ]
    assert {table: reductions.count(table) for table in set(reductions)} == tested


def test_reductions_answer_for_each_district_in_one_grouped_query(facilities: Any) -> None:
    names = ("elder_beds", "nursery_places", "facilities_total")
    query = facilities.group_by("place").agg(
        **{n: getattr(variables, n)(facilities) for n in names}
    )
    by_place = {row["place"]: row for row in query.to_pyarrow().to_pylist()}
    assert by_place["south"] == {
        "place": "south",
        "elder_beds": 20,
        "nursery_places": 45,
        "facilities_total": 4,
    }
    assert by_place["north"]["elder_beds"] == 180


def test_a_register_without_nurseries_says_nothing_about_nursery_places(facilities: Any) -> None:
    north = facilities.filter(facilities.place == "north")
    assert answer("nursery_places", north) is None


def test_an_item_not_offered_online_needs_no_adapted_page(service_items: Any) -> None:
    offline_only = service_items.filter(service_items.item_id == "i4")
    assert answer("items_elder_usable", offline_only) == 1
