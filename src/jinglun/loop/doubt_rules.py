"""What is doubted and how far: the rules of doubt, with what the city has put in their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jinglun.loop.rulebook import rules
from jinglun.model.city import City
from jinglun.model.facts import QUALITY

GROUPS = (
    *("own", "shared", "peers", "benchmarks"),
    *("weights_indicators", "weights_cells", "weights_domains", "normalisation", "aggregation"),
)
"""The groups of assumptions, each drawn from a stream of its own."""


@dataclass(frozen=True)
class Rules:
    """The numbers behind every interval; shares of one unless their names say otherwise."""

    draws: int
    bands: tuple[float, ...]
    """By quality class, A to F."""
    rho: float
    other: float
    shift: float
    k: float
    normalisation: Mapping[str, float]
    aggregation: Mapping[str, float]
    coverage: float
    basis: float
    listed: int
    correlation: float
    prior_places: int
    sensitivity_draws: int
    sensitivity_places: int

    def parameters(self) -> dict[str, Mapping[str, float]]:
        """Return the parameters of each group of assumptions, for findings.json."""
        own = dict(zip(QUALITY, self.bands, strict=True))
        weights = {"k": self.k}
        return {
            "own": own,
            "shared": {"rho": self.rho},
            "peers": own,
            "benchmarks": {"other": self.other, "shift": self.shift},
            "weights_indicators": weights,
            "weights_cells": weights,
            "weights_domains": weights,
            "normalisation": self.normalisation,
            "aggregation": self.aggregation,
        }


def doubt_rules(city: City) -> Rules:
    """Return the rules of doubt.toml with the city's own draws and bands."""
    said = rules("doubt")
    bands = {**said["bands"], **city.doubt.bands}
    return Rules(
        draws=city.doubt.draws,
        bands=tuple(float(bands[q]) for q in QUALITY),
        rho=said["shared"]["rho"],
        other=said["benchmarks"]["other"],
        shift=said["benchmarks"]["shift"],
        k=said["weights"]["k"],
        normalisation=said["normalisation"],
        aggregation=said["aggregation"],
        coverage=said["ranks"]["coverage"],
        basis=said["ranks"]["basis"],
        listed=said["ranks"]["listed"],
        correlation=said["prior"]["correlation"],
        prior_places=said["prior"]["places"],
        # Who wants few draws wants few of these too.
        sensitivity_draws=min(said["sensitivity"]["draws"], city.doubt.draws),
        sensitivity_places=said["sensitivity"]["places"],
    )
