"""How citizen focus 市民聚焦 is measured: who takes part and what they say of it."""

from __future__ import annotations

from jinglun.model.arrays import Array


def citizens_engaged(engaged_persons: Array, resident_pop: Array) -> Array:
    """Participations in planning and decisions per 100,000 residents."""
    return 100_000 * engaged_persons / resident_pop


def citizen_experience(survey_mean_score: Array) -> Array:
    """Mean score of the citizen experience survey, points out of 100."""
    return survey_mean_score


def survey_sample(survey_respondents: Array) -> Array:
    """Survey sample: valid answers to the citizen experience survey, persons."""
    return survey_respondents


def cocreated_projects(projects_cocreated: Array, projects_total: Array) -> Array:
    """Share of projects that citizens helped to design, %."""
    return 100 * projects_cocreated / projects_total
