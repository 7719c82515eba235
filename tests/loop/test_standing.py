"""Whether gaps, strengths and frontiers are those worked out by hand on a toy city."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from jinglun.loop.standing import FEW, frontier, gaps, strengths
from jinglun.model.city import Settings, Weights


def peers_of(toy: Any, *values: float, better: str = "higher", **more: Any) -> Any:
    """One indicator `x` of the city at 40 and of peers, all of one population."""
    toy.variable("resident_pop")
    toy.indicator("x", better=better, **more)
    toy.fact("c", "v_x", 40.0)
    toy.fact("c", "resident_pop", 1000)
    for n, value in enumerate(values):
        toy.place(f"p{n}", "city")
        toy.fact(f"p{n}", "resident_pop", 1000 + n)
        toy.fact(f"p{n}", "v_x", value)
    return toy


def gap(toy: Any, ident: str = "x") -> dict[str, Any]:
    found = {g["indicator"]: g for g in gaps(toy.case())}
    return found[ident]


def test_a_gap_runs_to_the_full_point_and_to_the_third_best_of_its_like(toy: Any) -> None:
    peers_of(toy, 10, 20, 40, 70, 80, 90)
    found = gap(toy)
    assert (found["full"], found["to_full"]) == (100.0, 60.0)
    # Sorted 90, 80, 70 ...: the third is 70, and 30 more are wanted.
    assert (found["frontier"], found["to_frontier"]) == (70.0, 30.0)
    # Better than two of six, equal with one: 2.5 / 6.
    assert found["percentile"] == pytest.approx(2.5 / 6)
    assert found["comparables"] == 6


def test_where_less_is_better_all_of_it_is_turned(toy: Any) -> None:
    peers_of(toy, 10, 20, 30, 70, 80, 90, better="lower", goals=(100, 0))
    found = gap(toy)
    assert (found["to_full"], found["frontier"], found["to_frontier"]) == (40.0, 30.0, 10.0)
    assert found["percentile"] == pytest.approx(0.5)


def test_beyond_full_and_frontier_there_is_no_gap(toy: Any) -> None:
    peers_of(toy, 1, 2, 3, 4, 5, goals=(0, 30))
    found = gap(toy)
    assert (found["to_full"], found["to_frontier"], found["percentile"]) == (0.0, 0.0, 1.0)


def test_among_too_few_neither_place_nor_frontier_is_told(toy: Any) -> None:
    peers_of(toy, *range(FEW - 1))
    found = gap(toy)
    assert (found["frontier"], found["to_frontier"], found["percentile"]) == (None, None, None)
    assert found["comparables"] == FEW - 1


def test_without_peers_a_gap_to_the_full_point_remains(toy: Any) -> None:
    found = gap(peers_of(toy))
    assert (found["to_full"], found["comparables"]) == (60.0, 0)


def test_of_thirty_and_more_the_frontier_is_the_best_decile() -> None:
    # The fourth of forty (a tenth of them), the third of twenty-nine.
    assert frontier(np.arange(1.0, 41.0)) == 37.0
    assert frontier(np.arange(1.0, 30.0)) == 27.0


def test_a_strength_scores_high_and_beats_most_of_its_like(toy: Any) -> None:
    peers_of(toy, 1, 2, 3, 4, 5, 90, goals=(0, 50))  # scores 80, better than 5 of 6
    found = strengths(gaps(toy.case()))
    assert [(s["indicator"], s["score"]) for s in found] == [("x", 80.0)]


@pytest.mark.parametrize(
    ("values", "goals"), [((1, 2, 3, 50, 60, 90), (0, 50)), ((1, 2, 3, 4, 5, 6), (0, 60))]
)
def test_high_alone_or_better_alone_is_no_strength(
    toy: Any, values: tuple[float, ...], goals: tuple[float, float]
) -> None:
    assert strengths(gaps(peers_of(toy, *values, goals=goals).case())) == []


def score_of_city(toy: Any) -> float:
    """The score of the city as the loom weaves it from its latest scores."""
    case = toy.case()
    fresh = np.where(case.latest.fresh, case.latest.score, np.nan)[:, case.subject]
    return float(case.loom.weave("c", fresh, "2024")["city"][0]["score"])


def _four(toy: Any) -> None:
    """Indicators in two cells of one domain and one of another, one of them unknown."""
    for ident, score, where in (
        ("a", 20.0, ("economy", "bigpicture")),
        ("b", 60.0, ("economy", "bigpicture")),
        ("e", 50.0, ("economy", "citizens")),
        ("g", 80.0, ("governance", "citizens")),
        ("h", None, ("governance", "citizens")),
    ):
        domain, factor = where
        aim = {"economy": "efficient", "governance": "efficient"}[domain]
        toy.indicator(ident, domain=domain, factor=factor, aim=aim)
        if score is not None:
            toy.fact("c", f"v_{ident}", score)


def _settings(toy: Any) -> None:
    toy.settings["settings"] = Settings(headline_coverage=0.0, assessable_coverage=0.05)
    toy.settings["weights"] = Weights({"a": 3.0}, {"economy.citizens": 2.0}, {"governance": 0.5})


def test_a_weight_is_what_the_score_rests_on_today(toy: Any) -> None:
    _four(toy)
    _settings(toy)
    found = {g["indicator"]: g for g in gaps(toy.case())}
    # Domains 1 : 1/2, so economy 2/3; its cells 1 : 2; in the first, a : b = 3 : 1.
    assert found["a"]["weight"] == pytest.approx(2 / 3 * 1 / 3 * 3 / 4)
    assert found["e"]["weight"] == pytest.approx(2 / 3 * 2 / 3)
    # The unknown h leaves its weight to g.
    assert found["g"]["weight"] == pytest.approx(1 / 3)
    assert sum(g["weight"] for g in found.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("ident", ["a", "b", "e", "g"])
def test_points_are_what_the_city_gains_when_the_gap_is_closed(toy: Any, ident: str) -> None:
    """The witness is the weave itself, made again with the indicator at its full point."""
    _four(toy)
    _settings(toy)
    before = score_of_city(toy)
    told = gap(toy, ident)["points"]
    toy.facts = [
        (*f[:3], 100.0, *f[4:]) if f[2] == f"v_{ident}" and f[0] == "c" else f for f in toy.facts
    ]
    assert told == pytest.approx(score_of_city(toy) - before)


def test_without_a_headline_there_are_no_points(toy: Any) -> None:
    _four(toy)
    assert {g["points"] for g in gaps(toy.case())} == {None}
