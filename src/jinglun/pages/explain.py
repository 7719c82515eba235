"""Where one number comes from, as text: its formula, its facts, their files and rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from jinglun.model.errors import nearest
from jinglun.model.periods import first_day, last_day
from jinglun.model.release import Release
from jinglun.pages.panels import in_force
from jinglun.pages.view import located, number, with_unit
from jinglun.pages.words import Words


class NotKnown(Exception):
    """A name the release does not have."""

    def __init__(self, kind: str, found: str, hint: str) -> None:
        super().__init__(found)
        self.kind, self.found, self.hint = kind, found, hint


def explain(
    release: Release, indicator: str, place: str | None, period: str | None, w: Words
) -> dict[str, Any]:
    """Return everything behind one value; NotKnown for an indicator or place that is not there."""
    term = _indicator(release, indicator)
    where = _place(release, place)
    values = _rows(release, "measures", where["place"], indicator=[term["id"]])
    values.sort(key=lambda row: (last_day(row["period"]) or date.min, row["period"]))
    day = date.fromisoformat(release.head["date"])
    begun = [v for v in values if (first_day(v["period"]) or day) <= day]
    chosen = begun if period is None else [v for v in values if v["period"] == period]
    value = chosen[-1] if chosen else None
    if period is not None and period not in release.head["periods"]:
        raise NotKnown("period", period, ", ".join(release.head["periods"]))
    at = value["period"] if value else period
    return {
        "indicator": {k: term[k] for k in ("id", "code", "zh", "en", "unit", "formula")},
        "definition": term[f"definition_{'zh' if w.language == 'zh' else 'en'}"],
        "place": {k: where[k] for k in ("place", "title_zh", "title_en", "level")},
        "period": at,
        "periods": [v["period"] for v in values],
        "value": value["value"] if value else None,
        "score": value["score"] if value else None,
        "benchmark": in_force(term),
        "expired": term["expired"],
        "facts": _facts(release, term, where["place"], at, w),
        "missing": [] if value else _missing(release, term, where["place"], at),
    }


def _indicator(release: Release, said: str) -> Mapping[str, Any]:
    indicators: Mapping[str, Mapping[str, Any]] = release.terms["indicators"]
    codes = {one["code"].lower(): ident for ident, one in indicators.items()}
    ident = codes.get(said.lower(), said)
    if ident not in indicators:
        raise NotKnown("indicator", said, nearest(said, indicators))
    return indicators[ident]


def _place(release: Release, said: str | None) -> dict[str, Any]:
    rows: list[dict[str, Any]] = release.tables["places"].to_pylist()
    wanted = said or release.head["city"]["subject"]
    for row in rows:
        if wanted in (row["place"], row["title_zh"], row["title_en"]):
            return row
    known = [name for row in rows for name in (row["place"], row["title_zh"], row["title_en"])]
    raise NotKnown("place", wanted, nearest(wanted, known))


def _rows(release: Release, table: str, place: str, **within: list[str]) -> list[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    found = release.tables[table]
    test = pc.equal(found["place"], place)
    for column, values in within.items():
        test = pc.and_(test, pc.is_in(found[column], value_set=pa.array(values, pa.string())))
    rows: list[dict[str, Any]] = found.filter(test).to_pylist()
    return rows


def _children(release: Release, place: str) -> list[str]:
    places = release.tables["places"].to_pylist()
    return [row["place"] for row in places if row["parent"] == place]


def _facts(
    release: Release, term: Mapping[str, Any], place: str, period: str | None, w: Words
) -> list[dict[str, Any]]:
    if period is None:
        return []
    places = _children(release, place) if term["over"] == "districts" else [place]
    rows = [
        row
        for one in places
        for row in _rows(release, "facts", one, period=[period], variable=term["parameters"])
    ]
    return [_fact(release, row, w) for row in rows]


def _fact(release: Release, row: dict[str, Any], w: Words) -> dict[str, Any]:
    kind, _, rest = row["locator"].partition(":")
    made = dict(row)
    if row["source"] != "jinglun":
        made |= _file(release, row)
        return made
    if kind == "share":
        places, variables = [row["place"]], rest.split("/")
    else:
        base = rest.partition(":")[2]
        places = _children(release, row["place"])
        variables = [row["variable"], *([base] if base else [])]
    made["from"] = [
        _fact(release, one, w)
        for place in places
        for one in _rows(release, "facts", place, period=[row["period"]], variable=variables)
    ]
    return made


def _file(release: Release, row: Mapping[str, Any]) -> dict[str, Any]:
    file, number_, column = located(row["locator"])
    source = next(i for i in release.head["inputs"] if i["source"] == row["source"])
    return {
        "file": file,
        "row": None if number_ == "*" else int(number_),
        "column": column,
        "path": source["path"],
        "sha256": source["sha256"],
    }


def _missing(
    release: Release, term: Mapping[str, Any], place: str, period: str | None
) -> list[str]:
    within = {"variable": list(term["parameters"])}
    if period is not None:
        within["period"] = [period]
    known = {row["variable"] for row in _rows(release, "facts", place, **within)}
    return [v for v in term["parameters"] if v not in known]


# --- as text ------------------------------------------------------------------------------------


def text(found: Mapping[str, Any], w: Words) -> str:
    """Return what was found as lines for a terminal."""
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
            lines += _fact_lines(fact, w, "  ")
    return "\n".join(lines)


def _value_lines(found: Mapping[str, Any], w: Words) -> list[str]:
    if found["value"] is None:
        missing = w("list.comma").join(found["missing"])
        said = w("explain.missing", variables=missing) if missing else w("explain.missing_zero")
        return [said]
    score = found["score"]
    return [
        f"{w('explain.value')}: {_amount(number(found['value']), found['indicator']['unit'], w)}",
        f"{w('explain.score')}: {w('explain.no_score') if score is None else number(score)}",
        w("explain.other_periods", periods=w("list.comma").join(found["periods"])),
    ]


def _amount(figure: str, unit: str, w: Words) -> str:
    return with_unit(figure, w(f"unit.{unit}") if w.has(f"unit.{unit}") else unit)


def _benchmark_lines(found: Mapping[str, Any], w: Words) -> list[str]:
    benchmark = found["benchmark"]
    if benchmark is None:
        return []
    where = benchmark["jurisdiction"]
    said = w(
        "explain.benchmark_said",
        zero=number(benchmark["zero"]),
        full=number(benchmark["full"]),
        status=w(f"status.{benchmark['status']}"),
        since=benchmark["since"],
        jurisdiction=w("benchmark.everywhere") if where == "*" else where,
        source=benchmark[f"source_{'zh' if w.language == 'zh' else 'en'}"],
    )
    lines = [f"{w('explain.benchmark')}: {said}"]
    return [*lines, w("explain.expired")] if found["expired"] else lines


def _fact_lines(fact: Mapping[str, Any], w: Words, margin: str) -> list[str]:
    head = (
        f"{margin}{fact['place']} {fact['period']} {fact['variable']} = "
        f"{_amount(repr(fact['value']), fact['unit'], w)} [{fact['quality']}]"
    )
    lines = [head]
    if "file" in fact:
        key = "explain.reduced" if fact["row"] is None else "explain.read"
        lines.append(
            f"{margin}    " + w(key, **{k: fact[k] for k in ("file", "row", "column", "source")})
        )
        lines.append(f"{margin}    {fact['path']}  {w('explain.sha')} {fact['sha256'][:16]}")
        return lines
    lines.append(f"{margin}    ← {fact['locator']}")
    for one in fact.get("from", []):
        lines += _fact_lines(one, w, margin + "      ")
    return lines
