"""How a Parquet file becomes a view with row numbers, its columns in the types they have."""

from __future__ import annotations

import glob
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from jinglun.feeds.rows import ROW, Reading, literal, one_file, quoted, reason, unique_names, wanted
from jinglun.model.city import Source
from jinglun.model.errors import Problem

_NESTED = re.compile(r"STRUCT|MAP|UNION|VARIANT|.*\[\d*\]$", re.DOTALL)
_NUMBER = "file_row_number"


def read(
    connection: Any,
    path: Path,
    source: Source,
    table: str,
    only: Collection[str] | None = None,
) -> Reading:
    """Make `table` a view of a file, with `__row` counting its records from 1; nothing is copied.

    Columns keep their types; nested ones (lists, structures, maps) are left out. The columns
    wanted are decoded once, apart from `connection`, for a broken page would else stop a query
    made much later. Errors: a file that is no Parquet, is cut short or broken gives one problem.
    """
    import duckdb

    source = one_file(source, path)
    try:
        with duckdb.connect() as apart:
            names, query = _view(apart, path, only)
            listed = ", ".join(map(quoted, names))
            apart.execute(f"SELECT bit_xor(hash({listed})) FROM ({query})").fetchone()
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {quoted(table)} AS {query}")
    except (duckdb.Error, OSError, ValueError) as error:
        return Reading([Problem("broken_file", source.path, "", hint=reason(error))])
    return Reading()


def header(path: Path, source: Source) -> list[str]:
    """Return the names of a file's columns as `read` gives them; empty when it cannot be read."""
    import duckdb

    try:
        with duckdb.connect() as apart:
            return _view(apart, path, None)[0][1:]
    except (duckdb.Error, OSError, ValueError):
        return []


def _view(apart: Any, path: Path, only: Collection[str] | None) -> tuple[list[str], str]:
    """Return the names of a view of a file and the query behind it; columns are told by place."""
    # Escaped, for DuckDB would take a[1].parquet for a pattern; and a folder adds no column.
    file = f"{literal(glob.escape(str(path.absolute())))}, hive_partitioning=false"
    found = apart.execute(f"DESCRIBE SELECT * FROM read_parquet({file})").fetchall()
    names = unique_names(name for name, *_ in found)
    chosen = [at for at in wanted(names, only) if not _NESTED.match(found[at][1])]
    columns = [f"c{at}" for at in range(len(found))]
    row = f"c{len(found)} + 1"
    if any(name.lower() == _NUMBER for name, *_ in found):
        # Then DuckDB cannot give its own.
        row = "row_number() OVER ()"
    else:
        file, columns = f"{file}, {_NUMBER}=true", [*columns, f"c{len(found)}"]
    picked = [f"{row} AS {quoted(ROW)}", *(f"c{at} AS {quoted(names[at])}" for at in chosen)]
    query = f"SELECT {', '.join(picked)} FROM read_parquet({file}) AS f({', '.join(columns)})"
    return [ROW, *(names[at] for at in chosen)], query
