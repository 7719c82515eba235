"""What the feed tests share: a source by hand and a way to read bytes through a feed."""

from __future__ import annotations

import io
import sqlite3
import struct
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import xlwt
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from jinglun.feeds import delimited, vector
from jinglun.feeds.rows import Reading
from jinglun.model.city import Source
from jinglun.model.errors import Problem
from jinglun.store.lake import connect

Rows = list[tuple[Any, ...]]


def a_source(**settings: Any) -> Source:
    given = {"id": "s", "path": "data/a.csv", "title_zh": "表", "title_en": "Table"}
    return Source(**{**given, "publisher": "Office", "licence": "CC0", "place": "id", **settings})


@pytest.fixture
def read_bytes(tmp_path: Path) -> Callable[..., tuple[list[str], Rows, list[Problem]]]:
    """Read bytes as a delimited file: the header with `__row`, the rows, the problems."""

    def read(
        data: bytes, name: str = "a.csv", **settings: Any
    ) -> tuple[list[str], Rows, list[Problem]]:
        path = tmp_path / name
        path.write_bytes(data)
        connection = connect()
        reading = delimited.read(connection, path, a_source(**settings), "t")
        if reading.problems:
            return [], [], reading.problems
        header = [r[0] for r in connection.execute("DESCRIBE t").fetchall()]
        return header, connection.execute("SELECT * FROM t").fetchall(), []

    return read


@pytest.fixture
def load_bytes(tmp_path: Path) -> Callable[..., tuple[Rows, Reading]]:
    """Read bytes through a feed of rows, by default delimited: the rows and the answer."""

    def load(
        data: bytes, name: str = "a.csv", feed: Any = delimited, **settings: Any
    ) -> tuple[Rows, Reading]:
        path, connection = tmp_path / name, connect()
        path.write_bytes(data)
        reading = feed.read(connection, path, a_source(**{"path": f"data/{name}", **settings}), "t")
        if any(p.severity == "error" for p in reading.problems):
            return [], reading
        return connection.execute("SELECT * FROM t ORDER BY 1").fetchall(), reading

    return load


@pytest.fixture(scope="session")
def spatial() -> Any:
    """A connection that has the spatial functions, which take a second to load."""
    connection = connect()
    vector.load_spatial(connection)
    return connection


@pytest.fixture
def read_shapes(tmp_path: Path, spatial: Any) -> Callable[..., vector.Drawn]:
    """Read bytes as a file of shapes: the features, the faults and the problems."""

    def read(data: bytes, name: str = "a.geojson", **settings: Any) -> vector.Drawn:
        path = tmp_path / name
        path.write_bytes(data)
        return vector.polygons(path, a_source(**settings), spatial)

    return read


# --- files of shapes by hand, after ESRI (1998), dBase III and GeoPackage 1.3 --------------------

Points = Sequence[tuple[float, float]]
DEGREES = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137,298.257223563]],'
    'PRIMEM["Greenwich",0],UNIT["Degree",0.017453292519943295]]'
)


def shp_record(parts: Sequence[Points], kind: int = 5) -> bytes:
    if not parts:
        return struct.pack("<i", 0)
    if kind == 1:
        return struct.pack("<idd", 1, *parts[0][0])
    flat = [point for part in parts for point in part]
    xs, ys = zip(*flat, strict=True)
    starts = np.cumsum([0, *(len(p) for p in parts)])[:-1].tolist()
    head = struct.pack("<i4d2i", kind, min(xs), min(ys), max(xs), max(ys), len(parts), len(flat))
    return head + struct.pack(f"<{len(starts)}i", *starts) + np.array(flat, "<f8").tobytes()


def dbf(
    columns: dict[str, tuple[str, int, Sequence[str]]],
    encoding: str = "utf-8",
    driver: int = 0,
    deleted: Sequence[int] = (),
) -> bytes:
    """Each column a kind, a width and its texts; numbers stand to the right, as they should."""
    count = len(next(iter(columns.values()))[2])
    width = 1 + sum(w for _, w, _ in columns.values())
    made = struct.pack("<4BLHH17xB2x", 3, 124, 1, 1, count, 33 + 32 * len(columns), width, driver)
    for name, (kind, size, _) in columns.items():
        made += struct.pack("<11sc4xB15x", name.encode(encoding)[:10], kind.encode(), size)
    made += b"\r"
    for n in range(count):
        made += b"*" if n in deleted else b" "
        for kind, size, texts in columns.values():
            cell = texts[n].encode(encoding)[:size]
            made += cell.rjust(size) if kind in "NF" else cell.ljust(size)
    return made + b"\x1a"


def write_shp(
    path: Path,
    shapes: Sequence[Sequence[Points]],
    table: bytes | None = None,
    prj: str | None = DEGREES,
    kind: int = 5,
) -> Path:
    """Write a shapefile of rings, the outer ones clockwise; by default its ids are a, b, c ..."""
    bodies = [shp_record(parts, kind) for parts in shapes]
    sizes = [len(b) // 2 for b in bodies]
    box = (-180.0, -90.0, 180.0, 90.0, 0.0, 0.0, 0.0, 0.0)

    def head(words: int) -> bytes:
        return struct.pack(">i20xi", 9994, words) + struct.pack("<2i8d", 1000, kind, *box)

    records = [
        struct.pack(">2i", n, size) + body
        for n, (size, body) in enumerate(zip(sizes, bodies, strict=True), start=1)
    ]
    path.write_bytes(head(50 + sum(s + 4 for s in sizes)) + b"".join(records))
    offsets = (50 + np.cumsum([0, *(s + 4 for s in sizes)])[:-1]).tolist()
    index = b"".join(struct.pack(">2i", o, s) for o, s in zip(offsets, sizes, strict=True))
    path.with_suffix(".shx").write_bytes(head(50 + 4 * len(sizes)) + index)
    ids = [chr(ord("a") + n) for n in range(len(shapes))]
    path.with_suffix(".dbf").write_bytes(table or dbf({"id": ("C", 8, ids)}))
    if prj is not None:
        path.with_suffix(".prj").write_text(prj)
    return path


def wkb(parts: Sequence[Points]) -> bytes:
    made = struct.pack("<BII", 1, 3, len(parts))
    for part in parts:
        made += struct.pack("<I", len(part)) + np.array(part, "<f8").tobytes()
    return made


def write_gpkg(
    path: Path,
    layers: dict[str, Sequence[tuple[Any, bytes | None]]],
    srs: int = 4326,
    more: Sequence[str] = (),
) -> Path:
    """Write layers of an id and a shape each; `more` is SQL to run on the file."""
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as db:
        db.execute(
            "CREATE TABLE gpkg_spatial_ref_sys (srs_name, srs_id INTEGER PRIMARY KEY, "
            "organization, organization_coordsys_id, definition, description)"
        )
        db.execute(
            "CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type, identifier, "
            "description, last_change, min_x, min_y, max_x, max_y, srs_id)"
        )
        db.execute(
            "CREATE TABLE gpkg_geometry_columns (table_name, column_name, geometry_type_name, "
            "srs_id, z, m)"
        )
        for code in (-1, 0, srs):
            said = (str(code), code, "EPSG" if code > 0 else "NONE", code, "undefined", "")
            db.execute("INSERT OR REPLACE INTO gpkg_spatial_ref_sys VALUES (?,?,?,?,?,?)", said)
        for name, rows in layers.items():
            db.execute(f'CREATE TABLE "{name}" (fid INTEGER PRIMARY KEY, id, geom BLOB)')
            db.execute(
                "INSERT INTO gpkg_contents (table_name, data_type, srs_id) "
                "VALUES (?, 'features', ?)",
                (name, srs),
            )
            db.execute(
                "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'POLYGON', ?, 0, 0)",
                (name, srs),
            )
            for ident, shape in rows:
                blob = None if shape is None else b"GP\0\1" + struct.pack("<i", srs) + shape
                db.execute(f'INSERT INTO "{name}" (id, geom) VALUES (?, ?)', (ident, blob))
        for statement in more:
            db.execute(statement)
    db.close()
    return path


class Forms:
    """Shapefiles and GeoPackages written by hand into a folder, and read through the feed."""

    wkb, dbf = staticmethod(wkb), staticmethod(dbf)
    degrees = DEGREES

    def __init__(self, folder: Path, spatial: Any) -> None:
        self.folder, self._spatial = folder, spatial

    def shp(
        self, shapes: Any, table: bytes | None = None, folder: Path | None = None, **more: Any
    ) -> Path:
        return write_shp((folder or self.folder) / "a.shp", shapes, table, **more)

    def gpkg(self, layers: Any, **more: Any) -> Path:
        return write_gpkg(self.folder / "a.gpkg", layers, **more)

    def draw(self, path: Path, **said: Any) -> vector.Drawn:
        return vector.polygons(path, a_source(path=path.name, **said), self._spatial)

    def table(self, path: Path, only: set[str] | None = None, **said: Any) -> tuple[Any, ...]:
        """The names of the columns with `__row`, the rows, and the problems."""
        source, connection = a_source(path=path.name, **said), connect()
        reading = vector.read(connection, path, source, "t", only)
        if reading.problems:
            return [], [], reading.problems
        names = [r[0] for r in connection.execute("DESCRIBE t").fetchall()]
        return names, connection.execute("SELECT * FROM t ORDER BY __row").fetchall(), []

    def header(self, path: Path, **said: Any) -> list[str]:
        return vector.header(path, a_source(path=path.name, **said))


@pytest.fixture
def forms(tmp_path: Path, spatial: Any) -> Forms:
    return Forms(tmp_path, spatial)


# --- workbooks by openpyxl and xlwt, alike but for the form ---

Cells = dict[str, Any]
FORMATS = {datetime: "yyyy-mm-dd hh:mm", date: "yyyy-mm-dd", time: "hh:mm", timedelta: "[h]:mm:ss"}


@pytest.fixture(params=["xlsx", "xls"])
def write_book(request: pytest.FixtureRequest) -> Callable[..., bytes]:
    """Write cells by name and merged ranges as the bytes of an .xlsx and of an .xls workbook."""

    def write(cells: Cells, merged: tuple[str, ...] = (), title: str = "Sheet1") -> bytes:
        return {"xlsx": _xlsx, "xls": _xls}[request.param]({title: (cells, merged)})

    return write


@pytest.fixture(params=["xlsx", "xls"])
def write_sheets(request: pytest.FixtureRequest) -> Callable[..., bytes]:
    """Write several sheets, each by its name, in both forms."""

    def write(sheets: dict[str, Cells]) -> bytes:
        make = {"xlsx": _xlsx, "xls": _xls}[request.param]
        return make({title: (cells, ()) for title, cells in sheets.items()})

    return write


def _xlsx(sheets: dict[str, tuple[Cells, tuple[str, ...]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, (cells, merged) in sheets.items():
        sheet = book.create_sheet(title)
        for name, value in cells.items():
            sheet[name] = value
            sheet[name].number_format = FORMATS.get(type(value), "General")
        for one in merged:
            sheet.merge_cells(one)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _xls(sheets: dict[str, tuple[Cells, tuple[str, ...]]]) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    for title, (cells, merged) in sheets.items():
        sheet = book.add_sheet(title)
        for name, value in cells.items():
            row, column = coordinate_to_tuple(name)
            style = xlwt.easyxf(num_format_str=FORMATS.get(type(value), "General"))
            days = value / timedelta(days=1) if isinstance(value, timedelta) else value
            sheet.write(row - 1, column - 1, days, style)
        for one in merged:
            left, top, right, bottom = range_boundaries(one)
            sheet.merge(top - 1, bottom - 1, left - 1, right - 1)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
