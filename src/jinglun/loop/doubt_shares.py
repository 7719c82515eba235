"""Which assumption moves the city's score and its rank: sensitivity by group of assumptions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jinglun.framework import DOMAINS
from jinglun.loop.doubt_rules import GROUPS
from jinglun.loop.doubt_runs import Seen, Setting, in_threads, ranks_of
from jinglun.loop.doubt_worlds import Drawn, draw, figures, kept, mixed, near_scores, woven
from jinglun.loop.weaving import CELLS
from jinglun.methods.sensitivity import Indices, indices
from jinglun.methods.uncertainty import stream
from jinglun.model.arrays import Array, tidy

FIRST_SAMPLE, SECOND_SAMPLE, BOOTSTRAP = 1, 2, 3
"""The purposes of their streams."""

CHUNK = 64
OF_FACTS = ("own", "shared")

Output = tuple[str, str]


def outputs(given: Setting) -> list[Output]:
    """Return what is decomposed: the headline, the rank, and domains or else cells assessed."""
    told = {kind: mask[:, 0] for kind, mask in given.held.assessed.items()}
    domains = [("domain", d.id) for d, yes in zip(DOMAINS, told["domains"], strict=True) if yes]
    cells = [
        ("cell", f"{d}.{f}")
        for (d, f), yes in zip(CELLS, told["blocks"][: len(CELLS)], strict=True)
        if yes
    ]
    head = [("headline", "")] if domains or cells else []
    ranked = given.peers is not None and bool(given.peers.ranked[0, 0])
    return [
        *head,
        *([("rank", "")] if ranked and len(given.comparable) else []),
        *(domains or cells),
    ]


def sensitivity(given: Setting, threads: int = 2) -> list[dict[str, Any]]:
    """Return first-order and total indices by output and group; none where nothing is assessed."""
    wanted = outputs(given)
    if not wanted:
        return []
    draws = given.world.rules.sensitivity_draws
    a, b, ab = _samples(given, wanted, draws, threads)
    rows = []
    for n, (unit, key) in enumerate(wanted):
        rng = stream(given.world.seed, BOOTSTRAP, n)
        found = indices(a[:, n], b[:, n], ab[:, :, n], rng)
        rows += [_row(unit, key, g, found) for g in range(len(GROUPS))]
    return rows


def _row(unit: str, key: str, g: int, found: Indices) -> dict[str, Any]:
    def said(values: Array) -> float | None:
        return tidy(float(values[g])) if np.isfinite(values[g]) else None

    return {
        "unit": unit,
        "key": key,
        "group": GROUPS[g],
        "first": said(found.first),
        "first_error": said(found.first_error),
        "total": said(found.total),
        "total_error": said(found.total_error),
    }


def _samples(
    given: Setting, wanted: Sequence[Output], draws: int, threads: int
) -> tuple[Array, Array, Array]:
    """Return the outputs of A, of B [draw, output] and of each AB_g [group, draw, output]."""

    def work(chunk: int) -> tuple[Array, Array, Array]:
        size = min(CHUNK, draws - chunk * CHUNK)
        a, b = (
            kept(draw(given.world, purpose, chunk, size))
            for purpose in (FIRST_SAMPLE, SECOND_SAMPLE)
        )
        values = figures(given.world, a)[0][:, :, :1]
        other = figures(given.world, b)[0][:, :, :1]
        both = []
        for group in GROUPS:
            ab = mixed(a, b, group)
            mine = figures(given.world, ab)[0][:, :, :1] if group in OF_FACTS else values
            both.append(_outputs(given, wanted, ab, mine))
        return (
            _outputs(given, wanted, a, values),
            _outputs(given, wanted, b, other),
            np.stack(both),
        )

    parts = in_threads(work, -(-draws // CHUNK), threads)
    a, b, ab = zip(*parts, strict=True)
    return np.concatenate(a), np.concatenate(b), np.concatenate(ab, axis=1)


def _outputs(given: Setting, wanted: Sequence[Output], drawn: Drawn, values: Array) -> Array:
    scores, _ = near_scores(given.world, drawn, values)
    held = given.held.of(0)
    held = replace(held, assessed={k: v for k, v in held.assessed.items() if k != "aims"})
    found = woven(given.world.pattern, held, scores, drawn)
    told: dict[Output, NDArray[Any]] = {}
    whole = bool(given.held.assessed["city"][0, 0])
    told["headline", ""] = found.of("city" if whole else "covered")[:, 0, 0]
    if ("rank", "") in wanted:
        told["rank", ""] = ranks_of(given, drawn, scores)[0][:, 0, 0]
    for at, domain in enumerate(DOMAINS):
        told["domain", domain.id] = found.of("domains")[:, at, 0]
    for at, (d, f) in enumerate(CELLS):
        told["cell", f"{d}.{f}"] = found.of("blocks")[:, at, 0]
    return np.stack([np.asarray(told[one], float) for one in wanted], axis=1)


# --- what decides -------------------------------------------------------------------------------


def decides(rows: Sequence[dict[str, Any]], unit: str) -> str | None:
    """Return the group with the largest total index of one output, None where nothing moves it."""
    mine = [r for r in rows if r["unit"] == unit and r["total"] is not None and r["total"] > 0]
    return max(mine, key=lambda r: (r["total"], r["group"]))["group"] if mine else None


def deciding_weight(given: Setting, found: Seen, group: str | None, rank: Array) -> int | None:
    """Return which weight of a group of weights goes most with the rank, as a position."""
    pattern = given.world.pattern
    if group == "weights_indicators":
        weights, groups = found.weights_indicators, pattern.block_of
    elif group == "weights_cells":
        weights, groups = found.weights_cells, pattern.domains.argmax(axis=0)
    elif group == "weights_domains":
        weights, groups = found.weights_domains, np.zeros(len(pattern.domain_weight), np.int64)
    else:
        return None
    counted = _counted(given, group)
    share = np.zeros(weights.shape)
    for g in np.unique(groups):
        rows = np.flatnonzero((groups == g) & counted)
        # A group of one always weighs the same: only its proportions matter.
        if len(rows) > 1:
            share[:, rows] = weights[:, rows] / weights[:, rows].sum(axis=1, keepdims=True)
    off, moved = share - share.mean(axis=0), rank - rank.mean()
    spread = np.sqrt((off**2).sum(axis=0) * (moved**2).sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        tie = np.where(spread > 1e-12, np.abs(off.T @ moved) / spread, 0.0)
    return int(np.argmax(np.round(tie, 9))) if tie.max(initial=0.0) > 0 else None


def _counted(given: Setting, group: str) -> NDArray[np.bool_]:
    """Return which indicators, cells or domains the rank rests on at all."""
    assert given.peers is not None, "there is a rank, so there are peers"
    field, pattern = given.peers, given.world.pattern
    if group == "weights_indicators":
        rests = np.zeros(len(pattern.weight), bool)
        rests[field.rows] = field.held.there[:, 0]
        return rests
    if group == "weights_cells":
        cells = field.held.assessed["blocks"][:, 0].copy()
        cells[len(CELLS) :] = False
        return cells
    return np.asarray(field.held.covered[:, 0], bool)
