"""How a GeoJSON file becomes features; a web address that it names is never asked.

GDAL would ask it: its GeoJSON reader fetches the coordinate system that `crs` links to.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from jinglun.feeds.features import Geometry, arrow, polygon_wkb, store
from jinglun.feeds.rows import ROW, Reading, reason, unique_names
from jinglun.model.city import Source
from jinglun.model.crs import WGS84
from jinglun.model.errors import InputError, Problem

_BAD = (KeyError, TypeError, ValueError, IndexError, OverflowError)


def read(
    connection: Any,
    path: Path,
    source: Source,
    table: str,
    only: Collection[str] | None = None,
) -> Reading:
    """Load the properties as text into `table`, with `__row` counting features from 1.

    Errors: what is no GeoJSON gives one problem, with the reader's own words.
    """
    try:
        store(connection, GeoJson(path, source).columns(only), table)
    except InputError as error:
        return Reading(list(error.problems))
    return Reading()


def header(path: Path, source: Source) -> list[str]:
    """Return the names of the properties as `read` gives them; empty when it cannot be read."""
    try:
        return list(GeoJson(path, source).names)
    except InputError:
        return []


class GeoJson:
    """A GeoJSON document (RFC 7946), or one of 2008 that names its coordinate system.

    Errors: InputError when it is no JSON, has no features, or names no system that has a name.
    """

    def __init__(self, path: Path, source: Source) -> None:
        try:
            whole = json.loads(path.read_bytes().decode("utf-8-sig"))
            self._features = whole["features"]
            if not isinstance(self._features, list):
                raise TypeError("features is no list")
        except (*_BAD, OSError, RecursionError) as error:
            found = Problem("unreadable_file", source.path, "", hint=reason(error))
            raise InputError([found]) from None
        self._crs = _named_crs(whole.get("crs"), source)
        keys = dict.fromkeys(key for properties in self._properties() for key in properties)
        self._keys = dict(zip(unique_names(keys), keys, strict=True))

    @property
    def names(self) -> Sequence[str]:
        """The names of the properties of all features, in the order they first come."""
        return list(self._keys)

    def columns(self, only: Collection[str] | None = None) -> Any:
        """Return an Arrow table of `__row` and the properties wanted, as text."""
        wanted = [name for name in self._keys if only is None or name in only]
        rows = range(1, len(self._features) + 1)
        return arrow(
            rows,
            {n: [p.get(self._keys[n]) for p in self._properties()] for n in wanted if n != ROW},
        )

    def _properties(self) -> list[dict[str, Any]]:
        """Return what each feature says of itself, its own `id` among it."""
        found = []
        for feature in self._features:
            said = feature.get("properties") if isinstance(feature, dict) else None
            own = {"id": feature["id"]} if isinstance(feature, dict) and "id" in feature else {}
            found.append({**own, **(said if isinstance(said, dict) else {})})
        return found

    def geometry(self, connection: Any) -> Geometry:
        """Return the shapes of every feature that has one."""
        wkb, faults = {}, {}
        for number, feature in enumerate(self._features, start=1):
            try:
                if feature["geometry"] is not None:
                    wkb[number] = _wkb(feature["geometry"])
            except _BAD as error:
                faults[number] = repr(error)[:120]
        return Geometry(wkb, faults, self._crs, WGS84)


def _named_crs(said: object, source: Source) -> str | None:
    """Return the name of the system that a document of 2008 is in; None when it has no `crs`."""
    if said is None:
        return None
    properties = said.get("properties") if isinstance(said, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if isinstance(name, str):
        return name
    raise InputError([Problem("unknown_crs", source.path, "crs", json.dumps(said)[:80])])


def _wkb(geometry: dict[str, Any]) -> bytes:
    kind = geometry["type"]
    if kind == "Polygon":
        return polygon_wkb(geometry["coordinates"])
    if kind == "MultiPolygon":
        held = geometry["coordinates"]
        return struct.pack("<BII", 1, 6, len(held)) + b"".join(map(polygon_wkb, held))
    # Only what kind it is will be told: no other has an area.
    code = {"Point": 1, "LineString": 2, "MultiPoint": 4, "MultiLineString": 5}.get(kind, 7)
    if not isinstance(kind, str) or (code == 7 and kind != "GeometryCollection"):
        raise ValueError(f"{kind!r} is no kind of geometry")
    empty = struct.pack("<dd", float("nan"), float("nan")) if code == 1 else struct.pack("<I", 0)
    return struct.pack("<BI", 1, code) + empty
