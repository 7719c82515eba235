"""Whether ages and growth are formed of figures that belong together, and refused otherwise."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from jinglun.loop.character import character
from jinglun.loop.growth import class_of

DAY = date(2024, 12, 31)


@pytest.fixture
def counted(toy: Any) -> Any:
    """The toy city with the variables of its people, and no figures."""
    for ident in ("resident_pop", "pop_15_plus", "pop_60_plus", "pop_65_plus"):
        toy.variable(ident)
    return toy


def _character(toy: Any, day: date = DAY) -> dict[str, Any]:
    return character(toy.case(day))


def test_a_class_holds_its_lower_bound_and_not_its_upper() -> None:
    classes = [{"id": "a", "from": 0}, {"id": "b", "from": 7}]
    assert class_of(6.99, classes) == ("a", 0, 7)
    assert class_of(7, classes) == ("b", 7, None)


@pytest.mark.parametrize(
    ("old", "name"),
    [
        *((69, "young"), (70, "ageing"), (139, "ageing"), (140, "aged"), (199, "aged")),
        (200, "super_aged"),
    ],
)
def test_age_goes_by_those_of_65_and_over(counted: Any, old: int, name: str) -> None:
    for ident, persons in (("resident_pop", 1000), ("pop_15_plus", 850), ("pop_65_plus", old)):
        counted.fact("c", ident, persons)
    found = _character(counted)["age"]
    assert (found["class"], found["shares"]["over_65"]["share"]) == (name, old / 10)
    assert found["shares"]["under_15"]["share"] == 15
    assert found["shares"]["from_15_to_64"]["share"] == pytest.approx((850 - old) / 10)
    assert found["shares"]["over_60"] is None


def test_without_the_old_there_are_shares_and_no_class(counted: Any) -> None:
    counted.fact("c", "resident_pop", 1000)
    counted.fact("c", "pop_15_plus", 850)
    found = _character(counted)["age"]
    assert (found["class"], found["refused"], found["missing"]) == (None, "no_age", ["pop_65_plus"])
    assert found["shares"]["under_15"]["share"] == 15


def test_a_part_larger_than_the_whole_is_no_share(counted: Any) -> None:
    counted.fact("c", "resident_pop", 1000)
    counted.fact("c", "pop_15_plus", 1001)
    assert _character(counted)["age"]["shares"]["under_15"] is None


@pytest.mark.parametrize(
    ("begun", "ended", "rate", "pace"),
    # By hand: 1.21 over two years is 10 % a year; 1.0 is none.
    [
        (1000, 1210, 10.0, "growing"),
        (1000, 1000, 0.0, "steady"),
        (1210, 1000, -9.0909, "shrinking"),
    ],
)
def test_growth_is_compound_by_year(
    counted: Any, begun: float, ended: float, rate: float, pace: str
) -> None:
    counted.fact("c", "resident_pop", begun, "2022")
    counted.fact("c", "resident_pop", ended)
    counted.place("p", "city")
    counted.fact("p", "resident_pop", 100, "2022")
    counted.fact("p", "resident_pop", 200)
    found = _character(counted)["growth"]
    assert found["rate"] == pytest.approx(rate, abs=1e-4)
    assert (found["class"], found["from"], found["to"]) == (pace, "2022", "2024")
    assert (found["peers"], found["faster"]) == (1, 1)


def test_growth_looks_back_ten_years_at_most_and_needs_two_figures(counted: Any) -> None:
    counted.fact("c", "resident_pop", 500, "2010")
    counted.fact("c", "resident_pop", 1000)
    found = _character(counted)["growth"]
    assert (found["refused"], found["rate"], found["class"]) == ("one_year", None, None)
    counted.fact("c", "resident_pop", 800, "2015")
    assert _character(counted)["growth"]["from"] == "2015"
