"""Whether gaps between districts, who is last and who lives there come out as worked by hand."""

from __future__ import annotations

from typing import Any

import pytest

from jinglun.loop.districts import districts


def four(toy: Any) -> Any:
    """Districts of 100, 100, 100 and 700 residents, a fifth under 15 in w, a quarter 65+ in n."""
    for ident in ("e", "w"):
        toy.place(ident, "district", "c", "district")
    toy.variable("resident_pop")
    toy.variable("pop_15_plus")
    for ident, people in (("n", 100), ("s", 100), ("e", 100), ("w", 700)):
        toy.fact(ident, "resident_pop", people)
    toy.variable("pop_65_plus")
    toy.fact("w", "pop_15_plus", 560)
    toy.fact("n", "pop_65_plus", 25)
    return toy


def values(toy: Any, ident: str, period: str = "2024", **by: float) -> None:
    if ident not in toy.indicators:
        toy.indicator(ident)
    for place, value in by.items():
        toy.fact(place, f"v_{ident}", value, period)


def found(toy: Any) -> dict[str, Any]:
    return districts(toy.case())


def test_a_gap_names_the_best_the_worst_and_how_unequal(toy: Any) -> None:
    values(four(toy), "x", n=10, s=20, e=30, w=40)
    one = found(toy)["indicators"][0]
    assert one["best"] == {"place": "w", "value": 40.0, "score": 40.0}
    assert one["worst"] == {"place": "n", "value": 10.0, "score": 10.0}
    assert (one["gap"], one["points"], one["ratio"], one["measured"]) == (30.0, 30.0, 4.0, 4)
    # (1, 2, 3, 4) has a Gini of 1/4, as in tests/methods/test_inequality.py.
    assert one["gini"] == pytest.approx(0.25)
    # By people 0.1, 0.1, 0.1, 0.7, mean 34: pairs 2 * (0.01 * (10 + 20 + 10) + 0.07 * 60) = 9.2.
    assert one["gini_people"] == pytest.approx(9.2 / 68)


def test_where_less_is_better_the_largest_is_the_worst(toy: Any) -> None:
    four(toy).indicator("x", better="lower", goals=(100, 0))
    values(toy, "x", n=10, s=20, e=30, w=40)
    assert found(toy)["indicators"][0]["worst"]["place"] == "w"


def test_how_long_a_district_has_been_last_is_counted_backwards(toy: Any) -> None:
    four(toy)
    values(toy, "x", "2021", n=1, s=2, e=3, w=4)
    values(toy, "x", "2022", n=2, s=1, e=3, w=4)
    values(toy, "x", "2023", n=1, s=2, e=3)
    values(toy, "x", "2024", n=1, s=2, e=3, w=4)
    one = found(toy)["indicators"][0]
    assert (one["last_years"], one["years"]) == (2, 4)


def test_a_negative_value_has_no_gini_and_no_ratio(toy: Any) -> None:
    values(four(toy), "x", n=-10, s=20, e=30)
    one = found(toy)["indicators"][0]
    assert (one["gini"], one["gini_people"], one["ratio"], one["gap"]) == (None, None, None, 40.0)


def test_two_districts_are_too_few(toy: Any) -> None:
    toy.indicator("x")
    values(toy, "x", n=10, s=20)
    told = found(toy)
    assert (told["count"], told["indicators"], told["behind"]) == (2, [], [])
    assert [p["population"] for p in told["places"]] == [None, None]


def test_without_districts_there_is_nothing(toy: Any) -> None:
    toy.places = [p for p in toy.places if p.role == "subject"]
    values(toy, "x", c=10)
    told = found(toy)
    assert told == {"count": 0, "indicators": [], "places": [], "behind": [], "compared": 0}


def test_figures_too_old_are_left_out(toy: Any) -> None:
    values(four(toy), "x", "2001", n=10, s=20, e=30)
    assert found(toy)["indicators"] == []


def test_who_lives_there_is_told_where_it_is_known(toy: Any) -> None:
    values(four(toy), "x", n=10, s=20, e=30)
    told = {p["place"]: p for p in found(toy)["places"]}
    assert (told["w"]["population"], told["w"]["share"]) == (700.0, 0.7)
    assert (told["w"]["children"], told["w"]["elderly"]) == (0.2, None)
    assert (told["n"]["children"], told["n"]["elderly"]) == (None, 0.25)


def test_behind_is_who_is_last_in_most_of_what_all_have(toy: Any) -> None:
    four(toy)
    for n in range(4):
        values(toy, f"x{n}", n=10, s=20, e=30, w=40)
    values(toy, "y", n=40, s=20, e=30, w=10)
    values(toy, "partly", n=0, s=1, e=2)
    told = found(toy)
    assert told["compared"] == 5
    assert [b["place"] for b in told["behind"]] == ["n", "s", "e", "w"]
    first = told["behind"][0]
    # Last in four of five, (4 - 1/2) / 4, and first in one, (1 - 1/2) / 4.
    assert first["rank"] == pytest.approx((4 * 0.875 + 0.125) / 5)
    assert (first["last_quarter"], first["score"]) == (4, pytest.approx((4 * 10 + 40) / 5))


def test_on_fewer_than_five_nobody_is_called_behind(toy: Any) -> None:
    four(toy)
    for n in range(4):
        values(toy, f"x{n}", n=10, s=20, e=30, w=40)
    told = found(toy)
    assert (told["behind"], told["compared"], len(told["indicators"])) == ([], 4, 4)


def test_where_all_are_equal_nobody_is_in_the_last_quarter(toy: Any) -> None:
    four(toy)
    for n in range(5):
        values(toy, f"x{n}", n=10, s=10, e=10, w=10)
    assert {b["last_quarter"] for b in found(toy)["behind"]} == {0}
