"""How big-picture thinking 大局思维 is measured: shared, kept up, looked at again."""

from __future__ import annotations

from jinglun.model.arrays import Array


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
