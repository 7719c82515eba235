"""What the four factors answer, as sentences: of the city, and of each domain alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinglun.pages.sentences import term_title
from jinglun.pages.view import View, number

DOMAINS = ("strongest", "weakest", "widest")
"""Figures that name a domain; `domains` names several."""


def says(seen: View, factor: str) -> list[str]:
    """Return what a factor answers of the whole city, a sentence for each thing it asks."""
    return [_sentence(seen, factor, said) for said in _answer(seen, factor)["says"]]


def by_domain(seen: View, factor: str) -> list[tuple[str, str]]:
    """Return what a factor answers of each domain: the domain's title and a sentence."""
    return [
        (term_title(seen, "domains", said["domain"]), _sentence(seen, factor, said, "domain."))
        for said in _answer(seen, factor)["domains"]
    ]


def _answer(seen: View, factor: str) -> Mapping[str, Any]:
    return next(a for a in seen.findings["factors"] if a["factor"] == factor)


def _sentence(seen: View, factor: str, said: Mapping[str, Any], part: str = "") -> str:
    figures = {name: _told(seen, name, value) for name, value in said["figures"].items()}
    return seen.words(f"reading.{factor}.{part}{said['code']}", **figures)


def _told(seen: View, name: str, value: Any) -> str:
    if value is None:
        return "—"
    if name in DOMAINS:
        return term_title(seen, "domains", value)
    if name == "domains":
        return seen.words("list.comma").join(term_title(seen, "domains", d) for d in value)
    if name == "payer":
        return seen.words(f"reading.payer.{value}")
    if name == "from_mean":
        return number(abs(round(value, 1)))
    return number(round(value, 1)) if isinstance(value, float) else f"{value:,}"
