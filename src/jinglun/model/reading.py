"""How a parsed TOML block becomes a noun, or the list of what is wrong with it."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from jinglun.model.catalogue import Indicator
from jinglun.model.errors import Problem, nearest

Noun = TypeVar("Noun")


@functools.cache
def _adapter(noun: Any) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(noun)


def read_block(
    noun: type[Noun], block: object, file: str, place: str
) -> tuple[Noun | None, list[Problem]]:
    """Build the frozen dataclass `noun` from `block`; every misfit is a problem, none is raised."""
    from pydantic import ValidationError

    if not isinstance(block, Mapping):
        return None, [Problem("not_a_table", file, place, repr(block)[:80])]
    known = [f.name for f in dataclasses.fields(noun)]  # type: ignore[arg-type]
    problems = [
        Problem("unknown_key", file, _join(place, key), key, nearest(key, known))
        for key in block
        if key not in known
    ]
    clean = {key: value for key, value in block.items() if key in known}
    try:
        return _adapter(cast(Any, noun)).validate_python(clean), problems
    except ValidationError as error:
        return None, problems + [_problem(e, file, place) for e in error.errors()]


def _join(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _problem(error: Mapping[str, Any], file: str, place: str) -> Problem:
    where = ".".join(str(part) for part in error["loc"])
    if error["type"] == "missing":
        return Problem("missing_key", file, _join(place, where), hint=where)
    if error["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        return Problem("unknown_key", file, _join(place, where), where)
    return Problem(
        "wrong_value", file, _join(place, where), repr(error["input"])[:80], str(error["msg"])
    )


def read_blocks(
    noun: type[Noun], blocks: Mapping[str, Any], file: str, **given: object
) -> tuple[dict[str, Noun], list[Problem]]:
    """Read every `[id]` block of a file into nouns that carry their id and what is `given`."""
    read: dict[str, Noun] = {}
    problems: list[Problem] = []
    for ident, block in blocks.items():
        if isinstance(block, Mapping):
            block = {**block, **given, "id": ident}
        one, wrong = read_block(noun, block, file, ident)
        problems += wrong
        if one is not None:
            read[ident] = one
    return read, problems


def benchmark_block(block: Mapping[str, Any]) -> dict[str, Any]:
    """Return a benchmark block with its TOML key `from` under the noun's name `since`."""
    return {("since" if key == "from" else key): value for key, value in block.items()}


VERBS = ("read", "steer", "tell")
"""What a factor is asked to do: functions of its module that are no formulas."""


def functions(module: str) -> dict[str, Callable[..., Any]]:
    """Return the public functions that a module itself defines, by name, but for its verbs."""
    loaded = importlib.import_module(module)
    return {
        name: value
        for name, value in vars(loaded).items()
        if inspect.isfunction(value) and value.__module__ == module and not name.startswith("_")
        if name not in VERBS
    }


def read_indicators(
    blocks: dict[str, Any], formulas: dict[str, Callable[..., Any]], file: str, **given: object
) -> tuple[dict[str, Indicator], list[Problem]]:
    """Read indicator blocks; the parameters of each formula are the variables it names."""
    shaped = {}
    faults = []
    for ident, block in blocks.items():
        if ident not in formulas:
            faults.append(Problem("no_formula", file, ident, ident))
            continue
        parameters = tuple(inspect.signature(formulas[ident]).parameters)
        benchmarks = [benchmark_block(b) for b in block.get("benchmarks", [])]
        shaped[ident] = {**block, "benchmarks": benchmarks, "parameters": parameters}
    indicators, wrong = read_blocks(Indicator, shaped, file, **given)
    return indicators, faults + wrong
