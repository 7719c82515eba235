"""What the measures say: cells, domains, factors and aims with coverage, and what stands out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jinglun.framework import DOMAINS, FACTOR_IDS
from jinglun.loop.base import base
from jinglun.loop.breakdown import breakdown
from jinglun.loop.measure import Measured, benchmark_of, jurisdictions, missing_variables
from jinglun.loop.sense import Sensed
from jinglun.methods.scoring import goalposts, weighted_score
from jinglun.model.arrays import Array, tidy
from jinglun.model.catalogue import Benchmark, Catalogue, Indicator
from jinglun.model.city import City
from jinglun.model.periods import age_years, first_day, is_year

SCENARIO = "observed"
TO_COLLECT = 10


@dataclass(frozen=True)
class Diagnosed:
    """The weave of the subject and its districts, and the findings about the subject."""

    weave: Mapping[str, Any]
    findings: Mapping[str, Any]


@dataclass(frozen=True)
class _Latest:
    """The latest figure of each indicator and place on the day: period or -1, and score."""

    begun: NDArray[np.bool_]
    period: NDArray[np.int64]
    score: Array
    fresh: NDArray[np.bool_]


def diagnose(
    measured: Measured, sensed: Sensed, city: City, catalogue: Catalogue, day: date
) -> Diagnosed:
    """Weave the scores of the subject and its districts; find what stands out in the subject."""
    latest = _latest(measured, sensed, city, day)
    scored = [n for n, i in enumerate(measured.indicators) if _counts(catalogue, measured, i)]
    loom = _Loom(measured, catalogue, city, scored)
    places = [sensed.places.subject, *sensed.places.of_role("district")]
    fresh = np.where(latest.fresh, latest.score, np.nan)
    weaves = [
        loom.weave(sensed.places.all[p].id, fresh[:, p], _period(measured, latest, p))
        for p in places
    ]
    findings = _findings(loom, latest, sensed, weaves[0], day)
    weave = {key: [row for w in weaves for row in w[key]] for key in weaves[0]}
    return Diagnosed(weave, findings)


def _counts(catalogue: Catalogue, measured: Measured, ident: str) -> bool:
    return catalogue.indicators[ident].role == "score" and measured.benchmarks[ident] is not None


def _latest(measured: Measured, sensed: Sensed, city: City, day: date) -> _Latest:
    """Take the last year begun by `day`; one older than the city allows is stale."""
    size = measured.value.shape[:2]
    at = np.full(size, -1)
    begun = np.array(
        [is_year(p) and (first_day(p) or date.max) <= day for p in measured.cube.periods], bool
    )
    for t in np.flatnonzero(begun):
        at[~np.isnan(measured.value[:, :, t])] = t
    ages = np.array([age_years(p, day) for p in measured.cube.periods] + [np.inf])
    score = np.full(size, np.nan)
    known = at >= 0
    score[known] = measured.score[(*np.nonzero(known), at[known])]
    return _Latest(begun, at, score, ages[at] <= city.settings.max_age_years)


def _period(measured: Measured, latest: _Latest, place: int) -> str:
    fresh = latest.period[latest.fresh[:, place], place]
    return measured.cube.periods[int(fresh.max())] if len(fresh) else ""


class _Loom:
    """The weights and memberships of the scored indicators, ready to weave any place."""

    def __init__(
        self, measured: Measured, catalogue: Catalogue, city: City, scored: list[int]
    ) -> None:
        self.measured, self.catalogue, self.city, self.scored = measured, catalogue, city, scored

    def indicator(self, n: int) -> Indicator:
        """Return the indicator at position n."""
        return self.catalogue.indicators[self.measured.indicators[n]]

    def members(
        self, domain: str | None, factor: str | None = None, aim: str | None = None
    ) -> list[int]:
        """Return the scored indicators of a domain, and of a factor or an aim in it."""
        chosen = []
        for n in self.scored:
            one = self.indicator(n)
            if one.domain != domain:
                continue
            if (factor is None or one.factor == factor) and (aim is None or one.aim == aim):
                chosen.append(n)
        return chosen

    def mean(self, scores: Array, members: Sequence[int]) -> tuple[float, float]:
        """Return the weighted mean score of `members` and its coverage, 0-1."""
        if not members:
            return np.nan, 0.0
        weights = np.array(
            [self.city.weights.indicators.get(self.measured.indicators[n], 1.0) for n in members]
        )
        score, coverage = weighted_score(scores[list(members)], weights)
        return float(score), float(coverage) if np.isfinite(coverage) else 0.0

    def assessed(self, score: float, coverage: float) -> float | None:
        """Return the score, or None where coverage is too thin to say anything."""
        enough = tidy(coverage) >= self.city.settings.assessable_coverage
        return tidy(score) if enough and np.isfinite(score) else None

    def over(self, parts: Iterable[tuple[float | None, float, float]]) -> tuple[float, float]:
        """Return the mean over assessed (score, coverage, weight) parts, and coverage over all."""
        scores, coverages, weights = zip(*parts, strict=True)
        values = np.array([np.nan if s is None else s for s in scores])
        mean, _ = weighted_score(values, np.array(weights))
        total = sum(weights)
        coverage = (
            sum(c * w for c, w in zip(coverages, weights, strict=True)) / total if total else 0
        )
        return float(mean), float(coverage)

    def weave(self, place: str, scores: Array, period: str) -> dict[str, list[dict[str, Any]]]:
        """Return cells, domains, factors, aims and city of one place as rows of weave.json."""
        head = {"place": place, "period": period, "scenario": SCENARIO}
        cells = {}
        for domain in DOMAINS:
            for factor in FACTOR_IDS:
                members = self.members(domain.id, factor)
                score, coverage = self.mean(scores, members)
                cells[domain.id, factor] = (self.assessed(score, coverage), coverage, members)
        factor_level = {f: self._factor_level(scores, f) for f in FACTOR_IDS}
        domains = {
            d.id: self.over(
                [(*cells[d.id, f][:2], self._weight("cells", f"{d.id}.{f}")) for f in FACTOR_IDS]
            )
            for d in DOMAINS
        }
        factors = {
            f: self.over(
                [(*cells[d.id, f][:2], self._weight("cells", f"{d.id}.{f}")) for d in DOMAINS]
                + [(*factor_level[f], 1.0)]
            )
            for f in FACTOR_IDS
        }
        city = self.over(
            (self.assessed(*domains[d.id]), domains[d.id][1], self._weight("domains", d.id))
            for d in DOMAINS
        )
        return {
            "cells": [
                {**head, "domain": d, "factor": f, **self._row(s, c), "indicators": self._ids(m)}
                for (d, f), (s, c, m) in cells.items()
            ],
            "domains": [
                {**head, "domain": d, **self._row(self.assessed(*sc), sc[1])}
                for d, sc in domains.items()
            ],
            "factors": [
                {**head, "factor": f, **self._row(self.assessed(*sc), sc[1])}
                for f, sc in factors.items()
            ],
            "aims": [
                {**head, "domain": d.id, "aim": a.id, **self._aim(scores, d.id, a.id)}
                for d in DOMAINS
                for a in d.aims
            ],
            "city": [{**head, **self._headline(*city)}],
        }

    def _weight(self, kind: str, key: str) -> float:
        weights: Mapping[str, float] = getattr(self.city.weights, kind)
        return weights.get(key, 1.0)

    def share(self, kind: str, key: str, keys: Iterable[str]) -> float:
        """Return the weight of `key` over that of all `keys`, 0 where nothing weighs anything."""
        total = sum(self._weight(kind, k) for k in keys)
        return self._weight(kind, key) / total if total else 0.0

    def _ids(self, members: Sequence[int]) -> list[str]:
        return [self.measured.indicators[n] for n in members]

    def _factor_level(self, scores: Array, factor: str) -> tuple[float | None, float]:
        score, coverage = self.mean(scores, self.members(None, factor))
        return self.assessed(score, coverage), coverage

    def _aim(self, scores: Array, domain: str, aim: str) -> dict[str, Any]:
        members = self.members(domain, aim=aim)
        score, coverage = self.mean(scores, members)
        row = self._row(self.assessed(score, coverage), coverage)
        return {**row, "indicators": self._ids(members)}

    def _row(self, score: float | None, coverage: float) -> dict[str, Any]:
        return {"score": score, "low": None, "high": None, "coverage": tidy(coverage)}

    def _headline(self, score: float, coverage: float) -> dict[str, Any]:
        enough = tidy(coverage) >= self.city.settings.headline_coverage and np.isfinite(score)
        return self._row(tidy(score) if enough else None, coverage)


# --- findings -----------------------------------------------------------------------------------


def _findings(
    loom: _Loom, latest: _Latest, sensed: Sensed, weave: Mapping[str, Any], day: date
) -> dict[str, Any]:
    measured, catalogue, subject = loom.measured, loom.catalogue, sensed.places.subject
    covered = [c for c in weave["cells"] if c["score"] is not None]
    # A target that is only beginning scores nothing yet, so its figure counts as not measured.
    told = latest.fresh[:, subject] & np.isfinite(latest.score[:, subject])
    rows = [n for n in loom.scored if told[n]]
    ranked = sorted(rows, key=lambda n: (latest.score[n, subject], measured.indicators[n]))
    return {
        "place": sensed.places.all[subject].id,
        "date": day.isoformat(),
        "weakest_cells": [
            {"domain": c["domain"], "factor": c["factor"], "score": c["score"]}
            for c in sorted(covered, key=lambda c: (c["score"], c["domain"], c["factor"]))
        ],
        "gaps": [_figure(loom, latest, n, subject) for n in ranked],
        "floors": _floors(loom, latest, subject, day),
        "trends": _trends(loom, latest, subject),
        "stale": [
            _figure(loom, latest, n, subject)
            for n in range(len(measured.indicators))
            if latest.period[n, subject] >= 0 and not latest.fresh[n, subject]
        ],
        "expired": sorted(i for i, e in measured.expired.items() if e),
        "readings": _readings(loom, latest, subject, day),
        "positions": _positions(loom, latest, sensed),
        "collect": _collect(loom, latest, sensed),
        "base": base(sensed, catalogue, day),
        "by": breakdown(sensed, catalogue),
        "counts": {
            "indicators": len(catalogue.indicators),
            "scored": len(loom.scored),
            "measured": len(rows),
            "proposed": _proposed(loom),
            "peers": len(_peers(sensed)),
        },
    }


def _proposed(loom: _Loom) -> int:
    chosen = [loom.measured.benchmarks[loom.measured.indicators[n]] for n in loom.scored]
    return sum(1 for b in chosen if b is not None and b.status == "proposed")


def _figure(loom: _Loom, latest: _Latest, n: int, place: int) -> dict[str, Any]:
    t = int(latest.period[n, place])
    score = latest.score[n, place]
    return {
        "indicator": loom.measured.indicators[n],
        "period": loom.measured.cube.periods[t],
        "value": tidy(loom.measured.value[n, place, t]),
        "score": tidy(score) if np.isfinite(score) else None,
    }


def _floors(loom: _Loom, latest: _Latest, subject: int, day: date) -> list[dict[str, Any]]:
    """List the floors breached, of every jurisdiction that holds for the city, not the nearest."""
    breached = []
    for n in range(len(loom.measured.indicators)):
        if not latest.fresh[n, subject]:
            continue
        figure = _figure(loom, latest, n, subject)
        higher = loom.indicator(n).better == "higher"
        for floor in sorted({b.floor for b in _holding(loom, n, day) if b.floor is not None}):
            gap = floor - figure["value"] if higher else figure["value"] - floor
            if gap > 0:
                breached.append({**figure, "floor": floor})
    return breached


def _holding(loom: _Loom, n: int, day: date) -> list[Benchmark]:
    """Return the primary benchmark of each jurisdiction that holds for the city."""
    found = (
        benchmark_of(loom.indicator(n), loom.city, j, day)[0] for j in jurisdictions(loom.city)
    )
    return [b for b in found if b is not None]


def _readings(loom: _Loom, latest: _Latest, subject: int, day: date) -> list[dict[str, Any]]:
    """Score the latest figures by the second readings too, which are shown and never counted."""
    found = []
    for n, ident in enumerate(loom.measured.indicators):
        if latest.period[n, subject] < 0:
            continue
        figure = _figure(loom, latest, n, subject)
        own = loom.city.benchmarks.get(loom.indicator(n).id, ())
        for benchmark in (*own, *loom.indicator(n).benchmarks):
            here = benchmark.jurisdiction in jurisdictions(loom.city)
            ended = benchmark.until is not None and benchmark.until < day
            if benchmark.reading is not None and here and benchmark.since <= day and not ended:
                score = goalposts(np.array(figure["value"]), benchmark.zero, benchmark.full)
                found.append(
                    {"indicator": ident, "reading": benchmark.reading, "score": tidy(float(score))}
                )
    return found


def _trends(loom: _Loom, latest: _Latest, subject: int) -> list[dict[str, Any]]:
    """Compare the first and the last figure of each indicator, by one and the same benchmark."""
    trends = []
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
        trends.append(
            {
                "indicator": ident,
                "from": loom.measured.cube.periods[first],
                "to": loom.measured.cube.periods[last],
                "change": tidy(value[last] - value[first]),
                "score_change": tidy(moved) if np.isfinite(moved) else None,
            }
        )
    return trends


def _peers(sensed: Sensed) -> list[int]:
    level = sensed.places.all[sensed.places.subject].level
    return [i for i in sensed.places.of_role("peer") if sensed.places.all[i].level == level]


def _positions(loom: _Loom, latest: _Latest, sensed: Sensed) -> list[dict[str, Any]]:
    """Say what share of the peers measured in the same period the subject does better than."""
    peers, positions = _peers(sensed), []
    for n, ident in enumerate(loom.measured.indicators):
        t = int(latest.period[n, sensed.places.subject])
        if t < 0 or loom.indicator(n).role != "score":
            continue
        values = loom.measured.value[n, peers, t]
        values = values[~np.isnan(values)]
        own = loom.measured.value[n, sensed.places.subject, t]
        if not len(values):
            continue
        worse = values < own if loom.indicator(n).better == "higher" else values > own
        positions.append(
            {
                "indicator": ident,
                "period": loom.measured.cube.periods[t],
                "peers": len(values),
                "better_than": tidy(float(worse.mean())),
            }
        )
    return positions


def _collect(loom: _Loom, latest: _Latest, sensed: Sensed) -> list[dict[str, Any]]:
    """Choose greedily the numbers that would add most coverage to the city's score.

    A missing indicator's weight in the score is shared among the variables it still lacks; the
    variable with the largest sum is asked for first, and what it leaves is shared anew.
    """
    weight = {n: _weight_in_city(loom, n) for n in loom.scored}
    lacking = {
        n: set(
            missing_variables(loom.indicator(n), loom.measured.cube, sensed, sensed.places.subject)
        )
        for n in loom.scored
        if not latest.fresh[n, sensed.places.subject]
    }
    for n, variables in lacking.items():
        lacking[n] = variables or set(loom.indicator(n).parameters)
    chosen: list[dict[str, Any]] = []
    while len(chosen) < TO_COLLECT and any(lacking.values()):
        gain: dict[str, float] = {}
        for n, variables in lacking.items():
            for v in variables:
                gain[v] = gain.get(v, 0.0) + weight[n] / len(variables)
        best = min(gain, key=lambda v: (-round(gain[v], 12), v))
        serves = [n for n, variables in lacking.items() if best in variables]
        chosen.append(
            {
                "variable": best,
                "gain": tidy(gain[best]),
                "indicators": [loom.measured.indicators[n] for n in serves],
                "stale": all(latest.period[n, sensed.places.subject] >= 0 for n in serves),
            }
        )
        for variables in lacking.values():
            variables.discard(best)
    return chosen


def _weight_in_city(loom: _Loom, n: int) -> float:
    """Return the share of the city's score that rests on one indicator when all are measured."""
    one = loom.indicator(n)
    if one.domain is None:
        return 0.0
    cell = f"{one.domain}.{one.factor}"
    siblings = [loom.measured.indicators[m] for m in loom.members(one.domain, one.factor)]
    return (
        loom.share("indicators", one.id, siblings)
        * loom.share("cells", cell, [f"{one.domain}.{f}" for f in FACTOR_IDS])
        * loom.share("domains", one.domain, [d.id for d in DOMAINS])
    )
