"""Every formula and every benchmark of city management says what a hand calculation says."""

from __future__ import annotations

import inspect
import tomllib
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jinglun.domains.operations import indicators

FOLDER = Path(inspect.getfile(indicators)).parent
BLOCKS: dict[str, dict[str, Any]] = tomllib.loads(
    (FOLDER / "indicators.toml").read_text(encoding="utf-8")
)
VARIABLES: dict[str, dict[str, Any]] = tomllib.loads(
    (FOLDER / "variables.toml").read_text(encoding="utf-8")
)
TABLES: dict[str, dict[str, Any]] = tomllib.loads(
    (FOLDER / "tables.toml").read_text(encoding="utf-8")
)
STRATEGIES: dict[str, dict[str, Any]] = tomllib.loads(
    (FOLDER / "strategies.toml").read_text(encoding="utf-8")
)
ELSEWHERE = {"resident_pop", "employed_persons"}
DISTRICTS = [name for name, block in BLOCKS.items() if block.get("over") == "districts"]
FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: function
    for name, function in inspect.getmembers(indicators, inspect.isfunction)
    if not name.startswith("_")
}

# name, inputs, what a hand gets
BY_HAND: list[tuple[str, dict[str, Any], float]] = [
    ("cases_closed_on_time", {"cases_on_time": 45, "cases_due": 60}, 75.0),
    ("networks_monitored", {"network_km_monitored": 300, "network_km": 1200}, 25.0),
    ("case_reopening", {"cases_reopened": 3, "cases_inspected": 40}, 7.5),
    ("joint_cases_closed_on_time", {"joint_cases_on_time": 9, "joint_cases_due": 15}, 60.0),
    ("resident_reported_cases", {"cases_from_residents": 21, "cases_source_known": 60}, 35.0),
    ("peak_travel_time_index", {"peak_travel_time": 5400, "freeflow_travel_time": 3000}, 1.8),
    ("green_travel", {"trips_green": 1300, "trips_total": 2000}, 65.0),
    ("public_transport_reach", {"pop_near_stop": 720_000, "urban_pop": 900_000}, 80.0),
    ("road_traffic_deaths", {"traffic_deaths": 60, "resident_pop": 1_500_000}, 4.0),
    (
        "green_commuting",
        {
            "commute_walk_share": 25.8,
            "commute_bus_share": 8.1,
            "commute_tram_share": 3.3,
            "commute_train_share": 0.3,
        },
        37.5,
    ),
    ("car_commuting", {"commute_car_share": 22.7}, 22.7),
    ("paved_road_distance", {"paved_road_km": 0.4}, 0.4),
    ("fire_response_time", {"total_response_minutes": 2100, "responses": 300}, 7.0),
    ("disaster_death_rate", {"disaster_deaths": 3, "resident_pop": 1_500_000}, 2.0),
    ("early_warning_cover", {"pop_early_warning": 1_350_000, "resident_pop": 1_500_000}, 90.0),
    ("work_safety_death_rate", {"work_safety_deaths": 12, "employed_persons": 800_000}, 1.5),
    ("fire_rate", {"fires": 900, "resident_pop": 1_500_000}, 60.0),
    ("public_order_alarm_rate", {"public_order_alarms": 12_000, "resident_pop": 1_500_000}, 80.0),
    ("flooding_spots_cured", {"flood_spots_cured": 28, "flood_spots": 40}, 70.0),
    ("pm25_concentration", {"pm25_annual_mean": 28.0}, 28.0),
    ("good_air_days", {"good_days": 292, "valid_days": 365}, 80.0),
    ("sewage_collection", {"bod_collected_kg": 7.2e6, "bod_generated_kg": 9.6e6}, 75.0),
    ("water_supply_loss", {"water_supplied_m3": 2.0e8, "water_registered_m3": 1.78e8}, 11.0),
    ("waste_resource_use", {"msw_resource_t": 450_000, "msw_t": 750_000}, 60.0),
    ("reclaimed_water_use", {"reclaimed_water_m3": 4.5e7, "sewage_treated_m3": 1.8e8}, 25.0),
    ("homes_with_running_water", {"home_running_water": 98.5}, 98.5),
    ("homes_with_sewer", {"home_sewer": 98.2}, 98.2),
    ("household_waste_collected", {"waste_bin_share": 91.4, "waste_truck_share": 7.7}, 99.1),
    ("clean_cooking", {"cooking_gas_share": 99.1, "cooking_electricity_share": 0.7}, 99.8),
    ("homes_with_electricity", {"home_electricity": 99.2}, 99.2),
    ("running_water_gap", {"home_running_water": [96.5, 99.5, 98.0]}, 3.0),
    ("sewer_gap", {"home_sewer": [94.0, 99.5, 96.5]}, 5.5),
    ("led_street_lights", {"street_lights_led": 12_600, "street_lights_lamp_known": 18_000}, 70.0),
    ("park_reach", {"residential_ha_covered": 3400, "residential_ha": 4000}, 85.0),
    # land +20 % in 10 years = 2 % a year; people x e^0.1 = 1 % a year; 2 / 1 = 2
    (
        "land_to_population_growth",
        {
            "built_up_km2": 120,
            "built_up_km2_before": 100,
            "urban_core_pop": 1e6 * np.exp(0.1),
            "urban_core_pop_before": 1e6,
            "years_between": 10,
        },
        2.0,
    ),
    ("green_buildings", {"green_floor_m2": 2.7e6, "new_floor_m2": 3.0e6}, 90.0),
    # 30,000 and 10,000 per km2: 300,000 of 400,000 residents live in the dense one
    ("over_concentration", {"resident_pop": [300_000, 100_000], "area_km2": [10, 10]}, 75.0),
    ("population_density", {"resident_pop": 1_500_000, "area_km2": 600}, 2500.0),
    ("slum_dwellings", {"slum_household_share": 7.2}, 7.2),
    ("crowding", {"people_per_room": 1.3}, 1.3),
    ("homes_with_bathroom", {"home_bathroom": 76.3}, 76.3),
    ("vacant_dwellings", {"vacant_dwelling_share": 10.7}, 10.7),
    # 100 m2 a head before, 110 now: +10 % in 5 years
    (
        "built_up_per_person_change",
        {
            "built_up_km2": 132,
            "built_up_km2_before": 100,
            "urban_core_pop": 1_200_000,
            "urban_core_pop_before": 1_000_000,
            "years_between": 5,
        },
        2.0,
    ),
    ("slum_gap", {"slum_household_share": [0.3, 23.3, 9.7]}, 23.0),
    ("crowding_gap", {"people_per_room": [0.9, 1.6, 1.2]}, 0.7),
    ("street_lights_per_1000", {"street_lights_total": 78_000, "resident_pop": 1_500_000}, 52.0),
    ("live_open_interfaces", {"live_open_apis": 12, "resident_pop": 1_500_000}, 8.0),
    (
        "contracted_municipal_services",
        {"municipal_contracted_spend": 9.0e8, "municipal_spend": 2.0e9},
        45.0,
    ),
    (
        "facility_layers_published",
        {"facility_layers_open": 18, "facility_layers_openable": 48},
        37.5,
    ),
    (
        "hourly_environment_data",
        {"environment_stations_hourly_open": 14, "environment_stations": 56},
        25.0,
    ),
    (
        "contracts_paid_by_performance",
        {"municipal_contracts_performance": 22, "municipal_contracts": 40},
        55.0,
    ),
    (
        "contracts_retendered",
        {"municipal_contracts_retendered": 7, "municipal_contracts_ended": 10},
        70.0,
    ),
    (
        "contracted_service_satisfaction",
        {"contracted_users_satisfied": 1640, "contracted_users_surveyed": 2000},
        82.0,
    ),
]


def arrays(inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs as float64 arrays."""
    return {name: np.asarray(value, dtype=np.float64) for name, value in inputs.items()}


@pytest.mark.parametrize(("name", "inputs", "expected"), BY_HAND, ids=[row[0] for row in BY_HAND])
def test_formula_gives_the_hand_derived_number(
    name: str, inputs: dict[str, Any], expected: float
) -> None:
    assert FUNCTIONS[name](**arrays(inputs)) == pytest.approx(expected)


def test_every_function_has_a_hand_derived_number_and_a_block_in_the_same_order() -> None:
    in_file = sorted(FUNCTIONS, key=lambda name: FUNCTIONS[name].__code__.co_firstlineno)
    assert in_file == list(BLOCKS) == [row[0] for row in BY_HAND]


@pytest.mark.parametrize(("name", "inputs", "expected"), BY_HAND, ids=[row[0] for row in BY_HAND])
def test_a_leading_axis_of_draws_passes_through(
    name: str, inputs: dict[str, Any], expected: float
) -> None:
    stacked = {key: np.stack([value] * 4) for key, value in arrays(inputs).items()}
    np.testing.assert_allclose(FUNCTIONS[name](**stacked), np.full(4, expected))


def land_ratio(people_now: float, land_now: float = 120.0) -> float:
    """The SDG ratio for 100 km2 and a million people ten years before."""
    return float(
        indicators.land_to_population_growth(
            *(np.asarray(x, dtype=np.float64) for x in (land_now, 100.0, people_now, 1e6, 10.0))
        )
    )


def land_per_person(people_now: float, land_now: float = 120.0) -> float:
    """Its companion for the same city."""
    return float(
        indicators.built_up_per_person_change(
            *(np.asarray(x, dtype=np.float64) for x in (land_now, 100.0, people_now, 1e6, 10.0))
        )
    )


def test_the_land_ratio_is_missing_where_people_fall_or_stand_still() -> None:
    assert np.isnan(land_ratio(0.9e6))
    assert np.isnan(land_ratio(1.0e6))


def test_the_land_ratio_is_negative_where_land_is_given_back_while_people_grow() -> None:
    # -10 % in 10 years = -1 % a year against +1 % a year
    assert land_ratio(1e6 * float(np.exp(0.1)), land_now=90.0) == pytest.approx(-1.0)


def test_land_per_person_is_defined_where_people_fall_or_stand_still() -> None:
    # 120/0.96 = 125 m2 a head after 100: +25 % in 10 years; 120/1.0 = 120: +20 %
    assert land_per_person(0.96e6) == pytest.approx(2.5)
    assert land_per_person(1.0e6) == pytest.approx(2.0)


def test_land_per_person_falls_where_people_grow_faster_than_land() -> None:
    # 120/1.5 = 80 m2 a head after 100: -20 % in 10 years
    assert land_per_person(1.5e6) == pytest.approx(-2.0)


def test_a_district_at_exactly_25000_per_km2_is_not_over_dense() -> None:
    people, area = np.array([250_000.0, 250_001.0]), np.array([10.0, 10.0])
    expected = 100 * 250_001 / 500_001
    assert indicators.over_concentration(people, area) == pytest.approx(expected)


@pytest.mark.parametrize("area", [np.nan, 0.0])
def test_a_district_of_unknown_density_makes_over_concentration_unknown(area: float) -> None:
    people = np.array([300_000.0, 100_000.0])
    with np.errstate(divide="ignore"):
        assert np.isnan(indicators.over_concentration(people, np.array([10.0, area])))


def test_a_gap_is_unknown_when_one_district_is() -> None:
    assert np.isnan(indicators.slum_gap(np.array([0.3, np.nan, 9.7])))


def test_district_indicators_give_one_value_per_city() -> None:
    for name in DISTRICTS:
        parameters = inspect.signature(FUNCTIONS[name]).parameters
        cities = {key: np.ones((5, 3)) for key in parameters}
        assert FUNCTIONS[name](**cities).shape == (5,)


def test_shares_that_pass_100_by_rounding_are_100() -> None:
    assert indicators.clean_cooking(np.array(99.6), np.array(0.5)) == 100.0


def test_shares_of_a_question_with_several_answers_are_missing() -> None:
    # The Moroccan census of 2014 counted a household under every fuel it used.
    assert np.isnan(indicators.clean_cooking(np.array(97.0), np.array(12.0)))


def pm25_benchmark(day: date, jurisdiction: str, reading: str | None = None) -> dict[str, Any]:
    """The one PM2.5 benchmark in force on a day."""
    in_force: list[dict[str, Any]] = [
        b
        for b in BLOCKS["pm25_concentration"]["benchmarks"]
        if b["jurisdiction"] == jurisdiction
        and b.get("reading") == reading
        and b["from"] <= day <= b.get("until", date.max)
    ]
    assert len(in_force) == 1
    return in_force[0]


def points(value: float, benchmark: dict[str, Any]) -> float:
    """The hand calculation: the way from zero to full that the value has gone, in points."""
    zero, full = float(benchmark["zero"]), float(benchmark["full"])
    return 100 * (zero - value) / (zero - full)


def test_a_city_at_28_scores_35_on_the_last_day_of_the_2012_standard() -> None:
    # (35 - 28) / (35 - 15) = 7 / 20
    benchmark = pm25_benchmark(date(2026, 2, 28), "CN")
    assert (benchmark["zero"], benchmark["floor"], benchmark["full"]) == (35, 35, 15)
    assert points(28, benchmark) == pytest.approx(35.0)


def test_a_city_at_28_scores_10_on_the_first_day_of_the_2026_standard() -> None:
    # (30 - 28) / (30 - 10) = 2 / 20
    benchmark = pm25_benchmark(date(2026, 3, 1), "CN")
    assert (benchmark["zero"], benchmark["floor"], benchmark["full"]) == (30, 30, 10)
    assert points(28, benchmark) == pytest.approx(10.0)


def test_the_limit_of_25_follows_the_transition_without_a_gap() -> None:
    assert pm25_benchmark(date(2030, 12, 31), "CN")["floor"] == 30
    benchmark = pm25_benchmark(date(2031, 1, 1), "CN")
    assert (benchmark["zero"], benchmark["floor"], benchmark["full"]) == (25, 25, 10)
    assert benchmark["status"] == "standard"


def test_pm25_has_a_world_benchmark_and_a_who_reading_that_claims_no_law() -> None:
    world = pm25_benchmark(date(2026, 1, 1), "*")
    who = pm25_benchmark(date(2026, 1, 1), "*", reading="WHO 2021")
    assert (world["zero"], world["full"], world["status"]) == (50, 5, "proposed")
    assert (who["zero"], who["full"], who["status"]) == (35, 5, "proposed")
    assert "[M]" in who["source_en"]


def test_a_score_never_rests_on_a_range_it_leaves() -> None:
    for name, block in BLOCKS.items():
        low, high = block["range"]
        for benchmark in block.get("benchmarks", []):
            assert low <= min(benchmark["zero"], benchmark["full"]), name
            assert max(benchmark["zero"], benchmark["full"]) <= high, name


def test_zero_and_full_point_the_way_that_is_better() -> None:
    for name, block in BLOCKS.items():
        for benchmark in block.get("benchmarks", []):
            rises = benchmark["zero"] < benchmark["full"]
            assert rises == (block["better"] == "higher"), name


def test_every_scored_indicator_can_be_read_in_any_country_and_no_other_has_benchmarks() -> None:
    for name, block in BLOCKS.items():
        everywhere = [b for b in block.get("benchmarks", []) if b["jurisdiction"] == "*"]
        assert bool(everywhere) == (block["role"] == "score"), name


def test_benchmarks_of_one_jurisdiction_never_overlap() -> None:
    for name, block in BLOCKS.items():
        primary = [b for b in block.get("benchmarks", []) if "reading" not in b]
        for jurisdiction in {b["jurisdiction"] for b in primary}:
            spans = sorted(
                (b["from"], b.get("until", date.max))
                for b in primary
                if b["jurisdiction"] == jurisdiction
            )
            ends = [end for _, end in spans[:-1]]
            starts = [start for start, _ in spans[1:]]
            assert all(e < s for e, s in zip(ends, starts, strict=True)), name


def test_every_cell_strategy_and_aim_has_two_scored_indicators_or_more() -> None:
    scored = [b for b in BLOCKS.values() if b["role"] == "score"]
    cells = Counter(b["factor"] for b in scored)
    strategies = Counter(b["strategy"] for b in scored)
    aims = Counter(b["aim"] for b in scored)
    assert set(cells) == {"bigpicture", "citizens", "opendata", "partnership"}
    assert set(strategies) == set(STRATEGIES)
    assert set(aims) == {"efficient", "coordinated", "open"}
    assert min(*cells.values(), *strategies.values(), *aims.values()) >= 2


def test_codes_are_unique_and_begin_with_their_strategy() -> None:
    codes = [b["code"] for b in BLOCKS.values()]
    assert len(set(codes)) == len(codes)
    assert all(b["code"].split(".")[0] == b["strategy"] for b in BLOCKS.values())


def test_formulas_name_every_variable_and_no_unknown_one() -> None:
    named = {p for f in FUNCTIONS.values() for p in inspect.signature(f).parameters}
    bases = {v["base"] for v in VARIABLES.values() if "base" in v}
    assert named - set(VARIABLES) == ELSEWHERE
    # The urban centre is read by the rules of a city's size, not by an indicator.
    assert set(VARIABLES) - {"urban_centre_pop"} <= named | bases


def test_levels_and_shares_have_a_base_and_tables_exist() -> None:
    for name, variable in VARIABLES.items():
        assert ("base" in variable) == (variable["kind"] in {"level", "share"}), name
        assert variable.get("base", "households") in VARIABLES, name
        assert variable.get("table", "cases") in TABLES, name
