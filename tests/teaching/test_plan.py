"""Whether all tables together have just the rows asked for, at every scale."""

from __future__ import annotations

import pytest

from jinglun.teaching.dirt import doubles
from jinglun.teaching.inventory import TABLES, taken
from jinglun.teaching.plan import LEAST, MOST, USUAL, planned
from jinglun.teaching.settings import settings
from jinglun.teaching.world import World

SCALES = [LEAST, 12_345, 50_000, USUAL, 1_000_000, 10_000_000, MOST]


@pytest.fixture(scope="module")
def fixed(world: World) -> tuple[dict[str, int], int]:
    inventory = taken(world, settings("tables")["systems"]["whole"])
    return {n: len(getattr(inventory, n)) for n in TABLES}, len(inventory.contracts)


@pytest.mark.parametrize("scale", SCALES)
def test_the_rows_of_all_tables_are_those_asked_for(
    world: World, fixed: tuple[dict[str, int], int], scale: int
) -> None:
    sizes = planned(world, scale, *fixed)
    assert sum(s.total for s in sizes.values()) + sum(fixed[0].values()) == scale
    assert set(sizes) | set(fixed[0]) == set(settings("tables"))
    assert all(s.rows > 0 for s in sizes.values())
    assert sizes["contracts"].rows > fixed[1]


@pytest.mark.parametrize("scale", SCALES)
def test_a_stocktaking_never_has_more_than_there_is(
    world: World, fixed: tuple[dict[str, int], int], scale: int
) -> None:
    sizes = planned(world, scale, *fixed)
    firms = int(world.amount("establishments", 2025)[-1]) + doubles("firms")
    assert sizes["firms"].rows <= firms
    assert sizes["firms"].whole == (sizes["firms"].rows == firms)
    for name in ("facilities", "service_items", "sensors", "street_lights", "licences"):
        assert sizes[name].rows <= settings("tables")[name]["whole"]
        assert len(sizes[name].years) <= settings("tables")[name]["snapshots"]


def test_at_the_usual_scale_the_register_of_firms_is_whole(
    world: World, fixed: tuple[dict[str, int], int]
) -> None:
    """Or the city would seem to have fewer firms than its yearbook says."""
    assert planned(world, USUAL, *fixed)["firms"].whole


def test_a_larger_city_of_rows_is_mostly_the_hotline(
    world: World, fixed: tuple[dict[str, int], int]
) -> None:
    assert planned(world, MOST, *fixed)["requests"].rows > MOST / 2
