"""The review and the backtest as a reader meets them: in words, never by colour alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from jinglun.model.release import Release

TARGETS = """
[[target]]
indicator = "pm25_concentration"
year = 2027
value = 26
office_zh = "生态环境局"
office_en = "Environment bureau"
[[target]]
indicator = "life_expectancy"
year = 2020
value = 79
[[target]]
indicator = "literacy"
year = 2027
value = 99
office_zh = "教育局"
"""
Make = Callable[..., Path]
Turn = Callable[..., Release]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, city_writer: Make, turned: Turn) -> Path:
    folder = city_writer(tmp_path_factory.mktemp("aimed") / "city", city_toml=TARGETS)
    turned(folder, folder / "release", date(2026, 11, 22))
    return folder / "release" / "site"


def text(page: Path) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8")))


def test_one_sentence_counts_the_targets_before_any_table(site: Path) -> None:
    zh, en = (text(site / tag / "review.html") for tag in ("zh", "en"))
    # PM2.5 has the one figure of 2025, which is its start; life expectancy is of 2010.
    assert "3项目标：1项按期，1项数据未更新，1项没有数据；其中1项无人负责。" in zh
    said = "Of 3 targets: 1 on track, 1 not updated, 1 without data; nobody answers for 1 of them."
    assert said in en
    assert zh.index("3项目标") < zh.index("同期应到") and "2026年第四季度" in zh


def test_every_state_is_told_by_a_sign_and_a_word(site: Path) -> None:
    page = (site / "zh" / "review.html").read_text(encoding="utf-8")
    found = re.findall(r'state-(\w+)"><b aria-hidden="true">(.)</b> ([^<]+)<', page)
    assert {name for name, _, _ in found} == {
        *("reached", "on_track", "late", "not_updated", "no_data"),
    }
    assert len({sign for _, sign, _ in found}) == len({word for _, _, word in found}) == 5


def test_what_nobody_answers_for_stands_first_and_an_office_without_english_is_named(
    site: Path,
) -> None:
    en = text(site / "en" / "review.html")
    order = [en.index(name) for name in ("Nobody answers for it", "Environment bureau", "教育局")]
    assert order[0] == min(order)


def test_each_strip_says_in_words_what_it_shows(site: Path) -> None:
    page = (site / "en" / "review.html").read_text(encoding="utf-8")
    assert re.search(r"<desc[^>]*>From 28.0 µg/m³ in 2025 to 28.0 µg/m³ in 2025; [^<]*2027", page)


def test_a_city_without_targets_is_told_how_to_set_one(casablanca: Path) -> None:
    page = text(casablanca / "site" / "zh" / "review.html")
    assert "还没有设目标" in page and "[[target]]" in page


def test_a_city_without_a_panel_is_told_why_there_is_no_backtest(site: Path) -> None:
    assert "没有回测" in text(site / "zh" / "backtest.html")
    assert "No backtest" in text(site / "en" / "backtest.html")


def test_the_backtest_says_in_one_sentence_what_it_found_and_that_history_happened_once(
    casablanca: Path,
) -> None:
    zh, en = (text(casablanca / "site" / tag / "backtest.html") for tag in ("zh", "en"))
    assert "只凭2014年的数字预测1,503个地点2024年的20项指标（每次把一个大区整片留出不看）" in zh
    assert "历史只发生了一次" in zh and "history happened once" in en
    assert "失误" in zh and "Misses" in en
