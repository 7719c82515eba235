"""Do the labels of an axis neither touch nor repeat each other?"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import pairwise

import pytest

from jinglun.pages.charts import Row, dot_plot

Draw = Callable[..., str]
Find = Callable[[str, str], list[ET.Element]]
Texts = Callable[[str], list[str]]


def test_axis_labels_never_repeat_each_other_when_the_caller_rounds(found: Find) -> None:
    told = {"title": "t", "desc": "d", "unit": "", "reference_label": "r"}
    svg = dot_plot(
        [Row("a", 0.1), Row("b", 0.4)], reference=None, ident="c", number="{:.0f}".format, **told
    )
    labels = [e.text for e in found(svg, "text") if e.get("text-anchor") == "middle"]
    assert len(labels) == 2 * len(set(labels))  # once above and once below


@pytest.mark.parametrize("top", [9, 95, 999, 12_345, 190_000, 7_654_321])
def test_axis_labels_do_not_touch_and_at_least_two_are_named(
    dots: Draw, found: Find, top: float
) -> None:
    svg = dots([Row("Mechouar de Casablanca", 0), Row("b", top)], reference=None)
    labels = [e for e in found(svg, "text") if e.get("text-anchor") == "middle"]
    upper = labels[: len(labels) // 2]
    assert len(upper) >= 2
    for one, other in pairwise(upper):
        # A digit of DejaVu Sans, the widest of the usual faces, is 0.636 em.
        room = 0.636 * 12.5 * (len(one.text or "") + len(other.text or "")) / 2
        assert float(other.get("x", 0)) - float(one.get("x", 0)) >= room


def test_labels_that_have_no_room_are_left_out_and_never_printed_over_each_other(
    found: Find, texts: Texts
) -> None:
    told = {"title": "t", "desc": "d", "unit": "", "reference_label": ""}
    rows = [Row("Arrondissement de Sidi Othmane", 123_456_789.5), Row("b", -5e6)]
    svg = dot_plot(rows, reference=None, ident="c", number="{:,.1f}".format, **told)
    assert not [e for e in found(svg, "text") if e.get("text-anchor") == "middle"]
    assert "123,456,789.5" in texts(svg)
