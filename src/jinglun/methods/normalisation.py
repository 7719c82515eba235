"""How values of different units become scores that may be averaged.

Step 5 of the OECD/JRC Handbook (2008). Values are [..., units, indicators]; `direction` is 1 where
more is better and -1 where less is, one for each indicator. NaN stays NaN. An indicator that has
the same value everywhere, or one unit alone, tells nobody apart: min-max and z-scores are NaN.
Goalposts, which need no other unit, are in `scoring.goalposts`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

RULES = (
    *("goalposts", "min_max", "z_score", "rank", "percentile_rank", "borda"),
    *("target_share", "target_distance"),
)


def min_max(
    values: Array, direction: ArrayLike = 1, low: float = 0.0, high: float = 100.0
) -> Array:
    """Return scores from `low` for the worst unit to `high` for the best."""
    directed = _directed(values, direction)
    worst = np.fmin.reduce(directed, axis=-2, keepdims=True)
    spread = np.fmax.reduce(directed, axis=-2, keepdims=True) - worst
    directed -= worst
    with np.errstate(divide="ignore", invalid="ignore"):
        directed *= np.where(spread > 0, (high - low) / spread, np.nan)
    directed += low
    # The best unit is `high` exactly, whatever the last bit of the division.
    return np.minimum(directed, high, out=directed)


def z_score(
    values: Array, direction: ArrayLike = 1, mean: float = 0.0, deviation: float = 1.0
) -> Array:
    """Return scores of this mean and standard deviation (of a sample, n - 1)."""
    directed = _directed(values, direction)
    gaps = np.isnan(directed)
    count = directed.shape[-2] - gaps.sum(axis=-2, keepdims=True)
    highest = np.fmax.reduce(directed, axis=-2, keepdims=True)
    flat = highest == np.fmin.reduce(directed, axis=-2, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        directed -= np.where(gaps, 0.0, directed).sum(axis=-2, keepdims=True) / count
        squares = np.where(gaps, 0.0, directed * directed).sum(axis=-2, keepdims=True)
        directed *= np.where(flat, np.nan, deviation / np.sqrt(squares / (count - 1)))
    directed += mean
    return directed


def rank(values: Array, direction: ArrayLike = 1) -> Array:
    """Return ranks from 1 for the worst unit; units that tie share the lowest rank ("sport").

    With the direction turned round, 1 is the best unit: so places in a table are counted.
    """
    directed = _directed(values, direction)
    order = np.argsort(directed, axis=-2, kind="stable")
    ranked = np.take_along_axis(directed, order, axis=-2)
    place = np.arange(1.0, directed.shape[-2] + 1)[:, None]
    first = np.ones(ranked.shape, bool)
    first[..., 1:, :] = ranked[..., 1:, :] != ranked[..., :-1, :]
    shared = np.maximum.accumulate(np.where(first, place, 0.0), axis=-2)
    ranks = np.empty_like(directed)
    np.put_along_axis(ranks, order, shared, axis=-2)
    return np.where(np.isnan(directed), np.nan, ranks)


def percentile_rank(values: Array, direction: ArrayLike = 1) -> Array:
    """Return 100 * (rank - 1) / (n - 1): the share of the others that are worse, 0-100.

    One unit alone has no others: NaN. All the same: nobody is worse, 0 for all.
    """
    ranks = rank(values, direction)
    others = (~np.isnan(ranks)).sum(axis=-2, keepdims=True) - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(others > 0, 100.0 * (ranks - 1) / others, np.nan))


def borda(values: Array, direction: ArrayLike = 1) -> Array:
    """Return Borda points: how many units are worse."""
    return rank(values, direction) - 1.0


def target_share(values: Array, target: ArrayLike, direction: ArrayLike = 1) -> Array:
    """Return 100 * value / target, 0-100: the Handbook's distance to a reference, capped.

    Where less is better it is 100 * target / value. NaN without a target and where a share has no
    meaning: a target not above 0 where more is better, one under 0 where less is.
    """
    values, goal = np.asarray(values, float), np.asarray(target, float)
    upward = np.broadcast_to(direction, values.shape[-1:]) > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(upward, values / goal, np.where(values <= goal, 1.0, goal / values))
    said = np.where(upward, goal > 0, goal >= 0) & ~np.isnan(values)
    return np.clip(np.where(said, 100.0 * share, np.nan), 0.0, 100.0)


def target_distance(
    values: Array, target: ArrayLike, direction: ArrayLike = 1, capped: bool = True
) -> Array:
    """Return the way made from the worst unit to the target, 100 at the target (`n_dist2targ`).

    COINr's formula times 100. Beyond the target it is 100, unless not `capped`. NaN where the
    target is no better than the worst unit: the way has no length.
    """
    directed = _directed(values, direction)
    worst = np.fmin.reduce(directed, axis=-2, keepdims=True)
    way = np.asarray(target, float) * np.asarray(direction, float) - worst
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(way > 0, 100.0 * (directed - worst) / way, np.nan)
    return np.minimum(share, 100.0) if capped else share


def _directed(values: Array, direction: ArrayLike) -> Array:
    """A fresh copy in which more is better."""
    turned: Array = np.multiply(np.asarray(values, float), np.asarray(direction, float))
    return turned
