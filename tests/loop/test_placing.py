"""A point is given the place it lies in, at the speed of the engine and by one rule on edges."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jinglun.feeds import vector
from jinglun.loop.placing import PLACED, point_problems, with_place
from jinglun.methods.gcj02 import from_wgs84
from jinglun.model.city import City, ColumnMap, Level, Point, Source
from jinglun.model.places import Place, Places, Ring
from jinglun.store.lake import connect

DATA = Path(__file__).parents[3] / "shared/data"
TRACTS = DATA / "south_bend/2020_censusdata/2020_CensusData.shp"
LIGHTS = DATA / "south_bend/street_lights.csv"
SHENZHEN = DATA / "china/shenzhen_districts.geojson"
real = pytest.mark.skipif(not TRACTS.is_file(), reason=f"{DATA} is not here: reference data")

Shapes = dict[str, list[list[Ring]]]


def square(west: float, south: float, side: float = 1.0) -> Ring:
    east, north = west + side, south + side
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


# Two squares side by side, a third within a hole of the first, and one place in two parts.
SHAPES: Shapes = {
    "b": [[square(0, 0, 4), square(1, 1)]],
    "a": [[square(4, 0, 4)]],
    "c": [[square(1, 1)]],
    "d": [[square(10, 0)], [square(12, 0)]],
}


def places_of(shapes: Shapes, level: str = "district") -> Places:
    made = [Place(ident, level, None, "peer") for ident in sorted(shapes)]
    return Places(tuple(made), ("district", "city"), shapes)


@pytest.fixture(scope="module")
def connection() -> Any:
    made = connect()
    vector.load_spatial(made)
    return made


class Table:
    """A table of text as the loop has it: an Ibis expression on the connection."""

    def __init__(self, connection: Any, lon: Sequence[Any], lat: Sequence[Any]) -> None:
        import ibis
        import pyarrow as pa

        self.connection = connection
        columns = {"n": range(len(lon)), "lon": lon, "lat": lat}
        connection.register("__given", pa.table({k: pa.array(v) for k, v in columns.items()}))
        connection.execute("CREATE OR REPLACE TEMP TABLE points AS SELECT * FROM __given")
        self.expression = ibis.duckdb.from_connection(connection).table("points")

    def placed(self, places: Places, level: str = "district", crs: str = "EPSG:4326") -> list[Any]:
        point = Point("lon", "lat", level, crs)
        found = with_place(self.expression, point, places, self.connection)
        assert found.columns == ("n", "lon", "lat", PLACED)
        rows = found.order_by("n").to_pyarrow()
        assert rows["n"].to_pylist() == list(range(len(rows))), "no row is lost or doubled"
        return list(rows[PLACED].to_pylist())


def place(connection: Any, points: Sequence[tuple[Any, Any]], **more: Any) -> list[Any]:
    texts = [[None if v is None else str(v) for v in pair] for pair in points]
    lon, lat = ([pair[n] for pair in texts] for n in (0, 1))
    return Table(connection, lon, lat).placed(places_of(SHAPES), **more)


def test_a_point_is_in_the_polygon_around_it_or_in_none(connection: Any) -> None:
    points = [(0.5, 0.5), (5, 1), (1.5, 1.5), (10.5, 0.5), (12.5, 0.5), (11.5, 0.5), (-1, -1)]
    assert place(connection, points) == ["b", "a", "c", "d", "d", None, None]


# (4, 2) is on the edge of a and b; (1, 1.5) on that of c and of b's hole; (0, 0) is b's corner.
def test_a_point_on_an_edge_is_in_the_place_with_the_smallest_id(connection: Any) -> None:
    assert place(connection, [(4, 2), (1, 1.5), (0, 0), (4, 0)]) == ["a", "b", "b", "a"]


def test_what_is_no_pair_of_numbers_is_in_no_place(connection: Any) -> None:
    points = [
        (None, "1"),
        ("1", None),
        ("", ""),
        ("x", "1"),
        ("nan", "1"),
        ("inf", "1"),
        ("0_5", "0.5"),
        ("0,5", "0.5"),
        ("1e999", "1"),
        (" 0.5 ", "0.5"),
        ("5e-1", "+.5"),
    ]
    assert place(connection, points) == [None] * 9 + ["b", "b"]


def test_rows_with_the_same_point_stay_rows_of_their_own(connection: Any) -> None:
    points = [(0.5, 0.5)] * 3 + [(9, 9)] * 2 + [(None, None)] * 2
    assert place(connection, points) == ["b"] * 3 + [None] * 4


def test_only_the_places_of_the_level_are_asked(connection: Any) -> None:
    assert place(connection, [(0.5, 0.5)], level="city") == [None]


def test_numbers_need_not_be_text(connection: Any) -> None:
    table = Table(connection, [0.5, None, 4.5], [0.5, 0.5, float("nan")])
    assert table.placed(places_of(SHAPES)) == ["b", None, None]


def test_a_table_can_be_placed_twice_before_it_is_read(connection: Any) -> None:
    table = Table(connection, ["0.5", "5"], ["0.5", "0.5"])
    point = Point("lon", "lat", "district")
    once = with_place(table.expression, point, places_of(SHAPES), connection)
    other = places_of({"z": [[square(0, 0, 4)]]})
    twice = with_place(once.rename(first=PLACED), point, other, connection)
    rows = twice.order_by("n").to_pyarrow()
    assert rows["first"].to_pylist() == ["b", "a"]
    assert rows[PLACED].to_pylist() == ["z", None]


# Web Mercator of (0.5, 0.5) degrees by its formula: x = R lon, y = R ln tan(pi/4 + lat/2).
def test_metres_of_a_projection_are_turned_into_degrees_first(connection: Any) -> None:
    half, radius = np.radians(0.5), 6_378_137.0
    x, y = radius * half, radius * np.log(np.tan(np.pi / 4 + half / 2))
    assert place(connection, [(x, y), (1e30, 1e30)], crs="EPSG:3857") == ["b", None]


def test_a_system_that_nobody_knows_places_nothing(connection: Any) -> None:
    assert place(connection, [(0.5, 0.5)], crs="foo") == [None]


# --- shifted points ---


def shenzhen(connection: Any) -> Places:
    source = Source("s", "x", "", "", "", "", place="id", feed="geojson", holds="geometry")
    drawn = vector.polygons(SHENZHEN, source, connection)
    return places_of({f.place: f.parts for f in drawn.features})


@real
@pytest.mark.parametrize("system", ["GCJ-02", "BD-09"])
def test_shifted_points_are_placed_as_the_same_points_in_wgs_84(
    connection: Any, system: str
) -> None:
    places, chance = shenzhen(connection), np.random.default_rng(7)
    lon, lat = chance.uniform(113.75, 114.65, 2000), chance.uniform(22.45, 22.85, 2000)
    shifted = from_wgs84(lon, lat, system)
    true = Table(connection, lon, lat).placed(places)
    assert Table(connection, *shifted).placed(places, crs=system) == true
    assert len(set(true)) == 9, "all 8 districts and none are hit"
    # Unconverted, some would be in the wrong district: the half kilometre matters.
    assert Table(connection, *shifted).placed(places) != true


# `cp` is the point at which the publisher of the file sets each district's name.
@real
def test_the_name_points_of_shenzhen_lie_in_their_own_districts(connection: Any) -> None:
    features = json.loads(SHENZHEN.read_text("utf-8"))["features"]
    lon, lat = zip(*(f["properties"]["cp"] for f in features), strict=True)
    found = Table(connection, lon, lat).placed(shenzhen(connection))
    assert found == [f["id"] for f in features]


# --- many points ---


def inside(ring: Ring, lon: Any, lat: Any) -> Any:
    """Cast a ray eastwards and count the edges it crosses: odd is inside (W. R. Franklin, 1970)."""
    odd = np.zeros(len(lon), bool)
    for (x0, y0), (x1, y1) in itertools.pairwise(ring):
        crosses = (y0 > lat) != (y1 > lat)
        with np.errstate(divide="ignore", invalid="ignore"):
            at = (x1 - x0) * (lat - y0) / (y1 - y0) + x0
        odd ^= crosses & (lon < at)
    return odd


def cast(places: Places, lon: Any, lat: Any) -> list[str | None]:
    found = np.full(len(lon), None, object)
    for ident in sorted(places.shapes, reverse=True):
        for part in places.shapes[ident]:
            held = inside(part[0], lon, lat)
            for hole in part[1:]:
                held &= ~inside(hole, lon, lat)
            found[held] = ident
    return list(found)


def tracts(connection: Any) -> Places:
    source = Source("s", "x", "", "", "", "", place="GEOID", feed="vector", holds="geometry")
    drawn = vector.polygons(TRACTS, source, connection)
    return places_of({f.place: f.parts for f in drawn.features})


@real
def test_a_million_points_in_82_tracts_are_where_casting_rays_puts_them(connection: Any) -> None:
    places, chance = tracts(connection), np.random.default_rng(3)
    lon, lat = chance.uniform(-86.53, -86.05, 10**6), chance.uniform(41.43, 41.77, 10**6)
    table = Table(connection, list(map(repr, lon.tolist())), list(map(repr, lat.tolist())))
    start = time.perf_counter()
    found = table.placed(places)
    print(f"1,000,000 points in 82 tracts: {time.perf_counter() - start:.1f} s")
    assert len({*found} - {None}) == 82
    sample = chance.choice(10**6, 20_000, replace=False)
    assert [found[i] for i in sample] == cast(places, lon[sample], lat[sample])


# Edges run along whole numbers of grid cells, and a fourth place lies over two others: here the
# cell alone does not tell. The squares' own inequalities, edges belonging to the smallest id, do.
def test_many_points_on_edges_and_in_overlaps_are_placed_as_few_are(connection: Any) -> None:
    shapes = {"a": [[square(0, 0, 64)]], "b": [[square(64, 0, 64)]], "c": [[square(0, 64, 128)]]}
    shapes["0"] = [[square(40, 40, 40)]]
    chance = np.random.default_rng(5)
    lon, lat = (
        chance.integers(-2, 132, 300_000) + chance.integers(0, 2, 300_000) / 2 for _ in "xy"
    )
    text = [list(map(str, values.tolist())) for values in (lon, lat)]
    found = Table(connection, *text).placed(places_of(shapes))
    wanted = np.full(len(lon), None, object)
    for ident in sorted(shapes, reverse=True):
        west, south, side = {"a": (0, 0, 64), "b": (64, 0, 64), "c": (0, 64, 128)}.get(
            ident, (40, 40, 40)
        )
        held = (lon >= west) & (lon <= west + side) & (lat >= south) & (lat <= south + side)
        wanted[held] = ident
    assert found == list(wanted)


# The lights stand where they stand in the file; casting rays is the rival on every one of them.
@real
def test_the_street_lights_of_south_bend_are_all_placed_as_casting_rays_does(
    connection: Any,
) -> None:
    text = connection.execute(
        f"SELECT * FROM read_csv('{LIGHTS}', all_varchar = true)"
    ).to_arrow_table()
    lon, lat = text["Lon"].to_pylist(), text["Lat"].to_pylist()
    places = tracts(connection)
    found = Table(connection, lon, lat).placed(places)
    assert found == cast(places, np.array(lon, float), np.array(lat, float))


# --- what is told of points ---


def a_city(point: Point) -> City:
    columns = {"place": ColumnMap(point=point)}
    source = Source("calls", "x.csv", "", "", "", "", holds="table", table="t", columns=columns)
    levels = (Level("district", "区", "district"), Level("city", "市", "city"))
    return City("x", "", "", "CN", "CNY", "c", levels, sources=(source,))


@pytest.mark.parametrize(
    ("point", "told"),
    [
        (Point("x", "y", "district"), []),
        (Point("x", "y", "district", "GCJ-02"), []),
        (Point("x", "y", "city"), [("no_shapes", "level", "city")]),
        (Point("x", "y", "district", "foo"), [("unknown_crs", "crs", "foo")]),
        (Point("x", "y", "district", "EPSG:999999"), [("unknown_crs", "crs", "EPSG:999999")]),
    ],
)
def test_a_level_without_shapes_and_an_unknown_system_are_told(
    connection: Any, point: Point, told: list[tuple[str, str, str]]
) -> None:
    found = point_problems(a_city(point), places_of(SHAPES), connection)
    start = "source calls.columns.place.point"
    assert [(p.code, p.place, p.found) for p in found] == [
        (code, f"{start}.{key}", value) for code, key, value in told
    ]
