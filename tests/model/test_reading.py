"""A TOML block becomes a noun, or every reason why it does not."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType

import pytest

from jinglun.model.catalogue import Benchmark, Variable
from jinglun.model.city import Level, Settings, Source
from jinglun.model.reading import benchmark_block, functions, read_block, read_blocks

LEVEL = {"id": "city", "zh": "市", "en": "City"}


def codes(problems: list) -> list[tuple[str, str]]:
    return [(p.code, p.place) for p in problems]


def test_a_block_becomes_its_noun() -> None:
    assert read_block(Level, LEVEL, "f", "level[1]") == (Level("city", "市", "City"), [])
    assert read_block(Level, MappingProxyType(LEVEL), "f", "p")[1] == []


def test_all_that_is_wrong_with_a_block_is_said_at_once() -> None:
    block = {"id": "v", "domain": "d", "zh": 5, "kind": "cuont", "unti": "%"}
    made, problems = read_block(Variable, block, "variables.toml", "v")
    assert made is None
    assert set(codes(problems)) == {
        ("unknown_key", "v.unti"),
        ("wrong_value", "v.zh"),
        ("missing_key", "v.en"),
        ("missing_key", "v.unit"),
        ("wrong_value", "v.kind"),
    }
    assert next(p.hint for p in problems if p.code == "unknown_key") == "unit"


def test_an_unknown_key_alone_does_not_lose_the_block() -> None:
    made, problems = read_block(Level, {**LEVEL, "ze": "x"}, "f", "")
    assert made == Level("city", "市", "City")
    assert codes(problems) == [("unknown_key", "ze")]


@pytest.mark.parametrize("block", [None, 5, "x", [], [LEVEL], date(2024, 1, 1)])
def test_what_is_no_table_is_one_problem(block: object) -> None:
    made, problems = read_block(Level, block, "f", "level[1]")
    assert made is None
    assert codes(problems) == [("not_a_table", "level[1]")]


def test_a_problem_quotes_no_more_than_80_characters_of_a_value() -> None:
    _, problems = read_block(Level, {**LEVEL, "zh": ["x" * 10_000]}, "f", "")
    assert len(problems[0].found) == 80


def test_the_defaults_of_a_noun_need_no_key() -> None:
    assert read_block(Settings, {}, "f", "settings") == (Settings(10.0, 0.30, 0.50), [])


def test_a_nested_block_is_named_by_its_path() -> None:
    block = {"id": "s", "path": "p", "title_zh": "", "title_en": "", "publisher": "", "licence": ""}
    wrong = {**block, "variables": {"gdp": {"column": "x", "quality": "G"}}}
    _, problems = read_block(Source, wrong, "sources.toml", "source[1]")
    assert set(codes(problems)) == {
        ("missing_key", "source[1].variables.gdp.unit"),
        ("wrong_value", "source[1].variables.gdp.quality"),
    }


def test_blocks_are_read_under_their_own_names_and_the_bad_ones_left_out() -> None:
    good = {"zh": "市", "en": "City"}
    made, problems = read_blocks(Level, {"city": good, "bad": {"zh": "坏"}, "worse": 1}, "f")
    assert made == {"city": Level("city", "市", "City")}
    assert codes(problems) == [("missing_key", "bad.en"), ("not_a_table", "worse")]


def test_the_key_from_of_a_benchmark_is_its_since() -> None:
    shaped = benchmark_block({"from": date(2024, 1, 1), "zero": 1, "full": 2})
    assert shaped == {"since": date(2024, 1, 1), "zero": 1, "full": 2}
    block = {**shaped, "status": "law", "jurisdiction": "CN", "source_zh": "", "source_en": ""}
    made, problems = read_block(Benchmark, block, "f", "")
    assert made is not None and (made.zero, made.since, problems) == (1.0, date(2024, 1, 1), [])


def test_a_module_gives_its_own_public_functions_only() -> None:
    found = functions("jinglun.methods.scoring")
    assert sorted(found) == ["goalposts", "weighted_score"]
