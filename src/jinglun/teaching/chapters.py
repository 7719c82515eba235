"""How the yearbook is printed: a page a chapter for the city, one long table for its peers."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from jinglun.teaching.dice import Ints
from jinglun.teaching.settings import settings, years
from jinglun.teaching.world import World, truth
from jinglun.teaching.yearbook import Figure, chapters

PLACE, NAME, YEAR = "区划代码", "地区", "年份"


@dataclass(frozen=True)
class Page:
    """A printed page: its file and how its headings are mapped: variable -> (heading, unit)."""

    id: str
    file: str
    columns: Mapping[str, tuple[str, str, str | None]]
    """Variable -> heading, unit and base."""


def text(quanta: int, decimals: int) -> str:
    """Return a whole number of quanta as it is printed."""
    return f"{quanta / 10**decimals:.{decimals}f}" if decimals else str(quanta)


def print_pages(world: World, folder: Path, register_is_whole: bool) -> list[Page]:
    """Write one wide table a chapter: a row for every place and year of the city."""
    pages = []
    for chapter, block in {"residents": _residents(), **chapters()}.items():
        printed = {i: s for i, s in block.items() if _is_printed(s, register_is_whole)}
        columns = {i: _heading(s) for i, s in printed.items()}
        page = Page(chapter, f"yearbook_{chapter}.csv", columns)
        rows = _wide(world, printed, register_is_whole)
        _write(folder / page.file, [PLACE, NAME, YEAR, *(h for h, _, _ in columns.values())], rows)
        pages.append(page)
    return pages


def _residents() -> dict[str, dict[str, Any]]:
    """Return what yearbook.toml starts from and does not say itself."""
    return {
        "resident_pop": {"zh": "常住人口", "unit": "万人"},
        "households": {"zh": "家庭户数", "unit": "household"},
        "area_km2": {"zh": "陆地面积", "unit": "平方公里"},
    }


def _is_printed(said: Mapping[str, Any], register_is_whole: bool) -> bool:
    if "zh" not in said or said.get("at") == "peers":
        return False
    return register_is_whole or said.get("at") != "history"


def _heading(said: Mapping[str, Any]) -> tuple[str, str, str | None]:
    unit = said.get("unit", "%")
    label = settings("yearbook")["units"][unit]["zh"]
    return f"{said['zh']}（{label}）", unit, said.get("base") if "percent" in said else None


def _wide(
    world: World, printed: Mapping[str, Mapping[str, Any]], whole: bool
) -> Iterator[list[str]]:
    places = [*world.bodies()[-1:], *world.bodies()[:-1]]
    lines = {
        ident: _lines(world.book[ident], ident, said, world) for ident, said in printed.items()
    }
    for number, place in enumerate(places):
        title = settings("shili")["city"]["title_zh"] if not number else world.land.names[place][0]
        for at, year in enumerate(years()):
            yield [place, title, str(year), *(lines[i][number][at] for i in printed)]
    yield from ()


def _lines(figure: Figure, ident: str, said: Mapping[str, Any], world: World) -> list[list[str]]:
    """Return the printed texts [city and districts, year], blank where nothing is printed."""
    districts = _with_jump(figure.districts, ident, world)
    own = said.get("own") or "single" in said or "percent" in said
    own = own or "mean" in said or "ratio" in said or "copy" in said
    city = figure.city if own else districts.sum(axis=0)
    rows = [city, *(districts if said.get("at") != "city" else np.full_like(districts, -1))]
    last = len(years()) - (said.get("at") == "history")
    return [
        [
            text(int(q), figure.decimals)
            if figure.since <= at < last and not _blank(n, said)
            else ""
            for at, q in enumerate(row)
        ]
        for n, row in enumerate(rows)
    ]


def _blank(number: int, said: Mapping[str, Any]) -> bool:
    return number > 0 and said.get("at") == "city"


def _with_jump(districts: Ints, ident: str, world: World) -> Ints:
    """Return the districts' figures with the planted jump; the city's sum follows it."""
    said = truth("faked_jump")
    if ident != said["variable"]:
        return districts
    found = districts.copy()
    cell = world.land.districts.index(said["place"]), said["year"] - years()[0]
    found[cell] = round(found[cell] * said["factor"])
    return found


def print_peers(world: World, folder: Path) -> str:
    """Write one long table of the peers: a row for every city, year and variable."""
    slip = truth("unit_slip")
    peers = [p["id"] for p in settings("shili")["peers"]["list"]]
    said = {**_residents(), **{i: s for block in chapters().values() for i, s in block.items()}}

    def rows() -> Iterator[list[str]]:
        for ident, block in said.items():
            if "zh" not in block:
                continue
            figure, unit = world.book[ident], block.get("unit", "%")
            quanta = figure.peers.copy()
            if ident == slip["variable"]:
                cell = peers.index(slip["peer"]), years().index(slip["year"])
                quanta[cell] *= slip["factor"]
            for peer, line in zip(peers, quanta.tolist(), strict=True):
                for year, one in list(zip(years(), line, strict=True))[figure.since :]:
                    yield [peer, str(year), ident, text(one, figure.decimals), unit]

    name = "peers.csv"
    _write(folder / name, ["城市代码", "年份", "变量", "数值", "单位"], rows())
    return name


def print_reports(world: World, folder: Path, tally: Mapping[str, Any]) -> list[Page]:
    """Write the bulletins that count the same rows as the detailed tables do, one figure faked."""
    pages = [
        _report(
            world,
            folder,
            "hotline",
            tally,
            {
                "requests_received": ("受理诉求（件）", "case", None),
                "requests_closed": ("办结诉求（件）", "case", None),
            },
            tally["requests_years"],
            with_city=True,
        ),
        _report(
            world,
            folder,
            "air",
            _faked(world, tally),
            {
                "valid_days": ("有效监测天数（天）", "day", None),
                "good_days": ("优良天数（天）", "day", None),
            },
            years(),
            with_city=False,
        ),
    ]
    if "sme_procurement_value" in tally:
        columns = {"sme_procurement_value": ("授予中小企业的合同金额（元）", "元", None)}
        made = tally["contracts_years"]
        pages.append(_report(world, folder, "procurement", tally, columns, made, with_city=True))
    return pages


def _faked(world: World, tally: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tally with the planted figure in place of the one measured."""
    said = truth("faked_days")
    found = {name: np.array(tally[name]) for name in ("valid_days", "good_days")}
    cell = world.land.districts.index(said["place"]), said["year"] - years()[0]
    found[said["variable"]][cell] = said["published"]
    return found


def _report(
    world: World,
    folder: Path,
    name: str,
    tally: Mapping[str, Any],
    columns: Mapping[str, tuple[str, str, str | None]],
    of_years: Iterable[int],
    *,
    with_city: bool,
) -> Page:
    page = Page(f"report-{name}", f"report_{name}.csv", columns)
    counts = {ident: np.rint(tally[ident]).astype(np.int64) for ident in columns}
    size = len(world.land.districts)

    def rows() -> Iterator[list[str]]:
        for number, place in enumerate(world.bodies()):
            if number == size and not with_city:
                continue
            title = settings("shili")["city"]["title_zh"]
            title = title if number == size else world.land.names[place][0]
            for at, year in enumerate(of_years):
                cells = [
                    c[:, at].sum() if number == size else c[number, at] for c in counts.values()
                ]
                if any(cells):
                    yield [place, title, str(year), *map(str, cells)]

    _write(folder / page.file, [PLACE, NAME, YEAR, *(h for h, _, _ in columns.values())], rows())
    return page


def print_streets(world: World, folder: Path) -> Page:
    """Write residents, households and land of every street and year."""
    columns = {
        "resident_pop": ("常住人口（人）", "人", None),
        "households": ("家庭户数（户）", "household", None),
        "area_km2": ("陆地面积（平方公里）", "平方公里", None),
    }
    land, people = world.land, world.people

    def rows() -> Iterator[list[str]]:
        for number, street in enumerate(land.streets):
            for at, year in enumerate(years()):
                counts = people.streets[number, at], people.street_households[number, at]
                area = text(int(land.km2[number]), 2)
                yield [street, land.names[street][0], str(year), *map(str, counts), area]

    page = Page("streets", "streets.csv", columns)
    _write(folder / page.file, [PLACE, NAME, YEAR, *(h for h, _, _ in columns.values())], rows())
    return page


def _write(path: Path, header: list[str], rows: Iterable[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
