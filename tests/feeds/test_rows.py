"""Rows of text fill a table a batch at a time, under names that SQL can hold."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinglun.feeds import rows
from jinglun.feeds.rows import ROW, fill, joined, literal, quoted, unique_names
from jinglun.store.lake import connect


@pytest.mark.parametrize("text", ["a", "'", "a'b\"c", "", "万人", "; DROP TABLE t", "\n", "{}"])
def test_any_text_can_be_said_in_sql(text: str) -> None:
    assert connect().execute(f"SELECT {literal(text)}").fetchone() == (text,)
    if text:
        assert connect().execute(f"SELECT 1 AS {quoted(text)}").description[0][0] == text


@functools.cache
def shared_connection() -> Any:
    return connect()


NAMES = st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=4), max_size=8)


@given(given=NAMES)
def test_every_column_has_a_name_of_its_own_that_duckdb_takes(given: list[str]) -> None:
    names = unique_names(given)
    assert len(names) == len(given)
    sql = ", ".join(f"1 AS {quoted(name)}" for name in [ROW, *names])
    found = shared_connection().execute(f"SELECT * FROM (SELECT {sql})").description
    assert [column[0] for column in found] == [ROW, *names]


def test_a_good_name_is_kept_and_another_gets_its_number() -> None:
    assert unique_names(["a", "a", "a_2", "", "A"]) == ["a", "a_2_", "a_2", "column_4", "A_5"]


def test_rows_of_a_header_are_joined_where_there_is_something() -> None:
    assert joined([["a", "", "c"], ["1", "2"], ["", "x"]]) == ["a/1", "2/x", "c"]


def test_a_table_is_filled_in_order_with_null_for_what_is_empty() -> None:
    connection = connect()
    fill(connection, 'a"b', ["x", "y"], [(2, ["1", ""]), (9, ["", "万", "beyond"])])
    assert connection.execute('FROM "a""b"').fetchall() == [(2, "1", None), (9, None, "万")]
    fill(connection, "t", ["x", "y"], [(2, ["1", "2"])], only={"y", "z"})
    assert connection.execute("FROM t").fetchall() == [(2, "2")]


def test_a_table_of_no_records_has_its_columns() -> None:
    connection = connect()
    fill(connection, "t", ["x"], [])
    assert [c[:2] for c in connection.execute("DESCRIBE t").fetchall()] == [
        (ROW, "BIGINT"),
        ("x", "VARCHAR"),
    ]


def test_records_are_taken_a_batch_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a stream of rows or of long texts no more than a batch is ever ahead of the table."""
    for bound, most in (("_BATCH_ROWS", 100), ("_BATCH_TEXT", 500)):
        monkeypatch.undo()
        monkeypatch.setattr(rows, bound, most)
        connection = connect()
        ahead = []

        def stream(connection: object = connection, ahead: list[int] = ahead) -> Iterator[object]:
            for number in range(1000):
                there = connection.execute("SELECT count(*) FROM t").fetchone()[0]  # type: ignore[attr-defined]
                ahead.append(number - there)
                yield number, ["x" * 5]

        fill(connection, "t", ["x"], stream())  # type: ignore[arg-type]
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (1000,)
        assert max(ahead) == 99
