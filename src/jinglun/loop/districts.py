"""Which districts are left behind: how wide the gaps are, for how long, and who lives there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jinglun.loop.weave import Case
from jinglun.methods.inequality import gini, midranks
from jinglun.model.arrays import Array, tidy
from jinglun.model.periods import age_years

LEAST_DISTRICTS = 3
"""Of two districts one is always the worse: that is a difference, not a gap to look into."""

LEAST_INDICATORS = 5
"""On fewer indicators than this no district is called behind."""

LAST_QUARTER = 0.75

AGES = {"children": ("pop_15_plus", True), "elderly": ("pop_65_plus", False)}
"""Which variable over the residents is a share of ages, and whether it is all but that age."""


def districts(case: Case) -> dict[str, Any]:
    """Return the gaps between the districts, who lives in each, and which are behind overall."""
    at = case.sensed.places.of_role("district")
    at.sort(key=lambda p: case.sensed.places.ids[p])
    people = _people(case, at)
    found = [] if len(at) < LEAST_DISTRICTS else _indicators(case, at, people)
    found.sort(key=lambda r: (-(r["points"] or 0.0), r["points"] is None, r["indicator"]))
    behind, compared = _behind(case, at)
    return {
        "count": len(at),
        "indicators": found,
        "places": people,
        "behind": behind,
        "compared": compared,
    }


def _scored(case: Case) -> list[int]:
    return [
        n for n in range(len(case.measured.indicators)) if case.loom.indicator(n).role == "score"
    ]


def _signed(case: Case, n: int, values: Array) -> Array:
    """Return values of which more is better."""
    return values if case.loom.indicator(n).better == "higher" else -values


def _years(case: Case, n: int, at: Sequence[int], least: int) -> list[int]:
    """Return the years begun in which at least so many districts have a value."""
    told = (~np.isnan(case.measured.value[n, at])).sum(axis=0) >= least
    return [int(t) for t in np.flatnonzero(told & case.latest.begun)]


def _is_fresh(case: Case, t: int) -> bool:
    age = age_years(case.measured.cube.periods[t], case.day)
    return age <= case.city.settings.max_age_years


# --- one indicator ------------------------------------------------------------------------------


def _indicators(
    case: Case, at: Sequence[int], people: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    weights = np.array([np.nan if p["population"] is None else p["population"] for p in people])
    made = []
    for n in _scored(case):
        years = _years(case, n, at, LEAST_DISTRICTS)
        if years and _is_fresh(case, years[-1]):
            made.append(_indicator(case, n, at, years, weights))
    return made


def _indicator(
    case: Case, n: int, at: Sequence[int], years: list[int], weights: Array
) -> dict[str, Any]:
    t = years[-1]
    values, scores = case.measured.value[n, at, t], case.measured.score[n, at, t]
    known = ~np.isnan(values)
    signed = np.where(known, _signed(case, n, values), np.nan)
    best, worst = int(np.nanargmax(signed)), int(np.nanargmin(signed))
    high, low = np.nanmax(values), np.nanmin(values)
    points = scores[best] - scores[worst]
    spread = gini(values[known])
    among_people = gini(values[known], weights[known])
    return {
        "indicator": case.measured.indicators[n],
        "period": case.measured.cube.periods[t],
        "measured": int(known.sum()),
        "best": _at(case, at[best], values[best], scores[best]),
        "worst": _at(case, at[worst], values[worst], scores[worst]),
        "gap": tidy(high - low),
        "points": tidy(points) if np.isfinite(points) else None,
        "ratio": tidy(high / low) if low > 0 and np.isfinite(high / low) else None,
        "gini": tidy(spread) if np.isfinite(spread) else None,
        "gini_people": tidy(among_people) if np.isfinite(among_people) else None,
        "last_years": _running(case, n, at, years),
        "years": len(years),
    }


def _at(case: Case, place: int, value: float, score: float) -> dict[str, Any]:
    told = tidy(score) if np.isfinite(score) else None
    return {"place": case.sensed.places.ids[place], "value": tidy(value), "score": told}


def _running(case: Case, n: int, at: Sequence[int], years: list[int]) -> int:
    """Return how many of the last years running the district that is now worst was the worst.

    Of several equally bad, the one counted is the one named; a year it shares with others counts.
    """
    signed = _signed(case, n, case.measured.value[n][list(at)])
    last = int(np.nanargmin(signed[:, years[-1]]))
    count = 0
    for t in reversed(years):
        if signed[last, t] != np.nanmin(signed[:, t]):
            break
        count += 1
    return count


# --- all of them --------------------------------------------------------------------------------


def _behind(case: Case, at: Sequence[int]) -> tuple[list[dict[str, Any]], int]:
    """Rank the districts over the indicators that all of them have in one recent year."""
    if len(at) < LEAST_DISTRICTS:
        return [], 0
    chosen = []
    for n in _scored(case):
        years = _years(case, n, at, len(at))
        if years and _is_fresh(case, years[-1]):
            chosen.append((n, years[-1]))
    if len(chosen) < LEAST_INDICATORS:
        return [], len(chosen)
    bad = np.array([-_signed(case, n, case.measured.value[n, at, t]) for n, t in chosen])
    scores = np.array([case.measured.score[n, at, t] for n, t in chosen])
    ranks = midranks(bad)
    rows = [
        {
            "place": case.sensed.places.ids[place],
            "rank": tidy(float(ranks[:, k].mean())),
            "score": _mean(scores[:, k]),
            "last_quarter": int((ranks[:, k] > LAST_QUARTER).sum()),
        }
        for k, place in enumerate(at)
    ]
    return sorted(rows, key=lambda r: (-r["rank"], r["place"])), len(chosen)


def _mean(scores: Array) -> float | None:
    known = scores[~np.isnan(scores)]
    return tidy(float(known.mean())) if len(known) else None


# --- who lives there ----------------------------------------------------------------------------


def _people(case: Case, at: Sequence[int]) -> list[dict[str, Any]]:
    """Return the residents of each district in the last year begun that has any, and their ages."""
    cube = case.measured.cube
    count = cube.of("resident_pop")[list(at)] if at else np.zeros((0, len(cube.periods)))
    told: NDArray[np.bool_] = (count > 0).any(axis=0) & case.latest.begun
    t = int(np.flatnonzero(told)[-1]) if told.any() else -1
    residents = count[:, t] if t >= 0 else np.full(len(at), np.nan)
    whole = residents.sum()
    return [
        {
            "place": case.sensed.places.ids[place],
            "period": cube.periods[t] if t >= 0 else None,
            "population": tidy(residents[k]) if residents[k] > 0 else None,
            "share": tidy(residents[k] / whole) if whole > 0 else None,
            **{age: _age(case, age, place, t, residents[k]) for age in AGES},
        }
        for k, place in enumerate(at)
    ]


def _age(case: Case, age: str, place: int, t: int, residents: float) -> float | None:
    variable, rest = AGES[age]
    part = case.measured.cube.of(variable)[place, t] if t >= 0 else np.nan
    share = part / residents if residents > 0 else np.nan
    share = 1.0 - share if rest else share
    return tidy(float(share)) if 0 <= share <= 1 else None
