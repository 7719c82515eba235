"""A delimited file is read as the csv module of the standard library reads it, or refused."""

from __future__ import annotations

import csv
import functools
import gzip
import io
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jinglun.feeds import delimited
from jinglun.feeds.rows import ROW, Reading, quoted
from jinglun.model.city import Source
from jinglun.pages.words import languages, words
from jinglun.store.lake import connect

Read = Callable[..., Any]


def a_source(**given: Any) -> Source:
    return Source("s", given.pop("path", "data/a.csv"), "", "", "", "", **given)


def test_every_cell_is_text_and_the_header_is_row_1(read_bytes: Read) -> None:
    assert read_bytes(b"a,b\n1,x\n2,y\n") == ([ROW, "a", "b"], [(2, "1", "x"), (3, "2", "y")], [])


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfa,b\n1,x\n2,y\n",
        b"a,b\r\n1,x\r\n2,y\r\n",
        b"a,b\r1,x\r2,y\r",
        b"a,b\n1,x\n2,y",
        b" a , b \n1,x\n2,y\n",
        b'"a","b"\n"1","x"\n"2","y"\n',
    ],
    ids=["BOM", "CRLF", "CR", "no last newline", "spaces in header", "all quoted"],
)
def test_a_byte_order_mark_and_line_ends_change_nothing(read_bytes: Read, data: bytes) -> None:
    assert read_bytes(data) == ([ROW, "a", "b"], [(2, "1", "x"), (3, "2", "y")], [])


def test_semicolons_and_tabs_separate_where_the_source_says_so(read_bytes: Read) -> None:
    assert read_bytes(b"a;b\n1,5;x\n", delimiter=";")[1] == [(2, "1,5", "x")]
    assert read_bytes(b"a\tb\n1;5\tx\n", delimiter="\t")[1] == [(2, "1;5", "x")]


def test_a_quoted_field_of_two_lines_is_one_record(read_bytes: Read) -> None:
    rows = read_bytes(b'a,b\n"1\n2",x\n3,"say ""y"""\n4,z\n')[1]
    assert rows == [(2, "1\n2", "x"), (3, "3", 'say "y"'), (4, "4", "z")]


# A spreadsheet shows a blank line as a row of its own, so the figure 3 stands in row 4.
@pytest.mark.parametrize(
    "data",
    [b"a,b\n1,x\n\n3,y\n", b"a,b\r\n1,x\r\n\r\n3,y\r\n", b"a,b\r1,x\r\r3,y\r"],
    ids=["LF", "CRLF", "CR"],
)
def test_a_blank_line_counts_as_a_row_of_the_file(read_bytes: Read, data: bytes) -> None:
    assert read_bytes(data)[1] == [(2, "1", "x"), (4, "3", "y")]


@pytest.mark.parametrize(
    "data",
    [b"a,b\r\n1,x\n2,y\r\n", b'"a",b\r\n1,"x\ny"\r\n2,y\r\n', b'a,b\n1,"x\ry"\n2,y\n'],
    ids=["between rows", "LF in a cell", "CR in a cell"],
)
def test_two_kinds_of_line_end_in_one_file_lose_no_row(read_bytes: Read, data: bytes) -> None:
    rows = list(csv.reader(io.StringIO(data.decode(), newline="")))[1:]
    assert read_bytes(data)[1] == [(n, *row) for n, row in enumerate(rows, start=2)]
    assert len(rows) == 2


def test_an_inch_mark_inside_a_cell_is_text(read_bytes: Read) -> None:
    assert read_bytes(b'a,b\n5" pipe,x\n3,y\n')[1] == [(2, '5" pipe', "x"), (3, "3", "y")]


def test_blank_lines_at_the_end_add_nothing(read_bytes: Read) -> None:
    assert read_bytes(b"a,b\n1,x\n\n\n")[1] == [(2, "1", "x")]


def test_blank_lines_inside_quotes_are_text(read_bytes: Read) -> None:
    assert read_bytes(b'a,b\n"1\n\n2",x\n\n3,y\n')[1] == [(2, "1\n\n2", "x"), (4, "3", "y")]


def test_a_gzip_file_is_read_like_a_plain_one(read_bytes: Read) -> None:
    data = b"a,b\n1,x\n\n2,y\n"
    assert read_bytes(gzip.compress(data), "a.csv.gz") == read_bytes(data)


def test_a_blank_name_is_called_by_its_number(read_bytes: Read) -> None:
    assert read_bytes(b"a,,b,\n1,2,3,4\n")[:2] == (
        [ROW, "a", "column_2", "b", "column_4"],
        [(2, "1", "2", "3", "4")],
    )


def test_the_first_of_two_equal_names_keeps_it_and_the_second_gets_its_number(
    read_bytes: Read,
) -> None:
    assert read_bytes(b"a,a,b\n1,2,3\n")[:2] == ([ROW, "a", "a_2", "b"], [(2, "1", "2", "3")])


# DuckDB does not tell names apart by ASCII case; the csv module does.
def test_names_that_differ_in_case_alone_are_two_columns(read_bytes: Read) -> None:
    assert read_bytes(b"a,A,b\n1,2,3\n")[:2] == ([ROW, "a", "A_2", "b"], [(2, "1", "2", "3")])


def test_a_made_up_name_never_takes_the_name_of_another_column(read_bytes: Read) -> None:
    header, rows, _ = read_bytes(b"a,a,a_2\n1,2,3\n")
    assert dict(zip(header, rows[0], strict=True))["a_2"] == "3"
    assert len(set(header)) == 4


def test_a_column_named_like_the_row_number_does_not_replace_it(read_bytes: Read) -> None:
    for name in (b"__row", b"__ROW"):
        header, rows, problems = read_bytes(name + b",b\n77,x\n")
        assert problems == []
        assert header[0] == ROW and ROW not in header[1:]
        assert rows == [(2, "77", "x")]


@pytest.mark.parametrize(
    "name",
    ['say "hi"', "a'b", "select", "a; DROP TABLE t", "万人", "a.b", "%", "[x]", "a\nb", "{}"],
)
def test_any_text_can_name_a_column(read_bytes: Read, name: str) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([[name, "b"], ["1", "x"]])
    header, rows, problems = read_bytes(text.getvalue().encode())
    assert (header, rows, problems) == ([ROW, name, "b"], [(2, "1", "x")], [])


def test_quoted_makes_one_identifier_of_any_text() -> None:
    assert quoted('a"b') == '"a""b"'
    name = 'a"; --'
    assert connect().execute(f"SELECT 1 AS {quoted(name)}").description[0][0] == name


@pytest.mark.parametrize(
    "name", ["a[1].csv", "a*.csv", "a?.csv", "a[!1].csv", "a'b.csv", "表 1.csv"]
)
def test_a_file_name_is_a_name_and_never_a_pattern(
    read_bytes: Read, tmp_path: Path, name: str
) -> None:
    (tmp_path / "a1.csv").write_bytes(b"x\nwrong file\n")
    assert read_bytes(b"x\nright file\n", name)[1] == [(2, "right file")]


def test_a_header_alone_is_a_table_without_rows(read_bytes: Read) -> None:
    for data in (b"a,b\n", b"a,b", b"\xef\xbb\xbfa,b\r\n"):
        assert read_bytes(data) == ([ROW, "a", "b"], [], [])


# GBK is what a Chinese Excel saves a CSV as; DuckDB alone cannot read it.
@pytest.mark.parametrize(
    ("encoding", "name", "cell"),
    [
        ("utf-8", "人口", "é"),
        ("latin-1", "année", "é"),
        ("utf-16", "人口", "é"),
        ("gbk", "人口", "万人"),
        ("gb18030", "人口", "㐀"),
        ("big5", "人口", "萬人"),
        ("windows-1256", "سكان", "م"),
    ],
)
def test_the_encoding_is_the_one_the_source_names(
    read_bytes: Read, encoding: str, name: str, cell: str
) -> None:
    data = f"{name},b\n1,{cell}\n".encode(encoding)
    header, rows, _ = read_bytes(data, encoding=encoding)
    assert (header, rows) == ([ROW, name, "b"], [(2, "1", cell)])


FAULTY: dict[str, tuple[bytes, str, dict[str, Any], str]] = {
    "empty": (b"", "a.csv", {}, "empty_file"),
    "only a byte order mark": (b"\xef\xbb\xbf", "a.csv", {}, "empty_file"),
    "an empty gzip file": (gzip.compress(b""), "a.csv.gz", {}, "empty_file"),
    "only blank lines": (b"\n\n", "a.csv", {}, "blank_header"),
    "only commas": (b",,\n1,2,3\n", "a.csv", {}, "blank_header"),
    "garbage": (bytes(range(256)) * 20, "a.csv", {}, "undecodable"),
    "not UTF-8 below the header": (b"a,b\n1,\xff\n", "a.csv", {}, "undecodable"),
    "a workbook": (b"PK\x03\x04" + bytes(99), "a.csv", {}, "not_text"),
    "an old workbook": (b"\xd0\xcf\x11\xe0" + bytes(99), "a.csv", {}, "not_text"),
    "Parquet": (b"PAR1" + bytes(99), "a.csv", {}, "not_text"),
    "not gzip": (b"a,b\n1,2\n", "a.csv.gz", {}, "unreadable_file"),
    "gzip cut in its header": (gzip.compress(b"a,b\n1,2\n")[:8], "a.csv.gz", {}, "unreadable_file"),
    "gzip with a spoiled middle": (
        (z := gzip.compress(b"a,b\n" + b"1,2\n" * 9999))[:30] + b"\xff" * 20 + z[50:],
        "a.csv.gz",
        {},
        "unreadable_file",
    ),
    "a quote never closed in the header": (b'a,"b\n1,2\n', "a.csv", {}, "unreadable_file"),
    "an encoding nobody knows": (
        b"a,b\n1,2\n",
        "a.csv",
        {"encoding": "klingon"},
        "unreadable_file",
    ),
    "two characters as delimiter": (b"a;;b\n", "a.csv", {"delimiter": ";;"}, "unreadable_file"),
    "no delimiter": (b"a,b\n1,2\n", "a.csv", {"delimiter": ""}, "unreadable_file"),
    "a quote as delimiter": (b"a,b\n1,2\n", "a.csv", {"delimiter": '"'}, "unreadable_file"),
    "a name too long": (b"a" * 200_000 + b",b\n1,2\n", "a.csv", {}, "unreadable_file"),
    "a megabyte of one line": (b"a" * 3_000_000, "a.csv", {}, "unreadable_file"),
    "most rows too long": (b"a,b\n1,2\n1,2,3\n1,2,3\n", "a.csv", {}, "ragged_file"),
    "a title for a header": ("2024年\na,b\n1,2\n".encode(), "a.csv", {}, "ragged_file"),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_a_file_that_is_no_delimited_text_is_one_problem_and_never_a_crash(
    read_bytes: Read, fault: str
) -> None:
    data, name, settings, code = FAULTY[fault]
    problems = read_bytes(data, name, **settings)[2]
    assert [(p.code, p.file) for p in problems] == [(code, "data/" + name)]
    assert len(problems[0].hint) <= 200 and len(problems[0].found) <= 200


def test_a_problem_of_a_file_can_be_said_in_every_language(read_bytes: Read) -> None:
    for data, name, said, code in FAULTY.values():
        problem = read_bytes(data, name, **said)[2][0]
        for part in ("says", "cure"):
            gaps = {"file": problem.file, "found": problem.found, "hint": problem.hint}
            assert all(words(spoken)(f"problem.{code}.{part}", **gaps) for spoken in languages())


# --- records that do not fit are set aside, and the others read ---


@pytest.mark.parametrize(
    ("data", "rows", "ragged"),
    [
        (b"a,b\n1,2\n1,2,3\n4,5\n", [(2, "1", "2"), (4, "4", "5")], [(3, "1,2,3")]),
        (b"a,b\n1,2\n1\n4,5\n", [(2, "1", "2"), (4, "4", "5")], [(3, "1")]),
        (b"a,b\r\n1,2\r\n1\r\n4,5", [(2, "1", "2"), (4, "4", "5")], [(3, "1")]),
        (b'a,b\n1,2\n4,5\n6,"se', [(2, "1", "2"), (3, "4", "5")], [(4, '6,"se')]),
        (b"a,b\n1,2\n4,5\n6", [(2, "1", "2"), (3, "4", "5")], [(4, "6")]),
        (b'a,b\n"1,2\n3,4\n5,6\n', [(3, "3", "4"), (4, "5", "6")], [(2, '"1,2')]),
        (b'a,b\n1,2\n"x"y,2\n"u\nv",6\n', [(2, "1", "2"), (4, "u\nv", "6")], [(3, '"x"y,2')]),
        (b'a,b\n1,2\n"p\nq",2,3\n5,6\n', [(2, "1", "2"), (4, "5", "6")], [(3, '"p\nq",2,3')]),
        (b"a,b\n\n1\n4,5\n", [(4, "4", "5")], [(3, "1")]),
    ],
    ids=[
        "too many",
        "too few",
        "CRLF",
        "cut short in a quote",
        "cut short",
        "a stray quote at the start",
        "text after a quote",
        "two lines",
        "after a blank line",
    ],
)
def test_a_record_that_fits_no_header_is_set_aside_and_every_other_is_read(
    load_bytes: Read, data: bytes, rows: list[Any], ragged: list[Any]
) -> None:
    assert load_bytes(data) == (rows, Reading([], ragged))


# 100,000 records, of which the first, the last, two together and every thousandth do not fit.
def test_numbers_stay_true_after_many_records_that_were_set_aside(load_bytes: Read) -> None:
    apart = {2, 100_001, 500, 501, *range(1000, 100_000, 1000)}
    lines = "".join(f"{n}\n" if n in apart else f"{n},x\n" for n in range(2, 100_002))
    rows, reading = load_bytes(b"a,b\n" + lines.encode())
    assert reading.ragged == [(n, str(n)) for n in sorted(apart)]
    assert [row[0] for row in rows] == [n for n in range(2, 100_002) if n not in apart]
    assert all(int(text) == number for number, text, _ in rows)


# Saved by many programs; nothing is lost with it, so it is no fault.
def test_empty_fields_beyond_the_header_are_no_fault(load_bytes: Read) -> None:
    data = b"a,b\n1,2,\n3,4,,\n5,6,7\n"
    assert load_bytes(data) == (
        [(2, "1", "2"), (3, "3", "4")],
        Reading([], [(4, "5,6,7")]),
    )


def test_what_stands_in_a_record_set_aside_is_cut_at_200_characters(load_bytes: Read) -> None:
    data = f"a,b\n1,2\n{'长' * 500}\n".encode()
    assert load_bytes(data)[1].ragged == [(3, "长" * 200)]


def test_a_line_of_megabytes_is_one_record_set_aside(load_bytes: Read) -> None:
    data = b"a,b\n1,2\n" + b"x" * 5_000_000 + b"\n3,4\n"
    assert load_bytes(data) == ([(2, "1", "2"), (4, "3", "4")], Reading([], [(3, "x" * 200)]))


# A quote opened once and then 40,000 lines: each of them is a record of its own again.
def test_a_stray_quote_does_not_swallow_the_rest_of_the_file(load_bytes: Read) -> None:
    data = 'a,b\n1,"2\n' + "".join(f"{i},x\n" for i in range(3, 40_003))
    rows, reading = load_bytes(data.encode())
    assert reading.ragged == [(2, '1,"2')]
    assert rows == [(i, str(i), "x") for i in range(3, 40_003)]


# DuckDB 1.5 reads the first of these files without a word and finds no record in it.
@pytest.mark.parametrize("more", ["", "3,4\n5,6\n7,8\n9,10\n"])
def test_no_record_is_lost_where_duckdb_loses_some_silently(tmp_path: Path, more: str) -> None:
    path, connection = tmp_path / "a.csv", connect()
    path.write_text('a,b\n1,"\n"""a",",a\n' + more + '""1,', newline="")
    reading = delimited.read(connection, path, a_source(), "t")
    if more:
        rows = connection.execute("SELECT * FROM t ORDER BY 1").fetchall()
        assert rows == [(4, "3", "4"), (5, "5", "6"), (6, "7", "8"), (7, "9", "10")]
        assert [number for number, _ in reading.ragged] == [2, 3, 8]
    else:
        assert [(p.code, p.place) for p in reading.problems] == [("ragged_file", "row 2")]


def test_the_problem_of_most_rows_names_the_first_of_them(read_bytes: Read) -> None:
    problem = read_bytes(b"a,b\n1,2,3\n1,2,3\n")[2][0]
    assert (problem.place, problem.found, problem.hint) == ("row 2", "1,2,3", "2")


# --- delimiters ---

HOTLINE = (
    "工单号,区,受理时间,诉求\n1,渝中区,2024-03-01,夜间施工噪声\n2,江北区,2024-03-02,路灯不亮\n"
)


@pytest.mark.parametrize("other", [";", "\t", "|", "，"])
def test_another_delimiter_than_the_one_said_is_a_problem_that_names_it(
    read_bytes: Read, other: str
) -> None:
    data = HOTLINE.replace(",", other).encode()
    problem = read_bytes(data)[2][0]
    shown = "\\t" if other == "\t" else other
    assert (problem.code, problem.found, problem.hint) == ("wrong_delimiter", ",", shown)
    cure = words("zh")("problem.wrong_delimiter.cure", hint=problem.hint)
    said = tomllib.loads(cure[cure.index("delimiter") : cure.rindex('"') + 1])
    assert len(read_bytes(data, **said)[1]) == 2


def test_quoted_names_with_semicolons_between_name_the_semicolon(read_bytes: Read) -> None:
    problem = read_bytes(b'"a";"b"\n"1,5";"2"\n')[2][0]
    assert (problem.code, problem.hint) == ("wrong_delimiter", ";")


def test_a_list_of_one_column_may_hold_any_sign(read_bytes: Read) -> None:
    assert read_bytes("意见;建议\n路灯\n公交\n".encode())[1] == [(2, "路灯"), (3, "公交")]


# --- a header further down ---


def test_the_header_is_in_the_row_that_the_source_names(read_bytes: Read) -> None:
    data = "2024年热线工单\n单位：件\na,b\n1,2\n\n3,4\n".encode()
    assert read_bytes(data, header=(3,))[:2] == ([ROW, "a", "b"], [(4, "1", "2"), (6, "3", "4")])


def test_the_names_of_a_header_of_two_rows_are_joined(read_bytes: Read) -> None:
    data = b"place,2023,2024\n,\xe4\xb8\x87\xe4\xba\xba,\xe4\xb8\x87\xe4\xba\xba\nx,1,2\n"
    assert read_bytes(data, header=(1, 2))[:2] == (
        [ROW, "place", "2023/万人", "2024/万人"],
        [(3, "x", "1", "2")],
    )


def test_a_folder_named_like_a_partition_adds_no_column(tmp_path: Path) -> None:
    folder = tmp_path / "year=2024"
    folder.mkdir()
    (folder / "a.csv").write_bytes(b"a\n1\n")
    connection = connect()
    assert delimited.read(connection, folder / "a.csv", a_source(), "t") == Reading()
    assert [c for c, *_ in connection.execute("DESCRIBE t").fetchall()] == [ROW, "a"]


def test_a_file_of_a_pattern_is_named_in_its_problem(tmp_path: Path) -> None:
    (tmp_path / "2024.csv").write_bytes(b"")
    reading = delimited.read(connect(), tmp_path / "2024.csv", a_source(path="data/*.csv"), "t")
    assert [p.file for p in reading.problems] == ["data/2024.csv"]


def test_nothing_is_left_of_a_table_that_could_not_be_read(tmp_path: Path) -> None:
    connection = connect()
    path = tmp_path / "a.csv"
    for data in (b"a,b\n1,2\n", b"a,b\n1\n2\n3,4\n"):
        path.write_bytes(data)
        reading = delimited.read(connection, path, a_source(), "t")
    assert [p.code for p in reading.problems] == ["ragged_file"]
    assert connection.execute("SELECT count(*) FROM duckdb_tables()").fetchone() == (0,)


# DuckDB reads what is left of a cut gzip file, often with half of the last figure.
def test_a_gzip_file_cut_anywhere_is_refused(read_bytes: Read) -> None:
    lines = b"".join(b"%d,%d\n" % (i, i * i % 9973) for i in range(400))
    whole = gzip.compress(b"a,b\n" + lines)
    for end in range(1, len(whole), 41):
        assert [p.code for p in read_bytes(whole[:end], "a.csv.gz")[2]] == ["unreadable_file"], end


def test_a_file_larger_than_one_buffer_keeps_its_order(read_bytes: Read) -> None:
    lines = "".join(f"{i},{'x' * 90}\n" for i in range(2, 150_002))
    rows = read_bytes(("a,b\n" + lines).encode())[1]
    assert len(rows) == 150_000
    assert all(int(text) == number for number, text, _ in rows)


# Surrogates are no text; the csv module itself refuses some of what a lone NUL does to a line.
CELLS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=6)
)


@functools.cache
def shared_connection() -> Any:
    return connect()


def read_by_us(data: bytes, width: int, delimiter: str) -> list[tuple[Any, ...]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(data)
        connection = shared_connection()
        source = Source("s", "a.csv", "", "", "", "", delimiter=delimiter)
        assert delimited.read(connection, path, source, "t") == Reading()
        names = ", ".join(f"coalesce(h{n}, '')" for n in range(width))
        return connection.execute(f"SELECT {ROW}, {names} FROM t").fetchall()


# With "\n" as line end the csv module of 3.11 leaves a lone "\r" unquoted and cannot read it back.
STYLES = st.sampled_from(
    [("\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_MINIMAL)]
)


@settings(max_examples=150, deadline=None)
@given(rows=TABLES, delimiter=st.sampled_from(",;\t|"), style=STYLES)
def test_what_the_csv_module_writes_is_read_back_cell_by_cell(
    rows: list[list[str]], delimiter: str, style: tuple[str, int]
) -> None:
    width = len(rows[0]) if rows else 2
    text = io.StringIO(newline="")
    end, quoting = style
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow([f"h{n}" for n in range(width)])
    writer.writerows(rows)
    expected = [(n, *row) for n, row in enumerate(rows, start=2)]
    assert read_by_us(text.getvalue().encode(), width, delimiter) == expected


LINES = st.lists(st.sampled_from(["", "1,2", '"a\n\nb",c', "x,"]), max_size=8)


@settings(max_examples=80, deadline=None)
@given(lines=LINES, end=st.sampled_from(["\n", "\r\n"]))
def test_rows_are_numbered_as_the_csv_module_counts_records(lines: list[str], end: str) -> None:
    text = end.join(["h0,h1", *lines]) + end
    records = enumerate(csv.reader(io.StringIO(text, newline="")), start=1)
    expected = [(n, *record) for n, record in records if record][1:]
    assert read_by_us(text.encode(), 2, ",") == expected
