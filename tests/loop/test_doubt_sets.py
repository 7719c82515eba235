"""Whether measuring many figures together narrows the full score as a simulation says it would."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from jinglun.loop.doubt import doubt
from jinglun.loop.doubt_rules import doubt_rules
from jinglun.loop.doubt_runs import run, setting
from jinglun.loop.doubt_sets import information_sets
from jinglun.model.city import Doubt, Settings

OPEN = Settings(assessable_coverage=0.0, headline_coverage=0.0)


def _rows(toy: Any, **changed: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """The sets of a city by unit and key, with the rules of scoring held as stated."""
    case = toy.case()
    plain = {
        **{"shift": 0.0, "k": 1e12, "normalisation": {"goalposts": 1.0}},
        "aggregation": {"arithmetic": 1.0},
    }
    rules = dataclasses.replace(doubt_rules(case.city), **(plain | {"draws": 6000} | changed))
    given = setting(case, case.measured.cube.quality, rules, [], [], [])
    rows = information_sets(given.world, given.unknown, run(given).full)
    return {(r["unit"], r["key"]): r for r in rows}


def _six(toy: Any) -> Any:
    """Three indicators of one cell and three of another, none of them measured."""
    toy.settings = {"settings": OPEN, "doubt": Doubt(draws=300)}
    for name in "abc":
        toy.indicator(name)
        toy.indicator(f"{name}2", factor="citizens")
    return toy


def test_all_figures_of_a_cell_narrow_the_score_as_a_simulation_of_them_does(toy: Any) -> None:
    """Witness: 200,000 draws of a one-factor copula of uniform scores, and a regression.

    What is left of the mean of six when three are known is the residual of a least-squares fit on
    these three; the interval shrinks by the ratio of the standard deviations.
    """
    found = _rows(_six(toy))
    rng, r = np.random.default_rng(4), doubt_rules(toy.city).correlation
    common, own = rng.standard_normal((200_000, 1)), rng.standard_normal((200_000, 6))
    scores = 100 * norm.cdf(np.sqrt(r) * common + np.sqrt(1 - r) * own)
    city = scores.mean(axis=1)
    known = np.column_stack([np.ones(len(city)), scores[:, :3]])
    left = city - known @ np.linalg.lstsq(known, city, rcond=None)[0]
    low, high = np.quantile(city, (0.05, 0.95))
    expected = (high - low) * (1 - left.std() / city.std())
    cells = [row for (unit, _), row in found.items() if unit == "cell"]
    assert [c["missing"] for c in cells] == [3, 3]
    for cell in cells:
        assert cell["narrows"] == pytest.approx(expected, rel=0.06)


def test_with_nothing_but_the_missing_in_doubt_measuring_all_leaves_next_to_nothing(
    toy: Any,
) -> None:
    """Only the error of class A is left: 2 % with 5 % beyond, a point or so of some fifty wide."""
    found = _rows(_six(toy))
    every = found["city", ""]
    full = run(_setting(toy)).full
    low, high = np.quantile(full, (0.05, 0.95))
    assert every["missing"] == 6
    assert 0.9 * (high - low) < every["narrows"] <= high - low


def _setting(toy: Any) -> Any:
    case = toy.case()
    rules = dataclasses.replace(
        doubt_rules(case.city),
        draws=6000,
        shift=0.0,
        k=1e12,
        normalisation={"goalposts": 1.0},
        aggregation={"arithmetic": 1.0},
    )
    return setting(case, case.measured.cube.quality, rules, [], [], [])


def test_a_set_narrows_at_least_as_much_as_any_part_of_it(toy: Any) -> None:
    toy.fact("c", "v_a", 60.0)
    found = _rows(_six(toy))
    city = found["city", ""]["narrows"]
    domains = [row for (unit, _), row in found.items() if unit == "domain"]
    cells = [row for (unit, _), row in found.items() if unit == "cell"]
    assert [d["missing"] for d in domains] == [5]
    assert sorted(c["missing"] for c in cells) == [2, 3]
    assert domains[0]["narrows"] == pytest.approx(city)
    assert all(0 < c["narrows"] < city for c in cells)
    told = [row["narrows"] for row in found.values()]
    assert told == sorted(told, reverse=True)


def test_where_nothing_is_missing_there_are_no_sets(toy: Any) -> None:
    toy.settings = {"settings": OPEN, "doubt": Doubt(draws=200)}
    toy.indicator("known")
    toy.fact("c", "v_known", 60.0)
    case = toy.case()
    assert doubt(case, case.measured.cube.quality).findings["information_sets"] == []
