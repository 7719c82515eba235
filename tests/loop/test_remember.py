"""Whether a part comes back just as it was made, and one that does not hold is made again."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from jinglun.loop.folder import read_city
from jinglun.loop.loading import Part
from jinglun.loop.redo import Plan, planned, unchanged
from jinglun.loop.remember import Memory
from jinglun.loop.sense import Sensed, sense
from jinglun.model.catalogue import Catalogue
from jinglun.model.city import Source
from jinglun.model.facts import Facts
from jinglun.model.places import Place, Places
from jinglun.store.cache import part_path, read_part, write_part
from jinglun.store.lake import connect

Write = Callable[..., Path]
DAY = date(2026, 2, 28)
SOURCES = """
[[source]]
id = "long"
path = "long.csv"
holds = "facts"
SAIDplace = "id"
period_column = "year"
quality = "B"
long = { variable = "what", value = "value", unit = "unit" }
[[source]]
id = "wide"
path = "wide.csv"
holds = "facts"
SAIDplace = "id"
period = "2024"
variables = { resident_pop = { column = "people", unit = "person" }, gdp = { column = "no_such", unit = "LCU" } }
[[source]]
id = "calls"
path = "calls.csv"
holds = "table"
table = "requests"
SAIDcolumns = { request_id = "no", received_at = "at", place = "place" }
[[source]]
id = "nothing"
path = "nothing.csv"
holds = "facts"
SAIDplace = "id"
period = "2024"
variables = { resident_pop = { column = "people", unit = "person" } }
"""  # noqa: E501
FILES = {
    "long__csv": "id,year,what,value,unit\nc,2023,resident_pop,310,person\n"
    "c,2024,resident_pop,301,person\nzz,2024,resident_pop,1,person\n"
    "n,2024,resident_pop,十万,person\nn,2024-Q1,unemployment_rate,4.5,%\n",
    "wide__csv": "id,people\nc,300\nn,100\n",
    "calls__csv": "no,at,place\n1,2024-03-01,n\n2,2024-04-01,s\n3,never,n\n",
    "nothing__csv": "id,people\n",
}


@pytest.fixture
def city(write_city: Write) -> Path:
    """Sources with good and bad rows, a problem, a table, and one without a single fact."""
    return write_city(SOURCES, **FILES)


@pytest.fixture
def plan(city: Path, tmp_path: Path) -> Plan:
    (city / "release").mkdir()
    found = planned(city, DAY, 0, city / "release", tmp_path / "home")
    assert found is not None
    return found


def sensed(city: Path, catalogue: Catalogue, keep: Any) -> Sensed:
    return sense(read_city(city, catalogue), catalogue, connect(), DAY, lambda *_: None, keep)


def _never() -> Part:
    raise AssertionError("a part that is kept is not made again")


def same(one: Facts, other: Facts) -> bool:
    columns = [f.name for f in dataclasses.fields(Facts)]
    pairs = [(getattr(one, name), getattr(other, name)) for name in columns]
    return all(a.dtype == b.dtype and a.tolist() == b.tolist() for a, b in pairs)


def test_what_is_sensed_from_kept_parts_is_what_was_sensed_from_the_files(
    city: Path, catalogue: Catalogue, plan: Plan
) -> None:
    memory = Memory(plan, catalogue)
    cold = sensed(city, catalogue, memory.keep)
    memory.settle({})
    given: list[str] = []

    def keep(source: Source, places: Places, make: Callable[[], Part]) -> Part:
        given.append(source.id)
        return Memory(plan, catalogue).keep(source, places, _never)

    warm = sensed(city, catalogue, keep)
    assert given == ["long", "wide", "calls", "nothing"]
    assert same(warm.facts, cold.facts) and len(cold.facts) > 5
    assert warm.rejects == cold.rejects and len(cold.rejects.source) >= 4
    assert warm.problems == cold.problems and [p.found for p in cold.problems] == ["no_such"]
    assert (warm.periods, warm.inputs) == (cold.periods, cold.inputs)


def test_a_part_of_other_places_is_made_again(city: Path, catalogue: Catalogue, plan: Plan) -> None:
    memory = Memory(plan, catalogue)
    cold = sensed(city, catalogue, memory.keep)
    memory.settle({})
    source = read_city(city, catalogue).sources[-4]
    key = plan.key("long", "long")
    assert plan.drawer is not None and part_path(plan.drawer, key).is_file()
    other = dataclasses.replace(
        cold.places, all=(Place("a", "city", None, "peer"), *cold.places.all)
    )
    made = Memory(plan, catalogue).keep(source, cold.places, _never)
    with pytest.raises(AssertionError, match="not made again"):
        Memory(plan, catalogue).keep(source, other, _never)
    assert made.periods == ("2023", "2024", "2024-Q1")


def _with(table: Any, name: str, values: list[Any]) -> Any:
    return table.set_column(table.column_names.index(name), name, pa.array(values))


@pytest.mark.parametrize(
    "change",
    [
        lambda said, facts: (said, _with(facts, "period", [9, 0])),
        lambda said, facts: (said, _with(facts, "period", [-1, 0])),
        lambda said, facts: (said, _with(facts, "quality", [6, 0])),
        lambda said, facts: (said, _with(facts, "value", ["x", "y"])),
        lambda said, facts: (
            said,
            _with(facts, "place", ["c", "elsewhere"]).cast(facts.schema),
        ),
        lambda said, facts: (said, facts.drop_columns(["locator"])),
        lambda said, facts: ({**said, "periods": 3}, facts),
        lambda said, facts: ({**said, "problems": [{"x": "y"}]}, facts),
        lambda said, facts: ({}, facts),
        lambda said, facts: ([], facts),
    ],
)
def test_a_part_of_another_shape_is_made_again(
    city: Path, catalogue: Catalogue, plan: Plan, change: Callable[..., Any]
) -> None:
    """As if another hand had written it, its digest and all."""
    memory = Memory(plan, catalogue)
    cold = sensed(city, catalogue, memory.keep)
    memory.settle({})
    source = next(s for s in read_city(city, catalogue).sources if s.id == "wide")
    assert plan.drawer is not None
    path = part_path(plan.drawer, plan.key("wide", "wide"))
    read = read_part(path, tables=2)
    assert read is not None and read[1][0].num_rows == 2
    said, (facts, rejects) = read
    said, facts = change(said, facts)
    tables = [dict(zip(t.column_names, t.columns, strict=True)) for t in (facts, rejects)]
    write_part(path, said, tables)
    with pytest.raises(AssertionError, match="not made again"):
        Memory(plan, catalogue).keep(source, cold.places, _never)


def test_what_a_file_held_while_it_was_changed_is_not_kept(
    city: Path, catalogue: Catalogue, plan: Plan
) -> None:
    memory = Memory(plan, catalogue)
    sensed(city, catalogue, memory.keep)
    text = (city / "wide.csv").read_bytes()
    (city / "wide.csv").write_bytes(b"id,people\nc,1\n")
    (city / "wide.csv").write_bytes(text)
    memory.settle({})
    assert plan.home is not None and not plan.home.exists()


def test_a_cache_that_cannot_be_written_is_done_without(
    city: Path, catalogue: Catalogue, plan: Plan
) -> None:
    assert plan.home is not None
    plan.home.write_text("a file", encoding="utf-8")
    memory = Memory(plan, catalogue)
    cold = sensed(city, catalogue, memory.keep)
    memory.settle({})
    assert len(cold.facts) > 5 and plan.home.is_file()
    again = planned(city, DAY, 0, city / "release", plan.home)
    assert again is not None and unchanged(again) is None


def test_a_fresh_run_makes_all_anew_and_keeps_it(
    city: Path, catalogue: Catalogue, plan: Plan
) -> None:
    memory = Memory(plan, catalogue)
    cold = sensed(city, catalogue, memory.keep)
    memory.settle({})
    source = next(s for s in read_city(city, catalogue).sources if s.id == "wide")
    fresh = dataclasses.replace(plan, fresh=True)
    with pytest.raises(AssertionError, match="not made again"):
        Memory(fresh, catalogue).keep(source, cold.places, _never)


def test_without_a_plan_every_part_is_made(city: Path, catalogue: Catalogue) -> None:
    memory = Memory(None, catalogue)
    made = sensed(city, catalogue, memory.keep)
    memory.settle({})
    assert len(made.facts) > 5


def test_a_part_that_json_would_change_is_made_each_time(
    city: Path, catalogue: Catalogue, plan: Plan
) -> None:
    memory = Memory(plan, catalogue)
    source = next(s for s in read_city(city, catalogue).sources if s.id == "wide")
    places = sensed(city, catalogue, lambda s, p, make: make()).places

    def make() -> Part:
        from jinglun.loop.loading import Rejects

        return Part(Facts.empty(), (), Rejects(), (), {"read": np.int64(3)})

    memory.keep(source, places, make)
    memory.settle({})
    assert plan.drawer is not None
    assert not part_path(plan.drawer, plan.key("wide", "wide")).exists()
