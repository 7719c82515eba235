"""Which units handled a table's rows well or badly, and which only look well on one indicator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from jinglun.loop.sense import Sensed
from jinglun.model.arrays import Array, tidy
from jinglun.model.catalogue import Catalogue

SMALLEST = 30
"""A unit with fewer rows is left out: its shares are chance, and its rows may be told apart."""
_FEWEST = 4
# A modified z-score over 3.5, that is a distance over 3.5 / 0.6745 MAD: Iglewicz and Hoaglin,
# How to Detect and Handle Outliers (1993).
_FAR = 3.5 / 0.6745


def breakdown(sensed: Sensed, catalogue: Catalogue) -> list[dict[str, Any]]:
    """Return, for each table with a column of who handled its rows, the indicators unit by unit.

    They are those of the city's last whole year whose variables are all of that table. A
    contradiction is a unit in the best quarter by one indicator that is the last by another, and
    there an outlier among the units by its modified z-score.
    """
    return [_table(ident, told, catalogue) for ident, told in sorted(sensed.by.items())]


def _table(ident: str, told: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    table = catalogue.tables[ident]
    groups = [g for g in told["groups"] if g["rows"] >= SMALLEST]
    values = dict(_values(ident, groups, catalogue))
    column = table.columns[told["column"]]
    return {
        "table": ident,
        "column": told["column"],
        "zh": column.zh,
        "en": column.en,
        "period": told["period"],
        "left_out": len(told["groups"]) - len(groups),
        "groups": [
            {
                "name": group["name"],
                "rows": group["rows"],
                "values": {i: tidy(v[n]) for i, v in values.items() if np.isfinite(v[n])},
            }
            for n, group in enumerate(groups)
        ],
        "contradictions": [
            {"name": groups[n]["name"], "well": well, "badly": badly}
            for _, n, well, badly in sorted(_contradictions(values, catalogue))
        ],
    }


def _values(
    table: str, groups: Sequence[Mapping[str, Any]], catalogue: Catalogue
) -> Iterator[tuple[str, Array]]:
    """Give every scored indicator of the table's own variables with its value by unit."""
    for ident, indicator in sorted(catalogue.indicators.items()):
        own = {catalogue.variables[v].table for v in indicator.parameters} == {table}
        if not own or indicator.role != "score" or indicator.over is not None:
            continue
        taken = [
            np.array([g["values"].get(v, np.nan) for g in groups], float)
            for v in indicator.parameters
        ]
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.asarray(catalogue.formulas[ident](*taken), float)
        low, high = indicator.range
        yield ident, np.where((value >= low) & (value <= high), value, np.nan)


def _contradictions(
    values: Mapping[str, Array], catalogue: Catalogue
) -> Iterator[tuple[float, int, str, str]]:
    """Give each, the furthest out first when sorted: less its distance, unit, well, badly."""
    goodness = {
        ident: value if catalogue.indicators[ident].better == "higher" else -value
        for ident, value in values.items()
        if np.isfinite(value).sum() >= _FEWEST
    }
    for badly, good in goodness.items():
        last = int(np.nanargmin(good))
        distance = np.abs(good - np.nanmedian(good))
        scale = np.nanmedian(distance)
        # Where most units are alike, nothing says how far apart chance would set them.
        if scale == 0 or distance[last] <= _FAR * scale:
            continue
        for well, other in goodness.items():
            if well != badly and other[last] >= np.nanquantile(other, 0.75):
                yield -float(distance[last] / scale), last, well, badly
