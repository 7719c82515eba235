"""Why a score is what it is: the weighted parts it is the mean of, down to figure and benchmark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from jinglun.model.arrays import tidy
from jinglun.model.periods import age_years, first_day, is_year
from jinglun.model.release import Release

Part = dict[str, Any]
"""A score with its `parts`, each a Part too; `points` is what it adds to the score above it."""

OWN = "own"
"""The part of a factor that its factor-level indicators make together, as a sixth cell."""


class NotWhole(ValueError):
    """A release whose weave lacks what its scores are made of."""


class _Rows(dict[tuple[str, ...], Mapping[str, Any]]):
    def __missing__(self, key: tuple[str, ...]) -> Mapping[str, Any]:
        raise NotWhole(f"weave.json: {'.'.join(key)}")


@dataclass(frozen=True)
class Tally:
    """What the scores of one place are made of: its counted figures, its weave, the weights."""

    release: Release
    place: str
    figures: Mapping[str, Mapping[str, Any]]
    """The last whole year begun by the day, of each indicator: a row of measures."""
    woven: Mapping[tuple[str, ...], Mapping[str, Any]]
    """The rows of weave.json, by kind and ids."""


def tally(release: Release, place: str) -> Tally:
    """Gather what the scores of a place rest on; NotWhole where the weave does not have them."""
    import pyarrow.compute as pc

    day = date.fromisoformat(release.head["date"])
    table = release.tables["measures"]
    rows = table.filter(pc.equal(table["place"], place)).to_pylist()
    figures: dict[str, Mapping[str, Any]] = {}
    for row in sorted(rows, key=lambda row: row["period"]):
        if is_year(row["period"]) and (first_day(row["period"]) or date.max) <= day:
            figures[row["indicator"]] = row
    return Tally(release, place, figures, _woven(release, place))


def _woven(release: Release, place: str) -> dict[tuple[str, ...], Mapping[str, Any]]:
    keys = {
        "cells": ("domain", "factor"),
        "domains": ("domain",),
        "factors": ("factor",),
        "aims": ("domain", "aim"),
        "city": (),
    }
    weave = release.documents.get("weave")
    if not isinstance(weave, Mapping) or not keys.keys() <= weave.keys():
        raise NotWhole("weave.json")
    return _Rows(
        ((kind, *(row[k] for k in named)), row)
        for kind, named in keys.items()
        for row in weave[kind]
        if row["place"] == place
    )


def city(books: Tally) -> Part:
    """Return the score of the whole place as the mean of its domains."""
    domains = [domain(books, d["id"]) for d in books.release.terms["domains"]]
    return _made(books, "city", "city", {}, ("city",), _weighed(books, "domains", domains))


def domain(books: Tally, ident: str) -> Part:
    """Return the score of a domain as the mean of its four cells."""
    cells = [cell(books, ident, f["id"]) for f in books.release.terms["factors"]]
    term = _term(books, "domains", ident)
    return _made(books, "domain", ident, term, ("domains", ident), _weighed(books, "cells", cells))


def factor(books: Tally, ident: str) -> Part:
    """Return the score of a factor as the mean of five cells and of its own indicators."""
    cells = [cell(books, d["id"], ident) for d in books.release.terms["domains"]]
    parts = [*_weighed(books, "cells", cells), own(books, ident)]
    return _made(books, "factor", ident, _term(books, "factors", ident), ("factors", ident), parts)


def cell(books: Tally, of_domain: str, of_factor: str) -> Part:
    """Return the score of a cell as the mean of its indicators."""
    key = ("cells", of_domain, of_factor)
    parts = _indicators(books, books.woven[key]["indicators"])
    one, other = _term(books, "domains", of_domain), _term(books, "factors", of_factor)
    names = {"zh": f"{one['zh']}×{other['zh']}", "en": f"{one['en']} × {other['en']}"}
    return _made(books, "cell", f"{of_domain}.{of_factor}", names, key, parts)


def aim(books: Tally, of_domain: str, ident: str) -> Part:
    """Return the score of an aim as the mean of its indicators."""
    key = ("aims", of_domain, ident)
    one = _term(books, "domains", of_domain)
    other = next(a for a in one["aims"] if a["id"] == ident)
    names = {tag: f"{one[tag]} · {other[tag]}" for tag in ("zh", "en")}
    parts = _indicators(books, books.woven[key]["indicators"])
    return _made(books, "aim", f"{of_domain}.{ident}", names, key, parts)


def own(books: Tally, of_factor: str) -> Part:
    """Return the mean of a factor's own indicators, which count in the factor alone."""
    members = [
        i
        for i, term in books.release.terms["indicators"].items()
        if not term["domain"]
        and (term["factor"], term["role"]) == (of_factor, "score")
        and term["benchmark"]
    ]
    parts = shared(_indicators(books, members))
    coverage = covered(parts)
    counted = sum(p["points"] or 0.0 for p in parts)
    enough = coverage >= books.release.head["settings"]["assessable_coverage"]
    known = enough and any(p["points"] is not None for p in parts)
    score = tidy(counted) if known else None
    row = {"score": score, "low": None, "high": None, "coverage": coverage}
    return _part(OWN, f"{of_factor}.{OWN}", _term(books, "factors", of_factor), row, parts)


def _indicators(books: Tally, idents: Iterable[str]) -> list[Part]:
    weights = _weights(books, "indicators")
    return [{**_indicator(books, ident), "weight": weights.get(ident, 1.0)} for ident in idents]


def _indicator(books: Tally, ident: str) -> Part:
    """Return the figure of an indicator that counts, or why none does."""
    term, row = books.release.terms["indicators"][ident], books.figures.get(ident)
    why = None
    if row is None:
        why = "no_data"
    elif _stale(books, row["period"]):
        why = "stale"
    elif row["score"] is None:
        why = "no_score"
    figure = row or dict.fromkeys(("score", "score_low", "score_high", "period", "value"))
    counts = why is None
    return {
        **{"kind": "indicator", "id": ident, "code": term["code"]},
        **{"zh": term["zh"], "en": term["en"], "why": why},
        **{"score": figure["score"] if counts else None},
        **{"low": figure["score_low"] if counts else None},
        **{"high": figure["score_high"] if counts else None},
        **{"coverage": float(counts), "period": figure["period"], "value": figure["value"]},
        **{"unit": term["unit"], "benchmark": goalposts_of(term, figure["period"]), "parts": []},
    }


def goalposts_of(term: Mapping[str, Any], period: str | None) -> dict[str, Any] | None:
    """Return the points that a score is measured between in a period, and their standing.

    A target cumulative over years is pro-rated: its points are those of the year.
    """
    used = [b for b in term["benchmarks"] if b["key"] == term["benchmark"] and not b["reading"]]
    if not used:
        return None
    one, done = used[0], 1.0
    if one["spread"] and period:
        first, last = one["spread"]
        done = min(1.0, max(0.0, (int(period[:4]) - first) / (last - first)))
    ends = {"zero": one["zero"] * done, "full": one["full"] * done}
    return {**ends, "status": one["status"], "spread": bool(one["spread"])}


def _stale(books: Tally, period: str) -> bool:
    day = date.fromisoformat(books.release.head["date"])
    return age_years(period, day) > float(books.release.head["settings"]["max_age_years"])


def _term(books: Tally, kind: str, ident: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(t for t in books.release.terms[kind] if t["id"] == ident)
    return found


def _weights(books: Tally, kind: str) -> Mapping[str, float]:
    # A release of an earlier version of the program did not tell them.
    found: Mapping[str, float] = books.release.head.get("weights", {}).get(kind, {})
    return found


def _weighed(books: Tally, kind: str, parts: Sequence[Part]) -> list[Part]:
    weights = _weights(books, kind)
    return [{**part, "weight": weights.get(part["id"], 1.0)} for part in parts]


def _made(
    books: Tally,
    kind: str,
    ident: str,
    names: Mapping[str, Any],
    key: tuple[str, ...],
    parts: list[Part],
) -> Part:
    return _part(kind, ident, names, books.woven[key], shared(parts))


def _part(
    kind: str, ident: str, names: Mapping[str, Any], row: Mapping[str, Any], parts: list[Part]
) -> Part:
    why = None
    if row["score"] is None:
        why = "not_assessable" if row["coverage"] > 0 else "no_data"
    return {
        **{"kind": kind, "id": ident, "zh": names.get("zh", ""), "en": names.get("en", "")},
        **{name: row[name] for name in ("score", "coverage")},
        # A release of an earlier version of the program has no intervals.
        **{name: row.get(name) for name in ("low", "high")},
        **{"weight": 1.0, "share": None, "points": None, "why": why, "parts": parts},
    }


def shared(parts: Iterable[Part]) -> list[Part]:
    """Return the parts with their share of the counted weight and their points: share x score."""
    given = list(parts)
    total = sum(part["weight"] for part in given if part["score"] is not None)
    made = []
    for part in given:
        counts = part["score"] is not None and total > 0
        share = part["weight"] / total if counts else None
        points = share * part["score"] if share is not None else None
        made.append({**part, "share": share, "points": points})
    return made


def covered(parts: Iterable[Part]) -> float:
    """Return the weight that is measured over the weight in all, 0 to 1."""
    given = list(parts)
    total = sum(part["weight"] for part in given)
    return sum(p["weight"] * p["coverage"] for p in given) / total if total else 0.0
