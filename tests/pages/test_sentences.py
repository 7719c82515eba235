"""Whether the first sentence calls weak only what can be told apart; intervals are set by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jinglun.model.release import Release
from jinglun.pages.sentences import (
    headline,
    held_back,
    outside_total,
    sum_title,
    three_sentences,
)
from jinglun.pages.view import View, index, view

CELLS = (
    ("economy", "bigpicture"),
    ("economy", "citizens"),
    ("services", "citizens"),
    ("governance", "opendata"),
    ("operations", "partnership"),
)


@pytest.fixture
def release(small_release: Path) -> Release:
    """The usual small city, read."""
    from jinglun.store.lake import read_release

    found = read_release(small_release)
    assert found is not None
    return found


def _seen(release: Release, said: list[tuple[float, float, float]], lang: str) -> View:
    """A view whose first cells have these scores, lows and highs, and whose others have none."""
    given: dict[Any, Any] = dict(zip(CELLS, said, strict=False))
    cells = []
    for row in release.documents["weave"]["cells"]:
        score, low, high = given.get((row["domain"], row["factor"]), (None, None, None))
        ours = row["place"] == "c"
        cells.append({**row, "score": score, "low": low, "high": high} if ours else row)
    weave = {**release.documents["weave"], "cells": cells}
    made = Release({**release.documents, "weave": weave}, release.tables)
    return view(made, index(made), lang)


def _names(release: Release, lang: str) -> list[str]:
    """What the cells that are given scores are called."""
    called = {k: {t["id"]: t[lang] for t in release.terms[k]} for k in ("domains", "factors")}
    times = {"zh": "×", "en": " × "}[lang]
    return [f"{called['domains'][d]}{times}{called['factors'][f]}" for d, f in CELLS]


def test_a_cell_holds_the_city_back_when_its_whole_interval_is_below_the_median() -> None:
    """The median of 20, 40, 60, 70 and 80 is 60; an interval that ends at 60 does not lie below."""
    rows = [
        {"score": s, "low": s - 5, "high": high}
        for s, high in ((20, 30), (40, 60), (60, 65), (70, 75), (80, 85))
    ]
    assert [c["score"] for c in held_back(rows)] == [20]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_weakest_cell_and_only_those_that_overlap_it_are_named(
    release: Release, lang: str
) -> None:
    """The second's 40 to 48 overlaps 30 to 42, the third's 44 to 50 only the second's.

    The median of the five is 47, below which the first two and no more lie wholly, as 48 is not.
    """
    cells = [(36, 30, 42), (44, 40, 46), (47, 44, 50), (80.0, 75.0, 85.0), (90.0, 85.0, 95.0)]
    said = three_sentences(_seen(release, cells, lang))[0]
    names = _names(release, lang)
    assert {
        "zh": f"最弱的是“{names[0]}”（36分，30–42）；"
        f"只有“{names[1]}”（44分，40–46）的区间与它重叠。",
        "en": f"is weakest in “{names[0]}” (36 points, 30 to 42); only the interval of “{names[1]}”"
        " (44 points, 40 to 46) overlaps it. ",
    }[lang] in said
    assert names[2] not in said and "中位数" not in said and "median" not in said
    assert {"zh": "在可评的5格里", "en": "Of the 5 cells"}[lang] in said


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_weakest_cell_by_itself_is_said_so_and_the_others_below_the_median_are_counted(
    release: Release, lang: str
) -> None:
    """20 to 30 is overlapped by none; the second, 35 to 45, lies below the median of 60 too."""
    cells = [(25, 20, 30), (40, 35, 45), (60.0, 55.0, 65.0), (70.0, 65.0, 75.0), (80, 75, 85)]
    said = three_sentences(_seen(release, cells, lang))[0]
    assert {
        "zh": "没有别的格与它的区间重叠。另有1格也整个低于各格中位数（60分）。",
        "en": "no other cell's interval overlaps it. Also wholly below the median of the cells"
        " (60 points): 1 more. ",
    }[lang] in said


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_where_three_or_more_overlap_the_weakest_nobody_is_called_it(
    release: Release, lang: str
) -> None:
    cells = [(30, 20, 41), (45, 40, 50), (50, 41, 60), (52, 38, 60), (80.0, 75.0, 85.0)]
    said = three_sentences(_seen(release, cells, lang))[0]
    assert {"zh": "共有3格的区间与它重叠", "en": "3 cells have intervals that overlap it"}[
        lang
    ] in said


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_where_every_interval_reaches_the_median_no_cell_is_named(
    release: Release, lang: str
) -> None:
    wide = [(s, s - 40.0, s + 40.0) for s in (50.0, 55.0, 60.0, 65.0, 70.0)]
    said = three_sentences(_seen(release, wide, lang))[0]
    assert {"zh": "分不出", "en": "no cell"}[lang] in said and "60" in said
    for domain in release.terms["domains"]:
        assert domain[lang] not in said


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_with_few_cells_or_no_intervals_the_lowest_is_named_as_before(
    release: Release, lang: str
) -> None:
    few = three_sentences(_seen(release, [(50, 40, 60), (45, 40, 50)], lang))[0]
    assert "45" in few and {"zh": "只有2格", "en": "Only 2 cells"}[lang] in few
    blank: list[Any] = [(50.0, None, None), (45.0, None, None)]
    assert "45" in three_sentences(_seen(release, blank, lang))[0]


def _ranked(release: Release, lang: str, low: int, high: int, rules: list[int]) -> str:
    """The second sentence of a city fourth of thirteen, with these ranks by other rules."""
    row = {"place": "c", "among": "comparable", "unit": "headline", "key": "", "of": 13}
    ranks = [{**row, "decides": "aggregation", "rank": 4, "low": low, "high": high}]
    told = [{"rank": r, "of": 13} for r in rules] + [{"rank": None, "of": 13}]
    findings = {**release.documents["findings"], "ranks": ranks, "doubt": {"rules": told}}
    made = Release({**release.documents, "findings": findings}, release.tables)
    return three_sentences(view(made, index(made), lang))[1]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_rank_is_told_with_what_decides_it_and_what_other_rules_would_make_it(
    release: Release, lang: str
) -> None:
    said = _ranked(release, lang, 5, 7, [1, 6, 9])
    assert {
        "zh": "在本市有、且至少一半可比城市也有的指标上，同12个可比城市相比，多数情况下排第5到第7，"
        "最要紧的是怎样平均；若硬换成另一种算法，可到第1或第9（见“可信度”页）。",
        "en": "On the indicators that the city and at least half of the comparable cities have, set"
        " beside 12 comparable cities, it mostly ranks between 5 and 7, which depends most on how"
        " scores are averaged; forcing another rule on all could make it 1 or 9",
    }[lang] in said
    within = _ranked(release, lang, 5, 7, [5, 6])
    assert {"zh": "硬换", "en": "forcing"}[lang] not in within
    assert {"zh": "还是第4；若硬换成另一种算法，可到第9", "en": "still ranks 4"}[lang] in _ranked(
        release, lang, 4, 4, [4, 9]
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_rank_as_wide_as_half_the_field_is_not_given_as_a_rank(
    release: Release, lang: str
) -> None:
    """Of 13, 2 to 9 is 7 and at least 6.5; 2 to 8 is 6 and is not."""
    wide, narrow = _ranked(release, lang, 2, 9, []), _ranked(release, lang, 2, 8, [])
    told = {
        "zh": "名次说不准（第2到第9之间）",
        "en": "its rank cannot be told (anywhere from 2 to 9)",
    }
    assert told[lang] in wide
    assert {"zh": "名次说不准", "en": "cannot be told"}[lang] not in narrow


def _headed(release: Release, lang: str, **city: float | None) -> View:
    """A city whose total is as given."""
    row = {"place": "c", "period": "2025", "scenario": "observed", **city}
    weave = {**release.documents["weave"], "city": [row]}
    made = Release({**release.documents, "weave": weave}, release.tables)
    return view(made, index(made), lang)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_total_has_one_decimal_and_its_interval_and_without_one_the_refusal_comes_first(
    release: Release, lang: str
) -> None:
    seen = _headed(release, lang, score=69.508, low=64.97, high=71.09, coverage=1.0)
    assert headline(seen) == {"zh": "总分 69.5（65–71）", "en": "Total score 69.5 (65–71)"}[lang]
    assert sum_title(seen) == {"zh": "为什么是69.5分", "en": "Why 69.5"}[lang]
    assert {"zh": "总分69.5分（九成把握在65到71分之间）", "en": "total score is 69.5 (with 90 %"}[
        lang
    ] in three_sentences(seen)[1]
    bare = _headed(release, lang, score=None, low=None, high=None, coverage=0.114)
    begins = {
        "zh": "不给总分：全市覆盖率只有11%（按权重计，不是",
        "en": "No total score is given: ",
    }
    assert three_sentences(bare)[1].startswith(begins[lang])
    refused = {
        "zh": "不给总分：覆盖率11%，不到50%",
        "en": "No total score: 11% covered, 50% needed",
    }
    assert headline(bare) == refused[lang]


def test_only_scored_indicators_of_no_domain_are_outside_the_total(release: Release) -> None:
    """Of an indicator without a benchmark, or of context, nothing is in or outside a score."""
    terms = release.terms["indicators"].values()
    outside = [t for t in terms if outside_total(t)]
    assert outside and all(not t["domain"] and t["role"] == "score" for t in outside)
    assert not outside_total({"role": "context", "benchmark": "b", "domain": None})
    assert not outside_total({"role": "score", "benchmark": None, "domain": None})
    assert not outside_total({"role": "score", "benchmark": "b", "domain": "services"})


def test_every_assumption_that_may_decide_a_rank_has_its_words() -> None:
    from jinglun.loop.doubt_rules import GROUPS
    from jinglun.pages.words import words

    for lang in ("zh", "en"):
        assert [g for g in GROUPS if not words(lang).has(f"home.decides.{g}")] == []
