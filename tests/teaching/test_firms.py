"""Whether firms add up to the yearbook: firms, jobs, value added, pollutants."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from jinglun.teaching.dirt import doubles, planted
from jinglun.teaching.firms import POLLUTANTS, firms
from jinglun.teaching.plan import Size
from jinglun.teaching.settings import settings
from jinglun.teaching.world import World


@pytest.fixture(scope="module")
def whole(world: World) -> list[pa.Table]:
    """The whole register, one table a district, without the copies that were planted."""
    size = int(world.amount("establishments", 2025)[-1]) + doubles("firms")
    parts = [pa.table(part) for part in firms(world, Size(size, (2025,)))]
    parts[0] = parts[0].slice(0, len(parts[0]) - doubles("firms"))
    return parts


def _industry(table: pa.Table) -> pa.Table:
    word = settings("small")["firms"]["sectors"]["industry"]
    return table.filter(pc.equal(table["sector"].cast(pa.string()), word))


def _sum(table: pa.Table, column: str) -> float:
    return float(pc.sum(table[column]).as_py())


def test_there_are_as_many_firms_of_each_sector_as_the_yearbook_says(
    world: World, whole: list[pa.Table]
) -> None:
    words = settings("small")["firms"]["sectors"]
    for district, table in enumerate(whole):
        found = dict(zip(*np.unique(table["sector"].to_pylist(), return_counts=True), strict=True))
        for sector, word in words.items():
            wanted = world.book[f"establishments_{sector}"].districts[district, -1]
            assert found[word] == wanted


def test_jobs_and_value_added_are_the_yearbooks(world: World, whole: list[pa.Table]) -> None:
    for district, table in enumerate(whole):
        assert _sum(table, "jobs") == world.amount("establishment_jobs", 2025)[district]
        mine = _industry(table)
        added = _sum(mine, "output") - _sum(mine, "inputs")
        assert added == pytest.approx(world.amount("industrial_value_added", 2025)[district], abs=1)


def test_firms_make_less_than_the_district(world: World, whole: list[pa.Table]) -> None:
    for district, table in enumerate(whole):
        added = _sum(table, "output") - _sum(table, "inputs")
        assert 0.5 < added / world.amount("gdp", 2025)[district] < 1


def test_what_leaves_the_chimneys_is_the_yearbooks(world: World, whole: list[pa.Table]) -> None:
    for name in POLLUTANTS:
        for district, table in enumerate(whole):
            wanted = world.amount(f"industrial_{name}_t", 2025)[district]
            assert _sum(table, f"{name}_kg") == pytest.approx(1000 * wanted, abs=1)


def test_industry_takes_its_part_of_the_energy(world: World, whole: list[pa.Table]) -> None:
    part = settings("small")["firms"]["industry_energy"]
    for district, table in enumerate(whole):
        wanted = part * world.amount("energy_tce", 2025)[district]
        assert _sum(_industry(table), "energy_tce") == pytest.approx(wanted, rel=1e-4)


def test_profit_over_revenue_is_the_yearbooks_margin(world: World, whole: list[pa.Table]) -> None:
    for district, table in enumerate(whole):
        wanted = world.rate("industrial_profit", "industrial_revenue", 2025)[district]
        assert _sum(table, "profit") / _sum(table, "revenue") == pytest.approx(wanted, abs=1e-3)


def test_only_industrial_firms_answer_the_assessment(whole: list[pa.Table]) -> None:
    for table in whole:
        answered = table.filter(pc.is_valid(table["digital_management"]))
        assert len(answered) > 0
        assert len(_industry(answered)) == len(answered)
        assert answered["on_platform"].null_count == 0


def test_a_part_of_the_register_has_its_part_of_the_sums(world: World) -> None:
    size = int(world.amount("establishments", 2025)[-1]) // 10
    parts = [pa.table(p) for p in firms(world, Size(size, (2025,)))]
    jobs = sum(_sum(p, "jobs") for p in parts)
    assert jobs == pytest.approx(0.1 * world.amount("establishment_jobs", 2025)[-1], rel=0.01)
    places = [p for part in parts for p in part["place"].to_pylist()]
    assert (
        places.count(settings("truths")["dirty"]["words"]["place"])
        == (planted("firms")["unknown_place"])
    )
