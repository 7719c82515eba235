"""Whether the page of the character says each part with its rule, and what a refusal needs."""

from __future__ import annotations

import copy
import dataclasses
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import pytest

from jinglun.loop.rulebook import rules
from jinglun.model.release import Release
from jinglun.pages import character
from jinglun.pages.view import View, index, view
from jinglun.pages.words import words

Site = dict[str, ET.Element]
Say = Callable[[ET.Element | None], str]


def _seen(release: Release, lang: str, part: str, **changed: Any) -> View:
    findings = copy.deepcopy(dict(release.documents["findings"]))
    findings["character"][part] |= changed
    documents = {**release.documents, "findings": findings}
    made = dataclasses.replace(release, documents=documents)
    return view(made, index(made), lang)


def _part(seen: View, key: str) -> character.Part:
    return next(p for p in character.parts_told(seen) if p.key == key)


def test_casablanca_is_refused_a_size_and_told_which_number_is_needed(
    site: Site, text: Say, lang: str
) -> None:
    page = site[f"{lang}/character.html"]
    size = text(page.find(".//section[@aria-labelledby='size']"))
    # The census counts 3,197,332 residents of the municipality: another number than the rule's.
    assert "3,197,332" in size or "319.7" in size
    assert words(lang)("character.size_xxl") not in text(page.find(".//p[@class='lead']"))


def test_every_part_with_a_rule_names_it(casablanca_release: Release, lang: str) -> None:
    seen = view(casablanca_release, index(casablanca_release), lang)
    told = {p.key: p for p in character.parts_told(seen)}
    assert list(told) == ["size", "function", "resource", "age", "growth"]
    assert all(p.says for p in told.values())
    assert [k for k, p in told.items() if not p.rule] == ["resource"]
    # What is refused has a cure.
    found = casablanca_release.documents["findings"]["character"]
    assert all(told[k].cure for k in told if found[k]["refused"])


def test_the_opening_puts_together_what_is_known(casablanca_release: Release) -> None:
    seen = _seen(casablanca_release, "zh", "function", **{"class": "transport"})
    said = character.opening(seen)
    assert "以交通运输仓储邮政见长" in said and "人口减少" in said
    seen = _seen(casablanca_release, "zh", "growth", **{"class": None})
    assert character.opening(seen) == seen.words("character.unknown", city="卡萨布兰卡")


def test_a_size_says_the_population_it_rests_on_and_its_bounds(casablanca_release: Release) -> None:
    found = {"refused": None, "class": "xxl", "class_from": 1e6, "next_from": 5e6}
    seen = _seen(casablanca_release, "en", "size", **found, value=3e6, period="2024", instead=None)
    part = _part(seen, "size")
    assert "Residents of the urban centre" in part.says[0] and "2024" in part.says[0]
    assert part.cure == ""
    assert [own for _, own in character.classes(seen)].count(True) == 1


def test_both_readings_of_the_function_are_told_and_where_they_differ(
    casablanca_release: Release,
) -> None:
    row = {"variable": "employed_mining", "names": True, "employed": 9.0, "share": 9.0}
    row |= {"mean": 5.0, "deviation": 3.0}
    made = [
        {**row, "sector": "mining", "degree": 1, "quotient": 0.9},
        {**row, "sector": "trade", "degree": 0, "quotient": 1.5},
    ]
    seen = _seen(
        casablanca_release,
        "en",
        "function",
        **{"refused": None, "class": "mining", "cities": 12, "period": "2024"},
        functions=[{"sector": "mining", "degree": 1}],
        sectors=made,
        nelson_only=["mining"],
        quotient_only=["trade"],
    )
    said = " ".join(_part(seen, "function").says)
    assert "mining (degree 1 of 3)" in said and "trade (1.5 times)" in said
    assert "The two methods disagree: mining" in said
    assert "not far enough above other cities to stand out by Nelson’s method: trade" in said


def test_those_of_sixty_and_over_are_told_as_part_of_the_others(
    casablanca_release: Release,
) -> None:
    def share(value: float) -> dict[str, Any]:
        return {"share": value, "period": "2025", "variables": []}

    every = {"under_15": share(15), "from_15_to_64": share(70), "over_65": share(15)}
    seen = _seen(casablanca_release, "zh", "age", shares={**every, "over_60": share(20)})
    said = _part(seen, "age").says[0]
    # 15, 70 and 15 add up to all; the 20 stand apart.
    assert said.endswith("；其中60岁及以上占20%（2025年）。") and "、60岁" not in said
    alone = dict.fromkeys(every) | {"over_60": share(20)}
    seen = _seen(casablanca_release, "zh", "age", shares=alone)
    assert "其中" not in _part(seen, "age").says[0]


@pytest.mark.parametrize("how", ["listed", "stated"])
def test_a_resource_based_city_is_told_its_kind(
    casablanca_release: Release, lang: str, how: str
) -> None:
    changed = {"refused": None, "flag": True, "kind": "declining", "how": how, "expired": True}
    seen = _seen(casablanca_release, lang, "resource", **changed)
    assert seen.words("character.resource_declining") in _part(seen, "resource").says[0]
    assert seen.words("character.resource_expired") in _part(seen, "resource").says


def test_every_class_sector_and_refusal_has_its_words(lang: str) -> None:
    w = words(lang)
    wanted = [f"size_{c['id']}" for s in rules("sizes")["scheme"] for c in s["class"]]
    wanted += [f"sector_{s['id']}" for s in rules("functions")["sector"]]
    wanted += [f"known_for_{s['id']}" for s in rules("functions")["sector"] if s["names"]]
    wanted += [f"age_{c['id']}" for c in rules("functions")["age"]["class"]]
    wanted += [f"resource_{kind}" for kind in rules("resources")["names"]]
    wanted += [f"growth_{pace}" for pace in ("growing", "steady", "shrinking")]
    wanted += [f"size_refused_{r}" for r in ("only_administrative", "stale", "no_population")]
    wanted += [f"function_refused_{r}" for r in ("no_sectors", "stale")]
    wanted += [f"resource_{r}" for r in ("no_list", "not_carried", "not_listed_no", "listed_yes")]
    wanted += [f"resource_stated_{flag}" for flag in ("yes", "no")]
    assert [k for k in wanted if not w.has(f"character.{k}")] == []
    levels = [f"name_{n}" for n in range(1, 6)]
    named = [f"named_{n}" for n in rules("stages")["named"]["names"]]
    kinds = [f"{k}.{d['id']}" for d in rules("stages")["dimension"] for k in ("dimension", "about")]
    assert [k for k in (*levels, *named, *kinds) if not w.has(f"stage.{k}")] == []
