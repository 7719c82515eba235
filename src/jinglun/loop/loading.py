"""Which rows of a source are looked at, and what is set aside of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinglun.feeds import delimited
from jinglun.feeds.delimited import ROW, literal, quoted
from jinglun.loop.folder import SOURCES_FILE, locate
from jinglun.model.city import City, Source
from jinglun.model.errors import Problem, nearest


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


def path_of(source: Source, city: City) -> Path:
    """Return where a source's file is; read_city has seen that it is there."""
    found = locate(source, city.folder)
    assert found is not None, "read_city has located every source"
    return found


def columns_of(source: Source) -> list[str]:
    """Return the columns that a source of facts or places names, `where` apart."""
    named = [source.place, source.period_column, source.parent, *source.names.values()]
    for mapped in source.variables.values():
        named += [mapped.column, mapped.numerator, mapped.denominator]
    if source.long:
        named += [source.long.variable, source.long.value, source.long.unit, source.long.quality]
    return list(dict.fromkeys(n for n in named if n))


def load(source: Source, city: City, connection: Any, problems: list[Problem]) -> Any:
    """Return the named columns of rows that pass `where`, as Arrow text; None if unreadable.

    Sources that read the same file in the same way share one reading of it.
    """
    path, columns = path_of(source, city), columns_of(source)
    alike = [s for s in city.sources if _reading(s) == _reading(source)]
    table = f"file_{city.sources.index(alike[0])}"
    if not _is_there(connection, table):
        wanted = {c for s in alike for c in (*columns_of(s), *s.where)}
        wrong = delimited.read(connection, path, source, table, wanted)
        if wrong:
            problems += wrong
            return None
    known = delimited.header(path, source)
    missing = [c for c in dict.fromkeys([*columns, *source.where]) if c not in known]
    problems += [
        Problem("unknown_column", SOURCES_FILE, f"source {source.id}", c, nearest(c, known))
        for c in missing
    ]
    if any(c in source.where or c in (source.place, source.period_column, ROW) for c in missing):
        return None
    chosen = [c for c in dict.fromkeys([ROW, *columns]) if c not in missing]
    picked = ", ".join(quoted(c) for c in chosen)
    query = f"SELECT {picked} FROM {quoted(table)}{_where(source)} ORDER BY {quoted(ROW)}"
    return connection.execute(query).to_arrow_table()


def _reading(source: Source) -> tuple[str, ...]:
    return (source.path, source.encoding, source.delimiter)


def _is_there(connection: Any, table: str) -> bool:
    query = f"SELECT count(*) FROM duckdb_tables() WHERE table_name = {literal(table)}"
    return bool(connection.execute(query).fetchone()[0])


def _where(source: Source) -> str:
    tests = []
    for column, wanted in source.where.items():
        options = [wanted] if isinstance(wanted, str) else list(wanted)
        tests.append(f"{quoted(column)} IN ({', '.join(map(literal, options)) or 'NULL'})")
    return " WHERE " + " AND ".join(tests) if tests else ""
