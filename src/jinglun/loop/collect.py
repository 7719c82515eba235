"""Which missing numbers would add most to what the city's score rests on."""

from __future__ import annotations

from typing import Any

from jinglun.loop.measure import missing_variables
from jinglun.loop.sense import Sensed
from jinglun.loop.weave import Latest, Loom, weight_in_city
from jinglun.model.arrays import tidy

TO_COLLECT = 10


def collect(loom: Loom, latest: Latest, sensed: Sensed) -> list[dict[str, Any]]:
    """Choose greedily the numbers that would add most coverage to the city's score.

    A missing indicator's weight in the score is shared among the variables it still lacks; the
    variable with the largest sum is asked for first, and what it leaves is shared anew.
    """
    weight = {n: weight_in_city(loom, n) for n in loom.scored}
    lacking = {
        n: set(
            missing_variables(loom.indicator(n), loom.measured.cube, sensed, sensed.places.subject)
        )
        for n in loom.scored
        if not latest.fresh[n, sensed.places.subject]
    }
    for n, variables in lacking.items():
        lacking[n] = variables or set(loom.indicator(n).parameters)
    chosen: list[dict[str, Any]] = []
    while len(chosen) < TO_COLLECT and any(lacking.values()):
        gain: dict[str, float] = {}
        for n, variables in lacking.items():
            for v in variables:
                gain[v] = gain.get(v, 0.0) + weight[n] / len(variables)
        best = min(gain, key=lambda v: (-round(gain[v], 12), v))
        serves = [n for n, variables in lacking.items() if best in variables]
        chosen.append(
            {
                "variable": best,
                "gain": tidy(gain[best]),
                "indicators": [loom.measured.indicators[n] for n in serves],
                "stale": all(latest.period[n, sensed.places.subject] >= 0 for n in serves),
            }
        )
        for variables in lacking.values():
            variables.discard(best)
    return chosen
