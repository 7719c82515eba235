"""What a fact rests on, down to file and row: for indicators and variables alike, as text too."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from jinglun.model.errors import nearest
from jinglun.model.periods import first_day, last_day
from jinglun.model.release import Release
from jinglun.pages.amounts import unit_name, with_unit
from jinglun.pages.view import located
from jinglun.pages.words import Words

NEAR = 3


class NotKnown(Exception):
    """A name the release does not have."""

    def __init__(self, kind: str, found: str, hint: str) -> None:
        super().__init__(found)
        self.kind, self.found, self.hint = kind, found, hint


def nearest_of(said: str, known: Iterable[str]) -> str:
    """Return the names most like what was said, nearest first, by commas."""
    lower = {name.lower(): name for name in known}
    hits = difflib.get_close_matches(said.lower(), list(lower), n=NEAR, cutoff=0.55)
    return ", ".join(lower[hit] for hit in hits)


def place_of(release: Release, said: str | None) -> dict[str, Any]:
    """Return the row of a place by its id or title, the subject if none; NotKnown if unknown."""
    rows: list[dict[str, Any]] = release.tables["places"].to_pylist()
    wanted = said or release.head["city"]["subject"]
    for row in rows:
        if wanted in (row["place"], row["title_zh"], row["title_en"]):
            return row
    known = [name for row in rows for name in (row["place"], row["title_zh"], row["title_en"])]
    raise NotKnown("place", wanted, nearest(wanted, known))


def rows_of(release: Release, table: str, place: str, **within: list[str]) -> list[dict[str, Any]]:
    """Return the rows of a table at a place whose columns hold one of the values given."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = release.tables[table]
    test = pc.equal(found["place"], place)
    for column, values in within.items():
        test = pc.and_(test, pc.is_in(found[column], value_set=pa.array(values, pa.string())))
    rows: list[dict[str, Any]] = found.filter(test).to_pylist()
    return rows


def children(release: Release, place: str) -> list[str]:
    """Return the places one level below."""
    places = release.tables["places"].to_pylist()
    return [row["place"] for row in places if row["parent"] == place]


def traced(release: Release, row: dict[str, Any]) -> dict[str, Any]:
    """Return a fact with its file, or with `from`: the facts that it was made from."""
    kind, _, rest = row["locator"].partition(":")
    made = dict(row)
    if row["source"] != "jinglun":
        made |= _file(release, row)
        return made
    if kind == "share":
        places, variables = [row["place"]], rest.split("/")
    else:
        base = rest.partition(":")[2]
        places = children(release, row["place"])
        variables = [row["variable"], *([base] if base else [])]
    made["from"] = [
        traced(release, one)
        for place in places
        for one in rows_of(release, "facts", place, period=[row["period"]], variable=variables)
    ]
    return made


def _file(release: Release, row: Mapping[str, Any]) -> dict[str, Any]:
    file, number_, column = located(row["locator"])
    source = next(i for i in release.head["inputs"] if i["source"] == row["source"])
    return {
        "file": file,
        "row": None if number_ == "*" else int(number_),
        "column": column,
        "path": source["path"],
        "sha256": source["sha256"],
    }


def begun(rows: Iterable[dict[str, Any]], release: Release) -> list[dict[str, Any]]:
    """Return the rows whose period has begun on the release's day, oldest first."""
    day = date.fromisoformat(release.head["date"])
    known = [row for row in rows if (first_day(row["period"]) or day) <= day]
    return sorted(known, key=lambda row: (last_day(row["period"]) or date.min, row["period"]))


def written(figure: str, unit: str, currency: str, w: Words) -> str:
    """Return a figure as it is with its unit, the city's own money named."""
    return with_unit(figure, unit_name(unit, currency, w))


def fact_lines(fact: Mapping[str, Any], currency: str, w: Words, margin: str) -> list[str]:
    """Return a fact as lines for a terminal, and under it what it was made from."""
    head = (
        f"{margin}{fact['place']} {fact['period']} {fact['variable']} = "
        f"{written(repr(fact['value']), fact['unit'], currency, w)} [{fact['quality']}]"
    )
    lines = [head]
    if "file" in fact:
        key = "explain.reduced" if fact["row"] is None else "explain.read"
        lines.append(
            f"{margin}    " + w(key, **{k: fact[k] for k in ("file", "row", "column", "source")})
        )
        lines.append(f"{margin}    {fact['path']}  {w('explain.sha')} {fact['sha256'][:16]}")
        return lines
    lines.append(f"{margin}    ← {fact['locator']}")
    for one in fact.get("from", []):
        lines += fact_lines(one, currency, w, margin + "      ")
    return lines
