"""Whether figures are scored by other benchmarks and rules as these say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from jinglun.loop.doubt_goals import (
    BANDS,
    GOALPOSTS,
    TARGET_SHARE,
    alternatives,
    choose,
    due,
    goals,
    normalise,
    stated_goals,
)


def _score(value: float, zero: float, full: float, rule: str) -> float:
    given = stated_goals(_goals(zero, full))
    return float(normalise(np.array([[[value]]], float), given, [rule])[0, 0, 0])


def _goals(zero: float, full: float) -> Any:
    from jinglun.loop.doubt_goals import Goals

    one = np.ones((1, 1), bool)
    return Goals(np.array([[zero]]), np.array([[full]]), np.array([1]), one, {})


@pytest.mark.parametrize(
    ("value", "zero", "full", "goalposts", "share", "bands"),
    [
        (60, 40, 100, 100 / 3, 60, 50),
        (20, 60, 10, 80, 50, 50),  # less is better: 10 / 20
        (8, 60, 10, 100, 100, 100),
        (32.9, 0, 100, 32.9, 32.9, 25),
        (33, 0, 100, 33, 33, 50),
        (66, 0, 100, 66, 66, 75),
        (95, 0, 100, 95, 95, 100),
        (5, 20, 0, 75, 75, 75),  # a full point of 0: no share of it, the goalposts stand
        (-5, -10, 10, 25, 25, 25),  # signs that differ: the same
    ],
)
def test_a_figure_scores_by_each_rule(
    value: float, zero: float, full: float, goalposts: float, share: float, bands: float
) -> None:
    """U4SSC: 0-33-66-95 % of the target are one to four points of four; the rest by hand."""
    assert _score(value, zero, full, GOALPOSTS) == pytest.approx(goalposts)
    assert _score(value, zero, full, TARGET_SHARE) == pytest.approx(share)
    assert _score(value, zero, full, BANDS) == pytest.approx(bands)


def test_only_what_holds_for_the_city_on_the_day_is_an_alternative(
    toy: Any, a_benchmark: Callable[..., Any]
) -> None:
    toy.indicator(
        "deep",
        benchmarks=[
            a_benchmark("CN", 0, 100),
            a_benchmark("*", 10, 90),
            a_benchmark("MA", 20, 80),
            a_benchmark("*", 30, 70, reading="strict"),
            a_benchmark("*", 31, 71, reading="ended", until="2020-01-01"),
            a_benchmark("*", 32, 72, reading="not yet", since="2030-01-01"),
            a_benchmark("*", 0, 100, reading="the same"),
        ],
    )
    toy.fact("c", "v_deep", 50.0)
    case = toy.case()
    found = alternatives(case, case.loom.scored[0])
    assert [(b.zero, b.full) for b in found] == [(0, 100), (10, 90), (30, 70)]


def test_benchmarks_are_chosen_and_moved_as_often_and_as_far_as_is_said() -> None:
    from jinglun.loop.doubt_goals import Goals

    given = Goals(
        zero=np.array([[0.0, 0.0], [10.0, 0.0], [20.0, 0.0]]),
        full=np.array([[100.0, 50.0], [90.0, 50.0], [80.0, 50.0]]),
        count=np.array([3, 1]),
        proposed=np.array([[True, False], [False, False], [False, False]]),
        scale={},
    )
    rng = np.random.default_rng(0)
    pick, shift = rng.random((40_000, 2)), rng.uniform(-1, 1, (40_000, 2, 2))
    found = choose(given, pick, shift, 0.25, 0.1)
    assert np.bincount(found.which[:, 0]) / 40_000 == pytest.approx([0.75, 0.125, 0.125], abs=0.01)
    assert (found.which[:, 1] == 0).all() and (found.full[:, 1] == 50).all()
    own = found.which[:, 0] == 0
    assert found.zero[own, 0].min() == pytest.approx(-10, abs=0.01)
    assert found.full[own, 0].max() == pytest.approx(110, abs=0.01)
    assert found.full[own, 0].mean() == pytest.approx(100, abs=0.1)
    assert (found.zero[~own, 0] >= 10).all()


def test_one_draw_moves_a_benchmark_for_all_places_alike() -> None:
    given = stated_goals(_goals(0, 50))
    scores = normalise(np.array([[[10.0, 20.0, 60.0]]]), given, [GOALPOSTS])
    assert scores[0, 0].tolist() == [20, 40, 100]


def test_a_target_by_year_is_read_against_what_is_due(
    toy: Any, a_benchmark: Callable[..., Any]
) -> None:
    """Of 100 from 2020 to 2025, 80 is due in 2024: 40 is half of it, as measure says too."""
    toy.indicator("deep", benchmarks=[a_benchmark("*", 0, 100, spread=(2020, 2025))])
    toy.fact("c", "v_deep", 40.0)
    case = toy.case()
    given = goals(case, [case.subject])
    values = due(given, stated_goals(given), np.array([[[40.0]]]), slice(0, 1))
    assert normalise(values, stated_goals(given), [GOALPOSTS])[0, 0, 0] == pytest.approx(50)
    assert case.latest.score[case.loom.scored[0], case.subject] == pytest.approx(50)
