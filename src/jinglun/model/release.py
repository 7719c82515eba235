"""What a release holds: its format, the frozen schema of every table, and a release in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FORMAT = 1

# What makes a spreadsheet take a text for a formula; the last four are the full-width signs.
FORMULA_STARTS = "=+-@\t\r\uff1d\uff0b\uff0d\uff20"

Schema = tuple[tuple[str, str], ...]

TABLES: Mapping[str, Schema] = {
    "places": (
        ("place", "string"),
        ("level", "string"),
        ("parent", "string"),
        ("title_zh", "string"),
        ("title_en", "string"),
        ("titles", "string"),
        ("role", "string"),
    ),
    "facts": (
        ("place", "string"),
        ("level", "string"),
        ("period", "string"),
        ("variable", "string"),
        ("value", "double"),
        ("unit", "string"),
        ("quality", "string"),
        ("source", "string"),
        ("locator", "string"),
    ),
    "measures": (
        ("place", "string"),
        ("level", "string"),
        ("period", "string"),
        ("indicator", "string"),
        ("domain", "string"),
        ("factor", "string"),
        ("value", "double"),
        ("unit", "string"),
        ("score", "double"),
        ("score_low", "double"),
        ("score_high", "double"),
        ("quality", "string"),
        ("benchmark", "string"),
        ("variables", "string"),
    ),
    "rejected": (
        ("source", "string"),
        ("locator", "string"),
        ("column", "string"),
        ("value", "string"),
        ("reason", "string"),
    ),
}

KEYS: Mapping[str, tuple[str, ...]] = {
    "places": ("place",),
    "facts": ("place", "period", "variable"),
    "measures": ("place", "period", "indicator"),
    "rejected": ("source", "locator", "column"),
}


@dataclass(frozen=True)
class Release:
    """A release as its readers know it: JSON documents and tables by name, nothing behind."""

    documents: Mapping[str, Any]
    tables: Mapping[str, Any]
    """Arrow tables in the schemas of TABLES."""

    @property
    def head(self) -> Mapping[str, Any]:
        """release.json."""
        found: Mapping[str, Any] = self.documents["release"]
        return found

    @property
    def terms(self) -> Mapping[str, Any]:
        """terms.json."""
        found: Mapping[str, Any] = self.documents["terms"]
        return found
