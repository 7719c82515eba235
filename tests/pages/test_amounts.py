"""Whether money is said in the scale that its size deserves, and everything else as it was."""

from __future__ import annotations

import pytest

from jinglun.pages.amounts import alone, amount, exact, scale_of, unit_name
from jinglun.pages.words import words


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (99_999, "LCU", "99,999 元", "99,999 yuan"),
        (100_000, "LCU", "10 万元", "100,000 yuan"),
        (181_852, "LCU/person", "18.2 万元/人", "181,852 yuan per person"),
        (1_173_342_127, "LCU/km2", "11.7 亿元/平方公里", "1.17 billion yuan per km²"),
        (332_255_290_000, "LCU", "3,323 亿元", "332.3 billion yuan"),
        (2_500_000, "LCU", "250 万元", "2.5 million yuan"),
        (-250_000_000, "LCU", "-2.5 亿元", "-250 million yuan"),
    ],
)
def test_money_is_in_wan_and_yi_in_chinese_and_in_millions_and_billions_in_english(
    value: float, unit: str, zh: str, en: str
) -> None:
    assert amount(value, unit, "CNY", words("zh")) == zh
    assert amount(value, unit, "CNY", words("en")) == en


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_only_money_is_scaled_and_a_scaled_figure_has_an_exact_one_beside_it(lang: str) -> None:
    w = words(lang)
    for unit in ("person", "%", "kg per 10000 LCU", "no such unit"):
        assert scale_of(unit, 1e12, "CNY", w).per == 1
        assert exact(1e12, unit, "CNY", w) == ""
    assert exact(12_345, "LCU", "CNY", w) == ""
    assert exact(1_173_342_127, "LCU/km2", "CNY", w).startswith("1,173,342,127 ")


def test_no_unit_is_called_lcu_once_the_city_has_a_currency() -> None:
    for lang in ("zh", "en"):
        w = words(lang)
        units = [k.removeprefix("unit.") for k in sorted(w.keys()) if k.startswith("unit.LCU")]
        assert len(units) > 4
        assert [u for u in units if "LCU" in unit_name(u, "MAD", w)] == []
        assert all("MAD" in unit_name(u, "MAD", w) for u in units)


def test_six_digits_are_enough_to_do_the_sum_again() -> None:
    assert amount(58.638812, "%", "CNY", words("zh"), digits=6) == "58.6388%"
    assert amount(190_737.6, "LCU/person", "CNY", words("zh"), digits=6) == "19.0738 万元/人"


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en", "head"),
    [
        (19.4, "per 1000", "19.4（每千）", "19.4 per 1,000", "每千"),
        (10, "per million", "10（每百万）", "10 per million", "每百万"),
        (1.25, "ratio", "1.25", "1.25", ""),
    ],
)
def test_the_number_comes_first_and_a_ratio_has_no_unit(
    value: float, unit: str, zh: str, en: str, head: str
) -> None:
    assert amount(value, unit, "CNY", words("zh")) == zh
    assert amount(value, unit, "CNY", words("en")) == en
    assert alone(unit_name(unit, "CNY", words("zh"))) == head
