"""What integrity asks about 166 Chinese cities of 2019: nothing in right units, each wrong one.

The column notes that came with the file say POP in thousand people (it is in 万人) and GDP in
billions (it is in 亿元); its POPDENS and GDPpc are second readings of the same two figures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FILE = "china/cities_2019.csv"
# The same as the notes have them: 10^9 of the city's currency is what "Billion" can be read as.
RIGHT = {"resident_pop": "万人", "gdp": "亿元"}
NOTED = {"resident_pop": "kperson", "gdp": "GLCU"}
RATES_RIGHT = ("万人", "亿元")
RATES_NOTED = ("person", "MLCU")
"""Density times km2 and output per head times POP: 万人 and 亿元, or people and 10^3 x 10^3."""


def _units(text: str, units: dict[str, str]) -> str:
    for variable, unit in units.items():
        text, changed = re.subn(rf'(?m)^({variable} = .*unit = )".*"( }})$', rf'\1"{unit}"\2', text)
        assert changed == 5
    return text


def _second_readings(text: str, population: str, output: str) -> str:
    """Add the file's own density and output per head, each times its base, as a second source."""
    block = text[text.index('[[source]]\nid = "cities-2019"') :].split("\n[[source]]", 2)
    one = "[[source]]" + block[0].removeprefix("[[source]]")
    head = one[: one.index("[source.variables]")].replace('"cities-2019"', '"rates-2019"')
    return (
        f"{text}\n{head}[source.variables]\n"
        f'resident_pop = {{ column = "POPDENS", times = "Area", unit = "{population}" }}\n'
        f'gdp = {{ column = "GDPpc", times = "POP", unit = "{output}" }}\n'
    )


@pytest.fixture(scope="module")
def flags(
    folder_of: Callable[..., Path], released: Callable[[Path], Any]
) -> Callable[..., list[dict[str, Any]]]:
    """Run the cities with these units and return what integrity asks."""

    def ask(units: dict[str, str], rates: tuple[str, str] | None) -> list[dict[str, Any]]:
        folder = folder_of("china", FILE)
        text = _units((folder / "sources.toml").read_text("utf-8"), units)
        if rates is not None:
            text = _second_readings(text, *rates)
        (folder / "sources.toml").write_text(text, "utf-8")
        made = released(folder)
        assert made.problems == ()
        found = json.loads((folder / "release" / "findings.json").read_text("utf-8"))
        told: list[dict[str, Any]] = found["integrity"]["flags"]
        return told

    return ask


def test_right_units_raise_no_question_at_all(flags: Callable[..., Any]) -> None:
    assert flags(RIGHT, RATES_RIGHT) == []


def test_the_wrong_notes_are_caught_by_the_country_with_their_powers(
    flags: Callable[..., Any],
) -> None:
    """亿元 read as 10^9 is ten times too much; 万人 read as thousands a tenth of what is there."""
    found = {f["id"]: f for f in flags(NOTED, None)}
    assert {i: f["power"] for i, f in found.items()} == {
        "unit_slip:gdp:*:2019": 1,
        "unit_slip:resident_pop:*:2019": -1,
    }
    assert {f["quality_after"] for f in found.values()} == {"F"}
    assert {f["evidence"]["places"] for f in found.values()} == {166}


def test_a_right_population_beside_a_noted_gdp_is_not_asked_about(
    flags: Callable[..., Any],
) -> None:
    found = flags({**RIGHT, "gdp": NOTED["gdp"]}, None)
    assert [(f["id"], f["power"]) for f in found] == [("unit_slip:gdp:*:2019", 1)]


def test_density_and_output_per_head_as_noted_contradict_the_totals(
    flags: Callable[..., Any],
) -> None:
    """By the notes the rates times their bases are powers of ten below the totals beside them."""
    found = {f["variable"]: f for f in flags(RIGHT, RATES_NOTED)}
    # 0.0647 people per km2 times 12,860 km2 are 832, and there are 8,322,000: 10^4. 7.77 thousand
    # times 832.2 thousand people are 6.47 x 10^9, and the bulletin has 6.47 x 10^11: 10^2.
    assert {v: f["power"] for v, f in found.items()} == {"resident_pop": 4, "gdp": 2}
    for flag in found.values():
        assert flag["evidence"]["against"] == "second_source"
        assert flag["evidence"]["places"] == 162


def test_casablanca_has_no_question_of_its_own_and_few_of_its_peers(
    casablanca_release: Any,
) -> None:
    """Of the 139,000 figures of two censuses; each of the few is a misfit of the file itself."""
    told = casablanca_release.documents["findings"]["integrity"]["flags"]
    assert [f["id"] for f in told if f["role"] != "peer"] == []
    assert len(told) <= 15
    # Read in the file: 15.4 and 32.0 people to each room, and no town has 12.
    crowded = {f["id"]: f["value"] for f in told if f["variable"] == "people_per_room"}
    assert crowded == {
        "outside:people_per_room:10.071.03.05:2024": 15.4,
        "outside:people_per_room:12.391.05.03:2014": 32.0,
    }
