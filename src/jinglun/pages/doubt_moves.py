"""What can be told apart in sensitivity indices that err: from nothing, and from each other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
WORTH = 0.05
"""A share of the variance under which a group of assumptions is not worth a word."""
WEIGHTS = ("weights_indicators", "weights_cells", "weights_domains")


def apart(row: Row, index: str) -> bool:
    """Say whether an index, `first` or `total`, lies more than two errors above nothing."""
    value, error = row[index], row[f"{index}_error"]
    return value is not None and error is not None and value - 2 * error > 0


def of_unit(rows: Sequence[Row], unit: str) -> list[Row]:
    """Return the groups that have a part in one result at all, by total index, largest first."""
    mine = [r for r in rows if r["unit"] == unit and r["total"] is not None]
    return sorted((r for r in mine if r["total"] >= 0.005), key=lambda r: (-r["total"], r["group"]))


def tiers(rows: Sequence[Row]) -> list[list[Row]]:
    """Part the groups worth a word: within a tier two errors do not tell one from its first."""
    found: list[list[Row]] = []
    for row in rows:
        if row["total"] < WORTH or not apart(row, "total"):
            continue
        if found and not _less(row, found[-1][0]):
            found[-1].append(row)
        else:
            found.append([row])
    return found


def _less(row: Row, than: Row) -> bool:
    error = math.hypot(row["total_error"], than["total_error"])
    return bool(than["total"] - row["total"] > 2 * error)


def bound(rows: Sequence[Row], groups: Sequence[str]) -> int:
    """Return the tenths of the variance under which some groups together stay.

    What groups have a part in together is no more than the sum of their total indices.
    """
    share: float = sum(r["total"] + 2 * r["total_error"] for r in rows if r["group"] in groups)
    return math.ceil(10 * share - 1e-9)


def rounded(share: float, error: float) -> int:
    """Return a share in per cent, no finer than twice its error allows: by 1, 5 or 10."""
    step = 10 if 2 * error >= 0.10 else 5 if 2 * error >= 0.05 else 1
    return step * round(100 * min(1.0, max(0.0, share)) / step)
