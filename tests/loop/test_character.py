"""Whether a city is classed by its country's rules, by the right number, and refused otherwise."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jinglun.loop.character import character, listed, resource, size_scheme
from jinglun.loop.rulebook import rules
from jinglun.model.catalogue import Catalogue
from jinglun.model.city import Character
from jinglun.model.errors import Problem

DAY = date(2024, 12, 31)
SECTORS = [s["id"] for s in rules("functions")["sector"]]


def _character(toy: Any, day: date = DAY) -> dict[str, Any]:
    return character(toy.case(day))


@pytest.fixture
def counted(toy: Any) -> Any:
    """The toy city with the variables of its character, and no figures."""
    variables = ("urban_core_pop", "urban_centre_pop", "urban_pop", "resident_pop")
    for ident in (*variables, "pop_15_plus", "pop_60_plus", "pop_65_plus"):
        toy.variable(ident)
    return toy


# --- size ---


@pytest.mark.parametrize(
    ("persons", "name"),
    # 国发〔2014〕51号: lower bound included, upper excluded.
    [
        (199_999, "small_2"),
        (200_000, "small_1"),
        (499_999, "small_1"),
        (500_000, "medium"),
        (1_000_000, "large_2"),
        (2_999_999, "large_2"),
        (3_000_000, "large_1"),
        (5_000_000, "very_large"),
        (9_999_999, "very_large"),
        (10_000_000, "super_large"),
    ],
)
def test_a_chinese_city_is_classed_by_its_urban_core(counted: Any, persons: int, name: str) -> None:
    counted.fact("c", "urban_core_pop", persons)
    counted.fact("c", "resident_pop", 20_000_000)
    found = _character(counted)["size"]
    assert (found["class"], found["value"], found["variable"], found["refused"]) == (
        name,
        persons,
        "urban_core_pop",
        None,
    )
    assert found["rule"]["status"] == "law" and "51号" in found["rule"]["source_zh"]


def test_the_administrative_population_never_makes_a_size_class(counted: Any) -> None:
    counted.fact("c", "resident_pop", 3_200_000)
    counted.fact("c", "urban_pop", 2_600_000)
    found = _character(counted)["size"]
    assert (found["class"], found["refused"]) == (None, "only_administrative")
    assert found["instead"] == {"variable": "resident_pop", "value": 3_200_000, "period": "2024"}
    assert found["missing"] == ["urban_core_pop"]


def test_without_any_population_the_refusal_says_so(counted: Any) -> None:
    counted.fact("n", "resident_pop", 5)
    assert _character(counted)["size"]["refused"] == "no_population"


def test_a_figure_too_old_makes_no_size_class(counted: Any) -> None:
    counted.fact("c", "urban_core_pop", 700_000, "2010")
    counted.fact("c", "resident_pop", 900_000)
    found = _character(counted)["size"]
    assert (found["class"], found["refused"], found["instead"]) == (None, "stale", None)


def test_before_the_circular_no_chinese_rule_holds(counted: Any) -> None:
    assert size_scheme("CN", date(2014, 10, 28))["id"] == "oecd_ec_2012"  # type: ignore[index]
    assert size_scheme("CN", date(2014, 10, 29))["id"] == "cn_2014"  # type: ignore[index]
    assert size_scheme("MA", date(2011, 12, 31)) is None
    counted.fact("c", "urban_core_pop", 700_000, "2010")
    assert _character(counted, day=date(2011, 1, 1))["size"]["refused"] == "no_rule"


@pytest.mark.parametrize(
    ("persons", "name"),
    # Dijkstra and Poelman (2012): an urban centre of at least 50,000; global above 5 million.
    [
        *((49_999, "no_city"), (50_000, "s"), (100_000, "m"), (250_000, "l"), (500_000, "xl")),
        *((1_000_000, "xxl"), (5_000_000, "global")),
    ],
)
def test_elsewhere_the_urban_centre_decides(counted: Any, persons: int, name: str) -> None:
    counted.settings["country"] = "MA"
    counted.fact("c", "urban_centre_pop", persons)
    found = _character(counted)["size"]
    assert (found["scheme"], found["class"]) == ("oecd_ec_2012", name)


def test_elsewhere_the_urban_core_is_not_the_urban_centre(counted: Any) -> None:
    counted.settings["country"] = "MA"
    counted.fact("c", "urban_core_pop", 700_000)
    assert _character(counted)["size"]["refused"] == "only_administrative"


# --- function ---


def _jobs(toy: Any, place: str, **persons: float) -> None:
    """A hundred persons a sector but where said."""
    for sector in SECTORS:
        toy.fact(place, f"employed_{sector}", persons.get(sector, 100))


@pytest.fixture
def working(counted: Any) -> Any:
    """The toy city and eleven peers, all with their jobs; the peers are all alike."""
    for sector in SECTORS:
        counted.variable(f"employed_{sector}")
    for n in range(11):
        counted.place(f"p{n:02}", "city")
        _jobs(counted, f"p{n:02}")
    return counted


def test_what_stands_out_is_named_with_its_degree(working: Any) -> None:
    # By hand: shares 1/16 in eleven cities, 300/1800 = 1/6 here: mean (11/16 + 1/6) / 12 = 0.0712,
    # deviation 0.1042 * sqrt(11) / 12 = 0.02879, so 1/6 lies 3.32 deviations above: degree 3.
    _jobs(working, "c", transport=300)
    found = _character(working)["function"]
    row = next(s for s in found["sectors"] if s["sector"] == "transport")
    assert row["share"] == pytest.approx(100 / 6, rel=1e-9)
    assert row["mean"] == pytest.approx(100 * (11 / 16 + 1 / 6) / 12, rel=1e-9)
    assert row["deviation"] == pytest.approx(100 * (1 / 6 - 1 / 16) * 11**0.5 / 12, rel=1e-9)
    assert (found["class"], found["functions"]) == (
        "transport",
        [{"sector": "transport", "degree": 3}],
    )
    # By hand: all cities together have 1,400 of 19,400 in transport: (1/6) / (1400/19400).
    assert row["quotient"] == pytest.approx((1 / 6) / (1400 / 19400), rel=1e-9)
    assert (found["cities"], found["nelson_only"], found["quotient_only"]) == (12, [], [])


def test_a_city_like_the_others_is_general(working: Any) -> None:
    _jobs(working, "c")
    found = _character(working)["function"]
    assert (found["class"], found["functions"]) == ("general", [])


def test_farming_and_building_count_in_the_whole_and_name_no_city(working: Any) -> None:
    _jobs(working, "c", agriculture=900, construction=400)
    found = _character(working)["function"]
    assert found["class"] == "general"
    assert found["employed"] == 14 * 100 + 1300
    assert {s["degree"] for s in found["sectors"] if not s["names"]} == {3}


def test_where_the_two_readings_differ_it_is_said(working: Any) -> None:
    """One peer far above all widens the deviation: above the whole, yet nothing by Nelson."""
    # By hand: 500 of 2,000 here is 0.25, in the whole 5,500 of 23,500 is 0.234: quotient 1.068.
    # Shares 1/16 ten times, 0.25 and 4,000/5,500: mean 0.1335, deviation 0.185, line at 0.318.
    working.facts = [f for f in working.facts if f[0] != "p01"]
    _jobs(working, "p01", finance=4000)
    _jobs(working, "c", finance=500)
    found = _character(working)["function"]
    row = next(s for s in found["sectors"] if s["sector"] == "finance")
    assert row["quotient"] == pytest.approx(0.25 / (5500 / 23500), rel=1e-9)
    assert row["degree"] == 0
    assert (found["quotient_only"], found["nelson_only"]) == (["finance"], [])


def test_fewer_than_ten_cities_are_too_few_for_nelson_and_enough_for_quotients(
    working: Any,
) -> None:
    working.facts = [f for f in working.facts if f[0] not in ("p00", "p01", "p02")]
    _jobs(working, "c", transport=300)
    found = _character(working)["function"]
    assert (found["cities"], found["nelson_refused"], found["class"]) == (9, "few_cities", None)
    assert next(s for s in found["sectors"] if s["sector"] == "transport")["quotient"] > 1


def test_alone_a_city_has_no_quotients_unless_it_states_a_reference(working: Any) -> None:
    working.facts = []
    _jobs(working, "c", transport=300)
    found = _character(working)["function"]
    assert (found["cities"], found["quotient_refused"]) == (1, "no_reference")
    own = {**dict.fromkeys(SECTORS, 1000.0), "transport": 3000.0}
    working.settings["character"] = Character(reference=own, reference_zh="国", reference_en="all")
    found = _character(working)["function"]
    # By hand: 300 of 1,800 here and 3,000 of 18,000 there.
    row = next(s for s in found["sectors"] if s["sector"] == "transport")
    assert row["quotient"] == pytest.approx(1.0, rel=1e-12)
    assert found["reference"] == {"zh": "国", "en": "all"}


def test_a_sector_that_is_missing_refuses_the_function_and_is_named(working: Any) -> None:
    _jobs(working, "c")
    working.facts = [f for f in working.facts if f[0] != "c" or f[2] != "employed_mining"]
    found = _character(working)["function"]
    assert (found["refused"], found["missing"]) == ("no_sectors", ["employed_mining"])


def test_sectors_of_different_years_are_not_put_together(working: Any) -> None:
    _jobs(working, "c")
    working.facts = [
        (p, "2023", v, x, q) if (p, v) == ("c", "employed_mining") else (p, t, v, x, q)
        for p, t, v, x, q in working.facts
    ]
    assert _character(working)["function"]["refused"] == "stale"


def test_a_city_where_nobody_works_is_no_comparison(working: Any) -> None:
    working.place("idle", "city")
    _jobs(working, "idle", **dict.fromkeys(SECTORS, 0))
    _jobs(working, "c")
    assert _character(working)["function"]["cities"] == 12


def test_sectors_cover_every_section_of_both_classifications_once(catalogue: Catalogue) -> None:
    """GB/T 4754-2017 has the sections A to T, ISIC Rev. 4 A to U."""
    for key, last in (("gb", "T"), ("isic", "U")):
        held = [c for s in rules("functions")["sector"] for c in s[key]]
        assert sorted(held) == [chr(c) for c in range(ord("A"), ord(last) + 1)]
    assert [s["variable"] for s in rules("functions")["sector"]] == [
        f"employed_{s}" for s in SECTORS
    ]
    assert all(f"employed_{s}" in catalogue.variables for s in SECTORS)


# --- resources ---


def test_the_names_are_as_many_as_the_plan_counts_of_their_kinds() -> None:
    """国发〔2013〕45号: 126 of prefecture level and 62 county-level cities of 262."""
    said = rules("resources")
    for kind, size in (("prefecture", 126), ("county_city", 62)):
        names = [n for lists in said["names"].values() for n in lists[kind]]
        assert len(names) == len(set(names)) == size == said["list"]["in_plan"][kind]
    assert sum(said["list"]["in_plan"].values()) == 262
    every = [n for lists in said["names"].values() for names in lists.values() for n in names]
    assert len(set(every)) == 188
    assert all(n.endswith(tuple(said["list"]["whole"])) for n in every)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("鄂尔多斯市", "growing"),
        ("大庆市", "mature"),
        ("阜新市", "declining"),
        ("唐山市", "regenerating"),
    ],
)
def test_a_listed_city_is_flagged_with_its_kind(counted: Any, name: str, kind: str) -> None:
    assert listed(name) == kind
    counted.fact("c", "resident_pop", 5)
    case = counted.case(DAY)
    for title in (name, name.removesuffix("市")):
        told = resource(
            dataclasses.replace(case, city=dataclasses.replace(case.city, title_zh=title))
        )
        assert (told["how"], told["flag"], told["kind"]) == ("listed", True, kind)
        assert told["expired"]


def test_not_on_the_list_is_said_of_a_city_and_of_no_county(counted: Any) -> None:
    counted.fact("c", "resident_pop", 5)
    # The toy is called 市, which ends as a city does.
    assert _character(counted)["resource"]["flag"] is False
    assert listed("易县") is None


def test_of_a_county_the_list_says_nothing(counted: Any) -> None:
    """The list's 58 counties and 16 districts are not carried, so silence is no answer."""
    counted.fact("c", "resident_pop", 5)
    case = counted.case(DAY)
    told = resource(dataclasses.replace(case, city=dataclasses.replace(case.city, title_zh="某县")))
    assert (told["flag"], told["refused"]) == (None, "not_carried")


def test_another_country_has_no_list_and_a_city_may_say_it_itself(counted: Any) -> None:
    counted.fact("c", "resident_pop", 5)
    counted.settings["country"] = "MA"
    found = _character(counted)["resource"]
    assert (found["flag"], found["refused"]) == (None, "no_list")
    counted.settings["character"] = Character("mature", "市志", "the city's chronicle")
    found = _character(counted)["resource"]
    assert (found["how"], found["flag"], found["kind"]) == ("stated", True, "mature")
    assert found["rule"] == {
        "status": "stated",
        "source_zh": "市志",
        "source_en": "the city's chronicle",
    }
    counted.settings["character"] = Character("none", "市志", "the city's chronicle")
    assert _character(counted)["resource"]["flag"] is False


# --- nothing ---


def test_nothing_known_gives_refusals_and_no_error(toy: Any) -> None:
    toy.indicator("any")
    toy.fact("c", "v_any", 1)
    found = _character(toy)
    assert [found[k]["refused"] for k in ("size", "function", "age", "growth")] == [
        "no_population",
        "no_sectors",
        "no_age",
        "one_year",
    ]


# --- the settings ---


@pytest.mark.parametrize(
    ("block", "places"),
    [
        ('[character]\nresource = "old"', ["character.resource"]),
        ('[character]\nresource = "mature"', ["character.source_zh"]),
        ("[character.reference]\nminning = 5", ["character.reference.minning"]),
        ("[character.reference]\nmining = -5", ["character.reference.mining"]),
    ],
)
def test_a_character_that_cannot_be_is_refused_where_it_stands(
    write_city: Callable[..., Path],
    problems_of: Callable[[Path], list[Problem]],
    block: str,
    places: list[str],
) -> None:
    folder = write_city()
    path = folder / "city.toml"
    path.write_text(path.read_text(encoding="utf-8") + f"\n{block}\n", encoding="utf-8")
    found = [
        p.place for p in problems_of(folder) if p.code != "missing_key" or "ref" not in p.place
    ]
    assert found == places
