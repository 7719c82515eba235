"""How the columns of any file become the columns of a table, by what sources.toml says."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from jinglun.feeds.rows import BLANKS, PLAIN, ROW, WIDE
from jinglun.loop.folder import SOURCES_FILE
from jinglun.loop.loading import FILE, Desk, Loaded, Rejects, lacking, laid, relation
from jinglun.loop.units import factor
from jinglun.model.catalogue import Column, Table
from jinglun.model.city import ColumnMap, Source
from jinglun.model.errors import Problem, nearest

TYPES = {
    "string": "string",
    "integer": "int64",
    "number": "float64",
    "date": "date",
    "timestamp": "timestamp",
    "boolean": "boolean",
}
TIMES = ("date", "timestamp")
YES = ("true", "t", "yes", "y", "1", "是", "有", "对", "√")
NO = ("false", "f", "no", "n", "0", "否", "无", "不", "×")
LOST, FOUND = "__lost", "__found"
"""The first column of a row whose text is no value of its type, and that text."""


def mapped_rows(desk: Desk, source: Source, table: Table, loaded: Loaded) -> Any:
    """Return the file's rows under the table's own names and types; None with the reasons.

    Columns `__row` and `__file` say where a row stands; `__lost` names the first column whose text
    does not read as its type and `__found` that text. A column that is not mapped is not there.
    """
    import ibis

    text = ibis.duckdb.from_connection(desk.connection).table(loaded.table)
    text = _chosen(desk, source, text, loaded)
    if text is None:
        return None
    text, raw = _raw(desk, source, table, text, loaded)
    picked: dict[str, Any] = {ROW: text[ROW], FILE: text[FILE]}
    lost, found = [ibis.null("string")], [ibis.null("string")]
    for name, said in raw.items():
        column, mapped = table.columns[name], source.columns[name]
        value = _typed(said(text), column, mapped, source)
        picked[name] = _converted(desk, source, name, column, mapped, value)
        if column.type == "string" or not said(text).type().is_string():
            continue
        stated = _cleaned(said(text), column, source.missing).notnull()
        unread = stated & picked[name].isnull()
        lost.append(unread.ifelse(name, ibis.null("string")))
        found.append(unread.ifelse(said(text), ibis.null("string")))
    keys = sorted(n for n in {*table.key, table.place, table.time} if n not in picked)
    for name in keys:
        place = f"source {source.id}.columns.{name}"
        desk.problems.append(Problem("missing_key", SOURCES_FILE, place, hint=name))
    picked[LOST], picked[FOUND] = ibis.coalesce(*lost), ibis.coalesce(*found)
    return None if keys else text.select(**picked)


def _chosen(desk: Desk, source: Source, text: Any, loaded: Loaded) -> Any:
    """Return the rows that pass `where`, or None with the reasons."""
    wrong = lacking(source, source.where, loaded.columns)
    desk.problems += wrong
    if wrong:
        return None
    for column, wanted in source.where.items():
        options = [wanted] if isinstance(wanted, str) else list(wanted)
        text = text.filter(text[column].cast("string").isin(options))
    return text


# --- where a column is from ---------------------------------------------------------------------


def _raw(
    desk: Desk, source: Source, table: Table, text: Any, loaded: Loaded
) -> tuple[Any, dict[str, Callable[[Any], Any]]]:
    """Join what columns need from elsewhere; return the rows and how each column is taken."""
    taken: dict[str, Callable[[Any], Any]] = {}
    for name, mapped in source.columns.items():
        place = f"source {source.id}.columns.{name}"
        if name not in table.columns:
            hint = nearest(name, table.columns)
            desk.problems.append(Problem("unknown_table_column", SOURCES_FILE, place, name, hint))
            continue
        wrong = lacking(source, _named(mapped), loaded.columns, f".columns.{name}")
        desk.problems += wrong
        if wrong:
            continue
        joined, how = _taken(desk, source, name, mapped, text)
        if how is not None:
            text, taken[name] = joined, how
    if source.place_by == "name" and table.place in taken:
        text, taken[table.place] = _by_name(desk, text, taken[table.place])
    return text, taken


def _named(mapped: ColumnMap) -> list[str]:
    point = (mapped.point.lon, mapped.point.lat) if mapped.point else ()
    return [n for n in (mapped.column, *point) if n]


def _taken(
    desk: Desk, source: Source, name: str, mapped: ColumnMap, text: Any
) -> tuple[Any, Callable[[Any], Any] | None]:
    import ibis

    if mapped.row:
        return text, lambda t: t[FILE].concat(":", t[ROW].cast("string"))
    if mapped.constant is not None:
        constant = mapped.constant
        return text, lambda t: ibis.literal(constant)
    if mapped.point is not None:
        return _by_point(desk, source, name, mapped, text)
    column = mapped.column or ""
    if mapped.lookup is not None:
        return _by_lookup(desk, source, name, mapped, text)
    return text, lambda t: _coded(t[column], mapped)


def _coded(value: Any, mapped: ColumnMap) -> Any:
    """Return the table's own words for the file's codes; a code that is not named stays."""
    if not mapped.values:
        return value
    said = value.cast("string").strip()
    return said.cases(*mapped.values.items(), else_=said)


def _by_point(
    desk: Desk, source: Source, name: str, mapped: ColumnMap, text: Any
) -> tuple[Any, Callable[[Any], Any] | None]:
    from jinglun.loop.placing import PLACED, with_place

    point = mapped.point
    assert point is not None
    levels = [level.id for level in desk.city.levels]
    if point.level not in levels:
        place = f"source {source.id}.columns.{name}.point.level"
        hint = nearest(point.level, levels) or ", ".join(levels)
        desk.problems.append(Problem("unknown_level", SOURCES_FILE, place, point.level, hint))
        return text, None
    text = with_place(text, point, desk.places, desk.connection)
    return text, lambda t: t[PLACED]


def _by_lookup(
    desk: Desk, source: Source, name: str, mapped: ColumnMap, text: Any
) -> tuple[Any, Callable[[Any], Any] | None]:
    """Take the value from another source, from its first row with this key."""
    import ibis

    lookup = mapped.lookup
    assert lookup is not None
    place = f"source {source.id}.columns.{name}.lookup"
    others = {s.id: s for s in desk.city.sources}
    if lookup.source not in others:
        hint = nearest(lookup.source, others)
        desk.problems.append(Problem("unknown_source", SOURCES_FILE, place, lookup.source, hint))
        return text, None
    loaded = relation(others[lookup.source], desk.shelf, desk.problems, Rejects())
    if loaded is None:
        return text, None
    wrong = lacking(others[lookup.source], (lookup.key, lookup.value), loaded.columns)
    desk.problems += wrong
    if wrong:
        return text, None
    there = ibis.duckdb.from_connection(desk.connection).table(loaded.table)
    key, found = f"__key_{name}", f"__found_{name}"
    pairs = there.select(
        **{
            key: there[lookup.key].cast("string").strip(),
            found: there[lookup.value],
            ROW: there[ROW],
        }
    )
    pairs = pairs.group_by(key).agg(**{found: pairs[found].argmin(pairs[ROW])})
    here = f"__here_{name}"
    text = text.mutate(**{here: _coded(text[mapped.column], mapped).cast("string").strip()})
    return text.left_join(pairs, text[here] == pairs[key]).drop(key), lambda t: t[found]


def _by_name(
    desk: Desk, text: Any, place: Callable[[Any], Any]
) -> tuple[Any, Callable[[Any], Any]]:
    """Give each row the id of the place that its name is of; the name itself where of none."""
    import ibis
    import pyarrow as pa

    known = desk.places.named()
    ids = [desk.places.all[at].id for at in known.values()]
    columns = {"__name": pa.array(known, pa.string()), "__named": pa.array(ids, pa.string())}
    names = laid(desk.connection, "__names", pa.table(columns))
    text = text.mutate(__said=place(text).cast("string").re_replace(BLANKS, ""))
    text = text.left_join(names, text["__said"] == names["__name"]).drop("__name")
    return text, lambda t: ibis.coalesce(t["__named"], t["__said"])


# --- what type it is ----------------------------------------------------------------------------


def _cleaned(value: Any, column: Column, missing: tuple[str, ...]) -> Any:
    """Return what a text states, or NULL; in a column of words a dash is a word too.

    By CASE, for DuckDB makes of each IN a join, and of fifty a plan that takes a minute.
    """
    import ibis

    text = value.strip()
    words = ("",) if column.type == "string" else ("", *missing)
    nothing = ibis.null("string")
    return text.cases(*((word, nothing) for word in dict.fromkeys(words)), else_=text)


def _typed(value: Any, column: Column, mapped: ColumnMap, source: Source) -> Any:
    """Return a column as its table's type, NULL where its text does not read as that.

    Words of a Parquet file stand as a program wrote them: to trim them costs more than to count.
    """
    import ibis

    kind = TYPES[column.type]
    if kind == "string" and source.feed == "parquet" and value.type().is_string():
        return value.nullif("")
    if not value.type().is_string():
        return value if str(value.type()).rstrip("0123456789()!") == kind else value.try_cast(kind)
    cleaned = _cleaned(value, column, source.missing)
    if column.type == "boolean":
        lower = cleaned.lower()
        pairs = [*((w, True) for w in YES), *((w, False) for w in NO)]
        return lower.cases(*pairs, else_=ibis.null("boolean"))
    if column.type in TIMES:
        return _time(cleaned, kind, mapped.format)
    if column.type in ("integer", "number"):
        cleaned = cleaned.translate(WIDE, PLAIN)
    read = cleaned.try_cast(kind)
    if column.type in ("integer", "number"):
        # DuckDB reads 1_000 as a thousand; a file that prints it means something else.
        return cleaned.contains("_").ifelse(ibis.null(kind), read)
    return read


def _time(cleaned: Any, kind: str, forms: tuple[str, ...]) -> Any:
    import ibis

    if forms:
        parsed = _parser()
        read = ibis.coalesce(*(parsed(cleaned, form) for form in forms)).cast(kind)
    else:
        read = cleaned.try_cast(kind)
    # Beyond these years a date is a slip of the pen, and its year no ISO 8601 period.
    return read.year().between(1000, 9999).fill_null(False).ifelse(read, ibis.null(kind))


@functools.cache
def _parser() -> Any:
    """Return DuckDB's function that reads a time in a given form, NULL where it does not fit."""
    import ibis

    def parsed(text: Any, form: Any) -> Any:
        """Read `text` in the strptime form `form`."""

    builtin: Any = ibis.udf.scalar.builtin
    return builtin(parsed, name="try_strptime", signature=(("string", "string"), "timestamp"))


def _converted(
    desk: Desk, source: Source, name: str, column: Column, mapped: ColumnMap, value: Any
) -> Any:
    """Return a column of numbers in its table's unit."""
    if mapped.unit is None or column.type not in ("integer", "number"):
        return value
    times = factor(mapped.unit, column.unit, desk.city.currency)
    if times is None:
        place = f"source {source.id}.columns.{name}.unit"
        found = Problem("unit_not_convertible", SOURCES_FILE, place, mapped.unit, column.unit)
        desk.problems.append(found)
        return value
    if times == 1.0:
        return value
    scaled = value * np.float64(times).item()
    return scaled.round().cast("int64") if column.type == "integer" else scaled
