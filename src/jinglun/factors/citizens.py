"""How citizen focus 市民聚焦 is measured: who takes part and what they say of it."""

from __future__ import annotations

from jinglun.framework import DOMAIN_IDS
from jinglun.model.arrays import Array, tidy
from jinglun.model.factors import Reading, Saying, Woven

_FELT = 10.0
"""Points by which what people say must differ from the figures to be called another view (ours)."""

_WIDE = 20.0
"""Mean points between best and worst district from which some are left behind (ours)."""


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


def read(woven: Woven) -> Reading:
    """Say whether people feel what the figures say, and whether any district is left behind."""
    domains = {d: _left_behind(woven, d) for d in DOMAIN_IDS}
    gaps = [sign.gap for sign in woven.signs.values() if sign.gap is not None]
    return Reading("citizens", (_felt(woven), _apart(gaps, domains)), domains)


def _felt(woven: Woven) -> Saying:
    """Set the score of what people say beside that of the services they speak of."""
    heard, served = woven.signs.get("citizen_experience"), woven.domains.get("services")
    felt = heard.score if heard is not None else None
    if felt is None or served is None:
        return Saying("unheard", {"felt": felt, "served": served})
    off = felt - served
    code = "felt_less" if off <= -_FELT else "felt_more" if off >= _FELT else "felt_alike"
    return Saying(code, {"felt": felt, "served": served})


def _apart(gaps: list[float], domains: dict[str, Saying]) -> Saying:
    if not gaps:
        return Saying("no_districts", {"points": None, "indicators": 0, "widest": None})
    known = {d: s.figures["points"] for d, s in domains.items() if s.figures["points"] is not None}
    mean = sum(gaps) / len(gaps)
    widest = max(sorted(known), key=lambda d: known[d]) if known else None
    figures = {"points": tidy(mean), "indicators": len(gaps), "widest": widest}
    return Saying("left_behind" if mean >= _WIDE else "close", figures)


def _left_behind(woven: Woven, domain: str) -> Saying:
    gaps = [s.gap for s in woven.of_domain(domain).values() if s.gap is not None]
    if not gaps:
        return Saying("not_by_district", {"points": None, "indicators": 0})
    mean = sum(gaps) / len(gaps)
    code = "wide" if mean >= _WIDE else "narrow"
    return Saying(code, {"points": tidy(mean), "indicators": len(gaps)})
