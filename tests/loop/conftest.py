"""What the loop's tests share: city folders written in a line, and a toy framework by hand."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jinglun.loop.catalogue import framework_catalogue
from jinglun.loop.diagnose import Diagnosed, diagnose
from jinglun.loop.folder import read_city
from jinglun.loop.measure import Measured, measure
from jinglun.loop.sense import Rejects, Sensed, sense
from jinglun.loop.weave import Case, latest_figures, loom_of
from jinglun.model.catalogue import Benchmark, Catalogue, Indicator, Variable
from jinglun.model.city import City, Doubt, Level
from jinglun.model.errors import InputError, Problem
from jinglun.model.facts import QUALITY, Facts
from jinglun.model.periods import last_day
from jinglun.model.places import Place, Places
from jinglun.store.lake import connect

CITY = """
id = "toy"
title_zh = "玩具市"
title_en = "Toy"
country = "CN"
currency = "CNY"
subject = "c"
[[level]]
id = "district"
zh = "区"
en = "district"
[[level]]
id = "city"
zh = "市"
en = "city"
"""
PLACES_CSV = (
    "id,level,parent,name\nc,city,,Toy\nn,district,c,North\ns,district,c,South\np,city,,Peer\n"
)
SAID = 'title_zh = "表"\ntitle_en = "Table"\npublisher = "Office"\nlicence = "CC0"\n'
PLACES = f"""
[[source]]
id = "cities"
path = "places.csv"
holds = "places"
{SAID}place = "id"
level = "city"
where = {{ level = "city" }}
names = {{ en = "name" }}
[[source]]
id = "districts"
path = "places.csv"
holds = "places"
{SAID}place = "id"
level = "district"
parent = "parent"
where = {{ level = "district" }}
names = {{ en = "name" }}
"""


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return framework_catalogue()


@pytest.fixture
def write_city(tmp_path: Path) -> Callable[..., Path]:
    """Write a sound toy city: one city `c`, its districts `n` and `s`, a peer `p`."""

    def write(sources: str = "", city: str = CITY, **files: str | bytes) -> Path:
        folder = tmp_path / "city"
        folder.mkdir(exist_ok=True)
        texts: dict[str, str | bytes] = {
            "city.toml": city,
            "sources.toml": PLACES + sources.replace("SAID", SAID),
            "places.csv": PLACES_CSV,
        }
        for name, text in {**texts, **{n.replace("__", "."): t for n, t in files.items()}}.items():
            (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return folder

    return write


@pytest.fixture
def read(catalogue: Catalogue) -> Callable[[Path], City]:
    return lambda folder: read_city(folder, catalogue)


@pytest.fixture
def problems_of(catalogue: Catalogue) -> Callable[[Path], list[Problem]]:
    """The problems for which a folder is refused, none if it is taken."""

    def ask(folder: Path) -> list[Problem]:
        try:
            read_city(folder, catalogue)
        except InputError as error:
            return list(error.problems)
        return []

    return ask


@pytest.fixture
def sense_city(catalogue: Catalogue) -> Callable[[Path], Sensed]:
    """Read a folder and sense it."""

    def sensed(folder: Path) -> Sensed:
        city = read_city(folder, catalogue)
        return sense(city, catalogue, connect(), date(2026, 1, 31), lambda *_: None)

    return sensed


DAY = date(2024, 12, 31)
LEVELS = ("tract", "district", "city")


@dataclass
class Toy:
    """A framework, a city and its facts written down by hand, ready to measure and diagnose."""

    variables: dict[str, Variable] = field(default_factory=dict)
    indicators: dict[str, Indicator] = field(default_factory=dict)
    formulas: dict[str, Callable[..., Any]] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)
    facts: list[tuple[str, str, str, float, str]] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)

    def variable(self, ident: str, kind: Any = "count", **more: Any) -> None:
        self.variables[ident] = Variable(ident, "economy", ident, ident, "person", kind, **more)

    def indicator(
        self,
        ident: str,
        formula: Callable[..., Any] | None = None,
        goals: tuple[float, float] | None = (0, 100),
        benchmarks: Iterable[Benchmark] = (),
        **more: Any,
    ) -> None:
        """An indicator; without a formula, one variable of its own that is its value."""
        if formula is None:
            self.variable(f"v_{ident}", "single")
            parameters, formula = (f"v_{ident}",), lambda value: value
        else:
            parameters = tuple(inspect.signature(formula).parameters)
        made = [benchmark("*", *goals)] if goals and not benchmarks else list(benchmarks)
        said = {
            **{"code": f"E1.{len(self.indicators) + 1}", "zh": ident, "en": ident, "unit": "%"},
            **{"definition_zh": "", "definition_en": "", "better": "higher", "role": "score"},
            **{"factor": "bigpicture", "domain": "economy", "aim": "efficient", "sources": ()},
            **{"privacy": "public", "range": (-np.inf, np.inf), "get": "public"},
            **{"office_zh": "", "office_en": ""},
        }
        self.formulas[ident] = formula
        self.indicators[ident] = Indicator(
            ident, **{**said, **more}, benchmarks=tuple(made), parameters=parameters
        )

    def place(self, ident: str, level: str, parent: str | None = None, role: Any = "peer") -> None:
        self.places.append(Place(ident, level, parent, role))

    def fact(
        self, place: str, variable: str, value: float, period: str = "2024", quality: str = "A"
    ) -> None:
        self.facts.append((place, period, variable, value, quality))

    @property
    def catalogue(self) -> Catalogue:
        return Catalogue(self.variables, self.indicators, {}, {}, self.formulas, {})

    @property
    def city(self) -> City:
        levels = tuple(Level(level, level, level) for level in LEVELS)
        # Few draws: only the tests of doubt itself look at intervals, and they say how many.
        given = {"country": "CN", "currency": "CNY", "subject": "c", "doubt": Doubt(draws=100)}
        given |= self.settings
        return City(id="toy", title_zh="市", title_en="Toy", levels=levels, **given)

    @property
    def sensed(self) -> Sensed:
        places = Places(tuple(sorted(self.places, key=lambda p: p.id)), LEVELS)
        at = places.index()
        variables = tuple(sorted(self.variables))
        periods = tuple(sorted({f[1] for f in self.facts}, key=lambda p: (str(last_day(p)), p)))
        size = len(self.facts)
        facts = Facts(
            np.array([at[f[0]] for f in self.facts], np.int32),
            np.array([periods.index(f[1]) for f in self.facts], np.int32),
            np.array([variables.index(f[2]) for f in self.facts], np.int32),
            np.array([f[3] for f in self.facts], float),
            np.array([QUALITY.index(f[4]) for f in self.facts], np.int8),
            np.zeros(size, np.int32),
            np.array([f"f.csv:{n}:x" for n in range(2, size + 2)], object),
        )
        return Sensed(places, periods, variables, facts, Rejects(), (), ())

    def measure(self, day: date = DAY) -> Measured:
        if not self.indicators:
            self.indicator("any")
        return measure(self.sensed, self.city, self.catalogue, day)

    def case(self, day: date = DAY, seed: int = 0) -> Case:
        measured, sensed = self.measure(day), self.sensed
        latest = latest_figures(measured, sensed, self.city, day)
        loom = loom_of(measured, self.catalogue, self.city)
        return Case(sensed, measured, latest, loom, self.city, self.catalogue, day, seed)

    def diagnose(self, day: date = DAY, seed: int = 0) -> Diagnosed:
        return diagnose(self.measure(day), self.sensed, self.city, self.catalogue, day, seed)

    def of(
        self, table: str, ident: str, place: str, period: str = "2024", day: date = DAY
    ) -> float:
        """What measure says: `variable`, `value`, `score`, `made` or `quality` at a place."""
        measured, sensed = self.measure(day), self.sensed
        at = (sensed.places.index()[place], sensed.periods.index(period))
        if table in ("variable", "made", "class"):
            cube = measured.cube
            plane = {"variable": cube.value, "made": measured.made, "class": cube.quality}[table]
            return float(plane[sensed.variables.index(ident)][at])
        return float(getattr(measured, table)[measured.indicators.index(ident)][at])


def benchmark(jurisdiction: str, zero: float, full: float, **more: Any) -> Benchmark:
    since, until = more.pop("since", "2015-01-01"), more.pop("until", None)
    end = date.fromisoformat(until) if until else None
    start = date.fromisoformat(since)
    return Benchmark(zero, full, "plan", jurisdiction, start, "源", "source", end, **more)


@pytest.fixture
def a_benchmark() -> Callable[..., Benchmark]:
    return benchmark


@pytest.fixture
def toy() -> Toy:
    """An empty framework for one city `c` with districts `n` and `s`, and no facts yet."""
    made = Toy()
    made.place("c", "city", None, "subject")
    made.place("n", "district", "c", "district")
    made.place("s", "district", "c", "district")
    return made
