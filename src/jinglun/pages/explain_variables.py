"""What a variable is, the fact a place has of it, down to file and row, and what it is used for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinglun.model.release import Release
from jinglun.pages.amounts import alone, unit_name
from jinglun.pages.traces import NotKnown, begun, fact_lines, place_of, rows_of, traced
from jinglun.pages.words import Words


def explain_variable(
    release: Release, ident: str, place: str | None, period: str | None
) -> dict[str, Any]:
    """Return a variable's term, its fact at a place and the indicators that use it."""
    where, term = place_of(release, place), release.terms["variables"][ident]
    rows = rows_of(release, "facts", where["place"], variable=[ident])
    if period is not None and period not in release.head["periods"]:
        raise NotKnown("period", period, ", ".join(release.head["periods"]))
    known = begun(rows, release)
    chosen = known if period is None else [r for r in rows if r["period"] == period]
    named = ("id", "zh", "en", "unit", "kind", "base")
    return {
        "kind": "variable",
        "variable": {k: term[k] for k in named},
        "place": {k: where[k] for k in ("place", "title_zh", "title_en", "level")},
        "currency": release.head["city"]["currency"],
        "period": chosen[-1]["period"] if chosen else period,
        "periods": sorted(r["period"] for r in rows),
        "value": chosen[-1]["value"] if chosen else None,
        "facts": [traced(release, chosen[-1])] if chosen else [],
        "indicators": [
            {k: one[k] for k in ("id", "code", "zh", "en")}
            for one in release.terms["indicators"].values()
            if ident in one["parameters"]
        ],
    }


def lines(found: Mapping[str, Any], w: Words) -> list[str]:
    """Return what was found as lines for a terminal."""
    one, tag = found["variable"], w.language
    place = found["place"].get(f"title_{tag}") or found["place"]["title_en"]
    unit = alone(unit_name(one["unit"], found["currency"], w))
    told = [
        w("explain.variable", title=one.get(tag) or one["en"], ident=one["id"], unit=unit),
        w("explain.at", place=place, period=found["period"] or "—"),
        "",
    ]
    if found["facts"]:
        told += fact_lines(found["facts"][0], found["currency"], w, "  ")
        told.append(w("explain.other_periods", periods=w("list.comma").join(found["periods"])))
    else:
        told.append(w("explain.no_fact"))
    if not found["indicators"]:
        return [*told, "", w("explain.used_by_none")]
    told += ["", w("explain.used_by")]
    told += [f"  {i['code']} {i.get(tag) or i['en']} [{i['id']}]" for i in found["indicators"]]
    return [*told, "", w("explain.used_how")]
