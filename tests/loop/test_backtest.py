"""The backtest on made panels: nothing of who is held out is learnt, and what is told is so."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jinglun.loop.backtest import backtest
from jinglun.loop.panel import Panel, Trials, forecast_unseen, panel_of, withheld
from jinglun.methods.paths import RULES
from jinglun.model.city import Held

BOUNDS = np.array([[0.0, 100.0], [0.0, np.inf], [-np.inf, np.inf]])
YEARS = 4


def panel(seed: int = 0, places: int = 24, periods: int = 2) -> Panel:
    rng = np.random.default_rng(seed)
    value = np.cumsum(rng.uniform(5, 12, (3, places, periods)), axis=2)
    years = tuple(2014 + YEARS * t for t in range(periods))
    pairs = tuple((t, t + 1) for t in range(periods - 1))
    blocks = tuple("abcd"[n % 4] for n in range(places))
    return Panel(tuple(range(places)), blocks, "region", (0, 1, 2), value, years, YEARS, pairs)


def same(one: Trials, other: Trials, trials: np.ndarray) -> bool:
    parts = ((one.forecast, other.forecast), (one.low, other.low), (one.high, other.high))
    return all(np.array_equal(a[..., trials], b[..., trials], equal_nan=True) for a, b in parts)


# --- leakage ---


@given(st.integers(0, 99), st.sampled_from("abcd"), st.floats(0.5, 90))
@settings(max_examples=15, deadline=None)
def test_what_came_of_a_region_does_not_change_its_own_forecasts_by_a_bit(
    seed: int, block: str, other: float
) -> None:
    before, after = panel(seed), panel(seed)
    held = np.array(after.blocks) == block
    after.value[:, held, 1] = other
    a, b = forecast_unseen(before, BOUNDS), forecast_unseen(after, BOUNDS)
    assert same(a, b, held)
    # The others did learn from it: the test is not vacuous.
    assert not same(a, b, ~held)


@given(st.integers(0, 99), st.integers(1, 2))
@settings(max_examples=15, deadline=None)
def test_a_rolling_forecast_knows_nothing_of_later_years(seed: int, altered: int) -> None:
    before, after = panel(seed, periods=5), panel(seed, periods=5)
    after.value[:, :, altered + 1 :] += 7.0
    a, b = forecast_unseen(before, BOUNDS), forecast_unseen(after, BOUNDS)
    early = np.array([before.pairs[k][0] <= altered for k in a.pair])
    assert same(a, b, early) and not same(a, b, ~early)


def test_one_step_is_tested_across_space_and_of_several_the_first_only_teaches() -> None:
    assert set(forecast_unseen(panel(), BOUNDS).pair) == {0}
    assert set(forecast_unseen(panel(periods=5), BOUNDS).pair) == {1, 2, 3}


def test_each_forecast_learns_from_the_other_regions_alone() -> None:
    # The common trend of the third indicator, which has no scale, is the median change elsewhere.
    one = panel(7)
    made = forecast_unseen(one, BOUNDS).forecast[RULES.index("trend"), 2]
    blocks = np.array(one.blocks)
    change = one.value[2, :, 1] - one.value[2, :, 0]
    for place in range(len(blocks)):
        elsewhere = float(np.median(change[blocks != blocks[place]]))
        assert made[place] == pytest.approx(one.value[2, place, 0] + elsewhere, rel=1e-12)


# --- the finding, on a framework by hand ---

DAY = date(2026, 11, 22)


def peopled(toy: Any, places: int = 20, years: tuple[int, ...] = (2014, 2024)) -> Any:
    """Five indicators that converge to 80; the first letter of a place is its region."""
    rng = np.random.default_rng(11)
    idents = [f"i{n}" for n in range(5)]
    for ident in idents:
        toy.indicator(ident, range=(0.0, 100.0), goals=(0, 90))
    for n in range(places - 1):
        toy.place(f"{'wxyz'[n % 4]}{n:02}", "city")
    for place in [p.id for p in toy.places if p.level == "city"]:
        for ident in idents:
            value = rng.uniform(10, 60)
            for year in years:
                toy.fact(place, f"v_{ident}", value, str(year))
                value += 0.4 * (80 - value) + rng.normal(0, 1)
    toy.settings["backtest"] = Held(1)
    return toy


def test_a_world_that_converges_is_found_to_and_persistence_is_beaten(toy: Any) -> None:
    found = backtest(peopled(toy, 60).case(DAY))
    assert found["absent"] is None and found["as_is"]["rule"] == "convergence"
    assert found["panel"] == {
        **{"from": "2014", "to": "2024", "step_years": 10, "steps": 1, "design": "across_space"},
        # The subject `c` is a region of its own beside w, x, y and z.
        **{"held_out": "region", "blocks": 5, "places": 60, "indicators": 5, "forecasts": 300},
    }
    for row in found["indicators"]:
        rules = {r["rule"]: r for r in row["rules"]}
        assert rules["persistence"]["skill"] == 0
        assert row["best"] == min(rules, key=lambda r: rules[r]["mae"]) == "convergence"
        assert rules["convergence"]["skill"] > 0.8
    ratios = {r["rule"]: r["error_ratio"] for r in found["rules"]}
    assert ratios["persistence"] == 1 and ratios["chosen"] < 0.2
    assert sum(r["best_in"] for r in found["rules"][:4]) == 5


def test_the_best_rule_is_the_path_as_is_from_the_latest_figure(toy: Any) -> None:
    made = peopled(toy, 60)
    found = backtest(made.case(DAY))["as_is"]["indicators"]
    assert [r["indicator"] for r in found] == [f"i{n}" for n in range(5)]
    for row in found:
        assert row["period"] == "2024" and [y["year"] for y in row["years"]] == [*range(2025, 2035)]
        last = row["years"][-1]
        # Ten years take four tenths of the way to 80, give or take the noise of the fit.
        assert last["value"] == pytest.approx(row["value"] + 0.4 * (80 - row["value"]), abs=2)
        assert last["low"] < last["value"] < last["high"]


def test_the_benchmark_changes_no_forecast(toy: Any) -> None:
    one = peopled(toy)
    before = backtest(one.case(DAY))
    for ident, indicator in one.indicators.items():
        moved = [type(b)(b.zero + 5, b.full + 40, *list(_rest(b))) for b in indicator.benchmarks]
        one.indicators[ident] = _with(indicator, benchmarks=tuple(moved))
    after = backtest(one.case(DAY))
    for part in ("rules", "indicators", "blocks", "misses", "subject", "as_is"):
        assert before[part] == after[part]


def _rest(benchmark: Any) -> list[Any]:
    return [getattr(benchmark, f.name) for f in dataclasses.fields(benchmark)][2:]


def _with(indicator: Any, **more: Any) -> Any:
    return dataclasses.replace(indicator, **more)


# --- gaps, by hand ---


def four(toy: Any, first: dict[str, float], later: dict[str, float], places: int = 12) -> Any:
    """Every place has the same four scores, of goalposts 0 and 100, in 2014 and in 2024."""
    for ident in first:
        toy.indicator(ident, range=(0.0, 100.0))
    for n in range(places - 1):
        toy.place(f"{'wxyz'[n % 4]}{n:02}", "city")
    for place in [p.id for p in toy.places if p.level == "city"]:
        for year, values in (("2014", first), ("2024", later)):
            for ident, value in values.items():
                toy.fact(place, f"v_{ident}", value, year)
    toy.settings["backtest"] = Held(1)
    return backtest(toy.case(DAY))["gaps"]


def test_a_gap_named_and_lowest_again_is_a_hit_by_hand(toy: Any) -> None:
    first = {"a": 10.0, "b": 40.0, "c": 60.0, "d": 70.0}
    gaps = four(toy, first, {"a": 20.0, "b": 45.0, "c": 60.0, "d": 65.0})
    # The lowest quarter of four is one: `a`, at each of twelve places, both times.
    assert (gaps["trials"], gaps["named"], gaps["again"], gaps["base_rate"]) == (12, 12, 12, 0.25)
    assert {r["rule"]: r["precision"] for r in gaps["rules"]} == dict.fromkeys(
        (*RULES, "everyone"), 1.0
    )
    assert gaps["moved"]["named"] == {
        **{"count": 12, "points": 10, "rose": 1, "below_half": 12, "still_below_half": 12}
    }
    # Of b, c and d one rises by 5, one stays and one falls by 5.
    assert gaps["moved"]["others"]["points"] == 0
    assert gaps["moved"]["others"]["rose"] == pytest.approx(1 / 3)


def test_a_gap_that_was_not_named_is_published_as_missed(toy: Any) -> None:
    first = {"a": 10.0, "b": 40.0, "c": 60.0, "d": 70.0}
    gaps = four(toy, first, {"a": 80.0, "b": 45.0, "c": 60.0, "d": 65.0})
    assert (gaps["named"], gaps["again"]) == (12, 0)
    by = {r["indicator"]: (r["named"], r["again"], r["new"]) for r in gaps["by_indicator"]}
    assert by == {"a": (12, 0, 0), "b": (0, 0, 12), "c": (0, 0, 0), "d": (0, 0, 0)}
    rules = {r["rule"]: r for r in gaps["rules"]}
    # By the scores of then `b` stands second: it is above one of the three that are not lowest.
    assert rules["persistence"]["auc"] == pytest.approx(2 / 3)
    # Who learns from the other regions that `a` leaps and the rest stay names `b`.
    assert rules["trend"]["precision"] == 1


def test_fewer_than_four_scores_name_nothing(toy: Any) -> None:
    assert four(toy, {"a": 10.0, "b": 40.0, "c": 60.0}, {"a": 20.0, "b": 45.0, "c": 60.0}) is None


# --- ranges that say nothing ---


def test_a_range_wider_than_all_that_was_seen_is_withheld_by_hand() -> None:
    # One rule, two indicators, two units; of the first 10 to 30 was seen, of the second only 5.
    seen = np.array([[[10.0, 30.0], [20.0, 10.0]], [[5.0, np.nan], [5.0, 5.0]]])
    low, high = np.zeros((1, 2, 2)), np.array([[[20.0, 20.0], [0.0, 1e-9]]])
    # 20 wide is not wider than 20, but wider than 10; of a constant only no width at all is told.
    assert withheld(low, high, seen).tolist() == [[[False, True], [False, True]]]


def test_a_break_in_a_history_gives_no_range_and_counts_as_no_hit(toy: Any) -> None:
    one = peopled(toy, 20, (2022, 2023, 2024))
    for n, (place, year, variable, _, quality) in enumerate(one.facts):
        if variable == "v_i0":
            # From next to nothing to a few hundredths, then thirty, in some places only.
            leap = {"2022": 0.0, "2023": 0.05 * (n % 3), "2024": 30.0 * (n % 2)}[year]
            one.facts[n] = (place, year, variable, leap, quality)
    found = backtest(one.case(DAY))
    broken = {r["rule"]: r for r in found["indicators"][0]["rules"]}
    steady = {r["rule"]: r for r in found["indicators"][1]["rules"]}
    assert any(r["no_range"] for r in broken.values())
    assert not any(r["no_range"] for r in steady.values())
    for rule in found["rules"][:4]:
        each = [r for i in found["indicators"] for r in i["rules"] if r["rule"] == rule["rule"]]
        assert rule["no_range"] == sum(r["no_range"] for r in each)
    for row in found["subject"]:
        assert (row["low"] is None) == (row["high"] is None) == (row["inside"] is None)


# --- who is held out, and when there is none ---


def test_without_letters_the_places_are_held_out_and_many_are_dealt_into_groups(toy: Any) -> None:
    one = peopled(toy)
    one.settings["backtest"] = Held()
    few, _ = panel_of(one.case(DAY))
    assert few is not None and few.held_out == "place" and len(set(few.blocks)) == 20
    for n in range(30):
        one.place(f"more{n:02}", "city")
    many, _ = panel_of(one.case(DAY))
    assert many is not None and many.held_out == "group" and len(set(many.blocks)) == 20


@pytest.mark.parametrize(
    ("places", "years", "reason"),
    [
        (9, (2014, 2024), "few_places"),
        (20, (2024,), "one_period"),
        (20, (2014, 2026), "one_period"),
    ],
)
def test_with_too_little_there_is_none_and_the_reason_is_said(
    toy: Any, places: int, years: tuple[int, ...], reason: str
) -> None:
    # 2026 is not over on the day, so what it has is not its figure yet.
    found = backtest(peopled(toy, places, years).case(DAY))
    assert found["absent"] == reason and found["panel"] is None
    assert found["as_is"] == {"rule": None, "indicators": []} and found["misses"] == []


def test_a_miss_lies_outside_its_interval_and_the_worst_comes_first(toy: Any) -> None:
    one = peopled(toy, 60)
    spot = next(
        n for n, f in enumerate(one.facts) if f[0] == "w04" and f[2] == "v_i2" and f[1] == "2024"
    )
    one.facts[spot] = ("w04", "2024", "v_i2", 0.5, "A")
    misses = backtest(one.case(DAY))["misses"]
    assert (misses[0]["place"], misses[0]["indicator"], misses[0]["actual"]) == ("w04", "i2", 0.5)
    beyond = [m["beyond"] for m in misses]
    assert beyond == sorted(beyond, reverse=True) and min(beyond) > 0
    assert not any(m["inside"] or m["low"] <= m["actual"] <= m["high"] for m in misses)
