"""Which places can fairly be ranked, by what they all measure, and the ranks in any world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jinglun.framework import DOMAINS, FACTOR_IDS
from jinglun.loop.doubt_rules import Rules
from jinglun.loop.weaving import CELLS, Held, Mask, Pattern, Woven
from jinglun.methods.normalisation import rank
from jinglun.model.arrays import Array, tidy

Floats = NDArray[Any]
Ints = NDArray[np.int64]

TIE = 1e-3
"""Scores no further apart hold one rank: peers are woven in single precision."""

UNITS: tuple[tuple[str, str], ...] = (
    ("headline", ""),
    *(("domain", d.id) for d in DOMAINS),
    *(("factor", f) for f in FACTOR_IDS),
    *(("cell", f"{d}.{f}") for d, f in CELLS),
)
"""What places are ranked by."""


@dataclass(frozen=True)
class Field:
    """A field of places that are compared by what most of them measure."""

    rows: Ints
    """The indicators compared by, those of one block side by side."""
    pattern: Pattern
    """Of those alone."""
    held: Held
    ranked: Mask
    """[unit, place]"""
    whole: bool
    """Whether the headline is the city's score; else it is the mean over what is covered."""


def fair_field(
    given: Pattern, there: Mask, basis: Mask, told: Mapping[str, Mask], rules: Rules
) -> Field:
    """Decide by which cells, domains and factors the places of `there` can be compared.

    `basis` says by which indicators, `told` which blocks, domains, factors and city are assessed
    of the places the field is about. A place takes part where it measures enough of the basis.
    """
    counted = there & basis[:, None]
    weight = given.weight * basis
    blocks = _coverage(given.blocks, weight, counted)
    here = told["blocks"] & ((given.blocks @ weight) > 0)
    block_weight = given.block_weight * here
    domains = _coverage(given.domains, block_weight, blocks)
    factors = _coverage(given.factors, block_weight, blocks)
    whole = bool(told["city"].all())
    some = (given.domains @ block_weight) > 0
    domain_weight = given.domain_weight * (told["domains"] & some if whole else some)
    city = _coverage(np.ones((1, len(DOMAINS))), domain_weight, domains)
    assessed = {
        "blocks": here[:, None] & _enough(blocks, rules),
        "domains": (told["domains"] & some)[:, None] & _enough(domains, rules),
        "factors": told["factors"][:, None] & _enough(factors, rules),
        "city": _enough(city, rules),
    }
    covered = (given.domains @ (block_weight[:, None] * assessed["blocks"])) > 0
    ranked = np.concatenate(
        [
            assessed["city"] & (assessed["domains"] if whole else covered).any(axis=0),
            assessed["domains"],
            assessed["factors"],
            assessed["blocks"][: len(CELLS)],
        ]
    )
    rows = np.flatnonzero(basis)
    rows = rows[np.argsort(given.block_of[rows], kind="stable")]
    held = Held(counted[rows], {}, assessed, covered)
    return Field(rows, given.take(rows), held, ranked, whole)


def _coverage(belongs: Array, weight: Array, part: NDArray[Any]) -> Array:
    weighed = belongs * weight
    whole = weighed.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, (weighed @ part) / whole, 0.0)


def _enough(coverage: Array, rules: Rules) -> Mask:
    # Sums of thirds must not miss a threshold by their last bit.
    return np.asarray((coverage >= rules.coverage - 1e-9) & (coverage > 0), bool)


def peers_field(
    given: Pattern, there: Mask, comparable: Ints, published: Held, rules: Rules
) -> Field:
    """Return the field of the subject, which comes first in `there`, and the places beside it."""
    beside = there[:, comparable + 1] if len(comparable) else there[:, 1:]
    common = beside.mean(axis=1) >= rules.basis if beside.shape[1] else np.ones(len(there), bool)
    told = {kind: mask[:, 0] for kind, mask in published.assessed.items()}
    return fair_field(given, there, there[:, 0] & common, told, rules)


def districts_field(given: Pattern, there: Mask, published: Held, rules: Rules) -> Field:
    """Return the field of the districts alone, by what at least half of them measure."""
    half = {kind: m[:, 1:].mean(axis=1) >= 0.5 for kind, m in published.assessed.items()}
    return fair_field(given, there, there.mean(axis=1) >= rules.basis, half, rules)


def unit_scores(field: Field, found: Woven) -> Floats:
    """Return the scores of `UNITS` [draws, unit, place], NaN where a place is not ranked."""
    head = found.of("city") if field.whole else found.of("covered")
    kinds = [head, found.of("domains"), found.of("factors"), found.of("blocks")[:, : len(CELLS)]]
    return np.where(field.ranked, np.concatenate(kinds, axis=1), np.float32(np.nan))


def places_ahead(scores: Floats, sets: Sequence[Ints]) -> Ints:
    """Return how many places of each set are ahead of the first, [draws, unit, set].

    Of a first without a score all that have one are ahead: no score never ranks first.
    """
    others, own = scores[:, :, 1:], scores[:, :, :1]
    with np.errstate(invalid="ignore"):
        ahead = others > own + TIE
    ahead |= np.isnan(own) & ~np.isnan(others)
    return np.stack([ahead[:, :, chosen].sum(axis=2) for chosen in sets], axis=2)


def ranks_of_all(scores: Floats) -> Floats:
    """Return the rank [draws, place] of every place, best first; ties share the better rank."""
    told: Array = np.round(scores.astype(float), 3)
    return rank(told[:, :, None], -1)[:, :, 0]


def rank_row(ranks: NDArray[Any], point: float, of: int) -> dict[str, Any]:
    """Return a rank with its p05-p95 and the share of draws that keep it, as findings have it."""
    low, high = np.quantile(ranks, (0.05, 0.95), method="inverted_cdf")
    return {
        "rank": int(point),
        "low": int(min(low, point)),
        "high": int(max(high, point)),
        "of": of,
        "kept": tidy(float(np.mean(ranks == point))),
    }
