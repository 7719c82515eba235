"""How new models of delivery 模式创新 are measured: who pays, and for what result."""

from __future__ import annotations

from jinglun.framework import DOMAIN_IDS
from jinglun.model.arrays import Array, tidy
from jinglun.model.factors import Reading, Saying, Woven

_SOME = 10.0
"""Per cent of investment from others below which the city pays alone (ours)."""

_THIRDS = (33.0, 67.0)
"""Scores that part a domain run alone from one partly and one largely shared (ours)."""


def nonbudget_share(nonbudget_investment: Array, total_investment: Array) -> Array:
    """Share of smart-city investment from private and social capital, %."""
    return 100 * nonbudget_investment / total_investment


def options_appraised(projects_option_appraised: Array, projects_total: Array) -> Array:
    """Share of projects with a recorded appraisal of delivery options, %."""
    return 100 * projects_option_appraised / projects_total


def paid_by_result(projects_paid_by_result: Array, projects_operating: Array) -> Array:
    """Share of projects in operation that are paid by result, %."""
    return 100 * projects_paid_by_result / projects_operating


def read(woven: Woven) -> Reading:
    """Say who else pays and runs: in what is invested, in what is committed, in each domain."""
    domains = {d: _shared(woven, d) for d in DOMAIN_IDS}
    return Reading("partnership", (_invested(woven), _committed(woven)), domains)


def _invested(woven: Woven) -> Saying:
    found = woven.signs.get("nonbudget_share")
    if found is None:
        return Saying("payers_unknown", {"share": None})
    code = "others_pay" if found.value >= _SOME else "city_pays"
    return Saying(code, {"share": found.value})


def _committed(woven: Woven) -> Saying:
    """Part the committed money: whatever is not of the city's own purse is of others."""
    whole = sum(woven.purses.values())
    if whole <= 0:
        return Saying("nothing_committed", {"share": None, "payer": None})
    others = {p: m for p, m in woven.purses.items() if p != "city" and m > 0}
    share = 100 * sum(others.values()) / whole
    payer = max(sorted(others), key=lambda p: others[p]) if others else None
    code = "others_commit" if others else "city_commits"
    return Saying(code, {"share": tidy(share), "payer": payer})


def _shared(woven: Woven, domain: str) -> Saying:
    """Say how far a domain is run with others, by the score of its own cell."""
    score = woven.cells.get((domain, "partnership"))
    signs = [s for s in woven.of_domain(domain).values() if s.factor == "partnership"]
    figures = {"score": score, "measured": len(signs)}
    if score is None:
        return Saying("unassessed", figures)
    low, high = _THIRDS
    return Saying("alone" if score < low else "some" if score < high else "shared", figures)
