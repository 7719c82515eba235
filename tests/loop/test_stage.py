"""Whether a level is what its rule says: floors, seven in ten, nesting, median and cap, by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinglun.loop.rulebook import rules
from jinglun.loop.stage import (
    Reading,
    Rung,
    _named,
    city_level,
    dimension_of,
    level_of,
    rungs,
    stage,
    waits_for,
)
from jinglun.loop.weave import Case, latest_figures, loom_of
from jinglun.model.catalogue import Catalogue
from jinglun.model.city import Stages, Weights
from jinglun.model.errors import Problem

DAY = date(2024, 12, 31)
POINTS = (30.0, 50.0, 70.0, 90.0)
DIMENSIONS = [d["id"] for d in rules("stages")["dimension"]]


def at(score: float | None, floor: bool = False, **more: Any) -> Reading:
    """An indicator with a score, of which 0 to 100 in its own unit are as many points."""
    return Reading("i", floor, True, (), (0.0, 100.0), "2024", score, score, True, **more)


def level(*readings: Reading) -> int:
    return level_of(rungs(readings, POINTS, 0.7))


# --- one dimension ---


@pytest.mark.parametrize(
    ("score", "reached"),
    # The borders of the worked example read as points: 30, 50, 70, 90, each included.
    [(0, 1), (29.9, 1), (30, 2), (49.9, 2), (50, 3), (70, 4), (89.9, 4), (90, 5), (100, 5)],
)
def test_ten_alike_stand_where_their_score_puts_them(score: float, reached: int) -> None:
    assert level(*[at(score)] * 10) == reached


def test_exactly_seven_in_ten_are_enough_and_six_are_not() -> None:
    assert level(*[at(55)] * 7, *[at(0)] * 3) == 3
    assert level(*[at(55)] * 6, *[at(0)] * 4) == 1


@pytest.mark.parametrize(("others", "needed"), [(1, 1), (2, 2), (3, 3), (10, 7), (20, 14), (11, 8)])
def test_how_many_are_seven_in_ten_of_a_number(others: int, needed: int) -> None:
    """By hand: the least whole number not below 0.7 times it."""
    assert Rung(1, 0, 0, others, 0, 0.7).needed == needed


def test_one_floor_missed_holds_all_the_rest_back() -> None:
    assert level(at(95, floor=True), *[at(95)] * 9) == 5
    assert level(at(49, floor=True), *[at(95)] * 9) == 2
    assert level(at(49), *[at(95)] * 9) == 5


def test_floors_alone_make_a_level() -> None:
    assert level(at(72, floor=True), at(91, floor=True)) == 4


def test_the_first_level_asks_for_figures_only() -> None:
    assert level(*[at(0)] * 7, *[at(None)] * 3) == 1
    assert level(*[at(0)] * 6, *[at(None)] * 4) == 0
    assert level(at(None, floor=True), *[at(100)] * 9) == 0


def test_all_missing_is_below_the_first_level() -> None:
    assert level(*[at(None)] * 10) == 0


def test_a_figure_that_is_missing_meets_no_target() -> None:
    assert level(*[at(95)] * 7, *[at(None)] * 3) == 5
    assert level(*[at(95)] * 6, *[at(20)] * 1, *[at(None)] * 3) == 1


def test_a_level_needs_every_level_below_it() -> None:
    """A rung above a gap is not reached, whatever own targets make of it."""
    ladder = [Rung(n, 0, 0, 10, met, 0.7) for n, met in ((1, 10), (2, 6), (3, 9), (4, 0), (5, 0))]
    assert level_of(ladder) == 1


def test_own_targets_are_met_in_the_direction_that_is_better() -> None:
    down = Reading("i", False, False, (40, 30, 20, 10), (0, 1), "2024", 20.0, 0.0, True)
    assert level(down) == 4
    up = Reading("i", False, True, (10, 20, 30, 40), (0, 1), "2024", 20.0, 0.0, True)
    assert level(up) == 3


@pytest.mark.parametrize(
    ("goalposts", "needed"),
    # By hand: 0 -> 100 in 30 points; less is better, 50 -> 10: 50 - 0.3 * 40 = 38.
    [((0.0, 100.0), 30.0), ((50.0, 10.0), 38.0), ((20.0, 120.0), 50.0)],
)
def test_the_value_needed_is_in_the_indicators_own_unit(
    goalposts: tuple[float, float], needed: float
) -> None:
    one = Reading("i", False, goalposts[0] < goalposts[1], (), goalposts, "2024", 1.0, 1.0, True)
    assert one.needed(2, POINTS) == pytest.approx(needed, rel=1e-12)
    assert one.needed(1, POINTS) is None


scored = st.lists(
    st.tuples(st.one_of(st.none(), st.floats(0, 100)), st.booleans()), min_size=1, max_size=25
)


@given(scored, st.data())
def test_a_better_score_never_lowers_a_level(
    found: list[tuple[float | None, bool]], data: st.DataObject
) -> None:
    which = data.draw(st.integers(0, len(found) - 1))
    score, floor = found[which]
    better = data.draw(st.floats(score or 0, 100))
    before = [at(s, floor=f) for s, f in found]
    after = [*before[:which], at(better, floor=floor), *before[which + 1 :]]
    assert level(*after) >= level(*before)


# --- the city ---


@pytest.mark.parametrize(
    ("levels", "expected"),
    # By hand: the middle of five in order, at most one above the lowest.
    [
        ((3, 3, 3, 3, 3), 3),
        ((1, 4, 4, 5, 5), 2),
        ((2, 3, 3, 5, 5), 3),
        ((0, 5, 5, 5, 5), 1),
        ((0, 0, 0, 5, 5), 0),
        ((4, 4, 5, 5, 5), 5),
        ((2, 2, 2, 3, 4), 2),
    ],
)
def test_the_city_is_at_the_median_capped_above_the_lowest(
    levels: tuple[int, ...], expected: int
) -> None:
    assert city_level(levels, 1) == expected


five = st.lists(st.integers(0, 5), min_size=5, max_size=5)


@given(five)
def test_the_city_is_never_more_than_one_above_its_lowest(levels: list[int]) -> None:
    assert min(levels) <= city_level(levels, 1) <= min(levels) + 1


@given(five)
def test_what_the_city_waits_for_brings_it_up_and_nothing_less_does(levels: list[int]) -> None:
    named = dict(zip("abcde", levels, strict=True))
    level = city_level(levels, 1)
    if level == 5:
        return
    raised = {w["dimension"]: w["to"] for w in waits_for(named, level + 1, 1)}
    assert raised
    assert city_level(list((named | raised).values()), 1) == level + 1
    for dimension in raised:
        rest = {d: to for d, to in raised.items() if d != dimension}
        assert city_level(list((named | rest).values()), 1) < level + 1


# --- membership ---


def test_every_scored_indicator_is_of_one_dimension_or_said_to_be_of_none(
    catalogue: Catalogue,
) -> None:
    scored = [i for i in catalogue.indicators.values() if i.role == "score" and i.benchmarks]
    outside = rules("stages")["outside"]["strategies"]
    lost = [i.id for i in scored if dimension_of(i) is None and i.strategy not in outside]
    assert lost == []
    held = Counter(dimension_of(i) for i in scored)
    assert set(held) == {None, *DIMENSIONS}
    # With fewer than ten a share of seven in ten hangs on a single indicator.
    assert min(held[d] for d in DIMENSIONS) >= 10


def test_the_rule_names_no_indicator_and_no_strategy_twice_or_in_vain(catalogue: Catalogue) -> None:
    named: Counter[str] = Counter()
    for dimension in rules("stages")["dimension"]:
        named.update(dimension["indicators"])
        named.update(dimension.get("strategies", ()))
        named.update(f"factor {f}" for f in dimension.get("factors", ()))
    named.update(rules("stages")["outside"]["strategies"])
    assert [n for n, times in named.items() if times > 1] == []
    known = {*catalogue.indicators, *catalogue.strategies}
    known |= {f"factor {i.factor}" for i in catalogue.indicators.values()}
    assert sorted(set(named) - known) == []


def test_every_floor_but_those_outside_is_in_a_dimension(catalogue: Catalogue) -> None:
    floors = [
        i for i in catalogue.indicators.values() if any(b.floor is not None for b in i.benchmarks)
    ]
    assert floors
    assert [i.id for i in floors if dimension_of(i) is None] == []


# --- the finding ---


def _ten(toy: Any, scores: list[float | None], strategy: str = "I1", **more: Any) -> None:
    """Ten indicators of the infrastructure, whose figures are their scores."""
    for n, score in enumerate(scores):
        ident = f"{strategy.lower()}_{n}"
        toy.indicator(ident, strategy=strategy, **more)
        if score is not None:
            toy.fact("c", f"v_{ident}", score)
    toy.fact("n", f"v_{strategy.lower()}_0", 1.0)


def _case(toy: Any, day: date = DAY) -> Case:
    """All that a finding rests on, of a toy city."""
    measured, sensed, city = toy.measure(day), toy.sensed, toy.city
    latest = latest_figures(measured, sensed, city, day)
    loom = loom_of(measured, toy.catalogue, city)
    return Case(sensed, measured, latest, loom, city, toy.catalogue, day, 0)


def _stage(toy: Any) -> dict[str, Any]:
    return stage(_case(toy), None)


def _of(found: dict[str, Any], dimension: str) -> dict[str, Any]:
    return next(d for d in found["dimensions"] if d["dimension"] == dimension)


def test_exactly_three_in_ten_can_be_assessed_and_two_cannot(toy: Any) -> None:
    _ten(toy, [50.0] * 3 + [None] * 7)
    assert _of(_stage(toy), "infrastructure")["assessable"]
    assert _of(_stage(toy), "infrastructure")["level"] == 0
    toy.facts = [f for f in toy.facts if f[2] != "v_i1_2"]
    thin = _of(_stage(toy), "infrastructure")
    assert (thin["assessable"], thin["level"], thin["coverage"]) == (False, None, 0.2)


def test_a_city_without_any_figure_is_not_assessable_and_lists_what_to_collect(toy: Any) -> None:
    _ten(toy, [None] * 10)
    found = _stage(toy)
    assert (found["assessable"], found["level"], found["next"]) == (False, None, None)
    conditions = _of(found, "infrastructure")["conditions"]
    assert [c["why"] for c in conditions] == ["none"] * 10
    assert {c["needed"] for c in conditions} == {None}
    assert found["named"]["name"] is None


def test_a_dimension_without_indicators_stands_at_nothing_and_is_said_to(toy: Any) -> None:
    _ten(toy, [95.0] * 10)
    found = _stage(toy)
    assert _of(found, "infrastructure")["level"] == 5
    assert _of(found, "data")["level"] is None
    # Four dimensions have shown nothing, so the city has not reached level 1.
    assert (found["level"], found["lowest"]) == (0, 0)


def test_conditions_come_floors_first_then_the_nearest(
    toy: Any, a_benchmark: Callable[..., Any]
) -> None:
    _ten(toy, [95.0] * 6 + [10.0, 45.0, 40.0])
    toy.indicator("limit", strategy="I1", benchmarks=[a_benchmark("*", 0, 100, floor=20)])
    toy.fact("c", "v_limit", 25)
    dimension = _of(_stage(toy), "infrastructure")
    assert dimension["level"] == 1
    assert (dimension["floors_missed"], dimension["others_short"]) == (1, 0)
    conditions = dimension["conditions"]
    assert [(c["indicator"], c["floor"]) for c in conditions] == [("limit", True), ("i1_6", False)]
    assert [(c["value"], c["needed"], c["gap"]) for c in conditions] == [(25, 30, 5), (10, 30, 20)]


def test_where_less_is_better_the_gap_is_what_must_come_off(toy: Any) -> None:
    # By hand: 50 is worth 0 and 10 is worth 100, so 30 points stand at 38; now 45.
    toy.indicator("deaths", strategy="I1", goals=(50, 10), better="lower")
    toy.fact("c", "v_deaths", 45)
    condition = _of(_stage(toy), "infrastructure")["conditions"][0]
    assert (condition["needed"], condition["gap"], condition["score"]) == (38, 7, 12.5)


def test_a_figure_too_old_is_told_and_not_counted(toy: Any) -> None:
    toy.indicator("old", strategy="I1")
    toy.fact("c", "v_old", 99, "2010")
    dimension = _of(_stage(toy), "infrastructure")
    assert (dimension["measured"], dimension["level"]) == (0, None)
    assert (dimension["conditions"][0]["why"], dimension["conditions"][0]["period"]) == (
        "stale",
        "2010",
    )


def test_a_city_may_ask_its_own_values_and_points(toy: Any) -> None:
    _ten(toy, [55.0] * 10)
    toy.settings["stage"] = Stages(targets={f"i1_{n}": (20, 40, 60, 80) for n in range(10)})
    own = _of(_stage(toy), "infrastructure")
    assert own["level"] == 3
    assert {(c["needed"], c["own"]) for c in own["conditions"]} == {(60, True)}
    toy.settings["stage"] = Stages(levels=(10, 20, 55, 60))
    found = _stage(toy)
    assert _of(found, "infrastructure")["level"] == 4
    assert (found["points"], found["own_points"]) == ([10, 20, 55, 60], True)


def test_an_indicator_that_weighs_nothing_takes_no_part(toy: Any) -> None:
    _ten(toy, [95.0] * 7 + [0.0] * 4)
    assert _of(_stage(toy), "infrastructure")["level"] == 1
    toy.settings["weights"] = Weights(indicators={"i1_10": 0.0})
    assert _of(_stage(toy), "infrastructure")["level"] == 5


def test_earlier_years_are_judged_by_what_was_known_then(toy: Any) -> None:
    toy.indicator("one", strategy="I1")
    for year, value in (("2021", 20), ("2022", 60), ("2024", 95)):
        toy.fact("c", "v_one", value, year)
    toy.fact("n", "v_one", 1, "2023")
    path = {p["period"]: p["dimensions"]["infrastructure"] for p in _stage(toy)["path"]}
    assert path == {"2021": 1, "2022": 3, "2023": 3, "2024": 5}


@pytest.mark.parametrize(
    ("score", "name"),
    [(0, "preparing"), (39.9, "preparing"), (40, "starting"), (60, "growing"), (79, "growing")],
)
def test_the_name_goes_by_the_headline_score_lower_bound_included(score: float, name: str) -> None:
    class City:
        stage = Stages()

    found = _named(City(), score)  # type: ignore[arg-type]
    assert (found["name"], found["status"]) == (name, "proposed")


def test_without_a_headline_score_there_is_no_name_and_cuts_are_the_citys_if_it_sets_them() -> None:
    class City:
        stage = Stages(cuts=(10, 20, 30))

    assert _named(City(), None)["name"] is None  # type: ignore[arg-type]
    found = _named(City(), 30.0)  # type: ignore[arg-type]
    assert (found["name"], found["next"], found["status"]) == ("mature", None, "city")


# --- the settings ---


def _with(folder: Path, block: str) -> Path:
    path = folder / "city.toml"
    path.write_text(path.read_text(encoding="utf-8") + f"\n{block}\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("block", "place"),
    [
        ("[stage]\nlevels = [30, 50, 70]", "stage.levels"),
        ("[stage]\nlevels = [30, 30, 70, 90]", "stage.levels"),
        ("[stage]\nlevels = [30, 50, 70, 101]", "stage.levels"),
        ("[stage]\ncuts = [60, 40, 80]", "stage.cuts"),
        ("[stage]\ncuts = [-1, 40, 80]", "stage.cuts"),
        ("[stage]\ncuts = [nan, 40, 80]", "stage.cuts"),
        ("[stage]\ncuts = [40, 60]", "stage.cuts"),
        ("[stage.targets]\nliteracy = [90, 80, 70, 60]", "stage.targets.literacy"),
        ("[stage.targets]\nliteracy = [60, 70]", "stage.targets.literacy"),
        ("[stage.targets]\nunemployment = [5, 10, 15, 20]", "stage.targets.unemployment"),
        ("[stage.targets]\nliteracies = [1, 2, 3, 4]", "stage.targets.literacies"),
    ],
)
def test_stages_that_do_not_rise_are_refused_where_they_stand(
    write_city: Callable[..., Path],
    problems_of: Callable[[Path], list[Problem]],
    block: str,
    place: str,
) -> None:
    problems = problems_of(_with(write_city(), block))
    assert [p.place for p in problems] == [place]


def test_sound_stages_are_read(write_city: Callable[..., Path], read: Callable[..., Any]) -> None:
    block = "[stage]\nlevels = [20, 40, 60, 80]\ncuts = [30, 50, 70]\n[stage.targets]\n"
    block += "literacy = [60, 70, 80, 90]\nunemployment = [20, 15, 10, 5]\n"
    city = read(_with(write_city(), block))
    assert city.stage.cuts == (30, 50, 70)
    assert city.stage.targets["unemployment"] == (20, 15, 10, 5)


def test_the_rules_file_says_what_the_standard_says() -> None:
    """ITU-T Y.4904 by the U4SSC factsheets: five dimensions; 30, 50, 70 and 90 after a baseline."""
    said = rules("stages")
    assert DIMENSIONS == ["strategy", "infrastructure", "data", "services", "assessment"]
    assert said["rule"]["levels"] == [30, 50, 70, 90]
    assert said["rule"]["status"] == said["named"]["status"] == "proposed"
