"""Whether a variable's id leads to its fact, its file and row, and to what it is used for."""

from __future__ import annotations

from pathlib import Path

import pytest

from jinglun.model.release import Release
from jinglun.pages.explain import NotKnown, explain, text
from jinglun.pages.words import words


@pytest.fixture
def release(small_release: Path) -> Release:
    """The usual small city, read."""
    from jinglun.store.lake import read_release

    found = read_release(small_release)
    assert found is not None
    return found


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_variable_leads_to_its_row_and_to_every_indicator_that_uses_it(
    release: Release, lang: str
) -> None:
    """The city's 300 residents stand in row 3 of data/figures.csv, under the header."""
    w = words(lang)
    found = explain(release, "resident_pop", None, None, w)
    assert (found["kind"], found["value"], found["period"]) == ("variable", 300, "2025")
    assert (found["facts"][0]["file"], found["facts"][0]["row"]) == ("figures.csv", 3)
    users = {i for i, t in release.terms["indicators"].items() if "resident_pop" in t["parameters"]}
    assert len(users) > 5 and {i["id"] for i in found["indicators"]} == users
    said = text(found, w)
    assert all(f"[{ident}]" in said for ident in users)
    assert "figures.csv" in said and "300" in said


def test_a_variable_built_from_districts_leads_to_their_rows(release: Release) -> None:
    """60 and 120 of labour force are given for the two districts, none for the city."""
    found = explain(release, "labour_force", None, None, words("en"))
    assert found["value"] == 180
    assert {(one["place"], one["value"]) for one in found["facts"][0]["from"]} == {
        ("d1", 60),
        ("d2", 120),
    }


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_variable_without_a_figure_says_so(release: Release, lang: str) -> None:
    w = words(lang)
    found = explain(release, "gdp", None, None, w)
    assert found["value"] is None and found["facts"] == []
    assert w("explain.no_fact") in text(found, w)


def test_money_has_the_citys_own_name(release: Release) -> None:
    said = {
        lang: text(explain(release, "gdp", None, None, words(lang)), words(lang))
        for lang in ("zh", "en")
    }
    assert "LCU" not in said["zh"] + said["en"]
    assert "元" in said["zh"] and "yuan" in said["en"]


def test_a_period_that_is_not_there_is_refused(release: Release) -> None:
    with pytest.raises(NotKnown) as caught:
        explain(release, "resident_pop", None, "1999", words("en"))
    assert caught.value.kind == "period" and "2025" in caught.value.hint
