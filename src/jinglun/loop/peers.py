"""Which cities the subject can fairly be set beside: of its size, and most like it in profile."""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np

from jinglun.loop.character import size_class
from jinglun.loop.weave import Case
from jinglun.methods.neighbours import profile_distances
from jinglun.model.arrays import Array, tidy

WIDE = 2
"""So many times the number wanted, nearest in population, stand for a size class not known."""


FAR = 1.2
"""Where even the nearest is further, none is much like the city: any two differ by about 1.41.

Of two cities drawn at random each standardised feature differs by the root of 2 in root mean
square.
"""


@dataclass(frozen=True)
class Comparison:
    """The comparable cities, most alike first, how far each is, and by what they were chosen."""

    chosen: tuple[int, ...]
    distances: tuple[float, ...]
    """One for each chosen; NaN where too little is known of both to say."""
    features: tuple[str, ...]
    """The features of the profile that the subject has and that tell cities apart."""
    mates: frozenset[int]
    """Which of the chosen are of the subject's size class; the others were added to fill up."""
    rule: str
    """`chosen` by the city; `class`, `class_and_population`, `population`, `profile` or `none`."""
    of: int


def comparable(case: Case) -> list[int]:
    """Return the positions of the comparable cities, most alike first."""
    return list(comparison(case).chosen)


def comparables(case: Case) -> dict[str, Any]:
    """Return the comparable cities for findings.json, with the rule and the features behind."""
    found = comparison(case)
    ids = case.sensed.places.ids
    rows: list[dict[str, Any]] = [
        {
            "place": ids[p],
            "distance": tidy(d) if np.isfinite(d) else None,
            "added": found.rule == "class_and_population" and p not in found.mates,
        }
        for p, d in zip(found.chosen, found.distances, strict=True)
    ]
    rows.sort(key=lambda r: (r["distance"] is None, r["distance"] or 0.0, r["place"]))
    known = [r["distance"] for r in rows if r["distance"] is not None]
    return {
        "places": rows,
        "far": FAR,
        "alike": min(known) <= FAR if known else None,
        "rule": found.rule,
        "features": list(found.features),
        "wanted": case.city.peers.count,
        "of": found.of,
    }


def comparison(case: Case) -> Comparison:
    """Choose the comparable cities: those the city named, or the nearest among those of its size.

    Of its size are the peers of its class. Where the class is not known, or holds too few, the
    `WIDE` times `count` nearest in log population stand beside it. Of these the `count` nearest in
    profile are taken, those of the class first. Ties fall to the lower id, so the order of places
    does not matter.
    """
    ids, count = case.sensed.places.ids, case.city.peers.count
    level = case.sensed.places.all[case.subject].level
    others = [
        p for p in case.sensed.places.of_role("peer") if case.sensed.places.all[p].level == level
    ]
    others.sort(key=lambda p: ids[p])
    names, table = _features(case, [case.subject, *others])
    own: list[int] = []
    distance = dict(zip(others, profile_distances(table, 0)[1:].tolist(), strict=True))
    if case.city.peers.choose:
        named = [p for p in others if ids[p] in case.city.peers.choose]
        chosen, rule = _nearest(named, distance, ids), "chosen"
    else:
        known = [p for p in others if math.isfinite(distance[p])]
        near, rule = _of_its_size(others, names, table, WIDE * count)
        alike = _nearest([p for p in known if p in near], distance, ids)
        mates = _of_its_class(case, known)
        own = _nearest([p for p in known if p in mates], distance, ids)
        if own:
            rule = "class" if len(own) >= count else "class_and_population"
        chosen = [*own, *(p for p in alike if p not in own)][:count]
    told = tuple(distance[p] for p in chosen)
    used = _telling(names, table)
    rule = rule if chosen else "none"
    return Comparison(tuple(chosen), told, used, frozenset(own), rule, len(others))


def _nearest(pool: Sequence[int], distance: Mapping[int, float], ids: Sequence[str]) -> list[int]:
    """Return the pool, nearest first; those of unknown distance come last."""
    # At twelve digits: a last bit that depends on the order of sums must not order cities.
    ranked = {p: tidy(distance[p]) if math.isfinite(distance[p]) else math.inf for p in pool}
    return sorted(pool, key=lambda p: (ranked[p], ids[p]))


def _of_its_class(case: Case, others: list[int]) -> set[int]:
    """Return the peers of the subject's size class, none where its class is not known."""
    own = size_class(case, case.subject)
    return set() if own is None else {p for p in others if size_class(case, p) == own}


def _of_its_size(
    others: list[int], names: Sequence[str], table: Array, count: int
) -> tuple[set[int], str]:
    """Return the `count` peers nearest in population; all where the subject's is unknown."""
    size = table[names.index("population")]
    if not np.isfinite(size[0]):
        return set(others), "profile"
    off = np.abs(size[1:] - size[0])
    near = [n for n in np.argsort(np.round(off, 12), kind="stable") if np.isfinite(off[n])]
    return {others[n] for n in near[:count]}, "population"


# --- the profile --------------------------------------------------------------------------------


@functools.cache
def _rules() -> tuple[Mapping[str, str], ...]:
    text = resources.files("jinglun.loop.rules").joinpath("profile.toml").read_text("utf-8")
    return tuple(tomllib.loads(text)["feature"])


def _features(case: Case, places: Sequence[int]) -> tuple[list[str], Array]:
    """Return the features [feature, place] of the year in which the subject last had each."""
    rows = [_feature(case, rule, places) for rule in _rules()]
    return [rule["id"] for rule in _rules()], np.array(rows)


def _feature(case: Case, rule: Mapping[str, str], places: Sequence[int]) -> Array:
    cube = case.measured.cube
    with np.errstate(divide="ignore", invalid="ignore"):
        plane = cube.of(rule["of"])
        if "per" in rule:
            plane = plane / cube.of(rule["per"])
        if rule.get("scale") == "log":
            plane = np.log(plane)
    known = np.isfinite(plane[case.subject]) & case.latest.begun
    if not known.any():
        return np.full(len(places), np.nan)
    values = plane[list(places), int(np.flatnonzero(known)[-1])]
    return np.where(np.isfinite(values), values, np.nan)


def _telling(names: Sequence[str], table: Array) -> tuple[str, ...]:
    """Return the features that the subject shares with any peer from which it may differ."""
    told = ~np.isnan(table[:, 0]) & (~np.isnan(table[:, 1:])).any(axis=1)
    varies = np.array([len(np.unique(row[~np.isnan(row)])) > 1 for row in table], bool)
    return tuple(name for name, yes in zip(names, told & varies, strict=True) if yes)
