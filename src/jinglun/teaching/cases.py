"""What inspectors, residents and sensors report to the city's operations centre: one row a case."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from jinglun.teaching.dice import normal_quantile, stream
from jinglun.teaching.dirt import doubles, soiled
from jinglun.teaching.events import clock, received, streets, took
from jinglun.teaching.rows import Rows, chunks, flags, moments, numbered, numbers, words
from jinglun.teaching.settings import settings
from jinglun.teaching.world import World

HOUR = 3600
REPORTERS = ("市民", "巡查员", "设备", "其他")


def cases(world: World, total: int) -> Iterator[Rows]:
    """Yield the cases chunk by chunk."""
    rows_drawn = total - doubles("cases")
    for number, first, size in chunks(rows_drawn):
        rng = stream(world.seed, "cases", number)
        rows = _rows(world, first, size, rows_drawn, rng)
        if number == 0:
            rows, _ = soiled(rows, "cases", world.seed)
        yield rows


def _rows(world: World, first: int, size: int, total: int, rng: np.random.Generator) -> Rows:
    said = settings("small")["cases"]
    line = clock(settings("tables")["cases"]["from"], world.book["cases_due"].city)
    due, year = received(line, first, size, total, np.array(said["hours"], float), rng)
    street = streets(world, line, year, rng)
    cell = (world.land.district[street], year)

    def rate(part: str, whole: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        return np.stack([world.rate(part, whole, y)[:-1] for y in line.years], axis=-1)

    joint = rng.random(size) < rate("joint_cases_due", "cases_due")[cell]
    share = np.where(
        joint,
        normal_quantile(rate("joint_cases_on_time", "joint_cases_due"))[cell],
        normal_quantile(rate("cases_on_time", "cases_due"))[cell],
    )
    hours = rng.choice(said["limit_hours"], size).astype(float)
    reported = due - (hours * HOUR).astype(np.int64)
    closed = reported + (took(hours, share, 0.6, rng) * HOUR).astype(np.int64)
    done = rng.random(size) >= said["never_closed"]
    inspected = done & (rng.random(size) < said["inspected"])
    resident = rng.random(size) < rate("cases_from_residents", "cases_source_known")[cell]
    other = rng.choice([1, 2, 3], size, p=said["other_reporters"])
    source = np.where(rng.random(size) < said["source_unknown"], -1, np.where(resident, 0, other))
    kinds = [k["zh"] for k in said["kind"]]
    odds = np.array([k["weight"] for k in said["kind"]], float)
    return {
        "case_id": numbered("CG", np.array(line.years)[year] * 10**9 + first + np.arange(size), 13),
        "place": words(street, world.land.streets),
        "category": words(rng.choice(len(kinds), size, p=odds / odds.sum()), kinds),
        "reported_by": words(source, REPORTERS),
        "departments": numbers(np.where(joint, rng.integers(2, 5, size), 1)),
        "reported_at": moments(reported),
        "due_at": moments(due),
        "closed_at": moments(closed, done),
        "reopened": flags(
            rng.random(size) < rate("cases_reopened", "cases_inspected")[cell], inspected
        ),
    }
