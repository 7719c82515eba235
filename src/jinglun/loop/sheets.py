"""How a department's workbook looks: cells, what may go into them, and the same bytes each time."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from jinglun.loop.offices import Department
from jinglun.loop.workbooks import (
    COLUMNS,
    CONTACT,
    DISTRICTS,
    FIGURES,
    HEADER_ROW,
    KEPT,
    PERIOD,
    QUALITY,
    REMARK,
    UNIT,
    VALUE,
    Request,
    Row,
)
from jinglun.model.facts import QUALITY as CLASSES
from jinglun.pages.words import words

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

HOW_TO = "说明 how to fill in"
INPUT = (UNIT, PERIOD, VALUE, QUALITY, CONTACT, REMARK)
WIDTHS = (22, 30, 26, 52, 12, 11, 9, 22, 16, 9, 18, 30)
YEARS_BACK = 10
HOW_TO_LINES = 8
LOOKS = ("title", "header", "plain", "note", "locked", "input")
# Excel has styles of its own called Input and Note.
_OURS = "jinglun "
_FILL = {"header": "D9E2EC", "locked": "F0F0F0", "input": "FFF8DC"}
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DAY_ONE = (1980, 1, 1, 0, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def workbook_bytes(department: Department, rows: Sequence[Row], request: Request) -> bytes:
    """Return the workbook of a department; equal requests give equal bytes."""
    from openpyxl import Workbook

    book = Workbook()
    book.properties.creator = "Jinglun"
    _looks(book)
    _figures(book.active, department, rows, request)
    by_district = [row for row in rows if row.by_district]
    if request.districts and by_district:
        _districts(book.create_sheet(DISTRICTS), department, by_district, request)
    _how_to(book.create_sheet(HOW_TO), request)
    return _fixed(book)


def _fixed(book: Workbook) -> bytes:
    """Return a workbook's bytes without the time and the machine it was made on."""
    made, fixed = io.BytesIO(), io.BytesIO()
    book.save(made)
    stamp = rb"\g<1>1980-01-01T00:00:00Z"
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(fixed, "w") as new:
        for part in old.infolist():
            # Stored, not packed: two versions of zlib pack the same text into different bytes.
            entry = zipfile.ZipInfo(part.filename, _DAY_ONE)
            entry.create_system = 0
            data = old.read(part)
            new.writestr(entry, _STAMP.sub(stamp, data) if "core.xml" in part.filename else data)
    return fixed.getvalue()


# --- the sheets ---------------------------------------------------------------------------------


def _figures(
    sheet: Worksheet, department: Department, rows: Sequence[Row], request: Request
) -> None:
    sheet.title = FIGURES
    _head(sheet, department, request, "workbook.fill_in", COLUMNS)
    for at, row in enumerate(rows, start=HEADER_ROW + 1):
        given = request.given.get(row.variable.id)
        values = (
            *(row.variable.id, row.variable.zh, row.variable.en, row.definition),
            *(row.units[0], request.subject, _period(given.period if given else request.year)),
            request.last.get(row.variable.id),
            *((given.value, given.quality) if given else (None, None)),
            None,
            _joined(row.remark, _bilingual("workbook.given") if given else ""),
        )
        for column, (name, value) in enumerate(zip(COLUMNS, values, strict=True), start=1):
            _put(sheet, at, column, value, "input" if name in INPUT else "locked")
    _allow(sheet, rows, list(COLUMNS), [COLUMNS.index(VALUE) + 1], request.year)
    for column, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[sheet.cell(1, column).column_letter].width = width
    _finish(sheet, "C")


def _districts(
    sheet: Worksheet, department: Department, rows: Sequence[Row], request: Request
) -> None:
    """Write a row a figure and a column a district, its id in the header and its name above."""
    header = [*KEPT, *(ident for ident, _ in request.districts)]
    _head(sheet, department, request, "workbook.fill_in_districts", header)
    first = len(KEPT) + 1
    for column, (_, name) in enumerate(request.districts, start=first):
        _put(sheet, HEADER_ROW - 1, column, name, "header")
    for at, row in enumerate(rows, start=HEADER_ROW + 1):
        fixed = (row.variable.id, row.variable.zh, row.units[0], request.year, None)
        for column, (name, value) in enumerate(zip(KEPT, fixed, strict=True), start=1):
            _put(sheet, at, column, value, "input" if name in INPUT else "locked")
        for column in range(first, len(header) + 1):
            _put(sheet, at, column, None, "input")
    _allow(sheet, rows, header, range(first, len(header) + 1), request.year)
    for column in range(1, len(header) + 1):
        width = WIDTHS[column - 1] if column < 3 else 13
        sheet.column_dimensions[sheet.cell(1, column).column_letter].width = width
    _finish(sheet, "C")


def _how_to(sheet: Worksheet, request: Request) -> None:
    lines = []
    for language in ("zh", "en"):
        w = words(language)
        lines += [w("workbook.how_to"), *(w(f"workbook.how_{n}") for n in range(1, HOW_TO_LINES))]
        lines += [f"{c}  {w(f'quality.{c}')}" for c in CLASSES] + [""]
    for at, line in enumerate(lines, start=1):
        _put(sheet, at, 1, line, "note")
    sheet.column_dimensions["A"].width = 110
    sheet.protection.sheet = True


def _head(
    sheet: Worksheet, department: Department, request: Request, key: str, header: Sequence[str]
) -> None:
    titles = dict.fromkeys((request.title_zh, request.title_en))
    said = f"{' '.join(titles)} · {department.zh} {department.en}"
    for at, text in enumerate((said, words("zh")(key), words("en")(key)), start=1):
        _put(sheet, at, 1, text, "title" if at == 1 else "plain")
    for column, name in enumerate(header, start=1):
        _put(sheet, HEADER_ROW, column, name, "header")


def _finish(sheet: Worksheet, first_moving: str) -> None:
    """Freeze what names the rows and columns, and let nothing but the input cells be changed."""
    sheet.freeze_panes = f"{first_moving}{HEADER_ROW + 1}"
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"


# --- cells --------------------------------------------------------------------------------------


def _period(said: str | int) -> str | int:
    """Return a year as the number a clerk would type, another period as its text."""
    return int(said) if str(said).isdigit() else said


def _joined(*texts: str) -> str | None:
    return "\n".join(t for t in texts if t) or None


def _bilingual(key: str) -> str:
    return f"{words('zh')(key)} {words('en')(key)}"


def _looks(book: Workbook) -> None:
    """Give the workbook its looks, under the names that `_put` uses."""
    from openpyxl.styles import Alignment, Font, NamedStyle, PatternFill, Protection

    for name in LOOKS:
        look = NamedStyle(name=f"{_OURS}{name}")
        look.font = Font(bold=name in ("header", "title"), size=14 if name == "title" else 11)
        look.alignment = Alignment(vertical="top", wrap_text=name not in ("title", "plain"))
        look.protection = Protection(locked=name != "input")
        if name in _FILL:
            look.fill = PatternFill("solid", fgColor=_FILL[name])
        book.add_named_style(look)


def _put(sheet: Worksheet, row: int, column: int, value: Any, look: str) -> None:
    """Write one cell; a text is a text, whatever sign it begins with."""
    cell = sheet.cell(row, column)
    cell.style = f"{_OURS}{look}"
    if isinstance(value, str):
        cell.value = _NOT_IN_XML.sub("", value)
        cell.data_type = "s"
    elif value is not None:
        cell.value = value
    if isinstance(value, float) and value == int(value):
        cell.number_format = "#,##0"


# --- what may go in -----------------------------------------------------------------------------


def _allow(
    sheet: Worksheet,
    rows: Sequence[Row],
    header: Sequence[str],
    values: Sequence[int],
    year: int,
) -> None:
    """Let only numbers of the kind, convertible units, years and quality classes be entered."""
    first, last = HEADER_ROW + 1, HEADER_ROW + len(rows)
    by_units: dict[tuple[str, ...], list[int]] = {}
    by_kind: dict[str, list[int]] = {}
    for at, row in enumerate(rows, start=first):
        by_units.setdefault(row.units, []).append(at)
        by_kind.setdefault(row.variable.kind, []).append(at)
    for units, lines in by_units.items():
        _list(sheet, units, "unit", [(header.index(UNIT) + 1, at, at) for at in lines])
    years = [str(year - n) for n in range(-1, YEARS_BACK)]
    _list(sheet, years, "period", [(header.index(PERIOD) + 1, first, last)])
    _list(sheet, tuple(CLASSES), "quality", [(header.index(QUALITY) + 1, first, last)])
    for kind, lines in by_kind.items():
        _decimal(sheet, kind, [(c, at, at) for at in lines for c in (values[0],)], values[-1])


def _list(
    sheet: Worksheet, choices: Sequence[str], key: str, areas: list[tuple[int, int, int]]
) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    # Only whole years are scored, yet a quarter may be given: the list of years only warns.
    rule = DataValidation(
        type="list",
        formula1='"' + ",".join(choices) + '"',
        allow_blank=True,
        errorStyle="warning" if key == "period" else "stop",
    )
    _speak(rule, key)
    for column, top, bottom in areas:
        letter = sheet.cell(1, column).column_letter
        rule.add(f"{letter}{top}:{letter}{bottom}")
    sheet.add_data_validation(rule)


def _decimal(
    sheet: Worksheet, kind: str, areas: list[tuple[int, int, int]], last_column: int
) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    low, high = {"share": ("0", "100"), "count": ("0", "1E+99")}.get(kind, ("-1E+99", "1E+99"))
    rule = DataValidation(
        type="decimal", operator="between", formula1=low, formula2=high, allow_blank=True
    )
    _speak(rule, {"share": "share", "count": "count"}.get(kind, "amount"))
    end = sheet.cell(1, last_column).column_letter
    for column, top, bottom in areas:
        rule.add(f"{sheet.cell(1, column).column_letter}{top}:{end}{bottom}")
    sheet.add_data_validation(rule)


def _speak(rule: Any, key: str) -> None:
    """Say in both languages what may be entered, before and after a wrong entry."""
    text = "\n".join(words(language)(f"workbook.allowed_{key}") for language in ("zh", "en"))
    rule.prompt = rule.error = text[:255]
    rule.showInputMessage = rule.showErrorMessage = True
