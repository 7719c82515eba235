"""What the city would score in a world where the figures, benchmarks, weights and rules differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jinglun.loop.doubt_facts import Near, figures_of
from jinglun.loop.doubt_goals import (
    GOALPOSTS,
    Goals,
    choose,
    due,
    normalise,
)
from jinglun.loop.doubt_rules import GROUPS, Rules
from jinglun.loop.doubt_slopes import Far
from jinglun.loop.weaving import (
    ARITHMETIC,
    MEANS,
    Held,
    Pattern,
    Shaken,
    Woven,
    stated,
    weave_all,
)
from jinglun.methods.uncertainty import (
    choices,
    quick_normals,
    shaken_weights,
    stream,
    together,
)
from jinglun.model.arrays import Array

Floats = NDArray[Any]
Ints = NDArray[np.int64]
Single = NDArray[np.float32]

KINDS = ("blocks", "aims", "domains", "factors", "city", "covered")
BLOCK_BYTES = 16_000_000
"""Peers are woven so many bytes of figures at a time: few enough to hold, and no Python between.

Like the chunks, it is part of what a seed means: each block begins with fresh random bits.
"""


@dataclass(frozen=True)
class World:
    """All that stays the same from draw to draw."""

    rules: Rules
    near: Near
    far: Far
    """Of the indicators in `rows` alone."""
    rows: Ints
    """The indicators that the near and the far places are compared by."""
    goals: Goals
    """Of the near places, then the far ones."""
    pattern: Pattern
    sources: int
    seed: int


@dataclass(frozen=True)
class Drawn:
    """The assumptions of some draws, by group; everything of one group has one name."""

    own: Array
    """Errors of each fact, [draws, leaf]."""
    shared: Array
    """Errors of each source, [draws, source]; the near places' and the far ones' are the same."""
    peers: Callable[[int, int], Single] | None
    """Gives the errors [draws, indicator, place] of the draws from one to another, in order."""
    pick: Array
    shift: Array
    weights_indicators: Array
    weights_cells: Array
    weights_domains: Array
    normalisation: tuple[str, ...]
    aggregation: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.own)


_FIELDS: Mapping[str, tuple[str, ...]] = {
    "benchmarks": ("pick", "shift"),
    **{name: (name,) for name in GROUPS if name != "benchmarks"},
}


def mixed(a: Drawn, b: Drawn, group: str) -> Drawn:
    """Return the assumptions of `a` with one group taken from `b`."""
    return replace(a, **{name: getattr(b, name) for name in _FIELDS[group]})


def draw(world: World, purpose: int, chunk: int, draws: int) -> Drawn:
    """Draw the assumptions of one chunk, each group from a stream of its own."""
    rules, given = world.rules, world.pattern
    rng = {
        name: stream(world.seed, purpose, at, chunk) for at, name in enumerate((*GROUPS, "more"))
    }
    n = len(given.weight)
    whole, level = np.zeros(len(given.domain_weight), np.int64), given.domains.argmax(axis=0)
    # The factors' own indicators belong to no domain; each is weighed against itself alone.
    alone = given.domains.sum(axis=0) == 0
    level = np.where(alone, len(given.domains) + np.cumsum(alone), level)
    return Drawn(
        own=rng["own"].standard_normal((draws, len(world.near.leaf))),
        shared=rng["shared"].standard_normal((draws, world.sources)),
        peers=_peers(rng["peers"], world.far.value.shape),
        pick=rng["benchmarks"].random((draws, n)),
        shift=rng["benchmarks"].uniform(-1.0, 1.0, (draws, n, 2)),
        weights_indicators=shaken_weights(
            rng["weights_indicators"], given.weight, given.block_of, rules.k, draws
        ),
        weights_cells=shaken_weights(
            rng["weights_cells"], given.block_weight, level, rules.k, draws
        ),
        weights_domains=shaken_weights(
            rng["weights_domains"], given.domain_weight, whole, rules.k, draws
        ),
        normalisation=_named(rng["normalisation"], draws, rules.normalisation),
        aggregation=_named(rng["aggregation"], draws, rules.aggregation),
    )


def _named(rng: np.random.Generator, draws: int, chances: Mapping[str, float]) -> tuple[str, ...]:
    names = list(chances)
    return tuple(names[c] for c in choices(rng.random(draws), list(chances.values())))


def _peers(rng: np.random.Generator, shape: tuple[int, ...]) -> Callable[[int, int], Single]:
    """Give the peers' errors block by block, so that they never lie in memory all at once."""
    told = 0
    buffer = np.empty((0, *shape), np.float32)

    def block(first: int, last: int) -> Single:
        nonlocal told, buffer
        assert first == told, "a stream is read in order"
        told = last
        if len(buffer) < last - first:
            buffer = np.empty((last - first, *shape), np.float32)
        quick_normals(rng, buffer[: last - first])
        return buffer[: last - first]

    return block


def kept(drawn: Drawn) -> Drawn:
    """Return the same draws with the peers' errors held, so that they can be read again."""
    if drawn.peers is None or not len(drawn):
        return drawn
    held = drawn.peers(0, len(drawn)).copy()
    return replace(drawn, peers=lambda first, last: held[first:last])


def no_doubt(world: World) -> Drawn:
    """Return one draw in which everything is as stated."""
    given, n = world.pattern, len(world.pattern.weight)
    nothing = np.zeros((1, *world.far.value.shape), np.float32)
    plain = stated(given)
    return Drawn(
        own=np.zeros((1, len(world.near.leaf))),
        shared=np.zeros((1, world.sources)),
        peers=lambda first, last: nothing,
        pick=np.zeros((1, n)),
        shift=np.zeros((1, n, 2)),
        weights_indicators=plain.indicators,
        weights_cells=plain.blocks,
        weights_domains=plain.domains,
        normalisation=(GOALPOSTS,),
        aggregation=(ARITHMETIC,),
    )


# --- scores -------------------------------------------------------------------------------------


def figures(world: World, drawn: Drawn) -> tuple[Array, int]:
    """Return the figures of the near places in each draw, and how many kept their own value."""
    common = drawn.shared[:, world.near.source]
    return figures_of(world.near, together(drawn.own, common, world.rules.rho))


def near_scores(world: World, drawn: Drawn, values: Array) -> tuple[Array, Array]:
    """Return scores [draws, indicator, near place] by each draw's rules, and by goalposts alone.

    `values` may be of the first near places only.
    """
    rules = world.rules
    chosen = choose(world.goals, drawn.pick, drawn.shift, rules.other, rules.shift)
    values = due(world.goals, chosen, values.copy(), slice(0, values.shape[2]))
    plain = normalise(values.copy(), chosen, [GOALPOSTS] * len(drawn))
    if all(rule == GOALPOSTS for rule in drawn.normalisation):
        return plain, plain
    return normalise(values, chosen, drawn.normalisation), plain


def far_scores(world: World, drawn: Drawn, first: int, last: int) -> Single:
    """Return the scores [draws, row, place] of the far places in some of the draws."""
    far, rules, rows = world.far, world.rules, world.rows
    assert drawn.peers is not None
    values = drawn.peers(first, last) * far.own
    values += far.value
    if far.sources:
        common = drawn.shared[first:last, list(far.sources)].astype(np.float32)
        values += np.einsum("ds,skp->dkp", common, far.shared)
    picked, shifted = drawn.pick[first:last][:, rows], drawn.shift[first:last][:, rows]
    given = world.goals.take(rows)
    chosen = choose(given, picked, shifted, rules.other, rules.shift)
    values = due(given, chosen, values, slice(len(world.near.places), None))
    return normalise(values, chosen, drawn.normalisation[first:last])


def woven(
    given: Pattern,
    held: Held,
    scores: Floats,
    drawn: Drawn,
    first: int = 0,
    rows: slice | Ints = slice(None),
) -> Woven:
    """Weave the scores of the draws from `first`, each by its own weights and kind of mean.

    `rows` says which of all indicators those of `scores` and of the pattern are.
    """
    last = first + len(scores)
    shaken = (
        drawn.weights_indicators[first:last][:, rows],
        drawn.weights_cells[first:last],
        drawn.weights_domains[first:last],
    )
    named = np.array(drawn.aggregation[first:last])
    if (named == named[:1]).all() and len(named):
        return weave_all(given, held, scores, Shaken(*shaken), str(named[0]))
    found: dict[str, Floats] = {}
    for rule in MEANS:
        at = np.flatnonzero(named == rule)
        if len(at):
            own = Shaken(*(w[at] for w in shaken))
            for kind, some in weave_all(given, held, scores[at], own, rule).scores.items():
                into = found.setdefault(kind, np.empty((len(scores), *some.shape[1:]), some.dtype))
                into[at] = some
    return Woven(found)


def blocks(world: World, draws: int) -> Iterator[tuple[int, int]]:
    """Cut draws so that the figures of all far places in one block are few enough to hold."""
    step = max(1, BLOCK_BYTES // max(1, 4 * world.far.value.size))
    for first in range(0, draws, step):
        yield first, min(draws, first + step)


def units(found: Woven, kinds: Sequence[str] = KINDS) -> Floats:
    """Return the scores of several kinds side by side, [draws, unit, place]."""
    return np.concatenate([found.of(kind) for kind in kinds], axis=1)
