"""Can every score be told from its neighbours and its text be read, by every eye and in grey?"""

from __future__ import annotations

import math
import re
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinglun.pages import colours
from jinglun.pages.colours import contrast, luminance, score_colour, text_on

# Machado, Oliveira and Fernandes (2009), A physiologically-based model for simulation of color
# vision deficiency, IEEE TVCG 15(6), severity 1.0; applied to linear RGB.
MACHADO = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
    "none": np.eye(3).tolist(),
}
TO_XYZ = np.array(  # IEC 61966-2-1, D65
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)


def linear(colour: str) -> np.ndarray:
    c = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE 1976 L*a*b* of linear sRGB; white is that of the matrix."""
    t = TO_XYZ @ np.clip(rgb, 0, 1) / TO_XYZ.sum(axis=1)
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_contrast_agrees_with_published_ratios() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    # WebAIM: #767676 is the lightest grey that passes AA on white, at 4.54:1.
    assert contrast("#ffffff", "#767676") == pytest.approx(4.54, abs=0.005)
    assert luminance("#ff0000") == pytest.approx(0.2126)


def test_the_lab_of_red_is_the_published_one() -> None:
    assert lab(linear("#ff0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.1)


def test_every_score_has_text_at_aa_contrast() -> None:
    for score in (None, *range(101)):
        assert contrast(*score_colour(score)) >= 4.5


def test_a_class_holds_its_lower_bound_and_not_its_upper_by_the_number_that_is_printed() -> None:
    fills = [
        score_colour(s)[0] for s in (0, 19.49, 19.51, 39.49, 39.51, 59.49, 59.51, 79.49, 80, 100)
    ]
    assert fills == [fill for fill in colours.SCORE_FILLS for _ in (0, 1)]


def test_a_score_that_is_no_number_is_missing_and_one_off_the_scale_takes_the_end() -> None:
    assert score_colour(math.nan) == score_colour(None) == score_colour(math.inf)
    assert score_colour(-3) == score_colour(0) and score_colour(104) == score_colour(100)
    assert score_colour(None)[0] not in colours.SCORE_FILLS


def test_a_higher_score_is_always_darker_even_in_grey() -> None:
    assert all(luminance(a) > luminance(b) for a, b in pairwise(colours.SCORE_FILLS))
    lightness = [lab(linear(fill))[0] for fill in colours.SCORE_FILLS]
    assert all(a - b >= 15 for a, b in pairwise(lightness))


@pytest.mark.parametrize("vision", MACHADO)
def test_no_two_classes_look_alike_under_any_colour_blindness(vision: str) -> None:
    # A distance of 2.3 is just noticeable (Mahy et al. 1994); patches apart on a map need several.
    seen = [lab(np.array(MACHADO[vision]) @ linear(fill)) for fill in colours.SCORE_FILLS]
    assert min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2)) >= 15


def test_fallback_colours_reach_aa_on_white_for_text_and_3_to_1_for_marks() -> None:
    fallback = {
        name: re.findall("#[0-9a-f]{6}", getattr(colours, name))[0]
        for name in ("INK", "ACCENT", "MUTED")
    }
    assert all(contrast(colour, "#ffffff") >= 4.5 for colour in fallback.values())
    assert contrast(fallback["MUTED"], colours.MISSING_FILL) >= 3


@given(st.integers(0, 0xFFFFFF))
def test_a_text_colour_can_be_read_on_any_fill(colour: int) -> None:
    fill = f"#{colour:06x}"
    # 4.28 is what black-blue and white both reach on the one grey between them.
    assert contrast(fill, text_on(fill)) >= 4.25
