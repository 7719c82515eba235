"""How a shapefile, which is three to five files of one name, becomes features.

GDAL reads the shapes alone, from a copy without the table: it knows no Chinese encoding.
"""

from __future__ import annotations

import codecs
import shutil
import struct
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from jinglun.feeds.dbf import Dbf
from jinglun.feeds.features import Geometry
from jinglun.feeds.rows import literal
from jinglun.model.city import Source
from jinglun.model.errors import InputError, Problem

_PARTS = (".shx", ".dbf", ".prj", ".cpg")
_HEAD_BYTES = 100
_UNSTATED = "utf-8"


def companions(path: Path) -> dict[str, Path]:
    """Return the files that belong to a .shp by their ending, in whatever case it is written."""
    beside = (p for p in sorted(path.parent.iterdir()) if p.stem == path.stem)
    return {p.suffix.lower(): p for p in beside if p.suffix.lower() in _PARTS}


class Shapefile:
    """A .shp with its .shx and .dbf; .prj says the coordinate system and .cpg the encoding.

    Errors: InputError when a part is not there, leads out of the folder, or is cut short.
    """

    def __init__(self, path: Path, source: Source) -> None:
        self._path, self._source = path, source
        self._parts = companions(path)
        for ending in (".shx", ".dbf"):
            if ending not in self._parts:
                lost = path.stem + ending
                raise InputError([Problem("missing_part", source.path, "", hint=lost)])
        home = path.resolve().parent
        for part in self._parts.values():
            if not part.resolve().is_relative_to(home):
                raise InputError([Problem("outside_folder", source.path, part.name, part.name)])
        self._count_shapes()
        self._table = Dbf(self._parts[".dbf"], source.path, self._stated())

    def _count_shapes(self) -> None:
        """Raise InputError where a file of shapes is shorter than it says."""
        for part in (self._path, self._parts[".shx"]):
            with part.open("rb") as stream:
                head = stream.read(_HEAD_BYTES)
            said = struct.unpack(">i", head[24:28])[0] * 2 if len(head) == _HEAD_BYTES else 0
            size = part.stat().st_size
            if size < max(said, _HEAD_BYTES):
                whole = str(max(said, _HEAD_BYTES))
                found = Problem("cut_short", self._source.path, part.name, str(size), whole)
                raise InputError([found])

    def _stated(self) -> str | None:
        """Return the encoding that the source or else the .cpg gives, where it is one."""
        if self._source.encoding.lower() != _UNSTATED:
            return codecs.lookup(self._source.encoding).name
        if ".cpg" not in self._parts:
            return None
        with self._parts[".cpg"].open("rb") as stream:
            said = stream.read(40).decode("latin-1").strip()
        for name in (said, f"cp{said}", said.split(" ")[-1], f"cp{said.split(' ')[-1]}"):
            try:
                return codecs.lookup(name).name
            except LookupError:
                continue
        return None

    @property
    def names(self) -> Sequence[str]:
        """The names of the columns of its table."""
        return list(self._table.fields)

    def columns(self, only: Collection[str] | None = None) -> Any:
        """Return an Arrow table of `__row` and the columns wanted, as text."""
        return self._table.columns(only)

    def geometry(self, connection: Any) -> Geometry:
        """Return the shapes of every record that has one; `connection` has spatial loaded."""
        with tempfile.TemporaryDirectory() as folder:
            alone = Path(folder) / "shapes.shp"
            shutil.copyfile(self._path, alone)
            for ending in (".shx", ".prj"):
                if ending in self._parts:
                    shutil.copyfile(self._parts[ending], alone.with_suffix(ending))
            file = f"ST_Read({literal(str(alone))}, allowed_drivers := ['ESRI Shapefile'])"
            rows = connection.execute(
                f"SELECT OGC_FID + 1, ST_AsWKB(geom), ST_CRS(geom) FROM {file} ORDER BY 1"
            ).fetchall()
        if len(rows) != self._table.records:
            found, records = str(len(rows)), str(self._table.records)
            raise InputError([Problem("unlike_parts", self._source.path, "", found, records)])
        wkb = {row: bytes(shape) for row, shape, _ in rows if shape is not None}
        return Geometry(wkb, crs=next((crs for _, _, crs in rows if crs), None))
