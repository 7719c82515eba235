"""A city's own choices are told what is wrong with them: here, benchmarks and when they hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from jinglun.loop.choices import HEAVIEST, LIGHTEST, begun_together, flat
from jinglun.model.catalogue import Benchmark, Catalogue
from jinglun.model.errors import Problem
from jinglun.pages.words import words

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


@pytest.mark.parametrize("block", ["indicators", "cells", "domains"])
@pytest.mark.parametrize(
    ("weight", "fit"),
    [
        *((said, True) for said in ("0", "0.0", "1e-6", "1e6", "1000000", "2.5")),
        *((said, False) for said in ("-1", "9.9e-7", "5e-324", "1000001", "3.5e38", "inf", "nan")),
    ],
)
def test_a_weight_beyond_single_precision_is_an_error(
    write_city: Write, problems_of: Ask, block: str, weight: str, fit: bool
) -> None:
    names = {"indicators": "literacy", "cells": "services.citizens", "domains": "services"}
    folder = write_city(city=f'{CITY}[weights.{block}]\n"{names[block]}" = {weight}\n')
    places = [p.place for p in problems_of(folder) if p.code == "bad_weight"]
    assert places == ([] if fit else [f"weights.{block}.{names[block]}"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_words_of_a_bad_weight_name_the_range(lang: str) -> None:
    cure = words(lang)("problem.bad_weight.cure")
    assert f"{LIGHTEST:f}" in cure and f"{HEAVIEST:.0f}" in cure


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
