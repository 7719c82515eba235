"""What a Chinese bureau has on its disks is read as it is: yearbook pages, hotline exports, maps.

The files are made here, with the layout of the real ones; every expected number is worked out by
hand from the rows written below.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from jinglun.methods.gcj02 import from_wgs84

HERE = Path(__file__).parent / "bureau"
DISTRICTS = ("dong", "xi", "gaoxin")


# --- the yearbook -------------------------------------------------------------------------------


def write_page_3_2(path: Path) -> None:
    """A page as the statistics office prints it, in the old binary form."""
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    book.add_sheet("目录").write(0, 0, "3-2 各区人口与土地面积")
    sheet = book.add_sheet("3-2")
    sheet.write_merge(0, 0, 0, 4, "3-2 各区人口与土地面积（2024年）")
    sheet.write_merge(1, 1, 0, 4, "单位：万人、平方公里")
    sheet.write_merge(2, 3, 0, 0, "地区")
    sheet.write_merge(2, 2, 1, 2, "常住人口")
    sheet.write(3, 1, "年末人数")
    sheet.write(3, 2, "#城镇")
    sheet.write_merge(2, 3, 3, 3, "土地面积")
    sheet.write_merge(2, 3, 4, 4, "备注")
    rows: list[Sequence[object]] = [
        ("全　市", 300.0, 240.5, 1200.5, ""),
        (),
        ("东 城 区", 120.0, 110.0, 300.5, ""),
        ("西 城 区", 100.0, 80.5, 400, ""),
        ("高 新 区", 80.0, 50.0, "…", "见注2"),
        (),
    ]
    for down, row in enumerate(rows, start=4):
        for across, value in enumerate(row):
            sheet.write(down, across, value)
    sheet.write_merge(10, 10, 0, 4, "注：1. 常住人口为年末数，按人口抽样调查推算。")
    sheet.write_merge(11, 11, 0, 4, "    2. 高新区面积与东城区重叠，未单列。")
    book.save(str(path))


def write_page_1_1(path: Path) -> None:
    """Indicators down, years across; a row nobody asked for, a row of words, a footnote."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "1-1"
    sheet.append(["1-1 历年国民经济和社会发展主要指标"])
    sheet.merge_cells("A1:F1")
    sheet.append([])
    sheet.append(["指标", "单位", 2021, 2022, 2023, 2024])
    sheet.append(["人口"])
    sheet.append(["年末常住人口", "万人", 291.2, 294.0, 297.5, 300.0])
    sheet.append(["#男性", "万人", 146.0, 147.2, 148.9, 150.1])
    sheet.append(["经济"])
    sheet.append(["地区生产总值", "亿元", 2100.4, 2233.0, "…", 2512.7])
    sheet.append(["能源消费总量", "万吨标准煤", 980, 985.5, 990, None])
    sheet.append(["注：2023年地区生产总值待第五次经济普查核定。"])
    sheet.merge_cells("A10:F10")
    book.save(path)


# --- the hotline --------------------------------------------------------------------------------

HOTLINE = (
    "工单编号,受理时间,派单时间,签收时间,首次联系时限,首次联系时间,办结时限,办结时间,承办单位,"
    "诉求类别,所属区,渠道,是否退回重办,回访时间,是否解决,满意度,原工单编号"
)
JANUARY = """\
A001,2025/1/3 9:05,2025/1/3 9:20,2025/1/3 9:40,2025/1/4 9:20,\
2025/1/3 15:00,2025/1/10 9:20,2025/1/8 9:05,城管局,\
占道经营,东城区,电话,否,2025/1/9 10:00,是,满意,
A002,2025/1/5 23:50,2025/1/6 8:10,2025/1/6 8:30,2025/1/7 8:10,\
2025/1/8 9:00,2025/1/13 8:10,2025/1/15 23:50,住建局,\
噪声,东城区,网站,是,2025/1/16,否,不满意,
A003,2025/1/9 14:00,2025/1/9 14:30,,2025/1/10 14:30,\
,2025/1/16 14:30,,水务局,\
停水,西城区,电话,否,,,,
A004,2025/1/31 8:00,2025/1/31 8:15,2025/1/31 9:00,2025/2/1 8:15,\
2025/1/31 9:30,2025/2/7 8:15,2025/2/2 8:00,城管局,\
占道经营,西城区,电话,否,2025/2/3 16:45,是,基本满意,
A005,2025/13/1 9:00,,,,,,,城管局,噪声,西城区,电话,否,,,,
"""
FEBRUARY = """\
A004,2025/1/31 8:00,2025/1/31 8:15,2025/1/31 9:00,2025/2/1 8:15,\
2025/1/31 9:30,2025/2/7 8:15,2025/2/2 8:00,城管局,\
占道经营,西城区,电话,否,2025/2/3 16:45,是,基本满意,
A006,2025/2/4 10:00,2025/2/4 10:05,2025/2/4 11:00,2025/2/5 10:05,\
2025/2/4 12:00,2025/2/11 10:05,2025/2/5 10:00,城管局,\
占道经营,高新区,电话,否,2025/2/6 9:00,是,未评价,A001
A007,2025/2/6 16:30,2025/2/6 16:40,2025/2/6 17:00,2025/2/7 16:40,\
2025/2/6 17:10,2025/2/13 16:40,2025/2/9 16:30,市场局,\
食品安全,城南新区,电话,否,,,,
A008,2025/2/7 7:00,2025/2/7 8:00,2025/2/7 8:10,2025/2/8 8:00,\
2025/2/7 9:00,2025/2/14 8:00,2025/2/11 7:00,住建局,\
噪声,全市,电话,否,,,,
"""


def write_hotline(folder: Path) -> None:
    """Two months as the hotline's program exports them: GBK, lines ended as on Windows."""
    folder.mkdir()
    for month, rows in (("01", JANUARY), ("02", FEBRUARY)):
        text = f"{HOTLINE}\n{rows}".replace("\n", "\r\n")
        (folder / f"2025-{month}.csv").write_bytes(text.encode("gbk"))


# --- contracts ----------------------------------------------------------------------------------


def write_contracts(folder: Path) -> None:
    """A register in a workbook, with dates kept as dates; its buyers stand in another file."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "合同台账"
    head = "项目编号 合同编号 采购人 采购方式 签订日期 合同金额（万元） 投标家数"
    sheet.append(head.split())
    sheet.append(["P1", "P1-1", "市城管局", "公开招标", datetime(2024, 3, 1), 120.5, 4])
    sheet.append(["P1", "P1-2", "市城管局", "公开招标", datetime(2024, 3, 5), 80, 3])
    sheet.append(["P2", "P2-1", "东城区教育局", "单一来源", datetime(2024, 6, 30), 49.5, 1])
    sheet.append(["P3", "P3-1", "某协会", "公开招标", datetime(2024, 7, 1), 10, 3])
    book.save(folder / "contracts.xlsx")
    buyers = "采购人,区划\n市城管局,linjiang\n东城区教育局,dong\n"
    (folder / "buyers.csv").write_text(buyers, "utf-8")


# --- maps ---------------------------------------------------------------------------------------

# In WGS 84, west, south, east, north; 0.01 degrees is about a kilometre.
STREETS = {
    "和平街道": (113.00, 28.20, 113.01, 28.21),
    "新华街道": (113.01, 28.20, 113.02, 28.21),
    "玉河街道": (113.02, 28.20, 113.03, 28.21),
}


def shifted(lon: float, lat: float) -> tuple[float, float]:
    x, y = from_wgs84(lon, lat, "GCJ-02")
    return round(float(x), 9), round(float(y), 9)


def write_streets(path: Path) -> None:
    """Outlines as a map service hands them out: shifted, and not a word about it."""
    features = []
    for name, (west, south, east, north) in STREETS.items():
        corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
        ring = [shifted(*corner) for corner in corners]
        features.append(
            {
                "type": "Feature",
                "properties": {"街道": name},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    document = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")


# Each stands 100 m from the edge of its street, so that the shift of half a kilometre, undone for
# one of the two files only, would put it next door. In WGS 84.
CASES = [
    ("C1", "和平街道", 113.001, 28.205, "2025-03-01 08:00:00", "2025-02-27 09:00:00", "否"),
    ("C2", "新华街道", 113.011, 28.205, "2025-03-02 08:00:00", "2025-03-05 08:00:00", "否"),
    ("C3", "新华街道", 113.019, 28.201, "2025-03-03 08:00:00", "2025-03-03 07:00:00", "是"),
    ("C4", "玉河街道", 113.029, 28.209, "2025-03-04 08:00:00", "", "否"),
]


def write_cases(path: Path) -> None:
    """Cases with the point of the app that sent them: GBK, semicolons."""
    lines = ["案件编号;经度;纬度;类别;来源;上报时间;应结案时间;结案时间;是否返工"]
    for ident, _, lon, lat, due, closed, again in CASES:
        x, y = shifted(lon, lat)
        lines.append(f"{ident};{x};{y};部件;市民;2025-02-20 10:00:00;{due};{closed};{again}")
    x, y = shifted(113.5, 28.2)
    lines.append(f"C5;{x};{y};部件;市民;2025-02-20 10:00:00;2025-03-01 08:00:00;;否")
    path.write_bytes("\r\n".join([*lines, ""]).encode("gbk"))


# --- the folder ---------------------------------------------------------------------------------


def write_bureau(folder: Path) -> Path:
    shutil.copytree(HERE, folder)
    data = folder / "data"
    write_page_3_2(data / "yearbook_2024.xls")
    write_page_1_1(data / "yearbook_series.xlsx")
    write_hotline(data / "12345")
    write_contracts(data)
    write_streets(data / "streets.geojson")
    write_cases(data / "cases.csv")
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, released: Callable[[Path], Any]) -> Any:
    return released(write_bureau(tmp_path_factory.mktemp("bureau") / "bureau"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_bureau(tmp_path / "bureau")


def edited(folder: Path, old: str, new: str) -> Path:
    text = (folder / "sources.toml").read_text("utf-8")
    assert text.count(old) >= 1
    (folder / "sources.toml").write_text(text.replace(old, new), "utf-8")
    return folder


def of(made: Any, place: str, period: str) -> dict[str, float]:
    return {v: x for (p, t, v), x in made.facts.items() if (p, t) == (place, period)}


def set_aside(made: Any, source: str) -> list[tuple[str, str, str]]:
    return [(r["locator"], r["value"], r["reason"]) for r in made.rejected if r["source"] == source]


def test_the_folder_checks_clean(made: Any) -> None:
    assert made.problems == ()


# --- what came of the yearbook ------------------------------------------------------------------


def test_a_page_with_merged_titles_two_headings_and_names_gives_the_districts_figures(
    made: Any,
) -> None:
    assert of(made, "dong", "2024").items() >= {
        ("resident_pop", 1_200_000),
        ("urban_pop", 1_100_000),
        ("area_km2", 300.5),
    }
    xi = of(made, "xi", "2024")
    assert (xi["resident_pop"], xi["urban_pop"], xi["area_km2"]) == (1_000_000, 805_000, 400)
    gaoxin = of(made, "gaoxin", "2024")
    assert (gaoxin["resident_pop"], gaoxin["urban_pop"]) == (800_000, 500_000)
    assert "area_km2" not in gaoxin


def test_the_row_of_totals_is_the_citys_own(made: Any) -> None:
    whole = of(made, "linjiang", "2024")
    assert (whole["resident_pop"], whole["area_km2"]) == (3_000_000, 1200.5)
    assert whole["urban_pop"] == 2_405_000


def test_a_figure_is_led_back_to_the_row_of_the_sheet(made: Any) -> None:
    locator = made.locators["dong", "2024", "resident_pop"]
    assert locator == "yearbook_2024.xls:7:常住人口/年末人数"


def test_years_across_become_periods(made: Any) -> None:
    people = {t: x for (p, t, v), x in made.facts.items() if (p, v) == ("linjiang", "resident_pop")}
    assert people == {
        "2021": pytest.approx(2_912_000),
        "2022": pytest.approx(2_940_000),
        "2023": pytest.approx(2_975_000),
        "2024": pytest.approx(3_000_000),
    }
    gdp = {t: x for (p, t, v), x in made.facts.items() if (p, v) == ("linjiang", "gdp")}
    assert gdp == {"2021": 210_040_000_000, "2022": 223_300_000_000, "2024": 251_270_000_000}
    energy = {t: x for (p, t, v), x in made.facts.items() if v == "energy_tce"}
    assert energy == {"2021": 9_800_000, "2022": 9_855_000, "2023": 9_900_000}


def test_rows_that_are_no_variable_are_not_looked_at(made: Any) -> None:
    assert set_aside(made, "yearbook-1-1") == []
    assert set_aside(made, "yearbook-3-2") == []


def test_without_where_the_total_is_the_citys_and_a_footnote_is_no_row(
    folder: Path, released: Callable[[Path], Any], made: Any
) -> None:
    where = 'where = { "地区" = ["东 城 区", "西 城 区", "高 新 区"] }\n'
    plain = released(edited(folder, where, ""))
    assert set_aside(plain, "yearbook-3-2") == set_aside(made, "yearbook-3-2") == []
    assert plain.inputs["yearbook-3-2"]["rows_used"] == 4
    assert plain.facts == made.facts


# --- what came of the hotline -------------------------------------------------------------------


def test_two_months_are_one_table_and_a_request_in_both_counts_once(made: Any) -> None:
    told = made.inputs["hotline"]
    # A005 has no such month, A004 comes again, A007 is of a district that is none.
    assert (told["rows_read"], told["rows_used"], told["rows_rejected"]) == (9, 6, 3)
    assert Counter(reason for _, _, reason in set_aside(made, "hotline")) == {
        "bad_time": 1,
        "twice": 1,
        "unknown_place": 1,
    }


def test_a_request_set_aside_is_led_back_to_its_file_and_row(made: Any) -> None:
    places = {reason: locator for locator, _, reason in set_aside(made, "hotline")}
    assert places["bad_time"] == "2025-01.csv:6:受理时间"
    assert places["twice"].startswith("2025-02.csv:2:")


# A001 5 days, A002 10 days, A004 2 days, A006 1 day, A008 4 days; A003 is open.
def test_the_hotlines_figures_are_those_counted_by_hand(made: Any) -> None:
    city = of(made, "linjiang", "2025")
    expected = {
        "requests_received": 6,
        "requests_closed": 5,
        "total_close_days": 22,
        "requests_assigned": 6,
        "requests_contacted_in_time": 4,
        "requests_limited": 6,
        "requests_closed_on_time": 4,
        "requests_reopened": 1,
        "requests_repeated": 1,
        "callbacks_completed": 4,
        "callbacks_resolved": 3,
        "callbacks_satisfied": 2,
    }
    assert {v: city[v] for v in expected} == expected
    # Of 1, 2, 4, 5 and 10 the 0.9 quantile lies 0.6 of the way from the fourth to the fifth.
    assert city["close_days_p90"] == pytest.approx(5 + 0.6 * 5)


@pytest.mark.parametrize(
    ("place", "received", "closed", "resolved", "satisfied"),
    [("dong", 2, 2, 1, 1), ("xi", 2, 1, 1, 1), ("gaoxin", 1, 1, 1, 0)],
)
def test_a_district_named_by_its_name_has_its_requests(
    place: str, received: int, closed: int, resolved: int, satisfied: int, made: Any
) -> None:
    there = of(made, place, "2025")
    counted = ("requests_received", "requests_closed", "callbacks_resolved", "callbacks_satisfied")
    assert tuple(there[v] for v in counted) == (received, closed, resolved, satisfied)


# --- what came of the contracts -----------------------------------------------------------------


def test_a_contract_is_placed_by_its_buyer_and_counted_in_yuan(made: Any) -> None:
    city, dong = of(made, "linjiang", "2024"), of(made, "dong", "2024")
    assert (city["procurement_value"], dong["procurement_value"]) == (2_500_000, 495_000)
    assert (city["direct_award_value"], city["ocids"], dong["ocids"]) == (495_000, 2, 1)
    # P2 was bought without competition; of P1 there were 4 and 3 bids.
    assert (city["competed_contracts"], city["bids_received"]) == (2, 7)


def test_a_contract_whose_buyer_nobody_knows_is_set_aside(made: Any) -> None:
    told = set_aside(made, "contracts")
    assert [(locator.split(":")[:2], reason) for locator, _, reason in told] == [
        (["contracts.xlsx", "5"], "unknown_place")
    ]


# --- what came of the maps ----------------------------------------------------------------------


def test_outlines_in_gcj_02_come_out_where_they_were_drawn(made: Any) -> None:
    drawn = json.loads((made.folder / "release" / "places.geojson").read_text("utf-8"))
    idents = {"heping": "和平街道", "xinhua": "新华街道", "yuhe": "玉河街道"}
    rings = {feature["properties"]["place"]: feature["geometry"] for feature in drawn["features"]}
    assert rings.keys() == idents.keys()
    for ident, name in idents.items():
        flat = rings[ident]["coordinates"]
        while isinstance(flat[0][0], list):
            flat = [point for part in flat for point in part]
        west, south, east, north = STREETS[name]
        assert min(x for x, _ in flat) == pytest.approx(west, abs=2e-6)
        assert max(x for x, _ in flat) == pytest.approx(east, abs=2e-6)
        assert min(y for _, y in flat) == pytest.approx(south, abs=2e-6)
        assert max(y for _, y in flat) == pytest.approx(north, abs=2e-6)
    # Unconverted they would be some 500 m off: 0.005 degrees, thousands of times the tolerance.
    x, _ = shifted(113.0, 28.2)
    assert 0.004 < x - 113.0 < 0.007


def test_a_case_counts_in_the_street_where_its_point_lies(made: Any) -> None:
    idents = {"和平街道": "heping", "新华街道": "xinhua", "玉河街道": "yuhe"}
    expected = Counter(idents[street] for _, street, *_ in CASES)
    due = made.of("cases_due", "2025")
    assert {p: n for p, n in due.items() if p in idents.values()} == expected
    # Two of the streets lie in Dongcheng, one in Xicheng; all lie in the city.
    assert (due["dong"], due["xi"], due["linjiang"]) == (3, 1, 4)
    assert made.of("cases_on_time", "2025")["linjiang"] == 2
    assert made.of("cases_reopened", "2025")["linjiang"] == 1


def test_a_case_outside_every_street_is_set_aside(made: Any) -> None:
    told = set_aside(made, "cases")
    assert [(locator.split(":")[:2], reason) for locator, _, reason in told] == [
        (["cases.csv", "6"], "unknown_place")
    ]
    assert told[0][1] == "", "where somebody was is not written into what is set aside"


def test_points_taken_for_wgs_84_would_count_next_door(
    folder: Path, released: Callable[[Path], Any]
) -> None:
    wrong = released(edited(folder, ', level = "street", crs = "GCJ-02"', ', level = "street"'))
    streets = {"heping", "xinhua", "yuhe"}
    found = {p: n for p, n in wrong.of("cases_due", "2025").items() if p in streets}
    assert found != {"heping": 1, "xinhua": 2, "yuhe": 1}


def test_outlines_without_a_word_on_their_system_are_refused_and_nothing_else_is_lost(
    folder: Path, checked: Callable[[Path], Any], made: Any
) -> None:
    """Shifted or not looks the same, so in China the source must say which it is."""
    sensed = checked(edited(folder, 'feed = "geojson"\ncrs = "GCJ-02"\n', 'feed = "geojson"\n'))
    assert [(p.code, p.place) for p in sensed.problems] == [
        ("say_crs", "source outlines.crs"),
    ]
    told = {i["source"]: (i["rows_read"], i["rows_used"]) for i in sensed.inputs}
    assert (told.pop("outlines"), told.pop("cases")) == ((3, 0), (5, 0))
    assert told == {
        s: (i["rows_read"], i["rows_used"])
        for s, i in made.inputs.items()
        if s not in ("outlines", "cases")
    }
