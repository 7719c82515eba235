"""What a file of shapes holds in whatever form: columns of text, geometry, and its system."""

from __future__ import annotations

import json
import struct
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from jinglun.feeds.rows import ROW, quoted
from jinglun.model.places import Ring


@dataclass(frozen=True)
class Geometry:
    """The shapes of a file as WKB by record number from 1, and the system they are in.

    `faults` holds the reader's words on a shape it could not make out. `crs` is what the file
    itself says: `EPSG:n`, WKT or PROJJSON; `usual` what holds for its form where it says nothing.
    """

    wkb: Mapping[int, bytes]
    faults: Mapping[int, str] = field(default_factory=dict)
    crs: str | None = None
    usual: str | None = None


class Form(Protocol):
    """A form of file that holds features: a shapefile, a GeoPackage, a GeoJSON document."""

    @property
    def names(self) -> Sequence[str]:
        """The names of the columns, each once."""

    def columns(self, only: Collection[str] | None = None) -> Any:
        """Return an Arrow table of `__row` and the columns wanted, all of them text."""

    def geometry(self, connection: Any) -> Geometry:
        """Return the shapes of every record that has one."""


def store(connection: Any, columns: Any, table: str) -> None:
    """Make the DuckDB table `table` of an Arrow table."""
    connection.register("__features", columns)
    try:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {quoted(table)} AS SELECT * FROM __features"
        )
    finally:
        connection.unregister("__features")


def arrow(rows: Sequence[int], columns: Mapping[str, Sequence[object]]) -> Any:
    """Return record numbers and Python values as an Arrow table of `__row` and columns of text."""
    import pyarrow as pa

    made = {name: pa.array(map(text_of, values), pa.string()) for name, values in columns.items()}
    return pa.table({ROW: pa.array(rows, pa.int64()), **made})


def text_of(value: object) -> str | None:
    """Return a value as a person writes it: 440303.0 of a code kept as a number is 440303."""
    if value is None or isinstance(value, (bytes, bytearray)):
        return None
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, (bool, list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


# --- well-known binary (OGC 06-103r4, 8.2), of polygons in two dimensions ------------------------


def polygon_wkb(rings: Sequence[Sequence[Sequence[Any]]]) -> bytes:
    """Return a polygon of rings of points as WKB; a third coordinate is left out."""
    parts = [struct.pack("<BII", 1, 3, len(rings))]
    for ring in rings:
        flat = [float(number) for point in ring for number in (point[0], point[1])]
        parts.append(struct.pack(f"<I{len(flat)}d", len(ring), *flat))
    return b"".join(parts)


def polygons_in(wkb: bytes) -> Iterator[list[Ring]]:
    """Yield the polygons of a POLYGON or MULTIPOLYGON as DuckDB writes it, each a list of rings."""
    kind, count = struct.unpack_from("<II", wkb, 1)
    at = 9
    for _ in range(count if kind == 6 else 1):
        if kind == 6:
            (count,) = struct.unpack_from("<I", wkb, at + 5)
            at += 9
        part = []
        for _ in range(count):
            (points,) = struct.unpack_from("<I", wkb, at)
            flat = np.frombuffer(wkb, "<f8", 2 * points, at + 4)
            part.append([(x, y) for x, y in flat.reshape(-1, 2).tolist()])
            at += 4 + 16 * points
        yield part
