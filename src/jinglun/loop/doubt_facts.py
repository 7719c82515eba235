"""Which facts the figures of the city and its districts rest on, and those figures in any world."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jinglun.loop.weave import Case
from jinglun.methods.aggregate import total, weighted_mean
from jinglun.methods.uncertainty import LOG, LOGIT, NORMAL, disturbed, log_deviation
from jinglun.model.arrays import Array
from jinglun.model.catalogue import Variable

Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]
READ, SHARE, BUILT = 0, 1, 2
"""How a fact came about, as `measure` says in `made`."""


@dataclass(frozen=True)
class Step:
    """Facts that follow from others: sums or means of parts, or shares of a base, by slots."""

    made: int
    """BUILT or SHARE."""
    target: Ints
    """[facts]"""
    parts: Ints
    """[facts, parts] of what is built; [facts, 1] of a share."""
    base: Ints | None
    """As `parts`; None for a sum."""


@dataclass(frozen=True)
class Figure:
    """One indicator at the near places where it is fresh: its formula and the slots it takes."""

    formula: Any
    range: tuple[float, float]
    at: Ints
    """Positions among the near places."""
    slots: tuple[Ints, ...]
    """Of each variable, [places]; of an indicator over districts nothing."""
    parts: tuple[tuple[Ints, ...], ...]
    """Of an indicator over districts: of each place, of each variable, its parts."""


@dataclass(frozen=True)
class Near:
    """The facts behind the latest figures of the subject and its districts, one slot each.

    The slots of `leaf` were read and are drawn; all others follow by `steps`, then the figures.
    """

    places: tuple[int, ...]
    value: Array
    """[slot], NaN where it follows from others."""
    leaf: Ints
    way: NDArray[np.int8]
    deviation: Array
    source: Ints
    variable: Ints
    """Of each leaf, the variable's position in the cube."""
    quality: Ints
    """Of each leaf, its class as a position in A-F."""
    steps: tuple[Step, ...]
    figures: tuple[Figure, ...]
    point: Array
    """The figures as published, [indicator, near place], NaN where none is fresh."""


def sources_of(case: Case) -> NDArray[np.int16]:
    """Return which source each fact was read from, [variable, place, period], -1 for none."""
    found = np.full(case.measured.cube.value.shape, -1, np.int16)
    facts = case.sensed.facts
    found[facts.variable, facts.place, facts.period] = facts.source
    return found


def ways(variables: list[Variable], value: Array) -> NDArray[np.int8]:
    """Return how the error of each fact enters; `value` is [variable, ...]."""
    share = np.array([v.kind == "share" for v in variables], bool)
    share = share.reshape(-1, *[1] * (value.ndim - 1))
    return np.where(share, LOGIT, np.where(value < 0, NORMAL, LOG)).astype(np.int8)


def near(case: Case, quality: NDArray[np.int8], bands: tuple[float, ...]) -> Near:
    """Gather the facts that the latest figures of the subject and its districts rest on."""
    places = (case.subject, *case.sensed.places.of_role("district"))
    needed = _needed(case, places)
    where = np.nonzero(needed)
    slots = np.full(needed.shape, -1)
    slots[where] = np.arange(len(where[0]))
    read = case.measured.made[where] == READ
    value = np.where(read, case.measured.cube.value[where], np.nan)
    leaf = tuple(axis[read] for axis in where)
    named = [case.catalogue.variables[v] for v in case.measured.cube.variables]
    source = sources_of(case)[leaf].astype(np.int64)
    worst = np.maximum(quality[leaf], 0)
    steps = _Steps(case, np.where(needed, case.measured.made, -1), slots)
    return Near(
        places=places,
        value=value,
        leaf=np.flatnonzero(read),
        way=ways([named[v] for v in leaf[0]], value[read]),
        deviation=log_deviation(np.array(bands))[worst],
        source=source,
        variable=leaf[0],
        quality=worst.astype(np.int64),
        steps=tuple(steps.all()),
        figures=tuple(_figure_at(case, n, places, slots) for n in case.loom.scored),
        point=_point(case, places),
    )


def _point(case: Case, places: tuple[int, ...]) -> Array:
    box = np.ix_(case.loom.scored, places)
    return np.where(_fresh(case)[box], latest_values(case, places), np.nan)


def latest_values(case: Case, places: Sequence[int]) -> Array:
    """Return the latest figure of each scored indicator, [indicator, place]; see `fresh` first."""
    scored, at = np.array(case.loom.scored, np.int64)[:, None], np.array(places, np.int64)[None]
    if not case.measured.value.shape[2]:
        return np.full((len(scored), at.shape[1]), np.nan)
    period = np.maximum(case.latest.period[scored, at], 0)
    return np.asarray(case.measured.value[scored, at, period], float)


def _fresh(case: Case) -> Mask:
    """Where the latest figure counts: it is fresh and has a score."""
    return case.latest.fresh & np.isfinite(case.latest.score)


def _needed(case: Case, places: tuple[int, ...]) -> Mask:
    """Mark every fact [variable, place, period] behind a figure, down to what was read."""
    cube, made = case.measured.cube, case.measured.made
    at = {v: n for n, v in enumerate(cube.variables)}
    children, fresh = case.sensed.places.children(), _fresh(case)
    needed = np.zeros(made.shape, bool)
    for n in case.loom.scored:
        one = case.loom.indicator(n)
        for p in places:
            if fresh[n, p]:
                sites = children.get(p, []) if one.over == "districts" else [p]
                behind = [at[v] for v in one.parameters]
                needed[np.ix_(behind, sites, [case.latest.period[n, p]])] = True
    before = -1
    while before != (before := int(needed.sum())):
        for v, ident in enumerate(cube.variables):
            _behind(case.catalogue.variables[ident], v, at, children, needed, made)
    return needed


def _behind(
    variable: Variable,
    v: int,
    at: dict[str, int],
    children: dict[int, list[int]],
    needed: Mask,
    made: NDArray[np.int8],
) -> None:
    """Mark what the needed facts of one variable were made from."""
    if not needed[v].any():
        return
    for p, t in zip(*np.nonzero(needed[v] & (made[v] == SHARE)), strict=True):
        needed[[at[str(variable.part)], at[str(variable.base)]], p, t] = True
    for p, t in zip(*np.nonzero(needed[v] & (made[v] == BUILT)), strict=True):
        behind = [v] if _adds(variable) else [v, at[str(variable.base)]]
        needed[np.ix_(behind, children[int(p)], [t])] = True


def _adds(variable: Variable) -> bool:
    return variable.kind in ("count", "amount")


class _Steps:
    """How facts follow from others, lowest level first, sums before means and shares."""

    def __init__(self, case: Case, made: NDArray[np.int8], slots: Ints) -> None:
        self.case, self.made, self.slots = case, made, slots
        self.index = {v: n for n, v in enumerate(case.measured.cube.variables)}
        self.nouns = [case.catalogue.variables[v] for v in case.measured.cube.variables]

    def all(self) -> Iterator[Step]:
        """Say every step in an order in which what it rests on is there."""
        places = self.case.sensed.places
        children = places.children()
        for level in places.levels:
            here = [n for n, p in enumerate(places.all) if p.level == level]
            for place in here:
                if place in children:
                    yield from self._built(place, np.array(children[place]))
            yield from self._shares(np.array(here, np.int64))

    def _built(self, place: int, parts: Ints) -> Iterator[Step]:
        variable, period = np.nonzero(self.made[:, place] == BUILT)
        adds = np.array([_adds(self.nouns[v]) for v in variable], bool)
        for sums in (True, False):
            v, t = variable[adds == sums], period[adds == sums]
            if len(v):
                base = None if sums else np.array([self.index[str(self.nouns[i].base)] for i in v])
                yield Step(
                    BUILT,
                    self.slots[v, place, t],
                    self._of(v, parts, t),
                    None if base is None else self._of(base, parts, t),
                )

    def _of(self, variable: Ints, parts: Ints, period: Ints) -> Ints:
        return np.asarray(self.slots[variable[:, None], parts[None], period[:, None]], np.int64)

    def _shares(self, here: Ints) -> Iterator[Step]:
        variable, place, period = np.nonzero(self.made[:, here] == SHARE)
        if not len(variable):
            return
        part, base = (
            np.array([self.index[str(getattr(self.nouns[v], name))] for v in variable])
            for name in ("part", "base")
        )
        at = here[place]
        yield Step(
            SHARE,
            self.slots[variable, at, period],
            self.slots[part, at, period][:, None],
            self.slots[base, at, period][:, None],
        )


def _figure_at(case: Case, n: int, places: tuple[int, ...], slots: Ints) -> Figure:
    """Return an indicator with the slots behind its latest figures."""
    one, fresh = case.loom.indicator(n), _fresh(case)
    index = {v: i for i, v in enumerate(case.measured.cube.variables)}
    at = [i for i, p in enumerate(places) if fresh[n, p]]
    sites = np.array([places[i] for i in at], np.int64)
    periods = case.latest.period[n, sites]
    behind = [index[v] for v in one.parameters]
    children = case.sensed.places.children()
    over = one.over == "districts"
    parts = tuple(
        tuple(slots[v, children[int(p)], t] for v in behind)
        for p, t in zip(sites, periods, strict=True)
        if over
    )
    return Figure(
        formula=case.catalogue.formulas[one.id],
        range=one.range,
        at=np.array(at, np.int64),
        slots=() if over else tuple(slots[v, sites, periods] for v in behind),
        parts=parts,
    )


# --- any world ----------------------------------------------------------------------------------


def figures_of(given: Near, z: Array) -> tuple[Array, int]:
    """Return the figures [draws, indicator, near place] of errors z [draws, leaf], in deviations.

    A figure that a formula cannot say in some world keeps its published value there; how many did
    comes second. Figures are held in the range their indicator can have.
    """
    facts = np.repeat(given.value[None], len(z), axis=0)
    facts[:, given.leaf] = disturbed(given.value[given.leaf], given.way, given.deviation, z)
    values = np.full((len(z), *given.point.shape), np.nan)
    with np.errstate(all="ignore"):
        for step in given.steps:
            facts[:, step.target] = _made(step, facts)
        for k, figure in enumerate(given.figures):
            if len(figure.at):
                values[:, k, figure.at] = _figure(figure, facts)
    lost = ~np.isfinite(values) & np.isfinite(given.point)
    return np.where(lost, given.point, values), int(lost.sum())


def _made(step: Step, facts: Array) -> Array:
    """Return the facts [draws, fact] that follow from others, over the leading axis of draws."""
    # The parts lead, as the methods of aggregation want them.
    parts = np.moveaxis(facts[:, step.parts], 2, 0)
    if step.base is None:
        return total(parts)
    base = np.moveaxis(facts[:, step.base], 2, 0)
    if step.made == SHARE:
        return np.asarray(np.clip(100.0 * parts[0] / base[0], 0.0, 100.0))
    return weighted_mean(parts, base)


def _figure(figure: Figure, facts: Array) -> Array:
    """Return the values [draws, place] of one indicator at its fresh places."""
    shape = (len(facts), len(figure.at))
    if figure.parts:
        told = [figure.formula(*(facts[:, slots] for slots in place)) for place in figure.parts]
        value = np.stack([np.broadcast_to(v, shape[:1]) for v in told], axis=1)
    else:
        value = np.broadcast_to(figure.formula(*(facts[:, s] for s in figure.slots)), shape)
    return np.asarray(np.clip(value, *figure.range), float)
