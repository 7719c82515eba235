"""Where the city stands: gaps, strengths, floors breached, readings, its place among its peers."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np

from jinglun.loop.measure import benchmark_of, jurisdictions
from jinglun.loop.peers import comparable
from jinglun.loop.sense import Sensed
from jinglun.loop.trends import full_point
from jinglun.loop.weave import Case, Latest, Loom, weight_in_city
from jinglun.methods.scoring import goalposts
from jinglun.model.arrays import Array, tidy
from jinglun.model.catalogue import Benchmark

STRONG_SCORE, STRONG_PLACE = 75.0, 2 / 3
"""A strength scores as much, and is better than as many of the comparable cities."""

FEW = 5
"""Among fewer comparable cities neither a place nor a frontier is told: it would point at one."""

FRONTIER_RANK, FRONTIER_SHARE = 3, 0.1
"""The frontier is the third best value, of thirty cities and more the best decile."""


def figure(loom: Loom, latest: Latest, n: int, place: int) -> dict[str, Any]:
    """Return the latest figure of an indicator at a place, with its score where it has one."""
    t = int(latest.period[n, place])
    score = latest.score[n, place]
    return {
        "indicator": loom.measured.indicators[n],
        "period": loom.measured.cube.periods[t],
        "value": tidy(loom.measured.value[n, place, t]),
        "score": tidy(score) if np.isfinite(score) else None,
    }


def gaps(case: Case) -> list[dict[str, Any]]:
    """List the scored indicators with a recent figure, lowest score first, and how far each is."""
    measured, subject = case.measured, case.subject
    # A target that is only beginning scores nothing yet, so its figure counts as not measured.
    order = sorted(
        case.scored, key=lambda n: (case.latest.score[n, subject], measured.indicators[n])
    )
    fresh = np.where(case.latest.fresh, case.latest.score, np.nan)[:, subject]
    woven = case.loom.weave("", fresh, "")
    weights, headline = weights_today(case, woven), woven["city"][0]["score"]
    others = comparable(case)
    return [_gap(case, n, others, weights.get(n, 0.0), headline) for n in order]


def _gap(
    case: Case, n: int, others: list[int], weight: float, headline: float | None
) -> dict[str, Any]:
    found = figure(case.loom, case.latest, n, case.subject)
    full = full_point(case, n, int(case.latest.period[n, case.subject]))
    beside = among(case, n, others)
    points = weight * (100.0 - found["score"])
    return {
        **found,
        "full": None if full is None else tidy(full),
        "to_full": None if full is None else _still(case, n, found["value"], full),
        **beside,
        "weight": tidy(weight),
        "share": tidy(weight_in_city(case.loom, n)),
        "points": None if headline is None else tidy(points),
    }


def _still(case: Case, n: int, value: float, goal: float) -> float:
    """Return how far a value is from the goal, 0 where it is reached or passed."""
    higher = case.loom.indicator(n).better == "higher"
    return tidy(max(0.0, goal - value if higher else value - goal))


def among(case: Case, n: int, others: list[int]) -> dict[str, Any]:
    """Return the place of the city's latest value among the others', and the frontier of these."""
    t = int(case.latest.period[n, case.subject])
    values = case.measured.value[n, others, t]
    values = values[~np.isnan(values)]
    if len(values) < FEW:
        none = {"frontier": None, "to_frontier": None, "percentile": None}
        return {**none, "comparables": len(values)}
    own = case.measured.value[n, case.subject, t]
    sign = 1.0 if case.loom.indicator(n).better == "higher" else -1.0
    worse = float((sign * values < sign * own).mean()) + 0.5 * float((values == own).mean())
    best = frontier(sign * values) * sign
    return {
        "frontier": tidy(best),
        "to_frontier": _still(case, n, float(own), best),
        "percentile": tidy(worse),
        "comparables": len(values),
    }


def frontier(values: Array) -> float:
    """Return the value at the frontier where more is better: a rank, so that no outlier is it."""
    rank = max(FRONTIER_RANK, math.ceil(FRONTIER_SHARE * len(values)))
    return float(np.sort(values)[::-1][rank - 1])


def weights_today(case: Case, woven: dict[str, list[dict[str, Any]]]) -> dict[int, float]:
    """Return the share of the city's score that rests on each indicator, 0-1, as measured today.

    Weight passes over what is not measured and what is not assessable, just as the weave does.
    """
    measured = set(case.scored)
    domains = [r["domain"] for r in woven["domains"] if r["score"] is not None]
    found = {}
    for domain in domains:
        cells = [r for r in woven["cells"] if r["domain"] == domain and r["score"] is not None]
        keys = [f"{domain}.{r['factor']}" for r in cells]
        part = case.loom.share("domains", domain, domains)
        for row, key in zip(cells, keys, strict=True):
            members = [n for n in case.loom.members(domain, row["factor"]) if n in measured]
            ids = [case.measured.indicators[n] for n in members]
            cell = part * case.loom.share("cells", key, keys)
            for n, ident in zip(members, ids, strict=True):
                found[n] = cell * case.loom.share("indicators", ident, ids)
    return found


def strengths(gaps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """List what scores high and better than most comparable cities, highest first."""
    keys = ("indicator", "period", "value", "score", "percentile", "comparables")
    strong = [
        {key: gap[key] for key in keys}
        for gap in gaps
        if gap["score"] >= STRONG_SCORE
        and gap["percentile"] is not None
        and gap["percentile"] >= STRONG_PLACE
    ]
    return sorted(strong, key=lambda s: (-s["score"], -s["percentile"], s["indicator"]))


def floors(loom: Loom, latest: Latest, subject: int, day: date) -> list[dict[str, Any]]:
    """List the floors breached, of every jurisdiction that holds for the city, not the nearest."""
    breached = []
    for n in range(len(loom.measured.indicators)):
        if not latest.fresh[n, subject]:
            continue
        found = figure(loom, latest, n, subject)
        higher = loom.indicator(n).better == "higher"
        for floor in sorted({b.floor for b in _holding(loom, n, day) if b.floor is not None}):
            gap = floor - found["value"] if higher else found["value"] - floor
            if gap > 0:
                breached.append({**found, "floor": floor})
    return breached


def _holding(loom: Loom, n: int, day: date) -> list[Benchmark]:
    """Return the primary benchmark of each jurisdiction that holds for the city."""
    found = (
        benchmark_of(loom.indicator(n), loom.city, j, day)[0] for j in jurisdictions(loom.city)
    )
    return [b for b in found if b is not None]


def readings(loom: Loom, latest: Latest, subject: int, day: date) -> list[dict[str, Any]]:
    """Score the latest figures by the second readings too, which are shown and never counted."""
    made = []
    for n, ident in enumerate(loom.measured.indicators):
        if latest.period[n, subject] < 0:
            continue
        found = figure(loom, latest, n, subject)
        own = loom.city.benchmarks.get(loom.indicator(n).id, ())
        for benchmark in (*own, *loom.indicator(n).benchmarks):
            here = benchmark.jurisdiction in jurisdictions(loom.city)
            ended = benchmark.until is not None and benchmark.until < day
            if benchmark.reading is not None and here and benchmark.since <= day and not ended:
                score = goalposts(np.array(found["value"]), benchmark.zero, benchmark.full)
                made.append(
                    {"indicator": ident, "reading": benchmark.reading, "score": tidy(float(score))}
                )
    return made


def peers(sensed: Sensed) -> list[int]:
    """Return the positions of the peers: the other places of the subject's level."""
    level = sensed.places.all[sensed.places.subject].level
    return [i for i in sensed.places.of_role("peer") if sensed.places.all[i].level == level]


def positions(loom: Loom, latest: Latest, sensed: Sensed) -> list[dict[str, Any]]:
    """Say what share of the peers measured in the same period the subject does better than."""
    others, found = peers(sensed), []
    for n, ident in enumerate(loom.measured.indicators):
        t = int(latest.period[n, sensed.places.subject])
        if t < 0 or loom.indicator(n).role != "score":
            continue
        values = loom.measured.value[n, others, t]
        values = values[~np.isnan(values)]
        own = loom.measured.value[n, sensed.places.subject, t]
        if not len(values):
            continue
        worse = values < own if loom.indicator(n).better == "higher" else values > own
        found.append(
            {
                "indicator": ident,
                "period": loom.measured.cube.periods[t],
                "peers": len(values),
                "better_than": tidy(float(worse.mean())),
            }
        )
    return found
