"""Claims about the reductions of the economy's tables, counted by hand on a few rows."""

from __future__ import annotations

import inspect
import tomllib
from datetime import date
from importlib import resources
from typing import Any

import ibis
import pytest

from jinglun.domains.economy import variables

DAY = date(2024, 12, 31)

# place, sector, jobs, founded, above scale, revenue, profit, digital management, on platform
FIRMS = [
    ("a", "industry", 50, date(2020, 1, 1), True, 900.0, 90.0, True, True),
    ("a", "industry", 49, date(2019, 12, 31), False, 70.0, 7.0, True, False),
    ("a", "industry", 200, date(1990, 5, 1), True, 100.0, -40.0, False, None),
    ("a", "commerce", 2, date(2024, 6, 1), True, 500.0, 50.0, None, None),
    ("a", "services", None, None, None, None, None, None, None),
    ("b", "construction", 10, date(2021, 3, 3), False, None, None, None, None),
    ("b", "services", 5, date(2005, 3, 3), False, None, None, None, None),
]

# place, size, amount, paid; all fell due on 30 June
INVOICES = [
    ("a", "micro", 10.0, date(2025, 6, 30)),
    ("a", "small", 20.0, date(2025, 7, 1)),
    ("a", "medium", 30.0, date(2025, 5, 1)),
    ("a", "small", 40.0, None),
    ("a", "large", 500.0, date(2025, 5, 1)),
    ("b", "small", 60.0, None),
    ("c", "large", 70.0, date(2025, 5, 1)),
]

# by variable: the answer for place a, then for place b
FIRMS_BY_HAND: dict[str, tuple[float | None, float | None]] = {
    "firms_assessed": (3, 0),
    "firms_digital_management": (2, None),
    "firms_on_platform": (1, None),
    "industrial_revenue": (1000, None),
    "industrial_profit": (50, None),
    "establishments": (5, 2),
    "establishment_jobs": (301, 15),
    "establishments_industry": (3, 0),
    "establishments_construction": (0, 1),
    "establishments_commerce": (1, 0),
    "establishments_services": (1, 1),
    "establishments_50_plus": (2, 0),
    "establishments_founded_5y": (2, 1),
}

INVOICES_BY_HAND: dict[str, tuple[float | None, ...]] = {
    "sme_invoices_due": (100, 60, None),
    "sme_invoices_paid_on_time": (40, 0, 0),
}

# place, status: two in force in a, none in b
LICENCES = [
    ("a", "active"),
    ("a", "active"),
    ("a", "pending"),
    ("a", "expired"),
    ("b", "closed"),
    ("b", "refused"),
]

LICENCES_BY_HAND: dict[str, tuple[float | None, ...]] = {"licences_in_force": (2, 0)}


def _firms() -> Any:
    names = [
        "firm_id",
        "place",
        "as_of",
        "sector",
        "jobs",
        "founded_on",
        "above_scale",
        "revenue",
        "profit",
        "digital_management",
        "on_platform",
    ]
    rows = [(f"f{i}", row[0], DAY, *row[1:]) for i, row in enumerate(FIRMS)]
    types = [
        "string",
        "string",
        "date",
        "string",
        "int64",
        "date",
        "boolean",
        "float64",
        "float64",
        "boolean",
        "boolean",
    ]
    return ibis.memtable(rows, schema=dict(zip(names, types, strict=True)))


def _invoices() -> Any:
    names = ["invoice_id", "place", "supplier_size", "amount", "due_on", "paid_on"]
    types = ["string", "string", "string", "float64", "date", "date"]
    rows = [(f"i{n}", r[0], r[1], r[2], date(2025, 6, 30), r[3]) for n, r in enumerate(INVOICES)]
    return ibis.memtable(rows, schema=dict(zip(names, types, strict=True)))


def _licences() -> Any:
    rows = [(f"l{n}", place, DAY, "Hotel", status) for n, (place, status) in enumerate(LICENCES)]
    types = dict.fromkeys(("licence_id", "place", "as_of", "kind", "status"), "string")
    return ibis.memtable(rows, schema=types | {"as_of": "date"})


def _by_place(table: Any, reductions: list[str]) -> list[dict[str, Any]]:
    """Ask for all variables of one table in one grouped query, as the loop does."""
    wanted = {name: getattr(variables, name)(table) for name in reductions}
    query = table.group_by("place").agg(**wanted).order_by("place")
    rows: list[dict[str, Any]] = ibis.duckdb.connect().to_pyarrow(query).to_pylist()
    return rows


@pytest.fixture(scope="module")
def firms() -> list[dict[str, Any]]:
    return _by_place(_firms(), list(FIRMS_BY_HAND))


@pytest.fixture(scope="module")
def invoices() -> list[dict[str, Any]]:
    return _by_place(_invoices(), list(INVOICES_BY_HAND))


@pytest.mark.parametrize("name", FIRMS_BY_HAND)
def test_firms_are_reduced_to_what_a_hand_count_gives(
    firms: list[dict[str, Any]], name: str
) -> None:
    assert tuple(row[name] for row in firms) == FIRMS_BY_HAND[name]


@pytest.mark.parametrize("name", INVOICES_BY_HAND)
def test_invoices_are_reduced_to_what_a_hand_count_gives(
    invoices: list[dict[str, Any]], name: str
) -> None:
    assert tuple(row[name] for row in invoices) == INVOICES_BY_HAND[name]


@pytest.mark.parametrize("name", LICENCES_BY_HAND)
def test_only_an_active_licence_is_in_force(name: str) -> None:
    found = _by_place(_licences(), list(LICENCES_BY_HAND))
    assert tuple(row[name] for row in found) == LICENCES_BY_HAND[name]


def test_fifty_jobs_are_large_and_forty_nine_are_not() -> None:
    table = _firms().filter(ibis._.jobs.isin([49, 50]))
    assert _by_place(table, ["establishments_50_plus"])[0]["establishments_50_plus"] == 1


def test_five_calendar_years_end_with_the_year_of_the_snapshot() -> None:
    # Founded on the first day of 2020 is in, on the last day of 2019 is out.
    table = _firms().filter(ibis._.sector == "industry")
    found = _by_place(table, ["establishments_founded_5y"])[0]["establishments_founded_5y"]
    assert found == 1


def test_the_day_due_is_still_on_time_and_the_day_after_is_late() -> None:
    table = _invoices().filter(ibis._.amount.isin([10.0, 20.0]))
    row = _by_place(table, ["sme_invoices_paid_on_time"])[0]
    assert row["sme_invoices_paid_on_time"] == 10


def test_every_computed_variable_has_a_reduction_of_its_name_and_its_table() -> None:
    text = resources.files("jinglun.domains.economy").joinpath("variables.toml").read_text("utf-8")
    said = {n: b["table"] for n, b in tomllib.loads(text).items() if "table" in b}
    found = {
        n: next(iter(inspect.signature(f).parameters))
        for n, f in vars(variables).items()
        if inspect.isfunction(f) and not n.startswith("_")
    }
    assert found == said
    assert set(said) == {*FIRMS_BY_HAND, *INVOICES_BY_HAND, *LICENCES_BY_HAND}


def test_reductions_read_only_columns_the_tables_declare() -> None:
    text = resources.files("jinglun.domains.economy").joinpath("tables.toml").read_text("utf-8")
    declared = tomllib.loads(text)
    assert list(declared["firms"]["columns"]) == [
        "firm_id", "place", "as_of", "sector", "jobs", "founded_on", "above_scale",
        "revenue", "profit", "digital_management", "on_platform",
    ]  # fmt: skip
    assert set(_firms().columns) == set(declared["firms"]["columns"])
    assert set(_licences().columns) == set(declared["licences"]["columns"])
    assert set(_invoices().columns) == set(declared["supplier_invoices"]["columns"])
