"""How big-picture thinking 大局思维 is measured: shared, kept up, looked at again."""

from __future__ import annotations

from jinglun.framework import DOMAIN_IDS
from jinglun.model.arrays import Array, tidy
from jinglun.model.factors import Reading, Saying, Woven

_APART = 20.0
"""Points between the best domain and the weakest from which they no longer go together (ours)."""


def projects_traceable(projects_linked: Array, projects_total: Array) -> Array:
    """Share of projects linked to an objective and an indicator, %."""
    return 100 * projects_linked / projects_total


def shared_investment(investment_shared: Array, total_investment: Array) -> Array:
    """Share of smart-city investment in projects used by two or more departments, %."""
    return 100 * investment_shared / total_investment


def upkeep_secured(investment_upkeep_secured: Array, total_investment: Array) -> Array:
    """Share of smart-city investment whose running cost is secured for three years, %."""
    return 100 * investment_upkeep_secured / total_investment


def projects_evaluated_after(projects_evaluated: Array, projects_evaluation_due: Array) -> Array:
    """Share of projects one year past acceptance that were evaluated in public, %."""
    return 100 * projects_evaluated / projects_evaluation_due


def read(woven: Woven) -> Reading:
    """Say whether the domains move together, which lags, and which rise or fall by themselves."""
    known = {d: s for d in DOMAIN_IDS if (s := woven.domains.get(d)) is not None}
    domains = {d: _in_step(woven, d, known) for d in DOMAIN_IDS}
    if len(known) < 2:
        return Reading("bigpicture", (Saying("unassessed", {"assessed": len(known)}),), domains)
    low, high = (f(known, key=lambda d: (known[d], d)) for f in (min, max))
    spread = known[high] - known[low]
    figures = {"spread": tidy(spread), "strongest": high, "weakest": low, "assessed": len(known)}
    code = "together" if spread < _APART else "apart"
    return Reading("bigpicture", (Saying(code, figures),), domains)


def _in_step(woven: Woven, domain: str, known: dict[str, float]) -> Saying:
    """Compare a domain with the mean of all, and count what surely rises and falls in it."""
    moves = [sign.moves for sign in woven.of_domain(domain).values()]
    figures = {"better": moves.count(1), "worse": moves.count(-1), "measured": len(moves)}
    if domain not in known:
        return Saying("unassessed", {**figures, "from_mean": None})
    off = known[domain] - sum(known.values()) / len(known)
    code = "ahead" if off > _APART / 4 else "behind" if off < -_APART / 4 else "level"
    return Saying(code, {**figures, "from_mean": tidy(off)})
