"""Are the charts true to scale, readable by everyone, safe from any text and always the same?"""

from __future__ import annotations

import math
import re
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jinglun.pages import charts
from jinglun.pages.charts import (
    LegendClass,
    Point,
    Row,
    Shape,
    contrast,
    distribution,
    district_map,
    dot_plot,
    label_point,
    legend,
    luminance,
    nice_bins,
    nice_step,
    nice_ticks,
    score_bar,
    score_colour,
    text_on,
    trend,
)

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert('1')</script> \" ]]> &amp; \x00\x0b\ud800 الدار البيضاء ‮"
SQUARE = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]
CLASSES = [LegendClass(score_colour(s)[0], f"from {s}") for s in (0, 20, 40, 60, 80)]
CLASSES.append(LegendClass("#f0f1f3", "not measured", True))


def number(value: float) -> str:
    return f"{value:.6g}"


def bar(score: float | None = 72, words: str = "x", **more: float | None) -> str:
    return score_bar(score, ident="c", title=words, desc=words, number=number, **more)


def dots(rows: list[Row], words: str = "x", reference: float | None = 50, **more: object) -> str:
    told = {"title": words, "desc": words, "unit": words, "reference_label": words}
    return dot_plot(rows, reference=reference, ident="c", number=number, **told, **more)


def line(points: list[Point], words: str = "x", **more: object) -> str:
    return trend(points, ident="c", title=words, desc=words, unit=words, number=number, **more)


def spread(values: object, subject: float | None = 5, words: str = "x", **more: object) -> str:
    told = dict.fromkeys(("title", "desc", "unit", "subject_label", "peer_label"), words)
    return distribution(values, subject=subject, ident="c", number=number, **told, **more)


def atlas(shapes: list[Shape], words: str = "x") -> str:
    return district_map(shapes, ident="c", title=words, desc=words, legend=CLASSES, note=words)


def all_charts(words: str, href: str | None = "a.html") -> list[str]:
    """One of each, every text in it being `words`."""
    shapes = [
        Shape(words, [SQUARE], "#142c59", False, href, words),
        Shape(words, [[(x + 1, y) for x, y in SQUARE]], words, True, None, "7"),
    ]
    return [
        bar(72, words, low=61, high=80),
        bar(None, words),
        dots([Row(words, 3, href, True), Row(words, None)], words, benchmarks=[(9, words)]),
        line([Point(words, 2019, 1, words), Point("b", 2020, None), Point("c", 2021, 2)], words),
        spread([1, 2, 3], 2, words, benchmarks=[(4, words)], count_label=words),
        atlas(shapes, words),
        legend([LegendClass(words, words), *CLASSES], ident="c", title=words, desc=words),
    ]


def root(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def found(svg: str, tag: str) -> list[ET.Element]:
    """Every element of that name, but those of the hatch, which is drawn nowhere itself."""
    tree = root(svg)
    hatch = [e for pattern in tree.iter(f"{SVG}pattern") for e in pattern.iter()]
    return [e for e in tree.iter(f"{SVG}{tag}") if e not in hatch]


def texts(svg: str) -> list[str]:
    return [e.text or "" for e in found(svg, "text")]


def path_points(d: str) -> Iterator[tuple[float, float]]:
    """The vertices of path data in the commands the charts use: M L H l v z."""
    x = y = x0 = y0 = 0.0
    for command, arguments in re.findall(r"([MLHlvz])([^MLHlvz]*)", d):
        numbers = [float(n) for n in re.findall(r"-?[\d.]+(?:e-?\d+)?", arguments)]
        if command in "Hv":
            x, y = (numbers[0], y) if command == "H" else (x, y + numbers[0])
            yield x, y
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True) if command in "MLl" else ():
            x, y = (x + dx, y + dy) if command == "l" else (dx, dy)
            yield x, y
        x0, y0 = (x, y) if command == "M" else (x0, y0)


def marks(svg: str) -> Iterator[tuple[float, float]]:
    """Corners of everything drawn, text by where it is anchored."""
    tree = root(svg)
    for pattern in tree.iter(f"{SVG}defs"):
        pattern.clear()
    for e in tree.iter():
        at = {
            key: float(e.get(key, 0)) for key in ("x", "y", "cx", "cy", "r", "x1", "y1", "x2", "y2")
        }
        if e.tag == f"{SVG}rect":
            yield at["x"], at["y"]
            assert float(e.get("width", -1)) >= 0 and float(e.get("height", -1)) >= 0
            yield at["x"] + float(e.get("width", 0)), at["y"] + float(e.get("height", 0))
        elif e.tag == f"{SVG}text":
            yield at["x"], at["y"]
        elif e.tag == f"{SVG}circle":
            yield at["cx"] - at["r"], at["cy"] - at["r"]
            yield at["cx"] + at["r"], at["cy"] + at["r"]
        elif e.tag == f"{SVG}line":
            yield at["x1"], at["y1"]
            yield at["x2"], at["y2"]
        elif e.tag == f"{SVG}path":
            yield from path_points(e.get("d", ""))


def assert_sound(svg: str) -> None:
    """Check form, unique ids, references, finite numbers and that all marks are in the picture."""
    tree = root(svg)
    ids = [e.get("id") for e in tree.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    for wanted in re.findall(r"url\(#([^)]*)\)", svg):
        assert wanted in ids
    assert {tree.get("aria-labelledby"), tree.get("aria-describedby")} <= set(ids)
    for e in tree.iter():
        for key, value in e.attrib.items():
            if key in ("x", "y", "cx", "cy", "r", "x1", "x2", "y1", "y2", "width", "height", "d"):
                assert not re.search("nan|inf", value), (e.tag, key, value)
    _, _, width, height = map(float, tree.get("viewBox", "").split())
    for x, y in marks(svg):
        assert -0.01 <= x <= width + 0.01 and -0.01 <= y <= height + 0.01, (x, y, width, height)


# Colours ------------------------------------------------------------------------------------


# Machado, Oliveira and Fernandes (2009), A physiologically-based model for simulation of color
# vision deficiency, IEEE TVCG 15(6), severity 1.0; applied to linear RGB.
MACHADO = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
    "none": np.eye(3).tolist(),
}
TO_XYZ = np.array(  # IEC 61966-2-1, D65
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)


def linear(colour: str) -> np.ndarray:
    c = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE 1976 L*a*b* of linear sRGB; white is that of the matrix."""
    t = TO_XYZ @ np.clip(rgb, 0, 1) / TO_XYZ.sum(axis=1)
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_contrast_agrees_with_published_ratios() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    # WebAIM: #767676 is the lightest grey that passes AA on white, at 4.54:1.
    assert contrast("#ffffff", "#767676") == pytest.approx(4.54, abs=0.005)
    assert luminance("#ff0000") == pytest.approx(0.2126)


def test_the_lab_of_red_is_the_published_one() -> None:
    assert lab(linear("#ff0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.1)


def test_every_score_has_text_at_aa_contrast() -> None:
    for score in (None, *range(101)):
        assert contrast(*score_colour(score)) >= 4.5


def test_a_class_holds_its_lower_bound_and_not_its_upper() -> None:
    fills = [score_colour(s)[0] for s in (0, 19.999, 20, 39.999, 40, 59.999, 60, 79.999, 80, 100)]
    assert fills == [fill for fill in charts.SCORE_FILLS for _ in (0, 1)]


def test_a_score_that_is_no_number_is_missing_and_one_off_the_scale_takes_the_end() -> None:
    assert score_colour(math.nan) == score_colour(None) == score_colour(math.inf)
    assert score_colour(-3) == score_colour(0) and score_colour(104) == score_colour(100)
    assert score_colour(None)[0] not in charts.SCORE_FILLS


def test_a_higher_score_is_always_darker_even_in_grey() -> None:
    assert all(luminance(a) > luminance(b) for a, b in pairwise(charts.SCORE_FILLS))
    lightness = [lab(linear(fill))[0] for fill in charts.SCORE_FILLS]
    assert all(a - b >= 15 for a, b in pairwise(lightness))


@pytest.mark.parametrize("vision", MACHADO)
def test_no_two_classes_look_alike_under_any_colour_blindness(vision: str) -> None:
    # A distance of 2.3 is just noticeable (Mahy et al. 1994); patches apart on a map need several.
    seen = [lab(np.array(MACHADO[vision]) @ linear(fill)) for fill in charts.SCORE_FILLS]
    assert min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2)) >= 15


def test_fallback_colours_reach_aa_on_white_for_text_and_3_to_1_for_marks() -> None:
    fallback = {
        name: re.findall("#[0-9a-f]{6}", getattr(charts, name))[0]
        for name in ("INK", "ACCENT", "MUTED")
    }
    assert all(contrast(colour, "#ffffff") >= 4.5 for colour in fallback.values())
    assert contrast(fallback["MUTED"], charts.MISSING_FILL) >= 3


@given(st.integers(0, 0xFFFFFF))
def test_a_text_colour_can_be_read_on_any_fill(colour: int) -> None:
    fill = f"#{colour:06x}"
    # 4.28 is what black-blue and white both reach on the one grey between them.
    assert contrast(fill, text_on(fill)) >= 4.25


# Numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "count", "ticks"),
    [
        (0, 100, 5, [0, 20, 40, 60, 80, 100]),  # 100 / 5 = 20
        (3, 47, 5, [0, 10, 20, 30, 40, 50]),  # 44 / 5 = 8.8 -> 10
        (0.12, 0.31, 5, [0.1, 0.15, 0.2, 0.25, 0.3, 0.35]),  # 0.038 -> 0.05
        (-7, 12, 4, [-10, -5, 0, 5, 10, 15]),  # 4.75 -> 5
        (1_200_000, 1_900_000, 3, [1_000_000, 1_500_000, 2_000_000]),  # 233,333 -> 500,000
        (5, 5, 5, [4.4, 4.6, 4.8, 5.0, 5.2, 5.4, 5.6]),  # 4.5 to 5.5: 1 / 5 = 0.2
        (0, 0, 2, [-1, 0, 1]),  # -1 to 1: 1
    ],
)
def test_ticks_follow_the_1_2_5_rule(low: float, high: float, count: int, ticks: list) -> None:
    assert nice_ticks(low, high, count) == ticks


@given(st.floats(1e-12, 1e12), st.integers(1, 40))
def test_a_step_is_1_2_or_5_and_the_least_that_will_do(span: float, count: int) -> None:
    step = nice_step(span, count)
    digit = float(f"{step:e}".split("e")[0])
    assert digit in (1, 2, 5)
    assert step * count >= span * (1 - 1e-8)
    assert step / 2.5 * count < span * (1 + 1e-8)


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9), st.integers(1, 10))
def test_ticks_embrace_the_data_and_are_evenly_apart(a: float, b: float, count: int) -> None:
    low, high = sorted((a, b))
    ticks = nice_ticks(low, high, count)
    steps = np.diff(ticks)
    assert ticks[0] <= low + 1e-6 * abs(steps[0]) and high <= ticks[-1] + 1e-6 * abs(steps[0])
    assert steps == pytest.approx(steps[0]) and len(ticks) <= count + 2 + 4 * (low == high)


VALUES = st.lists(
    st.one_of(st.floats(-1e9, 1e9), st.integers(0, 100), st.decimals(0, 1, places=1)).map(float),
    min_size=1,
    max_size=300,
)


@given(VALUES)
def test_bins_count_as_numpy_does_and_are_forty_at_most(values: list[float]) -> None:
    edges, counts = nice_bins(values)
    assert counts == np.histogram(values, bins=edges)[0].tolist()
    assert sum(counts) == len(values) and 1 <= len(counts) <= 40


def test_two_thousand_values_are_binned_as_by_hand() -> None:
    # 2000 whole numbers 0 to 99, twenty of each: 99 / 37 = 2.7 -> 5, so 20 bins of 5 x 20.
    edges, counts = nice_bins([float(i % 100) for i in range(2000)])
    assert edges == [5.0 * i for i in range(21)] and counts == [100] * 20


# All charts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", [HOSTILE, "", "名" * 90, "A" * 300, "a b " * 60, "ابن امسيك (أ)."]
)
def test_every_chart_is_sound_with_any_text(words: str) -> None:
    for svg in all_charts(words):
        assert_sound(svg)


def test_no_text_becomes_markup() -> None:
    for svg in all_charts(HOSTILE, HOSTILE):
        assert "<script" not in svg and "]]>" not in svg
        assert not list(root(svg).iter(f"{SVG}script"))
        assert "<script>alert('1')</script>" in (root(svg).find(f"{SVG}title").text or "")


@given(st.text(max_size=40), st.text(max_size=40))
@settings(deadline=None)
def test_every_chart_is_sound_with_random_text(words: str, href: str) -> None:
    for svg in all_charts(words, href):
        assert_sound(svg)


@pytest.mark.parametrize(
    "href",
    ["javascript:alert(1)", "JavaScript:x", "java\nscript:x", " javascript:x", "data:text/html,x"],
)
def test_an_address_that_runs_a_script_makes_no_link(href: str) -> None:
    for svg in all_charts("x", href):
        assert not list(root(svg).iter(f"{SVG}a"))


@pytest.mark.parametrize(
    "href", ["d/1.html", "https://x.org/a:b", "../a.html#b:c", "?q=a:b", "区/1.html"]
)
def test_an_ordinary_address_makes_a_link(href: str) -> None:
    assert [e.get("href") for e in root(dots([Row("a", 1, href)])).iter(f"{SVG}a")] == [href]


def test_a_chart_is_an_image_unless_it_holds_links() -> None:
    for svg in all_charts("x", None):
        assert root(svg).get("role") == "img"
    assert [root(svg).get("role") for svg in all_charts("x", "a.html")].count("group") == 2


def test_equal_input_gives_equal_bytes() -> None:
    assert all_charts("x") == all_charts("x")


def test_text_stays_11_px_where_a_chart_is_shown_320_px_wide() -> None:
    for svg in all_charts("x"):
        sizes = [float(e.get("font-size")) for e in root(svg).iter() if e.get("font-size")]
        width = float(root(svg).get("viewBox", "").split()[2])
        assert min(sizes) * 320 / width >= 11


def test_texts_take_the_fonts_and_the_colours_of_the_page() -> None:
    for svg in all_charts("x"):
        assert "font-family:inherit" in root(svg).get("style", "")
        assert root(svg).get("fill") == "var(--ink, #1d2733)" and root(svg).get("width") == "100%"


def test_a_page_written_right_to_left_does_not_turn_the_anchors() -> None:
    svg = dots([Row("ابن امسيك.", 1), Row("Anfa", 2)])
    assert "direction:ltr" in root(svg).get("style", "")
    styles = {e.text: e.get("style") for e in found(svg, "text")}
    assert styles["ابن امسيك."] == "unicode-bidi:plaintext" and styles["Anfa"] is None


@pytest.mark.parametrize("ident", ["", "1a", "a b", 'a"b', "a#b", "<a>"])
def test_an_ident_that_cannot_be_referred_to_is_refused_by_name(ident: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(ident))):
        score_bar(1, ident=ident, title="", desc="")


@pytest.mark.parametrize("ident", ["a", "区-1", "d_1.2"])
def test_an_ident_may_be_written_in_any_script(ident: str) -> None:
    assert root(score_bar(None, ident=ident, title="", desc="")).get("id") == ident


def test_a_hundred_charts_of_a_kind_take_less_than_a_second() -> None:
    rows = [Row(f"District number {i}", i / 3, f"{i}.html") for i in range(40)]
    for draw in (
        lambda: dots(rows),
        lambda: line([Point(str(y), y, y % 7) for y in range(2000, 2020)]),
        lambda: spread([float(i % 97) for i in range(2000)]),
        lambda: atlas(CITY),
    ):
        draw()
        start = time.process_time()
        for _ in range(20):
            draw()
        assert time.process_time() - start < 20 / 100


# Score bar ----------------------------------------------------------------------------------


def test_the_marker_stands_at_the_score() -> None:
    # The track runs from 6 to 234: 6 + 228 * 0.25 = 63.
    svg = score_bar(25, ident="c", title="t", desc="d")
    assert [e.get("x1") for e in found(svg, "line") if e.get("stroke-width") == "2.5"] == ["63"]


def test_whiskers_reach_from_low_to_high() -> None:
    # 6 + 228 * 0.5 = 120 and 6 + 228 * 0.75 = 177.
    svg = score_bar(60, low=50, high=75, ident="c", title="t", desc="d")
    xs = [x for e in found(svg, "path") for x, _ in path_points(e.get("d", ""))]
    assert (min(xs), max(xs)) == (120, 177)


def test_a_missing_score_is_hatched_and_has_no_marker() -> None:
    svg = bar(None, low=3, high=4)
    assert "url(#c-hatch)" in svg and texts(svg) == ["—"]
    assert not [e for e in found(svg, "line") if e.get("stroke-width") == "2.5"]


ANY = st.one_of(st.none(), st.floats(), st.floats(-1e4, 1e4))


@given(ANY, ANY, ANY)
def test_a_score_bar_is_sound_for_any_number(score: float, low: float, high: float) -> None:
    assert_sound(bar(score, low=low, high=high))


# Dot plot -----------------------------------------------------------------------------------


@given(st.lists(st.tuples(ANY, st.booleans()), max_size=40), ANY, st.lists(ANY, max_size=5))
@settings(deadline=None)
def test_a_dot_plot_is_sound_for_any_numbers(values: list, reference: float, lines: list) -> None:
    rows = [Row(f"d{i}", value, None, bold) for i, (value, bold) in enumerate(values)]
    assert_sound(
        dots(rows, "x", reference, benchmarks=[(v, "law") for v in lines if v is not None])
    )


def test_dots_stand_true_to_scale_and_rows_in_the_order_given() -> None:
    svg = dots([Row("b", 80), Row("a", 20), Row("c", 50)])
    centres = [(float(e.get("cx", 0)), float(e.get("cy", 0))) for e in found(svg, "circle")]
    (x80, y1), (x20, y2), (x50, y3) = centres
    assert x20 < x50 < x80 and x50 == pytest.approx((x20 + x80) / 2, abs=0.02)
    assert y1 < y2 < y3 and y2 - y1 == 27
    reference = next(e for e in found(svg, "line")[1:] if e.get("stroke") == charts.INK)
    assert float(reference.get("x1", 0)) == x50  # the city's 50


def test_every_value_is_printed_and_a_missing_one_has_a_dash_and_no_dot() -> None:
    svg = dots([Row("a", 12.5), Row("b", None), Row("c", math.nan)])
    assert "12.5" in texts(svg) and texts(svg).count("—") == 2
    assert len(found(svg, "circle")) == 1


def test_a_name_of_twenty_letters_is_whole_and_a_longer_one_is_cut_but_whole_in_its_title() -> None:
    whole, long = "Mechouar de Casablan", "Arrondissement de Sidi Othmane Sud-Est"
    assert len(whole) == 20
    svg = dots([Row(whole, 1), Row(long, 2)])
    assert whole in texts(svg) and long not in texts(svg)
    cut = next(t for t in texts(svg) if t.endswith("…"))
    assert long.startswith(cut[:-1].rstrip()) and f"{long} 2 x" in [
        e.text for e in found(svg, "title")
    ]


def test_the_emphasised_row_differs_by_shape_and_weight_not_by_colour_alone() -> None:
    svg = dots([Row("a", 1, None, True), Row("b", 2)])
    assert len(found(svg, "circle")) == 1 and len(found(svg, "path")) == 1
    assert [e.text for e in found(svg, "text") if e.get("font-weight") == "bold"] == ["a", "1"]


def test_reference_and_benchmarks_differ_by_dash_and_are_named_with_their_value() -> None:
    svg = dots([Row("a", 1)], "City", benchmarks=[(60, "Law"), (70, "Plan")])
    dashes = [
        e.get("stroke-dasharray") for e in found(svg, "line") if e.get("stroke") == charts.INK
    ]
    assert len(dashes) == 6 and len(set(dashes)) == 3  # each once in the key and once in the plot
    assert {"City 50", "Law 60", "Plan 70"} <= set(texts(svg))


def test_a_linked_row_is_one_link_named_by_place_and_value_and_24_px_high_on_a_phone() -> None:
    svg = dots([Row("Anfa", 1, "a.html")])
    (link,) = root(svg).iter(f"{SVG}a")
    assert link.find(f"{SVG}title").text == "Anfa 1 x"
    assert float(link.find(f"{SVG}rect").get("height")) * 320 / 360 >= 24


def test_axis_labels_never_repeat_each_other_when_the_caller_rounds() -> None:
    told = {"title": "t", "desc": "d", "unit": "", "reference_label": "r"}
    svg = dot_plot(
        [Row("a", 0.1), Row("b", 0.4)], reference=None, ident="c", number="{:.0f}".format, **told
    )
    labels = [e.text for e in found(svg, "text") if e.get("text-anchor") == "middle"]
    assert len(labels) == 2 * len(set(labels))  # once above and once below


@pytest.mark.parametrize("top", [9, 95, 999, 12_345, 190_000, 7_654_321])
def test_axis_labels_do_not_touch_and_at_least_two_are_named(top: float) -> None:
    svg = dots([Row("Mechouar de Casablanca", 0), Row("b", top)], reference=None)
    labels = [e for e in found(svg, "text") if e.get("text-anchor") == "middle"]
    upper = labels[: len(labels) // 2]
    assert len(upper) >= 2
    for one, other in pairwise(upper):
        # A digit of DejaVu Sans, the widest of the usual faces, is 0.636 em.
        room = 0.636 * 12.5 * (len(one.text or "") + len(other.text or "")) / 2
        assert float(other.get("x", 0)) - float(one.get("x", 0)) >= room


def test_labels_that_have_no_room_are_left_out_and_never_printed_over_each_other() -> None:
    told = {"title": "t", "desc": "d", "unit": "", "reference_label": ""}
    rows = [Row("Arrondissement de Sidi Othmane", 123_456_789.5), Row("b", -5e6)]
    svg = dot_plot(rows, reference=None, ident="c", number="{:,.1f}".format, **told)
    assert not [e for e in found(svg, "text") if e.get("text-anchor") == "middle"]
    assert "123,456,789.5" in texts(svg)


# Trend --------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.one_of(st.floats(), st.floats(1990, 2030)), ANY), max_size=20))
@settings(deadline=None)
def test_a_trend_is_sound_for_any_numbers(points: list[tuple[float, float]]) -> None:
    assert_sound(line([Point(str(i), x, v, "n" * (i % 2)) for i, (x, v) in enumerate(points)]))


def test_time_is_to_scale_in_whatever_order_it_comes() -> None:
    svg = line([Point("2024", 2024, 3), Point("2014", 2014, 1), Point("2016", 2016, 2)])
    xs = [float(e.get("cx", 0)) for e in found(svg, "circle")]
    assert xs == sorted(xs)
    assert (xs[1] - xs[0]) / (xs[2] - xs[0]) == pytest.approx(0.2, abs=0.001)  # 2 of 10 years


def test_the_line_breaks_where_a_value_is_missing() -> None:
    values = [1, 2, None, 3, 4, math.nan, 5]
    svg = line([Point(str(i), 2000 + i, value) for i, value in enumerate(values)])
    d = next(e.get("d", "") for e in found(svg, "path"))
    assert [part.count("L") for part in d.split("M")[1:]] == [1, 1, 0]
    assert len(found(svg, "circle")) == 5


def test_the_first_and_the_last_known_value_are_printed_beside_their_dots() -> None:
    values = [None, 41.25, 60, 52.75, None]
    svg = line([Point(str(i), 2000 + i, value) for i, value in enumerate(values)])
    assert [e.text for e in found(svg, "text") if e.get("font-weight") == "bold"] == [
        "52.75",
        "41.25",
    ]


def test_a_note_is_printed_and_its_point_is_no_plain_dot() -> None:
    svg = line(
        [
            Point("2019", 2019, 1, "new method"),
            Point("2020", 2020, 2),
            Point("2021", 2021, None, "no survey"),
        ]
    )
    assert len(found(svg, "circle")) == 1 and len(found(svg, "rect")) == 1
    assert "□ 2019: new method" in texts(svg) and "2021: no survey" in texts(svg)


def test_period_labels_do_not_touch() -> None:
    svg = line([Point(f"{y}-Q2", y, 1.0 + y % 3) for y in range(2000, 2020)])
    told = [e for e in found(svg, "text") if "-Q2" in (e.text or "")]
    xs = sorted(float(e.get("x", 0)) for e in told)
    assert all(b - a >= 7 * 0.5 * 12.5 for a, b in pairwise(xs)) and len(xs) >= 3
    assert {"2000-Q2", "2019-Q2"} <= {e.text for e in told}


# Distribution -------------------------------------------------------------------------------


@given(st.lists(ANY, max_size=60), ANY, st.lists(ANY, max_size=3))
@settings(deadline=None)
def test_a_distribution_is_sound_for_any_numbers(values: list, subject: float, lines: list) -> None:
    assert_sound(spread(values, subject, benchmarks=[(v, "law") for v in lines if v is not None]))


@pytest.mark.parametrize("values", [[], [5], [5, 7], [5] * 2000, list(range(2000)), [0, 1e12]])
def test_a_distribution_is_sound_for_one_or_thousands(values: list[float]) -> None:
    assert_sound(spread(values))


def test_bars_count_every_peer_once_and_missing_ones_not_at_all() -> None:
    values = np.random.default_rng(7).normal(50, 12, 1500)
    values[::100] = np.nan
    svg = spread(values, 71)
    counts = [int((e.text or "").rsplit(": ")[-1]) for e in found(svg, "title")[1:]]
    _, expected = nice_bins(values[~np.isnan(values)].tolist())
    assert sum(counts) == 1485 and counts == [count for count in expected if count]
    heights = [float(e.get("height", 0)) for e in found(svg, "rect")]
    assert np.corrcoef(heights, counts)[0, 1] == pytest.approx(1, abs=1e-4)


def test_the_median_and_the_subject_are_named_with_their_values() -> None:
    svg = distribution(
        [1, 2, 3, 10],
        subject=4,
        ident="c",
        title="t",
        desc="d",
        unit="",
        number=number,
        subject_label="City",
        peer_label="median",
    )
    assert "City 4" in texts(svg) and "median 2.5" in texts(svg)  # (2 + 3) / 2


# District map -------------------------------------------------------------------------------


def star(x: float, y: float, count: int = 300) -> list[tuple[float, float]]:
    angles = [2 * math.pi * i / count for i in range(count)]
    radii = [0.02 * (1 + 0.3 * math.sin(9 * a) + 0.05 * math.sin(71 * a)) for a in angles]
    return [(x + r * math.cos(a), y + r * math.sin(a)) for a, r in zip(angles, radii, strict=True)]


CITY = [
    Shape(
        f"District {i}",
        [star(-7.6 + 0.045 * (i % 4), 33.5 + 0.045 * (i // 4))],
        "#579dab",
        i == 3,
        f"{i}.html",
        str(i),
    )
    for i in range(16)
]


def inside(x: float, y: float, rings: list) -> bool:
    """The even-odd rule by a ray to the right, written apart from the program's own."""
    hits = 0
    for ring in rings:
        for (ax, ay), (bx, by) in pairwise([*ring, ring[0]]):
            if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
                hits += 1
    return hits % 2 == 1


def test_sixteen_districts_of_300_points_keep_every_point_and_stay_under_60_kb() -> None:
    svg = atlas(CITY)
    assert_sound(svg)
    assert len(svg.encode()) < 60_000
    assert all(len(list(path_points(e.get("d", "")))) == 301 for e in found(svg, "path"))


def test_north_is_up_and_a_degree_of_longitude_shrinks_by_the_cosine() -> None:
    # At 60 degrees the cosine is one half: a box of 2 x 1 degrees is a square.
    box = [(10.0, 59.5), (12.0, 59.5), (12.0, 60.5), (10.0, 60.5)]
    svg = atlas([Shape("a", [box], "#ffffff")])
    points = list(path_points(found(svg, "path")[0].get("d", "")))[:4]
    (left, bottom), _, (right, top), _ = points
    assert top < bottom and right - left == pytest.approx(bottom - top, abs=0.2)


def test_a_district_is_a_link_named_by_place_and_value_with_a_title_on_its_path() -> None:
    svg = atlas(CITY)
    links = list(root(svg).iter(f"{SVG}a"))
    assert [e.get("href") for e in links] == [f"{i}.html" for i in range(16)]
    assert links[5].get("aria-label") == "District 5 5"
    assert links[5].find(f"{SVG}path/{SVG}title").text == "District 5 5"


def test_a_missing_district_is_hatched_whatever_its_colour() -> None:
    fills = [e.get("fill") for e in found(atlas(CITY), "path")]
    assert [i for i, fill in enumerate(fills) if fill == "url(#c-hatch)"] == [3]


def test_a_value_stands_in_its_district_and_one_without_room_is_listed_below() -> None:
    tiny = [(x / 50 + 1, y / 50) for x, y in SQUARE]
    svg = atlas(
        [Shape("Big", [SQUARE], "#142c59", text="81"), Shape("Tiny", [tiny], "#fbefbd", text="7")]
    )
    labels = {e.text: e for e in found(svg, "text")}
    assert labels["81"].get("fill") == "#ffffff" and "Tiny 7" in labels and "7" not in labels


def test_a_map_without_a_drawable_ring_is_still_sound() -> None:
    nan = math.nan
    for rings in (
        [],
        [[]],
        [[(nan, 1.0)]],
        [[(1.0, 1.0)]],
        [[(1.0, 1.0), (2.0, 2.0)]],
        [[(1.0, 2.0)] * 4],
    ):
        assert_sound(atlas([Shape("a", rings, "#ffffff", text="1")]))


def test_rings_in_metres_are_refused_and_not_drawn_wrong() -> None:
    with pytest.raises(ValueError, match="degrees"):
        atlas([Shape("a", [[(293_000.0, 328_000.0), (294_000.0, 329_000.0)]], "#ffffff")])


def test_a_label_avoids_holes_and_takes_the_wider_part() -> None:
    hole = [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)]
    island = [(3.0, 0.0), (6.0, 0.0), (6.0, 1.0), (3.0, 1.0)]
    x, y, room = label_point([SQUARE, hole, island])
    assert inside(x, y, [SQUARE, hole, island]) and x == 4.5 and room == 3
    x, y, _ = label_point([SQUARE, hole])
    assert inside(x, y, [SQUARE, hole])


def test_a_hole_is_left_empty_and_an_island_is_not() -> None:
    # One path by the even-odd rule: a ring within a ring is a hole whichever way it is wound.
    (path,) = found(atlas([Shape("a", [SQUARE, SQUARE[::-1]], "#ffffff")]), "path")
    assert path.get("fill-rule") == "evenodd" and path.get("d", "").count("z") == 2


def test_a_label_is_inside_a_sliver_too_thin_for_its_scan_lines_to_overlap() -> None:
    sliver = [(0.0, 0.0), (0.1, 0.0), (100.1, 1.0), (100.0, 1.0)]
    x, y, room = label_point([sliver])
    assert inside(x, y, [sliver]) and room == 0 and 0 < y < 1


POLAR = st.lists(st.floats(0.05, 1.0), min_size=3, max_size=40)


@given(POLAR, st.floats(0, 6), st.booleans())
@settings(deadline=None)
def test_a_label_is_always_inside(radii: list[float], turn: float, hollow: bool) -> None:
    def ring(scale: float) -> list[tuple[float, float]]:
        steps = [turn + 2 * math.pi * i / len(radii) for i in range(len(radii))]
        return [
            (scale * r * math.cos(a), scale * r * math.sin(a))
            for a, r in zip(steps, radii, strict=True)
        ]

    rings = [ring(1.0), ring(0.5)] if hollow else [ring(1.0)]
    x, y, room = label_point(rings)
    assert inside(x, y, rings) and room >= 0


BROKEN = st.sampled_from([math.nan, math.inf, -math.inf])
COORDINATE = st.tuples(
    st.one_of(st.floats(-180, 180), BROKEN), st.one_of(st.floats(-90, 90), BROKEN)
)


@given(st.lists(st.lists(st.lists(COORDINATE, max_size=6), max_size=3), max_size=5))
@settings(deadline=None)
def test_a_map_is_sound_for_any_rings(districts: list) -> None:
    assert_sound(
        atlas([Shape(f"d{i}", rings, "#579dab", text="50") for i, rings in enumerate(districts)])
    )


# Legend -------------------------------------------------------------------------------------


def test_a_legend_says_every_class_in_words_and_hatches_the_missing_one() -> None:
    svg = legend(CLASSES, ident="c", title="t", desc="d")
    assert texts(svg) == [words for _, words, _ in CLASSES]
    assert [e.get("fill") for e in found(svg, "rect")] == [*charts.SCORE_FILLS, "url(#c-hatch)"]


def test_a_chart_says_no_word_of_its_own() -> None:
    svgs = [bar(None, "※"), dots([Row("※", None)], "※"), line([], "※"), spread([], 1, "※")]
    svgs.append(district_map([], ident="c", title="※", desc="※", legend=[]))
    for svg in svgs:
        assert not re.search(r"[A-Za-z]", "".join(root(svg).itertext()))
