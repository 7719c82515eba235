"""China's shifted coordinates are taken back to WGS 84 and forth without loss."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinglun.methods.gcj02 import from_wgs84, to_wgs84

SYSTEMS = ("GCJ-02", "BD-09")
CHINA = st.tuples(st.floats(73.5, 135.1), st.floats(3.8, 53.6))

# Centres of mainland cities, WGS 84 longitude and latitude to two decimals, from any atlas.
CITIES = {
    "北京": (116.39, 39.91),
    "上海": (121.47, 31.23),
    "广州": (113.26, 23.13),
    "深圳": (114.06, 22.54),
    "成都": (104.07, 30.67),
    "武汉": (114.30, 30.59),
    "西安": (108.94, 34.34),
    "哈尔滨": (126.53, 45.80),
    "乌鲁木齐": (87.62, 43.83),
    "拉萨": (91.12, 29.65),
    "昆明": (102.83, 24.88),
    "三亚": (109.51, 18.25),
}

# The pairs that rival programs publish. First, the tests of wandergis/coordtransform (test/app.js,
# JavaScript): WGS 84 to GCJ-02, of the same formula. Then cities kept by hujiulong/gcoord
# (test/fixtures/china-cities.json) to 7 decimals, which gcoord itself meets to 4.
FORMULA = ((116.404, 39.915), (116.41024449916938, 39.91640428150164))
PLACES = {
    "驻马店": ((114.0164322, 33.0133556), (114.022306, 33.0115324), (114.0287781, 33.0176697)),
    "邵阳": ((111.4622119, 27.242124), (111.4677938, 27.2388981), (111.4742271, 27.2451662)),
    "那曲": ((92.0499619, 31.4784436), (92.0512438, 31.4762063), (92.0576832, 31.4824421)),
    "沈阳": ((123.4253306, 41.8032629), (123.4314787, 41.8057023), (123.438095, 41.8114013)),
}
METRE = 1e-5
"""A degree of latitude is some 111 km."""


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """The great-circle distance on a sphere of 6371 km."""
    lon_a, lat_a, lon_b, lat_b = np.radians([*a, *b])
    half = np.sin((lat_b - lat_a) / 2) ** 2
    half += np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    return float(2 * 6_371_000 * np.arcsin(np.sqrt(half)))


def test_the_formula_gives_the_point_that_another_program_publishes() -> None:
    wgs, gcj = FORMULA
    assert np.allclose(from_wgs84(*wgs, "GCJ-02"), gcj, rtol=0, atol=1e-13)
    assert np.allclose(to_wgs84(*gcj, "GCJ-02"), wgs, rtol=0, atol=1e-9)


@pytest.mark.parametrize("city", PLACES)
def test_published_points_agree_to_a_metre_both_ways(city: str) -> None:
    wgs, gcj, bd = PLACES[city]
    for system, shifted in (("GCJ-02", gcj), ("BD-09", bd)):
        assert np.allclose(from_wgs84(*wgs, system), shifted, rtol=0, atol=METRE)
        assert np.allclose(to_wgs84(*shifted, system), wgs, rtol=0, atol=METRE)


@pytest.mark.parametrize("system", SYSTEMS)
@given(point=CHINA)
def test_there_and_back_is_the_same_point_everywhere_in_china(
    system: str, point: tuple[float, float]
) -> None:
    back = to_wgs84(*from_wgs84(*point, system), system)
    assert np.abs(np.subtract(back, point)).max() < 1e-9


@pytest.mark.parametrize("system", SYSTEMS)
@given(point=CHINA)
def test_back_and_there_is_the_same_point_everywhere_in_china(
    system: str, point: tuple[float, float]
) -> None:
    again = from_wgs84(*to_wgs84(*point, system), system)
    assert np.abs(np.subtract(again, point)).max() < 1e-9


@pytest.mark.parametrize("city", CITIES)
def test_the_shift_of_a_city_is_too_large_to_overlook_and_too_small_to_see(city: str) -> None:
    lon, lat = from_wgs84(*CITIES[city], "GCJ-02")
    assert 100 < metres(CITIES[city], (float(lon), float(lat))) < 1000


@pytest.mark.parametrize("city", CITIES)
def test_baidu_shifts_gcj_02_once_more_by_over_half_a_kilometre(city: str) -> None:
    gcj, baidu = (from_wgs84(*CITIES[city], system) for system in SYSTEMS)
    between = metres((float(gcj[0]), float(gcj[1])), (float(baidu[0]), float(baidu[1])))
    assert 500 < between < 1500


# South Bend, Casablanca, Sydney, Tokyo: outside the rectangle in which the formula shifts.
@pytest.mark.parametrize("system", SYSTEMS)
def test_outside_china_nothing_moves(system: str) -> None:
    lon, lat = np.array([-86.25, -7.6, 151.2, 139.7]), np.array([41.68, 33.57, -33.9, 35.7])
    for turn in (from_wgs84, to_wgs84):
        moved = turn(lon, lat, system)
        assert np.array_equal(moved, (lon, lat))


def test_arrays_keep_their_shape_and_what_is_no_number_stays_so() -> None:
    lon, lat = np.full((2, 3), 116.4), np.full((2, 3), 39.9)
    lon[0, 0] = np.nan
    moved_lon, moved_lat = to_wgs84(lon, lat, "GCJ-02")
    assert moved_lon.shape == moved_lat.shape == (2, 3)
    assert np.isnan(moved_lon[0, 0]) and np.isfinite(moved_lon.ravel()[1:]).all()
    assert lon[1, 1] == 116.4, "what was given is not changed"


def test_another_system_is_no_system_here() -> None:
    with pytest.raises(KeyError):
        to_wgs84(116.4, 39.9, "EPSG:4326")
