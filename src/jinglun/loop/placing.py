"""Which place a point lies in: one look at the polygons of a level for each point there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jinglun.feeds.features import polygon_wkb, store
from jinglun.feeds.rows import literal, quoted
from jinglun.feeds.vector import knows, load_spatial
from jinglun.loop.folder import SOURCES_FILE
from jinglun.methods.gcj02 import to_wgs84
from jinglun.model.city import City, Point
from jinglun.model.crs import SHIFTED, WGS84, crs_of
from jinglun.model.errors import Problem
from jinglun.model.places import Places

PLACED = "__placed"
_LON, _LAT = "__lon", "__lat"
_BATCH = 1 << 20
_MANY, _CELLS = 200_000, 128
"""From how many points on a grid of cells by cells is worth making."""


def with_place(text: Any, point: Point, places: Places, connection: Any) -> Any:
    """Return the Ibis table with the id of the place that each row's point lies in, as `__placed`.

    No row is lost or doubled. A point on the edge of several places is in the one with the
    smallest id; null stands where a point is in none, or is no pair of numbers in `point.crs`.
    """
    load_spatial(connection)
    system, polygons = crs_of(point.crs or WGS84), _polygons(places, point.level)
    if system is None or not knows(connection, system):
        system, polygons = WGS84, polygons.slice(0, 0)
    backend = text.get_backend()
    query = "SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE '__placed_%'"
    number = connection.execute(query).fetchone()[0]
    name, points = f"__placed_{number}", f"__points_{number}"
    pairs = text.select(**{_LON: text[point.lon], _LAT: text[point.lat]}).distinct()
    backend.create_table(points, pairs, temp=True)
    _place(points, name, system, polygons, connection)
    connection.execute(f"DROP TABLE {quoted(points)}")
    found = backend.table(name)
    same = [text[point.lon] == found[_LON], text[point.lat] == found[_LAT]]
    return text.left_join(found, same).drop(_LON, _LAT)


def point_problems(city: City, places: Places, connection: Any) -> list[Problem]:
    """Return what is wrong with the points that the city maps: no such system, no such shapes."""
    drawn = {p.level for p in places.all if p.id in places.shapes}
    levels = [level.id for level in city.levels]
    problems = []
    for place, point in _points(city):
        if point.level in levels and point.level not in drawn:
            problems.append(Problem("no_shapes", SOURCES_FILE, f"{place}.level", point.level))
        system = crs_of(point.crs or WGS84)
        load_spatial(connection)
        if system is None or not knows(connection, system):
            problems.append(Problem("unknown_crs", SOURCES_FILE, f"{place}.crs", point.crs or ""))
    return problems


def _points(city: City) -> Iterator[tuple[str, Point]]:
    for source in city.sources:
        for name, mapped in source.columns.items():
            if mapped.point is not None:
                yield f"source {source.id}.columns.{name}.point", mapped.point


def _polygons(places: Places, level: str) -> Any:
    """Return every polygon of a level as WKB beside the id of its place."""
    import pyarrow as pa

    pairs = [
        (place.id, polygon_wkb(part))
        for place in places.all
        if place.level == level
        for part in places.shapes.get(place.id, [])
    ]
    ids, shapes = zip(*pairs, strict=True) if pairs else ((), ())
    return pa.table({"id": pa.array(ids, pa.string()), "wkb": pa.array(shapes, pa.binary())})


def _place(points: str, name: str, system: str, polygons: Any, connection: Any) -> None:
    """Make the table `name`: each pair of `points` that lies in a polygon, with the place's id."""
    store(connection, polygons, "__wkb")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE __polygons AS "
        "SELECT id, ST_GeomFromWKB(wkb) AS shape FROM __wkb"
    )
    # An underscore, which DuckDB reads as nothing, is no sign of a number.
    number = "CASE WHEN NOT contains({0}::VARCHAR, '_') THEN TRY_CAST({0} AS DOUBLE) END"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE __numbers AS SELECT * FROM (SELECT *, "
        f"{number.format(_LON)} AS x, {number.format(_LAT)} AS y FROM {quoted(points)}) "
        f"WHERE isfinite(x) AND isfinite(y)"
    )
    _to_wgs84(system, connection)
    _find_sure(connection)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS "
        f"SELECT {_LON}, {_LAT}, sure AS {PLACED} FROM __near WHERE sure IS NOT NULL UNION ALL "
        f"SELECT {_LON}, {_LAT}, min(id) FROM (FROM __near WHERE sure IS NULL) "
        f"JOIN __polygons ON ST_Intersects(shape, ST_Point(x, y)) GROUP BY ALL"
    )
    for used in ("__wkb", "__polygons", "__numbers", "__near"):
        connection.execute(f"DROP TABLE {used}")


def _find_sure(connection: Any) -> None:
    """Make `__near` of the points within reach, with their place where a look at a cell is enough.

    Of very many points most lie in a cell of a grid that one polygon covers whole and no other
    touches; only the others are looked at one by one, which takes a hundred times as long.
    """
    count = connection.execute("SELECT count(*) FROM __numbers").fetchone()[0]
    edges = connection.execute(
        "SELECT min(ST_XMin(shape)), min(ST_YMin(shape)), max(ST_XMax(shape)), "
        "max(ST_YMax(shape)) FROM __polygons"
    ).fetchone()
    start = "CREATE OR REPLACE TEMP TABLE __near AS SELECT"
    if count < _MANY or edges[0] is None:
        connection.execute(f"{start} *, NULL::VARCHAR AS sure FROM __numbers")
        return
    west, south, east, north = edges
    wide, high = (east - west) / _CELLS, (north - south) / _CELLS
    # A little larger than it is, for a point's cell is found with the rounding of a division.
    box = (
        f"ST_MakeEnvelope({west} + (i - 1e-6) * {wide}, {south} + (j - 1e-6) * {high}, "
        f"{west} + (i + 1 + 1e-6) * {wide}, {south} + (j + 1 + 1e-6) * {high})"
    )
    cells = (
        f"SELECT i, j, CASE WHEN count(*) = 1 AND bool_and(ST_Contains(shape, box)) "
        f"THEN min(id) END AS sure FROM (SELECT i, j, {box} AS box "
        f"FROM range({_CELLS}) a(i), range({_CELLS}) b(j)) "
        f"JOIN __polygons ON ST_Intersects(shape, box) GROUP BY i, j"
    )
    connection.execute(
        f"{start} p.*, sure FROM (SELECT *, "
        f"least(floor((x - ({west})) / {wide}), {_CELLS - 1})::BIGINT AS i, "
        f"least(floor((y - ({south})) / {high}), {_CELLS - 1})::BIGINT AS j FROM __numbers "
        f"WHERE x BETWEEN {west} AND {east} AND y BETWEEN {south} AND {north}) AS p "
        f"JOIN ({cells}) AS c ON p.i = c.i AND p.j = c.j"
    )


def _to_wgs84(system: str, connection: Any) -> None:
    """Turn the coordinates of `__numbers` into degrees of WGS 84."""
    if system in SHIFTED:
        _unshift(system, connection)
    elif system != WGS84:
        point = f"ST_Transform(ST_Point(x, y), {literal(system)}, '{WGS84}', always_xy := true)"
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE __numbers AS "
            f"SELECT {_LON}, {_LAT}, ST_X(p) AS x, ST_Y(p) AS y "
            f"FROM (SELECT *, {point} AS p FROM __numbers) "
            f"WHERE isfinite(ST_X(p)) AND isfinite(ST_Y(p))"
        )


def _unshift(system: str, connection: Any) -> None:
    """Take the degrees of `__numbers` back to WGS 84, a batch at a time."""
    import pyarrow as pa

    connection.execute("CREATE OR REPLACE TEMP TABLE __moved (n BIGINT, x DOUBLE, y DOUBLE)")
    most = connection.execute("SELECT coalesce(max(rowid), -1) FROM __numbers").fetchone()[0]
    for start in range(0, most + 1, _BATCH):
        query = "SELECT rowid AS n, x, y FROM __numbers WHERE rowid >= ? AND rowid < ?"
        found = connection.execute(query, [start, start + _BATCH]).fetchnumpy()
        x, y = to_wgs84(found["x"], found["y"], system)
        connection.register("__batch", pa.table({"n": found["n"], "x": x, "y": y}))
        connection.execute("INSERT INTO __moved SELECT * FROM __batch")
        connection.unregister("__batch")
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE __numbers AS SELECT m.x, m.y, {_LON}, {_LAT} "
        f"FROM __numbers AS p JOIN __moved AS m ON p.rowid = m.n"
    )
    connection.execute("DROP TABLE __moved")
