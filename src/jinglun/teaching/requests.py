"""Who calls the hotline about what, and what becomes of it: one row a request."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from jinglun.model.arrays import Array
from jinglun.teaching.dice import Ints, normal_quantile, stream
from jinglun.teaching.dirt import Mask, doubles, soiled
from jinglun.teaching.events import DAY, Clock, clock, expit, logit, received, streets, took
from jinglun.teaching.rows import Rows, chunks, flags, moments, numbered, words
from jinglun.teaching.settings import settings
from jinglun.teaching.world import World, truth

HOUR = 3600
FIELDS = {
    "on_time": ("requests_closed_on_time", "requests_limited"),
    "solved": ("callbacks_resolved", "callbacks_completed"),
    "satisfied": ("callbacks_satisfied", "callbacks_completed"),
    "reopened": ("requests_reopened", "requests_closed"),
    "in_time": ("requests_contacted_in_time", "requests_assigned"),
    "called": ("callbacks_completed", "requests_closed"),
    "repeated": ("requests_repeated", "requests_received"),
}


@dataclass(frozen=True)
class _Drawn:
    """What a chunk of requests is about: positions, and seconds since 1970."""

    at: Ints
    """The number of each row among all."""
    received: Ints
    year: Ints
    street: Ints
    topic: Ints
    repeat_of: Ints
    """The number of the earlier request, or -1."""


def requests(world: World, total: int, tally: dict[str, Any]) -> Iterator[Rows]:
    """Yield the requests chunk by chunk; `tally` takes what sound rows count [district, year]."""
    line = clock(settings("tables")["requests"]["from"], world.book["requests_received"].city)
    rates = _rates(world, line)
    drawn_rows = total - doubles("requests")
    for number, first, size in chunks(drawn_rows):
        rng = stream(world.seed, "requests", number)
        drawn = _drawn(world, line, first, size, drawn_rows, rates, rng)
        rows, closed = _rows(world, line, drawn, rates, rng)
        sound = np.ones(size, bool)
        if number == 0:
            rows, sound = soiled(rows, "requests", world.seed)
        _count(world, line, drawn, closed, sound[:size], tally)
        yield rows


def _topics() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = settings("requests")["topic"]
    return found


def _rates(world: World, line: Clock) -> dict[str, Array]:
    """Return shares [agency, district, year]: the yearbook's own, moved by agency."""
    agencies = settings("requests")["agency"]
    planted = truth("closes_without_solving")
    found = {}
    for name, (part, whole) in FIELDS.items():
        city = np.stack([world.rate(part, whole, y)[:-1] for y in line.years], axis=-1)
        shift = np.array([a.get(name, 0.0) for a in agencies])[:, None, None]
        found[name] = expit(logit(np.clip(city, 1e-3, 1 - 1e-3)) + shift)
        if name in planted:
            found[name][planted["agency"]] = planted[name]
    return found


def _drawn(
    world: World,
    line: Clock,
    first: int,
    size: int,
    total: int,
    rates: dict[str, Array],
    rng: np.random.Generator,
) -> _Drawn:
    hours = np.array(settings("requests")["hours"]["weight"], float)
    second, year = received(line, first, size, total, hours, rng)
    street = streets(world, line, year, rng)
    weights = np.array([t["weight"] for t in _topics()], float)
    topic = rng.choice(len(weights), size, p=weights / weights.sum())
    agency = np.array([t["agency"] for t in _topics()])[topic]
    again = rng.random(size) < rates["repeated"][agency, world.land.district[street], year]
    of = _earlier(topic, again)
    told = (of >= 0) & (year[np.maximum(of, 0)] == year)
    # Who calls again does so from the same place.
    street = np.where(told, street[np.maximum(of, 0)], street)
    at = first + np.arange(size)
    return _Drawn(at, second, year, street, topic, np.where(told, first + of, -1))


def _earlier(topic: Ints, again: Mask) -> Ints:
    """Return for each repeated request the row of the last first one on its topic, else -1."""
    order = np.argsort(topic, kind="stable")
    repeated = again[order]
    last = np.maximum.accumulate(np.where(repeated, -1, np.arange(len(order))))
    there = repeated & (last >= 0)
    there &= topic[order[np.maximum(last, 0)]] == topic[order]
    found = np.full(len(topic), -1)
    found[order] = np.where(there, order[np.maximum(last, 0)], -1)
    return found


def _rows(
    world: World, line: Clock, drawn: _Drawn, rates: dict[str, Array], rng: np.random.Generator
) -> tuple[Rows, Mask]:
    topics, said = _topics(), settings("requests")
    size, channels = len(drawn.at), said["channels"]
    agency = np.array([t["agency"] for t in topics])[drawn.topic]
    cell = (agency, world.land.district[drawn.street], drawn.year)
    year_of = np.array(line.years)[drawn.year]
    ids = _ids(drawn.at, year_of)
    told = drawn.repeat_of >= 0
    limit = np.array([t["days"] for t in topics])[drawn.topic] * DAY
    contact = _contact(drawn, cell, rates, rng)
    steps = _steps(world, drawn, cell, limit, rates, rng)
    text = _text_at(drawn, rng)
    zh, en = _texts(world)
    rows: Rows = {
        "request_id": ids,
        "place": words(drawn.street, world.land.streets),
        "topic": words(drawn.topic, [t["zh"] for t in topics]),
        "channel": words(
            rng.choice(len(channels["zh"]), size, p=channels["share"]), channels["zh"]
        ),
        "agency": words(agency, [a["zh"] for a in said["agency"]]),
        "received_at": moments(drawn.received),
        **contact,
        "due_at": moments(drawn.received + limit),
        **steps.rows,
        "repeat_of": _ids(np.maximum(drawn.repeat_of, 0), year_of, told),
        "summary_zh": words(text, zh),
        "summary_en": words(text, en),
    }
    return rows, steps.closed


def _ids(at: Ints, year: Ints, known: Any = None) -> Any:
    """Return a number such as SL2025-000012345; it tells the year of the request itself."""
    return numbered("SL", year * 10**9 + at, 13, known)


def _contact(
    drawn: _Drawn, cell: tuple[Ints, Ints, Ints], rates: dict[str, Array], rng: np.random.Generator
) -> Rows:
    """Return when a request was assigned, when the person must be contacted and when that was."""
    said = settings("requests")["settings"]
    size = len(drawn.at)
    assigned = drawn.received + rng.integers(120, 3 * HOUR, size)
    due = assigned + said["contact_hours"] * HOUR
    limit = np.full(size, float(said["contact_hours"] * HOUR))
    at = normal_quantile(rates["in_time"])[cell]
    contacted = assigned + took(limit, at, 0.7, rng).astype(np.int64)
    known = rng.random(size) < said["known_contact"]
    # A stream of its own: what is drawn here moves nothing that is drawn after it.
    accepted = assigned + (contacted - assigned) * rng.spawn(1)[0].random(size) ** 2
    return {
        "assigned_at": moments(assigned),
        "accepted_at": moments(accepted.astype(np.int64)),
        "contact_due_at": moments(due),
        "contacted_at": moments(contacted, known),
    }


@dataclass(frozen=True)
class _Steps:
    """The columns from closing on, and which requests are closed."""

    rows: Rows
    closed: Mask


def _steps(
    world: World,
    drawn: _Drawn,
    cell: tuple[Ints, Ints, Ints],
    limit: Ints,
    rates: dict[str, Array],
    rng: np.random.Generator,
) -> _Steps:
    size = len(drawn.at)
    at = normal_quantile(rates["on_time"])[cell]
    end = drawn.received + took(limit.astype(float), at, 0.45, rng).astype(np.int64)
    copied = int(np.datetime64(world.copied_on, "s").astype(np.int64))
    closed = (rng.random(size) >= settings("requests")["settings"]["never_closed"]) & (end < copied)
    called = closed & (rng.random(size) < rates["called"][cell])
    callback = end + rng.integers(DAY, 6 * DAY, size)
    called &= callback < copied
    mood = rng.random(size)
    resolved = mood < rates["solved"][cell]
    # The same mood for both: who says it is solved is rarely dissatisfied.
    satisfied = 0.85 * mood + 0.15 * rng.random(size) < rates["satisfied"][cell]
    rows = {
        "closed_at": moments(end, closed),
        "reopened": flags(rng.random(size) < rates["reopened"][cell]),
        "callback_at": moments(callback, called),
        "callback_resolved": flags(resolved, called),
        "callback_satisfied": flags(satisfied, called),
    }
    return _Steps(rows, closed)


def _text_at(drawn: _Drawn, rng: np.random.Generator) -> Ints:
    """Return the position of each request's words among all that can be said."""
    kinds, spots = 2, len(settings("requests")["spots"]["list"])
    kind = rng.integers(0, kinds, len(drawn.at))
    spot = rng.integers(0, spots, len(drawn.at))
    return ((drawn.street * len(_topics()) + drawn.topic) * kinds + kind) * spots + spot


def _texts(world: World) -> tuple[list[str], list[str]]:
    """Return all that can be said, in Chinese and in English, in the order of `_text_at`."""
    return _said(world.land.streets, tuple(world.land.names[s] for s in world.land.streets))


@functools.lru_cache(maxsize=2)
def _said(
    streets: tuple[str, ...], names: tuple[tuple[str, str], ...]
) -> tuple[list[str], list[str]]:
    spots = settings("requests")["spots"]["list"]
    zh, en = [], []
    for street_zh, street_en in names:
        for topic in _topics():
            for one_zh, one_en in topic["complaints"]:
                zh += [f"{street_zh}{spot}：{one_zh}。" for spot, _ in spots]
                en += [f"{street_en}; {spot}: {one_en}." for _, spot in spots]
    return zh, en


def _count(
    world: World, line: Clock, drawn: _Drawn, closed: Mask, sound: Mask, tally: dict[str, Any]
) -> None:
    """Add what the sound rows of a chunk count to the tally, [district, year of the line]."""
    shape = (len(world.land.districts), len(line.years))
    place = world.land.district[drawn.street] * shape[1] + drawn.year
    for name, chosen in (("requests_received", sound), ("requests_closed", sound & closed)):
        counted = np.bincount(place[chosen], minlength=shape[0] * shape[1]).reshape(shape)
        tally[name] = tally.get(name, np.zeros(shape, np.int64)) + counted
    tally["requests_years"] = line.years
