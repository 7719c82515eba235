"""Which picture shows what: the charts of the pages, given a view and the things to show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from jinglun.model.periods import last_day, year_of
from jinglun.pages import charts, colours, legends, maps
from jinglun.pages.sentences import has_headline as has_headline
from jinglun.pages.sentences import headline as headline
from jinglun.pages.sentences import outside_total as outside_total
from jinglun.pages.sentences import own as own
from jinglun.pages.sentences import sum_title as sum_title
from jinglun.pages.sentences import term_title as term_title
from jinglun.pages.standing import targets
from jinglun.pages.view import Figure, View, located, number, page_name

FEW = 20
SCORE_CLASSES = ((0, 20), (20, 40), (40, 60), (60, 80), (80, 100))


def cell_style(score: float | None) -> Markup:
    """Return the inline colours of a weave cell."""
    fill, text = colours.score_colour(score)
    return Markup(f"background:{fill};color:{text}")


def bar(seen: View, row: Mapping[str, Any], ident: str, name: str) -> Markup:
    """Return the score bar of a row with a score, and its interval below where there is one."""
    score, low, high = row["score"], row["low"], row["high"]
    key = "score.none" if score is None else "score.of" if low is None else "score.between"
    said = seen.words(key, **{k: _points(v) for k, v in (("score", score), *_ends(low, high))})
    return Markup(
        charts.score_bar(
            score, low=low, high=high, ident=ident, title=name, desc=said, number=_points
        )
    )


def figure_bar(seen: View, figure: Figure) -> Markup:
    """Return the score bar of a figure."""
    row = {"score": figure.score, "low": figure.score_low, "high": figure.score_high}
    return bar(seen, row, "score", seen.words("table.score"))


def _ends(low: float | None, high: float | None) -> list[tuple[str, float | None]]:
    return [("low", low), ("high", high)]


def _points(score: float | None) -> str:
    return "—" if score is None else f"{score:.0f}"


def interval(seen: View, low: float | None, high: float | None) -> str:
    """Return the interval of a score as a reader says it, or nothing where there is none."""
    if low is None or high is None:
        return ""
    return seen.words("score.interval", low=_points(low), high=_points(high))


def whisker_style(row: Mapping[str, Any]) -> Markup:
    """Return where the interval of a score begins and ends on a line from 0 to 100 points."""
    low, high = max(0.0, row["low"]), min(100.0, row["high"])
    return Markup(
        f"--low:{low:.1f}%;--wide:{high - low:.1f}%;--at:{min(100.0, max(0.0, row['score'])):.1f}%"
    )


def has_intervals(seen: View) -> bool:
    """Say whether this release tells how far each score may be off."""
    return any(c["low"] is not None for c in seen.cells(seen.subject).values())


def legend(seen: View) -> Markup:
    """Return the colours of the scores in words."""
    return Markup(
        legends.legend(
            _classes(seen),
            ident="legend",
            title=seen.words("score.legend"),
            desc=seen.words("score.legend_desc"),
        )
    )


def _classes(seen: View) -> list[legends.LegendClass]:
    middles = [(low + high) / 2 for low, high in SCORE_CLASSES]
    made = [
        legends.LegendClass(colours.score_colour(m)[0], f"{low}–{high}")
        for m, (low, high) in zip(middles, SCORE_CLASSES, strict=True)
    ]
    none = legends.LegendClass(colours.score_colour(None)[0], seen.words("score.blank"), True)
    return [*made, none]


def in_force(indicator: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the benchmark that the release scored an indicator with."""
    key = indicator["benchmark"]
    primary = [b for b in indicator["benchmarks"] if b["key"] == key and not b["reading"]]
    return primary[0] if primary else None


def _lines(seen: View, indicator: Mapping[str, Any]) -> list[tuple[float, str]]:
    benchmark = in_force(indicator)
    if benchmark is None or benchmark["spread"]:
        return []
    lines = [
        (benchmark["zero"], seen.words("chart.zero")),
        (benchmark["full"], seen.words("chart.full")),
    ]
    if benchmark["floor"] is not None and benchmark["floor"] != benchmark["zero"]:
        lines.append((benchmark["floor"], seen.words("chart.floor")))
    return lines


def _year(period: str) -> float:
    end = last_day(period)
    return float(year_of(period)) if end is None else end.year + end.timetuple().tm_yday / 366


def trend(seen: View, ident: str) -> Markup | str:
    """Return the line over time of the city's value, or nothing with fewer than two periods."""
    history = seen.history(ident, seen.subject)
    if len(history) < 2:
        return ""
    indicator = seen.indicator(ident)
    first, last = history[0], history[-1]
    lines = [*_lines(seen, indicator), *target_lines(seen, ident)]
    unit, written = _axis(seen, [f.value for f in history], lines, indicator["unit"])
    return Markup(
        charts.trend(
            [(f.period, _year(f.period), f.value, "") for f in history],
            ident="trend",
            title=seen.words("chart.trend", name=seen.name(ident)),
            desc=seen.words(
                "chart.trend_desc",
                first=seen.amount(first.value, first.unit),
                begun=first.period,
                last=seen.amount(last.value, last.unit),
                ended=last.period,
            ),
            unit=unit,
            number=written,
            benchmarks=lines,
        )
    )


def _axis(
    seen: View, values: Iterable[float], lines: Iterable[tuple[float, str]], unit: str
) -> tuple[str, Callable[[float], str]]:
    return seen.axis([*values, *(value for value, _ in lines)], unit)


def target_lines(seen: View, ident: str) -> list[tuple[float, str]]:
    """Return the targets as lines of a chart."""
    return [
        (row["value"], seen.words("chart.target", year=row["year"]))
        for row in targets(seen, ident)
        if row["value"] is not None
    ]


def ranked(seen: View, ident: str, period: str) -> list[tuple[str, Figure]]:
    """Return the districts measured in a period, best first."""
    found = [
        (place, f)
        for place in seen.districts
        for f in seen.history(ident, place)
        if f.period == period
    ]
    best_high = seen.indicator(ident)["better"] == "higher"
    return sorted(found, key=lambda pf: (-pf[1].value if best_high else pf[1].value, pf[0]))


def districts_plot(seen: View, ident: str, figure: Figure) -> Markup | str:
    """Return the districts as a ranked dot plot with the city's value as a line."""
    rows = ranked(seen, ident, figure.period)
    if not rows:
        return ""
    indicator, lines = seen.indicator(ident), _lines(seen, seen.indicator(ident))
    values = [figure.value, *(f.value for _, f in rows)]
    unit, written = _axis(seen, values, lines, indicator["unit"])
    return Markup(
        charts.dot_plot(
            [*_dots(seen, rows)],
            missing=seen.words("score.blank"),
            reference=figure.value,
            ident="districts",
            title=seen.words("chart.districts", name=seen.name(ident), period=figure.period),
            desc=seen.words(
                "chart.districts_desc",
                best=seen.place(rows[0][0]),
                high=seen.amount(rows[0][1].value, figure.unit),
                worst=seen.place(rows[-1][0]),
                low=seen.amount(rows[-1][1].value, figure.unit),
            ),
            unit=unit,
            reference_label=seen.place(seen.subject),
            number=written,
            benchmarks=lines,
        )
    )


def _dots(
    seen: View, rows: Sequence[tuple[str, Figure]]
) -> Iterator[tuple[str, float | None, str, bool]]:
    """Yield the rows of a dot plot of districts, those without a figure last."""
    values: dict[str, float | None] = {p: f.value for p, f in rows}
    for place in [*values, *(p for p in seen.districts if p not in values)]:
        link = f"../district/{page_name(place)}.html"
        yield seen.place(place), values.get(place), link, False


def districts_map(
    seen: View, ident: str, figure: Figure, shapes: Mapping[str, Any]
) -> Markup | str:
    """Return the districts coloured by score, each with its value."""
    values = {p: f for p, f in ranked(seen, ident, figure.period) if p in shapes}
    scored = any(f.score is not None for f in values.values())
    if not values or not scored:
        return ""
    _, written = seen.axis((f.value for f in values.values()), figure.unit)
    told = {p: (f.score, written(f.value)) for p, f in values.items()}
    return _map(
        seen,
        told,
        shapes,
        seen.words("chart.map", name=seen.name(ident), period=figure.period),
        "../district/",
        named=True,
    )


def home_map(seen: View, shapes: Mapping[str, Any], cell: tuple[str, str]) -> Markup | str:
    """Return the districts coloured by the score of one cell of their own weave."""
    if not shapes:
        return ""
    domain, factor = (
        term_title(seen, "domains", cell[0]),
        term_title(seen, "factors", cell[1]),
    )
    told = {}
    for place in seen.districts:
        score = seen.cells(place)[cell]["score"]
        if score is not None:
            told[place] = (score, number(round(score)))
    title = seen.words("chart.cell_map", domain=domain, factor=factor)
    return _map(seen, told, shapes, title, "district/", named=True) if told else ""


def best_cell(seen: View) -> tuple[str, str]:
    """Return the cell in which the districts have most figures of their own."""
    count: dict[tuple[str, str], float] = {}
    for place in seen.districts:
        for key, cell in seen.cells(place).items():
            if cell["score"] is not None:
                count[key] = count.get(key, 0.0) + len(cell["indicators"]) * cell["coverage"]
    return max(count, key=lambda k: (count[k], k)) if count else ("services", "citizens")


def _map(
    seen: View,
    told: Mapping[str, tuple[float | None, str]],
    shapes: Mapping[str, Any],
    title: str,
    link: str,
    named: bool = False,
) -> Markup:
    drawn = [
        maps.Shape(
            label=seen.place(p),
            rings=[ring for polygon in shapes[p] for ring in polygon],
            fill=colours.score_colour(told.get(p, (None, ""))[0])[0],
            missing=told.get(p, (None, ""))[0] is None,
            href=f"{link}{page_name(p)}.html",
            text=told.get(p, (None, ""))[1],
            named=named,
        )
        for p in seen.districts
        if p in shapes
    ]
    approval = seen.release.head["map"]["approval"]
    return Markup(
        maps.district_map(
            drawn,
            ident="map",
            title=title,
            desc=seen.words("chart.map_desc", count=len(told)),
            legend=_classes(seen),
            note=seen.words("chart.approval", approval=approval) if approval else "",
        )
    )


def peers_plot(seen: View, ident: str, figure: Figure) -> Markup | str:
    """Return where the city stands in the distribution of its peers, who are not named."""
    values = seen.index.peers.get((ident, figure.period), np.zeros(0))
    if len(values) < 2:
        return ""
    indicator, lines = seen.indicator(ident), _lines(seen, seen.indicator(ident))
    size = [figure.value, float(np.median(np.abs(values)))]
    unit, written = _axis(seen, size, lines, indicator["unit"])
    return Markup(
        charts.distribution(
            values.tolist(),
            subject=figure.value,
            ident="peers",
            title=seen.words("chart.peers", name=seen.name(ident), period=figure.period),
            desc=position(seen, ident) or _told(seen, figure),
            unit=unit,
            number=written,
            subject_label=seen.place(seen.subject),
            peer_label=seen.words("chart.median"),
            count_label=seen.words("chart.peer_count"),
            benchmarks=lines,
        )
    )


def _told(seen: View, figure: Figure) -> str:
    where, value = seen.place(figure.place), seen.amount(figure.value, figure.unit)
    return seen.words("home.one_figure", name=where, value=value, period=figure.period)


def position(seen: View, ident: str) -> str | None:
    """Say what share of all the places of its level the city does better than."""
    for row in seen.findings["positions"]:
        if row["indicator"] == ident:
            count = round(row["better_than"] * row["peers"])
            ends = {0: "indicator.position_none", row["peers"]: "indicator.position_all"}
            few = "indicator.position_few" if row["peers"] < FEW else "indicator.position"
            return seen.words(
                ends.get(count, few),
                peers=f"{row['peers']:,}",
                share=number(round(100 * row["better_than"])),
                count=count,
                period=row["period"],
            )
    return None


def lowest(seen: View, count: int) -> list[str]:
    """Return the indicators with the lowest scores, of those that count in the city's score."""
    counted = [g["indicator"] for g in seen.findings["gaps"]]
    return [i for i in counted if not outside_total(seen.indicator(i))][:count]


def one_coverage(seen: View) -> float | None:
    """Return the coverage of all cells where it is one and the same as printed, else None."""
    found = {round(100 * c["coverage"]) for c in seen.cells(seen.subject).values()}
    return found.pop() / 100 if len(found) == 1 else None


def fact_rows(seen: View, ident: str, place: str, period: str) -> list[dict[str, Any]]:
    """Return the facts behind one value, each with what it was made from one level down."""
    indicator = seen.indicator(ident)
    places = seen.districts if indicator["over"] == "districts" else [place]
    rows = []
    for variable in indicator["parameters"]:
        for where in places:
            fact = seen.index.facts.get((variable, where, period))
            if fact is not None:
                rows.append(_fact_row(seen, fact))
                rows += [_fact_row(seen, f, 1) for f in behind(seen, fact)]
    return rows


def behind(seen: View, fact: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the facts that a computed fact was made from."""
    kind, _, rest = str(fact["locator"]).partition(":")
    facts, period, place = seen.index.facts, fact["period"], fact["place"]
    if kind == "share":
        keys = [(v, place, period) for v in rest.split("/")]
    elif kind == "parts" and place == seen.subject:
        base = rest.partition(":")[2]
        named = [v for v in (fact["variable"], base) if v]
        keys = [(v, p, period) for p in seen.districts for v in named]
    else:
        return []
    return [facts[k] for k in keys if k in facts]


def _fact_row(seen: View, fact: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    return {
        "depth": depth,
        "variable": seen.title(seen.variable(fact["variable"])),
        "ident": fact["variable"],
        "place": seen.place(fact["place"]),
        "period": fact["period"],
        "value": seen.amount(fact["value"], fact["unit"]),
        "quality": fact["quality"],
        "origin": origin(seen, fact),
        "source": _source_number(seen, fact),
    }


def _source_number(seen: View, fact: Mapping[str, Any]) -> int:
    """Return the row of a fact's source on the data page, 0 for a fact of our own making."""
    sources = [i["source"] for i in seen.release.head["inputs"]]
    return sources.index(fact["source"]) + 1 if fact["source"] in sources else 0


def origin(seen: View, fact: Mapping[str, Any]) -> str:
    """Say in words where a fact comes from: file, row and column, or what it was made of."""
    locator = str(fact["locator"])
    kind, _, rest = locator.partition(":")
    if fact["source"] == "jinglun":
        count, _, base = rest.partition(":")
        if kind == "share":
            part, _, whole = rest.partition("/")
            names = {"part": _called(seen, part), "base": _called(seen, whole)}
            return seen.words("explain.share", **names)
        if base:
            return seen.words("explain.parts_mean", count=count, base=_called(seen, base))
        return seen.words("explain.parts", count=count)
    file, row, column = located(locator)
    key = "explain.reduced" if row == "*" else "explain.read"
    return seen.words(key, file=file, row=row, column=column, source=fact["source"])


def locators(seen: View, figure: Figure) -> str:
    """Return `variable=source:file:row:column` of every fact behind a figure, for machines."""
    indicator = seen.indicator(figure.indicator)
    places = seen.districts if indicator["over"] == "districts" else [figure.place]
    keys = [(v, p, figure.period) for v in indicator["parameters"] for p in places]
    facts = [seen.index.facts[k] for k in keys if k in seen.index.facts]
    return " ".join(f"{f['variable']}={f['source']}:{f['locator']}" for f in facts)


def _called(seen: View, variable: str) -> str:
    return seen.title(seen.variable(variable))


def by_unit(seen: View, ident: str) -> dict[str, Any] | None:
    """Return an indicator unit by unit, the worst first, with what contradicts it; or None."""
    higher = seen.release.terms["indicators"][ident]["better"] == "higher"
    for table in seen.findings.get("by", []):
        rows = [g for g in table["groups"] if ident in g["values"]]
        if rows:
            rows.sort(key=lambda g: g["values"][ident] if higher else -g["values"][ident])
            odd = [c for c in table["contradictions"] if ident in (c["well"], c["badly"])]
            return {**table, "groups": rows, "contradictions": odd}
    return None


def is_blank_workbook(source: Mapping[str, Any]) -> bool:
    """Say whether a source is a department's workbook that nobody has filled in yet."""
    unasked = not (source["values_used"] or source["rows_rejected"])
    return unasked and str(source["path"]).startswith("workbooks/")


def blank_workbooks(seen: View) -> int:
    """Return how many sheets of workbooks nobody has filled in yet."""
    return sum(map(is_blank_workbook, seen.release.head["inputs"]))


def checks(seen: View) -> list[dict[str, Any]]:
    """Return what was expected of each table and did not hold, with the quality that is left."""
    return [
        {
            **check,
            "source": source["source"],
            "quality": source["quality"]
            if source["quality"] == source["quality_used"]
            else f"{source['quality']} → {source['quality_used']}",
        }
        for source in seen.release.head["inputs"]
        for check in source["checks"]
    ]


def rejected_rows(seen: View) -> list[dict[str, Any]]:
    """Return the first figures set aside, as many as a page bears."""
    rows: list[dict[str, Any]] = seen.release.tables["rejected"].slice(0, 200).to_pylist()
    return rows


def fallen(seen: View) -> list[dict[str, Any]]:
    """Return the trends in which the score fell by a point or more, the steepest fall first."""
    falls = [t for t in seen.findings["trends"] if (t["score_change"] or 0.0) <= -1.0]
    return sorted(falls, key=lambda t: (t["score_change"], t["indicator"]))
