"""Whether figures that do not fit become questions, and only those; nothing else ever changes."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jinglun.loop.integrity import Asked, asked_about, integrity, lowered
from jinglun.loop.weave import Case, latest_figures, loom_of
from jinglun.model.city import Answer
from jinglun.model.errors import Problem

DAY = date(2024, 12, 31)
ONE_TOY = [HealthCheck.function_scoped_fixture]
Toy = Any


def case_of(toy: Toy, **city: Any) -> Case:
    """The case that a finder is given, from a toy."""
    measured, sensed = toy.measure(DAY), toy.sensed
    made = dataclasses.replace(toy.city, **city)
    latest = latest_figures(measured, sensed, made, DAY)
    loom = loom_of(measured, toy.catalogue, made)
    return Case(sensed, measured, latest, loom, made, toy.catalogue, DAY, 0)


def asked(toy: Toy, **city: Any) -> tuple[Asked, ...]:
    return asked_about(case_of(toy, **city))


def ids(toy: Toy) -> list[str]:
    return [a.row["id"] for a in asked(toy)]


@pytest.fixture
def years(toy: Toy) -> Toy:
    """Output of ten cities over eight years, growing 5 % a year; each has a size and waver."""
    toy.variable("gdp", "amount")
    toy.indicator("each", lambda gdp: gdp / 1e6, goals=(0, 1000))
    for n in range(9):
        toy.place(f"p{n}", "city")
    # Wavers of 1 and 2 %, by hand, so that a spread of about 2 % is there.
    wave = (0, 1, -1, 2, -2, 1, 0, -1)
    for n, place in enumerate(["c", *(f"p{n}" for n in range(9))]):
        for t in range(8):
            value = 1e8 * (n + 1) * 1.05**t * (1 + wave[(t + 3 * n) % 8] / 100)
            toy.fact(place, "gdp", round(value), str(2017 + t))
    return toy


def change(toy: Toy, place: str, period: str, times: float) -> None:
    at = next(n for n, f in enumerate(toy.facts) if f[0] == place and f[1] == period)
    p, t, v, value, quality = toy.facts[at]
    toy.facts[at] = (p, t, v, value * times, quality)


def test_sound_figures_raise_no_question(years: Toy) -> None:
    assert ids(years) == []


# --- (a) jumps ---


def test_a_spike_is_asked_about_once_at_its_peak(years: Toy) -> None:
    change(years, "c", "2021", 1.4)
    assert ids(years) == ["jump:gdp:c:2021"]
    row = asked(years)[0].row
    assert row["evidence"]["before_period"] == "2020"
    assert row["evidence"]["spreads"] >= 8
    # What is expected is the year before with the growth of all, within the waver of 4 %.
    assert row["expected"]["value"] == pytest.approx(row["value"] / 1.4, rel=0.06)


# The border: below 15 % (0.14 in logs) nothing is asked, however still the fellows are.
@pytest.mark.parametrize(("times", "found"), [(1.12, 0), (1.4, 1)])
def test_a_small_change_is_no_jump(years: Toy, times: float, found: int) -> None:
    change(years, "c", "2021", times)
    assert len(ids(years)) == found


def test_what_all_places_share_is_no_jump(years: Toy) -> None:
    for place in ("c", *(f"p{n}" for n in range(9))):
        change(years, place, "2021", 1.4)
    assert ids(years) == []


@pytest.mark.parametrize(("moved", "found"), [(1.4, []), (1.0, ["jump:gdp:c:2021"])])
def test_a_jump_that_a_related_figure_supports_is_none(
    years: Toy, moved: float, found: list[str]
) -> None:
    years.variable("energy_tce", "amount")
    for place, period, _, value, quality in list(years.facts):
        own = moved if (place, period) == ("c", "2021") else 1.0
        years.fact(place, "energy_tce", value / 1000 * own, period, quality)
    change(years, "c", "2021", 1.4)
    assert ids(years) == found


def test_a_jump_of_another_city_is_not_ours_to_ask(years: Toy) -> None:
    change(years, "p3", "2021", 1.4)
    assert ids(years) == []


# --- (d) slips of units ---


@pytest.mark.parametrize("power", [-4, -1, 1, 3, 4])
@pytest.mark.parametrize("place", ["c", "p4"])
def test_a_slip_by_a_power_of_ten_is_named_with_its_power(
    years: Toy, power: int, place: str
) -> None:
    change(years, place, "2020", 10.0**power)
    found = asked(years)
    assert [a.row["id"] for a in found] == [f"unit_slip:gdp:{place}:2020"]
    assert found[0].row["power"] == power
    assert found[0].row["quality_after"] == "F"
    expected = found[0].row["value"] / 10.0**power
    assert found[0].row["expected"]["value"] == pytest.approx(expected)


@pytest.mark.parametrize("times", [4.0, 20.0, 40.0])
def test_a_change_by_no_power_of_ten_is_no_slip(years: Toy, times: float) -> None:
    change(years, "c", "2020", times)
    assert [i.split(":")[0] for i in ids(years)] == ["jump"]


def test_a_column_in_the_wrong_unit_is_found_by_the_country(toy: Toy) -> None:
    """Ten cities of 10 million people and 0.7 trillion yuan; all China had 99.1 trillion (2019)."""
    toy.variable("resident_pop", "count")
    toy.variable("gdp", "amount")
    for n in range(9):
        toy.place(f"p{n}", "city")
    for n, place in enumerate(["c", *(f"p{n}" for n in range(9))]):
        toy.fact(place, "resident_pop", 1e7 + n, "2019")
        toy.fact(place, "gdp", 7e11 + n, "2019")
    assert ids(toy) == []
    toy.facts = [(p, t, v, x * (1e4 if v == "gdp" else 1), q) for p, t, v, x, q in toy.facts]
    found = asked(toy)
    # 7 x 10^16 is 565 times 1.25 countries: three powers at least, and one more by resident.
    assert [(a.row["id"], a.row["power"]) for a in found] == [
        ("unit_slip:gdp:*:2019", 3),
        ("unit_slip:resident_pop:*:2019", -1),
    ]


# --- (e) outside, (f) inconsistent ---


@pytest.mark.parametrize(("years_lived", "found"), [(19.9, 1), (20, 0), (95, 0), (95.1, 1)])
def test_a_life_outside_20_to_95_years_is_asked_about(
    toy: Toy, years_lived: float, found: int
) -> None:
    toy.variable("life_expectancy_at_birth", "single")
    toy.fact("c", "life_expectancy_at_birth", years_lived)
    assert ids(toy) == ["outside:life_expectancy_at_birth:c:2024"] * found


@pytest.mark.parametrize(("part", "found"), [(100, 0), (100.5, 0), (100.6, 1), (150, 1)])
def test_a_part_above_its_whole_is_asked_about(toy: Toy, part: float, found: int) -> None:
    toy.variable("some")
    toy.variable("every")
    toy.indicator("rate", lambda some, every: 100 * some / every, range=(0, 100))
    toy.fact("c", "some", part)
    toy.fact("c", "every", 100)
    assert ids(toy) == ["inconsistent:some:c:2024"] * found


def test_a_rate_that_may_pass_100_has_no_part(toy: Toy) -> None:
    toy.variable("some")
    toy.variable("every")
    toy.indicator("rate", lambda some, every: 100 * some / every, range=(0, np.inf))
    toy.fact("c", "some", 150)
    toy.fact("c", "every", 100)
    assert ids(toy) == []


# Districts of 600 and 500 against 1,100 and less: over 5 % more than the city is asked about.
@pytest.mark.parametrize(("city", "found"), [(1100, 0), (1048, 0), (1047, 1), (1833, 0), (1834, 1)])
def test_districts_that_add_up_to_something_else_are_asked_about(
    toy: Toy, city: float, found: int
) -> None:
    toy.variable("some", "amount")
    for place, value in (("n", 600.0), ("s", 500.0), ("c", city)):
        toy.fact(place, "some", value)
    assert ids(toy) == ["inconsistent:some:c:2024"] * found


# --- (b) bases, (c) digits ---


def test_a_rate_that_moved_because_its_base_did_is_asked_about(years: Toy) -> None:
    """The openable list shrinks by an eighth in a year, what is open stands: 114 % of before."""
    years.variable("opened")
    years.variable("openable")
    years.indicator("open", lambda opened, openable: 100 * opened / openable, range=(0, 100))
    for n, place in enumerate(["c", *(f"p{n}" for n in range(9))]):
        for t in range(8):
            shrunk = 0.875 if place == "c" and t >= 4 else 1.0
            years.fact(place, "openable", round((80000 + 900 * n + 37 * t) * shrunk), str(2017 + t))
            years.fact(place, "opened", 40000 + 300 * n + 11 * t, str(2017 + t))
    found = asked(years)
    assert [a.row["id"] for a in found] == ["base_moved:openable:c:2021"]
    assert found[0].row["variables"] == ["openable", "opened"]
    rate = found[0].row["evidence"]["rates"][0]
    assert rate["indicator"] == "open"
    assert rate["change"] == pytest.approx(1 / 0.875 - 1, abs=0.002)
    assert abs(rate["numerator_change"]) < 0.001


@pytest.mark.parametrize(("same", "found"), [(2, 0), (3, 1), (5, 1)])
def test_a_figure_that_stands_for_three_years_is_asked_about(
    years: Toy, same: int, found: int
) -> None:
    value = next(f[3] for f in years.facts if f[:2] == ("c", "2019"))
    kept = [str(2019 + t) for t in range(same)]
    years.facts = [
        (p, t, v, value if p == "c" and t in kept else x, q) for p, t, v, x, q in years.facts
    ]
    assert [i for i in ids(years) if i.startswith("repeated")] == [
        f"repeated:gdp:c:{kept[-1]}"
    ] * found


def test_a_thing_that_stands_still_everywhere_is_not_asked_about(toy: Toy) -> None:
    toy.variable("area", "amount")
    for place, value in (("n", 1234.5), ("s", 2345.6), ("c", 3580.1)):
        for year in range(2018, 2025):
            toy.fact(place, "area", value, str(year))
    assert ids(toy) == []


def test_one_figure_in_three_districts_is_asked_about_once(toy: Toy) -> None:
    toy.variable("some", "count")
    for place in ("e", "w"):
        toy.place(place, "district", "c", "district")
    for place, value in (("n", 1234), ("s", 1234), ("e", 1234), ("w", 4321)):
        toy.fact(place, "some", value)
    found = asked(toy)
    assert [a.row["code"] for a in found] == ["repeated"]
    assert found[0].row["evidence"]["places"] == ["e", "n", "s"]
    assert found[0].row["figures"] == 3


@pytest.mark.parametrize(("step", "found"), [(5, 1), (1, 0)])
def test_counts_that_end_in_0_and_5_are_asked_about(toy: Toy, step: int, found: int) -> None:
    toy.variable("fires", "count")
    for n in range(120):
        toy.place(f"p{n:03}", "city")
        toy.fact(f"p{n:03}", "fires", 1000 + step * (n * n % 811))
    assert ids(toy) == ["heaping:fires:*:2024"] * found


# --- what a question does, and does not ---


def test_a_flag_lowers_the_class_of_a_copy_and_changes_no_fact_and_no_score(years: Toy) -> None:
    change(years, "c", "2024", 10_000)
    case = case_of(years)
    before = {
        name: getattr(case.measured, name).copy() for name in ("value", "score", "quality", "made")
    }
    cube, classes = case.measured.cube.value.copy(), case.measured.cube.quality.copy()
    found = asked_about(case)
    quality = lowered(case, found)
    for name, array in before.items():
        np.testing.assert_array_equal(getattr(case.measured, name), array)
    np.testing.assert_array_equal(case.measured.cube.value, cube)
    np.testing.assert_array_equal(case.measured.cube.quality, classes)
    changed = np.argwhere(quality != classes)
    assert len(changed) == 1
    assert "ABCDEF"[quality[tuple(changed[0])]] == found[0].row["quality_after"] == "F"


def test_what_is_made_of_a_lowered_figure_is_lowered_too(toy: Toy) -> None:
    toy.variable("base")
    toy.variable("part")
    toy.variable("share", "share", base="base", part="part")
    for place in ("n", "s"):
        toy.fact(place, "base", 100)
        toy.fact(place, "part", 50)
    toy.fact("n", "part", 90, "2023")
    toy.facts = [(p, t, v, -90.0 if t == "2023" else x, q) for p, t, v, x, q in toy.facts]
    case = case_of(toy)
    assert [a.row["id"] for a in asked_about(case)] == ["outside:part:n:2023"]
    toy.facts = [
        (p, t, v, -9.0 if (p, v, t) == ("n", "part", "2024") else x, q)
        for p, t, v, x, q in toy.facts
        if t == "2024"
    ]
    case = case_of(toy)
    quality = lowered(case, asked_about(case))
    at = case.sensed.places.index()
    part = case.measured.cube.variables.index("part")
    # The city's figure was added up from its districts, one of which is in doubt.
    assert quality[part, at["c"], 0] == quality[part, at["n"], 0] == 5
    assert quality[part, at["s"], 0] == 0


def test_the_points_that_a_right_figure_would_move_are_told(years: Toy) -> None:
    years.settings["weights"] = years.city.weights
    change(years, "c", "2024", 10.0)
    row = asked(years)[0].row
    assert row["indicators"] == ["each"]
    assert row["rests"] > 0
    # The indicator alone makes its cell: 100 points fall to what 1/10 of the figure scores.
    now, then = min(100, row["value"] / 1e7), row["value"] / 1e8
    assert row["moves"] == pytest.approx((then - now) * row["rests"], rel=1e-6)


def answer(flag: str, verdict: Any) -> Answer:
    return Answer(flag, "统计局", date(2024, 6, 1), verdict, "", "checked")


@pytest.mark.parametrize(
    ("verdict", "after"), [("confirmed", "A"), ("corrected", "F"), ("open", "F")]
)
def test_only_a_confirmed_figure_has_its_class_back(years: Toy, verdict: str, after: str) -> None:
    change(years, "c", "2020", 1000)
    said = (answer("unit_slip:gdp:c:2020", verdict),)
    case = case_of(years, answers=said)
    found = asked_about(case)
    assert found[0].row["quality_after"] == after
    assert found[0].row["answer"]["verdict"] == verdict
    cell = found[0].cells[0]
    assert "ABCDEF"[lowered(case, found)[cell]] == after
    assert integrity(case, found)["answered"] == 1


def test_an_answer_to_no_question_is_told_and_bearable(years: Toy) -> None:
    case = case_of(years, answers=(answer("jump:gdp:c:1999", "open"),))
    told = integrity(case, asked_about(case))
    assert [a["flag"] for a in told["unmatched"]] == ["jump:gdp:c:1999"]
    assert told["flags"] == []


def test_every_flag_is_internal_and_strict_json(years: Toy) -> None:
    change(years, "c", "2020", 1000)
    case = case_of(years)
    told = integrity(case, asked_about(case))
    assert told["privacy"] == "internal"
    assert {f["privacy"] for f in told["flags"]} == {"internal"}
    assert json.loads(json.dumps(told, allow_nan=False)) == told


# --- bad and little input ---


@pytest.fixture
def new_toy(toy: Toy) -> Callable[[], Toy]:
    """Make toys one after another, for a test that tries many."""
    places = list(toy.places)

    def make() -> Toy:
        made = type(toy)(places=list(places))
        for variable, kind in (("gdp", "amount"), ("resident_pop", "count"), ("part", "count")):
            made.variable(variable, kind)
        made.variable("share", "share", base="resident_pop", part="part")
        return made

    return make


def test_no_figures_ask_nothing(toy: Toy) -> None:
    toy.variable("some")
    assert ids(toy) == []


@pytest.mark.parametrize("periods", [["2024"], ["2014", "2024"], ["2024-03", "2024-Q2"]])
def test_little_data_is_no_fault(toy: Toy, periods: list[str]) -> None:
    toy.places = [p for p in toy.places if p.id == "c"]
    toy.variable("some")
    toy.variable("share", "share", base="some", part="part")
    toy.variable("part")
    for period in periods:
        toy.fact("c", "some", 0, period)
        toy.fact("c", "part", 1e200, period)
    case = case_of(toy)
    told = integrity(case, asked_about(case))
    assert json.dumps(told, allow_nan=False)
    assert lowered(case, asked_about(case)).shape == case.measured.cube.quality.shape


@settings(max_examples=25, deadline=None, suppress_health_check=ONE_TOY)
@given(
    data=st.lists(
        st.tuples(
            st.sampled_from(["c", "n", "s"]),
            st.sampled_from(["2019", "2020", "2021", "2022"]),
            st.sampled_from(["gdp", "resident_pop", "share", "part"]),
            st.one_of(
                st.floats(-1e12, 1e12).map(lambda x: round(x, 6)),
                st.sampled_from([0.0, 1e-90, 1e90, 10.0, 1234.0]),
            ),
        ),
        max_size=40,
        unique_by=lambda row: row[:3],
    )
)
def test_whatever_the_figures_are_the_answer_is_json(new_toy: Any, data: list[Any]) -> None:
    toy = new_toy()
    for place, period, variable, value in data:
        toy.fact(place, variable, value, period)
    case = case_of(toy)
    found = asked_about(case)
    json.dumps(integrity(case, found), allow_nan=False)
    assert len({a.row["id"] for a in found}) == len(found)


# --- what must not matter ---


@settings(max_examples=15, deadline=None, suppress_health_check=ONE_TOY)
@given(times=st.floats(1e-3, 1e3), seed=st.integers(0, 50))
def test_another_unit_for_every_figure_raises_no_slip(
    new_toy: Any, times: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    toy = new_toy()
    toy.variable("water", "amount")
    for n in range(12):
        toy.place(f"p{n:02}", "city")
    for place in ["c", *(f"p{n:02}" for n in range(12))]:
        size = float(np.exp(rng.normal(12, 1)))
        for year in range(2018, 2024):
            toy.fact(place, "water", times * size * float(np.exp(rng.normal(0, 0.03))), str(year))
    assert [i for i in ids(toy) if i.startswith("unit_slip")] == []


def test_the_order_of_places_and_facts_changes_nothing(years: Toy) -> None:
    change(years, "c", "2021", 1.4)
    change(years, "p2", "2019", 1e4)
    first = [dict(a.row) for a in asked(years)]
    years.places.reverse()
    years.facts.reverse()
    again = [dict(a.row) for a in asked(years)]
    # Where a fact stands in its file is all that its order is.
    for row in (*first, *again):
        row.pop("locator")
    assert first == again
    assert [row["id"] for row in first] == ["jump:gdp:c:2021", "unit_slip:gdp:p2:2019"]


# --- the block of city.toml ---

ANSWER = """
[[answer]]
flag = "jump:gdp:c:2021"
by = "统计局"
date = 2026-05-01
verdict = "{verdict}"
"""


def test_an_answer_is_read_and_a_verdict_nobody_knows_is_an_error(
    write_city: Callable[..., Any],
    problems_of: Callable[..., list[Problem]],
    read: Callable[..., Any],
) -> None:
    plain = (write_city() / "city.toml").read_text("utf-8")
    sound = plain + ANSWER.format(verdict="confirmed")
    assert read(write_city(city=sound)).answers[0].date == date(2026, 5, 1)
    wrong = problems_of(write_city(city=plain + ANSWER.format(verdict="maybe")))
    assert [(p.code, p.place, p.found) for p in wrong] == [
        ("wrong_value", "answer[1].verdict", "'maybe'")
    ]
    twice = problems_of(write_city(city=sound + ANSWER.format(verdict="open")))
    assert [(p.code, p.found) for p in twice] == [("twice", "jump:gdp:c:2021")]
