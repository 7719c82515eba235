"""Whether the page of doubts says what the findings say, in words, and draws each interval."""

from __future__ import annotations

import copy
import dataclasses
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from jinglun.loop.doubt_rules import GROUPS
from jinglun.model.release import Release
from jinglun.pages.doubt import Doubts, doubts
from jinglun.pages.doubt_moves import of_unit
from jinglun.pages.view import index, view
from jinglun.pages.whiskers import Ranked, rank_chart, share_bar, whisker

LANGUAGES = ("zh", "en")


@pytest.fixture(scope="module", params=LANGUAGES)
def shown(request: pytest.FixtureRequest, casablanca_release: Release) -> Doubts:
    return doubts(view(casablanca_release, index(casablanca_release), request.param))


def _with(release: Release, language: str, change: Any) -> Doubts:
    documents = copy.deepcopy(dict(release.documents))
    change(documents["findings"])
    other = dataclasses.replace(release, documents=documents)
    return doubts(view(other, index(other), language))


def _draw(point: float, low: float, high: float, ends: tuple[float, float]) -> ET.Element:
    text = whisker(point, low, high, ends=ends, labels=("a", "b"), ident="w", title="t", desc="d")
    return ET.fromstring(text)


def _ends(picture: ET.Element) -> list[float]:
    lines = picture.findall("{*}line")
    return [float(line.get("x1", "")) for line in lines[2:4]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_city_without_a_score_or_without_peers_is_told_so(
    casablanca_release: Release, language: str
) -> None:
    def silent(findings: dict[str, Any]) -> None:
        findings["doubt"]["headline"] = dict.fromkeys(findings["doubt"]["headline"])

    def alone(findings: dict[str, Any]) -> None:
        findings["ranks"], findings["doubt"]["rules"] = [], []

    nothing = _with(casablanca_release, language, silent)
    assert nothing.opening() == nothing.words(
        "doubt.nothing", city=nothing.seen.place("06.141.01.0")
    )
    assert nothing.scores() == []
    single = _with(casablanca_release, language, alone)
    assert single.opening().endswith(single.words("doubt.opening_alone"))
    assert single.flips() == [] and single.table("comparable") == []
    assert single.rules()["says"] == "" == single.forced()


def test_every_group_of_assumptions_has_words_for_a_resident(shown: Doubts) -> None:
    for group in GROUPS:
        assert shown.words(f"doubt.group.{group}") != shown.words(f"doubt.group_about.{group}")


def test_the_sentence_on_other_rules_counts_the_table(shown: Doubts) -> None:
    rules = shown.found["rules"]
    ranks = [r["rank"] for r in rules]
    told = [int(n) for n in re.findall(r"\d+", shown.rules()["says"])]
    stated = next(
        r for r in rules if (r["normalisation"], r["aggregation"]) == ("goalposts", "arithmetic")
    )
    assert sorted(told) == sorted(
        [len(rules) - 1, ranks.count(stated["rank"]) - 1, stated["rank"], min(ranks), max(ranks)]
    )
    bold = [c for row in shown.rules()["rows"] for c in row["cells"] if c["stated"]]
    assert len(bold) == 1 and str(stated["rank"]) in bold[0]["rank"]


def test_a_whisker_reaches_from_the_low_to_the_high_end() -> None:
    """360 units less 8 at either edge: 0 at 8, 100 at 352, so 25 at 94 and 75 at 266."""
    assert _ends(_draw(50, 25, 75, (0, 100))) == [94.0, 266.0]
    # Over an axis from 50 to 100 the same 75 lies half-way, at 180.
    assert _ends(_draw(75, 75, 100, (50, 100))) == [180.0, 352.0]


def test_a_share_is_drawn_within_its_outline() -> None:
    """358 units are the whole: 0.5 alone is 179 of them, 1.0 together all."""
    picture = ET.fromstring(share_bar(0.5, 1.0, ident="s", title="t", desc="d"))
    widths = [float(r.get("width", "")) for r in picture.findall("{*}rect")]
    assert widths == [358.0, 179.0]
    least = ET.fromstring(share_bar(0.9, 0.2, ident="s", title="t", desc="d"))
    outer, inner = (float(r.get("width", "")) for r in least.findall("{*}rect"))
    assert inner <= outer


def test_without_a_score_the_refusal_comes_first_and_the_mean_is_said_to_be_too_high(
    shown: Doubts,
) -> None:
    head, full, own = shown.found["headline"], shown.found["full"], shown.own_rank()
    assert own is not None and head["kind"] == "covered" and full["below"] > 0.9
    said = shown.opening()
    start = shown.words(
        "doubt.opening_covered", city=shown.seen.place("06.141.01.0"), coverage="11"
    )
    assert said.startswith(start)
    ends = [f"{full[k]:.0f}" for k in ("low", "high")]
    guess = dict(zip(("low", "high"), ends, strict=True))
    assert shown.words("doubt.guess_high", **guess) in said
    numbers = re.findall(r"[\d.]+\d|\d", said.removeprefix(start))
    assert numbers[0] == f"{head['score']:.1f}"
    ranks = {k: shown.nth(own[k]) for k in ("rank", "low", "high")}
    assert said.endswith(shown.words("doubt.opening_moves", others=own["of"] - 1, **ranks))


@pytest.mark.parametrize(("below", "key"), [(0.95, "high"), (0.05, "low"), (0.5, "open")])
def test_too_high_or_too_low_is_said_only_where_nine_draws_in_ten_say_so(
    casablanca_release: Release, below: float, key: str
) -> None:
    def some(findings: dict[str, Any]) -> None:
        findings["doubt"]["full"] = {"score": 40.0, "low": 30.0, "high": 50.0, "below": below}

    said = _with(casablanca_release, "zh", some)
    assert said.words(f"doubt.guess_{key}", low="30", high="50") in said.opening()


def test_a_rank_that_never_moves_is_called_firm(casablanca_release: Release) -> None:
    def firm(findings: dict[str, Any]) -> None:
        for row in findings["ranks"]:
            row["low"] = row["high"] = row["rank"]
        for row in findings["doubt"]["rules"]:
            row["rank"] = 5

    said = _with(casablanca_release, "zh", firm)
    assert said.opening().endswith("始终第5。")
    assert "没有变化" in said.rules()["says"]
    assert said.table("comparable")[0]["says"] == "始终第1"
    # What decides is said only of a rank that something moves.
    assert not any("最能左右" in line for line in said.flips())


def test_ranks_are_counted_as_english_counts_them(casablanca_release: Release) -> None:
    said = _with(casablanca_release, "en", lambda _: None)
    told = [said.nth(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 102, 111)]
    assert told == ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th"]


def _toy_rules(findings: dict[str, Any]) -> None:
    """Rank 5 to 7 and 65 to 71 points as drawn; forced, ranks 1 to 9 and 62 to 75 points."""
    for row in findings["ranks"]:
        if row["unit"] == "headline" and row["place"] == findings["place"]:
            row.update(rank=7, low=5, high=7)
    findings["doubt"]["basis"].update(score=68.9, low=65.0, high=71.0)
    told = (("goalposts", "arithmetic", 68.9, 7), ("goalposts", "harmonic", 62.0, 9))
    told = (*told, ("goalposts", "geometric", 66.0, 7), ("bands", "median", 75.0, 1))
    findings["doubt"]["rules"] = [
        {"normalisation": n, "aggregation": a, "score": s, "rank": r, "of": 13}
        for n, a, s, r in told
    ]


def test_why_the_table_reaches_beyond_the_interval_is_said_with_its_numbers(
    casablanca_release: Release,
) -> None:
    """Of draws 0.12 + 0.03 average and 0.1 + 0.1 score otherwise (loop/rules/doubt.toml)."""
    said = _with(casablanca_release, "zh", _toy_rules).forced()
    assert said == (
        "第5到第7是多数抽样沿用现行算法得到的（15%换平均方法、20%换计分办法）；"
        "若硬换成下表某一种算法，名次可到第1或第9，得分可到62或75。"
    )

    def inside(findings: dict[str, Any]) -> None:
        _toy_rules(findings)
        for row in findings["doubt"]["rules"]:
            row.update(score=68.9, rank=7)

    assert _with(casablanca_release, "zh", inside).forced() == ""


def test_the_score_behind_the_rank_is_told_from_the_published_one(shown: Doubts) -> None:
    head, basis = shown.found["headline"], shown.found["basis"]
    told = re.findall(r"[\d.]+\d|\d", shown.basis())
    numbers = [basis["indicators"], f"{basis['score']:.1f}", f"{head['score']:.1f}"]
    assert told == [str(n) for n in (*numbers, head["indicators"])]
    stated = next(c for row in shown.rules()["rows"] for c in row["cells"] if c["stated"])
    assert stated["score"] == f"{basis['score']:.1f}"


def _moves(findings: dict[str, Any], **total: float) -> None:
    for row in findings["doubt"]["sensitivity"]:
        share = total.get(row["group"], 0.0)
        row.update(first=share, total=share, first_error=0.01, total_error=0.01)


def test_a_mean_is_called_mild_only_where_it_decides_and_the_score_is_near_the_top(
    casablanca_release: Release,
) -> None:
    def said(score: float, **total: float) -> str:
        def some(findings: dict[str, Any]) -> None:
            _toy_rules(findings)
            _moves(findings, **total)
            findings["doubt"]["headline"].update(score=score, low=60.0, high=70.0)

        return _with(casablanca_release, "zh", some).stated()

    assert "偏宽松" in said(69.0, aggregation=0.7, benchmarks=0.2)
    assert "偏宽松" not in said(65.0, aggregation=0.7, benchmarks=0.2)
    assert "偏宽松" not in said(69.0, aggregation=0.2, benchmarks=0.7)


def test_what_decides_is_said_in_order_and_in_tenths(casablanca_release: Release) -> None:
    def some(findings: dict[str, Any]) -> None:
        _moves(
            findings,
            **{"aggregation": 0.6, "peers": 0.2, "benchmarks": 0.19},
            **{"weights_cells": 0.07, "weights_domains": 0.01},
        )

    said = _with(casablanca_release, "zh", some).order("headline")
    # 0.07 + 0.01, two errors of 0.01 to each: 0.12, which is under two tenths.
    assert said == (
        "要紧的先后：怎样平均 ＞ 别的城市的数据误差、基准的高低 ＞ 各要素的轻重。"
        "用顿号隔开的，分不出先后。得分的摆动约六成来自怎样平均，权重合起来不到两成。"
    )


def test_all_ranks_are_drawn_over_one_axis_with_one_diamond(shown: Doubts) -> None:
    rows = shown.table("comparable")
    assert [r["rank"] for r in rows] == sorted(r["rank"] for r in rows)
    picture = ET.fromstring(shown.chart("comparable"))
    assert sum(r["own"] for r in rows) == 1 == len(picture.findall("{*}path"))
    assert len(picture.findall("{*}circle")) == len(rows) - 1
    desc = picture.findtext("{*}desc") or ""
    assert all(row["name"] in desc for row in rows)
    inside = ET.fromstring(shown.chart("districts"))
    assert len(inside.findall("{*}circle")) == 16 and inside.find("{*}path") is None


def test_the_better_rank_is_drawn_right_of_the_worse() -> None:
    """Names take 138 of 360 units and ranks 62, less 8 at either edge: 5th at 146, 1st at 290."""
    row = Ranked("A", "2 (1-5)", 2, 1, 5, own=False)
    text = rank_chart([row], 5, labels=("5", "1"), ident="r", title="t", desc="d")
    picture = ET.fromstring(text)
    span = next(x for x in picture.findall("{*}line") if x.get("stroke-width") == "2")
    assert (span.get("x1"), span.get("x2")) == ("146", "290")
    circle = picture.find("{*}circle")
    assert circle is not None and circle.get("cx") == "254"


def test_the_bars_fall_and_none_is_longer_alone_than_together(shown: Doubts) -> None:
    for unit in ("headline", "rank"):
        rows = of_unit(shown.found["sensitivity"], unit)
        assert len(shown.bars(unit)) == len(rows) > 0
        for bar in shown.bars(unit):
            drawn = ET.fromstring(bar["picture"]).findall("{*}rect")
            outer, inner = (float(r.get("width", "")) for r in drawn)
            assert inner <= outer <= 358
            read = [int(n) for k in ("alone", "together") for n in re.findall(r"\d+", bar[k])]
            assert len(read) < 2 or read[0] <= read[1]


def test_a_share_that_its_error_hides_is_not_given_as_a_number(
    casablanca_release: Release,
) -> None:
    def some(findings: dict[str, Any]) -> None:
        for row in findings["doubt"]["sensitivity"]:
            row.update(first=0.04, first_error=0.03, total=0.52, total_error=0.01)

    bar = _with(casablanca_release, "zh", some).bars("headline")[0]
    assert (bar["alone"], bar["together"]) == ("说不清", "约50%")


def test_the_axis_of_scores_runs_over_the_tens_about_all_intervals(
    casablanca_release: Release,
) -> None:
    def some(findings: dict[str, Any]) -> None:
        findings["doubt"]["headline"].update(score=57.0, low=3.0, high=99.5)

    rows = _with(casablanca_release, "zh", some).scores()
    ends = [t.text for t in ET.fromstring(rows[0]["picture"]).findall("{*}text")]
    assert ends == ["0", "100"]
    plain = _with(casablanca_release, "zh", lambda _: None)
    labels = {
        tuple(t.text for t in ET.fromstring(r["picture"]).findall("{*}text"))
        for r in plain.scores()
    }
    (first, last) = labels.pop()
    assert not labels and int(str(first)) % 10 == 0 == int(str(last)) % 10
