"""How a sheet of a workbook (.xlsx, .xlsm, .xls) becomes a table of text with row numbers."""

from __future__ import annotations

import re
import zipfile
from collections import deque
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from jinglun.feeds import xls, xlsx
from jinglun.feeds.rows import Reading, fill, joined, one_file, quoted, reason, unique_names
from jinglun.feeds.sheets import Merged, Sheet
from jinglun.model.city import Source
from jinglun.model.errors import InputError, Problem

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The first record of a workbook of before 1997, which was no container of other files.
_BIFF = (b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08")
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_LAYOUT = re.compile(rf"(?<=[{_WIDE}])\s+|\s+(?=[{_WIDE}])")
_MOST_SPANS = 16_384
_Row = tuple[int, list[str], list[tuple[Merged, str]]]


def read(
    connection: Any,
    path: Path,
    source: Source,
    table: str,
    only: Collection[str] | None = None,
) -> Reading:
    """Load a sheet's columns as text into `table`, with `__row` the number that the sheet shows.

    The header is in the rows that the source names; their texts are joined with /, and a merged
    cell names every column below it. A record is a row after the header with two cells filled
    (one, where the table has one column): any other is a title, a footnote or blank. A merged
    cell counts once and fills every row and column of its range. What stands beside the columns
    that have a name is left out. Errors: a file that is no workbook, has a password, unpacks to
    too much or has no such sheet or header gives one problem.
    """
    source = one_file(source, path)
    try:
        with _opened(path, source) as sheet:
            rows = _rows(sheet)
            names = _names(rows, sheet, source)
            fill(connection, table, names, _records(rows, len(names), max(source.header)), only)
            return Reading(_unvalued(sheet, source))
    except InputError as error:
        problems = list(error.problems)
    except Exception as error:  # noqa: BLE001  expat, zipfile and xlrd raise anything on broken bytes
        problems = [Problem("broken_file", source.path, "", hint=reason(error))]
    connection.execute(f"DROP TABLE IF EXISTS {quoted(table)}")
    return Reading(problems)


def header(path: Path, source: Source) -> list[str]:
    """Return the names of a sheet's columns as `read` gives them; empty when it cannot be read."""
    try:
        with _opened(path, source) as sheet:
            return _names(_rows(sheet), sheet, source)
    except Exception:  # noqa: BLE001  expat, zipfile and xlrd raise anything on broken bytes
        return []


# --- which program wrote it ---


def _opened(path: Path, source: Source) -> AbstractContextManager[Sheet]:
    """Open a workbook by what its bytes are, whatever its name says."""
    with path.open("rb") as stream:
        start = stream.read(4096)
    if start.startswith(b"PK"):
        _see_kind(path, source)
        return xlsx.opened(path, source)
    if start.startswith((_OLE, *_BIFF)):
        return xls.opened(path, source)
    if not start.strip():
        raise InputError([Problem("empty_file", source.path, "")])
    raise InputError([_no_workbook(start, source)])


def _see_kind(path: Path, source: Source) -> None:
    """Raise InputError for another kind of file that is packed in the same way."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        kinds = {"xl/workbook.bin": ".xlsb", "word/document.xml": ".docx", "mimetype": ".ods"}
        found = next((kind for name, kind in kinds.items() if name in names), None)
    if found:
        raise InputError([Problem("not_a_workbook", source.path, "", found)])


def _no_workbook(start: bytes, source: Source) -> Problem:
    """Return the problem of a file that is called a workbook and is text, a page or neither."""
    marks = start.lower().replace(b"\0", b"")
    for mark, found in ((b"mime-version", "MHTML"), (b"<html", "HTML"), (b"<table", "HTML")):
        if mark in marks:
            return Problem("not_a_workbook", source.path, "", found)
    if b"<?xml" in marks:
        return Problem("not_a_workbook", source.path, "", "XML")
    if b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Problem("broken_file", source.path, "", hint=repr(start[:8]))
    return Problem("text_not_workbook", source.path, "", start[:40].decode("utf-8", "replace"))


# --- rows ---


def _rows(sheet: Sheet) -> Iterator[_Row]:
    """Yield every row's number and texts, and the merged ranges that it is in with their text."""
    waiting = deque(sorted(sheet.merged))
    spans: list[tuple[Merged, str]] = []
    for number, texts in enumerate(sheet.rows, start=1):
        spans = [span for span in spans if span[0].bottom >= number] if spans else []
        while waiting and waiting[0].top <= number:
            merged = waiting.popleft()
            there = merged.top == number and merged.left <= len(texts)
            spans.append((merged, texts[merged.left - 1] if there else ""))
        if len(spans) > _MOST_SPANS:
            raise ValueError(f"row {number} is in {len(spans)} merged ranges")
        yield number, texts, spans


def _names(rows: Iterator[_Row], sheet: Sheet, source: Source) -> list[str]:
    """Return the names in the header, and leave `rows` at the row after it."""
    told: set[Merged] = set()
    found = []
    for number, texts, spans in rows:
        if number in source.header:
            found.append(_header_row(texts, spans, told, sheet.width))
        if number >= max(source.header):
            break
    names = [_LAYOUT.sub("", " ".join(name.split())) for name in joined(found)]
    while names and not names[-1]:
        names.pop()
    if not names:
        place = f"row {max(source.header)}"
        raise InputError([Problem("blank_header", source.path, place)])
    return unique_names(names)


def _header_row(
    texts: list[str], spans: list[tuple[Merged, str]], told: set[Merged], width: int
) -> list[str]:
    """Return a row of a header, with a merged cell's text over each of its columns, but once."""
    row = [*texts, *[""] * (width - len(texts))]
    for merged, text in spans:
        columns = range(merged.left - 1, min(merged.right, width))
        for at in columns:
            row[at] = "" if merged in told else text
        told.add(merged)
    return row


def _records(rows: Iterator[_Row], width: int, last: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are records, with merged cells filled that began after row `last`."""
    for number, texts, spans in rows:
        row = [*texts[:width], *[""] * (width - len(texts))]
        filled = sum(map(bool, row))
        for merged, text in spans:
            columns = range(merged.left - 1, min(merged.right, width))
            if merged.top > last and columns:
                filled += bool(text) - sum(bool(row[at]) for at in columns)
                for at in columns:
                    row[at] = text
        if filled >= min(2, width):
            yield number, row


def _unvalued(sheet: Sheet, source: Source) -> list[Problem]:
    """Return the warning that formulas were stored without a value, where there are any."""
    if not sheet.formulas:
        return []
    place, found = f"cell {sheet.unvalued}", str(sheet.formulas)
    return [Problem("unvalued_formulas", source.path, place, found, severity="warning")]
