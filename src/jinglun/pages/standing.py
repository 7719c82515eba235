"""Where one figure stands, in sentences: how far it has to go, its targets, whether it moved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinglun.pages.view import Figure, View, number

MANY = 30
"""Of so many comparable cities the frontier is the best tenth, of fewer the third best."""

YEARS_SAID = ("pace", "over_100", "wrong_way")


def standing(seen: View, ident: str, figure: Figure) -> list[str]:
    """Say how far the city's figure is from its full point and from the best like it."""
    gap = next((g for g in seen.findings["gaps"] if g["indicator"] == ident), None)
    if gap is None or gap["period"] != figure.period:
        return []
    return [*_to_full(seen, gap, figure.unit), *_to_frontier(seen, gap, figure.unit)]


def _to_full(seen: View, gap: Mapping[str, Any], unit: str) -> list[str]:
    full, left = gap.get("full"), gap.get("to_full")
    if full is None or left is None:
        return []
    there = seen.amount(full, unit)
    if left <= 0:
        return [seen.words("indicator.reached_full", full=there)]
    said = [seen.words("indicator.to_full", full=there, gap=_difference(seen, left, unit))]
    if gap.get("points") and gap["points"] >= 0.05:
        said.append(seen.words("indicator.to_full_points", points=number(round(gap["points"], 1))))
    return [" ".join(said)]


def _to_frontier(seen: View, gap: Mapping[str, Any], unit: str) -> list[str]:
    frontier, left = gap.get("frontier"), gap.get("to_frontier")
    if frontier is None or left is None:
        return []
    best, count = seen.amount(frontier, unit), gap.get("comparables") or 0
    key = "indicator.frontier_tenth" if count >= MANY else "indicator.frontier_third"
    what = seen.words(key, count=count)
    if left <= 0:
        return [seen.words("indicator.at_frontier", frontier=best, frontier_is=what)]
    short = _difference(seen, left, unit)
    return [seen.words("indicator.to_frontier", frontier=best, gap=short, frontier_is=what)]


def _difference(seen: View, value: float, unit: str) -> str:
    """Return a difference of two figures: of percentages it is in percentage points."""
    return seen.amount(value, "percentage point" if unit == "%" else unit)


def targets(seen: View, ident: str) -> list[Mapping[str, Any]]:
    """Return the city's own targets for an indicator, by year."""
    found = seen.findings.get("targets") or {"list": []}
    return [row for row in found["list"] if row["indicator"] == ident]


def target_said(seen: View, target: Mapping[str, Any]) -> str:
    """Say a target: the year, the value and who answers for it."""
    unit = seen.indicator(target["indicator"])["unit"]
    owner = target["owner"]
    key = "indicator.target" if owner else "indicator.target_no_office"
    value = seen.amount(target["value"], unit)
    office = seen.title(owner) if owner else ""
    return seen.words(key, year=target["year"], value=value, office=office)


def trend_said(seen: View, ident: str) -> str:
    """Say whether the change over the years is more than chance, and where its pace leads."""
    trend = next((t for t in seen.findings["trends"] if t["indicator"] == ident), None)
    if trend is None or not trend.get("why"):
        return ""
    pace = trend["per_year"] or 0.0
    unit = seen.indicator(ident)["unit"]
    gaps = {
        "periods": trend["periods"],
        "pace": _difference(seen, abs(pace), unit),
        "p": "" if trend["p"] is None else _chance(trend["p"]),
        "way": seen.words("trend.up" if pace > 0 else "trend.down"),
    }
    said = [seen.words(f"trend.{trend['why']}", **gaps)]
    if trend.get("years_why") in YEARS_SAID:
        years = "" if trend["years_to_full"] is None else number(round(trend["years_to_full"]))
        said.append(seen.words(f"trend.years_{trend['years_why']}", years=years))
    return " ".join(said)


def _chance(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {p:.3f}".rstrip("0")
