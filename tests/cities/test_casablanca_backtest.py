"""The backtest of Morocco's communes, done again in plain Python from the published measures."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from typing import Any

import pytest

from jinglun.model.release import Release

SHARES = ("literacy", "homes_with_running_water", "unemployment")


@pytest.fixture(scope="module")
def found(casablanca_release: Release) -> Any:
    return casablanca_release.documents["findings"]["backtest"]


def figures(release: Release, indicator: str) -> dict[str, tuple[float, float]]:
    """The figures of 2014 and 2024 of every commune that has both."""
    seen: dict[str, dict[str, float]] = defaultdict(dict)
    for row in release.tables["measures"].to_pylist():
        if row["indicator"] == indicator and row["level"] == "commune":
            seen[row["place"]][row["period"]] = row["value"]
    return {p: (v["2014"], v["2024"]) for p, v in seen.items() if {"2014", "2024"} <= set(v)}


def logit(value: float) -> float:
    # Squeezed off the ends as if of a sample of 100 (Smithson and Verkuilen 2006).
    share = (value / 100 * 99 + 0.5) / 100
    return math.log(share / (1 - share))


def back(level: float) -> float:
    share = (100 / (1 + math.exp(-level)) - 0.5) / 99
    return 100 * min(1.0, max(0.0, share))


def changes(known: dict[str, tuple[float, float]], region: str) -> list[tuple[float, float]]:
    pairs = [(logit(a), logit(b)) for p, (a, b) in known.items() if p[:2] != region]
    return [(a, b - a) for a, b in pairs]


def test_the_panel_is_every_commune_with_its_twelve_regions_held_out(found: Any) -> None:
    panel = found["panel"]
    assert (panel["from"], panel["to"], panel["places"], panel["blocks"]) == (
        *("2014", "2024"),
        *(1503, 12),
    )
    assert (panel["design"], panel["held_out"]) == ("across_space", "region")


@pytest.mark.parametrize("indicator", SHARES)
def test_the_errors_are_those_of_plain_python(
    found: Any, casablanca_release: Release, indicator: str
) -> None:
    known = figures(casablanca_release, indicator)
    stay, trend, line = [], [], []
    for region in {p[:2] for p in known}:
        taught = changes(known, region)
        middle = statistics.median(c for _, c in taught)
        slope, start = statistics.linear_regression(*zip(*taught, strict=True))
        for place, (before, after) in known.items():
            if place[:2] == region:
                level = logit(before)
                stay.append(abs(before - after))
                trend.append(abs(back(level + middle) - after))
                line.append(abs(back(level + start + slope * level) - after))
    row = next(r for r in found["indicators"] if r["indicator"] == indicator)
    assert row["n"] == len(known)
    mae = {r["rule"]: r["mae"] for r in row["rules"]}
    for rule, misses in (("persistence", stay), ("trend", trend), ("convergence", line)):
        assert mae[rule] == pytest.approx(statistics.fmean(misses), rel=1e-9), rule


def test_convergence_beats_persistence_in_all_and_the_thin_south_is_published_as_missed(
    found: Any,
) -> None:
    # Measured 2026-11-22; the bounds leave room for another edition of the census files.
    ratios = {r["rule"]: r["error_ratio"] for r in found["rules"]}
    assert found["as_is"]["rule"] == "convergence" and ratios["convergence"] < 0.65
    assert all(r["best"] != "persistence" for r in found["indicators"])
    coverage = {r["block"]: r["coverage"] for r in found["blocks"]}
    assert min(coverage["11"], coverage["12"]) < 0.8 < coverage["06"]
    assert len(found["misses"]) == 20


def test_the_gaps_named_beat_chance_and_the_same_names_for_everyone(found: Any) -> None:
    gaps = found["gaps"]
    rules = {r["rule"]: r["precision"] for r in gaps["rules"]}
    assert gaps["base_rate"] < rules["everyone"] < rules["persistence"] < rules["convergence"]
    assert gaps["again"] == next(r["hits"] for r in gaps["rules"] if r["rule"] == "persistence")
    assert gaps["named"] - gaps["again"] == sum(r["new"] for r in gaps["by_indicator"])


def test_the_program_sets_no_target_for_a_real_city(casablanca_release: Release) -> None:
    targets = casablanca_release.documents["findings"]["targets"]
    assert targets["list"] == [] and targets["counts"]["targets"] == 0
