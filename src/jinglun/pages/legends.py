"""What the colours and the lines of a picture mean, said in words beside or below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from jinglun.pages import axes, svg
from jinglun.pages.axes import Guide, Number
from jinglun.pages.colours import INK, MISSING_FILL, MUTED


class LegendClass(NamedTuple):
    """One colour of a legend and what it means."""

    fill: str
    words: str
    missing: bool = False


def legend(classes: Sequence[LegendClass], *, ident: str, title: str, desc: str) -> str:
    """Return the colours and their words as a picture of its own; missing is hatched."""
    body, height = swatches(classes, ident, 0)
    return svg.frame("legend", ident, title, desc, hatch(ident) + body, height)


def swatches(classes: Sequence[LegendClass], ident: str, top: float) -> tuple[str, float]:
    """Draw swatches side by side for as long as there is room; return markup and height."""
    x, y, told = 0.0, top, ""
    for colour, meaning, missing in classes:
        words = svg.cut(meaning, svg.WIDTH - 26)
        width = 24 + svg.extent(words)
        if x > 0 and x + width > svg.WIDTH:
            x, y = 0.0, y + 20
        fill = f"url(#{ident}-hatch)" if missing else colour
        told += svg.rect(x + 1, y + 3, 18, 13, fill=fill, stroke=INK, stroke_width=0.8)
        told += svg.text(x + 24, y + 10, words)
        x += width + 14
    return told, y - top + 22 if classes else 0.0


def hatch(ident: str) -> str:
    """Define missing as a pattern, not a shade; its greys are fixed as those of scores are."""
    ground = svg.rect(0, 0, 6, 6, fill=MISSING_FILL)
    line = svg.stroke(0, 0, 0, 6, stroke="#5b6673", stroke_width=2)
    size = 'width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"'
    return f'<defs><pattern id="{svg.escape(ident)}-hatch" {size}>{ground}{line}</pattern></defs>'


def key(unit: str, guides: Sequence[Guide], number: Number) -> tuple[str, float]:
    """Write the unit and what each line means; return the markup and its height."""
    parts, y = [], 0.5 * svg.LEADING
    for line in svg.wrapped(unit, svg.WIDTH):
        parts.append(svg.text(0, y, line, fill=MUTED))
        y += svg.LEADING
    for guide in guides:
        parts.append(axes.guide_line(guide, 1, y, 25, y))
        for line in svg.wrapped(f"{guide.label} {number(guide.value)}", svg.WIDTH - 32):
            parts.append(svg.text(32, y, line))
            y += svg.LEADING
    return "".join(parts), y - 0.5 * svg.LEADING


def footnotes(notes: Iterable[str], y: float) -> tuple[str, float]:
    """Write notes under a plot, for paper shows no tooltips; return the markup and its height."""
    lines = [line for note in notes for line in svg.wrapped(note, svg.WIDTH)]
    told = (
        svg.text(0, y + svg.LEADING * (i + 0.5), line, fill=MUTED) for i, line in enumerate(lines)
    )
    return "".join(told), svg.LEADING * len(lines)
