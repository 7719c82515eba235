"""Whether a district's figures are parted by domain, and its worst and best stand first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jinglun.model.release import Release
from jinglun.pages.districts import MOST, _side, district_rows
from jinglun.pages.view import View, index, view


@pytest.fixture(scope="module")
def seen(casablanca_release: Release) -> View:
    """Casablanca in English."""
    return view(casablanca_release, index(casablanca_release), "en")


def test_every_figure_is_in_one_group_and_the_group_is_its_domain(seen: View) -> None:
    for place in seen.districts:
        rows = district_rows(seen, place)
        grouped = [(g["id"], r["ident"]) for g in rows["groups"] for r in g["rows"]]
        assert sorted(i for _, i in grouped) == sorted(r["ident"] for r in rows["all"])
        for group, ident in grouped:
            assert (seen.indicator(ident)["domain"] or "own") == group


def test_worst_and_best_are_the_widest_gaps_in_score_to_the_city(seen: View) -> None:
    for place in seen.districts:
        gaps = {}
        for row in district_rows(seen, place)["all"]:
            here, city = seen.latest(row["ident"], place), seen.latest(row["ident"], seen.subject)
            if here is None or city is None or city.period != here.period:
                continue
            if here.score is None or city.score is None or seen.stale(here.period):
                continue
            gaps[row["ident"]] = here.score - city.score
        rows = district_rows(seen, place)
        behind = sorted(g for g in gaps.values() if g < 0)[:MOST]
        ahead = sorted((g for g in gaps.values() if g > 0), reverse=True)[:MOST]
        assert [gaps[r["ident"]] for r in rows["worst"]] == behind
        assert [gaps[r["ident"]] for r in rows["best"]] == ahead
        assert len(rows["worse"]) == min(3, len(behind))


def test_the_side_is_the_sign_of_the_difference_the_right_way_round(seen: View) -> None:
    sides = set()
    for row in district_rows(seen, seen.districts[0])["all"]:
        one = seen.indicator(row["ident"])
        if row["side"] in ("better", "worse"):
            higher = row["here"] > row["city"]
            assert (row["side"] == "better") == (higher == (one["better"] == "higher"))
        sides.add(row["side"])
    assert {"better", "worse"} <= sides


def test_two_figures_that_read_alike_are_not_called_better_and_worse(seen: View) -> None:
    """19.401 beside 19.396 is 19.4 beside 19.4."""
    place = seen.districts[0]
    row = next(r for r in district_rows(seen, place)["all"] if r["side"] in ("better", "worse"))
    here, city = seen.latest(row["ident"], place), seen.latest(row["ident"], seen.subject)
    assert here is not None and city is not None
    one, two = replace(here, value=19.401), replace(city, value=19.396)
    assert _side(seen, one, two, True) == "equal"
    assert _side(seen, replace(one, value=19.6), two, True) in ("better", "worse")
