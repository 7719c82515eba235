"""What is wrong with a folder, all of it: its settings and, as far as they stand, its data."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path

from jinglun.loop.folder import read_sound
from jinglun.loop.loading import Rejects
from jinglun.loop.sense import Progress, Sensed, sense
from jinglun.model.catalogue import Catalogue
from jinglun.model.city import City
from jinglun.model.errors import Problem
from jinglun.store.lake import connect

_OF_PLACES = ("no_subject", "unknown_parent", "unknown_place", "peer_of_other_level")


def look_through(folder: Path, catalogue: Catalogue, day: date, progress: Progress) -> Sensed:
    """Sense what of a folder can be, and return it with every problem of settings and data.

    What follows from another problem alone is not told: no place is unknown while a list of
    places cannot be read, nor a source while its block is wrong. Errors: InputError with every
    problem where too little stands to look at the data.
    """
    city, wrong, lost = read_sound(folder, catalogue)
    sensed = sense(city, catalogue, connect(), day, progress, bear=True)
    told = tuple(dict.fromkeys([*wrong, *sensed.problems]))
    kinds = {*lost.values(), *_unread(city, sensed)}
    return dataclasses.replace(
        sensed,
        problems=tuple(p for p in told if not _follows(p, kinds, lost)),
        rejects=_first_causes(sensed.rejects, city, kinds),
    )


def _unread(city: City, sensed: Sensed) -> set[str]:
    """Return what those sources hold of which nothing could be used, for a reason that is told."""
    blamed = {p.file for p in sensed.problems} | {p.place.split(".")[0] for p in sensed.problems}
    rows = {one["source"]: one["rows_used"] for one in sensed.inputs}
    return {s.holds for s in city.sources if not rows[s.id] and blamed & {s.path, f"source {s.id}"}}


def _follows(problem: Problem, kinds: Collection[str], lost: Mapping[str, str]) -> bool:
    """Say whether a problem is there because sources of these kinds, or a source, are not."""
    if problem.code == "unknown_source":
        return problem.found in lost
    if problem.code == "no_shapes":
        return "geometry" in kinds
    return problem.code in _OF_PLACES and "places" in kinds


def _first_causes(rejects: Rejects, city: City, kinds: Collection[str]) -> Rejects:
    """Return the figures set aside without those whose place only seems to be unknown."""
    unsure = {s.id for s in city.sources if "places" in kinds or _by_shape(s.columns, kinds)}
    seems = zip(rejects.source, rejects.reason, strict=True)
    kept = [source not in unsure or reason != "unknown_place" for source, reason in seems]
    lists = (getattr(rejects, column.name) for column in dataclasses.fields(Rejects))
    return Rejects(*(list(itertools.compress(held, kept)) for held in lists))


def _by_shape(columns: Mapping[str, object], kinds: Collection[str]) -> bool:
    """Say whether rows are placed by shapes of which not all could be read."""
    return "geometry" in kinds and any(getattr(c, "point", None) for c in columns.values())
