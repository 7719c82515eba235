"""How many rows each detailed table has, so that all of them together have the number asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from jinglun.teaching.dirt import doubles
from jinglun.teaching.settings import settings, years
from jinglun.teaching.world import World

LAST = "requests"
LEAST, MOST, USUAL = 10_000, 100_000_000, 200_000
"""The smallest, the largest and the usual number of rows of all tables together."""


@dataclass(frozen=True)
class Size:
    """Rows of a table: `rows` of each of the `years`; `whole` when nothing is left out."""

    rows: int
    years: tuple[int, ...]
    whole: bool = True

    @property
    def total(self) -> int:
        """The rows of all years; for events `rows` is their total already."""
        return self.rows * len(self.years)


def planned(world: World, scale: int, fixed: Mapping[str, int], tied: int) -> dict[str, Size]:
    """Share `scale` rows out among the tables; `fixed` are the rows of those already made.

    Stocktakings never grow beyond what the city has; events take what is left, the hotline last.
    `tied` contracts belong to the base inventory and must be there.
    """
    tables = settings("tables")
    sizes: dict[str, Size] = {}
    left = scale - sum(fixed.values())
    stocks = {n: s for n, s in tables.items() if n not in fixed and "weight" not in s}
    # What is never left out comes first, for it leaves less to share.
    for name in sorted(stocks, key=lambda n: not _is_whole(stocks[n])):
        share = scale if _is_whole(stocks[name]) else left
        sizes[name] = _stock(world, name, stocks[name], int(share * stocks[name]["of_all"]))
        if _is_whole(stocks[name]):
            left -= sizes[name].total
    left = scale - sum(fixed.values()) - sum(s.total for s in sizes.values())
    flows = {n: s for n, s in tables.items() if "weight" in s and n != LAST}
    weights = sum(s["weight"] for s in tables.values() if "weight" in s)
    for name, said in flows.items():
        least = (tied + 100 if name == "contracts" else 0) + int(0.1 * left)
        sizes[name] = _flow(max(least, int(left * said["weight"] / weights)))
    sizes[LAST] = _flow(left - sum(sizes[n].rows for n in flows))
    return sizes


def _flow(rows: int) -> Size:
    return Size(rows, (years()[-1],))


def _is_whole(said: Mapping[str, Any]) -> bool:
    return "days_of" in said or bool(said.get("always"))


def _stock(world: World, name: str, said: Mapping[str, Any], rows: int) -> Size:
    """Return whole stocktakings while they fit, the last year first; else a part of one."""
    if "days_of" in said:
        a_year = 366 * len(world.land.districts)
        chosen = years()[-min(max(rows // a_year, 1), len(years())) :]
        days = sum((date(y + 1, 1, 1) - date(y, 1, 1)).days for y in chosen)
        return Size(days * len(world.land.districts), (chosen[0],))
    whole = said["whole"]
    size = int(world.amount(whole, years()[-1])[-1]) if isinstance(whole, str) else int(whole)
    # Rows that stand twice come on top of those that there are.
    size += doubles(name)
    times = min(max(rows // size, 1), int(said["snapshots"]))
    if said.get("always"):
        return Size(size, years()[-times:])
    return Size(min(size, rows // times), years()[-times:], rows >= size)
