"""What a city already has: systems, projects, contracts, committed money, posts and platforms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from jinglun.feeds.rows import ROW
from jinglun.loop.keep import SETTINGS, Held, Row, advice, to_finish
from jinglun.loop.loading import FILE
from jinglun.loop.sense import Sensed
from jinglun.model.arrays import tidy
from jinglun.model.catalogue import Catalogue, Table

TABLES = ("system_catalogue", "projects", "contracts", "commitments", "posts", "platforms")
PURSES = ("city", "transfers", "private", "fees")

FEW = 3
"""With fewer people than this in an office, what they cost together tells what one is paid."""

_LISTS = {
    "system_catalogue": "systems",
    "projects": "projects",
    "contracts": "contracts",
    "platforms": "platforms",
}
_NAMED = {
    "system_catalogue": ("platform_id", "platforms"),
    "projects": ("system_id", "system_catalogue"),
    "commitments": ("project_id", "projects"),
}


def base(sensed: Sensed, catalogue: Catalogue, day: date) -> dict[str, Any]:
    """Return the inventory on `day` for findings.json, and what of it to keep, merge or stop.

    Of a table that is not open, no row leaves: only counts and sums.
    """
    inside = [sensed.places.all[at].id for at in sorted(sensed.places.inside())]
    tables = {ident: catalogue.tables[ident] for ident in TABLES if ident in catalogue.tables}
    rows = {
        ident: _rows(sensed.tables[ident], table, inside, day)
        for ident, table in tables.items()
        if ident in sensed.tables
    }
    shown = {i: held if tables[i].privacy == "open" else [] for i, held in rows.items()}
    _complete(rows, shown.get("contracts", []))
    parents = {p.id: p.parent for p in sensed.places.all}
    return {
        "tables": [_told(table, rows.get(ident)) for ident, table in tables.items()],
        "strategies": _by_strategy(rows, catalogue),
        **{name: [_plain(r) for r in shown.get(ident, [])] for ident, name in _LISTS.items()},
        "money": _money(rows.get("commitments", [])),
        "staff": _staff(rows.get("posts", [])),
        "advice": [_plain(line) for line in advice(Held.of(shown), parents, day)],
        "odd": list(_odd(shown, catalogue)),
        "settings": SETTINGS | {"few": FEW},
    }


# --- rows ---------------------------------------------------------------------------------------


def _rows(found: Any, table: Table, inside: Sequence[str], day: date) -> list[Row]:
    """Return the rows that hold on the day, by key; what was not delivered is None."""
    chosen = _holding(found.filter(found[table.place].isin(inside)), table, day)
    if chosen is None:
        return []
    names = [name for name in table.columns if name in chosen.columns]
    picked = chosen.select(*names, FILE, ROW).order_by([*table.key, FILE, ROW])
    blank = dict.fromkeys(table.columns)
    return [
        {**blank, **{n: row[n] for n in names}, "row": f"{row[FILE]}:{row[ROW]}"}
        for row in picked.to_pyarrow().to_pylist()
    ]


def _holding(found: Any, table: Table, day: date) -> Any:
    """Keep the last stocktaking of each place, money not yet due, and contracts in force."""
    import ibis

    if table.is_stock:
        past = found.filter(found.as_of <= day)
        newest = past.as_of.max().over(ibis.window(group_by=table.place))
        return past.mutate(__newest=newest).filter(lambda t: t.as_of == t["__newest"])
    if table.id == "commitments":
        return found.filter(found.due_on >= date(day.year, 1, 1))
    tied = [found[name].notnull() for name in ("system_id", "project_id") if name in found.columns]
    if not tied:
        return None
    found = found.filter(ibis.or_(*tied))
    if "ends_on" in found.columns:
        found = found.filter(found.ends_on.isnull() | (found.ends_on >= day))
    return found


def _complete(rows: Mapping[str, list[Row]], contracts: Iterable[Row]) -> None:
    """Add what follows from the other tables: ends of contracts, cost per user, spare capacity."""
    ends: dict[str, date] = {}
    for one in contracts:
        if one["system_id"] and one["ends_on"]:
            ends[one["system_id"]] = max(one["ends_on"], ends.get(one["system_id"], date.min))
    for one in rows.get("system_catalogue", []):
        # The register may still name the contract before the one in force.
        known_ends = (one["contract_ends_on"], ends.get(one["system_id"]))
        one["contract_ends_on"] = max(filter(None, known_ends), default=None)
        known = one["users"] and one["running_cost"] is not None
        one["cost_per_user"] = one["running_cost"] / one["users"] if known else None
    for one in rows.get("projects", []):
        one["to_finish"] = to_finish(one)
    resting = [s["platform_id"] for s in _running(rows.get("system_catalogue", []))]
    for one in rows.get("platforms", []):
        known = one["capacity"] is not None and one["used"] is not None
        one["spare"] = one["capacity"] - one["used"] if known else None
        one["systems"] = resting.count(one["platform_id"])
    strategies = {
        key: {one[key]: one["strategy"] for one in rows.get(ident, [])}
        for key, ident in (("project_id", "projects"), ("system_id", "system_catalogue"))
    }
    for one in rows.get("commitments", []):
        found = (known.get(one[key]) for key, known in strategies.items())
        one["strategy"] = one["strategy"] or next(filter(None, found), None)


def _running(rows: Iterable[Row]) -> list[Row]:
    return [one for one in rows if one["status"] == "running"]


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as JSON holds it: days in ISO 8601, numbers to 12 digits."""
    return {name: _plain_value(value) for name, value in row.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return tidy(value)
    return _plain(value) if isinstance(value, dict) else value


# --- counts and sums ----------------------------------------------------------------------------


def _told(table: Table, rows: list[Row] | None) -> dict[str, Any]:
    """Say what a table is, whether it came, how many of its rows hold and of which days."""
    days = sorted(one["as_of"] for one in rows or [] if table.is_stock)
    return {
        "table": table.id,
        "title_zh": table.zh,
        "title_en": table.en,
        "row_zh": table.row_zh,
        "row_en": table.row_en,
        "privacy": table.privacy,
        "delivered": rows is not None,
        "rows": len(rows or []),
        "oldest": days[0].isoformat() if days else None,
        "newest": days[-1].isoformat() if days else None,
    }


def _by_strategy(rows: Mapping[str, list[Row]], catalogue: Catalogue) -> list[dict[str, Any]]:
    """Add up what serves each strategy; what names none, or one that is not known, comes last."""
    parts = {
        "systems": _running(rows.get("system_catalogue", [])),
        "projects": [p for p in rows.get("projects", []) if p["status"] in ("approved", "running")],
        "commitments": rows.get("commitments", []),
    }
    lines = []
    for strategy in (*catalogue.strategies, None):
        mine = {
            name: [one for one in held if _strategy(one, catalogue) == strategy]
            for name, held in parts.items()
        }
        if any(mine.values()):
            lines.append(
                {
                    "strategy": strategy,
                    "systems": len(mine["systems"]),
                    "running_cost": _sum(one["running_cost"] for one in mine["systems"]),
                    "no_cost": sum(one["running_cost"] is None for one in mine["systems"]),
                    "projects": len(mine["projects"]),
                    "to_finish": _sum(one["to_finish"] for one in mine["projects"]),
                    "committed": _sum(one["amount"] for one in mine["commitments"]),
                }
            )
    return lines


def _strategy(row: Row, catalogue: Catalogue) -> str | None:
    named: str | None = row["strategy"]
    return named if named in catalogue.strategies else None


def _sum(values: Iterable[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return tidy(sum(known)) if known else None


def _money(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Add up the money due from this year on, by year and purse."""
    named = {True: "bound", False: "planned", None: "unsaid"}
    found: dict[tuple[int, str], dict[str, float]] = {}
    for one in rows:
        key = (one["due_on"].year, one["purse"])
        sums = found.setdefault(key, dict.fromkeys(named.values(), 0.0))
        sums[named[one["bound"]]] += one["amount"]
    return [
        {"year": year, "purse": purse, **{n: tidy(v) for n, v in found[year, purse].items()}}
        for year, purse in sorted(found, key=lambda k: (k[0], PURSES.index(k[1])))
    ]


def _staff(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Add up the posts of each office; its cost stays away where it would tell a person's pay."""
    offices: dict[tuple[str, str], list[Row]] = {}
    for one in rows:
        offices.setdefault((one["place"], one["office"]), []).append(one)
    lines = []
    for (place, office), held in sorted(offices.items()):
        filled = sum(one["filled"] for one in held)
        told = filled >= FEW and all(one["cost"] is not None for one in held)
        lines.append(
            {
                "place": place,
                "office": office,
                "posts": tidy(sum(one["posts"] for one in held)),
                "filled": tidy(filled),
                "cost": _sum(one["cost"] for one in held) if told else None,
            }
        )
    return lines


def _odd(rows: Mapping[str, list[Row]], catalogue: Catalogue) -> Iterable[dict[str, Any]]:
    """Name the ids that lead nowhere: strategies, platforms, systems and projects."""
    for ident, held in rows.items():
        named: list[tuple[str, Iterable[Any]]] = []
        if "strategy" in catalogue.tables[ident].columns:
            named.append(("strategy", catalogue.strategies))
        column, other = _NAMED.get(ident, ("", ""))
        if other in rows:
            named.append((column, {one[column] for one in rows[other]}))
        for column, known in named:
            for one in held:
                if one[column] and one[column] not in known:
                    yield {
                        "table": ident,
                        "row": one["row"],
                        "column": column,
                        "found": one[column],
                    }
