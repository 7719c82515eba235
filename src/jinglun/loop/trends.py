"""Where each indicator is going: the pace, whether it is more than chance, and when it arrives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from jinglun.loop.doubt_rules import doubt_rules
from jinglun.loop.measure import goalposts_by_period
from jinglun.loop.weave import Case
from jinglun.methods.trend import mann_kendall, theil_sen
from jinglun.model.arrays import Array, tidy
from jinglun.model.periods import year_of

CHANCE = 0.05
"""What would happen by chance more often than this is not called a trend."""

ENOUGH = 5
"""From five years on the rank test can tell anything: four in order may be chance (p = 1/12)."""

ONE_SIDED, TWO_SIDED = 1.645, 1.96
"""Standard deviations of the normal with 5 % beyond on one side, and on both."""

FAR_YEARS = 100
"""No pace is drawn out further than this."""


@dataclass(frozen=True)
class Series:
    """The years of one indicator at the city: values, their years and the classes of the ends."""

    years: Array
    values: Array
    first: int
    last: int
    classes: tuple[int, int]


def trends(case: Case) -> list[dict[str, Any]]:
    """Compare the first and the last figure of each indicator, by one and the same benchmark."""
    made = []
    for n in range(len(case.measured.indicators)):
        series = _series(case, n)
        if series is not None:
            made.append(_trend(case, n, series))
    return made


def _series(case: Case, n: int) -> Series | None:
    value = case.measured.value[n, case.subject]
    known = np.flatnonzero(~np.isnan(value) & case.latest.begun)
    if len(known) < 2:
        return None
    periods = case.measured.cube.periods
    years = np.array([year_of(periods[t]) for t in known], float)
    first, last = int(known[0]), int(known[-1])
    classes = case.measured.quality[n, case.subject]
    return Series(years, value[known], first, last, (int(classes[first]), int(classes[last])))


def _trend(case: Case, n: int, series: Series) -> dict[str, Any]:
    ident, periods = case.measured.indicators[n], case.measured.cube.periods
    score = case.measured.score[n, case.subject]
    benchmark = case.measured.benchmarks[ident]
    # A target pro-rated by year is another yardstick each year: values compare, scores do not.
    same = benchmark is not None and benchmark.spread is None
    moved = score[series.last] - score[series.first] if same else np.nan
    change = tidy(series.values[-1] - series.values[0])
    pace = tidy(theil_sen(series.years, series.values))
    one = case.loom.indicator(n)
    judged = judge(series, doubt_rules(case.city).bands, one.unit == "%" and one.range == (0, 100))
    rises = one.better == "higher"
    years, why = _arrival(case, n, series, pace, judged["significant"])
    return {
        "indicator": ident,
        "from": periods[series.first],
        "to": periods[series.last],
        "periods": len(series.years),
        "change": change,
        "score_change": tidy(moved) if np.isfinite(moved) else None,
        "per_year": pace,
        **judged,
        "better": (pace > 0) == rises if pace else None,
        "years_to_full": years,
        "years_why": why,
        "quality_changed": series.classes[0] != series.classes[1],
    }


def judge(series: Series, bands: Sequence[float], share: bool) -> dict[str, Any]:
    """Return whether a series moves by more than chance, by which method, and why.

    From `ENOUGH` years up by the Mann-Kendall test, which asks nothing of how values scatter and
    is exact for few of them, where the t-test of least squares would lean on a normal it cannot
    see. Of fewer years the two ends are compared with their errors, as the classes say them.
    """
    if len(series.years) >= ENOUGH:
        p = mann_kendall(series.values)
        sure = p < CHANCE
        why = "trend" if sure else "no_trend"
        return {"method": "mann_kendall", "p": tidy(p), "significant": sure, "why": why}
    if min(series.classes) < 0:
        return {"method": "bands", "p": None, "significant": None, "why": "no_band"}
    errors = [math.log1p(bands[c]) / ONE_SIDED for c in series.classes]
    sure = beyond(float(series.values[0]), float(series.values[-1]), errors, share)
    why = "beyond_bands" if sure else "within_bands"
    return {"method": "bands", "p": None, "significant": sure, "why": why}


def beyond(first: float, last: float, errors: Sequence[float], share: bool) -> bool:
    """Say whether two values differ by more than 1.96 times their errors together.

    `errors` are standard deviations of the logarithm, of a share in per cent of its log odds, as
    rules/doubt.toml has them. Each is taken for itself: were they from one source and moved
    together, less would already be a change.
    """
    if first == last:
        return False
    if share and min(first, last) > 0 and max(first, last) < 100:
        moved, error = _log_odds(last) - _log_odds(first), math.hypot(*errors)
    elif not share and min(first, last) > 0:
        moved, error = math.log(last / first), math.hypot(*errors)
    else:
        # No logarithm: the errors are taken as shares of the values themselves.
        moved, error = last - first, math.hypot(errors[0] * first, errors[1] * last)
    return abs(moved) > TWO_SIDED * error


def _log_odds(percent: float) -> float:
    return math.log(percent / (100.0 - percent))


def _arrival(
    case: Case, n: int, series: Series, pace: float, significant: bool | None
) -> tuple[float | None, str]:
    """Return the years from the last figure to the full point at this pace, or why none."""
    ident = case.measured.indicators[n]
    benchmark = case.measured.benchmarks[ident]
    if benchmark is None:
        return None, "no_benchmark"
    if benchmark.spread is not None:
        return None, "prorated"
    left = benchmark.full - series.values[-1]
    if left == 0 or (left > 0) == (benchmark.full < benchmark.zero):
        return None, "reached"
    if not case.latest.fresh[n, case.subject]:
        return None, "stale"
    if significant is None:
        return None, "too_few"
    if not significant:
        return None, "not_significant"
    if pace == 0 or (pace > 0) != (left > 0):
        return None, "wrong_way"
    years = left / pace
    return (tidy(years), "pace") if years <= FAR_YEARS else (float(FAR_YEARS), "over_100")


def full_point(case: Case, n: int, t: int) -> float | None:
    """Return the full point of an indicator's benchmark in period `t`, None without a benchmark."""
    benchmark = case.measured.benchmarks[case.measured.indicators[n]]
    if benchmark is None:
        return None
    _, full = goalposts_by_period(benchmark, case.measured.cube.periods)
    return float(np.broadcast_to(full, len(case.measured.cube.periods))[t])
