"""Which figures were rounded by hand or copied: last digits, and figures that stand again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from jinglun.loop.integrity_panel import Mask, Panel, Suspect, rules, siblings
from jinglun.loop.weave import Case
from jinglun.methods.digits import FEWEST, LastDigits, has_digits, last_digits
from jinglun.model.arrays import Array, tidy


def heaped(case: Case, panel: Panel) -> list[Suspect]:
    """Return the columns of a source whose last digits are 0 or 5 far more often than by chance.

    The digit is the last that the column was written in: of 832.2 and 710 it is the tenth.
    """
    found = []
    for group in _columns(case, panel):
        facts = case.sensed.facts.take(group)
        v = int(np.searchsorted(panel.rows, facts.variable[0]))
        told = _heap(facts.value, panel.nouns[v].kind == "count")
        if told is not None:
            # What stands still for years is one figure, not many that end alike.
            both = np.unique(np.stack([facts.place, facts.value]), axis=1)
            told = _heap(both[1], panel.nouns[v].kind == "count")
        if told is None:
            continue
        evidence = {
            "against": "zeros" if told.even_share == 0.2 else "fives",
            "figures": told.figures,
            "unit": told.unit,
            "digits": list(told.counts),
            "chi_square": tidy(told.chi_square),
            "p": tidy(told.p),
            "share": tidy(told.share),
            "even_share": tidy(told.even_share),
        }
        where = (facts.variable.tolist(), facts.place.tolist(), facts.period.tolist())
        last = int(facts.period.max())
        found.append(
            Suspect(
                *("heaping", (panel.variables[v],), None, last, None),
                cells=tuple(zip(*where, strict=True)),
                evidence=evidence,
            )
        )
    return found


def _columns(case: Case, panel: Panel) -> Iterator[NDArray[np.int64]]:
    """Yield the rows of the facts that are one source's figures of one variable, 50 at least."""
    facts = case.sensed.facts
    added = np.isin(facts.variable, panel.rows[panel.kinds("count", "amount")])
    at = np.flatnonzero(added & np.isin(facts.period, panel.years))
    key = facts.variable[at].astype(np.int64) * (1 + facts.source.max(initial=0)) + facts.source[at]
    order = np.argsort(key, kind="stable")
    for group in np.split(at[order], np.flatnonzero(np.diff(key[order])) + 1):
        if len(group) >= FEWEST:
            yield group


def _heap(values: Array, counted: bool) -> LastDigits | None:
    """Return the last digits where they are heaped beyond the thresholds."""
    rule = rules()["heaping"]
    told = last_digits(values, rule["least_units"], counted=counted)
    if told is None or told.p > rule["p"] or told.share < rule["times"] * told.even_share:
        return None
    return told


def repeated(case: Case, panel: Panel) -> list[Suspect]:
    """Return the figures that stand unchanged for years, or in many districts of one city.

    Only of what is seldom the same: where many such pairs are equal, it is the nature of the thing.
    """
    exact = panel.kinds("count", "amount")[:, None, None]
    long = exact & has_digits(panel.value, rules()["repeated"]["digits"])
    return [*_years(panel, long), *_districts(case, panel, long)]


def _years(panel: Panel, long: Mask) -> Iterator[Suspect]:
    rule = rules()["repeated"]
    if len(panel.periods) < rule["years"]:
        return
    both = long[:, :, 1:] & ~np.isnan(panel.value[:, :, :-1])
    same = both & (panel.value[:, :, 1:] == panel.value[:, :, :-1])
    pairs = np.count_nonzero(both, axis=(1, 2))
    equal = np.count_nonzero(same, axis=(1, 2))
    run = np.zeros(panel.value.shape, np.int64)
    for t in range(1, len(panel.periods)):
        run[:, :, t] = np.where(same[:, :, t - 1], run[:, :, t - 1] + 1, 0)
    peak = run.copy()
    peak[:, :, :-1][run[:, :, 1:] > 0] = 0
    peak[:, ~panel.inside, :] = 0
    for v, p, t in zip(*np.nonzero(peak >= rule["years"] - 1), strict=True):
        count = int(run[v, p, t])
        # The run itself must not make the variable look constant.
        if equal[v] - count > rule["usual"] * max(1, pairs[v] - count):
            continue
        times = range(int(t) - count, int(t) + 1)
        yield Suspect(
            *("repeated", (panel.variables[v],), int(p), int(panel.years[t])),
            value=float(panel.value[v, p, t]),
            cells=tuple(panel.cell(int(v), int(p), n) for n in times[1:]),
            evidence={"against": "years", "periods": [panel.periods[n] for n in times]},
        )


def _districts(case: Case, panel: Panel, long: Mask) -> Iterator[Suspect]:
    rule = rules()["repeated"]
    usual = _usually_equal(case, panel, long)
    # A figure taken from a higher level is the same everywhere by its class, and says so.
    own = case.measured.cube.quality[panel.block] < 2
    for parent, parts in siblings(case):
        if not panel.inside[parent]:
            continue
        value = np.where((long & own)[:, parts, :], panel.value[:, parts, :], np.nan)
        ordered = np.sort(value, axis=1)
        if ordered.shape[1] < rule["places"]:
            continue
        thrice = ordered[:, rule["places"] - 1 :, :] == ordered[:, : 1 - rule["places"], :]
        for v, t in zip(*np.nonzero(thrice.any(axis=1)), strict=True):
            if usual[v] > rule["usual"]:
                continue
            figures, counts = np.unique(value[v, :, t], return_counts=True)
            figure = float(figures[int(np.argmax(counts))])
            places = [parts[q] for q in np.flatnonzero(value[v, :, t] == figure)]
            yield Suspect(
                *("repeated", (panel.variables[v],), places[0], int(panel.years[t]), figure),
                cells=tuple(panel.cell(int(v), p, int(t)) for p in places),
                evidence={
                    "against": "districts",
                    "places": [case.sensed.places.all[p].id for p in places],
                },
            )


def _usually_equal(case: Case, panel: Panel, long: Mask) -> Array:
    """Return the share of neighbours in rank that are equal, by variable, over all years."""
    equal = np.zeros(len(panel.variables))
    pairs = np.zeros(len(panel.variables))
    for _, parts in siblings(case):
        ordered = np.sort(np.where(long[:, parts], panel.value[:, parts], np.nan), axis=1)
        most = np.zeros(len(panel.variables))
        for t in range(ordered.shape[2]):
            same = (ordered[:, 1:, t] == ordered[:, :-1, t]).sum(axis=1)
            equal += same
            most = np.maximum(most, same)
            pairs += np.maximum(0, (~np.isnan(ordered[:, :, t])).sum(axis=1) - 1)
        equal -= most
        pairs -= most
    return equal / np.maximum(1, pairs)
