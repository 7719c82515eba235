"""What comes out when the worlds of doubt are drawn by the thousand, chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from jinglun.loop.doubt_facts import near
from jinglun.loop.doubt_goals import GOALPOSTS, goals
from jinglun.loop.doubt_information import Unknown, full_scores, unknown
from jinglun.loop.doubt_ranks import (
    Field,
    districts_field,
    peers_field,
    places_ahead,
    ranks_of_all,
    unit_scores,
)
from jinglun.loop.doubt_rules import Rules
from jinglun.loop.doubt_slopes import Slopes, chosen_rows, far
from jinglun.loop.doubt_worlds import (
    Drawn,
    World,
    blocks,
    draw,
    far_scores,
    figures,
    near_scores,
    units,
    woven,
)
from jinglun.loop.weave import Case
from jinglun.loop.weaving import ARITHMETIC, Held, hold
from jinglun.model.arrays import Array

Floats = NDArray[Any]
Ints = NDArray[np.int64]

CHUNK = 100
"""Draws of one chunk: a random stream belongs to a chunk, so this is no matter of taste."""
MAIN = 0
"""The purpose of the streams of the main run; the sensitivity samples have others."""


@dataclass(frozen=True)
class Setting:
    """A world with the fields its places are compared in."""

    world: World
    held: Held
    """Of the near places, as published."""
    comparable: Ints
    """Positions among the far places."""
    peers: Field | None
    districts: Field | None
    unknown: Unknown | None


def setting(
    case: Case,
    quality: NDArray[np.int8],
    rules: Rules,
    slopes: Sequence[Slopes],
    others: Sequence[int],
    comparable: Sequence[int],
) -> Setting:
    """Gather what stays the same from draw to draw; `others` are the places compared with."""
    own, pattern = near(case, quality, rules.bands), case.loom.pattern
    there = np.isfinite(own.point)
    held = hold(pattern, there, case.city.settings)
    beside = far(case, slopes, others, rules.rho)
    chosen = set(comparable)
    at = np.array([n for n, p in enumerate(others) if p in chosen], np.int64)
    whole = np.concatenate([there[:, :1], beside.there], axis=1)
    peers = peers_field(pattern, whole, at, held, rules) if len(others) else None
    inside = there[:, 1:]
    several = inside.shape[1] > 1
    districts = districts_field(pattern, inside, held, rules) if several else None
    rows = peers.rows if peers else np.zeros(0, np.int64)
    world = World(
        rules=rules,
        near=own,
        far=chosen_rows(beside, rows),
        rows=rows,
        goals=goals(case, [*own.places, *others]),
        pattern=pattern,
        sources=int(case.sensed.facts.source.max(initial=-1)) + 1,
        seed=case.seed,
    )
    return Setting(world, held, at, peers, districts, unknown(case, rules, comparable))


@dataclass(frozen=True)
class Seen:
    """What was seen in some draws; the draws lead every array."""

    units: Array
    """[draws, unit, near place] in the order of doubt_worlds.KINDS."""
    measures: NDArray[np.float32]
    """Scores by goalposts alone, [draws, indicator, near place]."""
    ranks: Ints
    """Of the subject, [draws, unit, 2]: among the comparable places and among all."""
    headline: Floats
    """[draws, place]: the subject's and then the comparable places', on the common basis."""
    districts: Floats
    """Ranks of the districts, [draws, unit, district]."""
    full: Array
    """The city's score with what is not measured guessed, [draws]."""
    weights_indicators: Array
    weights_cells: Array
    weights_domains: Array
    stated: NDArray[np.bool_]
    """Whether the draw uses the stated rules of normalisation and aggregation."""
    lost: Ints
    """[draws], of the first of its chunk alone: figures that kept their published value."""


def seen(given: Setting, drawn: Drawn, purpose: int = MAIN, chunk: int = 0) -> Seen:
    """Return what is seen in the worlds of some assumptions."""
    world = given.world
    values, lost = figures(world, drawn)
    scores, plain = near_scores(world, drawn, values)
    ranks, headline = ranks_of(given, drawn, scores)
    stated = [
        n == GOALPOSTS and a == ARITHMETIC
        for n, a in zip(drawn.normalisation, drawn.aggregation, strict=True)
    ]
    return Seen(
        units=units(woven(world.pattern, given.held, scores, drawn)),
        measures=plain.astype(np.float32),
        ranks=ranks,
        headline=headline,
        districts=_districts(given, drawn, scores),
        full=full_scores(given.unknown, world, drawn, scores, purpose, chunk),
        weights_indicators=drawn.weights_indicators,
        weights_cells=drawn.weights_cells,
        weights_domains=drawn.weights_domains,
        stated=np.array(stated, bool),
        lost=np.array([lost, *[0] * (len(drawn) - 1)], np.int64),
    )


def ranks_of(given: Setting, drawn: Drawn, scores: Array) -> tuple[Ints, Floats]:
    """Weave the subject and the far places on their common basis, block by block."""
    world, field = given.world, given.peers
    if field is None:
        return np.zeros((len(drawn), 1, 2), np.int64), np.zeros((len(drawn), 1))
    places = np.arange(len(world.far.places))
    sets = (given.comparable, places)
    own = scores[:, world.rows, :1].astype(np.float32)
    ranks, headline = [], []
    for first, last in blocks(world, len(drawn)):
        both = np.concatenate([own[first:last], far_scores(world, drawn, first, last)], axis=2)
        found = woven(field.pattern, field.held, both, drawn, first, world.rows)
        told = unit_scores(field, found)
        ranks.append(1 + places_ahead(told, sets))
        headline.append(told[:, 0, [0, *(given.comparable + 1)]])
    return np.concatenate(ranks), np.concatenate(headline)


def _districts(given: Setting, drawn: Drawn, scores: Array) -> Floats:
    if given.districts is None:
        return np.zeros((len(drawn), 1, 0))
    field = given.districts
    inside = scores[:, field.rows, 1:]
    told = unit_scores(field, woven(field.pattern, field.held, inside, drawn, 0, field.rows))
    return np.stack([ranks_of_all(told[:, u]) for u in range(told.shape[1])], axis=1)


Result = TypeVar("Result")


def in_threads(work: Callable[[int], Result], chunks: int, threads: int) -> list[Result]:
    """Do the chunks on some threads; what comes back is in their order, whoever was first."""
    if threads < 2 or chunks < 2:
        return [work(n) for n in range(chunks)]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, range(chunks)))


def run(given: Setting, threads: int = 2) -> Seen:
    """Draw all worlds and return what is seen in them."""
    draws = given.world.rules.draws

    def work(chunk: int) -> Seen:
        size = min(CHUNK, draws - chunk * CHUNK)
        return seen(given, draw(given.world, MAIN, chunk, size), MAIN, chunk)

    parts = in_threads(work, -(-draws // CHUNK), threads)
    return Seen(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Seen)))
