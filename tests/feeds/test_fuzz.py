"""Any bytes give a reading, never a crash or a hang, and every record is read or set aside."""

from __future__ import annotations

import csv
import functools
import gzip
import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jinglun.feeds import delimited, parquet, spreadsheet
from jinglun.feeds.rows import ROW, Reading
from jinglun.model.city import Source
from jinglun.store.lake import connect

TABLE = [["区", "月", "件"], ["渝中区", "2024-01", 7], ["江北区", "2024-02", 8.5], ["x", "", 0]]


def _csv() -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(TABLE * 3)
    return text.getvalue().encode()


def _xlsx() -> bytes:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for row in TABLE:
        book.active.append(row)
    book.active.merge_cells("A2:A3")
    book.save(stream)
    return stream.getvalue()


def _xls() -> bytes:
    book, stream = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("a", cell_overwrite_ok=True)
    for row, cells in enumerate(TABLE):
        for column, value in enumerate(cells):
            sheet.write(row, column, value)
    sheet.merge(1, 2, 0, 0)
    book.save(stream)
    return stream.getvalue()


def _parquet() -> bytes:
    stream = io.BytesIO()
    columns = list(zip(*TABLE[1:], strict=True))
    pq.write_table(pa.table({str(n): list(c) for n, c in enumerate(columns)}), stream)
    return stream.getvalue()


WHOLE: dict[str, tuple[Any, str, Callable[[], bytes]]] = {
    "csv": (delimited, "a.csv", _csv),
    "gbk": (delimited, "a.csv", lambda: _csv().decode().encode("gbk")),
    "gzip": (delimited, "a.csv.gz", lambda: gzip.compress(_csv(), mtime=0)),
    "xlsx": (spreadsheet, "a.xlsx", _xlsx),
    "xls": (spreadsheet, "a.xls", _xls),
    "parquet": (parquet, "a.parquet", _parquet),
}


@functools.cache
def whole(kind: str) -> bytes:
    return WHOLE[kind][2]()


@functools.cache
def shared_connection() -> Any:
    return connect()


def read(feed: Any, name: str, data: bytes, **said: Any) -> tuple[Reading, list[Any]]:
    """Read bytes; every row must then be there to be fetched, and the header agree with them."""
    with tempfile.TemporaryDirectory() as folder:
        path, connection = Path(folder) / name, shared_connection()
        path.write_bytes(data)
        connection.execute("DROP VIEW IF EXISTS v")
        table = "v" if feed is parquet else "t"
        source = Source("s", name, "", "", "", "", **said)
        reading = feed.read(connection, path, source, table)
        assert isinstance(reading, Reading)
        names = feed.header(path, source)
        if any(p.severity == "error" for p in reading.problems):
            assert reading.ragged == []
            return reading, []
        columns = [c for c, *_ in connection.execute(f"DESCRIBE {table}").fetchall()]
        assert columns == [ROW, *names]
        return reading, connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()


def seen_to_be_sane(reading: Reading, rows: list[Any]) -> None:
    """No record twice, none both read and set aside, and every problem short enough to print."""
    numbers = [row[0] for row in rows] + [number for number, _ in reading.ragged]
    assert len(set(numbers)) == len(numbers) and all(number >= 1 for number in numbers)
    for problem in reading.problems:
        assert problem.code and len(problem.hint) <= 200 and len(problem.found) <= 200
        f"{problem.found}{problem.hint}{problem.place}".encode()


FAST = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("kind", WHOLE)
@settings(FAST, max_examples=15)
@given(data=st.binary(max_size=400))
def test_any_bytes_give_a_reading(kind: str, data: bytes) -> None:
    feed, name, _ = WHOLE[kind]
    for start in (b"", whole(kind)[:8]):
        seen_to_be_sane(*read(feed, name, start + data))


def changed(data: bytes, changes: list[tuple[float, bytes, int]]) -> bytes:
    """Bytes with others put in and left out, each at its share of the way."""
    made = bytearray(data)
    for share, put, left_out in changes:
        at = int(share * len(made))
        made[at : at + left_out] = put
    return bytes(made)


CHANGES = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=4), st.integers(0, 4)),
    min_size=1,
    max_size=6,
)


@pytest.mark.parametrize("kind", WHOLE)
@settings(FAST, max_examples=30)
@given(changes=CHANGES, end=st.floats(0.2, 1))
def test_a_file_with_bytes_changed_put_in_and_left_out_gives_a_reading(
    kind: str, changes: list[tuple[float, bytes, int]], end: float
) -> None:
    data = changed(whole(kind), changes)
    feed, name, _ = WHOLE[kind]
    seen_to_be_sane(*read(feed, name, data[: int(end * len(data)) + 1]))


# Bytes changed in a package mostly break its sums: here the change is made before it is packed.
WORDS = [
    b'r="',
    b'"',
    b"<c",
    b"<f/>",
    b"</v>",
    b't="s"',
    b"99999999",
    b"-1",
    b"A1:B9",
    b"&",
    b"\xff",
]
XML = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.sampled_from(WORDS), st.integers(0, 9)),
    min_size=1,
    max_size=4,
)


@settings(FAST, max_examples=80)
@given(part=st.sampled_from(["worksheets/sheet1", "workbook", "styles", "_rels/workbook"]), by=XML)
def test_a_workbook_with_its_xml_changed_gives_a_reading(
    part: str, by: list[tuple[float, bytes, int]]
) -> None:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(whole("xlsx"))) as old,
        zipfile.ZipFile(stream, "w") as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, changed(data, by) if name.startswith(f"xl/{part}.xml") else data)
    seen_to_be_sane(*read(spreadsheet, "a.xlsx", stream.getvalue()))


@pytest.mark.parametrize("kind", WHOLE)
def test_a_whole_file_is_read_to_the_last_record(kind: str) -> None:
    """Or the tests above would hold of a feed that refuses everything."""
    feed, name, _ = WHOLE[kind]
    said = {"encoding": "gbk"} if kind == "gbk" else {}
    reading, rows = read(feed, name, whole(kind), **said)
    assert reading == Reading()
    assert len(rows) == {"csv": 11, "gbk": 11, "gzip": 11}.get(kind, 3)


# --- what is read and what is set aside is what the csv module says ---


def records_by_csv(text: str, width: int) -> tuple[list[Any], list[Any]]:
    """The slow way: from each line on, as few lines as the csv module takes for one record."""
    lines, at, number = io.StringIO(text, newline="").readlines(), 0, 0
    good: list[Any] = []
    ragged: list[Any] = []
    while at < len(lines):
        number, end, record = number + 1, at + 1, None
        while end <= len(lines) and record is None:
            try:
                record = next(csv.reader(lines[at:end], strict=True))
            except csv.Error as error:
                if "unexpected end" not in str(error):
                    break
                end += 1
        end = end if record is not None else at + 1
        if record is not None and len(record or [""]) >= width and not any(record[width:]):
            good.append((number, *(record or [""])[:width]))
        elif record != []:
            ragged.append((number, "".join(lines[at:end])[:200].rstrip("\r\n")))
        at = end
    return good[1:], ragged


MESSY = st.tuples(st.sampled_from(["\n", "\r\n", "\r"]), st.text('a1 ,;"\n\t\\é万', max_size=40))


# The rival is the csv module itself, line by line; DuckDB reads what it can be trusted with.
@settings(max_examples=200, deadline=None)
@given(messy=MESSY, width=st.integers(1, 3))
def test_any_text_is_read_or_set_aside_as_the_csv_module_takes_it(
    messy: tuple[str, str], width: int
) -> None:
    end, body = messy
    text = (",".join(f"h{n}" for n in range(width)) + "\n" + body).replace("\n", end)
    good, ragged = records_by_csv(text, width)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(text.encode())
        connection = shared_connection()
        reading = delimited.read(connection, path, Source("s", "a", "", "", "", ""), "t")
        if len(ragged) > len(good):
            assert [p.code for p in reading.problems] in (["ragged_file"], ["wrong_delimiter"])
        elif reading.problems:
            assert [p.code for p in reading.problems] == ["wrong_delimiter"] and width == 1
        else:
            names = ", ".join(f"coalesce(h{n}, '')" for n in range(width))
            rows = connection.execute(f"SELECT {ROW}, {names} FROM t ORDER BY 1").fetchall()
            assert (rows, reading) == (good, Reading([], ragged))
