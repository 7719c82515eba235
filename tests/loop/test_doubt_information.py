"""Whether the figures most worth measuring are those that would narrow the full score most."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from jinglun.loop.doubt import doubt
from jinglun.loop.doubt_information import below, full_row, information, unknown
from jinglun.loop.doubt_rules import doubt_rules
from jinglun.loop.doubt_runs import run, setting
from jinglun.model.city import Doubt, Settings, Weights

OPEN = Settings(assessable_coverage=0.0, headline_coverage=0.0)


def _rows(toy: Any) -> list[dict[str, Any]]:
    case = toy.case()
    rows: list[dict[str, Any]] = doubt(case, case.measured.cube.quality).findings["information"]
    return rows


def test_a_missing_figure_of_more_weight_comes_first(toy: Any) -> None:
    toy.settings = {
        **{"settings": OPEN, "doubt": Doubt(draws=500)},
        "weights": Weights(indicators={"much": 4.0}),
    }
    for name in ("known", "little", "much"):
        toy.indicator(name)
    toy.fact("c", "v_known", 60.0)
    rows = _rows(toy)
    assert [(r["variable"], r["state"]) for r in rows] == [
        ("v_much", "missing"),
        ("v_little", "missing"),
    ]
    assert rows[0]["narrows"] > rows[1]["narrows"] > 0
    assert rows[0]["indicators"] == ["much"]


def test_a_weak_figure_would_narrow_as_much_as_drawing_it_anew_at_class_a(toy: Any) -> None:
    """By simulation with common random numbers, the shared error left as it is: none here."""
    toy.settings = {"settings": OPEN}
    toy.indicator("deep")
    toy.fact("c", "v_deep", 50.0, quality="F")
    case = toy.case()
    rules = dataclasses.replace(
        doubt_rules(case.city),
        draws=4000,
        rho=0.0,
        shift=0.0,
        normalisation={"goalposts": 1.0},
        bands=(0.02, 0.05, 0.10, 0.20, 0.20, 0.20),
    )
    quality = case.measured.cube.quality
    given = setting(case, quality, rules, [], [], [])
    (row,) = information(case, given.world, given.unknown, run(given).full)
    best = setting(case, np.minimum(quality, 0).astype(np.int8), rules, [], [], [])
    wide, thin = (full_row(run(one).full) for one in (given, best))
    narrowed = (wide["high"] - wide["low"]) - (thin["high"] - thin["low"])
    assert (row["variable"], row["state"], row["quality"]) == ("v_deep", "weak", "F")
    assert row["narrows"] == pytest.approx(narrowed, rel=0.1)


def test_an_old_figure_counts_as_not_measured_and_says_that_it_is_old(toy: Any) -> None:
    toy.settings = {"settings": OPEN, "doubt": Doubt(draws=200)}
    toy.indicator("known")
    toy.indicator("old")
    toy.fact("c", "v_known", 60.0)
    toy.fact("c", "v_old", 60.0, period="2005")
    assert [(r["variable"], r["state"]) for r in _rows(toy)] == [("v_old", "stale")]


@pytest.mark.parametrize("a", [0.0, 300.0])
def test_figures_that_give_no_value_are_not_asked_for_as_missing(toy: Any, a: float) -> None:
    """100 * a / 100 is 300, out of 0 to 100; 100 * 0 / 0 is no number. With 2005 alone it is."""
    toy.settings = {"settings": OPEN, "doubt": Doubt(draws=200)}
    toy.variable("a")
    toy.variable("b")
    toy.indicator("ratio", lambda a, b: 100 * a / b, range=(0, 100))
    toy.indicator("known")
    toy.indicator("other")
    toy.fact("c", "v_known", 60.0)
    toy.fact("c", "a", a, quality="C")
    assert {(r["variable"], r["state"]) for r in _rows(toy)} == {
        ("b", "missing"),
        ("v_other", "missing"),
    }
    toy.fact("c", "b", 100.0 if a else 0.0, quality="C")
    assert [(r["variable"], r["state"]) for r in _rows(toy)] == [("v_other", "missing")]


def test_what_two_missing_variables_bring_is_shared_between_them(toy: Any) -> None:
    toy.settings = {"settings": OPEN, "doubt": Doubt(draws=200)}
    toy.variable("a")
    toy.variable("b")
    toy.indicator("ratio", lambda a, b: 100 * a / b)
    toy.indicator("known")
    toy.fact("c", "v_known", 60.0)
    rows = _rows(toy)
    assert [r["variable"] for r in rows] == ["a", "b"]
    assert rows[0]["narrows"] == rows[1]["narrows"]


def test_the_full_score_is_guessed_from_the_places_beside_it(toy: Any) -> None:
    """Six peers at 80 but for their own sake: the guess is theirs; without peers 0 to 100."""
    toy.settings = {"settings": OPEN, "doubt": Doubt(draws=400)}
    toy.indicator("deep")
    case = toy.case()
    assert unknown(case, doubt_rules(case.city), []) is not None
    alone = doubt(case, case.measured.cube.quality).findings["doubt"]["full"]
    assert alone["low"] < 15 and alone["high"] > 85
    for n in range(6):
        toy.place(f"p{n}", "city")
        toy.fact(f"p{n}", "v_deep", 80.0)
    case = toy.case()
    beside = doubt(case, case.measured.cube.quality).findings["doubt"]["full"]
    assert (beside["low"], beside["high"]) == (80, 80)


def test_a_city_that_does_well_is_thought_to_do_well_elsewhere_too(toy: Any) -> None:
    means = []
    for score in (10.0, 90.0):
        one = type(toy)()
        one.place("c", "city", None, "subject")
        one.settings = {"settings": OPEN, "doubt": Doubt(draws=500)}
        for name in ("a", "b", "d", "missing"):
            one.indicator(name)
        for name in ("a", "b", "d"):
            one.fact("c", f"v_{name}", score)
        case = one.case()
        given = unknown(case, doubt_rules(case.city), [])
        assert given is not None
        means.append(given.factor[0])
        assert given.factor[1] < 1
    assert means[0] == pytest.approx(-means[1]) and means[1] > 0.5


def test_the_full_score_says_how_often_it_lies_below_the_published_one() -> None:
    """Of 10, 20, 30 and 40 two lie below 30; with no full score there is nothing to say."""
    assert below(np.array([10.0, 20.0, 30.0, 40.0]), 30.0) == 0.5
    assert below(np.array([10.0, np.nan]), 30.0) is None and below(np.array([1.0]), None) is None
