"""Each governance formula gives the number worked out by hand beside it."""

from __future__ import annotations

import inspect
import tomllib
from pathlib import Path

import numpy as np
import pytest

from jinglun.domains.governance import indicators

HERE = Path(inspect.getfile(indicators)).parent
TERMS = tomllib.loads((HERE / "indicators.toml").read_text(encoding="utf-8"))

# (indicator, inputs, the number by hand)
BY_HAND = [
    ("data_sharing_met", {"share_requests_met": 45, "share_requests": 60}, 75.0),
    ("joined_up_services", {"life_events_joined": 8, "life_events": 20}, 40.0),
    ("digital_posts_held", {"digital_posts_filled": 31.5, "digital_posts": 42}, 75.0),
    ("indicator_data_availability", {"indicators_with_data": 90, "indicators_required": 120}, 75.0),
    ("indicator_data_measured", {"indicators_measured": 27, "indicators_with_data": 90}, 30.0),
    ("decision_evaluation", {"major_decisions_evaluated": 3, "major_decisions_matured": 24}, 12.5),
    ("work_report_kept", {"work_report_tasks_on_time": 114, "work_report_tasks": 120}, 95.0),
    ("admin_case_loss", {"admin_cases_lost": 66, "admin_cases_concluded": 550}, 12.0),
    ("court_rulings_executed", {"rulings_executed_in_time": 17, "rulings_due": 20}, 85.0),
    ("heads_in_court", {"admin_hearings_with_head": 370, "admin_hearings": 400}, 92.5),
    ("decision_evidence", {"major_decisions_with_evidence": 6, "major_decisions": 16}, 37.5),
    ("hotline_connection", {"calls_answered": 1_840_000, "calls_offered": 2_000_000}, 92.0),
    ("request_response", {"requests_contacted_in_time": 4_750, "requests_assigned": 5_000}, 95.0),
    ("request_resolution", {"callbacks_resolved": 640, "callbacks_completed": 800}, 80.0),
    ("request_satisfaction", {"callbacks_satisfied": 700, "callbacks_completed": 800}, 87.5),
    ("days_to_close", {"total_close_days": 27_000, "requests_closed": 4_000}, 6.75),
    ("repeat_requests", {"requests_repeated": 900, "requests_received": 5_000}, 18.0),
    ("reopened_requests", {"requests_reopened": 240, "requests_closed": 4_000}, 6.0),
    ("slowest_tenth_days", {"close_days_p90": 15.5}, 15.5),
    ("closed_on_time", {"requests_closed_on_time": 3_900, "requests_limited": 5_000}, 78.0),
    ("thirdparty_satisfaction", {"thirdparty_satisfaction_score": 82.72}, 82.72),
    ("thirdparty_sample_size", {"thirdparty_sample": 412}, 412.0),
    ("callback_count", {"callbacks_completed": 800}, 800.0),
    ("callback_coverage", {"callbacks_completed": 800, "requests_closed": 4_000}, 20.0),
    ("consultation_feedback", {"consultations_answered": 21, "consultations_closed": 30}, 70.0),
    ("datasets_open", {"open_datasets": 330, "openable_datasets": 440}, 75.0),
    ("metadata_quality", {"mqa_points": 324}, 80.0),
    ("datasets_three_star", {"datasets_3star": 264, "open_datasets": 330}, 80.0),
    ("datasets_on_schedule", {"datasets_on_time": 150, "datasets_with_frequency": 240}, 62.5),
    ("disclosure_granted", {"disclosure_granted_requests": 20, "disclosure_requests": 64}, 31.25),
    ("e_procurement", {"eprocurement_value": 5.1e9, "procurement_value": 6e9}, 85.0),
    ("contracts_fully_published", {"ocids_five_stages": 210, "ocids": 600}, 35.0),
    ("non_competitive_procurement", {"direct_award_value": 9e8, "procurement_value": 6e9}, 15.0),
    ("debt_to_limit", {"debt_balance": 1.38e11, "debt_limit": 1.5e11}, 92.0),
    ("social_participation", {"major_decisions_with_partners": 10, "major_decisions": 16}, 62.5),
    ("bidders_per_contract", {"bids_received": 2_100, "competed_contracts": 500}, 4.2),
]


def as_arrays(inputs: dict[str, float]) -> dict[str, np.ndarray]:
    """The inputs as one city in one period."""
    return {name: np.array([[float(value)]]) for name, value in inputs.items()}


@pytest.mark.parametrize(("name", "inputs", "expected"), BY_HAND, ids=[row[0] for row in BY_HAND])
def test_the_formula_gives_the_number_worked_out_by_hand(
    name: str, inputs: dict[str, float], expected: float
) -> None:
    value = getattr(indicators, name)(**as_arrays(inputs))
    assert value.shape == (1, 1)
    assert value[0, 0] == pytest.approx(expected, rel=1e-12)


def test_every_indicator_has_a_number_worked_out_by_hand() -> None:
    assert [row[0] for row in BY_HAND] == list(TERMS)


def test_a_formula_works_element_by_element_over_draws_places_and_periods() -> None:
    resolved = np.array([[[8.0, 6.0]], [[4.0, 3.0]]])
    completed = np.array([[[10.0, 12.0]], [[5.0, 4.0]]])
    assert indicators.request_resolution(resolved, completed).tolist() == [
        [[80.0, 50.0]],
        [[80.0, 75.0]],
    ]


def test_a_missing_input_stays_missing() -> None:
    value = indicators.days_to_close(np.array([np.nan, 12.0]), np.array([4.0, 4.0]))
    assert np.isnan(value[0])
    assert value[1] == 3.0


def test_debt_above_the_legal_limit_passes_100_and_so_breaches_the_floor() -> None:
    floor = TERMS["debt_to_limit"]["benchmarks"][0]["floor"]
    assert indicators.debt_to_limit(np.array([1.53e9]), np.array([1.5e9]))[0] > floor == 100


def test_the_published_mqa_bands_are_the_benchmark_of_metadata_quality() -> None:
    # Upper end of "bad" 120, so 121 starts "sufficient"; "excellent" starts at 351.
    bands = indicators.metadata_quality(np.array([121.0, 351.0]))
    benchmark = TERMS["metadata_quality"]["benchmarks"][0]
    assert np.round(bands, 1).tolist() == [benchmark["zero"], benchmark["full"]]


def test_every_cell_and_strategy_has_two_scored_indicators_and_all_aims_are_used() -> None:
    scored = [term for term in TERMS.values() if term["role"] == "score"]
    strategies = tomllib.loads((HERE / "strategies.toml").read_text(encoding="utf-8"))
    for factor in ("bigpicture", "citizens", "opendata", "partnership"):
        assert sum(term["factor"] == factor for term in scored) >= 2
    for strategy in strategies:
        assert sum(term["strategy"] == strategy for term in scored) >= 2
    assert {term["aim"] for term in scored} == {"efficient", "scientific", "open"}


def test_every_variable_a_formula_names_is_defined_and_every_definition_is_named() -> None:
    variables = tomllib.loads((HERE / "variables.toml").read_text(encoding="utf-8"))
    named = {p for name in TERMS for p in inspect.signature(getattr(indicators, name)).parameters}
    # The budget is governance's to define and other rooms' to use.
    assert named == set(variables)
