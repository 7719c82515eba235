"""Which pages the head of every page leads to: three short groups, of the pages there are."""

from __future__ import annotations

from collections.abc import Collection

WAYS = (
    ("now", ("index", "indicators", "stage", "profile", "left_behind")),
    ("sure", ("doubt", "review", "integrity")),
    ("data", ("base", "collect", "data", "method")),
)
"""A dozen at most, for a head that is read must be short; other pages are linked from these."""


def ways(paths: Collection[str]) -> list[tuple[str, list[str]]]:
    """Return the groups and the names of those of their pages that are among `paths`."""
    groups = [(group, [n for n in names if f"{n}.html" in paths]) for group, names in WAYS]
    return [(group, names) for group, names in groups if names]
