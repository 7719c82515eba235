"""What stands in for a missing value, and which units have too few values to be scored.

Step 2 of the OECD/JRC Handbook (2008). Arrays are [..., units, indicators], NaN where missing.
"Implicit" imputation, leaving a gap out of the mean, is the rule `none`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

RULES = ("none", "mean", "median", "group_mean", "group_median", "score")


def availability(values: Array) -> Array:
    """Return the share of indicators that every unit has, 0-1, [..., units]."""
    return np.asarray(1.0 - np.isnan(values).mean(axis=-1))


def enough(values: Array, share: float) -> Mask:
    """Return which units have at least this share of the indicators, [..., units]."""
    # A share such as 0.9 of 50 indicators must not fail by the last bit of a division.
    return np.asarray(availability(values) >= share - 1e-9)


def mean(values: Array) -> Array:
    """Return the values with gaps filled by the mean of the indicator's measured units."""
    return _fill(np.asarray(values, float), _mean)


def median(values: Array) -> Array:
    """Return the values with gaps filled by the median of the indicator's measured units."""
    return _fill(np.asarray(values, float), _median)


def group_mean(values: Array, groups: Sequence[str | None]) -> Array:
    """Return the values with gaps filled by the mean of the unit's own group.

    A gap stays where nobody of the group is measured, and where a unit has no group (None).
    """
    return _by_group(values, groups, _mean)


def group_median(values: Array, groups: Sequence[str | None]) -> Array:
    """Return the values with gaps filled by the median of the unit's own group, as `group_mean`."""
    return _by_group(values, groups, _median)


def unit_score(values: Array, direction: Array, families: Sequence[Sequence[int]]) -> Array:
    """Return gaps filled so that the unit scores there as on average in the rest of the family.

    Min-max scores by `direction` (1 or -1 per indicator) are averaged over the measured indicators
    of each family (positions); the average is taken back to the unit of the missing indicator. It
    shows what leaving the gap out of an arithmetic mean implies. A unit without any value in the
    family keeps its gaps.
    """
    values = np.asarray(values, float)
    low = np.fmin.reduce(values, axis=-2, keepdims=True)
    high = np.fmax.reduce(values, axis=-2, keepdims=True)
    worst, best = np.where(direction > 0, low, high), np.where(direction > 0, high, low)
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = (values - worst) / (best - worst)
    filled = values.copy()
    for family in families:
        of = list(family)
        typical = np.swapaxes(_mean(np.swapaxes(scores[..., of], -1, -2)), -1, -2)
        there = worst[..., of] + typical * (best[..., of] - worst[..., of])
        filled[..., of] = np.where(np.isnan(values[..., of]), there, values[..., of])
    return filled


def _mean(values: Array) -> Array:
    """The mean over units, the axis kept; NaN where nobody is measured."""
    gaps = np.isnan(values)
    total = np.where(gaps, 0.0, values).sum(axis=-2, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(total / (~gaps).sum(axis=-2, keepdims=True))


def _median(values: Array) -> Array:
    """The median over units, the axis kept; NaN where nobody is measured."""
    ranked = np.sort(values, axis=-2)
    count = (~np.isnan(values)).sum(axis=-2, keepdims=True)
    middle = [np.maximum(count - 1, 0) // 2, np.minimum(count // 2, values.shape[-2] - 1)]
    low, high = (np.take_along_axis(ranked, at, axis=-2) for at in middle)
    return np.asarray(low + (high - low) / 2)


def _fill(
    values: Array, typical: Callable[[Array], Array], members: Sequence[Sequence[int]] | None = None
) -> Array:
    """The values with gaps filled from all units, or from each group of positions by itself."""
    gaps = np.isnan(values)
    # Most indicators are complete in every draw: only the others are worth a look.
    some = np.flatnonzero(gaps.reshape(-1, values.shape[-1]).any(axis=0))
    if not some.size:
        return values
    part, open_ = values[..., some], gaps[..., some]
    for group in [range(values.shape[-2])] if members is None else members:
        of = list(group)
        mine = part[..., of, :]
        part[..., of, :] = np.where(open_[..., of, :], typical(mine), mine)
    filled = values.copy()
    filled[..., some] = part
    return filled


def _by_group(
    values: Array, groups: Sequence[str | None], typical: Callable[[Array], Array]
) -> Array:
    named = sorted({g for g in groups if g is not None})
    members = [[i for i, g in enumerate(groups) if g == name] for name in named]
    return _fill(np.asarray(values, float), typical, members)
