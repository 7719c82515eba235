"""Which firms there are, what goes in and comes out: sums of a district are the yearbook's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from jinglun.model.arrays import Array
from jinglun.teaching.dice import Ints, apportion, stream
from jinglun.teaching.dirt import doubles, soiled
from jinglun.teaching.plan import Size
from jinglun.teaching.rows import Rows, days, flags, numbered, numbers, words
from jinglun.teaching.settings import settings
from jinglun.teaching.world import World

POLLUTANTS = {"so2": "air", "nox": "air", "cod": "sewage", "ammonia": "sewage"}


def firms(world: World, size: Size) -> Iterator[Rows]:
    """Yield the register of the last year, district by district.

    A register that leaves firms out leaves their part of every sum out too.
    """
    counts = _counts(world, size.rows - doubles("firms"))
    first = 0
    for district in range(len(counts)):
        rows = _district(world, district, counts[district], first)
        first += int(counts[district].sum())
        if district == 0:
            rows, _ = soiled(rows, "firms", world.seed)
        yield rows


def _sectors() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = settings("small")["firms"]["branches"]
    return found


def _counts(world: World, total: int) -> Ints:
    """Return firms [district, sector] as the yearbook has them, or in proportion to it."""
    wanted = [world.book[f"establishments_{sector}"].districts[:, -1] for sector in _sectors()]
    weights = np.stack(wanted, axis=-1)
    return apportion(total, weights.ravel()).reshape(weights.shape)


def _district(world: World, district: int, counts: Ints, first: int) -> Rows:
    rng = stream(world.seed, "firms", district)
    size = int(counts.sum())
    sector = np.repeat(np.arange(len(counts)), counts)
    branch, said = _branches(sector, rng)
    known = world.book["establishments"].districts[district, -1]
    part = min(size / known, 1.0)
    jobs = _jobs(world, district, said, part, rng)
    money = _money(world, district, sector, said, jobs, part, rng)
    names = [b["zh"] for held in _sectors().values() for b in held]
    titles = settings("small")["firms"]["sectors"]
    inside = np.flatnonzero(world.land.district == district)
    weights = world.people.streets[inside, -1].astype(float)
    street = rng.choice(inside, size, p=weights / weights.sum())
    as_of = int(np.datetime64("2025-12-31").astype(np.int64))
    return {
        "firm_id": numbered(f"91SL{district + 1:02}", first + np.arange(size), 12),
        "place": words(street, world.land.streets),
        "as_of": days(np.full(size, as_of)),
        "sector": words(sector, list(titles.values())),
        "jobs": numbers(jobs),
        "founded_on": days(_founded(world, district, size, rng)),
        **_figures(world, district, sector, money, rng),
        **_assessed(world, district, sector, money["revenue"], rng),
        "branch": words(branch, names),
        "output": numbers(money["output"]),
        "inputs": numbers(money["inputs"]),
        **_footprint(world, district, sector, said, money["output"], part),
    }


def _branches(sector: Ints, rng: np.random.Generator) -> tuple[Ints, dict[str, Array]]:
    """Return the branch of each firm by position, and what is said of it."""
    flat = [b for held in _sectors().values() for b in held]
    branch = np.zeros(len(sector), np.int64)
    start = 0
    for number, held in enumerate(_sectors().values()):
        here = np.flatnonzero(sector == number)
        branch[here] = start + rng.choice(len(held), len(here), p=[b["part"] for b in held])
        start += len(held)
    keys = ("value", "inputs", "energy", "water", "air", "sewage")
    return branch, {k: np.array([b[k] for b in flat], float)[branch] for k in keys}


def _jobs(
    world: World, district: int, said: dict[str, Array], part: float, rng: np.random.Generator
) -> Ints:
    """Return the jobs of each firm, one at least; together those of the yearbook."""
    size = len(said["value"])
    total = round(part * int(world.book["establishment_jobs"].districts[district, -1]))
    spread = settings("small")["firms"]["jobs_spread"]
    return 1 + apportion(max(total - size, 0), np.exp(rng.normal(0, spread, size)))


def _money(
    world: World,
    district: int,
    sector: Ints,
    said: dict[str, Array],
    jobs: Ints,
    part: float,
    rng: np.random.Generator,
) -> dict[str, Ints]:
    """Return output, inputs and revenue in yuan: output less inputs is the yearbook's value added.

    Industry's is exactly that of the district; the others share a part of what is left.
    """
    settings_of = settings("small")["firms"]
    industry = sector == list(_sectors()).index("industry")
    chance = np.exp(rng.normal(0, settings_of["value_spread"], len(jobs)))
    weight = jobs * said["value"] * chance
    whole = world.amount("gdp", 2025)[district]
    made = world.amount("industrial_value_added", 2025)[district]
    added = np.zeros(len(jobs), np.int64)
    added[industry] = apportion(round(part * made), weight[industry])
    rest = settings_of["market_share"] * (whole - made)
    added[~industry] = apportion(round(part * rest), weight[~industry])
    bought = said["inputs"] + rng.uniform(-0.03, 0.03, len(jobs))
    inputs = np.rint(added * bought / (1 - bought)).astype(np.int64)
    output = added + inputs
    revenue = np.rint(output * rng.uniform(0.96, 1.03, len(jobs))).astype(np.int64)
    return {"output": output, "inputs": inputs, "revenue": revenue}


def _figures(
    world: World,
    district: int,
    sector: Ints,
    money: dict[str, Ints],
    rng: np.random.Generator,
) -> Rows:
    """Return what a firm reports: whether it is above the designated size, revenue and profit."""
    said = settings("small")["firms"]
    least = np.array([said["above_scale"][s] for s in _sectors()])[sector]
    margin = world.rate("industrial_profit", "industrial_revenue", 2025)[district]
    loss = rng.random(len(sector)) < said["loss_making"]
    share = np.where(loss, -rng.exponential(0.04, len(sector)), rng.gamma(2.0, 1.0, len(sector)))
    # The mean of all, weighted by revenue, is the yearbook's margin.
    earning = np.where(loss, 0.0, money["revenue"])
    lost = float((share * np.where(loss, money["revenue"], 0)).sum())
    scale = (margin * money["revenue"].sum() - lost) / max(float((share * earning).sum()), 1.0)
    profit = np.rint(money["revenue"] * np.where(loss, share, share * scale)).astype(np.int64)
    return {
        "above_scale": flags(money["revenue"] >= least),
        "revenue": numbers(money["revenue"]),
        "profit": numbers(profit),
    }


def _assessed(
    world: World, district: int, sector: Ints, revenue: Ints, rng: np.random.Generator
) -> Rows:
    """Return the answers of the industrial firms that filed the assessment, mostly large ones."""
    industry = sector == list(_sectors()).index("industry")
    share = world.rate("firms_assessed", "establishments_industry", 2025)[district]
    order = revenue * np.exp(rng.normal(0, 0.8, len(sector)))
    cut = np.quantile(order[industry], 1 - share) if industry.any() else 0
    filed = industry & (order >= cut)
    answers = {}
    for name, part in (
        ("digital_management", "firms_digital_management"),
        ("on_platform", "firms_on_platform"),
    ):
        yes = rng.random(len(sector)) < world.rate(part, "firms_assessed", 2025)[district]
        answers[name] = flags(yes, filed)
    return answers


def _founded(world: World, district: int, size: int, rng: np.random.Generator) -> Ints:
    """Return days since 1970: as many of the last five years as the yearbook says."""
    young = world.rate("establishments_founded_5y", "establishments", 2025)[district]
    recent = rng.integers(0, 5, size)
    older = 5 + np.minimum(rng.geometric(0.11, size), 40)
    age = np.where(rng.random(size) < young, recent, older)
    start = (2025 - age - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    return start + rng.integers(0, 365, size)


def _footprint(
    world: World,
    district: int,
    sector: Ints,
    said: dict[str, Array],
    output: Ints,
    part: float,
) -> Rows:
    """Return energy, water, fumes and sewage of each firm; industry's sums are the yearbook's."""
    settings_of = settings("small")["firms"]
    industry = sector == list(_sectors()).index("industry")
    energy = output * said["energy"] / 1e4
    water = output * said["water"] / 1e4
    totals = {
        "energy": world.amount("energy_tce", 2025)[district] * settings_of["industry_energy"],
        "water": world.amount("total_water_use_m3", 2025)[district] * settings_of["industry_water"],
    }
    energy *= part * totals["energy"] / max(energy[industry].sum(), 1.0)
    water *= part * totals["water"] / max(water[industry].sum(), 1.0)
    carbon = world.rate("co2_t", "energy_tce", 2025)[district]
    rows = {
        "energy_tce": numbers(np.round(energy, 2)),
        "water_m3": numbers(np.round(water, 1)),
        "co2_t": numbers(np.round(energy * carbon, 2)),
    }
    for name, way in POLLUTANTS.items():
        kg = round(1000 * part * world.amount(f"industrial_{name}_t", 2025)[district])
        given = np.zeros(len(sector), np.int64)
        given[industry] = apportion(kg, (output * said[way])[industry])
        rows[f"{name}_kg"] = numbers(given)
    return rows
