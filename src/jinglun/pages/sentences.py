"""What the first screen says: where the city is weak, how sure we are, what to ask for next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinglun.pages.view import View, number

SAID = 3


def three_sentences(seen: View) -> list[str]:
    """Return the three sentences of the first screen."""
    return [_weak(seen), _sure(seen), _ask(seen)]


def term_title(seen: View, kind: str, ident: str) -> str:
    """Return the title of a domain or factor."""
    found = {t["id"]: t for t in seen.release.terms[kind]}
    return seen.title({k: v for k, v in found[ident].items() if not k.startswith("title_")})


def _listed(seen: View, parts: list[str]) -> str:
    return seen.words("list.comma").join(parts)


def _weak(seen: View) -> str:
    city = seen.place(seen.subject)
    cells, gaps = seen.findings["weakest_cells"], seen.findings["gaps"]
    if not gaps:
        return seen.words("home.nothing_measured", city=city)
    if not cells:
        return seen.words("home.no_cell", city=city, lowest=_lowest(seen, gaps))
    cell = cells[0]
    row = seen.cells(seen.subject)[cell["domain"], cell["factor"]]
    inside = [g for g in gaps if g["indicator"] in row["indicators"]]
    return seen.words(
        "home.weak",
        city=city,
        domain=term_title(seen, "domains", cell["domain"]),
        factor=term_title(seen, "factors", cell["factor"]),
        score=number(round(cell["score"])),
        all=len(row["indicators"]),
        measured=len(inside),
        lowest=_lowest(seen, inside),
    )


def _lowest(seen: View, gaps: list[Mapping[str, Any]]) -> str:
    return _listed(
        seen,
        [
            seen.words(
                "home.one_figure",
                name=seen.name(g["indicator"]),
                value=seen.amount(g["value"], seen.indicator(g["indicator"])["unit"]),
                period=g["period"],
            )
            for g in gaps[:SAID]
        ],
    )


def _sure(seen: View) -> str:
    counts = seen.findings["counts"]
    headline = seen.woven("city", "place", seen.subject)[seen.subject]
    cells = seen.cells(seen.subject).values()
    key = "home.sure" if headline["score"] is None else "home.sure_headline"
    return seen.words(
        key,
        scored=counts["scored"],
        measured=counts["measured"],
        proposed=counts["proposed"],
        cells=sum(1 for c in cells if c["score"] is not None),
        all=len(seen.cells(seen.subject)),
        coverage=number(round(100 * headline["coverage"])),
        needed=number(100 * seen.release.head["settings"]["headline_coverage"]),
        score=number(round(headline["score"])) if headline["score"] is not None else "",
    )


def _ask(seen: View) -> str:
    wanted = seen.findings["collect"][:SAID]
    if not wanted:
        return seen.words("home.ask_nothing")
    return seen.words("home.ask", wanted=_listed(seen, [_wanted(seen, w) for w in wanted]))


def _wanted(seen: View, wanted: Mapping[str, Any]) -> str:
    return seen.words(
        "home.one_wanted",
        variable=seen.title(seen.variable(wanted["variable"])),
        office=seen.said(seen.indicator(wanted["indicators"][0]), "office"),
    )
