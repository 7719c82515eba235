"""What a whole is, given its parts: sums, and means weighted by a base."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def total(parts: Array) -> Array:
    """Return the sum over axis 0, NaN wherever a part is missing (a gap is not a zero)."""
    return np.asarray(parts.sum(axis=0), float)


def weighted_mean(parts: Array, base: Array) -> Array:
    """Return the mean over axis 0 weighted by `base` of the same shape.

    NaN where a part with a positive base is missing, where a base is missing, or the bases add up
    to 0. A part whose base is 0 does not count, measured or not.
    """
    empty = base == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        products = np.where(empty, 0.0, parts * base)
        return np.asarray(products.sum(axis=0) / base.sum(axis=0), float)
