"""What the whole framework knows: the five domains, the four factors and the city's own words."""

from __future__ import annotations

import functools

from jinglun import domains, factors
from jinglun.model.catalogue import Catalogue


@functools.cache
def framework_catalogue() -> Catalogue:
    """Return the catalogue that ships with the program, read once."""
    warp, weft = domains.load(), factors.load()
    return Catalogue(
        variables={**warp.variables, **weft.variables},
        indicators={**warp.indicators, **weft.indicators},
        strategies=warp.strategies,
        tables=warp.tables,
        formulas={**warp.formulas, **weft.formulas},
        reductions=warp.reductions,
    )
