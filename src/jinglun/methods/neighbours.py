"""Which others are most like one: distances over standardised features, some of them missing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def standardised(features: Array) -> Array:
    """Return each row of features [feature, unit] as z-scores: less its mean, over its deviation.

    NaN stays NaN. A feature that does not vary, or is known of fewer than two units, tells no two
    units apart and is NaN throughout.
    """
    known = ~np.isnan(features)
    count = known.sum(axis=1, keepdims=True)
    # Far larger values than a float's square can hold would make the deviation infinite.
    largest = np.where(known, np.abs(features), 0.0).max(axis=1, initial=0.0)[:, np.newaxis]
    scaled = features / np.where(largest > 0, largest, 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, scaled, 0.0).sum(axis=1, keepdims=True) / count
        spread = np.where(known, (scaled - mean) ** 2, 0.0).sum(axis=1, keepdims=True)
        deviation = np.sqrt(spread / (count - 1))
        # Below this a difference is the rounding of doubles, not a difference.
        varies = (count > 1) & (deviation > 1e-12)
        return np.where(varies, (scaled - mean) / deviation, np.nan)


def profile_distances(features: Array, of: int, least: float = 0.5) -> Array:
    """Return how far every unit is from unit `of`: the root mean square of their differences in z.

    Shapes: features [feature, unit]; the distances [unit]. A mean over the features that both have,
    so that a gap is no distance (as in Gower, Biometrics 27, 1971); NaN where they share less than
    the share `least` of the features that unit `of` has, and everywhere where it has none.
    """
    z = standardised(features)
    both = ~np.isnan(z) & ~np.isnan(z[:, [of]])
    shared = both.sum(axis=0)
    squares = np.where(both, (z - z[:, [of]]) ** 2, 0.0).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        distance = np.sqrt(squares / shared)
    enough = (shared > 0) & (shared >= least * shared[of])
    return np.where(enough, distance, np.nan)
