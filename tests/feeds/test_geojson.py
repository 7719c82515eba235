"""GeoJSON polygons are read ring by ring, and everything else is a problem with its feature."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jinglun.feeds import geojson
from jinglun.feeds.vector import Drawn, polygons
from jinglun.model.city import Source
from jinglun.store.lake import connect

Read = Callable[..., Drawn]
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


def shapes(drawn: Drawn) -> list[tuple[str, Any]]:
    return [(f.place, f.parts) for f in drawn.features]


def test_a_polygon_keeps_its_outer_ring_and_its_holes(read_shapes: Read) -> None:
    drawn = read_shapes(file_of(feature("Polygon", [SQUARE, HOLE])))
    assert shapes(drawn) == [("a", [[pairs(SQUARE), pairs(HOLE)]])]
    assert drawn.problems == drawn.faults == []


def test_a_multipolygon_keeps_every_part(read_shapes: Read) -> None:
    drawn = read_shapes(file_of(feature("MultiPolygon", [[SQUARE, HOLE], [FAR]])))
    assert shapes(drawn) == [("a", [[pairs(SQUARE), pairs(HOLE)], [pairs(FAR)]])]


def test_features_keep_their_numbers_and_places(read_shapes: Read) -> None:
    drawn = read_shapes(file_of(feature("Polygon", [SQUARE]), feature("Polygon", [FAR])))
    assert [(f.number, f.place) for f in drawn.features] == [(1, "a"), (2, "a")]


def test_a_height_is_left_out_and_a_number_can_be_an_id(read_shapes: Read) -> None:
    high = [[x, y, 12.5] for x, y in FAR]
    assert shapes(read_shapes(file_of(feature("Polygon", [high], 7)))) == [("7", [[pairs(FAR)]])]
    assert shapes(read_shapes(file_of(feature("Polygon", [FAR], 440303.0))))[0][0] == "440303"


def test_an_id_of_the_feature_itself_can_name_the_place(read_shapes: Read) -> None:
    own = {**feature("Polygon", [FAR]), "id": "440303", "properties": {"name": "罗湖区"}}
    assert shapes(read_shapes(file_of(own)))[0][0] == "440303"


def test_a_feature_without_an_id_has_no_place(read_shapes: Read) -> None:
    nameless = [{**feature("Polygon", [FAR]), "properties": p} for p in ({}, None, {"id": None})]
    drawn = read_shapes(file_of(feature("Polygon", [FAR]), *nameless))
    assert [f.place for f in drawn.features] == ["a", "", "", ""]


def test_a_byte_order_mark_is_not_in_the_way(read_shapes: Read) -> None:
    drawn = read_shapes(b"\xef\xbb\xbf" + file_of(feature("Polygon", [FAR])))
    assert drawn.problems == [] and len(drawn.features) == 1


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
        {"type": "name", "properties": {"name": "EPSG:4326"}},
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}},
        None,
    ],
)
def test_degrees_of_wgs_84_or_china_2000_stay_as_they_are(read_shapes: Read, crs: Any) -> None:
    drawn = read_shapes(file_of(feature("Polygon", [FAR]), crs=crs))
    assert drawn.problems == [] and shapes(drawn) == [("a", [[pairs(FAR)]])]


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "name", "properties": {"name": "foo"}},
        {"type": "name", "properties": {"name": "EPSG:999999"}},
        {"type": "name", "properties": {}},
        {"type": "name"},
        "EPSG:4326",
        7,
    ],
)
def test_a_system_that_nobody_knows_is_refused_whole(read_shapes: Read, crs: Any) -> None:
    drawn = read_shapes(file_of(feature("Polygon", [FAR]), crs=crs))
    assert drawn.features == []
    assert [(p.code, p.place) for p in drawn.problems] == [("unknown_crs", "crs")]


def test_a_link_to_a_system_is_refused_and_never_followed(read_shapes: Read) -> None:
    asked: list[bytes] = []
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(0.5)

        def wait() -> None:
            with contextlib.suppress(TimeoutError):
                asked.append(server.accept()[0].recv(100))

        waiting = threading.Thread(target=wait)
        waiting.start()
        href = f"http://127.0.0.1:{server.getsockname()[1]}/crs"
        crs = {"type": "link", "properties": {"href": href, "type": "proj4"}}
        drawn = read_shapes(file_of(feature("Polygon", [FAR]), crs=crs))
        waiting.join()
    assert [p.code for p in drawn.problems] == ["unknown_crs"]
    assert asked == []


BAD = {
    "longitude 181": (feature("Polygon", [[[181, 0], *FAR[:3], [181, 0]]]), "not_degrees"),
    "latitude -91": (feature("Polygon", [[[0, -91], *FAR[1:3], [0, -91]]]), "not_degrees"),
    "metres of UTM": (
        feature("Polygon", [[[650_000 + x, 3_700_000 + y] for x, y in SQUARE]]),
        "not_degrees",
    ),
    "NaN": (feature("Polygon", [[[float("nan"), 0], *FAR]]), "not_degrees"),
    "NaN latitude": (feature("Polygon", [[[0, float("nan")], *FAR]]), "not_degrees"),
    "infinity": (feature("Polygon", [[[float("inf"), 0], *FAR]]), "not_degrees"),
    "a number of 400 digits": (feature("Polygon", [[[10**400, 0], *FAR]]), "bad_geometry"),
    "three points": (feature("Polygon", [FAR[:3]]), "bad_geometry"),
    "a ring left open": (feature("Polygon", [SQUARE[:4]]), "bad_geometry"),
    "one coordinate": (feature("Polygon", [[[1]] * 4]), "bad_geometry"),
    "a word": (feature("Polygon", [[["x", "y"]] * 4]), "bad_geometry"),
    "nested too deep": (feature("Polygon", [[[SQUARE] * 4]]), "bad_geometry"),
    "no coordinates": (
        {"properties": {"id": "a"}, "geometry": {"type": "Polygon"}},
        "bad_geometry",
    ),
    "a kind that is none": (feature("Circle", [0, 0]), "bad_geometry"),
    "no feature": (5, "bad_geometry"),
    "a point": (feature("Point", [0, 0]), "not_polygon"),
    "a line": (feature("LineString", FAR), "not_polygon"),
    "no ring": (feature("Polygon", []), "empty_geometry"),
    "no polygon": (feature("MultiPolygon", []), "empty_geometry"),
    "no geometry": (
        {"type": "Feature", "properties": {"id": "a"}, "geometry": None},
        "empty_geometry",
    ),
    "a bow": (feature("Polygon", [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]), "self_crossing"),
    "a line there and back": (
        feature("Polygon", [[[0, 0], [2, 2], [4, 4], [0, 0]]]),
        "self_crossing",
    ),
    "two parts over each other": (
        feature("MultiPolygon", [[SQUARE], [[[x + 2, y] for x, y in SQUARE]]]),
        "self_crossing",
    ),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_shape_is_a_problem_of_its_feature_and_the_others_are_kept(
    read_shapes: Read, fault: str
) -> None:
    bad, code = BAD[fault]
    drawn = read_shapes(file_of(feature("Polygon", [FAR], "good"), bad))
    assert [f.place for f in drawn.features] == ["good"]
    assert [(f.number, f.problem.code, f.problem.place) for f in drawn.faults] == [
        (2, code, "feature 2")
    ]
    problem = drawn.faults[0].problem
    assert problem.found or problem.hint or code == "empty_geometry"


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"[1, 2]",
        b"{}",
        b'{"features": 5}',
        b'{"features": null}',
        b'{"features": {"a": 1}}',
        b"[" * 100_000,
        b'{"features": [' + b"9" * 5000 + b"]}",
        b'{"features": [\xff]}',
    ],
    ids=lambda data: repr(data[:20]),
)
def test_what_is_no_geojson_is_one_problem_and_never_a_crash(
    read_shapes: Read, data: bytes
) -> None:
    drawn = read_shapes(data)
    assert drawn.features == drawn.faults == []
    assert [(p.code, p.file) for p in drawn.problems] == [("unreadable_file", "data/a.csv")]


@pytest.mark.parametrize("data", [b"", b'"features"', b"null", b"\xff\xfe{}"])
def test_what_is_not_even_json_is_no_file_of_shapes(read_shapes: Read, data: bytes) -> None:
    assert [p.code for p in read_shapes(data).problems] == ["not_vector"]


def test_an_absent_file_is_one_problem(tmp_path: Path, spatial: Any) -> None:
    source = Source("s", "gone.json", "", "", "", "", place="id")
    drawn = polygons(tmp_path / "gone.json", source, spatial)
    assert (drawn.features, [p.code for p in drawn.problems]) == ([], ["unreadable_file"])


# --- as a table ---


def table(data: bytes, tmp_path: Path, only: set[str] | None = None) -> tuple[list[str], Any, Any]:
    path, source = tmp_path / "a.geojson", Source("s", "a.geojson", "", "", "", "")
    path.write_bytes(data)
    connection = connect()
    reading = geojson.read(connection, path, source, "t", only)
    rows = None if reading.problems else connection.execute("SELECT * FROM t").fetchall()
    return geojson.header(path, source), rows, reading.problems


def test_properties_are_columns_of_text_with_the_number_of_the_feature(tmp_path: Path) -> None:
    features = [
        {"id": 3, "properties": {"人口": 12.0, "list": [1, "二"]}, "geometry": None},
        {"properties": {"人口": 1.5, "open": True}, "geometry": None},
    ]
    names, rows, problems = table(file_of(*features), tmp_path)
    assert problems == [] and names == ["id", "人口", "list", "open"]
    assert rows == [(1, "3", "12", '[1, "二"]', None), (2, None, "1.5", None, "true")]


def test_only_the_columns_wanted_are_read(tmp_path: Path) -> None:
    features = [{"properties": {"a": 1, "b": 2}, "geometry": None}]
    assert table(file_of(*features), tmp_path, {"b", "c"})[1] == [(1, "2")]


def test_a_file_that_is_none_has_a_problem_and_no_header(tmp_path: Path) -> None:
    names, rows, problems = table(b"[1", tmp_path)
    assert (names, rows, [p.code for p in problems]) == ([], None, ["unreadable_file"])


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
KINDS = st.sampled_from(["Polygon", "MultiPolygon", "Point", "GeometryCollection", "x"])
GEOMETRY = st.fixed_dictionaries({"type": KINDS, "coordinates": JSON}) | JSON
FEATURE = st.fixed_dictionaries({"properties": JSON, "geometry": GEOMETRY}) | JSON


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(whole=JSON | st.fixed_dictionaries({"features": st.lists(FEATURE, max_size=3)}))
def test_any_json_gives_shapes_or_problems_and_never_a_crash(
    whole: Any, tmp_path_factory: pytest.TempPathFactory, spatial: Any
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.geojson"
    path.write_text(json.dumps(whole), encoding="utf-8")
    drawn = polygons(path, Source("s", "any", "", "", "", "", place="id"), spatial)
    rings = [ring for f in drawn.features for part in f.parts for ring in part]
    assert all(len(ring) >= 4 for ring in rings)
