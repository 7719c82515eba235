"""What the quarterly review says: each target by its office, its state, and where it is heading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from jinglun.pages import amounts, axes, svg
from jinglun.pages.axes import Axis
from jinglun.pages.colours import ACCENT, INK, MUTED
from jinglun.pages.view import View

Line = Mapping[str, Any]

MARKS = {"reached": "✓", "on_track": "→", "late": "!", "not_updated": "?", "no_data": "–"}
"""Each state has a sign of its own: colour may be lost on paper and in the eye."""

ORDER = ("late", "not_updated", "no_data", "on_track", "reached")
"""What needs someone's attention first."""


def of(seen: View) -> Line:
    """Return the targets of the release."""
    found: Line = seen.findings["targets"]
    return found


def quarter(seen: View) -> str:
    """Return the quarter of the review in words."""
    year, _, part = of(seen)["quarter"].partition("-Q")
    return seen.words("review.quarter", year=year, quarter=seen.words(f"review.q{part}"))


def sentence(seen: View) -> str:
    """Say in one sentence how many targets there are, and of each state how many."""
    counts = of(seen)["counts"]
    parts = [
        seen.words(f"review.count.{state}", count=counts[state]) + _but(seen, state)
        for state in ("reached", "on_track", "late", "not_updated", "no_data")
        if counts[state]
    ]
    said = seen.words("review.counted", count=counts["targets"], parts=_and(seen, parts))
    if counts["no_owner"]:
        said += seen.words("review.counted_no_owner", count=counts["no_owner"])
    return said + seen.words("review.stop")


def _misses(row: Line) -> bool:
    return row["state"] == "on_track" and row["projected"] and not row["projected"]["reaches"]


def _but(seen: View, state: str) -> str:
    """Say how many of those on track miss their target all the same if nothing changes."""
    missing = [row for row in of(seen)["list"] if _misses(row)]
    if state != "on_track" or not missing:
        return ""
    years = {row["year"] for row in missing}
    if len(years) > 1:
        return seen.words("review.count_misses", count=len(missing))
    return seen.words("review.count_misses_by", count=len(missing), year=years.pop())


def _and(seen: View, parts: list[str]) -> str:
    return seen.words("review.comma").join(parts)


def changed(seen: View) -> str:
    """Say how many targets stand otherwise than at the end of the quarter before."""
    counts, before = of(seen)["counts"], of(seen)["before"]
    key = "review.changed" if counts["changed"] else "review.unchanged"
    return seen.words(key, count=counts["changed"], before=before)


def by_office(seen: View) -> list[tuple[str, bool, list[Line]]]:
    """Return the targets of each office, and whether it is one: those of none first, then the late.

    Within an office what needs attention comes first.
    """
    found: dict[str, list[Line]] = {}
    for row in of(seen)["list"]:
        office = seen.title(row["owner"]) if row["owner"] else ""
        found.setdefault(office, []).append(row)
    late = {o: sum(r["state"] == "late" for r in rows) for o, rows in found.items()}
    order = sorted(found, key=lambda o: (bool(o), -late[o], o))
    return [
        (
            o or seen.words("review.nobody"),
            bool(o),
            sorted(found[o], key=lambda r: (ORDER.index(r["state"]), r["year"], r["indicator"])),
        )
        for o in order
    ]


def amount(seen: View, row: Line, value: float | None) -> str:
    """Return a figure of a target's indicator with its unit, or a dash; a row's are alike."""
    if value is None:
        return "—"
    unit = seen.indicator(row["indicator"])["unit"]
    figure = _alike(seen, row, value)
    if figure is None:
        return seen.amount(value, unit)
    return amounts.with_unit(figure, amounts.unit_name(unit, seen.currency, seen.words))


def _alike(seen: View, row: Line, value: float) -> str | None:
    """Return a number with the decimals of its row, None where each is written for itself.

    One decimal, two of figures under 2; the very large, the very small and money have their own.
    """
    ahead = row["projected"] or {}
    told = (row["value"], row["actual"], row["expected"], ahead.get("value"))
    sizes = [abs(one) for one in told if one is not None]
    unit = seen.indicator(row["indicator"])["unit"]
    if max(sizes) >= 1000 or max(sizes) < 0.1 or seen.exact(value, unit):
        return None
    return f"{value:,.{1 if max(sizes) >= 2 else 2}f}"


def short_of(seen: View, row: Line) -> str:
    """Say how far the figure is from what was due by its year, or that it is there."""
    if row["expected"] is None or row["state"] not in ("late", "on_track"):
        return ""
    higher = seen.indicator(row["indicator"])["better"] == "higher"
    unit = seen.indicator(row["indicator"])["unit"]
    behind = (row["expected"] - row["actual"]) * (1 if higher else -1)
    unit = "percentage point" if unit == "%" else unit
    key = "review.behind" if behind > 0 else "review.ahead"
    if row["start"] and row["start"]["year"] == int(row["period"]):
        return seen.words("review.only_start")
    figure = _alike(seen, row, abs(behind))
    if figure is None:
        return seen.words(key, gap=seen.amount(abs(behind), unit))
    named = amounts.unit_name(unit, seen.currency, seen.words)
    return seen.words(key, gap=amounts.with_unit(figure, named))


def projected(seen: View, row: Line) -> str:
    """Say where the figure is heading by the target's year."""
    return amount(seen, row, row["projected"]["value"] if row["projected"] else None)


def between(seen: View, row: Line) -> str:
    """Say the interval of where it is heading, and whether that will do."""
    found = row["projected"]
    if found is None:
        return ""
    if found["outlook"] is None:
        said = seen.words("review.reaches" if found["reaches"] else "review.misses")
        why = "own_pace" if found["rule"] == "own_pace" else "withheld"
        return seen.words(f"review.no_range_{why}", said=said)
    said = seen.words(f"review.{found['outlook']}")
    unit = seen.indicator(row["indicator"])["unit"]
    ends = [
        _alike(seen, row, found[name]) or seen.bare(found[name], unit) for name in ("low", "high")
    ]
    return seen.words("review.between", low=ends[0], high=ends[1], said=said)


def notes(seen: View, row: Line) -> list[str]:
    """Return what else a reader must know of a target: overdue, doubtful, changed, no update."""
    said = []
    if row["state"] != row["state_before"]:
        before = seen.words(f"review.state.{row['state_before']}")
        said.append(seen.words("review.was", state=before))
    if _misses(row):
        said.append(seen.words("review.on_track_misses", year=row["year"]))
    if row["overdue"]:
        said.append(seen.words("review.overdue", year=row["year"]))
    if row["state"] == "not_updated":
        said.append(seen.words("review.since", day=row["update_by"]))
    if row["doubt"]:
        said.append(seen.words(f"review.doubt.{row['doubt']}"))
    return said


# --- the strip ----------------------------------------------------------------------------------

WIDTH, HEIGHT = 168.0, 56.0


def strip(seen: View, row: Line, ident: str) -> Markup | str:
    """Return the figures over the years beside the line to the target, or nothing of no figure."""
    points = [
        (int(f.period), f.value)
        for f in seen.history(row["indicator"], seen.subject)
        if len(f.period) == 4 and (row["period"] is None or int(f.period) <= seen.day.year)
    ]
    if not points:
        return ""
    aim = (row["year"], row["value"])
    start = (row["start"]["year"], row["start"]["value"]) if row["start"] else points[0]
    years, values = zip(*points, aim, start, strict=True)
    across = _axis(min(years), max(years), 8.0, WIDTH - 10)
    upright = _axis(min(values), max(values), HEIGHT - 10, 10.0)
    body = _goal(start, aim, across, upright) + _line(points, across, upright)
    words = seen.words(
        "review.strip_desc",
        first=amount(seen, row, points[0][1]),
        begun=points[0][0],
        last=amount(seen, row, points[-1][1]),
        ended=points[-1][0],
        value=amount(seen, row, row["value"]),
        year=row["year"],
    )
    return Markup(
        svg.frame("strip", ident, seen.name(row["indicator"]), words, body, HEIGHT, WIDTH)
    )


def _axis(low: float, high: float, start: float, end: float) -> Axis:
    span = high - low if high > low else 1.0
    return Axis([low, low + span], ["", ""], start, end)


def _goal(start: tuple[int, float], aim: tuple[int, float], across: Axis, upright: Axis) -> str:
    x, y = axes.at(across, aim[0]), axes.at(upright, aim[1])
    line = svg.stroke(
        *(axes.at(across, start[0]), axes.at(upright, start[1]), x, y),
        stroke=MUTED,
        stroke_width=1.5,
        stroke_dasharray="4 3",
    )
    return line + svg.diamond(x, y, 5, fill="none", stroke=INK, stroke_width=1.5)


def _line(points: list[tuple[int, float]], across: Axis, upright: Axis) -> str:
    spots = [(axes.at(across, year), axes.at(upright, value)) for year, value in points]
    d = "".join(f"{'L' if n else 'M'}{svg.n(x)} {svg.n(y)}" for n, (x, y) in enumerate(spots))
    told = svg.tag("path", d=d, stroke=ACCENT, stroke_width=2, fill="none")
    x, y = spots[-1]
    return told + svg.tag("circle", cx=x, cy=y, r=3.5, fill=ACCENT)
