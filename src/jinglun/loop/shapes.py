"""Which polygons the places of a city have, and which shapes of its files are of none of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from jinglun.feeds.vector import Drawn, Fault, Feature, Parts, polygons
from jinglun.loop.folder import SOURCES_FILE, located
from jinglun.loop.loading import Rejects, Shelf
from jinglun.methods.gcj02 import to_wgs84
from jinglun.model.city import City, Source
from jinglun.model.crs import SHIFTED, crs_of
from jinglun.model.errors import Problem, nearest
from jinglun.model.places import Places, Ring, squeezed

_MOST_TOLD = 20
_UNSAID = Problem("say_crs", SOURCES_FILE, "")
_MUST_SAY = ("CN",)
"""Where maps are shifted by law, a coordinate system that is not stated is not taken as read."""


def read_shapes(
    shelf: Shelf, places: Places, problems: list[Problem], rejects: Rejects
) -> tuple[dict[str, Parts], dict[str, dict[str, int]]]:
    """Return the polygons of every place that has any, and the counts of features by source.

    A feature of no known place, one that cannot be used, and one of a place that an earlier
    source has drawn are set aside.
    """
    shapes: dict[str, Parts] = {}
    counts: dict[str, dict[str, int]] = {}
    for source in shelf.city.sources:
        if source.holds == "geometry":
            own: dict[str, Parts] = {}
            read = used = 0
            for path in located(source, shelf.city.folder):
                drawn = _drawn(path, source, shelf)
                problems += _told(drawn)
                read += len(drawn.features) + len(drawn.faults)
                used += _taken(drawn, path, source, _called(source, places), shapes, own, rejects)
            shapes.update(own)
            counts[source.id] = {"read": read, "used": used, "rejected": read - used}
    return dict(sorted(shapes.items())), counts


def unsaid(city: City) -> list[Problem]:
    """Return a problem for each source of shapes or points whose coordinate system is not stated.

    Only in China, where a file of shifted coordinates looks like any other.
    """
    if city.country not in _MUST_SAY:
        return []
    lacking = [f"source {s.id}.crs" for s in city.sources if s.holds == "geometry" and not s.crs]
    for source in city.sources:
        lacking += [
            f"source {source.id}.columns.{name}.point.crs"
            for name, mapped in source.columns.items()
            if mapped.point is not None and not mapped.point.crs
        ]
    return [Problem("say_crs", SOURCES_FILE, place) for place in lacking]


def _called(source: Source, places: Places) -> dict[str, str]:
    """Return the id of each place by what the source calls it: its id, or a name of it alone."""
    if source.place_by == "id":
        return {place.id: place.id for place in places.all}
    return {name: places.all[at].id for name, at in places.named().items()}


def _drawn(path: Path, source: Source, shelf: Shelf) -> Drawn:
    """Return what a file draws in WGS 84; nothing of it where its system had to be stated."""
    drawn = polygons(path, source, shelf.connection)
    if source.place is not None and drawn.columns and source.place not in drawn.columns:
        hint = nearest(source.place, drawn.columns)
        place = f"source {source.id}"
        drawn.problems.append(Problem("unknown_column", SOURCES_FILE, place, source.place, hint))
    if shelf.city.country in _MUST_SAY and not source.crs:
        drawn.problems = [p for p in drawn.problems if p.code != "missing_crs"]
        drawn.faults += [Fault(f.number, f.place, _UNSAID) for f in drawn.features]
        drawn.features = []
    system = crs_of(source.crs or "")
    if system in SHIFTED:
        drawn.features = [
            Feature(f.number, f.place, [[_unshifted(r, system) for r in p] for p in f.parts])
            for f in drawn.features
        ]
    return drawn


def _unshifted(ring: Ring, system: str) -> Ring:
    flat = np.array(ring)
    lon, lat = to_wgs84(flat[:, 0], flat[:, 1], system)
    return list(zip(lon.tolist(), lat.tolist(), strict=True))


def _told(drawn: Drawn) -> list[Problem]:
    """Return what is wrong with a file and its first features; of more, only how many there are."""
    wrong = [fault.problem for fault in drawn.faults if fault.problem is not _UNSAID]
    told = [*drawn.problems, *wrong[:_MOST_TOLD]]
    if len(wrong) > _MOST_TOLD:
        more = str(len(wrong) - _MOST_TOLD)
        told.append(Problem("more_geometry", wrong[0].file, "", more))
    return told


def _taken(
    drawn: Drawn,
    path: Path,
    source: Source,
    called: Mapping[str, str],
    before: Iterable[str],
    own: dict[str, Parts],
    rejects: Rejects,
) -> int:
    """Add the shapes of places that are known to `own`, set the others aside; count the used."""
    column, by_name = source.place or "", source.place_by == "name"
    for fault in drawn.faults:
        locator = f"{path.name}:{fault.number}:{column}"
        reason = "no_crs" if fault.problem is _UNSAID else "bad_geometry"
        rejects.add(source.id, locator, column, fault.place, reason)
    used = 0
    for feature in drawn.features:
        ident = called.get(squeezed(feature.place) if by_name else feature.place)
        locator = f"{path.name}:{feature.number}:{column}"
        if ident is None:
            rejects.add(source.id, locator, column, feature.place, "unknown_place")
        elif ident in before:
            rejects.add(source.id, locator, column, feature.place, "twice")
        else:
            own.setdefault(ident, []).extend(feature.parts)
            used += 1
    return used
