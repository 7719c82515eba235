"""One thing on one line: where many stand and where the city does, better always to the right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from jinglun.pages import axes, svg
from jinglun.pages.axes import Axis, Number
from jinglun.pages.colours import ACCENT, INK, LINE, MUTED, PAPER
from jinglun.pages.scales import finite, measured, opened

MIDDLE, EDGE, FOOT, HEIGHT = 15.0, 8.0, 37.0, 46.0
"""Where the marks stand, how far in from the sides, where the labels stand, the height."""


class Band(NamedTuple):
    """The range of very many: the middle nine tenths of them, and the middle half."""

    least: float
    low: float
    high: float
    most: float


def strip(
    dots: Sequence[float | None],
    *,
    subject: float | None,
    ident: str,
    title: str,
    desc: str,
    number: Number,
    flip: bool,
    band: Band | None = None,
    full: float | None = None,
    ends: tuple[str, str] = ("", ""),
) -> str:
    """Return dots on a line with the city as a diamond and the full point as a dashed line.

    `flip` puts small values right, where less is better. Without `ends` the values at both ends of
    the line are printed there.
    """
    others, own, goal = measured(dots), finite(subject), finite(full)
    axis = _axis([*others, *measured([own, goal]), *(band or ())], flip)
    body = _band(axis, band) if band else ""
    body += svg.stroke(EDGE, MIDDLE, svg.WIDTH - EDGE, MIDDLE, stroke=MUTED)
    if goal is not None:
        x = axes.at(axis, goal)
        body += svg.stroke(x, 2, x, 28, stroke=INK, stroke_width=1.5, stroke_dasharray="4 2")
    for value in others:
        body += dot(axes.at(axis, value))
    if own is not None:
        body += svg.diamond(axes.at(axis, own), MIDDLE, 7.5, fill=ACCENT, stroke=PAPER)
    low, high = (number(tick) for tick in axis.ticks)
    left, right = ends if any(ends) else ((high, low) if flip else (low, high))
    room = 0.5 * svg.WIDTH - 6
    body += svg.text(0, FOOT, svg.cut(left, room), fill=MUTED)
    body += svg.text(svg.WIDTH, FOOT, svg.cut(right, room), fill=MUTED, text_anchor="end")
    return svg.frame("strip", ident, title, desc, body, HEIGHT)


def dot(x: float, y: float = MIDDLE) -> str:
    """Draw one of the others: hollow, so that those under each other are still seen."""
    return svg.tag("circle", cx=x, cy=y, r=4, fill=PAPER, stroke=INK, stroke_width=1.2)


def _axis(values: Sequence[float], flip: bool) -> Axis:
    low, high = opened(min(values, default=0.0), max(values, default=1.0))
    start, end = (svg.WIDTH - EDGE, EDGE) if flip else (EDGE, svg.WIDTH - EDGE)
    return Axis([low, high], ["", ""], start, end)


def _band(axis: Axis, band: Band) -> str:
    told = ""
    for low, high, height in ((band.least, band.most, 12.0), (band.low, band.high, 22.0)):
        left, right = sorted((axes.at(axis, low), axes.at(axis, high)))
        width = max(1.0, right - left)
        told += svg.rect(left, MIDDLE - height / 2, width, height, fill=LINE)
    return told


def key(words: Sequence[tuple[str, str]], *, ident: str, title: str, desc: str) -> str:
    """Return what the marks mean: pairs of a mark (`city`, `dot`, `full`, `band`) and its words."""
    body, y = "", 0.0
    for mark, said in words:
        lines = svg.wrapped(said, svg.WIDTH - 32)
        middle = y + 0.5 * svg.LEADING + 2
        body += _mark(mark, middle)
        for line in lines:
            body += svg.text(30, y + 0.5 * svg.LEADING + 2, line)
            y += svg.LEADING
        y += 4
    return svg.frame("key", ident, title, desc, body, max(y, 1.0))


def _mark(mark: str, y: float) -> str:
    if mark == "city":
        return svg.diamond(11, y, 7.5, fill=ACCENT)
    if mark == "dot":
        return dot(11, y)
    if mark == "full":
        return svg.stroke(
            11, y - 8, 11, y + 8, stroke=INK, stroke_width=1.5, stroke_dasharray="4 2"
        )
    return svg.rect(0, y - 4, 22, 8, fill=LINE) + svg.rect(6, y - 8, 10, 16, fill=LINE)
