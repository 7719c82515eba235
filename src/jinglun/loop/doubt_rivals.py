"""What rank the city would hold by every other rule of the Handbook, all else as stated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jinglun.loop.doubt_facts import latest_values
from jinglun.loop.doubt_goals import BANDS, GOALPOSTS, TARGET_SHARE, by_target
from jinglun.loop.doubt_ranks import ranks_of_all, unit_scores
from jinglun.loop.doubt_runs import Setting
from jinglun.loop.weave import Case
from jinglun.loop.weaving import ARITHMETIC, GEOMETRIC, HARMONIC, Shaken, weave_all
from jinglun.methods.aggregation import copeland, median
from jinglun.methods.normalisation import borda, min_max, percentile_rank, z_score
from jinglun.model.arrays import Array, tidy

MEDIAN, COPELAND = "median", "copeland"
ABSOLUTE = (GOALPOSTS, TARGET_SHARE, BANDS)
RELATIVE: dict[str, Callable[[Array, Array], Array]] = {
    "min_max": min_max,
    "z_score": z_score,
    "percentile_rank": percentile_rank,
    "borda": borda,
}
"""These know a figure only beside those of the other places."""


def rivals(case: Case, given: Setting) -> list[dict[str, Any]]:
    """Return score and rank of the subject among the comparable places by each pair of rules.

    Geometric and harmonic means need scores from 0 up, so z-scores and Borda points have none.
    The median and Copeland's rule know no cells: each indicator has its weight in the whole.
    """
    field = given.peers
    if field is None or not field.ranked[0, 0] or not len(given.comparable):
        return []
    chosen = np.array([0, *(given.comparable + 1)])
    chosen = chosen[field.ranked[0, chosen]]
    there = field.held.there[:, chosen]
    values = _values(case, given, chosen)
    flat = common_weights(given)
    rows = []
    for normalisation in (*ABSOLUTE, *RELATIVE):
        scores = _normalised(given, values, normalisation)
        scores = np.where(there, scores, np.nan)
        for aggregation in _means(normalisation):
            together = _together(given, chosen, scores, flat, aggregation)
            rows.append(_row(normalisation, aggregation, together))
    return rows


def _means(normalisation: str) -> tuple[str, ...]:
    if normalisation in ("z_score", "borda"):
        return (ARITHMETIC, MEDIAN, COPELAND)
    return (ARITHMETIC, GEOMETRIC, HARMONIC, MEDIAN, COPELAND)


def _row(normalisation: str, aggregation: str, together: Array) -> dict[str, Any]:
    ranks = ranks_of_all(together[None])[0]
    score = float(together[0])
    absolute = normalisation in ABSOLUTE and aggregation != COPELAND and np.isfinite(score)
    return {
        "normalisation": normalisation,
        "aggregation": aggregation,
        "score": tidy(score) if absolute else None,
        "rank": int(ranks[0]) if np.isfinite(ranks[0]) else None,
        "of": int(np.isfinite(ranks).sum()),
    }


def _values(case: Case, given: Setting, chosen: NDArray[np.int64]) -> Array:
    """Return the figures [row, place] as published, targets by year brought to their end."""
    world = given.world
    places = [world.near.places[0], *world.far.places]
    columns = np.array(
        [0, *range(len(world.near.places), len(world.near.places) + len(places) - 1)]
    )
    values = latest_values(case, [places[n] for n in chosen])[world.rows]
    for n, scale in world.goals.take(world.rows).scale.items():
        values[n] = values[n] / scale[0, columns[chosen]]
    return np.asarray(values, float)


def _normalised(given: Setting, values: Array, rule: str) -> Array:
    goals = given.world.goals.take(given.world.rows)
    zero, full = goals.zero[0], goals.full[0]
    if rule in RELATIVE:
        direction = np.where(full > zero, 1.0, -1.0)
        return np.asarray(RELATIVE[rule](values.T, direction).T, float)
    span = (full - zero)[:, None]
    plain = np.clip(100.0 * (values - zero[:, None]) / span, 0.0, 100.0)
    return plain if rule == GOALPOSTS else np.asarray(by_target(values, zero, full, plain, rule))


def _together(
    given: Setting, chosen: NDArray[np.int64], scores: Array, flat: Array, rule: str
) -> Array:
    """Return what each place has in all, [place]."""
    if rule == MEDIAN:
        return np.asarray(median(scores.T, flat), float)
    if rule == COPELAND:
        return np.asarray(copeland(scores.T, flat), float)
    return np.asarray(_woven(given, chosen, scores[None], rule)[0], float)


def _woven(given: Setting, chosen: NDArray[np.int64], scores: Array, rule: str) -> Array:
    field, pattern = given.peers, given.world.pattern
    assert field is not None, "asked only where there are peers"
    held = replace(
        field.held,
        there=field.held.there[:, chosen],
        assessed={k: v[:, chosen] for k, v in field.held.assessed.items()},
        covered=field.held.covered[:, chosen],
    )
    times = len(scores)
    weights = Shaken(
        *(
            np.repeat(w[None], times, axis=0)
            for w in (field.pattern.weight, pattern.block_weight, pattern.domain_weight)
        )
    )
    small = replace(field, ranked=field.ranked[:, chosen], held=held)
    told = unit_scores(small, weave_all(field.pattern, held, scores, weights, rule))
    return np.asarray(told[:, 0], float)


def common_weights(given: Setting) -> Array:
    """Return what a point of each indicator adds to the subject's score on the common basis."""
    n = len(given.world.rows)
    steps = np.concatenate([np.zeros((1, n, 1)), np.eye(n)[:, :, None]])
    told = _woven(given, np.array([0]), steps, ARITHMETIC)[:, 0]
    return np.asarray(np.maximum(told[1:] - told[0], 0.0), float)
