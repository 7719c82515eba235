"""Whether thirty faults in one folder are told all at once, each with its place and its cure."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from jinglun import cli
from jinglun.turn import check


class Fault(NamedTuple):
    """One fault: its code, the file it is told of, the place in it and what stands there."""

    code: str
    file: str
    place: str
    found: str


PLACES = (
    ("c", "city", "", "小城", "Smallton"),
    ("d1", "district", "c", "东区", "East"),
    ("d2", "district", "c", "西区", "West"),
    ("d3", "district", "cc", "新区", "New"),
)
# Rows from 2 on. Sound are 2 and 16; 5 and 6 are blanks by what sources.toml takes for one.
FIGURES = (
    ("c", "2025", "resident_pop", 300, "person", "A"),
    ("d1", "2025", "resident_pop", "1.2亿", "person", "A"),
    ("d2", "2025", "resident_pop", "12,5", "person", "A"),
    ("d1", "2024", "resident_pop", "n/a", "person", "A"),
    ("d2", "2024", "resident_pop", "—", "person", "A"),
    ("d1", "2023", "resident_pop", -5, "person", "A"),
    ("d1", "2025", "unemployment_rate", 140, "%", "A"),
    ("c", "2025", "gdp", "inf", "亿元", "A"),
    ("c", "2024", "gdp", 5, "kg", "A"),
    ("c", "2025", "resident_pop", 301, "person", "A"),
    ("nowhere", "2025", "resident_pop", 7, "person", "A"),
    ("d1", "2024/25", "resident_pop", 7, "person", "A"),
    ("d2", "2023", "populaton", 7, "person", "A"),
    ("d2", "2022", "resident_pop", 200),
    ("d2", "2025", "resident_pop", 200, "万人", "A"),
)
SET_ASIDE = {
    Fault("not_a_number", "figures.csv", "3:value", "1.2亿"),
    Fault("not_a_number", "figures.csv", "4:value", "12,5"),
    Fault("negative", "figures.csv", "7:value", "-5"),
    Fault("over_100", "figures.csv", "8:value", "140"),
    Fault("infinite", "figures.csv", "9:value", "inf"),
    Fault("unit_not_convertible", "figures.csv", "10:unit", "kg"),
    Fault("disagrees", "figures.csv", "11:value", "301.0 ≠ 300.0 (figures.csv:2:value)"),
    Fault("unknown_place", "figures.csv", "12:place", "nowhere"),
    Fault("bad_period", "figures.csv", "13:period", "2024/25"),
    Fault("unknown_variable", "figures.csv", "14:variable", "populaton"),
    Fault("ragged_row", "figures.csv", "15:*", "d2,2022,resident_pop,200"),
    # Where a source says that nothing but an empty cell is a blank.
    Fault("not_a_number", "strict.csv", "2:gdp", "n/a"),
    Fault("not_a_number", "strict.csv", "3:gdp", "—"),
    # The shapes of the problems below, each with the place that it was to be of.
    Fault("bad_geometry", "drawn.geojson", "2:place", "d2"),
    Fault("no_crs", "unsaid.geojson", "1:place", "d1"),
}
TOLD = {
    Fault("unknown_key", "city.toml", "setings", "setings"),
    Fault("bad_weight", "city.toml", "weights.indicators.unemployment", "-1.0"),
    Fault("no_file", "sources.toml", "source gone.path", "data/none.csv"),
    Fault("outside_folder", "sources.toml", "source above.path", "../outside.csv"),
    Fault("outside_folder", "sources.toml", "source linked.path", "data/linked.csv"),
    Fault("unknown_key", "sources.toml", "source quality.quallity", "quallity"),
    Fault("bad_period", "sources.toml", "source season.period", "2024/25"),
    Fault("unknown_variable", "sources.toml", "source gpd.variables.gpd", "gpd"),
    Fault("twice", "sources.toml", "figures", "figures"),
    Fault("unit_not_convertible", "sources.toml", "source weighed.variables.gdp.unit", "kg"),
    Fault("unknown_column", "sources.toml", "source misnamed", "poeple"),
    Fault("unknown_parent", "data/places.csv", "row 5 d3", "cc"),
    Fault("wrong_encoding", "data/gbk.csv", "", "utf-8"),
    Fault("wrong_delimiter", "data/semicolon.csv", "row 1", ","),
    Fault("empty_file", "data/empty.csv", "", ""),
    Fault("broken_file", "data/cut.parquet", "", ""),
    Fault("encrypted_workbook", "data/locked.xlsx", "", ""),
    Fault("swollen_file", "data/bomb.xlsx", "", "150 MiB"),
    Fault("unvalued_formulas", "data/formulas.xlsx", "cell B3", "1"),
    Fault("self_crossing", "data/drawn.geojson", "feature 2", "(0.5, 0.5)"),
    Fault("say_crs", "sources.toml", "source unsaid.crs", ""),
    Fault("wrong_crs", "data/differing.geojson", "crs", "EPSG:3857"),
}
# By hand: figures.csv rows 2 and 16, and one figure each of strict.csv, weighed, misnamed, gpd,
# quality and formulas.xlsx.
SOUND = 2 + 6

SOURCE = """
[[source]]
id = "{id}"
path = "{path}"
title_zh = "表"
title_en = "Table"
publisher = "Office"
licence = "CC0"
place = "place"
{more}
"""
GDP = 'gdp = { column = "gdp", unit = "LCU" }'
PEOPLE = 'resident_pop = { column = "people", unit = "person" }'


def source(ident: str, path: str, more: str) -> str:
    return SOURCE.format(id=ident, path=path, more=more)


def wide(ident: str, path: str, period: str, *variables: str, more: str = "") -> str:
    mapped = "".join(f"{one}\n" for one in variables or (GDP,))
    return source(ident, path, f'period = "{period}"\n{more}\n[source.variables]\n{mapped}')


def shapes(ident: str, crs: str = "") -> str:
    more = 'holds = "geometry"\nfeed = "geojson"\n' + (f'crs = "{crs}"' if crs else "")
    return source(ident, f"data/{ident}.geojson", more)


# The places of small_city are sources 1 and 2, its figures 3.
SOURCES = "".join(
    [
        wide("gone", "data/none.csv", "2025"),
        wide("above", "../outside.csv", "2025"),
        wide("linked", "data/linked.csv", "2025"),
        wide("quality", "data/wide.csv", "2016", more='quallity = "A"'),
        wide("season", "data/wide.csv", "2024/25"),
        wide("gpd", "data/wide.csv", "2017", GDP.replace("gdp =", "gpd ="), PEOPLE),
        wide("figures", "data/wide.csv", "2014"),
        wide("weighed", "data/wide.csv", "2019", GDP.replace("LCU", "kg"), PEOPLE),
        wide("misnamed", "data/wide.csv", "2018", GDP, PEOPLE.replace("people", "poeple")),
        wide("strict", "data/strict.csv", "2020", more='missing = [""]'),
        wide("gbk", "data/gbk.csv", "2025"),
        wide("semicolon", "data/semicolon.csv", "2025"),
        wide("empty", "data/empty.csv", "2025"),
        wide("cut", "data/cut.parquet", "2025", more='feed = "parquet"'),
        wide("locked", "data/locked.xlsx", "2025", more='feed = "spreadsheet"'),
        wide("bomb", "data/bomb.xlsx", "2025", more='feed = "spreadsheet"'),
        wide("formulas", "data/formulas.xlsx", "2015", more='feed = "spreadsheet"'),
        shapes("drawn", "EPSG:4326"),
        shapes("unsaid"),
        shapes("differing", "EPSG:3857"),
    ]
)
CITY = "\n[setings]\nx = 1\n\n[weights]\nindicators = { unemployment = -1 }\n"


def polygon(place: str, *ring: tuple[float, float]) -> dict[str, Any]:
    shape = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    return {"type": "Feature", "properties": {"place": place}, "geometry": shape}


SQUARE = ((0, 0), (0, 1), (1, 1), (1, 0))
BOW_TIE = ((0, 0), (1, 1), (1, 0), (0, 1))
"""Its two slanting sides cross at (0.5, 0.5)."""


def geojson(*features: dict[str, Any], crs: str = "") -> str:
    named = {"crs": {"type": "name", "properties": {"name": crs}}} if crs else {}
    return json.dumps({"type": "FeatureCollection", **named, "features": features})


def cut_parquet() -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    stream = io.BytesIO()
    pq.write_table(pa.table({"place": ["c", "d1"], "gdp": [1.0, 2.0]}), stream)
    return stream.getvalue()[:-20]


def locked_workbook() -> bytes:
    """Return a container as Excel wraps a workbook with a password in, by its stream's name."""
    import xlwt

    book, stream = xlwt.Workbook(), io.BytesIO()
    book.add_sheet("a").write(0, 0, "x")
    book.save(stream)
    data = bytearray(stream.getvalue())
    old, new = "Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")
    at = data.index(old + bytes(len(new) - len(old)))
    data[at : at + len(new)] = new
    data[at + 64] = len(new) + 2
    return bytes(data)


def bomb() -> bytes:
    """Return a workbook of some 150 kB that would unpack to 150 MiB."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/workbook.xml", "w") as part,
    ):
        for _ in range(150):
            part.write(bytes(1 << 20))
    return stream.getvalue()


def workbook(rows: str) -> bytes:
    """Return the least that is an .xlsx workbook with one sheet of these rows."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    packaged = "http://schemas.openxmlformats.org/package/2006/relationships"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
            '<sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{packaged}"><Relationship Id="r1" '
            f'Type="{office}/worksheet" Target="sheet.xml"/></Relationships>',
        )
        sheet = f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
        archive.writestr("xl/sheet.xml", sheet)
    return stream.getvalue()


# What a formula says is 2, what Excel stored of it 42: a formula that is run would show.
FORMULAS = (
    '<row r="1"><c t="str"><v>place</v></c><c t="str"><v>gdp</v></c></row>'
    '<row r="2"><c t="str"><v>c</v></c><c r="B2"><f>1+1</f><v>42</v></c></row>'
    '<row r="3"><c t="str"><v>d1</v></c><c r="B3"><f>1+1</f></c></row>'
)


@pytest.fixture
def thirty(small_city: Callable[..., Path]) -> Path:
    """A small city with every fault of TOLD and SET_ASIDE, and SOUND figures beside them."""
    folder = small_city(places=PLACES, figures=FIGURES, city_toml=CITY, sources_toml=SOURCES)
    outside = folder.parent / "outside.csv"
    outside.write_text("place,gdp\nc,1\n", "utf-8")
    (folder / "data/linked.csv").symlink_to(outside)
    files: dict[str, str | bytes] = {
        "wide.csv": "place,gdp,people\nc,5,7\n",
        "strict.csv": "place,gdp\nd1,n/a\nd2,—\nc,3\n",
        "gbk.csv": "place,gdp,名称\nc,1,本市的国内生产总值\n".encode("gbk"),
        "semicolon.csv": "place;gdp\nc;1\n",
        "empty.csv": "",
        "cut.parquet": cut_parquet(),
        "locked.xlsx": locked_workbook(),
        "bomb.xlsx": bomb(),
        "formulas.xlsx": workbook(FORMULAS),
        "drawn.geojson": geojson(polygon("d1", *SQUARE), polygon("d2", *BOW_TIE)),
        "unsaid.geojson": geojson(polygon("d1", *SQUARE)),
        "differing.geojson": geojson(polygon("c", *SQUARE), crs="EPSG:4326"),
    }
    for name, held in files.items():
        (folder / "data" / name).write_bytes(held.encode() if isinstance(held, str) else held)
    return folder


def checked(folder: Path, lang: str, capfd: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert cli.run(["check", str(folder), "--json", "--lang", lang]) == cli.WRONG_INPUT
    found: dict[str, Any] = json.loads(capfd.readouterr().out)
    return found


def test_thirty_faults_are_more_than_thirty() -> None:
    assert len(TOLD) + len(SET_ASIDE) >= 30


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_fault_is_told_at_once_with_file_place_value_and_cure(
    thirty: Path, capfd: pytest.CaptureFixture[str], lang: str
) -> None:
    found = checked(thirty, lang, capfd)
    told = {Fault(p["code"], p["file"], p["place"], p["found"]) for p in found["problems"]}
    assert told == TOLD
    aside = {
        Fault(group["reason"], *one["where"].split(":", 1), one["found"])
        for group in found["set_aside"]
        for one in group["first"]
    }
    assert aside == SET_ASIDE
    for one in (*found["problems"], *found["set_aside"]):
        assert one["says"] and one["cure"] and "{" not in one["says"] + one["cure"]


def test_nothing_else_is_lost(thirty: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert checked(thirty, "en", capfd)["facts"] == SOUND


def test_what_stands_beside_a_formula_is_read_and_the_formula_never_run(thirty: Path) -> None:
    sensed = check(thirty, date(2026, 2, 28), lambda *_: None)
    at = [sensed.periods[p] == "2015" for p in sensed.facts.period]
    assert sensed.facts.value[at].tolist() == [42.0]


PLACED = {
    "zh": {"row": "第{}行", "cell": "单元格{}", "feature": "第{}个图形"},
    "en": {"row": "row {}", "cell": "cell {}", "feature": "feature {}"},
}


def said(place: str, lang: str) -> str:
    """Return a place in a file as the text says it."""
    kind, _, rest = place.partition(" ")
    number, _, ident = rest.partition(" ")
    form = PLACED[lang].get(kind)
    return f"{form.format(number)} {ident}".strip() if form else place


@pytest.mark.parametrize(("lang", "cure"), [("zh", "办法: "), ("en", "Cure: ")])
def test_the_text_tells_every_fault_on_a_line_of_its_own_with_the_cure_below(
    thirty: Path, capfd: pytest.CaptureFixture[str], lang: str, cure: str
) -> None:
    assert cli.run(["check", str(thirty), "--lang", lang]) == cli.WRONG_INPUT
    out, err = capfd.readouterr()
    lines = err.splitlines()
    assert out == "" and "Traceback" not in err and str(thirty) not in err
    for fault in TOLD:
        where = ": ".join(part for part in (fault.file, said(fault.place, lang)) if part)
        at = [n for n, line in enumerate(lines) if line.startswith(f"  {where}: ")]
        assert [n for n in at if fault.found in lines[n]], fault
        assert all(len(lines[n + 1].split(cure, 1)[1]) > 5 for n in at)
    for fault in SET_ASIDE:
        at = [
            n for n, x in enumerate(lines) if x == f"    {fault.file}:{fault.place} “{fault.found}”"
        ]
        assert len(at) == 1, fault
        after = [x for x in lines[at[0] :] if x.startswith(f"    {cure}")]
        assert len(after[0]) > len(cure) + 10


def test_parents_in_a_circle_do_not_hide_what_is_wrong_with_the_figures(
    small_city: Callable[..., Path], capfd: pytest.CaptureFixture[str]
) -> None:
    places = (*PLACES[:3], ("e", "district", "f", "甲", "E"), ("f", "district", "e", "乙", "F"))
    found = checked(small_city(places=places, figures=FIGURES), "en", capfd)
    told = {(p["code"], p["file"], p["place"], p["found"]) for p in found["problems"]}
    assert told == {
        ("circular_parent", "data/places.csv", "row 5 e", "f"),
        ("circular_parent", "data/places.csv", "row 6 f", "e"),
    }
    assert sum(group["count"] for group in found["set_aside"]) == 11
    assert found["facts"] == 2


def test_a_city_that_is_not_among_its_places_does_not_hide_the_rest(
    small_city: Callable[..., Path], capfd: pytest.CaptureFixture[str]
) -> None:
    found = checked(small_city(places=PLACES[1:3], figures=FIGURES[:2]), "zh", capfd)
    codes = [(p["code"], p["found"]) for p in found["problems"]]
    assert codes == [("no_subject", "c")]
    assert [group["reason"] for group in found["set_aside"]] == ["not_a_number"]


@pytest.mark.parametrize("broken", ["gone", "locked", "misspelt level"])
def test_a_list_of_places_that_cannot_be_read_makes_no_place_unknown(
    small_city: Callable[..., Path], capfd: pytest.CaptureFixture[str], broken: str
) -> None:
    folder = small_city(figures=FIGURES)
    if broken == "gone":
        (folder / "data/places.csv").unlink()
    elif broken == "locked":
        (folder / "data/places.csv").write_bytes(locked_workbook())
    else:
        text = (folder / "sources.toml").read_text("utf-8")
        changed = text.replace('level = "district"\nparent', 'level = "distrikt"\nparent')
        (folder / "sources.toml").write_text(changed, "utf-8")
    found = checked(folder, "en", capfd)
    code = {"gone": "no_file", "locked": "not_text", "misspelt level": "unknown_level"}[broken]
    assert {p["code"] for p in found["problems"]} == {code}
    reasons = {group["reason"] for group in found["set_aside"]}
    assert "unknown_place" not in reasons and "bad_period" in reasons


POINTS = """
[[source]]
id = "calls"
path = "data/calls.csv"
title_zh = "表"
title_en = "Table"
publisher = "Office"
licence = "CC0"
holds = "table"
table = "requests"
[source.columns]
request_id = "id"
place = { point = { lon = "lon", lat = "lat", level = "district", crs = "EPSG:4326" } }
received_at = "day"
"""


# The second call lies in no district, and only where the districts are drawn can that be said.
@pytest.mark.parametrize("crs", ["EPSG:4326", ""])
def test_a_map_that_cannot_be_used_makes_no_point_unknown(
    small_city: Callable[..., Path], capfd: pytest.CaptureFixture[str], crs: str
) -> None:
    drawn = shapes("drawn", crs).replace("[[source]]", "\n[[source]]")
    folder = small_city(figures=FIGURES[:1], sources_toml=drawn + POINTS)
    square = geojson(polygon("d1", *SQUARE))
    (folder / "data/drawn.geojson").write_text(square, "utf-8")
    calls = "id,lon,lat,day\na,0.5,0.5,2025-03-01\nb,7,7,2025-03-01\nc,0.5,0.5,soon\n"
    (folder / "data/calls.csv").write_text(calls, "utf-8")
    code = cli.run(["check", str(folder), "--json", "--lang", "en"])
    found = json.loads(capfd.readouterr().out)
    reasons = {(g["reason"], g["first"][0]["found"]) for g in found["set_aside"]}
    if crs:
        assert code == cli.DONE and found["problems"] == []
        assert reasons == {("unknown_place", ""), ("bad_time", "")}
    else:
        assert [p["code"] for p in found["problems"]] == ["say_crs"]
        assert reasons == {("no_crs", "d1"), ("bad_time", "")}


def test_sources_that_are_no_toml_do_not_hide_what_is_wrong_with_the_city(
    small_city: Callable[..., Path], capfd: pytest.CaptureFixture[str]
) -> None:
    folder = small_city(city_toml=CITY)
    (folder / "sources.toml").write_text("[[source]\nid = 3\n", "utf-8")
    found = checked(folder, "en", capfd)
    told = {(p["code"], p["file"], p["place"]) for p in found["problems"]}
    assert told == {
        ("not_toml", "sources.toml", ""),
        ("unknown_key", "city.toml", "setings"),
        ("bad_weight", "city.toml", "weights.indicators.unemployment"),
    }
    line = next(p["says"] for p in found["problems"] if p["code"] == "not_toml")
    assert "line 1" in line


def test_what_check_bears_run_refuses(thirty: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["run", str(thirty), "--lang", "en"]) == cli.WRONG_INPUT
    assert not (thirty / "release").exists()
    told = capfd.readouterr().err
    assert all(f.found in told for f in TOLD if f.file == "city.toml")
