"""Which figures the sources hold: every one read and checked, what is wrong kept aside."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from jinglun.loop.figures import sense_figures
from jinglun.loop.files import beside
from jinglun.loop.folder import located
from jinglun.loop.hierarchy import read_places
from jinglun.loop.loading import Desk, Part, Rejects, Shelf
from jinglun.loop.tables import Tables, sense_table
from jinglun.model.catalogue import Catalogue
from jinglun.model.city import City, Source
from jinglun.model.errors import Problem
from jinglun.model.facts import Facts
from jinglun.model.periods import last_day
from jinglun.model.places import Places

Progress = Callable[[str, int, int], None]
Keep = Callable[[Source, Places, Callable[[], Part]], Part]
"""Gives the part of a source: one kept from an earlier run that still holds, or made now."""


@dataclass(frozen=True)
class Sensed:
    """What sense hands on: the places, the facts, what was rejected and what was read."""

    places: Places
    periods: tuple[str, ...]
    variables: tuple[str, ...]
    facts: Facts
    rejects: Rejects
    inputs: tuple[Mapping[str, Any], ...]
    problems: tuple[Problem, ...]
    tables: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    by: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def _made_now(source: Source, places: Places, make: Callable[[], Part]) -> Part:
    return make()


def sense(
    city: City,
    catalogue: Catalogue,
    connection: Any,
    day: date,
    progress: Progress,
    keep: Keep = _made_now,
    *,
    bear: bool = False,
) -> Sensed:
    """Read every source of the city into facts; rows that cannot be used keep their reason.

    Errors: InputError when the places themselves cannot be made (no subject, a circular parent),
    unless told to `bear` even that and look on for what else is wrong.
    """
    problems: list[Problem] = []
    rejects = Rejects()
    shelf = Shelf(city, connection)
    places, counts = read_places(shelf, problems, rejects, bear=bear)
    variables = {v: i for i, v in enumerate(sorted(catalogue.variables))}
    desk = Desk(shelf, catalogue, places, places.index(), variables, day)
    periods: dict[str, int] = {}
    parts = [Facts.empty()]
    for number, source in enumerate(city.sources):
        progress(source.id, number, len(city.sources))
        if source.holds in ("facts", "table"):
            part = keep(source, places, functools.partial(_part, desk, number, source))
            parts.append(_in_all(part, number, periods))
            rejects.extend(part.rejects)
            problems += part.problems
            counts[source.id] = part.counts
    facts = _one_each(Facts.join(parts), city, len(periods), len(variables), rejects)
    ordered, facts = _in_time_order(periods, facts)
    inputs = tuple(_input(s, city, counts.get(s.id, {})) for s in city.sources)
    said = tuple(dict.fromkeys(problems))
    by = {s.table: told for s in city.sources if (told := counts.get(s.id, {}).get("by"))}
    return Sensed(
        *(places, ordered, tuple(variables), facts, rejects, inputs, said),
        tables=Tables(desk),
        by={table: told for table, told in by.items() if table},
    )


def _part(desk: Desk, number: int, source: Source) -> Part:
    """Read one source at a desk of its own, so that its part depends on nothing read before."""
    own = dataclasses.replace(desk, periods={}, rejects=Rejects(), problems=[])
    read = sense_table if source.holds == "table" else sense_figures
    facts, counts = read(own, number, source)
    return Part(facts, tuple(own.periods), own.rejects, tuple(own.problems), counts)


def _in_all(part: Part, number: int, periods: dict[str, int]) -> Facts:
    """Return a part's facts with the positions that its source and periods have among all."""
    moved = np.array([periods.setdefault(p, len(periods)) for p in part.periods], np.int32)
    size = len(part.facts)
    return dataclasses.replace(
        part.facts,
        period=moved[part.facts.period] if size else part.facts.period,
        source=np.full(size, number, np.int32),
    )


def _input(source: Source, city: City, counts: Mapping[str, Any]) -> dict[str, Any]:
    said = {
        name: getattr(source, name)
        for name in ("title_zh", "title_en", "publisher", "licence", "url", "note_zh", "note_en")
    }
    return {
        "source": source.id,
        "path": source.path,
        "sha256": _digest(source, city),
        "retrieved": source.retrieved.isoformat() if source.retrieved else None,
        **said,
        "rows_read": counts.get("read", 0),
        "rows_used": counts.get("used", 0),
        "rows_rejected": counts.get("rejected", 0),
        "values_used": counts.get("values", 0),
        "quality": source.quality,
        "quality_used": counts.get("quality", source.quality),
        "checks": counts.get("checks", []),
    }


def _digest(source: Source, city: City) -> str:
    """Return the sha256 of the source's file; of several files, that of their digests in order."""
    digests = []
    paths = located(source, city.folder)
    if source.feed == "vector":
        paths = sorted({part for path in paths for part in (path, *beside(path))})
    for path in paths:
        with path.open("rb") as stream:
            digests.append(hashlib.file_digest(stream, "sha256").hexdigest())
    return (
        digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    )


# --- one figure each ----------------------------------------------------------------------------


def _one_each(facts: Facts, city: City, periods: int, variables: int, rejects: Rejects) -> Facts:
    """Keep the first figure of each place, period and variable; one that disagrees is rejected."""
    if not len(facts):
        return facts
    key = (
        facts.place.astype(np.int64) * max(1, periods) + facts.period
    ) * variables + facts.variable
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    kept = np.zeros(len(facts), bool)
    kept[first] = True
    agreed = facts.value[first][inverse]
    differs = ~kept & ~np.isclose(facts.value, agreed, rtol=1e-9, atol=0.0)
    for i in np.flatnonzero(differs):
        source, locator = city.sources[facts.source[i]], str(facts.locator[i])
        file = source.path.rsplit("/", 1)[-1]
        column = locator[len(file) + 1 :].split(":", 1)[1]
        used = first[inverse[i]]
        found = f"{float(facts.value[i])!r} ≠ {float(facts.value[used])!r} ({facts.locator[used]})"
        rejects.add(source.id, locator, column, found, "disagrees")
    return facts.take(np.sort(first))


def _in_time_order(periods: dict[str, int], facts: Facts) -> tuple[tuple[str, ...], Facts]:
    held = set(facts.period.tolist())
    kept = [p for p, n in periods.items() if n in held]
    ordered = tuple(sorted(kept, key=lambda p: (str(last_day(p)), p)))
    place = {p: n for n, p in enumerate(ordered)}
    moved = np.array([place.get(p, -1) for p in periods], np.int32)
    if len(facts):
        facts = dataclasses.replace(facts, period=moved[facts.period])
    return ordered, facts
