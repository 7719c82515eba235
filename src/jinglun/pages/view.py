"""What the pages of one language know of a release: figures by indicator and place, in words."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from jinglun.model.arrays import Array
from jinglun.model.periods import age_years, first_day, last_day
from jinglun.model.release import Release
from jinglun.pages import amounts, scores
from jinglun.pages.amounts import number as number
from jinglun.pages.amounts import with_unit as with_unit
from jinglun.pages.words import Words, words


@dataclass(frozen=True, slots=True)
class Figure:
    """One value of one indicator at one place in one period."""

    indicator: str
    place: str
    period: str
    value: float
    unit: str
    score: float | None
    quality: str
    score_low: float | None = None
    score_high: float | None = None


@dataclass(frozen=True)
class Index:
    """The figures of the subject and its districts, and the bare values of the peers."""

    figures: Mapping[tuple[str, str], tuple[Figure, ...]]
    """By indicator and place, oldest period first."""
    peers: Mapping[tuple[str, str], Array]
    """By indicator and period."""
    facts: Mapping[tuple[str, str, str], dict[str, Any]]
    """By variable, place and period, of the subject and its districts."""


def index(release: Release) -> Index:
    """Sort the release's tables once, for all languages."""
    places = release.tables["places"]
    near = {
        p for p, r in zip(_list(places, "place"), _list(places, "role"), strict=True) if r != "peer"
    }
    level = release.head["levels"][-1]["id"]
    return Index(
        _figures(release.tables["measures"], near),
        _peer_values(release.tables["measures"], near, level),
        _facts(release.tables["facts"], near),
    )


def _list(table: Any, column: str) -> list[Any]:
    values: list[Any] = table[column].to_pylist()
    return values


def _rows(table: Any, near: set[str]) -> list[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    chosen = table.filter(pc.is_in(table["place"], value_set=pa.array(sorted(near))))
    rows: list[dict[str, Any]] = chosen.to_pylist()
    return rows


def _figures(measures: Any, near: set[str]) -> dict[tuple[str, str], tuple[Figure, ...]]:
    found: dict[tuple[str, str], list[Figure]] = {}
    for row in _rows(measures, near):
        figure = Figure(*(row[name] for name in Figure.__dataclass_fields__))
        found.setdefault((figure.indicator, figure.place), []).append(figure)
    return {k: tuple(sorted(v, key=_in_time)) for k, v in found.items()}


def _in_time(figure: Figure) -> tuple[date, str]:
    return last_day(figure.period) or date.min, figure.period


def _peer_values(measures: Any, near: set[str], level: str) -> dict[tuple[str, str], Array]:
    import pyarrow as pa
    import pyarrow.compute as pc

    far = pc.invert(pc.is_in(measures["place"], value_set=pa.array(sorted(near))))
    chosen = measures.filter(pc.and_(far, pc.equal(measures["level"], level)))
    keys = [
        f"{i}\t{p}"
        for i, p in zip(_list(chosen, "indicator"), _list(chosen, "period"), strict=True)
    ]
    names, at = np.unique(np.array(keys, dtype=object).astype(str), return_inverse=True)
    values = np.asarray(chosen["value"].to_numpy(), float)
    order = np.argsort(at, kind="stable")
    groups = np.split(values[order], np.searchsorted(at[order], np.arange(1, len(names))))
    parted = (str(n).partition("\t") for n in names)
    return {(i, p): g for (i, _, p), g in zip(parted, groups, strict=False)}


def _facts(facts: Any, near: set[str]) -> dict[tuple[str, str, str], dict[str, Any]]:
    return {(row["variable"], row["place"], row["period"]): row for row in _rows(facts, near)}


def page_name(ident: str) -> str:
    """Return what the page of a place is called: its id, or letters that are safe in any path."""
    if re.fullmatch(r"\w[\w.-]{0,99}", ident, re.ASCII):
        return ident
    digest = hashlib.sha256(ident.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"place-{digest}"


def located(locator: str) -> tuple[str, str, str]:
    """Return file, row (`*` for all) and column of a locator; the two names may hold colons."""
    found = re.fullmatch(r"(.*?):(\d+|\*):(.*)", locator, re.DOTALL)
    assert found, f"a locator is file:row:column, not {locator}"
    return found[1], found[2], found[3]


@dataclass(frozen=True)
class View:
    """A release seen in one language."""

    release: Release
    index: Index
    words: Words

    @property
    def lang(self) -> str:
        """The language tag."""
        return self.words.language

    @functools.cached_property
    def places(self) -> dict[str, dict[str, Any]]:
        """The subject and its districts by id, and their titles."""
        rows = self.release.tables["places"].to_pylist()
        return {
            r["place"]: {**r, "titles": json.loads(r["titles"])}
            for r in rows
            if r["role"] != "peer"
        }

    @property
    def subject(self) -> str:
        """The id of the subject city."""
        return str(self.release.head["city"]["subject"])

    @functools.cached_property
    def districts(self) -> list[str]:
        """The ids of the districts, by title."""
        mine = [p for p, row in self.places.items() if row["role"] == "district"]
        return sorted(mine, key=lambda p: (self.title(self.places[p]), p))

    @functools.cached_property
    def day(self) -> date:
        """The day of the release."""
        return date.fromisoformat(self.release.head["date"])

    def title(self, thing: Mapping[str, Any]) -> str:
        """Return the name of anything that is named in zh and en."""
        for key in (f"title_{self.lang}", self.lang, "title_en", "en"):
            if thing.get(key):
                return str(thing[key])
        return str(thing.get("id", ""))

    def said(self, thing: Mapping[str, Any], what: str) -> str:
        """Return `what_<language>` of a term, in English where the language has none."""
        return str(thing.get(f"{what}_{self.lang}") or thing.get(f"{what}_en") or "")

    def indicator(self, ident: str) -> Mapping[str, Any]:
        """Return the term of an indicator."""
        found: Mapping[str, Any] = self.release.terms["indicators"][ident]
        return found

    def variable(self, ident: str) -> Mapping[str, Any]:
        """Return the term of a variable."""
        found: Mapping[str, Any] = self.release.terms["variables"][ident]
        return found

    def name(self, ident: str) -> str:
        """Return the title of an indicator."""
        return self.title(self.indicator(ident))

    def place(self, ident: str) -> str:
        """Return the title of the subject or a district."""
        return self.title(self.places[ident])

    @property
    def currency(self) -> str:
        """The money of the city, by its ISO code."""
        return str(self.release.head["city"]["currency"])

    def unit(self, unit: str) -> str:
        """Return a unit's name in the language, for the head of a column."""
        return amounts.alone(amounts.unit_name(unit, self.currency, self.words))

    def amount(self, value: float, unit: str) -> str:
        """Return a number with its unit, money in the scale that its size deserves."""
        return amounts.amount(value, unit, self.currency, self.words)

    def exact(self, value: float, unit: str) -> str:
        """Return a number of money in full where `amount` rounds it to a scale, else nothing."""
        return amounts.exact(value, unit, self.currency, self.words)

    def bare(self, value: float, unit: str) -> str:
        """Return a number whose unit is known from beside it; money says its scale."""
        scaled = bool(self.exact(value, unit))
        return self.amount(value, unit) if scaled else number(value)

    def axis(self, values: Iterable[float], unit: str) -> tuple[str, Callable[[float], str]]:
        """Return the unit of a chart and how it writes a number: one scale for all of them."""
        size = max(map(abs, values), default=0.0)
        per, named = amounts.scale_of(unit, size, self.currency, self.words)
        return amounts.alone(named), lambda value: number(value / per)

    @functools.cached_property
    def tally(self) -> scores.Tally:
        """What the scores of the subject city are made of."""
        return scores.tally(self.release, self.subject)

    def history(self, indicator: str, place: str) -> tuple[Figure, ...]:
        """Return the figures of an indicator at a place, oldest first."""
        return self.index.figures.get((indicator, place), ())

    def latest(self, indicator: str, place: str) -> Figure | None:
        """Return the last figure that is not after the release's day."""
        past = [
            f
            for f in self.history(indicator, place)
            if (first_day(f.period) or self.day) <= self.day
        ]
        return past[-1] if past else None

    def age(self, period: str) -> float:
        """Return the age of a period in years on the release's day."""
        return age_years(period, self.day)

    def stale(self, period: str) -> bool:
        """Say whether a period is too old to be scored."""
        return self.age(period) > float(self.release.head["settings"]["max_age_years"])

    def cells(self, place: str) -> dict[tuple[str, str], Mapping[str, Any]]:
        """Return the cells of a place by domain and factor."""
        rows = self.release.documents["weave"]["cells"]
        return {(r["domain"], r["factor"]): r for r in rows if r["place"] == place}

    def woven(self, kind: str, key: str, place: str) -> dict[str, Mapping[str, Any]]:
        """Return the rows of one part of the weave at a place by one of their keys."""
        rows = self.release.documents["weave"][kind]
        return {r[key]: r for r in rows if r["place"] == place}

    @property
    def findings(self) -> Mapping[str, Any]:
        """findings.json."""
        found: Mapping[str, Any] = self.release.documents["findings"]
        return found


def view(release: Release, sorted_index: Index, language: str) -> View:
    """Return the release as the pages of `language` see it."""
    return View(release, sorted_index, words(language))
