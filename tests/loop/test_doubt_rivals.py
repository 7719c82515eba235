"""Whether the table of other rules says the rank that each rule gives by hand."""

from __future__ import annotations

from typing import Any

import pytest

from jinglun.loop.doubt import doubt
from jinglun.model.city import Doubt, Settings

OPEN = Settings(assessable_coverage=0.0, headline_coverage=0.0)


@pytest.fixture
def table(toy: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """The city is even (50, 50), one peer is uneven (100, 10), one is low (20, 30)."""
    toy.settings = {"settings": OPEN, "doubt": Doubt(draws=200)}
    toy.indicator("a")
    toy.indicator("b", factor="citizens")
    for place, values in (("c", (50.0, 50.0)), ("uneven", (100.0, 10.0)), ("low", (20.0, 30.0))):
        if place != "c":
            toy.place(place, "city")
        for name, value in zip("ab", values, strict=True):
            toy.fact(place, f"v_{name}", value)
    case = toy.case()
    rows = doubt(case, case.measured.cube.quality).findings["doubt"]["rules"]
    return {(r["normalisation"], r["aggregation"]): r for r in rows}


def test_means_that_forgive_less_turn_the_order_round(table: Any) -> None:
    """Arithmetic 50 against 55; geometric 50 against sqrt(1000) = 31.6; harmonic 50, 18.2."""
    plain = table["goalposts", "arithmetic"]
    assert (plain["score"], plain["rank"], plain["of"]) == (50, 2, 3)
    assert table["goalposts", "geometric"]["rank"] == 1
    assert table["goalposts", "harmonic"]["rank"] == 1
    assert table["goalposts", "harmonic"]["score"] == pytest.approx(50)


def test_relative_rules_have_a_rank_and_no_score(table: Any) -> None:
    """Min-max: (50-20)/80 and 1, mean 68.75 against 50 and 25. Ranks 2 + 3 against 3 + 1."""
    assert table["min_max", "arithmetic"]["rank"] == 1
    assert table["borda", "arithmetic"]["rank"] == 1
    assert all(r["score"] is None for (n, _), r in table.items() if n in ("min_max", "borda"))


def test_copeland_counts_pairs_won(table: Any) -> None:
    """An even pair with the uneven peer, both points against the low one: 1. The peer has 0."""
    assert table["goalposts", "copeland"]["rank"] == 1
    assert table["goalposts", "copeland"]["score"] is None


def test_scores_below_nothing_have_no_geometric_mean(table: Any) -> None:
    assert ("z_score", "geometric") not in table
    assert ("borda", "harmonic") not in table
    assert ("z_score", "arithmetic") in table
