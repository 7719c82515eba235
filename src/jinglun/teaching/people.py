"""Who lives where: residents and households of every street, adding up to district and city."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jinglun.model.arrays import Array
from jinglun.teaching.dice import Ints, apportion, stream
from jinglun.teaching.land import Land
from jinglun.teaching.settings import settings, years


@dataclass(frozen=True)
class People:
    """Counts [place, year]: of streets, of districts (their sums) and of the peers."""

    streets: Ints
    street_households: Ints
    districts: Ints
    households: Ints
    peers: Ints
    peer_households: Ints


def settled(land: Land, seed: int) -> People:
    """Let the population grow by district and year, and spread it over the streets."""
    blocks = settings("shili")["district"]
    shares = _street_shares(land, seed)
    parts, homes = [], []
    for number, block in enumerate(blocks):
        rng = stream(seed, "people", block["id"])
        inside = land.district == number
        totals = _history(block["pop"], block["growth"], rng)
        parts.append(_spread(totals, shares[inside], rng))
        homes.append(_households(parts[-1], block["household_size"]))
    streets, street_homes = np.concatenate(parts), np.concatenate(homes)
    peers = np.array(
        [
            _history(p["pop"], p["growth"], stream(seed, "people", p["id"]))
            for p in settings("shili")["peers"]["list"]
        ]
    )
    return People(
        streets,
        street_homes,
        np.array([part.sum(axis=0) for part in parts]),
        np.array([part.sum(axis=0) for part in homes]),
        peers,
        _households(peers, 2.62),
    )


def _history(last: int, growth: float, rng: np.random.Generator) -> Ints:
    """Return the totals of every year, the last one as given."""
    steps = growth + rng.normal(0, 0.002, len(years()) - 1)
    back = np.concatenate([[0.0], np.cumsum(steps[::-1])])[::-1]
    found: Ints = np.rint(last * np.exp(-back)).astype(np.int64)
    return found


def _street_shares(land: Land, seed: int) -> Array:
    """Return weights by street: more people where there is more land, but less than in proportion.

    Towns are thinner than subdistricts.
    """
    rng = stream(seed, "street shares")
    town = np.array([land.names[s][0].endswith("镇") for s in land.streets])
    weights = land.km2**0.5 * np.exp(rng.normal(0, 0.18, len(town))) * np.where(town, 0.6, 1)
    return np.asarray(weights, float)


def _spread(totals: Ints, shares: Array, rng: np.random.Generator) -> Ints:
    drift = rng.normal(0, 0.004, len(shares))
    columns = [
        apportion(int(total), shares * np.exp(drift * (at - len(totals) + 1)))
        for at, total in enumerate(totals)
    ]
    return np.stack(columns, axis=1)


def _households(people: Ints, size: float) -> Ints:
    """Return households; they grew smaller over the years, by about a hundredth a year."""
    back = len(years()) - 1 - np.arange(len(years()))
    return np.rint(people / (size * 1.009**back)).astype(np.int64)
