"""How long 2,000 worlds of doubt take for 1,503 places and 110 indicators, and how that grows.

Prints JSON: ours at full size and at parts of it, each in a process of its own, with scores, cells
and ranks of every draw; the sensitivity apart; beside them, in the same run, the plain way of
doing it: one draw after the other and one place after the other by the loom of the point scores.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from datetime import date
from typing import Any

import numpy as np

FULL = {"draws": 2000, "places": 1503, "indicators": 110, "threads": 2}
PARTS = [
    FULL,
    {**FULL, "threads": 1},
    {**FULL, "draws": 1000},
    {**FULL, "draws": 500},
    {**FULL, "places": 752},
    {**FULL, "places": 376},
    {**FULL, "indicators": 55},
    {**FULL, "indicators": 28},
]
DISTRICTS, COMPARABLE = 16, 30
NAIVE = {"draws": 10, "places": 100}
DAY = date(2026, 1, 1)


def made_case(places: int, indicators: int) -> Any:
    """Return a case of random figures: each indicator is the ratio of two counts of one source."""
    from jinglun.loop.measure import measure
    from jinglun.loop.sense import Rejects, Sensed
    from jinglun.loop.weave import Case, latest_figures, loom_of
    from jinglun.model.facts import Facts
    from jinglun.model.places import Place, Places

    catalogue, city = _framework(indicators)
    all_places = [Place("c", "city", None, "subject")]
    all_places += [Place(f"d{n:03}", "district", "c", "district") for n in range(DISTRICTS)]
    all_places += [Place(f"p{n:05}", "city", None, "peer") for n in range(places - 1)]
    variables = tuple(sorted(catalogue.variables))
    shape = (len(variables), len(all_places))
    rng = np.random.default_rng(0)
    variable, place = (axis.reshape(-1) for axis in np.indices(shape))
    parts = np.array([v.startswith("a") for v in variables])[variable]
    value = np.where(parts, rng.uniform(50, 950, variable.size), 1000.0)
    nothing = np.zeros(variable.size, np.int32)
    facts = Facts(
        place.astype(np.int32),
        nothing,
        variable.astype(np.int32),
        value,
        rng.integers(0, 4, variable.size).astype(np.int8),
        (place % 3).astype(np.int32),
        np.full(variable.size, "f.csv:2:x", object),
    )
    known = Places(tuple(all_places), ("district", "city"))
    sensed = Sensed(known, ("2025",), variables, facts, Rejects(), (), ())
    measured = measure(sensed, city, catalogue, DAY)
    latest = latest_figures(measured, sensed, city, DAY)
    loom = loom_of(measured, catalogue, city)
    return Case(sensed, measured, latest, loom, city, catalogue, DAY, 0)


def _framework(indicators: int) -> tuple[Any, Any]:
    from jinglun.framework import DOMAINS, FACTOR_IDS
    from jinglun.model.catalogue import Benchmark, Catalogue, Indicator, Variable
    from jinglun.model.city import City, Level

    variables, made, formulas = {}, {}, {}
    goal = Benchmark(20, 80, "proposed", "*", date(2015, 1, 1), "源", "source")
    for n in range(indicators):
        parts = (f"a{n:03}", f"b{n:03}")
        for ident in parts:
            variables[ident] = Variable(ident, "economy", ident, ident, "person", "count")
        domain = DOMAINS[n % 5]
        ident = f"i{n:03}"
        said = dict.fromkeys(
            ("zh", "en", "definition_zh", "definition_en", "office_zh", "office_en"), ident
        )
        made[ident] = Indicator(
            ident,
            code=f"E1.{n + 1}",
            unit="%",
            better="higher",
            factor=FACTOR_IDS[n // 5 % 4],
            role="score",
            privacy="public",
            range=(0, 100),
            get="public",
            sources=(),
            domain=domain.id,
            aim=domain.aims[0].id,
            benchmarks=(goal,),
            parameters=parts,
            **said,
        )
        formulas[ident] = lambda a, b: 100 * a / b
    levels = (Level("district", "区", "district"), Level("city", "市", "city"))
    city = City("toy", "市", "Toy", "CN", "CNY", "c", levels)
    return Catalogue(variables, made, {}, {}, formulas, {}), city


def ours(draws: int, places: int, indicators: int, threads: int) -> dict[str, Any]:
    """Return the seconds of the draws and of the sensitivity, and the peak of memory."""
    import dataclasses

    from jinglun.loop.doubt_rules import doubt_rules
    from jinglun.loop.doubt_runs import run, setting
    from jinglun.loop.doubt_shares import sensitivity
    from jinglun.loop.doubt_slopes import slopes

    case = made_case(places, indicators)
    rules = dataclasses.replace(doubt_rules(case.city), draws=draws)
    quality = case.measured.cube.quality
    others = [n for n, p in enumerate(case.sensed.places.all) if p.role == "peer"]
    before = _megabytes()
    begun, used = time.perf_counter(), time.process_time()
    told = list(slopes(case, quality, rules.bands, rules.rho))
    given = setting(case, quality, rules, told, others, others[:COMPARABLE])
    found = run(given, threads)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - used
    peak = _megabytes()
    small = setting(case, quality, rules, told, others[:COMPARABLE], others[:COMPARABLE])
    begun = time.perf_counter()
    rows = sensitivity(small, threads)
    return {
        **{"draws": draws, "places": places, "indicators": indicators, "threads": threads},
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu, 2),
        "sensitivity_seconds": round(time.perf_counter() - begun, 2),
        "sensitivity_rows": len(rows),
        "megabytes_before": before,
        "peak_megabytes": peak,
        "ranks_of_draws": list(found.ranks.shape),
    }


def _megabytes() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 0)


def naive() -> dict[str, Any]:
    """Return the seconds of the plain loop: every draw, every place by the loom of one place."""
    from jinglun.methods.scoring import goalposts

    case = made_case(NAIVE["places"], FULL["indicators"])
    cube, loom = case.measured.cube, case.loom
    rng = np.random.default_rng(0)
    begun = time.perf_counter()
    for _ in range(NAIVE["draws"]):
        noisy = cube.value * np.exp(0.05 * rng.standard_normal(cube.value.shape))
        scores = np.full(case.latest.score.shape, np.nan)
        for n in loom.scored:
            one = loom.indicator(n)
            planes = (noisy[cube.variables.index(v)] for v in one.parameters)
            scores[n] = goalposts(case.catalogue.formulas[one.id](*planes)[:, 0], 20, 80)
        city = [
            loom.weave(p.id, scores[:, n], "2025")["city"][0]["score"]
            for n, p in enumerate(case.sensed.places.all)
        ]
        np.argsort(city)
    seconds = time.perf_counter() - begun
    woven = NAIVE["draws"] * len(case.sensed.places.all)
    whole = FULL["draws"] * (FULL["places"] + DISTRICTS)
    return {
        **NAIVE,
        "indicators": FULL["indicators"],
        "seconds": round(seconds, 2),
        "seconds_at_full_size": round(seconds / woven * whole, 0),
    }


def main() -> None:
    """Print ours at each size, the plain loop, and how many times longer that would take."""
    if len(sys.argv) > 1:
        print(json.dumps(ours(**json.loads(sys.argv[1]))))
        return
    runs = []
    for size in PARTS:
        command = [sys.executable, __file__, json.dumps(size)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        runs.append(json.loads(done.stdout))
    plain = naive()
    times = round(plain["seconds_at_full_size"] / runs[0]["seconds"], 0)
    print(json.dumps({"runs": runs, "plain_loop": plain, "times_faster": times}, indent=1))


if __name__ == "__main__":
    main()
