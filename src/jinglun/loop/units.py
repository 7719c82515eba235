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


def units_for(wanted: str, currency: str) -> list[str]:
    """Return the names by which a clerk may give a figure in `wanted`: Chinese ones and itself.

    The first is worth just one of `wanted`.
    """
    if wanted.count("/") == 1:
        above, below = (units_for(part, currency)[0] for part in wanted.split("/"))
        ratio = f"{above}/{below}"
        return [*([ratio] if factor(ratio, wanted, currency) else []), wanted]
    rules = _rules()
    names = [n for n in rules["alias"] if not n.isascii() and n != "百分点"]
    names += [rules["money"]["CNY"][0], *rules["money_multiples"]] if currency == "CNY" else []
    alike = [n for n in names if _dimension(n, currency) == _dimension(wanted, currency)]
    worth = {n: factor(n, wanted, currency) or 0.0 for n in alike}
    # No clerk counts tonnes in micrograms or milliseconds in years.
    fit = [n for n in alike if 1e-3 <= worth[n] <= 1e8]
    ones = [n for n in fit if abs(worth[n] - 1) < 1e-9]
    own = [currency] if wanted == "LCU" else []
    first = sorted(ones, key=lambda n: "万" in n) or own or [wanted]
    return list(dict.fromkeys([*first, *fit, *own, wanted]))


@functools.cache
def _dimension(unit: str, currency: str) -> str:
    """Return what a unit measures; the unit itself where the library does not know it."""
    from pint.errors import PintError

    try:
        return str(_registry().Quantity(_expression(unit, currency)).dimensionality)
    except (PintError, AttributeError, TypeError):
        return _expression(unit, currency)


def _converted(here: str, there: str) -> float | None:
    from pint.errors import PintError

    registry = _registry()
    try:
        # Times 1, which pint refuses for a scale with a zero of its own, such as degrees Celsius.
        one, other = 1 * registry.Quantity(here), 1 * registry.Quantity(there)
        return float(one.to(other.units).magnitude) / float(other.magnitude)
    except (PintError, AttributeError, TypeError):
        return None
