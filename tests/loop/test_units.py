"""A unit is worth so much of another, or nothing; a hostile one is worth nothing at once."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jinglun.loop.catalogue import framework_catalogue
from jinglun.loop.units import factor

MU = 10_000 / 15
"""A mu is a fifteenth of a hectare, in m2."""


# Source: by hand, from the names themselves (万 ten thousand, 亿 a hundred million) and from SI.
@pytest.mark.parametrize(
    ("unit", "wanted", "expected"),
    [
        ("万人", "person", 10_000),
        ("人", "person", 1),
        ("亿元", "LCU", 100_000_000),
        ("万元", "LCU", 10_000),
        ("元", "LCU", 1),
        ("CNY", "LCU", 1),
        ("万户", "household", 10_000),
        ("hectare", "km2", 0.01),
        ("ha", "km2", 0.01),
        ("公顷", "km2", 0.01),
        ("平方公里", "km2", 1),
        ("平方公里", "ha", 100),
        ("万平方米", "m2", 10_000),
        ("m²", "km2", 1e-6),
        ("km", "m", 1000),
        ("亿立方米", "m3", 1e8),
        ("亿千瓦时", "kWh", 1e8),
        ("MWh", "kWh", 1000),
        ("万吨", "t", 10_000),
        ("kg", "t", 0.001),
        ("小时", "minute", 60),
        ("天", "day", 1),
        ("s", "ms", 1000),
        ("%", "%", 1),
        ("percent", "%", 1),
        ("permille", "%", 0.1),
        ("百分点", "%", 1),
        ("Gbit/s", "Mbit/s", 1000),
    ],
)
def test_a_number_is_carried_over_by_the_factor_known_by_hand(
    unit: str, wanted: str, expected: float
) -> None:
    assert factor(unit, wanted, "CNY") == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("unit", "wanted", "expected"),
    [
        ("元/人", "LCU/person", 1),
        ("万元/人", "LCU/person", 10_000),
        ("亿元/万人", "LCU/person", 10_000),
        ("人/平方公里", "person/km2", 1),
        ("万人/km2", "person/km2", 10_000),
        ("人/间", "person/room", 1),
        ("微克/立方米", "ug/m3", 1),
        ("mg/m3", "ug/m3", 1000),
        ("毫克/立方米", "ug/m3", 1000),
        ("kg*m", "t*km", 1e-6),
    ],
)
def test_a_compound_unit_is_carried_over_part_by_part(
    unit: str, wanted: str, expected: float
) -> None:
    assert factor(unit, wanted, "CNY") == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("unit", ["亿元", "万元", "元", "CNY", "RMB", "EUR", "USD", "DH"])
def test_only_the_citys_own_currency_is_money_here(unit: str) -> None:
    assert factor(unit, "LCU", "MAD") is None


def test_the_citys_currency_is_known_by_its_code() -> None:
    assert factor("MAD", "LCU", "MAD") == 1
    assert factor("MAD/person", "LCU/person", "MAD") == 1
    assert factor("MAD", "LCU", "CNY") is None
    assert factor("LCU", "LCU", "MAD") == 1


@pytest.mark.parametrize(
    ("unit", "wanted"),
    [
        ("person", "household"),
        ("km", "km2"),
        ("kWh", "kW"),
        ("LCU", "person"),
        ("%", "person"),
        ("", "person"),
        ("firm", "establishment"),
        ("万", "person"),
        ("十", "person"),
        ("人 ", "person"),
    ],
)
def test_what_is_another_kind_of_thing_or_nothing_cannot_be_carried_over(
    unit: str, wanted: str
) -> None:
    assert factor(unit, wanted, "CNY") is None


# 10 degrees Celsius are 283.15 K: no factor does that.
@pytest.mark.parametrize(
    ("unit", "wanted"),
    [("degC", "K"), ("celsius", "kelvin"), ("degF", "degC"), ("K", "degC"), ("degF", "K")],
)
def test_a_scale_with_a_zero_of_its_own_has_no_factor(unit: str, wanted: str) -> None:
    assert factor(unit, wanted, "CNY") is None


HOSTILE = [
    "9**9**9**9",
    "(person)",
    "10000 person",
    "m**999999999",
    "m^9^9^9",
    "__import__('os')",
    "person;person",
    "lambda",
    "None",
    "in",
    "person//person",
    "/person",
    "person/",
    "m" * 61,
    "m*" * 29 + "m",
    "m/" * 29 + "m",
    "a" * 10_000_000,
    "m*m" * 1_000_000,
    "1e999",
    "inf",
    "nan",
    "m\n",
    "\0",
    "m2" * 30,
    "²",
    "m²²",
    "k" * 60,
    "degC*degC",
    "dB",
    "dBm/m",
]


@pytest.mark.parametrize("unit", HOSTILE, ids=lambda unit: repr(unit[:20]))
def test_a_hostile_expression_is_refused_at_once(unit: str) -> None:
    factor("km", "m", "CNY")  # the registry of units takes its second before the clock starts
    begun = time.perf_counter()
    assert factor(unit, "person", "CNY") is None
    assert time.perf_counter() - begun < 0.5


@settings(max_examples=300, deadline=None)
@example("%/%")
@given(st.text(st.sampled_from("mk%/*23²³人万元亿公里gsdegCBK_ .()-0e"), max_size=61))
def test_any_text_is_a_positive_factor_or_none_and_never_a_crash(unit: str) -> None:
    for wanted in ("person", "km2", "%", "LCU/person", unit):
        found = factor(unit, wanted, "CNY")
        assert found is None or 0 < found < float("inf")


@given(st.sampled_from(["万人", "km2", "ha", "亿元", "kWh", "Mbit/s", "人/平方公里"]))
def test_there_and_back_is_one(unit: str) -> None:
    base = {"万人": "人", "km2": "m2", "ha": "km2", "亿元": "LCU"}.get(unit, unit)
    there, back = factor(unit, base, "CNY"), factor(base, unit, "CNY")
    assert there is not None and back is not None
    assert there * back == pytest.approx(1)


def test_every_unit_of_the_catalogue_is_worth_one_of_itself() -> None:
    for variable in framework_catalogue().variables.values():
        assert factor(variable.unit, variable.unit, "MAD") == 1


# A point on an opinion scale is no printer's point, a place no length: they stand for themselves.
def test_no_word_for_a_counted_thing_is_taken_for_a_physical_unit() -> None:
    words = {v.unit for v in framework_catalogue().variables.values() if v.kind == "count"}
    words |= {"point", "star"}
    for word in words - {"day"}:
        for physical in ("m", "s", "kg", "m2", "byte", "mol", "radian", "percent", "cm"):
            assert factor(physical, word, "CNY") is None, (physical, word)
