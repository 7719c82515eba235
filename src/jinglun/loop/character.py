"""What kind of city this is: its size, what it works at, if it lives on resources, its people."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from jinglun.loop.growth import (
    age,
    class_of,
    fact,
    growth,
    known_at,
    latest_year,
    rule_of,
    same_level,
)
from jinglun.loop.rulebook import rules
from jinglun.loop.weave import Case
from jinglun.methods.specialisation import location_quotients, nelson_degrees, shares
from jinglun.model.arrays import Array, tidy


def character(case: Case) -> dict[str, Any]:
    """Return the character of the subject for findings.json: each part with its rule or refusal."""
    return {
        "size": size(case),
        "function": function(case),
        "resource": resource(case),
        "age": age(case),
        "growth": growth(case),
    }


# --- size ---------------------------------------------------------------------------------------


def size(case: Case) -> dict[str, Any]:
    """Return the size class by the rule of the city's country, or why there is none.

    Only the population that the rule names counts. Another one stands beside the refusal, so that
    a reader sees what it is and what it is not.
    """
    scheme = size_scheme(case.city.country, case.day)
    if scheme is None:
        return {**_NO_SIZE, "refused": "no_rule"}
    head = {
        **_NO_SIZE,
        "scheme": scheme["id"],
        "variable": scheme["variable"],
        "rule": rule_of(scheme),
        "classes": [{"class": c["id"], "from": tidy(c["from"])} for c in scheme["class"]],
    }
    t = latest_year(case, scheme["variable"], case.subject)
    if t is None:
        return {**head, **_refusal(case, scheme)}
    value = fact(case, scheme["variable"], case.subject, t)
    named, begins, following = class_of(value, scheme["class"])
    return {
        **head,
        "class": named,
        "class_from": tidy(begins),
        "next_from": None if following is None else tidy(following),
        "value": value,
        "period": case.measured.cube.periods[t],
    }


_NO_SIZE: dict[str, Any] = {
    **dict.fromkeys(("scheme", "class", "class_from", "next_from", "value", "period", "variable")),
    **{"rule": None, "classes": [], "refused": None, "instead": None, "missing": []},
}


def size_scheme(country: str, day: date) -> dict[str, Any] | None:
    """Return the rule of size classes that holds in a country on a day: its own before all's."""
    found: list[dict[str, Any]] = [s for s in rules("sizes")["scheme"] if s["since"] <= day]
    for jurisdiction in (country, "*"):
        own = [s for s in found if s["jurisdiction"] == jurisdiction]
        if own:
            return max(own, key=lambda s: s["since"])
    return None


def size_class(case: Case, place: int) -> str | None:
    """Return the size class of any place; None where the population that counts is not known."""
    scheme = size_scheme(case.city.country, case.day)
    t = latest_year(case, scheme["variable"], place) if scheme else None
    if scheme is None or t is None:
        return None
    return class_of(fact(case, scheme["variable"], place, t), scheme["class"])[0]


def _refusal(case: Case, scheme: dict[str, Any]) -> dict[str, Any]:
    """Say why the class is refused: too old, only another population there, or none at all."""
    missing = {"missing": [scheme["variable"]]}
    if known_at(case, scheme["variable"], case.subject):
        return {"refused": "stale", **missing}
    for other in scheme["administrative"]:
        t = latest_year(case, other, case.subject)
        if t is not None:
            instead = {
                "variable": other,
                "value": fact(case, other, case.subject, t),
                "period": case.measured.cube.periods[t],
            }
            return {"refused": "only_administrative", "instead": instead, **missing}
    return {"refused": "no_population", **missing}


# --- function -----------------------------------------------------------------------------------


def function(case: Case) -> dict[str, Any]:
    """Return what the city works at by Nelson's degrees and by location quotients, side by side.

    The comparison is of all cities of its level with every sector in the same year, itself too.
    """
    said, sectors = rules("functions")["rules"], rules("functions")["sector"]
    wanted = [s["variable"] for s in sectors]
    head = {
        **_NO_FUNCTION,
        "rule": rule_of(said),
        "quotient_zh": said["quotient_zh"],
        "quotient_en": said["quotient_en"],
        "least_cities": said["least_cities"],
    }
    lacking = [v for v in wanted if not known_at(case, v, case.subject)]
    if lacking:
        return {**head, "refused": "no_sectors", "missing": lacking}
    t = _year_of_all(case, wanted)
    if t is None:
        return {**head, "refused": "stale", "missing": wanted}
    places, counts = _counted(case, wanted, t)
    if case.subject not in places:
        return {**head, "refused": "no_sectors", "missing": wanted}
    here = places.index(case.subject)
    head |= {"period": case.measured.cube.periods[t], "cities": len(places)}
    head |= {"employed": tidy(float(counts[here].sum()))}
    return {**head, **_readings(case, counts, here)}


_NO_FUNCTION: dict[str, Any] = {
    **dict.fromkeys(("period", "employed", "class", "nelson_refused", "quotient_refused")),
    **{"cities": 0, "reference": None, "functions": [], "sectors": []},
    **{"nelson_only": [], "quotient_only": [], "refused": None, "missing": []},
}


def _year_of_all(case: Case, wanted: list[str]) -> int | None:
    """Return the last year, not too old, in which the subject has every sector."""
    years = set.intersection(*(set(known_at(case, v, case.subject)) for v in wanted))
    fresh = [t for t in years if t == latest_year(case, wanted[0], case.subject)]
    return max(fresh, default=None)


def _counted(case: Case, wanted: list[str], t: int) -> tuple[list[int], Array]:
    """Return the cities of the subject's level with every sector, and their persons by sector.

    One where nobody works at all has no shares and says nothing of the others.
    """
    cube = case.measured.cube
    table = np.stack([cube.of(v)[:, t] for v in wanted], axis=1)
    # A figure that is missing is not above any number, so its city falls out too.
    sound = [p for p in same_level(case) if bool((table[p] >= 0).all())]
    places = [p for p in sound if table[p].sum() > 0]
    return places, table[places]


def _readings(case: Case, counts: Array, here: int) -> dict[str, Any]:
    """Return both readings of every sector, and the class: the function of the highest degree."""
    sectors, own = rules("functions")["sector"], case.city.character.reference
    enough = len(counts) >= rules("functions")["rules"]["least_cities"]
    whole = np.array([own[s["id"]] for s in sectors], float) if own else counts.sum(axis=0)
    compared = bool(own) or len(counts) > 1
    parts = shares(counts)
    degrees = nelson_degrees(parts)[here] if enough else None
    quotients = location_quotients(counts[here : here + 1], whole)[0] if compared else None
    rows = [
        {
            "sector": sector["id"],
            "variable": sector["variable"],
            "names": sector["names"],
            "employed": tidy(float(counts[here, n])),
            "share": tidy(float(100 * parts[here, n])),
            "mean": tidy(float(100 * parts[:, n].mean())) if enough else None,
            "deviation": tidy(float(100 * parts[:, n].std())) if enough else None,
            "degree": None if degrees is None else int(degrees[n]),
            "quotient": None if quotients is None else _plain(quotients[n]),
        }
        for n, sector in enumerate(sectors)
    ]
    return {"sectors": rows, **_named(rows), **_reasons(case, enough, compared)}


def _plain(value: float) -> float | None:
    return tidy(float(value)) if np.isfinite(value) else None


def _named(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the functions by Nelson, strongest first, and where the two readings differ."""
    naming = [r for r in rows if r["names"]]
    held = [r for r in naming if r["degree"]]
    held.sort(key=lambda r: (-r["degree"], -r["share"], r["sector"]))
    more = {r["sector"] for r in naming if r["quotient"] is not None and r["quotient"] > 1}
    nelson = {r["sector"] for r in held}
    both = all(r["degree"] is not None for r in rows) and any(r["quotient"] for r in rows)
    told = None if rows[0]["degree"] is None else "general"
    return {
        "class": held[0]["sector"] if held else told,
        "functions": [{"sector": r["sector"], "degree": r["degree"]} for r in held],
        "nelson_only": sorted(nelson - more) if both else [],
        "quotient_only": sorted(more - nelson) if both else [],
    }


def _reasons(case: Case, enough: bool, compared: bool) -> dict[str, Any]:
    own = case.city.character
    stated = {"zh": own.reference_zh, "en": own.reference_en} if own.reference else None
    return {
        "nelson_refused": None if enough else "few_cities",
        "quotient_refused": None if compared else "no_reference",
        "reference": stated,
    }


# --- resources ----------------------------------------------------------------------------------


def resource(case: Case) -> dict[str, Any]:
    """Return whether the city lives on resources: as it says itself, else by its country's list.

    `flag` is null where the list cannot tell: another country, or a kind of place not carried.
    """
    said, own = rules("resources")["list"], case.city.character
    head = {**_NO_RESOURCE, "rule": rule_of(said), "list": said["id"]}
    if own.resource is not None:
        stated = {"status": "stated", "source_zh": own.source_zh, "source_en": own.source_en}
        is_one = own.resource != "none"
        kind = own.resource if is_one else None
        return {**_NO_RESOURCE, "how": "stated", "flag": is_one, "kind": kind, "rule": stated}
    if case.city.country != said["jurisdiction"] or case.day < said["since"]:
        return {**_NO_RESOURCE, "refused": "no_list"}
    head["expired"] = case.day > said["until"]
    name = case.city.title_zh.strip()
    found = listed(name) or listed(f"{name}市")
    if found is not None:
        return {**head, "how": "listed", "flag": True, "kind": found}
    if not name.endswith(tuple(said["whole"])):
        return {**head, "refused": "not_carried"}
    return {**head, "how": "not_listed", "flag": False}


_NO_RESOURCE: dict[str, Any] = {
    **dict.fromkeys(("how", "flag", "kind", "list", "rule", "refused")),
    "expired": False,
}


def listed(name: str) -> str | None:
    """Return the kind of resource-based city that a Chinese name is listed under, None if not."""
    for kind, lists in rules("resources")["names"].items():
        for names in lists.values():
            if name in names:
                return str(kind)
    return None
