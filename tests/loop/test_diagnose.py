"""A weave small enough to do by hand: cells, domains, factors, aims, city, and what stands out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jinglun.framework import DOMAIN_IDS, FACTOR_IDS
from jinglun.loop.diagnose import Diagnosed
from jinglun.model.catalogue import Benchmark
from jinglun.model.city import Settings, Weights

Toy = Any
Make = Callable[..., Benchmark]
DAY = date(2024, 12, 31)

# Indicator, domain, factor, aim, the value of the city; goalposts 0 and 100, so value is score.
SMALL: list[tuple[str, str | None, str, str | None, float | None]] = [
    ("a", "economy", "bigpicture", "efficient", 20),
    ("b", "economy", "bigpicture", "service", 60),
    ("c", "economy", "citizens", "efficient", 80),
    ("d", "economy", "citizens", "service", None),
    ("e", "economy", "opendata", "service", 10),
    ("f", "economy", "opendata", "service", None),
    ("g", "economy", "opendata", "innovative", None),
    ("h", "economy", "opendata", "innovative", None),
    ("i", "services", "bigpicture", "equal", 100),
    ("j", "services", "bigpicture", "equal", 0),
    ("k", None, "bigpicture", None, 90),
]


def weave_small(toy: Toy, rows: Any = SMALL, place: str = "c") -> Toy:
    for ident, domain, factor, aim, value in rows:
        if ident not in toy.indicators:
            code = f"E1.{ord(ident)}"
            toy.indicator(ident, domain=domain, factor=factor, aim=aim, code=code)
        if value is not None:
            toy.fact(place, f"v_{ident}", value)
    return toy


def row(found: Diagnosed, table: str, place: str = "c", **key: str) -> tuple[float | None, float]:
    """Score and coverage of the one row of a table of the weave."""
    (one,) = (
        r
        for r in found.weave[table]
        if r["place"] == place and all(r[k] == v for k, v in key.items())
    )
    return one["score"], one["coverage"]


def cell(found: Diagnosed, domain: str, factor: str, place: str = "c") -> Any:
    return row(found, "cells", place, domain=domain, factor=factor)


# --- the weave ----------------------------------------------------------------------------------


def test_a_cell_is_the_mean_of_what_is_measured_beside_how_much_that_is(toy: Toy) -> None:
    found = weave_small(toy).diagnose(DAY)
    assert cell(found, "economy", "bigpicture") == (40, 1)
    assert cell(found, "economy", "citizens") == (80, 0.5)
    assert cell(found, "services", "bigpicture") == (50, 1)


# One of four is 25 %, under the 30 % below which nothing is said.
def test_a_cell_too_thin_has_a_coverage_and_no_score(toy: Toy) -> None:
    found = weave_small(toy).diagnose(DAY)
    assert cell(found, "economy", "opendata") == (None, 0.25)
    assert cell(found, "economy", "partnership") == (None, 0)
    assert cell(found, "governance", "citizens") == (None, 0)


# (40 + 80) / 2 = 60 over the cells that can be told; (1 + .5 + .25 + 0) / 4 of all is covered.
def test_a_domain_is_the_mean_of_its_cells(toy: Toy) -> None:
    found = weave_small(toy).diagnose(DAY)
    assert row(found, "domains", domain="economy") == (60, 0.4375)
    assert row(found, "domains", domain="services") == (None, 0.25)
    assert row(found, "domains", domain="operations") == (None, 0)


# (40 + 50 + 90) / 3 = 60 over two cells and the factor's own indicators; 3 of 6 are covered.
def test_a_factor_is_the_mean_of_its_cells_and_of_its_own_indicators(toy: Toy) -> None:
    found = weave_small(toy).diagnose(DAY)
    assert row(found, "factors", factor="bigpicture") == (60, 0.5)
    assert row(found, "factors", factor="citizens") == (None, pytest.approx(0.5 / 6))


# Aims cross the cells: 20 and 80 are 50; 60 and 10 of four are 35.
def test_an_aim_is_the_mean_of_its_indicators(toy: Toy) -> None:
    found = weave_small(toy).diagnose(DAY)
    assert row(found, "aims", domain="economy", aim="efficient") == (50, 1)
    assert row(found, "aims", domain="economy", aim="service") == (35, 0.5)
    assert row(found, "aims", domain="economy", aim="innovative") == (None, 0)


# (.4375 + .25) / 5 = .1375 of the whole is covered: no headline under 50 %.
def test_the_city_has_no_headline_until_half_is_covered(toy: Toy) -> None:
    found = weave_small(toy).diagnose(DAY)
    assert row(found, "city") == (None, 0.1375)
    toy.settings["settings"] = Settings(headline_coverage=0.1375)
    assert row(toy.diagnose(DAY), "city") == (60, 0.1375)
    toy.settings["settings"] = Settings(headline_coverage=0.1375, assessable_coverage=0.25)
    # Now the cell opendata with 10 and the domain services with 50 can be told:
    # economy is (40 + 80 + 10) / 3, the city the mean of that and 50.
    found = toy.diagnose(DAY)
    assert cell(found, "economy", "opendata") == (10, 0.25)
    assert row(found, "domains", domain="economy")[0] == pytest.approx(130 / 3)
    assert row(found, "city")[0] == pytest.approx((130 / 3 + 50) / 2)


def test_every_cell_domain_factor_and_aim_has_its_row_for_the_city_and_each_district(
    toy: Toy,
) -> None:
    weave = weave_small(toy).diagnose(DAY).weave
    sizes = {"cells": 20, "domains": 5, "factors": 4, "aims": 15, "city": 1}
    assert {table: len(rows) for table, rows in weave.items()} == {
        table: 3 * size for table, size in sizes.items()
    }
    assert {(r["domain"], r["factor"]) for r in weave["cells"]} == {
        (d, f) for d in DOMAIN_IDS for f in FACTOR_IDS
    }
    assert [r["place"] for r in weave["city"]] == ["c", "n", "s"]
    assert {r["scenario"] for rows in weave.values() for r in rows} == {"observed"}


def test_a_district_is_woven_from_its_own_figures(toy: Toy) -> None:
    weave_small(toy)
    toy.fact("n", "v_a", 30)
    toy.fact("n", "v_b", 50)
    found = toy.diagnose(DAY)
    assert cell(found, "economy", "bigpicture", "n") == (40, 1)
    assert cell(found, "economy", "bigpicture", "s") == (None, 0)


def test_a_cell_names_its_indicators_measured_or_not(toy: Toy) -> None:
    found = weave_small(toy).diagnose(DAY)
    (one,) = (
        r
        for r in found.weave["cells"]
        if (r["place"], r["domain"], r["factor"]) == ("c", "economy", "opendata")
    )
    assert one["indicators"] == ["e", "f", "g", "h"]


@pytest.mark.parametrize("role", ["process", "context"])
def test_what_grades_the_filing_or_only_describes_is_never_scored(toy: Toy, role: str) -> None:
    weave_small(toy)
    toy.indicator("m", role=role)
    toy.fact("c", "v_m", 0)
    found = toy.diagnose(DAY)
    assert cell(found, "economy", "bigpicture") == (40, 1)
    counted = {"indicators": 12, "scored": 11, "measured": 7, "proposed": 0, "peers": 0}
    assert found.findings["counts"] == counted


def test_an_indicator_without_a_benchmark_is_neither_scored_nor_missing(toy: Toy) -> None:
    weave_small(toy)
    toy.indicator("m", goals=None)
    assert cell(toy.diagnose(DAY), "economy", "bigpicture") == (40, 1)


# Ten indicators, three measured: .3 is not under 30 %, in floats neither.
def test_just_thirty_percent_can_be_told(toy: Toy) -> None:
    for n in range(10):
        toy.indicator(f"x{n}")
        if n < 3:
            toy.fact("c", f"v_x{n}", 50)
    assert cell(toy.diagnose(DAY), "economy", "bigpicture") == (50, 0.3)


# In floats (.7 + .6 + .5 + .4 + .3) / 5 is a hair under .5.
def test_just_half_is_half_whatever_the_floats_say(toy: Toy) -> None:
    for domain, measured in zip(DOMAIN_IDS, (7, 6, 5, 4, 3), strict=True):
        for factor in FACTOR_IDS:
            for n in range(10):
                ident = f"{domain}_{factor}_{n}"
                toy.indicator(ident, domain=domain, factor=factor, aim=None)
                if n < measured:
                    toy.fact("c", f"v_{ident}", 50)
    assert row(toy.diagnose(DAY), "city") == (50, 0.5)


# --- weights ------------------------------------------------------------------------------------


def test_an_indicator_that_weighs_three_counts_thrice(toy: Toy) -> None:
    toy.settings["weights"] = Weights(indicators={"a": 3})
    # (3*20 + 60) / 4 = 30, and of the aim (3*20 + 80) / 4 = 35.
    found = weave_small(toy).diagnose(DAY)
    assert cell(found, "economy", "bigpicture") == (30, 1)
    assert row(found, "aims", domain="economy", aim="efficient") == (35, 1)


def test_an_indicator_that_weighs_nothing_drops_out(toy: Toy) -> None:
    toy.settings["weights"] = Weights(indicators={"b": 0, "d": 0, "f": 0})
    found = weave_small(toy).diagnose(DAY)
    assert cell(found, "economy", "bigpicture") == (20, 1)
    assert cell(found, "economy", "citizens") == (80, 1)
    assert cell(found, "economy", "opendata") == (10, pytest.approx(1 / 3))


def test_cells_and_domains_have_weights_of_their_own(toy: Toy) -> None:
    toy.settings["weights"] = Weights(
        cells={"economy.bigpicture": 3, "economy.partnership": 0},
        domains={"economy": 2, "services": 1, "governance": 0, "operations": 0},
    )
    toy.settings["settings"] = Settings(headline_coverage=0)
    found = weave_small(toy).diagnose(DAY)
    # (3*40 + 80) / 4 = 50; coverage (3*1 + .5 + .25) / 5 = .75.
    assert row(found, "domains", domain="economy") == (50, 0.75)
    # (3*40 + 50 + 90) / 5 = 52.
    assert row(found, "factors", factor="bigpicture")[0] == 52
    # Services is too thin; coverage (2*.75 + .25 + 0) / 4.
    assert row(found, "city") == (50, 0.4375)


def test_weights_that_are_all_nothing_leave_nothing_to_say(toy: Toy) -> None:
    toy.settings["weights"] = Weights(
        indicators={"a": 0, "b": 0}, domains=dict.fromkeys(DOMAIN_IDS, 0.0)
    )
    found = weave_small(toy).diagnose(DAY)
    assert cell(found, "economy", "bigpicture") == (None, 0)
    assert row(found, "city") == (None, 0)


def test_the_order_of_indicators_and_facts_does_not_matter(toy: Toy) -> None:
    one = weave_small(toy).diagnose(DAY)
    other = type(toy)(places=toy.places[::-1])
    weave_small(other, SMALL[::-1])
    again = other.diagnose(DAY)
    assert (again.weave, again.findings) == (one.weave, one.findings)


# --- which figure counts ------------------------------------------------------------------------


def test_the_last_period_begun_by_the_day_counts(toy: Toy) -> None:
    toy.indicator("x")
    for period, value in (("2022", 10), ("2024", 20), ("2024-06", 30), ("2025", 40)):
        toy.fact("c", "v_x", value, period)
    for day, expected, period in (
        ("2023-12-31", 10, "2022"),
        ("2024-01-01", 20, "2024"),
        ("2024-06-01", 20, "2024"),
        ("2025-01-01", 40, "2025"),
    ):
        found = toy.diagnose(date.fromisoformat(day))
        assert [g["value"] for g in found.findings["gaps"]] == [expected], day
        assert found.weave["city"][0]["period"] == period


def test_a_month_that_has_not_begun_is_not_known_yet(toy: Toy) -> None:
    toy.indicator("x")
    toy.fact("c", "v_x", 10, "2025")
    toy.fact("c", "v_x", 90, "2026-12")
    found = toy.diagnose(date(2026, 3, 1))
    assert [g["value"] for g in found.findings["gaps"]] == [10]
    assert found.findings["trends"] == []


def test_a_figure_older_than_the_city_allows_is_shown_and_not_scored(toy: Toy) -> None:
    toy.settings["settings"] = Settings(max_age_years=5)
    weave_small(toy)
    toy.facts = [(p, "2014" if v == "v_b" else t, v, x, q) for p, t, v, x, q in toy.facts]
    found = toy.diagnose(DAY)
    assert cell(found, "economy", "bigpicture") == (20, 0.5)
    assert found.findings["stale"] == [
        {"indicator": "b", "period": "2014", "value": 60, "score": 60}
    ]
    asked = {c["variable"]: c["stale"] for c in found.findings["collect"]}
    assert asked["v_b"] is True and asked["v_d"] is False


def test_a_figure_is_as_old_as_the_end_of_its_period(toy: Toy) -> None:
    toy.settings["settings"] = Settings(max_age_years=1)
    toy.indicator("x")
    toy.fact("c", "v_x", 10, "2023")
    assert toy.diagnose(date(2024, 12, 30)).findings["stale"] == []
    # 2024 is a leap year: after 366 days a year of 365.25 days is over.
    assert len(toy.diagnose(date(2024, 12, 31)).findings["stale"]) == 1


def test_a_target_only_beginning_counts_as_not_measured(toy: Toy, a_benchmark: Make) -> None:
    toy.indicator("x", benchmarks=[a_benchmark("CN", 0, 10, spread=(2024, 2030))])
    toy.indicator("y")
    toy.fact("c", "v_x", 1)
    toy.fact("c", "v_y", 50)
    found = toy.diagnose(DAY)
    assert cell(found, "economy", "bigpicture") == (50, 0.5)
    assert [g["indicator"] for g in found.findings["gaps"]] == ["y"]
    assert found.findings["counts"]["measured"] == 1


# --- findings -----------------------------------------------------------------------------------


def test_the_weakest_come_first_and_only_among_what_is_covered(toy: Toy) -> None:
    findings = weave_small(toy).diagnose(DAY).findings
    assert [(c["domain"], c["factor"], c["score"]) for c in findings["weakest_cells"]] == [
        ("economy", "bigpicture", 40),
        ("services", "bigpicture", 50),
        ("economy", "citizens", 80),
    ]
    assert [g["indicator"] for g in findings["gaps"]] == ["j", "e", "a", "b", "c", "k", "i"]


def test_a_breached_floor_is_reported_and_not_averaged_away(toy: Toy, a_benchmark: Make) -> None:
    law = {"since": "2015-01-01", "floor": 70.0}
    for ident, value in (("low", 60), ("just", 70), ("high", 80)):
        toy.indicator(ident, benchmarks=[a_benchmark("*", 0, 100, **law)])
        toy.fact("c", f"v_{ident}", value)
    for ident, value in (("dirty", 36), ("limit", 35)):
        dirt = a_benchmark("*", 50, 5, floor=35.0)
        toy.indicator(ident, benchmarks=[dirt], better="lower")
        toy.fact("c", f"v_{ident}", value)
    found = toy.diagnose(DAY)
    assert [(f["indicator"], f["value"], f["floor"]) for f in found.findings["floors"]] == [
        ("low", 60, 70),
        ("dirty", 36, 35),
    ]
    assert cell(found, "economy", "bigpicture")[1] == 1


def test_a_stale_figure_breaches_no_floor(toy: Toy, a_benchmark: Make) -> None:
    toy.settings["settings"] = Settings(max_age_years=1)
    toy.indicator("low", benchmarks=[a_benchmark("*", 0, 100, floor=70.0)])
    toy.fact("c", "v_low", 60, "2014")
    assert toy.diagnose(DAY).findings["floors"] == []


def test_a_trend_is_from_the_first_figure_to_the_last_that_has_begun(toy: Toy) -> None:
    toy.indicator("up", goals=(0, 200))
    toy.indicator("once")
    toy.indicator("told", role="context", goals=None)
    for ident in ("up", "told"):
        for period, value in (("2014", 50), ("2020", 0), ("2024", 70), ("2030", 90)):
            toy.fact("c", f"v_{ident}", value, period)
    toy.fact("c", "v_once", 5)
    keys = ("indicator", "from", "to", "change", "score_change")
    found = toy.diagnose(DAY).findings["trends"]
    assert [{key: trend[key] for key in keys} for trend in found] == [
        {"indicator": "up", "from": "2014", "to": "2024", "change": 20, "score_change": 10},
        {"indicator": "told", "from": "2014", "to": "2024", "change": 20, "score_change": None},
    ]


# Of four peers with a figure of the same year, 10, 40, 50 and 90, two do worse than 45.
def test_a_position_is_the_share_of_peers_of_the_same_year_that_do_worse(toy: Toy) -> None:
    toy.indicator("more")
    toy.indicator("less", better="lower", goals=(100, 0))
    for n, value in enumerate((10, 40, 50, 90)):
        toy.place(f"p{n}", "city")
        toy.fact(f"p{n}", "v_more", value)
        toy.fact(f"p{n}", "v_less", value)
    toy.place("old", "city")
    toy.fact("old", "v_more", 0, "2014")
    toy.place("small", "district")
    toy.fact("small", "v_more", 0)
    for ident in ("more", "less"):
        toy.fact("c", f"v_{ident}", 45)
    positions = toy.diagnose(DAY).findings["positions"]
    assert positions == [
        {"indicator": "more", "period": "2024", "peers": 4, "better_than": 0.5},
        {"indicator": "less", "period": "2024", "peers": 4, "better_than": 0.5},
    ]
    toy.facts[-2] = ("c", "2024", "v_more", 90, "A")
    assert toy.diagnose(DAY).findings["positions"][0]["better_than"] == 0.75


def test_a_second_reading_is_shown_beside_the_score(toy: Toy, a_benchmark: Make) -> None:
    who = a_benchmark("*", 35, 5, reading="WHO 2021")
    toy.indicator("pm", benchmarks=[a_benchmark("*", 50, 5), who], better="lower")
    toy.fact("c", "v_pm", 20)
    found = toy.diagnose(DAY).findings
    # 100 * (35 - 20) / (35 - 5) = 50, beside 100 * (50 - 20) / (50 - 5).
    assert found["readings"] == [{"indicator": "pm", "reading": "WHO 2021", "score": 50}]
    assert found["gaps"][0]["score"] == pytest.approx(100 * 30 / 45)


def test_scores_that_rest_on_our_own_proposal_are_counted(toy: Toy, a_benchmark: Make) -> None:
    ours = replace(a_benchmark("*", 0, 100), status="proposed")
    toy.indicator("x", benchmarks=[ours])
    toy.indicator("y", benchmarks=[ours, a_benchmark("CN", 0, 100)])
    toy.indicator("z", benchmarks=[a_benchmark("*", 0, 100), replace(ours, reading="other")])
    toy.fact("c", "v_y", 1)
    assert toy.diagnose(DAY).findings["counts"]["proposed"] == 1


def test_expired_benchmarks_are_listed(toy: Toy, a_benchmark: Make) -> None:
    toy.indicator("x", benchmarks=[a_benchmark("CN", 0, 1, until="2020-12-31")])
    toy.indicator("y")
    toy.fact("c", "v_y", 1)
    assert toy.diagnose(DAY).findings["expired"] == ["x"]


# --- more is never less -------------------------------------------------------------------------

VALUES = st.lists(st.none() | st.floats(0, 100), min_size=len(SMALL), max_size=len(SMALL))


def scores(found: Diagnosed) -> list[float]:
    rows = [r for table in found.weave.values() for r in table]
    return [np.nan if r["score"] is None else r["score"] for r in rows]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(values=VALUES, which=st.integers(0, len(SMALL) - 1), more=st.floats(0, 200))
def test_more_of_what_is_better_when_higher_never_lowers_any_score(
    toy: Toy, values: list[float | None], which: int, more: float
) -> None:
    def woven(values: list[float | None]) -> Diagnosed:
        fresh = type(toy)(places=toy.places)
        fresh.settings["settings"] = Settings(headline_coverage=0)
        rows = [(*row[:4], value) for row, value in zip(SMALL, values, strict=True)]
        fresh.fact("n", "v_a", 1)
        return weave_small(fresh, rows).diagnose(DAY)

    before = values[which]
    if before is not None:
        raised = [*values[:which], before + more, *values[which + 1 :]]
        low, high = np.array(scores(woven(values))), np.array(scores(woven(raised)))
        assert np.array_equal(np.isnan(low), np.isnan(high))
        assert not (high < low - 1e-9).any()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(values=VALUES)
def test_every_score_lies_among_the_scores_it_is_made_of(
    toy: Toy, values: list[float | None]
) -> None:
    fresh = type(toy)(places=toy.places)
    fresh.settings["settings"] = Settings(headline_coverage=0)
    rows = [(*row[:4], value) for row, value in zip(SMALL, values, strict=True)]
    fresh.fact("n", "v_a", 50)
    found = weave_small(fresh, rows).diagnose(DAY)
    known = [v for v in [*values, 50.0] if v is not None]
    for score in scores(found):
        assert np.isnan(score) or min(known) - 1e-9 <= score <= max(known) + 1e-9
    for table in found.weave.values():
        assert all(0 <= r["coverage"] <= 1 for r in table)
