"""What several scores of one unit are worth together, and how much a low one may be made up for.

Step 6 of the OECD/JRC Handbook (2008). Scores are [..., units, n], weights [n] or [..., n] for
draws, not negative. What is missing is left out and the other weights keep their proportions;
where too little is measured, or nothing with a weight, the result is NaN.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from jinglun.methods.faults import Fault, Refused

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

# A score of 0 would make every product 0 and every reciprocal endless: it counts as 1 of 100.
FLOOR = 1.0
# Sums of weights that should be equal differ in their last bits.
TIE = 1e-9


def arithmetic(scores: Array, weights: Array) -> Array:
    """Return the weighted arithmetic mean: a point lost here is made up by a point there."""
    return _mean(np.asarray(scores, float), _weights(weights, scores))


def signed_mean(scores: Array, weights: Array) -> Array:
    """Return the arithmetic mean with weights that may be negative, as first loadings may be.

    NaN where the weights of what is measured do not add up to more than 0.
    """
    return _mean(np.asarray(scores, float), np.asarray(weights, float))


def geometric(scores: Array, weights: Array, floor: float = FLOOR) -> Array:
    """Return the weighted geometric mean: the lower a score, the dearer it is to make up for.

    Scores under `floor` count as `floor`; negative scores raise `Refused`.
    """
    raised = _raised(scores, floor, "geometric")
    return np.asarray(np.exp(_mean(np.log(raised), _weights(weights, scores))))


def harmonic(scores: Array, weights: Array, floor: float = FLOOR) -> Array:
    """Return the weighted harmonic mean, the least forgiving of the three; `floor` as above."""
    raised = _raised(scores, floor, "harmonic")
    with np.errstate(divide="ignore"):
        return np.asarray(1.0 / _mean(1.0 / raised, _weights(weights, scores)))


def median(scores: Array, weights: Array) -> Array:
    """Return the weighted median: half of the weight lies at or below it, half at or above.

    Where two neighbouring scores both qualify it is the point half way between them.
    """
    scores = np.asarray(scores, float)
    known = np.where(np.isnan(scores), 0.0, _weights(weights, scores)[..., None, :])
    scores = np.broadcast_to(scores, known.shape)
    order = np.argsort(scores, axis=-1, kind="stable")
    ranked = np.take_along_axis(scores, order, axis=-1)
    summed = np.take_along_axis(known, order, axis=-1).cumsum(axis=-1)
    half = summed[..., -1:] / 2
    low = np.argmax(summed >= half * (1 - TIE), axis=-1)[..., None]
    high = np.argmax(summed > half * (1 + TIE), axis=-1)[..., None]
    below, above = (np.take_along_axis(ranked, at, axis=-1)[..., 0] for at in (low, high))
    return np.where(half[..., 0] > 0, below + (above - below) / 2, np.nan)


def outranking(scores: Array, weights: Array) -> Array:
    """Return for each pair of units the share of weight on which the first beats the second.

    [..., units, units]; what ties counts half for each, what either lacks is left out, and a pair
    with nothing in common is even at 0.5, as is a unit with itself.
    """
    net, common = _net(np.asarray(scores, float), _weights(weights, scores))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(common > 0, (1 + net / common) / 2, 0.5)


def copeland(scores: Array, weights: Array) -> Array:
    """Return units beaten minus units lost to, pair by pair: only the order of scores matters.

    A pair is won with more than half of the weight (Copeland; the outranking matrix of COINr), so
    nothing makes up for anything. NaN for a unit of which nothing is measured.
    """
    scores = np.asarray(scores, float)
    net, common = _net(scores, _weights(weights, scores))
    points = np.where(np.abs(net) > TIE * common, np.sign(net), 0.0).sum(axis=-1)
    measured = (~np.isnan(scores) & (_weights(weights, scores)[..., None, :] > 0)).any(axis=-1)
    return np.where(measured, points, np.nan)


AGGREGATIONS: dict[str, Callable[[Array, Array], Array]] = {
    "arithmetic": arithmetic,
    "geometric": geometric,
    "harmonic": harmonic,
    "median": median,
    "copeland": copeland,
}


def aggregate(
    rule: str, scores: Array, weights: Array, least: float = 0.0, floor: float = FLOOR
) -> Array:
    """Return the scores together by the named rule, NaN where under `least` of them is measured.

    `least` is a share of their number, 0-1, whatever their weights (COINr's `dat_thresh`).
    """
    scores = np.asarray(scores, float)
    if rule == "geometric":
        together = geometric(scores, weights, floor)
    elif rule == "harmonic":
        together = harmonic(scores, weights, floor)
    else:
        together = AGGREGATIONS[rule](scores, weights)
    if least <= 0:
        return together
    share = 1.0 - np.isnan(scores).mean(axis=-1)
    return np.where(share >= least - TIE, together, np.nan)


def _weights(weights: Array, scores: Array) -> Array:
    """The weights, one for each score; negative ones are refused."""
    given = np.asarray(weights, float)
    if (given < 0).any():
        raise Refused([Fault("negative_weight", found=f"{given.min():g}")])
    return np.broadcast_to(given, (*given.shape[:-1], np.shape(scores)[-1]))


def _mean(scores: Array, weights: Array) -> Array:
    """The weighted mean along the last axis of what is measured."""
    gaps = np.isnan(scores)
    with np.errstate(divide="ignore", invalid="ignore"):
        if not gaps.any():
            total = (scores @ weights[..., None])[..., 0]
            return np.asarray(total / weights.sum(axis=-1)[..., None], float)
        some = ((~gaps).astype(float) @ weights[..., None])[..., 0]
        total = (np.where(gaps, 0.0, scores) @ weights[..., None])[..., 0]
        return np.where(some > 0, total / some, np.nan)


def _raised(scores: Array, floor: float, rule: str) -> Array:
    """The scores with none under the floor; negative ones are refused."""
    scores = np.asarray(scores, float)
    if (scores < 0).any():
        raise Refused([Fault("negative_score", rule, f"{np.nanmin(scores):g}")])
    return np.maximum(scores, floor)


def _net(scores: Array, weights: Array) -> tuple[Array, Array]:
    """For every pair, the weight won less the weight lost, and the weight both have."""
    shape = np.broadcast_shapes(scores.shape[:-2], weights.shape[:-1])
    units = scores.shape[-2]
    net, common = (np.zeros((*shape, units, units)) for _ in range(2))
    for k in range(scores.shape[-1]):
        column, weight = scores[..., k], weights[..., k, None, None]
        ahead = np.sign(column[..., :, None] - column[..., None, :])
        both = ~np.isnan(ahead)
        net += weight * np.where(both, ahead, 0.0)
        common += weight * both
    return net, common
