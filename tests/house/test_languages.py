"""Whether everything named is named in Chinese and in English."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

from jinglun.framework import DOMAINS, FACTORS
from jinglun.model.catalogue import Catalogue

CHINESE = re.compile(r"[\u4e00-\u9fff]")
LATIN = re.compile(r"[A-Za-z]")
OPTIONAL = {"note"}


def _nouns(catalogue: Catalogue) -> Iterator[tuple[str, Any]]:
    for domain in DOMAINS:
        yield f"domain {domain.id}", domain
        yield from ((f"aim {domain.id}.{a.id}", a) for a in domain.aims)
    yield from ((f"factor {f.id}", f) for f in FACTORS)
    yield from ((f"strategy {s.id}", s) for s in catalogue.strategies.values())
    yield from ((f"variable {v.id}", v) for v in catalogue.variables.values())
    for one in catalogue.indicators.values():
        yield f"indicator {one.code}", one
        yield from ((f"benchmark of {one.code} from {b.since}", b) for b in one.benchmarks)
    for table in catalogue.tables.values():
        yield f"table {table.id}", table
        yield from ((f"column {table.id}.{n}", c) for n, c in table.columns.items())


def _pairs(noun: Any) -> Iterator[tuple[str, str, str]]:
    """The name, Chinese and English of every text that a noun carries in both."""
    names = [f.name for f in dataclasses.fields(noun)]
    for name in names:
        if name == "zh" or name.endswith("_zh"):
            twin = name.removesuffix("zh") + "en"
            assert twin in names, f"{type(noun).__name__} has {name} and no {twin}"
            yield name.removesuffix("zh").rstrip("_"), getattr(noun, name), getattr(noun, twin)


def test_every_text_is_there_in_both_languages(catalogue: Catalogue) -> None:
    wrong = []
    for what, noun in _nouns(catalogue):
        for name, zh, en in _pairs(noun):
            if name in OPTIONAL and not zh and not en:
                continue
            if not CHINESE.search(zh) or not LATIN.search(en) or CHINESE.search(en):
                wrong.append(f"{what}: {name}: {zh!r} / {en!r}")
    assert wrong == []


def test_nothing_begins_or_ends_with_a_blank(catalogue: Catalogue) -> None:
    texts = [
        (what, t) for what, noun in _nouns(catalogue) for _, *zh_en in _pairs(noun) for t in zh_en
    ]
    assert [(what, t) for what, t in texts if t != t.strip()] == []


def test_every_unit_is_said(catalogue: Catalogue) -> None:
    nouns = [*catalogue.variables.values(), *catalogue.indicators.values()]
    assert [n.id for n in nouns if not n.unit.strip()] == []
