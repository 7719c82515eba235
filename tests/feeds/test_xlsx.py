"""An .xlsx workbook is read as openpyxl reads it, faster, and is never a trap."""

from __future__ import annotations

import io
import tempfile
import warnings
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.formula import ArrayFormula

from jinglun.feeds import spreadsheet, xlsx
from jinglun.feeds.sheets import text_of
from jinglun.model.city import Source
from jinglun.model.errors import InputError

Read = Callable[..., Any]
SOURCE = Source("s", "a.xlsx", "", "", "", "")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKED = "http://schemas.openxmlformats.org/package/2006/relationships"


def package(
    rows: str, after: str = "", changed: dict[str, str | bytes | None] | None = None
) -> bytes:
    """The least workbook there can be, by hand; `changed` replaces, adds or drops whole parts."""
    kinds = {"sheet": "worksheet", "texts": "sharedStrings", "styles": "styles"}
    links = "".join(
        f'<Relationship Id="{i}" Type="{LINKS}/{kind}" Target="{i}.xml"/>'
        for i, kind in kinds.items()
    )
    parts = {
        "_rels/.rels": f'<Relationships xmlns="{PACKED}"><Relationship Id="b" '
        f'Type="{LINKS}/officeDocument" Target="xl/book.xml"/></Relationships>',
        "xl/_rels/book.xml.rels": f'<Relationships xmlns="{PACKED}">{links}</Relationships>',
        "xl/book.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>'
        '<sheet name="a" sheetId="1" r:id="sheet"/></sheets></workbook>',
        "xl/sheet.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}'
        "</worksheet>",
        "xl/texts.xml": f'<sst xmlns="{MAIN}"/>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"/>',
        **(changed or {}),
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            if text is not None:
                archive.writestr(name, text)
    return stream.getvalue()


def rows_of(data: bytes, source: Source = SOURCE) -> list[list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        path.write_bytes(data)
        with xlsx.opened(path, source) as sheet:
            return list(sheet.rows)


def problem_of(data: bytes, load_bytes: Read) -> Any:
    rows, reading = load_bytes(data, "a.xlsx", spreadsheet)
    assert rows == [] and len(reading.problems) == 1
    return reading.problems[0]


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


# --- openpyxl as the rival: what it writes, and what it reads again ---

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8)
VALUES = st.one_of(
    TEXT.filter(lambda text: not text.startswith("=")),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.dates(date(1901, 1, 1), date(2100, 1, 1)),
    st.datetimes(datetime(1901, 1, 1), datetime(2100, 1, 1)).map(
        lambda t: t.replace(microsecond=0)
    ),
    st.times().map(lambda t: t.replace(microsecond=0)),
    st.timedeltas(timedelta(), timedelta(days=9)).map(lambda t: timedelta(seconds=t.seconds)),
    st.sampled_from(["#N/A", "#DIV/0!", "#REF!"]),
)
TABLES = st.dictionaries(st.tuples(st.integers(1, 9), st.integers(1, 30)), VALUES, max_size=12)


def rows_by_openpyxl(data: bytes) -> list[list[str]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sheet = openpyxl.load_workbook(io.BytesIO(data), data_only=True).worksheets[0]
    return [[text_of(cell.value) for cell in row] for row in sheet.iter_rows()]


def trimmed(rows: list[list[str]]) -> list[list[str]]:
    """Without the blanks at the end of each row and of the sheet, which are stored or not."""
    kept = [("\0".join(row).rstrip("\0").split("\0")) for row in rows]
    while kept and kept[-1] == [""]:
        kept.pop()
    return kept


@settings(max_examples=120, deadline=None)
@given(table=TABLES)
def test_a_sheet_is_read_as_openpyxl_reads_it(table: dict[tuple[int, int], Any]) -> None:
    book = openpyxl.Workbook()
    for (row, column), value in table.items():
        book.active.cell(row, column).value = value
    data = saved(book)
    assert trimmed(rows_of(data)) == trimmed(rows_by_openpyxl(data))


# --- what openpyxl does not write, by hand from ECMA-376 ---


def test_a_text_may_be_shared_in_pieces_or_in_the_cell_and_its_sound_is_left_out() -> None:
    texts = (
        f'<sst xmlns="{MAIN}"><si><t>甲</t></si><si><r><t>常住</t></r>'
        "<r><t xml:space='preserve'> 人口</t></r><rPh sb='0' eb='1'><t>chang</t></rPh>"
        "<phoneticPr fontId='1'/></si><si/></sst>"
    )
    rows = (
        '<row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1" t="s"><v>0</v></c>'
        '<c r="C1" t="s"><v>2</v></c><c r="D1" t="inlineStr"><is><t>乙</t></is></c>'
        '<c r="E1" t="inlineStr"><is><r><t>丙</t></r><rPh sb="0" eb="1"><t>bing</t></rPh></is></c>'
        '<c r="F1" t="str"><v>a_x000D_\nb</v></c></row>'
    )
    assert rows_of(package(rows, changed={"xl/texts.xml": texts})) == [
        ["常住 人口", "甲", "", "乙", "丙", "a\nb"]
    ]


def test_a_number_is_its_digits_and_what_is_none_stays_as_it_stands() -> None:
    given = [
        "12345678",
        "1E3",
        "1.50",
        "0.1",
        "-0",
        "007",
        "9007199254740993",
        "1E-7",
        "x",
        "1e999",
    ]
    rows = "<row>" + "".join(f"<c><v>{text}</v></c>" for text in given) + "</row>"
    assert rows_of(package(rows)) == [
        ["12345678", "1000", "1.5", "0.1", "0", "7", "9007199254740993", "0.0000001", "x", "inf"]
    ]


def test_truth_errors_and_dates_written_out_keep_their_words() -> None:
    rows = (
        '<row><c t="b"><v>1</v></c><c t="b"><v>0</v></c><c t="e"><v>#DIV/0!</v></c>'
        '<c t="d"><v>2024-02-29T08:30:00</v></c><c t="d"><v>soon</v></c></row>'
    )
    assert rows_of(package(rows)) == [["true", "false", "#DIV/0!", "2024-02-29T08:30:00", "soon"]]


# 45351 is 2024-02-29. Formats 31 and 57 have no code in the file: they are 2024年2月29日 and
# 2024年2月 where Chinese is written (ECMA-376, 18.8.30); openpyxl 3.1 takes both for numbers.
def test_a_date_is_told_by_its_format_chinese_ones_too() -> None:
    kinds = [0, 14, 31, 57, 164, 165, 46, 10]
    styles = (
        f'<styleSheet xmlns="{MAIN}"><numFmts>'
        '<numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;"/>'
        '<numFmt numFmtId="165" formatCode="0&quot;day&quot;"/></numFmts>'
        '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>'
        + "".join(f'<xf numFmtId="{kind}"/>' for kind in kinds)
        + "</cellXfs></styleSheet>"
    )
    cells = "".join(f'<c s="{at}"><v>45351</v></c>' for at in range(len(kinds)))
    day = "2024-02-29"
    expected = ["45351", day, day, day, day, "45351", "1088424:00:00", "45351"]
    rows = f'<row>{cells}<c s="99"><v>1</v></c><c s="1"><v>-1E9</v></c></row>'
    data = package(rows, changed={"xl/styles.xml": styles})
    assert rows_of(data) == [[*expected, "1", "-1000000000"]]


# The same day counted from 1904, as old Macintoshes did, is 1462 less.
def test_days_are_counted_from_1904_where_the_workbook_says_so() -> None:
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>'
    book = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><workbookPr date1904="1"/><sheets>'
        '<sheet name="a" sheetId="1" r:id="sheet"/></sheets></workbook>'
    )
    data = package(
        f'<row><c s="0"><v>{45351 - 1462}</v></c></row>',
        changed={"xl/book.xml": book, "xl/styles.xml": styles},
    )
    assert rows_of(data) == [["2024-02-29"]]


def test_rows_and_cells_that_are_not_stored_are_blank() -> None:
    rows = '<row r="3"><c r="C3"><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>'
    assert rows_of(package(rows)) == [[], [], ["", "", "1", "2"], ["3"]]


def test_prefixes_encodings_and_spellings_of_parts_make_no_difference() -> None:
    sheet = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c>'
        '</x:row></x:sheetData><x:mergeCells><x:mergeCell ref="A1:B2"/></x:mergeCells>'
        "</x:worksheet>"
    )
    links = (
        f'<Relationships xmlns="{PACKED}"><Relationship Id="sheet" Type="{LINKS}/worksheet" '
        'Target="/xl/Sheet.xml"/></Relationships>'
    )
    head = '<?xml version="1.0" encoding="UTF-16"?>'
    for xml in (sheet.encode(), (head + sheet).encode("utf-16")):
        data = package("", changed={"xl/sheet.xml": xml, "xl/_rels/book.xml.rels": links})
        assert rows_of(data) == [["1"]]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a"
            path.write_bytes(data)
            with xlsx.opened(path, SOURCE) as opened:
                assert opened.merged == [(1, 1, 2, 2)]


# --- formulas: their values are read, never run ---


def test_the_value_stored_with_a_formula_is_read() -> None:
    rows = (
        "<row><c><f>1+1</f><v>3</v></c><c><f t='shared' si='0'/><v>4</v></c>"
        "<c t='str'><f>A1</f><v></v></c><c t='e'><f>1/0</f><v>#DIV/0!</v></c></row>"
    )
    assert rows_of(package(rows)) == [["3", "4", "", "#DIV/0!"]]


# openpyxl writes formulas without values, as every program does that cannot compute them.
def test_formulas_stored_without_a_value_are_blank_and_that_is_said(load_bytes: Read) -> None:
    book = openpyxl.Workbook()
    for row in (["a", "b", "c"], [1, 2, "=A2+B2"], [3, 4, "=WEBSERVICE(1)"]):
        book.active.append(row)
    book.active["C4"] = ArrayFormula("C4", "=SUM(A2:A3)")
    rows, reading = load_bytes(saved(book), "a.xlsx", spreadsheet)
    assert rows == [(2, "1", "2", None), (3, "3", "4", None)]
    assert [(p.code, p.severity, p.place, p.found) for p in reading.problems] == [
        ("unvalued_formulas", "warning", "cell C2", "3")
    ]


# --- traps ---


# Nine times ten entities of one another: a billion copies of "lol".
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "part", ["xl/sheet.xml", "xl/texts.xml", "xl/styles.xml", "xl/book.xml", "_rels/.rels"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_with_a_document_type_is_refused_in_any_part(
    load_bytes: Read, part: str, encoding: str
) -> None:
    xml = (
        f'<?xml version="1.0" encoding="{encoding}"?>'
        f'<!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]><x>&l9;</x>'
    )
    data = package("<row><c><v>1</v></c></row>", changed={part: xml.encode(encoding)})
    problem = problem_of(data, load_bytes)
    assert (problem.code, problem.hint) == ("broken_file", "DOCTYPE")


# 150 MB of blanks pack to 150 KB, a thousand to one.
def test_a_workbook_that_unpacks_to_two_hundred_times_its_size_is_refused(
    load_bytes: Read,
) -> None:
    problem = problem_of(package("", changed={"xl/sheet.xml": bytes(150 << 20)}), load_bytes)
    assert (problem.code, problem.found) == ("swollen_file", "150 MiB")


# The directory of the package says 10 bytes, and the part unpacks to 1 MB.
def test_a_size_that_lies_is_not_trusted(load_bytes: Read) -> None:
    honest = package("<row><c><v>1</v></c></row>" + " " * 1_000_000)
    with zipfile.ZipFile(io.BytesIO(honest)) as archive:
        size = archive.getinfo("xl/sheet.xml").file_size
    lying = honest.replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != honest and problem_of(lying, load_bytes).code == "broken_file"


def test_ten_thousand_parts_are_refused(load_bytes: Read) -> None:
    stream = io.BytesIO(package(""))
    with zipfile.ZipFile(stream, "a") as archive:
        for number in range(10_001):
            archive.writestr(f"x{number}", "")
    assert problem_of(stream.getvalue(), load_bytes).code == "swollen_file"


def test_a_package_with_a_password_is_said_to_have_one(load_bytes: Read) -> None:
    data = bytearray(package(""))
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    assert problem_of(bytes(data), load_bytes).code == "encrypted_workbook"


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ('<row r="1048577"/>', "1048577 rows"),
        ('<row r="999999999"><c><v>1</v></c></row>', "999999999 rows"),
        ('<row><c r="XFE1"><v>1</v></c></row>', "16385 columns"),
        ('<row><c r="A1"><v>1</v></c></row>' + '<row><c r="XFD1"/></row>' * 3060, "50003969 cells"),
    ],
)
def test_more_rows_columns_or_cells_than_there_can_be_are_refused(
    load_bytes: Read, rows: str, found: str
) -> None:
    problem = problem_of(package(rows), load_bytes)
    assert (problem.code, problem.found) == ("swollen_file", found)


def test_a_size_stated_in_a_sheet_is_not_believed(load_bytes: Read) -> None:
    sheet = (
        f'<worksheet xmlns="{MAIN}"><dimension ref="A1:XFD1048576"/><sheetData><row><c><v>1</v></c>'
        "</row><row><c><v>2</v></c></row></sheetData></worksheet>"
    )
    data = package("", changed={"xl/sheet.xml": sheet})
    assert load_bytes(data, "a.xlsx", spreadsheet)[0] == [(2, "2")]


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="2"/><row r="2"/>',
        '<row r="0"/>',
        '<row r="x"/>',
        '<row><c r="B1"/><c r="A1"/></row>',
        '<row><c r="1"/></row>',
        '<row><c t="s"><v>7</v></c></row>',
        '<row><c t="s"><v>x</v></c></row>',
        "<row><c>",
        "<row>" + "x" * 3_000_000 + '<c r="' + "A" * 3_000_000 + '"/></row>',
    ],
    ids=lambda rows: rows[:40],
)
def test_a_sheet_whose_cells_are_out_of_order_is_one_problem(load_bytes: Read, rows: str) -> None:
    assert problem_of(package(rows), load_bytes).code == "broken_file"


@pytest.mark.parametrize("part", ["xl/book.xml", "xl/sheet.xml", "xl/_rels/book.xml.rels"])
def test_a_workbook_without_one_of_its_parts_is_one_problem(load_bytes: Read, part: str) -> None:
    data = package("<row><c><v>1</v></c></row>", changed={part: None})
    assert problem_of(data, load_bytes).code in ("broken_file", "unknown_sheet")


# A merged range over the whole sheet, and 20,000 ranges that all cover the same rows.
def test_merged_ranges_without_end_do_not_hang(load_bytes: Read) -> None:
    rows = "".join(f"<row><c><v>{n}</v></c><c><v>1</v></c></row>" for n in range(3))
    whole = '<mergeCells><mergeCell ref="A2:XFD1048576"/></mergeCells>'
    assert load_bytes(package(rows, whole), "a.xlsx", spreadsheet)[0] == []
    many = "<mergeCells>" + '<mergeCell ref="A1:B1048576"/>' * 20_000 + "</mergeCells>"
    assert problem_of(package(rows, many), load_bytes).code == "broken_file"


def test_a_sheet_is_read_a_row_at_a_time() -> None:
    """Half a workbook has given its first rows before its end is found to be missing."""
    rows = "".join(f"<row><c><v>{n}</v></c></row>" for n in range(50_000))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        path.write_bytes(package(rows + "<"))
        with xlsx.opened(path, SOURCE) as sheet:
            assert next(sheet.rows) == ["0"]
            with pytest.raises(Exception, match="not well-formed"):
                list(sheet.rows)


def test_times_of_day_stay_times() -> None:
    assert [text_of(time(8, 30)), text_of(timedelta(seconds=-90))] == ["08:30:00", "-0:01:30"]


def test_another_kind_of_package_is_named(load_bytes: Read) -> None:
    for part, kind in (("xl/workbook.bin", ".xlsb"), ("mimetype", ".ods")):
        data = package("", changed={part: b"x"})
        problem = problem_of(data, load_bytes)
        assert (problem.code, problem.found) == ("not_a_workbook", kind)


def test_the_problem_is_raised_where_the_sheet_is_opened() -> None:
    with pytest.raises(InputError):
        rows_of(package(""), Source("s", "a.xlsx", "", "", "", "", sheet="none"))
