"""What every detailed table is drawn from: land, people and the yearbook's own figures."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from jinglun.model.arrays import Array
from jinglun.teaching.land import Land, surveyed
from jinglun.teaching.people import People, settled
from jinglun.teaching.settings import settings, years
from jinglun.teaching.yearbook import Book, written


# Compared by identity, so that what is made from a world can be kept beside it.
@dataclass(frozen=True, eq=False)
class World:
    """The invented city before a single row of a table is written."""

    seed: int
    land: Land
    people: People
    book: Book

    @property
    def subject(self) -> str:
        """The id of the city."""
        return str(settings("shili")["city"]["subject"])

    @property
    def copied_on(self) -> date:
        """The day the offices copied their tables out."""
        found: date = settings("shili")["city"]["copied_on"]
        return found

    def amount(self, ident: str, year: int) -> Array:
        """Return a figure of the districts and, last, of the city, in its own unit."""
        figure, at = self.book[ident], years().index(year)
        return np.append(figure.districts[:, at], figure.city[at]) * figure.quantum

    def rate(self, part: str, whole: str, year: int) -> Array:
        """Return one figure over another, of the districts and, last, of the city."""
        return self.amount(part, year) / self.amount(whole, year)

    def street_weights(self, year: int) -> Array:
        """Return the residents of every street in a year."""
        return self.people.streets[:, years().index(year)].astype(float)

    def bodies(self) -> tuple[str, ...]:
        """Return the ids of the governments: those of the districts and, last, the city's."""
        return (*self.land.districts, self.subject)


@functools.lru_cache(maxsize=2)
def made(seed: int) -> World:
    """Make the world of one seed."""
    land = surveyed(seed)
    people = settled(land, seed)
    return World(seed, land, people, written(land, people, seed))


def truth(name: str) -> dict[str, Any]:
    """Return one planted truth."""
    found: dict[str, Any] = settings("truths")[name]
    return found
