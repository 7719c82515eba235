"""How a number and its unit are said: fitting digits, and money in 万 and 亿 or in millions."""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

from jinglun.pages.words import Words

STEPS = ("large", "small")


class Scale(NamedTuple):
    """What a number is divided by before it is written, and the unit it then has."""

    per: float
    unit: str


def number(value: float) -> str:
    """Return a value with the decimals its size deserves: 3,197,332; 95.6; 1.3; 0.042; 0.00002."""
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}"
    decimals = 1 if size >= 10 else 2
    if 0 < size < 0.1:
        decimals = min(300, max(4, 1 - math.floor(math.log10(size))))
    text = f"{value:.{decimals}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def with_unit(figure: str, named: str) -> str:
    """Return a figure with its unit, which may say where the figure goes: `{n}（每万）`."""
    if "{n}" in named:
        return named.replace("{n}", figure)
    return figure + ("" if named == "%" else " ") + named


def alone(named: str) -> str:
    """Return the name of a unit without a figure, for the head of a column or an axis."""
    return named.replace("{n}", "").strip(" （）()")


@functools.cache
def currency_name(currency: str, w: Words) -> str:
    """Return what a currency is called, its ISO code where the language has no name for it."""
    return w(f"currency.{currency}") if w.has(f"currency.{currency}") else currency


# Every page says a few hundred amounts, of some sixty units in all.
@functools.cache
def unit_name(unit: str, currency: str, w: Words) -> str:
    """Return a unit's name in a language, with the city's own money in it."""
    named = w(f"unit.{unit}") if w.has(f"unit.{unit}") else unit
    return named.replace("LCU", currency_name(currency, w))


def scale_of(unit: str, size: float, currency: str, w: Words) -> Scale:
    """Return how a number of this size is written: money in 万 or 亿, or in millions."""
    if unit == "LCU" or unit.startswith("LCU/"):
        named = w(f"unit.{unit}") if w.has(f"unit.{unit}") else unit
        for step in STEPS:
            if abs(size) >= float(w(f"money.{step}_from")):
                money = w(f"money.{step}", unit=currency_name(currency, w))
                return Scale(float(w(f"money.{step}_per")), named.replace("LCU", money))
    return Scale(1.0, unit_name(unit, currency, w))


def amount(value: float, unit: str, currency: str, w: Words, digits: int | None = None) -> str:
    """Return a number with its unit, as a reader says it, or to so many significant digits."""
    scale = scale_of(unit, value, currency, w)
    scaled = value / scale.per
    return with_unit(number(scaled) if digits is None else f"{scaled:,.{digits}g}", scale.unit)


def exact(value: float, unit: str, currency: str, w: Words) -> str:
    """Return a number with its unit and no scale, where `amount` has scaled it; else nothing."""
    if scale_of(unit, value, currency, w).per == 1.0:
        return ""
    return with_unit(number(value), unit_name(unit, currency, w))
