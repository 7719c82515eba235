"""What a yearly stocktaking finds: services, facilities, sensors, systems, lights and licences.

Each thing keeps its number and its luck from year to year, so what was reached stays reached.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from jinglun.model.arrays import Array
from jinglun.teaching.dice import Ints, apportion, stream
from jinglun.teaching.inventory import running_systems
from jinglun.teaching.plan import Size
from jinglun.teaching.rows import Rows, days, flags, moments, numbered, numbers, words
from jinglun.teaching.settings import settings, years
from jinglun.teaching.world import World, truth

DAY = 86_400


def service_items(world: World, size: Size) -> Rows:
    """Return the catalogue of administrative services, one row an item and year."""
    said = settings("small")["items"]
    rng = stream(world.seed, "service_items")
    bodies = len(world.bodies())
    odds = [(1 - said["city_share"]) / (bodies - 1)] * (bodies - 1) + [said["city_share"]]
    place = np.repeat(np.arange(bodies), apportion(size.rows, odds))
    department = rng.integers(0, len(said["departments"]), size.rows)
    titles = [f"{thing}{verb}" for thing in said["things"] for verb in said["verbs"]]
    title = rng.integers(0, len(titles), size.rows)
    luck = rng.random((6, size.rows))
    parts = []
    for year in size.years:
        online = luck[0] < world.rate("items_online", "items_total", year)[place]
        licence = luck[2] < world.rate("items_needing_licence", "items_total", year)[place]
        elicence = world.rate("items_using_elicence", "items_needing_licence", year)[place]
        elder = _elder(world, year, said["offline"])[place]
        parts.append(
            {
                "item_id": numbered("SX", np.arange(size.rows), 6),
                "as_of": days(_last_day(year, size.rows)),
                "place": words(place, world.bodies()),
                "title": words(title, titles),
                "department": words(department, said["departments"]),
                "online": flags(online),
                "one_stop": flags(
                    luck[1] < world.rate("items_one_stop", "items_total", year)[place]
                ),
                "needs_licence": flags(licence),
                "uses_elicence": flags(luck[3] < elicence, licence),
                "elder_version": flags(luck[4] < elder, online),
                "offline_channel": flags(luck[5] < said["offline"]),
            }
        )
    return _joined(parts)


def _elder(world: World, year: int, offline: float) -> Array:
    """Return how often an online form is adapted, so that usable items are the yearbook's share."""
    usable = world.rate("items_elder_usable", "items_total", year) / offline
    online = world.rate("items_online", "items_total", year)
    return np.clip(1 - (1 - usable) / online, 0, 1)


def facilities(world: World, size: Size) -> Rows:
    """Return the register of facilities; places and beds of a district are the yearbook's."""
    said = settings("small")["facilities"]["kinds"]
    rng = stream(world.seed, "facilities")
    weights = np.outer(world.people.districts[:, -1], [k["per_10000"] for k in said]).ravel()
    # One of each at least, or a small register would leave a district without a single bed.
    counts = 1 + apportion(size.rows - len(weights), weights)
    cell = np.repeat(np.arange(len(weights)), counts)
    district, kind = cell // len(said), cell % len(said)
    street = _streets_in(world, district, rng)
    lon, lat = _points(world, street, rng)
    public = rng.random(size.rows) < np.array([k["public"] for k in said])[kind]
    luck, capacity_weight = rng.random((2, size.rows)), np.exp(rng.normal(0, 0.5, size.rows))
    parts = []
    for year in size.years:
        seats, nursing = _seats(world, district, kind, capacity_weight, year)
        accessible = world.rate("public_buildings_accessible", "public_buildings", year)[district]
        opened = world.rate("facilities_in_open_data", "facilities_total", year)[district]
        parts.append(
            {
                "facility_id": numbered("SS", np.arange(size.rows), 6),
                "as_of": days(_last_day(year, size.rows)),
                "place": words(street, world.land.streets),
                "name": _names(world, street, kind, said),
                "facility_type": words(kind, [k["zh"] for k in said]),
                "capacity": numbers(np.maximum(seats, 0), seats >= 0),
                "nursing_beds": numbers(np.maximum(nursing, 0), nursing >= 0),
                "public_building": flags(public),
                "accessible": flags(luck[0] < accessible),
                "in_open_data": flags(luck[1] < opened),
                "lon": numbers(lon),
                "lat": numbers(lat),
            }
        )
    return _joined(parts)


def _seats(world: World, district: Ints, kind: Ints, weight: Array, year: int) -> tuple[Ints, Ints]:
    """Return places or beds, and nursing beds, of each facility; -1 where it has none to count."""
    names = [k["zh"] for k in settings("small")["facilities"]["kinds"]]
    nursery, home = names.index("托育机构"), names.index("养老机构")
    seats = np.full(len(kind), -1, np.int64)
    nursing = np.full(len(kind), -1, np.int64)
    at = years().index(year)
    for place in range(len(world.land.districts)):
        for one, ident in ((nursery, "nursery_places"), (home, "elder_beds")):
            here = np.flatnonzero((district == place) & (kind == one))
            seats[here] = apportion(int(world.book[ident].districts[place, at]), weight[here])
        here = np.flatnonzero((district == place) & (kind == home))
        # Apportioned by beds, so that no home has more nursing beds than beds.
        wanted = int(world.book["nursing_beds"].districts[place, at])
        nursing[here] = np.minimum(apportion(wanted, seats[here] + 1e-9), seats[here])
    return seats, nursing


def _names(world: World, street: Ints, kind: Ints, said: list[dict[str, Any]]) -> Any:
    """Return a name such as 书院街道第3养老院."""
    cell = street * len(said) + kind
    order = np.argsort(cell, kind="stable")
    start = np.searchsorted(cell[order], cell[order], "left")
    number = np.empty(len(cell), np.int64)
    number[order] = np.arange(len(cell)) - start + 1
    names = world.land.names
    known = [f"{names[s][0]}第{{}}{k['name']}" for s in world.land.streets for k in said]
    made = [known[c].format(n) for c, n in zip(cell.tolist(), number.tolist(), strict=True)]
    return words(np.arange(len(made)), made)


def _points(world: World, street: Ints, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return a point inside the shape of each street, away from its border."""
    x0, x1, y0, y1 = world.land.cells[street].T
    across, up = rng.uniform(0.06, 0.94, (2, len(street)))
    lon, lat = world.land.bent(x0 + across * (x1 - x0), y0 + up * (y1 - y0))
    return lon, lat


def sensors(world: World, size: Size) -> Rows:
    """Return the register of sensors; some never report again, some all at once."""
    said = settings("small")["sensors"]
    kinds = said["kinds"]
    rng = stream(world.seed, "sensors")
    weights = world.book["sensors_total"].districts[:, -1]
    district = np.repeat(np.arange(len(weights)), apportion(size.rows, weights))
    odds = np.array([k["weight"] for k in kinds], float)
    kind = rng.choice(len(kinds), size.rows, p=odds / odds.sum())
    minutes = np.array([k["minutes"] for k in kinds])[kind]
    openable = rng.random(size.rows) < np.array([k["openable"] for k in kinds])[kind]
    street = _streets_in(world, district, rng)
    luck = rng.random((4, size.rows))
    silent = rng.exponential(said["dead_days"] * DAY, size.rows)
    parts = []
    for year in size.years:
        now = _now(year)
        online = luck[0] < world.rate("sensors_online", "sensors_total", year)[district]
        age = np.where(online, luck[1] * 1.8 * minutes * 60, 3 * minutes * 60 + silent)
        last = _dead(world, year, now - age.astype(np.int64), district, kind)
        parts.append(
            {
                "sensor_id": numbered("GZ", np.arange(size.rows), 7),
                "as_of": moments(np.full(size.rows, now)),
                "place": words(street, world.land.streets),
                "department": words(kind, [k["office"] for k in kinds]),
                "kind": words(kind, [k["zh"] for k in kinds]),
                "interval_minutes": numbers(minutes),
                "last_reading_at": moments(last),
                "on_platform": flags(
                    luck[2] < world.rate("sensors_on_platform", "sensors_total", year)[district]
                ),
                "openable": flags(openable),
                "open": flags(
                    luck[3] < world.rate("sensors_open", "sensors_openable", year)[district],
                    openable,
                ),
            }
        )
    return _joined(parts)


def _dead(world: World, year: int, last: Ints, district: Ints, kind: Ints) -> Ints:
    """Let all sensors of one kind in one district fall silent: the planted truth."""
    said = truth("sensors_dead")
    since = int(np.datetime64(said["since"], "s").astype(np.int64))
    if _now(year) < since:
        return last
    kinds = [k["zh"] for k in settings("small")["sensors"]["kinds"]]
    there = district == world.land.districts.index(said["district"])
    return np.where(there & (kind == kinds.index(said["kind"])), np.minimum(last, since), last)


def systems(world: World, size: Size) -> Rows:
    """Return how safe the systems are, one row a system and year."""
    rng = stream(world.seed, "systems")
    place = np.array([s.body for s in running_systems(world, size.rows)])
    luck = rng.random((7, size.rows))
    size_tb = np.exp(rng.normal(0, 1.2, size.rows))
    office = np.array([s.office for s in running_systems(world, size.rows)])
    parts = []
    for year in size.years:
        today = _last_day(year, size.rows)
        level = np.where(
            luck[0] < world.rate("systems_assessment_due", "systems_total", year)[place], 3, 2
        )
        assessed = _done(
            luck[1], world.rate("systems_assessed", "systems_assessment_due", year)[place]
        )
        restored = _done(
            luck[2], world.rate("systems_restore_tested", "systems_assessment_due", year)[place]
        )
        due = luck[3] < world.rate("systems_impact_due", "systems_total", year)[place]
        impact = luck[4] < world.rate("systems_impact_assessed", "systems_impact_due", year)[place]
        terabytes = world.amount("data_tb_critical", year)[-1] * size_tb / size_tb.sum()
        parts.append(
            {
                "system_id": words(
                    np.arange(size.rows), [s.id for s in running_systems(world, size.rows)]
                ),
                "as_of": days(today),
                "place": words(place, world.bodies()),
                "department": words(office, settings("base")["offices"]),
                "on_cloud": flags(
                    luck[5] < world.rate("systems_on_cloud", "systems_total", year)[place]
                ),
                "protection_level": numbers(level),
                "assessed_on": days(today - 20 - assessed, assessed < 2000),
                "restore_tested_on": days(today - 35 - restored, restored < 2000),
                "critical_data_tb": numbers(np.round(terabytes, 2)),
                "backup_remote": flags(
                    luck[6] < world.rate("data_tb_remote_backup", "data_tb_critical", year)[place]
                ),
                "impact_due": flags(due),
                "impact_assessed_on": days(today - 60, due & impact),
            }
        )
    return _joined(parts)


def _done(luck: Array, share: Array) -> Ints:
    """Return how many days ago something was done: within a year, longer ago, or never (9999)."""
    within = (luck / share * 300).astype(np.int64)
    late = np.where((luck * 97) % 1 < 0.5, 500 + (luck * 400).astype(np.int64), 9999)
    return np.where(luck < share, within, late)


def street_lights(world: World, size: Size) -> Rows:
    """Return the street lights of main roads; once it has an LED lamp a light keeps it."""
    said = settings("small")["street_lights"]
    rng = stream(world.seed, "street_lights")
    street = _streets_in(world, _districts_of(world, size), rng)
    owner = rng.choice(len(said["owners"]), size.rows, p=said["owner_share"])
    old = 1 + rng.choice(len(said["old"]), size.rows, p=said["old_share"])
    led_power = rng.choice(said["led_power"], size.rows)
    old_power = rng.choice(said["old_power"], size.rows)
    changed, unknown = rng.random((2, size.rows))
    lamps = ["", *said["old"], "LED"]
    parts = []
    for year in size.years:
        led = changed < np.interp(year, (years()[0], years()[-1]), said["led"])
        lamp = np.where(led, lamps.index("LED"), old)
        parts.append(
            {
                "light_id": numbered("LD", np.arange(size.rows), 6),
                "as_of": days(_last_day(year, size.rows)),
                "place": words(street, world.land.streets),
                "lamp": words(np.where(unknown < said["unknown"], 0, lamp), lamps),
                "power_w": numbers(np.where(led, led_power, old_power)),
                "owner": words(owner, said["owners"]),
            }
        )
    return _joined(parts)


def licences(world: World, size: Size) -> Rows:
    """Return the register of business licences, one row a licence and year."""
    said = settings("small")["licences"]
    rng = stream(world.seed, "licences")
    street = _streets_in(world, _districts_of(world, size), rng)
    kind = rng.choice(len(said["kinds"]), size.rows, p=said["kind_share"])
    parts = []
    for year in size.years:
        status = rng.choice(len(said["status"]), size.rows, p=said["status_share"])
        parts.append(
            {
                "licence_id": numbered("XK", np.arange(size.rows), 6),
                "as_of": days(_last_day(year, size.rows)),
                "place": words(street, world.land.streets),
                "kind": words(kind, said["kinds"]),
                "status": words(status, said["status"]),
            }
        )
    return _joined(parts)


# --- what they share ----------------------------------------------------------------------------


def _joined(parts: list[Rows]) -> Rows:
    """Put the years below one another."""
    import pyarrow as pa

    return {name: pa.concat_arrays([p[name] for p in parts]) for name in parts[0]}


def _districts_of(world: World, size: Size) -> Ints:
    """Return a district for each row, by residents of the last year."""
    weights = world.people.districts[:, -1].astype(float)
    return np.repeat(np.arange(len(weights)), apportion(size.rows, weights))


def _streets_in(world: World, district: Ints, rng: np.random.Generator) -> Ints:
    """Return a street of each row's district, by residents."""
    found = np.zeros(len(district), np.int64)
    for place in range(len(world.land.districts)):
        here, inside = (
            np.flatnonzero(district == place),
            np.flatnonzero(world.land.district == place),
        )
        weights = world.people.streets[inside, -1].astype(float)
        found[here] = rng.choice(inside, len(here), p=weights / weights.sum())
    return found


def _last_day(year: int, size: int) -> Ints:
    """Return the last day of a year as days since 1970, for every row."""
    return np.full(size, int(np.datetime64(f"{year}-12-31").astype(np.int64)))


def _now(year: int) -> int:
    """Return noon of the last day of a year in seconds since 1970."""
    return int(np.datetime64(f"{year}-12-31T12:00:00").astype("datetime64[s]").astype(np.int64))
