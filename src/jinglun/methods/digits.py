"""Whether the digits and repetitions of figures are those of a count, or of a hand that rounds."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_POWERS = np.arange(-9, 13).astype(float)
_FEW = 40

FEWEST = 50
"""Fewer figures than five a digit are not tested."""


@dataclass(frozen=True)
class LastDigits:
    """The last digits of many figures beside the even share that each should have.

    `counts` are of the digits 0 to 9; where zeros say nothing, the test is of the other nine.
    """

    figures: int
    unit: float
    counts: tuple[int, ...]
    chi_square: float
    p: float
    share: float
    even_share: float


def last_unit(values: Array, most: float = 0.9) -> int | None:
    """Return the power of ten in which figures were written down: 832.2 and 710 give -1.

    A few may be finer. None where the figures are no whole multiples of any, as computed ones.
    """
    known = np.abs(values[np.isfinite(values) & (values != 0)])
    if not len(known):
        return None
    # The first few rule most powers out, and are much sooner looked at than all.
    sample = _whole(known[:_FEW, None] / 10.0**_POWERS).mean(axis=0)
    for power in _POWERS[sample >= most - 0.2][::-1].tolist():
        if _whole(known / 10.0**power).mean() >= most:
            return int(power)
    return None


def _whole(scaled: Array) -> NDArray[np.bool_]:
    # What a float says beyond eleven digits was made by a computation, not written down.
    near = np.abs(scaled - np.round(scaled)) <= np.maximum(1e-11 * scaled, 1e-9)
    return np.asarray(near & (scaled > 0.5) & (scaled < 1e10), bool)


def last_digits(values: Array, least_units: float, *, counted: bool) -> LastDigits | None:
    """Return how often each last digit stands, by Pearson's chi-square.

    Only figures of `least_units` or more count, whose last digit has no reason to prefer any. Of
    what is `counted` one by one the shares of 0 and 5 are told; of the rest that of 5 among 1 to 9,
    since figures printed with one decimal less than others end in 0 without anybody's rounding.
    None where there is no unit or there are fewer than 50 figures, five a digit.
    Source: Preece, Distributions of final digits in data (The Statistician 1981).
    """
    power = last_unit(values)
    if power is None:
        return None
    scaled = np.abs(values[np.isfinite(values)]) / 10.0**power
    units = np.round(scaled[_whole(scaled) & (scaled >= least_units)])
    counts = np.bincount((units % 10).astype(int), minlength=10)
    zeros = counted and power == 0
    tried, preferred = (counts, counts[0] + counts[5]) if zeros else (counts[1:], counts[5])
    figures = int(tried.sum())
    if figures < FEWEST:
        return None
    even = figures / len(tried)
    chi = float(((tried - even) ** 2 / even).sum())
    return LastDigits(
        figures=figures,
        unit=10.0**power,
        counts=tuple(int(c) for c in counts),
        chi_square=chi,
        p=_nine_degrees(chi) if zeros else _eight_degrees(chi),
        share=float(preferred / figures),
        even_share=0.2 if zeros else 1 / 9,
    )


def _nine_degrees(chi_square: float) -> float:
    """Return the chance of so large a chi-square of nine degrees.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.4.4.
    """
    root = math.sqrt(chi_square)
    odd = root * (1 + chi_square / 3 + chi_square**2 / 15 + chi_square**3 / 105)
    density = math.exp(-chi_square / 2) * math.sqrt(2 / math.pi)
    return math.erfc(root / math.sqrt(2)) + density * odd


def _eight_degrees(chi_square: float) -> float:
    """Return the same of eight degrees; 26.4.5 there."""
    half = chi_square / 2
    return math.exp(-half) * (1 + half + half**2 / 2 + half**3 / 6)


def has_digits(values: Array, least: int) -> NDArray[np.bool_]:
    """Return which figures have so many significant digits or more, of 12 at most; 0 has none."""
    there = np.isfinite(values) & (values != 0)
    size = np.where(there, np.abs(values), 1.0)
    leading = np.floor(np.log10(size))
    digits = np.round(size / 10.0 ** (leading - 11))
    return np.asarray(there & (digits % 10.0 ** (13 - least) != 0), bool)
