"""Whether every block has its function, every function its block, and every name exists."""

from __future__ import annotations

import inspect
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

from jinglun.framework import DOMAIN_IDS, FACTOR_IDS
from jinglun.loop.rulebook import rules
from jinglun.model.catalogue import Catalogue
from jinglun.model.reading import functions

Blocks = dict[str, dict[str, Any]]


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _blocks(package: Path, kind: str) -> dict[str, Blocks]:
    """The raw blocks of one kind by file, for a catalogue by id would hide a doubled id."""
    found: dict[str, Blocks] = {}
    for domain in DOMAIN_IDS:
        found[f"domains/{domain}"] = _toml(package / "domains" / domain / f"{kind}.toml")
    if kind in ("variables", "indicators"):
        for factor in FACTOR_IDS:
            found[f"factors/{factor}"] = _toml(package / "factors" / f"{factor}.toml").get(kind, {})
    return found


def _module(place: str, kind: str) -> str:
    room, name = place.split("/")
    return f"jinglun.{room}.{name}.{kind}" if room == "domains" else f"jinglun.{room}.{name}"


def test_every_indicator_has_a_function_of_its_name_and_the_other_way_round(package: Path) -> None:
    wrong = {}
    for place, blocks in _blocks(package, "indicators").items():
        formulas = set(functions(_module(place, "indicators")))
        if formulas != set(blocks):
            wrong[place] = {
                "no function": sorted(set(blocks) - formulas),
                "no block": sorted(formulas - set(blocks)),
            }
    assert wrong == {}


def test_every_function_takes_variables_by_their_names(catalogue: Catalogue) -> None:
    wrong = [
        f"{ident}({name})"
        for ident, formula in catalogue.formulas.items()
        for name in inspect.signature(formula).parameters
        if name not in catalogue.variables
    ]
    assert wrong == []


def test_every_variable_of_a_table_has_a_reduction_and_the_other_way_round(package: Path) -> None:
    wrong = {}
    for place, blocks in _blocks(package, "variables").items():
        reduced = {v for v, b in blocks.items() if "table" in b}
        # A factor has no table of its own, hence no reductions.
        tabled = place.startswith("domains/")
        reductions = set(functions(_module(place, "variables"))) if tabled else set()
        if reduced != reductions:
            wrong[place] = {
                "no function": sorted(reduced - reductions),
                "no table in its block": sorted(reductions - reduced),
            }
    assert wrong == {}


def test_a_reduction_takes_its_table_by_its_name(catalogue: Catalogue) -> None:
    taken = {i: list(inspect.signature(f).parameters) for i, f in catalogue.reductions.items()}
    assert {i: t for i, t in taken.items() if t != [catalogue.variables[i].table]} == {}


def test_every_table_that_is_reduced_exists_in_the_same_domain(catalogue: Catalogue) -> None:
    wrong = [
        f"{v.id}: {v.table}"
        for v in catalogue.variables.values()
        if v.table is not None
        and (v.table not in catalogue.tables or catalogue.tables[v.table].domain != v.domain)
    ]
    assert wrong == []


def test_a_table_has_the_columns_it_is_keyed_placed_and_timed_by(catalogue: Catalogue) -> None:
    wrong = [
        f"{t.id}.{name}"
        for t in catalogue.tables.values()
        for name in {*t.key, t.place, t.time}
        if name not in t.columns or not t.columns[name].required
    ]
    assert wrong == []


def test_ids_are_unique_over_domains_and_factors(package: Path) -> None:
    twice = {}
    for kind in ("variables", "indicators", "strategies", "tables"):
        count = Counter(i for blocks in _blocks(package, kind).values() for i in blocks)
        twice |= {f"{kind}: {i}": n for i, n in count.items() if n > 1}
    assert twice == {}


def test_codes_are_unique(package: Path) -> None:
    blocks = [b for found in _blocks(package, "indicators").values() for b in found.values()]
    assert {c: n for c, n in Counter(b["code"] for b in blocks).items() if n > 1} == {}


def test_every_variable_is_used(catalogue: Catalogue) -> None:
    """Used is what a formula or a rule on the city's kind names, and the base or part of those."""
    used = {p for i in catalogue.indicators.values() for p in i.parameters}
    used |= {s["variable"] for s in rules("sizes")["scheme"]} | {"pop_60_plus", "pop_65_plus"}
    used |= {s["variable"] for s in rules("functions")["sector"]}
    waiting = list(used)
    while waiting:
        one = catalogue.variables[waiting.pop()]
        fresh = {n for n in (one.base, one.part) if n} - used
        used |= fresh
        waiting += fresh
    assert sorted(set(catalogue.variables) - used) == []


def test_bases_and_parts_are_sums_that_exist(catalogue: Catalogue) -> None:
    """A base weights a mean and a part makes a share, so both must add up over areas."""
    wrong = [
        f"{v.id}: {name}"
        for v in catalogue.variables.values()
        for name in (v.base, v.part)
        if name is not None
        and (
            name not in catalogue.variables
            or catalogue.variables[name].kind not in ("count", "amount")
        )
    ]
    assert wrong == []


def test_a_share_has_a_base_and_is_in_percent(catalogue: Catalogue) -> None:
    shares = [v for v in catalogue.variables.values() if v.kind == "share"]
    assert [v.id for v in shares if v.base is None or v.unit != "%"] == []


def test_only_a_share_has_a_part_and_only_an_average_has_a_base(catalogue: Catalogue) -> None:
    wrong = [
        v.id
        for v in catalogue.variables.values()
        if (v.part and v.kind != "share") or (v.base and v.kind not in ("share", "level"))
    ]
    assert wrong == []
