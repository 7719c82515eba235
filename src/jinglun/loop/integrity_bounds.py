"""Which figures are outside what can be, far from all other places, or more than their whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from jinglun.loop.integrity_panel import Panel, Ratio, Suspect, added_up, rules, siblings
from jinglun.loop.weave import Case
from jinglun.methods.outliers import median, spread
from jinglun.model.arrays import Array, tidy

PER = "resident_pop"


def outside(panel: Panel) -> list[Suspect]:
    """Return the figures outside what physics, definitions or all other places allow."""
    found = [*_ranges(panel), *_ratios(panel)]
    seen = {cell for one in found for cell in one.cells}
    return found + [one for one in _outliers(panel) if seen.isdisjoint(one.cells)]


def _suspect(
    code: str,
    panel: Panel,
    at: tuple[int, int, int],
    expected: Mapping[str, float],
    evidence: Mapping[str, Any],
    others: Sequence[str] = (),
) -> Suspect:
    v, p, t = at
    names = tuple(dict.fromkeys((panel.variables[v], *others)))
    # An impossible ratio blames one of the two; of a total nobody knows which part is wrong.
    rows = [panel.variables.index(n) for n in (names if code == "inconsistent" else names[:1])]
    cells = tuple(panel.cell(r, p, t) for r in rows if not np.isnan(panel.value[r, p, t]))
    value = float(panel.value[at])
    told = {key: float(bound) for key, bound in expected.items()}
    return Suspect(
        *(code, names, int(p), int(panel.years[t]), value, cells), expected=told, evidence=evidence
    )


def _limits(panel: Panel) -> Iterator[tuple[int, float, float, str]]:
    """Yield the row of each variable with its lowest and highest possible figure."""
    blocks = rules()["range"]
    own = {b["variable"]: b for b in blocks if "variable" in b}
    units = {b["unit"]: b for b in blocks if "unit" in b}
    signed = {name for b in rules()["signed"] for name in b["variables"]}
    for v, noun in enumerate(panel.nouns):
        block = own.get(noun.id) or (units.get(noun.unit) if noun.kind == "share" else None)
        if block is not None:
            yield v, block["low"], block["high"], block["basis"]
        elif noun.id not in signed and noun.kind in ("count", "amount"):
            yield v, 0.0, np.inf, "definition"


def _ranges(panel: Panel) -> Iterator[Suspect]:
    for v, low, high, basis in _limits(panel):
        with np.errstate(invalid="ignore"):
            wrong = (panel.value[v] < low) | (panel.value[v] > high)
        expected = {k: b for k, b in (("low", low), ("high", high)) if np.isfinite(b)}
        for p, t in zip(*np.nonzero(wrong), strict=True):
            told = {"against": "limit", "basis": basis}
            yield _suspect("outside", panel, (v, int(p), int(t)), expected, told)


def _ratios(panel: Panel) -> Iterator[Suspect]:
    """Yield the figures whose ratio to another is outside what can be.

    What stands under several impossible ratios of a place is itself asked about, not all above it.
    """
    broken: dict[tuple[int, int], list[tuple[Mapping[str, Any], int, int, float]]] = {}
    for block in rules()["ratio"]:
        above, below = panel.at(block["of"]), panel.at(block["over"])
        if above is None or below is None:
            continue
        with np.errstate(divide="ignore", invalid="ignore"):
            each = panel.value[above] / panel.value[below]
            wrong = np.isfinite(each) & ((each < block["low"]) | (each > block["high"]))
            # Nothing of something small is no impossible ratio.
            wrong &= panel.value[above] > 0
        for p, t in zip(*np.nonzero(wrong), strict=True):
            found = (block, above, below, float(each[p, t]))
            broken.setdefault((int(p), int(t)), []).append(found)
    for (p, t), found_here in sorted(broken.items()):
        yield from _blamed(panel, p, t, found_here)


def _blamed(
    panel: Panel, p: int, t: int, broken: list[tuple[Mapping[str, Any], int, int, float]]
) -> Iterator[Suspect]:
    rows = [row for _, above, below, _ in broken for row in (above, below)]
    for block, above, below, each in broken:
        v = below if rows.count(below) > rows.count(above) else above
        other = panel.value[below if v == above else above, p, t]
        low, high = block["low"] * other, block["high"] * other
        if v == below:
            low, high = other / block["high"], other / block["low"] if block["low"] else np.inf
        expected = {k: tidy(b) for k, b in (("low", low), ("high", high)) if np.isfinite(b)}
        told = {
            "against": "ratio",
            "of": block["of"],
            "over": block["over"],
            "ratio": tidy(each),
            "low": block["low"],
            "high": block["high"],
            "basis": block["basis"],
        }
        beside = (panel.variables[below if v == above else above],)
        yield _suspect("outside", panel, (v, p, t), expected, told, beside)


def _outliers(panel: Panel) -> Iterator[Suspect]:
    """Yield what is far from all places of its level in its year, by resident where it adds up."""
    rule = rules()["outside"]
    base = panel.at(PER)
    value = panel.value.copy()
    added = panel.kinds("count", "amount")
    with np.errstate(divide="ignore", invalid="ignore"):
        if base is None:
            value[added] = np.nan
        else:
            value[added] /= panel.value[base]
            value[base] = np.nan
        logs = np.where(value > 0, np.log(value), np.nan)
    for at in panel.levels:
        part = logs[:, at, :]
        middle = median(part, 1, rule["places"])
        off = part - middle
        wide = np.fmax(spread(off, 1), rules()["jump"]["floor"])
        far = (np.abs(off) >= rule["spreads"] * wide) & (np.abs(off) >= np.log(rule["times"]))
        # A share of a tenth of a percent is thirty times less than most, and no less possible.
        far[panel.kinds("share")] = False
        far &= np.count_nonzero(far, axis=1, keepdims=True) <= 0.01 * len(at) + 1
        # Of few things chance alone makes much.
        for v, q, t in zip(*np.nonzero(far), strict=True):
            if panel.counting[v] and panel.value[v, at[q], t] < rules()["heaping"]["least_units"]:
                continue
            told = {
                "against": "places",
                "times": tidy(float(np.exp(abs(off[v, q, t])))),
                "spreads": tidy(float(np.abs(off[v, q, t]) / wide[v, 0, t])),
                "places": int(np.count_nonzero(~np.isnan(part[v, :, t]))),
            }
            where = (int(v), int(at[q]), int(t))
            usual = float(panel.value[where] / np.exp(off[v, q, t]))
            yield _suspect("outside", panel, where, {"value": tidy(usual)}, told)


# --- what must fit together ---------------------------------------------------------------------


def inconsistent(case: Case, panel: Panel, rates: tuple[Ratio, ...]) -> list[Suspect]:
    """Return the totals, parts and shares that do not fit together."""
    return [*_parts(panel, rates), *_totals(panel), *_exclusive(panel), *_districts(case, panel)]


def _pairs(panel: Panel, rates: tuple[Ratio, ...]) -> Iterator[tuple[int, int]]:
    """Yield the rows of part and whole: percentages that cannot pass 100, and the rules' own."""
    told = [(r.numerator, r.denominator) for r in rates if r.is_part]
    told += [(part, b["whole"]) for b in rules()["within"] for part in b["parts"]]
    told += [(n.part, n.base) for n in panel.nouns if n.part and n.base and n.kind == "share"]
    for part, whole in dict.fromkeys(told):
        rows = panel.at(part), panel.at(whole)
        if rows[0] is not None and rows[1] is not None:
            yield rows[0], rows[1]


def _parts(panel: Panel, rates: tuple[Ratio, ...]) -> Iterator[Suspect]:
    rule = rules()["inconsistent"]
    for part, whole in _pairs(panel, rates):
        over = panel.value[part] - panel.value[whole]
        with np.errstate(invalid="ignore"):
            wrong = over > np.maximum(rule["part"] * np.abs(panel.value[whole]), 0.5)
        for p, t in zip(*np.nonzero(wrong), strict=True):
            told = {
                "against": "whole",
                "whole": panel.variables[whole],
                "whole_value": tidy(float(panel.value[whole, p, t])),
            }
            expected = {"high": float(panel.value[whole, p, t])}
            names = (panel.variables[whole],)
            yield _suspect("inconsistent", panel, (part, int(p), int(t)), expected, told, names)


def _sum(panel: Panel, names: Sequence[str]) -> Array | None:
    """Return the sum of variables, NaN where one of them is not known."""
    rows = [panel.at(n) for n in names]
    if None in rows:
        return None
    return np.asarray(panel.value[[r for r in rows if r is not None]].sum(axis=0), float)


def _totals(panel: Panel) -> Iterator[Suspect]:
    for block, both in [(b, True) for b in rules()["total"]] + [
        (b, False) for b in rules()["within"] if len(b["parts"]) > 1
    ]:
        whole, made = panel.at(block["whole"]), _sum(panel, block["parts"])
        if whole is None or made is None:
            continue
        off = made - panel.value[whole]
        rule = rules()["inconsistent"]
        derived = np.abs(made - np.round(made)) + np.abs(panel.value[whole] % 1.0) > 1e-6
        room = np.where(derived, rule["derived"], rule["total"]) * np.abs(panel.value[whole])
        room = np.maximum(room, 1.0)
        with np.errstate(invalid="ignore"):
            wrong = (np.abs(off) if both else off) > room
        for p, t in zip(*np.nonzero(wrong), strict=True):
            told = {"against": "total", "sum": tidy(float(made[p, t])), "parts": block["parts"]}
            bound = "value" if both else "low"
            expected = {bound: tidy(float(made[p, t]))}
            at = (whole, int(p), int(t))
            yield _suspect("inconsistent", panel, at, expected, told, block["parts"])


def _exclusive(panel: Panel) -> Iterator[Suspect]:
    for block in rules()["exclusive"]:
        made = _sum(panel, block["parts"])
        if made is None:
            continue
        with np.errstate(invalid="ignore"):
            wrong = made > 100 + rules()["inconsistent"]["points"]
        first = panel.variables.index(block["parts"][0])
        for p, t in zip(*np.nonzero(wrong), strict=True):
            told = {"against": "hundred", "sum": tidy(float(made[p, t])), "parts": block["parts"]}
            at = (first, int(p), int(t))
            yield _suspect("inconsistent", panel, at, {}, told, block["parts"])


def _districts(case: Case, panel: Panel) -> Iterator[Suspect]:
    """Yield the cities whose own figure is not what their districts add up to, latest year each."""
    rule = rules()["inconsistent"]
    added = panel.kinds("count", "amount")[:, None]
    # A table has rows of the city's own offices beside those of districts, and adds up by itself.
    rows = added_up(case)[panel.block]
    for parent, parts in siblings(case):
        made = panel.value[:, parts, :].sum(axis=1)
        own = panel.value[:, parent, :]
        with np.errstate(divide="ignore", invalid="ignore"):
            typed = added & ~rows[:, parent, :] & (own > 0)
            off = np.where(typed, made / own - 1, np.nan)
            wrong = (off > rule["above"]) | (off < -rule["below"])
            # Of small counts the districts and the city may part by a few.
            wrong &= np.abs(made - own) >= 5
        for v in np.flatnonzero(wrong.any(axis=1)):
            times = np.flatnonzero(wrong[v])
            t = int(times[-1])
            told = {
                "against": "districts",
                "sum": tidy(float(made[v, t])),
                "off": tidy(float(off[v, t])),
                "places": len(parts),
                "periods": [panel.periods[n] for n in times],
            }
            expected = {"value": tidy(float(made[v, t]))}
            yield _suspect("inconsistent", panel, (int(v), parent, t), expected, told)
