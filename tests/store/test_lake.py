"""Equal rows are equal bytes, in the frozen schema of the release."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jinglun.model.release import TABLES
from jinglun.store.lake import arrow_table, connect, read_parquet, write_csv, write_parquet

ROWS = 2000


def facts(order: list[int] | None = None) -> pa.Table:
    rng = np.random.default_rng(7)
    value = rng.normal(size=ROWS)
    value[::50] = np.nan
    chosen = order or list(range(ROWS))
    words = {name: [f"{name} {n % 97} 万" for n in chosen] for name, kind in TABLES["facts"]}
    return arrow_table("facts", {**words, "value": value[chosen]})


def test_two_writes_of_equal_rows_give_equal_bytes(tmp_path: Path) -> None:
    for n in (1, 2):
        write_parquet(facts(), tmp_path / f"{n}.parquet")
        write_csv(facts(), tmp_path / f"{n}.csv")
    for kind in ("parquet", "csv"):
        first, second = (tmp_path / f"{n}.{kind}" for n in (1, 2))
        assert first.read_bytes() == second.read_bytes()


# The facts come as dictionary arrays from one step and as lists from another.
def test_how_a_column_was_held_in_memory_does_not_change_a_byte(tmp_path: Path) -> None:
    plain = facts()
    columns = {name: plain[name] for name in plain.column_names}
    coded = {n: c.dictionary_encode() if n != "value" else c for n, c in columns.items()}
    lists = {n: c.to_pylist() for n, c in columns.items()}
    chunked = {n: pa.chunked_array([c.chunk(0)[:9], c.chunk(0)[9:]]) for n, c in columns.items()}
    for name, held in (("a", columns), ("b", coded), ("c", lists), ("d", chunked)):
        table = arrow_table("facts", held).combine_chunks()
        write_parquet(table, tmp_path / f"{name}.parquet")
    found = {path.read_bytes() for path in tmp_path.iterdir()}
    assert len(found) == 1


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_its_frozen_columns_and_types(tmp_path: Path, name: str) -> None:
    empty = arrow_table(name, {column: [] for column, _ in TABLES[name]})
    write_parquet(empty, tmp_path / "t.parquet")
    kinds = {"string": pa.string(), "double": pa.float64()}
    assert [(f.name, f.type) for f in pq.read_schema(tmp_path / "t.parquet")] == [
        (column, kinds[kind]) for column, kind in TABLES[name]
    ]


def test_a_missing_number_is_null_and_not_nan(tmp_path: Path) -> None:
    write_parquet(facts(), tmp_path / "f.parquet")
    table = read_parquet(tmp_path / "f.parquet")
    assert table["value"].null_count == ROWS / 50
    assert table.equals(facts())


def test_the_csv_is_utf_8_that_the_csv_module_reads(tmp_path: Path) -> None:
    columns = {name: ["x"] for name, _ in TABLES["rejected"]}
    text = 'a,"b"\n万人'
    write_csv(arrow_table("rejected", {**columns, "value": [text]}), tmp_path / "r.csv")
    with (tmp_path / "r.csv").open(encoding="utf-8", newline="") as stream:
        assert list(csv.DictReader(stream)) == [dict.fromkeys(columns, "x") | {"value": text}]


def test_the_lake_reads_and_writes_nothing_on_the_network() -> None:
    found = connect().execute("SELECT current_setting('autoinstall_known_extensions')").fetchone()
    assert found == (False,)
