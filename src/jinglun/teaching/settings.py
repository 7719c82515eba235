"""What the teaching city is made from: the TOML files beside this one, read once."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import Any


@functools.cache
def settings(name: str) -> dict[str, Any]:
    """Return one of the files: shili, yearbook, tables, requests, truths or others of this room."""
    text = resources.files(__package__ or "").joinpath(f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


@functools.cache
def years() -> tuple[int, ...]:
    """Return the years of the yearbook, in order."""
    city = settings("shili")["city"]
    return tuple(range(city["first_year"], city["last_year"] + 1))
