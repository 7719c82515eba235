"""Whether the cases of city management are closed as often and as punctually as is said."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from jinglun.teaching.cases import cases
from jinglun.teaching.world import World

ROWS = 40_000


@pytest.fixture(scope="module")
def table(world: World) -> pa.Table:
    found = pa.concat_tables([pa.table(p) for p in cases(world, ROWS)]).unify_dictionaries()
    return found.filter(pc.is_valid(found["due_at"]))


def _mean(held: pa.ChunkedArray) -> float:
    return float(pc.mean(pc.fill_null(held, False).cast(pa.float64())).as_py())


def test_cases_are_closed_on_time_as_the_yearbook_says(world: World, table: pa.Table) -> None:
    mine = table.filter(pc.equal(pc.year(table["due_at"]), 2025))
    on_time = pc.less_equal(mine["closed_at"], mine["due_at"])
    joint = pc.greater_equal(mine["departments"], 2)
    wanted = world.rate("joint_cases_on_time", "joint_cases_due", 2025)[-1]
    assert _mean(on_time.filter(joint)) == pytest.approx(wanted, abs=0.04)
    # Cases of one department are punctual as a whole is; about a hundredth is never closed.
    whole = world.rate("cases_on_time", "cases_due", 2025)[-1]
    assert _mean(on_time.filter(pc.invert(joint))) == pytest.approx(whole, abs=0.03)


def test_nobody_closes_a_case_before_it_was_reported(table: pa.Table) -> None:
    assert pc.all(pc.less_equal(table["reported_at"], table["closed_at"])).as_py()
    assert pc.all(pc.less(table["reported_at"], table["due_at"])).as_py()


def test_only_closed_cases_are_inspected(table: pa.Table) -> None:
    inspected = table.filter(pc.is_valid(table["reopened"]))
    assert inspected["closed_at"].null_count == 0
    assert 0 < len(inspected) < len(table)
