"""WEFT 纬: what is asked of all five domains alike, one TOML and one file of formulas each."""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Callable
from importlib import resources
from typing import Any, cast

from jinglun.framework import FACTOR_IDS
from jinglun.model.catalogue import Catalogue, Variable
from jinglun.model.errors import InputError, Problem
from jinglun.model.factors import Reading, Woven
from jinglun.model.reading import functions, read_blocks, read_indicators


def load() -> Catalogue:
    """Read the factor-level indicators and their variables; raise InputError naming every fault."""
    whole = Catalogue({}, {}, {}, {}, {}, {})
    problems: list[Problem] = []
    for factor in FACTOR_IDS:
        blocks = _blocks(factor)
        file = f"factors/{factor}.toml"
        formulas = functions(f"{__name__}.{factor}")
        variables, wrong = read_blocks(Variable, blocks.get("variables", {}), file, domain="factor")
        indicators, faults = read_indicators(
            blocks.get("indicators", {}), formulas, file, factor=factor
        )
        problems += wrong + faults
        _into(whole.variables, variables)
        _into(whole.indicators, indicators)
        _into(whole.formulas, formulas)
    if problems:
        raise InputError(problems)
    return whole


def read(woven: Woven) -> tuple[Reading, ...]:
    """Return what each factor answers to how far it is present in the five domains."""
    return tuple(_asked(factor)(woven) for factor in FACTOR_IDS)


def _asked(factor: str) -> Callable[[Woven], Reading]:
    found = importlib.import_module(f"{__name__}.{factor}").read
    return cast("Callable[[Woven], Reading]", found)


def _blocks(factor: str) -> dict[str, Any]:
    text = resources.files(__name__).joinpath(f"{factor}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _into(whole: Any, part: dict[str, Any]) -> None:
    whole.update(part)
