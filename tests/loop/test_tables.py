"""A microdata table is reduced to facts by place and year, in one grouped query."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jinglun.loop.folder import read_city
from jinglun.loop.sense import Sensed, sense
from jinglun.model.catalogue import Catalogue
from jinglun.model.errors import InputError
from jinglun.store.lake import connect

Write = Callable[..., Path]
Sense = Callable[[Path], Sensed]

# ibis 12.0.0 asks DuckDB 1.5.5 for its table by a name that DuckDB has given up.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

COLUMNS = [
    *("request_id", "place", "received_at", "assigned_at", "contact_due_at", "contacted_at"),
    *("due_at", "closed_at", "reopened", "repeat_of", "callback_at"),
    *("callback_resolved", "callback_satisfied"),
]
REQUESTS: list[dict[str, str]] = [
    {
        **{"request_id": "r1", "place": "n", "received_at": "2024-01-05 08:00:00"},
        **{"assigned_at": "2024-01-05 09:00:00", "contact_due_at": "2024-01-06 09:00:00"},
        **{"contacted_at": "2024-01-05 20:00:00", "due_at": "2024-01-20"},
        **{"closed_at": "2024-01-10 08:00:00", "reopened": "false", "callback_at": "2024-01-12"},
        **{"callback_resolved": "true", "callback_satisfied": "true"},
    },
    {
        **{"request_id": "r2", "place": "n", "received_at": "2024-02-01 00:00:00"},
        **{"assigned_at": "2024-02-01 01:00:00", "contact_due_at": "2024-02-02 01:00:00"},
        **{"contacted_at": "2024-02-03 00:00:00", "due_at": "2024-02-05"},
        **{"closed_at": "2024-02-11 00:00:00", "reopened": "true", "callback_at": "2024-02-13"},
        **{"callback_resolved": "false", "callback_satisfied": "false"},
    },
    # The last second of the year, still open.
    {
        **{"request_id": "r3", "place": "n", "received_at": "2024-12-31 23:59:59"},
        **{"assigned_at": "2024-12-31 23:59:59", "contact_due_at": "2025-01-01 23:59:59"},
        **{"due_at": "2025-01-10", "repeat_of": "r1"},
    },
    {"request_id": "r4", "place": "n", "received_at": "2025-01-01 00:00:00"},
    # Contacted in the very second of the limit, closed on the very day of it.
    {
        **{"request_id": "r5", "place": "s", "received_at": "2024-06-01 12:00:00"},
        **{"assigned_at": "2024-06-01 12:00:00", "contact_due_at": "2024-06-02 12:00:00"},
        **{"contacted_at": "2024-06-02 12:00:00", "due_at": "2024-06-11"},
        **{"closed_at": "2024-06-11 00:00:00", "reopened": "false", "repeat_of": "r0"},
    },
    # Contacted a second too late; no limit for closing.
    {
        **{"request_id": "r6", "place": "s", "received_at": "2024-07-01 12:00:00"},
        **{"assigned_at": "2024-07-01 12:00:00", "contact_due_at": "2024-07-02 12:00:00"},
        **{"contacted_at": "2024-07-02 12:00:01", "closed_at": "2024-07-03 12:00:00"},
        **{"reopened": "true", "callback_at": "2024-07-04", "callback_resolved": "true"},
    },
]
BAD_REQUESTS: list[dict[str, str]] = [
    {"request_id": "b1", "place": "zz", "received_at": "2024-01-05 08:00:00"},
    {"request_id": "b2", "received_at": "2024-01-05 08:00:00"},
    {"request_id": "b3", "place": "n"},
    {"request_id": "b4", "place": "n", "received_at": "yesterday"},
    {"request_id": "b5", "place": "n", "received_at": "20224-01-05 08:00:00"},
    {"request_id": "b6", "place": "n", "received_at": "2024-01-05", "closed_at": "31/12/2024"},
    {"request_id": "b7", "place": "n", "received_at": "2024-01-05", "reopened": "perhaps"},
]


def lines(requests: list[dict[str, str]]) -> str:
    return "".join(",".join(r.get(c, "") for c in COLUMNS) + "\n" for r in requests)


ROWS, BAD = lines(REQUESTS), lines(BAD_REQUESTS)
# Counted by hand from the rows above: place, year, variable. Days to close: r1 5, r2 10, r5 9.5,
# r6 2; the 90 % quantile of 5 and 10 is 5 + 0.9 * 5, of 2 and 9.5 it is 2 + 0.9 * 7.5.
BY_HAND = {
    ("n", "2024", "requests_received"): 3,
    ("n", "2024", "requests_assigned"): 3,
    ("n", "2024", "requests_contacted_in_time"): 1,
    ("n", "2024", "requests_closed"): 2,
    ("n", "2024", "total_close_days"): 15,
    ("n", "2024", "close_days_p90"): 9.5,
    ("n", "2024", "requests_limited"): 3,
    ("n", "2024", "requests_closed_on_time"): 1,
    ("n", "2024", "requests_reopened"): 1,
    ("n", "2024", "requests_repeated"): 1,
    ("n", "2024", "callbacks_completed"): 2,
    ("n", "2024", "callbacks_resolved"): 1,
    ("n", "2024", "callbacks_satisfied"): 1,
    ("n", "2025", "requests_received"): 1,
    ("n", "2025", "requests_assigned"): 0,
    ("n", "2025", "requests_contacted_in_time"): 0,
    ("n", "2025", "requests_closed"): 0,
    ("n", "2025", "requests_limited"): 0,
    ("n", "2025", "requests_closed_on_time"): 0,
    ("n", "2025", "requests_reopened"): 0,
    ("n", "2025", "requests_repeated"): 0,
    ("n", "2025", "callbacks_completed"): 0,
    ("n", "2025", "callbacks_resolved"): 0,
    ("n", "2025", "callbacks_satisfied"): 0,
    ("s", "2024", "requests_received"): 2,
    ("s", "2024", "requests_assigned"): 2,
    ("s", "2024", "requests_contacted_in_time"): 1,
    ("s", "2024", "requests_closed"): 2,
    ("s", "2024", "total_close_days"): 11.5,
    ("s", "2024", "close_days_p90"): 8.75,
    ("s", "2024", "requests_limited"): 1,
    ("s", "2024", "requests_closed_on_time"): 1,
    ("s", "2024", "requests_reopened"): 1,
    ("s", "2024", "requests_repeated"): 1,
    ("s", "2024", "callbacks_completed"): 1,
    ("s", "2024", "callbacks_resolved"): 1,
    ("s", "2024", "callbacks_satisfied"): 0,
}


def source(columns: list[str], more: str = "", table: str = "requests") -> str:
    mapped = ", ".join(f'{c} = "{c}"' for c in columns)
    return (
        f'[[source]]\nid = "t"\npath = "t.csv"\nholds = "table"\ntable = "{table}"\n'
        f'SAIDplace = "place"\nquality = "A"\n{more}\ncolumns = {{ {mapped} }}\n'
    )


def text(rows: str) -> str:
    return ",".join(COLUMNS) + "\n" + rows


def figures(sensed: Sensed, city: bool = False) -> dict[tuple[str, str, str], float]:
    """The facts of the districts, or those of the city."""
    f = sensed.facts
    return {
        (sensed.places.ids[p], sensed.periods[t], sensed.variables[v]): x
        for p, t, v, x in zip(f.place, f.period, f.variable, f.value.tolist(), strict=True)
        if (sensed.places.ids[p] == "c") is city
    }


def rejects(sensed: Sensed) -> list[tuple[str, str, str, str]]:
    r = sensed.rejects
    return list(zip(r.locator, r.column, r.value, r.reason, strict=True))


def counts(sensed: Sensed) -> tuple[int, int, int]:
    told = next(i for i in sensed.inputs if i["source"] == "t")
    return told["rows_read"], told["rows_used"], told["rows_rejected"]


def test_a_years_requests_are_counted_as_one_counts_them_by_hand(
    write_city: Write, sense_city: Sense
) -> None:
    sensed = sense_city(write_city(source(COLUMNS), t__csv=text(ROWS)))
    assert figures(sensed) == pytest.approx(BY_HAND)
    assert (rejects(sensed), sensed.problems, counts(sensed)) == ([], (), (6, 6, 0))


def test_a_reduced_fact_says_it_is_reduced_from_the_whole_file(
    write_city: Write, sense_city: Sense
) -> None:
    sensed = sense_city(write_city(source(COLUMNS), t__csv=text(ROWS)))
    assert {str(at).rsplit(":", 1)[0] for at in sensed.facts.locator} == {"t.csv:*"}
    assert {str(at).rsplit(":", 1)[1] for at in sensed.facts.locator} == {
        sensed.variables[v] for v in sensed.facts.variable
    }
    assert set(sensed.facts.quality.tolist()) == {0}


# 13 variables at the two levels of the toy city: one grouped query, not 26.
def test_all_variables_of_a_table_are_asked_for_in_one_query(
    write_city: Write, catalogue: Catalogue
) -> None:
    asked: list[str] = []
    groups: list[Any] = []
    reductions = {}
    for ident, reduction in catalogue.reductions.items():

        def watched(table: Any, ident: str = ident, reduction: Any = reduction) -> Any:
            asked.append(ident)
            groups.append(table)
            return reduction(table)

        reductions[ident] = watched
    city = read_city(write_city(source(COLUMNS), t__csv=text(ROWS)), catalogue)
    watching = dataclasses.replace(catalogue, reductions=reductions)
    sense(city, watching, connect(), date(2026, 2, 28), lambda *_: None)
    assert len(asked) == len(set(asked)) == 13
    assert len({hash(g) for g in groups}) == 1


def test_a_row_without_a_known_place_or_a_time_is_set_aside_with_its_cell_but_not_its_word(
    write_city: Write, sense_city: Sense
) -> None:
    sensed = sense_city(write_city(source(COLUMNS), t__csv=text(BAD + ROWS)))
    assert sorted(rejects(sensed)) == [
        ("t.csv:2:place", "place", "", "unknown_place"),
        ("t.csv:3:place", "place", "", "unknown_place"),
        ("t.csv:4:received_at", "received_at", "", "bad_time"),
        ("t.csv:5:received_at", "received_at", "", "bad_time"),
        ("t.csv:6:received_at", "received_at", "", "bad_time"),
        ("t.csv:7:closed_at", "closed_at", "", "bad_time"),
        ("t.csv:8:reopened", "reopened", "", "not_a_boolean"),
    ]
    assert counts(sensed) == (13, 6, 7)
    assert figures(sensed) == pytest.approx(BY_HAND)


def test_a_column_that_is_not_delivered_leaves_its_variables_missing(
    write_city: Write, sense_city: Sense
) -> None:
    given = ["request_id", "place", "received_at", "closed_at"]
    sensed = sense_city(write_city(source(given), t__csv=text(ROWS)))
    assert {variable for _, _, variable in figures(sensed)} == {
        *("requests_received", "requests_closed", "total_close_days", "close_days_p90"),
    }
    known = {key: value for key, value in BY_HAND.items() if key in figures(sensed)}
    assert figures(sensed) == pytest.approx(known)
    assert sensed.problems == ()


def test_without_key_place_or_time_a_table_is_not_read_and_it_is_said(
    write_city: Write, sense_city: Sense
) -> None:
    sensed = sense_city(write_city(source(["closed_at"]), t__csv=text(ROWS)))
    assert [(p.code, p.place) for p in sensed.problems] == [
        ("missing_key", "source t.columns.place"),
        ("missing_key", "source t.columns.received_at"),
        ("missing_key", "source t.columns.request_id"),
    ]
    assert figures(sensed) == {}


def test_a_wrong_name_on_either_side_of_the_map_is_a_problem_with_its_nearest(
    write_city: Write, sense_city: Sense
) -> None:
    mapped = (
        'request_id = "request_id", place = "place", received_at = "received_at", '
        'close_at = "closed_at", due_at = "due"'
    )
    one = source([]).replace("columns = {  }", f"columns = {{ {mapped} }}")
    sensed = sense_city(write_city(one, t__csv=text(ROWS)))
    assert [(p.code, p.place, p.found, p.hint) for p in sensed.problems] == [
        ("unknown_table_column", "source t.columns.close_at", "close_at", "closed_at"),
        ("unknown_column", "source t.columns.due_at", "due", "due_at"),
    ]
    assert figures(sensed)[("n", "2024", "requests_received")] == 3


@pytest.mark.parametrize(
    ("where", "received"),
    [('{ place = "n" }', {3, 1}), ('{ place = ["n", "s"] }', {3, 1, 2}), ("{ place = [] }", set())],
)
def test_a_filter_keeps_the_rows_with_the_words_it_names(
    write_city: Write, sense_city: Sense, where: str, received: set[int]
) -> None:
    sensed = sense_city(write_city(source(COLUMNS, f"where = {where}"), t__csv=text(ROWS)))
    found = {x for (_, _, v), x in figures(sensed).items() if v == "requests_received"}
    assert found == received
    assert counts(sensed)[0] == counts(sensed)[1] == sum({3, 1, 2} & received)


def test_a_filter_on_a_column_that_is_not_there_is_a_problem_and_never_a_crash(
    write_city: Write, sense_city: Sense
) -> None:
    sensed = sense_city(write_city(source(COLUMNS, 'where = { plaice = "n" }'), t__csv=text(ROWS)))
    assert [(p.code, p.place, p.found, p.hint) for p in sensed.problems] == [
        ("unknown_column", "source t", "plaice", "place")
    ]
    assert figures(sensed) == {}


def test_a_column_named_like_the_programs_row_number_is_never_taken_for_it(
    write_city: Write, sense_city: Sense
) -> None:
    one = source(COLUMNS).replace('repeat_of = "repeat_of"', 'repeat_of = "__row"')
    sensed = sense_city(write_city(one, t__csv=text(ROWS)))
    assert [(p.code, p.found) for p in sensed.problems] == [("unknown_column", "__row")]


def test_an_unreadable_table_is_a_problem_and_an_empty_one_is_none(
    write_city: Write, sense_city: Sense
) -> None:
    sensed = sense_city(write_city(source(COLUMNS), t__csv=b"\xff\xfe\x00"))
    assert [p.code for p in sensed.problems] == ["undecodable"]
    assert counts(sensed) == (0, 0, 0)
    sensed = sense_city(write_city(source(COLUMNS), t__csv=text("")))
    assert (figures(sensed), sensed.problems, counts(sensed)) == ({}, (), (0, 0, 0))


def test_rows_are_numbered_as_in_the_file_when_some_are_filtered_away(
    write_city: Write, sense_city: Sense
) -> None:
    sensed = sense_city(
        write_city(source(COLUMNS, 'where = { request_id = "b4" }'), t__csv=text(ROWS + BAD))
    )
    assert rejects(sensed) == [("t.csv:11:received_at", "received_at", "", "bad_time")]


def test_amounts_are_added_and_a_blank_amount_adds_nothing(
    write_city: Write, sense_city: Sense
) -> None:
    columns = ["ocid", "contract_id", "place", "signed_at", "value", "electronic"]
    rows = "a,1,n,2024-05-01,1000.10,true\na,2,n,2024-06-01,0.20,false\nb,3,n,2024-07-01,,\n"
    one = source(columns, table="contracts")
    sensed = sense_city(write_city(one, t__csv=",".join(columns) + "\n" + rows))
    found = {v: x for (_, _, v), x in figures(sensed).items()}
    assert found == pytest.approx(
        {"procurement_value": 1000.3, "eprocurement_value": 1000.1, "ocids": 2}
    )


def test_what_cannot_be_built_from_districts_is_reduced_for_the_city_itself(
    write_city: Write, sense_city: Sense
) -> None:
    sensed = sense_city(write_city(source(COLUMNS), t__csv=text(ROWS)))
    found = figures(sensed, city=True)
    # Days to close 5, 10, 9.5 and 2: the 90 % quantile is 9.5 + 0.7 * 0.5.
    assert found["c", "2024", "close_days_p90"] == pytest.approx(9.85)
    assert found["c", "2024", "requests_received"] == 3 + 2


def test_a_row_delivered_twice_counts_once(write_city: Write, sense_city: Sense) -> None:
    sensed = sense_city(write_city(source(COLUMNS), t__csv=text(ROWS + ROWS)))
    assert figures(sensed) == pytest.approx(BY_HAND)
    assert {reason for _, _, _, reason in rejects(sensed)} == {"twice"}
    assert counts(sensed) == (2 * len(REQUESTS), len(REQUESTS), len(REQUESTS))


def test_two_sources_of_one_table_are_refused(write_city: Write, sense_city: Sense) -> None:
    other = source(COLUMNS).replace('id = "t"', 'id = "u"')
    with pytest.raises(InputError) as refused:
        sense_city(write_city(source(COLUMNS) + other, t__csv=text(ROWS)))
    assert [p.code for p in refused.value.problems] == ["table_twice"]
