"""What a city folder says: the city, its levels, its sources and its own choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from jinglun.model.catalogue import Benchmark

QualityClass = Literal["A", "B", "C", "D", "E", "F"]


@dataclass(frozen=True, slots=True)
class Level:
    """A rung of the hierarchy of places, smallest first in city.toml."""

    id: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Thresholds a city may set; the defaults are the project's, stated on the method page."""

    max_age_years: float = 10.0
    assessable_coverage: float = 0.30
    headline_coverage: float = 0.50


@dataclass(frozen=True, slots=True)
class MapNote:
    """What must stand under a map: an approval number, a remark on the boundaries."""

    approval: str = ""
    note_zh: str = ""
    note_en: str = ""


@dataclass(frozen=True, slots=True)
class VariableMap:
    """How one variable is read from a source: a column, or a count over the share it makes."""

    unit: str
    column: str | None = None
    base: str | None = None
    quality: QualityClass | None = None
    numerator: str | None = None
    denominator: str | None = None
    per: float = 1.0


@dataclass(frozen=True, slots=True)
class LongColumns:
    """The columns of a long table, where each row is one figure and names what it is."""

    variable: str
    value: str
    unit: str
    quality: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One file of facts, places, geometry or microdata, with where it came from."""

    id: str
    path: str
    title_zh: str
    title_en: str
    publisher: str
    licence: str
    feed: Literal["delimited", "geojson"] = "delimited"
    holds: Literal["facts", "places", "geometry", "table"] = "facts"
    url: str = ""
    retrieved: date | None = None
    note_zh: str = ""
    note_en: str = ""
    place: str | None = None
    period: str | None = None
    period_column: str | None = None
    quality: QualityClass = "F"
    where: Mapping[str, str | list[str]] = field(default_factory=dict)
    missing: tuple[str, ...] = ("", "…", "...", ".", "-", "—", "n/a", "N/A", "NA")
    variables: Mapping[str, VariableMap] = field(default_factory=dict)
    long: LongColumns | None = None
    level: str | None = None
    parent: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    table: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str = "utf-8"
    delimiter: str = ","


@dataclass(frozen=True, slots=True)
class Weights:
    """Relative weights, 1 unless the city says otherwise."""

    indicators: Mapping[str, float] = field(default_factory=dict)
    cells: Mapping[str, float] = field(default_factory=dict)
    domains: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class City:
    """A city as its folder describes it; `folder` is where every relative path starts."""

    id: str
    title_zh: str
    title_en: str
    country: str
    currency: str
    subject: str
    levels: tuple[Level, ...]
    languages: tuple[str, ...] = ("zh", "en")
    credit_zh: str = ""
    credit_en: str = ""
    settings: Settings = field(default_factory=Settings)
    weights: Weights = field(default_factory=Weights)
    map: MapNote = field(default_factory=MapNote)
    benchmarks: Mapping[str, tuple[Benchmark, ...]] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    folder: Path = Path()

    @property
    def district_level(self) -> str | None:
        """The level just below the subject's, where there is one."""
        return self.levels[-2].id if len(self.levels) > 1 else None
