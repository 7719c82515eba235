"""How numbers become pictures: SVG text, equal bytes for equal numbers, in any language.

Trap: `direction: rtl` flips `text-anchor`, so charts say `ltr` and texts find their own direction.
"""

from __future__ import annotations

import html
import math
import re
import statistics
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

# The pages' own style may set these; what follows the comma holds where it does not.
INK = "var(--ink, #1d2733)"
ACCENT = "var(--accent, #0b5cad)"
MUTED = "var(--muted, #5b6673)"
LINE = "var(--line, #d5dbe1)"
PAPER = "var(--paper, #ffffff)"

WIDTH = 360.0
FONT = 12.5  # 11.1 px where a phone shows the 360 units 320 px wide
LEADING = 17.0
ROW = 27.0  # 24 px at 320 px wide: the target size of WCAG 2.2, criterion 2.5.8

# Sand to navy: lightness falls by 15 or more of CIE L* a class, so the order outlives greyscale
# print, and yellow to blue is the axis that red-green colour blindness leaves alone.
SCORE_FILLS = ("#fbefbd", "#a6cdac", "#579dab", "#2a6796", "#142c59")
DARK_TEXT, LIGHT_TEXT = "#10161d", "#ffffff"
MISSING_FILL, MISSING_TEXT = "#f0f1f3", "#3d4651"

# Lines of one chart are told apart by dash, for colour may be lost on paper and in the eye.
_DASHES = ("7 3", "2 3", "10 3 2 3", "4 2 1 2 1 2")
# XML 1.0, production 2: a control character in a clerk's table would make the page unreadable.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A colon before any / ? # begins a scheme, and browsers forgive blanks in it: only these pass.
_SAFE_HREF = re.compile(r"(?i)(?:https?:|mailto:|[^:/?#]*(?:[/?#]|$))")
# Chinese may break between any two characters, but never before a closing mark.
_WORD = re.compile(
    r"[\u2e80-\u9fff\uff01-\uff60][，。、；：！？）》」』”]*|[^\s\u2e80-\u9fff\uff01-\uff60]+|\s+"
)

Number = Callable[[float], str]
_Rings = tuple[tuple[tuple[float, float], ...], ...]


class Row(NamedTuple):
    """One place on a dot plot."""

    label: str
    value: float | None
    href: str | None = None
    emphasised: bool = False


class Point(NamedTuple):
    """One period on a trend; `year` is its place on the scale of time, 2024.5 being mid-2024."""

    period: str
    year: float
    value: float | None
    note: str = ""


class Shape(NamedTuple):
    """One district: its rings (outer ones and holes alike) in degrees, its colour and its words."""

    label: str
    rings: Sequence[Sequence[tuple[float, float]]]
    fill: str
    missing: bool = False
    href: str | None = None
    text: str = ""


class LegendClass(NamedTuple):
    """One colour of a legend and what it means."""

    fill: str
    words: str
    missing: bool = False


class _Guide(NamedTuple):
    """A value that is drawn as a line across the whole chart."""

    value: float
    label: str
    dash: str


class _Axis(NamedTuple):
    """A scale from its first tick at `start` to its last at `end`, in units of the picture."""

    ticks: list[float]
    labels: list[str]
    start: float
    end: float


class _Column(NamedTuple):
    """The columns of a dot plot: how wide the labels are, where the plot begins and ends."""

    label: float
    left: float
    right: float


class _Ground(NamedTuple):
    """A district on paper: its path, how tall it is, and the point and the room for its label."""

    d: str
    height: float
    x: float
    y: float
    room: float


def luminance(colour: str) -> float:
    """Return the relative luminance (0 to 1) of `#rrggbb`; source: WCAG 2.2, definitions."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio (1 to 21) of two `#rrggbb` colours; source: as for luminance."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def text_on(fill: str) -> str:
    """Return the text colour that reads better on `fill`; dark where fill is not `#rrggbb`."""
    if not re.fullmatch("#[0-9a-fA-F]{6}", fill):
        return DARK_TEXT
    return max(DARK_TEXT, LIGHT_TEXT, key=lambda text: contrast(fill, text))


def score_colour(score: float | None) -> tuple[str, str]:
    """Return (background, text) of a score in points, five classes of 20; None is not measured."""
    value = _finite(score)
    if value is None:
        return MISSING_FILL, MISSING_TEXT
    fill = SCORE_FILLS[int(_within(value, 0.0, 99.0) // 20)]
    return fill, text_on(fill)


def nice_step(span: float, count: int) -> float:
    """Return the least of 1, 2, 5 x 10^n that cuts `span` (> 0) into no more than `count` parts."""
    raw = span / count
    power = math.floor(math.log10(raw))
    # 10.0 ** -3 is not the nearest double to 0.001, and ticks are read as decimals.
    steps = (float(f"{m}e{p}") for p in (power, power + 1) for m in (1, 2, 5))
    return next(step for step in steps if step >= raw * (1 - 1e-9))


def nice_ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Return multiples of a 1-2-5 step that reach from `low` or below to `high` or above."""
    low, high = _opened(low, high)
    return _multiples(nice_step(high - low, count), low, high)


def nice_bins(values: Sequence[float], limit: int = 40) -> tuple[list[float], list[int]]:
    """Return edges of a 1-2-5 width and the count in each bin; the last holds its right edge too.

    `values` are finite and at least one. The square root of their number is the bins aimed at.
    """
    low, high = _opened(min(values), max(values))
    # A step off the grid costs a bin at either end, hence three fewer than the limit.
    aim = max(5, min(limit - 3, math.isqrt(len(values))))
    step = nice_step(high - low, aim)
    edges = _multiples(step, low, high)
    while edges[0] > min(values):
        edges.insert(0, edges[0] - step)
    while edges[-1] < max(values):
        edges.append(edges[-1] + step)
    counts = [0] * (len(edges) - 1)
    for value in values:
        counts[min(bisect_right(edges, value), len(counts)) - 1] += 1
    return edges, counts


def _multiples(step: float, low: float, high: float) -> list[float]:
    """Return multiples of `step` as a reader would write them, 0.3 and not 0.30000000000000004."""
    digits = max(0, -math.floor(math.log10(step)))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(k * step, digits) for k in range(first, max(last, first + 1) + 1)]


def _opened(low: float, high: float) -> tuple[float, float]:
    """Return the range, or a tenth to either side where all values are as good as one."""
    largest = max(abs(low), abs(high))
    # Below a billionth of the values, steps drown in the rounding of doubles.
    if high - low > max(1e-9 * largest, 1e-250):
        return low, high
    pad = 0.1 * largest if largest > 1e-240 else 1.0
    return low - pad, high + pad


def _finite(value: float | None) -> float | None:
    """Return what can be drawn, None for the rest; the bound keeps a span from overflowing."""
    return float(value) if value is not None and abs(value) < 1e300 else None


def _measured(values: Iterable[float | None]) -> list[float]:
    return [value for value in map(_finite, values) if value is not None]


def _within(value: float, low: float, high: float) -> float:
    return max(low, min(high, value))


def _escape(text: str) -> str:
    return html.escape(_NOT_XML.sub("", text))


def _wide(character: str) -> float:
    """Estimate the advance of a character in ems, generously for the common sans-serif faces."""
    if unicodedata.combining(character):
        return 0.0
    if character in "iljtfrI.,:;'|!()[] ":
        return 0.34
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if unicodedata.bidirectional(character) == "AL":
        return 0.5
    return 0.76 if character.isupper() or character in "mw%" else 0.6


def _extent(text: str) -> float:
    """Estimate the width of a text in units of the picture: no font is at hand to measure."""
    return FONT * sum(map(_wide, text))


def _cut(text: str, room: float) -> str:
    """Return the text, or what fits of it and an ellipsis; the whole of it goes into a title."""
    if _extent(text) <= room + 0.01:
        return text
    left = room - FONT * 0.9
    for index, character in enumerate(text):
        left -= FONT * _wide(character)
        if left < 0:
            return text[:index].rstrip() + "…"
    return text


def _wrapped(text: str, room: float) -> list[str]:
    """Return the text in lines that fit, broken at spaces or between Chinese characters."""
    lines = [""]
    for word in _WORD.findall(text):
        if lines[-1] and _extent(lines[-1] + word) > room:
            lines.append("")
        lines[-1] += word if lines[-1] or not word.isspace() else ""
    return [_cut(line.rstrip(), room) for line in lines if line.strip()]


def _n(value: float) -> str:
    """Write a coordinate with two decimals at most, and never a minus zero."""
    told = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if told == "-0" else told


def _tag(name: str, content: str = "", /, **attributes: str | float | None) -> str:
    """Write an element: `content` is markup already, attributes are escaped, None is left out."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="'
        f'{_escape(value) if isinstance(value, str) else _n(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{told}>{content}</{name}>" if content else f"<{name}{told}/>"


def _text(x: float, y: float, words: str, /, **attributes: str | float | None) -> str:
    """Write one line of text whose middle, not whose baseline, is at `y`."""
    if any(unicodedata.bidirectional(character) in ("R", "AL") for character in words):
        attributes["style"] = "unicode-bidi:plaintext"
    return _tag("text", _escape(words), x=x, y=y + 0.35 * FONT, **attributes)


def _centred(x: float, y: float, words: str, /, **attributes: str | float | None) -> str:
    """Write a line of text about `x`, or as near to it as leaves all of it in the picture."""
    half = (0.55 if attributes.get("font_weight") else 0.5) * _extent(words)
    return _text(_inside(x, half), y, words, text_anchor="middle", **attributes)


def _inside(x: float, half: float) -> float:
    return _within(x, half, max(half, WIDTH - half))


def _stroke(x1: float, y1: float, x2: float, y2: float, /, **attributes: str | float | None) -> str:
    return _tag("line", x1=x1, y1=y1, x2=x2, y2=y2, **attributes)


def _rect(x: float, y: float, width: float, height: float, /, **more: str | float | None) -> str:
    return _tag("rect", x=x, y=y, width=width, height=height, **more)


def _diamond(x: float, y: float, radius: float, /, **attributes: str | float | None) -> str:
    d = f"M{_n(x - radius)} {_n(y)}L{_n(x)} {_n(y - radius)}L{_n(x + radius)} {_n(y)}"
    return _tag("path", d=f"{d}L{_n(x)} {_n(y + radius)}z", **attributes)


def _titled(words: str) -> str:
    return _tag("title", _escape(words))


def _linked(href: str | None, body: str, name: str | None = None) -> str:
    """Make the marks a link; an address that could run a script is dropped and the marks stay."""
    return _tag("a", body, href=href, aria_label=name) if _safe(href) else _tag("g", body)


def _safe(href: str | None) -> bool:
    return href is not None and _SAFE_HREF.match(href) is not None


def _frame(
    kind: str, ident: str, title: str, desc: str, body: str, height: float, width: float = WIDTH
) -> str:
    """Close a chart: a picture to assistive technology, or a group where it holds links."""
    if not re.fullmatch(r"[^\W\d][\w.-]*", ident):
        problem = f"chart ident {ident!r}: begin with a letter; then letters, digits, . _ - only"
        raise ValueError(problem)
    told = _tag("title", _escape(title), id=f"{ident}-title")
    told += _tag("desc", _escape(desc), id=f"{ident}-desc")
    # To assistive technology whatever is in an `img` is one picture: links in it would be lost.
    role = "group" if "<a " in body else "img"
    # Past 30 rem for 360 units the letters would outgrow those of the page.
    size = f"max-width:var(--chart-width, {_n(width / 12)}rem);height:auto"
    return _tag(
        "svg",
        told + body,
        xmlns="http://www.w3.org/2000/svg",
        id=ident,
        class_=f"chart chart-{kind}",
        viewBox=f"0 0 {_n(width)} {_n(height)}",
        width="100%",
        style=f"{size};font-family:inherit;direction:ltr;font-variant-numeric:tabular-nums",
        font_size=FONT,
        fill=INK,
        role=role,
        aria_labelledby=f"{ident}-title",
        aria_describedby=f"{ident}-desc",
    )


def _axis(
    values: Sequence[float], start: float, end: float, number: Number, parts: int = 5
) -> _Axis:
    """Fit an axis of six ticks or so; every one is a gridline, and those with room are labelled."""
    if not values:
        return _Axis([0.0, 1.0], ["", ""], start, end)
    ticks = nice_ticks(min(values), max(values), parts)
    labels = [number(tick) for tick in ticks]
    for every in range(1, len(ticks)):
        # Counted from zero, so that 40, 60, 80 are named and not 30, 50, 70.
        first = round(ticks[0] / (ticks[1] - ticks[0]))
        shown = [not (first + i) % every for i in range(len(ticks))]
        axis = _Axis(ticks, _only(labels, shown), start, end)
        if sum(shown) > 1 and _fits(axis):
            return axis
    ends = _Axis(ticks, [labels[0], *[""] * (len(ticks) - 2), labels[-1]], start, end)
    return ends if _fits(ends) else ends._replace(labels=[""] * len(ticks))


def _only(labels: Sequence[str], shown: Sequence[bool]) -> list[str]:
    return [label if keep else "" for label, keep in zip(labels, shown, strict=True)]


def _fits(axis: _Axis) -> bool:
    """Tell whether the labels neither touch nor, rounded by the caller, repeat each other."""
    named = [(_at(axis, tick), label) for tick, label in zip(axis.ticks, axis.labels, strict=True)]
    named = [(at, label) for at, label in named if label]
    # An axis that runs upwards has its labels on top of each other, not side by side.
    if axis.end < axis.start:
        gaps = [below - above - LEADING for (below, _), (above, _) in pairwise(named)]
    else:
        halves = [0.5 * _extent(label) for _, label in named]
        spans = [(_inside(at, h), h) for (at, _), h in zip(named, halves, strict=True)]
        gaps = [(b - hb) - (a + ha) - 5 for (a, ha), (b, hb) in pairwise(spans)]
    return min(gaps, default=0.0) >= 0 and len({label for _, label in named}) == len(named)


def _at(axis: _Axis, value: float) -> float:
    """Place a value on the axis; never beyond its ends."""
    low, high = axis.ticks[0], axis.ticks[-1]
    return axis.start + (axis.end - axis.start) * _within((value - low) / (high - low), 0.0, 1.0)


def _tick_labels(axis: _Axis, y: float) -> str:
    told = zip(axis.ticks, axis.labels, strict=True)
    return "".join(_centred(_at(axis, tick), y, label, fill=MUTED) for tick, label in told if label)


def _guides(lines: Iterable[tuple[float | None, str]], dashes: Sequence[str]) -> list[_Guide]:
    """Keep the lines that can be drawn, each with its own dash: they must part without colour."""
    return [
        _Guide(value, label, dashes[i % len(dashes)])
        for i, (given, label) in enumerate(lines)
        if (value := _finite(given)) is not None
    ]


def _key(unit: str, guides: Sequence[_Guide], number: Number) -> tuple[str, float]:
    """Write the unit and what each line means; return the markup and its height."""
    parts, y = [], 0.5 * LEADING
    for line in _wrapped(unit, WIDTH):
        parts.append(_text(0, y, line, fill=MUTED))
        y += LEADING
    for guide in guides:
        parts.append(_guide(guide, 1, y, 25, y))
        for line in _wrapped(f"{guide.label} {number(guide.value)}", WIDTH - 32):
            parts.append(_text(32, y, line))
            y += LEADING
    return "".join(parts), y - 0.5 * LEADING


def _guide(guide: _Guide, x1: float, y1: float, x2: float, y2: float) -> str:
    dash = guide.dash or None
    return _stroke(x1, y1, x2, y2, stroke=INK, stroke_width=1.5, stroke_dasharray=dash)


def _footnotes(notes: Iterable[str], y: float) -> tuple[str, float]:
    """Write notes under a plot, for paper shows no tooltips; return the markup and its height."""
    lines = [line for note in notes for line in _wrapped(note, WIDTH)]
    told = (_text(0, y + LEADING * (i + 0.5), line, fill=MUTED) for i, line in enumerate(lines))
    return "".join(told), LEADING * len(lines)


def score_bar(
    score: float | None,
    *,
    low: float | None = None,
    high: float | None = None,
    ident: str,
    title: str,
    desc: str,
    number: Number | None = None,
    missing: str = "—",
) -> str:
    """Return a thin bar from 0 to 100 points, its interval below; `number` prints the score."""
    value, least, most = _finite(score), _finite(low), _finite(high)
    axis = _Axis([0.0, 100.0], ["", ""], 6.0, 234.0 if number is None else 194.0)
    body = _bar_track(axis, ident, value)
    if value is not None:
        body += _bar_value(axis, value)
    if value is not None and least is not None and most is not None:
        body += _whiskers(axis, *sorted((least, most)))
    if number is not None:
        told = missing if value is None else number(value)
        body += _text(240, 8, told, text_anchor="end", font_weight="bold")
    return _frame("bar", ident, title, desc, body, 24, 240)


def _bar_track(axis: _Axis, ident: str, value: float | None) -> str:
    fill = f"url(#{ident}-hatch)" if value is None else "none"
    told = _hatch(ident) if value is None else ""
    told += _rect(axis.start, 4, axis.end - axis.start, 8, fill=fill, stroke=MUTED)
    for score in (0, 20, 40, 60, 80, 100):
        told += _stroke(_at(axis, score), 12, _at(axis, score), 14.5, stroke=MUTED)
    return told


def _bar_value(axis: _Axis, value: float) -> str:
    x = _at(axis, value)
    bar = _rect(axis.start, 4.5, x - axis.start, 7, fill=score_colour(value)[0])
    return bar + _stroke(x, 1, x, 15, stroke=INK, stroke_width=2.5)


def _whiskers(axis: _Axis, least: float, most: float) -> str:
    # Under the bar, for over a navy one an ink line could not be seen.
    left, right = _at(axis, least), _at(axis, most)
    d = f"M{_n(left)} 17v5M{_n(left)} 19.5H{_n(right)}M{_n(right)} 17v5"
    return _tag("path", d=d, stroke=INK, stroke_width=1.5, fill="none")


def dot_plot(
    rows: Sequence[tuple[str, float | None, str | None, bool]],
    *,
    reference: float | None,
    ident: str,
    title: str,
    desc: str,
    unit: str,
    reference_label: str,
    number: Number,
    benchmarks: Sequence[tuple[float, str]] = (),
    missing: str = "—",
) -> str:
    """Return one row per place, in the order given, with a solid line at the city's own value.

    After Cleveland's dot plot (The Elements of Graphing Data, 1985); rows are `Row` or its tuple.
    """
    places = [Row(*row)._replace(value=_finite(row[1])) for row in rows]
    guides = _guides([(reference, reference_label), *benchmarks], ("", *_DASHES))
    told = [missing if row.value is None else number(row.value) for row in places]
    column = _columns(places, told)
    values = [*_measured(row.value for row in places), *(guide.value for guide in guides)]
    axis = _axis(values, column.left, column.right, number)
    key, top = _key(unit, guides, number)
    first = top + LEADING
    bottom = first + ROW * len(places)
    body = key + _tick_labels(axis, first - 8) + _tick_labels(axis, bottom + 8)
    body += _upright_lines(axis, guides, first, bottom)
    for i, (row, words) in enumerate(zip(places, told, strict=True)):
        body += _dot_row(row, words, unit, first + ROW * i, column, axis)
    return _frame("dots", ident, title, desc, body, bottom + LEADING)


def _columns(rows: Sequence[Row], told: Sequence[str]) -> _Column:
    """Give labels what they need up to 20 ordinary letters; values are never cut."""
    # Bold runs about a tenth wider, and any row may be the emphasised one.
    values = 1.1 * max(map(_extent, told), default=0.0)
    labels = 1.1 * max((_extent(row.label) for row in rows), default=0.0)
    label = min(labels, 160.0)
    left = label + 14
    return _Column(label, left, max(left + 60, WIDTH - values - 14))


def _upright_lines(axis: _Axis, guides: Sequence[_Guide], top: float, bottom: float) -> str:
    told = ""
    for tick in axis.ticks:
        told += _stroke(_at(axis, tick), top, _at(axis, tick), bottom, stroke=LINE)
    for guide in guides:
        told += _guide(guide, _at(axis, guide.value), top, _at(axis, guide.value), bottom)
    return told


def _dot_row(row: Row, told: str, unit: str, top: float, column: _Column, axis: _Axis) -> str:
    """Draw a row, all of which answers to a finger; the subject differs in shape and weight."""
    y = top + 0.5 * ROW
    known = f"{row.label} {told}" if row.value is None else f"{row.label} {told} {unit}"
    body = _titled(known.rstrip())
    # Without it the gaps between the marks would not be part of the link.
    body += _rect(0, top, WIDTH, ROW, fill="none", pointer_events="all")
    weight, room = ("bold", column.label / 1.1) if row.emphasised else (None, column.label)
    colour, line = (ACCENT, "underline") if _safe(row.href) else (INK, None)
    label = _cut(row.label, room)
    body += _text(0, y, label, font_weight=weight, fill=colour, text_decoration=line)
    body += _stroke(column.left - 6, y, column.right + 6, y, stroke=LINE, stroke_dasharray="1 3")
    if row.value is not None:
        x = _at(axis, row.value)
        dot = _tag("circle", cx=x, cy=y, r=4.5, fill=MUTED)
        body += _diamond(x, y, 7, fill=ACCENT) if row.emphasised else dot
    body += _text(WIDTH, y, told, text_anchor="end", font_weight=weight)
    return _linked(row.href, body)


def trend(
    points: Sequence[tuple[str, float, float | None, str]],
    *,
    ident: str,
    title: str,
    desc: str,
    unit: str,
    number: Number,
    benchmarks: Sequence[tuple[float, str]] = (),
    missing: str = "—",
) -> str:
    """Return a line over time, to the scale of time, broken where a value is missing.

    The first and last value are printed; a point with a note is hollow and the note stands below.
    Points are `Point` or its tuple, in any order; a point without a finite year is left out.
    """
    given = sorted(
        (Point(*point) for point in points if _finite(point[1]) is not None),
        key=lambda point: point.year,
    )
    given = [point._replace(value=_finite(point.value)) for point in given]
    known = [point for point in given if point.value is not None]
    guides = _guides(benchmarks, _DASHES)
    key, top = _key(unit, guides, number)
    upright, across = _trend_axes(given, guides, top + 4, number)
    body = key + _level_lines(upright, guides, across.start - 6, across.end + 6)
    body += _trend_line(given, upright, across) + _period_labels(given, across, upright.start + 22)
    for point in known:
        body += _trend_dot(point, upright, across, number, unit)
    body += _trend_ends(known, upright, across, number, missing)
    notes = [
        f"{'' if point.value is None else '□ '}{point.period}: {point.note}"
        for point in given
        if point.note
    ]
    below, height = _footnotes(notes, upright.start + 34)
    return _frame("trend", ident, title, desc, body + below, upright.start + 34 + height)


def _trend_axes(
    points: Sequence[Point], guides: Sequence[_Guide], top: float, number: Number
) -> tuple[_Axis, _Axis]:
    """Fit both axes; the first value takes the place of the tick labels it would touch."""
    values = _measured(point.value for point in points)
    upright = _axis([*values, *(guide.value for guide in guides)], top + 140, top + 8, number)
    ends = [1.1 * _extent(number(value)) for value in (*values[:1], *values[-1:])] or [0.0]
    years = [point.year for point in points] or [0.0]
    left = min(160.0, max(ends[0], *map(_extent, upright.labels)) + 14)
    right = max(left + 60, WIDTH - ends[-1] - 14)
    across = _Axis([*_opened(years[0], years[-1])], ["", ""], left, right)
    first = next((point for point in points if point.value is not None), None)
    if first is None or _at(across, first.year) - ends[0] > left + 9:
        return upright, across
    # Two numbers closer than a line of text could not be told apart.
    y = _at(upright, first.value or 0.0)
    clear = [abs(_at(upright, tick) - y) >= 15 for tick in upright.ticks]
    return upright._replace(labels=_only(upright.labels, clear)), across


def _level_lines(axis: _Axis, guides: Sequence[_Guide], left: float, right: float) -> str:
    """Draw gridlines with their labels to the left, and the benchmarks across."""
    told = ""
    for tick, label in zip(axis.ticks, axis.labels, strict=True):
        y = _at(axis, tick)
        told += _stroke(left, y, right, y, stroke=LINE)
        told += _text(left - 4, y, label, text_anchor="end", fill=MUTED) if label else ""
    for guide in guides:
        told += _guide(guide, left, _at(axis, guide.value), right, _at(axis, guide.value))
    return told


def _trend_line(points: Sequence[Point], upright: _Axis, across: _Axis) -> str:
    d = ""
    pen = "M"
    for point in points:
        if point.value is None:
            pen = "M"
            continue
        d += f"{pen}{_n(_at(across, point.year))} {_n(_at(upright, point.value))}"
        pen = "L"
    return _tag("path", d=d, stroke=ACCENT, stroke_width=2, fill="none") if d else ""


def _trend_dot(point: Point, upright: _Axis, across: _Axis, number: Number, unit: str) -> str:
    value = point.value or 0.0
    x, y = _at(across, point.year), _at(upright, value)
    words = f"{point.period} {number(value)} {unit}".rstrip()
    if not point.note:
        return _tag("g", _titled(words) + _tag("circle", cx=x, cy=y, r=3.5, fill=ACCENT))
    box = _rect(x - 4, y - 4, 8, 8, fill=PAPER, stroke=ACCENT, stroke_width=2)
    return _tag("g", _titled(f"{words} {point.note}") + box)


def _trend_ends(
    known: Sequence[Point], upright: _Axis, across: _Axis, number: Number, missing: str
) -> str:
    """Print the first value left of its dot and the last right of its own, where no line runs."""
    if not known:
        middle = 0.5 * (across.start + across.end)
        return _text(middle, 0.5 * (upright.start + upright.end), missing, text_anchor="middle")
    ends = [(known[-1], 9.0, "start")] + ([(known[0], -9.0, "end")] if len(known) > 1 else [])
    told = ""
    for point, aside, anchor in ends:
        x, y = _at(across, point.year) + aside, _at(upright, point.value or 0.0)
        words = number(point.value or 0.0)
        told += _text(x, y, words, text_anchor=anchor, font_weight="bold")
    return told


def _period_labels(points: Sequence[Point], across: _Axis, y: float) -> str:
    """Name periods under their points: the last, the first, then those that have room."""
    taken: list[tuple[float, float]] = []
    told = ""
    for point in [*points[-1:], *points[:-1]]:
        at, half = _at(across, point.year), 0.5 * _extent(point.period)
        x = _inside(at, half)
        told += _stroke(at, y - 13, at, y - 9, stroke=MUTED)
        if all(x + half + 6 < left or x - half - 6 > right for left, right in taken):
            taken.append((x - half, x + half))
            told += _centred(at, y, point.period, fill=MUTED)
    return told


def distribution(
    values: Iterable[float | None],
    *,
    subject: float | None,
    ident: str,
    title: str,
    desc: str,
    unit: str,
    number: Number,
    subject_label: str,
    peer_label: str,
    benchmarks: Sequence[tuple[float, str]] = (),
    count_label: str = "",
    missing: str = "—",
) -> str:
    """Return the histogram of the peers with the subject's own value standing in it.

    `peer_label` names the line at the median; `count_label` says what the left-hand scale counts.
    """
    peers = _measured(values)
    own = _finite(subject)
    edges, counts = nice_bins(peers) if peers else ([], [])
    median = statistics.median(peers) if peers else None
    guides = _guides([(median, peer_label), *benchmarks], _DASHES)
    key, top = _key(unit, guides, number)
    body = key + (_text(0, top + 0.5 * LEADING, count_label, fill=MUTED) if count_label else "")
    # The subject's label has a row to itself: at either end it would run into any other.
    top += LEADING * (2.7 if count_label else 1.8)
    most = max(counts, default=0)
    heights = [0.0, float(most)] if counts else []
    upright = _axis(heights, top + 116, top, "{:.0f}".format, min(5, most))
    left = 10 + max(map(_extent, upright.labels))
    reach = [*edges[:1], *edges[-1:], *_measured([own]), *(guide.value for guide in guides)]
    across = _axis(reach, left + 6, WIDTH - 8, number)
    body += _level_lines(upright, (), left, WIDTH - 8)
    body += _bars(edges, counts, upright, across, number)
    for guide in guides:
        x = _at(across, guide.value)
        body += _guide(guide, x, upright.end, x, upright.start)
    body += _tick_labels(across, upright.start + 11)
    if own is not None:
        body += _subject_mark(own, f"{subject_label} {number(own)}", upright, across)
    if not peers:
        body += _centred(0.25 * WIDTH, top + 58, missing)
    return _frame("distribution", ident, title, desc, body, upright.start + 22)


def _bars(
    edges: Sequence[float], counts: Sequence[int], upright: _Axis, across: _Axis, number: Number
) -> str:
    """Draw a bar per bin that is not empty: pale, firmly outlined, so that lines show across."""
    told = ""
    for (low, high), count in zip(pairwise(edges), counts, strict=True):
        if count:
            left, y = _at(across, low), _at(upright, count)
            size = _at(across, high) - left, upright.start - y
            words = f"{number(low)} – {number(high)}: {count}"
            told += _tag("g", _titled(words) + _rect(left, y, *size, fill=LINE, stroke=MUTED))
    return told


def _subject_mark(value: float, words: str, upright: _Axis, across: _Axis) -> str:
    x, top = _at(across, value), upright.end
    d = f"M{_n(x - 6)} {_n(top - 8)}H{_n(x + 6)}L{_n(x)} {_n(top + 2)}z"
    return (
        _stroke(x, top - 4, x, upright.start, stroke=ACCENT, stroke_width=2.5)
        + _tag("path", d=d, fill=ACCENT)
        + _centred(x, top - 17, _cut(words, WIDTH / 1.1), font_weight="bold")
    )


def district_map(
    shapes: Sequence[Shape],
    *,
    ident: str,
    title: str,
    desc: str,
    legend: Sequence[LegendClass],
    note: str = "",
) -> str:
    """Return a map of districts: equirectangular, scaled by the cosine of the middle latitude.

    A value too wide for its district is listed under the map; `note` (an approval number, a source)
    is the last line. Every vertex is kept.
    """
    shapes = [Shape(*shape) for shape in shapes]
    grounds, height = _projected(tuple(_frozen(shape.rings) for shape in shapes))
    placed = [(shape, ground) for shape, ground in zip(shapes, grounds, strict=True) if ground.d]
    body = _hatch(ident) + "".join(_district(shape, ground, ident) for shape, ground in placed)
    # The link already speaks the value: its label is for the eye alone, and lets clicks through.
    labels, unlabelled = _map_labels(placed)
    body += _tag("g", labels, aria_hidden="true", pointer_events="none") if labels else ""
    key, key_height = _swatches(legend, ident, height + 8)
    notes = [" · ".join(f"{shape.label} {shape.text}" for shape in unlabelled), note]
    below, below_height = _footnotes(notes, height + 8 + key_height)
    total = height + 8 + key_height + below_height
    return _frame("map", ident, title, desc, body + key + below, total)


def _frozen(rings: Sequence[Sequence[tuple[float, float]]]) -> _Rings:
    """Make rings a key, without the points that cannot be drawn and the rings left empty."""
    finite = (tuple((x, y) for x, y in ring if math.isfinite(x + y)) for ring in rings)
    kept = tuple(ring for ring in finite if ring)
    # Metres would draw a map that is wrong and looks right.
    if far := [
        point for ring in kept for point in ring if abs(point[0]) > 360 or abs(point[1]) > 90
    ]:
        problem = f"ring with the point {far[0]}: give longitude and latitude in degrees"
        raise ValueError(problem)
    return kept


# A city has one set of districts and hundreds of indicators: its geometry is put on paper once.
@lru_cache(maxsize=32)
def _projected(districts: tuple[_Rings, ...]) -> tuple[tuple[_Ground, ...], float]:
    """Put districts on paper, north up; return them and the height they take."""
    points = [point for rings in districts for ring in rings for point in ring]
    if not points:
        return tuple(_Ground("", 0, 0, 0, 0) for _ in districts), 0.0
    longitudes, latitudes = zip(*points, strict=True)
    west, east, south, north = *_ends(longitudes), *_ends(latitudes)
    across = math.cos(math.radians((south + north) / 2))
    wide, tall = max((east - west) * across, 1e-9), max(north - south, 1e-9)
    # A city much longer than wide must still fit the screen of a phone.
    scale = min((WIDTH - 4) / wide, 420 / tall)
    left, wide_scale = 0.5 * (WIDTH - wide * scale), across * scale

    def on_paper(ring: Sequence[tuple[float, float]]) -> list[tuple[int, int]]:
        return [
            (round(10 * (left + (x - west) * wide_scale)), round(10 * (2 + (north - y) * scale)))
            for x, y in ring
        ]

    grounds = tuple(_ground([on_paper(ring) for ring in rings]) for rings in districts)
    return grounds, tall * scale + 4


def _ends(values: Sequence[float]) -> tuple[float, float]:
    return min(values), max(values)


def _ground(rings: list[list[tuple[int, int]]]) -> _Ground:
    """Draw and measure a district given in tenths of a unit."""
    if not rings:
        return _Ground("", 0, 0, 0, 0)
    top, bottom = _ends([y for ring in rings for _, y in ring])
    x, y, room = label_point(rings)
    return _Ground(_outline(rings), (bottom - top) / 10, x / 10, y / 10, room / 10)


def _district(shape: Shape, ground: _Ground, ident: str) -> str:
    name = f"{shape.label} {shape.text}".rstrip()
    fill = f"url(#{ident}-hatch)" if shape.missing else shape.fill
    line = {"stroke": INK, "stroke_width": "0.8", "stroke_linejoin": "round"}
    path = _tag("path", _titled(name), d=ground.d, fill=fill, fill_rule="evenodd", **line)
    return _linked(shape.href, path, name)


def _outline(rings: Iterable[Sequence[tuple[int, int]]]) -> str:
    """Write path data vertex to vertex: half the bytes, and whole tenths add up exactly."""
    told = []
    for ring in rings:
        told.append(f"M{_tenths(ring[0][0])} {_tenths(ring[0][1])}l")
        told += [f"{_tenths(c - a)} {_tenths(d - b)} " for (a, b), (c, d) in pairwise(ring)]
        told.append("0 0z")
    return "".join(told)


@cache
def _tenths(count: int) -> str:
    """Write a number of tenths; the steps of a map are few and small, so each is written once."""
    return f"{count / 10:g}"


def label_point(
    rings: Sequence[Sequence[tuple[float, float]]], lines: int = 15
) -> tuple[float, float, float]:
    """Return (x, y, room): a point inside by the even-odd rule, amid the widest level stretch.

    The stretch is also inside on the scan lines next above and below, for a label has height. Holes
    and islands are rings like any other; a shape without area gives its first vertex and no room.
    """
    chords = [*_chords(rings, lines)]
    best = (0.0, 0.0, *rings[0][0])
    for i, (y, spans) in enumerate(chords):
        above = chords[i - 1][1] if i else []
        below = chords[i + 1][1] if i + 1 < len(chords) else []
        for span in spans:
            left, right = _shared(_shared(span, above), below)
            room = max(0.0, right - left)
            left, right = (left, right) if room else span
            best = max(best, (room, span[1] - span[0], 0.5 * (left + right), y))
    return best[2], best[3], best[0]


def _chords(
    rings: Sequence[Sequence[tuple[float, float]]], lines: int
) -> Iterator[tuple[float, list[tuple[float, float]]]]:
    """Yield every scan line's height and the stretches of it that lie inside."""
    top, bottom = _ends([y for ring in rings for _, y in ring])
    step = (bottom - top) / (lines + 1)
    if step <= 0:
        return
    # Line lines + 1 is the bottom itself: rounding may bring a vertex there, and nothing is inside.
    crossings: list[list[float]] = [[] for _ in range(lines + 3)]
    for ring in rings:
        # A vertex belongs to one band for both its edges, so a line meets every ring evenly often.
        bands = [int((y - top) / step) for _, y in ring]
        for (ax, ay), (bx, by), a, b in zip(
            ring, [*ring[1:], ring[0]], bands, bands[1:] + bands[:1], strict=True
        ):
            for k in range(min(a, b) + 1, max(a, b) + 1) if a != b else ():
                crossings[k].append(ax + (top + k * step - ay) / (by - ay) * (bx - ax))
    for k, found in enumerate(crossings[1:-2], 1):
        found.sort()
        yield top + k * step, list(zip(found[::2], found[1::2], strict=True))


def _shared(
    span: tuple[float, float], others: Sequence[tuple[float, float]]
) -> tuple[float, float]:
    """Return the widest part of a stretch that one of the others covers too, empty if none."""
    middle = 0.5 * (span[0] + span[1])
    parts = [(max(span[0], low), min(span[1], high)) for low, high in others]
    return max(parts, key=lambda part: part[1] - part[0], default=(middle, middle))


def _map_labels(placed: Sequence[tuple[Shape, _Ground]]) -> tuple[str, list[Shape]]:
    """Write values on their districts, the roomiest first; return also the shapes left without."""
    taken: list[tuple[float, float, float]] = []
    labels: dict[int, str] = {}
    for i in sorted(range(len(placed)), key=lambda i: -placed[i][1].room):
        shape, ground = placed[i]
        half = 0.5 * _extent(shape.text)
        x = _inside(ground.x, half)
        # A number may hang over the border by a fifth; further, it is read as the neighbour's.
        roomy = ground.room >= 1.6 * half and ground.height >= FONT
        free = all(abs(x - ox) > half + oh or abs(ground.y - oy) > FONT for ox, oy, oh in taken)
        if shape.text and roomy and free:
            taken.append((x, ground.y, half))
            labels[i] = _map_label(shape, x, ground.y)
    missed = [shape for i, (shape, _) in enumerate(placed) if i not in labels and shape.text]
    return "".join(labels[i] for i in sorted(labels)), missed


def _map_label(shape: Shape, x: float, y: float) -> str:
    """Write a value with a halo of its ground, which keeps it off the hatch and the borders."""
    ground, ink = (
        (MISSING_FILL, MISSING_TEXT) if shape.missing else (shape.fill, text_on(shape.fill))
    )
    halo = {"stroke": ground, "stroke_width": "3", "paint_order": "stroke"}
    return _text(x, y, shape.text, text_anchor="middle", fill=ink, stroke_linejoin="round", **halo)


def legend(classes: Sequence[LegendClass], *, ident: str, title: str, desc: str) -> str:
    """Return the colours and their words as a picture of its own; missing is hatched."""
    body, height = _swatches(classes, ident, 0)
    return _frame("legend", ident, title, desc, _hatch(ident) + body, height)


def _swatches(classes: Sequence[LegendClass], ident: str, top: float) -> tuple[str, float]:
    """Draw swatches side by side for as long as there is room; return markup and height."""
    x, y, told = 0.0, top, ""
    for colour, meaning, missing in classes:
        words = _cut(meaning, WIDTH - 26)
        width = 24 + _extent(words)
        if x > 0 and x + width > WIDTH:
            x, y = 0.0, y + 20
        fill = f"url(#{ident}-hatch)" if missing else colour
        told += _rect(x + 1, y + 3, 18, 13, fill=fill, stroke=INK, stroke_width=0.8)
        told += _text(x + 24, y + 10, words)
        x += width + 14
    return told, y - top + 22 if classes else 0.0


def _hatch(ident: str) -> str:
    """Define missing as a pattern, not a shade; its greys are fixed as those of scores are."""
    ground = _rect(0, 0, 6, 6, fill=MISSING_FILL)
    line = _stroke(0, 0, 0, 6, stroke="#5b6673", stroke_width=2)
    size = 'width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"'
    return f'<defs><pattern id="{_escape(ident)}-hatch" {size}>{ground}{line}</pattern></defs>'
