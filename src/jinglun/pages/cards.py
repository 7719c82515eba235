"""What else the first screen leads to: a card for each page of findings, with what it found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from jinglun.pages.view import View

Said = tuple[str, dict[str, object]]
"""The end of a key under `card.` and what fills its gaps."""

MATTERS = 0.1
"""By how many points a figure must narrow the interval of the score to be worth a word."""


def cards(seen: View, paths: Collection[str]) -> list[dict[str, str]]:
    """Return the cards of the pages that there are: where they lead, their title and sentence."""
    made = []
    for name, (key, tell) in CARDS.items():
        found = seen.findings.get(key)
        if f"{name}.html" in paths and found:
            ending, gaps = tell(found)
            if name == "doubt" and _worth_measuring(seen):
                ending = "doubt_says_measure"
            sentence = seen.words(f"card.{ending}", **gaps)
            made.append(
                {"href": f"{name}.html", "title": seen.words(f"card.{name}"), "says": sentence}
            )
    return made


def _worth_measuring(seen: View) -> bool:
    """Say whether one more figure would narrow the city's interval by a tenth of a point."""
    return any(row["narrows"] >= MATTERS for row in seen.findings.get("information") or [])


def _stage(found: Mapping[str, Any]) -> Said:
    if not found.get("assessable"):
        return "stage_unknown", {}
    if found.get("next") is None:
        return "stage_top", {"level": found["level"]}
    waits = len(found.get("waits_for", []))
    return "stage_level", {"level": found["level"], "next": found["next"], "count": waits}


def _character(found: Mapping[str, Any]) -> Said:
    size = found.get("size") or {}
    return ("character_known" if size.get("class") else "character_unknown"), {}


def _profile(found: Mapping[str, Any]) -> Said:
    return "profile_says", {"count": len(found.get("places", []))}


def _left_behind(found: Mapping[str, Any]) -> Said:
    return "left_behind_says", {"count": len(found.get("indicators", []))}


def _doubt(found: Mapping[str, Any]) -> Said:
    return "doubt_says", {}


def _review(found: Mapping[str, Any]) -> Said:
    counts = found["counts"]
    if not counts["targets"]:
        return "review_none", {}
    return "review_says", {k: counts[k] for k in ("targets", "reached", "on_track", "late")}


def _integrity(found: Any) -> Said:
    return "integrity_says", {}


def _backtest(found: Mapping[str, Any]) -> Said:
    return ("backtest_none" if found.get("absent") else "backtest_says"), {}


CARDS: Mapping[str, tuple[str, Callable[[Any], Said]]] = {
    "stage": ("stage", _stage),
    "character": ("character", _character),
    "profile": ("comparable", _profile),
    "left_behind": ("districts", _left_behind),
    "doubt": ("doubt", _doubt),
    "review": ("targets", _review),
    "integrity": ("integrity", _integrity),
    "backtest": ("backtest", _backtest),
}
"""By page: the key of findings.json that it shows, and what the card says of it."""
