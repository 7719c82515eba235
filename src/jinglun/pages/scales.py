"""Where ticks and bins fall: at multiples of 1, 2 or 5, for all numbers that can be drawn."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence


def nice_step(span: float, count: int) -> float:
    """Return the least of 1, 2, 5 x 10^n that cuts `span` (> 0) into no more than `count` parts."""
    raw = span / count
    power = math.floor(math.log10(raw))
    # 10.0 ** -3 is not the nearest double to 0.001, and ticks are read as decimals.
    steps = (float(f"{m}e{p}") for p in (power, power + 1) for m in (1, 2, 5))
    return next(step for step in steps if step >= raw * (1 - 1e-9))


def nice_ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Return multiples of a 1-2-5 step that reach from `low` or below to `high` or above."""
    low, high = opened(low, high)
    return _multiples(nice_step(high - low, count), low, high)


def nice_bins(values: Sequence[float], limit: int = 40) -> tuple[list[float], list[int]]:
    """Return edges of a 1-2-5 width and the count in each bin; the last holds its right edge too.

    `values` are finite and at least one. The square root of their number is the bins aimed at.
    """
    low, high = opened(min(values), max(values))
    # A step off the grid costs a bin at either end, hence three fewer than the limit.
    aim = max(5, min(limit - 3, math.isqrt(len(values))))
    step = nice_step(high - low, aim)
    edges = _multiples(step, low, high)
    while edges[0] > min(values):
        edges.insert(0, edges[0] - step)
    while edges[-1] < max(values):
        edges.append(edges[-1] + step)
    counts = [0] * (len(edges) - 1)
    for value in values:
        counts[min(bisect_right(edges, value), len(counts)) - 1] += 1
    return edges, counts


def _multiples(step: float, low: float, high: float) -> list[float]:
    """Return multiples of `step` as a reader would write them, 0.3 and not 0.30000000000000004."""
    digits = max(0, -math.floor(math.log10(step)))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(k * step, digits) for k in range(first, max(last, first + 1) + 1)]


def opened(low: float, high: float) -> tuple[float, float]:
    """Return the range, or a tenth to either side where all values are as good as one."""
    largest = max(abs(low), abs(high))
    # Below a billionth of the values, steps drown in the rounding of doubles.
    if high - low > max(1e-9 * largest, 1e-250):
        return low, high
    pad = 0.1 * largest if largest > 1e-240 else 1.0
    return low - pad, high + pad


def finite(value: float | None) -> float | None:
    """Return what can be drawn, None for the rest; the bound keeps a span from overflowing."""
    return float(value) if value is not None and abs(value) < 1e300 else None


def measured(values: Iterable[float | None]) -> list[float]:
    """Return the values that can be drawn, in the order given."""
    return [value for value in map(finite, values) if value is not None]


def within(value: float, low: float, high: float) -> float:
    """Return the value, or the bound that it lies beyond."""
    return max(low, min(high, value))
