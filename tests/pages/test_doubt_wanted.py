"""Whether the page asks for single figures only where they tell something, else for many."""

from __future__ import annotations

import copy
import dataclasses
import re
from typing import Any

import pytest

from jinglun.model.release import Release
from jinglun.pages.doubt import wanted
from jinglun.pages.doubt_wanted import Wanted
from jinglun.pages.view import index, view

LANGUAGES = ("zh", "en")


def _with(release: Release, language: str, change: Any = None) -> Wanted:
    documents = copy.deepcopy(dict(release.documents))
    if change is not None:
        change(documents["findings"])
    other = dataclasses.replace(release, documents=documents)
    return wanted(view(other, index(other), language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_that_tell_nothing_alone_are_not_listed_and_sets_are(
    casablanca_release: Release, language: str
) -> None:
    shown = _with(casablanca_release, language)
    assert all(r["narrows"] < 0.1 for r in shown.seen.findings["information"])
    assert shown.information() == []
    assert shown.wanted() == shown.words("doubt.wanted_together", points="0.1")
    best: dict[str, Any] = {}
    for row in shown.sets_found:
        best.setdefault(row["unit"], row)
    told = [f"{best[unit]['narrows']:.1f}" for unit in ("city", "domain", "cell")]
    numbers = re.findall(r"\d+\.\d", shown.together())
    assert numbers[1:] == told
    assert shown.sets()[0]["missing"] == best["cell"]["missing"] and len(shown.sets()) == 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_figure_that_tells_something_is_listed_with_what_it_serves(
    casablanca_release: Release, language: str
) -> None:
    def some(findings: dict[str, Any]) -> None:
        findings["information"][0]["narrows"] = 2.345

    shown = _with(casablanca_release, language, some)
    (row,) = shown.information()
    assert "2.3" in row["narrows"] and row["indicators"]
    assert set(row["strategies"]) <= set(casablanca_release.terms["strategies"])
    assert shown.wanted() == shown.words("doubt.wanted_single")


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_nothing_missing_and_nothing_weak_the_page_says_so(
    casablanca_release: Release, language: str
) -> None:
    def none(findings: dict[str, Any]) -> None:
        findings["information"], findings["information_sets"] = [], []

    shown = _with(casablanca_release, language, none)
    assert shown.wanted() == shown.words("doubt.wanted_none", points="0.1")
    assert shown.together() == "" == shown.full() and shown.sets() == []


def test_without_any_score_nothing_is_said_to_be_worth_measuring(
    casablanca_release: Release,
) -> None:
    def silent(findings: dict[str, Any]) -> None:
        findings["doubt"]["full"] = dict.fromkeys(findings["doubt"]["full"])

    assert _with(casablanca_release, "zh", silent).wanted() == ""
