"""What can be counted, watched and pursued: variables, indicators, benchmarks and strategies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from jinglun.model.arrays import Array

Kind = Literal["count", "amount", "level", "share", "single"]
Better = Literal["higher", "lower"]
Role = Literal["score", "process", "context"]
Privacy = Literal["public", "internal", "closed"]
Status = Literal["law", "standard", "plan", "guideline", "proposed"]
Way = Literal["public", "department", "survey", "licence"]
ColumnType = Literal["string", "integer", "number", "date", "timestamp", "boolean"]


@dataclass(frozen=True, slots=True)
class Variable:
    """A thing counted; `base` weights a share or level over areas, `part` over base makes it."""

    id: str
    domain: str
    zh: str
    en: str
    unit: str
    kind: Kind
    base: str | None = None
    part: str | None = None
    table: str | None = None
    note_zh: str = ""
    note_en: str = ""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The value worth 0 points and the value worth 100, in force from `since` to `until`."""

    zero: float
    full: float
    status: Status
    jurisdiction: str
    since: date
    source_zh: str
    source_en: str
    until: date | None = None
    floor: float | None = None
    spread: tuple[int, int] | None = None
    reading: str | None = None


@dataclass(frozen=True, slots=True)
class Indicator:
    """A thing watched: one formula, one factor and, unless factor-level, one domain and aim."""

    id: str
    code: str
    zh: str
    en: str
    definition_zh: str
    definition_en: str
    unit: str
    better: Better
    factor: str
    role: Role
    privacy: Privacy
    range: tuple[float, float]
    get: Way
    office_zh: str
    office_en: str
    sources: tuple[str, ...]
    domain: str | None = None
    strategy: str | None = None
    aim: str | None = None
    note_zh: str = ""
    note_en: str = ""
    over: Literal["districts"] | None = None
    benchmarks: tuple[Benchmark, ...] = ()
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Strategy:
    """A thing that could be pursued; the first factor is its main one."""

    id: str
    domain: str
    zh: str
    en: str
    intent_zh: str
    intent_en: str
    factors: tuple[str, ...]
    source_zh: str
    source_en: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table that a domain can read."""

    type: ColumnType
    zh: str
    en: str
    required: bool = False
    unit: str = ""
    min: float | None = None
    max: float | None = None
    values: tuple[str, ...] = ()
    after: str | None = None
    references: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A microdata table: one row per event or thing, keyed, placed and timed.

    What is expected of it: of a column its range, its words, a time it cannot come before and the
    `table.column` it must be found in; of the table its newest row and its rows by year. `by` is
    the column of who handled a row, where figures are wanted for each of them too.
    """

    id: str
    domain: str
    zh: str
    en: str
    row_zh: str
    row_en: str
    privacy: Literal["open", "aggregate", "closed"]
    key: tuple[str, ...]
    place: str
    time: str
    columns: Mapping[str, Column] = field(default_factory=dict)
    fresh_days: float | None = None
    drift: float | None = None
    by: str | None = None

    @property
    def is_stock(self) -> bool:
        """Whether its rows are what stood on a day; else they are what happened in a year."""
        return self.time == "as_of"


Formula = Callable[..., Array]


@dataclass(frozen=True)
class Catalogue:
    """Everything the framework knows, by id; `formulas` and `reductions` bear the same ids."""

    variables: Mapping[str, Variable]
    indicators: Mapping[str, Indicator]
    strategies: Mapping[str, Strategy]
    tables: Mapping[str, Table]
    formulas: Mapping[str, Formula]
    reductions: Mapping[str, Callable[..., object]]


def in_force(benchmarks: tuple[Benchmark, ...], day: date) -> tuple[Benchmark | None, bool]:
    """Return the primary benchmark of `day` and whether it has expired (then it is the last known).

    The latest begun that still holds; where none holds any more, the latest begun.
    """
    begun = [b for b in benchmarks if b.since <= day and b.reading is None]
    holding = [b for b in begun if b.until is None or b.until >= day]
    known = sorted(holding or begun, key=lambda b: b.since)
    return (known[-1], not holding) if known else (None, False)
