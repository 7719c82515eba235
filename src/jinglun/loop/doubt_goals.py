"""Which other benchmarks and rules might have scored a figure, and what it scores by each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jinglun.loop.measure import benchmark_of, jurisdictions
from jinglun.loop.weave import Case
from jinglun.model.arrays import Array
from jinglun.model.catalogue import Benchmark
from jinglun.model.periods import year_of

Ints = NDArray[np.int64]
Floats = NDArray[Any]

GOALPOSTS, TARGET_SHARE, BANDS = "goalposts", "target_share", "bands"
NORMALISATIONS = (GOALPOSTS, TARGET_SHARE, BANDS)

BAND_ENDS = (33.0, 66.0, 95.0)
"""U4SSC: one to four points for 0-33-66-95 % of the target and more."""


@dataclass(frozen=True)
class Goals:
    """The benchmarks that hold for the city, [choice, indicator]; the first is the one stated."""

    zero: Array
    full: Array
    count: Ints
    """How many there are for each indicator."""
    proposed: NDArray[np.bool_]
    scale: dict[int, Array]
    """Of an indicator with a target by year: [choice, place], what part of it is due by then."""

    def take(self, rows: Ints) -> Goals:
        """Return the benchmarks of some of the indicators."""
        return Goals(
            self.zero[:, rows],
            self.full[:, rows],
            self.count[rows],
            self.proposed[:, rows],
            {n: self.scale[int(k)] for n, k in enumerate(rows) if int(k) in self.scale},
        )


def goals(case: Case, places: Sequence[int]) -> Goals:
    """Return every benchmark by which the indicators at `places` might be scored on the day."""
    found = [alternatives(case, k) for k in case.loom.scored]
    most = max((len(b) for b in found), default=1)
    padded = [[*b, *[b[0]] * (most - len(b))] for b in found]
    shape = (len(found), most)
    zero, full, proposed = (
        np.array([[of(b) for b in row] for row in padded]).reshape(shape).T
        for of in (_zero, _full, _proposed)
    )
    years = np.array([year_of(p) or 0 for p in case.measured.cube.periods], float)
    scale = {
        n: np.array([_due(b, row[0], years, case.latest.period[k, list(places)]) for b in row])
        for n, (k, row) in enumerate(zip(case.loom.scored, padded, strict=True))
        if any(b.spread is not None for b in row)
    }
    count = np.array([len(b) for b in found], np.int64)
    return Goals(zero.astype(float), full.astype(float), count, proposed.astype(bool), scale)


def _zero(benchmark: Benchmark) -> float:
    return benchmark.zero


def _full(benchmark: Benchmark) -> float:
    return benchmark.full


def _proposed(benchmark: Benchmark) -> bool:
    return benchmark.status == "proposed"


def alternatives(case: Case, k: int) -> list[Benchmark]:
    """Return the benchmark in use, those of other jurisdictions that hold, and second readings."""
    one, city, day = case.loom.indicator(k), case.city, case.day
    chosen = case.measured.benchmarks[one.id]
    assert chosen is not None, "only what has a benchmark is scored"
    primary = [benchmark_of(one, city, j, day)[0] for j in jurisdictions(city)]
    all_of_it = (*city.benchmarks.get(one.id, ()), *one.benchmarks)
    readings = [
        b
        for b in all_of_it
        if b.reading is not None
        and b.jurisdiction in jurisdictions(city)
        and b.since <= day
        and (b.until is None or b.until >= day)
    ]
    others = [b for b in (*primary, *readings) if b is not None and b is not chosen]
    # Two that say the same are one choice.
    told = {(chosen.zero, chosen.full, chosen.spread): chosen}
    for b in others:
        told.setdefault((b.zero, b.full, b.spread), b)
    return list(told.values())


def _due(benchmark: Benchmark, stated: Benchmark, years: Array, period: Ints) -> Array:
    """Return what part of a target cumulative over years is due at each place's latest figure."""

    def part(one: Benchmark) -> Array:
        if one.spread is None or not len(years):
            return np.ones(len(period))
        first, last = one.spread
        return np.clip((years[np.maximum(period, 0)] - first) / (last - first), 0.0, 1.0)

    due, own = part(benchmark), part(stated)
    # Where this one has only begun there is nothing to reach yet: the stated one stands.
    return np.where(due > 0, due, np.where(own > 0, own, 1.0))


@dataclass(frozen=True)
class Chosen:
    """The benchmark of each draw and indicator: which, and where its ends lie, [draws, n]."""

    which: Ints
    zero: Array
    full: Array


def choose(given: Goals, pick: Array, shift: Array, other: float, by: float) -> Chosen:
    """Return the benchmarks of uniform numbers: `pick` 0-1 [draws, n], `shift` -1-1 [draws, n, 2].

    With the chance `other` another one is used, each as likely; both ends of a proposed one move
    by up to `by` of its length.
    """
    others = np.maximum(given.count - 1, 1)
    over = np.clip((pick - (1.0 - other)) / max(other, 1e-12), 0.0, 1.0 - 1e-12)
    another = (pick >= 1.0 - other) & (given.count > 1)
    which = np.where(another, 1 + (over * others).astype(np.int64), 0)
    columns = np.arange(len(given.count))[None]
    zero, full = given.zero[which, columns], given.full[which, columns]
    reach = by * np.abs(full - zero) * given.proposed[which, columns]
    return Chosen(which, zero + reach * shift[..., 0], full + reach * shift[..., 1])


def stated_goals(given: Goals, draws: int = 1) -> Chosen:
    """Return the stated benchmarks, once for each draw."""
    size = (draws, len(given.count))
    which = np.zeros(size, np.int64)
    return Chosen(which, np.broadcast_to(given.zero[0], size), np.broadcast_to(given.full[0], size))


def due(given: Goals, chosen: Chosen, values: Floats, columns: slice | Ints) -> Floats:
    """Divide in place the figures of targets by year by what is due; returns them.

    values [draws, indicator, place]; `columns` says which of the goals' places those are.
    """
    for n, scale in given.scale.items():
        values[:, n] /= scale[chosen.which[:, n]][:, columns].astype(values.dtype)
    return values


def normalise(values: Floats, chosen: Chosen, rules: Sequence[str]) -> Floats:
    """Turn figures [draws, indicator, place] into scores 0-100 in place, by each draw's rule."""
    span = chosen.full - chosen.zero
    raw = {d: values[d].copy() for d, rule in enumerate(rules) if rule != GOALPOSTS}
    scores = values
    scores *= (100.0 / span)[:, :, None].astype(values.dtype)
    scores += (-100.0 * chosen.zero / span)[:, :, None].astype(values.dtype)
    np.clip(scores, 0.0, 100.0, out=scores)
    for d, some in raw.items():
        scores[d] = by_target(some, chosen.zero[d], chosen.full[d], scores[d], rules[d])
    return scores


def by_target(values: Floats, zero: Array, full: Array, goalposts: Floats, rule: str) -> Floats:
    """Score figures [n, place] by their share of the full point, held at 100, or in U4SSC's bands.

    Where less is better it is the full point over the figure. Where a share has no meaning, as at
    a full point of 0 or with signs that differ, the goalposts' score stands.
    """
    goal = full[:, None].astype(values.dtype)
    lower = (full < zero)[:, None]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        share: Floats = 100.0 * np.clip(np.where(lower, goal / values, values / goal), 0.0, 1.0)
    told = values * goal > 0
    if rule == BANDS:
        share = 25.0 * (1.0 + np.searchsorted(BAND_ENDS, share, side="right"))
    return np.where(told, share, goalposts).astype(values.dtype)
