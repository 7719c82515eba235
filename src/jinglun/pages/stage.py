"""How far the city has come, in sentences: its level, what each dimension waits for, the rungs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinglun.pages.panels import in_force
from jinglun.pages.view import View, number

Row = Mapping[str, Any]

SHOWN = 8
"""Conditions that stand open on the page; the rest are a click away."""

RUNGS = (1, 2, 3, 4, 5)

NAMED = 3
"""So many conditions that alone block the next level are named in the first sentence."""


def opening(seen: View) -> str:
    """Return the one sentence on the level of the city and on what the next one takes."""
    found, w = seen.findings["stage"], seen.words
    city = seen.place(seen.subject)
    if not found["assessable"]:
        return w(
            "stage.not_assessable",
            city=city,
            measured=found["measured"],
            all=found["indicators"],
            needed=_needed(seen, found["indicators"]),
        )
    here = w("stage.level_0") if not found["level"] else _level(seen, found["level"])
    if not found["next"]:
        return w("stage.top", city=city, level=here)
    only = blockers(found)
    if only:
        moves = w("list.comma").join(_move(seen, one) for one in only)
        following = _level(seen, found["next"])
        return w("stage.only", city=city, level=here, next=following, count=len(only), moves=moves)
    waits = w("list.comma").join(_wait(seen, one) for one in found["waits_for"])
    return w("stage.at", city=city, level=here, next=_level(seen, found["next"]), waits=waits)


def blockers(found: Row) -> list[Row]:
    """Return the conditions that alone block the city's next level; none where they are not few.

    They are few where every dimension that must rise is one level short, for want of figures that
    all of them must have and none of those of which only so many must.
    """
    only: list[Row] = []
    for one in waiting(found):
        to = next(w["to"] for w in found["waits_for"] if w["dimension"] == one["dimension"])
        if not one["assessable"] or to != one["next"] or one["others_short"]:
            return []
        only += [c for c in one["conditions"] if c["floor"]]
    named = len(only) <= NAMED and all(c["why"] == "missed" for c in only)
    return only if named else []


def waiting(found: Row) -> list[Row]:
    """Return the dimensions that the city waits for; all of them where it has no level yet."""
    wanted = {w["dimension"] for w in found["waits_for"]}
    return [d for d in found["dimensions"] if d["dimension"] in wanted or not wanted]


def others(found: Row) -> list[Row]:
    """Return the dimensions that the city does not wait for."""
    first = [d["dimension"] for d in waiting(found)]
    return [d for d in found["dimensions"] if d["dimension"] not in first]


def _move(seen: View, condition: Row) -> str:
    unit = seen.indicator(condition["indicator"])["unit"]
    up = condition["needed"] > condition["value"]
    return seen.words(
        "stage.move_up" if up else "stage.move_down",
        name=seen.name(condition["indicator"]),
        now=seen.amount(condition["value"], unit),
        needed=seen.amount(condition["needed"], unit),
    )


def must(seen: View, condition: Row) -> str:
    """Say of an indicator that must pass whether it is beyond its floor as well."""
    benchmark = in_force(seen.indicator(condition["indicator"]))
    floor = None if benchmark is None else benchmark["floor"]
    if not condition["floor"] or floor is None or condition["value"] is None:
        return ""
    higher = seen.indicator(condition["indicator"])["better"] == "higher"
    breached = condition["value"] < floor if higher else condition["value"] > floor
    unit = seen.indicator(condition["indicator"])["unit"]
    key = "stage.floor_breached" if breached else "stage.floor_kept"
    return seen.words(key, floor=seen.amount(floor, unit))


def legend(seen: View) -> str:
    """Say what the signs of the ladder mean, those that it shows and no others."""
    found = seen.findings["stage"]
    told = [d for d in found["dimensions"] if d["assessable"]]
    kinds = {rung(seen, d, n)["kind"] for d in told for n in RUNGS}
    if "next" in kinds:
        kinds.add("far")
    return "".join(
        seen.words(f"stage.read_{kind}") for kind in ("reached", "far", "next") if kind in kinds
    )


def then(seen: View, level: int | None) -> str:
    """Return a level of an earlier year: its number, below the first, or not assessable."""
    if level is None:
        return "–"
    return str(level) if level else seen.words("stage.below_1")


def path_said(seen: View) -> str:
    """Say what the levels of earlier years are, and what a dash is where one is shown."""
    path = seen.findings["stage"]["path"]
    dashed = any(None in (p["level"], *p["dimensions"].values()) for p in path)
    return seen.words("stage.path_about") + (seen.words("stage.path_dash") if dashed else "")


def _needed(seen: View, indicators: int) -> int:
    share = float(seen.release.head["settings"]["assessable_coverage"])
    return -int(-share * indicators // 1)


def _level(seen: View, level: int) -> str:
    return seen.words("stage.level", n=level, name=seen.words(f"stage.name_{level}"))


def _wait(seen: View, one: Row) -> str:
    name = seen.words(f"stage.dimension.{one['dimension']}")
    return seen.words("stage.wait", dimension=name, level=one["to"])


def named(seen: View) -> str:
    """Return the sentence on the name by the headline score, with its cuts and whose they are."""
    found, w = seen.findings["stage"]["named"], seen.words
    cuts = "/".join(number(c) for c in found["cuts"])
    whose = w("stage.cuts_city" if found["status"] == "city" else "stage.cuts_proposed", cuts=cuts)
    if found["name"] is None:
        return w("stage.unnamed", whose=whose)
    score = number(round(found["score"], 1))
    here = w(f"stage.named_{found['name']}")
    if found["next"] is None:
        return w("stage.named_last", name=here, score=score, whose=whose)
    following = w(f"stage.named_{found['next']}")
    start = number(found["next_from"])
    return w("stage.named", name=here, score=score, next=following, next_from=start, whose=whose)


def told(seen: View, dimension: Row) -> str:
    """Return the sentence on one dimension: where it stands and what the next level asks."""
    w = seen.words
    if not dimension["assessable"]:
        needed = _needed(seen, dimension["indicators"])
        if not dimension["measured"]:
            return w("stage.dimension_none", all=dimension["indicators"], needed=needed)
        return w(
            "stage.dimension_thin",
            measured=dimension["measured"],
            all=dimension["indicators"],
            needed=needed,
        )
    if dimension["next"] is None:
        return w("stage.dimension_top")
    parts = []
    if dimension["floors_missed"]:
        parts.append(w("stage.floors_missed", count=dimension["floors_missed"]))
    if dimension["others_short"]:
        parts.append(w("stage.others_short", **_others(dimension)))
    return w("stage.dimension_next", level=dimension["next"], what=w("list.comma").join(parts))


def _others(dimension: Row) -> dict[str, int]:
    """Return how many of the indicators without a floor meet the next level, must, and lack."""
    short, needed = dimension["others_short"], dimension["others_needed"]
    others = dimension["indicators"] - dimension["floors"]
    met = dimension["rungs"][dimension["next"] - 1]["others_met"]
    return {"short": short, "needed": needed, "met": met, "all": others}


def rung(seen: View, dimension: Row, level: int) -> dict[str, str]:
    """Return how one rung of a dimension looks and what is said of it."""
    one = dimension["rungs"][level - 1]
    if one["reached"]:
        return {"kind": "reached", "mark": "✓", "says": seen.words("stage.rung_reached")}
    met = one["floors_met"] + one["others_met"]
    every = dimension["indicators"]
    kind = "next" if level == dimension["next"] else "far"
    return {"kind": kind, "mark": f"{met}/{every}", "says": seen.words("stage.rung_met")}


def city_rung(found: Row, level: int) -> str:
    """Return how a rung of the city looks: reached, next or far."""
    if found["level"] is not None and level <= found["level"]:
        return "reached"
    return "next" if level == found["next"] else "far"


def figures(dimension: Row) -> list[Row]:
    """Return the conditions that a figure misses."""
    return [c for c in dimension["conditions"] if c["why"] == "missed"]


def blanks(dimension: Row) -> list[Row]:
    """Return the conditions that lack a figure of late."""
    return [c for c in dimension["conditions"] if c["why"] != "missed"]


def gap(seen: View, condition: Row) -> str:
    """Return what lacks, in the indicator's own unit, with the direction it has to move."""
    one = seen.indicator(condition["indicator"])
    unit = "percentage point" if one["unit"] == "%" else one["unit"]
    key = "stage.gap_up" if condition["needed"] > condition["value"] else "stage.gap_down"
    return seen.words(key, gap=seen.amount(condition["gap"], unit))
