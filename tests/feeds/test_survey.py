"""A text is regular where each quote bounds a field, lines end in one way and none is blank."""

from __future__ import annotations

import csv
import io
import random

import pytest

from jinglun.feeds.survey import Survey


def surveyed(data: bytes, size: int, delimiter: str = ",") -> Survey:
    survey = Survey(delimiter)
    for at in range(0, len(data), size):
        survey.add(data[at : at + size])
    return survey


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize(
    ("data", "records"),
    [
        (b"a,b\n1,2\n", 2),
        (b"a,b\n1,2", 2),
        (b"a,b\r\n1,2\r\n", 2),
        (b"a,b\r1,2\r", 2),
        (b'a,b\n"1\n2",2\n', 2),
        (b'a,b\r\n"1\r\n2","x""y"\r\n3,""\r\n', 3),
        (b'"a\r","""",b\r', 1),
        (b"", 0),
    ],
)
def test_the_records_of_a_regular_text_are_counted_however_it_is_cut(
    data: bytes, records: int, size: int
) -> None:
    survey = surveyed(data, size)
    assert (survey.regular, survey.records) == (True, records)


def test_a_line_end_in_a_field_makes_the_lines_no_records() -> None:
    assert surveyed(b'a,"b,"\n1,2\n', 5).one_line_each
    assert not surveyed(b'a,b\n"1\n2",2\n', 5).one_line_each


def test_a_byte_order_mark_is_no_part_of_the_first_field() -> None:
    assert surveyed(b'\xef\xbb\xbf"a",b\n1,2\n', 4).regular


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize(
    "data",
    [
        *(b"a\n\nb", b"a\r\n\r\nb", b"a\r\rb", b"a\n\rb", b"a\r\nb\nc", b"a\rb\nc"),
        *(b'a,"b\n', b'a,5" b\n', b'a,"b"c\n', b'a, "b"\n', b'a,"b";c\n', b'a,b"",c"\n'),
        *(b'"a""b,c\n', b'a""\n', b'1,"\n"""a",",a\n""1,'),
    ],
)
def test_anything_odd_makes_a_text_irregular_however_it_is_cut(data: bytes, size: int) -> None:
    assert not surveyed(data, size).regular


# The csv module writes regular text: random cells of every awkward sign, 500 tables.
def test_what_the_csv_module_writes_is_regular_and_counted_right() -> None:
    chance = random.Random(1)
    for _ in range(500):
        table = [
            ["".join(chance.choices('a,";\n区', k=chance.randrange(4))) or "x" for _ in range(2)]
            for _ in range(chance.randrange(1, 6))
        ]
        text = io.StringIO()
        csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(table)
        survey = surveyed(text.getvalue().encode(), chance.randrange(1, 9))
        blank = any("\n\n" in cell for row in table for cell in row)
        assert (survey.regular, survey.records) == (not blank, len(table))
