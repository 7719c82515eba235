"""How far the city has come: five levels by five dimensions, and what holds each of them back."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

import numpy as np

from jinglun.loop.measure import goalposts_by_period
from jinglun.loop.rulebook import rules
from jinglun.loop.weave import Case, Loom
from jinglun.model.arrays import tidy
from jinglun.model.catalogue import Indicator
from jinglun.model.city import City, Stages
from jinglun.model.periods import age_years, last_day

LEVELS = 5


@dataclass(frozen=True)
class Reading:
    """An indicator of a dimension as it stands: its figure, or why there is none."""

    indicator: str
    is_floor: bool
    higher: bool
    own: tuple[float, ...]
    """The city's own targets of levels 2 to 5 in the indicator's unit; empty where it has none."""
    goalposts: tuple[float, float]
    """The values worth 0 and 100 points, of the period of the figure or of the day."""
    period: str | None = None
    value: float | None = None
    score: float | None = None
    fresh: bool = False

    @property
    def why(self) -> str:
        """Why no target is met, or that a figure misses it: `none`, `stale`, `early`, `missed`.

        `early` is a figure of the year in which a target spread over years only begins.
        """
        if self.score is not None:
            return "missed"
        if self.period is None:
            return "none"
        return "early" if self.fresh else "stale"

    def needed(self, level: int, points: Sequence[float]) -> float | None:
        """Return the value that a level asks for; None at the first, which asks for any figure."""
        if level == 1:
            return None
        if self.own:
            return self.own[level - 2]
        zero, full = self.goalposts
        return tidy(zero + (full - zero) * points[level - 2] / 100)

    def meets(self, level: int, points: Sequence[float]) -> bool:
        """Say whether the target of a level is met; what has no figure meets none."""
        if self.score is None or self.value is None or level == 1:
            return self.score is not None
        if self.own:
            wanted = self.own[level - 2]
            return self.value >= wanted if self.higher else self.value <= wanted
        return self.score >= points[level - 2]


@dataclass(frozen=True)
class Rung:
    """One level of one dimension: how many of the floors and of the others meet its targets."""

    level: int
    floors: int
    floors_met: int
    others: int
    others_met: int
    share: float

    @property
    def needed(self) -> int:
        """How many of the others must meet the target."""
        # 0.7 x 10 is 7.000000000000001 in binary: ten indicators do not need eight.
        return math.ceil(self.share * self.others - 1e-9)

    @property
    def reached(self) -> bool:
        """Whether every floor and enough of the others meet it."""
        return self.floors_met == self.floors and self.others_met >= self.needed


def rungs(readings: Sequence[Reading], points: Sequence[float], share: float) -> list[Rung]:
    """Return the five rungs of a dimension, lowest first."""
    floors = [r for r in readings if r.is_floor]
    others = [r for r in readings if not r.is_floor]
    return [
        Rung(
            level,
            len(floors),
            sum(r.meets(level, points) for r in floors),
            len(others),
            sum(r.meets(level, points) for r in others),
            share,
        )
        for level in range(1, LEVELS + 1)
    ]


def level_of(ladder: Sequence[Rung]) -> int:
    """Return the highest level that is reached with every level below it; 0 before the first."""
    level = 0
    for rung in ladder:
        if not rung.reached:
            break
        level = rung.level
    return level


def city_level(levels: Sequence[int], step: int) -> int:
    """Return the median of the dimensions' levels, at most `step` above the lowest of them."""
    # Of an even number of dimensions the lower of the two middle ones: a level is not halved.
    return min(math.floor(median(levels)), min(levels) + step)


def waits_for(levels: Mapping[str, int], higher: int, step: int) -> list[dict[str, Any]]:
    """Return the dimensions that must rise for the city to reach `higher`, and to which level.

    None may be more than `step` below it, and more than half must have reached it: those that lack
    least are raised.
    """
    raised = {d: max(level, higher - step) for d, level in levels.items()}
    nearest = sorted(raised, key=lambda d: -levels[d])
    for dimension in nearest:
        if city_level(list(raised.values()), step) >= higher:
            break
        raised[dimension] = max(raised[dimension], higher)
    return [{"dimension": d, "to": raised[d]} for d in levels if raised[d] > levels[d]]


def coverage_of(readings: Sequence[Reading]) -> float:
    """Return the share of the indicators that have a figure, 0 where there are no indicators."""
    return sum(r.score is not None for r in readings) / len(readings) if readings else 0.0


# --- membership ---------------------------------------------------------------------------------


def dimension_of(indicator: Indicator) -> str | None:
    """Return the dimension that an indicator shows, None where it shows none."""
    named = {i: d["id"] for d in rules("stages")["dimension"] for i in d["indicators"]}
    if indicator.id in named:
        return str(named[indicator.id])
    for dimension in rules("stages")["dimension"]:
        if indicator.strategy is not None:
            found = indicator.strategy in dimension.get("strategies", ())
        else:
            found = indicator.domain is None and indicator.factor in dimension.get("factors", ())
        if found:
            return str(dimension["id"])
    return None


def _members(loom: Loom) -> dict[str, list[int]]:
    """Return the scored indicators of each dimension; one that the city weighs 0 is left out."""
    found: dict[str, list[int]] = {d["id"]: [] for d in rules("stages")["dimension"]}
    for n in loom.scored:
        dimension = dimension_of(loom.indicator(n))
        if dimension is not None and loom.city.weights.indicators.get(loom.indicator(n).id, 1.0):
            found[dimension].append(n)
    return found


# --- the finding --------------------------------------------------------------------------------


def stage(case: Case, headline: float | None) -> dict[str, Any]:
    """Return the stage of the subject for findings.json; `headline` is the score of the city."""
    rule, points = rules("stages")["rule"], _points(case.city.stage)
    members = _members(case.loom)
    now = {d: [_now(case, n) for n in held] for d, held in members.items()}
    told = [_dimension(d, held, points, case.city) for d, held in now.items()]
    every = [r for held in now.values() for r in held]
    return {
        "rule": {k: rule[k] for k in ("id", "status", "source_zh", "source_en")},
        "share": rule["share"],
        "step": rule["step"],
        "points": list(points),
        "own_points": bool(case.city.stage.levels),
        **_city(told, every, case.city),
        "dimensions": told,
        "outside": sum(1 for n in case.loom.scored if dimension_of(case.loom.indicator(n)) is None),
        "path": _path(case, members, points),
        "named": _named(case.city, headline),
    }


def _points(stages: Stages) -> tuple[float, ...]:
    return tuple(tidy(p) for p in stages.levels or rules("stages")["rule"]["levels"])


def _city(
    told: Sequence[Mapping[str, Any]], every: Sequence[Reading], city: City
) -> dict[str, Any]:
    """Return the level of the city, which dimensions it waits for, and how much is measured.

    A dimension that cannot be assessed has not shown any level, so it stands at 0 in the median.
    """
    step = rules("stages")["rule"]["step"]
    levels = {d["dimension"]: d["level"] or 0 for d in told}
    coverage = coverage_of(every)
    assessable = tidy(coverage) >= city.settings.assessable_coverage
    level = city_level(list(levels.values()), step)
    higher = level + 1 if level < LEVELS else None
    return {
        "assessable": assessable,
        "level": level if assessable else None,
        "next": higher if assessable else None,
        "waits_for": waits_for(levels, higher, step) if assessable and higher else [],
        "median": math.floor(median(levels.values())) if assessable else None,
        "lowest": min(levels.values()) if assessable else None,
        "coverage": tidy(coverage),
        "indicators": len(every),
        "measured": sum(r.score is not None for r in every),
    }


def _dimension(
    ident: str, readings: Sequence[Reading], points: Sequence[float], city: City
) -> dict[str, Any]:
    """Return one dimension: its level, its rungs and what holds it back from the next."""
    ladder = rungs(readings, points, rules("stages")["rule"]["share"])
    coverage = coverage_of(readings)
    assessable = tidy(coverage) >= city.settings.assessable_coverage and bool(readings)
    level = level_of(ladder)
    wanted = level + 1 if level < LEVELS else None
    rung = ladder[level] if wanted else None
    return {
        "dimension": ident,
        "assessable": assessable,
        "level": level if assessable else None,
        "next": wanted,
        "coverage": tidy(coverage),
        "indicators": len(readings),
        "measured": sum(r.score is not None for r in readings),
        "floors": sum(r.is_floor for r in readings),
        "floors_missed": rung.floors - rung.floors_met if rung else 0,
        "others_needed": rung.needed if rung else 0,
        "others_short": max(0, rung.needed - rung.others_met) if rung else 0,
        "rungs": [
            {
                "level": one.level,
                "floors_met": one.floors_met,
                "others_met": one.others_met,
                "others_needed": one.needed,
                "reached": one.level <= level,
            }
            for one in ladder
        ],
        "conditions": _conditions(readings, wanted, points) if wanted else [],
    }


def _conditions(
    readings: Sequence[Reading], level: int, points: Sequence[float]
) -> list[dict[str, Any]]:
    """List the indicators that miss a level: floors first, then the nearest to it, then no figure.

    `gap` is what lacks in the indicator's own unit, never negative whichever way is better.
    """
    missed = [r for r in readings if not r.meets(level, points)]
    made = [_condition(r, level, points) for r in missed]
    return sorted(
        made,
        key=lambda c: (
            not c["floor"],
            c["score"] is None,
            -(c["score"] if c["score"] is not None else 0.0),
            c["indicator"],
        ),
    )


def _condition(reading: Reading, level: int, points: Sequence[float]) -> dict[str, Any]:
    wanted = reading.needed(level, points)
    lacks = wanted is not None and reading.value is not None and reading.score is not None
    return {
        "indicator": reading.indicator,
        "floor": reading.is_floor,
        "own": bool(reading.own),
        "period": reading.period,
        "value": reading.value,
        "score": reading.score,
        "needed": wanted,
        "gap": tidy(abs(float(wanted or 0) - float(reading.value or 0))) if lacks else None,
        "why": reading.why,
    }


# --- what stands at the subject -----------------------------------------------------------------


def _now(case: Case, n: int) -> Reading:
    """Return an indicator as it stands on the day; a figure too old is told and never counted."""
    at = int(case.latest.period[n, case.subject])
    return _reading(case, n, at, bool(case.latest.fresh[n, case.subject]))


def _reading(case: Case, n: int, at: int, fresh: bool) -> Reading:
    measured, one = case.measured, case.loom.indicator(n)
    benchmark = measured.benchmarks[one.id]
    assert benchmark is not None
    periods = (measured.cube.periods[at] if at >= 0 else f"{case.day.year}",)
    goals = [float(np.ravel(np.asarray(g))[0]) for g in goalposts_by_period(benchmark, periods)]
    value = score = None
    if at >= 0:
        value = tidy(float(measured.value[n, case.subject, at]))
        known = float(measured.score[n, case.subject, at])
        score = tidy(known) if fresh and math.isfinite(known) else None
    return Reading(
        one.id,
        benchmark.floor is not None,
        one.better == "higher",
        case.city.stage.targets.get(one.id, ()),
        (goals[0], goals[1]),
        periods[0] if at >= 0 else None,
        value,
        score,
        fresh,
    )


def _path(
    case: Case, members: Mapping[str, Sequence[int]], points: Sequence[float]
) -> list[dict[str, Any]]:
    """Return the levels at the end of every year begun, all by the benchmarks of the day."""
    rule, periods = rules("stages")["rule"], case.measured.cube.periods
    made = []
    for t in np.flatnonzero(case.latest.begun):
        end = last_day(periods[t]) or date.max
        held = {d: [_then(case, n, int(t), end) for n in ns] for d, ns in members.items()}
        levels, every = {}, [r for rs in held.values() for r in rs]
        for dimension, readings in held.items():
            ladder = rungs(readings, points, rule["share"])
            enough = tidy(coverage_of(readings)) >= case.city.settings.assessable_coverage
            levels[dimension] = level_of(ladder) if enough and readings else None
        enough = tidy(coverage_of(every)) >= case.city.settings.assessable_coverage
        level = city_level([one or 0 for one in levels.values()], rule["step"])
        made.append(
            {"period": periods[t], "level": level if enough else None, "dimensions": levels}
        )
    return made


def _then(case: Case, n: int, t: int, end: date) -> Reading:
    """Return an indicator as it stood at the end of an earlier year."""
    known = np.flatnonzero(np.isfinite(case.measured.value[n, case.subject, : t + 1]))
    known = known[case.latest.begun[known]]
    at = int(known[-1]) if len(known) else -1
    aged = age_years(case.measured.cube.periods[at], end) if at >= 0 else math.inf
    return _reading(case, n, at, aged <= case.city.settings.max_age_years)


# --- the Chinese names --------------------------------------------------------------------------


def _named(city: City, headline: float | None) -> dict[str, Any]:
    """Return the name of the stage by the headline score: lower bound of each cut included."""
    rule = rules("stages")["named"]
    cuts = [tidy(c) for c in city.stage.cuts or rule["cuts"]]
    at = None if headline is None else sum(headline >= cut for cut in cuts)
    return {
        "name": None if at is None else rule["names"][at],
        "score": None if headline is None else tidy(headline),
        "next": rule["names"][at + 1] if at is not None and at < len(cuts) else None,
        "next_from": cuts[at] if at is not None and at < len(cuts) else None,
        "cuts": cuts,
        "names": rule["names"],
        "status": "city" if city.stage.cuts else rule["status"],
    }
