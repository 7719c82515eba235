"""Whether the assumption that decides is named, and of weights the one that does."""

from __future__ import annotations

from typing import Any

import numpy as np

from jinglun.loop.doubt import doubt
from jinglun.loop.doubt_shares import decides
from jinglun.model.city import Doubt, Settings

OPEN = Settings(assessable_coverage=0.0, headline_coverage=0.0)


def test_the_largest_total_decides_and_nothing_decides_what_never_moves() -> None:
    rows = [
        {"unit": "rank", "group": "own", "total": 0.1},
        {"unit": "rank", "group": "weights_cells", "total": 0.6},
        {"unit": "headline", "group": "own", "total": 0.9},
    ]
    assert decides(rows, "rank") == "weights_cells"
    assert decides([{**r, "total": None} for r in rows], "rank") is None
    assert decides([{**r, "total": 0.0} for r in rows], "rank") is None


def test_weights_decide_between_two_cities_of_opposite_strengths(toy: Any) -> None:
    """All three say the same everywhere but in two cells, where one leads and the other does."""
    toy.settings = {"settings": OPEN, "doubt": Doubt(draws=400)}
    toy.indicator("a")
    toy.indicator("b", factor="citizens")
    toy.indicator("d", factor="opendata")
    toy.place("p", "city")
    for place, values in (("c", (90.0, 10.0, 40.0)), ("p", (10.0, 90.0, 40.0))):
        for name, value in zip("abd", values, strict=True):
            toy.fact(place, f"v_{name}", value)
    case = toy.case()
    found = doubt(case, case.measured.cube.quality).findings
    own = next(r for r in found["ranks"] if r["place"] == "c" and r["unit"] == "headline")
    assert (own["low"], own["high"]) == (1, 2)
    assert own["decides"] == "weights_cells"
    assert own["decides_key"] in ("economy.bigpicture", "economy.citizens")


def test_first_and_total_of_an_additive_score_are_nearly_the_same(toy: Any) -> None:
    """Groups that only add up share nothing: their totals sum to about one."""
    toy.settings = {"settings": OPEN, "doubt": Doubt(draws=200)}
    toy.indicator("a")
    toy.fact("c", "v_a", 50.0, quality="F")
    case = toy.case()
    rows = doubt(case, case.measured.cube.quality).findings["doubt"]["sensitivity"]
    mine = [r for r in rows if r["unit"] == "headline"]
    total, first = (np.array([r[k] for r in mine]) for k in ("total", "first"))
    assert 0.8 < total.sum() < 1.6
    assert (first <= total + 0.2).all()
    assert all(0 <= r["total_error"] < 0.3 for r in mine)
