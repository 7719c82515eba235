"""How a layer of a GeoPackage becomes features; nothing that a hostile file holds is run.

GDAL is not asked: inside DuckDB it ends the whole process when a layer's name is wrong.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinglun.feeds.features import Geometry, arrow
from jinglun.feeds.rows import quoted, reason, unique_names
from jinglun.model.city import Source
from jinglun.model.errors import InputError, Problem, nearest

_BATCH = 1 << 14
_LONGEST_BYTES = 1 << 28
# The length of the envelope in bytes by its code: none, xy, xyz, xym, xyzm (GeoPackage 1.3, 2.1.3).
_ENVELOPES = (0, 32, 48, 48, 64)
_TABLES = ("gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys")
_ALLOWED = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)


class GeoPackage:
    """One layer of a GeoPackage: the one the source names, or the only one there is.

    Errors: InputError when it is no GeoPackage, or has no such layer, or several and none named.
    """

    def __init__(self, path: Path, source: Source) -> None:
        self._path, self._source = path, source
        with self._opened() as database:
            self._layer = _layer(database, source)
            listed = database.execute(f"PRAGMA table_xinfo({quoted(self._layer)})").fetchall()
            shape = database.execute(
                "SELECT column_name, srs_id FROM gpkg_geometry_columns WHERE table_name = ?",
                [self._layer],
            ).fetchone()
            self._shape: str | None = shape[0] if shape else None
            self._crs = _crs(database, shape[1] if shape else None)
        # A column whose last mark is not 0 is hidden or worked out, by what the file itself says.
        given = [name for _, name, *_, mark in listed if mark == 0 and name != self._shape]
        self._fields = dict(zip(unique_names(given), given, strict=True))

    @property
    def names(self) -> Sequence[str]:
        """The names of the layer's columns, its geometry apart."""
        return list(self._fields)

    def columns(self, only: Collection[str] | None = None) -> Any:
        """Return an Arrow table of `__row` and the columns wanted, as text."""
        import pyarrow as pa

        wanted = [name for name in self._fields if only is None or name in only]
        parts = []
        for start, rows in self._rows([self._fields[name] for name in wanted]):
            values = zip(*rows, strict=True) if wanted else ()
            numbers = range(start, start + len(rows))
            parts.append(arrow(numbers, dict(zip(wanted, values, strict=True))))
        return pa.concat_tables([*parts, arrow([], {name: [] for name in wanted})])

    def geometry(self, connection: Any) -> Geometry:
        """Return the shapes of every row that has one."""
        wkb: dict[int, bytes] = {}
        faults: dict[int, str] = {}
        for start, rows in self._rows([self._shape] if self._shape else []):
            for number, values in enumerate(rows, start=start):
                if self._shape and values[0] is not None:
                    try:
                        wkb[number] = _wkb(values[0])
                    except (TypeError, IndexError, ValueError) as error:
                        faults[number] = reason(error)
        return Geometry(wkb, faults, self._crs)

    def _rows(self, fields: list[str]) -> Iterator[tuple[int, list[tuple[Any, ...]]]]:
        """Yield the rows a batch at a time, each batch with the number of its first row."""
        picked = ", ".join(map(quoted, fields)) or "NULL"
        query = f"SELECT {picked} FROM {quoted(self._layer)} ORDER BY rowid"
        with self._opened() as database:
            cursor, start = database.execute(query), 1
            while rows := cursor.fetchmany(_BATCH):
                yield start, rows
                start += len(rows)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """Open the file to read only; whatever is wrong with it then is one problem."""
        # With `immutable` SQLite makes no lock and no journal beside a city's file.
        address = f"file:{quote(str(self._path.absolute()))}?mode=ro&immutable=1"
        try:
            with contextlib.closing(sqlite3.connect(address, uri=True)) as database:
                database.text_factory = lambda text: text.decode("utf-8", "replace")
                database.execute("PRAGMA trusted_schema = OFF")
                database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_BYTES)
                database.set_authorizer(_authorizer)
                yield database
        except (sqlite3.Error, UnicodeError, MemoryError) as error:
            found = Problem("unreadable_file", self._source.path, "", hint=reason(error))
            raise InputError([found]) from None


def _authorizer(action: int, first: str | None, *_: str | None) -> int:
    """Allow what reads a table: no function, no pragma but the one that lists columns."""
    pragma = action == sqlite3.SQLITE_PRAGMA and first == "table_xinfo"
    return sqlite3.SQLITE_OK if action in _ALLOWED or pragma else sqlite3.SQLITE_DENY


def _layer(database: sqlite3.Connection, source: Source) -> str:
    # A view or a virtual table could ask for more than the file holds; no layer needs to be one.
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0"
    plain = {name for (name,) in database.execute(query)}
    if not plain.issuperset(_TABLES):
        raise sqlite3.DatabaseError(f"no table {min(set(_TABLES) - plain)}")
    query = "SELECT table_name FROM gpkg_contents WHERE data_type IN ('features', 'attributes')"
    known = sorted(name for (name,) in database.execute(query) if name in plain)
    if source.layer is None and len(known) == 1:
        return str(known[0])
    if source.layer is not None and source.layer in known:
        return source.layer
    hint = nearest(source.layer or "", known) or ", ".join(known[:10])
    raise InputError([Problem("unknown_layer", source.path, "", source.layer or "-", hint)])


def _crs(database: sqlite3.Connection, srs: int | None) -> str | None:
    """Return the system of a layer; None for the two that the standard calls undefined."""
    if srs in (None, 0, -1):
        return None
    found = database.execute(
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys "
        "WHERE srs_id = ?",
        [srs],
    ).fetchone()
    if found is None:
        return None
    organization, code, definition = found
    return f"EPSG:{code}" if str(organization).upper() == "EPSG" else str(definition)


def _wkb(blob: bytes) -> bytes:
    """Return the WKB behind a GeoPackage's own header (GeoPackage 1.3, 2.1.3)."""
    if blob[:2] != b"GP":
        raise ValueError("no geometry of a GeoPackage")
    envelope = _ENVELOPES[blob[3] >> 1 & 7]
    return bytes(blob[8 + envelope :])
