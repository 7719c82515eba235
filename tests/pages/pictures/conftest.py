"""What the chart tests share: charts of every kind with short calls, and ways to read them."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator

import pytest

from jinglun.pages.charts import Point, Row, distribution, dot_plot, score_bar, trend
from jinglun.pages.colours import score_colour
from jinglun.pages.legends import LegendClass, legend
from jinglun.pages.maps import Shape, district_map

SVG = "{http://www.w3.org/2000/svg}"
SQUARE = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]

Draw = Callable[..., str]
Number = Callable[[float], str]
Find = Callable[[str, str], list[ET.Element]]


# Hypothesis asks that what a test is given outlive its many runs: hence all are of the session.
@pytest.fixture(scope="session")
def number() -> Number:
    return "{:.6g}".format


@pytest.fixture(scope="session")
def classes() -> list[LegendClass]:
    scores = [LegendClass(score_colour(s)[0], f"from {s}") for s in (0, 20, 40, 60, 80)]
    return [*scores, LegendClass("#f0f1f3", "not measured", True)]


@pytest.fixture(scope="session")
def bar(number: Number) -> Draw:
    def draw(score: float | None = 72, words: str = "x", **more: float | None) -> str:
        return score_bar(score, ident="c", title=words, desc=words, number=number, **more)

    return draw


@pytest.fixture(scope="session")
def dots(number: Number) -> Draw:
    def draw(
        rows: list[Row], words: str = "x", reference: float | None = 50, **more: object
    ) -> str:
        told = {"title": words, "desc": words, "unit": words, "reference_label": words}
        return dot_plot(rows, reference=reference, ident="c", number=number, **told, **more)

    return draw


@pytest.fixture(scope="session")
def line(number: Number) -> Draw:
    def draw(points: list[Point], words: str = "x", **more: object) -> str:
        told = dict.fromkeys(("title", "desc", "unit"), words)
        return trend(points, ident="c", number=number, **told, **more)

    return draw


@pytest.fixture(scope="session")
def spread(number: Number) -> Draw:
    def draw(values: object, subject: float | None = 5, words: str = "x", **more: object) -> str:
        told = dict.fromkeys(("title", "desc", "unit", "subject_label", "peer_label"), words)
        return distribution(values, subject=subject, ident="c", number=number, **told, **more)

    return draw


@pytest.fixture(scope="session")
def atlas(classes: list[LegendClass]) -> Draw:
    def draw(shapes: list[Shape], words: str = "x") -> str:
        return district_map(shapes, ident="c", title=words, desc=words, legend=classes, note=words)

    return draw


@pytest.fixture(scope="session")
def all_charts(
    bar: Draw, dots: Draw, line: Draw, spread: Draw, atlas: Draw, classes: list[LegendClass]
) -> Callable[..., list[str]]:
    """One of each, every text in it being `words`."""

    def draw(words: str, href: str | None = "a.html") -> list[str]:
        shapes = [
            Shape(words, [SQUARE], "#142c59", False, href, words),
            Shape(words, [[(x + 1, y) for x, y in SQUARE]], words, True, None, "7"),
        ]
        points = [Point(words, 2019, 1, words), Point("b", 2020, None), Point("c", 2021, 2)]
        return [
            bar(72, words, low=61, high=80),
            bar(None, words),
            dots([Row(words, 3, href, True), Row(words, None)], words, benchmarks=[(9, words)]),
            line(points, words),
            spread([1, 2, 3], 2, words, benchmarks=[(4, words)], count_label=words),
            atlas(shapes, words),
            legend([LegendClass(words, words), *classes], ident="c", title=words, desc=words),
        ]

    return draw


@pytest.fixture(scope="session")
def root() -> Callable[[str], ET.Element]:
    return ET.fromstring


@pytest.fixture(scope="session")
def found() -> Find:
    """Every element of that name, but those of the hatch, which is drawn nowhere itself."""

    def find(svg: str, tag: str) -> list[ET.Element]:
        tree = ET.fromstring(svg)
        hatch = [e for pattern in tree.iter(f"{SVG}pattern") for e in pattern.iter()]
        return [e for e in tree.iter(f"{SVG}{tag}") if e not in hatch]

    return find


@pytest.fixture(scope="session")
def texts(found: Find) -> Callable[[str], list[str]]:
    return lambda svg: [e.text or "" for e in found(svg, "text")]


def _path_points(d: str) -> Iterator[tuple[float, float]]:
    """The vertices of path data in the commands the charts use: M L H l v z."""
    x = y = x0 = y0 = 0.0
    for command, arguments in re.findall(r"([MLHlvz])([^MLHlvz]*)", d):
        numbers = [float(n) for n in re.findall(r"-?[\d.]+(?:e-?\d+)?", arguments)]
        if command in "Hv":
            x, y = (numbers[0], y) if command == "H" else (x, y + numbers[0])
            yield x, y
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True) if command in "MLl" else ():
            x, y = (x + dx, y + dy) if command == "l" else (dx, dy)
            yield x, y
        x0, y0 = (x, y) if command == "M" else (x0, y0)


def _marks(svg: str) -> Iterator[tuple[float, float]]:
    """Corners of everything drawn, text by where it is anchored."""
    tree = ET.fromstring(svg)
    for pattern in tree.iter(f"{SVG}defs"):
        pattern.clear()
    for e in tree.iter():
        at = {
            key: float(e.get(key, 0)) for key in ("x", "y", "cx", "cy", "r", "x1", "y1", "x2", "y2")
        }
        if e.tag == f"{SVG}rect":
            yield at["x"], at["y"]
            assert float(e.get("width", -1)) >= 0 and float(e.get("height", -1)) >= 0
            yield at["x"] + float(e.get("width", 0)), at["y"] + float(e.get("height", 0))
        elif e.tag == f"{SVG}text":
            yield at["x"], at["y"]
        elif e.tag == f"{SVG}circle":
            yield at["cx"] - at["r"], at["cy"] - at["r"]
            yield at["cx"] + at["r"], at["cy"] + at["r"]
        elif e.tag == f"{SVG}line":
            yield at["x1"], at["y1"]
            yield at["x2"], at["y2"]
        elif e.tag == f"{SVG}path":
            yield from _path_points(e.get("d", ""))


def _assert_sound(svg: str) -> None:
    """Check form, unique ids, references, finite numbers and that all marks are in the picture."""
    tree = ET.fromstring(svg)
    ids = [e.get("id") for e in tree.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    for wanted in re.findall(r"url\(#([^)]*)\)", svg):
        assert wanted in ids
    assert {tree.get("aria-labelledby"), tree.get("aria-describedby")} <= set(ids)
    for e in tree.iter():
        for key, value in e.attrib.items():
            if key in ("x", "y", "cx", "cy", "r", "x1", "x2", "y1", "y2", "width", "height", "d"):
                assert not re.search("nan|inf", value), (e.tag, key, value)
    _, _, width, height = map(float, tree.get("viewBox", "").split())
    for x, y in _marks(svg):
        assert -0.01 <= x <= width + 0.01 and -0.01 <= y <= height + 0.01, (x, y, width, height)


@pytest.fixture(scope="session")
def path_points() -> Callable[[str], Iterator[tuple[float, float]]]:
    return _path_points


@pytest.fixture(scope="session")
def assert_sound() -> Callable[[str], None]:
    return _assert_sound
