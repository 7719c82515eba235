"""How intervals, ranks, peers and stages are made, in words, by the parameters of the release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jinglun.pages.view import View, number

Section = tuple[str, list[str]]
"""A heading and its paragraphs."""


def sections(seen: View) -> list[Section]:
    """Return the sections of what this release computed; what it lacks is left out."""
    told = {
        "intervals": list(_intervals(seen)),
        "ranks": list(_ranks(seen)),
        "peers": list(_peers(seen)),
        "stages": list(_stages(seen)),
        "trends": list(_trends(seen)),
    }
    return [(seen.words(f"how.{name}"), said) for name, said in told.items() if said]


def _intervals(seen: View) -> Iterator[str]:
    found = seen.findings.get("doubt")
    if not found:
        return
    groups = {group["id"]: group["parameters"] for group in found["groups"]}
    yield seen.words("how.intervals_what", draws=f"{found['draws']:,}")
    for name, gaps in GAPS.items():
        if name in groups:
            yield seen.words(f"how.doubt_{name}", **gaps(groups[name]))
    yield seen.words("how.intervals_proposed")


def _percent(share: float) -> str:
    return number(round(100 * share, 1))


def _bands(of: Mapping[str, float]) -> dict[str, str]:
    return {f"q_{quality}": _percent(of[quality]) for quality in "ABCDEF"}


def _others(of: Mapping[str, float]) -> dict[str, str]:
    first = next(iter(of))
    return {"other": _percent(1.0 - of[first])}


GAPS: Mapping[str, Any] = {
    "own": _bands,
    "shared": lambda of: {"rho": number(of["rho"])},
    "benchmarks": lambda of: {k: _percent(of[k]) for k in ("other", "shift")},
    "weights_indicators": lambda of: {"spread": _percent(of["k"] ** -0.5)},
    "normalisation": _others,
    "aggregation": _others,
}
"""What fills the sentence of each group of assumptions."""


def _ranks(seen: View) -> Iterator[str]:
    if seen.findings.get("ranks"):
        yield seen.words("how.ranks_what")


def _peers(seen: View) -> Iterator[str]:
    found = seen.findings.get("comparable")
    if not found:
        return
    count = len(found["places"])
    if not count:
        yield seen.words("how.peers_none")
        return
    gaps = {"count": count, "of": found["of"], "features": len(found["features"])}
    yield seen.words(f"how.peers_{found['rule']}", **gaps)


def _stages(seen: View) -> Iterator[str]:
    found = seen.findings.get("stage")
    if not found:
        return
    points = seen.words("list.comma").join(number(p) for p in found["points"])
    yield seen.words(
        "how.stages_what",
        share=_percent(found["share"]),
        step=found["step"],
        points=points,
        dimensions=len(found["dimensions"]),
        assessable=_percent(seen.release.head["settings"]["assessable_coverage"]),
    )
    status = seen.words(f"status.{found['rule']['status']}")
    yield f"{status}: {seen.said(found['rule'], 'source')}"


def _trends(seen: View) -> Iterator[str]:
    if any(trend.get("why") for trend in seen.findings["trends"]):
        yield seen.words("how.trends_what")
