"""Which department holds which figure: what the indicators say of it, counted."""

from __future__ import annotations

import functools
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

from jinglun.model.catalogue import Catalogue, Indicator

STATISTICS = ("统计局", "Statistics office")


@dataclass(frozen=True, slots=True)
class Department:
    """A department and the variables it is asked for, in the framework's order."""

    zh: str
    en: str
    variables: tuple[str, ...] = ()


@functools.cache
def _listed() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Return the departments of the rules: Chinese, English, and the words their name begins."""
    text = resources.files("jinglun.loop.rules").joinpath("new_offices.toml").read_text("utf-8")
    blocks = tomllib.loads(text)["office"]
    return tuple((b["zh"], b["en"], (b["zh"], *b.get("also", ()))) for b in blocks)


def departments(catalogue: Catalogue) -> tuple[Department, ...]:
    """Return the departments, each variable of the framework in one of them.

    Every indicator gives each department it names one vote for the variables it reads; a variable
    goes where most votes are, among equals to the one named first most often, then by the list.
    What no indicator reads but a rule of the city's kind does, jobs by sector and ages, is asked
    of the office that keeps the statistics.
    """
    votes = _votes(catalogue)
    known = {zh: n for n, (zh, _, _) in enumerate(_listed())}
    held: dict[tuple[str, str], list[str]] = {}
    for ident in catalogue.variables:
        best = max(
            votes.get(ident, {}).items(),
            key=lambda item: (*item[1], -known.get(item[0][0], len(known))),
            default=None,
        )
        office = STATISTICS if best is None else best[0]
        held.setdefault(office, []).append(ident)
    ordered = sorted(held, key=lambda office: (known.get(office[0], len(known)), office))
    return tuple(Department(zh, en, tuple(held[zh, en])) for zh, en in ordered)


def _votes(catalogue: Catalogue) -> dict[str, dict[tuple[str, str], tuple[int, int]]]:
    """Return for each variable the departments with their votes and how often they came first."""
    named: dict[str, Counter[tuple[str, str]]] = {}
    first: dict[str, Counter[tuple[str, str]]] = {}
    for indicator in catalogue.indicators.values():
        offices = offices_of(indicator)
        for ident in read_by(indicator, catalogue):
            named.setdefault(ident, Counter()).update(offices)
            first.setdefault(ident, Counter()).update(offices[:1])
    return {
        ident: {office: (n, first[ident][office]) for office, n in counted.items()}
        for ident, counted in named.items()
    }


def read_by(indicator: Indicator, catalogue: Catalogue) -> Iterator[str]:
    """Yield the variables an indicator reads, and the part and base that can make a share."""
    for ident in indicator.parameters:
        variable = catalogue.variables[ident]
        yield from (v for v in (ident, variable.base, variable.part) if v is not None)


def offices_of(indicator: Indicator) -> tuple[tuple[str, str], ...]:
    """Return the departments an indicator names, in its order; its own words where none is known.

    What stands in brackets is not looked at, nor a body nobody can address (各项目单位).
    """
    bare = re.sub(r"（[^）]*）", "", indicator.office_zh)
    found = [_department(part) for part in bare.split("、")]
    known = tuple(dict.fromkeys(office for office in found if office is not None))
    return known or ((bare.split("、")[0], indicator.office_en),)


def _department(name: str) -> tuple[str, str] | None:
    for zh, en, words in _listed():
        if name.startswith(words):
            return zh, en
    return None
