"""Whether a short series rises or falls by more than chance, and by how much a step of time."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EXACT = 30
"""Up to so many values Kendall's distribution is counted out; beyond, it is normal enough."""


def theil_sen(times: Array, values: Array) -> float:
    """Return the median of the slopes of all pairs of points; NaN with fewer than two times.

    Source: Sen, Journal of the American Statistical Association 63 (1968). One wrong value in four
    cannot turn it, where least squares give in to the first.
    """
    slopes = [
        (float(values[j]) - float(values[i])) / (float(times[j]) - float(times[i]))
        for i, j in combinations(range(len(values)), 2)
        if times[i] != times[j]
    ]
    return float(np.median(slopes)) if slopes else math.nan


def kendall_score(values: Array) -> int:
    """Return Mann's S of values in the order of time: pairs that rise less pairs that fall."""
    differences = np.sign(np.asarray(values)[np.newaxis, :] - np.asarray(values)[:, np.newaxis])
    return int(np.triu(differences, 1).sum())


def mann_kendall(values: Array) -> float:
    """Return the two-sided p-value of no trend, for values in the order of time.

    The chance that values shuffled at random rise or fall together at least as much as these: from
    the exact distribution, equal values included, up to `EXACT` values, from the normal with its
    correction for continuity beyond. Fewer than two values give 1. Sources: Mann, Econometrica 13
    (1945); Kendall, Rank Correlation Methods (1975).
    """
    score, ties = abs(kendall_score(values)), sorted(Counter(np.asarray(values).tolist()).values())
    if score == 0:
        return 1.0
    return _exact(score, ties) if len(values) <= EXACT else _normal(score, ties)


def least_p(count: int) -> float:
    """Return the least p-value that `count` values without ties can have: 2 / count!."""
    return min(1.0, 2.0 / math.factorial(count))


def _exact(score: int, ties: Sequence[int]) -> float:
    """Return the share of orderings whose |S| is at least `score`; S is pairs less 2 inversions."""
    ways = inversions(ties)
    most = len(ways) - 1
    extreme = sum(w for k, w in enumerate(ways) if abs(most - 2 * k) >= score)
    return extreme / sum(ways)


def inversions(ties: Sequence[int]) -> list[int]:
    """Return how many orderings of a multiset have 0, 1, 2 ... inversions.

    `ties` says how often each value occurs. The counts are the coefficients of the Gaussian
    multinomial [n]! / ([t1]! [t2]! ...); source: MacMahon, Combinatory Analysis (1915).
    """
    ways, placed = [1], 0
    for size in ties:
        # Adding the next group multiplies by the Gaussian binomial (placed + size over size).
        for k in range(1, size + 1):
            ways = _over(_times(ways, placed + k), k)
        placed += size
    return ways


def _times(ways: list[int], length: int) -> list[int]:
    """Multiply by 1 + q + ... + q^(length - 1)."""
    made = [0] * (len(ways) + length - 1)
    for k, way in enumerate(ways):
        for step in range(length):
            made[k + step] += way
    return made


def _over(ways: list[int], length: int) -> list[int]:
    """Divide by 1 + q + ... + q^(length - 1), which leaves nothing over here."""
    made: list[int] = []
    for k in range(len(ways) - length + 1):
        made.append(ways[k] - sum(made[max(0, k - length + 1) : k]))
    return made


def _normal(score: int, ties: Sequence[int]) -> float:
    count = sum(ties)

    def weight(n: int) -> int:
        return n * (n - 1) * (2 * n + 5)

    variance = (weight(count) - sum(weight(t) for t in ties)) / 18.0
    return math.erfc((score - 1) / math.sqrt(2.0 * variance))
