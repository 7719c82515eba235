"""Which figures a statistical table holds: wide or long, each read, checked and converted."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jinglun.feeds.rows import PLAIN, ROW, WIDE
from jinglun.loop.folder import SOURCES_FILE
from jinglun.loop.loading import FILE, NAME, VALUE, Desk, load
from jinglun.loop.units import factor
from jinglun.model.arrays import Array
from jinglun.model.catalogue import Variable
from jinglun.model.city import Source
from jinglun.model.errors import Problem, nearest
from jinglun.model.facts import QUALITY, Facts
from jinglun.model.periods import as_iso, last_day
from jinglun.model.places import squeezed

Strings = Any
"""An Arrow array of text."""


def sense_figures(desk: Desk, number: int, source: Source) -> tuple[Facts, dict[str, Any]]:
    """Read a source of facts; a figure that cannot be used is set aside, the others are kept."""
    before = len(desk.rejects.source)
    loaded = load(source, desk.shelf, desk.problems, desk.rejects)
    if loaded is None:
        return Facts.empty(), {}
    ragged = len(desk.rejects.source) - before
    rows = _Rows(desk, number, source, loaded)
    parts = _long(rows) if source.long else [_wide(rows, v) for v in source.variables]
    facts = Facts.join([Facts.empty(), *parts])
    used = int(rows.placed.sum()) - len(rows.spoiled - rows.good)
    counts = {
        "read": len(rows.placed) + ragged,
        "used": used,
        "rejected": len(rows.placed) + ragged - used,
        "values": len(facts),
    }
    return facts, counts


class _Rows:
    """The loaded rows of one source, with the place and period of each, or -1."""

    def __init__(self, desk: Desk, number: int, source: Source, loaded: Any) -> None:
        self.desk, self.number, self.source, self.loaded = desk, number, source, loaded
        self.row = loaded[ROW].to_numpy()
        self.file = loaded[FILE].to_pylist()
        self.name = loaded[NAME].to_pylist() if source.unpivot else []
        self.place = self._places()
        if source.period_column:
            self.period = self._positions(source.period_column, self._period, "bad_period")
        else:
            self.period = np.full(len(self.row), self._period(source.period or ""), np.int32)
        self.placed = (self.place >= 0) & (self.period >= 0)
        self.spoiled: set[int] = set()
        self.good: set[int] = set()

    def _places(self) -> NDArray[np.int32]:
        source = self.source
        if source.at is not None:
            return np.full(len(self.row), self._at(source.at), np.int32)
        if source.place_by == "id":
            return self._positions(source.place or "", self.desk.place_index.get, "unknown_place")
        names = self.desk.places.named()
        return self._positions(
            source.place or "", lambda said: names.get(squeezed(said)), "unknown_place"
        )

    def _at(self, ident: str) -> int:
        index = self.desk.place_index
        if ident not in index:
            place, hint = f"source {self.source.id}.at", nearest(ident, index)
            self.desk.problems.append(Problem("unknown_place", SOURCES_FILE, place, ident, hint))
        return index.get(ident, -1)

    def _period(self, text: str) -> int | None:
        text = as_iso(text)
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
        if self.source.unpivot and column == VALUE:
            column = self.name[i]
        return f"{self.file[i]}:{self.row[i]}:{column}"

    def numbers(self, column: str) -> tuple[Array, Strings, NDArray[np.bool_]]:
        """Return a column as numbers (NaN where it is none), as text, and where it is stated."""
        import pyarrow as pa
        import pyarrow.compute as pc

        text = pc.utf8_trim_whitespace(self.loaded[column].combine_chunks())
        blank = pc.is_in(text, value_set=pa.array(self.source.missing, pa.string())).to_numpy(False)
        stated = ~blank & text.is_valid().to_numpy(False)
        self.desk.connection.register("__text", pa.table({"t": text}))
        cast = f"SELECT TRY_CAST(translate(t, '{WIDE}', '{PLAIN}') AS DOUBLE) AS v FROM __text"
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
    names = [n for n in (mapped.column, mapped.numerator, mapped.denominator, mapped.times) if n]
    if any(n not in rows.loaded.column_names for n in names):
        return Facts.empty()
    times = _times(rows.desk, rows.source, mapped.unit, variable, f"variables.{ident}.unit")
    if times is None:
        return Facts.empty()
    value, text, stated = rows.numbers(names[0])
    if len(names) > 1:
        other, stated = _second(rows, names[1], stated, zero=mapped.times is not None)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            value = value * other / mapped.per if mapped.times else value / (other / mapped.per)
    value = _scaled(value, times)
    ok = _sound(rows, value, variable, names[0], text, stated & rows.placed)
    quality = QUALITY.index(mapped.quality or rows.source.quality)
    return rows.kept(ok, rows.desk.variable_index[ident], value, quality, "/".join(names))


def _second(
    rows: _Rows, column: str, stated: NDArray[np.bool_], *, zero: bool
) -> tuple[Array, NDArray[np.bool_]]:
    """Read the column that a figure is divided or multiplied by; `zero` says whether it may be."""
    value, text, stated_too = rows.numbers(column)
    stated = stated & stated_too & rows.placed
    for bad, reason in (
        (np.isnan(value), "not_a_number"),
        (np.isinf(value), "infinite"),
        ((value == 0) & (not zero), "zero_denominator"),
    ):
        rows.reject(stated & bad, column, text, reason)
        stated = stated & ~bad
    return value, stated


def _scaled(value: Array, times: float) -> Array:
    """Return `value` in its variable's own unit; what grows too large is infinite."""
    with np.errstate(over="ignore"):
        return value * times


def _times(desk: Desk, source: Source, unit: str, variable: Variable, key: str) -> float | None:
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
    if columns.variables:
        names = [columns.variables.get((name or "").strip()) for name in names]
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
