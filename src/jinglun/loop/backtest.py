"""What the diagnosis would have said at earlier figures, and what came of it unseen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jinglun.loop.backtest_gaps import gaps_named
from jinglun.loop.panel import (
    Panel,
    Trials,
    fit,
    forecast_unseen,
    panel_of,
    ranges,
    tried,
    withheld,
)
from jinglun.loop.weave import Case
from jinglun.methods import paths
from jinglun.methods.paths import RULES, Scale
from jinglun.model.arrays import Array, tidy

Picked = NDArray[np.int64]
"""The position of each indicator's best rule."""

YEARS_AHEAD = 5
"""The path as is reaches at least so many years beyond the last figure, and at least one step."""

WORST, WORST_EACH = 20, 2
"""How many misses are published, and how many of one indicator."""


def backtest(case: Case) -> dict[str, Any]:
    """Forecast each region from what the others did, and say how far off that was.

    With a single step between two figures there is one draw of history: the test is across space,
    not time. With more steps each is forecast from the earlier ones alone (rolling origin). The
    benchmark is never used but to name gaps; a figure of the region held out is never learnt from.
    """
    panel, absent = panel_of(case)
    if panel is None:
        return _nothing(absent)
    test = forecast_unseen(panel, ranges(case, panel))
    found = paths.errors(test.values(test.forecast), test.came, test.inside, test.ranged)
    best = np.nanargmin(np.nan_to_num(found.mae, nan=np.inf), axis=0)
    ratio = paths.relative_error(found.mae)
    overall = RULES[int(np.argmin(ratio))] if np.isfinite(ratio).all() else RULES[0]
    return {
        "absent": None,
        "panel": _panel_row(case, panel, test),
        "rules": _rule_rows(panel, test, found, best, ratio),
        "indicators": _indicator_rows(case, panel, test, found, best),
        "blocks": _block_rows(panel, test, best),
        "gaps": gaps_named(case, panel, test),
        "misses": _misses(case, panel, test, best),
        "subject": _subject(case, panel, test, best),
        "as_is": {"rule": overall, "indicators": _as_is(case, panel, test.scale, best)},
    }


def _nothing(why: str) -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(("panel", "gaps"))
    lists = ("rules", "indicators", "blocks", "misses", "subject")
    return {
        "absent": why,
        **empty,
        **{name: [] for name in lists},
        "as_is": {"rule": None, "indicators": []},
    }


# --- what is told -------------------------------------------------------------------------------


def told(value: float) -> float | None:
    """Return a number as a finding carries it: null where it is none."""
    return tidy(value) if np.isfinite(value) else None


def _panel_row(case: Case, panel: Panel, test: Trials) -> dict[str, Any]:
    pairs = [panel.pairs[k] for k in tried(panel)]
    return {
        "from": str(panel.years[pairs[0][0]]),
        "to": str(panel.years[pairs[-1][1]]),
        "step_years": panel.step,
        "steps": len(pairs),
        "design": "across_space" if len(panel.pairs) == 1 else "rolling_origin",
        "held_out": panel.held_out,
        "blocks": len(set(panel.blocks)),
        "places": len(panel.places),
        "indicators": len(panel.indicators),
        "forecasts": int(np.isfinite(test.forecast[0] + test.actual).sum()),
    }


def _rule_rows(
    panel: Panel, test: Trials, found: paths.Errors, best: Picked, ratio: Array
) -> list[dict[str, Any]]:
    tried = found.count[0] > 0
    rows = [
        {
            "rule": rule,
            "error_ratio": told(ratio[r]),
            "best_in": int(((best == r) & tried).sum()),
            "coverage": told(_weighted(found.coverage[r], found.ranged[r])),
            "no_range": int((found.count[r] - found.ranged[r]).sum()),
        }
        for r, rule in enumerate(RULES)
    ]
    chosen = _chosen_unseen(panel, test)
    return [*rows, {"rule": "chosen", **chosen, "best_in": None}]


def _weighted(share: Array, count: NDArray[np.int64]) -> float:
    known = count > 0
    return float(np.average(share[known], weights=count[known])) if known.any() else np.nan


def _chosen_unseen(panel: Panel, test: Trials) -> dict[str, Any]:
    """Return the error where each block takes the rule that did best in the other blocks.

    Choosing the best of four after the fact flatters it; this does not.
    """
    miss = np.abs(test.values(test.forecast) - test.came)
    blocks = np.array(panel.blocks)[test.place]
    total, own, inside = np.nansum(miss, axis=2), np.zeros(miss.shape[1]), []
    for block in np.unique(blocks):
        held = blocks == block
        mine = np.nansum(miss[:, :, held], axis=2)
        rule = np.argmin(total - mine, axis=0)
        own += np.take_along_axis(mine, rule[None], 0)[0]
        known = np.isfinite(miss[0][:, held])
        each = np.arange(len(rule))
        hit, given = (one[:, :, held][rule, each] for one in (test.inside, test.ranged))
        inside.append([(hit & known).sum(), (given & known).sum(), (known & ~given).sum()])
    ratio = paths.relative_error(np.stack([total[0], own]))[1]
    hits, count, none = (int(n) for n in np.sum(inside, axis=0))
    coverage = told(hits / count) if count else None
    return {"error_ratio": told(ratio), "coverage": coverage, "no_range": none}


def _indicator_rows(
    case: Case, panel: Panel, test: Trials, found: paths.Errors, best: Picked
) -> list[dict[str, Any]]:
    better = _better_blocks(panel, test, best)
    return [
        {
            "indicator": case.measured.indicators[n],
            "n": int(found.count[0, at]),
            "scale": test.scale.names[at],
            "best": RULES[best[at]],
            "blocks_better": int(better[0, at]),
            "blocks": int(better[1, at]),
            "rules": [
                {
                    "rule": rule,
                    "mae": told(found.mae[r, at]),
                    "rmse": told(found.rmse[r, at]),
                    "bias": told(found.bias[r, at]),
                    "skill": told(found.skill[r, at]),
                    "coverage": told(found.coverage[r, at]),
                    "no_range": int(found.count[r, at] - found.ranged[r, at]),
                }
                for r, rule in enumerate(RULES)
            ],
        }
        for at, n in enumerate(panel.indicators)
        if found.count[0, at]
    ]


def _better_blocks(panel: Panel, test: Trials, best: Picked) -> NDArray[np.int64]:
    """Return in how many blocks the best rule beats persistence, of how many: [2, indicator]."""
    miss = np.abs(test.values(test.forecast) - test.came)
    chosen = np.take_along_axis(miss, best[None, :, None], 0)[0]
    blocks = np.array(panel.blocks)[test.place]
    won = np.zeros((2, len(best)), int)
    for block in np.unique(blocks):
        held = blocks == block
        known = np.isfinite(miss[0][:, held]).any(axis=1)
        gain = np.nansum(miss[0][:, held] - chosen[:, held], axis=1)
        won += [(gain > 0) & known, known]
    return won


def _block_rows(panel: Panel, test: Trials, best: Picked) -> list[dict[str, Any]]:
    values, blocks = test.values(test.forecast), np.array(panel.blocks)[test.place]
    pick = best[None, :, None]
    both = np.concatenate([values[:1], np.take_along_axis(values, pick, 0)])
    inside, ranged = (
        np.concatenate([one[:1], np.take_along_axis(one, pick, 0)])
        for one in (test.inside, test.ranged)
    )
    rows = []
    for block in sorted(set(panel.blocks)):
        held = blocks == block
        parts = (one[:, :, held] for one in (inside, ranged))
        found = paths.errors(both[:, :, held], test.came[:, held], *parts)
        ratio = paths.relative_error(found.mae)[1]
        rows.append(
            {
                "block": block,
                "places": panel.blocks.count(block),
                "own": block == panel.blocks[0],
                "error_ratio": told(ratio),
                "coverage": told(_weighted(found.coverage[1], found.ranged[1])),
            }
        )
    return rows


def _told_trial(
    case: Case, panel: Panel, test: Trials, spot: tuple[int, int, int], values: Sequence[Array]
) -> dict[str, Any]:
    """Return one forecast: `spot` is rule, indicator and trial, `values` before to actual."""
    rule, at, trial = spot
    a, b = panel.pairs[test.pair[trial]]
    before, forecast, low, high, actual = (float(v[at, trial]) for v in values)
    held = bool(test.inside[spot]) if test.ranged[spot] else None
    return {
        "place": case.sensed.places.all[panel.places[test.place[trial]]].id,
        "block": panel.blocks[test.place[trial]],
        "indicator": case.measured.indicators[panel.indicators[at]],
        "rule": RULES[rule],
        "from": str(panel.years[a]),
        "to": str(panel.years[b]),
        **{"before": told(before), "forecast": told(forecast)},
        **{"low": told(low), "high": told(high), "actual": told(actual)},
        "inside": held,
    }


def _best_values(test: Trials, best: Picked) -> list[Array]:
    pick = best[None, :, None]
    chosen = [np.take_along_axis(one, pick, 0)[0] for one in (test.forecast, test.low, test.high)]
    return [test.was, *(paths.unstretched(one, test.scale) for one in chosen), test.came]


def _misses(case: Case, panel: Panel, test: Trials, best: Picked) -> list[dict[str, Any]]:
    """List the forecasts farthest outside their interval, in widths of it, the worst first."""
    pick = best[None, :, None]
    low, high = (np.take_along_axis(one, pick, 0)[0] for one in (test.low, test.high))
    with np.errstate(divide="ignore", invalid="ignore"):
        beyond = np.maximum(low - test.actual, test.actual - high) / (high - low)
    beyond = np.where(np.isfinite(beyond) & (beyond > 0), beyond, -1.0)
    values = _best_values(test, best)
    rows = []
    for at in range(len(best)):
        for trial in np.argsort(-beyond[at], kind="stable")[:WORST_EACH]:
            if beyond[at, trial] > 0:
                spot = (int(best[at]), at, int(trial))
                row = _told_trial(case, panel, test, spot, values)
                rows.append({**row, "beyond": tidy(float(beyond[at, trial]))})
    return sorted(rows, key=lambda r: (-r["beyond"], r["indicator"], r["place"]))[:WORST]


def _subject(case: Case, panel: Panel, test: Trials, best: Picked) -> list[dict[str, Any]]:
    """Return what would have been forecast for the city itself at the last step, unseen."""
    mine = np.flatnonzero((test.place == 0) & (test.pair == len(panel.pairs) - 1))
    values = _best_values(test, best)
    rows = []
    for trial in mine:
        for at in range(len(best)):
            row = _told_trial(case, panel, test, (int(best[at]), at, int(trial)), values)
            if row["forecast"] is not None and row["actual"] is not None:
                rows.append(row)
    return rows


# --- as is --------------------------------------------------------------------------------------


def _as_is(case: Case, panel: Panel, scale: Scale, best: Picked) -> list[dict[str, Any]]:
    """Return where the city is heading by each indicator's best rule, now taught by every place."""
    level = paths.stretched(np.moveaxis(panel.value, 2, 1), scale)
    rule = fit(level, panel.pairs)
    years = np.array(panel.years)
    origin = [np.flatnonzero(np.isfinite(v) & case.latest.begun) for v in panel.value[:, 0]]
    start = np.array([level[at, t[-1], 0] if len(t) else np.nan for at, t in enumerate(origin)])
    known = panel.value[:, :, case.latest.begun].reshape(len(best), 1, -1)
    reach = range(1, max(panel.step, YEARS_AHEAD) + 1)
    lines = []
    for years_on in reach:
        made = paths.ahead(rule, start[:, None], years_on / panel.step)
        told_on = [paths.unstretched(_own(m, best), scale) for m in made]
        wide = withheld(told_on[1], told_on[2], known)[:, 0]
        ends = (np.where(wide, np.nan, one[:, 0]) for one in told_on[1:])
        lines.append([told_on[0][:, 0], *ends])
    rows = []
    for at, n in enumerate(panel.indicators):
        if not np.isfinite(lines[0][0][at]):
            continue
        t = int(origin[at][-1])
        rows.append(
            {
                "indicator": case.measured.indicators[n],
                "rule": RULES[best[at]],
                "period": case.measured.cube.periods[t],
                "value": tidy(float(panel.value[at, 0, t])),
                "years": [
                    {
                        "year": int(years[t]) + on,
                        "value": told(line[0][at]),
                        "low": told(line[1][at]),
                        "high": told(line[2][at]),
                    }
                    for on, line in zip(reach, lines, strict=True)
                ],
            }
        )
    return rows


def _own(made: Array, best: Picked) -> Array:
    return np.asarray(np.take_along_axis(made, best[None, :, None], 0)[0])
