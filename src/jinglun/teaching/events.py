"""When and where things happen: times in order, streets by residents, and how long it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jinglun.model.arrays import Array
from jinglun.teaching.dice import Ints
from jinglun.teaching.settings import years
from jinglun.teaching.world import World

DAY = 86_400


@dataclass(frozen=True)
class Clock:
    """The time line of a table: its years, the first second of each, and how rows fall on them."""

    years: tuple[int, ...]
    edges: Ints
    """[years + 1] seconds since 1970."""
    cuts: Array
    """[years + 1] share of all rows before each year."""


def clock(first: int, weights: Sequence[float] | Array | Ints) -> Clock:
    """Return the time line from the first year to the last of the yearbook, rows by weight."""
    chosen = tuple(y for y in years() if y >= first)
    starts = [f"{y}-01-01" for y in (*chosen, chosen[-1] + 1)]
    edges = np.array(starts, "datetime64[s]").astype(np.int64)
    parts = np.asarray(weights, float)[-len(chosen) :]
    cuts = np.concatenate([[0.0], np.cumsum(parts / parts.sum())])
    cuts[-1] = 1.0
    return Clock(chosen, edges, cuts)


def received(
    line: Clock, first: int, size: int, total: int, hours: Array, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Return seconds since 1970, in order by day, and the position of the year of each row.

    Row i of all falls at (i + chance) / total of the line, so any chunk can be drawn alone.
    """
    at = (first + np.arange(size) + rng.random(size)) / total
    year = np.minimum(np.searchsorted(line.cuts, at, "right") - 1, len(line.years) - 1)
    within = (at - line.cuts[year]) / (line.cuts[year + 1] - line.cuts[year])
    length = line.edges[year + 1] - line.edges[year]
    day = np.minimum(within * length // DAY, length // DAY - 1)
    clock_hour = rng.choice(len(hours), size, p=hours / hours.sum())
    second = line.edges[year] + day * DAY + clock_hour * 3600 + rng.integers(0, 3600, size)
    return second.astype(np.int64), year.astype(np.int64)


def streets(world: World, line: Clock, year: Ints, rng: np.random.Generator) -> Ints:
    """Return the street of each row by position: the more residents, the more rows."""
    found = np.zeros(len(year), np.int64)
    for at, number in enumerate(line.years):
        here = np.flatnonzero(year == at)
        weights = world.street_weights(number)
        found[here] = rng.choice(len(weights), len(here), p=weights / weights.sum())
    return found


def took(
    limit: Array, on_time_at: Array, spread: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return durations in the unit of `limit`: lognormal, within it as often as `on_time_at` says.

    `on_time_at` is the standard normal quantile of the share that is on time.
    """
    return limit * np.exp(spread * (rng.normal(0, 1, len(limit)) - on_time_at))


def logit(share: Array) -> Array:
    """Return a share in logits."""
    return np.log(share / (1 - share))


def expit(value: Array) -> Array:
    """Return the share that logits stand for."""
    return 1 / (1 + np.exp(-value))
