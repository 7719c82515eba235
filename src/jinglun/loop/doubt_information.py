"""What the city would score if everything were measured, and which figure would tell most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jinglun.loop.doubt_facts import figures_of
from jinglun.loop.doubt_rules import GROUPS, Rules
from jinglun.loop.doubt_worlds import Drawn, World, near_scores, no_doubt, woven
from jinglun.loop.measure import missing_variables
from jinglun.loop.weave import Case
from jinglun.loop.weaving import Held, hold
from jinglun.methods.uncertainty import (
    common_factor,
    correlated_uniforms,
    interval,
    log_deviation,
    normal_score,
    stream,
)
from jinglun.model.arrays import Array, tidy
from jinglun.model.catalogue import Indicator
from jinglun.model.facts import QUALITY
from jinglun.model.periods import age_years

Ints = NDArray[np.int64]

LISTED = 10
FROM_PEERS, EVEN = "peers", "even"


@dataclass(frozen=True)
class Unknown:
    """What is known beforehand of the scores that the subject has no fresh figure for."""

    missing: Ints
    """Positions among the scored indicators."""
    prior: tuple[Array, ...]
    """Of each, the scores of comparable places in order; none where any score is as likely."""
    factor: tuple[float, float]
    """Mean and deviation of what the city's scores have in common, after those measured."""
    held: Held
    """Of a city with everything measured."""

    def mean(self) -> Array:
        """The expected score of each missing indicator."""
        return np.array([p.mean() if len(p) else 50.0 for p in self.prior])

    def variance(self) -> Array:
        """The variance of the score of each missing indicator."""
        return np.array([p.var() if len(p) else 100.0**2 / 12 for p in self.prior])


def unknown(case: Case, rules: Rules, comparable: Sequence[int]) -> Unknown | None:
    """Return what is guessed of the indicators without a fresh figure; None without any weave."""
    fresh = case.latest.fresh & np.isfinite(case.latest.score)
    missing, prior, seen = [], [], []
    for n, k in enumerate(case.loom.scored):
        told = np.sort([case.latest.score[k, p] for p in comparable if fresh[k, p]])
        told = told if len(told) >= rules.prior_places else np.zeros(0)
        if fresh[k, case.subject]:
            seen.append(_normal(float(case.latest.score[k, case.subject]), told))
        else:
            missing.append(n)
            prior.append(told)
    whole = np.ones((len(case.loom.scored), 1), bool)
    held = hold(case.loom.pattern, whole, replace(case.city.settings, headline_coverage=0.0))
    if not held.assessed["city"].all():
        return None
    factor = common_factor(np.array(seen), rules.correlation)
    return Unknown(np.array(missing, np.int64), tuple(prior), factor, held)


def _normal(score: float, prior: Array) -> float:
    """Return the normal score of a score among those of the comparable places, or 0 to 100."""
    share = score / 100.0
    if len(prior):
        share = float(((prior < score).sum() + 0.5 * (prior == score).sum()) / len(prior))
    # The best of a dozen is no surer than one in a dozen, and 100 points no surer than 1 in 20.
    least = 0.5 / len(prior) if len(prior) else 0.05
    return normal_score(min(1.0 - least, max(least, share)))


def full_scores(
    given: Unknown | None, world: World, drawn: Drawn, scores: Array, purpose: int, chunk: int
) -> Array:
    """Return the city's score in each draw, with a guess for whatever is not measured."""
    if given is None:
        return np.full(len(drawn), np.nan)
    whole = scores[:, :, :1].copy()
    rng = stream(world.seed, purpose, len(GROUPS) + 1, chunk)
    n = len(given.missing)
    r = world.rules.correlation
    uniform = correlated_uniforms(rng, len(drawn), n, r, given.factor)
    for m, (at, prior) in enumerate(zip(given.missing, given.prior, strict=True)):
        guessed = 100.0 * uniform[:, m]
        if len(prior):
            # The empirical quantile function: each place's score is as likely.
            guessed = prior[np.minimum((uniform[:, m] * len(prior)).astype(int), len(prior) - 1)]
        whole[:, at, 0] = guessed
    return np.asarray(woven(world.pattern, given.held, whole, drawn).of("city")[:, 0, 0], float)


def full_row(full: Array) -> dict[str, Any]:
    """Return the mean and p05-p95 of the city's score if everything were measured."""
    if not np.isfinite(full).all() or not len(full):
        return {"score": None, "low": None, "high": None}
    low, high = interval(full)
    return {"score": tidy(full.mean()), "low": tidy(float(low)), "high": tidy(float(high))}


def below(full: Array, score: float | None) -> float | None:
    """Return the share of draws in which the full score lies below a published one."""
    if score is None or not len(full) or not np.isfinite(full).all():
        return None
    return tidy(float((full < score).mean()))


# --- value of information -----------------------------------------------------------------------


def information(
    case: Case, world: World, given: Unknown | None, full: Array
) -> list[dict[str, Any]]:
    """List the figures which, measured at class A, would narrow the full score's interval most.

    By conditional variance: with V the variance of the full score and v the part of it that one
    figure alone brings, the interval is expected to shrink by the factor sqrt(1 - v / V). What one
    figure would tell of others, by their correlation, is not counted.
    """
    variance = float(full.var()) if len(full) and np.isfinite(full).all() else 0.0
    if given is None or not variance > 0:
        return []
    low, high = interval(full)
    width = float(high - low)
    gains = _missing(case, world, given)
    for v, (state, grade, gain, serves) in _weak(case, world, given).items():
        before = gains.get(v, (state, grade, 0.0, []))
        gains[v] = (before[0], grade, before[2] + gain, sorted({*before[3], *serves}))
    rows: list[dict[str, Any]] = [
        {
            "variable": v,
            "state": state,
            "quality": grade,
            "narrows": tidy(width * (1.0 - np.sqrt(max(0.0, 1.0 - gain / variance)))),
            "indicators": serves,
            "strategies": _strategies(case, serves),
        }
        for v, (state, grade, gain, serves) in gains.items()
        if gain > 0
    ]
    rows.sort(key=lambda row: (-row["narrows"], row["variable"]))
    return rows[:LISTED]


def _strategies(case: Case, indicators: Sequence[str]) -> list[str]:
    named = [case.catalogue.indicators[i].strategy for i in indicators]
    return sorted({s for s in named if s is not None})


Gain = tuple[str, str | None, float, list[str]]


def _missing(case: Case, world: World, given: Unknown) -> dict[str, Gain]:
    """Share the variance each missing indicator brings among the variables it lacks.

    Where fresh figures of all its variables give no score, measuring them again would not help.
    """
    weight = point_weights(world, given.held, "city")
    alone = 1.0 - world.rules.correlation
    spread, errors = given.variance() * alone, measured_errors(world, given)
    gains: dict[str, Gain] = {}
    for m, n in enumerate(given.missing):
        one = case.loom.indicator(case.loom.scored[n])
        if _figured(case, one):
            continue
        brings = weight[n] ** 2 * max(0.0, float(spread[m]) - float(errors[m]) ** 2)
        stale = bool(case.latest.period[case.loom.scored[n], case.subject] >= 0)
        lacks = missing_variables(one, case.measured.cube, case.sensed, case.subject)
        for v in lacks or one.parameters:
            state, grade, gain, serves = gains.get(v, ("stale", None, 0.0, []))
            state = state if stale else "missing"
            part = brings / len(lacks or one.parameters)
            gains[v] = (state, grade, gain + part, [*serves, one.id])
    return gains


def _figured(case: Case, indicator: Indicator) -> bool:
    """Say whether in a fresh year every variable of an indicator has its figures at the city."""
    at = [case.subject]
    if indicator.over == "districts":
        at = list(case.sensed.places.children().get(case.subject, []))
    cube, most = case.measured.cube, case.city.settings.max_age_years
    ages = np.array([age_years(p, case.day) for p in cube.periods])
    planes = np.array([cube.of(v)[at] for v in indicator.parameters])
    whole = np.isfinite(planes).all(axis=(0, 1)) & case.latest.begun & (ages <= most)
    return bool(at) and bool(whole.any())


def measured_errors(world: World, given: Unknown) -> Array:
    """Return the error in points that each missing indicator, measured at class A, would have."""
    left = log_deviation(np.array(world.rules.bands[:1]))[0]
    zero, full = (ends[0, given.missing] for ends in (world.goals.zero, world.goals.full))
    # A figure half-way between its zero and its full point stands for all it might be.
    return np.asarray(100.0 * left * np.abs(zero + full) / 2 / np.abs(full - zero), float)


def point_weights(world: World, held: Held, kind: str) -> Array:
    """Return what a point of each indicator adds to the city's score, by the stated weights."""
    n = len(world.pattern.weight)
    plain = no_doubt(world)
    steps = np.concatenate([np.zeros((1, n, 1)), np.eye(n)[:, :, None]])
    drawn = _repeated(plain, len(steps))
    city = woven(world.pattern, held, steps, drawn).of(kind)[:, 0, 0]
    return np.asarray(city[1:] - city[0], float)


def _repeated(plain: Drawn, times: int) -> Drawn:
    """Return the one draw without doubt, so many times; its peers are not asked."""
    arrays: dict[str, Any] = {
        name: np.repeat(getattr(plain, name), times, axis=0)
        for name in (
            *("own", "shared", "pick", "shift"),
            *("weights_indicators", "weights_cells", "weights_domains"),
        )
    }
    for name in ("normalisation", "aggregation"):
        arrays[name] = getattr(plain, name) * times
    return replace(plain, peers=None, **arrays)


def _weak(case: Case, world: World, given: Unknown) -> dict[str, Gain]:
    """Say what variance each variable of class C or worse brings beyond what class A would."""
    near = world.near
    best = log_deviation(np.array(world.rules.bands[:1]))[0]
    # One deviation of each weak fact alone, up and down, is one world each: slopes of the score.
    rows = np.flatnonzero((near.quality >= QUALITY.index("C")) & (near.deviation > best))
    if not len(rows):
        return {}
    slope = _slopes(world, given, rows)
    removed = (1.0 - world.rules.rho) * slope**2 * (1.0 - (best / near.deviation[rows]) ** 2)
    gains: dict[str, Gain] = {}
    for v in np.unique(near.variable[rows]):
        mine = near.variable[rows] == v
        ident = case.measured.cube.variables[v]
        grade = QUALITY[int(near.quality[rows][mine].max())]
        serves = [
            case.loom.indicator(case.loom.scored[n]).id
            for n in range(len(world.pattern.weight))
            if ident in case.loom.indicator(case.loom.scored[n]).parameters
            and np.isfinite(near.point[n, 0])
        ]
        gains[ident] = ("weak", grade, float(removed[mine].sum()), serves)
    return gains


def _slopes(world: World, given: Unknown, rows: Ints) -> Array:
    """Return how the full score moves with one deviation of each of some facts."""
    slope = np.zeros(len(rows))
    own = np.sqrt(1.0 - world.rules.rho)
    for first in range(0, len(rows), 200):
        some = rows[first : first + 200]
        moved = np.zeros((2 * len(some), len(world.near.leaf)))
        moved[np.arange(len(some)), some] = 1.0 / own
        moved[len(some) + np.arange(len(some)), some] = -1.0 / own
        drawn = replace(_repeated(no_doubt(world), len(moved)), own=moved)
        scores = _whole(world, given, drawn)
        city = woven(world.pattern, given.held, scores, drawn).of("city")[:, 0, 0]
        slope[first : first + 200] = (city[: len(some)] - city[len(some) :]) / 2.0
    return slope


def _whole(world: World, given: Unknown, drawn: Drawn) -> Array:
    """Return the subject's scores with the expected score of whatever is missing."""
    values, _ = figures_of(world.near, drawn.own * np.sqrt(1.0 - world.rules.rho))
    scores, _ = near_scores(world, drawn, values)
    whole = scores[:, :, :1].copy()
    whole[:, given.missing, 0] = given.mean()
    return whole
