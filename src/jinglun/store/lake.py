"""Where analytic tables live: an embedded DuckDB to read with, Parquet and CSV to keep."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinglun.model.release import FORMULA_STARTS, TABLES, Release


def connect() -> Any:
    """Return an embedded analytic database that cannot reach the network."""
    import duckdb

    config = {
        "autoinstall_known_extensions": "false",
        "preserve_insertion_order": "true",
        # What does not fit in memory is spilled; by default that would be into the user's folder.
        "temp_directory": str(Path(tempfile.gettempdir()) / f"jinglun-{os.getpid()}.tmp"),
    }
    return duckdb.connect(":memory:", config=config)


def arrow_table(name: str, columns: Mapping[str, Any]) -> Any:
    """Return the columns as an Arrow table in the frozen schema of release table `name`."""
    import pyarrow as pa

    schema = pa.schema(
        [(c, pa.string() if t == "string" else pa.float64()) for c, t in TABLES[name]]
    )
    arrays = [_array(columns[field.name], field.type) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def _array(values: Any, kind: Any) -> Any:
    import pyarrow as pa

    if isinstance(values, (pa.Array, pa.ChunkedArray)):
        return values.cast(kind)
    if pa.types.is_floating(kind):
        return pa.array(values, type=kind, from_pandas=True)
    return pa.array(values, type=kind)


def write_parquet(table: Any, path: Path) -> None:
    """Write one table with one writer and fixed options, so that equal rows are equal bytes."""
    import pyarrow.parquet as pq

    pq.write_table(table, path, compression="zstd", row_group_size=1 << 20, store_schema=False)


def write_csv(table: Any, path: Path) -> None:
    """Write one table as UTF-8 CSV with a header; no text in it starts like a formula."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv as writer

    starts = f"^([{re.escape(FORMULA_STARTS)}])"
    for at, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            tamed = pc.replace_substring_regex(table[at], starts, "'\\1")
            table = table.set_column(at, field, tamed)
    writer.write_csv(table, path)


def read_parquet(path: Path) -> Any:
    """Read one table of a release."""
    import pyarrow.parquet as pq

    return pq.read_table(path)


def read_release(folder: Path) -> Release | None:
    """Read a release from disk: its JSON documents and tables; None where there is none."""
    import json

    if not (folder / "release.json").is_file():
        return None
    documents = {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.json"))
        if path.stem != "run"
    }
    return Release(documents, {name: read_parquet(folder / f"{name}.parquet") for name in TABLES})
