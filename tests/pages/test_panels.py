"""Whether pictures and tables show whom they lack, and name all that they draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from xml.etree.ElementTree import Element

from jinglun.model.release import Release
from jinglun.pages import panels
from jinglun.pages.colours import score_colour
from jinglun.pages.view import index, view

Say = Callable[[Element | None], str]
Site = dict[str, Element]


def test_a_score_wears_the_colour_of_the_number_printed() -> None:
    """59.8 is printed as 60 and 59.4 as 59; the classes part at 60."""
    assert score_colour(59.8) == score_colour(60.0) != score_colour(59.4)


def test_a_district_without_a_figure_stands_in_the_list_and_says_so(
    casablanca_release: Release,
) -> None:
    found = index(casablanca_release)
    seen = view(casablanca_release, found, "zh")
    gone = seen.districts[0]
    fewer = {k: v for k, v in found.figures.items() if k != ("unemployment", gone)}
    seen = view(casablanca_release, replace(found, figures=fewer), "zh")
    figure = seen.latest("unemployment", seen.subject)
    assert figure is not None
    picture = str(panels.districts_plot(seen, "unemployment", figure))
    assert f"{seen.place(gone)} 无数据" in picture and picture.count("无数据") == 2
    assert str(panels.districts_plot(seen, "unemployment", figure)).count("<circle") == 15


def test_on_the_map_of_an_indicator_every_district_is_named_with_its_number(
    site: Site, casablanca_release: Release, text: Say, lang: str
) -> None:
    rows = casablanca_release.tables["places"].to_pylist()
    names = [r[f"title_{lang}"] for r in rows if r["role"] == "district"]
    page = site[f"{lang}/indicator/unemployment.html"]
    (section,) = page.findall(".//section[@aria-labelledby='h-map']")
    # A list below the map may break a line amid a name.
    drawn = "".join(text(e) for e in section.iter("text")).replace(" ", "")
    assert len(names) == 16
    assert [n for n in names if n.replace(" ", "") not in drawn] == []


def test_the_first_page_holds_the_sum_behind_the_total_or_its_parts(
    site: Site, text: Say, lang: str
) -> None:
    (folded,) = site[f"{lang}/index.html"].findall(".//details[@class='sum']")
    assert (
        text(folded.find("summary"))
        == {
            "zh": "为什么没有总分",
            "en": "Why there is no total score",
        }[lang]
    )
    assert len(folded.findall(".//tbody/tr")) == 5
