"""Which colours the pictures are drawn in, and which of them can be read on which."""

from __future__ import annotations

import re

from jinglun.pages.scales import finite, within

# The pages' own style may set these; what follows the comma holds where it does not.
INK = "var(--ink, #1d2733)"
ACCENT = "var(--accent, #0b5cad)"
MUTED = "var(--muted, #5b6673)"
LINE = "var(--line, #d5dbe1)"
PAPER = "var(--paper, #ffffff)"

# Sand to navy: lightness falls by 15 or more of CIE L* a class, so the order outlives greyscale
# print, and yellow to blue is the axis that red-green colour blindness leaves alone.
SCORE_FILLS = ("#fbefbd", "#a6cdac", "#579dab", "#2a6796", "#142c59")
DARK_TEXT, LIGHT_TEXT = "#10161d", "#ffffff"
MISSING_FILL, MISSING_TEXT = "#f0f1f3", "#3d4651"


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
    """Return (background, text) of a score in points, five classes of 20; None is not measured.

    The class is that of the whole number which is printed: 59.8 is shown, and coloured, as 60.
    """
    value = finite(score)
    if value is None:
        return MISSING_FILL, MISSING_TEXT
    fill = SCORE_FILLS[int(within(round(value), 0.0, 99.0) // 20)]
    return fill, text_on(fill)
