"""Which figures are off by a power of ten: against their own years, other places, their country."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from jinglun.loop.integrity_panel import Panel, Suspect, added_up, hide, rules
from jinglun.loop.weave import Case
from jinglun.methods.outliers import counting_noise, largest, median, spread
from jinglun.methods.units_slip import FARTHEST, GREATEST, log10, power_of_ten
from jinglun.model.arrays import Array, tidy
from jinglun.model.periods import year_of

PER = "resident_pop"
"""Counts and amounts of places of unlike size compare by resident."""


def unit_slips(case: Case, panel: Panel) -> list[Suspect]:
    """Return the slips of units, and take the figures out of the panel for the checks to come.

    While units are looked at, what slipped is corrected: one wrong column would hide the next.
    """
    found = []
    for check in (_above_country, _unlike_country, _one_place):
        for slip in check(case, panel):
            _correct(panel, slip)
            found.append(slip)
    hide(panel, [cell for slip in found for cell in slip.cells])
    return [*found, *_two_readings(case, panel)]


def _correct(panel: Panel, slip: Suspect) -> None:
    row = panel.at(slip.variables[0])
    if row is None or slip.power is None:
        return
    at = np.array([cell for cell in slip.cells if cell[0] == panel.rows[row]])
    years = np.searchsorted(panel.years, at[:, 2])
    panel.value[row, at[:, 1], years] /= 10.0**slip.power


def _everywhere(
    panel: Panel, rows: list[int], t: int, power: int, evidence: Mapping[str, Any]
) -> Suspect:
    """Return the slip of whole columns, the first of them above all: every place of a year."""
    known = [(v, int(p)) for v in rows for p in np.flatnonzero(~np.isnan(panel.value[v, :, t]))]
    cells = tuple(panel.cell(v, p, t) for v, p in known)
    names = tuple(panel.variables[v] for v in rows)
    told = {"places": sum(1 for v, _ in known if v == rows[0]), **evidence}
    return Suspect(
        *("unit_slip", names, None, int(panel.years[t]), None, cells), power=power, evidence=told
    )


# --- two readings of one figure -----------------------------------------------------------------

_DIFFERS = re.compile(r"(\S+) ≠ (\S+) \((.*)\)", re.DOTALL)


def _two_readings(case: Case, panel: Panel) -> Iterator[Suspect]:
    """Yield what two sources say of the same figures where they differ by a power of ten.

    A rate times its base is such a reading: a published density times the area is the population.
    """
    facts, rejects = case.sensed.facts, case.sensed.rejects
    said = [v for v, r in zip(rejects.value, rejects.reason, strict=True) if r == "disagrees"]
    pairs_told = [pair for value in said if (pair := _DIFFERS.fullmatch(value))]
    wanted = {pair[3] for pair in pairs_told}
    held = {str(at): n for n, at in enumerate(facts.locator) if at in wanted} if wanted else {}
    told: dict[tuple[int, int, int], list[tuple[float, str, int]]] = {}
    for pair in pairs_told:
        n, other, kept = held.get(pair[3]), float(pair[1]), float(pair[2])
        if n is not None and other * kept > 0 and int(facts.period[n]) in panel.years:
            key = (int(facts.variable[n]), int(facts.period[n]), int(facts.source[n]))
            off = math.log10(kept / other)
            told.setdefault(key, []).append((off, pair[0], int(facts.place[n])))
    for (variable, period, _), pairs in sorted(told.items()):
        slip = _agreed(case, variable, period, pairs)
        if slip is not None:
            yield slip


def _agreed(
    case: Case, variable: int, period: int, pairs: list[tuple[float, str, int]]
) -> Suspect | None:
    """Return the slip that most of the pairs of readings show, if they show one and the same."""
    logs = np.array([log for log, _, _ in pairs])
    power = round(float(np.median(logs)))
    same = np.abs(logs - power) <= 0.01
    if not 0 < abs(power) <= GREATEST or same.mean() <= 0.5:
        return None
    places = sorted({pairs[n][2] for n in np.flatnonzero(same)})
    one = places[0] if len(places) == 1 else None
    value = float(case.measured.cube.value[variable, places[0], period])
    return Suspect(
        "unit_slip",
        (case.measured.cube.variables[variable],),
        one,
        period,
        None if one is None else value,
        tuple((variable, p, period) for p in places),
        {} if one is None else {"value": value / 10.0**power},
        power,
        {
            "against": "second_source",
            "places": len(places),
            "example": pairs[int(np.flatnonzero(same)[0])][1],
        },
    )


# --- the whole country --------------------------------------------------------------------------


def _country(case: Case, panel: Panel) -> Iterator[tuple[int, Mapping[int, float], str]]:
    for block in rules()["country"]:
        v = panel.at(block["variable"])
        if block["country"] == case.city.country and v is not None:
            years = {int(year): float(value) for year, value in block["by_year"].items()}
            yield v, years, block["basis"]


def _in(by_year: Mapping[int, float], period: str) -> float:
    """Return the figure of the nearest year, the earlier of two."""
    return by_year[min(by_year, key=lambda year: (abs(year - year_of(period)), year))]


def _cities(case: Case) -> list[int]:
    """Return the places of the subject's level, which do not overlap."""
    level = case.sensed.places.all[case.subject].level
    return [n for n, p in enumerate(case.sensed.places.all) if p.level == level]


def _above_country(case: Case, panel: Panel) -> Iterator[Suspect]:
    """Yield the columns whose places hold more, all together, than their country does."""
    cities = _cities(case)
    for v, by_year, basis in _country(case, panel):
        for t, period in enumerate(panel.periods):
            whole = _in(by_year, period)
            held = float(np.nansum(panel.value[v, cities, t]))
            over = held / (whole * (1 + rules()["typical"]["above"]))
            if over > 1:
                power = min(math.ceil(math.log10(over) - 1e-9), GREATEST)
                told = {"against": "country", "sum": tidy(held), "country": whole, "basis": basis}
                yield _everywhere(panel, [v], t, max(power, 1), told)


def _unlike_country(case: Case, panel: Panel) -> Iterator[Suspect]:
    """Yield the columns whose median per resident is a power of ten off that of the country."""
    rule, cities = rules()["typical"], _cities(case)
    known = {panel.variables[v]: (v, years, basis) for v, years, basis in _country(case, panel)}
    people = known.pop(PER, None)
    if people is None:
        return
    for v, by_year, basis in known.values():
        for t, period in enumerate(panel.periods):
            each = panel.value[v, cities, t] / panel.value[people[0], cities, t]
            usual = _in(by_year, period) / _in(people[1], period)
            off = log10(each / usual)
            if np.count_nonzero(~np.isnan(off)) < rule["places"]:
                continue
            middle, wide = float(median(off, 0)[0]), float(spread(off, 0)[0])
            power = round(middle)
            if (
                not 0 < abs(power) <= GREATEST
                or wide > rule["widest"]
                or abs(middle - power) > rule["within"]
            ):
                continue
            told = {
                "against": "country_per_resident",
                "median": tidy(usual * 10**middle),
                "country": tidy(usual),
                "basis": basis,
            }
            # Which of the two is wrong cannot be told from their ratio: both are asked about.
            yield _everywhere(panel, [people[0], v], t, -power, told)


# --- one place ----------------------------------------------------------------------------------


def _one_place(case: Case, panel: Panel) -> list[Suspect]:
    """Return the figures off by a power of ten against their own years, or against other places."""
    rule = rules()["unit_slip"]
    logs = log10(panel.value)
    by_years = _against_years(panel, logs, rule)
    power = np.where(by_years != 0, by_years, _against_places(panel, logs, rule))
    # Rows that were counted have no unit to be wrong, and a few large ones make ten times another.
    of_rows = added_up(case)[panel.block]
    power[of_rows & (panel.counting[:, None, None] | (np.abs(power) < 3))] = 0
    found = []
    for v, p in zip(*np.nonzero((power != 0).any(axis=2)), strict=True):
        for ten in sorted(set(power[v, p][power[v, p] != 0].tolist())):
            times = np.flatnonzero(power[v, p] == ten)
            found.append(_slip(panel, int(v), int(p), times.tolist(), int(ten), by_years))
    return found


def _slip(
    panel: Panel, v: int, p: int, times: list[int], power: int, by_years: np.ndarray[Any, Any]
) -> Suspect:
    last = times[-1]
    value = float(panel.value[v, p, last])
    others = [t for t in range(len(panel.periods)) if t not in times]
    known = panel.value[v, p, others]
    known = known[~np.isnan(known)]
    told: dict[str, Any] = {
        "against": "own_years" if by_years[v, p, last] else "places",
        "periods": [panel.periods[t] for t in times],
    }
    if len(known):
        told["median_of_other_years"] = tidy(float(np.median(known)))
    return Suspect(
        "unit_slip",
        (panel.variables[v],),
        p,
        int(panel.years[last]),
        value,
        tuple(panel.cell(v, p, t) for t in times),
        {"value": value / 10.0**power},
        power,
        told,
    )


def _against_years(panel: Panel, logs: Array, rule: Mapping[str, Any]) -> Any:
    """Return the power of ten of each figure against the median of its own years.

    What all places of a level share in a year is taken off first; a place without fellows is not
    judged at the beginning of its series, where what is new grows tenfold.
    """
    raw = logs - median(logs, 2, rule["years"])
    own = raw.copy()
    wide = np.zeros(own.shape)
    for at in panel.levels:
        part = own[:, at, :]
        common = median(part, 1, 4)
        first = np.cumsum(~np.isnan(part), axis=2) <= 1
        alone = np.isnan(common) & first
        own[:, at, :] = np.where(alone, np.nan, part - np.nan_to_num(common))
    wide = np.broadcast_to(np.fmax(spread(own, 2, rule["years"]), 0.01), own.shape)
    power = power_of_ten(own, wide, rule["widest"])
    # What is a power of ten only when the common change is taken off is none.
    power[~(np.abs(raw - power) <= FARTHEST)] = 0
    # Amounts that rest on a few contracts vary so much that some year is ten times another.
    others = np.nan_to_num(np.where(power == 0, np.abs(own), 0.0)).max(axis=2, keepdims=True)
    power[(np.abs(power) == 1) & (others > rule["steady"])] = 0
    return np.where(_by_chance(panel, own, rule), 0, power)


def _by_chance(panel: Panel, off: Array, rule: Mapping[str, Any]) -> Any:
    """Return where counts are so small that chance alone can make them ten times another."""
    with np.errstate(over="ignore"):
        expected = panel.value / 10.0**off
    noise = counting_noise(panel.value, expected) / math.log(10)
    return panel.counting[:, None, None] & ~(noise <= rule["chance"])


def _against_places(panel: Panel, logs: Array, rule: Mapping[str, Any]) -> Any:
    """Return the power of ten of each figure against those of other places in the same year."""
    base = panel.at(PER)
    added = panel.kinds("count", "amount")
    each = logs.copy()
    if base is not None:
        each[added] -= logs[base]
    each[added if base is None else panel.variables.index(PER)] = np.nan
    power = np.zeros(logs.shape, np.int64)
    for at in panel.levels:
        off = each[:, at, :] - median(each[:, at, :], 1, rule["places"])
        if base is not None:
            # Where all is off by resident, the residents are.
            people = _whole_place(off[added])
            power[base, at, :] = -people
            off[added] -= people
        wide = np.broadcast_to(largest(spread(off, 1), np.array(0.01)), off.shape)
        known = np.count_nonzero(~np.isnan(off), axis=1, keepdims=True)
        far = np.count_nonzero(np.abs(off) >= 0.5, axis=1, keepdims=True)
        crowded = far > np.maximum(1, rule["crowd"] * known)
        found = np.where(crowded, 0, power_of_ten(off, wide, rule["widest"]))
        found[(np.abs(found) == 1) & (wide > rule["close"])] = 0
        power[:, at, :] += found
    power[_by_chance(panel, power.astype(float), rule)] = 0
    power[np.asarray(_cleared(panel, logs, power, rule))] = 0
    return power


def _cleared(panel: Panel, logs: Array, power: Any, rule: Mapping[str, Any]) -> Any:
    """Return where a power against other places is contradicted by other figures of the place.

    Other years without the slip settle it where there are enough; where there is one, a slip must
    bring the figure near to it. A slip in every year must be of three powers: a mining town's
    output a head is always ten times ours. What a share cannot be when corrected it was not.
    """
    years = np.count_nonzero(~np.isnan(logs), axis=2, keepdims=True)
    others = median(np.where(power == 0, logs, np.nan), 2)
    enough = ~np.isnan(others) & (years >= rule["years"])
    far = np.abs(logs - power - others) > 2 * rule["widest"]
    alike = np.isnan(others) & (years > 1) & (np.abs(power) < 3)
    impossible = panel.kinds("share")[:, None, None] & (logs - power > 2)
    return enough | (~np.isnan(others) & far) | alike | impossible


def _whole_place(off: Array) -> Any:
    """Return the power of ten that most variables of a place are off by in a year, 0 if none."""
    middle = median(off, 0, 10)
    near = np.abs(middle - np.round(middle)) <= 0.3
    return np.where(near, np.nan_to_num(np.round(middle)), 0).astype(np.int64)[0]
