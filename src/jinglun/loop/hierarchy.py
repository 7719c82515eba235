"""Where the city's places are and how they hang together: subject, districts, peers, shapes."""

from __future__ import annotations

from typing import Any

from jinglun.feeds import geojson
from jinglun.feeds.delimited import ROW
from jinglun.loop.folder import CITY_FILE, SOURCES_FILE
from jinglun.loop.loading import Rejects, load, path_of
from jinglun.model.city import City, Source
from jinglun.model.errors import InputError, Problem, nearest
from jinglun.model.places import Place, Places, Ring


def read_places(
    city: City, connection: Any, problems: list[Problem], rejects: Rejects
) -> tuple[Places, dict[str, dict[str, int]]]:
    """Read every place and shape; return them, and the rows read, used and rejected by source.

    Errors: InputError when the city itself is not there or a parent runs in a circle.
    """
    drafts: dict[str, dict[str, Any]] = {}
    shapes: dict[str, list[list[Ring]]] = {}
    counts: dict[str, dict[str, int]] = {}
    for source in city.sources:
        if source.holds == "places":
            counts[source.id] = _draft_places(source, city, connection, drafts, problems, rejects)
        elif source.holds == "geometry":
            found, wrong = geojson.read(path_of(source, city), source)
            problems += wrong
            shapes.update(found)
            read = len(found) + len(wrong)
            counts[source.id] = {"read": read, "used": len(found), "rejected": len(wrong)}
    if city.subject not in drafts:
        hint = nearest(city.subject, drafts)
        raise InputError(
            [*problems, Problem("no_subject", CITY_FILE, "subject", city.subject, hint)]
        )
    levels = tuple(level.id for level in city.levels)
    problems += _hierarchy(drafts)
    if any(p.code == "circular_parent" for p in problems):
        raise InputError(problems)
    made = tuple(_place(drafts[i], city, levels) for i in sorted(drafts))
    known = {i: shape for i, shape in sorted(shapes.items()) if i in drafts}
    return Places(made, levels, known), counts


def _draft_places(
    source: Source,
    city: City,
    connection: Any,
    drafts: dict[str, dict[str, Any]],
    problems: list[Problem],
    rejects: Rejects,
) -> dict[str, int]:
    loaded = load(source, city, connection, problems)
    if loaded is None:
        return {}
    rows, rejected = loaded.to_pylist(), 0
    for row in rows:
        ident = row[source.place]
        if not ident:
            at = f"{source.path.rsplit('/', 1)[-1]}:{row[ROW]}:{source.place}"
            rejects.add(source.id, at, source.place or "", "", "unknown_place")
            rejected += 1
            continue
        draft = drafts.setdefault(ident, {"id": ident, "level": source.level, "titles": {}})
        parent = row.get(source.parent) if source.parent else None
        if parent and draft.setdefault("parent", parent) != parent:
            problems.append(Problem("two_parents", SOURCES_FILE, ident, parent, draft["parent"]))
        for language, column in source.names.items():
            if row.get(column):
                draft["titles"].setdefault(language, row[column])
    return {"read": len(rows), "used": len(rows) - rejected, "rejected": rejected}


def _hierarchy(drafts: dict[str, dict[str, Any]]) -> list[Problem]:
    problems = []
    for ident, draft in drafts.items():
        seen, parent = {ident}, draft.get("parent")
        while parent is not None:
            if parent in seen:
                problems.append(Problem("circular_parent", SOURCES_FILE, ident, parent))
                break
            if parent not in drafts:
                hint = nearest(parent, drafts)
                problems.append(Problem("unknown_parent", SOURCES_FILE, ident, parent, hint))
                draft["parent"] = None
                break
            seen.add(parent)
            parent = drafts[parent].get("parent")
    return problems


def _place(draft: dict[str, Any], city: City, levels: tuple[str, ...]) -> Place:
    if draft["id"] == city.subject:
        titles = {**draft["titles"], "zh": city.title_zh, "en": city.title_en}
        return Place(draft["id"], draft["level"], draft.get("parent"), "subject", titles)
    inside = draft.get("parent") == city.subject
    role = "district" if inside and draft["level"] == city.district_level else "peer"
    return Place(draft["id"], draft["level"], draft.get("parent"), role, draft["titles"])  # type: ignore[arg-type]
