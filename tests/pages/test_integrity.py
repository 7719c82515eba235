"""What the page of figures to check says: questions by office, room for answers, no verdicts."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jinglun.loop.integrity_panel import rules
from jinglun.model.release import Release
from jinglun.pages import integrity
from jinglun.pages.view import View, index, view
from jinglun.pages.words import words

FIGURES = (
    ("c", "2025", "life_expectancy_at_birth", 7.15, "year", "A"),
    ("c", "2025", "resident_pop", 300, "person", "A"),
    ("d1", "2025", "resident_pop", 100, "person", "A"),
    ("d2", "2025", "resident_pop", 120, "person", "A"),
)
ANSWERED = """
[[answer]]
flag = "outside:life_expectancy_at_birth:c:2025"
by = "<卫生健康委>"
date = 2026-05-01
verdict = "confirmed"
says_zh = "确为此数"
says_en = "it is so"
[[answer]]
flag = "jump:gdp:c:1999"
by = "office"
date = 2026-05-02
verdict = "open"
"""


@pytest.fixture(scope="module")
def releases(
    tmp_path_factory: pytest.TempPathFactory,
    city_writer: Callable[..., Path],
    turned: Callable[..., Release],
) -> dict[str, Path]:
    """A city whose people live 7.15 years, asked and answered."""
    made = {}
    for name, text in (("open", ""), ("answered", ANSWERED)):
        folder = city_writer(
            tmp_path_factory.mktemp(name) / "city", figures=FIGURES, city_toml=text
        )
        turned(folder, folder / "release")
        made[name] = folder / "release"
    return made


def page(releases: dict[str, Path], name: str, lang: str, parsed: Any, text: Any) -> str:
    site = parsed(releases[name] / "site" / lang)
    return str(text(site["integrity.html"]))


def test_the_page_asks_the_office_and_leaves_room_for_its_answer(
    releases: dict[str, Path], lang: str, parsed: Any, text: Any
) -> None:
    said = page(releases, "open", lang, parsed, text)
    known = words(lang)
    assert known("privacy.internal") in said
    assert known("integrity.reply") in said
    assert known("integrity.verdict.confirmed") in said
    assert 'flag = "outside:life_expectancy_at_birth:c:2025"' in said
    assert "A → F" in said
    # The office is the one that the framework's indicators name for the figure.
    assert (
        known("integrity.to", office={"zh": "卫生健康委员会", "en": "Health commission"}[lang])
        in said
    )


def test_an_answered_question_stays_with_its_answer_and_its_class(
    releases: dict[str, Path], lang: str, parsed: Any, text: Any
) -> None:
    said = page(releases, "answered", lang, parsed, text)
    assert {"zh": "确为此数", "en": "it is so"}[lang] in said
    assert "A → F" not in said
    assert f"A{words(lang)('integrity.kept')}" in said
    assert "<卫生健康委>" in said  # as text, never as an element
    assert words(lang)("integrity.unmatched") in said
    assert "jump:gdp:c:1999" in said


def test_no_question_accuses(lang: str) -> None:
    """Every question asks to check, and none says that anybody falsified anything."""
    known = words(lang)
    keys = known.keys()
    asks = [k for k in keys if k.startswith("integrity.ask.")]
    assert len(asks) == len(KINDS)
    for key in asks:
        assert {"zh": "请核对", "en": "Could you check"}[lang] in known(key), key
        assert not re.search("造假|虚报|瞒报|falsif|fake|fraud|manipulat", known(key)), key


@pytest.fixture(scope="module")
def seen(small_release: Path) -> dict[str, View]:
    from jinglun.store.lake import read_release

    release = read_release(small_release)
    assert release is not None
    sorted_index = index(release)
    return {tag: view(release, sorted_index, tag) for tag in ("zh", "en")}


EVIDENCE: dict[str, Any] = {
    **{"before": 80.0, "before_period": "2024", "after": 90.0, "change": 0.25, "points": 12.0},
    **{"others_change": 0.02, "related": [{"variable": "households", "change": 0.01}]},
    **{"rates": [{"indicator": "unemployment", "change": 0.1, "numerator_change": 0.0}]},
    **{"sum": 110.0, "off": -0.2, "whole": "households", "whole_value": 90.0, "places": 3},
    **{"ratio": 0.5, "low": 1, "high": 20, "of": "resident_pop", "over": "households"},
    **{"times": 40.0, "spreads": 12.0, "periods": ["2024", "2025"], "figures": 60},
    **{"share": 0.5, "digits": [6] * 10, "country": 1e9, "example": "1.0 ≠ 10.0 (f.csv:2:x)"},
    **{"median_of_other_years": 99.0, "basis": "[P]"},
}


def flag(code: str, against: str | None, **more: Any) -> dict[str, Any]:
    told = {k: v for k, v in EVIDENCE.items() if k != "points" or against == "points"}
    return {
        **{"id": "x", "code": code, "privacy": "internal", "variable": "resident_pop"},
        **{"variables": ["resident_pop", "households"], "place": "d1", "role": "district"},
        **{"period": "2025", "value": 100.0, "power": 4 if code == "unit_slip" else None},
        **{"expected": {"value": 90.0, "low": None, "high": None}, "figures": 1},
        **{"quality_before": "A", "quality_after": "B", "source": "s", "locator": "f.csv:2:x"},
        **{"office_zh": "统计局", "office_en": "Statistics office", "indicators": []},
        **{"moves": None, "rests": 0.0, "answer": None},
        "evidence": {**told, **({"against": against} if against not in (None, "points") else {})},
        **more,
    }


KINDS = [
    *(("jump", None), ("jump", "points"), ("base_moved", None)),
    *(("heaping", a) for a in ("zeros", "fives")),
    *(("repeated", a) for a in ("years", "districts")),
    *(("unit_slip", a) for a in ("second_source", "country", "country_per_resident")),
    *(("unit_slip", a) for a in ("own_years", "places")),
    *(("outside", a) for a in ("limit", "ratio", "places")),
    *(("inconsistent", a) for a in ("whole", "total", "hundred", "districts")),
]


@pytest.mark.parametrize(("code", "against"), KINDS)
def test_every_kind_of_question_is_said_with_its_figures(
    seen: dict[str, View], lang: str, code: str, against: str | None
) -> None:
    one = flag(code, against)
    said = integrity.question(seen[lang], one)
    assert "{" not in said
    assert integrity.evidence(seen[lang], one)
    if code == "unit_slip":
        assert "10,000" in said
    assert code in rules()["steps"]


def test_what_has_no_effect_says_why(seen: dict[str, View], lang: str) -> None:
    one = seen[lang]
    figure = one.latest("life_expectancy", "c")
    assert figure is not None
    older = flag("jump", None, place="c", period="1999", indicators=["life_expectancy"])
    said = integrity.effect(one, older)
    assert "1999" in said and figure.period in said
    unused = flag("jump", None, place="c", period="1999")
    assert integrity.effect(one, unused) == one.words("integrity.not_scored")
    latest = flag("jump", None, place="c", period=figure.period, indicators=["life_expectancy"])
    assert integrity.effect(one, latest) == one.words("integrity.weightless")


def test_bounds_are_said_as_they_are_known(seen: dict[str, View]) -> None:
    asked = {
        (1.0, None): "不低于 1 人",
        (None, 5.0): "不高于 5 人",
        (1.0, 5.0): "1 人 至 5 人",
        (None, None): "—",
    }
    for (low, high), told in asked.items():
        one = flag("outside", "limit", expected={"value": None, "low": low, "high": high})
        assert told in integrity.question(seen["zh"], one)
