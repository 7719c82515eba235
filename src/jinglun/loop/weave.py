"""How scores are woven: the latest figure of each indicator, and cells, domains, factors, aims."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jinglun.framework import DOMAINS, FACTOR_IDS
from jinglun.loop.measure import Measured
from jinglun.loop.sense import Sensed
from jinglun.loop.weaving import AIMS, CELLS, Pattern, hold, pattern, stated, weave_all
from jinglun.model.arrays import Array, tidy
from jinglun.model.catalogue import Catalogue, Indicator
from jinglun.model.city import City
from jinglun.model.periods import age_years, first_day, is_year

SCENARIO = "observed"


@dataclass(frozen=True)
class Latest:
    """The latest figure of each indicator and place on the day: period or -1, and score."""

    begun: NDArray[np.bool_]
    period: NDArray[np.int64]
    score: Array
    fresh: NDArray[np.bool_]


def latest_figures(measured: Measured, sensed: Sensed, city: City, day: date) -> Latest:
    """Take the last year begun by `day`; one older than the city allows is stale."""
    size = measured.value.shape[:2]
    at = np.full(size, -1)
    begun = np.array(
        [is_year(p) and (first_day(p) or date.max) <= day for p in measured.cube.periods], bool
    )
    for t in np.flatnonzero(begun):
        at[~np.isnan(measured.value[:, :, t])] = t
    ages = np.array([age_years(p, day) for p in measured.cube.periods] + [np.inf])
    score = np.full(size, np.nan)
    known = at >= 0
    score[known] = measured.score[(*np.nonzero(known), at[known])]
    return Latest(begun, at, score, ages[at] <= city.settings.max_age_years)


def _counts(catalogue: Catalogue, measured: Measured, ident: str) -> bool:
    return catalogue.indicators[ident].role == "score" and measured.benchmarks[ident] is not None


def latest_period(measured: Measured, latest: Latest, place: int) -> str:
    """Return the latest period among the fresh figures of a place, an empty text if none."""
    fresh = latest.period[latest.fresh[:, place], place]
    return measured.cube.periods[int(fresh.max())] if len(fresh) else ""


def loom_of(measured: Measured, catalogue: Catalogue, city: City) -> Loom:
    """Return the loom of every indicator that counts: scored by role, with a benchmark."""
    return Loom(
        measured,
        catalogue,
        city,
        [n for n, i in enumerate(measured.indicators) if _counts(catalogue, measured, i)],
    )


class Loom:
    """The weights and memberships of the scored indicators, ready to weave any place."""

    def __init__(
        self, measured: Measured, catalogue: Catalogue, city: City, scored: list[int]
    ) -> None:
        self.measured, self.catalogue, self.city, self.scored = measured, catalogue, city, scored

    def indicator(self, n: int) -> Indicator:
        """Return the indicator at position n."""
        return self.catalogue.indicators[self.measured.indicators[n]]

    def members(
        self, domain: str | None, factor: str | None = None, aim: str | None = None
    ) -> list[int]:
        """Return the scored indicators of a domain, and of a factor or an aim in it."""
        chosen = []
        for n in self.scored:
            one = self.indicator(n)
            if one.domain != domain:
                continue
            if (factor is None or one.factor == factor) and (aim is None or one.aim == aim):
                chosen.append(n)
        return chosen

    @functools.cached_property
    def pattern(self) -> Pattern:
        """The memberships and the stated weights of the scored indicators, as matrices."""
        return pattern([self.indicator(n) for n in self.scored], self.city.weights)

    def weave(self, place: str, scores: Array, period: str) -> dict[str, list[dict[str, Any]]]:
        """Return cells, domains, factors, aims and city of one place as rows of weave.json."""
        head = {"place": place, "period": period, "scenario": SCENARIO}
        own = np.asarray(scores, float)[self.scored][:, None]
        held = hold(self.pattern, ~np.isnan(own), self.city.settings)
        woven = weave_all(self.pattern, held, own[None], stated(self.pattern))

        def row(kind: str, at: int) -> dict[str, Any]:
            score = float(woven.of(kind)[0, at, 0])
            coverage = tidy(float(held.coverage[kind][at, 0]))
            told = tidy(score) if np.isfinite(score) else None
            return {"score": told, "low": None, "high": None, "coverage": coverage}

        return {
            "cells": [
                {
                    **{**head, "domain": d, "factor": f, **row("blocks", at)},
                    "indicators": self._ids(self.members(d, f)),
                }
                for at, (d, f) in enumerate(CELLS)
            ],
            "domains": [
                {**head, "domain": d.id, **row("domains", at)} for at, d in enumerate(DOMAINS)
            ],
            "factors": [
                {**head, "factor": f, **row("factors", at)} for at, f in enumerate(FACTOR_IDS)
            ],
            "aims": [
                {
                    **{**head, "domain": d, "aim": a, **row("aims", at)},
                    "indicators": self._ids(self.members(d, aim=a)),
                }
                for at, (d, a) in enumerate(AIMS)
            ],
            "city": [{**head, **row("city", 0)}],
        }

    def _weight(self, kind: str, key: str) -> float:
        weights: Mapping[str, float] = getattr(self.city.weights, kind)
        return weights.get(key, 1.0)

    def share(self, kind: str, key: str, keys: Iterable[str]) -> float:
        """Return the weight of `key` over that of all `keys`, 0 where nothing weighs anything."""
        total = sum(self._weight(kind, k) for k in keys)
        return self._weight(kind, key) / total if total else 0.0

    def _ids(self, members: Sequence[int]) -> list[str]:
        return [self.measured.indicators[n] for n in members]


def weight_in_city(loom: Loom, n: int) -> float:
    """Return the share of the city's score that rests on one indicator when all are measured."""
    one = loom.indicator(n)
    if one.domain is None:
        return 0.0
    cell = f"{one.domain}.{one.factor}"
    siblings = [loom.measured.indicators[m] for m in loom.members(one.domain, one.factor)]
    return (
        loom.share("indicators", one.id, siblings)
        * loom.share("cells", cell, [f"{one.domain}.{f}" for f in FACTOR_IDS])
        * loom.share("domains", one.domain, [d.id for d in DOMAINS])
    )


@dataclass(frozen=True)
class Case:
    """All that a finding may rest on: the facts, the measures, the loom, the day and the seed."""

    sensed: Sensed
    measured: Measured
    latest: Latest
    loom: Loom
    city: City
    catalogue: Catalogue
    day: date
    seed: int

    @property
    def subject(self) -> int:
        """The position of the subject city among the places."""
        return self.sensed.places.subject

    @property
    def scored(self) -> list[int]:
        """The positions of the scored indicators whose figure at the subject is fresh."""
        told = self.latest.fresh[:, self.subject] & np.isfinite(self.latest.score[:, self.subject])
        return [n for n in self.loom.scored if told[n]]
