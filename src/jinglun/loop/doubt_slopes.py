"""How far each published figure may be off, by the slope of its formula: no draw is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jinglun.loop.doubt_facts import BUILT, SHARE, latest_values, sources_of, ways
from jinglun.loop.weave import Case
from jinglun.methods.uncertainty import LOG, disturbed, log_deviation
from jinglun.model.arrays import Array
from jinglun.model.catalogue import Formula

STEP = 0.5
"""The slope is taken between half a deviation below and above: what the error really spans."""


@dataclass(frozen=True)
class Slopes:
    """What an error of one deviation in each variable moves an indicator by, and its source.

    slope and source are [variable, place, period], of an indicator over districts
    [variable, district, period] of one place.
    """

    indicator: int
    place: int | None
    slope: Array
    source: NDArray[np.int16]


def slopes(
    case: Case, quality: NDArray[np.int8], bands: tuple[float, ...], rho: float
) -> Iterator[Slopes]:
    """Yield the slopes of every scored indicator (the delta method, by central differences)."""
    cube = case.measured.cube
    way, deviation, origin = _errors(case, quality, bands, rho)
    index = {v: n for n, v in enumerate(cube.variables)}
    children = case.sensed.places.children()
    for n, k in enumerate(case.loom.scored):
        one = case.loom.indicator(k)
        formula = case.catalogue.formulas[one.id]
        v = [index[ident] for ident in one.parameters]
        if one.over != "districts":
            planes = (cube.value[v], way[v], deviation[v])
            yield Slopes(n, None, _plain(formula, *planes), origin[v])
            continue
        for place, parts in children.items():
            if np.isfinite(case.measured.value[k, place]).any():
                box = np.ix_(v, parts)
                told = (cube.value[box], way[box], deviation[box])
                yield Slopes(n, place, _over(formula, *told), origin[box])


def _errors(
    case: Case, quality: NDArray[np.int8], bands: tuple[float, ...], rho: float
) -> tuple[NDArray[np.int8], Array, NDArray[np.int16]]:
    """Return how the error of each fact enters, its deviation and its source, of derived ones too.

    A share made of its part and base has the error of a quotient; what is built from n parts of
    one class and source errs by sqrt(rho + (1 - rho) / n) of what one part does.
    """
    cube, made, origin = case.measured.cube, case.measured.made, sources_of(case)
    nouns = [case.catalogue.variables[v] for v in cube.variables]
    way = ways(nouns, cube.value)
    deviation = log_deviation(np.array([*bands, 0.0]))[np.where(quality < 0, -1, quality)]
    number = np.ones(made.shape[1])
    for place, parts in case.sensed.places.children().items():
        number[place] = len(parts)
    thinner = np.sqrt(rho + (1.0 - rho) / number)[None, :, None]
    deviation = np.where(made == BUILT, deviation * thinner, deviation)
    index = {v: n for n, v in enumerate(cube.variables)}
    for n, one in enumerate(nouns):
        quotient = made[n] == SHARE
        if quotient.any():
            part, base = index[str(one.part)], index[str(one.base)]
            same = (origin[part] == origin[base]) & (origin[part] >= 0)
            a, b = deviation[part], deviation[base]
            both = np.sqrt(a**2 + b**2 - 2 * rho * same * a * b)
            deviation[n][quotient] = both[quotient]
            way[n][quotient] = LOG
    return way, deviation, origin


def _moved(
    formula: Callable[[Sequence[Array]], Array],
    value: Array,
    way: NDArray[np.int8],
    deviation: Array,
    v: int,
    z: Array,
) -> Array:
    planes = [value[i] for i in range(len(value))]
    planes[v] = disturbed(value[v], way[v], deviation[v], z)
    with np.errstate(all="ignore"):
        return np.asarray(formula(planes), float)


def _plain(formula: Formula, value: Array, way: NDArray[np.int8], deviation: Array) -> Array:
    def fold(planes: Sequence[Array]) -> Array:
        return np.asarray(np.broadcast_to(formula(*planes), value.shape[1:]), float)

    found = []
    for v in range(len(value)):
        up, down = (
            _moved(fold, value, way, deviation, v, np.array(step)) for step in (STEP, -STEP)
        )
        found.append(_slope(up, down))
    return np.stack(found)


def _over(formula: Formula, value: Array, way: NDArray[np.int8], deviation: Array) -> Array:
    """Disturb one district after another: they lead, and the formula folds the last axis."""
    districts, periods = value.shape[1:]
    one = STEP * np.eye(districts)[:, :, None]

    def fold(planes: Sequence[Array]) -> Array:
        lined = [np.broadcast_to(p, (districts, districts, periods)) for p in planes]
        told = formula(*(np.swapaxes(p, 1, 2) for p in lined))
        return np.asarray(np.broadcast_to(told, (districts, periods)), float)

    found = []
    for v in range(len(value)):
        up, down = (_moved(fold, value, way, deviation, v, step) for step in (one, -one))
        found.append(_slope(up, down))
    return np.stack(found)


def _slope(up: Array, down: Array) -> Array:
    slope = (up - down) / (2 * STEP)
    return np.where(np.isfinite(slope), slope, 0.0)


def deviations(given: Sequence[Slopes], shape: tuple[int, int, int], rho: float) -> Array:
    """Return the standard deviation [indicator, place, period] of every figure, of all errors."""
    variance = np.zeros(shape)
    for one in given:
        if one.place is None:
            variance[one.indicator] = _variance(one, rho)
        else:
            flat = Slopes(
                one.indicator,
                None,
                one.slope.reshape(-1, one.slope.shape[-1]),
                one.source.reshape(-1, one.source.shape[-1]),
            )
            variance[one.indicator, one.place] = _variance(flat, rho)
    return np.sqrt(variance)


def _variance(one: Slopes, rho: float) -> Array:
    """Sum own errors, and what those of each source have in common."""
    found = (one.slope**2).sum(axis=0)
    for source in np.unique(one.source[one.source >= 0]):
        mine = np.where(one.source == source, one.slope, 0.0)
        found = found + rho * (mine.sum(axis=0) ** 2 - (mine**2).sum(axis=0))
    return np.asarray(np.maximum(found, 0.0), float)


@dataclass(frozen=True)
class Far:
    """The latest figures of the places compared with, and how errors move them, as float32."""

    places: tuple[int, ...]
    value: NDArray[np.float32]
    """[indicator, place], 0 where nothing is fresh."""
    there: NDArray[np.bool_]
    own: NDArray[np.float32]
    """Standard deviation of the errors each figure has of its own."""
    shared: NDArray[np.float32]
    """[source, indicator, place]: what one deviation of a source's common error moves it by."""
    sources: tuple[int, ...]


def far(case: Case, given: Sequence[Slopes], places: Sequence[int], rho: float) -> Far:
    """Gather the latest figures of `places` and the slopes of what they rest on."""
    scored, at = np.array(case.loom.scored, int), np.array(places, np.int64)
    box = np.ix_(scored, at)
    period = case.latest.period[box]
    there = case.latest.fresh[box] & np.isfinite(case.latest.score[box])
    value = latest_values(case, places)
    found: dict[int, NDArray[np.float32]] = {}
    own = np.zeros(there.shape)
    for one in given:
        column = np.arange(len(at)) if one.place is None else np.flatnonzero(at == one.place)
        if not len(column) or not one.slope.shape[-1]:
            continue
        t = np.maximum(period[one.indicator, column], 0)
        sites = at[column] if one.place is None else slice(None)
        slope, source = one.slope[:, sites, t], one.source[:, sites, t]
        if one.place is not None:
            slope, source = slope.reshape(-1, 1), source.reshape(-1, 1)
        alone = np.where(source >= 0, np.sqrt(1.0 - rho), 1.0) * slope
        own[one.indicator, column] = np.sqrt((alone**2).sum(axis=0))
        for s in np.unique(source[source >= 0]):
            into = found.setdefault(int(s), np.zeros(there.shape, np.float32))
            common = np.sqrt(rho) * np.where(source == s, slope, 0.0).sum(axis=0)
            into[one.indicator, column] += common
    moving = {s: np.where(there, c, 0.0) for s, c in sorted(found.items())}
    moving = {s: c for s, c in moving.items() if (c != 0).any()}
    stack = np.stack(list(moving.values())) if moving else np.zeros((0, *there.shape))
    return Far(
        places=tuple(places),
        value=np.where(there, value, 0.0).astype(np.float32),
        there=there,
        own=np.where(there, own, 0.0).astype(np.float32),
        shared=stack.astype(np.float32),
        sources=tuple(moving),
    )


def chosen_rows(given: Far, rows: NDArray[np.int64]) -> Far:
    """Return the figures of some of the indicators, and the sources that these have."""
    shared = given.shared[:, rows]
    moves = (shared != 0).any(axis=(1, 2))
    return Far(
        places=given.places,
        value=given.value[rows],
        there=given.there[rows],
        own=given.own[rows],
        shared=shared[moves],
        sources=tuple(s for s, moved in zip(given.sources, moves, strict=True) if moved),
    )
