"""Which figures a backtest has, whom it holds out, and every forecast made without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jinglun.loop.weave import Case
from jinglun.methods import paths
from jinglun.methods.paths import RULES, Fitted, Scale
from jinglun.model.arrays import Array
from jinglun.model.periods import last_day, year_of

FEW_PLACES = 10
"""An indicator known at both ends at fewer places is not tested: its error would be an anecdote."""

FEW_BLOCKS = 3
"""With fewer regions the places themselves are held out."""

MOST_BLOCKS = 20
"""More places than that, without regions, are dealt into so many groups by their ids."""


@dataclass(frozen=True)
class Panel:
    """The figures of the subject and its peers [indicator, place, period], and who is held out."""

    places: tuple[int, ...]
    """Positions among all places; the subject comes first."""
    blocks: tuple[str, ...]
    held_out: str
    """What a block is: `region`, `parent`, `place` or `group`."""
    indicators: tuple[int, ...]
    value: Array
    years: tuple[int, ...]
    step: int
    pairs: tuple[tuple[int, int], ...]
    """Positions of periods one step apart, oldest first."""


@dataclass(frozen=True)
class Trials:
    """Every forecast made unseen, [rule, indicator, trial], beside what came."""

    scale: Scale
    was: Array
    came: Array
    """The values [indicator, trial] at either end of the step; the rest is on the scale."""
    actual: Array
    forecast: Array
    low: Array
    high: Array
    place: NDArray[np.int64]
    """The position within the panel of each trial, and the pair that it is of."""
    pair: NDArray[np.int64]

    @property
    def ranged(self) -> NDArray[np.bool_]:
        """Whether an interval is given at all; see `withheld`."""
        return np.isfinite(self.low) & np.isfinite(self.high)

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Whether the interval of each forecast held what came; without one it held nothing."""
        return np.asarray((self.low <= self.actual) & (self.actual <= self.high))

    def values(self, level: Array) -> Array:
        """Return levels [rule, indicator, trial] as values."""
        return np.stack([paths.unstretched(one, self.scale) for one in level])


# --- the panel ----------------------------------------------------------------------------------


def panel_of(case: Case) -> tuple[Panel | None, str]:
    """Return the panel of the subject and its peers, or the code of why there is none.

    Years only, over by the day. A step is the time between the last two years that enough places
    have; `one_period`: there is none; `few_places`: no indicator is known at enough of them.
    """
    places = _places(case)
    if len(places) < FEW_PLACES:
        return None, "few_places"
    value = case.measured.value[:, list(places)]
    years = _years(case, value)
    if len(years) < 2:
        return None, "one_period"
    ordered = sorted(years)
    step = ordered[-1] - ordered[-2]
    pairs = tuple((years[y], years[y + step]) for y in ordered if y + step in years)
    both = np.isfinite(value[:, :, list(pairs[-1])]).all(axis=2).sum(axis=1)
    enough = [n for n in _used(case) if both[n] >= FEW_PLACES]
    if not enough:
        return None, "few_places"
    blocks, held_out = _blocks(case, places)
    begun = tuple(year_of(p) for p in case.measured.cube.periods)
    used = tuple(enough)
    return Panel(places, blocks, held_out, used, value[enough], begun, step, pairs), ""


def _used(case: Case) -> list[int]:
    """Return the indicators that say something of a place, not of its filing."""
    known = case.catalogue.indicators
    return [n for n, i in enumerate(case.measured.indicators) if known[i].role != "process"]


def _years(case: Case, value: Array) -> dict[int, int]:
    """Return the position of each year over by the day that enough places have a figure of."""
    periods = case.measured.cube.periods
    over = [(last_day(p) or case.day) < case.day for p in periods]
    known = np.isfinite(value[_used(case)]).sum(axis=1) >= FEW_PLACES
    some = known.any(axis=0) & case.latest.begun & np.array(over, bool)
    return {year_of(periods[t]): int(t) for t in np.flatnonzero(some)}


def _places(case: Case) -> tuple[int, ...]:
    everywhere = case.sensed.places
    level = everywhere.all[case.subject].level
    peers = [p for p in everywhere.of_role("peer") if everywhere.all[p].level == level]
    return (case.subject, *peers)


def _blocks(case: Case, places: Sequence[int]) -> tuple[tuple[str, ...], str]:
    """Return the block of each place: its region by the letters of its id, its parent, or itself.

    Regions are held out whole, for neighbours share what happens to them.
    """
    known = [case.sensed.places.all[p] for p in places]
    letters = case.city.backtest.region_letters
    if letters and len(regions := tuple(p.id[:letters] for p in known)) and _many(regions):
        return regions, "region"
    parents = tuple(p.parent or "" for p in known)
    if all(parents) and _many(parents):
        return parents, "parent"
    if len(known) <= MOST_BLOCKS:
        return tuple(p.id for p in known), "place"
    order = np.argsort(np.argsort([p.id for p in known]))
    dealt = order * MOST_BLOCKS // len(known)
    return tuple(f"{n + 1:02}" for n in dealt), "group"


def _many(blocks: Sequence[str]) -> bool:
    return len(set(blocks)) >= FEW_BLOCKS


def ranges(case: Case, panel: Panel) -> Array:
    """Return the bounds [indicator, 2] of the panel's indicators."""
    idents = [case.measured.indicators[n] for n in panel.indicators]
    return np.array([case.catalogue.indicators[i].range for i in idents], float)


def withheld(low: Array, high: Array, seen: Array) -> NDArray[np.bool_]:
    """Mark the intervals [rule, indicator, unit], in values, that say less than the panel does.

    One wider than all that was seen of the indicator lies apart, `seen` [indicator, unit, figure],
    comes of a history too short or with a break: it would hold anything, so it is not given and
    never counted as a hit.
    """
    known = np.isfinite(seen)
    least = np.where(known, seen, np.inf).min(axis=-1)
    most = np.where(known, seen, -np.inf).max(axis=-1)
    with np.errstate(invalid="ignore"):
        return np.asarray(high - low > most - least)


# --- the test -----------------------------------------------------------------------------------


def forecast_unseen(panel: Panel, bounds: Array) -> Trials:
    """Forecast every place of every block from the others, step by step; `bounds` [indicator, 2].

    A single step teaches and is tested, each on other places; of several the first only teaches.
    """
    scale = paths.scale_of(bounds[:, 0], bounds[:, 1], _first_known(panel))
    level = paths.stretched(np.moveaxis(panel.value, 2, 1), scale)
    ahead = [_pair_tested(panel, level, scale, k) for k in tried(panel)]
    forecast, low, high = (np.concatenate(part, axis=2) for part in zip(*ahead, strict=True))
    was, came = (
        np.concatenate([panel.value[:, :, panel.pairs[k][end]] for k in tried(panel)], axis=1)
        for end in (0, 1)
    )
    count = len(panel.places)
    return Trials(
        scale,
        was,
        came,
        paths.stretched(came, scale),
        forecast,
        low,
        high,
        np.tile(np.arange(count), len(tried(panel))),
        np.repeat(tried(panel), count),
    )


def _first_known(panel: Panel) -> Array:
    """Return the figures [indicator, place] of the first step's origin that has any."""
    found = np.array(panel.value[:, :, panel.pairs[0][0]])
    for a, _ in panel.pairs[1:]:
        blank = ~np.isfinite(found).any(axis=1)
        found[blank] = panel.value[blank, :, a]
    return found


def tried(panel: Panel) -> list[int]:
    """Return which steps are tested: the only one, or all but the first, which only teaches."""
    return list(range(min(1, len(panel.pairs) - 1), len(panel.pairs)))


def _taught(panel: Panel, k: int) -> list[tuple[int, int]]:
    """Return the pairs that a test of pair k may learn from: those over by the time it begins."""
    if len(panel.pairs) == 1:
        return list(panel.pairs)
    begins = panel.years[panel.pairs[k][0]]
    return [(a, b) for a, b in panel.pairs if panel.years[b] <= begins]


def _pair_tested(panel: Panel, level: Array, scale: Scale, k: int) -> tuple[Array, Array, Array]:
    """Forecast one step at every place; level [indicator, period, place]."""
    origin = level[:, panel.pairs[k][0]]
    made = [np.full((len(RULES), *origin.shape), np.nan) for _ in range(3)]
    blocks = np.array(panel.blocks)
    for block in np.unique(blocks):
        held = blocks == block
        pairs = _taught(panel, k)
        parts = list(paths.ahead(fit(level[:, :, ~held], pairs), origin[:, held]))
        own = panel.value[:, held, panel.pairs[k][0]]
        wide = _too_wide(parts, scale, _seen(panel, pairs, ~held, own))
        parts[1:] = [np.where(wide, np.nan, part) for part in parts[1:]]
        for whole, part in zip(made, parts, strict=True):
            whole[:, :, held] = part
    return made[0], made[1], made[2]


def _seen(
    panel: Panel, pairs: Sequence[tuple[int, int]], taught: NDArray[np.bool_], own: Array
) -> Array:
    """Return what is known of each indicator by then [indicator, unit, figure]: taught and own."""
    ends = sorted({end for pair in pairs for end in pair})
    others = panel.value[:, taught][:, :, ends].reshape(len(own), 1, -1)
    return np.concatenate(
        [np.broadcast_to(others, (*own.shape, others.shape[2])), own[..., None]], 2
    )


def _too_wide(parts: Sequence[Array], scale: Scale, seen: Array) -> NDArray[np.bool_]:
    low, high = (np.stack([paths.unstretched(one, scale) for one in part]) for part in parts[1:])
    return withheld(low, high, seen)


def fit(level: Array, pairs: Sequence[tuple[int, int]]) -> Fitted:
    """Fit every rule on levels [indicator, period, place] at both ends of these steps."""
    before, after = (
        np.concatenate([level[:, pair[end]] for pair in pairs], axis=1)
        if pairs
        else np.full((len(level), 1), np.nan)
        for end in (0, 1)
    )
    return paths.fitted(before, after)
