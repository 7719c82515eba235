"""What the measures say: the weave of scores with its intervals, and what stands out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from jinglun.loop.backtest import backtest
from jinglun.loop.base import base
from jinglun.loop.breakdown import breakdown
from jinglun.loop.character import character
from jinglun.loop.collect import collect
from jinglun.loop.districts import districts
from jinglun.loop.doubt import doubt, with_intervals
from jinglun.loop.factors import factor_readings
from jinglun.loop.integrity import asked_about, integrity, lowered
from jinglun.loop.measure import Measured
from jinglun.loop.peers import comparables
from jinglun.loop.sense import Sensed
from jinglun.loop.stage import stage
from jinglun.loop.standing import figure, floors, gaps, peers, positions, readings, strengths
from jinglun.loop.targets import targets
from jinglun.loop.trends import trends
from jinglun.loop.weave import Case, latest_figures, latest_period, loom_of
from jinglun.model.arrays import Array
from jinglun.model.catalogue import Catalogue
from jinglun.model.city import City


@dataclass(frozen=True)
class Diagnosed:
    """The weave of the subject and its districts, and the findings about the subject."""

    weave: Mapping[str, Any]
    findings: Mapping[str, Any]
    score_low: Array
    """p05 of every score, [indicator, place, period], NaN where there is none; then p95."""
    score_high: Array


def diagnose(
    measured: Measured, sensed: Sensed, city: City, catalogue: Catalogue, day: date, seed: int
) -> Diagnosed:
    """Weave the scores of the subject and its districts; find what stands out in the subject."""
    latest = latest_figures(measured, sensed, city, day)
    loom = loom_of(measured, catalogue, city)
    case = Case(sensed, measured, latest, loom, city, catalogue, day, seed)
    asked = asked_about(case)
    sure = doubt(case, lowered(case, asked))
    weaves = [with_intervals(w, sure) for w in _weaves(case)]
    weave = {key: [row for w in weaves for row in w[key]] for key in weaves[0]}
    questions = {"integrity": integrity(case, asked)}
    findings = {**_findings(case, weaves[0]), **sure.findings, **questions}
    return Diagnosed(weave, findings, sure.score_low, sure.score_high)


def _weaves(case: Case) -> list[dict[str, Any]]:
    places = [case.subject, *case.sensed.places.of_role("district")]
    fresh = np.where(case.latest.fresh, case.latest.score, np.nan)
    return [
        case.loom.weave(
            case.sensed.places.all[p].id,
            fresh[:, p],
            latest_period(case.measured, case.latest, p),
        )
        for p in places
    ]


def _findings(case: Case, weave: Mapping[str, Any]) -> dict[str, Any]:
    measured, latest, loom, subject = case.measured, case.latest, case.loom, case.subject
    covered = [c for c in weave["cells"] if c["score"] is not None]
    return {
        "place": case.sensed.places.all[subject].id,
        "date": case.day.isoformat(),
        "weakest_cells": [
            {"domain": c["domain"], "factor": c["factor"], "score": c["score"]}
            for c in sorted(covered, key=lambda c: (c["score"], c["domain"], c["factor"]))
        ],
        "gaps": (short := gaps(case)),
        "strengths": strengths(short),
        "floors": floors(loom, latest, subject, case.day),
        "trends": (moving := trends(case)),
        "stale": [
            figure(loom, latest, n, subject)
            for n in range(len(measured.indicators))
            if latest.period[n, subject] >= 0 and not latest.fresh[n, subject]
        ],
        "expired": sorted(i for i, e in measured.expired.items() if e),
        "readings": readings(loom, latest, subject, case.day),
        "positions": positions(loom, latest, case.sensed),
        "comparable": comparables(case),
        "districts": (apart := districts(case)),
        "stage": stage(case, weave["city"][0]["score"]),
        "character": character(case),
        "collect": collect(loom, latest, case.sensed),
        "base": (had := base(case.sensed, case.catalogue, case.day)),
        "factors": factor_readings(
            case, weave, {"trends": moving, "districts": apart, "base": had}
        ),
        "by": breakdown(case.sensed, case.catalogue),
        "backtest": (tried := backtest(case)),
        "targets": targets(case, tried["as_is"]),
        "counts": {
            "indicators": len(case.catalogue.indicators),
            "scored": len(loom.scored),
            "measured": len(case.scored),
            "proposed": _proposed(case),
            "peers": len(peers(case.sensed)),
        },
    }


def _proposed(case: Case) -> int:
    chosen = [case.measured.benchmarks[case.measured.indicators[n]] for n in case.loom.scored]
    return sum(1 for b in chosen if b is not None and b.status == "proposed")
