"""What a value is worth between two goalposts, and what several scores are worth together.

The steps and names follow the OECD/JRC Handbook on Constructing Composite Indicators (2008):
normalisation by goalposts (the way from a zero to a full point), weighting, linear aggregation.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def goalposts(value: Array, zero: float | Array, full: float | Array) -> Array:
    """Return 100 * (value - zero) / (full - zero), held between 0 and 100; NaN stays NaN.

    `zero` may lie above `full` (less is better). Equal goalposts give NaN: nothing can be said.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        raw = 100.0 * (np.asarray(value, float) - zero) / (np.asarray(full, float) - zero)
    return np.clip(np.where(np.isfinite(raw) | np.isnan(value), raw, np.nan), 0.0, 100.0)


def weighted_score(scores: Array, weights: Array) -> tuple[Array, Array]:
    """Return the weighted mean of what is measured along the last axis, and its coverage.

    Shapes: scores [..., n], weights [n] or [..., n], not negative. Coverage is the weight measured
    over the weight in all, 0-1. Where nothing is measured the mean is NaN; where all weights are 0
    both are NaN.
    """
    weights = np.broadcast_to(weights, scores.shape)
    measured = ~np.isnan(scores)
    some = np.where(measured, weights, 0.0).sum(axis=-1)
    whole = weights.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(measured, scores * weights, 0.0).sum(axis=-1) / some
        coverage = some / whole
    return np.where(some > 0, mean, np.nan), coverage
