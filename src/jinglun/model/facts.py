"""What was found: figures by variable, place and period, as a long table and as one cube."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jinglun.model.arrays import Array

QUALITY = "ABCDEF"
"""U4SSC: A measured, B survey, C from a higher level, D assumed, E personal estimate, F unknown."""


@dataclass(frozen=True)
class Facts:
    """Equal-long columns; place, period, variable and source are positions in their own lists."""

    place: NDArray[np.int32]
    period: NDArray[np.int32]
    variable: NDArray[np.int32]
    value: Array
    quality: NDArray[np.int8]
    source: NDArray[np.int32]
    locator: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.value)

    def take(self, chosen: NDArray[Any]) -> Facts:
        """Return the rows chosen by a mask or by positions."""
        return Facts(*(getattr(self, f.name)[chosen] for f in dataclasses.fields(self)))

    @staticmethod
    def join(parts: Sequence[Facts]) -> Facts:
        """Return all rows of `parts` in order."""
        names = [f.name for f in dataclasses.fields(Facts)]
        return Facts(*(np.concatenate([getattr(p, n) for p in parts]) for n in names))

    @staticmethod
    def empty() -> Facts:
        """Return no rows."""
        return Facts(
            np.zeros(0, np.int32),
            np.zeros(0, np.int32),
            np.zeros(0, np.int32),
            np.zeros(0),
            np.zeros(0, np.int8),
            np.zeros(0, np.int32),
            np.zeros(0, object),
        )


@dataclass(frozen=True)
class Cube:
    """Facts as float64 [variable, place, period], NaN for missing, and the quality of each."""

    variables: tuple[str, ...]
    periods: tuple[str, ...]
    value: Array
    quality: NDArray[np.int8]

    def of(self, variable: str) -> Array:
        """Return the plane [place, period] of one variable, all NaN if nobody mapped it."""
        plane: Array = np.full(self.value.shape[1:], np.nan)
        if variable in self.variables:
            plane = self.value[self.variables.index(variable)]
        return plane


def cube(facts: Facts, variables: tuple[str, ...], places: int, periods: tuple[str, ...]) -> Cube:
    """Spread facts over [variable, place, period]; keys are unique, so order does not matter."""
    shape = (len(variables), places, len(periods))
    value = np.full(shape, np.nan)
    quality = np.full(shape, -1, np.int8)
    at = (facts.variable, facts.place, facts.period)
    value[at] = facts.value
    quality[at] = facts.quality
    return Cube(variables, periods, value, quality)
