"""Composite indicators: by hand from end to end, refused inputs, draws, and what may not matter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jinglun.methods.aggregation import AGGREGATIONS
from jinglun.methods.composite import Composite, Inputs, composite
from jinglun.methods.faults import Refused
from jinglun.methods.hierarchy import Hierarchy, Node
from jinglun.methods.normalisation import RULES
from jinglun.methods.recipe import WEIGHTINGS, Recipe
from jinglun.methods.treatment import Rule

NAN = float("nan")
TREE = Hierarchy(
    [
        Node("city"),
        Node("work", "city", 3),
        Node("life", "city", 1),
        Node("jobs", "work", 1, denominator="people", zero=0, full=2, target=1),
        Node("dole", "work", 1, direction=-1, zero=8, full=0, target=2),
        Node("parks", "life", 1, zero=0, full=10, target=10),
    ]
)
DATA = np.array([[100.0, 4, 1], [600, 2, 5], [500, 8, NAN], [800, 0, 9]])
INPUTS = Inputs(
    groups=["a", "a", "b", "b"], denominators={"people": np.array([100.0, 400, 200, 400])}
)
PLAIN = Recipe(treat=None)


def made(recipe: Recipe = PLAIN, data: np.ndarray = DATA, **inputs: Any) -> Composite:
    return composite(data, TREE, recipe, replace(INPUTS, **inputs))


def test_every_step_by_hand() -> None:
    found = made(replace(PLAIN, impute="group_mean"))
    # Jobs per head; the gap takes 9, the mean of group b.
    assert found.denominated[:, 0].tolist() == [1, 1.5, 2.5, 2]
    assert found.imputed[:, 2].tolist() == [1, 5, 9, 9]
    # (x - 1) / 1.5; (8 - x) / 8; (x - 1) / 8, times 100.
    assert found.normalised[:, 0] == pytest.approx([0, 100 / 3, 100, 200 / 3])
    assert found.normalised[:, 1].tolist() == [50, 75, 0, 100]
    assert found.normalised[:, 2].tolist() == [0, 50, 100, 100]
    assert found.score("work") == pytest.approx([25, 325 / 6, 50, 250 / 3])
    # Three parts of work and one of life.
    assert found.score("city") == pytest.approx([18.75, 53.125, 62.5, 87.5])
    assert found.rank("city").tolist() == [4, 3, 2, 1]
    assert found.weights.tolist() == [1, 0.75, 0.25, 0.5, 0.5, 1]


def test_a_gap_that_is_not_filled_is_left_out_and_lowers_the_coverage() -> None:
    found = made()
    assert np.isnan(found.score("life")[2])
    assert found.score("city")[2] == found.score("work")[2]
    assert found.coverage("city").tolist() == [1, 1, 0.75, 1]


def test_a_denominator_of_zero_leaves_a_gap() -> None:
    found = made(denominators={"people": np.array([100.0, 400, 0, 400])})
    assert np.isnan(found.denominated[2, 0])


def test_a_unit_with_too_little_is_scored_nowhere_and_moves_nobody() -> None:
    strict = replace(PLAIN, keep=0.9, screen_first=True)
    found = made(strict)
    assert found.kept.tolist() == [True, True, False, True]
    assert np.isnan(found.scores[2]).all()
    without = [0, 1, 3]
    people = {"people": np.array([100.0, 400, 400])}
    rest = made(strict, DATA[without], groups=["a", "a", "b"], denominators=people)
    np.testing.assert_array_equal(found.scores[without], rest.scores)


def test_equal_weights_may_mean_indicators_or_siblings() -> None:
    """Two indicators under work, one under life: 2 to 1 where indicators are equal."""
    assert made(replace(PLAIN, weigh="equal")).weights[1:3] == pytest.approx([2 / 3, 1 / 3])
    assert made(replace(PLAIN, weigh="by_level")).weights[1:3].tolist() == [0.5, 0.5]


def test_goalposts_come_from_the_nodes_or_from_beside_the_data() -> None:
    recipe = replace(PLAIN, normalise="goalposts")
    assert made(recipe).normalised[0].tolist() == [50, 50, 10]
    beside = made(recipe, zero=np.zeros(3), full=np.array([4.0, 4, 4]))
    assert beside.normalised[0].tolist() == [25, 100, 25]


def test_goalposts_that_meet_leave_the_indicator_out() -> None:
    """Nothing can be said of any value, so the score is that of the other."""
    recipe = replace(PLAIN, normalise="goalposts")
    found = made(recipe, zero=np.array([0.0, 8, 5]), full=np.array([2.0, 0, 5]))
    assert np.isnan(found.normalised[:, 2]).all()
    np.testing.assert_allclose(found.score("city"), found.score("work"))


def test_an_indicator_without_values_leaves_the_others_to_speak() -> None:
    data = DATA.copy()
    data[:, 1] = NAN
    found = made(replace(Recipe(), impute="mean"), data)
    np.testing.assert_allclose(found.score("work"), found.score("jobs"))
    assert found.coverage("work").tolist() == [0.5] * 4


def test_one_unit_alone_has_no_min_max_score_and_has_goalposts() -> None:
    alone = {"groups": ["a"], "denominators": {"people": np.array([100.0])}}
    assert np.isnan(made(PLAIN, DATA[:1], **alone).scores).all()
    found = made(replace(PLAIN, normalise="goalposts"), DATA[:1], **alone)
    assert found.score("city")[0] == pytest.approx(0.75 * 50 + 0.25 * 10)


def test_an_indicator_without_variance_is_left_out_of_min_max() -> None:
    data = DATA.copy()
    data[:, 1] = 3
    found = made(PLAIN, data)
    np.testing.assert_allclose(found.score("work"), found.score("jobs"))


# --- refusals ---


def refused(
    recipe: Recipe = PLAIN, data: np.ndarray = DATA, **inputs: Any
) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as error:
        made(recipe, data, **inputs)
    return [(f.code, f.where) for f in error.value.faults]


def test_data_of_another_width_is_refused() -> None:
    assert refused(data=DATA[:, :2]) == [("wrong_width", "3 indicators")]


def test_everything_wrong_beside_the_data_comes_at_once() -> None:
    data = DATA.copy()
    data[0, 0] = np.inf
    weights = np.array([1.0, -1, 2, 0, 0, 1])
    found = refused(
        replace(PLAIN, impute="group_mean", normalise="target_share"),
        data,
        groups=None,
        denominators={"area": np.ones(3)},
        weights=weights,
        target=np.array([1.0, NAN, 3]),
    )
    assert found == [
        ("infinite", "jobs"),
        ("no_groups", "group_mean"),
        ("unknown_denominator", "jobs"),
        ("wrong_denominator", "area"),
        ("negative_weight", "work"),
        ("all_weights_zero", "work"),
        ("no_target", "dole"),
    ]


def test_groups_weights_and_goalposts_of_another_length_are_refused() -> None:
    assert refused(groups=["a"]) == [("wrong_groups", "4 units")]
    assert refused(weights=np.ones(3)) == [("wrong_weights", "6 nodes")]
    goal = replace(PLAIN, normalise="goalposts")
    assert refused(goal, zero=np.ones(2)) == [("wrong_shape", "zero")]


def test_no_units_are_refused() -> None:
    none = {"groups": [], "denominators": {"people": np.ones(0)}}
    assert refused(data=DATA[:0], **none) == [("no_units", "")]


def test_all_weights_zero_in_one_draw_is_refused() -> None:
    weights = np.ones((3, 6))
    weights[2, [1, 2]] = 0
    assert refused(weights=weights) == [("all_weights_zero", "city")]


# --- draws ---

RNG = np.random.default_rng(11)
WIDE = Hierarchy(
    [
        Node("all"),
        *(Node(g, "all") for g in "ab"),
        *(
            Node(
                f"{g}{i}", g, 1 + i, (1, -1)[i % 2],
                zero=(0, 20)[i % 2], full=(20, 0)[i % 2], target=10,
            )
            for g in "ab"
            for i in range(4)
        ),
    ]
)  # fmt: skip
DRAWS = np.exp(RNG.normal(0, 1.5, (6, 20, 8)))
DRAWS[RNG.random(DRAWS.shape) < 0.05] = NAN
WEIGHTS = RNG.uniform(0.5, 1.5, (6, 11))
GROUPS = ["x", "y"] * 10


@pytest.mark.parametrize("impute", ["none", "mean", "median", "group_mean", "score"])
@pytest.mark.parametrize("normalise", RULES)
def test_draws_are_the_same_as_one_after_another(impute: str, normalise: str) -> None:
    recipe = Recipe(impute=impute, keep=0.8, normalise=normalise)
    together = composite(DRAWS, WIDE, recipe, Inputs(groups=GROUPS, weights=WEIGHTS))
    for draw in range(6):
        alone = composite(DRAWS[draw], WIDE, recipe, Inputs(groups=GROUPS, weights=WEIGHTS[draw]))
        np.testing.assert_allclose(together.scores[draw], alone.scores, rtol=1e-9, atol=1e-9)
        np.testing.assert_array_equal(together.rank("all")[draw], alone.rank("all"))


# Weights with signs go with the arithmetic mean alone.
PAIRS = [(w, r) for w in WEIGHTINGS for r in AGGREGATIONS if w != "first_loadings"]
PAIRS += [("first_loadings", "arithmetic")]


@pytest.mark.parametrize(("weigh", "rule"), PAIRS)
def test_draws_are_weighed_and_aggregated_as_one_after_another(weigh: str, rule: str) -> None:
    rules = (rule, "arithmetic")
    recipe = Recipe(impute="median", weigh=weigh, aggregate=rules, least=0.5)
    together = composite(DRAWS, WIDE, recipe, Inputs(weights=WEIGHTS))
    for draw in range(6):
        alone = composite(DRAWS[draw], WIDE, recipe, Inputs(weights=WEIGHTS[draw]))
        np.testing.assert_allclose(together.scores[draw], alone.scores, rtol=1e-6, atol=1e-6)


def test_weights_and_goalposts_may_be_drawn_while_the_data_stand() -> None:
    recipe = Recipe(treat=None, normalise="goalposts")
    full = np.array([n.full for n in WIDE.nodes if n.id[1:].isdigit()])
    drawn = full + np.arange(1, 7)[:, None]
    beside = Inputs(weights=WEIGHTS, full=drawn)
    together = composite(DRAWS[0], WIDE, recipe, beside)
    assert together.scores.shape == (6, 20, 11)
    for draw in range(6):
        one = Inputs(weights=WEIGHTS[draw], full=drawn[draw])
        alone = composite(DRAWS[0], WIDE, recipe, one)
        np.testing.assert_allclose(together.scores[draw], alone.scores, rtol=1e-9, atol=1e-9)


# --- what may not matter, and what must ---


@pytest.mark.parametrize("normalise", ["min_max", "z_score", "rank", "percentile_rank", "borda"])
def test_a_change_of_units_changes_no_score_treated_or_not(normalise: str) -> None:
    recipe = Recipe(normalise=normalise, treat=Rule(points=np.arange(6)))
    before = composite(DRAWS, WIDE, recipe)
    factors = np.array([0.001, 1e4, 1.8, 0.5, 100, 1e-6, 2, 3])
    after = composite(DRAWS * factors + np.arange(8) * factors, WIDE, recipe)
    assert before.treated is not None and {"log", "winsorised"} <= set(before.treated.done().flat)
    np.testing.assert_allclose(after.scores, before.scores, rtol=1e-7, atol=1e-7)


def test_the_order_of_nodes_does_not_matter() -> None:
    order = RNG.permutation(11)
    mixed = Hierarchy([WIDE.nodes[i] for i in order])
    columns = [WIDE.indicator_ids().index(i) for i in mixed.indicator_ids()]
    expected, found = composite(DRAWS, WIDE), composite(DRAWS[..., columns], mixed)
    for node in WIDE.nodes:
        np.testing.assert_allclose(found.score(node.id), expected.score(node.id), atol=1e-9)


CELL = st.integers(0, 20).map(float)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.lists(CELL, min_size=8, max_size=8), min_size=2, max_size=5),
    column=st.integers(0, 7),
    unit=st.integers(0, 4),
    more=st.integers(1, 20),
    normalise=st.sampled_from(["goalposts", "min_max", "rank", "percentile_rank"]),
)
def test_more_of_the_better_never_lowers_the_score_of_the_unit(
    rows: list[list[float]], column: int, unit: int, more: int, normalise: str
) -> None:
    """Where less is better, less. Without treatment, which looks at everybody's values."""
    recipe = Recipe(treat=None, normalise=normalise)
    before, unit = np.array(rows), unit % len(rows)
    after = before.copy()
    after[unit, column] += more * (1, -1)[column % 2]
    first, then = (composite(d, WIDE, recipe) for d in (before, after))
    if not np.array_equal(np.isnan(first.normalised), np.isnan(then.normalised)):
        return  # An indicator that told nobody apart now does: another set is averaged.
    low, high = first.score("all")[unit], then.score("all")[unit]
    assert np.isnan(low) or high >= low - 1e-9
