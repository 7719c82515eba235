"""Whether a change is told from chance and drawn out to the full point only where it may be."""

from __future__ import annotations

from typing import Any

import pytest

from jinglun.loop.trends import beyond, trends


def trend(toy: Any, *values: float, quality: str = "A", first: int = 2015, **more: Any) -> Any:
    toy.indicator("x", **more)
    for n, value in enumerate(values):
        toy.fact("c", "v_x", value, str(first + n), quality)
    return {t["indicator"]: t for t in trends(toy.case())}["x"]


def test_five_years_in_order_are_a_trend_and_arrive(toy: Any) -> None:
    found = trend(toy, 10, 12, 14, 16, 18, first=2020)
    assert (found["method"], found["why"], found["significant"]) == ("mann_kendall", "trend", True)
    assert found["p"] == pytest.approx(2 / 120)
    # (100 - 18) / 2 a year.
    assert (found["per_year"], found["years_to_full"], found["years_why"]) == (2.0, 41.0, "pace")
    assert (found["periods"], found["change"], found["better"]) == (5, 8.0, True)


def test_a_pace_that_takes_over_a_century_says_so(toy: Any) -> None:
    found = trend(toy, 10, 10.1, 10.2, 10.3, 10.4, first=2020)
    assert (found["years_to_full"], found["years_why"]) == (100.0, "over_100")


def test_up_and_down_is_no_trend(toy: Any) -> None:
    found = trend(toy, 10, 18, 9, 17, 10.5, first=2020)
    assert (found["significant"], found["years_to_full"]) == (False, None)
    assert (found["why"], found["years_why"]) == ("no_trend", "not_significant")


def test_away_from_the_full_point_it_never_arrives(toy: Any) -> None:
    found = trend(toy, 18, 16, 14, 12, 10, first=2020)
    assert (found["years_why"], found["better"]) == ("wrong_way", False)
    lower = trend(type(toy)(places=toy.places), 18, 16, 14, 12, 10, first=2020, better="lower")
    assert lower["better"] is True


def test_at_the_full_point_it_has_arrived(toy: Any) -> None:
    assert trend(toy, 90, 110, first=2020)["years_why"] == "reached"


def test_without_a_benchmark_there_is_nowhere_to_arrive(toy: Any) -> None:
    assert trend(toy, 10, 90, first=2020, goals=None)["years_why"] == "no_benchmark"


def test_a_target_pro_rated_by_year_is_not_drawn_out(toy: Any, a_benchmark: Any) -> None:
    spread = a_benchmark("*", 0, 100, spread=(2020, 2030))
    assert trend(toy, 10, 90, first=2020, benchmarks=[spread])["years_why"] == "prorated"


def test_a_figure_too_old_is_not_drawn_out(toy: Any) -> None:
    assert trend(toy, 10, 90, first=2001)["years_why"] == "stale"


def test_two_years_are_compared_with_the_errors_of_both(toy: Any) -> None:
    """Class A: 2 % on one side of twenty, so a standard deviation of log(1.02) / 1.645 = 1.2 %."""
    small, large = trend(toy, 100, 102, unit="t"), None
    assert (small["method"], small["why"], small["p"]) == ("bands", "within_bands", None)
    large = trend(type(toy)(places=toy.places), 100, 104, unit="t")
    assert (large["why"], large["significant"]) == ("beyond_bands", True)
    assert large["per_year"] == 4.0


def test_the_same_change_of_a_worse_class_is_within_its_error(toy: Any) -> None:
    found = trend(toy, 100, 104, unit="t", quality="C")
    assert (found["why"], found["years_why"]) == ("within_bands", "reached")


def test_ends_of_unlike_quality_are_marked(toy: Any) -> None:
    toy.indicator("x")
    toy.fact("c", "v_x", 10, "2015", "A")
    toy.fact("c", "v_x", 20, "2016", "C")
    assert trends(toy.case())[0]["quality_changed"] is True
    assert trend(type(toy)(places=toy.places), 1, 2)["quality_changed"] is False


def test_one_year_is_no_trend(toy: Any) -> None:
    toy.indicator("x")
    toy.fact("c", "v_x", 10)
    assert trends(toy.case()) == []


@pytest.mark.parametrize(
    ("first", "last", "share", "expected"),
    [
        # log(110 / 100) = 0.0953 beside 1.96 * sqrt(2) * 0.05 = 0.1386; log(1.2) = 0.182.
        (100.0, 110.0, False, False),
        (100.0, 120.0, False, True),
        # Of a share near its top the odds count: log(99 / 1) - log(98 / 2) = 0.70.
        (98.0, 99.0, True, True),
        # Where there is no logarithm: 2 beside 1.96 * 0.05 * sqrt(1 + 1) = 0.14, and 0.1.
        (-1.0, 1.0, False, True),
        (0.0, 3.0, False, True),
        (7.0, 7.0, False, False),
        (0.0, 0.0, True, False),
    ],
)
def test_beyond_is_1_96_times_both_errors(
    first: float, last: float, share: bool, expected: bool
) -> None:
    assert beyond(first, last, (0.05, 0.05), share) is expected
    assert beyond(last, first, (0.05, 0.05), share) is expected
