"""A coordinate system is known by every usual way of writing it, and by no other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinglun.model.crs import SHIFTED, WGS84, crs_of

# The forms of OGC 09-048 (URN and address), of RFC 7946 and of those who type.
WRITTEN = {
    "EPSG:4490": "EPSG:4490",
    "epsg:4490": "EPSG:4490",
    " EPSG: 4490": None,
    "EPSG 4490": "EPSG:4490",
    "urn:ogc:def:crs:EPSG::4490": "EPSG:4490",
    "urn:ogc:def:crs:EPSG:6.9:4326": WGS84,
    "http://www.opengis.net/def/crs/EPSG/0/3857": "EPSG:3857",
    "urn:ogc:def:crs:OGC:1.3:CRS84": WGS84,
    "OGC:CRS84": WGS84,
    "http://www.opengis.net/def/crs/OGC/1.3/CRS84": WGS84,
    "WGS 84": WGS84,
    "wgs84": WGS84,
    "CGCS2000": "EPSG:4490",
    "GCJ-02": "GCJ-02",
    "gcj02": "GCJ-02",
    "BD-09": "BD-09",
    "bd09ll": "BD-09",
    "EPSG:4326+5773": None,
    "EPSG:": None,
    "EPSG:99999999": None,
    "4326": None,
    "foo": None,
    "": None,
    "+proj=merc": None,
    "http://example.org/EPSG/0/4326": None,
}


@pytest.mark.parametrize("word", WRITTEN)
def test_a_system_is_known_by_the_usual_ways_of_writing_it(word: str) -> None:
    assert crs_of(word) == WRITTEN[word]


@given(word=st.text())
def test_whatever_is_known_is_a_code_or_a_shifted_system(word: str) -> None:
    found = crs_of(word)
    assert found is None or found in SHIFTED or found.startswith("EPSG:")


@given(code=st.integers(0, 9_999_999))
def test_what_is_known_is_known_again(code: int) -> None:
    assert crs_of(f"EPSG:{code}") == f"EPSG:{code}" == crs_of(crs_of(f"epsg::{code}") or "")
