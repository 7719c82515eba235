"""How a shapefile, a GeoPackage or a GeoJSON file gives rows, and polygons in WGS 84."""

from __future__ import annotations

import itertools
import json
import math
import re
import struct
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from jinglun.feeds.features import Form, Geometry, polygons_in, store
from jinglun.feeds.geojson import GeoJson
from jinglun.feeds.geopackage import GeoPackage
from jinglun.feeds.rows import ROW, Reading, literal, reason
from jinglun.feeds.shapefile import Shapefile
from jinglun.model.city import Source
from jinglun.model.crs import SHIFTED, WGS84, crs_of
from jinglun.model.errors import InputError, Problem
from jinglun.model.places import Ring

Parts = list[list[Ring]]

_AREA_CHANGE = 1e-3
"""What mending a shape that touches itself may change of its area; beyond, it crosses itself."""
_AGREE_DEGREES = 1e-5
"""How near two systems must put a corner, some metre, for the one not to contradict the other."""
_SYSTEM = re.compile(r"[A-Z]+:\d+|\{.*|[A-Z_]+\[.*", re.S)
_UNREADABLE = (OSError, ValueError, LookupError, struct.error, OverflowError, MemoryError)


@dataclass(frozen=True)
class Feature:
    """A feature of a file that can be used: its number from 1, its place, its polygons."""

    number: int
    place: str
    parts: Parts


@dataclass(frozen=True)
class Fault:
    """A feature that cannot be used, with the place it was to be and the reason."""

    number: int
    place: str
    problem: Problem


@dataclass
class Drawn:
    """What a file of shapes gave: the features used and set aside, and what is wrong with it."""

    features: list[Feature] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)


def load_spatial(connection: Any) -> None:
    """Load DuckDB's spatial functions from the installed package, without the network."""
    import duckdb
    import duckdb_extension_spatial

    home = Path(duckdb_extension_spatial.__file__).parent / "extensions"
    library = home / f"v{duckdb.__version__}" / "spatial.duckdb_extension"
    connection.execute(f"LOAD {literal(str(library))}")


def read(
    connection: Any,
    path: Path,
    source: Source,
    table: str,
    only: Collection[str] | None = None,
) -> Reading:
    """Load the attributes as text into `table`, with `__row` counting the records from 1.

    `only` names the columns wanted, those of them that exist; by default all. Errors: a file that
    is none of the three forms, or lacks a part, gives its problems.
    """
    try:
        store(connection, opened(path, source).columns(only), table)
    except InputError as error:
        return Reading(list(error.problems))
    except _UNREADABLE as error:
        return Reading([Problem("unreadable_file", source.path, "", hint=reason(error))])
    return Reading()


def header(path: Path, source: Source) -> list[str]:
    """Return the names of a file's columns as `read` gives them; empty when it cannot be read."""
    try:
        return list(opened(path, source).names)
    except (InputError, *_UNREADABLE):
        return []


def opened(path: Path, source: Source) -> Form:
    """Open a file by what stands at its start, whatever its name.

    Errors: InputError when it is none of the three forms; OSError when it cannot be read.
    """
    with path.open("rb") as stream:
        start = stream.read(64)
    if start.startswith(b"\x00\x00\x27\x0a") and path.suffix.lower() == ".shp":
        return Shapefile(path, source)
    if start.startswith(b"SQLite format 3\x00"):
        return GeoPackage(path, source)
    if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        return GeoJson(path, source)
    code = "zipped_file" if start.startswith(b"PK\x03\x04") else "not_vector"
    raise InputError([Problem(code, source.path, "", path.name)])


# --- polygons -----------------------------------------------------------------------------------


def polygons(path: Path, source: Source, connection: Any) -> Drawn:
    """Return the polygons of every feature in WGS 84, and each feature that has none it can use.

    Where `source.crs` is GCJ-02 or BD-09 the degrees are still shifted: to take them back is the
    caller's. A shape that touches itself is mended; one that crosses itself is a fault. Errors:
    a file that cannot be read, or whose coordinate system is not known, gives its problems.
    """
    import duckdb

    drawn = Drawn()
    try:
        form = opened(path, source)
        drawn.columns = list(form.names)
        load_spatial(connection)
        geometry = form.geometry(connection)
        places = _places(form, source)
        _draw(drawn, geometry, places, source, connection)
    except InputError as error:
        drawn.problems += error.problems
    except (duckdb.Error, *_UNREADABLE) as error:
        drawn.problems.append(Problem("unreadable_file", source.path, "", hint=reason(error)))
    return drawn


def _places(form: Form, source: Source) -> dict[int, str]:
    """Return the place of every record by its number; none is an empty text."""
    column = source.place if source.place in form.names else None
    table = form.columns([column] if column else [])
    rows = table[ROW].to_pylist()
    if column is None:
        return dict.fromkeys(rows, source.at or "")
    words = table[column].to_pylist()
    return {row: (word or "").strip() for row, word in zip(rows, words, strict=True)}


def _draw(
    drawn: Drawn, geometry: Geometry, places: dict[int, str], source: Source, connection: Any
) -> None:
    shapes = _plain_shapes(geometry, connection)
    good: dict[int, Parts] = {}
    for row, place in places.items():
        found = _parts(row, shapes, geometry, source)
        if isinstance(found, Problem):
            drawn.faults.append(Fault(row, place, found))
        else:
            good[row] = found
    system = _system(connection, geometry, source, good)
    for row, shape in _in_degrees(connection, good, system):
        found = _settled(row, shape, good[row], system, source)
        if isinstance(found, Problem):
            drawn.faults.append(Fault(row, places[row], found))
        else:
            drawn.features.append(Feature(row, places[row], found))
    drawn.faults.sort(key=lambda fault: fault.number)


def _plain_shapes(geometry: Geometry, connection: Any) -> dict[int, tuple[str | None, bytes]]:
    """Keep the shapes in `__shapes`; return the kind of each, and its WKB without heights."""
    import pyarrow as pa

    rows = pa.array(geometry.wkb.keys(), pa.int64())
    store(connection, pa.table({ROW: rows, "wkb": pa.array(geometry.wkb.values())}), "__wkb")
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE __shapes AS "
        f"SELECT {ROW}, ST_Force2D(TRY(ST_GeomFromWKB(wkb))) AS shape FROM __wkb"
    )
    query = f"SELECT {ROW}, ST_GeometryType(shape)::VARCHAR, ST_AsWKB(shape) FROM __shapes"
    return {row: (kind, shape) for row, kind, shape in connection.execute(query).fetchall()}


def _parts(
    row: int, shapes: Mapping[int, tuple[str | None, bytes]], geometry: Geometry, source: Source
) -> Parts | Problem:
    """Return the polygons of a record in the file's own coordinates, or what is wrong with them."""
    place = f"feature {row}"
    kind, wkb = shapes.get(row, (None, b""))
    if row in geometry.faults or (row in shapes and kind is None):
        hint = geometry.faults.get(row, "WKB")
        return Problem("bad_geometry", source.path, place, hint=hint)
    if kind not in (None, "POLYGON", "MULTIPOLYGON"):
        return Problem("not_polygon", source.path, place, str(kind))
    parts = [part for part in polygons_in(wkb) if part] if kind else []
    if not parts:
        return Problem("empty_geometry", source.path, place)
    for x, y in itertools.chain.from_iterable(ring for part in parts for ring in part):
        if not (math.isfinite(x) and math.isfinite(y)):
            return Problem("not_degrees", source.path, place, _point(x, y), source.crs or "-")
    for ring in itertools.chain.from_iterable(parts):
        if len(ring) < 4 or ring[0] != ring[-1]:
            found = "a ring has four points or more, and ends where it begins"
            return Problem("bad_geometry", source.path, place, hint=found)
    return parts


def _point(x: float, y: float) -> str:
    return f"({x:.10g}, {y:.10g})"


# --- the coordinate system ----------------------------------------------------------------------


def _system(connection: Any, geometry: Geometry, source: Source, good: Mapping[int, Parts]) -> str:
    """Return the system to read the coordinates in: what the source states, else the file.

    Errors: InputError when neither does, when one is unknown, or when the two do not agree.
    """
    stated = crs_of(source.crs) if source.crs is not None else None
    if source.crs is not None and (stated is None or not knows(connection, stated)):
        raise InputError([Problem("unknown_crs", source.path, "crs", source.crs)])
    said = _said(connection, geometry, source, stated)
    if stated is None or stated in SHIFTED:
        system = said or geometry.usual or (WGS84 if stated else None)
        if system is None:
            raise InputError([Problem("missing_crs", source.path, "")])
        return system
    if said and not _agree(connection, stated, said, good):
        found = Problem("wrong_crs", source.path, "crs", source.crs or "", _title(said))
        raise InputError([found])
    return stated


def _said(connection: Any, geometry: Geometry, source: Source, stated: str | None) -> str | None:
    """Return the system that the file names; None when it names none, or what `stated` explains."""
    if geometry.crs is None:
        return None
    named = crs_of(geometry.crs) or geometry.crs
    # PROJ takes any word for part of some system's name: given "foo" it finds one and uses it.
    if _SYSTEM.fullmatch(named) and knows(connection, named):
        return named
    if stated is not None:
        return None
    raise InputError([Problem("unknown_crs", source.path, "crs", _title(geometry.crs))])


def _title(system: str) -> str:
    """Return the name of a system that is written out in full."""
    if system.startswith("{"):
        return str(json.loads(system).get("name", ""))[:80]
    named = re.match(r'[A-Z_]+\["([^"]*)"', system)
    return named[1][:80] if named else system[:80]


def knows(connection: Any, system: str) -> bool:
    """Say whether coordinates of a system that `crs_of` gives can be turned into WGS 84."""
    import duckdb

    if system in SHIFTED:
        return True
    try:
        _moved(connection, system, [(0.0, 0.0)])
    except duckdb.Error:
        return False
    return True


def _moved(connection: Any, system: str, points: Collection[tuple[float, float]]) -> Any:
    """Return points in WGS 84 as an array of longitudes and latitudes."""
    given = ", ".join(f"({n}, {x!r}::DOUBLE, {y!r}::DOUBLE)" for n, (x, y) in enumerate(points))
    moved = f"ST_Transform(ST_Point(x, y), {literal(system)}, '{WGS84}', always_xy := true)"
    query = (
        f"SELECT ST_X(p), ST_Y(p) FROM (SELECT n, {moved} AS p FROM (VALUES {given}) t(n, x, y))"
    )
    return np.array(connection.execute(f"{query} ORDER BY n").fetchall(), float)


def _agree(connection: Any, stated: str, said: str, good: Mapping[int, Parts]) -> bool:
    """Say whether two systems put the corners of all shapes at the same places."""
    rings = [ring for parts in good.values() for part in parts for ring in part]
    if stated == said or not rings:
        return True
    points = np.array([point for ring in rings for point in ring])
    (west, south), (east, north) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    corners = [(west, south), (east, south), (east, north), (west, north)]
    apart = np.abs(_moved(connection, stated, corners) - _moved(connection, said, corners))
    return bool((apart < _AGREE_DEGREES).all())


# --- into WGS 84 --------------------------------------------------------------------------------


def _in_degrees(
    connection: Any, good: Mapping[int, Parts], system: str
) -> list[tuple[int, tuple[Any, ...]]]:
    """Return of each good shape its areas as it is and mended, where it crosses, and its WKB."""
    import pyarrow as pa

    store(connection, pa.table({ROW: pa.array(good, pa.int64())}), "__good")
    mended = "TRY(ST_CollectionExtract(ST_MakeValid(shape), 3))"
    crossed = "TRY(ST_AsText(ST_Difference(ST_Points(ST_MakeValid(shape)), ST_Points(shape))))"
    moved = "sound"
    if system != WGS84:
        moved = f"TRY(ST_Transform(sound, {literal(system)}, '{WGS84}', always_xy := true))"
    rows = connection.execute(
        f"SELECT {ROW}, ok, ST_Area(shape), ST_Area(sound), ST_AsWKB({moved}), "
        f"CASE WHEN NOT ok THEN {crossed} END FROM ("
        f"SELECT *, CASE WHEN ok THEN shape ELSE {mended} END AS sound FROM ("
        f"SELECT *, ST_IsValid(shape) AS ok FROM __shapes SEMI JOIN __good USING ({ROW})"
        f")) ORDER BY {ROW}"
    ).fetchall()
    return [(row, tuple(said)) for row, *said in rows]


def _settled(
    row: int, shape: tuple[Any, ...], parts: Parts, system: str, source: Source
) -> Parts | Problem:
    """Return the polygons of a record in degrees, or what is wrong with them."""
    ok, area, mended, wkb, crossed = shape
    place = f"feature {row}"
    first = parts[0][0][0]
    if not ok and not abs((mended or 0) - area) < _AREA_CHANGE * area:
        at = re.search(r"\(+(\S+) ([^\s,)]+)", crossed or "")
        found = _point(float(at[1]), float(at[2])) if at else _point(*first)
        return Problem("self_crossing", source.path, place, found)
    moved = [part for part in polygons_in(wkb) if part] if wkb is not None else []
    ranges = ((abs(x) <= 180 and abs(y) <= 90) for p in moved for ring in p for x, y in ring)
    if not moved or not all(ranges):
        return Problem("not_degrees", source.path, place, _point(*first), _title(system))
    return moved
