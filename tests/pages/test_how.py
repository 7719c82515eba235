"""Whether the method page says the parameters that the release was computed with, and no others."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from jinglun.model.release import Release
from jinglun.pages.how import GAPS, sections
from jinglun.pages.view import View, index, view

DOUBT = {
    "draws": 1234,
    "groups": [
        {
            "id": "own",
            "parameters": dict(zip("ABCDEF", (0.02, 0.05, 0.1, 0.2, 0.35, 0.5), strict=True)),
        },
        {"id": "shared", "parameters": {"rho": 0.45}},
        {"id": "benchmarks", "parameters": {"other": 0.25, "shift": 0.11}},
        {"id": "weights_indicators", "parameters": {"k": 16.0}},
        {"id": "normalisation", "parameters": {"goalposts": 0.7, "target_share": 0.3}},
        {"id": "aggregation", "parameters": {"arithmetic": 0.8, "geometric": 0.2}},
    ],
}
STAGE = {
    **{"share": 0.7, "step": 1, "points": [31.0, 52.0, 73.0, 94.0]},
    **{"dimensions": [{}] * 5, "rule": {"status": "proposed", "source_zh": "甲", "source_en": "A"}},
}
PEERS = {"places": [{"place": "x"}] * 9, "of": 321, "features": ["a", "b"], "rule": "population"}


def _seen(folder: Path, lang: str, **found: Any) -> View:
    from jinglun.store.lake import read_release

    release = read_release(folder)
    assert release is not None
    lacking = dict.fromkeys(("doubt", "ranks", "comparable", "stage"))
    findings = {**release.documents["findings"], **lacking, "trends": [], **found}
    made = Release({**release.documents, "findings": findings}, release.tables)
    return view(made, index(made), lang)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_parameter_is_said_as_it_is_in_the_release(small_release: Path, lang: str) -> None:
    """1 / sqrt(16) is a quarter; other rules than the first are used 30 and 20 times in 100."""
    seen = _seen(small_release, lang, doubt=DOUBT, stage=STAGE, comparable=PEERS)
    told = [" ".join(said) for _, said in sections(seen)]
    assert len(told) == 3
    doubt, peers, stages = (set(re.findall(r"\d[\d,.]*\d|\d", t)) for t in told)
    assert {"1,234", "2", "5", "10", "20", "35", "50", "0.45", "25", "11", "30"} <= doubt
    assert {"321", "9", "2"} <= peers
    assert {"70", "1", "31", "52", "73", "94", "5"} <= stages


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_the_release_lacks_is_not_told(small_release: Path, lang: str) -> None:
    assert sections(_seen(small_release, lang)) == []
    alone = sections(_seen(small_release, lang, ranks=[{"unit": "headline"}]))
    assert len(alone) == 1


def test_every_group_with_a_sentence_is_one_that_the_diagnosis_varies() -> None:
    from jinglun.loop.doubt_rules import GROUPS

    assert set(GAPS) <= set(GROUPS)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_rule_that_chooses_peers_has_its_sentence(small_release: Path, lang: str) -> None:
    """The codes are those that loop/peers.py gives, read from its text."""
    text = (Path(__file__).parents[2] / "src/jinglun/loop/peers.py").read_text(encoding="utf-8")
    rules = set(re.findall(r'"(chosen|class|class_and_population|population|profile)"', text))
    assert {"chosen", "class", "population", "profile"} <= rules
    told = set()
    for rule in sorted(rules):
        found = {**PEERS, "rule": rule}
        told.add(" ".join(sections(_seen(small_release, lang, comparable=found))[0][1]))
    assert len(told) == len(rules)
    none = {**PEERS, "places": [], "rule": "none"}
    assert len(sections(_seen(small_release, lang, comparable=none))) == 1
