"""Whether the numbers asked give the most, and whether a number is read as a person means it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinglun.loop.answers import (
    MOST_QUESTIONS,
    Answer,
    questions,
    read_answer,
    read_file,
    read_pairs,
    scored_in,
    with_shares,
)
from jinglun.model.catalogue import Benchmark, Catalogue, Variable
from jinglun.model.errors import Problem

DAY = date(2026, 6, 30)
CHINESE = Benchmark(0, 100, "plan", "CN", date(2015, 1, 1), "源", "source")
EVERYONE = Benchmark(0, 100, "proposed", "*", date(2015, 1, 1), "源", "source")


# --- which to ask ---


def _variables(toy: Any, names: str) -> None:
    for name in names:
        toy.variable(name)


def test_first_comes_what_most_scored_indicators_read(toy: Any) -> None:
    """By hand: p is read by three indicators, a, b and c by one each."""
    _variables(toy, "abcp")
    toy.indicator("one", lambda a, p: a)
    toy.indicator("two", lambda b, p: b)
    toy.indicator("three", lambda c, p: c)
    assert questions(toy.catalogue, "CN", DAY, most=2) == ["p", "a"]
    assert questions(toy.catalogue, "CN", DAY, given=["p"], most=2) == ["a", "b"]


def test_then_what_gives_most_indicators_for_each_number(toy: Any) -> None:
    """By hand: with p known, d gives one; a and b together give three, 1.5 for each number."""
    _variables(toy, "abdp")
    toy.indicator("d_only", lambda d, p: d)
    toy.indicator("ab", lambda a, b, p: a)
    toy.indicator("ab_again", lambda a, b: a)
    toy.indicator("ab_thrice", lambda b, a, p: a)
    assert questions(toy.catalogue, "CN", DAY, given=["p"], most=2) == ["a", "b"]
    assert questions(toy.catalogue, "CN", DAY, given=["p"], most=1) == ["d"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"get": "department"}, {"get": "public"}),
        ({"benchmarks": [EVERYONE]}, {"benchmarks": [CHINESE]}),
    ],
)
def test_among_equals_public_data_and_the_countrys_own_benchmark_come_first(
    toy: Any, first: dict[str, object], second: dict[str, object]
) -> None:
    _variables(toy, "abp")
    toy.indicator("one", lambda a, p: a, **first)
    toy.indicator("two", lambda b, p: b, **second)
    assert questions(toy.catalogue, "CN", DAY, given=["p"], most=1) == ["b"]


def test_among_equals_the_domain_asked_least_comes_first(toy: Any) -> None:
    _variables(toy, "abcp")
    toy.indicator("one", lambda a, p: a)
    toy.indicator("two", lambda b, p: b)
    toy.indicator("three", lambda c, p: c, domain="services")
    assert questions(toy.catalogue, "CN", DAY, given=["p"], most=2) == ["a", "c"]


def test_what_is_not_scored_here_is_not_asked_for(toy: Any) -> None:
    _variables(toy, "abcde")
    toy.indicator("shown", lambda a: a, role="context")
    toy.indicator("gap", lambda b: b, over="districts")
    toy.indicator("elsewhere", lambda c: c, benchmarks=[Benchmark(0, 1, "law", "MA", DAY, "", "")])
    toy.indicator("unmeasured", lambda d: d, goals=None)
    toy.indicator("here", lambda e: e)
    assert questions(toy.catalogue, "CN", DAY) == ["e"]


def test_a_share_that_its_part_and_base_make_is_not_asked_for(toy: Any) -> None:
    _variables(toy, "abp")
    toy.variable("share", "share", base="b", part="a")
    toy.indicator("one", lambda share: share)
    assert questions(toy.catalogue, "CN", DAY, given=["a", "b"]) == []


@pytest.mark.parametrize("country", ["CN", "MA"])
def test_at_most_twelve_are_asked_and_each_makes_an_indicator_computable(
    catalogue: Catalogue, country: str
) -> None:
    asked = questions(catalogue, country, DAY)
    assert len(asked) == len(set(asked)) == MOST_QUESTIONS == 12
    known = with_shares(set(asked), catalogue)
    whole = [i for i in scored_in(catalogue, country, DAY) if set(i.parameters) <= known]
    assert {v for i in whole for v in i.parameters} >= set(asked)
    assert len(whole) >= MOST_QUESTIONS - 1
    assert questions(catalogue, country, DAY, given=asked[:1])[:11] == asked[1:]


# --- what is meant ---


# Source: by hand, from the names of the units and of the multiples.
@pytest.mark.parametrize(
    ("variable", "text", "expected"),
    [
        ("resident_pop", "300万", 3_000_000),
        ("resident_pop", "300 万人", 3_000_000),
        ("resident_pop", "３００万", 3_000_000),
        ("resident_pop", "3M", 3_000_000),
        ("resident_pop", "3000k", 3_000_000),
        ("resident_pop", "3,000,000", 3_000_000),
        ("resident_pop", " 3e6 ", 3_000_000),
        ("resident_pop", "1百万", 1_000_000),
        ("gdp", "3500亿元", 3.5e11),
        ("gdp", "1.2万亿", 1.2e12),
        ("gdp", "78.3亿", 7.83e9),
        ("gdp", "5bn", 5e9),
        ("industrial_profit", "-2亿", -2e8),
        ("built_up_km2", "320", 320),
        ("built_up_km2", "32000公顷", 320),
        ("home_sewer", "85 %", 85),
        ("home_sewer", "85％", 85),
        ("pm25_annual_mean", "31 μg/m³", 31),
        ("pm25_annual_mean", "31微克/立方米", 31),
        ("sports_ground_m2", "720万平方米", 7_200_000),
    ],
)
def test_a_number_is_read_as_it_is_meant(
    catalogue: Catalogue, variable: str, text: str, expected: float
) -> None:
    assert read_answer(text, catalogue.variables[variable], "CNY") == expected


@pytest.mark.parametrize(
    ("variable", "text", "code"),
    [
        ("gdp", "三百万", "answer_number"),
        ("gdp", "n/a", "answer_number"),
        ("gdp", "12,5", "answer_number"),
        ("gdp", "1.2.3", "answer_number"),
        ("gdp", "1e999", "answer_infinite"),
        ("gdp", "5 USD", "unit_not_convertible"),
        ("gdp", "5万人", "unit_not_convertible"),
        ("resident_pop", "-1", "answer_negative"),
        ("resident_pop", "0", "answer_people"),
        ("resident_pop", "30亿", "answer_people"),
        ("home_sewer", "101", "answer_over_100"),
        ("home_sewer", "-1%", "answer_negative"),
    ],
)
def test_what_cannot_be_is_answered_with_why(
    catalogue: Catalogue, variable: str, text: str, code: str
) -> None:
    found = read_answer(text, catalogue.variables[variable], "CNY", "f.csv", "3:value")
    assert isinstance(found, Problem)
    assert (found.code, found.file, found.place) == (code, "f.csv", "3:value")


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_a_problem(text: str) -> None:
    one = Variable("v", "economy", "数", "number", "person", "count")
    found = read_answer(text, one, "CNY")
    assert isinstance(found, Problem) or found >= 0


# --- many at once ---


def test_pairs_give_answers_and_every_problem_at_once(catalogue: Catalogue) -> None:
    pairs = ["gdp=3亿", "gdpp=1", "home_sewer=101", "gdp=4亿", "resident_pop"]
    answers, problems = read_pairs(pairs, "E", "2025", catalogue, "CNY")
    assert answers == {"gdp": Answer(3e8, "E", "2025")}
    assert [(p.code, p.found) for p in problems] == [
        ("unknown_variable", "gdpp"),
        ("answer_over_100", "101"),
        ("answer_twice", "gdp"),
        ("answer_number", ""),
    ]
    assert problems[0].hint == "gdp"


def test_a_file_gives_units_quality_and_period_where_it_says_them(catalogue: Catalogue) -> None:
    text = (
        "\ufeffplace,variable,value,unit,quality,period\n"
        "mycity,gdp,3500,亿元,A,2024\n"
        ",resident_pop,300万,,,\n"
        ",home_sewer,,,,\n"
    )
    answers, problems = read_file(text, "n.csv", "E", "2025", catalogue, "CNY")
    assert problems == []
    assert answers == {
        "gdp": Answer(3.5e11, "A", "2024"),
        "resident_pop": Answer(3e6, "E", "2025"),
    }


def test_every_fault_of_a_file_is_named_with_its_row(catalogue: Catalogue) -> None:
    text = (
        "place,variable,value,quality,period\n"
        "mycity,gdp,much,,\n"
        "d1,households,4,,\n"
        ",households,4,Z,2025-13\n"
        ",no_such,4,,\n"
    )
    answers, problems = read_file(text, "n.csv", "E", "2025", catalogue, "CNY")
    assert answers == {}
    assert [(p.code, p.place) for p in problems] == [
        ("answer_number", "2:value"),
        ("answer_place", "3:value"),
        ("wrong_value", "4:value"),
        ("bad_period", "4:value"),
        ("unknown_variable", "5:value"),
    ]
    assert {p.file for p in problems} == {"n.csv"}


@pytest.mark.parametrize("text", ["", "variable;value\ngdp;3\n", "\n\n"])
def test_a_file_without_the_columns_says_which(catalogue: Catalogue, text: str) -> None:
    _, problems = read_file(text, "n.csv", "E", "2025", catalogue, "CNY")
    assert [(p.code, p.found) for p in problems] == [
        ("unknown_column", "variable"),
        ("unknown_column", "value"),
    ]
