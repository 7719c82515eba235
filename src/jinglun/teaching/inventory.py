"""What design starts from: systems, platforms, projects, money committed, posts, contracts."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from jinglun.teaching.dice import apportion, stream
from jinglun.teaching.rows import Rows
from jinglun.teaching.settings import settings, years
from jinglun.teaching.world import World, truth

Line = dict[str, Any]
"""One row of a table by the names of its columns."""


@dataclass(frozen=True)
class System:
    """A system in use: its number, whose it is and what it does, by position in base.toml."""

    id: str
    body: int
    purpose: int
    words: str
    office: int


@dataclass(frozen=True)
class Inventory:
    """The lines of the five base tables, and the contracts that belong to them."""

    system_catalogue: Sequence[Line]
    platforms: Sequence[Line]
    projects: Sequence[Line]
    commitments: Sequence[Line]
    posts: Sequence[Line]
    contracts: Sequence[Line]


TABLES = ("system_catalogue", "platforms", "projects", "commitments", "posts")


def stocktaking() -> date:
    """Return the day of the inventory: the last of the last year."""
    return date(years()[-1], 12, 31)


@functools.lru_cache(maxsize=8)
def running_systems(world: World, size: int) -> tuple[System, ...]:
    """Return the systems in use, the city's first; no two of a place do the same but one pair."""
    said, purposes = settings("base")["systems"], settings("base")["purpose"]
    share = settings("small")["systems"]["city_share"]
    bodies, twin = world.bodies(), truth("base_twins")
    districts = len(bodies) - 1
    counts = apportion(size, [share, *[(1 - share) / districts] * districts])
    found = []
    for body, count in zip([districts, *range(districts)], counts.tolist(), strict=True):
        own = body == districts
        for at in range(count):
            purpose, part = at % len(purposes), at // len(purposes)
            ident = f"SYS-{bodies[body]}-{at + 1:03}"
            words = purposes[purpose]["zh"] + said["parts"][part % len(said["parts"])]
            office = purposes[purpose]["office"]
            if not own and at >= said["district_same"]:
                words = said["district_word"] + words
            if ident == twin["system"]:
                purpose, office = twin["purpose"], twin["office"]
                words = purposes[purpose]["zh"]
            found.append(System(ident, body, purpose, words, office))
    return tuple(found)


def taken(world: World, systems: int) -> Inventory:
    """Take the inventory: money adds up from system and project to commitment and contract."""
    rng = stream(world.seed, "inventory")
    catalogue = _catalogue(world, running_systems(world, systems), rng)
    projects = _projects(world, catalogue, rng)
    platforms = [_platform(world, p) for p in settings("base")["platform"]]
    upkeep = [_upkeep(line, rng) for line in catalogue if line["contract_ends_on"]]
    building = [c for p in projects for c in _building(p, rng)]
    # Districts' own small contracts are not in the budget's list of commitments.
    large = [line for line in catalogue if line["place"] == world.subject]
    commitments = [
        *(c for p in projects for c in _still_due(p, rng)),
        *(c for line, k in _contracted(large, upkeep) for c in _upkeep_due(line, k)),
    ]
    posts = _posts(world, rng)
    contracts = _numbered_contracts([*upkeep, *building])
    return Inventory(catalogue, platforms, projects, commitments, posts, contracts)


def as_rows(lines: Sequence[Line], types: Mapping[str, str]) -> Rows:
    """Return lines as columns; `types` names those that are no text: date, integer, number, yes."""
    import pyarrow as pa

    kinds = {
        "date": pa.date32(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "yes": pa.bool_(),
        "text": pa.string(),
    }
    names = list(lines[0])
    return {n: pa.array([x[n] for x in lines], kinds[types.get(n, "text")]) for n in names}


TYPES = {
    "as_of": "date",
    "since_year": "integer",
    "users": "integer",
    "running_cost": "integer",
    "contract_ends_on": "date",
    "open_interfaces": "integer",
    "personal_data": "yes",
    "capacity": "integer",
    "used": "integer",
    "starts_on": "date",
    "planned_end": "date",
    "progress": "number",
    "approved": "integer",
    "paid": "integer",
    "to_finish": "integer",
    "to_stop": "integer",
    "due_on": "date",
    "amount": "integer",
    "bound": "yes",
    "posts": "number",
    "filled": "number",
    "cost": "integer",
}
"""Which columns of the base tables are no texts."""


# --- systems ------------------------------------------------------------------------------------


def _catalogue(world: World, systems: Sequence[System], rng: np.random.Generator) -> list[Line]:
    costs = _running_costs(world, systems, rng)
    lines = [
        _running(world, system, int(cost), rng) for system, cost in zip(systems, costs, strict=True)
    ]
    said = settings("base")["systems"]
    lines += [_not_running(world, n, "拟建", rng) for n in range(801, 801 + said["planned"])]
    lines += [_not_running(world, n, "已停用", rng) for n in range(901, 901 + said["retired"])]
    for line in lines:
        _plant(line)
    return lines


def _running_costs(world: World, systems: Sequence[System], rng: np.random.Generator) -> Any:
    """Return yuan a year; together a stated share of the year's IT spending."""
    said, purposes = settings("base")["systems"], settings("base")["purpose"]
    city = len(world.bodies()) - 1
    people = world.amount("resident_pop", years()[-1])
    weights = [
        purposes[s.purpose]["cost"]
        * (1.0 if s.body == city else said["district_cost"] * people[s.body] / people[city])
        for s in systems
    ]
    total = int(said["running_share"] * world.amount("it_spend", years()[-1])[-1])
    return apportion(total, np.array(weights) * np.exp(rng.normal(0, 0.35, len(systems))))


def _running(world: World, system: System, cost: int, rng: np.random.Generator) -> Line:
    said, purpose = settings("base")["systems"], settings("base")["purpose"][system.purpose]
    chance = rng.random(6)
    each = said["user_cost"] * np.exp(rng.normal(0, said["user_spread"]))
    each *= said["dear_times"] if chance[0] < said["dear"] else 1.0
    ends = date(2026, 2, 28) + timedelta(days=int(chance[1] * 1000))
    return {
        "system_id": system.id,
        "as_of": stocktaking(),
        "place": world.bodies()[system.body],
        "name": f"{system.words}系统",
        "office": settings("base")["offices"][system.office],
        "strategy": purpose["strategy"],
        "purpose": system.words,
        "status": "在用",
        "since_year": 2009 + int(chance[2] * 16),
        "users": None if purpose.get("inside") else max(int(cost / each), 3),
        "running_cost": cost,
        "contract_ends_on": ends if chance[3] < said["contract"] else None,
        "platform_id": "PT-01" if chance[4] < said["on_platform"] else None,
        "open_interfaces": int(rng.poisson(1.4)),
        "personal_data": bool(chance[5] < said["personal"]),
    }


def _not_running(world: World, number: int, status: str, rng: np.random.Generator) -> Line:
    """Return a system of the city that is planned or that was retired."""
    purposes = settings("base")["purpose"]
    purpose = purposes[number % len(purposes)]
    planned = status == "拟建"
    words = f"{'新一代' if planned else '旧版'}{purpose['zh']}"
    return {
        "system_id": f"SYS-{world.subject}-{number}",
        "as_of": stocktaking(),
        "place": world.subject,
        "name": f"{words}系统",
        "office": settings("base")["offices"][purpose["office"]],
        "strategy": purpose["strategy"],
        "purpose": words,
        "status": status,
        "since_year": None if planned else 2004 + int(rng.integers(0, 10)),
        "users": None,
        "running_cost": None,
        "contract_ends_on": None,
        "platform_id": None,
        "open_interfaces": None,
        "personal_data": None,
    }


def _plant(line: Line) -> None:
    """Write the planted truths of the base over what was drawn."""
    unused, retired = truth("base_unused"), truth("base_retired_paid")
    if line["system_id"] == unused["system"]:
        line["users"] = 0
    if line["system_id"] == retired["system"]:
        line["contract_ends_on"] = retired["until"]
        line["running_cost"] = 1_200_000


def _platform(world: World, said: Mapping[str, Any]) -> Line:
    return {
        "platform_id": said["id"],
        "as_of": stocktaking(),
        "place": world.subject,
        "name": said["zh"],
        "office": settings("base")["offices"][0],
        "kind": said["kind"],
        "status": said["status"],
        "capacity": said["capacity"],
        "used": said["used"],
        "measure": said["measure"],
        "open_to": said["open_to"],
        "running_cost": said["cost"],
        "contract_ends_on": said.get("ends"),
    }


# --- projects -----------------------------------------------------------------------------------


def _projects(world: World, catalogue: Sequence[Line], rng: np.random.Generator) -> list[Line]:
    """Return the projects on the books, as many as the yearbook counts."""
    said = settings("base")["projects"]
    size = int(world.amount("projects_total", years()[-1])[-1])
    planned = [line for line in catalogue if line["status"] == "拟建"]
    running = [line for line in catalogue if line["status"] == "在用"]
    chosen = [running[n] for n in rng.choice(len(running), size - len(planned), replace=False)]
    lines = []
    for number, system in enumerate([*planned, *chosen], start=1):
        words = said["status"]
        status = (
            "已批未开工" if system in planned else str(rng.choice(words["words"], p=words["share"]))
        )
        lines.append(_project(number, system, status, rng))
    return lines


def _project(number: int, system: Line, status: str, rng: np.random.Generator) -> Line:
    said = settings("base")["projects"]
    verb = said["verbs"][int(rng.integers(0, len(said["verbs"])))]
    low, high = said["times_cost"]
    approved = int((system["running_cost"] or 3_000_000) * rng.uniform(low, high) / 1e4) * 10_000
    months = int(rng.integers(10, 34))
    begun = {"已批未开工": 9, "在建": -9, "已完工": -30, "已中止": -22}[status]
    starts = stocktaking() + timedelta(days=30 * (begun + int(rng.integers(-8, 2))))
    progress = {"已批未开工": 0.0, "已完工": 100.0}.get(
        status, round(float(rng.uniform(15, 90)), 0)
    )
    paid = int(approved * progress / 100 * (1.0 if status == "已完工" else rng.uniform(0.8, 1.0)))
    ends = starts + timedelta(days=30 * months)
    if status == "在建":
        late = rng.random() < said["late"]
        ends = stocktaking() + timedelta(
            days=int(rng.integers(-60, 200) if late else rng.integers(500, 1000))
        )
    going = status in ("已批未开工", "在建")
    return {
        "project_id": f"XM-{number:03}",
        "as_of": stocktaking(),
        "place": system["place"],
        "name": f"{system['purpose']}{'建设' if system['status'] == '拟建' else verb}项目",
        "office": system["office"],
        "strategy": system["strategy"],
        "purpose": system["purpose"],
        "system_id": system["system_id"],
        "status": status,
        "starts_on": starts,
        "planned_end": ends,
        "progress": progress,
        "approved": approved,
        "paid": paid,
        "to_finish": approved - paid if going else 0,
        "to_stop": int(said["stop_cost"] * (approved - paid)) if status == "在建" else 0,
    }


def _still_due(project: Line, rng: np.random.Generator) -> list[Line]:
    """Return what a project still needs by purse and year; together just that."""
    said = settings("base")["projects"]["purses"]
    if not project["to_finish"]:
        return []
    # The city's own purse and one more.
    other = int(rng.choice(len(said["share"]) - 1, p=_rest(said["share"]))) + 1
    weights = np.outer([0.6, 0.4], [said["share"][0], said["share"][other]])
    weights *= rng.uniform(0.5, 1.5, weights.shape)
    amounts = apportion(project["to_finish"], weights.ravel()).tolist()
    cells = [(y, said["words"][p]) for y in (2026, 2027) for p in (0, other)]
    return [
        {
            "commitment_id": f"CN-{project['project_id']}",
            "due_on": date(year, 12, 31),
            "place": project["place"],
            "purse": purse,
            "amount": amount,
            "bound": project["status"] == "在建",
            "strategy": project["strategy"],
            "project_id": project["project_id"],
            "system_id": project["system_id"],
        }
        for (year, purse), amount in zip(cells, amounts, strict=True)
        if amount
    ]


def _rest(shares: Sequence[float]) -> list[float]:
    return [share / sum(shares[1:]) for share in shares[1:]]


# --- contracts ----------------------------------------------------------------------------------


def _contract(line: Line, value: int, starts: date, ends: date, rng: np.random.Generator) -> Line:
    """Return a contract of the contracts' table, its numbers to come."""
    stages = settings("small")["contracts"]["stages"]
    sizes = settings("small")["contracts"]["supplier_size"]
    electronic, supplier, size = rng.random(), rng.integers(1, 480), rng.random()
    return {
        "place": line["place"],
        "buyer": line["office"],
        "supplier": f"示例供应商{supplier:03}",
        "category": "服务",
        "method": "公开招标" if rng.random() < 0.8 else "竞争性磋商",
        "electronic": bool(electronic < 0.85),
        "tenderers": 3 + int(rng.poisson(1.2)),
        "signed_at": starts - timedelta(days=10),
        "value": value,
        **{stage: bool(rng.random() < 0.75) for stage in stages},
        "starts_on": starts,
        "ends_on": ends,
        "system_id": line["system_id"],
        "project_id": line.get("project_id"),
        "supplier_size": sizes["words"][int(np.searchsorted(np.cumsum(sizes["share"]), size))],
    }


def _upkeep(line: Line, rng: np.random.Generator) -> Line:
    """Return the contract for running a system: its yearly cost for two or three years."""
    ends = line["contract_ends_on"]
    # None is signed after the day of the inventory.
    term = 3 if ends > date(2027, 12, 31) else int(rng.integers(2, 4))
    starts = ends - timedelta(days=365 * term)
    return _contract(line, term * line["running_cost"], starts, ends, rng)


def _building(project: Line, rng: np.random.Generator) -> list[Line]:
    """Return the two contracts of a project that was begun; together the amount approved."""
    if project["status"] == "已批未开工":
        return []
    values = apportion(project["approved"], [0.85, 0.15]).tolist()
    ends = project["planned_end"]
    return [_contract(project, v, project["starts_on"], ends, rng) for v in values]


def _contracted(catalogue: Iterable[Line], contracts: Iterable[Line]) -> list[tuple[Line, Line]]:
    held = {c["system_id"]: c for c in contracts}
    return [(line, held[line["system_id"]]) for line in catalogue if line["system_id"] in held]


def _upkeep_due(line: Line, contract: Line) -> list[Line]:
    """Return what a contract for upkeep still costs, by year until it ends."""
    lines = []
    for year in range(stocktaking().year + 1, contract["ends_on"].year + 1):
        last = min(contract["ends_on"], date(year, 12, 31))
        days = (last - max(contract["starts_on"], date(year, 1, 1))).days + 1
        lines.append(
            {
                "commitment_id": f"CN-{line['system_id']}",
                "due_on": last,
                "place": line["place"],
                "purse": "本级财政",
                "amount": int(line["running_cost"] * days / 365),
                "bound": True,
                "strategy": line["strategy"],
                "project_id": None,
                "system_id": line["system_id"],
            }
        )
    return [one for one in lines if one["amount"] > 0]


def _numbered_contracts(lines: Iterable[Line]) -> list[Line]:
    return [
        {"ocid": f"ocds-shili-base{n:05}", "contract_id": f"HTB{n:05}", **line}
        for n, line in enumerate(lines, start=1)
    ]


# --- posts --------------------------------------------------------------------------------------


def _halves(number: float) -> float:
    return round(2 * number) / 2


def _posts(world: World, rng: np.random.Generator) -> list[Line]:
    said, offices = settings("base")["posts"], settings("base")["offices"]
    places: list[tuple[str, Sequence[str], Sequence[float]]] = [
        (world.subject, offices, said["city"])
    ]
    places += [(d, offices[:5], said["district"]) for d in world.land.districts]
    low, high = said["filled"]
    lines = []
    for place, held, usual in places:
        for office in held:
            for role, posts in zip(said["roles"], usual, strict=True):
                approved = max(_halves(posts * rng.uniform(0.7, 1.5)), 0.5)
                filled = min(_halves(approved * rng.uniform(low, high)), approved)
                lines.append(
                    {
                        "office": office,
                        "role": role,
                        "as_of": stocktaking(),
                        "place": place,
                        "posts": approved,
                        "filled": filled,
                        "cost": int(filled * said["cost"] * rng.uniform(0.85, 1.2)),
                    }
                )
    return lines
