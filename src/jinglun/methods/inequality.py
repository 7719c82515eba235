"""How unequally a thing is spread over units, and which unit is last in many things at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def gini(values: Array, weights: Array | None = None) -> float:
    """Return the Gini coefficient, 0 (all alike) to below 1 (one has all), by `weights` of units.

    Half the mean absolute difference over the mean, all pairs counted, a unit with itself too; so
    of n equal weights the most is 1 - 1/n. NaN for no values, for a negative or missing value or
    weight, and where the sum is 0: then shares of it mean nothing. Source: Gini (1912).
    """
    values = np.asarray(values, float)
    weights = np.ones(len(values)) if weights is None else np.asarray(weights, float)
    if not len(values) or not (np.isfinite(values).all() and np.isfinite(weights).all()):
        return float("nan")
    largest = values.max()
    if values.min() < 0 or weights.min() < 0 or largest <= 0 or weights.max() <= 0:
        return float("nan")
    # Over the largest, so that squares of very large or small values stay numbers.
    values, weights = values / largest, weights / weights.max()
    share = weights / weights.sum()
    mean = share @ values
    if mean <= 0:
        return float("nan")
    apart = share @ np.abs(values[:, np.newaxis] - values[np.newaxis, :]) @ share
    return float(apart / (2.0 * mean))


def midranks(values: Array) -> Array:
    """Return the place of each unit along the last axis, smallest first, as (rank - 1/2) / n.

    Equal values share the mean of their ranks. Always within 0-1 and 1/2 on average.
    """
    values = np.asarray(values, float)
    less = (values[..., np.newaxis, :] < values[..., :, np.newaxis]).sum(axis=-1)
    same = (values[..., np.newaxis, :] == values[..., :, np.newaxis]).sum(axis=-1)
    return np.asarray((less + 0.5 * same) / values.shape[-1], float)
