"""Whether the parts that a score is said to be made of do add up to it, at every place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jinglun.model.release import Release
from jinglun.pages import scores
from jinglun.pages.scores import Part, covered, goalposts_of, shared, tally


def _all_scores(release: Release, place: str) -> Iterator[Part]:
    books = tally(release, place)
    yield scores.city(books)
    for factor in release.terms["factors"]:
        yield scores.factor(books, factor["id"])
    for domain in release.terms["domains"]:
        for aim in domain["aims"]:
            yield scores.aim(books, domain["id"], aim["id"])


def _within(part: Part) -> Iterator[Part]:
    yield part
    for one in part["parts"]:
        yield from _within(one)


def test_at_every_place_the_points_of_the_parts_are_the_score_of_the_weave(
    casablanca_release: Release,
) -> None:
    """The weave is made by loop/weave.py from arrays; here it is added up from the tables."""
    rows = casablanca_release.tables["places"].to_pylist()
    places = [r["place"] for r in rows if r["role"] != "peer"]
    assert len(places) == 17
    scored = 0
    for place in places:
        for whole in _all_scores(casablanca_release, place):
            for part in _within(whole):
                if part["parts"]:
                    assert covered(part["parts"]) == pytest.approx(part["coverage"], abs=1e-9)
                if part["parts"] and part["score"] is not None:
                    added = sum(p["points"] or 0.0 for p in part["parts"])
                    assert added == pytest.approx(part["score"], abs=1e-6), (place, part["id"])
                    scored += 1
    assert scored > 50


def test_a_weight_of_the_city_counts_as_it_says(
    small_city: Callable[..., Path], turned: Callable[..., Release]
) -> None:
    """Unemployment of 6 % is 50 points between 8 and 4 %; 80 years of life are the full point.

    With weights 3 and 1 that is (3 x 50 + 1 x 100) / 4 = 62.5, of which 37.5 and 25.
    """
    folder = small_city(
        figures=[
            ("c", "2025", "unemployment_rate", 6, "%", "A"),
            ("c", "2025", "labour_force", 100, "person", "A"),
            ("c", "2025", "life_expectancy_at_birth", 80, "year", "A"),
        ],
        city_toml=(
            "[settings]\nassessable_coverage = 0.0\n[weights.indicators]\nunemployment = 3\n"
        ),
    )
    release = turned(folder, folder / "release")
    ends = goalposts_of(release.terms["indicators"]["unemployment"], "2025")
    assert ends is not None and (ends["zero"], ends["full"]) == (8, 4)
    cell = scores.cell(tally(release, "c"), "services", "citizens")
    points = {p["id"]: p["points"] for p in cell["parts"] if p["points"] is not None}
    assert points == pytest.approx({"unemployment": 37.5, "life_expectancy": 25.0})
    assert cell["score"] == pytest.approx(62.5)
    others = len(cell["parts"]) - 2
    assert cell["coverage"] == pytest.approx(4 / (4 + others))


def test_what_does_not_count_says_why(small_release: Path) -> None:
    from jinglun.store.lake import read_release

    release = read_release(small_release)
    assert release is not None
    cell = scores.cell(tally(release, "c"), "services", "citizens")
    why = {p["id"]: p["why"] for p in cell["parts"]}
    assert why["unemployment"] is None
    assert why["life_expectancy"] == "stale", "its figure is of 2010"
    assert why["services_online"] == "no_data"
    assert cell["why"] == "not_assessable" and cell["score"] is None


def test_shares_are_of_what_counts_alone() -> None:
    """Weights 1, 3 and 2, the last without a score: shares 1/4 and 3/4, points 10 and 60."""
    given = [
        {"weight": 1.0, "score": 40.0, "coverage": 1.0},
        {"weight": 3.0, "score": 80.0, "coverage": 0.5},
        {"weight": 2.0, "score": None, "coverage": 0.0},
    ]
    parts = shared(given)
    assert [p["share"] for p in parts] == [0.25, 0.75, None]
    assert [p["points"] for p in parts] == [10.0, 60.0, None]
    assert covered(parts) == pytest.approx((1 + 1.5 + 0) / 6)
    weightless = shared([{"weight": 0.0, "score": 40.0, "coverage": 1.0}])
    assert weightless[0]["points"] is None and covered(weightless) == 0.0


def test_a_target_spread_over_years_is_pro_rated_to_the_year() -> None:
    """13.5 % over 2020-2025 is 5.4 % after two of the five years."""
    one = {"key": "CN@2021", "reading": None, "zero": 0.0, "full": 13.5, "status": "plan"}
    term = {"benchmark": "CN@2021", "benchmarks": [{**one, "spread": [2020, 2025]}]}
    for period, full in (("2022", 5.4), ("2020", 0.0), ("2030", 13.5)):
        ends = goalposts_of(term, period)
        assert ends is not None and ends["full"] == pytest.approx(full)
