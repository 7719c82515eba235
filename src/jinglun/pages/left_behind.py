"""Which districts are left behind and who lives there, in one sentence, a plot and small strips."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from jinglun.pages import charts, strips
from jinglun.pages.view import View, number, page_name

SHOWN = 12
"""So many gaps are shown as strips, the widest first; a table has the rest."""

Row = Mapping[str, Any]


def found(seen: View) -> Mapping[str, Any]:
    """Return what was found about the districts."""
    said: Mapping[str, Any] = seen.findings["districts"]
    return said


def opening(seen: View) -> str:
    """Return the one sentence that says what the page means."""
    had, city = found(seen), seen.place(seen.subject)
    if had["count"] < 3:
        return seen.words("behind.too_few", city=city, count=had["count"])
    if not had["indicators"]:
        return seen.words("behind.nothing", city=city, count=had["count"])
    if not had["behind"]:
        given = {"compared": had["compared"], "all": len(had["indicators"])}
        return seen.words("behind.not_overall", city=city, count=had["count"], **given)
    last, every = had["behind"][0], len(had["indicators"])
    full = seen.words("behind.full_some", compared=had["compared"])
    return seen.words(
        "behind.opening",
        city=city,
        count=had["count"],
        all=every,
        full="" if had["compared"] == every else full,
        place=seen.place(last["place"]),
        times=last["last_quarter"],
        people=people(seen, last["place"]),
    )


def people(seen: View, place: str) -> str:
    """Say who lives in a district: how many, what share of the city, how old."""
    row = next(p for p in found(seen)["places"] if p["place"] == place)
    if row["population"] is None:
        return seen.words("behind.people_unknown")
    said = [_lives(seen, row)]
    for age in ("children", "elderly"):
        if row[age] is not None:
            said.append(seen.words(f"behind.{age}", share=number(round(100 * row[age], 1))))
    return seen.words("list.comma").join(said)


def _lives(seen: View, row: Row) -> str:
    amount = seen.amount(row["population"], "person")
    if row["share"] is None:
        return seen.words("behind.lives", people=amount, period=row["period"])
    share = number(round(100 * row["share"], 1))
    return seen.words("behind.lives_share", people=amount, share=share, period=row["period"])


def overall(seen: View) -> Markup | str:
    """Return the districts from behind to ahead by their mean score, as a dot plot."""
    rows = [r for r in found(seen)["behind"] if r["score"] is not None]
    if not rows:
        return ""
    mean = sum(r["score"] for r in rows) / len(rows)
    first, last = rows[0], rows[-1]
    return Markup(
        charts.dot_plot(
            [
                (
                    seen.place(r["place"]),
                    r["score"],
                    f"district/{page_name(r['place'])}.html",
                    False,
                )
                for r in rows
            ],
            reference=mean,
            ident="overall",
            title=seen.words("behind.overall"),
            desc=seen.words(
                "behind.overall_desc",
                behind=seen.place(first["place"]),
                low=number(round(first["score"])),
                ahead=seen.place(last["place"]),
                high=number(round(last["score"])),
            ),
            unit=seen.words("behind.overall_unit"),
            reference_label=seen.words("behind.overall_mean"),
            number=lambda score: f"{score:.0f}",
        )
    )


def gaps(seen: View) -> list[dict[str, Any]]:
    """Return the widest gaps with their strips and sentences."""
    rows = [_gap(seen, row) for row in found(seen)["indicators"][:SHOWN]]
    last = found(seen)["behind"][:1]
    told = {seen.place(row["place"]) for row in last}
    for row in rows:
        # Who lives there is said of each district once: the opening has said it of the last.
        again = row["worst"] in told
        row["who"] = seen.words(
            "behind.who_again" if again else "behind.who",
            place=row["worst"],
            **({} if again else {"people": row["people"]}),
        )
        told.add(row["worst"])
    return rows


def rest(seen: View) -> list[dict[str, Any]]:
    """Return the other gaps, without strips."""
    return [_told(seen, row) for row in found(seen)["indicators"][SHOWN:]]


def _told(seen: View, row: Row) -> dict[str, Any]:
    one = seen.indicator(row["indicator"])
    worst, best = row["worst"], row["best"]
    return {
        "ident": row["indicator"],
        "name": seen.name(row["indicator"]),
        "period": row["period"],
        "worst": seen.place(worst["place"]),
        "worst_value": seen.amount(worst["value"], one["unit"]),
        "best": seen.place(best["place"]),
        "best_value": seen.amount(best["value"], one["unit"]),
        "gini": "—" if row["gini_people"] is None else f"{row['gini_people']:.2f}",
        "years": _years(seen, row),
    }


def _years(seen: View, row: Row) -> str:
    if row["years"] < 2:
        return ""
    given = {"years": row["years"], "running": row["last_years"]}
    if row["last_years"] == row["years"]:
        return seen.words("behind.running_all", years=row["years"])
    if row["last_years"] > 1:
        return seen.words("behind.running", **given)
    return seen.words("behind.new_last", years=row["years"])


def _gap(seen: View, row: Row) -> dict[str, Any]:
    told, one = _told(seen, row), seen.indicator(row["indicator"])
    values = [
        figure.value
        for place in seen.districts
        for figure in seen.history(row["indicator"], place)
        if figure.period == row["period"]
    ]
    city = [f for f in seen.history(row["indicator"], seen.subject) if f.period == row["period"]]
    picture = strips.strip(
        values,
        subject=city[0].value if city else None,
        ident=f"gap-{row['indicator']}",
        title=seen.words("behind.strip", name=told["name"], period=row["period"]),
        desc=seen.words(
            "behind.strip_desc",
            **{k: told[k] for k in ("worst", "worst_value", "best")},
            best_value=told["best_value"],
        ),
        number=number,
        flip=one["better"] == "lower",
        ends=(
            f"{told['worst']} {number(row['worst']['value'])}",
            f"{told['best']} {number(row['best']['value'])}",
        ),
    )
    return {**told, "picture": Markup(picture), "people": people(seen, row["worst"]["place"])}


def key(seen: View) -> Markup:
    """Return what the marks of the strips mean."""
    marks = [
        ("city", seen.words("behind.key_city", city=seen.place(seen.subject))),
        ("dot", seen.words("behind.key_dot")),
    ]
    said = seen.words("behind.key")
    return Markup(strips.key(marks, ident="key", title=said, desc=seen.words("behind.key_desc")))
