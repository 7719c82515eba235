"""The table of a shapefile is read as text, in the encoding that it is in."""

from __future__ import annotations

from typing import Any

import pytest

SQUARE = [(0.0, 0.0), (0.0, 4.0), (4.0, 4.0), (4.0, 0.0), (0.0, 0.0)]
BOW = [(0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0), (0.0, 0.0)]


GBK = {"编号": ("C", 8, ["440303"]), "名称": ("C", 10, ["罗湖区"])}


@pytest.mark.parametrize("way", ["the .cpg", "the driver", "the source"])
def test_chinese_columns_in_gbk_are_read_however_the_encoding_is_said(forms: Any, way: str) -> None:
    table = forms.dbf(GBK, "gbk", driver=0x4D if way == "the driver" else 0)
    path = forms.shp([[SQUARE]], table)
    if way == "the .cpg":
        path.with_suffix(".cpg").write_text("936\n")
    said = {"encoding": "gbk"} if way == "the source" else {}
    assert forms.table(path, **said) == (["__row", "编号", "名称"], [(1, "440303", "罗湖区")], [])
    drawn = forms.draw(path, place="名称", **said)
    assert [f.place for f in drawn.features] == ["罗湖区"]


def test_gbk_that_nothing_says_is_told_with_what_it_seems(forms: Any) -> None:
    path = forms.shp([[SQUARE]], forms.dbf(GBK, "gbk"))
    (problem,) = forms.table(path)[2]
    assert (problem.code, problem.found) == ("wrong_encoding", "utf-8")


def test_a_letter_that_the_width_cuts_in_two_is_left_off(forms: Any) -> None:
    table = forms.dbf({"id": ("C", 8, ["罗湖区", "ab"])})
    path = forms.shp([[SQUARE], [SQUARE]], table)
    assert forms.table(path)[1] == [(1, "罗湖"), (2, "ab")]


def test_what_a_table_holds_is_written_as_a_person_would(forms: Any) -> None:
    columns = {
        "code": ("N", 19, ["440303.000000", "", "********"]),
        "real": ("F", 19, ["1.81410113030e+010", "12.50", "-0.25"]),
        "day": ("D", 8, ["20240131", "", "20231231"]),
        "yes": ("L", 1, ["T", "n", "?"]),
        "text": ("C", 6, ["a", " b", "007"]),
        "memo": ("M", 10, ["1", "2", "3"]),
    }
    path = forms.shp([[SQUARE]] * 3, forms.dbf(columns))
    names, rows, _ = forms.table(path)
    assert names == ["__row", "code", "real", "day", "yes", "text"]
    assert rows == [
        (1, "440303", "18141011303", "2024-01-31", "true", "a"),
        (2, None, "12.50", None, "false", "b"),
        (3, None, "-0.25", "2023-12-31", None, "007"),
    ]


def test_a_deleted_record_is_no_row_and_the_others_keep_their_numbers(forms: Any) -> None:
    table = forms.dbf({"id": ("C", 8, ["a", "b", "c"])}, deleted=[1])
    path = forms.shp([[SQUARE], [BOW], [SQUARE]], table)
    assert forms.table(path)[1] == [(1, "a"), (3, "c")]
    drawn = forms.draw(path)
    assert [(f.number, f.place) for f in drawn.features] == [(1, "a"), (3, "c")]
    assert drawn.faults == []


def test_a_table_longer_than_a_batch_keeps_its_numbers(forms: Any) -> None:
    count = (1 << 16) + 5
    table = forms.dbf({"id": ("N", 8, [str(n) for n in range(1, count + 1)])})
    path = forms.shp([[SQUARE]], table)
    _, rows, _ = forms.table(path)
    assert len(rows) == count and all(str(row) == ident for row, ident in rows)
