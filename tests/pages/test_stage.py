"""Whether the page of the stage says where the city stands and what the next level takes."""

from __future__ import annotations

import copy
import dataclasses
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import pytest

from jinglun.model.release import Release
from jinglun.pages import stage
from jinglun.pages.view import View, index, view

Site = dict[str, ET.Element]
Say = Callable[[ET.Element | None], str]

LEVELS = {"strategy": 1, "infrastructure": 4, "data": 3, "services": 1, "assessment": 3}


def _seen(release: Release, lang: str, **changed: Any) -> View:
    """The release with a stage made up: by dimension its level, all of its figures there."""
    findings = copy.deepcopy(dict(release.documents["findings"]))
    found = findings["stage"]
    for one in found["dimensions"]:
        level = LEVELS[one["dimension"]]
        one |= {"assessable": True, "level": level, "next": level + 1, "measured": 10}
        one |= {"indicators": 10, "floors": 1, "floors_missed": 1, "others_short": 2}
        one |= {"others_needed": 7}
        for rung in one["rungs"]:
            rung |= {"reached": rung["level"] <= level, "others_met": 5, "floors_met": 0}
    waits = [{"dimension": d, "to": 2} for d in ("strategy", "services")]
    found |= {"assessable": True, "level": 2, "next": 3, "waits_for": waits, **changed}
    documents = {**release.documents, "findings": findings}
    made = dataclasses.replace(release, documents=documents)
    return view(made, index(made), lang)


def test_casablanca_is_told_what_is_missing_before_it_can_have_a_level(
    site: Site, text: Say, casablanca_release: Release, lang: str
) -> None:
    page = site[f"{lang}/stage.html"]
    found = casablanca_release.documents["findings"]["stage"]
    assert not found["assessable"]
    lead = text(page.find(".//p[@class='lead']"))
    for number in (found["measured"], found["indicators"], -(-3 * found["indicators"] // 10)):
        assert str(number) in lead
    assert len(page.findall(".//table[@class='ladder']//td[@class='unknown']")) == 6
    links = {a.get("href") for a in page.findall(".//section//li/a")}
    blank = [c for d in found["dimensions"] for c in d["conditions"] if c["why"] != "missed"]
    assert {f"indicator/{c['indicator']}.html" for c in blank} <= links


def test_the_opening_names_the_level_the_next_and_what_must_rise(
    casablanca_release: Release,
) -> None:
    zh = stage.opening(_seen(casablanca_release, "zh"))
    assert "第2级“协同”" in zh and "第3级“发展”" in zh
    assert "战略达到第2级" in zh and "服务与应用达到第2级" in zh
    en = stage.opening(_seen(casablanca_release, "en"))
    assert "level 2, alignment" in en and "Strategy to level 2" in en


def test_a_city_below_the_first_level_is_not_called_level_nought(
    casablanca_release: Release, lang: str
) -> None:
    said = stage.opening(_seen(casablanca_release, lang, level=0, next=1))
    assert "0" not in said


def test_at_the_top_there_is_nothing_to_wait_for(casablanca_release: Release, lang: str) -> None:
    seen = _seen(casablanca_release, lang, level=5, next=None, waits_for=[])
    assert "5" in stage.opening(seen)


def test_a_dimension_says_how_many_floors_and_others_lack(casablanca_release: Release) -> None:
    seen = _seen(casablanca_release, "en")
    one = seen.findings["stage"]["dimensions"][0]
    said = stage.told(seen, one)
    # One floor missed; of the nine others five meet it, seven must.
    assert "Level 2" in said and "1 of the indicators that must pass" in said
    assert "2 more" in said and "5 of 9" in said and "7 must" in said
    one |= {"next": None}
    assert stage.told(seen, one) == seen.words("stage.dimension_top")


CONDITION = {"own": False, "period": "2025", "score": 20.0, "gap": 1.8, "why": "missed"}


def _blocked(release: Release, lang: str, *, short: int = 0, floors: int = 1) -> View:
    """A city that waits for two dimensions, each for so many of the indicators that must pass."""
    seen = _seen(release, lang)
    row = {**CONDITION, "indicator": "pm25_concentration", "value": 26.8, "needed": 24.0}
    for one in seen.findings["stage"]["dimensions"]:
        one |= {"others_short": short, "floors_missed": floors}
        one["conditions"] = [{**row, "floor": True}] * floors + [{**row, "floor": False}]
    return seen


def test_few_conditions_that_alone_block_the_next_level_are_named_with_their_figures(
    casablanca_release: Release,
) -> None:
    zh = stage.opening(_blocked(casablanca_release, "zh"))
    assert "到第3级“发展”只差2项" in zh and "从26.8" in zh and "降到24" in zh
    assert "down from 26.8" in stage.opening(_blocked(casablanca_release, "en"))


@pytest.mark.parametrize("many", [{"short": 1}, {"floors": 2}])
def test_where_they_are_many_or_any_of_some_would_do_the_dimensions_are_named(
    casablanca_release: Release, many: dict[str, int]
) -> None:
    seen = _blocked(casablanca_release, "zh", **many)
    assert stage.blockers(seen.findings["stage"]) == []
    assert "战略达到第2级" in stage.opening(seen)


def test_what_blocks_comes_first_and_no_dimension_is_lost(casablanca_release: Release) -> None:
    found = _seen(casablanca_release, "en").findings["stage"]
    assert [d["dimension"] for d in stage.waiting(found)] == ["strategy", "services"]
    every = [*stage.waiting(found), *stage.others(found)]
    assert sorted(d["dimension"] for d in every) == sorted(LEVELS)


@pytest.mark.parametrize(("value", "key"), [(26.8, "floor_kept"), (31.0, "floor_breached")])
def test_who_must_pass_is_told_whether_the_floor_is_breached(
    casablanca_release: Release, value: float, key: str
) -> None:
    seen = _seen(casablanca_release, "en")
    one = dict(seen.indicator("pm25_concentration"))
    # A limit of 30 for less is better.
    benchmark = {**one["benchmarks"][0], "key": "x", "floor": 30.0, "reading": None}
    terms = {**seen.release.terms["indicators"]}
    terms["pm25_concentration"] = {**one, "benchmark": "x", "benchmarks": [benchmark]}
    documents = {**seen.release.documents}
    documents["terms"] = {**seen.release.terms, "indicators": terms}
    made = dataclasses.replace(seen.release, documents=documents)
    row = {**CONDITION, "indicator": "pm25_concentration", "value": value, "floor": True}
    said = stage.must(dataclasses.replace(seen, release=made), row)
    floor = seen.amount(30.0, one["unit"])
    assert said == seen.words(f"stage.{key}", floor=floor)
    assert stage.must(seen, {**row, "floor": False}) == ""


def test_a_year_below_the_first_level_is_not_a_nought_and_a_dash_is_explained_when_shown(
    casablanca_release: Release,
) -> None:
    seen = _seen(casablanca_release, "zh")
    assert [stage.then(seen, level) for level in (None, 0, 3)] == ["–", "未到第1级", "3"]
    path = [{"period": "2024", "level": 1, "dimensions": dict(LEVELS)}]
    assert "–" not in stage.path_said(_seen(casablanca_release, "zh", path=path))
    path[0]["level"] = None
    assert "–" in stage.path_said(_seen(casablanca_release, "zh", path=path))


def test_the_legend_explains_no_sign_that_is_not_shown(casablanca_release: Release) -> None:
    plain = view(casablanca_release, index(casablanca_release), "zh")
    assert stage.legend(plain) == ""  # nothing of Casablanca can be assessed
    assert "✓" in stage.legend(_seen(casablanca_release, "zh"))


@pytest.mark.parametrize(("level", "kind"), [(1, "reached"), (2, "next"), (3, "far"), (5, "far")])
def test_a_rung_is_reached_next_or_far(casablanca_release: Release, level: int, kind: str) -> None:
    seen = _seen(casablanca_release, "en")
    assert stage.rung(seen, seen.findings["stage"]["dimensions"][0], level)["kind"] == kind


@pytest.mark.parametrize(("value", "needed", "word"), [(45, 38, "down"), (10, 38, "up")])
def test_a_gap_says_which_way_it_has_to_go(
    casablanca_release: Release, value: float, needed: float, word: str
) -> None:
    seen = _seen(casablanca_release, "en")
    condition = {"indicator": "unemployment", "value": value, "needed": needed, "gap": 7}
    assert stage.gap(seen, condition).startswith(f"{word} by 7")


def test_the_name_by_score_says_whose_cuts_they_are(casablanca_release: Release) -> None:
    seen = _seen(casablanca_release, "zh")
    named = seen.findings["stage"]["named"]
    assert "提议" in stage.named(seen)
    named |= {"name": "growing", "score": 69.5, "next": "mature", "next_from": 80.0}
    assert "成长期" in stage.named(seen) and "80" in stage.named(seen)
    named |= {"name": "mature", "next": None, "status": "city"}
    assert "本市自定" in stage.named(seen)


def test_the_ladder_can_be_heard(site: Site, lang: str) -> None:
    """Every rung that a mark shows has words for who cannot see it."""
    for td in site[f"{lang}/stage.html"].findall(".//table[@class='ladder']//td"):
        if td.get("class") == "reached":
            assert td.find("span[@class='spoken']") is not None
