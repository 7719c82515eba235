"""Whether a person can redo the arithmetic of a score from the lines that explain it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jinglun.model.release import Release
from jinglun.pages.explain import NotKnown, explain, text
from jinglun.pages.explain_scores import wanted
from jinglun.pages.words import words

LINE = re.compile(r"^( +)(\d+\.\d\d) = +(\d+\.\d\d)% × +(\d+\.\d\d)  (.*)$")
ENDS = {
    "en": re.compile(
        r"weight [\d.]+, (-?[\d,.]+).*? 0 points at (-?[\d,.]+).*? 100 at (-?[\d,.]+)"
    ),
    "zh": re.compile(r"权重[\d.]+、(-?[\d,.]+).*?零分点(-?[\d,.]+).*?满分点(-?[\d,.]+)"),
}


def _explained(release: Release, said: str, place: str | None = None) -> dict[str, Any]:
    return explain(release, said, place, None, words("en"))


@pytest.fixture(scope="module")
def scored(
    tmp_path_factory: pytest.TempPathFactory,
    city_writer: Callable[..., Path],
    turned: Callable[..., Release],
) -> Release:
    """A city of few figures that asks for no coverage, so that even the city has a score."""
    figures = [
        ("c", "2025", "unemployment_rate", 6, "%", "A"),
        ("c", "2025", "labour_force", 100, "person", "A"),
        ("c", "2025", "life_expectancy_at_birth", 79, "year", "A"),
        ("c", "2025", "resident_pop", 300, "person", "A"),
        ("c", "2025", "pm25_annual_mean", 28, "ug/m3", "A"),
        ("c", "2025", "health_beds", 2, "bed", "A"),
    ]
    settings = "[settings]\nassessable_coverage = 0.0\nheadline_coverage = 0.0\n"
    weights = "[weights.indicators]\nunemployment = 2.5\n[weights.domains]\nservices = 3\n"
    folder = city_writer(
        tmp_path_factory.mktemp("scored") / "city", figures=figures, city_toml=settings + weights
    )
    return turned(folder, folder / "release")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("said", ["services.citizens", "services", "citizens", "city"])
def test_the_lines_can_be_added_up_by_hand(scored: Release, said: str, lang: str) -> None:
    w = words(lang)
    found = explain(scored, said, None, None, w)
    lines = [m for m in map(LINE.match, text(found, w).splitlines()) if m]
    assert len(lines) >= 3
    for line in lines:
        points, share, score = (float(line[n]) for n in (2, 3, 4))
        assert points == pytest.approx(share / 100 * score, abs=0.011)
    # The first indent holds the parts of the score itself; deeper ones those of the line above.
    depth = min(len(line[1]) for line in lines)
    tops = [line for line in lines if len(line[1]) < depth + 4]
    # The score has one decimal, the points two, so that they can be added up to it.
    whole = re.search(r"(?:Score|得分): (\d+\.\d)(?!\d)", text(found, w))
    assert whole is not None
    assert sum(float(t[2]) for t in tops) == pytest.approx(
        found["of"]["score"], abs=0.006 * len(tops)
    )
    assert float(whole[1]) == pytest.approx(found["of"]["score"], abs=0.05)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_city_is_explained_down_to_its_cells_and_all_asks_for_the_indicators(
    scored: Release, lang: str
) -> None:
    w = words(lang)
    found = explain(scored, "city", None, None, w)
    short, whole = text(found, w), text(found, w, everything=True)
    assert "[services.citizens]" in short and "[unemployment]" not in short
    assert "[services.citizens]" in whole and "[unemployment]" in whole
    assert w("explain.score_more") in short and w("explain.score_more") not in whole
    cell = text(explain(scored, "services.citizens", None, None, w), w)
    assert "[unemployment]" in cell and w("explain.score_more") not in cell


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_indicators_points_follow_from_the_figure_and_the_two_goalposts_printed(
    casablanca_release: Release, lang: str
) -> None:
    w = words(lang)
    lines = text(explain(casablanca_release, "services.citizens", None, None, w), w).splitlines()
    redone = 0
    for line in map(LINE.match, lines):
        ends = ENDS[lang].search(line[5]) if line else None
        if line is None or ends is None:
            continue
        value, zero, full = (float(ends[n].replace(",", "")) for n in (1, 2, 3))
        by_hand = min(100.0, max(0.0, 100 * (value - zero) / (full - zero)))
        assert float(line[4]) == pytest.approx(by_hand, abs=0.02), line[5]
        redone += 1
    assert redone >= 9


def test_a_score_goes_by_its_id_and_by_its_names_in_both_languages(
    casablanca_release: Release,
) -> None:
    for said in (
        "services.citizens",
        "Services.Citizens",
        "市民服务×市民聚焦",
        "市民服务 × 市民聚焦",
        "Citizen services × Citizen focus",
    ):
        assert wanted(casablanca_release, said) == ("cell", "services", "citizens")
    assert wanted(casablanca_release, "equal") == ("aim", "services", "equal")
    assert wanted(casablanca_release, "均等") == ("aim", "services", "equal")
    assert wanted(casablanca_release, "services.equal") == ("aim", "services", "equal")
    assert wanted(casablanca_release, "city") == ("city",)
    assert wanted(casablanca_release, "unemployment") is None


def test_no_score_shares_its_name_with_an_indicator_or_a_variable(
    casablanca_release: Release,
) -> None:
    terms = casablanca_release.terms
    idents = [*terms["indicators"], *(i["code"] for i in terms["indicators"].values())]
    assert [i for i in [*idents, *terms["variables"]] if wanted(casablanca_release, i)] == []
    assert not set(terms["indicators"]) & set(terms["variables"])


@pytest.mark.parametrize(
    ("said", "place", "kind", "hint"),
    [
        ("open", None, "aim", "services.open, governance.open, operations.open"),
        ("servces.citizens", None, "indicator", "services.citizens"),
        ("resident_popp", None, "indicator", "resident_pop"),
        ("city", "01.051.01.01", "score_place", "06.141.01.0"),
        ("city", "Casablanka", "place", "Casablanca"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(
    casablanca_release: Release, said: str, place: str | None, kind: str, hint: str
) -> None:
    with pytest.raises(NotKnown) as caught:
        _explained(casablanca_release, said, place)
    assert caught.value.kind == kind and hint in caught.value.hint
    for lang in ("zh", "en"):
        told = words(lang)(f"cli.unknown_{kind}", found=said, hint=caught.value.hint)
        assert hint in told


def test_a_score_of_an_earlier_period_is_refused_and_the_latest_is_not(
    casablanca_release: Release,
) -> None:
    w = words("en")
    assert explain(casablanca_release, "services", None, "2024", w)["of"]["id"] == "services"
    with pytest.raises(NotKnown) as caught:
        explain(casablanca_release, "services", None, "2014", w)
    assert (caught.value.kind, caught.value.hint) == ("score_period", "2024")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_where_too_little_is_known_it_says_so_and_still_shows_the_parts(
    casablanca_release: Release, lang: str
) -> None:
    """Casablanca measures 11 % and a headline score needs 50 %."""
    w = words(lang)
    found = explain(casablanca_release, "city", None, None, w)
    assert found["of"]["score"] is None and len(found["of"]["parts"]) == 5
    said = text(found, w)
    assert w("why.not_assessable") in said and "50%" in said
    assert not re.search(r"\bNone\b|\bnan\b", said)


def test_a_district_has_its_own_score(casablanca_release: Release) -> None:
    found = _explained(casablanca_release, "services.citizens", "06.141.01.01")
    rows = casablanca_release.documents["weave"]["cells"]
    row = next(
        r
        for r in rows
        if (r["place"], r["domain"], r["factor"]) == ("06.141.01.01", "services", "citizens")
    )
    assert found["of"]["score"] == row["score"] and row["score"] is not None


def test_a_release_without_intervals_is_explained_without_them(scored: Release) -> None:
    """As one of an earlier version of the program: its rows have no `low` and no `high`."""
    weave = {
        kind: [{k: v for k, v in row.items() if k not in ("low", "high")} for row in rows]
        if isinstance(rows, list)
        else rows
        for kind, rows in scored.documents["weave"].items()
    }
    older = Release({**scored.documents, "weave": weave}, scored.tables)
    w = words("en")
    now, then = (explain(one, "city", None, None, w) for one in (scored, older))
    assert (then["of"]["score"], then["of"]["low"], then["of"]["high"]) == (
        *(now["of"]["score"], None, None),
    )
    assert now["of"]["low"] is not None and "90 %" not in text(then, w).splitlines()[1]
