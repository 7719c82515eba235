"""How a delimited text file (CSV, gzip allowed) becomes a table of text with row numbers."""

from __future__ import annotations

import csv
import glob
import itertools
import re
import tempfile
import zlib
from collections import deque
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, TextIO

from jinglun.feeds import encoding
from jinglun.feeds.rows import (
    ROW,
    Reading,
    fill,
    joined,
    literal,
    one_file,
    quoted,
    reason,
    unique_names,
    wanted,
)
from jinglun.feeds.survey import Survey
from jinglun.model.city import Source
from jinglun.model.errors import InputError, Problem

# A record longer than this is no record; DuckDB's own bound is twice as much.
_LONGEST = 1 << 20
_SHOWN = 200
_MOST_RAGGED = 100_000
_DELIMITERS = (",", ";", "\t", "|", "，")
_REJECTS, _SCANS = "records_rejected", "files_with_rejects"
# The faults that DuckDB and the csv module see alike.
_COUNTED = "('MISSING COLUMNS', 'TOO MANY COLUMNS')"
_OTHERS = {b"PK\x03\x04": "spreadsheet", b"\xd0\xcf\x11\xe0": "spreadsheet", b"PAR1": "parquet"}
_UNDECODED = re.compile("[\udc80-\udcff]")
_UNREADABLE = (csv.Error, zlib.error, OSError, EOFError, LookupError, TypeError, ValueError)


def read(
    connection: Any,
    path: Path,
    source: Source,
    table: str,
    only: Collection[str] | None = None,
) -> Reading:
    """Load columns as text into `table`, with `__row` counting records, the first line's being 1.

    `only` names the columns wanted, those of them that exist; by default all. A blank line counts
    too, as in a spreadsheet. A record that has not the header's number of fields, that no quote
    closes, or that is not in the file's encoding, is set aside. Errors: a file that is no
    delimited text, is cut short or has another encoding or delimiter gives one problem.
    """
    import duckdb

    source = one_file(source, path)
    try:
        with tempfile.TemporaryDirectory() as folder:
            survey, text = _as_utf_8(path, source, Path(folder) / "copy.csv")
            with _open(text, "utf-8") as stream:
                names = _names(stream, source)
            ragged = _load_regular(connection, table, text, source, names, only, survey)
            if ragged is not None:
                return Reading([], ragged)
            ragged = []
            with _open(text, "utf-8") as stream:
                fitting = _fitting(stream, source, len(names), ragged)
                fill(connection, table, names, fitting, only)
            return Reading([], ragged)
    except InputError as error:
        problems = list(error.problems)
    except (duckdb.Error, *_UNREADABLE) as error:
        problems = [Problem("unreadable_file", source.path, "", hint=reason(error))]
    connection.execute(f"DROP TABLE IF EXISTS {quoted(table)}")
    return Reading(problems)


def header(path: Path, source: Source) -> list[str]:
    """Return the names of a file's columns as `read` gives them; empty when it cannot be read."""
    try:
        with _open(path, source.encoding) as stream:
            return _names(stream, source)
    except (InputError, *_UNREADABLE):
        return []


def _open(path: Path, code: str) -> TextIO:
    import gzip

    code = "utf-8-sig" if encoding.is_utf_8(code) else code
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding=code, errors="surrogateescape", newline="")
    return path.open(encoding=code, errors="surrogateescape", newline="")


# --- what the bytes say ---


def _as_utf_8(path: Path, source: Source, copy: Path) -> tuple[Survey | None, Path]:
    """Return what a survey of a regular file says, and where the file stands as UTF-8."""
    with path.open("rb") as stream:
        other = _OTHERS.get(stream.read(4))
    if other:
        raise InputError([Problem("not_text", source.path, "", hint=other)])
    if encoding.is_utf_8(source.encoding):
        return _surveyed(path, source), path
    encoding.to_utf_8(path, source.path, source.encoding, copy)
    return _surveyed(copy, source), copy


def _surveyed(path: Path, source: Source) -> Survey | None:
    """Read a UTF-8 file to its end, and return what was seen of it; None where it is irregular.

    DuckDB skips blank lines, leaves out all that follows a stray quote or a second kind of line
    end, and reads half a gzip file, each without a word: so it is given regular files alone, and
    its records are counted. This looks at bytes, in a third of the time that decoded text takes.
    Errors: InputError where the bytes are plainly in another encoding.
    """
    survey, rest = Survey(source.delimiter), b""
    for piece in encoding.pieces(path, source.path):
        survey.add(piece)
        whole, rest = encoding.whole_characters(rest + piece)
        if not encoding.decodes(whole):
            encoding.expect(source.encoding, whole, source.path, strange=True)
            return None
    return survey if survey.regular and encoding.decodes(rest) else None


def _load_regular(
    connection: Any,
    table: str,
    path: Path,
    source: Source,
    names: list[str],
    only: Collection[str] | None,
    survey: Survey | None,
) -> list[tuple[int, str]] | None:
    """Let DuckDB read a regular file, and return the records set aside.

    None where it must be read record by record: where what DuckDB finds and what it rejects are
    not all records together, or a record rejected cannot be told by its line.
    """
    import duckdb

    if survey is None or source.header != (1,) or not source.delimiter.isascii():
        return None
    try:
        connection.execute(_load_sql(table, path, source, names, only))
        ragged = connection.execute(
            f"SELECT line, any_value(csv_line), bool_and(error_type IN {_COUNTED}) "
            f"FROM {_REJECTS} GROUP BY line ORDER BY line"
        ).fetchall()
        found = connection.execute(f"SELECT count(*) FROM {quoted(table)}").fetchone()[0]
        if 1 + found + len(ragged) != survey.records or len(ragged) > found:
            return None
        if ragged:
            if not (survey.one_line_each and all(text and counted for _, text, counted in ragged)):
                return None
            connection.execute(_shift_sql(table))
    except duckdb.InvalidInputException:
        return None
    finally:
        for name in (_REJECTS, _SCANS):
            connection.execute(f"DROP TABLE IF EXISTS {name}")
    return [(line, _shown(text.strip("\r\n"))) for line, text, _ in ragged]


def _load_sql(
    table: str,
    path: Path,
    source: Source,
    names: list[str],
    only: Collection[str] | None,
) -> str:
    """Return what loads the wanted columns of a file, its records counted as if all were good."""
    chosen = "".join(f", {quoted(names[at])}" for at in wanted(names, only))
    types = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    # Escaped, for DuckDB would take a[1].csv for a pattern and read a1.csv.
    return (
        f"CREATE OR REPLACE TEMP TABLE {quoted(table)} AS "
        f"SELECT row_number() OVER () + 1 AS {quoted(ROW)}{chosen} FROM read_csv("
        f"{literal(glob.escape(str(path.absolute())))}, header=true, all_varchar=true, "
        f"auto_detect=false, delim={literal(source.delimiter)}, quote='\"', escape='\"', "
        f"parallel=false, hive_partitioning=false, store_rejects=true, "
        f"rejects_table='{_REJECTS}', rejects_scan='{_SCANS}', "
        f"rejects_limit={_MOST_RAGGED}, columns={{{types}}})"
    )


def _shift_sql(table: str) -> str:
    """Return what adds to each record's number the count of those rejected before it."""
    row = quoted(ROW)
    rejected = f"SELECT line, row_number() OVER (ORDER BY line) AS n FROM {_REJECTS} GROUP BY line"
    before = f"SELECT line - n AS low, max(n) AS shift FROM ({rejected}) GROUP BY low"
    spans = f"SELECT low, shift, lead(low) OVER (ORDER BY low) AS high FROM ({before})"
    return (
        f"UPDATE {quoted(table)} SET {row} = {row} + shift FROM ({spans}) "
        f"WHERE {row} > low AND {row} <= coalesce(high, {row})"
    )


# --- record by record ---


class _Lines:
    """The lines of a text; those of the record being read can be given back and read again."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.ahead: deque[str] = deque()
        self.taken: list[str] = []
        self.size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.ahead.popleft() if self.ahead else self._line()
        if not line:
            raise StopIteration
        self.taken.append(line)
        self.size += len(line)
        if self.size >= _LONGEST:
            raise csv.Error(f"a record of more than {_LONGEST} characters")
        return line

    def _line(self) -> str:
        """Return the next line, of one too long its beginning."""
        line = part = self.stream.readline(_LONGEST)
        while len(part) == _LONGEST and part[-1] not in "\r\n":
            part = self.stream.readline(_LONGEST)
        return line

    def begin(self) -> None:
        """Forget the lines of the record before."""
        self.taken.clear()
        self.size = 0

    def keep_first(self) -> None:
        """Give back all but the first line of the record, to be read as records of their own."""
        self.ahead.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def _records(stream: TextIO, source: Source) -> Iterator[tuple[int, list[str] | None, str]]:
    """Yield every record's number, fields and text; no fields where its quotes are not closed.

    Then only its first line is taken for it, so that a stray quote does not swallow the others.
    """
    if len(source.delimiter) != 1 or source.delimiter in '"\r\n':
        raise ValueError(f"delimiter {source.delimiter!r}: one character is expected")
    lines = _Lines(stream)
    reader = csv.reader(lines, delimiter=source.delimiter, strict=True)
    for number in itertools.count(1):
        lines.begin()
        try:
            fields: list[str] | None = next(reader)
        except StopIteration:
            return
        except csv.Error:
            fields = None
            lines.keep_first()
        yield number, fields, "".join(lines.taken)


def _shown(text: str) -> str:
    """Return the beginning of a record, with bytes that cannot be decoded in hexadecimal."""
    cut = text[:_SHOWN].rstrip("\r\n").encode("utf-8", "surrogateescape")
    return cut.decode("utf-8", "backslashreplace")[:_SHOWN]


def _fitting(
    stream: TextIO, source: Source, width: int, ragged: list[tuple[int, str]]
) -> Iterator[tuple[int, list[str]]]:
    """Yield the records that fit the header, and put the others into `ragged`.

    Errors: InputError where most do not fit, for then the header or the encoding is wrong.
    """
    good = strange = undecoded = 0
    for number, fields, text in _records(stream, source):
        if number <= max(source.header) or (fields == [] and width > 1):
            continue
        fields = fields if fields != [] else [""]
        bad_bytes = not text.isascii() and _UNDECODED.search(text) is not None
        undecoded += bad_bytes
        strange += not text.isascii() and not bad_bytes
        if fields is not None and not bad_bytes and _fits(fields, width):
            good += 1
            yield number, fields
            continue
        ragged.append((number, _shown(text)))
        if len(ragged) > _MOST_RAGGED:
            break
    place, found = (f"row {ragged[0][0]}", ragged[0][1]) if ragged else ("", "")
    if undecoded > strange:
        raise InputError([Problem("undecodable", source.path, place, found, source.encoding)])
    if len(ragged) > min(good, _MOST_RAGGED):
        raise InputError([Problem("ragged_file", source.path, place, found, str(width))])


def _fits(fields: list[str], width: int) -> bool:
    """Say whether there is a field for each column, and none beyond that holds anything."""
    return len(fields) >= width and not any(fields[width:])


# --- the header ---


def _names(stream: TextIO, source: Source) -> list[str]:
    """Return the names in the header, those of several rows joined; each of them just once."""
    rows: list[list[str] | None] = []
    texts: list[str] = []
    for number, fields, text in _records(stream, source):
        if number in source.header:
            rows.append(fields)
        if number in source.header or number > max(source.header):
            texts.append(text)
        if number > max(source.header):
            break
    problem = _wrong_header(rows, texts, source)
    if problem:
        raise InputError([problem])
    return unique_names(joined(row or [] for row in rows))


def _wrong_header(rows: list[list[str] | None], texts: list[str], source: Source) -> Problem | None:
    """Return what is wrong with a header; `texts` are its records and the one after it."""
    file, place = source.path, f"row {max(source.header)}"
    broken = [text for row, text in zip(rows, texts, strict=False) if row is None]
    if not texts and source.header == (1,):
        return Problem("empty_file", file, "")
    if any(map(_UNDECODED.search, texts[: len(rows)])):
        return Problem("undecodable", file, place, _shown(texts[0]), source.encoding)
    if max((len(row or []) for row in rows), default=0) < 2 and (other := _divides(texts, source)):
        return Problem("wrong_delimiter", file, place, *map(_shown_sign, (source.delimiter, other)))
    if broken:
        return Problem("unreadable_file", file, place, hint=_shown(broken[0]))
    if not any(name.strip() for row in rows for name in row or []):
        return Problem("blank_header", file, place)
    return None


def _shown_sign(delimiter: str) -> str:
    """Return a delimiter as TOML writes it."""
    return delimiter.replace("\t", "\\t")


def _divides(texts: list[str], source: Source) -> str | None:
    """Return the delimiter that divides the header and the record after it into as many fields."""
    counts = {}
    for other in _DELIMITERS:
        each = {len(text.rstrip("\r\n").split(other)) for text in texts[-2:]}
        counts[other] = each.pop() if len(each) == 1 else 0
    best = max(_DELIMITERS, key=counts.__getitem__)
    return best if counts[best] > 1 and best != source.delimiter else None
