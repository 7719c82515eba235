"""What is worth measuring: single figures, or all that a cell, a domain or the city lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jinglun.pages.sentences import term_title
from jinglun.pages.view import View

Row = Mapping[str, Any]
LEAST = 0.1
"""Points under which nobody cares how few."""
LISTED = 5
"""Cells whose missing figures are listed."""


def unit_name(seen: View, key: str) -> str:
    """Return the name of a domain or, with a factor behind a dot, of a cell."""
    ident, _, factor = key.partition(".")
    domain = term_title(seen, "domains", ident)
    if not factor:
        return domain
    return seen.words("doubt.cell", domain=domain, factor=term_title(seen, "factors", factor))


class Wanted:
    """What is worth measuring in one release, in one language."""

    def __init__(self, seen: View) -> None:
        self.seen, self.words = seen, seen.words
        self.full_score: Row = seen.findings["doubt"]["full"]
        self.sets_found: Sequence[Row] = seen.findings["information_sets"]

    def full(self) -> str:
        """Say between what the city's score would lie if everything were measured."""
        full = self.full_score
        if full["low"] is None or not self.sets_found:
            return ""
        return self.words("doubt.full", low=f"{full['low']:.0f}", high=f"{full['high']:.0f}")

    def wanted(self) -> str:
        """Say whether single figures or only many together would tell more of the score."""
        if self.full_score["low"] is None:
            return ""
        single, sets = self.information(), self.sets_found
        if single:
            return self.words("doubt.wanted_single")
        together = bool(sets) and sets[0]["narrows"] >= LEAST
        key = "doubt.wanted_together" if together else "doubt.wanted_none"
        return self.words(key, points=f"{LEAST:g}")

    def together(self) -> str:
        """Say what measuring all, one domain or one cell together would narrow."""
        full = self.full_score
        best: dict[str, Row] = {}
        for row in self.sets_found:
            best.setdefault(row["unit"], row)
        if "city" not in best or best["city"]["narrows"] < LEAST:
            return ""
        width = full["high"] - full["low"]
        every = best["city"]
        given = {"missing": every["missing"], "points": f"{every['narrows']:.1f}"}
        said = self.words("doubt.together_city", width=f"{width:.1f}", **given)
        for unit in ("domain", "cell"):
            if unit in best:
                row = best[unit]
                name = unit_name(self.seen, row["key"])
                given = {"missing": row["missing"], "points": f"{row['narrows']:.1f}"}
                said += self.words(f"doubt.together_{unit}", name=name, **given)
        if every["narrows"] < width / 2:
            said += self.words("doubt.together_rest")
        return said

    def sets(self) -> list[dict[str, Any]]:
        """Return the cells whose missing figures, measured together, narrow the score most."""
        rows = [r for r in self.sets_found if r["unit"] == "cell"]
        return [
            {
                "name": unit_name(self.seen, row["key"]),
                "missing": row["missing"],
                "narrows": self.words("doubt.narrows", points=f"{row['narrows']:.1f}"),
            }
            for row in rows
            if row["narrows"] >= LEAST
        ][:LISTED]

    def information(self) -> list[dict[str, Any]]:
        """Return the figures most worth measuring and what they serve; none that does nothing."""
        return [
            {
                "name": self.seen.title(self.seen.variable(row["variable"])),
                "state": self.words(f"doubt.state.{row['state']}", quality=row["quality"] or ""),
                "narrows": self.words("doubt.narrows", points=f"{row['narrows']:.1f}"),
                "indicators": row["indicators"],
                "strategies": row["strategies"],
            }
            for row in self.seen.findings["information"]
            if row["narrows"] >= LEAST
        ]
