"""What is expected of a table's rows, which rows break it, and what that does to its quality."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from jinglun.feeds.rows import ROW
from jinglun.loop.loading import FILE
from jinglun.loop.mapping import FOUND, LOST, TIMES
from jinglun.model.catalogue import Column, Table
from jinglun.model.facts import QUALITY

FAULT = "__fault"
SAMPLE = 1_000
"""How many of the rows with one fault are written out; all are counted."""

LOWERED = ((0.10, 2), (0.01, 1))
"""From which share of rows set aside a table's quality falls by how many classes."""
REASONS = (
    *("unknown_place", "bad_time", "not_a_number", "not_a_boolean", "missing_value", "infinite"),
    *("below_range", "above_range", "unknown_word", "too_early", "dangling", "twice"),
    *("ragged_row", "stale", "drift"),
)
_SIGN = "|"


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation that did not hold: where, of how many rows, and what was found."""

    code: str
    column: str
    rows: int = 0
    found: str = ""


def with_faults(rows: Any, table: Table, known: Any, referred: Mapping[str, Any]) -> Any:
    """Add `__fault`, the first thing wrong with each row as code|column, or NULL.

    `known` is a boolean expression: the row's place is in the hierarchy. `referred` gives for each
    column that refers to another table whether its value is found there.
    """
    import ibis

    cases: list[tuple[Any, Any]] = []
    for name, column in table.columns.items():
        if name in rows.columns:
            cases.append((rows[LOST] == name, f"{_unread(column)}{_SIGN}{name}"))
    cases.append((~known, f"unknown_place{_SIGN}{table.place}"))
    for name, column in table.columns.items():
        if name in rows.columns:
            cases += [
                (test, f"{code}{_SIGN}{name}") for code, test in _tests(rows, name, column, table)
            ]
    cases += [
        (rows[name].notnull() & ~found, f"dangling{_SIGN}{name}")
        for name, found in referred.items()
    ]
    return rows.mutate(**{FAULT: ibis.cases(*cases, else_=ibis.null("string"))})


def _unread(column: Column) -> str:
    if column.type in TIMES:
        return "bad_time"
    return "not_a_boolean" if column.type == "boolean" else "not_a_number"


def _tests(rows: Any, name: str, column: Column, table: Table) -> list[tuple[str, Any]]:
    """Return the tests a column declares, each true where a row fails it."""
    value = rows[name]
    tests = []
    if name == table.time:
        tests.append(("bad_time", value.isnull()))
    elif name in table.key:
        tests.append(("missing_value", value.isnull()))
    if column.type == "number":
        tests.append(("infinite", value.isinf()))
    if column.min is not None:
        tests.append(("below_range", value < column.min))
    if column.max is not None:
        tests.append(("above_range", value > column.max))
    if column.values:
        known = value.cases(*((word, False) for word in column.values), else_=True)
        tests.append(("unknown_word", value.notnull() & known))
    if column.after and column.after in rows.columns:
        tests.append(("too_early", value.cast("date") < rows[column.after].cast("date")))
    return [(code, test.fill_null(False)) for code, test in tests]


def count_faults(faulted: Any, key: Sequence[str]) -> tuple[int, list[Check], bool]:
    """Return how many rows there are, the faults found, and whether no key stands twice for sure.

    Hashes of keys are counted in the same pass: as many as sound rows, then every key is alone.
    """
    counts = {"n": faulted.count(), "keys": _whole(faulted, key).hash().nunique()}
    counted = faulted.group_by(FAULT).agg(**counts).to_pyarrow().to_pylist()
    checks = []
    for row in sorted((r for r in counted if r[FAULT]), key=lambda r: str(r[FAULT])):
        code, column = row[FAULT].split(_SIGN, 1)
        checks.append(Check(code, column, int(row["n"])))
    alone = all(row["keys"] == row["n"] for row in counted if not row[FAULT])
    return sum(int(row["n"]) for row in counted), checks, alone


def _whole(rows: Any, key: Sequence[str]) -> Any:
    whole = rows[key[0]].cast("string")
    for name in key[1:]:
        whole = whole.concat("\x1f", rows[name].cast("string"))
    return whole


def sampled(faulted: Any, check: Check) -> list[tuple[str, int, str]]:
    """Return file, row and what stands there of the first rows that have one fault."""
    fault = f"{check.code}{_SIGN}{check.column}"
    bad = faulted.filter(faulted[FAULT] == fault)
    stands = bad[FOUND] if check.code in _AS_FOUND else bad[check.column]
    shown = bad.select(**{FILE: bad[FILE], ROW: bad[ROW], FOUND: stands.cast("string")})
    first = shown.order_by([FILE, ROW]).limit(SAMPLE).to_pyarrow().to_pylist()
    return [(row[FILE], row[ROW], row[FOUND] or "") for row in first]


_AS_FOUND = ("not_a_number", "not_a_boolean", "bad_time")


def over_time(
    table: Table, by_year: Mapping[int, int], newest: date | None, day: date
) -> list[Check]:
    """Return what is odd about the table as a whole: no new rows, or a jump in rows by year.

    The running year is not compared, for it is not over.
    """
    checks = []
    if table.fresh_days is not None and newest is not None:
        age = (day - newest).days
        if age > table.fresh_days:
            checks.append(Check("stale", table.time, 0, newest.isoformat()))
    whole = [y for y in sorted(by_year) if y < day.year]
    for before, year in itertools.pairwise(whole):
        was, now = by_year[before], by_year[year]
        # Counts of chance events differ by three times this once in hundreds of years.
        by_chance = 3 * math.sqrt(was + now)
        most = max((table.drift or math.inf) * was, by_chance)
        if year == before + 1 and abs(now - was) > most:
            checks.append(Check("drift", table.time, now, f"{year}: {was} → {now}"))
    return checks


def lowered(quality: str, read: int, rejected: int, checks: list[Check]) -> str:
    """Return the quality class after what was found: rows set aside, a stale or jumping table."""
    steps = next((n for share, n in LOWERED if read and rejected / read >= share), 0)
    steps += any(check.code in ("stale", "drift") for check in checks)
    return QUALITY[min(QUALITY.index(quality) + steps, QUALITY.index("F"))]
