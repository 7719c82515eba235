"""Whether the loom is whole: the guide's words, 5 x 3 aims, 4 factors, 27 strategies, 20 cells."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from jinglun import framework
from jinglun.framework import DOMAIN_IDS, DOMAINS, FACTOR_IDS, FACTORS
from jinglun.model.catalogue import Catalogue, Indicator

# The letters of strategies.csv, explained in notes.md beside it.
FACTOR_OF = {"W": "bigpicture", "Z": "citizens", "D": "opendata", "M": "partnership"}
# Strategies that came after the founding ones, each with the number of its decision note.
ADDED: dict[str, str] = {}
INTERNAL = {"G5.4", "I5.1", "I5.2", "M1.2"}


def _scored(catalogue: Catalogue) -> list[Indicator]:
    return [i for i in catalogue.indicators.values() if i.role == "score"]


def test_there_are_five_domains_of_three_aims_and_four_factors() -> None:
    assert [len(d.aims) for d in DOMAINS] == [3] * 5
    assert len(FACTORS) == 4
    assert all(len({a.id for a in d.aims}) == 3 for d in DOMAINS)


def test_what_is_quoted_is_in_the_guide_word_for_word(guide: str) -> None:
    quoted = [framework.GUIDE_ZH.removesuffix("(2015)")]
    quoted += [text for d in DOMAINS for text in (d.zh, d.title_zh, d.quote_zh)]
    quoted += [text for f in FACTORS for text in (f.zh, f.quote_zh)]
    assert [text for text in quoted if text not in guide] == []


def test_every_aim_is_said_in_the_quotation_of_its_domain(guide: str) -> None:
    """But for the enumeration comma: 智能便捷 is two of four words in a row in the guide."""
    said = {d.id: d.quote_zh.replace("、", "") for d in DOMAINS}
    assert [(d.id, a.zh) for d in DOMAINS for a in d.aims if a.zh not in said[d.id]] == []


def test_the_27_founding_strategies_stand_as_they_were_founded(
    catalogue: Catalogue, founding_strategies: list[dict[str, str]]
) -> None:
    founding = {
        row["id"]: (
            row["domain"],
            row["name_zh"],
            row["name_en"],
            tuple(FACTOR_OF[letter] for letter in row["factors"].split(";")),
        )
        for row in founding_strategies
    }
    assert len(founding) == 27
    found = {s.id: (s.domain, s.zh, s.en, s.factors) for s in catalogue.strategies.values()}
    assert {s: found.get(s) for s in founding} == founding


def test_a_strategy_that_came_later_has_a_decision_note(
    catalogue: Catalogue, founding_strategies: list[dict[str, str]], root: Path
) -> None:
    assert set(catalogue.strategies) - {row["id"] for row in founding_strategies} == set(ADDED)
    notes = root / "docs" / "decisions"
    assert [s for s, note in ADDED.items() if not list(notes.glob(f"{note}-*.md"))] == []


def test_the_90_founding_codes_are_all_there(
    catalogue: Catalogue, founding_indicators: dict[str, dict[str, str]]
) -> None:
    assert len(founding_indicators) == 90
    by_code = {i.code: i for i in catalogue.indicators.values()}
    assert sorted(set(founding_indicators) - set(by_code)) == []
    # G5.4 keeps its code and direction, but is the debt limit now: the debt ratio was unverified.
    turned = {
        code: row["direction"]
        for code, row in founding_indicators.items()
        if by_code[code].better != row["direction"]
        or (by_code[code].domain or "factor") != row["domain"]
        or (by_code[code].strategy or by_code[code].code.split(".")[0]) != row["strategy"]
    }
    assert turned == {}


def test_every_indicator_of_a_domain_has_a_factor_an_aim_and_a_strategy_of_its_own_domain(
    catalogue: Catalogue,
) -> None:
    aims = {d.id: {a.id for a in d.aims} for d in DOMAINS}
    wrong = []
    for one in catalogue.indicators.values():
        if one.domain is None:
            continue
        strategy = catalogue.strategies.get(one.strategy or "")
        if one.factor not in FACTOR_IDS:
            wrong.append(f"{one.code}: factor {one.factor}")
        if one.aim not in aims[one.domain]:
            wrong.append(f"{one.code}: aim {one.aim}")
        if strategy is None or strategy.domain != one.domain:
            wrong.append(f"{one.code}: strategy {one.strategy}")
        elif not re.fullmatch(rf"{strategy.id}\.[1-9]\d*", one.code):
            wrong.append(f"{one.code}: not a code of strategy {strategy.id}")
    assert wrong == []


def test_a_factor_level_indicator_belongs_to_its_factor_alone(catalogue: Catalogue) -> None:
    wrong = []
    for one in catalogue.indicators.values():
        if one.domain is None:
            number = FACTOR_IDS.index(one.factor) + 1
            if one.strategy or one.aim or not re.fullmatch(rf"F{number}\.[1-9]\d*", one.code):
                wrong.append(one.code)
    assert wrong == []


def test_every_cell_has_two_scored_indicators_of_its_own(catalogue: Catalogue) -> None:
    cells = Counter((i.domain, i.factor) for i in _scored(catalogue))
    assert {(d, f): cells[d, f] for d in DOMAIN_IDS for f in FACTOR_IDS if cells[d, f] < 2} == {}


def test_every_strategy_has_two_scored_indicators(catalogue: Catalogue) -> None:
    counts = Counter(i.strategy for i in _scored(catalogue))
    assert {s: counts[s] for s in catalogue.strategies if counts[s] < 2} == {}


def test_every_aim_has_a_scored_indicator(catalogue: Catalogue) -> None:
    watched = {(i.domain, i.aim) for i in _scored(catalogue)}
    assert [(d.id, a.id) for d in DOMAINS for a in d.aims if (d.id, a.id) not in watched] == []


def test_every_domain_carries_all_four_factors_by_a_strategy(catalogue: Catalogue) -> None:
    carried = {(s.domain, f) for s in catalogue.strategies.values() for f in s.factors}
    assert [(d, f) for d in DOMAIN_IDS for f in FACTOR_IDS if (d, f) not in carried] == []


def test_what_is_not_scored_has_no_benchmark(catalogue: Catalogue) -> None:
    indicators = catalogue.indicators.values()
    assert [i.code for i in indicators if i.role != "score" and i.benchmarks] == []
    assert [i.code for i in indicators if i.role == "score" and not i.benchmarks] == []


def test_what_could_harm_a_city_starts_internal(catalogue: Catalogue) -> None:
    public = {i.code for i in catalogue.indicators.values() if i.privacy == "public"}
    assert sorted(INTERNAL & public) == []
