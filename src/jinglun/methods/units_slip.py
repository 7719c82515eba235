"""Whether a number is off by a power of ten, as a figure read in the wrong unit is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

NEAREST, FARTHEST = 0.1, 0.3
"""How near to a whole power a residual must lie, in powers of ten: always, and at the most."""

GREATEST = 12
"""From a trillionth to the unit; what is farther off than that was no slip of units."""


def power_of_ten(residual: Array, spread: Array, widest: float) -> NDArray[np.int64]:
    """Return the power of ten by which each number is off, 0 where none can be told.

    `residual` is the log10 of a number over what was expected and `spread` that of its fellows'
    residuals. Where they spread over `widest`, or the residual is not within three spreads of a
    whole power, it is no slip of units. At 0.3 powers lie within three spreads of each other.
    """
    nearest = np.round(np.where(np.isfinite(residual), residual, 0.0))
    reach = np.clip(3.0 * spread, NEAREST, FARTHEST)
    with np.errstate(invalid="ignore"):
        slipped = (spread <= widest) & (np.abs(residual - nearest) <= reach)
    slipped &= np.abs(nearest) <= GREATEST
    return np.where(slipped, nearest, 0).astype(np.int64)


def log10(values: Array) -> Array:
    """Return the log10 of what is above zero, NaN elsewhere."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(values > 0, np.log10(values), np.nan), float)
