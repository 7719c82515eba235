"""Does a legend say every class in words, and hatch the one that is missing?"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable

from jinglun.pages import colours
from jinglun.pages.legends import LegendClass, legend

Find = Callable[[str, str], list[ET.Element]]
Texts = Callable[[str], list[str]]


def test_a_legend_says_every_class_in_words_and_hatches_the_missing_one(
    found: Find, texts: Texts, classes: list[LegendClass]
) -> None:
    svg = legend(classes, ident="c", title="t", desc="d")
    assert texts(svg) == [words for _, words, _ in classes]
    assert [e.get("fill") for e in found(svg, "rect")] == [*colours.SCORE_FILLS, "url(#c-hatch)"]
