"""Whether a plan is said in words that a person can act on, in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from jinglun.pages.redone import plan_text, said_plan
from jinglun.pages.words import words


def _why(code: str, name: str = "", before: str = "", after: str = "") -> dict[str, str]:
    return {"code": code, "name": name, "before": before, "after": after}


SHA, OTHER = "ab12cd34" + "0" * 56, "99ff0011" + "0" * 56
LINES: list[dict[str, Any]] = [
    {"step": "sense", "source": "figures", "why": [_why("file", "data/a.csv", SHA, OTHER)]},
    {"step": "sense", "source": "maps", "why": []},
    {"step": "measure", "source": "", "why": [_why("sensed", f"s{n}") for n in range(5)]},
    {"step": "open", "source": "", "why": [_why("date", "day", "2026-01-01", "2026-02-01")]},
]
SAID = {
    "zh": [
        "感知",
        "  figures  重做：data/a.csv 有改动（sha256 ab12cd34 → 99ff0011）",
        "  maps  沿用",
        "测度  重做：来源 s0 要重读；来源 s1 要重读；来源 s2 要重读；另有 2 项",
        "公开  重做：日期 2026-01-01 → 2026-02-01",
    ],
    "en": [
        "sense",
        "  figures  redone: data/a.csv changed (sha256 ab12cd34 → 99ff0011)",
        "  maps  kept",
        "measure  redone: source s0 is read again; source s1 is read again; "
        "source s2 is read again; and 2 more",
        "open  redone: date 2026-01-01 → 2026-02-01",
    ],
}


@pytest.mark.parametrize("language", SAID)
def test_a_plan_is_said_line_by_line(language: str) -> None:
    w = words(language)
    assert plan_text(said_plan(LINES, w), w).splitlines() == SAID[language]


def test_for_machines_every_reason_is_there() -> None:
    said = said_plan(LINES, words("en"))
    assert [line["redo"] for line in said] == [True, False, True, True]
    assert len(said[2]["why"]) == 5
    assert said[0]["why"][0]["before"] == SHA
    assert said[0]["why"][0]["says"].startswith("data/a.csv changed")


@pytest.mark.parametrize("language", SAID)
def test_what_was_not_there_is_a_dash(language: str) -> None:
    line = {"step": "sense", "source": "a", "why": [_why("file", "a.csv", "", SHA)]}
    assert "（sha256 — → ab12cd34）" in plan_text(
        said_plan([line], words(language)), words(language)
    ).replace(" (", "（").replace(")", "）")
