"""Where chance comes from: one stream of random numbers for each thing drawn, by its name."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from jinglun.model.arrays import Array

Ints = NDArray[np.int64]


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """Return the stream of one thing: what else is drawn, and in which order, does not move it."""
    # crc32, not hash(): Python salts its own hash anew in every process.
    words = [zlib.crc32(str(name).encode()) for name in names]
    return np.random.default_rng([seed, *words])


def apportion(total: int, weights: Iterable[float] | Array) -> Ints:
    """Cut a whole into whole parts by weight that add up to it exactly (largest remainders).

    Errors: ValueError when no weight is above zero and there is something to cut.
    """
    weight = np.asarray(weights, float)
    whole = weight.sum()
    if total == 0:
        return np.zeros(len(weight), np.int64)
    if not whole > 0:
        raise ValueError("nothing to apportion by: no weight is above zero")
    exact = total * (weight / whole)
    parts: Ints = np.floor(exact).astype(np.int64)
    left = total - int(parts.sum())
    # Stable, so that equal remainders go by position and not by the machine.
    first = np.argsort(parts - exact, kind="stable")[:left]
    parts[first] += 1
    return parts


def normal_quantile(share: Array) -> Array:
    """Return where a standard normal variable stands at each share, kept off the two ends."""
    inverse = NormalDist().inv_cdf
    flat = np.clip(np.asarray(share, float), 1e-4, 1 - 1e-4).ravel()
    return np.array([inverse(float(p)) for p in flat]).reshape(np.shape(share))
