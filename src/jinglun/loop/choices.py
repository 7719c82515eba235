"""What is wrong with a city's own choices: thresholds, weights, benchmarks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from jinglun.framework import DOMAIN_IDS, FACTOR_IDS
from jinglun.model.catalogue import Benchmark, Catalogue
from jinglun.model.city import Settings, Weights
from jinglun.model.errors import Problem, nearest

CITY_FILE = "city.toml"


def choices(made: Mapping[str, Any], catalogue: Catalogue) -> list[Problem]:
    """Return every problem of the blocks of city.toml that were read, by their names."""
    return [
        *_weights(made.get("weights", Weights()), catalogue),
        *_settings(made.get("settings", Settings())),
    ]


def _weights(weights: Weights, catalogue: Catalogue) -> list[Problem]:
    cells = [f"{domain}.{factor}" for domain in DOMAIN_IDS for factor in FACTOR_IDS]
    problems = []
    for name, code, known in (
        ("indicators", "unknown_indicator", list(catalogue.indicators)),
        ("cells", "unknown_key", cells),
        ("domains", "unknown_key", list(DOMAIN_IDS)),
    ):
        for ident, weight in getattr(weights, name).items():
            place = f"weights.{name}.{ident}"
            if ident not in known:
                problems.append(Problem(code, CITY_FILE, place, ident, nearest(ident, known)))
            if not 0 <= weight < float("inf"):
                problems.append(Problem("bad_weight", CITY_FILE, place, str(weight)))
    return problems


def _settings(settings: Settings) -> list[Problem]:
    """Name every threshold that is no share, and an age that is no length of time."""
    ranges = {
        "max_age_years": 1000.0,
        "assessable_coverage": 1.0,
        "headline_coverage": 1.0,
    }
    return [
        Problem("wrong_value", CITY_FILE, f"settings.{key}", str(value), f"0 - {most:g}")
        for key, most in ranges.items()
        if not 0 <= (value := getattr(settings, key)) <= most
    ]


def flat(benchmark: Benchmark, place: str) -> list[Problem]:
    """Return what makes a benchmark unfit to score by: goalposts that are equal or no numbers."""
    zero, full = benchmark.zero, benchmark.full
    if not math.isfinite(full - zero):
        return [Problem("wrong_value", CITY_FILE, place, f"{zero}, {full}", "finite numbers")]
    if zero == full:
        return [Problem("flat_benchmark", CITY_FILE, place, str(zero))]
    if benchmark.floor is not None and not math.isfinite(benchmark.floor):
        floor = str(benchmark.floor)
        return [Problem("wrong_value", CITY_FILE, f"{place}.floor", floor, "finite number")]
    first, last = benchmark.spread or (0, 1)
    if first >= last:
        hint = "[2020, 2025]"
        return [Problem("wrong_value", CITY_FILE, f"{place}.spread", f"{first}, {last}", hint)]
    if benchmark.until is not None and benchmark.until < benchmark.since:
        until, hint = benchmark.until.isoformat(), f">= {benchmark.since.isoformat()}"
        return [Problem("wrong_value", CITY_FILE, f"{place}.until", until, hint)]
    return []


def begun_together(benchmark: Benchmark, others: Iterable[Benchmark], place: str) -> list[Problem]:
    """Return where a benchmark begins on the same day as another: nothing says which one holds.

    Overlaps are else no fault: the latest begun that still holds is taken, and a gap is bridged
    by the last known (`in_force`).
    """
    mine = (benchmark.jurisdiction, benchmark.reading, benchmark.since)
    twice = any((b.jurisdiction, b.reading, b.since) == mine for b in others)
    found = benchmark.since.isoformat()
    return [Problem("benchmark_twice", CITY_FILE, f"{place}.from", found)] if twice else []
