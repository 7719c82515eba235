"""Where a panel of units is heading: persistence, common trend and convergence, tested unseen.

Every rule is a line on a scale without bounds: the change over one step is a + b * level.
Persistence: a = b = 0. Common trend: a is the median change of the others, b = 0. Convergence: a
and b by least squares of change on level (beta convergence: Barro and Sala-i-Martin 1992, Journal
of Political Economy 100). Mix: the mean of the last two (Bates and Granger 1969, Operational
Research Quarterly 20: equal weights).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

RULES = ("persistence", "trend", "convergence", "mix")
LOW, HIGH = 0.05, 0.95
"""The bounds of every interval."""

LEAST = 3
"""Fewer units than this teach nothing: no rule is fitted."""

SQUEEZE = 100.0
"""Shares are drawn off 0 and 1 as if of a sample of so many: Smithson and Verkuilen 2006 [ours]."""


@dataclass(frozen=True)
class Scale:
    """How each series is stretched before its change is taken; arrays by series.

    Between two finite bounds the logit, above one the logarithm, else as it is. `shift` keeps the
    logarithm of the bound itself finite.
    """

    low: Array
    high: Array
    shift: Array

    @property
    def names(self) -> tuple[str, ...]:
        """The scale of each series: logit, log or linear."""
        pairs = zip(self.low, self.high, strict=True)
        return tuple(
            ("logit" if np.isfinite(high) else "log") if np.isfinite(low) else "linear"
            for low, high in pairs
        )


def scale_of(low: Array, high: Array, origin: Array) -> Scale:
    """Return the scale of series [n] with these bounds; `origin` [n, units] is known beforehand.

    The shift of the logarithm is a hundredth of the median distance from the bound at the origin.
    """
    away = np.where(np.isfinite(low), origin.T - low, np.nan).T
    shift = np.ones(len(low))
    for n, row in enumerate(away):
        known = row[np.isfinite(row) & (row > 0)]
        shift[n] = 0.01 * float(np.median(known)) if len(known) else 1.0
    return Scale(np.asarray(low, float), np.asarray(high, float), shift)


def stretched(value: Array, scale: Scale) -> Array:
    """Return values [n, ...] on the scale; a value outside its bounds is held at the bound."""
    made = np.array(value, float)
    for n, name in enumerate(scale.names):
        low, high = scale.low[n], scale.high[n]
        if name == "logit":
            share = np.clip((made[n] - low) / (high - low), 0.0, 1.0)
            share = (share * (SQUEEZE - 1) + 0.5) / SQUEEZE
            made[n] = np.log(share / (1 - share))
        elif name == "log":
            made[n] = np.log(np.maximum(made[n] - low, 0.0) + scale.shift[n])
    return made


def unstretched(level: Array, scale: Scale) -> Array:
    """Return the values [n, ...] that stand behind levels on the scale, within their bounds."""
    made = np.array(level, float)
    for n, name in enumerate(scale.names):
        low, high = scale.low[n], scale.high[n]
        if name == "logit":
            share = 1 / (1 + np.exp(-np.clip(made[n], -700.0, 700.0)))
            share = np.clip((share * SQUEEZE - 0.5) / (SQUEEZE - 1), 0.0, 1.0)
            made[n] = low + (high - low) * share
        elif name == "log":
            raw = np.exp(np.minimum(made[n], 700.0)) - scale.shift[n]
            # What is left of the shift after a logarithm and back is rounding, not a value.
            made[n] = low + np.where(raw <= 1e-9 * scale.shift[n], 0.0, raw)
        else:
            made[n] = np.minimum(made[n], high)
    return made


@dataclass(frozen=True)
class Fitted:
    """The four rules as fitted, each array [rule, series]: change = constant + slope * level.

    `low` and `high` are what is added to a forecast of one step to reach p05 and p95.
    """

    constant: Array
    slope: Array
    low: Array
    high: Array


def fitted(before: Array, after: Array) -> Fitted:
    """Fit every rule on levels [series, units] one step apart; NaN where a figure is missing.

    Bounds are order statistics of the residuals of units left out of their own fit, at the ranks
    of split conformal prediction (Vovk, Gammerman, Shafer 2005); with fewer than 19 units they are
    the extremes and promise less than nine in ten.
    """
    change = after - before
    known = np.isfinite(change)
    level = np.where(known, before, np.nan)
    count = known.sum(axis=1)
    trend = _median(change)
    constant, slope, leverage = _least_squares(level, change, count)
    zero = np.where(count >= LEAST, 0.0, np.nan)
    constants = np.stack([zero, trend + zero, constant, (trend + constant) / 2])
    slopes = np.stack([zero, zero, slope, slope / 2])
    alone = np.stack([np.zeros_like(leverage)] * 2 + [leverage, leverage / 2])
    miss = change - constants[:, :, None] - slopes[:, :, None] * level
    low, high = _bounds(miss / (1 - alone))
    return Fitted(constants, slopes, low, high)


def _median(change: Array) -> Array:
    sorted_change = np.sort(change, axis=1)
    count = np.isfinite(change).sum(axis=1)
    rows = np.arange(len(change))
    upper = sorted_change[rows, np.minimum(count // 2, change.shape[1] - 1)]
    lower = sorted_change[rows, np.maximum((count - 1) // 2, 0)]
    return np.asarray((lower + upper) / 2)


def _least_squares(level: Array, change: Array, count: Array) -> tuple[Array, Array, Array]:
    """Return constant, slope [series] and the leverage of each unit; a flat level has slope 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = np.nansum(level, axis=1) / count
        mean = np.nansum(change, axis=1) / count
        away = level - middle[:, None]
        spread = np.nansum(away**2, axis=1)
        steady = spread > 1e-12 * np.maximum(1.0, count)
        slope = np.where(steady, np.nansum(away * change, axis=1) / spread, 0.0)
        leverage = 1 / count[:, None] + np.where(steady[:, None], away**2 / spread[:, None], 0.0)
    # Below -1 the order of the units would turn over at every step.
    slope = np.where(count >= LEAST, np.maximum(slope, -1.0), np.nan)
    # A unit that alone fixes the line has no residual of its own to learn from.
    return mean - slope * middle, slope, np.minimum(np.nan_to_num(leverage), 0.99)


def _bounds(miss: Array) -> tuple[Array, Array]:
    """Return the residuals at the ranks of p05 and p95 along the last axis, NaN of none."""
    ordered = np.sort(miss, axis=-1)
    count = np.isfinite(miss).sum(axis=-1)
    last = np.maximum(count - 1, 0)
    low = np.clip(np.floor(LOW * (count + 1)).astype(int) - 1, 0, last)
    high = np.clip(np.ceil(HIGH * (count + 1)).astype(int) - 1, 0, last)
    ends = [np.take_along_axis(ordered, at[..., None], -1)[..., 0] for at in (low, high)]
    # A forecast lies within its own interval, whatever its bias.
    return np.minimum(ends[0], 0.0), np.maximum(ends[1], 0.0)


def ahead(rule: Fitted, level: Array, steps: float = 1.0) -> tuple[Array, Array, Array]:
    """Return forecast, p05 and p95 [rule, series, units] of levels [series, units], `steps` on.

    Between whole steps the line is followed as the growth it implies; bounds widen by the square
    root of the steps, as those of a random walk do.
    """
    keep = 1.0 + rule.slope
    share = keep**steps
    with np.errstate(divide="ignore", invalid="ignore"):
        summed = np.where(np.abs(rule.slope) > 1e-12, (1 - share) / (1 - keep), steps)
    forecast = share[:, :, None] * level + (summed * rule.constant)[:, :, None]
    width = np.sqrt(steps)
    return (
        forecast,
        forecast + (width * rule.low)[:, :, None],
        forecast + (width * rule.high)[:, :, None],
    )


@dataclass(frozen=True)
class Errors:
    """How far forecasts were off, each array [rule, series]; NaN where nothing was tested."""

    count: NDArray[np.int64]
    mae: Array
    rmse: Array
    bias: Array
    coverage: Array
    ranged: NDArray[np.int64]
    """How many of them had an interval; the coverage is a share of these."""

    @property
    def skill(self) -> Array:
        """The share of the first rule's mean absolute error that each rule does away with."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(1 - self.mae / self.mae[0])


def errors(
    forecast: Array, actual: Array, inside: NDArray[np.bool_], ranged: NDArray[np.bool_]
) -> Errors:
    """Compare forecasts [rule, series, tests] with what came [series, tests].

    `inside` [rule, series, tests] says whether the interval held it, `ranged` whether there was
    one; counts what both sides have.
    """
    miss = forecast - actual
    known = np.isfinite(miss)
    count = known.sum(axis=-1)
    miss = np.where(known, miss, 0.0)
    given = known & ranged
    with np.errstate(divide="ignore", invalid="ignore"):
        return Errors(
            count,
            np.abs(miss).sum(axis=-1) / count,
            np.sqrt((miss**2).sum(axis=-1) / count),
            miss.sum(axis=-1) / count,
            np.where(given, inside, 0.0).sum(axis=-1) / given.sum(axis=-1),
            given.sum(axis=-1),
        )


def relative_error(mae: Array) -> Array:
    """Return the geometric mean over series of each rule's error over the first rule's, [rule].

    Ratios of errors are averaged by the geometric mean (Fleming and Wallace 1986, Communications
    of the ACM 29); a series without any error counts as equal.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log(mae / mae[0])
    ratio = ratio[:, np.isfinite(ratio).all(axis=0)]
    return np.exp(ratio.mean(axis=1)) if ratio.shape[1] else np.full(len(mae), np.nan)


def area_under_curve(signal: Array, event: NDArray[np.bool_]) -> Array:
    """Return by row how often an event has the higher signal than a non-event, ties as a half.

    The area under the ROC curve (Hanley and McNeil 1982, Radiology 143). Rows [n, items]; a NaN
    signal is left out; NaN where a row has no event or nothing but events.
    """
    known = np.isfinite(signal)
    yes, no = event & known, ~event & known
    won = np.zeros(len(signal))
    for item in range(signal.shape[1]):
        with np.errstate(invalid="ignore"):
            beats = signal[:, item, None] > signal
            ties = signal[:, item, None] == signal
        won += np.where(yes[:, item], ((beats + 0.5 * ties) * no).sum(axis=1), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(won / (yes.sum(axis=1) * no.sum(axis=1)))
