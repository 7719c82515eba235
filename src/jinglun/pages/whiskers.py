"""How a score or a rank is drawn with its interval, and how a share is with its two lengths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jinglun.pages import svg
from jinglun.pages.colours import ACCENT, INK, LINE, MUTED, PAPER
from jinglun.pages.scales import within

EDGE, MIDDLE, FOOT = 8.0, 13.0, 34.0
HEIGHT, BAR = 42.0, 26.0
NAMES, RANKS, STEP = 138.0, 62.0, 24.0
"""Of a chart of ranks: the room for names, the least for ranks, and the height of a row."""


@dataclass(frozen=True)
class Ranked:
    """One row of a chart of ranks."""

    name: str
    told: str
    """The rank and its interval, short."""
    rank: int
    low: int
    high: int
    own: bool


def whisker(
    point: float,
    low: float,
    high: float,
    *,
    ends: tuple[float, float],
    labels: tuple[str, str],
    inner: tuple[float, float] | None = None,
    ident: str,
    title: str,
    desc: str,
) -> str:
    """Return a diamond on its interval, on a line from the first of `ends` to the second.

    `inner` is an interval drawn thick within the other.
    """

    def at(value: float) -> float:
        first, last = ends
        share = (value - first) / (last - first) if last != first else 0.5
        return EDGE + (svg.WIDTH - 2 * EDGE) * within(share, 0.0, 1.0)

    left, right = sorted((at(low), at(high)))
    body = svg.stroke(EDGE, MIDDLE, svg.WIDTH - EDGE, MIDDLE, stroke=LINE, stroke_width=2)
    body += svg.stroke(left, MIDDLE, right, MIDDLE, stroke=INK, stroke_width=2)
    for x in (left, right):
        body += svg.stroke(x, MIDDLE - 6, x, MIDDLE + 6, stroke=INK, stroke_width=2)
    if inner is not None:
        near, far = sorted((at(inner[0]), at(inner[1])))
        body += svg.rect(near, MIDDLE - 4, max(1.0, far - near), 8, fill=MUTED)
    body += svg.diamond(at(point), MIDDLE, 7.5, fill=ACCENT, stroke=PAPER)
    room = 0.5 * svg.WIDTH - 6
    body += svg.text(0, FOOT, svg.cut(labels[0], room), fill=MUTED)
    body += svg.text(svg.WIDTH, FOOT, svg.cut(labels[1], room), fill=MUTED, text_anchor="end")
    return svg.frame("whisker", ident, title, desc, body, HEIGHT)


def share_bar(alone: float, together: float, *, ident: str, title: str, desc: str) -> str:
    """Return a solid bar for what one thing does alone, in the outline of all it has a part in."""

    def to(share: float) -> float:
        return (svg.WIDTH - 2) * within(share, 0.0, 1.0)

    body = svg.rect(1, 4, max(1.0, to(together)), BAR - 8, fill=PAPER, stroke=INK, stroke_width=1.5)
    body += svg.rect(1, 4, to(min(alone, together)), BAR - 8, fill=ACCENT)
    return svg.frame("share", ident, title, desc, body, BAR)


def rank_chart(
    rows: Sequence[Ranked], of: int, *, labels: tuple[str, str], ident: str, title: str, desc: str
) -> str:
    """Return the ranks of all places over one axis, from the last of `of` places to the first."""
    # Bold runs about a tenth wider.
    room = max(RANKS, *(1.1 * svg.extent(row.told) for row in rows))
    left, right = NAMES + EDGE, svg.WIDTH - room - EDGE

    def at(rank: float) -> float:
        share = (of - rank) / (of - 1) if of > 1 else 0.5
        return left + (right - left) * within(share, 0.0, 1.0)

    foot = STEP * len(rows)
    body = "".join(svg.stroke(x, 0, x, foot, stroke=LINE, stroke_width=1) for x in (left, right))
    for n, row in enumerate(rows):
        y, bold = STEP * (n + 0.5), "bold" if row.own else None
        ends = (at(row.high), at(row.low))
        name = svg.cut(row.name, NAMES - (8 if row.own else 0))
        body += svg.text(0, y, name, font_weight=bold)
        body += svg.stroke(left, y, right, y, stroke=LINE, stroke_width=1)
        body += svg.stroke(*(ends[0], y, ends[1], y), stroke=INK, stroke_width=2)
        for x in ends:
            body += svg.stroke(x, y - 5, x, y + 5, stroke=INK, stroke_width=2)
        body += _mark(at(row.rank), y, row.own)
        body += svg.text(svg.WIDTH, y, row.told, text_anchor="end", font_weight=bold)
    body += svg.centred(left, foot + 10, labels[0], fill=MUTED)
    body += svg.centred(right, foot + 10, labels[1], fill=MUTED)
    return svg.frame("ranks", ident, title, desc, body, foot + 20)


def _mark(x: float, y: float, own: bool) -> str:
    if own:
        return svg.diamond(x, y, 7.5, fill=ACCENT, stroke=PAPER)
    return svg.tag("circle", cx=x, cy=y, r=5, fill=PAPER, stroke=INK, stroke_width=2)
