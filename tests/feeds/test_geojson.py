"""GeoJSON polygons are read ring by ring, and everything else is a problem with its feature."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinglun.feeds import geojson
from jinglun.model.city import Source

Read = Callable[[bytes], Any]
SQUARE = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]
HOLE = [[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]
FAR = [[10, 10], [11, 10], [11, 11], [10, 10]]


def feature(kind: str, coordinates: Any, ident: Any = "a") -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"id": ident}, "geometry": geometry}


def file_of(*features: Any, **more: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features, **more}).encode()


def pairs(ring: list[list[int]]) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in ring]


def test_a_polygon_keeps_its_outer_ring_and_its_holes(read_shapes: Read) -> None:
    shapes, problems = read_shapes(file_of(feature("Polygon", [SQUARE, HOLE])))
    assert shapes == {"a": [[pairs(SQUARE), pairs(HOLE)]]}
    assert problems == []


def test_a_multipolygon_keeps_every_part(read_shapes: Read) -> None:
    shapes, _ = read_shapes(file_of(feature("MultiPolygon", [[SQUARE, HOLE], [FAR]])))
    assert shapes == {"a": [[pairs(SQUARE), pairs(HOLE)], [pairs(FAR)]]}


def test_two_features_of_one_place_are_its_two_parts(read_shapes: Read) -> None:
    both = file_of(feature("Polygon", [SQUARE]), feature("Polygon", [FAR]))
    assert read_shapes(both)[0] == {"a": [[pairs(SQUARE)], [pairs(FAR)]]}


def test_a_height_is_left_out_and_a_number_can_be_an_id(read_shapes: Read) -> None:
    high = [[x, y, 12.5] for x, y in FAR]
    assert read_shapes(file_of(feature("Polygon", [high], 7)))[0] == {"7": [[pairs(FAR)]]}


def test_a_byte_order_mark_is_not_in_the_way(read_shapes: Read) -> None:
    assert read_shapes(b"\xef\xbb\xbf" + file_of(feature("Polygon", [FAR])))[1] == []


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
        {"type": "name", "properties": {"name": "EPSG:4326"}},
        None,
    ],
)
def test_wgs_84_may_be_named_and_null_names_nothing(read_shapes: Read, crs: Any) -> None:
    assert read_shapes(file_of(feature("Polygon", [FAR]), crs=crs))[1] == []


# EPSG:3857 is web Mercator; EPSG:4490 is China's CGCS2000, EPSG:26191 is Morocco's own grid.
@pytest.mark.parametrize("code", ["3857", "4490", "26191"])
def test_another_coordinate_system_is_refused_whole(read_shapes: Read, code: str) -> None:
    crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{code}"}}
    shapes, problems = read_shapes(file_of(feature("Polygon", [FAR]), crs=crs))
    assert shapes == {}
    assert [(p.code, p.place) for p in problems] == [("wrong_crs", "crs")]
    assert code in problems[0].found


BAD = {
    "longitude 181": feature("Polygon", [[[181, 0], *FAR]]),
    "latitude -91": feature("Polygon", [[[0, -91], *FAR]]),
    "metres of UTM": feature("Polygon", [[[650_000, 3_700_000], *FAR]]),
    "NaN": feature("Polygon", [[[float("nan"), 0], *FAR]]),
    "NaN latitude": feature("Polygon", [[[0, float("nan")], *FAR]]),
    "infinity": feature("Polygon", [[[float("inf"), 0], *FAR]]),
    "a number of 400 digits": feature("Polygon", [[[10**400, 0], *FAR]]),
    "three points": feature("Polygon", [FAR[:3]]),
    "a point": feature("Point", [0, 0]),
    "a line": feature("LineString", FAR),
    "one coordinate": feature("Polygon", [[[1]] * 4]),
    "a word": feature("Polygon", [[["x", "y"]] * 4]),
    "nested too deep": feature("Polygon", [[[SQUARE] * 4]]),
    "no ring": feature("Polygon", []),
    "no polygon": feature("MultiPolygon", []),
    "no geometry": {"type": "Feature", "properties": {"id": "a"}, "geometry": None},
    "no properties": {"type": "Feature", "properties": None, "geometry": None},
    "no id": {**feature("Polygon", [FAR]), "properties": {}},
    "no feature": 5,
}


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_shape_is_a_problem_of_its_feature_and_the_others_are_kept(
    read_shapes: Read, fault: str
) -> None:
    shapes, problems = read_shapes(file_of(feature("Polygon", [FAR], "good"), BAD[fault]))
    assert list(shapes) == ["good"]
    assert [(p.code, p.place) for p in problems] == [("bad_geometry", "feature 2")]
    assert problems[0].hint


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[1, 2]",
        b'"features"',
        b"null",
        b"{}",
        b'{"features": 5}',
        b'{"features": null}',
        b'{"features": {"a": 1}}',
        b"\xff\xfe{}",
        b"[" * 100_000,
        b'{"features": [' + b"9" * 5000 + b"]}",
    ],
    ids=lambda data: repr(data[:20]),
)
def test_what_is_no_geojson_is_one_problem_and_never_a_crash(
    read_shapes: Read, data: bytes
) -> None:
    shapes, problems = read_shapes(data)
    assert shapes == {}
    assert [(p.code, p.file) for p in problems] == [("unreadable_file", "data/a.csv")]


def test_an_absent_file_is_one_problem(tmp_path: Any) -> None:
    source = Source("s", "gone.json", "", "", "", "", place="id")
    shapes, problems = geojson.read(tmp_path / "gone.json", source)
    assert (shapes, [p.code for p in problems]) == ({}, ["unreadable_file"])


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["features", "properties", "geometry", "type", "coordinates", "id", "crs"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(whole=JSON)
def test_any_json_gives_shapes_or_problems_and_never_a_crash(
    whole: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.geojson"
    path.write_text(json.dumps(whole), encoding="utf-8")
    shapes, _ = geojson.read(path, Source("s", "any", "", "", "", "", place="id"))
    assert all(len(ring) >= 4 for parts in shapes.values() for part in parts for ring in part)
