"""Which assumption moves a result: variance-based first-order and total indices by group.

Two independent samples A and B of all groups; AB_g is A with group g taken from B. First order
after Saltelli et al. (2010), table 2 (b); total after Jansen (1999), table 2 (f) of the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Indices:
    """First-order and total index by group, each with its bootstrap standard error, [groups]."""

    first: Array
    first_error: Array
    total: Array
    total_error: Array


def indices(a: Array, b: Array, ab: Array, rng: np.random.Generator, boots: int = 200) -> Indices:
    """Return the indices of one output: a, b [n] and ab [groups, n].

    NaN where the output never varies. Small negative estimates are left as they come: they say
    how large the error of the estimate is.
    """
    first, total = _estimates(a, b, ab)
    n = len(a)
    rows = rng.integers(0, n, (boots, n))
    again = [_estimates(a[r], b[r], ab[:, r]) for r in rows]
    spread = [np.std(np.array(part), axis=0, ddof=1) for part in zip(*again, strict=True)]
    return Indices(first, spread[0], total, spread[1])


def _estimates(a: Array, b: Array, ab: Array) -> tuple[Array, Array]:
    # Differences alone count, and taking the mean off first makes the product estimator steadier.
    both = np.concatenate([a, b])
    mean, variance = both.mean(), both.var()
    if not variance > 1e-18 * max(1.0, mean * mean):
        nothing = np.full(len(ab), np.nan)
        return nothing, nothing.copy()
    first = ((b - mean) * (ab - a)).mean(axis=1) / variance
    total = 0.5 * ((a - ab) ** 2).mean(axis=1) / variance
    return first, total
