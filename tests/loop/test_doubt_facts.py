"""Whether simulated figures follow from their facts, and agree with what slopes foretell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from jinglun.loop.doubt_facts import figures_of, near
from jinglun.loop.doubt_slopes import deviations, far, slopes
from jinglun.methods.uncertainty import log_deviation, together

BANDS = (0.02, 0.05, 0.10, 0.20, 0.35, 0.50)
RHO = 0.5


def _deviation(quality: str) -> float:
    return float(log_deviation(np.array(BANDS))["ABCDEF".index(quality)])


def _draws(given: Any, draws: int = 20_000) -> np.ndarray:
    rng = np.random.default_rng(0)
    shared = rng.standard_normal((draws, 1 + int(given.source.max())))[:, given.source]
    z = together(rng.standard_normal((draws, len(given.leaf))), shared, RHO)
    return figures_of(given, z)[0]


def test_a_ratio_of_one_source_errs_less_than_its_parts(toy: Any) -> None:
    """ln(a / b) of two deviations s that correlate by 0.5: s sqrt(2 (1 - 0.5)) = s."""
    toy.variable("a")
    toy.variable("b")
    toy.indicator("ratio", lambda a, b: 100 * a / b)
    toy.fact("c", "a", 300.0, quality="D")
    toy.fact("c", "b", 600.0, quality="D")
    case = toy.case()
    given = near(case, case.measured.cube.quality, BANDS)
    drawn = _draws(given)[:, 0, 0]
    assert np.log(drawn).std() == pytest.approx(_deviation("D"), rel=0.02)
    assert np.median(drawn) == pytest.approx(50, rel=0.01)


def test_a_city_built_from_its_districts_is_summed_anew_in_every_world(toy: Any) -> None:
    """Without a shared source of error the sum of two equal parts errs by s / sqrt(2) of it."""
    toy.variable("a")
    toy.indicator("sum", lambda a: a / 10)
    toy.fact("n", "a", 200.0, quality="C")
    toy.fact("s", "a", 200.0, quality="C")
    case = toy.case()
    given = near(case, case.measured.cube.quality, BANDS)
    assert len(given.leaf) == 2 and len(given.value) == 3
    z = np.random.default_rng(0).standard_normal((20_000, 2))
    values, lost = figures_of(given, z)
    assert lost == 0
    assert values[:, 0, 0] == pytest.approx(values[:, 0, 1] + values[:, 0, 2])
    assert values[:, 0, 0].std() == pytest.approx(40 * _deviation("C") / 2**0.5, rel=0.03)


def test_a_share_made_of_part_and_base_and_its_mean_over_districts_follow_them(toy: Any) -> None:
    """Part 30 of 100 and 60 of 300: 30 % and 20 %, weighted by base 22.5 %."""
    toy.variable("base")
    toy.variable("part")
    toy.variable("share", "share", base="base", part="part")
    toy.indicator("it", lambda share: share)
    for place, part, base in (("n", 30.0, 100.0), ("s", 60.0, 300.0)):
        toy.fact(place, "part", part, quality="E")
        toy.fact(place, "base", base, quality="E")
    case = toy.case()
    given = near(case, case.measured.cube.quality, BANDS)
    assert len(given.leaf) == 4
    still, _ = figures_of(given, np.zeros((1, 4)))
    assert still[0, 0] == pytest.approx([22.5, 30.0, 20.0])
    drawn = _draws(given, 200)
    assert (drawn <= 100).all() and (drawn[:, 0].std(axis=0) > 0).all()


def test_a_gap_between_districts_is_taken_in_every_world(toy: Any) -> None:
    toy.variable("rate", "single")
    toy.indicator("gap", lambda rate: rate.max(axis=-1) - rate.min(axis=-1), over="districts")
    toy.fact("n", "rate", 40.0, quality="C")
    toy.fact("s", "rate", 60.0, quality="C")
    case = toy.case()
    given = near(case, case.measured.cube.quality, BANDS)
    assert given.point[0, 0] == 20
    z = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, -1.0]])
    s = _deviation("C")
    expected = [20, 60 - 40 * np.exp(s), 60 * np.exp(-s) - 40]
    assert figures_of(given, z)[0][:, 0, 0] == pytest.approx(expected)


def test_a_figure_is_held_in_its_range_and_one_that_cannot_be_said_stays(toy: Any) -> None:
    toy.variable("a")
    toy.indicator("most", lambda a: 1.0 * a, range=(0.0, 100.0))
    toy.indicator("odd", lambda a: np.where(a > 99, np.nan, a))
    toy.fact("c", "a", 98.0, quality="F")
    case = toy.case()
    given = near(case, case.measured.cube.quality, BANDS)
    values, lost = figures_of(given, np.array([[0.0], [3.0], [-0.1]]))
    assert values[1, 0, 0] == 100 and values[1, 1, 0] == 98
    assert lost == 1
    assert values[2, 1, 0] == pytest.approx(98 * np.exp(-0.1 * _deviation("F")))


def test_slopes_foretell_the_spread_that_draws_show(toy: Any) -> None:
    """The delta method beside 20,000 simulated draws, for a ratio, a share and a log."""
    toy.variable("a")
    toy.variable("b")
    toy.variable("rate", "share")
    toy.indicator("ratio", lambda a, b: 100 * a / b)
    toy.indicator("rate", lambda rate: 100 - rate)
    toy.indicator("log", lambda a: 10 * np.log(a))
    toy.fact("c", "a", 300.0, quality="C")
    toy.fact("c", "b", 500.0, quality="B")
    toy.fact("c", "rate", 85.0, quality="D")
    case = toy.case()
    quality = case.measured.cube.quality
    told = list(slopes(case, quality, BANDS, RHO))
    foretold = deviations(told, (3, *case.measured.value.shape[1:]), RHO)[:, case.subject, 0]
    drawn = _draws(near(case, quality, BANDS))[:, :, 0]
    assert drawn.std(axis=0) == pytest.approx(foretold, rel=0.03)
    parted = far(case, told, [case.subject], RHO)
    whole = np.sqrt(parted.own[:, 0] ** 2 + (parted.shared[:, :, 0] ** 2).sum(axis=0))
    assert whole == pytest.approx(foretold, rel=1e-5)


def test_slopes_over_districts_are_those_of_each_district(toy: Any) -> None:
    """Of a mean of two, each district's figure moves it by half: 40 s / 2 and 60 s / 2."""
    toy.variable("rate", "single")
    toy.indicator("mean", lambda rate: rate.mean(axis=-1), over="districts")
    toy.fact("n", "rate", 40.0, quality="C")
    toy.fact("s", "rate", 60.0, quality="C")
    case = toy.case()
    (one,) = slopes(case, case.measured.cube.quality, BANDS, RHO)
    s = _deviation("C")
    assert one.place == case.subject
    assert one.slope[0, :, 0] == pytest.approx([20 * s, 30 * s], rel=1e-3)


def test_lowered_classes_widen_and_facts_keep_their_own(toy: Any) -> None:
    toy.indicator("deep")
    toy.fact("c", "v_deep", 50.0, quality="A")
    case = toy.case()
    lowered = np.where(case.measured.cube.quality == 0, 5, case.measured.cube.quality)
    given = near(case, lowered.astype(np.int8), BANDS)
    assert given.deviation.tolist() == [_deviation("F")]
    assert given.quality.tolist() == [5]
