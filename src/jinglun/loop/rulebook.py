"""What the rules that hold for every city say: one TOML file of loop/rules at a time."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import Any


@functools.cache
def rules(name: str) -> dict[str, Any]:
    """Return what `loop/rules/<name>.toml` says, read once; nobody may change it."""
    text = resources.files("jinglun.loop.rules").joinpath(f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)
