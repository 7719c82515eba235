"""Whether what is planted in the city is found by the program: in the check and in the release."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jinglun.framework import DOMAIN_IDS, FACTOR_IDS
from jinglun.loop.breakdown import breakdown
from jinglun.loop.catalogue import framework_catalogue
from jinglun.loop.folder import read_city
from jinglun.loop.sense import sense
from jinglun.model.release import Release
from jinglun.store.lake import connect
from jinglun.turn import check

Truths = dict[str, Any]
Make = Callable[[Path, int, int], dict[str, int]]


@pytest.fixture(scope="module")
def sensed(shili: Path, day: date) -> Any:
    return check(shili, day, lambda *_: None)


@pytest.fixture(scope="module")
def fact(shili_release: Release) -> Callable[..., float | None]:
    """Look one fact up by place, period and variable."""
    rows = shili_release.tables["facts"].to_pylist()
    found = {(r["place"], r["period"], r["variable"]): r["value"] for r in rows}
    return lambda place, year, variable: found.get((place, str(year), variable))


# --- dirty rows and figures set aside ---


def test_the_folder_checks_clean(sensed: Any) -> None:
    assert list(sensed.problems) == []


def test_just_the_planted_rows_are_set_aside_each_for_its_reason(
    sensed: Any, truths: Truths
) -> None:
    found = Counter(zip(sensed.rejects.source, sensed.rejects.reason, strict=True))
    wanted = {
        (table, reason): n
        for table, faults in truths["dirty"]["tables"].items()
        for reason, n in faults.items()
    }
    assert found == Counter({**wanted, ("report-air", "disagrees"): 1})


def test_rows_read_are_those_used_and_those_set_aside(sensed: Any, truths: Truths) -> None:
    for one in sensed.inputs:
        assert one["rows_read"] == one["rows_used"] + one["rows_rejected"], one["source"]
        planted = truths["dirty"]["tables"].get(one["source"], {})
        assert one["rows_rejected"] == sum(planted.values()), one["source"]


def test_the_faked_days_disagree_with_the_readings_and_are_not_used(
    sensed: Any,
    truths: Truths,
    fact: Callable[..., float | None],
    read: Callable[[str], list[dict[str, str]]],
) -> None:
    said = truths["faked_days"]
    at = sensed.rejects.reason.index("disagrees")
    assert float(sensed.rejects.value[at].split(" ≠ ")[0]) == said["published"]
    file, line, _ = sensed.rejects.locator[at].split(":")
    row = read(file)[int(line) - 2]
    assert (row["区划代码"], row["年份"]) == (said["place"], str(said["year"]))
    # By hand: the days of that district and year with an index of at most 100.
    days = [
        r
        for r in read("air_daily.csv")
        if r["区划代码"] == said["place"] and r["日期"].startswith(str(said["year"]))
    ]
    good = sum(1 for r in days if r["空气质量指数"] and int(r["空气质量指数"]) <= 100)
    assert fact(said["place"], said["year"], said["variable"]) == good
    assert good < said["published"] - 5


# --- what the diagnosis shows ---


def test_all_twenty_cells_are_assessable_and_there_is_a_headline(shili_release: Release) -> None:
    mine = [c for c in shili_release.documents["weave"]["cells"] if c["place"] == "SL"]
    assert {(c["domain"], c["factor"]) for c in mine} == {
        (d, f) for d in DOMAIN_IDS for f in FACTOR_IDS
    }
    assert all(c["score"] is not None for c in mine)
    city = next(c for c in shili_release.documents["weave"]["city"] if c["place"] == "SL")
    assert city["coverage"] > 0.8 and 50 < city["score"] < 80


def test_the_district_left_behind_is_the_last_of_all(
    shili_release: Release, truths: Truths
) -> None:
    said = truths["left_behind"]
    weave = shili_release.documents["weave"]

    def last(rows: list[dict[str, Any]]) -> str:
        inside = [r for r in rows if r["place"] != "SL"]
        assert len(inside) == 8
        return str(min(inside, key=lambda r: r["score"])["place"])

    assert last(weave["city"]) == said["district"]
    for domain in said["domains"]:
        rows = [r for r in weave["domains"] if r["domain"] == domain]
        assert last(rows) == said["district"], domain


def test_the_district_left_behind_is_last_by_a_clear_margin(shili_release: Release) -> None:
    scores = sorted(
        r["score"] for r in shili_release.documents["weave"]["city"] if r["place"] != "SL"
    )
    assert scores[1] - scores[0] > 5


def test_the_department_that_closes_without_solving_is_asked_about(
    make: Make, truths: Truths, tmp_path: Path, day: date
) -> None:
    """Among the best by its on-time rate; its call-backs contradict that. At the default scale."""
    make(tmp_path, 200_000, 0)
    catalogue = framework_catalogue()
    city = read_city(tmp_path, catalogue)
    needed = tuple(s for s in city.sources if s.holds == "places" or s.table == "requests")
    city = dataclasses.replace(city, sources=needed)
    sensed = sense(city, catalogue, connect(), day, lambda *_: None)
    (told,) = breakdown(sensed, catalogue)
    planted = truths["closes_without_solving"]
    name = planted["zh"].partition("结而不办")[0]
    odd = {(c["well"], c["badly"]) for c in told["contradictions"] if c["name"] == name}
    assert ("closed_on_time", "request_resolution") in odd
    assert ("closed_on_time", "reopened_requests") in odd
    assert told["contradictions"][0]["name"] == name
    values = {g["name"]: g["values"] for g in told["groups"]}[name]
    assert values["closed_on_time"] == pytest.approx(100 * planted["on_time"], abs=1.5)
    assert values["request_resolution"] == pytest.approx(100 * planted["solved"], abs=4)


def test_the_faked_jump_stands_in_the_release_and_its_neighbours_did_not_move(
    truths: Truths, fact: Callable[..., float | None]
) -> None:
    said = truths["faked_jump"]

    def growth(variable: str, year: int) -> float:
        one, other = (fact(said["place"], y, variable) for y in (year - 1, year))
        assert one is not None and other is not None
        return other / one - 1

    assert growth(said["variable"], said["year"]) > 0.2
    assert growth(said["variable"], said["year"] + 1) < -0.1
    for neighbour in ("energy_tce", "employed_persons", "total_water_use_m3", "co2_t"):
        assert abs(growth(neighbour, said["year"])) < 0.15, neighbour
    # The city's printed sum swallowed it.
    parts = [fact(f"SL0{n}", said["year"], "gdp") for n in range(1, 9)]
    assert fact("SL", said["year"], "gdp") == pytest.approx(sum(p or 0 for p in parts), rel=1e-9)


def test_the_slip_of_units_is_four_powers_of_ten(
    truths: Truths, fact: Callable[..., float | None]
) -> None:
    said = truths["unit_slip"]
    around = [fact(said["peer"], said["year"] + d, said["variable"]) for d in (-1, 0, 1)]
    before, slipped, after = (float(v or 0) for v in around)
    assert slipped / np.sqrt(before * after) == pytest.approx(said["factor"], rel=0.1)


def test_the_dead_station_has_no_mean_of_its_last_year_and_the_others_have(
    truths: Truths, fact: Callable[..., float | None]
) -> None:
    said = truths["sensor_drift"]
    means = {f"SL0{n}": fact(f"SL0{n}", 2025, "pm25_annual_mean") for n in range(1, 9)}
    assert [place for place, mean in means.items() if mean is None] == [said["place"]]


def test_sensors_of_the_district_left_behind_are_offline_more_often(
    fact: Callable[..., float | None],
) -> None:
    def online(place: str) -> float:
        part, whole = (fact(place, 2025, v) for v in ("sensors_online", "sensors_total"))
        return (part or 0) / (whole or 1)

    assert online("SL08") == min(online(f"SL0{n}") for n in range(1, 9))


def test_the_faked_jump_and_the_slip_are_asked_about_and_hardly_anything_else(
    shili_release: Release, truths: Truths
) -> None:
    flags = shili_release.documents["findings"]["integrity"]["flags"]
    jump, slip = truths["faked_jump"], truths["unit_slip"]
    jumped = f"jump:{jump['variable']}:{jump['place']}:{jump['year']}"
    slipped = f"unit_slip:{slip['variable']}:{slip['peer']}:{slip['year']}"
    found = {flag["id"]: flag for flag in flags}
    assert {jumped, slipped} <= set(found)
    assert found[slipped]["power"] == round(np.log10(slip["factor"]))
    # What is expected is the true figure, within 6 %.
    for flag, factor in ((found[jumped], jump["factor"]), (found[slipped], slip["factor"])):
        assert flag["expected"]["value"] == pytest.approx(flag["value"] / factor, rel=0.06)
    # False alarms: two of the 72,000 figures at most.
    assert len(flags) <= 4, sorted(found)


# --- the base inventory ---


def test_the_base_names_the_twins_the_unused_and_the_retired_system(
    shili_release: Release, truths: Truths
) -> None:
    advice = shili_release.documents["findings"]["base"]["advice"]
    found = {(line["rule"], o["id"]) for line in advice for o in line["of"]}
    assert ("same_purpose", truths["base_twins"]["system"]) in found
    assert ("same_purpose", "SYS-SL-006") in found
    assert ("no_users", truths["base_unused"]["system"]) in found
    assert ("retired_paid", truths["base_retired_paid"]["system"]) in found


def test_every_name_of_the_base_leads_somewhere(shili_release: Release) -> None:
    assert shili_release.documents["findings"]["base"]["odd"] == []
