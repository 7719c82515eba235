"""A city's own choices are told what is wrong with them: here, benchmarks and when they hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import combinations
from pathlib import Path

from jinglun.loop.choices import begun_together, flat
from jinglun.model.catalogue import Benchmark, Catalogue
from jinglun.model.errors import Problem

CITY = (
    'id = "toy"\ntitle_zh = "市"\ntitle_en = "T"\ncountry = "CN"\ncurrency = "CNY"\nsubject = "c"\n'
    '[[level]]\nid = "city"\nzh = "市"\nen = "city"\n'
)
Write = Callable[..., Path]
Ask = Callable[[Path], list[Problem]]


def block(since: str, until: str = "", reading: str = "") -> str:
    said = '[[benchmark]]\nindicator = "literacy"\nzero = 0\nfull = 5\nstatus = "plan"\n'
    said += f"from = {since}\n"
    said += f"until = {until}\n" if until else ""
    said += f'reading = "{reading}"\n' if reading else ""
    return said + 'source_zh = "规划"\nsource_en = "plan"\n'


def told(problems: list[Problem]) -> set[tuple[str, str, str]]:
    return {(p.code, p.place, p.found) for p in problems if p.place.startswith("benchmark")}


def test_two_benchmarks_begun_on_one_day_are_an_error(write_city: Write, problems_of: Ask) -> None:
    two = block("2024-01-01") + block("2024-01-01", "2025-12-31")
    folder = write_city(city=CITY + two)
    assert told(problems_of(folder)) == {("benchmark_twice", "benchmark[2].from", "2024-01-01")}


def test_overlaps_gaps_and_second_readings_are_borne(write_city: Write, problems_of: Ask) -> None:
    overlap = block("2020-01-01", "2025-12-31") + block("2024-01-01")
    gap = block("2010-01-01", "2012-12-31")
    second = block("2024-01-01", reading="WHO")
    folder = write_city(city=CITY + overlap + gap + second)
    assert told(problems_of(folder)) == set()


def test_an_end_before_the_beginning_is_an_error(write_city: Write, problems_of: Ask) -> None:
    folder = write_city(city=CITY + block("2024-01-01", "2023-12-31"))
    assert told(problems_of(folder)) == {("wrong_value", "benchmark[1].until", "2023-12-31")}


def test_of_the_framework_no_two_benchmarks_begin_together_and_none_is_flat(
    catalogue: Catalogue,
) -> None:
    for indicator in catalogue.indicators.values():
        pairs = combinations(indicator.benchmarks, 2)
        assert [p for a, b in pairs for p in begun_together(b, [a], indicator.id)] == []
        assert [p for b in indicator.benchmarks for p in flat(b, indicator.id)] == []


def test_benchmarks_of_two_jurisdictions_may_begin_on_one_day() -> None:
    first = Benchmark(0, 1, "law", "CN", date(2024, 1, 1), "源", "source")
    second = Benchmark(0, 1, "law", "*", date(2024, 1, 1), "源", "source")
    assert begun_together(second, [first], "x") == []
