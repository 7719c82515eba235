"""Whether the pages say what the release's tables say: no more, no less and nothing made up."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest

from jinglun.model.release import Release
from jinglun.pages.view import View, index, located, number, page_name, view

Site = dict[str, ET.Element]
Say = Callable[[ET.Element | None], str]
Row = dict[str, Any]

MAX_AGE_YEARS, ASSESSABLE = 10, 0.3
"""The project's defaults, which Casablanca keeps."""


@pytest.fixture(scope="module")
def places(casablanca_release: Release) -> dict[str, list[Row]]:
    """The places by role."""
    rows = casablanca_release.tables["places"].to_pylist()
    return {
        role: [r for r in rows if r["role"] == role] for role in ("subject", "district", "peer")
    }


@pytest.fixture(scope="module")
def subject(places: dict[str, list[Row]]) -> str:
    return str(places["subject"][0]["place"])


def _measures(release: Release, place: str) -> dict[str, Row]:
    """The last measure of each indicator at a place. Casablanca has whole years alone."""
    table = release.tables["measures"]
    rows = table.filter(pc.equal(table["place"], place)).to_pylist()
    return {r["indicator"]: r for r in sorted(rows, key=lambda r: r["period"])}


def _fresh(row: Row, day: date) -> bool:
    """A year's figure is as old as its last day; Casablanca's periods are years."""
    return (day - date(int(row["period"]), 12, 31)).days / 365.25 <= MAX_AGE_YEARS


def _scored(release: Release) -> dict[str, Row]:
    indicators = release.terms["indicators"]
    return {i: t for i, t in indicators.items() if t["role"] == "score" and t["benchmark"]}


def _in_use(term: Row) -> Row:
    """The benchmark that an indicator was scored with."""
    primary = [b for b in term["benchmarks"] if b["key"] == term["benchmark"] and not b["reading"]]
    return dict(primary[0])


@pytest.fixture(scope="module")
def counting(casablanca_release: Release, subject: str, day: date) -> dict[str, Row]:
    """The measures of the city that count: of a scored indicator, and recent enough."""
    scored = _scored(casablanca_release)
    return {
        i: row
        for i, row in _measures(casablanca_release, subject).items()
        if i in scored and _fresh(row, day)
    }


def _title(release: Release, kind: str, ident: str, lang: str) -> str:
    return str(next(t for t in release.terms[kind] if t["id"] == ident)[lang])


def _shown(text: str) -> tuple[float, float]:
    """The first number of a text, and half the worth of its last digit."""
    found = re.search(r"-?[\d,]+(?:\.(\d+))?", text)
    assert found, text
    return float(found[0].replace(",", "")), 0.5 * 10.0 ** -len(found[1] or "")


# --- the weave ---


def test_a_cell_is_the_mean_of_what_is_recent_and_old_figures_count_nowhere(
    casablanca_release: Release, subject: str, counting: dict[str, Row]
) -> None:
    scored = _scored(casablanca_release)
    for cell in casablanca_release.documents["weave"]["cells"]:
        if cell["place"] != subject:
            continue
        members = [
            i
            for i, t in scored.items()
            if (t["domain"], t["factor"]) == (cell["domain"], cell["factor"])
        ]
        known = [counting[i]["score"] for i in members if i in counting]
        coverage = len(known) / len(members)
        assert sorted(cell["indicators"]) == sorted(members)
        assert cell["coverage"] == pytest.approx(coverage)
        if known and coverage >= ASSESSABLE:
            assert cell["score"] == pytest.approx(sum(known) / len(known))
        else:
            assert cell["score"] is None


def test_the_first_page_prints_every_cell_as_a_number_or_as_words(
    site: Site, casablanca_release: Release, subject: str, text: Say, lang: str
) -> None:
    blank = {"zh": ("无数据", "不可评"), "en": ("No data", "Not assessable")}[lang]
    links = site[f"{lang}/index.html"].findall(".//table[@class='weave']/tbody/tr/td/a")
    cells = [c for c in casablanca_release.documents["weave"]["cells"] if c["place"] == subject]
    assert len(links) == len(cells) == 20
    for link, cell in zip(links, cells, strict=True):
        assert link.get("href") == f"domain/{cell['domain']}.html#{cell['factor']}"
        said = text(link)
        if cell["score"] is None:
            assert said.startswith(blank[1 if cell["coverage"] > 0 else 0])
        else:
            assert abs(_shown(text(link.find("strong")))[0] - cell["score"]) <= 0.5
            assert f"{cell['low']:.0f}–{cell['high']:.0f}" in said
        assert f"{100 * cell['coverage']:.0f}" in said


# --- the three sentences ---


def _sentences(site: Site, lang: str, text: Say) -> list[str]:
    return [text(p) for p in site[f"{lang}/index.html"].findall(".//div[@class='three']/p")]


def test_the_first_sentence_names_the_cells_that_hold_the_city_back_and_their_lowest_indicators(
    site: Site,
    casablanca_release: Release,
    subject: str,
    counting: dict[str, Row],
    text: Say,
    lang: str,
) -> None:
    """A cell holds back when its p95 is under the median of the cells that can be assessed."""
    release = casablanca_release
    cells = [c for c in release.documents["weave"]["cells"] if c["place"] == subject]
    assessed = sorted((c for c in cells if c["score"] is not None), key=lambda c: c["score"])
    assert len(assessed) == 4
    median = (assessed[1]["score"] + assessed[2]["score"]) / 2
    back = [c for c in assessed if c["high"] < median]
    assert back, "the services that see the whole city are far below the rest"
    said = _sentences(site, lang, text)[0]
    for cell in back:
        assert _title(release, "domains", cell["domain"], lang) in said
        assert _title(release, "factors", cell["factor"], lang) in said
        assert all(str(round(cell[k])) in said for k in ("score", "low", "high"))
    inside = [counting[i] for i in back[0]["indicators"] if i in counting]
    lowest = sorted(inside, key=lambda r: (r["score"], r["indicator"]))[:2]
    names = [release.terms["indicators"][r["indicator"]][lang] for r in lowest]
    at = [said.index(name) for name in names]
    assert at == sorted(at) and len(at) == 2
    others = [r["indicator"] for r in inside if r not in lowest]
    assert [i for i in others if release.terms["indicators"][i][lang] in said] == []


def test_the_second_sentence_counts_what_is_known_and_gives_no_score_without_coverage(
    site: Site,
    casablanca_release: Release,
    subject: str,
    counting: dict[str, Row],
    text: Say,
    lang: str,
) -> None:
    said = _sentences(site, lang, text)[1]
    weave = casablanca_release.documents["weave"]
    cells = [c for c in weave["cells"] if c["place"] == subject]
    city = next(c for c in weave["city"] if c["place"] == subject)
    assert city["coverage"] == pytest.approx(sum(c["coverage"] for c in cells) / 20)
    assert city["coverage"] < 0.5 and city["score"] is None
    assessed = [c for c in cells if c["score"] is not None]
    scored = _scored(casablanca_release)
    proposed = [i for i, t in scored.items() if _in_use(t)["status"] == "proposed"]
    wanted = {len(scored), len(counting), len(assessed), 20, len(proposed)}
    assert said.split("：" if lang == "zh" else ": ")[1].startswith(
        {"zh": " 不给总分", "en": "No total score"}[lang]
    )
    wanted |= {round(100 * city["coverage"]), 50}
    ranks = casablanca_release.documents["findings"]["ranks"]
    rank = next(r for r in ranks if (r["unit"], r["among"]) == ("headline", "comparable"))
    # The interval runs over more than half of those ranked, so its middle is not told.
    assert rank["high"] - rank["low"] >= rank["of"] / 2
    wanted |= {rank["of"] - 1, rank["low"], rank["high"]}
    assert {int(n) for n in re.findall(r"\d+", said)} == wanted


def test_the_third_sentence_asks_for_the_three_first_numbers_of_their_offices(
    site: Site, casablanca_release: Release, text: Say, lang: str
) -> None:
    release, said = casablanca_release, _sentences(site, lang, text)[2]
    for wanted in release.documents["findings"]["collect"][:3]:
        first = release.terms["indicators"][wanted["indicators"][0]]
        assert release.terms["variables"][wanted["variable"]][lang] in said
        assert first[f"office_{lang}"] in said


def test_the_first_page_lists_the_eight_lowest_scores_of_those_in_the_total(
    site: Site, casablanca_release: Release, counting: dict[str, Row], lang: str
) -> None:
    terms = casablanca_release.terms["indicators"]
    inside = [r for r in counting.values() if terms[r["indicator"]]["domain"]]
    lowest = sorted(inside, key=lambda r: (r["score"], r["indicator"]))[:8]
    page = site[f"{lang}/index.html"]
    links = page.findall(".//section[@aria-labelledby='weakest']//tbody/tr/th/a")
    assert [a.get("href") for a in links] == [f"indicator/{r['indicator']}.html" for r in lowest]


def test_a_factor_level_indicator_is_tagged_as_not_in_the_total_and_no_other_is(
    site: Site, casablanca_release: Release, text: Say, lang: str
) -> None:
    tag = {"zh": "不计入总分", "en": "not in the city's score"}[lang]
    terms, tagged = casablanca_release.terms["indicators"], 0
    for row in site[f"{lang}/indicators.html"].findall(".//tbody/tr/th"):
        link = row.find("a")
        term = terms[str(link.get("href")).split("/")[-1].removesuffix(".html")]  # type: ignore[union-attr]
        outside = not term["domain"] and term["role"] == "score" and bool(term["benchmark"])
        assert (tag in text(row)) == outside
        tagged += outside
    assert tagged


# --- the indicators ---


def test_an_indicator_page_shows_the_value_the_period_and_the_score_of_the_tables(
    site: Site,
    casablanca_release: Release,
    subject: str,
    counting: dict[str, Row],
    text: Say,
    lang: str,
) -> None:
    measures = _measures(casablanca_release, subject)
    assert len(measures) > 30
    for ident, row in measures.items():
        page = site[f"{lang}/indicator/{ident}.html"]
        value, half = _shown(text(page.find(".//p[@class='big']")))
        assert abs(value - row["value"]) <= half * (1 + 1e-9), ident
        assert row["period"] in text(page.find(".//p[@class='big']/small"))
        chip = page.find("body/main/p/span[@class='chip']")
        if ident in counting:
            assert abs(_shown(text(chip))[0] - row["score"]) <= 0.5
        else:
            assert chip is None, ident


def test_an_indicator_without_data_is_blank_in_words_and_never_zero(
    site: Site, casablanca_release: Release, subject: str, text: Say, lang: str
) -> None:
    known = _measures(casablanca_release, subject)
    blank = {i: t for i, t in casablanca_release.terms["indicators"].items() if i not in known}
    assert len(blank) > 100
    table = site[f"{lang}/indicators.html"]
    rows = {
        str(tr.find("th/a").get("href")): tr  # type: ignore[union-attr]
        for tr in table.findall(".//tbody/tr")
    }
    for ident, term in blank.items():
        page = site[f"{lang}/indicator/{ident}.html"]
        assert page.find(".//p[@class='big']") is None
        assert term[f"office_{lang}"] in text(page.find(".//p[@class='warn']"))
        row = rows[f"indicator/{ident}.html"]
        assert row.get("class") == "blank"
        cells = [text(td) for td in row.findall("td")]
        assert len(cells) == 1 and term[f"office_{lang}"] in cells[0]
        assert not re.search(r"\d", cells[0].replace(term[f"office_{lang}"], ""))


def test_a_figure_older_than_allowed_says_so_and_others_do_not(
    site: Site, casablanca_release: Release, subject: str, day: date, text: Say, lang: str
) -> None:
    measures = _measures(casablanca_release, subject)
    old = {i for i, row in measures.items() if not _fresh(row, day)}
    assert "household_internet" in old and len(old) < len(measures)
    word = {"zh": "过旧", "en": "Too old"}[lang]
    for ident in measures:
        page = site[f"{lang}/indicator/{ident}.html"]
        assert (page.find(".//p[@class='warn']") is not None) == (ident in old)
    said = {
        tr.find("th/a").get("href"): text(tr)  # type: ignore[union-attr]
        for tr in site[f"{lang}/indicators.html"].findall(".//tbody/tr")
    }
    assert {i for i in measures if word in said[f"indicator/{i}.html"]} == old


# --- the districts ---


def test_a_district_page_lists_exactly_what_the_district_has(
    site: Site, casablanca_release: Release, places: dict[str, list[Row]], text: Say, lang: str
) -> None:
    assert len(places["district"]) == 16
    for place in places["district"]:
        page = site[f"{lang}/district/{place['place']}.html"]
        measures = _measures(casablanca_release, place["place"])
        rows = page.findall(".//details[@class='group']//tbody/tr")
        heads = [text(h) for h in page.findall(".//details[@class='group']//thead/tr/th")]
        column = heads.index({"zh": "时期", "en": "Period"}[lang]) - 1
        listed = {
            str(tr.find("th/a").get("href")).split("/")[-1].removesuffix(".html"): tr  # type: ignore[union-attr]
            for tr in rows
        }
        assert set(listed) == set(measures) and len(rows) == len(listed)
        for ident, tr in listed.items():
            value, half = _shown(text(tr.find("td")))
            assert abs(value - measures[ident]["value"]) <= half * (1 + 1e-9)
            assert text(tr.findall("td")[column]).split()[0] == measures[ident]["period"]


NAMING = ("profile", "doubt", "integrity", "backtest")
"""The pages that must say whom the city is set beside: like cities, those next in rank, misses."""


def test_nobody_but_the_city_and_its_districts_is_named_where_figures_are_shown(
    site: Site, casablanca_release: Release, places: dict[str, list[Row]]
) -> None:
    """Peers are the 1,503 other communes: neither their names in any language nor their codes."""
    site = {p: page for p, page in site.items() if Path(p).stem not in NAMING}

    def names(row: Row) -> set[str]:
        given = set(json.loads(row["titles"]).values())
        return {n for n in given | {row["title_zh"], row["title_en"], row["place"]} if n}

    def on_a_page(name: str) -> bool:
        return tuple(words.findall(name)) in told

    words = re.compile(r"[\w.'’-]+")
    told: set[tuple[str, ...]] = set()
    for node in {t for page in site.values() for t in page.itertext()}:
        said = words.findall(node)
        told |= {tuple(said[a:b]) for b in range(1, len(said) + 1) for a in range(max(0, b - 6), b)}
    own = {n for role in ("subject", "district") for row in places[role] for n in names(row)}
    assert len(places["peer"]) > 1000
    peers = {n for row in places["peer"] for n in names(row)} - own
    assert {n for n in peers if on_a_page(n)} == set()
    assert all(on_a_page(row["title_zh"]) for row in places["district"])


# --- the data ---


def test_the_data_page_balances_and_says_what_the_release_says(
    site: Site, casablanca_release: Release, text: Say, lang: str
) -> None:
    head = casablanca_release.head
    rows = site[f"{lang}/data.html"].findall("body/main/div[1]//tbody/tr")
    assert len(rows) == len(head["inputs"]) > 10
    for row, given in zip(rows, head["inputs"], strict=True):
        counts = [int(text(td).replace(",", "")) for td in row.findall("td[@class='number']")]
        read, used, rejected, values = counts
        assert read == used + rejected and read > 0
        assert (read, used, rejected) == tuple(
            given[f"rows_{n}"] for n in ("read", "used", "rejected")
        )
        assert values == given["values_used"]
        assert given["sha256"][:16] in text(row) and given["path"] in text(row)


def test_the_data_page_shows_every_figure_set_aside_with_its_reason_and_cure(
    small_site: Site, small_release: Path, lang: str, text: Say
) -> None:
    reasons = {
        "zh": {"没有这个变量", "地点不在名录中"},
        "en": {"no such variable", "place not among the places"},
    }
    rows = small_site[f"{lang}/data.html"].findall("body/main/div[2]//tbody/tr")
    assert {text(r.findall("td")[-2]) for r in rows} == reasons[lang]
    cures = {"zh": "把地点编号改成名录中的", "en": "use an id of the list of places"}
    assert any(text(r.findall("td")[-1]).startswith(cures[lang]) for r in rows)
    assert {text(r.find("td/code")).split(":")[0] for r in rows} == {"figures.csv"}


# --- how numbers and times are said ---


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (3197332.4, "3,197,332"),
        (1000, "1,000"),
        (95.64, "95.6"),
        (10, "10"),
        (1.346, "1.35"),
        (1.3, "1.3"),
        (0.042, "0.042"),
        (0.00002, "0.00002"),
        (0, "0"),
        (-0.0, "0"),
        (-2.5, "-2.5"),
        (-12345.6, "-12,346"),
    ],
)
def test_a_number_has_the_digits_its_size_deserves_and_is_zero_only_if_it_is(
    value: float, said: str
) -> None:
    assert number(value) == said


@pytest.mark.parametrize(
    ("locator", "parts"),
    [
        ("a.csv:7:value", ("a.csv", "7", "value")),
        ("a:b.csv:7:men: 2024", ("a:b.csv", "7", "men: 2024")),
        ("calls.csv:*:requests", ("calls.csv", "*", "requests")),
        ("a.csv:7:", ("a.csv", "7", "")),
    ],
)
def test_a_locator_is_file_row_and_column_whatever_their_names(
    locator: str, parts: tuple[str, str, str]
) -> None:
    assert located(locator) == parts


def test_a_page_is_named_by_the_id_unless_that_is_unsafe_in_a_path() -> None:
    assert page_name("06.141.01.01") == "06.141.01.01"
    assert page_name("CN-4403_a") == "CN-4403_a"
    odd = ["../up", "a/b", "a b", "", ".", "..", ".x", "东", "a%2Fb", "x" * 101, "a\n"]
    names = [page_name(ident) for ident in odd]
    assert len(set(names)) == len(odd)
    assert all(re.fullmatch(r"place-[0-9a-f]{12}", name) for name in names)


@pytest.fixture
def monthly(small_city: Callable[..., Path], turned: Callable[..., Release]) -> View:
    """A city with a figure of a year, of a month in it, and of a month after the day."""
    figures = [
        ("c", period, "pm25_annual_mean", value, "ug/m3", "A")
        for period, value in (("2025", 20), ("2025-03", 25), ("2026-12", 30), ("2024", 15))
    ]
    folder = small_city(figures=figures)
    release = turned(folder, folder / "release")
    return view(release, index(release), "en")


def test_the_latest_figure_is_the_last_to_end_of_those_begun(monthly: View) -> None:
    history = monthly.history("pm25_concentration", "c")
    assert [f.period for f in history] == ["2024", "2025-03", "2025", "2026-12"]
    latest = monthly.latest("pm25_concentration", "c")
    assert latest is not None and latest.period == "2025"
    found = {g["indicator"]: g["period"] for g in monthly.findings["gaps"]}
    assert found["pm25_concentration"] == latest.period


def test_a_title_in_a_language_without_one_is_the_english_one(monthly: View) -> None:
    assert monthly.title({"zh": "市"}) == ""
    assert monthly.title({"zh": "市", "en": "city"}) == "city"
    assert monthly.said({"note_zh": "注", "note_en": "note"}, "note") == "note"
    assert monthly.amount(12, "%") == "12%"
    assert monthly.amount(1200, "person") == "1,200 people"
