"""What a city folder says: the city, its levels, its sources and its own choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from jinglun.model.catalogue import Benchmark

# A field that is called date hides the type from those who read the class.
Day = date
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
    """How one variable is read from a source: a column, a count over the share it makes, or a rate.

    A rate is turned into what it counts by `times`, the column of its base, in units of `per`.
    """

    unit: str
    column: str | None = None
    base: str | None = None
    quality: QualityClass | None = None
    numerator: str | None = None
    denominator: str | None = None
    times: str | None = None
    per: float = 1.0


@dataclass(frozen=True, slots=True)
class LongColumns:
    """The columns of a long table, where each row is one figure and names what it is.

    `variables` maps the file's own words to variable ids; with it other rows are not looked at.
    """

    variable: str
    value: str
    unit: str
    quality: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lookup:
    """A value taken from another source: there, in the row whose `key` is what stands here."""

    source: str
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Point:
    """Two columns of coordinates; the place is the polygon of `level` that they lie in."""

    lon: str
    lat: str
    level: str
    crs: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """How one column of a microdata table is read from a file, without code.

    Just one of `column`, `constant`, `row` and `point` says where it is from. `format` lists
    strptime forms to try in turn; `values` maps the file's codes to the table's; `unit` is the
    file's unit; `lookup` goes on from what stands in `column` to another source.
    """

    column: str | None = None
    constant: str | None = None
    row: bool = False
    point: Point | None = None
    format: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    unit: str | None = None
    lookup: Lookup | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One file of facts, places, geometry or microdata, with where it came from."""

    id: str
    path: str
    title_zh: str
    title_en: str
    publisher: str
    licence: str
    feed: Literal["delimited", "spreadsheet", "parquet", "vector", "geojson"] = "delimited"
    holds: Literal["facts", "places", "geometry", "table", "lookup"] = "facts"
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
    columns: Mapping[str, ColumnMap] = field(default_factory=dict)
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str | int = 1
    header: tuple[int, ...] = (1,)
    layer: str | None = None
    crs: str | None = None
    unpivot: tuple[str, ...] = ()
    at: str | None = None
    place_by: Literal["id", "name"] = "id"


@dataclass(frozen=True, slots=True)
class Weights:
    """Relative weights, 1 unless the city says otherwise."""

    indicators: Mapping[str, float] = field(default_factory=dict)
    cells: Mapping[str, float] = field(default_factory=dict)
    domains: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Peers:
    """Which peers the city is set beside: how many of the most alike, or those it names."""

    count: int = 12
    choose: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """What the city wants of an indicator by a year, and the office that answers for it.

    `since` is the year it starts from and `start` the value then; without them its figures say it.
    """

    indicator: str
    year: int
    value: float
    office_zh: str = ""
    office_en: str = ""
    source_zh: str = ""
    source_en: str = ""
    since: int | None = None
    start: float | None = None
    update_months: int = 18


@dataclass(frozen=True, slots=True)
class Held:
    """How the backtest holds regions out: so many first letters of a place's id name its region."""

    region_letters: int = 0


@dataclass(frozen=True, slots=True)
class Stages:
    """What a city sets of its stages: points a level asks, cuts of the names, own targets.

    What is empty is as the rule has it. `targets` are in an indicator's own unit, one a level from
    the second to the fifth.
    """

    levels: tuple[float, ...] = ()
    cuts: tuple[float, ...] = ()
    targets: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Character:
    """What a city says of its own character: if it lives on resources, what jobs compare with.

    `reference` is employed persons by sector of the whole that quotients are taken of.
    """

    resource: Literal["growing", "mature", "declining", "regenerating", "none"] | None = None
    source_zh: str = ""
    source_en: str = ""
    reference: Mapping[str, float] = field(default_factory=dict)
    reference_zh: str = ""
    reference_en: str = ""


@dataclass(frozen=True, slots=True)
class Doubt:
    """How often the worlds of doubt are drawn, and the error band of a quality class, 0.05 = 5 %.

    Classes the city does not name keep the bands of loop/rules/doubt.toml.
    """

    draws: int = 2000
    bands: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an office said of a figure that it was asked about; `flag` is the question's id."""

    flag: str
    by: str
    date: Day
    verdict: Literal["confirmed", "corrected", "open"]
    says_zh: str = ""
    says_en: str = ""


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
    watermark_zh: str = ""
    watermark_en: str = ""
    settings: Settings = field(default_factory=Settings)
    weights: Weights = field(default_factory=Weights)
    map: MapNote = field(default_factory=MapNote)
    doubt: Doubt = field(default_factory=Doubt)
    peers: Peers = field(default_factory=Peers)
    stage: Stages = field(default_factory=Stages)
    character: Character = field(default_factory=Character)
    benchmarks: Mapping[str, tuple[Benchmark, ...]] = field(default_factory=dict)
    targets: tuple[Target, ...] = ()
    backtest: Held = field(default_factory=Held)
    answers: tuple[Answer, ...] = ()
    sources: tuple[Source, ...] = ()
    folder: Path = Path()

    @property
    def district_level(self) -> str | None:
        """The level just below the subject's, where there is one."""
        return self.levels[-2].id if len(self.levels) > 1 else None
