"""Whether factor-level formulas give the number worked out by hand, and what goes unscored."""

from __future__ import annotations

import inspect
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from jinglun.factors import bigpicture, citizens, opendata, partnership

FACTORS = (bigpicture, citizens, opendata, partnership)

# Expected values are worked out by hand beside the inputs.
BY_HAND = [
    (bigpicture, "projects_traceable", {"projects_linked": 18, "projects_total": 24}, 75.0),
    (bigpicture, "shared_investment", {"investment_shared": 90e6, "total_investment": 240e6}, 37.5),
    (
        bigpicture,
        "upkeep_secured",
        {"investment_upkeep_secured": 150e6, "total_investment": 240e6},
        62.5,
    ),
    (
        bigpicture,
        "projects_evaluated_after",
        {"projects_evaluated": 3, "projects_evaluation_due": 12},
        25.0,
    ),
    # 45,000 participations among 3,000,000 residents
    (citizens, "citizens_engaged", {"engaged_persons": 45_000, "resident_pop": 3_000_000}, 1_500.0),
    (citizens, "citizen_experience", {"survey_mean_score": 82.6}, 82.6),
    (citizens, "survey_sample", {"survey_respondents": 2_400}, 2_400.0),
    (citizens, "cocreated_projects", {"projects_cocreated": 6, "projects_total": 24}, 25.0),
    # two datasets of one star, one of three, one of five: ten stars over four
    (opendata, "open_data_stars", {"star_sum": 1 + 1 + 3 + 5, "open_datasets": 4}, 2.5),
    (opendata, "reuses_per_100_datasets", {"reuses": 21, "open_datasets": 600}, 3.5),
    (
        partnership,
        "nonbudget_share",
        {"nonbudget_investment": 60e6, "total_investment": 240e6},
        25.0,
    ),
    (
        partnership,
        "options_appraised",
        {"projects_option_appraised": 9, "projects_total": 24},
        37.5,
    ),
    (partnership, "paid_by_result", {"projects_paid_by_result": 8, "projects_operating": 20}, 40.0),
]


def _blocks(factor: ModuleType) -> dict[str, Any]:
    file = Path(str(factor.__file__)).with_suffix(".toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _indicators() -> dict[str, dict[str, Any]]:
    return {k: v for factor in FACTORS for k, v in _blocks(factor)["indicators"].items()}


@pytest.mark.parametrize(("factor", "name", "inputs", "expected"), BY_HAND)
def test_the_formula_gives_the_number_worked_out_by_hand(
    factor: ModuleType, name: str, inputs: dict[str, float], expected: float
) -> None:
    arrays = {variable: np.array([float(value)]) for variable, value in inputs.items()}
    np.testing.assert_allclose(getattr(factor, name)(**arrays), [expected])


@pytest.mark.parametrize(("factor", "name", "inputs", "expected"), BY_HAND)
def test_the_formula_keeps_the_shape_of_its_inputs(
    factor: ModuleType, name: str, inputs: dict[str, float], expected: float
) -> None:
    arrays = {variable: np.full((2, 3, 4), float(value)) for variable, value in inputs.items()}
    value = getattr(factor, name)(**arrays)
    assert value.shape == (2, 3, 4)
    np.testing.assert_allclose(value, expected)


def test_every_factor_level_indicator_has_a_number_worked_out_by_hand() -> None:
    assert {name for _, name, _, _ in BY_HAND} == set(_indicators())


def test_every_factor_has_two_scored_indicators_of_its_own() -> None:
    for factor in FACTORS:
        blocks = _blocks(factor)["indicators"].values()
        assert sum(block["role"] == "score" for block in blocks) >= 2, factor.__name__


def test_what_grades_the_filing_is_shown_and_never_scored() -> None:
    blocks = _indicators()
    for name in ("projects_traceable", "options_appraised"):
        assert blocks[name]["role"] == "process"
        assert "benchmarks" not in blocks[name]


def test_the_size_of_the_survey_stands_beside_its_score_without_a_score_of_its_own() -> None:
    assert _indicators()["survey_sample"]["role"] == "context"


def test_every_scored_indicator_can_be_read_in_any_country() -> None:
    for name, block in _indicators().items():
        if block["role"] == "score":
            assert "*" in {one["jurisdiction"] for one in block["benchmarks"]}, name


def test_a_benchmark_runs_the_way_that_is_better() -> None:
    for name, block in _indicators().items():
        for one in block.get("benchmarks", []):
            assert (one["zero"] < one["full"]) == (block["better"] == "higher"), name


def test_every_variable_is_defined_by_one_factor_or_owned_by_a_domain() -> None:
    defined = [v for factor in FACTORS for v in _blocks(factor)["variables"]]
    assert len(defined) == len(set(defined))
    named = {p for f, n, _, _ in BY_HAND for p in inspect.signature(getattr(f, n)).parameters}
    assert named - set(defined) == {"open_datasets", "resident_pop"}
    assert set(defined) <= named
