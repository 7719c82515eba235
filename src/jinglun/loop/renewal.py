"""Which workbooks of a city can be written anew: those that are not there or nobody filled in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinglun.feeds import spreadsheet
from jinglun.feeds.rows import quoted
from jinglun.loop.catalogue import framework_catalogue
from jinglun.loop.files import WORKBOOKS
from jinglun.loop.folder import read_city
from jinglun.loop.hierarchy import read_places
from jinglun.loop.loading import Rejects, Shelf
from jinglun.loop.offices import departments
from jinglun.loop.units import units_for
from jinglun.loop.workbooks import (
    CONTACT,
    DISTRICTS,
    ID,
    KEPT,
    QUALITY,
    REMARK,
    UNIT,
    VALUE,
    Request,
    Row,
    file_name,
    rows_of,
    workbook_sources,
    write_workbooks,
)
from jinglun.model.catalogue import Catalogue
from jinglun.model.city import City, Source
from jinglun.model.periods import is_year
from jinglun.store.lake import connect, read_release


def renew(folder: Path, year: int) -> tuple[list[str], list[str]]:
    """Write the missing workbooks and those nobody filled in, with last values and `year`.

    Returns the names written and the names left alone. Errors: InputError when the folder cannot
    be read.
    """
    catalogue = framework_catalogue()
    city = read_city(folder, catalogue)
    request = _request(city, year, catalogue)
    sources: dict[str, list[Source]] = {}
    for source in workbook_sources(folder, catalogue):
        sources.setdefault(source.path, []).append(source)
    kept: list[str] = []
    free: list[str] = []
    for department in departments(catalogue):
        name = file_name(department)
        if (folder / WORKBOOKS / name).exists():
            rows = rows_of(department, catalogue, city.currency)
            alone = _untouched(
                folder / WORKBOOKS / name, sources.get(f"{WORKBOOKS}/{name}", []), rows
            )
            (free if alone else kept).append(name)
    return write_workbooks(folder, request, catalogue, free), kept


def _request(city: City, year: int, catalogue: Catalogue) -> Request:
    places, _ = read_places(Shelf(city, connect()), [], Rejects())
    parts = places.children().get(places.index()[city.subject], [])
    districts = tuple((places.all[i].id, places.all[i].title("zh")) for i in parts)
    last = _last_values(city, catalogue)
    titles = (city.title_zh, city.title_en)
    return Request(*titles, city.subject, city.currency, year, districts, last=last)


def _last_values(city: City, catalogue: Catalogue) -> Mapping[str, str]:
    """Return the city's latest whole-year figure of each variable in its release, as text."""
    try:
        release = read_release(city.folder / "release")
    except (OSError, ValueError):
        return {}
    latest: dict[str, tuple[str, str]] = {}
    for fact in release.tables["facts"].to_pylist() if release else []:
        variable = catalogue.variables.get(fact["variable"])
        if variable and fact["place"] == city.subject and is_year(fact["period"]):
            unit = units_for(variable.unit, city.currency)[0]
            said = f"{fact['value']:,.12g} {unit}（{fact['period']}）"
            earlier = latest.get(variable.id, ("", ""))
            latest[variable.id] = max(earlier, (fact["period"], said))
    return {ident: said for ident, (_, said) in latest.items()}


def _untouched(path: Path, sources: list[Source], rows: list[Row]) -> bool:
    """Say whether a workbook is as it was sent out; one that cannot be read counts as filled in."""
    fresh = {row.variable.id: row for row in rows}
    connection = connect()
    for source in sources:
        if spreadsheet.read(connection, path, source, "sheet").problems:
            return False
        names = spreadsheet.header(path, source)
        wanted = KEPT if source.sheet == DISTRICTS else (ID, UNIT, VALUE, QUALITY, CONTACT, REMARK)
        if any(name not in names for name in wanted):
            return False
        listed = ", ".join(f"{quoted(n)} AS {quoted(n)}" for n in names)
        found = connection.execute(f"SELECT {listed} FROM sheet").to_arrow_table().to_pylist()
        if any(_filled(row, fresh.get(row[ID]), source) for row in found):
            return False
    return bool(sources)


def _filled(row: Mapping[str, Any], fresh: Row | None, source: Source) -> bool:
    """Say whether a row holds more than what the program wrote into it."""
    said = {name: (text or "").strip() for name, text in row.items()}
    if fresh is None:
        return any(said.get(name) for name in (VALUE, QUALITY, CONTACT))
    if said[UNIT] != fresh.units[0] or said[QUALITY]:
        return True
    if source.sheet == DISTRICTS:
        return any(text for name, text in said.items() if name not in KEPT)
    return bool(said[VALUE] or said[CONTACT]) or said[REMARK] != fresh.remark
