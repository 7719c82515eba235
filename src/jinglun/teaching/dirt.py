"""Which rows are spoilt on purpose, how, and which rows stay sound."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from jinglun.teaching.dice import stream
from jinglun.teaching.rows import Rows, flags, numbers, words
from jinglun.teaching.settings import settings
from jinglun.teaching.world import truth

Mask = NDArray[np.bool_]


def planted(table: str) -> dict[str, int]:
    """Return how many rows of a table are spoilt, by the reason they must be set aside for."""
    found: dict[str, int] = truth("dirty")["tables"].get(table, {})
    return found


def doubles(table: str) -> int:
    """Return how many rows stand twice: a table's first part is drawn that many rows shorter."""
    return planted(table).get("twice", 0)


def soiled(rows: Rows, table: str, seed: int) -> tuple[Rows, Mask]:
    """Spoil rows of the first part of a table; return it, copies last, and which rows are sound."""
    counts = planted(table)
    size = len(next(iter(rows.values())))
    total = sum(counts.values())
    rng = stream(seed, "dirt", table)
    chosen = rng.choice(size, total, replace=False)
    sound = np.ones(size, bool)
    at = 0
    for reason, number in counts.items():
        here = np.sort(chosen[at : at + number])
        at += number
        if reason == "twice":
            rows = {name: _with_copies(held, here) for name, held in rows.items()}
            sound = np.append(sound, np.zeros(number, bool))
        else:
            column, value = _fault(table, reason)
            rows = {**rows, column: _replaced(rows[column], here, value)}
            sound[here] = False
    return rows, sound


def _fault(table: str, reason: str) -> tuple[str, str | None]:
    """Return the column that a fault stands in and what stands there; None is nothing at all."""
    if reason == "unknown_place":
        return "place", str(settings("truths")["dirty"]["words"]["place"])
    if reason == "too_early":
        return "ends_on", "1999-12-31"
    times = {"requests": "received_at", "cases": "due_at"}
    return times[table], None


def _with_copies(held: Any, at: NDArray[np.int64]) -> Any:
    import pyarrow as pa

    return pa.concat_arrays([held, held.take(numbers(at))])


def _replaced(held: Any, at: NDArray[np.int64], value: str | None) -> Any:
    """Return an array with one value at these rows; a dictionary learns the new word."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(held.type):
        known = held.dictionary.to_pylist()
        codes = held.indices.to_numpy(zero_copy_only=False).copy()
        codes[at] = len(known)
        return words(codes, [*known, str(value)])
    mask = np.zeros(len(held), bool)
    mask[at] = True
    scalar = pa.scalar(value, pa.string()).cast(held.type)
    return pc.if_else(flags(mask), scalar, held)
