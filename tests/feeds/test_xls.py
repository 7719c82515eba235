"""An .xls workbook of before 2007 gives its values, and a password is said to be one."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import xlwt

from jinglun.feeds import spreadsheet

Read = Callable[..., Any]


def book(*cells: Any, formats: tuple[str, ...] = (), dates_1904: bool = False) -> bytes:
    """A workbook by xlwt: a header of letters, and one row of cells in these formats."""
    made = xlwt.Workbook(encoding="utf-8")
    made.dates_1904 = dates_1904
    sheet = made.add_sheet("a")
    for at, value in enumerate(cells):
        sheet.write(0, at, chr(ord("a") + at))
        shown = formats[at] if formats else "General"
        sheet.write(1, at, value, xlwt.easyxf(num_format_str=shown))
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def load(data: bytes, load_bytes: Read) -> Any:
    return load_bytes(data, "a.xls", spreadsheet)


def test_errors_come_as_their_text(load_bytes: Read) -> None:
    # xlwt stores an empty text with every formula; Excel's codes of errors take its place.
    data = book(xlwt.Formula("1/0"), xlwt.Formula("NA()"), 5)
    for code in (7, 42):
        marked = data.replace(b"\3\0\0\0\0\0\xff\xff", bytes([2, 0, code, 0, 0, 0, 255, 255]), 1)
        assert marked != data
        data = marked
    assert load(data, load_bytes)[0] == [(2, "#DIV/0!", "#N/A", "5")]


# 45351 is 2024-02-29 counted from 1900; counted from 1904 the same day is 43889.
@pytest.mark.parametrize(("number", "from_1904"), [(45351, False), (43889, True)])
def test_a_date_is_told_by_its_format_chinese_ones_too(
    load_bytes: Read, number: int, from_1904: bool
) -> None:
    formats = ("yyyy-mm-dd", 'yyyy"年"m"月"d"日"', '[$-804]yyyy"年"', "0.00", '0"day"')
    data = book(*[number] * 5, formats=formats, dates_1904=from_1904)
    day = "2024-02-29"
    assert load(data, load_bytes)[0] == [(2, day, day, day, str(number), str(number))]


def test_a_number_that_is_no_date_stays_a_number(load_bytes: Read) -> None:
    data = book(-5, 1e12, "x", formats=("yyyy-mm-dd",) * 3)
    assert load(data, load_bytes)[0] == [(2, "-5", "1000000000000", "x")]


def test_a_moment_keeps_its_time(load_bytes: Read) -> None:
    data = book(datetime(2024, 2, 29, 23, 59, 59), "x", formats=("yyyy-mm-dd hh:mm", "General"))
    assert load(data, load_bytes)[0] == [(2, "2024-02-29T23:59:59", "x")]


# The record FILEPASS (2F 00) is what a password leaves in an .xls; here in another one's place.
def test_a_workbook_with_a_password_is_said_to_have_one(load_bytes: Read) -> None:
    data = book("x", "y")
    locked = data.replace(b"\xe1\x00\x02\x00", b"\x2f\x00\x02\x00", 1)
    assert locked != data
    assert [p.code for p in load(locked, load_bytes)[1].problems] == ["encrypted_workbook"]


# Excel wraps an .xlsx with a password in the container of an .xls, under this name.
def test_an_xlsx_with_a_password_is_said_to_have_one(load_bytes: Read) -> None:
    data = book("x", "y")
    old, new = "Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")
    at = data.index(old + bytes(len(new) - len(old)))
    named = bytearray(data)
    named[at : at + len(new)] = new
    named[at + 64] = len(new) + 2
    for name in ("a.xlsx", "a.xls"):
        reading = load_bytes(bytes(named), name, spreadsheet)[1]
        assert [p.code for p in reading.problems] == ["encrypted_workbook"]


def test_nothing_is_said_on_standard_output(
    load_bytes: Read, capfd: pytest.CaptureFixture[str]
) -> None:
    load(book("x", "y")[:-1000], load_bytes)
    assert capfd.readouterr() == ("", "")
