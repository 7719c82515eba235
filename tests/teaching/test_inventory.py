"""Whether the base inventory hangs together and its money adds up."""

from __future__ import annotations

from collections import Counter

import pytest

from jinglun.loop.catalogue import framework_catalogue
from jinglun.teaching.inventory import Inventory, running_systems, stocktaking, taken
from jinglun.teaching.settings import settings
from jinglun.teaching.world import World

SYSTEMS = settings("tables")["systems"]["whole"]


@pytest.fixture(scope="module")
def inventory(world: World) -> Inventory:
    return taken(world, SYSTEMS)


def test_what_is_committed_to_a_project_is_what_it_still_needs(inventory: Inventory) -> None:
    for project in inventory.projects:
        due = [
            c["amount"] for c in inventory.commitments if c["project_id"] == project["project_id"]
        ]
        assert sum(due) == project["to_finish"]


def test_contracts_of_a_project_begun_add_up_to_what_was_approved(inventory: Inventory) -> None:
    for project in inventory.projects:
        held = [c["value"] for c in inventory.contracts if c["project_id"] == project["project_id"]]
        assert sum(held) == (project["approved"] if project["status"] != "已批未开工" else 0)


def test_what_was_paid_and_what_is_needed_is_what_was_approved(inventory: Inventory) -> None:
    for project in inventory.projects:
        if project["status"] in ("在建", "已批未开工"):
            assert project["paid"] + project["to_finish"] == project["approved"]
        assert 0 <= project["paid"] <= project["approved"]


def test_running_all_systems_costs_the_stated_part_of_the_years_spending(
    world: World, inventory: Inventory
) -> None:
    running = [s["running_cost"] for s in inventory.system_catalogue if s["status"] == "在用"]
    share = settings("base")["systems"]["running_share"]
    assert sum(running) == int(share * world.amount("it_spend", 2025)[-1])


def test_there_are_as_many_projects_as_the_yearbook_counts(
    world: World, inventory: Inventory
) -> None:
    assert len(inventory.projects) == world.amount("projects_total", 2025)[-1]


def test_no_two_systems_of_a_place_do_the_same_but_the_planted_pair(inventory: Inventory) -> None:
    counted = Counter((s["place"], s["purpose"]) for s in inventory.system_catalogue)
    assert [key for key, n in counted.items() if n > 1] == [("SL", "预约挂号")]


def test_systems_in_use_are_those_of_the_security_table(world: World, inventory: Inventory) -> None:
    running = [s["system_id"] for s in inventory.system_catalogue if s["status"] == "在用"]
    assert running == [s.id for s in running_systems(world, SYSTEMS)]
    assert len(set(running)) == SYSTEMS


def test_a_contract_is_signed_before_the_day_and_ends_after_it_starts(inventory: Inventory) -> None:
    for contract in inventory.contracts:
        assert contract["signed_at"] < contract["starts_on"] < contract["ends_on"]
        assert contract["signed_at"] <= stocktaking()


def test_every_purpose_serves_a_strategy_of_the_framework() -> None:
    known = framework_catalogue().strategies
    assert [p["zh"] for p in settings("base")["purpose"] if p["strategy"] not in known] == []


def test_posts_filled_are_not_more_than_posts(inventory: Inventory) -> None:
    assert all(0 <= p["filled"] <= p["posts"] for p in inventory.posts)
