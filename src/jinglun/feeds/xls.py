"""What is in a sheet of an .xls workbook, the form that Excel wrote until 2003."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jinglun.feeds.sheets import Merged, Sheet, moment, text_of, which
from jinglun.model.city import Source
from jinglun.model.errors import InputError, Problem

_LOCKED = "EncryptedPackage".encode("utf-16-le")


@contextmanager
def opened(path: Path, source: Source) -> Iterator[Sheet]:
    """Open the sheet that a source names. A formula's value is always stored in this form.

    Errors: InputError where the workbook has a password or no such sheet; else what xlrd raises.
    """
    import xlrd

    try:
        # What xlrd finds odd would go to standard output.
        book = xlrd.open_workbook(
            str(path),
            logfile=io.StringIO(),
            formatting_info=True,
            on_demand=True,
            # Else one cell far down and right makes sixteen million of nothing.
            ragged_rows=True,
        )
    except xlrd.XLRDError as error:
        if "encrypted" in str(error) or _is_locked(path):
            raise InputError([Problem("encrypted_workbook", source.path, "")]) from error
        raise
    with book:
        sheet = book.sheet_by_index(which(book.sheet_names(), source))
        merged = [Merged(r0 + 1, c0 + 1, r1, c1) for r0, r1, c0, c1 in sheet.merged_cells]
        yield Sheet(_rows(book, sheet), sheet.ncols, merged)


def _is_locked(path: Path) -> bool:
    """Say whether this is the wrapping of an .xlsx workbook that has a password."""
    last = b""
    with path.open("rb") as stream:
        while piece := stream.read(1 << 20):
            if _LOCKED in last + piece:
                return True
            last = piece[-len(_LOCKED) :]
    return False


def _rows(book: Any, sheet: Any) -> Iterator[list[str]]:
    import xlrd
    from openpyxl.styles.numbers import is_timedelta_format

    epoch = 1904 if book.datemode else 1900

    def date(number: float, row: int, column: int) -> str:
        style = book.xf_list[sheet.cell_xf_index(row, column)]
        shown = book.format_map[style.format_key].format_str
        return moment(number, "hours" if is_timedelta_format(shown) else "date", epoch)

    for row in range(sheet.nrows):
        cells = zip(sheet.row_types(row), sheet.row_values(row), strict=True)
        yield [
            date(value, row, column) if kind == xlrd.XL_CELL_DATE else _text(kind, value)
            for column, (kind, value) in enumerate(cells)
        ]


def _text(kind: int, value: Any) -> str:
    import xlrd

    if kind == xlrd.XL_CELL_BOOLEAN:
        return text_of(bool(value))
    if kind == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(value, f"#{value}"))
    return text_of(value)
