"""How what is wrong with an input is said: each problem and figure set aside, with its cure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from jinglun.model.errors import Problem
from jinglun.pages.words import Words

_FIRST = 20
_PLACE = re.compile(r"(row|feature|cell) (\S+)")


def told(problems: Sequence[Problem], w: Words) -> list[dict[str, str]]:
    """Return each problem with its sentence and its cure in the reader's language."""
    return [_told(problem, w) for problem in problems]


def _told(problem: Problem, w: Words) -> dict[str, str]:
    gaps = {
        "file": problem.file,
        "found": problem.found,
        "hint": problem.hint or w("cli.none_near"),
    }
    return {
        "code": problem.code,
        "file": problem.file,
        "place": problem.place,
        "found": problem.found,
        "says": w(f"problem.{problem.code}.says", **gaps),
        "cure": w(f"problem.{problem.code}.cure", **gaps),
    }


def problem_lines(problems: Sequence[Problem], w: Words) -> list[str]:
    """Return the lines that say how many problems there are, and each with its cure."""
    lines = [w("cli.problems", count=len(problems))] if problems else []
    for one in told(problems, w):
        where = ": ".join(part for part in (one["file"], _shown(one["place"], w)) if part)
        lines += [f"  {where}: {one['says']}", f"    {w('cli.cure')}: {one['cure']}"]
    return lines


def _shown(place: str, w: Words) -> str:
    """Return a place in a file as a person says it; a key of a TOML file stays as it is written."""
    found = _PLACE.match(place)
    return w(f"place.{found[1]}", at=found[2]) + place[found.end() :] if found else place


def set_aside(rejects: Mapping[str, Sequence[str]], w: Words) -> list[dict[str, Any]]:
    """Return the figures set aside, alike ones together: how many, the first of them, the cure."""
    alike: dict[tuple[str, str, str], dict[str, Any]] = {}
    lists = (rejects[name] for name in ("source", "reason", "column", "locator", "value"))
    for source, reason, column, locator, value in zip(*lists, strict=True):
        key = (source, reason, column)
        if key not in alike:
            alike[key] = {
                **{"source": source, "reason": reason, "column": column, "count": 0, "first": []},
                "says": w(f"reason.{reason}"),
                "cure": w(f"cure.{reason}"),
            }
        alike[key]["count"] += 1
        if len(alike[key]["first"]) < _FIRST:
            alike[key]["first"].append({"where": locator, "found": value})
    return list(alike.values())


def set_aside_lines(groups: Sequence[Mapping[str, Any]], w: Words) -> list[str]:
    """Return the lines that say which figures are not used, why, and how that is mended."""
    count = sum(group["count"] for group in groups)
    lines = [w("cli.set_aside", count=count)] if groups else []
    for group in groups:
        lines.append(f"  {group['source']}: {group['says']}")
        lines += [
            f"    {one['where']}" + (f" “{one['found']}”" if one["found"] else "")
            for one in group["first"]
        ]
        if more := group["count"] - len(group["first"]):
            lines.append(f"    {w('cli.and_more', count=more)}")
        lines.append(f"    {w('cli.cure')}: {group['cure']}")
    return lines
