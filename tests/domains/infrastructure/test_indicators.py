"""Whether every formula of the information base gives the number worked out by hand."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jinglun.domains.infrastructure import indicators

# Expected values are worked out by hand beside the inputs.
BY_HAND = [
    ("household_internet", {"household_internet_share": 76.8}, 76.8),
    # 45,000 lines in 60,000 homes
    ("fixed_broadband", {"household_broadband_lines": 45_000, "households": 60_000}, 75.0),
    ("gigabit_coverage", {"homes_gigabit": 48_000, "households": 60_000}, 80.0),
    # 60 of 3,000 a month is the Broadband Commission's two in a hundred
    (
        "broadband_affordability",
        {"broadband_month_price": 60, "income_month_per_capita": 3_000},
        2.0,
    ),
    ("household_computer", {"household_computer_share": 41.5}, 41.5),
    ("household_mobile", {"household_mobile_share": 99.1}, 99.1),
    ("fixed_download_speed", {"fixed_download_median": 93.4}, 93.4),
    ("fixed_latency", {"fixed_latency_median": 12.0}, 12.0),
    ("mobile_download_speed", {"mobile_download_median": 58.2}, 58.2),
    # 100 a month for 500 Mbit/s
    ("price_per_mbit", {"broadband_month_price": 100, "broadband_entry_speed": 500}, 0.2),
    # 7,800 stations for 300 times 10,000 residents
    ("base_station_density", {"base_stations_5g": 7_800, "resident_pop": 3_000_000}, 26.0),
    ("shared_mobile_sites", {"mobile_sites_shared": 150, "mobile_sites": 600}, 25.0),
    ("systems_on_shared_cloud", {"systems_on_cloud": 90, "systems_total": 120}, 75.0),
    ("data_centre_pue", {"dc_total_kwh": 1_500_000, "dc_it_kwh": 1_000_000}, 1.5),
    ("rack_occupancy", {"racks_used": 1_200, "racks_total": 2_000}, 60.0),
    ("purchased_it_services", {"it_spend_as_service": 30e6, "it_spend": 80e6}, 37.5),
    ("shared_computing", {"public_computing_shared": 12, "public_computing": 48}, 25.0),
    # 42 million for 1.2 million people
    (
        "system_cost_per_resident",
        {"systems_running_cost": 42_000_000, "resident_pop": 1_200_000},
        35.0,
    ),
    (
        "smart_electricity_metering",
        {"smart_electricity_meters": 99_000, "electricity_meters": 110_000},
        90.0,
    ),
    ("smart_water_metering", {"smart_water_meters": 12_000, "water_meters": 80_000}, 15.0),
    ("adaptive_signals", {"adaptive_intersections": 84, "signal_intersections": 240}, 35.0),
    ("shared_sensing", {"sensors_on_platform": 700, "sensors_total": 1_000}, 70.0),
    ("working_sensors", {"sensors_online": 940, "sensors_total": 1_000}, 94.0),
    ("common_base_map", {"departments_on_base_map": 9, "departments_mapping": 12}, 75.0),
    ("open_sensing", {"sensors_open": 50, "sensors_openable": 400}, 12.5),
    ("shared_street_poles", {"street_poles_shared": 600, "street_poles": 8_000}, 7.5),
    ("data_catalogued", {"resources_catalogued": 1_800, "resources_identified": 2_400}, 75.0),
    ("data_quality_passed", {"quality_checks_passed": 4_850, "quality_checks_run": 5_000}, 97.0),
    ("data_with_interface", {"resources_with_interface": 450, "resources_catalogued": 1_800}, 25.0),
    ("data_documented", {"resources_documented": 1_260, "resources_catalogued": 1_800}, 70.0),
    ("authorised_data_used", {"resources_authorised_used": 6, "resources_authorised": 40}, 15.0),
    ("security_assessed", {"systems_assessed": 27, "systems_assessment_due": 30}, 90.0),
    ("remote_backup", {"data_tb_remote_backup": 330, "data_tb_critical": 500}, 66.0),
    ("restore_tested", {"systems_restore_tested": 12, "systems_assessment_due": 30}, 40.0),
    ("privacy_assessed", {"systems_impact_assessed": 7, "systems_impact_due": 8}, 87.5),
    ("major_incidents", {"major_security_incidents": 2}, 2.0),
]
# Needs an axis of districts, so it has its own tests below.
OVER_DISTRICTS = {"household_internet_gap"}


def _blocks() -> dict[str, dict[str, Any]]:
    file = Path(indicators.__file__).with_name("indicators.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("name", "inputs", "expected"), BY_HAND)
def test_the_formula_gives_the_number_worked_out_by_hand(
    name: str, inputs: dict[str, float], expected: float
) -> None:
    arrays = {variable: np.array([float(value)]) for variable, value in inputs.items()}
    value = getattr(indicators, name)(**arrays)
    np.testing.assert_allclose(value, [expected], rtol=1e-6)


@pytest.mark.parametrize(("name", "inputs", "expected"), BY_HAND)
def test_the_formula_keeps_the_shape_of_its_inputs(
    name: str, inputs: dict[str, float], expected: float
) -> None:
    arrays = {variable: np.full((2, 3, 4), float(value)) for variable, value in inputs.items()}
    value = getattr(indicators, name)(**arrays)
    assert value.shape == (2, 3, 4)
    np.testing.assert_allclose(value, expected, rtol=1e-6)


def test_every_indicator_of_the_domain_has_a_number_worked_out_by_hand() -> None:
    assert {name for name, _, _ in BY_HAND} | OVER_DISTRICTS == set(_blocks())


def test_every_number_worked_out_by_hand_is_physically_possible() -> None:
    blocks = _blocks()
    for name, _, expected in BY_HAND:
        low, high = blocks[name]["range"]
        assert low <= expected <= high, name


def test_the_district_gap_is_the_highest_minus_the_lowest_district_of_each_city() -> None:
    two_cities = np.array([[91.0, 78.5, 64.0], [88.0, 88.0, 88.0]])
    np.testing.assert_allclose(indicators.household_internet_gap(two_cities), [27.0, 0.0])


def test_the_district_gap_keeps_the_periods_before_the_districts() -> None:
    cities_periods_districts = np.zeros((2, 5, 16))
    assert indicators.household_internet_gap(cities_periods_districts).shape == (2, 5)


def test_the_district_gap_is_missing_while_a_district_is_missing() -> None:
    assert np.isnan(indicators.household_internet_gap(np.array([91.0, np.nan, 64.0])))


def test_a_data_centre_that_spends_all_on_computing_has_a_pue_of_one() -> None:
    kwh = np.array([8_760.0])
    np.testing.assert_allclose(indicators.data_centre_pue(kwh, kwh), [1.0])


def test_a_home_with_two_lines_takes_fixed_broadband_past_a_hundred() -> None:
    value = indicators.fixed_broadband(np.array([66_000.0]), np.array([60_000.0]))
    np.testing.assert_allclose(value, [110.0])


def test_security_is_internal_and_incidents_are_never_scored() -> None:
    blocks = _blocks()
    security = [block for block in blocks.values() if block["strategy"] == "I5"]
    assert {block["privacy"] for block in security} == {"internal"}
    assert blocks["major_incidents"]["role"] == "context"
    assert "benchmarks" not in blocks["major_incidents"]


def test_every_cell_and_strategy_of_the_domain_has_two_scored_indicators() -> None:
    scored = [block for block in _blocks().values() if block["role"] == "score"]
    for key, wanted in (
        ("factor", {"bigpicture", "citizens", "opendata", "partnership"}),
        ("strategy", {"I1", "I2", "I3", "I4", "I5"}),
        ("aim", {"smart", "low_cost", "quality"}),
    ):
        found = [block[key] for block in scored]
        assert set(found) == wanted
        assert min(found.count(one) for one in wanted) >= 2
