"""Which of the city's targets are reached, on track or late, and which nobody answers for."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from jinglun.loop.weave import Case
from jinglun.model.arrays import tidy
from jinglun.model.city import Target
from jinglun.model.periods import is_year, last_day, year_of

STATES = ("reached", "on_track", "late", "not_updated", "no_data")

Figures = Sequence[tuple[int, float]]
"""The year and the value of each figure that is known on the day, oldest first."""


@dataclass(frozen=True)
class Judged:
    """What a target comes to on a day: its state, the figure judged and what was due then."""

    state: str
    start: tuple[int, float] | None = None
    figure: tuple[int, float] | None = None
    expected: float | None = None
    update_by: date | None = None


def targets(case: Case, as_is: Mapping[str, Any]) -> dict[str, Any]:
    """Judge every target on the day and, by the same rule, at the end of the quarter before.

    What was known by then is taken to be what was over by then: no file says when it came. `as_is`
    is the path of the backtest; where it has none of an indicator, its own pace is drawn on.
    """
    before = quarter_begins(case.day) - timedelta(days=1)
    paths = {row["indicator"]: row for row in as_is["indicators"]}
    order = sorted(case.city.targets, key=lambda t: (t.indicator, t.year))
    rows = [_row(case, target, before, paths) for target in order]
    states = {s: sum(r["state"] == s for r in rows) for s in STATES}
    return {
        "quarter": f"{case.day.year}-Q{(case.day.month + 2) // 3}",
        "before": before.isoformat(),
        "counts": {
            "targets": len(rows),
            **states,
            "no_owner": sum(r["owner"] is None for r in rows),
            "changed": sum(r["state"] != r["state_before"] for r in rows),
            "on_track_misses": sum(map(_on_track_but_misses, rows)),
        },
        "list": rows,
    }


def _on_track_but_misses(row: Mapping[str, Any]) -> bool:
    """Say whether a target on track will be missed by its year if nothing changes."""
    ahead = row["projected"]
    return row["state"] == "on_track" and ahead is not None and not ahead["reaches"]


def quarter_begins(day: date) -> date:
    """Return the first day of the quarter that a day is in."""
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def _row(
    case: Case, target: Target, before: date, paths: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    n = case.measured.indicators.index(target.indicator)
    higher = case.loom.indicator(n).better == "higher"
    figures = known_by(case, n, case.day)
    found = judged(target, higher, figures, case.day)
    earlier = judged(target, higher, known_by(case, n, before), before)
    actual = found.figure[1] if found.figure else None
    gap = None if actual is None else (target.value - actual) * (1 if higher else -1)
    over = date(target.year, 12, 31) < case.day
    return {
        "indicator": target.indicator,
        "year": target.year,
        "value": tidy(target.value),
        "owner": _owner(case, target),
        "source": _named(target.source_zh, target.source_en),
        "start": _point(found.start),
        "period": str(found.figure[0]) if found.figure else None,
        "actual": _tidy(actual),
        "expected": _tidy(found.expected),
        "gap": _tidy(gap),
        "state": found.state,
        "state_before": earlier.state,
        "overdue": over and found.state != "reached",
        "update_by": found.update_by.isoformat() if found.update_by else None,
        "doubt": _doubt(case, target, higher, found.start),
        "projected": _projected(case, target, figures, paths.get(target.indicator)),
    }


def _tidy(value: float | None) -> float | None:
    return None if value is None else tidy(value)


def _point(point: tuple[int, float] | None) -> dict[str, Any] | None:
    return None if point is None else {"year": point[0], "value": tidy(point[1])}


def _named(zh: str, en: str) -> dict[str, str] | None:
    return {"zh": zh or en, "en": en or zh} if zh or en else None


def _owner(case: Case, target: Target) -> dict[str, str] | None:
    """Return the office of a target, else that of another target of the same indicator."""
    mates = [t for t in case.city.targets if t.indicator == target.indicator]
    offices = (_named(t.office_zh, t.office_en) for t in (target, *mates))
    return next((office for office in offices if office), None)


def known_by(case: Case, n: int, day: date) -> Figures:
    """Return the city's figures of whole years that are over by the day, oldest first."""
    values = case.measured.value[n, case.subject]
    found = [
        (year_of(p), float(values[t]))
        for t, p in enumerate(case.measured.cube.periods)
        if is_year(p) and np.isfinite(values[t]) and (last_day(p) or date.max) <= day
    ]
    return sorted(found)


def judged(target: Target, higher: bool, figures: Figures, day: date) -> Judged:
    """Judge a target by the latest figure, or by the first of its year or later once there is one.

    On track: at or past the straight line from the start to the target in the figure's year. A
    figure older than the target allows is not judged at all: not updated. The start is what the
    target says, else the last figure by `since`, else the first figure there is.
    """
    if not figures:
        return Judged("no_data")
    final = [f for f in figures if f[0] >= target.year]
    figure = final[0] if final else figures[-1]
    start = _start(target, figures)
    expected = _due(start, target, figure[0])
    until = months_after(date(figure[0], 12, 31), target.update_months)
    update_by = None if final else until + timedelta(days=1)
    sign = 1.0 if higher else -1.0
    if update_by is not None and day >= update_by:
        state = "not_updated"
    elif sign * (figure[1] - target.value) >= 0:
        state = "reached"
    else:
        # A figure on the line may fall short of it by the rounding of doubles.
        slack = 1e-9 * max(1.0, abs(expected))
        state = "on_track" if sign * (figure[1] - expected) >= -slack else "late"
    return Judged(state, start, figure, expected, update_by)


def _start(target: Target, figures: Figures) -> tuple[int, float]:
    if target.start is not None and target.since is not None:
        return target.since, target.start
    since = figures[0][0] if target.since is None else target.since
    by_then = [f for f in figures if f[0] <= since]
    return by_then[-1] if by_then else figures[0]


def _due(start: tuple[int, float], target: Target, year: int) -> float:
    """Return what is due in a year: on the line, and the target itself from its year on."""
    first, value = start
    if year >= target.year or first >= target.year:
        return target.value
    share = max(0.0, (year - first) / (target.year - first))
    return value + share * (target.value - value)


def months_after(day: date, months: int) -> date:
    """Return the day so many months on, the last of its month where that is shorter."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _doubt(case: Case, target: Target, higher: bool, start: tuple[int, float] | None) -> str | None:
    """Say what makes a target doubtful: met before it began, or worse than what scores nothing."""
    sign = 1 if higher else -1
    benchmark = case.measured.benchmarks[target.indicator]
    scored = benchmark is not None and benchmark.spread is None
    if scored and benchmark is not None and sign * (target.value - benchmark.zero) <= 0:
        return "below_zero_point"
    if start is not None and sign * (target.value - start[1]) <= 0:
        return "met_at_start"
    return None


def _projected(
    case: Case, target: Target, figures: Figures, path: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """Return where the figure is heading by the target's year; None without two, or after it."""
    if not figures or figures[-1][0] >= target.year:
        return None
    indicator = case.catalogue.indicators[target.indicator]
    years = {row["year"]: row for row in path["years"]} if path else {}
    there = years.get(target.year)
    if path and there and path["period"] == str(figures[-1][0]):
        made = {name: there[name] for name in ("value", "low", "high")}
        rule = path["rule"]
    elif len(figures) > 1:
        (first, begun), (last, now) = figures[0], figures[-1]
        value = now + (now - begun) / (last - first) * (target.year - last)
        low, high = indicator.range
        made = {"value": tidy(min(max(value, low), high)), "low": None, "high": None}
        rule = "own_pace"
    else:
        return None
    sign = 1 if indicator.better == "higher" else -1
    reached = {
        name: one is not None and sign * (one - target.value) >= 0 for name, one in made.items()
    }
    return {**made, "rule": rule, "reaches": reached["value"], "outlook": outlook(made, reached)}


def outlook(made: Mapping[str, float | None], reached: Mapping[str, bool]) -> str | None:
    """Say how sure it is: both ends of the interval `reaches` or `misses`, or it lies astride.

    Astride it is `likely` where the forecast itself reaches, else `unlikely`; None: no interval.
    """
    if made["low"] is None or made["high"] is None:
        return None
    if reached["low"] and reached["high"]:
        return "reaches"
    if not reached["low"] and not reached["high"]:
        return "misses"
    return "likely" if reached["value"] else "unlikely"
