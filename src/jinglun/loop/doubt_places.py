"""Which rank the city, its districts and its comparable cities hold, how surely, and on what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jinglun.framework import DOMAIN_IDS, DOMAINS
from jinglun.loop.doubt_ranks import TIE, UNITS, rank_row, ranks_of_all
from jinglun.loop.doubt_runs import Seen, Setting
from jinglun.loop.doubt_shares import decides, deciding_weight
from jinglun.loop.weave import Case
from jinglun.loop.weaving import CELLS
from jinglun.model.arrays import tidy

COMPARABLE, ALL, DISTRICTS = "comparable", "all", "districts"
Row = dict[str, Any]
_NOTHING: Row = {
    **{"decides": None, "decides_key": None},
    **{"above": None, "above_swap": None, "below": None, "below_swap": None},
}


def rank_rows(
    case: Case, given: Setting, found: Seen, point: Seen, moves: Sequence[Row]
) -> list[Row]:
    """Return every rank with its interval; of the subject also what decides and who is next."""
    rows = _subject(case, given, found, point)
    for row in rows:
        if row["unit"] == "headline" and row["among"] == COMPARABLE:
            row |= _next(case, given, found, point) | _decides(case, given, found, moves)
    return [*rows, *_comparable(case, given, found, point), *_districts(case, given, found, point)]


def _row(case: Case, place: int, among: str, unit: tuple[str, str], rank: Row) -> Row:
    named = case.sensed.places.all[place].id
    return {"place": named, "among": among, "unit": unit[0], "key": unit[1], **rank, **_NOTHING}


def _subject(case: Case, given: Setting, found: Seen, point: Seen) -> list[Row]:
    field, rows = given.peers, []
    if field is None:
        return []
    everyone = np.arange(len(given.world.far.places))
    sets = [(COMPARABLE, given.comparable), (ALL, everyone)]
    for u, unit in enumerate(UNITS):
        for s, (among, places) in enumerate(sets):
            of = 1 + int(field.ranked[u, 1:][places].sum())
            if field.ranked[u, 0] and of > 1:
                rank = rank_row(found.ranks[:, u, s], point.ranks[0, u, s], of)
                rows.append(_row(case, case.subject, among, unit, rank))
    return rows


def _next(case: Case, given: Setting, found: Seen, point: Seen) -> Row:
    """Name the place just above and just below, and how often each changes sides."""
    scores, own = point.headline[0, 1:], point.headline[0, 0]
    places = [given.world.far.places[n] for n in given.comparable]
    ids = case.sensed.places.ids
    row: Row = {}
    for side, there in (("above", scores > own), ("below", scores < own)):
        at = np.flatnonzero(there)
        if not len(at):
            row |= {side: None, f"{side}_swap": None}
            continue
        gap = np.abs(scores[at] - own)
        next_to = min(at, key=lambda n: (float(gap[at == n][0]), ids[places[n]]))
        lead = found.headline[:, 1 + next_to] - found.headline[:, 0]
        swapped = lead < -TIE if side == "above" else lead > TIE
        row |= {side: ids[places[next_to]], f"{side}_swap": tidy(float(swapped.mean()))}
    return row


def _decides(case: Case, given: Setting, found: Seen, moves: Sequence[Row]) -> Row:
    """Name the group of assumptions that moves the rank most; of weights, which one."""
    group = decides(moves, "rank")
    rank: NDArray[Any] = found.ranks[:, 0, 0].astype(float)
    at = deciding_weight(given, found, group, rank)
    key = None
    if at is not None and group == "weights_indicators":
        key = case.loom.indicator(case.loom.scored[at]).id
    elif at is not None:
        key = ".".join(CELLS[at]) if group == "weights_cells" else DOMAIN_IDS[at]
    return {"decides": group, "decides_key": key}


def _comparable(case: Case, given: Setting, found: Seen, point: Seen) -> list[Row]:
    """Return the ranks of the comparable places by the headline, best first, the nearest ones."""
    field = given.peers
    if field is None or not field.ranked[0, 0] or not len(given.comparable):
        return []
    drawn, stated = ranks_of_all(found.headline), ranks_of_all(point.headline)[0]
    of = int(np.isfinite(stated).sum())
    ranked = np.flatnonzero(np.isfinite(stated[1:]))
    near = sorted(ranked, key=lambda n: (abs(stated[1 + n] - stated[0]), stated[1 + n], n))
    chosen = sorted(near[: given.world.rules.listed], key=lambda n: (stated[1 + n], n))
    return [
        _row(
            case,
            given.world.far.places[given.comparable[n]],
            COMPARABLE,
            UNITS[0],
            rank_row(drawn[:, 1 + n], float(stated[1 + n]), of),
        )
        for n in chosen
    ]


def _districts(case: Case, given: Setting, found: Seen, point: Seen) -> list[Row]:
    """Return the ranks of the districts among each other, by the headline and by domain."""
    field, rows = given.districts, []
    if field is None:
        return []
    places = case.sensed.places.of_role("district")
    for u, unit in enumerate(UNITS[: 1 + len(DOMAINS)]):
        stated = point.districts[0, u]
        of = int(np.isfinite(stated).sum())
        for n in np.lexsort((np.arange(len(places)), stated)):
            if np.isfinite(stated[n]) and of > 1:
                rank = rank_row(found.districts[:, u, n], float(stated[n]), of)
                rows.append(_row(case, places[n], DISTRICTS, unit, rank))
    return rows
