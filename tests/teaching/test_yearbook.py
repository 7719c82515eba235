"""Whether the yearbook adds up as printed and holds what the framework asks for."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from jinglun.loop.catalogue import framework_catalogue
from jinglun.loop.units import factor
from jinglun.teaching.chapters import PLACE, YEAR
from jinglun.teaching.settings import settings, years
from jinglun.teaching.world import World
from jinglun.teaching.yearbook import chapters

Row = dict[str, str]
CHAPTERS = tuple(chapters())
SAID = {i: s for block in chapters().values() for i, s in block.items()}
UNITS = settings("yearbook")["units"]
GIVEN = {"resident_pop", "households", "area_km2"}
# They grade the filing and are the program's to count, not a yearbook's to print.
PROCESS = {"indicators_required", "indicators_with_data", "indicators_measured"}


def _heading(said: dict[str, str]) -> str:
    return f"{said['zh']}（{UNITS[said.get('unit', '%')]['zh']}）"


def _adds_up(ident: str) -> bool:
    kind = framework_catalogue().variables[ident].kind
    return kind in ("count", "amount") and not SAID[ident].get("own")


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_printed_districts_add_up_to_the_printed_city(
    read: Callable[[str], list[Row]], world: World, chapter: str
) -> None:
    rows = read(f"yearbook_{chapter}.csv")
    found = {(r[PLACE], r[YEAR]): r for r in rows}
    checked = 0
    for ident, said in chapters()[chapter].items():
        if "zh" not in said or said.get("at") or not _adds_up(ident):
            continue
        for year in map(str, years()):
            parts = [found[d, year][_heading(said)] for d in world.land.districts]
            city = found[world.subject, year][_heading(said)]
            if any(parts):
                assert sum(map(Decimal, parts)) == Decimal(city), (ident, year)
                checked += 1
    # Every chapter but that of the factors, whose figures are the city's own, has such figures.
    assert (checked == 0) == (chapter == "factors")


def test_shares_are_their_part_over_their_base(world: World) -> None:
    for ident, said in SAID.items():
        if "percent" in said:
            part, base = (world.book[i] for i in said["percent"])
            for held in ("districts", "city"):
                exact = (
                    100 * getattr(part, held) * part.quantum / (getattr(base, held) * base.quantum)
                )
                printed = getattr(world.book[ident], held) / 1e4
                assert np.abs(printed - exact).max() <= 0.5e-4 + 1e-9, ident


def test_women_and_men_are_all(world: World) -> None:
    for whole in ("pop_10_plus", "pop_15_plus", "labour_force"):
        women, men = (world.book[f"{whole}_{sex}"].districts for sex in ("women", "men"))
        assert np.array_equal(women + men, world.book[whole].districts)


def test_no_part_is_larger_than_its_whole(world: World) -> None:
    for ident, said in SAID.items():
        if "share" in said:
            part, whole = world.book[ident].value(), world.book[said["of"]].value()
            assert (part <= whole * (1 + 1e-9)).all(), ident
            assert (part >= 0).all(), ident


def test_sectors_add_up_to_all_employed_in_every_place_and_year(world: World) -> None:
    whole = world.book["employed_persons"]
    parts = [world.book[i] for i, s in SAID.items() if s.get("split") == "employed_persons"]
    assert len(parts) == 16
    for held in ("districts", "peers", "city"):
        added = sum(getattr(part, held) for part in parts)
        assert np.array_equal(added, getattr(whole, held)), held
    assert all((part.value() > 0).all() for part in parts)


def test_a_city_of_ports_has_more_of_transport_than_its_peers(world: World) -> None:
    """示例市 has a function to be found: its share lies above the mean of all and one deviation."""
    part, whole = (world.book[i] for i in ("employed_transport", "employed_persons"))
    here = part.city[-1] / whole.city[-1]
    every = np.append(part.peers[:, -1] / whole.peers[:, -1], here)
    assert here >= every.mean() + every.std()


def test_ages_fit_into_each_other(world: World) -> None:
    held = [world.book[i].value() for i in ("pop_65_plus", "pop_60_plus", "pop_15_plus")]
    working = world.book["working_age_pop"].value()
    assert (held[0] < held[1]).all() and (held[1] < held[2]).all()
    assert (held[1] + working <= held[2] + 1).all()


def test_gdp_at_prices_of_the_base_year_is_gdp_in_that_year(world: World) -> None:
    at = years().index(2020)
    assert np.array_equal(
        world.book["gdp"].districts[:, at], world.book["gdp_real"].districts[:, at]
    )


def test_every_variable_that_is_not_counted_from_a_table_is_printed() -> None:
    """Shares with a part are left to be made of part and base, as the framework does."""
    known = framework_catalogue().variables
    wanted = {i for i, v in known.items() if v.table is None and not (v.kind == "share" and v.part)}
    printed = {i for i, s in SAID.items() if "zh" in s and s.get("at") != "peers"} | GIVEN
    # Counted from the contracts as they are made, and printed in a report of its own.
    printed.add("sme_procurement_value")
    assert sorted(wanted - printed - PROCESS) == []


def test_peers_have_every_variable_that_is_scored() -> None:
    catalogue = framework_catalogue()
    scored = [i for i in catalogue.indicators.values() if i.role == "score" and i.over is None]
    asked = {v for i in scored for v in i.parameters}
    made = {i for i, v in catalogue.variables.items() if v.kind == "share" and v.part}
    printed = {i for i, s in SAID.items() if "zh" in s} | GIVEN
    assert sorted(asked - printed - made) == []


def test_units_are_worth_what_the_program_takes_them_for() -> None:
    known = framework_catalogue().variables
    wrong = {}
    for ident, said in SAID.items():
        if "zh" in said:
            unit = said.get("unit", "%")
            worth = factor(unit, known[ident].unit, "CNY")
            if worth != UNITS[unit]["size"]:
                wrong[ident] = (unit, worth)
    assert wrong == {}


def test_no_page_has_a_heading_twice(shili: Path) -> None:
    for path in sorted((shili / "data").glob("*.csv")):
        header = path.read_text(encoding="utf-8").partition("\n")[0].split(",")
        assert len(set(header)) == len(header), path.name
