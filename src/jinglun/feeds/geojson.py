"""How a GeoJSON file becomes one list of rings per place, in longitude and latitude."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from jinglun.model.city import Source
from jinglun.model.errors import Problem
from jinglun.model.places import Ring


def read(path: Path, source: Source) -> tuple[dict[str, list[list[Ring]]], list[Problem]]:
    """Return the polygons (each an outer ring and its holes) of every place named by `place`.

    Errors: no JSON, no features, another coordinate system, a coordinate that is no degree.
    """
    try:
        whole = json.loads(path.read_bytes().decode("utf-8-sig"))
        features = whole["features"]
        if not isinstance(features, list):
            raise TypeError("features is no list")
    except (ValueError, KeyError, TypeError, OSError, RecursionError) as error:
        return {}, [Problem("unreadable_file", source.path, "", hint=str(error)[:200])]
    named = str(whole.get("crs") or "")
    if named and "CRS84" not in named and "4326" not in named:
        return {}, [Problem("wrong_crs", source.path, "crs", named[:80])]
    shapes: dict[str, list[list[Ring]]] = {}
    problems: list[Problem] = []
    for number, feature in enumerate(features, start=1):
        try:
            ident = str(feature["properties"][source.place])
            parts = [[_ring(r) for r in p] for p in _polygons(feature["geometry"])]
            if not all(parts) or not parts:
                raise ValueError("a polygon has at least one ring")
            shapes.setdefault(ident, []).extend(parts)
        except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
            problems.append(
                Problem("bad_geometry", source.path, f"feature {number}", hint=repr(error)[:120])
            )
    return shapes, problems


def _polygons(geometry: dict[str, Any]) -> list[Any]:
    kind = geometry["type"]
    if kind == "Polygon":
        return [geometry["coordinates"]]
    if kind == "MultiPolygon":
        return list(geometry["coordinates"])
    raise ValueError(f"{kind} is no polygon")


def _ring(points: list[Any]) -> Ring:
    ring = [(float(p[0]), float(p[1])) for p in points]
    for lon, lat in ring:
        if not (math.isfinite(lon) and abs(lon) <= 180 and abs(lat) <= 90):
            raise ValueError(f"({lon}, {lat}) is no longitude and latitude")
    if len(ring) < 4:
        raise ValueError("a ring has at least four points")
    return ring
