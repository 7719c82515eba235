"""How it is said what a run will redo and why, step by step and source by source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jinglun.pages.words import Words

MOST = 3
"""How many reasons of one line are spelt out."""


def said_plan(lines: Sequence[Mapping[str, Any]], w: Words) -> list[dict[str, Any]]:
    """Return the lines of a plan with every reason in words."""
    return [
        {
            "step": line["step"],
            "source": line["source"],
            "redo": bool(line["why"]),
            "why": [{**why, "says": _reason(why, w)} for why in line["why"]],
        }
        for line in lines
    ]


def _reason(why: Mapping[str, str], w: Words) -> str:
    shown = {"before": why["before"] or "—", "after": why["after"] or "—"}
    if why["code"] in ("file", "release"):
        shown = {name: text[:8] for name, text in shown.items()}
    return w(f"redo.why.{why['code']}", name=why["name"], **shown)


def plan_text(plan: Sequence[Mapping[str, Any]], w: Words) -> str:
    """Return a plan in words as a person reads it, the sources beneath their step."""
    told = []
    for line in plan:
        step = w(f"cli.step_{line['step']}")
        if line["source"] and step not in told:
            told.append(step)
        name = f"  {line['source']}" if line["source"] else step
        told.append(name + "  " + _verdict(line, w))
    return "\n".join(told)


def _verdict(line: Mapping[str, Any], w: Words) -> str:
    if not line["redo"]:
        return w("redo.kept")
    reasons = [why["says"] for why in line["why"]]
    left = len(reasons) - MOST
    more = [w("redo.more", count=left)] if left > 0 else []
    return w("redo.again", why=w("redo.between").join([*reasons[:MOST], *more]))
