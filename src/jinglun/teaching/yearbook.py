"""What the yearbook says: every figure by place and year, made so that parts and wholes agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from jinglun.model.arrays import Array
from jinglun.teaching.dice import Ints, apportion, stream
from jinglun.teaching.land import Land
from jinglun.teaching.people import People
from jinglun.teaching.settings import settings, years

FIELDS = (
    *("economy", "services", "governance", "operations", "infrastructure"),
    *("urban", "built", "industry", "market"),
)
FIELD_OF_CHAPTER = {"people": "services", "factors": "governance"}
NOT_CHAPTERS = ("settings", "units", "event")


@dataclass(frozen=True)
class Figure:
    """One variable in whole quanta: [district or peer, year] and [year] for the city.

    A quantum is `size` over 10 to the power of `decimals`. Before `since` (a position) nothing is
    known.
    """

    districts: Ints
    peers: Ints
    city: Ints
    size: float = 1.0
    decimals: int = 0
    since: int = 0

    @property
    def quantum(self) -> float:
        """What one is worth in the variable's own unit."""
        return float(self.size / 10**self.decimals)

    def value(self) -> Array:
        """Return districts, peers and the city, one below the other, in the variable's own unit."""
        whole = np.vstack([self.districts, self.peers, self.city]) * self.quantum
        return np.asarray(whole, float)


Book = dict[str, Figure]


def written(land: Land, people: People, seed: int) -> Book:
    """Return every figure of yearbook.toml, those that are never printed too."""
    author = _Author(land, people, seed)
    for ident in author.says:
        author.figure(ident)
    return author.book


def chapters() -> dict[str, dict[str, Any]]:
    """Return the variables of each chapter with what yearbook.toml says of them."""
    return {name: b for name, b in settings("yearbook").items() if name not in NOT_CHAPTERS}


class _Author:
    """What the making of one figure needs of the others, each made once, whoever asks first."""

    def __init__(self, land: Land, people: People, seed: int) -> None:
        self.seed = seed
        self.says: dict[str, dict[str, Any]] = {}
        for chapter, block in chapters().items():
            field = FIELD_OF_CHAPTER.get(chapter, chapter)
            self.says |= {i: {"q": field, **said} for i, said in block.items()}
        self.quality = _qualities(seed)
        self.book: Book = _given(land, people)
        self.parts = len(people.districts)

    def figure(self, ident: str) -> Figure:
        """Return one figure, made now if nobody asked for it before."""
        if ident not in self.book:
            said = self.says[ident]
            self.book[ident] = _events(ident, self._made(ident, said))
        return self.book[ident]

    def _made(self, ident: str, said: dict[str, Any]) -> Figure:
        for key, make in _WAYS.items():
            if key in said:
                return make(self, ident, said)
        raise ValueError(f"yearbook.toml does not say how {ident} comes about")

    def values(self, ident: str) -> Array:
        """Return [district, peer and city, year] of another figure in its own unit."""
        return self.figure(ident).value()

    def path(self, ident: str, said: dict[str, Any], key: str) -> Array:
        """Return [district, peer and city, year] drawn about what is said, by standing and chance.

        Shares move in logits, so that none passes 1; the rest in logarithms.
        """
        book, there = settings("yearbook")["settings"], key == "share"
        middle = _between(_bent(np.array(said[key], float), there))
        middle = middle + said.get("cycle", 0.0) * np.array(book["cycle"])
        noise = said.get("noise", book["noise"])
        rng = stream(self.seed, "yearbook", ident)
        quality = np.append(self.quality[said["q"]], 0.0)[:, None]
        places = len(quality)
        lasting = rng.normal(0, noise, (places, 1))
        lasting[-1] = 0.0
        passing = rng.normal(0, noise / 2, (places, middle.size))
        drawn = middle + said.get("spread", 0.0) * quality + lasting + passing
        return np.asarray(np.minimum(_straight(drawn, there), said.get("cap", np.inf)))

    def figured(self, value: Array, said: dict[str, Any], own: bool) -> Figure:
        """Round values to quanta; the city is the sum of its districts unless it has its own."""
        size, decimals = _unit(said)
        quanta = np.rint(value * 10**decimals / size).astype(np.int64)
        districts, peers = quanta[: self.parts], quanta[self.parts : -1]
        city = quanta[-1] if own else districts.sum(axis=0)
        return Figure(districts, peers, city, size, decimals, _since(said))


def _of(author: _Author, ident: str, said: dict[str, Any]) -> Figure:
    base = author.values(said["of"])
    key = "share" if "share" in said else "rate"
    value = base * author.path(ident, said, key) / said.get("per", 1)
    if key == "share":
        value = np.minimum(value, base)
    own = said.get("own", False)
    made = author.figured(value, said, own)
    if key == "rate":
        return made
    # Rounding up must not make a part larger than its whole.
    most = np.floor(base / made.quantum + 1e-6).astype(np.int64)
    size = author.parts
    parts = np.minimum(made.districts, most[:size])
    city = np.minimum(made.city, most[-1]) if own else parts.sum(axis=0)
    peers = np.minimum(made.peers, most[size:-1])
    return Figure(parts, peers, city, made.size, made.decimals, made.since)


def _number(author: _Author, ident: str, said: dict[str, Any]) -> Figure:
    return author.figured(author.path(ident, said, "number"), said, said.get("own", False))


def _single(author: _Author, ident: str, said: dict[str, Any]) -> Figure:
    return author.figured(author.path(ident, said, "single"), said, own=True)


def _mean(author: _Author, ident: str, said: dict[str, Any]) -> Figure:
    made = author.figured(author.path(ident, said, "mean"), said, own=True)
    base = author.figure(said["base"]).districts
    city = np.rint((made.districts * base).sum(axis=0) / base.sum(axis=0)).astype(np.int64)
    return Figure(made.districts, made.peers, city, made.size, made.decimals, made.since)


def _split(author: _Author, ident: str, said: dict[str, Any]) -> Figure:
    """Cut another figure into all its parts at once, so that they add up, and return this one."""
    whole = author.figure(said["split"])
    group = {i: s for i, s in author.says.items() if s.get("split") == said["split"]}
    weight = np.stack([author.path(i, s, "weight") for i, s in group.items()])
    here = np.array([s.get("here", 1.0) for s in group.values()])
    weight[:, : author.parts] *= here[:, None, None]
    at = list(group).index(ident)
    places = np.vstack([whole.districts, whole.peers])
    cut = np.array(
        [
            [apportion(int(total), weight[:, p, t])[at] for t, total in enumerate(line)]
            for p, line in enumerate(places)
        ]
    )
    parts, peers = cut[: author.parts], cut[author.parts :]
    return Figure(parts, peers, parts.sum(axis=0), whole.size, whole.decimals, whole.since)


def _sum(author: _Author, ident: str, said: dict[str, Any]) -> Figure:
    return author.figured(np.sum([author.values(i) for i in said["sum"]], axis=0), said, own=False)


def _less(author: _Author, ident: str, said: dict[str, Any]) -> Figure:
    whole, part = (author.values(i) for i in said["less"])
    return author.figured(whole - part, said, own=False)


def _percent(author: _Author, ident: str, said: dict[str, Any]) -> Figure:
    part, base = (author.values(i) for i in said["percent"])
    return author.figured(100 * part / base, {"unit": "%", **said}, own=True)


def _ratio(author: _Author, ident: str, said: dict[str, Any]) -> Figure:
    part, base = (author.values(i) for i in said["ratio"])
    return author.figured(part / base, said, own=True)


def _copy(author: _Author, ident: str, said: dict[str, Any]) -> Figure:
    """Return another figure of one year in all later years, or of so many years before."""
    first, other = years()[0], author.figure(said["copy"])
    size = len(years())
    since = said["year"] - first if "year" in said else said["back"]
    at = np.full(size, since) if "year" in said else np.maximum(np.arange(size) - since, 0)
    taken = (other.districts[:, at], other.peers[:, at], other.city[at])
    return Figure(*taken, other.size, other.decimals, since)


_WAYS = {
    "copy": _copy,
    "split": _split,
    "sum": _sum,
    "less": _less,
    "percent": _percent,
    "ratio": _ratio,
    "of": _of,
    "number": _number,
    "single": _single,
    "mean": _mean,
}


def _given(land: Land, people: People) -> Book:
    """Return what the others start from: people, households and land."""

    def total(districts: Ints, peers: Ints, decimals: int = 0, size: float = 1.0) -> Figure:
        return Figure(districts, peers, districts.sum(axis=0), size, decimals)

    one = np.ones(len(years()), np.int64)
    inside = [land.km2[land.district == d].sum() for d in range(len(land.districts))]
    peers = [100 * p["area"] for p in settings("shili")["peers"]["list"]]
    return {
        "resident_pop": total(people.districts, people.peers, 4, 1e4),
        "households": total(people.households, people.peer_households),
        "area_km2": total(np.outer(inside, one), np.outer(peers, one), 2),
    }


def _qualities(seed: int) -> dict[str, Array]:
    """Return the standing [district, peer] in every field."""
    city = settings("shili")
    rng = stream(seed, "standing of peers")
    found = {}
    for field in FIELDS:
        own = [block["quality"][field] for block in city["district"]]
        others = np.array([p["quality"] for p in city["peers"]["list"]])
        others += city["peers"]["shift"].get(field, 0.0)
        found[field] = np.array([*own, *(others + rng.normal(0, 0.3, len(others)))])
    return found


def _unit(said: dict[str, Any]) -> tuple[float, int]:
    """Return the size of the printed unit and its decimals."""
    if "unit" not in said:
        return 1.0, said.get("decimals", 0)
    unit = settings("yearbook")["units"][said["unit"]]
    return float(unit["size"]), int(said.get("decimals", unit["decimals"]))


def _since(said: dict[str, Any]) -> int:
    return int(said["from"] - years()[0]) if "from" in said else 0


def _bent(values: Array, is_share: bool) -> Array:
    return np.log(values / (1 - values)) if is_share else np.log(values)


def _straight(values: Array, is_share: bool) -> Array:
    return 1 / (1 + np.exp(-values)) if is_share else np.exp(values)


def _between(values: Array) -> Array:
    """Return a value a year: as said, or on the line from the first to the last."""
    size = len(years())
    return values if len(values) == size else np.linspace(values[0], values[-1], size)


def _events(ident: str, figure: Figure) -> Figure:
    """Write what happened in one place and year over what was drawn, and add up again."""
    happened = [e for e in settings("yearbook").get("event", ()) if e["variable"] == ident]
    if not happened:
        return figure
    ids: Sequence[str] = [block["id"] for block in settings("shili")["district"]]
    parts = figure.districts.copy()
    for event in happened:
        parts[ids.index(event["place"]), event["year"] - years()[0]] = event["value"]
    total = parts.sum(axis=0)
    return Figure(parts, figure.peers, total, figure.size, figure.decimals, figure.since)
