"""Which figures an office should be asked about, and how far each is believed until it answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jinglun.loop.integrity_bounds import inconsistent, outside
from jinglun.loop.integrity_digits import heaped, repeated
from jinglun.loop.integrity_moves import bases_moved, jumps, moves
from jinglun.loop.integrity_panel import (
    EVERYWHERE,
    Cell,
    Suspect,
    hide,
    panel_of,
    ratios,
    rules,
)
from jinglun.loop.integrity_units import unit_slips
from jinglun.loop.measure import goalposts_by_period
from jinglun.loop.offices import departments
from jinglun.loop.weave import Case, weight_in_city
from jinglun.methods.scoring import goalposts
from jinglun.model.arrays import tidy
from jinglun.model.city import Answer
from jinglun.model.facts import QUALITY

_UNKNOWN = len(QUALITY) - 1


@dataclass(frozen=True)
class Asked:
    """A question as findings.json has it, and the figures whose class it lowers."""

    row: Mapping[str, Any]
    cells: tuple[Cell, ...]


def asked_about(case: Case) -> tuple[Asked, ...]:
    """Return every figure that an office should be asked about, what moves scores most first.

    A figure is never changed or left out for it; the checks come in the order of how sure they are,
    and what one has caught the next does not see.
    """
    # Zeros, gaps and figures beyond all measure are no faults here: they compare with nothing.
    with np.errstate(all="ignore"):
        suspects = _merged(_found(case))
    located = _located(case, suspects)
    held = {v: d for d in departments(case.catalogue) for v in d.variables}
    answers = {answer.flag: answer for answer in case.city.answers}
    serves = _serving(case)
    made = []
    for one in suspects:
        ident = _ident(case, one)
        source, locator = located.get(one.cells[0], ("", "")) if one.cells else ("", "")
        office = held.get(one.variables[0])
        row = {
            **_said(case, one, ident, answers.get(ident)),
            "source": source,
            "locator": locator,
            "office_zh": office.zh if office else "",
            "office_en": office.en if office else "",
            **_effect(case, one, serves),
        }
        made.append(Asked(row, one.cells))
    return tuple(sorted(made, key=lambda a: _rank(a.row)))


def integrity(case: Case, asked: Sequence[Asked]) -> dict[str, Any]:
    """Return the questions as findings.json has them, with the answers that fit none of them."""
    known = {a.row["id"] for a in asked}
    counts = Counter(a.row["code"] for a in asked)
    return {
        "privacy": "internal",
        "flags": [dict(a.row) for a in asked],
        "counts": {code: counts[code] for code in rules()["steps"]},
        "answered": sum(1 for a in asked if a.row["answer"]),
        "unmatched": [
            _answer(answer) | {"flag": answer.flag}
            for answer in case.city.answers
            if answer.flag not in known
        ],
    }


def lowered(case: Case, asked: Sequence[Asked]) -> NDArray[np.int8]:
    """Return the quality classes of the cube as [variable, place, period], lowered by questions.

    A copy: facts keep their class. A figure made of lowered ones is no better than they are; one
    whose office has confirmed it keeps its class.
    """
    quality = case.measured.cube.quality.copy()
    steps = rules()["steps"]
    for one in asked:
        if not one.cells or _is_confirmed(one.row["answer"]):
            continue
        at = tuple(np.array(one.cells).T)
        original = case.measured.cube.quality[at]
        fallen = np.minimum(original + steps[one.row["code"]], _UNKNOWN)
        # A cell may be asked about twice: the worst of it holds, not the sum.
        np.maximum.at(quality, at, np.where(original >= 0, fallen, original).astype(np.int8))
        _hand_on(case, quality, one.cells)
    return quality


def _hand_on(case: Case, quality: NDArray[np.int8], cells: Iterable[Cell]) -> None:
    """Lower what the program made of lowered figures: shares of their base, wholes of parts."""
    cube, made = case.measured.cube, case.measured.made
    above = {
        part: whole for whole, parts in case.sensed.places.children().items() for part in parts
    }
    variables = case.catalogue.variables
    at = {v: n for n, v in enumerate(cube.variables)}
    using: dict[int, list[int]] = {}
    for n, ident in enumerate(cube.variables):
        for other in (variables[ident].part, variables[ident].base):
            if other in at:
                using.setdefault(at[other], []).append(n)
    waiting, seen = list(dict.fromkeys(cells)), set(cells)
    while waiting:
        v, p, t = waiting.pop()
        made_of_it = [(n, p, t) for n in using.get(v, ()) if made[n, p, t] == 1]
        if p in above:
            q = above[p]
            made_of_it += [(n, q, t) for n in (v, *using.get(v, ())) if made[n, q, t] == 2]
        for cell in made_of_it:
            quality[cell] = max(quality[cell], quality[v, p, t])
            if cell not in seen:
                seen.add(cell)
                waiting.append(cell)


# --- what is found ------------------------------------------------------------------------------


def _found(case: Case) -> list[Suspect]:
    panel, rates = panel_of(case), ratios(case.catalogue)
    if not len(panel.variables):
        return []
    found = unit_slips(case, panel)
    for group in (outside(panel), inconsistent(case, panel, rates)):
        found += group
    hide(panel, [cell for one in found if one.code == "outside" for cell in one.cells[:1]])
    changes = moves(panel)
    jumped = jumps(panel, changes)
    taken = {cell for one in jumped for cell in one.cells}
    based = [b for b in bases_moved(panel, changes, rates) if taken.isdisjoint(b.cells)]
    return [*found, *jumped, *based, *heaped(case, panel), *repeated(case, panel)]


def _ident(case: Case, one: Suspect) -> str:
    place = EVERYWHERE if one.place is None else case.sensed.places.all[one.place].id
    return f"{one.code}:{one.variables[0]}:{place}:{case.measured.cube.periods[one.period]}"


def _merged(found: Sequence[Suspect]) -> list[Suspect]:
    """Return one suspect per code, variable, place and period; further evidence is kept in it."""
    first: dict[tuple[Any, ...], Suspect] = {}
    for one in found:
        key = (one.code, one.variables[0], one.place, one.period)
        if key not in first:
            first[key] = one
            continue
        kept = first[key]
        first[key] = replace(
            kept,
            variables=tuple(dict.fromkeys((*kept.variables, *one.variables))),
            cells=tuple(dict.fromkeys((*kept.cells, *one.cells))),
            expected=kept.expected or one.expected,
            power=one.power if kept.power is None else kept.power,
            evidence={**kept.evidence, "also": [*kept.evidence.get("also", []), one.evidence]},
        )
    return list(first.values())


# --- how it is said -----------------------------------------------------------------------------


def _is_confirmed(answer: Mapping[str, Any] | None) -> bool:
    return answer is not None and answer["verdict"] == "confirmed"


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "by": answer.by,
        "date": answer.date.isoformat(),
        "verdict": answer.verdict,
        "says_zh": answer.says_zh,
        "says_en": answer.says_en,
    }


def _said(case: Case, one: Suspect, ident: str, answer: Answer | None) -> dict[str, Any]:
    cube = case.measured.cube
    place = None if one.place is None else case.sensed.places.all[one.place]
    classes = [int(cube.quality[cell]) for cell in one.cells if cube.quality[cell] >= 0]
    before = Counter(classes).most_common(1)[0][0] if classes else _UNKNOWN
    told = _answer(answer) if answer is not None else None
    fall = 0 if _is_confirmed(told) else rules()["steps"][one.code]
    return {
        "id": ident,
        "code": one.code,
        "privacy": "internal",
        "variable": one.variables[0],
        "variables": list(one.variables),
        "place": EVERYWHERE if place is None else place.id,
        "role": EVERYWHERE if place is None else place.role,
        "period": cube.periods[one.period],
        "value": None if one.value is None else tidy(one.value),
        "expected": {key: _plain(one.expected.get(key)) for key in ("value", "low", "high")},
        "power": one.power,
        "evidence": _plain(one.evidence),
        "figures": len(one.cells),
        "quality_before": QUALITY[before],
        "quality_after": QUALITY[min(before + fall, _UNKNOWN)],
        "answer": told,
    }


def _plain(told: Any) -> Any:
    """Return evidence as JSON has it: what is no number is null."""
    if isinstance(told, Mapping):
        return {key: _plain(value) for key, value in told.items()}
    if isinstance(told, list | tuple):
        return [_plain(value) for value in told]
    if isinstance(told, float):
        return tidy(told) if np.isfinite(told) else None
    return told


def _rank(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Rank by the points that a right figure would move, then by what rests on it, then by code."""
    near = {"subject": 0, EVERYWHERE: 0, "district": 1, "peer": 2}[row["role"]]
    code = list(rules()["steps"]).index(row["code"])
    return (-abs(row["moves"] or 0.0), near, -row["rests"], code, row["id"])


def _located(case: Case, suspects: Sequence[Suspect]) -> dict[Cell, tuple[str, str]]:
    """Return the source and locator of the first figure of each suspect."""
    facts, shape = case.sensed.facts, case.measured.made.shape
    wanted = {one.cells[0] for one in suspects if one.cells}
    if not wanted or not len(facts):
        return {}
    where = (facts.variable.astype(np.int64), facts.place, facts.period)
    keys = np.ravel_multi_index(where, shape)
    rows = np.flatnonzero(
        np.isin(keys, np.ravel_multi_index(tuple(np.array(sorted(wanted)).T), shape))
    )
    ids = [s.id for s in case.city.sources]
    return {
        (int(facts.variable[n]), int(facts.place[n]), int(facts.period[n])): (
            ids[facts.source[n]] if facts.source[n] < len(ids) else "",
            str(facts.locator[n]),
        )
        for n in rows
    }


# --- what rests on it ---------------------------------------------------------------------------


def _serving(case: Case) -> dict[str, list[int]]:
    """Return the scored indicators that read each variable."""
    found: dict[str, list[int]] = {}
    for n in case.loom.scored:
        for ident in case.loom.indicator(n).parameters:
            found.setdefault(ident, []).append(n)
    return found


def _effect(case: Case, one: Suspect, serves: Mapping[str, list[int]]) -> dict[str, Any]:
    """Return which indicators read the figure, and how much of the place's score rests on it.

    `moves` is the points that the place's own score would gain with the figure expected, null where
    none is expected or the figure is not the latest.
    """
    members = serves.get(one.variables[0], [])
    place = case.subject if one.place is None else one.place
    latest = [n for n in members if case.latest.period[n, place] == one.period]
    gains = [_gain(case, one, n) for n in latest] if one.place is not None else []
    known = [g for g in gains if g is not None]
    is_ours = case.sensed.places.all[place].role != "peer"
    return {
        "indicators": [case.measured.indicators[n] for n in members],
        "moves": tidy(sum(known)) if known and is_ours else None,
        "rests": tidy(sum(weight_in_city(case.loom, n) for n in latest)) if is_ours else 0.0,
    }


def _gain(case: Case, one: Suspect, n: int) -> float | None:
    """Return the points of the place's score that one indicator would gain, None where unknown."""
    instead = one.expected.get("value", one.expected.get("high", one.expected.get("low")))
    indicator, place = case.loom.indicator(n), one.place
    benchmark = case.measured.benchmarks[indicator.id]
    if instead is None or place is None or benchmark is None or indicator.over is not None:
        return None
    cube = case.measured.cube
    given = [
        np.array(instead if v == one.variables[0] else cube.of(v)[place, one.period])
        for v in indicator.parameters
    ]
    with np.errstate(all="ignore"):
        value = float(case.catalogue.formulas[indicator.id](*given))
    posts = [
        np.broadcast_to(post, (len(cube.periods),))[one.period]
        for post in goalposts_by_period(benchmark, cube.periods)
    ]
    then = float(goalposts(np.array(value), float(posts[0]), float(posts[1])))
    now = float(case.measured.score[n, place, one.period])
    if not np.isfinite(then) or not np.isfinite(now):
        return None
    return (then - now) * weight_in_city(case.loom, n)
