"""Whether what is written as TOML reads back, and the folder says openly that it is made up."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinglun.loop.backtest import backtest
from jinglun.loop.catalogue import framework_catalogue
from jinglun.loop.folder import read_city
from jinglun.loop.measure import measure
from jinglun.loop.sense import sense
from jinglun.loop.targets import targets
from jinglun.loop.weave import Case, latest_figures, loom_of
from jinglun.store.lake import connect
from jinglun.teaching.folder import toml
from jinglun.teaching.settings import settings

# What JSON escapes as a pair of surrogates TOML does not know; no text of ours is so far out.
TEXT = st.text(st.characters(max_codepoint=0xD7FF, exclude_characters="\x7f"), max_size=12)
VALUES = st.one_of(
    st.booleans(), st.integers(-(10**12), 10**12), TEXT, st.floats(-1e6, 1e6), st.dates()
)


@given(st.one_of(VALUES, st.lists(VALUES, max_size=3), st.dictionaries(TEXT, VALUES, max_size=3)))
def test_a_value_written_reads_back(value: Any) -> None:
    assert tomllib.loads(f"a = {toml(value)}")["a"] == value


def test_the_folder_reads_and_names_a_mark_for_every_page(shili: Path) -> None:
    city = read_city(shili, framework_catalogue())
    assert city.title_zh == "示例市"
    assert city.watermark_zh == "示例数据，非真实城市"
    assert city.watermark_en == "Made-up data, not a real city"
    assert [level.id for level in city.levels] == ["street", "district", "city"]


def test_every_table_of_the_framework_is_there_with_every_column(shili: Path) -> None:
    city, catalogue = read_city(shili, framework_catalogue()), framework_catalogue()
    given_ = {s.table: set(s.columns) for s in city.sources if s.holds == "table"}
    assert given_ == {ident: set(table.columns) for ident, table in catalogue.tables.items()}


def test_every_publisher_is_said_to_be_invented(shili: Path) -> None:
    city = read_city(shili, framework_catalogue())
    assert [s.id for s in city.sources if "虚构" not in s.publisher] == []


def test_every_planted_truth_is_told_in_both_languages(shili: Path) -> None:
    text = (shili / "PLANTED.md").read_text(encoding="utf-8")
    for said in settings("truths").values():
        assert said["zh"] in text and said["en"] in text


@pytest.mark.parametrize("name", ["city.toml", "sources.toml"])
def test_the_files_end_lines_as_unix_does(shili: Path, name: str) -> None:
    assert b"\r" not in (shili / name).read_bytes()


def test_the_targets_show_every_state_and_one_that_nobody_answers_for(shili: Path) -> None:
    catalogue, day = framework_catalogue(), date(2026, 11, 22)
    city = read_city(shili, catalogue)
    sensed = sense(city, catalogue, connect(), day, lambda *_: None)
    measured = measure(sensed, city, catalogue, day)
    latest, loom = latest_figures(measured, sensed, city, day), loom_of(measured, catalogue, city)
    case = Case(sensed, measured, latest, loom, city, catalogue, day, 0)
    counts = targets(case, backtest(case)["as_is"])["counts"]
    assert counts["targets"] == 10 and min(counts.values()) > 0
