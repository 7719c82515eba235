"""Whether the sentences under a figure say the gap, the target and the trend that were found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jinglun.model.release import Release
from jinglun.pages.standing import standing, target_said, targets, trend_said
from jinglun.pages.view import View, index, view

GAP = {
    **{"indicator": "unemployment", "period": "2025", "value": 6.0, "score": 50.0, "full": 4.0},
    **{"to_full": 2.0, "points": 0.31, "frontier": 3.5, "to_frontier": 2.5},
}
TREND = {
    **{"indicator": "unemployment", "from": "2018", "to": "2025", "change": 0.5},
    **{"score_change": None, "periods": 8, "per_year": -0.25, "method": "mann_kendall"},
    **{"p": 0.0004, "significant": True, "why": "trend", "years_to_full": 8.0},
    "years_why": "pace",
}


def _seen(folder: Path, lang: str, **found: Any) -> View:
    from jinglun.store.lake import read_release

    release = read_release(folder)
    assert release is not None
    findings = {**release.documents["findings"], **found}
    made = Release({**release.documents, "findings": findings}, release.tables)
    return view(made, index(made), lang)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_gap_of_percentages_is_said_in_percentage_points_with_what_closing_it_adds(
    small_release: Path, lang: str
) -> None:
    seen = _seen(small_release, lang, gaps=[GAP])
    figure = seen.latest("unemployment", seen.subject)
    assert figure is not None
    full, best = standing(seen, "unemployment", figure)
    point = {"zh": "个百分点", "en": "percentage points"}[lang]
    assert "4%" in full and f"2 {point}" in full and "0.3" in full
    assert "3.5%" in best and f"2.5 {point}" in best


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_reached_or_not_known_is_not_called_a_gap(small_release: Path, lang: str) -> None:
    there = {**GAP, "to_full": 0.0, "to_frontier": 0.0}
    seen = _seen(small_release, lang, gaps=[there])
    figure = seen.latest("unemployment", seen.subject)
    assert figure is not None
    reached = {"zh": "已", "en": "has reached"}[lang]
    assert all(reached in said for said in standing(seen, "unemployment", figure))
    bare = {k: GAP[k] for k in ("indicator", "period", "value", "score")}
    assert standing(_seen(small_release, lang, gaps=[bare]), "unemployment", figure) == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_trend_says_its_way_its_pace_and_whether_it_is_chance(
    small_release: Path, lang: str
) -> None:
    said = trend_said(_seen(small_release, lang, trends=[TREND]), "unemployment")
    assert {"zh": "下降", "en": "falls"}[lang] in said
    assert "0.25" in said and "< 0.001" in said and "8" in said
    for why in ("no_trend", "beyond_bands", "within_bands", "no_band"):
        other = {**TREND, "why": why, "p": 0.4, "years_why": "not_significant"}
        assert trend_said(_seen(small_release, lang, trends=[other]), "unemployment") not in (
            "",
            said,
        )
    for years in ("over_100", "wrong_way"):
        other = {**TREND, "years_why": years, "years_to_full": None}
        assert trend_said(_seen(small_release, lang, trends=[other]), "unemployment") != said
    plain = {k: TREND[k] for k in ("indicator", "from", "to", "change", "score_change")}
    assert trend_said(_seen(small_release, lang, trends=[plain]), "unemployment") == ""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_target_names_who_answers_for_it_or_says_that_nobody_does(
    small_release: Path, lang: str
) -> None:
    owner = {"zh": "市人力资源和社会保障局", "en": "Labour office"}
    rows = [
        {"indicator": "unemployment", "year": 2027, "value": 5.0, "owner": owner},
        {"indicator": "unemployment", "year": 2030, "value": 4.5, "owner": None},
        {"indicator": "literacy", "year": 2030, "value": 99.0, "owner": None},
    ]
    seen = _seen(small_release, lang, targets={"list": rows, "counts": {"targets": 3}})
    mine = targets(seen, "unemployment")
    assert [t["year"] for t in mine] == [2027, 2030]
    assert owner[lang] in target_said(seen, mine[0]) and "5%" in target_said(seen, mine[0])
    assert "2030" in target_said(seen, mine[1])
    assert owner[lang] not in target_said(seen, mine[1])
    assert targets(_seen(small_release, lang, targets=None), "unemployment") == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_frontier_is_defined_where_it_is_named(small_release: Path, lang: str) -> None:
    """The third best value, of thirty comparable cities and more the best tenth."""
    third = {"zh": "29个可比城市里第三好的数", "en": "third best figure among the 29"}[lang]
    tenth = {"zh": "30个可比城市里最好一成的门槛", "en": "best tenth begins among the 30"}[lang]
    for count, told in ((29, third), (30, tenth)):
        for left in (2.5, 0.0):
            gap = {**GAP, "comparables": count, "to_frontier": left}
            seen = _seen(small_release, lang, gaps=[gap])
            figure = seen.latest("unemployment", seen.subject)
            assert figure is not None
            assert told in standing(seen, "unemployment", figure)[-1]
