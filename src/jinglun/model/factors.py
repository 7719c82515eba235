"""What a factor is asked about a city, and what it answers of the whole and of each domain."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Sign:
    """One indicator measured of late at the city, and all that a factor may read from it.

    `gap` is the points between the best district and the worst; `moves` 1 for surely better with
    the years, -1 for surely worse, 0 for neither; `openable` that it may be public, `opened` that
    all it rests on already is.
    """

    domain: str | None
    factor: str
    value: float
    score: float | None = None
    gap: float | None = None
    moves: int = 0
    openable: bool = False
    opened: bool = False


@dataclass(frozen=True)
class Woven:
    """The city's weave as the factors read it: scores that are assessable, and the signs behind.

    `domains` and `cells` hold None where too little is measured; `purses` the committed money by
    who pays.
    """

    domains: Mapping[str, float | None]
    cells: Mapping[tuple[str, str], float | None]
    signs: Mapping[str, Sign]
    purses: Mapping[str, float] = field(default_factory=dict)

    def of_domain(self, domain: str) -> dict[str, Sign]:
        """Return the signs of one domain by indicator."""
        return {i: sign for i, sign in self.signs.items() if sign.domain == domain}


@dataclass(frozen=True, slots=True)
class Saying:
    """One plain sentence: its code, and the figures that fill its gaps."""

    code: str
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a factor answers: of the city in one or two sentences, and of each domain in one."""

    factor: str
    says: tuple[Saying, ...]
    domains: Mapping[str, Saying]


OPEN_LICENCES = (
    *("CC0", "CC BY", "CC BY-SA", "PDDL", "ODC-BY", "ODbL", "OGL", "DL-DE-BY", "DL-DE-ZERO"),
    *("Licence Ouverte", "Open Government Licence", "Public Domain", "MIT", "Apache"),
)
"""Licences that let anyone use the data for anything: those that conform to the Open Definition."""


def is_open(licence: str) -> bool:
    """Say whether a licence, as a source names it, is open: CC BY 4.0 is, CC BY-NC is not."""
    words = re.sub(r"[\s_-]+", " ", licence).strip().casefold()
    if re.search(r"\b(nc|nd)\b", words):
        return False
    known = (re.sub(r"[\s_-]+", " ", name).casefold() for name in OPEN_LICENCES)
    return any(words == name or words.startswith(f"{name} ") for name in known)
