"""How the teaching city is made: a world is drawn, its tables are written, its folder says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from jinglun.teaching.air import air_readings
from jinglun.teaching.cases import cases
from jinglun.teaching.chapters import print_pages, print_peers, print_reports, print_streets
from jinglun.teaching.firms import firms
from jinglun.teaching.folder import write_city, write_places, write_planted, write_sources
from jinglun.teaching.inventory import TABLES, TYPES, Inventory, as_rows, taken
from jinglun.teaching.money import contracts, supplier_invoices
from jinglun.teaching.plan import Size, planned
from jinglun.teaching.requests import requests
from jinglun.teaching.rows import Rows, Written, write_rows
from jinglun.teaching.settings import settings
from jinglun.teaching.stock import (
    facilities,
    licences,
    sensors,
    service_items,
    street_lights,
    systems,
)
from jinglun.teaching.vote import write_vote
from jinglun.teaching.world import World, made

Progress = Callable[[str, int, int], None]


def make_city(folder: Path, scale: int, seed: int, progress: Progress) -> dict[str, int]:
    """Write the teaching city into an empty folder; return the rows of each detailed table.

    `scale` is the number of rows of all detailed tables together, from `plan.LEAST` to `plan.MOST`.
    Same scale and seed give the same bytes.
    """
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    world = made(seed)
    inventory = taken(world, settings("tables")["systems"]["whole"])
    fixed = {name: len(getattr(inventory, name)) for name in TABLES}
    sizes = planned(world, scale, fixed, len(inventory.contracts))
    tally: dict[str, Any] = {}
    written = {}
    tables = settings("tables")
    for number, name in enumerate(tables):
        progress(name, number, len(tables))
        parts = _parts(world, name, sizes, inventory, tally)
        written[name] = write_rows(data, name, parts, _total(name, sizes, fixed))
    _print(world, folder, written, sizes, tally)
    return {name: one.rows for name, one in written.items()}


def _total(name: str, sizes: dict[str, Size], fixed: dict[str, int]) -> int:
    return sizes[name].total if name in sizes else fixed[name]


def _parts(
    world: World,
    name: str,
    sizes: dict[str, Size],
    inventory: Inventory,
    tally: dict[str, Any],
) -> Iterable[Rows]:
    """Return the parts of one table, drawn as they are written."""
    if name in TABLES:
        return [as_rows(getattr(inventory, name), TYPES)]
    size = sizes[name]
    streams: dict[str, Callable[[], Iterator[Rows]]] = {
        "requests": lambda: requests(world, size.rows, tally),
        "cases": lambda: cases(world, size.rows),
        "contracts": lambda: contracts(world, size.rows, inventory.contracts, tally),
        "supplier_invoices": lambda: supplier_invoices(world, size.rows),
        "firms": lambda: firms(world, size),
    }
    if name in streams:
        return streams[name]()
    stocks: dict[str, Callable[[], Rows]] = {
        "air_readings": lambda: air_readings(world, size, tally),
        "service_items": lambda: service_items(world, size),
        "facilities": lambda: facilities(world, size),
        "sensors": lambda: sensors(world, size),
        "systems": lambda: systems(world, size),
        "street_lights": lambda: street_lights(world, size),
        "licences": lambda: licences(world, size),
    }
    return [stocks[name]()]


def _print(
    world: World,
    folder: Path,
    written: dict[str, Written],
    sizes: dict[str, Size],
    tally: dict[str, Any],
) -> None:
    data = folder / "data"
    pages = {
        "reports": print_reports(world, data, tally),
        "yearbook": print_pages(world, data, sizes["firms"].whole),
        "streets": [print_streets(world, data)],
    }
    peers = print_peers(world, data)
    write_places(world, data)
    write_city(folder)
    write_sources(world, folder, written, sizes, pages, peers)
    write_planted(folder)
    write_vote(world, data)
