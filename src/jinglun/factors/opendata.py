"""How open data 数据开放 is measured: how well opened and how much reused."""

from __future__ import annotations

from jinglun.framework import DOMAIN_IDS
from jinglun.model.arrays import Array
from jinglun.model.factors import Reading, Saying, Sign, Woven


def open_data_stars(star_sum: Array, open_datasets: Array) -> Array:
    """Mean stars of the open datasets on the five-star scale, stars."""
    return star_sum / open_datasets


def reuses_per_100_datasets(reuses: Array, open_datasets: Array) -> Array:
    """Known reuses per hundred open datasets."""
    return 100 * reuses / open_datasets


def read(woven: Woven) -> Reading:
    """Say what share of what is measured could be opened, what is, and where nothing is."""
    domains = {d: _opened(list(woven.of_domain(d).values())) for d in DOMAIN_IDS}
    whole = _opened(list(woven.signs.values()))
    closed = [d for d, said in domains.items() if said.figures["opened"] == 0]
    code = "domains_closed" if closed else "every_domain"
    return Reading("opendata", (whole, Saying(code, {"domains": closed})), domains)


def _opened(signs: list[Sign]) -> Saying:
    openable = sum(1 for sign in signs if sign.openable)
    opened = sum(1 for sign in signs if sign.openable and sign.opened)
    figures = {"measured": len(signs), "openable": openable, "opened": opened}
    if not signs:
        return Saying("none_measured", figures)
    if not openable:
        return Saying("none_openable", figures)
    full = opened == openable
    return Saying("all_opened" if full else "some_opened" if opened else "none_opened", figures)
