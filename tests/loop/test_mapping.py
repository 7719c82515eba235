"""Any file becomes a table by what sources.toml says of it, without code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jinglun.loop.sense import Sensed

Write = Callable[..., Path]
Sense = Callable[[Path], Sensed]

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")


def requests(columns: str, more: str = "") -> str:
    return (
        '[[source]]\nid = "t"\npath = "t.csv"\nholds = "table"\ntable = "requests"\nSAID'
        f'quality = "A"\n{more}\n[source.columns]\n{columns}\n'
    )


KEYED = """
request_id = { row = true }
place = "where"
received_at = { column = "day", format = ["%d.%m.%Y", "%Y/%m/%d %H:%M"] }
"""


CLOSED = '{ column = "day", format = "%d.%m.%Y" }'


def figure(sensed: Sensed, variable: str, place: str = "n", period: str = "2024") -> float | None:
    f = sensed.facts
    for p, t, v, x in zip(f.place, f.period, f.variable, f.value.tolist(), strict=True):
        told = (sensed.places.ids[p], sensed.periods[t], sensed.variables[v])
        if told == (place, period, variable):
            return float(x)
    return None


def rejects(sensed: Sensed) -> list[tuple[str, str]]:
    return list(zip(sensed.rejects.locator, sensed.rejects.reason, strict=True))


def problems(sensed: Sensed) -> list[tuple[str, str, str, str]]:
    return [(p.code, p.place, p.found, p.hint) for p in sensed.problems]


def test_times_in_several_forms_are_read_and_no_other(write_city: Write, sense_city: Sense) -> None:
    rows = "where,day\nn,31.12.2024\nn,2024/1/2 9:05\nn,12/31/2024\n"
    sensed = sense_city(write_city(requests(KEYED), t__csv=rows))
    assert figure(sensed, "requests_received") == 2
    assert rejects(sensed) == [("t.csv:4:day", "bad_time")]


def test_a_row_without_a_number_of_its_own_is_keyed_by_where_it_stands(
    write_city: Write, sense_city: Sense
) -> None:
    rows = "where,day\n" + 3 * "n,31.12.2024\n"
    sensed = sense_city(write_city(requests(KEYED), t__csv=rows))
    assert figure(sensed, "requests_received") == 3
    assert figure(sensed, "requests_received", "c") == 3


def test_a_constant_stands_in_every_row(write_city: Write, sense_city: Sense) -> None:
    columns = KEYED.replace('place = "where"', 'place = { constant = "s" }')
    sensed = sense_city(write_city(requests(columns), t__csv="where,day\nn,31.12.2024\n"))
    assert (figure(sensed, "requests_received", "s"), rejects(sensed)) == (1, [])


@pytest.mark.parametrize(
    ("words", "yes", "no"),
    [("", ["是", "Yes", "1", "TRUE"], ["否", "no", "0", "F"]), ("SAID", ["again"], ["once"])],
)
def test_yes_and_no_are_read_in_the_words_that_offices_use(
    write_city: Write, sense_city: Sense, words: str, yes: list[str], no: list[str]
) -> None:
    codes = ', values = { again = "true", once = "false" }' if words else ""
    columns = KEYED + f'closed_at = {CLOSED}\nreopened = {{ column = "re"{codes} }}\n'
    rows = "where,day,re\n" + "".join(f"n,31.12.2024,{w}\n" for w in [*yes, *no, ""])
    sensed = sense_city(write_city(requests(columns), t__csv=rows))
    assert figure(sensed, "requests_reopened") == len(yes)
    assert rejects(sensed) == []
    wrong = sense_city(write_city(requests(columns), t__csv=rows + "n,31.12.2024,perhaps\n"))
    assert [reason for _, reason in rejects(wrong)] == ["not_a_boolean"]


def test_a_value_is_looked_up_in_another_source(write_city: Write, sense_city: Sense) -> None:
    columns = KEYED.replace(
        'place = "where"',
        'place = { column = "post", lookup = { source = "codes", key = "zip", value = "id" } }',
    )
    codes = '[[source]]\nid = "codes"\npath = "codes.csv"\nholds = "lookup"\nSAID'
    folder = write_city(
        requests(columns) + codes,
        t__csv="post,day\n0100,31.12.2024\n0200,31.12.2024\n9,31.12.2024\n",
        # A zip that stands twice counts once, by its first row.
        codes__csv="zip,id\n0100,n\n0200,s\n0200,n\n",
    )
    sensed = sense_city(folder)
    assert figure(sensed, "requests_received", "n") == 1
    assert figure(sensed, "requests_received", "s") == 1
    assert figure(sensed, "requests_received", "c") == 2
    assert [reason for _, reason in rejects(sensed)] == ["unknown_place"]


def test_a_lookup_elsewhere_than_in_a_source_or_its_column_is_a_problem(
    write_city: Write, sense_city: Sense
) -> None:
    said = 'topic = {{ column = "day", lookup = {{ source = "{}", key = "{}", value = "name" }} }}'
    for source, key, code in (("citis", "id", "unknown_source"), ("cities", "x", "unknown_column")):
        columns = KEYED + said.format(source, key)
        sensed = sense_city(write_city(requests(columns), t__csv="where,day\nn,31.12.2024\n"))
        assert [p[0] for p in problems(sensed)] == [code]
        assert figure(sensed, "requests_received") == 1


def test_places_may_be_named_instead_of_numbered(write_city: Write, sense_city: Sense) -> None:
    folder = write_city(
        requests(KEYED, 'place_by = "name"'),
        t__csv="where,day\nNorth,31.12.2024\nN o r th,31.12.2024\nEast,31.12.2024\n",
    )
    sensed = sense_city(folder)
    assert figure(sensed, "requests_received") == 2
    assert rejects(sensed) == [("t.csv:4:where", "unknown_place")]


INVOICES = """
invoice_id = "no"
place = "where"
supplier_size = { column = "size", values = { "小型" = "small" } }
amount = { column = "sum", unit = "UNIT" }
due_on = "due"
paid_on = "paid"
"""


def invoices(unit: str) -> str:
    return requests(INVOICES.replace("UNIT", unit)).replace("requests", "supplier_invoices")


def test_a_columns_unit_is_converted_to_the_tables(write_city: Write, sense_city: Sense) -> None:
    rows = "no,where,size,sum,due,paid\n1,n,小型,１．５,2024-05-01,2024-06-01\n"
    yuan = sense_city(write_city(invoices("元"), t__csv=rows))
    wan = sense_city(write_city(invoices("万元"), t__csv=rows))
    late = [v for v in yuan.variables if (figure(yuan, v) or 0) == 1.5]
    assert late
    assert [figure(wan, v) for v in late] == [15_000] * len(late)
    none = sense_city(write_city(invoices("USD"), t__csv=rows))
    assert problems(none) == [
        ("unit_not_convertible", "source t.columns.amount.unit", "USD", "LCU")
    ]


def test_a_pattern_reads_every_file_and_each_row_knows_its_own(
    write_city: Write, sense_city: Sense
) -> None:
    folder = write_city(
        requests(KEYED).replace('"t.csv"', '"month-*.csv"'),
        **{
            "month-1__csv": "where,day\nn,31.12.2024\nx,31.12.2024\n",
            # A file more or less by a column, and in another order, is still the same table.
            "month-2__csv": "more,day,where\n,30.12.2024,n\n",
        },
    )
    sensed = sense_city(folder)
    assert figure(sensed, "requests_received") == 2
    assert rejects(sensed) == [("month-1.csv:3:where", "unknown_place")]
    told = next(i for i in sensed.inputs if i["source"] == "t")
    assert (told["rows_read"], told["rows_used"], told["rows_rejected"]) == (3, 2, 1)


def test_years_in_columns_and_figures_in_rows_are_turned(
    write_city: Write, sense_city: Sense
) -> None:
    source = """
[[source]]
id = "t"
path = "t.csv"
SAIDat = "c"
unpivot = ["指标", "单位"]
period_column = "name"
quality = "A"
[source.long]
variable = "指标"
value = "value"
unit = "单位"
variables = { "地区生产总值" = "gdp" }
"""
    rows = "指标,单位,2023年,2024\n地区生产总值,亿元,１.５,—\n耕地,公顷,5,6\n"
    rows += " 地区生产总值 ,万元,,x\n"
    sensed = sense_city(write_city(source, t__csv=rows))
    assert figure(sensed, "gdp", "c", "2023") == 1.5e8
    assert figure(sensed, "gdp", "c", "2024") is None
    assert rejects(sensed) == [("t.csv:4:2024", "not_a_number")]
    assert sensed.problems == ()


def test_a_rate_is_turned_into_what_it_counts(write_city: Write, sense_city: Sense) -> None:
    """12 beds to a thousand of 1.5 万 residents are 180 beds: 12 * 1.5 / 0.1."""
    source = """
[[source]]
id = "t"
path = "t.csv"
SAIDplace = "id"
period = "2024"
quality = "A"
[source.variables]
health_beds = { column = "beds", times = "people", per = 0.1, unit = "bed" }
"""
    sensed = sense_city(write_city(source, t__csv="id,beds,people\nn,12,1.5\ns,12,\np,x,1\n"))
    assert figure(sensed, "health_beds") == pytest.approx(180)
    assert rejects(sensed) == [("t.csv:4:beds", "not_a_number")]


def test_a_name_borne_by_two_places_is_the_one_inside_the_city_or_none(
    write_city: Write, sense_city: Sense
) -> None:
    places = "id,level,parent,name\nc,city,,Toy\nn,district,c,North\np,city,,North\nq,city,,Twin\n"
    source = requests(KEYED, 'place_by = "name"')
    rows = "where,day\nNorth,31.12.2024\nTwin,31.12.2024\n"
    sensed = sense_city(write_city(source, t__csv=rows, places__csv=places + "r,city,,Twin\n"))
    assert figure(sensed, "requests_received", "n") == 1
    assert figure(sensed, "requests_received", "p") is None
    assert rejects(sensed) == [("t.csv:3:where", "unknown_place")]
