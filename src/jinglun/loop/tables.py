"""Which variables a microdata table gives: one grouped query for all of them, by place and year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jinglun.feeds import delimited
from jinglun.feeds.delimited import ROW
from jinglun.loop.folder import SOURCES_FILE, locate
from jinglun.model.catalogue import Table
from jinglun.model.city import Source
from jinglun.model.errors import Problem, nearest
from jinglun.model.facts import QUALITY, Facts

if TYPE_CHECKING:
    from jinglun.loop.sense import _Desk

_TYPES = {
    "string": "string",
    "integer": "int64",
    "number": "float64",
    "date": "date",
    "timestamp": "timestamp",
    "boolean": "boolean",
}
_PLACE, _PERIOD = "__place", "__period"


def sense_table(desk: _Desk, number: int, source: Source) -> tuple[Facts, dict[str, int]]:
    """Load a microdata source, reject its faulty rows and reduce the rest to facts.

    A reduction whose columns the city did not deliver is left out: its variable stays missing.
    """
    import ibis

    table = desk.catalogue.tables[source.table or ""]
    name = f"source_{source.id}"
    path = locate(source, desk.city.folder)
    assert path is not None
    wrong = delimited.read(desk.connection, path, source, name)
    if wrong:
        desk.problems += wrong
        return Facts.empty(), {}
    text = ibis.duckdb.from_connection(desk.connection).table(name)
    for column, wanted in source.where.items():
        options = [wanted] if isinstance(wanted, str) else list(wanted)
        text = text.filter(text[column].isin(options))
    typed = _typed(desk, source, table, text)
    if typed is None:
        return Facts.empty(), {}
    read, good = _sound_rows(desk, source, table, typed)
    facts = _reduced(desk, number, source, table, good)
    used = int(good.count().execute())
    return facts, {"read": read, "used": used, "rejected": read - used, "values": len(facts)}


def _typed(desk: _Desk, source: Source, table: Table, text: Any) -> Any:
    """Return the mapped columns under the table's own names and types, or None with the reasons."""
    picked = {ROW: text[ROW]}
    for name, column in source.columns.items():
        place = f"source {source.id}.columns.{name}"
        if name not in table.columns:
            hint = nearest(name, table.columns)
            desk.problems.append(Problem("unknown_table_column", SOURCES_FILE, place, name, hint))
        elif column not in text.columns:
            hint = nearest(column, text.columns)
            desk.problems.append(Problem("unknown_column", SOURCES_FILE, place, column, hint))
        else:
            cleaned = text[column].strip().nullif("")
            picked[name] = cleaned.try_cast(_TYPES[table.columns[name].type])
    lacking = [n for n in {*table.key, table.place, table.time} if n not in picked]
    for name in sorted(lacking):
        place = f"source {source.id}.columns.{name}"
        desk.problems.append(Problem("missing_key", SOURCES_FILE, place, hint=name))
    return None if lacking else text.select(**picked)


def _sound_rows(desk: _Desk, source: Source, table: Table, typed: Any) -> tuple[int, Any]:
    """Reject the rows without a known place or a time; return how many were read, and the rest."""
    import ibis

    known = ibis.memtable({"id": list(desk.place_index)})
    placed = typed[table.place].isin(known.id)
    bad = typed.filter(~placed.fill_null(False) | typed[table.time].isnull())
    file = source.path.rsplit("/", 1)[-1]
    for row in bad.order_by(ROW).limit(10_000).to_pyarrow().to_pylist():
        at_fault = table.time if row[table.time] is None else table.place
        reason = "bad_time" if at_fault == table.time else "unknown_place"
        locator = f"{file}:{row[ROW]}:{source.columns[at_fault]}"
        desk.rejects.add(
            source.id, locator, source.columns[at_fault], str(row[at_fault] or ""), reason
        )
    good = typed.filter(placed.fill_null(False) & typed[table.time].notnull())
    return int(typed.count().execute()), good


def _reduced(desk: _Desk, number: int, source: Source, table: Table, good: Any) -> Facts:
    """Ask for every variable of the table in one grouped query, by place and year."""
    grouped = good.mutate(
        **{_PLACE: good[table.place], _PERIOD: good[table.time].year().cast("string")}
    )
    wanted = {}
    for ident, variable in desk.catalogue.variables.items():
        if variable.table == table.id:
            try:
                wanted[ident] = desk.catalogue.reductions[ident](grouped)
            except AttributeError:
                continue
    if not wanted:
        return Facts.empty()
    result = grouped.group_by([_PLACE, _PERIOD]).agg(**wanted).to_pyarrow()
    places = np.array([desk.place_index[p] for p in result[_PLACE].to_pylist()], np.int32)
    periods = np.array(
        [desk.periods.setdefault(p, len(desk.periods)) for p in result[_PERIOD].to_pylist()],
        np.int32,
    )
    file = source.path.rsplit("/", 1)[-1]
    parts = [Facts.empty()]
    for ident in wanted:
        value = np.asarray(result[ident].cast("double").to_numpy(), float)
        at = np.flatnonzero(np.isfinite(value))
        size = len(at)
        parts.append(
            Facts(
                places[at],
                periods[at],
                np.full(size, desk.variable_index[ident], np.int32),
                value[at],
                np.full(size, QUALITY.index(source.quality), np.int8),
                np.full(size, number, np.int32),
                np.full(size, f"{file}:*:{ident}", object),
            )
        )
    return Facts.join(parts)
