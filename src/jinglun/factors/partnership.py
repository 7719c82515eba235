"""How new models of delivery 模式创新 are measured: who pays, and for what result."""

from __future__ import annotations

from jinglun.model.arrays import Array


def nonbudget_share(nonbudget_investment: Array, total_investment: Array) -> Array:
    """Share of smart-city investment from private and social capital, %."""
    return 100 * nonbudget_investment / total_investment


def options_appraised(projects_option_appraised: Array, projects_total: Array) -> Array:
    """Share of projects with a recorded appraisal of delivery options, %."""
    return 100 * projects_option_appraised / projects_total


def paid_by_result(projects_paid_by_result: Array, projects_operating: Array) -> Array:
    """Share of projects in operation that are paid by result, %."""
    return 100 * projects_paid_by_result / projects_operating
