"""Claims about the formulas of the economy: every expected number is worked out by hand here."""

from __future__ import annotations

import inspect
import itertools
import tomllib
from importlib import resources
from typing import Any

import numpy as np
import pytest

from jinglun.domains.economy import indicators

HERE = "jinglun.domains.economy"

# name, inputs in the order of the parameters, value worked out by hand
CASES: list[tuple[str, tuple[float, ...], float]] = [
    ("key_process_numerical_control", (546, 1000), 54.6),
    ("digital_business_management", (139, 200), 69.5),
    ("labour_productivity", (360e9, 2e6), 180_000),
    ("output_per_built_up_land", (300e9, 150), 2e9),
    ("product_quality_pass_rate", (188, 200), 94),
    ("industrial_profit_margin", (54, 1000), 5.4),
    # shares .4 .1 .3 .2: squares .16+.01+.09+.04 = .30; (1-.30)/.75 = .9333...
    ("sector_diversity", (40, 10, 30, 20), 280 / 3),
    # 20 large establishments hold at least 1000 of 10000 jobs
    ("large_employer_dependence", (20, 10_000), 10),
    ("jobs_per_100_adults", (700_000, 2_500_000), 28),
    ("industrial_platform_adoption", (90, 200), 45),
    ("industrial_share", (120e9, 400e9), 30),
    # 90/120 = .75 now, 100/100 = 1 then
    ("energy_intensity_fall", (90, 120, 100, 100), 25),
    # 246/150 = 1.64 now, 200/100 = 2 then
    ("carbon_intensity_fall", (246, 150, 200, 100), 18),
    ("solid_waste_utilisation", (60, 90, 10), 60),
    ("greenhouse_gas_per_resident", (24e6, 3e6), 8),
    ("non_fossil_energy_share", (4e6, 20e6), 20),
    ("output_per_energy", (500e9, 20e6), 25_000),
    # 40 m3 per 10,000 LCU is 250 LCU per m3
    ("output_per_water", (10_000, 40), 250),
    # 95/.95 + 190/.95 + 50 + 40/.8 = 100+200+50+50 = 400 t = 400,000 kg over 1e9 LCU = 1e5 x 10,000
    ("industrial_pollution_intensity", (95, 190, 50, 40, 1e9), 4),
    ("business_start_time", (3_000, 2_000), 1.5),
    ("construction_permit_time", (9_000, 120), 75),
    ("business_services_online", (450, 500), 90),
    ("firm_complaints_solved_share", (170, 200), 85),
    ("small_firm_invoices_on_time", (45e6, 60e6), 75),
    ("small_firm_procurement_share", (7e9, 10e9), 70),
    ("establishments_per_1000", (150_000, 3_000_000), 50),
    ("licences_per_1000", (15_600, 3_000_000), 5.2),
    ("digital_core_share", (40e9, 500e9), 8),
    ("ict_employment_share", (36_000, 1_200_000), 3),
    ("public_data_products_per_million", (24, 3_000_000), 8),
    ("enterprise_datasets_open_share", (30, 120), 25),
    ("firm_data_requests_met_share", (18, 24), 75),
    ("firm_public_data_use", (60, 400), 15),
    ("rd_intensity", (13.25e9, 500e9), 2.65),
    ("high_value_patents_per_10000", (4_590, 3_000_000), 15.3),
    ("technology_contract_share", (25e9, 500e9), 5),
    ("enterprise_rd_share", (7.77e9, 10e9), 77.7),
    ("firm_funded_public_research", (0.5e9, 2e9), 25),
    ("research_personnel_per_10000_employed", (19_600, 2_000_000), 98),
    ("young_establishment_share", (33_000, 150_000), 22),
]


def _blocks(file: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(HERE).joinpath(file).read_text(encoding="utf-8"))


def _formulas() -> dict[str, Any]:
    return {
        name: value
        for name, value in vars(indicators).items()
        if inspect.isfunction(value) and value.__module__ == indicators.__name__
    }


@pytest.mark.parametrize(("name", "inputs", "expected"), CASES, ids=[c[0] for c in CASES])
def test_formula_gives_the_number_worked_out_by_hand(
    name: str, inputs: tuple[float, ...], expected: float
) -> None:
    value = getattr(indicators, name)(*(np.array([x], dtype=float) for x in inputs))
    np.testing.assert_allclose(value, [expected], rtol=1e-12)


@pytest.mark.parametrize(("name", "inputs", "expected"), CASES, ids=[c[0] for c in CASES])
def test_formula_keeps_the_shape_of_its_arrays(
    name: str, inputs: tuple[float, ...], expected: float
) -> None:
    value = getattr(indicators, name)(*(np.full((2, 3, 4), x, dtype=float) for x in inputs))
    assert value.shape == (2, 3, 4)
    np.testing.assert_allclose(value, expected, rtol=1e-12)


@pytest.mark.parametrize(("name", "inputs", "expected"), CASES, ids=[c[0] for c in CASES])
def test_a_missing_variable_makes_the_indicator_missing(
    name: str, inputs: tuple[float, ...], expected: float
) -> None:
    for hole in range(len(inputs)):
        arrays = [np.array([np.nan if i == hole else x]) for i, x in enumerate(inputs)]
        assert np.isnan(getattr(indicators, name)(*arrays)).all()


def test_every_block_has_a_function_a_case_and_the_same_order() -> None:
    names = list(_blocks("indicators.toml"))
    assert list(_formulas()) == names
    assert [case[0] for case in CASES] == names


def test_a_city_of_one_sector_has_no_diversity() -> None:
    one, none = np.array([50.0]), np.array([0.0])
    assert indicators.sector_diversity(none, none, one, none) == pytest.approx(0)


def test_four_equal_sectors_are_fully_diverse() -> None:
    equal = np.array([7.0])
    assert indicators.sector_diversity(equal, equal, equal, equal) == pytest.approx(100)


def test_a_city_that_grew_more_wasteful_falls_below_zero() -> None:
    # 110/100 = 1.1 against 1: a rise of a tenth
    value = indicators.energy_intensity_fall(*(np.array([x]) for x in (110.0, 100.0, 50.0, 50.0)))
    assert value == pytest.approx(-10)


def test_a_year_of_losses_has_a_negative_margin() -> None:
    assert indicators.industrial_profit_margin(np.array([-20.0]), np.array([400.0])) == -5


def test_large_employer_dependence_never_passes_the_true_share() -> None:
    # Three establishments of 50, 80 and 300 jobs, and 70 jobs in small ones: truth 430 of 500.
    truth = 100 * (50 + 80 + 300) / 500
    bound = indicators.large_employer_dependence(np.array([3.0]), np.array([500.0]))
    assert bound == pytest.approx(30)
    assert bound <= truth


def test_waste_taken_from_old_heaps_cannot_lift_the_rate_past_its_limit() -> None:
    # 100 produced and all used, 50 more from the heaps: 150 of 150.
    value = indicators.solid_waste_utilisation(*(np.array([x]) for x in (150.0, 100.0, 50.0)))
    assert value == 100


def test_a_zero_denominator_is_left_to_the_caller() -> None:
    with np.errstate(divide="ignore", invalid="ignore"):
        assert np.isinf(indicators.rd_intensity(np.array([1.0]), np.array([0.0]))).all()
        assert np.isnan(indicators.rd_intensity(np.array([0.0]), np.array([0.0]))).all()


def test_every_parameter_is_an_own_variable_or_one_another_room_owns() -> None:
    shared = {"resident_pop", "pop_15_plus", "built_up_km2", "procurement_value"}
    own = set(_blocks("variables.toml"))
    named = {p for f in _formulas().values() for p in inspect.signature(f).parameters}
    assert named - own == shared
    # Jobs by sector are read by the rules of a city's function, not by an indicator.
    assert {v for v in own - named if not v.startswith("employed_")} == set()


def test_every_cell_strategy_and_aim_is_carried() -> None:
    scored = [b for b in _blocks("indicators.toml").values() if b["role"] == "score"]
    for key, wanted, least in (
        ("factor", {"bigpicture", "citizens", "opendata", "partnership"}, 2),
        ("strategy", set(_blocks("strategies.toml")), 2),
        ("aim", {"efficient", "service", "innovative"}, 1),
    ):
        found = [b[key] for b in scored]
        assert set(found) == wanted
        assert all(found.count(one) >= least for one in wanted)


def test_codes_follow_their_strategy_without_gaps() -> None:
    codes: dict[str, list[int]] = {}
    for block in _blocks("indicators.toml").values():
        strategy, number = block["code"].split(".")
        assert strategy == block["strategy"]
        codes.setdefault(strategy, []).append(int(number))
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in codes.values())


def test_benchmarks_point_the_way_the_indicator_does_and_never_overlap() -> None:
    for name, block in _blocks("indicators.toml").items():
        marks = block.get("benchmarks", [])
        assert bool(marks) == (block["role"] == "score"), name
        for mark in marks:
            assert (mark["zero"] < mark["full"]) == (block["better"] == "higher"), name
            assert mark["jurisdiction"] != "*" or mark["status"] == "proposed", name
        for where in {m["jurisdiction"] for m in marks}:
            line = sorted((m for m in marks if m["jurisdiction"] == where), key=lambda m: m["from"])
            for earlier, later in itertools.pairwise(line):
                assert earlier["until"] < later["from"], name


def test_only_money_and_chinese_notions_lack_a_scale_for_every_country() -> None:
    chinese = {"high_value_patents_per_10000", "technology_contract_share"}
    for name, block in _blocks("indicators.toml").items():
        if block["role"] != "score":
            continue
        everywhere = any(m["jurisdiction"] == "*" for m in block["benchmarks"])
        assert everywhere == ("LCU" not in block["unit"] and name not in chinese), name
