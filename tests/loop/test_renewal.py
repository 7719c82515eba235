"""Whether workbooks are renewed with last values, and what anybody filled in is left alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from jinglun.loop.answers import Answer
from jinglun.loop.begin import Wish, write_new
from jinglun.loop.renewal import renew
from jinglun.loop.workbooks import (
    CONTACT,
    DISTRICTS,
    FIGURES,
    HEADER_ROW,
    LAST,
    PERIOD,
    QUALITY,
    REMARK,
    UNIT,
    VALUE,
)
from jinglun.model.errors import InputError
from jinglun.model.release import Release

WISH = Wish(districts=("东区", "西区"), year=2024)


@pytest.fixture
def city(tmp_path: Path) -> Path:
    write_new(tmp_path / "city", WISH)
    return tmp_path / "city"


def _write(path: Path, sheet: str, ident: str, column: str, value: Any) -> None:
    book = load_workbook(path)
    cells = book[sheet]
    rows = {cells.cell(r, 1).value: r for r in range(HEADER_ROW + 1, cells.max_row + 1)}
    columns = {cells.cell(HEADER_ROW, c).value: c for c in range(1, cells.max_column + 1)}
    cells.cell(rows[ident], columns[column]).value = value
    book.save(path)


def _row(path: Path, ident: str) -> dict[str, Any]:
    cells = load_workbook(path)[FIGURES]
    header = [c.value for c in cells[HEADER_ROW]]
    rows = cells.iter_rows(min_row=HEADER_ROW + 1, values_only=True)
    return next(dict(zip(header, r, strict=True)) for r in rows if r[0] == ident)


def test_what_nobody_filled_in_is_renewed_with_the_year(city: Path) -> None:
    names = sorted(p.name for p in (city / "workbooks").iterdir())
    written, kept = renew(city, 2025)
    assert (sorted(written), kept) == (names, [])
    assert _row(city / "workbooks/统计局.xlsx", "gdp")[PERIOD] == 2025


FILLED: dict[str, tuple[str, str, Any]] = {
    "统计局": (FIGURES, VALUE, 0),
    "教育局": (FIGURES, VALUE, "约3"),
    "财政局": (FIGURES, QUALITY, "A"),
    "水务局": (FIGURES, CONTACT, "王"),
    "民政局": (FIGURES, REMARK, "没有"),
    "科技局": (FIGURES, UNIT, "万元"),
    "公安局": (DISTRICTS, "district-2", 4),
    "司法局": (DISTRICTS, QUALITY, "A"),
    "数据局": (DISTRICTS, UNIT, "万人"),
}
"""What one clerk of each department did: one cell changed, a different one in each."""


def test_what_anybody_filled_in_keeps_its_every_byte(city: Path) -> None:
    mine = {name: city / f"workbooks/{name}.xlsx" for name in FILLED}
    for name, (sheet, column, value) in FILLED.items():
        first = load_workbook(mine[name])[sheet].cell(HEADER_ROW + 1, 1).value
        _write(mine[name], sheet, first, column, value)
    before = {name: path.read_bytes() for name, path in mine.items()}
    written, kept = renew(city, 2025)
    assert sorted(kept) == sorted(path.name for path in mine.values())
    assert set(written) & set(kept) == set() and len(written) > 10
    assert {name: path.read_bytes() for name, path in mine.items()} == before


def test_a_file_that_cannot_be_read_is_left_alone(city: Path) -> None:
    (city / "workbooks/统计局.xlsx").write_bytes(b"PK broken")
    (city / "workbooks/教育局.xlsx").unlink()
    written, kept = renew(city, 2025)
    assert kept == ["统计局.xlsx"] and "教育局.xlsx" in written
    assert (city / "workbooks/统计局.xlsx").read_bytes() == b"PK broken"


def test_a_workbook_of_next_year_tells_what_was_published(
    city: Path, turned: Callable[..., Release]
) -> None:
    """Last year's are laid in a folder of their own, as docs/adding/city.md says."""
    _write(city / "workbooks/统计局.xlsx", FIGURES, "gdp", VALUE, 3.5e11)
    turned(city, city / "release")
    (city / "workbooks/2024").mkdir()
    for path in (city / "workbooks").glob("*.xlsx"):
        path.rename(city / "workbooks/2024" / path.name)
    written, kept = renew(city, 2025)
    assert len(written) == len(list((city / "workbooks/2024").iterdir())) and kept == []
    row = _row(city / "workbooks/统计局.xlsx", "gdp")
    assert (row[LAST], row[PERIOD], row[VALUE]) == ("350,000,000,000 元（2024）", 2025, None)
    assert _row(city / "workbooks/统计局.xlsx", "households")[LAST] is None


def test_figures_given_at_the_start_count_as_filled_in(tmp_path: Path) -> None:
    given = {"pm25_annual_mean": Answer(31.0, "E", "2024")}
    write_new(tmp_path / "city", Wish(numbers=given))
    assert renew(tmp_path / "city", 2025)[1] == ["生态环境局.xlsx"]


def test_a_folder_that_is_no_city_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        renew(tmp_path, 2025)
    assert {p.code for p in refused.value.problems} == {"no_file"}
    assert list(tmp_path.iterdir()) == []
