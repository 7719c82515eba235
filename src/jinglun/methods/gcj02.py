"""Where a point of China's shifted map coordinates (GCJ-02, BD-09) lies in WGS 84, and back.

No official text of either shift is public. What circulates, and is written down here from its
mathematics, is the formula described under "Restrictions on geographic data in China" in
Wikipedia: a sum of sines in metres, turned into degrees on the Krasovsky 1940 ellipsoid, and for
BD-09 a second small turn and stretch. Published pairs of points agree with it to about a metre.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Degrees = NDArray[np.float64]
Pair = tuple[Degrees, Degrees]
_Turn = Callable[[Degrees, Degrees], Pair]

_AXIS_M, _ECCENTRICITY_2 = 6_378_245.0, 0.00669342162296594323
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_WAVE = np.pi * 3000 / 180
_CLOSE_DEGREES, _MOST_ROUNDS = 1e-10, 30


def from_wgs84(lon: ArrayLike, lat: ArrayLike, system: str) -> Pair:
    """Return WGS 84 longitudes and latitudes (degrees) in `system`, GCJ-02 or BD-09.

    Outside the rectangle 72.004-137.8347 E, 0.8293-55.8271 N nothing is shifted. Errors: a
    KeyError for another system.
    """
    return _where_shifted(lon, lat, _SHIFTS[system])


def to_wgs84(lon: ArrayLike, lat: ArrayLike, system: str) -> Pair:
    """Return longitudes and latitudes of `system` in WGS 84, to better than 1e-9 degrees.

    The shift changes so slowly from place to place that walking back by it, again and again,
    gains about two digits a round. Errors: a KeyError for another system.
    """
    shift = _SHIFTS[system]
    return _where_shifted(lon, lat, lambda x, y: _inverse(shift, x, y))


def _where_shifted(lon: ArrayLike, lat: ArrayLike, turn: _Turn) -> Pair:
    x, y = np.broadcast_arrays(np.asarray(lon, float), np.asarray(lat, float))
    x, y = x.copy(), y.copy()
    inside = (x >= _WEST) & (x <= _EAST) & (y >= _SOUTH) & (y <= _NORTH)
    x[inside], y[inside] = turn(x[inside], y[inside])
    return x, y


def _inverse(shift: _Turn, x: Degrees, y: Degrees) -> Pair:
    was_x, was_y = x.copy(), y.copy()
    for _ in range(_MOST_ROUNDS):
        at_x, at_y = shift(was_x, was_y)
        off_x, off_y = at_x - x, at_y - y
        was_x, was_y = was_x - off_x, was_y - off_y
        if max(np.abs(off_x).max(initial=0), np.abs(off_y).max(initial=0)) < _CLOSE_DEGREES:
            break
    return was_x, was_y


def _gcj(lon: Degrees, lat: Degrees) -> Pair:
    """Shift WGS 84 to GCJ-02: metres of sines about 105 E, 35 N, as degrees of the ellipsoid."""
    x, y = lon - 105.0, lat - 35.0
    ripple = (20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)) * 2 / 3
    root = np.sqrt(np.abs(x))
    east = 300 + x + 2 * y + 0.1 * x**2 + 0.1 * x * y + 0.1 * root + ripple
    east += _waves(x, (20, 1), (40, 3)) + _waves(x, (150, 12), (300, 30))
    north = -100 + 2 * x + 3 * y + 0.2 * y**2 + 0.1 * x * y + 0.2 * root + ripple
    north += _waves(y, (20, 1), (40, 3)) + _waves(y, (160, 12), (320, 30))
    phi = np.radians(lat)
    flat = 1 - _ECCENTRICITY_2 * np.sin(phi) ** 2
    meridian_m = _AXIS_M * (1 - _ECCENTRICITY_2) / flat**1.5
    parallel_m = _AXIS_M / np.sqrt(flat) * np.cos(phi)
    return lon + np.degrees(east / parallel_m), lat + np.degrees(north / meridian_m)


def _waves(along: Degrees, *waves: tuple[float, float]) -> Degrees:
    """Return two thirds of the sines of `along`: each an amplitude, and half a wave in degrees."""
    total = np.zeros_like(along)
    for amplitude, half in waves:
        total += amplitude * np.sin(along * np.pi / half)
    return total * 2 / 3


def _baidu(lon: Degrees, lat: Degrees) -> Pair:
    """Shift GCJ-02 to BD-09: a little further from the origin, a little turned about it."""
    far = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _WAVE)
    turned = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _WAVE)
    return far * np.cos(turned) + 0.0065, far * np.sin(turned) + 0.006


def _gcj_baidu(lon: Degrees, lat: Degrees) -> Pair:
    return _baidu(*_gcj(lon, lat))


_SHIFTS: dict[str, _Turn] = {"GCJ-02": _gcj, "BD-09": _gcj_baidu}
