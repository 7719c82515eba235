"""Where the city's places are and how they hang together: subject, districts, peers, shapes."""

from __future__ import annotations

import posixpath
from typing import Any

from jinglun.feeds.rows import ROW
from jinglun.loop.choices import CITY_FILE
from jinglun.loop.loading import FILE, Rejects, Shelf, load
from jinglun.loop.placing import point_problems
from jinglun.loop.shapes import read_shapes, unsaid
from jinglun.model.city import City, Source
from jinglun.model.errors import InputError, Problem, nearest
from jinglun.model.places import Place, Places


def read_places(
    shelf: Shelf, problems: list[Problem], rejects: Rejects, *, bear: bool = False
) -> tuple[Places, dict[str, dict[str, int]]]:
    """Read every place and shape; return them, and the rows read, used and rejected by source.

    Errors: InputError when the city itself is not there or a parent runs in a circle, unless told
    to `bear` it: then the city is put there, and the places of a circle stand alone.
    """
    city = shelf.city
    drafts: dict[str, dict[str, Any]] = {}
    counts: dict[str, dict[str, int]] = {}
    for source in city.sources:
        if source.holds == "places":
            counts[source.id] = _draft_places(source, shelf, drafts, problems, rejects)
    if city.subject not in drafts:
        hint = nearest(city.subject, drafts)
        problems.append(Problem("no_subject", CITY_FILE, "subject", city.subject, hint))
        if not bear:
            raise InputError(problems)
        drafts[city.subject] = {"id": city.subject, "level": city.levels[-1].id, "titles": {}}
    levels = tuple(level.id for level in city.levels)
    wrong, circle = _hierarchy(drafts)
    problems += wrong
    if circle and not bear:
        raise InputError(problems)
    for ident in circle:
        drafts[ident]["parent"] = None
    made = tuple(_place(drafts[i], city, levels) for i in sorted(drafts))
    problems += _peers(city, made)
    problems += unsaid(city)
    shapes, drawn = read_shapes(shelf, Places(made, levels), problems, rejects)
    places = Places(made, levels, shapes)
    problems += point_problems(city, places, shelf.connection)
    return places, {**counts, **drawn}


def _draft_places(
    source: Source,
    shelf: Shelf,
    drafts: dict[str, dict[str, Any]],
    problems: list[Problem],
    rejects: Rejects,
) -> dict[str, int]:
    loaded = load(source, shelf, problems, rejects)
    if loaded is None:
        return {}
    rows, rejected = loaded.to_pylist(), 0
    for row in rows:
        ident = row[source.place]
        if not ident:
            at = f"{row[FILE]}:{row[ROW]}:{source.place}"
            rejects.add(source.id, at, source.place or "", "", "unknown_place")
            rejected += 1
            continue
        draft = drafts.setdefault(ident, {"id": ident, "level": source.level, "titles": {}})
        parent = row.get(source.parent) if source.parent else None
        file = posixpath.join(posixpath.dirname(source.path), row[FILE])
        place = f"row {row[ROW]} {ident}"
        if parent and draft.setdefault("parent", parent) != parent:
            problems.append(Problem("two_parents", file, place, parent, draft["parent"]))
        elif parent:
            draft.setdefault("at", (file, place))
        for language, column in source.names.items():
            if row.get(column):
                draft["titles"].setdefault(language, row[column])
    return {"read": len(rows), "used": len(rows) - rejected, "rejected": rejected}


def _hierarchy(drafts: dict[str, dict[str, Any]]) -> tuple[list[Problem], list[str]]:
    """Take out parents that are not there; return what is wrong, and the places of a circle."""
    problems, circle = [], []
    for draft in drafts.values():
        parent = draft.get("parent")
        if parent is not None and parent not in drafts:
            hint = nearest(parent, drafts)
            file, place = draft["at"]
            problems.append(Problem("unknown_parent", file, place, parent, hint))
            draft["parent"] = None
    for ident, draft in drafts.items():
        seen, above = {ident}, draft.get("parent")
        while above is not None and above not in seen:
            seen.add(above)
            above = drafts[above].get("parent")
        # A place that only hangs on a circle comes back to another than itself.
        if above == ident:
            file, place = draft["at"]
            problems.append(Problem("circular_parent", file, place, draft["parent"]))
            circle.append(ident)
    return problems, circle


def _peers(city: City, made: tuple[Place, ...]) -> list[Problem]:
    """Name each peer the city chose that is no place of its own level besides itself."""
    level = next(p.level for p in made if p.id == city.subject)
    known = [p.id for p in made if p.level == level and p.role == "peer"]
    there = {p.id for p in made}
    problems = []
    for ident in dict.fromkeys(city.peers.choose):
        if ident in known:
            continue
        code, hint = "unknown_place", nearest(ident, known) or "-"
        if ident == city.subject:
            code, hint = "peer_itself", ""
        elif ident in there:
            code, hint = "peer_of_other_level", nearest(ident, known) or next(iter(known), "-")
        problems.append(Problem(code, CITY_FILE, "peers.choose", ident, hint))
    return problems


def _place(draft: dict[str, Any], city: City, levels: tuple[str, ...]) -> Place:
    if draft["id"] == city.subject:
        titles = {**draft["titles"], "zh": city.title_zh, "en": city.title_en}
        return Place(draft["id"], draft["level"], draft.get("parent"), "subject", titles)
    inside = draft.get("parent") == city.subject
    role = "district" if inside and draft["level"] == city.district_level else "peer"
    return Place(draft["id"], draft["level"], draft.get("parent"), role, draft["titles"])  # type: ignore[arg-type]
