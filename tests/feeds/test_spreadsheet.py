"""A sheet is read as a person sees it: merged cells, headers of two rows, footnotes and all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from jinglun.feeds import spreadsheet
from jinglun.feeds.rows import Reading
from jinglun.model.city import Source
from jinglun.pages.words import languages, words

Read = Callable[..., Any]
Write = Callable[..., bytes]

# A page of a yearbook as a bureau of statistics really sends it: a merged title and the unit above
# it, a header of two rows, districts merged over their rows, a heading, blanks and footnotes.
YEARBOOK = {
    "A1": "2-3  各区常住人口与户数",
    "A2": "单位：万人、万户",
    **{"A3": "地　区", "B3": "类别", "C3": "常住人口\n（万人）", "E3": "户数", "G3": "备注"},
    **{"C4": "2023年", "D4": "2024年", "E4": "2023年", "F4": "2024年"},
    "A6": "一、中心城区",
    **{"A7": "　渝中区　", "B7": "城镇", "C7": 58.87, "D7": 58.9, "E7": 24, "F7": 24.5},
    **{"B8": "乡村", "C8": 0, "D8": 0, "E8": "—", "F8": "…"},
    **{"A9": "江北区", "B9": "城镇", "C9": 92.58, "D9": 93, "E9": 0.1, "F9": 12345678},
    **{"B10": "乡村", "C10": 1.5, "D10": 1.25, "G10": "推算"},
    "A12": "二、其他",
    **{"A13": "高新区", "B13": "城镇", "C13": 41, "D13": 42.125, "E13": 15, "F13": 16},
    "A15": "注：1. 常住人口为年末数；2. “—”表示无该项数据。",
    "A16": "资料来源：市统计局",
}
MERGED = ("A1:G1", "A2:G2", "A3:A4", "B3:B4", "C3:D3", "E3:F3", "G3:G4")
MERGED += ("A6:G6", "A7:A8", "A9:A10", "A15:G15")

NAMES = ["地区", "类别", "常住人口（万人）/2023年", "常住人口（万人）/2024年"]
NAMES += ["户数/2023年", "户数/2024年", "备注"]
# By hand, from the cells above: the sheet's own row numbers, and each value in its column.
ROWS = [
    (7, "渝中区", "城镇", "58.87", "58.9", "24", "24.5", None),
    (8, "渝中区", "乡村", "0", "0", "—", "…", None),
    (9, "江北区", "城镇", "92.58", "93", "0.1", "12345678", None),
    (10, "江北区", "乡村", "1.5", "1.25", None, None, "推算"),
    (13, "高新区", "城镇", "41", "42.125", "15", "16", None),
]


@pytest.fixture
def load(load_bytes: Read) -> Read:
    """Read the bytes of a workbook: rows and answer."""

    def read(data: bytes, name: str = "a.xlsx", **settings: Any) -> Any:
        return load_bytes(data, name, spreadsheet, **settings)

    return read


def names_of(data: bytes, folder: Path, **settings: Any) -> list[str]:
    path = folder / "names.xlsx"
    path.write_bytes(data)
    return spreadsheet.header(path, Source("s", "a.xlsx", "", "", "", "", **settings))


def test_every_value_of_a_yearbook_page_arrives_with_the_row_it_stands_in(
    write_book: Write, load: Read, tmp_path: Path
) -> None:
    data = write_book(YEARBOOK, MERGED)
    assert names_of(data, tmp_path, header=(3, 4)) == NAMES
    assert load(data, header=(3, 4)) == (ROWS, Reading())


def test_the_columns_wanted_alone_are_loaded(load_bytes: Read, write_book: Write) -> None:
    class Chosen:
        @staticmethod
        def read(*given: Any) -> Reading:
            return spreadsheet.read(*given, only={"备注", "地区", "nothing"})

    rows, _ = load_bytes(write_book(YEARBOOK, MERGED), "a.xlsx", Chosen, header=(3, 4))
    assert rows == [(row[0], row[1], row[7]) for row in ROWS]


# --- the header ---


@pytest.mark.parametrize(
    ("cells", "merged", "header", "names"),
    [
        ({"A1": "a", "B1": "b"}, (), (1,), ["a", "b"]),
        ({"A1": "a", "C1": "a"}, (), (1,), ["a", "column_2", "a_3"]),
        ({"B1": "b", "C1": " "}, (), (1,), ["column_1", "b"]),
        ({"A1": "指标 名称", "B1": "per  capita"}, (), (1,), ["指标名称", "per capita"]),
        ({"A2": "甲", "A4": "乙", "A3": "不算"}, (), (2, 4), ["甲/乙"]),
        ({"A1": "甲", "A2": "乙", "B2": "丙"}, ("A1:B1",), (1, 2), ["甲/乙", "甲/丙"]),
        ({"A1": "甲", "A2": "乙", "B2": "丙"}, (), (1, 2), ["甲/乙", "丙"]),
        ({"A1": "甲", "B2": "丙"}, ("A1:A2",), (1, 2), ["甲", "丙"]),
        ({"A1": "甲", "C2": "丙"}, ("A1:B2",), (1, 2), ["甲", "甲_2", "丙"]),
        ({"A1": "甲", "B2": "丙"}, ("A1:A2",), (2,), ["甲", "丙"]),
        ({"A1": 2023, "B1": 2024}, (), (1,), ["2023", "2024"]),
    ],
)
def test_names_are_joined_from_top_to_bottom_and_a_merged_cell_names_every_column_below(
    write_book: Write,
    tmp_path: Path,
    cells: dict[str, Any],
    merged: tuple[str, ...],
    header: tuple[int, ...],
    names: list[str],
) -> None:
    assert names_of(write_book(cells, merged), tmp_path, header=header) == names


@pytest.mark.parametrize("header", [(2,), (9,), (2, 9)])
def test_a_header_where_nothing_stands_is_a_problem_that_names_the_row(
    write_book: Write, load: Read, tmp_path: Path, header: tuple[int, ...]
) -> None:
    data = write_book({"A1": "a", "A3": 1})
    problem = load(data, header=header)[1].problems[0]
    assert (problem.code, problem.place) == ("blank_header", f"row {header[-1]}")
    assert names_of(data, tmp_path, header=header) == []


# --- what is a record ---


def test_a_row_with_fewer_than_two_cells_filled_is_no_record(write_book: Write, load: Read) -> None:
    cells = {"A1": "a", "B1": "b", "C1": "c"}
    cells |= {"A2": "title", "A3": 1, "C3": 2, "B5": 0, "C5": False, "A6": "note", "B6": " "}
    assert load(write_book(cells))[0] == [(3, "1", None, "2"), (5, None, "0", "false")]


def test_in_a_table_of_one_column_every_filled_row_is_a_record(
    write_book: Write, load: Read
) -> None:
    assert load(write_book({"A1": "a", "A2": 1, "A4": 2}))[0] == [(2, "1"), (4, "2")]


def test_a_merged_footnote_is_one_cell_and_so_no_record(write_book: Write, load: Read) -> None:
    cells = {"A1": "a", "B1": "b", "A2": 1, "B2": 2, "A3": "注：x", "A5": "注：y"}
    assert load(write_book(cells, ("A3:B3", "A5:B6")))[0] == [(2, "1", "2")]


def test_a_merged_cell_fills_its_rows_and_columns_and_nothing_beyond(
    write_book: Write, load: Read
) -> None:
    cells = {"A1": "a", "B1": "b", "C1": "c", "A2": "x", "C2": 1, "C3": 2, "B4": 3, "C4": 4}
    assert load(write_book(cells, ("A2:B3",)))[0] == [
        (2, "x", "x", "1"),
        (3, "x", "x", "2"),
        (4, None, "3", "4"),
    ]


# A cell merged from the header down would give its name to the records.
def test_a_cell_merged_from_the_header_fills_no_record(write_book: Write, load: Read) -> None:
    cells = {"A1": "a", "B1": "b", "C1": "c", "B2": 1, "C2": 2}
    assert load(write_book(cells, ("A1:A2",)))[0] == [(2, None, "1", "2")]


def test_what_stands_beside_the_named_columns_is_left_out(write_book: Write, load: Read) -> None:
    cells = {"A1": "a", "B1": "b", "A2": 1, "B2": 2, "E2": "aside", "A3": 3, "E3": "aside"}
    assert load(write_book(cells))[0] == [(2, "1", "2")]


# --- values ---


def test_values_come_as_a_person_would_write_them_down(write_book: Write, load: Read) -> None:
    values = {
        12345678: "12345678",
        0.1: "0.1",
        1e-7: "0.0000001",
        1e21: "1000000000000000000000",
        -2.50: "-2.5",
        True: "true",
        "007": "007",
        " 　渝中区\u00a0": "渝中区",
        "1.2亿": "1.2亿",
        date(2024, 2, 29): "2024-02-29",
        datetime(2024, 2, 29, 8, 30): "2024-02-29T08:30:00",
        datetime(2024, 2, 29): "2024-02-29",
        time(8, 30): "08:30:00",
        timedelta(hours=26, minutes=5): "26:05:00",
    }
    cells = {"A1": "a", "B1": "b"}
    for row, value in enumerate(values, start=2):
        cells |= {f"A{row}": "x", f"B{row}": value}
    assert [row[2] for row in load(write_book(cells))[0]] == list(values.values())


# --- which sheet ---

SHEETS = {"封面": {"A1": "x"}, "人口": {"A1": "a", "A2": 1}, " 2024 ": {"A1": "b", "A2": 2}}


@pytest.mark.parametrize(
    ("sheet", "rows"),
    [("人口", [(2, "1")]), (2, [(2, "1")]), (3, [(2, "2")]), ("2024", [(2, "2")])],
)
def test_a_sheet_is_named_or_counted(
    write_sheets: Write, load: Read, sheet: str | int, rows: list[Any]
) -> None:
    assert load(write_sheets(SHEETS), sheet=sheet)[0] == rows


@pytest.mark.parametrize(("sheet", "first"), [("人口数", "人口"), ("GDP", "封面"), (4, "封面")])
def test_a_sheet_that_is_not_there_is_a_problem_that_names_the_nearest(
    write_sheets: Write, load: Read, sheet: str | int, first: str
) -> None:
    problem = load(write_sheets(SHEETS), sheet=sheet)[1].problems[0]
    assert (problem.code, problem.found) == ("unknown_sheet", str(sheet))
    assert sorted(problem.hint.split("、")) == sorted(SHEETS)
    assert problem.hint.startswith(first)


# --- what a file is, whatever its name ---


@pytest.mark.parametrize("name", ["a.xls", "a.xlsx", "a.xlsm", "a.et", "a"])
def test_a_workbook_is_read_by_its_bytes_and_not_by_its_name(
    write_book: Write, load: Read, name: str
) -> None:
    assert load(write_book({"A1": "a", "A2": 1}), name)[0] == [(2, "1")]


FAULTY: dict[str, tuple[bytes, str, str]] = {
    "empty": (b"", "empty_file", ""),
    "blanks": (b" \r\n", "empty_file", ""),
    "a page": (b"\xef\xbb\xbf <html><table><tr><td>1", "not_a_workbook", "HTML"),
    "a table": (b"<TABLE><TR><TD>1", "not_a_workbook", "HTML"),
    "a page in UTF-16": ("<html>".encode("utf-16"), "not_a_workbook", "HTML"),
    "a web archive": (b"MIME-Version: 1.0\r\n", "not_a_workbook", "MHTML"),
    "a table of Excel 2003": (b"<?xml version='1.0'?><Workbook/>", "not_a_workbook", "XML"),
    "CSV": ("区,人口\n渝中区,58.9\n".encode(), "text_not_workbook", "区,人口\n渝中区,58.9\n"),
    "tabs": ("区\t人口\n".encode("utf-16"), "text_not_workbook", "��:S\t\0"),
    "garbage": (bytes(range(256)), "broken_file", ""),
    "half a container": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "broken_file", ""),
    "half a package": (b"PK\x03\x04" + bytes(600), "broken_file", ""),
    "a record of 1995": (b"\x09\x08\x10\x00" + bytes(20), "broken_file", ""),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_a_file_that_is_no_workbook_is_one_problem_and_never_a_crash(
    load: Read, tmp_path: Path, fault: str
) -> None:
    data, code, found = FAULTY[fault]
    problem = load(data, "a.xls")[1].problems[0]
    assert (problem.code, problem.file) == (code, "data/a.xls")
    assert problem.found.startswith(found[:2]) and len(problem.hint) <= 200
    assert names_of(data, tmp_path) == []


def test_the_problems_of_a_workbook_can_be_said_in_every_language() -> None:
    codes = {code for _, code, _ in FAULTY.values()} | {"encrypted_workbook", "unknown_sheet"}
    for code in {*codes, "swollen_file", "unvalued_formulas"}:
        for part in ("says", "cure"):
            gaps = {"file": "f", "found": "x", "hint": "y"}
            assert all(words(spoken)(f"problem.{code}.{part}", **gaps) for spoken in languages())


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_workbook_that_is_cut_short_is_one_problem(
    write_book: Write, load: Read, share: float
) -> None:
    data = write_book(YEARBOOK, MERGED)
    rows, reading = load(data[: int(len(data) * share)], header=(3, 4))
    assert [p.code for p in reading.problems] == ["broken_file"]
    assert rows == []


def test_a_file_that_is_not_there_is_one_problem(tmp_path: Path) -> None:
    source = Source("s", "gone.xlsx", "", "", "", "")
    from jinglun.store.lake import connect

    reading = spreadsheet.read(connect(), tmp_path / "gone.xlsx", source, "t")
    assert [p.code for p in reading.problems] == ["broken_file"]
    assert spreadsheet.header(tmp_path / "gone.xlsx", source) == []
