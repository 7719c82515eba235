"""Whether every benchmark points the right way, stands alone in its time and names a source."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import date
from itertools import combinations

from jinglun.model.catalogue import Benchmark, Catalogue, Indicator

# [F], [F: where] or [M; F: where]; [F title] and [F name] vouch for no number.
FOUND = re.compile(r"\[F\]|\bF:")


def _all(catalogue: Catalogue) -> Iterator[tuple[Indicator, Benchmark]]:
    for one in catalogue.indicators.values():
        for benchmark in one.benchmarks:
            yield one, benchmark


def test_the_full_point_lies_on_the_better_side_of_zero(catalogue: Catalogue) -> None:
    wrong = []
    for one, b in _all(catalogue):
        step = b.full - b.zero if one.better == "higher" else b.zero - b.full
        if not (math.isfinite(step) and step > 0):
            wrong.append(f"{one.code}: {one.better} is better, zero {b.zero}, full {b.full}")
    assert wrong == []


def test_the_goalposts_and_the_floor_are_possible_values(catalogue: Catalogue) -> None:
    wrong = []
    for one, b in _all(catalogue):
        low, high = one.range
        for value in (b.zero, b.full, b.floor):
            if value is not None and not low <= value <= high:
                wrong.append(f"{one.code}: {value} is outside {one.range}")
    assert wrong == []


def test_a_benchmark_ends_after_it_begins(catalogue: Catalogue) -> None:
    wrong = [one.code for one, b in _all(catalogue) if b.until is not None and b.until < b.since]
    wrong += [one.code for one, b in _all(catalogue) if b.spread and b.spread[0] >= b.spread[1]]
    assert wrong == []


def test_no_two_primary_benchmarks_of_a_jurisdiction_hold_on_one_day(catalogue: Catalogue) -> None:
    wrong = []
    for one in catalogue.indicators.values():
        primary = [b for b in one.benchmarks if b.reading is None]
        for a, b in combinations(primary, 2):
            together = max(a.since, b.since) <= min(a.until or date.max, b.until or date.max)
            if a.jurisdiction == b.jurisdiction and together:
                wrong.append(f"{one.code}: {a.jurisdiction}, {a.since} and {b.since}")
    assert wrong == []


def test_a_jurisdiction_is_everyone_or_a_country(catalogue: Catalogue) -> None:
    named = {b.jurisdiction for _, b in _all(catalogue)}
    assert [j for j in named if j != "*" and not (len(j) == 2 and j.isupper())] == []


def test_a_line_known_only_from_memory_is_no_more_than_a_proposal(
    catalogue: Catalogue, founding_indicators: dict[str, dict[str, str]]
) -> None:
    """More than `proposed` needs a found source, [F], in the founding table or in the block."""
    wrong = []
    for one, b in _all(catalogue):
        founding = founding_indicators.get(one.code, {}).get("benchmark_source", "")
        named = (founding, b.source_zh, b.source_en, *one.sources)
        if b.status != "proposed" and not any(FOUND.search(s) for s in named):
            wrong.append(f"{one.code}: {b.status} {b.since}: {b.source_en}")
    assert wrong == []
