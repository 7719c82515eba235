"""What integrity looks at: the yearly figures that were read, side by side with their fellows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jinglun.loop import rulebook
from jinglun.loop.weave import Case
from jinglun.model.arrays import Array
from jinglun.model.catalogue import Catalogue, Variable
from jinglun.model.periods import is_year

Mask = NDArray[np.bool_]
Cell = tuple[int, int, int]
"""Positions of variable, place and period in the cube."""

EVERYWHERE = "*"


def rules() -> Mapping[str, Any]:
    """Return the thresholds and limits of rules/integrity.toml."""
    return rulebook.rules("integrity")


@dataclass(frozen=True)
class Suspect:
    """A figure that is asked about, and what makes it stand out.

    `place` is None where all places of a source are meant. `cells` are those whose quality falls;
    of what `expected` holds, `value` is one figure, `low` and `high` bound it.
    """

    code: str
    variables: tuple[str, ...]
    place: int | None
    period: int
    value: float | None
    cells: tuple[Cell, ...]
    expected: Mapping[str, float] = field(default_factory=dict)
    power: int | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Panel:
    """Yearly figures as [variable, place, year]; `value` may be corrected between two checks.

    Rows are the variables with any figure, `variables` their ids, `rows` and `years` their
    positions in the cube. Only figures that were read are looked at; `levels` are the positions of
    the places of each level, `inside` marks those of the city itself.
    """

    variables: tuple[str, ...]
    nouns: tuple[Variable, ...]
    rows: NDArray[np.int64]
    years: NDArray[np.int64]
    periods: tuple[str, ...]
    levels: tuple[NDArray[np.int64], ...]
    inside: Mask
    value: Array

    def at(self, variable: str) -> int | None:
        """Return the row of a variable, None where it has no figure."""
        return self.variables.index(variable) if variable in self.variables else None

    @property
    def block(self) -> Any:
        """The index that takes the panel's cells out of an array shaped like the cube."""
        return np.ix_(self.rows, np.arange(self.value.shape[1]), self.years)

    def cell(self, v: int, p: int, t: int) -> Cell:
        """Return where a figure of the panel stands in the cube."""
        return int(self.rows[v]), int(p), int(self.years[t])

    def kinds(self, *kinds: str) -> Mask:
        """Return which rows are of these kinds."""
        return np.array([n.kind in kinds for n in self.nouns], bool)

    @property
    def counting(self) -> Mask:
        """Which rows are numbers of things, on which chance has its part."""
        return self.kinds("count")


def panel_of(case: Case) -> Panel:
    """Return the yearly figures of a case that were read, not made by the program."""
    cube = case.measured.cube
    years = np.flatnonzero([is_year(p) for p in cube.periods])
    read = (case.measured.made == 0) & ~np.isnan(cube.value)
    rows = np.flatnonzero(read[:, :, years].any(axis=(1, 2)))
    chosen = np.ix_(rows, np.arange(cube.value.shape[1]), years)
    names = tuple(cube.variables[n] for n in rows)
    level = np.array([p.level for p in case.sensed.places.all])
    inside = np.isin(np.arange(len(level)), sorted(case.sensed.places.inside()))
    return Panel(
        names,
        tuple(case.catalogue.variables[n] for n in names),
        rows,
        years,
        tuple(cube.periods[t] for t in years),
        tuple(np.flatnonzero(level == one) for one in dict.fromkeys(level.tolist())),
        inside,
        np.where(read[chosen], cube.value[chosen], np.nan),
    )


def hide(panel: Panel, cells: Sequence[Cell]) -> None:
    """Take figures out of the panel, so that what follows is not led astray by them."""
    if cells:
        v, p, t = np.array(cells).T
        panel.value[np.searchsorted(panel.rows, v), p, np.searchsorted(panel.years, t)] = np.nan


@dataclass(frozen=True)
class Ratio:
    """A rate that an indicator makes of two variables: `times` numerator over denominator."""

    indicator: str
    numerator: str
    denominator: str
    times: float
    is_part: bool


def ratios(catalogue: Catalogue) -> tuple[Ratio, ...]:
    """Return the indicators that are one variable over another, found by trying their formulas.

    A percentage of 0 to 100 says that the numerator is a part of the denominator; so does one of
    what is left of it (100 times whole less part over whole).
    """
    return tuple(found for ident in catalogue.indicators if (found := _ratio(catalogue, ident)))


def _ratio(catalogue: Catalogue, ident: str) -> Ratio | None:
    one, formula = catalogue.indicators[ident], catalogue.formulas[ident]
    if len(one.parameters) != 2 or one.over is not None:
        return None
    # Three pairs tell a/b, b/a, (a-b)/a and (b-a)/b apart from anything else.
    tried = np.array([[3.0, 6.0, 5.0], [7.0, 7.0, 11.0]])
    with np.errstate(all="ignore"):
        found = np.asarray(formula(*tried), float)
    for above, below in ((0, 1), (1, 0)):
        part = tried[above] / tried[below]
        for shape in (part, 1 - part):
            times = found[0] / shape[0] if found.shape == part.shape else np.nan
            if times > 0 and np.allclose(found, times * shape):
                whole = times == 100 and one.range[1] == 100
                if shape is not part and not whole:
                    continue
                names = one.parameters[above], one.parameters[below]
                return Ratio(ident, *names, float(times), bool(whole))
    return None


def added_up(case: Case) -> Mask:
    """Return which cells of the cube are reductions of a table of single rows, by their source."""
    facts = case.sensed.facts
    tables = np.array([s.holds == "table" for s in case.city.sources] or [False], bool)
    of_table = tables[np.minimum(facts.source, len(tables) - 1)]
    found = np.zeros(case.measured.made.shape, bool)
    found[facts.variable[of_table], facts.place[of_table], facts.period[of_table]] = True
    return found


def siblings(case: Case) -> Iterator[tuple[int, list[int]]]:
    """Yield each place that has parts, with the positions of the parts, two at least."""
    for parent, parts in sorted(case.sensed.places.children().items()):
        if len(parts) > 1:
            yield parent, parts
