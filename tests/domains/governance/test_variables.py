"""The reductions count what a person would count on the same few rows."""

from __future__ import annotations

import inspect
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any

import ibis
import pytest

from jinglun.domains.governance import variables

HERE = Path(inspect.getfile(variables)).parent
TERMS = tomllib.loads((HERE / "variables.toml").read_text(encoding="utf-8"))
TABLES = tomllib.loads((HERE / "tables.toml").read_text(encoding="utf-8"))
COMPUTED = {name: term["table"] for name, term in TERMS.items() if "table" in term}


def day(number: int, hour: int = 0) -> datetime:
    """A moment of March 2024."""
    return datetime(2024, 3, number, hour)


def schema(table: str) -> ibis.Schema:
    """The columns of a table as tables.toml types them."""
    types = {"number": "float64", "integer": "int64"}
    columns = TABLES[table]["columns"]
    return ibis.schema({c: types.get(t["type"], t["type"]) for c, t in columns.items()})


def table(name: str, rows: list[dict[str, Any]]) -> Any:
    """A table of these rows, null wherever a row is silent."""
    full = [{column: row.get(column) for column in schema(name)} for row in rows]
    return ibis.memtable(full, schema=schema(name))


def reduce(name: str, rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """All variables of a table in one grouped query, by place."""
    t = table(name, rows)
    wanted = {v: getattr(variables, v)(t) for v, source in COMPUTED.items() if source == name}
    found = ibis.duckdb.connect().to_pyarrow(t.group_by("place").agg(**wanted)).to_pylist()
    return {row.pop("place"): row for row in found}


REQUESTS = [
    # Contacted in time, closed after 2 days and in time, called back: solved and pleased.
    dict(
        request_id="1",
        place="a",
        received_at=day(1),
        assigned_at=day(1, 2),
        contact_due_at=day(2),
        contacted_at=day(1, 20),
        due_at=day(8),
        closed_at=day(3),
        reopened=False,
        callback_at=day(4),
        callback_resolved=True,
        callback_satisfied=True,
    ),
    # Contacted late, closed after 9.5 days and late, called back: solved, not pleased.
    dict(
        request_id="2",
        place="a",
        received_at=day(1),
        assigned_at=day(1, 2),
        contact_due_at=day(2),
        contacted_at=day(2, 1),
        due_at=day(8),
        closed_at=day(10, 12),
        reopened=False,
        callback_at=day(11),
        callback_resolved=True,
        callback_satisfied=False,
    ),
    # Never contacted and still open; a repeat of request 1.
    dict(
        request_id="3",
        place="a",
        received_at=day(5),
        assigned_at=day(5, 1),
        contact_due_at=day(6),
        due_at=day(12),
        reopened=False,
        repeat_of="1",
    ),
    # Closed, reopened, closed for good after 4 days, on the last moment; nobody picked up.
    dict(
        request_id="4",
        place="a",
        received_at=day(6),
        assigned_at=day(6, 1),
        contact_due_at=day(7),
        contacted_at=day(7),
        due_at=day(10),
        closed_at=day(10),
        reopened=True,
    ),
    # Reopened and open again: not closed, and its earlier call-back no longer counts.
    dict(
        request_id="5",
        place="a",
        received_at=day(7),
        assigned_at=day(7, 1),
        contact_due_at=day(8),
        contacted_at=day(7, 9),
        due_at=day(14),
        reopened=True,
        callback_at=day(9),
        callback_resolved=False,
        callback_satisfied=False,
    ),
    # Received, assigned to nobody yet, without any limit.
    dict(request_id="6", place="a", received_at=day(8)),
    # Place b: one request nobody has touched.
    dict(
        request_id="7",
        place="b",
        received_at=day(2),
        assigned_at=day(2, 1),
        contact_due_at=day(3),
        due_at=day(9),
        reopened=False,
    ),
]

CONTRACTS = [
    # One process, two contracts, one of them without its delivery published.
    dict(
        ocid="p1",
        contract_id="1",
        place="a",
        method="open",
        electronic=True,
        tenderers=5,
        signed_at=date(2024, 3, 1),
        value=100.0,
        planning_published=True,
        tender_published=True,
        award_published=True,
        contract_published=True,
        implementation_published=True,
    ),
    dict(
        ocid="p1",
        contract_id="2",
        place="a",
        method="open",
        electronic=True,
        tenderers=4,
        signed_at=date(2024, 3, 2),
        value=60.0,
        planning_published=True,
        tender_published=True,
        award_published=True,
        contract_published=True,
        implementation_published=False,
    ),
    # Complete.
    dict(
        ocid="p2",
        contract_id="1",
        place="a",
        method="selective",
        electronic=False,
        tenderers=3,
        signed_at=date(2024, 3, 3),
        value=40.0,
        planning_published=True,
        tender_published=True,
        award_published=True,
        contract_published=True,
        implementation_published=True,
    ),
    # Direct award; one stage not known.
    dict(
        ocid="p3",
        contract_id="1",
        place="a",
        method="direct",
        electronic=False,
        tenderers=1,
        signed_at=date(2024, 3, 4),
        value=30.0,
        planning_published=True,
        tender_published=True,
        award_published=True,
        contract_published=True,
    ),
    dict(
        ocid="p4",
        contract_id="1",
        place="a",
        method="limited",
        electronic=True,
        tenderers=2,
        signed_at=date(2024, 3, 5),
        value=20.0,
        planning_published=False,
        tender_published=True,
        award_published=True,
        contract_published=True,
        implementation_published=True,
    ),
    # Competed, but nobody wrote down how many bid.
    dict(
        ocid="p5",
        contract_id="1",
        place="a",
        method="open",
        electronic=True,
        signed_at=date(2024, 3, 6),
        value=50.0,
        planning_published=True,
        tender_published=True,
        award_published=True,
        contract_published=True,
        implementation_published=True,
    ),
    # Place b buys only by open tender, on paper.
    dict(
        ocid="p6",
        contract_id="1",
        place="b",
        method="open",
        electronic=False,
        tenderers=6,
        signed_at=date(2024, 3, 7),
        value=10.0,
        planning_published=False,
        tender_published=True,
        award_published=True,
        contract_published=False,
        implementation_published=False,
    ),
]

POSTS = [
    # Two roles of one office, half a post of them empty; another office with nobody yet.
    dict(place="a", office="o1", role="data", posts=3.0, filled=2.5, cost=750_000.0),
    dict(place="a", office="o1", role="security", posts=1.0, filled=1.0),
    dict(place="a", office="o2", role="data", posts=2.0, filled=0.0, cost=0.0),
    dict(place="b", office="o3", role="data", posts=1.5, filled=2.0),
]

EXPECTED_REQUESTS_A = {
    "requests_received": 6,
    "requests_assigned": 5,
    "requests_contacted_in_time": 3,  # 1, 4 (at the limit) and 5
    "requests_closed": 3,  # 1, 2, 4
    "total_close_days": 15.5,  # 2 + 9.5 + 4
    "close_days_p90": 8.4,  # sorted 2, 4, 9.5; 0.9 * 2 = 1.8 steps: 4 + 0.8 * 5.5
    "requests_limited": 5,
    "requests_closed_on_time": 2,  # 1 and 4
    "requests_reopened": 1,  # 4; 5 is open again
    "requests_repeated": 1,
    "callbacks_completed": 2,
    "callbacks_resolved": 2,
    "callbacks_satisfied": 1,
}
EXPECTED_CONTRACTS_A = {
    "procurement_value": 300.0,
    "eprocurement_value": 230.0,  # 100 + 60 + 20 + 50
    "direct_award_value": 50.0,  # 30 + 20
    "competed_contracts": 3,  # p1 twice, p2; p5 has no number
    "bids_received": 12,  # 5 + 4 + 3
    "ocids": 5,
    "ocids_five_stages": 2,  # p2 and p5; p1 is spoiled by its second contract
}
EXPECTED_POSTS_A = {"digital_posts": 6.0, "digital_posts_filled": 3.5}


def test_every_computed_variable_has_a_function_and_a_count_by_hand() -> None:
    functions = [n for n, f in inspect.getmembers(variables, inspect.isfunction) if n[0] != "_"]
    assert sorted(functions) == sorted(COMPUTED)
    counted = {*EXPECTED_REQUESTS_A, *EXPECTED_CONTRACTS_A, *EXPECTED_POSTS_A}
    assert set(COMPUTED) == counted


def test_a_function_takes_one_parameter_named_as_its_table() -> None:
    for name, source in COMPUTED.items():
        assert list(inspect.signature(getattr(variables, name)).parameters) == [source]


@pytest.mark.parametrize(("name", "expected"), EXPECTED_REQUESTS_A.items())
def test_requests_are_counted_as_by_hand(name: str, expected: float) -> None:
    assert reduce("requests", REQUESTS)["a"][name] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("name", "expected"), EXPECTED_CONTRACTS_A.items())
def test_contracts_are_counted_as_by_hand(name: str, expected: float) -> None:
    assert reduce("contracts", CONTRACTS)["a"][name] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("name", "expected"), EXPECTED_POSTS_A.items())
def test_posts_are_counted_as_by_hand(name: str, expected: float) -> None:
    assert reduce("posts", POSTS)["a"][name] == pytest.approx(expected, rel=1e-12)


def test_more_people_than_posts_are_counted_as_they_are() -> None:
    assert reduce("posts", POSTS)["b"] == {"digital_posts": 1.5, "digital_posts_filled": 2.0}


def test_a_place_where_nobody_was_contacted_counts_zero_and_not_missing() -> None:
    untouched = reduce("requests", REQUESTS)["b"]
    assert untouched["requests_assigned"] == 1
    assert untouched["requests_contacted_in_time"] == 0
    assert untouched["requests_closed_on_time"] == 0
    assert untouched["requests_closed"] == 0


def test_a_place_with_nothing_closed_has_no_closing_time() -> None:
    untouched = reduce("requests", REQUESTS)["b"]
    assert untouched["total_close_days"] is None
    assert untouched["close_days_p90"] is None


def test_a_place_without_direct_awards_has_zero_of_them_and_not_missing() -> None:
    paper = reduce("contracts", CONTRACTS)["b"]
    assert paper["direct_award_value"] == 0
    assert paper["eprocurement_value"] == 0
    assert paper["ocids_five_stages"] == 0


def test_each_numerator_lies_inside_its_denominator() -> None:
    pairs = [
        ("requests_contacted_in_time", "requests_assigned"),
        ("requests_closed_on_time", "requests_limited"),
        ("requests_reopened", "requests_closed"),
        ("requests_repeated", "requests_received"),
        ("callbacks_resolved", "callbacks_completed"),
        ("callbacks_satisfied", "callbacks_completed"),
        ("callbacks_completed", "requests_closed"),
    ]
    # Contacted before being assigned, called back before being closed: out of both counts.
    odd = dict(
        request_id="8",
        place="c",
        received_at=day(1),
        contacted_at=day(1),
        contact_due_at=day(2),
        callback_at=day(2),
        callback_resolved=True,
        callback_satisfied=True,
        reopened=True,
    )
    for counted in reduce("requests", [*REQUESTS, odd]).values():
        for numerator, denominator in pairs:
            assert counted[numerator] <= counted[denominator]


def test_the_city_is_reduced_from_the_same_rows_without_grouping() -> None:
    everywhere = [{**row, "place": "city"} for row in REQUESTS]
    city = reduce("requests", everywhere)["city"]
    assert city["requests_received"] == 7
    assert city["total_close_days"] == pytest.approx(15.5)
    assert city["callbacks_completed"] == 2
