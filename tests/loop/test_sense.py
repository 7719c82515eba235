"""Every source is read to facts with their file, row and column; what is wrong is kept aside."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jinglun.loop.sense import Sensed
from jinglun.model.facts import QUALITY

Write = Callable[..., Path]
Sense = Callable[[Path], Sensed]
Reject = tuple[str, str, str, str, str]
Figure = tuple[str, str, str]


def figures(sensed: Sensed) -> dict[Figure, float]:
    """The facts by place, period and variable."""
    return {key: value for key, (value, _, _) in told(sensed).items()}


def told(sensed: Sensed) -> dict[Figure, tuple[float, str, str]]:
    """The facts by place, period and variable: value, quality, locator."""
    f = sensed.facts
    return {
        (sensed.places.ids[p], sensed.periods[t], sensed.variables[v]): (x, QUALITY[q], str(at))
        for p, t, v, x, q, at in zip(
            f.place, f.period, f.variable, f.value.tolist(), f.quality, f.locator, strict=True
        )
    }


def rejects(sensed: Sensed) -> list[Reject]:
    r = sensed.rejects
    return list(zip(r.source, r.locator, r.column, r.value, r.reason, strict=True))


def counts(sensed: Sensed, source: str) -> tuple[int, int, int, int]:
    """Rows read, used, rejected, and values used."""
    found = next(i for i in sensed.inputs if i["source"] == source)
    return tuple(  # type: ignore[return-value]
        found[k] for k in ("rows_read", "rows_used", "rows_rejected", "values_used")
    )


def problems(sensed: Sensed) -> list[tuple[str, str, str]]:
    return [(p.code, p.place, p.found) for p in sensed.problems]


def wide(
    variables: str, more: str = 'period = "2024"', file: str = "f.csv", ident: str = "f"
) -> str:
    return (
        f'[[source]]\nid = "{ident}"\npath = "{file}"\nSAIDplace = "id"\n{more}\n'
        f"[source.variables]\n{variables}\n"
    )


GDP = 'gdp = { column = "gdp", unit = "LCU" }'
LONG = """[[source]]
id = "l"
path = "l.csv"
SAIDplace = "id"
period_column = "year"
quality = "D"
long = { variable = "what", value = "value", unit = "unit", quality = "class" }
"""


# --- figures ------------------------------------------------------------------------------------


def test_a_figure_keeps_its_file_row_and_column(write_city: Write, sense_city: Sense) -> None:
    folder = write_city(wide(GDP), f__csv='id,gdp\nc,100\n"n",60.5\ns,-1e2\n')
    assert told(sense_city(folder)) == {
        ("c", "2024", "gdp"): (100, "F", "f.csv:2:gdp"),
        ("n", "2024", "gdp"): (60.5, "F", "f.csv:3:gdp"),
        ("s", "2024", "gdp"): (-100, "F", "f.csv:4:gdp"),
    }


def test_a_row_keeps_its_number_in_a_file_with_blank_lines_and_long_cells(
    write_city: Write, sense_city: Sense
) -> None:
    text = 'id,gdp,note\nc,1,"two\nlines"\n\nn,2,x\n'
    folder = write_city(wide(GDP), f__csv=text)
    assert [at for _, _, at in told(sense_city(folder)).values()] == ["f.csv:2:gdp", "f.csv:4:gdp"]


def test_figures_are_carried_over_to_the_unit_of_their_variable(
    write_city: Write, sense_city: Sense
) -> None:
    variables = (
        'gdp = { column = "gdp", unit = "亿元" }\n'
        'resident_pop = { column = "people", unit = "万人" }\n'
        'area_km2 = { column = "area", unit = "hectare" }'
    )
    folder = write_city(wide(variables), f__csv="id,gdp,people,area\nc,2.5,12,300\n")
    assert figures(sense_city(folder)) == {
        ("c", "2024", "gdp"): 250_000_000,
        ("c", "2024", "resident_pop"): 120_000,
        ("c", "2024", "area_km2"): 3,
    }


def test_a_unit_that_cannot_be_carried_over_is_a_problem_and_the_rest_is_read(
    write_city: Write, sense_city: Sense
) -> None:
    variables = 'gdp = { column = "gdp", unit = "USD" }\nhouseholds = { column = "h", unit = "户" }'
    sensed = sense_city(write_city(wide(variables), f__csv="id,gdp,h\nc,2,5\n"))
    assert problems(sensed) == [("unit_not_convertible", "source f.variables.gdp.unit", "USD")]
    assert sensed.problems[0].hint == "LCU"
    assert figures(sensed) == {("c", "2024", "households"): 5}


# 400 active at a rate of 50 % are 800 people; 900 people at 1.5 to a room live in 600 rooms.
def test_a_count_is_got_back_from_the_share_it_makes(write_city: Write, sense_city: Sense) -> None:
    variables = (
        'pop_15_plus = { numerator = "active", denominator = "rate", per = 100, unit = "person" }\n'
        'rooms = { numerator = "people", denominator = "crowd", unit = "room" }'
    )
    folder = write_city(wide(variables), f__csv="id,active,rate,people,crowd\nc,400,50,900,1.5\n")
    assert told(sense_city(folder)) == {
        ("c", "2024", "pop_15_plus"): (800, "F", "f.csv:2:active/rate"),
        ("c", "2024", "rooms"): (600, "F", "f.csv:2:people/crowd"),
    }


def test_a_ratio_needs_both_its_parts(write_city: Write, sense_city: Sense) -> None:
    variables = 'rooms = { numerator = "people", denominator = "crowd", unit = "room" }'
    text = "id,people,crowd\nc,,1.5\nn,900,\ns,900,few\np,many,1.5\n"
    sensed = sense_city(write_city(wide(variables), f__csv=text))
    assert figures(sensed) == {}
    assert rejects(sensed) == [
        ("f", "f.csv:4:crowd", "crowd", "few", "not_a_number"),
        ("f", "f.csv:5:people", "people", "many", "not_a_number"),
    ]
    assert counts(sensed, "f") == (4, 2, 2, 0)


def test_the_class_is_the_sources_unless_the_column_has_its_own(
    write_city: Write, sense_city: Sense
) -> None:
    variables = GDP + '\nhouseholds = { column = "h", unit = "household", quality = "A" }'
    source = wide(variables, 'period = "2024"\nquality = "C"')
    folder = write_city(source, f__csv="id,gdp,h\nc,1,2\n")
    assert {k[2]: q for k, (_, q, _) in told(sense_city(folder)).items()} == {
        "gdp": "C",
        "households": "A",
    }


@pytest.mark.parametrize("text", ["", " ", "…", "...", ".", "-", "—", "n/a", "N/A", "NA"])
def test_a_mark_for_missing_is_neither_a_figure_nor_a_fault(
    write_city: Write, sense_city: Sense, text: str
) -> None:
    sensed = sense_city(write_city(wide(GDP), f__csv=f'id,gdp\nc,"{text}"\nn,5\n'))
    assert figures(sensed) == {("n", "2024", "gdp"): 5}
    assert rejects(sensed) == []
    assert counts(sensed, "f") == (2, 2, 0, 1)


def test_a_source_may_have_its_own_marks_for_missing(write_city: Write, sense_city: Sense) -> None:
    source = wide(GDP, 'period = "2024"\nmissing = ["-999", ""]')
    sensed = sense_city(write_city(source, f__csv="id,gdp\nc,-999\nn,\ns,...\n"))
    assert rejects(sensed) == [("f", "f.csv:4:gdp", "gdp", "...", "not_a_number")]


@pytest.mark.parametrize("text", ["1,234", "12%", "12²", "twelve", "1 234", "0x1F", "12;", "--1"])
def test_what_only_looks_like_a_number_is_none(
    write_city: Write, sense_city: Sense, text: str
) -> None:
    sensed = sense_city(write_city(wide(GDP), f__csv=f'id,gdp\nc,"{text}"\n'))
    assert rejects(sensed) == [("f", "f.csv:2:gdp", "gdp", text, "not_a_number")]


def test_the_wide_digits_of_a_chinese_keyboard_are_digits(
    write_city: Write, sense_city: Sense
) -> None:
    sensed = sense_city(write_city(wide(GDP), f__csv="id,gdp\nc,－１２．5\nn,１２\n"))
    assert sorted(figures(sensed).values()) == [-12.5, 12]


def test_a_number_too_large_for_its_unit_is_infinite(write_city: Write, sense_city: Sense) -> None:
    source = wide('gdp = { column = "gdp", unit = "亿元" }')
    sensed = sense_city(write_city(source, f__csv="id,gdp\nc,1e308\n"))
    assert rejects(sensed) == [("f", "f.csv:2:gdp", "gdp", "1e308", "infinite")]


# --- what is set aside --------------------------------------------------------------------------

FAULTY = """id,year,gdp,people,rate,top,below
c,2024,100,50,10,8,4
zz,2024,1,1,1,1,1
c,2024-13,1,1,1,1,1
n,2024,many,5,,,
s,2024,inf,,,,
p,2024,,-5,,,
c,2023,,,100.5,,
n,2023,7,,,5,0
c,2024,101,50,10,8,4
,2024,1,,,,
s,,1,,,,
"""
FAULTY_LONG = """id,year,what,value,unit,class
c,2022,gdp,5,亿元,A
c,2022,gpd,6,亿元,A
n,2022,gdp,7,USD,A
s,2022,gdp,8,,A
p,2022,gdp,x,元,A
p,2021,gdp,9,元,
"""
VARIABLES = GDP + (
    '\nresident_pop = { column = "people", unit = "person" }\n'
    'illiteracy_rate = { column = "rate", unit = "%" }\n'
    'rooms = { numerator = "top", denominator = "below", unit = "room" }'
)


@pytest.fixture
def faulty(write_city: Write, sense_city: Sense) -> Sensed:
    sources = wide(VARIABLES, 'period_column = "year"') + LONG
    return sense_city(write_city(sources, f__csv=FAULTY, l__csv=FAULTY_LONG))


def test_every_reason_is_given_with_the_cell_at_fault(faulty: Sensed) -> None:
    assert sorted(rejects(faulty)) == sorted(
        [
            ("f", "f.csv:3:id", "id", "zz", "unknown_place"),
            ("f", "f.csv:4:year", "year", "2024-13", "bad_period"),
            ("f", "f.csv:5:gdp", "gdp", "many", "not_a_number"),
            ("f", "f.csv:6:gdp", "gdp", "inf", "infinite"),
            ("f", "f.csv:7:people", "people", "-5", "negative"),
            ("f", "f.csv:8:rate", "rate", "100.5", "over_100"),
            ("f", "f.csv:9:below", "below", "0", "zero_denominator"),
            ("f", "f.csv:10:gdp", "gdp", "101.0 ≠ 100.0 (f.csv:2:gdp)", "disagrees"),
            ("f", "f.csv:11:id", "id", "", "unknown_place"),
            ("f", "f.csv:12:year", "year", "", "bad_period"),
            ("l", "l.csv:3:what", "what", "gpd", "unknown_variable"),
            ("l", "l.csv:4:unit", "unit", "USD", "unit_not_convertible"),
            ("l", "l.csv:5:unit", "unit", "", "unit_not_convertible"),
            ("l", "l.csv:6:value", "value", "x", "not_a_number"),
        ]
    )


def test_of_every_reason_the_words_know(faulty: Sensed) -> None:
    # bad_time is a microdata table's; test_tables.py has it.
    assert {r[4] for r in rejects(faulty)} == {
        *("unknown_place", "bad_period", "not_a_number", "infinite", "negative", "over_100"),
        *("zero_denominator", "disagrees", "unknown_variable", "unit_not_convertible"),
    }


def test_the_good_figures_of_a_faulty_file_are_used(faulty: Sensed) -> None:
    assert figures(faulty) == {
        ("c", "2024", "gdp"): 100,
        ("c", "2024", "resident_pop"): 50,
        ("c", "2024", "illiteracy_rate"): 10,
        ("c", "2024", "rooms"): 2,
        ("n", "2024", "resident_pop"): 5,
        ("n", "2023", "gdp"): 7,
        ("c", "2022", "gdp"): 500_000_000,
        ("p", "2021", "gdp"): 9,
    }


# Rows 2, 5, 9 and 10 of the wide file give a figure; of the long file rows 2 and 7 do.
def test_rows_read_are_rows_used_and_rows_rejected(faulty: Sensed) -> None:
    assert counts(faulty, "f")[:3] == (11, 4, 7)
    assert counts(faulty, "l")[:3] == (6, 2, 4)
    assert counts(faulty, "cities")[:3] == (2, 2, 0)


def test_the_first_of_two_figures_is_kept_and_an_equal_one_is_no_fault(
    write_city: Write, sense_city: Sense
) -> None:
    sources = wide(GDP) + wide(GDP, file="g.csv", ident="g")
    folder = write_city(sources, f__csv="id,gdp\nc,1\nn,0.3\n", g__csv="id,gdp\nc,2\nn,0.30\n")
    sensed = sense_city(folder)
    assert figures(sensed) == {("c", "2024", "gdp"): 1, ("n", "2024", "gdp"): 0.3}
    found = "2.0 ≠ 1.0 (f.csv:2:gdp)"
    assert rejects(sensed) == [("g", "g.csv:2:gdp", "gdp", found, "disagrees")]


def test_a_disagreement_is_named_by_a_column_with_a_colon_in_its_name(
    write_city: Write, sense_city: Sense
) -> None:
    source = wide('gdp = { column = "GDP: total", unit = "LCU" }')
    sensed = sense_city(write_city(source, f__csv="id,GDP: total\nc,1\nc,2\n"))
    assert [r[1:3] for r in rejects(sensed)] == [("f.csv:3:GDP: total", "GDP: total")]


# --- long tables, filters, columns --------------------------------------------------------------


def test_a_long_table_names_variable_unit_and_class_in_each_row(
    write_city: Write, sense_city: Sense
) -> None:
    text = (
        "id,year,what,value,unit,class\nc,2024,gdp,5,亿元,A\nc,2024,resident_pop,3,万人,B\n"
        "n,2024-Q1,gdp,7,元,\nn,2024-Q2,gdp,8,元,AB\nn,2024-Q3,gdp,9,元,a\n"
    )
    # A blank class leaves the source's own; one that is none of the six is unknown.
    assert told(sense_city(write_city(LONG, l__csv=text))) == {
        ("c", "2024", "gdp"): (500_000_000, "A", "l.csv:2:value"),
        ("c", "2024", "resident_pop"): (30_000, "B", "l.csv:3:value"),
        ("n", "2024-Q1", "gdp"): (7, "D", "l.csv:4:value"),
        ("n", "2024-Q2", "gdp"): (8, "F", "l.csv:5:value"),
        ("n", "2024-Q3", "gdp"): (9, "F", "l.csv:6:value"),
    }


def test_a_blank_row_of_a_long_table_is_no_unknown_variable(
    write_city: Write, sense_city: Sense
) -> None:
    text = "id,year,what,value,unit,class\nc,2024,,,,\nc,2024,gdp,5,元,A\n"
    sensed = sense_city(write_city(LONG, l__csv=text))
    assert rejects(sensed) == []
    assert figures(sensed) == {("c", "2024", "gdp"): 5}


WHERE = (
    "id,sex,area,gdp\nc,all,total,1\nc,female,total,2\nn,all,urban,3\ns,all,rural,4\np,,total,5\n"
)


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ("{}", {1.0, 3.0, 4.0, 5.0}),
        ('{ sex = "all" }', {1.0, 3.0, 4.0}),
        ('{ sex = "all", area = ["total", "urban"] }', {1.0, 3.0}),
        ('{ sex = "female" }', {2.0}),
        ('{ sex = "nobody" }', set()),
        ("{ sex = [] }", set()),
        ('{ sex = "x\' OR 1=1 --" }', set()),
    ],
)
def test_a_filter_keeps_the_rows_with_the_words_it_names(
    write_city: Write, sense_city: Sense, where: str, kept: set[float]
) -> None:
    source = wide(GDP, f'period = "2024"\nwhere = {where}')
    sensed = sense_city(write_city(source, f__csv=WHERE))
    assert set(figures(sensed).values()) == kept
    expected = [r for r in rejects(sensed) if r[4] != "disagrees"]
    assert expected == []
    assert counts(sensed, "f")[0] == counts(sensed, "f")[1] >= len(kept)


def test_a_column_that_is_not_there_is_a_problem_with_its_nearest_name(
    write_city: Write, sense_city: Sense
) -> None:
    variables = 'gdp = { column = "gpd", unit = "LCU" }\nhouseholds = { column = "h", unit = "户" }'
    sensed = sense_city(write_city(wide(variables), f__csv="id,gdp,h\nc,1,2\n"))
    assert problems(sensed) == [("unknown_column", "source f", "gpd")]
    assert sensed.problems[0].hint == "gdp"
    assert figures(sensed) == {("c", "2024", "households"): 2}


@pytest.mark.parametrize(
    "source",
    [
        wide(GDP, 'period = "2024"\nwhere = { sexx = "all" }'),
        wide(GDP, 'period_column = "jahr"'),
        wide(GDP).replace('place = "id"', 'place = "idd"'),
        LONG.replace("l.csv", "f.csv").replace('"l"', '"f"'),
    ],
    ids=["filter", "period", "place", "long"],
)
def test_without_the_columns_that_place_a_figure_none_is_read_and_it_is_said(
    write_city: Write, sense_city: Sense, source: str
) -> None:
    sensed = sense_city(write_city(source, f__csv=WHERE))
    assert {code for code, _, _ in problems(sensed)} == {"unknown_column"}
    assert figures(sensed) == {} and rejects(sensed) == []


def test_a_column_named_like_the_programs_row_number_is_never_taken_for_it(
    write_city: Write, sense_city: Sense
) -> None:
    source = wide('gdp = { column = "__row", unit = "LCU" }')
    sensed = sense_city(write_city(source, f__csv="id,__row\nc,77\n"))
    assert problems(sensed) == [("unknown_column", "source f", "__row")]
    assert sensed.problems[0].hint == "__row_2"


def test_an_unreadable_file_is_a_problem_and_the_others_are_read(
    write_city: Write, sense_city: Sense
) -> None:
    sources = wide(GDP) + wide(GDP, file="g.csv", ident="g")
    sensed = sense_city(write_city(sources, f__csv=b"\xff\xfe\x00", g__csv="id,gdp\nc,2\n"))
    assert [(p.code, p.file) for p in sensed.problems] == [("undecodable", "f.csv")]
    assert figures(sensed) == {("c", "2024", "gdp"): 2}
    assert counts(sensed, "f") == (0, 0, 0, 0)


def test_a_file_without_rows_is_no_fault(write_city: Write, sense_city: Sense) -> None:
    sources = wide(GDP, 'period_column = "year"') + LONG
    header = "id,year,what,value,unit,class\n"
    sensed = sense_city(write_city(sources, f__csv="id,year,gdp\n", l__csv=header))
    assert (figures(sensed), rejects(sensed), sensed.problems) == ({}, [], ())


def test_periods_are_in_the_order_of_time(write_city: Write, sense_city: Sense) -> None:
    periods = ["2024", "2023-12", "2024-Q1", "2024-03-09", "2014", "2024-03", "2024-12-31"]
    text = "id,year,gdp\n" + "".join(f"c,{p},{n}\n" for n, p in enumerate(periods))
    sensed = sense_city(write_city(wide(GDP, 'period_column = "year"'), f__csv=text))
    assert sensed.periods == (
        *("2014", "2023-12", "2024-03-09", "2024-03", "2024-Q1", "2024", "2024-12-31"),
    )
    assert figures(sensed) == {("c", p, "gdp"): n for n, p in enumerate(periods)}


# --- where it came from -------------------------------------------------------------------------


def test_every_input_is_named_with_the_hash_of_its_bytes(
    write_city: Write, sense_city: Sense
) -> None:
    text = "id,gdp\nc,1\n"
    source = wide(GDP, 'period = "2024"\nretrieved = 2026-01-31\nnote_zh = "注"')
    sensed = sense_city(write_city(source, f__csv=text))
    told_of = sensed.inputs[-1]
    assert told_of["sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert told_of["retrieved"] == "2026-01-31"
    assert told_of["note_zh"] == "注"
    assert [i["source"] for i in sensed.inputs] == ["cities", "districts", "f"]


CELLS = st.sampled_from(
    ["1", "2.5", "-3", "1e3", "", "…", "x", "inf", "nan", "101", "0", " 7 ", '"', "a\nb", "1,5"]
)
ROWS = st.lists(
    st.tuples(st.sampled_from(["c", "n", "s", "p", "zz", ""]), CELLS, CELLS, CELLS), max_size=8
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=ROWS)
def test_every_cell_is_a_figure_a_reject_or_missing_and_its_locator_names_it(
    rows: list[tuple[str, ...]], write_city: Write, sense_city: Sense
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("id", "gdp", "people", "rate"), *rows])
    source = wide(
        GDP + '\nresident_pop = { column = "people", unit = "person" }\n'
        'illiteracy_rate = { column = "rate", unit = "%" }'
    )
    sensed = sense_city(write_city(source, f__csv=text.getvalue()))
    read, used, rejected, _ = counts(sensed, "f")
    assert read == used + rejected == len(rows)
    records = [dict(zip(("id", "gdp", "people", "rate"), r, strict=True)) for r in rows]

    def cell(locator: str) -> str:
        _, row, column = locator.split(":")
        return records[int(row) - 2][column]

    for (place, _, _), (value, _, at) in told(sensed).items():
        assert float(cell(at)) == value
        assert records[int(at.split(":")[1]) - 2]["id"] == place
    for _, at, _, found, reason in rejects(sensed):
        assert reason == "disagrees" or cell(at).strip() == found
    assert max(Counter(r[1] for r in rejects(sensed)).values(), default=0) <= 1
    assert not {at for _, _, at in told(sensed).values()} & {r[1] for r in rejects(sensed)}


def test_the_same_folder_is_sensed_the_same_twice(write_city: Write, sense_city: Sense) -> None:
    sources = wide(VARIABLES, 'period_column = "year"') + LONG
    folder = write_city(sources, f__csv=FAULTY, l__csv=FAULTY_LONG)
    one, two = sense_city(folder), sense_city(folder)
    assert list(told(one).items()) == list(told(two).items())
    assert rejects(one) == rejects(two)
    assert one.inputs == two.inputs


def test_a_filter_forgives_blanks_and_says_when_no_row_fits(
    write_city: Write, sense_city: Sense
) -> None:
    source = wide(GDP, 'period = "2024"\nwhere = { kind = "全市" }')
    found = sense_city(write_city(source, f__csv="id,kind,gdp\nc,全　 市,7\nn,其中,3\n"))
    assert (figures(found), problems(found)) == ({("c", "2024", "gdp"): 7}, [])
    none = sense_city(write_city(source, f__csv="id,kind,gdp\nn,其中,3\n"))
    assert problems(none) == [("nothing_matches", "source f.where", "kind = 全市")]


def test_the_row_of_the_whole_city_is_the_citys(write_city: Write, sense_city: Sense) -> None:
    source = wide(GDP, 'period = "2024"\nplace_by = "name"')
    sensed = sense_city(write_city(source, f__csv="id,gdp\n全  市,7\nNorth,3\n"))
    assert figures(sensed) == {("c", "2024", "gdp"): 7, ("n", "2024", "gdp"): 3}
