"""Which figures the sources hold: every one read and checked, what is wrong kept aside."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jinglun.feeds.delimited import ROW
from jinglun.loop.folder import SOURCES_FILE, locate
from jinglun.loop.hierarchy import read_places
from jinglun.loop.loading import Rejects, load
from jinglun.loop.tables import sense_table
from jinglun.loop.units import factor
from jinglun.model.arrays import Array
from jinglun.model.catalogue import Catalogue, Variable
from jinglun.model.city import City, Source
from jinglun.model.errors import Problem
from jinglun.model.facts import QUALITY, Facts
from jinglun.model.periods import last_day
from jinglun.model.places import Places

Progress = Callable[[str, int, int], None]
Strings = Any
"""An Arrow array of text."""


@dataclass(frozen=True)
class Sensed:
    """What sense hands on: the places, the facts, what was rejected and what was read."""

    places: Places
    periods: tuple[str, ...]
    variables: tuple[str, ...]
    facts: Facts
    rejects: Rejects
    inputs: tuple[Mapping[str, Any], ...]
    problems: tuple[Problem, ...]


@dataclass
class _Desk:
    """What the reading of one folder shares: positions by id, and the growing lists."""

    city: City
    catalogue: Catalogue
    connection: Any
    places: Places
    place_index: dict[str, int]
    variable_index: dict[str, int]
    periods: dict[str, int] = field(default_factory=dict)
    rejects: Rejects = field(default_factory=Rejects)
    problems: list[Problem] = field(default_factory=list)


def sense(city: City, catalogue: Catalogue, connection: Any, progress: Progress) -> Sensed:
    """Read every source of the city into facts; rows that cannot be used keep their reason.

    Errors: InputError when the places themselves cannot be made (no subject, a circular parent).
    """
    problems: list[Problem] = []
    rejects = Rejects()
    places, counts = read_places(city, connection, problems, rejects)
    desk = _Desk(
        city,
        catalogue,
        connection,
        places,
        places.index(),
        {v: i for i, v in enumerate(sorted(catalogue.variables))},
        rejects=rejects,
        problems=problems,
    )
    parts = [Facts.empty()]
    for number, source in enumerate(city.sources):
        progress(source.id, number, len(city.sources))
        if source.holds in ("facts", "table"):
            found, count = _facts(desk, number, source)
            parts.append(found)
            counts[source.id] = count
    facts = _one_each(Facts.join(parts), desk)
    ordered, facts = _in_time_order(desk.periods, facts)
    inputs = tuple(_input(s, city, counts.get(s.id, {})) for s in city.sources)
    variables = tuple(desk.variable_index)
    return Sensed(places, ordered, variables, facts, desk.rejects, inputs, tuple(desk.problems))


def _input(source: Source, city: City, counts: Mapping[str, int]) -> dict[str, Any]:
    import hashlib

    path = locate(source, city.folder)
    digest = hashlib.sha256(path.read_bytes()).hexdigest() if path and path.is_file() else ""
    said = {
        name: getattr(source, name)
        for name in ("title_zh", "title_en", "publisher", "licence", "url", "note_zh", "note_en")
    }
    return {
        "source": source.id,
        "path": source.path,
        "sha256": digest,
        "retrieved": source.retrieved.isoformat() if source.retrieved else None,
        **said,
        "rows_read": counts.get("read", 0),
        "rows_used": counts.get("used", 0),
        "rows_rejected": counts.get("rejected", 0),
        "values_used": counts.get("values", 0),
    }


# --- facts --------------------------------------------------------------------------------------


def _facts(desk: _Desk, number: int, source: Source) -> tuple[Facts, dict[str, int]]:
    if source.holds == "table":
        return sense_table(desk, number, source)
    loaded = load(source, desk.city, desk.connection, desk.problems)
    if loaded is None:
        return Facts.empty(), {}
    rows = _Rows(desk, number, source, loaded)
    parts = _long(rows) if source.long else [_wide(rows, v) for v in source.variables]
    facts = Facts.join([Facts.empty(), *parts])
    used = int(rows.placed.sum()) - len(rows.spoiled - rows.good)
    counts = {
        "read": len(rows.placed),
        "used": used,
        "rejected": len(rows.placed) - used,
        "values": len(facts),
    }
    return facts, counts


class _Rows:
    """The loaded rows of one source, with the place and period of each, or -1."""

    def __init__(self, desk: _Desk, number: int, source: Source, loaded: Any) -> None:
        self.desk, self.number, self.source, self.loaded = desk, number, source, loaded
        self.row = loaded[ROW].to_numpy()
        self.file = source.path.rsplit("/", 1)[-1]
        self.place = self._positions(source.place or "", desk.place_index.get, "unknown_place")
        if source.period_column:
            self.period = self._positions(source.period_column, self._period, "bad_period")
        else:
            self.period = np.full(len(self.row), self._period(source.period or ""), np.int32)
        self.placed = (self.place >= 0) & (self.period >= 0)
        self.spoiled: set[int] = set()
        self.good: set[int] = set()

    def _period(self, text: str) -> int | None:
        if last_day(text) is None:
            return None
        return self.desk.periods.setdefault(text, len(self.desk.periods))

    def _positions(
        self, column: str, find: Callable[[str], int | None], reason: str
    ) -> NDArray[np.int32]:
        codes = self.loaded[column].combine_chunks().dictionary_encode()
        words = [w if w is not None else "" for w in codes.dictionary.to_pylist()]
        found = np.array([f if (f := find(w)) is not None else -1 for w in words] + [-1], np.int32)
        at = codes.indices.fill_null(len(words)).to_numpy()
        places = found[at]
        for i in np.flatnonzero(places < 0):
            word = words[at[i]] if at[i] < len(words) else ""
            self.desk.rejects.add(self.source.id, self.locator(i, column), column, word, reason)
        return np.asarray(places, np.int32)

    def locator(self, i: Any, column: str) -> str:
        """Return file:row:column, the row counted as in a spreadsheet (the header is row 1)."""
        return f"{self.file}:{self.row[i]}:{column}"

    def numbers(self, column: str) -> tuple[Array, Strings, NDArray[np.bool_]]:
        """Return a column as numbers (NaN where it is none), as text, and where it is stated."""
        import pyarrow as pa
        import pyarrow.compute as pc

        text = pc.utf8_trim_whitespace(self.loaded[column].combine_chunks())
        blank = pc.is_in(text, value_set=pa.array(self.source.missing, pa.string())).to_numpy(False)
        stated = ~blank & text.is_valid().to_numpy(False)
        self.desk.connection.register("__text", pa.table({"t": text}))
        cast = "SELECT TRY_CAST(t AS DOUBLE) AS v FROM __text"
        values = self.desk.connection.execute(cast).to_arrow_table()["v"].to_numpy()
        # DuckDB reads 1_000 as a thousand; a yearbook that prints it means something else.
        odd = pc.match_substring(text, "_").fill_null(False).to_numpy(False)
        return np.where(odd, np.nan, np.asarray(values, float)), text, stated

    def reject(self, bad: NDArray[np.bool_], column: str, text: Strings, reason: str) -> None:
        """Set aside the figures where `bad`."""
        for i in np.flatnonzero(bad):
            self.spoiled.add(int(i))
            found = text[i].as_py() or ""
            self.desk.rejects.add(self.source.id, self.locator(i, column), column, found, reason)

    def kept(
        self, ok: NDArray[np.bool_], variable: int, value: Array, quality: int, column: str
    ) -> Facts:
        """Return the facts of one column."""
        at = np.flatnonzero(ok)
        self.good.update(at.tolist())
        locators = np.empty(len(at), np.object_)
        locators[:] = [self.locator(i, column) for i in at]
        return Facts(
            self.place[at],
            self.period[at],
            np.full(len(at), variable, np.int32),
            value[at],
            np.full(len(at), quality, np.int8),
            np.full(len(at), self.number, np.int32),
            locators,
        )


def _wide(rows: _Rows, ident: str) -> Facts:
    """Read one mapped variable of a wide table: one row a place, one column a variable."""
    mapped = rows.source.variables[ident]
    variable = rows.desk.catalogue.variables[ident]
    names = [n for n in (mapped.column, mapped.numerator, mapped.denominator) if n]
    if any(n not in rows.loaded.column_names for n in names):
        return Facts.empty()
    times = _times(rows.desk, rows.source, mapped.unit, variable, f"variables.{ident}.unit")
    if times is None:
        return Facts.empty()
    value, text, stated = rows.numbers(names[0])
    if mapped.denominator:
        below, text_below, stated_below = rows.numbers(mapped.denominator)
        stated = stated & stated_below & rows.placed
        for bad, reason in (
            (np.isnan(below), "not_a_number"),
            (np.isinf(below), "infinite"),
            (below == 0, "zero_denominator"),
        ):
            rows.reject(stated & bad, mapped.denominator, text_below, reason)
            stated = stated & ~bad
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            value = value / (below / mapped.per)
    value = _scaled(value, times)
    ok = _sound(rows, value, variable, names[0], text, stated & rows.placed)
    quality = QUALITY.index(mapped.quality or rows.source.quality)
    return rows.kept(ok, rows.desk.variable_index[ident], value, quality, "/".join(names))


def _scaled(value: Array, times: float) -> Array:
    """Return `value` in its variable's own unit; what grows too large is infinite."""
    with np.errstate(over="ignore"):
        return value * times


def _times(desk: _Desk, source: Source, unit: str, variable: Variable, key: str) -> float | None:
    times = factor(unit, variable.unit, desk.city.currency)
    if times is None:
        place = f"source {source.id}.{key}"
        desk.problems.append(
            Problem("unit_not_convertible", SOURCES_FILE, place, unit, variable.unit)
        )
    return times


def _sound(
    rows: _Rows,
    value: Array,
    variable: Variable,
    column: str,
    text: Strings,
    stated: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Return where a stated figure is a number its kind allows; the others are rejected."""
    ok = stated.copy()
    for bad, reason in (
        (np.isnan(value), "not_a_number"),
        (np.isinf(value), "infinite"),
        ((value < 0) & np.isin(variable.kind, ("count", "share")), "negative"),
        ((value > 100) & (variable.kind == "share"), "over_100"),
    ):
        rows.reject(ok & bad, column, text, reason)
        ok &= ~bad
    return ok


def _long(rows: _Rows) -> list[Facts]:
    """Read a long table, where each row names its variable, unit and perhaps its quality."""
    columns = rows.source.long
    assert columns is not None
    needed = [columns.variable, columns.value, columns.unit]
    if any(n not in rows.loaded.column_names for n in needed):
        return []
    names, units = (rows.loaded[c].to_pylist() for c in (columns.variable, columns.unit))
    value, text, stated = rows.numbers(columns.value)
    stated = stated & rows.placed
    pairs = [f"{n or ''}\0{u or ''}" for n, u in zip(names, units, strict=True)]
    found, at = np.unique(np.array(pairs, dtype=str), return_inverse=True)
    order = np.argsort(at, kind="stable")
    groups = np.split(order, np.searchsorted(at[order], np.arange(1, len(found))))
    parts = []
    for pair, group in zip(found, groups, strict=False):
        ident, _, unit = str(pair).partition("\0")
        here = np.zeros(len(value), bool)
        here[group] = stated[group]
        parts.append(_long_part(rows, ident, unit, here, value, text))
    return parts


def _long_part(
    rows: _Rows, ident: str, unit: str, here: NDArray[np.bool_], value: Array, text: Strings
) -> Facts:
    columns = rows.source.long
    assert columns is not None
    variable = rows.desk.catalogue.variables.get(ident)
    if variable is None:
        named = rows.loaded[columns.variable].combine_chunks()
        rows.reject(here, columns.variable, named, "unknown_variable")
        return Facts.empty()
    times = factor(unit, variable.unit, rows.desk.city.currency)
    if times is None:
        units = rows.loaded[columns.unit].combine_chunks()
        rows.reject(here, columns.unit, units, "unit_not_convertible")
        return Facts.empty()
    value = _scaled(value, times)
    ok = _sound(rows, value, variable, columns.value, text, here)
    at = rows.desk.variable_index[ident]
    facts = rows.kept(ok, at, value, QUALITY.index(rows.source.quality), columns.value)
    if columns.quality and columns.quality in rows.loaded.column_names:
        said = np.array(rows.loaded[columns.quality].to_pylist(), object)[np.flatnonzero(ok)]
        own = QUALITY.index(rows.source.quality)
        unknown = QUALITY.index("F")
        classes = [QUALITY.index(q) if q in tuple(QUALITY) else unknown if q else own for q in said]
        facts = dataclasses.replace(facts, quality=np.array(classes, np.int8))
    return facts


# --- one figure each ----------------------------------------------------------------------------


def _one_each(facts: Facts, desk: _Desk) -> Facts:
    """Keep the first figure of each place, period and variable; one that disagrees is rejected."""
    if not len(facts):
        return facts
    key = (facts.place.astype(np.int64) * max(1, len(desk.periods)) + facts.period) * len(
        desk.variable_index
    ) + facts.variable
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    kept = np.zeros(len(facts), bool)
    kept[first] = True
    agreed = facts.value[first][inverse]
    differs = ~kept & ~np.isclose(facts.value, agreed, rtol=1e-9, atol=0.0)
    for i in np.flatnonzero(differs):
        source, locator = desk.city.sources[facts.source[i]], str(facts.locator[i])
        file = source.path.rsplit("/", 1)[-1]
        column = locator[len(file) + 1 :].split(":", 1)[1]
        found = repr(float(facts.value[i]))
        desk.rejects.add(source.id, locator, column, found, "disagrees")
    return facts.take(np.sort(first))


def _in_time_order(periods: dict[str, int], facts: Facts) -> tuple[tuple[str, ...], Facts]:
    held = set(facts.period.tolist())
    kept = [p for p, n in periods.items() if n in held]
    ordered = tuple(sorted(kept, key=lambda p: (str(last_day(p)), p)))
    place = {p: n for n, p in enumerate(ordered)}
    moved = np.array([place.get(p, -1) for p in periods], np.int32)
    if len(facts):
        facts = dataclasses.replace(facts, period=moved[facts.period])
    return ordered, facts
