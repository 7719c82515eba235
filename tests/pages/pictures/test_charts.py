"""Are bars, dots, lines and histograms true to scale, in order and told in words?"""

from __future__ import annotations

import math
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jinglun.pages import colours
from jinglun.pages.charts import Point, Row, distribution, score_bar
from jinglun.pages.scales import nice_bins

Draw = Callable[..., str]
Root = Callable[[str], ET.Element]
Find = Callable[[str, str], list[ET.Element]]
Texts = Callable[[str], list[str]]
Points = Callable[[str], Iterator[tuple[float, float]]]
Check = Callable[[str], None]

SVG = "{http://www.w3.org/2000/svg}"


def test_a_hundred_charts_of_a_kind_take_less_than_a_second(
    dots: Draw, line: Draw, spread: Draw
) -> None:
    rows = [Row(f"District number {i}", i / 3, f"{i}.html") for i in range(40)]
    for draw in (
        lambda: dots(rows),
        lambda: line([Point(str(y), y, y % 7) for y in range(2000, 2020)]),
        lambda: spread([float(i % 97) for i in range(2000)]),
    ):
        draw()
        start = time.process_time()
        for _ in range(20):
            draw()
        assert time.process_time() - start < 20 / 100


# Score bar ------------------------------------------------------------------------------------


def test_the_marker_stands_at_the_score(found: Find) -> None:
    # The track runs from 6 to 234: 6 + 228 * 0.25 = 63.
    svg = score_bar(25, ident="c", title="t", desc="d")
    assert [e.get("x1") for e in found(svg, "line") if e.get("stroke-width") == "2.5"] == ["63"]


def test_whiskers_reach_from_low_to_high(found: Find, path_points: Points) -> None:
    # 6 + 228 * 0.5 = 120 and 6 + 228 * 0.75 = 177.
    svg = score_bar(60, low=50, high=75, ident="c", title="t", desc="d")
    xs = [x for e in found(svg, "path") for x, _ in path_points(e.get("d", ""))]
    assert (min(xs), max(xs)) == (120, 177)


def test_a_missing_score_is_hatched_and_has_no_marker(bar: Draw, found: Find, texts: Texts) -> None:
    svg = bar(None, low=3, high=4)
    assert "url(#c-hatch)" in svg and texts(svg) == ["—"]
    assert not [e for e in found(svg, "line") if e.get("stroke-width") == "2.5"]


ANY = st.one_of(st.none(), st.floats(), st.floats(-1e4, 1e4))


@given(ANY, ANY, ANY)
def test_a_score_bar_is_sound_for_any_number(
    bar: Draw, assert_sound: Check, score: float, low: float, high: float
) -> None:
    assert_sound(bar(score, low=low, high=high))


# Dot plot -------------------------------------------------------------------------------------


@given(st.lists(st.tuples(ANY, st.booleans()), max_size=40), ANY, st.lists(ANY, max_size=5))
@settings(deadline=None)
def test_a_dot_plot_is_sound_for_any_numbers(
    dots: Draw, assert_sound: Check, values: list, reference: float, lines: list
) -> None:
    rows = [Row(f"d{i}", value, None, bold) for i, (value, bold) in enumerate(values)]
    assert_sound(
        dots(rows, "x", reference, benchmarks=[(v, "law") for v in lines if v is not None])
    )


def test_dots_stand_true_to_scale_and_rows_in_the_order_given(dots: Draw, found: Find) -> None:
    svg = dots([Row("b", 80), Row("a", 20), Row("c", 50)])
    centres = [(float(e.get("cx", 0)), float(e.get("cy", 0))) for e in found(svg, "circle")]
    (x80, y1), (x20, y2), (x50, y3) = centres
    assert x20 < x50 < x80 and x50 == pytest.approx((x20 + x80) / 2, abs=0.02)
    assert y1 < y2 < y3 and y2 - y1 == 27
    reference = next(e for e in found(svg, "line")[1:] if e.get("stroke") == colours.INK)
    assert float(reference.get("x1", 0)) == x50  # the city's 50


def test_every_value_is_printed_and_a_missing_one_has_a_dash_and_no_dot(
    dots: Draw, found: Find, texts: Texts
) -> None:
    svg = dots([Row("a", 12.5), Row("b", None), Row("c", math.nan)])
    assert "12.5" in texts(svg) and texts(svg).count("—") == 2
    assert len(found(svg, "circle")) == 1


def test_a_name_of_twenty_letters_is_whole_and_a_longer_one_is_cut_but_whole_in_its_title(
    dots: Draw, found: Find, texts: Texts
) -> None:
    whole, long = "Mechouar de Casablan", "Arrondissement de Sidi Othmane Sud-Est"
    assert len(whole) == 20
    svg = dots([Row(whole, 1), Row(long, 2)])
    assert whole in texts(svg) and long not in texts(svg)
    cut = next(t for t in texts(svg) if t.endswith("…"))
    assert long.startswith(cut[:-1].rstrip()) and f"{long} 2 x" in [
        e.text for e in found(svg, "title")
    ]


def test_the_emphasised_row_differs_by_shape_and_weight_not_by_colour_alone(
    dots: Draw, found: Find
) -> None:
    svg = dots([Row("a", 1, None, True), Row("b", 2)])
    assert len(found(svg, "circle")) == 1 and len(found(svg, "path")) == 1
    assert [e.text for e in found(svg, "text") if e.get("font-weight") == "bold"] == ["a", "1"]


def test_reference_and_benchmarks_differ_by_dash_and_are_named_with_their_value(
    dots: Draw, found: Find, texts: Texts
) -> None:
    svg = dots([Row("a", 1)], "City", benchmarks=[(60, "Law"), (70, "Plan")])
    dashes = [
        e.get("stroke-dasharray") for e in found(svg, "line") if e.get("stroke") == colours.INK
    ]
    assert len(dashes) == 6 and len(set(dashes)) == 3  # each once in the key and once in the plot
    assert {"City 50", "Law 60", "Plan 70"} <= set(texts(svg))


def test_a_linked_row_is_one_link_named_by_place_and_value_and_24_px_high_on_a_phone(
    dots: Draw, root: Root
) -> None:
    svg = dots([Row("Anfa", 1, "a.html")])
    (link,) = root(svg).iter(f"{SVG}a")
    assert link.find(f"{SVG}title").text == "Anfa 1 x"
    assert float(link.find(f"{SVG}rect").get("height")) * 320 / 360 >= 24


# Trend ----------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.one_of(st.floats(), st.floats(1990, 2030)), ANY), max_size=20))
@settings(deadline=None)
def test_a_trend_is_sound_for_any_numbers(
    line: Draw, assert_sound: Check, points: list[tuple[float, float]]
) -> None:
    assert_sound(line([Point(str(i), x, v, "n" * (i % 2)) for i, (x, v) in enumerate(points)]))


def test_time_is_to_scale_in_whatever_order_it_comes(line: Draw, found: Find) -> None:
    svg = line([Point("2024", 2024, 3), Point("2014", 2014, 1), Point("2016", 2016, 2)])
    xs = [float(e.get("cx", 0)) for e in found(svg, "circle")]
    assert xs == sorted(xs)
    assert (xs[1] - xs[0]) / (xs[2] - xs[0]) == pytest.approx(0.2, abs=0.001)  # 2 of 10 years


def test_the_line_breaks_where_a_value_is_missing(line: Draw, found: Find) -> None:
    values = [1, 2, None, 3, 4, math.nan, 5]
    svg = line([Point(str(i), 2000 + i, value) for i, value in enumerate(values)])
    d = next(e.get("d", "") for e in found(svg, "path"))
    assert [part.count("L") for part in d.split("M")[1:]] == [1, 1, 0]
    assert len(found(svg, "circle")) == 5


def test_the_first_and_the_last_known_value_are_printed_beside_their_dots(
    line: Draw, found: Find
) -> None:
    values = [None, 41.25, 60, 52.75, None]
    svg = line([Point(str(i), 2000 + i, value) for i, value in enumerate(values)])
    assert [e.text for e in found(svg, "text") if e.get("font-weight") == "bold"] == [
        "52.75",
        "41.25",
    ]


def test_a_note_is_printed_and_its_point_is_no_plain_dot(
    line: Draw, found: Find, texts: Texts
) -> None:
    svg = line(
        [
            Point("2019", 2019, 1, "new method"),
            Point("2020", 2020, 2),
            Point("2021", 2021, None, "no survey"),
        ]
    )
    assert len(found(svg, "circle")) == 1 and len(found(svg, "rect")) == 1
    assert "□ 2019: new method" in texts(svg) and "2021: no survey" in texts(svg)


def test_period_labels_do_not_touch(line: Draw, found: Find) -> None:
    svg = line([Point(f"{y}-Q2", y, 1.0 + y % 3) for y in range(2000, 2020)])
    told = [e for e in found(svg, "text") if "-Q2" in (e.text or "")]
    xs = sorted(float(e.get("x", 0)) for e in told)
    assert all(b - a >= 7 * 0.5 * 12.5 for a, b in pairwise(xs)) and len(xs) >= 3
    assert {"2000-Q2", "2019-Q2"} <= {e.text for e in told}


# Distribution ---------------------------------------------------------------------------------


@given(st.lists(ANY, max_size=60), ANY, st.lists(ANY, max_size=3))
@settings(deadline=None)
def test_a_distribution_is_sound_for_any_numbers(
    spread: Draw, assert_sound: Check, values: list, subject: float, lines: list
) -> None:
    assert_sound(spread(values, subject, benchmarks=[(v, "law") for v in lines if v is not None]))


@pytest.mark.parametrize("values", [[], [5], [5, 7], [5] * 2000, list(range(2000)), [0, 1e12]])
def test_a_distribution_is_sound_for_one_or_thousands(
    spread: Draw, assert_sound: Check, values: list[float]
) -> None:
    assert_sound(spread(values))


def test_bars_count_every_peer_once_and_missing_ones_not_at_all(spread: Draw, found: Find) -> None:
    values = np.random.default_rng(7).normal(50, 12, 1500)
    values[::100] = np.nan
    svg = spread(values, 71)
    counts = [int((e.text or "").rsplit(": ")[-1]) for e in found(svg, "title")[1:]]
    _, expected = nice_bins(values[~np.isnan(values)].tolist())
    assert sum(counts) == 1485 and counts == [count for count in expected if count]
    heights = [float(e.get("height", 0)) for e in found(svg, "rect")]
    assert np.corrcoef(heights, counts)[0, 1] == pytest.approx(1, abs=1e-4)


def test_the_median_and_the_subject_are_named_with_their_values(
    number: Callable[[float], str], texts: Texts
) -> None:
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
