"""How a picture is written: tags, texts measured without a font, equal bytes for equal input.

Trap: `direction: rtl` flips `text-anchor`, so charts say `ltr` and texts find their own direction.
"""

from __future__ import annotations

import html
import re
import unicodedata

from jinglun.pages.colours import INK
from jinglun.pages.scales import within

WIDTH = 360.0
FONT = 12.5  # 11.1 px where a phone shows the 360 units 320 px wide
LEADING = 17.0

# XML 1.0, production 2: a control character in a clerk's table would make the page unreadable.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A colon before any / ? # begins a scheme, and browsers forgive blanks in it: only these pass.
_SAFE_HREF = re.compile(r"(?i)(?:https?:|mailto:|[^:/?#]*(?:[/?#]|$))")
# Chinese may break between any two characters, but never before a closing mark.
_WORD = re.compile(
    r"[\u2e80-\u9fff\uff01-\uff60][，。、；：！？）》」』”]*|[^\s\u2e80-\u9fff\uff01-\uff60]+|\s+"
)


def escape(text: str) -> str:
    """Return a text as XML may hold it, in an element or an attribute."""
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


def extent(text: str) -> float:
    """Estimate the width of a text in units of the picture: no font is at hand to measure."""
    return FONT * sum(map(_wide, text))


def cut(text: str, room: float) -> str:
    """Return the text, or what fits of it and an ellipsis; the whole of it goes into a title."""
    if extent(text) <= room + 0.01:
        return text
    left = room - FONT * 0.9
    for index, character in enumerate(text):
        left -= FONT * _wide(character)
        if left < 0:
            return text[:index].rstrip() + "…"
    return text


def wrapped(text: str, room: float) -> list[str]:
    """Return the text in lines that fit, broken at spaces or between Chinese characters."""
    lines = [""]
    for word in _WORD.findall(text):
        if lines[-1] and extent(lines[-1] + word) > room:
            lines.append("")
        lines[-1] += word if lines[-1] or not word.isspace() else ""
    return [cut(line.rstrip(), room) for line in lines if line.strip()]


def n(value: float) -> str:
    """Write a coordinate with two decimals at most, and never a minus zero."""
    told = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if told == "-0" else told


def tag(name: str, content: str = "", /, **attributes: str | float | None) -> str:
    """Write an element: `content` is markup already, attributes are escaped, None is left out."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="'
        f'{escape(value) if isinstance(value, str) else n(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{told}>{content}</{name}>" if content else f"<{name}{told}/>"


def text(x: float, y: float, words: str, /, **attributes: str | float | None) -> str:
    """Write one line of text whose middle, not whose baseline, is at `y`."""
    if any(unicodedata.bidirectional(character) in ("R", "AL") for character in words):
        attributes["style"] = "unicode-bidi:plaintext"
    return tag("text", escape(words), x=x, y=y + 0.35 * FONT, **attributes)


def centred(x: float, y: float, words: str, /, **attributes: str | float | None) -> str:
    """Write a line of text about `x`, or as near to it as leaves all of it in the picture."""
    half = (0.55 if attributes.get("font_weight") else 0.5) * extent(words)
    return text(inside(x, half), y, words, text_anchor="middle", **attributes)


def inside(x: float, half: float) -> float:
    """Return `x`, or the nearest to it about which `half` to either side is in the picture."""
    return within(x, half, max(half, WIDTH - half))


def stroke(x1: float, y1: float, x2: float, y2: float, /, **attributes: str | float | None) -> str:
    """Write a straight line."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, **attributes)


def rect(x: float, y: float, width: float, height: float, /, **more: str | float | None) -> str:
    """Write a rectangle whose corner at the top left is (x, y)."""
    return tag("rect", x=x, y=y, width=width, height=height, **more)


def diamond(x: float, y: float, radius: float, /, **attributes: str | float | None) -> str:
    """Write a square on its corner about (x, y)."""
    d = f"M{n(x - radius)} {n(y)}L{n(x)} {n(y - radius)}L{n(x + radius)} {n(y)}"
    return tag("path", d=f"{d}L{n(x)} {n(y + radius)}z", **attributes)


def titled(words: str) -> str:
    """Write the title that a pointer resting on the marks brings up."""
    return tag("title", escape(words))


def linked(href: str | None, body: str, name: str | None = None) -> str:
    """Make the marks a link; an address that could run a script is dropped and the marks stay."""
    return tag("a", body, href=href, aria_label=name) if safe(href) else tag("g", body)


def safe(href: str | None) -> bool:
    """Tell whether there is an address and it cannot run a script."""
    return href is not None and _SAFE_HREF.match(href) is not None


def frame(
    kind: str, ident: str, title: str, desc: str, body: str, height: float, width: float = WIDTH
) -> str:
    """Close a chart: a picture to assistive technology, or a group where it holds links."""
    if not re.fullmatch(r"[^\W\d][\w.-]*", ident):
        problem = f"chart ident {ident!r}: begin with a letter; then letters, digits, . _ - only"
        raise ValueError(problem)
    told = tag("title", escape(title), id=f"{ident}-title")
    told += tag("desc", escape(desc), id=f"{ident}-desc")
    # To assistive technology whatever is in an `img` is one picture: links in it would be lost.
    role = "group" if "<a " in body else "img"
    # Past 30 rem for 360 units the letters would outgrow those of the page.
    size = f"max-width:var(--chart-width, {n(width / 12)}rem);height:auto"
    return tag(
        "svg",
        told + body,
        xmlns="http://www.w3.org/2000/svg",
        id=ident,
        class_=f"chart chart-{kind}",
        viewBox=f"0 0 {n(width)} {n(height)}",
        width="100%",
        style=f"{size};font-family:inherit;direction:ltr;font-variant-numeric:tabular-nums",
        font_size=FONT,
        fill=INK,
        role=role,
        aria_labelledby=f"{ident}-title",
        aria_describedby=f"{ident}-desc",
    )
