"""What a table promises of its rows is checked; what breaks it is counted, shown and set aside."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jinglun.loop.expectations import REASONS, Check, lowered, over_time
from jinglun.loop.folder import read_city
from jinglun.loop.sense import Sensed, sense
from jinglun.model.catalogue import Catalogue, Column, Table
from jinglun.store.lake import connect

Write = Callable[..., Path]
Sense = Callable[[Path], Sensed]

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

FACILITIES = """
[[source]]
id = "t"
path = "t.csv"
holds = "table"
table = "facilities"
SAIDquality = "A"
[source.columns]
facility_id = "id"
place = "place"
as_of = "on"
facility_type = "type"
capacity = "cap"
"""
READINGS = """
[[source]]
id = "t"
path = "t.csv"
holds = "table"
table = "air_readings"
SAIDquality = "A"
columns = { place = "place", date = "on", pm25 = "pm" }
"""
HEAD = "id,place,on,type,cap\n"
GOOD = "".join(f"g{n},n,2025-06-01,nursery,10\n" for n in range(200))


def told(sensed: Sensed) -> dict[str, Any]:
    return next(dict(i) for i in sensed.inputs if i["source"] == "t")


def checks(sensed: Sensed) -> list[tuple[str, str, int]]:
    return [(c["code"], c["column"], c["rows"]) for c in told(sensed)["checks"]]


def test_every_kind_of_fault_is_counted_by_column_and_the_rest_is_used(
    write_city: Write, sense_city: Sense
) -> None:
    bad = (
        "b1,n,2025-06-01,castle,1\nb2,n,2025-06-01,school,-1\nb3,n,2025-06-01,school,many\n"
        "b4,n,soon,school,1\n,n,2025-06-01,school,1\nb6,zz,2025-06-01,school,1\n"
        "g0,n,2025-06-01,nursery,10\nb8,n,2025-06-01,school,1,2\n"
    )
    sensed = sense_city(write_city(FACILITIES, t__csv=HEAD + GOOD + bad))
    assert sorted(checks(sensed)) == [
        ("bad_time", "as_of", 1),
        ("below_range", "capacity", 1),
        ("missing_value", "facility_id", 1),
        ("not_a_number", "capacity", 1),
        ("ragged_row", "*", 1),
        ("twice", "facility_id", 1),
        ("unknown_place", "place", 1),
        ("unknown_word", "facility_type", 1),
    ]
    found = told(sensed)
    assert (found["rows_read"], found["rows_used"], found["rows_rejected"]) == (208, 200, 8)
    r = sensed.rejects
    assert {(loc, v, why) for loc, v, why in zip(r.locator, r.value, r.reason, strict=True)} >= {
        ("t.csv:202:type", "castle", "unknown_word"),
        ("t.csv:203:cap", "-1", "below_range"),
        ("t.csv:204:cap", "many", "not_a_number"),
    }


# 8 of 208 rows are 3.8 %: over 1 %, under 10 %.
@pytest.mark.parametrize(("faulty", "quality"), [(0, "A"), (1, "A"), (8, "B"), (30, "C")])
def test_rows_set_aside_lower_the_quality_of_every_figure_of_the_table(
    write_city: Write, sense_city: Sense, faulty: int, quality: str
) -> None:
    bad = "".join(f"b{n},n,2025-06-01,castle,1\n" for n in range(faulty))
    sensed = sense_city(write_city(FACILITIES, t__csv=HEAD + GOOD + bad))
    assert told(sensed)["quality"] == "A"
    assert told(sensed)["quality_used"] == quality
    assert {"ABCDEF"[q] for q in sensed.facts.quality.tolist()} == {quality}


def test_the_steps_down_end_at_unknown() -> None:
    assert lowered("A", 0, 0, []) == "A"
    assert lowered("A", 1000, 9, []) == "A"
    assert lowered("A", 1000, 10, [Check("stale", "on")]) == "C"
    assert lowered("E", 10, 10, [Check("drift", "on")]) == "F"


def table(**more: Any) -> Table:
    columns = {"on": Column("date", "日", "day")}
    return Table(
        "t", "services", *("", "", "", ""), "open", ("id",), "place", "on", columns, **more
    )


def test_a_table_without_new_rows_is_stale_after_its_days() -> None:
    wanted = table(fresh_days=100)
    newest = date(2025, 9, 22)
    assert over_time(wanted, {}, newest, date(2025, 12, 31)) == []
    assert over_time(wanted, {}, newest, date(2026, 1, 1)) == [
        Check("stale", "on", 0, "2025-09-22")
    ]
    assert over_time(table(), {}, newest, date(2030, 1, 1)) == []


def test_a_year_with_half_the_rows_is_a_drift_but_the_running_year_is_not_judged() -> None:
    wanted = table(drift=0.4)
    rows = {2021: 100, 2022: 60, 2023: 59, 2025: 400, 2026: 1}
    assert over_time(wanted, rows, None, date(2026, 6, 1)) == []
    rows[2022] = 59
    assert [c.found for c in over_time(wanted, rows, None, date(2026, 6, 1))] == ["2022: 100 → 59"]


def test_a_reading_beyond_what_air_can_hold_is_set_aside(
    write_city: Write, sense_city: Sense
) -> None:
    rows = (
        "place,on,pm\nn,2025-01-01,2000\nn,2025-01-02,2000.1\nn,2025-01-03,-1\nn,2025-01-04,inf\n"
    )
    sensed = sense_city(write_city(READINGS, t__csv=rows))
    assert sorted(checks(sensed))[:3] == [
        ("above_range", "pm25", 1),
        ("below_range", "pm25", 1),
        ("infinite", "pm25", 1),
    ]
    assert told(sensed)["rows_used"] == 1


def test_no_word_of_a_table_that_is_not_open_is_left_behind(
    write_city: Write, sense_city: Sense
) -> None:
    source = """
[[source]]
id = "t"
path = "t.csv"
holds = "table"
table = "supplier_invoices"
SAIDcolumns = { invoice_id = "no", place = "place", due_on = "due", amount = "sum" }
"""
    rows = "no,place,due,sum\n1,n,2025-01-01,-77\n2,secret,2025-01-01,5\n"
    sensed = sense_city(write_city(source, t__csv=rows))
    assert sorted(sensed.rejects.reason) == ["below_range", "unknown_place"]
    assert set(sensed.rejects.value) == {""}


def test_times_in_the_wrong_order_and_references_to_nothing_are_set_aside(
    write_city: Write, sense_city: Sense
) -> None:
    source = """
[[source]]
id = "t"
path = "t.csv"
holds = "table"
table = "requests"
SAIDcolumns = { request_id = "id", place = "place", received_at = "in", closed_at = "out" }
"""
    rows = (
        "id,place,in,out\n1,n,2025-05-01 12:00,2025-05-01 09:00\n"
        "2,n,2025-05-02,2025-05-01\n3,n,2025-05-02,\n"
    )
    sensed = sense_city(write_city(source, t__csv=rows))
    # Both on one day: a time of day is often left out, so the first row is none of these.
    assert checks(sensed)[:1] == [("too_early", "closed_at", 1)]
    assert sensed.rejects.locator == ["t.csv:3:out"]


@pytest.mark.parametrize(("known", "kept"), [("p1", 1), ("p9", 0)])
def test_a_reference_is_looked_for_in_the_table_it_names(
    write_city: Write, catalogue: Catalogue, known: str, kept: int
) -> None:
    facilities = catalogue.tables["facilities"]
    column = Column("string", "类型", "type", references="air_readings.place")
    changed = dataclasses.replace(
        facilities, columns={**facilities.columns, "facility_type": column}
    )
    watched = dataclasses.replace(catalogue, tables={**catalogue.tables, "facilities": changed})
    folder = write_city(
        FACILITIES + READINGS.replace('"t"', '"r"').replace("t.csv", "r.csv"),
        t__csv=f"{HEAD}b1,n,2025-06-01,{known},1\n",
        r__csv="place,on,pm\np1,2025-01-01,20\n",
    )
    city = read_city(folder, watched)
    sensed = sense(city, watched, connect(), date(2026, 1, 31), lambda *_: None)
    assert told(sensed)["rows_used"] == kept
    assert checks(sensed) == ([] if kept else [("dangling", "facility_type", 1)])


def test_a_word_that_is_neither_yes_nor_no_is_set_aside(
    write_city: Write, sense_city: Sense
) -> None:
    source = FACILITIES.replace('capacity = "cap"', 'accessible = "cap"')
    sensed = sense_city(write_city(source, t__csv=HEAD + "a,n,2025-06-01,school,maybe\n"))
    assert checks(sensed) == [("not_a_boolean", "accessible", 1)]


def test_every_reason_has_been_seen_by_these_tests() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert [reason for reason in REASONS if f'"{reason}"' not in text] == []
