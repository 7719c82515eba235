"""Shapefiles, GeoPackages and GeoJSON give polygons in WGS 84, whatever their system."""

from __future__ import annotations

import itertools
import json
import math
import random
import shutil
import socket
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jinglun.feeds.vector import Drawn

DATA = Path(__file__).parents[3] / "shared/data"
TRACTS = DATA / "south_bend/2020_censusdata/2020_CensusData.shp"
SCHOOLS = DATA / "south_bend/school_boundaries/School_Boundaries.shp"
SHENZHEN = DATA / "china/shenzhen_districts.geojson"
real = pytest.mark.skipif(not TRACTS.is_file(), reason=f"{DATA} is not here: reference data")

Points = Sequence[tuple[float, float]]
SQUARE = [(0.0, 0.0), (0.0, 4.0), (4.0, 4.0), (4.0, 0.0), (0.0, 0.0)]
HOLE = [(1.0, 1.0), (2.0, 1.0), (2.0, 2.0), (1.0, 2.0), (1.0, 1.0)]
BOW = [(0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0), (0.0, 0.0)]
CHINA_2000 = (
    'GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
    'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]]'
)


def codes(drawn: Drawn) -> list[str]:
    return [p.code for p in drawn.problems]


def faults(drawn: Drawn) -> list[tuple[int, str]]:
    return [(f.number, f.problem.code) for f in drawn.faults]


def ring(drawn: Drawn, at: int = 0) -> list[tuple[float, float]]:
    return drawn.features[at].parts[0][0]


def triangle(x: float, y: float, side: float) -> Points:
    return [(x, y), (x, y + side), (x + side, y), (x, y)]


# --- real files ---------------------------------------------------------------------------------


def shp_rings(path: Path) -> list[list[Points]]:
    """Read the rings of every record of a .shp of polygons, with nothing but struct."""
    data, at, found = path.read_bytes(), 100, []
    while at < len(data):
        size = struct.unpack(">i", data[at + 4 : at + 8])[0] * 2
        body, at = data[at + 8 : at + 8 + size], at + 8 + size
        parts, points = struct.unpack("<2i", body[36:44])
        starts = [*struct.unpack(f"<{parts}i", body[44 : 44 + 4 * parts]), points]
        flat = np.frombuffer(body, "<f8", 2 * points, 44 + 4 * parts).reshape(-1, 2)
        found.append([flat[a:b].tolist() for a, b in itertools.pairwise(starts)])
    return found


def area(points: Points) -> float:
    x, y = np.array(points).T
    return abs(float(x[:-1] @ y[1:] - x[1:] @ y[:-1])) / 2


# NAD83 and WGS 84 are one within two metres; without a grid of shifts PROJ takes them as one.
@real
def test_the_82_tracts_of_south_bend_are_read_whole_from_nad_83(forms: Any) -> None:
    drawn = forms.draw(TRACTS, place="GEOID")
    assert drawn.problems == drawn.faults == []
    assert len({f.place for f in drawn.features}) == 82
    for feature, rings in zip(drawn.features, shp_rings(TRACTS), strict=True):
        mine = sorted(r for part in feature.parts for r in part)
        assert np.allclose(
            np.concatenate(mine), np.concatenate(sorted(map(_pairs, rings))), 0, 1e-9
        )


def _pairs(points: Points) -> list[tuple[float, float]]:
    return [(x, y) for x, y in points]


@real
def test_the_57_school_zones_are_read_whole(forms: Any) -> None:
    drawn = forms.draw(SCHOOLS, place="School")
    assert drawn.problems == drawn.faults == []
    assert [f.number for f in drawn.features] == list(range(1, 58))
    held = sum(area(r) for rings in shp_rings(SCHOOLS) for r in rings)
    assert sum(area(r) for f in drawn.features for p in f.parts for r in p) == pytest.approx(held)


# All 8 touch themselves somewhere; only Bao'an crosses itself, on less than 0.01 % of its area.
@real
def test_the_8_districts_of_shenzhen_are_mended_without_losing_area(forms: Any) -> None:
    drawn = forms.draw(SHENZHEN)
    assert drawn.problems == drawn.faults == []
    features = json.loads(SHENZHEN.read_text("utf-8"))["features"]
    assert [f.place for f in drawn.features] == [f["id"] for f in features]
    for mine, theirs in zip(drawn.features, features, strict=True):
        held = theirs["geometry"]["coordinates"]
        parts = held if theirs["geometry"]["type"] == "MultiPolygon" else [held]
        drawn_area = sum(area(p[0]) - sum(map(area, p[1:])) for p in mine.parts)
        assert drawn_area == pytest.approx(sum(area(p[0]) for p in parts), rel=1e-4)


# GDAL, inside DuckDB, is the rival; it reads these two, whose letters are all ASCII or UTF-8.
@real
@pytest.mark.parametrize("path", [TRACTS, SCHOOLS], ids=lambda path: path.stem)
def test_the_attributes_are_those_that_gdal_reads(forms: Any, spatial: Any, path: Path) -> None:
    names, rows, problems = forms.table(path)
    assert problems == [] and names[1:] == forms.header(path)
    chosen = ", ".join(f'"{name}"' for name in names[1:])
    query = f"SELECT OGC_FID + 1, {chosen} FROM ST_Read('{path}') ORDER BY 1"
    theirs = spatial.execute(query).fetchall()
    assert len(rows) == len(theirs) > 50
    for mine, other in zip(rows, theirs, strict=True):
        for text, value in zip(mine, other, strict=True):
            assert text == value if isinstance(value, str) else float(text) == value


@real
def test_only_the_columns_wanted_are_read(forms: Any) -> None:
    names, rows, _ = forms.table(TRACTS, {"GEOID", "no such"})
    assert (names, len(rows)) == (["__row", "GEOID"], 82)


# --- coordinate systems -------------------------------------------------------------------------


def test_degrees_of_wgs_84_are_not_touched(forms: Any) -> None:
    path = forms.shp([[SQUARE, HOLE]])
    drawn = forms.draw(path)
    assert drawn.features[0].parts == [[SQUARE, HOLE]]


def test_china_2000_degrees_are_those_of_wgs_84(forms: Any) -> None:
    corner = triangle(114.0561234567, 22.5412345678, 0.1)
    path = forms.shp([[corner]], prj=CHINA_2000)
    drawn = forms.draw(path, crs="EPSG:4490")
    assert np.allclose(ring(drawn), corner, rtol=0, atol=1e-9)


# Web Mercator by its own formula: a sphere of 6378137 m, lon = x / R, lat = atan(sinh(y / R)).
def test_web_mercator_is_turned_back_by_its_formula(forms: Any) -> None:
    corner = triangle(12_696_000.0, 2_577_000.0, 5000.0)
    path = forms.gpkg({"x": [("a", forms.wkb([corner]))]}, srs=3857)
    radius = 6_378_137.0
    wanted = [
        (math.degrees(x / radius), math.degrees(math.atan(math.sinh(y / radius))))
        for x, y in corner
    ]
    drawn = forms.draw(path)
    assert np.allclose(ring(drawn), wanted, rtol=0, atol=1e-9)


# Wikipedia, "Universal Transverse Mercator coordinate system": the CN Tower, 43 38 33.24 N,
# 79 23 13.7 W, is in zone 17 at 630084 m E, 4833438 m N. And by definition of the zone, its middle
# meridian is 81 W, at 500000 m E; the pole is a quarter meridian (WGS 84: 10001965.729 m) times
# 0.9996 away.
def test_utm_meets_the_published_tower_and_the_zones_own_corners(forms: Any) -> None:
    corner = [(630084.0, 4833438.0), (500000.0, 0.0), (500000.0, 0.9996 * 10_001_965.729)]
    shape = forms.wkb([[*corner, corner[0]]])
    path = forms.gpkg({"x": [("a", shape)]}, srs=32617)
    found = ring(forms.draw(path))
    tower = (-(79 + 23 / 60 + 13.7 / 3600), 43 + 38 / 60 + 33.24 / 3600)
    assert np.allclose(found[0], tower, rtol=0, atol=1e-5)
    assert np.allclose(found[1], (-81, 0), rtol=0, atol=1e-9)
    assert found[2][1] == pytest.approx(90, abs=1e-6)


# Transverse Mercator about 114.5 E that no register lists: on its middle meridian, at the false
# easting, the longitude is 114.5 whatever the latitude; at northing 0 the latitude is 0.
def test_a_local_grid_is_read_from_what_its_prj_says(forms: Any) -> None:
    prj = (
        f'PROJCS["Our_City",{forms.degrees},PROJECTION["Transverse_Mercator"],'
        'PARAMETER["False_Easting",1000.0],PARAMETER["False_Northing",0.0],'
        'PARAMETER["Central_Meridian",114.5],PARAMETER["Scale_Factor",1.0],'
        'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )
    corner = [(1000.0, 0.0), (1000.0, 2_500_000.0), (2000.0, 0.0), (1000.0, 0.0)]
    path = forms.shp([[corner]], prj=prj)
    found = dict.fromkeys(ring(forms.draw(path)))
    assert min(x for x, _ in found) == pytest.approx(114.5, abs=1e-9)
    assert (114.5, 0.0) in [(round(x, 9), round(y, 9)) for x, y in found]
    # And what the file calls itself is said back to who contradicts it.
    wrong = forms.draw(path, crs="EPSG:4326")
    assert [(p.code, p.found, p.hint) for p in wrong.problems] == [
        ("wrong_crs", "EPSG:4326", "Our_City")
    ]


@pytest.mark.parametrize("prj", [None, "", "nonsense", "EPSG:4326"])
def test_a_file_without_a_system_needs_one_stated(forms: Any, prj: str | None) -> None:
    path = forms.shp([[SQUARE]], prj=prj)
    assert codes(forms.draw(path)) == ["missing_crs"]
    stated = forms.draw(path, crs="EPSG:4326")
    assert stated.problems == [] and ring(stated) == SQUARE


@pytest.mark.parametrize("srs", [0, -1])
def test_an_undefined_system_of_a_geopackage_is_none(forms: Any, srs: int) -> None:
    path = forms.gpkg({"x": [("a", forms.wkb([SQUARE]))]}, srs=srs)
    assert codes(forms.draw(path)) == ["missing_crs"]


# PROJ itself would take "foo" for part of a name and move the shape without a word.
@pytest.mark.parametrize("crs", ["foo", "EPSG:999999", "WGS 48", "", "4326", "+proj=merc"])
def test_a_system_that_nobody_knows_is_refused(forms: Any, crs: str) -> None:
    path = forms.shp([[SQUARE]])
    drawn = forms.draw(path, crs=crs)
    assert [(p.code, p.found) for p in drawn.problems] == [("unknown_crs", crs)]
    assert drawn.features == []


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:32650", "EPSG:4214"])
def test_a_stated_system_that_the_file_contradicts_is_refused(forms: Any, crs: str) -> None:
    path = forms.shp([[triangle(114.0, 22.5, 0.1)]])
    drawn = forms.draw(path, crs=crs)
    assert [(p.code, p.found, p.hint) for p in drawn.problems] == [("wrong_crs", crs, "EPSG:4326")]
    assert drawn.features == []


@pytest.mark.parametrize("crs", ["EPSG:4490", "epsg:4326", "CGCS2000", "EPSG:4269"])
def test_two_names_for_the_same_places_are_no_contradiction(forms: Any, crs: str) -> None:
    path = forms.shp([[triangle(114.0, 22.5, 0.1)]])
    assert codes(forms.draw(path, crs=crs)) == []


# No file can say that it is GCJ-02: it says WGS 84 or nothing, and the city must know better.
@pytest.mark.parametrize("stated", [True, False])
@pytest.mark.parametrize("crs", ["GCJ-02", "BD-09"])
def test_shifted_degrees_are_handed_on_as_they_are(forms: Any, crs: str, stated: bool) -> None:
    corner = triangle(114.0, 22.5, 0.1)
    path = forms.shp([[corner]], prj=forms.degrees if stated else None)
    drawn = forms.draw(path, crs=crs)
    assert drawn.problems == [] and ring(drawn) == corner


def test_metres_said_to_be_degrees_are_named_feature_by_feature(forms: Any) -> None:
    shapes = [[SQUARE], [triangle(500_000.0, 2_500_000.0, 10.0)]]
    path = forms.shp(shapes)
    drawn = forms.draw(path)
    assert [f.place for f in drawn.features] == ["a"]
    assert faults(drawn) == [(2, "not_degrees")]
    said = drawn.faults[0].problem
    assert (said.place, said.found, said.hint) == ("feature 2", "(500000, 2500000)", "EPSG:4326")


# --- shapes that cannot be used -----------------------------------------------------------------


def test_a_bow_is_set_aside_with_the_point_where_it_crosses(forms: Any) -> None:
    path = forms.shp([[SQUARE], [BOW], [HOLE[::-1]]])
    drawn = forms.draw(path)
    assert [f.place for f in drawn.features] == ["a", "c"]
    assert [(f.number, f.place, f.problem.code) for f in drawn.faults] == [
        (2, "b", "self_crossing")
    ]
    assert (drawn.faults[0].problem.place, drawn.faults[0].problem.found) == ("feature 2", "(1, 1)")


# A spike out to (9, 9) and back encloses nothing: the square is what it was, 16 of area.
def test_a_shape_that_only_touches_itself_is_mended(forms: Any) -> None:
    spiked = [*SQUARE[:3], (9.0, 9.0), *SQUARE[2:]]
    path = forms.shp([[spiked]])
    drawn = forms.draw(path)
    assert drawn.faults == [] and area(ring(drawn)) == 16
    assert sorted(set(ring(drawn))) == sorted(set(SQUARE))


def test_a_record_without_a_shape_is_named(forms: Any) -> None:
    path = forms.shp([[SQUARE], []])
    assert faults(forms.draw(path)) == [(2, "empty_geometry")]
    path = forms.gpkg({"x": [("a", None), ("b", forms.wkb([])), ("c", b"junk")]})
    assert faults(forms.draw(path)) == [
        (1, "empty_geometry"),
        (2, "empty_geometry"),
        (3, "bad_geometry"),
    ]


def test_points_are_no_boundaries(forms: Any) -> None:
    path = forms.shp([[[(1.0, 2.0)]]], kind=1)
    drawn = forms.draw(path)
    assert faults(drawn) == [(1, "not_polygon")] and drawn.faults[0].problem.found == "POINT"


def test_a_number_that_is_none_is_named(forms: Any) -> None:
    broken = forms.wkb([[*SQUARE[:2], (math.nan, 1.0), *SQUARE[2:]]])
    path = forms.gpkg({"x": [("a", broken), ("b", forms.wkb([SQUARE]))]})
    drawn = forms.draw(path)
    assert faults(drawn) == [(1, "not_degrees")]
    assert [f.place for f in drawn.features] == ["b"]


def test_one_place_for_the_whole_file_needs_no_column(forms: Any) -> None:
    path = forms.shp([[SQUARE], [triangle(9.0, 9.0, 1.0)]])
    drawn = forms.draw(path, place=None, at="c")
    assert [f.place for f in drawn.features] == ["c", "c"]


# --- files that cannot be used ------------------------------------------------------------------


def test_an_archive_is_to_be_unpacked(forms: Any) -> None:
    path = forms.folder / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.shp", b"")
    drawn = forms.draw(path)
    assert [(p.code, p.found) for p in drawn.problems] == [("zipped_file", "a.zip")]


# Each of these GDAL would open, and follow to another file or to the network.
OTHER_FORMS = {
    "a VRT": "<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>{}</SrcDataSource>"
    "</OGRVRTLayer></OGRVRTDataSource>",
    "a GML": "<?xml version='1.0'?><gml:FeatureCollection xmlns:gml='http://www.opengis.net/gml' "
    "xsi:schemaLocation='{}'/>",
    "a KML": "<?xml version='1.0'?><kml xmlns='http://www.opengis.net/kml/2.2'><NetworkLink>"
    "<Link><href>{}</href></Link></NetworkLink></kml>",
    "a WFS": "<OGRWFSDataSource><URL>{}</URL></OGRWFSDataSource>",
    "an address": "{}",
    "nothing": "",
    "a table": "id,x\na,1\n",
}


@pytest.mark.parametrize("form", OTHER_FORMS)
@pytest.mark.parametrize("name", ["a.vrt", "a.shp", "a.geojson"])
def test_no_other_form_is_opened_and_no_address_asked(forms: Any, form: str, name: str) -> None:
    path = forms.folder / name
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        path.write_text(OTHER_FORMS[form].format(address))
        drawn = forms.draw(path)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert [(p.code, p.found) for p in drawn.problems] == [("not_vector", name)]
    assert [p.code for p in forms.table(path)[2]] == ["not_vector"]


# --- faults that nobody thought of --------------------------------------------------------------


@real
@pytest.mark.parametrize("seed", range(40))
def test_bytes_changed_at_random_give_problems_and_never_a_crash(forms: Any, seed: int) -> None:
    chance = random.Random(seed)
    path = forms.folder / "a.shp"
    for ending in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
        shutil.copyfile(SCHOOLS.with_suffix(ending), path.with_suffix(ending))
    package = forms.gpkg({"x": [("a", forms.wkb([SQUARE])), ("b", forms.wkb([BOW]))]})
    for part in (*map(path.with_suffix, (".shp", ".shx", ".dbf", ".prj")), package):
        data = bytearray(part.read_bytes())
        for _ in range(chance.choice([0, 1, 1, 4])):
            at = chance.randrange(min(len(data), chance.choice([40, 400, len(data)])))
            data[at] = chance.choice([0, 127, 128, 255, chance.randrange(256)])
        part.write_bytes(data[: chance.choice([len(data)] * 9 + [chance.randrange(len(data))])])
    for file, place in ((path, "School"), (package, "id")):
        drawn = forms.draw(file, place=place)
        _, rows, problems = forms.table(file)
        total = len(drawn.features) + len(drawn.faults)
        assert drawn.problems or problems or total == len(rows)
