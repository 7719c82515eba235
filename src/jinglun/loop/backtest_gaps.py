"""Which gaps were named at earlier figures, and whether they were still among the lowest later."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from jinglun.loop.panel import Panel, Trials
from jinglun.loop.weave import Case
from jinglun.methods import paths
from jinglun.methods.paths import RULES
from jinglun.model.arrays import Array, tidy

LOWEST = 0.25
"""A gap is named where a score is in the lowest quarter of the place's own, as findings.gaps go."""

FEW_SCORES = 4
"""A place with fewer scores at both ends has no lowest quarter."""

Marks = NDArray[np.bool_]


def gaps_named(case: Case, panel: Panel, test: Trials) -> dict[str, Any] | None:
    """Say how often the lowest quarter named at first was the lowest later, beside other rules.

    Both ends are scored by the benchmark in force on the day, one and the same yardstick; one that
    is pro-rated by year is another each year and is left out. Each list is as long as the other,
    so precision and recall are one number. `everyone` names at every place what was most often
    lowest at the places of the other regions: a diagnosis must beat it to say anything of a place.
    """
    order, zero, full = _scored(case, panel)
    if len(order) < FEW_SCORES:
        return None
    first, later = (_scores(one[order], zero, full) for one in (test.was, test.came))
    expected = [_scores(v[order], zero, full) for v in test.values(test.forecast)]
    known = np.isfinite(first) & np.isfinite(later) & np.isfinite(expected[0])
    trials = known.sum(axis=1) >= FEW_SCORES
    if not trials.any():
        return None
    known, first, later = known[trials], first[trials], later[trials]
    first, later = np.where(known, first, np.nan), np.where(known, later, np.nan)
    # Persistence is the score of then itself, not there and back on a scale: ties must stay ties.
    drawn_on = [np.where(known, one[trials], np.nan) for one in expected[1:]]
    expected = [first, *drawn_on]
    blocks = np.array(panel.blocks)[test.place][trials]
    return _told(case, panel, order, (known, first, later, expected, blocks))


def _scored(case: Case, panel: Panel) -> tuple[list[int], Array, Array]:
    """Return the scored indicators of the panel, as findings.gaps sorts ties, and goalposts."""
    found = {}
    for at, n in enumerate(panel.indicators):
        ident = case.measured.indicators[n]
        benchmark = case.measured.benchmarks[ident]
        if n in case.loom.scored and benchmark is not None and benchmark.spread is None:
            found[ident] = (at, benchmark.zero, benchmark.full)
    rows = [found[ident] for ident in sorted(found)]
    return [r[0] for r in rows], np.array([r[1] for r in rows]), np.array([r[2] for r in rows])


def _scores(value: Array, zero: Array, full: Array) -> Array:
    """Return [trial, indicator] of values [indicator, trial]: the way from zero to full point.

    It may lie beyond either: where several scores are 0, the farthest below is the lowest.
    """
    return np.asarray(100.0 * (value.T - zero) / (full - zero))


def lowest(score: Array) -> Marks:
    """Mark the lowest quarter of the known scores of each row, at least one; ties as they stand."""
    known = np.isfinite(score)
    count = np.ceil(LOWEST * known.sum(axis=1)).astype(int)
    order = np.argsort(np.where(known, score, np.inf), axis=1, kind="stable")
    rank = np.argsort(order, axis=1, kind="stable")
    return np.asarray((rank < count[:, None]) & known)


def _everyone(named: Marks, known: Marks, blocks: NDArray[np.str_]) -> Array:
    """Return for each trial how rarely each indicator is lowest in the other blocks."""
    rare = np.full(named.shape, np.nan)
    for block in np.unique(blocks):
        held = blocks == block
        with np.errstate(divide="ignore", invalid="ignore"):
            share = named[~held].sum(axis=0) / known[~held].sum(axis=0)
        rare[held] = 1 - np.nan_to_num(share)
    return np.where(known, rare, np.nan)


def _told(
    case: Case,
    panel: Panel,
    order: list[int],
    seen: tuple[Marks, Array, Array, list[Array], NDArray[np.str_]],
) -> dict[str, Any]:
    known, first, later, expected, blocks = seen
    named, came = lowest(first), lowest(later)
    signals = [*zip(RULES, expected, strict=True), ("everyone", _everyone(named, known, blocks))]
    idents = [case.measured.indicators[panel.indicators[at]] for at in order]
    return {
        "trials": len(known),
        "indicators": len(order),
        "lowest": LOWEST,
        "named": int(named.sum()),
        "again": int((named & came).sum()),
        "base_rate": tidy(float(came.sum() / known.sum())),
        "rules": [_rule(name, signal, came) for name, signal in signals],
        "moved": {
            "named": _moved(named, first, later),
            "others": _moved(known & ~named, first, later),
        },
        "by_indicator": [
            {
                "indicator": ident,
                "named": int(named[:, at].sum()),
                "again": int((named & came)[:, at].sum()),
                "new": int((came & ~named)[:, at].sum()),
            }
            for at, ident in enumerate(idents)
        ],
    }


def _rule(name: str, signal: Array, came: Marks) -> dict[str, Any]:
    hits = int((lowest(signal) & came).sum())
    areas = paths.area_under_curve(-signal, came)
    areas = areas[np.isfinite(areas)]
    return {
        "rule": name,
        "hits": hits,
        "precision": tidy(hits / int(came.sum())),
        "auc": tidy(float(areas.mean())) if len(areas) else None,
    }


def _moved(marks: Marks, first: Array, later: Array) -> dict[str, Any]:
    """Say how scores moved: the mean in points, and how many rose or stay under 50."""
    first, later = np.clip(first, 0, 100), np.clip(later, 0, 100)
    change, below = (later - first)[marks], marks & (first < 50)
    open_ = int(below.sum())
    return {
        "count": int(marks.sum()),
        "points": tidy(float(change.mean())) if len(change) else None,
        "rose": tidy(float((change > 0).mean())) if len(change) else None,
        "below_half": open_,
        "still_below_half": int((below & (later < 50)).sum()),
    }
