"""Shapes become those of the city's places, or are set aside with a reason; none is just lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jinglun.loop.sense import Sensed
from jinglun.loop.shapes import unsaid
from jinglun.methods.gcj02 import from_wgs84
from jinglun.model.city import City, ColumnMap, Point, Source

Write = Callable[..., Path]
Sense = Callable[[Path], Sensed]

SQUARE = [(114.0, 22.5), (114.1, 22.5), (114.1, 22.6), (114.0, 22.6), (114.0, 22.5)]
BOW = [(114.0, 22.5), (114.1, 22.6), (114.1, 22.5), (114.0, 22.6), (114.0, 22.5)]
SOURCE = '[[source]]\nid = "{id}"\npath = "{id}.json"\nholds = "geometry"\nfeed = "geojson"\nSAID'
COUNTRY = ('country = "CN"', 'country = "MA"')


def source(ident: str = "g", **said: Any) -> str:
    keys = {"place": "id", "crs": "EPSG:4490", **said}
    lines = [f"{key} = {json.dumps(value)}\n" for key, value in keys.items() if value is not None]
    return SOURCE.format(id=ident) + "".join(lines)


def geojson(*shapes: tuple[Any, Sequence[tuple[float, float]]]) -> str:
    return json.dumps(
        {
            "features": [
                {"properties": {"id": i}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
                for i, ring in shapes
            ]
        }
    )


def rejects(sensed: Sensed) -> list[tuple[str, str, str]]:
    r = sensed.rejects
    return list(zip(r.locator, r.value, r.reason, strict=True))


def counts(sensed: Sensed, ident: str = "g") -> tuple[int, int, int]:
    found = next(i for i in sensed.inputs if i["source"] == ident)
    return found["rows_read"], found["rows_used"], found["rows_rejected"]


def told(sensed: Sensed) -> list[tuple[str, str]]:
    return [(p.code, p.place) for p in sensed.problems]


def test_two_features_of_one_place_are_its_two_parts(write_city: Write, sense_city: Sense) -> None:
    other = [(x + 1, y) for x, y in SQUARE]
    sensed = sense_city(write_city(source(), g__json=geojson(("n", SQUARE), ("n", other))))
    assert sensed.places.shapes == {"n": [[SQUARE], [other]]}
    assert counts(sensed) == (2, 2, 0)


def test_a_shape_of_no_known_place_is_set_aside_by_file_and_feature(
    write_city: Write, sense_city: Sense
) -> None:
    shapes = geojson(("n", SQUARE), ("zz", SQUARE), (None, SQUARE), ("s", BOW))
    sensed = sense_city(write_city(source(), g__json=shapes))
    assert list(sensed.places.shapes) == ["n"]
    assert rejects(sensed) == [
        ("g.json:4:id", "s", "bad_geometry"),
        ("g.json:2:id", "zz", "unknown_place"),
        ("g.json:3:id", "", "unknown_place"),
    ]
    assert told(sensed) == [("self_crossing", "feature 4")]
    assert counts(sensed) == (4, 1, 3)


def test_a_place_is_drawn_by_the_first_source_that_draws_it(
    write_city: Write, sense_city: Sense
) -> None:
    other = [(x + 1, y) for x, y in SQUARE]
    files = {"g__json": geojson(("n", SQUARE)), "h__json": geojson(("n", other), ("s", other))}
    sensed = sense_city(write_city(source() + source("h"), **files))
    assert sensed.places.shapes == {"n": [[SQUARE]], "s": [[other]]}
    assert rejects(sensed) == [("h.json:1:id", "n", "twice")]
    assert (counts(sensed), counts(sensed, "h")) == ((1, 1, 0), (2, 1, 1))


def test_a_place_can_be_known_by_its_name(write_city: Write, sense_city: Sense) -> None:
    shapes = geojson(("North", SQUARE), ("S outh", SQUARE), ("n", SQUARE))
    sensed = sense_city(write_city(source(place_by="name"), g__json=shapes))
    assert list(sensed.places.shapes) == ["n", "s"]
    assert rejects(sensed) == [("g.json:3:id", "n", "unknown_place")]


def test_a_whole_file_can_be_of_one_place(write_city: Write, sense_city: Sense) -> None:
    shapes = geojson((1, SQUARE), (2, [(x + 1, y) for x, y in SQUARE]))
    sensed = sense_city(write_city(source(place=None, at="c"), g__json=shapes))
    assert [len(parts) for parts in sensed.places.shapes.values()] == [2]
    assert list(sensed.places.shapes) == ["c"]


def test_a_column_that_is_not_there_is_told_with_the_nearest(
    write_city: Write, sense_city: Sense
) -> None:
    sensed = sense_city(write_city(source(place="ids"), g__json=geojson(("n", SQUARE))))
    assert [(p.code, p.file, p.found, p.hint) for p in sensed.problems] == [
        ("unknown_column", "sources.toml", "ids", "id")
    ]
    assert sensed.places.shapes == {} and counts(sensed) == (1, 0, 1)


def test_after_twenty_bad_shapes_only_their_number_is_told(
    write_city: Write, sense_city: Sense
) -> None:
    shapes = geojson(*[(f"p{n}", BOW) for n in range(25)], ("n", SQUARE))
    sensed = sense_city(write_city(source(), g__json=shapes))
    codes = [p.code for p in sensed.problems]
    assert codes == ["self_crossing"] * 20 + ["more_geometry"]
    assert sensed.problems[-1].found == "5"
    assert len(sensed.rejects.source) == 25 and counts(sensed) == (26, 1, 25)


# --- coordinate systems of China ---


def test_in_china_a_system_that_is_not_stated_is_asked_for_and_nothing_is_drawn(
    write_city: Write, sense_city: Sense
) -> None:
    shapes = geojson(("n", SQUARE), ("s", BOW))
    sensed = sense_city(write_city(source(crs=None), g__json=shapes))
    assert [(p.code, p.file, p.place) for p in sensed.problems] == [
        ("say_crs", "sources.toml", "source g.crs"),
        ("self_crossing", "g.json", "feature 2"),
    ]
    assert sensed.places.shapes == {}
    assert rejects(sensed) == [
        ("g.json:2:id", "s", "bad_geometry"),
        ("g.json:1:id", "n", "no_crs"),
    ]
    assert counts(sensed) == (2, 0, 2)


# A point in South Bend is as it says; in Shenzhen it may be half a kilometre off.
@pytest.mark.parametrize(("country", "told"), [("CN", ["say_crs"]), ("US", [])])
def test_in_china_points_have_to_say_their_system_too(country: str, told: list[str]) -> None:
    columns = {"place": ColumnMap(point=Point("x", "y", "district", ""))}
    calls = Source("calls", "x.csv", "", "", "", "", holds="table", table="t", columns=columns)
    city = City("x", "", "", country, "CNY", "c", (), sources=(calls,))
    assert [p.code for p in unsaid(city)] == told
    assert all(p.place == "source calls.columns.place.point.crs" for p in unsaid(city))


def test_elsewhere_geojson_is_wgs_84_as_its_standard_says(
    write_city: Write, sense_city: Sense, city_text: str
) -> None:
    folder = write_city(
        source(crs=None), city_text.replace(*COUNTRY), g__json=geojson(("n", SQUARE))
    )
    sensed = sense_city(folder)
    assert sensed.problems == () and sensed.places.shapes == {"n": [[SQUARE]]}


@pytest.fixture
def city_text(write_city: Write) -> str:
    return (write_city() / "city.toml").read_text("utf-8")


# What Amap or Baidu exports of this square is the square shifted; read knowingly, it is back.
@pytest.mark.parametrize("system", ["GCJ-02", "BD-09"])
def test_shifted_shapes_are_taken_back_when_the_city_says_what_they_are(
    write_city: Write, sense_city: Sense, system: str
) -> None:
    lon, lat = from_wgs84(*np.array(SQUARE).T, system)
    shapes = geojson(("n", list(zip(lon.tolist(), lat.tolist(), strict=True))))
    sensed = sense_city(write_city(source(crs=system), g__json=shapes))
    (((ring,),),) = sensed.places.shapes.values()
    assert sensed.problems == ()
    assert np.allclose(ring, SQUARE, rtol=0, atol=1e-9)
    assert np.abs(np.subtract(np.array([lon, lat]).T, SQUARE)).min() > 1e-3
