"""What the page of the backtest says: how far earlier figures told what came, with its misses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from jinglun.pages import charts
from jinglun.pages.view import View

Line = Mapping[str, Any]

MANY = 40
"""A picture bears no more rows."""

SHORT, TOP = 10, 5
"""A longer table is folded; so many of the worst misses stand open."""

POOR = 0.80
"""A region where the interval held fewer is named: nine in ten were meant."""


def of(seen: View) -> Line:
    """Return the backtest of the release."""
    found: Line = seen.findings["backtest"]
    return found


def percent(share: float | None) -> str:
    """Return a share as a whole percentage, or a dash."""
    return "—" if share is None else f"{100 * share:.0f}%"


def _rule(seen: View, name: str) -> Line:
    return next(r for r in of(seen)["rules"] if r["rule"] == name)


def sentence(seen: View) -> str:
    """Say in one sentence what was forecast from what, and by how much the best rule was better."""
    panel, best = of(seen)["panel"], of(seen)["as_is"]["rule"]
    ratio = _rule(seen, best)["error_ratio"]
    key = "backtest.said_better" if ratio is not None and ratio < 1 else "backtest.said_same"
    what = seen.words(
        f"backtest.what.{panel['design']}",
        begun=panel["from"],
        ended=panel["to"],
        places=f"{panel['places']:,}",
        indicators=panel["indicators"],
        held=seen.words(f"backtest.held.{panel['held_out']}"),
    )
    return seen.words(
        key,
        what=what,
        rule=seen.words(f"backtest.rule.{best}"),
        less=percent(None if ratio is None else 1 - ratio),
    )


def gaps_sentence(seen: View) -> str:
    """Say how many of the gaps named first were still among the lowest, beside chance."""
    gaps = of(seen)["gaps"]
    rules = {r["rule"]: r for r in gaps["rules"]}
    said = seen.words(
        "backtest.gaps_said",
        named=f"{gaps['named']:,}",
        again=f"{gaps['again']:,}",
        hit=percent(rules["persistence"]["precision"]),
        chance=percent(gaps["base_rate"]),
        everyone=percent(rules["everyone"]["precision"]),
    )
    return said + _worth(seen, rules)


def _worth(seen: View, rules: Mapping[str, Line]) -> str:
    """Say how much more was right than by the same list for everyone, and by which rule most."""
    ours, everyone = (rules[name]["precision"] for name in ("persistence", "everyone"))
    # Of the percentages as they are printed: a reader takes one from the other.
    more = round(100 * ours) - round(100 * everyone)
    said = seen.words("backtest.gaps_worth", more=more)
    if more <= 0:
        said = seen.words("backtest.gaps_worthless")
    best = max(rules.values(), key=lambda r: r["precision"])
    if best["rule"] in ("persistence", "everyone"):
        return said
    rule = seen.words(f"backtest.rule.{best['rule']}")
    share = percent(best["precision"])
    return said + seen.words("backtest.gaps_best", rule=rule, share=share)


def moved_sentence(seen: View) -> str:
    """Say how the scores that were named moved, beside the others."""
    moved = of(seen)["gaps"]["moved"]
    return seen.words(
        "backtest.moved",
        named=f"{moved['named']['points']:+.1f}",
        others=f"{moved['others']['points']:+.1f}",
        rose=percent(moved["named"]["rose"]),
        others_rose=percent(moved["others"]["rose"]),
        open=f"{moved['named']['still_below_half']:,}",
        below=f"{moved['named']['below_half']:,}",
    )


def best_of(row: Line) -> Line:
    """Return the errors of an indicator's best rule."""
    found: Line = next(r for r in row["rules"] if r["rule"] == row["best"])
    return found


def indicators(seen: View) -> list[Line]:
    """Return the indicators, those told best first."""
    return sorted(
        of(seen)["indicators"], key=lambda r: (-(best_of(r)["skill"] or 0.0), r["indicator"])
    )


def skill_plot(seen: View) -> Markup | str:
    """Return by how much the best rule beats persistence, by indicator; nothing of very many."""
    rows = indicators(seen)
    if not 1 < len(rows) <= MANY:
        return ""
    return Markup(
        charts.dot_plot(
            [
                (seen.name(r["indicator"]), 100 * (best_of(r)["skill"] or 0.0), None, False)
                for r in rows
            ],
            reference=None,
            ident="skill",
            title=seen.words("backtest.skill"),
            desc=seen.words(
                "backtest.skill_desc",
                best=seen.name(rows[0]["indicator"]),
                worst=seen.name(rows[-1]["indicator"]),
            ),
            unit="%",
            reference_label="",
            number="{:.0f}".format,
        )
    )


def poor_blocks(seen: View) -> list[Line]:
    """Return the regions where the interval held far fewer than it promised, worst first."""
    rows = [r for r in of(seen)["blocks"] if r["coverage"] is not None and r["coverage"] < POOR]
    return sorted(rows, key=lambda r: (r["coverage"], r["block"]))


def poor_sentence(seen: View) -> str:
    """Say in how many regions the interval failed its promise."""
    poor = poor_blocks(seen)
    if not poor:
        return seen.words("backtest.blocks_fine", limit=percent(POOR))
    return seen.words(
        "backtest.blocks_poor",
        limit=percent(POOR),
        count=len(poor),
        which=seen.words("list.comma").join(
            seen.words(
                "backtest.block",
                block=r["block"],
                places=r["places"],
                share=percent(r["coverage"]),
            )
            for r in poor[:6]
        ),
    )


def _titles(seen: View, table: Any) -> dict[str, str]:
    column = "title_zh" if seen.lang == "zh" else "title_en"
    wanted = {r["place"] for r in of(seen)["misses"]}
    pairs = zip(table["place"].to_pylist(), table[column].to_pylist(), strict=True)
    return {p: str(t or p) for p, t in pairs if p in wanted}


def misses(seen: View) -> list[tuple[str, Line]]:
    """Return the worst misses, each with the name of its place."""
    titles = _titles(seen, seen.release.tables["places"])
    return [(titles.get(r["place"], r["place"]), r) for r in of(seen)["misses"]]


def amount(seen: View, ident: str, value: float | None) -> str:
    """Return a figure of an indicator with its unit, or a dash."""
    return "—" if value is None else seen.amount(value, seen.indicator(ident)["unit"])


def error(seen: View, ident: str, value: float | None) -> str:
    """Return an error of an indicator: of percentages it is in percentage points."""
    unit = seen.indicator(ident)["unit"]
    unit = "percentage point" if unit == "%" else unit
    return "—" if value is None else seen.amount(value, unit)


def between(seen: View, ident: str, row: Line) -> str:
    """Return the interval of a forecast, or why none is given."""
    if row["low"] is None or row["high"] is None:
        return seen.words("backtest.no_range")
    return seen.words(
        "backtest.between",
        low=amount(seen, ident, row["low"]),
        high=amount(seen, ident, row["high"]),
    )


def own(seen: View) -> tuple[list[Line], list[Line], list[Line]]:
    """Return the city's own forecasts: outside their interval, within it, and without one."""
    rows = sorted(of(seen)["subject"], key=lambda r: r["indicator"])
    outside, within, without = (
        [r for r in rows if r["inside"] is held] for held in (False, True, None)
    )
    return outside, within, without


def held_said(seen: View, row: Line) -> str:
    """Say whether what came fell within the interval, or that there was none."""
    kind = {True: "yes", False: "no", None: "no_range"}[row["inside"]]
    return seen.words(f"backtest.{kind}")


def heading(seen: View) -> list[tuple[Line, Line]]:
    """Return the path as is of each indicator with the year that it is told for.

    The last year of the path: as far ahead as was tested, or five years.
    """
    return [(row, row["years"][-1]) for row in of(seen)["as_is"]["indicators"]]
