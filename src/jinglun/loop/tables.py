"""Which variables a microdata table gives: one grouped query for all of them, by place and year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jinglun.feeds import delimited
from jinglun.feeds.delimited import ROW
from jinglun.loop.folder import SOURCES_FILE
from jinglun.loop.loading import path_of
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
_TIMES = ("date", "timestamp")
_INSIDE, _PLACE, _PERIOD = "__inside", "__place", "__period"
_LOST, _FOUND, _SOUND, _AGAIN = "__lost", "__found", "__sound", "__again"
"""The first column of a row whose text is no value of its type, and that text."""


def sense_table(desk: _Desk, number: int, source: Source) -> tuple[Facts, dict[str, int]]:
    """Load a microdata source, reject its faulty rows and reduce the rest to facts.

    A reduction whose columns the city did not deliver is left out: its variable stays missing.
    """
    import ibis

    table = desk.catalogue.tables[source.table or ""]
    name = f"source_{source.id}"
    wrong = delimited.read(desk.connection, path_of(source, desk.city), source, name)
    if wrong:
        desk.problems += wrong
        return Facts.empty(), {}
    text = _chosen(desk, source, ibis.duckdb.from_connection(desk.connection).table(name))
    typed = _typed(desk, source, table, text) if text is not None else None
    if typed is None:
        return Facts.empty(), {}
    read, good = _sound_rows(desk, source, table, typed)
    facts = _reduced(desk, number, source, table, good)
    used = _count(good)
    return facts, {"read": read, "used": used, "rejected": read - used, "values": len(facts)}


def _count(rows: Any) -> int:
    # Not execute(), which would bring in pandas.
    return int(rows.count().to_pyarrow().as_py())


def _names(text: Any) -> list[str]:
    return [name for name in text.columns if name != ROW]


def _chosen(desk: _Desk, source: Source, text: Any) -> Any:
    """Return the rows that pass `where`, or None with the reasons."""
    absent = [column for column in source.where if column not in _names(text)]
    for column in absent:
        hint = nearest(column, _names(text))
        place = f"source {source.id}"
        desk.problems.append(Problem("unknown_column", SOURCES_FILE, place, column, hint))
    if absent:
        return None
    for column, wanted in source.where.items():
        options = [wanted] if isinstance(wanted, str) else list(wanted)
        text = text.filter(text[column].isin(options))
    return text


def _typed(desk: _Desk, source: Source, table: Table, text: Any) -> Any:
    """Return the mapped columns under the table's own names and types, or None with the reasons."""
    import ibis

    picked = {ROW: text[ROW]}
    lost, found = [ibis.null("string")], [ibis.null("string")]
    for name, mapped in source.columns.items():
        column = mapped.column or ""
        place = f"source {source.id}.columns.{name}"
        if name not in table.columns:
            hint = nearest(name, table.columns)
            desk.problems.append(Problem("unknown_table_column", SOURCES_FILE, place, name, hint))
        elif column not in _names(text):
            hint = nearest(column, _names(text))
            desk.problems.append(Problem("unknown_column", SOURCES_FILE, place, column, hint))
        else:
            cleaned = text[column].strip().nullif("")
            picked[name] = cleaned.try_cast(_TYPES[table.columns[name].type])
            read = picked[name].notnull()
            if table.columns[name].type in _TIMES:
                # Beyond these years a date is a slip of the pen, and its year no ISO 8601 period.
                read = picked[name].year().between(1000, 9999).fill_null(False)
            unread = cleaned.notnull() & ~read
            lost.append(unread.ifelse(name, ibis.null("string")))
            found.append(unread.ifelse(cleaned, ibis.null("string")))
    lacking = [n for n in {*table.key, table.place, table.time} if n not in picked]
    for name in sorted(lacking):
        place = f"source {source.id}.columns.{name}"
        desk.problems.append(Problem("missing_key", SOURCES_FILE, place, hint=name))
    picked[_LOST], picked[_FOUND] = ibis.coalesce(*lost), ibis.coalesce(*found)
    return None if lacking else text.select(**picked)


def _sound_rows(desk: _Desk, source: Source, table: Table, typed: Any) -> tuple[int, Any]:
    """Reject rows without a known place, a time or a value that reads; count what was read."""
    import ibis
    import pyarrow as pa

    known = ibis.memtable(pa.table({"id": pa.array(list(desk.place_index), pa.string())}))
    placed = typed[table.place].isin(known.id).fill_null(False)
    sound = placed & typed[table.time].notnull() & typed[_LOST].isnull()
    typed = typed.mutate(**{_SOUND: sound})
    first = ibis.window(group_by=[*table.key, _SOUND], order_by=ROW)
    typed = typed.mutate(**{_AGAIN: ibis.row_number().over(first) > 0})
    sound = typed[_SOUND] & ~typed[_AGAIN]
    file = source.path.rsplit("/", 1)[-1]
    told = (ROW, table.place, _LOST, _FOUND, _SOUND)
    bad = typed.filter(~sound).select(*told).order_by(ROW)
    for row in bad.limit(10_000).to_pyarrow().to_pylist():
        at_fault, value, reason = _fault(row, table, desk)
        locator = f"{file}:{row[ROW]}:{source.columns[at_fault].column}"
        # A row of a table that is not open leaves no word of its own behind, only its place.
        shown = value if table.privacy == "open" else ""
        desk.rejects.add(source.id, locator, source.columns[at_fault].column or "", shown, reason)
    return _count(typed), typed.filter(sound)


def _fault(row: dict[str, Any], table: Table, desk: _Desk) -> tuple[str, str, str]:
    """Return the column at fault in a bad row, what stands there and the reason code."""
    if row[_LOST] is not None:
        timely = table.columns[row[_LOST]].type in _TIMES
        return row[_LOST], row[_FOUND], "bad_time" if timely else "not_a_number"
    if row[_SOUND]:
        return table.key[0], "", "twice"
    if row[table.place] not in desk.place_index:
        return table.place, row[table.place] or "", "unknown_place"
    return table.time, "", "bad_time"


def _raised(desk: _Desk, table: Table, good: Any) -> Any:
    """Count every row for its place and for all that the place lies in, up to the city.

    A median or a count of distinct things cannot be built from those of the districts.
    """
    import ibis
    import pyarrow as pa

    parents = {p.id: p.parent for p in desk.places.all}
    pairs: list[tuple[str, str]] = []
    for ident in parents:
        above: str | None = ident
        while above is not None:
            pairs.append((ident, above))
            above = parents.get(above)
    inside, places = zip(*pairs, strict=True)
    ladder = ibis.memtable(
        pa.table({_INSIDE: pa.array(inside, pa.string()), _PLACE: pa.array(places, pa.string())})
    )
    return good.join(ladder, good[table.place] == ladder[_INSIDE])


def _reduced(desk: _Desk, number: int, source: Source, table: Table, good: Any) -> Facts:
    """Ask for every variable of the table in one grouped query, by place and year."""
    raised = _raised(desk, table, good)
    grouped = raised.mutate(**{_PERIOD: raised[table.time].year().cast("string")})
    wanted = {}
    for ident, variable in desk.catalogue.variables.items():
        if variable.table == table.id:
            try:
                wanted[ident] = desk.catalogue.reductions[ident](grouped)
            except AttributeError:
                if set(table.columns) <= set(grouped.columns):
                    raise
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
