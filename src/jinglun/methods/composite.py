"""How raw values of many units become one score, by the Handbook's steps, each left to be seen.

Denominate, impute, screen, treat, normalise, weigh, aggregate (OECD/JRC Handbook, 2008), in the
order of COINr's example. Data are [..., units, indicators]; data, weights, goalposts and targets
may each have a leading axis of draws, all computed at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jinglun.methods import imputation, normalisation, weighting
from jinglun.methods.aggregation import aggregate, signed_mean
from jinglun.methods.faults import Fault, refuse
from jinglun.methods.hierarchy import Hierarchy
from jinglun.methods.recipe import Recipe
from jinglun.methods.scoring import goalposts as by_goalposts
from jinglun.methods.treatment import Treated, treat

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a recipe may need beside the data.

    `groups`: one for each unit (None: of no group). `denominators`: [..., units] by name.
    `weights`: [..., nodes]. `zero`, `full`, `target`: [..., indicators]. Weights and the last three
    stand in for those of the hierarchy's nodes.
    """

    groups: Sequence[str | None] | None = None
    denominators: Mapping[str, Array] | None = None
    weights: Array | None = None
    zero: Array | None = None
    full: Array | None = None
    target: Array | None = None


@dataclass(frozen=True, eq=False)
class Composite:
    """The data after every step, [..., units, indicators], and all scores, [..., units, nodes].

    `kept` tells which units have enough data; the others are NaN from there on. `weights` are those
    used, [..., nodes], adding up to 1 among the children of one parent. `coverage` is the weight
    measured over the weight in all, 0-1, of every node.
    """

    hierarchy: Hierarchy
    recipe: Recipe
    denominated: Array
    imputed: Array
    kept: Mask
    treated: Treated | None
    normalised: Array
    weights: Array
    scores: Array

    def score(self, ident: str) -> Array:
        """Return the scores of one node, [..., units]."""
        return self.scores[..., self.hierarchy.places[ident]]

    def rank(self, ident: str) -> Array:
        """Return the places of the units by one node, 1 the best; equal scores share the better."""
        return normalisation.rank(self.score(ident)[..., None], -1)[..., 0]

    def coverage(self, ident: str) -> Array:
        """Return the share of weight that is measured under one node, 0-1, [..., units]."""
        at, below = self.hierarchy.places[ident], self.hierarchy.children
        if at not in below:
            return np.asarray(~np.isnan(self.score(ident)), float)
        of = list(below[at])
        shares = [self.coverage(self.hierarchy.nodes[c].id) for c in of]
        return (np.stack(shares, axis=-1) @ self.weights[..., of, None])[..., 0]


def composite(
    data: Array, hierarchy: Hierarchy, recipe: Recipe | None = None, inputs: Inputs | None = None
) -> Composite:
    """Return scores at every level, with the matrix after each step; faults come all at once.

    `Refused` codes: wrong_width, no_units, infinite, no_groups, wrong_groups, unknown_denominator,
    wrong_denominator, wrong_weights, negative_weight, all_weights_zero, wrong_shape, no_goalposts,
    no_target; and negative_score from the aggregation.
    """
    recipe, inputs = recipe or Recipe(), inputs or Inputs()
    data = np.asarray(data, float)
    refuse(_faults(data, hierarchy, recipe, inputs))
    denominated = _denominate(data, hierarchy, recipe, inputs)
    imputed, kept = _impute_and_screen(denominated, hierarchy, recipe, inputs)
    screened = imputed if kept.all() else np.where(kept[..., None], imputed, np.nan)
    treated = None if recipe.treat is None else treat(screened, recipe.treat)
    values = screened if treated is None else treated.values
    normalised = _normalise(values, hierarchy, recipe, inputs)
    weights = _weigh(normalised, hierarchy, recipe, inputs)
    scores = _aggregate(normalised, weights, hierarchy, recipe)
    return Composite(
        hierarchy, recipe, denominated, imputed, kept, treated, normalised, weights, scores
    )


def _denominate(data: Array, hierarchy: Hierarchy, recipe: Recipe, inputs: Inputs) -> Array:
    """The data with what is to be divided divided; a denominator of 0 leaves a gap."""
    named = [hierarchy.nodes[at].denominator for at in hierarchy.indicators]
    if not recipe.denominate or not any(named):
        return data
    by = {name: np.asarray((inputs.denominators or {})[name], float) for name in set(named) - {""}}
    shape = np.broadcast_shapes(data.shape[:-1], *(d.shape for d in by.values()))
    divided = np.array(np.broadcast_to(data, (*shape, data.shape[-1])))
    for column, name in enumerate(named):
        if name:
            divided[..., column] /= np.where(by[name] == 0, np.nan, by[name])
    return divided


def _impute_and_screen(
    values: Array, hierarchy: Hierarchy, recipe: Recipe, inputs: Inputs
) -> tuple[Array, Mask]:
    if not recipe.screen_first:
        values = _impute(values, hierarchy, recipe, inputs)
        return values, imputation.enough(values, recipe.keep)
    kept = imputation.enough(values, recipe.keep)
    values = np.where(kept[..., None], values, np.nan)
    values = _impute(values, hierarchy, recipe, inputs)
    return np.where(kept[..., None], values, np.nan), kept


def _impute(values: Array, hierarchy: Hierarchy, recipe: Recipe, inputs: Inputs) -> Array:
    groups = inputs.groups or ()
    match recipe.impute:
        case "mean":
            return imputation.mean(values)
        case "median":
            return imputation.median(values)
        case "group_mean":
            return imputation.group_mean(values, groups)
        case "group_median":
            return imputation.group_median(values, groups)
        case "score":
            families = [columns for _, columns in _families(hierarchy)]
            return imputation.unit_score(values, _directions(hierarchy), families)
        case _:
            return values


def _normalise(values: Array, hierarchy: Hierarchy, recipe: Recipe, inputs: Inputs) -> Array:
    direction = _directions(hierarchy)
    match recipe.normalise:
        case "min_max":
            return normalisation.min_max(values, direction, *recipe.interval)
        case "z_score":
            return normalisation.z_score(values, direction, *recipe.centre)
        case "rank":
            return normalisation.rank(values, direction)
        case "percentile_rank":
            return normalisation.percentile_rank(values, direction)
        case "borda":
            return normalisation.borda(values, direction)
        case "goalposts":
            zero = _of_nodes(hierarchy, "zero", inputs)[..., None, :]
            return by_goalposts(values, zero, _of_nodes(hierarchy, "full", inputs)[..., None, :])
        case "target_share":
            target = _of_nodes(hierarchy, "target", inputs)[..., None, :]
            return normalisation.target_share(values, target, direction)
        case _:
            target = _of_nodes(hierarchy, "target", inputs)[..., None, :]
            return normalisation.target_distance(values, target, direction)


def _weigh(normalised: Array, hierarchy: Hierarchy, recipe: Recipe, inputs: Inputs) -> Array:
    """The weights of all nodes, adding up to 1 among the children of one parent."""
    given = hierarchy.weights if inputs.weights is None else np.asarray(inputs.weights, float)
    raw = given
    if recipe.weigh == "equal":
        raw = hierarchy.counts()
    elif recipe.weigh == "by_level":
        raw = np.ones(len(hierarchy.nodes))
    elif recipe.weigh in ("principal", "first_loadings"):
        shape = np.broadcast_shapes(given.shape[:-1], normalised.shape[:-2])
        raw = np.array(np.broadcast_to(given, (*shape, given.shape[-1])))
        found = getattr(weighting, recipe.weigh)
        for nodes, columns in _families(hierarchy):
            raw[..., nodes] = found(normalised[..., columns])
    weights = np.array(raw, float)
    weights[..., hierarchy.root] = 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        for below in hierarchy.children.values():
            weights[..., below] /= weights[..., below].sum(axis=-1, keepdims=True)
    return weights


def _aggregate(normalised: Array, weights: Array, hierarchy: Hierarchy, recipe: Recipe) -> Array:
    """The scores of all nodes: indicators as normalised, then every group from its children."""
    shape = np.broadcast_shapes(normalised.shape[:-2], weights.shape[:-1])
    scores = np.empty((*shape, normalised.shape[-2], len(hierarchy.nodes)))
    scores[..., _span(hierarchy.indicators)] = normalised
    for at in hierarchy.upward:
        below, rule = _span(hierarchy.children[at]), recipe.rule(hierarchy.levels[at])
        parts, of = scores[..., below], weights[..., below]
        if recipe.weigh == "first_loadings":
            scores[..., at] = signed_mean(parts, of)
        else:
            scores[..., at] = aggregate(rule, parts, of, recipe.least, recipe.floor)
    return scores


def _span(positions: Sequence[int]) -> slice | list[int]:
    """The positions as a slice where they follow one another: a view costs no copy."""
    first, last = positions[0], positions[-1]
    if list(positions) == list(range(first, last + 1)):
        return slice(first, last + 1)
    return list(positions)


def _directions(hierarchy: Hierarchy) -> Array:
    return np.array([hierarchy.nodes[at].direction for at in hierarchy.indicators], float)


def _families(hierarchy: Hierarchy) -> Iterator[tuple[list[int], list[int]]]:
    """For every group with indicators directly under it: their nodes, and their columns."""
    column = {at: c for c, at in enumerate(hierarchy.indicators)}
    for below in hierarchy.children.values():
        nodes = [at for at in below if at in column]
        if nodes:
            yield nodes, [column[at] for at in nodes]


def _of_nodes(hierarchy: Hierarchy, name: str, inputs: Inputs) -> Array:
    """A number of each indicator: as given beside the data, or else as the nodes have it."""
    given = getattr(inputs, name)
    if given is not None:
        return np.asarray(given, float)
    return np.array([getattr(hierarchy.nodes[at], name) for at in hierarchy.indicators], float)


def _faults(data: Array, hierarchy: Hierarchy, recipe: Recipe, inputs: Inputs) -> Iterator[Fault]:
    width = len(hierarchy.indicators)
    if data.ndim < 2 or data.shape[-1] != width:
        yield Fault("wrong_width", f"{width} indicators", str(data.shape))
        return
    units = data.shape[-2]
    if units == 0:
        yield Fault("no_units")
    if np.isinf(data).any():
        columns = np.flatnonzero(np.isinf(data).reshape(-1, width).any(axis=0))
        yield from (Fault("infinite", hierarchy.indicator_ids()[c]) for c in columns)
    if recipe.impute.startswith("group_") and inputs.groups is None:
        yield Fault("no_groups", recipe.impute)
    elif inputs.groups is not None and len(inputs.groups) != units:
        yield Fault("wrong_groups", f"{units} units", str(len(inputs.groups)))
    yield from _faulty_denominators(hierarchy, recipe, inputs, units)
    yield from _faulty_weights(hierarchy, inputs)
    yield from _faulty_numbers(hierarchy, recipe, inputs)


def _faulty_denominators(
    hierarchy: Hierarchy, recipe: Recipe, inputs: Inputs, units: int
) -> Iterator[Fault]:
    known = inputs.denominators or {}
    for at in hierarchy.indicators if recipe.denominate else ():
        node = hierarchy.nodes[at]
        if node.denominator and node.denominator not in known:
            yield Fault("unknown_denominator", node.id, node.denominator)
    for name, values in known.items():
        if np.shape(values)[-1:] != (units,):
            yield Fault("wrong_denominator", name, str(np.shape(values)))


def _faulty_weights(hierarchy: Hierarchy, inputs: Inputs) -> Iterator[Fault]:
    if inputs.weights is None:
        return
    weights = np.asarray(inputs.weights, float)
    if weights.shape[-1:] != (len(hierarchy.nodes),) or not np.isfinite(weights).all():
        yield Fault("wrong_weights", f"{len(hierarchy.nodes)} nodes", str(weights.shape))
        return
    negative = np.any((weights < 0).reshape(-1, len(hierarchy.nodes)), axis=0).tolist()
    yield from (
        Fault("negative_weight", n.id)
        for n, wrong in zip(hierarchy.nodes, negative, strict=True)
        if wrong
    )
    for at, below in hierarchy.children.items():
        if (weights[..., below].max(axis=-1) == 0).any():
            yield Fault("all_weights_zero", hierarchy.nodes[at].id)


def _faulty_numbers(hierarchy: Hierarchy, recipe: Recipe, inputs: Inputs) -> Iterator[Fault]:
    """Goalposts and targets that the recipe needs and an indicator lacks, or of a wrong shape."""
    goal = recipe.normalise == "goalposts"
    aimed = recipe.normalise.startswith("target_")
    needed = ("zero", "full") if goal else ("target",) if aimed else ()
    for name in needed:
        numbers = _of_nodes(hierarchy, name, inputs)
        if numbers.shape[-1:] != (len(hierarchy.indicators),):
            yield Fault("wrong_shape", name, str(numbers.shape))
            continue
        lacking = ~np.isfinite(numbers.reshape(-1, numbers.shape[-1])).all(axis=0)
        for ident in np.array(hierarchy.indicator_ids())[lacking]:
            yield Fault("no_target" if aimed else "no_goalposts", str(ident), name)
