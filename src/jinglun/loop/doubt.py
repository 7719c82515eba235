"""How sure the city's scores and ranks are: intervals, what decides them, what would tell more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jinglun.framework import DOMAINS, FACTOR_IDS
from jinglun.loop.doubt_information import below, full_row, information, point_weights
from jinglun.loop.doubt_places import rank_rows
from jinglun.loop.doubt_rivals import common_weights, rivals
from jinglun.loop.doubt_rules import GROUPS, Rules, doubt_rules
from jinglun.loop.doubt_runs import Seen, Setting, run, seen, setting
from jinglun.loop.doubt_sets import information_sets
from jinglun.loop.doubt_shares import sensitivity
from jinglun.loop.doubt_slopes import Slopes, deviations, slopes
from jinglun.loop.doubt_worlds import no_doubt
from jinglun.loop.measure import goalposts_by_period
from jinglun.loop.peers import comparable
from jinglun.loop.standing import peers
from jinglun.loop.weave import Case
from jinglun.loop.weaving import AIMS, BLOCKS
from jinglun.methods.uncertainty import clipped_normal, holding, interval
from jinglun.model.arrays import Array, tidy

Row = dict[str, Any]


@dataclass(frozen=True)
class Doubt:
    """The intervals of everything scored, and the findings about them."""

    weave: Mapping[tuple[str, str, str], tuple[float, float]]
    """p05 and p95 by place, kind and key, as `woven_key` says."""
    score_low: Array
    """[indicator, place, period] like the measures, NaN where there is no score."""
    score_high: Array
    findings: Mapping[str, Any]


def doubt(case: Case, quality: NDArray[np.int8], threads: int = 2) -> Doubt:
    """Draw the worlds of doubt; `quality` is each fact's class after the integrity flags."""
    rules = doubt_rules(case.city)
    others, chosen = peers(case.sensed), comparable(case)
    told = list(slopes(case, quality, rules.bands, rules.rho))
    given = setting(case, quality, rules, told, others, chosen or others)
    found, point = run(given, threads), seen(given, no_doubt(given.world))
    small = _small(case, quality, rules, told, given, point)
    moves = sensitivity(small, threads)
    low, high = _measures(case, rules, told, found)
    return Doubt(
        weave=_weave(case, found, point),
        score_low=low,
        score_high=high,
        findings={
            "doubt": {
                **_doubt(case, given, found, point),
                "sensitivity": moves,
                "rules": rivals(case, given),
            },
            "ranks": rank_rows(case, given, found, point, moves),
            "information": information(case, given.world, given.unknown, found.full),
            "information_sets": information_sets(given.world, given.unknown, found.full),
        },
    )


def _small(
    case: Case,
    quality: NDArray[np.int8],
    rules: Rules,
    told: Sequence[Slopes],
    given: Setting,
    point: Seen,
) -> Setting:
    """Return the setting of the sensitivity samples: of comparable places, the nearest in score."""
    at = given.comparable
    if len(at) > rules.sensitivity_places:
        gap = np.abs(point.headline[0, 1:] - point.headline[0, 0])
        order = np.argsort(np.where(np.isfinite(gap), gap, np.inf), kind="stable")
        at = np.sort(at[order[: rules.sensitivity_places]])
    places = [given.world.far.places[n] for n in at]
    return setting(case, quality, rules, told, places, places)


# --- intervals ----------------------------------------------------------------------------------


def woven_key(kind: str, row: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return place, kind and key of a row of weave.json."""
    names = {
        "cells": ("domain", "factor"),
        "domains": ("domain",),
        "factors": ("factor",),
        "aims": ("domain", "aim"),
        "city": (),
    }
    return row["place"], kind, ".".join(row[name] for name in names[kind])


def _weave(case: Case, found: Seen, point: Seen) -> dict[tuple[str, str, str], tuple[float, float]]:
    names = [
        *(("cells" if d else "own", f"{d}.{f}") for d, f in BLOCKS),
        *(("aims", f"{d}.{a}") for d, a in AIMS),
        *(("domains", d.id) for d in DOMAINS),
        *(("factors", f) for f in FACTOR_IDS),
        ("city", ""),
    ]
    places = [case.subject, *case.sensed.places.of_role("district")]
    low, high = holding(*interval(found.units), point.units[0])
    ids = case.sensed.places.ids
    return {
        (ids[place], kind, key): (tidy(low[u, p]), tidy(high[u, p]))
        for u, (kind, key) in enumerate(names)
        for p, place in enumerate(places)
        if np.isfinite(point.units[0, u, p])
    }


def with_intervals(weave: Mapping[str, list[Row]], found: Doubt) -> dict[str, list[Row]]:
    """Return the rows of the weave with the p05 and p95 of every score."""
    made = {}
    for kind, rows in weave.items():
        told = [found.weave.get(woven_key(kind, row)) for row in rows]
        made[kind] = [
            {**row, "low": ends[0], "high": ends[1]} if ends and row["score"] is not None else row
            for row, ends in zip(rows, told, strict=True)
        ]
    return made


def _measures(case: Case, rules: Rules, told: Sequence[Slopes], found: Seen) -> tuple[Array, Array]:
    """Return p05 and p95 of the score of every measure: by slopes, and drawn where it counts."""
    measured, scored = case.measured, case.loom.scored
    low, high = (np.full(measured.score.shape, np.nan) for _ in range(2))
    if not scored:
        return low, high
    off = deviations(told, (len(scored), *measured.value.shape[1:]), rules.rho)
    for n, k in enumerate(scored):
        chosen = measured.benchmarks[measured.indicators[k]]
        assert chosen is not None, "only what has a benchmark is scored"
        zero, full = goalposts_by_period(chosen, measured.cube.periods)
        # Where a target has only begun, nothing can be said and nothing is: it has no score.
        with np.errstate(all="ignore"):
            reached = 100.0 * (measured.value[k] - zero) / (np.asarray(full) - zero)
            error = np.abs(100.0 / (np.asarray(full) - zero)) * off[n]
            if chosen.status == "proposed":
                # Both ends move, each with the variance of a uniform number of this half-width.
                moved = (rules.shift**2 / 3.0) * ((100.0 - reached) ** 2 + reached**2)
                error = np.sqrt(error**2 + moved)
            under, over = holding(*clipped_normal(reached, error), measured.score[k])
        there = np.isfinite(measured.score[k])
        low[k], high[k] = (np.where(there, end, np.nan) for end in (under, over))
    _drawn(case, found, low, high)
    return low, high


def _drawn(case: Case, found: Seen, low: Array, high: Array) -> None:
    """Put the intervals that were drawn in place: the latest figures of subject and districts."""
    drawn = interval(found.measures.astype(float))
    places = [case.subject, *case.sensed.places.of_role("district")]
    for n, k in enumerate(case.loom.scored):
        for p, place in enumerate(places):
            score = case.latest.score[k, place]
            if case.latest.fresh[k, place] and np.isfinite(score):
                t = case.latest.period[k, place]
                low[k, place, t] = min(tidy(drawn[0][n, p]), score)
                high[k, place, t] = max(tidy(drawn[1][n, p]), score)


# --- findings -----------------------------------------------------------------------------------


def _doubt(case: Case, given: Setting, found: Seen, point: Seen) -> Row:
    rules = given.world.rules
    parameters = rules.parameters()
    head = _headline(given, found, point)
    return {
        "draws": rules.draws,
        "seed": case.seed,
        "groups": [{"id": g, "parameters": dict(parameters[g])} for g in GROUPS],
        "headline": head,
        "basis": _basis(given, found, point),
        "full": {**full_row(found.full), "below": below(found.full, head["score"])},
        "lost": tidy(float(found.lost.sum()) / rules.draws),
    }


def _headline(given: Setting, found: Seen, point: Seen) -> Row:
    """Return the subject's score with its interval: the city's, or of the part that is covered."""
    whole = bool(given.held.assessed["city"][0, 0])
    at = -2 if whole else -1
    score = float(point.units[0, at, 0])
    row: Row = {"kind": "city" if whole else "covered"}
    if not np.isfinite(score):
        names = ("score", "low", "high", "stated_low", "stated_high", "indicators")
        return {"kind": None, **dict.fromkeys(names)}
    draws = found.units[:, at, 0]
    for name, some in (("", draws), ("stated_", draws[found.stated])):
        ends = interval(some) if len(some) else (np.array(score), np.array(score))
        low, high = holding(ends[0], ends[1], np.array(score))
        row |= {f"{name}low": tidy(float(low)), f"{name}high": tidy(float(high))}
    used = point_weights(given.world, given.held.of(0), "city" if whole else "covered")
    return {**row, "score": tidy(score), "indicators": int((used > 0).sum())}


def _basis(given: Setting, found: Seen, point: Seen) -> Row:
    """Return the score behind the subject's rank: on the indicators compared by alone."""
    score = float(point.headline[0, 0])
    if given.peers is None or not given.peers.ranked[0, 0] or not np.isfinite(score):
        return dict.fromkeys(("score", "low", "high", "indicators"))
    ends = interval(found.headline[:, 0].astype(float))
    low, high = holding(*ends, np.array(score))
    return {
        "score": tidy(score),
        "low": tidy(float(low)),
        "high": tidy(float(high)),
        "indicators": int((common_weights(given) > 0).sum()),
    }
