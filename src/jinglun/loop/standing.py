"""Where the city stands: gaps, floors breached, readings, trends, and its place among its peers."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from jinglun.loop.measure import benchmark_of, jurisdictions
from jinglun.loop.sense import Sensed
from jinglun.loop.weave import Latest, Loom
from jinglun.methods.scoring import goalposts
from jinglun.model.arrays import tidy
from jinglun.model.catalogue import Benchmark


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


def trends(loom: Loom, latest: Latest, subject: int) -> list[dict[str, Any]]:
    """Compare the first and the last figure of each indicator, by one and the same benchmark."""
    made = []
    for n, ident in enumerate(loom.measured.indicators):
        value = loom.measured.value[n, subject]
        known = np.flatnonzero(~np.isnan(value) & latest.begun)
        if len(known) < 2:
            continue
        first, last = int(known[0]), int(known[-1])
        score = loom.measured.score[n, subject]
        benchmark = loom.measured.benchmarks[ident]
        # A target pro-rated by year is another yardstick each year: values compare, scores do not.
        same = benchmark is not None and benchmark.spread is None
        moved = score[last] - score[first] if same else np.nan
        made.append(
            {
                "indicator": ident,
                "from": loom.measured.cube.periods[first],
                "to": loom.measured.cube.periods[last],
                "change": tidy(value[last] - value[first]),
                "score_change": tidy(moved) if np.isfinite(moved) else None,
            }
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
