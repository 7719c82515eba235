"""South Bend is a city by mapping alone, and its figures are those that counting by hand gives.

Every number expected is counted from the raw files with the csv module, and with a shapefile and
point-in-polygon reader of fifty lines that shares no code with the program.
"""

from __future__ import annotations

import csv
import json
import struct
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

SHAPES = [f"south_bend/2020_censusdata/2020_CensusData.{e}" for e in ("shp", "shx", "dbf", "prj")]
FILES = ("phone_calls", "public_facilities", "street_lights", "parks", "business_licences")
TRACTS = Path(__file__).parent / "south_bend" / "data" / "tracts.csv"
LIGHTS_OF_A_TRACT = 50
KM2_PER_MI2 = 1.609344**2
Ring = list[tuple[float, float]]
Shape = tuple[tuple[float, ...], list[Ring]]
"""West, south, east and north of a polygon as its file gives them, and its rings."""


@pytest.fixture(scope="module")
def folder(folder_of: Callable[..., Path]) -> Path:
    return folder_of("south_bend", *SHAPES, *(f"south_bend/{f}.csv" for f in FILES))


@pytest.fixture(scope="module")
def made(folder: Path, released: Callable[[Path], Any]) -> Any:
    return released(folder)


# --- reading by hand ----------------------------------------------------------------------------


def records(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def attributes(path: Path) -> Iterator[dict[str, str]]:
    """The records of a dBase III file: fields of fixed width after a header that names them."""
    raw = path.read_bytes()
    size, start, width = struct.unpack("<IHH", raw[4:12])
    fields = []
    for at in range(32, start - 1, 32):
        fields.append((raw[at : at + 11].split(b"\0")[0].decode(), raw[at + 16]))
    for number in range(size):
        at, row = start + number * width + 1, {}
        for name, length in fields:
            row[name] = raw[at : at + length].decode().strip()
            at += length
        yield row


def polygons(path: Path) -> Iterator[Shape]:
    """The rings of every polygon of a shapefile (ESRI Shapefile Technical Description, 1998)."""
    raw, at = path.read_bytes(), 100
    while at < len(raw):
        (words,) = struct.unpack(">i", raw[at + 4 : at + 8])
        kind, *box, parts, points = struct.unpack("<i4dii", raw[at + 8 : at + 52])
        assert kind == 5
        starts = struct.unpack(f"<{parts}i", raw[at + 52 : at + 52 + 4 * parts])
        first = at + 52 + 4 * parts
        flat = struct.unpack(f"<{2 * points}d", raw[first : first + 16 * points])
        corners = list(zip(flat[::2], flat[1::2], strict=True))
        ends = (*starts[1:], points)
        yield tuple(box), [corners[a:b] for a, b in zip(starts, ends, strict=True)]
        at += 8 + 2 * words


def inside(x: float, y: float, shape: Shape) -> bool:
    """Whether a ray to the east crosses the rings an odd number of times."""
    (west, south, east, north), rings = shape
    if not (west <= x <= east and south <= y <= north):
        return False
    crossed = False
    for ring in rings:
        for (x1, y1), (x2, y2) in pairwise(ring):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                crossed = not crossed
    return crossed


@cache
def census(data: Path) -> tuple[dict[str, dict[str, str]], dict[str, Shape]]:
    rows = list(attributes(data / "2020_CensusData.dbf"))
    shapes = list(polygons(data / "2020_CensusData.shp"))
    tracts = [row["GEOID"] for row in rows]
    assert len(tracts) == len(set(tracts)) == len(shapes) == 82
    return dict(zip(tracts, rows, strict=True)), dict(zip(tracts, shapes, strict=True))


def tract_of(data: Path, row: dict[str, str]) -> str | None:
    x, y = float(row["Lon"]), float(row["Lat"])
    found = [tract for tract, shape in census(data)[1].items() if inside(x, y, shape)]
    assert len(found) <= 1
    return found[0] if found else None


@cache
def lights(data: Path) -> Counter[str | None]:
    return Counter(tract_of(data, row) for row in records(data / "street_lights.csv"))


def ours(data: Path) -> set[str]:
    return {t for t, n in lights(data).items() if t and n >= LIGHTS_OF_A_TRACT}


# --- which tracts are the city's ----------------------------------------------------------------


def test_the_tracts_of_the_city_are_those_with_50_of_its_street_lights(folder: Path) -> None:
    data = folder / "data"
    assert sum(lights(data).values()) == 11_979 and lights(data)[None] == 0
    said = {row["tract"]: (int(row["lights"]), row["city"]) for row in records(TRACTS)}
    assert {tract: n for tract, (n, _) in said.items()} == {
        tract: lights(data)[tract] for tract in census(data)[0]
    }
    assert {tract for tract, (_, city) in said.items() if city == "south-bend"} == ours(data)
    assert {city for _, city in said.values()} == {"south-bend", ""}
    assert len(ours(data)) == 45 and sum(lights(data)[t] for t in ours(data)) == 11_841
    # The rule stands in a gap: no tract has between 34 and 57 lights.
    assert {n for n in lights(data).values() if 33 < n < 58} == set()


def test_every_park_and_every_station_of_the_city_lies_in_its_tracts(folder: Path) -> None:
    data = folder / "data"
    parks = Counter(tract_of(data, row) for row in records(data / "parks.csv"))
    assert sum(parks.values()) == 62 and parks.keys() <= ours(data)
    named = ("South Bend Fire Dept.", "South Bend Police Department")
    stations = [
        tract_of(data, row)
        for row in records(data / "public_facilities.csv")
        if row["POPL_NAME"].startswith(named)
    ]
    assert len(stations) == 12 and set(stations) <= ours(data)
    # With 100 lights for the rule, two of the parks would lie outside.
    hundred = {t for t, n in lights(data).items() if n >= 100}
    assert sum(n for t, n in parks.items() if t not in hundred) == 2


def test_45_tracts_are_districts_and_37_are_not(made: Any) -> None:
    data = made.folder / "data"
    tracts = {p: row for p, row in made.places.items() if row["level"] == "tract"}
    assert len(tracts) == 82
    assert {p for p, row in tracts.items() if row["role"] == "district"} == ours(data)
    assert {row["parent"] for p, row in tracts.items() if p in ours(data)} == {"south-bend"}
    assert {row["parent"] for p, row in tracts.items() if p not in ours(data)} == {None}


# --- the census ---------------------------------------------------------------------------------


def test_the_figures_of_82_tracts_are_those_of_the_attribute_file(made: Any) -> None:
    rows, _ = census(made.folder / "data")
    for variable, column, times in (
        ("resident_pop", "A00001_1", 1.0),
        ("households", "A10008_1", 1.0),
        ("dwellings", "A10001_1", 1.0),
        ("area_km2", "A00002_3", KM2_PER_MI2),
    ):
        arrived = made.of(variable, "2020")
        assert arrived.keys() - {"south-bend"} == rows.keys()
        for tract, row in rows.items():
            assert arrived[tract] == pytest.approx(float(row[column]) * times, rel=1e-11)


# The file gives people per square mile beside the people and the land; the last is in mile*mile.
def test_square_miles_are_read_as_such(made: Any) -> None:
    for tract, row in census(made.folder / "data")[0].items():
        density = made.measures[tract, "2020", "population_density"]
        assert density * KM2_PER_MI2 == pytest.approx(float(row["A00002_2"]), rel=1e-5)


def test_the_city_is_the_sum_of_its_tracts(made: Any) -> None:
    rows, _ = census(made.folder / "data")
    people = sum(float(rows[t]["A00001_1"]) for t in ours(made.folder / "data"))
    land = sum(float(rows[t]["A00002_3"]) for t in ours(made.folder / "data"))
    assert people == 126_827
    density = made.measures["south-bend", "2020", "population_density"]
    assert density == pytest.approx(people / (land * KM2_PER_MI2), rel=1e-9)


# --- outlines -----------------------------------------------------------------------------------


# NAD83 and WGS 84 lie within two metres of each other here, 0.00002 degrees.
def test_outlines_in_nad83_come_out_where_the_shapefile_has_them(made: Any) -> None:
    drawn = json.loads((made.folder / "release" / "places.geojson").read_text("utf-8"))
    shapes = census(made.folder / "data")[1]
    assert {f["properties"]["place"] for f in drawn["features"]} >= ours(made.folder / "data")
    for feature in drawn["features"]:
        (west, south, east, north), _ = shapes[feature["properties"]["place"]]
        flat = feature["geometry"]["coordinates"]
        while isinstance(flat[0][0], list):
            flat = [point for part in flat for point in part]
        xs, ys = zip(*flat, strict=True)
        assert (min(xs), max(xs)) == pytest.approx((west, east), abs=2e-5)
        assert (min(ys), max(ys)) == pytest.approx((south, north), abs=2e-5)


def test_without_its_prj_the_system_must_be_stated(
    folder_of: Callable[..., Path], checked: Callable[[Path], Any]
) -> None:
    files = [*SHAPES[:3], *(f"south_bend/{f}.csv" for f in FILES)]
    folder = folder_of("south_bend", *files)
    told = {(p.code, p.file) for p in checked(folder).problems}
    assert ("missing_crs", "data/2020_CensusData.shp") in told
    text = (folder / "sources.toml").read_text("utf-8")
    stated = text.replace('holds = "geometry"\n', 'holds = "geometry"\ncrs = "EPSG:4269"\n')
    (folder / "sources.toml").write_text(stated, "utf-8")
    assert checked(folder).problems == ()


# --- calls --------------------------------------------------------------------------------------


def test_61075_calls_are_counted_by_year(made: Any) -> None:
    years = Counter(r["Call_Date"][:4] for r in records(made.folder / "data" / "phone_calls.csv"))
    assert sum(years.values()) == 61_075
    assert {
        t: x for (p, t, v), x in made.facts.items() if (p, v) == ("south-bend", "requests_received")
    } == years
    told = made.inputs["calls"]
    assert (told["rows_read"], told["rows_used"], told["rows_rejected"]) == (61_075, 61_075, 0)


def test_what_a_call_does_not_say_stays_unsaid(made: Any) -> None:
    """No limit, no closing, no call-back: those variables are missing, not nought."""
    found = {v for p, _, v in made.facts if p == "south-bend" and v.startswith(("request", "call"))}
    assert found == {"requests_received"}


# 2820 minutes, the middle one, would be a call of two days.
def test_the_durations_called_minutes_are_whole_minutes_in_seconds(folder: Path) -> None:
    seconds = [float(r["Duration__Minutes_"]) for r in records(folder / "data" / "phone_calls.csv")]
    assert sum(s % 60 == 0 for s in seconds) / len(seconds) > 0.999
    assert sorted(seconds)[len(seconds) // 2] == 2_820


# --- facilities ---------------------------------------------------------------------------------


def test_a_field_of_three_lines_is_one_record(made: Any) -> None:
    path = made.folder / "data" / "public_facilities.csv"
    assert path.read_bytes().count(b"\n") == 154
    assert len(records(path)) == 51
    told = made.inputs["facilities"]
    assert (told["rows_read"], told["rows_used"], told["rows_rejected"]) == (51, 50, 1)


def test_a_facility_counts_where_its_point_lies(made: Any) -> None:
    data = made.folder / "data"
    by_tract = Counter(tract_of(data, row) for row in records(data / "public_facilities.csv"))
    assert by_tract.pop(None) == 1
    expected: dict[str, float] = {t: n for t, n in by_tract.items() if t}
    expected["south-bend"] = sum(n for t, n in by_tract.items() if t in ours(data))
    assert made.of("facilities_total", "2020") == expected
    assert made.of("public_buildings", "2020") == expected


def test_a_facility_outside_the_county_is_set_aside_with_its_row(made: Any) -> None:
    data = made.folder / "data"
    outside = [
        (n, row)
        for n, row in enumerate(records(data / "public_facilities.csv"), start=2)
        if tract_of(data, row) is None
    ]
    assert [row["POPL_NAME"] for _, row in outside] == ["Harris Twp. Sta. 2"]
    assert [(r["source"], r["reason"]) for r in made.rejected] == [("facilities", "unknown_place")]
    assert made.rejected[0]["locator"].split(":")[:2] == [
        "public_facilities.csv",
        str(outside[0][0]),
    ]


# --- street lights -------------------------------------------------------------------------------


def test_11979_lights_are_counted_where_their_points_lie(made: Any) -> None:
    data = made.folder / "data"
    told = made.inputs["street-lights"]
    assert (told["rows_read"], told["rows_used"], told["rows_rejected"]) == (11_979, 11_979, 0)
    expected: dict[str, float] = {t: n for t, n in lights(data).items() if t and n}
    assert len(expected) > 45 and sum(expected.values()) == 11_979
    expected["south-bend"] = sum(lights(data)[t] for t in ours(data))
    assert expected["south-bend"] == 11_841
    assert made.of("street_lights_total", "2020") == expected


def test_a_lamp_is_led_known_or_unknown_however_it_is_spelt(made: Any) -> None:
    data = made.folder / "data"
    known, led = Counter[str](), Counter[str]()
    for row in records(data / "street_lights.csv"):
        lamp, tract = row["Bulb_Type"].strip(), tract_of(data, row)
        for place in {tract, "south-bend" if tract in ours(data) else tract}:
            known[str(place)] += lamp not in ("", "Unknown")
            led[str(place)] += lamp == "LED"
    # 1,498 say Unknown and 243 say nothing: of the city's tracts and the others together.
    assert sum(n for t, n in known.items() if t != "south-bend") == 11_979 - 1_498 - 243
    assert sum(n for t, n in led.items() if t != "south-bend") == 4
    assert made.of("street_lights_lamp_known", "2020") == known
    assert made.of("street_lights_led", "2020") == led
    share = made.measures["south-bend", "2020", "led_street_lights"]
    assert share == pytest.approx(100 * led["south-bend"] / known["south-bend"], rel=1e-9)


def test_lights_per_1000_residents_divide_the_lights_by_the_census(made: Any) -> None:
    rows, _ = census(made.folder / "data")
    for tract in sorted(ours(made.folder / "data")):
        people = float(rows[tract]["A00001_1"])
        expected = 1000 * lights(made.folder / "data")[tract] / people
        found = made.measures[tract, "2020", "street_lights_per_1000"]
        assert found == pytest.approx(expected, rel=1e-9)
    # 126,827 people live in the tracts of the city, see above.
    city = made.measures["south-bend", "2020", "street_lights_per_1000"]
    assert city == pytest.approx(11_841 / 126.827, rel=1e-9)


# --- licences -----------------------------------------------------------------------------------


def test_licences_in_force_are_counted_by_year_without_the_headings_among_them(made: Any) -> None:
    rows = records(made.folder / "data" / "business_licences.csv")
    headings = [row for row in rows if row["Status"] == "Status"]
    assert (len(rows), len(headings)) == (3_344, 3)
    told = made.inputs["licences"]
    assert (told["rows_used"], told["rows_rejected"]) == (3_341, 0)
    words = ("RENEWED", "ACTIVE", "ABT2EXP")
    years = Counter(row["year"] for row in rows if row["Status"] in words)
    assert years == {"2020": 715, "2021": 750, "2022": 704, "2023": 544}
    assert {
        t: x for (p, t, v), x in made.facts.items() if (p, v) == ("south-bend", "licences_in_force")
    } == years
    measured = made.measures["south-bend", "2020", "licences_per_1000"]
    assert measured == pytest.approx(715 / 126.827, rel=1e-9)


# --- the whole ----------------------------------------------------------------------------------


def test_the_folder_is_data_and_mapping_and_checks_clean(made: Any) -> None:
    own = {p.suffix for p in Path(TRACTS).parents[1].rglob("*") if p.is_file()}
    assert own == {".toml", ".csv"}
    assert made.problems == ()
