"""What a district has beside the city: where it differs most, and its figures by domain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinglun.pages.panels import ranked, term_title
from jinglun.pages.view import Figure, View

MOST = 10
"""How many figures are shown at once on either side, before the whole list by domain."""

SENTENCES = 3


def district_rows(seen: View, place: str) -> dict[str, Any]:
    """Return every figure a district has beside the city's, and where it differs most in score."""
    rows, gaps = [], []
    for ident in seen.release.terms["indicators"]:
        here, city = seen.latest(ident, place), seen.latest(ident, seen.subject)
        if here is None:
            continue
        same = city if city is not None and city.period == here.period else None
        rows.append(_district_row(seen, ident, here, same))
        gap = _gap(seen, here, same)
        if gap is not None:
            gaps.append((gap, rows[-1]))
    gaps.sort(key=lambda gap: (gap[0], gap[1]["ident"]))
    worse = [row for gap, row in gaps[:MOST] if gap < 0]
    better = [row for gap, row in gaps[: -MOST - 1 : -1] if gap > 0]
    return {
        "all": rows,
        "groups": _groups(seen, rows),
        "worst": worse,
        "best": better,
        "worse": [_in_short(seen, row) for row in worse[:SENTENCES]],
        "better": [_in_short(seen, row) for row in better[:SENTENCES]],
    }


def _gap(seen: View, here: Figure, city: Figure | None) -> float | None:
    """Return how many points of score the district is ahead of the city, None if they differ."""
    if city is None or here.score is None or city.score is None or seen.stale(here.period):
        return None
    return here.score - city.score


def _groups(seen: View, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows by domain, and last those of no one domain."""
    named = [(d["id"], term_title(seen, "domains", d["id"])) for d in seen.release.terms["domains"]]
    made = []
    for ident, title in [*named, (None, seen.words("factor.own"))]:
        here = [r for r in rows if (seen.indicator(r["ident"])["domain"] or None) == ident]
        if here:
            count = {word: sum(r["side"] == word for r in here) for word in ("better", "worse")}
            made.append({"id": ident or "own", "title": title, "rows": here, **count})
    return made


def _in_short(seen: View, row: Mapping[str, Any]) -> str:
    """Return one figure of a district beside the city's, with its rank among the districts."""
    said = {k: row[k] for k in ("name", "rank")}
    unit = seen.indicator(row["ident"])["unit"]
    return seen.words(
        "district.figure",
        here=seen.amount(row["here"], unit),
        city=seen.amount(row["city"], unit),
        **said,
    )


def _district_row(seen: View, ident: str, here: Figure, city: Figure | None) -> dict[str, Any]:
    order = ranked(seen, ident, here.period)
    judged = seen.indicator(ident)["role"] == "score"
    best_high = seen.indicator(ident)["better"] == "higher"
    ahead = sum(
        1 for _, f in order if (f.value > here.value) == best_high and f.value != here.value
    )
    history = seen.history(ident, here.place)
    past = history[: history.index(here)]
    return {
        "ident": ident,
        "name": seen.name(ident),
        "unit": here.unit,
        "here": here.value,
        "city": city.value if city else None,
        "side": _side(seen, here, city, judged),
        "rank": seen.words("district.rank_of", rank=ahead + 1, count=len(order)) if judged else "—",
        "period": here.period,
        "stale": seen.stale(here.period),
        "earlier": past[-1] if past else None,
    }


def _side(seen: View, here: Figure, city: Figure | None, judged: bool) -> str:
    """Return the word under `district.` that says how the district stands to the city."""
    if city is None or not judged:
        return "neutral"
    # Two figures that a reader sees alike are not called better and worse.
    if seen.amount(here.value, here.unit) == seen.amount(city.value, city.unit):
        return "equal"
    best_high = seen.indicator(here.indicator)["better"] == "higher"
    return "better" if (here.value > city.value) == best_high else "worse"
