"""Whether every figure is asked of one department, the one that the indicators name for it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from jinglun.loop.offices import departments, offices_of
from jinglun.model.catalogue import Catalogue


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("统计局", ["统计局"]),
        ("统计局（人口普查）、交通运输局", ["统计局", "交通运输局"]),
        ("公安局交警支队", ["公安局"]),
        ("数据管理部门（数据局）", ["数据局"]),
        ("发展改革委（能源局）、统计局", ["发展和改革委员会", "统计局"]),
        ("交通运输局、公安局交警支队（或向地图服务商采购）", ["交通运输局", "公安局"]),
        ("财政局、各项目单位", ["财政局"]),
        ("地震局", ["地震局"]),
    ],
)
def test_an_office_is_known_by_the_department_its_name_begins_with(
    toy: Any, said: str, expected: list[str]
) -> None:
    toy.indicator("i", office_zh=said, office_en="Some office")
    assert [zh for zh, _ in offices_of(toy.indicators["i"])] == expected


def test_an_office_that_is_not_listed_keeps_the_words_of_the_indicator(toy: Any) -> None:
    toy.indicator("i", office_zh="地震局（台网中心）", office_en="Seismological bureau")
    assert offices_of(toy.indicators["i"]) == (("地震局", "Seismological bureau"),)
    assert [(d.zh, d.en) for d in departments(toy.catalogue)] == [
        ("地震局", "Seismological bureau")
    ]


def _held(toy: Any) -> dict[str, tuple[str, ...]]:
    return {d.zh: d.variables for d in departments(toy.catalogue)}


def test_a_variable_goes_where_most_indicators_that_read_it_send_it(toy: Any) -> None:
    """By hand: gdp has two votes of 财政局 and one of 统计局; jobs is read by 统计局 alone."""
    for name in ("gdp", "jobs"):
        toy.variable(name)
    toy.indicator("a", lambda gdp: gdp, office_zh="统计局", office_en="x")
    toy.indicator("b", lambda gdp: gdp, office_zh="财政局", office_en="x")
    toy.indicator("c", lambda gdp: gdp, office_zh="财政局", office_en="x")
    toy.indicator("d", lambda jobs: jobs, office_zh="统计局", office_en="x")
    assert _held(toy) == {"统计局": ("jobs",), "财政局": ("gdp",)}


def test_among_equals_the_one_named_first_has_it(toy: Any) -> None:
    toy.variable("gdp")
    toy.indicator("a", lambda gdp: gdp, office_zh="水务局、统计局", office_en="x")
    assert _held(toy) == {"水务局": ("gdp",)}


def test_what_only_makes_a_share_is_asked_where_the_share_is(toy: Any) -> None:
    for name in ("jobless", "labour_force"):
        toy.variable(name)
    toy.variable("rate", "share", base="labour_force", part="jobless")
    toy.indicator("a", lambda rate: rate, office_zh="统计局", office_en="x")
    assert _held(toy) == {"统计局": ("jobless", "labour_force", "rate")}


def test_every_variable_of_the_framework_is_in_just_one_department(catalogue: Catalogue) -> None:
    found = departments(catalogue)
    counted = Counter(v for d in found for v in d.variables)
    assert counted == Counter(list(catalogue.variables))
    assert len({d.zh for d in found}) == len(found)


def test_every_department_of_the_framework_is_one_of_the_list(catalogue: Catalogue) -> None:
    """A name that is not listed is English in the words of one indicator only."""
    known = {"统计局", "财政局", "数据局", "教育局", "水务局", "公安局"}
    found = {d.zh: d.en for d in departments(catalogue)}
    assert known <= set(found)
    assert [zh for zh, en in found.items() if "、" in zh or "," in en] == []
