"""How much there is of everything watched: variables completed, indicators computed and scored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jinglun.loop.sense import Sensed
from jinglun.methods.aggregate import total, weighted_mean
from jinglun.methods.scoring import goalposts
from jinglun.model.arrays import Array
from jinglun.model.catalogue import Benchmark, Catalogue, Indicator, in_force
from jinglun.model.city import City
from jinglun.model.facts import Cube, cube
from jinglun.model.periods import is_year, year_of

DIGITS = 12


@dataclass(frozen=True)
class Measured:
    """Indicators by [indicator, place, period]: value, score, worst quality of the facts behind."""

    cube: Cube
    made: NDArray[np.int8]
    """How each cell of the cube came about: 0 read, 1 part over base, 2 built from its parts."""
    indicators: tuple[str, ...]
    value: Array
    score: Array
    quality: NDArray[np.int8]
    benchmarks: Mapping[str, Benchmark | None]
    expired: Mapping[str, bool]


def measure(sensed: Sensed, city: City, catalogue: Catalogue, day: date) -> Measured:
    """Compute every indicator at every place and period that has its facts.

    A place above the lowest level takes its own published figure; where there is none it is built
    from its parts, all of them, by the variable's kind. Scores use the benchmark in force on `day`.
    """
    shape = (len(sensed.places.all), sensed.periods)
    whole = cube(sensed.facts, sensed.variables, *shape)
    made = np.where(whole.quality >= 0, 0, -1).astype(np.int8)
    _complete_shares(whole, made, catalogue)
    _build_from_parts(whole, made, sensed, catalogue)
    _complete_shares(whole, made, catalogue)
    _round(whole.value)
    idents = tuple(sorted(catalogue.indicators, key=lambda i: _order(catalogue.indicators[i])))
    value = np.stack([_value(catalogue, i, whole, sensed) for i in idents])
    _round(value)
    quality = np.stack([_quality(catalogue.indicators[i], whole, sensed) for i in idents])
    chosen = {i: benchmark_on(catalogue.indicators[i], city, day) for i in idents}
    scores = np.stack(
        [_score(value[n], chosen[i][0], sensed.periods) for n, i in enumerate(idents)]
    )
    _round(scores)
    return Measured(
        whole,
        made,
        idents,
        value,
        scores,
        np.where(np.isnan(value), -1, quality).astype(np.int8),
        {i: b for i, (b, _) in chosen.items()},
        {i: e for i, (_, e) in chosen.items()},
    )


def _order(indicator: Indicator) -> tuple[str, int, str]:
    letter, rest = indicator.code[:1], indicator.code[1:]
    strategy, _, number = rest.partition(".")
    return ("ECGMIF".find(letter).__str__() + strategy, int(number or 0), indicator.id)


def _round(values: Array) -> None:
    """Round in place to 12 significant digits, so that thread order cannot change a byte."""
    with np.errstate(divide="ignore", invalid="ignore"):
        places = DIGITS - 1 - np.floor(np.log10(np.abs(values)))
    # Zero has no size, and 10 to the places of what is smaller still than 1e-280 is no float.
    there = np.isfinite(places) & (places < 290)
    places = np.where(there, places, 0.0)
    # Whole powers of ten are exact, so each way ends at the float nearest to the decimal.
    up, down = 10.0 ** np.maximum(places, 0.0), 10.0 ** np.maximum(-places, 0.0)
    np.copyto(values, np.round(values / down * up) / up * down, where=there)


# --- variables ----------------------------------------------------------------------------------


def _complete_shares(whole: Cube, made: NDArray[np.int8], catalogue: Catalogue) -> None:
    """A share that nobody published is its part over its base, where both are known."""
    for n, ident in enumerate(whole.variables):
        variable = catalogue.variables[ident]
        if variable.part is None or variable.base is None:
            continue
        part, base = (whole.variables.index(v) for v in (variable.part, variable.base))
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            share = 100.0 * whole.value[part] / whole.value[base]
        fill = np.isnan(whole.value[n]) & (share >= 0) & (share <= 100)
        whole.value[n][fill] = share[fill]
        worst = np.maximum(whole.quality[part], whole.quality[base])
        whole.quality[n][fill] = worst[fill]
        made[n][fill] = 1


def _build_from_parts(
    whole: Cube, made: NDArray[np.int8], sensed: Sensed, catalogue: Catalogue
) -> None:
    """Fill the gaps of each place from its direct parts, lowest level first, bases before means."""
    order = {level: n for n, level in enumerate(sensed.places.levels)}
    children = sensed.places.children()
    parents = sorted(children, key=lambda p: order[sensed.places.all[p].level])
    kinds = [catalogue.variables[v].kind for v in whole.variables]
    additive = [n for n, k in enumerate(kinds) if k in ("count", "amount")]
    averaged = [n for n, k in enumerate(kinds) if k in ("level", "share")]
    for parent in parents:
        parts = children[parent]
        for n in additive:
            _fill(whole, made, n, parent, [n], parts, total(whole.value[n][parts]))
        for n in averaged:
            base = catalogue.variables[whole.variables[n]].base
            if base is not None:
                at = whole.variables.index(base)
                mean = weighted_mean(whole.value[n][parts], whole.value[at][parts])
                _fill(whole, made, n, parent, [n, at], parts, mean)


def _fill(
    whole: Cube,
    made: NDArray[np.int8],
    n: int,
    parent: int,
    behind: list[int],
    parts: list[int],
    value: Array,
) -> None:
    """Fill in what the variables `behind` give at the parts, with the worst class among them."""
    fill = np.isnan(whole.value[n, parent]) & np.isfinite(value)
    whole.value[n, parent][fill] = value[fill]
    worst = whole.quality[np.ix_(behind, parts)].max(axis=(0, 1))
    whole.quality[n, parent][fill] = worst[fill]
    made[n, parent][fill] = 2


# --- indicators ---------------------------------------------------------------------------------


def _over_districts(
    whole: Cube, indicator: Indicator, sensed: Sensed, fold: Callable[[list[Array]], Array]
) -> Array:
    """Apply `fold` to the planes [period, district] of each place that has districts."""
    result: Array = np.full(whole.value.shape[1:], np.nan)
    for parent, parts in sensed.places.children().items():
        if len(parts) > 1:
            result[parent] = fold([whole.of(v)[parts].T for v in indicator.parameters])
    return result


def _value(catalogue: Catalogue, ident: str, whole: Cube, sensed: Sensed) -> Array:
    indicator, formula = catalogue.indicators[ident], catalogue.formulas[ident]
    with np.errstate(all="ignore"):
        if indicator.over == "districts":
            value = _over_districts(whole, indicator, sensed, lambda planes: formula(*planes))
        else:
            value = formula(*(whole.of(v) for v in indicator.parameters))
    value = np.array(np.broadcast_to(value, whole.value.shape[1:]), float)
    value[~np.isfinite(value)] = np.nan
    low, high = indicator.range
    value[(value < low) | (value > high)] = np.nan
    return value


def _quality(indicator: Indicator, whole: Cube, sensed: Sensed) -> Array:
    """Return the worst class among the facts behind each value, as a position in A-F."""
    planes = [whole.quality[whole.variables.index(v)] for v in indicator.parameters]
    if indicator.over != "districts":
        return np.asarray(np.max(planes, axis=0), float)
    result = np.full(whole.value.shape[1:], -1.0)
    for parent, parts in sensed.places.children().items():
        result[parent] = np.max([p[parts].max(axis=0) for p in planes], axis=0)
    return result


def jurisdictions(city: City) -> tuple[str, ...]:
    """Return whose benchmarks hold, nearest first: the city's own, its country's, everyone's."""
    return ("city", city.country, "*")


def benchmark_on(indicator: Indicator, city: City, day: date) -> tuple[Benchmark | None, bool]:
    """Return the benchmark of the nearest jurisdiction that has one by `day`, and if it expired."""
    for jurisdiction in jurisdictions(city):
        benchmark, expired = benchmark_of(indicator, city, jurisdiction, day)
        if benchmark is not None:
            return benchmark, expired
    return None, False


def benchmark_of(
    indicator: Indicator, city: City, jurisdiction: str, day: date
) -> tuple[Benchmark | None, bool]:
    """Return the benchmark that one jurisdiction has by `day`, and whether it has expired."""
    own = jurisdiction == "city"
    all_of_it = city.benchmarks.get(indicator.id, ()) if own else indicator.benchmarks
    return in_force(tuple(b for b in all_of_it if b.jurisdiction == jurisdiction), day)


def _score(value: Array, benchmark: Benchmark | None, periods: tuple[str, ...]) -> Array:
    if benchmark is None:
        return np.full(value.shape, np.nan)
    zero, full = goalposts_by_period(benchmark, periods)
    # Benchmarks are of years: a month's or a quarter's figure never meets one.
    years = np.array([is_year(p) for p in periods])
    return goalposts(np.where(years, value, np.nan), zero, full)


def goalposts_by_period(
    benchmark: Benchmark, periods: tuple[str, ...]
) -> tuple[float | Array, float | Array]:
    """Return zero and full point; a target cumulative over years is pro-rated to the year."""
    if benchmark.spread is None:
        return benchmark.zero, benchmark.full
    first, last = benchmark.spread
    years = np.array([year_of(p) for p in periods], float)
    done = np.clip((years - first) / (last - first), 0.0, 1.0)
    return benchmark.zero * done, benchmark.full * done


def missing_variables(indicator: Indicator, whole: Cube, sensed: Sensed, place: int) -> list[str]:
    """Return the variables of an indicator that have no figure at `place` in any period."""
    at: Any = sensed.places.children().get(place, []) if indicator.over == "districts" else [place]
    return [v for v in indicator.parameters if np.isnan(whole.of(v)[at]).all()]
