"""How values find their places on an axis, and which ticks and lines of it are named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from jinglun.pages import svg
from jinglun.pages.colours import INK, MUTED
from jinglun.pages.scales import finite, nice_ticks, within

Number = Callable[[float], str]


class Guide(NamedTuple):
    """A value that is drawn as a line across the whole chart."""

    value: float
    label: str
    dash: str


class Axis(NamedTuple):
    """A scale from its first tick at `start` to its last at `end`, in units of the picture."""

    ticks: list[float]
    labels: list[str]
    start: float
    end: float


def fit(values: Sequence[float], start: float, end: float, number: Number, parts: int = 5) -> Axis:
    """Fit an axis of six ticks or so; every one is a gridline, and those with room are labelled."""
    if not values:
        return Axis([0.0, 1.0], ["", ""], start, end)
    ticks = nice_ticks(min(values), max(values), parts)
    labels = [number(tick) for tick in ticks]
    for every in range(1, len(ticks)):
        # Counted from zero, so that 40, 60, 80 are named and not 30, 50, 70.
        first = round(ticks[0] / (ticks[1] - ticks[0]))
        shown = [not (first + i) % every for i in range(len(ticks))]
        axis = Axis(ticks, only(labels, shown), start, end)
        if sum(shown) > 1 and _fits(axis):
            return axis
    ends = Axis(ticks, [labels[0], *[""] * (len(ticks) - 2), labels[-1]], start, end)
    return ends if _fits(ends) else ends._replace(labels=[""] * len(ticks))


def only(labels: Sequence[str], shown: Sequence[bool]) -> list[str]:
    """Return the labels that are shown, the others empty."""
    return [label if keep else "" for label, keep in zip(labels, shown, strict=True)]


def _fits(axis: Axis) -> bool:
    """Tell whether the labels neither touch nor, rounded by the caller, repeat each other."""
    named = [(at(axis, tick), label) for tick, label in zip(axis.ticks, axis.labels, strict=True)]
    named = [(at, label) for at, label in named if label]
    # An axis that runs upwards has its labels on top of each other, not side by side.
    if axis.end < axis.start:
        gaps = [below - above - svg.LEADING for (below, _), (above, _) in pairwise(named)]
    else:
        halves = [0.5 * svg.extent(label) for _, label in named]
        spans = [(svg.inside(at, h), h) for (at, _), h in zip(named, halves, strict=True)]
        gaps = [(b - hb) - (a + ha) - 5 for (a, ha), (b, hb) in pairwise(spans)]
    return min(gaps, default=0.0) >= 0 and len({label for _, label in named}) == len(named)


def at(axis: Axis, value: float) -> float:
    """Place a value on the axis; never beyond its ends."""
    low, high = axis.ticks[0], axis.ticks[-1]
    return axis.start + (axis.end - axis.start) * within((value - low) / (high - low), 0.0, 1.0)


def tick_labels(axis: Axis, y: float) -> str:
    """Write the labels of a level axis under or over their ticks, their middle at `y`."""
    told = zip(axis.ticks, axis.labels, strict=True)
    return "".join(
        svg.centred(at(axis, tick), y, label, fill=MUTED) for tick, label in told if label
    )


def guides(lines: Iterable[tuple[float | None, str]], dashes: Sequence[str]) -> list[Guide]:
    """Keep the lines that can be drawn, each with its own dash: they must part without colour."""
    return [
        Guide(value, label, dashes[i % len(dashes)])
        for i, (given, label) in enumerate(lines)
        if (value := finite(given)) is not None
    ]


def guide_line(guide: Guide, x1: float, y1: float, x2: float, y2: float) -> str:
    """Draw a guide from one point to the other; without a dash it is solid."""
    dash = guide.dash or None
    return svg.stroke(x1, y1, x2, y2, stroke=INK, stroke_width=1.5, stroke_dasharray=dash)
