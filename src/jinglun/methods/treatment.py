"""What is done to an indicator whose few extreme values would swallow all other differences.

Step 3 of the OECD/JRC Handbook (2008), with the rule of the JRC practice and of COINr 1.1.14: an
indicator is outlying where |skewness| > 2 and excess kurtosis > 3.5. Its extreme points are moved
to the next value one after another, on the side to which it is skewed at that moment; when that
does not help, its untouched values are taken to logarithms instead.

Arrays are [..., units, indicators]; a leading axis of draws is computed at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Mask = NDArray[np.bool_]

# The share of the range that log(x - min + share * range) adds, as in COINr's default `log_CT`.
LOG_SHIFT = 0.01


@dataclass(frozen=True)
class Rule:
    """When an indicator is outlying, how many points may be moved, and whether logs follow.

    `points` may be an array of draws; 0 goes straight to logarithms, None knows no limit.
    """

    skewness: float = 2.0
    kurtosis: float = 3.5
    points: int | Whole | None = 5
    log: bool = True


@dataclass(frozen=True, eq=False)
class Treated:
    """The values after treatment and, per draw and indicator, what was done to it.

    `low` and `high` count the points moved up from below and down from above, `logged` tells of
    logarithms, `passed` whether the indicator is within the limits now. `skewness` and `kurtosis`
    are those before.
    """

    values: Array
    low: Whole
    high: Whole
    logged: Mask
    passed: Mask
    skewness: Array
    kurtosis: Array

    def done(self) -> NDArray[np.str_]:
        """Return `none`, `winsorised` or `log` for every draw and indicator."""
        moved = np.where(self.low + self.high > 0, "winsorised", "none")
        return np.where(self.logged, "log", moved)


def moments(values: Array, axis: int = -2) -> tuple[Array, Array]:
    """Return sample skewness and excess kurtosis along `axis`, what is missing left out.

    G1 and G2 of Joanes and Gill (1998), which are type 2 of R's e1071, COINr's and Excel's. NaN for
    skewness under 3 values, for kurtosis under 4, for both where all values are the same.
    """
    values = np.asarray(values, float)
    n, centred = _centred(values, axis)
    squares = centred * centred
    second = squares.sum(axis=axis)
    third = (squares * centred).sum(axis=axis)
    squares *= squares
    fourth = squares.sum(axis=axis)
    same = np.fmax.reduce(values, axis=axis) == np.fmin.reduce(values, axis=axis)
    with np.errstate(divide="ignore", invalid="ignore"):
        g1 = np.sqrt(n) * third / second**1.5
        g2 = n * fourth / second**2 - 3
        skewness = g1 * np.sqrt(n * (n - 1)) / (n - 2)
        kurtosis = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * g2 + 6)
    return (
        np.where(same | (n < 3), np.nan, skewness),
        np.where(same | (n < 4), np.nan, kurtosis),
    )


def _centred(values: Array, axis: int) -> tuple[Array, Array]:
    """The number of values along the axis, and their distances from the mean with 0 for gaps."""
    gaps = np.isnan(values)
    if not gaps.any():
        n = np.asarray(values.shape[axis], float)
        return n, values - values.mean(axis=axis, keepdims=True)
    n = np.asarray(values.shape[axis] - gaps.sum(axis=axis), float)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(gaps, 0.0, values).sum(axis=axis) / n
    return n, np.where(gaps, 0.0, values - np.expand_dims(mean, axis))


def outlying(skewness: Array, kurtosis: Array, rule: Rule) -> Mask:
    """Return where both limits are passed; what cannot be told (NaN) is not outlying."""
    return np.asarray((np.abs(skewness) > rule.skewness) & (kurtosis > rule.kurtosis))


def treat(values: Array, rule: Rule | None = None) -> Treated:
    """Return the values treated by the rule, and what was done to each indicator of each draw.

    Points that share the extreme value move together, so more than `points` may move (COINr's way).
    An indicator that moving would make flat, such as one of two values, is left as it is. Logs that
    do not help are kept, and `passed` is False.
    """
    rule = rule or Rule()
    values = np.asarray(values, float)
    skewness, kurtosis = moments(values)
    flagged = outlying(skewness, kurtosis, rule)
    low, high = (np.zeros(flagged.shape, np.int64) for _ in range(2))
    logged, passed = np.zeros(flagged.shape, bool), ~flagged
    if flagged.any():
        treated = values.copy()
        columns = np.swapaxes(values, -1, -2)[flagged]
        limit = _limits(rule, values.shape[-2], flagged)
        moved = _winsorise(columns, skewness[flagged], limit, rule)
        new, logs, fine = _log_what_fails(columns, moved, rule)
        np.swapaxes(treated, -1, -2)[flagged] = new
        low[flagged] = np.where(logs | moved.flat, 0, moved.low)
        high[flagged] = np.where(logs | moved.flat, 0, moved.high)
        logged[flagged], passed[flagged] = logs, fine
        values = treated
    return Treated(values, low, high, logged, passed, skewness, kurtosis)


def _limits(rule: Rule, units: int, flagged: Mask) -> Whole:
    """The most points that may move, for every flagged indicator."""
    points = np.asarray(units if rule.points is None else rule.points, np.int64)
    return np.broadcast_to(points[..., None], flagged.shape)[flagged]


@dataclass(frozen=True, eq=False)
class _Moved:
    """Columns [flagged, units] within new bounds, how many points moved, and what still fails."""

    values: Array
    low: Whole
    high: Whole
    fails: Mask
    flat: Mask


def _winsorise(columns: Array, skewness: Array, limit: Whole, rule: Rule) -> _Moved:
    """Move extreme points of columns that are all outlying until each passes or may move no more.

    A column with its first points moved is the column held between two of its own ordered values,
    so two positions say all: nothing is moved before the end.
    """
    ranked = np.sort(columns, axis=1)
    last = np.count_nonzero(~np.isnan(columns), axis=1) - 1
    bottom, top = np.zeros_like(last), last.copy()
    skewness, fails, flat = skewness.copy(), np.ones(len(last), bool), np.zeros(len(last), bool)
    going = np.flatnonzero(limit > 0)
    while going.size:
        part = ranked[going]
        new_bottom, new_top, ends = _step(part, bottom[going], top[going], skewness[going] >= 0)
        flat[going[ends]] = True
        going, part = going[~ends], part[~ends]
        bottom[going], top[going] = new_bottom[~ends], new_top[~ends]
        skewness[going], kurtosis = moments(_within(part, part, bottom[going], top[going]), 1)
        fails[going] = outlying(skewness[going], kurtosis, rule)
        more = fails[going] & (bottom[going] + last[going] - top[going] < limit[going])
        going = going[more]
    kept = _within(columns, ranked, np.where(flat, 0, bottom), np.where(flat, last, top))
    return _Moved(kept, bottom, last - top, fails, flat)


def _step(ranked: Array, bottom: Whole, top: Whole, down: Mask) -> tuple[Whole, Whole, Mask]:
    """The positions after one more move, and where it would leave a single value."""
    rows = np.arange(len(ranked))
    lowest, highest = ranked[rows, bottom, None], ranked[rows, top, None]
    new_top = np.where(down, np.count_nonzero(ranked < highest, axis=1) - 1, top)
    new_bottom = np.where(down, bottom, np.count_nonzero(ranked <= lowest, axis=1))
    ends = (new_top <= new_bottom) | (ranked[rows, new_top] == ranked[rows, new_bottom])
    return new_bottom, new_top, ends


def _within(columns: Array, ranked: Array, bottom: Whole, top: Whole) -> Array:
    """The columns held between the ordered values at two positions."""
    rows = np.arange(len(ranked))
    lowest, highest = ranked[rows, bottom, None], ranked[rows, top, None]
    return np.minimum(np.maximum(columns, lowest), highest)


def _log_what_fails(columns: Array, moved: _Moved, rule: Rule) -> tuple[Array, Mask, Mask]:
    """The columns with logarithms of the untouched values where moving points did not help."""
    logs = moved.fails & ~moved.flat & rule.log
    passed, values = ~moved.fails, moved.values
    if logs.any():
        values[logs] = log_shifted(columns[logs], axis=1)
        passed[logs] = ~outlying(*moments(values[logs], 1), rule)
    return values, logs, passed


def log_shifted(values: Array, axis: int = -2) -> Array:
    """Return log(x - min + 0.01 * (max - min)) along `axis`; NaN where all values are the same."""
    least = np.fmin.reduce(values, axis=axis, keepdims=True)
    spread = np.fmax.reduce(values, axis=axis, keepdims=True) - least
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(spread > 0, np.log(values - least + LOG_SHIFT * spread), np.nan)
