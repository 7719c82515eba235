"""How districts become a map: their shapes on paper, and a place in each for its value."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from jinglun.pages import legends, svg
from jinglun.pages.colours import INK, MISSING_FILL, MISSING_TEXT, text_on
from jinglun.pages.legends import LegendClass

_Rings = tuple[tuple[tuple[float, float], ...], ...]
_Mark = tuple[float, float, float, float]


class Shape(NamedTuple):
    """One district: its rings (outer ones and holes alike) in degrees, its colour and its words."""

    label: str
    rings: Sequence[Sequence[tuple[float, float]]]
    fill: str
    missing: bool = False
    href: str | None = None
    text: str = ""
    named: bool = False


class _Ground(NamedTuple):
    """A district on paper: its path, how tall it is, and the point and the room for its label."""

    d: str
    height: float
    x: float
    y: float
    room: float


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
    body = legends.hatch(ident) + "".join(
        _district(shape, ground, ident) for shape, ground in placed
    )
    # The link already speaks the value: its label is for the eye alone, and lets clicks through.
    labels, unlabelled = _map_labels(placed)
    body += svg.tag("g", labels, aria_hidden="true", pointer_events="none") if labels else ""
    key, key_height = legends.swatches(legend, ident, height + 8)
    notes = [" · ".join(f"{shape.label} {shape.text}" for shape in unlabelled), note]
    below, below_height = legends.footnotes(notes, height + 8 + key_height)
    total = height + 8 + key_height + below_height
    return svg.frame("map", ident, title, desc, body + key + below, total)


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
    scale = min((svg.WIDTH - 4) / wide, 420 / tall)
    left, wide_scale = 0.5 * (svg.WIDTH - wide * scale), across * scale

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
    path = svg.tag("path", svg.titled(name), d=ground.d, fill=fill, fill_rule="evenodd", **line)
    return svg.linked(shape.href, path, name)


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
    """Write labels on their districts, the roomiest first; return the shapes left without, too."""
    taken: list[_Mark] = []
    labels: dict[int, str] = {}
    whole: set[int] = set()
    for i in sorted(range(len(placed)), key=lambda i: -placed[i][1].room):
        shape, ground = placed[i]
        lines = [shape.label, shape.text] if shape.named and shape.text else [shape.text]
        for said in (lines, lines[-1:]):
            mark = _mark(said, ground)
            if mark and all(_apart(mark, other) for other in taken):
                taken.append(mark)
                labels[i] = _map_lines(shape, said, mark)
                whole |= {i} if said == lines else set()
                break
    missed = [shape for i, (shape, _) in enumerate(placed) if i not in whole and shape.text]
    return "".join(labels[i] for i in sorted(labels)), missed


def _mark(lines: Sequence[str], ground: _Ground) -> _Mark | None:
    """Return where lines of a label stand in a district, None where it has no room for them."""
    half = 0.5 * max(map(svg.extent, lines))
    tall = svg.FONT * (1.0 + 1.2 * (len(lines) - 1))
    # A number may hang over the border by a fifth; further, it is read as the neighbour's. A name
    # stands off the line that was measured, so it needs all of its own width.
    roomy = ground.room >= (1.6 if len(lines) == 1 else 2.1) * half and ground.height >= tall
    return (svg.inside(ground.x, half), ground.y, half, tall) if half and roomy else None


def _apart(one: _Mark, other: _Mark) -> bool:
    (ax, ay, a_half, a_tall), (bx, by, b_half, b_tall) = one, other
    return abs(ax - bx) > a_half + b_half or abs(ay - by) > 0.5 * (a_tall + b_tall)


def _map_lines(shape: Shape, lines: Sequence[str], mark: _Mark) -> str:
    x, y, _, tall = mark
    first = y - 0.5 * (tall - svg.FONT)
    return "".join(
        _map_label(shape, words, x, first + 1.2 * svg.FONT * n) for n, words in enumerate(lines)
    )


def _map_label(shape: Shape, words: str, x: float, y: float) -> str:
    """Write a line with a halo of its ground, which keeps it off the hatch and the borders."""
    ground, ink = (
        (MISSING_FILL, MISSING_TEXT) if shape.missing else (shape.fill, text_on(shape.fill))
    )
    halo = {"stroke": ground, "stroke_width": "3", "paint_order": "stroke"}
    return svg.text(x, y, words, text_anchor="middle", fill=ink, stroke_linejoin="round", **halo)
