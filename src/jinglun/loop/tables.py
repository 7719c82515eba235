"""Which variables a microdata table gives: one grouped query for all, by place and year."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np

from jinglun.feeds.rows import ROW, quoted
from jinglun.loop.expectations import (
    FAULT,
    SAMPLE,
    Check,
    count_faults,
    lowered,
    over_time,
    sampled,
    with_faults,
)
from jinglun.loop.loading import FILE, Desk, Rejects, laid, relation
from jinglun.loop.mapping import FOUND, LOST, mapped_rows
from jinglun.model.catalogue import Table
from jinglun.model.city import Source
from jinglun.model.facts import QUALITY, Facts

_PLACE, _YEAR, _ROWS, _NEWEST = "__place", "__year", "__rows", "__newest"
_KNOWN, _RUNG = "__known", "__rung_"


class Tables(Mapping[str, Any]):
    """The sound rows of each table delivered, as table expressions, read when asked for."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._sources = {s.table: s for s in desk.city.sources if s.holds == "table" and s.table}

    def __getitem__(self, ident: str) -> Any:
        sound = self._desk.shelf.sound
        if ident not in sound:
            desk = dataclasses.replace(self._desk, periods={}, rejects=Rejects(), problems=[])
            if sound_rows(desk, self._sources[ident]) is None:
                raise KeyError(ident)
        return sound[ident]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)


@dataclasses.dataclass(frozen=True)
class Sound:
    """The rows of a table that keep every expectation, and the count of the others."""

    good: Any
    read: int
    rejected: int
    checks: tuple[Check, ...]


def sense_table(desk: Desk, number: int, source: Source) -> tuple[Facts, dict[str, Any]]:
    """Read a microdata source, set its faulty rows aside and reduce the rest to facts.

    A reduction whose columns the city did not deliver is left out: its variable stays missing.
    """
    table = desk.catalogue.tables[source.table or ""]
    sound = sound_rows(desk, source)
    if sound is None:
        return Facts.empty(), {}
    result = reduced(desk, table, sound.good)
    checks = [*sound.checks, *over_time(table, *_history(desk, result), desk.day)]
    quality = lowered(source.quality, sound.read, sound.rejected, checks)
    facts = _facts(desk, number, source, table, result, quality)
    counts = {
        "read": sound.read,
        "used": sound.read - sound.rejected,
        "rejected": sound.rejected,
        "values": len(facts),
        "checks": [dataclasses.asdict(check) for check in checks],
        "quality": quality,
        "by": _by_unit(desk, table, sound.good),
    }
    return facts, counts


# --- rows ---------------------------------------------------------------------------------------


def sound_rows(desk: Desk, source: Source) -> Sound | None:
    """Return the rows that keep every expectation of their table; the others go to the rejects."""
    table = desk.catalogue.tables[source.table or ""]
    ragged = len(desk.rejects.source)
    loaded = relation(source, desk.shelf, desk.problems, desk.rejects)
    if loaded is None:
        return None
    ragged = len(desk.rejects.source) - ragged
    rows = mapped_rows(desk, source, table, loaded)
    if rows is None:
        return None
    rows = placed(desk, source, table, rows)
    faulted = with_faults(rows, table, rows[_KNOWN], _referred(desk, table, rows))
    read, checks, alone = count_faults(faulted, table.key)
    for check in checks:
        _set_aside(desk, source, table, faulted, check)
    good = rows.drop(LOST, FOUND, _KNOWN)
    if checks:
        # Told by where they stand: to find them again costs all the checks again.
        bad = faulted.filter(faulted[FAULT].notnull()).select(FILE, ROW)
        good = _without(desk, f"bad_{source.id}", good, bad)
    if not alone:
        good, twice = _first_only(desk, source, table, good)
        checks += [twice] if twice.rows else []
    if ragged:
        checks.append(Check("ragged_row", "*", ragged))
    rejected = sum(check.rows for check in checks)
    desk.shelf.sound[table.id] = good
    return Sound(good, read + ragged, rejected, tuple(checks))


def placed(desk: Desk, source: Source, table: Table, rows: Any) -> Any:
    """Add to each row the place it lies in at every level; text is read but once.

    A text file is parsed here, into a table of typed columns; Parquet is read where it lies.
    """
    import ibis

    if source.feed != "parquet":
        connection = ibis.duckdb.from_connection(desk.connection)
        name = f"typed_{source.id}"
        desk.connection.execute(f"DROP TABLE IF EXISTS {quoted(name)}")
        rows = connection.create_table(name, rows, temp=True)
    ladder = _ladder(desk)
    joined = rows.left_join(ladder, rows[table.place] == ladder["__id"])
    return joined.mutate(**{_KNOWN: joined["__id"].notnull()}).drop("__id")


def _ladder(desk: Desk) -> Any:
    """Return each place with itself and the places it lies in, one column a level."""
    import pyarrow as pa

    levels = desk.places.levels
    places = {p.id: p for p in desk.places.all}
    columns: dict[str, list[str | None]] = {f"{_RUNG}{n}": [] for n in range(len(levels))}
    for place in places.values():
        above = {}
        here: str | None = place.id
        while here in places:
            above[places[here].level] = here
            here = places[here].parent
        for n, level in enumerate(levels):
            columns[f"{_RUNG}{n}"].append(above.get(level))
    arrays = {name: pa.array(held, pa.string()) for name, held in columns.items()}
    ids = pa.array(list(places), pa.string())
    return laid(desk.connection, "__ladder", pa.table({"__id": ids, **arrays}))


def _referred(desk: Desk, table: Table, rows: Any) -> dict[str, Any]:
    """Return for each column that refers to a table that was delivered where its value is found."""
    sources = {s.table: s for s in desk.city.sources if s.holds == "table"}
    found = {}
    for name, column in table.columns.items():
        other, _, key = (column.references or "").partition(".")
        if name in rows.columns and other in sources and other != table.id:
            mapped = _quietly_mapped(desk, sources[other])
            if mapped is not None and key in mapped.columns:
                found[name] = rows[name].isin(mapped[key]).fill_null(False)
    return found


def _quietly_mapped(desk: Desk, source: Source) -> Any:
    """Return another table's rows as mapped; what is wrong with it is told where it is read."""
    quiet = dataclasses.replace(desk, rejects=Rejects(), problems=[])
    loaded = relation(source, desk.shelf, quiet.problems, quiet.rejects)
    table = desk.catalogue.tables[source.table or ""]
    return None if loaded is None else mapped_rows(quiet, source, table, loaded)


def _set_aside(desk: Desk, source: Source, table: Table, faulted: Any, check: Check) -> None:
    column = source.columns[check.column].column or check.column
    for file, row, found in sampled(faulted, check):
        # A row of a table that is not open leaves no word of its own behind, only its place.
        shown = found if table.privacy == "open" else ""
        desk.rejects.add(source.id, f"{file}:{row}:{column}", column, shown, check.code)


def _first_only(desk: Desk, source: Source, table: Table, good: Any) -> tuple[Any, Check]:
    """Keep the first row of each key; the others are set aside."""
    import ibis

    key = list(table.key)
    counted = good.group_by(key).agg(n=good.count())
    held = good.semi_join(counted.filter(counted.n > 1), key)
    order = ibis.window(group_by=key, order_by=[FILE, ROW])
    held = held.mutate(__n=ibis.row_number().over(order))
    later = held.filter(held["__n"] > 0).select(FILE, ROW)
    name, column = f"twice_{source.id}", source.columns[key[0]].column or key[0]
    kept = _without(desk, name, good, later)
    found = good.get_backend().table(name)
    for row in found.order_by([FILE, ROW]).limit(SAMPLE).to_pyarrow().to_pylist():
        locator = f"{row[FILE]}:{row[ROW]}:{column}"
        desk.rejects.add(source.id, locator, column, "", "twice")
    return kept, Check("twice", key[0], count_rows(found))


def _without(desk: Desk, name: str, rows: Any, others: Any) -> Any:
    """Return the rows that are not among the others, which are kept as table `name`."""
    backend = rows.get_backend()
    desk.connection.execute(f"DROP TABLE IF EXISTS {quoted(name)}")
    return rows.anti_join(backend.create_table(name, others, temp=True), [FILE, ROW])


def count_rows(rows: Any) -> int:
    """Return how many rows a table expression has; not by execute(), which brings in pandas."""
    return int(rows.count().to_pyarrow().as_py())


# --- facts --------------------------------------------------------------------------------------


def reduced(desk: Desk, table: Table, good: Any) -> Any:
    """Ask for every variable of the table in one grouped query, by place and year, at every level.

    A median or a count of distinct things cannot be built from those of the districts, so every
    level is asked of the rows themselves, all in one pass over them.
    """
    rungs = [f"{_RUNG}{n}" for n in range(len(desk.places.levels))]
    grouped = good.mutate(**{_YEAR: good[table.time].year()})
    told = {_ROWS: grouped.count(), _NEWEST: grouped[table.time].max().cast("date")}
    asked = grouped.group_by([*rungs, _YEAR]).agg(**_wanted(desk, table, grouped), **told)
    levels = ", ".join(quoted(rung) for rung in rungs)
    query = f"SELECT coalesce({levels}) AS {_PLACE}, * EXCLUDE ({levels}) FROM ({_in_sets(asked)})"
    return desk.connection.execute(f"{query} WHERE {_PLACE} IS NOT NULL").to_arrow_table()


def _by_unit(desk: Desk, table: Table, good: Any) -> dict[str, Any] | None:
    """Ask for the city's last whole year by who handled its rows; None where that is not known."""
    if table.by is None or table.by not in good.columns:
        return None
    subject = desk.places.all[desk.places.subject]
    here = good.filter(good[f"{_RUNG}{desk.places.levels.index(subject.level)}"] == subject.id)
    here = here.mutate(**{_YEAR: here[table.time].year()})
    here = here.filter(here[_YEAR] <= _last_whole_year(desk.day), here[table.by].notnull())
    wanted = {**_wanted(desk, table, here), _ROWS: here.count()}
    found = here.group_by([table.by, _YEAR]).agg(**wanted).to_pyarrow().to_pylist()
    last = max((row[_YEAR] for row in found), default=None)
    rows = sorted((r for r in found if r[_YEAR] == last), key=lambda r: str(r[table.by]))
    groups = [
        {
            "name": str(row[table.by]),
            "rows": int(row[_ROWS]),
            "values": {n: float(v) for n, v in row.items() if n in wanted and v is not None},
        }
        for row in rows
    ]
    return {"column": table.by, "period": str(last), "groups": groups} if groups else None


def _in_sets(asked: Any) -> str:
    """Return a query grouped by every level and the year as one grouped by each level in turn.

    Ibis knows no grouping sets. A row is then in one group of each level it lies in, and of the
    levels' columns of a group all but its own are null.
    """
    import ibis
    from sqlglot import exp, parse_one

    tree = parse_one(ibis.to_sql(asked, dialect="duckdb"), read="duckdb")
    group = tree.find(exp.Group)
    assert group is not None and isinstance(group.parent, exp.Select)
    *rungs, year = (
        column.unalias().copy() for column in group.parent.expressions[: len(group.expressions)]
    )
    sets = [exp.Tuple(expressions=[rung, year.copy()]) for rung in rungs]
    group.replace(exp.Group(grouping_sets=[exp.GroupingSets(expressions=sets)]))
    return tree.sql(dialect="duckdb")


def _wanted(desk: Desk, table: Table, grouped: Any) -> dict[str, Any]:
    """Return the reductions that the columns at hand allow."""
    wanted = {}
    for ident, variable in desk.catalogue.variables.items():
        if variable.table == table.id:
            try:
                wanted[ident] = desk.catalogue.reductions[ident](grouped)
            except AttributeError:
                if set(table.columns) <= set(grouped.columns):
                    raise
    return wanted


def _history(desk: Desk, result: Any) -> tuple[dict[int, int], Any]:
    """Return the subject's rows by year, and the day of the newest row of all."""
    by_year: dict[int, int] = {}
    newest = None
    for row in result.select([_PLACE, _YEAR, _ROWS, _NEWEST]).to_pylist():
        newest = max(filter(None, (newest, row[_NEWEST])), default=None)
        if row[_PLACE] == desk.city.subject:
            by_year[int(row[_YEAR])] = int(row[_ROWS])
    return by_year, newest


def _facts(
    desk: Desk, number: int, source: Source, table: Table, result: Any, quality: str
) -> Facts:
    """Return the reductions as facts; what happened in a year not over by the day makes none."""
    file = source.path.rsplit("/", 1)[-1]
    years = np.asarray(result[_YEAR].to_numpy(), int)
    over = table.is_stock | (years <= _last_whole_year(desk.day))
    places = np.array([desk.place_index[p] for p in result[_PLACE].to_pylist()], np.int32)
    dated = zip(years.tolist(), over.tolist(), strict=True)
    periods = np.array([_period(desk, y) if o else -1 for y, o in dated], np.int32)
    parts = [Facts.empty()]
    for ident in (n for n in result.column_names if n not in (_PLACE, _YEAR, _ROWS, _NEWEST)):
        value = np.asarray(result[ident].cast("double").to_numpy(), float)
        at = np.flatnonzero(np.isfinite(value) & over)
        size = len(at)
        parts.append(
            Facts(
                places[at],
                periods[at],
                np.full(size, desk.variable_index[ident], np.int32),
                value[at],
                np.full(size, QUALITY.index(quality), np.int8),
                np.full(size, number, np.int32),
                np.full(size, f"{file}:*:{ident}", object),
            )
        )
    return Facts.join(parts)


def _last_whole_year(day: date) -> int:
    return (day + timedelta(days=1)).year - 1


def _period(desk: Desk, year: int) -> int:
    return desk.periods.setdefault(str(year), len(desk.periods))
