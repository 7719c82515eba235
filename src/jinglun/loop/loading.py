"""Which rows of a source are looked at, and what is set aside of them."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from jinglun.feeds.rows import BLANKS, ROW, Reading, literal, quoted
from jinglun.loop.files import WORKBOOKS
from jinglun.loop.folder import SOURCES_FILE, located
from jinglun.model.catalogue import Catalogue
from jinglun.model.city import City, Source
from jinglun.model.errors import Problem, nearest
from jinglun.model.facts import Facts
from jinglun.model.places import Places, squeezed

FILE = "__file"
NAME, VALUE = "name", "value"
"""What `unpivot` makes of the columns that it does not keep."""


@dataclass
class Rejects:
    """The figures set aside: source, locator, column, value and reason code, by column."""

    source: list[str] = field(default_factory=list)
    locator: list[str] = field(default_factory=list)
    column: list[str] = field(default_factory=list)
    value: list[str] = field(default_factory=list)
    reason: list[str] = field(default_factory=list)

    def add(self, source: str, locator: str, column: str, value: str, reason: str) -> None:
        """Keep one figure with the reason why it is not used."""
        for name, text in zip(
            ("source", "locator", "column", "value", "reason"),
            (source, locator, column, value[:200], reason),
            strict=True,
        ):
            getattr(self, name).append(text)

    def extend(self, others: Rejects) -> None:
        """Keep all that `others` keeps, after what is here."""
        for name in ("source", "locator", "column", "value", "reason"):
            getattr(self, name).extend(getattr(others, name))


@dataclass(frozen=True)
class Loaded:
    """A file, or all files of a pattern, as one relation; `columns` are their names in order."""

    table: str
    columns: tuple[str, ...]
    ragged: tuple[tuple[str, int, str], ...] = ()


@dataclass
class Shelf:
    """The files of one city folder as relations of one connection, each read once.

    `sound` keeps the sound rows of each table that was read, as table expressions.
    """

    city: City
    connection: Any
    read: dict[tuple[Any, ...], tuple[Loaded | None, list[Problem]]] = field(default_factory=dict)
    sound: dict[str, Any] = field(default_factory=dict)


@dataclass
class Desk:
    """What the reading of one source shares: positions by id, and the growing lists."""

    shelf: Shelf
    catalogue: Catalogue
    places: Places
    place_index: dict[str, int]
    variable_index: dict[str, int]
    day: date
    periods: dict[str, int] = field(default_factory=dict)
    rejects: Rejects = field(default_factory=Rejects)
    problems: list[Problem] = field(default_factory=list)

    @property
    def city(self) -> City:
        """The city whose folder is read."""
        return self.shelf.city

    @property
    def connection(self) -> Any:
        """The embedded database that reads."""
        return self.shelf.connection


@dataclass(frozen=True)
class Part:
    """What one source gave: facts by position in `periods`, what was set aside, and the counts."""

    facts: Facts
    periods: tuple[str, ...]
    rejects: Rejects
    problems: tuple[Problem, ...]
    counts: dict[str, Any]


# --- files --------------------------------------------------------------------------------------


def columns_of(source: Source) -> list[str]:
    """Return the columns that a source of facts or places names, `where` apart."""
    named = [source.place, source.period_column, source.parent, *source.names.values()]
    for mapped in source.variables.values():
        named += [mapped.column, mapped.numerator, mapped.denominator, mapped.times]
    if source.long:
        named += [source.long.variable, source.long.value, source.long.unit, source.long.quality]
    return list(dict.fromkeys(n for n in named if n))


def relation(source: Source, shelf: Shelf, problems: list[Problem], rejects: Rejects) -> Any:
    """Return the source's rows as one relation with `__row` and `__file`; None if unreadable.

    Sources that read the same file in the same way share one reading of it.
    """
    key = _reading(source)
    if key not in shelf.read:
        shelf.read[key] = _read(source, shelf, f"file_{len(shelf.read)}")
    loaded, wrong = shelf.read[key]
    problems += wrong
    if loaded is not None:
        for file, row, text in loaded.ragged:
            rejects.add(source.id, f"{file}:{row}:*", "*", text, "ragged_row")
    return loaded


def _reading(source: Source) -> tuple[Any, ...]:
    options = (source.encoding, source.delimiter, source.sheet, source.header, source.layer)
    return (source.path, source.feed, *options, source.unpivot)


def _read(source: Source, shelf: Shelf, table: str) -> tuple[Loaded | None, list[Problem]]:
    feed = importlib.import_module(f"jinglun.feeds.{source.feed}")
    paths = located(source, shelf.city.folder)
    wanted = _wanted(source, shelf.city)
    problems: list[Problem] = []
    ragged: list[tuple[str, int, str]] = []
    parts = []
    for number, path in enumerate(paths):
        part = f"{table}_{number}"
        reading: Reading = feed.read(shelf.connection, path, source, part, wanted)
        problems += reading.problems
        ragged += [(path.name, row, text) for row, text in reading.ragged]
        if all(problem.severity != "error" for problem in reading.problems):
            every = (
                _columns(shelf.connection, part) if wanted is None else feed.header(path, source)
            )
            parts.append((part, path.name, tuple(every)))
    if not parts:
        return None, problems
    _together(shelf.connection, table, parts)
    columns = tuple(dict.fromkeys(c for _, _, columns in parts for c in columns))
    if source.unpivot:
        table, columns, wrong = _unpivoted(shelf.connection, table, columns, source)
        problems += wrong
    return Loaded(table, columns, tuple(ragged)), problems


def _columns(connection: Any, table: str) -> tuple[str, ...]:
    found = connection.execute(f"DESCRIBE {quoted(table)}").fetchall()
    return tuple(name for name, *_ in found if name != ROW)


def _wanted(source: Source, city: City) -> set[str] | None:
    """Return the columns that any source alike reads of a file; None for all of them."""
    alike = [s for s in city.sources if _reading(s) == _reading(source)] or [source]
    if source.unpivot or any(s.holds == "table" for s in alike):
        return None
    looked_up = {
        name
        for s in city.sources
        for m in s.columns.values()
        if m.lookup and m.lookup.source in {a.id for a in alike}
        for name in (m.lookup.key, m.lookup.value)
    }
    return looked_up | {c for s in alike for c in (*columns_of(s), *s.where)}


def _together(connection: Any, table: str, parts: list[tuple[str, str, tuple[str, ...]]]) -> None:
    """Make one view of the parts, every row with the name of its file."""
    each = " UNION ALL BY NAME ".join(
        f"SELECT *, {literal(name)} AS {quoted(FILE)} FROM {quoted(part)}"
        for part, name, _ in parts
    )
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {quoted(table)} AS {each}")


def _unpivoted(
    connection: Any, table: str, columns: tuple[str, ...], source: Source
) -> tuple[str, tuple[str, ...], list[Problem]]:
    """Turn the columns that are not kept into rows: one of `name` and `value` for each."""
    problems = lacking(source, source.unpivot, columns, ".unpivot")
    lost = {p.found for p in problems}
    turned = [c for c in columns if c not in source.unpivot]
    if not turned:
        return table, columns, problems
    kept = ", ".join(quoted(c) for c in (ROW, FILE, *source.unpivot) if c not in lost)
    text = ", ".join(f"CAST({quoted(c)} AS VARCHAR) AS {quoted(c)}" for c in turned)
    list_of = ", ".join(quoted(c) for c in turned)
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW {quoted(table + '_long')} AS "
        f"SELECT * FROM (SELECT {kept}, {text} FROM {quoted(table)}) "
        f"UNPIVOT INCLUDE NULLS ({VALUE} FOR {NAME} IN ({list_of}))"
    )
    names = tuple(c for c in source.unpivot if c not in lost)
    return f"{table}_long", (*names, NAME, VALUE), problems


def lacking(
    source: Source, named: Iterable[str], known: Iterable[str], key: str = ""
) -> list[Problem]:
    """Return one problem for each column named that the file has not, with the nearest it has.

    Where none is near, all that there are.
    """
    has, place = list(known), f"source {source.id}{key}"
    all_there = ", ".join(name for name in has if not name.startswith("__"))[:200]
    # A workbook is read without a block in sources.toml: there the file itself is to be mended.
    file = source.path if source.path.startswith(f"{WORKBOOKS}/") else SOURCES_FILE
    return [
        Problem("unknown_column", file, place, c, nearest(c, has) or all_there)
        for c in dict.fromkeys(named)
        if c not in has
    ]


def load(source: Source, shelf: Shelf, problems: list[Problem], rejects: Rejects) -> Any:
    """Return the named columns of rows that pass `where`, as Arrow text; None if unreadable."""
    loaded = relation(source, shelf, problems, rejects)
    if loaded is None:
        return None
    columns = columns_of(source)
    wrong = lacking(source, [*columns, *source.where], loaded.columns)
    problems += wrong
    missing = {p.found for p in wrong}
    if missing & {*source.where, source.place, source.period_column, ROW, FILE}:
        return None
    chosen = [c for c in dict.fromkeys([*columns, *_told(source)]) if c not in missing]
    text = ", ".join(f"CAST({quoted(c)} AS VARCHAR) AS {quoted(c)}" for c in chosen)
    order = f"{quoted(FILE)}, {quoted(ROW)}"
    picked = f"{order}, {text}" if text else order
    query = f"SELECT {picked} FROM {quoted(loaded.table)}{_where(source)} ORDER BY {order}"
    found = shelf.connection.execute(query).to_arrow_table()
    if source.holds == "facts" and source.where and not len(found):
        said = ", ".join(f"{column} = {wanted}" for column, wanted in source.where.items())
        place = f"source {source.id}.where"
        problems.append(Problem("nothing_matches", SOURCES_FILE, place, said[:200]))
    return found


def _told(source: Source) -> tuple[str, ...]:
    """Return the column that a locator needs beside those named: which column a value was in."""
    return (NAME,) if source.unpivot else ()


def _where(source: Source) -> str:
    tests = []
    for column, wanted in source.where.items():
        options = [wanted] if isinstance(wanted, str) else list(wanted)
        text = f"regexp_replace(CAST({quoted(column)} AS VARCHAR), '{BLANKS}', '', 'g')"
        words = ", ".join(literal(squeezed(option)) for option in options)
        tests.append(f"{text} IN ({words or 'NULL'})")
    if source.long and source.long.variables:
        words = ", ".join(map(literal, source.long.variables))
        tests.append(f"trim(CAST({quoted(source.long.variable)} AS VARCHAR)) IN ({words})")
    return " WHERE " + " AND ".join(tests) if tests else ""


def laid(connection: Any, name: str, columns: Any) -> Any:
    """Lay an Arrow table into the connection and return it as a table expression."""
    import ibis

    connection.register("__laid", columns)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS SELECT * FROM __laid")
    connection.unregister("__laid")
    return ibis.duckdb.from_connection(connection).table(name)
