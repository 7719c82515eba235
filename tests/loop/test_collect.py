"""The numbers to collect next are those that would add most coverage, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from jinglun.loop.collect import TO_COLLECT
from jinglun.model.catalogue import Benchmark
from jinglun.model.city import Weights

Toy = Any
Make = Callable[..., Benchmark]
DAY = date(2024, 12, 31)


def ask_for(toy: Toy) -> list[tuple[str, float, list[str]]]:
    return [
        (c["variable"], c["gain"], c["indicators"]) for c in toy.diagnose(DAY).findings["collect"]
    ]


@pytest.fixture
def lacking(toy: Toy) -> Toy:
    """Three indicators of one cell: x lacks u and v, y lacks u, z is measured."""
    for variable in "uvw":
        toy.variable(variable)
    toy.indicator("x", lambda u, v: u / v)
    toy.indicator("y", lambda u, w: u / w)
    toy.indicator("z", lambda w: w)
    toy.fact("c", "w", 5)
    return toy


# Each of the three is 1/3 of its cell, that 1/4 of the domain, that 1/5 of the city: 1/60.
# u would bring half of x and all of y, 1.5/60; then v brings all of x.
def test_the_number_that_would_add_most_coverage_is_asked_for_first(lacking: Toy) -> None:
    assert ask_for(lacking) == [
        ("u", pytest.approx(1.5 / 60), ["x", "y"]),
        ("v", pytest.approx(1 / 60), ["x"]),
    ]


# y weighs nothing: x and z are half of the cell each, 1/40; u and v share the half of x.
def test_what_weighs_nothing_is_not_worth_collecting(lacking: Toy) -> None:
    lacking.settings["weights"] = Weights(indicators={"y": 0})
    assert ask_for(lacking) == [
        ("u", pytest.approx(1 / 80), ["x", "y"]),
        ("v", pytest.approx(1 / 40), ["x"]),
    ]


# The cell weighs 3 of 6 and the domain 2 of 6: 1/3 * 1/2 * 1/3 = 1/18 for each.
def test_a_number_is_worth_what_its_cell_and_domain_weigh(lacking: Toy) -> None:
    lacking.settings["weights"] = Weights(cells={"economy.bigpicture": 3}, domains={"economy": 2})
    assert ask_for(lacking) == [
        ("u", pytest.approx(1.5 / 18), ["x", "y"]),
        ("v", pytest.approx(1 / 18), ["x"]),
    ]


def test_figures_that_never_meet_in_one_period_are_asked_for_again(lacking: Toy) -> None:
    lacking.fact("c", "u", 1, "2014")
    lacking.fact("c", "v", 1, "2015")
    assert [(v, serves) for v, _, serves in ask_for(lacking)] == [
        ("u", ["x", "y"]),
        ("v", ["x"]),
        ("w", ["y"]),
    ]


def test_no_more_than_ten_are_asked_for_and_none_twice(toy: Toy) -> None:
    for n in range(15):
        toy.indicator(f"x{n:02}")
    toy.fact("n", "v_x00", 1)
    asked = [variable for variable, _, _ in ask_for(toy)]
    assert asked == [f"v_x{n:02}" for n in range(TO_COLLECT)]


def test_when_all_is_measured_nothing_is_asked_for(toy: Toy) -> None:
    toy.indicator("x")
    toy.fact("c", "v_x", 1)
    assert ask_for(toy) == []
