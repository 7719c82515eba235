"""Whether a table is the same in either form of file, and blanks stay blank."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv

from jinglun.teaching import rows
from jinglun.teaching.cases import cases
from jinglun.teaching.world import World

SOME = np.array([True, False, True])


def test_chunks_follow_each_other_without_a_gap() -> None:
    total = 2 * rows.CHUNK + 17
    parts = list(rows.chunks(total))
    assert [n for n, _, _ in parts] == [0, 1, 2]
    assert [first for _, first, _ in parts] == [0, rows.CHUNK, 2 * rows.CHUNK]
    assert sum(size for _, _, size in parts) == total


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (lambda: rows.words([1, -1, 0], ["a", "b"]), ["b", None, "a"]),
        (lambda: rows.flags([1, 0, 0], SOME), [True, None, False]),
        (lambda: rows.numbers([1.5, 2, 3], SOME), [1.5, None, 3.0]),
        (lambda: rows.numbers(np.arange(3)), [0, 1, 2]),
        (lambda: rows.numbered("A", [7, 8, 12345], 4, SOME), ["A0007", None, "A12345"]),
    ],
)
def test_an_array_holds_what_was_given_and_blanks(made: Any, wanted: list[Any]) -> None:
    found = made()
    assert found.to_pylist() == wanted
    found.validate(full=True)


def test_days_and_moments_count_from_1970() -> None:
    assert str(rows.days([20_453], np.array([True])).to_pylist()[0]) == "2025-12-31"
    assert str(rows.moments([86_400]).to_pylist()[0]) == "1970-01-02 00:00:00"


def test_csv_and_parquet_hold_the_same_cases(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parts() -> Iterator[rows.Rows]:
        return cases(world, 3_000)

    text = rows.write_rows(tmp_path, "cases", parts(), 3_000)
    monkeypatch.setattr(rows, "CSV_MOST", 0)
    native = rows.write_rows(tmp_path, "cases", parts(), 3_000)
    assert (text.feed, native.feed) == ("delimited", "parquet")
    assert text.rows == native.rows == 3_000
    there = pq.read_table(tmp_path / native.file)
    plain = csv.ConvertOptions(
        strings_can_be_null=True, true_values=[rows.YES], false_values=[rows.NO]
    )
    here = csv.read_csv(tmp_path / text.file, convert_options=plain)
    assert here.column_names == there.column_names
    for name in there.column_names:
        kind = there.schema.field(name).type
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        assert here[name].cast(kind).to_pylist() == there[name].to_pylist(), name
