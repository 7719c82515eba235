"""A Parquet file is seen through a view with row numbers, and a broken one is a problem at once."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jinglun.feeds import parquet
from jinglun.feeds.rows import ROW, Reading
from jinglun.model.city import Source
from jinglun.store.lake import connect

Read = Callable[..., Any]
SOURCE = Source("s", "data/a.parquet", "", "", "", "")
CALLS = {
    "工单号": [1, 2, 3],
    "区": ["渝中区", None, "江北区"],
    "受理": [datetime.datetime(2024, 3, day) for day in (1, 2, 3)],
    "分": [0.5, 1.5, None],
}


def written(columns: dict[str, Any] | pa.Table, **options: Any) -> bytes:
    stream = io.BytesIO()
    table = columns if isinstance(columns, pa.Table) else pa.table(columns)
    pq.write_table(table, stream, **options)
    return stream.getvalue()


@pytest.fixture
def load(load_bytes: Read) -> Read:
    def read(data: bytes, name: str = "a.parquet") -> Any:
        return load_bytes(data, name, parquet)

    return read


def saved(folder: Path, data: bytes, name: str = "a.parquet") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_every_record_is_there_with_its_number_and_its_types(tmp_path: Path) -> None:
    path, connection = saved(tmp_path, written(CALLS)), connect()
    assert parquet.read(connection, path, SOURCE, "t") == Reading()
    kinds = [row[:2] for row in connection.execute("DESCRIBE t").fetchall()]
    assert kinds == [
        (ROW, "BIGINT"),
        *(("工单号", "BIGINT"), ("区", "VARCHAR"), ("受理", "TIMESTAMP"), ("分", "DOUBLE")),
    ]
    rows = connection.execute("FROM t").fetchall()
    assert rows == list(zip([1, 2, 3], *CALLS.values(), strict=True))
    assert parquet.header(path, SOURCE) == list(CALLS)


# 5 groups of 1000: the number counts through the file and not through its group.
def test_numbers_go_on_over_the_groups_of_a_file_and_stay_true_under_a_filter(
    tmp_path: Path,
) -> None:
    data = written({"n": list(range(1, 5001))}, row_group_size=1000)
    path, connection = saved(tmp_path, data), connect()
    parquet.read(connection, path, SOURCE, "t")
    found = connection.execute(f"SELECT count(*), bool_and({ROW} = n) FROM t").fetchone()
    assert found == (5000, True)
    assert connection.execute(f"SELECT {ROW} FROM t WHERE n = 4321").fetchall() == [(4321,)]


def test_the_columns_wanted_alone_are_seen_and_nested_ones_never(tmp_path: Path) -> None:
    nested = {"list": [[1]], "struct": [{"a": 1}], "plain": [1], "other": ["x"], "STRUCTURE": [2]}
    path, connection = saved(tmp_path, written(nested)), connect()
    assert parquet.header(path, SOURCE) == ["plain", "other", "STRUCTURE"]
    for only, seen in ((None, ["plain", "other", "STRUCTURE"]), ({"list", "other"}, ["other"])):
        assert parquet.read(connection, path, SOURCE, "t", only) == Reading()
        assert [r[0] for r in connection.execute("DESCRIBE t").fetchall()] == [ROW, *seen]


# DuckDB cannot number the records of a file that has a column of this name.
def test_columns_named_like_the_numbers_of_rows_do_not_replace_them(load: Read) -> None:
    for name in ("__row", "__ROW", "file_row_number", "FILE_ROW_NUMBER"):
        assert load(written({name: [7, 8], "b": ["x", "y"]})) == (
            [(1, 7, "x"), (2, 8, "y")],
            Reading(),
        )


@pytest.mark.parametrize("names", [["a", "a"], ["a", "A"], ["", "b"], ['q"', "x'y"], ["万人", "%"]])
def test_any_names_make_columns_of_their_own(load: Read, names: list[str]) -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=names)
    assert load(written(table))[0] == [(1, 1, 2)]


@pytest.mark.parametrize("name", ["a[1].parquet", "a*.parquet", "a?.parquet", "a'b.parquet", "表"])
def test_a_file_name_is_a_name_and_never_a_pattern(load: Read, tmp_path: Path, name: str) -> None:
    saved(tmp_path, written({"x": ["wrong file"]}), "a1.parquet")
    assert load(written({"x": ["right file"]}), name)[0] == [(1, "right file")]


def test_a_folder_named_like_a_partition_adds_no_column(tmp_path: Path) -> None:
    (tmp_path / "year=2024").mkdir()
    path = saved(tmp_path / "year=2024", written({"x": [1]}))
    assert parquet.header(path, SOURCE) == ["x"]
    connection = connect()
    parquet.read(connection, path, SOURCE, "t")
    assert connection.execute("FROM t").fetchall() == [(1, 1)]


def test_a_file_without_records_is_a_view_without_rows(load: Read) -> None:
    assert load(written({"x": pa.array([], pa.int64())})) == ([], Reading())


@pytest.mark.parametrize("data", [b"", b"PAR1", b"PAR1PAR1", b"a,b\n1,2\n", bytes(999)])
def test_what_is_no_parquet_is_one_problem(load: Read, tmp_path: Path, data: bytes) -> None:
    rows, reading = load(data)
    assert (rows, [(p.code, p.file) for p in reading.problems]) == (
        [],
        [("broken_file", "data/a.parquet")],
    )
    assert reading.problems[0].hint and len(reading.problems[0].hint) <= 200
    assert parquet.header(tmp_path / "a.parquet", SOURCE) == []


def test_a_file_cut_short_anywhere_is_one_problem(load: Read) -> None:
    data = written({"n": list(range(1000)), "s": [str(n * n) for n in range(1000)]})
    for end in range(1, len(data), 997):
        assert [p.code for p in load(data[:end])[1].problems] == ["broken_file"], end


# The end of the file, where its columns are described, is whole: only reading the page tells.
def test_a_broken_page_is_found_when_the_file_is_read_and_not_by_a_later_query(load: Read) -> None:
    data = bytearray(written({"s": [f"text {n * n}" for n in range(5000)]}, compression="none"))
    data[9000:9100] = b"\xff" * 100
    assert [p.code for p in load(bytes(data))[1].problems] == ["broken_file"]


def test_a_file_that_is_not_there_is_one_problem(tmp_path: Path) -> None:
    reading = parquet.read(connect(), tmp_path / "gone.parquet", SOURCE, "t")
    assert [(p.code, p.file) for p in reading.problems] == [("broken_file", "data/gone.parquet")]


def test_a_connection_goes_on_after_a_broken_file(tmp_path: Path) -> None:
    connection, whole = connect(), written(CALLS)
    for data, problems in ((whole[:-9], 1), (whole, 0)):
        reading = parquet.read(connection, saved(tmp_path, data), SOURCE, "t")
        assert len(reading.problems) == problems
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (3,)
