"""WARP 经: what each of the five domains can count, watch and pursue, read from its own folder."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

from jinglun.framework import DOMAIN_IDS
from jinglun.model.catalogue import Catalogue, Strategy, Table, Variable
from jinglun.model.errors import InputError, Problem
from jinglun.model.reading import functions, read_blocks, read_indicators

FILES = ("tables.toml", "variables.toml", "variables.py", "indicators.toml", "indicators.py")


def load() -> Catalogue:
    """Read the five domains into one catalogue; raise InputError naming every fault in them."""
    whole = Catalogue({}, {}, {}, {}, {}, {})
    parts = [_domain(domain) for domain in DOMAIN_IDS]
    problems = [p for _, wrong in parts for p in wrong]
    if problems:
        raise InputError(problems)
    for name in vars(whole):
        for part, _ in parts:
            getattr(whole, name).update(getattr(part, name))
    return whole


def _domain(domain: str) -> tuple[Catalogue, list[Problem]]:
    def blocks(file: str) -> dict[str, Any]:
        text = resources.files(__name__).joinpath(domain, file).read_text(encoding="utf-8")
        return tomllib.loads(text)

    where = f"domains/{domain}/"
    formulas = functions(f"{__name__}.{domain}.indicators")
    reductions = functions(f"{__name__}.{domain}.variables")
    variables, faults = read_blocks(
        Variable, blocks("variables.toml"), where + "variables.toml", domain=domain
    )
    indicators, wrong = read_indicators(
        blocks("indicators.toml"), formulas, where + "indicators.toml", domain=domain
    )
    faults += wrong
    strategies, wrong = read_blocks(
        Strategy, blocks("strategies.toml"), where + "strategies.toml", domain=domain
    )
    faults += wrong
    tables, wrong = read_blocks(Table, blocks("tables.toml"), where + "tables.toml", domain=domain)
    faults += wrong
    return Catalogue(variables, indicators, strategies, tables, formulas, reductions), faults
