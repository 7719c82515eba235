"""Which benchmark holds on a day: the latest that has begun, expired or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from jinglun.model.catalogue import Benchmark, in_force


def benchmark(jurisdiction: str, since: str, until: str | None = None) -> Benchmark:
    end = date.fromisoformat(until) if until else None
    return Benchmark(0, 1, "law", jurisdiction, date.fromisoformat(since), "源", "source", end)


OLD = benchmark("CN", "2016-01-01", "2020-12-31")
NEW = benchmark("CN", "2022-01-01")


def test_the_benchmark_of_a_day_is_the_last_that_has_begun() -> None:
    assert in_force((NEW, OLD), date(2016, 1, 1)) == (OLD, False)
    assert in_force((NEW, OLD), date(2020, 12, 31)) == (OLD, False)
    assert in_force((NEW, OLD), date(2022, 1, 1)) == (NEW, False)


def test_in_the_gap_after_its_end_a_benchmark_is_used_as_last_known() -> None:
    assert in_force((NEW, OLD), date(2021, 1, 1)) == (OLD, True)
    assert in_force((NEW, OLD), date(2021, 12, 31)) == (OLD, True)


def test_before_any_has_begun_there_is_none() -> None:
    assert in_force((NEW, OLD), date(2015, 12, 31)) == (None, False)
    assert in_force((), date(2024, 1, 1)) == (None, False)


def test_another_reading_of_a_benchmark_is_never_the_one_that_scores() -> None:
    reading = replace(NEW, reading="WHO 2021", since=date(2023, 1, 1))
    assert in_force((reading, NEW), date(2024, 1, 1)) == (NEW, False)
    assert in_force((reading,), date(2024, 1, 1)) == (None, False)


def test_a_law_without_end_outlives_a_plan_begun_after_it() -> None:
    plan = benchmark("CN", "2023-01-01", "2025-12-31")
    assert in_force((NEW, plan), date(2025, 12, 31)) == (plan, False)
    assert in_force((NEW, plan), date(2026, 1, 1)) == (NEW, False)
