"""How long 1,000 replications of ASEM take, treatment included, beside COINr's time for one.

Prints JSON. Each replication has its own data (5 % noise, so that treatment is computed anew), its
own weights (25 % up or down), its own limit of winsorised points and one of four recipes (min-max
1-100 or z-scores; arithmetic or, for min-max, geometric means): what COINr's example of a
sensitivity analysis varies. R is not needed: COINr's 0.14 s is the time per replication that was
measured for it on two cores and is stated in the issue.
"""

from __future__ import annotations

import csv
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from jinglun.methods.composite import Inputs, composite
from jinglun.methods.hierarchy import Hierarchy, Node
from jinglun.methods.recipe import Recipe
from jinglun.methods.treatment import Rule

ASEM = Path(__file__).resolve().parents[2] / "shared" / "data" / "asem"
REPLICATIONS, CHUNK, THREADS, RUNS = 1000, 125, 2, 5
COINR_SECONDS_EACH = 0.14
BASE = Recipe(impute="group_mean", keep=0.9)
RECIPES = (
    replace(BASE, interval=(1.0, 100.0)),
    replace(BASE, interval=(1.0, 100.0), aggregate="geometric"),
    replace(BASE, normalise="z_score", centre=(10.0, 2.0)),
    BASE,
)


def asem() -> tuple[Hierarchy, np.ndarray, Inputs]:
    """Read the example: the hierarchy, the raw data, its groups and denominators."""
    with (ASEM / "ASEM_iMeta.csv").open(encoding="utf-8", newline="") as stream:
        meta = list(csv.DictReader(stream))
    with (ASEM / "ASEM_iData.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    text = {k: "" if k == "NA" else k for m in meta for k in (m["Parent"], m["Denominator"])}
    hierarchy = Hierarchy(
        Node(
            m["iCode"],
            text[m["Parent"]],
            float(m["Weight"]),
            int(m["Direction"]),
            denominator=text[m["Denominator"]],
        )
        for m in meta
        if m["Level"] != "NA"
    )

    def column(code: str) -> np.ndarray:
        return np.array([float(r[code].replace("NA", "nan")) for r in rows])

    by = {m["iCode"]: column(m["iCode"]) for m in meta if m["Type"] == "Denominator"}
    inputs = Inputs(groups=[r["EurAsia_group"] for r in rows], denominators=by)
    return hierarchy, np.stack([column(i) for i in hierarchy.indicator_ids()], axis=1), inputs


def chunks(count: int, seed: int) -> list[tuple[Any, ...]]:
    """Draw the inputs of `count` replications in chunks, each of one recipe and random stream."""
    hierarchy, data, inputs = asem()
    made = []
    for at, begin in enumerate(range(0, count, CHUNK)):
        chance = np.random.default_rng([seed, at])
        size = min(CHUNK, count - begin)
        noisy = data * np.exp(chance.normal(0, 0.05, (size, *data.shape)))
        weights = hierarchy.weights * chance.uniform(0.75, 1.25, (size, len(hierarchy.nodes)))
        rule = Rule(points=chance.integers(0, 6, size))
        recipe = replace(RECIPES[at % len(RECIPES)], treat=rule)
        made.append((noisy, hierarchy, recipe, replace(inputs, weights=weights)))
    return made


def ranks(chunk: tuple[Any, ...]) -> tuple[np.ndarray, int]:
    """Return the places of all countries in each replication, and how many columns were treated."""
    found = composite(*chunk)
    assert found.treated is not None
    return found.rank("Index"), int((found.treated.done() != "none").sum())


def seconds(count: int, threads: int, seed: int = 1) -> dict[str, float]:
    """Return the best wall and processor time of a few runs from raw values to ranks."""
    made, walls, processors, treated = chunks(count, seed), [], [], 0
    for _ in range(RUNS):
        wall, processor = time.perf_counter(), time.process_time()
        with ThreadPoolExecutor(threads) as pool:
            treated = sum(found[1] for found in pool.map(ranks, made))
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    best = {"wall": round(min(walls), 3), "processor": round(min(processors), 3)}
    return {"replications": count, "threads": threads, "columns_treated": treated, **best}


def main() -> None:
    """Print the time of 1,000 replications, COINr's, and how time grows with replications."""
    ours, coinr = seconds(REPLICATIONS, THREADS), COINR_SECONDS_EACH * REPLICATIONS
    found = {
        "cores": os.cpu_count(),
        "jinglun": ours,
        "coinr_seconds_as_stated": coinr,
        "times_faster": round(coinr / ours["wall"]),
        "one_thread": seconds(REPLICATIONS, 1),
        "growth": [seconds(n, 1) for n in (250, 500, 1000, 2000, 4000)],
    }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
