"""Which coordinate system a word means: an EPSG code, or one of China's two shifted systems."""

from __future__ import annotations

import re

WGS84 = "EPSG:4326"
SHIFTED = ("GCJ-02", "BD-09")
"""Degrees that a Chinese map service has moved by some hundred metres; no EPSG code names them."""

_HOUSE = r"(?:urn:(?:x-)?ogc:def:crs:|https?://www\.opengis\.net/def/crs/)?"
_EPSG = re.compile(_HOUSE + r"epsg[:/ ]?(?:[\d.]*[:/])?(\d{1,7})")
_CRS84 = re.compile(_HOUSE + r"ogc[:/](?:[\d.]*[:/])?crs84")
_NAMES = {
    "WGS84": WGS84,
    "CRS84": WGS84,
    "CGCS2000": "EPSG:4490",
    "GCJ02": "GCJ-02",
    "BD09": "BD-09",
    "BD09LL": "BD-09",
}


def crs_of(word: str) -> str | None:
    """Return `EPSG:n`, `GCJ-02` or `BD-09` for what names one of them, however it is written."""
    lower = word.strip().lower()
    if _CRS84.fullmatch(lower):
        return WGS84
    code = _EPSG.fullmatch(lower)
    if code:
        return f"EPSG:{int(code[1])}"
    return _NAMES.get(re.sub(r"[\s_-]", "", word).upper())
