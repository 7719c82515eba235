"""How rows become a file: CSV while a person may open it, Parquet in row groups beyond that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from jinglun.teaching.settings import settings

Rows = dict[str, Any]
"""Equal-long Arrow arrays by the names of the table's columns."""

CSV_MOST = 100_000
"""With more rows than this a table is written as Parquet."""
CHUNK = 250_000
"""Rows that are drawn and written at a time."""
YES, NO = "是", "否"


@dataclass(frozen=True)
class Written:
    """A file that was written: its name in data/, its form and its rows."""

    file: str
    feed: str
    rows: int


def chunks(total: int) -> Iterator[tuple[int, int, int]]:
    """Return number, first row and size of each chunk; chunk by chunk memory stays flat."""
    for number, first in enumerate(range(0, total, CHUNK)):
        yield number, first, min(CHUNK, total - first)


def headings(table: str) -> dict[str, str]:
    """Return the heading of each column of a table's file, in order."""
    said = settings("tables")[table]
    return {**said["columns"], **said.get("extra", {})}


def write_rows(folder: Path, table: str, parts: Iterable[Rows], total: int) -> Written:
    """Write the parts of a table one after the other; at most one of them is in memory."""
    name = settings("tables")[table]["file"]
    if total > CSV_MOST:
        return _parquet(folder / f"{name}.parquet", table, parts)
    return _csv(folder / f"{name}.csv", table, parts)


def _parquet(path: Path, table: str, parts: Iterable[Rows]) -> Written:
    import pyarrow.parquet as pq

    rows, writer = 0, None
    try:
        for part in parts:
            batch = _table(part, table)
            if writer is None:
                # Texts repeat: a dictionary larger than the usual megabyte still saves much.
                limit = 1 << 23
                writer = pq.ParquetWriter(
                    path, batch.schema, compression="zstd", dictionary_pagesize_limit=limit
                )
            writer.write_table(batch)
            rows += batch.num_rows
    finally:
        if writer is not None:
            writer.close()
    return Written(path.name, "parquet", rows)


def _csv(path: Path, table: str, parts: Iterable[Rows]) -> Written:
    from pyarrow import csv

    rows, writer = 0, None
    # Nothing here holds a comma or a quotation mark; pyarrow refuses to write one unquoted.
    plain = csv.WriteOptions(include_header=False, quoting_style="none", batch_size=10_000)
    with path.open("wb") as stream:
        stream.write((",".join(headings(table).values()) + "\n").encode())
        for part in parts:
            batch = _table({name: _printed(held) for name, held in part.items()}, table)
            writer = writer or csv.CSVWriter(stream, batch.schema, write_options=plain)
            writer.write_table(batch)
            rows += batch.num_rows
        if writer is not None:
            writer.close()
    return Written(path.name, "delimited", rows)


def _table(part: Rows, table: str) -> Any:
    import pyarrow as pa

    return pa.table({heading: part[name] for name, heading in headings(table).items()})


def _printed(held: Any) -> Any:
    """Return an array as a clerk's export prints it: yes and no in words."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(held.type):
        return held.dictionary_decode()
    if pa.types.is_boolean(held.type):
        return pc.if_else(held, pa.scalar(YES), pa.scalar(NO))
    return held


# --- columns ------------------------------------------------------------------------------------


def _array(values: Any, kind: Any, known: Any) -> Any:
    """Return an Arrow array over the memory of `values`, not copied; blank where not `known`."""
    import pyarrow as pa

    held = np.ascontiguousarray(values)
    valid = None if known is None else pa.py_buffer(np.packbits(known, bitorder="little"))
    data = np.packbits(held, bitorder="little") if held.dtype == bool else held
    return pa.Array.from_buffers(kind, len(held), [valid, pa.py_buffer(data)])


def words(codes: Any, known: Iterable[str]) -> Any:
    """Return texts by their codes, each kept once (a dictionary); a code below zero is blank."""
    import pyarrow as pa

    codes = np.asarray(codes, np.int32)
    stated = codes >= 0
    indices = _array(codes, pa.int32(), None if stated.all() else stated)
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(known), pa.string()))


def flags(values: Any, known: Any = None) -> Any:
    """Return booleans, blank where `known` is false."""
    import pyarrow as pa

    return _array(np.asarray(values, bool), pa.bool_(), known)


def numbers(values: Any, known: Any = None) -> Any:
    """Return whole or other numbers, blank where `known` is false."""
    import pyarrow as pa

    held = np.asarray(values)
    if held.dtype.kind == "f":
        return _array(held.astype(np.float64), pa.float64(), known)
    return _array(held.astype(np.int64), pa.int64(), known)


def moments(seconds: Any, known: Any = None) -> Any:
    """Return times from seconds since 1970, blank where `known` is false."""
    import pyarrow as pa

    return _array(np.asarray(seconds, np.int64), pa.timestamp("s"), known)


def days(number: Any, known: Any = None) -> Any:
    """Return dates from days since 1970, blank where `known` is false."""
    import pyarrow as pa

    return _array(np.asarray(number, np.int32), pa.date32(), known)


def numbered(head: str, numbers: Any, width: int, known: Any = None) -> Any:
    """Return ids: a head and a number padded with zeros, blank where `known` is false."""
    import pyarrow as pa
    import pyarrow.compute as pc

    digits = pc.cast(_array(np.asarray(numbers, np.int64), pa.int64(), known), pa.string())
    return pc.binary_join_element_wise(head, pc.utf8_lpad(digits, width, "0"), "")
