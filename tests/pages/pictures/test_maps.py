"""Are the districts true to shape, north up, and is every value inside its own?"""

from __future__ import annotations

import math
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jinglun.pages.maps import Shape, label_point

Draw = Callable[..., str]
Root = Callable[[str], ET.Element]
Find = Callable[[str, str], list[ET.Element]]
Points = Callable[[str], Iterator[tuple[float, float]]]
Check = Callable[[str], None]

SVG = "{http://www.w3.org/2000/svg}"
SQUARE = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]


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


def test_a_hundred_maps_take_less_than_a_second(atlas: Draw) -> None:
    atlas(CITY)
    start = time.process_time()
    for _ in range(20):
        atlas(CITY)
    assert time.process_time() - start < 20 / 100


def test_sixteen_districts_of_300_points_keep_every_point_and_stay_under_60_kb(
    atlas: Draw, found: Find, path_points: Points, assert_sound: Check
) -> None:
    svg = atlas(CITY)
    assert_sound(svg)
    assert len(svg.encode()) < 60_000
    assert all(len(list(path_points(e.get("d", "")))) == 301 for e in found(svg, "path"))


def test_north_is_up_and_a_degree_of_longitude_shrinks_by_the_cosine(
    atlas: Draw, found: Find, path_points: Points
) -> None:
    # At 60 degrees the cosine is one half: a box of 2 x 1 degrees is a square.
    box = [(10.0, 59.5), (12.0, 59.5), (12.0, 60.5), (10.0, 60.5)]
    svg = atlas([Shape("a", [box], "#ffffff")])
    points = list(path_points(found(svg, "path")[0].get("d", "")))[:4]
    (left, bottom), _, (right, top), _ = points
    assert top < bottom and right - left == pytest.approx(bottom - top, abs=0.2)


def test_a_district_is_a_link_named_by_place_and_value_with_a_title_on_its_path(
    atlas: Draw, root: Root
) -> None:
    svg = atlas(CITY)
    links = list(root(svg).iter(f"{SVG}a"))
    assert [e.get("href") for e in links] == [f"{i}.html" for i in range(16)]
    assert links[5].get("aria-label") == "District 5 5"
    assert links[5].find(f"{SVG}path/{SVG}title").text == "District 5 5"


def test_a_missing_district_is_hatched_whatever_its_colour(atlas: Draw, found: Find) -> None:
    fills = [e.get("fill") for e in found(atlas(CITY), "path")]
    assert [i for i, fill in enumerate(fills) if fill == "url(#c-hatch)"] == [3]


def test_a_value_stands_in_its_district_and_one_without_room_is_listed_below(
    atlas: Draw, found: Find
) -> None:
    tiny = [(x / 50 + 1, y / 50) for x, y in SQUARE]
    svg = atlas(
        [Shape("Big", [SQUARE], "#142c59", text="81"), Shape("Tiny", [tiny], "#fbefbd", text="7")]
    )
    labels = {e.text: e for e in found(svg, "text")}
    assert labels["81"].get("fill") == "#ffffff" and "Tiny 7" in labels and "7" not in labels


def test_a_map_without_a_drawable_ring_is_still_sound(atlas: Draw, assert_sound: Check) -> None:
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


def test_rings_in_metres_are_refused_and_not_drawn_wrong(atlas: Draw) -> None:
    with pytest.raises(ValueError, match="degrees"):
        atlas([Shape("a", [[(293_000.0, 328_000.0), (294_000.0, 329_000.0)]], "#ffffff")])


def test_a_label_avoids_holes_and_takes_the_wider_part() -> None:
    hole = [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)]
    island = [(3.0, 0.0), (6.0, 0.0), (6.0, 1.0), (3.0, 1.0)]
    x, y, room = label_point([SQUARE, hole, island])
    assert inside(x, y, [SQUARE, hole, island]) and x == 4.5 and room == 3
    x, y, _ = label_point([SQUARE, hole])
    assert inside(x, y, [SQUARE, hole])


def test_a_hole_is_left_empty_and_an_island_is_not(atlas: Draw, found: Find) -> None:
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
def test_a_map_is_sound_for_any_rings(atlas: Draw, assert_sound: Check, districts: list) -> None:
    assert_sound(
        atlas([Shape(f"d{i}", rings, "#579dab", text="50") for i, rings in enumerate(districts)])
    )


def test_a_named_district_shows_its_name_over_its_value_or_is_listed_below(
    atlas: Draw, texts: Callable[[str], list[str]]
) -> None:
    """A box of 2 x 2 degrees has room for a short name; a long one is listed with its value."""
    box = [(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)]
    far = [(x + 2.0, y) for x, y in box]
    long = "A very long name of a district that cannot stand in its own half of the map"
    told = texts(
        atlas(
            [
                Shape("Short", [box], "#ffffff", text="55", named=True),
                Shape(long, [far], "#ffffff", text="77", named=True),
            ]
        )
    )
    assert told.count("Short") == 1 and told.count("55") == 1
    assert told.index("Short") == told.index("55") - 1
    assert told.count("77") == 1 and long not in told
    listed = " ".join(told)
    assert long in listed and listed.count("Short") == 1
