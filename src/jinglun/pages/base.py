"""What the page of the base says: questions to the offices, and what stands behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from jinglun.pages import charts
from jinglun.pages.view import View, number

LIMIT = 100
"""How many rows of one office a table shows; findings.json has them all."""

LONG = 1000
"""How many rows a table shows that is not parted by office."""

SHORT = 10
"""A list of no more rows than this stands open; so many questions come first."""

CITED = 3
"""How many of the rows a question rests on are named."""

PURSES = ("city", "transfers", "private", "fees")
ASKED = ("merge", "stop", "ask")

Line = Mapping[str, Any]


def of(seen: View) -> Mapping[str, Any]:
    """Return the base inventory of the release."""
    found: Mapping[str, Any] = seen.findings["base"]
    return found


def lacking(seen: View) -> list[Line]:
    """Return the tables that the city has not delivered."""
    return [table for table in of(seen)["tables"] if not table["delivered"]]


def first(rows: Sequence[Line], limit: int = LIMIT) -> Sequence[Line]:
    """Return as many rows, of one office or in all, as the page bears."""
    return rows[:limit]


def by_office(seen: View, rows: Sequence[Line], key: str) -> list[tuple[str, list[Line]]]:
    """Return the rows of each office (named under `key`), most rows first, those of none last."""
    found: dict[str, list[Line]] = {}
    for row in rows:
        found.setdefault(row[key] or "", []).append(row)
    order = sorted(found, key=lambda office: (not office, -len(found[office]), office))
    return [(office or seen.words("base.no_office"), found[office]) for office in order]


def is_folded(seen: View) -> bool:
    """Say whether anything on the page is folded, so that it is not printed unless opened."""
    had = of(seen)
    lists = ("strategies", "systems", "projects", "contracts", "platforms", "staff", "odd")
    return any(len(rows) > SHORT for rows in (*(had[name] for name in lists), questions(seen)))


# --- totals -------------------------------------------------------------------------------------


def totals(seen: View) -> list[tuple[str, str]]:
    """Return what there is in all, as headings and sentences; nothing of what was not delivered."""
    had = of(seen)
    came = {table["table"] for table in had["tables"] if table["rows"]}
    parts = (
        ("system_catalogue", "systems", _systems_total),
        ("projects", "projects", _projects_total),
        ("commitments", "money_title", _money_total),
        ("posts", "staff", _posts_total),
        ("platforms", "platforms", _platforms_total),
    )
    return [
        (seen.words(f"base.{heading}"), seen.words(f"base.total.{name}", **gaps(seen)))
        for name, heading, gaps in parts
        if name in came
    ]


def _sum(rows: Sequence[Line], name: str) -> float | None:
    known = [row[name] for row in rows if row[name] is not None]
    return sum(known) if known else None


def _unsaid(seen: View, count: int) -> str:
    return seen.words("base.total.unsaid", count=count) if count else ""


def _systems_total(seen: View) -> dict[str, str]:
    lines = of(seen)["strategies"]
    return {
        "count": f"{sum(line['systems'] for line in lines):,}",
        "cost": money(seen, _sum(lines, "running_cost")),
        "unsaid": _unsaid(seen, sum(line["no_cost"] for line in lines)),
    }


def _projects_total(seen: View) -> dict[str, str]:
    lines = of(seen)["strategies"]
    blank = [
        p
        for p in of(seen)["projects"]
        if p["status"] in ("approved", "running") and p["to_finish"] is None
    ]
    return {
        "count": f"{sum(line['projects'] for line in lines):,}",
        "cost": money(seen, _sum(lines, "to_finish")),
        "unsaid": _unsaid(seen, len(blank)),
    }


def _money_total(seen: View) -> dict[str, str]:
    years = by_year(seen)
    return {
        "all": money(seen, _sum(years, "all")),
        "bound": money(seen, _sum(years, "bound")),
        "begun": seen.words("base.year", year=years[0]["year"]),
        "ended": seen.words("base.year", year=years[-1]["year"]),
    }


def _posts_total(seen: View) -> dict[str, str]:
    staff = of(seen)["staff"]
    return {name: whole(_sum(staff, name)) for name in ("posts", "filled")}


def _platforms_total(seen: View) -> dict[str, str]:
    running = [p for p in of(seen)["platforms"] if p["status"] == "running"]
    full = of(seen)["settings"]["full"]
    known = [p for p in running if p["spare"] is not None]
    roomy = [p for p in known if p["used"] < full * p["capacity"]]
    return {"count": f"{len(running):,}", "room": f"{len(roomy):,}", "full": f"{100 * full:.0f}"}


# --- money --------------------------------------------------------------------------------------


def unit(seen: View) -> str:
    """Return the unit in which the page gives money: 万元, yuan ..."""
    return seen.words("base.money_unit", currency=seen.unit("LCU"))


def figure(seen: View, value: float | None) -> str:
    """Return an amount as a bare number of that unit, all with the same decimals, or a dash."""
    decimals = int(seen.words("base.money_decimals"))
    return "—" if value is None else f"{value / float(seen.words('base.money_per')):,.{decimals}f}"


def each(value: float | None) -> str:
    """Return a cost per user, all with the same decimals, or a dash."""
    return "—" if value is None else f"{value:,.2f}"


def money(seen: View, value: float | None) -> str:
    """Return an amount of money with its unit, or that nobody said it."""
    if value is None:
        return seen.words("base.unsaid")
    amount = number(value / float(seen.words("base.money_per")))
    return seen.words("base.money", amount=amount, unit=unit(seen))


def by_year(seen: View) -> list[dict[str, Any]]:
    """Return the committed money of each year: by purse, in all, and how much of it is bound."""
    years: dict[int, dict[str, Any]] = {}
    for line in of(seen)["money"]:
        row = years.setdefault(line["year"], {"year": line["year"], "all": 0.0, "bound": 0.0})
        row[line["purse"]] = line["bound"] + line["planned"] + line["unsaid"]
        row["all"] += row[line["purse"]]
        row["bound"] += line["bound"]
    return [{p: row.get(p) for p in PURSES} | row for row in years.values()]


def money_plot(seen: View) -> Markup | str:
    """Return the committed money by year as a dot plot, or nothing without any."""
    rows = by_year(seen)
    if not rows:
        return ""
    scale = float(seen.words("base.money_per"))
    ends = {"begun": rows[0], "ended": rows[-1]}
    told = {name: seen.words("base.year", year=row["year"]) for name, row in ends.items()}
    sums = {f"{name}_sum": money(seen, row["all"]) for name, row in ends.items()}
    return Markup(
        charts.dot_plot(
            [
                (seen.words("base.year", year=r["year"]), r["all"] / scale, None, False)
                for r in rows
            ],
            reference=None,
            ident="money",
            title=seen.words("base.money_title"),
            desc=seen.words("base.money_desc", **told, **sums),
            unit=unit(seen),
            reference_label="",
            number=number,
        )
    )


# --- questions ----------------------------------------------------------------------------------


def stake(line: Line) -> float:
    """Return the money that the answer to a question moves; none where only a figure is lacking."""
    figures = {name: value or 0.0 for name, value in line["figures"].items()}
    if line["act"] not in ("merge", "stop"):
        return 0.0
    if line["rule"] == "retired_paid":
        return float(figures["committed"])
    if line["rule"] == "late_stop_cheaper":
        return float(figures["to_finish"] - figures["to_stop"])
    return float(figures.get("running_cost") or figures.get("to_finish") or 0.0)


def _ranked(seen: View) -> list[int]:
    """Return which lines of the advice ask: the ten that move most, the rest as they stand."""
    lines = of(seen)["advice"]
    asked = [at for at, line in enumerate(lines) if line["act"] in ASKED]
    top = sorted(asked, key=lambda at: -stake(lines[at]))[:SHORT]
    return top + [at for at in asked if at not in top]


def questions(seen: View) -> list[dict[str, Any]]:
    """Return what the offices are asked, numbered from 1, the ten that move most money first."""
    lines = of(seen)["advice"]
    return [
        {
            "number": count,
            "act": lines[at]["act"],
            "offices": _offices(seen, lines[at]),
            "asks": list(dict.fromkeys(one["office"] for one in lines[at]["of"])),
            "says": says(seen, lines[at]),
            "rows": cited(seen, [o["row"] for o in (*lines[at]["of"], *lines[at]["beside"])]),
        }
        for count, at in enumerate(_ranked(seen), 1)
    ]


def others(seen: View, asked: Sequence[Line]) -> list[tuple[str, list[Line]]]:
    """Return the questions after the first ten by office, with two offices under each.

    Only where a question stands first is it `own`: links lead there.
    """
    rows = [
        {**question, "office": office, "own": count == 0}
        for question in asked[SHORT:]
        for count, office in enumerate(question["asks"])
    ]
    return by_office(seen, rows, "office")


def cited(seen: View, rows: Sequence[str]) -> str:
    """Return the first rows named (`file:row`), each file once, and how many there are."""
    files: dict[str, list[str]] = {}
    for row in rows[:CITED]:
        file, _, line = row.rpartition(":")
        files.setdefault(file, []).append(line)
    comma = seen.words("list.comma")
    told = comma.join(f"{file}:{comma.join(lines)}" for file, lines in files.items())
    more = len(rows) > CITED
    return seen.words("base.cited", first=told, count=len(rows)) if more else told


def says(seen: View, line: Line) -> str:
    """Return one line of the advice as a sentence."""
    return seen.words(f"base.rule.{line['rule']}", **_gaps(seen, line))


def _offices(seen: View, line: Line) -> str:
    named = dict.fromkeys(one["office"] for one in line["of"] if one["office"])
    return seen.words("list.comma").join(named) or seen.words("base.no_office")


def _gaps(seen: View, line: Line) -> dict[str, str]:
    """Return whatever any of the sentences may name."""
    figures, comma = line["figures"], seen.words("list.comma")
    among = [*line["of"], *line["beside"]]
    names = [_thing(seen, one, among) for one in line["of"]]
    needs, leaving = figures.get("to_finish"), figures.get("to_stop")
    per_user, median = figures.get("cost_per_user"), figures.get("median")
    capacity, used = figures.get("capacity"), figures.get("used")
    amounts = ("running_cost", "committed", "to_finish", "to_stop")
    kind = figures.get("kind")
    return {
        **{name: money(seen, figures.get(name)) for name in amounts},
        "names": comma.join(names),
        "first": names[0],
        "beside": comma.join(_thing(seen, one, among) for one in line["beside"]),
        "purpose": figures.get("purpose") or "",
        "kind": seen.words(f"base.kind.{kind}") if kind else "",
        "ends": figures.get("contract_ends_on") or seen.words("base.unsaid"),
        "each": seen.amount(per_user, "LCU") if per_user is not None else "",
        "median": seen.amount(median, "LCU") if median is not None else "",
        "times": number(round(per_user / median, 1)) if per_user and median else "",
        "more": money(seen, needs - leaving) if needs is not None and leaving is not None else "",
        "share": number(round(100 * used / capacity)) if used is not None and capacity else "100",
        "columns": comma.join(seen.words(f"base.column.{c}") for c in figures.get("columns", ())),
    }


def _thing(seen: View, one: Line, among: Sequence[Line]) -> str:
    """Return the name of a thing, with what tells it from the others of the line.

    That is its place where it is not the city, its office beside one of the same name, and its id
    where the office is the same too.
    """
    same = [o for o in among if o["id"] != one["id"]]
    same = [o for o in same if (o["name"], o["place"]) == (one["name"], one["place"])]
    told = [] if one["place"] == seen.subject else [place(seen, one["place"])]
    if same:
        told.append(one["office"] or seen.words("base.no_office"))
    if any(o["office"] == one["office"] for o in same):
        told.append(one["id"])
    key, comma = ("base.thing_at" if told else "base.thing"), seen.words("list.comma")
    return seen.words(key, name=one["name"], place=comma.join(told))


def place(seen: View, ident: str) -> str:
    """Return the title of a place, or its id where the pages know none."""
    return seen.place(ident) if ident in seen.places else ident


# --- what there is ------------------------------------------------------------------------------


def verdicts(seen: View) -> dict[tuple[str, str], dict[str, Any]]:
    """Return by table and id what is said of a thing first: the question's number, or why kept."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    numbers = {at: count for count, at in enumerate(_ranked(seen), 1)}
    for at, line in enumerate(of(seen)["advice"]):
        said = {"act": line["act"], "question": numbers.get(at, 0)}
        for one in line["of"]:
            found.setdefault((one["table"], one["id"]), said | {"rule": line["rule"]})
    return found


def names(seen: View, kind: str, ident: str) -> dict[str, str]:
    """Return what the things of a list (`systems`, `projects`, `platforms`) are called, by id."""
    return {one[ident]: one["name"] or one[ident] for one in of(seen)[kind]}


def strategy(seen: View, ident: str | None) -> str:
    """Return the title of a strategy, its id where it is not known, a dash for none."""
    known = seen.release.terms["strategies"].get(ident)
    return seen.title(known) if known else ident or "—"


def soon(seen: View, day: str | None) -> str:
    """Say of a day in ISO 8601 whether it is `past`, `soon` or neither (empty)."""
    if day is None:
        return ""
    left = (date.fromisoformat(day) - seen.day).days
    if left < 0:
        return "past"
    return "soon" if left <= of(seen)["settings"]["soon_days"] else ""


def whole(value: float | None) -> str:
    """Return a count, a dash where it is not known."""
    return "—" if value is None else number(value)
