"""How numbers become pictures: score bars, dot plots, trends and distributions, as SVG text."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from jinglun.pages import axes, legends, svg
from jinglun.pages.axes import Axis, Guide, Number
from jinglun.pages.colours import ACCENT, INK, LINE, MUTED, PAPER, score_colour
from jinglun.pages.scales import finite, measured, nice_bins, opened

ROW = 27.0  # 24 px at 320 px wide: the target size of WCAG 2.2, criterion 2.5.8

# Lines of one chart are told apart by dash, for colour may be lost on paper and in the eye.
_DASHES = ("7 3", "2 3", "10 3 2 3", "4 2 1 2 1 2")


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


class _Column(NamedTuple):
    """The columns of a dot plot: how wide the labels are, where the plot begins and ends."""

    label: float
    left: float
    right: float


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
    value, least, most = finite(score), finite(low), finite(high)
    axis = Axis([0.0, 100.0], ["", ""], 6.0, 234.0 if number is None else 194.0)
    body = _bar_track(axis, ident, value)
    if value is not None:
        body += _bar_value(axis, value)
    if value is not None and least is not None and most is not None:
        body += _whiskers(axis, *sorted((least, most)))
    if number is not None:
        told = missing if value is None else number(value)
        body += svg.text(240, 8, told, text_anchor="end", font_weight="bold")
    return svg.frame("bar", ident, title, desc, body, 24, 240)


def _bar_track(axis: Axis, ident: str, value: float | None) -> str:
    fill = f"url(#{ident}-hatch)" if value is None else "none"
    told = legends.hatch(ident) if value is None else ""
    told += svg.rect(axis.start, 4, axis.end - axis.start, 8, fill=fill, stroke=MUTED)
    for score in (0, 20, 40, 60, 80, 100):
        told += svg.stroke(axes.at(axis, score), 12, axes.at(axis, score), 14.5, stroke=MUTED)
    return told


def _bar_value(axis: Axis, value: float) -> str:
    x = axes.at(axis, value)
    bar = svg.rect(axis.start, 4.5, x - axis.start, 7, fill=score_colour(value)[0])
    return bar + svg.stroke(x, 1, x, 15, stroke=INK, stroke_width=2.5)


def _whiskers(axis: Axis, least: float, most: float) -> str:
    # Under the bar, for over a navy one an ink line could not be seen.
    left, right = axes.at(axis, least), axes.at(axis, most)
    d = f"M{svg.n(left)} 17v5M{svg.n(left)} 19.5H{svg.n(right)}M{svg.n(right)} 17v5"
    return svg.tag("path", d=d, stroke=INK, stroke_width=1.5, fill="none")


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
    places = [Row(*row)._replace(value=finite(row[1])) for row in rows]
    guides = axes.guides([(reference, reference_label), *benchmarks], ("", *_DASHES))
    told = [missing if row.value is None else number(row.value) for row in places]
    column = _columns(places, told)
    values = [*measured(row.value for row in places), *(guide.value for guide in guides)]
    axis = axes.fit(values, column.left, column.right, number)
    key, top = legends.key(unit, guides, number)
    first = top + svg.LEADING
    bottom = first + ROW * len(places)
    body = key + axes.tick_labels(axis, first - 8) + axes.tick_labels(axis, bottom + 8)
    body += _upright_lines(axis, guides, first, bottom)
    for i, (row, words) in enumerate(zip(places, told, strict=True)):
        body += _dot_row(row, words, unit, first + ROW * i, column, axis)
    return svg.frame("dots", ident, title, desc, body, bottom + svg.LEADING)


def _columns(rows: Sequence[Row], told: Sequence[str]) -> _Column:
    """Give labels what they need up to 20 ordinary letters; values are never cut."""
    # Bold runs about a tenth wider, and any row may be the emphasised one.
    values = 1.1 * max(map(svg.extent, told), default=0.0)
    labels = 1.1 * max((svg.extent(row.label) for row in rows), default=0.0)
    label = min(labels, 160.0)
    left = label + 14
    return _Column(label, left, max(left + 60, svg.WIDTH - values - 14))


def _upright_lines(axis: Axis, guides: Sequence[Guide], top: float, bottom: float) -> str:
    told = ""
    for tick in axis.ticks:
        told += svg.stroke(axes.at(axis, tick), top, axes.at(axis, tick), bottom, stroke=LINE)
    for guide in guides:
        told += axes.guide_line(
            guide, axes.at(axis, guide.value), top, axes.at(axis, guide.value), bottom
        )
    return told


def _dot_row(row: Row, told: str, unit: str, top: float, column: _Column, axis: Axis) -> str:
    """Draw a row, all of which answers to a finger; the subject differs in shape and weight."""
    y = top + 0.5 * ROW
    known = f"{row.label} {told}" if row.value is None else f"{row.label} {told} {unit}"
    body = svg.titled(known.rstrip())
    # Without it the gaps between the marks would not be part of the link.
    body += svg.rect(0, top, svg.WIDTH, ROW, fill="none", pointer_events="all")
    weight, room = ("bold", column.label / 1.1) if row.emphasised else (None, column.label)
    colour, line = (ACCENT, "underline") if svg.safe(row.href) else (INK, None)
    label = svg.cut(row.label, room)
    body += svg.text(0, y, label, font_weight=weight, fill=colour, text_decoration=line)
    body += svg.stroke(column.left - 6, y, column.right + 6, y, stroke=LINE, stroke_dasharray="1 3")
    if row.value is not None:
        x = axes.at(axis, row.value)
        dot = svg.tag("circle", cx=x, cy=y, r=4.5, fill=MUTED)
        body += svg.diamond(x, y, 7, fill=ACCENT) if row.emphasised else dot
    body += svg.text(svg.WIDTH, y, told, text_anchor="end", font_weight=weight)
    return svg.linked(row.href, body)


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
        (Point(*point) for point in points if finite(point[1]) is not None),
        key=lambda point: point.year,
    )
    given = [point._replace(value=finite(point.value)) for point in given]
    known = [point for point in given if point.value is not None]
    guides = axes.guides(benchmarks, _DASHES)
    key, top = legends.key(unit, guides, number)
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
    below, height = legends.footnotes(notes, upright.start + 34)
    return svg.frame("trend", ident, title, desc, body + below, upright.start + 34 + height)


def _trend_axes(
    points: Sequence[Point], guides: Sequence[Guide], top: float, number: Number
) -> tuple[Axis, Axis]:
    """Fit both axes; the first value takes the place of the tick labels it would touch."""
    values = measured(point.value for point in points)
    upright = axes.fit([*values, *(guide.value for guide in guides)], top + 140, top + 8, number)
    ends = [1.1 * svg.extent(number(value)) for value in (*values[:1], *values[-1:])] or [0.0]
    years = [point.year for point in points] or [0.0]
    left = min(160.0, max(ends[0], *map(svg.extent, upright.labels)) + 14)
    right = max(left + 60, svg.WIDTH - ends[-1] - 14)
    across = Axis([*opened(years[0], years[-1])], ["", ""], left, right)
    first = next((point for point in points if point.value is not None), None)
    if first is None or axes.at(across, first.year) - ends[0] > left + 9:
        return upright, across
    # Two numbers closer than a line of text could not be told apart.
    y = axes.at(upright, first.value or 0.0)
    clear = [abs(axes.at(upright, tick) - y) >= 15 for tick in upright.ticks]
    return upright._replace(labels=axes.only(upright.labels, clear)), across


def _level_lines(axis: Axis, guides: Sequence[Guide], left: float, right: float) -> str:
    """Draw gridlines with their labels to the left, and the benchmarks across."""
    told = ""
    for tick, label in zip(axis.ticks, axis.labels, strict=True):
        y = axes.at(axis, tick)
        told += svg.stroke(left, y, right, y, stroke=LINE)
        told += svg.text(left - 4, y, label, text_anchor="end", fill=MUTED) if label else ""
    for guide in guides:
        told += axes.guide_line(
            guide, left, axes.at(axis, guide.value), right, axes.at(axis, guide.value)
        )
    return told


def _trend_line(points: Sequence[Point], upright: Axis, across: Axis) -> str:
    d = ""
    pen = "M"
    for point in points:
        if point.value is None:
            pen = "M"
            continue
        d += f"{pen}{svg.n(axes.at(across, point.year))} {svg.n(axes.at(upright, point.value))}"
        pen = "L"
    return svg.tag("path", d=d, stroke=ACCENT, stroke_width=2, fill="none") if d else ""


def _trend_dot(point: Point, upright: Axis, across: Axis, number: Number, unit: str) -> str:
    value = point.value or 0.0
    x, y = axes.at(across, point.year), axes.at(upright, value)
    words = f"{point.period} {number(value)} {unit}".rstrip()
    if not point.note:
        return svg.tag("g", svg.titled(words) + svg.tag("circle", cx=x, cy=y, r=3.5, fill=ACCENT))
    box = svg.rect(x - 4, y - 4, 8, 8, fill=PAPER, stroke=ACCENT, stroke_width=2)
    return svg.tag("g", svg.titled(f"{words} {point.note}") + box)


def _trend_ends(
    known: Sequence[Point], upright: Axis, across: Axis, number: Number, missing: str
) -> str:
    """Print the first value left of its dot and the last right of its own, where no line runs."""
    if not known:
        middle = 0.5 * (across.start + across.end)
        return svg.text(middle, 0.5 * (upright.start + upright.end), missing, text_anchor="middle")
    ends = [(known[-1], 9.0, "start")] + ([(known[0], -9.0, "end")] if len(known) > 1 else [])
    told = ""
    for point, aside, anchor in ends:
        x, y = axes.at(across, point.year) + aside, axes.at(upright, point.value or 0.0)
        words = number(point.value or 0.0)
        told += svg.text(x, y, words, text_anchor=anchor, font_weight="bold")
    return told


def _period_labels(points: Sequence[Point], across: Axis, y: float) -> str:
    """Name periods under their points: the last, the first, then those that have room."""
    taken: list[tuple[float, float]] = []
    told = ""
    for point in [*points[-1:], *points[:-1]]:
        at, half = axes.at(across, point.year), 0.5 * svg.extent(point.period)
        x = svg.inside(at, half)
        told += svg.stroke(at, y - 13, at, y - 9, stroke=MUTED)
        if all(x + half + 6 < left or x - half - 6 > right for left, right in taken):
            taken.append((x - half, x + half))
            told += svg.centred(at, y, point.period, fill=MUTED)
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
    peers = measured(values)
    own = finite(subject)
    edges, counts = nice_bins(peers) if peers else ([], [])
    median = statistics.median(peers) if peers else None
    guides = axes.guides([*benchmarks, (median, peer_label)], _DASHES)
    key, top = legends.key(unit, guides, number)
    body = key + (
        svg.text(0, top + 0.5 * svg.LEADING, count_label, fill=MUTED) if count_label else ""
    )
    # The subject's label has a row to itself: at either end it would run into any other.
    top += svg.LEADING * (2.7 if count_label else 1.8)
    most = max(counts, default=0)
    heights = [0.0, float(most)] if counts else []
    upright = axes.fit(heights, top + 116, top, "{:.0f}".format, min(5, most))
    left = 10 + max(map(svg.extent, upright.labels))
    reach = [*edges[:1], *edges[-1:], *measured([own]), *(guide.value for guide in guides)]
    across = axes.fit(reach, left + 6, svg.WIDTH - 8, number)
    body += _level_lines(upright, (), left, svg.WIDTH - 8)
    body += _bars(edges, counts, upright, across, number)
    for guide in guides:
        x = axes.at(across, guide.value)
        body += axes.guide_line(guide, x, upright.end, x, upright.start)
    body += axes.tick_labels(across, upright.start + 11)
    if own is not None:
        body += _subject_mark(own, f"{subject_label} {number(own)}", upright, across)
    if not peers:
        body += svg.centred(0.25 * svg.WIDTH, top + 58, missing)
    return svg.frame("distribution", ident, title, desc, body, upright.start + 22)


def _bars(
    edges: Sequence[float], counts: Sequence[int], upright: Axis, across: Axis, number: Number
) -> str:
    """Draw a bar per bin that is not empty: pale, firmly outlined, so that lines show across."""
    told = ""
    for (low, high), count in zip(pairwise(edges), counts, strict=True):
        if count:
            left, y = axes.at(across, low), axes.at(upright, count)
            size = axes.at(across, high) - left, upright.start - y
            words = f"{number(low)} – {number(high)}: {count}"
            told += svg.tag(
                "g", svg.titled(words) + svg.rect(left, y, *size, fill=LINE, stroke=MUTED)
            )
    return told


def _subject_mark(value: float, words: str, upright: Axis, across: Axis) -> str:
    x, top = axes.at(across, value), upright.end
    d = f"M{svg.n(x - 6)} {svg.n(top - 8)}H{svg.n(x + 6)}L{svg.n(x)} {svg.n(top + 2)}z"
    return (
        svg.stroke(x, top - 4, x, upright.start, stroke=ACCENT, stroke_width=2.5)
        + svg.tag("path", d=d, fill=ACCENT)
        + svg.centred(x, top - 17, svg.cut(words, svg.WIDTH / 1.1), font_weight="bold")
    )
