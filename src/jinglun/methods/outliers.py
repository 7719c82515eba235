"""How far a number lies from its fellows, measured so that the far ones do not hide themselves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

NORMAL = 1.4826
"""What a median absolute deviation is multiplied by to be the standard deviation of a normal."""


def median(values: Array, axis: int, least: int = 1) -> Array:
    """Return the median of what is known along an axis, which stays with length 1.

    NaN where fewer than `least` are known. One sort does for all lines, which
    numpy's own way with gaps does not.
    """
    if values.shape[axis] < max(1, least):
        return np.moveaxis(
            np.full((*np.moveaxis(values, axis, -1).shape[:-1], 1), np.nan), -1, axis
        )
    ordered = np.sort(np.moveaxis(values, axis, -1), axis=-1)
    known = np.count_nonzero(~np.isnan(ordered), axis=-1, keepdims=True)
    low, high = np.maximum((known - 1) // 2, 0), np.minimum(known // 2, ordered.shape[-1] - 1)
    two = np.take_along_axis(ordered, low, -1), np.take_along_axis(ordered, high, -1)
    middle = np.where(known >= max(1, least), (two[0] + two[1]) / 2, np.nan)
    return np.asarray(np.moveaxis(middle, -1, axis), float)


def spread(values: Array, axis: int, least: int = 1) -> Array:
    """Return the median absolute deviation along an axis, as a normal's standard deviation.

    Source: Rousseeuw and Croux, Alternatives to the median absolute deviation (JASA 1993).
    """
    return NORMAL * median(np.abs(values - median(values, axis, least)), axis, least)


def largest(*spreads: Array) -> Array:
    """Return the largest spread that is known, NaN where none is: the most doubtful rules."""
    found = spreads[0]
    for other in spreads[1:]:
        found = np.fmax(found, other)
    return np.asarray(found, float)


def counting_noise(before: Array, after: Array) -> Array:
    """Return the standard deviation that chance alone gives to the log ratio of two counts.

    Poisson counts, to first order: the root of 1/before + 1/after; infinite where one is 0.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.sqrt(1.0 / before + 1.0 / after), float)
