"""Variables are completed from their parts and indicators scored, all by hand beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jinglun.loop.measure import (
    _round,
    benchmark_on,
    goalposts_by_period,
    jurisdictions,
    missing_variables,
)
from jinglun.model.catalogue import Benchmark, Catalogue
from jinglun.model.facts import QUALITY

Toy = Any
Make = Callable[..., Benchmark]


def isnan(value: float) -> bool:
    return bool(np.isnan(value))


# --- a whole from its parts ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["count", "amount"])
def test_counts_and_amounts_of_the_city_are_the_sums_of_its_districts(toy: Toy, kind: str) -> None:
    toy.variable("people", kind)
    toy.fact("n", "people", 300)
    toy.fact("s", "people", 100)
    assert toy.of("variable", "people", "c") == 400
    assert toy.of("made", "people", "c") == 2


# 10 % of 300 and 50 % of 100 are 80 of 400.
@pytest.mark.parametrize("kind", ["share", "level"])
def test_shares_and_levels_of_the_city_are_weighted_by_their_own_base(toy: Toy, kind: str) -> None:
    toy.variable("adults")
    toy.variable("everybody")
    toy.variable("rate", kind, base="adults")
    for place, rate, adults, everybody in (("n", 10, 300, 1000), ("s", 50, 100, 9000)):
        toy.fact(place, "rate", rate)
        toy.fact(place, "adults", adults)
        toy.fact(place, "everybody", everybody)
    assert toy.of("variable", "rate", "c") == 20


def test_a_single_figure_is_never_built(toy: Toy) -> None:
    toy.variable("median", "single")
    toy.variable("size")
    for place in "ns":
        toy.fact(place, "median", 5)
        toy.fact(place, "size", 1)
    assert isnan(toy.of("variable", "median", "c"))
    assert toy.of("made", "median", "c") == -1


@pytest.mark.parametrize("kind", ["share", "level"])
def test_a_share_without_a_base_is_never_built(toy: Toy, kind: str) -> None:
    toy.variable("rate", kind)
    toy.fact("n", "rate", 10)
    toy.fact("s", "rate", 10)
    assert isnan(toy.of("variable", "rate", "c"))


@pytest.mark.parametrize("missing", ["people", "rate", "adults"])
def test_one_missing_part_makes_the_whole_missing(toy: Toy, missing: str) -> None:
    toy.variable("people")
    toy.variable("adults")
    toy.variable("rate", "share", base="adults")
    for place in "ns":
        for variable in ("people", "adults", "rate"):
            if (place, variable) != ("s", missing):
                toy.fact(place, variable, 10)
    lost = {"people": {"people"}, "rate": {"rate"}, "adults": {"adults", "rate"}}[missing]
    for variable in ("people", "adults", "rate"):
        assert isnan(toy.of("variable", variable, "c")) == (variable in lost)


def test_the_citys_own_figure_is_never_overruled_by_its_parts(toy: Toy) -> None:
    toy.variable("people")
    for place, value in (("c", 401), ("n", 300), ("s", 100)):
        toy.fact(place, "people", value)
    assert toy.of("variable", "people", "c") == 401
    assert toy.of("made", "people", "c") == 0


def test_each_period_is_built_on_its_own(toy: Toy) -> None:
    toy.variable("people")
    for place, value, period in (("n", 1, "2014"), ("s", 2, "2014"), ("n", 5, "2024")):
        toy.fact(place, "people", value, period)
    assert toy.of("variable", "people", "c", "2014") == 3
    assert isnan(toy.of("variable", "people", "c", "2024"))


def test_districts_are_built_from_tracts_before_the_city_is_built_from_districts(
    toy: Toy,
) -> None:
    toy.variable("people")
    toy.variable("rate", "share", base="people")
    for tract, parent, people, rate in (
        ("t1", "n", 30, 10),
        ("t2", "n", 10, 50),
        ("t3", "s", 40, 80),
    ):
        toy.place(tract, "tract", parent)
        toy.fact(tract, "people", people)
        toy.fact(tract, "rate", rate)
    # (30*10 + 10*50) / 40 = 20 in the north; (40*20 + 40*80) / 80 = 50 in the city.
    assert [toy.of("variable", "people", p) for p in "nsc"] == [40, 40, 80]
    assert [toy.of("variable", "rate", p) for p in "nsc"] == [20, 80, 50]


def test_the_parts_of_another_city_do_not_count(toy: Toy) -> None:
    toy.variable("people")
    toy.place("p", "city")
    toy.place("p1", "district", "p")
    for place, value in (("n", 1), ("s", 2), ("p1", 40)):
        toy.fact(place, "people", value)
    assert [toy.of("variable", "people", p) for p in "cp"] == [3, 40]


def test_a_share_nobody_published_is_its_part_over_its_base(toy: Toy) -> None:
    toy.variable("active")
    toy.variable("adults")
    toy.variable("rate", "share", base="adults", part="active")
    toy.fact("n", "active", 30, quality="B")
    toy.fact("n", "adults", 120, quality="A")
    assert toy.of("variable", "rate", "n") == 25
    assert toy.of("made", "rate", "n") == 1
    assert QUALITY[int(toy.of("class", "rate", "n"))] == "B"
    toy.fact("n", "rate", 26)
    assert (toy.of("variable", "rate", "n"), toy.of("made", "rate", "n")) == (26, 0)


# Part and base are summed; the share of the sums needs the shares of no district.
def test_a_share_of_the_city_can_come_from_sums_alone(toy: Toy) -> None:
    toy.variable("active")
    toy.variable("adults")
    toy.variable("rate", "share", base="adults", part="active")
    for place, active, adults in (("n", 10, 100), ("s", 50, 100)):
        toy.fact(place, "active", active)
        toy.fact(place, "adults", adults)
    assert toy.of("variable", "rate", "c") == 30
    assert [toy.of("variable", "rate", p) for p in "ns"] == [10, 50]


def test_a_zero_base_leaves_a_share_missing(toy: Toy) -> None:
    toy.variable("active")
    toy.variable("adults")
    toy.variable("rate", "share", base="adults", part="active")
    for place in "ns":
        toy.fact(place, "active", 0)
        toy.fact(place, "adults", 0)
    assert all(isnan(toy.of("variable", "rate", place)) for place in "nsc")


def test_what_is_built_is_as_good_as_the_worst_figure_behind_it(toy: Toy) -> None:
    toy.variable("people")
    toy.variable("rate", "share", base="people")
    for place, people, rate in (("n", "A", "A"), ("s", "D", "B")):
        toy.fact(place, "people", 1, quality=people)
        toy.fact(place, "rate", 1, quality=rate)
    assert QUALITY[int(toy.of("class", "people", "c"))] == "D"
    assert QUALITY[int(toy.of("class", "rate", "c"))] == "D"


# --- indicators ---------------------------------------------------------------------------------


def test_an_indicator_is_its_formula_at_every_place_and_period(toy: Toy) -> None:
    toy.variable("beds")
    toy.variable("people")
    toy.indicator("beds_per_1000", lambda beds, people: 1000 * beds / people, (0, 10))
    for place, beds, people, period in (
        ("n", 6, 3000, "2014"),
        ("s", 4, 1000, "2014"),
        ("n", 9, 3000, "2024"),
    ):
        toy.fact(place, "beds", beds, period)
        toy.fact(place, "people", people, period)
    assert [toy.of("value", "beds_per_1000", p, "2014") for p in "nsc"] == [2, 4, 2.5]
    assert [toy.of("score", "beds_per_1000", p, "2014") for p in "nsc"] == [20, 40, 25]
    assert toy.of("value", "beds_per_1000", "n") == 3
    assert isnan(toy.of("value", "beds_per_1000", "s")) and isnan(
        toy.of("score", "beds_per_1000", "c")
    )


@pytest.mark.parametrize(("beds", "people"), [(5, 0), (0, 0)])
def test_a_zero_denominator_is_missing_and_no_infinity(
    toy: Toy, beds: float, people: float
) -> None:
    toy.variable("beds")
    toy.variable("people")
    toy.indicator("density", lambda beds, people: beds / people)
    toy.fact("n", "beds", beds)
    toy.fact("n", "people", people)
    assert isnan(toy.of("value", "density", "n"))
    assert toy.of("quality", "density", "n") == -1


def test_a_value_outside_what_is_possible_is_missing(toy: Toy) -> None:
    toy.indicator("share", range=(0.0, 100.0))
    for place, value in (("n", 100.0), ("s", 100.1), ("c", -0.1)):
        toy.fact(place, "v_share", value)
    assert toy.of("value", "share", "n") == 100
    assert isnan(toy.of("value", "share", "s")) and isnan(toy.of("value", "share", "c"))


def test_an_indicator_is_as_good_as_the_worst_figure_it_uses(toy: Toy) -> None:
    toy.variable("beds")
    toy.variable("people")
    toy.indicator("density", lambda beds, people: beds / people)
    toy.fact("n", "beds", 1, quality="A")
    toy.fact("n", "people", 2, quality="E")
    assert QUALITY[int(toy.of("quality", "density", "n"))] == "E"


def gap(rate: Any) -> Any:
    """The best district less the worst; districts lie on the last axis."""
    return np.max(rate, axis=-1) - np.min(rate, axis=-1)


def test_a_gap_over_districts_is_told_of_the_place_that_has_them(toy: Toy) -> None:
    toy.variable("rate", "single")
    toy.indicator("rate_gap", gap, (40, 0), over="districts", better="lower")
    for place, rate, quality in (("n", 70, "A"), ("s", 90, "C"), ("c", 85, "F")):
        toy.fact(place, "rate", rate, quality=quality)
    assert toy.of("value", "rate_gap", "c") == 20
    assert toy.of("score", "rate_gap", "c") == 50
    assert QUALITY[int(toy.of("quality", "rate_gap", "c"))] == "C"
    assert isnan(toy.of("value", "rate_gap", "n"))


def test_a_gap_needs_two_districts_and_every_one_of_them(toy: Toy) -> None:
    toy.variable("rate", "single")
    toy.indicator("rate_gap", gap, (40, 0), over="districts")
    toy.place("p", "city")
    toy.place("p1", "district", "p")
    toy.fact("p1", "rate", 70)
    toy.fact("n", "rate", 70)
    assert isnan(toy.of("value", "rate_gap", "p"))
    assert isnan(toy.of("value", "rate_gap", "c"))
    sensed, cube = toy.sensed, toy.measure().cube
    indicator = toy.indicators["rate_gap"]
    assert missing_variables(indicator, cube, sensed, sensed.places.index()["c"]) == []
    assert missing_variables(indicator, cube, sensed, sensed.places.index()["s"]) == ["rate"]


def test_a_formula_may_give_one_number_for_all(toy: Toy) -> None:
    toy.variable("people")
    toy.indicator("seven", lambda people: 7)
    toy.fact("n", "people", 1)
    assert toy.of("value", "seven", "n") == toy.of("value", "seven", "c") == 7


def test_what_an_indicator_lacks_at_a_place_is_named(toy: Toy) -> None:
    toy.variable("beds")
    toy.variable("people")
    toy.indicator("density", lambda beds, people: beds / people)
    toy.fact("n", "beds", 1, "2014")
    at = toy.sensed.places.index()
    cube, one = toy.measure().cube, toy.indicators["density"]
    assert missing_variables(one, cube, toy.sensed, at["n"]) == ["people"]
    assert missing_variables(one, cube, toy.sensed, at["s"]) == ["beds", "people"]


# Every formula of the framework, on the shapes the loop calls it with.
def test_every_formula_takes_planes_and_gives_a_plane(catalogue: Catalogue) -> None:
    rng = np.random.default_rng(1)
    for ident, indicator in catalogue.indicators.items():
        planes = [rng.uniform(1, 9, (4, 3)) for _ in indicator.parameters]
        with np.errstate(all="ignore"):
            result = np.asarray(catalogue.formulas[ident](*planes))
        expected = (4,) if indicator.over == "districts" else (4, 3)
        assert np.broadcast_shapes(result.shape, expected) == expected, ident
        assert result.dtype == float, ident


def test_a_missing_figure_is_never_turned_into_a_value(catalogue: Catalogue) -> None:
    for ident, indicator in catalogue.indicators.items():
        for gone in range(len(indicator.parameters)):
            planes = [np.full((2, 3), 5.0) for _ in indicator.parameters]
            planes[gone][:] = np.nan
            with np.errstate(all="ignore"):
                result = catalogue.formulas[ident](*planes)
            assert np.isnan(result).all(), (ident, indicator.parameters[gone])


# --- benchmarks ---------------------------------------------------------------------------------


def scored(catalogue: Catalogue, toy: Toy, ident: str, value: float, day: date) -> float:
    """The framework's own benchmarks of `ident` at work on one value, in a city of China."""
    one = catalogue.indicators[ident]
    toy.indicator(ident, benchmarks=one.benchmarks)
    toy.fact("c", f"v_{ident}", value, "2025")
    return toy.of("score", ident, "c", "2025", day)


# GB 3095-2012: zero point 35, full point 15: 100 * (35 - 28) / (35 - 15) = 35.
# GB 3095-2026 from 1 March 2026: zero point 30, full point 10: 100 * (30 - 28) / (30 - 10) = 10.
# From 2031 on 25 and 10: 28 is beyond the zero point.
@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2016, 1, 1), 35.0),
        (date(2026, 2, 28), 35.0),
        (date(2026, 3, 1), 10.0),
        (date(2030, 12, 31), 10.0),
        (date(2031, 1, 1), 0.0),
    ],
)
def test_particulates_of_28_are_worth_what_the_standard_of_the_day_says(
    catalogue: Catalogue, toy: Toy, day: date, expected: float
) -> None:
    assert scored(catalogue, toy, "pm25_concentration", 28, day) == expected


# The world's: zero point 50, full point 5: 100 * (50 - 28) / 45.
def test_before_a_countrys_first_standard_the_worlds_is_used(
    catalogue: Catalogue, toy: Toy
) -> None:
    found = scored(catalogue, toy, "pm25_concentration", 28, date(2015, 12, 31))
    assert found == pytest.approx(100 * 22 / 45)


def test_a_country_without_a_standard_has_the_worlds(catalogue: Catalogue, toy: Toy) -> None:
    toy.settings["country"] = "MA"
    found = scored(catalogue, toy, "pm25_concentration", 28, date(2026, 3, 1))
    assert found == pytest.approx(100 * 22 / 45)


def test_the_nearest_jurisdiction_goes_first(toy: Toy, a_benchmark: Make) -> None:
    world, china = a_benchmark("*", 0, 200), a_benchmark("CN", 0, 100, since="2020-01-01")
    own = a_benchmark("city", 0, 50, since="2022-01-01")
    toy.indicator("x", benchmarks=[world, china])
    toy.settings["benchmarks"] = {"x": (own,)}
    assert jurisdictions(toy.city) == ("city", "CN", "*")
    for day, expected in (
        ("2014-01-01", None),
        ("2019-12-31", world),
        ("2021-12-31", china),
        ("2022-01-01", own),
    ):
        found, expired = benchmark_on(toy.indicators["x"], toy.city, date.fromisoformat(day))
        assert (found, expired) == (expected, False)


def test_an_expired_benchmark_is_used_as_last_known_and_flagged(
    toy: Toy, a_benchmark: Make
) -> None:
    old = a_benchmark("CN", 0, 50, until="2020-12-31")
    toy.indicator("x", benchmarks=[old, a_benchmark("*", 0, 100)])
    toy.fact("c", "v_x", 10)
    for day, expired in ((date(2020, 12, 31), False), (date(2021, 1, 1), True)):
        measured = toy.measure(day)
        assert measured.expired == {"x": expired}
        assert measured.benchmarks == {"x": old}
        assert toy.of("score", "x", "c", day=day) == 20


def test_without_a_benchmark_there_is_a_value_and_no_score(toy: Toy) -> None:
    toy.indicator("x", goals=None)
    toy.fact("c", "v_x", 10)
    assert toy.of("value", "x", "c") == 10
    assert isnan(toy.of("score", "x", "c"))


def test_a_second_reading_never_scores(toy: Toy, a_benchmark: Make) -> None:
    reading = a_benchmark("*", 0, 10, reading="WHO", since="2021-01-01")
    toy.indicator("x", benchmarks=[a_benchmark("*", 0, 100), reading])
    toy.fact("c", "v_x", 10)
    assert toy.of("score", "x", "c") == 10


# 13.5 % are to be reached from 2020 to 2025; by 2023 three fifths of it, 8.1 %.
@pytest.mark.parametrize(
    ("period", "value", "expected"),
    [
        ("2021", 2.7, 100),
        ("2023", 8.1, 100),
        ("2023", 4.05, 50),
        ("2025", 4.05, 30),
        ("2028", 13.5, 100),
        ("2023", 20, 100),
    ],
)
def test_a_target_over_years_is_prorated_to_the_year(
    toy: Toy, a_benchmark: Make, period: str, value: float, expected: float
) -> None:
    toy.indicator("fall", benchmarks=[a_benchmark("CN", 0, 13.5, spread=(2020, 2025))])
    toy.fact("c", "v_fall", value, period)
    assert toy.of("score", "fall", "c", period, date(2029, 1, 1)) == pytest.approx(expected)


def test_a_months_figure_never_meets_a_benchmark_of_years(toy: Toy) -> None:
    toy.indicator("x")
    toy.fact("c", "v_x", 40, "2023")
    toy.fact("c", "v_x", 90, "2024-01")
    assert toy.of("score", "x", "c", "2023") == 40
    assert isnan(toy.of("score", "x", "c", "2024-01"))


def test_in_the_year_it_starts_from_such_a_target_says_nothing(toy: Toy, a_benchmark: Make) -> None:
    toy.indicator("fall", benchmarks=[a_benchmark("CN", 0, 13.5, spread=(2020, 2025))])
    toy.fact("c", "v_fall", 1, "2020")
    assert isnan(toy.of("score", "fall", "c", "2020"))


def test_goalposts_without_a_spread_hold_for_every_period(a_benchmark: Make) -> None:
    assert goalposts_by_period(a_benchmark("*", 1, 5), ("2014", "2024")) == (1, 5)
    zero, full = goalposts_by_period(a_benchmark("*", 1, 5, spread=(2014, 2024)), ("2014", "2019"))
    assert (list(zero), list(full)) == ([0, 0.5], [0, 2.5])  # type: ignore[arg-type]


# --- twelve digits ------------------------------------------------------------------------------

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
# Powers of ten up to 1e22 are exact in a float, so there the nearest decimal is reached.
PLAIN = st.floats(1e-9, 1e20) | st.floats(-1e20, -1e-9)


def rounded(values: list[float]) -> list[float]:
    array = np.array(values, float)
    _round(array)
    return array.tolist()


@given(st.lists(NUMBERS, max_size=5))
@example([5e-324, 1e-300, 2.2250738585072014e-308, 1e-12, 0.1 + 0.2, 999_999_999_999.6, 1.7e308])
def test_rounding_twice_is_rounding_once(values: list[float]) -> None:
    once = rounded(values)
    assert rounded(once) == once
    assert all(np.isfinite(once))


@given(PLAIN)
@example(0.1 + 0.2)
@example(123_456_789_012_345.0)
@example(9.999999999999999)
def test_a_rounded_number_is_what_twelve_digits_can_say(value: float) -> None:
    (found,) = rounded([value])
    assert float(f"{found:.11e}") == found
    step = 10.0 ** (np.floor(np.log10(abs(value))) - 11)
    assert abs(found - float(f"{value:.11e}")) <= 1.001 * step
    assert abs(found - value) <= 0.501 * step


@given(st.integers(-(10**12) + 1, 10**12 - 1))
def test_a_count_of_twelve_digits_is_left_as_it_is(count: int) -> None:
    assert rounded([float(count)]) == [count]


def test_what_is_missing_or_zero_stays_so() -> None:
    found = rounded([0.0, float("nan"), -0.0])
    assert found[0] == 0 and np.isnan(found[1]) and found[2] == 0


@given(st.lists(st.floats(-1e9, 1e9), min_size=2, max_size=30), st.randoms(use_true_random=False))
def test_a_rounded_sum_rarely_depends_on_its_order(values: list[float], random: Any) -> None:
    mixed = list(values)
    random.shuffle(mixed)
    one, two = rounded([sum(values)]), rounded([sum(mixed)])
    # Where the sum nearly cancels the last of twelve digits may still differ.
    size = sum(abs(v) for v in values)
    assert one == pytest.approx(two, rel=2e-12, abs=size * 1e-13)
