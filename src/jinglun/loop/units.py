"""What one named unit is worth in another: 万人 in person, 亿元 in the city's own currency."""

from __future__ import annotations

import functools
import re
import tomllib
from importlib import resources
from typing import Any

# Nothing but names joined by * and /: an expression such as 9**9**9**9 would never return.
_PLAIN = re.compile(r"(%|[^\W\d_]+[23]?)([/*](%|[^\W\d_]+[23]?))*")


@functools.cache
def _rules() -> dict[str, Any]:
    text = resources.files("jinglun.loop.rules").joinpath("units.toml").read_text("utf-8")
    return tomllib.loads(text)


@functools.cache
def _registry() -> Any:
    import pint

    registry: Any = pint.UnitRegistry(cache_folder=None)
    for name in _rules()["base"]["names"]:
        if name not in registry:
            registry.define(f"{name} = [{name}]")
    registry.define("tce = 29307.6 MJ")
    return registry


def _expression(unit: str, currency: str) -> str:
    return "/".join(f"({_one(part, currency)})" for part in unit.split("/"))


def _one(unit: str, currency: str) -> str:
    rules = _rules()
    if unit == currency or unit in rules["money"].get(currency, ()):
        return "LCU"
    if currency == "CNY" and unit in rules["money_multiples"]:
        return f"{rules['money_multiples'][unit]} LCU"
    named = str(rules["alias"].get(unit, unit)).replace("%", "percent")
    return re.sub(r"(?<=m)([23])$", r"**\1", named)


@functools.cache
def factor(unit: str, wanted: str, currency: str) -> float | None:
    """Return what a number in `unit` is multiplied by to be in `wanted`; None if it cannot be.

    Only proportional units are converted (no temperatures). Source of factors: pint and units.toml.
    """
    if unit == wanted:
        return 1.0
    if len(unit) > 60 or not _PLAIN.fullmatch(unit) or not _PLAIN.fullmatch(wanted):
        return None
    here, there = _expression(unit, currency), _expression(wanted, currency)
    if here == there:
        return 1.0
    return _converted(here, there)


def _converted(here: str, there: str) -> float | None:
    from pint.errors import PintError

    registry = _registry()
    try:
        # Times 1, which pint refuses for a scale with a zero of its own, such as degrees Celsius.
        one, other = 1 * registry.Quantity(here), 1 * registry.Quantity(there)
        return float(one.to(other.units).magnitude) / float(other.magnitude)
    except (PintError, AttributeError, TypeError):
        return None
