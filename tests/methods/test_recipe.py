"""Recipes: unknown rules and rules that cannot follow one another are refused together."""

from __future__ import annotations

from typing import Any

import pytest

from jinglun.methods.faults import Refused
from jinglun.methods.recipe import Recipe


def codes(**settings: Any) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        Recipe(**settings)
    return [(f.code, f.where) for f in refused.value.faults]


def test_every_wrong_rule_is_told_at_once() -> None:
    assert codes(impute="guess", normalise="best", weigh="loud", aggregate=("sum", "median")) == [
        ("unknown_rule", step) for step in ("impute", "normalise", "weigh", "aggregate")
    ]


def test_wrong_numbers_are_told_at_once() -> None:
    found = codes(keep=2, least=-1, interval=(5, 5), centre=(0, 0), floor=0)
    assert [code for code, _ in found] == [
        *("no_share", "no_share", "empty_interval", "no_deviation", "floor_not_above_zero"),
    ]


@pytest.mark.parametrize(
    "settings",
    [
        {"normalise": "z_score", "aggregate": "geometric"},
        {"interval": (-1, 1), "aggregate": ("arithmetic", "harmonic")},
        {"aggregate": ("copeland", "geometric")},
    ],
)
def test_scores_under_zero_and_means_that_cannot_take_them_are_told_before_any_work(
    settings: dict[str, Any],
) -> None:
    assert codes(**settings)[0][0] == "negative_score"


def test_signed_weights_go_with_the_arithmetic_mean_alone() -> None:
    assert codes(weigh="first_loadings", aggregate="median") == [
        ("signed_weights", "first_loadings")
    ]


def test_the_last_rule_goes_on_to_the_top() -> None:
    recipe = Recipe(aggregate=("median", "geometric"))
    assert [recipe.rule(level) for level in (2, 3, 4, 5)] == ["median", *["geometric"] * 3]
    assert Recipe().rule(7) == "arithmetic"
