"""How a delimited text file (CSV, gzip allowed) becomes a table of text with row numbers."""

from __future__ import annotations

import codecs
import csv
import glob
import tempfile
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import Any, TextIO

from jinglun.model.city import Source
from jinglun.model.errors import Problem

ROW = "__row"
_UNREADABLE = (csv.Error, zlib.error, OSError, EOFError, LookupError, TypeError, ValueError)


def quoted(name: str) -> str:
    """Return a SQL identifier that may hold any character."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a SQL text that may hold any character."""
    return "'" + text.replace("'", "''") + "'"


def read(
    connection: Any,
    path: Path,
    source: Source,
    table: str,
    only: Collection[str] | None = None,
) -> list[Problem]:
    """Load columns as text into `table`, with `__row` counting records, the header being 1.

    `only` names the columns wanted, those of them that exist; by default all. A blank line counts
    too, as in a spreadsheet. Errors: a file that is no delimited text, or is cut short, gives one
    problem, with the reader's own words.
    """
    import duckdb

    try:
        columns = _columns(path, source)
        chosen = [c for c in columns if only is None or c in only]
        picked = ", ".join([quoted(ROW), *map(quoted, chosen)])
        if _is_plain(path, source):
            numbered = picked.replace(quoted(ROW), f"row_number() OVER () + 1 AS {quoted(ROW)}", 1)
            _load(connection, table, numbered, path, source.delimiter, columns)
        else:
            with tempfile.TemporaryDirectory() as folder:
                copy = Path(folder) / "copy.csv"
                _tidy_copy(path, source, copy, len(columns))
                cast = f"CAST({quoted(ROW)} AS BIGINT) AS {quoted(ROW)}"
                numbered = picked.replace(quoted(ROW), cast, 1)
                _load(connection, table, numbered, copy, ",", {ROW: "VARCHAR", **columns})
    except (duckdb.Error, *_UNREADABLE) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        return [Problem("unreadable_file", source.path, "", hint=first[:200])]
    return []


def _load(
    connection: Any, table: str, chosen: str, path: Path, delimiter: str, columns: dict[str, str]
) -> None:
    # Escaped, for DuckDB would take a[1].csv for a pattern and read a1.csv.
    types = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in columns.items())
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {quoted(table)} AS SELECT {chosen} FROM read_csv("
        f"{literal(glob.escape(str(path.absolute())))}, header=true, all_varchar=true, "
        f"auto_detect=false, delim={literal(delimiter)}, quote='\"', escape='\"', "
        f"parallel=false, columns={{{types}}})"
    )


def header(path: Path, source: Source) -> list[str]:
    """Return the names of a file's columns as `read` gives them; empty when it cannot be read."""
    try:
        return list(_columns(path, source))
    except _UNREADABLE:
        return []


def _open(path: Path, source: Source) -> TextIO:
    import gzip

    name = codecs.lookup(source.encoding).name
    name = "utf-8-sig" if name == "utf-8" else name
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding=name, newline="")
    return path.open(encoding=name, newline="")


def _columns(path: Path, source: Source) -> dict[str, str]:
    """Return the header's names in order; one that is blank or there already gets its number."""
    with _open(path, source) as stream:
        header = next(csv.reader(stream, delimiter=source.delimiter), None)
    if not header:
        raise ValueError("the file is empty")
    given = [name.strip() for name in header]
    taken = {_folded(name) for name in (ROW, *given)}
    seen, names = {_folded(ROW)}, {}
    for number, name in enumerate(given, start=1):
        if not name or _folded(name) in seen:
            name = f"{name or 'column'}_{number}"
            while _folded(name) in taken:
                name += "_"
            taken.add(_folded(name))
        seen.add(_folded(name))
        names[name] = "VARCHAR"
    return names


def _folded(name: str) -> bytes:
    """Return what DuckDB tells names apart by: ASCII letters without their case."""
    return name.encode("utf-8", "surrogatepass").lower()


def _is_plain(path: Path, source: Source) -> bool:
    """Read the file to its end, and say whether DuckDB can be trusted to read it as it stands.

    It skips blank lines, leaves out all that follows a quote never closed or a second kind of line
    end, and reads half a gzip file, each without a word.
    """
    quotes, feeds, returns, both, blank, last = 0, 0, 0, 0, False, ""
    with _open(path, source) as stream:
        while text := stream.read(1 << 20):
            quotes, feeds = quotes + text.count('"'), feeds + text.count("\n")
            returns, text = returns + text.count("\r"), last + text
            both, last = both + text.count("\r\n"), text[-1]
            blank = blank or any(pair in text for pair in ("\n\n", "\n\r", "\r\r"))
    one_kind = 0 in (feeds, returns) or feeds == returns == both
    utf_8 = codecs.lookup(source.encoding).name == "utf-8"
    return utf_8 and one_kind and not blank and quotes % 2 == 0


def _tidy_copy(path: Path, source: Source, copy: Path, width: int) -> None:
    """Write the records as UTF-8 with one kind of line end, each after its number in the file."""
    with _open(path, source) as stream, copy.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        records = csv.reader(stream, delimiter=source.delimiter, strict=True)
        for number, record in enumerate(records, start=1):
            if record or width == 1:
                writer.writerow([number, *(record or [""])])
