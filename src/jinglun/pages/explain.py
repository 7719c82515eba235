"""Where a number comes from: an indicator's facts, a score's parts, a variable's file and row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinglun.model.release import Release
from jinglun.pages import explain_scores, explain_variables
from jinglun.pages.amounts import amount, exact, number
from jinglun.pages.panels import in_force
from jinglun.pages.scores import NotWhole as NotWhole
from jinglun.pages.traces import NotKnown as NotKnown
from jinglun.pages.traces import (
    begun,
    children,
    fact_lines,
    nearest_of,
    place_of,
    rows_of,
    traced,
)
from jinglun.pages.words import Words


def explain(
    release: Release, said: str, place: str | None, period: str | None, w: Words
) -> dict[str, Any]:
    """Return everything behind an indicator's value, a score or a variable, by its name.

    NotKnown for a name, place or period that is not there; it carries the nearest names. NotWhole
    for a score of a release whose weave does not have it.
    """
    wanted = explain_scores.wanted(release, said)
    if wanted is not None:
        return explain_scores.explain_score(release, wanted, place, period)
    if said in release.terms["variables"]:
        return explain_variables.explain_variable(release, said, place, period)
    return _explain_indicator(release, said, place, period, w)


def _explain_indicator(
    release: Release, said: str, place: str | None, period: str | None, w: Words
) -> dict[str, Any]:
    term = _indicator(release, said)
    where = place_of(release, place)
    values = rows_of(release, "measures", where["place"], indicator=[term["id"]])
    known = begun(values, release)
    chosen = known if period is None else [v for v in values if v["period"] == period]
    value = chosen[-1] if chosen else None
    if period is not None and period not in release.head["periods"]:
        raise NotKnown("period", period, ", ".join(release.head["periods"]))
    at = value["period"] if value else period
    return {
        "kind": "indicator",
        "indicator": {k: term[k] for k in ("id", "code", "zh", "en", "unit", "formula")},
        "definition": term[f"definition_{'zh' if w.language == 'zh' else 'en'}"],
        "place": {k: where[k] for k in ("place", "title_zh", "title_en", "level")},
        "currency": release.head["city"]["currency"],
        "period": at,
        "periods": sorted(v["period"] for v in values),
        "value": value["value"] if value else None,
        "score": value["score"] if value else None,
        "score_low": value["score_low"] if value else None,
        "score_high": value["score_high"] if value else None,
        "benchmark": in_force(term),
        "expired": term["expired"],
        "facts": _facts(release, term, where["place"], at),
        "missing": [] if value else _missing(release, term, where["place"], at),
    }


def _indicator(release: Release, said: str) -> Mapping[str, Any]:
    indicators: Mapping[str, Mapping[str, Any]] = release.terms["indicators"]
    codes = {one["code"].lower(): ident for ident, one in indicators.items()}
    ident = codes.get(said.lower(), said)
    if ident not in indicators:
        names = [*indicators, *explain_scores.names(release), *release.terms["variables"]]
        raise NotKnown("indicator", said, nearest_of(said, names))
    return indicators[ident]


def _facts(
    release: Release, term: Mapping[str, Any], place: str, period: str | None
) -> list[dict[str, Any]]:
    if period is None:
        return []
    places = children(release, place) if term["over"] == "districts" else [place]
    rows = [
        row
        for one in places
        for row in rows_of(release, "facts", one, period=[period], variable=term["parameters"])
    ]
    return [traced(release, row) for row in rows]


def _missing(
    release: Release, term: Mapping[str, Any], place: str, period: str | None
) -> list[str]:
    within = {"variable": list(term["parameters"])}
    if period is not None:
        within["period"] = [period]
    known = {row["variable"] for row in rows_of(release, "facts", place, **within)}
    return [v for v in term["parameters"] if v not in known]


# --- as text ------------------------------------------------------------------------------------


def text(found: Mapping[str, Any], w: Words, everything: bool = False) -> str:
    """Return what was found as lines for a terminal, of a score down to `everything` or not."""
    if found["kind"] == "score":
        return "\n".join(explain_scores.lines(found, w, everything))
    if found["kind"] == "variable":
        return "\n".join(explain_variables.lines(found, w))
    return "\n".join(_indicator_lines(found, w))


def _indicator_lines(found: Mapping[str, Any], w: Words) -> list[str]:
    one, tag = found["indicator"], w.language
    title = one.get(tag) or one["en"]
    place = found["place"].get(f"title_{tag}") or found["place"]["title_en"]
    lines = [
        w("explain.of", title=title, code=one["code"], ident=one["id"]),
        w("explain.at", place=place, period=found["period"] or "—"),
        "",
        f"{w('explain.definition')}: {found['definition']}",
    ]
    lines += _value_lines(found, w) + _benchmark_lines(found, w)
    lines += ["", f"{w('explain.formula')}:"]
    lines += [f"    {line}" for line in one["formula"].rstrip().splitlines()]
    if found["facts"]:
        lines += ["", f"{w('explain.facts')}:"]
        for fact in found["facts"]:
            lines += fact_lines(fact, found["currency"], w, "  ")
    return lines


def _value_lines(found: Mapping[str, Any], w: Words) -> list[str]:
    if found["value"] is None:
        missing = w("list.comma").join(found["missing"])
        said = w("explain.missing", variables=missing) if missing else w("explain.missing_zero")
        return [said]
    given = (found["value"], found["indicator"]["unit"], found["currency"], w)
    whole = exact(*given)
    return [
        f"{w('explain.value')}: {amount(*given)}" + (f" ({whole})" if whole else ""),
        f"{w('explain.score')}: {_score(found, w)}",
        w("explain.other_periods", periods=w("list.comma").join(found["periods"])),
    ]


def _score(found: Mapping[str, Any], w: Words) -> str:
    if found["score"] is None:
        return w("explain.no_score")
    said = number(found["score"])
    if found["score_low"] is None or found["score_high"] is None:
        return said
    ends = {"low": number(found["score_low"]), "high": number(found["score_high"])}
    return f"{said} ({w('score.interval_about', **ends)})"


def _benchmark_lines(found: Mapping[str, Any], w: Words) -> list[str]:
    benchmark = found["benchmark"]
    if benchmark is None:
        return []
    where = benchmark["jurisdiction"]
    said = w(
        "explain.benchmark_said",
        zero=amount(benchmark["zero"], found["indicator"]["unit"], found["currency"], w),
        full=amount(benchmark["full"], found["indicator"]["unit"], found["currency"], w),
        status=w(f"status.{benchmark['status']}"),
        since=benchmark["since"],
        jurisdiction=w("benchmark.everywhere") if where == "*" else where,
        source=benchmark[f"source_{'zh' if w.language == 'zh' else 'en'}"],
    )
    lines = [f"{w('explain.benchmark')}: {said}"]
    return [*lines, w("explain.expired")] if found["expired"] else lines
