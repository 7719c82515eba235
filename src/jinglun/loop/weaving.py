"""How any number of worlds of scores are woven at once: cells, aims, domains, factors, city."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jinglun.framework import DOMAINS, FACTOR_IDS
from jinglun.methods.aggregation import FLOOR
from jinglun.model.arrays import Array, tidy
from jinglun.model.catalogue import Indicator
from jinglun.model.city import Settings, Weights

Mask = NDArray[np.bool_]
Floats = NDArray[Any]
Rows = slice | NDArray[np.int64]

ARITHMETIC, GEOMETRIC, HARMONIC = "arithmetic", "geometric", "harmonic"
MEANS = (ARITHMETIC, GEOMETRIC, HARMONIC)
CELLS = tuple((d.id, f) for d in DOMAINS for f in FACTOR_IDS)
AIMS = tuple((d.id, a.id) for d in DOMAINS for a in d.aims)
BLOCKS = (*CELLS, *((None, f) for f in FACTOR_IDS))
"""Every indicator lies in one: the cells, then the factors' own indicators of no domain."""


@dataclass(frozen=True)
class Pattern:
    """Who belongs where, as 0/1 matrices, and the weights stated by the city."""

    blocks: Array
    """[24 blocks, indicators]"""
    aims: Array
    """[15 aims, indicators]"""
    domains: Array
    """[5 domains, 24 blocks]"""
    factors: Array
    """[4 factors, 24 blocks]"""
    weight: Array
    """Of each indicator."""
    block_weight: Array
    """Of each cell; a factor's own indicators weigh as one cell."""
    domain_weight: Array

    @functools.cached_property
    def groups(self) -> dict[str, tuple[Rows, ...]]:
        """The positions of the members of each group, as a slice where they lie side by side."""
        names = ("blocks", "aims", "domains", "factors")
        return {name: tuple(_rows(row) for row in getattr(self, name)) for name in names}

    def take(self, rows: NDArray[np.int64]) -> Pattern:
        """Return the pattern of some of the indicators."""
        return replace(
            self,
            blocks=self.blocks[:, rows],
            aims=self.aims[:, rows],
            weight=self.weight[rows],
        )

    @property
    def block_of(self) -> NDArray[np.int64]:
        """The block of each indicator."""
        return np.argmax(self.blocks, axis=0) if len(self.weight) else np.zeros(0, np.int64)


def _rows(member: Array) -> Rows:
    at = np.flatnonzero(member)
    if len(at) and at[-1] - at[0] + 1 == len(at):
        return slice(int(at[0]), int(at[-1]) + 1)
    return at


@dataclass(frozen=True)
class Held:
    """What may be said of each place: coverage 0-1 and whether it is assessed, [..., place]."""

    there: Mask
    """Which indicators are measured, [indicators, places]."""
    coverage: Mapping[str, Array]
    assessed: Mapping[str, Mask]
    covered: Mask
    """Domains with any assessed cell, [5, places]: what stands in where no city can be said."""

    def of(self, place: int) -> Held:
        """Return what may be said of one of the places."""
        one = slice(place, place + 1)
        return Held(
            self.there[:, one],
            {kind: c[:, one] for kind, c in self.coverage.items()},
            {kind: a[:, one] for kind, a in self.assessed.items()},
            self.covered[:, one],
        )


@dataclass(frozen=True)
class Woven:
    """Scores [draws, unit, place] by kind: blocks, aims, domains, factors, city, covered."""

    scores: Mapping[str, Floats]

    def of(self, kind: str) -> Floats:
        """Return the scores of one kind, NaN where nothing is assessed."""
        return self.scores[kind]


def pattern(indicators: Sequence[Indicator], weights: Weights) -> Pattern:
    """Return the pattern of the indicators that are scored, in their order."""
    at = [(one.domain, one.factor) for one in indicators]
    blocks = np.array([[float(b == a) for a in at] for b in BLOCKS]).reshape(len(BLOCKS), -1)
    goals = [(one.domain, one.aim) for one in indicators]
    aims = np.array([[float(g == a) for g in goals] for a in AIMS]).reshape(len(AIMS), -1)
    cells = [weights.cells.get(f"{d}.{f}", 1.0) for d, f in CELLS]
    return Pattern(
        blocks,
        aims,
        np.array([[float(d.id == b) for b, _ in BLOCKS] for d in DOMAINS]),
        np.array([[float(f == b) for _, b in BLOCKS] for f in FACTOR_IDS]),
        np.array([weights.indicators.get(one.id, 1.0) for one in indicators], float),
        np.array([*cells, *[1.0] * len(FACTOR_IDS)]),
        np.array([weights.domains.get(d.id, 1.0) for d in DOMAINS]),
    )


# --- what may be said ---------------------------------------------------------------------------


def _share(belongs: Array, weight: Array, held: Array) -> Array:
    """Return the weighted mean of coverages [part, place], 0 where nothing weighs anything."""
    weighed = belongs * weight
    whole = weighed.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole[:, None] > 0, (weighed @ held) / whole[:, None], 0.0)


def hold(given: Pattern, there: Mask, settings: Settings) -> Held:
    """Decide once, by the stated weights, what is assessed of `there` [indicators, places]."""
    measured = there.astype(float)
    blocks = _share(given.blocks, given.weight, measured)
    aims = _share(given.aims, given.weight, measured)
    enough = {
        "blocks": _at_least(blocks, settings.assessable_coverage) & (blocks > 0),
        "aims": _at_least(aims, settings.assessable_coverage) & (aims > 0),
    }
    weighed = given.block_weight[:, None] * enough["blocks"] > 0
    domains = _share(given.domains, given.block_weight, blocks)
    factors = _share(given.factors, given.block_weight, blocks)
    any_of = (given.domains @ weighed.astype(float)) > 0
    some = (given.factors @ weighed.astype(float)) > 0
    enough["domains"] = _at_least(domains, settings.assessable_coverage) & any_of
    enough["factors"] = _at_least(factors, settings.assessable_coverage) & some
    whole = np.ones((1, len(DOMAINS)))
    city = _share(whole, given.domain_weight, domains)
    told = (given.domain_weight[:, None] * enough["domains"] > 0).any(axis=0, keepdims=True)
    enough["city"] = _at_least(city, settings.headline_coverage) & told
    coverage = {"blocks": blocks, "aims": aims, "domains": domains, "factors": factors}
    return Held(there, {**coverage, "city": city}, enough, any_of)


def _at_least(coverage: Array, least: float) -> Mask:
    # As published, at 12 digits: a sum of thirds must not miss a threshold by its last bit.
    return np.asarray(np.vectorize(tidy, otypes=[float])(coverage) >= least, bool)


# --- the weaving --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shaken:
    """The weights of each draw: indicators [draws, n], blocks [draws, 24], domains [draws, 5]."""

    indicators: Floats
    blocks: Floats
    domains: Floats


def stated(given: Pattern) -> Shaken:
    """Return one draw of weights: those stated."""
    return Shaken(given.weight[None], given.block_weight[None], given.domain_weight[None])


def _log(scores: Floats) -> Floats:
    return np.asarray(np.log(np.maximum(scores, FLOOR)))


def _inverse(scores: Floats) -> Floats:
    return np.asarray(1.0 / np.maximum(scores, FLOOR))


_WAYS: dict[str, tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]] = {
    ARITHMETIC: (lambda scores: scores, lambda mean: mean),
    GEOMETRIC: (_log, lambda mean: np.asarray(np.exp(mean))),
    HARMONIC: (_inverse, lambda mean: np.asarray(1.0 / mean)),
}


def _mean(rule: str, groups: Sequence[Rows], weight: Floats, scores: Floats, told: Mask) -> Floats:
    """Return power means [draws, group, place] of scores [draws, part, place] where `told`.

    weight [draws, part], told [part, place]; NaN where nothing is told. No matrix product: it
    would multiply by all the zeros of who does not belong, and share out threads of its own.
    """
    forth, back = _WAYS[rule]
    found = np.full((len(scores), len(groups), scores.shape[2]), np.nan, scores.dtype)
    for g, rows in enumerate(groups):
        part, mask = scores[:, rows], told[rows]
        if not mask.any():
            continue
        own = weight[:, rows].astype(scores.dtype)
        if mask.all():
            kept, whole = forth(part), own.sum(axis=1)[:, None]
        else:
            # What is not told may be NaN, and NaN times nothing is NaN still.
            counted = mask.astype(scores.dtype)
            kept = forth(np.where(mask, part, scores.dtype.type(1.0)))
            kept *= counted
            whole = np.einsum("dk,kp->dp", own, counted)
        with np.errstate(divide="ignore", invalid="ignore"):
            found[:, g] = back(np.einsum("dk,dkp->dp", own, kept) / whole)
    return found


def weave_all(
    given: Pattern, held: Held, scores: Floats, weights: Shaken, rule: str = ARITHMETIC
) -> Woven:
    """Weave scores [draws, indicators, places] by the weights of each draw and one kind of mean.

    What is assessed was decided before and does not change from draw to draw. `covered` is the
    mean over every domain with an assessed cell, whatever its coverage.
    """
    told = held.assessed
    groups = given.groups
    blocks = _mean(rule, groups["blocks"], weights.indicators, scores, held.there)
    domains = _mean(rule, groups["domains"], weights.blocks, blocks, told["blocks"])
    factors = _mean(rule, groups["factors"], weights.blocks, blocks, told["blocks"])
    whole = [slice(0, len(DOMAINS))]
    city = _mean(rule, whole, weights.domains, domains, told["domains"])
    covered = _mean(rule, whole, weights.domains, domains, held.covered)
    made = {"blocks": blocks, "domains": domains, "factors": factors, "city": city}
    if "aims" in told:
        made["aims"] = _mean(rule, groups["aims"], weights.indicators, scores, held.there)
    made = {kind: np.where(told[kind], found, np.nan) for kind, found in made.items()}
    return Woven({**made, "covered": covered})
