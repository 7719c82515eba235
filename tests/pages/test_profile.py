"""Whether the profile shows the city among its like in few strips, each right for what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jinglun.model.release import Release
from jinglun.pages.profile import PER_DOMAIN, Profile, profile
from jinglun.pages.strips import Band, key, strip
from jinglun.pages.view import index, view


@pytest.fixture(scope="module", params=["zh", "en"])
def shown(request: pytest.FixtureRequest, casablanca_release: Release) -> Profile:
    return profile(view(casablanca_release, index(casablanca_release), request.param))


def draw(*dots: float, subject: float | None = 5.0, flip: bool = False, **more: object) -> str:
    return strip(
        dots, subject=subject, ident="s", title="t", desc="d", number=str, flip=flip, **more
    )  # type: ignore[arg-type]


def diamond(svg: str) -> float:
    found = re.search(r'<path d="M([\d.]+) [\d.]+L([\d.]+)', svg)
    assert found
    return float(found[2])


def test_at_most_thirty_strips_six_of_a_domain(shown: Profile) -> None:
    groups = shown.groups()
    assert 0 < shown.shown() <= 30
    assert max(len(rows) for _, rows in groups) <= PER_DOMAIN
    assert [d for d, _ in groups] == [
        d["id"] for d in shown.seen.release.terms["domains"] if d["id"] in dict(groups)
    ]


def test_the_strips_of_a_domain_are_the_heaviest_gaps_of_it(shown: Profile) -> None:
    for domain, rows in shown.groups():
        mine = {
            g["indicator"]: g["share"] * (100 - g["score"])
            for g in shown.gaps
            if shown.seen.indicator(g["indicator"])["domain"] == domain
        }
        told = [mine.pop(row["ident"]) for row in rows]
        assert told == sorted(told, reverse=True)
        assert all(weight <= told[-1] for weight in mine.values())


def test_the_place_of_each_is_counted_again_from_the_measures(shown: Profile) -> None:
    release = shown.seen.release
    wanted = set(shown.cities)
    rows = [r for r in release.tables["measures"].to_pylist() if r["place"] in wanted]
    for gap in shown.gaps:
        values = [
            r["value"]
            for r in rows
            if (r["indicator"], r["period"]) == (gap["indicator"], gap["period"])
        ]
        higher = shown.seen.indicator(gap["indicator"])["better"] == "higher"
        worse = [v for v in values if (v < gap["value"] if higher else v > gap["value"])]
        assert (shown._ahead(gap), gap["comparables"]) == (len(worse), len(values))


def test_the_opening_counts_what_is_better_than_most(shown: Profile) -> None:
    ahead = [g for g in shown.gaps if g["percentile"] > 0.5]
    behind = [g for g in shown.gaps if g["percentile"] < 0.5]
    assert {str(len(shown.gaps)), str(len(ahead)), str(len(behind))} <= set(
        re.findall(r"\d+", shown.opening())
    )


def _changed(shown: Profile, **found: object) -> Profile:
    findings = shown.seen.release.documents["findings"]
    changed = {**findings, "comparable": {**findings["comparable"], **found}}
    release = shown.seen.release
    made = Release({**release.documents, "findings": changed}, release.tables)
    return profile(view(made, index(made), shown.seen.lang))


def test_where_none_is_much_like_the_city_the_opening_says_so(shown: Profile) -> None:
    rows = shown.seen.findings["comparable"]["places"]
    far = [{**r, "distance": 1.4356 + n / 100, "added": n == 3} for n, r in enumerate(rows)]
    unlike = _changed(shown, places=far, alike=False, of=16)
    # 1.4356 is told as 1.4: all of them differ by so much or more.
    assert {"1.4", "16", str(len(rows))} <= set(re.findall(r"[\d.]*\d", unlike.opening()))
    assert unlike.opening() != shown.opening()
    assert [bool(c["added"]) for c in unlike.comparables()] == [n == 3 for n in range(len(far))]


def test_better_than_all_and_than_none_are_said_plainly(shown: Profile) -> None:
    gap = {**shown.gaps[0], "comparables": 0}
    values = shown._values[gap["indicator"], gap["period"]]
    words, of = shown.seen.words, len(values)
    best, worst = (max(values) + 1, min(values) - 1)
    if shown.seen.indicator(gap["indicator"])["better"] == "lower":
        best, worst = worst, best
    level = worst + 1 if worst < best else worst - 1  # as the last of them
    told = [shown._place({**gap, "value": v, "comparables": of}) for v in (best, level, worst)]
    assert told == [words(f"profile.place_{k}", of=of) for k in ("all", "none", "worse")]


def test_the_comparable_cities_are_named_in_their_list_alone(
    shown: Profile, casablanca: Path
) -> None:
    names = [c["name"] for c in shown.comparables()]
    assert len(names) == len(shown.cities) == 12
    page = (casablanca / "site" / shown.seen.lang / "profile.html").read_text(encoding="utf-8")
    strips, _, cities = page.partition('<ol class="cities">')
    assert all(name in cities for name in names)
    assert not any(f">{name}<" in strips for name in names)


def test_every_strip_leads_to_its_indicator(shown: Profile, casablanca: Path) -> None:
    page = (casablanca / "site" / shown.seen.lang / "profile.html").read_text(encoding="utf-8")
    for _, rows in shown.groups():
        assert all(f'href="indicator/{row["ident"]}.html"' in page for row in rows)


def test_without_peers_the_page_says_so_and_shows_no_strip(small_release: Path) -> None:
    for tag in ("zh", "en"):
        page = (small_release / "site" / tag / "profile.html").read_text(encoding="utf-8")
        assert "chart-strip" not in page
        assert 'class="cities"' not in page


def test_better_is_to_the_right_whichever_way_the_indicator_runs() -> None:
    assert diamond(draw(0, 10, subject=9)) > 300
    assert diamond(draw(0, 10, subject=9, flip=True)) < 60


def test_the_ends_of_a_strip_name_what_stands_there() -> None:
    def labels(svg: str) -> list[str]:
        return re.findall(r"<text[^>]*>([^<]*)</text>", svg)

    assert labels(draw(0, 10)) == ["0.0", "10.0"]
    assert labels(draw(0, 10, flip=True)) == ["10.0", "0.0"]
    assert labels(draw(0, 10, ends=("worst", "best"))) == ["worst", "best"]


def test_a_strip_shows_each_dot_the_full_point_and_the_band() -> None:
    svg = draw(1, 2, 3, full=8.0, band=Band(0, 2, 4, 9))
    assert svg.count("<circle") == 3
    assert svg.count("stroke-dasharray") == 1
    assert svg.count("<rect") == 2


def test_a_strip_bears_nothing_one_value_and_equal_values() -> None:
    for svg in (draw(subject=None), draw(subject=5.0), draw(5, 5, subject=5.0)):
        assert svg.startswith("<svg") and "nan" not in svg.lower()


def test_the_key_is_as_high_as_its_words() -> None:
    short = key([("city", "c")], ident="k", title="t", desc="d")
    tall = key([("city", "c"), ("band", "b " * 80)], ident="k", title="t", desc="d")

    def height(svg: str) -> float:
        found = re.search(r'viewBox="0 0 \S+ (\S+)"', svg)
        assert found
        return float(found[1])

    assert height(tall) > 2 * height(short)
