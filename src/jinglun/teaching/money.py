"""Whom the city buys from and when it pays: procurement contracts and invoices, one row each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from jinglun.model.arrays import Array
from jinglun.teaching.dice import Ints, stream
from jinglun.teaching.dirt import Mask, doubles, soiled
from jinglun.teaching.events import Clock, clock, expit, logit, received
from jinglun.teaching.rows import Rows, chunks, days, flags, numbered, numbers, words
from jinglun.teaching.settings import settings
from jinglun.teaching.world import World

DAY = 86_400
OFFICE_HOURS = np.array([0.0] * 9 + [1.0] * 8 + [0.0] * 7)
SMALL = 3
"""The first so many sizes of supplier are small and medium firms."""


def contracts(
    world: World, total: int, tied: Sequence[Mapping[str, Any]], tally: dict[str, Any]
) -> Iterator[Rows]:
    """Yield the contracts, first those tied to a system or a project of the base inventory.

    `tally` takes the value of contracts with small and medium firms [place, year].
    """
    drawn = total - doubles("contracts") - len(tied)
    line = clock(settings("tables")["contracts"]["from"], world.book["ocids"].city)
    for number, first, size in chunks(drawn):
        rng = stream(world.seed, "contracts", number)
        rows, facts = _rows(world, line, first, size, drawn, rng)
        if number == 0:
            rows, facts = _with_tied(world, line, rows, facts, tied)
            rows, sound = soiled(rows, "contracts", world.seed)
            facts["value"] = np.where(sound[: len(facts["value"])], facts["value"], 0.0)
        _count(world, line, facts, tally)
        yield rows


def _rows(
    world: World, line: Clock, first: int, size: int, total: int, rng: np.random.Generator
) -> tuple[Rows, dict[str, Any]]:
    said = settings("small")["contracts"]
    second, year = received(line, first, size, total, OFFICE_HOURS, rng)
    # A process with two contracts: the second stands right behind the first, of the same buyer.
    again = rng.random(size) < said["two_contracts"]
    again[0] = False
    again[1:] &= (year[1:] == year[:-1]) & ~again[:-1]
    origin = np.arange(size) - again
    place = _bodies(world, size, said["city_share"], rng)[origin]
    buyer = rng.integers(0, len(said["buyers"]), size)[origin]
    cell = (place, year)
    category = rng.choice(len(said["category"]["words"]), size, p=said["category"]["share"])
    supplier = rng.choice(
        len(said["supplier_size"]["words"]), size, p=said["supplier_size"]["share"]
    )
    value = _values(world, line, year, category, supplier, size, total, rng)
    method, words_of = _methods(world, line, cell, rng)
    numbers_of = np.array(line.years)[year] * 10**8 + first
    signed = second // DAY
    starts = signed + rng.integers(3, 20, size)
    ends = starts + rng.integers(20, 365, size)
    open_to = method < len(said["open_words"])
    bids = 3 + rng.poisson(
        np.maximum(_rate(world, line, "bids_received", "competed_contracts")[cell] - 3, 0.2)
    )
    asked = open_to & (rng.random(size) >= said["tenderers_unknown"])
    rows: Rows = {
        "ocid": numbered("ocds-shili-", numbers_of + origin, 12),
        "contract_id": numbered("HT", numbers_of + np.arange(size), 12),
        "place": words(place, world.bodies()),
        "buyer": words(buyer, said["buyers"]),
        "supplier": numbered("示例供应商", rng.integers(1, said["suppliers"], size), 3),
        "category": words(category, said["category"]["words"]),
        "method": words(method, words_of),
        "electronic": flags(
            rng.random(size) < _rate(world, line, "eprocurement_value", "procurement_value")[cell]
        ),
        "tenderers": numbers(bids, asked),
        "signed_at": days(signed),
        "value": numbers(value.astype(np.int64)),
        **_stages(world, line, cell, rng),
        "starts_on": days(starts),
        "ends_on": days(ends),
        "system_id": words(np.full(size, -1), [""]),
        "project_id": words(np.full(size, -1), [""]),
        "supplier_size": words(supplier, said["supplier_size"]["words"]),
    }
    return rows, {"place": place, "year": year, "value": value, "small": supplier < SMALL}


def _rate(world: World, line: Clock, part: str, whole: str) -> Array:
    """Return a rate [district and, last, city; year of the line]."""
    return np.stack([world.rate(part, whole, y) for y in line.years], axis=-1)


def _bodies(world: World, size: int, city_share: float, rng: np.random.Generator) -> Ints:
    """Return who signs or pays by position: the city, or a district by its economy."""
    economy = world.amount("gdp", 2025)[:-1]
    odds = np.append((1 - city_share) * economy / economy.sum(), city_share)
    return rng.choice(len(odds), size, p=odds)


def _values(
    world: World,
    line: Clock,
    year: Ints,
    category: Ints,
    supplier: Ints,
    size: int,
    total: int,
    rng: np.random.Generator,
) -> Array:
    """Return the value of each contract in whole yuan; a year's sum is about the yearbook's."""
    said = settings("small")["contracts"]
    rows = total * np.diff(line.cuts)
    mean = np.array([world.amount("procurement_value", y)[-1] for y in line.years]) / rows
    spread = said["spread"]
    chance = np.exp(rng.normal(-(spread**2) / 2, spread, size))
    kind = np.array(said["size"])[category] * np.array(said["supplier_size"]["value"])[supplier]
    usual = float(np.dot(said["size"], said["category"]["share"]))
    usual *= float(np.dot(said["supplier_size"]["value"], said["supplier_size"]["share"]))
    return np.asarray(np.maximum(np.rint(mean[year] * chance * kind / usual / 100) * 100, 100))


def _methods(
    world: World, line: Clock, cell: tuple[Ints, Ints], rng: np.random.Generator
) -> tuple[Ints, list[str]]:
    """Return how each contract was awarded, competitive words first."""
    said = settings("small")["contracts"]
    size = len(cell[0])
    direct = rng.random(size) < _rate(world, line, "direct_award_value", "procurement_value")[cell]
    competed = rng.choice(len(said["open_words"]), size, p=said["open_share"])
    chosen = rng.choice(len(said["closed_words"]), size, p=said["closed_share"])
    method = np.where(direct, len(said["open_words"]) + chosen, competed)
    return method, [*said["open_words"], *said["closed_words"]]


def _stages(world: World, line: Clock, cell: tuple[Ints, Ints], rng: np.random.Generator) -> Rows:
    """Return which of the five stages were published; all five as often as the yearbook says."""
    said = settings("small")["contracts"]
    size = len(cell[0])
    five = _rate(world, line, "ocids_five_stages", "ocids")[cell]
    whole = rng.random(size) < five
    parts = {}
    for name, ease in zip(said["stages"], said["stage_ease"], strict=True):
        parts[name] = whole | (rng.random(size) < expit(logit(five) + ease))
    # One stage at least is missing where not all are there: the last.
    last = said["stages"][-1]
    everything = np.logical_and.reduce(list(parts.values()))
    parts[last] = parts[last] & ~(everything & ~whole)
    return {name: flags(held) for name, held in parts.items()}


def _with_tied(
    world: World,
    line: Clock,
    rows: Rows,
    facts: dict[str, Any],
    tied: Sequence[Mapping[str, Any]],
) -> tuple[Rows, dict[str, Any]]:
    """Put the contracts of the base inventory before the others."""
    import pyarrow as pa

    if not tied:
        return rows, facts
    joined = {}
    for name, held in rows.items():
        coded = pa.types.is_dictionary(held.type)
        plain = held.dictionary_decode() if coded else held
        both = pa.concat_arrays([pa.array([t[name] for t in tied], plain.type), plain])
        # Every part of a file must have the same types.
        joined[name] = both.dictionary_encode() if coded else both
    sizes = settings("small")["contracts"]["supplier_size"]["words"]
    place = [world.bodies().index(t["place"]) for t in tied]
    year = [line.years.index(t["signed_at"].year) for t in tied]
    small = [sizes.index(t["supplier_size"]) < SMALL for t in tied]
    more_facts = {"place": place, "year": year, "value": [t["value"] for t in tied], "small": small}
    return joined, {n: np.concatenate([np.array(more_facts[n]), facts[n]]) for n in facts}


def _count(world: World, line: Clock, facts: dict[str, Any], tally: dict[str, Any]) -> None:
    """Add the value of contracts with small and medium firms, [district and city's own, year]."""
    shape = (len(world.bodies()), len(line.years))
    at = facts["place"] * shape[1] + facts["year"]
    value = np.where(facts["small"], facts["value"], 0.0)
    counted = np.bincount(at, weights=value, minlength=shape[0] * shape[1]).reshape(shape)
    tally["sme_procurement_value"] = tally.get("sme_procurement_value", 0.0) + counted
    tally["contracts_years"] = line.years


def supplier_invoices(world: World, total: int) -> Iterator[Rows]:
    """Yield the invoices chunk by chunk; they count in the year in which they fell due."""
    said = settings("small")["invoices"]
    line = clock(
        settings("tables")["supplier_invoices"]["from"], world.book["sme_invoices_due"].city
    )
    rate = _rate(world, line, "sme_invoices_paid_on_time", "sme_invoices_due")
    copied = int(np.datetime64(world.copied_on, "D").astype(np.int64))
    for number, first, size in chunks(total):
        rng = stream(world.seed, "supplier_invoices", number)
        second, year = received(line, first, size, total, OFFICE_HOURS, rng)
        place = _bodies(world, size, said["city_share"], rng)
        kind = rng.choice(
            len(said["supplier_size"]["words"]), size, p=said["supplier_size"]["share"]
        )
        mean = np.array(said["supplier_size"]["mean"])[kind]
        amount = np.rint(
            mean * np.exp(rng.normal(-0.5 * said["spread"] ** 2, said["spread"], size))
        )
        due = second // DAY
        on_time = rng.random(size) < rate[place, year]
        paid = due + np.where(on_time, -rng.integers(0, 25, size), 1 + rng.geometric(0.02, size))
        known: Mask = (paid < copied) & (on_time | (rng.random(size) >= said["never_paid"]))
        yield {
            "invoice_id": numbered(
                "FP", np.array(line.years)[year] * 10**8 + first + np.arange(size), 12
            ),
            "place": words(place, world.bodies()),
            "supplier_size": words(kind, said["supplier_size"]["words"]),
            "amount": numbers(np.maximum(amount, 100).astype(np.int64)),
            "due_on": days(due),
            "paid_on": days(paid, known),
        }
