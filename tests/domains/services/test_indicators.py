"""Every services formula gives the number one works out by hand."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from jinglun.domains.services import indicators

# Each row: formula, what goes in, what comes out; simple enough to redo in the head.
BY_HAND = [
    ("services_online", {"items_online": 180, "items_total": 200}, 90),
    ("services_one_stop", {"items_one_stop": 150, "items_total": 200}, 75),
    ("electronic_licences", {"items_using_elicence": 30, "items_needing_licence": 120}, 25),
    ("completed_without_visit", {"cases_without_visit": 600, "cases_end_to_end_items": 800}, 75),
    ("repeat_visits", {"cases_repeat_visit": 50, "cases_closed": 1000}, 5),
    ("services_for_elders", {"items_elder_usable": 130, "items_total": 200}, 65),
    # Casablanca: 2,666 over 3.2 million is 8.33 per 10,000.
    (
        "public_service_density",
        {"public_service_establishments": 2666, "resident_pop": 3_200_000},
        8.33125,
    ),
    ("life_expectancy", {"life_expectancy_at_birth": 78.6}, 78.6),
    ("health_beds_per_1000", {"health_beds": 6000, "resident_pop": 1_000_000}, 6),
    ("physicians_per_1000", {"physicians": 3200, "resident_pop": 1_000_000}, 3.2),
    ("health_records", {"residents_with_health_record": 720_000, "resident_pop": 900_000}, 80),
    ("nursing_bed_share", {"nursing_beds": 1100, "elder_beds": 2000}, 55),
    ("nurses_per_1000", {"nurses": 1900, "resident_pop": 500_000}, 3.8),
    ("shared_test_results", {"hospitals_sharing_results": 18, "hospitals_level_2_plus": 24}, 75),
    ("schooling_years", {"mean_schooling_years": 11.3}, 11.3),
    # 660 of 1,000 + 100 people, not of the students alone.
    ("online_learning", {"users_learning_space": 660, "students": 1000, "teachers": 100}, 60),
    ("unemployment", {"unemployment_rate": 5.2}, 5.2),
    ("literacy", {"illiteracy_rate": 13}, 87),
    ("literacy_gap_sexes", {"illiteracy_rate_women": 18, "illiteracy_rate_men": 8}, 10),
    ("primary_enrolment", {"school_enrolment": 96}, 96),
    ("higher_education", {"higher_education_share": 15.5}, 15.5),
    ("labour_participation", {"activity_rate": 44.25}, 44.25),
    ("women_participation", {"activity_rate_women": 24}, 24),
    ("participation_gap_sexes", {"activity_rate_men": 65.5, "activity_rate_women": 24}, 41.5),
    (
        "unemployment_gap_sexes",
        {"unemployment_rate_women": 22.25, "unemployment_rate_men": 18.5},
        3.75,
    ),
    ("vulnerable_employment", {"self_employed_share": 18.25, "family_worker_share": 0.5}, 18.75),
    ("women_employment", {"employed_women": 51_000, "pop_15_plus_women": 255_000}, 20),
    ("men_employment", {"employed_men": 132_000, "pop_15_plus_men": 240_000}, 55),
    ("preschool_enrolment", {"kindergarten_children": 27_000, "children_3_to_5": 30_000}, 90),
    ("employer_training", {"trainees_employer_led": 2100, "trainees_subsidised": 6000}, 35),
    ("nursery_places_per_1000", {"nursery_places": 3600, "resident_pop": 800_000}, 4.5),
    ("services_within_15_minutes", {"pop_15min_services": 640, "resident_pop": 800}, 80),
    ("accessible_buildings", {"public_buildings_accessible": 90, "public_buildings": 150}, 60),
    ("pension_cover", {"pension_insured": 570_000, "pension_eligible": 600_000}, 95),
    ("disability", {"disability_share": 3.75}, 3.75),
    # Literacy is 89, 85 and 84 %, so 5 points; the order of the districts does not matter.
    ("literacy_gap_districts", {"illiteracy_rate": [11, 15, 16]}, 5),
    ("unemployment_gap_districts", {"unemployment_rate": [19.5, 16.5, 24.5]}, 8),
    ("higher_education_gap_districts", {"higher_education_share": [22.5, 41.5, 11.5]}, 30),
    ("women_participation_gap_districts", {"activity_rate_women": [27.5, 22.5, 24]}, 5),
    ("livelihood_data_open", {"livelihood_open": 90, "livelihood_openable": 120}, 75),
    ("cocreated_services", {"services_cocreated": 3, "services_launched": 12}, 25),
    ("realtime_arrivals", {"transit_lines_realtime": 84, "transit_lines": 120}, 70),
    ("livelihood_data_on_time", {"livelihood_on_time": 63, "livelihood_open": 90}, 70),
    ("facilities_open", {"facilities_in_open_data": 45, "facilities_total": 300}, 15),
    ("purchased_services", {"purchased_services_spend": 3e8, "public_service_spend": 2e9}, 15),
    ("sports_ground_per_person", {"sports_ground_m2": 1_300_000, "resident_pop": 500_000}, 2.6),
    ("contracts_paid_by_result", {"service_contracts_by_result": 12, "service_contracts": 80}, 15),
    ("contracts_evaluated", {"service_contracts_evaluated": 60, "service_contracts": 80}, 75),
    ("associations", {"nonprofit_establishments": 1440, "resident_pop": 3_200_000}, 4.5),
    ("social_organisations", {"registered_social_organisations": 630, "resident_pop": 1e6}, 6.3),
]


def formulas() -> dict[str, Callable[..., Any]]:
    """The public functions that the file of formulas itself defines."""
    return {
        name: function
        for name, function in inspect.getmembers(indicators, inspect.isfunction)
        if function.__module__ == indicators.__name__
    }


@pytest.mark.parametrize(("name", "given", "expected"), BY_HAND, ids=[row[0] for row in BY_HAND])
def test_formula_gives_the_number_worked_out_by_hand(
    name: str, given: dict[str, float | list[float]], expected: float
) -> None:
    arrays = {variable: np.asarray(value, dtype=float) for variable, value in given.items()}
    assert getattr(indicators, name)(**arrays) == pytest.approx(expected, rel=1e-12)


def test_every_formula_has_a_number_by_hand_and_stands_in_the_same_order() -> None:
    in_file = sorted(formulas(), key=lambda name: inspect.getsourcelines(formulas()[name])[1])
    assert in_file == [row[0] for row in BY_HAND]


@pytest.mark.parametrize("name", sorted(n for n in formulas() if not n.endswith("_districts")))
def test_formula_keeps_the_shape_of_what_it_is_given(name: str) -> None:
    function = formulas()[name]
    given = {p: np.full((2, 3, 4), 7.0) for p in inspect.signature(function).parameters}
    assert function(**given).shape == (2, 3, 4)


@pytest.mark.parametrize("name", sorted(n for n in formulas() if n.endswith("_districts")))
def test_gap_takes_away_the_last_axis_only_and_is_never_negative(name: str) -> None:
    function = formulas()[name]
    (variable,) = inspect.signature(function).parameters
    gap = function(**{variable: np.array([[10.0, 30.0], [50.0, 20.0], [5.0, 5.0]])})
    assert gap.tolist() == [20.0, 30.0, 0.0]


@pytest.mark.parametrize("name", sorted(n for n in formulas() if n.endswith("_districts")))
def test_gap_is_missing_when_one_district_is(name: str) -> None:
    function = formulas()[name]
    (variable,) = inspect.signature(function).parameters
    assert np.isnan(function(**{variable: np.array([10.0, np.nan, 30.0])}))


def test_gap_of_a_city_with_one_district_is_zero() -> None:
    assert indicators.unemployment_gap_districts(np.array([[9.0]])).tolist() == [0.0]


def test_gaps_between_the_sexes_are_positive_when_women_are_worse_off() -> None:
    high, low = np.array([30.0]), np.array([20.0])
    assert indicators.literacy_gap_sexes(illiteracy_rate_women=high, illiteracy_rate_men=low) > 0
    assert indicators.participation_gap_sexes(activity_rate_men=high, activity_rate_women=low) > 0
    assert (
        indicators.unemployment_gap_sexes(unemployment_rate_women=high, unemployment_rate_men=low)
        > 0
    )


def test_gaps_between_the_sexes_turn_negative_when_men_are_worse_off() -> None:
    gap = indicators.unemployment_gap_sexes(np.array([16.5]), np.array([17.0]))
    assert gap.tolist() == [-0.5]


def test_preschool_enrolment_passes_100_when_children_outside_the_age_attend() -> None:
    rate = indicators.preschool_enrolment(np.array([330.0]), np.array([300.0]))
    assert rate == pytest.approx(110)


def test_gap_in_literacy_equals_the_gap_in_illiteracy() -> None:
    illiteracy = np.array([11.0, 14.5, 9.0])
    literacy = indicators.literacy(illiteracy)
    gap = indicators.literacy_gap_districts(illiteracy)
    assert gap == pytest.approx(literacy.max() - literacy.min())
