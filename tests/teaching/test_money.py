"""Whether contracts and invoices are of the size, the methods and the punctuality that is said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from jinglun.teaching.dirt import doubles, planted
from jinglun.teaching.money import SMALL, contracts, supplier_invoices
from jinglun.teaching.settings import settings
from jinglun.teaching.world import World

ROWS = 30_000


@pytest.fixture(scope="module")
def drawn(world: World) -> tuple[pa.Table, dict[str, Any]]:
    tally: dict[str, Any] = {}
    parts = [pa.table(p) for p in contracts(world, ROWS, [], tally)]
    return pa.concat_tables(parts).unify_dictionaries(), tally


def test_a_years_contracts_are_worth_about_what_the_yearbook_says(
    world: World, drawn: tuple[pa.Table, dict[str, Any]]
) -> None:
    table = drawn[0]
    for year in (2021, 2025):
        mine = table.filter(pc.equal(pc.year(table["signed_at"]), year))
        wanted = world.amount("procurement_value", year)[-1]
        assert pc.sum(mine["value"]).as_py() == pytest.approx(wanted, rel=0.15)


def test_the_tally_is_the_value_of_sound_contracts_with_small_firms(
    drawn: tuple[pa.Table, dict[str, Any]],
) -> None:
    table, tally = drawn
    small = settings("small")["contracts"]["supplier_size"]["words"][:SMALL]
    sound = table.slice(0, ROWS - doubles("contracts"))
    late = pc.greater_equal(sound["ends_on"], sound["starts_on"])
    assert ROWS - doubles("contracts") - pc.sum(late).as_py() == planted("contracts")["too_early"]
    sound = sound.filter(late)
    mine = sound.filter(pc.is_in(sound["supplier_size"].cast(pa.string()), pa.array(small)))
    assert tally["sme_procurement_value"].sum() == pc.sum(mine["value"]).as_py()


def test_a_process_with_two_contracts_has_one_buyer(drawn: tuple[pa.Table, Any]) -> None:
    table = drawn[0].slice(0, ROWS - doubles("contracts"))
    buyers: dict[str, set[tuple[str, str]]] = {}
    for row in table.select(["ocid", "place", "buyer"]).to_pylist():
        buyers.setdefault(row["ocid"], set()).add((row["place"], row["buyer"]))
    assert len(buyers) < len(table)
    assert {len(held) for held in buyers.values()} == {1}
    assert len(set(table["contract_id"].to_pylist())) == len(table)


def test_only_who_let_firms_compete_tells_how_many_did(drawn: tuple[pa.Table, Any]) -> None:
    words = settings("small")["contracts"]["open_words"]
    told = drawn[0].filter(pc.is_valid(drawn[0]["tenderers"]))
    assert set(told["method"].to_pylist()) <= set(words)
    assert pc.min(told["tenderers"]).as_py() >= 3


def test_all_five_stages_are_published_as_often_as_the_yearbook_says(
    world: World, drawn: tuple[pa.Table, Any]
) -> None:
    table = drawn[0].filter(pc.equal(pc.year(drawn[0]["signed_at"]), 2025))
    five = np.logical_and.reduce(
        [table[s].to_numpy() for s in settings("small")["contracts"]["stages"]]
    )
    wanted = world.rate("ocids_five_stages", "ocids", 2025)[-1]
    assert five.mean() == pytest.approx(wanted, abs=0.03)


def test_invoices_of_small_firms_are_paid_as_the_yearbook_says(world: World) -> None:
    table = pa.table(next(supplier_invoices(world, ROWS)))
    table = table.filter(pc.equal(pc.year(table["due_on"]), 2025))
    on_time = pc.fill_null(pc.less_equal(table["paid_on"], table["due_on"]), False)
    wanted = world.rate("sme_invoices_paid_on_time", "sme_invoices_due", 2025)[-1]
    assert pc.mean(on_time.cast(pa.float64())).as_py() == pytest.approx(wanted, abs=0.03)
    assert pc.max(table["paid_on"]).as_py() < world.copied_on
