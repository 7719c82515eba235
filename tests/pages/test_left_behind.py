"""Whether the page names the districts left behind, who lives there and how wide gaps are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jinglun.model.release import Release
from jinglun.pages import left_behind, readings
from jinglun.pages.site import _environment
from jinglun.pages.view import View, index, number, view


@pytest.fixture(scope="module", params=["zh", "en"])
def seen(request: pytest.FixtureRequest, casablanca_release: Release) -> View:
    return view(casablanca_release, index(casablanca_release), request.param)


def page(folder: Path, tag: str) -> str:
    return (folder / "site" / tag / "left_behind.html").read_text(encoding="utf-8")


def test_the_opening_names_the_last_district_and_its_people(seen: View) -> None:
    last = seen.findings["districts"]["behind"][0]
    people = {p["place"]: p for p in seen.findings["districts"]["places"]}[last["place"]]
    said = left_behind.opening(seen)
    assert seen.place(last["place"]) in said
    assert number(people["population"]) in said
    assert str(last["last_quarter"]) in said


def test_the_widest_gaps_come_first_and_the_rest_are_not_lost(seen: View) -> None:
    told = [g["ident"] for g in (*left_behind.gaps(seen), *left_behind.rest(seen))]
    assert told == [r["indicator"] for r in seen.findings["districts"]["indicators"]]
    assert len(left_behind.gaps(seen)) == left_behind.SHOWN


def test_a_strip_has_a_dot_for_each_district_measured(seen: View) -> None:
    rows = seen.findings["districts"]["indicators"]
    for gap, row in zip(left_behind.gaps(seen), rows, strict=False):
        assert str(gap["picture"]).count("<circle") == row["measured"]


def test_every_district_is_led_to(seen: View, casablanca: Path) -> None:
    text = page(casablanca, seen.lang)
    assert all(f'href="district/{place}.html"' in text for place in seen.districts)


def test_of_two_districts_none_is_called_behind(small_release: Path) -> None:
    for tag in ("zh", "en"):
        assert "chart-strip" not in page(small_release, tag)


def test_what_a_factor_answers_is_told_in_sentences(seen: View) -> None:
    for factor in seen.release.terms["factors"]:
        template = _environment(seen, ["zh", "en"]).get_template("factor_reading.html")
        text = template.render(factor=factor)
        assert all(sentence in _plain(text) for sentence in readings.says(seen, factor["id"]))
        assert text.count("<li>") == 5


def _plain(text: str) -> str:
    from html import unescape

    return unescape(text)


def _change(release: Release, **districts: Any) -> Release:
    findings = release.documents["findings"]
    changed = {**findings, "districts": {**findings["districts"], **districts}}
    return Release({**release.documents, "findings": changed}, release.tables)


def test_people_are_told_as_far_as_they_are_known(casablanca_release: Release) -> None:
    place = casablanca_release.documents["findings"]["districts"]["places"][0]["place"]
    blank = {"place": place, "period": None, "population": None, "share": None}
    rows = [{**blank, "children": None, "elderly": None}]
    changed = _change(casablanca_release, places=rows)
    sorted_index = index(casablanca_release)
    assert left_behind.people(view(changed, sorted_index, "en"), place) == (
        "it is not known how many people live there"
    )
    rows = [{**blank, "period": "2024", "population": 1000.0, "children": 0.2, "elderly": 0.125}]
    told = left_behind.people(view(_change(changed, places=rows), sorted_index, "en"), place)
    assert told == "1,000 people live there (2024), 20% are under 15, 12.5% are 65 and over"


def test_who_lives_in_a_district_is_said_once_on_the_page(seen: View) -> None:
    said = [left_behind.opening(seen), *(g["who"] for g in left_behind.gaps(seen))]
    worst = {r["worst"]["place"] for r in seen.findings["districts"]["indicators"]}
    for place in worst | {seen.findings["districts"]["behind"][0]["place"]}:
        assert sum(left_behind.people(seen, place) in text for text in said) <= 1
    assert left_behind.people(seen, seen.findings["districts"]["behind"][0]["place"]) in said[0]


@pytest.mark.parametrize("tag", ["zh", "en"])
def test_one_number_of_indicators_stands_in_the_opening_and_over_the_gaps(
    casablanca_release: Release, tag: str
) -> None:
    had = casablanca_release.documents["findings"]["districts"]
    every = len(had["indicators"])
    for compared in (every, every - 1):
        changed = _change(casablanca_release, compared=compared)
        one = view(changed, index(changed), tag)
        said = left_behind.opening(one)
        some = one.words("behind.full_some", compared=compared)
        assert f"{every}" in said and (some in said) == (compared < every)
        assert len(left_behind.gaps(one)) + len(left_behind.rest(one)) == every


def test_a_district_that_was_always_the_worst_is_told_so(casablanca_release: Release) -> None:
    one = view(casablanca_release, index(casablanca_release), "zh")
    rows = {(5, 5): "年年", (5, 3): "最近3年都", (5, 1): "只有最近一年", (1, 1): ""}
    for (years, last), part in rows.items():
        said = left_behind._years(one, {"years": years, "last_years": last})
        assert part in said and bool(said) == bool(part)


def test_each_state_of_the_districts_has_its_own_sentence(casablanca_release: Release) -> None:
    sorted_index = index(casablanca_release)
    states = [
        {},
        {"behind": [], "compared": 4},
        {"behind": [], "indicators": []},
        {"behind": [], "indicators": [], "count": 2},
    ]
    for tag in ("zh", "en"):
        said = {
            left_behind.opening(view(_change(casablanca_release, **s), sorted_index, tag))
            for s in states
        }
        assert len(said) == len(states)
