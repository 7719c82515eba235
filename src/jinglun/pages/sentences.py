"""What the first screen says: what holds the city back, how sure we are, what to ask for next."""

from __future__ import annotations

import functools
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from jinglun.pages.view import View, number

SAID = 3
ENOUGH_CELLS = 4
"""Of fewer cells a median says nothing."""


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
    city, gaps = seen.place(seen.subject), seen.findings["gaps"]
    cells = [c for c in seen.cells(seen.subject).values() if c["score"] is not None]
    cells.sort(key=lambda c: (c["score"], c["domain"], c["factor"]))
    if not gaps:
        return seen.words("home.nothing_measured", city=city)
    if not cells:
        return seen.words("home.no_cell", city=city, lowest=_lowest(seen, gaps))
    if any(c["low"] is None or c["high"] is None for c in cells):
        return _weakest(seen, cells[0])
    return _held(seen, cells)


def _weakest(seen: View, cell: Mapping[str, Any]) -> str:
    """Name the lowest cell, where nobody knows how far the scores may be off."""
    inside = _inside(seen, cell)
    return seen.words(
        "home.weak",
        city=seen.place(seen.subject),
        domain=term_title(seen, "domains", cell["domain"]),
        factor=term_title(seen, "factors", cell["factor"]),
        score=number(round(cell["score"])),
        all=len(cell["indicators"]),
        measured=len(inside),
        lowest=_lowest(seen, inside),
    )


def _inside(seen: View, cell: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [g for g in seen.findings["gaps"] if g["indicator"] in cell["indicators"]]


def _held(seen: View, cells: Sequence[Mapping[str, Any]]) -> str:
    """Name the cells that hold the city back; `cells` are the assessed ones, lowest first."""
    city = seen.place(seen.subject)
    if len(cells) < ENOUGH_CELLS:
        said = {"cells": _cell(seen, cells[0]), "lowest": _lowest(seen, _inside(seen, cells[0]))}
        return seen.words("home.held_few", city=city, count=len(cells), **said)
    median = number(_whole(statistics.median(c["score"] for c in cells)))
    back = held_back(cells)
    if not back:
        lowest = _lowest(seen, seen.findings["gaps"])
        return seen.words("home.held_none", city=city, median=median, lowest=lowest)
    near = overlapping(cells)
    return seen.words(
        "home.held",
        city=city,
        among=_among(seen, cells),
        first=_cell(seen, cells[0]),
        near=_near(seen, near),
        more=_more(seen, cells, near, median),
        lowest=_names(seen, _inside(seen, cells[0])[:2]),
    )


def _among(seen: View, cells: Sequence[Mapping[str, Any]]) -> str:
    """Say among how many cells, where not all of them can be assessed."""
    whole = len(cells) == len(seen.cells(seen.subject))
    return "" if whole else seen.words("home.among", count=len(cells))


def held_back(cells: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the cells whose whole interval, as printed, lies below the median of all."""
    median = _whole(statistics.median(c["score"] for c in cells))
    return [c for c in cells if _whole(c["high"]) < median]


def overlapping(cells: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the cells whose interval, as printed, overlaps that of the first, the lowest."""
    first, *rest = cells
    return [c for c in rest if _whole(c["low"]) <= _whole(first["high"])]


def _whole(score: float) -> int:
    """Return a score as cells print it: sentences compare what their reader sees."""
    return round(score)


def _near(seen: View, near: Sequence[Mapping[str, Any]]) -> str:
    """Say which cells may be as weak as the weakest."""
    if not near:
        return seen.words("home.near_none")
    named = _listed(seen, [_cell(seen, c) for c in near[: SAID - 1]])
    key = "home.near" if len(near) < SAID else "home.near_more"
    return seen.words(key, cells=named, count=len(near))


def _more(
    seen: View,
    cells: Sequence[Mapping[str, Any]],
    near: Sequence[Mapping[str, Any]],
    median: str,
) -> str:
    """Say how many more cells lie wholly below the median."""
    count = len([c for c in held_back(cells) if c is not cells[0] and c not in near])
    key = "home.more" if cells[0] in held_back(cells) else "home.more_not_first"
    return seen.words(key, count=count, median=median) if count else ""


def _names(seen: View, gaps: Sequence[Mapping[str, Any]]) -> str:
    return _listed(seen, [seen.name(g["indicator"]) for g in gaps])


def _cell(seen: View, cell: Mapping[str, Any]) -> str:
    return seen.words(
        "home.one_cell",
        domain=term_title(seen, "domains", cell["domain"]),
        factor=term_title(seen, "factors", cell["factor"]),
        **{k: number(round(cell[k])) for k in ("score", "low", "high")},
    )


def _lowest(seen: View, gaps: Sequence[Mapping[str, Any]]) -> str:
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
    parts = [
        seen.words(
            _sure_key(counts, headline),
            scored=counts["scored"],
            own=own(seen),
            measured=counts["measured"],
            cells=sum(1 for c in cells if c["score"] is not None),
            all=len(cells),
            coverage=number(round(100 * headline["coverage"])),
            needed=number(100 * seen.release.head["settings"]["headline_coverage"]),
            score=one_decimal(headline["score"]),
            interval=_headline_interval(seen, headline),
        ),
        _rank(seen),
    ]
    # Where nothing is lacking the third sentence says it.
    if seen.findings["collect"] and counts["proposed"]:
        said = {"scored": counts["scored"], "proposed": counts["proposed"]}
        parts.append(seen.words("home.proposed", **said))
    return functools.reduce(
        lambda one, then: seen.words("list.sentence", one=one, then=then), filter(None, parts)
    )


def _sure_key(counts: Mapping[str, Any], headline: Mapping[str, Any]) -> str:
    if headline["score"] is None:
        return "home.sure"
    whole = counts["measured"] == counts["scored"]
    return "home.sure_whole" if whole else "home.sure_headline"


def outside_total(indicator: Mapping[str, Any]) -> bool:
    """Say whether an indicator is scored and counts in a factor alone, not in the city's score."""
    scored = indicator["role"] == "score" and indicator["benchmark"]
    return bool(scored and not indicator["domain"])


def own(seen: View) -> str:
    """Say how many of the scored indicators do not count in the city's score, where some do not."""
    count = sum(map(outside_total, seen.release.terms["indicators"].values()))
    return seen.words("home.own", count=count) if count else ""


def one_decimal(score: float | None) -> str:
    """Return the score of the city as every sentence names it, or nothing."""
    return "" if score is None else f"{score:.1f}"


def headline(seen: View) -> str:
    """Return the line under the title: the score of the city, or that it has none and why."""
    row = seen.woven("city", "place", seen.subject)[seen.subject]
    if row["score"] is None:
        needed = number(100 * seen.release.head["settings"]["headline_coverage"])
        coverage = number(round(100 * row["coverage"]))
        return seen.words("home.no_headline", coverage=coverage, needed=needed)
    if row["low"] is None or row["high"] is None:
        return seen.words("home.headline_bare", score=one_decimal(row["score"]))
    ends = {k: number(round(row[k])) for k in ("low", "high")}
    return seen.words("home.headline", score=one_decimal(row["score"]), **ends)


def has_headline(seen: View) -> bool:
    """Say whether the city has a total score with an interval."""
    row = seen.woven("city", "place", seen.subject)[seen.subject]
    return all(row[k] is not None for k in ("score", "low", "high"))


def sum_title(seen: View) -> str:
    """Return the title of the table behind the score of the city."""
    score = seen.woven("city", "place", seen.subject)[seen.subject]["score"]
    if score is None:
        return seen.words("sum.title_city_none")
    return seen.words("sum.title_city", score=one_decimal(score))


def _rank(seen: View) -> str:
    """Say where the city stands among the comparable cities, as far as that can be told."""
    ranks = [r for r in seen.findings.get("ranks") or [] if r["unit"] == "headline"]
    mine = {r["among"]: r for r in ranks if r["place"] == seen.subject}
    rank = mine.get("comparable")
    if rank is None:
        return ""
    wide = rank["high"] - rank["low"] >= rank["of"] / 2
    firm = rank["low"] == rank["high"]
    key = "home.rank_wide" if wide else "home.rank_firm" if firm else "home.rank"
    ends = {k: rank[k] for k in ("rank", "low", "high")}
    return seen.words(
        key, others=rank["of"] - 1, decides=_decides(seen, rank), flips=_flips(seen, rank), **ends
    )


def _flips(seen: View, rank: Mapping[str, Any]) -> str:
    """Say the ranks beyond the interval that another rule for all would give, where one does."""
    rules = (seen.findings.get("doubt") or {}).get("rules") or []
    ranks = [r["rank"] for r in rules if r["rank"] is not None and r["of"] == rank["of"]]
    best, worst = min(ranks, default=rank["low"]), max(ranks, default=rank["high"])
    beyond = [str(best)] * (best < rank["low"]) + [str(worst)] * (worst > rank["high"])
    if not beyond:
        return ""
    told = seen.words("home.flip_or").join(seen.words("home.flip_rank", rank=r) for r in beyond)
    return seen.words("home.flips", ranks=told)


def _decides(seen: View, rank: Mapping[str, Any]) -> str:
    """Name the assumption that moves a rank most, where one does."""
    if not rank.get("decides"):
        return ""
    return seen.words("home.decided", what=seen.words(f"home.decides.{rank['decides']}"))


def _headline_interval(seen: View, headline: Mapping[str, Any]) -> str:
    if headline["low"] is None or headline["high"] is None:
        return ""
    ends = {k: number(round(headline[k])) for k in ("low", "high")}
    return seen.words("home.headline_interval", **ends)


def _ask(seen: View) -> str:
    wanted = seen.findings["collect"][:SAID]
    if wanted:
        return seen.words("home.ask", wanted=_listed(seen, [_wanted(seen, w) for w in wanted]))
    counts = seen.findings["counts"]
    if counts["proposed"]:
        said = {"scored": counts["scored"], "proposed": counts["proposed"]}
        return seen.words("home.ask_nothing", **said)
    return seen.words("home.ask_nothing_at_all")


def _wanted(seen: View, wanted: Mapping[str, Any]) -> str:
    return seen.words(
        "home.one_wanted",
        variable=seen.title(seen.variable(wanted["variable"])),
        office=seen.said(seen.indicator(wanted["indicators"][0]), "office"),
    )
