"""How far each of the four factors is present: what the city's weave answers to their questions."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jinglun import factors
from jinglun.loop.weave import Case
from jinglun.model.factors import Sign, Woven, is_open

Rows = Sequence[Mapping[str, Any]]


MOVES: dict[bool | None, int] = {True: 1, False: -1, None: 0}
"""A change for the better, for the worse, or none that is sure."""


def factor_readings(
    case: Case, weave: Mapping[str, Rows], findings: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Ask each factor its question of the city; `findings` are the trends, districts and base."""
    woven = Woven(
        {r["domain"]: r["score"] for r in weave["domains"]},
        {(r["domain"], r["factor"]): r["score"] for r in weave["cells"]},
        _signs(case, findings),
        _purses(findings["base"]["money"]),
    )
    return [
        {
            "factor": answer.factor,
            "says": [dataclasses.asdict(said) for said in answer.says],
            "domains": [
                {"domain": domain, **dataclasses.asdict(said)}
                for domain, said in answer.domains.items()
            ],
        }
        for answer in factors.read(woven)
    ]


def _purses(money: Rows) -> dict[str, float]:
    """Return the committed money of all years by who pays it."""
    found: dict[str, float] = {}
    for line in money:
        amount = sum(line[kind] for kind in ("bound", "planned", "unsaid"))
        found[line["purse"]] = found.get(line["purse"], 0.0) + amount
    return found


def _signs(case: Case, findings: Mapping[str, Any]) -> dict[str, Sign]:
    gaps = {r["indicator"]: r["points"] for r in findings["districts"]["indicators"]}
    sure = {t["indicator"]: t["better"] for t in findings["trends"] if t["significant"]}
    opened = _opened_facts(case)
    made = {}
    for n, ident in enumerate(case.measured.indicators):
        if not case.latest.fresh[n, case.subject]:
            continue
        one = case.loom.indicator(n)
        t = int(case.latest.period[n, case.subject])
        score = case.latest.score[n, case.subject] if n in case.loom.scored else np.nan
        made[ident] = Sign(
            domain=one.domain,
            factor=one.factor,
            value=float(case.measured.value[n, case.subject, t]),
            score=float(score) if np.isfinite(score) else None,
            gap=gaps.get(ident),
            moves=MOVES[sure.get(ident)],
            openable=one.privacy == "public",
            opened=_is_opened(case, one.parameters, t, opened),
        )
    return made


def _opened_facts(case: Case) -> NDArray[np.bool_]:
    """Say of each [variable, period] whether all that is known of it in the city is open.

    Open is a source that anyone may fetch, at an address, and use, under an open licence.
    """
    facts, cube = case.sensed.facts, case.measured.cube
    open_sources = [bool(i["url"]) and is_open(i["licence"]) for i in case.sensed.inputs]
    inside = np.isin(facts.place, sorted(case.sensed.places.inside()))
    known = np.zeros((len(cube.variables), len(cube.periods)), bool)
    known[facts.variable[inside], facts.period[inside]] = True
    shut = inside & ~np.array(open_sources or [False], bool)[facts.source]
    known[facts.variable[shut], facts.period[shut]] = False
    return known


def _is_opened(case: Case, variables: Sequence[str], t: int, opened: NDArray[np.bool_]) -> bool:
    """Say whether all that an indicator rests on that year is open; made from parts it is as they.

    A share worked out here is open where its part and its base are.
    """
    names, known = case.measured.cube.variables, []
    for variable in variables:
        one = case.catalogue.variables[variable]
        own = bool(opened[names.index(variable), t])
        parts = [v for v in (one.part, one.base) if v is not None]
        made = len(parts) == 2 and all(opened[names.index(v), t] for v in parts)
        known.append(own or (made and _is_worked_out(case, names.index(variable), t)))
    return bool(known) and all(known)


def _is_worked_out(case: Case, variable: int, t: int) -> bool:
    return bool(case.measured.made[variable, case.subject, t] == 1)
