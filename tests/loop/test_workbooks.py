"""Whether what clerks fill in comes back as facts, and what they spoil is named and no more."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jinglun.loop.begin import Wish, write_new
from jinglun.loop.files import workbook_files
from jinglun.loop.offices import departments
from jinglun.loop.sense import Sensed
from jinglun.loop.workbooks import (
    DISTRICTS,
    FIGURES,
    HEADER_ROW,
    ID,
    PERIOD,
    QUALITY,
    UNIT,
    VALUE,
    Request,
    file_name,
    rows_of,
    workbook_sources,
    write_workbooks,
)
from jinglun.model.catalogue import Catalogue
from jinglun.model.facts import QUALITY as CLASSES

Sense = Callable[[Path], Sensed]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new city of two districts, as it is sent out: never write it."""
    folder = tmp_path_factory.mktemp("city") / "new"
    write_new(folder, Wish(districts=("东区", "西区"), year=2025))
    return folder


@pytest.fixture
def city(made: Path, tmp_path: Path) -> Path:
    """The workbooks of a city that a test may spoil: those of three departments."""
    folder = tmp_path / "city"
    keep = {"统计局.xlsx", "教育局.xlsx", "财政局.xlsx"}
    shutil.copytree(made, folder)
    for path in workbook_files(folder):
        if path.name not in keep:
            path.unlink()
    return folder


def fill(path: Path, sheet: str, **rows: dict[str, Any]) -> None:
    """Write into the cells of a workbook as a clerk does: by row id and column."""
    from openpyxl import load_workbook

    book = load_workbook(path)
    cells = book[sheet]
    at = {cells.cell(r, 1).value: r for r in range(HEADER_ROW + 1, cells.max_row + 1)}
    columns = {cells.cell(HEADER_ROW, c).value: c for c in range(1, cells.max_column + 1)}
    for ident, row in rows.items():
        for name, value in row.items():
            cells.cell(at[ident], columns[name]).value = value
    book.save(path)


def facts(sensed: Sensed) -> list[tuple[str, str, str, float, str, str]]:
    found = sensed.facts
    return sorted(
        (
            sensed.places.all[found.place[i]].id,
            sensed.periods[found.period[i]],
            sensed.variables[found.variable[i]],
            float(found.value[i]),
            CLASSES[found.quality[i]],
            str(found.locator[i]),
        )
        for i in range(len(found))
    )


def row_of(path: Path, sheet: str, ident: str) -> int:
    from openpyxl import load_workbook

    cells = load_workbook(path)[sheet]
    rows = range(HEADER_ROW + 1, cells.max_row + 1)
    return next(r for r in rows if cells.cell(r, 1).value == ident)


# --- what is written ---


def test_every_variable_of_the_framework_is_asked_for_once(catalogue: Catalogue) -> None:
    asked = [r.variable.id for d in departments(catalogue) for r in rows_of(d, catalogue, "CNY")]
    assert sorted(asked) == sorted(catalogue.variables)


def test_a_file_name_is_one_that_every_disk_can_hold(catalogue: Catalogue) -> None:
    names = [file_name(d) for d in departments(catalogue)]
    assert len({n.casefold() for n in names}) == len(names)
    for name in names:
        assert not set(name) & set('<>:"/\\|?*') and len(name.encode()) < 200


def test_workbooks_that_are_there_are_not_written_again(city: Path, catalogue: Catalogue) -> None:
    mine = city / "workbooks/统计局.xlsx"
    mine.write_bytes(b"mine")
    written = write_workbooks(city, Request("市", "City", "mycity", "CNY", 2025), catalogue)
    assert mine.read_bytes() == b"mine"
    assert {"统计局.xlsx", "教育局.xlsx", "财政局.xlsx"} & set(written) == set()
    assert len(written) == len(departments(catalogue)) - 3


# --- what is read back ---


def test_what_nobody_filled_in_gives_no_fact_and_no_problem(made: Path, sense_city: Sense) -> None:
    found = sense_city(made)
    assert (len(found.facts), found.problems, found.rejects.source) == (0, (), [])


def test_what_is_filled_in_comes_back_with_file_row_and_column(
    city: Path, sense_city: Sense
) -> None:
    """By hand: 3600亿元 is 3.6e11; 155.5万人 is 1,555,000; no quality said is unknown, F."""
    book = city / "workbooks/统计局.xlsx"
    labour = {VALUE: 155.5, UNIT: "万人", PERIOD: "2024"}
    fill(book, FIGURES, gdp={VALUE: 3600, UNIT: "亿元", QUALITY: "A"}, labour_force=labour)
    pop = {"district-1": 180, "district-2": 120, UNIT: "万人", QUALITY: "B"}
    fill(book, DISTRICTS, resident_pop=pop)
    found = sense_city(city)
    rows = {v: row_of(book, FIGURES, v) for v in ("gdp", "labour_force")}
    at = row_of(book, DISTRICTS, "resident_pop")
    assert facts(found) == [
        ("district-1", "2025", "resident_pop", 1.8e6, "B", f"统计局.xlsx:{at}:district-1"),
        ("district-2", "2025", "resident_pop", 1.2e6, "B", f"统计局.xlsx:{at}:district-2"),
        (
            "mycity",
            "2024",
            "labour_force",
            1_555_000,
            "F",
            f"统计局.xlsx:{rows['labour_force']}:{VALUE}",
        ),
        ("mycity", "2025", "gdp", 3.6e11, "A", f"统计局.xlsx:{rows['gdp']}:{VALUE}"),
    ]
    assert (found.problems, found.rejects.source) == ((), [])
    used = {i["source"]: i["values_used"] for i in found.inputs if i["values_used"]}
    assert used == {"workbook-统计局": 2, "workbook-统计局-districts": 2}


def test_what_cannot_be_is_set_aside_with_its_cell_and_the_rest_is_used(
    city: Path, sense_city: Sense
) -> None:
    book = city / "workbooks/统计局.xlsx"
    wrong = {
        "employed_persons": {VALUE: "约150万"},
        "unemployment_rate": {VALUE: 130},
        "labour_force": {VALUE: -4},
        "pop_15_plus": {VALUE: 4, UNIT: "亿元"},
        "pop_10_plus": {VALUE: 4, PERIOD: "去年"},
        "households": {ID: "huseholds", VALUE: 9},
    }
    fill(book, FIGURES, gdp={VALUE: 3600}, **wrong)
    found = sense_city(city)
    assert [f[2:4] for f in facts(found)] == [("gdp", 3600.0)]
    lines = {v: row_of(book, FIGURES, v) for v in [*wrong, "huseholds"] if v != "households"}
    expected = [
        ("employed_persons", VALUE, "约150万", "not_a_number"),
        ("unemployment_rate", VALUE, "130", "over_100"),
        ("labour_force", VALUE, "-4", "negative"),
        ("pop_15_plus", UNIT, "亿元", "unit_not_convertible"),
        ("pop_10_plus", PERIOD, "去年", "bad_period"),
        ("huseholds", ID, "huseholds", "unknown_variable"),
    ]
    rejects = found.rejects
    told = zip(rejects.locator, rejects.value, rejects.reason, strict=True)
    assert sorted(told) == sorted(
        (f"统计局.xlsx:{lines[v]}:{column}", value, reason) for v, column, value, reason in expected
    )


def test_a_workbook_may_be_renamed_and_laid_in_a_folder(
    city: Path, catalogue: Catalogue, sense_city: Sense
) -> None:
    home = city / "workbooks"
    fill(home / "统计局.xlsx", FIGURES, gdp={VALUE: 5})
    (home / "2025").mkdir()
    (home / "统计局.xlsx").rename(home / "2025" / "统计局（第二稿）.XLSX")
    first = workbook_sources(city, catalogue)[0]
    assert first.id == "workbook-2025-统计局（第二稿）"
    assert (first.title_en, first.publisher) == (
        "Workbook of the Statistics office",
        "统计局 Statistics office",
    )
    assert [f[2:4] for f in facts(sense_city(city))] == [("gdp", 5.0)]


def test_what_programs_leave_beside_workbooks_is_passed_over(
    city: Path, catalogue: Catalogue
) -> None:
    before = [s.id for s in workbook_sources(city, catalogue)]
    for name in ("~$统计局.xlsx", ".DS_Store", "._统计局.xlsx", "说明.docx", "Thumbs.db"):
        (city / "workbooks" / name).write_bytes(b"x")
    assert [s.id for s in workbook_sources(city, catalogue)] == before
    assert before == [
        *("workbook-教育局", "workbook-教育局-districts"),
        *("workbook-统计局", "workbook-统计局-districts"),
        *("workbook-财政局", "workbook-财政局-districts"),
    ]


def test_a_city_without_workbooks_has_no_such_source(tmp_path: Path, catalogue: Catalogue) -> None:
    assert workbook_sources(tmp_path, catalogue) == []
    (tmp_path / "workbooks").mkdir()
    assert workbook_sources(tmp_path, catalogue) == []


def test_a_workbook_of_somebody_else_is_named_and_costs_nothing_more(
    city: Path, sense_city: Sense
) -> None:
    from openpyxl import Workbook, load_workbook

    home = city / "workbooks"
    fill(home / "统计局.xlsx", FIGURES, gdp={VALUE: 5})
    Workbook().save(home / "通讯录.xlsx")
    (home / "截断.xlsx").write_bytes((home / "财政局.xlsx").read_bytes()[:3000])
    (home / "财政局.xlsx").unlink()
    lost = load_workbook(home / "教育局.xlsx")
    lost[FIGURES].delete_cols(1)
    lost.save(home / "教育局.xlsx")
    found = sense_city(city)
    assert [f[2:4] for f in facts(found)] == [("gdp", 5.0)]
    told = {(p.code, p.file.rsplit("/", 1)[-1] + p.place, p.found) for p in found.problems}
    assert ("unknown_sheet", "通讯录.xlsx", FIGURES) in told
    assert ("broken_file", "截断.xlsx", "") in told
    assert [p.found for p in found.problems if p.code == "unknown_column"] == [ID]
    assert len(told) == 3


def test_a_link_out_of_the_folder_is_refused(
    city: Path, tmp_path: Path, problems_of: Callable[[Path], list[Any]]
) -> None:
    outside = tmp_path / "outside.xlsx"
    (city / "workbooks/统计局.xlsx").rename(outside)
    (city / "workbooks/统计局.xlsx").symlink_to(outside)
    assert {p.code for p in problems_of(city)} == {"outside_folder"}


def test_a_workbook_that_sources_toml_reads_is_left_to_it(city: Path, catalogue: Catalogue) -> None:
    first, second, *_ = workbook_sources(city, catalogue)
    ids = [s.id for s in workbook_sources(city, catalogue, [first])]
    assert first.id not in ids and second.id not in ids and len(ids) == 4


def test_two_sources_never_share_an_id(city: Path, catalogue: Catalogue) -> None:
    home = city / "workbooks"
    (home / "a").mkdir()
    shutil.copy(home / "统计局.xlsx", home / "a" / "b.xlsx")
    shutil.copy(home / "统计局.xlsx", home / "a-b.xlsx")
    ids = [s.id for s in workbook_sources(city, catalogue)]
    assert len(ids) == len(set(ids)) == 10
