"""Whether a workbook lets a clerk enter what can be, nothing else, and is the same bytes always."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest

from jinglun.feeds import spreadsheet
from jinglun.loop.answers import Answer
from jinglun.loop.offices import Department, departments
from jinglun.loop.sheets import HOW_TO, INPUT, workbook_bytes
from jinglun.loop.units import factor
from jinglun.loop.workbooks import (
    COLUMNS,
    DEFINITION,
    DISTRICTS,
    FIGURES,
    HEADER_ROW,
    ID,
    KEPT,
    LAST,
    NAME_EN,
    PERIOD,
    QUALITY,
    REMARK,
    UNIT,
    VALUE,
    Request,
    rows_of,
)
from jinglun.model.catalogue import Catalogue
from jinglun.model.city import Source

FIRST = HEADER_ROW + 1
REQUEST = Request(
    "滨海市",
    "Binhai",
    "mycity",
    "CNY",
    2025,
    (("district-1", "东区"), ("district-2", "西区")),
    {"resident_pop": Answer(3_000_000.0, "E", "2024")},
    {"gdp": "350,000,000,000 元（2024）"},
)


def _made(catalogue: Catalogue, name: str, request: Request = REQUEST) -> bytes:
    one = next(d for d in departments(catalogue) if d.zh == name)
    return workbook_bytes(one, rows_of(one, catalogue, request.currency), request)


@pytest.fixture(scope="module")
def book(catalogue: Catalogue) -> Any:
    from openpyxl import load_workbook

    return load_workbook(io.BytesIO(_made(catalogue, "统计局")))


def _rows(sheet: Any) -> list[dict[str, Any]]:
    header = [c.value for c in sheet[HEADER_ROW]]
    return [dict(zip(header, row, strict=True)) for row in sheet.iter_rows(min_row=FIRST)]


def _allowed(sheet: Any, cell: str) -> list[Any]:
    return [rule for rule in sheet.data_validations.dataValidation if cell in rule.sqref]


# --- what stands there ---


def test_a_row_says_what_is_counted_in_chinese_and_which_indicators_use_it(
    book: Any, catalogue: Catalogue
) -> None:
    rows = {r[ID].value: {n: c.value for n, c in r.items()} for r in _rows(book[FIGURES])}
    assert list(rows["gdp"]) == list(COLUMNS)
    gdp = catalogue.variables["gdp"]
    assert (rows["gdp"]["指标/figure"], rows["gdp"][NAME_EN]) == (gdp.zh, gdp.en)
    productivity = catalogue.indicators["labour_productivity"]
    said = f"{productivity.code} {productivity.zh}：{productivity.definition_zh}"
    assert said in rows["gdp"][DEFINITION]
    assert (rows["gdp"][UNIT], rows["gdp"][PERIOD]) == ("元", 2025)
    assert (rows["gdp"][LAST], rows["gdp"][VALUE]) == ("350,000,000,000 元（2024）", None)


def test_a_figure_given_stands_in_its_cell_to_be_checked(book: Any) -> None:
    rows = {r[ID].value: {n: c.value for n, c in r.items()} for r in _rows(book[FIGURES])}
    given = rows["resident_pop"]
    assert (given[VALUE], given[QUALITY], given[PERIOD]) == (3_000_000, "E", 2024)
    assert "请核对" in given[REMARK] and "check" in given[REMARK]


def test_a_figure_that_a_table_gives_is_marked_in_both_languages(
    book: Any, catalogue: Catalogue
) -> None:
    marked = {r[ID].value for r in _rows(book[FIGURES]) if "明细表" in (r[REMARK].value or "")}
    expected = {r[ID].value for r in _rows(book[FIGURES])}
    assert marked == {v for v in expected if catalogue.variables[v].table}
    assert marked


def test_the_sheet_of_districts_has_a_column_for_each_with_its_name_above(
    book: Any, catalogue: Catalogue
) -> None:
    sheet = book[DISTRICTS]
    assert [c.value for c in sheet[HEADER_ROW]] == [*KEPT, "district-1", "district-2"]
    assert [c.value for c in sheet[HEADER_ROW - 1]][-2:] == ["东区", "西区"]
    kinds = {r[ID].value: catalogue.variables[r[ID].value].kind for r in _rows(sheet)}
    assert {v for v, kind in kinds.items() if kind == "count"} >= {"resident_pop", "households"}
    # Single values never add up; the unemployment of districts is compared by an indicator.
    assert "single" not in kinds.values() and kinds["unemployment_rate"] == "share"
    assert "women_employed_rate" not in kinds


def test_without_districts_there_is_no_sheet_of_them(catalogue: Catalogue) -> None:
    from openpyxl import load_workbook

    request = Request("市", "City", "mycity", "CNY", 2025)
    book = load_workbook(io.BytesIO(_made(catalogue, "统计局", request)))
    assert book.sheetnames == [FIGURES, HOW_TO]


def test_how_to_fill_it_in_is_said_in_both_languages(book: Any) -> None:
    text = "\n".join(str(c.value) for c in book[HOW_TO]["A"] if c.value)
    assert "只填黄色格" in text and "yellow cells" in text
    for words in ("A  实测", "A  measured", "F  不明", "F  unknown"):
        assert words in text


# --- what may be entered ---


def test_only_the_cells_to_fill_in_can_be_changed_and_no_password_guards_the_rest(
    book: Any,
) -> None:
    for sheet in book:
        assert sheet.protection.sheet and not sheet.protection.password
    for row in _rows(book[FIGURES]):
        assert {n for n, c in row.items() if not c.protection.locked} == set(INPUT)
    for row in _rows(book[DISTRICTS]):
        free = {n for n, c in row.items() if not c.protection.locked}
        assert free == {UNIT, PERIOD, QUALITY, "district-1", "district-2"}
    assert all(c.protection.locked for c in book[FIGURES][HEADER_ROW])
    assert book[FIGURES].freeze_panes == f"C{FIRST}"


def test_a_value_is_a_number_that_its_kind_allows(book: Any, catalogue: Catalogue) -> None:
    limits = {"count": ("0", "1E+99"), "share": ("0", "100")}
    for sheet, names in (
        (book[FIGURES], (VALUE,)),
        (book[DISTRICTS], ("district-1", "district-2")),
    ):
        for row in _rows(sheet):
            kind = catalogue.variables[row[ID].value].kind
            for name in names:
                (rule,) = _allowed(sheet, row[name].coordinate)
                found = (rule.type, rule.formula1, rule.formula2)
                assert found == ("decimal", *limits.get(kind, ("-1E+99", "1E+99")))
                assert rule.errorStyle in (None, "stop") and rule.showErrorMessage


def test_a_unit_is_one_of_a_list(book: Any, catalogue: Catalogue) -> None:
    one = next(d for d in departments(catalogue) if d.zh == "统计局")
    expected = {r.variable.id: r.units for r in rows_of(one, catalogue, "CNY")}
    for row in _rows(book[FIGURES]):
        (rule,) = _allowed(book[FIGURES], row[UNIT].coordinate)
        assert (rule.type, rule.errorStyle) == ("list", "stop")
        assert tuple(rule.formula1.strip('"').split(",")) == expected[row[ID].value]
        assert row[UNIT].value == expected[row[ID].value][0]


@pytest.mark.parametrize("currency", ["CNY", "MAD"])
def test_every_unit_of_a_list_converts_and_the_first_is_worth_one(
    catalogue: Catalogue, currency: str
) -> None:
    for department in departments(catalogue):
        for row in rows_of(department, catalogue, currency):
            wanted = row.variable.unit
            assert wanted in row.units
            assert [u for u in row.units if factor(u, wanted, currency) is None] == []
            assert factor(row.units[0], wanted, currency) == pytest.approx(1)
            # A list written into a cell's rule holds 255 characters and parts them by commas.
            assert len(",".join(row.units)) <= 255 and "," not in "".join(row.units)


def test_quality_and_period_are_chosen_from_lists(book: Any) -> None:
    for sheet in (book[FIGURES], book[DISTRICTS]):
        for row in _rows(sheet):
            (quality,) = _allowed(sheet, row[QUALITY].coordinate)
            assert (quality.type, quality.formula1) == ("list", '"A,B,C,D,E,F"')
            (period,) = _allowed(sheet, row[PERIOD].coordinate)
            assert period.type == "list" and '"2026,2025,2024,' in period.formula1
            # A quarter may be given: the list of years warns and does not refuse.
            assert period.errorStyle == "warning"


def test_what_may_be_entered_is_said_in_both_languages_within_what_a_sheet_holds(
    book: Any,
) -> None:
    for sheet in (book[FIGURES], book[DISTRICTS]):
        for rule in sheet.data_validations.dataValidation:
            zh, _, en = rule.prompt.partition("\n")
            assert zh and en and en.isascii() and not zh.isascii()
            assert len(rule.prompt) <= 255 and rule.prompt == rule.error


# --- bytes ---

SAME = """
import hashlib
from jinglun.loop.catalogue import framework_catalogue
from jinglun.loop.offices import departments
from jinglun.loop.sheets import workbook_bytes
from jinglun.loop.workbooks import Request, rows_of
found = hashlib.sha256()
for d in departments(framework_catalogue())[:3]:
    rows = rows_of(d, framework_catalogue(), "CNY")
    request = Request("市", "City", "mycity", "CNY", 2025, (("d", "区"),))
    found.update(workbook_bytes(d, rows, request))
print(found.hexdigest())
"""


def test_equal_requests_give_equal_bytes_in_any_process(catalogue: Catalogue) -> None:
    told = set()
    for seed in ("1", "77"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "TZ": f"UTC{seed}"}
        done = subprocess.run(
            [sys.executable, "-c", SAME], capture_output=True, text=True, env=env, check=True
        )
        told.add(done.stdout)
    here = hashlib.sha256()
    for d in departments(catalogue)[:3]:
        request = Request("市", "City", "mycity", "CNY", 2025, (("d", "区"),))
        here.update(workbook_bytes(d, rows_of(d, catalogue, "CNY"), request))
    assert told == {here.hexdigest() + "\n"}


def test_nothing_in_a_workbook_tells_when_it_was_made(catalogue: Catalogue) -> None:
    with zipfile.ZipFile(io.BytesIO(_made(catalogue, "教育局"))) as parts:
        assert {p.date_time for p in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = parts.read("docProps/core.xml").decode()
        assert core.count("1980-01-01T00:00:00Z") == 2 and "202" not in core


# --- hostile words ---


def test_words_that_look_like_a_formula_or_cannot_stand_in_a_file_do_no_harm(
    catalogue: Catalogue,
) -> None:
    from openpyxl import load_workbook

    bad = Request("=1+1", "\x00\x0b<&", "=s", "CNY", 2025, (("=d", "=HYPERLINK(1)"),))
    rows = rows_of(departments(catalogue)[0], catalogue, "CNY")
    book = load_workbook(io.BytesIO(workbook_bytes(Department("=局", "=x"), rows, bad)))
    cells = [c for sheet in book for row in sheet for c in row if c.value is not None]
    assert [c.coordinate for c in cells if c.data_type == "f"] == []
    assert book[FIGURES]["A1"].value == "=1+1 <& · =局 =x"


def test_the_feed_reads_the_very_columns_that_were_written(
    catalogue: Catalogue, tmp_path: Any
) -> None:
    (tmp_path / "w.xlsx").write_bytes(_made(catalogue, "统计局"))

    def read(sheet: str) -> list[str]:
        said: Mapping[str, Any] = {"sheet": sheet, "header": (HEADER_ROW,), "feed": "spreadsheet"}
        source = Source("w", "w.xlsx", "", "", "", "", **said)
        return spreadsheet.header(tmp_path / "w.xlsx", source)

    assert read(FIGURES) == list(COLUMNS)
    assert read(DISTRICTS) == [*KEPT, "district-1", "district-2"]
