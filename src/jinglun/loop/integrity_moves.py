"""Which changes from year to year their neighbours in the data do not support."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from jinglun.loop.integrity_panel import Mask, Panel, Ratio, Suspect, rules
from jinglun.methods.outliers import counting_noise, largest, median, spread
from jinglun.model.arrays import Array, tidy

POINT = 0.5
"""Half a percentage point keeps the logit of a share of 0 or 100 from being infinite."""


@dataclass(frozen=True)
class Moves:
    """Changes since the figure before, as [variable, place, year].

    `raw` is the change of the log (of a share: of the logit); `own` is what is left of it when the
    median of all places of its level, of all its place's variables, and of all its own years is
    taken off; `wide` is the spread that such a change has among its fellows.
    """

    before: Array
    raw: Array
    common: Array
    own: Array
    wide: Array

    @functools.cached_property
    def far(self) -> Array:
        """How many spreads each change is from its fellows."""
        return self.own / self.wide


def moves(panel: Panel) -> Moves:
    """Return the changes of the panel, each measured against the others."""
    rule = rules()["jump"]
    before = _before(panel.value)
    raw = _logs(panel, panel.value) - _logs(panel, before)
    common, rest = _shared(panel, raw, rule)
    of_years = median(rest, 2, rule["years"])
    own = rest - np.nan_to_num(of_years)
    wide = np.full(raw.shape, np.nan)
    for at in panel.levels:
        part = own[:, at, :]
        of_places = spread(part, 1, rule["places"])
        pooled = _pooled(part, 2 * rule["places"])
        alone = np.isnan(of_places) & np.isnan(pooled)
        here = largest(np.broadcast_to(of_places, part.shape), pooled, spread(part, 2, 4))
        wide[:, at, :] = np.maximum(here, np.where(alone, rule["alone"], rule["floor"]))
    noise = np.where(panel.counting[:, None, None], counting_noise(before, panel.value), 0.0)
    return Moves(before, raw, common, own, np.sqrt(wide**2 + noise**2))


def _before(value: Array) -> Array:
    """Return the figure of the year before among the years that the variable has at all."""
    result = np.full(value.shape, np.nan)
    held: Mask = np.any(~np.isnan(value), axis=1)
    for t in range(1, value.shape[2]):
        last = np.where(held[:, :t], np.arange(t), -1).max(axis=1)
        there = np.flatnonzero(last >= 0)
        result[there, :, t] = value[there, :, last[there]]
    return result


def _logs(panel: Panel, value: Array) -> Array:
    share = np.array([n.kind == "share" and n.unit == "%" for n in panel.nouns], bool)
    above = np.where(share[:, None, None], value + POINT, value)
    below = np.where(share[:, None, None], 100.0 - value + POINT, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where((above > 0) & (below > 0), np.log(above / below), np.nan))


def _shared(panel: Panel, raw: Array, rule: Mapping[str, Any]) -> tuple[Array, Array]:
    """Return what all places of a level share in a year, and what is left of each change.

    A national event moves all places, a new boundary all that a place counts: neither is a jump.
    """
    common = np.zeros(raw.shape)
    for at in panel.levels:
        common[:, at, :] = np.nan_to_num(median(raw[:, at, :], 1, rule["places"]))
    rest = raw - common
    added = panel.kinds("count", "amount")
    bound = np.nan_to_num(median(rest[added], 0, rule["variables"]))
    common[added] += bound
    rest[added] -= bound
    return common, rest


def _pooled(part: Array, least: int) -> Array:
    flat = part.reshape(part.shape[0], -1)
    return np.broadcast_to(spread(flat, 1, least)[:, :, None], part.shape)


def jumps(panel: Panel, changes: Moves) -> list[Suspect]:
    """Return the figures of the city that jumped while their fellows and relations did not.

    A spike jumps twice, up and back: the figure of the peak is asked about, not the next. Of other
    cities only hard limits are checked: who could answer for their ups and downs is not at hand.
    """
    rule = rules()["jump"]
    far = np.abs(changes.far) >= rule["spreads"]
    # What stood still while all else moved did not jump.
    moved = np.minimum(np.abs(changes.own), np.abs(changes.raw)) >= rule["least"]
    found = far & moved & _large(panel, changes)
    found &= ~_returns(found, changes.own) & panel.inside[:, None]
    made = []
    for v, p, t in zip(*np.nonzero(found), strict=True):
        beside = _related(panel, changes, int(v), int(p), int(t))
        own = changes.own[v, p, t]
        same = [x for _, x in beside if x * own > 0 and abs(x) >= rule["supports"] * abs(own)]
        if not same:
            made.append(_jump(panel, changes, (int(v), int(p), int(t)), beside))
    return made


def _large(panel: Panel, changes: Moves) -> Mask:
    """Return where a share also moved by two points: its logit is steep at both ends."""
    share = panel.kinds("share")[:, None, None]
    points = rules()["inconsistent"]["points"]
    return np.asarray(~share | (np.abs(panel.value - changes.before) >= points), bool)


def _returns(found: Mask, own: Array) -> Mask:
    """Return the jumps that undo the jump of the year before by half or more."""
    back = np.zeros(found.shape, bool)
    twice = found[:, :, 1:] & found[:, :, :-1]
    undone = np.abs(own[:, :, 1:] + own[:, :, :-1]) <= 0.5 * np.abs(own[:, :, :-1])
    back[:, :, 1:] = twice & undone
    return back


def _related(panel: Panel, changes: Moves, v: int, p: int, t: int) -> list[tuple[str, float]]:
    """Return the figures that move with a variable, with what is their own of their change."""
    name = panel.variables[v]
    groups: Mapping[str, list[str]] = rules()["jump"]["related"]
    names = dict.fromkeys(n for group in groups.values() if name in group for n in group)
    found = []
    for other in names:
        row = panel.at(other)
        if row is not None and other != name and not np.isnan(changes.own[row, p, t]):
            found.append((other, float(changes.own[row, p, t])))
    return found


def _jump(
    panel: Panel, changes: Moves, at: tuple[int, int, int], beside: list[tuple[str, float]]
) -> Suspect:
    v, p, t = at
    value, before = float(panel.value[at]), float(changes.before[at])
    drift = float(changes.raw[at] - changes.own[at])
    told: dict[str, Any] = {
        "before": before,
        "before_period": _period_before(panel, v, t),
        "spreads": tidy(abs(float(changes.far[at]))),
    }
    if panel.nouns[v].kind == "share":
        expected: Mapping[str, float] = {"value": before}
        told["points"] = tidy(value - before)
    else:
        expected = {"value": tidy(before * float(np.exp(drift)))}
        told["change"] = tidy(value / before - 1)
        told["others_change"] = tidy(float(np.expm1(changes.common[at])))
    if t + 1 < panel.value.shape[2] and not np.isnan(panel.value[v, p, t + 1]):
        told["after"] = tidy(float(panel.value[v, p, t + 1]))
    told["related"] = [
        {"variable": name, "change": _plain(panel, changes, name, p, t)} for name, _ in beside
    ]
    place, period = int(p), int(panel.years[t])
    cells = (panel.cell(v, p, t),)
    return Suspect(
        *("jump", (panel.variables[v],), place, period, value, cells),
        expected=expected,
        evidence=told,
    )


def _period_before(panel: Panel, v: int, t: int) -> str:
    return panel.periods[int(np.flatnonzero(np.any(~np.isnan(panel.value[v, :, :t]), axis=0))[-1])]


def _plain(panel: Panel, changes: Moves, name: str, p: int, t: int) -> float:
    row = panel.variables.index(name)
    return tidy(float(panel.value[row, p, t] / changes.before[row, p, t] - 1))


# --- rates whose base moved ---------------------------------------------------------------------


def bases_moved(panel: Panel, changes: Moves, rates: tuple[Ratio, ...]) -> list[Suspect]:
    """Return the rates that moved because their base did, and it moved unlike its fellows.

    log rate = log numerator - log base: the first term hardly moved, the second did.
    """
    rule = rules()["base_moved"]
    found: dict[tuple[int, int, int], list[tuple[Ratio, float, float]]] = {}
    for rate in rates:
        above, below = panel.at(rate.numerator), panel.at(rate.denominator)
        if above is None or below is None:
            continue
        for p, t, moved in _moved(changes, above, below, rule):
            if not panel.inside[p]:
                continue
            still = float(changes.raw[above, p, t])
            found.setdefault((below, p, t), []).append((rate, moved, still))
    return [_base(panel, changes, at, rated) for at, rated in sorted(found.items())]


def _moved(
    changes: Moves, above: int, below: int, rule: Mapping[str, Any]
) -> Iterator[tuple[int, int, float]]:
    moved = changes.raw[above] - changes.raw[below]
    stood = np.abs(changes.raw[above]) <= rule["still"] * np.abs(moved)
    # Much of the base's move must be its own, not what bases did everywhere.
    unlike = np.abs(changes.own[below]) >= 0.5 * np.abs(moved)
    far = np.abs(changes.far[below]) >= rule["spreads"]
    chosen = (np.abs(moved) >= rule["least"]) & stood & unlike & far
    for p, t in zip(*np.nonzero(chosen), strict=True):
        yield int(p), int(t), float(moved[p, t])


def _base(
    panel: Panel,
    changes: Moves,
    at: tuple[int, int, int],
    rated: list[tuple[Ratio, float, float]],
) -> Suspect:
    v, p, t = at
    value, before = float(panel.value[at]), float(changes.before[at])
    drift = float(changes.raw[at] - changes.own[at])
    names = (panel.variables[v], *(rate.numerator for rate, _, _ in rated))
    return Suspect(
        *("base_moved", tuple(dict.fromkeys(names)), p, int(panel.years[t]), value),
        cells=(panel.cell(v, p, t),),
        expected={"value": tidy(before * float(np.exp(drift)))},
        evidence={
            "before": before,
            "before_period": _period_before(panel, v, t),
            "change": tidy(value / before - 1),
            "spreads": tidy(abs(float(changes.far[at]))),
            "rates": [
                {
                    "indicator": rate.indicator,
                    "change": tidy(float(np.expm1(moved))),
                    "numerator_change": tidy(float(np.expm1(still))),
                }
                for rate, moved, still in rated
            ],
        },
    )
