"""Which missing figures, measured together, would tell most of what the city would score."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from jinglun.framework import DOMAINS
from jinglun.loop.doubt_information import Unknown, measured_errors, point_weights
from jinglun.loop.doubt_worlds import World
from jinglun.loop.weaving import CELLS
from jinglun.methods.uncertainty import interval
from jinglun.model.arrays import Array, tidy

CITY, DOMAIN, CELL = "city", "domain", "cell"


def information_sets(world: World, given: Unknown | None, full: Array) -> list[dict[str, Any]]:
    """List what measuring all that a cell, a domain or the city lacks would narrow, most first.

    Points by which p05-p95 of the full score is expected to shrink. Unlike one figure alone, a set
    also tells of what is left: the scores of one city go together by the correlation of the rules.
    """
    variance = float(full.var()) if len(full) and np.isfinite(full).all() else 0.0
    if given is None or not len(given.missing) or not variance > 0:
        return []
    low, high = interval(full)
    weight = point_weights(world, given.held, "city")[given.missing]
    every = covariance(world, given)
    # By normal variables the missing may seem to bring a little more than all that was drawn.
    brought = min(variance, float(weight @ every @ weight))
    rows: list[dict[str, Any]] = []
    for unit, key, members in _sets(world):
        chosen = np.isin(given.missing, np.flatnonzero(members)) & (weight > 0)
        if chosen.any() and brought > 0:
            gain = brought * share_told(every, weight, measured_errors(world, given), chosen)
            points = tidy(float(high - low) * (1.0 - float(np.sqrt(1.0 - gain / variance))))
            missing = int(chosen.sum())
            rows.append({"unit": unit, "key": key, "missing": missing, "narrows": points})
    rows.sort(key=lambda row: (-row["narrows"], row["unit"], row["key"]))
    return rows


def _sets(world: World) -> list[tuple[str, str, NDArray[np.bool_]]]:
    """Name the sets of indicators: all, those of a domain, those of a cell."""
    block_of, domains = world.pattern.block_of, world.pattern.domains
    return [
        (CITY, "", np.ones(len(block_of), bool)),
        *((DOMAIN, d.id, (domains[n] > 0)[block_of]) for n, d in enumerate(DOMAINS)),
        *((CELL, f"{d}.{f}", block_of == n) for n, (d, f) in enumerate(CELLS)),
    ]


def covariance(world: World, given: Unknown) -> Array:
    """Return the covariance of the scores of what is missing: of a common factor and each its own.

    The factor is as uncertain as `common_factor` left it after what is measured.
    """
    r, factor = world.rules.correlation, given.factor[1]
    spread = np.sqrt(given.variance())
    common = np.outer(spread, spread) * r * factor**2
    return np.asarray(common + np.diag(spread**2 * (1.0 - r)), float)


def share_told(every: Array, weight: Array, error: Array, chosen: NDArray[np.bool_]) -> float:
    """Return what share of the variance of a weighted sum measuring the chosen ones takes away.

    By conditioning of normal variables of the covariance `every`, each measured with its `error`.
    """
    told = every[chosen] @ weight
    among = every[np.ix_(chosen, chosen)] + np.diag(error[chosen] ** 2 + 1e-12)
    share = float(told @ np.linalg.solve(among, told)) / float(weight @ every @ weight)
    return min(1.0, max(0.0, share))
