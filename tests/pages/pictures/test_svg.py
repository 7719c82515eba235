"""Is every chart sound, readable by everyone, safe from any text and always the same?"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jinglun.pages.charts import Row, score_bar
from jinglun.pages.maps import district_map

Draw = Callable[..., str]
DrawAll = Callable[..., list[str]]
Root = Callable[[str], ET.Element]
Find = Callable[[str, str], list[ET.Element]]
Check = Callable[[str], None]

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert('1')</script> \" ]]> &amp; \x00\x0b\ud800 الدار البيضاء ‮"


@pytest.mark.parametrize(
    "words", [HOSTILE, "", "名" * 90, "A" * 300, "a b " * 60, "ابن امسيك (أ)."]
)
def test_every_chart_is_sound_with_any_text(
    all_charts: DrawAll, assert_sound: Check, words: str
) -> None:
    for svg in all_charts(words):
        assert_sound(svg)


def test_no_text_becomes_markup(all_charts: DrawAll, root: Root) -> None:
    for svg in all_charts(HOSTILE, HOSTILE):
        assert "<script" not in svg and "]]>" not in svg
        assert not list(root(svg).iter(f"{SVG}script"))
        assert "<script>alert('1')</script>" in (root(svg).find(f"{SVG}title").text or "")


@given(st.text(max_size=40), st.text(max_size=40))
@settings(deadline=None)
def test_every_chart_is_sound_with_random_text(
    all_charts: DrawAll, assert_sound: Check, words: str, href: str
) -> None:
    for svg in all_charts(words, href):
        assert_sound(svg)


@pytest.mark.parametrize(
    "href",
    ["javascript:alert(1)", "JavaScript:x", "java\nscript:x", " javascript:x", "data:text/html,x"],
)
def test_an_address_that_runs_a_script_makes_no_link(
    all_charts: DrawAll, root: Root, href: str
) -> None:
    for svg in all_charts("x", href):
        assert not list(root(svg).iter(f"{SVG}a"))


@pytest.mark.parametrize(
    "href", ["d/1.html", "https://x.org/a:b", "../a.html#b:c", "?q=a:b", "区/1.html"]
)
def test_an_ordinary_address_makes_a_link(dots: Draw, root: Root, href: str) -> None:
    assert [e.get("href") for e in root(dots([Row("a", 1, href)])).iter(f"{SVG}a")] == [href]


def test_a_chart_is_an_image_unless_it_holds_links(all_charts: DrawAll, root: Root) -> None:
    for svg in all_charts("x", None):
        assert root(svg).get("role") == "img"
    assert [root(svg).get("role") for svg in all_charts("x", "a.html")].count("group") == 2


def test_equal_input_gives_equal_bytes(all_charts: DrawAll) -> None:
    assert all_charts("x") == all_charts("x")


def test_text_stays_11_px_where_a_chart_is_shown_320_px_wide(
    all_charts: DrawAll, root: Root
) -> None:
    for svg in all_charts("x"):
        sizes = [float(e.get("font-size")) for e in root(svg).iter() if e.get("font-size")]
        width = float(root(svg).get("viewBox", "").split()[2])
        assert min(sizes) * 320 / width >= 11


def test_texts_take_the_fonts_and_the_colours_of_the_page(all_charts: DrawAll, root: Root) -> None:
    for svg in all_charts("x"):
        assert "font-family:inherit" in root(svg).get("style", "")
        assert root(svg).get("fill") == "var(--ink, #1d2733)" and root(svg).get("width") == "100%"


def test_a_page_written_right_to_left_does_not_turn_the_anchors(
    dots: Draw, root: Root, found: Find
) -> None:
    svg = dots([Row("ابن امسيك.", 1), Row("Anfa", 2)])
    assert "direction:ltr" in root(svg).get("style", "")
    styles = {e.text: e.get("style") for e in found(svg, "text")}
    assert styles["ابن امسيك."] == "unicode-bidi:plaintext" and styles["Anfa"] is None


@pytest.mark.parametrize("ident", ["", "1a", "a b", 'a"b', "a#b", "<a>"])
def test_an_ident_that_cannot_be_referred_to_is_refused_by_name(ident: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(ident))):
        score_bar(1, ident=ident, title="", desc="")


@pytest.mark.parametrize("ident", ["a", "区-1", "d_1.2"])
def test_an_ident_may_be_written_in_any_script(root: Root, ident: str) -> None:
    assert root(score_bar(None, ident=ident, title="", desc="")).get("id") == ident


def test_a_chart_says_no_word_of_its_own(
    bar: Draw, dots: Draw, line: Draw, spread: Draw, root: Root
) -> None:
    svgs = [bar(None, "※"), dots([Row("※", None)], "※"), line([], "※"), spread([], 1, "※")]
    svgs.append(district_map([], ident="c", title="※", desc="※", legend=[]))
    for svg in svgs:
        assert not re.search(r"[A-Za-z]", "".join(root(svg).itertext()))
