"""What every feed of rows shares: its answer, names that SQL can hold, rows laid into a table."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from jinglun.model.city import Source
from jinglun.model.errors import Problem

ROW = "__row"
BLANKS = r"[\s\x{3000}]+"
"""Every blank, the wide one of Chinese typesetting too, as DuckDB's patterns write it."""
WIDE, PLAIN = "０１２３４５６７８９．－", "0123456789.-"
"""What a Chinese keyboard writes as easily, digit by digit; a raised ² must not become a 2."""
_FOLDERS = re.compile(r"""(['"])(?:[A-Za-z]:)?[\\/][^'"]*[\\/]""")
_BATCH_ROWS, _BATCH_TEXT = 50_000, 1 << 24


@dataclass(frozen=True, slots=True)
class Reading:
    """How reading a file went: what is wrong with it, and the records set aside.

    `ragged` holds the row number and what stands there of each record that fits no column. The
    table is there unless a problem is an error; a problem of severity `warning` only says.
    """

    problems: list[Problem] = field(default_factory=list)
    ragged: list[tuple[int, str]] = field(default_factory=list)


def one_file(source: Source, path: Path) -> Source:
    """Return a source of many files as the one that is read, for its problems to name."""
    folder, _, name = source.path.rpartition("/")
    return source if name == path.name else replace(source, path=posixpath.join(folder, path.name))


def quoted(name: str) -> str:
    """Return a SQL identifier that may hold any character."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a SQL text that may hold any character."""
    return "'" + text.replace("'", "''") + "'"


def reason(error: Exception) -> str:
    """Return the first line of what an error says, or its name when it says nothing.

    Of a path only the file's name: where a city lies on whose machine is nobody's business.
    """
    lines = str(error).strip().splitlines()
    return _FOLDERS.sub(r"\1", lines[0] if lines else type(error).__name__)[:200]


def unique_names(given: Iterable[str]) -> list[str]:
    """Return names that a table can have; one blank or there already gets its column's number."""
    # A name with NUL in it cannot be said in SQL.
    stripped = [name.replace("\0", "").strip() for name in given]
    taken = {_folded(name) for name in (ROW, *stripped)}
    seen, names = {_folded(ROW)}, []
    for number, name in enumerate(stripped, start=1):
        if not name or _folded(name) in seen:
            name = f"{name or 'column'}_{number}"
            while _folded(name) in taken:
                name += "_"
            taken.add(_folded(name))
        seen.add(_folded(name))
        names.append(name)
    return names


def joined(rows: Iterable[Sequence[str]]) -> list[str]:
    """Return one name per column from the rows of a header, from top to bottom with / between."""
    columns = itertools.zip_longest(*rows, fillvalue="")
    return ["/".join(part.strip() for part in parts if part.strip()) for parts in columns]


def _folded(name: str) -> bytes:
    """Return what DuckDB tells names apart by: ASCII letters without their case."""
    return name.encode("utf-8", "surrogatepass").lower()


def wanted(names: Sequence[str], only: Collection[str] | None) -> list[int]:
    """Return where the names wanted stand among `names`; None wants them all."""
    return [at for at, name in enumerate(names) if only is None or name in only]


def fill(
    connection: Any,
    table: str,
    names: Sequence[str],
    records: Iterable[tuple[int, Sequence[str]]],
    only: Collection[str] | None = None,
) -> None:
    """Make `table` from records, each a row number and its texts; an empty text becomes NULL.

    It holds one batch at a time. A record has a text for every name, and more are left out.
    """
    import pyarrow as pa

    chosen = wanted(names, only)
    titles = [ROW, *(names[at] for at in chosen)]
    kinds = [pa.int64(), *[pa.string()] * len(chosen)]
    sql = ", ".join(f"{quoted(n)} {'BIGINT' if n == ROW else 'VARCHAR'}" for n in titles)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(table)} ({sql})")
    arriving = f"{table} arriving"
    for batch in _batches(records):
        columns: list[Any] = [[n for n, _ in batch]]
        columns += [[texts[at] or None for _, texts in batch] for at in chosen]
        arrays = [pa.array(c, type=kind) for c, kind in zip(columns, kinds, strict=True)]
        connection.register(arriving, pa.Table.from_arrays(arrays, names=titles))
        try:
            chunk = f"SELECT * FROM {quoted(arriving)}"
            connection.execute(f"INSERT INTO {quoted(table)} {chunk}")
        finally:
            connection.unregister(arriving)


def _batches(
    records: Iterable[tuple[int, Sequence[str]]],
) -> Iterator[list[tuple[int, Sequence[str]]]]:
    batch, size = [], 0
    for record in records:
        batch.append(record)
        size += sum(map(len, record[1]))
        if len(batch) >= _BATCH_ROWS or size >= _BATCH_TEXT:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
