"""What is wrong with a city's own choices: thresholds, weights, benchmarks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from jinglun.framework import DOMAIN_IDS, FACTOR_IDS
from jinglun.loop.rulebook import rules
from jinglun.model.catalogue import Benchmark, Catalogue
from jinglun.model.city import (
    Answer,
    Character,
    Doubt,
    Held,
    Peers,
    Settings,
    Stages,
    Target,
    Weights,
)
from jinglun.model.errors import Problem, nearest
from jinglun.model.facts import QUALITY

CITY_FILE = "city.toml"

LIGHTEST, HEAVIEST = 1e-6, 1e6
"""What a weight lies between unless it is 0: scores are woven in single precision."""


def choices(made: Mapping[str, Any], catalogue: Catalogue) -> list[Problem]:
    """Return every problem of the blocks of city.toml that were read, by their names."""
    return [
        *_weights(made.get("weights", Weights()), catalogue),
        *_settings(made.get("settings", Settings())),
        *_peers(made.get("peers", Peers())),
        *_stages(made.get("stage", Stages()), catalogue),
        *_character(made.get("character", Character())),
        *_held(made.get("backtest", Held())),
        *_answers(made.get("answers", ())),
        *_doubt(made.get("doubt", Doubt())),
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
            if weight != 0 and not LIGHTEST <= weight <= HEAVIEST:
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


def _peers(peers: Peers) -> list[Problem]:
    """Name a number of peers that says nothing, and a peer named twice."""
    problems = []
    if not 1 <= peers.count <= 1000:
        found = str(peers.count)
        problems.append(Problem("wrong_value", CITY_FILE, "peers.count", found, "1 - 1000"))
    twice = sorted({ident for ident in peers.choose if peers.choose.count(ident) > 1})
    return problems + [Problem("twice", CITY_FILE, "peers.choose", ident) for ident in twice]


def _doubt(doubt: Doubt) -> list[Problem]:
    """Name a number of draws that says too little or never ends, and bands of no class or size."""
    problems = []
    if not 100 <= doubt.draws <= 20_000:
        found = str(doubt.draws)
        problems.append(Problem("wrong_value", CITY_FILE, "doubt.draws", found, "100 - 20000"))
    for quality, band in doubt.bands.items():
        place = f"doubt.bands.{quality}"
        if quality not in QUALITY:
            hint = ", ".join(QUALITY)
            problems.append(Problem("unknown_key", CITY_FILE, place, quality, hint))
        elif not 0 <= band <= 10:
            problems.append(Problem("wrong_value", CITY_FILE, place, str(band), "0 - 10"))
    return problems


def _answers(answers: Sequence[Answer]) -> list[Problem]:
    """Name a question that is answered twice; one that is asked no more is no fault."""
    flags = [answer.flag for answer in answers]
    twice = sorted({flag for flag in flags if flags.count(flag) > 1})
    return [Problem("twice", CITY_FILE, "answer.flag", flag) for flag in twice]


def _held(held: Held) -> list[Problem]:
    if 0 <= held.region_letters <= 20:
        return []
    found = str(held.region_letters)
    return [Problem("wrong_value", CITY_FILE, "backtest.region_letters", found, "0 - 20")]


def aimed(target: Target, catalogue: Catalogue, place: str) -> list[Problem]:
    """Return what makes a target none: no such figure, no such year, or it asks for less."""
    indicator = catalogue.indicators[target.indicator]
    low, high = indicator.range
    end = target.year - 1
    said: list[tuple[str, float | None, float, float]] = [
        ("year", target.year, 1990, 2100),
        ("since", target.since, 1950, end),
        ("value", target.value, low, high),
        ("start", target.start, low, high),
        ("update_months", target.update_months, 1, 240),
    ]
    problems = [
        Problem("wrong_value", CITY_FILE, f"{place}.{key}", f"{value:g}", f"{least:g} - {most:g}")
        for key, value, least, most in said
        if value is not None and not (least <= value <= most and math.isfinite(value))
    ]
    if target.start is None or problems:
        return problems
    if target.since is None:
        problems.append(Problem("missing_key", CITY_FILE, f"{place}.since", hint="since"))
    gain = target.value - target.start
    if (gain if indicator.better == "higher" else -gain) <= 0:
        found, hint = f"{target.start:g} → {target.value:g}", indicator.better
        problems.append(Problem("target_backwards", CITY_FILE, place, found, hint))
    return problems


def _stages(stage: Stages, catalogue: Catalogue) -> list[Problem]:
    """Name cuts and levels that do not rise, and targets that do not ask for more each time."""
    problems = []
    for key, hint in (("levels", "[30, 50, 70, 90]"), ("cuts", "[40, 60, 80]")):
        said = getattr(stage, key)
        size = hint.count(",") + 1
        if said and not (len(said) == size and _rises(said) and 0 <= said[0] <= said[-1] <= 100):
            found = str(list(said))
            problems.append(Problem("wrong_value", CITY_FILE, f"stage.{key}", found, hint))
    for ident, wanted in stage.targets.items():
        place = f"stage.targets.{ident}"
        one = catalogue.indicators.get(ident)
        if one is None:
            hint = nearest(ident, catalogue.indicators)
            problems.append(Problem("unknown_indicator", CITY_FILE, place, ident, hint))
        elif len(wanted) != 4 or not _rises(
            wanted if one.better == "higher" else [-value for value in wanted]
        ):
            hint = "[30, 50, 70, 90]" if one.better == "higher" else "[90, 70, 50, 30]"
            found = str(list(wanted))
            problems.append(Problem("wrong_value", CITY_FILE, place, found, hint))
    return problems


def _rises(values: Sequence[float]) -> bool:
    """Say whether each is a number and above the one before it."""
    finite = all(math.isfinite(value) for value in values)
    return finite and all(a < b for a, b in pairwise(values))


def _character(said: Character) -> list[Problem]:
    """Name a sector nobody knows, one that is missing, and a number that counts nobody."""
    known = [sector["id"] for sector in rules("functions")["sector"]]
    place = "character.reference"
    problems = []
    for ident, persons in said.reference.items():
        if ident not in known:
            hint = nearest(ident, known) or ", ".join(known)
            problems.append(Problem("unknown_key", CITY_FILE, f"{place}.{ident}", ident, hint))
        if not 0 <= persons < float("inf"):
            found = str(persons)
            problems.append(Problem("wrong_value", CITY_FILE, f"{place}.{ident}", found, "0, 1250"))
    if said.reference:
        problems += [
            Problem("missing_key", CITY_FILE, f"{place}.{ident}", hint=ident)
            for ident in known
            if ident not in said.reference
        ]
    if said.resource is not None and not (said.source_zh and said.source_en):
        problems.append(Problem("missing_key", CITY_FILE, "character.source_zh", hint="source_zh"))
    return problems


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
