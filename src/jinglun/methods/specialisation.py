"""What a place does more of than others: its shares, Nelson's degrees, location quotients."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DEGREES = 3


def shares(counts: Array) -> Array:
    """Return each part over the sum of its row; NaN where the row sums to nothing.

    `counts` is [place, activity] of persons, none of them negative.
    """
    total = counts.sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, counts / total, np.nan)


def nelson_degrees(parts: Array) -> NDArray[np.int64]:
    """Return how many standard deviations, 0 to 3, each share lies above the mean of all places.

    `parts` is [place, activity]; a share at mean + k standard deviations reaches degree k. The
    places are all there are, so the deviation is theirs and not an estimate for others; where all
    shares are alike nobody is specialised. Source: H. J. Nelson (1955), A Service Classification
    of American Cities, Economic Geography 31(3).
    """
    mean, deviation = parts.mean(axis=0), parts.std(axis=0)
    steps = np.arange(1, DEGREES + 1)[:, None]
    lines = mean + steps * deviation
    # A mean of like shares is off by a few ulps, and so is a share that stands on the line.
    slack = 1e-12
    reached = parts[:, None, :] >= lines - slack
    degrees: NDArray[np.int64] = np.where(deviation > slack, reached.sum(axis=1), 0)
    return degrees


def location_quotients(counts: Array, whole: Array) -> Array:
    """Return each place's share of an activity over the activity's share in the whole.

    `counts` is [place, activity], `whole` [activity]: (e_ik / e_i) / (E_k / E); NaN where the
    whole has none of the activity.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        quotients: Array = shares(counts) / shares(whole[None, :])
    return np.where(np.isfinite(quotients), quotients, np.nan)
