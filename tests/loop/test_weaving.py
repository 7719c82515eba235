"""Whether many worlds are woven as one is, by each kind of mean, whatever is missing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jinglun.framework import DOMAINS
from jinglun.loop.weaving import (
    GEOMETRIC,
    HARMONIC,
    Pattern,
    Shaken,
    hold,
    pattern,
    stated,
    weave_all,
)
from jinglun.model.catalogue import Indicator
from jinglun.model.city import Settings, Weights

ECONOMY, SERVICES = DOMAINS[0].id, DOMAINS[1].id


def _indicator(ident: str, domain: str | None, factor: str) -> Indicator:
    aims = {d.id: d.aims[0].id for d in DOMAINS}
    words: dict[str, Any] = dict.fromkeys(
        ("zh", "en", "definition_zh", "definition_en", "office_zh", "office_en"), ident
    )
    return Indicator(
        ident,
        code="E1.1",
        unit="%",
        better="higher",
        factor=factor,
        role="score",
        privacy="public",
        range=(0, 100),
        get="public",
        sources=(),
        domain=domain,
        aim=aims.get(domain or ""),
        **words,
    )


SIX = [
    _indicator("a", ECONOMY, "bigpicture"),
    _indicator("b", ECONOMY, "bigpicture"),
    _indicator("c", ECONOMY, "citizens"),
    _indicator("d", SERVICES, "citizens"),
    _indicator("e", SERVICES, "citizens"),
    _indicator("f", None, "citizens"),
]
OPEN = Settings(assessable_coverage=0.0, headline_coverage=0.0)


def _city(given: Pattern, scores: list[float], weights: Shaken | None = None, **how: Any) -> float:
    own = np.array(scores, float)[None, :, None]
    held = hold(given, ~np.isnan(own[0]), OPEN)
    return float(weave_all(given, held, own, weights or stated(given), **how).of("city")[0, 0, 0])


def test_the_city_is_the_mean_of_domains_of_cells_of_indicators() -> None:
    """Cells 50 and 80, so 65; the other domain 30; the city 47.5. The factor's own is left out."""
    assert _city(pattern(SIX, Weights()), [40, 60, 80, 20, 40, 99]) == pytest.approx(47.5)


def test_a_factor_counts_its_own_indicators_as_one_more_cell() -> None:
    """Citizens: cells 80 and 30 and its own 99, (80 + 30 + 99) / 3."""
    given = pattern(SIX, Weights())
    own = np.array([40.0, 60, 80, 20, 40, 99])[None, :, None]
    held = hold(given, np.ones((6, 1), bool), OPEN)
    assert weave_all(given, held, own, stated(given)).of("factors")[0, 1, 0] == pytest.approx(
        209 / 3
    )


def test_geometric_and_harmonic_means_are_taken_at_every_level() -> None:
    """Cells sqrt(1600) and 25, domain sqrt(40 * 25); 2 / (1/20 + 1/80) = 32, 2 / (1/32 + 1/25)."""
    three, given = SIX[:3], pattern(SIX[:3], Weights())
    assert len(three) == 3
    assert _city(given, [20, 80, 25], rule=GEOMETRIC) == pytest.approx((40 * 25) ** 0.5)
    assert _city(given, [20, 80, 25], rule=HARMONIC) == pytest.approx(2 / (1 / 32 + 1 / 25))


def test_a_score_under_one_counts_as_one_where_a_zero_would_end_it() -> None:
    given = pattern(SIX[:2], Weights())
    assert _city(given, [0, 100], rule=GEOMETRIC) == pytest.approx(10)
    assert _city(given, [0, 100]) == pytest.approx(50)


def test_what_is_missing_is_left_out_and_counted_in_the_coverage() -> None:
    given = pattern(SIX, Weights(indicators={"b": 3.0}))
    there = np.array([[True], [False], [True], [True], [True], [True]])
    held = hold(given, there, Settings(assessable_coverage=0.3, headline_coverage=0.3))
    assert held.coverage["blocks"][0, 0] == pytest.approx(0.25)
    assert not held.assessed["blocks"][0, 0]
    assert _city(given, [40, np.nan, 80, 20, 40, 99]) == pytest.approx((60 + 30) / 2)


def test_a_threshold_is_not_missed_by_the_last_bit() -> None:
    """0.1 + 0.2 of 1 is 0.30000000000000004 one way and three tenths the other."""
    given = pattern(SIX[:2], Weights(indicators={"a": 0.3, "b": 0.7}))
    held = hold(given, np.array([[True], [False]]), Settings(assessable_coverage=0.3))
    assert held.assessed["blocks"][0, 0]


def test_every_draw_has_its_own_weights() -> None:
    given = pattern(SIX[:2], Weights())
    one = stated(given)
    shaken = Shaken(
        np.array([[1.0, 1.0], [3.0, 1.0]]),
        np.repeat(one.blocks, 2, axis=0),
        np.repeat(one.domains, 2, axis=0),
    )
    held = hold(given, np.ones((2, 1), bool), OPEN)
    scores = np.repeat(np.array([[[0.0], [100.0]]]), 2, axis=0)
    assert weave_all(given, held, scores, shaken).of("city")[:, 0, 0].tolist() == [50.0, 25.0]


def test_single_precision_stays_single_and_agrees() -> None:
    given = pattern(SIX, Weights())
    own = np.random.default_rng(0).uniform(0, 100, (3, 6, 4))
    held = hold(given, np.ones((6, 4), bool), OPEN)
    weights = Shaken(*(np.repeat(w, 3, axis=0) for w in vars(stated(given)).values()))
    for rule in ("arithmetic", "geometric", "harmonic"):
        double = weave_all(given, held, own, weights, rule).of("city")
        single = weave_all(given, held, own.astype(np.float32), weights, rule).of("city")
        assert single.dtype == np.float32
        assert single == pytest.approx(double, abs=1e-3)


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(6)), st.lists(st.floats(0, 100), min_size=6, max_size=6))
def test_the_order_of_indicators_and_weights_does_not_matter(
    order: list[int], scores: list[float]
) -> None:
    weights = Weights(indicators={"a": 2.0, "d": 0.5}, cells={f"{ECONOMY}.citizens": 3.0})
    plain = _city(pattern(SIX, weights), scores)
    turned = pattern([SIX[n] for n in order], weights)
    assert _city(turned, [scores[n] for n in order]) == pytest.approx(plain, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(0, 100), min_size=6, max_size=6),
    st.integers(0, 5),
    st.floats(0, 100),
    st.sampled_from(["arithmetic", "geometric", "harmonic"]),
)
def test_a_higher_score_never_lowers_the_city(
    scores: list[float], which: int, by: float, rule: str
) -> None:
    given = pattern(SIX, Weights())
    better = [min(100.0, s + by) if n == which else s for n, s in enumerate(scores)]
    assert _city(given, better, rule=rule) >= _city(given, scores, rule=rule) - 1e-9


def test_nothing_measured_and_nothing_scored_are_no_city() -> None:
    given = pattern(SIX, Weights())
    held = hold(given, np.zeros((6, 1), bool), OPEN)
    assert not held.assessed["city"].any()
    nothing = weave_all(given, held, np.full((1, 6, 1), np.nan), stated(given))
    assert np.isnan(nothing.of("city")).all() and np.isnan(nothing.of("covered")).all()
    empty = pattern([], Weights())
    held = hold(empty, np.zeros((0, 1), bool), OPEN)
    assert np.isnan(weave_all(empty, held, np.zeros((1, 0, 1)), stated(empty)).of("city")).all()
