"""How old a city's people are and how fast their number grows, beside its peers."""

from __future__ import annotations

from typing import Any

import numpy as np

from jinglun.loop.rulebook import rules
from jinglun.loop.weave import Case
from jinglun.model.arrays import Array, tidy
from jinglun.model.periods import age_years, year_of


def known_at(case: Case, variable: str, place: int) -> list[int]:
    """Return the positions of the years begun in which a place has a figure, oldest first."""
    if variable not in case.measured.cube.variables:
        return []
    line = case.measured.cube.of(variable)[place]
    return [int(t) for t in np.flatnonzero(np.isfinite(line) & case.latest.begun)]


def latest_year(case: Case, variable: str, place: int) -> int | None:
    """Return the position of the last year with a figure that is not too old; None without one."""
    known = known_at(case, variable, place)
    if not known:
        return None
    aged = age_years(case.measured.cube.periods[known[-1]], case.day)
    return known[-1] if aged <= case.city.settings.max_age_years else None


def fact(case: Case, variable: str, place: int, t: int) -> float:
    """Return one figure of a place, at the digits of a release."""
    return tidy(float(case.measured.cube.of(variable)[place, t]))


def rule_of(said: dict[str, Any]) -> dict[str, Any]:
    """Return what findings say of a rule: whose it is and how far it binds."""
    return {
        "status": said["status"],
        "source_zh": said["source_zh"],
        "source_en": said["source_en"],
    }


def class_of(value: float, classes: list[dict[str, Any]]) -> tuple[str, float, float | None]:
    """Return the class of a value, where it begins and where the next one does (None: it is last).

    The lower bound is in the class, the upper is not.
    """
    at = max(n for n, one in enumerate(classes) if one["from"] <= value)
    following = classes[at + 1]["from"] if at + 1 < len(classes) else None
    return classes[at]["id"], float(classes[at]["from"]), following and float(following)


# --- age ----------------------------------------------------------------------------------------


def age(case: Case) -> dict[str, Any]:
    """Return the shares of the young and the old, and the class by those of 65 and over.

    Each share is of the residents of the same year; one that cannot be formed is null.
    """
    said, place = rules("functions")["age"], case.subject
    told = {
        "under_15": _share(case, place, "resident_pop", "pop_15_plus"),
        "from_15_to_64": _share(case, place, "pop_15_plus", "pop_65_plus"),
        "over_60": _share(case, place, "pop_60_plus", None),
        "over_65": _share(case, place, "pop_65_plus", None),
    }
    old = told["over_65"]
    within = None if old is None else class_of(old["share"], said["class"])
    return {
        "shares": told,
        "class": within and within[0],
        "next_from": within and within[2],
        "refused": None if old else "no_age",
        "missing": [] if old else ["pop_65_plus"],
        "rule": rule_of(said),
    }


def _share(case: Case, place: int, more: str, less: str | None) -> dict[str, Any] | None:
    """Return `more` minus `less` over the residents, in the last year that has all of them."""
    wanted = [name for name in ("resident_pop", more, less) if name]
    years = [set(known_at(case, name, place)) for name in wanted]
    both = sorted(set.intersection(*years))
    t = both[-1] if both else None
    if t is None or t != latest_year(case, more, place):
        return None
    whole = fact(case, "resident_pop", place, t)
    part = fact(case, more, place, t) - (fact(case, less, place, t) if less else 0.0)
    if whole <= 0 or not 0 <= part <= whole:
        return None
    return {
        "share": tidy(100 * part / whole),
        "period": case.measured.cube.periods[t],
        "variables": list(dict.fromkeys(wanted)),
    }


# --- growth -------------------------------------------------------------------------------------


def growth(case: Case) -> dict[str, Any]:
    """Return the yearly growth of the residents, its class, and how many peers grow faster."""
    said = rules("functions")["growth"]
    head = {"variable": "resident_pop", "rule": rule_of(said), "steady": tidy(said["steady"])}
    span = _span(case, said["years"])
    if span is None:
        missing = ["resident_pop"]
        return {**head, **_NO_GROWTH, "refused": "one_year", "missing": missing}
    first, last = span
    rates = _rates(case, first, last)
    rate = tidy(rates[case.subject]) if np.isfinite(rates[case.subject]) else None
    others = rates[[p for p in same_level(case) if p != case.subject]]
    known = others[np.isfinite(others)]
    periods = case.measured.cube.periods
    return {
        **head,
        "from": periods[first],
        "to": periods[last],
        "begun": fact(case, "resident_pop", case.subject, first),
        "ended": fact(case, "resident_pop", case.subject, last),
        "rate": rate,
        "class": _pace(rate, said["steady"]),
        "peers": len(known),
        "faster": int((known > rate).sum()) if rate is not None else 0,
        "refused": None if rate is not None else "one_year",
        "missing": [],
    }


_NO_GROWTH = {
    **dict.fromkeys(("from", "to", "begun", "ended", "rate", "class")),
    **{"peers": 0, "faster": 0},
}


def _span(case: Case, years: float) -> tuple[int, int] | None:
    """Return the longest span within so many years that ends at the last figure."""
    last = latest_year(case, "resident_pop", case.subject)
    if last is None:
        return None
    ended = year_of(case.measured.cube.periods[last])
    earlier = [
        t
        for t in known_at(case, "resident_pop", case.subject)
        if 0 < ended - year_of(case.measured.cube.periods[t]) <= years
    ]
    return (earlier[0], last) if earlier else None


def _rates(case: Case, first: int, last: int) -> Array:
    """Return every place's mean yearly change in per cent, as of compound interest; NaN unknown."""
    line = case.measured.cube.of("resident_pop")
    periods = case.measured.cube.periods
    between = year_of(periods[last]) - year_of(periods[first])
    with np.errstate(divide="ignore", invalid="ignore"):
        times = np.where(line[:, first] > 0, line[:, last] / line[:, first], np.nan)
        return np.where(times > 0, 100 * (times ** (1 / between) - 1), np.nan)


def _pace(rate: float | None, steady: float) -> str | None:
    if rate is None:
        return None
    if abs(rate) <= steady:
        return "steady"
    return "growing" if rate > 0 else "shrinking"


def same_level(case: Case) -> list[int]:
    """Return the positions of the subject and of the peers of its level, in the order of places."""
    places = case.sensed.places
    level = places.all[places.subject].level
    held = {places.subject, *places.of_role("peer")}
    return sorted(p for p in held if places.all[p].level == level)
