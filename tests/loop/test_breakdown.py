"""A table's figures unit by unit, and the unit that looks well until it is asked twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jinglun.loop.breakdown import SMALLEST, breakdown
from jinglun.loop.sense import Sensed
from jinglun.model.catalogue import Catalogue

Write = Callable[..., Path]
Sense = Callable[[Path], Sensed]

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

SOURCE = """
[[source]]
id = "t"
path = "t.csv"
holds = "table"
table = "requests"
SAIDquality = "A"
[source.columns]
request_id = { row = true }
place = "place"
agency = "agency"
received_at = "in"
due_at = "due"
closed_at = "out"
callback_at = "called"
callback_resolved = "solved"
callback_satisfied = "glad"
"""
HEAD = "place,agency,in,due,out,called,solved,glad\n"


def rows(agency: str, late: int, solved: int, year: int = 2024, count: int = 40) -> str:
    """So many requests of one unit: the first `late` are late, the first `solved` are solved."""
    told = ""
    for n in range(count):
        out = f"{year}-03-{20 if n < late else 8:02}"
        yes = "是" if n < solved else "否"
        told += f"n,{agency},{year}-03-01,{year}-03-10,{out},{year}-04-01,{yes},{yes}\n"
    return told


def test_each_units_share_is_that_of_its_own_rows_of_the_last_whole_year(
    write_city: Write, sense_city: Sense, catalogue: Catalogue
) -> None:
    """Of 40 requests 4 late are 90 % on time; 30 solved are 75 %. 2026 is not over."""
    text = rows("a", 4, 30) + rows("b", 0, 40) + rows("a", 40, 0, 2023) + rows("a", 40, 0, 2026)
    sensed = sense_city(write_city(SOURCE, t__csv=HEAD + text))
    (told,) = breakdown(sensed, catalogue)
    assert (told["table"], told["column"], told["period"]) == ("requests", "agency", "2024")
    found = {g["name"]: (g["rows"], g["values"]) for g in told["groups"]}
    assert found["a"][0] == found["b"][0] == 40
    assert found["a"][1]["closed_on_time"] == pytest.approx(90)
    assert found["a"][1]["request_resolution"] == pytest.approx(75)
    assert found["b"][1]["closed_on_time"] == pytest.approx(100)


def test_a_unit_of_few_rows_is_left_out_and_counted(
    write_city: Write, sense_city: Sense, catalogue: Catalogue
) -> None:
    text = rows("a", 0, 1, count=SMALLEST) + rows("b", 0, 1, count=SMALLEST - 1)
    sensed = sense_city(write_city(SOURCE, t__csv=HEAD + text))
    (told,) = breakdown(sensed, catalogue)
    assert ([g["name"] for g in told["groups"]], told["left_out"]) == (["a"], 1)


def test_who_closes_in_time_without_solving_is_asked_about_and_nobody_else(
    write_city: Write, sense_city: Sense, catalogue: Catalogue
) -> None:
    """Five units solve 34 to 36 of 40 and are late with 2 to 4; one is never late and solves 10."""
    honest = "".join(rows(u, late, solved) for u, late, solved in HONEST)
    quiet = sense_city(write_city(SOURCE, t__csv=HEAD + honest))
    assert breakdown(quiet, catalogue)[0]["contradictions"] == []
    sensed = sense_city(write_city(SOURCE, t__csv=HEAD + honest + rows("hasty", 0, 10)))
    odd = breakdown(sensed, catalogue)[0]["contradictions"]
    assert {c["name"] for c in odd} == {"hasty"}
    assert ("closed_on_time", "request_resolution") in {(c["well"], c["badly"]) for c in odd}


HONEST = (("a", 2, 34), ("b", 3, 35), ("c", 4, 36), ("d", 3, 34), ("e", 2, 36))


def test_without_the_column_there_is_no_breakdown(
    write_city: Write, sense_city: Sense, catalogue: Catalogue
) -> None:
    source = SOURCE.replace('agency = "agency"\n', "")
    sensed = sense_city(write_city(source, t__csv=HEAD + rows("a", 0, 1)))
    assert breakdown(sensed, catalogue) == []
