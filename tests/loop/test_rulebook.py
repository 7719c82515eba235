"""Whether the rules that hold for every city can be read and say where they are from."""

from __future__ import annotations

import pytest

from jinglun.loop.rulebook import rules


def test_a_rule_is_read_once() -> None:
    assert rules("stages") is rules("stages")


def test_a_rule_that_is_not_there_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        rules("nothing")


@pytest.mark.parametrize("name", ["sizes", "functions", "stages", "resources"])
def test_every_rule_has_a_status_and_a_source_in_both_languages(name: str) -> None:
    said = rules(name)
    blocks = [*said.get("scheme", []), *(said[k] for k in ("rules", "rule", "list") if k in said)]
    assert blocks
    for block in blocks:
        assert block["status"] in ("law", "standard", "plan", "guideline", "proposed")
        assert block["source_zh"] and block["source_en"]


def test_classes_begin_at_nothing_and_rise() -> None:
    lists = [s["class"] for s in rules("sizes")["scheme"]] + [rules("functions")["age"]["class"]]
    for classes in lists:
        begins = [c["from"] for c in classes]
        assert begins[0] == 0 and begins == sorted(set(begins))
