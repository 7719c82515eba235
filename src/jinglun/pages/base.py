"""What the page of the base says: questions to the offices, and what stands behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from jinglun.pages import charts
from jinglun.pages.view import View, number

LIMIT = 300
"""How many rows of one table a page bears; findings.json has them all."""

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


def first(rows: Sequence[Line]) -> Sequence[Line]:
    """Return as many rows as the page bears."""
    return rows[:LIMIT]


# --- money --------------------------------------------------------------------------------------


def unit(seen: View) -> str:
    """Return the unit in which the page gives money: 万元, yuan ..."""
    return seen.words("base.money_unit", currency=seen.unit("LCU"))


def figure(seen: View, value: float | None) -> str:
    """Return an amount of money as a bare number of that unit, a dash where it is not known."""
    return "—" if value is None else number(value / float(seen.words("base.money_per")))


def money(seen: View, value: float | None) -> str:
    """Return an amount of money with its unit, or that nobody said it."""
    if value is None:
        return seen.words("base.unsaid")
    return seen.words("base.money", amount=figure(seen, value), unit=unit(seen))


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


def questions(seen: View) -> list[dict[str, Any]]:
    """Return what the offices are asked, in the order of the advice, numbered from 1."""
    asked = [line for line in of(seen)["advice"] if line["act"] in ASKED]
    return [
        {
            "number": count,
            "act": line["act"],
            "offices": _offices(seen, line),
            "says": says(seen, line),
            "rows": [one["row"] for one in (*line["of"], *line["beside"])],
        }
        for count, line in enumerate(asked, 1)
    ]


def says(seen: View, line: Line) -> str:
    """Return one line of the advice as a sentence."""
    return seen.words(f"base.rule.{line['rule']}", **_gaps(seen, line))


def _offices(seen: View, line: Line) -> str:
    named = dict.fromkeys(one["office"] for one in line["of"] if one["office"])
    return seen.words("list.comma").join(named) or seen.words("base.no_office")


def _gaps(seen: View, line: Line) -> dict[str, str]:
    """Return whatever any of the sentences may name."""
    figures, comma = line["figures"], seen.words("list.comma")
    names = [_thing(seen, one) for one in line["of"]]
    needs, leaving = figures.get("to_finish"), figures.get("to_stop")
    each, median = figures.get("cost_per_user"), figures.get("median")
    capacity, used = figures.get("capacity"), figures.get("used")
    amounts = ("running_cost", "committed", "to_finish", "to_stop")
    kind = figures.get("kind")
    return {
        **{name: money(seen, figures.get(name)) for name in amounts},
        "names": comma.join(names),
        "first": names[0],
        "beside": comma.join(_thing(seen, one) for one in line["beside"]),
        "purpose": figures.get("purpose") or "",
        "kind": seen.words(f"base.kind.{kind}") if kind else "",
        "ends": figures.get("contract_ends_on") or seen.words("base.unsaid"),
        "each": seen.amount(each, "LCU") if each is not None else "",
        "median": seen.amount(median, "LCU") if median is not None else "",
        "times": number(round(each / median, 1)) if each and median else "",
        "more": money(seen, needs - leaving) if needs is not None and leaving is not None else "",
        "share": number(round(100 * used / capacity)) if used is not None and capacity else "100",
        "columns": comma.join(seen.words(f"base.column.{c}") for c in figures.get("columns", ())),
    }


def _thing(seen: View, one: Line) -> str:
    """Return the name of a thing, with its place where that is not the city."""
    key = "base.thing" if one["place"] == seen.subject else "base.thing_at"
    return seen.words(key, name=one["name"], place=place(seen, one["place"]))


def place(seen: View, ident: str) -> str:
    """Return the title of a place, or its id where the pages know none."""
    return seen.place(ident) if ident in seen.places else ident


# --- what there is ------------------------------------------------------------------------------


def verdicts(seen: View) -> dict[tuple[str, str], dict[str, Any]]:
    """Return by table and id what is said of a thing first: the question's number, or why kept."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    count = 0
    for line in of(seen)["advice"]:
        count += line["act"] in ASKED
        said = {"act": line["act"], "question": count if line["act"] in ASKED else 0}
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
