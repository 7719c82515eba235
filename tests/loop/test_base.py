"""Whether the base inventory is what six small tables say, and says no more than it may."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest

from jinglun.loop.base import TABLES, base
from jinglun.loop.sense import Sensed
from jinglun.model.catalogue import Catalogue

DAY = date(2024, 12, 31)

# One city c with the districts n and s; p is a peer. Two stocktakings; s last took stock in 2023.
SYSTEMS = """\
system_id,as_of,place,name,office,strategy,purpose,status,users,running_cost,contract_ends_on,platform_id
s1,2023-12-31,c,Old name,Data office,G3,hotline,running,10,999,,
s1,2024-12-31,c,Hotline,Data office,G3,hotline,running,4000,800000,2026-06-30,cl
s2,2024-12-31,c,Mayor's line,Mayor's office,G3,Hot line,running,100,150000,,
s3,2024-12-31,n,Parking,Traffic office,M2,parking,running,,60000,,
s4,2024-12-31,c,Map,Planning office,X9,map,planned,,,,zz
s5,2023-12-31,s,Books,Library,C3,books,running,50,1000.5,,
s6,2024-12-31,p,Not ours,Elsewhere,G3,hotline,running,9,9,,
s7,2025-12-31,c,Not yet,Data office,G3,hotline,running,9,9,,
"""
PROJECTS = """\
project_id,as_of,place,name,office,strategy,status,planned_end,approved,paid,to_finish,system_id
p1,2024-12-31,c,New hotline,Data office,G3,running,2025-06-30,5000000,2000000,,s1
p2,2024-12-31,n,Bus lanes,Traffic office,M2,approved,,1000000,,700000,
p3,2024-12-31,c,Done,Data office,G3,finished,2024-01-31,300,300,,
"""
CONTRACTS = """\
ocid,contract_id,place,method,signed_at,value,ends_on,system_id,project_id
o1,1,c,open,2023-01-01,500000,2025-03-31,s2,
o2,1,c,open,2022-01-01,500000,2023-12-31,s2,
o3,1,c,open,2024-05-01,900000,2025-12-31,s2,
o4,1,c,open,2024-05-01,40,2025-12-31,,
o5,1,c,open,2024-05-01,3000000,2025-12-31,,p1
"""
COMMITMENTS = """\
commitment_id,due_on,place,purse,amount,bound,strategy,project_id,system_id
k1,2025-12-31,c,city,2000000,true,,p1,
k1,2026-12-31,c,city,1000000,false,,p1,
k1,2025-12-31,c,transfers,500000,true,,p1,
k2,2025-12-31,n,city,60000.5,,M2,,
k3,2024-01-31,c,city,7,true,,,s1
k4,2023-12-31,c,city,999,true,,,s1
"""
POSTS = """\
place,office,role,as_of,posts,filled,cost
c,Data office,data,2024-12-31,4,2.5,600000
c,Data office,security,2024-12-31,1,1,300000
c,Secret office,data,2024-12-31,3,2,500000
n,Traffic office,data,2024-12-31,4,4,
"""
PLATFORMS = """\
platform_id,as_of,place,name,office,kind,status,capacity,used,measure,open_to
cl,2024-12-31,c,City cloud,Data office,cloud,running,1000,640,cores,districts
id,2024-12-31,c,Identity,Data office,identity,running,,12,,public
"""
FILES = dict(
    zip(TABLES, (SYSTEMS, PROJECTS, CONTRACTS, COMMITMENTS, POSTS, PLATFORMS), strict=True)
)


READ: dict[str, Callable[[str], Any]] = {
    "string": str,
    "integer": int,
    "number": float,
    "date": date.fromisoformat,
    "boolean": {"true": True, "false": False}.__getitem__,
}
IBIS = {"integer": "int64", "number": "float64"}


def _table(catalogue: Catalogue, ident: str, text: str) -> Any:
    """The rows of a CSV as sense hands them on: typed, each with its file and row."""
    types = {n: c.type for n, c in catalogue.tables[ident].columns.items()}
    header, *lines = (line.split(",") for line in text.splitlines())
    rows = [
        {n: READ[types[n]](cell) if cell else None for n, cell in zip(header, line, strict=True)}
        | {"__file": f"{ident}.csv", "__row": at}
        for at, line in enumerate(lines, 2)
    ]
    schema = {n: IBIS.get(types[n], types[n]) for n in header}
    schema |= {"__file": "string", "__row": "int64"}
    arrays = {n: [row[n] for row in rows] for n in schema}
    typed = ibis.schema(schema).to_pyarrow()
    return ibis.memtable(pa.Table.from_pydict(arrays, schema=typed))


Inventory = Callable[..., dict[str, Any]]


@pytest.fixture
def inventory(toy: Any, catalogue: Catalogue) -> Inventory:
    """The inventory of the toy city with these files, by default with all six."""
    toy.place("p", "city")

    def made(
        files: dict[str, str] = FILES, known: Catalogue = catalogue, day: date = DAY
    ) -> dict[str, Any]:
        tables = {ident: _table(catalogue, ident, text) for ident, text in files.items()}
        return base(dataclasses.replace(toy.sensed, tables=tables), known, day)

    return made


def _source(table: str, text: str) -> str:
    columns = ", ".join(f'{c} = "{c}"' for c in text.partition("\n")[0].split(","))
    return (
        f'[[source]]\nid = "{table}"\npath = "{table}.csv"\nholds = "table"\ntable = "{table}"\n'
        f"SAIDcolumns = {{ {columns} }}\n"
    )


def test_six_files_in_a_city_folder_give_the_inventory_that_their_rows_give(
    write_city: Callable[..., Path],
    sense_city: Callable[[Path], Sensed],
    catalogue: Catalogue,
    inventory: Inventory,
) -> None:
    sources = "".join(_source(table, text) for table, text in FILES.items())
    named = {f"{table}__csv": text for table, text in FILES.items()}
    sensed = sense_city(write_city(sources, **named))
    assert [p.code for p in sensed.problems] == []
    assert base(sensed, catalogue, DAY) == inventory()


def _by(lines: list[dict[str, Any]], key: str) -> dict[Any, dict[str, Any]]:
    found = {line[key]: line for line in lines}
    assert len(found) == len(lines)
    return found


def test_a_city_that_delivered_no_table_has_an_empty_base_that_names_them_all(
    inventory: Inventory,
) -> None:
    found = inventory({})
    assert [t["table"] for t in found["tables"]] == list(TABLES)
    assert not any(t["delivered"] or t["rows"] for t in found["tables"])
    assert all(found[name] == [] for name in found if name not in ("tables", "settings"))


def test_what_stands_is_the_last_stocktaking_of_each_place_not_after_the_day(
    inventory: Inventory,
) -> None:
    found = inventory()
    systems = _by(found["systems"], "system_id")
    # s6 is a peer's, s7 is of next year, s1 was counted twice; the district s is a year behind.
    assert sorted(systems) == ["s1", "s2", "s3", "s4", "s5"]
    assert systems["s1"]["name"] == "Hotline"
    told = _by(found["tables"], "table")["system_catalogue"]
    assert (told["rows"], told["oldest"], told["newest"]) == (5, "2023-12-31", "2024-12-31")
    earlier = _by(inventory(day=date(2024, 6, 30))["systems"], "system_id")
    assert sorted(earlier) == ["s1", "s5"]
    assert earlier["s1"]["name"] == "Old name"


def test_every_line_says_the_file_and_row_it_is_from(inventory: Inventory) -> None:
    found = inventory()
    assert _by(found["systems"], "system_id")["s3"]["row"] == "system_catalogue.csv:5"
    assert _by(found["contracts"], "ocid")["o5"]["row"] == "contracts.csv:6"
    rows = {o["row"] for line in found["advice"] for o in line["of"]}
    assert "projects.csv:2" in rows
    assert all(row.partition(":")[2].isdigit() for row in rows)


def test_contracts_are_those_in_force_that_name_a_system_or_a_project(
    inventory: Inventory,
) -> None:
    # o2 is over; o4 is paper, say.
    assert sorted(_by(inventory()["contracts"], "ocid")) == ["o1", "o3", "o5"]


def test_a_system_without_an_end_of_its_own_ends_with_its_last_contract(
    inventory: Inventory,
) -> None:
    systems = _by(inventory()["systems"], "system_id")
    assert systems["s1"]["contract_ends_on"] == "2026-06-30"
    assert systems["s2"]["contract_ends_on"] == "2025-12-31"
    assert systems["s3"]["contract_ends_on"] is None


def test_cost_per_user_what_is_to_pay_and_spare_capacity_are_as_by_hand(
    inventory: Inventory,
) -> None:
    found = inventory()
    systems = _by(found["systems"], "system_id")
    assert systems["s1"]["cost_per_user"] == 200.0  # 800,000 / 4,000
    assert systems["s3"]["cost_per_user"] is None  # nobody counted its users
    projects = _by(found["projects"], "project_id")
    assert projects["p1"]["to_finish"] == 3_000_000.0  # 5 million less 2 paid
    assert projects["p2"]["to_finish"] == 700_000.0  # as said, for what was paid is not
    platforms = _by(found["platforms"], "platform_id")
    assert (platforms["cl"]["spare"], platforms["cl"]["systems"]) == (360.0, 1)
    assert platforms["id"]["spare"] is None


def test_money_is_added_up_by_year_and_purse_from_this_year_on(inventory: Inventory) -> None:
    told = ("year", "purse", "bound", "planned", "unsaid")
    assert [tuple(line[n] for n in told) for line in inventory()["money"]] == [
        (2024, "city", 7.0, 0.0, 0.0),
        (2025, "city", 2_000_000.0, 0.0, 60_000.5),
        (2025, "transfers", 500_000.0, 0.0, 0.0),
        (2026, "city", 0.0, 1_000_000.0, 0.0),
    ]


def test_each_strategy_has_the_sum_of_what_serves_it_and_the_rest_comes_last(
    inventory: Inventory,
) -> None:
    lines = inventory()["strategies"]
    assert [line["strategy"] for line in lines] == ["C3", "G3", "M2"]
    found = _by(lines, "strategy")
    # Systems s1 and s2; project p1, for p3 is over; commitments of p1 and of s1 from 2024 on.
    assert found["G3"] == {
        "strategy": "G3",
        "systems": 2,
        "running_cost": 950_000.0,
        "no_cost": 0,
        "projects": 1,
        "to_finish": 3_000_000.0,
        "committed": 3_500_007.0,
    }
    assert found["M2"]["committed"] == 60_000.5
    unknown = FILES | {"system_catalogue": SYSTEMS.replace(",M2,parking", ",Z1,parking")}
    last = inventory(unknown)["strategies"][-1]
    assert (last["strategy"], last["systems"], last["running_cost"]) == (None, 1, 60_000.0)


def test_what_an_office_pays_its_people_is_told_from_three_people_on(
    inventory: Inventory,
) -> None:
    staff = _by(inventory()["staff"], "office")
    assert staff["Data office"] == {
        "place": "c",
        "office": "Data office",
        "posts": 5.0,
        "filled": 3.5,
        "cost": 900_000.0,
    }
    assert staff["Secret office"]["cost"] is None  # two people
    assert staff["Traffic office"]["cost"] is None  # not said


def test_ids_that_lead_nowhere_are_named_with_their_rows(inventory: Inventory) -> None:
    assert inventory()["odd"] == [
        {
            "table": "system_catalogue",
            "row": "system_catalogue.csv:6",
            "column": "strategy",
            "found": "X9",
        },
        {
            "table": "system_catalogue",
            "row": "system_catalogue.csv:6",
            "column": "platform_id",
            "found": "zz",
        },
    ]


def test_the_two_hotlines_are_asked_about_and_every_running_thing_has_a_line(
    inventory: Inventory,
) -> None:
    lines = inventory()["advice"]
    found = {(line["act"], line["rule"], tuple(o["id"] for o in line["of"])) for line in lines}
    assert found == {
        ("merge", "same_purpose", ("s1", "s2")),
        ("ask", "blank", ("s3",)),
        ("keep", "in_use", ("s5",)),
        ("keep", "on_time", ("p1",)),
        ("ask", "blank", ("p2",)),
        ("keep", "has_room", ("cl",)),
        ("ask", "blank", ("id",)),
    }


@pytest.mark.parametrize("privacy", ["aggregate", "closed"])
@pytest.mark.parametrize("ident", TABLES)
def test_no_word_and_no_row_of_a_table_that_is_not_open_gets_out(
    inventory: Inventory, catalogue: Catalogue, ident: str, privacy: Any
) -> None:
    table = dataclasses.replace(catalogue.tables[ident], privacy=privacy)
    known = dataclasses.replace(catalogue, tables={**catalogue.tables, ident: table})
    told = json.dumps(inventory(FILES, known))
    assert f"{ident}.csv" not in told
    secret = {
        "system_catalogue": ("Hotline", "Parking"),
        "projects": ("Bus lanes", "New hotline"),
        "contracts": ("o3", "2025-12-31"),
        "commitments": ("k1",),
        "posts": ("security",),
        "platforms": ("City cloud", "cores"),
    }
    assert [word for word in secret[ident] if word in told] == []


def test_sums_of_a_closed_table_still_stand(inventory: Inventory, catalogue: Catalogue) -> None:
    table = dataclasses.replace(catalogue.tables["system_catalogue"], privacy="closed")
    known = dataclasses.replace(catalogue, tables={**catalogue.tables, "system_catalogue": table})
    found = inventory(FILES, known)
    assert found["systems"] == []
    assert _by(found["strategies"], "strategy")["G3"]["running_cost"] == 950_000.0


def test_a_table_with_its_required_columns_alone_is_enough(inventory: Inventory) -> None:
    bare = {
        "system_catalogue": "system_id,as_of,place,status\ns1,2024-12-31,c,running\n",
        "projects": "project_id,as_of,place,status\np1,2024-12-31,c,running\n",
        "contracts": "ocid,contract_id,place,method,signed_at,value\no1,1,c,open,2024-01-01,5\n",
        "commitments": "commitment_id,due_on,place,purse,amount\nk1,2025-12-31,c,fees,5\n",
        "posts": "place,office,role,as_of,posts,filled\nc,A,data,2024-12-31,4,4\n",
        "platforms": "platform_id,as_of,place,kind,status\ncl,2024-12-31,c,cloud,running\n",
    }
    found = inventory(bare)
    assert [t["rows"] for t in found["tables"]] == [1, 1, 0, 1, 1, 1]
    assert found["money"][0]["unsaid"] == 5.0
    assert {line["rule"] for line in found["advice"]} == {"blank"}
    assert found["strategies"] == [
        {
            "strategy": None,
            "systems": 1,
            "running_cost": None,
            "no_cost": 1,
            "projects": 1,
            "to_finish": None,
            "committed": 5.0,
        }
    ]


def test_the_inventory_is_json_and_the_same_every_time(inventory: Inventory) -> None:
    first, second = inventory(), inventory()
    assert json.dumps(first, allow_nan=False) == json.dumps(second, allow_nan=False)
